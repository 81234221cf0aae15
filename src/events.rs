//! What a transfer tells while it runs, and how it is told to stop.
//!
//! Transfers emit [`Event`]s and count bytes in a [`Meter`]; who draws them is none of their business. A
//! [`Cancel`] reaches every wait: loops ask it, sleeps end early, and sockets that it watches are shut down.

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
    /// An attempt failed and will be repeated after `wait`.
    Retrying {
        error: &'a Error,
        attempt: u32,
        wait: Duration,
    },
    /// Something that the user should know although nothing failed.
    Warning(&'a str),
    /// For `-v`: one fact about the run.
    Note(&'a str),
    /// For `-vv`: one line of a protocol, secrets masked by whoever emits it.
    Trace(&'a str),
}

/// Who is told. Nobody is called back for a decision.
pub trait Observer: Send + Sync {
    /// Takes notice; must not block for long, since transfers wait meanwhile.
    fn notify(&self, event: &Event<'_>);

    /// How much is wanted: 0 = no notes, 1 = [`Event::Note`], 2 = [`Event::Trace`] too. Saves formatting.
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

    /// Takes `bytes` back, because they have to be moved again.
    pub fn rewind(&self, bytes: u64) {
        self.0.fetch_sub(bytes, Ordering::Relaxed);
    }

    /// The count.
    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    /// Whether both count together.
    pub fn same_counter(&self, other: &Meter) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}
