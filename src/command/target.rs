//! The destination of a batch, as cp(1) understands it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::batch::{Found, FoundSource};
use super::blob::{Blob, BlobRoot};
use super::job::Job;
use super::job::copy::CopyJob;
use super::job::download::{DownloadJob, LocalDestination};
use super::job::upload::{LocalSource, UploadJob};
use crate::backend::fs::id_of_file;
use crate::cancel::Cancel;
use crate::error::{Error, Kind, Result, printable};
use crate::events::Event;
use crate::io::beneath::LocalDirectory;
use crate::report::outcome::Subject;
use crate::store::types::PutOptions;
use crate::transfer::destination::DownloadOptions;
use crate::transfer::source::Expectation;

/// The destination of all sources of a command.
#[derive(Clone)]
pub enum BatchTarget {
    /// Exactly this key.
    Key(BlobRoot),
    /// Below this prefix, which is empty or ends in `/`.
    Prefix(BlobRoot),
    /// Exactly this path.
    Path(PathBuf),
    /// Existing files and links below this directory are written as if they had been named.
    Directory(PathBuf),
    /// Below this directory, which nothing leaves.
    Tree(Arc<LocalDirectory>),
    /// stdout.
    Stdout,
}

/// The options of all jobs of a command.
#[derive(Clone)]
pub struct JobOptions {
    /// Of what is written to a store.
    pub put: PutOptions,
    /// Of what is written to this machine.
    pub get: DownloadOptions,
    /// Written blobs and files get the time of the last modification of its source.
    pub keeps_time: bool,
    /// The source is a version that the user named: it may be copied onto its own blob.
    pub reads_version: bool,
    /// Of what is read from this machine.
    pub expectation: Expectation,
    /// Stops the reading of a source.
    pub cancel: Arc<Cancel>,
}

impl BatchTarget {
    /// Returns whether the target is a directory or a prefix, below which sources keep their names.
    pub fn keeps_names(&self) -> bool {
        matches!(self, Self::Prefix(_) | Self::Directory(_) | Self::Tree(_))
    }

    /// The transfer of one source; `None` if there is nothing to do for it.
    pub fn job(&self, found: Found, options: &JobOptions) -> Result<Option<Job>> {
        if let Self::Prefix(root) = self
            && root.engine.store.capabilities().keys_are_paths
            && found.is_folder_marker()
        {
            // Directories are created with the files in them.
            let text = format!("left out {}, which only marks a folder", found.shown());
            root.engine.observer.notify(&Event::Note(&text));
            return Ok(None);
        }
        self.transfer(found, options).map(Some)
    }

    /// The blob that is written, or, for a download, read: the subject of a source that cannot become a job. `None` if no
    /// blob is involved.
    pub fn subject(&self, found: &Found) -> Option<Subject> {
        match (self, &found.source) {
            (Self::Key(root), _) => Some(root.subject("")),
            (Self::Prefix(root), _) => Some(root.subject(&found.path)),
            (_, FoundSource::Blob(blob, _)) => Some(blob.subject.clone()),
            (_, FoundSource::File(_) | FoundSource::Stdin) => None,
        }
    }

    fn transfer(&self, found: Found, options: &JobOptions) -> Result<Job> {
        match self {
            Self::Key(root) => to_store(found.source, root.blob("")?, options),
            Self::Prefix(root) => {
                let to = root.blob(&found.path)?;
                to_store(found.source, to, options)
            }
            Self::Path(path) => {
                to_machine(found.source, LocalDestination::Path(path.clone()), options)
            }
            Self::Stdout => to_machine(found.source, LocalDestination::Stdout, options),
            Self::Directory(dir) => {
                let name = file_name(&found.path)?;
                to_machine(
                    found.source,
                    LocalDestination::Path(dir.join(name)),
                    options,
                )
            }
            Self::Tree(directory) => {
                directory.check(found.path.strip_suffix('/').unwrap_or(&found.path))?;
                let to = LocalDestination::Below(Arc::clone(directory), found.path);
                to_machine(found.source, to, options)
            }
        }
    }
}

fn to_store(source: FoundSource, to: Blob, options: &JobOptions) -> Result<Job> {
    let upload = |from| {
        Job::Upload(UploadJob {
            from,
            to: to.clone(),
            options: options.put.clone(),
            keeps_time: options.keeps_time,
            expectation: options.expectation.clone(),
            cancel: Arc::clone(&options.cancel),
        })
    };
    Ok(match source {
        FoundSource::File(path) if is_the_file(&to, &path) => return Err(onto_itself(&to)),
        FoundSource::File(path) => upload(LocalSource::Path(path)),
        FoundSource::Stdin => upload(LocalSource::Stdin),
        FoundSource::Blob(from, _) if !options.reads_version && from.id() == to.id() => {
            return Err(onto_itself(&from));
        }
        FoundSource::Blob(from, listed) => Job::Copy(CopyJob {
            from,
            to,
            options: options.put.clone(),
            keeps_time: options.keeps_time,
            listed,
        }),
    })
}

/// Returns whether a blob and a local file are the same.
fn is_the_file(blob: &Blob, path: &Path) -> bool {
    let id = blob.id();
    id.is_file() && id_of_file(path) == id
}

/// The error about a blob that is its own destination.
fn onto_itself(blob: &Blob) -> Error {
    let text = format!("{} would be copied onto itself", blob.subject.url.shown());
    Error::new(Kind::Usage, text)
}

fn to_machine(source: FoundSource, to: LocalDestination, options: &JobOptions) -> Result<Job> {
    match source {
        FoundSource::Blob(from, _) if to.path().is_some_and(|path| is_the_file(&from, &path)) => {
            Err(onto_itself(&from))
        }
        FoundSource::Blob(from, info) => Ok(Job::Download(DownloadJob {
            from,
            to,
            options: options.get,
            listed: info,
        })),
        FoundSource::File(path) => {
            let shown = printable(&path.to_string_lossy());
            let text = format!("`{shown}` and the destination are both on this machine");
            Err(Error::new(Kind::Usage, text).with_hint("cp(1) copies local files"))
        }
        FoundSource::Stdin => Err(Error::new(
            Kind::Usage,
            "stdin can only be copied to a store",
        )),
    }
}

/// The name of a blob as a file of its own.
fn file_name(name: &str) -> Result<&str> {
    match name {
        "" | "." | ".." => Err(
            Error::new(Kind::Usage, "the key has no base name for a file")
                .with_hint("name the destination file"),
        ),
        _ => Ok(name),
    }
}

/// Returns the existing directory at `path`.
pub fn existing_directory(path: &Path) -> Result<PathBuf> {
    let shown = printable(&path.to_string_lossy());
    match std::fs::metadata(path) {
        Ok(metadata) if metadata.is_dir() => Ok(path.to_path_buf()),
        Ok(_) => Err(Error::new(
            Kind::Local,
            format!("`{shown}` is not a directory"),
        )),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Err(Error::new(
            Kind::Local,
            format!("the directory `{shown}` does not exist"),
        )
        .with_hint(format!("add --mkdir, or: mkdir -p {shown}"))),
        Err(error) => Err(Error::local(format_args!("examine `{shown}`"), &error)),
    }
}
