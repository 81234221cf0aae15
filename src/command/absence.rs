//! The hint about a blob that was named alone and does not exist: what the user may have meant.

use super::batch::BatchSource;
use super::blob::{Blob, pattern_hint};
use super::session::Session;
use crate::error::{Error, Kind};
use crate::store::list::{ListDepth, ListOptions, TimeRequest};

/// The blob that is the only source of a command.
#[derive(Clone)]
pub struct NamedBlob {
    blob: Blob,
    /// The store may be asked for the blobs below it: this costs one list request.
    may_list: bool,
}

impl NamedBlob {
    /// The blob, if it is the only source. A script on S3 pays for no request that only a hint needs.
    pub fn alone(session: &Session, sources: &[BatchSource]) -> Option<Self> {
        let [BatchSource::Blob { blob, .. }] = sources else {
            return None;
        };
        let may_list = blob.subject.key.ends_with('/')
            || blob.engine.store.capabilities().keys_are_paths
            || session.settings.environment().is_terminal;
        let blob = blob.clone();
        Some(Self { blob, may_list })
    }

    /// Adds a hint if the blob does not exist, and is a pattern or stands for the blobs below it.
    fn explain(&self, error: Error) -> Error {
        let is_absent = match error.kind() {
            Kind::NotFound => error.hint().is_none(),
            // Neither `fs` and `ftp` nor a local destination can represent the `/` at its end.
            Kind::Usage => self.blob.subject.key.ends_with('/'),
            _ => false,
        };
        if !is_absent {
            return error;
        }
        let store = &*self.blob.engine.store;
        match pattern_hint(store, self.blob.key.as_str()) {
            Some(hint) => error.with_hint(hint),
            None if self.may_list && has_blobs_below(&self.blob) => {
                error.with_hint("blobs exist below it: add --recursive (-r)")
            }
            None => error,
        }
    }
}

/// Adds a hint to the error of a command that may have named a single blob.
pub fn explain_absence(mut error: anyhow::Error, named: Option<&NamedBlob>) -> anyhow::Error {
    if let (Some(cause), Some(named)) = (error.downcast_mut::<Error>(), named) {
        *cause = named.explain(cause.clone());
    }
    error
}

/// Returns whether the store has blobs below the key. A store that does not answer has none.
fn has_blobs_below(blob: &Blob) -> bool {
    let mut prefix = blob.key.as_str().to_owned();
    if !prefix.ends_with('/') {
        prefix.push('/');
    }
    let options = ListOptions {
        prefix: &prefix,
        depth: ListDepth::OneLevel,
        times: TimeRequest::IfFree,
    };
    let page = blob.engine.store.list(&options, None);
    page.is_ok_and(|page| page.entries.iter().any(|entry| entry.key != prefix))
}
