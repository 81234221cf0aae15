//! Blobs that a store takes in parts.

use super::types::{Attributes, Condition, ObjectMeta, PartsEtag, PutResult};
use crate::digest::Digest;
use crate::error::Result;
use crate::io::payload::Payload;
use crate::key::Key;

/// A store that takes a blob in parts, which may be sent at the same time and in any order. The engine owns the parts:
/// it cuts, repeats, and on failure aborts.
pub trait MultipartStore: Send + Sync {
    /// Begins an upload. Nothing is visible under `key` before [`MultipartStore::complete`].
    fn begin(&self, key: &Key, attributes: &Attributes) -> Result<UploadId>;

    /// Stores one part; sent again, it replaces the earlier one. `number` counts from 1 to 10,000.
    fn put_part(
        &self,
        key: &Key,
        upload: &UploadId,
        number: u16,
        payload: &Payload,
    ) -> Result<Part>;

    /// Which sizes the parts of one upload may have.
    fn part_sizes(&self) -> PartSizes {
        PartSizes::Any
    }

    /// What the ETag of a blob that was uploaded in parts says about them; `None` if nothing. A blob that has a checksum of
    /// its whole needs no such question.
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

    /// What [`MultipartStore::complete`] would have returned, if the blob under `key` is what these parts make.
    fn completed(&self, key: &Key, parts: &[Part]) -> Result<Option<PutResult>>;

    /// Removes the upload and its parts. Works also after the run was asked to stop, within about two seconds.
    fn abort(&self, key: &Key, upload: &UploadId) -> Result<()>;
}

/// Which sizes the parts of one upload may have; the last one may be smaller.
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
    /// MD5 of the part's bytes, as the store told and as far as it could be compared.
    pub md5: Option<Digest>,
    /// The checksum of the part's bytes that the store keeps with it and has confirmed; not an MD5.
    pub checksum: Option<Digest>,
}
