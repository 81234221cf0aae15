//! The journal of an upload through a partial file: its name. The store knows how much of it exists.

use std::sync::Arc;

use super::journal::Journal;
use super::multipart::{begun_for, source, terms};
use crate::error::Error;
use crate::io::temp_name::is_temporary_name;
use crate::store::resumable::PartialUpload;
use crate::transfer::put::NewBlob;
use crate::transfer::source::FileRange;

/// An upload that another run may finish, and its partial file.
#[derive(Debug)]
pub struct UnfinishedPut {
    journal: Arc<Journal>,
    /// The partial file of an earlier run, or a new one.
    pub draft: PartialUpload,
    /// The partial file of an earlier state of the source, which cannot be resumed.
    pub outdated: Option<PartialUpload>,
}

impl UnfinishedPut {
    /// Finds the upload of an earlier run, or begins a new one; `None` if uploads are not to be resumed.
    pub fn open(blob: &NewBlob<'_>, range: &FileRange) -> Option<Self> {
        let (source, terms) = (source(range)?, terms(range, blob.options)?);
        let mut journal = blob.engine.journal("put", blob.key, &[&source])?;
        let outdated = match read_draft(&journal) {
            Some(draft) if begun_for(&journal, &terms) => {
                return Some(Self::remembering(journal, draft, None));
            }
            outdated => outdated,
        };
        if outdated.is_some() {
            crate::transfer::resume::upload_starts_again(&*blob.engine.observer);
        }
        let draft = PartialUpload::new();
        let header = format!(
            "terms {terms}\n{}\ndraft {}\n",
            blob.engine.owner_line(blob.key),
            draft.name()
        );
        match journal.begin(&header) {
            Ok(()) => Some(Self::remembering(journal, draft, outdated)),
            Err(error) => {
                crate::transfer::resume::cannot_be_resumed(&*blob.engine.observer, &error);
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
            // If this fails, another run does not compare the bytes around this offset. It still compares the length and the
            // last bytes.
            let _ = seams.add(&format!("seam {seam}"));
        });
        Self {
            journal,
            draft,
            outdated,
        }
    }

    /// Keeps the upload for another run if `error` is temporary; returns whether it did.
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

fn read_draft(journal: &Journal) -> Option<PartialUpload> {
    let words = |word: &'static str| {
        let lines = journal.lines();
        lines.filter_map(move |line| line.strip_prefix(word)?.strip_prefix(' '))
    };
    let name = words("draft").find(|name| is_temporary_name(name))?;
    let seams = words("seam").filter_map(|seam| seam.parse().ok());
    Some(PartialUpload::from_previous_run(name.to_owned(), seams))
}
