//! A CA of clients, and the certificates and keys that it issues.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rcgen::{CertificateParams, CertifiedIssuer, KeyPair};
use rustls::RootCertStore;
use rustls::server::WebPkiClientVerifier;
use rustls::server::danger::ClientCertVerifier;

/// A 2048-bit RSA key, which ring cannot make.
const RSA_KEY: &str = include_str!("../../vectors/client-rsa-key.pem");

pub struct ClientCa(CertifiedIssuer<'static, KeyPair>);

/// A certificate and its key in PEM form.
pub struct ClientIdentity {
    pub certificate: String,
    /// In PKCS#8.
    pub key: String,
}

/// The treatment of clients by a server.
#[derive(Clone)]
pub enum Clients {
    Any,
    /// They must have a certificate of this CA.
    Required(Arc<dyn ClientCertVerifier>),
    /// They are asked for one.
    Requested(Arc<dyn ClientCertVerifier>),
}

impl Clients {
    /// The verifier of a server's configuration.
    pub fn verifier(&self) -> Arc<dyn ClientCertVerifier> {
        match self {
            Self::Any => WebPkiClientVerifier::no_client_auth(),
            Self::Required(verifier) | Self::Requested(verifier) => Arc::clone(verifier),
        }
    }
}

impl ClientCa {
    /// `name` distinguishes it from other CAs.
    pub fn new(name: &str) -> Self {
        let mut parameters = CertificateParams::new(Vec::new()).unwrap();
        parameters
            .distinguished_name
            .push(rcgen::DnType::CommonName, name);
        parameters.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        Self(CertifiedIssuer::self_signed(parameters, KeyPair::generate().unwrap()).unwrap())
    }

    pub fn required(&self) -> Clients {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        Clients::Required(
            WebPkiClientVerifier::builder_with_provider(self.roots(), provider)
                .build()
                .unwrap(),
        )
    }

    pub fn requested(&self) -> Clients {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        Clients::Requested(
            WebPkiClientVerifier::builder_with_provider(self.roots(), provider)
                .allow_unauthenticated()
                .build()
                .unwrap(),
        )
    }

    fn roots(&self) -> Arc<RootCertStore> {
        let mut roots = RootCertStore::empty();
        roots.add(self.0.der().clone()).unwrap();
        Arc::new(roots)
    }

    /// A certificate with a new key on the curve P-256.
    pub fn issue(&self) -> ClientIdentity {
        self.certify(&KeyPair::generate().unwrap())
    }

    /// A certificate for the RSA key.
    pub fn issue_rsa(&self) -> ClientIdentity {
        self.certify(&KeyPair::from_pem(RSA_KEY).unwrap())
    }

    fn certify(&self, key: &KeyPair) -> ClientIdentity {
        let parameters = CertificateParams::new(vec!["client.test".to_owned()]).unwrap();
        ClientIdentity {
            certificate: parameters.signed_by(key, &self.0).unwrap().pem(),
            key: key.serialize_pem(),
        }
    }
}

impl ClientIdentity {
    /// The key as it is inside of PKCS#8: SEC1 (`EC`) or PKCS#1 (`RSA`).
    pub fn inner_key(&self, algorithm: &str) -> String {
        let text: String = self
            .key
            .lines()
            .filter(|line| !line.starts_with('-'))
            .collect();
        let der = STANDARD.decode(text).unwrap();
        // SEQUENCE { version INTEGER, algorithm SEQUENCE, key OCTET STRING }
        let (_, content, _) = element(&der);
        let (_, _, rest) = element(content);
        let (_, _, rest) = element(rest);
        let (tag, key, _) = element(rest);
        assert_eq!(tag, 0x04);
        let label = format!("{algorithm} PRIVATE KEY");
        format!(
            "-----BEGIN {label}-----\n{}\n-----END {label}-----\n",
            STANDARD.encode(key)
        )
    }
}

/// The first element of DER: its tag, its content and the rest.
fn element(der: &[u8]) -> (u8, &[u8], &[u8]) {
    let (length, start) = match der[1] {
        short @ 0..0x80 => (usize::from(short), 2),
        long => {
            let bytes = usize::from(long & 0x7f);
            let length = der[2..2 + bytes]
                .iter()
                .fold(0, |length, byte| length << 8 | usize::from(*byte));
            (length, 2 + bytes)
        }
    };
    (der[0], &der[start..start + length], &der[start + length..])
}
