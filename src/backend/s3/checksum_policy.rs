//! Which checksum a request carries, and what the service has agreed to.

use std::path::PathBuf;
use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering};

use super::Checksum;
use super::checksum_cache::Notebook;
use crate::digest::{Algorithm, Digest, base64};

/// The proof that is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proof {
    /// A checksum header that the answer has to repeat.
    Header(Algorithm),
    /// `Content-MD5`, and the ETag compared.
    Md5,
    /// None.
    Length,
}

/// What is known of the store.
#[derive(Debug)]
pub struct Agreement {
    wanted: Checksum,
    /// Set once the store ignored or refused the header.
    without_header: AtomicBool,
    /// What earlier runs found out, and whether it was asked for and added to.
    pub(super) notebook: Option<Notebook>,
    pub(super) recalled: Once,
    pub(super) kept: Once,
}

impl Agreement {
    /// Nothing is known yet; `notebook` is a file in the state directory.
    pub fn new(wanted: Checksum, notebook: Option<PathBuf>) -> Self {
        Self {
            wanted,
            without_header: AtomicBool::new(false),
            notebook: notebook.map(Notebook::new),
            recalled: Once::new(),
            kept: Once::new(),
        }
    }

    pub(super) fn current(&self) -> Proof {
        match self.wanted {
            Checksum::Auto if self.without_header.load(Ordering::Relaxed) => Proof::Md5,
            Checksum::Auto => Proof::Header(Algorithm::Crc64Nvme),
            Checksum::Only(Algorithm::Md5) => Proof::Md5,
            Checksum::Only(algorithm) => Proof::Header(algorithm),
            Checksum::None => Proof::Length,
        }
    }

    pub(super) fn forget_header(&self) {
        self.without_header.store(true, Ordering::Relaxed);
    }

    pub(super) fn is_a_choice(&self) -> bool {
        self.wanted == Checksum::Auto
    }
}

/// The digests of one body.
#[derive(Debug)]
pub struct Sums {
    /// For the signature; lower-case hex.
    pub sha256: Option<String>,
    /// For the proof.
    pub proof: Option<Digest>,
}

impl Sums {
    /// The header of the proof.
    pub fn headers(&self, headers: &mut Vec<(String, String)>) {
        if let Some(digest) = &self.proof {
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
