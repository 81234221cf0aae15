//! The number of blobs that are transferred at once.
//!
//! With `--jobs auto`, what counts is not blobs but their weight: many small ones hide the latency of a long line, and a few
//! large ones fill it. The limit grows with each success, as long as the store keeps up, and is halved when the store asks
//! for less or a connection fails (additive increase, multiplicative decrease, as in TCP).

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::cancel::Cancel;

/// The largest sum of weights: 200 small blobs take four round trips of a long line, and the peak memory of a batch stays below
/// 24 MiB.
const MOST: usize = 52;

/// The sum of weights that a run begins with.
const FIRST: usize = 32;

/// The smallest limit: one large blob at a time.
const LEAST: usize = LARGE;

/// The weight of a blob that fills a line for longer than its latency.
const LARGE: usize = 8;

/// Up to this size, the time of a transfer is that of its requests.
const SMALL_BYTES: u64 = 256 << 10;

/// After the limit was halved, further failures within this time are those of the same moment.
const SAME_MOMENT: Duration = Duration::from_millis(500);

/// Open files of a run besides its transfers: standard streams, signals, the destination, and some to spare.
const COMMON_FILES: u64 = 24;

/// Open files of one transfer: its file and directory, and its connections with their watched copies.
const FILES_EACH: u64 = 6;

/// The interval at which a waiting worker looks for a cancellation.
const STEP: Duration = Duration::from_millis(100);

/// Admits transfers.
#[derive(Debug)]
pub struct Gate {
    /// `--jobs auto`: weights count, and the limit changes.
    is_adaptive: bool,
    most: usize,
    state: Mutex<GateState>,
    freed: Condvar,
}

#[derive(Debug)]
struct GateState {
    limit: usize,
    used: usize,
    lowered: Option<Instant>,
}

/// The share of the line that one transfer takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Weight(usize);

impl Weight {
    /// One request.
    pub const REQUEST: Self = Self(1);

    /// A request that removes hundreds of blobs, which takes a store longer than a single one.
    pub const REMOVAL: Self = Self(3);

    /// A transfer that needs a connection of its own, or whose size is not known.
    pub const LARGE: Self = Self(LARGE);

    /// A transfer of so many bytes.
    pub fn of_bytes(bytes: u64) -> Self {
        match bytes {
            0..=SMALL_BYTES => Self::REQUEST,
            _ => Self::LARGE,
        }
    }
}

impl Gate {
    /// A gate for `--jobs auto`, as far as the limit of open files of this process permits.
    pub fn adaptive() -> Self {
        let most = open_files().map_or(MOST, most_within).min(MOST);
        Self::new(true, FIRST.min(most), most)
    }

    /// A gate that admits so many transfers, whatever their weights are, but no more than the limit of open files permits.
    pub fn fixed(jobs: usize) -> Self {
        let most = open_files().map_or(jobs, most_within).min(jobs);
        Self::new(false, most, most)
    }

    fn new(is_adaptive: bool, limit: usize, most: usize) -> Self {
        Self {
            is_adaptive,
            most,
            state: Mutex::new(GateState {
                limit,
                used: 0,
                lowered: None,
            }),
            freed: Condvar::new(),
        }
    }

    /// The largest number of transfers that can be admitted at once.
    pub fn most(&self) -> usize {
        self.most
    }

    /// Waits until a transfer of this weight may begin. Returns at once after a cancellation.
    pub fn enter(&self, weight: Weight, cancel: &Cancel) -> Admission<'_> {
        let weight = match self.is_adaptive {
            true => weight.0,
            false => 1,
        };
        let mut state = self.lock();
        while state.used + weight > state.limit.max(weight) && cancel.check().is_ok() {
            let waited = self.freed.wait_timeout(state, STEP);
            state = waited.map_or_else(|poisoned| poisoned.into_inner().0, |(state, _)| state);
        }
        state.used += weight;
        Admission { gate: self, weight }
    }

    /// Halves the limit, because the store asked for less or a connection failed.
    pub fn lower(&self) {
        let mut state = self.lock();
        let is_new = state
            .lowered
            .is_none_or(|lowered| lowered.elapsed() > SAME_MOMENT);
        if self.is_adaptive && is_new {
            state.limit = lowered(state.limit);
            state.lowered = Some(Instant::now());
        }
    }

    fn lock(&self) -> MutexGuard<'_, GateState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The limit of open files of this process, if it has one.
fn open_files() -> Option<u64> {
    rustix::process::getrlimit(rustix::process::Resource::Nofile).current
}

/// The number of transfers that a limit of open files permits.
fn most_within(files: u64) -> usize {
    let transfers = files.saturating_sub(COMMON_FILES) / FILES_EACH;
    usize::try_from(transfers).unwrap_or(usize::MAX).max(1)
}

/// The limit after a failure.
fn lowered(limit: usize) -> usize {
    (limit / 2).max(LEAST)
}

/// The limit after a success.
fn raised(limit: usize, most: usize) -> usize {
    (limit + 1).min(most)
}

/// The permission to transfer a blob; it ends when it is dropped.
#[derive(Debug)]
pub struct Admission<'a> {
    gate: &'a Gate,
    weight: usize,
}

impl Drop for Admission<'_> {
    fn drop(&mut self) {
        let mut state = self.gate.lock();
        state.used -= self.weight;
        if self.gate.is_adaptive {
            state.limit = raised(state.limit, self.gate.most);
        }
        drop(state);
        self.gate.freed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_grows_with_each_success_and_is_halved_by_a_failure() {
        let mut limit = FIRST;
        for _ in 0..FIRST {
            limit = raised(limit, MOST);
        }
        assert_eq!(limit, MOST);
        assert_eq!(raised(limit, MOST), MOST);
        assert_eq!(
            (lowered(64), lowered(20), lowered(9), lowered(8)),
            (32, 10, 8, 8)
        );
    }

    #[test]
    fn small_blobs_are_admitted_in_numbers_and_large_ones_are_not() {
        let cancel = Cancel::new();
        let gate = Gate::adaptive();
        let small: Vec<_> = (0..FIRST)
            .map(|_| gate.enter(Weight::of_bytes(16 << 10), &cancel))
            .collect();
        assert_eq!(gate.lock().used, FIRST);
        drop(small);
        let large: Vec<_> = (0..4)
            .map(|_| gate.enter(Weight::of_bytes(1 << 20), &cancel))
            .collect();
        assert_eq!((gate.lock().used, large.len()), (32, 4));
    }

    #[test]
    fn a_low_limit_of_open_files_permits_few_transfers() {
        for (files, most) in [
            (0, 1),
            (30, 1),
            (64, 6),
            (256, 38),
            (1024, 52),
            (u64::MAX, 52),
        ] {
            assert_eq!(most_within(files).min(MOST), most, "{files}");
        }
    }

    #[test]
    fn failures_of_one_moment_count_once() {
        let gate = Gate::adaptive();
        gate.lower();
        gate.lower();
        assert_eq!(gate.lock().limit, FIRST / 2);
        let fixed = Gate::fixed(5);
        fixed.lower();
        assert_eq!(fixed.lock().limit, 5);
    }

    #[test]
    fn a_transfer_waits_until_another_one_ends() {
        let (gate, cancel) = (Gate::fixed(1), Cancel::new());
        let first = gate.enter(Weight::LARGE, &cancel);
        std::thread::scope(|scope| {
            let second = scope.spawn(|| drop(gate.enter(Weight::REQUEST, &cancel)));
            while gate.lock().used == 0 {
                std::thread::yield_now();
            }
            assert!(!second.is_finished());
            drop(first);
            second.join().unwrap();
        });
        assert_eq!(gate.lock().used, 0);
    }
}
