//! Warnings about encryption that the service did not confirm.

use super::client::S3Response;
use super::sse_c::ALGORITHM;

/// The warning for a put with an SSE-C key that the response does not confirm: a service that does not support the
/// headers stores the object as it is.
pub fn customer_key_warning(answer: &S3Response) -> Option<String> {
    (answer.used_customer_key() && answer.header(ALGORITHM).is_none()).then(|| {
        "the store did not confirm the SSE-C key: the blob may be stored unencrypted".to_owned()
    })
}

/// The same for encryption with the service's own key.
pub fn encryption_warning(wanted: &str, answer: &S3Response) -> Option<String> {
    match answer.header("x-amz-server-side-encryption") {
        Some(used) if used.eq_ignore_ascii_case(wanted) => None,
        Some(used) => Some(format!(
            "the store encrypted the blob with `{}` instead of `{wanted}`",
            crate::error::printable(used)
        )),
        None => Some(format!(
            "the store did not confirm encryption with `{wanted}`: the blob may be stored unencrypted"
        )),
    }
}
