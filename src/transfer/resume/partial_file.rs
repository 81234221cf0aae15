//! The journal of an upload through a partial file: its name. The store knows how much of it exists.

use std::fs::File;
use std::sync::Arc;

use super::journal::Journal;
use super::multipart::{begun_for, source, terms};
use crate::error::Error;
use crate::io::temp_name::is_temporary_name;
use crate::key::Key;
use crate::store::resumable::PartialUpload;
use crate::store::types::Attributes;
use crate::transfer::Engine;

/// An upload that another run may finish, and its unfinished file.
#[derive(Debug)]
pub struct UnfinishedPut {
    journal: Arc<Journal>,
    /// The file that an earlier run left, or a new one.
    pub draft: PartialUpload,
    /// A file of what the source was before; it is of no use any more.
    pub outdated: Option<PartialUpload>,
}

impl UnfinishedPut {
    /// Takes up what an earlier run of the same upload left, or begins; `None` if uploads are not to be resumed.
    pub fn open(
        engine: &Engine,
        key: &Key,
        blob: (&File, u64, u64),
        attributes: &Attributes,
    ) -> Option<Self> {
        let (source, terms) = (source(blob.0)?, terms(blob, attributes)?);
        let mut journal = engine.journal("put", key, &[&source])?;
        let outdated = match left(&journal) {
            Some(draft) if begun_for(&journal, &terms) => {
                return Some(Self::remembering(journal, draft, None));
            }
            outdated => outdated,
        };
        let draft = PartialUpload::new();
        let header = format!(
            "terms {terms}\n{}\ndraft {}\n",
            engine.owner_line(key),
            draft.name()
        );
        match journal.begin(&header) {
            Ok(()) => Some(Self::remembering(journal, draft, outdated)),
            Err(error) => {
                crate::transfer::resume::cannot_be_resumed(&*engine.observer, &error);
                None
            }
        }
    }

    fn remembering(
        journal: Journal,
        draft: PartialUpload,
        outdated: Option<PartialUpload>,
    ) -> Self {
        let journal = Arc::new(journal);
        let seams = Arc::clone(&journal);
        let draft = draft.on_resume(move |seam| {
            // Not remembered, it is not looked at by another run, which still compares length and last bytes.
            let _ = seams.add(&format!("seam {seam}"));
        });
        Self {
            journal,
            draft,
            outdated,
        }
    }

    /// Leaves it for another run, if `error` is one that may pass; says whether.
    pub fn keep_after(&self, error: &Error) -> bool {
        let kept = self.draft.is_begun() && crate::transfer::resume::is_worth_keeping(error);
        if kept {
            self.journal.keep();
        }
        kept
    }

    /// The error of an upload that was kept.
    pub fn explain(error: Error) -> Error {
        crate::transfer::resume::kept(error)
    }
}

fn left(journal: &Journal) -> Option<PartialUpload> {
    let words = |word: &'static str| {
        let lines = journal.lines();
        lines.filter_map(move |line| line.strip_prefix(word)?.strip_prefix(' '))
    };
    let name = words("draft").find(|name| is_temporary_name(name))?;
    let seams = words("seam").filter_map(|seam| seam.parse().ok());
    Some(PartialUpload::from_previous_run(name.to_owned(), seams))
}
