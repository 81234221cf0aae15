//! Credentials of a profile: static keys, a command, or a role that another identity assumes.
//!
//! A profile with `role_arn` gets the role's credentials from the token service, signed for by the profile that
//! `source_profile` names (which may take on a role itself) or by what `credential_source` names.
//! Source: <https://docs.aws.amazon.com/sdkref/latest/guide/feature-assume-role-credentials.html>

use super::environment::{from_variables, incomplete};
use super::shared_files::{Profile, SelectedProfile, SharedFiles, property};
use super::sso_login::SsoLogin;
use super::sts::AssumeRole;
use super::{
    AwsEnvironment, CredentialLookup, Credentials, ecs, imds, process, shared_files, sso,
    web_identity,
};
use crate::error::{Error, Kind, Result, printable};
use crate::secret::Secret;

/// The credentials of the selected profile, if it exists and has any.
pub fn from_selected_profile(lookup: &CredentialLookup<'_>) -> Result<Option<Credentials>> {
    check_named_file(lookup.environment)?;
    let Some(selected) = shared_files::selected_profile(lookup.environment)? else {
        return Ok(None);
    };
    let mut resolver = ProfileResolver {
        lookup,
        files: &selected.files,
        visited: Vec::new(),
    };
    let found = resolver.credentials(&selected.name, &selected.profile)?;
    if found.is_none() && lookup.environment.requested_profile().is_some() {
        return Err(without_credentials(&selected));
    }
    Ok(found)
}

/// Checks that the file of `AWS_SHARED_CREDENTIALS_FILE` exists.
fn check_named_file(environment: &AwsEnvironment) -> Result<()> {
    let named = environment.credentials_file.as_deref();
    match named.filter(|_| environment.credentials_file_is_named) {
        Some(file) if matches!(file.try_exists(), Ok(false)) => {
            let shown = printable(&file.to_string_lossy());
            let text = format!("AWS_SHARED_CREDENTIALS_FILE: `{shown}` does not exist");
            Err(Error::new(Kind::Config, text))
        }
        _ => Ok(()),
    }
}

/// The error about a profile that the user named and that has no credentials. The names of its properties show a typing
/// mistake.
fn without_credentials(selected: &SelectedProfile) -> Error {
    let keys: Vec<String> = selected.profile.keys().map(|key| printable(key)).collect();
    let what = match keys.is_empty() {
        true => "has no credentials: it is empty".to_owned(),
        false => format!("has no credentials, only: {}", keys.join(", ")),
    };
    profile_error(&selected.name, &what).with_hint(
        "add keys, a role, sso_session or credential_process to it, or do not name it (--profile, AWS_PROFILE)",
    )
}

/// Follows `source_profile` from profile to profile.
struct ProfileResolver<'a> {
    lookup: &'a CredentialLookup<'a>,
    files: &'a SharedFiles,
    visited: Vec<String>,
}

impl ProfileResolver<'_> {
    fn credentials(&mut self, name: &str, profile: &Profile) -> Result<Option<Credentials>> {
        if let Some(key) = interactive_login_key(profile) {
            return Err(unsupported_login(name, key));
        }
        if let Some(arn) = property(profile, "role_arn") {
            return self.role(name, profile, arn).map(Some);
        }
        if let Some(login) = SsoLogin::of(self.files, name, profile)? {
            return sso::credentials(&login, self.lookup).map(Some);
        }
        for key in [
            "source_profile",
            "credential_source",
            "web_identity_token_file",
        ] {
            if property(profile, key).is_some() {
                let what = format!("has `{key}` without `role_arn`");
                return Err(profile_error(name, &what));
            }
        }
        if let Some(keys) = static_keys(name, profile)? {
            return Ok(Some(keys));
        }
        match property(profile, "credential_process") {
            None => Ok(None),
            Some(command) => {
                let place = format!("the profile `{}`", printable(name));
                process::run(command, &place, self.lookup.context.http.cancel()).map(Some)
            }
        }
    }

    fn role(&mut self, name: &str, profile: &Profile, arn: &str) -> Result<Credentials> {
        let origin = format!("the role of the profile `{}`", printable(name));
        let mut request = AssumeRole {
            role_arn: arn,
            session_name: property(profile, "role_session_name"),
            duration: duration(name, profile)?,
            origin,
        };
        if let Some(token_file) = property(profile, "web_identity_token_file") {
            let token_file = self.lookup.environment.expand(token_file.as_ref());
            return web_identity::assume(self.lookup, &request, &token_file);
        }
        let source = self.source(name, profile)?;
        request.origin = format!("{}, by way of {}", request.origin, source.origin);
        request.with_credentials(self.lookup, &source, property(profile, "external_id"))
    }

    /// The credentials that assume the role.
    fn source(&mut self, name: &str, profile: &Profile) -> Result<Credentials> {
        let (named, kind) = (
            property(profile, "source_profile"),
            property(profile, "credential_source"),
        );
        match (named, kind) {
            (Some(_), Some(_)) => Err(profile_error(
                name,
                "has both `source_profile` and `credential_source`",
            )),
            (None, None) => Err(profile_error(
                name,
                "has `role_arn` without `source_profile` or `credential_source`",
            )),
            (Some(source), None) => self.source_profile(name, source),
            (None, Some(kind)) => self.credential_source(name, kind),
        }
    }

    /// The credentials of a source profile. Its static keys take precedence over its role.
    fn source_profile(&mut self, name: &str, source: &str) -> Result<Credentials> {
        let profile = self
            .files
            .profile(source)?
            .ok_or_else(|| self.files.unknown_profile(source))?;
        if let Some(keys) = static_keys(source, &profile)? {
            return Ok(keys);
        }
        self.visited.push(name.to_owned());
        if self.visited.iter().any(|visited| visited == source) {
            let what = "leads back to itself by `source_profile`, and there are no keys on the way";
            return Err(profile_error(name, what));
        }
        self.credentials(source, &profile)?
            .ok_or_else(|| profile_error(source, "is a `source_profile` and has no credentials"))
    }

    fn credential_source(&self, name: &str, kind: &str) -> Result<Credentials> {
        let nothing = |what: &str| {
            profile_error(
                name,
                &format!("has `credential_source = {kind}`, but {what}"),
            )
        };
        match kind {
            "Environment" => from_variables(self.lookup.environment)?
                .ok_or_else(|| nothing("AWS_ACCESS_KEY_ID is not set")),
            "EcsContainer" => ecs::credentials(self.lookup)?.ok_or_else(|| {
                nothing("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI and _FULL_URI are not set")
            }),
            "Ec2InstanceMetadata" => imds::required_credentials(self.lookup),
            _ => Err(profile_error(name, "has an invalid `credential_source`")
                .with_hint("write Environment, EcsContainer or Ec2InstanceMetadata")),
        }
    }
}

/// The static keys of a profile.
fn static_keys(name: &str, profile: &Profile) -> Result<Option<Credentials>> {
    let shown = printable(name);
    let secret = property(profile, "aws_secret_access_key");
    match (property(profile, "aws_access_key_id"), secret) {
        (None, None) => Ok(None),
        (Some(id), Some(secret)) => Ok(Some(Credentials {
            access_key_id: id.to_owned(),
            secret_access_key: Secret::new(secret),
            // The AWS CLI also reads the older name.
            session_token: property(profile, "aws_session_token")
                .or_else(|| property(profile, "aws_security_token"))
                .map(Secret::new),
            expires: None,
            origin: format!("the profile `{shown}`"),
        })),
        (Some(_), None) => Err(incomplete(&format!(
            "the profile `{shown}` has aws_access_key_id without aws_secret_access_key"
        ))),
        (None, Some(_)) => Err(incomplete(&format!(
            "the profile `{shown}` has aws_secret_access_key without aws_access_key_id"
        ))),
    }
}

/// The property of a login that needs a person or a browser. Static keys and a command take precedence.
fn interactive_login_key(profile: &Profile) -> Option<&'static str> {
    let has = |key: &str| property(profile, key).is_some();
    let role = has("role_arn");
    let own = has("aws_access_key_id") || has("aws_secret_access_key") || has("credential_process");
    ["mfa_serial", "login_session"].into_iter().find(|key| {
        has(key)
            && if *key == "mfa_serial" {
                role
            } else {
                !role && !own
            }
    })
}

fn unsupported_login(name: &str, key: &str) -> Error {
    let shown = printable(name);
    Error::new(
        Kind::Config,
        format!("the profile `{shown}` takes its credentials from `{key}`, which blobctl cannot use"),
    )
    .with_hint(format!(
        "put short-lived keys into the environment: eval \"$(aws configure export-credentials --profile {shown} --format env)\""
    ))
}

/// The session duration in seconds, within the limits of the token service.
fn duration(name: &str, profile: &Profile) -> Result<Option<u32>> {
    let Some(text) = property(profile, "duration_seconds") else {
        return Ok(None);
    };
    match text.parse() {
        Ok(seconds @ 900..=43_200) => Ok(Some(seconds)),
        _ => Err(profile_error(
            name,
            "has a `duration_seconds` that is not a number from 900 to 43200",
        )),
    }
}

fn profile_error(name: &str, what: &str) -> Error {
    Error::new(
        Kind::Config,
        format!("the profile `{}` {what}", printable(name)),
    )
}
