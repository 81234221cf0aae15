//! Recursive listings.

use super::directory::NameLookup;
use super::encoding::Encoding;
use super::mlsx::{DirectoryEntry, EntryKind};
use super::pool::SessionPool;
use super::session::FtpSession;
use super::stat::{Lookup, lookup_of_entry};
use super::temporary::TemporaryPattern;
use crate::error::{Error, Kind, Result, printable};
use crate::io::temp_name::TEMPORARY_PREFIX;
use crate::key::Key;
use crate::store::directory::{TreeEntry, TreeNode};
use crate::store::list::{ListOptions, ListedKind, Page, PageToken, TimeRequest};
use crate::store::tree;
use crate::store::tree::FileTree;
use crate::store::types::ObjectMeta;

/// The maximum depth of directories: deeper trees are taken for a cycle of links.
const MAX_DEPTH: usize = 64;

/// One page; see [`crate::store::Store::list`].
pub fn list_page(
    pool: &SessionPool,
    options: &ListOptions<'_>,
    page: Option<&PageToken>,
) -> Result<Page> {
    page_of(pool, options, page, Names::Blobs)
}

/// One page of the temporary files, with their times.
pub fn temporary_files(pool: &SessionPool, prefix: &str, page: Option<&PageToken>) -> Result<Page> {
    let options = ListOptions {
        times: TimeRequest::Always,
        ..ListOptions::all(prefix)
    };
    page_of(pool, &options, page, Names::Temporary)
}

/// The names that a listing contains.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Names {
    /// Those of blobs.
    Blobs,
    /// Those of temporary files.
    Temporary,
}

fn page_of(
    pool: &SessionPool,
    options: &ListOptions<'_>,
    page: Option<&PageToken>,
    names: Names,
) -> Result<Page> {
    pool.server().config.encoding.check(options.prefix)?;
    let mut page = tree::list_page(&RemoteTree { pool, names }, options, page)?;
    if options.times == TimeRequest::Always {
        add_times(pool, &mut page)?;
    }
    page.is_incomplete = pool.server().facts().left_out_names;
    Ok(page)
}

/// Asks for the times of the blobs whose times the listing did not contain: those of LIST are in an unknown time zone.
fn add_times(pool: &SessionPool, page: &mut Page) -> Result<()> {
    let blobs = page.entries.iter_mut();
    let mut without_time = blobs
        .filter(|entry| entry.kind == ListedKind::Blob && entry.info.modified.is_none())
        .peekable();
    if without_time.peek().is_none() {
        return Ok(());
    }
    let mut lease = pool.lease()?;
    for entry in without_time {
        let key = entry.key.clone();
        entry.info.modified = lease.ask(|session| session.modified(&key))?;
    }
    Ok(())
}

/// The directories of a server.
struct RemoteTree<'a> {
    pool: &'a SessionPool,
    names: Names,
}

impl FileTree for RemoteTree<'_> {
    fn read_directory(&self, path: &str) -> Result<Option<Vec<TreeEntry>>> {
        if path.matches('/').count() > MAX_DEPTH {
            return Err(Error::new(
                Kind::Remote,
                "the directories are nested too deeply; is there a cycle of links?",
            ));
        }
        let mut lease = self.pool.lease()?;
        lease.begin(|session| session.tree_entries(path, self.names))
    }

    /// Never needed: [`FtpSession::tree_entries`] looks up what a listing leaves open, because the order of keys depends on
    /// the kinds of the entries.
    fn look_up(&self, _: &str) -> Result<Option<ObjectMeta>> {
        Ok(None)
    }
}

impl FtpSession {
    /// Returns the entries of a directory below the base directory.
    fn tree_entries(&mut self, path: &str, names: Names) -> Result<Option<Vec<TreeEntry>>> {
        let directory = format!("{}/{path}", self.base());
        let Some(entries) = self.entries(directory.trim_end_matches('/'))? else {
            let base = self.base().to_owned();
            return match self.can_enter(&base)? {
                true => self.check_absence(directory.trim_end_matches('/')),
                false => Err(self.missing_base_error()),
            };
        };
        let is_sendable = |entry: &DirectoryEntry| Encoding::Utf8.check(&entry.name).is_ok();
        if !entries.iter().all(is_sendable) {
            self.server().facts().left_out_names = true;
        }
        let pattern = self.server().config.temporary_name.clone();
        let usable = entries
            .into_iter()
            .filter(|entry| is_segment(entry) && names.may_contain(entry, &pattern));
        let found = usable.map(|entry| self.tree_entry(&directory, entry));
        let is_wanted = |entry: &TreeEntry| match (names, entry.node) {
            (Names::Temporary, TreeNode::File { .. }) => pattern.matches(&entry.name),
            _ => true,
        };
        found
            .filter_map(Result::transpose)
            .filter(|entry| entry.as_ref().map_or(true, is_wanted))
            .collect::<Result<_>>()
            .map(Some)
    }

    /// Fails if the directory, which cannot be entered, is in the listing of its parent directory: it is closed to us, and
    /// what is in it is unknown.
    fn check_absence(&mut self, directory: &str) -> Result<Option<Vec<TreeEntry>>> {
        let (parent, name) = directory.rsplit_once('/').unwrap_or(("", directory));
        let NameLookup::Present(entry) = self.find_name(parent, name)? else {
            return Ok(None);
        };
        let is_file = match entry.kind {
            EntryKind::File => true,
            EntryKind::Directory => false,
            EntryKind::Link | EntryKind::Unknown => {
                matches!(self.look_up(directory)?, Lookup::Blob(_))
            }
        };
        if is_file {
            return Ok(None);
        }
        let text = format!("the directory `{}` cannot be entered", printable(directory));
        Err(Error::new(Kind::Denied, text))
    }

    /// Returns the entry of one name; `None` if it has just been removed.
    fn tree_entry(&mut self, directory: &str, entry: DirectoryEntry) -> Result<Option<TreeEntry>> {
        let found = match lookup_of_entry(&entry) {
            Some(found) => found,
            None => self.look_up(&format!("{directory}{}", entry.name))?,
        };
        Ok(match found {
            Lookup::Blob(info) => Some(TreeEntry {
                name: entry.name.into(),
                node: TreeNode::File {
                    size: info.size,
                    modified: info.modified,
                },
            }),
            Lookup::Directory => Some(TreeEntry {
                name: format!("{}/", entry.name).into(),
                node: match entry.kind {
                    EntryKind::Link => TreeNode::DirectoryLink,
                    _ => TreeNode::Directory,
                },
            }),
            Lookup::Absent => None,
        })
    }

    /// Returns the time of the last modification of a blob, if the server reports it.
    fn modified(&mut self, key: &str) -> Result<Option<std::time::SystemTime>> {
        if !self.features().mdtm {
            return Ok(None);
        }
        let path = format!("{}/{key}", self.base());
        self.announce_utf8(&path)?;
        Ok(self.ask(&format!("MDTM {path}"))?.modified())
    }
}

impl Names {
    /// Returns whether the listing may contain the name, or files below it. Some listings do not show what a directory is.
    fn may_contain(self, entry: &DirectoryEntry, pattern: &TemporaryPattern) -> bool {
        let is_temporary = pattern.matches(&entry.name);
        match self {
            Self::Blobs => !is_temporary && !entry.name.starts_with(TEMPORARY_PREFIX),
            Self::Temporary => is_temporary || entry.kind != EntryKind::File,
        }
    }
}

/// Returns whether a name is a segment of a key that can be sent. Some servers list `.`, `..` and paths into other
/// directories too, and a carriage return in a name ends the command.
fn is_segment(entry: &DirectoryEntry) -> bool {
    let is_segment = Key::new(entry.name.as_str())
        .is_ok_and(|name| name.as_relative_path().is_ok() && !name.as_str().contains('/'));
    is_segment && Encoding::Utf8.check(&entry.name).is_ok()
}
