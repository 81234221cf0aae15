//! The credentials in use, and when they are exchanged for new ones.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use time::OffsetDateTime;

use super::Credentials;
use crate::error::{Error, Result};

/// Kept for the process and shared by its workers: while one fetches new ones, the others wait.
#[derive(Default)]
pub struct Keyring {
    held: Mutex<Option<Held>>,
}

struct Held {
    /// `None` = nobody signs.
    credentials: Option<Arc<Credentials>>,
    /// When new ones are fetched; `None` = never.
    until: Option<Instant>,
}

impl Keyring {
    /// What to sign with now: fetched by the first call, and again before it ends. While the old ones are valid, a
    /// failure to get new ones is only told to `failed`.
    pub fn current(
        &self,
        find: impl Fn() -> Result<Option<Credentials>>,
        failed: impl Fn(&Error),
    ) -> Result<Option<Arc<Credentials>>> {
        let mut held = self.lock();
        match held.as_mut() {
            Some(kept) if kept.is_fresh() => {}
            Some(kept) if !kept.has_expired() => match find() {
                Ok(found) => *kept = Held::new(found),
                Err(error) => {
                    failed(&error);
                    kept.ask_again_soon();
                }
            },
            _ => *held = Some(Held::new(find()?)),
        }
        Ok(held.as_ref().and_then(|held| held.credentials.clone()))
    }

    /// Looks for others than those that the service has just refused; true if there are some now.
    pub fn renew(
        &self,
        refused: &Credentials,
        find: impl Fn() -> Result<Option<Credentials>>,
    ) -> Result<bool> {
        let mut held = self.lock();
        // Another worker may have been here before.
        if !Self::has_other(held.as_ref(), refused) {
            *held = Some(Held::new(find()?));
        }
        Ok(Self::has_other(held.as_ref(), refused))
    }

    fn has_other(held: Option<&Held>, than: &Credentials) -> bool {
        held.and_then(|held| held.credentials.as_ref())
            .is_some_and(|kept| !kept.is_same_key(than))
    }

    fn lock(&self) -> MutexGuard<'_, Option<Held>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Held {
    fn new(found: Option<Credentials>) -> Self {
        let now = OffsetDateTime::now_utc();
        let fresh_for = found.as_ref().and_then(|found| found.fresh_for(now));
        Self {
            credentials: found.map(Arc::new),
            until: fresh_for.and_then(|time| Instant::now().checked_add(time)),
        }
    }

    fn is_fresh(&self) -> bool {
        self.until.is_none_or(|until| Instant::now() < until)
    }

    fn has_expired(&self) -> bool {
        self.credentials
            .as_ref()
            .is_some_and(|kept| kept.has_expired())
    }

    /// Not before each of the requests that come in the meantime.
    fn ask_again_soon(&mut self) {
        self.until = Some(Instant::now() + Duration::from_secs(30));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Kind;
    use crate::secret::Secret;
    use std::cell::Cell;

    fn credentials(id: &str, seconds: Option<f64>) -> Credentials {
        let end = |seconds| OffsetDateTime::now_utc() + time::Duration::seconds_f64(seconds);
        Credentials {
            access_key_id: id.to_owned(),
            secret_access_key: Secret::new("s"),
            session_token: None,
            expires: seconds.map(end),
            origin: String::new(),
        }
    }

    /// The key ids of successive requests when the source gives these one after the other and then fails.
    fn ids(keyring: &Keyring, source: Vec<Credentials>, requests: usize) -> Vec<String> {
        let next = Cell::new(0);
        let find = || {
            let index = next.replace(next.get() + 1);
            let gone = || Error::new(Kind::Denied, "gone");
            source.get(index).cloned().map(Some).ok_or_else(gone)
        };
        (0..requests)
            .map(|_| match keyring.current(find, |_| {}) {
                Ok(found) => found.unwrap().access_key_id.clone(),
                Err(error) => error.to_string(),
            })
            .collect()
    }

    #[test]
    fn lasting_credentials_are_fetched_once() {
        let source = vec![credentials("a", Some(3600.0)), credentials("b", None)];
        assert_eq!(ids(&Keyring::default(), source, 3), ["a", "a", "a"]);
        let source = vec![credentials("a", None), credentials("b", None)];
        assert_eq!(ids(&Keyring::default(), source, 2), ["a", "a"]);
    }

    #[test]
    fn ended_ones_are_replaced_and_a_failure_then_is_final() {
        let source = vec![credentials("a", Some(0.0)), credentials("b", Some(0.0))];
        assert_eq!(ids(&Keyring::default(), source, 3), ["a", "b", "gone"]);
    }

    #[test]
    fn valid_ones_outlive_a_failure_of_their_source() {
        let keyring = Keyring::default();
        assert_eq!(ids(&keyring, vec![credentials("a", Some(60.0))], 1), ["a"]);
        keyring.lock().as_mut().unwrap().until = Some(Instant::now());
        assert_eq!(ids(&keyring, vec![], 2), ["a", "a"]);
    }

    #[test]
    fn refused_ones_are_renewed_once_for_all_workers() {
        let keyring = Keyring::default();
        let (old, new) = (credentials("a", None), credentials("b", None));
        ids(&keyring, vec![old.clone()], 1);
        assert!(!keyring.renew(&old, || Ok(Some(old.clone()))).unwrap());
        assert!(keyring.renew(&old, || Ok(Some(new.clone()))).unwrap());
        let again = || panic!("another worker has fetched new ones already");
        assert!(keyring.renew(&old, again).unwrap());
    }
}
