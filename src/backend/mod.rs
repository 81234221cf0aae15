//! The stores, and the one place where a store is chosen. [`crate::store`] is their contract.

pub mod fs;
pub mod ftp;
pub mod s3;

use std::sync::Arc;

use self::ftp::config;
use self::s3::bucket;
use crate::digest::Algorithm;
use crate::store::{Context, Store};

/// The store, with everything that it needs.
#[derive(Debug, Clone)]
pub enum Config {
    /// A directory.
    Fs(fs::Config),
    /// An FTP or FTPS server.
    Ftp(config::Config),
    /// A bucket of an S3-compatible service.
    S3(s3::S3Config),
}

impl Config {
    /// The checksum by which the user wants uploads to be verified; `None` leaves the choice to the store.
    pub fn required_checksum(&self) -> Option<Algorithm> {
        match self {
            Self::Fs(_) => None,
            Self::Ftp(config) => match config.digests {
                ftp::Digests::Only(algorithm) => Some(algorithm),
                ftp::Digests::Auto | ftp::Digests::None => None,
            },
            Self::S3(config) => match config.checksum {
                s3::Checksum::Only(algorithm) => Some(algorithm),
                s3::Checksum::Auto | s3::Checksum::None => None,
            },
        }
    }
}

/// Opens a store. Nothing is read or connected before the first operation.
pub fn open(config: Config, context: Context) -> Arc<dyn Store> {
    match config {
        Config::Fs(config) => Arc::new(fs::Fs::new(config, context)),
        Config::Ftp(config) => Arc::new(ftp::Ftp::new(config, context)),
        Config::S3(config) => Arc::new(bucket::S3::new(config, context)),
    }
}
