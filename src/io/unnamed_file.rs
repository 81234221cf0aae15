//! Files without a name, for what does not fit into memory.

use std::fs::File;
use std::path::Path;

use rustix::fs::{AtFlags, CWD, Mode, OFlags};
use rustix::io::Errno;

use super::temp_name::temporary_name;
use crate::error::{Error, Result, printable};

/// Creates a private file in `dir` that disappears with its last descriptor.
pub fn unnamed_file(dir: &Path) -> Result<File> {
    let mode = Mode::RUSR | Mode::WUSR;
    let flags = OFlags::RDWR | OFlags::CLOEXEC;
    let created = match rustix::fs::openat(CWD, dir, flags | OFlags::TMPFILE, mode) {
        // The file system has no such files.
        Err(Errno::OPNOTSUPP | Errno::ISDIR | Errno::INVAL) => {
            let path = dir.join(temporary_name());
            let file = rustix::fs::openat(CWD, &path, flags | OFlags::CREATE | OFlags::EXCL, mode);
            file.and_then(|file| {
                rustix::fs::unlinkat(CWD, &path, AtFlags::empty())?;
                Ok(file)
            })
        }
        created => created,
    };
    created.map(File::from).map_err(|errno| {
        let shown = printable(&dir.to_string_lossy());
        Error::local(
            format_args!("cannot create a temporary file in `{shown}`"),
            &errno.into(),
        )
    })
}
