//! A request is sent, once or, where the service says how it wants to be asked, once more.

use std::io::Read;
use std::sync::Arc;

use time::OffsetDateTime;
use ureq::http::Response;
use ureq::{Body as ResponseBody, Error as TransportError};

use super::Client;
use super::request::{Purpose, Request};
use super::response::Answer;
use super::signing::{Signed, check_values};
use crate::aws::credentials::Credentials;
use crate::aws::sigv4;
use crate::aws::xml::ERROR_LIMIT;
use crate::backend::s3::error::signature_mismatch::Ours;
use crate::backend::s3::error::wording::CustomerKeyProblem;
use crate::backend::s3::error::{
    Correction, correction, error as service_error, signature_mismatch, wording,
};
use crate::backend::s3::providers::{AfterBusy, IfMatch};
use crate::backend::s3::redact;
use crate::backend::s3::sse_c::ALGORITHM;
use crate::error::{Error, Result};
use crate::events::Event;
use crate::http::error;
use crate::http::transport::retire_connections;

/// What one attempt came to.
enum Tried {
    Answered(Answer),
    Refused(Error, Option<Remedy>),
}

/// What may help against a refusal.
enum Remedy {
    /// To ask as the service wants to be asked.
    Correction(Correction),
    /// Others than these credentials, whose time is over.
    Renewal(Arc<Credentials>),
}

impl Client {
    /// Sends a request and returns its answer if the status is one of `expected`; any other is an error by the rules of
    /// [`answers`]. The date and the signature are made anew at each call. A service that names another region or time is
    /// asked once more as it wants to be, and one that calls the credentials expired with new ones if there are some.
    pub fn send(
        &self,
        request: &Request<'_>,
        expected: &[u16],
        purpose: Purpose,
    ) -> Result<Answer> {
        match self.ask(request, expected, purpose) {
            Err(error) if error.answer().http == Some(412) => match self.unquoted(request) {
                Some(request) => self.ask(&request, expected, purpose),
                None => Err(error),
            },
            result => result,
        }
    }

    /// The same request with the ETag of its condition written as the service may want it.
    fn unquoted<'a>(&self, request: &Request<'a>) -> Option<Request<'a>> {
        if request.method != "PUT" || self.traits().if_match != IfMatch::UnquotedToo {
            return None;
        }
        let mut request = request.clone();
        let condition = request
            .headers
            .iter_mut()
            .find(|(name, _)| name == "if-match");
        let (_, etag) = condition?;
        *etag = etag.trim_matches('"').to_owned();
        Some(request)
    }

    fn ask(&self, request: &Request<'_>, expected: &[u16], purpose: Purpose) -> Result<Answer> {
        match self.try_once(request, expected, purpose)? {
            Tried::Answered(answer) => Ok(answer),
            Tried::Refused(error, None) => Err(error),
            Tried::Refused(error, Some(remedy)) => {
                let helps = match remedy {
                    Remedy::Correction(correction) => self.learn(correction),
                    Remedy::Renewal(expired) => {
                        self.keyring.renew(&expired, || self.find_credentials())?
                    }
                };
                if !helps {
                    return Err(error);
                }
                match self.try_once(request, expected, purpose)? {
                    Tried::Answered(answer) => Ok(answer),
                    Tried::Refused(error, _) => Err(error),
                }
            }
        }
    }

    fn try_once(&self, request: &Request<'_>, expected: &[u16], purpose: Purpose) -> Result<Tried> {
        let endpoint = self.endpoint()?;
        let location = endpoint.locate(self.config.addressing, &self.config.bucket, request.key);
        let Signed {
            headers,
            canonical,
            string_to_sign,
            credentials,
        } = self.sign(request, &location)?;
        check_values(&headers)?;
        let query = sigv4::canonical_query(&request.query);
        let question = if query.is_empty() { "" } else { "?" };
        let url = format!(
            "{}://{}{}{question}{query}",
            endpoint.scheme.name(),
            location.authority,
            location.path
        );
        self.trace('>', || {
            format!("{} {url}\n{}", request.method, redact::headers(&headers))
        });
        let response = match self.exchange(request, &url, &headers, purpose) {
            // A kept connection may have been closed just when we used it: that is nobody's failure.
            Err(error) if error::is_stale(&error) && request.is_repeatable() => {
                self.exchange(request, &url, &headers, purpose)
            }
            result => result,
        }
        .map_err(|error| self.failed(error, &location.authority, purpose))?;
        self.trace('<', || redact::answer(&response));
        if expected.contains(&response.status().as_u16()) {
            let own_key = headers.iter().any(|(name, _)| name == ALGORITHM);
            return Ok(Tried::Answered(Answer { response, own_key }));
        }
        let ours = Ours {
            canonical: &canonical,
            string_to_sign: &string_to_sign,
        };
        let (error, correction) = self.refused(request, ours, response);
        if wording::is_about_signature(error.answer()) {
            self.trace('|', || {
                format!(
                    "what was signed:\n{}",
                    redact::canonical_request(&canonical)
                )
            });
        }
        let renewal = credentials.filter(|used| may_be_expiry(request, &error, used));
        let remedy = correction
            .map(Remedy::Correction)
            .or(renewal.map(Remedy::Renewal));
        Ok(Tried::Refused(error, remedy))
    }

    fn refused(
        &self,
        request: &Request<'_>,
        ours: Ours<'_>,
        mut response: Response<ResponseBody>,
    ) -> (Error, Option<Correction>) {
        // Reading it out frees the connection; what is longer than any error needs is left unread.
        let mut body = Vec::new();
        let _ = response
            .body_mut()
            .as_reader()
            .take(ERROR_LIMIT)
            .read_to_end(&mut body);
        let body = String::from_utf8_lossy(&body);
        let (status, headers, region) = (
            response.status().as_u16(),
            response.headers(),
            self.region(),
        );
        let now = OffsetDateTime::now_utc().unix_timestamp();
        let correction = correction(status, headers, &body, &region, now);
        if status == 503 && self.traits().after_busy == AfterBusy::New {
            retire_connections();
        }
        let mut error = service_error(request.method, status, headers, &body, &region);
        let correction = correction.or_else(|| {
            let says_nothing = body.is_empty() && error.answer().s3.is_none();
            self.own_region(error.answer(), says_nothing, &region)
        });
        if error.answer().s3.as_deref() == Some("SignatureDoesNotMatch")
            && let Some(cause) = signature_mismatch::explain(ours, &body)
        {
            error = error.hint(cause);
        }
        if let Some(hint) = about_encryption(error.answer()) {
            error = error.hint(hint);
        }
        (error, correction)
    }

    /// An error of the connection, in our words.
    fn failed(&self, error: TransportError, host: &str, purpose: Purpose) -> Error {
        let error = error::explain(error, host, self.context.timeouts);
        match purpose {
            Purpose::Work => self.context.cancel.or_cancelled(error),
            Purpose::CleanUp => error,
        }
    }

    /// Shows lines with `-vv`, each behind a mark that says whose they are.
    fn trace(&self, mark: char, text: impl Fn() -> String) {
        if self.context.observer.verbosity() >= 2 {
            for line in text().lines() {
                self.context
                    .observer
                    .notify(&Event::Trace(&format!("{mark} {line}")));
            }
        }
    }
}

/// What to do where a service says that a blob is, or is not, encrypted with a key of the user's.
fn about_encryption(answer: &crate::error::Answer) -> Option<&'static str> {
    wording::customer_key_problem(answer).map(|problem| match problem {
        CustomerKeyProblem::Missing => {
            "it is encrypted with a key of the owner's: name it with --sse-c-key-file"
        }
        CustomerKeyProblem::NotNeeded => {
            "it is not encrypted with an SSE-C key: leave --sse-c-key-file out"
        }
    })
}

/// Whether the service says that the credentials' time is over, or could say so if a HEAD had a body.
fn may_be_expiry(request: &Request<'_>, error: &Error, used: &Credentials) -> bool {
    let answer = error.answer();
    match answer.s3.as_deref() {
        Some(code) => matches!(code, "ExpiredToken" | "TokenRefreshRequired"),
        None => {
            request.method == "HEAD" && answer.http == Some(400) && used.session_token.is_some()
        }
    }
}
