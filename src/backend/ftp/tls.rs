//! TLS for control and data connections.
//!
//! Servers demand that a data connection resumes the control connection's TLS session. A TLS 1.2 session can be resumed any
//! number of times, a TLS 1.3 ticket once. Uploads bring no new tickets, so the third upload fails: TLS 1.2 is tried first,
//! and 1.3 only if the server supports nothing else. Each FTP session has its own cache, because servers compare the data
//! connection with its control connection.

use std::io;
use std::net::{Shutdown, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use ftp::{FtpError, RustlsConnector, TlsConnector, TlsStream};
use rustls::client::Resumption;
use rustls::{AlertDescription, ClientConfig};

use crate::cancel::Cancel;
use crate::error::{Error, Kind, Result, describe, printable};
use crate::net::tls_client;
use crate::net::tls_client::TlsParameters;
use crate::net::tls_error::{HANDSHAKE_HINT, certificate_error, client_certificate_error};

/// The crate's TLS stream, whose name is not exported.
pub type Protected = <RustlsConnector as TlsConnector>::Stream;

/// The TLS version that is offered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Versions {
    /// TLS 1.2, whose sessions can be resumed repeatedly.
    #[default]
    Resumable,
    /// TLS 1.3, for servers that refuse 1.2.
    Newest,
}

/// A retry that may succeed after a failed handshake.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HandshakeRetry {
    /// No retry helps.
    None,
    /// The other [`Versions`].
    OtherVersion,
}

/// A failed handshake, or a failure that a retry does not help.
#[derive(Debug)]
pub struct HandshakeError {
    pub error: Error,
    pub retry: HandshakeRetry,
}

impl From<Error> for HandshakeError {
    fn from(error: Error) -> Self {
        Self {
            error,
            retry: HandshakeRetry::None,
        }
    }
}

/// Opens the TLS connections of one FTP session, which all resume one TLS session.
pub struct Connector {
    tls: RustlsConnector,
    cancel: Option<Arc<Cancel>>,
    timeouts: HandshakeTimeouts,
}

/// The timeouts of a TLS connection.
#[derive(Debug, Clone, Copy)]
pub struct HandshakeTimeouts {
    /// For each read and write of the handshake.
    pub handshake: Duration,
    /// For reads and writes after it.
    pub idle: Duration,
}

impl std::fmt::Debug for Connector {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Connector")
    }
}

impl Connector {
    /// `cancel` is `None` for cleaning up after a cancellation.
    pub fn new(
        parameters: &TlsParameters,
        versions: Versions,
        cancel: Option<Arc<Cancel>>,
        timeouts: HandshakeTimeouts,
    ) -> Result<Self> {
        Ok(Self {
            tls: RustlsConnector::from(Arc::new(client_config(parameters, versions)?)),
            cancel,
            timeouts,
        })
    }

    /// Performs the handshake on `socket`; the server's certificate must be valid for `domain`.
    pub fn connect(&self, domain: &str, socket: TcpStream) -> Result<Protected, HandshakeError> {
        self.handshake(domain, socket)
            .map_err(|error| explain(&error))
    }

    fn handshake(&self, domain: &str, socket: TcpStream) -> io::Result<Protected> {
        socket.set_read_timeout(Some(self.timeouts.handshake))?;
        socket.set_write_timeout(Some(self.timeouts.handshake))?;
        let _watch = match &self.cancel {
            Some(cancel) => Some(cancel.watch(&socket)?),
            None => None,
        };
        let mut stream = self
            .tls
            .connect(domain, socket)
            .map_err(|error| io::Error::other(unusable(error)))?;
        let inner = stream.mut_ref();
        while inner.conn.is_handshaking() {
            if let Err(error) = inner.conn.complete_io(&mut inner.sock) {
                // The stream flushes itself when dropped, and would wait for the server.
                let _ = inner.sock.shutdown(Shutdown::Both);
                return Err(error);
            }
        }
        inner.sock.set_read_timeout(Some(self.timeouts.idle))?;
        inner.sock.set_write_timeout(Some(self.timeouts.idle))?;
        Ok(stream)
    }
}

fn unusable(error: FtpError) -> String {
    match error {
        FtpError::SecureError(text) => text,
        other => other.to_string(),
    }
}

/// The server in messages that name its endpoint already.
const SERVER: &str = "the server";

fn explain(error: &io::Error) -> HandshakeError {
    use rustls::Error as Tls;
    let Some(tls) = error
        .get_ref()
        .and_then(|inner| inner.downcast_ref::<Tls>())
    else {
        let text = match error.kind() {
            io::ErrorKind::UnexpectedEof => "the server closed the connection".to_owned(),
            _ => describe(error),
        };
        let text = format!("the TLS handshake: {text}");
        return Error::new(Kind::Disconnected, text).into();
    };
    let shown = printable(&tls.to_string());
    match tls {
        Tls::InvalidCertificate(why) => certificate_error(SERVER, why).of_store().into(),
        Tls::NoCertificatesPresented => {
            let text = "the server has no certificate";
            Error::new(Kind::Denied, text).into()
        }
        Tls::AlertReceived(
            AlertDescription::ProtocolVersion | AlertDescription::HandshakeFailure,
        )
        | Tls::PeerIncompatible(_) => {
            let text = format!("no TLS version in common: {shown}");
            let error = Error::new(Kind::Remote, text);
            HandshakeError {
                error: match tls {
                    Tls::AlertReceived(AlertDescription::HandshakeFailure) => {
                        error.with_hint(HANDSHAKE_HINT)
                    }
                    _ => error,
                },
                retry: HandshakeRetry::OtherVersion,
            }
        }
        Tls::AlertReceived(alert) if let Some(error) = client_certificate_error(SERVER, *alert) => {
            error.of_store().into()
        }
        Tls::InvalidMessage(_) => {
            Error::new(Kind::Remote, format!("the server does not speak TLS here: {shown}"))
                .with_hint("`tls = \"implicit\"` (--ftp-tls implicit) is for ports with implicit TLS, usually 990; others need `explicit`")
                .into()
        }
        _ => Error::new(Kind::Remote, format!("the TLS handshake: {shown}")).into(),
    }
}

/// The error of a server that rejects the client's certificate after the handshake; `None` for other errors.
pub fn refused_certificate(error: &io::Error) -> Option<Error> {
    match error.get_ref()?.downcast_ref::<rustls::Error>()? {
        rustls::Error::AlertReceived(alert) => {
            client_certificate_error(SERVER, *alert).map(Error::of_store)
        }
        _ => None,
    }
}

fn client_config(parameters: &TlsParameters, versions: Versions) -> Result<ClientConfig> {
    let versions: &[&rustls::SupportedProtocolVersion] = match versions {
        Versions::Resumable => &[&rustls::version::TLS12],
        Versions::Newest => &[&rustls::version::TLS13],
    };
    let mut config = tls_client::config(parameters, versions)?;
    config.resumption = Resumption::in_memory_sessions(16);
    Ok(config)
}
