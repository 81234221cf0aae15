//! Signatures of requests, and presigned URLs.

use std::sync::{Arc, PoisonError};

use super::Client;
use super::request::{Body, Request, Resource};
use crate::aws::credentials::{Credentials, HttpClient, InstanceMetadata, LookupContext, chain};
use crate::aws::sigv4;
use crate::aws::sigv4::{
    EMPTY_PAYLOAD, SignableRequest, SigningKey, SigningScope, UNSIGNED_PAYLOAD,
};
use crate::backend::s3::location::Location;
use crate::backend::s3::redact::is_secret;
use crate::backend::s3::sse_c::CustomerKey;
use crate::digest::{Algorithm, Hasher};
use crate::error::{Error, Kind, Result};
use crate::http::percent::{Slash, uri_encode};
use crate::secret::SecretMask;

/// The headers of a signed request, and the texts that were signed.
pub(super) struct SignedRequest {
    pub(super) headers: Vec<(String, String)>,
    /// Empty if nothing was signed.
    pub(super) canonical: String,
    /// Empty if nothing was signed.
    pub(super) string_to_sign: String,
    /// The credentials that signed the request.
    pub(super) credentials: Option<Arc<Credentials>>,
}

impl SignedRequest {
    /// The secrets that the service may repeat: it knows the secret key as well.
    pub(super) fn mask(&self) -> SecretMask {
        let mut secrets = secret_values(&self.headers);
        let signature = secrets
            .iter()
            .find_map(|value| value.rsplit_once("Signature="));
        secrets.extend(signature.map(|(_, signature)| signature.to_owned()));
        mask_of(secrets, self.credentials.as_deref())
    }
}

/// The values of the headers that are secrets.
fn secret_values(headers: &[(String, String)]) -> Vec<String> {
    let secret = headers.iter().filter(|(name, _)| is_secret(name));
    secret.map(|(_, value)| value.clone()).collect()
}

/// Hides these secrets and those of the credentials, in percent-encoding too: error documents repeat URLs.
fn mask_of(mut secrets: Vec<String>, credentials: Option<&Credentials>) -> SecretMask {
    secrets.extend(
        credentials
            .iter()
            .flat_map(|found| found.secrets().map(str::to_owned)),
    );
    let encoded = secrets
        .iter()
        .map(|secret| uri_encode(secret, Slash::Encode));
    let encoded: Vec<String> = encoded.collect();
    SecretMask::new(secrets.into_iter().chain(encoded))
}

impl Client {
    /// The secrets that the service may repeat in the body of a successful response.
    pub fn mask(&self) -> SecretMask {
        let key = self.customer_key().map(CustomerKey::headers);
        let credentials = self.credentials().ok().flatten();
        mask_of(
            secret_values(&key.unwrap_or_default()),
            credentials.as_deref(),
        )
    }

    /// The request's headers with all that the signature needs and the signature itself.
    pub(super) fn sign(&self, request: &Request<'_>, location: &Location) -> Result<SignedRequest> {
        let mut headers = request.headers.clone();
        headers.push(("host".to_owned(), location.authority.clone()));
        let Some(credentials) = self.credentials()? else {
            return Ok(SignedRequest {
                headers,
                canonical: String::new(),
                string_to_sign: String::new(),
                credentials: None,
            });
        };
        let scope = SigningScope::new(self.now(), &self.region(), "s3");
        let payload_hash = match &request.body {
            Body::None => EMPTY_PAYLOAD.to_owned(),
            Body::Bytes(bytes) => Hasher::digest(Algorithm::Sha256, bytes).hex(),
            Body::Payload {
                sha256: Some(sha256),
                ..
            } => sha256.clone(),
            Body::Payload { sha256: None, .. } => UNSIGNED_PAYLOAD.to_owned(),
        };
        headers.push(("x-amz-date".to_owned(), scope.timestamp.clone()));
        headers.push(("x-amz-content-sha256".to_owned(), payload_hash.clone()));
        if self.config.request_payer {
            headers.push(("x-amz-request-payer".to_owned(), "requester".to_owned()));
        }
        if let Some(token) = &credentials.session_token {
            headers.push(("x-amz-security-token".to_owned(), token.expose().to_owned()));
        }
        let signable = SignableRequest {
            method: request.method,
            path: &location.path,
            query: &request.query,
            headers: &headers,
            payload_hash: &payload_hash,
        };
        let canonical = sigv4::canonical_request(&signable);
        let string_to_sign = sigv4::string_to_sign(&scope, &canonical);
        let signature = sigv4::signature(&self.signing_key(&credentials, &scope), &string_to_sign);
        let signed = sigv4::signed_headers(&headers);
        let authorization =
            sigv4::authorization(&credentials.access_key_id, &scope, &signed, &signature);
        headers.push(("authorization".to_owned(), authorization));
        Ok(SignedRequest {
            headers,
            canonical,
            string_to_sign,
            credentials: Some(credentials),
        })
    }

    /// A presigned URL. No request is sent.
    pub fn presign(&self, method: &str, key: &str, expires: std::time::Duration) -> Result<String> {
        /// A week, the longest that S3 allows, in seconds.
        const LONGEST: u64 = 7 * 86_400;
        let seconds = u32::try_from(expires.as_secs().clamp(1, LONGEST)).unwrap_or(1);
        if expires.as_secs() > LONGEST || expires.is_zero() {
            return Err(Error::new(
                Kind::Usage,
                "a presigned URL lives for 1 second to 7 days",
            ));
        }
        let endpoint = self.endpoint()?;
        if self.config.customer_key.is_some() {
            return Err(
                Error::new(Kind::Usage, "a presigned URL cannot carry the SSE-C key")
                    .with_hint("omit --sse-c-key-file (`sse_c_key_file`)"),
            );
        }
        let location = self.locate(endpoint, Resource::Object(key))?;
        let credentials = self
            .credentials()?
            .ok_or_else(|| Error::new(Kind::Usage, "an unsigned request cannot be presigned"))?;
        let scope = SigningScope::new(self.now(), &self.region(), "s3");
        let headers = [("host".to_owned(), location.authority.clone())];
        let token = credentials.session_token.as_ref();
        let mut query = sigv4::presigned_parameters(
            &credentials.access_key_id,
            &scope,
            seconds,
            &sigv4::signed_headers(&headers),
            token,
        );
        query.extend(self.version());
        if self.config.request_payer {
            query.push(("x-amz-request-payer".to_owned(), "requester".to_owned()));
        }
        let signable = SignableRequest {
            method,
            path: &location.path,
            query: &query,
            headers: &headers,
            payload_hash: UNSIGNED_PAYLOAD,
        };
        let string_to_sign = sigv4::string_to_sign(&scope, &sigv4::canonical_request(&signable));
        let signature = sigv4::signature(&self.signing_key(&credentials, &scope), &string_to_sign);
        let query = sigv4::presigned_query(&query, &signature);
        Ok(endpoint.url(&location.authority, &location.path, &query))
    }

    /// The signing key of the day, computed once.
    fn signing_key(&self, credentials: &Arc<Credentials>, scope: &SigningScope) -> SigningKey {
        let mut kept = self
            .signing_key
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some((of, by, key)) = kept.as_ref()
            && of.credential_scope() == scope.credential_scope()
            && Arc::ptr_eq(by, credentials)
        {
            return key.clone();
        }
        let key = sigv4::signing_key(&credentials.secret_access_key, scope);
        *kept = Some((scope.clone(), Arc::clone(credentials), key.clone()));
        key
    }

    /// The current credentials; `None` = requests are not signed.
    pub(super) fn credentials(&self) -> Result<Option<Arc<Credentials>>> {
        let failed = |error: &Error| {
            self.note(&format!("the credentials could not be renewed: {error}"));
        };
        self.credential_cache
            .current(|| self.load_credentials(), failed)
    }

    pub(super) fn load_credentials(&self) -> Result<Option<Credentials>> {
        let context = LookupContext {
            instance_metadata: if self.provider().is_aws() {
                InstanceMetadata::Query
            } else {
                InstanceMetadata::Skip
            },
            region: self.region(),
            http: HttpClient {
                roots: &self.config.roots,
                proxies: &self.config.proxies,
                cancel: &self.context.cancel,
            },
        };
        let found = chain::load(&self.config.credentials, &context)?;
        match &found {
            Some(found) => self.note(&format!(
                "credentials: {}, access key {}",
                found.origin,
                found.masked_id()
            )),
            None => self.note("requests are not signed"),
        }
        Ok(found)
    }
}

/// Rejects header values that HTTP cannot carry, before anything is sent. The error does not contain the value, which
/// may be a secret.
pub(super) fn check_values(headers: &[(String, String)]) -> Result<()> {
    let can_be_sent = |byte: u8| byte == b'\t' || (b' '..=b'~').contains(&byte);
    let bad = headers
        .iter()
        .find(|(_, value)| !value.bytes().all(can_be_sent));
    let Some((name, _)) = bad else {
        return Ok(());
    };
    let (kind, what) = match name.as_str() {
        "authorization" => (Kind::Config, "access key id".to_owned()),
        "x-amz-security-token" => (Kind::Config, "session token".to_owned()),
        name => (Kind::Usage, format!("value for `{name}`")),
    };
    Err(Error::new(
        kind,
        format!("the {what} holds a character that HTTP cannot carry"),
    ))
}
