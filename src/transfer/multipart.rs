//! An upload in parts: sent side by side, completed once, aborted on failure.

use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::resume::cannot_be_resumed;
use super::resume::multipart::UnfinishedMultipart;
use super::{Engine, plan, retry, workers};
use crate::error::{Error, Kind, Result, printable};
use crate::events::{Event, Meter};
use crate::io::interruptible::StopReading;
use crate::io::payload::Payload;
use crate::key::Key;
use crate::store::multipart::{MultipartStore, Part, UploadId};
use crate::store::types::{Attributes, Condition, PutResult};
use crate::units::format_bytes;

/// Pauses before the clean-up is tried again on a store that is busy: short, because after a signal it has to fit into the
/// time that workers have to stop.
const ABORT_AGAIN_AFTER: [Duration; 2] = [Duration::from_millis(100), Duration::from_millis(400)];

/// The state that all workers of one upload share.
pub(super) struct Upload<'a> {
    engine: &'a Engine,
    multipart: &'a dyn MultipartStore,
    key: &'a Key,
    id: UploadId,
    meter: &'a Meter,
    condition: Condition,
    parts: Mutex<Vec<Part>>,
    /// The first failure; nobody begins another part after it.
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

/// Stores `len` bytes of `file` from `offset` on, and goes on with what an earlier run left of it.
pub fn upload_file(
    engine: &Engine,
    multipart: &dyn MultipartStore,
    key: &Key,
    source: (&Arc<File>, u64, u64),
    attributes: &Attributes,
    meter: &Meter,
) -> Result<retry::Done<PutResult>> {
    let (file, offset, len) = source;
    let size = part_size(engine, len)?;
    let attempt = |unfinished| {
        upload_pieces(
            engine, multipart, key, source, size, attributes, meter, unfinished,
        )
    };
    let look = || UnfinishedMultipart::look(engine, key, (file, offset, len), size, attributes);
    let unfinished = look();
    let may_be_gone = unfinished
        .as_ref()
        .is_some_and(UnfinishedMultipart::has_found);
    match attempt(unfinished) {
        // The store has forgotten what the earlier run left.
        Err(error) if may_be_gone && error.kind() == Kind::NotFound => {
            meter.rewind(meter.get());
            attempt(look())
        }
        result => result,
    }
    .map_err(upload_vanished)
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

#[expect(
    clippy::too_many_arguments,
    reason = "what an upload is, and what it goes on with"
)]
fn upload_pieces(
    engine: &Engine,
    multipart: &dyn MultipartStore,
    key: &Key,
    (file, offset, len): (&Arc<File>, u64, u64),
    part_size: u64,
    attributes: &Attributes,
    meter: &Meter,
    unfinished: Option<UnfinishedMultipart>,
) -> Result<retry::Done<PutResult>> {
    let upload = Upload::begin(engine, multipart, key, attributes, meter, unfinished)?;
    let done = upload.keep_parts_of(len, part_size);
    let pieces =
        Mutex::new(plan::cut(len, part_size).filter(|piece| !done.contains(&piece.number)));
    let next = || {
        let piece = lock(&pieces).next()?;
        let payload = Payload::file(
            Arc::clone(file),
            offset + piece.offset,
            piece.len,
            meter,
            &engine.cancel,
        );
        Some(Ok((piece.number, payload)))
    };
    upload.run(next)
}

impl<'a> Upload<'a> {
    pub(super) fn begin(
        engine: &'a Engine,
        multipart: &'a dyn MultipartStore,
        key: &'a Key,
        attributes: &Attributes,
        meter: &'a Meter,
        mut unfinished: Option<UnfinishedMultipart>,
    ) -> Result<Self> {
        let found = unfinished.as_mut().and_then(UnfinishedMultipart::found);
        let resumed = found.is_some();
        let (id, parts, attempts) = if let Some((id, parts)) = found {
            (id, parts, 1)
        } else {
            let begun = retry::run(engine, || multipart.begin(key, attributes), || 0)?;
            (begun.value, Vec::new(), begun.attempts)
        };
        let mut upload = Self {
            engine,
            multipart,
            key,
            id,
            meter,
            condition: attributes.condition.clone(),
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

    /// Writes down that the upload was begun, and removes one of an older source.
    fn remember(&mut self) {
        let Some(unfinished) = &mut self.unfinished else {
            return;
        };
        if let Some(outdated) = unfinished.outdated() {
            // It may be gone already; if not, it is as any upload that nobody finishes.
            let _ = self.multipart.abort(self.key, &outdated);
        }
        if self.resumed {
            return;
        }
        if let Err(error) = unfinished.begin(&self.id) {
            cannot_be_resumed(&*self.engine.observer, &error);
            self.unfinished = None;
        }
    }

    /// The numbers of the parts of a source of `len` bytes that an earlier run has sent, cut in the same way.
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
            self.meter.add(bytes);
            let text = format!(
                "resuming upload at {} of {}",
                format_bytes(bytes),
                format_bytes(len)
            );
            self.engine.observer.notify(&Event::Note(&text));
        }
        parts.iter().map(|part| part.number).collect()
    }

    /// Sends all parts that `next` gives, and completes; or aborts, after the last part under way has ended.
    pub(super) fn run(
        mut self,
        next: impl Fn() -> Option<Result<(u16, Payload)>> + Sync,
    ) -> Result<retry::Done<PutResult>> {
        workers::run_workers(self.engine.parts.concurrency, |_| {
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

    /// Removes a failed upload, or leaves it for another run.
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
        // Progress of the other parts is no progress of this one, but it shows that the store is there.
        let attempt = || self.multipart.put_part(self.key, &self.id, number, payload);
        let done = retry::run(self.engine, attempt, || self.meter.get())?;
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
        // An earlier run may have come as far as this.
        let mut tried_before = self.resumed;
        let attempt = || {
            let again = std::mem::replace(&mut tried_before, true);
            match self
                .multipart
                .complete(self.key, &self.id, &parts, &self.condition)
            {
                // The answer to an earlier attempt may have been lost after it took effect.
                Err(error)
                    if matches!(error.kind(), Kind::NotFound | Kind::Precondition) && again =>
                {
                    self.multipart.completed(self.key, &parts)?.ok_or(error)
                }
                result => result,
            }
        };
        let done = retry::run(self.engine, attempt, || 0)?;
        Ok(retry::Done {
            value: done.value,
            attempts: done.attempts.max(self.attempts.load(Ordering::Relaxed)),
        })
    }

    fn abort(&self) {
        let mut aborted = self.multipart.abort(self.key, &self.id);
        for pause in ABORT_AGAIN_AFTER {
            let is_busy = |error: &Error| matches!(error.kind(), Kind::Busy { .. });
            if !aborted.as_ref().is_err_and(is_busy) {
                break;
            }
            // Also after a signal, which would end any other wait.
            std::thread::sleep(pause);
            aborted = self.multipart.abort(self.key, &self.id);
        }
        if let Err(error) = aborted {
            let text = format!(
                "the unfinished upload {} of `{}` could not be removed and may cost money: {error}",
                printable(&self.id.0),
                self.key.shown()
            );
            self.engine.observer.notify(&Event::Warning(&text));
        }
    }
}

/// An upload that is gone says nothing about the blob: it is not "not found" (1), and a new try may succeed.
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
