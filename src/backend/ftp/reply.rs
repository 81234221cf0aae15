//! What the server's replies say: text in, values out, no I/O.
//!
//! RFC 959, section 4.2 gives the form, RFC 3659 those of SIZE and MDTM. Servers write them in many ways, so everything is
//! read leniently, and nothing is decided by a reply's wording alone.

use std::time::SystemTime;

use super::mlsx;
use crate::error::{Answer, Error, Kind, printable};

/// One reply, possibly of several lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// Three digits.
    pub code: u16,
    /// All lines, decoded lossily, without the codes at their beginnings.
    pub lines: Vec<String>,
}

/// What a reply's code is about (RFC 959, section 4.2.2; RFC 2228; RFC 3659). Decisions are made on this; where servers use a
/// code for several things, the command that was refused tells them apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// The server did what it was asked.
    Done,
    /// 421: the server is going to end the session.
    Leaving,
    /// The data connection could not be opened, or broke.
    DataConnection,
    /// The file, its name or its directory: missing, busy or closed to us. Servers do not tell these apart.
    Path,
    /// The command, or this form of it, is not known.
    Command,
    /// An error of the server's own while it worked.
    ServerError,
    /// There is no room for more bytes.
    Full,
    /// REST with a position that the server does not take.
    Position,
    /// A login is missing or was refused.
    Login,
    /// TLS is missing, or not as the server demands it.
    Protection,
    /// Anything else.
    Other,
}

impl Class {
    /// The class of a code.
    pub fn of(code: u16) -> Self {
        match code {
            200..=299 => Self::Done,
            421 => Self::Leaving,
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

    /// The class of the reply that an error was made of; `None` without one.
    pub fn of_error(error: &Error) -> Option<Self> {
        error.answer().ftp.map(Self::of)
    }
}

impl Reply {
    /// What the reply is about.
    pub fn class(&self) -> Class {
        Class::of(self.code)
    }

    /// Whether the refusal of a listing means that the directory is empty: "450 no files" is how some servers say so, others
    /// use 550 or 501 and have their own words.
    pub fn means_empty_directory(&self) -> bool {
        self.code == 450
            || matches!(self.class(), Class::Path | Class::Command)
                && !self.is_unknown_command()
                && self.mentions(&["no files", "no such", "not found", "not exist", "empty"])
    }

    /// Reads a whole reply. `None` if it has no code, or if its first and its last line have different ones: then
    /// nobody knows where it ends, and the connection is out of step.
    pub fn parse(body: &[u8]) -> Option<Self> {
        Self::read(&String::from_utf8_lossy(body))
    }

    /// As [`Reply::parse`], for a text that is decoded already.
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
        })
    }

    /// Whether the server did what it was asked.
    pub fn is_done(&self) -> bool {
        self.class() == Class::Done
    }

    /// Whether the server does not know the command, or not in this form.
    pub fn is_unknown_command(&self) -> bool {
        matches!(self.code, 500 | 502 | 503 | 504)
    }

    /// Code and text for one line of a message.
    pub fn shown(&self) -> String {
        let words: Vec<&str> = self
            .lines
            .iter()
            .map(|line| line.trim())
            .filter(|line| !line.is_empty())
            .collect();
        printable(&format!("{} {}", self.code, words.join(" ")))
    }

    /// The number in the answer to SIZE, in bytes; some servers add a unit.
    pub fn size(&self) -> Option<u64> {
        if self.code != 213 {
            return None;
        }
        self.lines.first()?.split_whitespace().next()?.parse().ok()
    }

    /// The time in the answer to MDTM.
    pub fn modified(&self) -> Option<SystemTime> {
        if self.code != 213 {
            return None;
        }
        mlsx::timestamp(self.lines.first()?.split_whitespace().next()?)
    }

    /// The directory in the answer to PWD: in double quotes, those in the name doubled (RFC 959, appendix II). `None`
    /// if it is no absolute path or holds control characters.
    pub fn directory(&self) -> Option<String> {
        if self.code != 257 {
            return None;
        }
        let mut letters = self.lines.first()?.trim_start().strip_prefix('"')?.chars();
        let mut path = String::new();
        loop {
            match letters.next()? {
                '"' if letters.clone().next() == Some('"') => {
                    letters.next();
                    path.push('"');
                }
                '"' => break,
                letter if letter.is_control() => return None,
                letter => path.push(letter),
            }
        }
        path.starts_with('/').then_some(path)
    }

    /// All that it says, without the codes.
    pub fn text(&self) -> String {
        self.lines.join("\n")
    }

    /// Whether the wording speaks of one of `words`, given in lower case.
    pub fn mentions(&self, words: &[&str]) -> bool {
        let text = self.text().to_lowercase();
        words.iter().any(|word| text.contains(word))
    }

    /// The error that a refused command ends with, unless the caller knows better.
    pub fn refusal(&self) -> Error {
        if self.wants_protection() {
            return self.unprotected();
        }
        let is_temporary = (400..500).contains(&self.code);
        let (kind, what) = match self.class() {
            Class::Leaving => (Kind::Busy { after: None }, "the server is not available"),
            Class::DataConnection if self.code == 425 => (Kind::Disconnected, "no data connection"),
            Class::DataConnection => (Kind::Disconnected, "the transfer was broken off"),
            Class::Full => (Kind::Remote, "no room on the server"),
            _ if is_temporary => (Kind::Busy { after: None }, "the server cannot do it now"),
            Class::Protection => (Kind::Denied, "the server demands protection"),
            Class::Login | Class::Path => (Kind::Denied, "access denied"),
            Class::Command => (Kind::Remote, "the server does not do this"),
            Class::Done | Class::ServerError | Class::Position | Class::Other => {
                (Kind::Remote, "unexpected answer")
            }
        };
        self.error(kind, what)
    }

    /// Whether the data connection was refused for its TLS session, or for having none.
    pub fn wants_protection(&self) -> bool {
        let protection = ["tls", "ssl", "session", "resum", "reuse", "not permitted"];
        self.code == 522 || self.code == 425 && self.mentions(&protection)
    }

    fn unprotected(&self) -> Error {
        self.error(Kind::Remote, "the server refuses the data connection")
            .hint("it may demand TLS on data connections, or that they resume the TLS session")
    }

    /// `what` with this reply behind it.
    pub fn error(&self, kind: Kind, what: &str) -> Error {
        Error::new(kind, format!("{what}: {}", self.shown())).answered(Answer {
            ftp: Some(self.code),
            ..Answer::default()
        })
    }
}

/// The code at the beginning of a line that has one.
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
            ("450 busy", true),
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
