//! Parser for LIST, in the formats of Unix and Windows. No I/O.
//!
//! Times are ignored, because they are in the server's time zone, which is unknown.

use super::mlsx::{DirectoryEntry, EntryKind, ListLine};

const MONTHS: [&str; 12] = [
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
];

/// Parses a line.
pub fn line(text: &str) -> ListLine {
    let text = text.trim_end_matches(['\r', '\n']);
    let total = text.strip_prefix("total ").map(str::trim);
    if text.trim().is_empty() || total.is_some_and(is_number) {
        return ListLine::NotAnEntry;
    }
    match unix(text).or_else(|| windows(text)) {
        Some(entry) if matches!(entry.name.as_str(), "." | "..") => ListLine::NotAnEntry,
        Some(entry) if !entry.name.is_empty() && !entry.name.contains('/') => {
            ListLine::Entry(entry)
        }
        _ => ListLine::Unparsed,
    }
}

/// Parses `-rw-r--r-- 1 owner group 12 Mar 14 09:12 name`; some servers omit the group, others the number of links.
fn unix(text: &str) -> Option<DirectoryEntry> {
    let words = words(text);
    let mode = words.first()?.1;
    if mode.len() < 10 {
        return None;
    }
    let date = (2..=6).find(|&at| is_date(&words, at))?;
    let (start, clock) = words.get(date + 2)?;
    let name = text.get(start + clock.len()..)?.strip_prefix(' ')?;
    let (kind, name) = match mode.as_bytes().first()? {
        b'-' => (EntryKind::File, name),
        b'd' => (EntryKind::Directory, name),
        b'l' => {
            let (name, target) = name.split_once(" -> ")?;
            if target.contains(" -> ") {
                return None;
            }
            (EntryKind::Link, name)
        }
        b'b' | b'c' | b'p' | b's' => (EntryKind::Unknown, name),
        _ => return None,
    };
    let size = match kind {
        EntryKind::File => Some(words.get(date - 1)?.1.parse().ok()?),
        _ => None,
    };
    Some(plain(kind, size, name))
}

/// Returns true if the words from `at` on are month, day, and year or time, after a size.
fn is_date(words: &[(usize, &str)], at: usize) -> bool {
    let Some([(_, size), (_, month), (_, day), (_, clock)]) = words.get(at - 1..at + 3) else {
        return false;
    };
    let month = MONTHS.contains(&month.to_ascii_lowercase().as_str());
    let day = day.parse().is_ok_and(|day: u8| (1..=31).contains(&day));
    let year = clock.len() == 4 && is_number(clock);
    is_number(size) && month && day && (year || is_clock(clock))
}

/// Parses `03-14-26  09:12AM  <DIR>  name`, with the size in place of `<DIR>` for a file.
fn windows(text: &str) -> Option<DirectoryEntry> {
    let words = words(text);
    let [(_, date), (_, clock), (start, what)] = words.get(..3)? else {
        return None;
    };
    let clock = clock.trim_end_matches(['A', 'P', 'M', 'a', 'p', 'm']);
    let parts: Vec<&str> = date.split('-').collect();
    if parts.len() != 3 || !parts.iter().all(|part| is_number(part)) || !is_clock(clock) {
        return None;
    }
    let name = text.get(start + what.len()..)?;
    if *what == "<DIR>" {
        return Some(plain(EntryKind::Directory, None, name.trim_start()));
    }
    if !is_number(what) {
        return None;
    }
    let size = what.parse().ok()?;
    Some(plain(EntryKind::File, Some(size), name.strip_prefix(' ')?))
}

fn plain(kind: EntryKind, size: Option<u64>, name: &str) -> DirectoryEntry {
    DirectoryEntry {
        kind,
        size,
        modified: None,
        name: name.to_owned(),
    }
}

fn is_number(word: &str) -> bool {
    !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_clock(word: &str) -> bool {
    let parts = word.split_once(':');
    parts.is_some_and(|(hours, minutes)| is_number(hours) && is_number(minutes))
}

/// The first words with their offsets.
fn words(text: &str) -> Vec<(usize, &str)> {
    let mut words = Vec::new();
    let mut at = 0;
    for word in text.split(' ') {
        if !word.is_empty() {
            words.push((at, word));
        }
        if words.len() == 10 {
            break;
        }
        at += word.len() + 1;
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_formats_of_unix_and_windows_are_parsed() {
        let (file, directory) = (EntryKind::File, EntryKind::Directory);
        let (link, other) = (EntryKind::Link, EntryKind::Unknown);
        for (text, kind, size, name) in [
            (
                "-rw-r--r--    1 ftp      ftp            12 Mar 14 09:12 a.txt\r\n",
                file,
                Some(12),
                "a.txt",
            ),
            (
                "-rw-r--r--   1 owner   300 Mar  4  2024 a  b ",
                file,
                Some(300),
                "a  b ",
            ),
            (
                "-rw-r--r--+ 1 1000 1000 5 Dec 31 2025  lead",
                file,
                Some(5),
                " lead",
            ),
            (
                "-rw-r--r-- 1 a b 5 Jan 1 00:00 x -> y",
                file,
                Some(5),
                "x -> y",
            ),
            ("drwxr-xr-x 2 a b 4096 Jan 1 00:00 d", directory, None, "d"),
            ("lrwxrwxrwx 1 a b 3 Jan 1 00:00 l -> a b", link, None, "l"),
            ("crw------- 1 a b 8, 0 Jan 1 00:00 c", other, None, "c"),
            (
                "03-14-26  09:12AM       <DIR>          my name",
                directory,
                None,
                "my name",
            ),
            (
                "03-14-2026  21:12            1234 b c.bin",
                file,
                Some(1234),
                "b c.bin",
            ),
        ] {
            assert_eq!(
                line(text),
                ListLine::Entry(plain(kind, size, name)),
                "{text}"
            );
        }
    }

    #[test]
    fn totals_are_skipped_and_unknown_formats_are_reported() {
        for text in [
            "",
            "\r\n",
            "total 12",
            "drwxr-xr-x 2 a b 4096 Jan 1 00:00 ..",
        ] {
            assert_eq!(line(text), ListLine::NotAnEntry, "{text}");
        }
        for text in [
            "a.txt",
            "total loss",
            "-rw-r--r-- 1 a b 5 Maj 1 00:00 x",
            "-rw-r--r-- 1 a b 5 Jan 1 00:00",
            "-rw-r--r-- 1 a b 99999999999999999999 Jan 1 00:00 x",
            "lrwxrwxrwx 1 a b 3 Jan 1 00:00 l -> m -> n",
            "lrwxrwxrwx 1 a b 3 Jan 1 00:00 l",
            "-rw-r--r-- 1 a b 5 Jan 1 00:00 ../x",
            "03-14-26  09:12AM  <JUNCTION>  j [c:\\x]",
            "ü",
        ] {
            assert_eq!(line(text), ListLine::Unparsed, "{text}");
        }
    }
}
