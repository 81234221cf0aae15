//! The token service (STS): temporary credentials of a role.
//!
//! Source: <https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html>,
//! <https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html>

use std::time::Duration;

use time::OffsetDateTime;

use super::http::{HttpReply, HttpRequest, Route, endpoint};
use super::profile_settings::{AwsService, service_endpoint};
use super::{CredentialLookup, Credentials, json};
use crate::aws::region::regional_endpoint;
use crate::aws::sigv4::{SignableRequest, SigningScope};
use crate::aws::xml::Element;
use crate::aws::{sigv4, xml};
use crate::digest::{Algorithm, Hasher};
use crate::error::{Error, Kind, Result, printable};
use crate::http::percent::{Slash, uri_encode};
use crate::secret::{Secret, SecretMask};

/// The timeout. The service evaluates a policy and responds within a second.
const TIMEOUT: Duration = Duration::from_secs(10);

/// A request for the credentials of a role.
pub struct AssumeRole<'a> {
    /// `arn:aws:iam::123456789012:role/backup`.
    pub role_arn: &'a str,
    /// The session's name in the service's log; `None` = blobctl and the time.
    pub session_name: Option<&'a str>,
    /// The session duration in seconds; `None` = an hour.
    pub duration: Option<u32>,
    /// The name of the source in credentials and errors.
    pub origin: String,
}

impl AssumeRole<'_> {
    /// AssumeRole, signed with `source`.
    pub fn with_credentials(
        &self,
        lookup: &CredentialLookup<'_>,
        source: &Credentials,
        external_id: Option<&str>,
    ) -> Result<Credentials> {
        let mut form = self.form("AssumeRole");
        form.extend(external_id.map(|id| ("ExternalId", id.to_owned())));
        self.send(lookup, &form, Some(source))
    }

    /// AssumeRoleWithWebIdentity, with a token instead of a signature.
    pub fn with_web_identity(
        &self,
        lookup: &CredentialLookup<'_>,
        token: &Secret,
    ) -> Result<Credentials> {
        let mut form = self.form("AssumeRoleWithWebIdentity");
        form.push(("WebIdentityToken", token.expose().to_owned()));
        self.send(lookup, &form, None)
    }

    fn form(&self, action: &str) -> Vec<(&'static str, String)> {
        let session_name = match self.session_name {
            Some(name) => name.to_owned(),
            None => format!("blobctl-{}", OffsetDateTime::now_utc().unix_timestamp()),
        };
        let mut form = vec![
            ("Action", action.to_owned()),
            ("Version", "2011-06-15".to_owned()),
            ("RoleArn", self.role_arn.to_owned()),
            ("RoleSessionName", session_name),
        ];
        form.extend(
            self.duration
                .map(|seconds| ("DurationSeconds", seconds.to_string())),
        );
        form
    }

    fn send(
        &self,
        lookup: &CredentialLookup<'_>,
        form: &[(&'static str, String)],
        credentials: Option<&Credentials>,
    ) -> Result<Credentials> {
        let region = &lookup.context.region;
        let configured = service_endpoint(lookup.environment, AwsService::Sts)?;
        let service = match configured {
            Some(url) => url.trim_end_matches('/').to_owned(),
            None => regional_endpoint("sts", region)?,
        };
        let endpoint = endpoint(&service)?;
        let body = encode_form(form);
        let path = format!("{}/", endpoint.base_path);
        let mut headers = vec![
            ("host".to_owned(), endpoint.authority()),
            (
                "content-type".to_owned(),
                "application/x-www-form-urlencoded".to_owned(),
            ),
        ];
        if let Some(credentials) = credentials {
            let scope = SigningScope::new(OffsetDateTime::now_utc(), region, "sts");
            sign(&mut headers, &path, body.as_bytes(), credentials, &scope);
        }
        let reply = lookup.context.http.call(&HttpRequest {
            method: "POST",
            url: &endpoint.url(&endpoint.authority(), &path, ""),
            headers: &headers,
            body: body.as_bytes(),
            timeout: TIMEOUT,
            route: Route::Proxied,
        })?;
        let token = form.iter().filter(|(name, _)| *name == "WebIdentityToken");
        let token = token.map(|(_, token)| token.as_str());
        let mask =
            SecretMask::new(token.chain(credentials.iter().flat_map(|found| found.secrets())));
        self.parse_reply(&reply, &mask)
    }

    fn parse_reply(&self, reply: &HttpReply, mask: &SecretMask) -> Result<Credentials> {
        if reply.status != 200 {
            return Err(self.service_error(reply, mask));
        }
        let wrong = |what: &str| {
            let text = format!("{}: the token service's answer {what}", self.origin);
            Error::new(Kind::Remote, text)
        };
        let found = xml::descendant(&reply.body, "Credentials")
            .ok_or_else(|| wrong("holds no credentials"))?;
        let field = |name: &str| {
            let text = found.child(name).map(str::trim);
            text.filter(|text| !text.is_empty())
                .ok_or_else(|| wrong(&format!("has no {name}")))
        };
        let credentials = Credentials {
            access_key_id: field("AccessKeyId")?.to_owned(),
            secret_access_key: Secret::new(field("SecretAccessKey")?),
            session_token: Some(Secret::new(field("SessionToken")?)),
            expires: Some(json::time(field("Expiration")?).map_err(wrong)?),
            origin: self.origin.clone(),
        };
        if credentials.has_expired() {
            return Err(wrong(
                "holds credentials that have expired: compare the clocks",
            ));
        }
        if !credentials.is_sendable() {
            return Err(wrong("has a key or token that no header can hold"));
        }
        Ok(credentials)
    }

    /// The error of a failed request. `mask` hides the secrets that the service repeats.
    fn service_error(&self, reply: &HttpReply, mask: &SecretMask) -> Error {
        let document = xml::parse(&reply.body).filter(|root| root.name == "Error");
        let field = |name| {
            document
                .as_ref()
                .and_then(|root: &Element| root.child(name))
        };
        let code = field("Code").unwrap_or("").trim();
        let said = match field("Message") {
            Some(message) => {
                let [code, message] = [code, message].map(|text| printable(&mask.apply(text)));
                format!("{code}: {message}")
            }
            None => format!("HTTP {}", reply.status),
        };
        let text = format!("{}: the token service refused: {said}", self.origin);
        Error::new(kind_of(reply.status, code), text)
    }
}

fn kind_of(status: u16, code: &str) -> Kind {
    match (status, code) {
        (
            _,
            "Throttling" | "ThrottlingException" | "RequestLimitExceeded" | "IDPCommunicationError",
        )
        | (429 | 500..=599, _) => Kind::Busy { after: None },
        (
            _,
            "ValidationError"
            | "InvalidParameterValue"
            | "MissingParameter"
            | "RegionDisabledException",
        ) => Kind::Config,
        (
            _,
            "AccessDenied"
            | "InvalidIdentityToken"
            | "ExpiredTokenException"
            | "ExpiredToken"
            | "IDPRejectedClaim"
            | "InvalidClientTokenId"
            | "SignatureDoesNotMatch",
        )
        | (401 | 403, _) => Kind::Denied,
        _ => Kind::Remote,
    }
}

fn encode_form(form: &[(&'static str, String)]) -> String {
    let fields: Vec<String> = form
        .iter()
        .map(|(name, value)| format!("{name}={}", uri_encode(value, Slash::Encode)))
        .collect();
    fields.join("&")
}

/// Adds date, token and signature.
fn sign(
    headers: &mut Vec<(String, String)>,
    path: &str,
    body: &[u8],
    credentials: &Credentials,
    scope: &SigningScope,
) {
    headers.push(("x-amz-date".to_owned(), scope.timestamp.clone()));
    if let Some(token) = &credentials.session_token {
        headers.push(("x-amz-security-token".to_owned(), token.expose().to_owned()));
    }
    let request = SignableRequest {
        method: "POST",
        path,
        query: &[],
        headers,
        payload_hash: &Hasher::digest(Algorithm::Sha256, body).hex(),
    };
    let string_to_sign = sigv4::string_to_sign(scope, &sigv4::canonical_request(&request));
    let key = sigv4::signing_key(&credentials.secret_access_key, scope);
    let signature = sigv4::signature(&key, &string_to_sign);
    let names = sigv4::signed_headers(headers);
    let authorization = sigv4::authorization(&credentials.access_key_id, scope, &names, &signature);
    headers.push(("authorization".to_owned(), authorization));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request() -> AssumeRole<'static> {
        AssumeRole {
            role_arn: "arn:aws:iam::123456789012:role/a b",
            session_name: Some("me"),
            duration: Some(900),
            origin: "the role".to_owned(),
        }
    }

    fn read(status: u16, body: &str) -> Result<Credentials> {
        request().parse_reply(
            &HttpReply {
                status,
                body: body.to_owned(),
            },
            &SecretMask::new(["tok.en"]),
        )
    }

    #[test]
    fn the_form_is_encoded() {
        assert_eq!(
            encode_form(&request().form("AssumeRole")),
            "Action=AssumeRole&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2Fa%20b&RoleSessionName=me&DurationSeconds=900"
        );
    }

    #[test]
    fn regions_have_services_of_their_own() {
        assert_eq!(
            regional_endpoint("sts", "eu-west-1").unwrap(),
            "https://sts.eu-west-1.amazonaws.com"
        );
        assert_eq!(
            regional_endpoint("sts", "cn-north-1").unwrap(),
            "https://sts.cn-north-1.amazonaws.com.cn"
        );
        assert!(regional_endpoint("sts", "x.evil.test/").is_err());
    }

    #[test]
    fn credentials_are_read_out_of_the_document() {
        let body = "<AssumeRoleResponse xmlns=\"u\"><AssumeRoleResult><AssumedRoleUser><Arn>a</Arn></AssumedRoleUser><Credentials>\
                    <AccessKeyId>AK</AccessKeyId><SecretAccessKey>s&amp;</SecretAccessKey><SessionToken>t</SessionToken>\
                    <Expiration>2999-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>";
        let found = read(200, body).unwrap();
        assert_eq!(found.access_key_id, "AK");
        assert_eq!(found.secret_access_key.expose(), "s&");
        assert!(found.expires.is_some());
        for (from, to) in [
            ("2999", "1999"),
            ("<SessionToken>t</SessionToken>", ""),
            (">t<", ">t t<"),
            ("2999-01-01T00:00:00Z", "soon"),
            ("Credentials>", "Other>"),
        ] {
            let error = read(200, &body.replace(from, to)).unwrap_err();
            assert_eq!(error.kind(), Kind::Remote, "{to}");
            assert!(!error.to_string().contains("s&"), "{error}");
        }
    }

    #[test]
    fn refusals_are_told_without_the_token() {
        let refusal = |code: &str| {
            format!(
                "<ErrorResponse><Error><Code>{code}</Code><Message>bad tok.en</Message></Error></ErrorResponse>"
            )
        };
        for (status, code, kind) in [
            (403, "AccessDenied", Kind::Denied),
            (400, "ExpiredTokenException", Kind::Denied),
            (400, "IDPCommunicationError", Kind::Busy { after: None }),
            (400, "ValidationError", Kind::Config),
            (503, "", Kind::Busy { after: None }),
            (404, "InvalidAction", Kind::Remote),
        ] {
            let error = read(status, &refusal(code)).unwrap_err();
            assert_eq!(error.kind(), kind, "{code}");
            assert!(error.to_string().contains("bad (secret)"), "{error}");
        }
        let page = read(403, "<html>tok.en</html>").unwrap_err().to_string();
        assert_eq!(page, "the role: the token service refused: HTTP 403");
    }
}
