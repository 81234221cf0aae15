//! The rest of a large blob, in parts that are downloaded in parallel and written to a stream in order.
//!
//! Parts that arrive before their turn wait in memory, in a few buffers that are reused. A worker claims the next part only
//! when a buffer is free, so the pace of the stream limits the download. The thread that writes the stream downloads a part
//! itself if no worker has claimed it, and then needs no buffer.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use super::plan::{Piece, cut_short};
use super::{Engine, retry, workers};
use crate::error::{Error, Kind, Result};
use crate::io::page_buffer::PageBuffer;
use crate::io::payload::CHUNK;
use crate::key::Key;
use crate::store::download::Download;
use crate::store::types::{ChecksumRequest, GetOptions, ObjectMeta};

/// Takes the next bytes of the blob.
type Take<'a> = dyn FnMut(&[u8]) -> Result<()> + 'a;

/// The download of the rest of a blob whose first `start` bytes have been passed on.
pub struct Window<'a> {
    engine: &'a Engine,
    key: &'a Key,
    info: &'a ObjectMeta,
    start: u64,
    /// Bytes of a part.
    size: u64,
    state: Mutex<WindowState>,
    changed: Condvar,
    /// Bytes received, in order or not.
    fetched: AtomicU64,
}

struct WindowState {
    /// The first part that no worker has claimed.
    next: u64,
    free: Vec<PageBuffer>,
    /// Parts that arrived before their turn.
    ready: HashMap<u64, PageBuffer>,
    failure: Option<Error>,
    /// The stream takes no more bytes.
    ended: bool,
    attempts: u32,
}

impl<'a> Window<'a> {
    /// Nothing is downloaded yet.
    pub fn new(engine: &'a Engine, key: &'a Key, info: &'a ObjectMeta, start: u64) -> Self {
        let memory = engine.parts.memory();
        let size = engine.parts.size.min(memory);
        let missing = info.size.saturating_sub(start).div_ceil(size);
        let helpers = (engine.parts.concurrency as u64)
            .min(missing)
            .saturating_sub(1)
            .min(memory / size);
        let buffer = |_| PageBuffer::new(usize::try_from(size).unwrap_or(0));
        Self {
            engine,
            key,
            info,
            start,
            size,
            state: Mutex::new(WindowState {
                next: 0,
                free: (0..helpers).map(buffer).collect(),
                ready: HashMap::new(),
                failure: None,
                ended: false,
                attempts: 1,
            }),
            changed: Condvar::new(),
            fetched: AtomicU64::new(0),
        }
    }

    /// Downloads everything and passes it to `take` in order; returns the most attempts that a part took.
    pub fn fetch(&self, take: &mut Take<'_>) -> Result<u32> {
        let helpers = self.lock().free.len();
        let passed = workers::run_with_helpers(
            helpers,
            |_| self.work(),
            || {
                let passed = self.drain(take);
                self.lock().ended = true;
                self.changed.notify_all();
                passed
            },
        );
        passed.map(|()| self.lock().attempts)
    }

    fn piece(&self, index: u64) -> Option<Piece> {
        let offset = self.start + index.checked_mul(self.size)?;
        let left = self.info.size.checked_sub(offset)?;
        (left > 0).then(|| Piece {
            number: 0,
            offset,
            len: left.min(self.size),
        })
    }

    /// Passes the parts on in order.
    fn drain(&self, take: &mut Take<'_>) -> Result<()> {
        let mut chunk = vec![0; CHUNK];
        let mut index = 0;
        while let Some(piece) = self.piece(index) {
            let under_way = |state: &mut WindowState| {
                state.failure.is_none() && index < state.next && !state.ready.contains_key(&index)
            };
            let mut state = self.wait_while(under_way);
            if let Some(error) = state.failure.take() {
                return Err(error);
            }
            if let Some(buffer) = state.ready.remove(&index) {
                drop(state);
                let len = usize::try_from(piece.len).unwrap_or(usize::MAX);
                take(&buffer[..len])?;
                self.lock().free.push(buffer);
                self.changed.notify_all();
            } else {
                state.next += 1;
                drop(state);
                let attempts = self.get(piece, |download, _| {
                    let len = download.read(&mut chunk)?;
                    take(&chunk[..len])?;
                    Ok(len)
                })?;
                self.count(attempts);
            }
            index += 1;
        }
        Ok(())
    }

    /// Downloads parts before their turn, until none is left or the stream takes no more.
    fn work(&self) {
        let _guard = workers::PanicGuard(|error| self.fail(error));
        while let Some((index, piece, mut buffer)) = self.claim() {
            let fetched = self.get(piece, |download, received| {
                let len = download.read(&mut buffer[range(received, piece.len)])?;
                self.engine.cancel.check()?;
                if self.lock().ended {
                    // This error is never shown.
                    return Err(Error::new(Kind::Local, "the stream takes no more"));
                }
                Ok(len)
            });
            match fetched {
                Ok(attempts) => {
                    self.count(attempts);
                    self.lock().ready.insert(index, buffer);
                    self.changed.notify_all();
                }
                Err(error) => self.fail(error),
            }
        }
    }

    /// The next part and a buffer for it.
    fn claim(&self) -> Option<(u64, Piece, PageBuffer)> {
        let must_wait = |state: &mut WindowState| {
            state.failure.is_none()
                && !state.ended
                && state.free.is_empty()
                && self.piece(state.next).is_some()
        };
        let mut state = self.wait_while(must_wait);
        if state.failure.is_some() || state.ended {
            return None;
        }
        let index = state.next;
        let piece = self.piece(index)?;
        let buffer = state.free.pop()?;
        state.next += 1;
        Some((index, piece, buffer))
    }

    /// Downloads a part; returns the number of attempts. `receive` gets the number of bytes received so far; it reads the next
    /// bytes and returns their number.
    fn get(
        &self,
        piece: Piece,
        mut receive: impl FnMut(&mut Download<'_>, u64) -> Result<usize>,
    ) -> Result<u32> {
        let mut received = 0;
        let attempt = || {
            let options = GetOptions {
                offset: piece.offset + received,
                end: Some(piece.offset + piece.len),
                if_unchanged: Some(self.info),
                checksum: ChecksumRequest::IfFree,
            };
            let mut download = self.engine.get(self.key, &options)?;
            while received < piece.len {
                let len = receive(&mut download, received)? as u64;
                if len == 0 {
                    break;
                }
                received += len;
                assert!(received <= piece.len, "a part is no longer than requested");
                self.fetched.fetch_add(len, Ordering::Relaxed);
            }
            download.finish()
        };
        // Progress of other parts counts, because it shows that the store can be reached.
        let progress = || self.fetched.load(Ordering::Relaxed);
        let done = retry::run(self.engine, attempt, progress)?;
        if received != piece.len {
            return Err(cut_short(received, piece.len));
        }
        Ok(done.attempts)
    }

    /// Keeps the first failure, and wakes all threads that wait for a part.
    fn fail(&self, error: Error) {
        self.lock().failure.get_or_insert(error);
        self.changed.notify_all();
    }

    fn count(&self, attempts: u32) {
        let mut state = self.lock();
        state.attempts = state.attempts.max(attempts);
    }

    fn lock(&self) -> MutexGuard<'_, WindowState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait_while(
        &self,
        condition: impl FnMut(&mut WindowState) -> bool,
    ) -> MutexGuard<'_, WindowState> {
        self.changed
            .wait_while(self.lock(), condition)
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// The place of a part's missing bytes in its buffer.
fn range(received: u64, len: u64) -> std::ops::Range<usize> {
    let index = |at| usize::try_from(at).unwrap_or(usize::MAX);
    index(received)..index(len)
}
