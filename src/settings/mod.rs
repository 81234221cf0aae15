//! Flags, environment and config file become values in which nothing is optional that a run needs.
//!
//! Precedence, in one place ([`Scope::text`]): flag > environment > remote's section > backend's section >
//! `[defaults]` > built-in.

pub mod address;
pub mod environment;
pub mod file;
pub mod netrc;
pub mod schema;

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::ValueEnum;

use self::address::Address;
use self::environment::Environment;
use self::file::ConfigFile;
use crate::backend::{self, Timeouts, fs, ftp, s3};
use crate::cli::{AddressingStyle, BackendKind, FtpMode, FtpTls, Global, Progress};
use crate::error::{Error, Kind, Result, printable};
use crate::secret::Secret;
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
    /// `ftp://[USER@]HOST[:PORT]`; `tls` as a word, so that places can be compared and hashed.
    Ftp {
        tls: &'static str,
        user: Option<String>,
        host: String,
        port: Option<u16>,
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
            } => (
                Place::Ftp {
                    tls: tls_name(tls),
                    user,
                    host,
                    port,
                },
                path,
            ),
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
            } => {
                backend::Config::Ftp(self.ftp_address(&scope, tls, user.as_deref(), host, *port)?)
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
        })
    }

    /// How many blobs are transferred at once.
    pub fn jobs(&self) -> Result<usize> {
        Ok(usize::from(
            self.general()
                .value("jobs", self.flags.jobs, number)?
                .unwrap_or(8),
        ))
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
            (flags.no_sign_request, "--no-sign-request"),
        ];
        let ftp = [
            (flags.host.is_some(), "--host"),
            (flags.port.is_some(), "--port"),
            (flags.user.is_some(), "--user"),
            (flags.base_dir.is_some(), "--base-dir"),
            (flags.ftp_mode.is_some(), "--ftp-mode"),
            (flags.ftp_tls.is_some(), "--ftp-tls"),
        ];
        let fs = [(flags.root.is_some(), "--root")];
        for (kind, options) in [
            (BackendKind::S3, &s3[..]),
            (BackendKind::Ftp, &ftp[..]),
            (BackendKind::Fs, &fs[..]),
        ] {
            if let Some((_, option)) = options
                .iter()
                .find(|(given, _)| *given && !kinds.contains(&kind))
            {
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

    fn s3(&self, scope: &Scope<'_>, bucket: Option<&str>) -> Result<s3::Config> {
        let flags = &self.flags;
        let bucket = match bucket {
            Some(bucket) => Some(bucket.to_owned()),
            None => scope.value("bucket", flags.bucket.clone(), text)?,
        };
        let bucket = bucket.ok_or_else(|| scope.missing("bucket", "--bucket"))?;
        let profile = scope.text("profile", &[]).map(|found| found.text);
        let aws = self.aws_environment(profile);
        let credentials = self.s3_credentials(scope, &aws)?;
        // Only who takes the credentials from a profile takes the place from it.
        let from_profile = matches!(credentials, s3::credentials::Source::Chain(_));
        let region = match scope.value_or(
            "region",
            flags.region.clone(),
            &["AWS_REGION", "AWS_DEFAULT_REGION"],
            text,
        )? {
            None if from_profile => s3::credentials::profile_region(&aws)?,
            region => region,
        };
        let endpoint = match scope.value_or(
            "endpoint_url",
            flags.endpoint_url.clone(),
            self.aws_endpoints(),
            text,
        )? {
            None if from_profile && !self.aws_endpoints().is_empty() => {
                s3::credentials::profile_endpoint_url(&aws)?
            }
            endpoint => endpoint,
        };
        Ok(s3::Config {
            endpoint,
            bucket,
            region: region.unwrap_or_else(|| "us-east-1".to_owned()),
            addressing: match scope.value(
                "addressing",
                flags.addressing,
                choice::<AddressingStyle>,
            )? {
                None | Some(AddressingStyle::Auto) => s3::Addressing::Auto,
                Some(AddressingStyle::Path) => s3::Addressing::Path,
                Some(AddressingStyle::Virtual) => s3::Addressing::Virtual,
            },
            credentials,
            ca_bundle: self.ca_bundle(scope, &["AWS_CA_BUNDLE", "SSL_CERT_FILE"])?,
            insecure: self.insecure(scope)?,
            proxies: self.proxies(),
        })
    }

    fn aws_endpoints(&self) -> &'static [&'static str] {
        match self.environment.get("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS") {
            Some(ignore) if ignore.eq_ignore_ascii_case("true") => &[],
            _ => &["AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"],
        }
    }

    fn s3_credentials(
        &self,
        scope: &Scope<'_>,
        aws: &s3::credentials::Environment,
    ) -> Result<s3::credentials::Source> {
        use s3::credentials::{Credentials, Source};
        if scope.value(
            "no_sign_request",
            self.flags.no_sign_request.then_some(true),
            boolean,
        )? == Some(true)
        {
            return Ok(Source::Anonymous);
        }
        let id = scope.text("access_key_id", &[]);
        let secret = scope.first(&["secret_access_key", "secret_access_key_file"]);
        match (id, secret) {
            // A profile that is asked for on the command line beats keys that were written down earlier.
            _ if self.flags.profile.is_some() => Ok(Source::Chain(aws.clone())),
            (None, None) => Ok(Source::Chain(aws.clone())),
            (Some(id), Some((key, secret))) => {
                let secret_access_key = if key == "secret_access_key_file" {
                    secret_file(&secret)?
                } else {
                    Secret::new(secret.text)
                };
                let session_token = scope
                    .text("session_token", &[])
                    .map(|token| Secret::new(token.text));
                Ok(Source::Explicit(Credentials {
                    access_key_id: id.text,
                    secret_access_key,
                    session_token,
                    origin: id.origin,
                }))
            }
            (Some(id), None) => Err(half(&id.origin, "access_key_id", "secret_access_key")),
            (None, Some((key, secret))) => Err(half(&secret.origin, key, "access_key_id")),
        }
    }

    fn aws_environment(&self, profile_setting: Option<String>) -> s3::credentials::Environment {
        let env = &self.environment;
        let get = |name: &str| env.get(name).map(str::to_owned);
        s3::credentials::Environment {
            access_key_id: get("AWS_ACCESS_KEY_ID"),
            secret_access_key: get("AWS_SECRET_ACCESS_KEY").map(Secret::new),
            session_token: get("AWS_SESSION_TOKEN")
                .or_else(|| get("AWS_SECURITY_TOKEN"))
                .map(Secret::new),
            profile_flag: self.flags.profile.clone().or(profile_setting),
            profile: get("AWS_PROFILE").or_else(|| get("AWS_DEFAULT_PROFILE")),
            config_file: env
                .path("AWS_CONFIG_FILE")
                .or_else(|| env.home(".aws/config")),
            credentials_file: env
                .path("AWS_SHARED_CREDENTIALS_FILE")
                .or_else(|| env.home(".aws/credentials")),
        }
    }

    fn proxies(&self) -> s3::Proxies {
        let get = |names: &[&str]| {
            names
                .iter()
                .find_map(|name| self.environment.get(name))
                .map(str::to_owned)
        };
        s3::Proxies {
            // HTTP_PROXY in capitals can be set by a request's header where a CGI program runs us (httpoxy).
            http: get(&["http_proxy"]),
            https: get(&["https_proxy", "HTTPS_PROXY"]),
            all: get(&["all_proxy", "ALL_PROXY"]),
            no: get(&["no_proxy", "NO_PROXY"]),
        }
    }

    fn ftp(&self, scope: &Scope<'_>) -> Result<ftp::Config> {
        let flags = &self.flags;
        let host = scope
            .value("host", flags.host.clone(), text)?
            .ok_or_else(|| scope.missing("host", "--host"))?;
        let tls = ftp_tls(
            scope
                .value("tls", flags.ftp_tls, choice::<FtpTls>)?
                .unwrap_or(FtpTls::None),
        );
        let user = scope.value("username", flags.user.clone(), text)?;
        let (username, password) = self.ftp_login(scope, &host, user, Trust::Section)?;
        let port = scope
            .value("port", flags.port, number)?
            .unwrap_or(ftp_port(tls));
        let base_dir = scope
            .value("base_dir", flags.base_dir.clone(), text)?
            .unwrap_or_default();
        self.ftp_rest(
            scope,
            ftp::Config {
                host,
                port,
                username,
                password,
                base_dir,
                mode: ftp::Mode::Passive,
                tls,
                ca_bundle: None,
                insecure: false,
            },
        )
    }

    /// An address names host, user and path itself. The section's login goes to the section's host only.
    fn ftp_address(
        &self,
        scope: &Scope<'_>,
        tls: &str,
        user: Option<&str>,
        host: &str,
        port: Option<u16>,
    ) -> Result<ftp::Config> {
        let same_host = scope
            .text("host", &[])
            .is_some_and(|found| found.text.eq_ignore_ascii_case(host));
        let tls = ftp_tls(choice::<FtpTls>(tls).unwrap_or(FtpTls::None));
        let flag_or_address = user.map(str::to_owned).or_else(|| self.flags.user.clone());
        let user = match flag_or_address {
            None if same_host => scope.text("username", &[]).map(|found| found.text),
            user => user,
        };
        let trust = if same_host {
            Trust::Section
        } else {
            Trust::Environment
        };
        let (username, password) = self.ftp_login(scope, host, user, trust)?;
        let port = port.or(self.flags.port).unwrap_or(ftp_port(tls));
        let host = host.to_owned();
        self.ftp_rest(
            scope,
            ftp::Config {
                host,
                port,
                username,
                password,
                base_dir: String::new(),
                mode: ftp::Mode::Passive,
                tls,
                ca_bundle: None,
                insecure: false,
            },
        )
    }

    fn ftp_rest(&self, scope: &Scope<'_>, config: ftp::Config) -> Result<ftp::Config> {
        let mode = match scope.value("mode", self.flags.ftp_mode, choice::<FtpMode>)? {
            None | Some(FtpMode::Passive) => ftp::Mode::Passive,
            Some(FtpMode::Active) => ftp::Mode::Active,
        };
        Ok(ftp::Config {
            mode,
            ca_bundle: self.ca_bundle(scope, &["SSL_CERT_FILE"])?,
            insecure: self.insecure(scope)?,
            ..config
        })
    }

    fn ftp_login(
        &self,
        scope: &Scope<'_>,
        host: &str,
        user: Option<String>,
        trust: Trust,
    ) -> Result<(String, ftp::Password)> {
        let keys = ["password", "password_file", "password_command"];
        let found = match trust {
            Trust::Section => scope.first(&keys),
            Trust::Environment => keys
                .iter()
                .find_map(|key| Some((*key, scope.from_environment(key, &[])?))),
        };
        if let Some((key, found)) = found {
            let user = user.ok_or_else(|| scope.missing("username", "--user"))?;
            let password = match key {
                "password_file" => ftp::Password::File(self.expand(&found.text)),
                "password_command" => ftp::Password::Command(found.text),
                _ => ftp::Password::Text(Secret::new(found.text)),
            };
            return Ok((user, password));
        }
        if let Some(login) = self.netrc(host, user.as_deref())? {
            if let (Some(user), Some(password)) = (user.clone().or(login.user), login.password) {
                return Ok((user, ftp::Password::Text(password)));
            }
        }
        match user {
            None => Ok(("anonymous".to_owned(), ftp::Password::Anonymous)),
            Some(user) if user == "anonymous" || user == "ftp" => Ok((user, ftp::Password::Anonymous)),
            Some(user) => Err(Error::new(Kind::Config, format!("no password for `{}` on {}", printable(&user), printable(host)))
                .hint("set `password_file` or `password_command` in the config file, BLOBCTL_FTP_PASSWORD, or an entry in ~/.netrc")),
        }
    }

    fn netrc(&self, host: &str, user: Option<&str>) -> Result<Option<netrc::Login>> {
        let Some(path) = self
            .environment
            .path("NETRC")
            .or_else(|| self.environment.home(".netrc"))
        else {
            return Ok(None);
        };
        match std::fs::read_to_string(&path) {
            Ok(text) => Ok(netrc::find(&text, host, user)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(Error::new(
                Kind::Config,
                format!("`{}`: {}", path.display(), crate::error::describe(&error)),
            )),
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

    fn ca_bundle(&self, scope: &Scope<'_>, aliases: &[&str]) -> Result<Option<PathBuf>> {
        scope.value_or("ca_bundle", self.flags.ca_bundle.clone(), aliases, |text| {
            Ok(self.expand(text))
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

/// Whose login may be sent to the host of an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Trust {
    /// The config file was written for this host.
    Section,
    /// Only what was set for this run.
    Environment,
}

/// Where the settings of one store are looked for.
struct Scope<'a> {
    settings: &'a Settings,
    section: &'static str,
    /// `remotes.NAME`.
    remote: Option<String>,
}

/// A setting's text and where it came from.
#[derive(Debug, Clone)]
struct Found {
    text: String,
    origin: String,
}

impl Found {
    fn parse<T>(&self, key: &str, parse: impl Fn(&str) -> Result<T, String>) -> Result<T> {
        parse(&self.text).map_err(|what| {
            Error::new(
                Kind::Config,
                format!("{}: `{key}`: {}", self.origin, printable(&what)),
            )
        })
    }
}

impl Scope<'_> {
    /// The first level that has one of the keys, and which one.
    fn first<'k>(&self, keys: &[&'k str]) -> Option<(&'k str, Found)> {
        let environment = || {
            keys.iter()
                .find_map(|key| Some((*key, self.from_environment(key, &[])?)))
        };
        let file = |section: &str| {
            keys.iter()
                .find_map(|key| Some((*key, self.from_file(section, key)?)))
        };
        environment()
            .or_else(|| file(self.remote.as_deref()?))
            .or_else(|| file(self.section))
            .or_else(|| file("defaults"))
    }

    /// The setting below the flags: environment (`aliases` are other tools' names for it), remote, section, defaults.
    fn text(&self, key: &str, aliases: &[&str]) -> Option<Found> {
        self.from_environment(key, aliases)
            .or_else(|| self.from_file(self.remote.as_deref()?, key))
            .or_else(|| self.from_file(self.section, key))
            .or_else(|| self.from_file("defaults", key))
    }

    fn from_environment(&self, key: &str, aliases: &[&str]) -> Option<Found> {
        let setting = schema::find(self.section, key).or_else(|| schema::find("defaults", key))?;
        let own = schema::variable(setting);
        std::iter::once(own.as_str())
            .chain(aliases.iter().copied())
            .find_map(|name| {
                let text = self.settings.environment.get(name)?.to_owned();
                Some(Found {
                    text,
                    origin: name.to_owned(),
                })
            })
    }

    fn from_file(&self, section: &str, key: &str) -> Option<Found> {
        let file = self.settings.file.as_ref()?;
        let value = file.get(section, key)?;
        Some(Found {
            text: value.text.clone(),
            origin: file.place(value),
        })
    }

    fn value<T>(
        &self,
        key: &str,
        flag: Option<T>,
        parse: impl Fn(&str) -> Result<T, String>,
    ) -> Result<Option<T>> {
        self.value_or(key, flag, &[], parse)
    }

    fn value_or<T>(
        &self,
        key: &str,
        flag: Option<T>,
        aliases: &[&str],
        parse: impl Fn(&str) -> Result<T, String>,
    ) -> Result<Option<T>> {
        match flag {
            Some(flag) => Ok(Some(flag)),
            None => self
                .text(key, aliases)
                .map(|found| found.parse(key, parse))
                .transpose(),
        }
    }

    fn missing(&self, key: &str, option: &str) -> Error {
        let section = self.remote.as_deref().unwrap_or(self.section);
        let variable = schema::find(self.section, key)
            .map(schema::variable)
            .unwrap_or_default();
        Error::new(
            Kind::Config,
            format!("no `{key}` is set for the {} backend", self.section),
        )
        .hint(format!(
            "set `{key}` in [{section}] of the config file, {variable}, or {option}"
        ))
    }
}

fn half(origin: &str, there: &str, missing: &str) -> Error {
    Error::new(
        Kind::Config,
        format!("{origin}: `{there}` is set without `{missing}`"),
    )
    .hint("set both, or leave both out to take the credentials from the AWS environment and files")
}

fn secret_file(found: &Found) -> Result<Secret> {
    let path = Path::new(&found.text);
    let failed = |what: &str| {
        Error::new(
            Kind::Config,
            format!(
                "{}: `secret_access_key_file` {}: {what}",
                found.origin,
                path.display()
            ),
        )
    };
    let text =
        std::fs::read_to_string(path).map_err(|error| failed(&crate::error::describe(&error)))?;
    let line = text.lines().next().unwrap_or("").trim();
    if line.is_empty() {
        Err(failed("its first line is empty"))
    } else {
        Ok(Secret::new(line))
    }
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "a parser among parsers that can fail"
)]
fn text(text: &str) -> Result<String, String> {
    Ok(text.to_owned())
}

fn boolean(text: &str) -> Result<bool, String> {
    match text {
        "true" | "1" | "yes" => Ok(true),
        "false" | "0" | "no" => Ok(false),
        _ => Err(format!("`{text}` is neither true nor false")),
    }
}

fn number(text: &str) -> Result<u16, String> {
    text.parse()
        .ok()
        .filter(|number| *number > 0)
        .ok_or_else(|| format!("`{text}` is no number from 1 to 65535"))
}

fn choice<T: ValueEnum>(text: &str) -> Result<T, String> {
    T::from_str(text, false).map_err(|_| {
        let names: Vec<String> = T::value_variants()
            .iter()
            .filter_map(|value| Some(value.to_possible_value()?.get_name().to_owned()))
            .collect();
        format!("`{text}` is none of {}", names.join(", "))
    })
}

fn positive(key: &str, duration: Duration) -> Result<Duration> {
    if duration.is_zero() {
        Err(Error::new(
            Kind::Config,
            format!("`{key}` must be longer than 0"),
        ))
    } else {
        Ok(duration)
    }
}

fn tls_name(tls: FtpTls) -> &'static str {
    match tls {
        FtpTls::None => "none",
        FtpTls::Explicit => "explicit",
        FtpTls::Implicit => "implicit",
    }
}

fn ftp_tls(tls: FtpTls) -> ftp::Tls {
    match tls {
        FtpTls::None => ftp::Tls::None,
        FtpTls::Explicit => ftp::Tls::Explicit,
        FtpTls::Implicit => ftp::Tls::Implicit,
    }
}

fn ftp_port(tls: ftp::Tls) -> u16 {
    if tls == ftp::Tls::Implicit { 990 } else { 21 }
}
