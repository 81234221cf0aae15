//! The full address of a blob.

use crate::error::printable_whole;

/// A blob's address without secrets, in the form that the command line takes: `s3://BUCKET/KEY`, `ftp://[USER@]HOST[:PORT]/PATH`,
/// `file:///PATH`. It contains the key verbatim.
///
/// For people and for `--json`. To compare blobs, use [`crate::store::identity::BlobId`]: an address does not name the service
/// of a bucket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Url(String);

impl Url {
    /// Wraps a full address that is not escaped.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The full address, not escaped, as it can be typed.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The full address for a terminal: control characters and marks that reorder text are escaped.
    pub fn shown(&self) -> String {
        printable_whole(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_whole_and_escaped_only_when_it_is_shown() {
        let text = format!("s3://b/{}\u{202e} ", "k".repeat(1000));
        let url = Url::new(text.clone());
        assert_eq!(url.as_str(), text);
        assert_eq!(url.shown(), text.replace('\u{202e}', "\\u{202e}"));
    }
}
