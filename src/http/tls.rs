//! TLS settings of HTTP connections.

use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use ureq::tls::{Certificate, RootCerts, TlsConfig};

use crate::backend::s3::Config;
use crate::error::Result;
use crate::net::tls_roots::Roots;

pub fn tls(config: &Config) -> Result<TlsConfig> {
    if config.insecure {
        return Ok(TlsConfig::builder().disable_verification(true).build());
    }
    Ok(TlsConfig::builder()
        .root_certs(trusted(&config.roots)?)
        .build())
}

/// The certificates to trust, as ureq wants them.
pub fn trusted(roots: &Roots) -> Result<RootCerts> {
    Ok(match roots.certificates()? {
        Some(certificates) => {
            let owned = |der: &CertificateDer<'_>| Certificate::from_der(der).to_owned();
            RootCerts::Specific(Arc::new(certificates.iter().map(owned).collect()))
        }
        None => RootCerts::WebPki,
    })
}
