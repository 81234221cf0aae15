//! Paths below a directory, resolved by the kernel (`openat2` with `RESOLVE_BENEATH`): neither `..` nor a symbolic link, not
//! even one that is exchanged meanwhile, leads out of it.

use std::fs::{File, Metadata};
use std::os::fd::{AsFd, OwnedFd};
use std::path::PathBuf;
use std::sync::OnceLock;

use rustix::fs::{AtFlags, Mode, OFlags, ResolveFlags};
use rustix::io::{Errno, retry_on_intr};

use super::local_path::make_directory;
use crate::error::{Error, Kind, LocalCause, Result, access, printable};

/// A system call that failed on a path below a directory.
#[derive(Debug, Clone, Copy)]
pub struct Failure {
    /// A verb, like "create".
    pub doing: &'static str,
    /// The reason.
    pub errno: Errno,
}

/// Opens `path` below `dir`.
pub fn open(dir: impl AsFd, path: &str, flags: OFlags) -> rustix::io::Result<OwnedFd> {
    rustix::fs::openat2(
        dir,
        path,
        flags | OFlags::CLOEXEC,
        Mode::empty(),
        ResolveFlags::BENEATH | ResolveFlags::NO_MAGICLINKS,
    )
}

/// Opens the directory `path` below `dir`, and creates it and its missing parents.
pub fn make_directories(dir: OwnedFd, path: &str) -> std::result::Result<OwnedFd, Failure> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY;
    let mut parent = dir;
    for segment in path.split('/') {
        let mode = Mode::from_raw_mode(0o777);
        match retry_on_intr(|| rustix::fs::mkdirat(&parent, segment, mode)) {
            Ok(()) => retry_on_intr(|| rustix::fs::fsync(&parent)).map_err(|errno| Failure {
                doing: "sync",
                errno,
            })?,
            Err(Errno::EXIST) => {}
            Err(errno) => {
                return Err(Failure {
                    doing: "create",
                    errno,
                });
            }
        }
        // Each step is resolved beneath the last one, which is stricter than the directory itself: a link may lead down only.
        parent = open(&parent, segment, flags).map_err(|errno| Failure {
            doing: "open",
            errno,
        })?;
    }
    Ok(parent)
}

/// A directory of this machine that a batch writes into. It is created when the first file is written.
#[derive(Debug)]
pub struct LocalDirectory {
    path: PathBuf,
    opened: OnceLock<OwnedFd>,
}

impl LocalDirectory {
    /// The directory at `path`, existing or not.
    pub fn new(path: PathBuf) -> Self {
        Self {
            path,
            opened: OnceLock::new(),
        }
    }

    /// Opens the directory, and creates it and its missing parents, once.
    fn fd(&self) -> Result<&OwnedFd> {
        if let Some(fd) = self.opened.get() {
            return Ok(fd);
        }
        let fd = make_directory(&self.path)?;
        Ok(self.opened.get_or_init(|| fd))
    }

    /// The path as it was typed.
    pub fn path(&self) -> &std::path::Path {
        &self.path
    }

    /// The path of a file in it, for messages.
    pub fn shown(&self, relative: &str) -> String {
        printable(&self.path.join(relative).to_string_lossy())
    }

    /// Checks that a file in it can have the path `relative`.
    pub fn check(&self, relative: &str) -> Result<()> {
        check_relative(relative)
    }

    /// Returns the metadata of the file or directory `relative`, which is not created; `None` if it does not exist, is a
    /// symbolic link or is not below this directory.
    pub fn metadata(&self, relative: &str) -> Option<Metadata> {
        check_relative(relative).ok()?;
        if !self.path.is_dir() {
            return None;
        }
        let found = open(self.fd().ok()?, relative, OFlags::PATH | OFlags::NOFOLLOW);
        File::from(found.ok()?).metadata().ok()
    }

    /// Opens the directory of the file `relative`, and creates what is missing of it; returns it with the last segment.
    pub fn parent_of<'a>(&self, relative: &'a str) -> Result<(OwnedFd, &'a str)> {
        check_relative(relative)?;
        let Some((directories, name)) = relative.rsplit_once('/') else {
            let fd = self.fd()?.try_clone();
            return fd
                .map(|fd| (fd, relative))
                .map_err(|error| Error::local("duplicate a descriptor", &error));
        };
        self.directory(directories).map(|dir| (dir, name))
    }

    /// Opens the directory `relative`, and creates what is missing of it.
    pub fn directory(&self, relative: &str) -> Result<OwnedFd> {
        check_relative(relative)?;
        match open(self.fd()?, relative, OFlags::RDONLY | OFlags::DIRECTORY) {
            Ok(dir) => return Ok(dir),
            Err(Errno::NOENT) => {}
            Err(errno) => return Err(self.refused("open", errno, relative)),
        }
        let top = open(self.fd()?, ".", OFlags::RDONLY | OFlags::DIRECTORY)
            .map_err(|errno| self.refused("open", errno, "."))?;
        make_directories(top, relative)
            .map_err(|failure| self.refused(failure.doing, failure.errno, relative))
    }

    /// Removes the file `relative`, and then the directories above it that are empty.
    pub fn remove(&self, relative: &str) -> Result<()> {
        let (dir, name) = self.parent_of(relative)?;
        match retry_on_intr(|| rustix::fs::unlinkat(&dir, name, AtFlags::empty())) {
            Ok(()) | Err(Errno::NOENT) => {}
            Err(errno) => return Err(self.refused("remove", errno, relative)),
        }
        retry_on_intr(|| rustix::fs::fsync(&dir))
            .map_err(|errno| self.refused("sync", errno, relative))?;
        let mut path = relative;
        while let Some((directory, _)) = path.rsplit_once('/') {
            let Ok((above, name)) = self.parent_of(directory) else {
                break;
            };
            // A directory that is not empty stays.
            if rustix::fs::unlinkat(&above, name, AtFlags::REMOVEDIR).is_err() {
                break;
            }
            path = directory;
        }
        Ok(())
    }

    fn refused(&self, doing: &str, errno: Errno, relative: &str) -> Error {
        let shown = self.shown(relative);
        match errno {
            Errno::XDEV => Error::new(
                Kind::Denied,
                format!("`{shown}` leads out of the destination by a symbolic link"),
            )
            .with_local_cause(LocalCause::LinkOut),
            Errno::NOTDIR => Error::new(
                Kind::Local,
                format!("a part of `{shown}` is a file, not a directory"),
            ),
            _ => access(errno, format_args!("{doing} `{shown}`")),
        }
    }
}

/// Checks that a path names a file below a directory.
fn check_relative(path: &str) -> Result<()> {
    let problem = path.split('/').find_map(|segment| match segment {
        "" => Some("an empty segment"),
        "." => Some("the segment `.`"),
        ".." => Some("the segment `..`"),
        _ if segment.contains('\0') => Some("a NUL"),
        _ => None,
    });
    match problem {
        None => Ok(()),
        Some(problem) => Err(Error::new(
            Kind::Local,
            format!(
                "`{}` has {problem}, which a file cannot have in its name",
                printable(path)
            ),
        )),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn directories_are_created_below_and_nowhere_else() {
        let temporary = tempfile::tempdir().unwrap();
        let (inside, outside) = (temporary.path().join("in"), temporary.path().join("out"));
        std::fs::create_dir(&outside).unwrap();
        let directory = LocalDirectory::new(inside.clone());
        assert!(directory.directory("sub").is_ok());
        symlink(&outside, inside.join("link")).unwrap();
        symlink("sub", inside.join("down")).unwrap();
        std::fs::write(inside.join("file"), "").unwrap();
        assert_eq!(directory.parent_of("a").unwrap().1, "a");
        assert_eq!(directory.parent_of("sub/deep/a").unwrap().1, "a");
        assert!(inside.join("sub/deep").is_dir());
        assert!(directory.parent_of("down/deep/a").is_ok());
        for (path, kind) in [
            ("../a", Kind::Local),
            ("/a", Kind::Local),
            ("sub//a", Kind::Local),
            ("sub/../../a", Kind::Local),
            ("link/a", Kind::Denied),
            ("link/deep/a", Kind::Denied),
            ("file/a", Kind::Local),
            ("a\0", Kind::Local),
        ] {
            let error = directory.parent_of(path).unwrap_err();
            assert_eq!(error.kind(), kind, "{path}: {error}");
        }
        assert_eq!(std::fs::read_dir(&outside).unwrap().count(), 0);
    }
}
