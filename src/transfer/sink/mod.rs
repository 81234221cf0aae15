//! The bytes of a download: counted, hashed, and written to a file or a stream.

pub mod output;
pub mod resume;
pub mod verify;

use std::sync::Arc;

use self::output::Outlet;
pub use self::verify::Compared;
use super::checksum::Sum;
use super::destination::{Destination, FileDestination, Verification};
use super::hash_thread::HashThread;
use super::parallel_file::ParallelDownload;
use super::parallel_stream::Window;
use super::resume::ResumePolicy;
use super::resume::download::UnfinishedDownload;
use super::{Engine, plan, retry};
use crate::cancel::Cancel;
use crate::error::{Error, Kind, Result};
use crate::events::Meter;
use crate::io::atomic_file::{AtomicFile, Overwrite};
use crate::io::page_buffer::PageBuffer;
use crate::io::payload::CHUNK;
use crate::io::temp_name::temporary_name;
use crate::key::Key;
use crate::store::download::Download;
use crate::store::types::{ChecksumRequest, GetOptions, ObjectMeta, PartsEtag};

/// One write for many reads, at page-aligned offsets of a preallocated file: half the system time of 128 KiB pieces.
const BLOCK: usize = 1 << 20;

/// Counts, hashes and writes the bytes of a download.
pub(super) struct Receiver<'a> {
    /// The store and the key, for further requests about the blob.
    source: (&'a Engine, &'a Key),
    output: Output<'a>,
    /// The blob as the first attempt found it.
    info: Option<ObjectMeta>,
    received: u64,
    pub(super) verification: Verification,
    hasher: Option<Sum>,
    /// Replaces the hasher while the beginning of a large file comes in order.
    hash_thread: Option<HashThread>,
    /// Replaces a checksum of the whole blob.
    parts: Option<PartsEtag>,
    meter: &'a Meter,
    cancel: &'a Arc<Cancel>,
    /// The journal for another run.
    unfinished: Option<UnfinishedDownload>,
    /// The ranges that an earlier run has written to the file.
    filled: Vec<(u64, u64)>,
    /// The bytes of the front that are in the journal.
    remembered: u64,
}

enum Output<'a> {
    File {
        destination: &'a FileDestination,
        staged: Option<AtomicFile>,
        block: PageBuffer,
        fill: usize,
    },
    Stream(Outlet<'a>),
}

/// The end of a successful attempt at the first request.
enum Received {
    /// After the last requested byte.
    Everything,
    /// After as many parts as one connection should bring.
    Enough,
}

impl<'a> Receiver<'a> {
    pub(super) fn new(
        source: (&'a Engine, &'a Key),
        destination: &'a Destination,
        meter: &'a Meter,
    ) -> Self {
        let output = match destination {
            Destination::File(destination) => Output::File {
                destination,
                staged: None,
                block: PageBuffer::new(0),
                fill: 0,
            },
            Destination::Stream(file) => Output::Stream(Outlet::File(file)),
            Destination::Callback(callback) => Output::Stream(Outlet::Callback(callback)),
            Destination::Discard => Output::Stream(Outlet::Discard),
        };
        Self {
            source,
            output,
            info: None,
            received: 0,
            verification: Verification::Strongest,
            hasher: None,
            hash_thread: None,
            parts: None,
            meter,
            cancel: &source.0.cancel,
            unfinished: None,
            filled: Vec::new(),
            remembered: 0,
        }
    }

    /// Gets the blob, going on after a fault where it broke; returns the number of attempts. The first request asks for
    /// everything and stops after one part; what a large blob has beyond it comes in parts, side by side. Where one connection
    /// keeps the hasher busy the first request goes on: more of them would gain little, and take processor time from it.
    pub(super) fn fetch(&mut self, engine: &Engine, key: &Key) -> Result<u32> {
        let meter = self.meter;
        let in_parts = engine.store.capabilities().ranges;
        let to_file = matches!(self.output, Output::File { .. });
        let part = engine.parts.size;
        if in_parts && self.received > 0 {
            self.ask_for_parts(engine, key)?;
            return self.fetch_rest(engine, key);
        }
        let done = retry::run(engine, || self.fetch_front(), || meter.get())?;
        self.join_hash_thread()?;
        let size = self.info.as_ref().map_or(0, |info| info.size);
        let mut attempts = done.attempts;
        if in_parts && to_file && self.received > 0 {
            self.ask_for_parts(engine, key)?;
        }
        let at_an_end = self.received > 0 && self.received.is_multiple_of(part);
        let missing = in_parts && at_an_end && self.received < size;
        if missing || to_file && self.parts.is_some() && self.received == size {
            attempts = attempts.max(self.fetch_rest(engine, key)?);
        }
        if self.received != size {
            let text = format!("{} bytes came, and the blob has {size}", self.received);
            return Err(Error::new(Kind::Integrity, text));
        }
        Ok(attempts)
    }

    /// One attempt at the first request, which begins where the one before it broke.
    fn fetch_front(&mut self) -> Result<()> {
        let (engine, key) = self.source;
        let in_parts = engine.store.capabilities().ranges;
        if matches!(engine.resume, ResumePolicy::Never) && !in_parts && self.received > 0 {
            self.begin_anew();
        }
        let part = engine.parts.size;
        let next_part = (self.received / part)
            .saturating_add(1)
            .saturating_mul(part);
        let is_first = self.received == 0;
        let options = GetOptions {
            offset: self.received,
            end: (in_parts && !is_first).then_some(next_part),
            if_unchanged: self.info.as_ref().filter(|_| !is_first),
            checksum: match self.verification {
                Verification::Length => ChecksumRequest::IfFree,
                Verification::Strongest | Verification::Digest => ChecksumRequest::Compute,
            },
        };
        let mut download = engine.store.get(key, &options)?;
        self.begin(download.info())?;
        let stop = if in_parts && is_first {
            next_part
        } else {
            u64::MAX
        };
        match self.receive(&mut download, stop)? {
            Received::Everything => download.finish(),
            // Dropped, it gives up the connection.
            Received::Enough => Ok(()),
        }
    }

    /// Reads the download up to its end, or up to `stop` or any number of parts after it if the hash thread has time for
    /// more connections then.
    fn receive(&mut self, download: &mut Download<'_>, mut stop: u64) -> Result<Received> {
        let size = download.info().size;
        let mut chunk = match self.output {
            Output::File { .. } => Vec::new(),
            Output::Stream(_) => vec![0; CHUNK],
        };
        loop {
            if self.received == stop {
                if stop < size && !self.is_hash_thread_busy() {
                    return Ok(Received::Enough);
                }
                stop = stop.saturating_add(self.source.0.parts.size);
            }
            let most = usize::try_from(stop - self.received).unwrap_or(usize::MAX);
            let len = match self.output {
                Output::File { .. } => self.receive_into_block(download, most)?,
                Output::Stream(outlet) => {
                    let most = most.min(CHUNK);
                    let len = download.read(&mut chunk[..most])?;
                    self.pass_on(outlet, &chunk[..len])?;
                    len
                }
            };
            if len == 0 {
                return Ok(Received::Everything);
            }
        }
    }

    fn is_hash_thread_busy(&mut self) -> bool {
        self.hash_thread
            .as_mut()
            .is_some_and(HashThread::has_enough_to_do)
    }

    /// Reads up to `most` bytes into the block, which is written when it is full; returns their number.
    fn receive_into_block(&mut self, download: &mut Download<'_>, most: usize) -> Result<usize> {
        let Output::File { block, fill, .. } = &mut self.output else {
            return Ok(0);
        };
        let end = block.len().min(fill.saturating_add(most));
        let len = download.read(&mut block[*fill..end])?;
        self.cancel.check()?;
        *fill += len;
        if let (Some(hasher), None) = (&mut self.hasher, &self.hash_thread) {
            hasher.update(&block[*fill - len..*fill]);
        }
        self.received += len as u64;
        self.meter.add(len as u64);
        if *fill == block.len() {
            self.write_block()?;
        }
        Ok(len)
    }

    /// Passes the next bytes to a stream.
    fn pass_on(&mut self, outlet: Outlet<'_>, bytes: &[u8]) -> Result<()> {
        outlet.take(bytes, self.cancel)?;
        if let Some(hasher) = &mut self.hasher {
            hasher.update(bytes);
        }
        self.received += bytes.len() as u64;
        self.meter.add(bytes.len() as u64);
        Ok(())
    }

    fn fetch_rest(&mut self, engine: &Engine, key: &Key) -> Result<u32> {
        if let (Output::Stream(outlet), Some(info)) = (&self.output, self.info.clone()) {
            let outlet = *outlet;
            let window = Window::new(engine, key, &info, self.received);
            return window.fetch(&mut |bytes| self.pass_on(outlet, bytes));
        }
        self.write_block()?;
        self.remember();
        let (
            Output::File {
                staged: Some(staged),
                ..
            },
            Some(info),
        ) = (&self.output, &self.info)
        else {
            return Err(Error::new(Kind::Local, "there is no file for the rest"));
        };
        let rest = ParallelDownload {
            engine,
            key,
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

    /// Forgets what came, where the user wants nothing to be gone on with.
    fn begin_anew(&mut self) {
        let Output::File { staged, fill, .. } = &mut self.output else {
            // The bytes of a stream cannot be rewound.
            return;
        };
        *staged = None;
        *fill = 0;
        self.meter.rewind(self.received);
        self.received = 0;
        self.hasher = None;
        self.hash_thread = None;
    }

    /// Writes what is still in memory and gives the file its name.
    pub(super) fn commit(mut self, replace: Overwrite) -> Result<ObjectMeta> {
        self.write_block()?;
        let info = self.info.take().unwrap_or_default();
        match self.output {
            Output::File {
                staged: Some(staged),
                ..
            } => staged.commit(self.received, replace).map(|()| info),
            _ => Ok(info),
        }
    }

    fn write_block(&mut self) -> Result<()> {
        if let Output::File {
            staged: Some(staged),
            block,
            fill,
            ..
        } = &mut self.output
        {
            let at = self.received - *fill as u64;
            staged.write_at(&block[..*fill], at)?;
            if let Some(hash_thread) = &mut self.hash_thread
                && *fill > 0
            {
                let full = std::mem::replace(block, PageBuffer::new(0));
                *block = hash_thread.exchange(full, *fill)?;
            }
            *fill = 0;
        }
        if self.received - self.remembered >= plan::PART {
            self.remember();
        }
        Ok(())
    }

    /// Prepares for the first byte of the blob, once per attempt that begins there.
    fn begin(&mut self, info: &ObjectMeta) -> Result<()> {
        if self.received > 0 {
            return Ok(());
        }
        let digest = info
            .digest
            .filter(|_| self.verification != Verification::Length);
        self.hasher = digest.map(|digest| Sum::new(digest.algorithm()));
        self.info = Some(info.clone());
        if let Output::File {
            destination,
            staged,
            block,
            fill,
        } = &mut self.output
        {
            let FileDestination { dir, name, shown } = destination;
            let mut file = AtomicFile::create(
                Arc::clone(dir),
                name,
                temporary_name(),
                shown.clone(),
                self.cancel,
            )
            // The destination is local: a refusal there is not the store's.
            .map_err(|error| match error.kind() {
                Kind::Denied => Error::new(Kind::Local, error.to_string()),
                _ => error,
            })?;
            file.preallocate(info.size)?;
            if let Some(unfinished) = &mut self.unfinished {
                if unfinished.begin(info, &file.identity()?) {
                    file.keep_on_exit();
                } else {
                    self.unfinished = None;
                }
            }
            *staged = Some(file);
            *block = PageBuffer::new(usize::try_from(info.size).unwrap_or(BLOCK).clamp(1, BLOCK));
            *fill = 0;
            self.start_hash_thread(info.size);
            return Ok(());
        }
        self.sum_parts_in_order(info)
    }
}
