//! Copies from bucket to bucket within one service.

use super::types::{ObjectMeta, PutOptions, PutResult};
use crate::error::Result;
use crate::key::Key;
use crate::secret::Secret;

/// A store whose service copies a blob without sending its bytes to this machine.
pub trait ServerSideCopy: Send + Sync {
    /// This store as the source or the destination of a copy; `None` if that cannot be determined.
    fn endpoint(&self) -> Option<CopyEndpoint>;

    /// Copies a blob to `to` in this store. If the source has changed since it was found, the error is `Integrity`.
    fn copy(&self, source: &CopySource<'_>, to: &Key, options: &PutOptions) -> Result<PutResult>;
}

/// One side of a server-side copy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CopyEndpoint {
    /// Equal for stores that reach the same service as the same user. Not for display.
    pub identity: String,
    /// The bucket within it.
    pub bucket: String,
    /// The version that a copy reads; `None` = the newest.
    pub version: Option<String>,
    /// Headers without which a copy cannot read from there.
    pub reading: Vec<(String, Secret)>,
}

/// The blob that a server-side copy reads.
#[derive(Debug, Clone, Copy)]
pub struct CopySource<'a> {
    /// The store that has it.
    pub endpoint: &'a CopyEndpoint,
    /// Its key there.
    pub key: &'a Key,
    /// The blob as it was found.
    pub info: &'a ObjectMeta,
}
