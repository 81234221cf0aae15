//! Where an address leads.

use super::address::Address;
use super::scope::{Scope, choice};
use super::{Settings, schema};
use crate::cli::{BackendKind, FtpTls};
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
    /// `ftp://[USER@]HOST[:PORT]`; `tls` as a word, so that places can be compared and hashed. `base_dir` is the root or
    /// the login directory.
    Ftp {
        tls: &'static str,
        user: Option<String>,
        host: String,
        port: Option<u16>,
        base_dir: &'static str,
    },
    /// `file://`.
    Root,
}

impl Place {
    /// What kind of store it is.
    pub fn kind(&self) -> BackendKind {
        match self {
            Self::Backend(kind) | Self::Remote { kind, .. } => *kind,
            Self::S3 { .. } => BackendKind::S3,
            Self::Ftp { .. } => BackendKind::Ftp,
            Self::Root => BackendKind::Fs,
        }
    }
}

/// An address, resolved to a place and what stands behind it: a key, or nothing, or something that ends in `/`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// Which store.
    pub place: Place,
    /// The text behind the place, without the place's prefix.
    pub key: String,
}

impl Settings {
    /// What an address means; `None` for stdin or stdout.
    pub fn target(&self, text: &str) -> Result<Option<Target>> {
        let is_remote = |name: &str| {
            self.file
                .as_ref()
                .is_some_and(|file| file.remote(name).is_some())
        };
        let (place, key) = match Address::parse(text, is_remote)? {
            Address::Stdio => return Ok(None),
            Address::Plain(key) => (self.default_place()?, key),
            Address::Remote { remote, key } => (self.remote(&remote)?, key),
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
                    tls: tls_name(tls),
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

    /// Where plain keys are.
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
                    Err(Error::new(Kind::Usage, text).hint("leave --backend out"))
                }
                _ => Ok(place),
            };
        }
        if let Some(kind) = self.flags.backend {
            return Ok(Place::Backend(kind));
        }
        let scope = Scope {
            settings: self,
            section: "",
            remote: None,
        };
        // One level after the other: a backend in the environment beats a remote in the file.
        if let Some((key, found)) = scope.first(&["remote", "backend"]) {
            return match key {
                "remote" => self.remote(&found.text),
                _ => found
                    .parse("backend", choice::<BackendKind>)
                    .map(Place::Backend),
            };
        }
        Ok(Place::Backend(BackendKind::Fs))
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
        let Some(file) = &self.file else {
            return Err(
                error.hint("there is no config file; remotes are its sections [remotes.NAME]")
            );
        };
        let known: Vec<&str> = file.remotes().collect();
        Err(match schema::nearest(name, known.iter().copied()) {
            Some(near) => error.hint(format!("did you mean `{near}`?")),
            None => error.hint(format!(
                "{} has: {}",
                file.path.display(),
                if known.is_empty() {
                    "none".to_owned()
                } else {
                    known.join(", ")
                }
            )),
        })
    }
}

fn tls_name(tls: FtpTls) -> &'static str {
    match tls {
        FtpTls::None => "none",
        FtpTls::Explicit => "explicit",
        FtpTls::Implicit => "implicit",
    }
}
