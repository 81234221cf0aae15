//! The client's addresses, credentials and TLS settings, for the diagnosis of an access.

use std::sync::Arc;

use super::{Client, Resource};
use crate::aws::credentials::Credentials;
use crate::backend::s3::Addressing;
use crate::cancel::Cancel;
use crate::error::Result;
use crate::http::endpoint::HttpScheme;
use crate::http::proxy;
use crate::net::timeouts::Timeouts;
use crate::net::tls_client::TlsParameters;

/// The host that connections are made to.
pub struct Peer {
    /// A name or an address, without brackets.
    pub host: String,
    /// The port.
    pub port: u16,
    /// The host is a proxy.
    pub is_proxy: bool,
    /// The service is accessed with TLS.
    pub has_tls: bool,
}

impl Client {
    /// The host that connections are made to.
    pub fn peer(&self) -> Result<Peer> {
        let endpoint = self.endpoint()?;
        let has_tls = endpoint.scheme == HttpScheme::Https;
        if let Some(proxy) = proxy::choose(&self.config.proxies, endpoint)? {
            return Ok(Peer {
                host: proxy.host().to_owned(),
                port: proxy.port(),
                is_proxy: true,
                has_tls,
            });
        }
        let location = self.locate(endpoint, Resource::Bucket)?;
        let suffix = endpoint.authority();
        let bucket = location.authority.strip_suffix(&suffix).unwrap_or("");
        Ok(Peer {
            host: format!("{bucket}{}", endpoint.bare_host()),
            port: endpoint.port_or_default(),
            is_proxy: false,
            has_tls,
        })
    }

    /// The addressing style, the bucket's URL and the region.
    pub fn describe_addressing(&self) -> Result<String> {
        let endpoint = self.endpoint()?;
        let location = self.locate(endpoint, Resource::Bucket)?;
        let style = match location.authority == endpoint.authority() {
            true => "path-style",
            false => "virtual-hosted-style",
        };
        let origin = match self.config.addressing {
            Addressing::Auto => "automatic",
            Addressing::Path | Addressing::Virtual => "as set",
        };
        let url = endpoint.url(&location.authority, &location.path, "");
        Ok(format!(
            "{style} ({origin}), {url}, region {}",
            self.region()
        ))
    }

    /// The credentials that requests are signed with.
    pub fn current_credentials(&self) -> Result<Option<Arc<Credentials>>> {
        self.credentials()
    }

    /// The TLS settings of connections to the service.
    pub fn tls_parameters(&self) -> Result<TlsParameters> {
        let certificates = self.config.certificates();
        Ok(TlsParameters {
            check: certificates.trust.check()?,
            client_certificate: certificates.client_certificate.cloned(),
        })
    }

    /// The time limits of connections.
    pub fn timeouts(&self) -> Timeouts {
        self.context.timeouts
    }

    /// The request to stop the run.
    pub fn cancel(&self) -> &Arc<Cancel> {
        &self.context.cancel
    }
}
