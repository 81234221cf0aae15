//! An upload in parts: sent side by side, completed once, aborted on failure.

use std::fs::File;
use std::io::Read;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::plan;
use super::{Engine, pool, retry};
use crate::backend::{Attributes, Condition, Multipart, Part, Stored, UploadId};
use crate::error::{Error, Kind, Result, printable};
use crate::key::Key;
use crate::payload::{Payload, source_error};
use crate::progress::{Event, Meter};

/// Parts of one blob at once.
const WORKERS: usize = 4;

/// What all workers of one upload share.
struct Upload<'a> {
    engine: &'a Engine,
    multipart: &'a dyn Multipart,
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
}

/// Stores `len` bytes of `file` from `offset` on.
pub fn upload_file(
    engine: &Engine,
    multipart: &dyn Multipart,
    key: &Key,
    (file, offset, len): (&Arc<File>, u64, u64),
    attributes: &Attributes,
    meter: &Meter,
) -> Result<retry::Done<Stored>> {
    let pieces = Mutex::new(plan::cut(len));
    let upload = Upload::begin(engine, multipart, key, attributes, meter)?;
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

/// Stores what `reader` yields until its end, beginning with `first`, a full part that was read already. As many parts
/// are in memory as are under way.
pub fn upload_stream(
    engine: &Engine,
    multipart: &dyn Multipart,
    key: &Key,
    first: Vec<u8>,
    reader: Box<dyn Read + Send>,
    attributes: &Attributes,
    meter: &Meter,
) -> Result<retry::Done<Stored>> {
    let source = Mutex::new(Stream {
        first: Some(first),
        reader,
        number: 0,
        ended: false,
    });
    let upload = Upload::begin(engine, multipart, key, attributes, meter)?;
    let next = || {
        let part = lock(&source).next()?;
        Some(part.map(|(number, bytes)| {
            (
                number,
                Payload::bytes(Arc::new(bytes), meter, &engine.cancel),
            )
        }))
    };
    upload.run(next)
}

/// A stream that is cut into parts as it comes.
struct Stream {
    first: Option<Vec<u8>>,
    reader: Box<dyn Read + Send>,
    number: u16,
    ended: bool,
}

impl Stream {
    fn next(&mut self) -> Option<Result<(u16, Vec<u8>)>> {
        if self.ended {
            return None;
        }
        let bytes = match self.first.take() {
            Some(first) => first,
            None => match read_part(&mut *self.reader) {
                Ok(bytes) => bytes,
                Err(error) => {
                    self.ended = true;
                    return Some(Err(error));
                }
            },
        };
        self.ended = (bytes.len() as u64) < plan::PART;
        if bytes.is_empty() {
            return None;
        }
        if u64::from(self.number) == plan::MOST_PARTS {
            self.ended = true;
            let text = "the input is longer than 10,000 parts of 16 MiB";
            return Some(Err(Error::new(Kind::Usage, text)
                .hint("store it in a file first: files have no such limit")));
        }
        self.number += 1;
        Some(Ok((self.number, bytes)))
    }
}

/// The next part of a stream; shorter than [`plan::PART`] only at its end.
pub fn read_part(reader: &mut dyn Read) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    reader
        .take(plan::PART)
        .read_to_end(&mut bytes)
        .map_err(|error| source_error(&error))?;
    Ok(bytes)
}

impl<'a> Upload<'a> {
    fn begin(
        engine: &'a Engine,
        multipart: &'a dyn Multipart,
        key: &'a Key,
        attributes: &Attributes,
        meter: &'a Meter,
    ) -> Result<Self> {
        let begun = retry::run(engine, || multipart.begin(key, attributes), || 0)?;
        Ok(Self {
            engine,
            multipart,
            key,
            id: begun.value,
            meter,
            condition: attributes.condition.clone(),
            parts: Mutex::new(Vec::new()),
            failure: Mutex::new(None),
            failed: AtomicBool::new(false),
            attempts: AtomicU32::new(begun.attempts),
        })
    }

    /// Sends all parts that `next` gives, and completes; or aborts, after the last part under way has ended.
    fn run(
        self,
        next: impl Fn() -> Option<Result<(u16, Payload)>> + Sync,
    ) -> Result<retry::Done<Stored>> {
        pool::side_by_side(WORKERS, |_| {
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
        result.inspect_err(|_| self.abort())
    }

    fn send(&self, number: u16, payload: &Payload) -> Result<()> {
        // Progress of the other parts is no progress of this one, but it shows that the store is there.
        let attempt = || self.multipart.put_part(self.key, &self.id, number, payload);
        let done =
            retry::run(self.engine, attempt, || self.meter.get()).map_err(upload_vanished)?;
        self.attempts.fetch_max(done.attempts, Ordering::Relaxed);
        lock(&self.parts).push(done.value);
        Ok(())
    }

    fn fail(&self, error: Error) {
        self.failed.store(true, Ordering::Relaxed);
        lock(&self.failure).get_or_insert(error);
    }

    fn complete(&self) -> Result<retry::Done<Stored>> {
        let mut parts = std::mem::take(&mut *lock(&self.parts));
        parts.sort_by_key(|part| part.number);
        let mut tried_before = false;
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
        let done = retry::run(self.engine, attempt, || 0).map_err(upload_vanished)?;
        Ok(retry::Done {
            value: done.value,
            attempts: done.attempts.max(self.attempts.load(Ordering::Relaxed)),
        })
    }

    fn abort(&self) {
        let aborted = self.multipart.abort(self.key, &self.id);
        if let Err(error) = aborted {
            let text = format!(
                "the unfinished upload {} of `{}` could not be removed and may cost money: {error}",
                printable(&self.id.0),
                self.key
            );
            self.engine.observer.notify(&Event::Warning(&text));
        }
    }
}

/// An upload that is gone says nothing about the blob: it is not "not found" (1), and a new try may succeed.
fn upload_vanished(error: Error) -> Error {
    if error.kind() != Kind::NotFound {
        return error;
    }
    Error::new(Kind::Disconnected, "the store forgot the unfinished upload")
        .settled()
        .hint("another run may have stored or removed the same key meanwhile: try again")
        .answered(error.answer().clone())
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
