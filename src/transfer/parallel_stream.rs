//! The rest of a large blob on its way into a stream: parts that come side by side and leave in their order.
//!
//! Parts that are there before their turn wait in memory, in a few buffers that are used again: a worker claims the next part
//! only when it has a buffer for it, so that the stream's pace bounds what is fetched. Whoever passes the bytes on fetches a
//! part itself when nobody has claimed it, and then needs no buffer.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use super::plan::{Piece, cut_short};
use super::{Engine, retry, workers};
use crate::error::{Error, Kind, Result};
use crate::io::page_buffer::PageBuffer;
use crate::key::Key;
use crate::store::Sink;
use crate::store::types::{Asked, BlobInfo, From};

/// What takes bytes in their order.
pub trait InOrder: Sink {
    /// Takes the next bytes from somebody else's memory.
    fn take(&mut self, bytes: &[u8]) -> Result<()>;
}

/// What is missing of a blob whose first `start` bytes have left.
pub struct Window<'a> {
    engine: &'a Engine,
    key: &'a Key,
    info: &'a BlobInfo,
    start: u64,
    /// Bytes of a part.
    size: u64,
    state: Mutex<State>,
    changed: Condvar,
    /// Bytes that came, in their order or not.
    fetched: AtomicU64,
}

struct State {
    /// The first part that nobody has claimed.
    next: u64,
    free: Vec<PageBuffer>,
    /// Parts that are there before their turn.
    ready: HashMap<u64, PageBuffer>,
    failure: Option<Error>,
    /// Nothing more is wanted.
    ended: bool,
    attempts: u32,
}

impl<'a> Window<'a> {
    /// Nothing is fetched yet.
    pub fn new(engine: &'a Engine, key: &'a Key, info: &'a BlobInfo, start: u64) -> Self {
        let memory = engine.parts.memory();
        let size = engine.parts.size.min(memory);
        let missing = info.size.saturating_sub(start).div_ceil(size);
        let helpers = (engine.parts.at_once as u64)
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
            state: Mutex::new(State {
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

    /// Fetches everything into `sink`; returns the most attempts that a part took.
    pub fn fetch(&self, sink: &mut dyn InOrder) -> Result<u32> {
        let helpers = self.lock().free.len();
        let passed = workers::beside(
            helpers,
            |_| self.work(),
            || {
                let passed = self.pass_on(sink);
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

    /// Passes on one part after the other.
    fn pass_on(&self, sink: &mut dyn InOrder) -> Result<()> {
        let mut index = 0;
        while let Some(piece) = self.piece(index) {
            let under_way = |state: &mut State| {
                state.failure.is_none() && index < state.next && !state.ready.contains_key(&index)
            };
            let mut state = self.wait_while(under_way);
            if let Some(error) = state.failure.take() {
                return Err(error);
            }
            if let Some(buffer) = state.ready.remove(&index) {
                drop(state);
                let len = usize::try_from(piece.len).unwrap_or(usize::MAX);
                sink.take(&buffer[..len.min(buffer.len())])?;
                self.lock().free.push(buffer);
                self.changed.notify_all();
            } else {
                state.next += 1;
                drop(state);
                let mut passing = Passing { sink, received: 0 };
                let attempts = self.get(piece, &mut passing)?;
                self.count(attempts);
            }
            index += 1;
        }
        Ok(())
    }

    /// Fetches parts before their turn, until none is left or wanted.
    fn work(&self) {
        let _alarm = workers::Alarm(|error| self.fail(error));
        while let Some((index, piece, mut buffer)) = self.claim() {
            let mut part = Part {
                window: self,
                buffer: &mut buffer,
                received: 0,
            };
            match self.get(piece, &mut part) {
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
        let must_wait = |state: &mut State| {
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

    fn get(&self, piece: Piece, part: &mut dyn Partial) -> Result<u32> {
        let attempt = || {
            let from = From {
                offset: piece.offset + part.received(),
                end: Some(piece.offset + piece.len),
                unchanged: Some(self.info.clone()),
                digest: Asked::No,
            };
            self.engine.backend.get(self.key, &from, part)
        };
        // Progress of the other parts is no progress of this one, but it shows that the store is there.
        let progress = || self.fetched.load(Ordering::Relaxed);
        let done = retry::run(self.engine, attempt, progress)?;
        if part.received() != piece.len {
            return Err(cut_short(part.received(), piece.len));
        }
        Ok(done.attempts)
    }

    /// Keeps the first failure, and wakes whoever waits for a part.
    fn fail(&self, error: Error) {
        self.lock().failure.get_or_insert(error);
        self.changed.notify_all();
    }

    fn count(&self, attempts: u32) {
        let mut state = self.lock();
        state.attempts = state.attempts.max(attempts);
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait_while(&self, condition: impl FnMut(&mut State) -> bool) -> MutexGuard<'_, State> {
        self.changed
            .wait_while(self.lock(), condition)
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// A part that knows how much of it came.
trait Partial: Sink {
    fn received(&self) -> u64;
}

/// A part that waits for its turn.
struct Part<'a> {
    window: &'a Window<'a>,
    buffer: &'a mut PageBuffer,
    received: usize,
}

impl Partial for Part<'_> {
    fn received(&self) -> u64 {
        self.received as u64
    }
}

impl Sink for Part<'_> {
    fn begin(&mut self, _: &BlobInfo) -> Result<()> {
        Ok(())
    }

    fn room(&mut self) -> &mut [u8] {
        &mut self.buffer[self.received..]
    }

    fn filled(&mut self, len: usize) -> Result<()> {
        self.window.engine.cancel.check()?;
        if self.window.lock().ended {
            // Nobody will see this error.
            return Err(Error::new(Kind::Local, "nothing more is wanted"));
        }
        self.received += len;
        self.window.fetched.fetch_add(len as u64, Ordering::Relaxed);
        Ok(())
    }
}

/// A part whose turn it is.
struct Passing<'a> {
    sink: &'a mut dyn InOrder,
    received: u64,
}

impl Partial for Passing<'_> {
    fn received(&self) -> u64 {
        self.received
    }
}

impl Sink for Passing<'_> {
    fn begin(&mut self, info: &BlobInfo) -> Result<()> {
        self.sink.begin(info)
    }

    fn room(&mut self) -> &mut [u8] {
        self.sink.room()
    }

    fn filled(&mut self, len: usize) -> Result<()> {
        self.sink.filled(len)?;
        self.received += len as u64;
        Ok(())
    }
}
