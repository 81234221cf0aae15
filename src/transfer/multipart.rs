//! A multipart upload: parts are sent in parallel, the upload is completed once, and aborted on failure.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::put::NewBlob;
use super::resume::multipart::UnfinishedMultipart;
use super::resume::{cannot_be_resumed, upload_starts_again};
use super::source::FileRange;
use super::{Engine, plan, retry, workers};
use crate::error::{Error, Kind, Result, printable};
use crate::events::Event;
use crate::io::interruptible::StopReading;
use crate::io::payload::Payload;
use crate::store::multipart::{MultipartStore, Part, UploadId};
use crate::store::types::PutResult;
use crate::units::format_bytes;

/// Pauses before the clean-up is tried again on a busy store. Short, because after a signal it has to fit into the time that
/// workers have to stop.
const ABORT_AGAIN_AFTER: [Duration; 2] = [Duration::from_millis(100), Duration::from_millis(400)];

/// The state that all workers of one upload share.
pub(super) struct MultipartUpload<'a> {
    blob: NewBlob<'a>,
    multipart: &'a dyn MultipartStore,
    id: UploadId,
    parts: Mutex<Vec<Part>>,
    /// The first failure; no worker begins another part after it.
    failure: Mutex<Option<Error>>,
    failed: AtomicBool,
    /// The most attempts that any request took.
    attempts: AtomicU32,
    /// The journal for another run.
    unfinished: Option<UnfinishedMultipart>,
    /// An earlier run began it.
    resumed: bool,
    /// Ends the read of a stream that waits while a part fails.
    source: Option<StopReading>,
}

/// Stores a file, resuming the upload of an earlier run if there is one.
pub fn upload_file(
    blob: &NewBlob<'_>,
    multipart: &dyn MultipartStore,
    range: &FileRange,
) -> Result<retry::Done<PutResult>> {
    let upload = FileUpload {
        blob: *blob,
        multipart,
        range,
        part_size: part_size(blob.engine, range.len)?,
    };
    upload.run().map_err(upload_vanished)
}

/// A file, and the multipart upload that stores it.
struct FileUpload<'a> {
    blob: NewBlob<'a>,
    multipart: &'a dyn MultipartStore,
    range: &'a FileRange,
    part_size: u64,
}

impl FileUpload<'_> {
    fn run(&self) -> Result<retry::Done<PutResult>> {
        let unfinished = self.find_unfinished();
        let has_found = UnfinishedMultipart::has_found;
        let resumes = unfinished.as_ref().is_some_and(has_found);
        match self.send(unfinished) {
            // The store no longer has the upload of the earlier run.
            Err(error) if resumes && error.kind() == Kind::NotFound => {
                let meter = self.blob.meter;
                meter.rewind(meter.get());
                self.send(self.find_unfinished())
            }
            result => result,
        }
    }

    fn find_unfinished(&self) -> Option<UnfinishedMultipart> {
        UnfinishedMultipart::look(&self.blob, self.range, self.part_size)
    }

    /// Begins or resumes the upload, and sends the missing parts.
    fn send(&self, unfinished: Option<UnfinishedMultipart>) -> Result<retry::Done<PutResult>> {
        let upload = MultipartUpload::begin(&self.blob, self.multipart, unfinished)?;
        let len = self.range.len;
        let done = upload.keep_parts_of(len, self.part_size);
        let pieces = plan::cut(len, self.part_size).filter(|piece| !done.contains(&piece.number));
        let pieces = Mutex::new(pieces);
        let next = || {
            let piece = lock(&pieces).next()?;
            let part = self.range.part(piece.offset, piece.len);
            Some(Ok((piece.number, part.payload(self.blob.flow()))))
        };
        upload.run(next)
    }
}

/// The size of the parts of a file.
fn part_size(engine: &Engine, len: u64) -> Result<u64> {
    let (chosen, size) = (engine.parts.size, engine.parts.size_for(len));
    if size > plan::LARGEST_PART {
        let text = format!(
            "the file is larger than 10,000 parts of 5 GiB: {}",
            format_bytes(len)
        );
        return Err(Error::new(Kind::Usage, text));
    }
    if size > chosen {
        let text = format!(
            "parts of {} instead of {}: there would be more than 10,000",
            format_bytes(size),
            format_bytes(chosen)
        );
        engine.observer.notify(&Event::Note(&text));
    }
    Ok(size)
}

impl<'a> MultipartUpload<'a> {
    /// Begins an upload, or resumes the one that `unfinished` has found.
    pub(super) fn begin(
        blob: &NewBlob<'a>,
        multipart: &'a dyn MultipartStore,
        mut unfinished: Option<UnfinishedMultipart>,
    ) -> Result<Self> {
        let found = unfinished.as_mut().and_then(UnfinishedMultipart::found);
        let resumed = found.is_some();
        let (id, parts, attempts) = if let Some((id, parts)) = found {
            (id, parts, 1)
        } else {
            let attempt = || multipart.begin(blob.key, blob.options);
            let begun = retry::run(blob.engine, attempt, || 0)?;
            (begun.value, Vec::new(), begun.attempts)
        };
        let mut upload = Self {
            blob: *blob,
            multipart,
            id,
            parts: Mutex::new(parts),
            failure: Mutex::new(None),
            failed: AtomicBool::new(false),
            attempts: AtomicU32::new(attempts),
            unfinished,
            resumed,
            source: None,
        };
        upload.remember();
        Ok(upload)
    }

    /// The same with a stream as its source, which is not read any further after a failure.
    pub(super) fn with_source(self, stop: StopReading) -> Self {
        let source = Some(stop);
        Self { source, ..self }
    }

    /// Begins the journal of a new upload, and aborts an upload of an outdated source.
    fn remember(&mut self) {
        let Some(unfinished) = &mut self.unfinished else {
            return;
        };
        if let Some(outdated) = unfinished.outdated() {
            upload_starts_again(&*self.blob.engine.observer);
            // On failure the upload stays in the store, like any other that is never completed.
            let _ = self.multipart.abort(self.blob.key, &outdated);
        }
        if self.resumed {
            return;
        }
        if let Err(error) = unfinished.begin(&self.id) {
            cannot_be_resumed(&*self.blob.engine.observer, &error);
            self.unfinished = None;
        }
    }

    /// Keeps the parts of an earlier run that are parts of this source, and returns their numbers.
    fn keep_parts_of(&self, len: u64, part_size: u64) -> HashSet<u16> {
        let mut parts = lock(&self.parts);
        let sent: HashMap<u16, Part> = parts.drain(..).map(|part| (part.number, part)).collect();
        if !sent.is_empty() {
            parts.extend(plan::cut(len, part_size).filter_map(|piece| {
                let part = sent.get(&piece.number)?;
                (part.size == piece.len).then(|| part.clone())
            }));
        }
        let bytes = parts.iter().map(|part| part.size).sum();
        if self.resumed {
            self.blob.meter.add(bytes);
            let text = format!(
                "resuming upload at {} of {}",
                format_bytes(bytes),
                format_bytes(len)
            );
            self.blob.engine.observer.notify(&Event::Note(&text));
        }
        parts.iter().map(|part| part.number).collect()
    }

    /// Sends all parts that `next` returns, and completes the upload. On failure it waits for the parts under way and aborts
    /// the upload, or keeps it for another run.
    pub(super) fn run(
        mut self,
        next: impl Fn() -> Option<Result<(u16, Payload)>> + Sync,
    ) -> Result<retry::Done<PutResult>> {
        workers::run_workers(self.blob.engine.parts.concurrency, |_| {
            while !self.failed.load(Ordering::Relaxed) {
                let sent = match next() {
                    None => return,
                    Some(part) => part.and_then(|(number, payload)| self.send(number, &payload)),
                };
                if let Err(error) = sent {
                    self.fail(error);
                }
            }
        });
        let result = match lock(&self.failure).take() {
            Some(error) => Err(error),
            None => self.complete(),
        };
        result.map_err(|error| self.keep_or_abort(error))
    }

    /// Keeps a failed upload for another run, or aborts it.
    fn keep_or_abort(&mut self, error: Error) -> Error {
        let kept = self
            .unfinished
            .as_mut()
            .is_some_and(|unfinished| unfinished.keep_after(&error));
        if kept {
            return UnfinishedMultipart::explain(error);
        }
        if !(self.resumed && error.kind() == Kind::NotFound) {
            self.abort();
        }
        error
    }

    fn send(&self, number: u16, payload: &Payload) -> Result<()> {
        assert!(
            (1..=plan::MOST_PARTS).contains(&u64::from(number)),
            "parts are numbered from 1 to 10,000"
        );
        // Progress of other parts counts, because it shows that the store can be reached.
        let attempt = || {
            self.multipart
                .put_part(self.blob.key, &self.id, number, payload)
        };
        let done = retry::run(self.blob.engine, attempt, || self.blob.meter.get())?;
        self.attempts.fetch_max(done.attempts, Ordering::Relaxed);
        if let Some(unfinished) = &self.unfinished {
            unfinished.done(&done.value);
        }
        lock(&self.parts).push(done.value);
        Ok(())
    }

    fn fail(&self, error: Error) {
        self.failed.store(true, Ordering::Relaxed);
        lock(&self.failure).get_or_insert(error);
        if let Some(source) = &self.source {
            source.abandon();
        }
    }

    fn complete(&self) -> Result<retry::Done<PutResult>> {
        let mut parts = std::mem::take(&mut *lock(&self.parts));
        parts.sort_by_key(|part| part.number);
        assert!(
            parts.is_sorted_by(|one, next| one.number < next.number),
            "a part is in the list once"
        );
        let NewBlob { key, options, .. } = self.blob;
        // An earlier run may have sent the request already.
        let mut tried_before = self.resumed;
        let attempt = || {
            let again = std::mem::replace(&mut tried_before, true);
            let completed = self
                .multipart
                .complete(key, &self.id, &parts, &options.condition);
            match completed {
                // The response to an earlier attempt, or to that of an earlier run, may have been lost after it took effect.
                Err(error)
                    if matches!(error.kind(), Kind::NotFound | Kind::Precondition) && again
                        // Some services deny access to an upload that has ended.
                        || error.kind() == Kind::Denied && self.resumed =>
                {
                    self.multipart.completed(key, &parts)?.ok_or(error)
                }
                result => result,
            }
        };
        let done = retry::run(self.blob.engine, attempt, || 0)?;
        Ok(retry::Done {
            value: done.value,
            attempts: done.attempts.max(self.attempts.load(Ordering::Relaxed)),
        })
    }

    fn abort(&self) {
        let mut aborted = self.multipart.abort(self.blob.key, &self.id);
        for pause in ABORT_AGAIN_AFTER {
            let is_busy = |error: &Error| matches!(error.kind(), Kind::Busy { .. });
            if !aborted.as_ref().is_err_and(is_busy) {
                break;
            }
            // Not `Cancel::sleep`, which a signal ends.
            std::thread::sleep(pause);
            aborted = self.multipart.abort(self.blob.key, &self.id);
        }
        if let Err(error) = aborted {
            let text = format!(
                "the unfinished upload {} of `{}` could not be removed and may cost money: {error}",
                printable(&self.id.0),
                self.blob.key.shown()
            );
            self.blob.engine.observer.notify(&Event::Warning(&text));
        }
    }
}

/// The error of an upload that no longer exists. It proves nothing about the blob, so the exit code is not 1, and another
/// run may succeed.
pub(super) fn upload_vanished(error: Error) -> Error {
    if error.kind() != Kind::NotFound {
        return error;
    }
    Error::new(Kind::Disconnected, "the store forgot the unfinished upload")
        .permanent()
        .with_hint("another run may have stored or removed the same key meanwhile: try again")
        .answered(error.answer().clone())
}

pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
