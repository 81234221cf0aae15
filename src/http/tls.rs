//! TLS settings of HTTP connections.

use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use ureq::tls::{Certificate, RootCerts, TlsConfig};

use crate::error::Result;
use crate::net::tls_roots::Roots;

/// The server certificates to accept.
#[derive(Debug, Clone, Copy)]
pub enum CertificateTrust<'a> {
    /// Certificates signed by one of these roots.
    Roots(&'a Roots),
    /// Any certificate, as the user requested (`--insecure`).
    Any,
}

/// Reads the root certificates and makes the configuration.
pub fn config(trust: CertificateTrust<'_>) -> Result<TlsConfig> {
    let builder = TlsConfig::builder();
    Ok(match trust {
        CertificateTrust::Any => builder.disable_verification(true).build(),
        CertificateTrust::Roots(roots) => builder.root_certs(root_certificates(roots)?).build(),
    })
}

fn root_certificates(roots: &Roots) -> Result<RootCerts> {
    Ok(match roots.certificates()? {
        Some(certificates) => {
            let owned = |der: &CertificateDer<'_>| Certificate::from_der(der).to_owned();
            RootCerts::Specific(Arc::new(certificates.iter().map(owned).collect()))
        }
        None => RootCerts::WebPki,
    })
}
