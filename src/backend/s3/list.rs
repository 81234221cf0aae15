//! ListObjectsV2, page by page; ListObjects where a service has nothing else.
//! Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html>

use std::sync::atomic::Ordering;
use std::time::SystemTime;

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::bucket::S3;
use super::client::{Body, Patience, Purpose, Request};
use super::error::wording;
use super::list_xml;
use super::pagination::Position;
use crate::aws::xml::Element;
use crate::digest::Digest;
use crate::error::{Error, Kind, Result};
use crate::store::types::{ListEntry, ObjectMeta};

/// A page has 1,000 keys of at most 3 KiB each when encoded; some servers send more of them.
const PAGE_LIMIT: u64 = 64 << 20;

impl S3 {
    /// One page; see [`crate::store::Store::list`].
    pub(super) fn list_page(
        &self,
        prefix: &str,
        page: Option<&str>,
        each: &mut dyn FnMut(ListEntry) -> Result<()>,
    ) -> Result<Option<String>> {
        let begins_old = self.lists_by_marker.load(Ordering::Relaxed);
        let mut position = match page {
            Some(name) => Position::parse(name)
                .ok_or_else(|| Error::new(Kind::Usage, "there is no such page"))?,
            None if begins_old => Position::OldBeginning,
            None => Position::Beginning,
        };
        let text = match self.page(prefix, &position) {
            Err(error)
                if position == Position::Beginning && wording::lacks_list_v2(error.answer()) =>
            {
                position = Position::OldBeginning;
                let text = self.page(prefix, &position)?;
                self.list_by_marker();
                text
            }
            result => result?,
        };
        let listing = list_xml::parse_listing(&text)
            .ok_or_else(|| Error::new(Kind::Remote, "the listing makes no sense"))?;
        // Some servers say that they encoded the keys and did not.
        let encoded = listing.encoded
            && listing
                .contents
                .iter()
                .filter_map(|entry| entry.child("Key"))
                .all(is_encoded);
        let mut last = None;
        for entry in &listing.contents {
            let key = entry.child("Key").ok_or_else(|| {
                Error::new(Kind::Remote, "the listing has an entry without a key")
            })?;
            let key = if encoded {
                String::from_utf8_lossy(&decode(key)).into_owned()
            } else {
                key.to_owned()
            };
            // What was not asked for is not passed on, whatever the server thinks.
            if key.starts_with(prefix) {
                let key = key.clone();
                let info = info(entry);
                each(ListEntry { key, info })?;
            }
            last = Some(key);
        }
        let next = position.next(&listing, last.as_deref(), |text| {
            match encoded && is_encoded(text) {
                true => decode(text),
                false => text.as_bytes().to_vec(),
            }
        })?;
        if next.as_ref().is_some_and(Position::is_old) {
            self.list_by_marker();
        }
        Ok(next.map(|next| next.name()))
    }

    /// The document of one page.
    fn page(&self, prefix: &str, position: &Position) -> Result<String> {
        let mut query = position.query();
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
            patience: Patience::Usual,
        };
        self.client
            .send(&request, &[200], Purpose::Work)?
            .text(&self.client, PAGE_LIMIT)
    }

    /// Later listings of this run begin in the older protocol.
    fn list_by_marker(&self) {
        if !self.lists_by_marker.swap(true, Ordering::Relaxed) {
            self.client
                .note("the store has no ListObjectsV2: ListObjects is used instead");
        }
    }
}

fn info(entry: &Element) -> ObjectMeta {
    let etag = entry
        .child("ETag")
        .map(|etag| etag.trim().trim_matches('"').to_owned());
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

/// Whether a text can be the result of S3's encoding: no blank, no byte outside ASCII, no `%` without its digits.
fn is_encoded(text: &str) -> bool {
    let bytes = text.as_bytes();
    let escapes = bytes.iter().enumerate().filter(|(_, byte)| **byte == b'%');
    let whole = |at: usize| {
        bytes
            .get(at + 1..at + 3)
            .is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
    };
    bytes.iter().all(u8::is_ascii_graphic) && escapes.into_iter().all(|(at, _)| whole(at))
}

/// The inverse of S3's encoding, in which a blank is `+`.
fn decode(text: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        rest = tail;
        match (first, tail) {
            (b'+', _) => bytes.push(b' '),
            (b'%', [high, low, after @ ..]) => {
                let digit = |byte: &u8| {
                    char::from(*byte)
                        .to_digit(16)
                        .and_then(|value| u8::try_from(value).ok())
                        .unwrap_or(0)
                };
                bytes.push(digit(high) << 4 | digit(low));
                rest = after;
            }
            (other, _) => bytes.push(*other),
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_decoded_if_they_were_encoded() {
        assert_eq!(decode("a+b%2Bc/%C3%BC"), "a b+c/ü".as_bytes());
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
