//! The answers of an S3 service: headers, a blank line, a body.
#![no_main]

use blobctl::backend::s3::{error, list_xml};
use blobctl::backend::s3::error::signature_mismatch;
use blobctl::aws::xml;
use blobctl::error::printable;
use blobctl::net::certificate;
use blobctl::secret::SecretMask;
use http::{HeaderMap, HeaderName, HeaderValue};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data);
    let (head, body) = text.split_once("\n\n").unwrap_or(("", &text));
    let mut lines = head.lines();
    let status = lines
        .next()
        .and_then(|line| line.parse().ok())
        .unwrap_or(400);
    let mut headers = HeaderMap::new();
    for (name, value) in lines.filter_map(|line| line.split_once(": ")) {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            headers.append(name, value);
        }
    }
    let response = error::ErrorResponse {
        method: "GET",
        status,
        headers: &headers,
        body,
        region: "us-east-1",
    };
    let mask = SecretMask::new(["secret key"]);
    let error = error::error(&response, &mask);
    assert_shown(&error.to_string());
    let root = xml::parse(body);
    assert_shown(&error::late_error(root.as_ref(), &mask).to_string());
    let _ = list_xml::parse_listing(body);
    let _ = list_xml::parse_buckets(body);
    let _ = list_xml::parse_uploads(body);
    let _ = certificate::summary(data);
    let _ = xml::descendant(body, "Credentials");
    let ours = signature_mismatch::SignedText {
        canonical: "GET\n/\n\nhost:a\nx-amz-date:b\n\nhost;x-amz-date\nUNSIGNED-PAYLOAD",
        string_to_sign: "AWS4-HMAC-SHA256\n20130524T000000Z\n20130524/us-east-1/s3/aws4_request\n00",
    };
    if let Some(cause) = signature_mismatch::explain(ours, body) {
        assert_shown(&cause);
    }
    // What is escaped comes back, as far as XML has letters for it.
    let inner: String = printable(&text)
        .chars()
        .filter(|letter| *letter != '\u{fffe}' && *letter != '\u{ffff}')
        .collect();
    let document = format!("<a><b>{}</b></a>", xml::escape(&inner));
    let found = xml::parse(&document);
    let found = found.as_ref().and_then(|root| root.child("b"));
    assert_eq!(found.unwrap_or_default().trim(), inner.trim());
});

/// Nothing of a server's reaches the terminal as a control sequence.
fn assert_shown(text: &str) {
    assert!(
        !text
            .chars()
            .any(|letter| letter.is_control() && letter != '\n'),
        "{text:?}"
    );
}
