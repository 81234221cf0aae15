//! S3 over TLS, directly and through a proxy, through the built binary.

use crate::support::s3::{S3Server, variables};
use crate::support::tls::{TlsStore, Tunnel, Uploads, parameters};
use crate::support::{MIB, Sandbox, bytes};
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa,
    KeyPair,
};

/// A sandbox that uses the server and trusts its certificate.
fn trusting(server: &TlsStore) -> Sandbox {
    Sandbox::new()
        .envs(&variables(&server.endpoint()))
        .file("ca.pem", &server.certificate)
        .env("AWS_CA_BUNDLE", "ca.pem")
}

#[test]
fn blobs_travel_over_tls_without_being_hashed_for_the_signature() {
    for version in [&rustls::version::TLS13, &rustls::version::TLS12] {
        let server = TlsStore::with(&["127.0.0.1"], version, Uploads::Stored);
        let content = bytes(5 * MIB, 7);
        let sandbox = trusting(&server).file("a", &content);
        sandbox.run(["put", "a"]).succeeds();
        sandbox.run(["get", "a", "b"]).succeeds();
        sandbox.run(["exists", "a"]).is_silent(0);
        sandbox.run(["exists", "nope"]).is_silent(1);
        assert!(sandbox.read("b") == content);
        let seen = server.seen();
        assert_eq!(
            seen[0].header("x-amz-content-sha256"),
            Some("UNSIGNED-PAYLOAD")
        );
        assert!(seen[0].header("x-amz-checksum-crc64nvme").is_some());
        assert!(seen[0].body == content);
    }
}

#[test]
fn one_connection_serves_many_blobs() {
    let server = TlsStore::start(&["127.0.0.1"]);
    let mut sandbox = trusting(&server);
    for name in ["a", "b", "c", "d"] {
        sandbox = sandbox.file(name, name);
    }
    sandbox
        .run(["put", "--jobs", "1", "a", "b", "c", "d", "x/"])
        .succeeds();
    assert_eq!((server.seen().len(), server.connections()), (4, 1));
}

#[test]
fn an_unknown_authority_is_final_and_nothing_is_sent() {
    let server = TlsStore::start(&["127.0.0.1"]);
    let sandbox = Sandbox::new()
        .envs(&variables(&server.endpoint()))
        .file("a", "x");
    sandbox.run(["put", "a"]).fails_with(
        4,
        &format!("the certificate of {} is not valid", server.address),
    );
    assert_eq!((server.seen().len(), server.connections()), (0, 1));
}

#[test]
fn a_certificate_for_another_host_is_refused() {
    let server = TlsStore::start(&["s3.example.com"]);
    trusting(&server)
        .run(["exists", "a"])
        .fails_with(4, "is not valid: it was issued for s3.example.com");
    assert_eq!(server.seen().len(), 0);
}

/// A CA, and a server with a certificate that this CA has signed and `change` has changed.
fn issued(
    change: impl FnOnce(&mut CertificateParams),
) -> (CertifiedIssuer<'static, KeyPair>, TlsStore) {
    let mut of_ca = CertificateParams::new(Vec::new()).unwrap();
    of_ca.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let ca = CertifiedIssuer::self_signed(of_ca, KeyPair::generate().unwrap()).unwrap();
    let mut parameters = parameters(&["127.0.0.1"]);
    parameters
        .distinguished_name
        .push(DnType::CommonName, "server");
    change(&mut parameters);
    let server = TlsStore::issued(&parameters, &ca);
    (ca, server)
}

type PlainChange = fn(&mut CertificateParams);
type ParameterChange = Box<dyn FnOnce(&mut CertificateParams)>;

#[test]
fn every_fault_of_a_certificate_has_its_words() {
    let (past, future) = (
        rcgen::date_time_ymd(2020, 1, 31),
        rcgen::date_time_ymd(2090, 1, 31),
    );
    let cases: [(ParameterChange, &str, &str); 4] = [
        (
            Box::new(move |made| made.not_after = past),
            "it expired on 2020-01-31",
            "hint: renew it; if it is new, check this machine's clock",
        ),
        (
            Box::new(move |made| made.not_before = future),
            "it is valid from 2090-01-31 on",
            "hint: check this machine's clock",
        ),
        (
            Box::new(|made| made.is_ca = IsCa::Ca(BasicConstraints::Unconstrained)),
            "it is a CA certificate (CA:TRUE), which a server cannot use",
            "hint: issue one with basicConstraints=CA:FALSE, or add this one to --ca-bundle",
        ),
        (
            Box::new(|made| made.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth]),
            "its purpose is not a server (extendedKeyUsage)",
            "hint: issue one with extendedKeyUsage=serverAuth",
        ),
    ];
    for (change, fault, hint) in cases {
        let (ca, server) = issued(change);
        let sandbox = trusting(&server).file("ca.pem", ca.pem());
        let outcome = sandbox.run(["exists", "a"]);
        let start = format!("the certificate of {} is not valid: ", server.address);
        outcome.fails_with(4, &format!("{start}{fault}"));
        assert!(outcome.stderr.contains(hint), "{outcome:?}");
        assert_eq!((server.seen().len(), server.connections()), (0, 1));
    }
}

#[test]
fn a_ca_of_the_same_name_with_another_key_has_not_signed_the_certificate() {
    let (_, server) = issued(|_| ());
    let (other, _) = issued(|_| ());
    let sandbox = trusting(&server).file("ca.pem", other.pem());
    let outcome = sandbox.run(["exists", "a"]);
    outcome.fails_with(4, "is not valid: its signature is wrong");
    assert!(
        outcome.stderr.contains("update the CA's certificate"),
        "{outcome:?}"
    );
}

#[test]
fn a_certificate_in_the_bundle_is_trusted_as_it_is() {
    // `openssl req -x509` makes certificates with CA:TRUE.
    let of_ca = TlsStore::with_the_certificate_of_a_ca();
    trusting(&of_ca).run(["exists", "a"]).is_silent(1);
    // Its issuer is not in the bundle.
    let (_, server) = issued(|_| ());
    trusting(&server).run(["exists", "a"]).is_silent(1);
    // SSL_CERT_FILE is as good.
    let sandbox = Sandbox::new()
        .envs(&variables(&server.endpoint()))
        .file("ca.pem", &server.certificate);
    sandbox
        .env("SSL_CERT_FILE", "ca.pem")
        .run(["exists", "a"])
        .is_silent(1);
    // Another certificate with the same names is not the one in the bundle.
    let (_, other) = issued(|_| ());
    let sandbox = trusting(&server).file("ca.pem", &other.certificate);
    sandbox
        .run(["exists", "a"])
        .fails_with(4, "its issuer is not trusted");
}

#[test]
fn the_name_and_the_dates_of_a_certificate_in_the_bundle_are_checked() {
    let ca = |made: &mut CertificateParams| made.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let cases: [(PlainChange, &str); 3] = [
        (
            |made| made.not_after = rcgen::date_time_ymd(2020, 1, 31),
            "it expired on 2020-01-31",
        ),
        (
            |made| made.not_before = rcgen::date_time_ymd(2090, 1, 31),
            "it is valid from 2090-01-31 on",
        ),
        (
            |made| made.subject_alt_names = parameters(&["h.test"]).subject_alt_names,
            "it was issued for h.test",
        ),
    ];
    for (change, fault) in cases {
        let mut made = parameters(&["127.0.0.1"]);
        ca(&mut made);
        change(&mut made);
        let server = TlsStore::with_certificate(&made);
        trusting(&server).run(["exists", "a"]).fails_with(4, fault);
        assert_eq!(server.seen().len(), 0);
    }
}

#[test]
fn without_verification_any_certificate_does_and_a_warning_says_so() {
    let server = TlsStore::start(&["s3.example.com"]);
    let sandbox = Sandbox::new()
        .envs(&variables(&server.endpoint()))
        .file("a", "x");
    let outcome = sandbox.run(["put", "a", "--insecure"]);
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    assert!(outcome.stderr.contains("warning"), "{outcome:?}");
}

#[test]
fn the_wrong_scheme_is_a_setting_that_is_wrong() {
    let plain = S3Server::start();
    let endpoint = format!("https://{}", plain.address);
    Sandbox::new()
        .envs(&variables(&endpoint))
        .run(["exists", "a"])
        .fails_with(3, "does not speak TLS");
    let tls = TlsStore::start(&["127.0.0.1"]);
    let endpoint = format!("http://{}", tls.address);
    Sandbox::new()
        .envs(&variables(&endpoint))
        .run(["exists", "a"])
        .fails_with(12, "does not speak HTTP");
}

#[test]
fn a_bundle_without_certificates_is_a_setting_that_is_wrong() {
    let server = TlsStore::start(&["127.0.0.1"]);
    // One that can be read and one that cannot.
    let damaged = format!(
        "{0}{1}",
        server.certificate,
        server.certificate.replace("MII", "!!!")
    );
    let sandbox = trusting(&server)
        .file("text", "no certificate")
        .file("damaged", damaged);
    for (file, what) in [
        ("text", "holds no certificate in PEM form"),
        (
            "damaged",
            "the CA bundle `damaged`: its certificate 2 cannot be read",
        ),
        ("nowhere", "the CA bundle `nowhere`: no such file"),
        // It has no end.
        ("/dev/zero", "the CA bundle `/dev/zero`: larger than 16 MiB"),
    ] {
        sandbox
            .run(["exists", "a", "--ca-bundle", file])
            .fails_with(3, what);
    }
    assert_eq!(server.connections(), 0);
}

#[test]
fn a_bundle_counts_beside_the_roots_of_the_system_and_a_file_in_their_place() {
    let (ours, theirs) = (
        TlsStore::start(&["127.0.0.1"]),
        TlsStore::start(&["127.0.0.1"]),
    );
    let exists = |server: &TlsStore, arguments: &[&str]| {
        let sandbox = Sandbox::new()
            .envs(&variables(&server.endpoint()))
            .file("ours.pem", &ours.certificate)
            .file("theirs.pem", &theirs.certificate)
            .env("SSL_CERT_FILE", "theirs.pem");
        sandbox.run([&["exists", "a"], arguments].concat())
    };
    exists(&theirs, &[]).is_silent(1);
    exists(&ours, &[]).fails_with(4, "is not valid");
    for server in [&ours, &theirs] {
        exists(server, &["--ca-bundle", "ours.pem"]).is_silent(1);
    }
}

#[test]
fn an_early_refusal_during_a_large_body_is_heard() {
    let server = TlsStore::with(
        &["127.0.0.1"],
        &rustls::version::TLS13,
        Uploads::RefusedEarly,
    );
    let sandbox = trusting(&server).file("big", bytes(15 * MIB, 1));
    sandbox
        .run(["put", "big"])
        .fails_with(4, "access denied: AccessDenied");
}

#[test]
fn a_proxy_makes_a_tunnel_and_large_bodies_pass_it() {
    let server = TlsStore::start(&["s3.test"]);
    let tunnel = Tunnel::start(server.address);
    let content = bytes(5 * MIB, 3);
    let sandbox = Sandbox::new()
        .envs(&variables("https://s3.test"))
        .env("https_proxy", &format!("http://{}", tunnel.address))
        .env("BLOBCTL_TIMEOUT", "60s")
        .env("BLOBCTL_RETRY_FOR", "0")
        .file("ca.pem", &server.certificate)
        .env("AWS_CA_BUNDLE", "ca.pem")
        .file("a", &content);
    sandbox.run(["put", "a"]).succeeds();
    sandbox.run(["get", "a", "b"]).succeeds();
    assert!(sandbox.read("b") == content);
    assert_eq!(tunnel.asked(), ["CONNECT s3.test:443"; 2]);
}
