//! The encoding of names, on the control connection and in listings.

use std::borrow::Cow;
use std::io;

use clap::ValueEnum;

use crate::error::{Error, Kind, Result, printable};

/// The encoding of a server's names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Encoding {
    /// UTF-8, as nearly all servers use it
    #[value(name = "utf-8")]
    Utf8,
    /// ISO 8859-1, as some old servers use it
    // One byte per character, for those up to U+00FF.
    #[value(name = "latin-1")]
    Latin1,
}

impl Encoding {
    /// Decodes bytes; invalid ones are replaced.
    pub fn decode(self, bytes: &[u8]) -> Cow<'_, str> {
        match self {
            Self::Utf8 => String::from_utf8_lossy(bytes),
            Self::Latin1 => bytes.iter().map(|byte| char::from(*byte)).collect(),
        }
    }

    /// Returns whether decoding keeps all bytes.
    pub fn is_valid(self, bytes: &[u8]) -> bool {
        self == Self::Latin1 || std::str::from_utf8(bytes).is_ok()
    }

    /// Rejects a name that FTP cannot represent: a command ends at CR, LF or NUL, and Latin-1 has 256 characters.
    pub fn check(self, name: &str) -> Result<()> {
        if let Some(end) = name.chars().find(|char| matches!(char, '\r' | '\n' | '\0')) {
            let (shown, end) = (printable(name), end.escape_debug());
            return Err(Error::new(
                Kind::Usage,
                format!("`{shown}` contains `{end}`, which FTP cannot represent"),
            ));
        }
        match name.chars().find(|char| byte(*char).is_none()) {
            Some(char) if self == Self::Latin1 => Err(Error::new(
                Kind::Usage,
                format!(
                    "`{}` contains `{}`, which Latin-1 cannot encode",
                    printable(name),
                    printable(&char.to_string())
                ),
            )
            .with_hint("use another key, or `encoding = \"utf-8\"` (--ftp-encoding utf-8)")),
            _ => Ok(()),
        }
    }

    /// Encodes text; fails if a character cannot be encoded.
    pub fn encode(self, text: &str) -> io::Result<Vec<u8>> {
        match self {
            Self::Utf8 => Ok(text.as_bytes().to_vec()),
            Self::Latin1 => {
                let bytes: Option<Vec<u8>> = text.chars().map(byte).collect();
                bytes.ok_or_else(|| {
                    io::Error::new(
                        io::ErrorKind::InvalidInput,
                        "Latin-1 cannot encode this name",
                    )
                })
            }
        }
    }
}

/// ISO 8859-1 is the first 256 characters of Unicode.
fn byte(char: char) -> Option<u8> {
    u8::try_from(u32::from(char)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_encoded_and_decoded_or_rejected() {
        assert_eq!(Encoding::Latin1.decode(b"caf\xe9"), "café");
        assert_eq!(Encoding::Utf8.decode("café".as_bytes()), "café");
        assert!(Encoding::Latin1.is_valid(b"caf\xe9") && !Encoding::Utf8.is_valid(b"caf\xe9"));
        assert!(Encoding::Latin1.check("café").is_ok());
        assert!(Encoding::Latin1.check("10 €").is_err());
        assert!(Encoding::Utf8.check("10 €").is_ok());
        for encoding in [Encoding::Latin1, Encoding::Utf8] {
            assert!(encoding.check("a\t\u{1b}\u{7f}\u{85}b").is_ok());
            for name in ["a\nb", "a\r", "\0"] {
                assert!(encoding.check(name).is_err(), "{name:?}");
            }
        }
    }
}
