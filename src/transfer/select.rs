//! The selection of the blobs of a batch.

use std::time::SystemTime;

use globset::{GlobBuilder, GlobMatcher};

use crate::digest::sha256_prefix;
use crate::error::{Error, Kind, Result, printable};

/// The conditions that a blob of a batch must meet.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    rules: Vec<Rule>,
    /// The time of modification must be later.
    pub newer_than: Option<SystemTime>,
    /// The time of modification must be earlier.
    pub older_than: Option<SystemTime>,
    /// The least size in bytes.
    pub min_size: Option<u64>,
    /// The greatest size in bytes.
    pub max_size: Option<u64>,
    /// The share of the paths: its index, counted from 1, and the number of shares.
    pub shard: Option<(u32, u32)>,
}

#[derive(Debug, Clone)]
struct Rule {
    effect: Effect,
    glob: GlobMatcher,
}

/// The effect of a pattern on the paths that match it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// They are selected.
    Include,
    /// They are left out.
    Exclude,
}

impl Effect {
    /// The option of such a pattern.
    fn option(self) -> &'static str {
        match self {
            Self::Include => "--include",
            Self::Exclude => "--exclude",
        }
    }
}

/// The known properties of a blob before it is selected.
#[derive(Debug, Clone, Copy)]
pub struct Candidate<'a> {
    /// Relative to the source of the batch.
    pub path: &'a str,
    /// Bytes.
    pub size: u64,
    /// The time of the last modification, if it is known.
    pub modified: Option<SystemTime>,
}

impl Selection {
    /// Appends a pattern, which takes precedence over those before it.
    pub fn add(&mut self, effect: Effect, pattern: &str) -> Result<()> {
        if pattern.is_empty() {
            let text = format!("the pattern of {} is empty", effect.option());
            return Err(Error::new(Kind::Usage, text).with_hint("`*` matches every name"));
        }
        let glob = GlobBuilder::new(&anchored(pattern))
            .literal_separator(true)
            .backslash_escape(true)
            .build()
            .map_err(|error| {
                let pattern = printable(pattern);
                let option = effect.option();
                let text = format!("invalid pattern `{pattern}` of {option}: {}", error.kind());
                Error::new(Kind::Usage, text)
            })?;
        let glob = glob.compile_matcher();
        self.rules.push(Rule { effect, glob });
        Ok(())
    }

    /// Returns whether the path alone meets its conditions. A path that no pattern matches is selected, unless the first
    /// pattern is an inclusion.
    pub fn selects_path(&self, path: &str) -> bool {
        let last_match = self
            .rules
            .iter()
            .rev()
            .find(|rule| rule.glob.is_match(path));
        let is_selected = match (last_match, self.rules.first()) {
            (Some(rule), _) => rule.effect == Effect::Include,
            (None, Some(first)) => first.effect == Effect::Exclude,
            (None, None) => true,
        };
        is_selected && self.shard.is_none_or(|shard| is_in_shard(path, shard))
    }

    /// The same without conditions on sizes and times.
    #[must_use]
    pub fn by_path(&self) -> Self {
        Self {
            rules: self.rules.clone(),
            shard: self.shard,
            ..Self::default()
        }
    }

    /// Returns whether nothing but patterns decides.
    pub fn is_by_pattern(&self) -> bool {
        !self.needs_metadata() && self.shard.is_none()
    }

    /// Returns whether the metadata of a blob are needed, not only its path.
    pub fn needs_metadata(&self) -> bool {
        self.needs_times() || self.min_size.is_some() || self.max_size.is_some()
    }

    /// Returns whether the time of modification is needed.
    pub fn needs_times(&self) -> bool {
        self.newer_than.is_some() || self.older_than.is_some()
    }

    /// Returns whether a blob meets all conditions. A blob whose time is unknown meets no condition on it.
    pub fn selects(&self, candidate: &Candidate<'_>) -> bool {
        let Candidate {
            path,
            size,
            modified,
        } = *candidate;
        let is_newer = |bound| modified.is_some_and(|modified| modified > bound);
        let is_older = |bound| modified.is_some_and(|modified| modified < bound);
        self.min_size.is_none_or(|least| size >= least)
            && self.max_size.is_none_or(|most| size <= most)
            && self.newer_than.is_none_or(is_newer)
            && self.older_than.is_none_or(is_older)
            && self.selects_path(path)
    }
}

/// The pattern for a whole relative path. One without `/` may match the last segment in any directory, as for rsync(1); one
/// that ends in `/` stands for all that is below the directory.
fn anchored(pattern: &str) -> String {
    let (body, below) = match pattern.strip_suffix('/') {
        Some(body) => (body, "/**"),
        None => (pattern, ""),
    };
    match body.strip_prefix('/') {
        Some(body) => format!("{body}{below}"),
        None if body.contains('/') => format!("{body}{below}"),
        None => format!("**/{body}{below}"),
    }
}

/// Returns whether a path belongs to a share: the first eight bytes of its SHA-256, as a big-endian number, modulo the number
/// of shares is the index minus 1. Stable across versions and machines.
fn is_in_shard(path: &str, (index, count): (u32, u32)) -> bool {
    let head = sha256_prefix(path, 16);
    // Sixteen hexadecimal digits always fit.
    let number = u64::from_str_radix(&head, 16).unwrap_or_default();
    number % u64::from(count.max(1)) == u64::from(index.saturating_sub(1))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn selection(patterns: &[(Effect, &str)]) -> Selection {
        let mut selection = Selection::default();
        for (effect, pattern) in patterns {
            selection.add(*effect, pattern).unwrap();
        }
        selection
    }

    #[test]
    fn the_last_matching_pattern_wins() {
        use Effect::{Exclude, Include};
        for (patterns, selected, left_out) in [
            (&[][..], &["a", "d/b"][..], &[][..]),
            (
                &[(Include, "*.txt")],
                &["a.txt", "d/e/b.txt"],
                &["a", "txt"],
            ),
            (&[(Exclude, "*.tmp")], &["a", "d/b"], &["a.tmp", "d/a.tmp"]),
            (
                &[(Exclude, "*.tmp"), (Include, "keep.tmp")],
                &["keep.tmp", "d/keep.tmp", "a"],
                &["a.tmp"],
            ),
            (
                &[(Include, "*"), (Exclude, "cache/")],
                &["a", "d/b"],
                &["cache/a", "cache/d/a", "d/cache/a"],
            ),
            (&[(Exclude, "/cache/")], &["d/cache/a"], &["cache/a"]),
            (&[(Include, "d/*")], &["d/a"], &["d/e/a", "a", "e/d/a"]),
            (&[(Include, "d/**")], &["d/a", "d/e/a"], &["a"]),
            (
                &[(Include, "**/e/*.{a,b}")],
                &["d/e/x.a", "e/y.b"],
                &["d/e/x.c"],
            ),
            (&[(Exclude, "[ab]?")], &["a", "c1"], &["a1", "d/b2"]),
            (&[(Exclude, "\\*")], &["a"], &["*"]),
        ] {
            let selection = selection(patterns);
            for path in selected {
                assert!(selection.selects_path(path), "{patterns:?} {path}");
            }
            for path in left_out {
                assert!(!selection.selects_path(path), "{patterns:?} {path}");
            }
        }
        let error = Selection::default().add(Include, "[a").unwrap_err();
        assert_eq!(error.kind(), Kind::Usage);
        assert!(
            error.to_string().contains("invalid pattern `[a`"),
            "{error}"
        );
    }

    #[test]
    fn sizes_and_times_have_bounds() {
        let now = SystemTime::now();
        let selection = Selection {
            older_than: Some(now),
            min_size: Some(2),
            max_size: Some(4),
            ..Selection::default()
        };
        let earlier = Some(now - Duration::from_secs(1));
        for (size, modified, selected) in [
            (2, earlier, true),
            (4, earlier, true),
            (1, earlier, false),
            (5, earlier, false),
            (3, Some(now), false),
            (3, None, false),
        ] {
            let candidate = Candidate {
                path: "a",
                size,
                modified,
            };
            assert_eq!(selection.selects(&candidate), selected, "{candidate:?}");
        }
    }

    #[test]
    fn every_path_is_in_exactly_one_share_and_stays_there() {
        for number in 0..100 {
            let path = format!("d/{number}");
            let shares = (1..=7).filter(|index| is_in_shard(&path, (*index, 7)));
            assert_eq!(shares.count(), 1, "{path}");
        }
        // SHA-256 of "a" begins with ca978112ca1bbdca: modulo 7 that is 5.
        assert!(is_in_shard(
            "a",
            ((0xca97_8112_ca1b_bdca_u64 % 7) as u32 + 1, 7)
        ));
    }
}
