//! One put of one payload, with retries.

use super::{Engine, retry};
use crate::error::{Kind, Result};
use crate::events::Meter;
use crate::io::payload::Payload;
use crate::key::Key;
use crate::store::types::{Attributes, PutResult};

/// Stores a payload with one request, with retries.
pub(super) fn put(
    engine: &Engine,
    key: &Key,
    payload: &Payload,
    attributes: &Attributes,
    meter: &Meter,
) -> Result<retry::Done<PutResult>> {
    let attempt = || engine.store.put(key, payload, attributes);
    repeat(engine, key, payload, attempt, meter)
}

/// Retries an attempt to store the payload.
pub fn repeat(
    engine: &Engine,
    key: &Key,
    payload: &Payload,
    store: impl Fn() -> Result<PutResult>,
    meter: &Meter,
) -> Result<retry::Done<PutResult>> {
    let mut tried_before = false;
    let attempt = || {
        let again = std::mem::replace(&mut tried_before, true);
        store()
            .or_else(|error| match error.kind() {
                // The existing blob may be that of an earlier attempt whose response was lost.
                Kind::Precondition if again => stored_before(engine, key, payload)?.ok_or(error),
                _ => Err(error),
            })
            .map_err(|error| {
                if error.is_transient() && !payload.can_be_read() {
                    // A pipe cannot be read again: the caller has to run its left side again.
                    error.permanent().with_hint(
                        "input from a pipe cannot be sent again: run the whole command once more",
                    )
                } else {
                    error
                }
            })
    };
    retry::run(engine, attempt, || meter.get())
}

/// The result of a put again, if the existing blob is this payload.
fn stored_before(engine: &Engine, key: &Key, payload: &Payload) -> Result<Option<PutResult>> {
    let found = engine
        .store
        .head(key)?
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
