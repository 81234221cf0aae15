//! The S3 backend.

pub mod credentials;

use std::path::PathBuf;

use super::{Attributes, Backend, BlobInfo, Context, From, Sink, Stored};
use crate::error::Result;
use crate::key::Key;
use crate::payload::Payload;

/// A bucket and how to reach it.
#[derive(Debug, Clone)]
pub struct Config {
    /// `scheme://host[:port][/path]`; `None` = AWS in `region`.
    pub endpoint: Option<String>,
    /// The bucket's name.
    pub bucket: String,
    /// The region that requests are signed for.
    pub region: String,
    /// Where the bucket's name stands in the address.
    pub addressing: Addressing,
    /// Who signs.
    pub credentials: credentials::Source,
    /// PEM file with the certificates to trust instead of the built-in roots.
    pub ca_bundle: Option<PathBuf>,
    /// Accept any certificate.
    pub insecure: bool,
    /// The proxies of the environment.
    pub proxies: Proxies,
}

/// Where the bucket's name stands in the address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Addressing {
    /// Virtual-hosted where the endpoint is known to take it and the bucket's name allows it, else path.
    Auto,
    /// `endpoint/bucket/key`.
    Path,
    /// `bucket.endpoint/key`.
    Virtual,
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

/// The store.
pub struct S3 {
    _config: Config,
    _context: Context,
}

impl S3 {
    /// Nothing is read or connected before the first operation.
    pub fn new(config: Config, context: Context) -> Self {
        Self {
            _config: config,
            _context: context,
        }
    }
}

impl Backend for S3 {
    fn url(&self, _key: &Key) -> String {
        String::new()
    }
    fn stat(&self, _key: &Key) -> Result<Option<BlobInfo>> {
        Ok(None)
    }
    fn put(&self, _key: &Key, _payload: &Payload, _attributes: &Attributes) -> Result<Stored> {
        Err(crate::error::Error::not_found())
    }
    fn get(&self, _key: &Key, _from: &From, _sink: &mut dyn Sink) -> Result<BlobInfo> {
        Err(crate::error::Error::not_found())
    }
}
