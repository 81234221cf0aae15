//! A server that speaks FTP, in the clear or protected by TLS.
//!
//! [`connect`] makes a [`session`] on a [`server`] over a [`control`] connection, and the [`pool`] keeps it for the next blob;
//! [`data`] and [`active`] open its data connections, and [`local`] is our end of all of them. [`lookup`], [`upload`] (with
//! [`sending`], [`draft`] and [`publish`]), [`download`] and [`tree`] are the storage operations. [`replies`], [`features`],
//! [`ports`], [`listing`], [`long_listing`] and [`sums`] read what servers write. [`tls`] and [`wire`] are the only places that
//! know the `ftp` crate, whose TLS streams they use: its control connection ends a reply at any line with a code, and its
//! active mode knows neither ports nor a stop.

mod active;
mod connect;
mod control;
mod data;
mod directory;
mod download;
mod draft;
mod encoding;
pub mod features;
pub mod listing;
pub mod local;
mod login;
pub mod long_listing;
mod lookup;
mod password;
mod pool;
pub mod ports;
mod publish;
pub mod replies;
mod sending;
mod server;
mod session;
pub mod sums;
mod tls;
mod tree;
mod upload;
mod wire;

use std::net::IpAddr;
use std::path::PathBuf;

use clap::ValueEnum;

pub use self::encoding::Encoding;
pub use self::local::Ports;
use self::lookup::Found;
use self::pool::Pool;
use self::server::Server;
use crate::digest::Algorithm;
use crate::error::Result;
use crate::io::payload::Payload;
use crate::key::Key;
use crate::net::tls_roots::Roots;
use crate::secret::Secret;
use crate::store::identity::{BlobId, StoreId};
use crate::store::resumable::{Continuing, Draft};
use crate::store::types::{Attributes, BlobInfo, From, Listed, Stored};
use crate::store::{Backend, Context, Sink};
use crate::url::Url;

/// The login name where none was given.
const ANONYMOUS: &str = "anonymous";

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

/// The store.
pub struct Ftp {
    pool: Pool,
}

impl Ftp {
    /// Nothing is connected before the first operation.
    pub fn new(config: Config, context: Context) -> Self {
        Self {
            pool: Pool::new(Server::new(config, context)),
        }
    }

    /// The path of a key: absolute with a leading `/`, else below the login directory.
    fn below_base(&self, key: &str) -> String {
        let base = &self.pool.server().config.base_dir;
        let slash = if base.is_empty() { "" } else { "/" };
        format!("{}{slash}{key}", base.trim_end_matches('/'))
    }
}

impl Backend for Ftp {
    /// A path that begins with `/` is absolute. A user name that an address cannot hold is left out; anonymous is what an
    /// address without one means, unless the settings name a user for the host.
    fn url(&self, key: &str) -> Url {
        let config = &self.pool.server().config;
        let (scheme, usual) = match config.tls {
            Tls::None => ("ftp", 21),
            Tls::Explicit => ("ftpes", 21),
            Tls::Implicit => ("ftps", 990),
        };
        let user = &config.username;
        let user = if user == ANONYMOUS || user.contains([':', '/']) {
            String::new()
        } else {
            format!("{user}@")
        };
        let host = if config.host.contains(':') {
            format!("[{}]", config.host)
        } else {
            config.host.clone()
        };
        let port = if config.port == usual {
            String::new()
        } else {
            format!(":{}", config.port)
        };
        Url::new(format!(
            "{scheme}://{user}{host}{port}/{}",
            self.below_base(key)
        ))
    }

    fn id(&self, key: &Key) -> BlobId {
        let config = &self.pool.server().config;
        let store = StoreId::Ftp {
            host: config.host.to_ascii_lowercase(),
            port: config.port,
            username: config.username.clone(),
        };
        BlobId::new(store, self.below_base(key.as_str()))
    }

    fn stat(&self, key: &Key) -> Result<Option<BlobInfo>> {
        let path = self.pool.path(key)?;
        let mut lease = self.pool.lease()?;
        let found = lease.begin(|session| {
            let path = format!("{}/{path}", session.base());
            session.look_up(&path)
        })?;
        Ok(match found {
            Found::Blob(info) => Some(info),
            Found::Directory | Found::Absent => None,
        })
    }

    fn put(&self, key: &Key, payload: &Payload, attributes: &Attributes) -> Result<Stored> {
        upload::put(&self.pool, key, payload, &attributes.condition)
    }

    fn list(
        &self,
        prefix: &str,
        _: Option<&str>,
        each: &mut dyn FnMut(Listed) -> Result<()>,
    ) -> Result<Option<String>> {
        tree::list(&self.pool, prefix, each).map(|()| None)
    }

    fn remove(&self, key: &Key) -> Result<()> {
        tree::remove(&self.pool, key)
    }

    fn demanded(&self) -> Option<Algorithm> {
        match self.pool.server().config.digests {
            Digests::Only(algorithm) => Some(algorithm),
            Digests::Auto | Digests::None => None,
        }
    }

    fn continuing(&self) -> Option<&dyn Continuing> {
        Some(self)
    }

    fn get(&self, key: &Key, from: &From, sink: &mut dyn Sink) -> Result<BlobInfo> {
        download::get(&self.pool, key, from, sink)
    }
}

impl Continuing for Ftp {
    fn put_by(
        &self,
        key: &Key,
        payload: &Payload,
        attributes: &Attributes,
        draft: &Draft,
    ) -> Result<Stored> {
        upload::put_by(&self.pool, key, payload, &attributes.condition, draft)
    }

    fn discard(&self, key: &Key, draft: &Draft) {
        upload::discard(&self.pool, key, draft);
    }
}
