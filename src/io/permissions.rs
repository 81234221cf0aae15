//! The permissions of a finished file: those of the file that it replaces, or those of a new file.
//!
//! - Without an old file: 0666 less the umask or, in a directory with a default ACL, as that permits (acl(5)).
//! - With an old file of this user: its mode and its access ACL, exactly. The group bits of a file with an ACL are the mask of
//!   that ACL, not the permissions of the group; so the mode alone is never copied from it. An ACL that the new file has
//!   inherited from the directory, and the old one does not have, is removed. Where the ACL cannot be read or set, only the
//!   owner keeps permissions.
//! - If the new file has another group than the old one, neither the group nor others get more permissions than both had
//!   before, and with an ACL none at all.
//! - An old file of another user can only remove permissions from those of a new file: otherwise its owner could make our
//!   file readable or writable. If it has an ACL, only the owner keeps permissions.

use std::ffi::OsStr;
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::sync::LazyLock;

use rustix::fs::{FileType, Mode, OFlags, Stat, XattrFlags};
use rustix::io::{Errno, retry_on_intr};

/// The mode of a temporary file.
pub(super) const PRIVATE: Mode = Mode::RUSR.union(Mode::WUSR);

/// The extended attributes that hold the ACLs (acl(5)). Their values are the kernel's `struct posix_acl_xattr_header` (a
/// version), then entries of a tag, permissions and an id.
const ACCESS_ACL: &str = "system.posix_acl_access";
const DEFAULT_ACL: &str = "system.posix_acl_default";

/// The largest value of an extended attribute in bytes: `XATTR_SIZE_MAX` of Linux.
const LARGEST_ATTRIBUTE: usize = 64 << 10;

/// The permissions of the old file.
enum OldFile {
    /// There is none, or it is not a regular file.
    None,
    /// It has no access ACL.
    Mode(Stat),
    /// It has an access ACL; `None` if that cannot be read.
    Acl(Stat, Option<Vec<u8>>),
}

/// Gives `file` its final permissions, before it is renamed to `name` in `dir`.
pub(super) fn set_final(file: impl AsFd, dir: impl AsFd, name: &OsStr) -> Result<(), Errno> {
    let fresh = 0o666 & default_acl_mode(&dir).unwrap_or(!*UMASK);
    let new = rustix::fs::fstat(&file)?;
    let is_ours = |old: &Stat| old.st_uid == rustix::process::geteuid().as_raw();
    let has_same_group = |old: &Stat| old.st_gid == new.st_gid;
    let mode = match old_file(dir, name)? {
        OldFile::None => fresh,
        OldFile::Mode(old) if is_ours(&old) => {
            remove_acl(&file)?;
            match has_same_group(&old) {
                true => old.st_mode & 0o777,
                false => for_another_group(old.st_mode),
            }
        }
        OldFile::Mode(old) if has_same_group(&old) => fresh & (0o700 | old.st_mode),
        OldFile::Mode(old) => fresh & (0o700 | for_another_group(old.st_mode)),
        OldFile::Acl(old, Some(acl)) if is_ours(&old) && has_same_group(&old) => {
            // The ACL sets the mode, too.
            match rustix::fs::fsetxattr(&file, ACCESS_ACL, &acl, XattrFlags::empty()) {
                Ok(()) => return Ok(()),
                Err(_) => old.st_mode & 0o700,
            }
        }
        OldFile::Acl(old, _) if is_ours(&old) => old.st_mode & 0o700,
        OldFile::Acl(..) => fresh & 0o700,
    };
    set_mode(file, Mode::from_raw_mode(mode))
}

/// Gives `file` exactly the permissions that the user chose.
pub(super) fn set_chosen(file: impl AsFd, mode: u32) -> Result<(), Errno> {
    remove_acl(&file)?;
    set_mode(file, Mode::from_raw_mode(mode))
}

/// A mode for another group: the group and others get what both had.
fn for_another_group(mode: u32) -> u32 {
    let both = mode >> 3 & mode & 0o7;
    mode & 0o700 | both << 3 | both
}

/// The old file of that name. Its mode and its ACL are read by one descriptor, so that both belong to the same file.
fn old_file(dir: impl AsFd, name: &OsStr) -> Result<OldFile, Errno> {
    let flags = OFlags::PATH | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let old = match rustix::fs::openat(dir, name, flags, Mode::empty()) {
        Ok(old) => old,
        Err(Errno::NOENT) => return Ok(OldFile::None),
        Err(errno) => return Err(errno),
    };
    let stat = rustix::fs::fstat(&old)?;
    if FileType::from_raw_mode(stat.st_mode) != FileType::RegularFile {
        return Ok(OldFile::None);
    }
    Ok(match access_acl(&old) {
        Ok(acl) => OldFile::Acl(stat, Some(acl)),
        Err(Errno::NODATA | Errno::OPNOTSUPP | Errno::NOSYS) => OldFile::Mode(stat),
        Err(_) => OldFile::Acl(stat, None),
    })
}

/// The access ACL of a file that was opened with `O_PATH`, which needs no permission to read it: by way of procfs, because
/// fgetxattr(2) rejects such a descriptor.
fn access_acl(file: &OwnedFd) -> Result<Vec<u8>, Errno> {
    let mut acl = Vec::with_capacity(LARGEST_ATTRIBUTE);
    let path = format!("/proc/self/fd/{}", file.as_raw_fd());
    rustix::fs::getxattr(path, ACCESS_ACL, rustix::buffer::spare_capacity(&mut acl))?;
    Ok(acl)
}

/// Removes an ACL that the file inherited from its directory.
fn remove_acl(file: impl AsFd) -> Result<(), Errno> {
    match rustix::fs::fremovexattr(file, ACCESS_ACL) {
        Err(Errno::NODATA | Errno::OPNOTSUPP | Errno::NOSYS | Errno::PERM) => Ok(()),
        result => result,
    }
}

/// The permissions that a directory's default ACL gives to new files in place of the umask (acl(5)); `None` without one.
fn default_acl_mode(dir: impl AsFd) -> Option<u32> {
    const USER_OBJ: u16 = 0x01;
    const GROUP_OBJ: u16 = 0x04;
    const MASK: u16 = 0x10;
    const OTHER: u16 = 0x20;
    let mut attribute = Vec::with_capacity(LARGEST_ATTRIBUTE);
    let room = rustix::buffer::spare_capacity(&mut attribute);
    rustix::fs::fgetxattr(dir, DEFAULT_ACL, room).ok()?;
    let entries: Vec<(u16, u32)> = attribute
        .get(4..)?
        .chunks_exact(8)
        .map(|entry| {
            let tag = u16::from_le_bytes([entry[0], entry[1]]);
            (
                tag,
                u32::from(u16::from_le_bytes([entry[2], entry[3]]) & 0o7),
            )
        })
        .collect();
    let permissions = |wanted| {
        let found = entries.iter().find(|(tag, _)| *tag == wanted);
        found.map(|(_, permissions)| *permissions)
    };
    let group = permissions(MASK).or(permissions(GROUP_OBJ))?;
    Some(permissions(USER_OBJ)? << 6 | group << 3 | permissions(OTHER)?)
}

/// The umask of the process (proc_pid_status(5)) at the time of the first use. Without procfs, files are private.
static UMASK: LazyLock<u32> = LazyLock::new(|| {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("Umask:"));
    mask.and_then(|mask| u32::from_str_radix(mask.trim(), 8).ok())
        .unwrap_or(0o077)
});

/// Sets the mode of a file. File systems without modes reject this, which is ignored.
pub(super) fn set_mode(file: impl AsFd, mode: Mode) -> Result<(), Errno> {
    match retry_on_intr(|| rustix::fs::fchmod(&file, mode)) {
        Err(Errno::PERM | Errno::OPNOTSUPP | Errno::NOSYS) => Ok(()),
        result => result,
    }
}
