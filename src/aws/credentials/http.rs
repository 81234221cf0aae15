//! Requests to the credential services: small, with a short timeout and a short response.
//!
//! Redirects are not followed and certificates are always verified: the response decides which identity signs.

use std::io::Read;
use std::sync::Arc;
use std::time::Duration;

use crate::http::Request;
use crate::http::{Agent, TransportError};

use crate::cancel::Cancel;
use crate::error::Result;
use crate::http::agent::AgentOptions;
use crate::http::endpoint::Endpoint;
use crate::http::proxy::Proxies;
use crate::http::tls::{CertificateOptions, CertificateTrust};
use crate::http::{agent, error};
use crate::net::timeouts::Timeouts;
use crate::net::tls_roots::Roots;

/// The longest response, in bytes.
const LIMIT: u64 = 64 << 10;

/// The settings that all requests share.
pub struct HttpClient<'a> {
    /// The certificates to trust.
    pub roots: &'a Roots,
    /// The proxies of the environment.
    pub proxies: &'a Proxies,
    /// Ends a wait when the run is asked to stop.
    pub cancel: &'a Arc<Cancel>,
}

/// A request.
pub struct HttpRequest<'a> {
    /// `GET`, `PUT` or `POST`.
    pub method: &'static str,
    /// Encoded.
    pub url: &'a str,
    /// Lower-case names.
    pub headers: &'a [(String, String)],
    /// Sent with its length unless it is empty.
    pub body: &'a [u8],
    /// The timeout of the whole request, from the look-up of the name to the end of the response.
    pub timeout: Duration,
    /// The route to the service.
    pub route: Route,
}

/// The route to a service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Route {
    /// Directly: the service is on this machine or its host.
    Direct,
    /// Through the proxy of the environment, if there is one.
    Proxied,
}

/// A response, whatever its status.
pub struct HttpReply {
    /// The HTTP status.
    pub status: u16,
    /// The body. It may hold a secret.
    pub body: String,
}

impl<'a> HttpClient<'a> {
    /// Ends a wait when the run is asked to stop.
    pub fn cancel(&self) -> &'a Arc<Cancel> {
        self.cancel
    }

    /// Sends a request, once.
    pub fn call(&self, call: &HttpRequest<'_>) -> Result<HttpReply> {
        let endpoint = endpoint(call.url)?;
        let agent = self.agent(&endpoint, call)?;
        exchange(&agent, call).map_err(|error| {
            let timeouts = Timeouts {
                connect: call.timeout,
                idle: call.timeout,
            };
            let error = error::explain(error, &endpoint.authority(), timeouts);
            self.cancel.or_cancelled(error)
        })
    }

    fn agent(&self, endpoint: &Endpoint, call: &HttpRequest<'_>) -> Result<Agent> {
        agent::build(&AgentOptions {
            endpoint,
            proxies: match call.route {
                Route::Direct => None,
                Route::Proxied => Some(self.proxies),
            },
            certificates: CertificateOptions {
                trust: CertificateTrust::Roots(self.roots),
                client_certificate: None,
            },
            timeouts: None,
            total: Some(call.timeout),
            pool: None,
            cancel: self.cancel,
        })
    }
}

/// The endpoint of a URL, without the query.
pub fn endpoint(url: &str) -> Result<Endpoint> {
    Endpoint::parse(url.split_once('?').map_or(url, |(before, _)| before))
}

fn exchange(agent: &Agent, call: &HttpRequest<'_>) -> Result<HttpReply, TransportError> {
    let mut builder = Request::builder().method(call.method).uri(call.url);
    for (name, value) in call.headers {
        builder = builder.header(name, value);
    }
    let mut response = if call.method == "GET" {
        agent.run(builder.body(())?)?
    } else {
        agent.run(builder.body(call.body)?)?
    };
    let mut body = Vec::new();
    let reader = response.body_mut().as_reader();
    reader.take(LIMIT + 1).read_to_end(&mut body)?;
    if body.len() as u64 > LIMIT {
        return Err(TransportError::BodyExceedsLimit(LIMIT));
    }
    Ok(HttpReply {
        status: response.status().as_u16(),
        body: String::from_utf8_lossy(&body).into_owned(),
    })
}
