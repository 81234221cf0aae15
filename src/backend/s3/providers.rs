//! Properties of known services: one table, looked up by the endpoint's host.
//!
//! The table holds only properties that no response reveals. A service reports itself that it rejects a checksum header
//! or expects another region, but not that it ignores a precondition.

use crate::store::multipart::PartSizes;

/// One service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Provider {
    /// The host or the end of the host, from a dot on; empty for the entry of unknown services.
    suffix: &'static str,
    /// The region to sign for if none is configured.
    pub region: Region,
    /// The meaning of `addressing = "auto"`.
    pub buckets: Buckets,
    /// The effect of `If-None-Match` and `If-Match` on a write.
    pub conditions: Conditions,
    /// The form of `If-Match` on a PUT.
    pub if_match: IfMatch,
    /// Support for `x-amz-checksum-mode` on HEAD and GET.
    pub checksum_mode: ChecksumMode,
    /// The sizes that the parts of one upload may have.
    pub parts: PartSizes,
    /// Support for UploadPartCopy.
    pub part_copies: PartCopies,
    /// The connection that is used after a 503.
    pub after_busy: AfterBusy,
}

/// The source of the region to sign for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Region {
    /// Always this one.
    Fixed(&'static str),
    /// The label before the suffix, as in `s3.REGION.example.com`; else us-east-1.
    FromHost,
}

/// The place of the bucket's name in the URL if it is not configured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Buckets {
    /// In the host (virtual-hosted-style), if the name can be part of one.
    InHost,
    /// In the path (path-style).
    InPath,
}

/// The atomicity of a write with a precondition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Conditions {
    /// It does.
    Atomic,
    /// It ignores or rejects the precondition, or its behaviour is unknown.
    BestEffort,
}

/// The form of the ETag in `If-Match` of a PUT.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IfMatch {
    /// In quotes, as RFC 9110 requires.
    Quoted,
    /// In quotes, and after a 412 once without: <https://github.com/slatedb/slatedb/issues/1818>.
    QuotedThenUnquoted,
}

/// Support for `x-amz-checksum-mode`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChecksumMode {
    /// Supported or ignored.
    Accepted,
    /// Rejected: <https://github.com/iterate-ch/cyberduck/issues/16107>.
    Rejected,
}

/// Support for UploadPartCopy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PartCopies {
    /// Supported, or unknown.
    Supported,
    /// Not supported: an object that is too large for one CopyObject is downloaded and uploaded.
    Unsupported,
}

/// The connection that a request uses after a 503.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AfterBusy {
    /// Any pooled one.
    Same,
    /// A new one, which may lead to a machine that is less busy:
    /// <https://www.backblaze.com/blog/b2-503-500-server-error/>.
    New,
}

/// The defaults of unknown services, which the known ones refine.
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

/// The service at a host, given in lower case.
pub fn provider_of(host: &str) -> Provider {
    let is_at = |service: &&Provider| {
        host.ends_with(service.suffix) || Some(host) == service.suffix.strip_prefix('.')
    };
    KNOWN.iter().find(is_at).copied().unwrap_or(OTHER)
}

impl Provider {
    /// True if it is AWS itself.
    pub fn is_aws(&self) -> bool {
        self.suffix.starts_with(AWS.suffix)
    }

    /// The region that the host names, or the service's only one; not validated.
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

    /// The host of another region. `None` if the service has no host per region, or this host is not a plain one.
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
