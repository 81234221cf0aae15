//! The verification of the received bytes.

use super::Receiver;
use super::output::{FileOutput, Output};
use super::resume::hash_front;
use crate::digest::{Digest, Hasher, Verified};
use crate::error::Result;
use crate::key::Key;
use crate::store::types::{ObjectMeta, PartsEtag};
use crate::transfer::checksum::Sum;
use crate::transfer::destination::Verification;
use crate::transfer::hash_thread::HashThread;
use crate::transfer::multipart_md5::PartsSum;
use crate::transfer::{Engine, retry};

/// The result of a comparison with the store's checksum.
#[derive(Debug, Clone, Copy)]
pub enum Compared {
    Same(Verified),
    Different,
    /// The received bytes have this checksum. The store's ETag may not be a checksum: that is so if the next download has the
    /// same one.
    Doubtful(Digest),
}

impl Receiver<'_> {
    /// Finds the multipart ETag of a blob that has no checksum of its whole.
    pub(super) fn find_parts_etag(&mut self) -> Result<()> {
        if let Some(info) = &self.info
            && info.digest.is_none()
            && self.options.verification != Verification::Length
        {
            let ask = || parts_etag(self.engine, self.key, info);
            self.parts = retry::run(self.engine, ask, || 0)?.value;
        }
        Ok(())
    }

    /// Finds the multipart ETag before the first byte of a stream, and hashes the parts as their bytes arrive. A failure ends
    /// this attempt.
    pub(super) fn sum_parts_in_order(&mut self, info: &ObjectMeta) -> Result<()> {
        self.parts = None;
        if info.digest.is_some() || self.options.verification == Verification::Length {
            return Ok(());
        }
        self.parts = parts_etag(self.engine, self.key, info)?;
        let sum = self.parts.map(|parts| PartsSum::new(parts.part_size));
        self.hasher = sum.map(Sum::OfParts);
        Ok(())
    }

    /// Hashes the beginning of a large file on another thread, if its checksum needs the bytes in order.
    pub(super) fn start_hash_thread(&mut self, size: u64) {
        // A thread of an earlier attempt has received no byte.
        self.hash_thread = None;
        if size > self.engine.parts.size
            && let Some(Sum::InOrder(Hasher::Md5(_) | Hasher::Sha1(_) | Hasher::Sha256(_))) =
                self.hasher
            && let Some(digest) = self.info.as_ref().and_then(|info| info.digest)
        {
            self.hash_thread = HashThread::start(digest.algorithm());
        }
    }

    /// Ends the hash thread and takes its hasher.
    pub(super) fn join_hash_thread(&mut self) -> Result<()> {
        if self.hash_thread.is_some() {
            self.write_block()?;
        }
        if let Some(hash_thread) = self.hash_thread.take() {
            self.hasher = Some(Sum::InOrder(hash_thread.finish()?));
        }
        Ok(())
    }

    /// Checks the SHA-256 that the user expects, if any, and returns the strongest means by which the bytes are verified.
    pub fn check_sha256(&mut self, verified: Verified) -> Result<Verified> {
        let Some(hasher) = self.sha256.take() else {
            return Ok(verified);
        };
        let stored = self.info.as_ref().and_then(|info| info.digest);
        let found = match (stored, &self.output) {
            (Some(stored @ Digest::Sha256(_)), _) if verified == Verified::Sha256 => stored,
            (_, Output::File(_)) => self.file_sha256(hasher)?,
            (_, Output::Stream(_)) => hasher.finish(),
        };
        self.options.expected.check_sha256(found)?;
        Ok(Verified::Sha256)
    }

    /// The SHA-256 of the whole file. Its parts did not arrive in order.
    fn file_sha256(&mut self, mut hasher: Hasher) -> Result<Digest> {
        self.write_block()?;
        if let Output::File(FileOutput {
            file: Some(file), ..
        }) = &self.output
        {
            hash_front(file, self.received, |bytes| hasher.update(bytes))?;
        }
        Ok(hasher.finish())
    }

    /// Compares the checksum of the received bytes with that of the store.
    pub fn compare(&mut self) -> Compared {
        let stored = self.info.as_ref().and_then(|info| info.digest);
        let computed = self.hasher.take().map(Sum::finish);
        if let (Some(parts), Some(Some(computed))) = (self.parts, computed) {
            return match computed == parts.md5 {
                true => Compared::Same(Verified::EtagMultipart),
                false if parts.certain => Compared::Different,
                false => Compared::Doubtful(computed),
            };
        }
        match (computed, stored) {
            (Some(computed), Some(stored)) if computed == Some(stored) => {
                Compared::Same(stored.algorithm().into())
            }
            (Some(_), Some(_)) => Compared::Different,
            _ => Compared::Same(Verified::Length),
        }
    }
}

/// The blob's multipart ETag, if the store has multipart uploads.
fn parts_etag(engine: &Engine, key: &Key, info: &ObjectMeta) -> Result<Option<PartsEtag>> {
    match engine.store.multipart() {
        Some(store) => store.parts_etag(key, info),
        None => Ok(None),
    }
}
