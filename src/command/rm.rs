//! `blobctl rm`: removes blobs.

use std::ffi::{OsStr, OsString};
use std::time::Instant;

use anyhow::Context as _;

use super::batch::{BatchSource, Found, FoundSource, Search};
use super::blob::Blob;
use super::get::{Depth, store_source};
use super::job::planned;
use super::run::REMOVE;
use super::session::{Session, not_a_blob};
use crate::cli::Rm;
use crate::error::{Error, Kind, Result};
use crate::exit::Exit;
use crate::report::outcome::Outcome;
use crate::settings::Target;
use crate::transfer::retry;

/// The treatment of a blob that does not exist.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Missing {
    /// It is a failure (1).
    Fail,
    /// It counts as removed.
    Ignore,
}

/// Removes every key, or the blobs below it.
pub fn run(session: &mut Session, arguments: &Rm) -> Result<Exit> {
    session.select_version(arguments.version_id.as_ref(), arguments.keys.len())?;
    let search = Search::new(session, &arguments.filters, &arguments.batch)?;
    let depth = match (search.has_list(), arguments.recursive) {
        (true, _) => Depth::List,
        (false, true) => Depth::Tree,
        (false, false) => Depth::Blob,
    };
    let targets = targets(session, &arguments.keys)?;
    session.check_flags(targets.iter().map(|target| &target.store))?;
    let mut sources = Vec::new();
    for target in &targets {
        if depth == Depth::Tree && is_whole_store(target) && !arguments.all {
            return Err(refuse_whole_store(session, target));
        }
        sources.push(store_source(session, target, depth, true)?);
    }
    remove_all(session, arguments, search, sources, depth)
}

fn targets(session: &Session, keys: &[OsString]) -> Result<Vec<Target>> {
    let keys: Vec<&OsStr> = match keys {
        [] => vec![OsStr::new("")],
        _ => keys.iter().map(OsString::as_os_str).collect(),
    };
    let targets = keys.into_iter().map(|key| {
        let target = session.target(key)?;
        target.ok_or_else(not_a_blob)
    });
    targets.collect()
}

/// Returns whether everything in the store is below the key.
fn is_whole_store(target: &Target) -> bool {
    matches!(target.key.trim_end_matches('/'), "" | ".")
}

fn refuse_whole_store(session: &mut Session, target: &Target) -> Error {
    let shown = session.root(target).map(|root| root.shown());
    let shown = shown.unwrap_or_else(|_| "the store".to_owned());
    Error::new(
        Kind::Usage,
        format!("this would remove everything in {shown}"),
    )
    .with_hint("add --all if you mean it, or name a prefix; --dry-run shows what it is")
}

fn remove_all(
    session: &mut Session,
    arguments: &Rm,
    search: Search,
    sources: Vec<BatchSource>,
    depth: Depth,
) -> Result<Exit> {
    // What a listing contains exists, and another client may have removed it meanwhile.
    let missing = match arguments.force || depth == Depth::Tree {
        true => Missing::Ignore,
        false => Missing::Fail,
    };
    let search = search.ignoring_absence(arguments.force);
    let found: Vec<_> = sources
        .into_iter()
        .map(|source| search.find(source))
        .collect::<Result<_>>()?;
    let blobs = found.into_iter().flatten().filter_map(blob);
    session.fail_fast = arguments.batch.run.fail_fast;
    let (begin, dry_run) = (Instant::now(), arguments.batch.run.dry_run);
    session.for_each(blobs, move |blob| {
        let url = blob.subject.url.shown();
        match dry_run {
            true => Ok(planned(REMOVE.present, &url)),
            false => remove(blob, missing).with_context(|| format!("cannot remove {url}")),
        }
    })?;
    let exit = session.exit();
    if depth != Depth::Blob && !dry_run {
        session
            .report
            .batch_summary(REMOVE.past, begin.elapsed(), exit);
    }
    Ok(exit)
}

fn blob(found: Found) -> Option<Blob> {
    match found.source {
        FoundSource::Blob(blob, _) => Some(blob),
        FoundSource::File(_) | FoundSource::Stdin => None,
    }
}

/// Removes a blob.
pub fn remove(blob: &Blob, missing: Missing) -> Result<Outcome> {
    let store = &blob.engine.store;
    let mut is_repetition = false;
    let attempt = || {
        let again = std::mem::replace(&mut is_repetition, true);
        // S3 reports success for the removal of a missing blob, so its existence is checked first.
        if missing == Missing::Fail && !again && store.head(&blob.key)?.is_none() {
            return Err(Error::not_found());
        }
        match store.delete(&blob.key) {
            // After a lost response, the earlier attempt may have removed it.
            Err(error)
                if error.kind() == Kind::NotFound && (again || missing == Missing::Ignore) =>
            {
                Ok(())
            }
            result => result,
        }
    };
    let done = retry::run(&blob.engine, attempt, || 0)?;
    Ok(Outcome {
        line: format!("removed {}", blob.subject.url.shown()),
        attempts: Some(done.attempts),
        changed: Some(true),
        ..Outcome::default()
    })
}
