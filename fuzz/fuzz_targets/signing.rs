//! Signature Version 4 over any request.
#![no_main]

use blobctl::http::percent::Slash;
use blobctl::aws::sigv4::canonical_query;
use blobctl::aws::sigv4::signed_headers;
use blobctl::http::percent::{uri_decode, uri_encode};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data);
    for slash in [Slash::Keep, Slash::Encode] {
        let encoded = uri_encode(&text, slash);
        assert_eq!(uri_decode(&encoded).as_deref(), Some(&*text));
        assert!(slash == Slash::Keep || !encoded.contains('/'));
    }
    let pairs = |between: char| -> Vec<(String, String)> {
        let pair = |line: &str| {
            let (name, value) = line.split_once(between).unwrap_or((line, ""));
            (name.to_owned(), value.to_owned())
        };
        text.lines().map(pair).collect()
    };
    let query = canonical_query(&pairs('='));
    let mut sorted: Vec<(&str, &str)> = query
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .collect();
    let as_sent = sorted.clone();
    sorted.sort_unstable();
    assert_eq!(as_sent, sorted);
    // The name of a header holds no `;`.
    let headers = pairs(':');
    if headers.iter().all(|(name, _)| !name.contains(';')) {
        assert!(signed_headers(&headers).split(';').is_sorted());
    }
});
