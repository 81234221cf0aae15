//! The happy paths on libunftp, because the scripted server may share our mistakes. One transfer at a time: libunftp loses
//! data connections when transfers overlap.

use std::net::SocketAddr;
use std::sync::Arc;

use crate::support::{KIB, MIB, Sandbox, bytes, leftovers};
use async_trait::async_trait;
use libunftp::ServerBuilder;
use libunftp::options::ActivePassiveMode;
use tempfile::TempDir;
use unftp_core::auth::{AuthenticationError, Authenticator, Credentials, Principal};
use unftp_sbe_fs::Filesystem;

/// Accepts a single login.
#[derive(Debug)]
struct OneUser;

#[async_trait]
impl Authenticator for OneUser {
    async fn authenticate(
        &self,
        username: &str,
        creds: &Credentials,
    ) -> Result<Principal, AuthenticationError> {
        if username != "ops" {
            return Err(AuthenticationError::BadUser);
        }
        match creds.password.as_deref() {
            Some("pw of ops") => Ok(Principal {
                username: username.to_owned(),
            }),
            _ => Err(AuthenticationError::BadPassword),
        }
    }
}

/// A server in this process, with a directory as its root.
pub struct LibUnftp {
    pub address: SocketAddr,
    pub root: TempDir,
    _runtime: tokio::runtime::Runtime,
}

impl LibUnftp {
    pub fn start() -> Self {
        Self::with_certificate(None)
    }

    fn with_certificate(files: Option<[std::path::PathBuf; 2]>) -> Self {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().to_owned();
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .unwrap();
        let listener = runtime
            .block_on(tokio::net::TcpListener::bind("127.0.0.1:0"))
            .unwrap();
        let address = listener.local_addr().unwrap();
        runtime.spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                let path = path.clone();
                let mut server = ServerBuilder::with_authenticator(
                    Box::new(move || Filesystem::new(path.clone()).unwrap()),
                    Arc::new(OneUser),
                )
                .active_passive_mode(ActivePassiveMode::ActiveAndPassive);
                if let Some([certificate, key]) = files.clone() {
                    server = server.ftps(certificate, key);
                }
                let server = server.build().unwrap();
                tokio::spawn(async move { drop(server.service(socket).await) });
            }
        });
        Self {
            address,
            root,
            _runtime: runtime,
        }
    }

    /// With the default retries: once in thousands of transfers libunftp replies 425 to a correct client.
    pub fn sandbox(&self) -> Sandbox {
        Sandbox::new()
            .env("BLOBCTL_BACKEND", "ftp")
            .env("BLOBCTL_FTP_HOST", "127.0.0.1")
            .env("BLOBCTL_FTP_PORT", &self.address.port().to_string())
            .env("BLOBCTL_FTP_USERNAME", "ops")
            .env("BLOBCTL_FTP_PASSWORD", "pw of ops")
    }

    fn look(&self, key: &str) -> Option<Vec<u8>> {
        std::fs::read(self.root.path().join(key)).ok()
    }
}

/// Stores, looks up, fetches and compares a blob, then replaces it.
fn round_trip(server: &LibUnftp, sandbox: &Sandbox, size: usize) {
    let content = bytes(size, size as u64 + 3);
    sandbox.write("in", &content);
    sandbox.run(["put", "in", "d/e/blob"]).succeeds();
    assert!(server.look("d/e/blob").as_ref() == Some(&content));
    sandbox.run(["exists", "d/e/blob"]).is_silent(0);
    sandbox.run(["get", "d/e/blob", "-"]).prints(&content);
    sandbox.write("in", "the next one");
    sandbox.run(["put", "in", "d/e/blob"]).succeeds();
    assert_eq!(
        server.look("d/e/blob").as_deref(),
        Some(&b"the next one"[..])
    );
    assert!(leftovers(server.root.path()).is_empty());
}

#[test]
fn blobs_of_every_size_come_back_as_they_were() {
    let server = LibUnftp::start();
    for size in [0, 1, 300 * KIB + 1, 5 * MIB] {
        round_trip(&server, &server.sandbox(), size);
    }
}

#[test]
fn active_mode_and_tls_work() {
    let server = LibUnftp::start();
    let active = server.sandbox().env("BLOBCTL_FTP_MODE", "active");
    round_trip(&server, &active, 300 * KIB);

    let made = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
    let files = tempfile::tempdir().unwrap();
    let [certificate, key] = ["cert.pem", "key.pem"].map(|name| files.path().join(name));
    std::fs::write(&certificate, made.cert.pem()).unwrap();
    std::fs::write(&key, made.signing_key.serialize_pem()).unwrap();
    let server = LibUnftp::with_certificate(Some([certificate.clone(), key]));
    let protected = server
        .sandbox()
        .env("BLOBCTL_FTP_TLS", "explicit")
        .env("SSL_CERT_FILE", certificate.to_str().unwrap());
    round_trip(&server, &protected, 300 * KIB);
}

#[test]
fn unusual_names_are_kept_and_absence_is_reported() {
    let server = LibUnftp::start();
    let sandbox = server.sandbox().file("in", "x");
    for key in [
        "a b",
        "ünï/ç ø",
        "d/-dash",
        "50%+1",
        "it's \"it\"",
        ".hidden",
    ] {
        sandbox.run(["put", "in", key]).succeeds();
        assert_eq!(server.look(key).as_deref(), Some(&b"x"[..]), "{key}");
        sandbox.run(["exists", key]).is_silent(0);
    }
    for key in ["nope", "no/such/directory", "ünï", ".other"] {
        sandbox.run(["exists", key]).is_silent(1);
        sandbox
            .run(["get", key, "out"])
            .fails_with(1, "no such blob");
    }
}

#[test]
fn a_wrong_password_is_denied() {
    let server = LibUnftp::start();
    let sandbox = server.sandbox().env("BLOBCTL_FTP_PASSWORD", "hunter2");
    let outcome = sandbox.run(["exists", "a"]);
    outcome.fails_with(4, "login refused: 530");
    assert!(!outcome.stderr.contains("hunter2"), "{outcome:?}");
}

#[test]
fn old_temporary_files_are_removed_and_names_that_look_like_them_stay() {
    let server = LibUnftp::start();
    let sandbox = server.sandbox();
    let path = |name: &str| server.root.path().join(name);
    std::fs::create_dir_all(path("d/.blobctl-0123456789abcdee.part")).unwrap();
    let all = [
        ".blobctl-0123456789abcdef.part",
        "d/.blobctl-00000000000000ff.part",
        "d/.blobctl-0123456789abcdee.part/theirs",
        ".blobctl-0123456789abcdef.part.bak",
        "d/.blobctl-notes.part",
        "d/blob",
    ];
    for name in all {
        std::fs::write(path(name), "x").unwrap();
        let file = std::fs::File::open(path(name)).unwrap();
        let long_ago = std::time::SystemTime::now() - std::time::Duration::from_secs(2 * 86_400);
        file.set_modified(long_ago).unwrap();
    }
    std::fs::write(path("d/.blobctl-1111111111111111.part"), "young").unwrap();
    let rows = sandbox.run(["gc", "--json"]).json();
    let found: Vec<&str> = rows
        .iter()
        .map(|row| row["key"].as_str().unwrap())
        .collect();
    assert_eq!(found, all[..2]);
    assert!(all.iter().all(|name| path(name).exists()));
    sandbox.run(["gc", "--delete"]).succeeds();
    assert!(all[..2].iter().all(|name| !path(name).exists()));
    assert!(all[2..].iter().all(|name| path(name).exists()));
    assert!(path("d/.blobctl-1111111111111111.part").exists());
}

#[test]
fn doctor_passes_every_step_and_keeps_nothing() {
    let server = LibUnftp::start();
    let outcome = server.sandbox().run(["doctor", "--write", "--json"]);
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    let rows = outcome.json();
    let failed: Vec<_> = rows.iter().filter(|row| row["status"] == "fail").collect();
    assert!(failed.is_empty(), "{failed:?}");
    assert!(rows.iter().any(|row| row["step"] == "remove"));
    assert_eq!(std::fs::read_dir(server.root.path()).unwrap().count(), 0);
}
