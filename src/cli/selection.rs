//! The selection of blobs in a batch, the same for every command that has one.

use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use clap::{Arg, ArgAction, ArgMatches, Args, Command, FromArgMatches};
use time::OffsetDateTime;

use crate::units::{parse_duration, parse_instant, parse_size};

/// The filters of a batch.
#[derive(Debug, Clone, Default, Args)]
pub struct Filters {
    /// `--include` and `--exclude`.
    #[command(flatten)]
    pub patterns: Patterns,
    /// Select only what was modified after this time: 7d (before now), 2026-01-31 (UTC), or RFC 3339
    #[arg(long, value_name = "TIME", value_parser = parse_time, help_heading = "Selection")]
    pub newer_than: Option<TimeBound>,
    /// Select only what was modified before this time: 7d (before now), 2026-01-31 (UTC), or RFC 3339
    ///
    /// A date alone is its midnight in UTC. The time of a blob is that of the listing: on S3 the time of the upload, also of
    /// blobs that were stored with -p; on fs and FTP the time of the file, which -p sets.
    #[arg(long, value_name = "TIME", value_parser = parse_time, help_heading = "Selection")]
    pub older_than: Option<TimeBound>,
    /// Select only what has at least this size
    #[arg(long, value_name = "SIZE", value_parser = parse_size, help_heading = "Selection")]
    pub min_size: Option<u64>,
    /// Select only what has at most this size
    #[arg(long, value_name = "SIZE", value_parser = parse_size, help_heading = "Selection")]
    pub max_size: Option<u64>,
    /// Select only share I of N, by a stable hash of the relative path
    ///
    /// Machines that run the same command with --shard 1/3, 2/3 and 3/3 share the work without talking to each other.
    #[arg(long, value_name = "I/N", value_parser = parse_shard, help_heading = "Selection")]
    pub shard: Option<Shard>,
}

/// The list of paths of a batch, and the options of its run.
#[derive(Debug, Clone, Default, Args)]
pub struct Batch {
    /// Select only the paths in FILE (- for stdin), one per line, relative to the source
    #[arg(long, value_name = "FILE", help_heading = "Selection")]
    pub files_from: Option<PathBuf>,
    /// The paths of --files-from end in NUL instead of a line end
    #[arg(short = '0', long, requires = "files_from", help_heading = "Selection")]
    pub null: bool,
    /// The run of the batch.
    #[command(flatten)]
    pub run: BatchRun,
}

/// The rules for a destination that is equal already.
#[derive(Debug, Clone, Default, Args)]
pub struct Changes {
    /// Skip what is equal at the destination
    ///
    /// Equal is what has the same size and checksum, or else the same size and time.
    #[arg(long, help_heading = "Conditions")]
    pub if_changed: bool,
    /// With --if-changed, never trust equal times
    ///
    /// Files and blobs without a checksum are transferred.
    #[arg(long, requires = "if_changed", help_heading = "Conditions")]
    pub checksum_only: bool,
    /// Keep the time of the last modification
    ///
    /// On S3 it is stored as metadata (x-amz-meta-mtime), on FTP set with MFMT.
    #[arg(short, long)]
    pub preserve_mtime: bool,
}

/// The options of a batch that change how it runs.
#[derive(Debug, Clone, Default, Args)]
pub struct BatchRun {
    /// Print what would be done, and change nothing
    #[arg(short = 'n', long, help_heading = "Selection")]
    pub dry_run: bool,
    /// Begin nothing more after the first failure
    #[arg(long, help_heading = "Selection")]
    pub fail_fast: bool,
}

/// The patterns of `--include` and `--exclude`, in the order of the command line.
#[derive(Debug, Clone, Default)]
pub struct Patterns(pub Vec<Pattern>);

/// One pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    /// True for `--include`, false for `--exclude`.
    pub includes: bool,
    /// A glob.
    pub glob: String,
}

const INCLUDE: &str = "include";
const EXCLUDE: &str = "exclude";

impl TimeBound {
    /// The instant of the limit.
    pub fn instant(self, now: SystemTime) -> SystemTime {
        match self {
            Self::Ago(ago) => now.checked_sub(ago).unwrap_or(SystemTime::UNIX_EPOCH),
            Self::At(instant) => instant.into(),
        }
    }
}

impl Args for Patterns {
    fn augment_args(command: Command) -> Command {
        let option = |name: &'static str| {
            Arg::new(name)
                .long(name)
                .value_name("GLOB")
                .action(ArgAction::Append)
                .help_heading("Selection")
        };
        command
            .arg(
                option(INCLUDE)
                    .help("Select paths that match; can be repeated, the last match wins")
                    .long_help(
                        "Select paths that match; can be repeated, the last match wins\n\n\
                        `*` and `?` do not match `/`, `**` does. A pattern without `/` is compared with the last segment of \
                        a path, one with `/` with the whole path relative to the source. `dir/` stands for all that is \
                        below a directory of that name. A path that no pattern matches is selected, unless the first \
                        pattern is an --include.",
                    ),
            )
            .arg(option(EXCLUDE).help("Leave out paths that match; can be repeated, the last match wins"))
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for Patterns {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let mut found = Vec::new();
        for (name, includes) in [(INCLUDE, true), (EXCLUDE, false)] {
            let globs = matches.get_many::<String>(name).unwrap_or_default();
            let indices = matches.indices_of(name).unwrap_or_default();
            found.extend(indices.zip(globs).map(|(index, glob)| {
                let glob = glob.clone();
                (index, Pattern { includes, glob })
            }));
        }
        found.sort_by_key(|(index, _)| *index);
        Ok(Self(
            found.into_iter().map(|(_, pattern)| pattern).collect(),
        ))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

/// A limit for the time of modification.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimeBound {
    /// This long before the start of the run.
    Ago(Duration),
    /// An instant.
    At(OffsetDateTime),
}

/// Parses a duration before now, or an instant in the past.
pub fn parse_time(text: &str) -> Result<TimeBound, String> {
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        // Seconds for most programs, days for find(1): a wrong guess removes too much.
        return Err(format!(
            "`{text}` has no unit: write {text}d for days or {text}s for seconds"
        ));
    }
    if let Ok(ago) = parse_duration(text) {
        return Ok(TimeBound::Ago(ago));
    }
    match parse_instant(text) {
        Ok(instant) if instant > OffsetDateTime::now_utc() => {
            Err(format!("`{text}` is in the future"))
        }
        Ok(instant) => Ok(TimeBound::At(instant)),
        Err(_) => Err(format!(
            "invalid time `{text}`: expected a duration like 7d, or a time like 2026-01-31T12:00:00Z"
        )),
    }
}

/// One share of a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shard {
    /// Counted from 1.
    pub index: u32,
    /// The number of shares.
    pub count: u32,
}

fn parse_shard(text: &str) -> Result<Shard, String> {
    let numbers = text.split_once('/').and_then(|(index, count)| {
        Some(Shard {
            index: index.parse().ok()?,
            count: count.parse().ok()?,
        })
    });
    numbers
        .filter(|shard| (1..=shard.count).contains(&shard.index))
        .ok_or_else(|| format!("invalid share `{text}`: expected I/N with I from 1 to N, like 2/5"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_durations_or_instants_in_the_past() {
        assert_eq!(
            parse_time("7d"),
            Ok(TimeBound::Ago(Duration::from_secs(7 * 86_400)))
        );
        for text in [
            "2026-01-31T12:00:00Z",
            "2026-01-31T12:00:00+02:00",
            "2026-01-31",
        ] {
            assert!(matches!(parse_time(text), Ok(TimeBound::At(_))), "{text}");
        }
        for text in [
            "",
            "tomorrow",
            "9999-01-01",
            "2026-13-01",
            "2026-01-31 12:00",
        ] {
            assert!(parse_time(text).is_err(), "{text}");
        }
    }

    #[test]
    fn shares_are_counted_from_one() {
        assert_eq!(parse_shard("2/5"), Ok(Shard { index: 2, count: 5 }));
        for text in ["0/5", "6/5", "1", "1/0", "/", "a/b", "-1/5"] {
            assert!(parse_shard(text).is_err(), "{text}");
        }
    }
}
