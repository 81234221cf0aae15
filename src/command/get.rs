//! `blobctl get`: downloads blobs to a file, a directory or stdout.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::Context as _;

use super::session::{Blob, Session, reject_duplicate_destinations};
use crate::cli::{Get, Verify};
use crate::error::{Error, Kind, Result, printable};
use crate::events::{Event, Meter};
use crate::exit::Exit;
use crate::io::atomic_file::Overwrite;
use crate::report::outcome::{Outcome, Subject, Transferred};
use crate::transfer::destination::{Destination, DownloadOptions, Verification};
use crate::transfer::download::download;

struct GetJob {
    blob: Blob,
    to: LocalDestination,
    options: DownloadOptions,
}

impl AsRef<Subject> for GetJob {
    fn as_ref(&self) -> &Subject {
        &self.blob.subject
    }
}

/// The destination of one blob.
enum LocalDestination {
    Path(PathBuf),
    Stdout,
}

impl LocalDestination {
    fn shown(&self) -> String {
        match self {
            Self::Path(path) => printable(&path.to_string_lossy()),
            Self::Stdout => "stdout".to_owned(),
        }
    }

    /// The destination in a message.
    fn quoted(&self) -> String {
        match self {
            Self::Path(_) => format!("`{}`", self.shown()),
            Self::Stdout => "stdout".to_owned(),
        }
    }
}

/// Downloads every key.
pub fn run(session: &mut Session, arguments: &Get) -> Result<Exit> {
    check_destination(session, arguments)?;
    let (keys, destination) = split_arguments(arguments)?;
    session.select_version(arguments.version_id.as_ref(), keys.len())?;
    let mut targets = Vec::new();
    for text in keys {
        targets.push(session.target(text)?.ok_or_else(only_a_destination)?);
    }
    session.check_flags(targets.iter().map(|target| &target.store))?;
    session.resume = session.settings.resume(arguments.resume)?;
    let options = download_options(arguments);
    let mut jobs = Vec::new();
    for target in &targets {
        let blob = session.blob(target)?;
        let to = destination.of(&blob)?;
        jobs.push(GetJob { blob, to, options });
    }
    reject_duplicate_destinations(jobs.iter().filter_map(|job| match &job.to {
        LocalDestination::Path(path) => Some((path, job.to.shown())),
        LocalDestination::Stdout => None,
    }))?;
    session.for_each(jobs, |job| {
        let (url, to) = (job.blob.subject.url.shown(), job.to.quoted());
        fetch(job).with_context(|| format!("cannot download {url} to {to}"))
    })?;
    Ok(session.exit())
}

/// Rejects the address of a blob as destination.
fn check_destination(session: &Session, arguments: &Get) -> Result<()> {
    let last = arguments.paths.get(1..).and_then(<[OsString]>::last);
    match arguments.target.as_ref().or(last) {
        Some(path) => session.check_local(path, "get writes local files", "KEY {}"),
        None => Ok(()),
    }
}

fn only_a_destination() -> Error {
    let text = "`-` is not a blob: it can only be the destination";
    Error::new(Kind::Usage, text)
}

fn download_options(arguments: &Get) -> DownloadOptions {
    let verification = match (arguments.require_verified, arguments.verify) {
        (true, _) => Verification::Digest,
        (_, Some(Verify::Length)) => Verification::Length,
        _ => Verification::Strongest,
    };
    let replace = match arguments.no_clobber {
        true => Overwrite::Refuse,
        false => Overwrite::Allow,
    };
    DownloadOptions {
        replace,
        verification,
    }
}

/// The destination of all blobs, as cp(1) understands it.
enum DownloadTarget {
    /// This directory, under the base name of each blob.
    Directory(PathBuf),
    /// Exactly this path.
    Path(PathBuf),
    Stdout,
}

impl DownloadTarget {
    fn of(&self, blob: &Blob) -> Result<LocalDestination> {
        match self {
            Self::Stdout => Ok(LocalDestination::Stdout),
            Self::Path(path) => Ok(LocalDestination::Path(path.clone())),
            Self::Directory(dir) => match blob.key.base_name() {
                Some("." | "..") | None => {
                    let text =
                        format!("the key `{}` has no base name for a file", blob.key.shown());
                    Err(Error::new(Kind::Usage, text).with_hint("name the destination file"))
                }
                Some(name) => Ok(LocalDestination::Path(dir.join(name))),
            },
        }
    }
}

/// Splits the arguments into keys and destination.
fn split_arguments(arguments: &Get) -> Result<(&[OsString], DownloadTarget)> {
    if let Some(dir) = &arguments.target {
        return Ok((
            &arguments.paths,
            DownloadTarget::Directory(directory(Path::new(dir))?),
        ));
    }
    let Some((last, keys)) = arguments
        .paths
        .split_last()
        .filter(|(_, keys)| !keys.is_empty())
    else {
        return Ok((&arguments.paths, DownloadTarget::Directory(PathBuf::new())));
    };
    if last.is_empty() {
        return Err(Error::new(Kind::Usage, "the destination is empty"));
    }
    let path = Path::new(last);
    let target = match keys.len() {
        1 if last == "-" => DownloadTarget::Stdout,
        1 if !ends_with_slash(last) && !path.is_dir() => DownloadTarget::Path(path.to_path_buf()),
        _ if last == "-" => {
            return Err(Error::new(Kind::Usage, "several blobs cannot go to stdout"));
        }
        _ => DownloadTarget::Directory(directory(path)?),
    };
    Ok((keys, target))
}

fn directory(path: &Path) -> Result<PathBuf> {
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
        .with_hint(format!("mkdir -p {shown}"))),
        Err(error) => Err(Error::local(format_args!("examine `{shown}`"), &error)),
    }
}

fn ends_with_slash(text: &OsStr) -> bool {
    text.as_encoded_bytes().ends_with(b"/")
}

fn fetch(job: &GetJob) -> Result<Outcome> {
    let GetJob { blob, to, options } = job;
    let engine = &blob.engine;
    let begin = Instant::now();
    let meter = Meter::new();
    engine.observer.notify(&Event::Started {
        name: &blob.subject.key,
        total: None,
        meter: &meter,
    });
    let result = open(to, options.replace)
        .and_then(|destination| download(engine, &blob.key, &destination, *options, &meter));
    engine.observer.notify(&Event::Ended { meter: &meter });
    let done = result?;
    Ok(Transferred {
        verb: "fetched",
        route: format!("{} to {}", blob.subject.url.shown(), to.shown()),
        bytes: done.info.size,
        elapsed: begin.elapsed(),
        etag: done.info.etag,
        version_id: done.info.headers.version_id,
        verified: done.verified,
        attempts: done.attempts,
    }
    .into_outcome())
}

fn open(to: &LocalDestination, overwrite: Overwrite) -> Result<Destination> {
    match to {
        // Checked before the transfer, and again by the rename at its end.
        LocalDestination::Path(path)
            if overwrite == Overwrite::Refuse && path.symlink_metadata().is_ok() =>
        {
            Err(Error::already_exists())
        }
        LocalDestination::Path(path) => Destination::at(path),
        LocalDestination::Stdout => {
            let stdout = std::io::stdout().as_fd().try_clone_to_owned();
            stdout
                .map(|fd| Destination::Stream(File::from(fd)))
                .map_err(|error| Error::local("open stdout", &error))
        }
    }
}
