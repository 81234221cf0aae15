//! The credential service of a container: ECS, Fargate, EKS Pod Identity, Greengrass.
//!
//! Source: <https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html>

use std::net::IpAddr;
use std::time::Duration;

use super::http::{HttpReply, HttpRequest, Route, endpoint};
use super::{ContainerVariables, CredentialLookup, Credentials, json};
use crate::error::{Error, Kind, Result, printable};
use crate::http::endpoint::{Endpoint, HttpScheme};
use crate::secret::{Secret, SecretMask};

const TIMEOUT: Duration = Duration::from_secs(2);

const ATTEMPTS: u32 = 3;

const ORIGIN: &str = "the container's credential service";

/// The credentials of the service, if the environment names one.
pub fn credentials(lookup: &CredentialLookup<'_>) -> Result<Option<Credentials>> {
    let variables = &lookup.environment.container;
    let Some(url) = variables.url()? else {
        return Ok(None);
    };
    let token = variables.token()?;
    let headers: Vec<(String, String)> = token
        .iter()
        .map(|token| ("authorization".to_owned(), token.expose().to_owned()))
        .collect();
    let call = HttpRequest {
        method: "GET",
        url: &url,
        headers: &headers,
        body: b"",
        timeout: TIMEOUT,
        route: Route::Direct,
    };
    let mut attempt = 1;
    loop {
        let result = lookup
            .context
            .http
            .call(&call)
            .and_then(|reply| read(&reply, token.as_ref()));
        match result {
            Err(error) if error.is_transient() && attempt < ATTEMPTS => attempt += 1,
            Err(error) => return Err(with_origin(&error)),
            Ok(credentials) => return Ok(Some(credentials)),
        }
    }
}

impl ContainerVariables {
    /// The service's URL. Without TLS only local addresses are allowed.
    fn url(&self) -> Result<Option<String>> {
        if let Some(path) = &self.relative_uri {
            let url = format!("http://169.254.170.2{path}");
            let stays = path.starts_with('/') && endpoint(&url).is_ok();
            return if stays {
                Ok(Some(url))
            } else {
                Err(config_error(
                    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI is not a path",
                ))
            };
        }
        let Some(url) = &self.full_uri else {
            return Ok(None);
        };
        let endpoint = endpoint(url).map_err(|_| {
            config_error("AWS_CONTAINER_CREDENTIALS_FULL_URI is not an http:// or https:// URL")
        })?;
        if endpoint.scheme == HttpScheme::Https
            || endpoint.host == "localhost"
            || is_local_service(&endpoint)
        {
            return Ok(Some(url.clone()));
        }
        let host = printable(&endpoint.host);
        let what = format!("AWS_CONTAINER_CREDENTIALS_FULL_URI names {host} without TLS");
        Err(config_error(&what)
            .with_hint("only this machine and the addresses of ECS and EKS may be asked over http"))
    }

    fn token(&self) -> Result<Option<Secret>> {
        let (token, name) = match (&self.token_file, &self.token) {
            (None, None) => return Ok(None),
            (None, Some(token)) => (token.clone(), "AWS_CONTAINER_AUTHORIZATION_TOKEN"),
            (Some(path), _) => {
                let name = "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE";
                let token = Secret::read_first_line(path).map_err(|what| {
                    let shown = printable(&path.to_string_lossy());
                    config_error(&format!("{name} `{shown}`: {what}"))
                })?;
                (token, name)
            }
        };
        let fits = |byte: u8| byte.is_ascii_graphic() || byte == b' ';
        if token.is_empty() || !token.expose().bytes().all(fits) {
            return Err(config_error(&format!(
                "{name} holds no token that a header can hold"
            )));
        }
        Ok(Some(token))
    }
}

/// True if the host is this machine, ECS's address or one of the two of EKS.
fn is_local_service(endpoint: &Endpoint) -> bool {
    match endpoint.ip() {
        Some(IpAddr::V4(ip)) => ip.is_loopback() || matches!(ip.octets(), [169, 254, 170, 2 | 23]),
        Some(IpAddr::V6(ip)) => {
            ip.is_loopback() || ip.segments() == [0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x23]
        }
        None => false,
    }
}

fn read(reply: &HttpReply, token: Option<&Secret>) -> Result<Credentials> {
    let answer = json::object(&reply.body);
    if reply.status != 200 {
        let field = |name: &str| answer.as_ref().ok()?.get(name)?.as_str();
        let said = [field("code"), field("message")].into_iter().flatten();
        let mask = SecretMask::new(token.map(Secret::expose));
        let said = mask.apply(&said.collect::<Vec<_>>().join(": "));
        let kind = match reply.status {
            429 | 500..=599 => Kind::Busy { after: None },
            401 | 403 => Kind::Denied,
            _ => Kind::Config,
        };
        let parts = [format!("HTTP {}", reply.status), printable(&said)];
        let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        return Err(Error::new(
            kind,
            format!("it refused: {}", parts.join(": ")),
        ));
    }
    let malformed = |flaw| Error::new(Kind::Remote, format!("its answer {flaw}"));
    let answer = answer.map_err(malformed)?;
    let credentials =
        json::credentials(&answer, json::Dialect::Metadata, ORIGIN).map_err(malformed)?;
    if credentials.has_expired() {
        return Err(malformed("holds credentials that have expired"));
    }
    Ok(credentials)
}

/// The same error, with the name of the service in front.
fn with_origin(error: &Error) -> Error {
    let with_origin = Error::new(error.kind(), format!("{ORIGIN}: {error}"));
    match error.hint() {
        Some(hint) => with_origin.with_hint(hint),
        None => with_origin,
    }
}

fn config_error(what: &str) -> Error {
    Error::new(Kind::Config, what)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn full(url: &str) -> Result<Option<String>> {
        ContainerVariables {
            full_uri: Some(url.to_owned()),
            ..ContainerVariables::default()
        }
        .url()
    }

    #[test]
    fn without_tls_only_near_addresses_are_asked() {
        for url in [
            "http://127.0.0.1:1338/a?b=c",
            "http://127.9.9.9/",
            "http://localhost/x",
            "http://[::1]:80/x",
            "http://169.254.170.2/v2/x",
            "http://169.254.170.23/v1/credentials",
            "http://[fd00:ec2::23]/v1/credentials",
            "https://example.com/x",
        ] {
            assert_eq!(full(url).unwrap().as_deref(), Some(url));
        }
        for url in [
            "http://example.com/",
            "http://169.254.169.254/",
            "http://10.0.0.1/",
            "http://127.0.0.1.example.com/",
            "http://localhost.example.com/",
            "http://127.0.0.1@example.com/",
            "http://[::ffff:10.0.0.1]/",
            "ftp://127.0.0.1/",
            "/v2/credentials",
        ] {
            assert_eq!(full(url).unwrap_err().kind(), Kind::Config, "{url}");
        }
    }

    #[test]
    fn a_relative_uri_stays_on_its_host_and_wins() {
        let url = |path: &str| {
            ContainerVariables {
                relative_uri: Some(path.to_owned()),
                full_uri: Some("https://example.com/".to_owned()),
                ..ContainerVariables::default()
            }
            .url()
        };
        assert_eq!(
            url("/v2/credentials/1?a=b").unwrap().as_deref(),
            Some("http://169.254.170.2/v2/credentials/1?a=b")
        );
        for path in [".evil.test/", "@evil.test/", ":80/", "x", "/a b", "/a\r\nb"] {
            assert!(url(path).is_err(), "{path}");
        }
    }

    #[test]
    fn a_token_that_would_break_the_header_is_refused_and_not_shown() {
        for token in ["hunter2\r\nx: y", "hunter2\ny", "hünter2"] {
            let container = ContainerVariables {
                token: Some(Secret::new(token)),
                ..ContainerVariables::default()
            };
            let error = container.token().unwrap_err().to_string();
            assert!(!error.contains("nter2"), "{error}");
        }
    }
}
