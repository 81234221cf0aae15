//! A bucket and how to reach it, as settings say it.

use std::path::PathBuf;

use clap::ValueEnum;

use super::CustomerKey;
use crate::aws::credentials;
use crate::digest::Algorithm;
use crate::http::proxy::Proxies;
use crate::net::tls_roots::Roots;

/// A bucket and how to reach it.
#[derive(Debug, Clone)]
pub struct S3Config {
    /// `scheme://host[:port][/path]`; `None` = AWS in `region`.
    pub endpoint: Option<String>,
    /// The bucket's name.
    pub bucket: String,
    /// The version that is read or removed; `None` = the newest.
    pub version: Option<String>,
    /// The region that requests are signed for; `None` = the service's default.
    pub region: Option<String>,
    /// Where the bucket's name stands in the address.
    pub addressing: Addressing,
    /// Who signs.
    pub credentials: credentials::CredentialSource,
    /// How the store is to prove that it has the bytes.
    pub checksum: Checksum,
    /// Where runs tell each other how services prove it; `None` = nowhere.
    pub checksum_cache: Option<PathBuf>,
    /// Whether the body's hash is part of the signature.
    pub payload_signing: PayloadSigning,
    /// The key that the service encrypts blobs with and forgets (SSE-C); only over https.
    pub customer_key: Option<CustomerKey>,
    /// Whether we, not the bucket's owner, pay for the requests.
    pub request_payer: bool,
    /// The certificates to trust.
    pub roots: Roots,
    /// Accept any certificate.
    pub insecure: bool,
    /// The proxies of the environment.
    pub proxies: Proxies,
}

/// How the store is to prove that it has the bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Checksum {
    /// CRC-64/NVME where the store answers with it, else MD5 and the ETag.
    Auto,
    /// This one; a store that refuses it is an error.
    Only(Algorithm),
    /// Nothing but the length.
    None,
}

/// Whether the body's hash is part of the signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum PayloadSigning {
    /// Over http, where nothing else protects the body
    Auto,
    /// Always
    Signed,
    /// Never
    Unsigned,
}

/// Where the bucket's name stands in the address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Addressing {
    /// By endpoint and name
    // Virtual-hosted where the service is known to take it and the bucket's name allows it, else path.
    Auto,
    /// endpoint/bucket/key
    Path,
    /// bucket.endpoint/key
    Virtual,
}
