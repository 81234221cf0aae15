//! The bytes of an upload on their way, and how it is proven that the server has them.

use std::io::Read;

use super::data::{Ended, Patience, Transfer};
use super::pool::Lease;
use super::session::Session;
use crate::digest::{Digest, Hasher, Verified};
use crate::error::{Error, Kind, Result};
use crate::io::payload::{CHUNK, Payload, source_error};
use crate::store::resumable::PartialUpload;

/// What was sent, and what the server says about it.
pub struct Sent {
    /// Of the whole file.
    pub bytes: u64,
    /// Of the whole file, if it was computed on the way.
    digest: Option<Digest>,
    claim: Claim,
}

impl Sent {
    pub fn complete(bytes: u64, digest: Option<Digest>) -> Self {
        Self {
            bytes,
            digest,
            claim: Claim::Complete,
        }
    }
}

enum Claim {
    Complete,
    /// The final reply is missing or says nothing: why.
    Unclear(Error),
}

/// Sends all bytes from `start` on and hears the server's final reply.
pub fn send(
    session: &mut Session,
    mut transfer: Transfer,
    payload: &Payload,
    start: u64,
    mut hasher: Option<Hasher>,
) -> Result<Sent> {
    match pump(session, &mut transfer, payload, start, hasher.as_mut()) {
        Ok(bytes) => {
            let claim = match session.finish(transfer, Patience::Full) {
                Ended::Complete => Claim::Complete,
                // The connection was torn down at the very end: whether all bytes arrived is for SIZE to say.
                Ended::Refused(reply) if reply.code == 426 => Claim::Unclear(reply.refusal()),
                Ended::Refused(reply) => return Err(session.refused(&reply)),
                Ended::Unclear(error) => Claim::Unclear(error),
            };
            Ok(Sent {
                bytes: start + bytes,
                digest: hasher.map(Hasher::finish),
                claim,
            })
        }
        Err(Stopped::Source(error)) => {
            match error.kind() {
                Kind::Interrupted(_) => session.cut(transfer),
                // What a server still writes would come back after the file was deleted.
                _ => drop(session.finish(transfer, Patience::Short)),
            }
            Err(error)
        }
        // "Broken pipe" is what we see; the server may have said "disk full".
        Err(Stopped::Connection(error)) => match session.finish(transfer, Patience::Short) {
            Ended::Refused(reply) => Err(session.refused(&reply)),
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

fn pump(
    session: &Session,
    transfer: &mut Transfer,
    payload: &Payload,
    start: u64,
    mut hasher: Option<&mut Hasher>,
) -> Result<u64, Stopped> {
    let mut reader = payload.reader_from(start).map_err(Stopped::Source)?;
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
        if let Some(hasher) = &mut hasher {
            hasher.update(&chunk[..n]);
        }
        session
            .write_all(transfer, &chunk[..n], start)
            .map_err(Stopped::Connection)?;
        bytes += n as u64;
    }
    transfer.flush().map_err(Stopped::Connection)?;
    Ok(bytes)
}

/// Compares what the server has with what was sent, over a new connection if this one is out of step.
pub fn verify(lease: &mut Lease<'_>, temporary: &str, sent: &Sent) -> Result<()> {
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

pub fn measured(found: Option<u64>) -> String {
    match found {
        Some(size) => format!("the server has {size}"),
        None => "the server has nothing".to_owned(),
    }
}

/// Compares the server's digest with ours, if it computes one.
pub fn compare(
    lease: &mut Lease<'_>,
    temporary: &str,
    payload: &Payload,
    sent: &Sent,
) -> Result<Verified> {
    let session = lease.session()?;
    let told = if session.is_broken() {
        lease.ask(|session| session.digest_of(temporary))
    } else {
        session.digest_of(temporary)
    };
    let told = match told {
        Ok(Some(told)) => told,
        Ok(None) => return Ok(Verified::Length),
        // A server that takes too long to compute it has the bytes all the same.
        Err(error) => {
            lease.server().context.cancel.check()?;
            if error.is_transient() || lease.is_dead() {
                return Ok(Verified::Length);
            }
            return Err(error);
        }
    };
    let ours = match &sent.digest {
        Some(digest) if digest.algorithm() == told.algorithm() => *digest,
        _ if payload.can_be_read() && payload.size().is_some() => {
            match payload.digests(&[told.algorithm()])?.pop() {
                Some(digest) => digest,
                None => return Ok(Verified::Length),
            }
        }
        _ => return Ok(Verified::Length),
    };
    if ours == told {
        return Ok(told.algorithm().into());
    }
    let text = format!(
        "the server's {} of the upload is {} instead of {}",
        told.algorithm().name(),
        told.hex(),
        ours.hex()
    );
    Err(Error::new(Kind::Integrity, text).hint("nothing was replaced; try again"))
}

/// How it is proven that all attempts' bytes are one file: by the server's digest, or by the length and the bytes around
/// the seams; `None` if they are not.
pub fn proven(
    lease: &mut Lease<'_>,
    temporary: &str,
    payload: &Payload,
    (sent, draft): (&Sent, &PartialUpload),
) -> Result<Option<Verified>> {
    let checked =
        verify(lease, temporary, sent).and_then(|()| compare(lease, temporary, payload, sent));
    match checked {
        Ok(Verified::Length) => {}
        Err(error) if error.kind() == Kind::Integrity => return Ok(None),
        other => return other.map(Some),
    }
    for seam in draft.resume_offsets() {
        if !lease.ask(|session| session.is_seamless(temporary, payload, seam))? {
            return Ok(None);
        }
    }
    Ok(Some(Verified::Length))
}
