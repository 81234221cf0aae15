//! Who signs: the sources of credentials, in order.

use std::path::PathBuf;

use crate::secret::Secret;

/// An access key.
#[derive(Debug, Clone)]
pub struct Credentials {
    /// The public half.
    pub access_key_id: String,
    /// The secret half.
    pub secret_access_key: Secret,
    /// The token of temporary credentials.
    pub session_token: Option<Secret>,
    /// Where they were found, for `-v`: "environment", "profile `x` in /home/…/credentials".
    pub origin: String,
}

/// Where credentials come from.
#[derive(Debug, Clone)]
pub enum Source {
    /// Settings of our own.
    Explicit(Credentials),
    /// The AWS chain: environment, then the shared files.
    Chain(Environment),
    /// Requests are not signed (`--no-sign-request`).
    Anonymous,
}

/// The AWS variables of the environment, as values; empty ones count as unset.
#[derive(Debug, Clone, Default)]
pub struct Environment {
    /// `AWS_ACCESS_KEY_ID`.
    pub access_key_id: Option<String>,
    /// `AWS_SECRET_ACCESS_KEY`.
    pub secret_access_key: Option<Secret>,
    /// `AWS_SESSION_TOKEN` or the older `AWS_SECURITY_TOKEN`.
    pub session_token: Option<Secret>,
    /// The profile that was asked for by `--profile`; then the variables above are left out.
    pub profile_flag: Option<String>,
    /// `AWS_PROFILE` or `AWS_DEFAULT_PROFILE`.
    pub profile: Option<String>,
    /// `AWS_CONFIG_FILE` or `~/.aws/config`.
    pub config_file: Option<PathBuf>,
    /// `AWS_SHARED_CREDENTIALS_FILE` or `~/.aws/credentials`.
    pub credentials_file: Option<PathBuf>,
}

/// The region that the chosen profile names.
pub fn profile_region(_environment: &Environment) -> crate::error::Result<Option<String>> {
    Ok(None)
}

/// The endpoint that the chosen profile names.
pub fn profile_endpoint_url(_environment: &Environment) -> crate::error::Result<Option<String>> {
    Ok(None)
}
