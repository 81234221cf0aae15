//! Checks of unfinished uploads before and after they are resumed.
//!
//! Some servers accept REST and then write from the start, leave a hole, or append at another offset. So an upload is only
//! resumed after bytes that were compared, and the bytes around the offset are compared again afterwards.

use std::io::Read;

use super::data::{Opened, ReplyWait};
use super::session::FtpSession;
use crate::error::Result;
use crate::io::payload::Payload;

/// The number of bytes compared on each side of a resume offset.
const WINDOW: u64 = 64 << 10;

impl FtpSession {
    /// The number of bytes of the unfinished file that can be kept: all of them, or 0.
    pub fn resumable_bytes(&mut self, path: &str, payload: &Payload, total: u64) -> Result<u64> {
        let size = self.ask(&format!("SIZE {path}"))?.size().unwrap_or(0);
        if size == 0 || size > total {
            return Ok(0);
        }
        let from = size.saturating_sub(WINDOW);
        let same = self.holds(path, payload, from, size)?;
        Ok(if same { size } else { 0 })
    }

    /// Returns true if the bytes on both sides of `offset` equal the payload's.
    pub fn matches_around(&mut self, path: &str, payload: &Payload, offset: u64) -> Result<bool> {
        let to = payload.size().unwrap_or(offset).min(offset + WINDOW);
        self.holds(path, payload, offset.saturating_sub(WINDOW), to)
    }

    /// Returns true if the file equals the payload from `from` to `to`; false if it cannot be read from there.
    fn holds(&mut self, path: &str, payload: &Payload, from: u64, to: u64) -> Result<bool> {
        let len = usize::try_from(to - from).unwrap_or(0);
        let mut wanted = vec![0; len];
        payload.copy_out(from, &mut wanted)?;
        let mut transfer = match self.open_data(&format!("RETR {path}"), from)? {
            Opened::Ready(transfer) => transfer,
            Opened::Refused(_) => return Ok(false),
        };
        let mut found = vec![0; len];
        let read = transfer.read_exact(&mut found);
        let more = read.is_ok() && !matches!(transfer.read(&mut [0; 1]), Ok(0));
        if more || read.is_err() {
            // Receiving the unwanted rest could take as long as the upload.
            self.cut(transfer);
        } else {
            self.finish(transfer, ReplyWait::Short);
        }
        self.server().context.cancel.check()?;
        Ok(read.is_ok() && found == wanted)
    }
}
