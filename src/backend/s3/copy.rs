//! CopyObject and UploadPartCopy: the service copies, and no byte comes here.
//! Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html>

use super::attributes::{attribute_headers, condition_header};
use super::bucket::S3;
use super::client::{Body, Patience, Purpose};
use super::error;
use super::providers::PartCopies;
use crate::aws::xml;
use crate::digest::{Digest, Verified};
use crate::error::{Answer, Error, Kind, Result, changed};
use crate::http::percent::{Slash, uri_encode};
use crate::key::Key;
use crate::store::copy::CopyEndpoint;
use crate::store::multipart::{MultipartStore, Part, UploadId};
use crate::store::types::{Attributes, ObjectMeta, PutResult};

/// One CopyObject takes no more than this.
const ONE_COPY: u64 = 5 << 30;

/// A part of a larger copy: nothing is transferred, so that it may be large.
const PART: u64 = 512 << 20;

impl S3 {
    /// See [`crate::store::copy::ServerSideCopy::copy`].
    pub(super) fn copy_object(
        &self,
        from: &CopyEndpoint,
        source: (&Key, &ObjectMeta),
        to: &Key,
        attributes: &Attributes,
    ) -> Result<PutResult> {
        let (key, info) = source;
        self.check_encryption(attributes)?;
        self.precheck(to, &attributes.condition)?;
        if info.size > ONE_COPY {
            if self.client.traits().part_copies == PartCopies::Unknown {
                return Err(not_implemented());
            }
            return self.copy_in_parts(from, source, to, attributes);
        }
        let mut request = self.about("PUT", to);
        copy_headers(from, key, info, &mut request.headers);
        condition_header(&attributes.condition, &mut request.headers);
        if attributes.content_type.is_some() && attributes.content_type != info.content_type {
            request
                .headers
                .push(("x-amz-metadata-directive".to_owned(), "REPLACE".to_owned()));
            attribute_headers(attributes, &mut request.headers);
        }
        request.body = Body::Bytes(&[]);
        request.patience = Patience::Long;
        let (etag, version_id) = self.copied(to, &request, "CopyObjectResult")?;
        let verified = self.confirm_copy(to, info, &etag)?;
        Ok(PutResult {
            bytes: info.size,
            etag: Some(etag),
            verified,
            atomic: self.atomic(&attributes.condition),
            version_id,
        })
    }

    fn copy_in_parts(
        &self,
        from: &CopyEndpoint,
        source: (&Key, &ObjectMeta),
        to: &Key,
        attributes: &Attributes,
    ) -> Result<PutResult> {
        let (_, info) = source;
        let attributes = Attributes {
            content_type: attributes
                .content_type
                .clone()
                .or_else(|| info.content_type.clone()),
            ..attributes.clone()
        };
        let upload = self.begin(to, &attributes)?;
        let parts = (1..=u16::MAX)
            .zip(0..info.size.div_ceil(PART))
            .map(|(number, index)| {
                self.copy_part(from, source, to, (&upload, number), index * PART)
            })
            .collect::<Result<Vec<Part>>>();
        parts
            .and_then(|parts| self.complete(to, &upload, &parts, &attributes.condition))
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
        from: &CopyEndpoint,
        (key, info): (&Key, &ObjectMeta),
        to: &Key,
        (upload, number): (&UploadId, u16),
        offset: u64,
    ) -> Result<Part> {
        let size = PART.min(info.size - offset);
        let mut request = self.about("PUT", to);
        request.query = vec![
            ("partNumber".to_owned(), number.to_string()),
            ("uploadId".to_owned(), upload.0.clone()),
        ];
        copy_headers(from, key, info, &mut request.headers);
        request.headers.push((
            "x-amz-copy-source-range".to_owned(),
            format!("bytes={offset}-{}", offset + size - 1),
        ));
        request.body = Body::Bytes(&[]);
        request.patience = Patience::Long;
        let (etag, _) = self.copied(to, &request, "CopyPartResult")?;
        Ok(Part {
            number,
            size,
            md5: Digest::md5_from_hex(&etag),
            etag: format!("\"{etag}\""),
            checksum: None,
        })
    }

    /// Sends a copy and returns the ETag that its document names, and the version. Like a completion it may say 200 and then
    /// fail.
    fn copied(
        &self,
        to: &Key,
        request: &crate::backend::s3::client::Request<'_>,
        root_name: &str,
    ) -> Result<(String, Option<String>)> {
        let answer =
            self.client
                .send(request, &[200], Purpose::Work)
                .map_err(|error| match error.kind() {
                    Kind::Precondition if error.answer().http == Some(412) => changed(),
                    _ => error,
                })?;
        let number = |(name, number): &(String, String)| name == "partNumber" && number != "1";
        if !request.query.iter().any(number) {
            self.look_at_encryption(to, None, &answer);
        }
        let version_id = crate::backend::s3::response_headers::version_id(&answer);
        let text = answer.text(&self.client, xml::ERROR_LIMIT)?;
        let root = xml::parse(&text);
        let etag = root
            .as_ref()
            .filter(|root| root.name == root_name)
            .and_then(|root| root.child("ETag"));
        match etag
            .map(|etag| etag.trim().trim_matches('"').to_owned())
            .filter(|etag| !etag.is_empty())
        {
            Some(etag) => Ok((etag, version_id)),
            None => Err(error::late_error(root.as_ref())),
        }
    }

    /// The same MD5 is proof; anything else is no more than the length.
    fn confirm_copy(&self, to: &Key, info: &ObjectMeta, etag: &str) -> Result<Verified> {
        let md5 = Digest::md5_from_hex(etag).filter(|_| self.client.own_key().is_none());
        match (info.etag.as_deref(), md5) {
            (Some(source), Some(_)) if source == etag => Ok(Verified::Md5),
            _ => self.confirm_length(to, info.size),
        }
    }
}

/// What the service would say if it knew the request; some take it for an empty part instead.
fn not_implemented() -> Error {
    let answer = Answer {
        http: Some(501),
        ..Answer::default()
    };
    Error::new(Kind::Remote, "the service copies no parts of objects").answered(answer)
}

fn copy_headers(
    from: &CopyEndpoint,
    key: &Key,
    info: &ObjectMeta,
    headers: &mut Vec<(String, String)>,
) {
    let source = format!("/{}/{}", from.bucket, uri_encode(key.as_str(), Slash::Keep));
    headers.push(("x-amz-copy-source".to_owned(), source));
    if let Some(etag) = &info.etag {
        headers.push((
            "x-amz-copy-source-if-match".to_owned(),
            format!("\"{etag}\""),
        ));
    }
    for (name, value) in &from.reading {
        headers.push((name.clone(), value.expose().to_owned()));
    }
}
