//! The ETag of a multipart object as a digest: the part size that it was computed with.

use super::bucket::S3;
use super::client::RequestPurpose;
use super::etag::quoted;
use crate::digest::Digest;
use crate::error::Result;
use crate::key::Key;
use crate::store::types::{ObjectMeta, PartsEtag};

impl S3 {
    /// Asks for the part size of an object with an ETag `…-N`. It costs one request, for an object without a checksum.
    ///
    /// `None` if the ETag has another form, or the service does not report parts that are equal but for the last.
    /// Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html>
    pub(super) fn find_parts_etag(
        &self,
        key: &Key,
        info: &ObjectMeta,
    ) -> Result<Option<PartsEtag>> {
        let Some((etag, (md5, count))) = info
            .etag
            .as_deref()
            .and_then(|etag| Some((etag, parse_multipart_etag(etag)?)))
        else {
            return Ok(None);
        };
        let mut request = self.object_request("HEAD", key);
        request.push_query("partNumber", "1");
        request.push_header("if-match", quoted(etag));
        let answer = match self
            .client
            .send(&request, &[200, 206], RequestPurpose::Work)
        {
            Ok(answer) => answer,
            Err(error) if error.is_transient() => return Err(error),
            // The service does not support part numbers.
            Err(_) => return Ok(None),
        };
        let number = |name: &str| answer.header(name)?.trim().parse::<u64>().ok();
        let encryption = answer.header("x-amz-server-side-encryption").unwrap_or("");
        let customer_key = answer.header("x-amz-server-side-encryption-customer-algorithm");
        if encryption.starts_with("aws:kms") || customer_key.is_some() {
            return Ok(None);
        }
        let (Some(part_size), Some(parts)) =
            (number("content-length"), number("x-amz-mp-parts-count"))
        else {
            return Ok(None);
        };
        let fits = part_size > 0 && parts == count && info.size.div_ceil(part_size) == count;
        Ok(fits.then_some(PartsEtag {
            part_size,
            md5,
            certain: self.client.has_multipart_md5_etags(),
        }))
    }
}

/// The MD5 of the MD5s, and the number of parts.
fn parse_multipart_etag(etag: &str) -> Option<(Digest, u64)> {
    let (md5, count) = etag.split_once('-')?;
    let count = count.parse().ok().filter(|count| *count > 0)?;
    Some((Digest::md5_from_hex(md5)?, count))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_etag_of_parts_has_an_md5_and_a_number() {
        let (md5, count) = parse_multipart_etag("00112233445566778899aabbccddeeff-12").unwrap();
        assert_eq!(
            (md5.hex().as_str(), count),
            ("00112233445566778899aabbccddeeff", 12)
        );
        for etag in [
            "00112233445566778899aabbccddeeff",
            "00112233445566778899aabbccddeeff-0",
            "00112233445566778899aabbccddeeff-x",
            "W/\"00112233445566778899aabbccddeeff-1\"",
            "-1",
            "",
        ] {
            assert!(parse_multipart_etag(etag).is_none(), "{etag}");
        }
    }
}
