//! The FTP backend.

use std::path::PathBuf;

use crate::secret::Secret;

use super::{Attributes, Backend, BlobInfo, Context, From, Sink, Stored};
use crate::error::Result;
use crate::key::Key;
use crate::payload::Payload;

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
    /// How the connections are protected.
    pub tls: Tls,
    /// PEM file with the certificates to trust instead of the built-in roots.
    pub ca_bundle: Option<PathBuf>,
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

/// Who opens the data connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// We do (EPSV, PASV).
    Passive,
    /// The server does (EPRT, PORT).
    Active,
}

/// How the connections are protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tls {
    /// Not at all.
    None,
    /// AUTH TLS before the login.
    Explicit,
    /// From the first byte, usually port 990.
    Implicit,
}

/// The store.
pub struct Ftp {
    _config: Config,
    _context: Context,
}

impl Ftp {
    /// Nothing is connected before the first operation.
    pub fn new(config: Config, context: Context) -> Self {
        Self {
            _config: config,
            _context: context,
        }
    }
}

impl Backend for Ftp {
    fn url(&self, _key: &Key) -> String {
        String::new()
    }
    fn stat(&self, _key: &Key) -> Result<Option<BlobInfo>> {
        Ok(None)
    }
    fn put(&self, _key: &Key, _payload: &Payload, _attributes: &Attributes) -> Result<Stored> {
        Err(crate::error::Error::not_found())
    }
    fn get(&self, _key: &Key, _from: &From, _sink: &mut dyn Sink) -> Result<BlobInfo> {
        Err(crate::error::Error::not_found())
    }
}
