//! The proxy of an endpoint, from the values of the environment variables; ureq's own choice takes the first variable
//! that is set, for every URL.

use std::net::IpAddr;

use ureq::ProxyProtocol;

use super::endpoint::{Endpoint, HttpScheme, split_port, without_brackets};
use super::percent::uri_decode;
use crate::error::{Error, Kind, Result};

/// The proxy for `endpoint`, by its scheme. `None` for this machine and for the hosts of `NO_PROXY`.
pub fn choose(proxies: &Proxies, endpoint: &Endpoint) -> Result<Option<ureq::Proxy>> {
    let by_scheme = match endpoint.scheme {
        HttpScheme::Http => &proxies.http,
        HttpScheme::Https => &proxies.https,
    };
    let Some(url) = by_scheme.as_ref().or(proxies.all.as_ref()) else {
        return Ok(None);
    };
    if endpoint.is_loopback() || is_excepted(proxies.no.as_deref().unwrap_or(""), endpoint) {
        return Ok(None);
    }
    let proxy = parse(url).map_err(|hint| {
        // The error omits the URL: it may contain a password.
        let text = format!(
            "the {} proxy of the environment is not a proxy URL",
            endpoint.scheme.name()
        );
        Error::new(Kind::Config, text).with_hint(hint)
    })?;
    match proxy.protocol() {
        ProxyProtocol::Http
        | ProxyProtocol::Https
        | ProxyProtocol::Socks5
        | ProxyProtocol::Socks5h => Ok(Some(proxy)),
        // A direct connection would bypass the configured proxy.
        _ => Err(Error::new(
            Kind::Config,
            format!(
                "the {} proxy of the environment is a SOCKS 4 proxy, which blobctl cannot use",
                endpoint.scheme.name()
            ),
        )
        .with_hint("name an HTTP or SOCKS 5 proxy, or set NO_PROXY for this host")),
    }
}

/// Parses `[SCHEME://][USER[:PASSWORD]@]HOST[:PORT][/]`; the error is the hint.
fn parse(url: &str) -> Result<ureq::Proxy, &'static str> {
    const FORM: &str = "write it like http://proxy.example.com:3128, or set NO_PROXY for this host";
    const ENCODING: &str =
        "percent-encode the user name and password: `@` is %40, `:` is %3A, `/` is %2F, `%` is %25";
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    // A `/` in a password ends the authority, and an `@` comes after it.
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let (login, place) = match authority.rsplit_once('@') {
        Some((login, place)) => (login, place),
        None => ("", authority),
    };
    if path.contains('@') || login.contains(['@', '#', '?']) || uri_decode(login).is_none() {
        return Err(ENCODING);
    }
    let hint = if login.is_empty() { FORM } else { ENCODING };
    split_port(place).ok_or(hint)?;
    ureq::Proxy::new(url).map_err(|_| hint)
}

/// `NO_PROXY` as curl reads it: a name matches itself and its subdomains, with or without a leading dot; `host:port`
/// matches one port; `*` matches everything.
fn is_excepted(list: &str, endpoint: &Endpoint) -> bool {
    let host = endpoint.bare_host();
    let port = endpoint.port_or_default();
    list.split([',', ' '])
        .map(str::trim)
        .filter(|entry| !entry.is_empty())
        .any(|entry| {
            let entry = entry.to_ascii_lowercase();
            let (name, wanted_port) = match entry.rsplit_once(':') {
                Some((name, port)) if name.parse::<IpAddr>().is_ok() || !name.contains(':') => {
                    (name.to_owned(), port.parse::<u16>().ok())
                }
                _ => (entry.clone(), None),
            };
            let name = without_brackets(&name).trim_start_matches('.');
            let below = host
                .strip_suffix(name)
                .is_some_and(|front| front.is_empty() || front.ends_with('.'));
            entry == "*" || below && wanted_port.is_none_or(|wanted| wanted == port)
        })
}

/// The proxy variables of the environment, as values.
#[derive(Debug, Clone, Default)]
pub struct Proxies {
    /// `http_proxy` (lower case only), for http endpoints.
    pub http: Option<String>,
    /// `https_proxy` or `HTTPS_PROXY`, for https endpoints.
    pub https: Option<String>,
    /// `all_proxy` or `ALL_PROXY`, where the one above is not set.
    pub all: Option<String>,
    /// `no_proxy` or `NO_PROXY`: hosts to reach directly.
    pub no: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proxied(endpoint: &str, no: &str) -> Option<u16> {
        let proxies = Proxies {
            http: Some("http://p:1".to_owned()),
            https: Some("http://p:2".to_owned()),
            all: None,
            no: Some(no.to_owned()),
        };
        choose(&proxies, &Endpoint::parse(endpoint).unwrap())
            .unwrap()
            .map(|proxy| proxy.port())
    }

    #[test]
    fn the_scheme_decides_and_this_machine_is_never_behind_a_proxy() {
        assert_eq!(proxied("http://s3.example.com", ""), Some(1));
        assert_eq!(proxied("https://s3.example.com", ""), Some(2));
        for here in [
            "http://127.0.0.1:9000",
            "http://localhost",
            "http://[::1]:9000",
            "http://s3.localhost",
        ] {
            assert_eq!(proxied(here, ""), None, "{here}");
        }
    }

    #[test]
    fn excepted_hosts_are_reached_directly() {
        for no in [
            "*",
            "example.com",
            ".example.com",
            "s3.example.com",
            "x, s3.example.com",
            "s3.example.com:80",
        ] {
            assert_eq!(proxied("http://s3.example.com", no), None, "{no}");
        }
        for no in ["ample.com", "s3.example.com:81", "3.example.com", "x"] {
            assert_eq!(proxied("http://s3.example.com", no), Some(1), "{no}");
        }
    }

    #[test]
    fn a_proxy_that_cannot_be_used_is_never_passed_by() {
        for url in ["::", "socks4://p:1", "socks4a://p:1", "ftp://p:1"] {
            let proxies = Proxies {
                all: Some(url.to_owned()),
                ..Proxies::default()
            };
            let error = choose(&proxies, &Endpoint::parse("http://h").unwrap()).unwrap_err();
            assert_eq!(error.kind(), Kind::Config, "{url}");
        }
    }
}
