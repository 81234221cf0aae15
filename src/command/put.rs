//! `blobctl put`: uploads files, directories or stdin.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::batch::{BatchSource, Search, below_of, utf8_name};
use super::blob::BlobRoot;
use super::put_options::{expectation, put_options, reject_unsupported_options};
use super::run::{BatchPlan, PUT, if_changed, run_batch};
use super::session::Session;
use super::target::{BatchTarget, JobOptions};
use crate::cli::{Put, ResumeChoice};
use crate::error::{Error, Kind, Result, printable};
use crate::exit::Exit;
use crate::io::local_tree::DirectoryLinks;
use crate::io::standard_streams::is_file;
use crate::settings::Target;
use crate::transfer::destination::DownloadOptions;

/// Uploads every source.
pub fn run(session: &mut Session, arguments: &Put) -> Result<Exit> {
    let (sources, destination) = split_arguments(session, arguments)?;
    for source in sources {
        session.check_local(source, "put stores local files", "{} KEY")?;
    }
    let store = &destination.store;
    session.check_flags(std::iter::once(store))?;
    let (put, expectation) = (put_options(arguments)?, expectation(arguments)?);
    check_resume(arguments.resume, sources)?;
    session.resume = session.settings.resume(arguments.resume)?;
    // An error of the store is reported once here, not once per source.
    let root = session.root(&destination)?;
    let capabilities = *root.engine.store.capabilities();
    reject_unsupported_options(arguments, store.kind(), capabilities)?;
    session.note_destination(&destination, &root);
    let search = Search::new(session, &arguments.filters, &arguments.batch)?.with_links(
        match arguments.follow_links {
            true => DirectoryLinks::Follow,
            false => DirectoryLinks::Skip,
        },
    );
    let is_whole_tree = arguments.recursive || search.has_list();
    let is_dir = |source: &OsString| Path::new(source).is_dir();
    let has_tree = search.has_list() || is_whole_tree && sources.iter().any(is_dir);
    let keeps_names = root.key.is_empty() || root.key.ends_with('/');
    let target = target_in_store(root, sources.len(), has_tree)?;
    let keeps_names = keeps_names && !search.has_list();
    let found = find_sources(session, sources, keeps_names, is_whole_tree);
    run_batch(
        session,
        BatchPlan {
            sources: found,
            search,
            target,
            options: JobOptions {
                put,
                keeps_time: arguments.changes.preserve_mtime,
                reads_version: false,
                expectation,
                get: DownloadOptions {
                    keeps_time: arguments.changes.preserve_mtime,
                    ..DownloadOptions::default()
                },
                cancel: Arc::clone(&session.cancel),
            },
            verb: PUT,
            if_changed: if_changed(&arguments.changes),
            removes_sources: false,
            run: arguments.batch.run.clone(),
            has_summary: is_whole_tree,
        },
    )
}

/// Rejects a resume of what can be read only once.
fn check_resume(choice: Option<ResumeChoice>, sources: &[OsString]) -> Result<()> {
    let is_stream = |source: &&OsString| match source.to_str() {
        Some("-") => !is_file(std::io::stdin()),
        _ => std::fs::metadata(source)
            .is_ok_and(|metadata| !metadata.is_file() && !metadata.is_dir()),
    };
    match (choice, sources.iter().find(is_stream)) {
        (Some(ResumeChoice::Auto | ResumeChoice::Run), Some(source)) => {
            Err(not_resumable(&match source.to_str() {
                Some("-") => "stdin".to_owned(),
                _ => format!("`{}`", printable(&source.to_string_lossy())),
            }))
        }
        _ => Ok(()),
    }
}

/// The error about `--resume` and a source that can be read only once.
pub fn not_resumable(source: &str) -> Error {
    let text = format!("--resume does not apply to {source}: a stream cannot be read again");
    Error::new(Kind::Usage, text).with_hint("omit --resume, or store a file")
}

/// Splits the arguments into sources and destination. Without a source, the current directory or the base name of the source
/// is meant.
fn split_arguments<'a>(session: &Session, arguments: &'a Put) -> Result<(&'a [OsString], Target)> {
    if let Some(prefix) = &arguments.target {
        let mut target = store_target(session, prefix)?;
        if !target.key.is_empty() && !target.key.ends_with('/') {
            target.key.push('/');
        }
        return Ok((&arguments.paths, target));
    }
    match arguments.paths.split_last() {
        Some((last, [])) if arguments.batch.files_from.is_some() => {
            Ok((&[], store_target(session, last)?))
        }
        Some((last, [])) if last == "-" => {
            Err(Error::new(Kind::Usage, "stdin has no name")
                .with_hint("add a key: blobctl put - KEY"))
        }
        // The top of the chosen store, like an empty key.
        Some((_, [])) => Ok((&arguments.paths, store_target(session, OsStr::new(""))?)),
        Some((last, _)) if last.is_empty() => Err(Error::new(Kind::Usage, "the key is empty")),
        Some((last, sources)) => {
            let target = store_target(session, last)?;
            if !arguments.recursive && arguments.batch.files_from.is_none() {
                target.check_key(last, &sources[0])?;
            }
            Ok((sources, target))
        }
        None => Err(Error::new(Kind::Usage, "missing argument: SRC... KEY")),
    }
}

pub fn store_target(session: &Session, text: &OsStr) -> Result<Target> {
    session
        .target(text)?
        .ok_or_else(|| Error::new(Kind::Usage, "`-` is not a key: it can only be the source"))
}

/// The destination as cp(1) understands it. `has_tree` means that a source may be a directory or a prefix.
pub fn target_in_store(root: BlobRoot, sources: usize, has_tree: bool) -> Result<BatchTarget> {
    if root.key.is_empty() || root.key.ends_with('/') {
        return Ok(BatchTarget::Prefix(root));
    }
    match (sources, has_tree) {
        // What is in the directory, below another name.
        (0 | 1, true) => Ok(BatchTarget::Prefix(root.directory())),
        (1, false) => Ok(BatchTarget::Key(root)),
        _ => {
            let text = format!(
                "several sources need a destination that ends in `/`, and `{}` does not",
                printable(&root.key)
            );
            Err(Error::new(Kind::Usage, text)
                .with_hint("the last argument is the destination; or name it first with -t"))
        }
    }
}

/// The sources that can be stored. Each of the others is reported as one failure among the others.
fn find_sources(
    session: &Session,
    sources: &[OsString],
    keeps_name: bool,
    is_whole_tree: bool,
) -> Vec<BatchSource> {
    let found = match sources {
        [] => vec![Ok(BatchSource::Directory {
            path: PathBuf::from("."),
            below: String::new(),
        })],
        _ => {
            let found = sources.iter();
            found
                .map(|source| local_source(source, keeps_name, is_whole_tree))
                .collect()
        }
    };
    let usable = found.into_iter().filter_map(|found| {
        found
            .map_err(|error| session.report.failure(None, &error.into()))
            .ok()
    });
    usable.collect()
}

/// A source as it was typed. `keeps_name` means that it keeps its base name in the destination.
pub fn local_source(source: &OsStr, keeps_name: bool, is_whole_tree: bool) -> Result<BatchSource> {
    if source == "-" {
        if is_whole_tree {
            let text = "stdin is one blob: it cannot be combined with -r or --files-from";
            return Err(Error::new(Kind::Usage, text));
        }
        return match keeps_name {
            false => Ok(BatchSource::Stdin),
            true => Err(Error::new(Kind::Usage, "stdin has no name")
                .with_hint("end the key with one instead of `/`")),
        };
    }
    if source.is_empty() {
        return Err(Error::new(Kind::Usage, "the source is empty"));
    }
    let path = PathBuf::from(source);
    let shown = printable(&path.to_string_lossy());
    let is_dir = std::fs::metadata(&path).is_ok_and(|metadata| metadata.is_dir());
    if is_dir && !is_whole_tree {
        return Err(Error::new(Kind::Usage, format!("`{shown}` is a directory"))
            .with_hint("add --recursive (-r) to put the files in it"));
    }
    // As for cp(1), `dir/.` means the content of the directory; std strips the dot. `.` and `..` have no base name, either.
    let name = path
        .file_name()
        .filter(|_| !source.as_encoded_bytes().ends_with(b"/."));
    let name = match name.filter(|_| keeps_name) {
        Some(name) => Some(utf8_name(name, &path)?.to_owned()),
        None => None,
    };
    match name {
        _ if is_dir => {
            let below = below_of(name.as_deref());
            // Without the `.` of `dir/.`, so that messages name its files as `dir/x`.
            let path = path.components().collect();
            Ok(BatchSource::Directory { path, below })
        }
        Some(name) => Ok(BatchSource::File { path, name }),
        None if !keeps_name => {
            let name = String::new();
            Ok(BatchSource::File { path, name })
        }
        None => Err(without_name(&path)),
    }
}

/// The error about a source that has no base name and is not a directory.
fn without_name(path: &Path) -> Error {
    let shown = printable(&path.to_string_lossy());
    match std::fs::metadata(path) {
        Ok(_) => Error::new(Kind::Usage, format!("`{shown}` has no base name")),
        Err(error) => Error::local(format_args!("cannot read `{shown}`"), &error),
    }
}
