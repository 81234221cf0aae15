//! Name resolution, cached.

use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use ureq::Error;
use ureq::http::Uri;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::NextTimeout;

use crate::error::{Kind, describe_lookup, printable};

/// Resolves each host at most once per minute: ureq resolves for every request, even if it then reuses a connection.
#[derive(Default)]
pub(super) struct CachingResolver<R = DefaultResolver> {
    system: R,
    cache: Mutex<Vec<(String, Instant, ResolvedSocketAddrs)>>,
}

impl<R> fmt::Debug for CachingResolver<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CachingResolver")
    }
}

impl<R: Resolver> Resolver for CachingResolver<R> {
    fn resolve(
        &self,
        uri: &Uri,
        config: &ureq::config::Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, Error> {
        const LIFETIME: Duration = Duration::from_secs(60);
        let name = format!(
            "{}://{}",
            uri.scheme_str().unwrap_or(""),
            uri.authority().map_or("", |a| a.as_str())
        );
        let mut cache = self.cache.lock().unwrap_or_else(PoisonError::into_inner);
        cache.retain(|(_, at, _)| at.elapsed() < LIFETIME);
        if let Some((_, _, addresses)) = cache.iter().find(|(host, _, _)| *host == name) {
            return Ok(copy(self, addresses));
        }
        // The lock is held during the look-up, so that many workers cause one.
        let local = localhost_uri(uri);
        let addresses = self
            .system
            .resolve(local.as_ref().unwrap_or(uri), config, timeout)
            .map_err(|error| lookup_error(uri, error))?;
        cache.push((name, Instant::now(), copy(self, &addresses)));
        Ok(addresses)
    }
}

/// The error of a failed look-up: getaddrinfo(3)'s has no kind of its own.
fn lookup_error(uri: &Uri, error: Error) -> Error {
    match error {
        Error::Io(error) => {
            let host = printable(uri.host().unwrap_or(""));
            let text = format!(
                "cannot resolve {host}: {}",
                printable(&describe_lookup(&error))
            );
            let error = crate::error::Error::new(Kind::Disconnected, text).of_store();
            Error::Io(error.into_io())
        }
        other => other,
    }
}

/// The same service at `localhost`, if the host is a subdomain of it, as the bucket of a service on this machine is.
/// All of them are this machine, but not every system's resolver implements that:
/// <https://www.rfc-editor.org/rfc/rfc6761#section-6.3>.
fn localhost_uri(uri: &Uri) -> Option<Uri> {
    let host = uri.host()?.to_ascii_lowercase();
    host.strip_suffix('.')
        .unwrap_or(&host)
        .strip_suffix(".localhost")?;
    let port = uri.port().map_or(String::new(), |port| format!(":{port}"));
    format!("{}://localhost{port}/", uri.scheme_str()?)
        .parse()
        .ok()
}

fn copy<R: Resolver>(
    resolver: &CachingResolver<R>,
    addresses: &ResolvedSocketAddrs,
) -> ResolvedSocketAddrs {
    let mut copy = resolver.empty();
    for address in addresses {
        copy.push(*address);
    }
    copy
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;
    use std::sync::atomic::{AtomicU64, Ordering};

    use ureq::{Agent, Timeout};

    use super::*;
    use ureq::unversioned::transport::time::Duration as Limit;

    /// Knows every host and counts how often it is asked.
    #[derive(Debug, Default)]
    struct Counting(AtomicU64);

    impl Resolver for Counting {
        fn resolve(
            &self,
            _: &Uri,
            _: &ureq::config::Config,
            _: NextTimeout,
        ) -> Result<ResolvedSocketAddrs, Error> {
            self.0.fetch_add(1, Ordering::Relaxed);
            let mut found = self.empty();
            found.push(SocketAddr::from(([127, 0, 0, 1], 9000)));
            Ok(found)
        }
    }

    #[test]
    fn a_host_is_looked_up_once_whatever_is_asked_of_it_and_by_how_many() {
        let resolver = CachingResolver::<Counting>::default();
        let config = Agent::config_builder().build();
        let ask = |uri: &'static str| {
            let timeout = NextTimeout {
                after: Limit::NotHappening,
                reason: Timeout::Resolve,
                per_read: None,
                per_write: None,
            };
            let uri = Uri::from_static(uri);
            resolver.resolve(&uri, &config, timeout).unwrap().len()
        };
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| assert_eq!(ask("http://s3.test/lab/a"), 1));
            }
        });
        assert_eq!(ask("http://s3.test/lab/b?uploads="), 1);
        assert_eq!(resolver.system.0.load(Ordering::Relaxed), 1);
        ask("http://other.test/");
        assert_eq!(resolver.system.0.load(Ordering::Relaxed), 2);
    }
    #[test]
    fn hosts_below_localhost_are_this_machine() {
        let local =
            |uri: &'static str| localhost_uri(&Uri::from_static(uri)).map(|uri| uri.to_string());
        for (uri, expected) in [
            ("http://lab.localhost:9000/a?b", "http://localhost:9000/"),
            ("https://a.B.LocalHost./", "https://localhost/"),
        ] {
            assert_eq!(local(uri).as_deref(), Some(expected), "{uri}");
        }
        for uri in [
            "http://localhost/",
            "http://notlocalhost/",
            "http://localhost.example/",
            "http://lab.localhost.example/",
        ] {
            assert_eq!(local(uri), None, "{uri}");
        }
    }
}
