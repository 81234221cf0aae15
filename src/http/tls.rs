//! TLS settings of HTTP connections.

use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use ureq::tls::{Certificate, RootCerts, TlsConfig};

use crate::error::Result;
use crate::net::tls_roots::Roots;

/// Which certificates of a server are accepted.
#[derive(Debug, Clone, Copy)]
pub enum CertificateTrust<'a> {
    /// Those that one of these roots has signed.
    Roots(&'a Roots),
    /// Any, because the user asked for that (`--insecure`).
    Any,
}

/// Reads the certificates of `trust`.
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
