//! `blobctl get`: blobs to a file, a directory or stdout.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use super::session::{Blob, Session, refuse_twins};
use crate::cli::{Get, Verify};
use crate::error::{Error, Kind, Result, is_there, printable};
use crate::events::{Event, Meter};
use crate::exit::Exit;
use crate::io::atomic_file::Replace;
use crate::io::standard_streams::is_null_device;
use crate::report::outcome::Outcome;
use crate::report::{Report, transfer_line};
use crate::store::types::ObjectHeaders;
use crate::transfer::destination::{Destination, DownloadOptions, Verification};
use crate::transfer::download::download;
use crate::transfer::workers;

const OP: &str = "get";

/// Whether stdout carries a blob: the destination is `-`, or leads to our stdout as `/dev/stdout` does.
pub fn goes_to_stdout(arguments: &Get) -> bool {
    let (None, [_, to]) = (&arguments.target, arguments.paths.as_slice()) else {
        return false;
    };
    to == "-" || is_stdout(Path::new(to))
}

fn is_stdout(path: &Path) -> bool {
    let stdout = std::io::stdout();
    let (Ok(there), Ok(ours)) = (rustix::fs::stat(path), rustix::fs::fstat(&stdout)) else {
        return false;
    };
    let is_same = (there.st_dev, there.st_ino) == (ours.st_dev, ours.st_ino);
    // `/dev/null` is named to discard the blob, wherever the report goes.
    is_same && (!is_null_device(stdout) || path.is_symlink())
}

struct Job {
    blob: Blob,
    to: Place,
    options: DownloadOptions,
}

/// Where one blob goes.
enum Place {
    Path(PathBuf),
    Stdout,
}

/// Fetches every key.
pub fn run(session: &mut Session, arguments: &Get) -> Result<Exit> {
    let into = arguments.target.as_ref();
    if let Some(into) = into.or(arguments.paths.get(1..).and_then(<[OsString]>::last)) {
        session.check_local(into, "get writes local files", "KEY {}")?;
    }
    let (keys, into) = destination(arguments)?;
    session.take_version(arguments.version_id.as_ref(), keys.len())?;
    let mut targets = Vec::new();
    for text in keys {
        let target = session.target(text)?;
        targets.push(target.ok_or_else(|| {
            Error::new(
                Kind::Usage,
                "`-` is no blob: it can only be the destination",
            )
        })?);
    }
    session.check_flags(targets.iter().map(|target| &target.place))?;
    let options = download_options(arguments);
    session.resume = session.settings.resume(arguments.resume)?;
    let mut jobs = Vec::new();
    for target in &targets {
        let blob = session.blob(OP, target)?;
        let to = into.place(&blob)?;
        jobs.push(Job { blob, to, options });
    }
    refuse_twins(jobs.iter().filter_map(|job| match &job.to {
        Place::Path(path) => Some((path, printable(&path.to_string_lossy()))),
        Place::Stdout => None,
    }))?;
    let report = Arc::clone(&session.report);
    workers::run(
        jobs,
        session.settings.jobs()?,
        &session.cancel,
        session.deadline,
        move |job| fetch(&job, &report),
    )?;
    Ok(session.exit())
}

fn download_options(arguments: &Get) -> DownloadOptions {
    let verification = match (arguments.require_verified, arguments.verify) {
        (true, _) => Verification::Digest,
        (_, Some(Verify::Length)) => Verification::Length,
        _ => Verification::Strongest,
    };
    DownloadOptions {
        replace: if arguments.no_clobber {
            Replace::Nothing
        } else {
            Replace::Old
        },
        verification,
    }
}

/// The destination as cp(1) understands it.
enum Into {
    /// This directory, under the blob's base name.
    Directory(PathBuf),
    /// This very path.
    Path(PathBuf),
    Stdout,
}

impl Into {
    fn place(&self, blob: &Blob) -> Result<Place> {
        match self {
            Self::Stdout => Ok(Place::Stdout),
            Self::Path(path) => Ok(Place::Path(path.clone())),
            Self::Directory(dir) => match blob.key.base_name() {
                Some("." | "..") | None => {
                    let text =
                        format!("the key `{}` has no base name for a file", blob.key.shown());
                    Err(Error::new(Kind::Usage, text).hint("name the destination file"))
                }
                Some(name) => Ok(Place::Path(dir.join(name))),
            },
        }
    }
}

/// Splits what was typed into keys and destination.
fn destination(arguments: &Get) -> Result<(&[OsString], Into)> {
    if let Some(dir) = &arguments.target {
        return Ok((
            &arguments.paths,
            Into::Directory(directory(Path::new(dir))?),
        ));
    }
    let Some((last, keys)) = arguments
        .paths
        .split_last()
        .filter(|(_, keys)| !keys.is_empty())
    else {
        return Ok((&arguments.paths, Into::Directory(PathBuf::new())));
    };
    if last.is_empty() {
        return Err(Error::new(Kind::Usage, "the destination is empty"));
    }
    let path = Path::new(last);
    let into = match keys.len() {
        1 if last == "-" => Into::Stdout,
        1 if !ends_with_slash(last) && !path.is_dir() => Into::Path(path.to_path_buf()),
        _ if last == "-" => {
            return Err(Error::new(Kind::Usage, "several blobs cannot go to stdout"));
        }
        _ => Into::Directory(directory(path)?),
    };
    Ok((keys, into))
}

fn directory(path: &Path) -> Result<PathBuf> {
    let shown = printable(&path.to_string_lossy());
    match std::fs::metadata(path) {
        Ok(metadata) if metadata.is_dir() => Ok(path.to_path_buf()),
        Ok(_) => Err(Error::new(
            Kind::Local,
            format!("`{shown}` is no directory"),
        )),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Err(Error::new(
            Kind::Local,
            format!("the directory `{shown}` does not exist"),
        )
        .hint(format!("mkdir -p {shown}"))),
        Err(error) => Err(Error::local(format_args!("examine `{shown}`"), &error)),
    }
}

fn ends_with_slash(text: &OsStr) -> bool {
    text.as_encoded_bytes().ends_with(b"/")
}

fn fetch(job: &Job, report: &Report) {
    let Job {
        blob: Blob {
            engine,
            key,
            subject,
        },
        to,
        options,
    } = job;
    let shown = match to {
        Place::Path(path) => printable(&path.to_string_lossy()),
        Place::Stdout => "-".to_owned(),
    };
    let begin = Instant::now();
    let meter = Meter::new();
    engine.observer.notify(&Event::Started {
        name: &subject.key,
        total: None,
        meter: &meter,
    });
    let result = open(to, options.replace)
        .and_then(|destination| download(engine, key, &destination, *options, &meter));
    engine.observer.notify(&Event::Ended { meter: &meter });
    match result {
        Ok(done) => {
            let elapsed = begin.elapsed();
            let place = format!("{} to {shown}", subject.url.shown());
            let outcome = Outcome {
                line: transfer_line("fetched", done.info.size, &place, elapsed, done.verified),
                bytes: Some(done.info.size),
                elapsed: Some(elapsed),
                etag: done.info.etag,
                headers: ObjectHeaders {
                    version_id: done.info.headers.version_id,
                    ..ObjectHeaders::default()
                },
                verified: Some(done.verified),
                attempts: Some(done.attempts),
                changed: Some(true),
                ..Outcome::default()
            };
            report.success(subject, &outcome);
        }
        Err(error) => {
            let error = anyhow::Error::from(error).context(format!(
                "cannot download {} to `{shown}`",
                subject.url.shown()
            ));
            report.failure(Some(subject), OP, &error);
        }
    }
}

fn open(to: &Place, replace: Replace) -> Result<Destination> {
    match to {
        // Found out before the transfer; what appears meanwhile is found at its end.
        Place::Path(path) if replace == Replace::Nothing && path.symlink_metadata().is_ok() => {
            Err(is_there())
        }
        Place::Path(path) => Destination::at(path),
        Place::Stdout => {
            let stdout = std::io::stdout().as_fd().try_clone_to_owned();
            stdout
                .map(|fd| Destination::Stream(File::from(fd)))
                .map_err(|error| Error::local("open stdout", &error))
        }
    }
}
