//! What an answer of the service means for the run: status, code and message become an [`Error`].
//!
//! The status decides first and the code of the XML body refines: bodies are missing on HEAD, and proxies answer in HTML.
//! Only code, message and request id are ever shown: error bodies echo tokens and whole requests.

use std::time::Duration;

use time::OffsetDateTime;
use time::format_description::well_known::{Rfc2822, Rfc3339};
use ureq::http::HeaderMap;

use super::address::check_region;
use super::xml::{self, Element};
use crate::error::{Answer, Error, Kind, printable};

/// Services that say 429 take one write a second for each key.
/// Source: <https://developers.cloudflare.com/r2/platform/limits/>
const A_WRITE_A_SECOND: Duration = Duration::from_secs(1);

/// The error that an answer with an unexpected status is. `body` holds at most 64 KiB; `region` is the one signed for.
pub fn error(method: &str, status: u16, headers: &HeaderMap, body: &str, region: &str) -> Error {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let document = xml::parse_beginning(body).filter(|root| root.name == "Error");
    let code = document
        .as_ref()
        .and_then(|root| root.child("Code"))
        .or_else(|| header("x-minio-error-code"));
    let code = code.map(printable).filter(|code| !code.is_empty());
    let request_id = document
        .as_ref()
        .and_then(|root| root.child("RequestId"))
        .or_else(|| header("x-amz-request-id"));
    let answer = Answer {
        http: Some(status),
        ftp: None,
        s3: code.clone(),
        request_id: request_id.map(printable),
    };
    // The newest version is a delete marker (404), or the one that was asked for (405).
    // Source: <https://docs.aws.amazon.com/AmazonS3/latest/userguide/DeleteMarker.html>
    let is_marker = header("x-amz-delete-marker").is_some_and(|is| is.eq_ignore_ascii_case("true"));
    if matches!(status, 404 | 405) && is_marker {
        let text = "no such blob: it was removed, and this is its delete marker";
        return Error::new(Kind::NotFound, text).answered(answer);
    }
    if status == 404 && is_foreign(body) {
        return foreign(status).answered(answer);
    }
    let after = retry_after(header("retry-after"), header("x-amz-retry-after"))
        .or((status == 429).then_some(A_WRITE_A_SECOND));
    let said = said(status, code.as_deref(), document.as_ref());
    let other_region = other_region(header("x-amz-bucket-region"), document.as_ref(), region);
    by_code(
        code.as_deref().unwrap_or(""),
        &said,
        after,
        other_region.as_deref(),
        region,
    )
    .unwrap_or_else(|| {
        by_status(
            method,
            status,
            code.as_deref(),
            &said,
            after,
            other_region.as_deref(),
            region,
        )
    })
    .answered(answer)
}

/// What a service says about how it wants to be asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Correction {
    /// The bucket is in this region.
    Region(String),
    /// The service's clock is so many seconds ahead of ours (behind, if negative).
    Clock(i64),
}

/// The correction that an answer holds, if it holds one that can be believed. `now` is our clock, in Unix seconds.
///
/// A region is taken only from answers about regions (Garage names its own in every error) and only if it can be one. A
/// clock is taken from the document's `ServerTime`, else from the `Date` header of an answer that no cache kept.
pub fn correction(
    status: u16,
    headers: &HeaderMap,
    body: &str,
    region: &str,
    now: i64,
) -> Option<Correction> {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let document = xml::parse(body).filter(|root| root.name == "Error");
    let code = document
        .as_ref()
        .and_then(|root| root.child("Code"))
        .unwrap_or("");
    match (code, status) {
        (
            "AuthorizationHeaderMalformed"
            | "PermanentRedirect"
            | "TemporaryRedirect"
            | "IllegalLocationConstraintException",
            _,
        )
        | ("", 301 | 307 | 400) => {
            other_region(header("x-amz-bucket-region"), document.as_ref(), region)
                .map(Correction::Region)
        }
        ("RequestTimeTooSkewed", _) => {
            let stated = document.as_ref().and_then(|root| root.child("ServerTime"));
            let stated = stated.and_then(|text| OffsetDateTime::parse(text.trim(), &Rfc3339).ok());
            let fresh = header("age").is_none_or(|age| age.trim() == "0");
            let dated = header("date")
                .filter(|_| fresh)
                .and_then(|text| OffsetDateTime::parse(text, &Rfc2822).ok());
            let offset = stated.or(dated)?.unix_timestamp() - now;
            // Services accept at least five minutes: a smaller difference is not what they mean.
            (offset.abs() >= 300).then_some(Correction::Clock(offset))
        }
        _ => None,
    }
}

/// Adds to a refusal what it may stand for, unless the service said what was wrong with the request itself.
pub fn may_be_missing(error: Error) -> Error {
    match error.answer().s3.as_deref() {
        None | Some("AccessDenied") if error.kind() == Kind::Denied => error.hint(
            "the blob may be missing all the same: without the right to list the bucket the service does not tell",
        ),
        _ => error,
    }
}

/// Whether a body is somebody else's: the page of a web server or of a proxy says nothing about a blob. An empty one may
/// be the service's, and one that was cut shows that it was meant to be an error document.
fn is_foreign(body: &str) -> bool {
    !body.trim().is_empty() && !body.contains("<Error")
}

fn foreign(status: u16) -> Error {
    let text = format!("the answer (HTTP {status}) is not S3's, so it says nothing about the blob");
    Error::new(Kind::Remote, text)
        .hint("compare the endpoint with the service's; something in between may have answered")
}

/// The error inside an answer of 200: CompleteMultipartUpload and CopyObject begin to answer before they know.
/// Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_CompleteMultipartUpload.html>
pub fn late_error(root: Option<&Element>) -> Error {
    let code = root
        .filter(|root| root.name == "Error")
        .and_then(|root| root.child("Code"));
    let request_id = root.and_then(|root| root.child("RequestId"));
    let answer = Answer {
        http: Some(200),
        s3: code.map(printable),
        request_id: request_id.map(printable),
        ..Answer::default()
    };
    let said = said(200, code, root);
    by_code(code.unwrap_or(""), &said, None, None, "")
        // Without a word of success the manual says: as after 500, again.
        .unwrap_or_else(|| {
            Error::new(
                Kind::Busy { after: None },
                format!("the store did not finish: {said}"),
            )
        })
        .answered(answer)
}

fn by_code(
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
            .map(|error| error.hint("compare `bucket` and `endpoint_url` with the service's")),
        // Bucket, account, access point, …: what the blob would be in is not there.
        code if code.starts_with("NoSuch") => new(Kind::Config, said.to_owned())
            .map(|error| error.hint("compare `bucket` and `endpoint_url` with the service's")),
        "SlowDown" | "ServiceUnavailable" | "InternalError" | "RequestTimeout" | "PriorRequestNotComplete"
        | "OperationAborted" | "ConditionalRequestConflict" | "ConcurrentModification" | "TooManyRequests" | "Throttling" | "ThrottlingException"
        | "RequestLimitExceeded" | "BandwidthLimitExceeded" | "503 SlowDown" => {
            new(Kind::Busy { after }, format!("the store asks to come back later: {said}"))
        }
        "ExpiredToken" | "TokenRefreshRequired" => new(Kind::Denied, format!("access denied: {said}"))
            .map(|error| error.hint("the session token has expired: get new credentials")),
        "InvalidAccessKeyId" | "NotSignedUp" | "InvalidToken" => new(Kind::Denied, format!("access denied: {said}"))
            .map(|error| error.hint("the service does not know this access key: is it another service's?")),
        "SignatureDoesNotMatch" => new(Kind::Denied, format!("access denied: {said}"))
            .map(|error| error.hint(format!("compare the secret key, the clock and `region` (now `{region}`) with the service's"))),
        "RequestTimeTooSkewed" => new(Kind::Denied, format!("access denied: {said}"))
            .map(|error| error.hint("this machine's clock is wrong by more than 15 minutes")),
        "AuthorizationHeaderMalformed" | "PermanentRedirect" | "IllegalLocationConstraintException" => {
            Some(wrong_region(said, other_region, region))
        }
        "InvalidObjectState" => new(Kind::Denied, format!("the blob is archived: {said}"))
            .map(|error| error.hint("restore it in the service first")),
        "PreconditionFailed" => new(Kind::Precondition, format!("a condition does not hold: {said}")),
        "BadDigest" | "XAmzContentSHA256Mismatch" | "InvalidDigest" | "XAmzContentChecksumMismatch" | "IncompleteBody" => {
            new(Kind::Integrity, format!("the bytes were changed on their way: {said}"))
        }
        "KeyTooLongError" | "InvalidBucketName" | "InvalidObjectName" | "XMinioInvalidObjectName" => {
            new(Kind::Usage, format!("the store does not take this name: {said}"))
        }
        _ => None,
    }
}

fn by_status(
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
            .hint(format!(
                "some services say no more when `region` (now `{region}`) is not the endpoint's"
            )),
        _ => Error::new(Kind::Remote, format!("the store refused: {said}")),
    }
}

fn wrong_region(said: &str, other_region: Option<&str>, region: &str) -> Error {
    let error = Error::new(Kind::Config, format!("the bucket is elsewhere: {said}"));
    match other_region {
        Some(other) => error.hint(format!("set `region` to `{other}` (now `{region}`)")),
        None => error.hint(format!(
            "compare `region` (now `{region}`) and `endpoint_url` with the bucket's"
        )),
    }
}

/// `SlowDown: Please reduce your request rate` or `HTTP 503`. Some services put what matters into `Details`, `Header` or
/// `ArgumentName`.
fn said(status: u16, code: Option<&str>, document: Option<&Element>) -> String {
    let text = |name: &str| {
        document
            .and_then(|root| root.child(name))
            .map(printable)
            .filter(|text| !text.is_empty())
    };
    let details = text("Details")
        .or_else(|| text("Header"))
        .or_else(|| text("ArgumentName"));
    let message = match (text("Message"), details) {
        (Some(message), Some(details)) => Some(format!("{message} ({details})")),
        (message, details) => message.or(details),
    };
    match (code, message) {
        (Some(code), Some(message)) => format!("{}: {message}", printable(code)),
        (Some(code), None) => printable(code),
        (None, Some(message)) => format!("HTTP {status}: {message}"),
        (None, None) => format!("HTTP {status}"),
    }
}

/// Where the bucket is, if the answer says so and it is not where we asked.
fn other_region(header: Option<&str>, document: Option<&Element>, region: &str) -> Option<String> {
    let stated = || document.and_then(|root| root.child("Region"));
    let named = header.or_else(stated).or_else(|| region_in(document?));
    named
        .filter(|other| *other != region && check_region(other).is_ok())
        .map(str::to_owned)
}

/// The region that AWS names in passing: in the host of an endpoint, or in a sentence.
fn region_in(root: &Element) -> Option<&str> {
    match root.child("Code")? {
        "PermanentRedirect" | "TemporaryRedirect" => {
            let bucket = root.child("Bucket")?;
            let host = root.child("Endpoint")?.strip_suffix(".amazonaws.com")?;
            // An answer about a bucket called like the service is about a wrong address.
            let own = host
                .strip_prefix(bucket)
                .and_then(|own| own.strip_prefix('.'));
            match own.unwrap_or(host) {
                "s3" if bucket.ends_with(".amazonaws.com") => None,
                "s3" => Some("us-east-1"),
                own => own.strip_prefix("s3.").or_else(|| own.strip_prefix("s3-")),
            }
        }
        "IllegalLocationConstraintException" => {
            let rest = root.child("Message")?.trim().strip_prefix("The ")?;
            rest.split_once(" location constraint")
                .map(|(region, _)| region)
        }
        _ => None,
    }
}

/// Seconds (the HTTP form with a date is not used by services), or S3's own header in milliseconds.
fn retry_after(seconds: Option<&str>, millis: Option<&str>) -> Option<Duration> {
    let number = |text: Option<&str>| text.and_then(|text| text.trim().parse::<u64>().ok());
    number(millis)
        .map(Duration::from_millis)
        .or_else(|| number(seconds).map(Duration::from_secs))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(
        method: &str,
        status: u16,
        headers: &[(&'static str, &'static str)],
        body: &str,
    ) -> Error {
        let headers = headers
            .iter()
            .map(|(name, value)| ((*name).parse().unwrap(), value.parse().unwrap()))
            .collect();
        error(method, status, &headers, body, "us-east-1")
    }

    #[test]
    fn codes_and_statuses_become_reactions() {
        let xml = |code: &str| {
            format!(
                "<?xml version=\"1.0\"?>\n<Error><Code>{code}</Code><Message>m</Message></Error>"
            )
        };
        for (status, code, kind) in [
            (404, "NoSuchKey", Kind::NotFound),
            (404, "NoSuchBucket", Kind::Config),
            (403, "AccessDenied", Kind::Denied),
            (403, "SignatureDoesNotMatch", Kind::Denied),
            (400, "ExpiredToken", Kind::Denied),
            (400, "RequestTimeout", Kind::Busy { after: None }),
            (409, "OperationAborted", Kind::Busy { after: None }),
            (503, "SlowDown", Kind::Busy { after: None }),
            (500, "whatever", Kind::Busy { after: None }),
            (501, "NotImplemented", Kind::Remote),
            (400, "BadDigest", Kind::Integrity),
            (412, "PreconditionFailed", Kind::Precondition),
            (400, "EntityTooLarge", Kind::Remote),
        ] {
            assert_eq!(of("PUT", status, &[], &xml(code)).kind(), kind, "{code}");
        }
    }

    #[test]
    fn answers_without_a_body_are_understood_too() {
        assert_eq!(of("HEAD", 404, &[], "").kind(), Kind::NotFound);
        let denied = of("HEAD", 403, &[], "");
        assert_eq!(
            (denied.kind(), denied.the_hint().is_some()),
            (Kind::Denied, true)
        );
        assert_eq!(
            of("GET", 403, &[], "<html><body>captive portal</body></html>").to_string(),
            "access denied: HTTP 403"
        );
        assert_eq!(
            of("GET", 502, &[], "<html>").kind(),
            Kind::Busy { after: None }
        );
    }

    #[test]
    fn a_page_of_somebody_else_says_nothing_about_a_blob() {
        for body in ["<html><h1>404 Not Found</h1></html>", "{\"error\":404}"] {
            assert_eq!(of("GET", 404, &[], body).kind(), Kind::Remote, "{body}");
        }
        for body in [
            "",
            "\n",
            "<?xml version=\"1.0\"?><Error><Code>NoSuchKey</Code><Mess",
        ] {
            assert_eq!(of("GET", 404, &[], body).kind(), Kind::NotFound, "{body}");
        }
    }

    #[test]
    fn what_a_blob_would_be_in_is_no_blob() {
        let missing = |code: &str| {
            let body = format!("<Error><Code>{code}</Code></Error>");
            of("GET", 404, &[], &body).kind()
        };
        assert_eq!(missing("NoSuchAccessPoint"), Kind::Config);
        assert_eq!(missing("NotFound"), Kind::NotFound);
    }

    #[test]
    fn corrections_are_believed_only_where_they_can_be_meant() {
        let of = |status, headers: &[(&'static str, &'static str)], body: &str| {
            let headers = headers
                .iter()
                .map(|(name, value)| ((*name).parse().unwrap(), value.parse().unwrap()))
                .collect();
            correction(status, &headers, body, "us-east-1", 1_000_000_000)
        };
        let region = |name: &str| Some(Correction::Region(name.to_owned()));
        let malformed =
            "<Error><Code>AuthorizationHeaderMalformed</Code><Region>garage</Region></Error>";
        assert_eq!(of(400, &[], malformed), region("garage"));
        assert_eq!(
            of(301, &[("x-amz-bucket-region", "eu-west-1")], ""),
            region("eu-west-1")
        );
        // Garage names its region in every error.
        assert_eq!(
            of(
                404,
                &[],
                "<Error><Code>NoSuchKey</Code><Region>garage</Region></Error>"
            ),
            None
        );
        assert_eq!(
            of(400, &[], &malformed.replace("garage", "us-east-1")),
            None
        );
        assert_eq!(of(400, &[], &malformed.replace("garage", "x/y")), None);
        let skewed = "<Error><Code>RequestTimeTooSkewed</Code><ServerTime>2001-09-09T02:46:40Z</ServerTime></Error>";
        assert_eq!(of(403, &[], skewed), Some(Correction::Clock(3600)));
        let undated = "<Error><Code>RequestTimeTooSkewed</Code></Error>";
        let date = ("date", "Sun, 09 Sep 2001 00:46:40 GMT");
        assert_eq!(of(403, &[date], undated), Some(Correction::Clock(-3600)));
        assert_eq!(of(403, &[date, ("age", "7")], undated), None);
        assert_eq!(
            of(403, &[("date", "Sun, 09 Sep 2001 01:48:40 GMT")], undated),
            None
        );
    }

    #[test]
    fn waits_are_taken_from_both_headers() {
        let after = |headers: &[(&'static str, &'static str)]| of("PUT", 503, headers, "").kind();
        assert_eq!(
            after(&[("retry-after", "7")]),
            Kind::Busy {
                after: Some(Duration::from_secs(7))
            }
        );
        assert_eq!(
            after(&[("retry-after", "7"), ("x-amz-retry-after", "250")]),
            Kind::Busy {
                after: Some(Duration::from_millis(250))
            }
        );
        assert_eq!(
            after(&[("retry-after", "Wed, 21 Oct 2015 07:28:00 GMT")]),
            Kind::Busy { after: None }
        );
    }

    #[test]
    fn the_right_region_is_named_if_it_can_be_one() {
        let moved = of("PUT", 301, &[("x-amz-bucket-region", "eu-west-1")], "");
        assert_eq!(
            moved.the_hint(),
            Some("set `region` to `eu-west-1` (now `us-east-1`)")
        );
        let body =
            "<Error><Code>AuthorizationHeaderMalformed</Code><Region>garage</Region></Error>";
        assert_eq!(
            of("PUT", 400, &[], body).the_hint(),
            Some("set `region` to `garage` (now `us-east-1`)")
        );
        let hostile =
            "<Error><Code>AuthorizationHeaderMalformed</Code><Region>x/../y</Region></Error>";
        assert!(
            !of("PUT", 400, &[], hostile)
                .the_hint()
                .unwrap()
                .contains("..")
        );
    }

    #[test]
    fn what_the_server_writes_cannot_drive_the_terminal_or_echo_a_token() {
        let body = "<Error><Code>InvalidToken</Code><Message>bad \u{1b}[2J</Message><Token-0>hunter2</Token-0></Error>";
        let error = of("GET", 400, &[], body);
        assert!(!error.to_string().contains('\u{1b}') && !error.to_string().contains("hunter2"));
    }
}
