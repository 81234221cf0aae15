//! The copy of one blob from store to store.

use std::time::Instant;

use anyhow::Context as _;

use super::{KnownDestination, examine};
use crate::command::blob::Blob;
use crate::error::{Error, Result};
use crate::events::{Event, Meter};
use crate::report::outcome::{Outcome, Transferred};
use crate::store::copy::CopySource;
use crate::store::types::{Attributes, ObjectMeta, PutOptions, PutResult};
use crate::transfer::compare::{Proof, TimeTrust, unchanged};
use crate::transfer::copy::copy;
use crate::transfer::put::NewBlob;
use crate::transfer::retry;
use crate::transfer::retry::Done;

/// A copy.
pub struct CopyJob {
    /// The source.
    pub from: Blob,
    /// The destination.
    pub to: Blob,
    /// The condition, and the attributes that the user chose. Unset ones are those of the source.
    pub options: PutOptions,
    /// The copy gets the time of the last modification of the source.
    pub keeps_time: bool,
    /// The metadata of the source, if a listing contained them.
    pub listed: Option<ObjectMeta>,
}

impl CopyJob {
    /// `SOURCE to DESTINATION`, for messages.
    pub fn route(&self) -> String {
        let (from, to) = (&self.from.subject.url, &self.to.subject.url);
        format!("{} to {}", from.shown(), to.shown())
    }

    /// Copies the blob. `verb` says it in the past tense.
    pub fn run(&self, verb: &'static str) -> anyhow::Result<Outcome> {
        self.transfer(verb)
            .with_context(|| format!("cannot copy {}", self.route()))
    }

    fn transfer(&self, verb: &'static str) -> Result<Outcome> {
        let (begin, meter) = (Instant::now(), Meter::new());
        let result = describe(&self.from).and_then(|info| self.copy_described(&info, &meter));
        let observer = &self.to.engine.observer;
        observer.notify(&Event::Ended { meter: &meter });
        let done = result?;
        let stored = done.value;
        Ok(Transferred {
            verb,
            route: self.route(),
            bytes: stored.bytes,
            elapsed: begin.elapsed(),
            etag: stored.etag,
            version_id: stored.version_id,
            verified: stored.verified,
            attempts: done.attempts,
        }
        .into_outcome())
    }

    /// See [`super::Task::run`].
    pub fn proof_of_equality(
        &self,
        trust: TimeTrust,
        known: &KnownDestination,
    ) -> Result<Option<Proof>> {
        let Some(to) = examine(&self.to, known)? else {
            return Ok(None);
        };
        let from = match &self.listed {
            Some(info) => info.clone(),
            None => describe(&self.from)?,
        };
        unchanged(self.from.side(&from), self.to.side(&to), trust)
    }

    fn copy_described(&self, info: &ObjectMeta, meter: &Meter) -> Result<Done<PutResult>> {
        let Self { from, to, .. } = self;
        to.engine.observer.notify(&Event::Started {
            name: &to.subject.key,
            total: Some(info.size),
            meter,
            last_step: "waiting for the store",
        });
        let new_blob = NewBlob {
            engine: &to.engine,
            key: &to.key,
            options: &self.complete_options(info),
            meter,
        };
        match server_side_copy(from, &new_blob, info) {
            Some(result) => result.inspect(|_| meter.add(info.size)),
            // Downloads the blob and uploads it at the same time.
            None => copy(&from.engine, &from.key, &new_blob),
        }
    }
}

impl CopyJob {
    /// The options of a copy, with the attributes of the source where the user chose none.
    fn complete_options(&self, info: &ObjectMeta) -> PutOptions {
        let chosen = &self.options;
        let (own, source) = (chosen.attributes.clone(), &info.headers);
        let metadata = match own.metadata.is_empty() {
            true => source.metadata.clone(),
            false => own.metadata,
        };
        let or = |own: Option<String>, source: &Option<String>| own.or_else(|| source.clone());
        PutOptions {
            condition: chosen.condition.clone(),
            attributes: Attributes {
                content_type: or(own.content_type, &info.content_type),
                content_encoding: or(own.content_encoding, &source.content_encoding),
                content_disposition: or(own.content_disposition, &source.content_disposition),
                content_language: or(own.content_language, &source.content_language),
                cache_control: or(own.cache_control, &source.cache_control),
                expires: or(own.expires, &source.expires),
                storage_class: or(own.storage_class, &source.storage_class),
                metadata,
                ..own
            },
            modified: info.content_modified().filter(|_| self.keeps_time),
        }
    }
}

/// Lets the service copy the blob; `None` if the blobs are on different services or the service has no such operation.
fn server_side_copy(
    from: &Blob,
    to: &NewBlob<'_>,
    info: &ObjectMeta,
) -> Option<Result<Done<PutResult>>> {
    let endpoint = from.engine.store.server_side_copy()?.endpoint()?;
    let copier = to.engine.store.server_side_copy()?;
    if copier.endpoint()?.identity != endpoint.identity {
        return None;
    }
    let source = CopySource {
        endpoint: &endpoint,
        key: &from.key,
        info,
    };
    let copy = || copier.copy(&source, to.key, to.options);
    match retry::run(to.engine, copy, || 0) {
        // Not implemented: nothing was stored.
        Err(error) if error.answer().http == Some(501) => None,
        result => Some(result),
    }
}

/// Returns the properties of a blob.
pub fn describe(blob: &Blob) -> Result<ObjectMeta> {
    let look_up = || {
        let found = blob.engine.store.head(&blob.key)?;
        found.ok_or_else(Error::not_found)
    };
    retry::run(&blob.engine, look_up, || 0).map(|done| done.value)
}
