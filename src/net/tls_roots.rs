//! The root certificates of all TLS connections, and the diagnosis of rejected certificates.
//!
//! They are the system's, where an organisation installs its own, and those of the user's bundle. A system without any,
//! such as an empty container, gets the ones compiled into the program.

use std::path::{Path, PathBuf};

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{CertificateError, OtherError, RootCertStore};

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

impl Roots {
    /// All certificates to trust; `None` for those compiled into the program.
    ///
    /// # Errors
    /// A file that the user named cannot be read, or holds no certificate or an invalid one.
    pub fn certificates(&self) -> Result<Option<Vec<CertificateDer<'static>>>> {
        let mut certificates = match &self.system {
            Some(file) => named(file)?,
            None => OF_THE_SYSTEM
                .iter()
                .find_map(|file| found(Path::new(file)))
                .unwrap_or_default(),
        };
        if let Some(bundle) = &self.bundle {
            certificates.extend(named(bundle)?);
        }
        Ok(Some(certificates).filter(|certificates| !certificates.is_empty()))
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

/// The error of a rejected server certificate. `host` is for people.
pub fn certificate_error(host: &str, why: &CertificateError) -> Error {
    use CertificateError as Why;
    let (why, hint) = match why {
        Why::UnknownIssuer => (
            "its issuer is not trusted".to_owned(),
            "if you trust its CA, add the CA's certificate with --ca-bundle (`ca_bundle`)",
        ),
        Why::Expired | Why::ExpiredContext { .. } => (
            "it has expired".to_owned(),
            "renew it; if it is new, check this machine's clock",
        ),
        Why::NotValidYet | Why::NotValidYetContext { .. } => (
            "it is not valid yet".to_owned(),
            "check this machine's clock",
        ),
        Why::NotValidForNameContext { presented, .. } if !presented.is_empty() => (
            format!("it was issued for {}", names(presented)),
            "connect by that name, or issue a certificate for this host",
        ),
        Why::NotValidForName | Why::NotValidForNameContext { .. } => (
            "it is not valid for this host name".to_owned(),
            "issue one with this host as subjectAltName",
        ),
        Why::Other(other) if is_ca_certificate(other) => (
            "it is a CA certificate (CA:TRUE), which a server cannot use".to_owned(),
            "issue one with basicConstraints=CA:FALSE",
        ),
        other => (printable(&other.to_string()), "issue another one"),
    };
    let text = format!("the certificate of {host} is not valid: {why}");
    Error::new(Kind::Denied, text).with_hint(hint)
}

/// Returns whether the verifier rejected a server's certificate because it is that of a CA: rustls passes this error of
/// webpki on as it is.
fn is_ca_certificate(other: &OtherError) -> bool {
    let why = other.0.downcast_ref::<webpki::Error>();
    why == Some(&webpki::Error::CaUsedAsEndEntity)
}

/// `DnsName("example.com")`, as rustls writes it, is example.com.
fn names(presented: &[String]) -> String {
    let name = |name: &String| {
        let inside = name.split_once('(').map_or(&**name, |(_, rest)| rest);
        printable(inside.trim_end_matches(')').trim_matches('"'))
    };
    presented.iter().map(name).collect::<Vec<_>>().join(", ")
}
