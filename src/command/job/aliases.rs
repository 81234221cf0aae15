//! Recognises a move of a blob onto itself under another address.
//!
//! A directory may have many addresses: a server has several names and ports, links to directories, and perhaps serves a
//! directory of this machine. After a copy onto itself, the removal of the source would destroy the only copy. Comparing
//! sizes and times does not show this: the times of FTP count seconds, and `-p` restores them. So a temporary file is
//! created in one of the two directories before the move. If the other address shows it, the directories are the same.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use super::download::LocalDestination;
use crate::command::blob::Blob;
use crate::error::{Error, Kind, Result};
use crate::events::{Event, Meter};
use crate::io::block_pool::BlockPool;
use crate::io::payload::Payload;
use crate::io::temp_name::temporary_name;
use crate::key::Key;
use crate::store::identity::BlobId;
use crate::store::resumable::PartialUpload;
use crate::store::types::{ObjectMeta, PutOptions};
use crate::transfer::destination::{Destination, FileDestination};
use crate::transfer::put::{NewBlob, put};
use crate::transfer::retry;

/// The number of pairs of directories that are remembered.
const MOST_PAIRS: usize = 4096;

/// A store's times count seconds, and the clocks of its machines may differ by another one.
const CLOCK_STEP: Duration = Duration::from_secs(2);

/// Older than any error of a clock or of a time zone.
const SURELY_OLD: Duration = Duration::from_hours(24);

/// The relation of the directories of a source and of its destination.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Relation {
    /// They are one directory.
    Same,
    /// They are two directories.
    Different,
    /// No probe was possible.
    Unknown,
}

/// A directory of a destination.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum DirectoryId {
    Store(BlobId),
    /// `st_dev` and `st_ino`.
    Local(u64, u64),
}

/// The two directories, and whether the names of source and destination are equal.
type Pair = (BlobId, DirectoryId, SameName);

/// The pairs of directories of a command that were compared.
#[derive(Debug, Default)]
pub struct ComparedDirectories {
    pairs: Mutex<HashMap<Pair, Relation>>,
}

impl ComparedDirectories {
    fn relation(&self, pair: Pair, compare: impl FnOnce() -> Result<Relation>) -> Result<Relation> {
        let known = self.lock().get(&pair).copied();
        if let Some(relation) = known {
            return Ok(relation);
        }
        let relation = compare()?;
        let mut pairs = self.lock();
        if pairs.len() >= MOST_PAIRS {
            pairs.clear();
        }
        pairs.insert(pair, relation);
        Ok(relation)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Pair, Relation>> {
        self.pairs.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The comparison of the base names of source and destination.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum SameName {
    Yes,
    /// They are the same file where the server ignores case.
    ExceptForCase,
}

impl SameName {
    /// `None` if the names are those of two files, whatever their directories.
    fn of(from: &str, to: &str) -> Option<Self> {
        match from == to {
            true => Some(Self::Yes),
            false if from.to_lowercase() == to.to_lowercase() => Some(Self::ExceptForCase),
            false => None,
        }
    }

    /// The name under which the other directory would show the temporary file.
    fn expected(self, temporary: &str) -> String {
        match self {
            Self::Yes => temporary.to_owned(),
            Self::ExceptForCase => temporary.to_uppercase(),
        }
    }
}

/// Rejects the move of a blob to the same file on this machine.
pub fn check_download(
    from: &Blob,
    to: &LocalDestination,
    compared: &ComparedDirectories,
) -> Result<()> {
    // A folder marker becomes a directory, and the download reports a destination that cannot be opened.
    if to.is_folder() {
        return Ok(());
    }
    let Ok(Destination::File(file)) = to.open_to_replace() else {
        return Ok(());
    };
    let Some(same_name) = SameName::of(base_name(&from.key), &file.name()) else {
        return Ok(());
    };
    let (device, inode) = file.directory_numbers()?;
    let pair = (
        from.id().directory(),
        DirectoryId::Local(device, inode),
        same_name,
    );
    let relation = compared.relation(pair, || probe_locally(&file, from, same_name))?;
    reject_same(relation)
}

fn probe_locally(file: &FileDestination, from: &Blob, same_name: SameName) -> Result<Relation> {
    let probe = file.probe(&from.engine.cancel)?;
    let expected = same_name.expected(&probe.identity()?.name);
    look_for(from, &expected, Relation::Different)
}

/// Rejects the move of a blob to itself in a store. `before` are the metadata of the source. If no probe was possible,
/// this waits until a change of the source will show in its time.
pub fn check_copy(
    from: &Blob,
    to: &Blob,
    before: &ObjectMeta,
    compared: &ComparedDirectories,
) -> Result<()> {
    let (from_id, to_id) = (from.id().directory(), to.id().directory());
    // S3 has no links, and its keys are verbatim.
    if from_id.is_s3() && from_id.is_in_store_of(&to_id) {
        return Ok(());
    }
    let Some(same_name) = SameName::of(base_name(&from.key), base_name(&to.key)) else {
        return Ok(());
    };
    let are_objects = from_id.is_s3() && to_id.is_s3();
    if are_objects && !time_may_be_restored(before) {
        return wait_until_old(from, before);
    }
    let to_is_s3 = to_id.is_s3();
    let pair = (from_id, DirectoryId::Store(to_id), same_name);
    let relation = compared.relation(pair, || match to_is_s3 && !are_objects {
        // A versioned bucket would keep the probe, and write-only credentials could not remove it.
        true => probe_store(from, to, same_name, Relation::Unknown),
        false => probe_store(to, from, same_name, Relation::Different),
    })?;
    match relation {
        Relation::Unknown => wait_until_old(from, before),
        relation => reject_same(relation),
    }
}

/// Some gateways to directories report the time that the metadata of an object name, so a copy keeps it.
fn time_may_be_restored(info: &ObjectMeta) -> bool {
    let seconds = |time: SystemTime| {
        let since = time.duration_since(SystemTime::UNIX_EPOCH);
        since.map(|since| since.as_secs()).ok()
    };
    let kept = info.headers.modified.and_then(seconds);
    kept.is_some() && kept == info.modified.and_then(seconds)
}

/// Creates an empty blob next to `write` and looks for it next to `look`. `if_denied` is the result if its store does not
/// say whether it exists.
fn probe_store(
    write: &Blob,
    look: &Blob,
    same_name: SameName,
    if_denied: Relation,
) -> Result<Relation> {
    let draft = PartialUpload::from_previous_run(temporary_name(), []);
    let key = sibling(&write.key, draft.name())?;
    let put = put_empty(write, &key);
    let may_exist =
        |error: &Error| error.kind() == Kind::Local || write.engine.cancel.check().is_err();
    if put.as_ref().is_err_and(may_exist) {
        // It may have been renamed to its name already.
        remove_probe(write, &key, &draft);
    }
    match put {
        Ok(()) => {}
        Err(error) if if_denied == Relation::Unknown => {
            write.engine.cancel.check()?;
            let text = format!("cannot create a temporary file next to the source: {error}");
            write.engine.observer.notify(&Event::Note(&text));
            return Ok(Relation::Unknown);
        }
        Err(error) => return Err(error),
    }
    let found = look_for(look, &same_name.expected(draft.name()), if_denied);
    remove_probe(write, &key, &draft);
    found
}

fn put_empty(next_to: &Blob, key: &Key) -> Result<()> {
    let (options, meter) = (PutOptions::default(), Meter::new());
    let new_blob = NewBlob {
        engine: &next_to.engine,
        key,
        options: &options,
        meter: &meter,
    };
    let payload = Payload::pooled(BlockPool::new(1).take(1), new_blob.flow());
    put(&new_blob, &payload).map(drop)
}

/// Looks for a temporary file next to a blob.
fn look_for(blob: &Blob, name: &str, if_denied: Relation) -> Result<Relation> {
    let key = sibling(&blob.key, name)?;
    let look_up = || blob.engine.store.head(&key);
    match retry::run(&blob.engine, look_up, || 0) {
        Ok(done) if done.value.is_some() => Ok(Relation::Same),
        Ok(_) => Ok(Relation::Different),
        // Without the permission to list a bucket, this is the answer about an object that does not exist.
        Err(error) if error.kind() == Kind::Denied && blob.id().is_s3() => Ok(if_denied),
        Err(error) => Err(error),
    }
}

/// Removes the probe, also after the run was asked to stop.
fn remove_probe(write: &Blob, key: &Key, draft: &PartialUpload) {
    let store = &write.engine.store;
    if let Some(resumable) = store.resumable() {
        return resumable.discard(key, draft);
    }
    if let Err(error) = store.delete(key)
        && error.kind() != Kind::NotFound
    {
        let shown = store.url(key.as_str()).shown();
        let text = format!("the temporary file {shown} may remain: {error}");
        write.engine.observer.notify(&Event::Warning(&text));
    }
}

/// Waits until a write to the source from now on gives it another time of modification, which the check before its removal
/// will find.
fn wait_until_old(from: &Blob, info: &ObjectMeta) -> Result<()> {
    let Some(modified) = info.modified else {
        let text = "the source has no time of modification that could show that it is not the destination as well";
        return Err(Error::new(Kind::Integrity, text)
            .with_hint("copy it with cp, compare the two, and remove the source with rm"));
    };
    let age_at = |now: SystemTime| now.duration_since(modified).unwrap_or_default();
    let age = match info.headers.answered {
        Some(now) => age_at(now),
        None if age_at(SystemTime::now()) > SURELY_OLD => CLOCK_STEP,
        None => Duration::ZERO,
    };
    from.engine.cancel.sleep(CLOCK_STEP.saturating_sub(age))
}

fn reject_same(relation: Relation) -> Result<()> {
    match relation {
        Relation::Same => {
            let text = "source and destination are the same blob under two addresses";
            Err(Error::new(Kind::Usage, text)
                .with_hint("both addresses lead to one directory; nothing was moved"))
        }
        Relation::Different | Relation::Unknown => Ok(()),
    }
}

/// The part after the last `/`.
fn base_name(key: &Key) -> &str {
    key.base_name().unwrap_or_default()
}

/// The key of another name in the same directory.
fn sibling(key: &Key, name: &str) -> Result<Key> {
    let key = key.as_str();
    let directory = key.rfind('/').map_or("", |at| &key[..=at]);
    Key::new(format!("{directory}{name}"))
}
