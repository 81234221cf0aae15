//! A request, as the operations say it.

use crate::io::payload::Payload;

/// A request, as the operations say it.
#[derive(Debug, Clone)]
pub struct Request<'a> {
    /// `GET`, `PUT`, …
    pub method: &'static str,
    /// Empty for the bucket.
    pub key: &'a str,
    /// Query names and values, not encoded.
    pub query: Vec<(String, String)>,
    /// Lower-case names. All of them are signed.
    pub headers: Vec<(String, String)>,
    /// What is sent.
    pub body: Body<'a>,
    /// How long its answer may take.
    pub response_timeout: ResponseTimeout,
}

impl Request<'_> {
    /// Adds a header; `name` in lower case.
    pub fn push_header(&mut self, name: &str, value: impl Into<String>) {
        self.headers.push((name.to_owned(), value.into()));
    }

    /// Adds a query parameter, not encoded.
    pub fn push_query(&mut self, name: &str, value: impl Into<String>) {
        self.query.push((name.to_owned(), value.into()));
    }

    /// Whether a second one does no harm and says the same, even if the first one took effect and its answer was lost.
    /// A condition fails then, and an upload is gone: the engine, which counts attempts, knows what that means.
    pub(super) fn is_repeatable(&self) -> bool {
        let is_conditional = |(name, _): &(String, String)| {
            name == "if-none-match" || name == "if-match" && self.method != "GET"
        };
        let completes =
            self.method == "POST" && self.query.iter().any(|(name, _)| name == "uploadId");
        !completes && !self.headers.iter().any(is_conditional)
    }
}

/// How long an answer may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ResponseTimeout {
    /// The usual silence.
    Idle,
    /// At least five minutes: the store puts thousands of parts together and says nothing meanwhile.
    Extended,
}

/// What is sent with a request.
#[derive(Debug, Clone)]
pub enum Body<'a> {
    /// Nothing, and no length: GET, HEAD, DELETE.
    None,
    /// These bytes, also if there are none of them.
    Bytes(&'a [u8]),
    /// A blob or a part of one, with the SHA-256 of it where one was computed.
    Payload {
        payload: &'a Payload,
        size: u64,
        sha256: Option<String>,
    },
}

/// Whether a request belongs to the work or to the clean-up after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RequestPurpose {
    /// Ends when the run is asked to stop.
    Work,
    /// Goes on then, for two seconds in all.
    CleanUp,
}
