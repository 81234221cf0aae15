//! Two listings in the same order, entry by entry.

use std::cmp::Ordering;
use std::iter::Peekable;

use super::batch::Found;

/// A path of one or of both listings.
#[expect(clippy::large_enum_variant, reason = "few are alive at a time")]
pub enum Pair {
    /// Only the source has it.
    New(Found),
    /// Both have it: first the source, then the destination.
    Both(Found, Found),
    /// Only the destination has it.
    Extra(Found),
}

/// One of the listings is not in the byte order of its paths.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OutOfOrder;

/// The pairs of two listings, which must both be in the byte order of their paths. Ends after [`OutOfOrder`].
pub struct Merge<S: Iterator<Item = Found>, D: Iterator<Item = Found>> {
    source: Peekable<S>,
    destination: Peekable<D>,
    last: Option<String>,
    is_over: bool,
}

impl<S: Iterator<Item = Found>, D: Iterator<Item = Found>> Merge<S, D> {
    /// The pairs of a source and a destination.
    pub fn new(source: S, destination: D) -> Self {
        Self {
            source: source.peekable(),
            destination: destination.peekable(),
            last: None,
            is_over: false,
        }
    }

    fn next_pair(&mut self) -> Option<Pair> {
        let order = match (self.source.peek(), self.destination.peek()) {
            (Some(source), Some(destination)) => source.path.cmp(&destination.path),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => return None,
        };
        match order {
            Ordering::Less => self.source.next().map(Pair::New),
            Ordering::Greater => self.destination.next().map(Pair::Extra),
            Ordering::Equal => {
                let source = self.source.next()?;
                let destination = self.destination.next()?;
                Some(Pair::Both(source, destination))
            }
        }
    }
}

impl<S: Iterator<Item = Found>, D: Iterator<Item = Found>> Iterator for Merge<S, D> {
    type Item = Result<Pair, OutOfOrder>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.is_over {
            return None;
        }
        let pair = self.next_pair()?;
        let (Pair::New(found) | Pair::Both(found, _) | Pair::Extra(found)) = &pair;
        // The smaller of two ascending listings ascends: a step back shows that one of them does not.
        if self.last.as_ref().is_some_and(|last| *last >= found.path) {
            self.is_over = true;
            return Some(Err(OutOfOrder));
        }
        self.last = Some(found.path.clone());
        Some(Ok(pair))
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::super::batch::FoundSource;
    use super::*;

    fn listing(paths: &[&str]) -> std::vec::IntoIter<Found> {
        let found = paths.iter().map(|path| Found {
            source: FoundSource::File(PathBuf::from(path)),
            path: (*path).to_owned(),
            link: None,
        });
        found.collect::<Vec<_>>().into_iter()
    }

    fn merged(source: &[&str], destination: &[&str]) -> Vec<String> {
        let pairs = Merge::new(listing(source), listing(destination)).map(|pair| match pair {
            Ok(Pair::New(found)) => format!("+{}", found.path),
            Ok(Pair::Both(found, _)) => format!("={}", found.path),
            Ok(Pair::Extra(found)) => format!("-{}", found.path),
            Err(OutOfOrder) => "!".to_owned(),
        });
        pairs.collect()
    }

    #[test]
    fn every_path_comes_once_and_in_order() {
        assert_eq!(
            merged(&["a", "b", "d"], &["b", "c", "e"]),
            ["+a", "=b", "-c", "+d", "-e"]
        );
        assert_eq!(merged(&[], &["a"]), ["-a"]);
        assert_eq!(merged(&["a"], &[]), ["+a"]);
        assert!(merged(&[], &[]).is_empty());
    }

    #[test]
    fn a_listing_without_order_is_noticed_before_a_path_is_taken_for_another() {
        for (source, destination) in [
            (&["b", "a"][..], &[][..]),
            (&[], &["b", "a"]),
            (&["a", "c"], &["a", "c", "b"]),
            (&["a", "a"], &["a"]),
        ] {
            assert_eq!(merged(source, destination).last().unwrap(), "!");
        }
    }
}
