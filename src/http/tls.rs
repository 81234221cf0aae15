//! TLS settings of HTTP connections.

use std::sync::Arc;

use super::transport::tls::TlsConfigs;
use crate::error::Result;
use crate::net::client_certificate::ClientCertificate;
use crate::net::tls_client::{CertificateCheck, TlsParameters, config};
use crate::net::tls_roots::Roots;

/// The certificates of both sides.
#[derive(Debug, Clone, Copy)]
pub struct CertificateOptions<'a> {
    /// The server certificates to accept.
    pub trust: CertificateTrust<'a>,
    /// The certificate for an endpoint that requests one. No proxy gets it.
    pub client_certificate: Option<&'a ClientCertificate>,
}

/// The server certificates to accept.
#[derive(Debug, Clone, Copy)]
pub enum CertificateTrust<'a> {
    /// Certificates signed by one of these roots.
    Roots(&'a Roots),
    /// Any certificate, as the user requested (`--insecure`).
    Any,
}

impl CertificateTrust<'_> {
    /// Reads the root certificates.
    pub fn check(self) -> Result<CertificateCheck> {
        match self {
            Self::Any => Ok(CertificateCheck::Disabled),
            Self::Roots(roots) => CertificateCheck::load(roots),
        }
    }
}

/// Reads the root certificates and makes the configurations of the connections to the endpoint and, if it is an https
/// proxy, to the proxy.
pub fn configs(
    options: CertificateOptions<'_>,
    endpoint_has_tls: bool,
    proxy_has_tls: bool,
) -> Result<TlsConfigs> {
    if !endpoint_has_tls && !proxy_has_tls {
        return Ok(TlsConfigs::default());
    }
    let mut parameters = TlsParameters {
        check: options.trust.check()?,
        client_certificate: None,
    };
    let make = |parameters: &TlsParameters| config(parameters, rustls::ALL_VERSIONS).map(Arc::new);
    let proxy = proxy_has_tls.then(|| make(&parameters)).transpose()?;
    parameters.client_certificate = options.client_certificate.cloned();
    let endpoint = endpoint_has_tls.then(|| make(&parameters)).transpose()?;
    Ok(TlsConfigs { endpoint, proxy })
}
