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
    /// CRC-64/NVME or else MD5 on S3, the strongest that the server computes on FTP
    Auto,
    /// CRC-64/NVME (S3)
    Crc64nvme,
    /// CRC-32C (S3)
    Crc32c,
    /// CRC-32
    Crc32,
    /// SHA-256
    Sha256,
    /// SHA-1
    Sha1,
    /// MD5; on S3 by Content-MD5 and the ETag
    Md5,
    /// No checksum: only the length is compared
    None,
}

/// `--resume`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ResumeChoice {
    /// Keep what a failed or interrupted run has transferred, and resume it when the same command runs again
    Auto,
    /// Resume a blob after a failed attempt of the same run; keep nothing for later runs
    Run,
    /// After a failed attempt, transfer the blob or its part from the start again
    Never,
}

/// `--verify`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Verify {
    /// The strongest checksum that the store has
    Auto,
    /// The length only: damaged bytes are not noticed
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
