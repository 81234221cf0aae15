//! The contract of a store, kept by S3.

use std::time::Duration;

use super::attributes;
use super::attributes::{attribute_headers, condition_header};
use super::bucket::S3;
use super::checksum::verify_stored;
use super::client::{Body, RequestPurpose};
use super::response_headers::{etag, version_id};
use crate::error::{Error, Kind, Result};
use crate::io::payload::Payload;
use crate::key::Key;
use crate::store::buckets::{BucketLister, BucketPage};
use crate::store::copy::{CopyEndpoint, CopySource, ServerSideCopy};
use crate::store::delete_many::DeleteMany;
use crate::store::diagnostics::Diagnostics;
use crate::store::download::Download;
use crate::store::identity::BlobId;
use crate::store::leftovers::Leftovers;
use crate::store::list::{ListOptions, Page, PageToken};
use crate::store::multipart::MultipartStore;
use crate::store::signer::{Method, Signer};
use crate::store::types::{GetOptions, ObjectMeta, PutOptions, PutResult};
use crate::store::{Capabilities, Store};
use crate::url::Url;

impl Store for S3 {
    fn url(&self, key: &str) -> Url {
        self.object_url(key)
    }

    fn id(&self, key: &Key) -> BlobId {
        BlobId::new(self.client.store_id(), key.as_str())
    }

    fn resume_terms(&self) -> Vec<String> {
        self.client.resume_terms()
    }

    fn head(&self, key: &Key) -> Result<Option<ObjectMeta>> {
        match self.head_object(key) {
            Ok(info) => Ok(Some(info)),
            Err(error) => self.diagnose_head_error(key, error),
        }
    }

    fn put(&self, key: &Key, payload: &Payload, options: &PutOptions) -> Result<PutResult> {
        let PutOptions {
            condition,
            attributes,
            ..
        } = options;
        let size = payload
            .size()
            .ok_or_else(|| Error::new(Kind::Usage, "S3 needs to know the size first"))?;
        self.check_encryption(attributes)?;
        self.precheck(key, condition)?;
        self.negotiate_checksum(|method| {
            let body_digests = self.body_digests(method, payload)?;
            let mut request = self.object_request("PUT", key);
            body_digests.headers(&mut request.headers);
            attribute_headers(options, &mut request.headers);
            condition_header(condition, &mut request.headers);
            request.body = Body::Payload {
                payload,
                size,
                sha256: body_digests.sha256.clone(),
            };
            let answer = self
                .client
                .send(&request, &[200], RequestPurpose::Work)
                .map_err(attributes::unsupported(condition))?;
            let etag = etag(&answer)?;
            self.warn_if_unencrypted(key, attributes.encryption.as_deref(), &answer);
            let is_header_ignored = self.is_header_ignored(method, key, size, &answer);
            let verified = match verify_stored(method, &body_digests, payload, &etag, &answer)? {
                Some(verified) => verified,
                None => self.verify_length(key, size)?,
            };
            if is_header_ignored {
                self.persist_result();
            }
            Ok(PutResult {
                bytes: size,
                etag: Some(etag),
                verified,
                atomic: self.atomic(condition),
                version_id: version_id(&answer),
            })
        })
    }

    fn get(&self, key: &Key, options: &GetOptions<'_>) -> Result<Download<'_>> {
        self.download(key, options)
    }

    fn list(&self, options: &ListOptions<'_>, page: Option<&PageToken>) -> Result<Page> {
        self.list_page(options, page)
    }

    fn delete(&self, key: &Key) -> Result<()> {
        if self.client.version_id().is_some() {
            // A service without versions would delete the newest blob. A missing version may be a delete marker.
            self.head(key)?;
        }
        self.client
            .send(
                &self.versioned_request("DELETE", key),
                &[200, 204],
                RequestPurpose::Work,
            )
            .map(drop)
    }

    fn capabilities(&self) -> &Capabilities {
        &Capabilities {
            needs_login: false,
            ranges: true,
            attributes: true,
            etag_conditions: true,
            keys_are_paths: false,
        }
    }

    fn delete_many(&self) -> Option<&dyn DeleteMany> {
        Some(self)
    }

    fn multipart(&self) -> Option<&dyn MultipartStore> {
        Some(self)
    }

    fn server_side_copy(&self) -> Option<&dyn ServerSideCopy> {
        Some(self)
    }

    fn signer(&self) -> Option<&dyn Signer> {
        Some(self)
    }

    fn diagnostics(&self) -> Option<&dyn Diagnostics> {
        Some(self)
    }

    fn leftovers(&self) -> Option<&dyn Leftovers> {
        Some(self)
    }

    fn buckets(&self) -> Option<&dyn BucketLister> {
        Some(self)
    }
}

impl BucketLister for S3 {
    fn list_buckets(&self, page: Option<&PageToken>) -> Result<BucketPage> {
        self.bucket_page(page)
    }
}

impl ServerSideCopy for S3 {
    fn endpoint(&self) -> Option<CopyEndpoint> {
        self.client.service()
    }

    fn copy(&self, source: &CopySource<'_>, to: &Key, options: &PutOptions) -> Result<PutResult> {
        self.copy_object(source, to, options)
    }
}

impl Signer for S3 {
    fn presign(&self, key: &Key, method: Method, expires: Duration) -> Result<String> {
        let method = match method {
            Method::Get => "GET",
            Method::Put => "PUT",
        };
        self.client.presign(method, key.as_str(), expires)
    }
}
