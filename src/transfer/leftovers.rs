//! The search for what interrupted runs left behind: unfinished uploads, temporary files, stale journals.
//!
//! Nothing is taken for ours by a guess. A file is ours if its name has the exact form of our temporary names. An upload is
//! ours if a journal of this machine has its id and belongs to the same blob. A journal is ours if it is in our state directory.

use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::time::{Duration, SystemTime};

use super::Engine;
use super::resume::journal::FoundJournal;
use super::retry;
use crate::error::{Error, Kind, Result};
use crate::key::Key;
use crate::store::leftovers::{Leftovers, UnfinishedUpload};
use crate::store::list::{ListEntry, PageToken};
use crate::store::multipart::UploadId;

/// Something that an interrupted run left.
#[derive(Debug)]
pub struct Leftover {
    /// The kind.
    pub kind: LeftoverKind,
    /// The key of the file or of the upload's blob; the path of a journal.
    pub name: String,
    /// Bytes of a file.
    pub size: Option<u64>,
    /// The time of the last change.
    pub modified: SystemTime,
}

/// The kinds of leftovers.
#[derive(Debug)]
pub enum LeftoverKind {
    /// A multipart upload.
    Upload(UploadId),
    /// A temporary file in the store.
    File,
    /// The state of a transfer that could be resumed.
    Journal(FoundJournal),
}

impl LeftoverKind {
    /// The word for people and for `--json`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Upload(_) => "upload",
            Self::File => "file",
            Self::Journal(_) => "journal",
        }
    }
}

/// The search in one store.
pub struct LeftoverSearch<'a> {
    engine: &'a Engine,
    /// Only leftovers without a change since then.
    limit: SystemTime,
    journals: Vec<FoundJournal>,
    /// Names and ids that a journal in use, or a young one, mentions.
    protected: HashSet<String>,
    /// Uploads that were left alone, because nothing shows that they are ours.
    pub foreign_uploads: u64,
    /// The store cannot list unfinished uploads.
    pub lacks_upload_list: bool,
}

impl<'a> LeftoverSearch<'a> {
    /// Reads the journals of `state`, the directory of the state of transfers.
    pub fn new(engine: &'a Engine, state: Option<&Path>, older_than: Duration) -> Result<Self> {
        let now = SystemTime::now();
        let limit = now
            .checked_sub(older_than)
            .unwrap_or(SystemTime::UNIX_EPOCH);
        let journals = match state {
            Some(state) => FoundJournal::all(state, limit)?,
            None => Vec::new(),
        };
        let in_use = journals.iter().filter(|journal| journal.is_in_use);
        let protected = in_use.flat_map(mentioned).map(str::to_owned).collect();
        Ok(Self {
            engine,
            limit,
            journals,
            protected,
            foreign_uploads: 0,
            lacks_upload_list: false,
        })
    }

    /// Finds the leftovers below a prefix. `each` is called as they are found, the journals last; it returns whether it has
    /// removed the leftover.
    pub fn run(
        &mut self,
        prefix: &str,
        mut each: impl FnMut(Leftover) -> Result<bool>,
    ) -> Result<()> {
        let engine = self.engine;
        if let Some(store) = engine.store.leftovers() {
            self.files(store, prefix, &mut each)?;
            self.uploads(store, prefix, &mut each)?;
        }
        for journal in std::mem::take(&mut self.journals) {
            if !journal.is_in_use && !is_needed(&journal) {
                each(Leftover {
                    name: journal.path.to_string_lossy().into_owned(),
                    size: None,
                    modified: journal.modified,
                    kind: LeftoverKind::Journal(journal),
                })?;
            }
        }
        Ok(())
    }

    fn files(
        &self,
        store: &dyn Leftovers,
        prefix: &str,
        each: &mut impl FnMut(Leftover) -> Result<bool>,
    ) -> Result<()> {
        let mut token: Option<PageToken> = None;
        loop {
            self.engine.cancel.check()?;
            let request = || store.temporary_files(prefix, token.as_ref());
            let page = retry::run(self.engine, request, || 0)?.value;
            for entry in page.entries {
                if let Some(leftover) = self.file(entry) {
                    each(leftover)?;
                }
            }
            match page.next {
                Some(next) => token = Some(next),
                None => return Ok(()),
            }
        }
    }

    /// A file that is old enough. One whose age is unknown may be in use.
    fn file(&self, entry: ListEntry) -> Option<Leftover> {
        let name = entry.key.rsplit('/').next().unwrap_or(&entry.key);
        let modified = entry.info.modified.filter(|time| *time <= self.limit)?;
        (!self.protected.contains(name)).then_some(Leftover {
            kind: LeftoverKind::File,
            size: Some(entry.info.size),
            modified,
            name: entry.key,
        })
    }

    fn uploads(
        &mut self,
        store: &dyn Leftovers,
        prefix: &str,
        each: &mut impl FnMut(Leftover) -> Result<bool>,
    ) -> Result<()> {
        let mut token: Option<PageToken> = None;
        let (mut seen, mut removed) = (HashSet::new(), HashSet::new());
        let ours = self.uploads_of_journals();
        loop {
            self.engine.cancel.check()?;
            let request = || store.unfinished_uploads(prefix, token.as_ref());
            let Some(page) = retry::run(self.engine, request, || 0)?.value else {
                self.lacks_upload_list = self.engine.store.multipart().is_some();
                return Ok(());
            };
            for upload in page.uploads {
                let is_ours = Key::new(upload.key.as_str()).is_ok_and(|key| {
                    ours.get(&upload.id.0) == Some(&self.engine.blob_digest(&key))
                });
                if !is_ours {
                    self.foreign_uploads += 1;
                    continue;
                }
                let id = upload.id.0.clone();
                if let Some(leftover) = self.upload(upload)
                    && each(leftover)?
                {
                    removed.insert(id);
                } else {
                    seen.insert(id);
                }
            }
            match page.next {
                Some(next) => token = Some(next),
                None => break,
            }
        }
        self.forget_uploads(|id| removed.contains(id));
        // Only a list of the whole store shows that an upload does not exist.
        if prefix.is_empty() {
            self.forget_uploads(|id| !seen.contains(id));
        }
        Ok(())
    }

    /// The digest of the blob of each upload that a journal has.
    fn uploads_of_journals(&self) -> HashMap<String, String> {
        let found = self.journals.iter().filter_map(|journal| {
            let (_, blob) = owner(journal)?;
            Some((word(journal, "upload")?.to_owned(), blob.to_owned()))
        });
        found.collect()
    }

    /// An upload that is old enough.
    fn upload(&self, upload: UnfinishedUpload) -> Option<Leftover> {
        let initiated = upload.initiated.filter(|time| *time <= self.limit)?;
        (!self.protected.contains(&upload.id.0)).then_some(Leftover {
            kind: LeftoverKind::Upload(upload.id),
            size: None,
            modified: initiated,
            name: upload.key,
        })
    }

    /// Empties the journals of this store whose upload has ended, so that nothing needs them.
    fn forget_uploads(&mut self, has_ended: impl Fn(&str) -> bool) {
        let Ok(any) = Key::new("x") else { return };
        let store = self.engine.store_digest(&any);
        for journal in &mut self.journals {
            let is_of_store = owner(journal).is_some_and(|(of, _)| of == store);
            if is_of_store && word(journal, "upload").is_some_and(&has_ended) {
                journal.lines.clear();
            }
        }
    }
}

/// Returns whether the journal is the only proof that an upload is ours.
fn is_needed(journal: &FoundJournal) -> bool {
    owner(journal).is_some() && word(journal, "upload").is_some()
}

/// The temporary names and the upload that a journal mentions.
fn mentioned(journal: &FoundJournal) -> impl Iterator<Item = &str> {
    ["upload", "draft", "file"]
        .into_iter()
        .filter_map(|kind| word(journal, kind))
}

/// The digests of the store and of the blob of a journal.
fn owner(journal: &FoundJournal) -> Option<(&str, &str)> {
    let mut lines = journal.lines.iter();
    let line = lines.find_map(|line| line.strip_prefix("of "))?;
    let mut words = line.split(' ');
    Some((words.next()?, words.next()?))
}

/// The first word after `kind` on the last line of that kind.
fn word<'j>(journal: &'j FoundJournal, kind: &str) -> Option<&'j str> {
    let lines = journal.lines.iter().rev();
    let mut rests = lines.filter_map(|line| line.strip_prefix(kind)?.strip_prefix(' '));
    rests.next()?.split(' ').next()
}

/// Removes a leftover. Returns whether it was still there.
pub fn remove(engine: &Engine, leftover: &Leftover) -> Result<bool> {
    match &leftover.kind {
        LeftoverKind::Journal(journal) => journal.remove(),
        LeftoverKind::File => {
            let key = Key::new(leftover.name.as_str())?;
            match retry::run(engine, || engine.store.delete(&key), || 0) {
                Ok(_) => Ok(true),
                Err(error) if error.kind() == Kind::NotFound => Ok(false),
                Err(error) => Err(error),
            }
        }
        LeftoverKind::Upload(id) => {
            let key = Key::new(leftover.name.as_str())?;
            let multipart = engine.store.multipart();
            let multipart = multipart.ok_or_else(|| Error::new(Kind::Usage, "no uploads"))?;
            retry::run(engine, || multipart.abort(&key, id), || 0).map(|_| true)
        }
    }
}
