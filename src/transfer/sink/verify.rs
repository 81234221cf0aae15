//! The verification of the received bytes.

use super::Receiver;
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
pub enum Compared {
    Same(Verified),
    Different,
    /// The received bytes have this checksum. The store's may mean something else: it does if the next download has the
    /// same one.
    Doubtful(Digest),
}

impl Receiver<'_> {
    /// Finds something to compare with a blob that has no digest of its whole.
    pub(super) fn ask_for_parts(&mut self, engine: &Engine, key: &Key) -> Result<()> {
        if let Some(info) = &self.info
            && info.digest.is_none()
            && self.verification != Verification::Length
        {
            let ask = || parts_etag(engine, key, info);
            self.parts = retry::run(engine, ask, || 0)?.value;
        }
        Ok(())
    }

    /// The same for bytes that go on at once and in order. They wait meanwhile; a fault is one of this attempt.
    pub(super) fn sum_parts_in_order(&mut self, info: &ObjectMeta) -> Result<()> {
        self.parts = None;
        if info.digest.is_some() || self.verification == Verification::Length {
            return Ok(());
        }
        let (engine, key) = self.source;
        self.parts = parts_etag(engine, key, info)?;
        let sum = self.parts.map(|parts| PartsSum::new(parts.part_size));
        self.hasher = sum.map(Sum::OfParts);
        Ok(())
    }

    /// Hashes the beginning of a large file on another thread, if its digest needs the bytes in order.
    pub(super) fn start_hash_thread(&mut self, size: u64) {
        // Of an attempt that brought nothing.
        self.hash_thread = None;
        if size > self.source.0.parts.size
            && let Some(Sum::InOrder(Hasher::Md5(_) | Hasher::Sha1(_) | Hasher::Sha256(_))) =
                self.hasher
            && let Some(digest) = self.info.as_ref().and_then(|info| info.digest)
        {
            self.hash_thread = HashThread::start(digest.algorithm());
        }
    }

    /// Takes the hasher back from its thread.
    pub(super) fn join_hash_thread(&mut self) -> Result<()> {
        if self.hash_thread.is_some() {
            self.write_block()?;
        }
        if let Some(hash_thread) = self.hash_thread.take() {
            self.hasher = Some(Sum::InOrder(hash_thread.finish()?));
        }
        Ok(())
    }

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
