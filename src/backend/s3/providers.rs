//! What is known of services before the first request, as data: one table, looked up by the endpoint's host.
//!
//! Only what cannot be learnt from an answer stands here. That a service refuses a checksum header, or calls for another
//! region, it says itself; that it ignores a condition, it does not.

use crate::store::multipart::PartSizes;

/// One service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Provider {
    /// What its hosts are or end with, from a dot on; empty for the one that stands for all others.
    suffix: &'static str,
    /// The region to sign for where none is set.
    pub region: Region,
    /// What `addressing = "auto"` means.
    pub buckets: Buckets,
    /// What becomes of `If-None-Match` and `If-Match` on a write.
    pub conditions: Conditions,
    /// How `If-Match` is written on a PUT.
    pub if_match: IfMatch,
    /// Whether a HEAD or GET may ask for the checksums that the service keeps.
    pub checksum_mode: ChecksumMode,
    /// Which sizes the parts of one upload may have.
    pub parts: PartSizes,
    /// Whether it copies ranges of an object into parts.
    pub part_copies: PartCopies,
    /// Where a request is repeated after 503.
    pub after_busy: AfterBusy,
}

/// Where the region to sign for comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Region {
    /// Always this one.
    Fixed(&'static str),
    /// The label before the suffix, as in `s3.REGION.example.com`; else us-east-1.
    FromHost,
}

/// Where a bucket's name stands unless the settings say it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Buckets {
    /// In the host, if it can be part of one.
    InHost,
    /// In the path.
    InPath,
}

/// Whether a condition on a write is tested and the write done in one step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Conditions {
    /// It is.
    Atomic,
    /// It is ignored, refused, or nobody knows.
    BestEffort,
}

/// How an ETag is written in `If-Match` of a PUT.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IfMatch {
    /// In quotes, as the standard has it.
    Quoted,
    /// In quotes, and after 412 once without: <https://github.com/slatedb/slatedb/issues/1818>.
    QuotedThenUnquoted,
}

/// Whether `x-amz-checksum-mode` may be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChecksumMode {
    /// It is understood or ignored.
    Accepted,
    /// It is refused: <https://github.com/iterate-ch/cyberduck/issues/16107>.
    Rejected,
}

/// Whether the service knows UploadPartCopy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PartCopies {
    /// Yes, or nobody knows.
    Supported,
    /// No: what one CopyObject cannot copy goes through here.
    Unsupported,
}

/// Which connection a request goes over after 503.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AfterBusy {
    /// Any.
    Same,
    /// A new one, which may lead to a machine that is less busy:
    /// <https://www.backblaze.com/blog/b2-503-500-server-error/>.
    New,
}

/// Any other service, and what the ones below have in common with it.
const OTHER: Provider = Provider {
    suffix: "",
    region: Region::Fixed("us-east-1"),
    buckets: Buckets::InPath,
    conditions: Conditions::BestEffort,
    if_match: IfMatch::Quoted,
    checksum_mode: ChecksumMode::Accepted,
    parts: PartSizes::Any,
    part_copies: PartCopies::Supported,
    after_busy: AfterBusy::Same,
};

const AWS: Provider = Provider {
    suffix: ".amazonaws.com",
    region: Region::FromHost,
    buckets: Buckets::InHost,
    conditions: Conditions::Atomic,
    ..OTHER
};

const KNOWN: [Provider; 7] = [
    AWS,
    Provider {
        suffix: ".amazonaws.com.cn",
        ..AWS
    },
    Provider {
        suffix: ".r2.cloudflarestorage.com",
        region: Region::Fixed("auto"),
        conditions: Conditions::Atomic,
        // <https://developers.cloudflare.com/r2/objects/multipart-objects/>
        parts: PartSizes::Equal,
        ..OTHER
    },
    Provider {
        suffix: ".digitaloceanspaces.com",
        buckets: Buckets::InHost,
        if_match: IfMatch::QuotedThenUnquoted,
        ..OTHER
    },
    Provider {
        suffix: ".backblazeb2.com",
        region: Region::FromHost,
        buckets: Buckets::InHost,
        checksum_mode: ChecksumMode::Rejected,
        after_busy: AfterBusy::New,
        ..OTHER
    },
    Provider {
        suffix: ".wasabisys.com",
        region: Region::FromHost,
        buckets: Buckets::InHost,
        ..OTHER
    },
    Provider {
        suffix: ".storage.googleapis.com",
        region: Region::Fixed("auto"),
        buckets: Buckets::InHost,
        part_copies: PartCopies::Unsupported,
        ..OTHER
    },
];

/// The service at a host, which is in lower case.
pub fn provider_of(host: &str) -> Provider {
    let is_at = |service: &&Provider| {
        host.ends_with(service.suffix) || Some(host) == service.suffix.strip_prefix('.')
    };
    KNOWN.iter().find(is_at).copied().unwrap_or(OTHER)
}

impl Provider {
    /// Whether it is AWS itself.
    pub fn is_aws(&self) -> bool {
        self.suffix.starts_with(AWS.suffix)
    }

    /// The region that the host names, or the service's only one; not checked.
    pub fn region_of<'a>(&self, host: &'a str) -> Option<&'a str> {
        match self.region {
            Region::Fixed("us-east-1") => None,
            Region::Fixed(region) => Some(region),
            Region::FromHost => {
                let labels = host.strip_suffix(self.suffix)?;
                let region = labels.strip_prefix("s3.")?;
                let region = region.strip_prefix("dualstack.").unwrap_or(region);
                (!region.contains('.')).then_some(region)
            }
        }
    }

    /// The host that serves another region, if this one serves a single region in the usual way.
    pub fn host_in(&self, region: &str, host: &str) -> Option<String> {
        let front = host.strip_suffix(self.suffix)?;
        match front.strip_prefix("s3") {
            Some("") if self.is_aws() => Some(format!("s3.{region}{}", self.suffix)),
            Some(rest) if self.is_aws() => {
                let own = rest.strip_prefix('.')?;
                let stack = own.strip_prefix("dualstack.").map_or("", |_| "dualstack.");
                let own = own.strip_prefix("dualstack.").unwrap_or(own);
                (!own.contains('.')).then(|| format!("s3.{stack}{region}{}", self.suffix))
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_host_is_one_services() {
        for (host, suffix) in [
            ("s3.eu-west-1.amazonaws.com", ".amazonaws.com"),
            ("s3.cn-north-1.amazonaws.com.cn", ".amazonaws.com.cn"),
            (
                "a1.eu.r2.cloudflarestorage.com",
                ".r2.cloudflarestorage.com",
            ),
            ("fra1.digitaloceanspaces.com", ".digitaloceanspaces.com"),
            ("digitaloceanspaces.com", ".digitaloceanspaces.com"),
            ("s3.us-west-004.backblazeb2.com", ".backblazeb2.com"),
            ("s3.wasabisys.com", ".wasabisys.com"),
            ("storage.googleapis.com", ".storage.googleapis.com"),
            ("evil-amazonaws.com", ""),
            ("s3.amazonaws.com.example", ""),
            ("minio", ""),
            ("127.0.0.1", ""),
        ] {
            assert_eq!(provider_of(host).suffix, suffix, "{host}");
        }
    }

    #[test]
    fn regions_are_read_from_hosts_that_name_them() {
        for (host, region) in [
            ("s3.us-west-004.backblazeb2.com", Some("us-west-004")),
            ("s3.eu-central-1.wasabisys.com", Some("eu-central-1")),
            ("s3.wasabisys.com", None),
            ("s3.dualstack.eu-west-1.amazonaws.com", Some("eu-west-1")),
            ("s3.cn-north-1.amazonaws.com.cn", Some("cn-north-1")),
            ("bucket.vpce-1.s3.eu-west-1.vpce.amazonaws.com", None),
            ("a1.r2.cloudflarestorage.com", Some("auto")),
            ("storage.googleapis.com", Some("auto")),
            ("fra1.digitaloceanspaces.com", None),
            ("minio", None),
        ] {
            assert_eq!(provider_of(host).region_of(host), region, "{host}");
        }
    }

    #[test]
    fn another_region_has_another_host_at_aws_alone() {
        for (host, other) in [
            ("s3.amazonaws.com", Some("s3.eu-west-1.amazonaws.com")),
            (
                "s3.us-east-1.amazonaws.com",
                Some("s3.eu-west-1.amazonaws.com"),
            ),
            (
                "s3.dualstack.us-east-1.amazonaws.com",
                Some("s3.dualstack.eu-west-1.amazonaws.com"),
            ),
            ("x.s3.us-east-1.vpce.amazonaws.com", None),
            ("s3.eu-central-1.wasabisys.com", None),
            ("minio", None),
        ] {
            assert_eq!(
                provider_of(host).host_in("eu-west-1", host).as_deref(),
                other,
                "{host}"
            );
        }
    }
}
