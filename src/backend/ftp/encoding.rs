//! How names are written in bytes, on the control connection and in listings.

use std::borrow::Cow;
use std::io;

use clap::ValueEnum;

use crate::error::{Error, Kind, Result, printable};

/// The alphabet of a server's names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Encoding {
    /// As nearly all servers do
    #[value(name = "utf-8")]
    Utf8,
    /// ISO 8859-1, as some old ones do
    // One byte per character, for those up to U+00FF.
    #[value(name = "latin-1")]
    Latin1,
}

impl Encoding {
    /// Text from bytes; what is no text is replaced, never refused.
    pub fn decode(self, bytes: &[u8]) -> Cow<'_, str> {
        match self {
            Self::Utf8 => String::from_utf8_lossy(bytes),
            Self::Latin1 => bytes.iter().map(|byte| char::from(*byte)).collect(),
        }
    }

    /// Refuses a name that cannot be written; no other one is put in its place.
    pub fn check(self, name: &str) -> Result<()> {
        match name.chars().find(|letter| byte(*letter).is_none()) {
            Some(letter) if self == Self::Latin1 => Err(Error::new(
                Kind::Usage,
                format!(
                    "`{}` holds `{}`, which Latin-1 cannot write",
                    printable(name),
                    printable(&letter.to_string())
                ),
            )
            .with_hint("use another key, or `encoding = \"utf-8\"` (--ftp-encoding utf-8)")),
            _ => Ok(()),
        }
    }

    /// Bytes from text; a name that cannot be written is an error.
    pub fn encode(self, text: &str) -> io::Result<Vec<u8>> {
        match self {
            Self::Utf8 => Ok(text.as_bytes().to_vec()),
            Self::Latin1 => {
                let bytes: Option<Vec<u8>> = text.chars().map(byte).collect();
                bytes.ok_or_else(|| {
                    io::Error::new(
                        io::ErrorKind::InvalidInput,
                        "Latin-1 cannot write this name",
                    )
                })
            }
        }
    }
}

/// ISO 8859-1 is the first 256 characters of Unicode.
fn byte(letter: char) -> Option<u8> {
    u8::try_from(u32::from(letter)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_go_both_ways_or_are_refused() {
        assert_eq!(Encoding::Latin1.decode(b"caf\xe9"), "café");
        assert_eq!(Encoding::Utf8.decode("café".as_bytes()), "café");
        assert!(Encoding::Latin1.check("café").is_ok());
        assert!(Encoding::Latin1.check("10 €").is_err());
        assert!(Encoding::Utf8.check("10 €").is_ok());
    }
}
