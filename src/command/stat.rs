//! `blobctl stat`: the properties of blobs.

use std::fmt::Write as _;

use anyhow::Context as _;

use super::blob::Blob;
use super::session::Session;
use crate::cli::Stat;
use crate::error::{Error, Result, printable};
use crate::exit::Exit;
use crate::report::outcome::Outcome;
use crate::report::timestamp;
use crate::store::types::ObjectMeta;
use crate::transfer::retry;

/// Describes every key.
pub fn run(session: &mut Session, arguments: &Stat) -> Result<Exit> {
    session.select_version(arguments.version_id.as_ref(), arguments.keys.len())?;
    let blobs = session.blobs(&arguments.keys)?;
    session.for_each(blobs, |blob| {
        let url = blob.subject.url.shown();
        describe(blob).with_context(|| format!("cannot describe {url}"))
    })?;
    Ok(session.exit())
}

fn describe(blob: &Blob) -> Result<Outcome> {
    let backend = &blob.engine.store;
    let look_up = || backend.head(&blob.key)?.ok_or_else(Error::not_found);
    let done = retry::run(&blob.engine, look_up, || 0)?;
    let info = done.value;
    Ok(Outcome {
        text: lines(&blob.subject.url.shown(), &info),
        bytes: Some(info.size),
        etag: info.etag,
        modified: info.modified,
        digest: info.digest,
        content_type: info.content_type,
        headers: *info.headers,
        attempts: Some(done.attempts),
        ..Outcome::default()
    })
}

/// The address, and an indented line `name: value` for each property that the store returned.
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
    field("content-language", kept.content_language.clone());
    field("cache-control", kept.cache_control.clone());
    field("expires", kept.expires.clone());
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
