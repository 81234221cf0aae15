//! From nothing to a session that is logged in: sockets, greeting, TLS, login.

use std::io::{self, Read};
use std::net::{IpAddr, SocketAddr, TcpListener, TcpStream, ToSocketAddrs};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use ftp::{FtpError, RustlsFtpStream};
use rustix::net::{RecvFlags, sockopt};

use super::replies::Features;
use super::server::{Purpose, Server};
use super::session::{Dialled, Session};
use super::tls::{Connector, Fault, Remedy, Versions};
use super::{Password, Tls};
use crate::error::{Error, Kind, Result, printable};
use crate::progress::Cancel;
use crate::secret::Secret;

/// A greeting is shorter, in bytes.
const LONGEST_GREETING: usize = 64 << 10;

impl Session {
    /// Connects and logs in.
    pub fn open(server: &Arc<Server>, password: &Secret, purpose: Purpose) -> Result<Self> {
        let versions = server.facts().versions;
        let opening = Opening::new(server, purpose);
        let (error, remedy) = match opening.connect(versions) {
            Ok(session) => return opening.log_in(session, password),
            Err(failure) => failure,
        };
        if remedy == Remedy::None || versions == Versions::Newest {
            return Err(error);
        }
        let session = opening
            .connect(Versions::Newest)
            .map_err(|(error, _)| error)?;
        server.facts().versions = Versions::Newest;
        opening.log_in(session, password)
    }
}

/// How long a session may wait for what.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// To connect, TLS included.
    pub connect: Duration,
    /// For an answer or a byte of data.
    pub idle: Duration,
    /// For the reply that ends a transfer: servers flush the file before.
    pub completion: Duration,
    /// Nothing is waited for beyond this moment.
    pub deadline: Option<Instant>,
}

impl Limits {
    /// `wait`, or what is left of the time.
    pub fn within(&self, wait: Duration) -> Duration {
        let left = self
            .deadline
            .map(|end| end.saturating_duration_since(Instant::now()));
        wait.min(left.unwrap_or(wait)).max(Duration::from_millis(1))
    }
}

struct Opening<'a> {
    server: &'a Arc<Server>,
    limits: Limits,
    cancel: Option<Arc<Cancel>>,
}

type Failure = (Error, Remedy);

impl<'a> Opening<'a> {
    fn new(server: &'a Arc<Server>, purpose: Purpose) -> Self {
        // The system takes 0 for "for ever", or refuses it.
        let least = Duration::from_millis(1);
        let timeouts = server.context.timeouts;
        let (connect, idle) = (timeouts.connect.max(least), timeouts.idle.max(least));
        let deadline = match purpose {
            Purpose::Work => None,
            Purpose::CleanUp(deadline) => Some(deadline),
        };
        Self {
            server,
            limits: Limits {
                connect,
                idle,
                completion: idle.saturating_mul(2),
                deadline,
            },
            cancel: match purpose {
                Purpose::Work => Some(Arc::clone(&server.context.cancel)),
                Purpose::CleanUp(_) => None,
            },
        }
    }

    fn place(&self) -> String {
        let config = &self.server.config;
        format!("{}:{}", printable(&config.host), config.port)
    }

    fn connect(&self, versions: Versions) -> Result<Session, Failure> {
        let plain = |error| (error, Remedy::None);
        let socket = self.dial().map_err(plain)?;
        let watch = match &self.cancel {
            Some(cancel) => Some(cancel.watch(&socket).map_err(|e| plain(self.lost(&e)))?),
            None => None,
        };
        let peer = socket.peer_addr().map_err(|e| plain(self.lost(&e)))?.ip();
        let fault = Arc::new(Fault::default());
        let stream = match self.server.config.tls {
            Tls::None => self.greeted(socket).map_err(plain)?,
            Tls::Explicit => {
                let connector = self.connector(versions, &fault).map_err(plain)?;
                let stream = self.greeted(socket).map_err(plain)?;
                stream
                    .into_secure(connector, &self.server.config.host)
                    .map_err(|error| self.unprotected(error, &fault))?
            }
            Tls::Implicit => self.connect_implicit(socket, versions, &fault)?,
        };
        let dialled = Arc::new(Mutex::new(Dialled::No));
        let mut stream = self.with_data_connections(stream, peer, &dialled);
        stream.set_encoding(self.server.config.encoding);
        Ok(Session::new(
            stream,
            Arc::clone(self.server),
            self.limits,
            (dialled, fault),
            watch,
        ))
    }

    /// A connected control socket with its time-outs set.
    fn dial(&self) -> Result<TcpStream> {
        let config = &self.server.config;
        let addresses = (config.host.as_str(), config.port)
            .to_socket_addrs()
            .map_err(|error| {
                Error::disconnected(format_args!("look up {}", printable(&config.host)), &error)
            })?;
        let mut last = io::Error::new(io::ErrorKind::NotFound, "the name has no address");
        for address in addresses {
            if let Some(cancel) = &self.cancel {
                cancel.check()?;
            }
            self.warn_if_readable(address.ip());
            match TcpStream::connect_timeout(&address, self.limits.within(self.limits.connect)) {
                Ok(socket) => {
                    self.prepare(&socket).map_err(|error| self.lost(&error))?;
                    return Ok(socket);
                }
                Err(error) => last = error,
            }
        }
        Err(self
            .lost(&last)
            .hint("check `host`, `port` and the network"))
    }

    fn lost(&self, error: &io::Error) -> Error {
        Error::disconnected(format_args!("connect to {}", self.place()), error)
    }

    /// During a long transfer the control connection is silent: keepalives tell routers in between that it lives.
    fn prepare(&self, socket: &TcpStream) -> io::Result<()> {
        socket.set_nodelay(true)?;
        sockopt::set_socket_keepalive(socket, true)?;
        sockopt::set_tcp_keepidle(socket, Duration::from_secs(30))?;
        sockopt::set_tcp_keepintvl(socket, Duration::from_secs(30))?;
        let wait = self.limits.within(self.limits.idle);
        socket.set_read_timeout(Some(wait))?;
        socket.set_write_timeout(Some(wait))
    }

    /// The password of a plain login is for everybody on the way to read. Said before anything is sent.
    fn warn_if_readable(&self, peer: IpAddr) {
        let config = &self.server.config;
        let secret = !matches!(config.password, Password::Anonymous);
        if config.tls == Tls::None && secret && !peer.is_loopback() && self.server.first_warning() {
            self.server.warn(&format!(
                "the password for {} goes over the network unprotected; set `tls = \"explicit\"` (--ftp-tls explicit) if the server can do it",
                printable(&config.host)
            ));
        }
    }

    fn connector(&self, versions: Versions, fault: &Arc<Fault>) -> Result<Connector> {
        Connector::new(
            &self.server.trust()?,
            versions,
            Arc::clone(fault),
            self.cancel.clone(),
            (self.limits.within(self.limits.connect), self.limits.idle),
        )
    }

    /// Waits for the server to be ready. All lines of its greeting but the last are read here: the crate would end at
    /// any line that looks like one with a code, and "come back in 5 minutes" (120) is not the last word.
    fn greeted(&self, socket: TcpStream) -> Result<RustlsFtpStream> {
        skip_to_last_line(&socket).map_err(|error| self.no_greeting(&error))?;
        RustlsFtpStream::connect_with_stream(socket).map_err(|error| self.not_ready(error))
    }

    fn no_greeting(&self, error: &io::Error) -> Error {
        let error = Error::disconnected(format_args!("no greeting from {}", self.place()), error);
        if self.server.config.tls == Tls::Implicit {
            return error;
        }
        error.hint("a port that begins with TLS (mostly 990) needs `tls = \"implicit\"`")
    }

    fn not_ready(&self, error: FtpError) -> Error {
        match error {
            FtpError::UnexpectedResponse(response) => {
                match super::replies::Reply::parse(&response.body) {
                    Some(reply) => reply.refusal(),
                    None => no_ftp(&self.place()),
                }
            }
            FtpError::ConnectionError(error) => self.no_greeting(&super::session::plainly(error)),
            _ => no_ftp(&self.place()),
        }
    }

    /// No password was sent yet, and none will be.
    fn unprotected(&self, error: FtpError, fault: &Fault) -> Failure {
        match error {
            FtpError::SecureError(text) => fault.take(&text),
            FtpError::UnexpectedResponse(response) => {
                let error = match super::replies::Reply::parse(&response.body) {
                    Some(reply) if reply.code == 421 => reply.refusal(),
                    Some(reply) => reply.error(Kind::Denied, "the server refuses to use TLS"),
                    None => no_ftp(&self.place()),
                };
                (error, Remedy::None)
            }
            other => (self.not_ready(other), Remedy::None),
        }
    }

    /// The crate insists on a connection of its own, without time-outs, before it asks for TLS. It gets one that leads
    /// nowhere, and the connector puts ours in its place.
    fn connect_implicit(
        &self,
        socket: TcpStream,
        versions: Versions,
        fault: &Arc<Fault>,
    ) -> Result<RustlsFtpStream, Failure> {
        let plain = |error| (error, Remedy::None);
        let connector = self.connector(versions, fault).map_err(plain)?;
        let nowhere = TcpListener::bind((std::net::Ipv4Addr::LOCALHOST, 0))
            .and_then(|listener| Ok((listener.local_addr()?, listener)))
            .map_err(|error| plain(Error::local("open a socket", &error)))?;
        let connector = connector.in_place_of_the_first(socket);
        RustlsFtpStream::connect_secure_implicit(nowhere.0, connector, &self.server.config.host)
            .map_err(|error| self.unprotected(error, fault))
    }

    /// Data goes to and comes from the control connection's peer and nobody else, whatever address PASV tells: behind
    /// NAT that is wrong, and a hostile server would send us elsewhere (CVE-2020-8284).
    fn with_data_connections(
        &self,
        stream: RustlsFtpStream,
        peer: IpAddr,
        dialled: &Arc<Mutex<Dialled>>,
    ) -> RustlsFtpStream {
        let (limits, dialled) = (self.limits, Arc::clone(dialled));
        stream
            .active_mode(limits.connect)
            .passive_stream_builder(move |told| {
                let address = SocketAddr::new(peer, told.port());
                let result = TcpStream::connect_timeout(&address, limits.connect);
                *dialled.lock().unwrap_or_else(PoisonError::into_inner) = match &result {
                    Ok(_) => Dialled::Yes,
                    Err(_) => Dialled::Failed,
                };
                result.map_err(FtpError::ConnectionError)
            })
    }

    fn log_in(&self, mut session: Session, password: &Secret) -> Result<Session> {
        if self.server.config.tls == Tls::Implicit {
            // Some servers leave the data connection in the clear without these, others refuse it.
            for command in ["PBSZ 0", "PROT P"] {
                let reply = session.ask(command)?;
                if !reply.is_done() {
                    return Err(reply.error(
                        Kind::Denied,
                        "the server refuses to protect the data connection",
                    ));
                }
            }
        }
        let user = session.ask(&format!("USER {}", self.server.config.username))?;
        let login = match user.code {
            331 => session.ask_secret("PASS", password)?,
            _ => user,
        };
        if !login.is_done() {
            return Err(refused_login(&login, self.server.config.tls));
        }
        // Until this is accepted, servers and SIZE treat everything as text.
        let binary = session.ask("TYPE I")?;
        if !binary.is_done() {
            return Err(binary.error(Kind::Remote, "the server refuses binary transfers"));
        }
        let features = self.server.facts().features;
        if features.is_none() {
            let features = Features::parse(&session.ask("FEAT")?);
            self.server.facts().features = Some(features);
        }
        session.find_base()?;
        Ok(session)
    }
}

fn refused_login(reply: &super::replies::Reply, tls: Tls) -> Error {
    let crowded = [
        "connections",
        "clients",
        "too many",
        "maximum",
        "already connected",
    ];
    match reply.code {
        332 => reply.error(
            Kind::Denied,
            "the server wants an account besides the login",
        ),
        530 if reply.mentions(&crowded) => reply.error(
            Kind::Busy { after: None },
            "the server has too many connections",
        ),
        400..=429 | 431..=499 => reply.refusal(),
        _ => {
            let error = reply.error(Kind::Denied, "the login was refused");
            let wants_tls = tls == Tls::None && reply.mentions(&["tls", "ssl", "encrypt", "secur"]);
            if wants_tls {
                error.hint("set `tls = \"explicit\"` (--ftp-tls explicit)")
            } else {
                error.hint("check `username` and the password")
            }
        }
    }
}

fn no_ftp(place: &str) -> Error {
    Error::new(
        Kind::Remote,
        format!("what answers at {place} does not speak FTP"),
    )
}

/// Reads the greeting as RFC 959 has it (a reply ends at the line with its own code and a blank), except the last line.
fn skip_to_last_line(mut socket: &TcpStream) -> io::Result<()> {
    let mut opening: Option<[u8; 3]> = None;
    let mut total = 0;
    loop {
        let mut start = [0; 4];
        let flags = RecvFlags::PEEK | RecvFlags::WAITALL;
        let (_, n) = rustix::net::recv(socket, &mut start, flags)?;
        if n < 4 {
            // Too short for a reply, or the end: the crate finds the words for it.
            return Ok(());
        }
        let code = [start[0], start[1], start[2]];
        let ends = start[3] == b' ' && opening.is_none_or(|first| first == code);
        if ends && &code != b"120" {
            return Ok(());
        }
        if opening.is_none() && start[3] != b'-' && !ends {
            return Ok(());
        }
        opening = if ends { None } else { opening.or(Some(code)) };
        let mut byte = [0];
        while byte[0] != b'\n' {
            if socket.read(&mut byte)? == 0 {
                return Ok(());
            }
            total += 1;
            if total > LONGEST_GREETING {
                return Err(io::Error::new(
                    io::ErrorKind::InvalidData,
                    "the greeting does not end",
                ));
            }
        }
    }
}
