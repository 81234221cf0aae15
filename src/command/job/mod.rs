//! One transfer of a batch: an upload, a download or a copy.

pub mod aliases;
pub mod copy;
pub mod download;
pub mod upload;

use std::sync::Arc;

use anyhow::Context as _;

use self::aliases::{ComparedDirectories, check_copy, check_download};
use self::copy::CopyJob;
use self::download::DownloadJob;
use self::upload::{LocalSource, UploadJob};
use super::blob::Blob;
use crate::error::{Error, Kind, Result};
use crate::report::outcome::{Outcome, Subject};
use crate::store::types::ObjectMeta;
use crate::transfer::compare::{Proof, TimeTrust};
use crate::transfer::gate::Weight;
use crate::transfer::{Engine, retry};

/// One transfer of a command, and the rules for it.
pub struct Task {
    /// The transfer.
    pub job: Job,
    /// The condition on which the transfer is skipped.
    pub check: Check,
}

/// The condition on which a transfer is skipped.
#[derive(Debug, Clone)]
pub enum Check {
    /// Never.
    Never,
    /// If the destination has the same content already.
    Unchanged(TimeTrust, KnownDestination),
}

/// The knowledge about a destination from a listing.
#[derive(Debug, Clone)]
pub enum KnownDestination {
    /// Nothing: it has to be examined.
    Unknown,
    /// It does not exist.
    Absent,
    /// Its metadata.
    Present(ObjectMeta),
}

impl AsRef<Subject> for Task {
    fn as_ref(&self) -> &Subject {
        self.job.as_ref()
    }
}

/// The result of `--dry-run` for one blob. `verb` is in the present tense.
pub fn planned(verb: &'static str, what: &str) -> Outcome {
    Outcome {
        text: format!("would {verb} {what}\n"),
        changed: Some(false),
        planned: Some(verb),
        ..Outcome::default()
    }
}

impl Task {
    /// A transfer that is skipped if the destination has the same content and `if_changed` says so.
    pub fn new(job: Job, if_changed: Option<TimeTrust>) -> Self {
        let check = match if_changed {
            Some(trust) => Check::Unchanged(trust, KnownDestination::Unknown),
            None => Check::Never,
        };
        Self { job, check }
    }

    /// The bytes of the source, if they are known.
    pub fn size(&self) -> Option<u64> {
        let listed = match &self.job {
            Job::Upload(job) => return job.size(),
            Job::Download(job) => &job.listed,
            Job::Copy(job) => &job.listed,
        };
        listed.as_ref().map(|info| info.size)
    }

    /// The share of the line that the transfer takes.
    pub fn weight(&self) -> Weight {
        let engines = match &self.job {
            Job::Upload(job) => vec![&job.to.engine],
            Job::Download(job) => vec![&job.from.engine],
            Job::Copy(job) => vec![&job.from.engine, &job.to.engine],
        };
        // Each transfer at once has a login of its own.
        let needs_login = |engine: &&Arc<Engine>| engine.store.capabilities().needs_login;
        match engines.iter().any(needs_login) {
            true => Weight::LARGE,
            false => self.size().map_or(Weight::LARGE, Weight::of_bytes),
        }
    }

    /// The result of `--dry-run`. `verb` is in the present tense.
    pub fn plan(&self, verb: &'static str) -> anyhow::Result<Outcome> {
        let proof = self
            .proof_of_equality()
            .with_context(|| format!("cannot compare {}", self.job.route()))?;
        Ok(match proof {
            Some(proof) => self.unchanged(proof),
            None => planned(verb, &self.job.route()),
        })
    }

    /// Transfers the blob if necessary. `verb` says it in the past tense.
    pub fn run(&self, verb: &'static str) -> anyhow::Result<Outcome> {
        let proof = self
            .proof_of_equality()
            .with_context(|| format!("cannot compare {}", self.job.route()))?;
        match proof {
            Some(proof) => Ok(self.unchanged(proof)),
            None => self.job.run(verb),
        }
    }

    /// The proof that source and destination have the same content; `None` if the transfer is necessary.
    fn proof_of_equality(&self) -> Result<Option<Proof>> {
        let Check::Unchanged(trust, known) = &self.check else {
            return Ok(None);
        };
        match &self.job {
            Job::Upload(job) => job.proof_of_equality(*trust, known),
            Job::Download(job) => job.proof_of_equality(*trust, known),
            Job::Copy(job) => job.proof_of_equality(*trust, known),
        }
    }

    fn unchanged(&self, proof: Proof) -> Outcome {
        Outcome {
            line: format!("unchanged by {}: {}", proof.name(), self.job.route()),
            unchanged_by: Some(proof.name()),
            changed: Some(false),
            ..Outcome::default()
        }
    }
}

/// Returns the metadata of a destination in a store; `None` if it does not exist.
fn examine(to: &Blob, known: &KnownDestination) -> Result<Option<ObjectMeta>> {
    match known {
        KnownDestination::Absent => Ok(None),
        KnownDestination::Present(info) => Ok(Some(info.clone())),
        KnownDestination::Unknown => {
            let look_up = || to.engine.store.head(&to.key);
            retry::run(&to.engine, look_up, || 0).map(|done| done.value)
        }
    }
}

/// One transfer.
pub enum Job {
    /// From this machine to a store.
    Upload(UploadJob),
    /// From a store to this machine.
    Download(DownloadJob),
    /// From store to store.
    Copy(CopyJob),
}

impl AsRef<Subject> for Job {
    /// The blob that is written, or, for a download, read.
    fn as_ref(&self) -> &Subject {
        match self {
            Self::Upload(job) => &job.to.subject,
            Self::Download(job) => &job.from.subject,
            Self::Copy(job) => &job.to.subject,
        }
    }
}

impl Job {
    /// `SOURCE to DESTINATION`, for messages.
    pub fn route(&self) -> String {
        match self {
            Self::Upload(job) => job.route(),
            Self::Download(job) => job.route(),
            Self::Copy(job) => job.route(),
        }
    }

    /// Transfers the blob. `verb` says it in the past tense.
    pub fn run(&self, verb: &'static str) -> anyhow::Result<Outcome> {
        match self {
            Self::Upload(job) => job.run(verb),
            Self::Download(job) => job.run(verb),
            Self::Copy(job) => job.run(verb),
        }
    }

    /// Transfers the blob and removes its source, which must be the same as before the transfer, and not the destination
    /// under another address.
    pub fn run_and_remove(
        &self,
        verb: &'static str,
        compared: &ComparedDirectories,
    ) -> anyhow::Result<Outcome> {
        let before = self.source_version().and_then(|before| {
            self.check_is_not_its_destination(&before, compared)?;
            Ok(before)
        });
        let before = before.with_context(|| format!("cannot move {}", self.route()))?;
        let outcome = self.run(verb)?;
        self.remove_source(&before)
            .with_context(|| format!("copied {}, but cannot remove the source", self.route()))?;
        Ok(outcome)
    }

    /// The state of the source, by which a later change is recognised.
    fn source_version(&self) -> Result<SourceVersion> {
        match self {
            Self::Upload(UploadJob {
                from: LocalSource::Path(path),
                ..
            }) => std::fs::metadata(path)
                .map(SourceVersion::File)
                .map_err(|error| Error::local("examine the source", &error)),
            Self::Upload(_) => Err(Error::new(Kind::Usage, "stdin cannot be moved")),
            Self::Download(DownloadJob { to, .. }) if to.is_stream() => Err(Error::new(
                Kind::Usage,
                "the destination of a move must be a file: a pipe or a device does not keep the only copy",
            )),
            Self::Download(DownloadJob { from, .. }) | Self::Copy(CopyJob { from, .. }) => {
                copy::describe(from).map(SourceVersion::Blob)
            }
        }
    }

    fn check_is_not_its_destination(
        &self,
        before: &SourceVersion,
        compared: &ComparedDirectories,
    ) -> Result<()> {
        match (self, before) {
            (Self::Download(job), _) => check_download(&job.from, &job.to, compared),
            (Self::Copy(job), SourceVersion::Blob(info)) => {
                check_copy(&job.from, &job.to, info, compared)
            }
            // Every change of a local file shows in its inode and its times.
            (Self::Upload(_) | Self::Copy(_), _) => Ok(()),
        }
    }

    fn remove_source(&self, before: &SourceVersion) -> Result<()> {
        if !self.source_version()?.is_same(before) {
            return Err(
                Error::new(Kind::Integrity, "the source changed after it was copied")
                    .with_hint("another program wrote it, or both addresses lead to the same blob"),
            );
        }
        match self {
            Self::Upload(UploadJob { from, .. }) => match from {
                LocalSource::Path(path) => std::fs::remove_file(path)
                    .map_err(|error| Error::local("remove the source", &error)),
                LocalSource::Stdin => Ok(()),
            },
            Self::Download(DownloadJob { from, .. }) | Self::Copy(CopyJob { from, .. }) => {
                remove(from)
            }
        }
    }
}

/// The state of a source.
enum SourceVersion {
    File(std::fs::Metadata),
    Blob(ObjectMeta),
}

impl SourceVersion {
    fn is_same(&self, other: &Self) -> bool {
        use std::os::unix::fs::MetadataExt;
        match (self, other) {
            (Self::File(one), Self::File(other)) => {
                // Nothing can set the time of the last change of an inode back.
                let identity = |file: &std::fs::Metadata| {
                    let modified = (file.mtime(), file.mtime_nsec());
                    let changed = (file.ctime(), file.ctime_nsec());
                    (file.dev(), file.ino(), file.size(), modified, changed)
                };
                identity(one) == identity(other)
            }
            (Self::Blob(one), Self::Blob(other)) => {
                let identity = |info: &ObjectMeta| {
                    let version = info.headers.version_id.clone();
                    (info.size, info.modified, info.etag.clone(), version)
                };
                identity(one) == identity(other)
            }
            _ => false,
        }
    }
}

/// Removes a blob. After a lost response, an earlier attempt may have removed it.
fn remove(blob: &Blob) -> Result<()> {
    let mut is_repetition = false;
    let attempt = || {
        let again = std::mem::replace(&mut is_repetition, true);
        match blob.engine.store.delete(&blob.key) {
            Err(error) if error.kind() == Kind::NotFound && again => Ok(()),
            result => result,
        }
    };
    retry::run(&blob.engine, attempt, || 0).map(drop)
}
