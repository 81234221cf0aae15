//! IAM Identity Center (SSO): credentials of a role for the token of `aws sso login`.
//!
//! Sources: <https://docs.aws.amazon.com/sdkref/latest/guide/feature-sso-credentials.html>,
//! <https://docs.aws.amazon.com/singlesignon/latest/PortalAPIReference/API_GetRoleCredentials.html>

use std::time::Duration;

use time::OffsetDateTime;

use super::http::{HttpReply, HttpRequest, Route};
use super::profile_settings::AwsService;
use super::sso_login::{SsoLogin, said};
use super::sso_token::SsoToken;
use super::{CredentialLookup, Credentials, json};
use crate::error::{Error, Kind, Result, printable};
use crate::http::percent::{Slash, uri_encode};
use crate::secret::Secret;

/// The timeout of a request.
const TIMEOUT: Duration = Duration::from_secs(10);

/// Fetches the credentials of the role.
pub fn credentials(login: &SsoLogin, lookup: &CredentialLookup<'_>) -> Result<Credentials> {
    let token = SsoToken::current(login, lookup)?;
    let service = login.endpoint(lookup, AwsService::Sso)?;
    let query = [("role_name", &login.role), ("account_id", &login.account)]
        .map(|(name, value)| format!("{name}={}", uri_encode(value, Slash::Encode)));
    let bearer = token.expose().to_owned();
    let reply = lookup.context.http.call(&HttpRequest {
        method: "GET",
        url: &format!("{service}/federation/credentials?{}", query.join("&")),
        headers: &[("x-amz-sso_bearer_token".to_owned(), bearer)],
        body: b"",
        timeout: TIMEOUT,
        route: Route::Proxied,
    })?;
    match reply.status {
        200 => parse(login, &reply),
        401 => Err(login.login_required("the login has expired", Kind::Denied)),
        _ => Err(refused(login, &reply, &token)),
    }
}

fn parse(login: &SsoLogin, reply: &HttpReply) -> Result<Credentials> {
    let wrong = |flaw: &str| login.error(Kind::Remote, &format!("the service's answer {flaw}"));
    let answer = json::object(&reply.body).map_err(wrong)?;
    let found = answer.get("roleCredentials");
    let text = |name: &str| {
        let value = found.and_then(|found| found.get(name)?.as_str());
        value
            .filter(|text| !text.is_empty())
            .ok_or_else(|| wrong(&format!("has no `{name}`")))
    };
    let milliseconds = found.and_then(|found| found.get("expiration")?.as_i64());
    let end = milliseconds.and_then(|time| OffsetDateTime::from_unix_timestamp(time / 1000).ok());
    let credentials = Credentials {
        access_key_id: text("accessKeyId")?.to_owned(),
        secret_access_key: Secret::new(text("secretAccessKey")?),
        session_token: Some(Secret::new(text("sessionToken")?)),
        expires: Some(end.ok_or_else(|| wrong("has no `expiration`"))?),
        origin: login.origin(),
    };
    if credentials.has_expired() {
        return Err(wrong(
            "holds credentials that have expired: compare the clocks",
        ));
    }
    match credentials.is_sendable() {
        true => Ok(credentials),
        false => Err(wrong("has a key or token that no header can hold")),
    }
}

/// The error of a refused request.
fn refused(login: &SsoLogin, reply: &HttpReply, token: &Secret) -> Error {
    let kind = match reply.status {
        429 | 500..=599 => Kind::Busy { after: None },
        403 => Kind::Denied,
        400 | 404 => Kind::Config,
        _ => Kind::Remote,
    };
    let role = format!("{} in the account {}", login.role, login.account);
    let said = said(reply, &[token]);
    let what = format!("no credentials for the role {}: {said}", printable(&role));
    login.error(kind, &what)
}
