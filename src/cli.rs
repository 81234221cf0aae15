//! What can be typed. Definitions only: what a value means is decided by the settings floor.
//!
//! The first line of each doc comment is the help text; completions and man pages are made from this file too.

use std::ffi::OsString;
use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, CommandFactory, Parser, Subcommand, ValueEnum};

use crate::backend::ftp::Ports;
use crate::backend::ftp::local::parse_address;
use crate::transfer::plan::{parse_at_once, parse_memory, parse_part_size};
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
    pub resume: Option<Resume>,
}

/// `blobctl get [OPTIONS] KEY... DEST`
#[derive(Debug, Args)]
#[command(
    override_usage = "blobctl get [OPTIONS] KEY... DEST\n       blobctl get [OPTIONS] KEY\n       blobctl get [OPTIONS] -t DIR KEY..."
)]
pub struct Get {
    /// Blobs, and where they go: a file, a directory, or - for stdout; one KEY alone comes here under its base name
    ///
    /// With several keys DEST must be a directory that exists.
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
    pub resume: Option<Resume>,
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

/// Options of all verbs.
#[derive(Debug, Args, Clone, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "flags without a value are what they are"
)]
pub struct Global {
    /// Store for plain keys, with the settings of its section
    #[arg(
        short,
        long,
        global = true,
        value_name = "KIND",
        help_heading = "Which store"
    )]
    pub backend: Option<BackendKind>,
    /// Named remote of the config file for plain keys
    #[arg(long, global = true, value_name = "NAME", help_heading = "Which store")]
    pub remote: Option<String>,
    /// Config file to read instead of the first one found
    #[arg(long, global = true, value_name = "FILE", help_heading = "Which store")]
    pub config: Option<PathBuf>,

    /// Service to talk to, like http://127.0.0.1:9000
    #[arg(long, global = true, value_name = "URL", help_heading = "S3")]
    pub endpoint_url: Option<String>,
    /// Bucket of plain keys
    #[arg(long, global = true, value_name = "NAME", help_heading = "S3")]
    pub bucket: Option<String>,
    /// Region to sign for
    #[arg(long, global = true, value_name = "NAME", help_heading = "S3")]
    pub region: Option<String>,
    /// Profile of the AWS files to take credentials from
    #[arg(long, global = true, value_name = "NAME", help_heading = "S3")]
    pub profile: Option<String>,
    /// Where the bucket's name stands: in the path or in the host name
    #[arg(long, global = true, value_name = "STYLE", help_heading = "S3")]
    pub addressing: Option<AddressingStyle>,
    /// How the store is to prove that it has the bytes [default: auto, a CRC-64/NVME or MD5]
    #[arg(long, global = true, value_name = "KIND", help_heading = "S3")]
    pub checksum: Option<ChecksumKind>,
    /// Whether the body's SHA-256 is signed [default: auto, over http only]
    #[arg(long, global = true, value_name = "HOW", help_heading = "S3")]
    pub payload_signing: Option<PayloadSigningKind>,
    /// File with the key (32 bytes, or their base64 or hex) that the service encrypts with and forgets (SSE-C, https)
    #[arg(long, global = true, value_name = "FILE", help_heading = "S3")]
    pub sse_c_key_file: Option<PathBuf>,
    /// Pay for the requests instead of the bucket's owner
    #[arg(long, global = true, help_heading = "S3")]
    pub request_payer: bool,
    /// Do not sign requests, for public buckets
    #[arg(long, global = true, help_heading = "S3")]
    pub no_sign_request: bool,

    /// FTP server
    #[arg(long, global = true, value_name = "HOST", help_heading = "FTP")]
    pub host: Option<String>,
    /// Port of the FTP server
    #[arg(long, global = true, value_name = "PORT", help_heading = "FTP")]
    pub port: Option<u16>,
    /// Login name
    #[arg(long, global = true, value_name = "NAME", help_heading = "FTP")]
    pub user: Option<String>,
    /// Directory on the server that keys are relative to
    #[arg(long, global = true, value_name = "DIR", help_heading = "FTP")]
    pub base_dir: Option<String>,
    /// Who opens the data connection
    #[arg(long, global = true, value_name = "MODE", help_heading = "FTP")]
    pub ftp_mode: Option<FtpMode>,
    /// Ports that the server may connect to in active mode, like 50000-50099 [default: any]
    #[arg(long, global = true, value_name = "A-B", help_heading = "FTP")]
    pub ftp_active_ports: Option<Ports>,
    /// Address of this machine that FTP connections come from and go to [default: the system's choice]
    #[arg(long, global = true, value_name = "ADDRESS", value_parser = parse_address, help_heading = "FTP")]
    pub ftp_bind: Option<IpAddr>,
    /// How the connection is protected
    #[arg(long, global = true, value_name = "KIND", help_heading = "FTP")]
    pub ftp_tls: Option<FtpTls>,
    /// How a blob is replaced where the server does not rename over it [default: auto, not at all]
    #[arg(long, global = true, value_name = "HOW", help_heading = "FTP")]
    pub ftp_replace: Option<FtpReplace>,
    /// How the server writes names [default: utf-8]
    #[arg(long, global = true, value_name = "NAME", help_heading = "FTP")]
    pub ftp_encoding: Option<FtpEncoding>,

    /// Directory of the fs backend
    #[arg(long, global = true, value_name = "DIR", help_heading = "fs")]
    pub root: Option<PathBuf>,

    /// PEM file of certificates to trust beside those of the system
    #[arg(long, global = true, value_name = "FILE", help_heading = "TLS")]
    pub ca_bundle: Option<PathBuf>,
    /// Accept any certificate: anybody in between can read and change everything
    #[arg(long, global = true, help_heading = "TLS")]
    pub insecure: bool,

    /// Repeat temporary failures for this long; 0 = one attempt [default: 2m]
    #[arg(long, global = true, value_name = "DURATION", value_parser = parse_duration, help_heading = "Reliability")]
    pub retry_for: Option<Duration>,
    /// Give an attempt up when nothing moves for this long [default: 60s]
    #[arg(long, global = true, value_name = "DURATION", value_parser = parse_duration, help_heading = "Reliability")]
    pub timeout: Option<Duration>,
    /// Give a connection attempt up after this long [default: 10s]
    #[arg(long, global = true, value_name = "DURATION", value_parser = parse_duration, help_heading = "Reliability")]
    pub connect_timeout: Option<Duration>,
    /// Give the whole command up after this long; exit 7 [default: never]
    #[arg(long, global = true, value_name = "DURATION", value_parser = parse_duration, help_heading = "Reliability")]
    pub deadline: Option<Duration>,
    /// Blobs at once [default: 8]
    #[arg(long, global = true, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256), help_heading = "Reliability")]
    pub jobs: Option<u16>,
    /// Parts of one blob at once, up and down (S3) [default: 4]
    #[arg(long, global = true, value_name = "N", value_parser = parse_at_once, help_heading = "Reliability")]
    pub parts: Option<u16>,
    /// Bytes of a part, 5MiB to 5GiB (S3); raised where 10,000 parts would not do [default: 16MiB]
    ///
    /// What fits one part goes as one request. The parts of a stream (stdin, a pipe, a copy between stores) are kept in
    /// memory and grow: 1,000 are of this size, then 1,000 of twice the size, and so on to 5GiB.
    #[arg(long, global = true, value_name = "SIZE", value_parser = parse_part_size, help_heading = "Reliability")]
    pub part_size: Option<u64>,
    /// Memory for the parts of a stream (S3), at least 5MiB; it limits their size [default: what they take]
    ///
    /// Without it, --parts times --part-size (64 MiB), and beyond 109 GiB of input as much as one part takes: 1 GiB up to
    /// 1.9 TiB. With it, parts do not grow beyond it, and the input is limited: to 546 GiB with 64MiB, to 2.9 TiB with
    /// 512MiB. A get to stdout keeps the parts that come before their turn within --parts times --part-size, or within it.
    #[arg(long, global = true, value_name = "SIZE", value_parser = parse_memory, help_heading = "Reliability")]
    pub max_memory: Option<u64>,

    /// Print one JSON object a blob
    #[arg(long, global = true, help_heading = "Output")]
    pub json: bool,
    /// What to show of running transfers [default: auto, a bar on a terminal]
    #[arg(long, global = true, value_name = "HOW", help_heading = "Output")]
    pub progress: Option<Progress>,
    /// Show errors only
    #[arg(
        short,
        long,
        global = true,
        help_heading = "Output",
        conflicts_with = "verbose"
    )]
    pub quiet: bool,
    /// Say what was done; twice: show each request
    #[arg(short, long, global = true, action = clap::ArgAction::Count, help_heading = "Output")]
    pub verbose: u8,
}

/// The kinds of store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, ValueEnum)]
pub enum BackendKind {
    /// S3 and what speaks like it
    S3,
    /// FTP and FTPS
    Ftp,
    /// A directory
    Fs,
}

impl BackendKind {
    /// The name in settings and messages.
    pub fn name(self) -> &'static str {
        match self {
            Self::S3 => "s3",
            Self::Ftp => "ftp",
            Self::Fs => "fs",
        }
    }
}

/// `--addressing`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum AddressingStyle {
    /// By endpoint and name
    Auto,
    /// endpoint/bucket/key
    Path,
    /// bucket.endpoint/key
    Virtual,
}

/// `--checksum`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ChecksumKind {
    /// The cheapest that the store understands
    Auto,
    /// CRC-64/NVME
    Crc64nvme,
    /// CRC-32C
    Crc32c,
    /// CRC-32
    Crc32,
    /// SHA-256
    Sha256,
    /// SHA-1
    Sha1,
    /// Content-MD5 and the ETag
    Md5,
    /// Only the length
    None,
}

/// `--payload-signing`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum PayloadSigningKind {
    /// Over http, where nothing else protects the body
    Auto,
    /// Always
    Signed,
    /// Never
    Unsigned,
}

/// `--ftp-mode`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FtpMode {
    /// We open it
    Passive,
    /// The server opens it
    Active,
}

/// `--ftp-replace`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FtpReplace {
    /// By renaming over it; where that is refused, the old blob stays
    Auto,
    /// Where that is refused, by moving the old blob away first
    DeleteFirst,
}

/// `--ftp-encoding`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FtpEncoding {
    /// As nearly all servers do
    #[value(name = "utf-8")]
    Utf8,
    /// ISO 8859-1, as some old ones do
    #[value(name = "latin-1")]
    Latin1,
}

/// `--ftp-tls`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FtpTls {
    /// Not at all
    None,
    /// By AUTH TLS
    Explicit,
    /// From the first byte
    Implicit,
}

/// `--resume`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Resume {
    /// Also what an earlier run of the same command left, which is kept when a run fails
    Auto,
    /// What earlier attempts of the same run left
    Run,
    /// Nothing
    Never,
}

/// How a download is proven.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Verify {
    /// The strongest digest that the store has
    Auto,
    /// The length
    Length,
}

/// `--progress`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Progress {
    /// A bar if stderr is a terminal, else nothing
    Auto,
    /// A bar
    Bar,
    /// A line every 10 seconds
    Lines,
    /// Nothing
    None,
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
