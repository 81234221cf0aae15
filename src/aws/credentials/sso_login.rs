//! The SSO login of a profile, as its settings name it.

use serde_json::Value;

use super::http::{HttpReply, endpoint};
use super::profile_parser::SectionKind;
use super::profile_settings::{AwsService, service_endpoint, unknown_section};
use super::shared_files::{Profile, SharedFiles, property};
use super::{CredentialLookup, json};
use crate::aws::region::regional_endpoint;
use crate::error::{Error, Kind, Result, printable};
use crate::http::endpoint::HttpScheme;
use crate::secret::Secret;

/// The login of a profile.
#[derive(Debug)]
pub struct SsoLogin {
    /// The profile.
    profile: String,
    /// The session of the profile; `None` in the older form of profiles.
    session: Option<String>,
    start_url: String,
    region: String,
    pub(super) account: String,
    pub(super) role: String,
}

impl SsoLogin {
    /// The login that a profile names; `None` if it has no property of SSO that begins one.
    ///
    /// # Errors
    /// A part of it is missing.
    pub fn of(files: &SharedFiles, name: &str, profile: &Profile) -> Result<Option<Self>> {
        let session = property(profile, "sso_session");
        let place = match session {
            None if property(profile, "sso_start_url").is_none() => return Ok(None),
            None => profile,
            Some(session) => files
                .section(SectionKind::SsoSession, session)?
                .ok_or_else(|| unknown_section(name, "sso-session", session))?,
        };
        let required = |place: &Profile, key: &str| {
            let missing = || incomplete(name, session, key);
            property(place, key).map(str::to_owned).ok_or_else(missing)
        };
        Ok(Some(Self {
            start_url: required(place, "sso_start_url")?,
            region: required(place, "sso_region")?,
            account: required(profile, "sso_account_id")?,
            role: required(profile, "sso_role_name")?,
            profile: name.to_owned(),
            session: session.map(str::to_owned),
        }))
    }

    /// The address of a service. A token is sent to it, so it must have TLS or be on this machine.
    pub(super) fn endpoint(
        &self,
        lookup: &CredentialLookup<'_>,
        service: AwsService,
    ) -> Result<String> {
        let name = match service {
            AwsService::SsoOidc => "oidc",
            _ => "portal.sso",
        };
        let url = match service_endpoint(lookup.environment, service)? {
            Some(url) => url.trim_end_matches('/').to_owned(),
            None => regional_endpoint(name, &self.region)?,
        };
        let parsed = endpoint(&url)?;
        if parsed.scheme == HttpScheme::Http && !parsed.is_loopback() {
            let what = format!(
                "`{}` has no TLS, and a token is sent to it",
                printable(&url)
            );
            return Err(self.error(Kind::Config, &what));
        }
        Ok(url)
    }

    /// The name of the file in the cache of the AWS CLI: a digest of it.
    pub(super) fn cache_key(&self) -> &str {
        self.session.as_deref().unwrap_or(&self.start_url)
    }

    /// Returns whether tokens can be renewed, which only those of sessions can.
    pub(super) fn is_session(&self) -> bool {
        self.session.is_some()
    }

    pub(super) fn error(&self, kind: Kind, what: &str) -> Error {
        Error::new(kind, format!("{}: {what}", self.origin()))
    }

    /// The error about a login that only a person can repeat.
    pub(super) fn login_required(&self, what: &str, kind: Kind) -> Error {
        let command = match (&self.session, self.profile.as_str()) {
            (Some(session), _) => format!("aws sso login --sso-session {}", printable(session)),
            (None, "default") => "aws sso login".to_owned(),
            (None, profile) => format!("aws sso login --profile {}", printable(profile)),
        };
        self.error(kind, what).with_hint(format!("run: {command}"))
    }

    pub(super) fn origin(&self) -> String {
        format!(
            "the SSO login of the profile `{}`",
            printable(&self.profile)
        )
    }
}

/// The message of a refusal, escaped. Secrets that the service echoes are masked.
pub(super) fn said(reply: &HttpReply, secrets: &[&Secret]) -> String {
    let answer = json::object(&reply.body).ok();
    let field = |name: &str| answer.as_ref()?.get(name).and_then(Value::as_str);
    let message = ["message", "Message", "error_description", "error"]
        .into_iter()
        .find_map(field);
    let Some(message) = message else {
        return format!("HTTP {}", reply.status);
    };
    let masked = secrets
        .iter()
        .filter(|secret| !secret.is_empty())
        .fold(message.to_owned(), |text, secret| {
            text.replace(secret.expose(), "(secret)")
        });
    format!("{} (HTTP {})", printable(&masked), reply.status)
}

fn incomplete(name: &str, session: Option<&str>, key: &str) -> Error {
    let name = printable(name);
    let text = match session {
        Some(session) if key == "sso_start_url" || key == "sso_region" => {
            let session = printable(session);
            format!("the section [sso-session {session}] of the profile `{name}` has no `{key}`")
        }
        _ => format!("the profile `{name}` has an SSO login without `{key}`"),
    };
    Error::new(Kind::Config, text).with_hint("`aws configure sso` writes a complete profile")
}
