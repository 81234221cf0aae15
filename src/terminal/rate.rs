//! The rate of a transfer over the last seconds.

use std::collections::VecDeque;
use std::time::Duration;

/// The time over which the rate is measured: long enough for a steady number, short enough to follow a change.
const WINDOW: Duration = Duration::from_secs(5);

/// A rate over less time would jump.
const LEAST: Duration = Duration::from_millis(500);

/// The bytes of a transfer at a few recent times.
#[derive(Debug)]
pub struct Rate {
    /// Times since the beginning, and the bytes moved until then. Both increase.
    samples: VecDeque<(Duration, u64)>,
}

impl Default for Rate {
    fn default() -> Self {
        Self {
            samples: VecDeque::from([(Duration::ZERO, 0)]),
        }
    }
}

impl Rate {
    /// Notes that `bytes` were moved in the time `now` since the beginning.
    pub fn note(&mut self, now: Duration, bytes: u64) {
        // Bytes that are moved again were counted back.
        if self.samples.back().is_some_and(|(_, last)| bytes < *last) {
            self.samples.clear();
        }
        self.samples.push_back((now, bytes));
        while self
            .samples
            .get(1)
            .is_some_and(|(time, _)| *time + WINDOW <= now)
        {
            self.samples.pop_front();
        }
    }

    /// Bytes per second; `None` while there is too little to measure.
    pub fn per_second(&self) -> Option<u64> {
        let ((begin, first), (end, last)) = (self.samples.front()?, self.samples.back()?);
        let time = end.saturating_sub(*begin);
        if time < LEAST {
            return None;
        }
        let rate = u128::from(last.saturating_sub(*first)) * 1000 / time.as_millis().max(1);
        Some(u64::try_from(rate).unwrap_or(u64::MAX))
    }

    /// The time for `missing` more bytes; `None` if nothing moves or the rate is unknown.
    pub fn time_left(&self, missing: u64) -> Option<Duration> {
        let rate = self.per_second().filter(|rate| *rate > 0)?;
        Some(Duration::from_secs(missing.div_ceil(rate)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn measured(samples: &[(u64, u64)]) -> Rate {
        let mut rate = Rate::default();
        for (milliseconds, bytes) in samples {
            rate.note(Duration::from_millis(*milliseconds), *bytes);
        }
        rate
    }

    #[test]
    fn the_rate_is_that_of_the_last_seconds() {
        let rate = measured(&[(0, 0), (1000, 100), (2000, 200)]);
        assert_eq!(rate.per_second(), Some(100));
        assert_eq!(rate.time_left(1000), Some(Duration::from_secs(10)));
        // Ten fast seconds, then five slow ones: the fast ones do not count.
        let mut rate = Rate::default();
        for second in 0..=10 {
            rate.note(Duration::from_secs(second), second * 1000);
        }
        for second in 11..=16 {
            rate.note(Duration::from_secs(second), 10_000 + second - 10);
        }
        assert_eq!(rate.per_second(), Some(1));
    }

    #[test]
    fn what_is_too_short_or_stands_still_has_no_time_left() {
        assert_eq!(measured(&[]).per_second(), None);
        assert_eq!(measured(&[(0, 0), (100, 100)]).per_second(), None);
        let still = measured(&[(0, 7), (1000, 7), (5000, 7)]);
        assert_eq!((still.per_second(), still.time_left(1)), (Some(0), None));
    }

    #[test]
    fn a_repeated_attempt_never_makes_the_rate_negative() {
        let rate = measured(&[(0, 0), (1000, 5000), (1100, 0), (2100, 300)]);
        assert_eq!(rate.per_second(), Some(300));
    }

    #[test]
    fn an_hour_without_progress_keeps_few_samples() {
        let mut rate = Rate::default();
        for tick in 0..36_000 {
            rate.note(Duration::from_millis(tick * 100), 5);
        }
        assert!(rate.samples.len() < 60);
        assert_eq!(rate.per_second(), Some(0));
    }
}
