//! Configuration of ureq: its own handling of redirects, errors, proxies and encodings is off.

use std::sync::Arc;
use std::time::Duration;

use ureq::config::Config;
use ureq::{Agent, ProxyProtocol};

use super::endpoint::{Endpoint, HttpScheme};
use super::proxy::Proxies;
use super::tls::CertificateOptions;
use super::transport::{USER_AGENT, agent};
use super::{proxy, tls};
use crate::cancel::Cancel;
use crate::error::Result;
use crate::net::timeouts::Timeouts;

/// Settings of the connections to one endpoint.
pub struct AgentOptions<'a> {
    /// The endpoint.
    pub endpoint: &'a Endpoint,
    /// The proxies of the environment; `None` to connect directly.
    pub proxies: Option<&'a Proxies>,
    /// The certificates of both sides; used for https only.
    pub certificates: CertificateOptions<'a>,
    /// Limits without progress; `None` if `total` alone counts.
    pub timeouts: Option<Timeouts>,
    /// Limit of a whole request, from the look-up of the name to the end of the response.
    pub total: Option<Duration>,
    /// Idle connections to keep, and the sizes of their buffers; `None` for a single small request.
    pub pool: Option<ConnectionPool>,
    /// Ends a request when the run is cancelled.
    pub cancel: &'a Arc<Cancel>,
}

/// Connections that are kept for the next request.
#[derive(Debug, Clone, Copy)]
pub struct ConnectionPool {
    /// The most idle connections.
    pub connections: usize,
    /// Bytes of the input buffer and of the output buffer of each connection.
    pub buffer: usize,
}

/// Builds the agent for one endpoint. Nothing is connected yet.
pub fn build(options: &AgentOptions<'_>) -> Result<Agent> {
    let proxy = match options.proxies {
        Some(proxies) => proxy::choose(proxies, options.endpoint)?,
        None => None,
    };
    let to_proxy = proxy.as_ref().map(ureq::Proxy::protocol);
    let tls = tls::configs(
        options.certificates,
        options.endpoint.scheme == HttpScheme::Https,
        to_proxy == Some(ProxyProtocol::Https),
    )?;
    let direct = config(options, None);
    let config = config(options, proxy);
    Ok(agent(config, direct, tls, options.cancel))
}

fn config(options: &AgentOptions<'_>, proxy: Option<ureq::Proxy>) -> Config {
    let mut settings = Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .allow_non_standard_methods(true)
        .accept("")
        .accept_encoding("")
        .user_agent(USER_AGENT)
        .timeout_global(options.total);
    if let Some(timeouts) = options.timeouts {
        settings = settings
            .timeout_connect(Some(timeouts.connect))
            .timeout_recv_response(Some(timeouts.head()))
            .timeout_per_read(Some(timeouts.idle))
            .timeout_per_write(Some(timeouts.idle));
    }
    if let Some(pool) = options.pool {
        settings = settings
            .max_idle_connections(pool.connections)
            .max_idle_connections_per_host(pool.connections)
            .max_idle_age(Duration::from_secs(30))
            .input_buffer_size(pool.buffer)
            .output_buffer_size(pool.buffer);
    }
    settings.proxy(proxy).build()
}
