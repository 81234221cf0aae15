//! A download that the caller pulls.

use super::types::ObjectMeta;
use crate::error::Result;
use crate::io::rate_limit::RateLimit;

/// One download: the blob's metadata, and its bytes on their way.
///
/// The caller decides how far to read. A download that is dropped before [`Download::finish`] closes its connection.
pub struct Download<'a> {
    info: ObjectMeta,
    body: Box<dyn DownloadBody + 'a>,
    limit: RateLimit,
}

/// The bytes of a download, and the end of the protocol that carries them.
pub trait DownloadBody {
    /// Reads up to `buf.len()` bytes into the start of `buf`, and returns their number. 0 is the end of the bytes, which
    /// may come too early: [`DownloadBody::finish`] reports that.
    fn read(&mut self, buf: &mut [u8]) -> Result<usize>;

    /// Ends the protocol; an error unless exactly the requested bytes have been read.
    fn finish(self: Box<Self>) -> Result<()>;
}

impl<'a> Download<'a> {
    /// A download whose bytes come from `body`.
    pub fn new(info: ObjectMeta, body: impl DownloadBody + 'a) -> Self {
        Self {
            info,
            body: Box::new(body),
            limit: RateLimit::default(),
        }
    }

    /// The same with a limit of its rate.
    #[must_use]
    pub fn with_limit(self, limit: &RateLimit) -> Self {
        Self {
            limit: limit.clone(),
            ..self
        }
    }

    /// A download of a range that has no bytes.
    pub fn empty(info: ObjectMeta) -> Self {
        Self::new(info, Empty)
    }

    /// The blob's metadata.
    pub fn info(&self) -> &ObjectMeta {
        &self.info
    }

    /// Reads the next bytes of the requested range into the start of `buf`, which must not be empty, and returns their
    /// number; 0 at the end.
    ///
    /// # Panics
    ///
    /// If `buf` is empty: its 0 would be taken for the end.
    pub fn read(&mut self, buf: &mut [u8]) -> Result<usize> {
        assert!(!buf.is_empty(), "a read needs room");
        let most = self.limit.piece(buf.len());
        let len = self.body.read(&mut buf[..most])?;
        self.limit.wait_for(len)?;
        Ok(len)
    }

    /// Ends a download whose bytes have all been read, so that the connection can be used again. After `Ok` the store has
    /// ended the transfer properly, and exactly as many bytes have been read as it announced.
    pub fn finish(self) -> Result<()> {
        self.body.finish()
    }
}

struct Empty;

impl DownloadBody for Empty {
    fn read(&mut self, _: &mut [u8]) -> Result<usize> {
        Ok(0)
    }

    fn finish(self: Box<Self>) -> Result<()> {
        Ok(())
    }
}
