//! SSE-C: the service encrypts with a key that each request carries, and does not store the key.
//! Source: <https://docs.aws.amazon.com/AmazonS3/latest/userguide/ServerSideEncryptionCustomerKeys.html>

use crate::digest::{Algorithm, Hasher, base64, decode_base64, decode_hex};
use crate::secret::Secret;

/// Present in requests and responses about an object that is encrypted with SSE-C.
pub const ALGORITHM: &str = "x-amz-server-side-encryption-customer-algorithm";

/// A key of 256 bits in the forms in which it is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustomerKey {
    base64: Secret,
    md5: Secret,
}

impl CustomerKey {
    /// Parses the content of a key file: 32 bytes, or their base64 or hex as text.
    pub fn parse(content: &[u8]) -> Option<Self> {
        if let Ok(key) = <&[u8; 32]>::try_from(content) {
            return Some(Self::new(key));
        }
        let text = std::str::from_utf8(content).ok()?.trim();
        let mut key = [0; 32];
        if decode_hex(text, &mut key) {
            return Some(Self::new(&key));
        }
        let bytes = decode_base64(text)?;
        <&[u8; 32]>::try_from(&*bytes).ok().map(Self::new)
    }

    fn new(key: &[u8; 32]) -> Self {
        Self {
            base64: Secret::new(base64(key)),
            md5: Secret::new(base64(Hasher::digest(Algorithm::Md5, key).bytes())),
        }
    }

    /// The headers of a request about an object.
    pub fn headers(&self) -> Vec<(String, String)> {
        self.headers_with_prefix("x-amz-server-side-encryption-customer-")
    }

    /// The headers of a copy from an object.
    pub fn source_headers(&self) -> Vec<(String, Secret)> {
        let headers =
            self.headers_with_prefix("x-amz-copy-source-server-side-encryption-customer-");
        headers
            .into_iter()
            .map(|(name, value)| (name, Secret::new(value)))
            .collect()
    }

    /// A text that is different for different keys and does not reveal them.
    pub fn fingerprint(&self) -> &str {
        self.md5.expose()
    }

    fn headers_with_prefix(&self, prefix: &str) -> Vec<(String, String)> {
        vec![
            (format!("{prefix}algorithm"), "AES256".to_owned()),
            (format!("{prefix}key"), self.base64.expose().to_owned()),
            (format!("{prefix}key-md5"), self.md5.expose().to_owned()),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_read_in_each_of_its_forms() {
        let raw = *b"0123456789abcdef0123456789ABCDEF";
        let key = CustomerKey::parse(&raw).unwrap();
        let hex = crate::digest::hex(&raw);
        for text in [
            hex.clone(),
            format!("{hex}\n"),
            format!(" {}\r\n", base64(&raw)),
        ] {
            assert_eq!(CustomerKey::parse(text.as_bytes()).as_ref(), Some(&key));
        }
        let mut with_a_line_end = raw.to_vec();
        with_a_line_end.push(b'\n');
        for wrong in [&b""[..], &raw[..31], &with_a_line_end, b"\xff\xfe"] {
            assert_eq!(CustomerKey::parse(wrong), None);
        }
        assert!(!format!("{key:?}").contains(&base64(&raw)));
    }

    #[test]
    fn the_headers_are_those_of_the_manual() {
        // The MD5 was computed with openssl.
        let key = CustomerKey::parse(&[0; 32]).unwrap();
        let headers = key.headers();
        assert_eq!(headers[0], (ALGORITHM.to_owned(), "AES256".to_owned()));
        assert_eq!(headers[1].1, "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=");
        assert_eq!(headers[2].1, "cLyPS3KoaSFGi/joRB3OUQ==");
    }
}
