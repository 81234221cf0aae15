//! Where blobs live: the contract that every store keeps, and the one place where a store is chosen.
//!
//! A backend performs one storage operation, once, blocking. It does not draw, sleep, retry or spawn: how often,
//! in how many parts and how many at a time is decided by the transfer engine (floor 3). What must not be left
//! behind by a failed operation, the backend itself removes before it returns.

pub mod fs;
pub mod ftp;
pub mod s3;

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use crate::digest::{Algorithm, Digest, Verified};
use crate::error::{Error, Kind, Result};
use crate::key::Key;
use crate::payload::Payload;
use crate::progress::{Cancel, Observer};
use crate::secret::Secret;

/// A store of blobs.
pub trait Backend: Send + Sync {
    /// The blob's full address without secrets, for messages and `--json`: `s3://media/a.bin`.
    fn url(&self, key: &Key) -> String;

    /// What else, beside the URL, must be equal for a run to go on with what another one left in this store; never shown.
    fn identity(&self) -> String {
        String::new()
    }

    /// What the blob is, or `None` if the store proved that it is not there.
    ///
    /// Refusal is not absence: 403 is `Denied`, and a missing bucket, root or base directory is `Config`.
    fn stat(&self, key: &Key) -> Result<Option<BlobInfo>>;

    /// Stores the payload under `key`, replacing what was there.
    ///
    /// A reader never sees a part of it: the old blob, or none, stays until the new one is whole. When this
    /// returns, the store has confirmed the number of bytes and the strongest digest that it lets us compare;
    /// a difference is `Integrity`. On any error nothing of ours remains in the store.
    fn put(&self, key: &Key, payload: &Payload, attributes: &Attributes) -> Result<Stored>;

    /// Pushes the blob's bytes, from `from.offset` on, into `sink`.
    ///
    /// When it returns `Ok`, the protocol is finished and exactly as many bytes were pushed as the store
    /// announced. A missing blob is `NotFound`. If `from.unchanged` is given and the blob is no longer that one,
    /// the error is `Integrity` and nothing was pushed.
    fn get(&self, key: &Key, from: &From, sink: &mut dyn Sink) -> Result<BlobInfo>;

    /// Tells one page of the blobs whose keys begin with `prefix`, in an order that does not change between calls, and
    /// returns the name of the next page. `page` is such a name; `None` begins.
    ///
    /// An empty listing says that there is no such blob; a missing bucket, root or base directory is `Config`.
    fn list(
        &self,
        prefix: &str,
        page: Option<&str>,
        each: &mut dyn FnMut(Listed) -> Result<()>,
    ) -> Result<Option<String>>;

    /// Removes a blob. A store that can tell says `NotFound` for one that is not there; S3 cannot.
    fn remove(&self, key: &Key) -> Result<()>;

    /// A URL that lets its bearer do one thing with the blob for a while, for a store that has them.
    fn presign(&self, _key: &Key, _method: Method, _expires: Duration) -> Result<String> {
        Err(Error::new(Kind::Usage, "only S3 has presigned URLs"))
    }

    /// What this store and another one must have in common for [`Backend::copy_within`]; `None` for a store that has no
    /// such copies.
    fn service(&self) -> Option<Service> {
        None
    }

    /// Copies a blob of the same service without its bytes coming here. `source` is that blob as it was found: if it is no
    /// longer that one, the error is `Integrity`.
    fn copy_within(
        &self,
        _from: &Service,
        _source: (&Key, &BlobInfo),
        _to: &Key,
        _attributes: &Attributes,
    ) -> Result<Stored> {
        Err(Error::new(Kind::Usage, "this store copies nothing itself"))
    }

    /// The digest by which the user asked the store to prove a put; `None` = the store's choice.
    fn demanded(&self) -> Option<Algorithm> {
        None
    }

    /// Whether `get` can stop at [`From::end`], so that several parts of a blob can be fetched at once.
    fn ranges(&self) -> bool {
        false
    }

    /// What can be compared with a blob that has no digest of its whole, but an ETag made of its parts' digests.
    fn parts_etag(&self, _key: &Key, _info: &BlobInfo) -> Result<Option<PartsEtag>> {
        Ok(None)
    }

    /// The way to store a blob in parts, for a store that has one. Such a store's `put` takes no payload of unknown
    /// length: the engine cuts streams into parts.
    fn multipart(&self) -> Option<&dyn Multipart> {
        None
    }

    /// The way to go on with an unfinished file, for a store that has one.
    fn continuing(&self) -> Option<&dyn Continuing> {
        None
    }
}

/// A store that can go on with an unfinished file that an earlier attempt left.
pub trait Continuing: Send + Sync {
    /// Stores the payload, whose length must be known, by way of the unfinished file `draft`. What is there of it is kept
    /// if it is the beginning of the payload, as far as its length and its last bytes tell; else it is begun anew.
    ///
    /// As [`Backend::put`], but after a failure the unfinished file stays: it is for a later call, or for
    /// [`Continuing::discard`].
    fn put_by(
        &self,
        key: &Key,
        payload: &Payload,
        attributes: &Attributes,
        draft: &Draft,
    ) -> Result<Stored>;

    /// Removes the unfinished file, if there may be one. Works also after the run was asked to stop, within about two
    /// seconds; what cannot be removed is told as a warning.
    fn discard(&self, key: &Key, draft: &Draft);
}

/// Told where an attempt goes on.
type SeamListener = Box<dyn Fn(u64) + Send + Sync>;

/// The unfinished file of one upload: a name in the blob's directory.
pub struct Draft {
    name: String,
    /// Whether there may be such a file.
    begun: AtomicBool,
    /// Where an attempt went on behind another one's bytes: not every store puts them together well.
    seams: Mutex<BTreeSet<u64>>,
    listener: Option<SeamListener>,
}

impl Draft {
    /// A name that nobody used yet.
    pub fn new() -> Self {
        Self {
            name: temporary_name(),
            begun: AtomicBool::new(false),
            seams: Mutex::default(),
            listener: None,
        }
    }

    /// The same, telling `listener` of every offset at which an attempt goes on, before it does.
    #[must_use]
    pub fn telling(self, listener: impl Fn(u64) + Send + Sync + 'static) -> Self {
        Self {
            listener: Some(Box::new(listener)),
            ..self
        }
    }

    /// What an earlier run left: [`Draft::name`] and [`Draft::seams`] of then.
    pub fn left(name: String, seams: impl IntoIterator<Item = u64>) -> Self {
        Self {
            name,
            begun: AtomicBool::new(true),
            seams: Mutex::new(seams.into_iter().collect()),
            listener: None,
        }
    }

    /// A single name, without a directory.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The offsets at which attempts went on.
    pub fn seams(&self) -> BTreeSet<u64> {
        self.lock_seams().clone()
    }

    /// Remembers that an attempt goes on at this offset, before it does.
    pub fn add_seam(&self, offset: u64) {
        self.lock_seams().insert(offset);
        if let Some(listener) = &self.listener {
            listener(offset);
        }
    }

    /// Remembers that the file is begun from its start.
    pub fn begin(&self) {
        self.begun.store(true, Ordering::Relaxed);
        self.lock_seams().clear();
    }

    /// Leaves the file where it is, for the user.
    pub fn keep(&self) {
        self.begun.store(false, Ordering::Relaxed);
    }

    fn lock_seams(&self) -> MutexGuard<'_, BTreeSet<u64>> {
        self.seams.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether there may be such a file.
    pub fn is_begun(&self) -> bool {
        self.begun.load(Ordering::Relaxed)
    }
}

impl std::fmt::Debug for Draft {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.name)
    }
}

impl Default for Draft {
    fn default() -> Self {
        Self::new()
    }
}

/// A store that takes a blob in parts, which may be sent at the same time and in any order. The engine owns the parts:
/// it cuts, repeats, and on failure aborts.
pub trait Multipart: Send + Sync {
    /// Begins an upload. Nothing is visible under `key` before [`Multipart::complete`].
    fn begin(&self, key: &Key, attributes: &Attributes) -> Result<UploadId>;

    /// Stores one part; sent again, it replaces the earlier one. `number` counts from 1 to 10,000.
    fn put_part(
        &self,
        key: &Key,
        upload: &UploadId,
        number: u16,
        payload: &Payload,
    ) -> Result<Part>;

    /// Which sizes the parts of one upload may have.
    fn part_sizes(&self) -> PartSizes {
        PartSizes::Any
    }

    /// Makes one blob of all parts, which are given in ascending order. A reader sees the old blob, or none, until
    /// then. An upload that does not exist (any more) is `NotFound`: an earlier attempt may have completed it.
    fn complete(
        &self,
        key: &Key,
        upload: &UploadId,
        parts: &[Part],
        condition: &Condition,
    ) -> Result<Stored>;

    /// What [`Multipart::complete`] would have returned, if the blob under `key` is what these parts make.
    fn completed(&self, key: &Key, parts: &[Part]) -> Result<Option<Stored>>;

    /// Removes the upload and its parts. Works also after the run was asked to stop, within about two seconds.
    fn abort(&self, key: &Key, upload: &UploadId) -> Result<()>;
}

/// Which sizes the parts of one upload may have; the last one may be smaller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PartSizes {
    /// Any.
    Any,
    /// All the same.
    Equal,
}

/// The store's name for an unfinished upload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UploadId(pub String);

/// A part that the store has confirmed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Counted from 1.
    pub number: u16,
    /// Bytes.
    pub size: u64,
    /// As the store wrote it, quotes included if it wrote any.
    pub etag: String,
    /// MD5 of the part's bytes, as the store told and as far as it could be compared.
    pub md5: Option<Digest>,
    /// The checksum of the part's bytes that the store keeps with it and has confirmed; not an MD5.
    pub checksum: Option<Digest>,
}

/// What a store tells about a blob.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BlobInfo {
    /// Bytes of the whole blob.
    pub size: u64,
    /// When it was last written, if the store tells.
    pub modified: Option<SystemTime>,
    /// S3's ETag without quotes.
    pub etag: Option<String>,
    /// The strongest digest of the whole blob that the store tells and that we can compute.
    pub digest: Option<Digest>,
    /// Media type, if the store keeps one.
    pub content_type: Option<String>,
    /// What S3 tells beyond that.
    pub kept: Box<Kept>,
}

/// What S3 keeps beside a blob's bytes, as far as it tells.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Kept {
    /// Which of the blob's versions it is, in a bucket that has them.
    pub version_id: Option<String>,
    /// Storage class; S3 does not tell the usual one.
    pub storage_class: Option<String>,
    /// `AES256`, `aws:kms`, or `SSE-C` for a key of the user's.
    pub encryption: Option<String>,
    /// The key of `aws:kms`.
    pub kms_key_id: Option<String>,
    /// How the bytes are coded, as `gzip`.
    pub content_encoding: Option<String>,
    /// What a browser is to do with them, as `attachment; filename="a"`.
    pub content_disposition: Option<String>,
    /// How long they may be kept on their way.
    pub cache_control: Option<String>,
    /// Names and values of the user's own.
    pub metadata: Vec<(String, String)>,
}

/// What the ETag of a blob says about the parts that it was uploaded in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PartsEtag {
    /// Bytes of each part but the last.
    pub part_size: u64,
    /// The MD5 of the parts' MD5s.
    pub md5: Digest,
    /// Whether the service is known to make its ETags like this. Others may mean something else by the same form.
    pub certain: bool,
}

/// A service in which blobs can be copied from bucket to bucket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Service {
    /// Equal for stores that reach the same service as the same user; never shown.
    pub identity: String,
    /// The bucket within it.
    pub bucket: String,
    /// Headers without which a copy cannot read from there.
    pub reading: Vec<(String, Secret)>,
}

/// One line of a listing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// The whole key.
    pub key: String,
    /// Bytes, and whatever else the listing tells.
    pub info: BlobInfo,
}

/// What a presigned URL allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Download.
    Get,
    /// Upload.
    Put,
}

/// Where a download begins, and ends.
#[derive(Debug, Clone, Default)]
pub struct From {
    /// The first byte that is wanted.
    pub offset: u64,
    /// The byte behind the last one that is wanted, for a store with [`Backend::ranges`]; others go on to the end.
    pub end: Option<u64>,
    /// The blob as an earlier attempt found it: bytes of another one must not be mixed with it.
    pub unchanged: Option<BlobInfo>,
    /// Whether a store that has to compute digests is to do it.
    pub digest: Asked,
}

/// Whether something that costs the store an effort is asked for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Asked {
    /// What it tells anyway is enough.
    #[default]
    No,
    /// The effort is worth it.
    Yes,
}

/// What goes with a blob. Stores of files keep none of it but the condition.
#[derive(Debug, Clone, Default)]
pub struct Attributes {
    /// What must hold for the destination.
    pub condition: Condition,
    /// Media type.
    pub content_type: Option<String>,
    /// `Content-Encoding`.
    pub content_encoding: Option<String>,
    /// `Content-Disposition`.
    pub content_disposition: Option<String>,
    /// `Cache-Control`.
    pub cache_control: Option<String>,
    /// Names and values of the user's own.
    pub metadata: Vec<(String, String)>,
    /// Names and values of tags.
    pub tags: Vec<(String, String)>,
    /// S3's storage class.
    pub storage_class: Option<String>,
    /// `AES256` or `aws:kms`.
    pub encryption: Option<String>,
    /// The key for `aws:kms`.
    pub kms_key_id: Option<String>,
    /// Canned ACL.
    pub acl: Option<String>,
}

/// What must hold for the destination when a blob becomes visible; else the error is `Precondition`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Condition {
    /// Nothing.
    #[default]
    None,
    /// There is no blob of that name.
    Absent,
    /// The blob there has this ETag.
    Etag(String),
}

/// What a store confirmed about a put.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// Bytes stored.
    pub bytes: u64,
    /// S3's ETag without quotes.
    pub etag: Option<String>,
    /// How it was proven that the store has these bytes.
    pub verified: Verified,
    /// Whether the store is known to have tested the condition and stored the blob in one step; `None` without one.
    pub atomic: Option<bool>,
    /// The version that it became, in a bucket that has them.
    pub version_id: Option<String>,
}

/// Where a download goes.
pub trait Sink {
    /// Told once per attempt, before the first byte: what is coming.
    fn begin(&mut self, info: &BlobInfo) -> Result<()>;

    /// Room for more bytes: never empty, at most 1 MiB, filled from its start.
    fn room(&mut self) -> &mut [u8];

    /// The first `len` bytes of [`Sink::room`] have been filled.
    fn filled(&mut self, len: usize) -> Result<()>;

    /// Asked at [`From::end`], if the store goes on sending there: how many more bytes are wanted after all.
    fn further(&mut self) -> u64 {
        0
    }
}

/// How long nothing may happen.
#[derive(Debug, Clone, Copy)]
pub struct Timeouts {
    /// To make a connection, with TLS.
    pub connect: Duration,
    /// Without a single byte moving in either direction.
    pub idle: Duration,
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

/// Which store, with everything that it needs.
#[derive(Debug, Clone)]
#[expect(clippy::large_enum_variant, reason = "there is one a store")]
pub enum Config {
    /// A directory.
    Fs(fs::Config),
    /// An FTP or FTPS server.
    Ftp(ftp::Config),
    /// A bucket of an S3-compatible service.
    S3(s3::Config),
}

/// Opens a store. Nothing is read or connected before the first operation.
pub fn open(config: Config, context: Context) -> Arc<dyn Backend> {
    match config {
        Config::Fs(config) => Arc::new(fs::Fs::new(config, context)),
        Config::Ftp(config) => Arc::new(ftp::Ftp::new(config, context)),
        Config::S3(config) => Arc::new(s3::S3::new(config, context)),
    }
}

/// How the names of unfinished files begin; listings leave them out.
pub const TEMPORARY_PREFIX: &str = ".blobctl-";

/// A name for an unfinished file, unique and recognisable: `.blobctl-` + 16 hex digits + `.part`.
pub fn temporary_name() -> String {
    use std::hash::{BuildHasher, Hasher};
    // The keys of a `RandomState` are the operating system's randomness, without a package for it.
    let random = std::hash::RandomState::new().build_hasher().finish();
    format!("{TEMPORARY_PREFIX}{random:016x}.part")
}
