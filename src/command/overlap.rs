//! Directories and prefixes of which one contains the other.

use std::path::Path;

use super::batch::BatchSource;
use super::blob::BlobRoot;
use super::target::BatchTarget;
use crate::backend::fs;
use crate::error::{Error, Kind, Result, printable};
use crate::store::identity::BlobId;

/// The identity of a prefix that is empty or ends in `/`, as the beginning of the names of all blobs below it.
pub fn prefix_id(root: &BlobRoot) -> Result<BlobId> {
    root.blob("name").map(|blob| blob.id().directory())
}

/// The identity of a local directory, as the beginning of the names of all files in it. It need not exist.
pub fn directory_id(path: &Path) -> BlobId {
    fs::id_of_file(&path.join("name")).directory()
}

/// Rejects a batch whose destination is in one of its sources: the copies would be found and copied again.
pub fn reject_copies_into_themselves(sources: &[BatchSource], target: &BatchTarget) -> Result<()> {
    for source in sources {
        let (id, below, shown) = match source {
            BatchSource::Directory { path, below } => {
                let shown = format!("`{}`", printable(&path.to_string_lossy()));
                (directory_id(path), below, shown)
            }
            BatchSource::Prefix { root, below } => (prefix_id(root)?, below, root.shown()),
            BatchSource::File { .. } | BatchSource::Stdin | BatchSource::Blob { .. } => continue,
        };
        let destination = match target {
            BatchTarget::Prefix(root) => prefix_id(&root.join(below))?,
            BatchTarget::Tree(directory) => directory_id(&directory.path().join(below)),
            _ => continue,
        };
        if id.contains(&destination) {
            let text = match id == destination {
                true => format!("{shown} would be copied onto itself"),
                false => format!("{shown} would be copied into itself"),
            };
            return Err(Error::new(Kind::Usage, text)
                .with_hint("choose a destination outside of the source"));
        }
    }
    Ok(())
}
