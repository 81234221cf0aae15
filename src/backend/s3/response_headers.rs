//! Metadata of an object, from the headers of a response.

use std::time::SystemTime;

use time::OffsetDateTime;
use time::format_description::well_known::Rfc2822;

use super::attributes::{MTIME, parse_mtime};
use super::client::S3Response;
use super::encoded_word::decoded_words;
pub(super) use super::etag::unquoted;
use super::sse_c;
use super::sse_c::ALGORITHM;
use crate::digest::{Algorithm, Digest};
use crate::error::{Error, Kind, Result, printable};
use crate::store::types::{ObjectHeaders, ObjectMeta};

/// The ETag without its quotes. A response without one is not S3's: it may be a proxy's or a captive portal's page.
pub(super) fn etag(answer: &S3Response) -> Result<String> {
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
        .with_hint(
            "compare the endpoint with the service's; something in between may have answered",
        )
    })
}

/// The MD5 that an ETag is: 32 hex digits, unless the object was encrypted with KMS or SSE-C.
/// Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_Object.html>
pub(super) fn plain_md5(etag: &str, answer: &S3Response) -> Option<Digest> {
    let encryption = answer.header("x-amz-server-side-encryption").unwrap_or("");
    let customer_key = answer.used_customer_key() || answer.header(sse_c::ALGORITHM).is_some();
    if encryption.starts_with("aws:kms") || customer_key {
        return None;
    }
    Digest::md5_from_hex(etag)
}

/// The strongest checksum of the whole object that the response reports; `None` for a range or a composite checksum.
/// Source: <https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html>
fn full_checksum(answer: &S3Response) -> Option<Digest> {
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

pub(super) fn info(answer: &S3Response, size: u64) -> Result<ObjectMeta> {
    let etag = etag(answer)?;
    Ok(ObjectMeta {
        size,
        modified: time(answer, "last-modified"),
        digest: full_checksum(answer).or_else(|| plain_md5(&etag, answer)),
        etag: Some(etag),
        content_type: answer.header("content-type").map(str::to_owned),
        headers: Box::new(object_headers(answer)),
    })
}

/// The time in a header.
fn time(answer: &S3Response, header: &str) -> Option<SystemTime> {
    let time = OffsetDateTime::parse(answer.header(header)?, &Rfc2822).ok()?;
    Some(time.into())
}

/// The version of the object. The first version in a bucket without versioning is called `null`.
pub(super) fn version_id(answer: &S3Response) -> Option<String> {
    answer.header("x-amz-version-id").map(str::to_owned)
}

/// Checks that the response is about the requested version: a service without versioning returns the newest object.
pub(super) fn check_version(answer: &S3Response, wanted: Option<&str>) -> Result<()> {
    let Some(wanted) = wanted else {
        return Ok(());
    };
    let told = answer.header("x-amz-version-id");
    // An object without a version is called `null`; not all services send that.
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
    Err(Error::new(Kind::Remote, text)
        .with_hint("it seems not to support versioning: omit --version-id or --from-version"))
}

pub(super) fn length(answer: &S3Response) -> Result<u64> {
    let length = answer
        .header("content-length")
        .and_then(|text| text.trim().parse().ok());
    length.ok_or_else(|| {
        Error::new(
            Kind::Remote,
            "the response has no Content-Length, so truncation could not be detected",
        )
        .with_hint("a proxy in between may be to blame")
    })
}

/// The object's attributes.
pub fn object_headers(answer: &S3Response) -> ObjectHeaders {
    let text = |name: &str| answer.header(name).map(str::to_owned);
    let customer_key = answer.header(ALGORITHM).map(|_| "SSE-C".to_owned());
    ObjectHeaders {
        version_id: version_id(answer),
        storage_class: text("x-amz-storage-class"),
        encryption: customer_key.or_else(|| text("x-amz-server-side-encryption")),
        kms_key_id: text("x-amz-server-side-encryption-aws-kms-key-id"),
        // Some clients leave the encoding of their upload in it.
        content_encoding: text("content-encoding").filter(|coding| coding != "aws-chunked"),
        content_disposition: text("content-disposition"),
        content_language: text("content-language"),
        cache_control: text("cache-control"),
        expires: text("expires"),
        metadata: answer
            .headers_with_prefix("x-amz-meta-")
            .into_iter()
            .map(|(name, value)| (name, decoded_words(&value)))
            .collect(),
        modified: answer
            .header(&format!("x-amz-meta-{MTIME}"))
            .and_then(parse_mtime),
        answered: time(answer, "date"),
    }
}
