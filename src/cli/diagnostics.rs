//! The commands about blobctl itself: its settings, its access to a store, and what earlier runs left behind.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Subcommand, ValueEnum};

use crate::units::parse_duration;

/// `blobctl doctor [OPTIONS] [ADDRESS]`
#[derive(Debug, Args)]
pub struct Doctor {
    /// Store to check: an address, REMOTE: or nothing for the default store
    #[arg(value_name = "ADDRESS")]
    pub address: Option<OsString>,
    /// Also store, overwrite, read and remove a small scratch blob
    ///
    /// Its key is a temporary name of blobctl below ADDRESS. It is removed even if a step fails.
    #[arg(long)]
    pub write: bool,
}

/// `blobctl gc [OPTIONS] [PREFIX]`
#[derive(Debug, Args)]
pub struct Gc {
    /// Search below this address or prefix [default: the whole default store]
    #[arg(value_name = "PREFIX")]
    pub prefix: Option<OsString>,
    /// Only leftovers without a change for this long
    #[arg(long, value_name = "DURATION", value_parser = parse_duration, default_value = "24h")]
    pub older_than: Duration,
    /// Remove the leftovers instead of listing them
    #[arg(long)]
    pub delete: bool,
}

/// `blobctl config COMMAND`
#[derive(Debug, Args)]
#[command(disable_help_subcommand = true)]
pub struct Config {
    /// The command.
    #[command(subcommand)]
    pub command: ConfigCommand,
}

/// The commands of `blobctl config`.
#[derive(Debug, Subcommand)]
pub enum ConfigCommand {
    /// Print the path of the config file in use; exit code 3 if there is none
    Path,
    /// Print every setting with its value and its origin; secrets are masked
    Show(ConfigShow),
    /// Check the config file and the environment; exit code 3 with file, line and key
    Check,
    /// Print the settings of another tool as a config file
    Import(ConfigImport),
}

/// `blobctl config show [ADDRESS]`
#[derive(Debug, Args)]
pub struct ConfigShow {
    /// Only the settings that apply to this store: an address or REMOTE: [default: all sections]
    #[arg(value_name = "ADDRESS")]
    pub address: Option<OsString>,
}

/// `blobctl config import TOOL`
#[derive(Debug, Args)]
pub struct ConfigImport {
    /// Tool to import from
    #[arg(value_name = "TOOL")]
    pub tool: ImportTool,
    /// File to read, or - for stdin [default: the tool's own file]
    #[arg(long, value_name = "FILE")]
    pub from: Option<PathBuf>,
    /// Copy secrets into the output, in clear; without it the output refers to the tool's file
    #[arg(long)]
    pub reveal: bool,
    /// Print only the secret of one remote, as password_command and credential_process expect it (with --reveal)
    #[arg(long, value_name = "NAME", requires = "reveal")]
    pub secret: Option<String>,
}

/// The tools whose settings can be imported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ImportTool {
    /// AWS CLI: profiles of ~/.aws/config and ~/.aws/credentials
    Aws,
    /// rclone: remotes of the types s3 and ftp
    Rclone,
    /// s3cmd: sections of ~/.s3cfg
    S3cmd,
    /// MinIO client: aliases of ~/.mc/config.json
    Mc,
}

impl ImportTool {
    /// The name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Aws => "aws",
            Self::Rclone => "rclone",
            Self::S3cmd => "s3cmd",
            Self::Mc => "mc",
        }
    }
}
