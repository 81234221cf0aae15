//! A request before it is addressed and signed.

use crate::io::payload::Payload;

/// The resource of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resource<'a> {
    /// The service, which lists its buckets.
    Service,
    /// The bucket.
    Bucket,
    /// An object of the bucket, by its key.
    Object(&'a str),
}

/// A request before it is addressed and signed.
#[derive(Debug, Clone)]
pub struct Request<'a> {
    /// `GET`, `PUT`, …
    pub method: &'static str,
    /// The resource.
    pub resource: Resource<'a>,
    /// Query names and values, not encoded.
    pub query: Vec<(String, String)>,
    /// Lower-case names. All of them are signed.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Body<'a>,
    /// The time that the response may take.
    pub response_timeout: ResponseTimeout,
}

impl<'a> Request<'a> {
    /// A request without parameters, headers of its own and body.
    pub fn new(method: &'static str, resource: Resource<'a>) -> Self {
        Self {
            method,
            resource,
            query: Vec::new(),
            headers: Vec::new(),
            body: Body::None,
            response_timeout: ResponseTimeout::Idle,
        }
    }

    /// Adds a header; `name` in lower case.
    pub fn push_header(&mut self, name: &str, value: impl Into<String>) {
        self.headers.push((name.to_owned(), value.into()));
    }

    /// Adds a query parameter, not encoded.
    pub fn push_query(&mut self, name: &str, value: impl Into<String>) {
        self.query.push((name.to_owned(), value.into()));
    }

    /// True if the request can be sent twice with the same result, also if the first one succeeded and its response was
    /// lost. A second conditional write fails and a completed upload is gone, so these are left to the engine, which
    /// counts attempts.
    pub(super) fn is_repeatable(&self) -> bool {
        let is_conditional = |(name, _): &(String, String)| {
            name == "if-none-match" || name == "if-match" && self.method != "GET"
        };
        let completes =
            self.method == "POST" && self.query.iter().any(|(name, _)| name == "uploadId");
        !completes && !self.headers.iter().any(is_conditional)
    }
}

/// The longest silence before the response.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ResponseTimeout {
    /// The configured idle timeout.
    Idle,
    /// At least five minutes: the service combines thousands of parts without sending a byte.
    Extended,
}

/// The body of a request.
#[derive(Debug, Clone)]
pub enum Body<'a> {
    /// No body and no length: GET, HEAD, DELETE.
    None,
    /// These bytes, with their length even if there are none.
    Bytes(&'a [u8]),
    /// A payload or a part of it, with its SHA-256 if one was computed.
    Payload {
        payload: &'a Payload,
        size: u64,
        sha256: Option<String>,
    },
}

/// The relation of a request to a cancelled run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RequestPurpose {
    /// Part of the work: stops when the run is cancelled.
    Work,
    /// Clean-up after the work: continues after that, for at most two seconds.
    CleanUp,
}
