//! The certificate and the private key that a client authenticates with.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::{CertifiedKey, SingleCertAndKey};

use super::certificate::public_key_info;
use crate::error::{Error, Kind, Result, describe, printable};
use crate::secret::{LARGEST_CONFIG, read_bounded};

/// A certificate chain with its private key, which match. Its `Debug` shows neither.
#[derive(Clone)]
pub struct ClientCertificate(Arc<CertifiedKey>);

impl ClientCertificate {
    /// Reads the PEM file of the chain, the client's certificate first, and that of the key, which may be the same file.
    /// PKCS#8, PKCS#1 and SEC1 keys are supported.
    ///
    /// # Errors
    /// A file that cannot be read, holds no certificate or no key, or holds an encrypted key; or a key that is not that of
    /// the certificate.
    pub fn load(certificate: &Path, key: &Path) -> Result<Self> {
        let chain = chain(certificate)?;
        let der = private_key(key, certificate)?;
        let provider = rustls::crypto::ring::default_provider();
        let signing = provider.key_provider.load_private_key(der).map_err(|_| {
            wrong("client key", key, "not a supported key").with_hint(
                "use an RSA key of 2048 bits or more, or a P-256, P-384, P-521 or Ed25519 key",
            )
        })?;
        let public = chain.first().and_then(|der| public_key_info(der));
        let Some(public) = public else {
            let what = "its first certificate cannot be read";
            return Err(wrong("client certificate", certificate, what));
        };
        if signing.public_key().is_some_and(|own| *own != *public) {
            let what = format!("not the key of the certificate in `{}`", shown(certificate));
            return Err(wrong("client key", key, &what)
                .with_hint("the first certificate of the file must be the client's own"));
        }
        // rustls would only compare the keys of X.509 version 3. `openssl x509 -req` makes version 1.
        Ok(Self(Arc::new(CertifiedKey::new(chain, signing))))
    }

    /// The answer to each server that requests a certificate.
    pub(super) fn resolver(&self) -> Arc<SingleCertAndKey> {
        Arc::new(SingleCertAndKey::from(Arc::clone(&self.0)))
    }
}

impl fmt::Debug for ClientCertificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ClientCertificate")
    }
}

fn chain(path: &Path) -> Result<Vec<CertificateDer<'static>>> {
    let failed = |what: &str| wrong("client certificate", path, what);
    let pem = read_bounded(path, LARGEST_CONFIG).map_err(|error| failed(&describe(&error)))?;
    let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&pem).collect();
    let chain = chain.map_err(|_| failed("not valid PEM"))?;
    match chain.is_empty() {
        true => Err(failed("holds no certificate in PEM form")),
        false => Ok(chain),
    }
}

/// Reads the key; without a file of its own it is in the file of the certificate.
fn private_key(path: &Path, certificate: &Path) -> Result<PrivateKeyDer<'static>> {
    let failed = |what: &str| wrong("client key", path, what);
    let pem = read_bounded(path, LARGEST_CONFIG).map_err(|error| failed(&describe(&error)))?;
    if is_encrypted(&pem) {
        let shown = shown(path);
        return Err(failed("the key is encrypted, and blobctl cannot decrypt it").with_hint(format!(
            "decrypt it into a file that only you can read: (umask 077; openssl pkey -in {shown} -out {shown}.decrypted)"
        )));
    }
    PrivateKeyDer::from_pem_slice(&pem).map_err(|error| match error {
        rustls::pki_types::pem::Error::NoItemsFound if path == certificate => {
            failed("holds no private key in PEM form")
                .with_hint("name the file of the key with --client-key (`client_key`)")
        }
        rustls::pki_types::pem::Error::NoItemsFound => failed("holds no private key in PEM form"),
        _ => failed("not valid PEM"),
    })
}

/// Returns whether a PEM file holds an encrypted key, in the form of PKCS#8 (RFC 5958) or of OpenSSL's older files (RFC 1421).
fn is_encrypted(pem: &[u8]) -> bool {
    let text = String::from_utf8_lossy(pem);
    text.lines().any(|line| {
        let line = line.trim();
        line == "-----BEGIN ENCRYPTED PRIVATE KEY-----"
            || line.starts_with("Proc-Type:") && line.ends_with("ENCRYPTED")
    })
}

fn shown(path: &Path) -> String {
    printable(&path.to_string_lossy())
}

fn wrong(role: &str, path: &Path, what: &str) -> Error {
    Error::new(
        Kind::Config,
        format!("the {role} `{}`: {what}", shown(path)),
    )
}
