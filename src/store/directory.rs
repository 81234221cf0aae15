//! Directories as a listing of files meets them.

use std::sync::Arc;
use std::time::SystemTime;

/// A name in a directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TreeEntry {
    /// The name, with a `/` at the end for a directory.
    pub name: Box<str>,
    /// The file of that name.
    pub node: TreeNode,
}

/// The kind of an entry of a directory. Small, because a directory may have a million entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TreeNode {
    /// A directory.
    Directory,
    /// A link to a directory.
    DirectoryLink,
    /// A file.
    File {
        /// Bytes.
        size: u64,
        /// The time of the last modification.
        modified: Option<SystemTime>,
    },
    /// A link, or an entry whose kind is not known yet.
    Unknown,
}

impl TreeNode {
    /// Returns whether blobs may be below the entry.
    pub fn is_directory(self) -> bool {
        matches!(self, Self::Directory | Self::DirectoryLink)
    }
}

/// A position in the walk through a tree.
#[derive(Debug, Clone)]
pub struct TreePosition {
    /// The open directories, from the top down.
    pub(super) levels: Vec<Level>,
}

/// A directory that the walk is in.
#[derive(Debug, Clone)]
pub(super) struct Level {
    /// Empty, or ends in `/`.
    pub(super) path: String,
    /// The link to a directory that led here, if one did.
    pub(super) link: Option<Arc<str>>,
    /// In the order of their names.
    pub(super) entries: Arc<[TreeEntry]>,
    /// The index of the next entry.
    pub(super) next: usize,
}
