//! One control connection that is logged in: commands, their replies, and the data connections that they open.
//!
//! The crate reads a reply only after it sent a command, so a connection with a reply too many or too few is out of
//! step for good: it is marked broken and never used again.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use ftp::{FtpError, RustlsFtpStream, Status, TransferStream};
use rustix::net::RecvFlags;

use super::connect::Limits;
use super::replies::{Features, Reply};
use super::server::{Passive, Server, lock};
use super::sums::Sums;
use super::tls::{Fault, Protected, Versions};
use super::{Encoding, Mode, Tls};
use crate::digest::Algorithm;
use crate::error::{Error, Kind, Result, printable};
use crate::progress::{Event, Watch};
use crate::secret::Secret;

/// What became of a passive data connection: the crate's errors do not tell which step failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialled {
    /// The server named no port.
    No,
    /// It named one, and there was no way to it.
    Failed,
    /// It stands.
    Yes,
}

/// Whether both sides agree on which reply belongs to which command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    InStep,
    Broken,
}

/// A session.
pub struct Session {
    ftp: RustlsFtpStream,
    server: Arc<Server>,
    limits: Limits,
    dialled: Arc<Mutex<Dialled>>,
    fault: Arc<Fault>,
    /// The directory of the keys: absolute, without a `/` at its end.
    base: String,
    state: State,
    utf8: Utf8,
    /// Data connections so far.
    transfers: u32,
    /// What HASH computes, if we chose it.
    pub(super) hash: Option<Algorithm>,
    _watch: Option<Watch>,
}

/// Whether the server was told that names are UTF-8.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Utf8 {
    Unsaid,
    Said,
}

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
    pub(super) fn new(
        ftp: RustlsFtpStream,
        server: Arc<Server>,
        limits: Limits,
        (dialled, fault): (Arc<Mutex<Dialled>>, Arc<Fault>),
        watch: Option<Watch>,
    ) -> Self {
        Self {
            ftp,
            server,
            limits,
            dialled,
            fault,
            base: String::new(),
            state: State::InStep,
            utf8: Utf8::Unsaid,
            transfers: 0,
            hash: None,
            _watch: watch,
        }
    }

    /// The directory of the keys: absolute, without a `/` at its end.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// The server.
    pub fn server(&self) -> &Arc<Server> {
        &self.server
    }

    /// What the server can do.
    pub fn features(&self) -> Features {
        // FEAT was asked at the first login; without an answer nothing is ruled out.
        let unknown = Features {
            mlst: true,
            mdtm: false,
            utf8: true,
            sums: Sums::default(),
        };
        self.server.facts().features.unwrap_or(unknown)
    }

    /// Whether it must not be used any more.
    pub fn is_broken(&self) -> bool {
        self.state == State::Broken
    }

    /// Whether the server has said nothing unasked: neither a farewell nor the end of the connection.
    pub fn is_quiet(&self) -> bool {
        let flags = RecvFlags::PEEK | RecvFlags::DONTWAIT;
        let pending = rustix::net::recv(&*self.ftp.get_ref(), &mut [0; 1], flags);
        matches!(pending, Err(rustix::io::Errno::AGAIN))
    }

    /// Says good-bye without waiting for the answer; many servers give none.
    pub fn quit(self) {
        if self.server.config.tls == Tls::None {
            let socket = self.ftp.get_ref();
            // The connection ends in any case.
            let _ = (&*socket as &TcpStream).write_all(b"QUIT\r\n");
        }
    }

    /// Finds the directory that keys are relative to: `base_dir` is below the login directory unless it begins with `/`.
    pub(super) fn find_base(&mut self) -> Result<()> {
        let base = self.server.config.base_dir.clone();
        let base = if base.starts_with('/') {
            base
        } else {
            format!("{}/{base}", self.home()?.trim_end_matches('/'))
        };
        base.trim_end_matches('/').clone_into(&mut self.base);
        Ok(())
    }

    fn home(&mut self) -> Result<String> {
        if let Some(home) = self.server.facts().home.clone() {
            return Ok(home);
        }
        let reply = self.ask("PWD")?;
        let home = reply.directory().ok_or_else(|| {
            reply
                .error(Kind::Remote, "the server does not tell the login directory")
                .hint("set `base_dir` to a path that begins with `/`")
        })?;
        self.server.facts().home = Some(home.clone());
        Ok(home)
    }

    /// Tells the server that names are UTF-8, the first time that one is not plain ASCII. Servers that refuse this
    /// mostly use UTF-8 anyway.
    pub fn announce_utf8(&mut self, path: &str) -> Result<()> {
        let matters = !path.is_ascii() && self.server.config.encoding == Encoding::Utf8;
        if matters && self.utf8 == Utf8::Unsaid && self.features().utf8 {
            self.ask("OPTS UTF8 ON")?;
            self.utf8 = Utf8::Said;
        }
        Ok(())
    }

    /// Sends one command and reads its reply. Only what leaves the session broken is an error; no is an answer.
    pub fn ask(&mut self, command: &str) -> Result<Reply> {
        self.trace(">", command);
        self.exchange(command, verb(command), self.limits.idle)
    }

    /// As [`Session::ask`], for a command that reads or writes a whole file on the server's side.
    pub fn ask_patiently(&mut self, command: &str) -> Result<Reply> {
        self.trace(">", command);
        self.exchange(command, verb(command), self.limits.completion)
    }

    /// As [`Session::ask`], with an argument that nobody may see.
    pub fn ask_secret(&mut self, verb: &str, secret: &Secret) -> Result<Reply> {
        self.trace(">", &format!("{verb} ***"));
        let line = format!("{verb} {}", secret.expose());
        self.exchange(&line, verb, self.limits.idle)
    }

    fn exchange(&mut self, command: &str, verb: &str, wait: Duration) -> Result<Reply> {
        self.wait_at_most(wait)?;
        match self.ftp.custom_command(command, &[]) {
            Ok(response) => self.understand(&response.body),
            Err(error) => self.reply_in(error, verb),
        }
    }

    /// The reply inside the crate's error, if it is one.
    fn reply_in(&mut self, error: FtpError, verb: &str) -> Result<Reply> {
        match error {
            FtpError::UnexpectedResponse(response) => self.understand(&response.body),
            FtpError::ConnectionError(error) => {
                self.state = State::Broken;
                Err(Error::disconnected(
                    format_args!("no answer to {verb}"),
                    &plainly(error),
                ))
            }
            FtpError::SecureError(text) => {
                self.state = State::Broken;
                Err(self.fault.take(&text).0)
            }
            _ => Err(self.confused(&format!("the answer to {verb} is no FTP reply"))),
        }
    }

    fn understand(&mut self, body: &[u8]) -> Result<Reply> {
        let text = self.server.config.encoding.decode(body);
        let Some(reply) = Reply::read(&text) else {
            return Err(self.confused(&format!("not a reply in FTP's form: {}", printable(&text))));
        };
        self.trace("<", &reply.shown());
        if reply.code == 421 {
            self.state = State::Broken;
            return Err(reply.refusal());
        }
        Ok(reply)
    }

    fn confused(&mut self, text: &str) -> Error {
        self.state = State::Broken;
        Error::new(Kind::Remote, text)
    }

    /// The error for a transfer that was refused. Tickets of TLS 1.3 work once, and uploads bring no new ones: a session
    /// that has spent them is given up, since the next one has new ones. One that has not is refused for good.
    pub fn refused(&mut self, reply: &Reply) -> Error {
        let newest = self.server.facts().versions == Versions::Newest;
        if reply.wants_protection() && newest && self.transfers > 1 {
            self.state = State::Broken;
            return reply.error(
                Kind::Disconnected,
                "the TLS session of this connection is used up",
            );
        }
        reply.refusal()
    }

    /// The error for a reply that does not fit its command: whose it is, nobody knows.
    pub fn odd(&mut self, reply: &Reply) -> Error {
        self.state = State::Broken;
        reply.error(Kind::Remote, "unexpected answer")
    }

    fn wait_at_most(&mut self, wait: Duration) -> Result<()> {
        let result = self
            .ftp
            .get_ref()
            .set_read_timeout(Some(self.limits.within(wait)));
        result.map_err(|error| {
            self.state = State::Broken;
            Error::disconnected("the control connection", &error)
        })
    }

    fn trace(&self, direction: &str, text: &str) {
        let observer = &self.server.context.observer;
        if observer.verbosity() >= 2 {
            observer.notify(&Event::Trace(&format!(
                "ftp {direction} {}",
                printable(text)
            )));
        }
    }

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
        socket.set_write_timeout(Some(self.limits.idle))?;
        let watch = self.server.context.cancel.watch(socket)?;
        Ok(Transfer { watch, stream })
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

impl Write for Transfer {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        self.stream.write(buf)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stream.flush()
    }
}

fn verb(command: &str) -> &str {
    command.split(' ').next().unwrap_or(command)
}

/// The end of a connection in plain words, whatever the TLS library says about it.
pub fn plainly(error: io::Error) -> io::Error {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => {
            io::Error::new(error.kind(), "the server closed the connection")
        }
        _ => error,
    }
}
