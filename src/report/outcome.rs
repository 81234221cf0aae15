//! The result of one command on one blob.

use std::time::{Duration, SystemTime};

use crate::digest::{Digest, Verified};
use crate::store::types::ObjectHeaders;
use crate::units::format_bytes;
use crate::url::Url;

/// The blob that a result is about.
#[derive(Debug, Clone)]
pub struct Subject {
    /// As typed, or as derived from what was typed.
    pub key: String,
    /// Whole address.
    pub url: Url,
}

/// A success. Fields that the command does not report are `None` or empty.
#[derive(Debug, Clone, Default)]
pub struct Outcome {
    /// The result on stdout, unless `--json` is given.
    pub text: String,
    /// The line of `-v`, without "blobctl: ".
    pub line: String,
    /// Bytes of the blob.
    pub bytes: Option<u64>,
    /// Duration of the transfer.
    pub elapsed: Option<Duration>,
    /// S3's ETag.
    pub etag: Option<String>,
    /// The check that the transferred bytes passed.
    pub verified: Option<Verified>,
    /// Attempts, counted from 1.
    pub attempts: Option<u32>,
    /// `true` if the destination was written.
    pub changed: Option<bool>,
    /// `sync` removed it, or would remove it, from the destination.
    pub removed: bool,
    /// The action without `--dry-run`, as a verb in the present tense.
    pub planned: Option<&'static str>,
    /// The proof that nothing had to be written.
    pub unchanged_by: Option<&'static str>,
    /// `true` if the condition was tested in one step with the change.
    pub atomic: Option<bool>,
    /// The answer of `exists`.
    pub exists: Option<bool>,
    /// Why a blob that is there counts as absent.
    pub unsuitable: Option<String>,
    /// The bytes that were downloaded, if not all of them.
    pub range: Option<String>,
    /// Time of the last write to the blob.
    pub modified: Option<SystemTime>,
    /// The strongest checksum that the store returned.
    pub digest: Option<Digest>,
    /// Media type.
    pub content_type: Option<String>,
    /// Further headers that S3 returned.
    pub headers: ObjectHeaders,
    /// `true` for the common prefix of several keys, in a listing.
    pub prefix: Option<bool>,
    /// The name of a bucket, in a listing of buckets.
    pub bucket: Option<String>,
    /// The time of the creation of a bucket.
    pub created: Option<SystemTime>,
}

/// A finished upload, download or copy.
pub struct Transferred {
    /// `stored`, `fetched` or `copied`.
    pub verb: &'static str,
    /// `SOURCE to DESTINATION`.
    pub route: String,
    /// Bytes of the blob.
    pub bytes: u64,
    /// Duration of the transfer.
    pub elapsed: Duration,
    /// S3's ETag.
    pub etag: Option<String>,
    /// The version that was read or written.
    pub version_id: Option<String>,
    /// The check that the bytes passed.
    pub verified: Verified,
    /// Attempts, counted from 1.
    pub attempts: u32,
}

impl Transferred {
    /// The result of a transfer that wrote its destination.
    pub fn into_outcome(self) -> Outcome {
        Outcome {
            line: self.line(),
            bytes: Some(self.bytes),
            elapsed: Some(self.elapsed),
            etag: self.etag,
            headers: ObjectHeaders {
                version_id: self.version_id,
                ..ObjectHeaders::default()
            },
            verified: Some(self.verified),
            attempts: Some(self.attempts),
            changed: Some(true),
            ..Outcome::default()
        }
    }

    /// ``stored 5.0 MiB `x` to s3://b/x in 0.3 s, verified by md5``
    fn line(&self) -> String {
        format!(
            "{} {} {} in {:.1} s, verified by {}",
            self.verb,
            format_bytes(self.bytes),
            self.route,
            self.elapsed.as_secs_f64(),
            self.verified.name()
        )
    }
}
