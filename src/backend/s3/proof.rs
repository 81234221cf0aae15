//! How a store proves that it has the bytes that were sent, and what it turned out to understand.
//!
//! The cheapest proof is a CRC-64/NVME in a header that the store compares and repeats in its answer. Some stores ignore the
//! header, some refuse it: then it is `Content-MD5` and the ETag. What was learnt holds for the process, and for a week
//! for later ones.

use std::path::PathBuf;
use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering};

use super::answers::wording;
use super::client::Answer;
use super::notebook::Notebook;
use super::told::plain_md5;
use super::{Checksum, PayloadSigning, S3};
use crate::digest::{Algorithm, Digest, Verified, base64};
use crate::error::{Error, Kind, Result, describe};
use crate::io::payload::Payload;

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
    notebook: Option<Notebook>,
    recalled: Once,
    kept: Once,
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

    /// What the user asked for.
    pub fn wanted(&self) -> Checksum {
        self.wanted
    }

    fn current(&self) -> Proof {
        match self.wanted {
            Checksum::Auto if self.without_header.load(Ordering::Relaxed) => Proof::Md5,
            Checksum::Auto => Proof::Header(Algorithm::Crc64Nvme),
            Checksum::Only(Algorithm::Md5) => Proof::Md5,
            Checksum::Only(algorithm) => Proof::Header(algorithm),
            Checksum::None => Proof::Length,
        }
    }

    fn forget_header(&self) {
        self.without_header.store(true, Ordering::Relaxed);
    }

    fn is_a_choice(&self) -> bool {
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

impl S3 {
    /// Runs a request with the proof that the store is thought to give; once again without the header if it refuses it.
    pub(super) fn with_proof<T>(&self, request: impl Fn(Proof) -> Result<T>) -> Result<T> {
        self.recall();
        let proof = self.proof.current();
        match request(proof) {
            Err(error)
                if self.proof.is_a_choice()
                    && matches!(proof, Proof::Header(_))
                    && wording::refuses_checksum(error.answer()) =>
            {
                self.client.note("the store takes no CRC-64/NVME header: Content-MD5 and the ETag are used instead");
                self.proof.forget_header();
                let done = request(self.proof.current())?;
                if wording::names_checksum_header(error.answer()) {
                    self.remember();
                }
                Ok(done)
            }
            result => result,
        }
    }

    /// Takes over what earlier runs found out, before the first header would be sent.
    fn recall(&self) {
        let Some(notebook) = self.proof.notebook.as_ref() else {
            return;
        };
        if !self.proof.is_a_choice() {
            return;
        }
        self.proof.recalled.call_once(|| {
            let address = self.client.service_address();
            if address.is_some_and(|address| notebook.has(&address)) {
                self.client.note("an earlier run found that the store takes no CRC-64/NVME header: Content-MD5 and the ETag are used");
                self.proof.forget_header();
            }
        });
    }

    /// Tells later runs that the header is of no use here.
    fn remember(&self) {
        let Some(notebook) = self.proof.notebook.as_ref() else {
            return;
        };
        self.proof.kept.call_once(|| {
            let address = self.client.service_address();
            if let Some(Err(error)) = address.map(|address| notebook.add(&address)) {
                let text = format!(
                    "this cannot be remembered for later runs: {}",
                    describe(&error)
                );
                self.client.note(&text);
            }
        });
    }

    /// After a put that was stored and proven by something else than the header: remembers it if that was ignored.
    pub(super) fn remember_if_ignored(&self, proof: Proof, answer: &Answer) {
        if let Proof::Header(algorithm) = proof
            && self.proof.is_a_choice()
            && answer.header(header(algorithm)).is_none()
        {
            self.remember();
        }
    }

    /// The digests that signature and proof need, from one pass over the payload.
    pub(super) fn sums(&self, proof: Proof, payload: &Payload) -> Result<Sums> {
        let signed = match self.client.payload_signing() {
            PayloadSigning::Auto => !self.client.is_https()?,
            PayloadSigning::Signed => true,
            PayloadSigning::Unsigned => false,
        };
        let proven = match proof {
            Proof::Header(algorithm) => Some(algorithm),
            Proof::Md5 => Some(Algorithm::Md5),
            Proof::Length => None,
        };
        let mut algorithms: Vec<Algorithm> = proven.into_iter().collect();
        if signed && proven != Some(Algorithm::Sha256) {
            algorithms.push(Algorithm::Sha256);
        }
        if algorithms.is_empty() {
            return Ok(Sums {
                sha256: None,
                proof: None,
            });
        }
        let digests = payload.digests(&algorithms)?;
        let of = |wanted: Algorithm| {
            digests
                .iter()
                .find(|digest| digest.algorithm() == wanted)
                .copied()
        };
        Ok(Sums {
            sha256: of(Algorithm::Sha256)
                .filter(|_| signed)
                .map(|digest| digest.hex()),
            proof: proven.and_then(of),
        })
    }

    /// Compares what the answer says with what was sent; `None` if it says nothing that could be compared.
    pub(super) fn compare(
        &self,
        proof: Proof,
        sums: &Sums,
        payload: &Payload,
        etag: &str,
        answer: &Answer,
    ) -> Result<Option<Verified>> {
        match (proof, sums.proof) {
            (Proof::Header(algorithm), Some(sent)) => match answer
                .header(header(algorithm))
                .map(str::trim)
            {
                Some(echo) if echo == base64(sent.bytes()) => Ok(Some(algorithm.into())),
                Some(_) => Err(Error::new(
                    Kind::Integrity,
                    "the store has other bytes than were sent: its checksum is another one",
                )),
                None => {
                    // It was ignored. Later requests save the trouble; for this one the ETag has to do.
                    self.proof.forget_header();
                    match plain_md5(etag, answer) {
                        None => Ok(None),
                        Some(_) => compare_md5(&payload.digests(&[Algorithm::Md5])?, etag, answer),
                    }
                }
            },
            (Proof::Md5, Some(sent)) => compare_md5(&[sent], etag, answer),
            _ => Ok(None),
        }
    }
}

fn compare_md5(sent: &[Digest], etag: &str, answer: &Answer) -> Result<Option<Verified>> {
    match plain_md5(etag, answer) {
        Some(stored) if sent.contains(&stored) => Ok(Some(Verified::Md5)),
        Some(_) => Err(Error::new(
            Kind::Integrity,
            "the store has other bytes than were sent: its ETag is another MD5",
        )),
        None => Ok(None),
    }
}
