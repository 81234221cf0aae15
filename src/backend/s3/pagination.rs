//! The position in a listing between two pages, in both protocols, and the detection of endless listings. Pure.
//!
//! ListObjectsV2 continues with an opaque token. ListObjects, the only protocol of some services, continues after a
//! marker: one that the service names, or else the last key.

use super::list_xml::ListPage;
use crate::digest::sha256_prefix;
use crate::error::{Error, Kind, Result};

/// The most pages without an entry, one after the other. A service may skip deleted keys in such pages, of 1,000 each.
const MOST_EMPTY_PAGES: u32 = 1000;

/// The position from which a page is requested.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cursor {
    /// The first page of ListObjectsV2.
    FirstPageV2,
    /// The first page of ListObjects.
    FirstPageV1,
    /// A later page.
    After {
        /// The kind of `value`.
        kind: CursorKind,
        /// Token or marker.
        value: String,
        /// Detects a repetition of earlier values.
        cycle: CycleDetector,
    },
}

/// The parameter that a page is requested with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CursorKind {
    /// ListObjectsV2's `continuation-token`.
    Token,
    /// ListObjects' `marker`, as the service named it in `NextMarker`. It need not be a key: moto invents one.
    NextMarker,
    /// ListObjects' `marker`, which is the last key of the page before.
    LastKey,
}

impl CursorKind {
    const ALL: [Self; 3] = [Self::Token, Self::NextMarker, Self::LastKey];

    fn name(self) -> &'static str {
        match self {
            Self::Token => "v2-token",
            Self::NextMarker => "v1-marker",
            Self::LastKey => "v1-key",
        }
    }
}

impl Cursor {
    /// Parses the result of [`Cursor::name`] for a later page.
    pub fn parse(name: &str) -> Option<Self> {
        let mut words = name.splitn(5, ' ');
        let kind = words.next()?;
        Some(Self::After {
            kind: CursorKind::ALL
                .into_iter()
                .find(|known| known.name() == kind)?,
            cycle: CycleDetector {
                count: words.next()?.parse().ok()?,
                empty: words.next()?.parse().ok()?,
                checkpoint: words.next()?.to_owned(),
            },
            value: words.next()?.to_owned(),
        })
    }

    /// The cursor as text, which the engine passes back to get the next page.
    pub fn name(&self) -> String {
        match self {
            Self::FirstPageV2 | Self::FirstPageV1 => String::new(),
            Self::After { kind, value, cycle } => {
                let CycleDetector {
                    count,
                    empty,
                    checkpoint,
                } = cycle;
                format!("{} {count} {empty} {checkpoint} {value}", kind.name())
            }
        }
    }

    /// The token or marker; `None` for the first page.
    pub fn value(&self) -> Option<&str> {
        match self {
            Self::FirstPageV2 | Self::FirstPageV1 => None,
            Self::After { value, .. } => Some(value),
        }
    }

    /// True if the cursor is one of ListObjects.
    pub fn is_v1(&self) -> bool {
        match self {
            Self::FirstPageV2 => false,
            Self::FirstPageV1 => true,
            Self::After { kind, .. } => *kind != CursorKind::Token,
        }
    }

    /// Parameters of the request.
    pub fn query(&self) -> Vec<(String, String)> {
        let own = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let mut query = Vec::new();
        if !self.is_v1() {
            query.push(own("list-type", "2"));
        }
        if let Self::After { kind, value, .. } = self {
            let name = match kind {
                CursorKind::Token => "continuation-token",
                CursorKind::NextMarker | CursorKind::LastKey => "marker",
            };
            query.push(own(name, value));
        }
        query
    }

    /// The cursor of the next page, after this one; `None` after the last page. `last` is the last key of the page, and
    /// `decode` undoes the encoding of the page.
    ///
    /// A service that ignores `list-type` answers the first page in the form of ListObjects; the listing then continues
    /// with ListObjects.
    pub fn next(
        &self,
        page: &ListPage,
        last: Option<&str>,
        decode: impl Fn(&str) -> Vec<u8>,
    ) -> Result<Option<Self>> {
        if !page.truncated {
            return Ok(None);
        }
        let token = page.token.as_deref().filter(|token| !token.is_empty());
        let (kind, value) = match token {
            Some(token) if !self.is_v1() => (CursorKind::Token, token.to_owned()),
            _ if self.is_v1() || *self == Self::FirstPageV2 && page.is_v1() => {
                marker(page, last, decode)?
            }
            _ => return Err(missing_cursor()),
        };
        let cycle = match self {
            Self::FirstPageV2 | Self::FirstPageV1 => CycleDetector::begin(&value),
            // Keys are in ascending order.
            Self::After {
                kind: CursorKind::LastKey,
                value: previous,
                ..
            } if kind == CursorKind::LastKey && value.as_bytes() < previous.as_bytes() => {
                return Err(cursor_loop());
            }
            Self::After {
                value: previous, ..
            } if *previous == value => return Err(cursor_loop()),
            Self::After { cycle, .. } => cycle.after(&value)?,
        };
        let cycle = cycle.with_page(page)?;
        Ok(Some(Self::After { kind, value, cycle }))
    }
}

/// Detects a cycle of values by Brent's method, because they have no order. The checkpoint is a value whose number is a
/// power of two: as soon as a checkpoint lies in the cycle, the listing meets it again before the next one is set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CycleDetector {
    /// Values so far.
    count: u64,
    /// Pages without an entry since the last one with one.
    empty: u32,
    /// The digest of the last value whose number is a power of two.
    checkpoint: String,
}

impl CycleDetector {
    fn begin(value: &str) -> Self {
        Self {
            count: 1,
            empty: 0,
            checkpoint: fingerprint(value),
        }
    }

    fn after(&self, value: &str) -> Result<Self> {
        let here = fingerprint(value);
        if here == self.checkpoint {
            return Err(cursor_loop());
        }
        let count = self.count.saturating_add(1);
        Ok(Self {
            count,
            empty: self.empty,
            checkpoint: match count.is_power_of_two() {
                true => here,
                false => self.checkpoint.clone(),
            },
        })
    }

    /// Counts a page that another one follows. Values that are always new show no cycle, but a listing without entries has no
    /// end either.
    fn with_page(self, page: &ListPage) -> Result<Self> {
        let empty = match page.contents.is_empty() && page.prefixes.is_empty() {
            true => self.empty + 1,
            false => 0,
        };
        match empty > MOST_EMPTY_PAGES {
            true => Err(Error::new(
                Kind::Remote,
                format!("the listing does not end: {MOST_EMPTY_PAGES} pages in a row are empty"),
            )),
            false => Ok(Self { empty, ..self }),
        }
    }
}

/// The marker of the next page: `NextMarker`, or else the last key.
/// Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjects.html>
fn marker(
    page: &ListPage,
    last: Option<&str>,
    decode: impl Fn(&str) -> Vec<u8>,
) -> Result<(CursorKind, String)> {
    let named = page.next_marker.as_deref().filter(|text| !text.is_empty());
    let (kind, marker) = match (named, last) {
        (None, None) => return Err(missing_cursor()),
        (None, Some(last)) => (CursorKind::LastKey, last.as_bytes().to_vec()),
        // Some services encode their keys and not this field.
        (Some(named), Some(last)) if named == last => {
            (CursorKind::LastKey, last.as_bytes().to_vec())
        }
        (Some(named), _) => (CursorKind::NextMarker, decode(named)),
    };
    // A marker that cannot be sent unchanged would continue at another place.
    let text = String::from_utf8(marker)
        .ok()
        .filter(|marker| !marker.contains(char::REPLACEMENT_CHARACTER));
    let wrong = "invalid listing: its marker is not UTF-8";
    text.map(|marker| (kind, marker))
        .ok_or_else(|| Error::new(Kind::Remote, wrong))
}

fn cursor_loop() -> Error {
    Error::new(Kind::Remote, "the listing does not end: it repeats itself")
}

fn missing_cursor() -> Error {
    Error::new(
        Kind::Remote,
        "invalid listing: it is truncated and names no next page",
    )
}

fn fingerprint(token: &str) -> String {
    sha256_prefix(token, 16)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(text: &str) -> Vec<u8> {
        text.replace("%41", "A")
            .replace("%FF", "\u{fffd}")
            .into_bytes()
    }

    fn with_token(token: &str) -> ListPage {
        ListPage {
            truncated: true,
            prefixes: vec!["p/".to_owned()],
            token: Some(token.to_owned()),
            ..ListPage::default()
        }
    }

    fn previous(next_marker: Option<&str>) -> ListPage {
        ListPage {
            truncated: true,
            prefixes: vec!["p/".to_owned()],
            has_marker: true,
            next_marker: next_marker.map(str::to_owned),
            ..ListPage::default()
        }
    }

    fn marked(kind: CursorKind, value: &str) -> Cursor {
        Cursor::After {
            kind,
            value: value.to_owned(),
            cycle: CycleDetector::begin(value),
        }
    }

    /// The number of pages until the cycle is detected.
    fn pages_of_a_circle(page: impl Fn(&str) -> ListPage, before: usize, length: usize) -> usize {
        let mut cursor = Cursor::FirstPageV2;
        for number in 0.. {
            let value = match number {
                number if number < before => number,
                number => before + (number - before) % length,
            };
            match cursor.next(&page(&value.to_string()), None, plain) {
                Ok(next) => cursor = Cursor::parse(&next.unwrap().name()).unwrap(),
                Err(error) => {
                    assert!(error.to_string().contains("repeats itself"), "{error}");
                    return number;
                }
            }
        }
        unreachable!()
    }

    #[test]
    fn a_circle_ends_whatever_its_length() {
        let named = |value: &str| previous(Some(value));
        for (before, length) in [(0, 2), (0, 3), (1, 1), (5, 7), (100, 1), (3, 64)] {
            let pages = pages_of_a_circle(with_token, before, length);
            assert!(
                pages <= 4 * (before + length) + 4,
                "{before} {length}: {pages}"
            );
            assert_eq!(pages_of_a_circle(named, before, length), pages);
        }
        assert_eq!(pages_of_a_circle(with_token, 0, 1), 1);
        assert_eq!(pages_of_a_circle(with_token, 100, 1), 101);
    }

    #[test]
    fn marks_that_differ_go_on() {
        for page in [with_token, |value: &str| previous(Some(value))] {
            let mut cursor = Cursor::FirstPageV2;
            for number in 0..5000 {
                let page = page(&format!("t {}", number * 7919 % 5000));
                cursor = cursor.next(&page, None, plain).unwrap().unwrap();
                assert_eq!(Cursor::parse(&cursor.name()), Some(cursor.clone()));
            }
            let (_, value) = cursor.query().pop().unwrap();
            assert_eq!(value, format!("t {}", 4999 * 7919 % 5000));
            assert_eq!(
                cursor.next(&ListPage::default(), None, plain).unwrap(),
                None
            );
        }
    }

    #[test]
    fn a_marker_is_what_is_named_or_else_the_last_key() {
        let more = || ListPage {
            truncated: true,
            prefixes: vec!["p/".to_owned()],
            ..ListPage::default()
        };
        for (page, last, marker) in [
            (
                previous(None),
                Some("k 1"),
                Some((CursorKind::LastKey, "k 1")),
            ),
            (
                previous(Some("")),
                Some("k"),
                Some((CursorKind::LastKey, "k")),
            ),
            (
                previous(Some("d/")),
                Some("c"),
                Some((CursorKind::NextMarker, "d/")),
            ),
            (
                previous(Some("%41")),
                Some("B"),
                Some((CursorKind::NextMarker, "A")),
            ),
            (
                previous(Some("%41")),
                Some("%41"),
                Some((CursorKind::LastKey, "%41")),
            ),
            (previous(None), None, None),
            (previous(Some("%FF")), Some("a"), None),
            // Nothing identifies the page as one of ListObjects.
            (more(), Some("k"), None),
        ] {
            let next = Cursor::FirstPageV2.next(&page, last, plain).ok().flatten();
            assert_eq!(next, marker.map(|(kind, marker)| marked(kind, marker)));
        }
        let next = Cursor::FirstPageV1.next(&more(), Some("k"), plain);
        assert_eq!(next.unwrap(), Some(marked(CursorKind::LastKey, "k")));
    }

    #[test]
    fn keys_grow_or_the_listing_is_endless() {
        let cursor = marked(CursorKind::LastKey, "k2");
        for (last, goes_on) in [("k3", true), ("ü", true), ("k2", false), ("k1", false)] {
            assert_eq!(
                cursor.next(&previous(None), Some(last), plain).is_ok(),
                goes_on
            );
        }
        // Markers that a service invents have no order.
        assert!(cursor.next(&previous(Some("a")), Some("k3"), plain).is_ok());
        let cursor = marked(CursorKind::NextMarker, "z");
        assert!(cursor.next(&previous(Some("a")), Some("k3"), plain).is_ok());
    }

    #[test]
    fn the_old_protocol_is_not_fallen_into_in_the_middle() {
        let cursor = marked(CursorKind::Token, "t");
        assert!(cursor.next(&previous(Some("k")), Some("k"), plain).is_err());
    }
}
