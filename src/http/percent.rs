//! Percent-encoding as Signature Version 4 wants it.

use std::fmt::Write;

/// Whether `/` stays as it is, as in a path, or is encoded, as in a query.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Slash {
    /// Paths.
    Keep,
    /// Query names and values.
    Encode,
}

/// Percent-encodes every byte but `A-Z a-z 0-9 - . _ ~`, with upper-case digits.
pub fn uri_encode(text: &str, slash: Slash) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 4);
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                out.push(char::from(byte));
            }
            b'/' if slash == Slash::Keep => out.push('/'),
            _ => {
                // Writing to a String cannot fail.
                let _ = write!(out, "%{byte:02X}");
            }
        }
    }
    out
}
