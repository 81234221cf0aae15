//! Runs the transfers of a batch.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Instant;

use super::batch::{BatchSource, Found, Search};
use super::job::Job;
use super::session::Session;
use super::target::{BatchTarget, JobOptions};
use crate::cli::selection::BatchRun;
use crate::error::{Error, Kind, Result, printable};
use crate::exit::Exit;
use crate::report::outcome::Outcome;

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
        removes_sources,
        run,
        has_summary,
    } = plan;
    reject_duplicates(&sources, &target)?;
    let mut already = Already::new(&sources);
    let found: Vec<_> = sources
        .into_iter()
        .map(|source| search.find(source))
        .collect::<Result<_>>()?;
    let report = Arc::clone(&session.report);
    let jobs = found.into_iter().flatten().filter_map(move |found| {
        let shown = found.shown();
        let job = already
            .check(&found)
            .and_then(|()| target.job(found, &options));
        job.map_err(|error| {
            let error =
                anyhow::Error::from(error).context(format!("cannot {} {shown}", verb.present));
            report.failure(None, &error);
        })
        .ok()
    });
    let transfer = move |job: &Job| match (run.dry_run, removes_sources) {
        (true, _) => Ok(planned(verb, &job.route())),
        (false, true) => job.run_and_remove(verb.past),
        (false, false) => job.run(verb.past),
    };
    session.fail_fast = run.fail_fast;
    let begin = Instant::now();
    session.for_each(jobs, transfer)?;
    let exit = session.exit();
    if has_summary && !run.dry_run {
        session.report.summary(verb.past, begin.elapsed(), exit);
    }
    Ok(exit)
}

/// The result of `--dry-run` for one blob.
pub fn planned(verb: Verb, what: &str) -> Outcome {
    Outcome {
        text: format!("would {} {what}\n", verb.present),
        changed: Some(false),
        ..Outcome::default()
    }
}

/// Rejects two sources with the same destination: the one that is stored first would be lost without notice.
fn reject_duplicates(sources: &[BatchSource], target: &BatchTarget) -> Result<()> {
    if !target.keeps_names() {
        return Ok(());
    }
    let mut seen = HashSet::new();
    for source in sources {
        let name = source.name();
        if !name.is_empty() && !seen.insert(name.trim_end_matches('/')) {
            let text = format!(
                "two sources have the same name `{}` in the destination",
                printable(name)
            );
            return Err(
                Error::new(Kind::Usage, text).with_hint("transfer them in separate commands")
            );
        }
    }
    Ok(())
}

/// The destinations so far, where they can collide: the contents of several directories are merged into one. Only then they
/// are all kept in memory.
struct Already(Option<HashSet<String>>);

impl Already {
    fn new(sources: &[BatchSource]) -> Self {
        let can_collide = sources.len() > 1 && sources.iter().any(BatchSource::is_merged);
        Self(can_collide.then(HashSet::new))
    }

    fn check(&mut self, found: &Found) -> Result<()> {
        let is_new = match &mut self.0 {
            Some(seen) => seen.insert(found.path.clone()),
            None => true,
        };
        match is_new {
            true => Ok(()),
            false => Err(Error::new(
                Kind::Usage,
                format!(
                    "another source of this command has been written to `{}`",
                    printable(&found.path)
                ),
            )),
        }
    }
}
