//! The services that do not support a checksum header, as found by earlier runs.
//!
//! One small file in the state directory: a first line with the format's version, then one line per service with the
//! time of the finding (Unix seconds) and a digest of the service's address. It contains no name of a service or bucket
//! and no secret. It is replaced atomically. A file that cannot be read, is damaged or belongs to another user counts
//! as empty.

use std::fs::{DirBuilder, File};
use std::io::{Read, Write};
use std::os::fd::AsFd;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rustix::fs::{AtFlags, FileType, FlockOperation, Mode, OFlags};
use rustix::io::Errno;

use crate::digest::sha256_prefix;
use crate::io::atomic_file::open_dir;

/// The first line. The number changes with the format.
const MAGIC: &str = "blobctl-s3-services 1";

/// Entries expire, because services gain features.
const LIFETIME: Duration = Duration::from_secs(7 * 86_400);

/// The most entries that are kept; the oldest are dropped.
const MAX_ENTRIES: usize = 64;

/// The largest file that is read, in bytes: twice the size of a full one.
const MAX_FILE_BYTES: usize = 8 << 10;

/// Hex digits of an entry's digest.
const DIGEST_DIGITS: usize = 32;

/// The cache file.
#[derive(Debug)]
pub struct UnsupportedChecksums {
    path: PathBuf,
}

/// A service that does not support the header.
#[derive(Debug, Clone, PartialEq, Eq)]
struct CachedService {
    /// Unix seconds.
    since: u64,
    /// Digest of the service's address.
    digest: String,
}

impl UnsupportedChecksums {
    /// The cache at this path. The file is read by the first look-up and need not exist.
    pub fn new(path: PathBuf) -> Self {
        Self { path }
    }

    /// True if a run of the last seven days found that the service at this address does not support the header.
    pub fn contains(&self, address: &str) -> bool {
        let digest = digest(address);
        let text = rustix::fs::open(&self.path, read_flags(), Mode::empty()).and_then(read);
        text.is_ok_and(|text| {
            parse_entries(&text, now())
                .iter()
                .any(|entry| entry.digest == digest)
        })
    }

    /// Adds the service at this address. While another process writes, the entry is skipped: a later run finds it
    /// again.
    pub fn insert(&self, address: &str) -> std::io::Result<()> {
        let (Some(directory), Some(name)) = (self.path.parent(), self.path.file_name()) else {
            return Ok(());
        };
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(directory)?;
        let directory =
            open_dir(directory).map_err(|error| std::io::Error::other(error.to_string()))?;
        if !is_ours(&directory)? {
            return Err(Errno::PERM.into());
        }
        match rustix::fs::flock(&directory, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => {}
            Err(Errno::WOULDBLOCK) => return Ok(()),
            Err(errno) => return Err(errno.into()),
        }
        let name = Path::new(name);
        let old = rustix::fs::openat(&directory, name, read_flags(), Mode::empty()).and_then(read);
        let entry = CachedService {
            since: now(),
            digest: digest(address),
        };
        let text = with_entry(parse_entries(&old.unwrap_or_default(), entry.since), entry);
        // A run that died here may have left one. No other process writes while the directory is locked.
        let next = name.with_extension("new");
        match rustix::fs::unlinkat(&directory, &next, AtFlags::empty()) {
            Ok(()) | Err(Errno::NOENT) => {}
            Err(errno) => return Err(errno.into()),
        }
        let flags =
            OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let file = rustix::fs::openat(&directory, &next, flags, Mode::from_raw_mode(0o600))?;
        let written = File::from(file).write_all(text.as_bytes()).and_then(|()| {
            rustix::fs::renameat(&directory, &next, &directory, name).map_err(Into::into)
        });
        if written.is_err() {
            let _ = rustix::fs::unlinkat(&directory, &next, AtFlags::empty());
        }
        written
    }
}

/// Flags of a read: symbolic links are not followed, and a FIFO does not block.
fn read_flags() -> OFlags {
    OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC
}

/// The text of a regular file that only its owner, this user, can write; empty for any other file and for one that is
/// too long.
fn read(file: impl Into<File> + AsFd) -> rustix::io::Result<String> {
    let found = rustix::fs::fstat(&file)?;
    let is_file = FileType::from_raw_mode(found.st_mode) == FileType::RegularFile;
    let others_write = found.st_mode & 0o022 != 0;
    let size = usize::try_from(found.st_size).unwrap_or(usize::MAX);
    if !is_file || others_write || size > MAX_FILE_BYTES || !is_ours(&file)? {
        return Ok(String::new());
    }
    let mut text = String::with_capacity(size + 1);
    let whole = file
        .into()
        .take(MAX_FILE_BYTES as u64)
        .read_to_string(&mut text);
    Ok(if whole.is_ok() { text } else { String::new() })
}

fn is_ours(file: impl AsFd) -> rustix::io::Result<bool> {
    Ok(rustix::fs::fstat(file)?.st_uid == rustix::process::geteuid().as_raw())
}

/// The entries that have not expired, from a text that may be anything.
fn parse_entries(text: &str, now: u64) -> Vec<CachedService> {
    let mut lines = text.lines();
    if lines.next() != Some(MAGIC) {
        return Vec::new();
    }
    let entry = |line: &str| {
        let (since, digest) = line.split_once(' ')?;
        let since = since.parse().ok()?;
        // An entry from the future comes from a wrong clock.
        let age = Duration::from_secs(now.checked_sub(since)?);
        let is_digest =
            digest.len() == DIGEST_DIGITS && digest.bytes().all(|b| b.is_ascii_hexdigit());
        (age < LIFETIME && is_digest).then(|| CachedService {
            since,
            digest: digest.to_owned(),
        })
    };
    lines.take(MAX_ENTRIES).filter_map(entry).collect()
}

/// The text of the file with a new entry, which comes first.
fn with_entry(mut entries: Vec<CachedService>, new: CachedService) -> String {
    entries.retain(|entry| entry.digest != new.digest);
    entries.insert(0, new);
    entries.truncate(MAX_ENTRIES);
    let lines = entries
        .iter()
        .map(|CachedService { since, digest }| format!("{since} {digest}\n"));
    std::iter::once(format!("{MAGIC}\n")).chain(lines).collect()
}

fn digest(address: &str) -> String {
    sha256_prefix(address, DIGEST_DIGITS)
}

fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| since.as_secs())
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: u64 = 86_400;

    fn entry(since: u64, address: &str) -> CachedService {
        CachedService {
            since,
            digest: digest(address),
        }
    }

    #[test]
    fn what_is_added_is_there_for_seven_days() {
        let text = with_entry(Vec::new(), entry(100, "http://a"));
        assert_eq!(parse_entries(&text, 100), [entry(100, "http://a")]);
        assert_eq!(parse_entries(&text, 99 + 7 * DAY), [entry(100, "http://a")]);
        assert!(parse_entries(&text, 100 + 7 * DAY).is_empty());
        assert!(parse_entries(&text, 99).is_empty());
    }

    #[test]
    fn the_oldest_give_way() {
        let mut text = String::new();
        for number in 0..100 {
            let new = entry(1000 + number, &number.to_string());
            text = with_entry(parse_entries(&text, 2000), new);
        }
        let entries = parse_entries(&text, 2000);
        assert_eq!(entries.len(), MAX_ENTRIES);
        assert_eq!(entries[0], entry(1099, "99"));
        assert!(text.len() * 2 <= MAX_FILE_BYTES, "{}", text.len());
        // A repeated entry replaces the earlier one of the same service.
        let again = parse_entries(&with_entry(entries, entry(1500, "50")), 2000);
        assert_eq!(again.len(), MAX_ENTRIES);
        assert_eq!(again[0], entry(1500, "50"));
    }

    #[test]
    fn what_is_no_line_of_ours_says_nothing() {
        let good = digest("http://a");
        for text in [
            String::new(),
            format!("100 {good}\n"),
            format!("blobctl-s3-services 2\n100 {good}\n"),
            format!("{MAGIC}\n100 {}\n", &good[1..]),
            format!("{MAGIC}\n100 {good}0\n"),
            format!("{MAGIC}\n100 {}\n", good.replace(|_| true, "z")),
            format!("{MAGIC}\n-1 {good}\nx {good}\n{good}\n \n"),
            format!("{MAGIC}\n99999999999999999999999 {good}\n"),
        ] {
            assert!(parse_entries(&text, 200).is_empty(), "{text}");
        }
    }

    #[test]
    fn a_file_is_private_and_found_again() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        let cache = UnsupportedChecksums::new(dir.path().join("a/b/services"));
        assert!(!cache.contains("http://a"));
        cache.insert("http://a").unwrap();
        cache.insert("http://b").unwrap();
        assert!(cache.contains("http://a") && cache.contains("http://b"));
        assert!(!cache.contains("http://c"));
        let mode = |path: &str| {
            let path = dir.path().join(path);
            std::fs::metadata(path).unwrap().permissions().mode() & 0o777
        };
        assert_eq!((mode("a/b"), mode("a/b/services")), (0o700, 0o600));
        assert_eq!(
            std::fs::read_dir(dir.path().join("a/b")).unwrap().count(),
            1
        );
    }

    #[test]
    fn a_file_that_others_may_write_and_one_that_is_none_say_nothing() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("services");
        let cache = UnsupportedChecksums::new(path.clone());
        cache.insert("http://a").unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o666)).unwrap();
        assert!(!cache.contains("http://a"));
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        assert!(cache.contains("http://a"));
        let link = UnsupportedChecksums::new(dir.path().join("link"));
        symlink(&path, &link.path).unwrap();
        assert!(!link.contains("http://a"));
        let directory = UnsupportedChecksums::new(dir.path().to_path_buf());
        assert!(!directory.contains("http://a"));
    }

    #[test]
    fn many_at_once_damage_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("services");
        std::thread::scope(|scope| {
            for worker in 0..8 {
                let path = path.clone();
                scope.spawn(move || {
                    let cache = UnsupportedChecksums::new(path);
                    for number in 0..20 {
                        cache.insert(&format!("{worker} {number}")).unwrap();
                    }
                });
            }
        });
        let text = std::fs::read_to_string(&path).unwrap();
        assert_eq!(parse_entries(&text, now()).len(), text.lines().count() - 1);
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1);
    }
}
