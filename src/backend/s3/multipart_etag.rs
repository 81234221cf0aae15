//! The ETag of an object that was uploaded in parts, as a digest: which bytes its MD5s are of.

use super::bucket::S3;
use super::client::Purpose;
use crate::digest::Digest;
use crate::error::Result;
use crate::key::Key;
use crate::store::types::{ObjectMeta, PartsEtag};

impl S3 {
    /// Asks how large the parts of an object with an ETag `…-N` are. One request more, for an object without a checksum.
    ///
    /// `None` if the ETag is another one, or the store does not tell of parts that are equal but for the last.
    /// Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html>
    pub(super) fn parts_of(&self, key: &Key, info: &ObjectMeta) -> Result<Option<PartsEtag>> {
        let Some((etag, (md5, count))) = info
            .etag
            .as_deref()
            .and_then(|etag| Some((etag, of_parts(etag)?)))
        else {
            return Ok(None);
        };
        let mut request = self.about("HEAD", key);
        request
            .query
            .push(("partNumber".to_owned(), "1".to_owned()));
        request
            .headers
            .push(("if-match".to_owned(), format!("\"{etag}\"")));
        let answer = match self.client.send(&request, &[200, 206], Purpose::Work) {
            Ok(answer) => answer,
            Err(error) if error.is_transient() => return Err(error),
            // A store that knows nothing of part numbers.
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
            certain: self.client.makes_etags_of_md5s(),
        }))
    }
}

/// The MD5 of the MD5s, and the number of parts.
fn of_parts(etag: &str) -> Option<(Digest, u64)> {
    let (md5, count) = etag.split_once('-')?;
    let count = count.parse().ok().filter(|count| *count > 0)?;
    Some((Digest::md5_from_hex(md5)?, count))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_etag_of_parts_has_an_md5_and_a_number() {
        let (md5, count) = of_parts("00112233445566778899aabbccddeeff-12").unwrap();
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
            assert!(of_parts(etag).is_none(), "{etag}");
        }
    }
}
