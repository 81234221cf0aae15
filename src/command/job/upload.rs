//! The upload of one file or stream.

use std::fs::File;
use std::os::fd::AsFd;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use anyhow::Context as _;

use super::{KnownDestination, examine};
use crate::cancel::Cancel;
use crate::command::blob::Blob;
use crate::error::{Error, Kind, Result, describe, printable};
use crate::events::{Event, Meter};
use crate::io::standard_streams;
use crate::key::Key;
use crate::report::outcome::{Outcome, Transferred};
use crate::store::types::PutOptions;
use crate::transfer::compare::{Proof, Side, TimeTrust, unchanged};
use crate::transfer::put::NewBlob;
use crate::transfer::source::{Expectation, Source};
use crate::transfer::upload::upload;

/// An upload.
pub struct UploadJob {
    /// The source.
    pub from: LocalSource,
    /// The destination.
    pub to: Blob,
    /// Attributes and condition; without a media type, it is derived from the key.
    pub options: PutOptions,
    /// The blob gets the time of the last modification of the file.
    pub keeps_time: bool,
    /// The expected size and checksum of the source.
    pub expectation: Expectation,
    /// Stops the reading of a source.
    pub cancel: Arc<Cancel>,
}

/// The source of an upload.
#[derive(Debug, Clone)]
pub enum LocalSource {
    /// A file.
    Path(PathBuf),
    /// stdin.
    Stdin,
}

impl LocalSource {
    fn shown(&self) -> String {
        match self {
            Self::Path(path) => printable(&path.to_string_lossy()),
            Self::Stdin => "-".to_owned(),
        }
    }

    /// The source in a message.
    pub fn quoted(&self) -> String {
        match self {
            Self::Path(_) => format!("`{}`", self.shown()),
            Self::Stdin => "stdin".to_owned(),
        }
    }

    fn open(&self, cancel: &Arc<Cancel>) -> Result<Source> {
        let file = match self {
            Self::Path(path) => {
                File::open(path).map_err(|error| Error::new(Kind::Local, describe(&error)))?
            }
            Self::Stdin => open_stdin()?,
        };
        Source::open(file, &self.shown(), cancel)
    }
}

fn open_stdin() -> Result<File> {
    let stdin = std::io::stdin().as_fd().try_clone_to_owned();
    let stdin = stdin
        .map(File::from)
        .map_err(|error| Error::local("open stdin", &error))?;
    if standard_streams::is_closed(&stdin) {
        // An empty upload would overwrite the stored blob.
        return Err(Error::new(Kind::Usage, "stdin is closed")
            .with_hint("pipe the bytes in; for an empty blob: blobctl put - KEY </dev/null"));
    }
    Ok(stdin)
}

impl UploadJob {
    /// `SOURCE to DESTINATION`, for messages.
    pub fn route(&self) -> String {
        format!("{} to {}", self.from.quoted(), self.to.subject.url.shown())
    }

    /// Uploads the source. `verb` says it in the past tense.
    pub fn run(&self, verb: &'static str) -> anyhow::Result<Outcome> {
        self.transfer(verb)
            .with_context(|| format!("cannot upload {}", self.route()))
    }

    fn transfer(&self, verb: &'static str) -> Result<Outcome> {
        let new = NewUpload {
            to: &self.to,
            options: self.complete_options(),
            expectation: &self.expectation,
            route: self.route(),
            verb,
        };
        new.run(|| self.from.open(&self.cancel))
    }

    /// Bytes of the source, if they are known.
    pub fn size(&self) -> Option<u64> {
        match &self.from {
            LocalSource::Path(path) => {
                let metadata = std::fs::metadata(path).ok()?;
                metadata.is_file().then_some(metadata.len())
            }
            LocalSource::Stdin => None,
        }
    }

    /// See [`super::Task::run`].
    pub fn proof_of_equality(
        &self,
        trust: TimeTrust,
        known: &KnownDestination,
    ) -> Result<Option<Proof>> {
        let LocalSource::Path(path) = &self.from else {
            return Ok(None);
        };
        // A file that cannot be examined is a failure of its transfer.
        let Ok(metadata) = std::fs::metadata(path) else {
            return Ok(None);
        };
        let Some(info) = examine(&self.to, known)? else {
            return Ok(None);
        };
        let source = Side::File {
            path,
            size: metadata.len(),
            modified: metadata.modified().ok(),
        };
        unchanged(source, self.to.side(&info), trust)
    }

    /// The options with the media type and the time of the source.
    fn complete_options(&self) -> PutOptions {
        let mut options = with_media_type(&self.options, &self.to.key);
        if let (true, LocalSource::Path(path)) = (self.keeps_time, &self.from) {
            options.modified = std::fs::metadata(path)
                .and_then(|found| found.modified())
                .ok();
        }
        options
    }
}

/// An upload whose source is opened when it begins.
pub struct NewUpload<'a> {
    /// The destination.
    pub to: &'a Blob,
    /// Attributes and condition.
    pub options: PutOptions,
    /// The expected size and checksum of the source.
    pub expectation: &'a Expectation,
    /// `SOURCE to DESTINATION`, for the result.
    pub route: String,
    /// The verb of the result, in the past tense.
    pub verb: &'static str,
}

impl NewUpload<'_> {
    /// Uploads the source that `open` returns.
    pub fn run(self, open: impl FnOnce() -> Result<Source>) -> Result<Outcome> {
        let engine = &self.to.engine;
        let (begin, meter) = (Instant::now(), Meter::new());
        let result = open().and_then(|source| {
            let source = source.expecting(self.expectation)?;
            engine.observer.notify(&Event::Started {
                name: &self.to.subject.key,
                total: source.size(),
                meter: &meter,
                last_step: "waiting for the store",
            });
            let new_blob = NewBlob {
                engine,
                key: &self.to.key,
                options: &self.options,
                meter: &meter,
            };
            upload(&new_blob, source)
        });
        engine.observer.notify(&Event::Ended { meter: &meter });
        let done = result?;
        let stored = done.value;
        let atomic = stored.atomic;
        let transferred = Transferred {
            verb: self.verb,
            route: self.route,
            bytes: stored.bytes,
            elapsed: begin.elapsed(),
            etag: stored.etag,
            version_id: stored.version_id,
            verified: stored.verified,
            attempts: done.attempts,
        };
        Ok(Outcome {
            atomic,
            ..transferred.into_outcome()
        })
    }
}

/// Adds the media type of the key's extension, unless the user chose one.
pub fn with_media_type(options: &PutOptions, key: &Key) -> PutOptions {
    let mut options = options.clone();
    options.attributes.content_type.get_or_insert_with(|| {
        let guessed = mime_guess::from_path(key.as_str()).first_raw();
        guessed.unwrap_or("application/octet-stream").to_owned()
    });
    options
}
