//! Where a listing stands between two pages, in either protocol, and how it is kept from going on for ever. Pure.
//!
//! ListObjectsV2 goes on with a token of the service's making; ListObjects, which some services have alone, behind a marker:
//! the last key.

use super::xml::Page;
use crate::digest::{Algorithm, Hasher};
use crate::error::{Error, Kind, Result};

/// What the next page is asked for with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Position {
    /// The first page of ListObjectsV2.
    Beginning,
    /// A later one.
    Token {
        token: String,
        /// Pages so far.
        count: u64,
        /// A digest of an earlier token: of the one before which a power of two of pages had come.
        landmark: String,
    },
    /// A page of ListObjects, of what comes behind this key; the first one begins behind the empty one.
    Marker(String),
}

impl Position {
    /// What [`Position::name`] wrote.
    pub fn parse(name: &str) -> Option<Self> {
        let (protocol, rest) = name.split_once(' ')?;
        match protocol {
            "v1" => Some(Self::Marker(rest.to_owned())),
            "v2" => {
                let mut words = rest.splitn(3, ' ');
                Some(Self::Token {
                    count: words.next()?.parse().ok()?,
                    landmark: words.next()?.to_owned(),
                    token: words.next()?.to_owned(),
                })
            }
            _ => None,
        }
    }

    /// For the engine, which hands it back for the next page.
    pub fn name(&self) -> String {
        match self {
            Self::Beginning => String::new(),
            Self::Token {
                token,
                count,
                landmark,
            } => format!("v2 {count} {landmark} {token}"),
            Self::Marker(marker) => format!("v1 {marker}"),
        }
    }

    /// Parameters of the request.
    pub fn query(&self) -> Vec<(String, String)> {
        let own = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        match self {
            Self::Beginning => vec![own("list-type", "2")],
            Self::Token { token, .. } => {
                vec![own("list-type", "2"), own("continuation-token", token)]
            }
            Self::Marker(marker) if marker.is_empty() => Vec::new(),
            Self::Marker(marker) => vec![own("marker", marker)],
        }
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
        match (self, token) {
            (Self::Beginning, Some(token)) => Ok(Some(Self::Token {
                token: token.to_owned(),
                count: 1,
                landmark: fingerprint(token),
            })),
            (Self::Token { token: old, .. }, Some(token)) if old == token => Err(endless()),
            (
                Self::Token {
                    count, landmark, ..
                },
                Some(token),
            ) => after(token, *count, landmark).map(Some),
            (Self::Beginning, None) if page.is_old() => {
                behind("", marker(page, last, decode)?).map(Some)
            }
            (Self::Marker(old), _) => behind(old, marker(page, last, decode)?).map(Some),
            (_, None) => Err(no_way_on()),
        }
    }
}

/// Tokens have no order. A circle of them is noticed by Brent's method: sooner or later a landmark is in it, and is met
/// again before the next one is set.
fn after(token: &str, count: u64, landmark: &str) -> Result<Position> {
    let here = fingerprint(token);
    if here == landmark {
        return Err(endless());
    }
    let count = count.saturating_add(1);
    Ok(Position::Token {
        token: token.to_owned(),
        count,
        landmark: match count.is_power_of_two() {
            true => here,
            false => landmark.to_owned(),
        },
    })
}

/// Markers only grow, in the order of their bytes.
fn behind(old: &str, new: String) -> Result<Position> {
    if new.as_bytes() <= old.as_bytes() {
        return Err(endless());
    }
    Ok(Position::Marker(new))
}

/// What the service names, or else the last key.
/// Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjects.html>
fn marker(page: &Page, last: Option<&str>, decode: impl Fn(&str) -> Vec<u8>) -> Result<String> {
    let named = page.next_marker.as_deref().filter(|text| !text.is_empty());
    let marker = match (named, last) {
        // Some encode their keys and not this.
        (Some(named), Some(last)) if named == last => last.as_bytes().to_vec(),
        (Some(named), _) => decode(named),
        (None, Some(last)) => last.as_bytes().to_vec(),
        (None, None) => return Err(no_way_on()),
    };
    // A key that cannot be sent as it is would lead somewhere else.
    String::from_utf8(marker)
        .ok()
        .filter(|marker| !marker.contains(char::REPLACEMENT_CHARACTER))
        .ok_or_else(|| {
            Error::new(
                Kind::Remote,
                "the listing goes on behind a key that is no text",
            )
        })
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

    /// How many pages come until the listing is called endless.
    fn pages_of_a_circle(before: usize, length: usize) -> usize {
        let mut position = Position::Beginning;
        for number in 0.. {
            let token = match number {
                number if number < before => number,
                number => before + (number - before) % length,
            };
            match position.next(&with_token(&token.to_string()), None, plain) {
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
    fn a_circle_of_tokens_ends_whatever_its_length() {
        assert_eq!(pages_of_a_circle(0, 1), 1);
        assert_eq!(pages_of_a_circle(100, 1), 101);
        for (before, length) in [(0, 2), (0, 3), (1, 1), (5, 7), (100, 1), (3, 64)] {
            let pages = pages_of_a_circle(before, length);
            assert!(
                pages <= 4 * (before + length) + 4,
                "{before} {length}: {pages}"
            );
        }
    }

    #[test]
    fn tokens_that_differ_go_on() {
        let mut position = Position::Beginning;
        for number in 0..5000 {
            let page = with_token(&format!("t {number}"));
            position = position.next(&page, None, plain).unwrap().unwrap();
            assert_eq!(Position::parse(&position.name()), Some(position.clone()));
        }
        let query = position.query();
        assert_eq!(query[1].1, "t 4999");
        assert_eq!(position.next(&Page::default(), None, plain).unwrap(), None);
    }

    #[test]
    fn a_marker_is_what_is_named_or_else_the_last_key() {
        let begin = Position::Beginning;
        for (page, last, marker) in [
            (old(None), Some("k 1"), Some("k 1")),
            (old(Some("")), Some("k"), Some("k")),
            (old(Some("d/")), Some("c"), Some("d/")),
            (old(Some("%41")), Some("B"), Some("A")),
            (old(Some("%41")), Some("%41"), Some("%41")),
            (old(None), None, None),
            (old(Some("%FF")), Some("a"), None),
            // Nothing says that it is the old protocol.
            (
                Page {
                    truncated: true,
                    ..Page::default()
                },
                Some("k"),
                None,
            ),
        ] {
            let next = begin.next(&page, last, plain).ok().flatten();
            assert_eq!(
                next,
                marker.map(|marker| Position::Marker(marker.to_owned()))
            );
        }
    }

    #[test]
    fn a_marker_grows_or_the_listing_is_endless() {
        let position = Position::Marker("k2".to_owned());
        for (last, goes_on) in [("k3", true), ("ü", true), ("k2", false), ("k1", false)] {
            assert_eq!(
                position.next(&old(None), Some(last), plain).is_ok(),
                goes_on
            );
        }
    }

    #[test]
    fn the_old_protocol_is_not_fallen_into_in_the_middle() {
        let position = Position::Token {
            token: "t".to_owned(),
            count: 1,
            landmark: fingerprint("t"),
        };
        assert!(position.next(&old(Some("k")), Some("k"), plain).is_err());
    }
}
