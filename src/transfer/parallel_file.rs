//! The rest of a large blob, in parts that are downloaded in parallel into one preallocated file.
//!
//! Each part is requested on the condition that the blob has not changed, and is retried alone. A CRC is computed per part
//! and combined, and so is the MD5 of a multipart ETag. A checksum that needs the bytes in order is computed by one more
//! worker, which reads the parts back from the page cache.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use super::checksum::Sum;
use super::plan::{Piece, cut_short};
use super::resume::download::{FilledRange, RANGE_CHECKSUM, UnfinishedDownload};
use super::{Engine, plan, retry, workers};
use crate::digest::{Algorithm, Digest, Hasher};
use crate::error::{Error, Result};
use crate::events::Meter;
use crate::io::atomic_file::AtomicFile;
use crate::io::page_buffer::PageBuffer;
use crate::io::payload::CHUNK;
use crate::key::Key;
use crate::store::download::Download;
use crate::store::types::{ChecksumRequest, GetOptions, ObjectMeta};

/// Bytes per write: one write for many reads.
const BLOCK: usize = 1 << 20;

/// The download of the rest of a blob whose first `start` bytes are in `staged`.
pub struct ParallelDownload<'a> {
    /// The engine of the blob's store.
    pub engine: &'a Engine,
    /// The blob.
    pub key: &'a Key,
    /// The file that receives the bytes.
    pub staged: &'a AtomicFile,
    /// The blob as the first request found it.
    pub info: &'a ObjectMeta,
    /// Counts the bytes.
    pub meter: &'a Meter,
    /// The first missing byte.
    pub start: u64,
    /// The part size of the upload, if the MD5s of its parts are needed.
    pub original_part_size: Option<u64>,
    /// Parts that an earlier run has downloaded.
    pub filled: &'a [FilledRange],
    /// The journal for another run.
    pub unfinished: Option<&'a UnfinishedDownload>,
}

/// The progress that all workers share.
struct SharedProgress {
    state: Mutex<PartProgress>,
    changed: Condvar,
}

/// The state of a part.
#[derive(Debug, Clone, Copy)]
enum PartState {
    /// Not in the file yet.
    Missing,
    /// In the file, with its CRC or MD5 if one is needed.
    InFile(Option<Digest>),
}

struct PartProgress {
    next: usize,
    /// The state of each part.
    done: Vec<PartState>,
    failure: Option<Error>,
    attempts: u32,
    /// The hasher of a checksum that needs the bytes in order.
    in_order: Option<Hasher>,
    /// The hasher has seen all bytes.
    all_hashed: bool,
}

impl ParallelDownload<'_> {
    /// Fetches everything; returns the digest of the whole blob if `front` is that of its beginning, and the most attempts
    /// that a part took.
    pub fn fetch(&self, front: Option<Sum>) -> Result<(Option<Sum>, u32)> {
        // MD5s are needed of the parts of the upload.
        let (start, size) = match self.original_part_size {
            Some(size) => (0, size),
            None => (self.start, self.engine.parts.size),
        };
        let pieces: Vec<Piece> = plan::cut_from(start, self.info.size, size).collect();
        let (in_order, front_crc, crc) = match front.map(Self::split) {
            None => (None, None, self.original_part_size.map(|_| Algorithm::Md5)),
            Some(Ok(hasher)) => (Some(hasher), None, None),
            Some(Err(crc)) => (None, Some(crc), Some(crc.algorithm())),
        };
        let follows = in_order.is_some();
        let shared = SharedProgress {
            state: Mutex::new(PartProgress {
                next: 0,
                done: vec![PartState::Missing; pieces.len()],
                failure: None,
                attempts: 0,
                in_order,
                all_hashed: false,
            }),
            changed: Condvar::new(),
        };
        let workers = self.engine.parts.concurrency;
        workers::run_workers(workers + usize::from(follows), |worker| match worker {
            last if last == workers => self.hash_in_order(&pieces, &shared),
            _ => self.work(&pieces, crc, &shared),
        });
        // The system may have had no thread for it.
        if follows && !shared.lock().all_hashed {
            self.hash_in_order(&pieces, &shared);
        }
        let state = shared
            .state
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(error) = state.failure {
            return Err(error);
        }
        let sum = match (state.in_order, front_crc, self.original_part_size) {
            (Some(hasher), _, _) => Some(Sum::InOrder(hasher)),
            (None, Some(front), _) => Some(Sum::Combined(combine(front, &pieces, &state.done))),
            (None, None, Some(_)) => Some(Sum::Combined(md5_of_md5s(&state.done))),
            (None, None, None) => None,
        };
        Ok((sum, state.attempts))
    }

    /// The hasher of a checksum that needs the bytes in order, or the CRC of the front.
    fn split(front: Sum) -> Result<Hasher, Digest> {
        match front {
            Sum::InOrder(hasher @ (Hasher::Md5(_) | Hasher::Sha1(_) | Hasher::Sha256(_))) => {
                Ok(hasher)
            }
            Sum::InOrder(crc) => Err(crc.finish()),
            Sum::Combined(Some(crc)) => Err(crc),
            Sum::Combined(None) | Sum::OfParts(_) => Ok(Hasher::new(Algorithm::Md5)),
        }
    }

    /// Downloads one part after the other until none is left or a worker has failed.
    fn work(&self, pieces: &[Piece], crc: Option<Algorithm>, shared: &SharedProgress) {
        let _guard = workers::PanicGuard(|error| shared.fail(error));
        let mut block = PageBuffer::new(BLOCK);
        while let Some((index, piece)) = shared.claim(pieces) {
            let mut part = PartDownload {
                whole: self,
                piece,
                received: 0,
                block: &mut block,
                fill: 0,
                hasher: crc.map(Hasher::new),
                recorded: self.unfinished.map(|_| Hasher::new(RANGE_CHECKSUM)),
            };
            match part.reuse().and_then(|()| part.fetch()) {
                Ok(attempts) => {
                    let digest = part.hasher.take().map(Hasher::finish);
                    let mut state = shared.lock();
                    state.done[index] = PartState::InFile(digest);
                    state.attempts = state.attempts.max(attempts);
                }
                Err(error) => shared.fail(error),
            }
            shared.changed.notify_all();
        }
    }

    /// Hashes the parts in order, each as soon as it is in the file.
    fn hash_in_order(&self, pieces: &[Piece], shared: &SharedProgress) {
        let Some(mut hasher) = shared.lock().in_order.take() else {
            return;
        };
        let mut block = PageBuffer::new(CHUNK);
        for (index, piece) in pieces.iter().enumerate() {
            let missing = |state: &mut PartProgress| {
                matches!(state.done[index], PartState::Missing) && state.failure.is_none()
            };
            let waited = shared
                .changed
                .wait_while(shared.lock(), missing)
                .unwrap_or_else(PoisonError::into_inner);
            if waited.failure.is_some() {
                return;
            }
            drop(waited);
            if let Err(error) = self.hash(piece, &mut hasher, &mut block) {
                shared.fail(error);
                return;
            }
        }
        let mut state = shared.lock();
        state.in_order = Some(hasher);
        state.all_hashed = true;
    }

    fn hash(&self, piece: &Piece, hasher: &mut Hasher, block: &mut PageBuffer) -> Result<()> {
        let mut at = piece.offset;
        let end = piece.offset + piece.len;
        while at < end {
            let want = block
                .len()
                .min(usize::try_from(end - at).unwrap_or(usize::MAX));
            self.staged.read_at(&mut block[..want], at)?;
            hasher.update(&block[..want]);
            at += want as u64;
        }
        Ok(())
    }
}

impl SharedProgress {
    /// Keeps the first failure, and wakes all threads that wait for a part.
    fn fail(&self, error: Error) {
        self.lock().failure.get_or_insert(error);
        self.changed.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, PartProgress> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn claim(&self, pieces: &[Piece]) -> Option<(usize, Piece)> {
        let mut state = self.lock();
        if state.failure.is_some() {
            return None;
        }
        let index = state.next;
        let piece = *pieces.get(index)?;
        state.next += 1;
        Some((index, piece))
    }
}

fn combine(front: Digest, pieces: &[Piece], done: &[PartState]) -> Option<Digest> {
    pieces
        .iter()
        .zip(done)
        .try_fold(front, |front, (piece, place)| match place {
            PartState::InFile(Some(digest)) => front.followed_by(digest, piece.len),
            _ => None,
        })
}

/// The checksum in the ETag of a multipart upload.
fn md5_of_md5s(done: &[PartState]) -> Option<Digest> {
    let mut hasher = Hasher::new(Algorithm::Md5);
    for place in done {
        match place {
            PartState::InFile(Some(md5)) => hasher.update(md5.bytes()),
            _ => return None,
        }
    }
    Some(hasher.finish())
}

/// One part on its way into the file.
struct PartDownload<'a> {
    whole: &'a ParallelDownload<'a>,
    piece: Piece,
    received: u64,
    block: &'a mut PageBuffer,
    fill: usize,
    hasher: Option<Hasher>,
    /// The checksum of the part for the journal.
    recorded: Option<Hasher>,
}

impl PartDownload<'_> {
    /// Hashes and counts the bytes that are in the file already: those of an earlier run or of the first request.
    fn reuse(&mut self) -> Result<()> {
        let Piece { offset, len, .. } = self.piece;
        let front = self.whole.start.saturating_sub(offset).min(len);
        let range = FilledRange { offset, len };
        let there = if front < len && self.whole.filled.contains(&range) {
            len
        } else {
            front
        };
        // A part that is in the file has its line in the journal.
        if there == len {
            self.recorded = None;
        }
        for hasher in [&mut self.hasher, &mut self.recorded].into_iter().flatten() {
            let there = Piece {
                len: there,
                ..self.piece
            };
            self.whole.hash(&there, hasher, self.block)?;
        }
        self.received = there;
        self.whole.meter.add(there - front);
        Ok(())
    }

    fn fetch(&mut self) -> Result<u32> {
        if self.received == self.piece.len {
            return Ok(1);
        }
        let ParallelDownload {
            engine, key, info, ..
        } = self.whole;
        // Progress of other parts counts, because it shows that the store can be reached.
        let meter = self.whole.meter;
        let attempt = || {
            let options = GetOptions {
                offset: self.piece.offset + self.received,
                end: Some(self.piece.offset + self.piece.len),
                if_unchanged: Some(info),
                checksum: ChecksumRequest::IfFree,
            };
            let mut download = engine.get(key, &options)?;
            while self.receive(&mut download)? > 0 {}
            download.finish()
        };
        let done = retry::run(engine, attempt, || meter.get())?;
        self.write()?;
        if self.received != self.piece.len {
            return Err(cut_short(self.received, self.piece.len));
        }
        if let (Some(unfinished), Some(crc)) = (self.whole.unfinished, self.recorded.take()) {
            unfinished.filled(self.piece.offset, self.piece.len, crc.finish());
        }
        Ok(done.attempts)
    }

    /// Reads the next bytes of the part, and returns their number; 0 at the end.
    fn receive(&mut self, download: &mut Download<'_>) -> Result<usize> {
        let len = download.read(&mut self.block[self.fill..])?;
        self.whole.engine.cancel.check()?;
        for hasher in [&mut self.hasher, &mut self.recorded].into_iter().flatten() {
            hasher.update(&self.block[self.fill..self.fill + len]);
        }
        self.fill += len;
        self.received += len as u64;
        assert!(
            self.received <= self.piece.len,
            "a part is no longer than requested"
        );
        self.whole.meter.add(len as u64);
        if self.fill == self.block.len() {
            self.write()?;
        }
        Ok(len)
    }

    fn write(&mut self) -> Result<()> {
        let at = self.piece.offset + self.received - self.fill as u64;
        self.whole.staged.write_at(&self.block[..self.fill], at)?;
        self.fill = 0;
        Ok(())
    }
}
