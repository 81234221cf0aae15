//! The cached credentials of a run, and their renewal.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use time::OffsetDateTime;

use super::Credentials;
use crate::error::{Error, Result};

/// Cached for the process and shared by its workers: while one worker fetches fresh credentials, the others wait.
#[derive(Default)]
pub struct CredentialCache {
    cached: Mutex<Option<CachedCredentials>>,
}

struct CachedCredentials {
    /// `None` = requests are not signed.
    credentials: Option<Arc<Credentials>>,
    /// The time at which fresh ones are fetched; `None` = never.
    refresh_at: Option<Instant>,
}

impl CredentialCache {
    /// The credentials to sign with, fetched by the first call and again before they expire. While the old ones are
    /// valid, a failed renewal is only reported to `on_failure`.
    pub fn current(
        &self,
        load: impl Fn() -> Result<Option<Credentials>>,
        on_failure: impl Fn(&Error),
    ) -> Result<Option<Arc<Credentials>>> {
        let mut cached = self.lock();
        match cached.as_mut() {
            Some(cached) if cached.is_fresh() => {}
            Some(cached) if !cached.has_expired() => match load() {
                Ok(found) => *cached = CachedCredentials::new(found),
                Err(error) => {
                    on_failure(&error);
                    cached.retry_refresh_soon();
                }
            },
            _ => *cached = Some(CachedCredentials::new(load()?)),
        }
        Ok(cached
            .as_ref()
            .and_then(|cached| cached.credentials.clone()))
    }

    /// Replaces credentials that the service has just rejected; true if there are different ones now.
    pub fn replace_rejected(
        &self,
        rejected: &Credentials,
        load: impl Fn() -> Result<Option<Credentials>>,
    ) -> Result<bool> {
        let mut cached = self.lock();
        // Another worker may have replaced them already.
        if !Self::has_different_key(cached.as_ref(), rejected) {
            *cached = Some(CachedCredentials::new(load()?));
        }
        Ok(Self::has_different_key(cached.as_ref(), rejected))
    }

    fn has_different_key(cached: Option<&CachedCredentials>, than: &Credentials) -> bool {
        cached
            .and_then(|cached| cached.credentials.as_ref())
            .is_some_and(|cached| !cached.is_same_key(than))
    }

    fn lock(&self) -> MutexGuard<'_, Option<CachedCredentials>> {
        self.cached.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl CachedCredentials {
    fn new(found: Option<Credentials>) -> Self {
        let now = OffsetDateTime::now_utc();
        let fresh_for = found.as_ref().and_then(|found| found.fresh_for(now));
        Self {
            credentials: found.map(Arc::new),
            refresh_at: fresh_for.and_then(|time| Instant::now().checked_add(time)),
        }
    }

    fn is_fresh(&self) -> bool {
        self.refresh_at
            .is_none_or(|refresh_at| Instant::now() < refresh_at)
    }

    fn has_expired(&self) -> bool {
        self.credentials
            .as_ref()
            .is_some_and(|cached| cached.has_expired())
    }

    /// Delays the next attempt, so that not every request in the meantime makes one.
    fn retry_refresh_soon(&mut self) {
        self.refresh_at = Some(Instant::now() + Duration::from_secs(30));
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
    fn ids(cache: &CredentialCache, source: Vec<Credentials>, requests: usize) -> Vec<String> {
        let next = Cell::new(0);
        let load = || {
            let index = next.replace(next.get() + 1);
            let gone = || Error::new(Kind::Denied, "gone");
            source.get(index).cloned().map(Some).ok_or_else(gone)
        };
        (0..requests)
            .map(|_| match cache.current(load, |_| {}) {
                Ok(found) => found.unwrap().access_key_id.clone(),
                Err(error) => error.to_string(),
            })
            .collect()
    }

    #[test]
    fn lasting_credentials_are_fetched_once() {
        let source = vec![credentials("a", Some(3600.0)), credentials("b", None)];
        assert_eq!(ids(&CredentialCache::default(), source, 3), ["a", "a", "a"]);
        let source = vec![credentials("a", None), credentials("b", None)];
        assert_eq!(ids(&CredentialCache::default(), source, 2), ["a", "a"]);
    }

    #[test]
    fn ended_ones_are_replaced_and_a_failure_then_is_final() {
        let source = vec![credentials("a", Some(0.0)), credentials("b", Some(0.0))];
        assert_eq!(
            ids(&CredentialCache::default(), source, 3),
            ["a", "b", "gone"]
        );
    }

    #[test]
    fn valid_ones_outlive_a_failure_of_their_source() {
        let cache = CredentialCache::default();
        assert_eq!(ids(&cache, vec![credentials("a", Some(60.0))], 1), ["a"]);
        cache.lock().as_mut().unwrap().refresh_at = Some(Instant::now());
        assert_eq!(ids(&cache, vec![], 2), ["a", "a"]);
    }

    #[test]
    fn refused_ones_are_renewed_once_for_all_workers() {
        let cache = CredentialCache::default();
        let (old, new) = (credentials("a", None), credentials("b", None));
        ids(&cache, vec![old.clone()], 1);
        assert!(
            !cache
                .replace_rejected(&old, || Ok(Some(old.clone())))
                .unwrap()
        );
        assert!(
            cache
                .replace_rejected(&old, || Ok(Some(new.clone())))
                .unwrap()
        );
        let again = || panic!("another worker has fetched new ones already");
        assert!(cache.replace_rejected(&old, again).unwrap());
    }
}
