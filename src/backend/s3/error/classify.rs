//! Which reaction a code or a status calls for, and what the user can do about it.

use std::time::Duration;

use super::may_be_missing;
use super::wording::is_damage;
use crate::error::{Error, Kind};

pub(super) fn by_code(
    code: &str,
    said: &str,
    after: Option<Duration>,
    other_region: Option<&str>,
    region: &str,
) -> Option<Error> {
    let new = |kind: Kind, text: String| Some(Error::new(kind, text));
    match code {
        "NoSuchKey" | "NoSuchUpload" | "NoSuchVersion" => new(Kind::NotFound, format!("no such blob: {code}")),
        "NoSuchBucket" => new(Kind::Config, "the bucket does not exist: NoSuchBucket".to_owned())
            .map(|error| error.with_hint("compare `bucket` and `endpoint_url` with the service's")),
        // Bucket, account, access point, …: what the blob would be in is not there.
        code if code.starts_with("NoSuch") => new(Kind::Config, said.to_owned())
            .map(|error| error.with_hint("compare `bucket` and `endpoint_url` with the service's")),
        "SlowDown" | "ServiceUnavailable" | "InternalError" | "RequestTimeout" | "PriorRequestNotComplete"
        | "OperationAborted" | "ConditionalRequestConflict" | "ConcurrentModification" | "TooManyRequests" | "Throttling" | "ThrottlingException"
        | "RequestLimitExceeded" | "BandwidthLimitExceeded" | "503 SlowDown" => {
            new(Kind::Busy { after }, format!("the store asks to come back later: {said}"))
        }
        "ExpiredToken" | "TokenRefreshRequired" => new(Kind::Denied, format!("access denied: {said}"))
            .map(|error| error.with_hint("the session token has expired: get new credentials")),
        "InvalidAccessKeyId" | "NotSignedUp" | "InvalidToken" => new(Kind::Denied, format!("access denied: {said}"))
            .map(|error| error.with_hint("the service does not know this access key: is it another service's?")),
        "SignatureDoesNotMatch" => new(Kind::Denied, format!("access denied: {said}"))
            .map(|error| error.with_hint(format!("compare the secret key, the clock and `region` (now `{region}`) with the service's"))),
        "RequestTimeTooSkewed" => new(Kind::Denied, format!("access denied: {said}"))
            .map(|error| error.with_hint("this machine's clock is wrong by more than 15 minutes")),
        "AuthorizationHeaderMalformed" | "PermanentRedirect" | "IllegalLocationConstraintException" => {
            Some(wrong_region(said, other_region, region))
        }
        "InvalidObjectState" => new(Kind::Denied, format!("the blob is archived: {said}"))
            .map(|error| error.with_hint("restore it in the service first")),
        "PreconditionFailed" => new(Kind::Precondition, format!("a condition does not hold: {said}")),
        code if is_damage(code) => {
            new(Kind::Integrity, format!("the bytes were changed on their way: {said}"))
        }
        "KeyTooLongError" | "InvalidBucketName" | "InvalidObjectName" | "XMinioInvalidObjectName" => {
            new(Kind::Usage, format!("the store does not take this name: {said}"))
        }
        _ => None,
    }
}

pub(super) fn by_status(
    method: &str,
    status: u16,
    code: Option<&str>,
    said: &str,
    after: Option<Duration>,
    other_region: Option<&str>,
    region: &str,
) -> Error {
    match status {
        404 => Error::new(Kind::NotFound, "no such blob"),
        401 | 403 if method == "HEAD" => {
            may_be_missing(Error::new(Kind::Denied, format!("access denied: {said}")))
        }
        401 | 403 | 407 => Error::new(Kind::Denied, format!("access denied: {said}")),
        412 | 304 => Error::new(
            Kind::Precondition,
            format!("a condition does not hold: {said}"),
        ),
        408 | 429 | 500 | 502 | 503 | 504 | 509 => Error::new(
            Kind::Busy { after },
            format!("the store is not able to answer: {said}"),
        ),
        301 | 302 | 303 | 307 | 308 => wrong_region(said, other_region, region),
        // Of a document that speaks of something else the region is no news: Garage puts it into each.
        400 if other_region.is_some() && code.is_none() => wrong_region(said, other_region, region),
        400 if code.is_none() => Error::new(Kind::Remote, format!("the store refused: {said}"))
            .with_hint(format!(
                "some services say no more when `region` (now `{region}`) is not the endpoint's"
            )),
        _ => Error::new(Kind::Remote, format!("the store refused: {said}")),
    }
}

fn wrong_region(said: &str, other_region: Option<&str>, region: &str) -> Error {
    let error = Error::new(Kind::Config, format!("the bucket is elsewhere: {said}"));
    match other_region {
        Some(other) => error.with_hint(format!("set `region` to `{other}` (now `{region}`)")),
        None => error.with_hint(format!(
            "compare `region` (now `{region}`) and `endpoint_url` with the bucket's"
        )),
    }
}
