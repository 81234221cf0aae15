//! The download of one blob.

use std::fs::{File, Metadata};
use std::os::fd::AsFd;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use anyhow::Context as _;

use super::KnownDestination;
use super::copy::describe;
use crate::command::blob::Blob;
use crate::error::{Error, Kind, Result, printable};
use crate::events::{Event, Meter};
use crate::io::atomic_file::Overwrite;
use crate::io::beneath::LocalDirectory;
use crate::report::outcome::{Outcome, Transferred};
use crate::store::types::ObjectMeta;
use crate::transfer::byte_range::inclusive;
use crate::transfer::compare::{Proof, Side, TimeTrust, unchanged};
use crate::transfer::destination::{Destination, DownloadOptions};
use crate::transfer::download::{download, wait_for_blob};

/// A download.
pub struct DownloadJob {
    /// The source.
    pub from: Blob,
    /// The destination.
    pub to: LocalDestination,
    /// Conditions and verification.
    pub options: DownloadOptions,
    /// The metadata of the source, if a listing contained them.
    pub listed: Option<ObjectMeta>,
}

/// The destination of a download.
#[derive(Debug, Clone)]
pub enum LocalDestination {
    /// A file, or a path that resolves to a stream.
    Path(PathBuf),
    /// A file below the destination of a batch, whose directories are created.
    Below(Arc<LocalDirectory>, String),
    /// stdout.
    Stdout,
}

impl LocalDestination {
    /// The destination in a message.
    pub fn quoted(&self) -> String {
        match self {
            Self::Path(path) => format!("`{}`", printable(&path.to_string_lossy())),
            Self::Below(directory, relative) => format!("`{}`", directory.shown(relative)),
            Self::Stdout => "stdout".to_owned(),
        }
    }

    /// The path, if it is one.
    pub fn path(&self) -> Option<PathBuf> {
        match self {
            Self::Path(path) => Some(path.clone()),
            Self::Below(directory, relative) => Some(directory.path().join(relative)),
            Self::Stdout => None,
        }
    }

    /// The file that exists there already, and its metadata.
    fn existing(&self) -> Option<(PathBuf, Metadata)> {
        let path = self.path()?;
        let metadata = match self {
            Self::Below(directory, relative) => directory.metadata(relative)?,
            Self::Path(_) | Self::Stdout => std::fs::metadata(&path).ok()?,
        };
        metadata.is_file().then_some((path, metadata))
    }

    /// Returns whether the destination keeps no file: stdout, a pipe or a device.
    pub fn is_stream(&self) -> bool {
        match self {
            Self::Path(path) => std::fs::metadata(path)
                .is_ok_and(|metadata| !metadata.is_file() && !metadata.is_dir()),
            Self::Below(..) => false,
            Self::Stdout => true,
        }
    }

    /// Returns whether the destination is a directory that exists already.
    fn is_existing_directory(&self) -> bool {
        match self {
            Self::Below(directory, relative) => relative
                .strip_suffix('/')
                .and_then(|relative| directory.metadata(relative))
                .is_some_and(|metadata| metadata.is_dir()),
            Self::Path(_) | Self::Stdout => false,
        }
    }

    /// Returns whether the destination is a directory, for a folder marker.
    pub fn is_folder(&self) -> bool {
        matches!(self, Self::Below(_, relative) if relative.ends_with('/'))
    }

    /// Opens the destination, whose directories are created.
    pub fn open_to_replace(&self) -> Result<Destination> {
        self.open(Overwrite::Allow)
    }

    fn open(&self, overwrite: Overwrite) -> Result<Destination> {
        match self {
            // Checked before the transfer, and again by the rename at its end.
            Self::Path(path)
                if overwrite == Overwrite::Refuse && path.symlink_metadata().is_ok() =>
            {
                Err(Error::already_exists())
            }
            Self::Path(path) => Destination::at(path),
            Self::Below(directory, relative) => Destination::below(directory, relative, overwrite),
            Self::Stdout => {
                let stdout = std::io::stdout().as_fd().try_clone_to_owned();
                stdout
                    .map(|fd| Destination::Stream(File::from(fd)))
                    .map_err(|error| Error::local("open stdout", &error))
            }
        }
    }
}

impl DownloadJob {
    /// `SOURCE to DESTINATION`, for messages.
    pub fn route(&self) -> String {
        format!("{} to {}", self.from.subject.url.shown(), self.to.quoted())
    }

    /// Downloads the blob. `verb` says it in the past tense.
    pub fn run(&self, verb: &'static str) -> anyhow::Result<Outcome> {
        self.transfer(verb)
            .with_context(|| format!("cannot download {}", self.route()))
    }

    fn transfer(&self, verb: &'static str) -> Result<Outcome> {
        if let LocalDestination::Below(directory, relative) = &self.to
            && let Some(relative) = relative.strip_suffix('/')
        {
            return self.make_directory(directory, relative, verb);
        }
        let Self {
            from, to, options, ..
        } = self;
        let engine = &from.engine;
        let (begin, meter) = (Instant::now(), Meter::new());
        engine.observer.notify(&Event::Started {
            name: &from.subject.key,
            total: self.listed.as_ref().map(|info| info.size),
            meter: &meter,
            last_step: "writing to disk",
        });
        let result = to
            .open(options.replace)
            .and_then(|destination| destination.with_mode(options.mode))
            .and_then(|destination| download(engine, &from.key, &destination, *options, &meter));
        engine.observer.notify(&Event::Ended { meter: &meter });
        let done = result?;
        let part = done.range.as_ref().and_then(inclusive);
        let size = done.info.size;
        let transferred = Transferred {
            verb,
            route: match &part {
                Some(part) => format!("{}, bytes {part} of {size},", self.route()),
                None => self.route(),
            },
            bytes: done.range.map_or(size, |range| range.end - range.start),
            elapsed: begin.elapsed(),
            etag: done.info.etag,
            version_id: done.info.headers.version_id,
            verified: done.verified,
            attempts: done.attempts,
        };
        Ok(Outcome {
            range: part,
            ..transferred.into_outcome()
        })
    }

    /// See [`super::Task::run`].
    pub fn proof_of_equality(
        &self,
        trust: TimeTrust,
        known: &KnownDestination,
    ) -> Result<Option<Proof>> {
        // A listing of files contains no directories.
        if self.to.is_existing_directory() {
            return Ok(Some(Proof::Directory));
        }
        if matches!(known, KnownDestination::Absent) {
            return Ok(None);
        }
        let Some((path, metadata)) = self.to.existing() else {
            return Ok(None);
        };
        wait_for_blob(&self.from.engine, &self.from.key, self.options)?;
        let info = match &self.listed {
            Some(info) => info.clone(),
            None => describe(&self.from)?,
        };
        let to = Side::File {
            path: &path,
            size: metadata.len(),
            modified: metadata.modified().ok(),
        };
        unchanged(self.from.side(&info), to, trust)
    }

    /// A key that ends in `/` and has no content stands for a directory.
    fn make_directory(
        &self,
        directory: &LocalDirectory,
        relative: &str,
        verb: &'static str,
    ) -> Result<Outcome> {
        if self.listed.as_ref().is_none_or(|info| info.size != 0) {
            let text = "its key ends in `/`, and it has content: a file cannot have that name";
            return Err(Error::new(Kind::Local, text));
        }
        let made = directory.directory(relative)?;
        rustix::fs::fsync(&made)
            .map_err(|errno| Error::local("sync the directory", &errno.into()))?;
        Ok(Outcome {
            line: format!("{verb} the directory {}", self.route()),
            bytes: Some(0),
            changed: Some(true),
            ..Outcome::default()
        })
    }
}
