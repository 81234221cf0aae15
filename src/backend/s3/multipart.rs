//! CreateMultipartUpload, UploadPart, CompleteMultipartUpload, AbortMultipartUpload.
//! Source: <https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html>

use std::fmt::Write;

use super::client::{Body, Purpose};
use super::{S3, answers, attribute_headers, etag, plain_md5, request, xml};
use crate::backend::{Attributes, Backend, Multipart, Part, Stored, UploadId};
use crate::digest::{Algorithm, Hasher, Verified, base64};
use crate::error::{Error, Kind, Result};
use crate::key::Key;
use crate::payload::Payload;

/// Answers about an upload are short.
const ANSWER_LIMIT: u64 = 64 << 10;

impl Multipart for S3 {
    fn begin(&self, key: &Key, attributes: &Attributes) -> Result<UploadId> {
        let mut request = request("POST", key);
        request.query.push(("uploads".to_owned(), String::new()));
        attribute_headers(attributes, &mut request.headers);
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
        let (md5, sha256) = self.digests(payload)?;
        let mut request = request("PUT", key);
        request.query = vec![
            ("partNumber".to_owned(), number.to_string()),
            ("uploadId".to_owned(), upload.0.clone()),
        ];
        request
            .headers
            .push(("content-md5".to_owned(), base64(md5.bytes())));
        request.body = Body::Payload {
            payload,
            size,
            sha256,
        };
        let answer = self.client.send(&request, &[200], Purpose::Work)?;
        let plain = etag(&answer)?;
        if plain_md5(&plain, &answer).is_some_and(|stored| stored != md5) {
            let text = format!(
                "the store has other bytes than were sent: the ETag of part {number} is another MD5"
            );
            return Err(Error::new(Kind::Integrity, text));
        }
        let etag = answer.header("etag").unwrap_or(&plain).trim().to_owned();
        Ok(Part {
            number,
            size,
            etag,
            md5: Some(md5),
        })
    }

    fn complete(&self, key: &Key, upload: &UploadId, parts: &[Part]) -> Result<Stored> {
        let document = complete_document(parts);
        let mut request = request("POST", key);
        request
            .query
            .push(("uploadId".to_owned(), upload.0.clone()));
        request
            .headers
            .push(("content-type".to_owned(), "application/xml".to_owned()));
        request.body = Body::Bytes(document.as_bytes());
        let text = self
            .client
            .send(&request, &[200], Purpose::Work)?
            .text(&self.client, ANSWER_LIMIT)?;
        let root = xml::parse(&text);
        let etag = root
            .as_ref()
            .filter(|root| root.name == "CompleteMultipartUploadResult")
            .and_then(|root| root.child("ETag"));
        let Some(etag) = etag
            .map(|etag| etag.trim().trim_matches('"').to_owned())
            .filter(|etag| !etag.is_empty())
        else {
            return Err(answers::late_error(root.as_ref()));
        };
        let bytes = total(parts);
        let verified = if expected_etag(parts).as_deref() == Some(&etag) {
            Verified::EtagMultipart
        } else {
            // Some services make another ETag: that tells nothing, and each part's own digest has been compared.
            self.confirm_length(key, bytes)?
        };
        Ok(Stored {
            bytes,
            etag: Some(etag),
            verified,
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
        }))
    }

    fn abort(&self, key: &Key, upload: &UploadId) -> Result<()> {
        let mut request = request("DELETE", key);
        request
            .query
            .push(("uploadId".to_owned(), upload.0.clone()));
        match self.client.send(&request, &[200, 204], Purpose::CleanUp) {
            Ok(_) => Ok(()),
            // It is gone already.
            Err(error) if error.kind() == Kind::NotFound => Ok(()),
            Err(error) => Err(error),
        }
    }
}

fn total(parts: &[Part]) -> u64 {
    parts.iter().map(|part| part.size).sum()
}

fn complete_document(parts: &[Part]) -> String {
    let mut document =
        String::from("<CompleteMultipartUpload xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">");
    for part in parts {
        // Writing to a String cannot fail.
        let _ = write!(
            document,
            "<Part><ETag>{}</ETag><PartNumber>{}</PartNumber></Part>",
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
