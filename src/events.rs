//! Progress of a transfer: transfers emit [`Event`]s and count bytes in a [`Meter`]; observers display them.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::error::Error;

/// Something that an observer may want to show.
#[derive(Debug)]
pub enum Event<'a> {
    /// A blob's transfer began. `total` is its size in bytes, where that is known.
    Started {
        name: &'a str,
        total: Option<u64>,
        meter: &'a Meter,
    },
    /// The transfer that counts in `meter` ended, well or not.
    Ended { meter: &'a Meter },
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
}

/// The observer that shows nothing.
#[derive(Debug)]
pub struct Silent;

impl Observer for Silent {
    fn notify(&self, _: &Event<'_>) {}
}

/// The bytes that one blob's transfer has moved. Clones count together.
#[derive(Debug, Clone, Default)]
pub struct Meter(Arc<AtomicU64>);

impl Meter {
    /// A meter at zero.
    pub fn new() -> Self {
        Self::default()
    }

    /// Counts `bytes` more.
    pub fn add(&self, bytes: u64) {
        self.0.fetch_add(bytes, Ordering::Relaxed);
    }

    /// Subtracts `bytes` that have to be moved again.
    pub fn rewind(&self, bytes: u64) {
        self.0.fetch_sub(bytes, Ordering::Relaxed);
    }

    /// The count.
    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    /// Returns whether both are the same counter.
    pub fn same_counter(&self, other: &Meter) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}
