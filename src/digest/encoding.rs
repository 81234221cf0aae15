//! Hex and base64.

use base64::prelude::{BASE64_STANDARD, Engine as _};

/// Lower-case hex, two digits per byte.
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
    BASE64_STANDARD.encode(bytes)
}

/// The inverse of [`base64()`]. `None` for text that [`base64()`] never produces: missing padding, white space, bits left over
/// in the last character.
pub fn decode_base64(text: &str) -> Option<Vec<u8>> {
    BASE64_STANDARD.decode(text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::digest::Digest;

    #[test]
    fn base64_round_trips_and_anything_else_is_rejected() {
        for plain in ["", "f", "fo", "foo", "foob", "\0\0\0"] {
            assert_eq!(
                decode_base64(&base64(plain.as_bytes())).as_deref(),
                Some(plain.as_bytes())
            );
        }
        for text in [
            "A",
            "AB",
            "ABC",
            "A===",
            "AB-=",
            "ü===",
            "AAAA AAAA",
            "AAAA\n",
            "Zh==",
            "Zm9=",
            "Zg=A",
            "=Zg=",
            "====",
        ] {
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
    fn hex_round_trips_and_anything_else_is_rejected() {
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
