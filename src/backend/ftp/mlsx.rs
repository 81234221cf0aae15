//! Parsers for MLST and MLSD (RFC 3659, section 7) and for NLST. No I/O.

use std::time::{Duration, SystemTime};

/// The type of a directory entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryKind {
    /// A file.
    File,
    /// A directory.
    Directory,
    /// A symbolic link.
    Link,
    /// A device, or a type that the server does not report.
    Unknown,
}

/// A line of a listing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ListLine {
    /// An entry.
    Entry(DirectoryEntry),
    /// A total, the directory itself, or its parent.
    NotAnEntry,
    /// An unknown format, which may hide an entry.
    Unparsed,
}

/// One name in a directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DirectoryEntry {
    /// The type.
    pub kind: EntryKind,
    /// The size in bytes.
    pub size: Option<u64>,
    /// The time of the last modification.
    pub modified: Option<SystemTime>,
    /// The part after the last `/`.
    pub name: String,
}

/// Parses `fact=value;fact=value; name`; `None` if the line has another form, or is the directory itself or its parent.
pub fn entry(line: &str) -> Option<DirectoryEntry> {
    let line = line.trim_end_matches(['\r', '\n']);
    let line = line.strip_prefix(' ').unwrap_or(line);
    // Names and targets of links may contain spaces, so the facts end at a space after a semicolon.
    let (facts, path) = line.split_once("; ")?;
    let mut entry = DirectoryEntry {
        kind: EntryKind::Unknown,
        size: None,
        modified: None,
        name: base_name(path).to_owned(),
    };
    for fact in facts.split(';') {
        let (name, value) = fact.split_once('=')?;
        match name.to_ascii_lowercase().as_str() {
            "type" => match value.to_ascii_lowercase().as_str() {
                "file" => entry.kind = EntryKind::File,
                "dir" => entry.kind = EntryKind::Directory,
                "cdir" | "pdir" => return None,
                // Servers add the target, and some have another word for it.
                kind if kind.starts_with("os.unix=s") && kind.contains("link") => {
                    entry.kind = EntryKind::Link;
                }
                _ => {}
            },
            "size" => entry.size = value.parse().ok(),
            "modify" => entry.modified = timestamp(value),
            _ => {}
        }
    }
    Some(entry)
}

/// Parses a line of MLSD.
pub fn line(text: &str) -> ListLine {
    match entry(text) {
        Some(entry) if !entry.name.is_empty() => ListLine::Entry(entry),
        None if text.trim().is_empty() || is_the_directory(text) => ListLine::NotAnEntry,
        _ => ListLine::Unparsed,
    }
}

/// Returns whether a line is about the directory itself, or its parent.
fn is_the_directory(line: &str) -> bool {
    let facts = line.to_ascii_lowercase();
    facts.contains("type=cdir;") || facts.contains("type=pdir;")
}

/// Parses a line of MLST: as [`entry`], but servers may report the directory in question as the current one.
pub fn described(line: &str) -> Option<DirectoryEntry> {
    if is_the_directory(line) {
        return Some(DirectoryEntry {
            kind: EntryKind::Directory,
            size: None,
            modified: None,
            name: String::new(),
        });
    }
    entry(line)
}

/// Parses a line of NLST, which may include the directory's path; `None` for the directory itself.
pub fn listed_name(line: &str) -> Option<&str> {
    let name = base_name(line.trim_end_matches(['\r', '\n']));
    (!matches!(name, "" | "." | "..")).then_some(name)
}

fn base_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// `YYYYMMDDHHMMSS` with an optional fraction, in UTC (RFC 3659, section 2.3).
pub fn timestamp(text: &str) -> Option<SystemTime> {
    let (whole, _fraction) = text.split_once('.').unwrap_or((text, ""));
    if whole.len() != 14 || !whole.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let part = |from: usize, to: usize| whole[from..to].parse::<u16>().ok();
    let small = |from: usize, to: usize| whole[from..to].parse::<u8>().ok();
    let month = time::Month::try_from(small(4, 6)?).ok()?;
    let date = time::Date::from_calendar_date(i32::from(part(0, 4)?), month, small(6, 8)?).ok()?;
    let moment = date
        .with_hms(small(8, 10)?, small(10, 12)?, small(12, 14)?)
        .ok()?;
    let seconds = u64::try_from(moment.assume_utc().unix_timestamp()).ok()?;
    Some(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn facts_are_parsed_in_any_order_and_case() {
        let file = |line: &str| entry(line).map(|e| (e.kind, e.size, e.name));
        let expected = |name: &str| Some((EntryKind::File, Some(12), name.to_owned()));
        for (line, name) in [
            ("type=file;size=12;modify=20260102030405; a.txt", "a.txt"),
            (" Size=12;Type=FILE;UNIX.mode=0644; a  b", "a  b"),
            ("type=file;size=12; /data/x y; z\r\n", "x y; z"),
            ("perm=adfrw;type=file;size=12;  lead", " lead"),
        ] {
            assert_eq!(file(line), expected(name), "{line}");
        }
    }

    #[test]
    fn directories_links_and_invalid_lines_are_distinguished() {
        let kind = |line: &str| entry(line).map(|e| e.kind);
        assert_eq!(kind("type=dir; d"), Some(EntryKind::Directory));
        for link in ["OS.unix=slink:/a b", "OS.UNIX=symlink", "os.unix=slink"] {
            let line = format!("type={link};size=3; l");
            assert_eq!(kind(&line), Some(EntryKind::Link), "{line}");
        }
        assert_eq!(
            kind("type=OS.unix=socket;size=3; l"),
            Some(EntryKind::Unknown)
        );
        assert_eq!(kind("size=3; f"), Some(EntryKind::Unknown));
        for line in [
            "type=cdir; .",
            "type=pdir; ..",
            "",
            "a.txt",
            "-rw-r--r-- 1 a b 3 Jan 1 x",
            "facts; x",
        ] {
            assert_eq!(kind(line), None, "{line}");
        }
        assert_eq!(
            described(" Type=cdir;modify=20260102030405; /data").map(|e| e.kind),
            Some(EntryKind::Directory)
        );
    }

    #[test]
    fn a_line_that_is_cut_may_hide_an_entry() {
        for text in [
            "type=file;si",
            "type=file;size=3;",
            "type=file;size=3; ",
            "a",
        ] {
            assert_eq!(line(text), ListLine::Unparsed, "{text}");
        }
        for text in ["", "\r\n", "type=cdir; .", "Type=pdir;modify=x; /"] {
            assert_eq!(line(text), ListLine::NotAnEntry, "{text}");
        }
    }

    #[test]
    fn nlst_names_may_include_their_directory() {
        for (line, name) in [
            ("a.txt\r\n", Some("a.txt")),
            ("/data/a.txt", Some("a.txt")),
            ("./a b", Some("a b")),
            (".", None),
            ("/data/..", None),
            ("", None),
        ] {
            assert_eq!(listed_name(line), name, "{line}");
        }
    }

    #[test]
    fn timestamps_are_utc_and_validated() {
        let at = |seconds| Some(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds));
        assert_eq!(timestamp("19700101000001"), at(1));
        assert_eq!(timestamp("20260102030405.123"), at(1_767_323_045));
        for bad in [
            "",
            "2026010203040",
            "20261302030405",
            "20260230000000",
            "1969123123595ü",
            "19691231235959",
        ] {
            assert_eq!(timestamp(bad), None, "{bad}");
        }
    }
}
