//! `--range`: some bytes of a blob, written as in HTTP.

use std::fmt;
use std::ops::Range;
use std::str::FromStr;

use crate::error::{Error, Result};

/// A range of bytes whose place may depend on the size of the blob (RFC 9110, section 14.1.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ByteRange {
    /// `A-B` and `A-`.
    From {
        /// The first byte.
        first: u64,
        /// The last byte, included; `None` up to the end.
        last: Option<u64>,
    },
    /// `-N`: this many bytes at the end.
    Last(u64),
}

impl ByteRange {
    /// The bytes in a blob of `size` bytes. As in HTTP, a range may end after the blob, but has to begin in it.
    pub fn resolve(self, size: u64) -> Result<Range<u64>> {
        match self {
            Self::Last(count) => Ok(size.saturating_sub(count)..size),
            Self::From { first, last } if first < size => {
                let end = last.map_or(size, |last| last.saturating_add(1));
                Ok(first..end.min(size))
            }
            Self::From { first, .. } => Err(Error::out_of_range(first)),
        }
    }
}

impl FromStr for ByteRange {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let number = |digits: &str| {
            let is_number = digits.bytes().all(|byte| byte.is_ascii_digit());
            digits.parse().ok().filter(|_| is_number)
        };
        let parsed = text.split_once('-').and_then(|(first, last)| {
            Some(match (first, last) {
                ("", last) => Self::Last(number(last).filter(|count| *count > 0)?),
                (first, "") => Self::From {
                    first: number(first)?,
                    last: None,
                },
                (first, last) => {
                    let (first, last) = (number(first)?, number(last)?);
                    let last = Some(last).filter(|last| first <= *last);
                    Self::From {
                        first,
                        last: Some(last?),
                    }
                }
            })
        });
        parsed.ok_or_else(|| {
            format!("invalid range `{text}`: expected A-B (first and last byte, counted from 0), A- or -N (the last N)")
        })
    }
}

/// `A-B`, as a result names the bytes that were downloaded. `None` if there are none.
pub fn inclusive(range: &Range<u64>) -> Option<String> {
    let last = range
        .end
        .checked_sub(1)
        .filter(|last| range.start <= *last)?;
    Some(format!("{}-{last}", range.start))
}

impl fmt::Display for ByteRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Last(count) => write!(f, "-{count}"),
            Self::From { first, last: None } => write!(f, "{first}-"),
            Self::From {
                first,
                last: Some(last),
            } => write!(f, "{first}-{last}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read_as_http_writes_them() {
        for text in ["0-0", "5-9", "5-", "-500", "0-18446744073709551615"] {
            assert_eq!(text.parse::<ByteRange>().unwrap().to_string(), text);
        }
        for text in [
            "",
            "-",
            "5",
            "9-5",
            "-0",
            "--5",
            "+1-2",
            "1-+2",
            "1-2-3",
            "a-b",
            " 1-2",
            "1-2,5-6",
            "18446744073709551616-",
        ] {
            assert!(text.parse::<ByteRange>().is_err(), "{text}");
        }
    }

    #[test]
    fn ranges_are_cut_at_the_end_and_begin_in_the_blob() {
        let resolve = |text: &str, size| text.parse::<ByteRange>().unwrap().resolve(size).ok();
        assert_eq!(resolve("2-4", 10), Some(2..5));
        assert_eq!(resolve("2-", 10), Some(2..10));
        assert_eq!(resolve("2-99", 10), Some(2..10));
        assert_eq!(resolve("9-9", 10), Some(9..10));
        assert_eq!(resolve("0-18446744073709551615", 10), Some(0..10));
        assert_eq!(resolve("-3", 10), Some(7..10));
        assert_eq!(resolve("-99", 10), Some(0..10));
        assert_eq!(resolve("-1", 0), Some(0..0));
        assert_eq!(resolve("10-", 10), None);
        assert_eq!(resolve("0-", 0), None);
    }

    #[test]
    fn results_name_both_ends() {
        assert_eq!(inclusive(&(2..5)).as_deref(), Some("2-4"));
        assert_eq!(inclusive(&(0..1)).as_deref(), Some("0-0"));
        assert_eq!(inclusive(&(0..0)), None);
    }
}
