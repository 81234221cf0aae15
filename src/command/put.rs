//! `blobctl put`: uploads files, directories or stdin. The output of commands: `from_command`.

use std::ffi::{OsStr, OsString};
use std::fs::{File, FileType};
use std::os::fd::AsFd;
use std::os::unix::fs::FileTypeExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use anyhow::Context as _;

use super::attributes::{attributes, expectation, reject_unsupported_options};
use super::session::{Blob, Session, reject_duplicate_destinations};
use crate::cancel::Cancel;
use crate::cli::Put;
use crate::error::{Error, Kind, Result, describe, printable};
use crate::events::{Event, Meter, Observer};
use crate::exit::Exit;
use crate::io::standard_streams;
use crate::report::Report;
use crate::report::outcome::{Outcome, Subject, Transferred};
use crate::settings::Target;
use crate::store::types::Attributes;
use crate::transfer::source::{Expectation, Source};
use crate::transfer::upload::upload;

struct PutJob {
    blob: Blob,
    from: LocalSource,
    attributes: Attributes,
    expectation: Expectation,
}

impl AsRef<Subject> for PutJob {
    fn as_ref(&self) -> &Subject {
        &self.blob.subject
    }
}

/// The source of one blob.
enum LocalSource {
    Path(PathBuf),
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
    fn quoted(&self) -> String {
        match self {
            Self::Path(_) => format!("`{}`", self.shown()),
            Self::Stdin => "stdin".to_owned(),
        }
    }
}

/// Uploads every source.
pub fn run(session: &mut Session, arguments: &Put) -> Result<Exit> {
    let (sources, destination) = split_arguments(session, arguments)?;
    for source in sources {
        session.check_local(source, "put stores local files", "{} KEY")?;
    }
    let store = &destination.target().store;
    session.check_flags(std::iter::once(store))?;
    reject_unsupported_options(arguments, store.kind())?;
    let (attributes, expectation) = (attributes(arguments)?, expectation(arguments)?);
    session.resume = session.settings.resume(arguments.resume)?;
    // An error of the store is reported once here, not once per source.
    session.open(store)?;
    let mut jobs = Vec::new();
    for (from, target) in find_sources(session, sources, &destination, arguments.recursive) {
        let quoted = from.quoted();
        match session.destination(&target) {
            Ok(blob) => jobs.push(PutJob {
                attributes: Attributes {
                    content_type: Some(content_type(arguments, &blob)),
                    ..attributes.clone()
                },
                blob,
                from,
                expectation: expectation.clone(),
            }),
            Err(error) => {
                let error = anyhow::Error::from(error).context(format!("cannot upload {quoted}"));
                session.report.failure(None, &error);
            }
        }
    }
    let destinations = jobs.iter().map(|job| &job.blob);
    reject_duplicate_destinations(destinations.map(|blob| (blob.id(), blob.subject.url.shown())))?;
    let cancel = Arc::clone(&session.cancel);
    session.for_each(jobs, move |job| {
        let (from, url) = (job.from.quoted(), job.blob.subject.url.shown());
        transfer(job, &cancel).with_context(|| format!("cannot upload {from} to {url}"))
    })?;
    Ok(session.exit())
}

/// The destination of all sources, as cp(1) understands it.
enum UploadTarget {
    /// Below this prefix, which is empty or ends in `/`, under the base name of each source.
    Prefix(Target),
    /// Exactly this key.
    Key(Target),
}

impl UploadTarget {
    fn target(&self) -> &Target {
        match self {
            Self::Prefix(target) | Self::Key(target) => target,
        }
    }
}

/// Splits the arguments into sources and destination.
fn split_arguments<'a>(
    session: &Session,
    arguments: &'a Put,
) -> Result<(&'a [OsString], UploadTarget)> {
    if let Some(prefix) = &arguments.target {
        let mut target = store_target(session, prefix)?;
        if !target.key.is_empty() && !target.key.ends_with('/') {
            target.key.push('/');
        }
        return Ok((&arguments.paths, UploadTarget::Prefix(target)));
    }
    let Some((last, sources)) = arguments
        .paths
        .split_last()
        .filter(|(_, sources)| !sources.is_empty())
    else {
        if arguments.paths.first().is_some_and(|path| path == "-") {
            return Err(Error::new(Kind::Usage, "stdin has no name")
                .with_hint("add a key: blobctl put - KEY"));
        }
        // The top of the chosen store, like an empty key.
        let target = store_target(session, OsStr::new(""))?;
        return Ok((&arguments.paths, UploadTarget::Prefix(target)));
    };
    if last.is_empty() {
        return Err(Error::new(Kind::Usage, "the key is empty"));
    }
    let target = store_target(session, last)?;
    if target.key.is_empty() || target.key.ends_with('/') {
        return Ok((sources, UploadTarget::Prefix(target)));
    }
    if sources.len() > 1 {
        let text = format!(
            "several sources need a destination that ends in `/`, and `{}` does not",
            printable(&last.to_string_lossy())
        );
        return Err(Error::new(Kind::Usage, text)
            .with_hint("the last argument is the destination; or name it first with -t"));
    }
    Ok((sources, UploadTarget::Key(target)))
}

pub(super) fn store_target(session: &Session, text: &OsStr) -> Result<Target> {
    session
        .target(text)?
        .ok_or_else(|| Error::new(Kind::Usage, "`-` is not a key: it can only be the source"))
}

/// Pairs the sources, or the files below them, with keys. A source that cannot be stored is reported as one failure among
/// the others.
fn find_sources(
    session: &Session,
    sources: &[OsString],
    destination: &UploadTarget,
    recursive: bool,
) -> Vec<(LocalSource, Target)> {
    let mut finder = SourceFinder {
        report: &session.report,
        observer: &*session.terminal,
        pairs: Vec::new(),
    };
    for source in sources {
        if let Err(error) = finder.collect(source, destination, recursive) {
            finder.failed(error);
        }
    }
    finder.pairs
}

struct SourceFinder<'a> {
    report: &'a Report,
    observer: &'a dyn Observer,
    pairs: Vec<(LocalSource, Target)>,
}

/// The entries of a directory that have not been visited yet.
struct DirectoryLevel {
    path: PathBuf,
    prefix: Target,
    entries: std::vec::IntoIter<(OsString, std::io::Result<FileType>)>,
}

impl SourceFinder<'_> {
    fn failed(&self, error: Error) {
        self.report.failure(None, &error.into());
    }

    fn skipped(&self, path: &Path, reason: &str) {
        let text = format!("skipped `{}`: {reason}", printable(&path.to_string_lossy()));
        self.observer.notify(&Event::Warning(&text));
    }

    /// Pairs a source, or the files below it, with keys.
    fn collect(
        &mut self,
        source: &OsStr,
        destination: &UploadTarget,
        recursive: bool,
    ) -> Result<()> {
        if source == "-" {
            let UploadTarget::Key(target) = destination else {
                return Err(Error::new(Kind::Usage, "stdin has no name")
                    .with_hint("end the key with one instead of `/`"));
            };
            self.pairs.push((LocalSource::Stdin, target.clone()));
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
                .with_hint("add --recursive (-r) to put the files in it"));
        }
        // As for cp(1), `dir/.` means the content of the directory; std strips the dot.
        let name = path
            .file_name()
            .filter(|_| !source.as_encoded_bytes().ends_with(b"/."));
        let target = match (destination, name) {
            (UploadTarget::Key(target), _) => target.clone(),
            (UploadTarget::Prefix(prefix), Some(name)) => below(prefix, utf8(name, &shown)?),
            // `.` and `..` have no base name: their content goes directly below the prefix.
            (UploadTarget::Prefix(prefix), None) if is_dir => {
                self.walk(path, prefix.clone());
                return Ok(());
            }
            (UploadTarget::Prefix(_), None) => {
                return Err(Error::new(
                    Kind::Usage,
                    format!("`{shown}` has no base name"),
                ));
            }
        };
        if is_dir {
            self.walk(path, below(&target, ""));
        } else {
            self.pairs
                .push((LocalSource::Path(path.to_path_buf()), target));
        }
        Ok(())
    }

    /// Pairs all files below `dir`, in the order of their names, with keys under `prefix`, which is empty or ends in `/`.
    ///
    /// Links to files are followed. Links to directories, which may form a cycle, and FIFOs, sockets and devices are skipped
    /// with a warning.
    fn walk(&mut self, dir: &Path, prefix: Target) {
        // A vector instead of recursion, because a tree may be deeper than the stack.
        let mut levels = vec![self.read(dir.to_path_buf(), prefix)];
        while let Some(level) = levels.last_mut() {
            let Some((name, kind)) = level.entries.next() else {
                levels.pop();
                continue;
            };
            let path = level.path.join(&name);
            if let Some(reason) = reason_to_skip(&path, kind.as_ref().ok()) {
                self.skipped(&path, reason);
                continue;
            }
            let shown = printable(&path.to_string_lossy());
            let target = match utf8(&name, &shown) {
                Ok(name) => below(&level.prefix, name),
                Err(error) => {
                    self.failed(error);
                    continue;
                }
            };
            if kind.is_ok_and(|kind| kind.is_dir()) {
                let below = self.read(path, below(&target, ""));
                levels.push(below);
            } else {
                // Also a dangling link: its upload fails with the reason.
                self.pairs.push((LocalSource::Path(path), target));
            }
        }
    }

    /// Returns the entries of a directory. If reading stops early, the failure is reported and the entries so far are
    /// returned.
    fn read(&self, path: PathBuf, prefix: Target) -> DirectoryLevel {
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
            self.failed(Error::local(doing, &error));
        }
        entries.sort_by(|(one, _), (other, _)| one.cmp(other));
        DirectoryLevel {
            path,
            prefix,
            entries: entries.into_iter(),
        }
    }
}

/// The reason to skip an entry of a directory, if there is one.
fn reason_to_skip(path: &Path, kind: Option<&FileType>) -> Option<&'static str> {
    let kind = kind?;
    if kind.is_symlink() {
        // A dangling link is not skipped: it is a failure.
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
        store: prefix.store.clone(),
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

/// `--content-type`, or the media type of the key's extension.
pub(super) fn content_type(arguments: &Put, blob: &Blob) -> String {
    let guessed = mime_guess::from_path(blob.key.as_str()).first_raw();
    match &arguments.content_type {
        Some(content_type) => content_type.clone(),
        None => guessed.unwrap_or("application/octet-stream").to_owned(),
    }
}

fn transfer(job: &PutJob, cancel: &Arc<Cancel>) -> Result<Outcome> {
    let options = (&job.attributes, &job.expectation);
    let open = || open(&job.from, cancel);
    upload_from(&job.blob, &job.from.quoted(), options, open)
}

/// Uploads the source that `open` returns. `from` names it in the line of `-v`.
pub(super) fn upload_from(
    blob: &Blob,
    from: &str,
    (attributes, expectation): (&Attributes, &Expectation),
    open: impl FnOnce() -> Result<Source>,
) -> Result<Outcome> {
    let engine = &blob.engine;
    let begin = Instant::now();
    let meter = Meter::new();
    let result = open().and_then(|source| {
        let source = source.expecting(expectation)?;
        engine.observer.notify(&Event::Started {
            name: &blob.subject.key,
            total: source.size(),
            meter: &meter,
        });
        upload(engine, &blob.key, source, attributes, &meter)
    });
    engine.observer.notify(&Event::Ended { meter: &meter });
    let done = result?;
    let stored = done.value;
    let outcome = Transferred {
        verb: "stored",
        route: format!("{from} to {}", blob.subject.url.shown()),
        bytes: stored.bytes,
        elapsed: begin.elapsed(),
        etag: stored.etag,
        version_id: stored.version_id,
        verified: stored.verified,
        attempts: done.attempts,
    }
    .into_outcome();
    Ok(Outcome {
        atomic: stored.atomic,
        ..outcome
    })
}

fn open(from: &LocalSource, cancel: &Arc<Cancel>) -> Result<Source> {
    let file = match from {
        LocalSource::Path(path) => {
            File::open(path).map_err(|error| Error::new(Kind::Local, describe(&error)))?
        }
        LocalSource::Stdin => {
            let stdin = std::io::stdin().as_fd().try_clone_to_owned();
            let stdin = stdin
                .map(File::from)
                .map_err(|error| Error::local("open stdin", &error))?;
            if standard_streams::is_closed(&stdin) {
                // An empty upload would overwrite the stored blob.
                return Err(Error::new(Kind::Usage, "stdin is closed").with_hint(
                    "pipe the bytes in; for an empty blob: blobctl put - KEY </dev/null",
                ));
            }
            stdin
        }
    };
    Source::open(file, &from.shown(), cancel)
}
