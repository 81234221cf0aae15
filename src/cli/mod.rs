//! What can be typed. Definitions only: what a value means is decided by the settings floor.
//!
//! The first line of each doc comment is the help text; completions and man pages are made from these files too.

pub mod bounds;
mod choices;
mod global;

use std::ffi::OsString;
use std::time::Duration;

use clap::{Args, CommandFactory, Parser, Subcommand, ValueEnum};

pub use self::choices::{BackendKind, ChecksumKind, Progress, ResumeChoice, Verify};
pub use self::global::Global;
use crate::units::parse_duration;

/// Puts a blob where it has to be, whole, and tells a script whether it is there
#[derive(Debug, Parser)]
#[command(name = "blobctl", version, disable_help_subcommand = true, after_help = AFTER_HELP)]
pub struct Cli {
    /// The verb.
    #[command(subcommand)]
    pub command: Command,
    /// Options of all verbs.
    #[command(flatten)]
    pub global: Global,
}

const AFTER_HELP: &str = "\
Addresses: KEY (on the chosen remote or backend), REMOTE:KEY, s3://BUCKET/KEY,
ftp://[USER@]HOST[:PORT]/PATH, ftpes://… (explicit TLS), ftps://… (implicit TLS),
file:///PATH, and - for stdin or stdout.

Exit codes: 0 ok or yes, 1 the blob is not there, 2 usage, 3 config, 4 denied,
5 precondition, 6 integrity, 7 temporary, 8 local file or disk, 11 some failed,
12 the store answered nonsense, 129/130/141/143 stopped by a signal.";

/// The verbs.
#[derive(Debug, Subcommand)]
#[expect(clippy::large_enum_variant, reason = "there is one a run")]
pub enum Command {
    /// Upload files or stdin
    Put(Put),
    /// Download to a file, a directory or stdout
    Get(Get),
    /// Test whether blobs are there: exit code 0 all, 1 not all, else cannot tell
    Exists(Exists),
    /// Show what stores tell about blobs: size, time, digest, type
    Stat(Stat),
    /// List keys, one a line
    Ls(Ls),
    /// Remove blobs; a missing one is exit 1
    Rm(Rm),
    /// Copy a blob between any two stores
    Cp(Cp),
    /// Print a URL that lets its bearer get or put one blob for a while (S3)
    Presign(Presign),
    /// Print a completion script
    Completions(Completions),
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
            Self::Presign(_) => "presign",
            Self::Completions(_) => "completions",
        }
    }
}

/// `blobctl put [OPTIONS] SRC... KEY`
#[derive(Debug, Args)]
#[command(
    override_usage = "blobctl put [OPTIONS] SRC... KEY\n       blobctl put [OPTIONS] SRC\n       blobctl put [OPTIONS] -t PREFIX/ SRC..."
)]
pub struct Put {
    /// Files, or - for stdin, and where they go; the last one is the key, unless it stands alone
    ///
    /// A KEY that ends in / takes the name of the file. With several sources it must end in /.
    #[arg(value_name = "SRC... KEY", required = true)]
    pub paths: Vec<OsString>,
    /// Put every SRC under this prefix, which ends in / (for xargs)
    #[arg(short = 't', long, value_name = "PREFIX")]
    pub target: Option<OsString>,
    /// Put the files of directories too, with their paths below them
    ///
    /// Links to files are followed; links to directories and special files are skipped with a warning.
    #[arg(short, long)]
    pub recursive: bool,
    /// Store only if there is no blob of that name; else exit 5
    #[arg(long, help_heading = "Conditions", conflicts_with = "if_match")]
    pub if_absent: bool,
    /// Replace only the blob that has this ETag; else exit 5 (S3)
    #[arg(long, value_name = "ETAG", help_heading = "Conditions")]
    pub if_match: Option<String>,
    /// Fail (6) unless the source has exactly so many bytes
    #[arg(long, value_name = "BYTES", help_heading = "Conditions")]
    pub expect_size: Option<u64>,
    /// Fail (6) unless the source has this SHA-256
    #[arg(long, value_name = "HEX", help_heading = "Conditions")]
    pub expect_sha256: Option<String>,
    /// Fail (6) if the source is empty
    #[arg(long, help_heading = "Conditions")]
    pub fail_if_empty: bool,
    /// Content-Type to store; guessed from the name otherwise
    #[arg(
        long,
        value_name = "TYPE",
        help_heading = "What goes with the blob (S3)"
    )]
    pub content_type: Option<String>,
    /// Content-Encoding to store; the bytes are stored as they are
    #[arg(
        long,
        value_name = "CODING",
        help_heading = "What goes with the blob (S3)"
    )]
    pub content_encoding: Option<String>,
    /// Content-Disposition to store
    #[arg(
        long,
        value_name = "TEXT",
        help_heading = "What goes with the blob (S3)"
    )]
    pub content_disposition: Option<String>,
    /// Cache-Control to store
    #[arg(
        long,
        value_name = "TEXT",
        help_heading = "What goes with the blob (S3)"
    )]
    pub cache_control: Option<String>,
    /// Metadata of your own; may be repeated
    #[arg(
        long,
        value_name = "NAME=VALUE",
        help_heading = "What goes with the blob (S3)"
    )]
    pub metadata: Vec<String>,
    /// Tag; may be repeated
    #[arg(
        long,
        value_name = "NAME=VALUE",
        help_heading = "What goes with the blob (S3)"
    )]
    pub tag: Vec<String>,
    /// Storage class, like STANDARD_IA
    #[arg(
        long,
        value_name = "CLASS",
        help_heading = "What goes with the blob (S3)"
    )]
    pub storage_class: Option<String>,
    /// Encryption by the service: AES256 or aws:kms
    #[arg(
        long,
        value_name = "KIND",
        help_heading = "What goes with the blob (S3)"
    )]
    pub sse: Option<String>,
    /// Key for --sse aws:kms
    #[arg(
        long,
        value_name = "ID",
        help_heading = "What goes with the blob (S3)",
        requires = "sse"
    )]
    pub sse_kms_key_id: Option<String>,
    /// Canned ACL, like bucket-owner-full-control
    #[arg(
        long,
        value_name = "ACL",
        help_heading = "What goes with the blob (S3)"
    )]
    pub acl: Option<String>,
    /// What may be gone on with: auto keeps what is unfinished for the next run [default: run]
    #[arg(long, value_name = "WHEN")]
    pub resume: Option<ResumeChoice>,
}

/// `blobctl get [OPTIONS] KEY... DEST`
#[derive(Debug, Args)]
#[command(
    override_usage = "blobctl get [OPTIONS] KEY... DEST\n       blobctl get [OPTIONS] KEY\n       blobctl get [OPTIONS] -t DIR KEY..."
)]
pub struct Get {
    /// Blobs, and where they go: a file, a directory, or - for stdout; one KEY alone comes here under its base name
    ///
    /// With several keys DEST must be a directory that exists. Symbolic links are followed; FIFOs, devices and paths like
    /// /dev/stdout are written through.
    #[arg(value_name = "KEY... DEST", required = true)]
    pub paths: Vec<OsString>,
    /// Get every KEY into this directory (for xargs)
    #[arg(short = 't', long, value_name = "DIR")]
    pub target: Option<OsString>,
    /// This version of the one KEY instead of the newest (S3)
    #[arg(long, value_name = "ID")]
    pub version_id: Option<String>,
    /// Leave a file that exists alone; exit 5
    #[arg(long)]
    pub no_clobber: bool,
    /// Fail (6) if the store has no digest that could be compared
    #[arg(long, conflicts_with = "verify")]
    pub require_verified: bool,
    /// What is compared: all that the store has, or the length alone [default: auto]
    #[arg(long, value_name = "HOW")]
    pub verify: Option<Verify>,
    /// What may be gone on with: auto keeps what is unfinished for the next run [default: run]
    #[arg(long, value_name = "WHEN")]
    pub resume: Option<ResumeChoice>,
}

/// `blobctl exists [OPTIONS] KEY...`
#[derive(Debug, Args)]
pub struct Exists {
    /// Blobs to look for
    #[arg(value_name = "KEY", required = true)]
    pub keys: Vec<OsString>,
    /// This version of the one KEY instead of the newest (S3)
    #[arg(long, value_name = "ID")]
    pub version_id: Option<String>,
}

/// `blobctl stat [OPTIONS] KEY...`
#[derive(Debug, Args)]
pub struct Stat {
    /// Blobs to describe
    #[arg(value_name = "KEY", required = true)]
    pub keys: Vec<OsString>,
    /// This version of the one KEY instead of the newest (S3)
    #[arg(long, value_name = "ID")]
    pub version_id: Option<String>,
}

/// `blobctl ls [OPTIONS] [PREFIX]`
#[derive(Debug, Args)]
pub struct Ls {
    /// List the keys that begin with this; everything otherwise
    #[arg(value_name = "PREFIX")]
    pub prefix: Option<OsString>,
    /// Show size and time too
    #[arg(short, long)]
    pub long: bool,
}

/// `blobctl rm [OPTIONS] KEY...`
#[derive(Debug, Args)]
pub struct Rm {
    /// Blobs to remove
    #[arg(value_name = "KEY", required = true)]
    pub keys: Vec<OsString>,
    /// A missing blob is fine
    #[arg(short, long)]
    pub force: bool,
    /// This version of the one KEY, for ever; a delete marker only with --force (S3)
    #[arg(long, value_name = "ID")]
    pub version_id: Option<String>,
}

/// `blobctl cp [OPTIONS] FROM TO`
#[derive(Debug, Args)]
pub struct Cp {
    /// Blob to copy
    #[arg(value_name = "FROM")]
    pub from: OsString,
    /// Key of the copy; one that ends in / takes FROM's base name
    #[arg(value_name = "TO")]
    pub to: OsString,
    /// Content-Type to store; the source's otherwise
    #[arg(long, value_name = "TYPE")]
    pub content_type: Option<String>,
}

/// `blobctl presign [OPTIONS] KEY`
#[derive(Debug, Args)]
pub struct Presign {
    /// Blob that the URL is for; it need not exist
    #[arg(value_name = "KEY")]
    pub key: OsString,
    /// What the URL allows
    #[arg(long, value_name = "METHOD", default_value = "get")]
    pub method: PresignMethod,
    /// This version instead of the newest; for get
    #[arg(long, value_name = "ID")]
    pub version_id: Option<String>,
    /// For how long, at most 7 days
    #[arg(long, value_name = "DURATION", value_parser = parse_duration, default_value = "15m")]
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
    /// Which shell
    pub shell: clap_complete::Shell,
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
