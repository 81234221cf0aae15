//! The sync of a directory, shared by the files that are renamed into it at the same time.
//!
//! A rename is durable after a sync of the directory that *begins* after it. While one thread waits for such a sync, the
//! renames of others accumulate; the next sync is for all of them.

use std::collections::HashMap;
use std::hash::Hash;
use std::os::fd::AsFd;
use std::sync::{Arc, Condvar, LazyLock, Mutex, MutexGuard, PoisonError};

use rustix::io::{Result, retry_on_intr};

/// Makes the renames in `dir` durable that have returned before this call.
pub fn sync_directory(dir: impl AsFd) -> Result<()> {
    static DIRECTORIES: LazyLock<SharedSyncs<(u64, u64)>> = LazyLock::new(SharedSyncs::default);
    let stat = rustix::fs::fstat(&dir)?;
    DIRECTORIES.sync((stat.st_dev, stat.st_ino), || {
        retry_on_intr(|| rustix::fs::fsync(&dir))
    })
}

/// The syncs that are running or waited for, by directory.
struct SharedSyncs<K>(Mutex<HashMap<K, Arc<SharedSync>>>);

impl<K> Default for SharedSyncs<K> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

/// The syncs of one directory.
#[derive(Default)]
struct SharedSync {
    turns: Mutex<Turns>,
    ended: Condvar,
}

/// Requests and syncs of one directory, counted from 1.
#[derive(Default)]
struct Turns {
    /// The number of the last request.
    requested: u64,
    /// The last request that a finished sync was for.
    done: u64,
    is_running: bool,
}

impl<K: Copy + Eq + Hash> SharedSyncs<K> {
    /// Returns after a successful `sync` that began after this call: its own, or that of another caller for the same `key`.
    /// The error of a sync is for the caller who did it; the others try again.
    fn sync(&self, key: K, sync: impl Fn() -> Result<()>) -> Result<()> {
        let shared = Arc::clone(lock(&self.0).entry(key).or_default());
        let result = shared.take_turn(sync);
        let mut all = lock(&self.0);
        // This caller and the map: no other caller waits.
        if Arc::strong_count(&shared) == 2 {
            all.remove(&key);
        }
        result
    }
}

impl SharedSync {
    fn take_turn(&self, sync: impl Fn() -> Result<()>) -> Result<()> {
        let mut turns = lock(&self.turns);
        turns.requested += 1;
        let own = turns.requested;
        loop {
            if turns.done >= own {
                return Ok(());
            }
            if turns.is_running {
                turns = self
                    .ended
                    .wait(turns)
                    .unwrap_or_else(PoisonError::into_inner);
                continue;
            }
            turns.is_running = true;
            let requested = turns.requested;
            drop(turns);
            let result = sync();
            turns = lock(&self.turns);
            turns.is_running = false;
            if result.is_ok() {
                turns.done = requested;
            }
            self.ended.notify_all();
            return result;
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::thread;

    use rustix::io::Errno;

    use super::*;

    /// Waits until `requests` were made for the directory 1.
    fn await_requests(all: &SharedSyncs<u8>, requests: u64) {
        let reached = || {
            let shared = lock(&all.0).get(&1).cloned();
            shared.is_some_and(|shared| lock(&shared.turns).requested >= requests)
        };
        while !reached() {
            thread::yield_now();
        }
    }

    #[test]
    fn requests_during_a_sync_share_the_next_one() {
        let (all, syncs) = (SharedSyncs::<u8>::default(), AtomicUsize::new(0));
        let first = || {
            // The first sync runs until the others wait.
            if syncs.fetch_add(1, Ordering::SeqCst) == 0 {
                await_requests(&all, 4);
            }
            Ok(())
        };
        thread::scope(|scope| {
            scope.spawn(|| all.sync(1, first).unwrap());
            await_requests(&all, 1);
            for _ in 0..3 {
                scope.spawn(|| all.sync(1, first).unwrap());
            }
        });
        assert_eq!(syncs.load(Ordering::SeqCst), 2);
        assert!(lock(&all.0).is_empty());
    }

    #[test]
    fn a_failure_is_for_one_caller() {
        let (all, syncs) = (SharedSyncs::<u8>::default(), AtomicUsize::new(0));
        let fails_first = || match syncs.fetch_add(1, Ordering::SeqCst) {
            0 => {
                await_requests(&all, 2);
                Err(Errno::IO)
            }
            _ => Ok(()),
        };
        thread::scope(|scope| {
            let failed = scope.spawn(|| all.sync(1, fails_first));
            await_requests(&all, 1);
            let other = scope.spawn(|| all.sync(1, fails_first));
            assert_eq!(failed.join().unwrap(), Err(Errno::IO));
            assert_eq!(other.join().unwrap(), Ok(()));
        });
        assert_eq!(syncs.load(Ordering::SeqCst), 2);
    }

    #[test]
    fn directories_do_not_wait_for_each_other() {
        let all = SharedSyncs::<u8>::default();
        let inner = || all.sync(2, || Ok(()));
        assert_eq!(all.sync(1, inner), Ok(()));
    }
}
