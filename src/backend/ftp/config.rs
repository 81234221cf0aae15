//! The settings of an FTP store.

use std::net::IpAddr;
use std::path::PathBuf;

use clap::ValueEnum;

use super::encoding::Encoding;
use super::socket::Ports;
use crate::digest::Algorithm;
use crate::net::tls_roots::Roots;
use crate::secret::Secret;

/// An FTP server, a login and a directory on it.
#[derive(Debug, Clone)]
pub struct Config {
    /// Host name or address; IPv6 without brackets.
    pub host: String,
    /// Control port.
    pub port: u16,
    /// Login name; `anonymous` where none was given.
    pub username: String,
    /// Where the password comes from.
    pub password: Password,
    /// Directory that keys are relative to: absolute with a leading `/`, else below the login directory.
    pub base_dir: String,
    /// Who opens the data connection.
    pub mode: Mode,
    /// Ports that the server may be told to connect to; any otherwise.
    pub active_ports: Option<Ports>,
    /// The address of this machine that connections come from and go to; the system chooses otherwise.
    pub bind_address: Option<IpAddr>,
    /// How the connections are protected.
    pub tls: Tls,
    /// How a blob is replaced where the server does not rename over it.
    pub replace: Replace,
    /// How names are written.
    pub encoding: Encoding,
    /// Which digests are asked for.
    pub digests: Digests,
    /// The certificates to trust.
    pub roots: Roots,
    /// Accept any certificate.
    pub insecure: bool,
}

/// Where the password comes from; read when the first connection logs in.
#[derive(Debug, Clone)]
pub enum Password {
    /// The text itself.
    Text(Secret),
    /// The first line of a file.
    File(PathBuf),
    /// The first line that a command prints, run by `/bin/sh -c`.
    Command(String),
    /// The usual one of anonymous logins.
    Anonymous,
}

/// Which side opens the data connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Mode {
    /// We open it
    // EPSV, PASV.
    Passive,
    /// The server opens it
    // EPRT, PORT.
    Active,
}

/// How the connections are protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, ValueEnum)]
pub enum Tls {
    /// Not at all
    None,
    /// By AUTH TLS
    Explicit,
    /// From the first byte
    Implicit,
}

impl Tls {
    /// The port that servers use.
    pub fn port(self) -> u16 {
        match self {
            Self::None | Self::Explicit => 21,
            Self::Implicit => 990,
        }
    }

    /// The scheme of an address.
    pub fn scheme(self) -> &'static str {
        match self {
            Self::None => "ftp",
            Self::Explicit => "ftpes",
            Self::Implicit => "ftps",
        }
    }
}

/// How a blob is replaced where the server does not rename over it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Replace {
    /// By renaming over it; where that is refused, the old blob stays
    Auto,
    /// Where that is refused, by moving the old blob away first
    DeleteFirst,
}

/// Which digests of whole files the server is asked for, if it says that it computes any.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Digests {
    /// SHA-256, else MD5, else CRC-32.
    Auto,
    /// This one.
    Only(Algorithm),
    /// None: lengths alone are compared.
    None,
}
