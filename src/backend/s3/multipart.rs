//! CreateMultipartUpload, UploadPart, CompleteMultipartUpload, AbortMultipartUpload.
//! Source: <https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html>

use std::fmt::Write;

use super::attributes::{attribute_headers, condition_header, unsupported};
use super::bucket::{S3, request};
use super::checksum::verify_stored;
use super::checksum_policy::{ChecksumMethod, header};
use super::client::{Body, RequestPurpose, ResponseTimeout};
use super::error;
use super::etag::from_element;
use super::response_headers::{etag, plain_md5, version_id};
use crate::aws::xml;
use crate::digest::{Algorithm, Digest, Hasher, Verified, base64};
use crate::error::{Error, Kind, Result};
use crate::io::payload::Payload;
use crate::key::Key;
use crate::store::Store;
use crate::store::multipart::{MultipartStore, Part, PartSizes, UploadId};
use crate::store::types::{Condition, ObjectMeta, PartsEtag, PutOptions, PutResult};

/// Answers about an upload are short.
const ANSWER_LIMIT: u64 = 64 << 10;

/// Says how the checksum of the object is made from those of its parts.
const CHECKSUM_TYPE: &str = "x-amz-checksum-type";

/// The checksum is that of all bytes in order.
const FULL_OBJECT: &str = "FULL_OBJECT";

impl MultipartStore for S3 {
    fn parts_etag(&self, key: &Key, info: &ObjectMeta) -> Result<Option<PartsEtag>> {
        self.find_parts_etag(key, info)
    }

    fn begin(&self, key: &Key, options: &PutOptions) -> Result<UploadId> {
        let PutOptions {
            condition,
            attributes,
            ..
        } = options;
        self.check_encryption(attributes)?;
        self.precheck(key, condition)?;
        self.negotiate_checksum(|method| {
            let mut request = self.object_request("POST", key);
            request.push_query("uploads", "");
            attribute_headers(options, &mut request.headers);
            if let ChecksumMethod::Header(algorithm) = method {
                request.push_header("x-amz-checksum-algorithm", service_name(algorithm));
                // A digest that cannot be combined from parts has only one type, which need not be named.
                if is_combined(algorithm) {
                    request.push_header(CHECKSUM_TYPE, FULL_OBJECT);
                }
            }
            request.body = Body::Bytes(&[]);
            let answer = self.client.send(&request, &[200], RequestPurpose::Work)?;
            // The responses to the parts confirm the SSE-C key; that of SeaweedFS to this request does not.
            if let Some(wanted) = &attributes.encryption {
                self.warn_if_unencrypted(key, Some(wanted), &answer);
            }
            let text = answer.text(&self.client, ANSWER_LIMIT)?;
            let root = xml::parse(&text);
            let id = root
                .as_ref()
                .and_then(|root| root.child("UploadId"))
                .filter(|id| !id.is_empty());
            match id {
                Some(id) => Ok(UploadId(id.to_owned())),
                None => Err(Error::new(
                    Kind::Remote,
                    "the response to CreateMultipartUpload has no UploadId",
                )),
            }
        })
    }

    fn put_part(
        &self,
        key: &Key,
        upload: &UploadId,
        number: u16,
        payload: &Payload,
    ) -> Result<Part> {
        let size = payload
            .size()
            .ok_or_else(|| Error::new(Kind::Usage, "a part without a size"))?;
        self.negotiate_checksum(|method| {
            let body_digests = self.body_digests(method, payload)?;
            let mut request = self.object_request("PUT", key);
            request.query = part_query(upload, number);
            body_digests.headers(&mut request.headers);
            request.body = Body::Payload {
                payload,
                size,
                sha256: body_digests.sha256.clone(),
            };
            let answer = self.client.send(&request, &[200], RequestPurpose::Work)?;
            let plain = etag(&answer)?;
            if number == 1 {
                self.warn_if_unencrypted(key, None, &answer);
            }
            self.is_header_ignored(method, key, size, &answer);
            let verified = verify_stored(method, &body_digests, payload, &plain, &answer)?;
            let md5 = plain_md5(&plain, &answer);
            let etag = answer.header("etag").unwrap_or(&plain).trim().to_owned();
            let checksum = body_digests.checksum.filter(|sent| {
                sent.algorithm() != Algorithm::Md5 && verified == Some(sent.algorithm().into())
            });
            Ok(Part {
                number,
                size,
                etag,
                md5,
                checksum,
            })
        })
    }

    fn part_sizes(&self) -> PartSizes {
        self.client.part_sizes()
    }

    fn complete(
        &self,
        key: &Key,
        upload: &UploadId,
        parts: &[Part],
        condition: &Condition,
    ) -> Result<PutResult> {
        let document = complete_document(parts);
        let whole = UploadChecksum::of(parts);
        let mut request = self.object_request("POST", key);
        request.push_query("uploadId", &*upload.0);
        request.push_header("content-type", "application/xml");
        if let Some(full) = whole.as_ref().and_then(|whole| whole.full) {
            request.push_header(header(full.algorithm()), base64(full.bytes()));
            request.push_header(CHECKSUM_TYPE, FULL_OBJECT);
        }
        condition_header(condition, &mut request.headers);
        request.body = Body::Bytes(document.as_bytes());
        request.response_timeout = ResponseTimeout::Extended;
        let answer = self
            .client
            .send(&request, &[200], RequestPurpose::Work)
            .map_err(unsupported(condition))?;
        let version_id = version_id(&answer);
        let text = answer.text(&self.client, ANSWER_LIMIT)?;
        let root = xml::parse(&text).filter(|root| root.name == "CompleteMultipartUploadResult");
        let etag = root.as_ref().and_then(|root| root.child("ETag"));
        let Some(etag) = from_element(etag) else {
            return Err(error::late_error(xml::parse(&text).as_ref()));
        };
        let bytes = total(parts);
        let reported = whole.as_ref().and_then(|whole| {
            let name = format!("Checksum{}", service_name(whole.composite.algorithm()));
            root.as_ref()?.child(&name)
        });
        let verified = self.verify_upload(key, bytes, &etag, parts, whole, reported)?;
        Ok(PutResult {
            bytes,
            etag: Some(etag),
            verified,
            atomic: self.atomic(condition),
            version_id,
        })
    }

    fn completed(&self, key: &Key, parts: &[Part]) -> Result<Option<PutResult>> {
        let Some(info) = self.head(key)? else {
            return Ok(None);
        };
        let full = UploadChecksum::of(parts).and_then(|whole| whole.full);
        let verified = match (info.digest, expected_etag(parts)) {
            (Some(digest), _) if full == Some(digest) => digest.algorithm().into(),
            (_, Some(etag)) if info.etag == Some(etag.clone()) => self.etag_verification(),
            _ => return Ok(None),
        };
        Ok(Some(PutResult {
            bytes: info.size,
            etag: info.etag,
            verified,
            atomic: None,
            version_id: info.headers.version_id,
        }))
    }

    fn abort(&self, key: &Key, upload: &UploadId) -> Result<()> {
        let mut request = request("DELETE", key);
        request.push_query("uploadId", &*upload.0);
        match self
            .client
            .send(&request, &[200, 204], RequestPurpose::CleanUp)
        {
            Ok(_) => {
                // A part whose connection was cut may arrive later and survive the upload: a second abort removes it.
                // Most services answer that nothing is left, each in its own way.
                let _ = self
                    .client
                    .send(&request, &[200, 204], RequestPurpose::CleanUp);
                Ok(())
            }
            // It is gone already.
            Err(error) if error.kind() == Kind::NotFound => Ok(()),
            Err(error) => Err(error),
        }
    }
}

impl S3 {
    /// The verification that a matching ETag amounts to: only the length if checksums are switched off.
    fn etag_verification(&self) -> Verified {
        match self.client.skips_checksums() {
            true => Verified::Length,
            false => Verified::EtagMultipart,
        }
    }

    /// Verifies a completed upload: by the checksum of the whole, by the ETag that its parts make, or by its length.
    fn verify_upload(
        &self,
        key: &Key,
        bytes: u64,
        etag: &str,
        parts: &[Part],
        whole: Option<UploadChecksum>,
        reported: Option<&str>,
    ) -> Result<Verified> {
        if let (Some(whole), Some(reported)) = (whole, reported) {
            match whole.matches(reported.trim()) {
                Some(true) => return Ok(whole.composite.algorithm().into()),
                Some(false) => {
                    let text =
                        "checksum mismatch: the store assembled the parts into different bytes";
                    return Err(Error::new(Kind::Integrity, text));
                }
                None => {}
            }
        }
        if expected_etag(parts).as_deref() == Some(etag) {
            return Ok(self.etag_verification());
        }
        // Other services compute the ETag in another way. The checksum of each part has been compared already.
        self.verify_length(key, bytes)
    }
}

/// The checksum of an upload in its two types, computed from those of its parts.
struct UploadChecksum {
    /// Of all bytes (`FULL_OBJECT`): only CRCs can be combined to it.
    full: Option<Digest>,
    /// Of the checksums of the parts (`COMPOSITE`).
    composite: Digest,
    parts: usize,
}

impl UploadChecksum {
    /// `None` unless every part has a checksum of the same algorithm.
    fn of(parts: &[Part]) -> Option<Self> {
        let (first, rest) = parts.split_first()?;
        let first = first.checksum?;
        let full = rest.iter().try_fold(first, |front, part| {
            front.followed_by(&part.checksum?, part.size)
        });
        let mut hasher = Hasher::new(first.algorithm());
        for part in parts {
            let checksum = part.checksum?;
            if checksum.algorithm() != first.algorithm() {
                return None;
            }
            hasher.update(checksum.bytes());
        }
        Some(Self {
            full: full.filter(|_| is_combined(first.algorithm())),
            composite: hasher.finish(),
            parts: parts.len(),
        })
    }

    /// True if the checksum of the whole can be combined from those of its parts.
    fn matches(&self, reported: &str) -> Option<bool> {
        if let Some((reported, parts)) = reported.split_once('-') {
            let same_count = parts.parse() == Ok(self.parts);
            return Some(same_count && reported == base64(self.composite.bytes()));
        }
        match self.full {
            Some(full) => Some(reported == base64(full.bytes())),
            // It may be of all bytes, which the service read once more.
            None => (reported == base64(self.composite.bytes())).then_some(true),
        }
    }
}

/// True if the checksum of a whole can be put together from those of its parts.
fn is_combined(algorithm: Algorithm) -> bool {
    matches!(
        algorithm,
        Algorithm::Crc64Nvme | Algorithm::Crc32c | Algorithm::Crc32
    )
}

/// `CRC64NVME`.
fn service_name(algorithm: Algorithm) -> String {
    algorithm.name().to_ascii_uppercase()
}

/// The parameters of a request about one part. An upload has no version yet.
pub(super) fn part_query(upload: &UploadId, number: u16) -> Vec<(String, String)> {
    vec![
        ("partNumber".to_owned(), number.to_string()),
        ("uploadId".to_owned(), upload.0.clone()),
    ]
}

fn total(parts: &[Part]) -> u64 {
    parts.iter().map(|part| part.size).sum()
}

fn complete_document(parts: &[Part]) -> String {
    let mut document =
        String::from("<CompleteMultipartUpload xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">");
    for part in parts {
        let checksum = part.checksum.map_or(String::new(), |digest| {
            let name = service_name(digest.algorithm());
            format!(
                "<Checksum{name}>{}</Checksum{name}>",
                base64(digest.bytes())
            )
        });
        // Writing to a String cannot fail.
        let _ = write!(
            document,
            "<Part>{checksum}<ETag>{}</ETag><PartNumber>{}</PartNumber></Part>",
            xml::escape(&part.etag),
            part.number
        );
    }
    document.push_str("</CompleteMultipartUpload>");
    document
}

/// The MD5 of the parts' MD5s and their number: `…-3`.
fn expected_etag(parts: &[Part]) -> Option<String> {
    let mut hasher = Hasher::new(Algorithm::Md5);
    for part in parts {
        hasher.update(part.md5?.bytes());
    }
    Some(format!("{}-{}", hasher.finish().hex(), parts.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_checksum_of_the_whole_is_known_in_each_of_its_forms() {
        let whole = |algorithm| {
            let part = |number, bytes: &[u8]| Part {
                number,
                size: bytes.len() as u64,
                etag: String::new(),
                md5: None,
                checksum: Some(Hasher::digest(algorithm, bytes)),
            };
            UploadChecksum::of(&[part(1, b"12345"), part(2, b"6789")]).unwrap()
        };
        let crc = whole(Algorithm::Crc32);
        // The check value of the algorithm, and what openssl and python's zlib make of the parts.
        assert_eq!(crc.matches("y/Q5Jg=="), Some(true));
        assert_eq!(crc.matches("4zspdQ==-2"), Some(true));
        assert_eq!(crc.matches("4zspdQ==-3"), Some(false));
        assert_eq!(crc.matches("AAAAAA=="), Some(false));
        let sha = whole(Algorithm::Sha1);
        assert_eq!(sha.matches("UGmj5L5/K7lmsIeci6hTqydwTCs=-2"), Some(true));
        assert_eq!(sha.matches("UGmj5L5/K7lmsIeci6hTqydwTCs="), Some(true));
        assert_eq!(sha.matches("AAAA-2"), Some(false));
        assert_eq!(sha.matches("98O8HYCOBHMq32eZZczDTKeuNEE="), None);
        assert!(sha.full.is_none());
    }

    #[test]
    fn the_etag_of_an_upload_is_the_md5_of_the_md5s() {
        let part = |number, bytes: &[u8]| Part {
            number,
            size: bytes.len() as u64,
            etag: "\"x\"".to_owned(),
            md5: Some(Hasher::digest(Algorithm::Md5, bytes)),
            checksum: None,
        };
        let parts = [part(1, b"a"), part(2, b"b")];
        // md5(md5("a") || md5("b")), computed with coreutils.
        assert_eq!(
            expected_etag(&parts).as_deref(),
            Some("96e024ba2074fe77e8e965ba43a704be-2")
        );
        assert!(
            complete_document(&parts)
                .contains("<Part><ETag>&quot;x&quot;</ETag><PartNumber>2</PartNumber></Part>")
        );
    }
}
