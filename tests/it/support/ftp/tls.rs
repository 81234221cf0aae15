//! Connections of the server, in the clear or protected by TLS.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::Arc;

use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{
    HandshakeKind, ServerConfig, ServerConnection, StreamOwned, SupportedProtocolVersion,
};

use super::super::client_ca::Clients;
use super::fault::Fault;

/// The protection of a server's connections.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protection {
    None,
    /// From AUTH TLS on; logins before it are refused.
    Explicit,
    /// From the first byte.
    Implicit,
}

/// The data connections that a protected server accepts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DataSessions {
    Any,
    /// Only those that resume a TLS session, as vsftpd and proftpd demand.
    Resumed,
}

pub(super) fn server_config(
    version: &'static SupportedProtocolVersion,
    certificate: CertificateDer<'static>,
    key: PrivateKeyDer<'static>,
    clients: &Clients,
) -> ServerConfig {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(&[version])
        .unwrap()
        .with_client_cert_verifier(clients.verifier())
        .with_single_cert(vec![certificate], key)
        .unwrap()
}

/// A control or data connection.
pub(super) enum Wire {
    Plain(TcpStream),
    Tls(Box<StreamOwned<ServerConnection, TcpStream>>),
}

impl Wire {
    /// Performs the TLS handshake; `None` if the client fails it.
    pub fn protect(socket: TcpStream, config: &Arc<ServerConfig>) -> Option<Self> {
        let mut tls = StreamOwned::new(ServerConnection::new(Arc::clone(config)).unwrap(), socket);
        while tls.conn.is_handshaking() {
            if tls.conn.complete_io(&mut tls.sock).is_err() {
                // Closing the socket with unread bytes could overtake the alert.
                let _ = tls.sock.shutdown(Shutdown::Write);
                let _ = std::io::copy(&mut (&tls.sock).take(1 << 20), &mut std::io::sink());
                return None;
            }
        }
        Some(Self::Tls(Box::new(tls)))
    }

    pub fn socket(&self) -> &TcpStream {
        match self {
            Self::Plain(socket) => socket,
            Self::Tls(tls) => &tls.sock,
        }
    }

    pub fn is_resumed(&self) -> bool {
        match self {
            Self::Plain(_) => false,
            Self::Tls(tls) => tls.conn.handshake_kind() == Some(HandshakeKind::Resumed),
        }
    }

    /// Closes the connection, with close_notify under TLS unless the fault forbids it.
    pub fn close(self, fault: Option<Fault>) {
        let abrupt = matches!(fault, Some(Fault::NoCloseNotify | Fault::AbortAfter(_)));
        if let (Self::Tls(mut tls), false) = (self, abrupt) {
            tls.conn.send_close_notify();
            // The client may have closed already.
            let _ = tls.flush();
        }
    }
}

impl Read for Wire {
    fn read(&mut self, buf: &mut [u8]) -> std::io::Result<usize> {
        match self {
            Self::Plain(socket) => socket.read(buf),
            Self::Tls(tls) => tls.read(buf),
        }
    }
}

impl Write for Wire {
    fn write(&mut self, buf: &[u8]) -> std::io::Result<usize> {
        match self {
            Self::Plain(socket) => socket.write(buf),
            Self::Tls(tls) => tls.write(buf),
        }
    }

    fn flush(&mut self) -> std::io::Result<()> {
        match self {
            Self::Plain(socket) => socket.flush(),
            Self::Tls(tls) => tls.flush(),
        }
    }
}
