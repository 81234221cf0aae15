//! Partial uploads: files in a store that a later attempt resumes.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::types::{PutOptions, PutResult};
use crate::error::Result;
use crate::io::payload::Payload;
use crate::io::temp_name::temporary_name;
use crate::key::Key;

/// A store that can resume a partial upload at any byte.
pub trait ResumablePut: Send + Sync {
    /// Stores the payload, whose length must be known, through the partial file `draft`. If its length and its last bytes
    /// match the payload, the upload resumes at its end; otherwise the file is written again from its start.
    ///
    /// As [`Store::put`](crate::store::Store::put), but after a failure the partial file stays, for a later call or for
    /// [`ResumablePut::discard`].
    fn resume(
        &self,
        key: &Key,
        payload: &Payload,
        options: &PutOptions,
        draft: &PartialUpload,
    ) -> Result<PutResult>;

    /// Removes the partial file, if it may exist. Works also after the run was asked to stop, within about two seconds. A
    /// failure is reported as a warning.
    fn discard(&self, key: &Key, draft: &PartialUpload);
}

/// Receives the offset at which an attempt resumes.
type ResumeListener = Box<dyn Fn(u64) + Send + Sync>;

/// The partial file of one upload: a name in the blob's directory.
pub struct PartialUpload {
    name: String,
    /// The file may exist.
    begun: AtomicBool,
    /// The offsets at which an attempt resumed: not every store joins the bytes before and after correctly.
    resume_offsets: Mutex<BTreeSet<u64>>,
    listener: Option<ResumeListener>,
}

impl PartialUpload {
    /// A partial upload with a new name.
    pub fn new() -> Self {
        Self {
            name: temporary_name(),
            begun: AtomicBool::new(false),
            resume_offsets: Mutex::default(),
            listener: None,
        }
    }

    /// The same, calling `listener` with every offset at which an attempt resumes, before it does.
    #[must_use]
    pub fn on_resume(self, listener: impl Fn(u64) + Send + Sync + 'static) -> Self {
        Self {
            listener: Some(Box::new(listener)),
            ..self
        }
    }

    /// The partial upload of an earlier run, from its [`PartialUpload::name`] and [`PartialUpload::resume_offsets`].
    pub fn from_previous_run(name: String, resume_offsets: impl IntoIterator<Item = u64>) -> Self {
        Self {
            name,
            begun: AtomicBool::new(true),
            resume_offsets: Mutex::new(resume_offsets.into_iter().collect()),
            listener: None,
        }
    }

    /// A single name, without a directory.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The offsets at which attempts resumed.
    pub fn resume_offsets(&self) -> BTreeSet<u64> {
        self.lock_resume_offsets().clone()
    }

    /// Records that an attempt is about to resume at this offset.
    pub fn add_resume_offset(&self, offset: u64) {
        self.lock_resume_offsets().insert(offset);
        if let Some(listener) = &self.listener {
            listener(offset);
        }
    }

    /// Records that the file is being written from its start.
    pub fn begin(&self) {
        self.begun.store(true, Ordering::Relaxed);
        self.lock_resume_offsets().clear();
    }

    /// Records that the store was asked to create the file, and may have done so.
    pub fn add_possible_file(&self) {
        self.begun.store(true, Ordering::Relaxed);
    }

    /// Leaves the file where it is, for the user.
    pub fn keep(&self) {
        self.begun.store(false, Ordering::Relaxed);
    }

    fn lock_resume_offsets(&self) -> MutexGuard<'_, BTreeSet<u64>> {
        self.resume_offsets
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns whether the file may exist.
    pub fn is_begun(&self) -> bool {
        self.begun.load(Ordering::Relaxed)
    }
}

impl std::fmt::Debug for PartialUpload {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.name)
    }
}

impl Default for PartialUpload {
    fn default() -> Self {
        Self::new()
    }
}
