//! Directories: how they are made, and what they hold.

use std::cell::Cell;
use std::io::{BufRead, BufReader, Read};

use super::data::{Ended, Opened, Patience, Transfer};
use super::encoding::Encoding;
use super::mlsx::{Entry, EntryKind};
use super::reply::Reply;
use super::session::Session;
use super::unix_list::Line;
use super::{mlsx, unix_list};
use crate::error::{Error, Kind, Result, describe, printable};

/// A longer listing is not read, in bytes.
const MAX_LISTING: u64 = 256 << 20;

/// No name is longer, in bytes.
const MAX_LINE: u64 = 64 << 10;

/// What a listing of a directory says about one name in it.
pub enum Listed {
    /// It is there.
    Has(Entry),
    /// Others are there.
    OnlyOthers,
    /// No name came at all: the directory may be empty, hidden or missing.
    Nothing,
    /// The server lists nothing.
    Refused(Reply),
}

impl Session {
    /// Makes `directory` and what is missing above it, down from the base directory, which must be there.
    pub(super) fn make_directories(&mut self, directory: &str) -> Result<()> {
        let base = self.base().len();
        if directory.len() == base || self.server().facts().directories.contains(directory) {
            return Ok(());
        }
        if !self.can_enter(directory)? {
            let ends = directory[base + 1..].match_indices('/');
            let ends: Vec<usize> = ends.map(|(at, _)| base + 1 + at).collect();
            for end in ends.into_iter().chain([directory.len()]) {
                self.make_directory(&directory[..end])?;
            }
        }
        self.server()
            .facts()
            .directories
            .insert(directory.to_owned());
        Ok(())
    }

    /// Whatever MKD answers (there are half a dozen ways to say that it is there), what counts is that it is one now.
    fn make_directory(&mut self, directory: &str) -> Result<()> {
        if self.can_enter(directory)? {
            return Ok(());
        }
        let reply = self.ask(&format!("MKD {directory}"))?;
        if self.can_enter(directory)? {
            return Ok(());
        }
        let base = self.base().to_owned();
        if !self.can_enter(&base)? {
            return Err(self.missing_base_error());
        }
        let text = format!("the directory `{}` cannot be made", printable(directory));
        Err(reply.error(reply.refusal().kind(), &text))
    }

    pub(super) fn list(&mut self, directory: &str, name: &str) -> Result<Listed> {
        let directory = if directory.is_empty() { "/" } else { directory };
        if self.features().mlst {
            match self.open_data(&format!("MLSD {directory}"), 0)? {
                Opened::Ready(transfer) => return self.search(transfer, name, mlsx::entry),
                Opened::Refused(reply) if reply.is_unknown_command() => self.forget_mlst(),
                Opened::Refused(reply) => return Ok(Listed::Refused(reply)),
            }
        }
        match self.open_data(&format!("NLST {directory}"), 0)? {
            Opened::Ready(transfer) => return self.search(transfer, name, named),
            Opened::Refused(reply) if reply.is_unknown_command() => {}
            Opened::Refused(reply) => return Ok(Listed::Refused(reply)),
        }
        let unread = Cell::new(0);
        match self.open_data(&format!("LIST {directory}"), 0)? {
            Opened::Ready(transfer) => {
                let listed = self.search(transfer, name, |line| described(line, &unread))?;
                Ok(match listed {
                    // The name may stand in a line that nobody understands.
                    Listed::OnlyOthers if unread.get() > 0 => Listed::Nothing,
                    listed => listed,
                })
            }
            Opened::Refused(reply) => Ok(Listed::Refused(reply)),
        }
    }

    /// Reads a listing to its end, without keeping it.
    fn search(
        &mut self,
        transfer: Transfer,
        name: &str,
        read: impl Fn(&str) -> Option<Entry>,
    ) -> Result<Listed> {
        let mut listed = Listed::Nothing;
        let ended = self.read_entries(transfer, read, |entry| {
            if entry.name == name {
                listed = Listed::Has(entry);
            } else if matches!(listed, Listed::Nothing) {
                listed = Listed::OnlyOthers;
            }
        })?;
        match (ended, listed) {
            (Ended::Complete, listed) => Ok(listed),
            // What was found is there, whatever the end was.
            (_, Listed::Has(entry)) => Ok(Listed::Has(entry)),
            (Ended::Refused(reply), _) => Ok(Listed::Refused(reply)),
            (Ended::Unclear(error), _) => Err(error),
        }
    }

    /// All that a directory holds, sorted by name; `None` if there is no such directory.
    pub fn entries(&mut self, directory: &str) -> Result<Option<Vec<Entry>>> {
        let shown = if directory.is_empty() { "/" } else { directory };
        let mut entries = Vec::new();
        let mut opened = None;
        if self.features().mlst {
            match self.open_data(&format!("MLSD {shown}"), 0)? {
                Opened::Refused(reply) if reply.is_unknown_command() => self.forget_mlst(),
                other => opened = Some((other, mlsx::entry as fn(&str) -> Option<Entry>)),
            }
        }
        let (opened, read) = match opened {
            Some(opened) => opened,
            None => (
                self.open_data(&format!("NLST {shown}"), 0)?,
                named as fn(&str) -> Option<Entry>,
            ),
        };
        let unread = Cell::new(0);
        let ended = match opened {
            Opened::Ready(transfer) => {
                self.read_entries(transfer, read, |entry| entries.push(entry))?
            }
            Opened::Refused(reply) if reply.is_unknown_command() => {
                match self.open_data(&format!("LIST {shown}"), 0)? {
                    Opened::Ready(transfer) => {
                        let read = |line: &str| described(line, &unread);
                        self.read_entries(transfer, read, |entry| entries.push(entry))?
                    }
                    Opened::Refused(reply) => Ended::Refused(reply),
                }
            }
            Opened::Refused(reply) => Ended::Refused(reply),
        };
        if unread.get() > 0 {
            self.server().warn(&format!(
                "{} lines of the listing of `{}` have a form that is not known, and are left out",
                unread.get(),
                printable(shown)
            ));
        }
        match ended {
            Ended::Complete => {}
            Ended::Unclear(error) => return Err(error),
            Ended::Refused(reply) if self.can_enter(directory)? => {
                if !reply.means_empty_directory() {
                    return Err(reply.error(Kind::Denied, "the directory cannot be listed"));
                }
            }
            Ended::Refused(_) => return Ok(None),
        }
        // Some servers answer a missing directory with an empty listing.
        if entries.is_empty() && !self.can_enter(directory)? {
            return Ok(None);
        }
        entries.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(Some(entries))
    }

    fn read_entries(
        &mut self,
        transfer: Transfer,
        read: impl Fn(&str) -> Option<Entry>,
        each: impl FnMut(Entry),
    ) -> Result<Ended> {
        let mut lines = BufReader::new(transfer);
        let encoding = self.server().config.encoding;
        let result = read_lines(&mut lines, encoding, read, each);
        let transfer = lines.into_inner();
        match result {
            Ok(()) => Ok(self.finish(transfer, Patience::Full)),
            Err(error) => {
                self.cut(transfer);
                Err(error)
            }
        }
    }
}

/// A line of LIST; `unread` counts those that are not understood.
fn described(line: &str, unread: &Cell<u64>) -> Option<Entry> {
    match unix_list::line(line) {
        Line::Entry(entry) => Some(entry),
        Line::Nothing => None,
        Line::Unread => {
            unread.set(unread.get() + 1);
            None
        }
    }
}

/// A line of NLST: a name about which nothing else is known.
fn named(line: &str) -> Option<Entry> {
    mlsx::listed_name(line).map(|name| Entry {
        kind: EntryKind::Unknown,
        size: None,
        modified: None,
        name: name.to_owned(),
    })
}

fn read_lines(
    lines: &mut BufReader<Transfer>,
    encoding: Encoding,
    read: impl Fn(&str) -> Option<Entry>,
    mut each: impl FnMut(Entry),
) -> Result<()> {
    let mut total = 0;
    let mut line = Vec::new();
    loop {
        line.clear();
        let n = match lines.by_ref().take(MAX_LINE).read_until(b'\n', &mut line) {
            // Many servers end a protected listing without the farewell that TLS asks for.
            Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => 0,
            Err(error) => {
                let text = format!("the listing: {}", describe(&error));
                return Err(Error::new(Kind::Disconnected, text));
            }
            Ok(n) => n,
        };
        if n == 0 {
            return Ok(());
        }
        total += n as u64;
        if total > MAX_LISTING {
            return Err(Error::new(Kind::Remote, "the listing does not end"));
        }
        if let Some(entry) = read(&encoding.decode(&line)) {
            each(entry);
        }
    }
}
