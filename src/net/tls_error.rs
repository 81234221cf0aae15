//! The errors of TLS that concern certificates, in the words of people who have to mend them.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rustls::pki_types::UnixTime;
use rustls::{AlertDescription, CertificateError, OtherError};
use time::OffsetDateTime;

use crate::error::{Error, Kind, printable};

/// The error of a rejected server certificate. `host` is for people.
pub fn certificate_error(host: &str, why: &CertificateError) -> Error {
    let (why, hint) = explain(why);
    let text = format!("the certificate of {host} is not valid: {why}");
    Error::new(Kind::Denied, text).with_hint(hint)
}

/// The problem of a certificate, and a remedy.
fn explain(why: &CertificateError) -> (String, &'static str) {
    use CertificateError as Why;
    let text = |text: &str| text.to_owned();
    match why {
        Why::UnknownIssuer => (
            text("its issuer is not trusted"),
            "if you trust its CA, add the CA's certificate with --ca-bundle (`ca_bundle`)",
        ),
        Why::Expired => (text("it has expired"), RENEW),
        Why::ExpiredContext { not_after, .. } => {
            (format!("it expired on {}", date(*not_after)), RENEW)
        }
        Why::NotValidYet => (text("it is not valid yet"), CLOCK),
        Why::NotValidYetContext { not_before, .. } => {
            (format!("it is valid from {} on", date(*not_before)), CLOCK)
        }
        Why::NotValidForNameContext { presented, .. } if !presented.is_empty() => (
            format!("it was issued for {}", names(presented)),
            "connect by that name, or issue a certificate for this host",
        ),
        Why::NotValidForName | Why::NotValidForNameContext { .. } => (
            text("it is not valid for this host name"),
            "issue one with this host as subjectAltName",
        ),
        Why::Revoked => (text("its issuer has revoked it"), ANOTHER),
        Why::BadSignature => (
            text("its signature is wrong"),
            "if the CA has a new key, update the CA's certificate in --ca-bundle (`ca_bundle`)",
        ),
        Why::InvalidPurpose | Why::InvalidPurposeContext { .. } => (
            text("its purpose is not a server (extendedKeyUsage)"),
            "issue one with extendedKeyUsage=serverAuth",
        ),
        Why::UnsupportedSignatureAlgorithmContext { .. }
        | Why::UnsupportedSignatureAlgorithmForPublicKeyContext { .. } => (
            text("it is signed with an algorithm that is not supported"),
            "issue one that is signed with SHA-256 or better, with RSA keys of 2048 bits or more",
        ),
        Why::UnhandledCriticalExtension => (
            text("it has a critical extension that blobctl does not support"),
            ANOTHER,
        ),
        Why::BadEncoding => (text("it is malformed"), ANOTHER),
        Why::Other(other) => explain_other(other),
        other => (printable(&other.to_string()), ANOTHER),
    }
}

const RENEW: &str = "renew it; if it is new, check this machine's clock";
const CLOCK: &str = "check this machine's clock";
const ANOTHER: &str = "issue another one";

/// Errors of webpki that rustls has no variants for.
fn explain_other(other: &OtherError) -> (String, &'static str) {
    match other.0.downcast_ref::<webpki::Error>() {
        Some(webpki::Error::CaUsedAsEndEntity) => (
            "it is a CA certificate (CA:TRUE), which a server cannot use".to_owned(),
            "issue one with basicConstraints=CA:FALSE, or add this one to --ca-bundle (`ca_bundle`)",
        ),
        Some(webpki::Error::UnsupportedCertVersion) => (
            "it is not an X.509 version 3 certificate".to_owned(),
            "issue one with subjectAltName, which makes it version 3",
        ),
        _ => (printable(&other.to_string()), ANOTHER),
    }
}

/// The error of an alert of the server about the client's certificate; `None` for other alerts.
/// Source: RFC 8446, section 6.2.
pub fn client_certificate_error(host: &str, alert: AlertDescription) -> Option<Error> {
    use AlertDescription as Alert;
    let why = match alert {
        Alert::CertificateRequired | Alert::NoCertificate => {
            let text = format!("{host} requires a client certificate");
            let hint = "set --client-cert and --client-key (`client_cert`, `client_key`)";
            return Some(Error::new(Kind::Denied, text).with_hint(hint));
        }
        Alert::UnknownCA => "it does not trust the issuer",
        Alert::CertificateExpired => "it has expired",
        Alert::CertificateRevoked => "it has been revoked",
        Alert::UnsupportedCertificate => "its type is not supported",
        Alert::BadCertificate | Alert::CertificateUnknown | Alert::AccessDenied => {
            "it is missing or not acceptable"
        }
        _ => return None,
    };
    let text = format!("{host} rejects the client certificate: {why}");
    let hint =
        "compare --client-cert (`client_cert`) with the certificates that the server accepts";
    Some(Error::new(Kind::Denied, text).with_hint(hint))
}

/// The hint of a handshake that the server broke off without a reason. OpenSSL does so with TLS 1.2 if it requires a client
/// certificate and gets none.
pub const HANDSHAKE_HINT: &str =
    "the server may require a client certificate: --client-cert (`client_cert`)";

fn date(time: UnixTime) -> String {
    let time: Option<SystemTime> = UNIX_EPOCH.checked_add(Duration::from_secs(time.as_secs()));
    // The dates of certificates end with the year 9999.
    time.filter(|time| *time < UNIX_EPOCH + Duration::from_secs(253_402_300_800))
        .map_or("a distant day".to_owned(), |time| {
            OffsetDateTime::from(time).date().to_string()
        })
}

/// `DnsName("example.com")`, as rustls writes it, is example.com.
fn names(presented: &[String]) -> String {
    let name = |name: &String| {
        let inside = name.split_once('(').map_or(&**name, |(_, rest)| rest);
        printable(inside.trim_end_matches(')').trim_matches('"'))
    };
    presented.iter().map(name).collect::<Vec<_>>().join(", ")
}
