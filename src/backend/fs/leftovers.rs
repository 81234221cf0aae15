//! The temporary files below a directory.

use super::Fs;
use crate::error::Result;
use crate::io::temp_name::is_temporary_name;
use crate::store::directory::{TreeEntry, TreeNode};
use crate::store::leftovers::Leftovers;
use crate::store::list::{ListOptions, Page, PageToken};
use crate::store::tree::{FileTree, list_page};
use crate::store::types::ObjectMeta;

impl Leftovers for Fs {
    fn temporary_files(&self, prefix: &str, page: Option<&PageToken>) -> Result<Page> {
        list_page(&TemporaryFiles(self), &ListOptions::all(prefix), page)
    }
}

/// The directories, and the temporary files in them.
struct TemporaryFiles<'a>(&'a Fs);

impl FileTree for TemporaryFiles<'_> {
    fn read_directory(&self, path: &str) -> Result<Option<Vec<TreeEntry>>> {
        let found = self.0.entries(path, |_| true)?;
        Ok(found.map(|entries| entries.into_iter().filter(is_wanted).collect()))
    }

    /// A link is not one of our files, whatever its name is.
    fn look_up(&self, _: &str) -> Result<Option<ObjectMeta>> {
        Ok(None)
    }
}

fn is_wanted(entry: &TreeEntry) -> bool {
    match entry.node {
        TreeNode::Directory | TreeNode::DirectoryLink => true,
        TreeNode::File { .. } => is_temporary_name(&entry.name),
        TreeNode::Unknown => false,
    }
}
