//! `blobctl exists`: exit code 0 if all blobs exist, 1 if some do not, any other code if that is unknown.

use anyhow::Context as _;

use super::blob::Blob;
use super::session::Session;
use crate::cli::Exists;
use crate::error::Result;
use crate::exit::Exit;
use crate::report::outcome::Outcome;
use crate::store::types::ObjectHeaders;
use crate::transfer::retry;

/// Looks up every key.
pub fn run(session: &mut Session, arguments: &Exists) -> Result<Exit> {
    session.select_version(arguments.version_id.as_ref(), arguments.keys.len())?;
    let blobs = session.blobs(&arguments.keys)?;
    session.for_each(blobs, |blob| {
        let url = blob.subject.url.shown();
        look_up(blob).with_context(|| format!("cannot tell whether {url} exists"))
    })?;
    Ok(verdict(session))
}

fn look_up(blob: &Blob) -> Result<Outcome> {
    let url = blob.subject.url.shown();
    let store = &blob.engine.store;
    let done = retry::run(&blob.engine, || store.head(&blob.key), || 0)?;
    let Some(info) = done.value else {
        return Ok(Outcome {
            line: format!("{url} does not exist"),
            exists: Some(false),
            ..Outcome::default()
        });
    };
    Ok(Outcome {
        line: format!("{url} exists, {} bytes", info.size),
        bytes: Some(info.size),
        etag: info.etag,
        headers: ObjectHeaders {
            version_id: info.headers.version_id,
            ..ObjectHeaders::default()
        },
        attempts: Some(done.attempts),
        exists: Some(true),
        ..Outcome::default()
    })
}

/// The exit code of all answers. An unknown answer takes precedence over an absent blob, so that 1 is only returned if it is
/// certain.
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
