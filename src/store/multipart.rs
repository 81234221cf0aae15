//! Multipart uploads.

use super::types::{Condition, ObjectMeta, PartsEtag, PutOptions, PutResult};
use crate::digest::Digest;
use crate::error::Result;
use crate::io::payload::Payload;
use crate::key::Key;

/// A store with multipart uploads: parts may be sent at the same time and in any order. The engine cuts the parts,
/// retries them, and aborts a failed upload.
pub trait MultipartStore: Send + Sync {
    /// Begins an upload. Nothing is visible under `key` before [`MultipartStore::complete`].
    fn begin(&self, key: &Key, options: &PutOptions) -> Result<UploadId>;

    /// Stores one part; sent again, it replaces the earlier one. `number` counts from 1 to 10,000.
    fn put_part(
        &self,
        key: &Key,
        upload: &UploadId,
        number: u16,
        payload: &Payload,
    ) -> Result<Part>;

    /// The sizes that the parts of one upload may have.
    fn part_sizes(&self) -> PartSizes {
        PartSizes::Any
    }

    /// The part size and the MD5 that the ETag of a multipart upload stands for, if any. Not needed for a blob that has a
    /// checksum of its whole.
    fn parts_etag(&self, key: &Key, info: &ObjectMeta) -> Result<Option<PartsEtag>>;

    /// Makes one blob of all parts, which are given in ascending order. A reader sees the old blob, or none, until
    /// then. An upload that does not exist (any more) is `NotFound`: an earlier attempt may have completed it.
    fn complete(
        &self,
        key: &Key,
        upload: &UploadId,
        parts: &[Part],
        condition: &Condition,
    ) -> Result<PutResult>;

    /// The result of [`MultipartStore::complete`] again, if the blob under `key` consists of these parts.
    fn completed(&self, key: &Key, parts: &[Part]) -> Result<Option<PutResult>>;

    /// Removes the upload and its parts. Works also after the run was asked to stop, within about two seconds.
    fn abort(&self, key: &Key, upload: &UploadId) -> Result<()>;
}

/// The sizes that the parts of one upload may have; the last one may be smaller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PartSizes {
    /// Any.
    Any,
    /// All the same.
    Equal,
}

/// The store's name for an unfinished upload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UploadId(pub String);

/// A part that the store has confirmed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Counted from 1.
    pub number: u16,
    /// Bytes.
    pub size: u64,
    /// As the store wrote it, quotes included if it wrote any.
    pub etag: String,
    /// MD5 of the part's bytes, if the store reported it and it has been compared.
    pub md5: Option<Digest>,
    /// The checksum of the part's bytes that the store keeps with it and has confirmed; not an MD5.
    pub checksum: Option<Digest>,
}
