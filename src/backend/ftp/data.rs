//! Data connections: opened for one command each, passively or actively, and closed with the server's last word.

use std::io;
use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use super::active::{Listener, does_not_connect_back};
use super::config::{Mode, Tls};
use super::reply::Reply;
use super::server::Passive;
use super::session::{Session, State, verb};
use super::stream::Wire;
use super::{passive, socket};
use crate::cancel::Watch;
use crate::error::{Error, Kind, Result};

/// How long a server that was asked to continue a file may read nothing of it: some decline, keep the data connection and
/// read no more. Whatever the reason is, the next attempt goes on or begins anew.
const RESUME_STALL_LIMIT: Duration = Duration::from_secs(10);

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
        let opened = self.request_data(command, offset)?;
        if let (Opened::Refused(_), true) = (&opened, offset > 0) {
            // The offset may be waiting for the next transfer. Whatever the answer is, it does not any more.
            self.ask("REST 0")?;
        }
        Ok(opened)
    }

    fn request_data(&mut self, command: &str, offset: u64) -> Result<Opened> {
        let line = match self.server.config.mode {
            Mode::Active => Line::Awaited(self.listen()?),
            Mode::Passive => Line::Open(self.dial()?),
        };
        if offset > 0 {
            let reply = self.ask(&format!("REST {offset}"))?;
            if reply.code != 350 {
                return Ok(Opened::Refused(reply));
            }
        }
        let reply = self.ask(command)?;
        if !matches!(reply.code, 125 | 150) {
            return match line {
                Line::Awaited(_) if reply.code == 425 => Err(does_not_connect_back(&reply)),
                _ => Ok(Opened::Refused(reply)),
            };
        }
        let socket = match line {
            Line::Open(socket) => socket,
            Line::Awaited(listener) => self.accept(&listener)?,
        };
        let wire = self.protect(socket)?;
        let direction = match verb(command) {
            "STOR" | "APPE" => Direction::Out,
            _ => Direction::In,
        };
        let transfer = self.prepare(wire, direction);
        transfer.map(Opened::Ready).map_err(|error| {
            self.state = State::Broken;
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
                let text = "the server's answer to PASV is not understood";
                reply.error(Kind::Remote, text)
            })?,
            400..=499 => return Err(reply.refusal()),
            _ => return Err(reply.error(Kind::Remote, "the server opens no port for data")),
        };
        let socket = self.dial_port(port).map_err(|error| {
            Error::disconnected("connect to the server's data port", &error)
                .hint("a firewall may be in between; `mode = \"active\"` is the other way")
        })?;
        self.server.facts().passive = Passive::Plain;
        Ok(socket)
    }

    /// Data goes to and comes from the control connection's peer and nobody else, whatever address PASV tells: behind
    /// NAT that is wrong, and a hostile server would send us elsewhere (CVE-2020-8284).
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
            Err((error, _)) => {
                self.state = State::Broken;
                Err(error)
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

    /// A write in the clear is asked again after a second whether the server has said its last word meanwhile. Under TLS a
    /// write that was given up cannot be taken up again.
    fn write_timeout(&self) -> Duration {
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
            _ => self.limits.idle.min(RESUME_STALL_LIMIT),
        };
        let mut moved = Instant::now();
        while !bytes.is_empty() {
            match transfer.wire.write(bytes) {
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
        let Transfer {
            watch,
            wire,
            direction,
        } = transfer;
        // The watch holds a copy of the socket: with it, the server would wait for the end of the data, and we for it.
        drop(watch);
        if let Err(error) = self.wait_at_most(wait) {
            self.abandon(&wire);
            return Ended::Unclear(error);
        }
        match direction {
            Direction::In => wire.close(),
            Direction::Out => wire.close_written(),
        }
        let reply = self.control.reply();
        match self.accept_reply(reply, "no answer to the transfer") {
            Ok(reply) if matches!(reply.code, 226 | 250) => Ended::Complete,
            // A reply that ends nothing: another one follows, which nobody will read.
            Ok(reply) if reply.code < 400 => Ended::Unclear(self.unexpected_reply(&reply)),
            Ok(reply) => Ended::Refused(reply),
            Err(error) => Ended::Unclear(error),
        }
    }

    /// Breaks the transfer off: both connections are cut, so that nobody waits for a reply.
    pub fn cut(&mut self, transfer: Transfer) {
        let Transfer { watch, wire, .. } = transfer;
        drop(watch);
        self.abandon(&wire);
    }

    fn abandon(&mut self, wire: &Wire) {
        self.state = State::Broken;
        // Sockets that are closed already need no shutting down.
        let _ = self.control.socket().shutdown(Shutdown::Both);
        let _ = wire.socket().shutdown(Shutdown::Both);
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

/// A data connection before its command.
enum Line {
    Open(TcpStream),
    /// The server will open it.
    Awaited(Listener),
}

/// Where bytes went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Direction {
    In,
    Out,
}

/// A data connection in use. It has to go back to [`Session::finish`] or [`Session::cut`].
pub struct Transfer {
    // Dropped first: while it holds its copy of the socket, the server does not see the end of the data.
    watch: Watch,
    wire: Wire,
    direction: Direction,
}

impl Transfer {
    /// Changes how long a read may wait.
    pub fn wait_at_most(&self, wait: Duration) -> io::Result<()> {
        self.wire.socket().set_read_timeout(Some(wait))
    }
}

impl Read for Transfer {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        self.wire.read(buf)
    }
}

impl Transfer {
    /// Sends what may be in buffers yet.
    pub fn flush(&mut self) -> io::Result<()> {
        self.wire.flush()
    }
}
