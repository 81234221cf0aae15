//! What the headers of an answer tell about a blob.

use std::time::SystemTime;

use time::OffsetDateTime;
use time::format_description::well_known::Rfc2822;

use super::client::Answer;
use super::encoded_word::decoded_words;
use super::sse_c;
use super::sse_c::ALGORITHM;
use crate::digest::{Algorithm, Digest};
use crate::error::{Error, Kind, Result, printable};
use crate::store::types::{ObjectHeaders, ObjectMeta};

/// The ETag without its quotes. An answer without one is not S3's: a proxy's page, a captive portal.
pub(super) fn etag(answer: &Answer) -> Result<String> {
    let etag = answer.header("etag").map(unquoted);
    let etag = etag.filter(|etag| !etag.is_empty()).map(str::to_owned);
    etag.ok_or_else(|| {
        Error::new(
            Kind::Remote,
            format!(
                "the answer (HTTP {}) has no ETag, so it is not S3's",
                answer.status()
            ),
        )
        .hint("compare the endpoint with the service's; something in between may have answered")
    })
}

/// A weak ETag, which a proxy that compresses makes of S3's, keeps its quotes: it is no digest and no condition.
fn unquoted(etag: &str) -> &str {
    let etag = etag.trim();
    match is_weak(etag) {
        true => etag,
        false => etag.trim_matches('"'),
    }
}

pub(super) fn is_weak(etag: &str) -> bool {
    etag.starts_with("W/")
}

/// The MD5 that an ETag is: 32 hex digits, and not of an object that was encrypted with a key of its own.
/// Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_Object.html>
pub(super) fn plain_md5(etag: &str, answer: &Answer) -> Option<Digest> {
    let encryption = answer.header("x-amz-server-side-encryption").unwrap_or("");
    let own_key = answer.has_own_key() || answer.header(sse_c::ALGORITHM).is_some();
    if encryption.starts_with("aws:kms") || own_key {
        return None;
    }
    Digest::md5_from_hex(etag)
}

/// The strongest checksum of the whole object that the answer tells: not of a range, not one composed of the parts'.
/// Source: <https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html>
fn full_checksum(answer: &Answer) -> Option<Digest> {
    const KNOWN: [(&str, Algorithm); 5] = [
        ("x-amz-checksum-crc64nvme", Algorithm::Crc64Nvme),
        ("x-amz-checksum-crc32c", Algorithm::Crc32c),
        ("x-amz-checksum-crc32", Algorithm::Crc32),
        ("x-amz-checksum-sha256", Algorithm::Sha256),
        ("x-amz-checksum-sha1", Algorithm::Sha1),
    ];
    let whole = answer.status() == 200 && answer.header("content-range").is_none();
    let composite = answer
        .header("x-amz-checksum-type")
        .is_some_and(|kind| kind.eq_ignore_ascii_case("COMPOSITE"));
    if !whole || composite {
        return None;
    }
    KNOWN.iter().find_map(|(header, algorithm)| {
        Digest::from_base64(*algorithm, answer.header(header)?.trim())
    })
}

pub(super) fn info(answer: &Answer, size: u64) -> Result<ObjectMeta> {
    let etag = etag(answer)?;
    let modified = answer
        .header("last-modified")
        .and_then(|text| OffsetDateTime::parse(text, &Rfc2822).ok());
    Ok(ObjectMeta {
        size,
        modified: modified.map(SystemTime::from),
        digest: full_checksum(answer).or_else(|| plain_md5(&etag, answer)),
        etag: Some(etag),
        content_type: answer.header("content-type").map(str::to_owned),
        headers: Box::new(kept(answer)),
    })
}

/// The version that an answer is about. The first one in a bucket that has no versions yet is called `null`.
pub(super) fn version_id(answer: &Answer) -> Option<String> {
    answer.header("x-amz-version-id").map(str::to_owned)
}

/// A store that knows nothing of versions tells of the newest blob, whatever was asked for.
pub(super) fn is_of_version(answer: &Answer, wanted: Option<&str>) -> Result<()> {
    let Some(wanted) = wanted else {
        return Ok(());
    };
    let told = answer.header("x-amz-version-id");
    // What has no version goes by the name `null`, which not all tell.
    if told == Some(wanted) || told.is_none() && wanted == "null" {
        return Ok(());
    }
    let text = match told {
        Some(told) => format!(
            "the store answered with version `{}` instead of `{}`",
            printable(told),
            printable(wanted)
        ),
        None => "the store answered with the newest blob instead of the version that was asked for"
            .to_owned(),
    };
    Err(Error::new(Kind::Remote, text).hint("it seems to keep no versions: leave --version-id out"))
}

pub(super) fn length(answer: &Answer) -> Result<u64> {
    let length = answer
        .header("content-length")
        .and_then(|text| text.trim().parse().ok());
    length.ok_or_else(|| {
        Error::new(
            Kind::Remote,
            "the answer does not say how long it is, so that a cut could not be noticed",
        )
        .hint("a proxy in between may be to blame")
    })
}

/// What goes with an object, as its headers tell it.
pub fn kept(answer: &Answer) -> ObjectHeaders {
    let text = |name: &str| answer.header(name).map(str::to_owned);
    let own_key = answer.header(ALGORITHM).map(|_| "SSE-C".to_owned());
    ObjectHeaders {
        version_id: version_id(answer),
        storage_class: text("x-amz-storage-class"),
        encryption: own_key.or_else(|| text("x-amz-server-side-encryption")),
        kms_key_id: text("x-amz-server-side-encryption-aws-kms-key-id"),
        // Some clients leave the coding of their transfer in it.
        content_encoding: text("content-encoding").filter(|coding| coding != "aws-chunked"),
        content_disposition: text("content-disposition"),
        cache_control: text("cache-control"),
        metadata: answer
            .headers_behind("x-amz-meta-")
            .into_iter()
            .map(|(name, value)| (name, decoded_words(&value)))
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_weak_etag_is_no_digest() {
        let md5 = "5d41402abc4b2a76b9719d911017c592";
        assert_eq!(unquoted(&format!(" \"{md5}\"")), md5);
        let weak = format!("W/\"{md5}\"");
        assert_eq!(unquoted(&weak), weak);
        assert_eq!(Digest::md5_from_hex(unquoted(&weak)), None);
    }
}
