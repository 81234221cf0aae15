//! A thread that computes the checksum of bytes in order.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::thread;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crate::digest::{Algorithm, Hasher};
use crate::error::{Error, Kind, Result};
use crate::io::page_buffer::PageBuffer;

/// Buffers in addition to the one that is being filled.
const BUFFERS: usize = 3;

/// A thread that hashes full buffers and returns them to be filled again, so that no byte is copied or read twice.
#[derive(Debug)]
pub struct HashThread {
    full: SyncSender<(PageBuffer, usize)>,
    empty: Receiver<PageBuffer>,
    thread: JoinHandle<Hasher>,
    /// Buffers that have not been allocated yet.
    unallocated: usize,
    /// Nanoseconds spent on hashing.
    busy: Arc<AtomicU64>,
    /// The measurements of [`HashThread::has_enough_to_do`].
    load: Load,
}

impl HashThread {
    /// Starts the thread; `None` if the system has no more threads.
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
            unallocated: BUFFERS,
            busy,
            load: Load::new(Instant::now()),
        })
    }

    /// Hashes the first `len` bytes of a buffer, and returns the buffer to fill next, which has the same length. Waits until
    /// there is one.
    pub fn exchange(&mut self, buffer: PageBuffer, len: usize) -> Result<PageBuffer> {
        let size = buffer.len();
        self.full.send((buffer, len)).map_err(|_| gone())?;
        if let Ok(buffer) = self.empty.try_recv() {
            return Ok(buffer);
        }
        if self.unallocated > 0 {
            self.unallocated -= 1;
            return Ok(PageBuffer::new(size));
        }
        self.empty.recv().map_err(|_| gone())
    }

    /// Returns whether the thread was busy for more than a quarter of the time since the last call. A connection that keeps it
    /// so busy is fast: more of them would mostly take processor time from the thread.
    pub fn has_enough_to_do(&mut self) -> bool {
        let busy = Duration::from_nanos(self.busy.load(Ordering::Relaxed));
        self.load.is_high(Instant::now(), busy)
    }

    /// Waits until everything is hashed, and returns the hasher.
    pub fn finish(self) -> Result<Hasher> {
        drop(self.full);
        self.thread.join().map_err(|_| gone())
    }
}

/// The share of time in which a thread was busy, from one call to the next.
#[derive(Debug)]
struct Load {
    /// The time of the last call.
    then: Instant,
    /// The total busy time at the last call.
    busy_then: Duration,
}

impl Load {
    fn new(now: Instant) -> Self {
        Self {
            then: now,
            busy_then: Duration::ZERO,
        }
    }

    /// Returns whether more than a quarter of the time since the last call was busy. `busy` is the total busy time.
    fn is_high(&mut self, now: Instant, busy: Duration) -> bool {
        let elapsed = now.saturating_duration_since(self.then);
        let since = busy.saturating_sub(self.busy_then);
        (self.then, self.busy_then) = (now, busy);
        since.saturating_mul(4) > elapsed
    }
}

/// Hashes all buffers, and counts the time in `busy`.
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
        // The receiver may be gone after the last buffer.
        let _ = back.send(buffer);
    }
    hasher
}

fn gone() -> Error {
    let text = "the thread that computes the checksum ended too early";
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
    fn the_load_is_high_from_more_than_a_quarter_of_the_time_on() {
        // Elapsed and busy milliseconds for 16 MiB: MD5 takes 26 ms on a machine of 2024.
        for (elapsed, busy, high) in [
            // At 600 MB/s (the speed of MD5), 300, 160, 150, 40 and 10 MB/s.
            (28, 26, true),
            (56, 26, true),
            (103, 26, true),
            (104, 26, false),
            (419, 26, false),
            (1678, 26, false),
            // A debug build or a loaded machine takes longer.
            (419, 400, true),
            (2000, 400, false),
            // Nothing was hashed, or no time passed.
            (1, 0, false),
            (0, 0, false),
            (0, 1, true),
        ] {
            let begin = Instant::now();
            let mut load = Load::new(begin);
            let now = begin + Duration::from_millis(elapsed);
            let is_high = load.is_high(now, Duration::from_millis(busy));
            assert_eq!(is_high, high, "{busy} of {elapsed} ms");
        }
    }

    #[test]
    fn the_load_is_that_since_the_last_call() {
        let begin = Instant::now();
        let at = |millis| begin + Duration::from_millis(millis);
        let mut load = Load::new(begin);
        assert!(load.is_high(at(100), Duration::from_millis(90)));
        // Nothing was added in the next 100 ms, and everything in those after.
        assert!(!load.is_high(at(200), Duration::from_millis(90)));
        assert!(load.is_high(at(300), Duration::from_millis(190)));
        // A clock that stands still or goes backwards, and a counter at its limit, do not panic.
        assert!(!load.is_high(at(0), Duration::ZERO));
        assert!(load.is_high(at(400), Duration::MAX));
    }

    #[test]
    fn the_time_that_hashing_takes_is_counted() {
        let mut thread = HashThread::start(Algorithm::Sha256).unwrap();
        let busy = Arc::clone(&thread.busy);
        thread.exchange(PageBuffer::new(1 << 20), 1 << 20).unwrap();
        thread.finish().unwrap();
        assert!(busy.load(Ordering::Relaxed) > 0);
    }
}
