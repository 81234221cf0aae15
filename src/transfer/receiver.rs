//! What comes of a blob: counted, hashed, and passed on into a file or a stream.

use std::fs::File;
use std::io::{self, Write};
use std::sync::Arc;

use super::download::{Consumer, Demand, Destination, FileDestination};
use super::hashing::HashThread;
use super::parts_sum::PartsSum;
use super::ranges::{Rest, Sum};
use super::resume::Resume;
use super::resume::get::{Found, Unfinished, front};
use super::window::{InOrder, Window};
use super::{Engine, plan, retry};
use crate::backend::{Asked, BlobInfo, From, PartsEtag, Sink, temporary_name};
use crate::digest::{Digest, Hasher, Verified};
use crate::error::{Error, Kind, Result};
use crate::exit::Signal;
use crate::key::Key;
use crate::payload::{CHUNK, PageBuffer};
use crate::progress::{Cancel, Event, Meter};
use crate::staged::{Replace, StagedFile};
use crate::units::format_bytes;

/// One write for many reads, at page-aligned offsets of a preallocated file: half the system time of 128 KiB pieces.
const BLOCK: usize = 1 << 20;

/// What a comparison with the store's digest said.
pub(super) enum Compared {
    Same(Verified),
    Different,
    /// What came has this digest. The store's may mean something else: if the same comes again, it does.
    Doubtful(Digest),
}

/// Counts, hashes and passes on what comes.
pub(super) struct Receiver<'a> {
    /// Where more can be asked about the blob.
    source: (&'a Engine, &'a Key),
    output: Output<'a>,
    /// The blob as the first attempt found it.
    info: Option<BlobInfo>,
    received: u64,
    pub(super) proof: Demand,
    hasher: Option<Sum>,
    /// Takes the hasher's place while the beginning of a large file comes in order.
    beside: Option<HashThread>,
    /// What stands for a digest of the whole.
    parts: Option<PartsEtag>,
    meter: &'a Meter,
    cancel: &'a Arc<Cancel>,
    /// Where it is remembered for another run.
    unfinished: Option<Unfinished>,
    /// What an earlier run has put into the file.
    filled: Vec<(u64, u64)>,
    /// How much of the front has been remembered.
    remembered: u64,
}

enum Output<'a> {
    File {
        destination: &'a FileDestination,
        staged: Option<StagedFile>,
        block: PageBuffer,
        fill: usize,
    },
    Stream {
        outlet: Outlet<'a>,
        room: Vec<u8>,
    },
}

/// Where bytes go that cannot be taken back.
#[derive(Clone, Copy)]
enum Outlet<'a> {
    File(&'a File),
    Consumer(&'a Consumer),
    Nowhere,
}

impl<'a> Receiver<'a> {
    pub(super) fn new(
        source: (&'a Engine, &'a Key),
        destination: &'a Destination,
        meter: &'a Meter,
    ) -> Self {
        let stream = |outlet| Output::Stream {
            outlet,
            room: vec![0; CHUNK],
        };
        let output = match destination {
            Destination::File(destination) => Output::File {
                destination,
                staged: None,
                block: PageBuffer::new(0),
                fill: 0,
            },
            Destination::Stream(file) => stream(Outlet::File(file)),
            Destination::Consumer(consumer) => stream(Outlet::Consumer(consumer)),
            Destination::Nowhere => stream(Outlet::Nowhere),
        };
        Self {
            source,
            output,
            info: None,
            received: 0,
            proof: Demand::Best,
            hasher: None,
            beside: None,
            parts: None,
            meter,
            cancel: &source.0.cancel,
            unfinished: None,
            filled: Vec::new(),
            remembered: 0,
        }
    }

    /// Takes up what an earlier run of the same download left.
    pub(super) fn look_for_unfinished(&mut self, engine: &Engine, key: &Key) -> Result<()> {
        let Output::File {
            destination: FileDestination { dir, name, shown },
            staged,
            block,
            ..
        } = &mut self.output
        else {
            return Ok(());
        };
        self.unfinished = Unfinished::look(engine, key, (dir, name));
        let Some(Found {
            file,
            info,
            mut filled,
        }) = self.unfinished.as_mut().and_then(Unfinished::found)
        else {
            return Ok(());
        };
        let Some(reopened) = StagedFile::reopen(Arc::clone(dir), name, &file, shown.clone()) else {
            return Ok(());
        };
        // Something is asked for always: the store has to say that it is still the same blob.
        filled.retain(|(offset, len)| offset + len < info.size);
        let there = front(&filled);
        if there == 0 {
            // Dropped, it is removed.
            return Ok(());
        }
        let text = format!(
            "going on with an unfinished download: at least {} of {} are there",
            format_bytes(there),
            format_bytes(info.size)
        );
        engine.observer.notify(&Event::Note(&text));
        if let Some(digest) = info.digest.filter(|_| self.proof != Demand::Length) {
            let mut sum = Sum::new(digest.algorithm());
            hash_front(&reopened, there, &mut sum)?;
            self.hasher = Some(sum);
        }
        *staged = Some(reopened);
        *block = PageBuffer::new(BLOCK);
        self.meter.add(there);
        self.info = Some(info);
        self.received = there;
        self.remembered = there;
        self.filled = filled;
        Ok(())
    }

    /// Removes what a failed download has fetched, or leaves it for another run.
    pub(super) fn leave(mut self, error: Error) -> Error {
        // What is still in memory counts too.
        let written = self.write_block().is_ok();
        self.remember();
        let Output::File { staged, .. } = &mut self.output else {
            return error;
        };
        if let (Some(unfinished), Some(file)) = (&mut self.unfinished, staged.take())
            && written
            && self.remembered > 0
            && unfinished.keep_after(&error, &file)
        {
            file.keep();
            return Unfinished::explain(error);
        }
        error
    }

    /// Writes down how much of the front is in the file.
    fn remember(&mut self) {
        let in_file = match &self.output {
            Output::File { fill, .. } => self.received - *fill as u64,
            Output::Stream { .. } => return,
        };
        if let Some(unfinished) = &self.unfinished
            && in_file > self.remembered
        {
            unfinished.filled(self.remembered, in_file - self.remembered);
            self.remembered = in_file;
        }
    }

    /// Gets the blob, going on after a fault where it broke; returns the number of attempts. The first request asks for
    /// everything and stops after one part; what a large blob has beyond it comes in parts, side by side. Where one connection
    /// keeps the hasher busy the first request goes on: more of them would gain little, and take processor time from it.
    pub(super) fn fetch(&mut self, engine: &Engine, key: &Key) -> Result<u32> {
        let meter = self.meter;
        let in_parts = engine.backend.ranges();
        let to_file = matches!(self.output, Output::File { .. });
        let part = engine.parts.size;
        if in_parts && self.received > 0 {
            self.ask_for_parts(engine, key)?;
            return self.fetch_rest(engine, key);
        }
        let digest = match self.proof {
            Demand::Length => Asked::No,
            Demand::Best | Demand::Digest => Asked::Yes,
        };
        let attempt = || {
            if matches!(engine.resume, Resume::Never) && !in_parts && self.received > 0 {
                self.begin_anew();
            }
            let from = From {
                offset: self.received,
                end: in_parts.then_some(
                    (self.received / part)
                        .saturating_add(1)
                        .saturating_mul(part),
                ),
                unchanged: self.info.clone().filter(|_| self.received > 0),
                digest,
            };
            engine.backend.get(key, &from, self)
        };
        let done = retry::run(engine, attempt, || meter.get())?;
        self.hash_here()?;
        let size = self.info.as_ref().map_or(done.value.size, |info| info.size);
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

    /// Finds something to compare with a blob that has no digest of its whole.
    fn ask_for_parts(&mut self, engine: &Engine, key: &Key) -> Result<()> {
        if let Some(info) = &self.info
            && info.digest.is_none()
            && self.proof != Demand::Length
        {
            let ask = || engine.backend.parts_etag(key, info);
            self.parts = retry::run(engine, ask, || 0)?.value;
        }
        Ok(())
    }

    /// The same for bytes that go on at once and in order. They wait meanwhile; a fault is one of this attempt.
    fn sum_parts_in_order(&mut self, info: &BlobInfo) -> Result<()> {
        self.parts = None;
        if info.digest.is_some() || self.proof == Demand::Length {
            return Ok(());
        }
        let (engine, key) = self.source;
        self.parts = engine.backend.parts_etag(key, info)?;
        let sum = self.parts.map(|parts| PartsSum::new(parts.part_size));
        self.hasher = sum.map(Sum::OfParts);
        Ok(())
    }

    fn fetch_rest(&mut self, engine: &Engine, key: &Key) -> Result<u32> {
        if let (Output::Stream { .. }, Some(info)) = (&self.output, self.info.clone()) {
            return Window::new(engine, key, &info, self.received).fetch(self);
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
        let rest = Rest {
            engine,
            key,
            staged,
            info,
            meter: self.meter,
            start: self.received,
            uploaded_in: self.parts.map(|parts| parts.part_size),
            filled: &self.filled,
            unfinished: self.unfinished.as_ref(),
        };
        let (hasher, attempts) = rest.fetch(self.hasher.take())?;
        self.hasher = hasher;
        self.received = info.size;
        Ok(attempts)
    }

    /// Hashes the beginning of a large file on another thread, if its digest needs the bytes in order.
    fn hash_beside(&mut self, size: u64) {
        if size > self.source.0.parts.size
            && let Some(Sum::InOrder(Hasher::Md5(_) | Hasher::Sha1(_) | Hasher::Sha256(_))) =
                self.hasher
            && let Some(digest) = self.info.as_ref().and_then(|info| info.digest)
        {
            self.beside = HashThread::start(digest.algorithm());
        }
    }

    /// Takes the hasher back from its thread.
    fn hash_here(&mut self) -> Result<()> {
        if self.beside.is_some() {
            self.write_block()?;
        }
        if let Some(beside) = self.beside.take() {
            self.hasher = Some(Sum::InOrder(beside.finish()?));
        }
        Ok(())
    }

    /// Forgets what came, where the user wants nothing to be gone on with.
    fn begin_anew(&mut self) {
        let Output::File { staged, fill, .. } = &mut self.output else {
            // What went to a stream cannot be taken back.
            return;
        };
        *staged = None;
        *fill = 0;
        self.meter.take_back(self.received);
        self.received = 0;
        self.hasher = None;
        self.beside = None;
    }

    pub(super) fn compare(&mut self) -> Compared {
        let stored = self.info.as_ref().and_then(|info| info.digest);
        let computed = self.hasher.take().map(Sum::finish);
        if let (Some(parts), Some(Some(computed))) = (self.parts, computed) {
            return match computed == parts.md5 {
                true => Compared::Same(Verified::EtagMultipart),
                false if parts.certain => Compared::Different,
                false => Compared::Doubtful(computed),
            };
        }
        match (computed, stored) {
            (Some(computed), Some(stored)) if computed == Some(stored) => {
                Compared::Same(stored.algorithm().into())
            }
            (Some(_), Some(_)) => Compared::Different,
            _ => Compared::Same(Verified::Length),
        }
    }

    /// Writes what is still in memory and gives the file its name.
    pub(super) fn commit(mut self, replace: Replace) -> Result<BlobInfo> {
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
            if let Some(beside) = &mut self.beside
                && *fill > 0
            {
                let full = std::mem::replace(block, PageBuffer::new(0));
                *block = beside.exchange(full, *fill)?;
            }
            *fill = 0;
        }
        if self.received - self.remembered >= plan::PART {
            self.remember();
        }
        Ok(())
    }
}

impl Sink for Receiver<'_> {
    fn begin(&mut self, info: &BlobInfo) -> Result<()> {
        if self.received > 0 {
            return Ok(());
        }
        let digest = info.digest.filter(|_| self.proof != Demand::Length);
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
            let mut file = StagedFile::create(
                Arc::clone(dir),
                name,
                temporary_name(),
                shown.clone(),
                self.cancel,
            )
            // Where we fetch to is ours: refusal there is no word of the store.
            .map_err(|error| match error.kind() {
                Kind::Denied => Error::new(Kind::Local, error.to_string()),
                _ => error,
            })?;
            file.preallocate(info.size)?;
            if let Some(unfinished) = &mut self.unfinished {
                if unfinished.begin(info, &file.identity()?) {
                    file.survive();
                } else {
                    self.unfinished = None;
                }
            }
            *staged = Some(file);
            *block = PageBuffer::new(usize::try_from(info.size).unwrap_or(BLOCK).clamp(1, BLOCK));
            *fill = 0;
            self.hash_beside(info.size);
            return Ok(());
        }
        self.sum_parts_in_order(info)
    }

    fn room(&mut self) -> &mut [u8] {
        match &mut self.output {
            Output::File { block, fill, .. } => &mut block[*fill..],
            Output::Stream { room, .. } => room,
        }
    }

    fn filled(&mut self, len: usize) -> Result<()> {
        self.cancel.check()?;
        let (block, fill) = match &mut self.output {
            Output::File { block, fill, .. } => (block, fill),
            Output::Stream { room, .. } => {
                let room = std::mem::take(room);
                let taken = self.take(&room[..len]);
                if let Output::Stream { room: place, .. } = &mut self.output {
                    *place = room;
                }
                return taken;
            }
        };
        *fill += len;
        if let (Some(hasher), None) = (&mut self.hasher, &self.beside) {
            hasher.update(&block[*fill - len..*fill]);
        }
        self.received += len as u64;
        self.meter.add(len as u64);
        match *fill == block.len() {
            true => self.write_block(),
            false => Ok(()),
        }
    }

    fn further(&mut self) -> u64 {
        match self
            .beside
            .as_mut()
            .is_some_and(HashThread::has_enough_to_do)
        {
            true => self.source.0.parts.size,
            false => 0,
        }
    }
}

impl InOrder for Receiver<'_> {
    /// Only for streams: the bytes for a file come by way of its block.
    fn take(&mut self, bytes: &[u8]) -> Result<()> {
        let Output::Stream { outlet, .. } = self.output else {
            return Err(Error::new(
                Kind::Local,
                "a file takes its bytes by the block",
            ));
        };
        outlet.take(bytes, self.cancel)?;
        if let Some(hasher) = &mut self.hasher {
            hasher.update(bytes);
        }
        self.received += bytes.len() as u64;
        self.meter.add(bytes.len() as u64);
        Ok(())
    }
}

/// Hashes the first `len` bytes of the file.
fn hash_front(staged: &StagedFile, len: u64, sum: &mut Sum) -> Result<()> {
    let mut block = PageBuffer::new(BLOCK);
    let mut at = 0;
    while at < len {
        let want = block
            .len()
            .min(usize::try_from(len - at).unwrap_or(usize::MAX));
        staged.read_at(&mut block[..want], at)?;
        sum.update(&block[..want]);
        at += want as u64;
    }
    Ok(())
}

impl Outlet<'_> {
    fn take(self, bytes: &[u8], cancel: &Cancel) -> Result<()> {
        for piece in bytes.chunks(CHUNK) {
            cancel.check()?;
            match self {
                Self::File(mut file) => file.write_all(piece).map_err(|error| unwritten(&error))?,
                Self::Consumer(consumer) => consumer(piece)?,
                Self::Nowhere => return Ok(()),
            }
        }
        Ok(())
    }
}

/// A reader of our stdout that went away is not an error of ours: the run ends as `SIGPIPE` would end it.
fn unwritten(error: &io::Error) -> Error {
    match error.kind() {
        io::ErrorKind::BrokenPipe => Error::interrupted(Signal::Pipe),
        _ => Error::local("write the output", error),
    }
}
