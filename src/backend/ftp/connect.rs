//! Opens a session: sockets, TLS and the greeting. [`super::login`] has the commands that follow.

use std::io;
use std::net::{IpAddr, SocketAddr, TcpListener, TcpStream, ToSocketAddrs};
use std::sync::Arc;
use std::time::Duration;

use rustix::net::sockopt;

use super::config::{Password, Tls};
use super::control::{Control, ReplyError};
use super::limits::{Limits, SessionPurpose};
use super::server::Server;
use super::session::{FtpSession, lost_connection};
use super::socket;
use super::stream::Wire;
use super::tls::{Connector, HandshakeError, HandshakeRetry, HandshakeTimeouts, Versions};
use crate::cancel::Cancel;
use crate::error::{Error, Kind, Result, describe, describe_lookup, printable};
use crate::secret::Secret;

/// The maximum number of "ready in n minutes" replies (120) before the greeting.
const MAX_DELAYS: usize = 10;

/// The hint about a server without explicit TLS.
const NO_TLS: &str = "ftps:// (--ftp-tls implicit) is for a port with implicit TLS, usually 990; ftp:// (--ftp-tls none) works without TLS: password and data can be read on the way";

impl FtpSession {
    /// Connects and logs in.
    pub fn open(server: &Arc<Server>, password: &Secret, purpose: SessionPurpose) -> Result<Self> {
        Self::connect(server, purpose)?.logged_in(password)
    }

    /// Connects up to the greeting, and to TLS if it is wanted, without a login.
    pub fn connect(server: &Arc<Server>, purpose: SessionPurpose) -> Result<Self> {
        let versions = server.facts().versions;
        let opening = Opening::new(server, purpose);
        let failure = match opening.connect(versions) {
            Ok(session) => return Ok(session),
            Err(failure) => failure,
        };
        if failure.retry == HandshakeRetry::None || versions == Versions::Newest {
            return Err(failure.error);
        }
        let session = opening
            .connect(Versions::Newest)
            .map_err(|failure| failure.error)?;
        server.facts().versions = Versions::Newest;
        Ok(session)
    }
}

struct Opening<'a> {
    server: &'a Arc<Server>,
    limits: Limits,
    cancel: Option<Arc<Cancel>>,
}

impl<'a> Opening<'a> {
    fn new(server: &'a Arc<Server>, purpose: SessionPurpose) -> Self {
        // A timeout of 0 is invalid or means forever.
        let least = Duration::from_millis(1);
        let timeouts = server.context.timeouts;
        let (connect, idle) = (timeouts.connect.max(least), timeouts.idle.max(least));
        let deadline = match purpose {
            SessionPurpose::Work => None,
            SessionPurpose::CleanUp(deadline) => Some(deadline),
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
                SessionPurpose::Work => Some(Arc::clone(&server.context.cancel)),
                SessionPurpose::CleanUp(_) => None,
            },
        }
    }

    fn endpoint(&self) -> String {
        let config = &self.server.config;
        format!("{}:{}", printable(&config.host), config.port)
    }

    fn connect(&self, versions: Versions) -> Result<FtpSession, HandshakeError> {
        let connector = self.connector(versions)?;
        let socket = self.dial()?;
        let watch = match &self.cancel {
            Some(cancel) => {
                let watch = cancel.watch(&socket);
                Some(watch.map_err(|error| self.connect_error(&error))?)
            }
            None => None,
        };
        let (tls, encoding) = (self.server.config.tls, self.server.config.encoding);
        let wait = self.limits.within(self.limits.idle);
        let mask = self.server.secrets();
        let mut control = Control::new(Wire::Plain(socket), encoding, wait).with_mask(mask);
        if let (Tls::Implicit, Some(connector)) = (tls, &connector) {
            control = self.protect(control, connector)?;
        }
        self.greet(&mut control)?;
        if let (Tls::Explicit, Some(connector)) = (tls, &connector) {
            self.ask_for_tls(&mut control)?;
            control = self.protect(control, connector)?;
        }
        let server = Arc::clone(self.server);
        Ok(FtpSession::new(
            control,
            connector,
            server,
            self.limits,
            watch,
        ))
    }

    /// Connects the control socket and sets its timeouts.
    fn dial(&self) -> Result<TcpStream> {
        let config = &self.server.config;
        let addresses = (config.host.as_str(), config.port)
            .to_socket_addrs()
            .map_err(|error| {
                let (host, why) = (printable(&config.host), describe_lookup(&error));
                Error::new(Kind::Disconnected, format!("cannot resolve {host}: {why}")).of_store()
            })?;
        let here = config.bind_address;
        if let Some(here) = here {
            check_bind_address(here)?;
        }
        let same_family =
            |there: &SocketAddr| here.is_none_or(|here| here.is_ipv4() == there.is_ipv4());
        let mut addresses = addresses.filter(same_family).peekable();
        if let (Some(here), None) = (here, addresses.peek()) {
            let text = format!(
                "{} has no address of the same family as {here}",
                printable(&config.host)
            );
            return Err(Error::new(Kind::Config, text)
                .with_hint("set `bind_address` (--ftp-bind) to an address of the server's family, IPv4 or IPv6"));
        }
        let mut last = io::Error::new(io::ErrorKind::NotFound, "the name has no address");
        for address in addresses {
            if let Some(cancel) = &self.cancel {
                cancel.check()?;
            }
            self.warn_if_cleartext_password(address.ip());
            let wait = self.limits.within(self.limits.connect);
            match socket::connect(here, address, wait) {
                Ok(socket) => {
                    self.prepare(&socket)
                        .map_err(|error| self.connect_error(&error))?;
                    return Ok(socket);
                }
                Err(error) => last = error,
            }
        }
        Err(self
            .connect_error(&last)
            .with_hint("check `host`, `port` and the network"))
    }

    fn connect_error(&self, error: &io::Error) -> Error {
        Error::disconnected(format_args!("connect to {}", self.endpoint()), error)
    }

    /// Enables keepalives, because routers may drop a control connection that is silent during a long transfer.
    fn prepare(&self, socket: &TcpStream) -> io::Result<()> {
        socket.set_nodelay(true)?;
        sockopt::set_socket_keepalive(socket, true)?;
        sockopt::set_tcp_keepidle(socket, Duration::from_secs(30))?;
        sockopt::set_tcp_keepintvl(socket, Duration::from_secs(30))?;
        let wait = self.limits.within(self.limits.idle);
        socket.set_read_timeout(Some(wait))?;
        socket.set_write_timeout(Some(wait))
    }

    /// Warns once, before anything is sent, that the password will cross the network in the clear.
    fn warn_if_cleartext_password(&self, peer: IpAddr) {
        let config = &self.server.config;
        let secret = !matches!(config.password, Password::Anonymous);
        if config.tls == Tls::None && secret && !peer.is_loopback() && self.server.first_warning() {
            self.server.warn(&format!(
                "the password for {} is sent over the network unencrypted; set `tls = \"explicit\"` (--ftp-tls explicit) if the server supports it",
                printable(&config.host)
            ));
        }
    }

    fn connector(&self, versions: Versions) -> Result<Option<Connector>> {
        if self.server.config.tls == Tls::None {
            return Ok(None);
        }
        let connector = Connector::new(
            &self.server.tls()?,
            versions,
            self.cancel.clone(),
            HandshakeTimeouts {
                handshake: self.limits.within(self.limits.connect),
                idle: self.limits.idle,
            },
        );
        connector.map(Some)
    }

    fn protect(&self, control: Control, connector: &Connector) -> Result<Control, HandshakeError> {
        let host = &self.server.config.host;
        control.protect(|socket| {
            let tls = connector.connect(host, socket)?;
            Ok(Wire::Tls(Box::new(tls)))
        })
    }

    /// Reads the greeting; "ready in 5 minutes" (120) precedes another reply.
    fn greet(&self, control: &mut Control) -> Result<()> {
        for _ in 0..MAX_DELAYS {
            let greeting = control.reply().map_err(|error| self.no_greeting(error))?;
            match greeting.code {
                120 => {}
                220 => return Ok(()),
                _ => return Err(greeting.refusal()),
            }
        }
        Err(Error::new(
            Kind::Busy { after: None },
            "the server is not ready",
        ))
    }

    /// Requests TLS. The password is only sent after it.
    fn ask_for_tls(&self, control: &mut Control) -> Result<()> {
        control
            .send("AUTH TLS")
            .map_err(|error| self.no_tls(ReplyError::Lost(error)))?;
        let reply = control.reply().map_err(|error| self.no_tls(error))?;
        match reply.code {
            234 => Ok(()),
            421 => Err(reply.refusal()),
            _ => Err(reply
                .error(Kind::Denied, "the server refuses to use TLS")
                .with_hint(NO_TLS)),
        }
    }

    fn no_greeting(&self, error: ReplyError) -> Error {
        let text = format!("no greeting from {}", self.endpoint());
        let error = match error {
            ReplyError::Lost(error) => lost_connection(&text, &error),
            ReplyError::Malformed(_) => return self.no_ftp(),
        };
        if self.server.config.tls == Tls::Implicit {
            return error;
        }
        error.with_hint("a port with implicit TLS (usually 990) needs `tls = \"implicit\"` (--ftp-tls implicit)")
    }

    fn no_tls(&self, error: ReplyError) -> Error {
        match error {
            ReplyError::Lost(error) => lost_connection("no reply to AUTH", &error),
            ReplyError::Malformed(_) => self.no_ftp(),
        }
    }

    fn no_ftp(&self) -> Error {
        let text = format!("{} does not speak FTP", self.endpoint());
        Error::new(Kind::Remote, text)
    }
}

/// Checks that this machine has the address.
fn check_bind_address(here: IpAddr) -> Result<()> {
    match TcpListener::bind((here, 0)) {
        Ok(_) => Ok(()),
        Err(error) => {
            let text = format!("cannot bind to {here}: {}", describe(&error));
            Err(Error::new(Kind::Config, text)
                .with_hint("set `bind_address` (--ftp-bind) to an address of this machine"))
        }
    }
}
