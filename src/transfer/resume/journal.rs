//! A small text file that records the progress of a transfer. It is locked while it is in use, and removed at the end.
//!
//! Each line is appended with one write and not synced: bytes whose lines are lost in a crash of the system are transferred
//! again. An incomplete line is ignored.

use std::fs::{DirBuilder, File};
use std::io::{Read, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

use rustix::fs::{FlockOperation, Mode, OFlags, flock, fstat, stat};
use rustix::io::Errno;

use crate::error::{Error, Result, describe};

/// The first line of every journal. The number changes with the meaning of the lines.
const MAGIC: &str = "blobctl-resume 2";
/// The most bytes that are read of a journal. 10,000 parts take a tenth of this.
const LONGEST: u64 = 16 << 20;

/// An open journal. Dropped without [`Journal::keep`], it is removed.
#[derive(Debug)]
pub struct Journal {
    path: PathBuf,
    file: Mutex<File>,
    lines: Vec<String>,
    /// Another version of blobctl wrote it; its lines are not read.
    pub is_of_another_version: bool,
    kept: AtomicBool,
}

impl Journal {
    /// Opens the journal of that name, with the lines of an earlier run; `None` if another process has it open.
    pub fn open(directory: &Path, name: &str) -> Result<Option<Self>> {
        let path = directory.join(name);
        let failed = |doing: &str, error: std::io::Error| {
            Error::local(format_args!("{doing} `{}`", path.display()), &error)
        };
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(directory)
            .map_err(|error| failed("create the directory of", error))?;
        let flags =
            OFlags::RDWR | OFlags::CREATE | OFlags::APPEND | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        // Another process may remove the file between the open and the lock.
        let mut file: File = loop {
            let file = rustix::fs::open(&path, flags, Mode::from_raw_mode(0o600))
                .map_err(|errno| failed("open", errno.into()))?;
            match flock(&file, FlockOperation::NonBlockingLockExclusive) {
                Ok(()) => {}
                Err(Errno::WOULDBLOCK) => return Ok(None),
                Err(errno) => return Err(failed("lock", errno.into())),
            }
            let ours = fstat(&file).map_err(|errno| failed("examine", errno.into()))?;
            if stat(&path).is_ok_and(|there| there.st_ino == ours.st_ino) {
                break file.into();
            }
        };
        let mut text = Vec::new();
        (&mut file)
            .take(LONGEST)
            .read_to_end(&mut text)
            .map_err(|error| failed("read", error))?;
        Ok(Some(Self {
            path,
            file: Mutex::new(file),
            lines: whole_lines(&text),
            is_of_another_version: is_of_another_version(&text),
            kept: AtomicBool::new(false),
        }))
    }

    /// The lines of an earlier run; empty if there was none.
    pub fn lines(&self) -> impl Iterator<Item = &str> {
        self.lines.iter().map(String::as_str)
    }

    /// Replaces the lines of an earlier run by these.
    pub fn begin(&mut self, lines: &str) -> Result<()> {
        self.lines.clear();
        let file = self.file.get_mut().unwrap_or_else(PoisonError::into_inner);
        file.set_len(0)
            .and_then(|()| file.write_all(format!("{MAGIC}\n{lines}").as_bytes()))
            .map_err(|error| Error::local(format_args!("write `{}`", self.path.display()), &error))
    }

    /// Adds a line. If this fails, another run transfers the line's bytes again.
    pub fn add(&self, line: &str) -> Result<(), String> {
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.write_all(format!("{line}\n").as_bytes())
            .map_err(|error| describe(&error))
    }

    /// Keeps the file for another run.
    pub fn keep(&self) {
        self.kept.store(true, Ordering::Relaxed);
    }
}

/// A journal in the state directory, as it was found.
#[derive(Debug)]
pub struct FoundJournal {
    /// Its path.
    pub path: PathBuf,
    /// Its lines; empty if it is of another version.
    pub lines: Vec<String>,
    /// The time of the last change.
    pub modified: SystemTime,
    /// A running process has it open, or it is younger than the limit of the search.
    pub is_in_use: bool,
    inode: u64,
}

impl FoundJournal {
    /// All journals of the directory; none if it does not exist. Those that were changed after `limit` are in use.
    pub fn all(directory: &Path, limit: SystemTime) -> Result<Vec<Self>> {
        let failed = |error: &std::io::Error| {
            Error::local(format_args!("list `{}`", directory.display()), error)
        };
        let entries = match std::fs::read_dir(directory) {
            Ok(entries) => entries,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(failed(&error)),
        };
        let mut found = Vec::new();
        for entry in entries {
            let entry = entry.map_err(|error| failed(&error))?;
            let name = entry.file_name();
            if is_journal_name(&name.to_string_lossy()) {
                found.extend(Self::read(&entry.path(), limit));
            }
        }
        found.sort_by(|one, other| one.path.cmp(&other.path));
        Ok(found)
    }

    /// `None` if the file has just been removed, or cannot be read.
    fn read(path: &Path, limit: SystemTime) -> Option<Self> {
        let mut file = open_existing(path)?;
        let metadata = file.metadata().ok().filter(std::fs::Metadata::is_file)?;
        let modified = metadata.modified().ok()?;
        let is_in_use =
            modified > limit || flock(&file, FlockOperation::NonBlockingLockShared).is_err();
        let mut text = Vec::new();
        (&mut file).take(LONGEST).read_to_end(&mut text).ok()?;
        Some(Self {
            path: path.to_path_buf(),
            lines: whole_lines(&text),
            modified,
            is_in_use,
            inode: metadata.ino(),
        })
    }

    /// Removes it, unless a process has opened it or changed it in the meantime. Returns whether it was removed.
    pub fn remove(&self) -> Result<bool> {
        let Some(file) = open_existing(&self.path) else {
            return Ok(true);
        };
        let is_same = file.metadata().is_ok_and(|metadata| {
            metadata.ino() == self.inode
                && metadata.modified().is_ok_and(|time| time == self.modified)
        });
        if !is_same || flock(&file, FlockOperation::NonBlockingLockExclusive).is_err() {
            return Ok(false);
        }
        // Still locked: a process that opens it now waits for another file of the name.
        match std::fs::remove_file(&self.path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                let shown = self.path.display();
                Err(Error::local(format_args!("remove `{shown}`"), &error))
            }
            _ => Ok(true),
        }
    }
}

fn open_existing(path: &Path) -> Option<File> {
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let file = rustix::fs::open(path, flags, Mode::empty()).ok()?;
    Some(file.into())
}

/// Returns whether a file of the state directory is a journal: 32 hex digits.
fn is_journal_name(name: &str) -> bool {
    name.len() == 32 && name.bytes().all(|byte| byte.is_ascii_hexdigit())
}

impl Drop for Journal {
    fn drop(&mut self) {
        if !self.kept.load(Ordering::Relaxed) {
            // The lock is still held. If the removal fails, the next run finds that the lines no longer hold.
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

/// The complete lines after the first one, if that is [`MAGIC`].
fn is_of_another_version(text: &[u8]) -> bool {
    let first = text.split_inclusive(|byte| *byte == b'\n').next();
    first.is_some_and(|line| line.ends_with(b"\n") && line != format!("{MAGIC}\n").as_bytes())
}

fn whole_lines(text: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(text);
    let mut lines = text
        .split_inclusive('\n')
        .filter_map(|line| line.strip_suffix('\n'));
    match lines.next() {
        Some(MAGIC) => lines.map(str::to_owned).collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_kept_is_found_again_and_what_was_not_is_gone() {
        let dir = tempfile::tempdir().unwrap();
        let state = dir.path().join("a/b");
        let mut journal = Journal::open(&state, "x").unwrap().unwrap();
        journal.begin("one 1\n").unwrap();
        journal.add("two 2").unwrap();
        assert!(Journal::open(&state, "x").unwrap().is_none());
        journal.keep();
        drop(journal);
        let journal = Journal::open(&state, "x").unwrap().unwrap();
        assert_eq!(journal.lines().collect::<Vec<_>>(), ["one 1", "two 2"]);
        drop(journal);
        assert!(!state.join("x").exists());
    }

    #[test]
    fn a_line_that_was_cut_and_a_file_of_another_kind_say_nothing() {
        assert_eq!(whole_lines(b"blobctl-resume 2\na\nb"), ["a"]);
        assert!(whole_lines(b"blobctl-resume 1\na\n").is_empty());
        assert!(whole_lines(b"\xff\xfe\n\n").is_empty());
        assert!(whole_lines(b"").is_empty());
        assert!(is_of_another_version(b"blobctl-resume 3\na\n"));
        for text in [&b""[..], b"blobctl-resume 2\na\n", b"blobctl-res"] {
            assert!(!is_of_another_version(text));
        }
    }
}
