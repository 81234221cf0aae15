//! A successful response and its body.

use std::io::Read;

use crate::http::Response;
use crate::http::ResponseBody;

use super::Client;
use crate::error::{Error, Kind, Result};
use crate::http::endpoint::Endpoint;
use crate::http::error;

/// A response with one of the expected statuses.
pub struct S3Response {
    pub(super) response: Response<ResponseBody>,
    /// True if the request carried an SSE-C key.
    pub(super) customer_key: bool,
}

impl S3Response {
    /// The HTTP status.
    pub fn status(&self) -> u16 {
        self.response.status().as_u16()
    }

    /// True if the request carried an SSE-C key.
    pub fn used_customer_key(&self) -> bool {
        self.customer_key
    }

    /// The headers with this prefix: the rest of the name, and the value, decoded lossily.
    pub fn headers_with_prefix(&self, prefix: &str) -> Vec<(String, String)> {
        let headers = self.response.headers().iter();
        headers
            .filter_map(|(name, value)| {
                let name = name.as_str().strip_prefix(prefix)?.to_owned();
                Some((name, String::from_utf8_lossy(value.as_bytes()).into_owned()))
            })
            .collect()
    }

    /// The value of a header, if it is visible ASCII.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.response.headers().get(name)?.to_str().ok()
    }

    /// The whole body, which must not be longer than `limit` bytes.
    pub fn text(mut self, client: &Client, limit: u64) -> Result<String> {
        let mut body = Vec::new();
        let reader = self.response.body_mut().as_reader();
        reader
            .take(limit + 1)
            .read_to_end(&mut body)
            .map_err(|error| client.body_error(&error))?;
        if body.len() as u64 > limit {
            return Err(Error::new(
                Kind::Remote,
                "the answer is longer than it can be",
            ));
        }
        Ok(String::from_utf8_lossy(&body).into_owned())
    }

    /// The body. Dropped before its end it closes the connection.
    pub fn into_reader(self) -> impl Read {
        self.response.into_body().into_reader()
    }
}

impl Client {
    /// The error of a body that broke off.
    pub fn body_error(&self, error: &std::io::Error) -> Error {
        let host = self
            .endpoint
            .get()
            .map_or_else(String::new, Endpoint::authority);
        let error = error::explain_body(error, &host, self.context.timeouts);
        self.context.cancel.or_cancelled(error)
    }
}
