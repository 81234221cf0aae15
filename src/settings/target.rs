//! The store and the key that an address names.

use std::ffi::OsStr;

use super::Settings;
use super::address::Address;
use super::ftp::{FtpServer, server_address};
use super::scope::{SettingScope, choice};
use crate::backend::ftp::Tls;
use crate::cli::BackendKind;
use crate::cli::vocabulary::nearest;
use crate::error::{Error, Kind, Result, printable};

/// A reference to a store, made from the command line. Equal references are the same store.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum StoreRef {
    /// The backend with the settings of its section.
    Backend(BackendKind),
    /// A remote of the config file.
    Remote { name: String, kind: BackendKind },
    /// `s3://BUCKET`.
    S3 { bucket: String },
    /// `s3://`: the service, which lists its buckets. No address of a blob names it.
    S3Service,
    /// `ftp://[USER@]HOST[:PORT]`. `base_dir` is the root or the login directory.
    Ftp {
        tls: Tls,
        user: Option<String>,
        host: String,
        port: Option<u16>,
        base_dir: &'static str,
    },
    /// `file://`.
    Root,
}

impl StoreRef {
    /// The kind of store.
    pub fn kind(&self) -> BackendKind {
        match self {
            Self::Backend(kind) | Self::Remote { kind, .. } => *kind,
            Self::S3 { .. } | Self::S3Service => BackendKind::S3,
            Self::Ftp { .. } => BackendKind::Ftp,
            Self::Root => BackendKind::Fs,
        }
    }

    /// The error about an address that names a store but no blob.
    pub fn without_key(&self) -> Error {
        let what = match self {
            Self::Backend(_) => "the key is empty".to_owned(),
            Self::Remote { name, .. } => {
                format!("a key is missing: `{}:` is a remote", printable(name))
            }
            Self::S3 { bucket } => {
                format!("a key is missing: `s3://{}` is a bucket", printable(bucket))
            }
            Self::S3Service => "`s3://` names no bucket".to_owned(),
            Self::Ftp {
                tls,
                user,
                host,
                port,
                ..
            } => {
                let server = FtpServer {
                    host: host.clone(),
                    port: port.unwrap_or(tls.port()),
                    tls: *tls,
                };
                let address = server_address(&server, user.as_deref());
                format!("a path is missing: `{}` is a server", printable(&address))
            }
            Self::Root => "a path is missing: `file:///` is a directory".to_owned(),
        };
        Error::new(Kind::Usage, what)
    }
}

/// A resolved address. The key may be empty or end in `/`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// The store.
    pub store: StoreRef,
    /// The key as typed, without the prefix of the store's settings.
    pub key: String,
}

impl Target {
    /// Rejects `s3://BUCKET` and `ftp://HOST`, typed as `text`, as the destination of `source`: with a `/` at its end, it would
    /// take the base name of the source.
    pub fn check_key(&self, text: &OsStr, source: &OsStr) -> Result<()> {
        let is_address = matches!(self.store, StoreRef::S3 { .. } | StoreRef::Ftp { .. });
        if !is_address || !self.key.is_empty() || text.as_encoded_bytes().ends_with(b"/") {
            return Ok(());
        }
        let name = source.to_string_lossy();
        let name = match name.rsplit('/').next() {
            None | Some("" | "-" | "." | "..") => "KEY",
            Some(name) => name,
        };
        let store = printable(&text.to_string_lossy());
        let hint = format!("write {store}/ or {store}/{}", printable(name));
        Err(self.store.without_key().with_hint(hint))
    }
}

impl Settings {
    /// The target of an address; `None` for stdin or stdout.
    pub fn target(&self, text: &str) -> Result<Option<Target>> {
        let is_remote = |name: &str| self.has_remote(name);
        let (store, key) = match Address::parse(text, is_remote)? {
            Address::Stdio => return Ok(None),
            Address::Plain(key) => (self.default_store()?, key),
            Address::Remote { remote, key } => (
                self.remote(&remote)
                    .map_err(|error| self.explain_colon(error, &remote, text))?,
                key,
            ),
            Address::S3 { bucket, key } => (StoreRef::S3 { bucket }, key),
            Address::Ftp {
                tls,
                user,
                host,
                port,
                path,
            } => {
                // `ftp://host//path` begins at the root, `ftp://host/path` in the login directory.
                let (base_dir, key) = match path.strip_prefix('/') {
                    Some(rest) => ("/", rest.to_owned()),
                    None => ("", path),
                };
                let store = StoreRef::Ftp {
                    tls,
                    user,
                    host,
                    port,
                    base_dir,
                };
                (store, key)
            }
            Address::File(path) => (StoreRef::Root, path.trim_start_matches('/').to_owned()),
        };
        Ok(Some(Target { store, key }))
    }

    /// The store for plain keys.
    fn default_store(&self) -> Result<StoreRef> {
        if let Some(name) = &self.flags.remote {
            let store = self.remote(name)?;
            return match self.flags.backend {
                Some(kind) if kind != store.kind() => {
                    let text = format!(
                        "the remote `{}` is a store of {}, not of {}",
                        printable(name),
                        store.kind().name(),
                        kind.name()
                    );
                    Err(Error::new(Kind::Usage, text).with_hint("omit --backend"))
                }
                _ => Ok(store),
            };
        }
        if let Some(kind) = self.flags.backend {
            return Ok(StoreRef::Backend(kind));
        }
        // Level by level: a backend in the environment takes precedence over a remote in the file.
        if let Some((key, found)) = self.top().first(&["remote", "backend"]) {
            return match key {
                "remote" => self.remote(&found.text),
                _ => found
                    .parse("backend", choice::<BackendKind>)
                    .map(StoreRef::Backend),
            };
        }
        Ok(StoreRef::Backend(BackendKind::Fs))
    }

    /// Returns whether a text in place of a local path is the address of a blob. A local file of that name takes precedence.
    pub fn is_store_address(&self, text: &OsStr) -> bool {
        let is_remote = |name: &str| self.has_remote(name);
        let parsed = text.to_str().map(|text| Address::parse(text, is_remote));
        let is_address = match parsed {
            Some(Ok(Address::S3 { .. } | Address::Ftp { .. } | Address::File(_))) => true,
            Some(Ok(Address::Remote { remote, .. })) => is_remote(&remote),
            _ => false,
        };
        is_address && std::path::Path::new(text).symlink_metadata().is_err()
    }

    /// Returns whether `store` is the built-in default store, chosen because no option, variable or file names another one.
    pub fn is_unasked_default(&self, store: &StoreRef) -> bool {
        let is_fs = *store == StoreRef::Backend(BackendKind::Fs);
        let scope = self.scope(store);
        is_fs
            && self.flags.backend.is_none()
            && self.flags.root.is_none()
            && scope.found("root").is_none()
            && self.top().first(&["remote", "backend"]).is_none()
    }

    fn top(&self) -> SettingScope<'_> {
        SettingScope {
            settings: self,
            section: "",
            remote: None,
        }
    }

    pub(super) fn remote(&self, name: &str) -> Result<StoreRef> {
        let kind = self
            .file
            .as_ref()
            .and_then(|file| file.remote(name))
            .and_then(|kind| choice::<BackendKind>(kind).ok());
        if let Some(kind) = kind {
            return Ok(StoreRef::Remote {
                name: name.to_owned(),
                kind,
            });
        }
        let text = format!("unknown remote `{}`", printable(name));
        Err(Error::new(Kind::Config, text).with_hint(self.explain_remotes(name, "")))
    }

    /// The nearest name of a remote, followed by `end` as it was typed, and the file that defines remotes.
    fn explain_remotes(&self, name: &str, end: &str) -> String {
        let Some(file) = &self.file else {
            return "no config file was found: remotes are its sections [remotes.NAME]".to_owned();
        };
        let path = printable(&file.path.to_string_lossy());
        let place = format!("remotes are the sections [remotes.NAME] of {path}");
        let known: Vec<&str> = file.remotes().collect();
        match nearest(name, known.iter().copied()) {
            Some(near) => format!("did you mean `{}{end}`? {place}", printable(near)),
            None if known.is_empty() => format!("{place}, which has none"),
            None => format!("{place}, which has {}", printable(&known.join(", "))),
        }
    }

    pub(super) fn has_remote(&self, name: &str) -> bool {
        self.file
            .as_ref()
            .is_some_and(|file| file.remote(name).is_some())
    }

    /// Adds a hint with the full address of the key, in case the key contains a colon on purpose.
    fn explain_colon(&self, error: Error, name: &str, key: &str) -> Error {
        let address = self
            .full_address(key)
            .unwrap_or_else(|| "its full address, like file:///PATH or s3://BUCKET/KEY".to_owned());
        error.with_hint(format!(
            "{}; for a key that contains a colon, use {}",
            self.explain_remotes(name, ":"),
            printable(&address)
        ))
    }

    /// The address of `key` on the default store, valid whatever the default store is; `None` if settings are missing.
    fn full_address(&self, key: &str) -> Option<String> {
        let store = self.default_store().ok()?;
        if let StoreRef::Remote { name, .. } = &store {
            return Some(format!("{name}:{key}"));
        }
        let (scope, flags) = (self.scope(&store), &self.flags);
        let prefix = scope.text("prefix", None).unwrap_or_default();
        match store.kind() {
            BackendKind::Fs => {
                let root = std::path::absolute(self.fs(&scope).ok()?.root).ok()?;
                let root = root.to_str()?.trim_end_matches('/');
                Some(format!("file://{root}/{prefix}{key}"))
            }
            BackendKind::S3 => {
                let bucket = scope.text("bucket", flags.bucket.as_ref())?;
                Some(format!("s3://{bucket}/{prefix}{key}"))
            }
            BackendKind::Ftp => {
                let endpoint = self.ftp_endpoint(&scope).ok()?;
                let user = scope.text("username", flags.user.as_ref());
                let base = scope
                    .text("base_dir", flags.base_dir.as_ref())
                    .unwrap_or_default();
                let slash = if base.is_empty() || base.ends_with('/') {
                    ""
                } else {
                    "/"
                };
                let server = server_address(&endpoint, user.as_deref());
                Some(format!("{server}/{base}{slash}{prefix}{key}"))
            }
        }
    }
}
