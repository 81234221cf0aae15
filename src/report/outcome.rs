//! The result of one command on one blob.

use std::time::{Duration, SystemTime};

use crate::digest::{Digest, Verified};
use crate::store::types::ObjectHeaders;
use crate::url::Url;

/// Which blob a result is about.
#[derive(Debug, Clone)]
pub struct Subject {
    /// `put`, `get`, `exists`.
    pub op: &'static str,
    /// As typed, or as derived from what was typed.
    pub key: String,
    /// Whole address.
    pub url: Url,
}

/// A success, as far as the operation has something to say.
#[derive(Debug, Clone, Default)]
pub struct Outcome {
    /// The line for `-v`, behind "blobctl: ".
    pub line: String,
    /// Bytes of the blob.
    pub bytes: Option<u64>,
    /// How long it took.
    pub elapsed: Option<Duration>,
    /// S3's ETag.
    pub etag: Option<String>,
    /// How it was proven.
    pub verified: Option<Verified>,
    /// Attempts, counted from 1.
    pub attempts: Option<u32>,
    /// Whether the destination was written.
    pub changed: Option<bool>,
    /// Whether a condition was certainly tested in one step with the change.
    pub atomic: Option<bool>,
    /// The answer of `exists`.
    pub exists: Option<bool>,
    /// When the blob was last written.
    pub modified: Option<SystemTime>,
    /// The strongest digest that the store tells.
    pub digest: Option<Digest>,
    /// Media type.
    pub content_type: Option<String>,
    /// What S3 tells beyond that.
    pub headers: ObjectHeaders,
}
