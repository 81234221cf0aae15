//! Decisions for which services have no code of their own.
//!
//! Status and code decide everywhere else. Where one code has several meanings, the service's message distinguishes
//! them: only in this file, on the fields of the [`Answer`], never on the text of an error of this program.

use crate::error::Answer;

/// The longest message that is searched, in bytes; those of services have a few hundred.
const LONGEST: usize = 4 << 10;

/// True if the message or the detail contains one of `words`, given in lower case.
fn names(answer: &Answer, words: &[&str]) -> bool {
    [&answer.message, &answer.detail]
        .into_iter()
        .flatten()
        .map(|text| {
            let end = text.floor_char_boundary(LONGEST.min(text.len()));
            text[..end].to_ascii_lowercase()
        })
        .any(|text| words.iter().any(|word| text.contains(word)))
}

/// True if the code reports damaged bytes. Such a response says nothing about the features of the service: the same
/// request may succeed.
///
/// `InvalidDigest` is about the form of a header, but some services return it for a checksum that does not match.
pub fn is_damage(code: &str) -> bool {
    matches!(
        code,
        "BadDigest"
            | "XAmzContentSHA256Mismatch"
            | "InvalidDigest"
            | "XAmzContentChecksumMismatch"
            | "IncompleteBody"
    )
}

fn reports_damage(answer: &Answer) -> bool {
    answer.s3.as_deref().is_some_and(is_damage)
}

/// True if the service does not support the checksum header of the request.
///
/// Backblaze B2: 400 InvalidArgument, "Unsupported header 'x-amz-checksum-crc64nvme' received for this API call."
/// Cloudflare R2: 501 NotImplemented, "Header 'x-amz-checksum-crc64nvme' with value '…' not implemented", or 501 alone.
pub fn refuses_checksum(answer: &Answer) -> bool {
    match (answer.http, &answer.s3) {
        (Some(501), None) => true,
        (Some(400 | 501), _) => !reports_damage(answer) && names(answer, &["checksum"]),
        _ => false,
    }
}

/// True if that response names the header, so that a later run would get the same response.
pub fn names_checksum_header(answer: &Answer) -> bool {
    !reports_damage(answer) && names(answer, &["x-amz-checksum"])
}

/// True if the service does not support preconditions on a write: the response names them, or the request contains
/// nothing else that may be unsupported.
///
/// Backblaze B2: 501 NotImplemented, "A header you provided implies functionality that is not implemented". Others name the
/// header, or put it into `Header`.
pub fn refuses_conditions(answer: &Answer) -> bool {
    let words = ["if-none-match", "if-match", "ifnonematch", "conditional"];
    match answer.http {
        Some(501) => names(answer, &words) || !names(answer, &["x-amz-"]),
        Some(400) => !reports_damage(answer) && names(answer, &words),
        _ => false,
    }
}

/// True if the service does not support ListObjectsV2.
///
/// By code where it has one; else 400 InvalidArgument with the parameter's name in the message or in `ArgumentName`.
pub fn lacks_list_v2(answer: &Answer) -> bool {
    match (answer.http, answer.s3.as_deref()) {
        (Some(501), _) | (_, Some("NotImplemented")) => true,
        (Some(400), Some("InvalidArgument")) => {
            names(answer, &["list-type", "list type", "listtype"])
        }
        _ => false,
    }
}

/// The difference between the SSE-C key of a request and the one that the object needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CustomerKeyProblem {
    /// The blob is encrypted with such a key, and the request had none.
    Missing,
    /// The blob is not encrypted with such a key.
    NotNeeded,
}

/// The meaning of an error code that services use for both.
///
/// AWS: "The object was stored using a form of Server Side Encryption. The correct parameters must be provided to retrieve
/// the object.", and "The encryption parameters are not applicable to this object." SeaweedFS: "… must provide the customer
/// key …".
pub fn customer_key_problem(answer: &Answer) -> Option<CustomerKeyProblem> {
    if !matches!(
        answer.s3.as_deref(),
        Some("InvalidRequest" | "InvalidArgument")
    ) {
        return None;
    }
    let missing = [
        "a form of server side encryption",
        "must provide the customer key",
    ];
    if names(answer, &missing) {
        return Some(CustomerKeyProblem::Missing);
    }
    names(answer, &["encryption parameters are not applicable"])
        .then_some(CustomerKeyProblem::NotNeeded)
}

/// True if the error is about the signature. Some services return AccessDenied and say so only in the message.
pub fn is_about_signature(answer: &Answer) -> bool {
    match (answer.http, answer.s3.as_deref()) {
        (_, Some("SignatureDoesNotMatch")) => true,
        (Some(400 | 401 | 403), _) => names(answer, &["signature"]),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, code: &str, message: &str) -> Answer {
        let text = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        Answer {
            http: Some(status),
            s3: text(code),
            message: text(message),
            ..Answer::default()
        }
    }

    #[test]
    fn damaged_bytes_are_no_refusal_of_the_checksum() {
        let aws = "The CRC64NVME you specified did not match the calculated checksum.";
        for code in [
            "BadDigest",
            "XAmzContentSHA256Mismatch",
            "XAmzContentChecksumMismatch",
            "InvalidDigest",
            "IncompleteBody",
        ] {
            for message in [aws, "x-amz-checksum-crc64nvme does not match"] {
                let answer = answer(400, code, message);
                assert!(is_damage(code), "{code}");
                assert!(!refuses_checksum(&answer), "{code}");
                assert!(!names_checksum_header(&answer), "{code}");
            }
        }
    }

    #[test]
    fn a_refused_checksum_is_known_by_its_message() {
        let b2 = "Unsupported header 'x-amz-checksum-crc64nvme' received for this API call.";
        let r2 = "Header 'x-amz-checksum-crc64nvme' with value 'x' not implemented";
        for (answer, refused, named) in [
            (answer(400, "InvalidArgument", b2), true, true),
            (answer(501, "NotImplemented", r2), true, true),
            (answer(501, "", ""), true, false),
            (
                answer(400, "InvalidRequest", "Unknown checksum"),
                true,
                false,
            ),
            (answer(400, "InvalidArgument", "no"), false, false),
            (answer(501, "NotImplemented", "no"), false, false),
            (answer(403, "AccessDenied", b2), false, true),
            (answer(400, "", ""), false, false),
        ] {
            assert_eq!(refuses_checksum(&answer), refused, "{answer:?}");
            assert_eq!(names_checksum_header(&answer), named, "{answer:?}");
        }
        let in_header = Answer {
            detail: Some("X-Amz-Checksum-CRC64NVME".to_owned()),
            ..answer(400, "InvalidArgument", "no")
        };
        assert!(names_checksum_header(&in_header));
    }

    #[test]
    fn only_the_beginning_of_a_message_is_searched() {
        let message = format!("{}checksum", "ü".repeat(LONGEST));
        assert!(!refuses_checksum(&answer(400, "InvalidArgument", &message)));
    }

    #[test]
    fn conditions_are_refused_by_name_or_by_a_501_that_names_nothing_else() {
        for (answer, refused) in [
            (answer(501, "", ""), true),
            (answer(501, "NotImplemented", "A header you provided"), true),
            (answer(501, "NotImplemented", "x-amz-storage-class"), false),
            (answer(400, "InvalidArgument", "If-None-Match"), true),
            (answer(400, "InvalidArgument", "storage class"), false),
            (answer(412, "PreconditionFailed", "If-None-Match"), false),
        ] {
            assert_eq!(refuses_conditions(&answer), refused, "{answer:?}");
        }
    }

    #[test]
    fn the_signature_is_meant_by_code_or_message() {
        assert!(is_about_signature(&answer(
            403,
            "SignatureDoesNotMatch",
            ""
        )));
        assert!(is_about_signature(&answer(
            403,
            "AccessDenied",
            "Invalid Signature"
        )));
        assert!(!is_about_signature(&answer(403, "AccessDenied", "no")));
        assert!(!is_about_signature(&answer(
            500,
            "InternalError",
            "signature"
        )));
    }
}
