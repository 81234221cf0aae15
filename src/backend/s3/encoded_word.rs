//! Encoded words (RFC 2047) in metadata headers.

use crate::digest::{base64, decode_base64};

/// A header's value: unchanged if it is ASCII, else as the encoded words that S3 itself uses (RFC 2047). A value that
/// HTTP would not preserve, such as one with a trailing space, is encoded too, and so is one that a reader would
/// decode.
/// Source: <https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingMetadata.html>
pub fn encoded_word(value: &str) -> String {
    let plain = value.bytes().all(|byte| (b' '..=b'~').contains(&byte));
    if plain && value.trim() == value && decoded_words(value) == value {
        value.to_owned()
    } else {
        format!("=?UTF-8?B?{}?=", base64(value.as_bytes()))
    }
}

/// The inverse, for both encodings of RFC 2047, if the words are UTF-8; any other text is returned unchanged. White
/// space between two encoded words does not belong to the text.
pub fn decoded_words(value: &str) -> String {
    let mut out = String::new();
    let (mut rest, mut after_a_word) = (value, false);
    while let Some(start) = rest.find("=?") {
        let (before, word) = rest.split_at(start);
        let Some((text, len)) = decoded_word(word) else {
            out.push_str(before);
            out.push_str("=?");
            (rest, after_a_word) = (&word[2..], false);
            continue;
        };
        if !(after_a_word && before.trim().is_empty()) {
            out.push_str(before);
        }
        out.push_str(&text);
        (rest, after_a_word) = (&word[len..], true);
    }
    out + rest
}

/// The encoded word at the beginning of `text`, and how long it is there.
fn decoded_word(text: &str) -> Option<(String, usize)> {
    let mut pieces = text.strip_prefix("=?")?.splitn(3, '?');
    let (charset, encoding, rest) = (pieces.next()?, pieces.next()?, pieces.next()?);
    let (coded, _) = rest.split_once("?=")?;
    // RFC 2231 lets a language follow the charset.
    let charset = charset.split('*').next().unwrap_or(charset);
    if !["utf-8", "us-ascii"].contains(&charset.to_ascii_lowercase().as_str()) {
        return None;
    }
    let bytes = match encoding {
        "B" | "b" => decode_base64(coded)?,
        "Q" | "q" => decode_quoted(coded)?,
        _ => return None,
    };
    let head = text.len() - rest.len();
    Some((String::from_utf8(bytes).ok()?, head + coded.len() + 2))
}

/// The "Q" encoding of RFC 2047: `_` is a space, `=XX` a byte.
fn decode_quoted(text: &str) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        out.push(match byte {
            b'_' => b' ',
            b'=' => {
                let digits = [bytes.next()?, bytes.next()?];
                let mut value = [0];
                let digits = std::str::from_utf8(&digits).ok()?;
                crate::digest::decode_hex(digits, &mut value).then_some(value[0])?
            }
            byte => byte,
        });
    }
    Some(out)
}
