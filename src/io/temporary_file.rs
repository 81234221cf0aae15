//! The temporary files of [`super::atomic_file`]: locked while a process writes them, so that the next run can tell the file
//! of a running process from that of a killed one.

use std::ffi::OsStr;
use std::os::fd::OwnedFd;

use rustix::fs::{AtFlags, FileType, FlockOperation, Mode, OFlags, Stat};
use rustix::io::{Errno, Result, retry_on_intr};

use super::permissions::PRIVATE;
use super::temp_name::{temporary_name, temporary_name_of};

/// Creates the temporary file of `name`, and returns its own name. What a killed run left under that name is removed. While
/// another process writes the same file, a random name is used.
pub(super) fn create_temporary(dir: &OwnedFd, name: &OsStr) -> Result<(OwnedFd, String)> {
    let own = temporary_name_of(name);
    match create(dir, &own) {
        Ok(Some(file)) => return Ok((file, own)),
        Err(Errno::EXIST) if remove_abandoned(dir, &own)? => {
            if let Ok(Some(file)) = create(dir, &own) {
                return Ok((file, own));
            }
        }
        Ok(None) | Err(Errno::EXIST) => {}
        Err(errno) => return Err(errno),
    }
    let random = temporary_name();
    Ok((open_new(dir, &random)?, random))
}

/// Locks the file for this process. File systems without locks refuse; then no file is taken for abandoned.
pub(super) fn lock(file: &OwnedFd) -> Result<()> {
    rustix::fs::flock(file, FlockOperation::NonBlockingLockExclusive)
}

/// Creates and locks the file. `None` if another process took it for abandoned in between, and removes it.
fn create(dir: &OwnedFd, name: &str) -> Result<Option<OwnedFd>> {
    let file = open_new(dir, name)?;
    let is_ours = match lock(&file) {
        Ok(()) => rustix::fs::fstat(&file)?.st_nlink > 0,
        Err(Errno::WOULDBLOCK) => false,
        Err(_) => true,
    };
    Ok(is_ours.then_some(file))
}

fn open_new(dir: &OwnedFd, name: &str) -> Result<OwnedFd> {
    let flags = OFlags::RDWR | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    retry_on_intr(|| rustix::fs::openat(dir, name, flags, PRIVATE))
}

/// Removes the temporary file of a process that has ended. Returns whether it did: the file of another user, of a running
/// process, a link and anything that is not a regular file stay.
fn remove_abandoned(dir: &OwnedFd, name: &str) -> Result<bool> {
    let flags = OFlags::RDWR | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let Ok(file) = rustix::fs::openat(dir, name, flags, Mode::empty()) else {
        return Ok(false);
    };
    let found = rustix::fs::fstat(&file)?;
    let is_ours = FileType::from_raw_mode(found.st_mode) == FileType::RegularFile
        && found.st_uid == rustix::process::geteuid().as_raw()
        && found.st_nlink == 1;
    if !is_ours || lock(&file).is_err() {
        return Ok(false);
    }
    // Its process may have renamed it before the lock was free.
    let named = rustix::fs::statat(dir, name, AtFlags::SYMLINK_NOFOLLOW);
    if !named.is_ok_and(|named| is_same(&named, &found)) {
        return Ok(false);
    }
    retry_on_intr(|| rustix::fs::unlinkat(dir, name, AtFlags::empty())).map(|()| true)
}

fn is_same(one: &Stat, other: &Stat) -> bool {
    (one.st_dev, one.st_ino) == (other.st_dev, other.st_ino)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::io::atomic_file::open_dir;

    #[test]
    fn the_file_of_a_running_process_stays_and_that_of_an_ended_one_is_replaced() {
        let dir = tempfile::tempdir().unwrap();
        let handle = open_dir(dir.path()).unwrap();
        let own = temporary_name_of(OsStr::new("x"));
        let (first, name) = create_temporary(&handle, OsStr::new("x")).unwrap();
        assert_eq!(name, own);
        let (_second, other) = create_temporary(&handle, OsStr::new("x")).unwrap();
        assert_ne!(other, own);
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 2);
        std::fs::write(dir.path().join(&own), "half").unwrap();
        drop(first);
        let (_third, name) = create_temporary(&handle, OsStr::new("x")).unwrap();
        assert_eq!(name, own);
        assert_eq!(std::fs::read(dir.path().join(&own)).unwrap(), b"");
    }

    #[test]
    fn links_under_the_temporary_name_stay() {
        let dir = tempfile::tempdir().unwrap();
        let handle = open_dir(dir.path()).unwrap();
        let own = dir.path().join(temporary_name_of(OsStr::new("x")));
        std::fs::write(dir.path().join("theirs"), "theirs").unwrap();
        for link in [std::fs::hard_link, std::os::unix::fs::symlink] as [fn(_, _) -> _; 2] {
            link(dir.path().join("theirs"), own.clone()).unwrap();
            let (_file, name) = create_temporary(&handle, OsStr::new("x")).unwrap();
            assert!(!own.ends_with(name));
            assert_eq!(std::fs::read(dir.path().join("theirs")).unwrap(), b"theirs");
            std::fs::remove_file(&own).unwrap();
        }
    }
}
