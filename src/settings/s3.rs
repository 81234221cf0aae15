//! The settings of the S3 backend.

use std::io::Read;
use std::path::Path;

use super::Settings;
use super::scope::{Found, Scope, boolean, choice, text};
use crate::backend::s3::credentials::{
    self, Container, Credentials, Metadata, Source, WebIdentity,
};
use crate::backend::s3::{Addressing, Checksum, Config, CustomerKey, PayloadSigning, Proxies};
use crate::cli::{AddressingStyle, ChecksumKind, PayloadSigningKind};
use crate::digest::Algorithm;
use crate::error::{Error, Kind, Result, describe, printable};
use crate::secret::Secret;

impl Settings {
    pub(super) fn s3(&self, scope: &Scope<'_>, bucket: Option<&str>) -> Result<Config> {
        let flags = &self.flags;
        let bucket = match bucket {
            Some(bucket) => Some(bucket.to_owned()),
            None => scope.value("bucket", flags.bucket.clone(), text)?,
        };
        let bucket = bucket.ok_or_else(|| scope.missing("bucket", "--bucket"))?;
        let profile = scope.text("profile", &[]).map(|found| found.text);
        let aws = self.aws_environment(profile);
        let credentials = self.s3_credentials(scope, aws.clone())?;
        // Only who takes the credentials from a profile takes the place from it.
        let from_profile = matches!(credentials, Source::Chain(_));
        let region = match scope.value_or(
            "region",
            flags.region.clone(),
            &["AWS_REGION", "AWS_DEFAULT_REGION"],
            text,
        )? {
            None if from_profile => credentials::profile_region(&aws)?,
            region => region,
        };
        let endpoint = match scope.value_or(
            "endpoint_url",
            flags.endpoint_url.clone(),
            self.aws_endpoints(),
            text,
        )? {
            None if from_profile && !self.aws_endpoints().is_empty() => {
                credentials::profile_endpoint_url(&aws)?
            }
            endpoint => endpoint,
        };
        Ok(Config {
            endpoint,
            bucket,
            version: None,
            region,
            addressing: match scope.value(
                "addressing",
                flags.addressing,
                choice::<AddressingStyle>,
            )? {
                None | Some(AddressingStyle::Auto) => Addressing::Auto,
                Some(AddressingStyle::Path) => Addressing::Path,
                Some(AddressingStyle::Virtual) => Addressing::Virtual,
            },
            credentials,
            customer_key: self.customer_key(scope)?,
            request_payer: scope
                .value(
                    "request_payer",
                    flags.request_payer.then_some(true),
                    boolean,
                )?
                .unwrap_or(false),
            notebook: self.environment.state("s3-services"),
            checksum: checksum(scope.value("checksum", flags.checksum, choice::<ChecksumKind>)?),
            payload_signing: payload_signing(scope.value(
                "payload_signing",
                flags.payload_signing,
                choice::<PayloadSigningKind>,
            )?),
            roots: self.roots(scope, &["AWS_CA_BUNDLE"])?,
            insecure: self.insecure(scope)?,
            proxies: self.proxies(),
        })
    }

    fn aws_endpoints(&self) -> &'static [&'static str] {
        match self.ignores_endpoints() {
            true => &[],
            false => &["AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"],
        }
    }

    fn ignores_endpoints(&self) -> bool {
        is_true(self.environment.get("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"))
    }

    /// The key of SSE-C. What is in the file is never shown.
    fn customer_key(&self, scope: &Scope<'_>) -> Result<Option<CustomerKey>> {
        const LONGEST: u64 = 256;
        let (place, path) = match &self.flags.sse_c_key_file {
            Some(path) => ("--sse-c-key-file".to_owned(), path.clone()),
            None => match scope.text("sse_c_key_file", &[]) {
                Some(found) => (
                    format!("{}: `sse_c_key_file`", found.origin),
                    self.expand(&found.text),
                ),
                None => return Ok(None),
            },
        };
        let shown = printable(&path.to_string_lossy());
        let failed = |what: &str| Error::new(Kind::Config, format!("{place} `{shown}`: {what}"));
        let mut content = Vec::new();
        std::fs::File::open(&path)
            .and_then(|file| file.take(LONGEST + 1).read_to_end(&mut content))
            .map_err(|error| failed(&describe(&error)))?;
        let key = CustomerKey::parse(&content).ok_or_else(|| {
            failed("it holds no key of 32 bytes, nor the base64 or hex of one")
                .hint("openssl rand -out FILE 32 makes one")
        })?;
        Ok(Some(key))
    }

    fn s3_credentials(
        &self,
        scope: &Scope<'_>,
        aws: credentials::Environment,
    ) -> Result<credentials::Source> {
        if scope.value(
            "no_sign_request",
            self.flags.no_sign_request.then_some(true),
            boolean,
        )? == Some(true)
        {
            return Ok(Source::Anonymous);
        }
        // A profile that is asked for on the command line beats what was written down earlier.
        if self.flags.profile.is_some() {
            return Ok(Source::Chain(Box::new(aws)));
        }
        let id = scope.text("access_key_id", &[]);
        let secret = scope.first(&["secret_access_key", "secret_access_key_file"]);
        // Keys or a command: what stands on the higher level counts.
        if let Some(("credential_process", found)) = scope.first(&[
            "access_key_id",
            "secret_access_key",
            "secret_access_key_file",
            "credential_process",
        ]) {
            return Ok(Source::Process {
                command: found.text,
                place: found.origin,
            });
        }
        match (id, secret) {
            (None, None) => Ok(Source::Chain(Box::new(aws))),
            (Some(id), Some((key, secret))) => {
                let secret_access_key = if key == "secret_access_key_file" {
                    secret_file(&secret)?
                } else {
                    Secret::new(secret.text)
                };
                let session_token = scope
                    .text("session_token", &[])
                    .map(|token| Secret::new(token.text));
                Ok(Source::Explicit(Credentials {
                    access_key_id: id.text,
                    secret_access_key,
                    session_token,
                    expires: None,
                    origin: id.origin,
                }))
            }
            (Some(id), None) => Err(half(&id.origin, "access_key_id", "secret_access_key")),
            (None, Some((key, secret))) => Err(half(&secret.origin, key, "access_key_id")),
        }
    }

    fn aws_environment(&self, profile_setting: Option<String>) -> credentials::Environment {
        let env = &self.environment;
        let get = |name: &str| env.get(name).map(str::to_owned);
        credentials::Environment {
            access_key_id: get("AWS_ACCESS_KEY_ID"),
            secret_access_key: get("AWS_SECRET_ACCESS_KEY").map(Secret::new),
            session_token: get("AWS_SESSION_TOKEN")
                .or_else(|| get("AWS_SECURITY_TOKEN"))
                .map(Secret::new),
            profile_flag: self.flags.profile.clone().or(profile_setting),
            profile: get("AWS_PROFILE").or_else(|| get("AWS_DEFAULT_PROFILE")),
            config_file: env
                .path("AWS_CONFIG_FILE")
                .or_else(|| env.home(".aws/config")),
            credentials_file: env
                .path("AWS_SHARED_CREDENTIALS_FILE")
                .or_else(|| env.home(".aws/credentials")),
            sts_endpoint: match self.ignores_endpoints() {
                true => None,
                false => get("AWS_ENDPOINT_URL_STS").or_else(|| get("AWS_ENDPOINT_URL")),
            },
            web_identity: WebIdentity {
                token_file: env.path("AWS_WEB_IDENTITY_TOKEN_FILE"),
                role_arn: get("AWS_ROLE_ARN"),
                session_name: get("AWS_ROLE_SESSION_NAME"),
            },
            container: Container {
                relative_uri: get("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"),
                full_uri: get("AWS_CONTAINER_CREDENTIALS_FULL_URI"),
                token_file: env.path("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"),
                token: get("AWS_CONTAINER_AUTHORIZATION_TOKEN").map(Secret::new),
            },
            metadata: Metadata {
                disabled: is_true(env.get("AWS_EC2_METADATA_DISABLED")),
                endpoint: get("AWS_EC2_METADATA_SERVICE_ENDPOINT"),
                mode: get("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE"),
            },
        }
    }

    fn proxies(&self) -> Proxies {
        let get = |names: &[&str]| {
            names
                .iter()
                .find_map(|name| self.environment.get(name))
                .map(str::to_owned)
        };
        Proxies {
            // HTTP_PROXY in capitals can be set by a request's header where a CGI program runs us (httpoxy).
            http: get(&["http_proxy"]),
            https: get(&["https_proxy", "HTTPS_PROXY"]),
            all: get(&["all_proxy", "ALL_PROXY"]),
            no: get(&["no_proxy", "NO_PROXY"]),
        }
    }
}

fn is_true(text: Option<&str>) -> bool {
    text.is_some_and(|text| text.eq_ignore_ascii_case("true"))
}

fn checksum(kind: Option<ChecksumKind>) -> Checksum {
    match kind {
        None | Some(ChecksumKind::Auto) => Checksum::Auto,
        Some(ChecksumKind::Crc64nvme) => Checksum::Only(Algorithm::Crc64Nvme),
        Some(ChecksumKind::Crc32c) => Checksum::Only(Algorithm::Crc32c),
        Some(ChecksumKind::Crc32) => Checksum::Only(Algorithm::Crc32),
        Some(ChecksumKind::Sha256) => Checksum::Only(Algorithm::Sha256),
        Some(ChecksumKind::Sha1) => Checksum::Only(Algorithm::Sha1),
        Some(ChecksumKind::Md5) => Checksum::Only(Algorithm::Md5),
        Some(ChecksumKind::None) => Checksum::None,
    }
}

fn payload_signing(kind: Option<PayloadSigningKind>) -> PayloadSigning {
    match kind {
        None | Some(PayloadSigningKind::Auto) => PayloadSigning::Auto,
        Some(PayloadSigningKind::Signed) => PayloadSigning::Signed,
        Some(PayloadSigningKind::Unsigned) => PayloadSigning::Unsigned,
    }
}

fn half(origin: &str, there: &str, missing: &str) -> Error {
    Error::new(
        Kind::Config,
        format!("{origin}: `{there}` is set without `{missing}`"),
    )
    .hint("set both, or leave both out to take the credentials from the AWS environment and files")
}

fn secret_file(found: &Found) -> Result<Secret> {
    let path = Path::new(&found.text);
    let failed = |what: &str| {
        Error::new(
            Kind::Config,
            format!(
                "{}: `secret_access_key_file` {}: {what}",
                found.origin,
                path.display()
            ),
        )
    };
    let text = std::fs::read_to_string(path).map_err(|error| failed(&describe(&error)))?;
    let line = text.lines().next().unwrap_or("").trim();
    if line.is_empty() {
        Err(failed("its first line is empty"))
    } else {
        Ok(Secret::new(line))
    }
}
