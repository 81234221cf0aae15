//! Leftovers of interrupted runs in a store.

use std::time::SystemTime;

use super::list::{Page, PageToken};
use super::multipart::UploadId;
use crate::error::Result;

/// A store that can find the temporary files and the unfinished uploads in it.
pub trait Leftovers: Send + Sync {
    /// A page of the files with the exact form of blobctl's temporary names, as
    /// [`Store::list`](crate::store::Store::list) returns blobs. They are removed by
    /// [`Store::delete`](crate::store::Store::delete).
    fn temporary_files(&self, prefix: &str, page: Option<&PageToken>) -> Result<Page>;

    /// A page of the unfinished multipart uploads, those of other programs included; `None` if the store has no such
    /// uploads or cannot list them.
    fn unfinished_uploads(
        &self,
        _prefix: &str,
        _page: Option<&PageToken>,
    ) -> Result<Option<UploadPage>> {
        Ok(None)
    }
}

/// A page of unfinished uploads.
#[derive(Debug, Clone, Default)]
pub struct UploadPage {
    /// The uploads.
    pub uploads: Vec<UnfinishedUpload>,
    /// The token of the next page; `None` after the last one.
    pub next: Option<PageToken>,
}

/// A multipart upload that was neither completed nor aborted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnfinishedUpload {
    /// The whole key of the blob.
    pub key: String,
    /// The store's name for the upload.
    pub id: UploadId,
    /// The time at which it began.
    pub initiated: Option<SystemTime>,
}
