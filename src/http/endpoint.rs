//! The endpoint of a service. Pure.

use std::net::IpAddr;

use super::percent::{Slash, uri_decode, uri_encode};
use crate::error::{Error, Kind, Result, printable};

/// The root of a service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    /// With or without TLS.
    pub scheme: HttpScheme,
    /// Lower case; IPv6 in brackets.
    pub host: String,
    /// `None` = the scheme's.
    pub port: Option<u16>,
    /// The path that a reverse proxy puts before the service: empty, or with a leading and without a trailing `/`,
    /// encoded.
    pub base_path: String,
}

/// With or without TLS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HttpScheme {
    /// Plain.
    Http,
    /// With TLS.
    Https,
}

impl HttpScheme {
    /// As in a URL.
    pub fn name(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Https => "https",
        }
    }

    fn default_port(self) -> u16 {
        match self {
            Self::Http => 80,
            Self::Https => 443,
        }
    }
}

impl Endpoint {
    /// `http[s]://HOST[:PORT][/PATH]`.
    pub fn parse(text: &str) -> Result<Self> {
        let wrong = |what: &str| {
            // A text with `@` may contain a password.
            let shown = match text.contains('@') {
                true => String::new(),
                false => format!(" `{}`", printable(text)),
            };
            Error::new(Kind::Config, format!("the endpoint{shown} {what}"))
                .with_hint("write it like https://s3.example.com or http://127.0.0.1:9000")
        };
        let (scheme, rest) = match text.split_once("://") {
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("https") => {
                (HttpScheme::Https, rest)
            }
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("http") => (HttpScheme::Http, rest),
            _ => return Err(wrong("is not an http:// or https:// URL")),
        };
        let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        if authority.contains('@') {
            // The error omits it: it may contain a password.
            return Err(
                Error::new(Kind::Config, "the endpoint holds a user name or password")
                    .with_hint("credentials belong in the config file or the environment"),
            );
        }
        if text.contains(['?', '#', '\\'])
            || text.contains(|letter: char| letter.is_whitespace() || letter.is_control())
        {
            return Err(wrong("holds a character that no endpoint has"));
        }
        let (host, port) = split_port(authority)
            .ok_or_else(|| wrong("has a host or port that cannot be understood"))?;
        let port = port.filter(|port| *port != scheme.default_port());
        // Encoded or not in the setting, the path is signed and sent in the one form that S3 signs.
        let base_path = uri_decode(path.trim_end_matches('/'))
            .map(|path| uri_encode(&path, Slash::Keep))
            .ok_or_else(|| wrong("has a path with a broken `%`"))?;
        Ok(Self {
            scheme,
            host: host.to_ascii_lowercase(),
            port,
            base_path,
        })
    }

    /// Host and, unless it is the scheme's own, port.
    pub fn authority(&self) -> String {
        match self.port {
            Some(port) => format!("{}:{port}", self.host),
            None => self.host.clone(),
        }
    }

    /// The whole address, without a bucket.
    pub fn address(&self) -> String {
        self.url(&self.authority(), &self.base_path, "")
    }

    /// A URL of the service. `authority` may have a bucket in front of the host; `path` and `query` are encoded.
    pub fn url(&self, authority: &str, path: &str, query: &str) -> String {
        let separator = if query.is_empty() { "" } else { "?" };
        format!(
            "{}://{authority}{path}{separator}{query}",
            self.scheme.name()
        )
    }

    /// The host without the brackets of an IPv6 address.
    pub fn bare_host(&self) -> &str {
        without_brackets(&self.host)
    }

    /// The IP address that the host is, if it is not a name.
    pub fn ip(&self) -> Option<IpAddr> {
        self.bare_host().parse().ok()
    }

    /// The port, also where it is the scheme's own.
    pub fn port_or_default(&self) -> u16 {
        self.port.unwrap_or(self.scheme.default_port())
    }

    /// True if the host is this machine.
    pub fn is_loopback(&self) -> bool {
        self.host == "localhost"
            || self.host.ends_with(".localhost")
            || self.ip().is_some_and(|ip| ip.is_loopback())
    }
}

/// The text of an IPv6 address without its brackets; any other text as it is.
pub(super) fn without_brackets(host: &str) -> &str {
    host.trim_start_matches('[').trim_end_matches(']')
}

/// Splits `HOST[:PORT]`, with IPv6 addresses in brackets.
pub(super) fn split_port(authority: &str) -> Option<(&str, Option<u16>)> {
    let (host, port) = match authority.strip_prefix('[') {
        Some(rest) => {
            let end = rest.find(']')?;
            rest[..end].parse::<std::net::Ipv6Addr>().ok()?;
            let (host, after) = authority.split_at(end + 2);
            (
                host,
                if after.is_empty() {
                    None
                } else {
                    Some(after.strip_prefix(':')?)
                },
            )
        }
        None => match authority.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (authority, None),
        },
    };
    let is_name = |host: &str| {
        host.bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_'))
    };
    if host.is_empty() || !host.starts_with('[') && !is_name(host) {
        return None;
    }
    match port {
        None => Some((host, None)),
        Some(port) => Some((host, Some(port.parse().ok().filter(|port| *port > 0)?))),
    }
}
