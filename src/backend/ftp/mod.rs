//! FTP, in the clear or protected by TLS.
//!
//! [`connect`] opens a [`session`] on a [`server`] over a [`control`] connection, once [`login_gate`] permits the login, and
//! [`pool`] keeps it for the next blob. [`data`] and [`active`] open its data connections; [`socket`] is the local end of all
//! of them. [`stat`], [`put`] (with [`send`], [`resume`] and [`publish`]), [`get`], [`list`] and [`delete`] are the storage operations;
//! [`diagnostics`] takes an access apart.
//! [`reply`], [`feat`], [`passive`], [`mlsx`], [`unix_list`] and [`hash`] parse what servers send. Only [`tls`] and [`stream`]
//! know the `ftp` crate, and use nothing but its TLS streams: its control connection ends a reply at any line with a code, and
//! its active mode supports neither a range of ports nor cancellation.

mod active;
pub mod config;
mod connect;
mod control;
mod data;
mod delete;
mod diagnostics;
pub mod digest;
mod directory;
mod encoding;
pub mod feat;
mod get;
pub mod hash;
pub mod limits;
mod list;
mod login;
pub mod login_gate;
pub mod mlsx;
pub mod passive;
mod password;
pub mod paths;
mod pool;
mod publish;
mod put;
pub mod reply;
mod resume;
mod send;
mod server;
mod session;
pub mod socket;
mod stat;
mod stream;
pub mod temporary;
mod tls;
pub mod unix_list;

pub use self::config::{Config, Digests, Mode, Password, Replace, Tls, UploadFile};
pub use self::encoding::Encoding;
use self::paths::collapsed;
use self::pool::SessionPool;
use self::server::Server;
pub use self::socket::Ports;
use self::stat::Lookup;
use crate::error::Result;
use crate::io::payload::Payload;
use crate::key::Key;
use crate::store::diagnostics::Diagnostics;
use crate::store::download::Download;
use crate::store::identity::{BlobId, StoreId};
use crate::store::leftovers::Leftovers;
use crate::store::list::{ListOptions, Page, PageToken};
use crate::store::resumable::{PartialUpload, ResumablePut};
use crate::store::types::{GetOptions, ObjectMeta, PutOptions, PutResult};
use crate::store::{Capabilities, Context, Store};
use crate::url::Url;

/// The login name where none was given.
const ANONYMOUS: &str = "anonymous";

/// The store.
pub struct Ftp {
    pool: SessionPool,
}

impl Ftp {
    /// Nothing is connected before the first operation.
    pub fn new(config: Config, context: Context) -> Self {
        Self {
            pool: SessionPool::new(Server::new(config, context)),
        }
    }

    /// The path of a key: absolute with a leading `/`, else below the login directory.
    fn below_base(&self, key: &str) -> String {
        let base = &self.pool.server().config.base_dir;
        let slash = if base.is_empty() { "" } else { "/" };
        format!("{}{slash}{key}", base.trim_end_matches('/'))
    }
}

impl Store for Ftp {
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
        BlobId::new(store, collapsed(&self.below_base(key.as_str())))
    }

    fn head(&self, key: &Key) -> Result<Option<ObjectMeta>> {
        let path = self.pool.path(key)?;
        let mut lease = self.pool.lease()?;
        let found = lease.begin(|session| {
            let path = format!("{}/{path}", session.base());
            session.look_up(&path)
        })?;
        Ok(match found {
            Lookup::Blob(info) => Some(info),
            Lookup::Directory | Lookup::Absent => None,
        })
    }

    fn put(&self, key: &Key, payload: &Payload, options: &PutOptions) -> Result<PutResult> {
        put::put(&self.pool, key, payload, options)
    }

    fn list(&self, options: &ListOptions<'_>, page: Option<&PageToken>) -> Result<Page> {
        list::list_page(&self.pool, options, page)
    }

    fn delete(&self, key: &Key) -> Result<()> {
        delete::delete(&self.pool, key)
    }

    fn capabilities(&self) -> &Capabilities {
        &Capabilities {
            needs_login: true,
            ranges: false,
            attributes: false,
            etag_conditions: false,
            keys_are_paths: true,
        }
    }

    fn resumable(&self) -> Option<&dyn ResumablePut> {
        // A part of a blob under its own name must not stay.
        let is_temporary = self.pool.server().config.upload == UploadFile::Temporary;
        is_temporary.then_some(self)
    }

    fn diagnostics(&self) -> Option<&dyn Diagnostics> {
        Some(self)
    }

    fn leftovers(&self) -> Option<&dyn Leftovers> {
        Some(self)
    }

    fn get(&self, key: &Key, options: &GetOptions<'_>) -> Result<Download<'_>> {
        get::get(&self.pool, key, options)
    }
}

impl Leftovers for Ftp {
    fn temporary_files(&self, prefix: &str, page: Option<&PageToken>) -> Result<Page> {
        list::temporary_files(&self.pool, prefix, page)
    }
}

impl ResumablePut for Ftp {
    fn resume(
        &self,
        key: &Key,
        payload: &Payload,
        options: &PutOptions,
        draft: &PartialUpload,
    ) -> Result<PutResult> {
        put::resume(&self.pool, key, payload, options, draft)
    }

    fn discard(&self, key: &Key, draft: &PartialUpload) {
        put::discard(&self.pool, key, draft);
    }
}
