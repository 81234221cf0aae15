//! The options that all verbs have.

use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use super::bounds::{JOBS, MAX_MEMORY, PART_SIZE, PARTS, PORT, RETRY_FOR, TIMEOUT};
use super::choices::{BackendKind, ChecksumKind, Progress};
use crate::backend::ftp::config::{Mode, Replace, Tls};
use crate::backend::ftp::socket::parse_address;
use crate::backend::ftp::{Encoding, Ports};
use crate::backend::s3::{Addressing, PayloadSigning};

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
    pub addressing: Option<Addressing>,
    /// How the store is to prove that it has the bytes [default: auto, a CRC-64/NVME or MD5]
    #[arg(long, global = true, value_name = "KIND", help_heading = "S3")]
    pub checksum: Option<ChecksumKind>,
    /// Whether the body's SHA-256 is signed [default: auto, over http only]
    #[arg(long, global = true, value_name = "HOW", help_heading = "S3")]
    pub payload_signing: Option<PayloadSigning>,
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
    #[arg(long, global = true, value_name = "PORT", value_parser = |text: &str| PORT.parse(text), help_heading = "FTP")]
    pub port: Option<u16>,
    /// Login name
    #[arg(long, global = true, value_name = "NAME", help_heading = "FTP")]
    pub user: Option<String>,
    /// Directory on the server that keys are relative to
    #[arg(long, global = true, value_name = "DIR", help_heading = "FTP")]
    pub base_dir: Option<String>,
    /// Who opens the data connection
    #[arg(long, global = true, value_name = "MODE", help_heading = "FTP")]
    pub ftp_mode: Option<Mode>,
    /// Ports that the server may connect to in active mode, like 50000-50099 [default: any]
    #[arg(long, global = true, value_name = "A-B", help_heading = "FTP")]
    pub ftp_active_ports: Option<Ports>,
    /// Address of this machine that FTP connections come from and go to [default: the system's choice]
    #[arg(long, global = true, value_name = "ADDRESS", value_parser = parse_address, help_heading = "FTP")]
    pub ftp_bind: Option<IpAddr>,
    /// How the connection is protected
    #[arg(long, global = true, value_name = "KIND", help_heading = "FTP")]
    pub ftp_tls: Option<Tls>,
    /// How a blob is replaced where the server does not rename over it [default: auto, not at all]
    #[arg(long, global = true, value_name = "HOW", help_heading = "FTP")]
    pub ftp_replace: Option<Replace>,
    /// How the server writes names [default: utf-8]
    #[arg(long, global = true, value_name = "NAME", help_heading = "FTP")]
    pub ftp_encoding: Option<Encoding>,

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
    #[arg(long, global = true, value_name = "DURATION", value_parser = |text: &str| RETRY_FOR.parse(text), help_heading = "Reliability")]
    pub retry_for: Option<Duration>,
    /// Give an attempt up when nothing moves for this long [default: 60s]
    #[arg(long, global = true, value_name = "DURATION", value_parser = |text: &str| TIMEOUT.parse(text), help_heading = "Reliability")]
    pub timeout: Option<Duration>,
    /// Give a connection attempt up after this long [default: 10s]
    #[arg(long, global = true, value_name = "DURATION", value_parser = |text: &str| TIMEOUT.parse(text), help_heading = "Reliability")]
    pub connect_timeout: Option<Duration>,
    /// Give the whole command up after this long; exit 7 [default: never]
    #[arg(long, global = true, value_name = "DURATION", value_parser = |text: &str| TIMEOUT.parse(text), help_heading = "Reliability")]
    pub deadline: Option<Duration>,
    /// Blobs at once, 1 to 256 [default: 8]
    #[arg(long, global = true, value_name = "N", value_parser = |text: &str| JOBS.parse(text), help_heading = "Reliability")]
    pub jobs: Option<u16>,
    /// Parts of one blob at once, 1 to 64, up and down (S3) [default: 4]
    #[arg(long, global = true, value_name = "N", value_parser = |text: &str| PARTS.parse(text), help_heading = "Reliability")]
    pub parts: Option<u16>,
    /// Bytes of a part, 5MiB to 5GiB (S3); raised where 10,000 parts would not do [default: 16MiB]
    ///
    /// What fits one part goes as one request. The parts of a stream (stdin, a pipe, a copy between stores) are kept in
    /// memory and grow: 1,000 are of this size, then 1,000 of twice the size, and so on to 5GiB.
    #[arg(long, global = true, value_name = "SIZE", value_parser = |text: &str| PART_SIZE.parse(text), help_heading = "Reliability")]
    pub part_size: Option<u64>,
    /// Memory for the parts of a stream (S3), at least 5MiB; it limits their size [default: what they take]
    ///
    /// Without it, --parts times --part-size (64 MiB), and beyond 109 GiB of input as much as one part takes: 1 GiB up to
    /// 1.9 TiB. With it, parts do not grow beyond it, and the input is limited: to 546 GiB with 64MiB, to 2.9 TiB with
    /// 512MiB. A get to stdout keeps the parts that come before their turn within --parts times --part-size, or within it.
    #[arg(long, global = true, value_name = "SIZE", value_parser = |text: &str| MAX_MEMORY.parse(text), help_heading = "Reliability")]
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
