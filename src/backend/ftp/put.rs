//! One upload: under a temporary name beside the blob, measured by the server, then renamed.
//!
//! The server takes every end of the data for the end of the file, so a broken upload looks complete to it: only its
//! word on the size proves anything, and only the rename makes it visible.

use super::data::{Opened, Transfer};
use super::paths::Places;
use super::pool::{Lease, Pool};
use super::publish::{Leftover, publish};
use super::reply::Class;
use super::send::{Sent, compare, measured, proven, send, verify};
use super::session::Session;
use super::stat::Found;
use crate::digest::{Hasher, Verified};
use crate::error::{Error, Kind, Result, is_there, printable};
use crate::io::payload::Payload;
use crate::key::Key;
use crate::store::resumable::PartialUpload;
use crate::store::types::{Condition, PutResult};

/// Stores the payload under `key`. FTP has no conditions: that nobody has the name is looked up before the upload and once
/// more before the rename.
pub fn put(pool: &Pool, key: &Key, payload: &Payload, condition: &Condition) -> Result<PutResult> {
    let draft = PartialUpload::new();
    let stored = begin(pool, key, condition, draft.name()).and_then(|(mut lease, places)| {
        let sent = fresh(&mut lease, &places, payload, &draft)?;
        conclude(&mut lease, &places, condition, sent, &draft)
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
    draft: &PartialUpload,
) -> Result<PutResult> {
    let Some(total) = payload.size() else {
        return Err(Error::new(Kind::Local, "a stream cannot be continued"));
    };
    let (mut lease, places) = begin(pool, key, condition, draft.name())?;
    let kept = if draft.is_begun() {
        lease.ask(|session| session.usable(&places.temporary, payload, total))?
    } else {
        0
    };
    if kept > 0 {
        let sent = continued(&mut lease, &places, payload, (kept, draft))?;
        if let Some(sent) = sent
            && let Some(verified) = proven(&mut lease, &places.temporary, payload, (&sent, draft))?
        {
            return conclude(&mut lease, &places, condition, (total, verified), draft);
        }
        // The server put the halves together in its own way.
        pool.server().context.cancel.check()?;
    }
    let sent = fresh(&mut lease, &places, payload, draft)?;
    conclude(&mut lease, &places, condition, sent, draft)
}

/// Up to the point where data can flow: everything here can be asked twice.
fn begin<'a>(
    pool: &'a Pool,
    key: &Key,
    condition: &Condition,
    name: &str,
) -> Result<(Lease<'a>, Places)> {
    let path = pool.path(key)?;
    if let Condition::Etag(_) = condition {
        return Err(Error::new(
            Kind::Precondition,
            "FTP has no ETags that a condition could name",
        ));
    }
    let mut lease = pool.lease()?;
    let places = lease.begin(|session| {
        let places = Places::new(session, path, name);
        if *condition == Condition::Absent {
            session.must_be_absent(&places.target)?;
        }
        session.announce_utf8(path)?;
        session.make_directories(&places.directory)?;
        Ok(places)
    })?;
    Ok((lease, places))
}

/// Sends everything, and tells how many bytes the server has and how that was proven.
fn fresh(
    lease: &mut Lease<'_>,
    places: &Places,
    payload: &Payload,
    draft: &PartialUpload,
) -> Result<(u64, Verified)> {
    let transfer = lease.begin(|session| match session.store(&places.temporary) {
        // Somebody removed the directory that we know of.
        Err(error) if error.kind() == Kind::Denied && !session.enters(&places.directory)? => {
            session.make_directories(&places.directory)?;
            session.store(&places.temporary)
        }
        stored => stored,
    })?;
    draft.begin();
    let session = lease.session()?;
    let hasher = session.algorithm().map(Hasher::new);
    let sent = match send(session, transfer, payload, 0, hasher) {
        // Some find out only after the bytes that there is no such directory.
        Err(error) if Class::of_error(&error) == Some(Class::Path) => {
            lease.ask(Session::look_at_directories)?;
            return Err(error);
        }
        sent => sent?,
    };
    verify(lease, &places.temporary, &sent)?;
    let verified = compare(lease, &places.temporary, payload, &sent)?;
    Ok((sent.bytes, verified))
}

/// Sends what follows the first `kept` bytes; `None` if the server takes nothing but the whole.
fn continued(
    lease: &mut Lease<'_>,
    places: &Places,
    payload: &Payload,
    (kept, draft): (u64, &PartialUpload),
) -> Result<Option<Sent>> {
    if payload.size() == Some(kept) {
        payload.reader_from(kept)?;
        return Ok(Some(Sent::complete(kept, None)));
    }
    let temporary = &places.temporary;
    draft.add_resume_offset(kept);
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
fn conclude(
    lease: &mut Lease<'_>,
    places: &Places,
    condition: &Condition,
    (bytes, verified): (u64, Verified),
    draft: &PartialUpload,
) -> Result<PutResult> {
    // A comparison may have cut the session.
    lease.begin(|_| Ok(()))?;
    if *condition == Condition::Absent {
        lease.ask(|session| session.must_be_absent(&places.target))?;
    }
    publish(lease, places, bytes).map_err(|failed| {
        if failed.leftover == Leftover::Keep {
            draft.keep();
            return failed.error.settled();
        }
        failed.error
    })?;
    // Some servers change names, or say yes to a rename and do nothing.
    let found = lease.ask(|session| session.size_of(&places.target))?;
    if found != Some(bytes) && !replaced(lease, places, found)? {
        let text = format!(
            "the server renamed the blob, but {} under its name",
            measured(found)
        );
        return Err(Error::new(Kind::Integrity, text)
            .hint("the server may keep another name than the key; try a plainer key"));
    }
    Ok(PutResult {
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
fn replaced(lease: &mut Lease<'_>, places: &Places, found: Option<u64>) -> Result<bool> {
    let temporary = lease.ask(|session| session.size_of(&places.temporary))?;
    Ok(found.is_some() && temporary.is_none())
}

impl Session {
    fn must_be_absent(&mut self, target: &str) -> Result<()> {
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
            self.look_at_directories()?;
        }
        Err(self.refused(&reply))
    }

    /// After a refusal that may be about a directory: the base directory has to be there, and what we know of the others may
    /// be outdated.
    fn look_at_directories(&mut self) -> Result<()> {
        let base = self.base().to_owned();
        if !self.enters(&base)? {
            return Err(self.no_base());
        }
        self.server().facts().directories.clear();
        Ok(())
    }
}

/// Removes what a failed upload left. After a stop the sessions are gone and time is short.
pub fn discard(pool: &Pool, key: &Key, draft: &PartialUpload) {
    if !draft.is_begun() {
        return;
    }
    let Ok(path) = pool.path(key) else { return };
    let remove = |session: &mut Session| {
        let places = Places::new(session, path, draft.name());
        session.remove(&places.temporary)
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
