//! The TLS client configuration of all connections.

use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{WebPkiServerVerifier, verify_server_name};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, RootCertStore, SupportedProtocolVersion,
};

use super::certificate;
use super::client_certificate::ClientCertificate;
use super::tls_roots::Roots;
use crate::error::{Error, Kind, Result, printable};

/// The verification of certificates.
#[derive(Debug, Clone)]
pub enum CertificateCheck {
    /// Certificates must be trusted.
    Trusted(Arc<Trust>),
    /// No verification, at the user's request.
    Disabled,
}

/// The certificates to trust.
#[derive(Debug)]
pub struct Trust {
    /// The issuers.
    roots: Arc<RootCertStore>,
    /// The certificates of the user's files, which a server may also present itself.
    pinned: Vec<CertificateDer<'static>>,
}

impl CertificateCheck {
    /// Loads the configured roots.
    pub fn load(roots: &Roots) -> Result<Self> {
        let found = roots.certificates()?;
        let mut store = RootCertStore::empty();
        store.add_parsable_certificates(found.issuers);
        if store.is_empty() {
            store.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
        }
        Ok(Self::Trusted(Arc::new(Trust {
            roots: Arc::new(store),
            pinned: found.pinned,
        })))
    }
}

/// The two halves of a TLS client.
#[derive(Debug, Clone)]
pub struct TlsParameters {
    /// The verification of the server.
    pub check: CertificateCheck,
    /// The certificate to present to a server that requests one.
    pub client_certificate: Option<ClientCertificate>,
}

/// The configuration of a client that offers these versions.
pub fn config(
    parameters: &TlsParameters,
    versions: &[&'static SupportedProtocolVersion],
) -> Result<ClientConfig> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let verifier: Arc<dyn ServerCertVerifier> = match &parameters.check {
        CertificateCheck::Trusted(trust) => Arc::new(Verifier::new(trust, &provider)?),
        CertificateCheck::Disabled => Arc::new(Unverified(Arc::clone(&provider))),
    };
    let builder = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(versions)
        .map_err(|error| unusable(&error.to_string()))?
        .dangerous()
        .with_custom_certificate_verifier(verifier);
    Ok(match &parameters.client_certificate {
        Some(certificate) => builder.with_client_cert_resolver(certificate.resolver()),
        None => builder.with_no_client_auth(),
    })
}

fn unusable(what: &str) -> Error {
    Error::new(Kind::Remote, format!("TLS: {}", printable(what)))
}

/// Accepts certificates that a trusted issuer has signed, as rustls does, and those that are in the user's files byte for
/// byte. The name and the dates of the latter are checked, not their extensions: `openssl req -x509` makes
/// server certificates with CA:TRUE.
#[derive(Debug)]
struct Verifier {
    issued: Arc<WebPkiServerVerifier>,
    trust: Arc<Trust>,
}

impl Verifier {
    fn new(trust: &Arc<Trust>, provider: &Arc<CryptoProvider>) -> Result<Self> {
        let roots = Arc::clone(&trust.roots);
        let issued =
            WebPkiServerVerifier::builder_with_provider(roots, Arc::clone(provider)).build();
        Ok(Self {
            issued: issued.map_err(|error| unusable(&error.to_string()))?,
            trust: Arc::clone(trust),
        })
    }
}

/// Checks the name and the dates of a pinned certificate.
fn check_pinned(
    certificate: &CertificateDer<'_>,
    name: &ServerName<'_>,
    now: UnixTime,
) -> Result<(), rustls::Error> {
    verify_server_name(&ParsedCertificate::try_from(certificate)?, name)?;
    let summary = certificate::summary(certificate).ok_or(CertificateError::BadEncoding)?;
    let time = UNIX_EPOCH + Duration::from_secs(now.as_secs());
    let seconds = |time: std::time::SystemTime| {
        UnixTime::since_unix_epoch(time.duration_since(UNIX_EPOCH).unwrap_or_default())
    };
    if time < summary.not_before {
        let not_before = seconds(summary.not_before);
        return Err(CertificateError::NotValidYetContext {
            time: now,
            not_before,
        }
        .into());
    }
    if time > summary.not_after {
        let not_after = seconds(summary.not_after);
        return Err(CertificateError::ExpiredContext {
            time: now,
            not_after,
        }
        .into());
    }
    Ok(())
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let issued = self
            .issued
            .verify_server_cert(certificate, intermediates, name, ocsp, now);
        if issued.is_err() && self.trust.pinned.iter().any(|pinned| pinned == certificate) {
            return check_pinned(certificate, name, now).map(|()| ServerCertVerified::assertion());
        }
        issued
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.issued
            .verify_tls12_signature(message, certificate, signature)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.issued
            .verify_tls13_signature(message, certificate, signature)
    }

    fn supported_verify_schemes(&self) -> Vec<rustls::SignatureScheme> {
        self.issued.supported_verify_schemes()
    }
}

/// Accepts any certificate. The signatures of the handshake are still checked, so that a third party cannot join later.
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
