//! Listings of many directories, and removal.

use super::mlsx::{Entry, EntryKind};
use super::pool::Pool;
use super::session::Session;
use super::stat::Found;
use crate::error::{Error, Kind, Result};
use crate::io::temp_name::TEMPORARY_PREFIX;
use crate::key::Key;
use crate::store::types::{ListEntry, ObjectMeta};

/// Deeper trees are taken for a link that leads back to itself.
const DEEPEST: usize = 64;

/// Tells the files whose keys begin with `prefix`, in the order of their keys.
pub fn list(
    pool: &Pool,
    prefix: &str,
    each: &mut dyn FnMut(ListEntry) -> Result<()>,
) -> Result<()> {
    let directory = prefix
        .rsplit_once('/')
        .map_or("", |(directory, _)| directory);
    if !directory.is_empty() {
        Key::new(directory)?.as_relative_path()?;
    }
    pool.server().config.encoding.check(prefix)?;
    let mut lease = pool.lease()?;
    // The first question may find a session that has died meanwhile; the walk itself goes on with what it has.
    lease.begin(|session| {
        let base = session.base().to_owned();
        if session.enters(&base)? {
            Ok(())
        } else {
            Err(session.no_base())
        }
    })?;
    let start = if directory.is_empty() {
        String::new()
    } else {
        format!("{directory}/")
    };
    walk(lease.session()?, &start, prefix, 0, each)
}

fn walk(
    session: &mut Session,
    below: &str,
    prefix: &str,
    depth: usize,
    each: &mut dyn FnMut(ListEntry) -> Result<()>,
) -> Result<()> {
    if depth > DEEPEST {
        return Err(Error::new(
            Kind::Remote,
            "the directories are nested without an end",
        ));
    }
    let path = format!("{}/{below}", session.base());
    let Some(entries) = session.entries(path.trim_end_matches('/'))? else {
        return Ok(());
    };
    for entry in entries {
        // `.` and `..` and names of other directories, which some servers list too, are nobody's blobs.
        let usable =
            Key::new(entry.name.as_str()).is_ok_and(|name| name.as_relative_path().is_ok());
        let key = format!("{below}{}", entry.name);
        let wanted = key.starts_with(prefix) || prefix.starts_with(&format!("{key}/"));
        if !usable || !wanted || entry.name.starts_with(TEMPORARY_PREFIX) {
            continue;
        }
        match settle(session, &format!("{path}{}", entry.name), &entry)? {
            Found::Blob(info) if key.starts_with(prefix) => each(ListEntry { key, info })?,
            Found::Directory => walk(session, &format!("{key}/"), prefix, depth + 1, each)?,
            Found::Blob(_) | Found::Absent => {}
        }
    }
    Ok(())
}

/// What an entry is; asked for where the listing did not say.
fn settle(session: &mut Session, path: &str, entry: &Entry) -> Result<Found> {
    match (entry.kind, entry.size) {
        (EntryKind::Directory, _) => Ok(Found::Directory),
        (EntryKind::File, Some(size)) => Ok(Found::Blob(ObjectMeta {
            size,
            modified: entry.modified,
            ..ObjectMeta::default()
        })),
        _ => session.look_up(path),
    }
}

/// Deletes a file; one that is not there is `NotFound`, and that is proven as for `exists`.
pub fn remove(pool: &Pool, key: &Key) -> Result<()> {
    let path = pool.path(key)?;
    let mut lease = pool.lease()?;
    let found = lease.begin(|session| session.look_up(&format!("{}/{path}", session.base())))?;
    if !matches!(found, Found::Blob(_)) {
        return Err(Error::not_found());
    }
    let session = lease.session()?;
    let reply = session.ask(&format!("DELE {}/{path}", session.base()))?;
    match reply.code {
        200..=299 => Ok(()),
        400..=499 => Err(reply.error(Kind::Busy { after: None }, "the server did not delete it")),
        _ => Err(reply.error(Kind::Denied, "the server did not delete it")),
    }
}
