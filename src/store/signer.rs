//! URLs that carry their own signature.

use std::time::Duration;

use crate::error::Result;
use crate::key::Key;

/// A store that has presigned URLs.
pub trait Signer: Send + Sync {
    /// A presigned URL for one operation on the blob, valid for `expires`.
    fn presign(&self, key: &Key, method: Method, expires: Duration) -> Result<String>;
}

/// The operation that a presigned URL allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Download.
    Get,
    /// Upload.
    Put,
}
