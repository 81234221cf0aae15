//! Attributes of an object as request headers, and the preconditions of a write.

use std::time::{Duration, SystemTime};

use super::bucket::S3;
use super::encoded_word::encoded_word;
use super::error::wording;
use super::etag::quoted;
use crate::error::{Error, Kind, Result, printable};
use crate::http::percent::{Slash, uri_encode};
use crate::key::Key;
use crate::store::Store;
use crate::store::types::{Attributes, Condition, PutOptions};

impl S3 {
    /// Checks the precondition by a HEAD before the write. Many services ignore `If-None-Match` and `If-Match` on PUT
    /// and overwrite; one request more finds most of these cases.
    pub(super) fn precheck(&self, key: &Key, condition: &Condition) -> Result<()> {
        match condition {
            Condition::None => Ok(()),
            Condition::Absent => match self.head(key)? {
                Some(_) => Err(Error::already_exists()),
                None => Ok(()),
            },
            Condition::Etag(etag) => match self.head(key)? {
                Some(there) if there.etag.as_ref() == Some(etag) => Ok(()),
                Some(there) => Err(is_another(there.etag.as_deref())),
                None => Err(nothing_to_replace()),
            },
        }
    }

    /// True if the service is known to check the precondition and write in one step. Others may have ignored it. `None`
    /// without a precondition.
    pub(super) fn atomic(&self, condition: &Condition) -> Option<bool> {
        (*condition != Condition::None).then(|| self.client.has_atomic_conditions())
    }
}

fn nothing_to_replace() -> Error {
    Error::new(Kind::Precondition, "there is no blob to replace")
}

fn is_another(etag: Option<&str>) -> Error {
    let found = etag.map_or("unknown".to_owned(), printable);
    Error::new(
        Kind::Precondition,
        format!("ETag mismatch: it is now {found}"),
    )
}

/// The header of a condition.
pub fn condition_header(condition: &Condition, headers: &mut Vec<(String, String)>) {
    match condition {
        Condition::None => {}
        Condition::Absent => headers.push(("if-none-match".to_owned(), "*".to_owned())),
        Condition::Etag(etag) => headers.push(("if-match".to_owned(), quoted(etag))),
    }
}

/// Translates the responses of a service that does not support the precondition, so that nothing was stored. A service
/// that does not find the object to replace answers `NoSuchKey`.
pub fn unsupported(condition: &Condition) -> impl Fn(Error) -> Error {
    let is_conditional = *condition != Condition::None;
    let replaces = matches!(condition, Condition::Etag(_));
    move |error| {
        let answer = error.answer();
        if replaces && answer.s3.as_deref() == Some("NoSuchKey") {
            return nothing_to_replace().answered(answer.clone());
        }
        if is_conditional && wording::refuses_conditions(answer) {
            return Error::new(
                Kind::Precondition,
                format!("the service does not support conditions: {error}"),
            )
            .with_hint("omit the condition, and check with `exists` first")
            .answered(answer.clone());
        }
        error
    }
}

/// Adds the headers of all attributes.
pub fn attribute_headers(options: &PutOptions, headers: &mut Vec<(String, String)>) {
    let attributes = &options.attributes;
    let plain = [
        ("content-type", &attributes.content_type),
        ("content-encoding", &attributes.content_encoding),
        ("content-disposition", &attributes.content_disposition),
        ("content-language", &attributes.content_language),
        ("cache-control", &attributes.cache_control),
        ("expires", &attributes.expires),
    ];
    push_all(plain, headers);
    for (name, value) in &attributes.metadata {
        headers.push((
            format!("x-amz-meta-{}", name.to_ascii_lowercase()),
            encoded_word(value),
        ));
    }
    let has_own = attributes
        .metadata
        .iter()
        .any(|(name, _)| name.eq_ignore_ascii_case(MTIME));
    if let Some(modified) = options.modified.filter(|_| !has_own) {
        headers.push((format!("x-amz-meta-{MTIME}"), mtime(modified)));
    }
    object_option_headers(attributes, headers);
}

/// The metadata that keeps the time of the last modification, in the form of rclone: seconds since 1970 with a fraction.
pub const MTIME: &str = "mtime";

fn mtime(time: SystemTime) -> String {
    match time.duration_since(SystemTime::UNIX_EPOCH) {
        Ok(since) => format!("{}.{:09}", since.as_secs(), since.subsec_nanos()),
        Err(before) => format!("-{}", before.duration().as_secs_f64()),
    }
}

/// Parses the value of [`MTIME`].
pub fn parse_mtime(text: &str) -> Option<SystemTime> {
    let (seconds, fraction) = text.split_once('.').unwrap_or((text, ""));
    let seconds: u64 = seconds.parse().ok()?;
    let digits = fraction.bytes().all(|byte| byte.is_ascii_digit());
    let nanoseconds = format!("{fraction:0<9.9}")
        .parse()
        .ok()
        .filter(|_| digits)?;
    SystemTime::UNIX_EPOCH.checked_add(Duration::new(seconds, nanoseconds))
}

/// Adds the headers of the attributes that are not metadata: a copy has to name them also if it keeps the metadata of its
/// source.
pub fn object_option_headers(attributes: &Attributes, headers: &mut Vec<(String, String)>) {
    let plain = [
        ("x-amz-storage-class", &attributes.storage_class),
        ("x-amz-server-side-encryption", &attributes.encryption),
        (
            "x-amz-server-side-encryption-aws-kms-key-id",
            &attributes.kms_key_id,
        ),
        ("x-amz-acl", &attributes.acl),
    ];
    push_all(plain, headers);
    if !attributes.tags.is_empty() {
        let pairs: Vec<String> = attributes
            .tags
            .iter()
            .map(|(name, value)| {
                format!(
                    "{}={}",
                    uri_encode(name, Slash::Encode),
                    uri_encode(value, Slash::Encode)
                )
            })
            .collect();
        headers.push(("x-amz-tagging".to_owned(), pairs.join("&")));
    }
}

fn push_all<const N: usize>(
    values: [(&str, &Option<String>); N],
    headers: &mut Vec<(String, String)>,
) {
    for (name, value) in values {
        headers.extend(value.clone().map(|value| (name.to_owned(), value)));
    }
}

/// Checks a name and value of metadata before anything is sent.
pub fn check_metadata(name: &str, value: &str) -> Result<()> {
    let token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    if name.is_empty() || !name.bytes().all(token) {
        return Err(Error::new(
            Kind::Usage,
            format!(
                "`{}` is not a valid metadata name",
                crate::error::printable(name)
            ),
        ));
    }
    if value.chars().any(char::is_control) {
        return Err(Error::new(
            Kind::Usage,
            format!("the metadata `{name}` holds a control character"),
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backend::s3::encoded_word::decoded_words;

    #[test]
    fn values_travel_as_headers_can_carry_them() {
        let attributes = Attributes {
            metadata: vec![
                ("Name".to_owned(), "ü".to_owned()),
                ("b".to_owned(), "x y".to_owned()),
            ],
            tags: vec![
                ("a b".to_owned(), "1&2".to_owned()),
                ("c".to_owned(), String::new()),
            ],
            ..Attributes::default()
        };
        let options = PutOptions {
            attributes,
            modified: SystemTime::UNIX_EPOCH.checked_add(Duration::from_nanos(1_500_000_001)),
            ..PutOptions::default()
        };
        let mut headers = Vec::new();
        attribute_headers(&options, &mut headers);
        let header = |name: &str| {
            headers
                .iter()
                .find(|(known, _)| known == name)
                .map(|(_, value)| value.as_str())
        };
        assert_eq!(header("x-amz-meta-mtime"), Some("1.500000001"));
        assert_eq!(parse_mtime("1.500000001"), options.modified);
        assert_eq!(
            parse_mtime("7"),
            Some(SystemTime::UNIX_EPOCH + Duration::from_secs(7))
        );
        for text in ["", "x", "1.x", "-1", "1.-5", "99999999999999999999"] {
            assert_eq!(parse_mtime(text), None, "{text}");
        }
        assert_eq!(header("x-amz-meta-name"), Some("=?UTF-8?B?w7w=?="));
        assert_eq!(header("x-amz-meta-b"), Some("x y"));
        assert_eq!(header("x-amz-tagging"), Some("a%20b=1%262&c="));
    }

    #[test]
    fn encoded_words_are_read_in_both_encodings_and_the_rest_is_left() {
        for (coded, plain) in [
            ("plain", "plain"),
            ("=?UTF-8?B?w7w=?=", "ü"),
            ("=?utf-8?q?f=C3=BCr_uns?=", "für uns"),
            ("=?UTF-8?B?w7w=?= =?UTF-8?B?w7w=?=", "üü"),
            ("a =?UTF-8?B?w7w=?= b", "a ü b"),
            ("=?ISO-8859-1?Q?=FC?=", "=?ISO-8859-1?Q?=FC?="),
            ("=?UTF-8?B?w7w?=", "=?UTF-8?B?w7w?="),
            ("=?UTF-8?Q?=F?=", "=?UTF-8?Q?=F?="),
            ("=?UTF-8?B?/w==?=", "=?UTF-8?B?/w==?="),
            ("=?=?UTF-8?B?w7w=?=", "=?ü"),
            ("=?", "=?"),
            ("=?UTF-8?B?", "=?UTF-8?B?"),
        ] {
            assert_eq!(decoded_words(coded), plain, "{coded}");
        }
        for text in ["ü", " x ", "a\u{7f}", "x y", "", "=?UTF-8?Q?no?="] {
            assert_eq!(decoded_words(&encoded_word(text)), text);
        }
    }

    #[test]
    fn headers_cannot_be_injected() {
        for (name, value) in [
            ("", "v"),
            ("a b", "v"),
            ("a:b", "v"),
            ("ü", "v"),
            ("a", "v\r\nx: y"),
            ("a\n", "v"),
        ] {
            assert!(check_metadata(name, value).is_err(), "{name:?} {value:?}");
        }
        assert!(check_metadata("x-1_y.z", "ü v").is_ok());
    }
}
