//! Resuming the download of an earlier run, and keeping one for a later run.

use std::sync::Arc;

use super::Receiver;
use super::output::{BLOCK, FileOutput, Output};
use crate::digest::{Digest, Hasher};
use crate::error::{Error, Result};
use crate::events::Event;
use crate::io::atomic_file::AtomicFile;
use crate::io::page_buffer::PageBuffer;
use crate::transfer::checksum::Sum;
use crate::transfer::destination::{FileDestination, Verification};
use crate::transfer::resume::download::{
    FilledRange, FoundDownload, RANGE_CHECKSUM, UnfinishedDownload, front,
};
use crate::units::format_bytes;

impl Receiver<'_> {
    /// Finds the download of an earlier run, and continues with its file.
    pub fn resume_unfinished(&mut self) -> Result<()> {
        let Output::File(FileOutput { destination, .. }) = self.output else {
            return Ok(());
        };
        self.unfinished = UnfinishedDownload::look(self.engine, self.key, destination);
        let found = self.unfinished.as_mut().and_then(UnfinishedDownload::found);
        match found.and_then(|found| Some((reopen(destination, &found)?, found))) {
            Some((file, found)) => self.resume_file(file, found),
            None => Ok(()),
        }
    }

    fn resume_file(&mut self, file: AtomicFile, found: FoundDownload) -> Result<()> {
        let FoundDownload {
            info, mut filled, ..
        } = found;
        // The last part is always requested again, so that the store confirms that the blob is unchanged.
        filled.retain(|(range, _)| range.offset + range.len < info.size);
        if !filled.iter().all(|(range, crc)| holds(&file, *range, *crc)) {
            let text = "the file of the interrupted download was changed since: the download starts again from the beginning";
            self.engine.observer.notify(&Event::Warning(text));
            // Dropping the file removes it.
            return Ok(());
        }
        let filled: Vec<FilledRange> = filled.into_iter().map(|(range, _)| range).collect();
        let there = front(&filled);
        if there == 0 {
            // Dropping the file removes it.
            return Ok(());
        }
        let text = format!(
            "resuming download at {} of {} or later",
            format_bytes(there),
            format_bytes(info.size)
        );
        self.engine.observer.notify(&Event::Note(&text));
        if let Some(digest) = info
            .digest
            .filter(|_| self.options.verification != Verification::Length)
        {
            let mut sum = Sum::new(digest.algorithm());
            hash_front(&file, there, |bytes| sum.update(bytes))?;
            self.hasher = Some(sum);
        }
        if let Output::File(output) = &mut self.output {
            output.resume(file);
        }
        self.meter.add(there);
        self.info = Some(info);
        self.received = there;
        self.recorded = there;
        self.filled = filled;
        Ok(())
    }

    /// Keeps the file of a failed download for another run, or removes it.
    pub fn keep_or_discard(mut self, error: Error) -> Error {
        let is_written = self.write_block().is_ok();
        self.record_front();
        let Output::File(FileOutput { file, .. }) = &mut self.output else {
            return error;
        };
        if let (Some(unfinished), Some(file)) = (&mut self.unfinished, file.take())
            && is_written
            && self.recorded > 0
            && unfinished.keep_after(&error, &file)
        {
            file.keep();
            return UnfinishedDownload::explain(error);
        }
        error
    }

    /// Records in the journal how much of the front is in the file.
    pub(super) fn record_front(&mut self) {
        let Output::File(output) = &mut self.output else {
            return;
        };
        let in_file = self.received - output.fill as u64;
        if let Some(unfinished) = &self.unfinished
            && in_file > self.recorded
            && let Some(crc) = &mut output.unrecorded
        {
            let crc = std::mem::replace(&mut **crc, Hasher::new(RANGE_CHECKSUM));
            unfinished.filled(self.recorded, in_file - self.recorded, crc.finish());
            self.recorded = in_file;
        }
    }
}

/// The file of an earlier run, if it is still there.
fn reopen(destination: &FileDestination, found: &FoundDownload) -> Option<AtomicFile> {
    let FileDestination {
        dir,
        name,
        shown,
        mode,
    } = destination;
    let file = AtomicFile::reopen(Arc::clone(dir), name, &found.file, shown.clone())?;
    Some(file.with_mode(*mode))
}

/// Returns whether the file still has the bytes that were received.
fn holds(file: &AtomicFile, range: FilledRange, crc: Digest) -> bool {
    let mut hasher = Hasher::new(crc.algorithm());
    let read = hash_range(file, range, |bytes| hasher.update(bytes));
    read.is_ok() && hasher.finish() == crc
}

/// Hashes the first `len` bytes of the file.
pub(super) fn hash_front(staged: &AtomicFile, len: u64, update: impl FnMut(&[u8])) -> Result<()> {
    hash_range(staged, FilledRange { offset: 0, len }, update)
}

fn hash_range(
    staged: &AtomicFile,
    range: FilledRange,
    mut update: impl FnMut(&[u8]),
) -> Result<()> {
    let mut block = PageBuffer::new(BLOCK);
    let (mut at, end) = (range.offset, range.offset.saturating_add(range.len));
    while at < end {
        let want = block
            .len()
            .min(usize::try_from(end - at).unwrap_or(usize::MAX));
        staged.read_at(&mut block[..want], at)?;
        update(&block[..want]);
        at += want as u64;
    }
    Ok(())
}
