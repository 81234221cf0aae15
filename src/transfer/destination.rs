//! The destination of a download, and its verification.

use std::ffi::OsString;
use std::fs::File;
use std::os::fd::OwnedFd;
use std::path::Path;
use std::sync::Arc;

use super::byte_range::ByteRange;
use super::wait::Wait;
use crate::cancel::Cancel;
use crate::digest::Digest;
use crate::error::{Error, Kind, Result, access};
use crate::io::atomic_file::{AtomicFile, Overwrite};
use crate::io::beneath::LocalDirectory;
use crate::io::local_path::LocalPath;
use rustix::fs::{AtFlags, FileType};
use rustix::io::Errno;

/// The destination of a download.
pub enum Destination {
    /// A file that appears whole.
    File(FileDestination),
    /// stdout, a pipe or a device: bytes are written as they arrive and cannot be rewound.
    Stream(File),
    /// A callback that receives the bytes in order; delivered bytes cannot be rewound.
    Callback(Callback),
    /// The bytes are verified and discarded.
    Discard,
}

/// Receives the next bytes of a blob.
pub type Callback = Box<dyn Fn(&[u8]) -> Result<()> + Send + Sync>;

/// A name in an open directory.
pub struct FileDestination {
    pub(super) dir: Arc<OwnedFd>,
    pub(super) name: OsString,
    pub(super) shown: String,
    /// The permissions of the finished file, if the user chose them.
    pub(super) mode: Option<u32>,
}

impl FileDestination {
    /// The name in its directory.
    pub fn name(&self) -> String {
        self.name.to_string_lossy().into_owned()
    }

    /// `st_dev` and `st_ino` of the directory.
    pub fn directory_numbers(&self) -> Result<(u64, u64)> {
        let found = rustix::fs::fstat(&*self.dir).map_err(|errno| {
            access(
                errno,
                format_args!("examine the directory of `{}`", self.shown),
            )
        })?;
        Ok((found.st_dev, found.st_ino))
    }

    /// Creates an empty temporary file next to the destination, which is removed when it is dropped.
    pub fn probe(&self, cancel: &Arc<Cancel>) -> Result<AtomicFile> {
        let (dir, shown) = (Arc::clone(&self.dir), self.shown.clone());
        AtomicFile::create(dir, &self.name, shown, cancel)
    }
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
                mode: None,
            })),
        }
    }
}

impl Destination {
    /// A file below the destination of a batch; its directories are created. An existing file is replaced whole, also if it
    /// is a symbolic link: nothing outside of the directory is written.
    pub fn below(directory: &LocalDirectory, relative: &str, overwrite: Overwrite) -> Result<Self> {
        let (dir, name) = directory.parent_of(relative)?;
        let existing = rustix::fs::statat(&dir, name, AtFlags::SYMLINK_NOFOLLOW);
        match existing.map(|stat| FileType::from_raw_mode(stat.st_mode)) {
            Ok(FileType::Directory) => {
                let text = format!("`{}` is a directory", directory.shown(relative));
                return Err(Error::new(Kind::Local, text));
            }
            Ok(_) if overwrite == Overwrite::Refuse => return Err(Error::already_exists()),
            Ok(_) | Err(Errno::NOENT) => {}
            // Such as a name that is too long: nothing has to be transferred to see that.
            Err(errno) => {
                let shown = directory.shown(relative);
                return Err(access(errno, format_args!("cannot write `{shown}`")));
            }
        }
        Ok(Self::File(FileDestination {
            dir: Arc::new(dir),
            name: name.into(),
            shown: directory.shown(relative),
            mode: None,
        }))
    }

    /// The same with permissions that the user chose, if any.
    pub fn with_mode(self, mode: Option<u32>) -> Result<Self> {
        match self {
            Self::File(file) => Ok(Self::File(FileDestination { mode, ..file })),
            _ if mode.is_some() => Err(no_mode()),
            other => Ok(other),
        }
    }
}

/// The error about permissions for something that is not a file.
pub fn no_mode() -> Error {
    let text = "--mode sets the permissions of files, and the destination is not one";
    Error::new(Kind::Usage, text)
}

/// The user's choices about a download.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DownloadOptions {
    /// The existing file that the download may replace.
    pub replace: Overwrite,
    /// The verification of the bytes.
    pub verification: Verification,
    /// The file gets the time of the last modification of the blob.
    pub keeps_time: bool,
    /// The blob that the user expects.
    pub expected: ExpectedBlob,
    /// The bytes to download, if not all of them.
    pub range: Option<ByteRange>,
    /// The permissions of the file, if the user chose them.
    pub mode: Option<u32>,
    /// Wait for the blob.
    pub wait: Option<Wait>,
}

/// The size and checksum of the blob that the user expects.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ExpectedBlob {
    /// Bytes.
    pub size: Option<u64>,
    /// SHA-256 of everything.
    pub sha256: Option<Digest>,
}

impl ExpectedBlob {
    /// Checks the size, before anything is downloaded.
    pub(super) fn check_size(self, size: u64) -> Result<()> {
        match self.size {
            Some(expected) if expected != size => Err(unexpected(format!(
                "the blob has {size} bytes instead of {expected}"
            ))),
            _ => Ok(()),
        }
    }

    /// Checks the SHA-256 of the downloaded bytes.
    pub(super) fn check_sha256(self, found: Digest) -> Result<()> {
        match self.sha256 {
            Some(expected) if expected != found => Err(unexpected(format!(
                "the blob has the SHA-256 {}",
                found.hex()
            ))),
            _ => Ok(()),
        }
    }
}

/// Another download would bring the same blob.
fn unexpected(text: String) -> Error {
    Error::new(Kind::Integrity, text).permanent()
}

/// The verification of a download.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Verification {
    /// By the strongest checksum that the store supports, else by the length.
    #[default]
    Strongest,
    /// By a checksum; a blob without one is a failure.
    Digest,
    /// By the length alone, which costs nothing.
    Length,
}
