//! Cancellation: by a signal or by the deadline.

use std::collections::HashMap;
use std::net::{Shutdown, TcpStream};
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::error::{Error, Kind, LocalCause, Result};
use crate::exit::Signal;

/// The value in place of a signal's number when the deadline has passed.
const DEADLINE: u8 = 255;

/// The request to stop a run, shared by all its workers.
#[derive(Debug, Default)]
pub struct Cancel {
    /// The number of the signal that asked, [`DEADLINE`], or 0 for none.
    signal: AtomicU8,
    watched: Mutex<Watched>,
    cancelled: Condvar,
}

#[derive(Default)]
struct Watched {
    next: u64,
    sockets: HashMap<u64, TcpStream>,
    cleanups: HashMap<u64, Box<dyn Fn() + Send>>,
    listeners: HashMap<u64, Listener>,
}

/// Receives the signal that stops the run, or `None` at the deadline.
type Listener = Box<dyn Fn(Option<Signal>) + Send>;

impl std::fmt::Debug for Watched {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{} sockets, {} cleanups, {} listeners",
            self.sockets.len(),
            self.cleanups.len(),
            self.listeners.len()
        )
    }
}

impl Cancel {
    /// A run that has not been asked to stop.
    pub fn new() -> Arc<Self> {
        Arc::new(Self::default())
    }

    /// Asks everything to stop: sleeps end and watched sockets are shut down, so that blocked reads return.
    pub fn cancel(&self, signal: Signal) {
        self.stop(signal.number());
    }

    /// Asks everything to stop because the deadline has passed.
    pub fn expire(&self) {
        self.stop(DEADLINE);
    }

    fn stop(&self, why: u8) {
        self.signal.store(why, Ordering::SeqCst);
        let watched = self.lock();
        for socket in watched.sockets.values() {
            // A socket that is closed already needs no shutting down.
            let _ = socket.shutdown(Shutdown::Both);
        }
        for listener in watched.listeners.values() {
            listener(Signal::from_number(why));
        }
        drop(watched);
        self.cancelled.notify_all();
    }

    /// The error of a run that was asked to stop, if it was.
    pub fn check(&self) -> Result<()> {
        if self.signal.load(Ordering::Relaxed) == DEADLINE {
            let error = Error::new(Kind::Disconnected, "the deadline has passed");
            return Err(error
                .permanent()
                .with_local_cause(LocalCause::Stopped)
                .with_hint("--deadline sets how long the whole command may take"));
        }
        match Signal::from_number(self.signal.load(Ordering::Relaxed)) {
            Some(signal) => Err(Error::interrupted(signal)),
            None => Ok(()),
        }
    }

    /// Returns `error`, unless the run was asked to stop, which then is the reason of any failure.
    pub fn or_cancelled(&self, error: Error) -> Error {
        self.check().err().unwrap_or(error)
    }

    /// Waits, or stops early with the error of [`Cancel::check`].
    pub fn sleep(&self, wait: Duration) -> Result<()> {
        let still = |_: &mut Watched| self.check().is_ok();
        drop(
            self.cancelled
                .wait_timeout_while(self.lock(), wait, still)
                .unwrap_or_else(PoisonError::into_inner),
        );
        self.check()
    }

    /// Shuts `socket` down when the run is asked to stop. Keep the guard as long as the socket is in use: it holds a
    /// duplicate of the descriptor, so the peer sees the connection end only after both are dropped.
    pub fn watch(self: &Arc<Self>, socket: &TcpStream) -> std::io::Result<Watch> {
        let copy = socket.try_clone()?;
        let mut watched = self.lock();
        let id = watched.id();
        watched.sockets.insert(id, copy);
        drop(watched);
        if self.check().is_err() {
            // Cancelled between the caller's last check and the insertion above: no other thread will shut it down.
            let _ = socket.shutdown(Shutdown::Both);
        }
        Ok(Watch {
            cancel: Arc::clone(self),
            id,
        })
    }

    /// Registers `remove` for [`Cancel::run_cleanups`], in case the process must end while the guard is alive. In every
    /// other case the guard's owner cleans up itself.
    pub fn on_exit(self: &Arc<Self>, remove: impl Fn() + Send + 'static) -> Watch {
        let mut watched = self.lock();
        let id = watched.id();
        watched.cleanups.insert(id, Box::new(remove));
        Watch {
            cancel: Arc::clone(self),
            id,
        }
    }

    /// Calls `listener` when the run is asked to stop, on the thread that asks, or now if it has been asked already.
    pub fn on_cancel(
        self: &Arc<Self>,
        listener: impl Fn(Option<Signal>) + Send + 'static,
    ) -> Watch {
        let mut watched = self.lock();
        // Under the lock, so that the call is made here or by `stop`, or by both.
        match self.signal.load(Ordering::SeqCst) {
            0 => {}
            why => listener(Signal::from_number(why)),
        }
        let id = watched.id();
        watched.listeners.insert(id, Box::new(listener));
        Watch {
            cancel: Arc::clone(self),
            id,
        }
    }

    /// Cleans up for workers that did not stop in time. The process ends right after.
    pub fn run_cleanups(&self) {
        self.lock()
            .cleanups
            .drain()
            .for_each(|(_, remove)| remove());
    }

    /// The maps stay consistent even if a holder of the lock panicked.
    fn lock(&self) -> MutexGuard<'_, Watched> {
        self.watched.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Watched {
    fn id(&mut self) -> u64 {
        self.next += 1;
        self.next
    }
}

/// Ends a watch when dropped; see [`Cancel::watch`], [`Cancel::on_exit`] and [`Cancel::on_cancel`].
#[derive(Debug)]
pub struct Watch {
    cancel: Arc<Cancel>,
    id: u64,
}

impl Drop for Watch {
    fn drop(&mut self) {
        let mut watched = self.cancel.lock();
        watched.sockets.remove(&self.id);
        watched.cleanups.remove(&self.id);
        watched.listeners.remove(&self.id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::events::Meter;
    use std::io::Read;
    use std::net::TcpListener;
    use std::time::Instant;

    #[test]
    fn a_sleep_ends_when_the_run_is_stopped() {
        let cancel = Cancel::new();
        let stopper = Arc::clone(&cancel);
        let begin = Instant::now();
        let thread = std::thread::spawn(move || stopper.cancel(Signal::Terminate));
        assert!(cancel.sleep(Duration::from_secs(600)).is_err());
        assert!(begin.elapsed() < Duration::from_secs(300));
        thread.join().unwrap();
    }

    #[test]
    fn a_blocked_read_ends_when_the_run_is_stopped() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let mut ours = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let (_theirs, _) = listener.accept().unwrap();
        let cancel = Cancel::new();
        let watch = cancel.watch(&ours).unwrap();
        let stopper = Arc::clone(&cancel);
        let thread = std::thread::spawn(move || stopper.cancel(Signal::Interrupt));
        assert_eq!(ours.read(&mut [0; 1]).unwrap(), 0);
        thread.join().unwrap();
        drop(watch);
        assert!(cancel.lock().sockets.is_empty());
    }

    #[test]
    fn bytes_can_be_taken_back() {
        let meter = Meter::new();
        meter.add(5);
        meter.clone().rewind(3);
        assert_eq!(meter.get(), 2);
    }
}
