//! Text that must not be printed.

use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::{fmt, io};

use crate::error::describe;

/// The largest file of one secret, in bytes. The limits protect the memory if a device is given by mistake.
pub const LARGEST_SECRET: u64 = 64 << 10;

/// The largest file of settings or logins, in bytes.
pub const LARGEST_CONFIG: u64 = 1 << 20;

/// A password, key or token. It has no `Display`, and its `Debug` hides the text, so that settings and requests can be
/// logged completely.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Keeps `text` from being printed.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// Reads the first line of a file, without its line end and otherwise unchanged. All files of passwords, keys and tokens
    /// are read by this function.
    ///
    /// # Errors
    /// One clause about the file, which never contains any of its content.
    pub fn read_first_line(path: &Path) -> Result<Self, String> {
        let bytes = read_bounded(path, LARGEST_SECRET).map_err(|error| describe(&error))?;
        let line = bytes.split(|byte| *byte == b'\n').next().unwrap_or(&[]);
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        match std::str::from_utf8(line) {
            Ok("") => Err("its first line is empty".to_owned()),
            Ok(line) => Ok(Self::new(line)),
            Err(_) => Err("its first line is not UTF-8 text".to_owned()),
        }
    }

    /// The text, for signing or logging in. It must never be formatted into a message.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Returns whether the text is empty.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Reads a file of at most `limit` bytes.
///
/// # Errors
/// `FileTooLarge`, or the error of the system. The text never contains any of the file's content.
pub fn read_bounded(path: &Path, limit: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(limit + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limit {
        let text = match limit >> 20 {
            0 => format!("larger than {} KiB", limit >> 10),
            mib => format!("larger than {mib} MiB"),
        };
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, text));
    }
    Ok(bytes)
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(secret)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_hides_the_text() {
        assert_eq!(format!("{:?}", Secret::new("hunter2")), "(secret)");
    }

    #[test]
    fn the_first_line_of_a_file_is_the_secret() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("secret");
        let read = |content: &[u8]| {
            std::fs::write(&path, content).unwrap();
            Secret::read_first_line(&path).map(|secret| secret.expose().to_owned())
        };
        for (content, secret) in [
            (&b"hunter2"[..], "hunter2"),
            (b"hunter2\n", "hunter2"),
            (b"hunter2\r\nsecond\n", "hunter2"),
            (b" hun ter2 \n", " hun ter2 "),
            (b"hunter2\n\xff", "hunter2"),
        ] {
            assert_eq!(read(content).as_deref(), Ok(secret));
        }
        for content in [
            &b""[..],
            b"\nhunter2",
            b"\r\n",
            b"hunter2\xff",
            &vec![b'x'; 65_537],
        ] {
            let error = read(content).unwrap_err();
            assert!(!error.contains("hunter2"), "{error}");
        }
        assert!(Secret::read_first_line(&dir.path().join("missing")).is_err());
        assert_eq!(
            Secret::read_first_line(Path::new("/dev/zero")),
            Err("larger than 64 KiB".to_owned())
        );
    }
}
