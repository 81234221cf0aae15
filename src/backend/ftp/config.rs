//! The settings of an FTP store.

use std::net::IpAddr;
use std::path::PathBuf;

use clap::ValueEnum;

use super::encoding::Encoding;
use super::socket::Ports;
use super::temporary::TemporaryPattern;
use crate::digest::Algorithm;
use crate::net::client_certificate::ClientCertificate;
use crate::net::tls_roots::Roots;
use crate::secret::Secret;

/// An FTP server, a login and a directory on it.
#[derive(Debug, Clone)]
pub struct Config {
    /// Host name or address; IPv6 without brackets.
    pub host: String,
    /// Control port.
    pub port: u16,
    /// The login name; `anonymous` if none was given.
    pub username: String,
    /// The source of the password.
    pub password: Password,
    /// The directory that keys are relative to: absolute with a leading `/`, else below the login directory.
    pub base_dir: String,
    /// The side that opens the data connection.
    pub mode: Mode,
    /// The ports for active mode; `None` for any.
    pub active_ports: Option<Ports>,
    /// The local address of all connections; `None` for the system's choice.
    pub bind_address: Option<IpAddr>,
    /// The protection of the connections.
    pub tls: Tls,
    /// The replacement of a blob where the server does not rename over it.
    pub replace: Replace,
    /// The file that receives an upload.
    pub upload: UploadFile,
    /// The names of temporary files.
    pub temporary_name: TemporaryPattern,
    /// The encoding of names.
    pub encoding: Encoding,
    /// The checksums to request.
    pub digests: Digests,
    /// The trusted root certificates.
    pub roots: Roots,
    /// Accept any certificate.
    pub insecure: bool,
    /// The certificate for a server that requests one; only with TLS.
    pub client_certificate: Option<ClientCertificate>,
}

/// The source of the password, which is read at the first login.
#[derive(Debug, Clone)]
pub enum Password {
    /// The text itself.
    Text(Secret),
    /// The first line of a file.
    File(PathBuf),
    /// The first line of the output of a command, run by `/bin/sh -c`.
    Command(String),
    /// The conventional password of anonymous logins.
    Anonymous,
}

/// The side that opens the data connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Mode {
    /// blobctl connects to the server, which works behind NAT and most firewalls
    // EPSV, PASV.
    Passive,
    /// The server connects to this machine, which it must be able to reach
    // EPRT, PORT.
    Active,
}

/// The protection of the connections.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, ValueEnum)]
pub enum Tls {
    /// No encryption: password and data can be read on the way
    None,
    /// TLS after AUTH TLS, usually on port 21; a server without it is an error
    Explicit,
    /// TLS from the first byte, usually on port 990
    Implicit,
}

impl Tls {
    /// The default port.
    pub fn port(self) -> u16 {
        match self {
            Self::None | Self::Explicit => 21,
            Self::Implicit => 990,
        }
    }

    /// The URL scheme.
    pub fn scheme(self) -> &'static str {
        match self {
            Self::None => "ftp",
            Self::Explicit => "ftpes",
            Self::Implicit => "ftps",
        }
    }
}

/// The replacement of a blob where the server does not rename over it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Replace {
    /// Rename over the old blob; where that is refused, it stays, and the put fails
    Auto,
    /// Move the old blob away first if the server does not rename over it: readers may find neither for a moment
    DeleteFirst,
}

/// The file that receives an upload.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum UploadFile {
    /// A temporary file, which is renamed to the blob's name once it is complete
    Temporary,
    /// The blob itself, for servers that forbid renames: readers may see a part of it, and a failure leaves no blob
    Direct,
}

/// The checksums of whole files to request, if the server computes any.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Digests {
    /// SHA-256, else MD5, else CRC-32.
    Auto,
    /// This one.
    Only(Algorithm),
    /// None: only sizes are compared.
    None,
}
