//! The hint about a blob that was named alone and does not exist: what the user may have meant.

use super::blob::Blob;
use crate::error::{Error, Kind, printable};
use crate::store::Store;
use crate::store::list::{ListDepth, ListOptions, TimeRequest};

/// Adds a hint to the error about the only blob that was named, if there was only one, and it is a pattern or stands for the
/// blobs below it. Costs one request, and only if the blob does not exist.
pub fn explain_absence(mut error: anyhow::Error, named: Option<&Blob>) -> anyhow::Error {
    if let (Some(cause), Some(blob)) = (error.downcast_mut::<Error>(), named) {
        *cause = with_absence_hint(cause.clone(), blob);
    }
    error
}

fn with_absence_hint(error: Error, blob: &Blob) -> Error {
    let is_prefix = blob.subject.key.ends_with('/');
    let is_absent = match error.kind() {
        Kind::NotFound => error.hint().is_none(),
        // Neither `fs` and `ftp` nor a local destination can represent the `/` at its end.
        Kind::Usage => is_prefix,
        _ => false,
    };
    if !is_absent {
        return error;
    }
    match pattern_hint(&*blob.engine.store, blob.key.as_str()) {
        Some(hint) => error.with_hint(hint),
        None if has_blobs_below(blob) => {
            error.with_hint("blobs exist below it: add --recursive (-r)")
        }
        None => error,
    }
}

/// The options that select what a key with wildcards looks like; `None` if the key has none.
pub fn pattern_hint(store: &dyn Store, key: &str) -> Option<String> {
    let wildcard = key.find(['*', '?', '['])?;
    let directory = key[..wildcard].rfind('/').map_or(0, |slash| slash + 1);
    let (prefix, pattern) = (&key[..directory], &key[directory..]);
    let quoted = printable(&pattern.replace('\'', "'\\''"));
    let place = store.url(prefix).shown();
    Some(format!(
        "keys are not patterns: name {place} and add -r --include '{quoted}'"
    ))
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
