//! The files below a directory of this machine, in the byte order of their relative paths, which is S3's order of keys.

use std::ffi::{OsStr, OsString};
use std::fs::{FileType, Metadata};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use super::temp_name::TEMPORARY_PREFIX;
use crate::error::{Error, Kind, Result, printable};

/// The treatment of symbolic links to directories. Links to files are always followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DirectoryLinks {
    /// They are skipped.
    Skip,
    /// They are entered, except for those that lead back to a directory that the walk is in.
    Follow,
}

/// One step of the walk.
#[derive(Debug)]
pub enum LocalStep {
    /// A file, or a link that may lead to one: opening it shows.
    File {
        /// From the working directory.
        path: PathBuf,
        /// From the directory of the walk, with `/` between the segments.
        relative: String,
    },
    /// An entry that is neither a file nor a directory.
    Skipped {
        /// From the working directory.
        path: PathBuf,
        /// A clause, like "it is a FIFO".
        reason: &'static str,
    },
    /// A directory that cannot be read, or a name that cannot be part of a key.
    Failed(Error),
}

/// The walk through a tree. One directory of each level is in memory.
pub struct LocalTree {
    links: DirectoryLinks,
    // A vector instead of recursion, because a tree may be deeper than the stack.
    levels: Vec<LocalLevel>,
    /// Problems that were found while a directory was read.
    problems: Vec<LocalStep>,
}

/// A directory that the walk is in.
struct LocalLevel {
    path: PathBuf,
    /// Empty, or ends in `/`.
    relative: String,
    /// Device and inode, to detect a cycle of links.
    identity: Option<(u64, u64)>,
    entries: std::vec::IntoIter<Entry>,
}

struct Entry {
    /// With a `/` at the end for a directory.
    sort_key: OsString,
    kind: LocalKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum LocalKind {
    File,
    Directory,
    Skipped(&'static str),
}

impl LocalTree {
    /// The walk through the directory at `path`.
    pub fn new(path: &Path, links: DirectoryLinks) -> Self {
        let mut tree = Self {
            links,
            levels: Vec::new(),
            problems: Vec::new(),
        };
        tree.enter(path.to_path_buf(), String::new());
        tree
    }

    /// Reads a directory. If that fails, the failure is the next step, and the entries so far follow.
    fn enter(&mut self, path: PathBuf, relative: String) {
        let mut entries = Vec::new();
        let result = std::fs::read_dir(&path).and_then(|listing| {
            for entry in listing {
                let entry = entry?;
                // An unfinished download of another process, or of this one.
                if entry
                    .file_name()
                    .as_bytes()
                    .starts_with(TEMPORARY_PREFIX.as_bytes())
                {
                    continue;
                }
                let kind = self.kind(&entry.path(), entry.file_type()?);
                let mut sort_key = entry.file_name();
                if kind == LocalKind::Directory {
                    sort_key.push("/");
                }
                entries.push(Entry { sort_key, kind });
            }
            Ok(())
        });
        if let Err(error) = result {
            let shown = printable(&path.to_string_lossy());
            let doing = format_args!("cannot read the directory `{shown}`");
            self.problems
                .push(LocalStep::Failed(Error::local(doing, &error)));
        }
        entries.sort_unstable_by(|one, other| one.sort_key.cmp(&other.sort_key));
        self.levels.push(LocalLevel {
            identity: std::fs::metadata(&path).ok().as_ref().map(identity),
            path,
            relative,
            entries: entries.into_iter(),
        });
    }

    fn kind(&self, path: &Path, kind: FileType) -> LocalKind {
        if kind.is_dir() {
            return LocalKind::Directory;
        }
        if !kind.is_symlink() {
            return special(kind).map_or(LocalKind::File, LocalKind::Skipped);
        }
        match (std::fs::metadata(path), self.links) {
            // A dangling link is a failure of its transfer.
            (Err(_), _) => LocalKind::File,
            (Ok(target), DirectoryLinks::Skip) if target.is_dir() => {
                LocalKind::Skipped("it is a symbolic link to a directory")
            }
            (Ok(target), DirectoryLinks::Follow) if target.is_dir() => LocalKind::Directory,
            (Ok(target), _) => {
                special(target.file_type()).map_or(LocalKind::File, LocalKind::Skipped)
            }
        }
    }

    /// Returns whether the walk is in the directory at `path` already.
    fn is_in(&self, path: &Path) -> bool {
        if self.links == DirectoryLinks::Skip {
            return false;
        }
        let here = std::fs::metadata(path).ok().as_ref().map(identity);
        here.is_some() && self.levels.iter().any(|level| level.identity == here)
    }
}

impl Iterator for LocalTree {
    type Item = LocalStep;

    fn next(&mut self) -> Option<LocalStep> {
        loop {
            if let Some(problem) = self.problems.pop() {
                return Some(problem);
            }
            let level = self.levels.last_mut()?;
            let Some(Entry { sort_key, kind }) = level.entries.next() else {
                self.levels.pop();
                continue;
            };
            let name = without_slash(&sort_key);
            let path = level.path.join(name);
            if let LocalKind::Skipped(reason) = kind {
                return Some(LocalStep::Skipped { path, reason });
            }
            let relative = match segment(&sort_key, &path) {
                Ok(name) => format!("{}{name}", level.relative),
                Err(error) => return Some(LocalStep::Failed(error)),
            };
            if kind == LocalKind::File {
                return Some(LocalStep::File { path, relative });
            }
            if self.is_in(&path) {
                let reason = "it leads back to a directory above it";
                return Some(LocalStep::Skipped { path, reason });
            }
            self.enter(path, relative);
        }
    }
}

/// The name of an entry.
fn without_slash(sort_key: &OsStr) -> &OsStr {
    let bytes = sort_key.as_bytes();
    OsStr::from_bytes(bytes.strip_suffix(b"/").unwrap_or(bytes))
}

/// The name as a segment of a key.
pub fn segment<'a>(name: &'a OsStr, path: &Path) -> Result<&'a str> {
    name.to_str().ok_or_else(|| {
        let shown = printable(&path.to_string_lossy());
        let text =
            format!("cannot upload `{shown}`: its name is not UTF-8 text and cannot be a key");
        Error::new(Kind::Usage, text)
    })
}

fn identity(metadata: &Metadata) -> (u64, u64) {
    (metadata.dev(), metadata.ino())
}

/// The reason to skip a file of this type, if it is special.
pub fn special(kind: FileType) -> Option<&'static str> {
    use std::os::unix::fs::FileTypeExt;
    match () {
        () if kind.is_fifo() => Some("it is a FIFO"),
        () if kind.is_socket() => Some("it is a socket"),
        () if kind.is_block_device() || kind.is_char_device() => Some("it is a device"),
        () => None,
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    /// The relative paths of the files, or the reasons of what is skipped, in order.
    fn walk(dir: &Path, links: DirectoryLinks) -> Vec<String> {
        let found = LocalTree::new(dir, links).map(|found| match found {
            LocalStep::File { relative, .. } => relative,
            LocalStep::Skipped { reason, .. } => reason.to_owned(),
            LocalStep::Failed(error) => error.to_string(),
        });
        found.collect()
    }

    #[test]
    fn files_come_in_the_order_of_their_keys() {
        let dir = tempfile::tempdir().unwrap();
        for path in ["a/b", "a-c", "a/", "a.d", "a0", "b/c/d", "Z"] {
            let path = dir.path().join(path);
            match path.to_str().unwrap().ends_with('/') {
                true => std::fs::create_dir_all(path).unwrap(),
                false => {
                    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
                    std::fs::write(path, "").unwrap();
                }
            }
        }
        let mut expected = ["a/b", "a-c", "a.d", "a0", "b/c/d", "Z"];
        expected.sort_unstable();
        assert_eq!(walk(dir.path(), DirectoryLinks::Skip), expected);
        assert_eq!(expected[1..4], ["a-c", "a.d", "a/b"]);
    }

    #[test]
    fn links_to_directories_are_followed_on_demand_but_not_in_circles() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(dir.path().join("a/b")).unwrap();
        std::fs::write(dir.path().join("a/b/f"), "").unwrap();
        symlink("..", dir.path().join("a/b/up")).unwrap();
        symlink("a/b", dir.path().join("link")).unwrap();
        let circle = "it leads back to a directory above it";
        assert_eq!(
            walk(dir.path(), DirectoryLinks::Follow),
            ["a/b/f", circle, "link/f", circle]
        );
        let skipped = "it is a symbolic link to a directory";
        assert_eq!(
            walk(dir.path(), DirectoryLinks::Skip),
            ["a/b/f", skipped, skipped]
        );
    }
}
