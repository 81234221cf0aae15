//! Blobs as the files of a directory.
//!
//! Every path is resolved by the kernel beneath the root (`openat2` with `RESOLVE_BENEATH`), so neither a key nor
//! a symbolic link, not even one that is exchanged meanwhile, leads out of it.

mod diagnostics;
mod leftovers;

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io;
use std::io::Read;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rustix::fs::{AtFlags, FileType, Mode, OFlags, ResolveFlags};
use rustix::io::{Errno, retry_on_intr};

use crate::cancel::Cancel;
use crate::digest::Verified;
use crate::error::{Error, Kind, LocalCause, Result, access};
use crate::io::atomic_file::{AtomicFile, Overwrite};
use crate::io::beneath;
use crate::io::beneath::make_directories;
use crate::io::directory_sync::sync_directory;
use crate::io::page_buffer::PageBuffer;
use crate::io::payload::{Payload, source_error};
use crate::io::temp_name::TEMPORARY_PREFIX;
use crate::key::Key;
use crate::store::diagnostics::Diagnostics;
use crate::store::directory::{TreeEntry, TreeNode};
use crate::store::download::{Download, DownloadBody};
use crate::store::identity::{BlobId, StoreId};
use crate::store::leftovers::Leftovers;
use crate::store::list::{ListOptions, Page, PageToken};
use crate::store::tree::{FileTree, list_page};
use crate::store::types::{Condition, GetOptions, ObjectMeta, PutOptions, PutResult};
use crate::store::{Capabilities, Context, Store};
use crate::url::Url;

/// Reads and writes of this size make the page cache use large pages: 1 GiB costs half of what 128 KiB cost.
const BLOCK: usize = 1 << 20;

/// The longest path of a system call, in bytes: `PATH_MAX` (limits.h) without the NUL at the end.
const LONGEST_PATH: usize = 4095;

/// The longest name in any file system of Linux, in bytes (`NAME_MAX`).
const LONGEST_NAME: usize = 255;

/// A directory.
#[derive(Debug, Clone)]
pub struct Config {
    /// Keys are paths relative to this directory.
    pub root: PathBuf,
    /// The reaction to a missing directory.
    pub missing_root: MissingRoot,
}

/// The meaning of a missing root directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MissingRoot {
    /// It is the built-in default: nothing has been stored yet, and the first put creates it.
    Create,
    /// It is configured, so a disk may not be mounted: every operation fails.
    Refuse,
}

/// The store.
pub struct Fs {
    config: Config,
    /// The absolute form of the root.
    root: OnceLock<PathBuf>,
    cancel: Arc<Cancel>,
}

impl Fs {
    /// Nothing is opened before the first operation.
    pub fn new(config: Config, context: Context) -> Self {
        Self {
            config,
            root: OnceLock::new(),
            cancel: context.cancel,
        }
    }

    /// The absolute path of the blob `key`.
    fn path_of(&self, key: &str) -> OsString {
        let root = self.root.get_or_init(|| absolute(&self.config.root));
        below(root, key)
    }

    /// The root directory, or `None` if it is not there and that means an empty store.
    fn root(&self) -> Result<Option<OwnedFd>> {
        let root = &self.config.root;
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        match rustix::fs::open(root, flags, Mode::empty()) {
            Ok(dir) => Ok(Some(dir)),
            Err(Errno::NOENT) if self.config.missing_root == MissingRoot::Create => Ok(None),
            Err(errno @ (Errno::NOENT | Errno::NOTDIR)) => {
                let text = format!(
                    "the root directory `{}`: {}",
                    root.display(),
                    crate::error::describe(&errno.into())
                );
                Err(Error::new(Kind::Config, text)
                    .with_hint("create it, mount its disk, or set another `root`"))
            }
            Err(errno) => Err(access(
                errno,
                format_args!("open the root directory `{}`", root.display()),
            )),
        }
    }

    fn root_for_put(&self) -> Result<OwnedFd> {
        if let Some(root) = self.root()? {
            return Ok(root);
        }
        let path = &self.config.root;
        std::fs::create_dir_all(path).map_err(|error| {
            Error::local(
                format_args!("create the directory `{}`", path.display()),
                &error,
            )
        })?;
        self.root()?.ok_or_else(|| {
            Error::new(
                Kind::Local,
                format!("the directory `{}` vanished", path.display()),
            )
        })
    }

    /// Opens `path` without leaving the root. Where the root is that of the system, there is nothing to leave, and absolute
    /// links lead where they say.
    fn below(&self, root: &OwnedFd, path: &str, flags: OFlags) -> rustix::io::Result<OwnedFd> {
        if self.config.root != std::path::Path::new("/") {
            return beneath::open(root, path, flags);
        }
        let resolve = ResolveFlags::IN_ROOT | ResolveFlags::NO_MAGICLINKS;
        rustix::fs::openat2(root, path, flags | OFlags::CLOEXEC, Mode::empty(), resolve)
    }

    fn shown(&self, path: &str) -> String {
        crate::error::printable(&self.config.root.join(path).to_string_lossy())
    }

    /// The blob's file opened with `flags` (a FIFO must not block us), or `None` if there is no regular file of that name.
    fn file(&self, key: &Key, flags: OFlags) -> Result<Option<(File, std::fs::Metadata)>> {
        let path = key.as_relative_path()?;
        let Some(root) = self.root()? else {
            return Ok(None);
        };
        let file: File = match self.below(&root, path, flags) {
            Ok(file) => file.into(),
            Err(errno) if proves_absence(errno, path) => return Ok(None),
            Err(errno) => return Err(self.refused(errno, "open", path)),
        };
        let metadata = file.metadata().map_err(|error| {
            Error::local(format_args!("examine `{}`", self.shown(path)), &error)
        })?;
        Ok(metadata.is_file().then_some((file, metadata)))
    }

    /// The directory that will hold `path`, made if necessary, and the last segment.
    fn parent<'a>(&self, root: OwnedFd, path: &'a str) -> Result<(OwnedFd, &'a str)> {
        let Some((directories, name)) = path.rsplit_once('/') else {
            return Ok((root, path));
        };
        let flags = OFlags::RDONLY | OFlags::DIRECTORY;
        match self.below(&root, directories, flags) {
            Ok(parent) => return Ok((parent, name)),
            Err(Errno::NOENT) => {}
            Err(errno) => return Err(self.refused(errno, "open", directories)),
        }
        let parent = make_directories(root, directories)
            .map_err(|failure| self.refused(failure.errno, failure.doing, directories))?;
        Ok((parent, name))
    }

    fn refused(&self, errno: Errno, doing: &str, path: &str) -> Error {
        let shown = self.shown(path);
        match errno {
            Errno::XDEV => Error::new(
                Kind::Denied,
                format!("`{shown}` leads out of the root directory by a symbolic link"),
            )
            .with_local_cause(LocalCause::LinkOut),
            Errno::NAMETOOLONG if path.len() > LONGEST_PATH => {
                let text = format!(
                    "{doing} `{shown}`: its path is longer than {LONGEST_PATH} bytes, which the system cannot open"
                );
                Error::new(Kind::Local, text)
            }
            Errno::NOSYS => Error::new(Kind::Local, "this system has no openat2(2)")
                .with_hint("the fs backend needs Linux 5.6 or newer"),
            _ => access(errno, format_args!("{doing} `{shown}`")),
        }
    }
}

/// Returns whether the failure to open `path` proves that it does not exist. A name that is too long for the file system
/// cannot exist; a path that is too long for one system call can, in a tree that was made step by step.
fn proves_absence(errno: Errno, path: &str) -> bool {
    match errno {
        Errno::NOENT | Errno::NOTDIR => true,
        Errno::NAMETOOLONG => {
            path.len() <= LONGEST_PATH || path.split('/').any(|name| name.len() > LONGEST_NAME)
        }
        _ => false,
    }
}

/// The absolute form of `root`. `..` is resolved, because an address with that segment names nothing; links are kept.
pub fn absolute(root: &Path) -> PathBuf {
    let path = std::path::absolute(root).unwrap_or_else(|_| root.to_path_buf());
    let climbs = path
        .components()
        .any(|part| matches!(part, Component::ParentDir));
    if !climbs {
        return path;
    }
    std::fs::canonicalize(&path).unwrap_or(path)
}

/// The key verbatim after the root and a slash. `Path::join` would let a key that begins with one replace the root.
fn below(root: &Path, key: &str) -> OsString {
    let mut path = root.as_os_str().to_owned();
    if !path.as_encoded_bytes().ends_with(b"/") {
        path.push("/");
    }
    path.push(key);
    path
}

/// The identity of a file of this machine, whether or not a store contains it. It need not exist.
pub fn id_of_file(path: &Path) -> BlobId {
    let path = absolute(path).into_os_string();
    BlobId::new(StoreId::Fs, with_links_resolved(&path))
}

/// The path with the links in its directories resolved, as far as they exist. The last segment is the blob itself.
fn with_links_resolved(path: &OsStr) -> OsString {
    let bytes = path.as_bytes();
    let slashes = (1..bytes.len()).rev().filter(|at| bytes[*at] == b'/');
    for at in slashes {
        let (directory, rest) = bytes.split_at(at);
        if let Ok(resolved) = std::fs::canonicalize(OsStr::from_bytes(directory)) {
            let mut whole = match resolved.as_os_str().as_bytes() {
                b"/" => OsString::new(),
                _ => resolved.into_os_string(),
            };
            whole.push(OsStr::from_bytes(rest));
            return whole;
        }
    }
    path.to_owned()
}

impl Store for Fs {
    fn url(&self, key: &str) -> Url {
        Url::new(format!("file://{}", self.path_of(key).to_string_lossy()))
    }

    fn id(&self, key: &Key) -> BlobId {
        let path = self.path_of(key.as_str());
        BlobId::new(StoreId::Fs, with_links_resolved(&path))
    }

    fn head(&self, key: &Key) -> Result<Option<ObjectMeta>> {
        Ok(self
            .file(key, OFlags::PATH)?
            .map(|(_, metadata)| info(&metadata)))
    }

    fn put(&self, key: &Key, payload: &Payload, options: &PutOptions) -> Result<PutResult> {
        let path = key.as_relative_path()?;
        let replace = match &options.condition {
            Condition::None => Overwrite::Allow,
            Condition::Absent if self.file(key, OFlags::PATH)?.is_some() => {
                return Err(Error::already_exists());
            }
            Condition::Absent => Overwrite::Refuse,
            Condition::Etag(_) => {
                return Err(Error::new(
                    Kind::Precondition,
                    "a directory keeps no ETags that a condition could name",
                ));
            }
        };
        let (parent, name) = self.parent(self.root_for_put()?, path)?;
        let mut staged =
            AtomicFile::create(Arc::new(parent), name, self.shown(path), &self.cancel)?;
        if let Some(size) = payload.size() {
            staged.preallocate(size)?;
        }
        let bytes = copy(payload, &staged)?;
        if let Some(modified) = options.modified {
            staged.set_modified(modified);
        }
        staged.commit(bytes, replace)?;
        Ok(PutResult {
            bytes,
            etag: None,
            verified: Verified::Length,
            atomic: (replace == Overwrite::Refuse).then_some(true),
            version_id: None,
        })
    }

    fn list(&self, options: &ListOptions<'_>, page: Option<&PageToken>) -> Result<Page> {
        list_page(self, options, page)
    }

    fn delete(&self, key: &Key) -> Result<()> {
        let path = key.as_relative_path()?;
        if self.file(key, OFlags::PATH)?.is_none() {
            return Err(Error::not_found());
        }
        let root = self.root()?.ok_or_else(Error::not_found)?;
        let (directories, name) = path.rsplit_once('/').unwrap_or((".", path));
        let parent = self
            .below(&root, directories, OFlags::RDONLY | OFlags::DIRECTORY)
            .map_err(|errno| self.refused(errno, "open", directories))?;
        match retry_on_intr(|| rustix::fs::unlinkat(&parent, name, AtFlags::empty())) {
            Ok(()) => {
                sync_directory(&parent).map_err(|errno| self.refused(errno, "sync", directories))
            }
            Err(Errno::NOENT) => Err(Error::not_found()),
            Err(errno) => Err(self.refused(errno, "remove", path)),
        }
    }

    fn capabilities(&self) -> &Capabilities {
        &Capabilities {
            needs_login: false,
            ranges: false,
            attributes: false,
            etag_conditions: false,
            keys_are_paths: true,
        }
    }

    fn diagnostics(&self) -> Option<&dyn Diagnostics> {
        Some(self)
    }

    fn leftovers(&self) -> Option<&dyn Leftovers> {
        Some(self)
    }

    fn get(&self, key: &Key, options: &GetOptions<'_>) -> Result<Download<'_>> {
        let (file, metadata) = self
            .file(key, OFlags::RDONLY | OFlags::NONBLOCK)?
            .ok_or_else(Error::not_found)?;
        let info = info(&metadata);
        if options.if_unchanged.is_some_and(|earlier| *earlier != info) {
            return Err(changed());
        }
        let body = FileBody {
            store: self,
            shown: self.shown(key.as_str()),
            file,
            at: options.offset,
            before: info.clone(),
        };
        Ok(Download::new(info, body))
    }
}

/// The bytes of a file that must not change until the last one has been read.
struct FileBody<'a> {
    store: &'a Fs,
    shown: String,
    file: File,
    /// The next byte.
    at: u64,
    /// The file when it was opened.
    before: ObjectMeta,
}

impl FileBody<'_> {
    fn failed(&self, error: &io::Error) -> Error {
        Error::local(format_args!("read `{}`", self.shown), error)
    }
}

impl DownloadBody for FileBody<'_> {
    fn read(&mut self, buf: &mut [u8]) -> Result<usize> {
        let left = self.before.size.saturating_sub(self.at);
        let want = buf.len().min(usize::try_from(left).unwrap_or(usize::MAX));
        loop {
            self.store.cancel.check()?;
            match self.file.read_at(&mut buf[..want], self.at) {
                Ok(0) if want > 0 => return Err(changed()),
                Ok(len) => {
                    self.at += len as u64;
                    return Ok(len);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(self.failed(&error)),
            }
        }
    }

    fn finish(self: Box<Self>) -> Result<()> {
        let after = self.file.metadata().map_err(|error| self.failed(&error))?;
        match self.at >= self.before.size && info(&after) == self.before {
            true => Ok(()),
            false => Err(changed()),
        }
    }
}

impl FileTree for Fs {
    /// Links to directories are not followed.
    fn read_directory(&self, path: &str) -> Result<Option<Vec<TreeEntry>>> {
        self.entries(path, |name| !name.starts_with(TEMPORARY_PREFIX))
    }

    /// A link counts if it leads to a file below the root.
    fn look_up(&self, key: &str) -> Result<Option<ObjectMeta>> {
        let file = Key::new(key).and_then(|key| self.file(&key, OFlags::PATH));
        Ok(file.unwrap_or(None).map(|(_, metadata)| info(&metadata)))
    }
}

impl Fs {
    /// The entries of a directory whose names are wanted.
    fn entries(
        &self,
        path: &str,
        is_wanted: impl Fn(&str) -> bool,
    ) -> Result<Option<Vec<TreeEntry>>> {
        self.cancel.check()?;
        let Some(root) = self.root()? else {
            return Ok(None);
        };
        let flags = OFlags::RDONLY | OFlags::DIRECTORY;
        let dir = match path {
            "" => root,
            _ => match self.below(&root, path, flags) {
                Ok(dir) => dir,
                Err(errno) if errno == Errno::LOOP || proves_absence(errno, path) => {
                    return Ok(None);
                }
                Err(errno) => return Err(self.refused(errno, "list", path)),
            },
        };
        let failed = |errno: Errno| self.refused(errno, "list", path);
        let mut entries = Vec::new();
        for entry in rustix::fs::Dir::read_from(&dir).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            // A name that is not UTF-8 is not a key.
            let Ok(name) = entry.file_name().to_str() else {
                continue;
            };
            if !matches!(name, "." | "..") && is_wanted(name) {
                entries.extend(tree_entry(&dir, name).map_err(failed)?);
            }
        }
        Ok(Some(entries))
    }
}

/// Returns the entry of a name in a directory; `None` for names that cannot be blobs or have just been removed.
fn tree_entry(dir: &OwnedFd, name: &str) -> rustix::io::Result<Option<TreeEntry>> {
    let stat = match rustix::fs::statat(dir, name, AtFlags::SYMLINK_NOFOLLOW) {
        Ok(stat) => stat,
        Err(Errno::NOENT) => return Ok(None),
        Err(errno) => return Err(errno),
    };
    let node = match FileType::from_raw_mode(stat.st_mode) {
        FileType::Directory => TreeNode::Directory,
        FileType::Symlink => TreeNode::Unknown,
        FileType::RegularFile => TreeNode::File {
            size: stat.st_size.try_into().unwrap_or(0),
            modified: modified(stat.st_mtime, stat.st_mtime_nsec),
        },
        _ => return Ok(None),
    };
    let slash = match node {
        TreeNode::Directory | TreeNode::DirectoryLink => "/",
        _ => "",
    };
    Ok(Some(TreeEntry {
        name: format!("{name}{slash}").into(),
        node,
    }))
}

/// The time of a stat structure; `None` if it cannot be represented.
fn modified(seconds: i64, nanoseconds: u64) -> Option<SystemTime> {
    let nanoseconds = Duration::from_nanos(nanoseconds);
    let whole = Duration::from_secs(seconds.unsigned_abs());
    let whole = match seconds {
        0.. => UNIX_EPOCH.checked_add(whole),
        _ => UNIX_EPOCH.checked_sub(whole),
    };
    whole?.checked_add(nanoseconds)
}

fn info(metadata: &std::fs::Metadata) -> ObjectMeta {
    ObjectMeta {
        size: metadata.size(),
        modified: metadata.modified().ok(),
        ..ObjectMeta::default()
    }
}

fn changed() -> Error {
    Error::new(Kind::Integrity, "the blob changed while it was read")
}

/// Writes the whole payload into the file; returns the number of bytes.
fn copy(payload: &Payload, staged: &AtomicFile) -> Result<u64> {
    let mut reader = payload.reader()?;
    let size = payload
        .size()
        .and_then(|size| usize::try_from(size).ok())
        .unwrap_or(BLOCK);
    // One byte more than a small blob has, so that its end is found by the first read.
    let mut block = PageBuffer::new(BLOCK.min(size + 1));
    let (mut at, mut fill) = (0, 0);
    loop {
        let n = reader
            .read(&mut block[fill..])
            .map_err(|error| source_error(&error))?;
        fill += n;
        // A pipe yields 64 KiB at a time: whole blocks are written, whatever the pieces were.
        if n == 0 || fill == block.len() {
            staged.write_at(&block[..fill], at)?;
            at += fill as u64;
            fill = 0;
        }
        if n == 0 {
            return Ok(at);
        }
    }
}
