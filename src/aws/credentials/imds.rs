//! The metadata service of an EC2 instance, version 2: a session token first, then the role's name, then its keys.
//!
//! Outside of AWS nothing answers there, so the timeout is short, and only AWS's own endpoints cause the request.
//! Source: <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-metadata-security-credentials.html>

use std::time::Duration;

use time::OffsetDateTime;

use super::http::{HttpReply, HttpRequest, Route, endpoint};
use super::shared_files::selected_profile;
use super::{CredentialLookup, Credentials, InstanceMetadata, MetadataVariables, json};
use crate::error::{Error, Kind, Result, printable};
use crate::http::percent::{Slash, uri_encode};
use crate::secret::Secret;

const TIMEOUT: Duration = Duration::from_secs(1);

const ROLES: &str = "/latest/meta-data/iam/security-credentials/";

const ORIGIN: &str = "the instance's metadata service";

/// The credentials of the service. No service at its address, or no role for the instance, is not an error.
pub fn credentials_if_available(lookup: &CredentialLookup<'_>) -> Result<Option<Credentials>> {
    let disabled = lookup.environment.metadata.disabled;
    if disabled || lookup.context.instance_metadata == InstanceMetadata::Skip {
        return Ok(None);
    }
    let service = MetadataService::new(lookup)?;
    match service.credentials() {
        Ok(credentials) => Ok(Some(credentials)),
        Err(LookupFailure::Unreachable(error)) if service.is_named => Err(with_origin(&error)),
        Err(LookupFailure::Unreachable(_) | LookupFailure::NoRole) => Ok(None),
        Err(LookupFailure::Failed(error)) => Err(with_origin(&error)),
    }
}

/// The credentials of the service, which the profile requires.
pub fn required_credentials(lookup: &CredentialLookup<'_>) -> Result<Credentials> {
    if lookup.environment.metadata.disabled {
        return Err(Error::new(
            Kind::Config,
            format!("{ORIGIN} is needed and switched off by AWS_EC2_METADATA_DISABLED"),
        ));
    }
    MetadataService::new(lookup)?
        .credentials()
        .map_err(|failure| match failure {
            LookupFailure::Unreachable(error) | LookupFailure::Failed(error) => with_origin(&error),
            LookupFailure::NoRole => {
                Error::new(Kind::Config, format!("{ORIGIN}: the instance has no role"))
            }
        })
}

/// The reason for missing credentials.
enum LookupFailure {
    /// The service did not respond.
    Unreachable(Error),
    /// The instance has no role.
    NoRole,
    /// The response was an error or malformed.
    Failed(Error),
}

/// The service at its address.
struct MetadataService<'a> {
    lookup: &'a CredentialLookup<'a>,
    base: String,
    /// A variable or the profile names the address.
    is_named: bool,
}

impl<'a> MetadataService<'a> {
    fn new(lookup: &'a CredentialLookup<'a>) -> Result<Self> {
        let settings = settings(lookup)?;
        let base = settings.base()?;
        endpoint(&base)?;
        Ok(Self {
            lookup,
            base,
            is_named: settings.endpoint.is_some(),
        })
    }

    fn credentials(&self) -> Result<Credentials, LookupFailure> {
        let token = self.token()?;
        let roles = self.get(ROLES, &token)?;
        let role = match roles.status {
            200 => roles.body.lines().next().unwrap_or("").trim(),
            404 => return Err(LookupFailure::NoRole),
            _ => return Err(http_failure(&roles)),
        };
        if role.is_empty() {
            return Err(LookupFailure::NoRole);
        }
        let path = format!("{ROLES}{}", uri_encode(role, Slash::Encode));
        parse_credentials(&self.get(&path, &token)?)
    }

    /// Fetches a session token. A machine where this first request gets no response is not an instance.
    fn token(&self) -> Result<Secret, LookupFailure> {
        let lifetime = (
            "x-aws-ec2-metadata-token-ttl-seconds".to_owned(),
            "21600".to_owned(),
        );
        let reply =
            self.call("PUT", "/latest/api/token", &[lifetime])
                .map_err(|error| match error.kind() {
                    Kind::Disconnected => LookupFailure::Unreachable(error),
                    _ => LookupFailure::Failed(error),
                })?;
        let token = reply.body.trim();
        match reply.status {
            200 if !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic()) => {
                Ok(Secret::new(token))
            }
            200 => Err(malformed("is not a session token")),
            _ => Err(http_failure(&reply)),
        }
    }

    fn get(&self, path: &str, token: &Secret) -> Result<HttpReply, LookupFailure> {
        let token = (
            "x-aws-ec2-metadata-token".to_owned(),
            token.expose().to_owned(),
        );
        self.call("GET", path, &[token])
            .map_err(LookupFailure::Failed)
    }

    fn call(
        &self,
        method: &'static str,
        path: &str,
        headers: &[(String, String)],
    ) -> Result<HttpReply> {
        self.lookup.context.http.call(&HttpRequest {
            method,
            url: &format!("{}{path}", self.base),
            headers,
            body: b"",
            timeout: TIMEOUT,
            route: Route::Direct,
        })
    }
}

/// The variables, or else the settings of the selected profile.
fn settings(lookup: &CredentialLookup<'_>) -> Result<MetadataVariables> {
    let variables = &lookup.environment.metadata;
    let profile = selected_profile(lookup.environment)?;
    let of_profile = |key: &str| Some(profile.as_ref()?.setting(key)?.to_owned());
    let of_variable = |value: &Option<String>, key: &str| value.clone().or_else(|| of_profile(key));
    Ok(MetadataVariables {
        disabled: variables.disabled,
        endpoint: of_variable(&variables.endpoint, "ec2_metadata_service_endpoint"),
        mode: of_variable(&variables.mode, "ec2_metadata_service_endpoint_mode"),
    })
}

impl MetadataVariables {
    fn base(&self) -> Result<String> {
        let by_mode = match self.mode.as_deref() {
            None => "http://169.254.169.254",
            Some(mode) if mode.eq_ignore_ascii_case("ipv4") => "http://169.254.169.254",
            Some(mode) if mode.eq_ignore_ascii_case("ipv6") => "http://[fd00:ec2::254]",
            Some(mode) => {
                let shown = printable(mode);
                let text = format!("{ORIGIN}: invalid endpoint mode `{shown}`");
                return Err(Error::new(Kind::Config, text).with_hint(
                    "set AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE, or ec2_metadata_service_endpoint_mode of the profile, to IPv4 or IPv6",
                ));
            }
        };
        let endpoint = self.endpoint.as_deref().unwrap_or(by_mode);
        Ok(endpoint.trim_end_matches('/').to_owned())
    }
}

/// Parses the credentials of the role. If the service could not renew them in time, the old ones are mostly valid for a
/// while, and blobctl asks again soon.
fn parse_credentials(reply: &HttpReply) -> Result<Credentials, LookupFailure> {
    const GRACE: time::Duration = time::Duration::minutes(15);
    if reply.status != 200 {
        return Err(http_failure(reply));
    }
    let answer = json::object(&reply.body).map_err(malformed)?;
    let code = answer.get("Code").and_then(serde_json::Value::as_str);
    if let Some(code) = code.filter(|code| *code != "Success") {
        let what = format!("it has no credentials: {}", printable(code));
        return Err(LookupFailure::Failed(Error::new(Kind::Denied, what)));
    }
    let mut credentials =
        json::credentials(&answer, json::Dialect::Metadata, ORIGIN).map_err(malformed)?;
    if credentials.has_expired() {
        credentials.expires = Some(OffsetDateTime::now_utc() + GRACE);
    }
    Ok(credentials)
}

fn malformed(flaw: &str) -> LookupFailure {
    LookupFailure::Failed(Error::new(Kind::Remote, format!("its answer {flaw}")))
}

fn http_failure(reply: &HttpReply) -> LookupFailure {
    let kind = match reply.status {
        429 | 500..=599 => Kind::Busy { after: None },
        401 | 403 => Kind::Denied,
        _ => Kind::Remote,
    };
    LookupFailure::Failed(Error::new(
        kind,
        format!("it refused: HTTP {}", reply.status),
    ))
}

fn with_origin(error: &Error) -> Error {
    Error::new(error.kind(), format!("{ORIGIN}: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_is_the_named_one_or_that_of_the_family() {
        let base = |endpoint: Option<&str>, mode: Option<&str>| {
            MetadataVariables {
                disabled: false,
                endpoint: endpoint.map(str::to_owned),
                mode: mode.map(str::to_owned),
            }
            .base()
            .unwrap()
        };
        assert_eq!(base(None, None), "http://169.254.169.254");
        assert_eq!(base(None, Some("IPv6")), "http://[fd00:ec2::254]");
        assert_eq!(
            base(Some("http://127.0.0.1:9/"), Some("IPv6")),
            "http://127.0.0.1:9"
        );
    }
}
