//! Data connections: each is opened for one command, in passive or active mode, and ends with the server's final reply.

use std::io;
use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use super::active::{Listener, connect_back_refused};
use super::config::{Mode, Tls};
use super::reply::Reply;
use super::server::Passive;
use super::session::{FtpSession, SessionState, verb};
use super::stream::Wire;
use super::{passive, socket};
use crate::cancel::Watch;
use crate::error::{Error, Kind, Result};

/// The time that a server may read nothing of a resumed upload: some refuse to resume, keep the data connection open and
/// stop reading. The next attempt resumes or starts from the beginning.
const RESUME_STALL_LIMIT: Duration = Duration::from_secs(10);

/// The result of a command that opens a data connection.
pub enum Opened {
    /// Data can flow.
    Ready(Transfer),
    /// The server refused; the session is in sync.
    Refused(Reply),
}

/// The final reply of a transfer.
pub enum Completion {
    /// The server reports success.
    Confirmed,
    /// The server reports an error.
    Refused(Reply),
    /// The reply is missing or has no meaning here; the session is broken.
    Unknown(Error),
}

impl FtpSession {
    /// Opens a data connection for `command`, after REST if `offset` is not 0.
    pub fn open_data(&mut self, command: &str, offset: u64) -> Result<Opened> {
        self.transfers += 1;
        self.transfer_requested = false;
        let opened = self.request_data(command, offset)?;
        if let (Opened::Refused(_), true) = (&opened, offset > 0) {
            // The server may have kept the offset for the next transfer. Any reply to this clears it.
            self.ask("REST 0")?;
        }
        Ok(opened)
    }

    fn request_data(&mut self, command: &str, offset: u64) -> Result<Opened> {
        let channel = match self.server.config.mode {
            Mode::Active => DataChannel::Listening(self.listen()?),
            Mode::Passive => DataChannel::Open(self.dial()?),
        };
        if offset > 0 {
            let reply = self.ask(&format!("REST {offset}"))?;
            if reply.code != 350 {
                return Ok(Opened::Refused(reply));
            }
        }
        self.transfer_requested = true;
        let reply = self.ask(command)?;
        if !matches!(reply.code, 125 | 150) {
            self.transfer_requested = false;
            return match channel {
                DataChannel::Listening(_) if reply.code == 425 => Err(connect_back_refused(&reply)),
                _ => Ok(Opened::Refused(reply)),
            };
        }
        let socket = match channel {
            DataChannel::Open(socket) => socket,
            DataChannel::Listening(listener) => self.accept(&listener)?,
        };
        let wire = self.protect(socket)?;
        let direction = match verb(command) {
            "STOR" | "APPE" => Direction::Out,
            _ => Direction::In,
        };
        let transfer = self.prepare(wire, direction);
        transfer.map(Opened::Ready).map_err(|error| {
            self.state = SessionState::Broken;
            Error::disconnected("the data connection", &error)
        })
    }

    /// A passive data connection: by EPSV, or by PASV where EPSV is refused or leads nowhere.
    fn dial(&mut self) -> Result<TcpStream> {
        if self.server.facts().passive == Passive::Extended {
            let reply = self.ask("EPSV")?;
            let port = (reply.code == 229).then(|| passive::extended(&reply.text()));
            if let Some(Ok(socket)) = port.flatten().map(|port| self.dial_port(port)) {
                return Ok(socket);
            }
        }
        let reply = self.ask("PASV")?;
        let port = match reply.code {
            227 => passive::passive(&reply.text()).ok_or_else(|| {
                let text = "no port in the reply to PASV";
                reply.error(Kind::Remote, text)
            })?,
            400..=499 => return Err(reply.refusal()),
            _ => return Err(reply.error(Kind::Remote, "the server refuses passive mode")),
        };
        let socket = self.dial_port(port).map_err(|error| {
            Error::disconnected("connect to the server's data port", &error)
                .with_hint("a firewall may block it; try `mode = \"active\"` (--ftp-mode active)")
        })?;
        self.server.facts().passive = Passive::Plain;
        Ok(socket)
    }

    /// Connects to the control connection's peer and ignores the address in the reply to PASV: it is wrong behind NAT, and
    /// a hostile server could send us elsewhere (CVE-2020-8284).
    fn dial_port(&self, port: u16) -> io::Result<TcpStream> {
        let peer = self.control.socket().peer_addr()?.ip();
        let wait = self.limits.within(self.limits.connect);
        let here = self.server.config.bind_address;
        socket::connect(here, SocketAddr::new(peer, port), wait)
    }

    fn protect(&mut self, socket: TcpStream) -> Result<Wire> {
        let Some(connector) = &self.connector else {
            return Ok(Wire::Plain(socket));
        };
        match connector.connect(&self.server.config.host, socket) {
            Ok(tls) => Ok(Wire::Tls(Box::new(tls))),
            Err(failure) => {
                self.state = SessionState::Broken;
                Err(failure.error)
            }
        }
    }

    fn prepare(&self, wire: Wire, direction: Direction) -> io::Result<Transfer> {
        let socket = wire.socket();
        socket.set_nodelay(true)?;
        socket.set_read_timeout(Some(self.limits.idle))?;
        socket.set_write_timeout(Some(self.write_timeout()))?;
        let watch = self.server.context.cancel.watch(socket)?;
        Ok(Transfer {
            watch,
            wire,
            direction,
        })
    }

    /// A write in the clear times out after a second, to check for a final reply in the meantime. Under TLS, a write that
    /// timed out cannot be continued.
    fn write_timeout(&self) -> Duration {
        match self.server.config.tls {
            Tls::None => self.limits.idle.min(Duration::from_secs(1)),
            Tls::Explicit | Tls::Implicit => self.limits.idle,
        }
    }

    /// Writes all bytes of an upload that began at `start`. Fails if none of them is accepted for too long, or if the server
    /// ends the transfer early.
    pub fn write_all(
        &self,
        transfer: &mut Transfer,
        mut bytes: &[u8],
        start: u64,
    ) -> io::Result<()> {
        let patience = match start {
            0 => self.limits.idle,
            // A final reply that arrived together with the preliminary one is not visible here.
            _ => self.limits.idle.min(RESUME_STALL_LIMIT),
        };
        let mut last_progress = Instant::now();
        while !bytes.is_empty() {
            match transfer.wire.write(bytes) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(len) => {
                    bytes = &bytes[len..];
                    last_progress = Instant::now();
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error)
                    if error.kind() == io::ErrorKind::WouldBlock
                        && last_progress.elapsed() < patience
                        && self.server.config.tls == Tls::None
                        && self.is_quiet() => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Closes the data connection and reads the final reply.
    pub fn finish(&mut self, transfer: Transfer, wait: ReplyWait) -> Completion {
        let wait = match wait {
            ReplyWait::Full => self.limits.completion,
            ReplyWait::Short => self.limits.idle.min(Duration::from_secs(5)),
        };
        let Transfer {
            watch,
            wire,
            direction,
        } = transfer;
        // The watch holds a copy of the socket, which would keep the connection open: a deadlock with the server.
        drop(watch);
        if let Err(error) = self.wait_at_most(wait) {
            self.abandon(&wire);
            return Completion::Unknown(error);
        }
        match direction {
            Direction::In => wire.close(),
            Direction::Out => wire.close_written(),
        }
        let reply = self.control.reply();
        match self.accept_reply(reply, "no final reply for the transfer") {
            // vsftpd's listing of a directory that it cannot read.
            Ok(reply) if reply.mentions(&["failed to open directory"]) => {
                Completion::Refused(reply)
            }
            Ok(reply) if matches!(reply.code, 226 | 250) => Completion::Confirmed,
            // Not a final reply: another one follows and would be read as the next command's.
            Ok(reply) if reply.code < 400 => Completion::Unknown(self.unexpected_reply(&reply)),
            Ok(reply) => Completion::Refused(reply),
            Err(error) => Completion::Unknown(error),
        }
    }

    /// Aborts the transfer by closing both connections, so that no reply is waited for.
    pub fn cut(&mut self, transfer: Transfer) {
        let Transfer { watch, wire, .. } = transfer;
        drop(watch);
        self.abandon(&wire);
    }

    fn abandon(&mut self, wire: &Wire) {
        self.state = SessionState::Broken;
        // An error means that the socket is closed already.
        let _ = self.control.socket().shutdown(Shutdown::Both);
        let _ = wire.socket().shutdown(Shutdown::Both);
    }
}

/// The time to wait for the final reply of a transfer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReplyWait {
    /// As long as a server may need to flush a large file.
    Full,
    /// Short, because the reply can only explain a failure.
    Short,
}

/// A data connection before its command is sent.
enum DataChannel {
    Open(TcpStream),
    /// The server will connect to this port.
    Listening(Listener),
}

/// The direction of the data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Direction {
    In,
    Out,
}

/// A data connection in use. Every transfer ends with [`FtpSession::finish`] or [`FtpSession::cut`].
pub struct Transfer {
    // Dropped first: while it holds its copy of the socket, the server does not see the end of the data.
    watch: Watch,
    wire: Wire,
    direction: Direction,
}

impl Transfer {
    /// Sets the timeout of reads.
    pub fn wait_at_most(&self, wait: Duration) -> io::Result<()> {
        self.wire.socket().set_read_timeout(Some(wait))
    }
}

impl Transfer {
    /// The address of the server's end, and the kind of the TLS handshake; `None` in the clear.
    pub fn ends(&mut self) -> (Option<SocketAddr>, Option<rustls::HandshakeKind>) {
        let peer = self.wire.socket().peer_addr().ok();
        let kind = self.wire.tls().and_then(|tls| tls.handshake_kind());
        (peer, kind)
    }
}

impl Read for Transfer {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        self.wire.read(buf)
    }
}

impl Transfer {
    /// Sends buffered bytes.
    pub fn flush(&mut self) -> io::Result<()> {
        self.wire.flush()
    }
}
