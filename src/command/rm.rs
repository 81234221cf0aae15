//! `blobctl rm`: removes blobs.

use std::sync::Arc;

use super::session::{Blob, Session};
use crate::cli::Rm;
use crate::error::{Error, Kind, Result};
use crate::exit::Exit;
use crate::report::Report;
use crate::report::outcome::Outcome;
use crate::transfer::{retry, workers};

const OP: &str = "rm";

/// What a blob that is not there means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Missing {
    /// A failure (1).
    Fails,
    /// Nothing to do.
    IsFine,
}

/// Removes every key.
pub fn run(session: &mut Session, arguments: &Rm) -> Result<Exit> {
    session.take_version(arguments.version_id.as_ref(), arguments.keys.len())?;
    let blobs = session.blobs(OP, &arguments.keys)?;
    let missing = if arguments.force {
        Missing::IsFine
    } else {
        Missing::Fails
    };
    let report = Arc::clone(&session.report);
    workers::run(
        blobs,
        session.settings.jobs()?,
        &session.cancel,
        session.deadline,
        move |blob| remove(&blob, missing, &report),
    )?;
    Ok(session.exit())
}

fn remove(blob: &Blob, missing: Missing, report: &Report) {
    let Blob {
        engine,
        key,
        subject,
    } = blob;
    let mut tried_before = false;
    let attempt = || {
        let again = std::mem::replace(&mut tried_before, true);
        // S3 says yes to the removal of what is not there, so that it has to be asked first.
        if missing == Missing::Fails && !again && engine.store.head(key)?.is_none() {
            return Err(Error::not_found());
        }
        match engine.store.delete(key) {
            // After a lost answer it may have been ourselves.
            Err(error)
                if error.kind() == Kind::NotFound && (again || missing == Missing::IsFine) =>
            {
                Ok(())
            }
            result => result,
        }
    };
    match retry::run(engine, attempt, || 0) {
        Ok(done) => {
            let line = format!("removed {}", subject.url.shown());
            let outcome = Outcome {
                line,
                attempts: Some(done.attempts),
                changed: Some(true),
                ..Outcome::default()
            };
            report.success(subject, &outcome);
        }
        Err(error) => {
            let error = anyhow::Error::from(error)
                .context(format!("cannot remove {}", subject.url.shown()));
            report.failure(Some(subject), OP, &error);
        }
    }
}
