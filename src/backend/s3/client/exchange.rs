//! The HTTP exchange of one request, over the agents of [`crate::http`].

use std::io::Read;
use std::time::Duration;

use crate::http::Response;
use crate::http::{self, Agent, ResponseBody, SendBody, TransportError};

use super::Client;
use super::request::{Body, Request, RequestPurpose, ResponseTimeout};
use crate::cancel::Cancel;
use crate::error::{Error, Kind, Result};
use crate::http::agent;
use crate::http::agent::{AgentOptions, ConnectionPool};
use crate::http::transport::{answered_early, begin_request};
use crate::net::timeouts::Timeouts;

/// The shortest silence that [`ResponseTimeout::Extended`] allows.
const EXTENDED: Duration = Duration::from_secs(300);

impl Client {
    /// Sends the request over a pooled connection and returns the response, whatever its status.
    pub(super) fn exchange(
        &self,
        request: &Request<'_>,
        url: &str,
        headers: &[(String, String)],
        purpose: RequestPurpose,
    ) -> Result<Response<ResponseBody>, TransportError> {
        let cleaning;
        let agent = match purpose {
            RequestPurpose::Work => self
                .agent()
                .map_err(|error| TransportError::Io(error.into_io()))?,
            RequestPurpose::CleanUp => {
                cleaning = self
                    .build_agent(purpose)
                    .map_err(|error| TransportError::Io(error.into_io()))?;
                &cleaning
            }
        };
        let mut builder = http::Request::builder().method(request.method).uri(url);
        for (name, value) in headers {
            builder = builder.header(name, value);
        }
        begin_request();
        match &request.body {
            Body::None => agent.run(builder.body(())?),
            Body::Bytes(bytes) => {
                let built = builder.header("content-length", bytes.len()).body(*bytes)?;
                match request.response_timeout {
                    ResponseTimeout::Idle => agent.run(built),
                    ResponseTimeout::Extended => {
                        let idle = self.context.timeouts.idle.max(EXTENDED);
                        let configured = agent.configure_request(built);
                        agent.run(configured.timeout_per_read(Some(idle)).build())
                    }
                }
            }
            Body::Payload { payload, size, .. } => {
                let reader = payload
                    .reader()
                    .map_err(|error| TransportError::Io(error.into_io()))?;
                let mut exact = Exact {
                    reader,
                    left: *size,
                };
                let body = SendBody::from_reader(&mut exact);
                agent.run(builder.header("content-length", *size).body(body)?)
            }
        }
    }

    fn agent(&self) -> Result<&Agent> {
        if let Some(agent) = self.agent.get() {
            return Ok(agent);
        }
        let agent = self.build_agent(RequestPurpose::Work)?;
        Ok(self.agent.get_or_init(|| agent))
    }

    fn build_agent(&self, purpose: RequestPurpose) -> Result<Agent> {
        const BUFFER: usize = 256 << 10;
        const CLEAN_UP: Duration = Duration::from_secs(2);
        let Timeouts { connect, idle } = self.context.timeouts;
        let never = Cancel::new();
        let (timeouts, total, cancel) = match purpose {
            RequestPurpose::Work => (self.context.timeouts, None, &self.context.cancel),
            RequestPurpose::CleanUp => {
                let timeouts = Timeouts {
                    connect: connect.min(CLEAN_UP),
                    idle: idle.min(CLEAN_UP),
                };
                (timeouts, Some(CLEAN_UP), &never)
            }
        };
        agent::build(&AgentOptions {
            endpoint: self.endpoint()?,
            proxies: Some(&self.config.proxies),
            certificates: self.config.certificates(),
            timeouts: Some(timeouts),
            total,
            pool: Some(ConnectionPool {
                connections: self.context.workers.max(8),
                buffer: BUFFER,
            }),
            cancel,
        })
    }
}

/// Reads exactly the announced length. A shorter source is an error, because ureq would wait for the rest forever.
/// After an early response, the rest is skipped: the reader claims its bytes without reading them.
struct Exact<R> {
    reader: R,
    left: u64,
}

impl<R: Read> Read for Exact<R> {
    fn read(&mut self, buf: &mut [u8]) -> std::io::Result<usize> {
        let want = buf
            .len()
            .min(usize::try_from(self.left).unwrap_or(usize::MAX));
        if want == 0 {
            return Ok(0);
        }
        let len = if answered_early() {
            want
        } else {
            self.reader.read(&mut buf[..want])?
        };
        if len == 0 {
            return Err(Error::new(Kind::Integrity, "the source ended early").into_io());
        }
        self.left -= len as u64;
        Ok(len)
    }
}
