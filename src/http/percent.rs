//! Percent-encoding (RFC 3986, section 2.1) as Signature Version 4 requires it, and its inverse.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode, utf8_percent_encode};

/// The bytes that are encoded in a query: all but the unreserved characters `A-Z a-z 0-9 - . _ ~`.
/// Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html>
const QUERY: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// The same in a path.
const PATH: &AsciiSet = &QUERY.remove(b'/');

/// The treatment of `/`: kept as it is, as in a path, or encoded, as in a query.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Slash {
    /// Paths.
    Keep,
    /// Query names and values.
    Encode,
}

/// Percent-encodes every byte but `A-Z a-z 0-9 - . _ ~`, with upper-case digits.
pub fn uri_encode(text: &str, slash: Slash) -> String {
    let encoded = match slash {
        Slash::Keep => PATH,
        Slash::Encode => QUERY,
    };
    utf8_percent_encode(text, encoded).to_string()
}

/// Decodes the percent-encoding of a URL's path. `None` if a `%` is not followed by two hex digits, or if the result is not
/// UTF-8.
pub fn uri_decode(text: &str) -> Option<String> {
    has_whole_escapes(text).then_some(())?;
    let decoded = percent_decode(text.as_bytes()).decode_utf8();
    decoded.ok().map(std::borrow::Cow::into_owned)
}

/// Decodes the encoding that S3 uses in listings (`encoding-type=url`), in which a space is `+`. A `%` without two hex
/// digits stays as it is.
pub fn form_decode(text: &str) -> Vec<u8> {
    percent_decode(text.replace('+', " ").as_bytes()).collect()
}

/// True if two hex digits follow each `%`.
pub fn has_whole_escapes(text: &str) -> bool {
    text.split('%').skip(1).all(|rest| {
        let digits = rest.as_bytes().get(..2);
        digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_but_the_unreserved_ones_is_encoded_once() {
        assert_eq!(
            uri_encode("a b+c%/ü~-._*'", Slash::Keep),
            "a%20b%2Bc%25/%C3%BC~-._%2A%27"
        );
        assert_eq!(uri_encode("a/b", Slash::Encode), "a%2Fb");
        for byte in 0..=127u8 {
            let text = char::from(byte).to_string();
            let is_unreserved = byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
            let expected = match is_unreserved {
                true => text.clone(),
                false => format!("%{byte:02X}"),
            };
            assert_eq!(uri_encode(&text, Slash::Encode), expected);
            assert_eq!(uri_decode(&expected), Some(text));
        }
    }

    #[test]
    fn a_broken_escape_and_bytes_that_are_not_utf_8_are_rejected() {
        assert_eq!(uri_decode("/a%20b+%2b").as_deref(), Some("/a b++"));
        for text in ["%", "a%4", "%zz", "%ü", "%+1", "%ff", "%C3"] {
            assert_eq!(uri_decode(text), None, "{text}");
        }
    }

    #[test]
    fn keys_of_listings_are_decoded() {
        assert_eq!(form_decode("a+b%2Bc/%C3%BC"), "a b+c/ü".as_bytes());
        assert_eq!(form_decode("%fF"), [0xff]);
    }
}
