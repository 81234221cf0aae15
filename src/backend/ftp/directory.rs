//! Directories: creates them and reads their listings.

use std::io::{BufRead, BufReader, Read};

use super::data::{Completion, Opened, ReplyWait, Transfer};
use super::encoding::Encoding;
use super::mlsx::{DirectoryEntry, EntryKind, ListLine};
use super::reply::Reply;
use super::session::FtpSession;
use super::{mlsx, unix_list};
use crate::error::{Error, Kind, Result, describe, printable};

/// The maximum length of a listing, in bytes.
const MAX_LISTING: u64 = 256 << 20;

/// The maximum length of a line, in bytes.
const MAX_LINE: u64 = 64 << 10;

/// The maximum memory that the entries of one directory take, in MiB: about 700,000 entries with names of 10 bytes.
const MAX_MEMORY_MIB: usize = 64;

/// The overhead of the allocator for each name, in bytes.
const ALLOCATION: usize = 16;

/// The result of searching a directory's listing for a name.
pub enum NameLookup {
    /// The listing contains the name.
    Present(DirectoryEntry),
    /// The listing contains other names only.
    OnlyOthers,
    /// The listing contains no name that could be parsed: the directory may be empty, hidden or missing.
    Empty,
    /// The server refused to list the directory.
    Refused(Reply),
}

/// A listing that was read to its end, apart from the entries themselves.
struct DirectoryListing {
    completion: Completion,
    /// The number of lines in an unknown format.
    unparsed: u64,
    /// The number of lines that are not in the server's encoding, so that no command can send their names back.
    undecoded: u64,
    /// The last line is in an unknown format.
    ends_unparsed: bool,
}

impl DirectoryListing {
    /// A listing that the server refused to send.
    fn refused(reply: Reply) -> Self {
        Self {
            completion: Completion::Refused(reply),
            unparsed: 0,
            undecoded: 0,
            ends_unparsed: false,
        }
    }

    fn is_confirmed(&self) -> bool {
        matches!(self.completion, Completion::Confirmed)
    }

    fn is_unknown_command(&self) -> bool {
        matches!(&self.completion, Completion::Refused(reply) if reply.is_unknown_command())
    }
}

/// The entries of a directory. Their memory is bounded, because the server decides how many there are.
#[derive(Default)]
struct DirectoryEntries {
    entries: Vec<DirectoryEntry>,
    /// Bytes of memory.
    memory: usize,
}

impl DirectoryEntries {
    fn push(&mut self, entry: DirectoryEntry) -> Result<()> {
        self.memory += size_of::<DirectoryEntry>() + entry.name.len() + ALLOCATION;
        if self.memory > MAX_MEMORY_MIB << 20 {
            let text = format!(
                "the directory has too many entries: they take more than {MAX_MEMORY_MIB} MiB of memory"
            );
            let hint = "distribute its files over several directories";
            return Err(Error::new(Kind::Remote, text).with_hint(hint));
        }
        self.entries.push(entry);
        Ok(())
    }
}

impl FtpSession {
    /// Creates `directory` and its missing parents below the base directory, which must exist.
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

    /// Creates one directory. The reply to MKD does not matter (an existing directory has half a dozen), only CWD does.
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
        let text = format!("cannot create the directory `{}`", printable(directory));
        Err(reply.error(reply.refusal().kind(), &text))
    }

    /// Searches the listing of a directory for a name, without keeping the listing.
    pub(super) fn find_name(&mut self, directory: &str, name: &str) -> Result<NameLookup> {
        let mut found = NameLookup::Empty;
        let listing = self.read_listing(directory, |entry| {
            if entry.name == name {
                found = NameLookup::Present(entry);
            } else if matches!(found, NameLookup::Empty) {
                found = NameLookup::OnlyOthers;
            }
            Ok(())
        })?;
        match (listing.completion, found) {
            // An entry is valid even if the listing was cut off after it.
            (_, NameLookup::Present(entry)) => Ok(NameLookup::Present(entry)),
            (Completion::Refused(reply), _) => Ok(NameLookup::Refused(reply)),
            (Completion::Unknown(error), _) => Err(error),
            // The name may be in a line that could not be parsed.
            (Completion::Confirmed, NameLookup::OnlyOthers) if listing.unparsed > 0 => {
                Ok(NameLookup::Empty)
            }
            (Completion::Confirmed, found) => Ok(found),
        }
    }

    /// Returns all entries of a directory in any order; `None` if there is no such directory.
    pub fn entries(&mut self, directory: &str) -> Result<Option<Vec<DirectoryEntry>>> {
        let (listing, entries) = self.read_details(or_root(directory))?;
        self.warn_about_skipped(directory, &listing);
        match listing.completion {
            Completion::Confirmed => {}
            Completion::Unknown(error) => return Err(error),
            Completion::Refused(reply) if self.can_enter(directory)? => {
                if !reply.means_empty_directory() {
                    let kind = match reply.code {
                        400..500 => reply.refusal().kind(),
                        _ => Kind::Denied,
                    };
                    let place = printable(or_root(directory));
                    let text = format!("the directory `{place}` cannot be listed");
                    return Err(reply.error(kind, &text));
                }
            }
            Completion::Refused(_) => return Ok(None),
        }
        // Some servers return an empty listing for a missing directory.
        if entries.is_empty() && !self.can_enter(directory)? {
            return Ok(None);
        }
        Ok(Some(entries))
    }

    fn warn_about_skipped(&self, directory: &str, listing: &DirectoryListing) {
        let place = printable(or_root(directory));
        if listing.unparsed > 0 || listing.undecoded > 0 {
            self.server().facts().left_out_names = true;
        }
        if listing.unparsed > 0 {
            self.server().warn(&format!(
                "skipped {} lines in an unknown format in the listing of `{place}`",
                listing.unparsed
            ));
        }
        if listing.undecoded > 0 {
            self.server().warn(&format!(
                "skipped {} names that are not UTF-8 in the listing of `{place}` (--ftp-encoding latin-1 lists them)",
                listing.undecoded
            ));
        }
    }

    /// Lists a directory with kinds and sizes: by MLSD, else by LIST. Only if lines of LIST cannot be parsed, the names of
    /// NLST are returned instead, which have to be looked up one by one.
    fn read_details(&mut self, directory: &str) -> Result<(DirectoryListing, Vec<DirectoryEntry>)> {
        let mut found = DirectoryEntries::default();
        if let Some(listing) = self.read_mlsd(directory, |entry| found.push(entry))? {
            return Ok((listing, found.entries));
        }
        let listed = self.read_list(directory)?;
        let (listing, _) = &listed;
        if listing.unparsed == 0 && !listing.is_unknown_command() {
            return Ok(listed);
        }
        let names = self.read_nlst(directory, |entry| found.push(entry))?;
        match names.is_unknown_command() {
            true => Ok(listed),
            false => Ok((names, found.entries)),
        }
    }

    /// LIST, with hidden names where the server knows the option of ls(1) for them.
    fn read_list(&mut self, directory: &str) -> Result<(DirectoryListing, Vec<DirectoryEntry>)> {
        if !self.server().facts().lacks_list_all {
            let listed = self.read_unix_list(&format!("LIST -a {directory}"))?;
            // A server that takes the option for a part of the name finds nothing.
            if listed.0.is_confirmed() && !listed.1.is_empty() {
                return Ok(listed);
            }
            if !listed.0.is_confirmed() {
                self.server().facts().lacks_list_all = true;
            }
        }
        self.read_unix_list(&format!("LIST {directory}"))
    }

    /// Lists a directory by MLSD, else by NLST, else by LIST. Names are enough.
    fn read_listing(
        &mut self,
        directory: &str,
        mut each: impl FnMut(DirectoryEntry) -> Result<()>,
    ) -> Result<DirectoryListing> {
        let directory = or_root(directory);
        if let Some(listing) = self.read_mlsd(directory, &mut each)? {
            return Ok(listing);
        }
        let listing = self.read_nlst(directory, &mut each)?;
        if !listing.is_unknown_command() {
            return Ok(listing);
        }
        let (listing, entries) = self.read_unix_list(&format!("LIST {directory}"))?;
        entries.into_iter().try_for_each(each)?;
        Ok(listing)
    }

    /// MLSD; `None` if the server does not support it.
    fn read_mlsd(
        &mut self,
        directory: &str,
        each: impl FnMut(DirectoryEntry) -> Result<()>,
    ) -> Result<Option<DirectoryListing>> {
        if !self.features().mlst {
            return Ok(None);
        }
        Ok(match self.open_data(&format!("MLSD {directory}"), 0)? {
            Opened::Ready(transfer) => {
                let listing = self.read_entries(transfer, mlsx::line, each)?;
                if listing.is_confirmed() && listing.ends_unparsed {
                    return Err(cut_off("its last line has no name"));
                }
                Some(listing)
            }
            Opened::Refused(reply) if reply.is_unknown_command() => {
                self.forget_mlst();
                None
            }
            Opened::Refused(reply) => Some(DirectoryListing::refused(reply)),
        })
    }

    /// NLST, whose entries have unknown kinds.
    fn read_nlst(
        &mut self,
        directory: &str,
        each: impl FnMut(DirectoryEntry) -> Result<()>,
    ) -> Result<DirectoryListing> {
        match self.open_data(&format!("NLST {directory}"), 0)? {
            Opened::Ready(transfer) => self.read_entries(transfer, named, each),
            Opened::Refused(reply) => Ok(DirectoryListing::refused(reply)),
        }
    }

    fn read_unix_list(&mut self, command: &str) -> Result<(DirectoryListing, Vec<DirectoryEntry>)> {
        let transfer = match self.open_data(command, 0)? {
            Opened::Ready(transfer) => transfer,
            Opened::Refused(reply) => {
                return Ok((DirectoryListing::refused(reply), Vec::new()));
            }
        };
        let mut found = DirectoryEntries::default();
        let listing = self.read_entries(transfer, unix_list::line, |entry| found.push(entry))?;
        Ok((listing, found.entries))
    }

    /// Reads the final reply. A listing that ends within a line was cut off, whatever the reply says.
    fn complete(&mut self, transfer: Transfer, lines: &SkippedLines) -> Result<DirectoryListing> {
        let completion = self.finish(transfer, ReplyWait::Full);
        if lines.is_cut && matches!(completion, Completion::Confirmed) {
            return Err(cut_off("its last line has no end"));
        }
        Ok(DirectoryListing {
            completion,
            unparsed: lines.unparsed,
            undecoded: lines.undecoded,
            ends_unparsed: lines.ends_unparsed,
        })
    }

    fn read_entries(
        &mut self,
        transfer: Transfer,
        parse: impl Fn(&str) -> ListLine,
        each: impl FnMut(DirectoryEntry) -> Result<()>,
    ) -> Result<DirectoryListing> {
        let mut lines = BufReader::new(transfer);
        let encoding = self.server().config.encoding;
        let result = read_lines(&mut lines, encoding, parse, each);
        let transfer = lines.into_inner();
        match result {
            Ok(lines) => self.complete(transfer, &lines),
            Err(error) => {
                self.cut(transfer);
                Err(error)
            }
        }
    }
}

/// The lines of a listing that are not passed on.
#[derive(Debug, Default)]
struct SkippedLines {
    unparsed: u64,
    undecoded: u64,
    /// The last line has no end.
    is_cut: bool,
    /// The last line is in an unknown format.
    ends_unparsed: bool,
}

fn cut_off(reason: &str) -> Error {
    let text = format!("the listing was cut off: {reason}");
    Error::new(Kind::Remote, text)
}

/// The path of a directory as an argument: the root instead of an empty one.
pub(super) fn or_root(directory: &str) -> &str {
    if directory.is_empty() { "/" } else { directory }
}

/// Parses a line of NLST, which consists of a name only.
fn named(line: &str) -> ListLine {
    match mlsx::listed_name(line) {
        Some(name) => ListLine::Entry(DirectoryEntry {
            kind: EntryKind::Unknown,
            size: None,
            modified: None,
            name: name.to_owned(),
        }),
        None => ListLine::NotAnEntry,
    }
}

/// Passes the entries to `each`; returns the other lines.
fn read_lines(
    lines: &mut BufReader<Transfer>,
    encoding: Encoding,
    parse: impl Fn(&str) -> ListLine,
    mut each: impl FnMut(DirectoryEntry) -> Result<()>,
) -> Result<SkippedLines> {
    let mut skipped = SkippedLines::default();
    let mut total = 0;
    let mut line = Vec::new();
    loop {
        line.clear();
        let n = match lines.by_ref().take(MAX_LINE).read_until(b'\n', &mut line) {
            // Many servers end a protected listing without TLS's close_notify.
            Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => 0,
            Err(error) => {
                let text = format!("the listing: {}", describe(&error));
                return Err(Error::new(Kind::Disconnected, text));
            }
            Ok(n) => n,
        };
        if line.is_empty() {
            return Ok(skipped);
        }
        total += n as u64;
        if total > MAX_LISTING {
            return Err(Error::new(Kind::Remote, "the listing is too long"));
        }
        skipped.is_cut = !line.ends_with(b"\n");
        if !encoding.is_valid(&line) {
            skipped.undecoded += 1;
            continue;
        }
        let parsed = parse(&encoding.decode(&line));
        skipped.ends_unparsed = parsed == ListLine::Unparsed;
        match parsed {
            ListLine::Entry(entry) => each(entry)?,
            ListLine::NotAnEntry => {}
            ListLine::Unparsed => skipped.unparsed += 1,
        }
    }
}
