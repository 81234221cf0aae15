//! Sends the bytes of an upload, and verifies that the server has them.

use std::collections::BTreeSet;
use std::io::Read;

use super::data::{Completion, ReplyWait, Transfer};
use super::pool::Lease;
use super::session::FtpSession;
use crate::digest::{Digest, Hasher, Verified};
use crate::error::{Error, Kind, Result};
use crate::io::payload::{CHUNK, Payload, source_error};

/// The bytes that were sent, and the server's final reply.
pub struct Sent {
    /// The size of the whole file.
    pub bytes: u64,
    /// The checksum of the whole file, if it was computed while sending.
    digest: Option<Digest>,
    reply: FinalReply,
}

impl Sent {
    pub fn complete(bytes: u64, digest: Option<Digest>) -> Self {
        Self {
            bytes,
            digest,
            reply: FinalReply::Positive,
        }
    }
}

enum FinalReply {
    Positive,
    /// The reply is missing or has no meaning; the error says why.
    Unknown(Error),
}

/// Sends all bytes from `start` on and reads the final reply.
pub fn send(
    session: &mut FtpSession,
    mut transfer: Transfer,
    payload: &Payload,
    start: u64,
    mut hasher: Option<Hasher>,
) -> Result<Sent> {
    match pump(session, &mut transfer, payload, start, hasher.as_mut()) {
        Ok(bytes) => {
            let reply = match session.finish(transfer, ReplyWait::Full) {
                Completion::Confirmed => FinalReply::Positive,
                // The connection was closed at the very end: SIZE will show whether all bytes arrived.
                Completion::Refused(reply) if reply.code == 426 => {
                    FinalReply::Unknown(reply.refusal())
                }
                Completion::Refused(reply) => return Err(session.refused(&reply)),
                Completion::Unknown(error) => FinalReply::Unknown(error),
            };
            Ok(Sent {
                bytes: start + bytes,
                digest: hasher.map(Hasher::finish),
                reply,
            })
        }
        Err(SendError::Source(error)) => {
            match error.kind() {
                Kind::Interrupted(_) => session.cut(transfer),
                // A server that is still writing would create the file again after its deletion.
                _ => drop(session.finish(transfer, ReplyWait::Short)),
            }
            Err(error)
        }
        // The local error is "broken pipe"; the final reply may say "disk full".
        Err(SendError::Connection(error)) => match session.finish(transfer, ReplyWait::Short) {
            Completion::Refused(reply) => Err(session.refused(&reply)),
            Completion::Confirmed | Completion::Unknown(_) => {
                Err(Error::disconnected("the data connection broke", &error))
            }
        },
    }
}

/// The side on which sending failed.
enum SendError {
    Source(Error),
    Connection(std::io::Error),
}

fn pump(
    session: &FtpSession,
    transfer: &mut Transfer,
    payload: &Payload,
    start: u64,
    mut hasher: Option<&mut Hasher>,
) -> Result<u64, SendError> {
    let mut reader = payload.reader_from(start).map_err(SendError::Source)?;
    let size = payload.size().and_then(|size| usize::try_from(size).ok());
    let mut chunk = vec![0; size.unwrap_or(CHUNK).clamp(1, CHUNK)];
    let mut bytes = 0;
    loop {
        let n = reader
            .read(&mut chunk)
            .map_err(|error| SendError::Source(source_error(&error)))?;
        if n == 0 {
            break;
        }
        if let Some(hasher) = &mut hasher {
            hasher.update(&chunk[..n]);
        }
        session
            .write_all(transfer, &chunk[..n], start)
            .map_err(SendError::Connection)?;
        bytes += n as u64;
    }
    transfer.flush().map_err(SendError::Connection)?;
    Ok(bytes)
}

/// Compares the size on the server with the bytes sent, over a new session if this one is broken.
pub fn verify_size(lease: &mut Lease<'_>, temporary: &str, sent: &Sent) -> Result<()> {
    let measure = |session: &mut FtpSession| session.size_of(temporary);
    let mut found = lease.ask(measure)?;
    if found != Some(sent.bytes) {
        // Gateways to other stores may need a moment.
        found = lease.ask(measure)?;
    }
    if found == Some(sent.bytes) {
        return Ok(());
    }
    Err(match &sent.reply {
        FinalReply::Unknown(error) => error.clone(),
        FinalReply::Positive => {
            let text = format!(
                "{} bytes were sent, but {}",
                sent.bytes,
                describe_size(found)
            );
            Error::new(Kind::Integrity, text)
        }
    })
}

pub fn describe_size(found: Option<u64>) -> String {
    match found {
        Some(size) => format!("the server has {size}"),
        None => "the server has no file".to_owned(),
    }
}

/// Compares the server's checksum with ours, if the server computes one.
pub fn compare_checksum(
    lease: &mut Lease<'_>,
    temporary: &str,
    payload: &Payload,
    sent: &Sent,
) -> Result<Verified> {
    let session = lease.session()?;
    let theirs = if session.is_broken() {
        lease.ask(|session| session.digest_of(temporary))
    } else {
        session.digest_of(temporary)
    };
    let theirs = match theirs {
        Ok(Some(theirs)) => theirs,
        Ok(None) => return Ok(Verified::Length),
        // A checksum that takes too long does not put the upload in doubt.
        Err(error) => {
            lease.server().context.cancel.check()?;
            if error.is_transient() || lease.is_dead() {
                return Ok(Verified::Length);
            }
            return Err(error);
        }
    };
    let ours = match &sent.digest {
        Some(digest) if digest.algorithm() == theirs.algorithm() => *digest,
        _ if payload.can_be_read() && payload.size().is_some() => {
            match payload.digests(&[theirs.algorithm()])?.pop() {
                Some(digest) => digest,
                None => return Ok(Verified::Length),
            }
        }
        _ => return Ok(Verified::Length),
    };
    if ours == theirs {
        return Ok(theirs.algorithm().into());
    }
    let text = format!(
        "{} mismatch after the upload: the server has {} instead of {}",
        theirs.algorithm().name(),
        theirs.hex(),
        ours.hex()
    );
    Err(Error::new(Kind::Integrity, text).with_hint("the old blob was not replaced; try again"))
}

/// Verifies a resumed upload: by the server's checksum, or by the size and the bytes around each offset at which an attempt
/// resumed. Returns `None` if the file differs.
pub fn verify_resumed(
    lease: &mut Lease<'_>,
    temporary: &str,
    payload: &Payload,
    sent: &Sent,
    offsets: &BTreeSet<u64>,
) -> Result<Option<Verified>> {
    let checked = verify_size(lease, temporary, sent)
        .and_then(|()| compare_checksum(lease, temporary, payload, sent));
    match checked {
        Ok(Verified::Length) => {}
        Err(error) if error.kind() == Kind::Integrity => return Ok(None),
        other => return other.map(Some),
    }
    for &offset in offsets {
        if !lease.ask(|session| session.matches_around(temporary, payload, offset))? {
            return Ok(None);
        }
    }
    Ok(Some(Verified::Length))
}
