//! `blobctl cp` and `blobctl mv`: copies between stores, and between this machine and a store.

use std::ffi::{OsStr, OsString};
use std::path::Path;
use std::sync::Arc;

use super::batch::{BatchSource, Search};
use super::get::{Depth, TypedDestination, store_source};
use super::put::{local_source, target_in_store};
use super::put_options::{attributes, reject_unsupported_attributes};
use super::run::{BatchPlan, COPY, MOVE, if_changed, run_batch};
use super::session::Session;
use super::target::{BatchTarget, JobOptions};
use crate::cli::{CopyArguments, Cp};
use crate::error::{Error, Kind, Result, printable};
use crate::exit::Exit;
use crate::settings::address::is_local_path;
use crate::settings::{StoreRef, Target};
use crate::store::types::{Condition, PutOptions};
use crate::transfer::destination::DownloadOptions;
use crate::transfer::source::Expectation;

/// One side of a copy.
#[derive(Debug, Clone)]
pub enum Place<'a> {
    /// A local path.
    Local(&'a OsStr),
    /// stdin or stdout.
    Stdio,
    /// A place in a store.
    Store(Target),
}

/// Copies every FROM to TO.
pub fn run(session: &mut Session, arguments: &Cp) -> Result<Exit> {
    transfer(
        session,
        &arguments.copy,
        &SourceRule::Keep(arguments.from_version.as_ref()),
    )
}

/// Copies every FROM to TO, and removes it once its copy is verified.
pub fn run_move(session: &mut Session, arguments: &CopyArguments) -> Result<Exit> {
    if arguments.changes.if_changed {
        let text = "mv has no --if-changed: only a verified copy allows the removal of its source";
        return Err(Error::new(Kind::Usage, text).with_hint("use cp --if-changed, and then rm"));
    }
    transfer(session, arguments, &SourceRule::Remove)
}

/// The version and the fate of the sources.
enum SourceRule<'a> {
    /// `cp`, with `--from-version`.
    Keep(Option<&'a String>),
    /// `mv`: the newest version is removed once the copy is verified.
    Remove,
}

impl SourceRule<'_> {
    fn version(&self) -> Option<&String> {
        match self {
            Self::Keep(version) => *version,
            Self::Remove => None,
        }
    }
}

fn transfer(
    session: &mut Session,
    arguments: &CopyArguments,
    rule: &SourceRule<'_>,
) -> Result<Exit> {
    let (from, to) = split_arguments(session, arguments)?;
    let stores = from.iter().chain([&to]).filter_map(Place::store);
    session.check_flags(stores)?;
    let search = Search::new(session, &arguments.filters, &arguments.batch)?;
    let search = match rule {
        SourceRule::Keep(_) => search,
        SourceRule::Remove => search.for_removal(),
    };
    let depth = match (search.has_list(), arguments.recursive) {
        (true, _) => Depth::List,
        (false, true) => Depth::Tree,
        (false, false) => Depth::Blob,
    };
    session.resume = session.settings.resume(None)?;
    let (target, keeps_names) = target(session, &from, &to, depth, arguments)?;
    let sources = sources(session, &from, depth, keeps_names, rule)?;
    run_batch(
        session,
        BatchPlan {
            sources,
            search,
            target,
            options: JobOptions {
                put: PutOptions {
                    condition: Condition::None,
                    attributes: attributes(&arguments.attributes)?,
                    modified: None,
                },
                get: DownloadOptions {
                    keeps_time: arguments.changes.preserve_mtime,
                    ..DownloadOptions::default()
                },
                keeps_time: arguments.changes.preserve_mtime,
                reads_version: rule.version().is_some(),
                expectation: Expectation::default(),
                cancel: Arc::clone(&session.cancel),
            },
            verb: match rule {
                SourceRule::Keep(_) => COPY,
                SourceRule::Remove => MOVE,
            },
            if_changed: if_changed(&arguments.changes),
            removes_sources: matches!(rule, SourceRule::Remove),
            run: arguments.batch.run.clone(),
            has_summary: depth != Depth::Blob,
        },
    )
}

impl Place<'_> {
    /// The store, if the place is in one.
    pub fn store(&self) -> Option<&StoreRef> {
        match self {
            Self::Store(target) => Some(&target.store),
            Self::Local(_) | Self::Stdio => None,
        }
    }
}

/// The sources and the destination.
fn split_arguments<'a>(
    session: &Session,
    arguments: &'a CopyArguments,
) -> Result<(Vec<Place<'a>>, Place<'a>)> {
    let (to, from): (&OsString, &[OsString]) =
        match (&arguments.target, arguments.paths.split_last()) {
            (Some(to), _) => (to, &arguments.paths),
            (None, Some((to, from))) if !from.is_empty() => (to, from),
            _ => {
                return Err(Error::new(Kind::Usage, "missing argument: TO")
                    .with_hint("a copy needs a source and a destination: FROM... TO"));
            }
        };
    let mut places = Vec::new();
    for text in from {
        places.push(place(session, text)?);
    }
    let (typed, mut to) = (to, place(session, to)?);
    if let (Place::Store(target), None, false) = (&to, &arguments.target, is_tree(arguments)) {
        target.check_key(typed, &from[0])?;
    }
    if let (Some(_), Place::Store(target)) = (&arguments.target, &mut to)
        && !target.key.is_empty()
        && !target.key.ends_with('/')
    {
        target.key.push('/');
    }
    if !places
        .iter()
        .chain([&to])
        .any(|place| matches!(place, Place::Store(_)))
    {
        return Err(Error::new(Kind::Usage, "no argument names a store")
            .with_hint("cp(1) copies local files; a store is named like s3://BUCKET/KEY"));
    }
    Ok((places, to))
}

fn is_tree(arguments: &CopyArguments) -> bool {
    arguments.recursive || arguments.batch.files_from.is_some()
}

/// A local path begins with `/`, `./` or `../`, or is `.` or `..`; everything else is the address of a blob.
pub fn place<'a>(session: &Session, text: &'a OsStr) -> Result<Place<'a>> {
    if text.is_empty() {
        // Perhaps a variable of a script that is not set.
        return Err(Error::new(Kind::Usage, "an argument is empty")
            .with_hint("`.` is this directory; a whole bucket is named like s3://BUCKET"));
    }
    if is_local_path(text) {
        return Ok(Place::Local(text));
    }
    let Some(target) = session.target(text)? else {
        return Ok(Place::Stdio);
    };
    if session.settings.is_unasked_default(&target.store)
        && Path::new(text).symlink_metadata().is_ok()
    {
        let shown = printable(&text.to_string_lossy());
        let text =
            format!("`{shown}` is a key of the default store, and a local file has that name");
        return Err(Error::new(Kind::Usage, text).with_hint(format!(
            "for the local file, write ./{shown}; for the key, choose the store with -b fs"
        )));
    }
    Ok(Place::Store(target))
}

/// The destination as cp(1) understands it, and whether sources keep their names in it.
fn target(
    session: &mut Session,
    from: &[Place<'_>],
    to: &Place<'_>,
    depth: Depth,
    arguments: &CopyArguments,
) -> Result<(BatchTarget, bool)> {
    match to {
        Place::Stdio => Ok((
            TypedDestination::Last(OsStr::new("-")).target(from.len(), depth, false)?,
            false,
        )),
        Place::Local(path) => {
            let typed = match arguments.target {
                Some(_) => TypedDestination::Directory(path),
                None => TypedDestination::Last(path),
            };
            Ok((
                typed.target(from.len(), depth, arguments.mkdir)?,
                typed.keeps_names(from.len()),
            ))
        }
        Place::Store(target) => {
            let root = session.root(target)?;
            reject_unsupported_attributes(
                &arguments.attributes,
                target.store.kind(),
                *root.engine.store.capabilities(),
            )?;
            session.note_destination(target, &root);
            let is_tree = depth != Depth::Blob && from.iter().any(Place::is_tree);
            let keeps_names = root.key.is_empty() || root.key.ends_with('/') || from.len() > 1;
            Ok((target_in_store(root, from.len(), is_tree)?, keeps_names))
        }
    }
}

impl Place<'_> {
    /// Returns whether the place may have more than one blob or file, with `-r`.
    fn is_tree(&self) -> bool {
        match self {
            Self::Local(path) => Path::new(path).is_dir(),
            Self::Store(_) => true,
            Self::Stdio => false,
        }
    }
}

/// The sources. The store of the destination is open already, and is not limited to the version.
fn sources(
    session: &mut Session,
    from: &[Place<'_>],
    depth: Depth,
    keeps_names: bool,
    rule: &SourceRule<'_>,
) -> Result<Vec<BatchSource>> {
    let version = rule.version();
    session.select_version_by("--from-version", version, from.len())?;
    let is_local = |place: &Place<'_>| place.store().is_none();
    if version.is_some() && from.iter().any(is_local) {
        let text = "--from-version is about a blob in S3, and FROM is on this machine";
        return Err(Error::new(Kind::Usage, text).with_hint("omit --from-version"));
    }
    from.iter()
        .map(|place| batch_source(session, place, depth, keeps_names))
        .collect()
}

fn batch_source(
    session: &mut Session,
    place: &Place<'_>,
    depth: Depth,
    keeps_name: bool,
) -> Result<BatchSource> {
    match place {
        Place::Local(path) => local_source(
            path,
            keeps_name && depth != Depth::List,
            depth != Depth::Blob,
        ),
        Place::Stdio => local_source(OsStr::new("-"), keeps_name, depth != Depth::Blob),
        Place::Store(target) => store_source(session, target, depth, keeps_name),
    }
}
