//! The checksum that a request carries.

use std::path::PathBuf;
use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering};

use super::Checksum;
use super::checksum_cache::UnsupportedChecksums;
use crate::digest::{Algorithm, Digest, base64};

/// The checksum of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChecksumMethod {
    /// A checksum header that the response must repeat.
    Header(Algorithm),
    /// `Content-MD5`, and the ETag compared.
    ContentMd5,
    /// No checksum: only the length is compared.
    None,
}

/// The checksum that the user asked for and the outcome of the negotiation.
#[derive(Debug)]
pub struct ChecksumNegotiation {
    wanted: Checksum,
    /// Set once the service ignored or rejected the header.
    without_header: AtomicBool,
    /// The findings of earlier runs; each process reads and extends them once.
    pub(super) checksum_cache: Option<UnsupportedChecksums>,
    pub(super) loaded: Once,
    pub(super) persisted: Once,
}

impl ChecksumNegotiation {
    /// The state before the first request. `checksum_cache` is the cache file in the state directory.
    pub fn new(wanted: Checksum, checksum_cache: Option<PathBuf>) -> Self {
        Self {
            wanted,
            without_header: AtomicBool::new(false),
            checksum_cache: checksum_cache.map(UnsupportedChecksums::new),
            loaded: Once::new(),
            persisted: Once::new(),
        }
    }

    /// The user's setting.
    pub fn wanted(&self) -> Checksum {
        self.wanted
    }

    pub(super) fn current(&self) -> ChecksumMethod {
        match self.wanted {
            Checksum::Auto if self.without_header.load(Ordering::Relaxed) => {
                ChecksumMethod::ContentMd5
            }
            Checksum::Auto => ChecksumMethod::Header(Algorithm::Crc64Nvme),
            Checksum::Only(Algorithm::Md5) => ChecksumMethod::ContentMd5,
            Checksum::Only(algorithm) => ChecksumMethod::Header(algorithm),
            Checksum::None => ChecksumMethod::None,
        }
    }

    pub(super) fn disable_header(&self) {
        self.without_header.store(true, Ordering::Relaxed);
    }

    pub(super) fn is_auto(&self) -> bool {
        self.wanted == Checksum::Auto
    }
}

/// The digests of one body.
#[derive(Debug)]
pub struct BodyDigests {
    /// For the signature; lower-case hex.
    pub sha256: Option<String>,
    /// The checksum, for its header.
    pub checksum: Option<Digest>,
}

impl BodyDigests {
    /// Adds the header of the checksum.
    pub fn headers(&self, headers: &mut Vec<(String, String)>) {
        if let Some(digest) = &self.checksum {
            let name = header(digest.algorithm());
            headers.push((name.to_owned(), base64(digest.bytes())));
        }
    }
}

/// The header that carries a digest.
pub fn header(algorithm: Algorithm) -> &'static str {
    match algorithm {
        Algorithm::Md5 => "content-md5",
        Algorithm::Sha256 => "x-amz-checksum-sha256",
        Algorithm::Crc64Nvme => "x-amz-checksum-crc64nvme",
        Algorithm::Crc32c => "x-amz-checksum-crc32c",
        Algorithm::Crc32 => "x-amz-checksum-crc32",
        Algorithm::Sha1 => "x-amz-checksum-sha1",
    }
}
