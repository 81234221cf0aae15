//! Where a listing stands between two pages, in either protocol, and how it is kept from going on for ever. Pure.
//!
//! ListObjectsV2 goes on with a token of the service's making; ListObjects, which some services have alone, behind a marker:
//! one that the service names, or else the last key.

use super::list_xml::Page;
use crate::digest::{Algorithm, Hasher};
use crate::error::{Error, Kind, Result};

/// What the next page is asked for with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Position {
    /// The first page of ListObjectsV2.
    Beginning,
    /// The first page of ListObjects.
    OldBeginning,
    /// A later page.
    Behind {
        /// What the mark is.
        by: By,
        /// Token or marker.
        mark: String,
        /// The marks before it.
        trail: Trail,
    },
}

/// What a page is asked for by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// ListObjectsV2's `continuation-token`.
    Token,
    /// ListObjects' `marker`, as the service named it. It need not be a key: moto makes one up.
    Named,
    /// The same, which is the last key.
    Key,
}

impl By {
    const ALL: [Self; 3] = [Self::Token, Self::Named, Self::Key];

    fn name(self) -> &'static str {
        match self {
            Self::Token => "v2-token",
            Self::Named => "v1-marker",
            Self::Key => "v1-key",
        }
    }
}

impl Position {
    /// What [`Position::name`] wrote of a later page.
    pub fn parse(name: &str) -> Option<Self> {
        let mut words = name.splitn(4, ' ');
        let by = words.next()?;
        Some(Self::Behind {
            by: By::ALL.into_iter().find(|known| known.name() == by)?,
            trail: Trail {
                count: words.next()?.parse().ok()?,
                landmark: words.next()?.to_owned(),
            },
            mark: words.next()?.to_owned(),
        })
    }

    /// For the engine, which hands it back for the next page.
    pub fn name(&self) -> String {
        match self {
            Self::Beginning | Self::OldBeginning => String::new(),
            Self::Behind { by, mark, trail } => {
                let Trail { count, landmark } = trail;
                format!("{} {count} {landmark} {mark}", by.name())
            }
        }
    }

    /// Whether it is one of ListObjects.
    pub fn is_old(&self) -> bool {
        match self {
            Self::Beginning => false,
            Self::OldBeginning => true,
            Self::Behind { by, .. } => *by != By::Token,
        }
    }

    /// Parameters of the request.
    pub fn query(&self) -> Vec<(String, String)> {
        let own = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let mut query = Vec::new();
        if !self.is_old() {
            query.push(own("list-type", "2"));
        }
        if let Self::Behind { by, mark, .. } = self {
            let name = match by {
                By::Token => "continuation-token",
                By::Named | By::Key => "marker",
            };
            query.push(own(name, mark));
        }
        query
    }

    /// Where the next page begins, after this answer; `None` if it was the last one. `last` is the last key of the page, and
    /// `decode` undoes the encoding that the page has.
    ///
    /// A service that ignores what it does not know answers the first page in the old form: then the old way is gone on.
    pub fn next(
        &self,
        page: &Page,
        last: Option<&str>,
        decode: impl Fn(&str) -> Vec<u8>,
    ) -> Result<Option<Self>> {
        if !page.truncated {
            return Ok(None);
        }
        let token = page.token.as_deref().filter(|token| !token.is_empty());
        let (by, mark) = match token {
            Some(token) if !self.is_old() => (By::Token, token.to_owned()),
            _ if self.is_old() || *self == Self::Beginning && page.is_old() => {
                marker(page, last, decode)?
            }
            _ => return Err(no_way_on()),
        };
        let trail = match self {
            Self::Beginning | Self::OldBeginning => Trail::begin(&mark),
            // Keys have an order, in which they only grow.
            Self::Behind {
                by: By::Key,
                mark: old,
                ..
            } if by == By::Key && mark.as_bytes() < old.as_bytes() => return Err(endless()),
            Self::Behind { mark: old, .. } if *old == mark => return Err(endless()),
            Self::Behind { trail, .. } => trail.after(&mark)?,
        };
        Ok(Some(Self::Behind { by, mark, trail }))
    }
}

/// How a circle of marks is noticed, which have no order: by Brent's method. Sooner or later a landmark is in it, and is met
/// again before the next one is set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trail {
    /// Marks so far.
    count: u64,
    /// A digest of the last mark whose number is a power of two.
    landmark: String,
}

impl Trail {
    fn begin(mark: &str) -> Self {
        Self {
            count: 1,
            landmark: fingerprint(mark),
        }
    }

    fn after(&self, mark: &str) -> Result<Self> {
        let here = fingerprint(mark);
        if here == self.landmark {
            return Err(endless());
        }
        let count = self.count.saturating_add(1);
        Ok(Self {
            count,
            landmark: match count.is_power_of_two() {
                true => here,
                false => self.landmark.clone(),
            },
        })
    }
}

/// What the service names, or else the last key.
/// Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjects.html>
fn marker(
    page: &Page,
    last: Option<&str>,
    decode: impl Fn(&str) -> Vec<u8>,
) -> Result<(By, String)> {
    let named = page.next_marker.as_deref().filter(|text| !text.is_empty());
    let (by, marker) = match (named, last) {
        (None, None) => return Err(no_way_on()),
        (None, Some(last)) => (By::Key, last.as_bytes().to_vec()),
        // Some encode their keys and not this.
        (Some(named), Some(last)) if named == last => (By::Key, last.as_bytes().to_vec()),
        (Some(named), _) => (By::Named, decode(named)),
    };
    // One that cannot be sent as it is would lead somewhere else.
    let text = String::from_utf8(marker)
        .ok()
        .filter(|marker| !marker.contains(char::REPLACEMENT_CHARACTER));
    let wrong = "the listing goes on behind a key that is no text";
    text.map(|marker| (by, marker))
        .ok_or_else(|| Error::new(Kind::Remote, wrong))
}

fn endless() -> Error {
    Error::new(Kind::Remote, "the listing does not end: it repeats itself")
}

fn no_way_on() -> Error {
    Error::new(
        Kind::Remote,
        "the listing makes no sense: it says that there is more, and not where",
    )
}

/// 16 hex digits.
fn fingerprint(token: &str) -> String {
    let mut hex = Hasher::digest(Algorithm::Sha256, token.as_bytes()).hex();
    hex.truncate(16);
    hex
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(text: &str) -> Vec<u8> {
        text.replace("%41", "A")
            .replace("%FF", "\u{fffd}")
            .into_bytes()
    }

    fn with_token(token: &str) -> Page {
        Page {
            truncated: true,
            token: Some(token.to_owned()),
            ..Page::default()
        }
    }

    fn old(next_marker: Option<&str>) -> Page {
        Page {
            truncated: true,
            has_marker: true,
            next_marker: next_marker.map(str::to_owned),
            ..Page::default()
        }
    }

    fn marked(by: By, mark: &str) -> Position {
        Position::Behind {
            by,
            mark: mark.to_owned(),
            trail: Trail::begin(mark),
        }
    }

    /// How many pages come until the listing is called endless.
    fn pages_of_a_circle(page: impl Fn(&str) -> Page, before: usize, length: usize) -> usize {
        let mut position = Position::Beginning;
        for number in 0.. {
            let mark = match number {
                number if number < before => number,
                number => before + (number - before) % length,
            };
            match position.next(&page(&mark.to_string()), None, plain) {
                Ok(next) => position = Position::parse(&next.unwrap().name()).unwrap(),
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
        let named = |mark: &str| old(Some(mark));
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
        for page in [with_token, |mark: &str| old(Some(mark))] {
            let mut position = Position::Beginning;
            for number in 0..5000 {
                let page = page(&format!("t {}", number * 7919 % 5000));
                position = position.next(&page, None, plain).unwrap().unwrap();
                assert_eq!(Position::parse(&position.name()), Some(position.clone()));
            }
            let (_, mark) = position.query().pop().unwrap();
            assert_eq!(mark, format!("t {}", 4999 * 7919 % 5000));
            assert_eq!(position.next(&Page::default(), None, plain).unwrap(), None);
        }
    }

    #[test]
    fn a_marker_is_what_is_named_or_else_the_last_key() {
        let more = || Page {
            truncated: true,
            ..Page::default()
        };
        for (page, last, marker) in [
            (old(None), Some("k 1"), Some((By::Key, "k 1"))),
            (old(Some("")), Some("k"), Some((By::Key, "k"))),
            (old(Some("d/")), Some("c"), Some((By::Named, "d/"))),
            (old(Some("%41")), Some("B"), Some((By::Named, "A"))),
            (old(Some("%41")), Some("%41"), Some((By::Key, "%41"))),
            (old(None), None, None),
            (old(Some("%FF")), Some("a"), None),
            // Nothing says that it is the old protocol.
            (more(), Some("k"), None),
        ] {
            let next = Position::Beginning.next(&page, last, plain).ok().flatten();
            assert_eq!(next, marker.map(|(by, marker)| marked(by, marker)));
        }
        let next = Position::OldBeginning.next(&more(), Some("k"), plain);
        assert_eq!(next.unwrap(), Some(marked(By::Key, "k")));
    }

    #[test]
    fn keys_grow_or_the_listing_is_endless() {
        let position = marked(By::Key, "k2");
        for (last, goes_on) in [("k3", true), ("ü", true), ("k2", false), ("k1", false)] {
            assert_eq!(
                position.next(&old(None), Some(last), plain).is_ok(),
                goes_on
            );
        }
        // What a service makes up has no order.
        assert!(position.next(&old(Some("a")), Some("k3"), plain).is_ok());
        let position = marked(By::Named, "z");
        assert!(position.next(&old(Some("a")), Some("k3"), plain).is_ok());
    }

    #[test]
    fn the_old_protocol_is_not_fallen_into_in_the_middle() {
        let position = marked(By::Token, "t");
        assert!(position.next(&old(Some("k")), Some("k"), plain).is_err());
    }
}
