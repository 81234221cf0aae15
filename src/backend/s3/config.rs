//! Configuration of a bucket, as the settings resolve it.

use std::path::PathBuf;

use clap::ValueEnum;

use super::CustomerKey;
use crate::aws::credentials;
use crate::digest::Algorithm;
use crate::http::proxy::Proxies;
use crate::http::tls::{CertificateOptions, CertificateTrust};
use crate::net::client_certificate::ClientCertificate;
use crate::net::tls_roots::Roots;

/// A bucket and its connection.
#[derive(Debug, Clone)]
pub struct S3Config {
    /// `scheme://host[:port][/path]`; `None` = AWS in `region`.
    pub endpoint: Option<String>,
    /// The bucket's name; `None` = the service itself, to list its buckets.
    pub bucket: Option<String>,
    /// The version to read or remove; `None` = the newest.
    pub version: Option<String>,
    /// The region that requests are signed for; `None` = the service's default.
    pub region: Option<String>,
    /// The place of the bucket's name in the URL.
    pub addressing: Addressing,
    /// The source of the credentials.
    pub credentials: credentials::CredentialSource,
    /// The checksum that the service must verify.
    pub checksum: Checksum,
    /// The checksum cache in the state directory; `None` = no cache.
    pub checksum_cache: Option<PathBuf>,
    /// The signing of the body's hash.
    pub payload_signing: PayloadSigning,
    /// The key of SSE-C; only over https.
    pub customer_key: Option<CustomerKey>,
    /// True if the requester, not the bucket's owner, pays for the requests.
    pub request_payer: bool,
    /// The certificates to trust.
    pub roots: Roots,
    /// Accept any certificate.
    pub insecure: bool,
    /// The certificate for a service that requests one; only over https.
    pub client_certificate: Option<ClientCertificate>,
    /// The proxies of the environment.
    pub proxies: Proxies,
}

impl S3Config {
    /// The certificates of both sides.
    pub fn certificates(&self) -> CertificateOptions<'_> {
        CertificateOptions {
            trust: match self.insecure {
                true => CertificateTrust::Any,
                false => CertificateTrust::Roots(&self.roots),
            },
            client_certificate: self.client_certificate.as_ref(),
        }
    }
}

/// The checksum that the service must verify.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Checksum {
    /// CRC-64/NVME if the service returns it, else MD5 and the ETag.
    Auto,
    /// This one; a service that does not support it is an error.
    Only(Algorithm),
    /// Only the length.
    None,
}

/// The signing of the body's hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum PayloadSigning {
    /// Sign it over http, where nothing else protects the body
    Auto,
    /// Sign it always: the body is hashed before it is sent
    Signed,
    /// Never sign it
    Unsigned,
}

/// The place of the bucket's name in the URL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Addressing {
    /// The host name if the service and the bucket's name allow it, else the path
    // Virtual-hosted-style if the service is known to support it and the bucket's name allows it, else path-style.
    Auto,
    /// The path: ENDPOINT/BUCKET/KEY
    Path,
    /// The host name: BUCKET.ENDPOINT/KEY
    Virtual,
}
