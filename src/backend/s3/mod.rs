//! Blobs as the objects of a bucket, over HTTP.
//!
//! Operations in S3's words stand here; one request is the business of [`client`], its signature of [`sign`], what an
//! answer means of [`answers`].

pub mod answers;
mod attributes;
mod client;
mod config;
mod copying;
mod customer_key;
mod fetching;
pub mod list_xml;
mod listing;
pub mod location;
mod looking;
pub mod mismatch;
mod multipart;
mod notebook;
mod pages;
mod parts_etag;
mod proof;
mod services;
mod shown;
mod told;

use std::sync::atomic::AtomicBool;
use std::time::Duration;

pub use self::attributes::check_metadata;
use self::attributes::{attribute_headers, condition_header};
use self::client::{Answer, Body, Client, Patience, Purpose, Request};
pub use self::config::{Addressing, Checksum, Config, PayloadSigning};
pub use self::customer_key::CustomerKey;
use self::proof::Agreement;
use self::told::{etag, version_id};
use crate::digest::Algorithm;
use crate::error::{Error, Kind, Result};
use crate::io::payload::Payload;
use crate::key::Key;
use crate::store::identity::BlobId;
use crate::store::multipart::Multipart;
use crate::store::types::{Attributes, BlobInfo, From, Listed, PartsEtag, Stored};
use crate::store::{Backend, Context, Method, Service, Sink};
use crate::url::Url;

/// The store.
pub struct S3 {
    client: Client,
    /// Whether the bucket is known to be there, so that a 404 must mean the blob.
    bucket_seen: AtomicBool,
    /// Whether it turned out to know the older protocol of listings alone.
    lists_by_marker: AtomicBool,
    /// What is known of how the store proves that it has the bytes.
    proof: Agreement,
}

impl S3 {
    /// Nothing is read or connected before the first operation.
    pub fn new(config: Config, context: Context) -> Self {
        Self {
            proof: Agreement::new(config.checksum, config.notebook.clone()),
            client: Client::new(config, context),
            bucket_seen: AtomicBool::new(false),
            lists_by_marker: AtomicBool::new(false),
        }
    }

    /// A request about a blob's bytes: of the version that was asked for, with the key that they are encrypted with.
    fn about<'a>(&self, method: &'static str, key: &'a Key) -> Request<'a> {
        let mut request = self.of_version(method, key);
        if let Some(own_key) = self.client.own_key() {
            request.headers.extend(own_key.headers());
        }
        request
    }

    fn of_version<'a>(&self, method: &'static str, key: &'a Key) -> Request<'a> {
        let mut request = request(method, key);
        request.query.extend(self.client.version());
        request
    }

    /// A blob is encrypted with the service's key or with the user's, not with both.
    fn check_encryption(&self, attributes: &Attributes) -> Result<()> {
        if attributes.encryption.is_some() && self.client.own_key().is_some() {
            let text = "--sse and an SSE-C key cannot go together: one key encrypts a blob";
            return Err(Error::new(Kind::Usage, text)
                .hint("leave --sse or --sse-c-key-file (`sse_c_key_file`) out"));
        }
        Ok(())
    }

    /// Warns if the answer to a put does not say that the blob is encrypted as it was asked for.
    fn look_at_encryption(&self, key: &Key, wanted: Option<&str>, answer: &Answer) {
        let own_key = customer_key::unused(answer);
        if let Some(text) = own_key.or_else(|| customer_key::unencrypted(wanted?, answer)) {
            self.client
                .warn(&format!("{}: {text}", self.url(key.as_str()).shown()));
        }
    }
}

impl Backend for S3 {
    fn url(&self, key: &str) -> Url {
        Url::new(format!("s3://{}/{key}", self.client.bucket()))
    }

    fn id(&self, key: &Key) -> BlobId {
        BlobId::new(self.client.store_id(), key.as_str())
    }

    fn resume_terms(&self) -> Vec<String> {
        self.client.resume_terms()
    }

    fn stat(&self, key: &Key) -> Result<Option<BlobInfo>> {
        match self.head(key) {
            Ok(info) => Ok(Some(info)),
            Err(error) => self.explain(key, error),
        }
    }

    fn put(&self, key: &Key, payload: &Payload, attributes: &Attributes) -> Result<Stored> {
        let size = payload
            .size()
            .ok_or_else(|| Error::new(Kind::Usage, "S3 needs to know the size first"))?;
        self.check_encryption(attributes)?;
        self.precheck(key, &attributes.condition)?;
        self.with_proof(|proof| {
            let sums = self.sums(proof, payload)?;
            let mut request = self.about("PUT", key);
            sums.headers(&mut request.headers);
            attribute_headers(attributes, &mut request.headers);
            condition_header(&attributes.condition, &mut request.headers);
            request.body = Body::Payload {
                payload,
                size,
                sha256: sums.sha256.clone(),
            };
            let answer = self
                .client
                .send(&request, &[200], Purpose::Work)
                .map_err(attributes::unsupported(&attributes.condition))?;
            let etag = etag(&answer)?;
            self.look_at_encryption(key, attributes.encryption.as_deref(), &answer);
            let verified = match self.compare(proof, &sums, payload, &etag, &answer)? {
                Some(verified) => verified,
                None => self.confirm_length(key, size)?,
            };
            self.remember_if_ignored(proof, &answer);
            Ok(Stored {
                bytes: size,
                etag: Some(etag),
                verified,
                atomic: self.atomic(&attributes.condition),
                version_id: version_id(&answer),
            })
        })
    }

    fn get(&self, key: &Key, from: &From, sink: &mut dyn Sink) -> Result<BlobInfo> {
        self.fetch(key, from, sink)
    }

    fn list(
        &self,
        prefix: &str,
        page: Option<&str>,
        each: &mut dyn FnMut(Listed) -> Result<()>,
    ) -> Result<Option<String>> {
        self.list_page(prefix, page, each)
    }

    fn remove(&self, key: &Key) -> Result<()> {
        if self.client.version_id().is_some() {
            // Who knows nothing of versions would remove the newest blob. What is not there may be a delete marker.
            self.stat(key)?;
        }
        self.client
            .send(&self.of_version("DELETE", key), &[200, 204], Purpose::Work)
            .map(drop)
    }

    fn presign(&self, key: &Key, method: Method, expires: Duration) -> Result<String> {
        let method = match method {
            Method::Get => "GET",
            Method::Put => "PUT",
        };
        self.client.presign(method, key.as_str(), expires)
    }

    fn service(&self) -> Option<Service> {
        self.client.service()
    }

    fn copy_within(
        &self,
        from: &Service,
        source: (&Key, &BlobInfo),
        to: &Key,
        attributes: &Attributes,
    ) -> Result<Stored> {
        self.copy_object(from, source, to, attributes)
    }

    fn demanded(&self) -> Option<Algorithm> {
        match self.proof.wanted() {
            Checksum::Only(algorithm) => Some(algorithm),
            Checksum::Auto | Checksum::None => None,
        }
    }

    fn ranges(&self) -> bool {
        true
    }

    fn parts_etag(&self, key: &Key, info: &BlobInfo) -> Result<Option<PartsEtag>> {
        self.parts_of(key, info)
    }

    fn multipart(&self) -> Option<&dyn Multipart> {
        Some(self)
    }
}

fn request<'a>(method: &'static str, key: &'a Key) -> Request<'a> {
    Request {
        method,
        key: key.as_str(),
        query: Vec::new(),
        headers: Vec::new(),
        body: Body::None,
        patience: Patience::Usual,
    }
}
