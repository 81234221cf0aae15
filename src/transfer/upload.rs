//! From a file or a stream into a store.

use std::fs::File;
use std::sync::Arc;

use super::put::{put, repeat};
use super::resume::ResumePolicy;
use super::resume::partial_file::UnfinishedPut;
use super::source::Source;
use super::stream::upload_stream;
use super::{Engine, multipart, retry};
use crate::error::Result;
use crate::events::{Event, Meter};
use crate::io::payload::Payload;
use crate::key::Key;
use crate::store::resumable::{PartialUpload, ResumablePut};
use crate::store::types::{Attributes, PutResult};

/// Bytes below which sending again costs less than asking the store how much it has.
const WORTH_CONTINUING: u64 = 1 << 20;

/// Stores `source` under `key`, whole or not at all; counts in `meter`. Warns if the store did not prove it as the user
/// asked for.
pub fn upload(
    engine: &Engine,
    key: &Key,
    source: Source,
    attributes: &Attributes,
    meter: &Meter,
) -> Result<retry::Done<PutResult>> {
    let done = store(engine, key, source, attributes, meter)?;
    if let Some(required) = engine.required_checksum
        && !done.value.verified.is_by(required)
        && engine.is_first_unverified()
    {
        let text = format!(
            "{}: the store did not prove by {} that it has these bytes, as `checksum` asks; {} was compared instead",
            engine.store.url(key.as_str()).shown(),
            required.name(),
            done.value.verified.name(),
        );
        engine.observer.notify(&Event::Warning(&text));
    }
    Ok(done)
}

pub fn store(
    engine: &Engine,
    key: &Key,
    source: Source,
    attributes: &Attributes,
    meter: &Meter,
) -> Result<retry::Done<PutResult>> {
    match source {
        Source::File { file, offset, len } => match engine.store.multipart() {
            Some(multipart) if len > engine.parts.size => multipart::upload_file(
                engine,
                multipart,
                key,
                (&file, offset, len),
                attributes,
                meter,
            ),
            _ => {
                let payload = Payload::file(Arc::clone(&file), offset, len, meter, &engine.cancel);
                match engine.store.resumable() {
                    Some(store)
                        if len >= WORTH_CONTINUING
                            && !matches!(engine.resume, ResumePolicy::Never) =>
                    {
                        let blob = (&*file, offset, len);
                        continue_put(engine, store, key, (&payload, blob), attributes, meter)
                    }
                    _ => put(engine, key, &payload, attributes, meter),
                }
            }
        },
        Source::Stream { reader, stop } => {
            if let Some(multipart) = engine.store.multipart() {
                let source = (reader, stop);
                return upload_stream(engine, multipart, key, source, attributes, meter);
            }
            let payload = Payload::stream(reader, meter, &engine.cancel);
            put(engine, key, &payload, attributes, meter)
        }
    }
}

/// Stores a file by way of an unfinished one, which the next attempt, or the next run, goes on with.
fn continue_put(
    engine: &Engine,
    store: &dyn ResumablePut,
    key: &Key,
    (payload, blob): (&Payload, (&File, u64, u64)),
    attributes: &Attributes,
    meter: &Meter,
) -> Result<retry::Done<PutResult>> {
    let unfinished = UnfinishedPut::open(engine, key, blob, attributes);
    let fresh = PartialUpload::new();
    let draft = unfinished.as_ref().map_or(&fresh, |left| &left.draft);
    let attempt = || store.resume(key, payload, attributes, draft);
    let done = repeat(engine, key, payload, attempt, meter);
    if let Some(outdated) = unfinished.as_ref().and_then(|left| left.outdated.as_ref()) {
        store.discard(key, outdated);
    }
    done.map_err(|error| match &unfinished {
        Some(unfinished) if unfinished.keep_after(&error) => UnfinishedPut::explain(error),
        _ => {
            store.discard(key, draft);
            error
        }
    })
}
