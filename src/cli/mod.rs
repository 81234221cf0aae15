//! The command line. Definitions only: values are interpreted by the settings layer.
//!
//! The first line of each doc comment is the help text; completions and man pages are made from these files too.

pub mod bounds;
mod choices;
mod diagnostics;
mod global;

use std::ffi::OsString;
use std::time::Duration;

use clap::{Args, CommandFactory, Parser, Subcommand, ValueEnum};

pub use self::choices::{BackendKind, ChecksumKind, Progress, ResumeChoice, Verify};
pub use self::diagnostics::{
    Config, ConfigCommand, ConfigImport, ConfigShow, Doctor, Gc, ImportTool,
};
pub use self::global::Global;
use crate::units::parse_duration;

/// Upload, download and check files on S3, FTP and local disk: atomic, verified, with exit codes that scripts can trust
#[derive(Debug, Parser)]
#[command(name = "blobctl", version, disable_help_subcommand = true, after_help = AFTER_HELP)]
pub struct Cli {
    /// The command and its own options.
    #[command(subcommand)]
    pub command: Command,
    /// The options of all commands.
    #[command(flatten)]
    pub global: Global,
}

const AFTER_HELP: &str = "\
Addresses: KEY (on the chosen remote or backend), REMOTE:KEY, s3://BUCKET/KEY,
ftp://[USER@]HOST[:PORT]/PATH, ftpes://… (explicit TLS), ftps://… (implicit TLS),
file:///PATH, and - for stdin or stdout.

Exit codes: 0 ok or yes, 1 no such blob, 2 usage, 3 config, 4 denied,
5 precondition, 6 integrity, 7 temporary, 8 local file or disk, 11 some failed,
12 unexpected answer from the store, 129/130/141/143 stopped by a signal.";

/// The commands.
#[derive(Debug, Subcommand)]
#[expect(clippy::large_enum_variant, reason = "one value per run")]
pub enum Command {
    /// Upload files or stdin
    Put(Put),
    /// Download to a file, a directory or stdout
    Get(Get),
    /// Test whether blobs exist: exit code 0 all, 1 not all, others unknown
    Exists(Exists),
    /// Print properties of blobs: size, time, checksum, type
    Stat(Stat),
    /// List keys, one per line
    Ls(Ls),
    /// Remove blobs; exit code 1 if one does not exist
    Rm(Rm),
    /// Copy a blob within a store or between stores
    Cp(Cp),
    /// Print a presigned URL for downloading or uploading a blob (S3)
    Presign(Presign),
    /// Check settings, network, credentials and the abilities of a store, step by step
    Doctor(Doctor),
    /// List (--delete: remove) what interrupted runs of blobctl left behind
    Gc(Gc),
    /// Show, check and import settings
    Config(Config),
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
            Self::Doctor(_) => "doctor",
            Self::Gc(_) => "gc",
            Self::Config(_) => "config",
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
    /// Files, or - for stdin, followed by the key; a single SRC keeps its name
    ///
    /// If KEY ends in /, the name of the file is appended. With several sources it must end in /.
    #[arg(value_name = "SRC... KEY", required = true)]
    pub paths: Vec<OsString>,
    /// Upload every SRC below this prefix, to which a missing / is added (for xargs)
    #[arg(short = 't', long, value_name = "PREFIX")]
    pub target: Option<OsString>,
    /// Upload directories with all files below them
    ///
    /// Links to files are followed; links to directories and special files are skipped with a warning.
    #[arg(short, long)]
    pub recursive: bool,
    /// Store only if no blob of that name exists, otherwise exit 5
    #[arg(long, help_heading = "Conditions", conflicts_with = "if_match")]
    pub if_absent: bool,
    /// Overwrite only the blob with this ETag, otherwise exit 5 (S3)
    #[arg(long, value_name = "ETAG", help_heading = "Conditions")]
    pub if_match: Option<String>,
    /// Fail (exit 6) unless the source has exactly this size
    #[arg(long, value_name = "BYTES", help_heading = "Conditions")]
    pub expect_size: Option<u64>,
    /// Fail (exit 6) unless the source has this SHA-256
    #[arg(long, value_name = "HEX", help_heading = "Conditions")]
    pub expect_sha256: Option<String>,
    /// Fail (exit 6) if the source is empty
    #[arg(long, help_heading = "Conditions")]
    pub fail_if_empty: bool,
    /// Content-Type to store [default: by the extension of the key]
    #[arg(long, value_name = "TYPE", help_heading = "Object metadata (S3)")]
    pub content_type: Option<String>,
    /// Content-Encoding to store; the bytes are not changed
    #[arg(long, value_name = "CODING", help_heading = "Object metadata (S3)")]
    pub content_encoding: Option<String>,
    /// Content-Disposition to store
    #[arg(long, value_name = "TEXT", help_heading = "Object metadata (S3)")]
    pub content_disposition: Option<String>,
    /// Cache-Control to store
    #[arg(long, value_name = "TEXT", help_heading = "Object metadata (S3)")]
    pub cache_control: Option<String>,
    /// User-defined metadata; can be repeated
    #[arg(long, value_name = "NAME=VALUE", help_heading = "Object metadata (S3)")]
    pub metadata: Vec<String>,
    /// Tag; can be repeated
    #[arg(long, value_name = "NAME=VALUE", help_heading = "Object metadata (S3)")]
    pub tag: Vec<String>,
    /// Storage class, like STANDARD_IA
    #[arg(long, value_name = "CLASS", help_heading = "Object metadata (S3)")]
    pub storage_class: Option<String>,
    /// Server-side encryption: AES256 or aws:kms
    #[arg(long, value_name = "KIND", help_heading = "Object metadata (S3)")]
    pub sse: Option<String>,
    /// KMS key for --sse aws:kms
    #[arg(
        long,
        value_name = "ID",
        help_heading = "Object metadata (S3)",
        requires = "sse"
    )]
    pub sse_kms_key_id: Option<String>,
    /// Canned ACL, like bucket-owner-full-control
    #[arg(long, value_name = "ACL", help_heading = "Object metadata (S3)")]
    pub acl: Option<String>,
    /// Which unfinished transfers to resume; auto also resumes those of earlier runs [default: run]
    #[arg(long, value_name = "WHEN")]
    pub resume: Option<ResumeChoice>,
}

/// `blobctl get [OPTIONS] KEY... DEST`
#[derive(Debug, Args)]
#[command(
    override_usage = "blobctl get [OPTIONS] KEY... DEST\n       blobctl get [OPTIONS] KEY\n       blobctl get [OPTIONS] -t DIR KEY..."
)]
pub struct Get {
    /// Blobs, followed by a file, a directory, or - for stdout; a single KEY keeps its base name
    ///
    /// With several keys DEST must be an existing directory. Symbolic links are followed; FIFOs, devices and paths like
    /// /dev/stdout are written through.
    #[arg(value_name = "KEY... DEST", required = true)]
    pub paths: Vec<OsString>,
    /// Download every KEY into this directory (for xargs)
    #[arg(short = 't', long, value_name = "DIR")]
    pub target: Option<OsString>,
    /// Version of the single KEY [default: the newest] (S3)
    #[arg(long, value_name = "ID")]
    pub version_id: Option<String>,
    /// Do not overwrite an existing file (exit 5)
    #[arg(long)]
    pub no_clobber: bool,
    /// Fail (exit 6) if the store has no checksum to compare
    #[arg(long, conflicts_with = "verify")]
    pub require_verified: bool,
    /// Compare the strongest checksum, or the length only [default: auto]
    #[arg(long, value_name = "HOW")]
    pub verify: Option<Verify>,
    /// Which unfinished transfers to resume; auto also resumes those of earlier runs [default: run]
    #[arg(long, value_name = "WHEN")]
    pub resume: Option<ResumeChoice>,
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
pub struct Ls {
    /// List only keys that begin with this
    #[arg(value_name = "PREFIX")]
    pub prefix: Option<OsString>,
    /// Print size and time as well
    #[arg(short, long)]
    pub long: bool,
}

/// `blobctl rm [OPTIONS] KEY...`
#[derive(Debug, Args)]
pub struct Rm {
    /// Blobs to remove
    #[arg(value_name = "KEY", required = true)]
    pub keys: Vec<OsString>,
    /// Ignore missing blobs
    #[arg(short, long)]
    pub force: bool,
    /// Version of the single KEY to remove permanently; a delete marker needs --force (S3)
    #[arg(long, value_name = "ID")]
    pub version_id: Option<String>,
}

/// `blobctl cp [OPTIONS] FROM TO`
#[derive(Debug, Args)]
pub struct Cp {
    /// Blob to copy
    #[arg(value_name = "FROM")]
    pub from: OsString,
    /// Key of the copy; if it ends in /, the base name of FROM is appended
    #[arg(value_name = "TO")]
    pub to: OsString,
    /// Content-Type to store [default: that of FROM]
    #[arg(long, value_name = "TYPE")]
    pub content_type: Option<String>,
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
    /// Validity, at most 7 days
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
    /// Shell of the script
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
