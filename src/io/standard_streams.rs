//! stdin and stdout, where the program may have been started without them.

use std::os::fd::AsFd;

use rustix::fs::{FileType, OFlags};

use crate::error::{Error, Kind, Result};

/// `/dev/null` of Linux: major number 1, minor number 3.
const NULL_DEVICE: u64 = 1 << 8 | 3;

/// Whether we were started without this stream.
///
/// Rust's start-up opens `/dev/null` for reading and writing in the place of a closed descriptor; the kernel keeps nothing
/// that would tell. A shell's `</dev/null` and `>/dev/null` are opened for one of both. Python's `DEVNULL`, Node's `ignore`
/// and daemon(3) are opened for both, too: they are taken for closed, so that this must be asked only where the stream
/// is what the command is about.
pub fn is_closed(stream: impl AsFd) -> bool {
    rustix::fs::fcntl_getfl(&stream).is_ok_and(|flags| flags.contains(OFlags::RDWR))
        && is_null_device(stream)
}

/// Whether it is `/dev/null`.
pub fn is_null_device(file: impl AsFd) -> bool {
    rustix::fs::fstat(file).is_ok_and(|stat| {
        FileType::from_raw_mode(stat.st_mode).is_char_device() && stat.st_rdev == NULL_DEVICE
    })
}

/// Fails if there is no stdout for what the command prints.
pub fn check_stdout() -> Result<()> {
    if !is_closed(std::io::stdout()) {
        return Ok(());
    }
    Err(Error::new(Kind::Local, "stdout is closed")
        .with_hint("redirect it; to discard what is printed, open /dev/null for writing only, as `>/dev/null` does"))
}
