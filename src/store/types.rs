//! What is said about a blob: to a store, and by it.

use std::time::SystemTime;

use crate::digest::{Digest, Verified};

/// What a store tells about a blob.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ObjectMeta {
    /// Bytes of the whole blob.
    pub size: u64,
    /// When it was last written, if the store tells.
    pub modified: Option<SystemTime>,
    /// S3's ETag without quotes.
    pub etag: Option<String>,
    /// The strongest digest of the whole blob that the store tells and that we can compute.
    pub digest: Option<Digest>,
    /// Media type, if the store keeps one.
    pub content_type: Option<String>,
    /// What S3 tells beyond that.
    pub headers: Box<ObjectHeaders>,
}

/// What S3 keeps beside a blob's bytes, as far as it tells.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ObjectHeaders {
    /// Which of the blob's versions it is, in a bucket that has them.
    pub version_id: Option<String>,
    /// Storage class; S3 does not tell the usual one.
    pub storage_class: Option<String>,
    /// `AES256`, `aws:kms`, or `SSE-C` for a key of the user's.
    pub encryption: Option<String>,
    /// The key of `aws:kms`.
    pub kms_key_id: Option<String>,
    /// How the bytes are coded, as `gzip`.
    pub content_encoding: Option<String>,
    /// What a browser is to do with them, as `attachment; filename="a"`.
    pub content_disposition: Option<String>,
    /// How long they may be kept on their way.
    pub cache_control: Option<String>,
    /// Names and values of the user's own.
    pub metadata: Vec<(String, String)>,
}

/// What the ETag of a blob says about the parts that it was uploaded in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PartsEtag {
    /// Bytes of each part but the last.
    pub part_size: u64,
    /// The MD5 of the parts' MD5s.
    pub md5: Digest,
    /// Whether the service is known to make its ETags like this. Others may mean something else by the same form.
    pub certain: bool,
}

/// One line of a listing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListEntry {
    /// The whole key.
    pub key: String,
    /// Bytes, and whatever else the listing tells.
    pub info: ObjectMeta,
}

/// The bytes to download, and the conditions.
#[derive(Debug, Clone, Default)]
pub struct GetOptions<'a> {
    /// The first byte to download.
    pub offset: u64,
    /// The first byte not to download; `None` downloads up to the end of the blob. Only for a store with
    /// [`Capabilities::ranges`](crate::store::Capabilities::ranges), and only together with an offset.
    pub end: Option<u64>,
    /// The blob as an earlier attempt found it. If it is another one now, the download fails with `Integrity`.
    pub if_unchanged: Option<&'a ObjectMeta>,
    /// Which checksum of the blob to report.
    pub checksum: ChecksumRequest,
}

/// Whether a store that has to read the blob to compute its checksum does so.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ChecksumRequest {
    /// Only a checksum that costs nothing is reported.
    #[default]
    IfFree,
    /// The store computes a checksum if it has none.
    Compute,
}

/// What goes with a blob. Stores of files keep none of it but the condition.
#[derive(Debug, Clone, Default)]
pub struct Attributes {
    /// What must hold for the destination.
    pub condition: Condition,
    /// Media type.
    pub content_type: Option<String>,
    /// `Content-Encoding`.
    pub content_encoding: Option<String>,
    /// `Content-Disposition`.
    pub content_disposition: Option<String>,
    /// `Cache-Control`.
    pub cache_control: Option<String>,
    /// Names and values of the user's own.
    pub metadata: Vec<(String, String)>,
    /// Names and values of tags.
    pub tags: Vec<(String, String)>,
    /// S3's storage class.
    pub storage_class: Option<String>,
    /// `AES256` or `aws:kms`.
    pub encryption: Option<String>,
    /// The key for `aws:kms`.
    pub kms_key_id: Option<String>,
    /// Canned ACL.
    pub acl: Option<String>,
}

/// What must hold for the destination when a blob becomes visible; else the error is `Precondition`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Condition {
    /// Nothing.
    #[default]
    None,
    /// There is no blob of that name.
    Absent,
    /// The blob there has this ETag.
    Etag(String),
}

/// What a store confirmed about a put.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PutResult {
    /// Bytes stored.
    pub bytes: u64,
    /// S3's ETag without quotes.
    pub etag: Option<String>,
    /// How it was proven that the store has these bytes.
    pub verified: Verified,
    /// Whether the store is known to have tested the condition and stored the blob in one step; `None` without one.
    pub atomic: Option<bool>,
    /// The version that it became, in a bucket that has them.
    pub version_id: Option<String>,
}
