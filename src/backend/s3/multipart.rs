//! CreateMultipartUpload, UploadPart, CompleteMultipartUpload, AbortMultipartUpload.
//! Source: <https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html>

use std::fmt::Write;

use super::attributes::{attribute_headers, condition_header, unsupported};
use super::bucket::{S3, request};
use super::checksum_policy::{Proof, header};
use super::client::{Body, Patience, Purpose};
use super::error;
use super::response_headers::{etag, plain_md5, version_id};
use crate::aws::xml;
use crate::digest::{Algorithm, Digest, Hasher, Verified, base64};
use crate::error::{Error, Kind, Result};
use crate::io::payload::Payload;
use crate::key::Key;
use crate::store::Store;
use crate::store::multipart::{MultipartStore, Part, PartSizes, UploadId};
use crate::store::types::{Attributes, Condition, ObjectMeta, PartsEtag, PutResult};

/// Answers about an upload are short.
const ANSWER_LIMIT: u64 = 64 << 10;

impl MultipartStore for S3 {
    fn parts_etag(&self, key: &Key, info: &ObjectMeta) -> Result<Option<PartsEtag>> {
        self.parts_of(key, info)
    }

    fn begin(&self, key: &Key, attributes: &Attributes) -> Result<UploadId> {
        self.check_encryption(attributes)?;
        self.precheck(key, &attributes.condition)?;
        self.with_proof(|proof| {
            let mut request = self.about("POST", key);
            request.query.push(("uploads".to_owned(), String::new()));
            attribute_headers(attributes, &mut request.headers);
            if let Proof::Header(algorithm) = proof {
                let header = "x-amz-checksum-algorithm".to_owned();
                request.headers.push((header, service_name(algorithm)));
                // Of digests that cannot be put together there is only one kind, which need not be named.
                if is_combined(algorithm) {
                    request.headers.push(full_object());
                }
            }
            request.body = Body::Bytes(&[]);
            let answer = self.client.send(&request, &[200], Purpose::Work)?;
            // Whether a key of the user's was taken, the parts tell: SeaweedFS does not say it here.
            if let Some(wanted) = &attributes.encryption {
                self.look_at_encryption(key, Some(wanted), &answer);
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
                    "the store began an upload and did not name it",
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
        self.with_proof(|proof| {
            let sums = self.sums(proof, payload)?;
            let mut request = self.about("PUT", key);
            request.query = vec![
                ("partNumber".to_owned(), number.to_string()),
                ("uploadId".to_owned(), upload.0.clone()),
            ];
            sums.headers(&mut request.headers);
            request.body = Body::Payload {
                payload,
                size,
                sha256: sums.sha256.clone(),
            };
            let answer = self.client.send(&request, &[200], Purpose::Work)?;
            let plain = etag(&answer)?;
            if number == 1 {
                self.look_at_encryption(key, None, &answer);
            }
            let proven = self.compare(proof, &sums, payload, &plain, &answer)?;
            let md5 = plain_md5(&plain, &answer);
            let etag = answer.header("etag").unwrap_or(&plain).trim().to_owned();
            let checksum = sums.proof.filter(|sent| {
                sent.algorithm() != Algorithm::Md5 && proven == Some(sent.algorithm().into())
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
        let whole = Whole::of(parts);
        let mut request = self.about("POST", key);
        request
            .query
            .push(("uploadId".to_owned(), upload.0.clone()));
        request
            .headers
            .push(("content-type".to_owned(), "application/xml".to_owned()));
        if let Some(full) = whole.as_ref().and_then(|whole| whole.full) {
            let name = header(full.algorithm()).to_owned();
            request.headers.push((name, base64(full.bytes())));
            request.headers.push(full_object());
        }
        condition_header(condition, &mut request.headers);
        request.body = Body::Bytes(document.as_bytes());
        request.patience = Patience::Long;
        let answer = self
            .client
            .send(&request, &[200], Purpose::Work)
            .map_err(unsupported(condition))?;
        let version_id = version_id(&answer);
        let text = answer.text(&self.client, ANSWER_LIMIT)?;
        let root = xml::parse(&text).filter(|root| root.name == "CompleteMultipartUploadResult");
        let etag = root.as_ref().and_then(|root| root.child("ETag"));
        let Some(etag) = etag
            .map(|etag| etag.trim().trim_matches('"').to_owned())
            .filter(|etag| !etag.is_empty())
        else {
            return Err(error::late_error(xml::parse(&text).as_ref()));
        };
        let bytes = total(parts);
        let told = whole.as_ref().and_then(|whole| {
            let name = format!("Checksum{}", service_name(whole.composite.algorithm()));
            root.as_ref()?.child(&name)
        });
        let verified = self.confirm_whole(key, bytes, &etag, parts, whole, told)?;
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
        let full = Whole::of(parts).and_then(|whole| whole.full);
        let verified = match (info.digest, expected_etag(parts)) {
            (Some(digest), _) if full == Some(digest) => digest.algorithm().into(),
            (_, Some(etag)) if info.etag == Some(etag.clone()) => self.by_etag(),
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
        request
            .query
            .push(("uploadId".to_owned(), upload.0.clone()));
        match self.client.send(&request, &[200, 204], Purpose::CleanUp) {
            Ok(_) => {
                // A part whose connection was cut may have come after all and outlive the upload: a second abort finds it.
                // Most services say that there is nothing left, each in its own way.
                let _ = self.client.send(&request, &[200, 204], Purpose::CleanUp);
                Ok(())
            }
            // It is gone already.
            Err(error) if error.kind() == Kind::NotFound => Ok(()),
            Err(error) => Err(error),
        }
    }
}

impl S3 {
    /// What an ETag proves that the parts' own make: nothing more than the length, if those were not compared.
    fn by_etag(&self) -> Verified {
        match self.client.wants_no_proof() {
            true => Verified::Length,
            false => Verified::EtagMultipart,
        }
    }

    /// What the end of an upload proves: the checksum of the whole, or the ETag that its parts make, or its length.
    fn confirm_whole(
        &self,
        key: &Key,
        bytes: u64,
        etag: &str,
        parts: &[Part],
        whole: Option<Whole>,
        told: Option<&str>,
    ) -> Result<Verified> {
        if let (Some(whole), Some(told)) = (whole, told) {
            match whole.is(told.trim()) {
                Some(true) => return Ok(whole.composite.algorithm().into()),
                Some(false) => {
                    let text = "the store put the parts together to other bytes than were sent: its checksum is another one";
                    return Err(Error::new(Kind::Integrity, text));
                }
                None => {}
            }
        }
        if expected_etag(parts).as_deref() == Some(etag) {
            return Ok(self.by_etag());
        }
        // Some services make another ETag: that tells nothing, and each part's own digest has been compared.
        self.confirm_length(key, bytes)
    }
}

/// The checksum of an upload in the two forms that there are, made of those of its parts.
struct Whole {
    /// Of all bytes: only CRCs can be put together to it.
    full: Option<Digest>,
    /// Of the checksums of the parts.
    composite: Digest,
    parts: usize,
}

impl Whole {
    /// `None` unless every part has a checksum of the same kind.
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

    /// Whether what the store tells is this checksum; `None` if it cannot be compared. Composite ones end in the number of
    /// parts, and a store may make one although it was asked for the other.
    fn is(&self, told: &str) -> Option<bool> {
        if let Some((told, parts)) = told.split_once('-') {
            let same_count = parts.parse() == Ok(self.parts);
            return Some(same_count && told == base64(self.composite.bytes()));
        }
        match self.full {
            Some(full) => Some(told == base64(full.bytes())),
            // It may be of all bytes, read once more by the store.
            None => (told == base64(self.composite.bytes())).then_some(true),
        }
    }
}

/// Whether the checksum of a whole can be put together from those of its parts.
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

fn full_object() -> (String, String) {
    ("x-amz-checksum-type".to_owned(), "FULL_OBJECT".to_owned())
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
            Whole::of(&[part(1, b"12345"), part(2, b"6789")]).unwrap()
        };
        let crc = whole(Algorithm::Crc32);
        // The check value of the algorithm, and what openssl and python's zlib make of the parts.
        assert_eq!(crc.is("y/Q5Jg=="), Some(true));
        assert_eq!(crc.is("4zspdQ==-2"), Some(true));
        assert_eq!(crc.is("4zspdQ==-3"), Some(false));
        assert_eq!(crc.is("AAAAAA=="), Some(false));
        let sha = whole(Algorithm::Sha1);
        assert_eq!(sha.is("UGmj5L5/K7lmsIeci6hTqydwTCs=-2"), Some(true));
        assert_eq!(sha.is("UGmj5L5/K7lmsIeci6hTqydwTCs="), Some(true));
        assert_eq!(sha.is("AAAA-2"), Some(false));
        assert_eq!(sha.is("98O8HYCOBHMq32eZZczDTKeuNEE="), None);
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
