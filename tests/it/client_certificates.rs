//! Client certificates for S3 and FTPS, through the built binary, against servers that require or request them.

use crate::support::client_ca::{ClientCa, ClientIdentity};
use crate::support::ftp::{BASE, DataSessions, FtpServer, PASSWORD, Protection, USER};
use crate::support::s3::{ACCESS_KEY, BUCKET, S3Server, SECRET_KEY, variables};
use crate::support::tls::TlsStore;
use crate::support::{KIB, Sandbox, bytes, write_private};
use rustls::version::{TLS12, TLS13};

/// A sandbox that uses the server and trusts its certificate, without retries.
fn on_s3(server: &TlsStore) -> Sandbox {
    Sandbox::new()
        .envs(&variables(&server.endpoint()))
        .env("BLOBCTL_RETRY_FOR", "0")
        .file("ca.pem", &server.certificate)
        .env("BLOBCTL_S3_CA_BUNDLE", "ca.pem")
}

fn on_ftp(server: &FtpServer) -> Sandbox {
    Sandbox::new()
        .envs(&server.variables())
        .env("BLOBCTL_RETRY_FOR", "0")
        .file("ca.pem", &server.certificate)
        .env("BLOBCTL_FTP_CA_BUNDLE", "ca.pem")
}

/// With the files `cert.pem` and `key.pem`.
fn with_files(sandbox: Sandbox, identity: &ClientIdentity, key: &str) -> Sandbox {
    write_private(&sandbox.work().join("cert.pem"), &identity.certificate);
    write_private(&sandbox.work().join("key.pem"), key);
    sandbox
}

const BOTH: [&str; 4] = ["--client-cert", "cert.pem", "--client-key", "key.pem"];

#[test]
fn an_s3_service_gets_the_certificate_with_a_key_of_any_form() {
    let ca = ClientCa::new("CA");
    let (ec, rsa) = (ca.issue(), ca.issue_rsa());
    for version in [&TLS13, &TLS12] {
        let server = TlsStore::with_clients(version, &ca.required());
        for (identity, key) in [
            (&ec, ec.key.clone()),
            (&ec, ec.inner_key("EC")),
            (&rsa, rsa.key.clone()),
            (&rsa, rsa.inner_key("RSA")),
        ] {
            let sandbox = with_files(on_s3(&server), identity, &key).file("a", "x");
            sandbox.run([&["put", "a"][..], &BOTH].concat()).succeeds();
            sandbox
                .run([&["get", "a", "-"][..], &BOTH].concat())
                .prints(b"x");
        }
        assert_eq!(server.presented(), 8);
    }
}

#[test]
fn the_key_may_be_in_the_file_of_the_certificate_and_both_in_the_settings() {
    let ca = ClientCa::new("CA");
    let identity = ca.issue();
    let server = TlsStore::with_clients(&TLS13, &ca.required());
    let both = format!("{}{}", identity.key, identity.certificate);
    let sandbox = on_s3(&server);
    write_private(&sandbox.work().join("both.pem"), &both);
    let option = ["exists", "a", "--client-cert", "both.pem"];
    sandbox.run(option).is_silent(1);
    let sandbox = with_files(sandbox, &identity, &identity.key);
    let sandbox = sandbox
        .env("BLOBCTL_S3_CLIENT_CERT", "cert.pem")
        .env("BLOBCTL_S3_CLIENT_KEY", "key.pem");
    sandbox.run(["exists", "a"]).is_silent(1);
    let outcome = sandbox.run(["doctor"]);
    assert!(
        String::from_utf8_lossy(&outcome.stdout).contains("TLS 1.3, issued by"),
        "{outcome:?}"
    );
}

#[test]
fn a_service_that_requires_a_certificate_says_so() {
    let ca = ClientCa::new("CA");
    for version in [&TLS13, &TLS12] {
        let server = TlsStore::with_clients(version, &ca.required());
        let outcome = on_s3(&server).run(["exists", "a"]);
        outcome.fails_with(
            4,
            &format!("{} requires a client certificate", server.address),
        );
        assert!(outcome.stderr.contains("--client-cert"), "{outcome:?}");
        assert_eq!(server.seen().len(), 0);
    }
}

#[test]
fn a_certificate_of_another_ca_is_final() {
    let ca = ClientCa::new("CA");
    let stranger = ClientCa::new("other CA").issue();
    for version in [&TLS13, &TLS12] {
        let server = TlsStore::with_clients(version, &ca.required());
        let sandbox = with_files(on_s3(&server), &stranger, &stranger.key)
            // The error must not be retried.
            .env("BLOBCTL_RETRY_FOR", "2m");
        sandbox
            .run([&["exists", "a"][..], &BOTH].concat())
            .fails_with(
                4,
                &format!("{} rejects the client certificate", server.address),
            );
        assert_eq!(server.connections(), 1);
    }
}

#[test]
fn files_that_cannot_be_used_are_settings_that_are_wrong() {
    let ca = ClientCa::new("CA");
    let (identity, other) = (ca.issue(), ca.issue());
    let server = TlsStore::with_clients(&TLS13, &ca.required());
    let sandbox = with_files(on_s3(&server), &identity, &identity.key);
    let private = |name: &str, text: &str| write_private(&sandbox.work().join(name), text);
    private("other.pem", &other.key);
    private(
        "pkcs8.pem",
        "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIIB\n-----END ENCRYPTED PRIVATE KEY-----\n",
    );
    private(
        "old.pem",
        "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\nMIIB\n-----END RSA PRIVATE KEY-----\n",
    );
    private("text.pem", "hello");
    private(
        "broken.pem",
        "-----BEGIN PRIVATE KEY-----\n!!!\n-----END PRIVATE KEY-----\n",
    );
    private(
        "short.pem",
        "-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----\n",
    );
    for (options, what) in [
        (
            &["--client-cert", "cert.pem"][..],
            "the client key `cert.pem`: holds no private key in PEM form",
        ),
        (
            &["--client-key", "key.pem"],
            "--client-key: a client key without its certificate",
        ),
        (
            &["--client-cert", "cert.pem", "--client-key", "other.pem"],
            "the client key `other.pem`: not the key of the certificate in `cert.pem`",
        ),
        (
            &["--client-cert", "cert.pem", "--client-key", "pkcs8.pem"],
            "the client key `pkcs8.pem`: the key is encrypted",
        ),
        (
            &["--client-cert", "cert.pem", "--client-key", "old.pem"],
            "the client key `old.pem`: the key is encrypted",
        ),
        (
            &["--client-cert", "cert.pem", "--client-key", "text.pem"],
            "holds no private key",
        ),
        (
            &["--client-cert", "cert.pem", "--client-key", "broken.pem"],
            "the client key `broken.pem`: not valid PEM",
        ),
        (
            &["--client-cert", "cert.pem", "--client-key", "short.pem"],
            "the client key `short.pem`: not a supported key",
        ),
        (
            &["--client-cert", "cert.pem", "--client-key", "nowhere"],
            "the client key `nowhere`: no such file",
        ),
        (
            &["--client-cert", "nowhere"],
            "the client certificate `nowhere`: no such file",
        ),
        (
            &["--client-cert", "text.pem"],
            "the client certificate `text.pem`: holds no certificate",
        ),
        (
            &["--client-cert", "/dev/zero"],
            "the client certificate `/dev/zero`: larger than",
        ),
    ] {
        let outcome = sandbox.run([&["exists", "a"], options].concat());
        outcome.fails_with(3, what);
    }
    let encrypted = [
        "exists",
        "a",
        "--client-cert",
        "cert.pem",
        "--client-key",
        "pkcs8.pem",
    ];
    let outcome = sandbox.run(encrypted);
    assert!(
        outcome.stderr.contains("openssl pkey -in pkcs8.pem -out"),
        "{outcome:?}"
    );
    assert_eq!(server.connections(), 0);
}

#[test]
fn a_key_that_others_can_read_is_warned_of() {
    let ca = ClientCa::new("CA");
    let identity = ca.issue();
    let server = TlsStore::with_clients(&TLS13, &ca.required());
    let sandbox = on_s3(&server)
        .file("cert.pem", &identity.certificate)
        .file("key.pem", &identity.key);
    let outcome = sandbox.run([&["exists", "a"][..], &BOTH].concat());
    assert_eq!(outcome.code, Some(1), "{outcome:?}");
    let warning = "`key.pem` contains a secret and is readable by others: chmod 600 key.pem";
    assert!(outcome.stderr.contains(warning), "{outcome:?}");
}

/// The sections of two services with TLS, of which the first one has a certificate.
fn two_services(ours: &TlsStore, theirs: &TlsStore) -> Sandbox {
    let stranger = ClientCa::new("other CA").issue();
    let sandbox = Sandbox::new().file(
        "ca.pem",
        format!("{}{}", ours.certificate, theirs.certificate),
    );
    let keys = format!("access_key_id = \"{ACCESS_KEY}\"\nsecret_access_key = \"{SECRET_KEY}\"\n");
    with_files(sandbox, &stranger, &stranger.key).config(&format!(
        "[s3]\nendpoint_url = \"{}\"\nbucket = \"{BUCKET}\"\nca_bundle = \"ca.pem\"\n{keys}\
         client_cert = \"cert.pem\"\nclient_key = \"key.pem\"\n\
         [remotes.theirs]\nbackend = \"s3\"\nendpoint_url = \"{}\"\n{keys}",
        ours.endpoint(),
        theirs.endpoint(),
    ))
}

#[test]
fn the_certificate_of_a_section_goes_to_the_service_of_that_section_only() {
    let ca = ClientCa::new("CA");
    let [ours, theirs] = [(); 2].map(|()| TlsStore::with_clients(&TLS13, &ca.requested()));
    let sandbox = two_services(&ours, &theirs).env("BLOBCTL_RETRY_FOR", "0");
    // The server requests a certificate of its own CA, and does not get one from a remote without.
    sandbox.run(["exists", "theirs:a"]).is_silent(1);
    sandbox
        .run(["exists", "-b", "s3", "a"])
        .fails_with(4, "rejects the client certificate");
    let elsewhere = ["exists", "-b", "s3", "a", "--endpoint-url"];
    sandbox
        .run(elsewhere.iter().chain(&[theirs.endpoint().as_str()]))
        .is_silent(1);
    assert_eq!(theirs.presented(), 0);
    assert!(!theirs.seen().is_empty());
    assert_eq!(ours.seen().len(), 0);
}

#[test]
fn the_certificate_of_an_option_is_for_one_server_of_the_run() {
    let ca = ClientCa::new("CA");
    let [ours, theirs] = [(); 2].map(|()| TlsStore::with_clients(&TLS13, &ca.requested()));
    let sandbox = two_services(&ours, &theirs);
    let copy = ["cp", "-b", "s3", "theirs:a", &format!("s3://{BUCKET}/b")];
    sandbox.run([&copy[..], &BOTH].concat()).fails_with(
        3,
        "--client-cert is the client certificate for one server, but this run has two",
    );
    assert_eq!((ours.connections(), theirs.connections()), (0, 0));
}

#[test]
fn a_certificate_is_not_used_without_tls_and_is_no_option_of_fs() {
    let server = S3Server::start();
    let sandbox = Sandbox::new().envs(&server.variables());
    // The files are not even read, like those of --ca-bundle.
    let nowhere = ["--client-cert", "nowhere"];
    sandbox
        .run([&["exists", "a"][..], &nowhere].concat())
        .is_silent(1);
    let ftp = FtpServer::start();
    let sandbox = Sandbox::new().envs(&ftp.variables());
    sandbox
        .run([&["exists", "a"][..], &nowhere].concat())
        .is_silent(1);
    Sandbox::new()
        .run([&["exists", "a", "-b", "fs"][..], &nowhere].concat())
        .fails_with(2, "--client-cert is an option of the s3 backend");
}

#[test]
fn an_ftps_server_gets_the_certificate_on_control_and_data_connections() {
    let ca = ClientCa::new("CA");
    let identity = ca.issue();
    for protection in [Protection::Explicit, Protection::Implicit] {
        for (sessions, version) in [
            (DataSessions::Any, &TLS12),
            (DataSessions::Resumed, &TLS12),
            (DataSessions::Any, &TLS13),
        ] {
            let server = FtpServer::with_clients(protection, sessions, version, &ca.required());
            let content = bytes(300 * KIB, 3);
            let sandbox = with_files(on_ftp(&server), &identity, &identity.key).file("a", &content);
            sandbox.run([&["put", "a"][..], &BOTH].concat()).succeeds();
            sandbox
                .run([&["get", "a", "-"][..], &BOTH].concat())
                .prints(&content);
        }
    }
}

#[test]
fn an_ftps_server_that_requires_a_certificate_says_so_before_the_login() {
    let ca = ClientCa::new("CA");
    let stranger = ClientCa::new("other CA").issue();
    for protection in [Protection::Explicit, Protection::Implicit] {
        for version in [&TLS12, &TLS13] {
            let any = DataSessions::Any;
            let server = FtpServer::with_clients(protection, any, version, &ca.required());
            let sandbox = with_files(on_ftp(&server), &stranger, &stranger.key)
                .env("BLOBCTL_RETRY_FOR", "2m");
            sandbox
                .run(["exists", "a"])
                .fails_with(4, "the server requires a client certificate");
            sandbox
                .run([&["exists", "a"][..], &BOTH].concat())
                .fails_with(4, "the server rejects the client certificate");
            assert!(server.commands("USER").is_empty(), "{:?}", server.log());
        }
    }
}

#[test]
fn the_certificate_of_an_ftp_section_goes_to_the_server_of_that_section_only() {
    let ca = ClientCa::new("CA");
    let identity = ca.issue();
    let start = || {
        FtpServer::with_clients(
            Protection::Implicit,
            DataSessions::Any,
            &TLS12,
            &ca.required(),
        )
    };
    let (ours, theirs) = (start().holding("a", b"x"), start().holding("a", b"x"));
    let bundle = format!("{}{}", ours.certificate, theirs.certificate);
    let login =
        format!("username = \"{USER}\"\npassword = \"{PASSWORD}\"\nbase_dir = \"{BASE}\"\n");
    let sandbox = with_files(Sandbox::new().file("ca.pem", bundle), &identity, &identity.key)
        .env("BLOBCTL_RETRY_FOR", "0")
        .config(&format!(
            "[ftp]\nhost = \"127.0.0.1\"\nport = {}\ntls = \"implicit\"\nca_bundle = \"ca.pem\"\n{login}\
             client_cert = \"cert.pem\"\nclient_key = \"key.pem\"\n\
             [remotes.theirs]\nbackend = \"ftp\"\nhost = \"127.0.0.1\"\nport = {}\n{login}",
            ours.address.port(),
            theirs.address.port()
        ));
    sandbox.run(["get", "-b", "ftp", "a", "-"]).prints(b"x");
    sandbox
        .run(["get", "theirs:a", "-"])
        .fails_with(4, "the server requires a client certificate");
}

#[test]
fn a_certificate_of_version_1_is_presented_and_the_server_decides() {
    let identity = ClientIdentity {
        certificate: include_str!("../vectors/client-v1.pem").to_owned(),
        key: include_str!("../vectors/client-rsa-key.pem").to_owned(),
    };
    let server = TlsStore::with_clients(&TLS13, &ClientCa::new("CA").required());
    let sandbox = with_files(on_s3(&server), &identity, &identity.key);
    sandbox
        .run([&["exists", "a"][..], &BOTH].concat())
        .fails_with(4, "rejects the client certificate");
}
