//! Requests and responses as `-vv` shows them, with secrets masked.

use crate::http::Response;
use crate::http::ResponseBody;

use crate::error::printable;
use crate::secret::SecretMask;

/// True if a header's value is a secret; `name` in lower case.
pub fn is_secret(name: &str) -> bool {
    let customer_key = "server-side-encryption-customer-key";
    matches!(name, "authorization" | "x-amz-security-token")
        || name
            .strip_suffix("-md5")
            .unwrap_or(name)
            .ends_with(customer_key)
}

/// The headers of a request, one per line.
pub fn headers(headers: &[(String, String)]) -> String {
    let shown: Vec<String> = headers
        .iter()
        .map(|(name, value)| match is_secret(name) {
            true => format!("{name}: (secret)"),
            false => format!("{name}: {value}"),
        })
        .collect();
    shown.join("\n")
}

/// A canonical request.
pub fn canonical_request(canonical: &str) -> String {
    let shown: Vec<String> = canonical
        .lines()
        .map(|line| match line.split_once(':') {
            Some((name, _)) if is_secret(name) => format!("{name}:(secret)"),
            _ => line.to_owned(),
        })
        .collect();
    shown.join("\n")
}

/// Status and headers of a response; a service may echo headers of the request.
pub fn answer(response: &Response<ResponseBody>, mask: &SecretMask) -> String {
    let mut lines = vec![response.status().as_u16().to_string()];
    for (name, value) in response.headers() {
        let value = match is_secret(name.as_str()) {
            true => "(secret)".to_owned(),
            false => printable(&mask.apply(&String::from_utf8_lossy(value.as_bytes()))),
        };
        lines.push(format!("{name}: {value}"));
    }
    lines.join("\n")
}
