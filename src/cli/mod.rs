//! The command line. Definitions only: values are interpreted by the settings layer.
//!
//! The first line of each doc comment is the help text; completions and man pages are made from these files too. Examples and
//! usage lines are in [`manual`].

pub mod attributes;
pub mod bounds;
mod choices;
mod diagnostics;
mod global;
pub mod help;
mod layout;
pub mod manual;
mod parse;
pub mod selection;
pub mod vocabulary;
mod wait;

use std::ffi::{OsStr, OsString};
use std::time::Duration;

use clap::builder::{PossibleValue, StringValueParser, TypedValueParser};
use clap::{Args, CommandFactory, Parser, Subcommand, ValueEnum};

use self::attributes::AttributeOptions;
use self::bounds::{PRESIGN, parse_bytes};
pub use self::choices::{BackendKind, ChecksumKind, PrintKeys, Progress, ResumeChoice, Verify};
pub use self::diagnostics::{
    Config, ConfigCommand, ConfigImport, ConfigShow, Doctor, Gc, ImportTool,
};
pub use self::global::Global;
use self::manual::PAGES;
pub use self::parse::Stop;
use self::selection::{Batch, BatchRun, Changes, Filters, TimeBound, parse_time};
pub use self::wait::WaitOptions;
use crate::transfer::byte_range::ByteRange;
use crate::units::parse_size;

/// Upload, download and check files on S3, FTP and local disk: atomic, verified, with exit codes that scripts can trust
#[derive(Debug, Parser)]
#[command(name = "blobctl", version, disable_help_subcommand = true)]
pub struct Cli {
    /// The command and its own options.
    #[command(subcommand)]
    pub command: Command,
    /// The options of all commands.
    #[command(flatten)]
    pub global: Global,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Upload files, stdin or the output of a command
    Put(Put),
    /// Download to a file, a directory or stdout
    Get(Get),
    /// Test whether blobs exist: exit code 0 all, 1 not all, others unknown
    Exists(Exists),
    /// Print properties of blobs: size, time, checksum, type
    Stat(Stat),
    /// List keys, one per line, as they can be typed
    Ls(Ls),
    /// Remove blobs; exit code 1 if one does not exist
    Rm(Rm),
    /// Copy blobs within a store, between stores, or between this machine and a store
    Cp(Cp),
    /// Copy blobs or files, then remove each source once its copy is verified
    ///
    /// A source that changed meanwhile stays (exit code 6). Local directories stay, even if -r has emptied them.
    Mv(CopyArguments),
    /// Copy what differs from one directory or prefix to another
    ///
    /// Unchanged is what has the same size and checksum on both sides, or else the same size and time.
    Sync(Sync),
    /// Print a presigned URL for downloading or uploading a blob (S3)
    Presign(Presign),
    /// Check settings, network, credentials and the abilities of a store, step by step
    Doctor(Doctor),
    /// List (--delete: remove) what interrupted runs of blobctl left behind
    ///
    /// Each line has the kind of leftover (file, upload or journal), its age, its size (- if unknown) and its address.
    Gc(Gc),
    /// Show, check and import settings
    Config(Config),
    /// Print a completion script
    Completions(Completions),
    /// Explain a command, or the options of all commands
    Help(Help),
}

impl Command {
    /// The name on the command line and in `--json`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Put(_) => "put",
            Self::Get(_) => "get",
            Self::Exists(_) => "exists",
            Self::Stat(_) => "stat",
            Self::Ls(_) => "ls",
            Self::Rm(_) => "rm",
            Self::Cp(_) => "cp",
            Self::Mv(_) => "mv",
            Self::Sync(_) => "sync",
            Self::Presign(_) => "presign",
            Self::Doctor(_) => "doctor",
            Self::Gc(_) => "gc",
            Self::Config(_) => "config",
            Self::Completions(_) => "completions",
            Self::Help(_) => "help",
        }
    }
}

/// `blobctl put [OPTIONS] SRC... KEY`
#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is an option")]
pub struct Put {
    /// Files, or - for stdin, and last the key
    ///
    /// A single SRC without a KEY keeps its name. If KEY ends in /, the name of the file is appended. With several sources it must end in /.
    #[arg(value_name = "SRC... KEY", required_unless_present = "command")]
    pub paths: Vec<OsString>,
    /// Upload the output of a command, if it succeeds
    ///
    /// CMD is run without a shell, with the stdin, stderr and environment of blobctl. The blob is stored when CMD has exited
    /// with 0 and its stdout has been read to the end. Otherwise nothing is stored, the old blob stays, and the exit code is
    /// 6. Signals are passed on to CMD.
    #[arg(long, conflicts_with_all = ["target", "recursive", "files_from", "if_changed", "dry_run", "preserve_mtime"])]
    pub from_command: bool,
    /// The command of --from-command, after --
    #[arg(value_name = "CMD ARGS", last = true)]
    pub command: Vec<OsString>,
    /// Upload every SRC below this prefix (for xargs)
    ///
    /// A missing / is added to it.
    #[arg(short = 't', long, value_name = "PREFIX")]
    pub target: Option<OsString>,
    /// Upload directories with all files below them
    ///
    /// Links to files are followed; links to directories (without -L) and special files are skipped with a warning.
    #[arg(short, long)]
    pub recursive: bool,
    /// With -r, follow symbolic links to directories
    #[arg(short = 'L', long)]
    pub follow_links: bool,
    /// Fail (exit 5) if a blob of that name exists
    #[arg(long, help_heading = "Conditions", conflicts_with = "if_match")]
    pub if_absent: bool,
    /// Fail (exit 5) unless the blob has this ETag (S3)
    #[arg(long, value_name = "ETAG", help_heading = "Conditions")]
    pub if_match: Option<String>,
    /// Fail (exit 6) unless the source has exactly this size
    #[arg(long, value_name = "BYTES", value_parser = parse_bytes, help_heading = "Conditions")]
    pub expect_size: Option<u64>,
    /// Fail (exit 6) unless the source has this SHA-256
    #[arg(long, value_name = "HEX", help_heading = "Conditions")]
    pub expect_sha256: Option<String>,
    /// Fail (exit 6) if the source is empty
    #[arg(long, help_heading = "Conditions")]
    pub fail_if_empty: bool,
    /// The attributes of the blobs.
    #[command(flatten)]
    pub attributes: AttributeOptions,
    /// The rules for a destination that is equal already.
    #[command(flatten)]
    pub changes: Changes,
    /// The filters of the batch.
    #[command(flatten)]
    pub filters: Filters,
    /// The list of paths, and the options of the run.
    #[command(flatten)]
    pub batch: Batch,
    /// Transfers to resume [default: run]
    ///
    /// Streams (stdin, stdout, pipes, the output of a command) cannot be resumed by a later run.
    #[arg(long, value_name = "WHEN")]
    pub resume: Option<ResumeChoice>,
}

/// `blobctl get [OPTIONS] KEY... DEST`
#[derive(Debug, Args)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a flag on the command line"
)]
pub struct Get {
    /// Blobs, and last a file, a directory, or - for stdout
    ///
    /// A single KEY without a DEST keeps its base name, in the current directory. With several keys DEST must be an existing directory (or --mkdir, -r). Symbolic links are followed; FIFOs, devices and
    /// paths like /dev/stdout are written through.
    #[arg(value_name = "KEY... DEST", required = true)]
    pub paths: Vec<OsString>,
    /// Download every KEY into this directory (for xargs)
    #[arg(short = 't', long, value_name = "DIR")]
    pub target: Option<OsString>,
    /// Download all blobs below each KEY
    ///
    /// The directories are created. As for cp -r, KEY keeps its base name if DEST exists or ends in /; KEY/. stands for what is below it. Nothing is
    /// written outside of DEST, and existing files are replaced.
    #[arg(short, long)]
    pub recursive: bool,
    /// Create the missing directories of DEST
    #[arg(long)]
    pub mkdir: bool,
    /// Version of the single KEY [default: the newest] (S3)
    #[arg(long, value_name = "ID", conflicts_with_all = ["recursive", "files_from"])]
    pub version_id: Option<String>,
    /// Do not overwrite an existing file (exit 5)
    #[arg(long)]
    pub no_clobber: bool,
    /// Fail (exit 6) if the store has no checksum to compare
    #[arg(long, conflicts_with = "verify")]
    pub require_verified: bool,
    /// Proof to ask for [default: auto]
    #[arg(long, value_name = "HOW")]
    pub verify: Option<Verify>,
    /// Fail (exit 6) unless KEY has exactly this size
    ///
    /// KEY must be the only one. Nothing is downloaded from a blob of another size.
    #[arg(long, value_name = "BYTES", value_parser = parse_bytes, conflicts_with = "if_changed")]
    pub expect_size: Option<u64>,
    /// Fail (exit 6) unless KEY has this SHA-256
    ///
    /// KEY must be the only one. A file appears only if it matches. The bytes of a stream (stdout, a FIFO) are written before the error.
    #[arg(long, value_name = "HEX", conflicts_with = "if_changed")]
    pub expect_sha256: Option<String>,
    /// Download only these bytes, verified by length only
    ///
    /// KEY must be the only one. A-B are the first and the last byte, counted from 0; A- is up to the end, -N the last N bytes. As in HTTP, a range
    /// may end after the blob; one that begins there is exit 2.
    #[arg(
        long,
        value_name = "A-B|A-|-N",
        allow_hyphen_values = true,
        conflicts_with_all = ["recursive", "files_from", "resume", "require_verified", "expect_size", "expect_sha256", "if_changed"]
    )]
    pub range: Option<ByteRange>,
    /// Permissions of the files, like 600
    ///
    /// By default they are those of the replaced file, or follow from the umask.
    #[arg(long, value_name = "OCTAL", value_parser = parse_mode)]
    pub mode: Option<u32>,
    /// The wait for the blobs.
    #[command(flatten)]
    pub wait: WaitOptions,
    /// Transfers to resume [default: run]
    ///
    /// Streams (stdin, stdout, pipes, the output of a command) cannot be resumed by a later run.
    #[arg(long, value_name = "WHEN")]
    pub resume: Option<ResumeChoice>,
    /// The rules for a destination that is equal already.
    #[command(flatten)]
    pub changes: Changes,
    /// The filters of the batch.
    #[command(flatten)]
    pub filters: Filters,
    /// The list of paths, and the options of the run.
    #[command(flatten)]
    pub batch: Batch,
}

/// `blobctl exists [OPTIONS] KEY...`
#[derive(Debug, Args)]
pub struct Exists {
    /// Blobs to look up
    #[arg(value_name = "KEY", required = true)]
    pub keys: Vec<OsString>,
    /// Version of the single KEY [default: the newest] (S3)
    #[arg(long, value_name = "ID")]
    pub version_id: Option<String>,
    /// The wait for the blobs.
    #[command(flatten)]
    pub wait: WaitOptions,
    /// A smaller blob counts as absent
    #[arg(long, value_name = "SIZE", value_parser = parse_size)]
    pub min_size: Option<u64>,
    /// A blob that was modified before this time counts as absent: 7d (before now), 2026-01-31 (UTC), or RFC 3339
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    pub newer_than: Option<TimeBound>,
    /// Print the keys that are present, or those that are missing, as they were typed, one per line
    #[arg(long, value_name = "WHICH")]
    pub print: Option<PrintKeys>,
}

/// `blobctl stat [OPTIONS] KEY...`
#[derive(Debug, Args)]
pub struct Stat {
    /// Blobs to describe
    #[arg(value_name = "KEY", required = true)]
    pub keys: Vec<OsString>,
    /// Version of the single KEY [default: the newest] (S3)
    #[arg(long, value_name = "ID")]
    pub version_id: Option<String>,
}

/// `blobctl ls [OPTIONS] [PREFIX]`
#[derive(Debug, Args)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a flag on the command line"
)]
pub struct Ls {
    /// Beginning of the keys to list, like d/ or s3://BUCKET/d/; s3:// lists the buckets [default: all keys]
    ///
    /// Each line begins like PREFIX: with the full address, with REMOTE: or with the plain key. A plain key that would be read
    /// as something else (a:b, -x) is printed as its full address.
    #[arg(value_name = "PREFIX")]
    pub prefix: Option<OsString>,
    /// Print size and time as well
    #[arg(short, long)]
    pub long: bool,
    /// Print sizes with units, like 1.5 MiB, in -l and --summary; ls -lh works, too
    #[arg(long)]
    pub human: bool,
    /// Stop at the next /: print d/ once instead of the keys that begin with d/
    #[arg(short, long)]
    pub directory: bool,
    /// End each line with NUL instead of a line feed, for xargs -0
    #[arg(short = '0', long, conflicts_with = "json")]
    pub null: bool,
    /// Print the number of blobs and their total size at the end, on stderr
    #[arg(long)]
    pub summary: bool,
    /// The filters of the listing; paths are relative to the last / of PREFIX.
    #[command(flatten)]
    pub filters: Filters,
}

/// `blobctl rm [OPTIONS] KEY...`
#[derive(Debug, Args)]
pub struct Rm {
    /// Blobs to remove
    #[arg(value_name = "KEY", required_unless_present = "files_from")]
    pub keys: Vec<OsString>,
    /// Ignore missing blobs
    #[arg(short, long)]
    pub force: bool,
    /// Remove all blobs below each KEY
    #[arg(short, long)]
    pub recursive: bool,
    /// With -r, allow the removal of a whole bucket, server or root
    #[arg(long, requires = "recursive")]
    pub all: bool,
    /// Version of the single KEY to remove permanently; a delete marker needs --force (S3)
    #[arg(long, value_name = "ID", conflicts_with_all = ["recursive", "files_from"])]
    pub version_id: Option<String>,
    /// The filters of the batch.
    #[command(flatten)]
    pub filters: Filters,
    /// The list of paths, and the options of the run.
    #[command(flatten)]
    pub batch: Batch,
}

/// `blobctl cp [OPTIONS] FROM... TO`
#[derive(Debug, Args)]
pub struct Cp {
    /// The arguments that `mv` has, too.
    #[command(flatten)]
    pub copy: CopyArguments,
    /// Version of the single FROM [default: the newest] (S3)
    ///
    /// TO may be FROM itself: the version becomes the newest one again.
    #[arg(long, value_name = "ID", conflicts_with_all = ["recursive", "files_from"])]
    pub from_version: Option<String>,
}

/// The arguments of `cp` and `mv`.
#[derive(Debug, Args)]
pub struct CopyArguments {
    /// Blobs or local paths (beginning with /, ./ or ../), or -, followed by the destination
    ///
    /// If TO ends in /, the base name of FROM is appended. With several FROM it must end in / or be a directory.
    #[arg(value_name = "FROM... TO", required = true)]
    pub paths: Vec<OsString>,
    /// Copy every FROM below this prefix or directory (for xargs)
    #[arg(short = 't', long, value_name = "TO")]
    pub target: Option<OsString>,
    /// Copy all blobs or files below each FROM
    ///
    /// As for cp -r, FROM keeps its base name if TO exists or ends in /; FROM/. stands for what is below it.
    #[arg(short, long)]
    pub recursive: bool,
    /// Create the missing directories of a local TO
    #[arg(long)]
    pub mkdir: bool,
    /// The attributes of the blobs.
    #[command(flatten)]
    pub attributes: AttributeOptions,
    /// The rules for a destination that is equal already.
    #[command(flatten)]
    pub changes: Changes,
    /// The filters of the batch.
    #[command(flatten)]
    pub filters: Filters,
    /// The list of paths, and the options of the run.
    #[command(flatten)]
    pub batch: Batch,
}

/// `blobctl sync [OPTIONS] FROM TO`
#[derive(Debug, Args)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a flag on the command line"
)]
pub struct Sync {
    /// Prefix of a store, or local directory (beginning with /, ./ or ../)
    #[arg(value_name = "FROM")]
    pub from: OsString,
    /// Prefix or local directory that gets what is below FROM
    #[arg(value_name = "TO")]
    pub to: OsString,
    /// Remove from TO what FROM does not have, after everything has been listed
    #[arg(long)]
    pub delete: bool,
    /// With --delete, allow an empty FROM, which removes everything from TO
    #[arg(long, requires = "delete")]
    pub all: bool,
    /// Never trust equal times: what has no checksum is copied again
    #[arg(long)]
    pub checksum_only: bool,
    /// Follow symbolic links to directories
    #[arg(short = 'L', long)]
    pub follow_links: bool,
    /// The attributes of the blobs.
    #[command(flatten)]
    pub attributes: AttributeOptions,
    /// The filters of the batch.
    #[command(flatten)]
    pub filters: Filters,
    /// The options of the run.
    #[command(flatten)]
    pub run: BatchRun,
}

/// `blobctl presign [OPTIONS] KEY`
#[derive(Debug, Args)]
pub struct Presign {
    /// Blob of the URL; it need not exist
    #[arg(value_name = "KEY")]
    pub key: OsString,
    /// Request that the URL allows
    #[arg(long, value_name = "METHOD", default_value = "get")]
    pub method: PresignMethod,
    /// Version to download [default: the newest]
    #[arg(long, value_name = "ID")]
    pub version_id: Option<String>,
    /// Validity, 1s to 7d
    #[arg(long, value_name = "DURATION", value_parser = |text: &str| PRESIGN.parse(text), default_value = "15m")]
    pub expires: Duration,
}

/// `--method`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum PresignMethod {
    /// Download
    #[value(alias = "GET")]
    Get,
    /// Upload
    #[value(alias = "PUT")]
    Put,
}

/// `blobctl completions SHELL`
#[derive(Debug, Args)]
pub struct Completions {
    /// Shell of the script
    pub shell: clap_complete::Shell,
}

/// `blobctl help [COMMAND]`
#[derive(Debug, Args)]
pub struct Help {
    /// Command to explain, or options for those of all commands [default: blobctl itself]
    #[arg(value_name = "COMMAND", value_parser = HelpWord, hide_possible_values = true)]
    pub words: Vec<String>,
}

/// Parses a word of `help`: any text, because the parser of commands knows better hints than that of values. The names of
/// the commands are there for completions.
#[derive(Clone)]
struct HelpWord;

impl TypedValueParser for HelpWord {
    type Value = String;

    fn parse_ref(
        &self,
        command: &clap::Command,
        argument: Option<&clap::Arg>,
        value: &OsStr,
    ) -> Result<String, clap::Error> {
        StringValueParser::new().parse_ref(command, argument, value)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        let names = PAGES.iter().map(|page| page.command);
        let names = names.filter(|name| !name.is_empty() && !name.contains(' '));
        Some(Box::new(
            names.chain([OPTIONS_TOPIC]).map(PossibleValue::new),
        ))
    }
}

/// The word of `help` for the options of all commands.
const OPTIONS_TOPIC: &str = "options";

/// Parses permissions: three or four octal digits without setuid, setgid and sticky bits.
fn parse_mode(text: &str) -> Result<u32, String> {
    let digits = (3..=4).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    let mode = u32::from_str_radix(text, 8).ok();
    mode.filter(|mode| digits && *mode <= 0o777)
        .ok_or_else(|| format!("invalid mode `{text}`: expected three octal digits, like 640"))
}

/// The whole command line, for completions, man pages and tests.
pub fn command() -> clap::Command {
    Cli::command()
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_definitions_are_consistent() {
        super::command().debug_assert();
    }
}
