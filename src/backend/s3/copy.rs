//! CopyObject and UploadPartCopy: copies inside the service, without a download.
//! Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html>

use super::attributes::{attribute_headers, condition_header, object_option_headers};
use super::bucket::S3;
use super::client::{Body, RequestPurpose, ResponseTimeout};
use super::error;
use super::etag::{from_element, quoted};
use super::multipart::part_query;
use super::providers::PartCopies;
use crate::aws::xml;
use crate::digest::{Digest, Verified};
use crate::error::{Answer, Error, Kind, Result, changed};
use crate::http::percent::{Slash, uri_encode};
use crate::key::Key;
use crate::store::copy::CopySource;
use crate::store::multipart::{MultipartStore, Part, UploadId};
use crate::store::types::{Attributes, ObjectMeta, PutOptions, PutResult};

/// The largest object that one CopyObject copies, in bytes.
const ONE_COPY: u64 = 5 << 30;

/// The part size of a larger copy. No data crosses the network, so parts can be large.
const PART: u64 = 512 << 20;

/// The part of an unfinished upload that a copy becomes.
struct PartTarget<'a> {
    key: &'a Key,
    upload: &'a UploadId,
    number: u16,
}

impl S3 {
    /// See [`crate::store::copy::ServerSideCopy::copy`].
    pub(super) fn copy_object(
        &self,
        source: &CopySource<'_>,
        to: &Key,
        options: &PutOptions,
    ) -> Result<PutResult> {
        let info = source.info;
        let PutOptions {
            condition,
            attributes,
            ..
        } = options;
        self.check_encryption(attributes)?;
        self.precheck(to, condition)?;
        if info.size > ONE_COPY {
            if self.client.provider().part_copies == PartCopies::Unsupported {
                return Err(not_implemented());
            }
            return self.copy_in_parts(source, to, options);
        }
        let mut request = self.object_request("PUT", to);
        copy_headers(source, &mut request.headers);
        condition_header(condition, &mut request.headers);
        if has_other_metadata(options, info) {
            request.push_header("x-amz-metadata-directive", "REPLACE");
            attribute_headers(options, &mut request.headers);
        } else {
            object_option_headers(attributes, &mut request.headers);
        }
        if !attributes.tags.is_empty() {
            request.push_header("x-amz-tagging-directive", "REPLACE");
        }
        request.body = Body::Bytes(&[]);
        request.response_timeout = ResponseTimeout::Extended;
        let (etag, version_id) = self.send_copy(to, &request, "CopyObjectResult")?;
        let verified = self.verify_copy(to, info, &etag)?;
        Ok(PutResult {
            bytes: info.size,
            etag: Some(etag),
            verified,
            atomic: self.atomic(condition),
            version_id,
        })
    }

    fn copy_in_parts(
        &self,
        source: &CopySource<'_>,
        to: &Key,
        options: &PutOptions,
    ) -> Result<PutResult> {
        let info = source.info;
        let content_type = options.attributes.content_type.clone();
        let options = PutOptions {
            condition: options.condition.clone(),
            attributes: Attributes {
                content_type: content_type.or_else(|| info.content_type.clone()),
                ..options.attributes.clone()
            },
            modified: options.modified,
        };
        let upload = self.begin(to, &options)?;
        let parts = (1..=u16::MAX)
            .zip(0..info.size.div_ceil(PART))
            .map(|(number, index)| {
                let target = PartTarget {
                    key: to,
                    upload: &upload,
                    number,
                };
                self.copy_part(source, &target, index * PART)
            })
            .collect::<Result<Vec<Part>>>();
        parts
            .and_then(|parts| self.complete(to, &upload, &parts, &options.condition))
            .inspect_err(|_| {
                if let Err(error) = self.abort(to, &upload) {
                    self.client.note(&format!(
                        "the unfinished copy could not be removed: {error}"
                    ));
                }
            })
    }

    fn copy_part(
        &self,
        source: &CopySource<'_>,
        target: &PartTarget<'_>,
        offset: u64,
    ) -> Result<Part> {
        let PartTarget {
            key: to,
            upload,
            number,
        } = *target;
        let size = PART.min(source.info.size - offset);
        let mut request = self.object_request("PUT", to);
        request.query = part_query(upload, number);
        copy_headers(source, &mut request.headers);
        let last = offset + size - 1;
        request.push_header("x-amz-copy-source-range", format!("bytes={offset}-{last}"));
        request.body = Body::Bytes(&[]);
        request.response_timeout = ResponseTimeout::Extended;
        let (etag, _) = self.send_copy(to, &request, "CopyPartResult")?;
        Ok(Part {
            number,
            size,
            md5: Digest::md5_from_hex(&etag),
            etag: quoted(&etag),
            checksum: None,
        })
    }

    /// Sends a copy and returns the ETag of its document, and the version. The response may begin with 200 and report
    /// an error in its body.
    fn send_copy(
        &self,
        to: &Key,
        request: &crate::backend::s3::client::Request<'_>,
        root_name: &str,
    ) -> Result<(String, Option<String>)> {
        let answer = self
            .client
            .send(request, &[200], RequestPurpose::Work)
            .map_err(|error| match error.kind() {
                Kind::Precondition if error.answer().http == Some(412) => changed(),
                _ => error,
            })?;
        let number = |(name, number): &(String, String)| name == "partNumber" && number != "1";
        if !request.query.iter().any(number) {
            self.warn_if_unencrypted(to, None, &answer);
        }
        let version_id = crate::backend::s3::response_headers::version_id(&answer);
        let text = answer.text(&self.client, xml::ERROR_LIMIT)?;
        let root = xml::parse(&text);
        let etag = root
            .as_ref()
            .filter(|root| root.name == root_name)
            .and_then(|root| root.child("ETag"));
        match from_element(etag) {
            Some(etag) => Ok((etag, version_id)),
            None => Err(error::late_error(root.as_ref(), &self.client.mask())),
        }
    }

    /// Verifies a copy: by an equal MD5, else by the length.
    fn verify_copy(&self, to: &Key, info: &ObjectMeta, etag: &str) -> Result<Verified> {
        let md5 = Digest::md5_from_hex(etag).filter(|_| self.client.customer_key().is_none());
        match (info.etag.as_deref(), md5) {
            (Some(source), Some(_)) if source == etag => Ok(Verified::Md5),
            _ => self.verify_length(to, info.size),
        }
    }
}

/// The error of a service that does not support UploadPartCopy. Some services take the request for an empty part
/// instead, so it is not sent.
fn not_implemented() -> Error {
    let answer = Answer {
        http: Some(501),
        ..Answer::default()
    };
    Error::new(Kind::Remote, "the service does not support UploadPartCopy").answered(answer)
}

fn copy_headers(source: &CopySource<'_>, headers: &mut Vec<(String, String)>) {
    let CopySource {
        endpoint,
        key,
        info,
    } = source;
    let key = uri_encode(key.as_str(), Slash::Keep);
    let mut path = format!("/{}/{key}", endpoint.bucket);
    if let Some(version) = &endpoint.version {
        path.push_str("?versionId=");
        path.push_str(&uri_encode(version, Slash::Encode));
    }
    headers.push(("x-amz-copy-source".to_owned(), path));
    if let Some(etag) = &info.etag {
        headers.push(("x-amz-copy-source-if-match".to_owned(), quoted(etag)));
    }
    for (name, value) in &endpoint.reading {
        headers.push((name.clone(), value.expose().to_owned()));
    }
}

/// Returns whether a copy has other metadata than its source, so that the service must not keep those of the source.
fn has_other_metadata(options: &PutOptions, info: &ObjectMeta) -> bool {
    let (wanted, has) = (&options.attributes, &info.headers);
    let differs = |wanted: &Option<String>, has: &Option<String>| wanted.is_some() && wanted != has;
    differs(&wanted.content_type, &info.content_type)
        || differs(&wanted.content_encoding, &has.content_encoding)
        || differs(&wanted.content_disposition, &has.content_disposition)
        || differs(&wanted.content_language, &has.content_language)
        || differs(&wanted.cache_control, &has.cache_control)
        || differs(&wanted.expires, &has.expires)
        || wanted.metadata != has.metadata
        || options.modified.is_some()
}
