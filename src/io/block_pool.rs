//! A bounded amount of memory for bytes that have to be kept until they are sent.
//!
//! It consists of blocks of one size, which are used again and again. Large pieces of different sizes that come and go
//! would leave holes in the heap, and a process would grow far beyond what it holds.

use std::io;
use std::io::Read;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

/// Bytes of a block.
const BLOCK: u64 = 1 << 20;

/// The memory that several pieces share.
#[derive(Debug)]
pub struct BlockPool {
    most: u64,
    state: Mutex<PoolState>,
    freed: Condvar,
}

#[derive(Debug, Default)]
struct PoolState {
    /// Bytes that pieces have or may come to have.
    taken: u64,
    free: Vec<Vec<u8>>,
}

impl BlockPool {
    /// At most `most` bytes at once, or a single piece that is larger.
    pub fn new(most: u64) -> Arc<Self> {
        Arc::new(Self {
            most,
            state: Mutex::default(),
            freed: Condvar::new(),
        })
    }

    /// Room for a piece of up to `len` bytes; waits until pieces that are held make room for it.
    pub fn take(self: &Arc<Self>, len: u64) -> PooledBuffer {
        let is_full =
            |state: &mut PoolState| state.taken > 0 && state.taken.saturating_add(len) > self.most;
        let mut state = self
            .freed
            .wait_while(self.lock(), is_full)
            .unwrap_or_else(PoisonError::into_inner);
        state.taken = state.taken.saturating_add(len);
        drop(state);
        PooledBuffer {
            pool: Arc::clone(self),
            room: len,
            blocks: Vec::new(),
        }
    }

    fn block(&self) -> Vec<u8> {
        let free = self.lock().free.pop();
        free.unwrap_or_else(|| Vec::with_capacity(usize::try_from(BLOCK).unwrap_or(0)))
    }

    fn lock(&self) -> MutexGuard<'_, PoolState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A buffer made of blocks, which go back to the pool when it is dropped.
#[derive(Debug)]
pub struct PooledBuffer {
    pool: Arc<BlockPool>,
    room: u64,
    blocks: Vec<Vec<u8>>,
}

impl PooledBuffer {
    /// Reads from `reader` until its end, or until the buffer is full.
    pub fn fill(&mut self, reader: &mut dyn Read) -> io::Result<()> {
        loop {
            let want = BLOCK.min(self.room - self.len());
            if want == 0 {
                return Ok(());
            }
            let mut block = self.pool.block();
            let read = reader.take(want).read_to_end(&mut block);
            let ended = (block.len() as u64) < want;
            self.blocks.push(block);
            read?;
            if ended {
                return Ok(());
            }
        }
    }

    /// Bytes in it.
    pub fn len(&self) -> u64 {
        self.blocks.iter().map(|block| block.len() as u64).sum()
    }

    /// Returns whether it has no bytes.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The bytes, in pieces of their own.
    pub fn chunks(&self) -> impl Iterator<Item = &[u8]> {
        self.blocks.iter().map(Vec::as_slice)
    }

    /// The bytes from `start` on; `None` if there are fewer.
    pub fn reader_from(&self, start: u64) -> Option<PooledReader<'_>> {
        let mut left = start;
        let mut blocks = self.blocks.as_slice();
        while let [block, rest @ ..] = blocks {
            let len = block.len() as u64;
            if left < len {
                break;
            }
            left -= len;
            blocks = rest;
        }
        let at = usize::try_from(left).ok()?;
        (at == 0 || !blocks.is_empty()).then_some(PooledReader { blocks, at })
    }
}

impl Drop for PooledBuffer {
    fn drop(&mut self) {
        let mut state = self.pool.lock();
        state.taken = state.taken.saturating_sub(self.room);
        for mut block in self.blocks.drain(..) {
            block.clear();
            state.free.push(block);
        }
        drop(state);
        self.pool.freed.notify_all();
    }
}

/// Reads a buffer from any offset to its end.
#[derive(Debug)]
pub struct PooledReader<'a> {
    blocks: &'a [Vec<u8>],
    at: usize,
}

impl Read for PooledReader<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        while let [block, rest @ ..] = self.blocks {
            assert!(self.at <= block.len(), "the position is within the block");
            let left = &block[self.at..];
            if !left.is_empty() {
                let len = left.len().min(buf.len());
                buf[..len].copy_from_slice(&left[..len]);
                self.at += len;
                return Ok(len);
            }
            (self.blocks, self.at) = (rest, 0);
        }
        Ok(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIB: u64 = 1 << 20;

    #[test]
    fn a_piece_takes_what_there_is_room_for_and_can_be_read_again() {
        let pool = BlockPool::new(8 * MIB);
        let bytes: Vec<u8> = (0..3 * MIB + 5).map(|n| (n % 251) as u8).collect();
        let mut source = bytes.as_slice();
        let (mut first, mut second) = (pool.take(2 * MIB + 1), pool.take(4 * MIB));
        first.fill(&mut source).unwrap();
        second.fill(&mut source).unwrap();
        assert_eq!((first.len(), second.len()), (2 * MIB + 1, MIB + 4));
        for _ in 0..2 {
            let mut all = Vec::new();
            let mut readers = first
                .reader_from(0)
                .unwrap()
                .chain(second.reader_from(0).unwrap());
            readers.read_to_end(&mut all).unwrap();
            assert!(all == bytes);
        }
        for start in [1, MIB - 1, MIB, MIB + 1, 2 * MIB, first.len()] {
            let mut rest = Vec::new();
            let mut reader = first.reader_from(start).unwrap();
            reader.read_to_end(&mut rest).unwrap();
            let skipped = usize::try_from(start).unwrap();
            assert!(rest == bytes[skipped..skipped + rest.len()], "{start}");
            assert_eq!(start + rest.len() as u64, first.len());
        }
        assert!(first.reader_from(first.len() + 1).is_none());
        assert!(first.chunks().chain(second.chunks()).flatten().eq(&bytes));
    }

    #[test]
    fn memory_is_used_again_and_a_piece_that_is_too_large_comes_alone() {
        let pool = BlockPool::new(2 * MIB);
        for len in [MIB, 2 * MIB, 5 * MIB] {
            let mut piece = pool.take(len);
            piece.fill(&mut io::repeat(7)).unwrap();
            assert_eq!(piece.len(), len);
        }
        assert_eq!(pool.lock().taken, 0);
        assert_eq!(pool.lock().free.len(), 5);
    }

    #[test]
    fn who_finds_no_room_waits_until_there_is_some() {
        let pool = BlockPool::new(2 * MIB);
        let first = pool.take(2 * MIB);
        std::thread::scope(|scope| {
            let waiting = scope.spawn(|| pool.take(1).is_empty());
            drop(first);
            assert!(waiting.join().unwrap());
        });
    }
}
