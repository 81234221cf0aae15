//! The early end of a batch: after a failure with `--fail-fast`, or after one that every other blob of the store would repeat.

use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::error::{Error, LocalCause};
use crate::report::Report;
use crate::terminal::Verbosity;

/// The state of a batch that may end early.
#[derive(Debug, Default)]
pub struct BatchStop {
    /// `--fail-fast`.
    fail_fast: bool,
    /// All jobs are about one store.
    has_one_store: bool,
    is_stopped: AtomicBool,
    has_store_failed: AtomicBool,
    /// Jobs that were running and failed for the same reason.
    repeated: AtomicU64,
    not_tried: AtomicU64,
    /// Every failure has a line of its own, unless its cause is local (`-v`).
    names_all: bool,
    /// The reasons of the failures, and the number of failures of each.
    reasons: Mutex<Vec<(Reason, u64)>>,
}

/// Failures with one of so many reasons are grouped; those with further reasons have a line each.
const MOST_REASONS: usize = 64;

/// The failures for one reason that have a line each.
const NAMED: u64 = 5;

/// The reason of a failure.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Reason {
    Local(LocalCause),
    /// The text of any other error.
    Text(String),
}

impl Reason {
    /// The failures for this reason that have a line each.
    fn named(&self, names_all: bool) -> u64 {
        match self {
            Self::Local(_) => 1,
            Self::Text(_) if names_all => u64::MAX,
            Self::Text(_) => NAMED,
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Local(cause) => cause.fmt(f),
            Self::Text(text) => f.write_str(text),
        }
    }
}

/// The relation of a failure to the earlier ones of the batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Repetition {
    /// Its cause is new, or its own.
    New,
    /// The cause has been reported.
    Repeated,
}

impl BatchStop {
    /// The state of a batch that has not begun. `has_one_store` means that all jobs are about one store.
    pub fn new(fail_fast: bool, has_one_store: bool, verbosity: Verbosity) -> Self {
        Self {
            fail_fast,
            has_one_store,
            names_all: verbosity > Verbosity::Normal,
            ..Self::default()
        }
    }

    /// Notes the failure of a job.
    pub fn note(&self, error: &anyhow::Error) -> Repetition {
        let error = Error::recover(error.as_ref());
        let of_store = error.as_ref().is_some_and(Error::is_of_store);
        let ends_batch = of_store && self.has_one_store;
        if self.fail_fast || ends_batch {
            self.is_stopped.store(true, Ordering::Relaxed);
        }
        if ends_batch && self.has_store_failed.swap(true, Ordering::Relaxed) {
            self.repeated.fetch_add(1, Ordering::Relaxed);
            return Repetition::Repeated;
        }
        let reason = error.map(|error| match error.local_cause() {
            Some(cause) => Reason::Local(cause),
            None => Reason::Text(error.to_string()),
        });
        match reason {
            Some(reason) if !self.has_line(&reason) => Repetition::Repeated,
            _ => Repetition::New,
        }
    }

    /// Counts a failure for a reason. Returns whether it has a line of its own.
    fn has_line(&self, reason: &Reason) -> bool {
        let mut reasons = self.lock();
        let named = reason.named(self.names_all);
        match reasons.iter_mut().find(|(known, _)| known == reason) {
            Some((_, failures)) => {
                *failures += 1;
                *failures <= named
            }
            None => {
                if reasons.len() < MOST_REASONS {
                    reasons.push((reason.clone(), 1));
                }
                true
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, Vec<(Reason, u64)>> {
        self.reasons.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Says how many blobs were not tried, or failed without a line of their own.
    pub fn explain(&self, report: &Report) {
        let repeated = self.repeated.load(Ordering::Relaxed);
        let not_tried = self.not_tried.load(Ordering::Relaxed);
        if self.has_store_failed.load(Ordering::Relaxed) && repeated + not_tried > 0 {
            report.failed_with_store(repeated, not_tried);
        }
        for (reason, failures) in self.lock().iter() {
            let further = failures.saturating_sub(reason.named(self.names_all));
            if further > 0 {
                report.further_failures(further, reason);
            }
        }
    }
}

/// The jobs of a batch, until it ends early.
pub struct StoppableJobs<I> {
    /// All jobs.
    pub jobs: I,
    /// Shared with the workers.
    pub stop: Arc<BatchStop>,
    /// The rest can be counted without asking the store.
    pub counts_rest: bool,
}

impl<I: Iterator> Iterator for StoppableJobs<I> {
    type Item = I::Item;

    fn next(&mut self) -> Option<I::Item> {
        if !self.stop.is_stopped.load(Ordering::Relaxed) {
            return self.jobs.next();
        }
        if self.stop.has_store_failed.load(Ordering::Relaxed) && self.counts_rest {
            self.counts_rest = false;
            let rest = self.jobs.by_ref().count();
            self.stop
                .not_tried
                .fetch_add(rest as u64, Ordering::Relaxed);
        }
        None
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.jobs.size_hint()
    }
}
