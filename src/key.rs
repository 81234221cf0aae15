//! The name of a blob, checked once when it is parsed.

use std::fmt;

use crate::error::{Error, Kind, Result, printable};

/// The name of a blob: any UTF-8 text that is not empty and does not contain NUL, taken verbatim.
///
/// No `//` is collapsed and no character is normalised. Control characters are valid: S3 stores them. A backend that cannot
/// store a blob under exactly this name rejects it; see [`Key::as_relative_path`].
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Key(String);

impl Key {
    /// Checks a key. An invalid key is a usage error.
    pub fn new(text: impl Into<String>) -> Result<Self> {
        let text = text.into();
        if text.is_empty() {
            return Err(Error::new(Kind::Usage, "the key is empty"));
        }
        if text.contains('\0') {
            let shown = printable(&text);
            return Err(Error::new(
                Kind::Usage,
                format!("the key `{shown}` contains NUL, which no store can represent"),
            ));
        }
        Ok(Self(text))
    }

    /// The key as typed.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The key for a message: escaped and perhaps shortened, so that different keys may look the same.
    pub fn shown(&self) -> String {
        printable(&self.0)
    }

    /// The part after the last `/`, which is the name of a downloaded file. `None` if the key ends in `/`.
    pub fn base_name(&self) -> Option<&str> {
        self.0.rsplit('/').next().filter(|name| !name.is_empty())
    }

    /// The key for a store that keeps blobs as files: the same text if it is a plain relative path.
    ///
    /// A file system drops an empty or `.` segment and follows `..`, so that two keys would name one file, or a file outside
    /// the root. Such keys are a usage error and are never corrected.
    pub fn as_relative_path(&self) -> Result<&str> {
        if self.0.starts_with('/') {
            let shown = self.shown();
            let text =
                format!("the key `{shown}` begins with `/`, which a file system cannot represent");
            return Err(Error::new(Kind::Usage, text)
                .with_hint(format!("for a path of this machine, use file://{shown}")));
        }
        let problem = self.0.split('/').find_map(|segment| match segment {
            "" => Some("has an empty segment (`//`, or `/` at the end)"),
            "." => Some("has the segment `.`"),
            ".." => Some("has the segment `..`"),
            _ => None,
        });
        match problem {
            None => Ok(&self.0),
            Some(problem) => Err(Error::new(
                Kind::Usage,
                format!(
                    "the key `{}` {problem}, which a file system cannot represent",
                    self.shown()
                ),
            )),
        }
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_taken_verbatim() {
        for text in [
            "a",
            "a b",
            "a//b",
            "/lead",
            "tr/",
            "../up",
            "ü+%2F?#'\"\\",
            "a\nb\r",
            "\t\u{1b}\u{7f}\u{85}\u{200e}",
            &"k".repeat(1024),
        ] {
            assert_eq!(
                Key::new(text)
                    .map(|key| key.as_str().to_owned())
                    .ok()
                    .as_deref(),
                Some(text)
            );
        }
    }

    #[test]
    fn an_empty_key_and_nul_are_usage_errors() {
        for text in ["", "a\0", "\0"] {
            assert_eq!(
                Key::new(text).err().map(|e| e.kind()),
                Some(Kind::Usage),
                "{text:?}"
            );
        }
    }

    #[test]
    fn keys_that_a_file_system_would_change_are_rejected() {
        let path = |text: &str| {
            Key::new(text)
                .and_then(|key| key.as_relative_path().map(str::to_owned))
                .is_ok()
        };
        for good in [
            "a",
            "a/b",
            "a b/.hidden",
            "...",
            "a..b",
            "-x",
            "a\\b",
            "a\nb",
        ] {
            assert!(path(good), "{good}");
        }
        for bad in ["/a", "a/", "a//b", ".", "..", "a/../b", "./a", "a/."] {
            assert!(!path(bad), "{bad}");
        }
    }

    #[test]
    fn the_base_name_is_the_part_after_the_last_slash() {
        let base = |text: &str| {
            Key::new(text)
                .ok()
                .and_then(|key| key.base_name().map(str::to_owned))
        };
        assert_eq!(base("db/x.dump").as_deref(), Some("x.dump"));
        assert_eq!(base("x").as_deref(), Some("x"));
        assert_eq!(base("db/"), None);
    }
}
