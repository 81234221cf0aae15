//! HEAD, and the diagnosis of its failures.

use std::sync::atomic::Ordering;

use super::bucket::S3;
use super::client::RequestPurpose;
use super::error;
use super::response_headers::{check_version, info, length};
use crate::digest::Verified;
use crate::error::{Error, Kind, Result};
use crate::key::Key;
use crate::store::Store;
use crate::store::types::ObjectMeta;

impl S3 {
    /// Diagnoses a failed HEAD. Its response has no body that could say whether the object or the bucket is missing, or
    /// whether the signature or the permission is the problem. The response to a GET of one byte has.
    pub(super) fn diagnose_head_error(&self, key: &Key, head: Error) -> Result<Option<ObjectMeta>> {
        match (head.answer().http, &head.answer().s3) {
            (Some(404), _) if self.bucket_seen.load(Ordering::Relaxed) => Ok(None),
            // A version id may name a delete marker.
            (Some(405), _) if head.kind() == Kind::NotFound => Ok(None),
            (Some(404), _) | (Some(400 | 401 | 403), None) => self.probe_with_get(key, head),
            _ => Err(head),
        }
    }

    pub(super) fn head_object(&self, key: &Key) -> Result<ObjectMeta> {
        let mut request = self.object_request("HEAD", key);
        if self.client.supports_checksum_mode() {
            request.push_header("x-amz-checksum-mode", "ENABLED");
        }
        let answer = self.client.send(&request, &[200], RequestPurpose::Work)?;
        self.bucket_seen.store(true, Ordering::Relaxed);
        check_version(&answer, self.client.version_id())?;
        info(&answer, length(&answer)?)
    }

    fn probe_with_get(&self, key: &Key, head: Error) -> Result<Option<ObjectMeta>> {
        let missing = head.kind() == Kind::NotFound;
        let mut request = self.object_request("GET", key);
        request.push_header("range", "bytes=0-0");
        match self
            .client
            .send(&request, &[200, 206, 416], RequestPurpose::Work)
        {
            // An error document about the key is proof, whatever the HEAD failed for.
            Err(error)
                if error.kind() == Kind::NotFound && (missing || error.answer().s3.is_some()) =>
            {
                self.bucket_seen.store(true, Ordering::Relaxed);
                Ok(None)
            }
            Err(error) if missing => Err(error),
            // Only a GET with the same status explains the HEAD.
            Err(error) if error.answer().http == head.answer().http => {
                Err(error::may_be_missing(error))
            }
            // The object appeared in the meantime, or the error document led to a correction.
            Ok(_) => self.head_object(key).map(Some),
            Err(_) => Err(head),
        }
    }

    /// Verifies a put by its length, where the ETag cannot be compared.
    pub(super) fn verify_length(&self, key: &Key, size: u64) -> Result<Verified> {
        match self.head(key) {
            Ok(Some(info)) if info.size == size => Ok(Verified::Length),
            // Write-only credentials cannot HEAD. The response to the PUT confirmed the length.
            Err(error) if error.kind() == Kind::Denied => {
                self.client
                    .note("the store denies HEAD: only its response confirms the upload");
                Ok(Verified::Length)
            }
            Err(error) => Err(error),
            Ok(Some(info)) => Err(Error::new(
                Kind::Integrity,
                format!("the store has {} of {size} bytes", info.size),
            )),
            Ok(None) => Err(Error::new(
                Kind::Integrity,
                "the store confirmed the upload and does not have the blob",
            )),
        }
    }
}
