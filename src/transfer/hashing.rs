//! A digest that is computed on a thread of its own, of bytes that come in order.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crate::digest::{Algorithm, Hasher};
use crate::error::{Error, Kind, Result};
use crate::payload::PageBuffer;

/// Buffers that are under way beside the one that is being filled.
const BUFFERS: usize = 3;

/// Takes full buffers and gives them back to be filled again, so that nothing is copied or read a second time.
#[derive(Debug)]
pub struct HashThread {
    full: SyncSender<(PageBuffer, usize)>,
    empty: Receiver<PageBuffer>,
    thread: JoinHandle<Hasher>,
    /// Buffers that have not been made yet.
    unmade: usize,
    /// Nanoseconds in which it had something to do.
    busy: Arc<AtomicU64>,
    /// When, and with how much of that, [`HashThread::has_enough_to_do`] was asked last.
    asked: (Instant, Duration),
}

impl HashThread {
    /// `None` if the system has no more threads.
    pub fn start(algorithm: Algorithm) -> Option<Self> {
        let (full, work) = sync_channel(BUFFERS);
        let (back, empty) = channel();
        let busy = Arc::<AtomicU64>::default();
        let counter = Arc::clone(&busy);
        let thread = thread::Builder::new()
            .spawn(move || hash(algorithm, &work, &back, &counter))
            .ok()?;
        Some(Self {
            full,
            empty,
            thread,
            unmade: BUFFERS,
            busy,
            asked: (Instant::now(), Duration::ZERO),
        })
    }

    /// Takes the first `len` bytes of a buffer, and returns one of the same length to be filled next; waits until there is
    /// one.
    pub fn exchange(&mut self, buffer: PageBuffer, len: usize) -> Result<PageBuffer> {
        let size = buffer.len();
        self.full.send((buffer, len)).map_err(|_| gone())?;
        if let Ok(buffer) = self.empty.try_recv() {
            return Ok(buffer);
        }
        if self.unmade > 0 {
            self.unmade -= 1;
            return Ok(PageBuffer::new(size));
        }
        self.empty.recv().map_err(|_| gone())
    }

    /// Whether it was busy for a quarter of the time, or more, since this was asked last. A connection that keeps it so busy is
    /// fast: several of them would mostly take processor time from it.
    pub fn has_enough_to_do(&mut self) -> bool {
        let busy = Duration::from_nanos(self.busy.load(Ordering::Relaxed));
        let (then, busy_then) = std::mem::replace(&mut self.asked, (Instant::now(), busy));
        busy.saturating_sub(busy_then) * 4 > then.elapsed()
    }

    /// The hasher, when it has seen everything.
    pub fn finish(self) -> Result<Hasher> {
        drop(self.full);
        self.thread.join().map_err(|_| gone())
    }
}

fn hash(
    algorithm: Algorithm,
    work: &Receiver<(PageBuffer, usize)>,
    back: &Sender<PageBuffer>,
    busy: &AtomicU64,
) -> Hasher {
    let mut hasher = Hasher::new(algorithm);
    for (buffer, len) in work {
        let begin = Instant::now();
        hasher.update(&buffer[..len]);
        let nanos = u64::try_from(begin.elapsed().as_nanos()).unwrap_or(u64::MAX);
        busy.fetch_add(nanos, Ordering::Relaxed);
        // After the last buffer nobody may want it.
        let _ = back.send(buffer);
    }
    hasher
}

fn gone() -> Error {
    let text = "the thread that computes the digest ended in the middle of it";
    Error::new(Kind::Local, text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buffers_are_hashed_in_their_order_and_used_again() {
        let mut thread = HashThread::start(Algorithm::Md5).unwrap();
        let mut buffer = PageBuffer::new(1000);
        let mut content = Vec::new();
        let mut places = std::collections::HashSet::new();
        for index in 0..100_u8 {
            let len = if index == 99 { 7 } else { 1000 };
            buffer[..len].fill(index);
            content.extend_from_slice(&buffer[..len]);
            places.insert(buffer.as_ptr());
            buffer = thread.exchange(buffer, len).unwrap();
            assert_eq!(buffer.len(), 1000);
        }
        let digest = thread.finish().unwrap().finish();
        assert_eq!(digest, Hasher::digest(Algorithm::Md5, &content));
        assert!(places.len() <= BUFFERS + 1, "{places:?}");
    }

    #[test]
    fn it_has_enough_to_do_while_it_is_kept_busy() {
        let mut thread = HashThread::start(Algorithm::Sha256).unwrap();
        let mut buffer = PageBuffer::new(1 << 20);
        for _ in 0..32 {
            buffer = thread.exchange(buffer, 1 << 20).unwrap();
        }
        assert!(thread.has_enough_to_do());
        std::thread::sleep(Duration::from_millis(500));
        assert!(!thread.has_enough_to_do());
    }
}
