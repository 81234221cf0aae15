//! The token of an SSO login: read from the cache of the AWS CLI, and renewed there.
//!
//! Sources: <https://docs.aws.amazon.com/sdkref/latest/guide/understanding-sso.html>,
//! <https://docs.aws.amazon.com/singlesignon/latest/OIDCAPIReference/API_CreateToken.html>,
//! <https://github.com/boto/botocore/blob/develop/botocore/tokens.py>

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Map, Value};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::http::{HttpReply, HttpRequest, Route};
use super::profile_settings::AwsService;
use super::sso_login::{SsoLogin, said};
use super::{CredentialLookup, json};
use crate::digest::{Algorithm, Hasher};
use crate::error::{Error, Kind, Result, describe, printable};
use crate::io::atomic_file::{AtomicFile, Overwrite, open_dir};
use crate::secret::{LARGEST_SECRET, Secret, read_bounded};

/// A token is renewed when it is valid for less than this, as by the AWS CLI.
const LEAD: time::Duration = time::Duration::minutes(15);

/// The timeout of a renewal.
const TIMEOUT: Duration = Duration::from_secs(10);

/// A cached token.
pub struct SsoToken<'a> {
    login: &'a SsoLogin,
    path: PathBuf,
    /// The content of the file.
    fields: Map<String, Value>,
}

impl<'a> SsoToken<'a> {
    /// A token that is valid now.
    ///
    /// # Errors
    /// There is none, or it has expired and cannot be renewed.
    pub fn current(login: &'a SsoLogin, lookup: &CredentialLookup<'_>) -> Result<Secret> {
        let mut token = Self::read(login, lookup)?;
        let left = token.expires()? - OffsetDateTime::now_utc();
        if left < LEAD {
            let renewed = token.renew(lookup);
            // A token that is still valid outlives a failed renewal.
            if left <= time::Duration::ZERO {
                renewed?;
            }
        }
        token.access_token()
    }

    fn read(login: &'a SsoLogin, lookup: &CredentialLookup<'_>) -> Result<Self> {
        let Some(home) = &lookup.environment.home else {
            return Err(login.error(Kind::Config, "HOME is not set"));
        };
        let key = login.cache_key().as_bytes();
        let name = format!("{}.json", Hasher::digest(Algorithm::Sha1, key).hex());
        let path = home.join(".aws/sso/cache").join(name);
        let bytes = match read_bounded(&path, LARGEST_SECRET) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Err(login.login_required("no login was found", Kind::Config));
            }
            Err(error) => {
                let shown = printable(&path.to_string_lossy());
                let what = format!("`{shown}`: {}", describe(&error));
                return Err(login.error(Kind::Config, &what));
            }
        };
        let text = String::from_utf8_lossy(&bytes);
        let Ok(Value::Object(fields)) = json::object(&text) else {
            return Err(login.login_required("the cached login is damaged", Kind::Config));
        };
        Ok(Self {
            login,
            path,
            fields,
        })
    }

    fn text(&self, name: &str) -> Option<&str> {
        let text = self.fields.get(name).and_then(Value::as_str);
        text.filter(|text| !text.is_empty())
    }

    /// A time in the cache. Older versions of the AWS CLI wrote `UTC` for `Z`.
    fn time(&self, name: &str) -> Option<OffsetDateTime> {
        let text = self.text(name)?;
        let text = text
            .strip_suffix("UTC")
            .map_or(text.to_owned(), |time| format!("{time}Z"));
        json::time(&text).ok()
    }

    fn damaged(&self) -> Error {
        self.login
            .login_required("the cached login is incomplete", Kind::Config)
    }

    fn expires(&self) -> Result<OffsetDateTime> {
        self.time("expiresAt").ok_or_else(|| self.damaged())
    }

    fn access_token(&self) -> Result<Secret> {
        let sendable = |text: &&str| text.bytes().all(|byte| byte.is_ascii_graphic());
        let token = self.text("accessToken").filter(sendable);
        token.map(Secret::new).ok_or_else(|| self.damaged())
    }

    /// Renews the token with the refresh token and the registration of the AWS CLI, and writes the cache.
    fn renew(&mut self, lookup: &CredentialLookup<'_>) -> Result<()> {
        let (body, secrets) = self.request()?;
        let service = self.login.endpoint(lookup, AwsService::SsoOidc)?;
        let reply = lookup.context.http.call(&HttpRequest {
            method: "POST",
            url: &format!("{service}/token"),
            headers: &[("content-type".to_owned(), "application/json".to_owned())],
            body: body.expose().as_bytes(),
            timeout: TIMEOUT,
            route: Route::Proxied,
        })?;
        match reply.status {
            200 => self.accept(&reply)?,
            429 | 500..=599 => {
                let what = format!("cannot be renewed: {}", said(&reply, &secrets.each_ref()));
                return Err(self.login.error(Kind::Busy { after: None }, &what));
            }
            _ => return Err(self.expired()),
        }
        // The token is good for this run also if the cache is read-only.
        let _ = self.write(lookup);
        Ok(())
    }

    /// The request for a token, and its secrets.
    fn request(&self) -> Result<(Secret, [Secret; 2])> {
        let names = ["clientId", "clientSecret", "refreshToken"];
        let (true, [Some(id), Some(secret), Some(refresh)], Some(end)) = (
            self.login.is_session(),
            names.map(|name| self.text(name)),
            self.time("registrationExpiresAt"),
        ) else {
            return Err(self.expired());
        };
        if end <= OffsetDateTime::now_utc() {
            return Err(self.expired());
        }
        let request = serde_json::json!({
            "clientId": id,
            "clientSecret": secret,
            "grantType": "refresh_token",
            "refreshToken": refresh,
        });
        let secrets = [Secret::new(secret), Secret::new(refresh)];
        Ok((Secret::new(request.to_string()), secrets))
    }

    /// Takes over the fields of a response.
    fn accept(&mut self, reply: &HttpReply) -> Result<()> {
        let wrong = |flaw: &str| {
            let what = format!("the answer to the renewal {flaw}");
            self.login.error(Kind::Remote, &what)
        };
        let answer = json::object(&reply.body).map_err(wrong)?;
        let text = |name: &str| answer.get(name).and_then(Value::as_str);
        let token = text("accessToken").ok_or_else(|| wrong("has no `accessToken`"))?;
        let seconds = answer.get("expiresIn").and_then(Value::as_i64);
        let end = seconds
            .and_then(|seconds| {
                let seconds = time::Duration::seconds(seconds);
                OffsetDateTime::now_utc().checked_add(seconds)
            })
            .and_then(|end| end.replace_nanosecond(0).ok()?.format(&Rfc3339).ok())
            .ok_or_else(|| wrong("has no valid `expiresIn`"))?;
        let mut fields = vec![("accessToken", token.to_owned()), ("expiresAt", end)];
        fields.extend(text("refreshToken").map(|token| ("refreshToken", token.to_owned())));
        for (name, value) in fields {
            self.fields.insert(name.to_owned(), Value::String(value));
        }
        Ok(())
    }

    /// Replaces the file, because a refresh token is valid once.
    fn write(&self, lookup: &CredentialLookup<'_>) -> Result<()> {
        let text = Value::Object(self.fields.clone()).to_string();
        let (Some(directory), Some(name)) = (self.path.parent(), self.path.file_name()) else {
            return Ok(());
        };
        let file = AtomicFile::create(
            Arc::new(open_dir(directory)?),
            name,
            printable(&self.path.to_string_lossy()),
            lookup.context.http.cancel(),
        )?;
        let file = file.with_mode(Some(0o600));
        file.write_at(text.as_bytes(), 0)?;
        file.commit(text.len() as u64, Overwrite::Allow)
    }

    fn expired(&self) -> Error {
        self.login
            .login_required("the login has expired", Kind::Denied)
    }
}
