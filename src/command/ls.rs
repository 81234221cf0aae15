//! `blobctl ls`: the keys that begin with a prefix, or the buckets of a service.

use std::ffi::OsStr;
use std::sync::Arc;

use super::batch::selection;
use super::ls_rows::{Listed, Rows, Totals};
use super::prefix::check_prefix;
use super::session::{OpenStore, Session};
use crate::cli::Ls;
use crate::error::{Error, Kind, Result, printable_whole};
use crate::exit::Exit;
use crate::report::Report;
use crate::report::outcome::{Outcome, Subject};
use crate::settings::{Settings, StoreRef};
use crate::store::list::{ListDepth, ListEntry, ListedKind, TimeRequest};
use crate::transfer::list::{BucketListing, Listing};
use crate::transfer::select::{Candidate, Selection};

/// Prints every key that begins with the prefix, or every bucket, in the form in which it can be typed.
pub fn run(session: &mut Session, arguments: &Ls) -> Result<Exit> {
    let typed = arguments.prefix.as_deref().unwrap_or(OsStr::new(""));
    let is_service = typed.to_str().is_some_and(Settings::is_s3_service);
    let result = match is_service {
        true => list_buckets(session, arguments)?,
        false => list_keys(session, arguments, typed)?,
    };
    // Before the summary, which goes to stderr.
    session.report.flush()?;
    let error = match result {
        Ok(totals) => {
            if arguments.summary {
                totals.report(&session.report, arguments);
            }
            session.report.flush()?;
            return Ok(Exit::Ok);
        }
        Err(error) => error,
    };
    let exit = error.exit();
    let place = printable_whole(&typed.to_string_lossy());
    let attempted = match place.is_empty() {
        true => "cannot list the store".to_owned(),
        false => format!("cannot list `{place}`"),
    };
    let error = anyhow::Error::from(error).context(attempted);
    session.report.failure(None, &error);
    Ok(exit)
}

/// The inner result is that of the listing; an outer error precedes it.
fn list_keys(session: &mut Session, arguments: &Ls, typed: &OsStr) -> Result<Result<Totals>> {
    let (target, notation) = session
        .target_with_notation(typed)?
        .ok_or_else(|| Error::new(Kind::Usage, "`-` is not a prefix"))?;
    session.check_flags(std::iter::once(&target.store))?;
    check_prefix(typed, &target)?;
    let OpenStore {
        engine,
        prefix: store_prefix,
    } = session.open(&target.store)?;
    let selection = selection(&arguments.filters)?;
    let needs_times = selection.needs_times() || arguments.long || session.report.is_json();
    let times = match needs_times {
        true => TimeRequest::Always,
        false => TimeRequest::IfFree,
    };
    let depth = match arguments.directory {
        true => ListDepth::OneLevel,
        false => ListDepth::All,
    };
    let prefix = format!("{store_prefix}{}", target.key);
    let directory = prefix.rfind('/').map_or(0, |slash| slash + 1);
    let listing = Listing::new(&engine, prefix, depth, times).filter(move |listed| {
        let is_selected = |entry: &ListEntry| is_selected(&selection, entry, directory);
        listed.as_ref().map_or(true, is_selected)
    });
    let rows = Rows::new(session, arguments);
    let report = Arc::clone(&session.report);
    Ok(session.run_one(move || {
        let row = |listed| rows.of_entry(&engine, &store_prefix, &notation, listed);
        let totals = Totals::of(Listed::Keys);
        print_all(&report, totals, listing.map(|listed| listed.map(row)))
    }))
}

/// Returns whether an entry is selected. A common prefix has neither a size nor a time.
fn is_selected(selection: &Selection, entry: &ListEntry, directory: usize) -> bool {
    let path = entry.key.get(directory..).unwrap_or_default();
    match entry.kind {
        ListedKind::Prefix => selection.selects_path(path.trim_end_matches('/')),
        ListedKind::Blob => selection.selects(&Candidate {
            path,
            size: entry.info.size,
            modified: entry.info.modified,
        }),
    }
}

fn list_buckets(session: &mut Session, arguments: &Ls) -> Result<Result<Totals>> {
    let store = StoreRef::S3Service;
    session.check_flags(std::iter::once(&store))?;
    let OpenStore { engine, .. } = session.open(&store)?;
    let rows = Rows::new(session, arguments);
    let report = Arc::clone(&session.report);
    Ok(session.run_one(move || {
        let row = |bucket| rows.of_bucket(bucket);
        let buckets = BucketListing::new(&engine);
        let totals = Totals::of(Listed::Buckets);
        print_all(&report, totals, buckets.map(|bucket| bucket.map(row)))
    }))
}

/// Prints rows as they come, and adds them to the totals.
fn print_all(
    report: &Report,
    mut totals: Totals,
    rows: impl Iterator<Item = Result<(Subject, Outcome)>>,
) -> Result<Totals> {
    for row in rows {
        let (subject, outcome) = row?;
        totals.add(&outcome);
        report.listed(&subject, &outcome);
        report.check_stdout()?;
    }
    Ok(totals)
}
