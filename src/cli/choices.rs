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

/// `--resume`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ResumeChoice {
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
