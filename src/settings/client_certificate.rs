//! The client certificate of a store. It is a login: the certificate and the key are on one level, and that of a section is
//! only presented to the section's server. One of an option or of the environment is for one server of the run.

use std::path::PathBuf;

use super::Settings;
use super::ftp::{FtpServer, authority, server_of_level};
use super::s3::plain_url;
use super::scope::{SettingLevel, SettingScope, SettingValue};
use crate::backend::ftp::Tls;
use crate::error::{Error, Kind, Result, printable};
use crate::net::client_certificate::ClientCertificate;

/// The server that the certificate of the run was used for, if no section names its server.
pub(super) type UsedClientCertificate = std::sync::OnceLock<String>;

/// The files of a certificate and its key.
struct CertificateFiles {
    certificate: PathBuf,
    key: PathBuf,
    /// The option or variable that names the certificate, if it is for the run instead of for the server of a section.
    of_the_run: Option<String>,
}

/// The relation of a level to the server of a store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum LevelServer {
    /// The level names this server.
    Same,
    /// The level is for another server, or a section without a server.
    Other,
    /// The environment, which names no server: its certificate is for the run.
    Any,
}

impl Settings {
    /// The client certificate for the S3 service at an endpoint (`None` = AWS). It is not used over http.
    pub(super) fn s3_client_certificate(
        &self,
        scope: &SettingScope<'_>,
        endpoint: Option<&str>,
    ) -> Result<Option<ClientCertificate>> {
        let used = endpoint.map_or("AWS".to_owned(), plain_url);
        if used.starts_with("http://") {
            return Ok(None);
        }
        let files = self.certificate_files(scope, |index, level| {
            if level == SettingLevel::Environment && scope.at(level, "endpoint_url").is_none() {
                return Ok(LevelServer::Any);
            }
            let foreign = self.foreign_endpoint(scope, index, level);
            Ok(foreign.map_or(LevelServer::Same, |_| LevelServer::Other))
        })?;
        self.load_certificate(files, &used)
    }

    /// The client certificate for an FTP server. It is not used without TLS.
    pub(super) fn ftp_client_certificate(
        &self,
        scope: &SettingScope<'_>,
        endpoint: &FtpServer,
    ) -> Result<Option<ClientCertificate>> {
        if endpoint.tls == Tls::None {
            return Ok(None);
        }
        let files = self.certificate_files(scope, |index, level| {
            if level == SettingLevel::Environment && scope.at(level, "host").is_none() {
                return Ok(LevelServer::Any);
            }
            let home = server_of_level(scope, index)?;
            Ok(
                match home.is_some_and(|home| home.is_same_server(endpoint)) {
                    true => LevelServer::Same,
                    false => LevelServer::Other,
                },
            )
        })?;
        self.load_certificate(files, &authority(endpoint).to_ascii_lowercase())
    }

    /// The files of the options, or else of the highest level that has any for this server.
    fn certificate_files(
        &self,
        scope: &SettingScope<'_>,
        server_of: impl Fn(usize, SettingLevel<'_>) -> Result<LevelServer>,
    ) -> Result<Option<CertificateFiles>> {
        let (certificate, key) = (&self.flags.client_cert, &self.flags.client_key);
        if certificate.is_some() || key.is_some() {
            let option = |path: &PathBuf, origin: &str| SettingValue {
                text: path.to_string_lossy().into_owned(),
                path: self.environment.expand(path),
                origin: origin.to_owned(),
            };
            let certificate = certificate
                .as_ref()
                .map(|path| option(path, "--client-cert"));
            let key = key.as_ref().map(|path| option(path, "--client-key"));
            return pair(certificate, key, LevelServer::Any).map(Some);
        }
        for (index, level) in scope.levels().into_iter().enumerate() {
            let at = |key: &str| scope.at(level, key);
            let (certificate, key) = (at("client_cert"), at("client_key"));
            if certificate.is_none() && key.is_none() {
                continue;
            }
            match server_of(index, level)? {
                LevelServer::Other => {}
                relation => return pair(certificate, key, relation).map(Some),
            }
        }
        Ok(None)
    }

    /// Reads the files, and binds a certificate of the run to the first server that it is used for.
    fn load_certificate(
        &self,
        files: Option<CertificateFiles>,
        server: &str,
    ) -> Result<Option<ClientCertificate>> {
        let Some(files) = files else {
            return Ok(None);
        };
        if let Some(origin) = &files.of_the_run {
            let first = self.used_certificate.get_or_init(|| server.to_owned());
            if first != server {
                return Err(two_servers(origin, first, server));
            }
        }
        let loaded = ClientCertificate::load(&files.certificate, &files.key)?;
        self.check_privacy(&files.key);
        Ok(Some(loaded))
    }
}

/// Both files of one level. Without a file of its own, the key is in the file of the certificate.
fn pair(
    certificate: Option<SettingValue>,
    key: Option<SettingValue>,
    server: LevelServer,
) -> Result<CertificateFiles> {
    let Some(certificate) = certificate else {
        let origin = key.map_or(String::new(), |key| key.origin);
        let text = format!("{origin}: a client key without its certificate");
        return Err(Error::new(Kind::Config, text)
            .with_hint("set --client-cert (`client_cert`) in the same place"));
    };
    Ok(CertificateFiles {
        key: key.map_or_else(|| certificate.path.clone(), |key| key.path),
        certificate: certificate.path,
        of_the_run: (server == LevelServer::Any).then_some(certificate.origin),
    })
}

fn two_servers(origin: &str, first: &str, second: &str) -> Error {
    let text = format!(
        "{origin} is the client certificate for one server, but this run has two: {} and {}",
        printable(first),
        printable(second)
    );
    Error::new(Kind::Config, text)
        .with_hint("put each `client_cert` into the section of its server in the config file")
}
