//! `blobctl exists`: 0 all there, 1 some not there, anything else cannot tell.

use super::session::{Blob, Session};
use crate::cli::Exists;
use crate::error::Result;
use crate::exit::Exit;
use crate::report::Report;
use crate::report::outcome::Outcome;
use crate::store::types::ObjectHeaders;
use crate::transfer::{retry, workers};

const OP: &str = "exists";

/// Looks for every key.
pub fn run(session: &mut Session, arguments: &Exists) -> Result<Exit> {
    session.take_version(arguments.version_id.as_ref(), arguments.keys.len())?;
    let blobs = session.blobs(OP, &arguments.keys)?;
    let report = std::sync::Arc::clone(&session.report);
    workers::run(
        blobs,
        session.settings.jobs()?,
        &session.cancel,
        session.deadline,
        move |blob| look(&blob, &report),
    )?;
    Ok(verdict(session))
}

fn look(blob: &Blob, report: &Report) {
    let Blob {
        engine,
        key,
        subject,
    } = blob;
    match retry::run(engine, || engine.store.head(key), || 0) {
        Ok(retry::Done { value: None, .. }) => report.absent(subject),
        Ok(retry::Done {
            value: Some(info),
            attempts,
        }) => {
            let line = format!("{} exists, {} bytes", subject.url.shown(), info.size);
            let outcome = Outcome {
                line,
                bytes: Some(info.size),
                etag: info.etag,
                headers: ObjectHeaders {
                    version_id: info.headers.version_id,
                    ..ObjectHeaders::default()
                },
                attempts: Some(attempts),
                exists: Some(true),
                ..Outcome::default()
            };
            report.success(subject, &outcome);
        }
        Err(error) => {
            let error = anyhow::Error::from(error).context(format!(
                "cannot tell whether {} exists",
                subject.url.shown()
            ));
            report.failure(Some(subject), OP, &error);
        }
    }
}

/// A blob about which nothing can be told outweighs one that is not there: 1 is said only if it is certain.
fn verdict(session: &Session) -> Exit {
    if let Err(error) = session.cancel.check() {
        return error.exit();
    }
    let exits = session.report.exits();
    let unknown: Vec<Exit> = exits
        .iter()
        .copied()
        .filter(|exit| !matches!(exit, Exit::Ok | Exit::NotFound))
        .collect();
    match unknown.is_empty() {
        false => Exit::merge(&unknown),
        true if exits.contains(&Exit::NotFound) => Exit::NotFound,
        true => Exit::Ok,
    }
}
