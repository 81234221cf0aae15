//! Entity tags (RFC 9110, section 8.8.3): in quotes on the wire, without them in the rest of the program.

/// The tag without its quotes. A weak tag, which a compressing proxy makes of S3's, keeps its quotes: it is neither a digest
/// nor a condition.
pub fn unquoted(etag: &str) -> &str {
    let etag = etag.trim();
    match is_weak(etag) {
        true => etag,
        false => etag.trim_matches('"'),
    }
}

/// The tag as `If-Match` and an upload's list of parts carry it.
pub fn quoted(etag: &str) -> String {
    format!("\"{etag}\"")
}

/// True if the tag is weak (`W/"…"`): equal weak tags do not mean equal bytes.
pub fn is_weak(etag: &str) -> bool {
    etag.starts_with("W/")
}

/// The tag in the text of an XML element; `None` if it is empty.
pub fn from_element(text: Option<&str>) -> Option<String> {
    let etag = unquoted(text?);
    (!etag.is_empty()).then(|| etag.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::digest::Digest;

    #[test]
    fn a_weak_etag_is_not_a_digest() {
        let md5 = "5d41402abc4b2a76b9719d911017c592";
        assert_eq!(unquoted(&format!(" \"{md5}\"")), md5);
        assert_eq!(unquoted(&quoted(md5)), md5);
        let weak = format!("W/\"{md5}\"");
        assert_eq!(unquoted(&weak), weak);
        assert_eq!(Digest::md5_from_hex(unquoted(&weak)), None);
    }

    #[test]
    fn an_element_without_text_has_no_etag() {
        assert_eq!(from_element(Some("\n\"a\" ")).as_deref(), Some("a"));
        assert_eq!(from_element(Some("\"\"")), None);
        assert_eq!(from_element(None), None);
    }
}
