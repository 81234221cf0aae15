//! Resuming the download of an earlier run, and keeping one for a later run.

use std::sync::Arc;

use super::{BLOCK, Output, Receiver};
use crate::error::{Error, Result};
use crate::events::Event;
use crate::io::atomic_file::AtomicFile;
use crate::io::page_buffer::PageBuffer;
use crate::key::Key;
use crate::transfer::Engine;
use crate::transfer::checksum::Sum;
use crate::transfer::destination::{FileDestination, Verification};
use crate::transfer::resume::download::{FoundDownload, UnfinishedDownload, front};
use crate::units::format_bytes;

impl Receiver<'_> {
    /// Takes up what an earlier run of the same download left.
    pub fn look_for_unfinished(&mut self, engine: &Engine, key: &Key) -> Result<()> {
        let Output::File {
            destination: FileDestination { dir, name, shown },
            staged,
            block,
            ..
        } = &mut self.output
        else {
            return Ok(());
        };
        self.unfinished = UnfinishedDownload::look(engine, key, (dir, name));
        let Some(FoundDownload {
            file,
            info,
            mut filled,
        }) = self.unfinished.as_mut().and_then(UnfinishedDownload::found)
        else {
            return Ok(());
        };
        let Some(reopened) = AtomicFile::reopen(Arc::clone(dir), name, &file, shown.clone()) else {
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
            "resuming download at {} of {} or later",
            format_bytes(there),
            format_bytes(info.size)
        );
        engine.observer.notify(&Event::Note(&text));
        if let Some(digest) = info
            .digest
            .filter(|_| self.verification != Verification::Length)
        {
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
    pub fn keep_or_discard(mut self, error: Error) -> Error {
        // Bytes in memory count, too.
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
            return UnfinishedDownload::explain(error);
        }
        error
    }

    /// Writes down how much of the front is in the file.
    pub(super) fn remember(&mut self) {
        let in_file = match &self.output {
            Output::File { fill, .. } => self.received - *fill as u64,
            Output::Stream(_) => return,
        };
        if let Some(unfinished) = &self.unfinished
            && in_file > self.remembered
        {
            unfinished.filled(self.remembered, in_file - self.remembered);
            self.remembered = in_file;
        }
    }
}

/// Hashes the first `len` bytes of the file.
fn hash_front(staged: &AtomicFile, len: u64, sum: &mut Sum) -> Result<()> {
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
