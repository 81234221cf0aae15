//! One upload: under a temporary name beside the blob, measured by the server, then renamed.
//!
//! The server takes every end of the data for the end of the file, so a broken upload looks complete to it: only its
//! word on the size proves anything, and only the rename makes it visible.

use std::io::{Read, Write};

use super::lookup::Found;
use super::pool::{Lease, Pool};
use super::session::{Ended, Opened, Patience, Session, Transfer};
use crate::backend::{Condition, Stored, temporary_name};
use crate::digest::Verified;
use crate::error::{Error, Kind, Result, printable};
use crate::key::Key;
use crate::payload::{CHUNK, Payload, source_error};
use crate::staged::is_there;

/// Where one upload goes.
struct Places {
    directory: String,
    target: String,
    temporary: String,
}

impl Places {
    fn new(session: &Session, path: &str, temporary: &str) -> Self {
        let target = format!("{}/{path}", session.base());
        // The target begins with a slash always: base directories are absolute.
        let directory = target.rsplit_once('/').map_or("", |(parent, _)| parent);
        Self {
            temporary: format!("{directory}/{temporary}"),
            directory: directory.to_owned(),
            target,
        }
    }
}

/// What was sent, and what the server says about it.
struct Sent {
    bytes: u64,
    claim: Claim,
}

enum Claim {
    Complete,
    /// The final reply is missing or says nothing: why.
    Unclear(Error),
}

/// Stores the payload under `key`. FTP has no conditions: that nobody has the name is looked up before the upload and once
/// more before the rename.
pub fn put(pool: &Pool, key: &Key, payload: &Payload, condition: &Condition) -> Result<Stored> {
    let path = key.as_relative_path()?;
    if let Condition::Etag(_) = condition {
        return Err(Error::new(
            Kind::Precondition,
            "FTP has no ETags that a condition could name",
        ));
    }
    let name = temporary_name();
    let mut lease = pool.lease()?;
    if *condition == Condition::Absent {
        lease.begin(|session| {
            let target = format!("{}/{path}", session.base());
            session.must_be_absent(&target)
        })?;
    }
    let (places, transfer) = lease.begin(|session| {
        let places = Places::new(session, path, &name);
        session.announce_utf8(path)?;
        session.make_directories(&places.directory)?;
        let transfer = session.store(&places.temporary)?;
        Ok((places, transfer))
    })?;
    let stored = send_and_publish(&mut lease, transfer, payload, &places, condition);
    if stored.is_err() {
        discard(pool, &mut lease, &places.temporary);
    }
    stored
}

fn send_and_publish(
    lease: &mut Lease<'_>,
    transfer: Transfer,
    payload: &Payload,
    places: &Places,
    condition: &Condition,
) -> Result<Stored> {
    let sent = send(lease.session()?, transfer, payload)?;
    verify(lease, &places.temporary, &sent)?;
    if *condition == Condition::Absent {
        lease.ask(|session| session.must_be_absent(&places.target))?;
    }
    publish(lease, places, sent.bytes)?;
    // Some servers change names, or say yes to a rename and do nothing.
    let found = lease.ask(|session| session.size_of(&places.target))?;
    if found != Some(sent.bytes) && !replaced(lease, places, found)? {
        let text = format!(
            "the server renamed the blob, but {} under its name",
            measured(found)
        );
        return Err(Error::new(Kind::Integrity, text)
            .hint("the server may keep another name than the key; try a plainer key"));
    }
    Ok(Stored {
        bytes: sent.bytes,
        etag: None,
        verified: Verified::Length,
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

    /// Makes `directory` and what is missing above it, down from the base directory, which must be there.
    fn make_directories(&mut self, directory: &str) -> Result<()> {
        let base = self.base().len();
        if directory.len() == base || self.server().facts().directories.contains(directory) {
            return Ok(());
        }
        if !self.enters(directory)? {
            let ends = directory[base + 1..].match_indices('/');
            let ends: Vec<usize> = ends.map(|(at, _)| base + 1 + at).collect();
            for end in ends.into_iter().chain([directory.len()]) {
                self.make_directory(&directory[..end])?;
            }
        }
        self.server()
            .facts()
            .directories
            .insert(directory.to_owned());
        Ok(())
    }

    /// Whatever MKD answers (there are half a dozen ways to say that it is there), what counts is that it is one now.
    fn make_directory(&mut self, directory: &str) -> Result<()> {
        if self.enters(directory)? {
            return Ok(());
        }
        let reply = self.ask(&format!("MKD {directory}"))?;
        if self.enters(directory)? {
            return Ok(());
        }
        let base = self.base().to_owned();
        if !self.enters(&base)? {
            return Err(self.no_base());
        }
        let text = format!("the directory `{}` cannot be made", printable(directory));
        Err(reply.error(reply.refusal().kind(), &text))
    }

    fn store(&mut self, temporary: &str) -> Result<Transfer> {
        let reply = match self.open_data(&format!("STOR {temporary}"), 0)? {
            Opened::Ready(transfer) => return Ok(transfer),
            Opened::Refused(reply) => reply,
        };
        let base = self.base().to_owned();
        if matches!(reply.code, 450 | 550 | 553) && !self.enters(&base)? {
            return Err(self.no_base());
        }
        // Our knowledge of this directory may be outdated.
        self.server().facts().directories.clear();
        Err(reply.refusal())
    }
}

/// Sends all bytes and hears the server's final reply.
fn send(session: &mut Session, mut transfer: Transfer, payload: &Payload) -> Result<Sent> {
    match pump(&mut transfer, payload) {
        Ok(bytes) => match session.finish(transfer, Patience::Full) {
            Ended::Complete => Ok(Sent {
                bytes,
                claim: Claim::Complete,
            }),
            // The connection was torn down at the very end: whether all bytes arrived is for SIZE to say.
            Ended::Refused(reply) if reply.code == 426 => Ok(Sent {
                bytes,
                claim: Claim::Unclear(reply.refusal()),
            }),
            Ended::Refused(reply) => Err(reply.refusal()),
            Ended::Unclear(error) => Ok(Sent {
                bytes,
                claim: Claim::Unclear(error),
            }),
        },
        Err(Stopped::Source(error)) => {
            session.cut(transfer);
            Err(error)
        }
        // "Broken pipe" is what we see; the server may have said "disk full".
        Err(Stopped::Connection(error)) => match session.finish(transfer, Patience::Short) {
            Ended::Refused(reply) => Err(reply.refusal()),
            Ended::Complete | Ended::Unclear(_) => {
                Err(Error::disconnected("the data connection broke", &error))
            }
        },
    }
}

/// Who stopped an upload.
enum Stopped {
    Source(Error),
    Connection(std::io::Error),
}

fn pump(transfer: &mut Transfer, payload: &Payload) -> Result<u64, Stopped> {
    let mut reader = payload.reader().map_err(Stopped::Source)?;
    let size = payload.size().and_then(|size| usize::try_from(size).ok());
    let mut chunk = vec![0; size.unwrap_or(CHUNK).clamp(1, CHUNK)];
    let mut bytes = 0;
    loop {
        let n = reader
            .read(&mut chunk)
            .map_err(|error| Stopped::Source(source_error(&error)))?;
        if n == 0 {
            break;
        }
        transfer
            .write_all(&chunk[..n])
            .map_err(Stopped::Connection)?;
        bytes += n as u64;
    }
    transfer.flush().map_err(Stopped::Connection)?;
    Ok(bytes)
}

/// Compares what the server has with what was sent, over a new connection if this one is out of step.
fn verify(lease: &mut Lease<'_>, temporary: &str, sent: &Sent) -> Result<()> {
    let measure = |session: &mut Session| session.size_of(temporary);
    let mut found = lease.ask(measure)?;
    if found != Some(sent.bytes) {
        // Gateways to other stores need a moment.
        found = lease.ask(measure)?;
    }
    if found == Some(sent.bytes) {
        return Ok(());
    }
    Err(match &sent.claim {
        Claim::Unclear(error) => error.clone(),
        Claim::Complete => {
            let text = format!("{} bytes were sent, but {}", sent.bytes, measured(found));
            Error::new(Kind::Integrity, text)
        }
    })
}

fn measured(found: Option<u64>) -> String {
    match found {
        Some(size) => format!("the server has {size}"),
        None => "the server has nothing".to_owned(),
    }
}

/// Gives the upload its name. Where the reply is lost, the server's directory tells whether it happened.
fn publish(lease: &mut Lease<'_>, places: &Places, bytes: u64) -> Result<()> {
    let session = lease.session()?;
    let error = match rename(session, places) {
        Ok(()) => return Ok(()),
        Err(error) if !session.is_broken() => return Err(error),
        Err(error) => error,
    };
    if lease.ask(|session| session.size_of(&places.temporary))? == Some(bytes) {
        return rename(lease.session()?, places);
    }
    if lease.ask(|session| session.size_of(&places.target))? == Some(bytes) {
        return Ok(());
    }
    Err(error)
}

fn rename(session: &mut Session, places: &Places) -> Result<()> {
    let from = session.ask(&format!("RNFR {}", places.temporary))?;
    if from.code != 350 {
        return Err(no_rename(&from));
    }
    let to = session.ask(&format!("RNTO {}", places.target))?;
    match to.code {
        200..=299 => Ok(()),
        400.. => Err(match session.look_up(&places.target)? {
            Found::Blob(_) => to
                .error(Kind::Remote, "the server does not rename over the old blob, which is unchanged")
                .hint("remove the old blob first, or let the server replace files on RNTO; an option for this server is to come"),
            Found::Directory => to.error(Kind::Remote, "a directory has the blob's name"),
            Found::Absent if matches!(to.code, 500..=504) => no_rename(&to),
            Found::Absent => to.refusal(),
        }),
        _ => Err(session.odd(&to)),
    }
}

fn no_rename(reply: &super::replies::Reply) -> Error {
    reply.error(Kind::Remote, "the server does not rename")
}

/// Removes what a failed upload left. After a stop the session is gone and time is short.
fn discard(pool: &Pool, lease: &mut Lease<'_>, temporary: &str) {
    let removed = match lease.session() {
        Ok(session) if !session.is_broken() => remove(session, temporary),
        _ => Err(Error::new(Kind::Disconnected, "the connection is gone")),
    };
    let removed = removed.or_else(|_| {
        let mut session = pool.server().open_to_clean_up()?;
        let removed = remove(&mut session, temporary);
        session.quit();
        removed
    });
    if let Err(error) = removed {
        pool.server().warn(&format!(
            "the unfinished file `{}` may remain on the server: {error}",
            printable(temporary)
        ));
    }
}

/// A file that is not there (any more) is as good as removed.
fn remove(session: &mut Session, temporary: &str) -> Result<()> {
    let reply = session.ask(&format!("DELE {temporary}"))?;
    if reply.is_done() {
        return Ok(());
    }
    let size = session.ask(&format!("SIZE {temporary}"))?;
    if size.size().is_some() {
        return Err(reply.refusal());
    }
    Ok(())
}
