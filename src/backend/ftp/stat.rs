//! Looks up a path. A single reply never proves that a blob is absent, because 550 means absence, lack of permission and
//! directories alike: the listing of the parent directory has to confirm it.

use super::directory::NameLookup;
use super::mlsx;
use super::mlsx::{DirectoryEntry, EntryKind};
use super::session::FtpSession;
use crate::error::{Error, Kind, Result};
use crate::store::types::ObjectMeta;

/// The result of looking up a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lookup {
    /// A file.
    Blob(ObjectMeta),
    /// A directory.
    Directory,
    /// Nothing; this is confirmed.
    Absent,
}

/// The meaning of one reply, before it is confirmed.
enum Hint {
    Is(Lookup),
    PerhapsAbsent,
    Unknown,
}

impl FtpSession {
    /// Looks up `path`, which is absolute and below the base directory.
    pub fn look_up(&mut self, path: &str) -> Result<Lookup> {
        self.announce_utf8(path)?;
        let described = self.describe(path)?;
        if let Hint::Is(found) = described {
            return Ok(found);
        }
        match (described, self.measure(path, EntryKind::Unknown)?) {
            (_, Hint::Is(found)) => Ok(found),
            // If one command gave no information, the other may have.
            (hint, Hint::Unknown) | (_, hint) => self.look_up_in_parent(path, &hint),
        }
    }

    /// The size of the file at `path`; `None` if there is no file.
    pub fn size_of(&mut self, path: &str) -> Result<Option<u64>> {
        let reply = self.ask(&format!("SIZE {path}"))?;
        if let Some(size) = reply.size() {
            return Ok(Some(size));
        }
        // A 213 without a number gives no information (some servers send one for an empty file).
        if reply.code < 400 && reply.code != 213 {
            return Err(self.unexpected_reply(&reply));
        }
        match self.look_up(path)? {
            Lookup::Blob(info) => Ok(Some(info.size)),
            Lookup::Directory | Lookup::Absent => Ok(None),
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
            _ => return Err(self.unexpected_reply(&reply)),
        }
        let entry = reply.lines.iter().find_map(|line| mlsx::described(line));
        // Some servers take `a[1]` for a pattern and describe its directory.
        let entry = entry.filter(|entry| names_the_path(&entry.name, path));
        Ok(match entry.as_ref().and_then(lookup_of_entry) {
            Some(found) => Hint::Is(found),
            None => Hint::Unknown,
        })
    }

    pub(super) fn forget_mlst(&mut self) {
        let mut features = self.features();
        features.mlst = false;
        self.server().facts().features = Some(features);
    }

    /// SIZE, and MDTM if the server supports it. Both follow links. `kind` is what a listing says of the path.
    fn measure(&mut self, path: &str, kind: EntryKind) -> Result<Hint> {
        let reply = self.ask(&format!("SIZE {path}"))?;
        let Some(size) = reply.size() else {
            return match reply.code {
                213 => Ok(Hint::Unknown),
                code if code < 400 => Err(self.unexpected_reply(&reply)),
                _ if reply.is_unknown_command() => Ok(Hint::Unknown),
                _ => Ok(Hint::PerhapsAbsent),
            };
        };
        // Some servers report a size for directories too, of any number.
        if kind != EntryKind::File && self.can_enter(path)? {
            return Ok(Hint::Is(Lookup::Directory));
        }
        let modified = if self.features().mdtm {
            self.ask(&format!("MDTM {path}"))?.modified()
        } else {
            None
        };
        Ok(Hint::Is(Lookup::Blob(ObjectMeta {
            size,
            modified,
            ..ObjectMeta::default()
        })))
    }

    /// Returns true if `path` is a directory that the login may enter. All paths are absolute, so the current directory does
    /// not matter.
    pub fn can_enter(&mut self, path: &str) -> Result<bool> {
        let path = if path.is_empty() { "/" } else { path };
        let reply = self.ask(&format!("CWD {path}"))?;
        match reply.code {
            200..=299 => Ok(true),
            400.. => Ok(false),
            _ => Err(self.unexpected_reply(&reply)),
        }
    }

    /// Confirms the hint by the listing of the parent directory.
    fn look_up_in_parent(&mut self, path: &str, hint: &Hint) -> Result<Lookup> {
        let Some((parent, name)) = path.rsplit_once('/') else {
            return Err(Error::new(Kind::Remote, "the path is not absolute"));
        };
        match self.find_name(parent, name)? {
            NameLookup::Present(entry) => self.resolve_entry(path, &entry),
            // Many listings hide names that begin with a dot. Then absence needs a negative reply about the file, in a
            // directory that can be entered.
            NameLookup::OnlyOthers if !name.starts_with('.') => Ok(Lookup::Absent),
            NameLookup::OnlyOthers | NameLookup::Empty if self.can_enter(parent)? => match hint {
                Hint::PerhapsAbsent => Ok(Lookup::Absent),
                _ => Err(Error::new(
                    Kind::Remote,
                    "cannot tell: the server supports neither MLST nor SIZE",
                )),
            },
            NameLookup::Refused(reply) if self.can_enter(parent)? => {
                if reply.means_empty_directory() {
                    Ok(Lookup::Absent)
                } else {
                    Err(reply.error(Kind::Denied, "cannot tell: the directory cannot be listed"))
                }
            }
            _ => self.look_up_below_closed_parent(parent),
        }
    }

    /// Handles a parent that cannot be entered: it is absent as well, or the result is unknown.
    fn look_up_below_closed_parent(&mut self, parent: &str) -> Result<Lookup> {
        if parent.len() <= self.base().len() {
            return Err(self.missing_base_error());
        }
        match self.look_up_in_parent(parent, &Hint::PerhapsAbsent)? {
            // Nothing exists below a file.
            Lookup::Absent | Lookup::Blob(_) => Ok(Lookup::Absent),
            // Another client has just created it, and perhaps the blob as well.
            Lookup::Directory if self.can_enter(parent)? => Err(Error::new(
                Kind::Busy { after: None },
                "cannot tell: the directory is being created",
            )),
            Lookup::Directory => Err(Error::new(
                Kind::Denied,
                "cannot tell: access to the directory is denied",
            )),
        }
    }

    /// The error for a base directory that is missing or inaccessible, so that nothing is known about its blobs.
    pub fn missing_base_error(&self) -> Error {
        let base = if self.base().is_empty() {
            "/"
        } else {
            self.base()
        };
        let shown = crate::error::printable(base);
        let text =
            format!("the directory `{shown}` does not exist on the server or cannot be entered");
        Error::new(Kind::Config, text).with_hint("create it, or correct `base_dir` (--base-dir)")
    }

    /// Looks up a path in the listing with sizes, if the server has one.
    fn look_up_in_details(&mut self, path: &str) -> Result<Option<Lookup>> {
        let Some((parent, name)) = path.rsplit_once('/') else {
            return Ok(None);
        };
        let entries = self.entries(parent)?.unwrap_or_default();
        let entry = entries.iter().find(|entry| entry.name == name);
        Ok(entry.and_then(lookup_of_entry))
    }

    fn resolve_entry(&mut self, path: &str, entry: &DirectoryEntry) -> Result<Lookup> {
        if let Some(found) = lookup_of_entry(entry) {
            return Ok(found);
        }
        if let Hint::Is(found) = self.measure(path, entry.kind)? {
            return Ok(found);
        }
        if entry.kind != EntryKind::File && self.can_enter(path)? {
            return Ok(Lookup::Directory);
        }
        if let Some(found) = self.look_up_in_details(path)? {
            return Ok(found);
        }
        Err(Error::new(
            Kind::Denied,
            "cannot tell: the name exists, but the server does not report its size",
        ))
    }
}

/// Returns whether the name in a reply to MLST, which may be a path, is that of `path`. Servers may ignore case.
fn names_the_path(name: &str, path: &str) -> bool {
    let last = |path: &str| {
        let path = path.trim_end_matches('/');
        path.rsplit('/').next().unwrap_or(path).to_lowercase()
    };
    // A line about the current directory has no name.
    name.is_empty() || last(name) == last(path)
}

/// Returns the result for an entry that has both a type and, for files, a size.
pub(super) fn lookup_of_entry(entry: &DirectoryEntry) -> Option<Lookup> {
    match (entry.kind, entry.size) {
        (EntryKind::Directory, _) => Some(Lookup::Directory),
        (EntryKind::File, Some(size)) => Some(Lookup::Blob(ObjectMeta {
            size,
            modified: entry.modified,
            ..ObjectMeta::default()
        })),
        _ => None,
    }
}
