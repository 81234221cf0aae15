//! How much of an unfinished file can be kept, and whether two halves were put together well.
//!
//! Servers say yes to REST and begin at the start, leave a hole, or append something else: so nothing is sent behind
//! bytes that were not compared, and what was put together is compared again.

use std::io::Read;

use super::data::{Opened, Patience};
use super::session::Session;
use crate::error::Result;
use crate::io::payload::Payload;

/// What is compared around a seam, in bytes.
const WINDOW: u64 = 64 << 10;

impl Session {
    /// The bytes of the unfinished file that can be kept: all of them, or none.
    pub fn usable(&mut self, path: &str, payload: &Payload, total: u64) -> Result<u64> {
        let size = self.ask(&format!("SIZE {path}"))?.size().unwrap_or(0);
        if size == 0 || size > total {
            return Ok(0);
        }
        let from = size.saturating_sub(WINDOW);
        let same = self.holds(path, payload, from, size)?;
        Ok(if same { size } else { 0 })
    }

    /// Whether the bytes on both sides of `seam` are the payload's.
    pub fn matches_around(&mut self, path: &str, payload: &Payload, seam: u64) -> Result<bool> {
        let to = payload.size().unwrap_or(seam).min(seam + WINDOW);
        self.holds(path, payload, seam.saturating_sub(WINDOW), to)
    }

    /// Whether the file has the payload's bytes from `from` to `to`; false if it cannot be read from there.
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
            // The rest is not wanted, and waiting for it would take as long as the upload.
            self.cut(transfer);
        } else {
            self.finish(transfer, Patience::Short);
        }
        self.server().context.cancel.check()?;
        Ok(read.is_ok() && found == wanted)
    }
}
