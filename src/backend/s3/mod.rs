//! Blobs as the objects of a bucket, over HTTP.
//!
//! Operations in S3's words stand here; one request is the business of [`client`], its signature of [`sign`], what an
//! answer means of [`answers`].

pub mod address;
mod agent;
pub mod answers;
mod attributes;
mod client;
mod copying;
pub mod credentials;
mod customer_key;
mod faults;
mod listing;
mod mismatch;
mod multipart;
mod notebook;
mod pages;
mod parts_etag;
mod proof;
mod proxy;
mod services;
mod shown;
pub mod sign;
mod transport;
pub mod xml;

use std::io::Read;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime};

use time::OffsetDateTime;
use time::format_description::well_known::Rfc2822;

pub use self::attributes::check_metadata;
use self::attributes::{attribute_headers, condition_header};
use self::client::{Answer, Body, Client, Patience, Purpose, Request};
pub use self::customer_key::CustomerKey;
use self::proof::Agreement;
use super::{
    Attributes, Backend, BlobInfo, Context, From, Listed, Method, Multipart, PartsEtag, Service,
    Sink, Stored,
};
use crate::digest::{Algorithm, Digest, Verified};
use crate::error::{Error, Kind, Result};
use crate::key::Key;
use crate::payload::{CHUNK, Payload};
use crate::roots::Roots;

/// A bucket and how to reach it.
#[derive(Debug, Clone)]
pub struct Config {
    /// `scheme://host[:port][/path]`; `None` = AWS in `region`.
    pub endpoint: Option<String>,
    /// The bucket's name.
    pub bucket: String,
    /// The version that is read or removed; `None` = the newest.
    pub version: Option<String>,
    /// The region that requests are signed for; `None` = the service's default.
    pub region: Option<String>,
    /// Where the bucket's name stands in the address.
    pub addressing: Addressing,
    /// Who signs.
    pub credentials: credentials::Source,
    /// How the store is to prove that it has the bytes.
    pub checksum: Checksum,
    /// Where runs tell each other how services prove it; `None` = nowhere.
    pub notebook: Option<PathBuf>,
    /// Whether the body's hash is part of the signature.
    pub payload_signing: PayloadSigning,
    /// The key that the service encrypts blobs with and forgets (SSE-C); only over https.
    pub customer_key: Option<CustomerKey>,
    /// Whether we, not the bucket's owner, pay for the requests.
    pub request_payer: bool,
    /// The certificates to trust.
    pub roots: Roots,
    /// Accept any certificate.
    pub insecure: bool,
    /// The proxies of the environment.
    pub proxies: Proxies,
}

/// How the store is to prove that it has the bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Checksum {
    /// CRC-64/NVME where the store answers with it, else MD5 and the ETag.
    Auto,
    /// This one; a store that refuses it is an error.
    Only(Algorithm),
    /// Nothing but the length.
    None,
}

/// Whether the body's hash is part of the signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PayloadSigning {
    /// Over http, where nothing else protects the body.
    Auto,
    /// Always.
    Signed,
    /// Never.
    Unsigned,
}

/// Where the bucket's name stands in the address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Addressing {
    /// Virtual-hosted where the service is known to take it and the bucket's name allows it, else path.
    Auto,
    /// `endpoint/bucket/key`.
    Path,
    /// `bucket.endpoint/key`.
    Virtual,
}

/// The proxy variables of the environment, as values.
#[derive(Debug, Clone, Default)]
pub struct Proxies {
    /// `http_proxy` (lower case only), for http endpoints.
    pub http: Option<String>,
    /// `https_proxy` or `HTTPS_PROXY`, for https endpoints.
    pub https: Option<String>,
    /// `all_proxy` or `ALL_PROXY`, where the one above is not set.
    pub all: Option<String>,
    /// `no_proxy` or `NO_PROXY`: hosts to reach directly.
    pub no: Option<String>,
}

/// The store.
pub struct S3 {
    client: Client,
    /// Whether the bucket is known to be there, so that a 404 must mean the blob.
    bucket_seen: AtomicBool,
    /// Whether it turned out to know the older protocol of listings alone.
    lists_by_marker: AtomicBool,
    /// What is known of how the store proves that it has the bytes.
    proof: Agreement,
}

impl S3 {
    /// Nothing is read or connected before the first operation.
    pub fn new(config: Config, context: Context) -> Self {
        Self {
            proof: Agreement::new(config.checksum, config.notebook.clone()),
            client: Client::new(config, context),
            bucket_seen: AtomicBool::new(false),
            lists_by_marker: AtomicBool::new(false),
        }
    }

    /// What a HEAD that failed means. It has no body that could say why: whether blob or bucket is missing, whether the
    /// signature or the right is. A GET of one byte has.
    fn explain(&self, key: &Key, head: Error) -> Result<Option<BlobInfo>> {
        match (head.answer().http, &head.answer().s3) {
            (Some(404), _) if self.bucket_seen.load(Ordering::Relaxed) => Ok(None),
            // A delete marker, which a version's name may stand for.
            (Some(405), _) if head.kind() == Kind::NotFound => Ok(None),
            (Some(404), _) | (Some(400 | 401 | 403), None) => self.ask_again(key, head),
            _ => Err(head),
        }
    }

    fn head(&self, key: &Key) -> Result<BlobInfo> {
        let mut request = self.about("HEAD", key);
        if self.client.tells_checksums() {
            request
                .headers
                .push(("x-amz-checksum-mode".to_owned(), "ENABLED".to_owned()));
        }
        let answer = self.client.send(&request, &[200], Purpose::Work)?;
        self.bucket_seen.store(true, Ordering::Relaxed);
        info(&answer, length(&answer)?)
    }

    fn ask_again(&self, key: &Key, head: Error) -> Result<Option<BlobInfo>> {
        let missing = head.kind() == Kind::NotFound;
        let mut request = self.about("GET", key);
        request
            .headers
            .push(("range".to_owned(), "bytes=0-0".to_owned()));
        match self.client.send(&request, &[200, 206, 416], Purpose::Work) {
            // A document about the key is proof, whatever HEAD stumbled over.
            Err(error)
                if error.kind() == Kind::NotFound && (missing || error.answer().s3.is_some()) =>
            {
                self.bucket_seen.store(true, Ordering::Relaxed);
                Ok(None)
            }
            Err(error) if missing => Err(error),
            // A refusal is explained by the same refusal only.
            Err(error) if error.answer().http == head.answer().http => {
                Err(answers::may_be_missing(error))
            }
            // It appeared meanwhile, or the service has said by a document how it wants to be asked.
            Ok(_) => self.head(key).map(Some),
            Err(_) => Err(head),
        }
    }

    /// A request about a blob's bytes: of the version that was asked for, with the key that they are encrypted with.
    fn about<'a>(&self, method: &'static str, key: &'a Key) -> Request<'a> {
        let mut request = self.of_version(method, key);
        if let Some(own_key) = self.client.own_key() {
            request.headers.extend(own_key.headers());
        }
        request
    }

    fn of_version<'a>(&self, method: &'static str, key: &'a Key) -> Request<'a> {
        let mut request = request(method, key);
        request.query.extend(self.client.version());
        request
    }

    /// A blob is encrypted with the service's key or with the user's, not with both.
    fn check_encryption(&self, attributes: &Attributes) -> Result<()> {
        if attributes.encryption.is_some() && self.client.own_key().is_some() {
            let text = "--sse and an SSE-C key cannot go together: one key encrypts a blob";
            return Err(Error::new(Kind::Usage, text)
                .hint("leave --sse or --sse-c-key-file (`sse_c_key_file`) out"));
        }
        Ok(())
    }

    /// Warns if the answer to a put does not say that the blob is encrypted as it was asked for.
    fn look_at_encryption(&self, key: &Key, wanted: Option<&str>, answer: &Answer) {
        let own_key = customer_key::unused(answer);
        if let Some(text) = own_key.or_else(|| customer_key::unencrypted(wanted?, answer)) {
            self.client.warn(&format!("{}: {text}", self.url(key)));
        }
    }

    /// Where the ETag tells nothing, the length has to do.
    fn confirm_length(&self, key: &Key, size: u64) -> Result<Verified> {
        match self.stat(key) {
            Ok(Some(info)) if info.size == size => Ok(Verified::Length),
            // Who may only write cannot look; that the store took so many bytes, its answer says already.
            Err(error) if error.kind() == Kind::Denied => {
                self.client
                    .note("the store does not let us look at what it has stored");
                Ok(Verified::Length)
            }
            Err(error) => Err(error),
            Ok(Some(info)) => Err(Error::new(
                Kind::Integrity,
                format!("the store has {} of {size} bytes", info.size),
            )),
            Ok(None) => Err(Error::new(
                Kind::Integrity,
                "the store said yes and does not have the blob",
            )),
        }
    }
}

impl Backend for S3 {
    fn url(&self, key: &Key) -> String {
        format!(
            "s3://{}/{key}",
            crate::error::printable(self.client.bucket())
        )
    }

    fn stat(&self, key: &Key) -> Result<Option<BlobInfo>> {
        match self.head(key) {
            Ok(info) => Ok(Some(info)),
            Err(error) => self.explain(key, error),
        }
    }

    fn put(&self, key: &Key, payload: &Payload, attributes: &Attributes) -> Result<Stored> {
        let size = payload
            .size()
            .ok_or_else(|| Error::new(Kind::Usage, "S3 needs to know the size first"))?;
        self.check_encryption(attributes)?;
        self.precheck(key, &attributes.condition)?;
        self.with_proof(|proof| {
            let sums = self.sums(proof, payload)?;
            let mut request = self.about("PUT", key);
            sums.headers(&mut request.headers);
            attribute_headers(attributes, &mut request.headers);
            condition_header(&attributes.condition, &mut request.headers);
            request.body = Body::Payload {
                payload,
                size,
                sha256: sums.sha256.clone(),
            };
            let answer = self
                .client
                .send(&request, &[200], Purpose::Work)
                .map_err(attributes::unsupported(&attributes.condition))?;
            let etag = etag(&answer)?;
            self.look_at_encryption(key, attributes.encryption.as_deref(), &answer);
            let verified = match self.compare(proof, &sums, payload, &etag, &answer)? {
                Some(verified) => verified,
                None => self.confirm_length(key, size)?,
            };
            self.remember_if_ignored(proof, &answer);
            Ok(Stored {
                bytes: size,
                etag: Some(etag),
                verified,
                atomic: self.atomic(&attributes.condition),
                version_id: version_id(&answer),
            })
        })
    }

    fn get(&self, key: &Key, from: &From, sink: &mut dyn Sink) -> Result<BlobInfo> {
        let mut request = self.about("GET", key);
        if from.offset > 0 {
            // A first request asks for the whole, whose answer alone has the whole's checksum; it is left when enough came.
            let last = from
                .end
                .map_or(String::new(), |end| end.saturating_sub(1).to_string());
            request
                .headers
                .push(("range".to_owned(), format!("bytes={}-{last}", from.offset)));
        } else if self.client.tells_checksums() {
            request
                .headers
                .push(("x-amz-checksum-mode".to_owned(), "ENABLED".to_owned()));
        }
        let earlier = from.unchanged.as_ref();
        if let Some(etag) = earlier.and_then(|info| info.etag.as_ref())
            && !is_weak(etag)
        {
            request
                .headers
                .push(("if-match".to_owned(), format!("\"{etag}\"")));
        }
        let mut answer = self
            .client
            .send(&request, &[200, 206, 416], Purpose::Work)
            .map_err(|error| match error.kind() {
                Kind::Precondition if earlier.is_some() => changed(),
                _ => error,
            })?;
        if answer.status() == 416 {
            return nothing_left(from);
        }
        let (start, size) = extent(&answer)?;
        let info = info(&answer, size)?;
        if earlier.is_some_and(|earlier| earlier.etag != info.etag || earlier.size != info.size) {
            return Err(changed());
        }
        let skip = from.offset.checked_sub(start).ok_or_else(|| {
            Error::new(
                Kind::Remote,
                format!(
                    "the store sent bytes from {start} on instead of from {}",
                    from.offset
                ),
            )
        })?;
        sink.begin(&info)?;
        let end = from.end.unwrap_or(size).min(size);
        let more = length(&answer)? > end.saturating_sub(start);
        self.push(
            &mut answer,
            skip,
            end.saturating_sub(from.offset),
            more,
            sink,
        )?;
        Ok(info)
    }

    fn list(
        &self,
        prefix: &str,
        page: Option<&str>,
        each: &mut dyn FnMut(Listed) -> Result<()>,
    ) -> Result<Option<String>> {
        self.list_page(prefix, page, each)
    }

    fn remove(&self, key: &Key) -> Result<()> {
        self.client
            .send(&self.of_version("DELETE", key), &[200, 204], Purpose::Work)
            .map(drop)
    }

    fn presign(&self, key: &Key, method: Method, expires: Duration) -> Result<String> {
        let method = match method {
            Method::Get => "GET",
            Method::Put => "PUT",
        };
        self.client.presign(method, key.as_str(), expires)
    }

    fn identity(&self) -> String {
        self.client.identity()
    }

    fn service(&self) -> Option<Service> {
        self.client.service()
    }

    fn copy_within(
        &self,
        from: &Service,
        source: (&Key, &BlobInfo),
        to: &Key,
        attributes: &Attributes,
    ) -> Result<Stored> {
        self.copy_object(from, source, to, attributes)
    }

    fn ranges(&self) -> bool {
        true
    }

    fn parts_etag(&self, key: &Key, info: &BlobInfo) -> Result<Option<PartsEtag>> {
        self.parts_of(key, info)
    }

    fn multipart(&self) -> Option<&dyn Multipart> {
        Some(self)
    }
}

impl S3 {
    /// Passes `count` bytes of the body on, after leaving out `skip` of them; `more` says that others follow them.
    fn push(
        &self,
        answer: &mut Answer,
        mut skip: u64,
        count: u64,
        more: bool,
        sink: &mut dyn Sink,
    ) -> Result<()> {
        let mut body = answer.reader();
        let mut unwanted = if skip > 0 { vec![0; CHUNK] } else { Vec::new() };
        while skip > 0 {
            let want = unwanted.len().min(usize::try_from(skip).unwrap_or(CHUNK));
            match body
                .read(&mut unwanted[..want])
                .map_err(|error| self.client.broken(&error))?
            {
                0 => return Err(ended_early(skip + count)),
                len => skip -= len as u64,
            }
        }
        let mut left = count;
        while left > 0 {
            let room = sink.room();
            let want = room.len().min(usize::try_from(left).unwrap_or(usize::MAX));
            match body
                .read(&mut room[..want])
                .map_err(|error| self.client.broken(&error))?
            {
                0 => return Err(ended_early(left)),
                len => {
                    sink.filled(len)?;
                    left -= len as u64;
                }
            }
        }
        if more {
            // Whoever wanted no more than this gives the connection up.
            return Ok(());
        }
        // The end is read too: only then is the connection free for the next request.
        match body
            .read(&mut [0; 1])
            .map_err(|error| self.client.broken(&error))?
        {
            0 => Ok(()),
            _ => Err(Error::new(
                Kind::Integrity,
                "the store sent more bytes than it announced",
            )),
        }
    }
}

fn request<'a>(method: &'static str, key: &'a Key) -> Request<'a> {
    Request {
        method,
        key: key.as_str(),
        query: Vec::new(),
        headers: Vec::new(),
        body: Body::None,
        patience: Patience::Usual,
    }
}

fn changed() -> Error {
    Error::new(Kind::Integrity, "the blob changed while it was downloaded")
}

fn ended_early(missing: u64) -> Error {
    Error::new(
        Kind::Disconnected,
        format!("the connection ended {missing} bytes early"),
    )
}

/// The store has no bytes from `from.offset` on: all have come already, or it is another blob now.
fn nothing_left(from: &From) -> Result<BlobInfo> {
    match &from.unchanged {
        Some(earlier) if earlier.size == from.offset => Ok(earlier.clone()),
        Some(_) => Err(changed()),
        None => Err(Error::new(
            Kind::Remote,
            format!("the blob has no bytes from {} on", from.offset),
        )),
    }
}

/// The ETag without its quotes. An answer without one is not S3's: a proxy's page, a captive portal.
fn etag(answer: &Answer) -> Result<String> {
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

fn is_weak(etag: &str) -> bool {
    etag.starts_with("W/")
}

/// The MD5 that an ETag is: 32 hex digits, and not of an object that was encrypted with a key of its own.
/// Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_Object.html>
fn plain_md5(etag: &str, answer: &Answer) -> Option<Digest> {
    let encryption = answer.header("x-amz-server-side-encryption").unwrap_or("");
    let own_key = answer.has_own_key() || answer.header(customer_key::ALGORITHM).is_some();
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

fn info(answer: &Answer, size: u64) -> Result<BlobInfo> {
    let etag = etag(answer)?;
    let modified = answer
        .header("last-modified")
        .and_then(|text| OffsetDateTime::parse(text, &Rfc2822).ok());
    Ok(BlobInfo {
        size,
        modified: modified.map(SystemTime::from),
        digest: full_checksum(answer).or_else(|| plain_md5(&etag, answer)),
        etag: Some(etag),
        content_type: answer.header("content-type").map(str::to_owned),
        kept: Box::new(attributes::kept(answer)),
    })
}

/// The version that an answer is about. The first one in a bucket that has no versions yet is called `null`.
fn version_id(answer: &Answer) -> Option<String> {
    answer.header("x-amz-version-id").map(str::to_owned)
}

fn length(answer: &Answer) -> Result<u64> {
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

/// First byte and size of the whole blob. Some servers answer 200 to a range and have the range right all the same.
fn extent(answer: &Answer) -> Result<(u64, u64)> {
    let length = length(answer)?;
    match (answer.status(), answer.header("content-range")) {
        (200, None) => Ok((0, length)),
        (_, Some(range)) => content_range(range)
            .filter(|(start, end, size)| {
                end.checked_sub(*start) == length.checked_sub(1) && end < size
            })
            .map(|(start, _, size)| (start, size))
            .ok_or_else(|| {
                Error::new(
                    Kind::Remote,
                    format!(
                        "the answer's range `{}` makes no sense",
                        crate::error::printable(range)
                    ),
                )
            }),
        (_, None) => Err(Error::new(
            Kind::Remote,
            "the answer to a range does not say which one it is",
        )),
    }
}

/// `bytes 5-9/20`: first byte, last byte, size.
fn content_range(text: &str) -> Option<(u64, u64, u64)> {
    let (range, size) = text.trim().strip_prefix("bytes ")?.split_once('/')?;
    let (start, end) = range.split_once('-')?;
    Some((
        start.trim().parse().ok()?,
        end.trim().parse().ok()?,
        size.trim().parse().ok()?,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backend::Asked;

    #[test]
    fn a_weak_etag_is_no_digest() {
        let md5 = "5d41402abc4b2a76b9719d911017c592";
        assert_eq!(unquoted(&format!(" \"{md5}\"")), md5);
        let weak = format!("W/\"{md5}\"");
        assert_eq!(unquoted(&weak), weak);
        assert_eq!(Digest::md5_from_hex(unquoted(&weak)), None);
    }

    #[test]
    fn a_blob_that_came_whole_is_not_missed() {
        let from = |offset, size: Option<u64>| From {
            offset,
            end: None,
            unchanged: size.map(|size| BlobInfo {
                size,
                ..BlobInfo::default()
            }),
            digest: Asked::No,
        };
        assert_eq!(nothing_left(&from(5, Some(5))).unwrap().size, 5);
        let error = |offset, size| nothing_left(&from(offset, size)).unwrap_err().kind();
        assert_eq!(error(5, Some(9)), Kind::Integrity);
        assert_eq!(error(5, None), Kind::Remote);
    }

    #[test]
    fn ranges_are_understood_or_refused() {
        assert_eq!(content_range("bytes 5-9/20"), Some((5, 9, 20)));
        for text in [
            "",
            "bytes */0",
            "bytes 5-9/*",
            "items 0-1/2",
            "bytes -1-2/3",
            "bytes 1-99999999999999999999/3",
        ] {
            assert_eq!(content_range(text), None, "{text}");
        }
    }
}
