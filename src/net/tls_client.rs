//! The TLS client configuration of connections that are not made by the HTTP client.

use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, RootCertStore, SupportedProtocolVersion};

use super::tls_roots::Roots;
use crate::error::{Error, Kind, Result};

/// The verification of certificates.
#[derive(Debug, Clone)]
pub enum CertificateCheck {
    /// Certificates must be issued by one of these roots.
    Roots(Arc<RootCertStore>),
    /// No verification, at the user's request.
    Disabled,
}

impl CertificateCheck {
    /// Loads the configured roots.
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

/// The configuration of a client that offers these versions.
pub fn config(
    check: &CertificateCheck,
    versions: &[&'static SupportedProtocolVersion],
) -> Result<ClientConfig> {
    let unusable = |error: rustls::Error| Error::new(Kind::Remote, format!("TLS: {error}"));
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_protocol_versions(versions)
        .map_err(unusable)?;
    Ok(match check {
        CertificateCheck::Roots(roots) => builder
            .with_root_certificates(Arc::clone(roots))
            .with_no_client_auth(),
        CertificateCheck::Disabled => builder
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(Unverified(provider)))
            .with_no_client_auth(),
    })
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
