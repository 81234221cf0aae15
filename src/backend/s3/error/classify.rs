//! Which reaction a code or a status calls for, and what the user can do about it.

use std::time::Duration;

use super::may_be_missing;
use super::wording::is_damage;
use crate::error::{Error, Kind};

pub(super) fn by_code(
    code: &str,
    message: &str,
    after: Option<Duration>,
    other_region: Option<&str>,
    region: &str,
) -> Option<Error> {
    let new = |kind: Kind, text: String| Some(Error::new(kind, text));
    match code {
        "NoSuchKey" | "NoSuchUpload" | "NoSuchVersion" => new(Kind::NotFound, format!("no such blob: {code}")),
        "NoSuchBucket" => new(Kind::Config, "the bucket does not exist: NoSuchBucket".to_owned())
            .map(|error| error.hint("compare `bucket` and `endpoint_url` with the service's")),
        // Bucket, account, access point, …: what the blob would be in is not there.
        code if code.starts_with("NoSuch") => new(Kind::Config, message.to_owned())
            .map(|error| error.hint("compare `bucket` and `endpoint_url` with the service's")),
        "SlowDown" | "ServiceUnavailable" | "InternalError" | "RequestTimeout" | "PriorRequestNotComplete"
        | "OperationAborted" | "ConditionalRequestConflict" | "ConcurrentModification" | "TooManyRequests" | "Throttling" | "ThrottlingException"
        | "RequestLimitExceeded" | "BandwidthLimitExceeded" | "503 SlowDown" => {
            new(Kind::Busy { after }, format!("the store asks to come back later: {message}"))
        }
        "ExpiredToken" | "TokenRefreshRequired" => new(Kind::Denied, format!("access denied: {message}"))
            .map(|error| error.hint("the session token has expired: get new credentials")),
        "InvalidAccessKeyId" | "NotSignedUp" | "InvalidToken" => new(Kind::Denied, format!("access denied: {message}"))
            .map(|error| error.hint("the service does not know this access key: is it another service's?")),
        "SignatureDoesNotMatch" => new(Kind::Denied, format!("access denied: {message}"))
            .map(|error| error.hint(format!("compare the secret key, the clock and `region` (now `{region}`) with the service's"))),
        "RequestTimeTooSkewed" => new(Kind::Denied, format!("access denied: {message}"))
            .map(|error| error.hint("this machine's clock is wrong by more than 15 minutes")),
        "AuthorizationHeaderMalformed" | "PermanentRedirect" | "IllegalLocationConstraintException" => {
            Some(wrong_region(message, other_region, region))
        }
        "InvalidObjectState" => new(Kind::Denied, format!("the blob is archived: {message}"))
            .map(|error| error.hint("restore it in the service first")),
        "PreconditionFailed" => new(Kind::Precondition, format!("a condition does not hold: {message}")),
        code if is_damage(code) => {
            new(Kind::Integrity, format!("the bytes were changed on their way: {message}"))
        }
        "KeyTooLongError" | "InvalidBucketName" | "InvalidObjectName" | "XMinioInvalidObjectName" => {
            new(Kind::Usage, format!("the store does not take this name: {message}"))
        }
        _ => None,
    }
}

pub(super) fn by_status(
    method: &str,
    status: u16,
    code: Option<&str>,
    message: &str,
    after: Option<Duration>,
    other_region: Option<&str>,
    region: &str,
) -> Error {
    match status {
        404 => Error::new(Kind::NotFound, "no such blob"),
        401 | 403 if method == "HEAD" => may_be_missing(Error::new(
            Kind::Denied,
            format!("access denied: {message}"),
        )),
        401 | 403 | 407 => Error::new(Kind::Denied, format!("access denied: {message}")),
        412 | 304 => Error::new(
            Kind::Precondition,
            format!("a condition does not hold: {message}"),
        ),
        408 | 429 | 500 | 502 | 503 | 504 | 509 => Error::new(
            Kind::Busy { after },
            format!("the store is not able to answer: {message}"),
        ),
        301 | 302 | 303 | 307 | 308 => wrong_region(message, other_region, region),
        // Of a document that speaks of something else the region is no news: Garage puts it into each.
        400 if other_region.is_some() && code.is_none() => {
            wrong_region(message, other_region, region)
        }
        400 if code.is_none() => Error::new(Kind::Remote, format!("the store refused: {message}"))
            .hint(format!(
                "some services say no more when `region` (now `{region}`) is not the endpoint's"
            )),
        _ => Error::new(Kind::Remote, format!("the store refused: {message}")),
    }
}

fn wrong_region(message: &str, other_region: Option<&str>, region: &str) -> Error {
    let error = Error::new(Kind::Config, format!("the bucket is elsewhere: {message}"));
    match other_region {
        Some(other) => error.hint(format!("set `region` to `{other}` (now `{region}`)")),
        None => error.hint(format!(
            "compare `region` (now `{region}`) and `endpoint_url` with the bucket's"
        )),
    }
}
