//! Listings, page by page.

use std::sync::Arc;

use super::directory::TreePosition;
use super::types::ObjectMeta;

/// The keys to list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ListOptions<'a> {
    /// Only keys that begin with this text are listed.
    pub prefix: &'a str,
    /// The depth of the listing below the prefix.
    pub depth: ListDepth,
    /// The cost of modification times that the caller accepts.
    pub times: TimeRequest,
}

impl<'a> ListOptions<'a> {
    /// All keys that begin with `prefix`, without times that cost a request each.
    pub fn all(prefix: &'a str) -> Self {
        Self {
            prefix,
            depth: ListDepth::All,
            times: TimeRequest::IfFree,
        }
    }
}

/// The depth of a listing below its prefix.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListDepth {
    /// Every key.
    All,
    /// Keys up to the next `/` after the prefix. The keys that share the text up to that `/` are one [`ListedKind::Prefix`].
    OneLevel,
}

/// The cost of modification times that the caller of a listing accepts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimeRequest {
    /// Only times that the listing contains.
    IfFree,
    /// A time for each blob, also if the store has to be asked about each of them.
    Always,
}

/// One line of a listing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListEntry {
    /// The whole key, or the common prefix, which ends in `/`.
    pub key: String,
    /// The kind of entry.
    pub kind: ListedKind,
    /// The size, and the further metadata that the listing contains. Empty for a prefix.
    pub info: ObjectMeta,
    /// The link to a directory below which the listing found the blob: it may be elsewhere as well. Its path ends in `/`.
    pub link: Option<Arc<str>>,
}

/// The kind of an entry of a listing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListedKind {
    /// A blob.
    Blob,
    /// The common beginning of one or more keys.
    Prefix,
}

/// A page of a listing.
#[derive(Debug, Clone, Default)]
pub struct Page {
    /// In ascending order of the bytes of their keys, within the page and from page to page, if the store sorts so.
    /// There may be none, although further pages follow.
    pub entries: Vec<ListEntry>,
    /// The token of the next page; `None` after the last one.
    pub next: Option<PageToken>,
    /// Names were left out that cannot be keys: blobs may exist that no page contains.
    pub is_incomplete: bool,
}

/// The position after a page. It is valid for the store and the options that returned it.
#[derive(Debug, Clone)]
pub enum PageToken {
    /// A text that the store understands.
    Text(String),
    /// A position in a tree of directories.
    Tree(TreePosition),
}
