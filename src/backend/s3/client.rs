//! One request and its answer: addressed, signed, sent, classified. Requests are ureq's business from here on; its agent is
//! built in [`super::agent`].

use std::io::Read;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use time::OffsetDateTime;
use ureq::{Agent, SendBody};

use super::address::{self, Endpoint, Location, Scheme};
use super::answers::{self, Correction};
use super::credentials::{Credentials, Http, Instance, Keyring, Surroundings};
use super::customer_key::{ALGORITHM, CustomerKey};
use super::mismatch::{self, Ours};
use super::services::{self, AfterBusy, ChecksumMode, Conditions, IfMatch};
use super::sign::{self, EMPTY_PAYLOAD, Scope, SignableRequest, SigningKey, UNSIGNED_PAYLOAD};
use super::transport::{answered_early, begin_request, retire_connections};
use super::xml::ERROR_LIMIT;
use super::{Checksum, Config, PayloadSigning, agent, credentials, faults, shown};
use crate::backend::{Context, PartSizes, Service};
use crate::digest::{Algorithm, Hasher};
use crate::error::{Error, Kind, Result};
use crate::payload::Payload;
use crate::progress::Event;

/// A request, as the operations say it.
#[derive(Debug, Clone)]
pub struct Request<'a> {
    /// `GET`, `PUT`, …
    pub method: &'static str,
    /// Empty for the bucket.
    pub key: &'a str,
    /// Query names and values, not encoded.
    pub query: Vec<(String, String)>,
    /// Lower-case names. All of them are signed.
    pub headers: Vec<(String, String)>,
    /// What is sent.
    pub body: Body<'a>,
    /// How long its answer may take.
    pub patience: Patience,
}

impl Request<'_> {
    /// Whether a second one does no harm and says the same, even if the first one took effect and its answer was lost.
    /// A condition fails then, and an upload is gone: the engine, which counts attempts, knows what that means.
    fn is_repeatable(&self) -> bool {
        let is_conditional = |(name, _): &(String, String)| {
            name == "if-none-match" || name == "if-match" && self.method != "GET"
        };
        let completes =
            self.method == "POST" && self.query.iter().any(|(name, _)| name == "uploadId");
        !completes && !self.headers.iter().any(is_conditional)
    }
}

/// How long an answer may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Patience {
    /// The usual silence.
    Usual,
    /// At least five minutes: the store puts thousands of parts together and says nothing meanwhile.
    Long,
}

/// What is sent with a request.
#[derive(Debug, Clone)]
pub enum Body<'a> {
    /// Nothing, and no length: GET, HEAD, DELETE.
    None,
    /// These bytes, also if there are none of them.
    Bytes(&'a [u8]),
    /// A blob or a part of one, with the SHA-256 of it where one was computed.
    Payload {
        payload: &'a Payload,
        size: u64,
        sha256: Option<String>,
    },
}

/// Whether a request belongs to the work or to the clean-up after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Ends when the run is asked to stop.
    Work,
    /// Goes on then, for two seconds in all.
    CleanUp,
}

/// An answer whose status says success.
pub struct Answer {
    response: ureq::http::Response<ureq::Body>,
    /// Whether the request was about a blob that is encrypted with a key of ours.
    own_key: bool,
}

/// What one attempt came to.
enum Tried {
    Answered(Answer),
    Refused(Error, Option<Remedy>),
}

/// What may help against a refusal.
enum Remedy {
    /// To ask as the service wants to be asked.
    Correction(Correction),
    /// Others than these credentials, whose time is over.
    Renewal(Arc<Credentials>),
}

/// What goes before the body, and the text whose hash was signed.
struct Signed {
    headers: Vec<(String, String)>,
    /// Empty if nothing was signed.
    canonical: String,
    /// Empty if nothing was signed.
    string_to_sign: String,
    /// Who signed.
    credentials: Option<Arc<Credentials>>,
}

/// The connection to one bucket.
pub struct Client {
    config: Config,
    context: Context,
    endpoint: OnceLock<Endpoint>,
    agent: OnceLock<Agent>,
    keyring: Keyring,
    signing_key: Mutex<Option<(Scope, Arc<Credentials>, SigningKey)>>,
    learnt: Mutex<Learnt>,
    /// AWS's endpoint of the region that the bucket turned out to be in.
    moved: OnceLock<Endpoint>,
}

/// What the service said about how it wants to be asked; it holds for the process.
#[derive(Debug, Default)]
struct Learnt {
    region: Option<String>,
    /// The service's clock less ours, in seconds.
    skew: Option<i64>,
}

impl Client {
    /// Reads and connects nothing yet.
    pub fn new(config: Config, context: Context) -> Self {
        Self {
            config,
            context,
            endpoint: OnceLock::new(),
            agent: OnceLock::new(),
            keyring: Keyring::default(),
            signing_key: Mutex::new(None),
            learnt: Mutex::default(),
            moved: OnceLock::new(),
        }
    }

    /// The bucket.
    pub fn bucket(&self) -> &str {
        &self.config.bucket
    }

    /// Whether bytes are protected on their way by TLS, so that their hash need not be part of the signature.
    pub fn is_https(&self) -> Result<bool> {
        Ok(self.endpoint()?.scheme == Scheme::Https)
    }

    /// What the settings say about the body's hash.
    pub fn payload_signing(&self) -> PayloadSigning {
        self.config.payload_signing
    }

    /// Whether the service may be asked for the checksums that it keeps.
    pub fn tells_checksums(&self) -> bool {
        self.traits().checksum_mode == ChecksumMode::Sent
    }

    /// Whether the service is known to test a condition and store in one step.
    pub fn keeps_conditions(&self) -> bool {
        self.traits().conditions == Conditions::Atomic
    }

    /// What is known of the service.
    pub fn traits(&self) -> services::Service {
        match self.endpoint() {
            Ok(endpoint) => endpoint.service(),
            // Whatever is sent next fails with this error.
            Err(_) => services::of(""),
        }
    }

    /// The service's address, without the bucket.
    pub fn service_address(&self) -> Option<String> {
        Some(self.endpoint().ok()?.address())
    }

    /// The service and the user: what a copy from bucket to bucket needs to have in common.
    pub fn service(&self) -> Option<Service> {
        let endpoint = self.endpoint().ok()?;
        let user = match self.credentials().ok()? {
            Some(credentials) => credentials.access_key_id.clone(),
            None => String::new(),
        };
        let identity = format!("{} {user}", endpoint.address());
        Some(Service {
            identity,
            bucket: self.config.bucket.clone(),
            reading: self
                .own_key()
                .map_or_else(Vec::new, CustomerKey::source_headers),
        })
    }

    /// Whether the service is known to make the ETag of an upload in parts from the parts' MD5s.
    pub fn makes_etags_of_md5s(&self) -> bool {
        self.endpoint()
            .is_ok_and(|endpoint| endpoint.service().is_aws())
    }

    /// The parameter that names the version, if one was asked for.
    pub fn version(&self) -> Option<(String, String)> {
        let version = self.config.version.clone();
        version.map(|version| ("versionId".to_owned(), version))
    }

    /// Whether the user wants no digest to be compared.
    pub fn wants_no_proof(&self) -> bool {
        self.config.checksum == Checksum::None
    }

    /// The key that the blobs are encrypted with.
    pub fn own_key(&self) -> Option<&CustomerKey> {
        self.config.customer_key.as_ref()
    }

    /// The service, and what an upload was begun with.
    pub fn identity(&self) -> String {
        let endpoint = self
            .endpoint()
            .map(|endpoint| format!("{}{}", endpoint.authority(), endpoint.base_path));
        format!(
            "{} {:?} {} {}",
            endpoint.unwrap_or_default(),
            self.config.checksum,
            self.config.version.as_deref().unwrap_or(""),
            self.own_key().map_or("", CustomerKey::fingerprint)
        )
    }

    /// Tells of something that the user should know although the run goes on.
    pub fn warn(&self, text: &str) {
        self.context.observer.notify(&Event::Warning(text));
    }

    /// Which sizes the parts of one upload may have.
    pub fn part_sizes(&self) -> PartSizes {
        self.traits().parts
    }

    /// Tells of a fact, with `-v`.
    pub fn note(&self, text: &str) {
        self.context.observer.notify(&Event::Note(text));
    }

    /// Sends a request and returns its answer if the status is one of `expected`; any other is an error by the rules of
    /// [`answers`]. The date and the signature are made anew at each call. A service that names another region or time is
    /// asked once more as it wants to be, and one that calls the credentials expired with new ones if there are some.
    pub fn send(
        &self,
        request: &Request<'_>,
        expected: &[u16],
        purpose: Purpose,
    ) -> Result<Answer> {
        match self.ask(request, expected, purpose) {
            Err(error) if error.answer().http == Some(412) => match self.unquoted(request) {
                Some(request) => self.ask(&request, expected, purpose),
                None => Err(error),
            },
            result => result,
        }
    }

    /// The same request with the ETag of its condition written as the service may want it.
    fn unquoted<'a>(&self, request: &Request<'a>) -> Option<Request<'a>> {
        if request.method != "PUT" || self.traits().if_match != IfMatch::UnquotedToo {
            return None;
        }
        let mut request = request.clone();
        let condition = request
            .headers
            .iter_mut()
            .find(|(name, _)| name == "if-match");
        let (_, etag) = condition?;
        *etag = etag.trim_matches('"').to_owned();
        Some(request)
    }

    fn ask(&self, request: &Request<'_>, expected: &[u16], purpose: Purpose) -> Result<Answer> {
        match self.try_once(request, expected, purpose)? {
            Tried::Answered(answer) => Ok(answer),
            Tried::Refused(error, None) => Err(error),
            Tried::Refused(error, Some(remedy)) => {
                let helps = match remedy {
                    Remedy::Correction(correction) => self.learn(correction),
                    Remedy::Renewal(expired) => {
                        self.keyring.renew(&expired, || self.find_credentials())?
                    }
                };
                if !helps {
                    return Err(error);
                }
                match self.try_once(request, expected, purpose)? {
                    Tried::Answered(answer) => Ok(answer),
                    Tried::Refused(error, _) => Err(error),
                }
            }
        }
    }

    fn try_once(&self, request: &Request<'_>, expected: &[u16], purpose: Purpose) -> Result<Tried> {
        let endpoint = self.endpoint()?;
        let location = endpoint.locate(self.config.addressing, &self.config.bucket, request.key);
        let Signed {
            headers,
            canonical,
            string_to_sign,
            credentials,
        } = self.sign(request, &location)?;
        check_values(&headers)?;
        let query = sign::canonical_query(&request.query);
        let question = if query.is_empty() { "" } else { "?" };
        let url = format!(
            "{}://{}{}{question}{query}",
            endpoint.scheme.name(),
            location.authority,
            location.path
        );
        self.trace('>', || {
            format!("{} {url}\n{}", request.method, shown::headers(&headers))
        });
        let response = match self.exchange(request, &url, &headers, purpose) {
            // A kept connection may have been closed just when we used it: that is nobody's failure.
            Err(error) if faults::is_stale(&error) && request.is_repeatable() => {
                self.exchange(request, &url, &headers, purpose)
            }
            result => result,
        }
        .map_err(|error| self.failed(error, &location.authority, purpose))?;
        self.trace('<', || shown::answer(&response));
        if expected.contains(&response.status().as_u16()) {
            let own_key = headers.iter().any(|(name, _)| name == ALGORITHM);
            return Ok(Tried::Answered(Answer { response, own_key }));
        }
        let ours = Ours {
            canonical: &canonical,
            string_to_sign: &string_to_sign,
        };
        let (error, correction) = self.refused(request, ours, response);
        if shown::is_about_the_signature(&error) {
            self.trace('|', || {
                format!("what was signed:\n{}", shown::canonical_request(&canonical))
            });
        }
        let renewal = credentials.filter(|used| may_be_expiry(request, &error, used));
        let remedy = correction
            .map(Remedy::Correction)
            .or(renewal.map(Remedy::Renewal));
        Ok(Tried::Refused(error, remedy))
    }

    /// Takes a correction over; false if nothing about it is new, so that nothing would change.
    fn learn(&self, correction: Correction) -> bool {
        let mut learnt = self.learnt.lock().unwrap_or_else(PoisonError::into_inner);
        match correction {
            Correction::Region(region) => {
                if learnt.region.as_ref() == Some(&region) {
                    // Another worker was told the same meanwhile.
                    return true;
                }
                if learnt.region.is_some() {
                    return false;
                }
                if let Some(moved) = self.endpoint.get().and_then(|now| now.in_region(&region)) {
                    let _ = self.moved.set(moved);
                }
                let text = format!(
                    "the bucket is in the region `{region}`: setting `region` saves a request"
                );
                learnt.region = Some(region);
                drop(learnt);
                self.note(&text);
                true
            }
            Correction::Clock(_) if learnt.skew.is_some() => true,
            Correction::Clock(seconds) => {
                learnt.skew = Some(seconds);
                drop(learnt);
                let minutes = seconds.abs() / 60;
                let side = if seconds > 0 { "behind" } else { "ahead of" };
                let text = format!(
                    "this machine's clock is {minutes} minutes {side} the service's, whose time is used now"
                );
                self.context.observer.notify(&Event::Warning(&text));
                true
            }
        }
    }

    /// The time to sign with: ours, or the service's if it has told us that ours is wrong.
    fn now(&self) -> OffsetDateTime {
        let skew = self
            .learnt
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .skew
            .unwrap_or(0);
        let now = OffsetDateTime::now_utc();
        now.checked_add(time::Duration::seconds(skew))
            .unwrap_or(now)
    }

    fn refused(
        &self,
        request: &Request<'_>,
        ours: Ours<'_>,
        mut response: ureq::http::Response<ureq::Body>,
    ) -> (Error, Option<Correction>) {
        // Reading it out frees the connection; what is longer than any error needs is left unread.
        let mut body = Vec::new();
        let _ = response
            .body_mut()
            .as_reader()
            .take(ERROR_LIMIT)
            .read_to_end(&mut body);
        let body = String::from_utf8_lossy(&body);
        let (status, headers, region) = (
            response.status().as_u16(),
            response.headers(),
            self.region(),
        );
        let now = OffsetDateTime::now_utc().unix_timestamp();
        let correction = answers::correction(status, headers, &body, &region, now)
            .or_else(|| self.own_region(status, &body, &region));
        if status == 503 && self.traits().after_busy == AfterBusy::New {
            retire_connections();
        }
        let mut error = answers::error(request.method, status, headers, &body, &region);
        if error.answer().s3.as_deref() == Some("SignatureDoesNotMatch")
            && let Some(cause) = mismatch::explain(ours, &body)
        {
            error = error.hint(cause);
        }
        if let Some(hint) = about_encryption(&error) {
            error = error.hint(hint);
        }
        (error, correction)
    }

    /// The region that the host names, if the service refuses another one without saying which it wants.
    fn own_region(&self, status: u16, body: &str, region: &str) -> Option<Correction> {
        let silent =
            status == 400 && (body.is_empty() || body.contains("AuthorizationHeaderMalformed"));
        let own = self.endpoint.get()?.own_region()?;
        (silent && own != region).then(|| Correction::Region(own.to_owned()))
    }

    /// The region that requests are signed for.
    fn region(&self) -> String {
        let learnt = self.learnt.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(region) = &learnt.region {
            return region.clone();
        }
        drop(learnt);
        match (&self.config.region, self.endpoint.get()) {
            (Some(region), _) => region.clone(),
            (None, Some(endpoint)) => endpoint.default_region(),
            (None, None) => "us-east-1".to_owned(),
        }
    }

    fn endpoint(&self) -> Result<&Endpoint> {
        if let Some(endpoint) = self.moved.get() {
            return Ok(endpoint);
        }
        if let Some(endpoint) = self.endpoint.get() {
            return Ok(endpoint);
        }
        address::check_bucket(&self.config.bucket)?;
        if let Some(region) = &self.config.region {
            address::check_region(region)?;
        }
        let endpoint = match &self.config.endpoint {
            Some(text) => Endpoint::parse(text)?,
            None => Endpoint::aws(self.config.region.as_deref().unwrap_or("us-east-1"))?,
        };
        endpoint.check_addressing(self.config.addressing, &self.config.bucket)?;
        if endpoint.scheme != Scheme::Https && self.config.customer_key.is_some() {
            let text = format!(
                "the SSE-C key must not travel over http, and the endpoint is http://{}",
                endpoint.authority()
            );
            return Err(Error::new(Kind::Config, text)
                .hint("use an https endpoint, or leave --sse-c-key-file (`sse_c_key_file`) out"));
        }
        Ok(self.endpoint.get_or_init(|| endpoint))
    }

    /// The credentials of now. `None` = nobody signs.
    fn credentials(&self) -> Result<Option<Arc<Credentials>>> {
        let failed = |error: &Error| {
            self.note(&format!("the credentials could not be renewed: {error}"));
        };
        self.keyring.current(|| self.find_credentials(), failed)
    }

    fn find_credentials(&self) -> Result<Option<Credentials>> {
        let around = Surroundings {
            instance: if self.traits().is_aws() {
                Instance::Possible
            } else {
                Instance::Unlikely
            },
            region: self.region(),
            http: Http {
                roots: &self.config.roots,
                proxies: &self.config.proxies,
                cancel: &self.context.cancel,
            },
        };
        let found = credentials::find(&self.config.credentials, &around)?;
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

    /// The request's headers with all that the signature needs and the signature itself.
    fn sign(&self, request: &Request<'_>, location: &Location) -> Result<Signed> {
        let mut headers = request.headers.clone();
        headers.push(("host".to_owned(), location.authority.clone()));
        let Some(credentials) = self.credentials()? else {
            return Ok(Signed {
                headers,
                canonical: String::new(),
                string_to_sign: String::new(),
                credentials: None,
            });
        };
        let scope = Scope::new(self.now(), &self.region(), "s3");
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
        let canonical = sign::canonical_request(&signable);
        let string_to_sign = sign::string_to_sign(&scope, &canonical);
        let signature = sign::signature(&self.signing_key(&credentials, &scope), &string_to_sign);
        let signed = sign::signed_headers(&headers);
        let authorization =
            sign::authorization(&credentials.access_key_id, &scope, &signed, &signature);
        headers.push(("authorization".to_owned(), authorization));
        Ok(Signed {
            headers,
            canonical,
            string_to_sign,
            credentials: Some(credentials),
        })
    }

    /// A URL that is signed instead of a request. Nothing is sent.
    pub fn presign(&self, method: &str, key: &str, expires: std::time::Duration) -> Result<String> {
        /// A week; S3 takes no longer time.
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
                    .hint("leave --sse-c-key-file (`sse_c_key_file`) out"),
            );
        }
        let location = endpoint.locate(self.config.addressing, &self.config.bucket, key);
        let credentials = self
            .credentials()?
            .ok_or_else(|| Error::new(Kind::Usage, "an unsigned request cannot be presigned"))?;
        let scope = Scope::new(self.now(), &self.region(), "s3");
        let headers = [("host".to_owned(), location.authority.clone())];
        let token = credentials.session_token.as_ref();
        let mut query = sign::presigned_parameters(
            &credentials.access_key_id,
            &scope,
            seconds,
            &sign::signed_headers(&headers),
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
        let string_to_sign = sign::string_to_sign(&scope, &sign::canonical_request(&signable));
        let signature = sign::signature(&self.signing_key(&credentials, &scope), &string_to_sign);
        let query = sign::presigned_query(&query, &signature);
        Ok(format!(
            "{}://{}{}?{query}",
            endpoint.scheme.name(),
            location.authority,
            location.path
        ))
    }

    /// The key of the day, made once.
    fn signing_key(&self, credentials: &Arc<Credentials>, scope: &Scope) -> SigningKey {
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
        let key = sign::signing_key(&credentials.secret_access_key, scope);
        *kept = Some((scope.clone(), Arc::clone(credentials), key.clone()));
        key
    }

    fn exchange(
        &self,
        request: &Request<'_>,
        url: &str,
        headers: &[(String, String)],
        purpose: Purpose,
    ) -> Result<ureq::http::Response<ureq::Body>, ureq::Error> {
        let cleaning;
        let agent = match purpose {
            Purpose::Work => self
                .agent()
                .map_err(|error| ureq::Error::Io(error.into_io()))?,
            Purpose::CleanUp => {
                cleaning = self
                    .build_agent(purpose)
                    .map_err(|error| ureq::Error::Io(error.into_io()))?;
                &cleaning
            }
        };
        let mut builder = ureq::http::Request::builder()
            .method(request.method)
            .uri(url);
        for (name, value) in headers {
            builder = builder.header(name, value);
        }
        begin_request();
        match &request.body {
            Body::None => agent.run(builder.body(())?),
            Body::Bytes(bytes) => {
                let request_of_bytes =
                    builder.header("content-length", bytes.len()).body(*bytes)?;
                match request.patience {
                    Patience::Usual => agent.run(request_of_bytes),
                    Patience::Long => {
                        let wait = self
                            .context
                            .timeouts
                            .idle
                            .max(std::time::Duration::from_secs(300));
                        let patient = agent
                            .configure_request(request_of_bytes)
                            .timeout_per_read(Some(wait))
                            .build();
                        agent.run(patient)
                    }
                }
            }
            Body::Payload { payload, size, .. } => {
                let reader = payload
                    .reader()
                    .map_err(|error| ureq::Error::Io(error.into_io()))?;
                let mut exact = Exact {
                    reader,
                    left: *size,
                };
                let body = SendBody::from_reader(&mut exact);
                agent.run(builder.header("content-length", *size).body(body)?)
            }
        }
    }

    fn agent(&self) -> Result<&Agent> {
        if let Some(agent) = self.agent.get() {
            return Ok(agent);
        }
        let agent = self.build_agent(Purpose::Work)?;
        Ok(self.agent.get_or_init(|| agent))
    }

    fn build_agent(&self, purpose: Purpose) -> Result<Agent> {
        agent::build(&self.config, self.endpoint()?, &self.context, purpose)
    }

    /// An error of the connection, in our words.
    fn failed(&self, error: ureq::Error, host: &str, purpose: Purpose) -> Error {
        let error = faults::explain(error, host, self.context.timeouts);
        match purpose {
            Purpose::Work => self.context.cancel.explain(error),
            Purpose::CleanUp => error,
        }
    }

    /// Shows lines with `-vv`, each behind a mark that says whose they are.
    fn trace(&self, mark: char, text: impl Fn() -> String) {
        if self.context.observer.verbosity() >= 2 {
            for line in text().lines() {
                self.context
                    .observer
                    .notify(&Event::Trace(&format!("{mark} {line}")));
            }
        }
    }
}

impl Answer {
    /// The HTTP status.
    pub fn status(&self) -> u16 {
        self.response.status().as_u16()
    }

    /// Whether the blob is encrypted with a key of ours, as far as we asked for it.
    pub fn has_own_key(&self) -> bool {
        self.own_key
    }

    /// Names and values of the headers whose names begin so, the values as far as they are UTF-8.
    pub fn headers_behind(&self, prefix: &str) -> Vec<(String, String)> {
        let headers = self.response.headers().iter();
        headers
            .filter_map(|(name, value)| {
                let name = name.as_str().strip_prefix(prefix)?.to_owned();
                Some((name, String::from_utf8_lossy(value.as_bytes()).into_owned()))
            })
            .collect()
    }

    /// A header's text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.response.headers().get(name)?.to_str().ok()
    }

    /// The whole body, which must not be longer than `limit` bytes.
    pub fn text(mut self, client: &Client, limit: u64) -> Result<String> {
        let mut body = Vec::new();
        let reader = self.response.body_mut().as_reader();
        reader
            .take(limit + 1)
            .read_to_end(&mut body)
            .map_err(|error| client.broken(&error))?;
        if body.len() as u64 > limit {
            return Err(Error::new(
                Kind::Remote,
                "the answer is longer than it can be",
            ));
        }
        Ok(String::from_utf8_lossy(&body).into_owned())
    }

    /// The body.
    pub fn reader(&mut self) -> impl Read + '_ {
        self.response.body_mut().as_reader()
    }
}

impl Client {
    /// An error while a body was read.
    pub fn broken(&self, error: &std::io::Error) -> Error {
        let host = self
            .endpoint
            .get()
            .map_or_else(String::new, Endpoint::authority);
        let error = faults::explain_body(error, &host, self.context.timeouts);
        self.context.cancel.explain(error)
    }
}

/// What to do where a service says that a blob is, or is not, encrypted with a key of the user's: it calls both an invalid
/// request.
fn about_encryption(error: &Error) -> Option<&'static str> {
    let text = error.to_string();
    let code = error.answer().s3.as_deref();
    if !matches!(code, Some("InvalidRequest" | "InvalidArgument")) {
        return None;
    }
    // AWS's words, and SeaweedFS's.
    if text.contains("a form of Server Side Encryption")
        || text.contains("must provide the customer key")
    {
        return Some("it is encrypted with a key of the owner's: name it with --sse-c-key-file");
    }
    text.contains("encryption parameters are not applicable")
        .then_some("it is not encrypted with an SSE-C key: leave --sse-c-key-file out")
}

/// Whether the service says that the credentials' time is over, or could say so if a HEAD had a body.
fn may_be_expiry(request: &Request<'_>, error: &Error, used: &Credentials) -> bool {
    let answer = error.answer();
    match answer.s3.as_deref() {
        Some(code) => matches!(code, "ExpiredToken" | "TokenRefreshRequired"),
        None => {
            request.method == "HEAD" && answer.http == Some(400) && used.session_token.is_some()
        }
    }
}

/// A source cut to the announced length. A shorter one is an error, because ureq would wait for the rest for ever; once the
/// server has answered, the rest is claimed and not read.
struct Exact<R> {
    reader: R,
    left: u64,
}

impl<R: Read> Read for Exact<R> {
    fn read(&mut self, buf: &mut [u8]) -> std::io::Result<usize> {
        let want = buf
            .len()
            .min(usize::try_from(self.left).unwrap_or(usize::MAX));
        if want == 0 {
            return Ok(0);
        }
        let len = if answered_early() {
            want
        } else {
            self.reader.read(&mut buf[..want])?
        };
        if len == 0 {
            return Err(Error::new(Kind::Integrity, "the source ended early").into_io());
        }
        self.left -= len as u64;
        Ok(len)
    }
}

/// Refuses what no HTTP message can carry, before anything is sent. The value is not shown: it may be a secret.
fn check_values(headers: &[(String, String)]) -> Result<()> {
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
