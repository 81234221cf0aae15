//! Text that must not be printed.

use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;
use std::{fmt, io};

use rustix::process::{Resource, Rlimit};

use crate::error::describe;

/// The text in place of a secret.
const HIDDEN: &str = "(secret)";

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

/// Forbids core dumps, which would contain the secrets in memory, from now on. Commands that the program runs inherit this, and can
/// raise the limit again.
pub fn forbid_core_dumps() {
    let limit = rustix::process::getrlimit(Resource::Core);
    let none = Rlimit {
        current: Some(0),
        maximum: limit.maximum,
    };
    // Lowering a limit is always permitted.
    let _ = rustix::process::setrlimit(Resource::Core, none);
}

/// The shortest secret that is hidden in the text of a server, in bytes. Shorter ones would hide parts of words.
const SHORTEST_HIDDEN: usize = 4;

/// The secrets that a server may repeat in its text, in order to hide them.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct SecretMask(Arc<[String]>);

impl SecretMask {
    /// Hides these texts.
    pub fn new<T: Into<String>>(secrets: impl IntoIterator<Item = T>) -> Self {
        let mut texts: Vec<String> = secrets.into_iter().map(T::into).collect();
        texts.retain(|text| text.len() >= SHORTEST_HIDDEN);
        // One secret may be a part of another one.
        texts.sort_by(|one, other| other.len().cmp(&one.len()).then(one.cmp(other)));
        texts.dedup();
        Self(texts.into())
    }

    /// The text of a server without the secrets and without signatures.
    pub fn apply(&self, text: &str) -> String {
        let hide = |text: String, secret: &String| text.replace(secret.as_str(), HIDDEN);
        hide_signatures(&self.0.iter().fold(text.to_owned(), hide))
    }
}

impl fmt::Debug for SecretMask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(HIDDEN)
    }
}

/// Hides the value of every `Signature=`, which is a part of the header `Authorization` and of presigned URLs.
fn hide_signatures(text: &str) -> String {
    const NAME: &str = "Signature=";
    let mut parts = text.split(NAME);
    let mut hidden = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let ends = |char: char| !char.is_ascii_alphanumeric() && !"+/=%".contains(char);
        let end = part.find(ends).unwrap_or(part.len());
        hidden.push_str(NAME);
        hidden.push_str(HIDDEN);
        hidden.push_str(&part[end..]);
    }
    hidden
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
        f.write_str(HIDDEN)
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
    fn secrets_are_hidden_in_the_text_of_a_server() {
        let mask = SecretMask::new(["hunter", "hunter2", "abc"]);
        for (text, hidden) in [
            ("wrong password: hunter2!", "wrong password: (secret)!"),
            ("hunter and abc", "(secret) and abc"),
            (
                "SignedHeaders=host, Signature=0a1b2c, more",
                "SignedHeaders=host, Signature=(secret), more",
            ),
            ("?X-Amz-Signature=00ff&a=b", "?X-Amz-Signature=(secret)&a=b"),
            ("nothing", "nothing"),
        ] {
            assert_eq!(mask.apply(text), hidden);
        }
        assert_eq!(format!("{mask:?}"), "(secret)");
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
