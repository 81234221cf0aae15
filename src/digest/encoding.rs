//! Bytes as text: hex and base64.

/// Lower-case hex, two digits a byte.
pub fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut out = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        out.push(char::from(DIGITS[usize::from(byte >> 4)]));
        out.push(char::from(DIGITS[usize::from(byte & 15)]));
    }
    out
}

/// Fills `out` from exactly twice as many hex digits of either case; false, with `out` undefined, otherwise.
pub fn decode_hex(text: &str, out: &mut [u8]) -> bool {
    let digits = text.as_bytes();
    if digits.len() != out.len() * 2 {
        return false;
    }
    let value = |digit: u8| {
        char::from(digit)
            .to_digit(16)
            .and_then(|v| u8::try_from(v).ok())
    };
    digits
        .chunks_exact(2)
        .zip(out)
        .all(|(pair, byte)| match (value(pair[0]), value(pair[1])) {
            (Some(high), Some(low)) => {
                *byte = high << 4 | low;
                true
            }
            _ => false,
        })
}

/// Base64 with padding (RFC 4648, section 4), as in `Content-MD5` and `x-amz-checksum-*`.
pub fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for group in bytes.chunks(3) {
        let bits = group
            .iter()
            .fold(0u32, |bits, byte| bits << 8 | u32::from(*byte))
            << (8 * (3 - group.len()));
        for place in 0..4 {
            if place <= group.len() {
                out.push(char::from(
                    LETTERS[(bits >> (18 - 6 * place) & 63) as usize],
                ));
            } else {
                out.push('=');
            }
        }
    }
    out
}

/// The inverse of [`base64`]; `None` for what it never writes.
pub fn decode_base64(text: &str) -> Option<Vec<u8>> {
    let value = |letter: u8| match letter {
        b'A'..=b'Z' => Some(letter - b'A'),
        b'a'..=b'z' => Some(letter - b'a' + 26),
        b'0'..=b'9' => Some(letter - b'0' + 52),
        b'+' => Some(62),
        b'/' => Some(63),
        _ => None,
    };
    if !text.len().is_multiple_of(4) {
        return None;
    }
    let letters = text.trim_end_matches('=');
    if text.len() - letters.len() > 2 {
        return None;
    }
    let mut out = Vec::with_capacity(letters.len() * 3 / 4);
    for group in letters.as_bytes().chunks(4) {
        let mut bits = 0u32;
        for letter in group {
            bits = bits << 6 | u32::from(value(*letter)?);
        }
        bits <<= 6 * (4 - group.len());
        out.extend_from_slice(&bits.to_be_bytes()[1..group.len()]);
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::digest::Digest;

    #[test]
    fn base64_goes_back_and_refuses_the_rest() {
        for plain in ["", "f", "fo", "foo", "foob", "\0\0\0"] {
            assert_eq!(
                decode_base64(&base64(plain.as_bytes())).as_deref(),
                Some(plain.as_bytes())
            );
        }
        for text in ["A", "AB", "ABC", "A===", "AB-=", "ü===", "AAAA AAAA"] {
            assert_eq!(decode_base64(text), None, "{text}");
        }
    }

    #[test]
    fn base64_of_rfc_4648() {
        for (plain, coded) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("foobar", "Zm9vYmFy"),
        ] {
            assert_eq!(base64(plain.as_bytes()), coded);
        }
        assert_eq!(base64(&[0xfb, 0xff]), "+/8=");
    }

    #[test]
    fn hex_goes_both_ways_and_refuses_the_rest() {
        let mut bytes = [0; 2];
        assert!(decode_hex("0aFf", &mut bytes));
        assert_eq!(hex(&bytes), "0aff");
        assert!(!decode_hex("0a", &mut bytes));
        assert!(!decode_hex("0a-1", &mut bytes));
        assert!(!decode_hex("0aü1", &mut bytes));
        assert_eq!(
            Digest::md5_from_hex("d41d8cd98f00b204e9800998ecf8427e-2"),
            None
        );
    }
}
