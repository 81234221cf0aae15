//! The settings of the FTP backend.
//!
//! A login belongs to the host and port of its level. It is never sent to another server, nor without the TLS that its level
//! requires. A level without a host uses that of the level below. A login in the environment without a host is the only FTP
//! login of the run.

use super::scope::{SettingLevel, SettingScope, SettingValue, choice};
use super::{Settings, StoreRef, netrc, schema};
use crate::backend::ftp::socket::parse_address;
use crate::backend::ftp::temporary::TemporaryPattern;
use crate::backend::ftp::{Config, Encoding, Mode, Password, Ports, Replace, Tls, UploadFile};
use crate::cli::{ChecksumKind, bounds};
use crate::error::{Error, Kind, Result, describe, printable};
use crate::secret::{LARGEST_CONFIG, Secret, read_bounded};

/// The host, user and path of an `ftp://` address.
pub(super) struct FtpAddress<'a> {
    pub tls: Tls,
    pub user: Option<&'a str>,
    pub host: &'a str,
    pub port: Option<u16>,
    pub base_dir: &'a str,
}

impl<'a> FtpAddress<'a> {
    /// The address that names a store; `None` if settings name it.
    pub(super) fn of(store: &'a StoreRef) -> Option<Self> {
        match store {
            StoreRef::Ftp {
                tls,
                user,
                host,
                port,
                base_dir,
            } => Some(Self {
                tls: *tls,
                user: user.as_deref(),
                host,
                port: *port,
                base_dir,
            }),
            _ => None,
        }
    }
}

/// A login without its password.
pub(super) struct ShownLogin {
    pub username: String,
    /// The origin of the password; empty if it is not a setting.
    pub origin: String,
    pub is_from_netrc: bool,
}

/// A server, as named by settings.
#[derive(Debug, Clone)]
pub(super) struct FtpServer {
    pub host: String,
    pub port: u16,
    pub tls: Tls,
}

impl FtpServer {
    pub(super) fn is_same_server(&self, other: &Self) -> bool {
        self.host.eq_ignore_ascii_case(&other.host) && self.port == other.port
    }
}

/// `HOST[:PORT]`, with an IPv6 address in brackets.
pub(super) fn authority(endpoint: &FtpServer) -> String {
    let host = if endpoint.host.contains(':') {
        format!("[{}]", endpoint.host)
    } else {
        endpoint.host.clone()
    };
    if endpoint.port == endpoint.tls.port() {
        host
    } else {
        format!("{host}:{}", endpoint.port)
    }
}

/// The address of a server: `SCHEME://[USER@]HOST[:PORT]`.
pub(super) fn server_address(server: &FtpServer, user: Option<&str>) -> String {
    let user = user.map_or(String::new(), |user| format!("{user}@"));
    format!("{}://{user}{}", server.tls.scheme(), authority(server))
}

/// The login that the environment's password was used for, if the environment names no host.
pub(super) type EnvironmentLogin = std::sync::OnceLock<(String, u16, String)>;

const PASSWORDS: [&str; 3] = ["password", "password_file", "password_command"];

impl Settings {
    pub(super) fn ftp(
        &self,
        scope: &SettingScope<'_>,
        address: Option<&FtpAddress<'_>>,
    ) -> Result<Config> {
        let flags = &self.flags;
        let (endpoint, login) = self.ftp_access(scope, address)?;
        let client_certificate = self.ftp_client_certificate(scope, &endpoint)?;
        let base_dir = match address {
            Some(address) => address.base_dir.to_owned(),
            None => scope
                .text("base_dir", flags.base_dir.as_ref())
                .unwrap_or_default(),
        };
        let checksum = scope
            .value("checksum", flags.checksum, choice::<ChecksumKind>)?
            .unwrap_or(ChecksumKind::Auto);
        Ok(Config {
            host: endpoint.host,
            port: endpoint.port,
            username: login.username,
            password: login.password,
            base_dir,
            mode: scope
                .value("mode", flags.ftp_mode, choice)?
                .unwrap_or(Mode::Passive),
            active_ports: scope.value(
                "active_ports",
                flags.ftp_active_ports,
                str::parse::<Ports>,
            )?,
            bind_address: scope.value("bind_address", flags.ftp_bind, parse_address)?,
            tls: endpoint.tls,
            replace: scope
                .value("replace", flags.ftp_replace, choice)?
                .unwrap_or(Replace::Auto),
            upload: scope
                .value("upload", flags.ftp_upload, choice)?
                .unwrap_or(UploadFile::Temporary),
            temporary_name: scope
                .value(
                    "temporary_name",
                    flags.ftp_temporary_name.clone(),
                    str::parse::<TemporaryPattern>,
                )?
                .unwrap_or_default(),
            encoding: scope
                .value("encoding", flags.ftp_encoding, choice)?
                .unwrap_or(Encoding::Utf8),
            digests: schema::ftp_digests(checksum).ok_or_else(|| {
                Error::new(Kind::Usage, "FTP servers do not support this checksum")
                    .with_hint("use --checksum auto, sha256, sha1, md5, crc32 or none")
            })?,
            roots: self.roots(scope),
            insecure: self.insecure(scope)?,
            client_certificate,
        })
    }

    /// The server, and the login for it.
    fn ftp_access(
        &self,
        scope: &SettingScope<'_>,
        address: Option<&FtpAddress<'_>>,
    ) -> Result<(FtpServer, FtpLogin)> {
        let asked = address
            .and_then(|address| address.user.map(str::to_owned))
            .or_else(|| self.flags.user.clone());
        let mut endpoint = match address {
            Some(address) => self.addressed(scope, address)?,
            None => self.ftp_endpoint(scope)?,
        };
        let login = self.ftp_login(scope, &endpoint, asked)?;
        if endpoint.tls == Tls::None && login.demand != Tls::None {
            // `ftp://` does not require TLS, but does not forbid it.
            if address.is_none() || login.demand == Tls::Implicit {
                return Err(without_tls(&endpoint, &login));
            }
            endpoint.tls = login.demand;
        }
        Ok((endpoint, login))
    }

    /// The login for a store, to be shown.
    pub(super) fn ftp_login_of(
        &self,
        scope: &SettingScope<'_>,
        store: &StoreRef,
    ) -> Result<ShownLogin> {
        let (_, login) = self.ftp_access(scope, FtpAddress::of(store).as_ref())?;
        Ok(ShownLogin {
            is_from_netrc: login.origin.is_empty() && matches!(login.password, Password::Text(_)),
            username: login.username,
            origin: login.origin,
        })
    }

    /// The server for plain keys.
    pub(super) fn ftp_endpoint(&self, scope: &SettingScope<'_>) -> Result<FtpServer> {
        let flags = &self.flags;
        server(scope, 0, flags.host.as_deref(), flags.port, flags.ftp_tls)?
            .ok_or_else(|| scope.missing("host"))
    }

    /// The server of an address. TLS is used if a level that names the same server requires it.
    fn addressed(&self, scope: &SettingScope<'_>, address: &FtpAddress<'_>) -> Result<FtpServer> {
        let mut endpoint = FtpServer {
            host: address.host.to_owned(),
            port: address
                .port
                .or(self.flags.port)
                .unwrap_or(address.tls.port()),
            tls: address.tls,
        };
        let has_port = address.port.or(self.flags.port).is_some();
        let mut demands = Vec::from_iter(self.flags.ftp_tls);
        for (index, level) in scope.levels().into_iter().enumerate() {
            match server(scope, index, None, None, None)? {
                Some(home) => {
                    // Without a port in the address, the host is the server: `tls` also changes the default port.
                    let is_same = match has_port {
                        true => home.is_same_server(&endpoint),
                        false => home.host.eq_ignore_ascii_case(&endpoint.host),
                    };
                    demands.extend(is_same.then_some(home.tls));
                }
                // A demand that names no host is for every server.
                None => demands.extend(level_tls(scope, level)?),
            }
        }
        if endpoint.tls == Tls::None {
            if demands.contains(&Tls::Explicit) {
                endpoint.tls = Tls::Explicit;
            } else if demands.contains(&Tls::Implicit) {
                let text = format!("{} requires implicit TLS", authority(&endpoint));
                return Err(
                    Error::new(Kind::Config, text).with_hint("use ftps:// instead of ftp://")
                );
            }
        }
        Ok(endpoint)
    }

    /// The login for a server. User, password and the required TLS come from one level that names this server, or else from
    /// netrc.
    fn ftp_login(
        &self,
        scope: &SettingScope<'_>,
        endpoint: &FtpServer,
        asked: Option<String>,
    ) -> Result<FtpLogin> {
        let LevelLogin {
            user,
            password,
            foreign,
        } = level_login(scope, endpoint, asked)?;
        if let Some(chosen) = password {
            let username = user.ok_or_else(|| scope.missing("username"))?;
            if chosen.is_for_the_run {
                self.bind_environment_login(endpoint, &username, &chosen.found.origin)?;
            }
            if chosen.key == "password_file" {
                self.check_privacy(&chosen.found.path);
            }
            return Ok(FtpLogin {
                username,
                password: match chosen.key {
                    "password_file" => Password::File(chosen.found.path),
                    "password_command" => Password::Command(chosen.found.text),
                    _ => Password::Text(Secret::new(chosen.found.text)),
                },
                demand: chosen.demand,
                origin: chosen.found.origin,
            });
        }
        if let Some(login) = self.netrc(&endpoint.host, user.as_deref())?
            && let (Some(username), Some(password)) = (user.clone().or(login.user), login.password)
        {
            return Ok(FtpLogin::free(username, Password::Text(password)));
        }
        match user {
            None => Ok(FtpLogin::free("anonymous".to_owned(), Password::Anonymous)),
            Some(user) if user == "anonymous" || user == "ftp" => {
                Ok(FtpLogin::free(user, Password::Anonymous))
            }
            Some(user) => Err(no_password(&user, endpoint, foreign)),
        }
    }

    /// Binds the password of the environment to one login. Its use for a second login is an error.
    fn bind_environment_login(&self, endpoint: &FtpServer, user: &str, origin: &str) -> Result<()> {
        let shown = |host: &str, port: u16, user: &str| {
            format!("`{}` on {}:{port}", printable(user), printable(host))
        };
        let (host, port, first) = self.environment_login.get_or_init(|| {
            let host = endpoint.host.to_ascii_lowercase();
            (host, endpoint.port, user.to_owned())
        });
        if endpoint.host.eq_ignore_ascii_case(host) && endpoint.port == *port && user == first {
            return Ok(());
        }
        let text = format!(
            "{origin} is the password of one login, but this run has two: {} and {}",
            shown(host, *port, first),
            shown(&endpoint.host, endpoint.port, user)
        );
        Err(Error::new(Kind::Config, text).with_hint(format!(
            "unset {origin} and put each password into the config file or ~/.netrc"
        )))
    }

    fn netrc(&self, host: &str, user: Option<&str>) -> Result<Option<netrc::NetrcLogin>> {
        let Some(path) = self
            .environment
            .path("NETRC")
            .or_else(|| self.environment.home(".netrc"))
        else {
            return Ok(None);
        };
        let shown = printable(&path.to_string_lossy());
        let wrong = |what: &str| Error::new(Kind::Config, format!("`{shown}`: {what}"));
        let bytes = match read_bounded(&path, LARGEST_CONFIG) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(wrong(&describe(&error))),
        };
        let text = String::from_utf8(bytes).map_err(|_| wrong("not UTF-8 text"))?;
        let login = netrc::find(&text, host, user).map_err(|error| {
            let text = format!("{shown}, line {}: {}", error.line, error.problem);
            Error::new(Kind::Config, text).with_hint("quote a value that is a keyword")
        })?;
        let has_secret = login.as_ref().is_some_and(|login| login.password.is_some());
        if has_secret {
            self.check_privacy(&path);
        }
        Ok(login)
    }
}

/// A password and the requirements of its level.
struct ChosenPassword {
    key: &'static str,
    found: SettingValue,
    demand: Tls,
    is_for_the_run: bool,
}

/// The login of the levels for a server.
struct LevelLogin<'a> {
    user: Option<String>,
    password: Option<ChosenPassword>,
    /// The first level whose login is for another server, with that server.
    foreign: Option<(SettingLevel<'a>, Option<FtpServer>)>,
}

/// Finds user and password on the levels that name this server. A level with another user than the one asked for is skipped.
fn level_login<'a>(
    scope: &'a SettingScope<'_>,
    endpoint: &FtpServer,
    asked: Option<String>,
) -> Result<LevelLogin<'a>> {
    let mut login = LevelLogin {
        user: asked,
        password: None,
        foreign: None,
    };
    for (index, level) in scope.levels().into_iter().enumerate() {
        let name = scope.at(level, "username").map(|found| found.text);
        let own = PASSWORDS
            .into_iter()
            .find_map(|key| Some((key, scope.at(level, key)?)));
        if name.is_none() && own.is_none() {
            continue;
        }
        let is_for_the_run =
            level == SettingLevel::Environment && scope.at(level, "host").is_none();
        let home = server(scope, index, None, None, None)?;
        let is_home = home
            .as_ref()
            .is_some_and(|home| home.is_same_server(endpoint));
        if !is_for_the_run && !is_home {
            if own.is_some() {
                login.foreign = login.foreign.or(Some((level, home)));
            }
            continue;
        }
        if name.is_some() && login.user.is_some() && name != login.user {
            continue;
        }
        login.user = login.user.or(name);
        if login.password.is_none()
            && let Some((key, found)) = own
        {
            let demand = match home {
                Some(home) if !is_for_the_run => home.tls,
                _ => level_tls(scope, level)?.unwrap_or(Tls::None),
            };
            login.password = Some(ChosenPassword {
                key,
                found,
                demand,
                is_for_the_run,
            });
        }
    }
    Ok(login)
}

/// A complete login.
struct FtpLogin {
    username: String,
    password: Password,
    /// The TLS that is required for sending it.
    demand: Tls,
    /// The origin of the password, for messages.
    origin: String,
}

impl FtpLogin {
    /// A login that does not require TLS.
    fn free(username: String, password: Password) -> Self {
        Self {
            username,
            password,
            demand: Tls::None,
            origin: String::new(),
        }
    }
}

/// The server that a level is for, with the lower levels; `None` if none of them names a host.
pub(super) fn server_of_level(scope: &SettingScope<'_>, index: usize) -> Result<Option<FtpServer>> {
    server(scope, index, None, None, None)
}

/// The server named by options, or else by the levels from `start` downwards. A port on the level of another host is not
/// used.
fn server(
    scope: &SettingScope<'_>,
    start: usize,
    host: Option<&str>,
    port: Option<u16>,
    tls: Option<Tls>,
) -> Result<Option<FtpServer>> {
    let levels = scope.levels().split_off(start);
    let host_of = |level: &SettingLevel<'_>| scope.at(*level, "host").map(|found| found.text);
    let host = host.map(str::to_owned);
    let Some(host) = host.or_else(|| levels.iter().find_map(host_of)) else {
        return Ok(None);
    };
    if host.contains('@') {
        // The error omits it: it may contain a password.
        let text = "`host` holds a user name or password";
        return Err(Error::new(Kind::Config, text)
            .with_hint("set `username` (--user), and the password as docs/ftp.md says"));
    }
    let is_ours = |level: &&SettingLevel<'_>| {
        host_of(level).is_none_or(|other| other.eq_ignore_ascii_case(&host))
    };
    let named = levels
        .iter()
        .filter(is_ours)
        .find_map(|level| scope.at(*level, "port"));
    let port = match (port, named) {
        (Some(port), _) => Some(port),
        (None, Some(found)) => Some(found.parse("port", |text| bounds::PORT.parse(text))?),
        (None, None) => None,
    };
    let mut tls = tls;
    for level in &levels {
        if tls.is_none() {
            tls = level_tls(scope, *level)?;
        }
    }
    let tls = tls.unwrap_or(Tls::None);
    Ok(Some(FtpServer {
        host,
        port: port.unwrap_or(tls.port()),
        tls,
    }))
}

fn level_tls(scope: &SettingScope<'_>, level: SettingLevel<'_>) -> Result<Option<Tls>> {
    let found = scope.at(level, "tls");
    found.map(|found| found.parse("tls", choice)).transpose()
}

fn without_tls(endpoint: &FtpServer, login: &FtpLogin) -> Error {
    let word = match login.demand {
        Tls::Implicit => "implicit",
        _ => "explicit",
    };
    let text = format!(
        "{}: this login is sent with TLS only (`tls = \"{word}\"`), but {} is accessed without TLS",
        login.origin,
        authority(endpoint)
    );
    Error::new(Kind::Config, text).with_hint(format!(
        "use {}:// or --ftp-tls {word}",
        login.demand.scheme()
    ))
}

fn no_password(
    user: &str,
    endpoint: &FtpServer,
    foreign: Option<(SettingLevel<'_>, Option<FtpServer>)>,
) -> Error {
    let text = format!(
        "no password for `{}` on {}",
        printable(user),
        printable(&endpoint.host)
    );
    let hint = match foreign {
        None => "set `password_file` or `password_command` in the config file, BLOBCTL_FTP_PASSWORD, or an entry in ~/.netrc".to_owned(),
        Some((level, None)) => format!(
            "the login of {} is not used because its section has no `host`",
            level.name()
        ),
        Some((level, Some(home))) => format!(
            "the login of {} is for {} only",
            level.name(),
            printable(&format!("{}:{}", home.host, home.port))
        ),
    };
    Error::new(Kind::Config, text).with_hint(hint)
}
