//! The options of all commands.

use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use super::bounds::{
    JobCount, LIMIT_RATE, MAX_MEMORY, PART_SIZE, PARTS, PORT, RETRY_FOR, TIMEOUT, parse_jobs,
};
use super::choices::{BackendKind, ChecksumKind, Progress};
use crate::backend::ftp::config::{Mode, Replace, Tls, UploadFile};
use crate::backend::ftp::socket::parse_address;
use crate::backend::ftp::temporary::TemporaryPattern;
use crate::backend::ftp::{Encoding, Ports};
use crate::backend::s3::{Addressing, PayloadSigning};

/// The options of all commands.
#[derive(Debug, Args, Clone, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a flag on the command line"
)]
pub struct Global {
    /// Backend for keys without a scheme (settings from its config section)
    #[arg(
        short,
        long,
        global = true,
        value_name = "KIND",
        help_heading = "Which store"
    )]
    pub backend: Option<BackendKind>,
    /// Remote of the config file for keys without a scheme
    #[arg(long, global = true, value_name = "NAME", help_heading = "Which store")]
    pub remote: Option<String>,
    /// Config file to read instead of the first one found
    #[arg(long, global = true, value_name = "FILE", help_heading = "Which store")]
    pub config: Option<PathBuf>,

    /// URL of the service, like http://127.0.0.1:9000
    #[arg(long, global = true, value_name = "URL", help_heading = "S3")]
    pub endpoint_url: Option<String>,
    /// Bucket for keys without a scheme
    #[arg(long, global = true, value_name = "NAME", help_heading = "S3")]
    pub bucket: Option<String>,
    /// Region to sign for
    #[arg(long, global = true, value_name = "NAME", help_heading = "S3")]
    pub region: Option<String>,
    /// Profile of the AWS config and credentials files
    #[arg(long, global = true, value_name = "NAME", help_heading = "S3")]
    pub profile: Option<String>,
    /// Place of the bucket's name in URLs: the path or the host name [default: auto]
    #[arg(long, global = true, value_name = "STYLE", help_heading = "S3")]
    pub addressing: Option<Addressing>,
    /// Checksum that the store must confirm (S3) or compute (FTP) [default: auto]
    #[arg(long, global = true, value_name = "KIND", help_heading = "S3 and FTP")]
    pub checksum: Option<ChecksumKind>,
    /// Sign the SHA-256 of the body [default: auto, over http only]
    #[arg(long, global = true, value_name = "HOW", help_heading = "S3")]
    pub payload_signing: Option<PayloadSigning>,
    /// File with your encryption key for SSE-C: 32 bytes, or their base64 or hex (https only)
    #[arg(long, global = true, value_name = "FILE", help_heading = "S3")]
    pub sse_c_key_file: Option<PathBuf>,
    /// Accept the charges of a requester-pays bucket
    #[arg(long, global = true, help_heading = "S3")]
    pub request_payer: bool,
    /// Do not sign requests, for public buckets
    #[arg(long, global = true, help_heading = "S3")]
    pub no_sign_request: bool,

    /// FTP server
    #[arg(long, global = true, value_name = "HOST", help_heading = "FTP")]
    pub host: Option<String>,
    /// Port of the FTP server
    #[arg(long, global = true, value_name = "PORT", value_parser = |text: &str| PORT.parse(text), help_heading = "FTP")]
    pub port: Option<u16>,
    /// Login name
    #[arg(long, global = true, value_name = "NAME", help_heading = "FTP")]
    pub user: Option<String>,
    /// Directory on the server that keys are relative to
    #[arg(long, global = true, value_name = "DIR", help_heading = "FTP")]
    pub base_dir: Option<String>,
    /// Side that opens the connections for listings and transfers [default: passive]
    #[arg(long, global = true, value_name = "MODE", help_heading = "FTP")]
    pub ftp_mode: Option<Mode>,
    /// Local ports for active mode, like 50000-50099 [default: any]
    #[arg(long, global = true, value_name = "A-B", help_heading = "FTP")]
    pub ftp_active_ports: Option<Ports>,
    /// Local address of FTP connections [default: chosen by the system]
    #[arg(long, global = true, value_name = "ADDRESS", value_parser = parse_address, help_heading = "FTP")]
    pub ftp_bind: Option<IpAddr>,
    /// Encryption of the connections [default: none]
    #[arg(long, global = true, value_name = "KIND", help_heading = "FTP")]
    pub ftp_tls: Option<Tls>,
    /// Overwriting a blob on servers that do not rename over an existing file [default: auto, an error]
    #[arg(long, global = true, value_name = "HOW", help_heading = "FTP")]
    pub ftp_replace: Option<Replace>,
    /// File that receives an upload [default: temporary]
    #[arg(long, global = true, value_name = "HOW", help_heading = "FTP")]
    pub ftp_upload: Option<UploadFile>,
    /// Names of temporary files on the server, for those that forbid the usual ones [default: .blobctl-{random}.part]
    #[arg(long, global = true, value_name = "PATTERN", help_heading = "FTP")]
    pub ftp_temporary_name: Option<TemporaryPattern>,
    /// Encoding of the server's file names [default: utf-8]
    #[arg(long, global = true, value_name = "NAME", help_heading = "FTP")]
    pub ftp_encoding: Option<Encoding>,

    /// Directory of the fs backend
    #[arg(long, global = true, value_name = "DIR", help_heading = "fs")]
    pub root: Option<PathBuf>,

    /// Additional CA certificates (PEM)
    #[arg(long, global = true, value_name = "FILE", help_heading = "TLS")]
    pub ca_bundle: Option<PathBuf>,
    /// Client certificate (PEM), for servers that require one
    #[arg(long, global = true, value_name = "FILE", help_heading = "TLS")]
    pub client_cert: Option<PathBuf>,
    /// Private key of --client-cert (PEM) [default: in its file]
    #[arg(long, global = true, value_name = "FILE", help_heading = "TLS")]
    pub client_key: Option<PathBuf>,
    /// Accept any TLS certificate: others on the network can read and change the data, and get an FTP login
    #[arg(long, global = true, help_heading = "TLS")]
    pub insecure: bool,

    /// Retry temporary failures for up to this long; 0 = one attempt [default: 2m]
    #[arg(long, global = true, value_name = "DURATION", value_parser = |text: &str| RETRY_FOR.parse(text), help_heading = "Reliability")]
    pub retry_for: Option<Duration>,
    /// Abort an attempt after this long without progress [default: 60s]
    #[arg(long, global = true, value_name = "DURATION", value_parser = |text: &str| TIMEOUT.parse(text), help_heading = "Reliability")]
    pub timeout: Option<Duration>,
    /// Abort a connection attempt after this long [default: 10s]
    #[arg(long, global = true, value_name = "DURATION", value_parser = |text: &str| TIMEOUT.parse(text), help_heading = "Reliability")]
    pub connect_timeout: Option<Duration>,
    /// Abort the whole command after this long (exit 7) [default: never]
    #[arg(long, global = true, value_name = "DURATION", value_parser = |text: &str| TIMEOUT.parse(text), help_heading = "Reliability")]
    pub deadline: Option<Duration>,
    /// Blobs to transfer in parallel, 1 to 256 [default: auto]
    ///
    /// auto: up to 52 small blobs or 8 large ones, fewer while the store asks for less or connections fail.
    #[arg(long, global = true, value_name = "N", value_parser = parse_jobs, help_heading = "Reliability")]
    pub jobs: Option<JobCount>,
    /// Parts per blob in parallel, 1 to 64 (S3) [default: 4]
    #[arg(long, global = true, value_name = "N", value_parser = |text: &str| PARTS.parse(text), help_heading = "Reliability")]
    pub parts: Option<u16>,
    /// Part size, 5MiB to 5GiB (S3); raised if the file needs more than 10,000 parts [default: 16MiB]
    ///
    /// A file that fits into one part is sent in one request. The parts of a stream (stdin, a pipe, a copy between stores)
    /// are buffered in memory and grow: 1,000 parts of this size, then 1,000 of twice the size, and so on up to 5GiB.
    #[arg(long, global = true, value_name = "SIZE", value_parser = |text: &str| PART_SIZE.parse(text), help_heading = "Reliability")]
    pub part_size: Option<u64>,
    /// Memory for the parts of a stream (S3), at least 5MiB; limits their size [default: as needed]
    ///
    /// By default a stream needs --parts times --part-size (64 MiB), and the size of one part after 109 GiB of input: 1 GiB at
    /// 1.9 TiB. With this option, parts do not grow larger, and the input is limited: to 546 GiB with 64MiB, to 2.9 TiB with
    /// 512MiB. A get to stdout buffers out-of-order parts in --parts times --part-size, or in this much.
    #[arg(long, global = true, value_name = "SIZE", value_parser = |text: &str| MAX_MEMORY.parse(text), help_heading = "Reliability")]
    pub max_memory: Option<u64>,
    /// Limit of all transfers together, in bytes per second, like 10M [default: none]
    ///
    /// Uploads and downloads count, and so does what is sent again after a failure: a copy between two stores passes this
    /// machine twice. Copies within a service, listings and the overhead of protocols do not count.
    #[arg(long, global = true, value_name = "RATE", value_parser = |text: &str| LIMIT_RATE.parse(text), help_heading = "Reliability")]
    pub limit_rate: Option<u64>,

    /// Print one JSON object per blob
    #[arg(long, global = true, help_heading = "Output")]
    pub json: bool,
    /// Progress of running transfers [default: auto, a bar on a terminal]
    #[arg(long, global = true, value_name = "HOW", help_heading = "Output")]
    pub progress: Option<Progress>,
    /// Print errors only; with --json, not even those on stderr
    #[arg(
        short,
        long,
        global = true,
        help_heading = "Output",
        conflicts_with = "verbose"
    )]
    pub quiet: bool,
    /// Print results; -vv also prints each request
    #[arg(short, long, global = true, action = clap::ArgAction::Count, help_heading = "Output")]
    pub verbose: u8,
}
