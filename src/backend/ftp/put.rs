//! One upload: under a temporary name beside the blob, measured by the server, then renamed.
//!
//! The server takes every end of the data for the end of the file, so a broken upload looks complete to it: only its
//! word on the size proves anything, and only the rename makes it visible.

use super::data::{Opened, Transfer};
use super::paths::UploadPaths;
use super::pool::{Lease, Pool};
use super::publish::{Leftover, publish};
use super::reply::Class;
use super::send::{Sent, compare, describe_size, send, verify, verify_resumed};
use super::session::Session;
use super::stat::Found;
use crate::digest::{Hasher, Verified};
use crate::error::{Error, Kind, Result, is_there, printable};
use crate::io::payload::Payload;
use crate::key::Key;
use crate::store::resumable::Draft;
use crate::store::types::{Condition, Stored};

/// Stores the payload under `key`. FTP has no conditions: that nobody has the name is looked up before the upload and once
/// more before the rename.
pub fn put(pool: &Pool, key: &Key, payload: &Payload, condition: &Condition) -> Result<Stored> {
    let draft = Draft::new();
    let stored = begin(pool, key, condition, draft.name()).and_then(|(mut lease, paths)| {
        let sent = send_all(&mut lease, &paths, payload, &draft)?;
        finalize(&mut lease, &paths, condition, sent, &draft)
    });
    if stored.is_err() {
        discard(pool, key, &draft);
    }
    stored
}

/// As [`put`], going on with what `draft` has.
pub fn put_by(
    pool: &Pool,
    key: &Key,
    payload: &Payload,
    condition: &Condition,
    draft: &Draft,
) -> Result<Stored> {
    let Some(total) = payload.size() else {
        return Err(Error::new(Kind::Local, "a stream cannot be continued"));
    };
    let (mut lease, paths) = begin(pool, key, condition, draft.name())?;
    let kept = if draft.is_begun() {
        lease.ask(|session| session.usable(&paths.temporary, payload, total))?
    } else {
        0
    };
    if kept > 0 {
        let sent = send_rest(&mut lease, &paths, payload, (kept, draft))?;
        if let Some(sent) = sent
            && let Some(verified) =
                verify_resumed(&mut lease, &paths.temporary, payload, (&sent, draft))?
        {
            return finalize(&mut lease, &paths, condition, (total, verified), draft);
        }
        // The server put the halves together in its own way.
        pool.server().context.cancel.check()?;
    }
    let sent = send_all(&mut lease, &paths, payload, draft)?;
    finalize(&mut lease, &paths, condition, sent, draft)
}

/// Up to the point where data can flow: everything here can be asked twice.
fn begin<'a>(
    pool: &'a Pool,
    key: &Key,
    condition: &Condition,
    name: &str,
) -> Result<(Lease<'a>, UploadPaths)> {
    let path = pool.path(key)?;
    if let Condition::Etag(_) = condition {
        return Err(Error::new(
            Kind::Precondition,
            "FTP has no ETags that a condition could name",
        ));
    }
    let mut lease = pool.lease()?;
    let paths = lease.begin(|session| {
        let paths = UploadPaths::new(session, path, name);
        if *condition == Condition::Absent {
            session.check_absent(&paths.target)?;
        }
        session.announce_utf8(path)?;
        session.make_directories(&paths.directory)?;
        Ok(paths)
    })?;
    Ok((lease, paths))
}

/// Sends everything, and tells how many bytes the server has and how that was proven.
fn send_all(
    lease: &mut Lease<'_>,
    paths: &UploadPaths,
    payload: &Payload,
    draft: &Draft,
) -> Result<(u64, Verified)> {
    let transfer = lease.begin(|session| match session.store(&paths.temporary) {
        // Somebody removed the directory that we know of.
        Err(error) if error.kind() == Kind::Denied && !session.can_enter(&paths.directory)? => {
            session.make_directories(&paths.directory)?;
            session.store(&paths.temporary)
        }
        stored => stored,
    })?;
    draft.begin();
    let session = lease.session()?;
    let hasher = session.algorithm().map(Hasher::new);
    let sent = match send(session, transfer, payload, 0, hasher) {
        // Some find out only after the bytes that there is no such directory.
        Err(error) if Class::of_error(&error) == Some(Class::Path) => {
            lease.ask(Session::recheck_directories)?;
            return Err(error);
        }
        sent => sent?,
    };
    verify(lease, &paths.temporary, &sent)?;
    let verified = compare(lease, &paths.temporary, payload, &sent)?;
    Ok((sent.bytes, verified))
}

/// Sends what follows the first `kept` bytes; `None` if the server takes nothing but the whole.
fn send_rest(
    lease: &mut Lease<'_>,
    paths: &UploadPaths,
    payload: &Payload,
    (kept, draft): (u64, &Draft),
) -> Result<Option<Sent>> {
    if payload.size() == Some(kept) {
        payload.reader_from(kept)?;
        return Ok(Some(Sent::complete(kept, None)));
    }
    let temporary = &paths.temporary;
    draft.add_seam(kept);
    let opened = lease.ask(|session| {
        if let Opened::Ready(transfer) = session.open_data(&format!("STOR {temporary}"), kept)? {
            return Ok(Some(transfer));
        }
        // What is appended must come right behind what was compared.
        if session.ask(&format!("SIZE {temporary}"))?.size() != Some(kept) {
            return Ok(None);
        }
        Ok(match session.open_data(&format!("APPE {temporary}"), 0)? {
            Opened::Ready(transfer) => Some(transfer),
            Opened::Refused(_) => None,
        })
    })?;
    let Some(transfer) = opened else {
        return Ok(None);
    };
    match send(lease.session()?, transfer, payload, kept, None) {
        // Some say only after the first bytes that they do not continue files. A full disk (452, 552) is no such answer.
        Err(error)
            if matches!(
                Class::of_error(&error),
                Some(Class::Path | Class::ServerError | Class::Command | Class::Position)
            ) =>
        {
            Ok(None)
        }
        sent => sent.map(Some),
    }
}

/// From the last byte to the blob.
fn finalize(
    lease: &mut Lease<'_>,
    paths: &UploadPaths,
    condition: &Condition,
    (bytes, verified): (u64, Verified),
    draft: &Draft,
) -> Result<Stored> {
    // A comparison may have cut the session.
    lease.begin(|_| Ok(()))?;
    if *condition == Condition::Absent {
        lease.ask(|session| session.check_absent(&paths.target))?;
    }
    publish(lease, paths, bytes).map_err(|failed| {
        if failed.leftover == Leftover::Keep {
            draft.keep();
            return failed.error.settled();
        }
        failed.error
    })?;
    // Some servers change names, or say yes to a rename and do nothing.
    let found = lease.ask(|session| session.size_of(&paths.target))?;
    if found != Some(bytes) && !was_replaced(lease, paths, found)? {
        let text = format!(
            "the server renamed the blob, but {} under its name",
            describe_size(found)
        );
        return Err(Error::new(Kind::Integrity, text)
            .hint("the server may keep another name than the key; try a plainer key"));
    }
    Ok(Stored {
        bytes,
        etag: None,
        verified,
        // Somebody else may come between the last look and the rename.
        atomic: (*condition == Condition::Absent).then_some(false),
        version_id: None,
    })
}

/// Whether another put of the same key came right after ours: the temporary name is gone, so that our blob was there,
/// whole, before the one that is there now.
fn was_replaced(lease: &mut Lease<'_>, paths: &UploadPaths, found: Option<u64>) -> Result<bool> {
    let temporary = lease.ask(|session| session.size_of(&paths.temporary))?;
    Ok(found.is_some() && temporary.is_none())
}

impl Session {
    fn check_absent(&mut self, target: &str) -> Result<()> {
        match self.look_up(target)? {
            Found::Absent => Ok(()),
            Found::Blob(_) | Found::Directory => Err(is_there()),
        }
    }

    fn store(&mut self, temporary: &str) -> Result<Transfer> {
        let reply = match self.open_data(&format!("STOR {temporary}"), 0)? {
            Opened::Ready(transfer) => return Ok(transfer),
            Opened::Refused(reply) => reply,
        };
        if reply.class() == Class::Path {
            self.recheck_directories()?;
        }
        Err(self.refused(&reply))
    }

    /// After a refusal that may be about a directory: the base directory has to be there, and what we know of the others may
    /// be outdated.
    fn recheck_directories(&mut self) -> Result<()> {
        let base = self.base().to_owned();
        if !self.can_enter(&base)? {
            return Err(self.missing_base_error());
        }
        self.server().facts().directories.clear();
        Ok(())
    }
}

/// Removes what a failed upload left. After a stop the sessions are gone and time is short.
pub fn discard(pool: &Pool, key: &Key, draft: &Draft) {
    if !draft.is_begun() {
        return;
    }
    let Ok(path) = pool.path(key) else { return };
    let remove = |session: &mut Session| {
        let paths = UploadPaths::new(session, path, draft.name());
        session.remove(&paths.temporary)
    };
    let idle = pool
        .idle()
        .map(|mut lease| lease.session().and_then(remove));
    let removed = match idle {
        Some(Ok(())) => Ok(()),
        Some(Err(_)) | None => pool.open_to_clean_up().and_then(|mut session| {
            let removed = remove(&mut session);
            session.quit();
            removed
        }),
    };
    if let Err(error) = removed {
        pool.server().warn(&format!(
            "the unfinished file `{}` may remain on the server beside `{}`: {error}",
            draft.name(),
            printable(path)
        ));
    }
}

impl Session {
    /// Deletes a file of ours. One that is not there (any more) is as good as removed.
    pub(super) fn remove(&mut self, path: &str) -> Result<()> {
        let reply = self.ask(&format!("DELE {path}"))?;
        if reply.is_done() {
            return Ok(());
        }
        let size = self.ask(&format!("SIZE {path}"))?;
        if size.size().is_some() {
            return Err(reply.refusal());
        }
        Ok(())
    }
}
