//! Replies: parsing, classes, and the errors made of them. No I/O.
//!
//! RFC 959, section 4.2 defines the form, RFC 3659 that of the replies to SIZE and MDTM. Servers differ, so the parsers are
//! lenient, and no decision depends on a reply's wording alone.

use std::time::SystemTime;

use super::mlsx;
use crate::error::{Answer, Error, Kind, printable};
use crate::secret::SecretMask;

/// One reply, possibly of several lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// The three digits.
    pub code: u16,
    /// All lines, decoded lossily, without their leading codes.
    pub lines: Vec<String>,
    /// The secrets to hide where the reply is shown.
    pub mask: SecretMask,
}

/// The class of a reply's code (RFC 959, section 4.2.2; RFC 2228; RFC 3659), on which decisions are based. Where servers use a
/// code for several reasons, the refused command distinguishes them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// The command succeeded.
    Done,
    /// 421: the server is closing the session.
    ServiceClosing,
    /// The data connection could not be opened, or was closed.
    DataConnection,
    /// The file, its name or its directory is missing, busy or inaccessible. Servers do not distinguish these.
    Path,
    /// The command, or this form of it, is not supported.
    Command,
    /// An internal error of the server.
    ServerError,
    /// The disk or the quota is full.
    Full,
    /// The offset of REST is not supported.
    Position,
    /// A login is missing or was refused.
    Login,
    /// TLS is missing, or does not meet the server's demands.
    Protection,
    /// Anything else.
    Other,
}

impl Class {
    /// The class of a code.
    pub fn of(code: u16) -> Self {
        match code {
            200..=299 => Self::Done,
            421 => Self::ServiceClosing,
            425 | 426 => Self::DataConnection,
            450 | 550 | 551 | 553 => Self::Path,
            451 => Self::ServerError,
            452 | 552 => Self::Full,
            500..=504 => Self::Command,
            522 | 533..=537 => Self::Protection,
            530 | 532 => Self::Login,
            554 => Self::Position,
            _ => Self::Other,
        }
    }

    /// The class of the reply in an error; `None` if the error has none.
    pub fn of_error(error: &Error) -> Option<Self> {
        error.answer().ftp.map(Self::of)
    }
}

impl Reply {
    /// The class of the code.
    pub fn class(&self) -> Class {
        Class::of(self.code)
    }

    /// Returns true if the refusal of a listing means that the directory is empty. Some servers reply "450 no files", others
    /// 550 or 501 with their own wording.
    pub fn means_empty_directory(&self) -> bool {
        (self.code == 450 || matches!(self.class(), Class::Path | Class::Command))
            && !self.is_unknown_command()
            && self.mentions(&["no files", "no such", "not found", "not exist", "empty"])
    }

    /// Parses a whole reply. Returns `None` if it has no code, or if the codes of its first and last line differ, so that its
    /// end is unknown.
    pub fn parse(body: &[u8]) -> Option<Self> {
        Self::read(&String::from_utf8_lossy(body))
    }

    /// As [`Reply::parse`], for decoded text.
    pub fn read(text: &str) -> Option<Self> {
        let raw: Vec<&str> = text.lines().collect();
        let code = code_of(raw.first()?)?;
        let last = raw.last()?;
        if code_of(last) != Some(code) || last[3..].starts_with('-') {
            return None;
        }
        let own = |line: &&str| match code_of(line) {
            Some(same) if same == code => line[3..].get(1..).unwrap_or_default().to_owned(),
            _ => (*line).to_owned(),
        };
        Some(Self {
            code,
            lines: raw.iter().map(own).collect(),
            mask: SecretMask::default(),
        })
    }

    /// Returns true if the command succeeded.
    pub fn is_done(&self) -> bool {
        self.class() == Class::Done
    }

    /// Returns true if the same command may succeed later (RFC 959, section 4.2.1).
    pub fn is_temporary(&self) -> bool {
        (400..500).contains(&self.code)
    }

    /// Returns true if the server does not support the command, or not in this form.
    pub fn is_unknown_command(&self) -> bool {
        matches!(self.code, 500 | 502 | 503 | 504)
    }

    /// The code and the text on one line, without secrets, and escaped for messages.
    pub fn shown(&self) -> String {
        let words: Vec<&str> = self
            .lines
            .iter()
            .map(|line| line.trim())
            .filter(|line| !line.is_empty())
            .collect();
        let text = self.mask.apply(&words.join(" "));
        printable(&format!("{} {text}", self.code))
    }

    /// The size in the reply to SIZE, in bytes; some servers append a unit.
    pub fn size(&self) -> Option<u64> {
        if self.code != 213 {
            return None;
        }
        self.lines.first()?.split_whitespace().next()?.parse().ok()
    }

    /// The time in the reply to MDTM.
    pub fn modified(&self) -> Option<SystemTime> {
        if self.code != 213 {
            return None;
        }
        mlsx::timestamp(self.lines.first()?.split_whitespace().next()?)
    }

    /// The directory in the reply to PWD: in double quotes, with quotes in the name doubled (RFC 959, appendix II). `None`
    /// if it is not an absolute path or contains control characters.
    pub fn directory(&self) -> Option<String> {
        if self.code != 257 {
            return None;
        }
        let mut chars = self.lines.first()?.trim_start().strip_prefix('"')?.chars();
        let mut path = String::new();
        loop {
            match chars.next()? {
                '"' if chars.clone().next() == Some('"') => {
                    chars.next();
                    path.push('"');
                }
                '"' => break,
                char if char.is_control() => return None,
                char => path.push(char),
            }
        }
        path.starts_with('/').then_some(path)
    }

    /// All lines, without the codes.
    pub fn text(&self) -> String {
        self.lines.join("\n")
    }

    /// Returns true if the text contains one of `words`, which are in lower case.
    pub fn mentions(&self, words: &[&str]) -> bool {
        let text = self.text().to_lowercase();
        words.iter().any(|word| text.contains(word))
    }

    /// The error for a refused command, unless the caller has a more precise one.
    pub fn refusal(&self) -> Error {
        if self.demands_tls_on_data() {
            return self.tls_on_data_error();
        }
        let (kind, what) = match self.class() {
            Class::ServiceClosing => (Kind::Busy { after: None }, "the server is unavailable"),
            Class::DataConnection if self.code == 425 => (Kind::Disconnected, "no data connection"),
            Class::DataConnection => (Kind::Disconnected, "the transfer was aborted"),
            Class::Full => (Kind::Remote, "no space left on the server"),
            _ if self.is_temporary() => (
                Kind::Busy { after: None },
                "temporary failure on the server",
            ),
            Class::Protection => (Kind::Denied, "the server demands TLS"),
            Class::Login | Class::Path => (Kind::Denied, "access denied"),
            Class::Command => (Kind::Remote, "not supported by the server"),
            Class::Done | Class::ServerError | Class::Position | Class::Other => {
                (Kind::Remote, "unexpected reply")
            }
        };
        self.error(kind, what)
    }

    /// Returns true if the data connection was refused because of TLS: missing, or not the resumed session.
    pub fn demands_tls_on_data(&self) -> bool {
        let protection = ["tls", "ssl", "session", "resum", "reuse", "not permitted"];
        self.code == 522 || self.code == 425 && self.mentions(&protection)
    }

    fn tls_on_data_error(&self) -> Error {
        self.error(Kind::Remote, "the server refuses the data connection")
            .with_hint("it may demand TLS on data connections, or TLS session reuse")
    }

    /// An error that consists of `what` and this reply.
    pub fn error(&self, kind: Kind, what: &str) -> Error {
        Error::new(kind, format!("{what}: {}", self.shown())).answered(Answer {
            ftp: Some(self.code),
            ..Answer::default()
        })
    }
}

/// The code at the beginning of a line.
fn code_of(line: &str) -> Option<u16> {
    let digits = line.get(..3)?;
    let separated = matches!(line.as_bytes().get(3), None | Some(b' ' | b'-'));
    let valid = digits.bytes().all(|byte| byte.is_ascii_digit()) && separated;
    valid.then(|| digits.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reply(text: &str) -> Reply {
        Reply::parse(text.as_bytes()).unwrap()
    }

    #[test]
    fn replies_of_one_and_several_lines_are_read() {
        assert_eq!(reply("200 ok\r\n").code, 200);
        assert_eq!(reply("230\r\n").code, 230);
        assert_eq!(
            reply("230-Welcome\r\n to us\r\n230-more\r\n230 done\r\n").lines,
            ["Welcome", " to us", "more", "done"]
        );
        assert_eq!(
            reply("550-No\r\n550 such \u{1b}[2Jfile\r\n").shown(),
            "550 No such \\u{1b}[2Jfile"
        );
    }

    #[test]
    fn a_reply_whose_end_is_unknown_is_refused() {
        for text in [
            "",
            "hello\r\n",
            "20 x\r\n",
            "2000 x\r\n",
            "230-Welcome\r\n150 users\r\n",
            "230-only\r\n",
            "ü30 x\r\n",
            "23\u{fc} x",
        ] {
            assert_eq!(Reply::parse(text.as_bytes()), None, "{text:?}");
        }
        assert!(Reply::parse(b"220 caf\xe9\r\n").is_some());
    }

    #[test]
    fn sizes_are_read_with_and_without_a_unit() {
        assert_eq!(reply("213 12000\r\n").size(), Some(12000));
        assert_eq!(reply("213 12000 bytes\r\n").size(), Some(12000));
        assert_eq!(reply("213 -1\r\n").size(), None);
        assert_eq!(reply("213 99999999999999999999999\r\n").size(), None);
        assert_eq!(reply("550 12000\r\n").size(), None);
    }

    #[test]
    fn the_directory_is_unquoted() {
        for (text, path) in [
            ("257 \"/\" is the current directory", Some("/")),
            ("257 \"/a b\"", Some("/a b")),
            ("257 \"/say \"\"hi\"\"\" is cwd", Some("/say \"hi\"")),
            ("257 \"/open", None),
            ("257 /bare", None),
            ("257 \"C:\\x\"", None),
            ("257 \"/a\u{1b}b\"", None),
            ("250 \"/\"", None),
        ] {
            assert_eq!(reply(text).directory().as_deref(), path, "{text}");
        }
    }

    #[test]
    fn a_listing_that_is_refused_for_being_empty_is_known() {
        for (text, empty) in [
            ("450 busy", false),
            ("450 secret: Permission denied", false),
            ("450 No files found", true),
            ("550 No files found", true),
            ("550 Directory is empty", true),
            ("550 no such file or directory", true),
            ("501 No such directory.", true),
            ("550 permission denied", false),
            ("425 not found", false),
            ("502 no such command", false),
        ] {
            assert_eq!(reply(text).means_empty_directory(), empty, "{text}");
        }
    }

    #[test]
    fn each_refusal_has_its_kind() {
        let busy = Kind::Busy { after: None };
        for (text, kind) in [
            ("421 too many connections", busy),
            ("425 cannot open data connection", Kind::Disconnected),
            ("425 Operation not permitted", Kind::Remote),
            ("426 broken pipe", Kind::Disconnected),
            ("450 busy", busy),
            ("451 local error", busy),
            ("452 disk full", Kind::Remote),
            ("500 what", Kind::Remote),
            ("522 SSL session reuse required", Kind::Remote),
            ("530 not logged in", Kind::Denied),
            ("550 permission denied", Kind::Denied),
            ("552 quota", Kind::Remote),
            ("553 could not create file", Kind::Denied),
            ("299 what", Kind::Remote),
        ] {
            let error = reply(text).refusal();
            assert_eq!(error.kind(), kind, "{text}");
            assert_eq!(error.answer().ftp, text[..3].parse().ok(), "{text}");
        }
    }
}
