//! One connection: its writes and reads, and its state after a failure.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::atomic::Ordering;
use std::time::Duration;
use std::{fmt, io};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::net::RecvFlags;
use ureq::unversioned::transport::{Buffers, NextTimeout, Transport};
use ureq::{Error, Timeout};

use super::buffers::SocketBuffers;
use super::{ANSWERED, GENERATION, Traffic};
use crate::cancel::Watch;

/// The state of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SocketState {
    Usable,
    /// The response came early: nothing more is sent, and the connection is not reused.
    Answered,
    /// A write failed in the middle, by a timeout or for another reason.
    Broken(Option<Timeout>),
}

/// One TCP connection.
pub(super) struct Socket {
    pub(super) stream: TcpStream,
    pub(super) buffers: SocketBuffers,
    pub(super) traffic: Traffic,
    /// True if a request is being sent and its response is not awaited yet.
    pub(super) sending_body: bool,
    pub(super) state: SocketState,
    /// The value of [`GENERATION`] when the connection was made.
    pub(super) generation: u64,
    pub(super) read_timeout: Option<Duration>,
    pub(super) write_timeout: Option<Duration>,
    pub(super) _watch: Watch,
}

impl fmt::Debug for Socket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Socket")
            .field("peer", &self.stream.peer_addr().ok())
            .finish_non_exhaustive()
    }
}

impl Socket {
    /// Fails after an earlier write has failed.
    fn check(&self) -> Result<(), Error> {
        match self.state {
            SocketState::Broken(Some(timeout)) => Err(Error::Timeout(timeout)),
            SocketState::Broken(None) => Err(Error::Io(io::ErrorKind::BrokenPipe.into())),
            SocketState::Usable | SocketState::Answered => Ok(()),
        }
    }

    /// True if the output buffer is delayed: a request head waits for its body, a TLS record for others. Delayed output
    /// is sent before the next wait for input.
    fn should_hold(&self, added: usize) -> bool {
        const RECORD: usize = 20 << 10;
        let held = self.buffers.held;
        if self.traffic == Traffic::Tls {
            return held + RECORD <= self.buffers.output.len();
        }
        let only_a_head = held == added
            && !self.sending_body
            && self.buffers.output[..held].ends_with(b"\r\n\r\n");
        only_a_head && held + RECORD <= self.buffers.output.len()
    }

    fn flush(&mut self, timeout: &NextTimeout) -> Result<(), Error> {
        let len = std::mem::take(&mut self.buffers.held);
        if len == 0 || self.state == SocketState::Answered {
            return Ok(());
        }
        let timeout = timeout.for_write();
        if limit(&timeout) != self.write_timeout {
            self.write_timeout = limit(&timeout);
            self.stream.set_write_timeout(self.write_timeout)?;
        }
        // With TLS an early byte may be a session ticket.
        let can_tell = self.traffic == Traffic::Plain;
        if self.sending_body && can_tell && self.answer_is_there(&timeout)? {
            self.stop_sending();
            return Ok(());
        }
        let written = (&self.stream).write_all(&self.buffers.output[..len]);
        self.wrote(written, timeout.reason)
    }

    fn wrote(&mut self, written: io::Result<()>, reason: Timeout) -> Result<(), Error> {
        match written {
            Ok(()) => Ok(()),
            // The server closed the connection during the body, usually after an error response.
            Err(error)
                if self.sending_body
                    && matches!(
                        error.kind(),
                        io::ErrorKind::BrokenPipe | io::ErrorKind::ConnectionReset
                    ) =>
            {
                self.stop_sending();
                Ok(())
            }
            Err(error) => {
                let error = timeout_or_io(error, reason);
                self.state = SocketState::Broken(match error {
                    Error::Timeout(timeout) => Some(timeout),
                    _ => None,
                });
                Err(error)
            }
        }
    }

    fn stop_sending(&mut self) {
        self.state = SocketState::Answered;
        ANSWERED.set(true);
    }

    /// Waits until the socket is writable or readable; true if it is readable or closed.
    fn answer_is_there(&self, timeout: &NextTimeout) -> Result<bool, Error> {
        let wait = limit(timeout).and_then(|limit| Timespec::try_from(limit).ok());
        let mut polled = [PollFd::new(&self.stream, PollFlags::IN | PollFlags::OUT)];
        loop {
            match poll(&mut polled, wait.as_ref()) {
                Ok(0) => return Err(Error::Timeout(timeout.reason)),
                Ok(_) => {
                    let news = PollFlags::IN | PollFlags::ERR | PollFlags::HUP;
                    return Ok(polled[0].revents().intersects(news));
                }
                Err(rustix::io::Errno::INTR) => {}
                Err(errno) => return Err(Error::Io(errno.into())),
            }
        }
    }
}

impl Transport for Socket {
    fn buffers(&mut self) -> &mut dyn Buffers {
        &mut self.buffers
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), Error> {
        self.check()?;
        self.buffers.held += amount;
        if self.state == SocketState::Answered {
            self.buffers.held = 0;
            return Ok(());
        }
        if self.should_hold(amount) {
            return Ok(());
        }
        self.buffers.note_early_write();
        let result = self.flush(&timeout);
        self.sending_body = true;
        result
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, Error> {
        self.check()?;
        self.flush(&timeout)?;
        self.buffers.note_response();
        self.sending_body = false;
        let timeout = timeout.for_read();
        if limit(&timeout) != self.read_timeout {
            self.read_timeout = limit(&timeout);
            self.stream.set_read_timeout(self.read_timeout)?;
        }
        let room = self.buffers.input_append_buf();
        let len = loop {
            match (&self.stream).read(room) {
                Ok(len) => break len,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(timeout_or_io(error, timeout.reason)),
            }
        };
        // A hint that the system may ignore. It expires with the next delay, so it is set each time.
        #[cfg(target_os = "linux")]
        let _ = rustix::net::sockopt::set_tcp_quickack(&self.stream, true);
        self.buffers.input_appended(len);
        Ok(len > 0)
    }

    fn is_open(&mut self) -> bool {
        let peek = RecvFlags::PEEK | RecvFlags::DONTWAIT;
        let nothing_to_read = matches!(
            rustix::net::recv(&self.stream, &mut [0u8; 1], peek),
            Err(rustix::io::Errno::AGAIN)
        );
        let is_current = self.generation == GENERATION.load(Ordering::Relaxed);
        self.state == SocketState::Usable && is_current && nothing_to_read
    }
}

pub(super) fn limit(timeout: &NextTimeout) -> Option<Duration> {
    timeout.not_zero().map(|limit| *limit)
}

/// The system's timeout as ureq's own.
pub(super) fn timeout_or_io(error: io::Error, reason: Timeout) -> Error {
    match error.kind() {
        io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut => Error::Timeout(reason),
        _ => Error::Io(error),
    }
}
