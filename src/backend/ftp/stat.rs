//! Whether a blob is there. One reply never proves that it is not: 550 stands for absence, lack of permission and
//! directories alike, so a second way has to agree.

use super::directory::Listed;
use super::mlsx;
use super::mlsx::{Entry, EntryKind};
use super::session::Session;
use crate::error::{Error, Kind, Result};
use crate::store::types::ObjectMeta;

/// What is under a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// A file.
    Blob(ObjectMeta),
    /// A directory.
    Directory,
    /// Nothing, and this is proven.
    Absent,
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
        let entry = reply.lines.iter().find_map(|line| mlsx::described(line));
        Ok(match entry.as_ref().and_then(found) {
            Some(found) => Hint::Is(found),
            None => Hint::Unknown,
        })
    }

    pub(super) fn forget_mlst(&mut self) {
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
        Ok(Hint::Is(Found::Blob(ObjectMeta {
            size,
            modified,
            ..ObjectMeta::default()
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
            Listed::Refused(reply) if self.enters(parent)? => {
                if reply.says_empty() {
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
            // Somebody has just made it, and perhaps the blob as well.
            Found::Directory if self.enters(parent)? => Err(Error::new(
                Kind::Busy { after: None },
                "cannot tell: the directory is being made",
            )),
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
}

/// What an entry is, if it says so completely.
fn found(entry: &Entry) -> Option<Found> {
    match (entry.kind, entry.size) {
        (EntryKind::Directory, _) => Some(Found::Directory),
        (EntryKind::File, Some(size)) => Some(Found::Blob(ObjectMeta {
            size,
            modified: entry.modified,
            ..ObjectMeta::default()
        })),
        _ => None,
    }
}
