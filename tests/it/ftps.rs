//! FTP over TLS through the built binary: certificates, what is never sent in the clear, and many transfers in one session
//! with a server that demands session reuse.

use crate::support::ftp::{DataSessions, Fault, FtpServer, Protection};
use crate::support::{HANG, KIB, Sandbox, bytes};
use rustls::version::{TLS12, TLS13};

/// A sandbox without retries that trusts the server's certificate.
fn on(server: &FtpServer) -> Sandbox {
    let sandbox = Sandbox::new()
        .envs(&server.variables())
        .env("BLOBCTL_RETRY_FOR", "0")
        .file("ca.pem", &server.certificate);
    let bundle = sandbox.work().join("ca.pem");
    sandbox.env("SSL_CERT_FILE", bundle.to_str().unwrap())
}

/// One server of each kind.
fn every_kind() -> [FtpServer; 4] {
    [
        FtpServer::with_tls(Protection::Explicit, DataSessions::Any, &TLS12),
        FtpServer::with_tls(Protection::Explicit, DataSessions::Any, &TLS13),
        FtpServer::with_tls(Protection::Implicit, DataSessions::Any, &TLS12),
        FtpServer::with_tls(Protection::Implicit, DataSessions::Any, &TLS13),
    ]
}

#[test]
fn blobs_round_trip_with_every_kind_of_tls() {
    for server in every_kind() {
        for size in [0, 1, 300 * KIB + 1] {
            let content = bytes(size, 7);
            let sandbox = on(&server).file("a", &content);
            sandbox.run(["put", "a", "d/a"]).succeeds();
            assert!(server.file("d/a").as_ref() == Some(&content));
            sandbox.run(["get", "d/a", "-"]).prints(&content);
            sandbox.run(["exists", "d/a"]).is_silent(0);
            sandbox.run(["exists", "d/b"]).is_silent(1);
        }
    }
}

#[test]
fn many_uploads_of_one_session_resume_its_tls_session() {
    for protection in [Protection::Explicit, Protection::Implicit] {
        let server = FtpServer::with_tls(protection, DataSessions::Resumed, &TLS12);
        let sandbox = on(&server);
        let names: Vec<String> = (0..8).map(|n| format!("f{n}")).collect();
        for name in &names {
            sandbox.write(name, bytes(200 * KIB, 1));
        }
        let arguments = ["put", "--jobs", "1"].into_iter();
        let arguments = arguments.chain(names.iter().map(String::as_str));
        sandbox.run(arguments.chain(["many/"])).succeeds();
        assert_eq!(server.files().len(), 8);
        assert_eq!(server.commands("PASS").len(), 1);
    }
}

#[test]
fn the_login_follows_tls_and_data_is_protected() {
    let server = FtpServer::with_tls(Protection::Explicit, DataSessions::Any, &TLS12);
    on(&server).file("a", "x").run(["put", "a"]).succeeds();
    let log = server.log();
    assert_eq!(
        log[..5],
        [
            "AUTH TLS",
            "PBSZ 0",
            "PROT P",
            "USER ops",
            "PASS correct horse"
        ]
    );
    let server = FtpServer::with_tls(Protection::Implicit, DataSessions::Any, &TLS12);
    on(&server).file("a", "x").run(["put", "a"]).succeeds();
    assert_eq!(server.log()[..2], ["PBSZ 0", "PROT P"]);
}

#[test]
fn an_untrusted_certificate_is_final_and_no_password_is_sent() {
    for protection in [Protection::Explicit, Protection::Implicit] {
        let server = FtpServer::with_tls(protection, DataSessions::Any, &TLS12);
        // With the default retries, which must not be used.
        let sandbox = Sandbox::new().envs(&server.variables()).file("a", "x");
        sandbox
            .run(["put", "a"])
            .fails_with(4, "is not valid: its issuer is not trusted");
        assert!(server.commands("USER").is_empty(), "{:?}", server.log());
        assert!(server.files().is_empty());
    }
}

#[test]
fn a_certificate_for_another_name_is_rejected() {
    let server = FtpServer::with_tls(Protection::Explicit, DataSessions::Any, &TLS12);
    on(&server)
        .env("BLOBCTL_FTP_HOST", "localhost")
        .run(["exists", "a"])
        .fails_with(
            4,
            "the certificate of the server is not valid: it was issued for",
        );
    assert!(server.commands("USER").is_empty(), "{:?}", server.log());
}

#[test]
fn insecure_accepts_any_certificate_with_a_warning() {
    let server = FtpServer::with_tls(Protection::Explicit, DataSessions::Any, &TLS12);
    let sandbox = Sandbox::new().envs(&server.variables()).file("a", "x");
    let outcome = sandbox.run(["put", "a", "--insecure"]);
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    assert_eq!(outcome.stderr.lines().count(), 1, "{outcome:?}");
    assert!(
        outcome
            .stderr
            .contains("certificates are not checked (--insecure)"),
        "{outcome:?}"
    );
    assert_eq!(server.file("a").as_deref(), Some(&b"x"[..]));
}

#[test]
fn no_login_is_sent_if_tls_is_refused() {
    for (verb, protection) in [
        ("AUTH", Protection::Explicit),
        ("PROT", Protection::Explicit),
        ("PBSZ", Protection::Implicit),
        ("PROT", Protection::Implicit),
    ] {
        let server = FtpServer::with_tls(protection, DataSessions::Any, &TLS12)
            .fault(verb, Fault::AlwaysReply("534 not here"));
        let outcome = on(&server).file("a", "x").run(["put", "a"]);
        outcome.fails_with(4, "534 not here");
        assert!(server.commands("USER").is_empty(), "{verb}");
        assert!(server.commands("STOR").is_empty(), "{verb}");
    }
}

#[test]
fn a_server_without_tls_has_a_hint_about_the_other_schemes() {
    let server = FtpServer::start().fault("AUTH", Fault::AlwaysReply("500 unknown command"));
    let address = format!("ftpes://{}/", server.address);
    let outcome = Sandbox::new().run(["ls", &address]);
    outcome.fails_with(4, "the server refuses to use TLS");
    for part in ["ftps://", "ftp://", "can be read on the way"] {
        assert!(outcome.stderr.contains(part), "{outcome:?}");
    }
    assert!(server.commands("USER").is_empty());
}

#[test]
fn plain_ftp_to_a_server_that_demands_tls_has_a_hint() {
    let server = FtpServer::with_tls(Protection::Explicit, DataSessions::Any, &TLS12);
    let outcome = on(&server)
        .env("BLOBCTL_FTP_TLS", "none")
        .run(["exists", "a"]);
    outcome.fails_with(4, "530 sessions must use encryption");
    assert!(outcome.stderr.contains("--ftp-tls explicit"), "{outcome:?}");
}

#[test]
fn implicit_tls_to_a_plain_port_fails_at_once_with_a_hint() {
    let server = FtpServer::start();
    let outcome = on(&server)
        .env("BLOBCTL_FTP_TLS", "implicit")
        .env("BLOBCTL_CONNECT_TIMEOUT", "10m")
        .env("SSL_CERT_FILE", "")
        .run(["exists", "a"]);
    outcome.fails_with(12, "does not speak TLS here");
    assert!(outcome.elapsed < HANG, "{outcome:?}");
}

#[test]
fn a_refused_tls_session_is_explained() {
    // vsftpd's reply after the data if the TLS session is not reused.
    let server = FtpServer::with_tls(Protection::Explicit, DataSessions::Any, &TLS12)
        .fault("STOR", Fault::FinalReply("522 SSL session reuse required"));
    let outcome = on(&server).file("a", "x").run(["put", "a"]);
    outcome.fails_with(12, "522 SSL session reuse required");
    assert!(outcome.stderr.contains("TLS session reuse"), "{outcome:?}");
    assert!(server.files().is_empty(), "{:?}", server.files());
}

#[test]
fn a_download_of_the_right_size_needs_no_close_notify() {
    let server = FtpServer::with_tls(Protection::Explicit, DataSessions::Any, &TLS12)
        .holding("a", &bytes(300 * KIB, 5))
        .fault("RETR", Fault::NoCloseNotify);
    on(&server)
        .run(["get", "a", "-"])
        .prints(&bytes(300 * KIB, 5));
}

#[test]
fn a_truncated_download_over_tls_fails() {
    // A short transfer with 226 is fetched again once; an aborted one is a temporary failure.
    for (fault, code) in [
        (Fault::TruncateWith226(100_000), 6),
        (Fault::AbortAfter(100_000), 7),
    ] {
        let server = FtpServer::with_tls(Protection::Explicit, DataSessions::Any, &TLS12)
            .holding("a", &bytes(300 * KIB, 5))
            .fault("RETR", fault)
            .fault("RETR", fault);
        let sandbox = on(&server).file("a", "old");
        sandbox
            .run(["get", "a"])
            .fails_with(code, "bytes are missing");
        assert_eq!(sandbox.read("a"), b"old");
        sandbox.nothing_left_behind();
    }
}

#[test]
fn an_aborted_upload_over_tls_leaves_nothing() {
    for fault in [Fault::AbortAfter(100_000), Fault::TruncateWith226(100_000)] {
        let server = FtpServer::with_tls(Protection::Explicit, DataSessions::Any, &TLS12)
            .fault("STOR", fault);
        let outcome = on(&server)
            .file("a", bytes(4000 * KIB, 5))
            .run(["put", "a"]);
        assert!(matches!(outcome.code, Some(6 | 7)), "{outcome:?}");
        assert!(server.files().is_empty(), "{:?}", server.files());
    }
}

#[test]
fn active_mode_works_over_tls() {
    let server = FtpServer::with_tls(Protection::Explicit, DataSessions::Resumed, &TLS12);
    let content = bytes(200 * KIB, 9);
    let sandbox = on(&server).file("a", &content);
    sandbox.run(["put", "a", "--ftp-mode", "active"]).succeeds();
    sandbox
        .run(["get", "a", "-", "--ftp-mode", "active"])
        .prints(&content);
    assert!(!server.commands("PORT").is_empty());
}

#[test]
fn session_reuse_with_tls_1_3_only_opens_new_sessions() {
    // TLS 1.3 tickets work once, and uploads bring no new ones.
    let server = FtpServer::with_tls(Protection::Explicit, DataSessions::Resumed, &TLS13);
    let sandbox = on(&server).env("BLOBCTL_RETRY_FOR", "5m");
    let names: Vec<String> = (0..8).map(|n| format!("f{n}")).collect();
    for name in &names {
        sandbox.write(name, "x");
    }
    let arguments = ["put", "--jobs", "1"].into_iter();
    let arguments = arguments.chain(names.iter().map(String::as_str));
    sandbox.run(arguments.chain(["many/"])).succeeds();
    assert_eq!(server.files().len(), 8);
    let logins = server.commands("PASS").len();
    assert!((2..=8).contains(&logins), "{logins}");
}
