//! The way to the services that give credentials: one small request, a short wait, a short answer.
//!
//! Redirects are not followed and certificates are always checked: what comes back decides who we are.

use std::io::Read;
use std::sync::Arc;
use std::time::Duration;

use ureq::http::Request;
use ureq::{Agent, Error as TransportError};

use crate::cancel::Cancel;
use crate::error::Result;
use crate::http::agent::AgentOptions;
use crate::http::endpoint::Endpoint;
use crate::http::proxy::Proxies;
use crate::http::tls::Trust;
use crate::http::{agent, error};
use crate::net::timeouts::Timeouts;
use crate::net::tls_roots::Roots;

/// No answer that we ask for is longer, in bytes.
const LIMIT: u64 = 64 << 10;

/// What all requests have in common.
pub struct Http<'a> {
    /// The certificates to trust.
    pub roots: &'a Roots,
    /// The proxies of the environment.
    pub proxies: &'a Proxies,
    /// Ends a wait when the run is asked to stop.
    pub cancel: &'a Arc<Cancel>,
}

/// A request.
pub struct Call<'a> {
    /// `GET`, `PUT` or `POST`.
    pub method: &'static str,
    /// Encoded.
    pub url: &'a str,
    /// Lower-case names.
    pub headers: &'a [(String, String)],
    /// Sent with its length unless it is empty.
    pub body: &'a [u8],
    /// For all of it, from the look-up of the name to the end of the answer.
    pub patience: Duration,
    /// How the service is reached.
    pub route: Route,
}

/// How a service is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Route {
    /// It is on this machine or beside it.
    Direct,
    /// As the environment says.
    Proxied,
}

/// An answer, whatever its status.
pub struct Reply {
    /// The HTTP status.
    pub status: u16,
    /// The body. It may hold a secret.
    pub body: String,
}

impl<'a> Http<'a> {
    /// Ends a wait when the run is asked to stop.
    pub fn cancel(&self) -> &'a Arc<Cancel> {
        self.cancel
    }

    /// Sends a request, once.
    pub fn call(&self, call: &Call<'_>) -> Result<Reply> {
        let endpoint = endpoint(call.url)?;
        let agent = self.agent(&endpoint, call)?;
        exchange(&agent, call).map_err(|error| {
            let timeouts = Timeouts {
                connect: call.patience,
                idle: call.patience,
            };
            let error = error::explain(error, &endpoint.authority(), timeouts);
            self.cancel.or_cancelled(error)
        })
    }

    fn agent(&self, endpoint: &Endpoint, call: &Call<'_>) -> Result<Agent> {
        agent::build(&AgentOptions {
            endpoint,
            proxies: match call.route {
                Route::Direct => None,
                Route::Proxied => Some(self.proxies),
            },
            trust: Trust::Roots(self.roots),
            timeouts: None,
            total: Some(call.patience),
            pool: None,
            cancel: self.cancel,
        })
    }
}

/// The service's root; the query, which an endpoint of ours cannot have, is left out.
pub fn endpoint(url: &str) -> Result<Endpoint> {
    Endpoint::parse(url.split_once('?').map_or(url, |(before, _)| before))
}

fn exchange(agent: &Agent, call: &Call<'_>) -> Result<Reply, TransportError> {
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
    Ok(Reply {
        status: response.status().as_u16(),
        body: String::from_utf8_lossy(&body).into_owned(),
    })
}
