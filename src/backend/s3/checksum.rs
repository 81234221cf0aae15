//! Checksum negotiation: the checksum that a put carries, and the check of the response.
//!
//! The cheapest checksum is a CRC-64/NVME in a header that the service verifies and returns. Some services ignore the
//! header and some reject it; then `Content-MD5` and the ETag replace it. The result holds for the process, and for a
//! week in the checksum cache.

use super::PayloadSigning;
use super::bucket::S3;
use super::checksum_policy::{BodyDigests, ChecksumMethod, header};
use super::client::S3Response;
use super::error::wording;
use super::response_headers::plain_md5;
use crate::digest::{Algorithm, Digest, Verified, base64};
use crate::error::{Error, Kind, Result, describe};
use crate::io::payload::Payload;
use crate::key::Key;

impl S3 {
    /// Runs a request with the checksum that the service is expected to support, and once more without the header if
    /// the service rejects it.
    pub(super) fn negotiate_checksum<T>(
        &self,
        request: impl Fn(ChecksumMethod) -> Result<T>,
    ) -> Result<T> {
        self.load_cached_result();
        let method = self.checksums.current();
        match request(method) {
            Err(error)
                if self.checksums.is_auto()
                    && matches!(method, ChecksumMethod::Header(_))
                    && wording::refuses_checksum(error.answer()) =>
            {
                self.client.note("the store does not support CRC-64/NVME headers: using Content-MD5 and the ETag");
                self.checksums.disable_header();
                let done = request(self.checksums.current())?;
                if wording::names_checksum_header(error.answer()) {
                    self.persist_result();
                }
                Ok(done)
            }
            result => result,
        }
    }

    /// Reads the checksum cache before the first header would be sent.
    fn load_cached_result(&self) {
        let Some(checksum_cache) = self.checksums.checksum_cache.as_ref() else {
            return;
        };
        if !self.checksums.is_auto() {
            return;
        }
        self.checksums.loaded.call_once(|| {
            let address = self.client.service_address();
            if address.is_some_and(|address| checksum_cache.contains(&address)) {
                self.client.note("an earlier run found that the store does not support CRC-64/NVME headers: using Content-MD5 and the ETag");
                self.checksums.disable_header();
            }
        });
    }

    /// Writes to the checksum cache that the service does not support the header.
    pub(super) fn persist_result(&self) {
        let Some(checksum_cache) = self.checksums.checksum_cache.as_ref() else {
            return;
        };
        self.checksums.persisted.call_once(|| {
            let address = self.client.service_address();
            if let Some(Err(error)) = address.map(|address| checksum_cache.insert(&address)) {
                let text = format!("cannot cache this for later runs: {}", describe(&error));
                self.client.note(&text);
            }
        });
    }

    /// Returns whether the service ignored the checksum header of a put or part; later requests then omit it. A service may
    /// store an empty blob, or one whose key ends in `/`, as a directory: that says nothing about other blobs.
    pub(super) fn is_header_ignored(
        &self,
        method: ChecksumMethod,
        key: &Key,
        size: u64,
        answer: &S3Response,
    ) -> bool {
        let ChecksumMethod::Header(algorithm) = method else {
            return false;
        };
        let is_ignored = self.checksums.is_auto()
            && size > 0
            && key.base_name().is_some()
            && answer.header(header(algorithm)).is_none();
        if is_ignored {
            self.checksums.disable_header();
        }
        is_ignored
    }

    /// Computes the digests that the signature and the checksum need, in one pass over the payload.
    pub(super) fn body_digests(
        &self,
        method: ChecksumMethod,
        payload: &Payload,
    ) -> Result<BodyDigests> {
        let signed = match self.client.payload_signing() {
            PayloadSigning::Auto => !self.client.is_https()?,
            PayloadSigning::Signed => true,
            PayloadSigning::Unsigned => false,
        };
        let algorithm = match method {
            ChecksumMethod::Header(algorithm) => Some(algorithm),
            ChecksumMethod::ContentMd5 => Some(Algorithm::Md5),
            ChecksumMethod::None => None,
        };
        let mut algorithms: Vec<Algorithm> = algorithm.into_iter().collect();
        if signed && algorithm != Some(Algorithm::Sha256) {
            algorithms.push(Algorithm::Sha256);
        }
        if algorithms.is_empty() {
            return Ok(BodyDigests {
                sha256: None,
                checksum: None,
            });
        }
        let digests = payload.digests(&algorithms)?;
        let of = |wanted: Algorithm| {
            digests
                .iter()
                .find(|digest| digest.algorithm() == wanted)
                .copied()
        };
        Ok(BodyDigests {
            sha256: of(Algorithm::Sha256)
                .filter(|_| signed)
                .map(|digest| digest.hex()),
            checksum: algorithm.and_then(of),
        })
    }
}

/// Compares the checksum or ETag of the response with what was sent. `None` if the response has nothing to compare.
pub(super) fn verify_stored(
    method: ChecksumMethod,
    body_digests: &BodyDigests,
    payload: &Payload,
    etag: &str,
    answer: &S3Response,
) -> Result<Option<Verified>> {
    match (method, body_digests.checksum) {
        (ChecksumMethod::Header(algorithm), Some(sent)) => {
            match answer.header(header(algorithm)).map(str::trim) {
                Some(echo) if echo == base64(sent.bytes()) => Ok(Some(algorithm.into())),
                Some(_) => Err(Error::new(
                    Kind::Integrity,
                    "checksum mismatch: the store has different bytes",
                )),
                // The service ignored the header.
                None => match plain_md5(etag, answer) {
                    None => Ok(None),
                    Some(_) => compare_md5(&payload.digests(&[Algorithm::Md5])?, etag, answer),
                },
            }
        }
        (ChecksumMethod::ContentMd5, Some(sent)) => compare_md5(&[sent], etag, answer),
        _ => Ok(None),
    }
}

fn compare_md5(sent: &[Digest], etag: &str, answer: &S3Response) -> Result<Option<Verified>> {
    match plain_md5(etag, answer) {
        Some(stored) if sent.contains(&stored) => Ok(Some(Verified::Md5)),
        Some(_) => Err(Error::new(
            Kind::Integrity,
            "MD5 mismatch: the store has different bytes",
        )),
        None => Ok(None),
    }
}
