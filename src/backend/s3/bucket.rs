//! One bucket of an S3-compatible service.

use std::sync::atomic::AtomicBool;

use super::checksum_policy::ChecksumNegotiation;
use super::client::{Client, Request, Resource, S3Response};
use super::config::S3Config;
use super::encryption;
use crate::error::{Error, Kind, Result};
use crate::key::Key;
use crate::store::Context;
use crate::store::types::Attributes;
use crate::url::Url;

/// The store.
pub struct S3 {
    pub(super) client: Client,
    /// Set once a response proved that the bucket exists: from then on a 404 is about the object.
    pub(super) bucket_seen: AtomicBool,
    /// Set once the service turned out to support only ListObjects, the older protocol of listings.
    pub(super) uses_list_v1: AtomicBool,
    /// Set once the service turned out not to support DeleteObjects.
    pub(super) lacks_delete_objects: AtomicBool,
    /// The checksum that requests carry, as negotiated with the service.
    pub(super) checksums: ChecksumNegotiation,
}

impl S3 {
    /// Nothing is read or connected before the first operation.
    pub fn new(config: S3Config, context: Context) -> Self {
        Self {
            checksums: ChecksumNegotiation::new(config.checksum, config.checksum_cache.clone()),
            client: Client::new(config, context),
            bucket_seen: AtomicBool::new(false),
            uses_list_v1: AtomicBool::new(false),
            lacks_delete_objects: AtomicBool::new(false),
        }
    }

    /// A request about an object's bytes: of the configured version, with the SSE-C key.
    pub(super) fn object_request<'a>(&self, method: &'static str, key: &'a Key) -> Request<'a> {
        let mut request = self.versioned_request(method, key);
        if let Some(customer_key) = self.client.customer_key() {
            request.headers.extend(customer_key.headers());
        }
        request
    }

    pub(super) fn versioned_request<'a>(&self, method: &'static str, key: &'a Key) -> Request<'a> {
        let mut request = request(method, key);
        request.query.extend(self.client.version());
        request
    }

    /// Rejects a put that asks for both the service's key and the user's: one key encrypts an object.
    pub(super) fn check_encryption(&self, attributes: &Attributes) -> Result<()> {
        if attributes.encryption.is_some() && self.client.customer_key().is_some() {
            let text = "--sse and an SSE-C key cannot go together: one key encrypts a blob";
            return Err(Error::new(Kind::Usage, text)
                .with_hint("omit --sse or --sse-c-key-file (`sse_c_key_file`)"));
        }
        Ok(())
    }

    /// The whole address of a key.
    pub(super) fn object_url(&self, key: &str) -> Url {
        Url::new(format!("s3://{}/{key}", self.client.bucket()))
    }

    /// Warns if the response to a put does not confirm the encryption that was requested.
    pub(super) fn warn_if_unencrypted(&self, key: &Key, wanted: Option<&str>, answer: &S3Response) {
        let customer_key = encryption::customer_key_warning(answer);
        if let Some(text) = customer_key.or_else(|| encryption::encryption_warning(wanted?, answer))
        {
            self.client.warn(&format!(
                "{}: {text}",
                self.object_url(key.as_str()).shown()
            ));
        }
    }
}

pub fn request<'a>(method: &'static str, key: &'a Key) -> Request<'a> {
    Request::new(method, Resource::Object(key.as_str()))
}
