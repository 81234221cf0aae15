//! How ureq is set up: its own ideas of redirects, errors, proxies and encodings are all off.

use std::sync::Arc;

use ureq::Agent;

use super::endpoint::{Endpoint, Scheme};
use super::proxy;
use super::tls::tls;
use super::transport::{Traffic, agent};
use crate::backend::s3::Config;
use crate::cancel::Cancel;
use crate::error::Result;
use crate::store::Context;

/// The agent for one endpoint. Certificates are read for https only.
pub fn build(
    config: &Config,
    endpoint: &Endpoint,
    context: &Context,
    purpose: Purpose,
) -> Result<Agent> {
    const BUFFER: usize = 256 << 10;
    const CLEAN_UP: std::time::Duration = std::time::Duration::from_secs(2);
    let timeouts = context.timeouts;
    let (connect, idle, total, cancel) = match purpose {
        Purpose::Work => (
            timeouts.connect,
            timeouts.idle,
            None,
            Arc::clone(&context.cancel),
        ),
        Purpose::CleanUp => (
            timeouts.connect.min(CLEAN_UP),
            timeouts.idle.min(CLEAN_UP),
            Some(CLEAN_UP),
            Cancel::new(),
        ),
    };
    let connections = context.workers.max(8);
    let proxy = proxy::choose(&config.proxies, endpoint)?;
    let mut settings = Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .allow_non_standard_methods(true)
        .accept("")
        .accept_encoding("")
        .user_agent(concat!("blobctl/", env!("CARGO_PKG_VERSION")))
        .timeout_global(total)
        .timeout_connect(Some(connect))
        .timeout_per_read(Some(idle))
        .timeout_per_write(Some(idle))
        .max_idle_connections(connections)
        .max_idle_connections_per_host(connections)
        .max_idle_age(std::time::Duration::from_secs(30))
        .input_buffer_size(BUFFER)
        .output_buffer_size(BUFFER);
    let to_proxy = proxy.as_ref().map(ureq::Proxy::protocol);
    let traffic = match (endpoint.scheme, to_proxy) {
        (Scheme::Https, _) | (_, Some(ureq::ProxyProtocol::Https)) => Traffic::Tls,
        (Scheme::Http, _) => Traffic::Plain,
    };
    if traffic == Traffic::Tls {
        settings = settings.tls_config(tls(config)?);
    }
    let settings = settings.proxy(proxy);
    Ok(agent(settings.build(), traffic, &cancel))
}

/// Whether a request belongs to the work or to the clean-up after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Ends when the run is asked to stop.
    Work,
    /// Goes on then, for two seconds in all.
    CleanUp,
}
