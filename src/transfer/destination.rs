//! The destination of a download, and its verification.

use std::ffi::OsString;
use std::fs::File;
use std::os::fd::OwnedFd;
use std::path::Path;
use std::sync::Arc;

use crate::error::Result;
use crate::io::atomic_file::Overwrite;
use crate::io::local_path::LocalPath;

/// The destination of a download.
pub enum Destination {
    /// A file that appears whole.
    File(FileDestination),
    /// stdout, a pipe or a device: bytes are written as they come and cannot be rewound.
    Stream(File),
    /// A callback that receives the bytes in order; delivered bytes cannot be rewound.
    Callback(Callback),
    /// Discard: what comes is compared and forgotten.
    Discard,
}

/// Receives the next bytes of a blob.
pub type Callback = Box<dyn Fn(&[u8]) -> Result<()> + Send + Sync>;

/// A name in an open directory.
pub struct FileDestination {
    pub(super) dir: Arc<OwnedFd>,
    pub(super) name: OsString,
    pub(super) shown: String,
}

impl Destination {
    /// The file or stream that `path` resolves to; its directory must exist.
    pub fn at(path: &Path) -> Result<Self> {
        let shown = crate::error::printable(&path.to_string_lossy());
        match LocalPath::resolve(path)? {
            LocalPath::Stream(file) => Ok(Self::Stream(file)),
            LocalPath::File { dir, name } => Ok(Self::File(FileDestination {
                dir: Arc::new(dir),
                name,
                shown,
            })),
        }
    }
}

/// The user's choices about a download.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DownloadOptions {
    /// The existing file that the download may replace.
    pub replace: Overwrite,
    /// The verification of the bytes.
    pub verification: Verification,
}

/// The verification of a download.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verification {
    /// By the strongest checksum that the store supports, else by the length.
    Strongest,
    /// By a checksum; a blob without one is a failure.
    Digest,
    /// By the length alone, which costs nothing.
    Length,
}
