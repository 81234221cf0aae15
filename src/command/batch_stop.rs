//! The early end of a batch: after a failure with `--fail-fast`, or after one that every other blob of the store would repeat.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use crate::error::{Error, LocalCause};
use crate::exit::Exit;
use crate::report::Report;

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
    /// The local causes that were reported, and the number of further failures of each.
    local: Mutex<Vec<(LocalCause, u64)>>,
}

/// The relation of a failure to the earlier ones of the batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Repetition {
    /// Its cause is new, or its own.
    None,
    /// The failure of the whole store has been reported.
    OfStore,
    /// The local cause has been reported.
    OfLocalCause,
}

impl BatchStop {
    /// The state of a batch that has not begun. `has_one_store` means that all jobs are about one store.
    pub fn new(fail_fast: bool, has_one_store: bool) -> Self {
        Self {
            fail_fast,
            has_one_store,
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
            return Repetition::OfStore;
        }
        match error.as_ref().and_then(Error::local_cause) {
            Some(cause) if self.is_known(cause) => Repetition::OfLocalCause,
            _ => Repetition::None,
        }
    }

    /// Counts a failure by a local cause. Returns whether it is not the first one.
    fn is_known(&self, cause: LocalCause) -> bool {
        let mut causes = self.local.lock().unwrap_or_else(PoisonError::into_inner);
        match causes.iter_mut().find(|(known, _)| *known == cause) {
            Some((_, further)) => {
                *further += 1;
                true
            }
            None => {
                causes.push((cause, 0));
                false
            }
        }
    }

    /// Says how many blobs were not tried, or failed without a line of their own.
    pub fn explain(&self, report: &Report) {
        let repeated = self.repeated.load(Ordering::Relaxed);
        let not_tried = self.not_tried.load(Ordering::Relaxed);
        if self.has_store_failed.load(Ordering::Relaxed) && repeated + not_tried > 0 {
            report.not_tried(repeated + not_tried);
        }
        let causes = self.local.lock().unwrap_or_else(PoisonError::into_inner);
        for (cause, further) in causes.iter().filter(|(_, further)| *further > 0) {
            report.further_failures(*further, *cause);
        }
    }
}

/// The exit code of a failure.
pub fn error_exit(error: &anyhow::Error) -> Exit {
    Error::recover(error.as_ref()).map_or(Exit::Bug, |error| error.exit())
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
