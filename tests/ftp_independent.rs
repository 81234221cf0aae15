//! A few happy paths against an FTP server that is not ours (libunftp), and its explicit TLS. One after the other: the
//! server is known to lose a data connection now and then when many come at once.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod support;

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use libunftp::ServerBuilder;
use libunftp::options::FtpsRequired;
use support::{MIB, Sandbox, bytes, files};
use unftp_core::auth::{AuthenticationError, Authenticator, Credentials, Principal};

const USER: &str = "ops";
const PASSWORD: &str = "correct horse";

#[derive(Debug)]
struct OneUser;

#[async_trait::async_trait]
impl Authenticator for OneUser {
    async fn authenticate(
        &self,
        user: &str,
        credentials: &Credentials,
    ) -> Result<Principal, AuthenticationError> {
        match credentials.password.as_deref() {
            Some(PASSWORD) if user == USER => Ok(Principal {
                username: user.to_owned(),
            }),
            Some(_) if user == USER => Err(AuthenticationError::BadPassword),
            _ => Err(AuthenticationError::BadUser),
        }
    }
}

/// The server; it stops when it is dropped.
struct Unftp {
    address: SocketAddr,
    dir: tempfile::TempDir,
    runtime: Option<tokio::runtime::Runtime>,
}

impl Unftp {
    fn start(tls: bool) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().join("root");
        std::fs::create_dir(&root).unwrap();
        if tls {
            let made = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
            std::fs::write(dir.path().join("cert.pem"), made.cert.pem()).unwrap();
            std::fs::write(dir.path().join("key.pem"), made.signing_key.serialize_pem()).unwrap();
        }
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .unwrap();
        let listener = runtime
            .block_on(tokio::net::TcpListener::bind("127.0.0.1:0"))
            .unwrap();
        let address = listener.local_addr().unwrap();
        let (cert, key) = (dir.path().join("cert.pem"), dir.path().join("key.pem"));
        runtime.spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                socket.set_nodelay(true).unwrap();
                // A fresh server for each connection: the usual way never tells its port.
                let root = root.clone();
                let storage =
                    Box::new(move || unftp_sbe_fs::Filesystem::new(root.clone()).unwrap());
                let mut builder = ServerBuilder::with_authenticator(storage, Arc::new(OneUser));
                if tls {
                    builder = builder
                        .ftps(cert.clone(), key.clone())
                        .ftps_required(FtpsRequired::All, FtpsRequired::All);
                }
                let server = builder.build().unwrap();
                tokio::spawn(server.service(socket));
            }
        });
        Self {
            address,
            dir,
            runtime: Some(runtime),
        }
    }

    fn sandbox(&self) -> Sandbox {
        Sandbox::new()
            .env("BLOBCTL_BACKEND", "ftp")
            .env("BLOBCTL_FTP_HOST", "127.0.0.1")
            .env("BLOBCTL_FTP_PORT", &self.address.port().to_string())
            .env("BLOBCTL_FTP_USERNAME", USER)
            .env("BLOBCTL_FTP_PASSWORD", PASSWORD)
    }

    fn root(&self) -> std::path::PathBuf {
        self.dir.path().join("root")
    }
}

impl Drop for Unftp {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

fn happy_path(server: &Unftp, sandbox: &Sandbox) {
    for size in [0, 1, 5 * MIB] {
        let content = bytes(size, 9);
        sandbox.write("in", &content);
        sandbox.run(["put", "in", "d/e f/blob"]).succeeds();
        assert!(std::fs::read(server.root().join("d/e f/blob")).unwrap() == content);
        sandbox.run(["get", "d/e f/blob", "out"]).succeeds();
        assert!(sandbox.read("out") == content);
    }
    sandbox.run(["exists", "d/e f/blob"]).is_silent(0);
    sandbox.run(["exists", "d/nope"]).is_silent(1);
    sandbox.run(["exists", "no/dir"]).is_silent(1);
    sandbox
        .run(["get", "d/nope", "x"])
        .fails_with(1, "no such blob");
    sandbox.run(["ls", "d/"]).prints(b"d/e f/blob\n");
    sandbox.run(["rm", "d/e f/blob"]).succeeds();
    assert_eq!(files(&server.root()), Vec::<std::path::PathBuf>::new());
}

#[test]
fn an_independent_server_takes_everything() {
    let server = Unftp::start(false);
    let sandbox = server.sandbox();
    happy_path(&server, &sandbox);
    let wrong = server.sandbox().env("BLOBCTL_FTP_PASSWORD", "wrong");
    wrong.run(["exists", "x"]).fails_with(4, "530");
}

#[test]
fn an_independent_server_takes_everything_over_tls() {
    let server = Unftp::start(true);
    let trusting = |sandbox: Sandbox| {
        let certificate: &Path = &server.dir.path().join("cert.pem");
        sandbox
            .env("BLOBCTL_FTP_TLS", "explicit")
            .env("BLOBCTL_FTP_CA_BUNDLE", certificate.to_str().unwrap())
    };
    let sandbox = trusting(server.sandbox());
    happy_path(&server, &sandbox);
    // Without its certificate there is no trust, and no password is sent.
    let outcome = server
        .sandbox()
        .env("BLOBCTL_FTP_TLS", "explicit")
        .run(["exists", "x"]);
    assert_eq!(outcome.code, Some(4), "{outcome:?}");
    let outcome = server
        .sandbox()
        .run(["exists", "x", "--ftp-tls", "explicit", "--insecure"]);
    assert_eq!(outcome.code, Some(1), "{outcome:?}");
    assert!(
        outcome
            .stderr
            .contains("warning: certificates are not checked"),
        "{outcome:?}"
    );
}
