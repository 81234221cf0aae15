//! The root certificates of all TLS connections.
//!
//! They are the system's, where an organisation installs its own, and those of the user's bundle. A system without any,
//! such as an empty container, gets the ones compiled into the program.

use std::path::{Path, PathBuf};

use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

use crate::error::{Error, Kind, Result, describe, printable};
use crate::secret::read_bounded;

/// The files in which distributions keep the root certificates.
/// Source: <https://github.com/rustls/openssl-probe>
const OF_THE_SYSTEM: [&str; 6] = [
    // Debian, Ubuntu, Alpine, Arch, Gentoo.
    "/etc/ssl/certs/ca-certificates.crt",
    // Fedora, RHEL.
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/pki/tls/certs/ca-bundle.crt",
    // openSUSE.
    "/etc/ssl/ca-bundle.pem",
    "/var/lib/ca-certificates/ca-bundle.pem",
    // macOS, the BSDs.
    "/etc/ssl/cert.pem",
];

/// The largest file of certificates, in bytes. That of the system has less than 1 MiB.
const LARGEST_BUNDLE: u64 = 16 << 20;

/// The files of root certificates.
#[derive(Debug, Clone, Default)]
pub struct Roots {
    /// The user's PEM file: `--ca-bundle`.
    pub bundle: Option<PathBuf>,
    /// The PEM file that replaces the system's: `SSL_CERT_FILE`.
    pub system: Option<PathBuf>,
}

/// The certificates of the files.
#[derive(Debug, Default)]
pub struct TrustedCertificates {
    /// The issuers; empty for those compiled into the program.
    pub issuers: Vec<CertificateDer<'static>>,
    /// The certificates of the files that the user named, all of which are among the issuers.
    pub pinned: Vec<CertificateDer<'static>>,
}

impl Roots {
    /// All certificates to trust.
    ///
    /// # Errors
    /// A file that the user named cannot be read, or holds no certificate or an invalid one.
    pub fn certificates(&self) -> Result<TrustedCertificates> {
        let mut pinned = Vec::new();
        for file in [&self.system, &self.bundle].into_iter().flatten() {
            pinned.extend(named(file)?);
        }
        let mut issuers = match self.system {
            Some(_) => Vec::new(),
            None => OF_THE_SYSTEM
                .iter()
                .find_map(|file| found(Path::new(file)))
                .unwrap_or_default(),
        };
        issuers.extend(pinned.iter().cloned());
        Ok(TrustedCertificates { issuers, pinned })
    }
}

/// The certificates in a file of the system; invalid ones are skipped.
fn found(file: &Path) -> Option<Vec<CertificateDer<'static>>> {
    let pem = read_bounded(file, LARGEST_BUNDLE).ok()?;
    let certificates: Vec<_> = CertificateDer::pem_slice_iter(&pem).flatten().collect();
    Some(certificates).filter(|certificates| !certificates.is_empty())
}

/// The certificates in a file that the user named. An invalid one is an error, because it may be the needed one.
fn named(file: &Path) -> Result<Vec<CertificateDer<'static>>> {
    let wrong = |what: &str| {
        let shown = printable(&file.to_string_lossy());
        Error::new(Kind::Config, format!("the CA bundle `{shown}`: {what}"))
    };
    let pem = read_bounded(file, LARGEST_BUNDLE).map_err(|error| wrong(&describe(&error)))?;
    let mut certificates = Vec::new();
    for (index, certificate) in CertificateDer::pem_slice_iter(&pem).enumerate() {
        let readable = certificate
            .ok()
            .filter(|certificate| RootCertStore::empty().add(certificate.clone()).is_ok());
        let Some(certificate) = readable else {
            let what = format!("its certificate {} cannot be read", index + 1);
            return Err(wrong(&what));
        };
        certificates.push(certificate);
    }
    if certificates.is_empty() {
        return Err(wrong("holds no certificate in PEM form"));
    }
    Ok(certificates)
}
