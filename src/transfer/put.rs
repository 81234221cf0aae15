//! One put of one payload, with retries.

use std::sync::Arc;

use super::{Engine, retry};
use crate::error::{Kind, Result};
use crate::events::Meter;
use crate::io::payload::{Flow, Payload};
use crate::key::Key;
use crate::store::types::{PutOptions, PutResult};

/// The blob that an upload creates or replaces.
#[derive(Clone, Copy)]
pub struct NewBlob<'a> {
    /// The engine of its store.
    pub engine: &'a Engine,
    /// Its key in the store.
    pub key: &'a Key,
    /// Its attributes, and the condition on the blob that exists.
    pub options: &'a PutOptions,
    /// Counts the bytes that are sent.
    pub meter: &'a Meter,
}

impl NewBlob<'_> {
    /// The way of its bytes to the store.
    pub fn flow(&self) -> Flow {
        Flow {
            meter: self.meter.clone(),
            cancel: Arc::clone(&self.engine.cancel),
            limit: self.engine.rate_limit.clone(),
        }
    }
}

/// Stores a payload with one request, with retries.
pub fn put(blob: &NewBlob<'_>, payload: &Payload) -> Result<retry::Done<PutResult>> {
    let attempt = || blob.engine.store.put(blob.key, payload, blob.options);
    repeat(blob, payload, attempt)
}

/// Retries an attempt to store the payload.
pub fn repeat(
    blob: &NewBlob<'_>,
    payload: &Payload,
    store: impl Fn() -> Result<PutResult>,
) -> Result<retry::Done<PutResult>> {
    let mut tried_before = false;
    let attempt = || {
        let again = std::mem::replace(&mut tried_before, true);
        store()
            .or_else(|error| match error.kind() {
                // The existing blob may be that of an earlier attempt whose response was lost.
                Kind::Precondition if again => stored_before(blob, payload)?.ok_or(error),
                _ => Err(error),
            })
            .map_err(|error| {
                if error.is_transient() && !payload.can_be_read() {
                    // The pipe is consumed: the command that writes into it has to run again, too.
                    error.permanent().with_hint(
                        "input from a pipe cannot be sent again: run the whole command once more",
                    )
                } else {
                    error
                }
            })
    };
    retry::run(blob.engine, attempt, || blob.meter.get())
}

/// The result of an earlier attempt, if the existing blob is this payload.
fn stored_before(blob: &NewBlob<'_>, payload: &Payload) -> Result<Option<PutResult>> {
    let found = blob
        .engine
        .store
        .head(blob.key)?
        .filter(|info| payload.size() == Some(info.size));
    let Some((info, digest)) = found.and_then(|info| Some((info.clone(), info.digest?))) else {
        return Ok(None);
    };
    let same = payload.digests(&[digest.algorithm()])?.contains(&digest);
    let verified = digest.algorithm().into();
    Ok(same.then_some(PutResult {
        bytes: info.size,
        etag: info.etag,
        verified,
        atomic: None,
        version_id: info.headers.version_id,
    }))
}
