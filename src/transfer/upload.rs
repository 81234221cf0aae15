//! From a file or a stream into a store.

use super::multipart;
use super::put::{NewBlob, put, repeat};
use super::resume::ResumePolicy;
use super::resume::partial_file::UnfinishedPut;
use super::retry;
use super::source::{FileRange, Source};
use super::stream::upload_stream;
use crate::error::Result;
use crate::events::Event;
use crate::io::payload::Payload;
use crate::store::resumable::{PartialUpload, ResumablePut};
use crate::store::types::PutResult;

/// Below this number of bytes, sending all again costs less than asking the store how many it has.
const WORTH_RESUMING: u64 = 1 << 20;

/// Stores `source` as a blob, whole or not at all. Warns if the store did not verify it by the checksum that the user
/// requires.
pub fn upload(blob: &NewBlob<'_>, source: Source) -> Result<retry::Done<PutResult>> {
    let done = store(blob, source)?;
    warn_if_unverified(blob, &done.value);
    Ok(done)
}

fn store(blob: &NewBlob<'_>, source: Source) -> Result<retry::Done<PutResult>> {
    let multipart = blob.engine.store.multipart();
    match (source, multipart) {
        (Source::File(range), Some(multipart)) if range.len > blob.engine.parts.size => {
            multipart::upload_file(blob, multipart, &range)
        }
        (Source::File(range), _) => store_whole(blob, &range),
        (Source::Stream { reader, stop }, Some(multipart)) => {
            upload_stream(blob, multipart, reader, stop)
        }
        (Source::Stream { reader, .. }, None) => {
            let payload = Payload::stream(reader, blob.flow());
            put(blob, &payload)
        }
    }
}

/// Stores a file with one request, which a later attempt resumes if the store supports it.
fn store_whole(blob: &NewBlob<'_>, range: &FileRange) -> Result<retry::Done<PutResult>> {
    let resumes = range.len >= WORTH_RESUMING && !matches!(blob.engine.resume, ResumePolicy::Never);
    match blob.engine.store.resumable().filter(|_| resumes) {
        Some(store) => store_resumably(blob, store, range),
        None => put(blob, &range.payload(blob.flow())),
    }
}

/// Stores a file through a partial one, which the next attempt or the next run resumes.
fn store_resumably(
    blob: &NewBlob<'_>,
    store: &dyn ResumablePut,
    range: &FileRange,
) -> Result<retry::Done<PutResult>> {
    let payload = range.payload(blob.flow());
    let unfinished = UnfinishedPut::open(blob, range);
    let fresh = PartialUpload::new();
    let draft = unfinished.as_ref().map_or(&fresh, |found| &found.draft);
    let attempt = || store.resume(blob.key, &payload, blob.options, draft);
    let done = repeat(blob, &payload, attempt);
    if let Some(outdated) = unfinished
        .as_ref()
        .and_then(|found| found.outdated.as_ref())
    {
        store.discard(blob.key, outdated);
    }
    done.map_err(|error| match &unfinished {
        Some(unfinished) if unfinished.keep_after(&error) => UnfinishedPut::explain(error),
        _ => {
            store.discard(blob.key, draft);
            error
        }
    })
}

/// Warns once per store.
fn warn_if_unverified(blob: &NewBlob<'_>, stored: &PutResult) {
    let engine = blob.engine;
    if let Some(required) = engine.required_checksum
        && !stored.verified.is_by(required)
        && engine.is_first_unverified()
    {
        let text = format!(
            "{}: the store did not confirm the {} that `checksum` requires; verified by {} instead",
            engine.store.url(blob.key.as_str()).shown(),
            required.name(),
            stored.verified.name(),
        );
        engine.observer.notify(&Event::Warning(&text));
    }
}
