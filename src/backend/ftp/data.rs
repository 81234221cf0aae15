//! Data connections: opened for one command each, passively or actively, and closed with the server's last word.

use std::io::{self, Read, Write};
use std::net::Shutdown;
use std::time::{Duration, Instant};

use ftp::{FtpError, Status, TransferStream};

use super::replies::Reply;
use super::server::{Passive, lock};
use super::session::{Dialled, Session, State, verb};
use super::tls::Protected;
use super::{Mode, Tls};
use crate::error::{Error, Kind, Result};
use crate::progress::Watch;

/// How long a server that was asked to continue a file may read nothing of it: some decline, keep the data connection and
/// read no more. Whatever the reason is, the next attempt goes on or begins anew.
const TO_CONTINUE: Duration = Duration::from_secs(10);

/// How a command that opens a data connection was answered.
pub enum Opened {
    /// Data can flow.
    Ready(Transfer),
    /// The server said no; the session is in step.
    Refused(Reply),
}

/// What the server said at the end of a transfer.
pub enum Ended {
    /// All is well, it claims.
    Complete,
    /// It is not.
    Refused(Reply),
    /// Nothing that can be understood; the session is broken.
    Unclear(Error),
}

impl Session {
    /// Opens a data connection for `command`; `offset` goes ahead of it as REST.
    pub fn open_data(&mut self, command: &str, offset: u64) -> Result<Opened> {
        self.transfers += 1;
        let opened = self.negotiate(command, offset)?;
        if let (Opened::Refused(_), true) = (&opened, offset > 0) {
            // The offset may be waiting for the next transfer. Whatever the answer is, it does not any more.
            self.ask("REST 0")?;
        }
        Ok(opened)
    }

    fn negotiate(&mut self, command: &str, offset: u64) -> Result<Opened> {
        let offset = usize::try_from(offset)
            .map_err(|_| Error::new(Kind::Remote, "the blob is too long for this machine"))?;
        if self.server.config.mode == Mode::Active {
            return self.open_active(command, offset);
        }
        let passive = self.server.facts().passive;
        match self.open_passive(command, offset, passive)? {
            Passively::Opened(opened) => Ok(opened),
            Passively::NoWay(_) if passive == Passive::Extended => {
                match self.open_passive(command, offset, Passive::Plain)? {
                    Passively::Opened(opened) => {
                        self.server.facts().passive = Passive::Plain;
                        Ok(opened)
                    }
                    Passively::NoWay(error) => Err(error),
                }
            }
            Passively::NoWay(error) => Err(error),
        }
    }

    fn open_passive(&mut self, command: &str, offset: usize, how: Passive) -> Result<Passively> {
        self.ftp.set_mode(match how {
            Passive::Extended => ftp::Mode::ExtendedPassive,
            Passive::Plain => ftp::Mode::Passive,
        });
        *lock(&self.dialled) = Dialled::No;
        let error = match self.begin_transfer(command, offset)? {
            Ok(transfer) => return Ok(Passively::Opened(Opened::Ready(transfer))),
            Err(error) => error,
        };
        let dialled = *lock(&self.dialled);
        match (dialled, error) {
            (Dialled::Failed, FtpError::ConnectionError(error)) => Ok(Passively::NoWay(
                Error::disconnected("connect to the server's data port", &error)
                    .hint("a firewall may be in between; `mode = \"active\"` is the other way"),
            )),
            (Dialled::Yes, error) => {
                let reply = self.reply_in(error, verb(command))?;
                Ok(Passively::Opened(Opened::Refused(reply)))
            }
            (_, FtpError::BadResponse) => Ok(Passively::NoWay(Error::new(
                Kind::Remote,
                "the server's answer to PASV is not understood",
            ))),
            (_, error) => {
                let reply = self.reply_in(error, "PASV")?;
                Ok(Passively::NoWay(match reply.code {
                    400..=499 => reply.refusal(),
                    _ => reply.error(Kind::Remote, "the server opens no port for data"),
                }))
            }
        }
    }

    fn open_active(&mut self, command: &str, offset: usize) -> Result<Opened> {
        self.ftp.set_mode(ftp::Mode::Active);
        let error = match self.begin_transfer(command, offset)? {
            Ok(transfer) => return Ok(Opened::Ready(transfer)),
            Err(error) => error,
        };
        if let FtpError::ConnectionError(error) = &error
            && error.kind() == io::ErrorKind::WouldBlock
        {
            self.state = State::Broken;
            let text = "the server did not connect back in time";
            return Err(Error::new(Kind::Disconnected, text)
                .hint("with a firewall or NAT in between, use `mode = \"passive\"`"));
        }
        let reply = self.reply_in(error, verb(command))?;
        // The crate does not say whether this answers PORT or the command: only the wording tells.
        let connection = ["port", "eprt", "connect", "address"];
        if reply.code == 425 || matches!(reply.code, 500..=504) && reply.mentions(&connection) {
            let text = "the server does not connect back";
            return Err(reply
                .error(Kind::Remote, text)
                .hint("use `mode = \"passive\"` (--ftp-mode passive)"));
        }
        Ok(Opened::Refused(reply))
    }

    fn begin_transfer(
        &mut self,
        command: &str,
        offset: usize,
    ) -> Result<Result<Transfer, FtpError>> {
        self.trace(">", command);
        self.wait_at_most(self.limits.idle)?;
        let opened = self.ftp.resume_transfer(offset).and_then(|()| {
            self.ftp
                .custom_data_command(command, &[Status::AboutToSend, Status::AlreadyOpen])
        });
        let stream = match opened {
            Ok((_, stream)) => stream,
            Err(error) => return Ok(Err(error)),
        };
        let transfer = self.prepare(stream);
        transfer.map(Ok).map_err(|error| {
            self.state = State::Broken;
            Error::disconnected("the data connection", &error)
        })
    }

    fn prepare(&self, stream: TransferStream<Protected>) -> io::Result<Transfer> {
        let socket = stream.get_ref().get_ref();
        socket.set_nodelay(true)?;
        socket.set_read_timeout(Some(self.limits.idle))?;
        socket.set_write_timeout(Some(self.patience_of_one_write()))?;
        let watch = self.server.context.cancel.watch(socket)?;
        Ok(Transfer { watch, stream })
    }

    /// A write in the clear is asked again after a second whether the server has said its last word meanwhile. Under TLS a
    /// write that was given up cannot be taken up again.
    fn patience_of_one_write(&self) -> Duration {
        match self.server.config.tls {
            Tls::None => self.limits.idle.min(Duration::from_secs(1)),
            Tls::Explicit | Tls::Implicit => self.limits.idle,
        }
    }

    /// Writes all bytes of a file that is sent from `start` on, unless none of them moves for too long, or the server ends
    /// the transfer without reading on.
    pub fn write_all(
        &self,
        transfer: &mut Transfer,
        mut bytes: &[u8],
        start: u64,
    ) -> io::Result<()> {
        let patience = match start {
            0 => self.limits.idle,
            // A last word that came together with the first one cannot be seen from here.
            _ => self.limits.idle.min(TO_CONTINUE),
        };
        let mut moved = Instant::now();
        while !bytes.is_empty() {
            match transfer.stream.write(bytes) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(len) => {
                    bytes = &bytes[len..];
                    moved = Instant::now();
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error)
                    if error.kind() == io::ErrorKind::WouldBlock
                        && moved.elapsed() < patience
                        && self.server.config.tls == Tls::None
                        && self.is_quiet() => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Closes the data connection and hears what the server says about the transfer.
    pub fn finish(&mut self, transfer: Transfer, patience: Patience) -> Ended {
        let wait = match patience {
            Patience::Full => self.limits.completion,
            Patience::Short => self.limits.idle.min(Duration::from_secs(5)),
        };
        let Transfer { watch, stream } = transfer;
        // The watch holds a copy of the socket: with it, the server would wait for the end of the data, and we for it.
        drop(watch);
        let finished = match self.wait_at_most(wait) {
            Ok(()) => stream.finish(),
            Err(error) => {
                self.abandon(&stream);
                return Ended::Unclear(error);
            }
        };
        match finished {
            Ok(()) => {
                self.trace("<", "the transfer is complete");
                Ended::Complete
            }
            Err(error) => match self.reply_in(error, "the transfer") {
                // A reply that ends nothing: another one follows, which nobody will read.
                Ok(reply) if reply.code < 400 => Ended::Unclear(self.odd(&reply)),
                Ok(reply) => Ended::Refused(reply),
                Err(error) => Ended::Unclear(error),
            },
        }
    }

    /// Breaks the transfer off: both connections are cut, so that nobody waits for a reply.
    pub fn cut(&mut self, transfer: Transfer) {
        let Transfer { watch, stream } = transfer;
        drop(watch);
        self.abandon(&stream);
    }

    fn abandon(&mut self, stream: &TransferStream<Protected>) {
        self.state = State::Broken;
        // Sockets that are closed already need no shutting down.
        let _ = self.ftp.get_ref().shutdown(Shutdown::Both);
        let _ = stream.get_ref().get_ref().shutdown(Shutdown::Both);
    }
}

/// How long the end of a transfer is waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Patience {
    /// As long as a server may need to flush a large file.
    Full,
    /// Only the reason of a failure is missing.
    Short,
}

/// How a passive data connection went.
enum Passively {
    Opened(Opened),
    /// The connection was not made; the session is in step.
    NoWay(Error),
}

/// A data connection in use. It has to go back to [`Session::finish`] or [`Session::cut`].
pub struct Transfer {
    // Dropped first: while it holds its copy of the socket, the server does not see the end of the data.
    watch: Watch,
    stream: TransferStream<Protected>,
}

impl Transfer {
    /// Changes how long a read may wait.
    pub fn wait_at_most(&self, wait: Duration) -> io::Result<()> {
        self.stream.get_ref().get_ref().set_read_timeout(Some(wait))
    }
}

impl Read for Transfer {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        self.stream.read(buf)
    }
}

impl Transfer {
    /// Sends what may be in buffers yet.
    pub fn flush(&mut self) -> io::Result<()> {
        self.stream.flush()
    }
}
