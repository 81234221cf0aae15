//! The cause of SignatureDoesNotMatch: the service may return the text that it signed, and the first line that differs
//! is the cause.
//!
//! Source of the lines: <https://docs.aws.amazon.com/IAM/latest/UserGuide/create-signed-request.html>

use crate::aws::xml;
use crate::backend::s3::redact::is_secret;
use crate::error::printable;

/// The texts that were signed here.
#[derive(Debug, Clone, Copy)]
pub struct SignedText<'a> {
    /// The canonical request.
    pub canonical: &'a str,
    /// The string to sign.
    pub string_to_sign: &'a str,
}

/// The cause, if the error document contains the text that the service signed. Values of secret headers are omitted.
pub fn explain(ours: SignedText<'_>, document: &str) -> Option<String> {
    let root = xml::parse(document).filter(|root| root.name == "Error")?;
    let text = |name: &str| {
        root.child(name)
            .map(str::trim)
            .filter(|text| !text.is_empty())
    };
    let same_request = match text("CanonicalRequest") {
        Some(theirs) => match canonical_difference(ours.canonical, theirs) {
            Some(difference) => return Some(difference),
            None => true,
        },
        None => false,
    };
    let theirs = text("StringToSign")?;
    let mut pairs = ours.string_to_sign.lines().zip(theirs.lines());
    for what in ["algorithm", "time", "scope"] {
        let (our, their) = pairs.next()?;
        if our.trim() != their.trim() {
            return Some(differs(what, their, our, cause_of(what)));
        }
    }
    let (our, their) = pairs.next()?;
    if our.trim() == their.trim() || same_request {
        return Some(
            "both sides signed the same text: the secret key is not this access key's".to_owned(),
        );
    }
    Some(
        "the request that arrived is not the one that was signed: something in between changes its path, query or \
         headers"
            .to_owned(),
    )
}

/// The first line of two canonical requests that differs, if one does.
fn canonical_difference(ours: &str, theirs: &str) -> Option<String> {
    let ours: Vec<&str> = ours.trim().lines().map(str::trim_end).collect();
    let theirs: Vec<&str> = theirs.lines().map(str::trim_end).collect();
    let end_of_headers = ours
        .iter()
        .skip(3)
        .position(|line| line.is_empty())
        .map_or(ours.len(), |at| at + 3);
    for (index, our) in ours.iter().enumerate() {
        let their = theirs.get(index).copied().unwrap_or("");
        if *our == their {
            continue;
        }
        let what = match index {
            0 => "method",
            1 => "path",
            2 => "query",
            _ if index < end_of_headers => return Some(header_differs(our, their)),
            _ if index == end_of_headers + 1 => "list of signed headers",
            _ => "payload hash",
        };
        return Some(differs(what, their, our, cause_of(what)));
    }
    None
}

fn header_differs(our: &str, their: &str) -> String {
    let name = |line: &str| line.split(':').next().unwrap_or("").to_owned();
    let (our_name, their_name) = (name(our), name(their));
    if our_name != their_name {
        return format!(
            "the header `{}` did not arrive as it was signed: something in between removes or changes it",
            printable(&our_name)
        );
    }
    if is_secret(&our_name) {
        return format!("the service signed another `{our_name}`: something in between changes it");
    }
    differs("header", their, our, cause_of("header"))
}

fn cause_of(what: &str) -> &'static str {
    match what {
        "scope" => "compare `region` with the service's",
        "time" => "something in between replaces the date",
        "algorithm" => "the service wants another kind of signature",
        _ => "something in between changes it",
    }
}

fn differs(what: &str, theirs: &str, ours: &str, cause: &str) -> String {
    format!(
        "the service signed the {what} `{}`, we signed `{}`: {cause}",
        printable(theirs),
        printable(ours)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const CANONICAL: &str = "GET\n/b/a%20b\n\nhost:h\nx-amz-date:20150830T123600Z\nx-amz-security-token:hunter2\n\nhost;x-amz-date;x-amz-security-token\nUNSIGNED-PAYLOAD";
    const TO_SIGN: &str =
        "AWS4-HMAC-SHA256\n20150830T123600Z\n20150830/us-east-1/s3/aws4_request\nabc";

    fn of(canonical: Option<&str>, to_sign: &str) -> Option<String> {
        let canonical = canonical.map_or(String::new(), |text| {
            format!("<CanonicalRequest>{text}</CanonicalRequest>")
        });
        let document = format!(
            "<Error><Code>SignatureDoesNotMatch</Code><StringToSign>{to_sign}</StringToSign>{canonical}</Error>"
        );
        let ours = SignedText {
            canonical: CANONICAL,
            string_to_sign: TO_SIGN,
        };
        explain(ours, &document)
    }

    #[test]
    fn the_first_line_that_differs_is_named() {
        for (from, to, text) in [
            ("GET", "HEAD", "the method `HEAD`, we signed `GET`"),
            (
                "/b/a%20b",
                "/b/a+b",
                "the path `/b/a+b`, we signed `/b/a%20b`",
            ),
            ("b\n\nhost", "b\nx=1\nhost", "the query `x=1`, we signed ``"),
            (
                "host:h",
                "host:inner",
                "the header `host:inner`, we signed `host:h`",
            ),
            ("hunter2", "secret3", "another `x-amz-security-token`"),
            (
                "x-amz-date:20150830T123600Z\n",
                "",
                "the header `x-amz-date` did not arrive",
            ),
            ("host;x-amz-date;", "host;", "the list of signed headers"),
            ("UNSIGNED-PAYLOAD", "e3b0", "the payload hash `e3b0`"),
        ] {
            let message = of(Some(&CANONICAL.replacen(from, to, 1)), TO_SIGN).unwrap();
            assert!(message.contains(text), "{message}");
            assert!(
                !message.contains("hunter2") && !message.contains("secret3"),
                "{message}"
            );
        }
    }

    #[test]
    fn equal_requests_leave_scope_and_secret() {
        let other = TO_SIGN.replace("us-east-1", "garage");
        let message = of(Some(CANONICAL), &other).unwrap();
        assert!(message.contains("compare `region`"), "{message}");
        let message = of(Some(CANONICAL), TO_SIGN).unwrap();
        assert!(message.contains("the secret key"), "{message}");
        let message = of(None, &TO_SIGN.replace("abc", "abd")).unwrap();
        assert!(message.contains("something in between"), "{message}");
    }

    #[test]
    fn documents_without_these_texts_explain_nothing() {
        let ours = SignedText {
            canonical: CANONICAL,
            string_to_sign: TO_SIGN,
        };
        for text in [
            "",
            "<html/>",
            "<Error><Code>SignatureDoesNotMatch</Code></Error>",
            "<Error><StringToSign>x",
        ] {
            assert_eq!(explain(ours, text), None, "{text}");
        }
        let short = "<Error><StringToSign>AWS4-HMAC-SHA256</StringToSign></Error>";
        assert_eq!(explain(ours, short), None);
    }
}
