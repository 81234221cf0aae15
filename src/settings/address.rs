//! Addresses: `KEY`, `REMOTE:KEY`, `s3://…`, `ftp://…`, `file://…` or `-`.

use std::ffi::OsStr;

use crate::backend::ftp::Tls;
use crate::error::{Error, Kind, Result, printable};

/// A parsed address. Keys and paths are taken verbatim: nothing is percent-decoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Address {
    /// A key on the chosen remote or backend.
    Plain(String),
    /// `REMOTE:KEY`.
    Remote { remote: String, key: String },
    /// `s3://BUCKET/KEY`.
    S3 { bucket: String, key: String },
    /// `ftp://[USER@]HOST[:PORT]/PATH` and its two protected forms.
    Ftp {
        tls: Tls,
        user: Option<String>,
        host: String,
        port: Option<u16>,
        path: String,
    },
    /// `file:///PATH`, with the leading `/`.
    File(String),
    /// stdin or stdout.
    Stdio,
}

/// Returns whether a text is a path of this machine where one can be typed next to addresses: it is `.` or `..`, or begins with
/// `/`, `./` or `../`.
pub fn is_local_path(text: &OsStr) -> bool {
    let bytes = text.as_encoded_bytes();
    let begins = |start: &&[u8]| bytes.starts_with(start);
    matches!(bytes, b"." | b"..") || [&b"/"[..], b"./", b"../"].iter().any(begins)
}

/// The schemes, for messages.
pub const SCHEMES: &str = "s3, ftp, ftpes, ftps, file";

/// The scheme of an address.
enum AddressScheme {
    S3,
    Ftp(Tls),
    File,
}

/// Schemes are case-insensitive (RFC 3986, section 3.1).
fn scheme(text: &str) -> Option<AddressScheme> {
    match text.to_ascii_lowercase().as_str() {
        "s3" => Some(AddressScheme::S3),
        "ftp" => Some(AddressScheme::Ftp(Tls::None)),
        "ftpes" => Some(AddressScheme::Ftp(Tls::Explicit)),
        "ftps" => Some(AddressScheme::Ftp(Tls::Implicit)),
        "file" => Some(AddressScheme::File),
        _ => None,
    }
}

impl Address {
    /// Parses an address. The text before the first `:`, if it contains no `/`, is a scheme or the name of a remote.
    /// `is_remote` returns whether a remote of that name exists; a remote with the name of a scheme is used unless `//`
    /// follows.
    pub fn parse(text: &str, is_remote: impl Fn(&str) -> bool) -> Result<Self> {
        if text == "-" {
            return Ok(Self::Stdio);
        }
        let Some((head, rest)) = text.split_once(':').filter(|(head, _)| !head.contains('/'))
        else {
            return Ok(Self::Plain(text.to_owned()));
        };
        match (scheme(head), rest.strip_prefix("//")) {
            (Some(AddressScheme::S3), Some(rest)) => s3(text, rest),
            (Some(AddressScheme::Ftp(tls)), Some(rest)) => ftp(text, rest, tls),
            (Some(AddressScheme::File), Some(rest)) => file(text, rest),
            _ if is_remote(head) => Ok(Self::Remote {
                remote: head.to_owned(),
                key: rest.to_owned(),
            }),
            (Some(_), None) => {
                let form = match head.eq_ignore_ascii_case("file") {
                    true => "file:///PATH".to_owned(),
                    false => format!("{}://…", head.to_ascii_lowercase()),
                };
                // The rest is not shown: it may contain a password.
                let text = format!("the address `{head}:` has too few slashes");
                Err(Error::new(Kind::Usage, text)
                    .with_hint(format!("write {form}; the schemes are {SCHEMES}")))
            }
            (None, Some(_)) if !head.is_empty() => {
                let text = format!("unknown scheme `{}`", printable(head));
                Err(Error::new(Kind::Usage, text).with_hint(format!("the schemes are {SCHEMES}")))
            }
            (None, _) => Ok(Self::Remote {
                remote: head.to_owned(),
                key: rest.to_owned(),
            }),
        }
    }
}

fn invalid(text: &str, what: &str) -> Error {
    Error::new(
        Kind::Usage,
        format!("the address `{}` {what}", printable(text)),
    )
}

fn s3(text: &str, rest: &str) -> Result<Address> {
    let (bucket, key) = rest.split_once('/').unwrap_or((rest, ""));
    if bucket.contains('@') {
        return Err(credentials());
    }
    if bucket.is_empty() {
        return Err(invalid(text, "names no bucket")
            .with_hint("write s3://BUCKET/KEY; `blobctl ls s3://` lists the buckets"));
    }
    Ok(Address::S3 {
        bucket: bucket.to_owned(),
        key: key.to_owned(),
    })
}

fn ftp(text: &str, rest: &str, tls: Tls) -> Result<Address> {
    let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
    let (user, place) = match authority.rsplit_once('@') {
        Some((user, _)) if user.contains(':') => return Err(credentials()),
        Some((user, place)) => (Some(user.to_owned()).filter(|user| !user.is_empty()), place),
        None => (None, authority),
    };
    // An IPv6 address is in brackets, because its colons would be read as the start of a port.
    let (host, port) = match place
        .strip_prefix('[')
        .and_then(|place| place.split_once(']'))
    {
        Some((host, after)) => (
            host,
            after
                .strip_prefix(':')
                .or(if after.is_empty() { None } else { Some(after) }),
        ),
        None => match place.rsplit_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (place, None),
        },
    };
    if host.is_empty() {
        return Err(invalid(text, "names no host"));
    }
    let is_bracketed = place.starts_with('[');
    if host.contains(|letter: char| "[]?#".contains(letter) || letter.is_whitespace())
        || !is_bracketed && host.contains(':')
    {
        return Err(invalid(text, "has an invalid host"));
    }
    let port = match port {
        None => None,
        Some(port) => Some(port.parse().ok().filter(|port| *port > 0).ok_or_else(|| {
            invalid(
                text,
                "has an invalid port: expected a number from 1 to 65535",
            )
        })?),
    };
    Ok(Address::Ftp {
        tls,
        user,
        host: host.to_owned(),
        port,
        path: path.to_owned(),
    })
}

fn file(text: &str, rest: &str) -> Result<Address> {
    let path = rest.strip_prefix("localhost").unwrap_or(rest);
    if path.starts_with('/') {
        Ok(Address::File(path.to_owned()))
    } else {
        Err(invalid(text, "needs an absolute path: file:///PATH"))
    }
}

/// The address is not shown: it contains a secret.
fn credentials() -> Error {
    Error::new(
        Kind::Usage,
        "an address must not contain a password or key, because other users of this machine can see it",
    )
    .with_hint("put it into the config file or an environment variable; see `blobctl --help`")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Option<Address> {
        Address::parse(text, |name| name == "backup").ok()
    }

    fn ftp_of(tls: Tls, user: Option<&str>, host: &str, port: Option<u16>, path: &str) -> Address {
        Address::Ftp {
            tls,
            user: user.map(str::to_owned),
            host: host.to_owned(),
            port,
            path: path.to_owned(),
        }
    }

    #[test]
    fn every_form_is_parsed() {
        let plain = |text: &str| Some(Address::Plain(text.to_owned()));
        assert_eq!(parse("-"), Some(Address::Stdio));
        for text in ["", "a", "a//b", "/a", "a/b:c", "./x:y", "a%20b", "-x"] {
            assert_eq!(parse(text), plain(text));
        }
        assert_eq!(
            parse("backup:a:b"),
            Some(Address::Remote {
                remote: "backup".into(),
                key: "a:b".into()
            })
        );
        for (text, remote, key) in [
            ("other:x", "other", "x"),
            ("C:\\x", "C", "\\x"),
            (":k", "", "k"),
        ] {
            let (remote, key) = (remote.to_owned(), key.to_owned());
            assert_eq!(parse(text), Some(Address::Remote { remote, key }));
        }
        assert_eq!(parse("S3://b/k"), parse("s3://b/k"));
        assert_eq!(parse("FtpES://h/p"), parse("ftpes://h/p"));
        assert_eq!(
            parse("s3://b/k//x%20"),
            Some(Address::S3 {
                bucket: "b".into(),
                key: "k//x%20".into()
            })
        );
        assert_eq!(
            parse("s3://b"),
            Some(Address::S3 {
                bucket: "b".into(),
                key: String::new()
            })
        );
        assert_eq!(parse("file:///a/b"), Some(Address::File("/a/b".into())));
        assert_eq!(
            parse("ftp://h/p/q"),
            Some(ftp_of(Tls::None, None, "h", None, "p/q"))
        );
        assert_eq!(
            parse("ftp://h//abs"),
            Some(ftp_of(Tls::None, None, "h", None, "/abs"))
        );
        assert_eq!(
            parse("ftpes://u@h:2121/x"),
            Some(ftp_of(Tls::Explicit, Some("u"), "h", Some(2121), "x"))
        );
        assert_eq!(
            parse("ftps://u@mail@[::1]:990/x"),
            Some(ftp_of(Tls::Implicit, Some("u@mail"), "::1", Some(990), "x"))
        );
    }

    #[test]
    fn invalid_addresses_and_passwords_are_rejected() {
        for text in [
            "s3:///k",
            "ftp:///p",
            "ftp://h:0/p",
            "ftp://h:x/p",
            "ftp://[::1]x/p",
            "file://host/p",
            "file://a",
            "s3:/b/k",
            "S3:b",
            "ftp:h/p",
            "file:/srv/x",
            "gs://b/k",
            "sftp://h/p",
            "http://h/p",
        ] {
            assert!(parse(text).is_none(), "{text}");
        }
        for text in ["ftp://u:hunter2@h/p", "s3://AK:hunter2@b/k"] {
            let error = Address::parse(text, |_| false).unwrap_err();
            assert_eq!(error.kind(), Kind::Usage);
            assert!(!error.to_string().contains("hunter2"));
        }
    }
}
