//! FTP through the built binary: the commands on the control connection, and the reaction to each fault.

use std::time::Duration;

use crate::support::ftp::{BASE, Fault, FtpServer, PASSWORD};
use crate::support::s3::variables;
use crate::support::{MIB, Sandbox, bytes};

fn on(server: &FtpServer) -> Sandbox {
    Sandbox::new().envs(&server.variables())
}

/// A sandbox without retries, so that a fault is reported.
fn once(server: &FtpServer) -> Sandbox {
    on(server).env("BLOBCTL_RETRY_FOR", "0")
}

#[test]
fn a_put_stores_under_a_temporary_name_checks_the_size_and_renames() {
    let server = FtpServer::start();
    let sandbox = on(&server).file("a", "hello");
    sandbox.run(["put", "a", "d/e/a"]).succeeds();
    assert_eq!(server.file("d/e/a").as_deref(), Some(&b"hello"[..]));
    assert_eq!(server.files(), ["d/e/a"]);
    let log = server.log();
    let at = |begin: &str| {
        log.iter()
            .position(|line| line.starts_with(begin))
            .unwrap_or_else(|| panic!("no {begin} in {log:#?}"))
    };
    assert!(at("TYPE I") < at("STOR"), "{log:#?}");
    assert!(at("MKD /data/d") < at("MKD /data/d/e"), "{log:#?}");
    assert!(
        at("MKD /data/d/e") < at("STOR /data/d/e/.blobctl-"),
        "{log:#?}"
    );
    assert!(at("STOR") < at("SIZE /data/d/e/.blobctl-"), "{log:#?}");
    assert!(
        at("SIZE /data/d/e/.blobctl-") < at("RNFR /data/d/e/.blobctl-"),
        "{log:#?}"
    );
    assert!(at("RNFR") < at("RNTO /data/d/e/a"), "{log:#?}");
    assert!(
        log.iter().all(|line| !line.contains(['\r', '\n'])),
        "{log:#?}"
    );
}

#[test]
fn a_double_slash_in_a_url_makes_the_path_absolute() {
    let server = FtpServer::start();
    let sandbox = on(&server).file("a", "hello");
    let address = format!("ftp://ops@127.0.0.1:{}", server.address.port());
    let absolute = format!("{address}/{BASE}/d/a");
    sandbox.run(["put", "a", &absolute]).succeeds();
    assert_eq!(server.file("d/a").as_deref(), Some(&b"hello"[..]));
    // The login directory of this server is the root.
    sandbox
        .run(["get", &format!("{address}{BASE}/d/a"), "-"])
        .prints(b"hello");
    sandbox.run(["exists", &absolute]).is_silent(0);
}

#[test]
fn one_login_transfers_many_blobs() {
    let server = FtpServer::start();
    let sandbox = on(&server);
    let names: Vec<String> = (0..12).map(|n| format!("f{n}")).collect();
    for name in &names {
        sandbox.write(name, name);
    }
    sandbox
        .run(
            ["put", "--jobs", "1"]
                .into_iter()
                .chain(names.iter().map(String::as_str))
                .chain(["many/"]),
        )
        .succeeds();
    assert_eq!(
        (
            server.commands("PASS").len(),
            server.commands("STOR").len(),
            server.commands("TYPE").len()
        ),
        (1, 12, 1)
    );
    let server_side: Vec<String> = server.files();
    assert_eq!(server_side.len(), 12);
}

#[test]
fn there_are_at_most_as_many_sessions_as_jobs() {
    let server = FtpServer::start();
    let sandbox = on(&server);
    let names: Vec<String> = (0..30).map(|n| format!("f{n}")).collect();
    for name in &names {
        sandbox.write(name, name);
    }
    sandbox
        .run(
            ["put", "--jobs", "3"]
                .into_iter()
                .chain(names.iter().map(String::as_str))
                .chain(["many/"]),
        )
        .succeeds();
    assert!(
        server.commands("PASS").len() <= 3,
        "{:?}",
        server.commands("PASS").len()
    );
    assert_eq!(server.files().len(), 30);
}

#[test]
fn binary_content_is_not_converted() {
    let server = FtpServer::start();
    let content = b"a\nb\r\nc\0\xff\n".repeat(1000);
    let sandbox = on(&server).file("a", &content);
    sandbox.run(["put", "a"]).succeeds();
    assert_eq!(server.file("a"), Some(content.clone()));
    sandbox.run(["get", "a", "-"]).prints(&content);
}

#[test]
fn passive_mode_connects_to_the_host_of_the_control_connection() {
    // The server's PASV names 10.0.0.1, and it has no EPSV.
    let server = FtpServer::without_commands(&["EPSV"]);
    let sandbox = on(&server).file("a", "hello");
    sandbox.run(["put", "a"]).succeeds();
    sandbox.run(["get", "a", "-"]).prints(b"hello");
    assert!(!server.commands("PASV").is_empty());
}

#[test]
fn active_mode_is_used_if_configured() {
    let server = FtpServer::start();
    let sandbox = on(&server).file("a", "hello");
    sandbox.run(["put", "a", "--ftp-mode", "active"]).succeeds();
    sandbox
        .run(["get", "a", "-", "--ftp-mode", "active"])
        .prints(b"hello");
    assert!(
        !server.commands("PORT").is_empty()
            && server.commands("EPSV").is_empty()
            && server.commands("PASV").is_empty()
    );
}

#[test]
fn absence_is_confirmed_with_any_set_of_supported_commands() {
    for lacks in [
        &[][..],
        &["MLST", "MLSD"],
        &["MLST", "MLSD", "NLST"],
        &["SIZE", "MDTM"],
        &["MLST", "MLSD", "EPSV"],
        &["FEAT", "MLST", "MLSD"],
    ] {
        let server = FtpServer::without_commands(lacks);
        let sandbox = once(&server).file("a", "x");
        if !lacks.contains(&"SIZE") {
            sandbox.run(["put", "a", "d/a"]).succeeds();
            sandbox.run(["exists", "d/a"]).is_silent(0);
        }
        for key in ["nope", "d/nope", "no/such/dir", "d"] {
            sandbox.run(["exists", key]).is_silent(1);
        }
        sandbox
            .run(["get", "nope", "b"])
            .fails_with(1, "no such blob");
    }
}

#[test]
fn a_missing_base_directory_is_an_error_and_not_absence() {
    let server = FtpServer::start();
    let sandbox = once(&server)
        .env("BLOBCTL_FTP_BASE_DIR", "/nowhere")
        .file("a", "x");
    sandbox
        .run(["exists", "k"])
        .fails_with(3, "the directory `/nowhere` does not exist on the server");
    sandbox
        .run(["put", "a"])
        .fails_with(3, "the directory `/nowhere` does not exist on the server");
    sandbox
        .run(["get", "k", "b"])
        .fails_with(3, "the directory `/nowhere` does not exist on the server");
}

#[test]
fn a_refused_lookup_is_cannot_tell() {
    let server = FtpServer::start()
        .fault("MLST", Fault::AlwaysReply("550 permission denied"))
        .fault("SIZE", Fault::AlwaysReply("550 permission denied"))
        .fault("MLSD", Fault::AlwaysReply("550 permission denied"))
        .fault("NLST", Fault::AlwaysReply("550 permission denied"));
    once(&server)
        .run(["exists", "k"])
        .fails_with(4, "cannot tell");
}

#[test]
fn a_wrong_password_is_sent_once_and_never_printed() {
    let server = FtpServer::start();
    let sandbox = on(&server)
        .env("BLOBCTL_FTP_PASSWORD", "hunter2")
        .file("a", "x");
    for arguments in [
        &["put", "a", "-vv"][..],
        &["exists", "a", "-vv"],
        &["get", "a", "b", "-vv"],
    ] {
        let outcome = sandbox.run(arguments);
        assert_eq!(outcome.code, Some(4), "{outcome:?}");
        assert!(!outcome.stderr.contains("hunter2"), "{outcome:?}");
    }
    assert_eq!(server.commands("PASS").len(), 3);
    sandbox
        .run(["put", "a"])
        .fails_with(4, "530 login incorrect");
}

#[test]
fn the_password_is_never_printed() {
    let server = FtpServer::start();
    let outcome = on(&server).file("a", "x").run(["put", "a", "-vv"]);
    assert_eq!(outcome.code, Some(0));
    assert!(
        outcome.stderr.contains("USER") && !outcome.stderr.contains(PASSWORD),
        "{outcome:?}"
    );
}

#[test]
fn too_many_connections_are_a_temporary_failure() {
    let server = FtpServer::start().fault("banner", Fault::AlwaysReply("421 too many connections"));
    once(&server)
        .run(["exists", "k"])
        .fails_with(7, "421 too many connections");
    let server = FtpServer::start().fault("banner", Fault::Reply("421 too many connections"));
    on(&server).run(["exists", "k"]).is_silent(1);
}

#[test]
fn an_unreachable_or_silent_server_is_a_temporary_failure() {
    let free = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let sandbox = Sandbox::new().env("BLOBCTL_RETRY_FOR", "0");
    sandbox
        .run(["exists", &format!("ftp://127.0.0.1:{}/k", free.port())])
        .fails_with(7, "connection refused");
    let server = FtpServer::start().fault("banner", Fault::NeverReply);
    let outcome = once(&server).run([
        "exists",
        "k",
        "--timeout",
        "300ms",
        "--connect-timeout",
        "300ms",
    ]);
    assert_eq!(outcome.code, Some(7), "{outcome:?}");
    // The default timeouts are 10 and 60 s.
    assert!(outcome.elapsed < Duration::from_secs(40), "{outcome:?}");
}

#[test]
fn a_closed_session_is_replaced_once_silently() {
    let server = FtpServer::start()
        .fault("MLST", Fault::Reply("213 odd"))
        .fault("CWD", Fault::CloseControl);
    let sandbox = on(&server).file("a", "x").file("b", "y");
    sandbox
        .run(["put", "a", "b", "d/", "--jobs", "1"])
        .succeeds();
    assert_eq!(server.files(), ["d/a", "d/b"]);
}

#[test]
fn an_aborted_put_is_retried_and_leaves_only_the_blob() {
    for fault in [
        Fault::AbortAfter(100_000),
        Fault::TruncateWith226(100_000),
        Fault::CloseControl,
        Fault::Reply("425 cannot open data connection"),
        Fault::Reply("451 local error"),
    ] {
        let server = FtpServer::start().fault("STOR", fault);
        let content = bytes(MIB, 1);
        let sandbox = on(&server).file("a", &content);
        let outcome = sandbox.run(["put", "a"]);
        if let Fault::TruncateWith226(_) = fault {
            // A 226 after half of the bytes is not trusted.
            outcome.fails_with(6, "");
            assert_eq!(server.files(), Vec::<String>::new(), "{fault:?}");
        } else {
            outcome.succeeds();
            assert!(server.file("a") == Some(content), "{fault:?}");
            assert_eq!(server.files(), ["a"], "{fault:?}");
        }
    }
}

#[test]
fn a_failed_put_leaves_only_the_old_blob() {
    for (verb, fault, code) in [
        ("STOR", Fault::AbortAfter(100_000), 7),
        ("STOR", Fault::AlwaysReply("550 permission denied"), 4),
        ("STOR", Fault::AlwaysReply("552 quota exceeded"), 12),
        ("STOR", Fault::AlwaysReply("452 disk full"), 12),
        ("RNTO", Fault::AlwaysReply("550 rename refused"), 12),
        ("RNFR", Fault::AlwaysReply("502 not implemented"), 12),
    ] {
        let server = FtpServer::start();
        once(&server).file("a", "old").run(["put", "a"]).succeeds();
        let server = server.fault(verb, fault);
        let outcome = once(&server).file("a", bytes(MIB, 1)).run(["put", "a"]);
        outcome.fails_with(
            code,
            &format!(
                "cannot upload `a` to ftp://ops@127.0.0.1:{}/{BASE}/a: ",
                server.address.port()
            ),
        );
        assert_eq!(server.file("a").as_deref(), Some(&b"old"[..]), "{fault:?}");
        assert_eq!(server.files(), ["a"], "{fault:?}");
    }
}

#[test]
fn a_lost_or_late_final_reply_is_a_success_if_the_size_matches() {
    for fault in [
        Fault::DropFinalReply,
        Fault::DelayFinalReply(Duration::from_secs(6)),
    ] {
        let server = FtpServer::start().fault("STOR", fault);
        let content = bytes(300_000, 3);
        let sandbox = once(&server).file("a", &content);
        sandbox.run(["put", "a", "--timeout", "3s"]).succeeds();
        assert_eq!(server.commands("STOR").len(), 1, "it is not sent again");
        assert_eq!(server.file("a"), Some(content));
        assert_eq!(server.files(), ["a"]);
    }
}

#[test]
fn an_aborted_get_resumes_at_its_offset() {
    let server = FtpServer::start();
    let content = bytes(MIB, 4);
    on(&server).file("a", &content).run(["put", "a"]).succeeds();
    let server = server
        .fault("RETR", Fault::AbortAfter(400_000))
        .fault("RETR", Fault::AbortAfter(200_000));
    let sandbox = on(&server);
    sandbox.run(["get", "a"]).succeeds();
    assert!(sandbox.read("a") == content);
    assert_eq!(server.commands("RETR").len(), 3);
    let rest: Vec<usize> = server
        .commands("REST")
        .iter()
        .map(|line| line[5..].parse().unwrap())
        .collect();
    assert!(
        rest.len() == 2 && rest[0] > 0 && rest[1] > rest[0],
        "{rest:?}"
    );
    sandbox.nothing_left_behind();
}

#[test]
fn a_short_download_with_226_fails() {
    let server = FtpServer::start();
    on(&server)
        .file("a", bytes(MIB, 4))
        .run(["put", "a"])
        .succeeds();
    let server = server
        .fault("RETR", Fault::TruncateWith226(400_000))
        .fault("RETR", Fault::TruncateWith226(400_000));
    let sandbox = once(&server).file("a", "old");
    let short = "the server ended the transfer too early: 648576 of 1048576 bytes are missing";
    sandbox.run(["get", "a"]).fails_with(6, short);
    assert_eq!(sandbox.read("a"), b"old");
    sandbox.nothing_left_behind();
    // Bytes after a short transfer may belong to another blob, so the download starts again from the beginning.
    let server = server.fault("RETR", Fault::TruncateWith226(400_000));
    sandbox.run(["get", "a"]).succeeds();
    assert!(sandbox.read("a") == bytes(MIB, 4));
    assert!(server.commands("REST").is_empty(), "{:?}", server.log());
    let server = server.fault("RETR", Fault::TruncateWith226(400_000));
    let outcome = sandbox.run(["get", "a", "-"]);
    assert_eq!(
        (outcome.code, outcome.stdout.len()),
        (Some(6), 400_000),
        "{}",
        outcome.stderr
    );
    drop(server);
}

#[test]
fn refused_tls_never_falls_back_to_plain_ftp() {
    let server = FtpServer::start();
    let sandbox = once(&server).file("a", "x");
    let outcome = sandbox.run(["put", "a", "--ftp-tls", "explicit"]);
    assert!(matches!(outcome.code, Some(3 | 4 | 12)), "{outcome:?}");
    assert!(
        server.commands("PASS").is_empty() && server.commands("USER").is_empty(),
        "{:?}",
        server.log()
    );
    assert!(server.files().is_empty());
}

#[test]
fn names_with_line_ends_are_rejected_before_anything_is_sent() {
    let server = FtpServer::start();
    let sandbox = once(&server).file("a", "x");
    sandbox.run(["put", "a", "x\r\nDELE y"]).fails_with(
        2,
        "`x\\r\\nDELE y` contains `\\r`, which FTP cannot represent",
    );
    let outcome = once(&server)
        .env("BLOBCTL_FTP_USERNAME", "ops\r\nDELE y")
        .file("a", "x")
        .run(["put", "a"]);
    assert_eq!(outcome.code, Some(3), "{outcome:?}");
    let outcome = once(&server)
        .env("BLOBCTL_FTP_PASSWORD", "p\r\nDELE y")
        .file("a", "x")
        .run(["put", "a"]);
    assert_eq!(outcome.code, Some(3), "{outcome:?}");
    assert!(!outcome.stderr.contains("DELE"), "{outcome:?}");
    assert!(server.commands("DELE").is_empty());
}

#[test]
fn unexpected_replies_close_the_session_and_are_escaped() {
    let server = FtpServer::start().fault("PASS", Fault::Reply("550 \u{1b}[2Jowned"));
    let outcome = once(&server).run(["exists", "k"]);
    assert!(!outcome.stderr.contains('\u{1b}'), "{outcome:?}");
    let server = FtpServer::start().fault("banner", Fault::Reply("this is no FTP server"));
    let outcome = once(&server).run(["exists", "k"]);
    assert!(matches!(outcome.code, Some(7 | 12)), "{outcome:?}");
}

#[test]
fn a_refused_anonymous_login_points_to_the_user_name() {
    let server = FtpServer::start().fault("PASS", Fault::AlwaysReply("530 not for guests"));
    let address = format!("ftp://127.0.0.1:{}/a", server.address.port());
    let outcome = Sandbox::new().run(["exists", &address]);
    outcome.fails_with(4, "login refused: 530 not for guests");
    assert!(
        outcome
            .stderr
            .contains("hint: this was an anonymous login: set a user name (`username`, --user)"),
        "{outcome:?}"
    );
    let outcome = Sandbox::new()
        .envs(&server.variables())
        .run(["exists", "a"]);
    outcome.fails_with(4, "login refused: 530 not for guests");
    assert!(
        outcome
            .stderr
            .contains("hint: check `username` and the password"),
        "{outcome:?}"
    );
}

#[test]
fn a_host_that_cannot_be_resolved_is_named_with_the_reason_of_the_system() {
    for address in ["ftp://h.invalid/a", "s3://b/a"] {
        let outcome = Sandbox::new()
            .envs(&variables("http://h.invalid"))
            .env("BLOBCTL_S3_ADDRESSING", "path")
            .env("BLOBCTL_RETRY_FOR", "0")
            .run(["exists", address]);
        outcome.fails_with(7, ": cannot resolve h.invalid: ");
        assert!(!outcome.stderr.contains("lookup"), "{outcome:?}");
    }
}
