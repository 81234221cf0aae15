//! A real S3 server in the test process: the s3s crates over a directory, with every signature verified.
//!
//! Two things are added by its access hook, because the store under it does not have them: a bucket that is not there is
//! `NoSuchBucket` for reads and writes alike, and the bucket `forbidden` refuses everything.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use hyper_util::rt::TokioIo;
use s3s::access::{S3Access, S3AccessContext};
use s3s::auth::SimpleAuth;
use s3s::host::MultiDomain;
use s3s::path::S3Path;
use s3s::service::S3ServiceBuilder;
use s3s::{S3Result, s3_error};
use tempfile::TempDir;
use tokio::net::TcpListener;

use super::Sandbox;
use super::http::{FaultProxy, ScriptedServer};

pub const ACCESS_KEY: &str = "AKIAIOSFODNN7EXAMPLE";
pub const SECRET_KEY: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
pub const BUCKET: &str = "lab";

/// The server. It stops when it is dropped.
pub struct S3Server {
    pub address: std::net::SocketAddr,
    dir: TempDir,
    log: Arc<Mutex<Vec<Logged>>>,
    runtime: Option<tokio::runtime::Runtime>,
    /// Serving a connection panicked: a client that tries again would hide it.
    panicked: Arc<AtomicBool>,
}

/// A request that passed the signature check, or was at least understood as one.
#[derive(Debug, Clone)]
pub struct Logged {
    pub method: String,
    pub uri: String,
    pub headers: Vec<(String, String)>,
}

impl Logged {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }
}

struct Access {
    root: PathBuf,
    log: Arc<Mutex<Vec<Logged>>>,
}

#[async_trait::async_trait]
impl S3Access for Access {
    async fn check(&self, context: &mut S3AccessContext<'_>) -> S3Result<()> {
        let headers = context.headers().iter();
        self.log.lock().unwrap().push(Logged {
            method: context.method().to_string(),
            uri: context.uri().to_string(),
            headers: headers
                .map(|(name, value)| {
                    (
                        name.to_string(),
                        String::from_utf8_lossy(value.as_bytes()).into_owned(),
                    )
                })
                .collect(),
        });
        if context.credentials().is_none() {
            return Err(s3_error!(AccessDenied, "Signature is required"));
        }
        let bucket = match context.s3_path() {
            S3Path::Bucket { bucket } | S3Path::Object { bucket, .. } => bucket,
            S3Path::Root => return Ok(()),
        };
        if &**bucket == "forbidden" {
            return Err(s3_error!(AccessDenied, "Access Denied"));
        }
        if !self.root.join(&**bucket).is_dir() {
            return Err(s3_error!(NoSuchBucket));
        }
        Ok(())
    }
}

impl S3Server {
    pub fn start() -> Self {
        Self::bind("127.0.0.1:0")
    }

    /// On another loopback address, such as `[::1]:0`.
    pub fn bind(address: &str) -> Self {
        let dir = tempfile::tempdir().unwrap();
        for bucket in [BUCKET, "forbidden"] {
            std::fs::create_dir(dir.path().join(bucket)).unwrap();
        }
        let log = Arc::new(Mutex::new(Vec::new()));
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .unwrap();
        let listener = runtime.block_on(TcpListener::bind(address)).unwrap();
        let address = listener.local_addr().unwrap();
        let service = {
            let store = s3s_fs::FileSystem::new(dir.path()).unwrap();
            let mut builder = S3ServiceBuilder::new(store);
            builder.set_auth(SimpleAuth::from_single(ACCESS_KEY, SECRET_KEY));
            builder.set_access(Access {
                root: dir.path().to_path_buf(),
                log: Arc::clone(&log),
            });
            // The crate takes no IPv6 domain; without one it expects the bucket in the path.
            if address.is_ipv4() {
                let domains = [
                    address.to_string(),
                    format!("s3.localhost:{}", address.port()),
                ];
                builder.set_host(MultiDomain::new(domains).unwrap());
            }
            builder.build()
        };
        let panicked = Arc::new(AtomicBool::new(false));
        let noticed = Arc::clone(&panicked);
        runtime.spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                socket.set_nodelay(true).unwrap();
                let service = service.clone();
                let connection = tokio::spawn(async move {
                    let server = hyper::server::conn::http1::Builder::new();
                    // A client that hangs up is not the server's failure.
                    let _ = server.serve_connection(TokioIo::new(socket), service).await;
                });
                let panicked = Arc::clone(&noticed);
                tokio::spawn(async move {
                    let ended = connection.await;
                    panicked.fetch_or(ended.is_err_and(|error| error.is_panic()), Ordering::SeqCst);
                });
            }
        });
        Self {
            address,
            dir,
            log,
            runtime: Some(runtime),
            panicked,
        }
    }

    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The variables that make blobctl use it for plain keys.
    pub fn variables(&self) -> Vec<(&'static str, String)> {
        variables(&self.endpoint())
    }

    /// The bucket's directory.
    pub fn bucket(&self) -> PathBuf {
        self.dir.path().join(BUCKET)
    }

    pub fn root(&self) -> &Path {
        self.dir.path()
    }

    /// The requests since the last call.
    pub fn requests(&self) -> Vec<Logged> {
        std::mem::take(&mut *self.log.lock().unwrap())
    }

    /// Parts of uploads that were neither completed nor aborted.
    pub fn unfinished_uploads(&self) -> Vec<PathBuf> {
        super::files(self.dir.path())
            .into_iter()
            .filter(|path| path.to_string_lossy().contains("upload"))
            .collect()
    }
}

impl Drop for S3Server {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
        assert!(
            std::thread::panicking() || !self.panicked.load(Ordering::SeqCst),
            "the S3 server panicked"
        );
    }
}

/// The variables that make blobctl use an S3 service at `endpoint` for plain keys.
pub fn variables(endpoint: &str) -> Vec<(&'static str, String)> {
    vec![
        ("BLOBCTL_BACKEND", "s3".to_owned()),
        ("BLOBCTL_S3_ENDPOINT_URL", endpoint.to_owned()),
        ("BLOBCTL_S3_BUCKET", BUCKET.to_owned()),
        ("AWS_ACCESS_KEY_ID", ACCESS_KEY.to_owned()),
        ("AWS_SECRET_ACCESS_KEY", SECRET_KEY.to_owned()),
    ]
}

/// A sandbox whose plain keys are in the server.
pub fn on(server: &S3Server) -> Sandbox {
    Sandbox::new().envs(&server.variables())
}

/// The same, and nothing is repeated.
pub fn against(server: &ScriptedServer) -> Sandbox {
    Sandbox::new()
        .envs(&variables(&server.endpoint()))
        .env("BLOBCTL_RETRY_FOR", "0")
}

/// The same behind a proxy, with the usual repetitions.
pub fn behind(proxy: &FaultProxy) -> Sandbox {
    Sandbox::new().envs(&variables(&proxy.endpoint()))
}

pub const NO_RETRY: [&str; 2] = ["--retry-for", "0"];

/// The headers of a blob with the bytes `hello`.
pub const HELLO_MD5: [(&str, &str); 1] = [("etag", "\"5d41402abc4b2a76b9719d911017c592\"")];
pub const HELLO_CRC: &str = "M3eFcAZSQlc=";
