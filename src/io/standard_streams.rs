//! stdin, stdout and stderr, which may be closed when the program starts.

use std::os::fd::AsFd;
use std::path::Path;

use rustix::fs::{FileType, OFlags};

use crate::error::{Error, Kind, Result};

/// `/dev/null` of Linux: major number 1, minor number 3.
const NULL_DEVICE: u64 = 1 << 8 | 3;

/// Returns whether the program was started without this stream.
///
/// Rust's start-up opens `/dev/null` for reading and writing in place of a closed descriptor, and nothing records that it
/// did. A shell opens `</dev/null` and `>/dev/null` for one direction only. Python's `DEVNULL`, Node's `ignore` and
/// daemon(3) open it for both and are mistaken for closed, so this is only to be called where the command is about the
/// stream.
pub fn is_closed(stream: impl AsFd) -> bool {
    rustix::fs::fcntl_getfl(&stream).is_ok_and(|flags| flags.contains(OFlags::RDWR))
        && is_null_device(stream)
}

/// Returns whether an open file is a regular file, which can be read again.
pub fn is_file(file: impl AsFd) -> bool {
    rustix::fs::fstat(file).is_ok_and(|stat| FileType::from_raw_mode(stat.st_mode).is_file())
}

/// Returns whether an open file is `/dev/null`.
pub fn is_null_device(file: impl AsFd) -> bool {
    rustix::fs::fstat(file).is_ok_and(|stat| {
        FileType::from_raw_mode(stat.st_mode).is_char_device() && stat.st_rdev == NULL_DEVICE
    })
}

/// Returns whether a path leads to our stdout, as `/dev/stdout` does.
pub fn is_stdout(path: &Path) -> bool {
    let stdout = std::io::stdout();
    let (Ok(named), Ok(ours)) = (rustix::fs::stat(path), rustix::fs::fstat(&stdout)) else {
        return false;
    };
    let is_same = (named.st_dev, named.st_ino) == (ours.st_dev, ours.st_ino);
    // `/dev/null` is named to discard the blob, even if the report goes there as well.
    is_same && (!is_null_device(stdout) || path.is_symlink())
}

/// Fails if stdout is closed.
pub fn check_stdout() -> Result<()> {
    if !is_closed(std::io::stdout()) {
        return Ok(());
    }
    Err(Error::new(Kind::Local, "stdout is closed").with_hint(
        "redirect it; to discard the output, open /dev/null for writing only, as `>/dev/null` does",
    ))
}
