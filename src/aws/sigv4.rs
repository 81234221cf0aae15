//! AWS Signature Version 4 for S3: pure functions with the standard's names.
//!
//! ```text
//! request ─ canonical_request ─ string_to_sign ─ signature ─ authorization | presigned_query
//!                                      signing_key ┘
//! ```
//!
//! Nothing here reads a clock or changes a request. In contrast to the general standard, S3 encodes the path once and
//! does not normalise it; the caller must send exactly the bytes that were signed.
//! Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html>

use std::fmt::Write;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use time::OffsetDateTime;

use crate::digest::{Algorithm, Hasher, hex};
use crate::http::percent::{Slash, uri_encode};
use crate::secret::Secret;

/// The payload hash of a request whose body is not part of the signature.
pub const UNSIGNED_PAYLOAD: &str = "UNSIGNED-PAYLOAD";

/// The payload hash of a request without a body: the SHA-256 of nothing.
pub const EMPTY_PAYLOAD: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/// The name of the algorithm, first word of the string to sign and of the header.
pub const ALGORITHM: &str = "AWS4-HMAC-SHA256";

/// The time, region and service that a signature is valid for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SigningScope {
    /// `x-amz-date`: `20130524T000000Z`.
    pub timestamp: String,
    /// `us-east-1`.
    pub region: String,
    /// `s3`.
    pub service: String,
}

impl SigningScope {
    /// The scope of `time`, which is converted to UTC.
    pub fn new(time: OffsetDateTime, region: &str, service: &str) -> Self {
        let time = time.to_offset(time::UtcOffset::UTC);
        let timestamp = format!(
            "{:04}{:02}{:02}T{:02}{:02}{:02}Z",
            time.year(),
            u8::from(time.month()),
            time.day(),
            time.hour(),
            time.minute(),
            time.second()
        );
        Self {
            timestamp,
            region: region.to_owned(),
            service: service.to_owned(),
        }
    }

    /// The day: the first eight digits of the timestamp.
    pub fn date(&self) -> &str {
        self.timestamp.get(..8).unwrap_or(&self.timestamp)
    }

    /// The credential scope: `20130524/us-east-1/s3/aws4_request`.
    pub fn credential_scope(&self) -> String {
        format!(
            "{}/{}/{}/aws4_request",
            self.date(),
            self.region,
            self.service
        )
    }
}

/// The signed parts of a request.
#[derive(Debug, Clone)]
pub struct SignableRequest<'a> {
    /// `GET`, `PUT`, …
    pub method: &'a str,
    /// The path as it is sent: encoded, with the leading `/`.
    pub path: &'a str,
    /// Names and values, not encoded; see [`canonical_query`].
    pub query: &'a [(String, String)],
    /// The headers to sign, `host` among them. A name may occur several times.
    pub headers: &'a [(String, String)],
    /// Lower-case hex of the body's SHA-256, or [`UNSIGNED_PAYLOAD`].
    pub payload_hash: &'a str,
}

/// The query as it is signed and sent: encoded, sorted by encoded name, then by encoded value; a name without a value
/// keeps its `=`.
pub fn canonical_query(query: &[(String, String)]) -> String {
    let mut pairs: Vec<(String, String)> = query
        .iter()
        .map(|(name, value)| {
            (
                uri_encode(name, Slash::Encode),
                uri_encode(value, Slash::Encode),
            )
        })
        .collect();
    pairs.sort();
    let pairs: Vec<String> = pairs
        .into_iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    pairs.join("&")
}

/// The names of the signed headers, lower-case, sorted, joined by `;`.
pub fn signed_headers(headers: &[(String, String)]) -> String {
    let mut names: Vec<String> = headers
        .iter()
        .map(|(name, _)| name.trim().to_ascii_lowercase())
        .collect();
    names.sort();
    names.dedup();
    names.join(";")
}

/// The canonical headers: one line per name, sorted. Values are trimmed, each run of white space, also of a folded
/// line, becomes one space, and several values of one name are joined by `,` in their order.
fn canonical_headers(headers: &[(String, String)]) -> String {
    let mut sorted: Vec<(String, String)> = headers
        .iter()
        .map(|(name, value)| {
            let words: Vec<&str> = value.split_ascii_whitespace().collect();
            (name.trim().to_ascii_lowercase(), words.join(" "))
        })
        .collect();
    // Stable, so that values of one name keep their order.
    sorted.sort_by(|a, b| a.0.cmp(&b.0));
    let mut out = String::new();
    let mut last: Option<String> = None;
    for (name, value) in sorted {
        if last.as_deref() == Some(&name) {
            out.push(',');
            out.push_str(&value);
        } else {
            if last.is_some() {
                out.push('\n');
            }
            let _ = write!(out, "{name}:{value}");
        }
        last = Some(name);
    }
    out.push('\n');
    out
}

/// Step 1: the canonical form of the request.
pub fn canonical_request(request: &SignableRequest<'_>) -> String {
    format!(
        "{}\n{}\n{}\n{}\n{}\n{}",
        request.method,
        request.path,
        canonical_query(request.query),
        canonical_headers(request.headers),
        signed_headers(request.headers),
        request.payload_hash
    )
}

/// Step 2: algorithm, time, scope and the canonical request's SHA-256.
pub fn string_to_sign(scope: &SigningScope, canonical_request: &str) -> String {
    let hash = Hasher::digest(Algorithm::Sha256, canonical_request.as_bytes()).hex();
    format!(
        "{ALGORITHM}\n{}\n{}\n{hash}",
        scope.timestamp,
        scope.credential_scope()
    )
}

/// The signing key of one day, region and service.
#[derive(Clone, PartialEq, Eq)]
pub struct SigningKey([u8; 32]);

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("(secret)")
    }
}

/// Step 3: `HMAC(HMAC(HMAC(HMAC("AWS4" + secret, date), region), service), "aws4_request")`.
pub fn signing_key(secret_access_key: &Secret, scope: &SigningScope) -> SigningKey {
    let start = format!("AWS4{}", secret_access_key.expose());
    let date = hmac_sha256(start.as_bytes(), scope.date());
    let region = hmac_sha256(&date, &scope.region);
    let service = hmac_sha256(&region, &scope.service);
    SigningKey(hmac_sha256(&service, "aws4_request"))
}

/// Step 4: lower-case hex, 64 characters.
pub fn signature(key: &SigningKey, string_to_sign: &str) -> String {
    hex(&hmac_sha256(&key.0, string_to_sign))
}

/// The value of the `Authorization` header.
pub fn authorization(
    access_key_id: &str,
    scope: &SigningScope,
    signed_headers: &str,
    signature: &str,
) -> String {
    format!(
        "{ALGORITHM} Credential={access_key_id}/{}, SignedHeaders={signed_headers}, Signature={signature}",
        scope.credential_scope()
    )
}

/// The parameters that a presigned URL adds to its own, without the signature; all of them are signed. `expires` is in
/// seconds.
/// Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html>
pub fn presigned_parameters(
    access_key_id: &str,
    scope: &SigningScope,
    expires: u32,
    signed_headers: &str,
    session_token: Option<&Secret>,
) -> Vec<(String, String)> {
    let mut parameters = vec![
        ("X-Amz-Algorithm".to_owned(), ALGORITHM.to_owned()),
        (
            "X-Amz-Credential".to_owned(),
            format!("{access_key_id}/{}", scope.credential_scope()),
        ),
        ("X-Amz-Date".to_owned(), scope.timestamp.clone()),
        ("X-Amz-Expires".to_owned(), expires.to_string()),
        ("X-Amz-SignedHeaders".to_owned(), signed_headers.to_owned()),
    ];
    if let Some(token) = session_token {
        parameters.push(("X-Amz-Security-Token".to_owned(), token.expose().to_owned()));
    }
    parameters
}

/// The query of a presigned URL: the request's parameters, which must include [`presigned_parameters`], sorted,
/// followed by the signature.
pub fn presigned_query(query: &[(String, String)], signature: &str) -> String {
    format!("{}&X-Amz-Signature={signature}", canonical_query(query))
}

fn hmac_sha256(key: &[u8], message: &str) -> [u8; 32] {
    // HMAC takes keys of any length: shorter ones are padded, longer ones hashed (RFC 2104).
    match Hmac::<Sha256>::new_from_slice(key) {
        Ok(mut mac) => {
            mac.update(message.as_bytes());
            mac.finalize().into_bytes().into()
        }
        Err(_) => unreachable!("HMAC takes keys of any length"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queries_are_sorted_by_what_is_sent() {
        let query = [("b", "2"), ("a", "/"), ("lifecycle", ""), ("a", "!")]
            .map(|(n, v)| (n.to_owned(), v.to_owned()));
        assert_eq!(canonical_query(&query), "a=%21&a=%2F&b=2&lifecycle=");
    }

    #[test]
    fn header_values_are_trimmed_folded_and_joined() {
        let headers = [("X-B", "  a   b "), ("host", "h"), ("x-b", "c\n   d")]
            .map(|(n, v)| (n.to_owned(), v.to_owned()));
        assert_eq!(canonical_headers(&headers), "host:h\nx-b:a b,c d\n");
        assert_eq!(signed_headers(&headers), "host;x-b");
    }
}
