//! AWS credentials: their sources, in order.
//!
//! | source | file |
//! |---|---|
//! | settings: static keys, or a command | [`process`] |
//! | `AWS_ACCESS_KEY_ID` and its companions, unless a profile was requested | [`environment`] |
//! | a profile of the shared files: a role, IAM Identity Center (SSO), static keys, or a command | [`shared_files`], [`profile`], [`sso`], [`process`] |
//! | `AWS_WEB_IDENTITY_TOKEN_FILE` | [`web_identity`] |
//! | `AWS_CONTAINER_CREDENTIALS_…` | [`ecs`] |
//! | the instance's metadata service, for AWS's own endpoints | [`imds`] |
//!
//! A source that is configured but broken or incomplete is an error; blobctl does not fall through to the next one.
//! Source: <https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html>

pub mod cache;
pub mod chain;
pub mod ecs;
pub mod environment;
pub mod http;
pub mod imds;
pub mod json;
pub mod process;
pub mod profile;
pub mod profile_parser;
pub mod profile_settings;
pub mod shared_files;
pub mod sso;
pub mod sso_login;
pub mod sso_token;
pub mod sts;
pub mod web_identity;

use std::path::{Path, PathBuf};
use std::time::Duration;

use time::OffsetDateTime;

pub use self::cache::CredentialCache;
pub use self::http::HttpClient;
use self::profile_settings::EndpointVariables;
use crate::error::printable;
use crate::secret::Secret;

/// An access key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credentials {
    /// The public half.
    pub access_key_id: String,
    /// The secret half.
    pub secret_access_key: Secret,
    /// The token of temporary credentials.
    pub session_token: Option<Secret>,
    /// The time of their expiry, if the source states one.
    pub expires: Option<OffsetDateTime>,
    /// The name of their source, for `-v`.
    pub origin: String,
}

impl Credentials {
    /// The last four characters of the key id, enough to distinguish two keys.
    pub fn masked_id(&self) -> String {
        masked_id(&self.access_key_id)
    }

    /// The secret key and the session token, which a service may repeat.
    pub fn secrets(&self) -> impl Iterator<Item = &str> {
        let token = self.session_token.iter();
        std::iter::once(&self.secret_access_key)
            .chain(token)
            .map(Secret::expose)
    }

    /// True if they have expired.
    pub fn has_expired(&self) -> bool {
        self.expires
            .is_some_and(|end| end <= OffsetDateTime::now_utc())
    }

    /// The time until fresh ones are fetched: until five minutes before their expiry, or half of the remaining time if
    /// that is longer. `None` = they do not expire.
    pub fn fresh_for(&self, now: OffsetDateTime) -> Option<Duration> {
        const LEAD: Duration = Duration::from_secs(5 * 60);
        let left = Duration::try_from(self.expires? - now).unwrap_or_default();
        Some(left.saturating_sub(LEAD).max(left / 2))
    }

    /// True if both are the same key, from any source.
    pub fn is_same_key(&self, other: &Self) -> bool {
        self.access_key_id == other.access_key_id
            && self.secret_access_key == other.secret_access_key
            && self.session_token == other.session_token
    }

    /// True if a header can carry the key id and the token.
    fn is_sendable(&self) -> bool {
        let visible = |text: &str| text.bytes().all(|byte| byte.is_ascii_graphic());
        let token = self.session_token.as_ref();
        visible(&self.access_key_id) && token.is_none_or(|token| visible(token.expose()))
    }
}

/// The last four characters of an access key id.
pub fn masked_id(id: &str) -> String {
    let letters: Vec<char> = id.chars().collect();
    let shown: String = letters
        .iter()
        .skip(letters.len().saturating_sub(4).max(letters.len() / 2))
        .collect();
    format!("…{}", printable(&shown))
}

/// The source of credentials.
#[derive(Debug, Clone)]
pub enum CredentialSource {
    /// Static keys of the settings.
    Explicit(Credentials),
    /// A command of the settings, and the place of that setting.
    Process { command: String, place: String },
    /// The AWS chain: environment, shared files, services.
    Chain(Box<AwsEnvironment>),
    /// Requests are not signed (`--no-sign-request`).
    Anonymous,
}

/// The AWS variables of the environment, as values; empty ones count as unset.
#[derive(Debug, Clone, Default)]
pub struct AwsEnvironment {
    /// `AWS_ACCESS_KEY_ID`.
    pub access_key_id: Option<String>,
    /// `AWS_SECRET_ACCESS_KEY`.
    pub secret_access_key: Option<Secret>,
    /// `AWS_SESSION_TOKEN` or the older `AWS_SECURITY_TOKEN`.
    pub session_token: Option<Secret>,
    /// The profile of `--profile` or a setting. It takes precedence over the variables above.
    pub profile_flag: Option<String>,
    /// `AWS_PROFILE` or `AWS_DEFAULT_PROFILE`.
    pub profile: Option<String>,
    /// The home directory, for `~/` in the shared files.
    pub home: Option<PathBuf>,
    /// `AWS_CONFIG_FILE` or `~/.aws/config`.
    pub config_file: Option<PathBuf>,
    /// `AWS_SHARED_CREDENTIALS_FILE` or `~/.aws/credentials`.
    pub credentials_file: Option<PathBuf>,
    /// True if the variable names that file, which must then exist.
    pub credentials_file_is_named: bool,
    /// The addresses of services instead of AWS's own.
    pub endpoints: EndpointVariables,
    /// The role for the bearer of a token.
    pub web_identity: WebIdentityVariables,
    /// The container's credential service.
    pub container: ContainerVariables,
    /// The instance's metadata service.
    pub metadata: MetadataVariables,
}

impl AwsEnvironment {
    /// The profile that the user named; `None` = `default`, if it exists.
    pub fn requested_profile(&self) -> Option<&str> {
        self.profile_flag.as_deref().or(self.profile.as_deref())
    }

    /// Expands `~/` in a path of the shared files.
    fn expand(&self, path: &Path) -> PathBuf {
        match (path.strip_prefix("~"), &self.home) {
            (Ok(below), Some(home)) => home.join(below),
            _ => path.to_path_buf(),
        }
    }
}

/// The parameters of a look-up, in addition to the environment.
pub struct LookupContext<'a> {
    /// The region of the token service.
    pub region: String,
    /// True if the instance's metadata service may be asked.
    pub instance_metadata: InstanceMetadata,
    /// Sends requests to the credential services.
    pub http: HttpClient<'a>,
}

/// One look-up through the sources.
pub struct CredentialLookup<'a> {
    environment: &'a AwsEnvironment,
    context: &'a LookupContext<'a>,
}

/// The variables of the container's credential service.
#[derive(Debug, Clone, Default)]
pub struct ContainerVariables {
    /// `AWS_CONTAINER_CREDENTIALS_RELATIVE_URI`: a path on ECS's own address. Takes precedence.
    pub relative_uri: Option<String>,
    /// `AWS_CONTAINER_CREDENTIALS_FULL_URI`.
    pub full_uri: Option<String>,
    /// `AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE`. Takes precedence.
    pub token_file: Option<PathBuf>,
    /// `AWS_CONTAINER_AUTHORIZATION_TOKEN`.
    pub token: Option<Secret>,
}

/// The variables of the role for a web identity.
#[derive(Debug, Clone, Default)]
pub struct WebIdentityVariables {
    /// `AWS_WEB_IDENTITY_TOKEN_FILE`.
    pub token_file: Option<PathBuf>,
    /// `AWS_ROLE_ARN`.
    pub role_arn: Option<String>,
    /// `AWS_ROLE_SESSION_NAME`.
    pub session_name: Option<String>,
}

/// True if this may be an EC2 instance, judged by the endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InstanceMetadata {
    /// The endpoint is AWS's.
    Query,
    /// The endpoint is another service's, as on a laptop with a test server.
    Skip,
}

/// The variables of the instance's metadata service.
#[derive(Debug, Clone, Default)]
pub struct MetadataVariables {
    /// `AWS_EC2_METADATA_DISABLED` is `true`.
    pub disabled: bool,
    /// `AWS_EC2_METADATA_SERVICE_ENDPOINT`.
    pub endpoint: Option<String>,
    /// `AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE`: `IPv4` or `IPv6`.
    pub mode: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_are_renewed_before_they_end() {
        let now = OffsetDateTime::UNIX_EPOCH;
        let fresh_for = |seconds: i64| {
            let credentials = Credentials {
                access_key_id: String::new(),
                secret_access_key: Secret::new(""),
                session_token: None,
                expires: Some(now + time::Duration::seconds(seconds)),
                origin: String::new(),
            };
            credentials.fresh_for(now).unwrap().as_secs()
        };
        assert_eq!(fresh_for(3600), 3300);
        assert_eq!(fresh_for(600), 300);
        assert_eq!(fresh_for(60), 30);
        assert_eq!(fresh_for(-5), 0);
    }
}
