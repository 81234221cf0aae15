//! Flags, environment and config file become values in which nothing is optional that a run needs.
//!
//! Precedence, in one place ([`Scope::text`]): flag > environment > remote's section > backend's section >
//! `[defaults]` > built-in.

pub mod address;
pub mod environment;
pub mod file;
mod ftp;
pub mod netrc;
mod s3;
pub mod schema;
mod scope;

use std::path::PathBuf;
use std::time::Duration;

use self::address::Address;
use self::environment::Environment;
use self::file::ConfigFile;
use self::scope::{Scope, boolean, choice, number, positive};
use crate::backend::{self, Timeouts, fs};
use crate::cli::{self, BackendKind, FtpTls, Global, Progress};
use crate::error::{Error, Kind, Result, printable};
use crate::roots::Roots;
use crate::transfer::plan::{PartRules, parse_at_once, parse_memory, parse_part_size};
use crate::transfer::resume::Resume;
use crate::units::parse_duration;

/// All sources of settings, read once.
#[derive(Debug)]
pub struct Settings {
    flags: Global,
    environment: Environment,
    file: Option<ConfigFile>,
}

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

/// A store's settings, complete.
#[derive(Debug, Clone)]
pub struct Store {
    /// What [`backend::open`] needs.
    pub config: backend::Config,
    /// Stands before every key.
    pub prefix: String,
    /// Limits of silence.
    pub timeouts: Timeouts,
    /// Temporary failures are repeated for this long.
    pub retry_for: Duration,
    /// How blobs are cut into parts.
    pub parts: PartRules,
}

impl Settings {
    /// Reads the config file; everything else is there already.
    pub fn load(flags: Global, environment: Environment) -> Result<Self> {
        let file = ConfigFile::load(flags.config.as_deref(), &environment)?;
        Ok(Self {
            flags,
            environment,
            file,
        })
    }

    /// What the user should know about the settings although nothing is wrong.
    pub fn warnings(&self) -> Vec<String> {
        let mut warnings = Vec::new();
        if let Some(file) = self.file.as_ref().filter(|file| file.exposed) {
            let path = file.path.display();
            warnings.push(format!(
                "`{path}` holds a secret and others may read it: chmod 600 {path}"
            ));
        }
        let known: Vec<String> = schema::SETTINGS
            .iter()
            .map(schema::variable)
            .chain(["BLOBCTL_CONFIG".to_owned()])
            .collect();
        for name in self
            .environment
            .names()
            .filter(|name| name.starts_with("BLOBCTL_"))
        {
            if !known.iter().any(|known| known == name) {
                let near = schema::nearest(name, known.iter().map(String::as_str));
                let near = near.map_or(String::new(), |near| format!("; did you mean {near}?"));
                warnings.push(format!(
                    "the environment variable {} is no setting and is ignored{near}",
                    printable(name)
                ));
            }
        }
        warnings.sort();
        warnings
    }

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

    /// The settings of a place.
    pub fn store(&self, place: &Place) -> Result<Store> {
        let kind = place.kind();
        let scope = Scope {
            settings: self,
            section: kind.name(),
            remote: match place {
                Place::Remote { name, .. } => Some(format!("remotes.{name}")),
                _ => None,
            },
        };
        let prefix = match place {
            Place::Backend(_) | Place::Remote { .. } => scope
                .text("prefix", &[])
                .map_or(String::new(), |found| found.text),
            _ => String::new(),
        };
        let config = match place {
            Place::S3 { bucket } => backend::Config::S3(self.s3(&scope, Some(bucket))?),
            Place::Ftp {
                tls,
                user,
                host,
                port,
                base_dir,
            } => {
                let config = self.ftp_address(&scope, tls, user.as_deref(), host, *port)?;
                backend::Config::Ftp(backend::ftp::Config {
                    base_dir: (*base_dir).to_owned(),
                    ..config
                })
            }
            Place::Root => backend::Config::Fs(fs::Config {
                root: PathBuf::from("/"),
                missing_root: fs::MissingRoot::Refuse,
            }),
            _ => match kind {
                BackendKind::S3 => backend::Config::S3(self.s3(&scope, None)?),
                BackendKind::Ftp => backend::Config::Ftp(self.ftp(&scope)?),
                BackendKind::Fs => backend::Config::Fs(self.fs(&scope)?),
            },
        };
        let flags = &self.flags;
        let timeouts = Timeouts {
            connect: positive(
                "connect_timeout",
                scope
                    .value("connect_timeout", flags.connect_timeout, parse_duration)?
                    .unwrap_or(Duration::from_secs(10)),
            )?,
            idle: positive(
                "timeout",
                scope
                    .value("timeout", flags.timeout, parse_duration)?
                    .unwrap_or(Duration::from_secs(60)),
            )?,
        };
        let retry_for = scope
            .value("retry_for", flags.retry_for, parse_duration)?
            .unwrap_or(Duration::from_secs(120));
        Ok(Store {
            config,
            prefix,
            timeouts,
            retry_for,
            parts: self.parts(&scope)?,
        })
    }

    fn parts(&self, scope: &Scope<'_>) -> Result<PartRules> {
        let flags = &self.flags;
        let usual = PartRules::default();
        Ok(PartRules {
            size: scope
                .value("part_size", flags.part_size, parse_part_size)?
                .unwrap_or(usual.size),
            at_once: scope
                .value("parts", flags.parts, parse_at_once)?
                .map_or(usual.at_once, usize::from),
            max_memory: scope.value("max_memory", flags.max_memory, parse_memory)?,
        })
    }

    /// How long the whole command may take, if there is a limit.
    pub fn deadline(&self) -> Result<Option<Duration>> {
        let deadline = self
            .general()
            .value("deadline", self.flags.deadline, parse_duration)?;
        deadline
            .map(|deadline| positive("deadline", deadline))
            .transpose()
    }

    /// How many blobs are transferred at once.
    pub fn jobs(&self) -> Result<usize> {
        Ok(usize::from(
            self.general()
                .value("jobs", self.flags.jobs, number)?
                .unwrap_or(8),
        ))
    }

    /// What may be gone on with.
    pub fn resume(&self, flag: Option<cli::Resume>) -> Result<Resume> {
        let choice = self
            .general()
            .value("resume", flag, choice::<cli::Resume>)?
            .unwrap_or(cli::Resume::Run);
        Ok(match choice {
            cli::Resume::Never => Resume::Never,
            cli::Resume::Run => Resume::Run,
            cli::Resume::Auto => Resume::Auto(self.environment.state("resume").map(Into::into)),
        })
    }

    /// How progress is shown.
    pub fn progress(&self) -> Result<Progress> {
        Ok(self
            .general()
            .value("progress", self.flags.progress, choice::<Progress>)?
            .unwrap_or(Progress::Auto))
    }

    /// The surroundings.
    pub fn environment(&self) -> &Environment {
        &self.environment
    }

    fn general(&self) -> Scope<'_> {
        Scope {
            settings: self,
            section: "defaults",
            remote: None,
        }
    }

    /// Refuses options of a kind of store that none of `kinds` is: silently ignored, `--bucket` on a directory
    /// would put the blob where nobody looks for it.
    pub fn check_flags(&self, kinds: &[BackendKind]) -> Result<()> {
        let flags = &self.flags;
        let s3 = [
            (flags.endpoint_url.is_some(), "--endpoint-url"),
            (flags.bucket.is_some(), "--bucket"),
            (flags.region.is_some(), "--region"),
            (flags.profile.is_some(), "--profile"),
            (flags.addressing.is_some(), "--addressing"),
            (flags.payload_signing.is_some(), "--payload-signing"),
            (flags.sse_c_key_file.is_some(), "--sse-c-key-file"),
            (flags.request_payer, "--request-payer"),
            (flags.no_sign_request, "--no-sign-request"),
        ];
        let ftp = [
            (flags.host.is_some(), "--host"),
            (flags.port.is_some(), "--port"),
            (flags.user.is_some(), "--user"),
            (flags.base_dir.is_some(), "--base-dir"),
            (flags.ftp_mode.is_some(), "--ftp-mode"),
            (flags.ftp_active_ports.is_some(), "--ftp-active-ports"),
            (flags.ftp_bind.is_some(), "--ftp-bind"),
            (flags.ftp_tls.is_some(), "--ftp-tls"),
            (flags.ftp_replace.is_some(), "--ftp-replace"),
            (flags.ftp_encoding.is_some(), "--ftp-encoding"),
        ];
        let fs = [(flags.root.is_some(), "--root")];
        let digests = [(flags.checksum.is_some(), "--checksum")];
        for (owners, options) in [
            (&[BackendKind::S3][..], &s3[..]),
            (&[BackendKind::S3, BackendKind::Ftp], &digests),
            (&[BackendKind::Ftp], &ftp),
            (&[BackendKind::Fs], &fs),
        ] {
            if let Some((_, option)) = options
                .iter()
                .find(|(given, _)| *given && !owners.iter().any(|owner| kinds.contains(owner)))
            {
                let kind = owners[0];
                let here = kinds.first().map_or("fs", |kind| kind.name());
                let text = format!(
                    "{option} is an option of the {} backend, and this is {here}",
                    kind.name()
                );
                return Err(
                    Error::new(Kind::Usage, text).hint(format!("add --backend {}", kind.name()))
                );
            }
        }
        Ok(())
    }

    fn fs(&self, scope: &Scope<'_>) -> Result<fs::Config> {
        if let Some(root) =
            scope.value(
                "root",
                self.flags.root.clone(),
                |text| Ok(self.expand(text)),
            )?
        {
            return Ok(fs::Config {
                root,
                missing_root: fs::MissingRoot::Refuse,
            });
        }
        let root = self
            .environment
            .xdg("XDG_DATA_HOME", ".local/share", "blobctl/blobs");
        let root = root.ok_or_else(|| {
            scope
                .missing("root", "--root")
                .hint("HOME is not set either, so there is no default directory")
        })?;
        Ok(fs::Config {
            root,
            missing_root: fs::MissingRoot::Create,
        })
    }

    fn roots(&self, scope: &Scope<'_>, aliases: &[&str]) -> Result<Roots> {
        let flag = self.flags.ca_bundle.clone();
        Ok(Roots {
            bundle: scope.value_or("ca_bundle", flag, aliases, |text| Ok(self.expand(text)))?,
            system: self.environment.path("SSL_CERT_FILE"),
        })
    }

    fn insecure(&self, scope: &Scope<'_>) -> Result<bool> {
        Ok(scope
            .value("insecure", self.flags.insecure.then_some(true), boolean)?
            .unwrap_or(false))
    }

    /// A path setting: `~/` means the home directory, since no shell expands it in a file.
    fn expand(&self, path: &str) -> PathBuf {
        path.strip_prefix("~/")
            .and_then(|below| self.environment.home(below))
            .unwrap_or_else(|| PathBuf::from(path))
    }
}

fn tls_name(tls: FtpTls) -> &'static str {
    match tls {
        FtpTls::None => "none",
        FtpTls::Explicit => "explicit",
        FtpTls::Implicit => "implicit",
    }
}
