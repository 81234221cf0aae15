//! The URL of a bucket: path-style or virtual-hosted-style, and its region.

use std::net::IpAddr;

use super::providers::{Buckets, Provider};
use super::{Addressing, providers};
use crate::aws::region::check_region;
use crate::error::{Error, Kind, Result, printable};
use crate::http::endpoint::{Endpoint, HttpScheme};
use crate::http::percent::{Slash, uri_encode};

/// The address of an object, a bucket or the service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Location {
    /// The `Host` header: with the port, unless it is the scheme's own.
    pub authority: String,
    /// Percent-encoded, with the leading `/`: exactly the bytes that are signed and sent.
    pub path: String,
}

impl Endpoint {
    /// AWS's own endpoint in a region.
    pub fn aws(region: &str) -> Result<Self> {
        check_region(region)?;
        let suffix = if region.starts_with("cn-") { ".cn" } else { "" };
        Ok(Self {
            scheme: HttpScheme::Https,
            host: format!("s3.{region}.amazonaws.com{suffix}"),
            port: None,
            base_path: String::new(),
        })
    }

    /// Rejects virtual-hosted-style where it is impossible: the host is an IP address, or the bucket's name cannot be a
    /// host label.
    pub fn check_addressing(&self, addressing: Addressing, bucket: &str) -> Result<()> {
        if addressing != Addressing::Virtual {
            return Ok(());
        }
        let text = if self.ip().is_some() {
            format!(
                "`{}` is an address, before which no bucket can stand",
                self.host
            )
        } else if is_host_label(bucket, HttpScheme::Http) {
            return Ok(());
        } else {
            format!("`{}` cannot be part of a host name", printable(bucket))
        };
        Err(Error::new(Kind::Config, text).with_hint("set `addressing` to `path` or `auto`"))
    }

    /// Properties of the service.
    pub fn provider(&self) -> Provider {
        providers::provider_of(&self.host)
    }

    /// The endpoint of the same service in another region; `None` if the host is the same.
    pub fn in_region(&self, region: &str) -> Option<Self> {
        check_region(region).ok()?;
        let host = self.provider().host_in(region, &self.host)?;
        Some(Self {
            host,
            ..self.clone()
        })
    }

    /// The address of `key` in `bucket`; of the bucket itself if the key is empty.
    pub fn locate(&self, addressing: Addressing, bucket: &str, key: &str) -> Location {
        let key = uri_encode(key, Slash::Keep);
        if self.effective_addressing(addressing, bucket) == Addressing::Virtual {
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

    /// The address of the service itself.
    pub fn locate_service(&self) -> Location {
        Location {
            authority: self.authority(),
            path: format!("{}/", self.base_path),
        }
    }

    /// The addressing style that `auto` means here: virtual-hosted-style if the service supports it and the bucket's
    /// name can be part of the host (and, with TLS, is covered by the service's wildcard certificate).
    fn effective_addressing(&self, addressing: Addressing, bucket: &str) -> Addressing {
        match addressing {
            Addressing::Auto
                if self.provider().buckets == Buckets::InHost
                    && is_host_label(bucket, self.scheme) =>
            {
                Addressing::Virtual
            }
            Addressing::Auto | Addressing::Path => Addressing::Path,
            Addressing::Virtual => Addressing::Virtual,
        }
    }

    /// The region to sign for if none is configured: the one that the host names, else us-east-1.
    pub fn default_region(&self) -> String {
        self.region_from_host().unwrap_or("us-east-1").to_owned()
    }

    /// The region that the host names, if it is a valid one.
    pub fn region_from_host(&self) -> Option<&str> {
        let region = self.provider().region_of(&self.host);
        region.filter(|region| check_region(region).is_ok())
    }
}

pub(super) fn is_host_label(bucket: &str, scheme: HttpScheme) -> bool {
    let bytes = bucket.as_bytes();
    let good = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let inner =
        |byte: &u8| good(byte) || *byte == b'-' || *byte == b'.' && scheme == HttpScheme::Http;
    (3..=63).contains(&bytes.len())
        && bytes.iter().all(inner)
        && bytes.first().is_some_and(good)
        && bytes.last().is_some_and(good)
        && !bucket.contains("..")
        && bucket.parse::<IpAddr>().is_err()
}

/// Rejects bucket names that no service allows and that would change the URL. Rules differ by service; older AWS names
/// contain upper case and `_`.
pub fn check_bucket(bucket: &str) -> Result<()> {
    let known = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_');
    if !bucket.is_empty()
        && bucket.len() <= 255
        && bucket.bytes().all(known)
        && !matches!(bucket, "." | "..")
    {
        return Ok(());
    }
    Err(Error::new(
        Kind::Config,
        format!("`{}` is not a valid bucket name", printable(bucket)),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bucket_names_cannot_change_the_address() {
        for bad in ["", "a/b", "a?b", "..", "a b", "ü"] {
            assert!(check_bucket(bad).is_err(), "{bad}");
        }
        assert!(check_bucket("Old_Name.x-1").is_ok());
    }

    fn located(endpoint: &str, addressing: Addressing, bucket: &str, key: &str) -> String {
        let Location { authority, path } = Endpoint::parse(endpoint)
            .unwrap()
            .locate(addressing, bucket, key);
        format!("{authority}{path}")
    }

    #[test]
    fn endpoints_are_understood_or_refused() {
        let good = |text: &str| Endpoint::parse(text).map(|e| e.address()).ok();
        assert_eq!(
            good("http://127.0.0.1:9000").as_deref(),
            Some("http://127.0.0.1:9000")
        );
        assert_eq!(
            good("HTTPS://S3.Example.com:443/").as_deref(),
            Some("https://s3.example.com")
        );
        assert_eq!(
            good("http://[::1]:9000/s3/").as_deref(),
            Some("http://[::1]:9000/s3")
        );
        for path in ["/a%20b+%2b", "/a%20b%2b+"] {
            let good = good(&format!("http://h{path}"));
            assert_eq!(good.as_deref(), Some("http://h/a%20b%2B%2B"));
        }
        for text in [
            "",
            "x",
            "http://h/%",
            "http://h/%4",
            "http://h/%zz",
            "http://h/%ü",
            "http://h/%ff",
            "ftp://h",
            "http://",
            "http://:9",
            "http://h:0",
            "http://h:99999",
            "http://h:",
            "http://[::1",
            "http://[x]",
            "http://a b",
            "http://h/?q",
            "http://h#f",
            "http://u:p@h",
            "http://h\n",
            "http://ü",
        ] {
            let error = Endpoint::parse(text).err();
            assert_eq!(
                error.as_ref().map(Error::kind),
                Some(Kind::Config),
                "{text}"
            );
            assert!(!error.unwrap().to_string().contains("u:p"));
        }
    }

    #[test]
    fn the_style_follows_service_and_name() {
        use Addressing::{Auto, Path, Virtual};
        for (endpoint, effective_addressing, bucket, key, wanted) in [
            (
                "http://127.0.0.1:9000",
                Auto,
                "lab",
                "a b",
                "127.0.0.1:9000/lab/a%20b",
            ),
            ("http://[::1]:9000", Auto, "lab", "k", "[::1]:9000/lab/k"),
            (
                "https://s3.eu-west-1.amazonaws.com",
                Auto,
                "media",
                "k//x",
                "media.s3.eu-west-1.amazonaws.com/k//x",
            ),
            (
                "https://s3.eu-west-1.amazonaws.com",
                Auto,
                "my.media",
                "k",
                "s3.eu-west-1.amazonaws.com/my.media/k",
            ),
            (
                "http://s3.eu-west-1.amazonaws.com",
                Auto,
                "my.media",
                "k",
                "my.media.s3.eu-west-1.amazonaws.com/k",
            ),
            (
                "https://s3.eu-west-1.amazonaws.com",
                Auto,
                "Old_Name",
                "k",
                "s3.eu-west-1.amazonaws.com/Old_Name/k",
            ),
            (
                "https://s3.eu-west-1.amazonaws.com",
                Path,
                "media",
                "k",
                "s3.eu-west-1.amazonaws.com/media/k",
            ),
            (
                "http://s3.localhost:9000",
                Virtual,
                "lab",
                "k",
                "lab.s3.localhost:9000/k",
            ),
            (
                "http://minio:9000/s3",
                Auto,
                "lab",
                "/lead",
                "minio:9000/s3/lab//lead",
            ),
            ("http://minio:9000", Auto, "lab", "", "minio:9000/lab"),
        ] {
            assert_eq!(located(endpoint, effective_addressing, bucket, key), wanted);
        }
    }

    #[test]
    fn a_style_that_cannot_be_is_refused() {
        let check = |endpoint: &str, effective_addressing, bucket: &str| {
            let endpoint = Endpoint::parse(endpoint).unwrap();
            endpoint
                .check_addressing(effective_addressing, bucket)
                .is_ok()
        };
        for (endpoint, bucket, can_be) in [
            ("http://s3.localhost:9000", "lab", true),
            ("https://s3.example.com", "my.media", true),
            ("http://127.0.0.1:9000", "lab", false),
            ("http://[::1]", "lab", false),
            ("https://s3.example.com", "Old_Name", false),
        ] {
            assert_eq!(
                check(endpoint, Addressing::Virtual, bucket),
                can_be,
                "{endpoint}"
            );
            assert!(check(endpoint, Addressing::Auto, bucket));
            assert!(check(endpoint, Addressing::Path, bucket));
        }
    }

    #[test]
    fn regions_come_from_known_hosts_and_are_checked() {
        let region = |text: &str| Endpoint::parse(text).unwrap().default_region();
        assert_eq!(
            region("https://s3.us-west-004.backblazeb2.com"),
            "us-west-004"
        );
        assert_eq!(region("https://x.r2.cloudflarestorage.com"), "auto");
        assert_eq!(region("http://127.0.0.1:9000"), "us-east-1");
        for bad in ["", "a b", "EU", "-a", "a-", "a.b", "x/y", &"a".repeat(64)] {
            assert!(check_region(bad).is_err(), "{bad}");
        }
        assert_eq!(
            Endpoint::aws("cn-north-1").unwrap().authority(),
            "s3.cn-north-1.amazonaws.com.cn"
        );
        assert!(Endpoint::aws("evil.example/").is_err());
    }
}
