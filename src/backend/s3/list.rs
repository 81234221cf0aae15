//! ListObjectsV2, page by page; ListObjects for a service that supports nothing newer.
//! Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html>

use std::sync::atomic::Ordering;
use std::time::SystemTime;

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::bucket::S3;
use super::client::{Request, RequestPurpose, Resource};
use super::error::wording;
use super::list_xml::ListPage;
use super::pagination::Cursor;
use super::{etag, list_xml};
use crate::aws::xml::Element;
use crate::digest::Digest;
use crate::error::{Error, Kind, Result, printable};
use crate::http::percent::{form_decode, has_whole_escapes};
use crate::store::list::{ListDepth, ListEntry, ListOptions, ListedKind, Page, PageToken};
use crate::store::types::ObjectMeta;

/// The largest page, in bytes. A page has 1,000 keys of at most 3 KiB each when encoded; some servers send more.
pub(super) const PAGE_LIMIT: u64 = 64 << 20;

impl S3 {
    /// One page; see [`crate::store::Store::list`].
    pub(super) fn list_page(
        &self,
        options: &ListOptions<'_>,
        page: Option<&PageToken>,
    ) -> Result<Page> {
        let mut cursor = self.cursor(page)?;
        let text = match self.page(options, &cursor) {
            Err(error)
                if cursor == Cursor::FirstPageV2 && wording::lacks_list_v2(error.answer()) =>
            {
                cursor = Cursor::FirstPageV1;
                let text = self.page(options, &cursor)?;
                self.switch_to_v1();
                text
            }
            result => result?,
        };
        let listing = list_xml::parse_listing(&text)
            .ok_or_else(|| Error::new(Kind::Remote, "invalid listing"))?;
        let encoding = KeyEncoding::of(&listing);
        let mut entries = entries(&listing, encoding, options.depth)?;
        // Common prefixes follow the keys in the document, and ListObjects continues after the greatest of both.
        entries.sort_by(|one, other| one.key.cmp(&other.key));
        let last_key = entries.last().map(|entry| entry.key.clone());
        // A server may ignore the prefix.
        entries.retain(|entry| entry.key.starts_with(options.prefix));
        let next = cursor.next(&listing, last_key.as_deref(), |text| {
            encoding.decode_marker(text)
        })?;
        if next.as_ref().is_some_and(Cursor::is_v1) {
            self.switch_to_v1();
        }
        Ok(Page {
            entries,
            next: next.map(|next| PageToken::Text(next.name())),
            is_incomplete: false,
        })
    }

    /// The cursor that a page is requested with.
    fn cursor(&self, page: Option<&PageToken>) -> Result<Cursor> {
        let invalid = || Error::new(Kind::Usage, "invalid page token");
        match page {
            Some(PageToken::Text(name)) => Cursor::parse(name).ok_or_else(invalid),
            Some(PageToken::Tree(_)) => Err(invalid()),
            None if self.uses_list_v1.load(Ordering::Relaxed) => Ok(Cursor::FirstPageV1),
            None => Ok(Cursor::FirstPageV2),
        }
    }

    /// The document of one page.
    fn page(&self, options: &ListOptions<'_>, cursor: &Cursor) -> Result<String> {
        let mut query = cursor.query();
        let mut add = |name: &str, value: &str| query.push((name.to_owned(), value.to_owned()));
        add("encoding-type", "url");
        if !options.prefix.is_empty() {
            add("prefix", options.prefix);
        }
        if options.depth == ListDepth::OneLevel {
            add("delimiter", "/");
        }
        let request = Request {
            query,
            ..Request::new("GET", Resource::Bucket)
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

/// Returns the blobs of a page, and its common prefixes if they were requested.
fn entries(page: &ListPage, encoding: KeyEncoding, depth: ListDepth) -> Result<Vec<ListEntry>> {
    let blobs = page.contents.iter().map(|entry| {
        let key = entry
            .child("Key")
            .ok_or_else(|| Error::new(Kind::Remote, "the listing has an entry without a key"))?;
        Ok(ListEntry {
            key: encoding.decode_key(key),
            kind: ListedKind::Blob,
            info: info(entry)?,
            link: None,
        })
    });
    let prefixes = page
        .prefixes
        .iter()
        .filter(|_| depth == ListDepth::OneLevel);
    let prefixes = prefixes.map(|prefix| {
        Ok(ListEntry {
            key: encoding.decode_key(prefix),
            kind: ListedKind::Prefix,
            info: ObjectMeta::default(),
            link: None,
        })
    });
    blobs.chain(prefixes).collect()
}

/// The encoding of the keys of one page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum KeyEncoding {
    /// `EncodingType` is `url`.
    Url,
    /// As they are.
    None,
}

impl KeyEncoding {
    /// The encoding that the page states. Some servers state it and do not encode, which their keys show.
    pub(super) fn of(page: &ListPage) -> Self {
        let keys = page.contents.iter().filter_map(|entry| entry.child("Key"));
        let mut texts = keys.chain(page.prefixes.iter().map(String::as_str));
        match page.encoded && texts.all(is_encoded) {
            true => Self::Url,
            false => Self::None,
        }
    }

    pub(super) fn decode_key(self, key: &str) -> String {
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

fn info(entry: &Element) -> Result<ObjectMeta> {
    let etag = etag::from_element(entry.child("ETag"));
    let modified = entry.child("LastModified").and_then(timestamp);
    Ok(ObjectMeta {
        size: entry.child("Size").map_or(Ok(0), size)?,
        modified,
        digest: etag.as_deref().and_then(Digest::md5_from_hex),
        etag,
        ..ObjectMeta::default()
    })
}

fn size(text: &str) -> Result<u64> {
    text.trim().parse().map_err(|_| {
        let shown = printable(text);
        Error::new(
            Kind::Remote,
            format!("invalid listing: `{shown}` is not the size of a blob"),
        )
    })
}

/// Parses a time of a listing.
pub(super) fn timestamp(text: &str) -> Option<SystemTime> {
    let time = OffsetDateTime::parse(text.trim(), &Rfc3339).ok()?;
    Some(time.into())
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
