//! The values of options that take one of a few words.

use clap::ValueEnum;

/// The kinds of store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, ValueEnum)]
pub enum BackendKind {
    /// S3 and compatible services
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
    /// A checksum that the store supports
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
    /// The length only
    None,
}

/// `--resume`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ResumeChoice {
    /// Also transfers of earlier runs of the same command; keeps unfinished ones when a run fails
    Auto,
    /// Transfers of earlier attempts of the same run
    Run,
    /// Nothing
    Never,
}

/// `--verify`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Verify {
    /// The strongest checksum that the store has
    Auto,
    /// The length only
    Length,
}

/// `--progress`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Progress {
    /// A bar if stderr is a terminal, otherwise nothing
    Auto,
    /// A bar
    Bar,
    /// A line every 10 seconds
    Lines,
    /// Nothing
    None,
}

/// `--print` of `exists`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum PrintKeys {
    /// The keys that exist
    Present,
    /// The keys that do not exist
    Missing,
}
