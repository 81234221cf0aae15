//! `blobctl rm`: removes blobs.

use anyhow::Context as _;

use super::session::{Blob, Session};
use crate::cli::Rm;
use crate::error::{Error, Kind, Result};
use crate::exit::Exit;
use crate::report::outcome::Outcome;
use crate::transfer::retry;

/// The treatment of a blob that does not exist.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Missing {
    /// It is a failure (1).
    Fail,
    /// It counts as removed.
    Ignore,
}

/// Removes every key.
pub fn run(session: &mut Session, arguments: &Rm) -> Result<Exit> {
    session.select_version(arguments.version_id.as_ref(), arguments.keys.len())?;
    let blobs = session.blobs(&arguments.keys)?;
    let missing = if arguments.force {
        Missing::Ignore
    } else {
        Missing::Fail
    };
    session.for_each(blobs, move |blob| {
        let url = blob.subject.url.shown();
        remove(blob, missing).with_context(|| format!("cannot remove {url}"))
    })?;
    Ok(session.exit())
}

fn remove(blob: &Blob, missing: Missing) -> Result<Outcome> {
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
