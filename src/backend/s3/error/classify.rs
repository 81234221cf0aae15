//! The reaction that an error code or a status calls for, and the hint for the user.

use std::time::Duration;

use super::may_be_missing;
use super::wording::is_damage;
use crate::error::{Error, Kind};

/// A response with an error, as far as its classification needs it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Refusal<'a> {
    pub(super) method: &'a str,
    pub(super) status: u16,
    /// S3's error code, if the response has one.
    pub(super) code: Option<&'a str>,
    /// Code and message for the user, escaped.
    pub(super) message: &'a str,
    /// The wait that the service asks for.
    pub(super) retry_after: Option<Duration>,
    /// The region that the bucket is in, if the response names another one than `region`.
    pub(super) other_region: Option<&'a str>,
    /// The region that the request was signed for.
    pub(super) region: &'a str,
}

impl Refusal<'_> {
    /// The error, by its code where the code is known, else by the status.
    pub(super) fn classify(&self) -> Error {
        self.by_code().unwrap_or_else(|| self.by_status())
    }

    /// The error that the code stands for; `None` for an unknown code.
    pub(super) fn by_code(&self) -> Option<Error> {
        let Self {
            message, region, ..
        } = self;
        let denied = || Error::new(Kind::Denied, format!("access denied: {message}"));
        let bad_login = || denied().of_store();
        Some(match self.code.unwrap_or("") {
            code @ ("NoSuchKey" | "NoSuchUpload" | "NoSuchVersion") => {
                Error::new(Kind::NotFound, format!("no such blob: {code}"))
            }
            "NoSuchBucket" => missing_container("the bucket does not exist: NoSuchBucket"),
            // Bucket, account, access point, …: the container of the blob is missing.
            code if code.starts_with("NoSuch") => missing_container(message),
            code if is_busy(code) => Error::new(
                Kind::Busy {
                    after: self.retry_after,
                },
                format!("the store asks to come back later: {message}"),
            ),
            "ExpiredToken" | "TokenRefreshRequired" => {
                bad_login().with_hint("the session token has expired: get new credentials")
            }
            "InvalidAccessKeyId" | "NotSignedUp" | "InvalidToken" => {
                bad_login().with_hint("unknown access key; does it belong to another service?")
            }
            "SignatureDoesNotMatch" => bad_login().with_hint(format!(
                "compare the secret key, the clock and `region` (now `{region}`) with the service's"
            )),
            "RequestTimeTooSkewed" => {
                bad_login().with_hint("this machine's clock is wrong by more than 15 minutes")
            }
            "AuthorizationHeaderMalformed"
            | "PermanentRedirect"
            | "IllegalLocationConstraintException" => self.wrong_region(),
            "InvalidObjectState" => {
                Error::new(Kind::Denied, format!("the blob is archived: {message}"))
                    .with_hint("restore it in the service first")
            }
            "PreconditionFailed" => self.precondition_failed(),
            code if is_damage(code) => Error::new(
                Kind::Integrity,
                format!("the bytes were changed on their way: {message}"),
            ),
            "KeyTooLongError"
            | "InvalidBucketName"
            | "InvalidObjectName"
            | "XMinioInvalidObjectName" => Error::new(
                Kind::Usage,
                format!("the store does not take this name: {message}"),
            ),
            _ => return None,
        })
    }

    fn by_status(&self) -> Error {
        let Self {
            message, region, ..
        } = self;
        let denied = || Error::new(Kind::Denied, format!("access denied: {message}"));
        let refused = || Error::new(Kind::Remote, format!("the store refused: {message}"));
        match self.status {
            404 => Error::not_found(),
            401 | 403 if self.method == "HEAD" => may_be_missing(denied()),
            401 | 403 | 407 => denied(),
            412 | 304 => self.precondition_failed(),
            408 | 429 | 500 | 502 | 503 | 504 | 509 => Error::new(
                Kind::Busy {
                    after: self.retry_after,
                },
                format!("the store is not able to answer: {message}"),
            ),
            301 | 302 | 303 | 307 | 308 => self.wrong_region(),
            // Garage names its region in every error document, also where the region is not the problem.
            400 if self.other_region.is_some() && self.code.is_none() => self.wrong_region(),
            400 if self.code.is_none() => refused().with_hint(format!(
                "some services say no more when `region` (now `{region}`) is not the endpoint's"
            )),
            _ => refused(),
        }
    }

    fn precondition_failed(&self) -> Error {
        let text = format!("a condition does not hold: {}", self.message);
        Error::new(Kind::Precondition, text)
    }

    fn wrong_region(&self) -> Error {
        let Self {
            message, region, ..
        } = self;
        let error = Error::new(Kind::Config, format!("the bucket is elsewhere: {message}"));
        match self.other_region {
            Some(other) => error.with_hint(format!("set `region` to `{other}` (now `{region}`)")),
            None => error.with_hint(format!(
                "compare `region` (now `{region}`) and `endpoint_url` with the bucket's"
            )),
        }
    }
}

fn missing_container(text: &str) -> Error {
    Error::new(Kind::Config, text).with_hint("check the bucket name and `endpoint_url`")
}

/// True if the code asks to retry later.
fn is_busy(code: &str) -> bool {
    matches!(
        code,
        "SlowDown"
            | "503 SlowDown"
            | "ServiceUnavailable"
            | "InternalError"
            | "RequestTimeout"
            | "PriorRequestNotComplete"
            | "OperationAborted"
            | "ConditionalRequestConflict"
            | "ConcurrentModification"
            | "TooManyRequests"
            | "Throttling"
            | "ThrottlingException"
            | "RequestLimitExceeded"
            | "BandwidthLimitExceeded"
    )
}
