//! One request and its answer: addressed, signed, sent, classified. What is known of the service stands here.

mod corrections;
mod exchange;
mod request;
mod response;
mod send;
mod signing;

use std::sync::{Arc, Mutex, OnceLock};

use ureq::Agent;

pub use self::request::{Body, Patience, Purpose, Request};
pub use self::response::Answer;
use super::providers::{ChecksumMode, Conditions};
use super::sse_c::CustomerKey;
use super::{Checksum, Config, PayloadSigning, location, providers};
use crate::aws::credentials::{Credentials, Keyring};
use crate::aws::region;
use crate::aws::sigv4::{Scope, SigningKey};
use crate::error::{Error, Kind, Result};
use crate::events::Event;
use crate::http::endpoint::{Endpoint, Scheme};
use crate::store::Context;
use crate::store::copy::CopyEndpoint;
use crate::store::identity::StoreId;
use crate::store::multipart::PartSizes;

/// The connection to one bucket.
pub struct Client {
    config: Config,
    context: Context,
    endpoint: OnceLock<Endpoint>,
    agent: OnceLock<Agent>,
    keyring: Keyring,
    signing_key: Mutex<Option<(Scope, Arc<Credentials>, SigningKey)>>,
    learnt: Mutex<Learnt>,
    /// AWS's endpoint of the region that the bucket turned out to be in.
    moved: OnceLock<Endpoint>,
}

impl Client {
    /// Reads and connects nothing yet.
    pub fn new(config: Config, context: Context) -> Self {
        Self {
            config,
            context,
            endpoint: OnceLock::new(),
            agent: OnceLock::new(),
            keyring: Keyring::default(),
            signing_key: Mutex::new(None),
            learnt: Mutex::default(),
            moved: OnceLock::new(),
        }
    }

    /// The bucket.
    pub fn bucket(&self) -> &str {
        &self.config.bucket
    }

    /// Whether bytes are protected on their way by TLS, so that their hash need not be part of the signature.
    pub fn is_https(&self) -> Result<bool> {
        Ok(self.endpoint()?.scheme == Scheme::Https)
    }

    /// What the settings say about the body's hash.
    pub fn payload_signing(&self) -> PayloadSigning {
        self.config.payload_signing
    }

    /// Whether the service may be asked for the checksums that it keeps.
    pub fn tells_checksums(&self) -> bool {
        self.traits().checksum_mode == ChecksumMode::Sent
    }

    /// Whether the service is known to test a condition and store in one step.
    pub fn keeps_conditions(&self) -> bool {
        self.traits().conditions == Conditions::Atomic
    }

    /// What is known of the service.
    pub fn traits(&self) -> providers::Service {
        match self.endpoint() {
            Ok(endpoint) => endpoint.service(),
            // Whatever is sent next fails with this error.
            Err(_) => providers::of(""),
        }
    }

    /// The service's address, without the bucket.
    pub fn service_address(&self) -> Option<String> {
        Some(self.endpoint().ok()?.address())
    }

    /// The service and the user: what a copy from bucket to bucket needs to have in common.
    pub fn service(&self) -> Option<CopyEndpoint> {
        let endpoint = self.endpoint().ok()?;
        let user = match self.credentials().ok()? {
            Some(credentials) => credentials.access_key_id.clone(),
            None => String::new(),
        };
        let identity = format!("{} {user}", endpoint.address());
        Some(CopyEndpoint {
            identity,
            bucket: self.config.bucket.clone(),
            reading: self
                .own_key()
                .map_or_else(Vec::new, CustomerKey::source_headers),
        })
    }

    /// Whether the service is known to make the ETag of an upload in parts from the parts' MD5s.
    pub fn makes_etags_of_md5s(&self) -> bool {
        self.endpoint()
            .is_ok_and(|endpoint| endpoint.service().is_aws())
    }

    /// The parameter that names the version, if one was asked for.
    pub fn version(&self) -> Option<(String, String)> {
        let version = self.version_id()?;
        Some(("versionId".to_owned(), version.to_owned()))
    }

    /// The version that was asked for.
    pub fn version_id(&self) -> Option<&str> {
        self.config.version.as_deref()
    }

    /// Whether the user wants no digest to be compared.
    pub fn wants_no_proof(&self) -> bool {
        self.config.checksum == Checksum::None
    }

    /// The key that the blobs are encrypted with.
    pub fn own_key(&self) -> Option<&CustomerKey> {
        self.config.customer_key.as_ref()
    }

    /// The bucket's identity. It is that of the configured endpoint, also after the bucket turned out to be in another region.
    pub fn store_id(&self) -> StoreId {
        // Without a valid endpoint every request fails with the reason.
        let _ = self.endpoint();
        let endpoint = self.endpoint.get();
        StoreId::S3 {
            endpoint: endpoint.map_or(String::new(), |endpoint| {
                format!("{}{}", endpoint.authority(), endpoint.base_path)
            }),
            bucket: self.config.bucket.clone(),
        }
    }

    /// Checksum, version and SSE-C key that an upload was begun with.
    pub fn resume_terms(&self) -> Vec<String> {
        let checksum = match self.config.checksum {
            Checksum::Auto => "auto",
            Checksum::Only(algorithm) => algorithm.name(),
            Checksum::None => "none",
        };
        let version = self.config.version.as_deref().unwrap_or("");
        let own_key = self.own_key().map_or("", CustomerKey::fingerprint);
        [checksum, version, own_key].map(str::to_owned).to_vec()
    }

    /// Tells of something that the user should know although the run goes on.
    pub fn warn(&self, text: &str) {
        self.context.observer.notify(&Event::Warning(text));
    }

    /// Which sizes the parts of one upload may have.
    pub fn part_sizes(&self) -> PartSizes {
        self.traits().parts
    }

    /// Tells of a fact, with `-v`.
    pub fn note(&self, text: &str) {
        self.context.observer.notify(&Event::Note(text));
    }

    fn endpoint(&self) -> Result<&Endpoint> {
        if let Some(endpoint) = self.moved.get() {
            return Ok(endpoint);
        }
        if let Some(endpoint) = self.endpoint.get() {
            return Ok(endpoint);
        }
        location::check_bucket(&self.config.bucket)?;
        if let Some(region) = &self.config.region {
            region::check_region(region)?;
        }
        let endpoint = match &self.config.endpoint {
            Some(text) => Endpoint::parse(text)?,
            None => Endpoint::aws(self.config.region.as_deref().unwrap_or("us-east-1"))?,
        };
        endpoint.check_addressing(self.config.addressing, &self.config.bucket)?;
        if endpoint.scheme != Scheme::Https && self.config.customer_key.is_some() {
            let text = format!(
                "the SSE-C key must not travel over http, and the endpoint is http://{}",
                endpoint.authority()
            );
            return Err(Error::new(Kind::Config, text)
                .hint("use an https endpoint, or leave --sse-c-key-file (`sse_c_key_file`) out"));
        }
        Ok(self.endpoint.get_or_init(|| endpoint))
    }
}

/// What the service said about how it wants to be asked; it holds for the process.
#[derive(Debug, Default)]
pub(super) struct Learnt {
    region: Option<String>,
    /// The service's clock less ours, in seconds.
    skew: Option<i64>,
}
