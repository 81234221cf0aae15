//! The client of one bucket, or of a service: addresses, signs and sends a request and classifies its response. Its fields cache what
//! the responses revealed about the service.

mod corrections;
mod describe;
mod exchange;
mod request;
mod response;
mod send;
mod signing;

use std::sync::{Arc, Mutex, OnceLock};

use crate::http::Agent;

pub use self::request::{Body, Request, RequestPurpose, Resource, ResponseTimeout};
pub use self::response::S3Response;
use super::location::Location;
use super::providers::{ChecksumMode, Conditions};
use super::sse_c::CustomerKey;
use super::{Checksum, PayloadSigning, S3Config, location, providers};
use crate::aws::credentials::{CredentialCache, Credentials};
use crate::aws::region;
use crate::aws::sigv4::{SigningKey, SigningScope};
use crate::error::{Error, Kind, Result};
use crate::events::Event;
use crate::http::endpoint::{Endpoint, HttpScheme};
use crate::store::Context;
use crate::store::copy::CopyEndpoint;
use crate::store::identity::StoreId;
use crate::store::multipart::PartSizes;

/// The client of one bucket, or of a service.
pub struct Client {
    config: S3Config,
    context: Context,
    endpoint: OnceLock<Endpoint>,
    agent: OnceLock<Agent>,
    credential_cache: CredentialCache,
    signing_key: Mutex<Option<(SigningScope, Arc<Credentials>, SigningKey)>>,
    corrections: Mutex<Corrections>,
    /// AWS's endpoint of the bucket's actual region, after a redirect.
    redirected_endpoint: OnceLock<Endpoint>,
}

impl Client {
    /// Nothing is read or connected before the first request.
    pub fn new(config: S3Config, context: Context) -> Self {
        Self {
            config,
            context,
            endpoint: OnceLock::new(),
            agent: OnceLock::new(),
            credential_cache: CredentialCache::default(),
            signing_key: Mutex::new(None),
            corrections: Mutex::default(),
            redirected_endpoint: OnceLock::new(),
        }
    }

    /// The bucket; empty for a client of the service itself.
    pub fn bucket(&self) -> &str {
        self.config.bucket.as_deref().unwrap_or_default()
    }

    /// True if TLS protects the body, so that its hash need not be signed.
    pub fn is_https(&self) -> Result<bool> {
        Ok(self.endpoint()?.scheme == HttpScheme::Https)
    }

    /// The setting for the body's hash.
    pub fn payload_signing(&self) -> PayloadSigning {
        self.config.payload_signing
    }

    /// True if the service supports requests for stored checksums.
    pub fn supports_checksum_mode(&self) -> bool {
        self.provider().checksum_mode == ChecksumMode::Accepted
    }

    /// True if the service is known to check a precondition and write in one step.
    pub fn has_atomic_conditions(&self) -> bool {
        self.provider().conditions == Conditions::Atomic
    }

    /// Properties of the service.
    pub fn provider(&self) -> providers::Provider {
        match self.endpoint() {
            Ok(endpoint) => endpoint.provider(),
            // The next request fails with this error.
            Err(_) => providers::provider_of(""),
        }
    }

    /// The service's address, without the bucket.
    pub fn service_address(&self) -> Option<String> {
        Some(self.endpoint().ok()?.address())
    }

    /// Service and user: both stores of a server-side copy must have the same.
    pub fn service(&self) -> Option<CopyEndpoint> {
        let endpoint = self.endpoint().ok()?;
        let user = match self.credentials().ok()? {
            Some(credentials) => credentials.access_key_id.clone(),
            None => String::new(),
        };
        let identity = format!("{} {user}", endpoint.address());
        Some(CopyEndpoint {
            identity,
            bucket: self.bucket().to_owned(),
            version: self.version_id().map(str::to_owned),
            reading: self
                .customer_key()
                .map_or_else(Vec::new, CustomerKey::source_headers),
        })
    }

    /// True if the service is known to compute the ETag of a multipart upload from the MD5s of its parts.
    pub fn has_multipart_md5_etags(&self) -> bool {
        self.endpoint()
            .is_ok_and(|endpoint| endpoint.provider().is_aws())
    }

    /// The query parameter of the configured version.
    pub fn version(&self) -> Option<(String, String)> {
        let version = self.version_id()?;
        Some(("versionId".to_owned(), version.to_owned()))
    }

    /// The configured version.
    pub fn version_id(&self) -> Option<&str> {
        self.config.version.as_deref()
    }

    /// True if checksums are switched off (`--checksum none`).
    pub fn skips_checksums(&self) -> bool {
        self.config.checksum == Checksum::None
    }

    /// The configured SSE-C key.
    pub fn customer_key(&self) -> Option<&CustomerKey> {
        self.config.customer_key.as_ref()
    }

    /// The bucket's identity: that of the configured endpoint, also after a redirect to another region.
    pub fn store_id(&self) -> StoreId {
        // Without a valid endpoint every request fails with the reason.
        let _ = self.endpoint();
        let endpoint = self.endpoint.get();
        StoreId::S3 {
            endpoint: endpoint.map_or(String::new(), |endpoint| {
                format!("{}{}", endpoint.authority(), endpoint.base_path)
            }),
            bucket: self.bucket().to_owned(),
        }
    }

    /// The checksum, version and SSE-C key of an upload; a run resumes only uploads with the same.
    pub fn resume_terms(&self) -> Vec<String> {
        let checksum = match self.config.checksum {
            Checksum::Auto => "auto",
            Checksum::Only(algorithm) => algorithm.name(),
            Checksum::None => "none",
        };
        let version = self.config.version.as_deref().unwrap_or("");
        let customer_key = self.customer_key().map_or("", CustomerKey::fingerprint);
        [checksum, version, customer_key]
            .map(str::to_owned)
            .to_vec()
    }

    /// Emits a warning.
    pub fn warn(&self, text: &str) {
        self.context.observer.notify(&Event::Warning(text));
    }

    /// The sizes that the parts of one upload may have.
    pub fn part_sizes(&self) -> PartSizes {
        self.provider().parts
    }

    /// Emits a note, shown with `-v`.
    pub fn note(&self, text: &str) {
        self.context.observer.notify(&Event::Note(text));
    }

    /// The address of a resource.
    fn locate(&self, endpoint: &Endpoint, resource: Resource<'_>) -> Result<Location> {
        let key = match resource {
            Resource::Service => return Ok(endpoint.locate_service()),
            Resource::Bucket => "",
            Resource::Object(key) => key,
        };
        let bucket = self.config.bucket.as_deref();
        let bucket = bucket.ok_or_else(|| Error::new(Kind::Usage, "no bucket is selected"))?;
        Ok(endpoint.locate(self.config.addressing, bucket, key))
    }

    fn endpoint(&self) -> Result<&Endpoint> {
        if let Some(endpoint) = self.redirected_endpoint.get() {
            return Ok(endpoint);
        }
        if let Some(endpoint) = self.endpoint.get() {
            return Ok(endpoint);
        }
        let bucket = self.config.bucket.as_deref();
        bucket.map_or(Ok(()), location::check_bucket)?;
        if let Some(region) = &self.config.region {
            region::check_region(region)?;
        }
        let endpoint = match &self.config.endpoint {
            Some(text) => Endpoint::parse(text)?,
            None => Endpoint::aws(self.config.region.as_deref().unwrap_or("us-east-1"))?,
        };
        if let Some(bucket) = bucket {
            endpoint.check_addressing(self.config.addressing, bucket)?;
        }
        if endpoint.scheme != HttpScheme::Https && self.config.customer_key.is_some() {
            let text = format!(
                "the SSE-C key must not travel over http, and the endpoint is http://{}",
                endpoint.authority()
            );
            return Err(Error::new(Kind::Config, text)
                .with_hint("use an https endpoint, or omit --sse-c-key-file (`sse_c_key_file`)"));
        }
        Ok(self.endpoint.get_or_init(|| endpoint))
    }
}

/// Corrections that responses asked for; they hold for the process.
#[derive(Debug, Default)]
pub(super) struct Corrections {
    region: Option<String>,
    /// The service's clock less ours, in seconds.
    skew: Option<i64>,
}
