//! ListObjectsV2, page by page; ListObjects for a service that supports nothing newer.
//! Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html>

use std::sync::atomic::Ordering;
use std::time::SystemTime;

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::bucket::S3;
use super::client::{Body, Request, RequestPurpose, ResponseTimeout};
use super::error::wording;
use super::list_xml::ListPage;
use super::pagination::Cursor;
use super::{etag, list_xml};
use crate::aws::xml::Element;
use crate::digest::Digest;
use crate::error::{Error, Kind, Result};
use crate::http::percent::{form_decode, has_whole_escapes};
use crate::store::types::{ListEntry, ObjectMeta};

/// The largest page, in bytes. A page has 1,000 keys of at most 3 KiB each when encoded; some servers send more.
const PAGE_LIMIT: u64 = 64 << 20;

impl S3 {
    /// One page; see [`crate::store::Store::list`].
    pub(super) fn list_page(
        &self,
        prefix: &str,
        page: Option<&str>,
        each: &mut dyn FnMut(ListEntry) -> Result<()>,
    ) -> Result<Option<String>> {
        let starts_with_v1 = self.uses_list_v1.load(Ordering::Relaxed);
        let mut cursor = match page {
            Some(name) => {
                Cursor::parse(name).ok_or_else(|| Error::new(Kind::Usage, "invalid page token"))?
            }
            None if starts_with_v1 => Cursor::FirstPageV1,
            None => Cursor::FirstPageV2,
        };
        let text = match self.page(prefix, &cursor) {
            Err(error)
                if cursor == Cursor::FirstPageV2 && wording::lacks_list_v2(error.answer()) =>
            {
                cursor = Cursor::FirstPageV1;
                let text = self.page(prefix, &cursor)?;
                self.switch_to_v1();
                text
            }
            result => result?,
        };
        let listing = list_xml::parse_listing(&text)
            .ok_or_else(|| Error::new(Kind::Remote, "invalid listing"))?;
        let encoding = KeyEncoding::of(&listing);
        let last_key = pass_on(&listing, encoding, prefix, each)?;
        let next = cursor.next(&listing, last_key.as_deref(), |text| {
            encoding.decode_marker(text)
        })?;
        if next.as_ref().is_some_and(Cursor::is_v1) {
            self.switch_to_v1();
        }
        Ok(next.map(|next| next.name()))
    }

    /// The document of one page.
    fn page(&self, prefix: &str, cursor: &Cursor) -> Result<String> {
        let mut query = cursor.query();
        query.push(("encoding-type".to_owned(), "url".to_owned()));
        if !prefix.is_empty() {
            query.push(("prefix".to_owned(), prefix.to_owned()));
        }
        let request = Request {
            method: "GET",
            key: "",
            query,
            headers: Vec::new(),
            body: Body::None,
            response_timeout: ResponseTimeout::Idle,
        };
        self.client
            .send(&request, &[200], RequestPurpose::Work)?
            .text(&self.client, PAGE_LIMIT)
    }

    /// Makes later listings of this run begin with ListObjects.
    fn switch_to_v1(&self) {
        if !self.uses_list_v1.swap(true, Ordering::Relaxed) {
            self.client
                .note("the store does not support ListObjectsV2: using ListObjects");
        }
    }
}

/// Passes the entries of a page on and returns the last key of the page.
fn pass_on(
    page: &ListPage,
    encoding: KeyEncoding,
    prefix: &str,
    each: &mut dyn FnMut(ListEntry) -> Result<()>,
) -> Result<Option<String>> {
    let mut last_key = None;
    for entry in &page.contents {
        let key = entry
            .child("Key")
            .ok_or_else(|| Error::new(Kind::Remote, "the listing has an entry without a key"))?;
        let key = encoding.decode_key(key);
        // A server may ignore the prefix.
        if key.starts_with(prefix) {
            let info = info(entry);
            each(ListEntry {
                key: key.clone(),
                info,
            })?;
        }
        last_key = Some(key);
    }
    Ok(last_key)
}

/// The encoding of the keys of one page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum KeyEncoding {
    /// `EncodingType` is `url`.
    Url,
    /// As they are.
    None,
}

impl KeyEncoding {
    /// The encoding that the page states. Some servers state it and do not encode, which their keys show.
    fn of(page: &ListPage) -> Self {
        let mut keys = page.contents.iter().filter_map(|entry| entry.child("Key"));
        match page.encoded && keys.all(is_encoded) {
            true => Self::Url,
            false => Self::None,
        }
    }

    fn decode_key(self, key: &str) -> String {
        match self {
            Self::Url => String::from_utf8_lossy(&form_decode(key)).into_owned(),
            Self::None => key.to_owned(),
        }
    }

    /// A marker, which some servers leave as it is although they encode keys.
    fn decode_marker(self, marker: &str) -> Vec<u8> {
        match self {
            Self::Url if is_encoded(marker) => form_decode(marker),
            Self::Url | Self::None => marker.as_bytes().to_vec(),
        }
    }
}

fn info(entry: &Element) -> ObjectMeta {
    let etag = etag::from_element(entry.child("ETag"));
    let modified = entry
        .child("LastModified")
        .and_then(|text| OffsetDateTime::parse(text.trim(), &Rfc3339).ok());
    ObjectMeta {
        size: entry
            .child("Size")
            .and_then(|text| text.trim().parse().ok())
            .unwrap_or(0),
        modified: modified.map(SystemTime::from),
        digest: etag.as_deref().and_then(Digest::md5_from_hex),
        etag,
        ..ObjectMeta::default()
    }
}

/// True if a text can be the result of S3's encoding: no space, no byte outside ASCII, two hex digits after each `%`.
fn is_encoded(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_graphic()) && has_whole_escapes(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_encoded_key_is_recognised() {
        for (text, encoded) in [
            ("a+b%2B", true),
            ("a b", false),
            ("ü", false),
            ("100%", false),
            ("%zz", false),
            ("a%2", false),
            ("", true),
        ] {
            assert_eq!(is_encoded(text), encoded, "{text}");
        }
    }
}
