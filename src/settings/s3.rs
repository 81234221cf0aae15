//! The settings of the S3 backend.

use super::Settings;
use super::aws_profile::{IGNORE_ENDPOINTS, ProfileSettings};
use super::scope::{SettingLevel, SettingScope, SettingValue, choice};
use crate::aws::credentials;
use crate::aws::credentials::profile_settings::{EndpointVariables, is_true};
use crate::aws::credentials::{
    ContainerVariables, CredentialSource, Credentials, MetadataVariables, WebIdentityVariables,
};
use crate::backend::s3::{Addressing, Checksum, CustomerKey, PayloadSigning, S3Config};
use crate::cli::ChecksumKind;
use crate::digest::Algorithm;
use crate::error::{Error, Kind, Result, describe, printable};
use crate::http::proxy::Proxies;
use crate::secret::{LARGEST_SECRET, Secret, read_bounded};
use crate::units::parse_flag;

/// The bucket of an S3 store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum BucketChoice<'a> {
    /// The one of an address.
    Named(&'a str),
    /// The one of the settings.
    Configured,
    /// None: the store is the service.
    None,
}

impl Settings {
    pub(super) fn s3(
        &self,
        scope: &SettingScope<'_>,
        bucket: BucketChoice<'_>,
    ) -> Result<S3Config> {
        let flags = &self.flags;
        let bucket = match bucket {
            BucketChoice::Named(bucket) => Some(bucket.to_owned()),
            BucketChoice::Configured => {
                let bucket = scope.text("bucket", flags.bucket.as_ref());
                Some(bucket.ok_or_else(|| scope.missing("bucket"))?)
            }
            BucketChoice::None => None,
        };
        let aws = self.aws_environment(scope.text("profile", None));
        let credentials = self.s3_credentials(scope, aws.clone())?;
        // Region and endpoint come from a profile only if the credentials do.
        let from_profile = matches!(credentials, CredentialSource::Chain(_));
        let profile = match from_profile {
            true => self.profile_settings(&aws)?,
            false => ProfileSettings::default(),
        };
        let region = scope
            .text("region", flags.region.as_ref())
            .or(profile.region);
        let endpoint = scope.text("endpoint_url", flags.endpoint_url.as_ref());
        let endpoint = endpoint.or(profile.endpoint_url);
        if endpoint.is_none() {
            self.check_endpoint_kind(profile.endpoint_kind.as_ref())?;
        }
        let client_certificate = self.s3_client_certificate(scope, endpoint.as_deref())?;
        let request_payer = flags.request_payer.then_some(true);
        let payload_signing = flags.payload_signing;
        Ok(S3Config {
            endpoint,
            bucket,
            version: None,
            region,
            addressing: scope
                .value("addressing", flags.addressing, choice)?
                .or(profile.addressing)
                .unwrap_or(Addressing::Auto),
            credentials,
            customer_key: self.customer_key(scope)?,
            request_payer: scope
                .value("request_payer", request_payer, parse_flag)?
                .unwrap_or(false),
            checksum_cache: self.environment.state("s3-services"),
            checksum: checksum(
                scope
                    .value("checksum", flags.checksum, choice)?
                    .unwrap_or(ChecksumKind::Auto),
            ),
            payload_signing: scope
                .value("payload_signing", payload_signing, choice)?
                .or(profile.payload_signing)
                .unwrap_or(PayloadSigning::Auto),
            roots: self.roots(scope),
            insecure: self.insecure(scope)?,
            client_certificate,
            proxies: self.proxies(),
        })
    }

    /// The level that the login is taken from; `None` if it comes from the AWS sources.
    pub(super) fn login_level<'a>(&self, scope: &'a SettingScope<'_>) -> Option<SettingLevel<'a>> {
        let is_unsigned = self.flags.no_sign_request;
        if is_unsigned || self.flags.profile.is_some() {
            return None;
        }
        first_of(scope, &LOGIN_KEYS).map(|(_, level, _)| level)
    }

    /// The key of SSE-C. The content of its file is never shown.
    fn customer_key(&self, scope: &SettingScope<'_>) -> Result<Option<CustomerKey>> {
        let (place, path) = match &self.flags.sse_c_key_file {
            Some(path) => ("--sse-c-key-file".to_owned(), self.environment.expand(path)),
            None => match first_of(scope, &["sse_c_key_file"]) {
                Some((index, level, found)) => {
                    self.check_endpoint_of_secret(scope, index, level, "sse_c_key_file")?;
                    (format!("{}: `sse_c_key_file`", found.origin), found.path)
                }
                None => return Ok(None),
            },
        };
        let shown = printable(&path.to_string_lossy());
        let failed = |what: &str| Error::new(Kind::Config, format!("{place} `{shown}`: {what}"));
        let content =
            read_bounded(&path, LARGEST_SECRET).map_err(|error| failed(&describe(&error)))?;
        let key = CustomerKey::parse(&content).ok_or_else(|| {
            failed("invalid key: expected 32 bytes, or their base64 or hex")
                .with_hint("create one with: openssl rand -out FILE 32")
        })?;
        self.check_privacy(&path);
        Ok(Some(key))
    }

    fn s3_credentials(
        &self,
        scope: &SettingScope<'_>,
        aws: credentials::AwsEnvironment,
    ) -> Result<credentials::CredentialSource> {
        let unsigned = self.flags.no_sign_request.then_some(true);
        if scope.value("no_sign_request", unsigned, parse_flag)? == Some(true) {
            return Ok(CredentialSource::Anonymous);
        }
        // A profile on the command line takes precedence over keys in files and variables.
        if self.flags.profile.is_some() {
            return Ok(CredentialSource::Chain(Box::new(aws)));
        }
        let Some((index, level, _)) = first_of(scope, &LOGIN_KEYS) else {
            return Ok(CredentialSource::Chain(Box::new(aws)));
        };
        // All parts of a login are on one level. A missing part is not taken from a lower level.
        let at = |key: &str| scope.at(level, key);
        let secret = ["secret_access_key", "secret_access_key_file"]
            .into_iter()
            .find_map(|key| Some((key, at(key)?)));
        match (at("access_key_id"), secret, at("session_token")) {
            (Some(id), Some((key, secret)), token) => {
                if token.is_some() {
                    self.check_endpoint_of_secret(scope, index, level, "session_token")?;
                }
                let secret_access_key = if key == "secret_access_key_file" {
                    self.check_privacy(&secret.path);
                    secret_file(&secret)?
                } else {
                    Secret::new(secret.text)
                };
                Ok(CredentialSource::Explicit(Credentials {
                    access_key_id: id.text,
                    secret_access_key,
                    session_token: token.map(|token| Secret::new(token.text)),
                    expires: None,
                    origin: id.origin,
                }))
            }
            (Some(id), None, _) => Err(half(&id.origin, "access_key_id", "secret_access_key")),
            (None, Some((key, secret)), _) => Err(half(&secret.origin, key, "access_key_id")),
            (None, None, Some(token)) => Err(half(&token.origin, "session_token", "access_key_id")),
            (None, None, None) => match at("credential_process") {
                Some(found) => Ok(CredentialSource::Process {
                    command: found.text,
                    place: found.origin,
                }),
                None => Ok(CredentialSource::Chain(Box::new(aws))),
            },
        }
    }

    /// Checks that a secret that is sent in clear goes only to the service that its level names.
    fn check_endpoint_of_secret(
        &self,
        scope: &SettingScope<'_>,
        index: usize,
        level: SettingLevel<'_>,
        key: &str,
    ) -> Result<()> {
        let Some(ForeignEndpoint { home, used }) = self.foreign_endpoint(scope, index, level)
        else {
            return Ok(());
        };
        let shown = |url: Option<String>| url.map_or("AWS".to_owned(), |url| printable(&url));
        let text = format!(
            "the `{key}` of {} is for {}, but this store is at {}",
            level.name(),
            shown(home),
            shown(used)
        );
        Err(Error::new(Kind::Config, text)
            .with_hint("set `endpoint_url` and its secrets in the same section"))
    }

    /// The endpoints of a level's secret and of the store, if the secret must not be sent to the store. A secret without an
    /// `endpoint_url` on its level is for AWS, or for the service that an option or the environment selects for this run, but
    /// never for the service of a remote.
    pub(super) fn foreign_endpoint(
        &self,
        scope: &SettingScope<'_>,
        index: usize,
        level: SettingLevel<'_>,
    ) -> Option<ForeignEndpoint> {
        let named = |start: usize| {
            let levels = scope.levels().split_off(start);
            levels
                .into_iter()
                .find_map(|level| scope.at(level, "endpoint_url"))
                .map(|found| found.text)
        };
        if level == SettingLevel::Environment && scope.at(level, "endpoint_url").is_none() {
            return None;
        }
        let of_the_run = self.flags.endpoint_url.clone().or_else(|| {
            let found = scope.at(SettingLevel::Environment, "endpoint_url")?;
            Some(found.text)
        });
        let home = named(index);
        if home.is_none() && of_the_run.is_some() {
            return None;
        }
        let used = of_the_run.or_else(|| named(0));
        let plain = |url: &Option<String>| url.as_deref().map(plain_url);
        (plain(&used) != plain(&home)).then_some(ForeignEndpoint { home, used })
    }

    pub(super) fn aws_environment(
        &self,
        profile_setting: Option<String>,
    ) -> credentials::AwsEnvironment {
        let env = &self.environment;
        let get = |name: &str| env.get(name).map(str::to_owned);
        credentials::AwsEnvironment {
            access_key_id: get("AWS_ACCESS_KEY_ID"),
            secret_access_key: get("AWS_SECRET_ACCESS_KEY").map(Secret::new),
            session_token: get("AWS_SESSION_TOKEN")
                .or_else(|| get("AWS_SECURITY_TOKEN"))
                .map(Secret::new),
            profile_flag: self.flags.profile.clone().or(profile_setting),
            profile: get("AWS_PROFILE").or_else(|| get("AWS_DEFAULT_PROFILE")),
            home: env.home(""),
            config_file: env
                .path("AWS_CONFIG_FILE")
                .or_else(|| env.home(".aws/config")),
            credentials_file: env
                .path("AWS_SHARED_CREDENTIALS_FILE")
                .or_else(|| env.home(".aws/credentials")),
            credentials_file_is_named: env.raw("AWS_SHARED_CREDENTIALS_FILE").is_some(),
            endpoints: EndpointVariables {
                ignore: env.get(IGNORE_ENDPOINTS).map(is_true),
                any: get("AWS_ENDPOINT_URL"),
                sts: get("AWS_ENDPOINT_URL_STS"),
                sso: get("AWS_ENDPOINT_URL_SSO"),
                sso_oidc: get("AWS_ENDPOINT_URL_SSO_OIDC"),
            },
            web_identity: WebIdentityVariables {
                token_file: env.path("AWS_WEB_IDENTITY_TOKEN_FILE"),
                role_arn: get("AWS_ROLE_ARN"),
                session_name: get("AWS_ROLE_SESSION_NAME"),
            },
            container: ContainerVariables {
                relative_uri: get("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"),
                full_uri: get("AWS_CONTAINER_CREDENTIALS_FULL_URI"),
                token_file: env.path("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"),
                token: get("AWS_CONTAINER_AUTHORIZATION_TOKEN").map(Secret::new),
            },
            metadata: MetadataVariables {
                disabled: env.get("AWS_EC2_METADATA_DISABLED").is_some_and(is_true),
                endpoint: get("AWS_EC2_METADATA_SERVICE_ENDPOINT"),
                mode: get("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE"),
            },
        }
    }

    fn proxies(&self) -> Proxies {
        let get = |names: &[&str]| {
            names
                .iter()
                .find_map(|name| self.environment.get(name))
                .map(str::to_owned)
        };
        Proxies {
            // A request header can set HTTP_PROXY in capitals if a CGI program runs blobctl (httpoxy).
            http: get(&["http_proxy"]),
            https: get(&["https_proxy", "HTTPS_PROXY"]),
            all: get(&["all_proxy", "ALL_PROXY"]),
            no: get(&["no_proxy", "NO_PROXY"]),
        }
    }
}

/// The endpoints of a secret and of the store that it must not be sent to; `None` = AWS.
pub(super) struct ForeignEndpoint {
    home: Option<String>,
    used: Option<String>,
}

/// An endpoint in the form that is compared.
pub(super) fn plain_url(url: &str) -> String {
    url.trim_end_matches('/').to_ascii_lowercase()
}

/// The settings that form one login.
pub(super) const LOGIN_KEYS: [&str; 5] = [
    "access_key_id",
    "secret_access_key",
    "secret_access_key_file",
    "session_token",
    "credential_process",
];

/// The highest level that has one of the keys, with its index and the value.
fn first_of<'a>(
    scope: &'a SettingScope<'_>,
    keys: &[&str],
) -> Option<(usize, SettingLevel<'a>, SettingValue)> {
    let levels = scope.levels().into_iter().enumerate();
    levels.into_iter().find_map(|(index, level)| {
        let found = keys.iter().find_map(|key| scope.at(level, key))?;
        Some((index, level, found))
    })
}

fn checksum(kind: ChecksumKind) -> Checksum {
    match kind {
        ChecksumKind::Auto => Checksum::Auto,
        ChecksumKind::Crc64nvme => Checksum::Only(Algorithm::Crc64Nvme),
        ChecksumKind::Crc32c => Checksum::Only(Algorithm::Crc32c),
        ChecksumKind::Crc32 => Checksum::Only(Algorithm::Crc32),
        ChecksumKind::Sha256 => Checksum::Only(Algorithm::Sha256),
        ChecksumKind::Sha1 => Checksum::Only(Algorithm::Sha1),
        ChecksumKind::Md5 => Checksum::Only(Algorithm::Md5),
        ChecksumKind::None => Checksum::None,
    }
}

fn half(origin: &str, there: &str, missing: &str) -> Error {
    Error::new(
        Kind::Config,
        format!("{origin}: `{there}` is set without `{missing}`"),
    )
    .with_hint("set both, or omit both to use the AWS environment variables and files")
}

fn secret_file(found: &SettingValue) -> Result<Secret> {
    Secret::read_first_line(&found.path).map_err(|what| {
        let shown = printable(&found.path.to_string_lossy());
        let text = format!("{}: `secret_access_key_file` {shown}: {what}", found.origin);
        Error::new(Kind::Config, text)
    })
}
