//! The values of options that take one of a few words.

use clap::ValueEnum;

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
