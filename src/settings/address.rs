//! What was typed where a blob is meant: `KEY`, `REMOTE:KEY`, `s3://…`, `ftp://…`, `file://…` or `-`.

use crate::cli::FtpTls;
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
        tls: FtpTls,
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

impl Address {
    /// Reads an address. A colon makes a remote only if `is_remote` knows the text before it.
    pub fn parse(text: &str, is_remote: impl Fn(&str) -> bool) -> Result<Self> {
        if text == "-" {
            return Ok(Self::Stdio);
        }
        if let Some((scheme, rest)) = text.split_once("://") {
            match scheme {
                "s3" => return s3(text, rest),
                "ftp" => return ftp(text, rest, FtpTls::None),
                "ftpes" => return ftp(text, rest, FtpTls::Explicit),
                "ftps" => return ftp(text, rest, FtpTls::Implicit),
                "file" => return file(text, rest),
                _ => {}
            }
        }
        match text.split_once(':') {
            Some((remote, key)) if is_remote(remote) => Ok(Self::Remote {
                remote: remote.to_owned(),
                key: key.to_owned(),
            }),
            _ => Ok(Self::Plain(text.to_owned())),
        }
    }
}

fn wrong(text: &str, what: &str) -> Error {
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
        return Err(wrong(text, "names no bucket"));
    }
    Ok(Address::S3 {
        bucket: bucket.to_owned(),
        key: key.to_owned(),
    })
}

fn ftp(text: &str, rest: &str, tls: FtpTls) -> Result<Address> {
    let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
    let (user, place) = match authority.rsplit_once('@') {
        Some((user, _)) if user.contains(':') => return Err(credentials()),
        Some((user, place)) => (Some(user.to_owned()).filter(|user| !user.is_empty()), place),
        None => (None, authority),
    };
    // An IPv6 address stands in brackets, since its colons would read as a port.
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
        return Err(wrong(text, "names no host"));
    }
    let port = match port {
        None => None,
        Some(port) => Some(
            port.parse()
                .ok()
                .filter(|port| *port > 0)
                .ok_or_else(|| wrong(text, "has a port that is no number from 1 to 65535"))?,
        ),
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
        Err(wrong(text, "needs an absolute path: file:///PATH"))
    }
}

/// The address is not shown: it holds a secret.
fn credentials() -> Error {
    Error::new(
        Kind::Usage,
        "an address must not hold a password or key: everybody on this machine can see it",
    )
    .hint("put it into the config file or an environment variable; see `blobctl --help`")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Option<Address> {
        Address::parse(text, |name| name == "backup").ok()
    }

    fn ftp_of(
        tls: FtpTls,
        user: Option<&str>,
        host: &str,
        port: Option<u16>,
        path: &str,
    ) -> Address {
        Address::Ftp {
            tls,
            user: user.map(str::to_owned),
            host: host.to_owned(),
            port,
            path: path.to_owned(),
        }
    }

    #[test]
    fn every_form_is_understood() {
        let plain = |text: &str| Some(Address::Plain(text.to_owned()));
        assert_eq!(parse("-"), Some(Address::Stdio));
        for text in [
            "a",
            "a//b",
            "/a",
            "x:y",
            "http://x/y",
            "a%20b",
            "-x",
            "C:\\x",
        ] {
            assert_eq!(parse(text), plain(text));
        }
        assert_eq!(
            parse("backup:a:b"),
            Some(Address::Remote {
                remote: "backup".into(),
                key: "a:b".into()
            })
        );
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
            Some(ftp_of(FtpTls::None, None, "h", None, "p/q"))
        );
        assert_eq!(
            parse("ftp://h//abs"),
            Some(ftp_of(FtpTls::None, None, "h", None, "/abs"))
        );
        assert_eq!(
            parse("ftpes://u@h:2121/x"),
            Some(ftp_of(FtpTls::Explicit, Some("u"), "h", Some(2121), "x"))
        );
        assert_eq!(
            parse("ftps://u@mail@[::1]:990/x"),
            Some(ftp_of(
                FtpTls::Implicit,
                Some("u@mail"),
                "::1",
                Some(990),
                "x"
            ))
        );
    }

    #[test]
    fn broken_addresses_and_passwords_are_refused() {
        for text in [
            "s3:///k",
            "ftp:///p",
            "ftp://h:0/p",
            "ftp://h:x/p",
            "ftp://[::1]x/p",
            "file://host/p",
            "file://a",
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
