//! CreateMultipartUpload, UploadPart, CompleteMultipartUpload, AbortMultipartUpload.
//! Source: <https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html>

use std::fmt::Write;

use super::attributes::{attribute_headers, condition_header, unsupported};
use super::client::{Body, Patience, Purpose};
use super::proof::{Proof, header};
use super::{S3, answers, etag, plain_md5, request, xml};
use crate::backend::{
    Attributes, Backend, Condition, Multipart, Part, PartSizes, Stored, UploadId,
};
use crate::digest::{Algorithm, Digest, Hasher, Verified, base64};
use crate::error::{Error, Kind, Result};
use crate::key::Key;
use crate::payload::Payload;

/// Answers about an upload are short.
const ANSWER_LIMIT: u64 = 64 << 10;

impl Multipart for S3 {
    fn begin(&self, key: &Key, attributes: &Attributes) -> Result<UploadId> {
        self.precheck(key, &attributes.condition)?;
        self.with_proof(|proof| {
            let mut request = request("POST", key);
            request.query.push(("uploads".to_owned(), String::new()));
            attribute_headers(attributes, &mut request.headers);
            if let Proof::Header(Algorithm::Crc64Nvme) = proof {
                request.headers.push((
                    "x-amz-checksum-algorithm".to_owned(),
                    "CRC64NVME".to_owned(),
                ));
                request
                    .headers
                    .push(("x-amz-checksum-type".to_owned(), "FULL_OBJECT".to_owned()));
            }
            request.body = Body::Bytes(&[]);
            let text = self
                .client
                .send(&request, &[200], Purpose::Work)?
                .text(&self.client, ANSWER_LIMIT)?;
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
            let mut request = request("PUT", key);
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
            let proven = self.compare(proof, &sums, payload, &plain, &answer)?;
            let md5 = plain_md5(&plain, &answer);
            let etag = answer.header("etag").unwrap_or(&plain).trim().to_owned();
            let crc = sums.proof.filter(|_| proven == Some(Verified::Crc64Nvme));
            Ok(Part {
                number,
                size,
                etag,
                md5,
                crc,
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
    ) -> Result<Stored> {
        let document = complete_document(parts);
        let whole = whole_crc(parts);
        let mut request = request("POST", key);
        request
            .query
            .push(("uploadId".to_owned(), upload.0.clone()));
        request
            .headers
            .push(("content-type".to_owned(), "application/xml".to_owned()));
        if let Some(crc) = &whole {
            request
                .headers
                .push((header(Algorithm::Crc64Nvme).to_owned(), base64(crc.bytes())));
            request
                .headers
                .push(("x-amz-checksum-type".to_owned(), "FULL_OBJECT".to_owned()));
        }
        condition_header(condition, &mut request.headers);
        request.body = Body::Bytes(document.as_bytes());
        request.patience = Patience::Long;
        let text = self
            .client
            .send(&request, &[200], Purpose::Work)
            .map_err(unsupported)?
            .text(&self.client, ANSWER_LIMIT)?;
        let root = xml::parse(&text).filter(|root| root.name == "CompleteMultipartUploadResult");
        let etag = root.as_ref().and_then(|root| root.child("ETag"));
        let Some(etag) = etag
            .map(|etag| etag.trim().trim_matches('"').to_owned())
            .filter(|etag| !etag.is_empty())
        else {
            return Err(answers::late_error(xml::parse(&text).as_ref()));
        };
        let bytes = total(parts);
        let told = root
            .as_ref()
            .and_then(|root| root.child("ChecksumCRC64NVME"));
        let verified = self.confirm_whole(key, bytes, &etag, parts, whole, told)?;
        Ok(Stored {
            bytes,
            etag: Some(etag),
            verified,
            atomic: self.atomic(condition),
        })
    }

    fn completed(&self, key: &Key, parts: &[Part]) -> Result<Option<Stored>> {
        let expected = expected_etag(parts);
        let found = self
            .stat(key)?
            .filter(|info| info.etag.is_some() && info.etag == expected);
        Ok(found.map(|info| Stored {
            bytes: info.size,
            etag: info.etag,
            verified: Verified::EtagMultipart,
            atomic: None,
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
    /// What the end of an upload proves: the checksum of the whole, or the ETag that its parts make, or its length.
    fn confirm_whole(
        &self,
        key: &Key,
        bytes: u64,
        etag: &str,
        parts: &[Part],
        whole: Option<Digest>,
        told: Option<&str>,
    ) -> Result<Verified> {
        match (whole, told) {
            (Some(whole), Some(told)) if told.trim() == base64(whole.bytes()) => {
                return Ok(Verified::Crc64Nvme);
            }
            (Some(_), Some(_)) => {
                let text = "the store put the parts together to other bytes than were sent: its checksum is another one";
                return Err(Error::new(Kind::Integrity, text));
            }
            _ => {}
        }
        if expected_etag(parts).as_deref() == Some(etag) {
            return Ok(Verified::EtagMultipart);
        }
        // Some services make another ETag: that tells nothing, and each part's own digest has been compared.
        self.confirm_length(key, bytes)
    }
}

/// The checksum of the whole, if every part has one.
fn whole_crc(parts: &[Part]) -> Option<Digest> {
    let (first, rest) = parts.split_first()?;
    rest.iter().try_fold(first.crc?, |front, part| {
        front.followed_by(&part.crc?, part.size)
    })
}

fn total(parts: &[Part]) -> u64 {
    parts.iter().map(|part| part.size).sum()
}

fn complete_document(parts: &[Part]) -> String {
    let mut document =
        String::from("<CompleteMultipartUpload xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">");
    for part in parts {
        let crc = part.crc.map_or(String::new(), |crc| {
            format!(
                "<ChecksumCRC64NVME>{}</ChecksumCRC64NVME>",
                base64(crc.bytes())
            )
        });
        // Writing to a String cannot fail.
        let _ = write!(
            document,
            "<Part>{crc}<ETag>{}</ETag><PartNumber>{}</PartNumber></Part>",
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
    fn the_etag_of_an_upload_is_the_md5_of_the_md5s() {
        let part = |number, bytes: &[u8]| Part {
            number,
            size: bytes.len() as u64,
            etag: "\"x\"".to_owned(),
            md5: Some(Hasher::digest(Algorithm::Md5, bytes)),
            crc: None,
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
