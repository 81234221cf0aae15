//! `blobctl put`: files, directories or stdin into a store.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use crate::backend::{Attributes, Kept};
use crate::cli::Put;
use crate::error::{Error, Kind, Result, describe, printable};
use crate::exit::Exit;
use crate::progress::{Cancel, Event, Meter};
use crate::report::{Outcome, Report, transfer_line};
use crate::settings::Target;
use crate::transfer::pool;
use crate::transfer::upload::{Expectation, Source, upload};

use super::attributes::{attributes, expectation, refuse_unkept};
use super::{Blob, Session, refuse_twins};

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

/// Stores every source.
pub fn run(session: &mut Session, arguments: &Put) -> Result<Exit> {
    let (sources, into) = destination(session, arguments)?;
    let mut pairs = Vec::new();
    for source in sources {
        session.check_local(source, "put stores local files", "{} KEY")?;
        collect(source, &into, arguments.recursive, &mut pairs)?;
    }
    session.check_flags(pairs.iter().map(|(_, target)| &target.place))?;
    refuse_unkept(arguments, pairs.iter().map(|(_, target)| target))?;
    let (attributes, expectation) = (attributes(arguments)?, expectation(arguments)?);
    session.resume = session.settings.resume(arguments.resume)?;
    let mut jobs = Vec::new();
    for (from, target) in pairs {
        let blob = session.destination(OP, &target)?;
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
    pool::run(
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

/// Pairs a source, or the files below it, with keys.
fn collect(
    source: &OsStr,
    into: &Into,
    recursive: bool,
    pairs: &mut Vec<(From, Target)>,
) -> Result<()> {
    if source == "-" {
        let Into::Key(target) = into else {
            return Err(Error::new(Kind::Usage, "stdin has no name")
                .hint("end the key with one instead of `/`"));
        };
        pairs.push((From::Stdin, target.clone()));
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
        (Into::Prefix(prefix), None) if is_dir => return walk(path, prefix, pairs),
        (Into::Prefix(_), None) => {
            return Err(Error::new(
                Kind::Usage,
                format!("`{shown}` has no base name"),
            ));
        }
    };
    if is_dir {
        return walk(path, &below(&target, ""), pairs);
    }
    pairs.push((From::Path(path.to_path_buf()), target));
    Ok(())
}

/// All files below `dir`, in the order of their names, under `prefix`, which is empty or ends in `/`. Links to files
/// are followed, links to directories are not, since they may lead in circles.
fn walk(dir: &Path, prefix: &Target, pairs: &mut Vec<(From, Target)>) -> Result<()> {
    let shown = printable(&dir.to_string_lossy());
    let failed =
        |error: std::io::Error| Error::local(format_args!("read the directory `{shown}`"), &error);
    let mut entries = std::fs::read_dir(dir)
        .and_then(Iterator::collect::<std::io::Result<Vec<_>>>)
        .map_err(failed)?;
    entries.sort_by_key(std::fs::DirEntry::file_name);
    for entry in entries {
        let path = entry.path();
        let target = below(
            prefix,
            utf8(&entry.file_name(), &printable(&path.to_string_lossy()))?,
        );
        if entry.file_type().map_err(failed)?.is_dir() {
            walk(&path, &below(&target, ""), pairs)?;
        } else if std::fs::metadata(&path).is_ok_and(|metadata| metadata.is_file()) {
            pairs.push((From::Path(path), target));
        }
    }
    Ok(())
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
            format!("the name of `{shown}` is not UTF-8 text and cannot be a key"),
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
    let shown = match from {
        From::Path(path) => printable(&path.to_string_lossy()),
        From::Stdin => "-".to_owned(),
    };
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
                kept: Kept {
                    version_id: stored.version_id,
                    ..Kept::default()
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
            if was_closed(&stdin) {
                return Err(Error::new(Kind::Usage, "stdin is closed")
                    .hint("pipe the bytes in; for an empty blob: blobctl put - KEY </dev/null"));
            }
            stdin
        }
    };
    Source::open(file, shown, cancel)
}

/// Whether we were started without a stdin: an empty blob in its place would replace the one that is stored.
///
/// Rust's start-up opens `/dev/null` for reading and writing in the place of a closed stdin; a shell or cron that means
/// an empty input opens it for reading.
fn was_closed(stdin: &File) -> bool {
    let both_ways =
        rustix::fs::fcntl_getfl(stdin).is_ok_and(|flags| flags.contains(rustix::fs::OFlags::RDWR));
    both_ways
        && rustix::fs::fstat(stdin).is_ok_and(|stat| {
            rustix::fs::FileType::from_raw_mode(stat.st_mode).is_char_device()
                && stat.st_rdev == NULL_DEVICE
        })
}

/// `/dev/null` of Linux: major number 1, minor number 3.
const NULL_DEVICE: u64 = 1 << 8 | 3;
