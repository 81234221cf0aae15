//! Listings of stores whose blobs are files in directories: a walk in the byte order of keys, which is S3's order.
//!
//! The names of a directory are sorted with a `/` after those of directories, so `a-b` comes before the files below `a/`.
//! One directory of each level is in memory.

use std::sync::Arc;

use super::directory::{Level, TreeEntry, TreeNode, TreePosition};
use super::list::{ListDepth, ListEntry, ListOptions, ListedKind, Page, PageToken};
use super::types::ObjectMeta;
use crate::error::{Error, Kind, Result};
use crate::key::Key;

/// The number of entries after which a page ends.
const PAGE: usize = 1000;

/// A store of files in directories.
pub trait FileTree {
    /// Returns the entries of a directory in any order; `None` if there is no such directory. `path` is empty for the top
    /// directory; otherwise it ends in `/`. Names that are not segments of a key, and temporary files, are left out.
    fn read_directory(&self, path: &str) -> Result<Option<Vec<TreeEntry>>>;

    /// Returns the metadata of the blob `key`, whose entry is [`TreeNode::Unknown`]; `None` if it is not a file.
    fn look_up(&self, key: &str) -> Result<Option<ObjectMeta>>;
}

/// Returns a page of the blobs below a prefix; `page` is the token of an earlier page.
pub fn list_page(
    tree: &impl FileTree,
    options: &ListOptions<'_>,
    page: Option<&PageToken>,
) -> Result<Page> {
    let mut walk = Walk {
        tree,
        options,
        entries: Vec::new(),
        position: match page {
            Some(PageToken::Tree(position)) => position.clone(),
            Some(PageToken::Text(_)) => return Err(Error::new(Kind::Usage, "invalid page token")),
            None => TreePosition { levels: Vec::new() },
        },
    };
    if page.is_none() {
        walk.enter(start_of(options.prefix)?, None)?;
    }
    walk.fill()?;
    Ok(Page {
        entries: walk.entries,
        next: match walk.position.levels.is_empty() {
            true => None,
            false => Some(PageToken::Tree(walk.position)),
        },
        is_incomplete: false,
    })
}

/// Returns the path of the directory that contains all keys with the prefix. Only this directory is read, not the whole tree.
fn start_of(prefix: &str) -> Result<&str> {
    let Some(slash) = prefix.rfind('/') else {
        return Ok("");
    };
    let directory = match slash {
        0 => prefix,
        _ => &prefix[..slash],
    };
    Key::new(directory)?.as_relative_path()?;
    Ok(&prefix[..=slash])
}

struct Walk<'a, T> {
    tree: &'a T,
    options: &'a ListOptions<'a>,
    position: TreePosition,
    entries: Vec<ListEntry>,
}

impl<T: FileTree> Walk<'_, T> {
    /// Takes steps until the page is full or the walk ends. A page that has begun ends before a failed step, which the next
    /// page takes again.
    fn fill(&mut self) -> Result<()> {
        let mut steps = 0;
        while self.entries.len() < PAGE && !self.position.levels.is_empty() {
            match self.step() {
                Ok(()) => steps += 1,
                Err(_) if steps > 0 => break,
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Handles the next entry of the innermost directory. After an error the position is the same.
    fn step(&mut self) -> Result<()> {
        let Some(level) = self.position.levels.last() else {
            return Ok(());
        };
        let Some(entry) = level.entries.get(level.next) else {
            self.position.levels.pop();
            return Ok(());
        };
        let (index, node) = (self.position.levels.len() - 1, entry.node);
        let link = level.link.clone();
        let key = format!("{}{}", level.path, entry.name);
        let is_below = key.len() > self.options.prefix.len();
        let found = match node {
            _ if node.is_directory() && self.options.depth == ListDepth::OneLevel && is_below => {
                Some((ListedKind::Prefix, ObjectMeta::default()))
            }
            TreeNode::Directory => {
                self.enter(&key, link.clone())?;
                None
            }
            TreeNode::DirectoryLink => {
                self.enter(&key, link.clone().or_else(|| Some(key.as_str().into())))?;
                None
            }
            TreeNode::File { size, modified } => {
                let info = ObjectMeta {
                    size,
                    modified,
                    ..ObjectMeta::default()
                };
                Some((ListedKind::Blob, info))
            }
            TreeNode::Unknown => self
                .tree
                .look_up(&key)?
                .map(|info| (ListedKind::Blob, info)),
        };
        self.position.levels[index].next += 1;
        let found = found.map(|(kind, info)| ListEntry {
            key,
            kind,
            info,
            link,
        });
        self.entries.extend(found);
        Ok(())
    }

    /// Reads a directory, which becomes the innermost one. A directory that does not exist has no entries.
    /// `link` is the link that led to it.
    fn enter(&mut self, path: &str, link: Option<Arc<str>>) -> Result<()> {
        let mut entries = self.tree.read_directory(path)?.unwrap_or_default();
        let prefix = self.options.prefix;
        entries.retain(|entry| {
            let key = format!("{path}{}", entry.name);
            key.starts_with(prefix) || (entry.node.is_directory() && prefix.starts_with(&key))
        });
        entries.sort_unstable_by(|one, other| one.name.cmp(&other.name));
        entries.dedup_by(|one, other| one.name == other.name);
        self.position.levels.push(Level {
            path: path.to_owned(),
            link,
            entries: entries.into(),
            next: 0,
        });
        Ok(())
    }
}
