//! The one retry loop.
//!
//! [`Error::is_transient`] decides whether an attempt is retried. The time budget starts at the first failure, and starts again
//! whenever the attempts have got [`PROGRESS`] further: a long transfer over a bad line succeeds, an outage longer than the
//! budget ends the run, and so does a store that sends a few bytes per connection.

use std::time::{Duration, Instant};

use super::Engine;
use crate::error::{Error, Kind, Result};
use crate::events::Event;
use crate::io::random::random_u64;
use crate::units::format_duration;

/// The longest first pause after a failure other than `Busy`.
const FIRST_WAIT: Duration = Duration::from_millis(100);

/// The longest first pause after a `Busy` response.
const FIRST_WAIT_WHEN_BUSY: Duration = Duration::from_secs(1);

/// The longest pause, unless the store asks for a longer one.
const LONGEST_WAIT: Duration = Duration::from_secs(20);

/// The bytes that restart the time budget. Fewer would let a store that sends one byte per connection be retried for ever.
const PROGRESS: u64 = 64 << 10;

/// The result of the last attempt, and the number of attempts.
#[derive(Debug)]
pub struct Done<T> {
    /// The last attempt's result.
    pub value: T,
    /// Counted from 1.
    pub attempts: u32,
}

/// Calls `attempt` until it succeeds, fails permanently, or the budget is spent. `reached` returns how far the attempts
/// got, in bytes.
pub fn run<T>(
    engine: &Engine,
    mut attempt: impl FnMut() -> Result<T>,
    reached: impl Fn() -> u64,
) -> Result<Done<T>> {
    let mut attempts = 0;
    let mut failures_since_progress = 0;
    let mut failing_since: Option<Instant> = None;
    let mut furthest = reached();
    let mut repeated_damage = false;
    loop {
        engine.wait_for_back_off()?;
        attempts += 1;
        let error = match attempt() {
            Ok(value) => return Ok(Done { value, attempts }),
            Err(error) => engine.cancel.or_cancelled(error),
        };
        if error.is_worth_one_repetition() && !std::mem::replace(&mut repeated_damage, true) {
            engine.observer.notify(&Event::Retrying {
                error: &error,
                attempt: attempts,
                wait: Duration::ZERO,
            });
            continue;
        }
        if !error.is_transient() {
            return Err(error.after_attempts(attempts));
        }
        if reached() >= furthest.saturating_add(PROGRESS) {
            furthest = reached();
            failing_since = None;
            failures_since_progress = 0;
        }
        failures_since_progress += 1;
        let since = *failing_since.get_or_insert_with(Instant::now);
        let left = engine.retry_for.saturating_sub(since.elapsed());
        if left.is_zero() || asked(&error) > left {
            return Err(give_up(error, attempts, since.elapsed()));
        }
        // The last pause ends with the budget, so that the last attempt uses all of it.
        let wait = pause(failures_since_progress, &error, random_u64()).min(left);
        engine.observer.notify(&Event::Retrying {
            error: &error,
            attempt: attempts,
            wait,
        });
        engine.gate.lower();
        if let Kind::Busy { .. } = error.kind() {
            engine.back_off_all(wait);
        }
        engine.cancel.sleep(wait)?;
    }
}

fn give_up(error: Error, attempts: u32, after: Duration) -> Error {
    let error = error.after_attempts(attempts);
    if attempts == 1 || error.hint().is_some() {
        return error;
    }
    error.with_hint(format!(
        "gave up after {attempts} attempts in {}; --retry-for sets how long to try",
        format_duration(after)
    ))
}

/// The pause after a failure. Full jitter: a random time between 0 and a bound that doubles with each failure, so that many
/// clients do not retry at the same time. At least the time that the store asked for.
fn pause(failures: u32, error: &Error, random: u64) -> Duration {
    assert!(failures >= 1, "a pause follows a failure");
    let first = match error.kind() {
        Kind::Busy { .. } => FIRST_WAIT_WHEN_BUSY,
        _ => FIRST_WAIT,
    };
    let bound = first
        .saturating_mul(1 << (failures - 1).min(16))
        .min(LONGEST_WAIT);
    let millis = u64::try_from(bound.as_millis()).unwrap_or(u64::MAX).max(1);
    Duration::from_millis(random % (millis + 1)).max(asked(error))
}

/// The pause that the store asked for.
fn asked(error: &Error) -> Duration {
    match error.kind() {
        Kind::Busy { after } => after.unwrap_or_default(),
        _ => Duration::ZERO,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cancel::Cancel;
    use crate::events::Silent;
    use crate::io::payload::Payload;
    use crate::key::Key;
    use crate::store::Capabilities;
    use crate::store::Store;
    use crate::store::download::Download;
    use crate::store::identity::BlobId;
    use crate::store::identity::StoreId;
    use crate::store::types::{GetOptions, ObjectMeta, PutOptions, PutResult};
    use crate::url::Url;
    use std::cell::Cell;
    use std::sync::Arc;

    struct Nowhere;
    impl Store for Nowhere {
        fn url(&self, _: &str) -> Url {
            Url::new("")
        }
        fn id(&self, key: &Key) -> BlobId {
            BlobId::new(StoreId::Fs, key.as_str())
        }
        fn head(&self, _: &Key) -> Result<Option<ObjectMeta>> {
            Ok(None)
        }
        fn put(&self, _: &Key, _: &Payload, _: &PutOptions) -> Result<PutResult> {
            Err(Error::not_found())
        }
        fn list(
            &self,
            _: &crate::store::list::ListOptions<'_>,
            _: Option<&crate::store::list::PageToken>,
        ) -> Result<crate::store::list::Page> {
            Ok(crate::store::list::Page::default())
        }
        fn capabilities(&self) -> &Capabilities {
            &Capabilities {
                needs_login: false,
                ranges: false,
                attributes: false,
                etag_conditions: false,
                keys_are_paths: false,
            }
        }
        fn delete(&self, _: &Key) -> Result<()> {
            Err(Error::not_found())
        }
        fn get(&self, _: &Key, _: &GetOptions<'_>) -> Result<Download<'_>> {
            Err(Error::not_found())
        }
    }

    fn engine(retry_for: Duration) -> Engine {
        Engine::new(
            Arc::new(Nowhere),
            retry_for,
            &Cancel::new(),
            Arc::new(Silent),
        )
    }

    fn broken() -> Error {
        Error::new(Kind::Disconnected, "the line is cut")
    }

    #[test]
    fn a_fault_that_passes_is_survived() {
        let count = Cell::new(0);
        let attempt = || {
            count.set(count.get() + 1);
            if count.get() < 3 {
                Err(broken())
            } else {
                Ok("done")
            }
        };
        let done = run(&engine(Duration::from_secs(60)), attempt, || 0).unwrap();
        assert_eq!((done.value, done.attempts), ("done", 3));
    }

    #[test]
    fn without_a_budget_there_is_one_attempt() {
        let count = Cell::new(0);
        let attempt = || -> Result<()> {
            count.set(count.get() + 1);
            Err(broken())
        };
        let error = run(&engine(Duration::ZERO), attempt, || 0).unwrap_err();
        assert_eq!(error.kind(), Kind::Disconnected);
        assert_eq!(count.get(), 1);
    }

    #[test]
    fn what_is_final_is_not_repeated() {
        let count = Cell::new(0);
        let attempt = || -> Result<()> {
            count.set(count.get() + 1);
            Err(Error::new(Kind::Denied, "no"))
        };
        assert!(run(&engine(Duration::from_secs(60)), attempt, || 0).is_err());
        assert_eq!(count.get(), 1);
    }

    #[test]
    fn damage_is_repeated_once_whatever_the_budget() {
        let count = Cell::new(0);
        let attempt = || -> Result<()> {
            count.set(count.get() + 1);
            Err(Error::new(Kind::Integrity, "damaged").worth_one_repetition())
        };
        let error = run(&engine(Duration::ZERO), attempt, || 0).unwrap_err();
        assert_eq!((error.kind(), count.get()), (Kind::Integrity, 2));
    }

    #[test]
    fn pauses_grow_to_a_bound_and_obey_the_store() {
        let busy = Error::new(
            Kind::Busy {
                after: Some(Duration::from_secs(7)),
            },
            "slow down",
        );
        assert_eq!(
            pause(1, &broken(), u64::MAX).as_millis(),
            u128::from(u64::MAX % 101)
        );
        assert!(pause(1, &broken(), 12345) <= FIRST_WAIT);
        assert!(pause(60, &broken(), u64::MAX) <= LONGEST_WAIT);
        assert_eq!(pause(1, &busy, 0), Duration::from_secs(7));
    }
}
