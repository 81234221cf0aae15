//! `blobctl get`: downloads blobs to a file, a directory or stdout.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::batch::{BatchSource, Search, below_of};
use super::job::download::LocalDestination;
use super::put_options::expected_sha256;
use super::run::{BatchPlan, GET, if_changed, run_batch};
use super::session::Session;
use super::target::{BatchTarget, JobOptions, existing_directory};
use crate::cli::{Get, ResumeChoice, Verify};
use crate::error::{Error, Kind, Result};
use crate::exit::Exit;
use crate::io::atomic_file::Overwrite;
use crate::io::beneath::LocalDirectory;
use crate::io::local_path;
use crate::settings::Target;
use crate::store::types::PutOptions;
use crate::transfer::destination::{DownloadOptions, ExpectedBlob, Verification, no_mode};
use crate::transfer::source::Expectation;

/// Downloads every key, or the blobs below it.
pub fn run(session: &mut Session, arguments: &Get) -> Result<Exit> {
    // Before anything else: a misplaced limit would be taken for a key or the destination.
    Session::wait(&arguments.wait, &arguments.paths)?;
    check_destination(session, arguments)?;
    let (keys, destination) = split_arguments(arguments)?;
    check_single(arguments, keys.len())?;
    session.select_version(arguments.version_id.as_ref(), keys.len())?;
    let targets = store_targets(session, keys, arguments.batch.files_from.is_some())?;
    session.check_flags(targets.iter().map(|target| &target.store))?;
    session.resume = session.settings.resume(arguments.resume)?;
    let search = Search::new(session, &arguments.filters, &arguments.batch)?;
    let tree = match (search.has_list(), arguments.recursive) {
        (true, _) => Depth::List,
        (false, true) => Depth::Tree,
        (false, false) => Depth::Blob,
    };
    let target = destination.target(targets.len(), tree, arguments.mkdir)?;
    if matches!(target, BatchTarget::Stdout) && arguments.mode.is_some() {
        return Err(no_mode());
    }
    check_resume(arguments.resume, &target)?;
    let keeps_names = destination.keeps_names(targets.len());
    let mut sources = Vec::new();
    for target in &targets {
        sources.push(store_source(session, target, tree, keeps_names)?);
    }
    run_batch(
        session,
        BatchPlan {
            sources,
            search,
            target,
            options: JobOptions {
                put: PutOptions::default(),
                get: download_options(arguments)?,
                keeps_time: arguments.changes.preserve_mtime,
                reads_version: false,
                expectation: Expectation::default(),
                cancel: Arc::clone(&session.cancel),
            },
            verb: GET,
            if_changed: if_changed(&arguments.changes),
            removes_sources: false,
            run: arguments.batch.run.clone(),
            has_summary: tree != Depth::Blob,
        },
    )
}

/// Rejects a resume by a later run of what keeps nothing. Within a run, a download to a stream does resume.
fn check_resume(choice: Option<ResumeChoice>, target: &BatchTarget) -> Result<()> {
    let stream = match target {
        BatchTarget::Stdout => LocalDestination::Stdout,
        BatchTarget::Path(path) => LocalDestination::Path(path.clone()),
        _ => return Ok(()),
    };
    if choice != Some(ResumeChoice::Auto) || !stream.is_stream() {
        return Ok(());
    }
    let shown = stream.quoted();
    let text = format!(
        "--resume auto does not apply to {shown}: a stream keeps nothing of an earlier run"
    );
    Err(Error::new(Kind::Usage, text).with_hint("omit --resume, or download to a file"))
}

/// The meaning of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// A blob.
    Blob,
    /// The blobs below it, with `-r`.
    Tree,
    /// The place that the paths of `--files-from` are relative to.
    List,
}

/// Rejects the address of a blob as destination.
fn check_destination(session: &Session, arguments: &Get) -> Result<()> {
    let last = arguments.paths.get(1..).and_then(<[OsString]>::last);
    match arguments.target.as_ref().or(last) {
        Some(path) => session.check_local(path, "get writes local files", "KEY {}"),
        None => Ok(()),
    }
}

fn store_targets(session: &Session, keys: &[OsString], has_list: bool) -> Result<Vec<Target>> {
    let keys: Vec<&OsStr> = match keys {
        [] if has_list => vec![OsStr::new("")],
        _ => keys.iter().map(OsString::as_os_str).collect(),
    };
    let only_a_destination = || {
        let text = "`-` is not a blob: it can only be the destination";
        Error::new(Kind::Usage, text)
    };
    let targets = keys.into_iter().map(|key| {
        if key.is_empty() && !has_list {
            return Err(Error::new(Kind::Usage, "the key is empty"));
        }
        let target = session.target(key)?;
        target.ok_or_else(only_a_destination)
    });
    targets.collect()
}

/// A source in a store. `keeps_name` means that it keeps its base name in the destination.
pub fn store_source(
    session: &mut Session,
    target: &Target,
    depth: Depth,
    keeps_name: bool,
) -> Result<BatchSource> {
    if depth == Depth::Blob {
        let blob = session.blob(target)?;
        let name = blob.key.base_name().unwrap_or_default().to_owned();
        return Ok(BatchSource::Blob { blob, name });
    }
    let mut root = session.root(target)?;
    // As for cp(1), `dir/.` means what is in the directory.
    let is_content = root.key.ends_with("/.") || root.key == ".";
    if is_content {
        root.key.pop();
    }
    let root = root.directory();
    let name = root.key.trim_end_matches('/').rsplit('/').next();
    let name = name.filter(|name| !name.is_empty() && !is_content);
    let below = match depth {
        Depth::List => String::new(),
        _ => below_of(name.filter(|_| keeps_name)),
    };
    Ok(BatchSource::Prefix { root, below })
}

fn download_options(arguments: &Get) -> Result<DownloadOptions> {
    let verification = match (arguments.require_verified, arguments.verify) {
        (true, _) => Verification::Digest,
        (_, Some(Verify::Length)) => Verification::Length,
        _ => Verification::Strongest,
    };
    let replace = match arguments.no_clobber {
        true => Overwrite::Refuse,
        false => Overwrite::Allow,
    };
    Ok(DownloadOptions {
        replace,
        verification,
        keeps_time: arguments.changes.preserve_mtime,
        expected: ExpectedBlob {
            size: arguments.expect_size,
            sha256: expected_sha256(arguments.expect_sha256.as_deref())?,
        },
        range: arguments.range,
        mode: arguments.mode,
        wait: Session::wait(&arguments.wait, &arguments.paths)?,
    })
}

/// Rejects options that are about one blob if there may be several, and a wait for blobs without names.
fn check_single(arguments: &Get, keys: usize) -> Result<()> {
    let is_tree = arguments.recursive || arguments.batch.files_from.is_some();
    let about_one = [
        (arguments.range.is_some(), "--range"),
        (arguments.expect_size.is_some(), "--expect-size"),
        (arguments.expect_sha256.is_some(), "--expect-sha256"),
    ];
    let given = about_one.into_iter().find(|(given, _)| *given);
    match given {
        Some((_, option)) if is_tree || keys != 1 => {
            let text = format!("{option} is about one blob, but several were given");
            Err(Error::new(Kind::Usage, text))
        }
        _ if is_tree && arguments.wait.wait.is_some() => {
            let text = "--wait needs the names of the blobs: it cannot be combined with -r or --files-from";
            Err(Error::new(Kind::Usage, text))
        }
        _ => Ok(()),
    }
}

/// The local destination as it was typed.
pub enum TypedDestination<'a> {
    /// The current directory.
    Here,
    /// A directory, by `--target`.
    Directory(&'a OsStr),
    /// The last argument.
    Last(&'a OsStr),
}

impl TypedDestination<'_> {
    /// Returns whether the sources keep their names below the destination.
    pub fn keeps_names(&self, sources: usize) -> bool {
        match self {
            Self::Here | Self::Directory(_) => true,
            Self::Last(path) => sources != 1 || ends_with_slash(path) || Path::new(path).is_dir(),
        }
    }

    /// The destination as cp(1) understands it.
    pub fn target(&self, sources: usize, depth: Depth, makes: bool) -> Result<BatchTarget> {
        let path = match self {
            Self::Here => Path::new(""),
            Self::Directory(path) | Self::Last(path) => Path::new(path),
        };
        let is_stdout = matches!(self, Self::Last(path) if *path == "-");
        match (is_stdout, depth) {
            (true, Depth::Blob) if sources == 1 => return Ok(BatchTarget::Stdout),
            (true, _) => {
                return Err(Error::new(Kind::Usage, "several blobs cannot go to stdout"));
            }
            (false, Depth::Tree | Depth::List) => {
                let path = match path.as_os_str().is_empty() {
                    true => Path::new("."),
                    false => path,
                };
                check_not_a_file(path)?;
                let directory = LocalDirectory::new(path.to_path_buf());
                return Ok(BatchTarget::Tree(Arc::new(directory)));
            }
            (false, Depth::Blob) => {}
        }
        if !self.keeps_names(sources) {
            if let Some(parent) = path
                .parent()
                .filter(|parent| makes && !parent.as_os_str().is_empty())
            {
                make_directory(parent)?;
            }
            return Ok(BatchTarget::Path(path.to_path_buf()));
        }
        match self {
            Self::Here => Ok(BatchTarget::Directory(PathBuf::new())),
            _ if makes => make_directory(path).map(BatchTarget::Directory),
            _ => existing_directory(path).map(BatchTarget::Directory),
        }
    }
}

/// Rejects a path that exists and is not a directory.
pub fn check_not_a_file(path: &Path) -> Result<()> {
    if path.exists() && !path.is_dir() {
        let shown = crate::error::printable(&path.to_string_lossy());
        let text = format!("`{shown}` is not a directory");
        return Err(Error::new(Kind::Local, text));
    }
    Ok(())
}

fn make_directory(path: &Path) -> Result<PathBuf> {
    local_path::make_directory(path)?;
    Ok(path.to_path_buf())
}

/// Splits the arguments into keys and destination.
fn split_arguments(arguments: &Get) -> Result<(&[OsString], TypedDestination<'_>)> {
    if let Some(dir) = &arguments.target {
        return Ok((&arguments.paths, TypedDestination::Directory(dir)));
    }
    match arguments.paths.split_last() {
        Some((last, keys)) if !keys.is_empty() || arguments.batch.files_from.is_some() => {
            match last.is_empty() {
                true => Err(Error::new(Kind::Usage, "the destination is empty")),
                false => Ok((keys, TypedDestination::Last(last))),
            }
        }
        _ => Ok((&arguments.paths, TypedDestination::Here)),
    }
}

fn ends_with_slash(text: &OsStr) -> bool {
    text.as_encoded_bytes().ends_with(b"/")
}
