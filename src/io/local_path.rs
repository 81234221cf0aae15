//! Resolves the path of a local destination: a file to be replaced, or a stream to be written through.
//!
//! Symbolic links are followed, as by cp(1) and curl(1), one step at a time through descriptors, so that nothing can be
//! exchanged between a check and its use. In a sticky directory that everyone can write to, like /tmp, a link is followed
//! only if it belongs to this user or to the owner of the directory: the rule of Linux's `protected_symlinks`
//! (proc_sys_fs(5)), applied regardless of the system's setting. The same rule applies to a FIFO (`protected_fifos`).

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::Path;

use rustix::fs::{CWD, FileType, Mode, OFlags, Stat};
use rustix::io::{Errno, retry_on_intr};
use rustix::process::{PidfdFlags, PidfdGetfdFlags, geteuid, getpid};

use super::standard_streams::is_closed;
use crate::error::{Error, Kind, Result, describe, printable};

/// `PROC_SUPER_MAGIC` of statfs(2).
const PROCFS: rustix::fs::FsWord = 0x9fa0;

/// The maximum number of symbolic links in one path, as in the kernel (path_resolution(7)).
const MAX_LINKS: usize = 40;

/// The file that a path leads to.
#[derive(Debug)]
pub enum LocalPath {
    /// A file, existing or not, that can be replaced: its directory and its name there.
    File { dir: OwnedFd, name: OsString },
    /// A FIFO, a device, a file of procfs, or an inherited descriptor.
    Stream(File),
}

impl LocalPath {
    /// Resolves `path` for writing. Nothing is created.
    pub fn resolve(path: &Path) -> Result<Self> {
        let mut walk = PathWalk::new(path, MissingDirectory::Fails);
        while let Some(step) = walk.rest.pop() {
            if !walk.rest.is_empty() {
                walk.enter(&step)?;
            } else if let Some(found) = walk.finish(step)? {
                return Ok(found);
            }
        }
        Err(walk.is_a_directory())
    }
}

/// Opens the directory at `path`, and creates it and its missing parents. Links are followed as by [`LocalPath::resolve`].
pub fn make_directory(path: &Path) -> Result<OwnedFd> {
    let mut walk = PathWalk::new(path, MissingDirectory::IsCreated);
    while let Some(step) = walk.rest.pop() {
        walk.enter(&step)?;
    }
    walk.open(OsStr::new("."), OFlags::RDONLY | OFlags::DIRECTORY)
        .map_err(|errno| walk.failed(errno))
}

/// The treatment of a missing directory on the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum MissingDirectory {
    Fails,
    IsCreated,
}

/// The walk along a path.
struct PathWalk<'a> {
    /// For messages.
    typed: &'a Path,
    /// The directory reached so far; `None` is the working directory.
    dir: Option<OwnedFd>,
    /// The steps that remain, the next one last: `/`, `.`, `..` or a name.
    rest: Vec<OsString>,
    links: usize,
    missing: MissingDirectory,
}

impl<'a> PathWalk<'a> {
    fn new(typed: &'a Path, missing: MissingDirectory) -> Self {
        let mut walk = Self {
            typed,
            dir: None,
            rest: Vec::new(),
            links: 0,
            missing,
        };
        walk.push(typed);
        walk
    }

    /// Puts the steps of `path` in front of those that remain.
    fn push(&mut self, path: &Path) {
        let path = path.as_os_str().as_bytes();
        if path.ends_with(b"/") {
            // The last name must be that of a directory.
            self.rest.push(".".into());
        }
        let names = path
            .split(|byte| *byte == b'/')
            .filter(|name| !name.is_empty());
        self.rest
            .extend(names.rev().map(|name| OsStr::from_bytes(name).to_owned()));
        if path.starts_with(b"/") {
            self.rest.push("/".into());
        }
    }

    fn open(&self, name: &OsStr, flags: OFlags) -> Result<OwnedFd, Errno> {
        let flags = flags | OFlags::CLOEXEC;
        match &self.dir {
            Some(dir) => rustix::fs::openat(dir, name, flags, Mode::empty()),
            None => rustix::fs::openat(CWD, name, flags, Mode::empty()),
        }
    }

    /// Enters the directory `name`, which may be a link to one.
    fn enter(&mut self, name: &OsStr) -> Result<()> {
        let directory = OFlags::PATH | OFlags::DIRECTORY;
        let mut found = self.open(name, directory | OFlags::NOFOLLOW);
        if matches!(found, Err(Errno::NOENT)) && self.missing == MissingDirectory::IsCreated {
            self.create(name).map_err(|errno| self.not_created(errno))?;
            found = self.open(name, directory | OFlags::NOFOLLOW);
        }
        match found {
            Ok(dir) => self.dir = Some(dir),
            // Either a link or not a directory.
            Err(Errno::NOTDIR | Errno::LOOP) => {
                let found = self
                    .open(name, OFlags::PATH | OFlags::NOFOLLOW)
                    .map_err(|errno| self.not_entered(errno))?;
                let stat = self.stat(&found)?;
                if !is_link(&stat) {
                    return Err(self.not_entered(Errno::NOTDIR));
                }
                if is_on_procfs(&found) {
                    // Links of procfs are resolved by the kernel, and their text need not be a path.
                    let dir = self.open(name, directory);
                    self.dir = Some(dir.map_err(|errno| self.not_entered(errno))?);
                } else {
                    self.follow(&found, &stat)?;
                }
            }
            Err(errno) => return Err(self.not_entered(errno)),
        }
        Ok(())
    }

    /// Creates the directory `name`, unless another process has done so meanwhile.
    fn create(&self, name: &OsStr) -> Result<(), Errno> {
        let permissions = Mode::from_raw_mode(0o777);
        let created = retry_on_intr(|| match &self.dir {
            Some(dir) => rustix::fs::mkdirat(dir, name, permissions),
            None => rustix::fs::mkdirat(CWD, name, permissions),
        });
        match created {
            Err(Errno::EXIST) => return Ok(()),
            created => created?,
        }
        // A descriptor with O_PATH cannot be synced.
        let parent = self.open(OsStr::new("."), OFlags::RDONLY | OFlags::DIRECTORY)?;
        retry_on_intr(|| rustix::fs::fsync(&parent))
    }

    /// Opens the last step; `None` if it is a link, whose steps are next.
    fn finish(&mut self, name: OsString) -> Result<Option<LocalPath>> {
        let found = match self.open(&name, OFlags::PATH | OFlags::NOFOLLOW) {
            Ok(found) => found,
            Err(Errno::NOENT) => return self.file(name).map(Some),
            Err(errno) => return Err(self.failed(errno)),
        };
        let stat = self.stat(&found)?;
        match FileType::from_raw_mode(stat.st_mode) {
            FileType::Directory => Err(self.is_a_directory()),
            FileType::Symlink if is_on_procfs(&found) => self.procfs_link(&name).map(Some),
            FileType::Symlink => self.follow(&found, &stat).map(|()| None),
            FileType::RegularFile if is_on_procfs(&found) => {
                let file = self.open(&name, OFlags::WRONLY | OFlags::TRUNC | OFlags::NOFOLLOW);
                file.map(|file| Some(LocalPath::Stream(file.into())))
                    .map_err(|errno| self.failed(errno))
            }
            FileType::RegularFile => self.file(name).map(Some),
            _ => self.special(&name, &stat).map(Some),
        }
    }

    /// A file that can be replaced.
    fn file(&self, name: OsString) -> Result<LocalPath> {
        // A descriptor with O_PATH cannot be synced.
        let dir = self
            .open(OsStr::new("."), OFlags::RDONLY | OFlags::DIRECTORY)
            .map_err(|errno| self.not_entered(errno))?;
        if is_on_procfs(&dir) {
            return Err(self.failed(Errno::NOENT));
        }
        Ok(LocalPath::File { dir, name })
    }

    /// A FIFO or a device.
    fn special(&self, name: &OsStr, stat: &Stat) -> Result<LocalPath> {
        let is_fifo = FileType::from_raw_mode(stat.st_mode) == FileType::Fifo;
        if is_fifo && !self.is_trusted(stat)? {
            return Err(self.untrusted("FIFO", stat));
        }
        let flags = OFlags::WRONLY | OFlags::NOFOLLOW | OFlags::NOCTTY;
        let file = self.open(name, flags).map_err(|errno| self.failed(errno))?;
        let opened = self.stat(&file)?;
        if (opened.st_dev, opened.st_ino) != (stat.st_dev, stat.st_ino) {
            let text = format!("`{}` was exchanged while it was opened", self.shown());
            return Err(Error::new(Kind::Local, text));
        }
        Ok(LocalPath::Stream(file.into()))
    }

    /// Opens a link of procfs. `/proc/self/fd/N` is the descriptor itself, so that bytes are written at its offset. Any other
    /// link is opened as a path.
    fn procfs_link(&self, name: &OsStr) -> Result<LocalPath> {
        let number = name.to_str().and_then(|name| name.parse().ok());
        let stream = match number {
            Some(number) if self.is_in_our_descriptors()? => self.inherited(number, name),
            _ => self.open(name, OFlags::WRONLY | OFlags::TRUNC | OFlags::NOCTTY),
        };
        stream
            .map(|stream| LocalPath::Stream(stream.into()))
            .map_err(|errno| self.failed(errno))
    }

    fn is_in_our_descriptors(&self) -> Result<bool> {
        let Some(dir) = &self.dir else {
            return Ok(false);
        };
        let dir = self.stat(dir)?;
        let is_this = |path| {
            rustix::fs::stat(path)
                .is_ok_and(|ours| (ours.st_dev, ours.st_ino) == (dir.st_dev, dir.st_ino))
        };
        Ok(is_this("/proc/self/fd") || is_this("/proc/thread-self/fd"))
    }

    /// Duplicates an inherited descriptor.
    fn inherited(&self, number: i32, name: &OsStr) -> Result<OwnedFd, Errno> {
        match number {
            0 => return duplicate_open(std::io::stdin()),
            1 => return duplicate_open(std::io::stdout()),
            2 => return duplicate_open(std::io::stderr()),
            _ => {}
        }
        if is_ours(number) {
            return Err(Errno::BADF);
        }
        let duplicate = rustix::process::pidfd_open(getpid(), PidfdFlags::empty()).and_then(
            |process: OwnedFd| {
                rustix::process::pidfd_getfd(process, number, PidfdGetfdFlags::empty())
            },
        );
        // Containers may forbid this. The file is then opened again for appending: its end is the offset of a shell's `3>file`.
        duplicate.or_else(|_| self.open(name, OFlags::WRONLY | OFlags::APPEND | OFlags::NOCTTY))
    }

    /// Continues with the text of a link.
    fn follow(&mut self, link: &OwnedFd, stat: &Stat) -> Result<()> {
        if !self.is_trusted(stat)? {
            return Err(self.untrusted("symbolic link", stat));
        }
        self.links += 1;
        if self.links > MAX_LINKS {
            return Err(self.failed(Errno::LOOP));
        }
        let text =
            rustix::fs::readlinkat(link, "", Vec::new()).map_err(|errno| self.failed(errno))?;
        let text = OsString::from_vec(text.into_bytes());
        self.push(Path::new(&text));
        Ok(())
    }

    /// Returns whether a file in the current directory was created by this user or by the owner of the directory, or whether
    /// the directory does not let other users create files.
    fn is_trusted(&self, found: &Stat) -> Result<bool> {
        let dir = self
            .open(OsStr::new("."), OFlags::PATH)
            .map_err(|errno| self.failed(errno))?;
        let dir = self.stat(&dir)?;
        let is_shared = dir.st_mode & 0o1002 == 0o1002;
        Ok(!is_shared || found.st_uid == geteuid().as_raw() || found.st_uid == dir.st_uid)
    }

    fn stat(&self, fd: impl AsFd) -> Result<Stat> {
        rustix::fs::fstat(fd).map_err(|errno| self.failed(errno))
    }

    fn shown(&self) -> String {
        printable(&self.typed.to_string_lossy())
    }

    fn failed(&self, errno: Errno) -> Error {
        Error::local(format_args!("open `{}`", self.shown()), &errno.into())
    }

    fn not_created(&self, errno: Errno) -> Error {
        let doing = format!("create the directory `{}`", self.shown());
        Error::local(doing, &errno.into())
    }

    fn is_a_directory(&self) -> Error {
        Error::new(Kind::Local, format!("`{}` is a directory", self.shown()))
    }

    fn untrusted(&self, what: &str, stat: &Stat) -> Error {
        let text = format!(
            "`{}` leads through a {what} of another user (uid {}) in a directory that everyone can write to",
            self.shown(),
            stat.st_uid
        );
        Error::new(Kind::Local, text).with_hint("name the file itself, in a directory of your own")
    }

    fn not_entered(&self, errno: Errno) -> Error {
        let parent = self.typed.parent().unwrap_or(Path::new(""));
        let parent = match parent.as_os_str().is_empty() {
            true => ".".to_owned(),
            false => printable(&parent.to_string_lossy()),
        };
        match errno {
            Errno::NOENT if self.links > 0 => {
                let text = format!(
                    "`{}` links to a directory that does not exist",
                    self.shown()
                );
                Error::new(Kind::Local, text)
            }
            Errno::NOENT => Error::new(
                Kind::Local,
                format!("the directory `{parent}` does not exist"),
            )
            .with_hint(format!("mkdir -p {parent}")),
            errno => Error::new(
                Kind::Local,
                format!("open the directory `{parent}`: {}", describe(&errno.into())),
            ),
        }
    }
}

/// Duplicates a standard stream, unless the program was started without it.
fn duplicate_open(stream: impl AsFd) -> Result<OwnedFd, Errno> {
    if is_closed(&stream) {
        return Err(Errno::BADF);
    }
    rustix::io::fcntl_dupfd_cloexec(stream, 3)
}

fn is_link(stat: &Stat) -> bool {
    FileType::from_raw_mode(stat.st_mode) == FileType::Symlink
}

fn is_on_procfs(fd: impl AsFd) -> bool {
    rustix::fs::fstatfs(fd).is_ok_and(|fs| fs.f_type == PROCFS)
}

/// Returns whether the program opened the descriptor itself: all of its own have CLOEXEC, inherited ones cannot have it.
fn is_ours(number: i32) -> bool {
    let info = std::fs::read_to_string(format!("/proc/self/fdinfo/{number}")).unwrap_or_default();
    let flags = info.lines().find_map(|line| line.strip_prefix("flags:"));
    flags
        .and_then(|flags| u32::from_str_radix(flags.trim(), 8).ok())
        .is_none_or(|flags| flags & OFlags::CLOEXEC.bits() != 0)
}
