//! From nothing to a session: sockets and TLS. What is said over it before the first command is in its neighbours.

use std::io;
use std::net::{IpAddr, SocketAddr, TcpListener, TcpStream, ToSocketAddrs};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use ftp::{FtpError, RustlsFtpStream};
use rustix::net::sockopt;

use super::greeting;
use super::server::{Purpose, Server};
use super::session::{Dialled, Session};
use super::tls::{Connector, Fault, Remedy, Versions};
use super::{Password, Tls};
use crate::error::{Error, Kind, Result, printable};
use crate::progress::Cancel;
use crate::secret::Secret;

impl Session {
    /// Connects and logs in.
    pub fn open(server: &Arc<Server>, password: &Secret, purpose: Purpose) -> Result<Self> {
        let versions = server.facts().versions;
        let opening = Opening::new(server, purpose);
        let (error, remedy) = match opening.connect(versions) {
            Ok(session) => return session.logged_in(password),
            Err(failure) => failure,
        };
        if remedy == Remedy::None || versions == Versions::Newest {
            return Err(error);
        }
        let session = opening
            .connect(Versions::Newest)
            .map_err(|(error, _)| error)?;
        server.facts().versions = Versions::Newest;
        session.logged_in(password)
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
        greeting::skip_to_last_line(&socket).map_err(|error| self.no_greeting(&error))?;
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
}

fn no_ftp(place: &str) -> Error {
    Error::new(
        Kind::Remote,
        format!("what answers at {place} does not speak FTP"),
    )
}
