//! Recursive listings, and removal.

use super::pool::SessionPool;
use super::session::FtpSession;
use super::stat::{Lookup, lookup_of_entry};
use crate::error::{Error, Kind, Result};
use crate::io::temp_name::TEMPORARY_PREFIX;
use crate::key::Key;
use crate::store::types::ListEntry;

/// The maximum depth of directories: deeper trees are taken for a cycle of links.
const MAX_DEPTH: usize = 64;

/// Reports the files whose keys begin with `prefix`, in the order of their keys.
pub fn list(
    pool: &SessionPool,
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
    // An idle session may have been closed, which only this first command can repair.
    lease.begin(|session| {
        let base = session.base().to_owned();
        if session.can_enter(&base)? {
            Ok(())
        } else {
            Err(session.missing_base_error())
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
    session: &mut FtpSession,
    below: &str,
    prefix: &str,
    depth: usize,
    each: &mut dyn FnMut(ListEntry) -> Result<()>,
) -> Result<()> {
    if depth > MAX_DEPTH {
        return Err(Error::new(
            Kind::Remote,
            "the directories are nested too deeply; is there a cycle of links?",
        ));
    }
    let path = format!("{}/{below}", session.base());
    let Some(entries) = session.entries(path.trim_end_matches('/'))? else {
        return Ok(());
    };
    for entry in entries {
        // Some servers list `.`, `..` and paths into other directories too.
        let usable =
            Key::new(entry.name.as_str()).is_ok_and(|name| name.as_relative_path().is_ok());
        let key = format!("{below}{}", entry.name);
        let wanted = key.starts_with(prefix) || prefix.starts_with(&format!("{key}/"));
        if !usable || !wanted || entry.name.starts_with(TEMPORARY_PREFIX) {
            continue;
        }
        let found = match lookup_of_entry(&entry) {
            Some(found) => found,
            None => session.look_up(&format!("{path}{}", entry.name))?,
        };
        match found {
            Lookup::Blob(info) if key.starts_with(prefix) => each(ListEntry { key, info })?,
            Lookup::Directory => walk(session, &format!("{key}/"), prefix, depth + 1, each)?,
            Lookup::Blob(_) | Lookup::Absent => {}
        }
    }
    Ok(())
}

/// Deletes a file. A missing file is `NotFound`, confirmed as for `exists`.
pub fn remove(pool: &SessionPool, key: &Key) -> Result<()> {
    let path = pool.path(key)?;
    let mut lease = pool.lease()?;
    let found = lease.begin(|session| session.look_up(&format!("{}/{path}", session.base())))?;
    if !matches!(found, Lookup::Blob(_)) {
        return Err(Error::not_found());
    }
    let session = lease.session()?;
    let reply = session.ask(&format!("DELE {}/{path}", session.base()))?;
    match reply.code {
        200..=299 => Ok(()),
        400..=499 => Err(reply.error(Kind::Busy { after: None }, "cannot delete it")),
        _ => Err(reply.error(Kind::Denied, "cannot delete it")),
    }
}
