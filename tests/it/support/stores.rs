//! The stores that the contract is tested on, a fresh one each: a directory, an S3 server that verifies signatures, an
//! FTP server.

use super::ftp::FtpServer;
use super::s3::S3Server;
use super::{Sandbox, leftovers};

/// A store under test, and how to look at what it really has.
pub trait Store {
    fn name(&self) -> &'static str;
    /// A sandbox whose plain keys are on this store.
    fn sandbox(&self) -> Sandbox;
    /// The address that messages and JSON show for a key.
    fn url(&self, sandbox: &Sandbox, key: &str) -> String;
    /// The blob's bytes, read past blobctl.
    fn look(&self, sandbox: &Sandbox, key: &str) -> Option<Vec<u8>>;
    /// Keys are paths, so that an empty segment cannot be kept.
    fn keeps_paths(&self) -> bool;
    /// Fails if an unfinished upload is left on the store.
    fn is_clean(&self, sandbox: &Sandbox);
    /// The value of `verified` for a small blob.
    fn proof(&self) -> &'static str;
}

pub struct Directory;

impl Store for Directory {
    fn name(&self) -> &'static str {
        "fs"
    }
    fn sandbox(&self) -> Sandbox {
        Sandbox::new()
    }
    fn url(&self, sandbox: &Sandbox, key: &str) -> String {
        format!("file://{}/{key}", sandbox.default_root().display())
    }
    fn look(&self, sandbox: &Sandbox, key: &str) -> Option<Vec<u8>> {
        std::fs::read(sandbox.default_root().join(key)).ok()
    }
    fn keeps_paths(&self) -> bool {
        true
    }
    fn is_clean(&self, sandbox: &Sandbox) {
        assert_eq!(
            leftovers(&sandbox.default_root()),
            Vec::<std::path::PathBuf>::new()
        );
    }
    fn proof(&self) -> &'static str {
        "length"
    }
}

impl Store for S3Server {
    fn name(&self) -> &'static str {
        "s3"
    }
    fn sandbox(&self) -> Sandbox {
        Sandbox::new().envs(&self.variables())
    }
    fn url(&self, _: &Sandbox, key: &str) -> String {
        format!("s3://{}/{key}", super::s3::BUCKET)
    }
    fn look(&self, _: &Sandbox, key: &str) -> Option<Vec<u8>> {
        std::fs::read(self.bucket().join(key)).ok()
    }
    fn keeps_paths(&self) -> bool {
        false
    }
    fn is_clean(&self, _: &Sandbox) {
        assert_eq!(self.unfinished_uploads(), Vec::<std::path::PathBuf>::new());
    }
    fn proof(&self) -> &'static str {
        "crc64nvme"
    }
}

impl Store for FtpServer {
    fn name(&self) -> &'static str {
        "ftp"
    }
    fn sandbox(&self) -> Sandbox {
        Sandbox::new().envs(&self.variables())
    }
    fn url(&self, _: &Sandbox, key: &str) -> String {
        format!(
            "ftp://{}@127.0.0.1:{}/{}/{key}",
            super::ftp::USER,
            self.address.port(),
            super::ftp::BASE
        )
    }
    fn look(&self, _: &Sandbox, key: &str) -> Option<Vec<u8>> {
        self.file(key)
    }
    fn keeps_paths(&self) -> bool {
        true
    }
    fn is_clean(&self, _: &Sandbox) {
        assert!(
            self.files().iter().all(|path| !path.contains(".blobctl-")),
            "{:?}",
            self.files()
        );
    }
    fn proof(&self) -> &'static str {
        "length"
    }
}

/// Runs one test on every store, a fresh one each.
pub fn on_every_store(test: impl Fn(&dyn Store)) {
    let stores: [&dyn Fn() -> Box<dyn Store>; 3] = [
        &|| Box::new(Directory),
        &|| Box::new(S3Server::start()),
        &|| Box::new(FtpServer::start()),
    ];
    for store in stores {
        let store = store();
        eprintln!("on {}", store.name());
        test(&*store);
    }
}
