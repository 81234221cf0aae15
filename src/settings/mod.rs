//! Flags, environment and config file become values in which nothing is optional that a run needs.
//!
//! Precedence, in one place ([`Scope::text`]): flag > environment > remote's section > backend's section >
//! `[defaults]` > built-in.

pub mod address;
pub mod environment;
pub mod file;
mod flags;
mod ftp;
pub mod netrc;
mod place;
mod s3;
pub mod schema;
mod scope;

use std::path::PathBuf;
use std::time::Duration;

use self::environment::Environment;
use self::file::ConfigFile;
pub use self::place::{Place, Target};
use self::scope::{Scope, boolean, choice, number, positive};
use crate::backend::{self, Timeouts, fs};
use crate::cli::{self, BackendKind, Global, Progress};
use crate::error::{Result, printable};
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
