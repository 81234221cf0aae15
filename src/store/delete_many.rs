//! The removal of many blobs with one request.

use crate::error::Result;
use crate::key::Key;

/// A store that deletes many blobs with one request.
pub trait DeleteMany: Send + Sync {
    /// Returns whether a key can be deleted in this way. Some keys cannot be written into the request.
    fn can_delete(&self, key: &Key) -> bool;

    /// Deletes up to [`MOST_KEYS`] blobs; a missing one counts as deleted. Returns whether the store has confirmed each of
    /// them, in the order of `keys`; `None` if the store does not support the request. A blob that is not confirmed has to be
    /// deleted by itself, which returns the reason.
    fn delete_many(&self, keys: &[&Key]) -> Result<Option<Vec<bool>>>;
}

/// The maximum number of keys of one request.
pub const MOST_KEYS: usize = 1000;
