//! `blobctl put`: files, directories or stdin into a store.

use std::ffi::{OsStr, OsString};
use std::fs::{File, FileType};
use std::os::fd::AsFd;
use std::os::unix::fs::FileTypeExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use super::attributes::{attributes, expectation, refuse_unkept};
use super::session::{Blob, Session, refuse_twins};
use crate::cancel::Cancel;
use crate::cli::Put;
use crate::error::{Error, Kind, Result, describe, printable};
use crate::events::{Event, Meter, Observer};
use crate::exit::Exit;
use crate::io::standard_streams;
use crate::report::outcome::Outcome;
use crate::report::{Report, transfer_line};
use crate::settings::Target;
use crate::store::types::{Attributes, ObjectHeaders};
use crate::transfer::source::{Expectation, Source};
use crate::transfer::upload::upload;
use crate::transfer::workers;

const OP: &str = "put";

struct Job {
    blob: Blob,
    from: From,
    attributes: Attributes,
    expectation: Expectation,
}

/// Where one blob comes from.
enum From {
    Path(PathBuf),
    Stdin,
}

impl From {
    fn shown(&self) -> String {
        match self {
            Self::Path(path) => printable(&path.to_string_lossy()),
            Self::Stdin => "-".to_owned(),
        }
    }
}

/// Stores every source.
pub fn run(session: &mut Session, arguments: &Put) -> Result<Exit> {
    let (sources, into) = destination(session, arguments)?;
    for source in sources {
        session.check_local(source, "put stores local files", "{} KEY")?;
    }
    let place = &into.target().place;
    session.check_flags(std::iter::once(place))?;
    refuse_unkept(arguments, std::iter::once(into.target()))?;
    let (attributes, expectation) = (attributes(arguments)?, expectation(arguments)?);
    session.resume = session.settings.resume(arguments.resume)?;
    // What is wrong with the store is said once, not for each source.
    session.engine(place)?;
    let mut found = Found {
        report: &session.report,
        observer: &*session.terminal,
        pairs: Vec::new(),
    };
    for source in sources {
        if let Err(error) = found.collect(source, &into, arguments.recursive) {
            found.failed(&error.into());
        }
    }
    let mut jobs = Vec::new();
    for (from, target) in found.pairs {
        let blob = match session.destination(OP, &target) {
            Ok(blob) => blob,
            Err(error) => {
                let error =
                    anyhow::Error::from(error).context(format!("cannot upload `{}`", from.shown()));
                session.report.failure(None, OP, &error);
                continue;
            }
        };
        let attributes = Attributes {
            content_type: Some(
                arguments
                    .content_type
                    .clone()
                    .unwrap_or_else(|| guess(&blob)),
            ),
            ..attributes.clone()
        };
        jobs.push(Job {
            blob,
            from,
            attributes,
            expectation: expectation.clone(),
        });
    }
    refuse_twins(
        jobs.iter()
            .map(|job| (job.blob.id(), job.blob.subject.url.shown())),
    )?;
    let (report, cancel) = (Arc::clone(&session.report), Arc::clone(&session.cancel));
    workers::run(
        jobs,
        session.settings.jobs()?,
        &session.cancel,
        session.deadline,
        move |job| store(&job, &report, &cancel),
    )?;
    Ok(session.exit())
}

/// The destination as cp(1) understands it.
enum Into {
    /// Below this prefix, which is empty or ends in `/`, under the source's base name.
    Prefix(Target),
    /// This very key.
    Key(Target),
}

impl Into {
    fn target(&self) -> &Target {
        match self {
            Self::Prefix(target) | Self::Key(target) => target,
        }
    }
}

/// Splits what was typed into sources and destination.
fn destination<'a>(session: &Session, arguments: &'a Put) -> Result<(&'a [OsString], Into)> {
    if let Some(prefix) = &arguments.target {
        let mut target = store_target(session, prefix)?;
        if !target.key.is_empty() && !target.key.ends_with('/') {
            target.key.push('/');
        }
        return Ok((&arguments.paths, Into::Prefix(target)));
    }
    let Some((last, sources)) = arguments
        .paths
        .split_last()
        .filter(|(_, sources)| !sources.is_empty())
    else {
        if arguments.paths.first().is_some_and(|path| path == "-") {
            return Err(
                Error::new(Kind::Usage, "stdin has no name").hint("add a key: blobctl put - KEY")
            );
        }
        // The chosen store's top: what a plain, empty key would mean.
        let target = store_target(session, OsStr::new(""))?;
        return Ok((&arguments.paths, Into::Prefix(target)));
    };
    if last.is_empty() {
        return Err(Error::new(Kind::Usage, "the key is empty"));
    }
    let target = store_target(session, last)?;
    if target.key.is_empty() || target.key.ends_with('/') {
        return Ok((sources, Into::Prefix(target)));
    }
    if sources.len() > 1 {
        let text = format!(
            "several sources need a destination that ends in `/`, and `{}` does not",
            printable(&last.to_string_lossy())
        );
        return Err(Error::new(Kind::Usage, text)
            .hint("the last argument is the destination; or name it first with -t"));
    }
    Ok((sources, Into::Key(target)))
}

fn store_target(session: &Session, text: &OsStr) -> Result<Target> {
    session
        .target(text)?
        .ok_or_else(|| Error::new(Kind::Usage, "`-` is no key: it can only be the source"))
}

/// The files found so far. A source that cannot be stored is one failure among the others.
struct Found<'a> {
    report: &'a Report,
    observer: &'a dyn Observer,
    pairs: Vec<(From, Target)>,
}

/// The entries of a directory that are still to be looked at.
struct Level {
    path: PathBuf,
    prefix: Target,
    entries: std::vec::IntoIter<(OsString, std::io::Result<FileType>)>,
}

impl Found<'_> {
    fn failed(&self, error: &anyhow::Error) {
        self.report.failure(None, OP, error);
    }

    fn skipped(&self, path: &Path, what: &str) {
        let text = format!("skipped `{}`: {what}", printable(&path.to_string_lossy()));
        self.observer.notify(&Event::Warning(&text));
    }

    /// Pairs a source, or the files below it, with keys.
    fn collect(&mut self, source: &OsStr, into: &Into, recursive: bool) -> Result<()> {
        if source == "-" {
            let Into::Key(target) = into else {
                return Err(Error::new(Kind::Usage, "stdin has no name")
                    .hint("end the key with one instead of `/`"));
            };
            self.pairs.push((From::Stdin, target.clone()));
            return Ok(());
        }
        let path = Path::new(source);
        let shown = printable(&path.to_string_lossy());
        if source.is_empty() {
            return Err(Error::new(Kind::Usage, "the source is empty"));
        }
        let metadata = std::fs::metadata(path);
        let is_dir = metadata.is_ok_and(|metadata| metadata.is_dir());
        if is_dir && !recursive {
            return Err(Error::new(Kind::Usage, format!("`{shown}` is a directory"))
                .hint("add --recursive (-r) to put the files in it"));
        }
        // As for cp(1), `dir/.` means what is in the directory; std strips the dot.
        let name = path
            .file_name()
            .filter(|_| !source.as_encoded_bytes().ends_with(b"/."));
        let target = match (into, name) {
            (Into::Key(target), _) => target.clone(),
            (Into::Prefix(prefix), Some(name)) => below(prefix, utf8(name, &shown)?),
            // `.` and `..` have no name of their own: what is in them goes right below the prefix.
            (Into::Prefix(prefix), None) if is_dir => {
                self.walk(path, prefix.clone());
                return Ok(());
            }
            (Into::Prefix(_), None) => {
                return Err(Error::new(
                    Kind::Usage,
                    format!("`{shown}` has no base name"),
                ));
            }
        };
        if is_dir {
            self.walk(path, below(&target, ""));
        } else {
            self.pairs.push((From::Path(path.to_path_buf()), target));
        }
        Ok(())
    }

    /// Pairs all files below `dir`, in the order of their names, with keys under `prefix`, which is empty or ends in `/`.
    ///
    /// Links to files are followed. Links to directories are skipped, since they may lead in circles, and so are FIFOs,
    /// sockets and devices, each with a warning.
    fn walk(&mut self, dir: &Path, prefix: Target) {
        // The levels are kept here and not on the stack: a tree may be deeper than that.
        let mut levels = vec![self.read(dir.to_path_buf(), prefix)];
        while let Some(level) = levels.last_mut() {
            let Some((name, kind)) = level.entries.next() else {
                levels.pop();
                continue;
            };
            let path = level.path.join(&name);
            if let Some(what) = reason_to_skip(&path, kind.as_ref().ok()) {
                self.skipped(&path, what);
                continue;
            }
            let shown = printable(&path.to_string_lossy());
            let target = match utf8(&name, &shown) {
                Ok(name) => below(&level.prefix, name),
                Err(error) => {
                    self.failed(&error.into());
                    continue;
                }
            };
            if kind.is_ok_and(|kind| kind.is_dir()) {
                let below = self.read(path, below(&target, ""));
                levels.push(below);
            } else {
                // A link that leads nowhere, too: its upload fails, and says why.
                self.pairs.push((From::Path(path), target));
            }
        }
    }

    /// The entries of a directory, as far as they can be read.
    fn read(&self, path: PathBuf, prefix: Target) -> Level {
        let mut entries = Vec::new();
        let result = std::fs::read_dir(&path).and_then(|listing| {
            for entry in listing {
                let entry = entry?;
                entries.push((entry.file_name(), entry.file_type()));
            }
            Ok(())
        });
        if let Err(error) = result {
            let shown = printable(&path.to_string_lossy());
            let doing = format_args!("cannot read the directory `{shown}`");
            self.failed(&Error::local(doing, &error).into());
        }
        entries.sort_by(|(one, _), (other, _)| one.cmp(other));
        Level {
            path,
            prefix,
            entries: entries.into_iter(),
        }
    }
}

/// Why an entry of a directory is no blob, if it is none.
fn reason_to_skip(path: &Path, kind: Option<&FileType>) -> Option<&'static str> {
    let kind = kind?;
    if kind.is_symlink() {
        // A link that leads nowhere is no reason to skip it, but a failure.
        let target = std::fs::metadata(path).ok()?.file_type();
        return match target.is_dir() {
            true => Some("it is a symbolic link to a directory"),
            false => special(target),
        };
    }
    special(*kind)
}

fn special(kind: FileType) -> Option<&'static str> {
    match () {
        () if kind.is_fifo() => Some("it is a FIFO"),
        () if kind.is_socket() => Some("it is a socket"),
        () if kind.is_block_device() || kind.is_char_device() => Some("it is a device"),
        () => None,
    }
}

/// `name` below `prefix`.
fn below(prefix: &Target, name: &str) -> Target {
    let slash = if prefix.key.is_empty() || prefix.key.ends_with('/') {
        ""
    } else {
        "/"
    };
    Target {
        place: prefix.place.clone(),
        key: format!("{}{slash}{name}", prefix.key),
    }
}

fn utf8<'a>(name: &'a OsStr, shown: &str) -> Result<&'a str> {
    name.to_str().ok_or_else(|| {
        Error::new(
            Kind::Usage,
            format!("cannot upload `{shown}`: its name is not UTF-8 text and cannot be a key"),
        )
    })
}

/// The media type that the key's ending stands for.
fn guess(blob: &Blob) -> String {
    mime_guess::from_path(blob.key.as_str())
        .first_raw()
        .unwrap_or("application/octet-stream")
        .to_owned()
}

fn store(job: &Job, report: &Report, cancel: &Arc<Cancel>) {
    let Job {
        blob: Blob {
            engine,
            key,
            subject,
        },
        from,
        attributes,
        expectation,
    } = job;
    let shown = from.shown();
    let begin = Instant::now();
    let meter = Meter::new();
    let result = open(from, &shown, cancel).and_then(|source| {
        let source = source.expecting(expectation)?;
        engine.observer.notify(&Event::Started {
            name: &subject.key,
            total: source.size(),
            meter: &meter,
        });
        upload(engine, key, source, attributes, &meter)
    });
    engine.observer.notify(&Event::Ended { meter: &meter });
    match result {
        Ok(done) => {
            let (elapsed, stored) = (begin.elapsed(), done.value);
            let place = format!("`{shown}` to {}", subject.url.shown());
            let outcome = Outcome {
                line: transfer_line("stored", stored.bytes, &place, elapsed, stored.verified),
                bytes: Some(stored.bytes),
                elapsed: Some(elapsed),
                etag: stored.etag,
                headers: ObjectHeaders {
                    version_id: stored.version_id,
                    ..ObjectHeaders::default()
                },
                verified: Some(stored.verified),
                attempts: Some(done.attempts),
                changed: Some(true),
                atomic: stored.atomic,
                ..Outcome::default()
            };
            report.success(subject, &outcome);
        }
        Err(error) => {
            let error = anyhow::Error::from(error).context(format!(
                "cannot upload `{shown}` to {}",
                subject.url.shown()
            ));
            report.failure(Some(subject), OP, &error);
        }
    }
}

fn open(from: &From, shown: &str, cancel: &Arc<Cancel>) -> Result<Source> {
    let file = match from {
        From::Path(path) => {
            File::open(path).map_err(|error| Error::new(Kind::Local, describe(&error)))?
        }
        From::Stdin => {
            let stdin = std::io::stdin().as_fd().try_clone_to_owned();
            let stdin = stdin
                .map(File::from)
                .map_err(|error| Error::local("open stdin", &error))?;
            if standard_streams::is_closed(&stdin) {
                // An empty blob in its place would replace the one that is stored.
                return Err(Error::new(Kind::Usage, "stdin is closed")
                    .hint("pipe the bytes in; for an empty blob: blobctl put - KEY </dev/null"));
            }
            stdin
        }
    };
    Source::open(file, shown, cancel)
}
