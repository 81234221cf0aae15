//! One download: exactly the bytes that the server announced, or an error.

use std::io;
use std::io::Read;
use std::time::Duration;

use super::data::{Completion, Opened, ReplyWait, Transfer};
use super::pool::{Lease, SessionPool};
use super::session::FtpSession;
use super::stat::Lookup;
use crate::cancel::Cancel;
use crate::error::{Error, Kind, Result};
use crate::io::payload::CHUNK;
use crate::key::Key;
use crate::store::download::{Download, DownloadBody};
use crate::store::types::{ChecksumRequest, GetOptions, ObjectMeta};

/// The longest wait for the end of the data once all bytes are there: some servers wait for us to close.
const FAREWELL: Duration = Duration::from_secs(2);

/// See [`crate::store::Store::get`].
pub fn get<'a>(pool: &'a SessionPool, key: &Key, options: &GetOptions<'_>) -> Result<Download<'a>> {
    let path = pool.path(key)?;
    let mut lease = pool.lease()?;
    let (info, opened) = lease.begin(|session| {
        let path = format!("{}/{path}", session.base());
        let mut info = session.blob(&path, options)?;
        if options.checksum == ChecksumRequest::Compute && options.offset == 0 {
            info.digest = session.digest_of(&path)?;
        }
        // Past the end servers answer in five ways, and there is nothing to ask for.
        if options.offset >= info.size && options.offset > 0 {
            return Ok((info, None));
        }
        let opened = session.retrieve(&path, options.offset)?;
        Ok((info, Some(opened)))
    })?;
    let Some((transfer, skip)) = opened else {
        return Ok(Download::empty(info));
    };
    let incoming = Incoming {
        transfer: Some(transfer),
        lease,
        skip,
        wanted: info.size - options.offset,
        came: 0,
        size: info.size,
        ended: false,
    };
    Ok(Download::new(info, incoming))
}

impl FtpSession {
    /// The blob, if it is still the one that an earlier attempt found.
    fn blob(&mut self, path: &str, options: &GetOptions<'_>) -> Result<ObjectMeta> {
        let Lookup::Blob(info) = self.look_up(path)? else {
            return Err(Error::not_found());
        };
        let other = options.if_unchanged.is_some_and(|before| {
            let times = before.modified.zip(info.modified);
            before.size != info.size || times.is_some_and(|(then, now)| then != now)
        });
        if other || options.if_unchanged.is_some() && options.offset > info.size {
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

/// A download, all lengths in bytes. Dropped before its end it cuts both connections, so that no reply is awaited.
struct Incoming<'a> {
    /// `None` only at the end.
    transfer: Option<Transfer>,
    lease: Lease<'a>,
    /// To be thrown away.
    skip: u64,
    /// To be read by the caller.
    wanted: u64,
    /// Read by the caller.
    came: u64,
    /// Of the whole blob.
    size: u64,
    /// The data ended before the last byte.
    ended: bool,
}

impl Incoming<'_> {
    /// The next bytes; 0 at the end of the data, however the server ends it.
    fn read_some(&mut self, buf: &mut [u8]) -> Result<usize> {
        let Some(transfer) = self.transfer.as_mut().filter(|_| !self.ended) else {
            return Ok(0);
        };
        let len = read(transfer, buf, &self.lease.server().context.cancel)?;
        self.ended = len == 0;
        Ok(len)
    }

    fn skip_over(&mut self) -> Result<()> {
        let mut chunk = vec![0; CHUNK];
        while self.skip > 0 && !self.ended {
            let most = usize::try_from(self.skip).unwrap_or(CHUNK).min(CHUNK);
            self.skip -= self.read_some(&mut chunk[..most])? as u64;
        }
        Ok(())
    }

    /// The number of bytes decides, whatever the server says at the end: 226 after half a blob is common.
    fn judge(&self, ended: Completion) -> Result<()> {
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
                    self.size
                ),
            )
            .with_hint("the blob may have been replaced meanwhile: try again"),
            Completion::Unknown(_) => Error::new(
                Kind::Disconnected,
                format!(
                    "the data connection broke: {missing} of {} bytes are missing",
                    self.size
                ),
            ),
        })
    }
}

impl DownloadBody for Incoming<'_> {
    fn read(&mut self, buf: &mut [u8]) -> Result<usize> {
        if self.skip > 0 {
            self.skip_over()?;
        }
        let left = usize::try_from(self.wanted - self.came).unwrap_or(usize::MAX);
        let most = buf.len().min(left);
        if most == 0 {
            return Ok(0);
        }
        let len = self.read_some(&mut buf[..most])?;
        self.came += len as u64;
        Ok(len)
    }

    fn finish(mut self: Box<Self>) -> Result<()> {
        let cancel = &self.lease.server().context.cancel;
        if let Some(transfer) = self.transfer.as_mut().filter(|_| self.came == self.wanted) {
            end_of_data(transfer, cancel)?;
        }
        let Some(transfer) = self.transfer.take() else {
            return Ok(());
        };
        let ended = self.lease.session()?.finish(transfer, ReplyWait::Full);
        self.judge(ended)
    }
}

impl Drop for Incoming<'_> {
    fn drop(&mut self) {
        if let (Some(transfer), Ok(session)) = (self.transfer.take(), self.lease.session()) {
            session.cut(transfer);
        }
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
                return Err(cancel.or_cancelled(error));
            }
        }
    }
}
