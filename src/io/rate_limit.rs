//! `--limit-rate`: a token bucket that all transfers of a run share.
//!
//! Each piece of a transfer reserves the next free time of the line and waits for its end. The waits follow one schedule:
//! a wait that ends late is made up for by the next one, so that the rate is exact and the workers take turns.

use std::num::NonZeroU64;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::cancel::Cancel;
use crate::error::Result;

/// The most unused time that later pieces may make up for. It covers late wake-ups, slow disks and slow peers, and bounds the
/// burst after a pause.
const BURST: Duration = Duration::from_secs(1);

/// Pieces per second and worker: no connection is idle for long, however low the rate is.
const PIECES_PER_SECOND: u64 = 50;

/// The most bytes of a piece.
const CHUNK: usize = 256 << 10;

/// The limit of all bytes that are sent and received; none by default. Clones share it.
#[derive(Debug, Clone, Default)]
pub struct RateLimit(Option<Arc<TokenBucket>>);

#[derive(Debug)]
struct TokenBucket {
    /// Bytes per second.
    rate: NonZeroU64,
    start: Instant,
    cancel: Arc<Cancel>,
    schedule: Mutex<Schedule>,
}

impl RateLimit {
    /// A limit in bytes per second.
    pub fn new(rate: NonZeroU64, cancel: &Arc<Cancel>) -> Self {
        Self(Some(Arc::new(TokenBucket {
            rate,
            start: Instant::now(),
            cancel: Arc::clone(cancel),
            schedule: Mutex::default(),
        })))
    }

    /// The number of bytes to move at once, of `len`.
    pub fn piece(&self, len: usize) -> usize {
        let Some(bucket) = &self.0 else {
            return len;
        };
        let piece = bucket.rate.get().div_ceil(PIECES_PER_SECOND);
        len.min(usize::try_from(piece).unwrap_or(CHUNK).min(CHUNK))
    }

    /// Waits until `bytes` may have been moved, or until the run is stopped.
    pub fn wait_for(&self, bytes: usize) -> Result<()> {
        let Some(bucket) = &self.0 else {
            return Ok(());
        };
        let now = bucket.start.elapsed();
        let until = bucket
            .schedule
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .reserve(now, time_of(bytes, bucket.rate));
        match until.saturating_sub(now) {
            Duration::ZERO => bucket.cancel.check(),
            wait => bucket.cancel.sleep(wait),
        }
    }
}

/// The times that the line is busy, from the start of the run on.
#[derive(Debug, Default)]
struct Schedule {
    /// The end of the latest reservation; `None` before the first one.
    busy_until: Option<Duration>,
}

impl Schedule {
    /// Reserves the line for `time`, at the earliest after all other reservations, and returns the end.
    fn reserve(&mut self, now: Duration, time: Duration) -> Duration {
        let begin = match self.busy_until {
            Some(busy_until) => busy_until.max(now.saturating_sub(BURST)),
            // The time before the first piece cannot be made up for.
            None => now,
        };
        *self.busy_until.insert(begin.saturating_add(time))
    }
}

/// The time that `bytes` take at `rate` bytes per second.
fn time_of(bytes: usize, rate: NonZeroU64) -> Duration {
    let nanos = (bytes as u128) * 1_000_000_000 / u128::from(rate.get());
    Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exit::Signal;

    const MS: Duration = Duration::from_millis(1);

    #[test]
    fn pieces_follow_each_other_without_a_gap() {
        let mut schedule = Schedule::default();
        assert_eq!(schedule.reserve(Duration::ZERO, 20 * MS), 20 * MS);
        // Another worker, at the same time.
        assert_eq!(schedule.reserve(Duration::ZERO, 20 * MS), 40 * MS);
        // A wait that ended late.
        assert_eq!(schedule.reserve(47 * MS, 20 * MS), 60 * MS);
        assert_eq!(schedule.reserve(60 * MS, 20 * MS), 80 * MS);
    }

    #[test]
    fn only_a_little_unused_time_can_be_made_up_for() {
        let mut schedule = Schedule::default();
        schedule.reserve(Duration::ZERO, 20 * MS);
        assert_eq!(schedule.reserve(9000 * MS, 600 * MS), 8600 * MS);
        assert_eq!(schedule.reserve(9000 * MS, 600 * MS), 9200 * MS);
        assert_eq!(schedule.reserve(9000 * MS, 600 * MS), 9800 * MS);
    }

    #[test]
    fn a_late_worker_does_not_lower_the_rate() {
        let mut schedule = Schedule::default();
        let mut now = Duration::ZERO;
        for _ in 0..1000 {
            // Each wait ends 3 ms late.
            now = now.max(schedule.reserve(now, 10 * MS)) + 3 * MS;
        }
        assert_eq!(schedule.busy_until, Some(10_000 * MS));
    }

    #[test]
    fn a_run_is_never_faster_than_its_rate() {
        let mut schedule = Schedule::default();
        let begin = 700 * MS;
        let mut now = begin;
        for piece in 1..=1000 {
            now = now.max(schedule.reserve(now, 10 * MS));
            assert!(now >= begin + piece * 10 * MS, "{piece}");
            // A pause now and then.
            now += if piece % 100 == 0 { 400 * MS } else { MS };
        }
    }

    #[test]
    fn the_time_of_bytes_is_exact_at_every_rate() {
        let rate = |rate| NonZeroU64::new(rate).unwrap();
        assert_eq!(time_of(1, rate(1)), Duration::from_secs(1));
        assert_eq!(time_of(1 << 20, rate(1 << 20)), Duration::from_secs(1));
        assert_eq!(time_of(3, rate(2)), 1500 * MS);
        assert_eq!(time_of(0, rate(1)), Duration::ZERO);
        assert_eq!(time_of(usize::MAX, rate(1)), Duration::from_nanos(u64::MAX));
        assert_eq!(time_of(1, rate(u64::MAX)), Duration::ZERO);
    }

    #[test]
    fn pieces_are_small_and_never_empty() {
        let piece =
            |rate, len| RateLimit::new(NonZeroU64::new(rate).unwrap(), &Cancel::new()).piece(len);
        assert_eq!(piece(1, 1000), 1);
        assert_eq!(piece(50_000, 1 << 20), 1000);
        assert_eq!(piece(u64::MAX, 1 << 30), CHUNK);
        assert_eq!(piece(1, 0), 0);
        assert_eq!(RateLimit::default().piece(1 << 30), 1 << 30);
    }

    #[test]
    fn a_stopped_run_does_not_wait() {
        let cancel = Cancel::new();
        let limit = RateLimit::new(NonZeroU64::MIN, &cancel);
        cancel.cancel(Signal::Interrupt);
        let begin = Instant::now();
        assert!(limit.wait_for(600).is_err());
        assert!(begin.elapsed() < Duration::from_secs(300));
    }
}
