//! Creates temporary files, and removes those of processes that were killed.
//!
//! The temporary file of a destination has a name that follows from the destination's, and its process holds a lock on it
//! (flock(2)). So the next run with the same destination finds the file of a run that was killed, and replaces it. While
//! another process holds the lock, the file gets a random name.

use std::ffi::OsStr;
use std::os::fd::{AsFd, OwnedFd};

use rustix::fs::{AtFlags, FileType, FlockOperation, Mode, OFlags};
use rustix::io::{Errno, Result};

use super::permissions::PRIVATE;
use super::temp_name::{temporary_name, temporary_name_of};

/// Creates a private file in `dir` for the destination `name`. Returns its name and its descriptor.
pub(super) fn create_temporary(dir: impl AsFd, name: &OsStr) -> Result<(String, OwnedFd)> {
    let usual = temporary_name_of(name);
    let mut created = create_new(&dir, &usual);
    if matches!(created, Err(Errno::EXIST)) && remove_abandoned(&dir, &usual) {
        created = create_new(&dir, &usual);
    }
    match created {
        Ok(file) if is_locked_by_us(&file) => return Ok((usual, file)),
        // Another process took it for an abandoned one before it was locked, or created it first.
        Ok(_) | Err(Errno::EXIST) => {}
        Err(errno) => return Err(errno),
    }
    let other = temporary_name();
    let file = create_new(&dir, &other)?;
    // Nothing else uses this name.
    let _ = rustix::fs::flock(&file, FlockOperation::NonBlockingLockExclusive);
    Ok((other, file))
}

/// Locks a file for as long as it is open. Returns whether this process has the lock and the file still has a name.
/// File systems without locks are treated as if every process had it.
pub(super) fn is_locked_by_us(file: impl AsFd) -> bool {
    match rustix::fs::flock(&file, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => rustix::fs::fstat(&file).is_ok_and(|found| found.st_nlink > 0),
        Err(errno) => errno != Errno::WOULDBLOCK,
    }
}

fn create_new(dir: impl AsFd, name: &str) -> Result<OwnedFd> {
    let flags = OFlags::RDWR | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    rustix::fs::openat(dir, name, flags, PRIVATE)
}

/// Removes the temporary file of a process of this user that has ended. Returns whether it did.
fn remove_abandoned(dir: impl AsFd, name: &str) -> bool {
    let flags = OFlags::RDWR | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let Ok(file) = rustix::fs::openat(&dir, name, flags, Mode::empty()) else {
        return false;
    };
    let Ok(found) = rustix::fs::fstat(&file) else {
        return false;
    };
    let is_ours = FileType::from_raw_mode(found.st_mode) == FileType::RegularFile
        && found.st_uid == rustix::process::geteuid().as_raw()
        && found.st_nlink == 1;
    // Without a working lock, the process may still run.
    let is_abandoned =
        || rustix::fs::flock(&file, FlockOperation::NonBlockingLockExclusive).is_ok();
    let is_same = || {
        rustix::fs::statat(&dir, name, AtFlags::SYMLINK_NOFOLLOW)
            .is_ok_and(|now| (now.st_dev, now.st_ino) == (found.st_dev, found.st_ino))
    };
    is_ours
        && is_abandoned()
        && is_same()
        && rustix::fs::unlinkat(&dir, name, AtFlags::empty()).is_ok()
}

#[cfg(test)]
mod tests {
    use std::fs::File;

    use super::*;

    fn names(dir: &std::path::Path) -> Vec<String> {
        let entries = std::fs::read_dir(dir).unwrap();
        let mut names: Vec<String> = entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn the_file_of_a_process_that_has_ended_is_replaced() {
        let dir = tempfile::tempdir().unwrap();
        let handle = File::open(dir.path()).unwrap();
        let create = || create_temporary(&handle, OsStr::new("x")).unwrap();
        let (abandoned, file) = create();
        std::fs::write(dir.path().join(&abandoned), "rest").unwrap();
        drop(file);
        let (name, _file) = create();
        assert_eq!(name, abandoned);
        assert_eq!(std::fs::read(dir.path().join(&name)).unwrap(), b"");
        assert_eq!(names(dir.path()), [name]);
    }

    #[test]
    fn the_file_of_a_process_that_runs_stays() {
        let dir = tempfile::tempdir().unwrap();
        let handle = File::open(dir.path()).unwrap();
        let create = || create_temporary(&handle, OsStr::new("x")).unwrap();
        let ((one, _first), (two, _second)) = (create(), create());
        assert_ne!(one, two);
        assert_eq!(names(dir.path()).len(), 2);
    }

    #[test]
    fn what_is_not_a_file_of_ours_stays() {
        let dir = tempfile::tempdir().unwrap();
        let handle = File::open(dir.path()).unwrap();
        let usual = temporary_name_of(OsStr::new("x"));
        std::os::unix::fs::symlink("/etc/passwd", dir.path().join(&usual)).unwrap();
        let (name, _file) = create_temporary(&handle, OsStr::new("x")).unwrap();
        assert_ne!(name, usual);
        assert_eq!(names(dir.path()).len(), 2);
    }

    #[test]
    fn a_file_that_lost_its_name_is_not_used() {
        let dir = tempfile::tempdir().unwrap();
        let handle = File::open(dir.path()).unwrap();
        let usual = temporary_name_of(OsStr::new("x"));
        let file = create_new(&handle, &usual).unwrap();
        // Another process removes it before it is locked.
        assert!(remove_abandoned(&handle, &usual));
        assert!(!is_locked_by_us(&file));
    }
}
