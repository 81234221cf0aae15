//! S3 services under their real host names: scripted responses behind a proxy that connects to them whichever host it is
//! asked for. The signature of every request is verified as it arrived.

use super::Sandbox;
use super::http::{Script, ScriptedServer, Seen, Then};
use super::s3::{ACCESS_KEY, SECRET_KEY, variables};
use super::signature::verify;
use super::tls::Tunnel;

/// A service with its own endpoint.
pub struct Named {
    endpoint: String,
    server: ScriptedServer,
    tunnel: Tunnel,
}

impl Named {
    /// A service at `endpoint`, which its users would configure, but with http.
    pub fn at(endpoint: &str, answers: impl IntoIterator<Item = Script>) -> Self {
        let server = ScriptedServer::start(answers);
        let tunnel = Tunnel::start(server.address);
        Self {
            endpoint: endpoint.to_owned(),
            server,
            tunnel,
        }
    }

    /// A sandbox without retries; the file `a` contains `hello`.
    pub fn sandbox(&self) -> Sandbox {
        Sandbox::new()
            .envs(&variables(&self.endpoint))
            .env("http_proxy", &format!("http://{}", self.tunnel.address))
            .env("BLOBCTL_RETRY_FOR", "0")
            .file("a", "hello")
    }

    /// The same with retries for ten seconds.
    pub fn patient_sandbox(&self) -> Sandbox {
        self.sandbox().env("BLOBCTL_RETRY_FOR", "10s")
    }

    /// The requests so far, whose signatures are verified.
    #[track_caller]
    pub fn requests(&self) -> Vec<Seen> {
        let seen = self.server.seen();
        for request in &seen {
            verify(request, ACCESS_KEY, SECRET_KEY);
        }
        seen
    }

    /// The requests for tunnels: `CONNECT lab.s3.eu-west-1.amazonaws.com:80`.
    pub fn connections(&self) -> Vec<String> {
        self.tunnel.asked()
    }
}

/// A response to HEAD for a blob of that length.
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
