//! Where a bucket's objects are: endpoint, addressing style, encoded path. Pure text.

mod names;
#[cfg(test)]
mod tests;
mod text;

use std::net::IpAddr;

pub use self::names::check_bucket;
use self::names::is_host_label;
use self::text::{decoded, split_port};
use super::services::{Buckets, Service};
use super::{Addressing, services};
use crate::aws::region::check_region;
use crate::aws::sigv4::{Slash, uri_encode};
use crate::error::{Error, Kind, Result, printable};

/// The root of a service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    /// How it is reached.
    pub scheme: Scheme,
    /// Lower case; IPv6 in brackets.
    pub host: String,
    /// `None` = the scheme's.
    pub port: Option<u16>,
    /// What a reverse proxy put before the service: empty, or with a leading and without a trailing `/`, encoded.
    pub base_path: String,
}

/// With or without TLS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scheme {
    /// Plain.
    Http,
    /// With TLS.
    Https,
}

impl Scheme {
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

/// One object's address, or the bucket's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Location {
    /// The `Host` header: with the port, unless it is the scheme's own.
    pub authority: String,
    /// Encoded, with the leading `/`: the very bytes that are signed and sent.
    pub path: String,
}

impl Endpoint {
    /// `http[s]://HOST[:PORT][/PATH]`.
    pub fn parse(text: &str) -> Result<Self> {
        let wrong = |what: &str| {
            Error::new(
                Kind::Config,
                format!("the endpoint `{}` {what}", printable(text)),
            )
            .hint("write it like https://s3.example.com or http://127.0.0.1:9000")
        };
        let (scheme, rest) = match text.split_once("://") {
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("https") => (Scheme::Https, rest),
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("http") => (Scheme::Http, rest),
            _ => return Err(wrong("is no http:// or https:// URL")),
        };
        let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        if authority.contains('@') {
            // Not shown: it may hold a password.
            return Err(
                Error::new(Kind::Config, "the endpoint holds a user name or password")
                    .hint("credentials belong into the config file or the environment"),
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
        // Written encoded or not, it is signed and sent in the one form that S3 signs.
        let base_path = decoded(path.trim_end_matches('/'))
            .map(|path| uri_encode(&path, Slash::Keep))
            .ok_or_else(|| wrong("has a path with a broken `%`"))?;
        Ok(Self {
            scheme,
            host: host.to_ascii_lowercase(),
            port,
            base_path,
        })
    }

    /// AWS's own endpoint in a region.
    pub fn aws(region: &str) -> Result<Self> {
        check_region(region)?;
        let suffix = if region.starts_with("cn-") { ".cn" } else { "" };
        Ok(Self {
            scheme: Scheme::Https,
            host: format!("s3.{region}.amazonaws.com{suffix}"),
            port: None,
            base_path: String::new(),
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
        format!(
            "{}://{}{}",
            self.scheme.name(),
            self.authority(),
            self.base_path
        )
    }

    /// Whether the host is this machine itself.
    pub fn is_loopback(&self) -> bool {
        let bare = self.host.trim_start_matches('[').trim_end_matches(']');
        self.host == "localhost"
            || self.host.ends_with(".localhost")
            || bare.parse().is_ok_and(|ip: IpAddr| ip.is_loopback())
    }

    /// Refuses a style that was asked for and cannot be: a bucket in front of an address, or one that no host is called.
    pub fn check_addressing(&self, addressing: Addressing, bucket: &str) -> Result<()> {
        if addressing != Addressing::Virtual {
            return Ok(());
        }
        let bare = self.host.trim_start_matches('[').trim_end_matches(']');
        let text = if bare.parse::<IpAddr>().is_ok() {
            format!(
                "`{}` is an address, before which no bucket can stand",
                self.host
            )
        } else if is_host_label(bucket, Scheme::Http) {
            return Ok(());
        } else {
            format!("`{}` cannot be part of a host name", printable(bucket))
        };
        Err(Error::new(Kind::Config, text).hint("set `addressing` to `path` or `auto`"))
    }

    /// What is known of the service.
    pub fn service(&self) -> Service {
        services::of(&self.host)
    }

    /// The same service's endpoint for another region, where that is another host.
    pub fn in_region(&self, region: &str) -> Option<Self> {
        check_region(region).ok()?;
        let host = self.service().host_in(region, &self.host)?;
        Some(Self {
            host,
            ..self.clone()
        })
    }

    /// The address of `key` in `bucket`; of the bucket itself if the key is empty.
    pub fn locate(&self, addressing: Addressing, bucket: &str, key: &str) -> Location {
        let key = uri_encode(key, Slash::Keep);
        if self.style(addressing, bucket) == Addressing::Virtual {
            return Location {
                authority: format!("{bucket}.{}", self.authority()),
                path: format!("{}/{key}", self.base_path),
            };
        }
        let bucket = uri_encode(bucket, Slash::Encode);
        let path = match key.is_empty() {
            true => format!("{}/{bucket}", self.base_path),
            false => format!("{}/{bucket}/{key}", self.base_path),
        };
        Location {
            authority: self.authority(),
            path,
        }
    }

    /// The style that `auto` means here: virtual-hosted where the service is known to take it and the bucket's name can
    /// stand in a host name (and, with TLS, under the service's wildcard certificate).
    fn style(&self, addressing: Addressing, bucket: &str) -> Addressing {
        match addressing {
            Addressing::Auto
                if self.service().buckets == Buckets::InHost
                    && is_host_label(bucket, self.scheme) =>
            {
                Addressing::Virtual
            }
            Addressing::Auto | Addressing::Path => Addressing::Path,
            Addressing::Virtual => Addressing::Virtual,
        }
    }

    /// The region to sign for where none is set: what the service's host says, else us-east-1.
    pub fn default_region(&self) -> String {
        self.own_region().unwrap_or("us-east-1").to_owned()
    }

    /// The region that the host stands for, if it stands for one.
    pub fn own_region(&self) -> Option<&str> {
        let region = self.service().region_of(&self.host);
        region.filter(|region| check_region(region).is_ok())
    }
}
