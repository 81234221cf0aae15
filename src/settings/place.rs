//! Where an address leads.

use super::address::Address;
use super::ftp::authority;
use super::scope::{Scope, choice};
use super::{Settings, schema};
use crate::backend::ftp::Tls;
use crate::cli::BackendKind;
use crate::error::{Error, Kind, Result, printable};

/// Which store, as far as the command line says. Equal places are one store.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Place {
    /// The backend with the settings of its section.
    Backend(BackendKind),
    /// A remote of the config file.
    Remote { name: String, kind: BackendKind },
    /// `s3://BUCKET`.
    S3 { bucket: String },
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

impl Place {
    /// The kind of store.
    pub fn kind(&self) -> BackendKind {
        match self {
            Self::Backend(kind) | Self::Remote { kind, .. } => *kind,
            Self::S3 { .. } => BackendKind::S3,
            Self::Ftp { .. } => BackendKind::Ftp,
            Self::Root => BackendKind::Fs,
        }
    }

    /// The error about an address that names a store and no blob.
    pub fn without_key(&self) -> Error {
        let what = match self {
            Self::Backend(_) => "the key is empty".to_owned(),
            Self::Remote { name, .. } => {
                format!("`{}:` names a remote and no key", printable(name))
            }
            Self::S3 { bucket } => {
                format!("`s3://{}` names a bucket and no key", printable(bucket))
            }
            Self::Ftp { tls, host, .. } => format!(
                "`{}://{}` names a server and no path",
                tls.scheme(),
                printable(host)
            ),
            Self::Root => "`file:///` names a directory and no file".to_owned(),
        };
        Error::new(Kind::Usage, what)
    }
}

/// An address, resolved to a place and a key, which may be empty or end in `/`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// Which store.
    pub place: Place,
    /// The text after the place, without the place's prefix.
    pub key: String,
}

impl Settings {
    /// The target of an address; `None` for stdin or stdout.
    pub fn target(&self, text: &str) -> Result<Option<Target>> {
        let is_remote = |name: &str| self.has_remote(name);
        let (place, key) = match Address::parse(text, is_remote)? {
            Address::Stdio => return Ok(None),
            Address::Plain(key) => (self.default_place()?, key),
            Address::Remote { remote, key } => (
                self.remote(&remote)
                    .map_err(|error| self.explain_colon(error, &remote, text))?,
                key,
            ),
            Address::S3 { bucket, key } => (Place::S3 { bucket }, key),
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
                let place = Place::Ftp {
                    tls,
                    user,
                    host,
                    port,
                    base_dir,
                };
                (place, key)
            }
            Address::File(path) => (Place::Root, path.trim_start_matches('/').to_owned()),
        };
        Ok(Some(Target { place, key }))
    }

    /// The place of plain keys.
    fn default_place(&self) -> Result<Place> {
        if let Some(name) = &self.flags.remote {
            let place = self.remote(name)?;
            return match self.flags.backend {
                Some(kind) if kind != place.kind() => {
                    let text = format!(
                        "the remote `{}` is on {}, not on {}",
                        printable(name),
                        place.kind().name(),
                        kind.name()
                    );
                    Err(Error::new(Kind::Usage, text).with_hint("leave --backend out"))
                }
                _ => Ok(place),
            };
        }
        if let Some(kind) = self.flags.backend {
            return Ok(Place::Backend(kind));
        }
        // One level after the other: a backend in the environment beats a remote in the file.
        if let Some((key, found)) = self.top().first(&["remote", "backend"]) {
            return match key {
                "remote" => self.remote(&found.text),
                _ => found
                    .parse("backend", choice::<BackendKind>)
                    .map(Place::Backend),
            };
        }
        Ok(Place::Backend(BackendKind::Fs))
    }

    /// Whether a text is the address of a blob in a store, where a local path is expected. A file of that name wins.
    pub fn is_store_address(&self, text: &std::ffi::OsStr) -> bool {
        let is_remote = |name: &str| self.has_remote(name);
        let parsed = text.to_str().map(|text| Address::parse(text, is_remote));
        let is_address = match parsed {
            Some(Ok(Address::S3 { .. } | Address::Ftp { .. } | Address::File(_))) => true,
            Some(Ok(Address::Remote { remote, .. })) => is_remote(&remote),
            _ => false,
        };
        is_address && std::path::Path::new(text).symlink_metadata().is_err()
    }

    /// Whether plain keys go to the built-in default store because no option, variable or file names another one.
    pub fn is_unasked_default(&self, place: &Place) -> bool {
        let is_fs = *place == Place::Backend(BackendKind::Fs);
        let scope = self.scope(place);
        is_fs
            && self.flags.backend.is_none()
            && self.flags.root.is_none()
            && scope.found("root").is_none()
            && self.top().first(&["remote", "backend"]).is_none()
    }

    /// The directory of the built-in default store.
    pub fn default_root(&self) -> Option<std::path::PathBuf> {
        let scope = self.scope(&Place::Backend(BackendKind::Fs));
        self.fs(&scope).ok().map(|config| config.root)
    }

    fn top(&self) -> Scope<'_> {
        Scope {
            settings: self,
            section: "",
            remote: None,
        }
    }

    fn remote(&self, name: &str) -> Result<Place> {
        let kind = self
            .file
            .as_ref()
            .and_then(|file| file.remote(name))
            .and_then(|kind| choice::<BackendKind>(kind).ok());
        if let Some(kind) = kind {
            return Ok(Place::Remote {
                name: name.to_owned(),
                kind,
            });
        }
        let error = Error::new(
            Kind::Config,
            format!("unknown remote `{}`", printable(name)),
        );
        Err(match (self.nearest_remote(name), &self.file) {
            (Some(near), _) => error.with_hint(format!("did you mean `{near}`?")),
            (None, None) => {
                error.with_hint("there is no config file; remotes are its sections [remotes.NAME]")
            }
            (None, Some(file)) => {
                let known: Vec<&str> = file.remotes().collect();
                error.with_hint(format!(
                    "{} has: {}",
                    file.path.display(),
                    if known.is_empty() {
                        "none".to_owned()
                    } else {
                        known.join(", ")
                    }
                ))
            }
        })
    }

    fn has_remote(&self, name: &str) -> bool {
        self.file
            .as_ref()
            .is_some_and(|file| file.remote(name).is_some())
    }

    fn nearest_remote(&self, name: &str) -> Option<&str> {
        schema::nearest(name, self.file.as_ref()?.remotes())
    }

    /// The same error; its hint has the address of the key that really contains a colon.
    fn explain_colon(&self, error: Error, name: &str, key: &str) -> Error {
        let address = self
            .full_address(key)
            .unwrap_or_else(|| "its full address, like file:///PATH or s3://BUCKET/KEY".to_owned());
        let near = match self.nearest_remote(name) {
            Some(near) => format!("did you mean `{near}:`? "),
            None => String::new(),
        };
        error.with_hint(format!(
            "{near}a key that contains a colon is typed as {}",
            printable(&address)
        ))
    }

    /// The address that means `key` on the chosen store wherever it is typed; `None` where settings are missing.
    fn full_address(&self, key: &str) -> Option<String> {
        let place = self.default_place().ok()?;
        if let Place::Remote { name, .. } = &place {
            return Some(format!("{name}:{key}"));
        }
        let (scope, flags) = (self.scope(&place), &self.flags);
        let prefix = scope.text("prefix", None).unwrap_or_default();
        match place.kind() {
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
                let user = user.map_or(String::new(), |user| format!("{user}@"));
                Some(format!(
                    "{}://{user}{}/{base}{slash}{prefix}{key}",
                    endpoint.tls.scheme(),
                    authority(&endpoint)
                ))
            }
        }
    }
}
