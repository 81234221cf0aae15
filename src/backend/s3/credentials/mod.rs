//! Who signs: the sources of credentials, in order.
//!
//! Environment, then the profile of the shared files. A key without its secret is an error, never a reason to go on to
//! the next source: the user meant this one.

pub mod profile;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use self::profile::{FileKind, Profiles};
use crate::error::{Error, Kind, Result, describe, printable};
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
    /// Where they were found, for `-v`.
    pub origin: String,
}

impl Credentials {
    /// The last four characters of the key id, enough to tell two apart.
    pub fn masked_id(&self) -> String {
        let letters: Vec<char> = self.access_key_id.chars().collect();
        let shown: String = letters
            .iter()
            .skip(letters.len().saturating_sub(4).max(letters.len() / 2))
            .collect();
        format!("…{}", printable(&shown))
    }
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
    /// The profile that was asked for by `--profile` or a setting; then the variables above are left out.
    pub profile_flag: Option<String>,
    /// `AWS_PROFILE` or `AWS_DEFAULT_PROFILE`.
    pub profile: Option<String>,
    /// `AWS_CONFIG_FILE` or `~/.aws/config`.
    pub config_file: Option<PathBuf>,
    /// `AWS_SHARED_CREDENTIALS_FILE` or `~/.aws/credentials`.
    pub credentials_file: Option<PathBuf>,
}

/// The first source that has credentials.
pub fn find(environment: &Environment) -> Result<Credentials> {
    if environment.profile_flag.is_none()
        && let Some(found) = from_variables(environment)?
    {
        return Ok(found);
    }
    if let Some(found) = from_profile(environment)? {
        return Ok(found);
    }
    Err(Error::new(Kind::Config, "no credentials were found").hint(
        "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, a profile in ~/.aws/credentials, or the keys in the config file; --no-sign-request does without",
    ))
}

/// The region that the chosen profile names.
pub fn profile_region(environment: &Environment) -> Result<Option<String>> {
    Ok(chosen_profile(environment)?.and_then(|(_, mut profile)| profile.remove("region")))
}

/// The endpoint that the chosen profile names.
pub fn profile_endpoint_url(environment: &Environment) -> Result<Option<String>> {
    Ok(chosen_profile(environment)?.and_then(|(_, mut profile)| profile.remove("endpoint_url")))
}

fn from_variables(environment: &Environment) -> Result<Option<Credentials>> {
    match (&environment.access_key_id, &environment.secret_access_key) {
        (None, None) => Ok(None),
        (Some(id), Some(secret)) => Ok(Some(Credentials {
            access_key_id: id.clone(),
            secret_access_key: secret.clone(),
            session_token: environment.session_token.clone(),
            origin: "the environment (AWS_ACCESS_KEY_ID)".to_owned(),
        })),
        (Some(_), None) => Err(half(
            "the environment has AWS_ACCESS_KEY_ID without AWS_SECRET_ACCESS_KEY",
        )),
        (None, Some(_)) => Err(half(
            "the environment has AWS_SECRET_ACCESS_KEY without AWS_ACCESS_KEY_ID",
        )),
    }
}

fn from_profile(environment: &Environment) -> Result<Option<Credentials>> {
    let Some((name, mut profile)) = chosen_profile(environment)? else {
        return Ok(None);
    };
    let shown = printable(&name);
    let id = profile
        .remove("aws_access_key_id")
        .filter(|id| !id.is_empty());
    let secret = profile
        .remove("aws_secret_access_key")
        .filter(|secret| !secret.is_empty());
    match (id, secret) {
        (Some(access_key_id), Some(secret)) => Ok(Some(Credentials {
            access_key_id,
            secret_access_key: Secret::new(secret),
            session_token: profile.remove("aws_session_token").filter(|token| !token.is_empty()).map(Secret::new),
            origin: format!("the profile `{shown}`"),
        })),
        (Some(_), None) => Err(half(&format!("the profile `{shown}` has aws_access_key_id without aws_secret_access_key"))),
        (None, Some(_)) => Err(half(&format!("the profile `{shown}` has aws_secret_access_key without aws_access_key_id"))),
        (None, None) => match other_source(&profile) {
            None => Ok(None),
            Some(key) => Err(Error::new(Kind::Config, format!("the profile `{shown}` takes its credentials from `{key}`, which blobctl cannot use"))
                .hint(format!("put short-lived keys into the environment: eval \"$(aws configure export-credentials --profile {shown} --format env)\""))),
        },
    }
}

/// The key of a profile that says that its credentials come from elsewhere.
fn other_source(profile: &BTreeMap<String, String>) -> Option<&'static str> {
    const KEYS: [&str; 7] = [
        "role_arn",
        "credential_process",
        "web_identity_token_file",
        "credential_source",
        "sso_session",
        "sso_start_url",
        "login_session",
    ];
    KEYS.into_iter().find(|key| profile.contains_key(*key))
}

/// The profile that was asked for, which must exist then, or else `default`. The credentials file wins per property.
fn chosen_profile(environment: &Environment) -> Result<Option<(String, BTreeMap<String, String>)>> {
    let asked = environment
        .profile_flag
        .as_ref()
        .or(environment.profile.as_ref());
    let name = asked.map_or("default", String::as_str);
    let mut config = read(environment.config_file.as_deref(), FileKind::Config)?;
    let mut credentials = read(
        environment.credentials_file.as_deref(),
        FileKind::Credentials,
    )?;
    match (config.remove(name), credentials.remove(name)) {
        (None, None) if asked.is_some() => {
            let known: Vec<String> = config
                .keys()
                .chain(credentials.keys())
                .map(|name| printable(name))
                .collect();
            let known = if known.is_empty() {
                "none".to_owned()
            } else {
                known.join(", ")
            };
            Err(Error::new(
                Kind::Config,
                format!("there is no profile `{}`", printable(name)),
            )
            .hint(format!("profiles in the AWS files: {known}")))
        }
        (None, None) => Ok(None),
        (config, credentials) => {
            let mut profile = config.unwrap_or_default();
            profile.extend(credentials.unwrap_or_default());
            Ok(Some((name.to_owned(), profile)))
        }
    }
}

/// A file that is not there has no profiles.
fn read(path: Option<&Path>, kind: FileKind) -> Result<Profiles> {
    let Some(path) = path else {
        return Ok(Profiles::new());
    };
    let wrong = |what: &str| Error::new(Kind::Config, format!("{}: {what}", path.display()));
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Profiles::new()),
        Err(error) if error.kind() == std::io::ErrorKind::InvalidData => {
            return Err(wrong("not UTF-8 text"));
        }
        Err(error) => return Err(wrong(&describe(&error))),
    };
    profile::parse(&text, kind)
        .map_err(|mistake| wrong(&format!("line {}: {}", mistake.line, mistake.what)))
}

fn half(what: &str) -> Error {
    Error::new(Kind::Config, what).hint("set both or neither")
}
