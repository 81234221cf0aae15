//! `blobctl stat`: what stores tell about blobs.

use std::fmt::Write as _;
use std::sync::Arc;

use super::session::{Blob, Session};
use crate::cli::Stat;
use crate::error::{Error, Result, printable};
use crate::exit::Exit;
use crate::report::outcome::Outcome;
use crate::report::{Report, timestamp};
use crate::store::types::ObjectMeta;
use crate::transfer::{retry, workers};

const OP: &str = "stat";

/// Describes every key.
pub fn run(session: &mut Session, arguments: &Stat) -> Result<Exit> {
    session.take_version(arguments.version_id.as_ref(), arguments.keys.len())?;
    let blobs = session.blobs(OP, &arguments.keys)?;
    let report = Arc::clone(&session.report);
    workers::run(
        blobs,
        session.settings.jobs()?,
        &session.cancel,
        session.deadline,
        move |blob| describe(&blob, &report),
    )?;
    Ok(session.exit())
}

fn describe(blob: &Blob, report: &Report) {
    let Blob {
        engine,
        key,
        subject,
    } = blob;
    let look = || engine.store.head(key)?.ok_or_else(Error::not_found);
    match retry::run(engine, look, || 0) {
        Ok(done) => {
            report.print(&lines(&subject.url.shown(), &done.value));
            let outcome = Outcome {
                bytes: Some(done.value.size),
                etag: done.value.etag,
                modified: done.value.modified,
                digest: done.value.digest,
                content_type: done.value.content_type,
                headers: *done.value.headers,
                attempts: Some(done.attempts),
                ..Outcome::default()
            };
            report.success(subject, &outcome);
        }
        Err(error) => {
            let error = anyhow::Error::from(error)
                .context(format!("cannot describe {}", subject.url.shown()));
            report.failure(Some(subject), OP, &error);
        }
    }
}

/// The address, and an indented `name: value` for each thing that the store tells.
fn lines(url: &str, info: &ObjectMeta) -> String {
    let mut text = format!("{url}\n  size: {}\n", info.size);
    let mut field = |name: &str, value: Option<String>| {
        if let Some(value) = value {
            // Writing to a String cannot fail.
            let _ = writeln!(text, "  {name}: {}", printable(&value));
        }
    };
    field("modified", info.modified.map(timestamp));
    field("etag", info.etag.clone());
    field(
        "digest",
        info.digest
            .map(|digest| format!("{}:{}", digest.algorithm().name(), digest.hex())),
    );
    field("content-type", info.content_type.clone());
    let kept = &info.headers;
    field("content-encoding", kept.content_encoding.clone());
    field("content-disposition", kept.content_disposition.clone());
    field("cache-control", kept.cache_control.clone());
    field("version-id", kept.version_id.clone());
    field("storage-class", kept.storage_class.clone());
    field("encryption", kept.encryption.clone());
    field("kms-key-id", kept.kms_key_id.clone());
    for (name, value) in &kept.metadata {
        field(
            &format!("metadata {}", printable(name)),
            Some(value.clone()),
        );
    }
    text
}
