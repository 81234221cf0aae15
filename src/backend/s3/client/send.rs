//! Sends a request: once, and once more if the response says how to correct it.

use std::io::Read;
use std::sync::Arc;

use crate::http::Response;
use crate::http::{ResponseBody, TransportError};
use time::OffsetDateTime;

use super::Client;
use super::request::{Request, RequestPurpose};
use super::response::S3Response;
use super::signing::{SignedRequest, check_values};
use crate::aws::credentials::Credentials;
use crate::aws::sigv4;
use crate::aws::xml::ERROR_LIMIT;
use crate::backend::s3::error::signature_mismatch::SignedText;
use crate::backend::s3::error::wording::CustomerKeyProblem;
use crate::backend::s3::error::{
    Correction, ErrorResponse, correction, error as service_error, signature_mismatch, wording,
};
use crate::backend::s3::etag::unquoted;
use crate::backend::s3::providers::{AfterBusy, IfMatch};
use crate::backend::s3::redact;
use crate::backend::s3::sse_c::ALGORITHM;
use crate::error::{Error, Result};
use crate::events::Event;
use crate::http::error;
use crate::http::transport::retire_connections;
use crate::secret::SecretMask;

/// The result of one attempt.
enum AttemptOutcome {
    Success(S3Response),
    Failure(Error, Option<Recovery>),
}

/// A change that may make the next attempt succeed.
enum Recovery {
    /// Use the region or the clock that the service named.
    ApplyCorrection(Correction),
    /// Fetch fresh credentials, because these have expired.
    RefreshCredentials(Arc<Credentials>),
}

impl Client {
    /// Sends a request and returns the response if its status is one of `expected`; any other status is an error as
    /// [`crate::backend::s3::error`] classifies it. Each call has its own date and signature. After a response that
    /// names another region or time, or that reports expired credentials, the request is corrected and sent once more.
    pub fn send(
        &self,
        request: &Request<'_>,
        expected: &[u16],
        purpose: RequestPurpose,
    ) -> Result<S3Response> {
        match self.send_with_recovery(request, expected, purpose) {
            Err(error) if error.answer().http == Some(412) => {
                match self.with_unquoted_etag(request) {
                    Some(request) => self.send_with_recovery(&request, expected, purpose),
                    None => Err(error),
                }
            }
            result => result,
        }
    }

    /// The same request with an unquoted ETag in its precondition, if the service may want that.
    fn with_unquoted_etag<'a>(&self, request: &Request<'a>) -> Option<Request<'a>> {
        if request.method != "PUT" || self.provider().if_match != IfMatch::QuotedThenUnquoted {
            return None;
        }
        let mut request = request.clone();
        let condition = request
            .headers
            .iter_mut()
            .find(|(name, _)| name == "if-match");
        let (_, etag) = condition?;
        *etag = unquoted(etag).to_owned();
        Some(request)
    }

    fn send_with_recovery(
        &self,
        request: &Request<'_>,
        expected: &[u16],
        purpose: RequestPurpose,
    ) -> Result<S3Response> {
        match self.attempt(request, expected, purpose)? {
            AttemptOutcome::Success(answer) => Ok(answer),
            AttemptOutcome::Failure(error, None) => Err(error),
            AttemptOutcome::Failure(error, Some(recovery)) => {
                let helps = match recovery {
                    Recovery::ApplyCorrection(correction) => self.apply(correction),
                    Recovery::RefreshCredentials(expired) => self
                        .credential_cache
                        .replace_rejected(&expired, || self.load_credentials())?,
                };
                if !helps {
                    return Err(error);
                }
                match self.attempt(request, expected, purpose)? {
                    AttemptOutcome::Success(answer) => Ok(answer),
                    AttemptOutcome::Failure(error, _) => Err(error),
                }
            }
        }
    }

    fn attempt(
        &self,
        request: &Request<'_>,
        expected: &[u16],
        purpose: RequestPurpose,
    ) -> Result<AttemptOutcome> {
        let endpoint = self.endpoint()?;
        let location = self.locate(endpoint, request.resource)?;
        let signed = self.sign(request, &location)?;
        check_values(&signed.headers)?;
        let query = sigv4::canonical_query(&request.query);
        let url = endpoint.url(&location.authority, &location.path, &query);
        self.trace('>', || {
            let headers = redact::headers(&signed.headers);
            format!("{} {url}\n{headers}", request.method)
        });
        let response = match self.exchange(request, &url, &signed.headers, purpose) {
            // The server may close an idle connection at the moment of its reuse, which is not a failure of the request.
            Err(error) if error::is_stale(&error) && request.is_repeatable() => {
                self.exchange(request, &url, &signed.headers, purpose)
            }
            result => result,
        }
        .map_err(|error| self.transport_failure(error, &location.authority, purpose))?;
        self.trace('<', || redact::answer(&response, &signed.mask()));
        if expected.contains(&response.status().as_u16()) {
            let customer_key = signed.headers.iter().any(|(name, _)| name == ALGORITHM);
            return Ok(AttemptOutcome::Success(S3Response {
                response,
                customer_key,
            }));
        }
        Ok(self.failure(request, signed, response))
    }

    /// The failure that a response with an unexpected status is, and how the client may recover from it.
    fn failure(
        &self,
        request: &Request<'_>,
        signed: SignedRequest,
        response: Response<ResponseBody>,
    ) -> AttemptOutcome {
        let ours = SignedText {
            canonical: &signed.canonical,
            string_to_sign: &signed.string_to_sign,
        };
        let mask = signed.mask();
        let (error, correction) = self.service_failure(request, ours, response, &mask);
        if wording::is_about_signature(error.answer()) {
            self.trace('|', || {
                let canonical = redact::canonical_request(&signed.canonical);
                format!("what was signed:\n{canonical}")
            });
        }
        let credentials = signed.credentials;
        let expired = credentials.filter(|used| may_mean_expired(request, &error, used));
        let recovery = correction
            .map(Recovery::ApplyCorrection)
            .or(expired.map(Recovery::RefreshCredentials));
        AttemptOutcome::Failure(error, recovery)
    }

    fn service_failure(
        &self,
        request: &Request<'_>,
        ours: SignedText<'_>,
        mut response: Response<ResponseBody>,
        mask: &SecretMask,
    ) -> (Error, Option<Correction>) {
        // Reading the body frees the connection. Anything longer than an error document is left unread.
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
        if status == 503 && self.provider().after_busy == AfterBusy::New {
            retire_connections();
        }
        let answered = ErrorResponse {
            method: request.method,
            status,
            headers,
            body: &body,
            region: &region,
        };
        let mut error = service_error(&answered, mask);
        let correction = correction.or_else(|| {
            let says_nothing = body.is_empty() && error.answer().s3.is_none();
            self.region_from_host(error.answer(), says_nothing, &region)
        });
        if error.answer().s3.as_deref() == Some("SignatureDoesNotMatch")
            && let Some(cause) = signature_mismatch::explain(ours, &body)
        {
            error = error.with_hint(mask.apply(&cause));
        }
        if let Some(hint) = customer_key_hint(error.answer()) {
            error = error.with_hint(hint);
        }
        (error, correction)
    }

    /// The error of a request without a response.
    fn transport_failure(
        &self,
        error: TransportError,
        host: &str,
        purpose: RequestPurpose,
    ) -> Error {
        let error = error::explain(error, host, self.context.timeouts);
        match purpose {
            RequestPurpose::Work => self.context.cancel.or_cancelled(error),
            RequestPurpose::CleanUp => error,
        }
    }

    /// Emits lines for `-vv`. The mark says what they show: `>` a request, `<` a response, `|` a signed text.
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

/// The hint for an object that is, or is not, encrypted with SSE-C.
fn customer_key_hint(answer: &crate::error::Answer) -> Option<&'static str> {
    wording::customer_key_problem(answer).map(|problem| match problem {
        CustomerKeyProblem::Missing => {
            "it is encrypted with SSE-C: pass the key with --sse-c-key-file"
        }
        CustomerKeyProblem::NotNeeded => "it is not encrypted with SSE-C: omit --sse-c-key-file",
    })
}

/// True if the response reports expired credentials. A HEAD has no body to report it in, so its 400 may mean the same.
fn may_mean_expired(request: &Request<'_>, error: &Error, used: &Credentials) -> bool {
    let answer = error.answer();
    match answer.s3.as_deref() {
        Some(code) => matches!(code, "ExpiredToken" | "TokenRefreshRequired"),
        None => {
            request.method == "HEAD" && answer.http == Some(400) && used.session_token.is_some()
        }
    }
}
