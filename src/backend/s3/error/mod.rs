//! Classification of error responses: status, code and message become an [`Error`].
//!
//! The status decides and the code of the XML document refines: a HEAD has no body, and proxies answer in HTML. Only
//! code, message and request id are shown, because error documents echo tokens and whole requests.

pub mod classify;
pub mod redirect;
pub mod signature_mismatch;
pub mod wording;

use std::time::Duration;

use crate::http::HeaderMap;

use self::classify::Refusal;
use self::redirect::other_region;
pub use self::redirect::{Correction, correction};
use self::wording::is_damage;
use crate::aws::xml;
use crate::aws::xml::Element;
use crate::error::{Answer, Error, Kind, printable};
use crate::secret::SecretMask;

/// The wait after a 429 without a stated one: such services accept one write per second and key.
/// Source: <https://developers.cloudflare.com/r2/platform/limits/>
const A_WRITE_A_SECOND: Duration = Duration::from_secs(1);

/// A response with an unexpected status.
#[derive(Debug, Clone, Copy)]
pub struct ErrorResponse<'a> {
    /// The method of the request.
    pub method: &'a str,
    /// The HTTP status.
    pub status: u16,
    /// The headers.
    pub headers: &'a HeaderMap,
    /// The first bytes of the body, at most 64 KiB.
    pub body: &'a str,
    /// The region that the request was signed for.
    pub region: &'a str,
}

/// The error of a response with an unexpected status.
///
/// `mask` hides the secrets of the request, which some services repeat.
pub fn error(response: &ErrorResponse<'_>, mask: &SecretMask) -> Error {
    let error = explain(response, mask);
    match response.method {
        "PUT" | "POST" => repeated_if_damaged(error),
        _ => error,
    }
}

/// Marks bytes that were damaged on their way to the store as worth one repetition. The download handles those that
/// were damaged on their way from it.
fn repeated_if_damaged(error: Error) -> Error {
    match error.answer().s3.as_deref() {
        Some(code) if is_damage(code) => error.worth_one_repetition(),
        _ => error,
    }
}

fn explain(response: &ErrorResponse<'_>, mask: &SecretMask) -> Error {
    let ErrorResponse {
        method,
        status,
        headers,
        body,
        region,
    } = *response;
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let document = xml::parse_beginning(body).filter(|root| root.name == "Error");
    let code = document
        .as_ref()
        .and_then(|root| root.child("Code"))
        .or_else(|| header("x-minio-error-code"));
    let request_id = header("x-amz-request-id");
    let answer = answer_fields(status, code, request_id, document.as_ref(), mask);
    let code = answer.s3.clone();
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
    let message = describe(&answer);
    let other_region = other_region(header("x-amz-bucket-region"), document.as_ref(), region)
        .map(|region| mask.apply(&region));
    Refusal {
        method,
        status,
        code: code.as_deref(),
        message: &message,
        retry_after: after,
        other_region: other_region.as_deref(),
        region,
    }
    .classify()
    .answered(answer)
}

/// Adds the hint that the object may be missing, unless the service named a problem with the request itself.
pub fn may_be_missing(error: Error) -> Error {
    match error.answer().s3.as_deref() {
        None | Some("AccessDenied") if error.kind() == Kind::Denied => error.with_hint(
            "the blob may be missing: without permission to list the bucket, the service does not say so",
        ),
        _ => error,
    }
}

/// True if the body is not S3's: the page of a web server or proxy proves nothing about an object. An empty body may be
/// S3's, and a truncated one still shows that it is an error document.
fn is_foreign(body: &str) -> bool {
    !body.trim().is_empty() && !body.contains("<Error")
}

fn foreign(status: u16) -> Error {
    let text = format!("the answer (HTTP {status}) is not S3's, so it says nothing about the blob");
    Error::new(Kind::Remote, text).with_hint(
        "compare the endpoint with the service's; something in between may have answered",
    )
}

/// The error in the body of a 200 response: CompleteMultipartUpload and CopyObject send the status before they know the
/// result.
/// Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_CompleteMultipartUpload.html>
pub fn late_error(root: Option<&Element>, mask: &SecretMask) -> Error {
    let code = root
        .filter(|root| root.name == "Error")
        .and_then(|root| root.child("Code"));
    let answer = answer_fields(200, code, None, root, mask);
    let message = describe(&answer);
    let code = answer.s3.clone();
    let refusal = Refusal {
        method: "POST",
        status: 200,
        code: code.as_deref(),
        message: &message,
        retry_after: None,
        other_region: None,
        region: "",
    };
    let error = refusal
        .by_code()
        // The documentation says to retry as after a 500.
        .unwrap_or_else(|| {
            Error::new(
                Kind::Busy { after: None },
                format!("the store did not finish: {message}"),
            )
        })
        .answered(answer);
    repeated_if_damaged(error)
}

/// The fields of an error response, without secrets. Some services put the important part into `Details`, `Header` or `ArgumentName`.
fn answer_fields(
    status: u16,
    code: Option<&str>,
    request_id: Option<&str>,
    document: Option<&Element>,
    mask: &SecretMask,
) -> Answer {
    let text = |text: &str| Some(mask.apply(text.trim())).filter(|text| !text.is_empty());
    let child = |name: &str| document.and_then(|root| root.child(name)).and_then(text);
    Answer {
        http: Some(status),
        ftp: None,
        s3: code.and_then(text),
        message: child("Message"),
        detail: ["Details", "Header", "ArgumentName"]
            .into_iter()
            .find_map(child),
        request_id: child("RequestId").or_else(|| request_id.and_then(text)),
    }
}

/// `SlowDown: Please reduce your request rate` or `HTTP 503`, for a message.
fn describe(answer: &Answer) -> String {
    let message = answer.message.as_deref().map(printable);
    let detail = answer.detail.as_deref().map(printable);
    let message = match (message, detail) {
        (Some(message), Some(detail)) => Some(format!("{message} ({detail})")),
        (message, detail) => message.or(detail),
    };
    let source = match (&answer.s3, answer.http) {
        (Some(code), _) => printable(code),
        (None, status) => format!("HTTP {}", status.unwrap_or_default()),
    };
    match message {
        Some(message) => format!("{source}: {message}"),
        None => source,
    }
}

/// The wait in seconds, or that of S3's own header in milliseconds. Services do not use the HTTP form with a date.
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
        let response = ErrorResponse {
            method,
            status,
            headers: &headers,
            body,
            region: "us-east-1",
        };
        error(&response, &SecretMask::new(["hunter2"]))
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
    fn damage_on_the_way_up_is_worth_one_repetition_and_nothing_else_is() {
        let body = |code: &str| format!("<Error><Code>{code}</Code></Error>");
        for (method, code, again) in [
            ("PUT", "BadDigest", true),
            ("POST", "BadDigest", true),
            ("PUT", "XAmzContentSHA256Mismatch", true),
            ("GET", "XAmzContentSHA256Mismatch", false),
            ("PUT", "AccessDenied", false),
            ("PUT", "SlowDown", false),
        ] {
            let error = of(method, 400, &[], &body(code));
            assert_eq!(error.is_worth_one_repetition(), again, "{method} {code}");
        }
        let late = xml::parse(&body("BadDigest"));
        assert!(late_error(late.as_ref(), &SecretMask::default()).is_worth_one_repetition());
    }

    #[test]
    fn what_a_service_says_is_kept_as_it_was_said() {
        let long = format!("If-None-Match \u{1b} {}", "x".repeat(1000));
        let body = format!(
            "<Error><Code> InvalidArgument </Code><Message>{long}</Message><Header>h</Header></Error>"
        );
        let error = of("PUT", 400, &[], &body);
        let answer = error.answer();
        assert_eq!(answer.s3.as_deref(), Some("InvalidArgument"));
        assert_eq!(answer.message.as_deref(), Some(&*long));
        assert_eq!(answer.detail.as_deref(), Some("h"));
        assert!(error.to_string().chars().count() < 400);
    }

    #[test]
    fn answers_without_a_body_are_understood_too() {
        assert_eq!(of("HEAD", 404, &[], "").kind(), Kind::NotFound);
        let denied = of("HEAD", 403, &[], "");
        assert_eq!(
            (denied.kind(), denied.hint().is_some()),
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
            moved.hint(),
            Some("set `region` to `eu-west-1` (now `us-east-1`)")
        );
        let body =
            "<Error><Code>AuthorizationHeaderMalformed</Code><Region>garage</Region></Error>";
        assert_eq!(
            of("PUT", 400, &[], body).hint(),
            Some("set `region` to `garage` (now `us-east-1`)")
        );
        let hostile =
            "<Error><Code>AuthorizationHeaderMalformed</Code><Region>x/../y</Region></Error>";
        assert!(!of("PUT", 400, &[], hostile).hint().unwrap().contains(".."));
    }

    #[test]
    fn what_the_server_writes_cannot_drive_the_terminal_or_echo_a_token() {
        let body = "<Error><Code>InvalidToken</Code><Message>bad \u{1b}[2J hunter&#50;</Message><Token-0>hunter2</Token-0></Error>";
        let error = of("GET", 400, &[], body);
        assert!(!error.to_string().contains('\u{1b}') && !error.to_string().contains("hunter2"));
    }
}
