//! The text that names a listed key on the command line.

use std::ffi::OsStr;

use super::address::{Address, is_local_path};
use super::target::StoreRef;
use super::{Settings, Target};
use crate::error::Result;
use crate::url::Url;

/// The notation of an address, in which the keys below it are printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notation {
    /// The key alone.
    Plain {
        /// The remote of plain keys, if they are on one.
        remote: Option<String>,
    },
    /// `REMOTE:KEY`.
    Remote(String),
    /// The full address.
    Full,
}

impl Settings {
    /// The notation of an address and the store that it names; `None` for stdin or stdout.
    pub fn target_with_notation(&self, text: &str) -> Result<Option<(Target, Notation)>> {
        let Some(target) = self.target(text)? else {
            return Ok(None);
        };
        // As `target` parses it, which has succeeded.
        let notation = match (Address::parse(text, |name| self.has_remote(name))?, &target) {
            (Address::Plain(_), target) => Notation::Plain {
                remote: match &target.store {
                    StoreRef::Remote { name, .. } => Some(name.clone()),
                    _ => None,
                },
            },
            (Address::Remote { remote, .. }, _) => Notation::Remote(remote),
            _ => Notation::Full,
        };
        Ok(Some((target, notation)))
    }

    /// Returns whether an address is `s3://`, which names the service and no bucket.
    pub fn is_s3_service(text: &str) -> bool {
        text.eq_ignore_ascii_case("s3://")
    }
}

impl Notation {
    /// The text that names the blob `key` on the command line of every command: in this notation, or else the shortest one in
    /// which it is not read as something else. `url` is the blob's full address.
    pub fn address_of(&self, key: &str, url: &Url) -> String {
        let short = match self {
            Self::Plain { .. } if is_read_as_key(key) => Some(key.to_owned()),
            Self::Plain { remote: Some(name) } | Self::Remote(name) => on_remote(name, key),
            Self::Plain { remote: None } | Self::Full => None,
        };
        short.unwrap_or_else(|| url.as_str().to_owned())
    }
}

/// Returns whether every command reads a text as a plain key: not as an address, an option, stdin or, as `cp` does, a path of
/// this machine.
fn is_read_as_key(text: &str) -> bool {
    let parsed = Address::parse(text, |_| false);
    !text.is_empty()
        && !text.starts_with('-')
        && !is_local_path(OsStr::new(text))
        && parsed.is_ok_and(|address| address == Address::Plain(text.to_owned()))
}

/// `REMOTE:KEY`; `None` if it is read as something else.
fn on_remote(name: &str, key: &str) -> Option<String> {
    let text = format!("{name}:{key}");
    let meant = Address::Remote {
        remote: name.to_owned(),
        key: key.to_owned(),
    };
    let parsed = Address::parse(&text, |known| known == name);
    let is_meant = parsed.is_ok_and(|address| address == meant);
    (is_meant && !key.is_empty() && !text.starts_with('-')).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(notation: &Notation, key: &str) -> String {
        notation.address_of(key, &Url::new("URL"))
    }

    #[test]
    fn a_plain_key_is_printed_if_it_is_read_as_one() {
        let plain = Notation::Plain { remote: None };
        let on_remote = Notation::Plain {
            remote: Some("r".to_owned()),
        };
        for key in [
            "a", "a b", "d/a:b", "a//b", "d/-", "\u{200e}", " ", "..a", "a\nb",
        ] {
            assert_eq!(address(&plain, key), key);
            assert_eq!(address(&on_remote, key), key);
        }
        for key in [
            "a:b", "-", "-r", "/a", ".", "..", "./a", "../a", "s3://b/k", "s3:x", ":",
        ] {
            assert_eq!(address(&plain, key), "URL", "{key}");
            assert_eq!(address(&on_remote, key), format!("r:{key}"));
        }
        assert_eq!(address(&plain, ""), "URL");
        assert_eq!(address(&on_remote, ""), "URL");
    }

    #[test]
    fn a_remote_stands_in_front_of_its_keys() {
        let remote = Notation::Remote("r".to_owned());
        for key in ["a", "a:b", "-", "/a", "//a"] {
            assert_eq!(address(&remote, key), format!("r:{key}"));
        }
        assert_eq!(address(&remote, ""), "URL");
        // A remote with the name of a scheme gives way to the scheme, and one with a dash to options.
        let scheme = Notation::Remote("ftp".to_owned());
        assert_eq!(address(&scheme, "a"), "ftp:a");
        assert_eq!(address(&scheme, "//a"), "URL");
        assert_eq!(address(&Notation::Remote("-r".to_owned()), "a"), "URL");
        assert_eq!(address(&Notation::Full, "a"), "URL");
    }
}
