//! The values that callers and stores exchange about a blob.

use std::time::SystemTime;

use crate::digest::{Digest, Verified};

/// The metadata of a blob.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ObjectMeta {
    /// Bytes of the whole blob.
    pub size: u64,
    /// The time of the last modification, if the store reports it.
    pub modified: Option<SystemTime>,
    /// S3's ETag without quotes.
    pub etag: Option<String>,
    /// The strongest checksum of the whole blob that the store reports and that blobctl can compute.
    pub digest: Option<Digest>,
    /// Media type, if the store reports one.
    pub content_type: Option<String>,
    /// Further metadata, which only S3 returns.
    pub headers: Box<ObjectHeaders>,
}

/// Object metadata that S3 returns in addition to size and ETag.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ObjectHeaders {
    /// The version, in a bucket with versioning.
    pub version_id: Option<String>,
    /// Storage class; S3 does not report STANDARD.
    pub storage_class: Option<String>,
    /// `AES256`, `aws:kms`, or `SSE-C` for a key of the user's.
    pub encryption: Option<String>,
    /// The key of `aws:kms`.
    pub kms_key_id: Option<String>,
    /// `Content-Encoding`, such as `gzip`.
    pub content_encoding: Option<String>,
    /// `Content-Disposition`, such as `attachment; filename="a"`.
    pub content_disposition: Option<String>,
    /// `Content-Language`.
    pub content_language: Option<String>,
    /// `Cache-Control`.
    pub cache_control: Option<String>,
    /// `Expires`, an HTTP date.
    pub expires: Option<String>,
    /// Names and values of the user's own.
    pub metadata: Vec<(String, String)>,
    /// The time of the last modification of the file that was stored, if the put kept it.
    pub modified: Option<SystemTime>,
    /// The time of the response, by the clock of the service.
    pub answered: Option<SystemTime>,
}

impl ObjectMeta {
    /// The time of the last modification of the content: that of the file that was stored, or else that of the blob.
    pub fn content_modified(&self) -> Option<SystemTime> {
        self.headers.modified.or(self.modified)
    }
}

/// The ETag of a multipart upload, read as a checksum.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PartsEtag {
    /// Bytes of each part but the last.
    pub part_size: u64,
    /// The MD5 of the parts' MD5s.
    pub md5: Digest,
    /// The service is known to make its ETags in this way. Others may use the same form for something else.
    pub certain: bool,
}

/// The bytes to download, and the conditions.
#[derive(Debug, Clone, Default)]
pub struct GetOptions<'a> {
    /// The first byte to download.
    pub offset: u64,
    /// The first byte not to download; `None` downloads up to the end of the blob. Only for a store with
    /// [`Capabilities::ranges`](crate::store::Capabilities::ranges).
    pub end: Option<u64>,
    /// The blob as an earlier attempt found it. If it is another one now, the download fails with `Integrity`.
    pub if_unchanged: Option<&'a ObjectMeta>,
    /// The checksum of the blob to report.
    pub checksum: ChecksumRequest,
}

/// The cost of a checksum that the caller accepts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ChecksumRequest {
    /// Only a checksum that costs nothing is reported.
    #[default]
    IfFree,
    /// The store computes a checksum if it has none.
    Compute,
}

/// The condition on the destination of a put, and the attributes of the new blob.
#[derive(Debug, Clone, Default)]
pub struct PutOptions {
    /// The condition on the destination.
    pub condition: Condition,
    /// The attributes of the new blob.
    pub attributes: Attributes,
    /// The time of the last modification that the blob keeps, as far as the store can: files get it, S3 keeps it as
    /// metadata. `None` leaves it to the store.
    pub modified: Option<SystemTime>,
}

/// The metadata of a new blob. A store without [`Capabilities::attributes`](crate::store::Capabilities::attributes) ignores
/// it.
#[derive(Debug, Clone, Default)]
pub struct Attributes {
    /// Media type.
    pub content_type: Option<String>,
    /// `Content-Encoding`.
    pub content_encoding: Option<String>,
    /// `Content-Disposition`.
    pub content_disposition: Option<String>,
    /// `Content-Language`.
    pub content_language: Option<String>,
    /// `Cache-Control`.
    pub cache_control: Option<String>,
    /// `Expires`, an HTTP date.
    pub expires: Option<String>,
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

/// The condition on the destination when a blob becomes visible; a violation is `Precondition`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Condition {
    /// Nothing.
    #[default]
    None,
    /// No blob of that name exists.
    Absent,
    /// The blob there has this ETag.
    Etag(String),
}

/// The store's confirmation of a put.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PutResult {
    /// Bytes stored.
    pub bytes: u64,
    /// S3's ETag without quotes.
    pub etag: Option<String>,
    /// The means by which the store's bytes were verified.
    pub verified: Verified,
    /// True if the store is known to have tested the condition and stored the blob in one step; `None` without one.
    pub atomic: Option<bool>,
    /// The version that the put created, in a bucket with versioning.
    pub version_id: Option<String>,
}
