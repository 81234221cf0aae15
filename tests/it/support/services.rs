//! Other people's services under their own names: scripted answers behind a proxy that leads there, whatever host it is
//! asked for. The signature of every request is verified as it arrived.

use blobctl::aws::sigv4 as sign;
use blobctl::aws::sigv4::SignableRequest;
use blobctl::aws::sigv4::SigningScope;
use blobctl::digest::{Algorithm, Hasher};
use blobctl::secret::Secret;

use super::Sandbox;
use super::http::{Script, ScriptedServer, Seen, Then};
use super::s3::{ACCESS_KEY, SECRET_KEY, variables};
use super::tls::Tunnel;

/// A service with an endpoint of its own.
pub struct Named {
    endpoint: String,
    server: ScriptedServer,
    tunnel: Tunnel,
}

impl Named {
    /// `endpoint` is what the service's users configure, with http.
    pub fn at(endpoint: &str, answers: impl IntoIterator<Item = Script>) -> Self {
        let server = ScriptedServer::start(answers);
        let tunnel = Tunnel::start(server.address);
        Self {
            endpoint: endpoint.to_owned(),
            server,
            tunnel,
        }
    }

    /// Where nothing is repeated and the bytes are `hello` in the file `a`.
    pub fn sandbox(&self) -> Sandbox {
        Sandbox::new()
            .envs(&variables(&self.endpoint))
            .env("http_proxy", &format!("http://{}", self.tunnel.address))
            .env("BLOBCTL_RETRY_FOR", "0")
            .file("a", "hello")
    }

    /// The same with ten seconds for repetitions.
    pub fn patient_sandbox(&self) -> Sandbox {
        self.sandbox().env("BLOBCTL_RETRY_FOR", "10s")
    }

    /// The requests so far, each with a signature that holds.
    #[track_caller]
    pub fn requests(&self) -> Vec<Seen> {
        let seen = self.server.seen();
        seen.iter().for_each(verify);
        seen
    }

    /// What every connection was made for: `CONNECT lab.s3.eu-west-1.amazonaws.com:80`.
    pub fn connections(&self) -> Vec<String> {
        self.tunnel.asked()
    }
}

/// The region that a request is signed for.
pub fn region(request: &Seen) -> String {
    let authorization = request.header("authorization").unwrap();
    authorization.split('/').nth(2).unwrap().to_owned()
}

/// What an answer to HEAD says about a blob of that length.
pub fn head(status: u16, headers: &[(&str, &str)], length: u64) -> Script {
    let mut text = format!("HTTP/1.1 {status} Status\r\ncontent-length: {length}\r\n");
    for (name, value) in headers {
        text.push_str(&format!("{name}: {value}\r\n"));
    }
    text.push_str("\r\n");
    Script {
        read_body: true,
        answer: text.into_bytes(),
        then: Then::Keep,
    }
}

#[track_caller]
fn verify(request: &Seen) {
    let authorization = request.header("authorization").unwrap();
    let signed = authorization.split("SignedHeaders=").nth(1).unwrap();
    let signed: Vec<&str> = signed.split(',').next().unwrap().split(';').collect();
    for (name, _) in &request.headers {
        let must_be = name.starts_with("x-amz-")
            || matches!(
                name.as_str(),
                "host" | "if-match" | "if-none-match" | "range"
            );
        let must_not_be = matches!(
            name.as_str(),
            "user-agent" | "accept-encoding" | "content-length" | "connection"
        );
        let is = signed.contains(&name.as_str());
        assert!(is || !must_be, "{name} is not signed: {request:?}");
        assert!(!is || !must_not_be, "{name} is signed: {request:?}");
    }
    let headers: Vec<(String, String)> = request
        .headers
        .iter()
        .filter(|(name, _)| signed.contains(&name.as_str()))
        .cloned()
        .collect();
    let (path, query) = request
        .target
        .split_once('?')
        .unwrap_or((&request.target, ""));
    let query: Vec<(String, String)> = query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decoded(name), decoded(value))
        })
        .collect();
    let payload_hash = request.header("x-amz-content-sha256").unwrap();
    assert_eq!(
        payload_hash,
        Hasher::digest(Algorithm::Sha256, &request.body).hex(),
        "over http the body is part of the signature"
    );
    let scope = SigningScope {
        timestamp: request.header("x-amz-date").unwrap().to_owned(),
        region: region(request),
        service: "s3".to_owned(),
    };
    let canonical = sign::canonical_request(&SignableRequest {
        method: &request.method,
        path,
        query: &query,
        headers: &headers,
        payload_hash,
    });
    let key = sign::signing_key(&Secret::new(SECRET_KEY), &scope);
    let signature = sign::signature(&key, &sign::string_to_sign(&scope, &canonical));
    let wanted = sign::authorization(ACCESS_KEY, &scope, &signed.join(";"), &signature);
    assert_eq!(authorization, wanted, "{request:?}");
}

fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut parts = text.split('%');
    bytes.extend_from_slice(parts.next().unwrap().as_bytes());
    for part in parts {
        bytes.push(u8::from_str_radix(&part[..2], 16).unwrap());
        bytes.extend_from_slice(&part.as_bytes()[2..]);
    }
    String::from_utf8(bytes).unwrap()
}
