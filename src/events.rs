//! Progress of a transfer: transfers emit [`Event`]s and count bytes in a [`Meter`]; observers display them.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::error::Error;

/// Something that an observer may want to show.
#[derive(Debug)]
pub enum Event<'a> {
    /// A blob's transfer began. `total` is its size in bytes, where that is known; `last_step` says what follows the last byte.
    Started {
        name: &'a str,
        total: Option<u64>,
        meter: &'a Meter,
        last_step: &'static str,
    },
    /// The transfer that counts in `meter` ended, well or not.
    Ended { meter: &'a Meter },
    /// A batch found blobs that it will transfer or skip; `bytes` is their size, if known.
    Found { blobs: u64, bytes: Option<u64> },
    /// A batch has found all its blobs.
    FoundAll,
    /// A batch begins its search again: what it has found so far does not count.
    SearchRestarted,
    /// A blob that was found is done, transferred or not. `bytes` is its size as in `Found`.
    Done { bytes: Option<u64> },
    /// An attempt failed and will be retried after `wait`.
    Retrying {
        error: &'a Error,
        attempt: u32,
        wait: Duration,
    },
    /// A problem that the user should know although nothing failed.
    Warning(&'a str),
    /// For `-v`: one fact about the run.
    Note(&'a str),
    /// For `-vv`: one line of a protocol, secrets masked by the emitter.
    Trace(&'a str),
}

/// A receiver of events. It is never asked for a decision.
pub trait Observer: Send + Sync {
    /// Handles an event. Transfers wait for it, so it must not block for long.
    fn notify(&self, event: &Event<'_>);

    /// The level of detail, which saves formatting: 0 = no notes, 1 = [`Event::Note`], 2 = also [`Event::Trace`].
    fn verbosity(&self) -> u8 {
        0
    }

    /// Returns whether [`Event::Found`] is shown: otherwise the sizes of files need not be read for it.
    fn counts_ahead(&self) -> bool {
        false
    }
}

/// The observer that shows nothing.
#[derive(Debug)]
pub struct Silent;

impl Observer for Silent {
    fn notify(&self, _: &Event<'_>) {}
}

/// The bytes that one blob's transfer has moved, and its size. Clones count together.
#[derive(Debug, Clone)]
pub struct Meter(Arc<Counts>);

#[derive(Debug)]
struct Counts {
    moved: AtomicU64,
    /// [`UNKNOWN`] until the size is known.
    size: AtomicU64,
}

const UNKNOWN: u64 = u64::MAX;

impl Default for Meter {
    fn default() -> Self {
        Self(Arc::new(Counts {
            moved: AtomicU64::new(0),
            size: AtomicU64::new(UNKNOWN),
        }))
    }
}

impl Meter {
    /// A meter at zero.
    pub fn new() -> Self {
        Self::default()
    }

    /// Counts `bytes` more.
    pub fn add(&self, bytes: u64) {
        self.0.moved.fetch_add(bytes, Ordering::Relaxed);
    }

    /// Subtracts `bytes` that have to be moved again.
    pub fn rewind(&self, bytes: u64) {
        self.0.moved.fetch_sub(bytes, Ordering::Relaxed);
    }

    /// The count.
    pub fn get(&self) -> u64 {
        self.0.moved.load(Ordering::Relaxed)
    }

    /// Sets the size of the blob, once it is known.
    pub fn set_size(&self, size: u64) {
        self.0.size.store(size, Ordering::Relaxed);
    }

    /// The size of the blob, if it is known.
    pub fn size(&self) -> Option<u64> {
        let size = self.0.size.load(Ordering::Relaxed);
        (size != UNKNOWN).then_some(size)
    }

    /// Returns whether both are the same counter.
    pub fn is_same(&self, other: &Meter) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}
