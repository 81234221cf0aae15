//! The journal of a download into a file.

use std::borrow::Cow;
use std::ffi::OsStr;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rustix::fs::fstat;

use super::journal::Journal;
use crate::digest::{Algorithm, Digest, decode_hex, hex};
use crate::error::{Error, describe};
use crate::events::Observer;
use crate::io::atomic_file::{AtomicFile, UnfinishedFile};
use crate::io::temp_name::is_temporary_name;
use crate::key::Key;
use crate::store::types::ObjectMeta;
use crate::transfer::destination::FileDestination;
use crate::transfer::{Engine, plan};

/// A download that another run may finish.
pub struct UnfinishedDownload {
    journal: Journal,
    observer: Arc<dyn Observer>,
    /// The download of an earlier run.
    found: Option<FoundDownload>,
}

/// The download of an earlier run.
#[derive(Debug)]
pub struct FoundDownload {
    /// The file with the bytes so far.
    pub file: UnfinishedFile,
    /// The blob as that run found it.
    pub info: ObjectMeta,
    /// The ranges that are in the file, with the checksums of the bytes that came.
    pub filled: Vec<(FilledRange, Digest)>,
}

/// The checksum of each range in the journal: it shows that the kept file was not changed or cut short since.
pub const RANGE_CHECKSUM: Algorithm = Algorithm::Crc64Nvme;

/// A range of bytes that is in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct FilledRange {
    /// The first byte.
    pub offset: u64,
    /// Bytes.
    pub len: u64,
}

impl UnfinishedDownload {
    /// Finds the download of an earlier run; `None` if downloads are not to be resumed.
    pub fn look(engine: &Engine, key: &Key, destination: &FileDestination) -> Option<Self> {
        let directory = fstat(&destination.dir).ok()?;
        let directory = format!("{} {}", directory.st_dev, directory.st_ino);
        let journal =
            engine.journal("get", key, &[&directory, &journal_name(&destination.name)])?;
        let found = read(&journal);
        Some(Self {
            journal,
            observer: Arc::clone(&engine.observer),
            found,
        })
    }

    /// The download to resume; returned once.
    pub fn found(&mut self) -> Option<FoundDownload> {
        self.found.take()
    }

    /// Begins the journal of a download without bytes. Returns whether the download can be resumed: only that of a large blob
    /// whose replacement would be noticed.
    pub fn begin(&mut self, info: &ObjectMeta, file: &UnfinishedFile) -> bool {
        let etag = info.etag.as_deref().unwrap_or("-");
        let is_identifiable = info.etag.is_some() || info.modified.is_some();
        if info.size <= plan::PART || !is_identifiable || etag.contains(char::is_whitespace) {
            return false;
        }
        let modified = info
            .modified
            .and_then(|time| time.duration_since(UNIX_EPOCH).ok());
        let modified = modified.map_or("-".to_owned(), |time| time.as_nanos().to_string());
        let digest = info.digest.map_or("-".to_owned(), |digest| {
            format!("{}:{}", digest.algorithm().name(), digest.hex())
        });
        let header = format!(
            "blob {} {modified} {digest} {etag}\nfile {} {} {}\nboot {}\n",
            info.size,
            file.name,
            file.device,
            file.inode,
            boot()
        );
        let begun = self.journal.begin(&header);
        if let Err(error) = &begun {
            crate::transfer::resume::cannot_be_resumed(&*self.observer, error);
        }
        begun.is_ok()
    }

    /// Records bytes that are in the file. If this fails, another run downloads them again.
    pub fn filled(&self, offset: u64, len: u64, crc: Digest) {
        let line = format!("filled {offset} {len} {}", crc.hex());
        let _ = self.journal.add(&line);
    }

    /// Keeps the journal for another run if `error` is temporary; returns whether it did, and whether the file is to stay.
    pub fn keep_after(&mut self, error: &Error, file: &AtomicFile) -> bool {
        if !crate::transfer::resume::is_worth_keeping(error) || file.sync().is_err() {
            return false;
        }
        // The ranges are in the file also after a crash of the system.
        let kept = self.journal.add("synced").is_ok();
        if kept {
            self.journal.keep();
        }
        kept
    }

    /// The error of a download that was kept.
    pub fn explain(error: Error) -> Error {
        crate::transfer::resume::kept(error)
    }
}

/// The name of the destination in the journal's identity. One that is not UTF-8 is written in hex, after a `/`, which no name
/// contains.
fn journal_name(name: &OsStr) -> Cow<'_, str> {
    match name.to_str() {
        Some(name) => Cow::Borrowed(name),
        None => Cow::Owned(format!("/{}", hex(name.as_encoded_bytes()))),
    }
}

/// The ID of this boot of the system. Bytes that were written during an earlier one may be lost, unless they were synced.
fn boot() -> String {
    let text = std::fs::read_to_string("/proc/sys/kernel/random/boot_id");
    text.map_or_else(|error| describe(&error), |id| id.trim().to_owned())
        .replace(char::is_whitespace, "_")
}

fn read(journal: &Journal) -> Option<FoundDownload> {
    let (mut info, mut file, mut same_boot, mut synced) = (None, None, false, false);
    let mut filled = Vec::new();
    for line in journal.lines() {
        match line.split_once(' ').unwrap_or((line, "")) {
            ("blob", text) => info = read_info(text),
            ("file", text) => file = read_file(text),
            ("boot", text) => same_boot = text == boot(),
            ("filled", text) => {
                filled.extend(read_range(text));
                synced = false;
            }
            ("synced", _) => synced = true,
            _ => {}
        }
    }
    if !same_boot && !synced {
        filled.clear();
    }
    Some(FoundDownload {
        file: file?,
        info: info?,
        filled,
    })
}

fn read_info(text: &str) -> Option<ObjectMeta> {
    let mut words = text.splitn(4, ' ');
    let size = words.next()?.parse().ok()?;
    let modified = match words.next()? {
        "-" => None,
        nanos => Some(time(nanos.parse().ok()?)?),
    };
    let digest = match words.next()? {
        "-" => None,
        digest => Some(crate::transfer::resume::read_digest(digest)?),
    };
    let etag = Some(words.next()?.to_owned()).filter(|etag| etag != "-");
    Some(ObjectMeta {
        size,
        modified,
        etag,
        digest,
        ..ObjectMeta::default()
    })
}

fn time(nanos: u64) -> Option<SystemTime> {
    UNIX_EPOCH.checked_add(Duration::from_nanos(nanos))
}

fn read_file(text: &str) -> Option<UnfinishedFile> {
    let mut words = text.split(' ');
    let name = words.next().filter(|name| is_temporary_name(name))?;
    Some(UnfinishedFile {
        name: name.to_owned(),
        device: words.next()?.parse().ok()?,
        inode: words.next()?.parse().ok()?,
    })
}

/// A range without a checksum, of an earlier version, is not resumed.
fn read_range(text: &str) -> Option<(FilledRange, Digest)> {
    let mut words = text.split(' ');
    let (offset, len) = (
        words.next()?.parse::<u64>().ok()?,
        words.next()?.parse::<u64>().ok()?,
    );
    offset.checked_add(len)?;
    let mut crc = [0; 8];
    let is_whole = decode_hex(words.next()?, &mut crc) && words.next().is_none();
    is_whole.then_some((FilledRange { offset, len }, Digest::Crc64Nvme(crc)))
}

/// The number of bytes from the beginning that are in the file without a gap.
pub fn front(filled: &[FilledRange]) -> u64 {
    let mut sorted = filled.to_vec();
    sorted.sort_unstable();
    let extend = |front: u64, range: &FilledRange| match range.offset <= front {
        true => front.max(range.offset + range.len),
        false => front,
    };
    sorted.iter().fold(0, extend)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_front_ends_at_the_first_gap() {
        let front = |ranges: &[(u64, u64)]| {
            let range = |&(offset, len): &(u64, u64)| FilledRange { offset, len };
            front(&ranges.iter().map(range).collect::<Vec<_>>())
        };
        assert_eq!(front(&[]), 0);
        assert_eq!(front(&[(10, 5)]), 0);
        assert_eq!(front(&[(10, 5), (0, 10), (20, 5)]), 15);
        assert_eq!(front(&[(0, 10), (5, 2)]), 10);
    }

    #[test]
    fn a_blob_is_read_as_it_was_written() {
        let info = read_info("5 1000000001 md5:00112233445566778899aabbccddeeff e-1").unwrap();
        assert_eq!(info.size, 5);
        assert_eq!(info.modified, time(1_000_000_001));
        assert_eq!(info.etag.as_deref(), Some("e-1"));
        assert_eq!(
            info.digest.unwrap().hex(),
            "00112233445566778899aabbccddeeff"
        );
        for line in ["", "5", "5 - -", "x - - -", "5 - md5:00 -", "5 - sha3:00 -"] {
            assert!(read_info(line).is_none(), "{line}");
        }
    }

    #[test]
    fn a_range_without_a_whole_checksum_is_ignored() {
        assert_eq!(
            read_range("5 7 0909090909090909"),
            Some((FilledRange { offset: 5, len: 7 }, Digest::Crc64Nvme([9; 8])))
        );
        for line in [
            "5 7",
            "5 7 09",
            "5 7 0909090909090909 1",
            "5 -7 0909090909090909",
            "18446744073709551615 1 0909090909090909",
        ] {
            assert_eq!(read_range(line), None, "{line}");
        }
    }

    #[test]
    fn only_a_temporary_name_of_ours_is_taken_for_the_file() {
        assert!(read_file(".blobctl-0123456789abcdef.part 1 2").is_some());
        for line in [
            "../x 1 2",
            ".blobctl-0123.part 1 2",
            "a/.blobctl-0123456789abcdef.part 1 2",
        ] {
            assert!(read_file(line).is_none(), "{line}");
        }
    }
}
