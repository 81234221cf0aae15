//! The receiving side of a download: it reads the blob from the store, counts and hashes its bytes, and writes them to a file
//! or a stream.
//!
//! The first request asks for the whole blob and stops after one part. The rest of a large blob is downloaded in parts, in
//! parallel. If a single connection keeps the hash thread busy, the first request continues: more connections would gain
//! little and take processor time from the hash.

mod first_request;
mod output;
mod range;
mod resume;
mod verify;

use self::output::{FileOutput, Output, StreamOutput};
pub(super) use self::range::{RangeReceiver, ReceivedRange};
pub use self::verify::Compared;
use super::checksum::Sum;
use super::destination::{Destination, DownloadOptions};
use super::hash_thread::HashThread;
use super::parallel_file::ParallelDownload;
use super::parallel_stream::Window;
use super::resume::download::{FilledRange, UnfinishedDownload};
use super::{Engine, retry};
use crate::digest::{Algorithm, Hasher};
use crate::error::{Error, Kind, Result};
use crate::events::Meter;
use crate::io::atomic_file::AtomicFile;
use crate::key::Key;
use crate::store::types::{ObjectMeta, PartsEtag};

/// One download, from its first request until its file gets its name.
pub(super) struct Receiver<'a> {
    engine: &'a Engine,
    key: &'a Key,
    output: Output<'a>,
    options: DownloadOptions,
    meter: &'a Meter,
    /// The blob as the first attempt found it.
    info: Option<ObjectMeta>,
    /// Bytes received without a gap from the beginning of the blob.
    received: u64,
    /// The checksum of the received bytes, if the store has one to compare.
    hasher: Option<Sum>,
    /// The SHA-256 of the bytes of a stream, if the user expects one.
    sha256: Option<Hasher>,
    /// Replaces the hasher during the first request of a large file.
    hash_thread: Option<HashThread>,
    /// The multipart ETag to compare with, if the blob has no checksum of its whole.
    parts: Option<PartsEtag>,
    /// The journal for another run.
    unfinished: Option<UnfinishedDownload>,
    /// The ranges that an earlier run has written to the file.
    filled: Vec<FilledRange>,
    /// Bytes from the beginning that are recorded in the journal.
    recorded: u64,
}

impl<'a> Receiver<'a> {
    /// A download that has not begun.
    pub(super) fn new(
        engine: &'a Engine,
        key: &'a Key,
        destination: &'a Destination,
        options: DownloadOptions,
        meter: &'a Meter,
    ) -> Self {
        Self {
            engine,
            key,
            output: Output::new(destination),
            options,
            meter,
            info: None,
            received: 0,
            hasher: None,
            sha256: options
                .expected
                .sha256
                .map(|_| Hasher::new(Algorithm::Sha256)),
            hash_thread: None,
            parts: None,
            unfinished: None,
            filled: Vec::new(),
            recorded: 0,
        }
    }

    fn has_ranges(&self) -> bool {
        self.engine.store.capabilities().ranges
    }

    fn size(&self) -> u64 {
        self.info.as_ref().map_or(0, |info| info.size)
    }

    /// Downloads the blob, and returns the most attempts that a request took.
    pub(super) fn fetch(&mut self) -> Result<u32> {
        if self.has_ranges() && self.received > 0 {
            // An earlier run has downloaded the front.
            self.options.expected.check_size(self.size())?;
            self.find_parts_etag()?;
            return self.fetch_rest();
        }
        let (engine, meter) = (self.engine, self.meter);
        let mut attempts = retry::run(engine, || self.fetch_front(), || meter.get())?.attempts;
        self.join_hash_thread()?;
        let to_file = matches!(self.output, Output::File(_));
        if self.has_ranges() && to_file && self.received > 0 {
            self.find_parts_etag()?;
        }
        // A whole file is read again if the MD5s of its parts have to be compared.
        let must_hash_parts = to_file && self.parts.is_some() && self.received == self.size();
        if self.is_rest_missing() || must_hash_parts {
            attempts = attempts.max(self.fetch_rest()?);
        }
        if self.received != self.size() {
            let text = format!(
                "{} bytes came, and the blob has {}",
                self.received,
                self.size()
            );
            return Err(Error::new(Kind::Integrity, text));
        }
        Ok(attempts)
    }

    /// Returns whether the first request stopped after a part, before the end of the blob.
    fn is_rest_missing(&self) -> bool {
        let after_a_part =
            self.received > 0 && self.received.is_multiple_of(self.engine.parts.size);
        self.has_ranges() && after_a_part && self.received < self.size()
    }

    /// Downloads the rest in parts; returns the most attempts that a part took.
    fn fetch_rest(&mut self) -> Result<u32> {
        match (&self.output, self.info.clone()) {
            (Output::Stream(output), Some(info)) => self.fetch_rest_into_stream(*output, &info),
            (Output::File(_), Some(info)) => self.fetch_rest_into_file(&info),
            (_, None) => Err(Error::new(Kind::Local, "the size of the rest is unknown")),
        }
    }

    fn fetch_rest_into_stream(
        &mut self,
        output: StreamOutput<'_>,
        info: &ObjectMeta,
    ) -> Result<u32> {
        let window = Window::new(self.engine, self.key, info, self.received);
        window.fetch(&mut |bytes| self.pass_on(output, bytes))
    }

    fn fetch_rest_into_file(&mut self, info: &ObjectMeta) -> Result<u32> {
        self.write_block()?;
        self.record_front();
        let Output::File(FileOutput {
            file: Some(staged), ..
        }) = &self.output
        else {
            return Err(Error::new(Kind::Local, "there is no file for the rest"));
        };
        let rest = ParallelDownload {
            engine: self.engine,
            key: self.key,
            staged,
            info,
            meter: self.meter,
            start: self.received,
            original_part_size: self.parts.map(|parts| parts.part_size),
            filled: &self.filled,
            unfinished: self.unfinished.as_ref(),
        };
        let (hasher, attempts) = rest.fetch(self.hasher.take())?;
        self.hasher = hasher;
        self.received = info.size;
        Ok(attempts)
    }

    /// Writes the bytes that are only in memory, and gives the file its name.
    pub(super) fn commit(mut self, options: DownloadOptions) -> Result<ObjectMeta> {
        self.write_block()?;
        let info = self.info.take().unwrap_or_default();
        if let Output::File(FileOutput {
            file: Some(file), ..
        }) = self.output
        {
            commit_file(file, self.received, &info, options)?;
        }
        Ok(info)
    }
}

/// Gives a file of `len` bytes its name, and the time of the blob if the user wants that.
fn commit_file(
    mut file: AtomicFile,
    len: u64,
    info: &ObjectMeta,
    options: DownloadOptions,
) -> Result<()> {
    let kept = info.content_modified().filter(|_| options.keeps_time);
    if let Some(modified) = kept {
        file.set_modified(modified);
    }
    file.commit(len, options.replace)
}
