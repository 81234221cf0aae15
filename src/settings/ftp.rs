//! The settings of the FTP backend.

use super::scope::{Scope, choice, number, text};
use super::{Settings, netrc};
use crate::backend::ftp::local::parse_address;
use crate::backend::ftp::{Config, Digests, Encoding, Mode, Password, Ports, Replace, Tls};
use crate::cli::{ChecksumKind, FtpEncoding, FtpMode, FtpReplace, FtpTls};
use crate::digest::Algorithm;
use crate::error::{Error, Kind, Result, describe, printable};
use crate::roots::Roots;
use crate::secret::Secret;

/// Whose login may be sent to the host of an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Trust {
    /// The config file was written for this host.
    Section,
    /// Only what was set for this run.
    Environment,
}

impl Settings {
    pub(super) fn ftp(&self, scope: &Scope<'_>) -> Result<Config> {
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
            Config {
                host,
                port,
                username,
                password,
                base_dir,
                mode: Mode::Passive,
                active_ports: None,
                bind_address: None,
                tls,
                replace: Replace::Auto,
                encoding: Encoding::Utf8,
                digests: Digests::Auto,
                roots: Roots::default(),
                insecure: false,
            },
        )
    }

    /// An address names host, user and path itself. The section's login goes to the section's host only.
    pub(super) fn ftp_address(
        &self,
        scope: &Scope<'_>,
        tls: &str,
        user: Option<&str>,
        host: &str,
        port: Option<u16>,
    ) -> Result<Config> {
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
            Config {
                host,
                port,
                username,
                password,
                base_dir: String::new(),
                mode: Mode::Passive,
                active_ports: None,
                bind_address: None,
                tls,
                replace: Replace::Auto,
                encoding: Encoding::Utf8,
                digests: Digests::Auto,
                roots: Roots::default(),
                insecure: false,
            },
        )
    }

    fn ftp_rest(&self, scope: &Scope<'_>, config: Config) -> Result<Config> {
        let mode = match scope.value("mode", self.flags.ftp_mode, choice::<FtpMode>)? {
            None | Some(FtpMode::Passive) => Mode::Passive,
            Some(FtpMode::Active) => Mode::Active,
        };
        let replace = scope.value("replace", self.flags.ftp_replace, choice::<FtpReplace>)?;
        let encoding = scope.value("encoding", self.flags.ftp_encoding, choice::<FtpEncoding>)?;
        let digests = scope.value("checksum", self.flags.checksum, choice::<ChecksumKind>)?;
        let ports = self.flags.ftp_active_ports;
        Ok(Config {
            mode,
            active_ports: scope.value("active_ports", ports, str::parse::<Ports>)?,
            bind_address: scope.value("bind_address", self.flags.ftp_bind, parse_address)?,
            replace: match replace {
                None | Some(FtpReplace::Auto) => Replace::Auto,
                Some(FtpReplace::DeleteFirst) => Replace::DeleteFirst,
            },
            encoding: match encoding {
                None | Some(FtpEncoding::Utf8) => Encoding::Utf8,
                Some(FtpEncoding::Latin1) => Encoding::Latin1,
            },
            digests: self::digests(digests)?,
            roots: self.roots(scope, &[])?,
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
    ) -> Result<(String, Password)> {
        let keys = ["password", "password_file", "password_command"];
        let found = match trust {
            Trust::Section => scope.first(&keys),
            Trust::Environment => keys
                .iter()
                .find_map(|key| Some((*key, scope.in_environment(key, &[])?))),
        };
        if let Some((key, found)) = found {
            let user = user.ok_or_else(|| scope.missing("username", "--user"))?;
            let password = match key {
                "password_file" => Password::File(self.expand(&found.text)),
                "password_command" => Password::Command(found.text),
                _ => Password::Text(Secret::new(found.text)),
            };
            return Ok((user, password));
        }
        if let Some(login) = self.netrc(host, user.as_deref())?
            && let (Some(user), Some(password)) = (user.clone().or(login.user), login.password)
        {
            return Ok((user, Password::Text(password)));
        }
        match user {
            None => Ok(("anonymous".to_owned(), Password::Anonymous)),
            Some(user) if user == "anonymous" || user == "ftp" => Ok((user, Password::Anonymous)),
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
                format!("`{}`: {}", path.display(), describe(&error)),
            )),
        }
    }
}

fn digests(kind: Option<ChecksumKind>) -> Result<Digests> {
    Ok(match kind {
        None | Some(ChecksumKind::Auto) => Digests::Auto,
        Some(ChecksumKind::Sha256) => Digests::Only(Algorithm::Sha256),
        Some(ChecksumKind::Sha1) => Digests::Only(Algorithm::Sha1),
        Some(ChecksumKind::Md5) => Digests::Only(Algorithm::Md5),
        Some(ChecksumKind::Crc32) => Digests::Only(Algorithm::Crc32),
        Some(ChecksumKind::None) => Digests::None,
        Some(ChecksumKind::Crc64nvme | ChecksumKind::Crc32c) => {
            return Err(
                Error::new(Kind::Usage, "FTP servers compute no digest of this kind")
                    .hint("use --checksum auto, sha256, sha1, md5, crc32 or none"),
            );
        }
    })
}

fn ftp_tls(tls: FtpTls) -> Tls {
    match tls {
        FtpTls::None => Tls::None,
        FtpTls::Explicit => Tls::Explicit,
        FtpTls::Implicit => Tls::Implicit,
    }
}

fn ftp_port(tls: Tls) -> u16 {
    if tls == Tls::Implicit { 990 } else { 21 }
}
