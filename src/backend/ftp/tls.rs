//! TLS for control and data connections.
//!
//! Servers demand that a data connection resumes the control connection's TLS session. A session of TLS 1.2 can be
//! resumed any number of times, a ticket of TLS 1.3 once, and uploads bring no new ones, so that the third upload
//! fails: TLS 1.2 comes first, 1.3 only for servers that have nothing else. Each FTP session has a cache of its own,
//! since servers compare the data connection with that very control connection.

use std::io;
use std::net::{Shutdown, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use ftp::{FtpError, RustlsConnector, TlsConnector, TlsStream};
use rustls::client::Resumption;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{AlertDescription, ClientConfig, DigitallySignedStruct, RootCertStore};

use crate::cancel::Cancel;
use crate::error::{Error, Kind, Result, describe, printable};
use crate::net::tls_roots::{Roots, certificate_error};

/// The stream that the crate makes of a socket; it does not export its name.
pub type Protected = <RustlsConnector as TlsConnector>::Stream;

/// Which versions are offered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Versions {
    /// TLS 1.2, whose sessions can be resumed again and again.
    #[default]
    Resumable,
    /// TLS 1.3, for servers that refuse 1.2.
    Newest,
}

/// Whom we trust.
#[derive(Debug, Clone)]
pub enum Trust {
    /// Certificates that these roots vouch for.
    Roots(Arc<RootCertStore>),
    /// Everybody, because the user said so.
    Anybody,
}

impl Trust {
    /// Those that `roots` names.
    pub fn load(roots: &Roots) -> Result<Self> {
        let mut store = RootCertStore::empty();
        match roots.certificates()? {
            Some(certificates) => {
                store.add_parsable_certificates(certificates);
            }
            None => store.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned()),
        }
        Ok(Self::Roots(Arc::new(store)))
    }
}

/// What may help after a failed handshake.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Remedy {
    /// Nothing of ours.
    None,
    /// The other [`Versions`].
    OtherVersion,
}

/// Makes TLS connections of one FTP session: all resume one TLS session, and none waits for ever.
pub struct Connector {
    tls: RustlsConnector,
    cancel: Option<Arc<Cancel>>,
    /// For the handshake.
    connect: Duration,
    /// For everything after it.
    idle: Duration,
}

impl std::fmt::Debug for Connector {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Connector")
    }
}

impl Connector {
    /// `cancel` is left out where the work is to clean up after a stop.
    pub fn new(
        trust: &Trust,
        versions: Versions,
        cancel: Option<Arc<Cancel>>,
        (connect, idle): (Duration, Duration),
    ) -> Result<Self> {
        Ok(Self {
            tls: RustlsConnector::from(Arc::new(client_config(trust, versions)?)),
            cancel,
            connect,
            idle,
        })
    }

    /// Protects `socket`, whose other end has to prove that it is `domain`.
    pub fn connect(&self, domain: &str, socket: TcpStream) -> Result<Protected, (Error, Remedy)> {
        self.handshake(domain, socket)
            .map_err(|error| explain(&error))
    }

    fn handshake(&self, domain: &str, socket: TcpStream) -> io::Result<Protected> {
        socket.set_read_timeout(Some(self.connect))?;
        socket.set_write_timeout(Some(self.connect))?;
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
                // The stream flushes itself when it is dropped, for which it would wait until the server has said more.
                let _ = inner.sock.shutdown(Shutdown::Both);
                return Err(error);
            }
        }
        inner.sock.set_read_timeout(Some(self.idle))?;
        inner.sock.set_write_timeout(Some(self.idle))?;
        Ok(stream)
    }
}

fn unusable(error: FtpError) -> String {
    match error {
        FtpError::SecureError(text) => text,
        other => other.to_string(),
    }
}

fn explain(error: &io::Error) -> (Error, Remedy) {
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
        return (Error::new(Kind::Disconnected, text), Remedy::None);
    };
    let shown = printable(&tls.to_string());
    match tls {
        Tls::InvalidCertificate(why) => (certificate_error("the server", why), Remedy::None),
        Tls::NoCertificatesPresented => {
            let text = "the server cannot prove who it is: it has no certificate";
            (Error::new(Kind::Denied, text), Remedy::None)
        }
        Tls::AlertReceived(
            AlertDescription::ProtocolVersion | AlertDescription::HandshakeFailure,
        )
        | Tls::PeerIncompatible(_) => {
            let text = format!("no common version of TLS: {shown}");
            (Error::new(Kind::Remote, text), Remedy::OtherVersion)
        }
        Tls::InvalidMessage(_) => {
            let error = Error::new(Kind::Remote, format!("the server does not speak TLS here: {shown}"))
                .with_hint("`tls = \"implicit\"` is for ports that begin with TLS, mostly 990; otherwise use \"explicit\"");
            (error, Remedy::None)
        }
        _ => (
            Error::new(Kind::Remote, format!("the TLS handshake: {shown}")),
            Remedy::None,
        ),
    }
}

fn client_config(trust: &Trust, versions: Versions) -> Result<ClientConfig> {
    let unusable = |error: rustls::Error| Error::new(Kind::Remote, format!("TLS: {error}"));
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let versions: &[&rustls::SupportedProtocolVersion] = match versions {
        Versions::Resumable => &[&rustls::version::TLS12],
        Versions::Newest => &[&rustls::version::TLS13],
    };
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_protocol_versions(versions)
        .map_err(unusable)?;
    let mut config = match trust {
        Trust::Roots(roots) => builder
            .with_root_certificates(Arc::clone(roots))
            .with_no_client_auth(),
        Trust::Anybody => builder
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(Unverified(provider)))
            .with_no_client_auth(),
    };
    config.resumption = Resumption::in_memory_sessions(16);
    Ok(config)
}

/// Accepts any certificate. The handshake itself is still checked, so that nobody gets in between later.
#[derive(Debug)]
struct Unverified(Arc<CryptoProvider>);

impl ServerCertVerifier for Unverified {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        rustls::crypto::verify_tls12_signature(message, certificate, signature, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        rustls::crypto::verify_tls13_signature(message, certificate, signature, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<rustls::SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
