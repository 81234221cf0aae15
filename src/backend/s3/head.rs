//! Whether a blob is there, and what it is: HEAD, and what its failures may mean.

use std::sync::atomic::Ordering;

use super::bucket::S3;
use super::client::Purpose;
use super::error;
use super::response_headers::{info, is_of_version, length};
use crate::digest::Verified;
use crate::error::{Error, Kind, Result};
use crate::key::Key;
use crate::store::Store;
use crate::store::types::ObjectMeta;

impl S3 {
    /// What a HEAD that failed means. It has no body that could say why: whether blob or bucket is missing, whether the
    /// signature or the right is. A GET of one byte has.
    pub(super) fn explain(&self, key: &Key, head: Error) -> Result<Option<ObjectMeta>> {
        match (head.answer().http, &head.answer().s3) {
            (Some(404), _) if self.bucket_seen.load(Ordering::Relaxed) => Ok(None),
            // A delete marker, which a version's name may stand for.
            (Some(405), _) if head.kind() == Kind::NotFound => Ok(None),
            (Some(404), _) | (Some(400 | 401 | 403), None) => self.ask_again(key, head),
            _ => Err(head),
        }
    }

    pub(super) fn head_object(&self, key: &Key) -> Result<ObjectMeta> {
        let mut request = self.about("HEAD", key);
        if self.client.tells_checksums() {
            request
                .headers
                .push(("x-amz-checksum-mode".to_owned(), "ENABLED".to_owned()));
        }
        let answer = self.client.send(&request, &[200], Purpose::Work)?;
        self.bucket_seen.store(true, Ordering::Relaxed);
        is_of_version(&answer, self.client.version_id())?;
        info(&answer, length(&answer)?)
    }

    fn ask_again(&self, key: &Key, head: Error) -> Result<Option<ObjectMeta>> {
        let missing = head.kind() == Kind::NotFound;
        let mut request = self.about("GET", key);
        request
            .headers
            .push(("range".to_owned(), "bytes=0-0".to_owned()));
        match self.client.send(&request, &[200, 206, 416], Purpose::Work) {
            // A document about the key is proof, whatever HEAD stumbled over.
            Err(error)
                if error.kind() == Kind::NotFound && (missing || error.answer().s3.is_some()) =>
            {
                self.bucket_seen.store(true, Ordering::Relaxed);
                Ok(None)
            }
            Err(error) if missing => Err(error),
            // A refusal is explained by the same refusal only.
            Err(error) if error.answer().http == head.answer().http => {
                Err(error::may_be_missing(error))
            }
            // It appeared meanwhile, or the service has said by a document how it wants to be asked.
            Ok(_) => self.head_object(key).map(Some),
            Err(_) => Err(head),
        }
    }

    /// Where the ETag tells nothing, the length has to do.
    pub(super) fn confirm_length(&self, key: &Key, size: u64) -> Result<Verified> {
        match self.head(key) {
            Ok(Some(info)) if info.size == size => Ok(Verified::Length),
            // Who may only write cannot look; that the store took so many bytes, its answer says already.
            Err(error) if error.kind() == Kind::Denied => {
                self.client
                    .note("the store does not let us look at what it has stored");
                Ok(Verified::Length)
            }
            Err(error) => Err(error),
            Ok(Some(info)) => Err(Error::new(
                Kind::Integrity,
                format!("the store has {} of {size} bytes", info.size),
            )),
            Ok(None) => Err(Error::new(
                Kind::Integrity,
                "the store said yes and does not have the blob",
            )),
        }
    }
}
