//! The contract of a store.
//!
//! A store performs one storage operation, once, blocking. It does not draw, sleep, retry or spawn: the transfer engine
//! decides how often, in how many parts and how many at a time. A failed operation removes what it left behind before it
//! returns.

pub mod buckets;
pub mod copy;
pub mod delete_many;
pub mod diagnostics;
pub mod directory;
pub mod download;
pub mod identity;
pub mod leftovers;
pub mod list;
pub mod multipart;
pub mod resumable;
pub mod signer;
pub mod tree;
pub mod types;

use std::sync::Arc;

use self::buckets::BucketLister;
use self::copy::ServerSideCopy;
use self::delete_many::DeleteMany;
use self::diagnostics::Diagnostics;
use self::download::Download;
use self::identity::BlobId;
use self::leftovers::Leftovers;
use self::list::{ListOptions, Page, PageToken};
use self::multipart::MultipartStore;
use self::resumable::ResumablePut;
use self::signer::Signer;
use self::types::{GetOptions, ObjectMeta, PutOptions, PutResult};
use crate::cancel::Cancel;
use crate::error::Result;
use crate::events::Observer;
use crate::io::payload::Payload;
use crate::key::Key;
use crate::net::timeouts::Timeouts;
use crate::url::Url;

/// A store of blobs.
pub trait Store: Send + Sync {
    /// The blob's whole address without secrets, for messages and `--json`: `s3://media/a.bin`. Typed back, it addresses the
    /// same blob. `key` is any key that the store may list.
    fn url(&self, key: &str) -> Url;

    /// The blob's identity: equal ids are one blob.
    fn id(&self, key: &Key) -> BlobId;

    /// Settings of this store that must be unchanged for a run to resume the transfer of another run. The words go into the names
    /// of journals: they are a file format and never made of `Debug` output.
    fn resume_terms(&self) -> Vec<String> {
        Vec::new()
    }

    /// The blob's metadata, or `None` if the store proved that there is no such blob.
    ///
    /// Refusal is not absence: 403 is `Denied`, and a missing bucket, root or base directory is `Config`.
    fn head(&self, key: &Key) -> Result<Option<ObjectMeta>>;

    /// Stores the payload under `key`, replacing any earlier blob.
    ///
    /// A reader never sees a part of it: the old blob, or none, stays until the new one is whole. When this
    /// returns, the store has confirmed the number of bytes and the strongest checksum that it supports;
    /// a mismatch is `Integrity`. On any error nothing of this put remains in the store.
    fn put(&self, key: &Key, payload: &Payload, options: &PutOptions) -> Result<PutResult>;

    /// Begins a download.
    ///
    /// A missing blob is `NotFound`, and one that is not [`GetOptions::if_unchanged`] is `Integrity`.
    fn get(&self, key: &Key, options: &GetOptions<'_>) -> Result<Download<'_>>;

    /// Returns one page of a listing, in an order that does not change between calls. `page` is the token of the page
    /// before; `None` is the first page. The same call repeated returns the same page again.
    ///
    /// An empty listing proves that there is no such blob; a missing bucket, root or base directory is `Config`.
    fn list(&self, options: &ListOptions<'_>, page: Option<&PageToken>) -> Result<Page>;

    /// Deletes a blob. A missing one is `NotFound`, except on S3, which does not report it.
    fn delete(&self, key: &Key) -> Result<()>;

    /// The features of the store that callers have to know in advance.
    fn capabilities(&self) -> &Capabilities;

    /// Uploads in parts, if the store supports them. Such a store's `put` takes no payload of unknown length: the engine
    /// cuts streams into parts.
    fn multipart(&self) -> Option<&dyn MultipartStore> {
        None
    }

    /// Uploads that can be resumed at any byte, if the store supports them.
    fn resumable(&self) -> Option<&dyn ResumablePut> {
        None
    }

    /// Copies within the store's service, if it supports them.
    fn server_side_copy(&self) -> Option<&dyn ServerSideCopy> {
        None
    }

    /// A diagnosis of the access to the store, if it has one.
    fn diagnostics(&self) -> Option<&dyn Diagnostics> {
        None
    }

    /// A search for what interrupted runs left, if the store has one.
    fn leftovers(&self) -> Option<&dyn Leftovers> {
        None
    }

    /// The removal of many blobs with one request, if the store supports it.
    fn delete_many(&self) -> Option<&dyn DeleteMany> {
        None
    }

    /// Presigned URLs, if the store supports them.
    fn signer(&self) -> Option<&dyn Signer> {
        None
    }

    /// The list of the service's buckets, if the store is a service of buckets.
    fn buckets(&self) -> Option<&dyn BucketLister> {
        None
    }
}

/// The features of a store that callers have to know in advance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a feature of its own"
)]
pub struct Capabilities {
    /// `get` can stop at [`GetOptions::end`](self::types::GetOptions::end), so that several parts of a blob can be downloaded at once.
    pub ranges: bool,
    /// Blobs keep the [`Attributes`](self::types::Attributes) of their put.
    pub attributes: bool,
    /// Each operation at once needs a connection with a login of its own.
    pub needs_login: bool,
    /// `put` can test [`Condition::Etag`](self::types::Condition::Etag).
    pub etag_conditions: bool,
}

/// The surroundings of every store of a run.
#[derive(Clone)]
pub struct Context {
    /// Stops the run; every socket is watched by it.
    pub cancel: Arc<Cancel>,
    /// Receives warnings and, at `-v`, notes.
    pub observer: Arc<dyn Observer>,
    /// The limits for connecting and for idle connections.
    pub timeouts: Timeouts,
    /// The number of operations that may run at once; sizes connection pools.
    pub workers: usize,
}
