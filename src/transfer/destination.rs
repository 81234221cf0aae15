//! Where a download goes, and how it is verified.

use std::fs::File;
use std::os::fd::OwnedFd;
use std::path::Path;
use std::sync::Arc;

use crate::error::{Error, Kind, Result};
use crate::io::atomic_file::Replace;
use crate::io::local_path::LocalPath;

/// Where a blob goes.
pub enum Destination {
    /// A file that appears whole.
    File(FileDestination),
    /// stdout, a pipe or a device: bytes go out as they come and cannot be taken back.
    Stream(File),
    /// Somebody who takes the bytes as they come, a little at a time, and cannot give them back.
    Callback(Callback),
    /// Discard: what comes is compared and forgotten.
    Discard,
}

/// Takes the next bytes of a blob.
pub type Callback = Box<dyn Fn(&[u8]) -> Result<()> + Send + Sync>;

/// A name in an open directory.
pub struct FileDestination {
    pub(super) dir: Arc<OwnedFd>,
    pub(super) name: String,
    pub(super) shown: String,
}

impl Destination {
    /// What `path` leads to; the directory must exist.
    pub fn at(path: &Path) -> Result<Self> {
        let shown = crate::error::printable(&path.to_string_lossy());
        match LocalPath::resolve(path)? {
            LocalPath::Stream(file) => Ok(Self::Stream(file)),
            LocalPath::File { dir, name } => {
                let name = name.into_string().map_err(|_| {
                    Error::new(Kind::Local, format!("`{shown}` is no name for a file"))
                })?;
                Ok(Self::File(FileDestination {
                    dir: Arc::new(dir),
                    name,
                    shown,
                }))
            }
        }
    }
}

/// What the user asks of a download.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DownloadOptions {
    /// What the file may take the place of.
    pub replace: Replace,
    /// How it is to be proven.
    pub verification: Verification,
}

/// How a download is to be proven.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verification {
    /// By the strongest digest that the store has, else by its length.
    Strongest,
    /// By a digest; a blob without one is a failure.
    Digest,
    /// By its length alone, which costs nothing.
    Length,
}
