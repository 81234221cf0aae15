//! One download: exactly the bytes that the server announced, or an error.

use std::io;
use std::io::Read;
use std::time::Duration;

use super::data::{Completion, Opened, ReplyWait, Transfer};
use super::pool::SessionPool;
use super::session::FtpSession;
use super::stat::Lookup;
use crate::cancel::Cancel;
use crate::error::{Error, Kind, Result};
use crate::io::payload::CHUNK;
use crate::key::Key;
use crate::store::Sink;
use crate::store::types::{Asked, BlobInfo, From};

/// How long the end of the data is waited for once all bytes are there: some servers wait for us to close.
const FAREWELL: Duration = Duration::from_secs(2);

/// Pushes the blob's bytes, from `from.offset` on, into `sink`.
pub fn get(pool: &SessionPool, key: &Key, from: &From, sink: &mut dyn Sink) -> Result<BlobInfo> {
    let path = pool.path(key)?;
    let mut lease = pool.lease()?;
    let (info, opened) = lease.begin(|session| {
        let path = format!("{}/{path}", session.base());
        let mut info = session.blob(&path, from)?;
        if from.digest == Asked::Yes && from.offset == 0 {
            info.digest = session.digest_of(&path)?;
        }
        // Past the end servers answer in five ways, and there is nothing to ask for.
        if from.offset == info.size && from.offset > 0 {
            return Ok((info, None));
        }
        let opened = session.retrieve(&path, from.offset)?;
        Ok((info, Some(opened)))
    })?;
    let session = lease.session()?;
    let Some((mut transfer, skip)) = opened else {
        sink.begin(&info)?;
        return Ok(info);
    };
    let mut incoming = Incoming {
        skip,
        wanted: info.size - from.offset,
        came: 0,
    };
    let cancel = &pool.server().context.cancel;
    let received = sink
        .begin(&info)
        .and_then(|()| incoming.receive(&mut transfer, sink, cancel));
    if let Err(error) = received {
        session.cut(transfer);
        return Err(error);
    }
    let ended = session.finish(transfer, ReplyWait::Full);
    incoming.judge(ended, &info)?;
    Ok(info)
}

impl FtpSession {
    /// The blob, if it is still the one that an earlier attempt found.
    fn blob(&mut self, path: &str, from: &From) -> Result<BlobInfo> {
        let Lookup::Blob(info) = self.look_up(path)? else {
            return Err(Error::not_found());
        };
        let other = from.unchanged.as_ref().is_some_and(|before| {
            let times = before.modified.zip(info.modified);
            before.size != info.size || times.is_some_and(|(then, now)| then != now)
        });
        if other || from.offset > info.size {
            return Err(Error::new(
                Kind::Integrity,
                "the blob changed while it was read",
            ));
        }
        Ok(info)
    }

    /// Opens the download, and tells how many bytes at its beginning are not wanted: where REST is refused, all before
    /// the offset.
    fn retrieve(&mut self, path: &str, offset: u64) -> Result<(Transfer, u64)> {
        let command = format!("RETR {path}");
        let refused = match self.open_data(&command, offset)? {
            Opened::Ready(transfer) => return Ok((transfer, 0)),
            Opened::Refused(reply) => reply,
        };
        if offset == 0 {
            return Err(self.refused(&refused));
        }
        match self.open_data(&command, 0)? {
            Opened::Ready(transfer) => Ok((transfer, offset)),
            Opened::Refused(reply) => Err(self.refused(&reply)),
        }
    }
}

/// How far a download is, in bytes.
struct Incoming {
    /// To be thrown away.
    skip: u64,
    /// To be pushed.
    wanted: u64,
    /// Pushed.
    came: u64,
}

impl Incoming {
    /// Reads to the end of the data, or to the end of the connection.
    fn receive(
        &mut self,
        transfer: &mut Transfer,
        sink: &mut dyn Sink,
        cancel: &Cancel,
    ) -> Result<()> {
        if self.skip > 0 && !self.skip_over(transfer, cancel)? {
            return Ok(());
        }
        while self.came < self.wanted {
            let room = sink.room();
            let left = usize::try_from(self.wanted - self.came).unwrap_or(usize::MAX);
            let most = room.len().min(left);
            let n = read(transfer, &mut room[..most], cancel)?;
            if n == 0 {
                return Ok(());
            }
            sink.filled(n)?;
            self.came += n as u64;
        }
        end_of_data(transfer, cancel)
    }

    /// Whether the data went on long enough.
    fn skip_over(&mut self, transfer: &mut Transfer, cancel: &Cancel) -> Result<bool> {
        let mut chunk = vec![0; CHUNK];
        while self.skip > 0 {
            let most = usize::try_from(self.skip).unwrap_or(CHUNK).min(CHUNK);
            let n = read(transfer, &mut chunk[..most], cancel)?;
            if n == 0 {
                return Ok(false);
            }
            self.skip -= n as u64;
        }
        Ok(true)
    }

    /// The number of bytes decides, whatever the server says at the end: 226 after half a blob is common.
    fn judge(&self, ended: Completion, info: &BlobInfo) -> Result<()> {
        if self.came == self.wanted {
            return Ok(());
        }
        let missing = self.wanted - self.came;
        Err(match ended {
            Completion::Refused(reply) => reply.refusal(),
            // The server gave all that it had: another, shorter blob has taken the place of the one that was measured, or
            // the server cut it. Whatever follows at this offset may belong to yet another one.
            Completion::Confirmed => Error::new(
                Kind::Integrity,
                format!(
                    "the server ended the transfer too early: {missing} of {} bytes are missing",
                    info.size
                ),
            )
            .with_hint("the blob may have been replaced meanwhile: try again"),
            Completion::Unknown(_) => Error::new(
                Kind::Disconnected,
                format!(
                    "the data connection broke: {missing} of {} bytes are missing",
                    info.size
                ),
            ),
        })
    }
}

/// More bytes than announced mean another blob than the one that was asked for, or an ignored REST.
fn end_of_data(transfer: &mut Transfer, cancel: &Cancel) -> Result<()> {
    transfer
        .wait_at_most(FAREWELL)
        .map_err(|error| Error::disconnected("the data connection", &error))?;
    match transfer.read(&mut [0; 1]) {
        Ok(n) if n > 0 => Err(Error::new(
            Kind::Integrity,
            "the server sends more bytes than it announced",
        )
        .with_hint("the blob may have grown meanwhile: try again")),
        // All bytes are there: an end that is late or impolite takes nothing away.
        _ => cancel.check(),
    }
}

/// The next bytes; 0 at the end of the data, however the server ends it.
fn read(transfer: &mut Transfer, room: &mut [u8], cancel: &Cancel) -> Result<usize> {
    loop {
        match transfer.read(room) {
            Ok(0) => return cancel.check().map(|()| 0),
            Ok(n) => return Ok(n),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            // TLS without its farewell: the number of bytes tells whether something was cut off.
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(0),
            Err(error) => {
                let error = Error::disconnected("the data connection broke", &error);
                return Err(cancel.explain(error));
            }
        }
    }
}
