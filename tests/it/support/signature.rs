//! Verifies signatures of AWS Signature Version 4 without any code of blobctl's, step by step as in
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html>.

use ring::hmac;

use super::checksums::{Checksum, hex};
use super::http::Seen;

/// The region in the credential scope of a request.
pub fn region(request: &Seen) -> String {
    let authorization = request.header("authorization").unwrap();
    authorization.split('/').nth(2).unwrap().to_owned()
}

/// Fails the test unless the request, as it arrived, is signed with these credentials for S3.
#[track_caller]
pub fn verify(request: &Seen, access_key: &str, secret_key: &str) {
    let authorization = request.header("authorization").unwrap();
    let signed = authorization.split("SignedHeaders=").nth(1).unwrap();
    let signed = signed.split(',').next().unwrap();
    check_signed_headers(request, signed);
    let payload_hash = request.header("x-amz-content-sha256").unwrap();
    assert_eq!(
        payload_hash,
        Checksum::Sha256.hex(&request.body),
        "over http the body is part of the signature"
    );
    let timestamp = request.header("x-amz-date").unwrap();
    let scope = format!("{}/{}/s3/aws4_request", &timestamp[..8], region(request));
    let canonical = canonical_request(request, signed, payload_hash);
    let signature = sign(secret_key, timestamp, &scope, &canonical);
    assert_eq!(
        authorization,
        format!(
            "AWS4-HMAC-SHA256 Credential={access_key}/{scope}, SignedHeaders={signed}, Signature={signature}"
        ),
        "{request:?}\n{canonical}"
    );
}

/// S3 demands that some headers are signed. Proxies change others, which therefore must not be.
#[track_caller]
fn check_signed_headers(request: &Seen, signed: &str) {
    let names: Vec<&str> = signed.split(';').collect();
    assert!(names.is_sorted(), "{signed}");
    for (name, _) in &request.headers {
        let must_be = name.starts_with("x-amz-")
            || matches!(
                name.as_str(),
                "host" | "if-match" | "if-none-match" | "range"
            );
        let must_not_be = matches!(
            name.as_str(),
            "user-agent" | "accept-encoding" | "content-length" | "connection"
        );
        let is = names.contains(&name.as_str());
        assert!(is || !must_be, "{name} is not signed: {request:?}");
        assert!(!is || !must_not_be, "{name} is signed: {request:?}");
    }
}

/// Task 1: the request in canonical form.
fn canonical_request(request: &Seen, signed: &str, payload_hash: &str) -> String {
    let (path, query) = request
        .target
        .split_once('?')
        .unwrap_or((&request.target, ""));
    let mut headers = String::new();
    for name in signed.split(';') {
        let values = request.headers.iter().filter(|(known, _)| known == name);
        let values: Vec<String> = values
            .map(|(_, value)| value.split_whitespace().collect::<Vec<_>>().join(" "))
            .collect();
        headers.push_str(&format!("{name}:{}\n", values.join(",")));
    }
    let query = canonical_query(query);
    let method = &request.method;
    format!("{method}\n{path}\n{query}\n{headers}\n{signed}\n{payload_hash}")
}

/// The query, decoded, encoded as AWS does, and sorted.
fn canonical_query(query: &str) -> String {
    let pairs: Vec<(String, String)> = query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (encode(&decode(name)), encode(&decode(value)))
        })
        .collect();
    join_sorted(pairs)
}

/// A query as it is sent and signed.
pub fn encode_query(query: &[(&str, &str)]) -> String {
    let encoded = |text: &str| encode(text.as_bytes());
    let pairs = query
        .iter()
        .map(|(name, value)| (encoded(name), encoded(value)));
    join_sorted(pairs.collect())
}

fn join_sorted(mut pairs: Vec<(String, String)>) -> String {
    pairs.sort();
    let pairs: Vec<String> = pairs
        .into_iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    pairs.join("&")
}

/// Tasks 2 and 3: the string to sign, the signing key and the signature.
pub fn sign(secret_key: &str, timestamp: &str, scope: &str, canonical_request: &str) -> String {
    let hash = Checksum::Sha256.hex(canonical_request.as_bytes());
    let string_to_sign = format!("AWS4-HMAC-SHA256\n{timestamp}\n{scope}\n{hash}");
    let key = scope
        .split('/')
        .fold(format!("AWS4{secret_key}").into_bytes(), |key, part| {
            hmac_sha256(&key, part)
        });
    hex(&hmac_sha256(&key, &string_to_sign))
}

fn hmac_sha256(key: &[u8], text: &str) -> Vec<u8> {
    let key = hmac::Key::new(hmac::HMAC_SHA256, key);
    hmac::sign(&key, text.as_bytes()).as_ref().to_vec()
}

fn encode(bytes: &[u8]) -> String {
    let mut text = String::new();
    for &byte in bytes {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                text.push(char::from(byte));
            }
            _ => text.push_str(&format!("%{byte:02X}")),
        }
    }
    text
}

fn decode(text: &str) -> Vec<u8> {
    let mut parts = text.split('%');
    let mut bytes = parts.next().unwrap().as_bytes().to_vec();
    for part in parts {
        bytes.push(u8::from_str_radix(&part[..2], 16).unwrap());
        bytes.extend_from_slice(&part.as_bytes()[2..]);
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The GET example of AWS's documentation, with this value of the Range header.
    fn verify_example(range: &str) {
        let signed = "host;range;x-amz-content-sha256;x-amz-date";
        let signature = "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41";
        let authorization = format!(
            "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, SignedHeaders={signed}, Signature={signature}"
        );
        let headers = [
            ("host", "examplebucket.s3.amazonaws.com"),
            ("range", range),
            ("x-amz-content-sha256", &Checksum::Sha256.hex(b"")),
            ("x-amz-date", "20130524T000000Z"),
            ("authorization", &authorization),
        ];
        let request = Seen {
            method: "GET".to_owned(),
            target: "/test.txt".to_owned(),
            headers: headers
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .to_vec(),
            body: Vec::new(),
        };
        let secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
        verify(&request, "AKIAIOSFODNN7EXAMPLE", secret);
    }

    #[test]
    fn the_example_of_the_aws_documentation_is_accepted() {
        verify_example("bytes=0-9");
    }

    #[test]
    #[should_panic(expected = "AWS4-HMAC-SHA256")]
    fn a_changed_request_is_rejected() {
        verify_example("bytes=0-8");
    }
}
