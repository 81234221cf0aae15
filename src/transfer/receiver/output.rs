//! The outputs of a download.

use std::fs::File;
use std::io;
use std::io::Write;
use std::sync::Arc;

use crate::cancel::Cancel;
use crate::digest::Hasher;
use crate::error::{Error, Kind, Result};
use crate::exit::Signal;
use crate::io::atomic_file::AtomicFile;
use crate::io::page_buffer::PageBuffer;
use crate::io::payload::CHUNK;
use crate::store::download::Download;
use crate::transfer::destination::{Callback, Destination, FileDestination};
use crate::transfer::hash_thread::HashThread;
use crate::transfer::resume::download::RANGE_CHECKSUM;

/// Bytes per write, at page-aligned offsets of a preallocated file: half the system time of 128 KiB pieces.
pub(super) const BLOCK: usize = 1 << 20;

/// The output of a download.
pub(super) enum Output<'a> {
    File(FileOutput<'a>),
    Stream(StreamOutput<'a>),
}

impl<'a> Output<'a> {
    pub(super) fn new(destination: &'a Destination) -> Self {
        match destination {
            Destination::File(destination) => Self::File(FileOutput {
                destination,
                file: None,
                block: PageBuffer::new(0),
                fill: 0,
                unrecorded: None,
            }),
            Destination::Stream(file) => Self::Stream(StreamOutput::File(file)),
            Destination::Callback(callback) => Self::Stream(StreamOutput::Callback(callback)),
            Destination::Discard => Self::Stream(StreamOutput::Discard),
        }
    }
}

/// A file that is written in blocks.
pub(super) struct FileOutput<'a> {
    pub(super) destination: &'a FileDestination,
    /// `None` before the first byte.
    pub(super) file: Option<AtomicFile>,
    block: PageBuffer,
    /// The first bytes of the block: received, and not in the file yet.
    pub(super) fill: usize,
    /// The checksum of the bytes that were written since the last line of the journal, if there is a journal.
    pub(super) unrecorded: Option<Box<Hasher>>,
}

impl FileOutput<'_> {
    /// Creates the file for `size` bytes, in place of that of an earlier attempt.
    pub(super) fn create(&mut self, size: u64, cancel: &Arc<Cancel>) -> Result<&mut AtomicFile> {
        let FileDestination {
            dir,
            name,
            shown,
            mode,
        } = self.destination;
        // Its name becomes free.
        self.file = None;
        let created = AtomicFile::create(Arc::clone(dir), name, shown.clone(), cancel);
        // The destination is local: a refusal there is not the store's.
        let file = created.map_err(|error| match error.kind() {
            Kind::Denied => Error::new(Kind::Local, error.to_string()),
            _ => error,
        })?;
        let file = file.with_mode(*mode);
        file.preallocate(size)?;
        self.block = PageBuffer::new(usize::try_from(size).unwrap_or(BLOCK).clamp(1, BLOCK));
        self.fill = 0;
        self.unrecorded = None;
        Ok(self.file.insert(file))
    }

    /// Continues with the file of an earlier run.
    pub(super) fn resume(&mut self, file: AtomicFile) {
        self.file = Some(file);
        self.block = PageBuffer::new(BLOCK);
        self.unrecorded = Some(Box::new(Hasher::new(RANGE_CHECKSUM)));
    }

    /// Removes the file.
    pub(super) fn discard(&mut self) {
        self.file = None;
        self.fill = 0;
    }

    /// Reads up to `most` bytes into the block, and returns them; none at the end of the download.
    pub(super) fn read(
        &mut self,
        download: &mut Download<'_>,
        most: usize,
        cancel: &Cancel,
    ) -> Result<&[u8]> {
        let end = self.block.len().min(self.fill.saturating_add(most));
        let len = download.read(&mut self.block[self.fill..end])?;
        cancel.check()?;
        self.fill += len;
        Ok(&self.block[self.fill - len..self.fill])
    }

    /// Returns whether the block has to be written before the next read.
    pub(super) fn is_full(&self) -> bool {
        self.fill == self.block.len()
    }

    /// Writes the block, which ends at byte `end` of the file, and passes it to the hash thread if there is one.
    pub(super) fn write_block(
        &mut self,
        end: u64,
        hash_thread: Option<&mut HashThread>,
    ) -> Result<()> {
        let Some(file) = &self.file else {
            return Ok(());
        };
        file.write_at(&self.block[..self.fill], end - self.fill as u64)?;
        if let Some(unrecorded) = &mut self.unrecorded {
            unrecorded.update(&self.block[..self.fill]);
        }
        if let Some(hash_thread) = hash_thread
            && self.fill > 0
        {
            let full = std::mem::replace(&mut self.block, PageBuffer::new(0));
            self.block = hash_thread.exchange(full, self.fill)?;
        }
        self.fill = 0;
        Ok(())
    }
}

/// An output whose bytes cannot be rewound.
#[derive(Clone, Copy)]
pub(super) enum StreamOutput<'a> {
    File(&'a File),
    Callback(&'a Callback),
    Discard,
}

impl StreamOutput<'_> {
    pub(super) fn write(self, bytes: &[u8], cancel: &Cancel) -> Result<()> {
        for piece in bytes.chunks(CHUNK) {
            cancel.check()?;
            match self {
                Self::File(mut file) => file.write_all(piece).map_err(|error| failed(&error))?,
                Self::Callback(callback) => callback(piece)?,
                Self::Discard => return Ok(()),
            }
        }
        Ok(())
    }
}

/// A closed pipe is not an error: the run ends as `SIGPIPE` would end it.
fn failed(error: &io::Error) -> Error {
    match error.kind() {
        io::ErrorKind::BrokenPipe => Error::interrupted(Signal::Pipe),
        _ => Error::local("write the output", error),
    }
}
