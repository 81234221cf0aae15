//! Resolves options, environment and config file into complete settings, in which everything that a run needs has a value.
//!
//! Precedence, in one place ([`SettingScope::found`]): option > environment > remote's section > backend's section >
//! `[defaults]` > built-in.

pub mod address;
mod aws_profile;
mod client_certificate;
pub mod environment;
pub mod file;
mod flags;
mod ftp;
pub mod import;
mod late_warnings;
pub mod netrc;
pub mod notation;
mod options;
mod s3;
pub mod schema;
mod scope;
pub mod show;
mod target;

use std::ffi::OsStr;
use std::num::NonZeroU64;
use std::path::PathBuf;
use std::time::Duration;

use self::client_certificate::UsedClientCertificate;
use self::environment::Environment;
use self::file::ConfigFile;
use self::ftp::{EnvironmentLogin, FtpAddress};
use self::late_warnings::LateWarnings;
use self::s3::BucketChoice;
use self::schema::SETTINGS;
use self::scope::{SettingScope, choice, invalid};
pub use self::target::{StoreRef, Target};
use crate::backend::fs;
use crate::cli::bounds::{
    JobCount, LIMIT_RATE, MAX_MEMORY, PART_SIZE, PARTS, RETRY_FOR, TIMEOUT, parse_jobs,
};
use crate::cli::vocabulary::nearest;
use crate::cli::{BackendKind, Global, Progress};
use crate::error::{Error, Kind, Result, printable};
use crate::net::timeouts::Timeouts;
use crate::net::tls_roots::Roots;
use crate::transfer::plan::{PartRules, whole_pages};
use crate::transfer::resume::ResumePolicy;
use crate::units::parse_flag;
use crate::{backend, cli};

/// All sources of settings, read once.
#[derive(Debug)]
pub struct Settings {
    flags: Global,
    environment: Environment,
    file: Option<ConfigFile>,
    environment_login: EnvironmentLogin,
    used_certificate: UsedClientCertificate,
    late_warnings: LateWarnings,
}

/// The warning about a file with a secret, whose path is escaped.
fn exposed(path: &str) -> String {
    format!("`{path}` contains a secret and is readable by others: chmod 600 {path}")
}

/// The complete settings of a store.
#[derive(Debug, Clone)]
pub struct StoreSettings {
    /// The argument of [`backend::open`].
    pub config: backend::Config,
    /// Prepended to every plain key.
    pub prefix: String,
    /// Limits for the time without progress.
    pub timeouts: Timeouts,
    /// Temporary failures are retried for up to this long.
    pub retry_for: Duration,
    /// Size, number and memory of the parts of a blob.
    pub parts: PartRules,
}

impl Settings {
    /// Warns if a file with a secret is readable by others.
    fn check_privacy(&self, path: &std::path::Path) {
        if file::readable_by_others(path) {
            let shown = printable(&path.to_string_lossy());
            self.late_warnings.add(exposed(&shown));
        }
    }

    /// Reads the config file and checks every value of the file and of the environment, including those of stores that this
    /// run does not use.
    ///
    /// # Errors
    /// A value is not one that the table of settings allows, or the file cannot be read.
    pub fn load(flags: Global, environment: Environment) -> Result<Self> {
        if let Some(error) = environment_errors(&environment).into_iter().next() {
            return Err(error);
        }
        let named = flags.config.as_deref().map(|path| environment.expand(path));
        let file = ConfigFile::load(named.as_deref(), &environment)?;
        Ok(Self {
            flags,
            environment,
            file,
            environment_login: EnvironmentLogin::new(),
            used_certificate: UsedClientCertificate::new(),
            late_warnings: LateWarnings::default(),
        })
    }

    /// As [`Settings::load`], but skips what is wrong in the file, and returns the errors about the file and the environment.
    pub fn load_valid_part(flags: Global, environment: Environment) -> (Self, Vec<Error>) {
        let mut errors = environment_errors(&environment);
        let named = flags.config.as_deref().map(|path| environment.expand(path));
        let (file, of_file) = ConfigFile::load_valid_part(named.as_deref(), &environment);
        errors.extend(of_file);
        let settings = Self {
            flags,
            environment,
            file,
            environment_login: EnvironmentLogin::new(),
            used_certificate: UsedClientCertificate::new(),
            late_warnings: LateWarnings::default(),
        };
        (settings, errors)
    }

    /// Warnings about settings that are not errors.
    pub fn warnings(&self) -> Vec<String> {
        let mut warnings = Vec::new();
        if let Some(file) = self.file.as_ref().filter(|file| file.exposed) {
            warnings.push(exposed(&printable(&file.path.to_string_lossy())));
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
                let near = nearest(name, known.iter().map(String::as_str));
                let near = near.map_or(String::new(), |near| format!("; did you mean {near}?"));
                warnings.push(format!(
                    "ignored the unknown environment variable {}{near}",
                    printable(name)
                ));
            }
        }
        warnings.sort();
        warnings
    }

    /// New warnings about the files that [`Settings::store`] has read.
    pub fn late_warnings(&self) -> Vec<String> {
        self.late_warnings.take()
    }

    /// The settings of a store.
    pub fn store(&self, store: &StoreRef) -> Result<StoreSettings> {
        let scope = self.scope(store);
        let prefix = match store {
            StoreRef::Backend(_) | StoreRef::Remote { .. } => scope.text("prefix", None),
            _ => None,
        };
        let usual = Duration::from_secs(120);
        let retry_for = scope
            .value("retry_for", self.flags.retry_for, |text| {
                RETRY_FOR.parse(text)
            })?
            .unwrap_or(usual);
        Ok(StoreSettings {
            config: self.config(store, &scope)?,
            prefix: prefix.unwrap_or_default(),
            timeouts: self.timeouts(&scope)?,
            retry_for,
            parts: self.parts(&scope)?,
        })
    }

    fn config(&self, store: &StoreRef, scope: &SettingScope<'_>) -> Result<backend::Config> {
        Ok(match store {
            StoreRef::S3 { bucket } => {
                backend::Config::S3(self.s3(scope, BucketChoice::Named(bucket))?)
            }
            StoreRef::S3Service => backend::Config::S3(self.s3(scope, BucketChoice::None)?),
            StoreRef::Ftp { .. } => {
                backend::Config::Ftp(self.ftp(scope, FtpAddress::of(store).as_ref())?)
            }
            StoreRef::Root => backend::Config::Fs(fs::Config {
                root: PathBuf::from("/"),
                missing_root: fs::MissingRoot::Refuse,
            }),
            StoreRef::Backend(kind) | StoreRef::Remote { kind, .. } => match kind {
                BackendKind::S3 => backend::Config::S3(self.s3(scope, BucketChoice::Configured)?),
                BackendKind::Ftp => backend::Config::Ftp(self.ftp(scope, None)?),
                BackendKind::Fs => backend::Config::Fs(self.fs(scope)?),
            },
        })
    }

    fn timeouts(&self, scope: &SettingScope<'_>) -> Result<Timeouts> {
        let timeout = |key: &str, option: Option<Duration>, usual: u64| {
            let value = scope.value(key, option, |text| TIMEOUT.parse(text))?;
            Ok(value.unwrap_or(Duration::from_secs(usual)))
        };
        Ok(Timeouts {
            connect: timeout("connect_timeout", self.flags.connect_timeout, 10)?,
            idle: timeout("timeout", self.flags.timeout, 60)?,
        })
    }

    fn parts(&self, scope: &SettingScope<'_>) -> Result<PartRules> {
        let flags = &self.flags;
        let usual = PartRules::default();
        Ok(PartRules {
            size: scope
                .value("part_size", flags.part_size, |text| PART_SIZE.parse(text))?
                .map_or(usual.size, whole_pages),
            concurrency: scope
                .value("parts", flags.parts, |text| PARTS.parse(text))?
                .map_or(usual.concurrency, usize::from),
            max_memory: scope.value("max_memory", flags.max_memory, |text| {
                MAX_MEMORY.parse(text)
            })?,
        })
    }

    /// The time limit of the whole command, if there is one.
    pub fn deadline(&self) -> Result<Option<Duration>> {
        let parse = |text: &str| TIMEOUT.parse(text);
        self.general().value("deadline", self.flags.deadline, parse)
    }

    /// The limit of all transfers together, in bytes per second, if there is one.
    pub fn limit_rate(&self) -> Result<Option<NonZeroU64>> {
        let parse = |text: &str| LIMIT_RATE.parse(text);
        let rate = self
            .general()
            .value("limit_rate", self.flags.limit_rate, parse)?;
        Ok(rate.and_then(NonZeroU64::new))
    }

    /// The number of blobs to transfer in parallel.
    pub fn jobs(&self) -> Result<JobCount> {
        let jobs = self.general().value("jobs", self.flags.jobs, parse_jobs)?;
        Ok(jobs.unwrap_or(JobCount::Auto))
    }

    /// The unfinished transfers that may be resumed.
    pub fn resume(&self, flag: Option<cli::ResumeChoice>) -> Result<ResumePolicy> {
        let choice = self
            .general()
            .value("resume", flag, choice::<cli::ResumeChoice>)?
            .unwrap_or(cli::ResumeChoice::Run);
        Ok(match choice {
            cli::ResumeChoice::Never => ResumePolicy::Never,
            cli::ResumeChoice::Run => ResumePolicy::Run,
            cli::ResumeChoice::Auto => {
                ResumePolicy::Auto(self.environment.state("resume").map(Into::into))
            }
        })
    }

    /// The display of progress.
    pub fn progress(&self) -> Result<Progress> {
        Ok(self
            .general()
            .value("progress", self.flags.progress, choice::<Progress>)?
            .unwrap_or(Progress::Auto))
    }

    /// The environment.
    pub fn environment(&self) -> &Environment {
        &self.environment
    }

    /// The config file in use, if there is one.
    pub fn file_path(&self) -> Option<&std::path::Path> {
        self.file.as_ref().map(|file| file.path.as_path())
    }

    /// The names of all remotes.
    pub fn remote_names(&self) -> Vec<String> {
        let names = self.file.iter().flat_map(ConfigFile::remotes);
        names.map(str::to_owned).collect()
    }

    /// Checks that the settings of each remote, and the default store, are complete. A bucket may be missing, because an
    /// option can name it.
    ///
    /// # Errors
    /// One for each store that cannot be used.
    pub fn check_stores(&self) -> Vec<Error> {
        let mut errors = Vec::new();
        if let Err(error) = self.target("x") {
            errors.push(error);
        }
        for name in self.remote_names() {
            // The login of the environment is of one store, which may be any of them.
            let alone = self.clone_unbound();
            if let Err(error) = alone.check_remote(&name) {
                errors.push(error);
            }
        }
        errors
    }

    fn check_remote(&self, name: &str) -> Result<()> {
        let store = self.remote(name)?;
        let scope = self.scope(&store);
        let section = format!("remotes.{name}");
        let checked = match store.kind() {
            BackendKind::S3 if scope.found("bucket").is_none() => {
                self.s3(&scope, BucketChoice::Named("bucket")).map(drop)
            }
            _ => self.store(&store).map(drop),
        };
        checked.map_err(|error| {
            let place = self.file.as_ref().and_then(|file| {
                let value = file.get(&section, "backend")?;
                Some(file.position(&section, value))
            });
            let place = place.unwrap_or(section);
            error.map_text(|text| format!("{place}: {text}"))
        })
    }

    fn clone_unbound(&self) -> Self {
        Self {
            flags: self.flags.clone(),
            environment: self.environment.clone(),
            file: self.file.clone(),
            environment_login: EnvironmentLogin::new(),
            used_certificate: UsedClientCertificate::new(),
            late_warnings: LateWarnings::default(),
        }
    }

    /// The levels that are searched for the settings of a store.
    fn scope(&self, store: &StoreRef) -> SettingScope<'_> {
        SettingScope {
            settings: self,
            section: store.kind().name(),
            remote: match store {
                StoreRef::Remote { name, .. } => Some(format!("remotes.{name}")),
                _ => None,
            },
        }
    }

    fn general(&self) -> SettingScope<'_> {
        SettingScope {
            settings: self,
            section: "defaults",
            remote: None,
        }
    }

    fn fs(&self, scope: &SettingScope<'_>) -> Result<fs::Config> {
        if let Some(root) = scope.path("root", self.flags.root.as_ref()) {
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
                .missing("root")
                .with_hint("without HOME there is no default directory")
        })?;
        Ok(fs::Config {
            root,
            missing_root: fs::MissingRoot::Create,
        })
    }

    fn roots(&self, scope: &SettingScope<'_>) -> Roots {
        Roots {
            bundle: scope.path("ca_bundle", self.flags.ca_bundle.as_ref()),
            system: self.environment.path("SSL_CERT_FILE"),
        }
    }

    fn insecure(&self, scope: &SettingScope<'_>) -> Result<bool> {
        Ok(scope
            .value("insecure", self.flags.insecure.then_some(true), parse_flag)?
            .unwrap_or(false))
    }
}

/// Variables of other tools that are read as text, in addition to the aliases of settings.
const FOREIGN_TEXTS: [&str; 31] = [
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_SECURITY_TOKEN",
    "AWS_PROFILE",
    "AWS_DEFAULT_PROFILE",
    "AWS_REGION",
    "AWS_DEFAULT_REGION",
    "AWS_ENDPOINT_URL",
    "AWS_ENDPOINT_URL_S3",
    "AWS_ENDPOINT_URL_STS",
    "AWS_ENDPOINT_URL_SSO",
    "AWS_ENDPOINT_URL_SSO_OIDC",
    "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
    "AWS_USE_FIPS_ENDPOINT",
    "AWS_USE_DUALSTACK_ENDPOINT",
    "AWS_ROLE_ARN",
    "AWS_ROLE_SESSION_NAME",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN",
    "AWS_EC2_METADATA_DISABLED",
    "AWS_EC2_METADATA_SERVICE_ENDPOINT",
    "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE",
    "http_proxy",
    "https_proxy",
    "HTTPS_PROXY",
    "all_proxy",
    "ALL_PROXY",
    "no_proxy",
    "NO_PROXY",
];

/// Checks every variable that is read. A variable that is not UTF-8 must not count as unset: the run would use another store
/// than the intended one.
fn environment_errors(environment: &Environment) -> Vec<Error> {
    let check_text = |name: &str| match environment.raw(name).map(OsStr::to_str) {
        Some(None) => Some(Error::new(
            Kind::Config,
            format!("{name} is not UTF-8 text"),
        )),
        _ => None,
    };
    let mut errors = Vec::new();
    for setting in SETTINGS {
        if matches!(setting.kind, schema::SettingKind::Path) {
            continue;
        }
        let name = schema::variable(setting);
        errors.extend(check_text(&name));
        let checked = environment
            .get(&name)
            .map_or(Ok(()), |text| setting.kind.check(text));
        errors.extend(checked.err().map(|what| invalid(&name, setting.key, &what)));
    }
    errors.extend(FOREIGN_TEXTS.into_iter().filter_map(check_text));
    errors
}
