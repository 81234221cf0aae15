//! The behaviours of real FTP servers: the rows of the table in docs/FTP_IMPLEMENTATION_DESIGN.md that need more than one
//! fault. That table names the tests of each row.

use std::time::{Duration, Instant};

use crate::support::ftp::{BASE, Fault, FtpServer};
use crate::support::{HANG, KIB, MIB, Sandbox, bytes};

fn on(server: &FtpServer) -> Sandbox {
    Sandbox::new().envs(&server.variables())
}

/// A sandbox without retries, so that a fault is reported.
fn once(server: &FtpServer) -> Sandbox {
    on(server).env("BLOBCTL_RETRY_FOR", "0")
}

#[test]
fn delete_first_renames_the_old_blob_and_deletes_it_last() {
    let server = FtpServer::start()
        .holding("a", b"old")
        .fault("RNTO", Fault::NeverOverwrite);
    let sandbox = once(&server).file("a", "new");
    let refused = sandbox.run(["put", "a"]);
    refused.fails_with(12, "does not rename over the old blob");
    assert!(refused.stderr.contains("--ftp-replace delete-first"));
    assert_eq!(server.file("a").as_deref(), Some(&b"old"[..]));
    assert!(
        server
            .commands("DELE")
            .iter()
            .all(|line| line.contains(".part"))
    );
    sandbox
        .run(["put", "a", "--ftp-replace", "delete-first"])
        .succeeds();
    assert_eq!(server.file("a").as_deref(), Some(&b"new"[..]));
    assert_eq!(server.files(), ["a"]);
    // The server may log QUIT after the program has ended.
    let mut log = server.log();
    log.retain(|line| line != "QUIT");
    let end = &log[log.len() - 8..];
    for start in [
        "RNFR /data/a",
        "RNTO /data/.blobctl-old-",
        "RNFR /data/.blobctl-",
        "RNTO /data/a",
        "SIZE /data/a",
        "DELE /data/.blobctl-old-",
        "SIZE /data/a",
    ] {
        let at = end.iter().position(|line| line.starts_with(start));
        assert!(at.is_some(), "{start}: {end:#?}");
    }
}

#[test]
fn the_old_blob_is_restored_if_the_new_one_cannot_be_renamed() {
    // The first RNTO is refused, the second renames the old blob, the third fails.
    let server = FtpServer::start()
        .holding("a", b"old")
        .fault("RNTO", Fault::Reply("553 file exists"))
        .fault("RNTO", Fault::Skip)
        .fault("RNTO", Fault::Reply("451 local error"));
    once(&server)
        .file("a", "new")
        .run(["put", "a", "--ftp-replace", "delete-first"])
        .fails_with(7, "451 local error");
    assert_eq!(server.file("a").as_deref(), Some(&b"old"[..]));
    assert_eq!(server.files(), ["a"]);
}

#[test]
fn a_disconnect_during_a_replacement_leaves_the_old_or_the_new_blob() {
    for step in 1..=3 {
        for fault in [Fault::CloseControl, Fault::DropFinalReply] {
            let mut server = FtpServer::start()
                .holding("a", b"old")
                .fault("RNTO", Fault::Reply("553 file exists"));
            for _ in 1..step {
                server = server.fault("RNTO", Fault::Skip);
            }
            let server = server.fault("RNTO", fault);
            let outcome =
                once(&server)
                    .file("a", "new!")
                    .run(["put", "a", "--ftp-replace", "delete-first"]);
            let content = server.file("a").unwrap();
            let expected: &[u8] = if outcome.code == Some(0) {
                b"new!"
            } else {
                b"old"
            };
            assert_eq!(content, expected, "{step} {fault:?} {outcome:?}");
            assert_eq!(server.files(), ["a"], "{step} {fault:?} {outcome:?}");
        }
    }
}

#[test]
fn the_new_blob_survives_if_the_old_one_can_only_be_deleted() {
    let server = FtpServer::start()
        .holding("a", b"old")
        .fault("RNTO", Fault::Reply("553 no"))
        .fault("RNTO", Fault::Reply("553 no"))
        // The trial, to another name and back.
        .fault("RNTO", Fault::Skip)
        .fault("RNTO", Fault::Skip)
        .fault("RNTO", Fault::Reply("553 no"));
    let outcome = once(&server)
        .file("a", "new")
        .run(["put", "a", "--ftp-replace", "delete-first"]);
    assert_eq!(outcome.code, Some(4), "{outcome:?}");
    let files = server.files();
    assert_eq!(files.len(), 1, "{files:?}");
    assert!(outcome.stderr.contains(&files[0]), "{outcome:?}");
    assert_eq!(server.file(&files[0]).as_deref(), Some(&b"new"[..]));
}

#[test]
fn a_checksum_of_the_server_is_compared() {
    for (line, verified) in [
        ("HASH SHA-256*;SHA-1;MD5;CRC32", "sha256"),
        ("HASH SHA-1*;MD5", "sha1"),
        ("HASH CRC32*", "crc32"),
        ("XSHA256 filename;start;end", "sha256"),
        ("XSHA1 filename;start;end", "sha1"),
        ("XMD5", "md5"),
        ("MD5", "md5"),
        ("XCRC", "crc32"),
    ] {
        let server = FtpServer::with_features(&[line]);
        let content = bytes(300 * KIB, 3);
        let sandbox = once(&server).file("a", &content);
        let put = sandbox.run(["put", "a", "x y", "--json"]);
        assert_eq!(put.code, Some(0), "{put:?}");
        let said = format!("\"verified\":\"{verified}\"");
        let packed = |text: &[u8]| String::from_utf8_lossy(text).replace(": ", ":");
        assert!(packed(&put.stdout).contains(&said), "{line}: {put:?}");
        let get = sandbox.run(["get", "x y", "b", "--json"]);
        assert_eq!(get.code, Some(0), "{get:?}");
        assert!(packed(&get.stdout).contains(&said), "{line}: {get:?}");
        assert!(sandbox.read("b") == content);
        sandbox
            .run(["get", "x y", "c", "--require-verified"])
            .succeeds();
    }
}

#[test]
fn a_large_blob_is_hashed_while_it_is_received() {
    let server = FtpServer::with_features(&["HASH SHA-256*"]);
    let content = bytes(20 * MIB + 5, 4);
    let sandbox = once(&server).file("a", &content);
    sandbox.run(["put", "a"]).succeeds();
    let get = sandbox.run(["get", "a", "b", "--json"]);
    assert_eq!(get.json()[0]["verified"], "sha256", "{get:?}");
    assert!(sandbox.read("b") == content);
    sandbox.nothing_left_behind();
}

#[test]
fn no_checksum_is_requested_if_the_size_suffices() {
    let server = FtpServer::with_features(&["XSHA256"]);
    let sandbox = once(&server).file("a", "hello");
    sandbox.run(["put", "a", "--checksum", "none"]).succeeds();
    sandbox
        .run(["get", "a", "b", "--verify", "length"])
        .succeeds();
    assert!(server.commands("XSHA256").is_empty());
}

#[test]
fn a_checksum_mismatch_stores_nothing() {
    let wrong = "250 2CF24DBA5FB0A30E26E83B2AC5B9E29E1B161E5C1FA7425E73043362938B9825";
    let server = FtpServer::with_features(&["XSHA256"])
        .holding("a", b"old")
        .fault("XSHA256", Fault::AlwaysReply(wrong));
    once(&server)
        .file("a", "new")
        .run(["put", "a"])
        .fails_with(6, "sha256 mismatch after the upload");
    assert_eq!(server.file("a").as_deref(), Some(&b"old"[..]));
    assert_eq!(server.files(), ["a"]);
    once(&server)
        .run(["get", "a"])
        .fails_with(6, "do not match the digest");
}

#[test]
fn a_refused_checksum_is_requested_once() {
    for answer in ["504 no", "250 done", "550 too large", "450 busy"] {
        let server =
            FtpServer::with_features(&["XSHA256"]).fault("XSHA256", Fault::AlwaysReply(answer));
        once(&server)
            .file("a", "x")
            .file("b", "y")
            .run(["put", "a", "b", "d/", "--jobs", "1"])
            .succeeds();
        assert_eq!(server.files(), ["d/a", "d/b"]);
        assert_eq!(server.commands("XSHA256").len(), 1, "{answer}");
    }
}

#[test]
fn an_aborted_upload_resumes_at_its_offset() {
    let server = FtpServer::start().fault("STOR", Fault::AbortAfter(1_000_000));
    let content = bytes(4 * MIB, 8);
    on(&server).file("a", &content).run(["put", "a"]).succeeds();
    assert!(server.file("a") == Some(content));
    assert_eq!(server.files(), ["a"]);
    let log = server.log();
    let rest = log.iter().position(|line| line == "REST 1000000").unwrap();
    assert!(log[rest + 1].starts_with("STOR "), "{log:#?}");
    let compared = log.iter().position(|line| line == "REST 934464").unwrap();
    assert!(
        compared < rest && log[compared + 1].starts_with("RETR "),
        "{log:#?}"
    );
    assert!(server.commands("DELE").is_empty());
}

#[test]
fn an_upload_is_resumed_by_appe_if_rest_is_refused() {
    let server = FtpServer::start()
        .fault("STOR", Fault::AbortAfter(1_000_000))
        .fault("STOR", Fault::Reply("450 function not implemented"));
    let content = bytes(4 * MIB, 8);
    on(&server).file("a", &content).run(["put", "a"]).succeeds();
    assert!(server.file("a") == Some(content));
    assert_eq!(server.commands("APPE").len(), 1);
}

/// rclone's server does this.
#[test]
fn a_server_that_refuses_to_resume_without_reading_gets_the_whole_file() {
    let server = FtpServer::start()
        .fault("STOR", Fault::AbortAfter(1_000_000))
        .fault("STOR", Fault::RefuseUnread("450 function not implemented"));
    // More than the buffers of a connection can hold.
    let content = bytes(40 * MIB, 9);
    // A client that waited for the timeout would not finish.
    let put = on(&server)
        .env("BLOBCTL_TIMEOUT", "1h")
        .file("a", &content)
        .run(["put", "a"]);
    put.succeeds();
    assert!(put.elapsed < Duration::from_secs(1800), "{put:?}");
    assert!(server.file("a") == Some(content));
    assert_eq!(server.files(), ["a"]);
}

#[test]
fn a_corrupted_resumed_upload_is_sent_again() {
    let broken = || FtpServer::start().fault("STOR", Fault::AbortAfter(1_000_000));
    let refused = || broken().fault("STOR", Fault::Reply("450 function not implemented"));
    for (name, server) in [
        ("ignored", broken().fault("STOR", Fault::IgnoreRest)),
        ("garbled", broken().fault("STOR", Fault::CorruptAppend)),
        ("short", broken().fault("STOR", Fault::TruncateWith226(5))),
        ("appended", refused().fault("APPE", Fault::CorruptAppend)),
        ("unknown", refused().fault("APPE", Fault::Reply("502 no"))),
    ] {
        let content = bytes(4 * MIB, 8);
        on(&server).file("a", &content).run(["put", "a"]).succeeds();
        assert!(server.file("a") == Some(content), "{name}");
        assert_eq!(server.files(), ["a"], "{name}");
        assert_eq!(server.commands("STOR").len(), 3, "{name}");
    }
}

#[test]
fn a_partial_upload_that_cannot_be_compared_is_not_resumed() {
    for verb in ["RETR", "REST"] {
        let server = FtpServer::start()
            .fault("STOR", Fault::AbortAfter(1_000_000))
            .fault(verb, Fault::AlwaysReply("502 no"));
        let content = bytes(4 * MIB, 8);
        on(&server).file("a", &content).run(["put", "a"]).succeeds();
        assert!(server.file("a") == Some(content));
        assert_eq!(server.commands("STOR").len(), 2);
        assert!(server.commands("APPE").is_empty());
    }
}

#[test]
fn latin_1_names_have_one_byte_per_character_or_are_rejected() {
    let server = FtpServer::without_commands(&["MLST", "MLSD"]);
    let sandbox = once(&server)
        .env("BLOBCTL_FTP_ENCODING", "latin-1")
        .file("a", "x");
    sandbox.run(["put", "a", "caf\u{e9}"]).succeeds();
    // The scripted server decodes invalid UTF-8 as Latin-1.
    assert_eq!(server.files(), ["caf\u{e9}"]);
    sandbox.run(["get", "caf\u{e9}", "-"]).prints(b"x");
    assert!(server.commands("OPTS").is_empty());
    let logins = || server.commands("USER").len();
    let before = logins();
    sandbox
        .run(["put", "a", "10 \u{20ac}"])
        .fails_with(2, "Latin-1 cannot encode");
    assert_eq!(logins(), before);
}

#[test]
fn names_with_spaces_quotes_dashes_and_dots_round_trip() {
    let server = FtpServer::start();
    let sandbox = once(&server).file("a", "x");
    for key in [
        "-a",
        ".env",
        "a b",
        "say \"hi\"",
        "a  b ",
        "[x]*?",
        "~x",
        "x;y",
    ] {
        sandbox.run(["put", "a", "--", key]).succeeds();
        assert!(server.file(key).is_some(), "{key}: {:?}", server.files());
        sandbox.run(["exists", "--", key]).is_silent(0);
        sandbox.run(["rm", "--", key]).succeeds();
    }
    assert!(server.files().is_empty(), "{:?} {BASE}", server.files());
}

#[test]
fn ipv6_uses_epsv_and_eprt() {
    let server = FtpServer::on_ipv6();
    let content = bytes(100 * KIB, 2);
    let sandbox = once(&server).file("a", &content);
    sandbox.run(["put", "a"]).succeeds();
    sandbox.run(["get", "a", "-"]).prints(&content);
    assert!(!server.commands("EPSV").is_empty());
    sandbox
        .run(["put", "a", "b", "--ftp-mode", "active"])
        .succeeds();
    sandbox
        .run(["get", "b", "-", "--ftp-mode", "active"])
        .prints(&content);
    let asked = server.commands("EPRT");
    assert!(asked[0].starts_with("EPRT |2|::1|"), "{asked:?}");
    assert!(server.commands("PORT").is_empty() && server.commands("PASV").is_empty());
}

#[test]
fn a_cleartext_password_causes_a_warning_before_it_is_sent() {
    // A reserved address (RFC 5737): the warning is printed before the connection fails.
    let sandbox = Sandbox::new()
        .env("BLOBCTL_RETRY_FOR", "0")
        .env("BLOBCTL_CONNECT_TIMEOUT", "200ms")
        .env("BLOBCTL_FTP_PASSWORD", "hunter2");
    let address = "ftp://ops@192.0.2.1/a";
    let warned = sandbox.run(["exists", address]);
    assert_eq!(warned.code, Some(7), "{warned:?}");
    let lines = warned.stderr.lines();
    let warnings = lines.filter(|line| line.contains("is sent over the network unencrypted"));
    assert_eq!(warnings.count(), 1, "{warned:?}");
    let quiet = sandbox.run(["exists", address, "--quiet"]);
    assert!(!quiet.stderr.contains("unencrypted"), "{quiet:?}");
    let anonymous = sandbox.run(["exists", "ftp://192.0.2.1/a"]);
    assert!(!anonymous.stderr.contains("unencrypted"), "{anonymous:?}");
}

#[test]
fn a_removed_directory_is_created_again() {
    let server = FtpServer::start();
    let sandbox = once(&server).file("a", "x").file("b", "y");
    let server = server
        .fault("STOR", Fault::Skip)
        .fault("STOR", Fault::Reply("553 could not create file"))
        .fault("CWD", Fault::Skip)
        .fault("CWD", Fault::Skip)
        .fault("CWD", Fault::Skip)
        .fault("CWD", Fault::Skip)
        .fault("CWD", Fault::Reply("550 no such directory"));
    sandbox
        .run(["put", "a", "b", "d/", "--jobs", "1"])
        .succeeds();
    assert_eq!(server.files(), ["d/a", "d/b"]);
    assert_eq!(server.commands("STOR").len(), 3);
    // Three times for the first blob; then for the base directory, for the missing directory, and for that one again.
    assert_eq!(server.commands("CWD").len(), 6);
}

/// Like rclone's server, which replies 150, receives the bytes and only then opens the file.
#[test]
fn a_base_directory_reported_missing_after_the_data_is_a_config_error() {
    let server = FtpServer::start()
        .fault("STOR", Fault::FinalReply("450 file does not exist"))
        .fault("CWD", Fault::AlwaysReply("550 no such directory"));
    once(&server)
        .file("a", "x")
        .run(["put", "a"])
        .fails_with(3, "the directory `/data` does not exist on the server");
    assert_eq!(server.files(), Vec::<String>::new());
}

/// The directory appears between two commands about it.
#[test]
fn a_directory_created_during_the_lookup_is_retried() {
    let server = FtpServer::start();
    on(&server)
        .file("a", "x")
        .run(["put", "a", "d/a"])
        .succeeds();
    let server = server
        .fault("MLSD", Fault::Reply("550 no such directory"))
        .fault("CWD", Fault::Reply("550 no such directory"));
    on(&server).run(["exists", "d/b"]).is_silent(1);
    assert_eq!(
        server.commands("MLSD"),
        ["MLSD /data/d", "MLSD /data", "MLSD /data/d"]
    );
    let server = server.fault("MLSD", Fault::Reply("501 No such directory."));
    once(&server).run(["exists", "d/b"]).is_silent(1);
}

/// A server that is still writing would create the file again.
#[test]
fn an_abandoned_upload_is_ended_before_its_file_is_deleted() {
    let server = FtpServer::start();
    let zeros = "0".repeat(64);
    once(&server)
        .file("a", "x")
        .run(["put", "a", "b", "--expect-sha256", &zeros])
        .fails_with(6, "the source has the SHA-256");
    once(&server)
        .pipe(["put", "-", "b", "--expect-sha256", &zeros], b"x")
        .fails_with(6, "the source has the SHA-256");
    for verb in ["USER", "STOR", "DELE"] {
        let times = server.commands(verb).len();
        assert_eq!(times, server.commands("STOR").len(), "{verb}");
    }
    assert_eq!(server.files(), Vec::<String>::new());
}

#[test]
fn links_are_followed() {
    let link = "250-x\r\n type=OS.unix=symlink;size=3; a\r\n250 x";
    let server = FtpServer::start()
        .holding("a", b"hello")
        .fault("MLST", Fault::AlwaysReply(link));
    once(&server).run(["exists", "a"]).is_silent(0);
    once(&server).run(["get", "a", "-"]).prints(b"hello");
}

#[test]
fn a_directory_with_a_size_is_not_a_blob() {
    let server = FtpServer::without_commands(&["MLST", "MLSD"]).holding("d/a", b"x");
    once(&server)
        .file("b", "x")
        .run(["put", "b", "d/b"])
        .succeeds();
    let server = server.fault("SIZE", Fault::AlwaysReply("213 0"));
    once(&server).run(["exists", "d"]).is_silent(1);
}

#[test]
fn a_transfer_without_a_preliminary_reply_stores_nothing() {
    let server = FtpServer::start()
        .holding("a", b"old")
        .fault("STOR", Fault::Reply("226 transfer complete"));
    once(&server)
        .file("a", "new")
        .run(["put", "a"])
        .fails_with(12, "unexpected reply: 226");
    assert_eq!(server.file("a").as_deref(), Some(&b"old"[..]));
}

#[test]
fn a_missing_reply_to_quit_is_not_waited_for() {
    let server = FtpServer::start()
        .holding("a", b"x")
        .fault("QUIT", Fault::NeverReply);
    let outcome = once(&server).run(["exists", "a"]);
    outcome.is_silent(0);
    // The default timeout is 60 s.
    assert!(outcome.elapsed < Duration::from_secs(30), "{outcome:?}");
}

#[test]
fn a_wrong_size_is_queried_a_second_time() {
    let server = FtpServer::start().fault("SIZE", Fault::Reply("213 0"));
    once(&server)
        .file("a", "hello")
        .run(["put", "a"])
        .succeeds();
    assert_eq!(server.file("a").as_deref(), Some(&b"hello"[..]));
}

#[test]
fn abor_and_stou_are_never_sent() {
    let server = FtpServer::start()
        .holding("b", &bytes(MIB, 1))
        .fault("STOR", Fault::AbortAfter(10_000))
        .fault("RETR", Fault::Skip)
        .fault("RETR", Fault::AbortAfter(10_000));
    let sandbox = on(&server).file("a", bytes(2 * MIB, 1));
    sandbox.run(["put", "a"]).succeeds();
    sandbox.run(["get", "b"]).succeeds();
    for verb in ["ABOR", "STOU", "NOOP"] {
        assert!(server.commands(verb).is_empty(), "{verb}");
    }
}

#[test]
fn a_slow_login_may_take_longer_than_the_connect_timeout() {
    let late = Fault::DelayFinalReply(Duration::from_millis(1500));
    let server = FtpServer::start()
        .holding("a", b"x")
        .fault("banner", late)
        .fault("USER", late)
        .fault("PASS", late);
    let outcome = once(&server)
        .env("BLOBCTL_CONNECT_TIMEOUT", "500ms")
        .run(["exists", "a"]);
    outcome.is_silent(0);
    assert!(outcome.elapsed > Duration::from_millis(4500), "{outcome:?}");
}

/// The kernel's timers of all sockets that are connected to a port of the loopback: the kind (2 is keepalive) and the time
/// left, in hundredths of a second.
fn timers(port: u16) -> Vec<(u8, u32)> {
    let table = std::fs::read_to_string("/proc/net/tcp").unwrap();
    let there = format!("0100007F:{port:04X}");
    let connected = table.lines().filter_map(|line| {
        let words: Vec<&str> = line.split_whitespace().collect();
        let (kind, left) = words.get(5)?.split_once(':')?;
        let ours = words[2] == there && words[3] == "01";
        let read = |text| u32::from_str_radix(text, 16).ok();
        ours.then_some((u8::from_str_radix(kind, 16).ok()?, read(left)?))
    });
    connected.collect()
}

#[test]
fn the_control_connection_is_kept_alive_during_a_transfer() {
    let server = FtpServer::start().fault("STOR", Fault::FreezeAfter(1000));
    let sandbox = once(&server)
        .env("BLOBCTL_TIMEOUT", "1h")
        .file("a", bytes(8 * MIB, 1));
    let mut child = sandbox.command(["put", "a"]).spawn().unwrap();
    let begin = Instant::now();
    // A reply in flight uses the timer for a moment.
    let kept = loop {
        let timers = timers(server.address.port());
        let transfers = !server.commands("STOR").is_empty();
        let kept = |(kind, left): &(u8, u32)| *kind == 2 && *left <= 3000;
        if transfers && timers.len() == 1 && timers.iter().all(kept) {
            break true;
        }
        if begin.elapsed() > HANG {
            break false;
        }
        std::thread::sleep(Duration::from_millis(5));
    };
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(kept, "{:?}", timers(server.address.port()));
}
