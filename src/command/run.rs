//! Runs the transfers of a batch.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Instant;

use super::absence::{NamedBlob, explain_absence};
use super::batch::{BatchSource, Found, Search};
use super::job::Task;
use super::job::aliases::ComparedDirectories;
use super::overlap::reject_copies_into_themselves;
use super::session::Session;
use super::target::{BatchTarget, JobOptions};
use crate::cli::selection::{BatchRun, Changes};
use crate::error::{Error, Kind, Result, printable};
use crate::exit::Exit;
use crate::transfer::compare::TimeTrust;

/// The verb of a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verb {
    /// Like "upload".
    pub present: &'static str,
    /// Like "stored".
    pub past: &'static str,
}

/// `put`.
pub const PUT: Verb = Verb {
    present: "upload",
    past: "stored",
};

/// `get`.
pub const GET: Verb = Verb {
    present: "download",
    past: "fetched",
};

/// `cp`.
pub const COPY: Verb = Verb {
    present: "copy",
    past: "copied",
};

/// `mv`.
pub const MOVE: Verb = Verb {
    present: "move",
    past: "moved",
};

/// `rm`.
pub const REMOVE: Verb = Verb {
    present: "remove",
    past: "removed",
};

/// Everything that a batch needs.
pub struct BatchPlan {
    /// The sources, in the order of the command line.
    pub sources: Vec<BatchSource>,
    /// The search for their files and blobs.
    pub search: Search,
    /// The destination of all of them.
    pub target: BatchTarget,
    /// The options of all jobs.
    pub options: JobOptions,
    /// The verb of the command.
    pub verb: Verb,
    /// Blobs that are equal at the destination are skipped.
    pub if_changed: Option<TimeTrust>,
    /// Each source is removed once its copy is verified.
    pub removes_sources: bool,
    /// `--dry-run` and `--fail-fast`.
    pub run: BatchRun,
    /// A summary follows the results.
    pub has_summary: bool,
}

/// Transfers what the sources contain, while it is still being found.
pub fn run_batch(session: &mut Session, plan: BatchPlan) -> Result<Exit> {
    let BatchPlan {
        sources,
        search,
        target,
        options,
        verb,
        if_changed,
        removes_sources,
        run,
        has_summary,
    } = plan;
    check_sources(&sources, &search, &target)?;
    // The rest of a listing of the store would fail, too.
    let is_listed = |source: &BatchSource| matches!(source, BatchSource::Prefix { .. });
    session.counts_rest = !sources.iter().any(is_listed);
    session.searches =
        search.has_list() || sources.len() > 1 || sources.iter().any(BatchSource::is_tree);
    let is_immediate = sources.len() < 2 && sources.iter().all(|one| search.is_immediate(one));
    let keeps_names = target.keeps_names();
    let named = NamedBlob::alone(session, &sources);
    let selected = search.clone();
    let find = move || find_all(&search, sources, keeps_names);
    let found = match is_immediate {
        true => find()?,
        // A signal and the deadline have to end this, too.
        false => session.run_one(find)?,
    };
    let (report, typed) = (Arc::clone(&session.report), named.clone());
    let jobs = found.filter_map(move |found| {
        let (shown, subject) = (found.shown(), target.subject(&found));
        let job = target.job(found, &options);
        let task = job.map(|job| job.map(|job| Task::new(job, if_changed)));
        task.unwrap_or_else(|error| {
            let attempted = format!("cannot {} {shown}", verb.present);
            let error = anyhow::Error::from(error).context(attempted);
            report.failure(subject.as_ref(), &explain_absence(error, typed.as_ref()));
            None
        })
    });
    let compared = ComparedDirectories::default();
    let transfer = move |task: &Task| {
        let result = match (run.dry_run, removes_sources) {
            (true, _) => task.plan(verb.present),
            (false, true) => task.job.run_and_remove(verb.past, &compared),
            (false, false) => task.run(verb.past),
        };
        result.map_err(|error| explain_absence(error, named.as_ref()))
    };
    session.fail_fast = run.fail_fast;
    let begin = Instant::now();
    session.for_each_task(jobs, transfer)?;
    let exit = session.exit();
    selected.explain(session);
    if has_summary && !run.dry_run {
        session
            .report
            .batch_summary(verb.past, begin.elapsed(), exit);
    }
    Ok(exit)
}

/// Rejects sources that cannot be combined with the list of paths, or that contain the destination.
fn check_sources(sources: &[BatchSource], search: &Search, target: &BatchTarget) -> Result<()> {
    match search.has_list() {
        true if sources.len() > 1 => {
            let text =
                "the paths of --files-from are relative to one source, and several were given";
            Err(Error::new(Kind::Usage, text))
        }
        true => Ok(()),
        false => reject_copies_into_themselves(sources, target),
    }
}

/// The trust that `--if-changed` and `--checksum-only` choose; `None` if everything is transferred.
pub fn if_changed(changes: &Changes) -> Option<TimeTrust> {
    match (changes.if_changed, changes.checksum_only) {
        (false, _) => None,
        (true, false) => Some(TimeTrust::Trusted),
        (true, true) => Some(TimeTrust::ChecksumOnly),
    }
}

/// Finds what the sources contain, one after the other. Two sources with the same destination are rejected before anything is
/// transferred: the one that is stored first would be lost without notice.
fn find_all(
    search: &Search,
    sources: Vec<BatchSource>,
    keeps_names: bool,
) -> Result<Box<dyn Iterator<Item = Found> + Send>> {
    let is_one = sources.len() < 2;
    let is_merged = sources.iter().any(BatchSource::is_merged);
    if keeps_names && !is_one && !is_merged {
        reject_duplicates(sources.iter().map(BatchSource::name))?;
    }
    let mut found = Vec::new();
    for source in sources {
        found.push(search.find(source)?);
    }
    let found = found.into_iter().flatten();
    if is_one || !is_merged {
        return Ok(Box::new(found));
    }
    // The contents of several directories become those of one: they are all kept in memory.
    let found: Vec<Found> = found.collect();
    reject_duplicates(found.iter().map(|found| found.path.as_str()))?;
    Ok(Box::new(found.into_iter()))
}

fn reject_duplicates<'a>(names: impl Iterator<Item = &'a str>) -> Result<()> {
    let mut seen = HashSet::new();
    for name in names {
        let name = name.trim_end_matches('/');
        if !name.is_empty() && !seen.insert(name) {
            let text = format!(
                "two sources have the same destination `{}`",
                printable(name)
            );
            let hint = "transfer them in separate commands";
            return Err(Error::new(Kind::Usage, text).with_hint(hint));
        }
    }
    Ok(())
}
