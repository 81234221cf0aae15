//! A file that appears under its name complete or not at all, and survives a crash.
//!
//! Order of steps: create under a temporary name in the same directory, write, sync the file, rename it over the
//! final name, sync the directory. Until the rename, readers see the old file.
//!
//! The temporary file is private (0600): a process that opens it early could read or change the content of the finished
//! file. The final permissions are set by the commit ([`super::permissions`]).

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::SystemTime;

use rustix::fs::{AtFlags, FallocateFlags, FileType, Mode, OFlags, RenameFlags};
use rustix::io::{Errno, retry_on_intr};

use super::directory_sync::sync_directory;
use super::permissions::{PRIVATE, set_chosen, set_final, set_mode};
use super::temporary_file::{create_temporary, lock};
use crate::cancel::{Cancel, Watch};
use crate::error::{Error, Kind, Result, access};

/// Smaller files are not preallocated, which would cost a system call for no gain.
const PREALLOCATE_FROM: u64 = 1 << 20;

/// `TMPFS_MAGIC` of statfs(2).
const TMPFS: rustix::fs::FsWord = 0x0102_1994;

/// A file that is being written. If it is dropped without [`AtomicFile::commit`], nothing is left.
#[derive(Debug)]
pub struct AtomicFile {
    dir: Arc<OwnedFd>,
    /// `None` once renamed.
    temporary: Option<String>,
    name: OsString,
    /// For messages.
    shown: String,
    file: File,
    /// The length of the file so far: the end of the last byte written or reserved.
    end: AtomicU64,
    /// The permissions of the finished file, if the user chose them.
    mode: Option<u32>,
    /// The time of the last modification of the finished file; `None` is the time of the last write.
    modified: Option<SystemTime>,
    /// Removes the file if the process exits. Declared last, so that it is dropped after the file is removed. `None` for a
    /// file that may be resumed later.
    watch: Option<Watch>,
}

/// A file that an earlier run left: its temporary name, and the numbers that identify it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnfinishedFile {
    /// In the directory of the finished file.
    pub name: String,
    /// `st_dev`.
    pub device: u64,
    /// `st_ino`.
    pub inode: u64,
}

/// The treatment of an existing file by [`AtomicFile::commit`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Overwrite {
    /// An existing file of that name is replaced.
    #[default]
    Allow,
    /// An existing file of that name is `Precondition`, decided by the system in one step with the rename.
    Refuse,
}

/// Opens a directory for [`AtomicFile::create`].
pub fn open_dir(path: &Path) -> Result<OwnedFd> {
    let shown = if path.as_os_str().is_empty() {
        Path::new(".")
    } else {
        path
    };
    rustix::fs::open(
        shown,
        OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC,
        Mode::empty(),
    )
    .map_err(|errno| {
        Error::local(
            format_args!("open the directory `{}`", shown.display()),
            &errno.into(),
        )
    })
}

impl AtomicFile {
    /// Creates a file that will have the name `name` in `dir`; `shown` is its path for messages. The file that a killed run
    /// left for this name is removed.
    ///
    /// Other users cannot open it before [`AtomicFile::commit`].
    pub fn create(
        dir: Arc<OwnedFd>,
        name: impl AsRef<OsStr>,
        shown: String,
        cancel: &Arc<Cancel>,
    ) -> Result<Self> {
        let name = name.as_ref();
        let failed =
            |errno: Errno| access(errno, format!("create a temporary file next to `{shown}`"));
        match rustix::fs::statat(&*dir, name, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(old) if FileType::from_raw_mode(old.st_mode) == FileType::Directory => {
                return Err(Error::new(Kind::Local, format!("`{shown}` is a directory")));
            }
            Ok(_) | Err(Errno::NOENT) => {}
            Err(errno) => return Err(failed(errno)),
        }
        let (file, temporary) = create_temporary(&dir, name).map_err(failed)?;
        let watch = cancel.on_exit({
            let (dir, temporary) = (Arc::clone(&dir), temporary.clone());
            move || {
                // It may be removed already, and the process ends in any case.
                let _ = retry_on_intr(|| rustix::fs::unlinkat(&*dir, &temporary, AtFlags::empty()));
            }
        });
        Ok(Self {
            dir,
            temporary: Some(temporary),
            name: name.to_owned(),
            shown,
            file: file.into(),
            end: AtomicU64::new(0),
            mode: None,
            modified: None,
            watch: Some(watch),
        })
    }

    /// Opens a file that an earlier run left in `dir`, if it is still the same file, belongs to this user alone and
    /// no other process writes it.
    pub fn reopen(
        dir: Arc<OwnedFd>,
        name: &OsStr,
        unfinished: &UnfinishedFile,
        shown: String,
    ) -> Option<Self> {
        let flags = OFlags::RDWR | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let file = rustix::fs::openat(&*dir, &unfinished.name, flags, Mode::empty()).ok()?;
        let found = rustix::fs::fstat(&file).ok()?;
        let same = (found.st_dev, found.st_ino) == (unfinished.device, unfinished.inode)
            && FileType::from_raw_mode(found.st_mode) == FileType::RegularFile
            && found.st_uid == rustix::process::geteuid().as_raw()
            && found.st_nlink == 1
            && lock(&file) != Err(Errno::WOULDBLOCK)
            // Older versions left it readable by others.
            && set_mode(&file, PRIVATE).is_ok();
        same.then(|| Self {
            dir,
            temporary: Some(unfinished.name.clone()),
            name: name.to_owned(),
            shown,
            file: file.into(),
            end: AtomicU64::new(found.st_size.try_into().unwrap_or(u64::MAX)),
            mode: None,
            modified: None,
            watch: None,
        })
    }

    /// The same with permissions that the user chose, if any.
    #[must_use]
    pub fn with_mode(mut self, mode: Option<u32>) -> Self {
        self.mode = mode;
        self
    }

    /// Keeps the file if the process exits. Dropping it still removes it, unless [`AtomicFile::keep`] is called.
    pub fn keep_on_exit(&mut self) {
        self.watch = None;
    }

    /// The identity by which [`AtomicFile::reopen`] finds the file.
    pub fn identity(&self) -> Result<UnfinishedFile> {
        let found = rustix::fs::fstat(&self.file)
            .map_err(|errno| access(errno, format!("examine `{}`", self.shown)))?;
        Ok(UnfinishedFile {
            name: self.temporary.clone().unwrap_or_default(),
            device: found.st_dev,
            inode: found.st_ino,
        })
    }

    /// Makes the written bytes durable.
    pub fn sync(&self) -> io::Result<()> {
        self.file.sync_data()
    }

    /// Leaves the unfinished file for a later run.
    pub fn keep(mut self) {
        self.temporary = None;
    }

    /// Reserves space for `len` bytes, so that a full disk is detected before the transfer.
    pub fn preallocate(&self, len: u64) -> Result<()> {
        // tmpfs would fill every page with zeros first.
        if len < PREALLOCATE_FROM
            || rustix::fs::fstatfs(&self.file).is_ok_and(|fs| fs.f_type == TMPFS)
        {
            return Ok(());
        }
        self.end.fetch_max(len, Ordering::Relaxed);
        match rustix::fs::fallocate(&self.file, FallocateFlags::empty(), 0, len) {
            // The file system cannot reserve space.
            Ok(()) | Err(Errno::OPNOTSUPP | Errno::NOSYS | Errno::INTR | Errno::INVAL) => Ok(()),
            Err(errno) => Err(self.write_failed(&errno.into())),
        }
    }

    /// Writes all of `bytes` at `offset`.
    pub fn write_at(&self, bytes: &[u8], offset: u64) -> Result<()> {
        let end = offset.saturating_add(bytes.len() as u64);
        self.end.fetch_max(end, Ordering::Relaxed);
        self.file
            .write_all_at(bytes, offset)
            .map_err(|error| self.write_failed(&error))
    }

    /// Fills `bytes` from `offset`. Bytes that are not written yet are an error.
    pub fn read_at(&self, bytes: &mut [u8], offset: u64) -> Result<()> {
        let failed = |error: io::Error| Error::local(format_args!("read `{}`", self.shown), &error);
        self.file.read_exact_at(bytes, offset).map_err(failed)
    }

    /// Makes the commit set the time of the last modification.
    pub fn set_modified(&mut self, modified: SystemTime) {
        self.modified = Some(modified);
    }

    /// Sets the length of the file to `len` bytes, makes it durable and renames it to its final name.
    pub fn commit(mut self, len: u64, overwrite: Overwrite) -> Result<()> {
        let failed = |staged: &Self, doing: &str, error: io::Error| {
            Error::local(format_args!("{doing} `{}`", staged.shown), &error)
        };
        if self.end.load(Ordering::Relaxed) != len {
            self.file
                .set_len(len)
                .map_err(|error| failed(&self, "set the length of", error))?;
        }
        let permitted = match self.mode {
            Some(mode) => set_chosen(&self.file, mode),
            None => set_final(&self.file, &*self.dir, &self.name),
        };
        permitted.map_err(|errno| failed(&self, "set the mode of", errno.into()))?;
        if let Some(modified) = self.modified {
            self.file
                .set_modified(modified)
                .map_err(|error| failed(&self, "set the time of", error))?;
        }
        self.file
            .sync_all()
            .map_err(|error| failed(&self, "sync", error))?;
        if let Some(temporary) = &self.temporary {
            let flags = match overwrite {
                Overwrite::Allow => RenameFlags::empty(),
                Overwrite::Refuse => RenameFlags::NOREPLACE,
            };
            let rename =
                || rustix::fs::renameat_with(&*self.dir, temporary, &*self.dir, &self.name, flags);
            retry_on_intr(rename).map_err(|errno| match errno {
                Errno::EXIST => Error::already_exists(),
                _ => failed(&self, "move the finished file to", errno.into()),
            })?;
            self.temporary = None;
        }
        sync_directory(&*self.dir)
            .map_err(|errno| failed(&self, "sync the directory of", errno.into()))
    }

    fn write_failed(&self, error: &io::Error) -> Error {
        let full = matches!(
            error.kind(),
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded
        );
        let limited = error.kind() == io::ErrorKind::FileTooLarge;
        let error = Error::local(format_args!("write `{}`", self.shown), error);
        match (full, limited) {
            (true, _) => error.with_hint("free some space there and run the same command again"),
            (_, true) => error.with_hint("ulimit -f, or the file system, limits the size of files"),
            _ => error,
        }
    }
}

impl Drop for AtomicFile {
    fn drop(&mut self) {
        if let Some(temporary) = &self.temporary {
            // A failure here cannot be helped, and the first error is already being returned.
            let _ = retry_on_intr(|| rustix::fs::unlinkat(&*self.dir, temporary, AtFlags::empty()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    fn staged(dir: &Path, name: &str) -> Result<AtomicFile> {
        let handle = Arc::new(open_dir(dir).unwrap());
        AtomicFile::create(handle, name, name.to_owned(), &Cancel::new())
    }

    fn names(dir: &Path) -> Vec<String> {
        std::fs::read_dir(dir)
            .unwrap()
            .map(|e| e.unwrap().file_name().into_string().unwrap())
            .collect()
    }

    #[test]
    fn the_old_file_stays_until_the_commit_and_its_mode_after_it() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("x");
        std::fs::write(&path, "old").unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        let file = staged(dir.path(), "x").unwrap();
        file.preallocate(4 << 20).unwrap();
        file.write_at(b"new", 0).unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"old");
        file.commit(3, Overwrite::Allow).unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"new");
        assert_eq!(
            std::fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            0o600
        );
        assert_eq!(names(dir.path()), ["x"]);
    }

    #[test]
    fn nothing_is_left_after_a_drop_or_an_exit() {
        let dir = tempfile::tempdir().unwrap();
        drop(staged(dir.path(), "x").unwrap());
        assert!(names(dir.path()).is_empty());
        let cancel = Cancel::new();
        let handle = Arc::new(open_dir(dir.path()).unwrap());
        let _stuck = AtomicFile::create(handle, "x", "x".to_owned(), &cancel).unwrap();
        cancel.run_cleanups();
        assert!(names(dir.path()).is_empty());
    }

    #[test]
    fn a_directory_is_not_replaced() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir(dir.path().join("x")).unwrap();
        assert_eq!(staged(dir.path(), "x").unwrap_err().kind(), Kind::Local);
    }
}
