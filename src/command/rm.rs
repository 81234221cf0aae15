//! `blobctl rm`: removes blobs.

use std::ffi::{OsStr, OsString};
use std::iter::Peekable;
use std::sync::Arc;
use std::time::Instant;

use anyhow::Context as _;

use super::absence::{NamedBlob, explain_absence};
use super::batch::{BatchSource, Found, FoundSource, Search};
use super::blob::Blob;
use super::get::{Depth, store_source};
use super::job::planned;
use super::run::REMOVE;
use super::session::{Session, not_a_blob};
use crate::cli::Rm;
use crate::error::{Error, Kind, Result};
use crate::events::{Event, Observer};
use crate::exit::Exit;
use crate::key::Key;
use crate::report::outcome::{Outcome, Subject};
use crate::settings::Target;
use crate::store::delete_many::MOST_KEYS;
use crate::transfer::gate::Weight;
use crate::transfer::retry;

/// The number of blobs that one request removes: fewer than possible, because several requests at once are faster.
const GROUP: usize = 250;

const _: () = assert!(GROUP <= MOST_KEYS);

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
    let search = search.ignoring_absence(arguments.force).for_removal();
    let (named, selected) = (NamedBlob::alone(session, &sources), search.clone());
    let found: Vec<_> = sources
        .into_iter()
        .map(|source| search.find(source))
        .collect::<Result<_>>()?;
    let mut blobs = found.into_iter().flatten().filter_map(blob).peekable();
    session.fail_fast = arguments.batch.run.fail_fast;
    session.counts_rest = depth == Depth::Blob;
    let (begin, dry_run) = (Instant::now(), arguments.batch.run.dry_run);
    // A filter that selects the next blob may read further pages of a listing, and is free only then.
    let groups = std::iter::from_fn(move || next_group(&mut blobs, missing));
    let (observer, terminal) = (session.terminal.clone(), session.terminal.clone());
    let groups = groups
        .inspect(move |group| {
            let blobs = group.len() as u64;
            terminal.notify(&Event::Found { blobs, bytes: None });
        })
        .chain(session.end_of_search());
    let weight = |_: &Vec<Blob>| Weight::REMOVAL;
    session.for_each_group(groups, weight, move |group, done| {
        let done = |subject: &Subject, result: anyhow::Result<Outcome>| {
            let result = result.map_err(|error| explain_absence(error, named.as_ref()));
            done(subject, result);
            observer.notify(&Event::Done { bytes: None });
        };
        match dry_run {
            true => plan_group(&group, &done),
            false => remove_group(&group, missing, &done),
        }
    })?;
    let exit = session.exit();
    selected.explain(session);
    if depth != Depth::Blob && !dry_run {
        session
            .report
            .batch_summary(REMOVE.past, begin.elapsed(), exit);
    }
    Ok(exit)
}

/// The blobs that one worker removes: those of one store that one request can remove, or one blob.
pub fn next_group(
    blobs: &mut Peekable<impl Iterator<Item = Blob>>,
    missing: Missing,
) -> Option<Vec<Blob>> {
    let first = blobs.next()?;
    let engine = first.engine.clone();
    let can_group = |blob: &Blob| {
        let store = blob.engine.store.delete_many();
        missing == Missing::Ignore && store.is_some_and(|store| store.can_delete(&blob.key))
    };
    let mut group = vec![first];
    if !can_group(&group[0]) {
        return Some(group);
    }
    while group.len() < GROUP {
        let is_next =
            |blob: &Blob| Arc::ptr_eq(&blob.engine.store, &engine.store) && can_group(blob);
        match blobs.next_if(is_next) {
            Some(blob) => group.push(blob),
            None => break,
        }
    }
    Some(group)
}

/// The result of `--dry-run` for a group.
pub fn plan_group(group: &[Blob], done: &dyn Fn(&Subject, anyhow::Result<Outcome>)) {
    for blob in group {
        let planned = planned(REMOVE.present, &blob.subject.url.shown());
        done(&blob.subject, Ok(planned));
    }
}

/// Removes a group with one request; what the store does not confirm, blob by blob.
pub fn remove_group(
    group: &[Blob],
    missing: Missing,
    done: &dyn Fn(&Subject, anyhow::Result<Outcome>),
) {
    let confirmed = confirm_removal(group);
    for (index, blob) in group.iter().enumerate() {
        let url = blob.subject.url.shown();
        let result = match &confirmed {
            Ok(confirmed) if confirmed.get(index) == Some(&true) => Ok(removed(blob, None)),
            Ok(_) => remove(blob, missing),
            Err(error) => Err(error.clone()),
        };
        done(
            &blob.subject,
            result.with_context(|| format!("cannot remove {url}")),
        );
    }
}

/// Returns for each blob whether one request has removed it; nothing if the store has no such request.
fn confirm_removal(group: &[Blob]) -> Result<Vec<bool>> {
    let [first, _, ..] = group else {
        return Ok(Vec::new());
    };
    let Some(store) = first.engine.store.delete_many() else {
        return Ok(Vec::new());
    };
    let keys: Vec<&Key> = group.iter().map(|blob| &blob.key).collect();
    let done = retry::run(&first.engine, || store.delete_many(&keys), || 0)?;
    Ok(done.value.unwrap_or_default())
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
    Ok(removed(blob, Some(done.attempts)))
}

fn removed(blob: &Blob, attempts: Option<u32>) -> Outcome {
    Outcome {
        line: format!("removed {}", blob.subject.url.shown()),
        attempts,
        changed: Some(true),
        ..Outcome::default()
    }
}
