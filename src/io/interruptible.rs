//! Reads that wait for a slow source and stop early: on a signal, at the deadline, or because the upload has failed.

use std::fs::File;
use std::io;
use std::io::Read;
use std::os::fd::AsFd;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rustix::event::{PollFd, PollFlags, Timespec, poll};

use crate::cancel::Cancel;
use crate::error::{Error, Kind, Result};

/// The length of one wait, after which the reasons to stop are checked again.
const STEP: Timespec = Timespec {
    tv_sec: 0,
    tv_nsec: 200_000_000,
};

/// The reasons to stop waiting for a source.
#[derive(Debug, Clone)]
pub struct StopReading {
    cancel: Arc<Cancel>,
    abandoned: Arc<AtomicBool>,
}

impl StopReading {
    /// Stops when the run is asked to stop.
    pub fn new(cancel: &Arc<Cancel>) -> Self {
        Self {
            cancel: Arc::clone(cancel),
            abandoned: Arc::default(),
        }
    }

    /// The request to stop the run.
    pub fn cancel(&self) -> &Arc<Cancel> {
        &self.cancel
    }

    /// Stops the reads of this source, because its upload has failed.
    pub fn abandon(&self) {
        self.abandoned.store(true, Ordering::Relaxed);
    }

    /// Waits until a read from `file` would not block, because there are bytes or because the end is reached.
    pub fn wait_readable(&self, file: impl AsFd) -> Result<()> {
        loop {
            self.check()?;
            match poll(&mut [PollFd::new(&file, PollFlags::IN)], Some(&STEP)) {
                Ok(0) | Err(rustix::io::Errno::INTR) => {}
                Ok(_) => return Ok(()),
                Err(errno) => return Err(Error::local("wait for the source", &errno.into())),
            }
        }
    }

    fn check(&self) -> Result<()> {
        self.cancel.check()?;
        match self.abandoned.load(Ordering::Relaxed) {
            // Never reported: the failure of the upload came first.
            true => Err(Error::new(Kind::Local, "the upload has failed")),
            false => Ok(()),
        }
    }
}

/// A pipe or device that may be silent for a long time.
#[derive(Debug)]
pub struct InterruptibleReader {
    file: File,
    stop: StopReading,
}

impl InterruptibleReader {
    /// Reads from `file` until one of the reasons to stop.
    pub fn new(file: File, stop: &StopReading) -> Self {
        Self {
            file,
            stop: stop.clone(),
        }
    }
}

impl Read for InterruptibleReader {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        self.stop
            .wait_readable(&self.file)
            .map_err(Error::into_io)?;
        self.file.read(buf)
    }
}
