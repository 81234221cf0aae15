//! Whether a blob is there. One reply never proves that it is not: 550 stands for absence, lack of permission and
//! directories alike, so a second way has to agree.

use std::io::{BufRead, BufReader, Read};

use super::listing::{self, Entry, EntryKind};
use super::replies::Reply;
use super::session::{Ended, Opened, Patience, Session, Transfer};
use crate::backend::BlobInfo;
use crate::error::{Error, Kind, Result, describe};

/// A longer listing is not read, in bytes.
const LONGEST_LISTING: u64 = 256 << 20;
/// No name is longer, in bytes.
const LONGEST_LINE: u64 = 64 << 10;

/// What is under a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// A file.
    Blob(BlobInfo),
    /// A directory.
    Directory,
    /// Nothing, and this is proven.
    Absent,
}

/// What a listing of a directory says about one name in it.
enum Listed {
    /// It is there.
    Has(Entry),
    /// Others are there.
    OnlyOthers,
    /// No name came at all: the directory may be empty, hidden or missing.
    Nothing,
    /// The server lists nothing.
    Refused(Reply),
}

/// One answer of the server, before it is believed.
enum Hint {
    Is(Found),
    PerhapsAbsent,
    Unknown,
}

impl Session {
    /// What is under `path`, an absolute one below the base directory.
    pub fn look_up(&mut self, path: &str) -> Result<Found> {
        self.announce_utf8(path)?;
        let described = self.describe(path)?;
        if let Hint::Is(found) = described {
            return Ok(found);
        }
        match (described, self.measure(path)?) {
            (_, Hint::Is(found)) => Ok(found),
            // What one question left open, the other may have answered.
            (hint, Hint::Unknown) | (_, hint) => self.look_up_in_parent(path, &hint),
        }
    }

    /// Bytes under `path`; `None` if there is no file.
    pub fn size_of(&mut self, path: &str) -> Result<Option<u64>> {
        let reply = self.ask(&format!("SIZE {path}"))?;
        if let Some(size) = reply.size() {
            return Ok(Some(size));
        }
        if reply.code < 400 {
            return Err(self.odd(&reply));
        }
        match self.look_up(path)? {
            Found::Blob(info) => Ok(Some(info.size)),
            Found::Directory | Found::Absent => Ok(None),
        }
    }

    /// MLST: one reply with type, size and time.
    fn describe(&mut self, path: &str) -> Result<Hint> {
        if !self.features().mlst {
            return Ok(Hint::Unknown);
        }
        let reply = self.ask(&format!("MLST {path}"))?;
        if reply.is_unknown_command() {
            self.forget_mlst();
            return Ok(Hint::Unknown);
        }
        match reply.code {
            250 => {}
            400.. => return Ok(Hint::PerhapsAbsent),
            _ => return Err(self.odd(&reply)),
        }
        let entry = reply.lines.iter().find_map(|line| listing::described(line));
        Ok(match entry.as_ref().and_then(found) {
            Some(found) => Hint::Is(found),
            None => Hint::Unknown,
        })
    }

    fn forget_mlst(&mut self) {
        let mut features = self.features();
        features.mlst = false;
        self.server().facts().features = Some(features);
    }

    /// SIZE, and MDTM where the server has it. Both follow links.
    fn measure(&mut self, path: &str) -> Result<Hint> {
        let reply = self.ask(&format!("SIZE {path}"))?;
        let Some(size) = reply.size() else {
            return match reply.code {
                code if code < 400 => Err(self.odd(&reply)),
                _ if reply.is_unknown_command() => Ok(Hint::Unknown),
                _ => Ok(Hint::PerhapsAbsent),
            };
        };
        // Some servers measure directories too.
        if size == 0 && self.enters(path)? {
            return Ok(Hint::Is(Found::Directory));
        }
        let modified = if self.features().mdtm {
            self.ask(&format!("MDTM {path}"))?.modified()
        } else {
            None
        };
        Ok(Hint::Is(Found::Blob(BlobInfo {
            size,
            modified,
            ..BlobInfo::default()
        })))
    }

    /// Whether `path` is a directory that we may enter. Nothing depends on the current directory: all paths are absolute.
    pub fn enters(&mut self, path: &str) -> Result<bool> {
        let path = if path.is_empty() { "/" } else { path };
        let reply = self.ask(&format!("CWD {path}"))?;
        match reply.code {
            200..=299 => Ok(true),
            400.. => Ok(false),
            _ => Err(self.odd(&reply)),
        }
    }

    /// The second way: what the parent directory holds.
    fn look_up_in_parent(&mut self, path: &str, hint: &Hint) -> Result<Found> {
        let Some((parent, name)) = path.rsplit_once('/') else {
            return Err(Error::new(Kind::Remote, "the path is not absolute"));
        };
        match self.list(parent, name)? {
            Listed::Has(entry) => self.listed(path, &entry),
            // Names that begin with a dot are hidden in many listings: then the server's no has to be one about the
            // file, in a directory that is open to us.
            Listed::OnlyOthers if !name.starts_with('.') => Ok(Found::Absent),
            Listed::OnlyOthers | Listed::Nothing if self.enters(parent)? => match hint {
                Hint::PerhapsAbsent => Ok(Found::Absent),
                _ => Err(Error::new(
                    Kind::Remote,
                    "the server has no means to tell whether the blob is there (MLST, SIZE)",
                )),
            },
            // "450 no files" is how some servers say that a directory is empty.
            Listed::Refused(reply) if self.enters(parent)? => {
                let empty = reply.code == 450
                    || reply.mentions(&["no files", "no such file", "not found", "empty"]);
                if empty {
                    Ok(Found::Absent)
                } else {
                    Err(reply.error(Kind::Denied, "cannot tell: the directory cannot be listed"))
                }
            }
            _ => self.parent_is_closed(parent),
        }
    }

    /// The parent cannot be entered: either it is absent as well, or nothing can be said.
    fn parent_is_closed(&mut self, parent: &str) -> Result<Found> {
        if parent.len() <= self.base().len() {
            return Err(self.no_base());
        }
        match self.look_up_in_parent(parent, &Hint::PerhapsAbsent)? {
            // Below a file there is nothing.
            Found::Absent | Found::Blob(_) => Ok(Found::Absent),
            Found::Directory => Err(Error::new(
                Kind::Denied,
                "cannot tell: access to the directory is denied",
            )),
        }
    }

    /// The error for a base directory that is missing or closed: nothing is known about the blobs in it.
    pub fn no_base(&self) -> Error {
        let base = if self.base().is_empty() {
            "/"
        } else {
            self.base()
        };
        let shown = crate::error::printable(base);
        let text = format!("the directory `{shown}` is missing on the server, or closed to us");
        Error::new(Kind::Config, text).hint("create it, or correct `base_dir` (--base-dir)")
    }

    fn listed(&mut self, path: &str, entry: &Entry) -> Result<Found> {
        if let Some(found) = found(entry) {
            return Ok(found);
        }
        if let Hint::Is(found) = self.measure(path)? {
            return Ok(found);
        }
        if entry.kind != EntryKind::File && self.enters(path)? {
            return Ok(Found::Directory);
        }
        Err(Error::new(
            Kind::Denied,
            "cannot tell: the name is there, but the server does not describe it",
        ))
    }

    fn list(&mut self, directory: &str, name: &str) -> Result<Listed> {
        let directory = if directory.is_empty() { "/" } else { directory };
        if self.features().mlst {
            match self.open_data(&format!("MLSD {directory}"), 0)? {
                Opened::Ready(transfer) => return self.search(transfer, name, listing::entry),
                Opened::Refused(reply) if reply.is_unknown_command() => self.forget_mlst(),
                Opened::Refused(reply) => return Ok(Listed::Refused(reply)),
            }
        }
        match self.open_data(&format!("NLST {directory}"), 0)? {
            Opened::Ready(transfer) => self.search(transfer, name, named),
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
                other => opened = Some((other, listing::entry as fn(&str) -> Option<Entry>)),
            }
        }
        let (opened, read) = match opened {
            Some(opened) => opened,
            None => (
                self.open_data(&format!("NLST {shown}"), 0)?,
                named as fn(&str) -> Option<Entry>,
            ),
        };
        let ended = match opened {
            Opened::Ready(transfer) => {
                self.read_entries(transfer, read, |entry| entries.push(entry))?
            }
            Opened::Refused(reply) => Ended::Refused(reply),
        };
        match ended {
            Ended::Complete => {}
            Ended::Unclear(error) => return Err(error),
            Ended::Refused(reply) if self.enters(directory)? => {
                let empty = reply.code == 450
                    || reply.mentions(&["no files", "no such file", "not found", "empty"]);
                if !empty {
                    return Err(reply.error(Kind::Denied, "the directory cannot be listed"));
                }
            }
            Ended::Refused(_) => return Ok(None),
        }
        // Some servers answer a missing directory with an empty listing.
        if entries.is_empty() && !self.enters(directory)? {
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
        let result = read_lines(&mut lines, read, each);
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

/// A line of NLST: a name about which nothing else is known.
fn named(line: &str) -> Option<Entry> {
    listing::listed_name(line).map(|name| Entry {
        kind: EntryKind::Unknown,
        size: None,
        modified: None,
        name: name.to_owned(),
    })
}

fn read_lines(
    lines: &mut BufReader<Transfer>,
    read: impl Fn(&str) -> Option<Entry>,
    mut each: impl FnMut(Entry),
) -> Result<()> {
    let mut total = 0;
    let mut line = Vec::new();
    loop {
        line.clear();
        let n = match lines
            .by_ref()
            .take(LONGEST_LINE)
            .read_until(b'\n', &mut line)
        {
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
        if total > LONGEST_LISTING {
            return Err(Error::new(Kind::Remote, "the listing does not end"));
        }
        if let Some(entry) = read(&String::from_utf8_lossy(&line)) {
            each(entry);
        }
    }
}

/// What an entry is, if it says so completely.
fn found(entry: &Entry) -> Option<Found> {
    match (entry.kind, entry.size) {
        (EntryKind::Directory, _) => Some(Found::Directory),
        (EntryKind::File, Some(size)) => Some(Found::Blob(BlobInfo {
            size,
            modified: entry.modified,
            ..BlobInfo::default()
        })),
        _ => None,
    }
}
