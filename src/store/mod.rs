//! The contract of a store.
//!
//! A store performs one storage operation, once, blocking. It does not draw, sleep, retry or spawn: the transfer engine
//! decides how often, in how many parts and how many at a time. A failed operation removes what it left behind before it
//! returns.

pub mod download;
pub mod identity;
pub mod multipart;
pub mod resumable;
pub mod types;

use std::sync::Arc;
use std::time::Duration;

use self::download::Download;
use self::identity::BlobId;
use self::multipart::MultipartStore;
use self::resumable::ResumablePut;
use self::types::{Attributes, GetOptions, ListEntry, ObjectMeta, PartsEtag, PutResult};
use crate::cancel::Cancel;
use crate::digest::Algorithm;
use crate::error::{Error, Kind, Result};
use crate::events::Observer;
use crate::io::payload::Payload;
use crate::key::Key;
use crate::net::timeouts::Timeouts;
use crate::secret::Secret;
use crate::url::Url;

/// A store of blobs.
pub trait Store: Send + Sync {
    /// The blob's whole address without secrets, for messages and `--json`: `s3://media/a.bin`. Typed back, it addresses the
    /// same blob. `key` is any key that the store may list.
    fn url(&self, key: &str) -> Url;

    /// The blob's identity: equal ids are one blob.
    fn id(&self, key: &Key) -> BlobId;

    /// Settings of this store that must be unchanged for a run to resume what another one left. The words go into the names
    /// of journals: they are a file format and never made of `Debug` output.
    fn resume_terms(&self) -> Vec<String> {
        Vec::new()
    }

    /// What the blob is, or `None` if the store proved that it is not there.
    ///
    /// Refusal is not absence: 403 is `Denied`, and a missing bucket, root or base directory is `Config`.
    fn head(&self, key: &Key) -> Result<Option<ObjectMeta>>;

    /// Stores the payload under `key`, replacing what was there.
    ///
    /// A reader never sees a part of it: the old blob, or none, stays until the new one is whole. When this
    /// returns, the store has confirmed the number of bytes and the strongest digest that it lets us compare;
    /// a difference is `Integrity`. On any error nothing of ours remains in the store.
    fn put(&self, key: &Key, payload: &Payload, attributes: &Attributes) -> Result<PutResult>;

    /// Begins a download.
    ///
    /// A missing blob is `NotFound`, and one that is not [`GetOptions::if_unchanged`] is `Integrity`.
    fn get(&self, key: &Key, options: &GetOptions<'_>) -> Result<Download<'_>>;

    /// Tells one page of the blobs whose keys begin with `prefix`, in an order that does not change between calls, and
    /// returns the name of the next page. `page` is such a name; `None` begins.
    ///
    /// An empty listing says that there is no such blob; a missing bucket, root or base directory is `Config`.
    fn list(
        &self,
        prefix: &str,
        page: Option<&str>,
        each: &mut dyn FnMut(ListEntry) -> Result<()>,
    ) -> Result<Option<String>>;

    /// Removes a blob. A store that can tell says `NotFound` for one that is not there; S3 cannot.
    fn delete(&self, key: &Key) -> Result<()>;

    /// A URL that lets its bearer do one thing with the blob for a while, for a store that has them.
    fn presign(&self, _key: &Key, _method: Method, _expires: Duration) -> Result<String> {
        Err(Error::new(Kind::Usage, "only S3 has presigned URLs"))
    }

    /// What this store and another one must have in common for [`Store::copy_within`]; `None` for a store that has no
    /// such copies.
    fn service(&self) -> Option<CopyEndpoint> {
        None
    }

    /// Copies a blob of the same service without its bytes coming here. `source` is that blob as it was found: if it is no
    /// longer that one, the error is `Integrity`.
    fn copy_within(
        &self,
        _from: &CopyEndpoint,
        _source: (&Key, &ObjectMeta),
        _to: &Key,
        _attributes: &Attributes,
    ) -> Result<PutResult> {
        Err(Error::new(Kind::Usage, "this store copies nothing itself"))
    }

    /// The digest by which the user asked the store to prove a put; `None` = the store's choice.
    fn demanded(&self) -> Option<Algorithm> {
        None
    }

    /// Whether `get` can stop at [`GetOptions::end`], so that several parts of a blob can be fetched at once.
    fn ranges(&self) -> bool {
        false
    }

    /// What can be compared with a blob that has no digest of its whole, but an ETag made of its parts' digests.
    fn parts_etag(&self, _key: &Key, _info: &ObjectMeta) -> Result<Option<PartsEtag>> {
        Ok(None)
    }

    /// The way to store a blob in parts, for a store that has one. Such a store's `put` takes no payload of unknown
    /// length: the engine cuts streams into parts.
    fn multipart(&self) -> Option<&dyn MultipartStore> {
        None
    }

    /// The way to go on with an unfinished file, for a store that has one.
    fn resumable(&self) -> Option<&dyn ResumablePut> {
        None
    }
}

/// A service in which blobs can be copied from bucket to bucket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CopyEndpoint {
    /// Equal for stores that reach the same service as the same user; never shown.
    pub identity: String,
    /// The bucket within it.
    pub bucket: String,
    /// Headers without which a copy cannot read from there.
    pub reading: Vec<(String, Secret)>,
}

/// What a presigned URL allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Download.
    Get,
    /// Upload.
    Put,
}

/// What all backends share.
#[derive(Clone)]
pub struct Context {
    /// The wish to stop; sockets are to be watched by it.
    pub cancel: Arc<Cancel>,
    /// Told of warnings and, at `-v`, of facts.
    pub observer: Arc<dyn Observer>,
    /// Limits of silence.
    pub timeouts: Timeouts,
    /// How many operations may run at once; sizes connection pools.
    pub workers: usize,
}
