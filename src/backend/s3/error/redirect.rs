//! Corrections in error responses: the bucket's region, the service's clock.

use crate::http::HeaderMap;
use time::OffsetDateTime;
use time::format_description::well_known::{Rfc2822, Rfc3339};

use crate::aws::region::check_region;
use crate::aws::xml;
use crate::aws::xml::Element;

/// A correction that an error response asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Correction {
    /// The bucket is in this region.
    Region(String),
    /// The service's clock is this many seconds ahead of this machine's (negative: it is late).
    Clock(i64),
}

/// The correction that a response asks for, if it is credible. `now` is this machine's clock, in Unix seconds.
///
/// A region is taken only from errors about regions (Garage names its own in every error) and only if it is a valid
/// one. The time is taken from the document's `ServerTime`, else from the `Date` header of a response that did not come
/// from a cache.
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
            // Services accept a difference of at least five minutes, so a smaller one is not the problem.
            (offset.abs() >= 300).then_some(Correction::Clock(offset))
        }
        _ => None,
    }
}

/// The bucket's region, if the response names one and it is not the requested one.
pub(super) fn other_region(
    header: Option<&str>,
    document: Option<&Element>,
    region: &str,
) -> Option<String> {
    let stated = || document.and_then(|root| root.child("Region"));
    let named = header.or_else(stated).or_else(|| region_in(document?));
    named
        .filter(|other| *other != region && check_region(other).is_ok())
        .map(str::to_owned)
}

/// The region that AWS names indirectly: in the host of an endpoint, or in a sentence.
fn region_in(root: &Element) -> Option<&str> {
    match root.child("Code")? {
        "PermanentRedirect" | "TemporaryRedirect" => {
            let bucket = root.child("Bucket")?;
            let host = root.child("Endpoint")?.strip_suffix(".amazonaws.com")?;
            // The bucket's name ends like the service: the address is wrong, not the region.
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

#[cfg(test)]
mod tests {
    use super::*;

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
}
