//! `blobctl gc`: what interrupted runs of blobctl left behind.

use std::ffi::OsStr;
use std::sync::Arc;
use std::time::SystemTime;

use super::prefix::check_prefix;
use super::session::{OpenStore, Session};
use crate::cli::Gc;
use crate::error::{Error, Kind, Result};
use crate::exit::Exit;
use crate::report::outcome::Subject;
use crate::report::{Json, Report, timestamp};
use crate::transfer::Engine;
use crate::transfer::leftovers::{self, Leftover, LeftoverKind, LeftoverSearch};
use crate::units::{format_bytes, format_duration};
use crate::url::Url;

/// Lists the leftovers below the prefix, or removes them.
pub fn run(session: &mut Session, arguments: &Gc) -> Result<Exit> {
    let typed = arguments.prefix.as_deref().unwrap_or(OsStr::new(""));
    let target = session
        .target(typed)?
        .ok_or_else(|| Error::new(Kind::Usage, "`-` is not a prefix"))?;
    session.check_flags(std::iter::once(&target.store))?;
    check_prefix(typed, &target)?;
    let OpenStore { engine, prefix } = session.open(&target.store)?;
    let prefix = format!("{prefix}{}", target.key);
    let state = session.settings.environment().state("resume");
    let older_than = arguments.older_than;
    let collector = Collector {
        report: Arc::clone(&session.report),
        engine: Arc::clone(&engine),
        action: match arguments.delete {
            true => Action::Remove,
            false => Action::List,
        },
    };
    let result = session.run_one(move || {
        let mut search = LeftoverSearch::new(&engine, state.as_deref(), older_than)?;
        search.run(&prefix, |leftover| collector.handle(&leftover))?;
        collector.explain(&search);
        Ok(())
    });
    session.report.flush()?;
    if let Err(error) = result {
        let exit = error.exit();
        let error = anyhow::Error::from(error).context("cannot search for leftovers");
        session.report.failure(None, &error);
        return Ok(exit);
    }
    Ok(session.exit())
}

/// The use of a leftover that was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Action {
    List,
    Remove,
}

/// Lists or removes leftovers.
struct Collector {
    report: Arc<Report>,
    engine: Arc<Engine>,
    action: Action,
}

impl Collector {
    /// Returns whether the leftover was removed.
    fn handle(&self, leftover: &Leftover) -> Result<bool> {
        let subject = self.subject(leftover);
        let removed = match self.action {
            Action::List => Ok(false),
            Action::Remove => leftovers::remove(&self.engine, leftover),
        };
        match &removed {
            Ok(removed) => self.found(leftover, &subject, *removed),
            Err(error) if matches!(error.kind(), Kind::Interrupted(_)) => {
                return Err(error.clone());
            }
            Err(error) => {
                let attempted = format!("cannot remove {}", subject.url.shown());
                let error = anyhow::Error::from(error.clone()).context(attempted);
                self.report.failure(Some(&subject), &error);
            }
        }
        self.report.check_stdout()?;
        Ok(removed.unwrap_or(false))
    }

    /// A journal is a file of this machine, whatever the store is.
    fn subject(&self, leftover: &Leftover) -> Subject {
        let url = match leftover.kind {
            LeftoverKind::Journal(_) => Url::new(format!("file://{}", leftover.name)),
            _ => self.engine.store.url(&leftover.name),
        };
        Subject {
            key: leftover.name.clone(),
            url,
        }
    }

    fn found(&self, leftover: &Leftover, subject: &Subject, removed: bool) {
        let age = SystemTime::now().duration_since(leftover.modified);
        let age = format_duration(age.unwrap_or_default());
        let size = leftover.size.map_or("-".to_owned(), format_bytes);
        let kind = leftover.kind.name();
        let shown = subject.url.shown();
        let text = format!("{kind:8} {age:>8} {size:>10}  {shown}\n");
        let mut json = Json::about("gc", subject, Exit::Ok);
        json.text("kind", Some(kind));
        json.number("bytes", leftover.size);
        json.text("modified", Some(&timestamp(leftover.modified)));
        if let LeftoverKind::Upload(id) = &leftover.kind {
            json.text("upload_id", Some(&id.0));
        }
        json.bool("changed", Some(removed));
        match self.action {
            Action::List => self.report.row(&text, &json),
            Action::Remove => {
                self.report.row("", &json);
                if removed {
                    self.report.verbose(&format!("removed {kind} {shown}"));
                }
            }
        }
    }

    /// Says with `-v` what was left alone.
    fn explain(&self, search: &LeftoverSearch<'_>) {
        if search.lacks_upload_list {
            let text = "the store cannot list unfinished uploads, so none was looked for";
            self.report.warn(text);
        }
        if search.foreign_uploads > 0 {
            self.report.verbose(&format!(
                "left {} unfinished uploads alone: no journal of this machine has them (a lifecycle rule with AbortIncompleteMultipartUpload removes such uploads)",
                search.foreign_uploads
            ));
        }
    }
}
