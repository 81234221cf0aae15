//! Deviations of FTP servers from the standards, through the built binary: greetings, replies at the wrong time, hidden names
//! in listings, unreachable data ports, renames that do not happen.

use std::time::Duration;

use crate::support::ftp::{Fault, FtpServer};
use crate::support::{KIB, MIB, Sandbox, bytes};

/// A sandbox without retries, so that a fault is reported.
fn once(server: &FtpServer) -> Sandbox {
    Sandbox::new()
        .envs(&server.variables())
        .env("BLOBCTL_RETRY_FOR", "0")
}

#[test]
fn greetings_are_parsed_in_every_form() {
    for greeting in [
        "220-Welcome\r\n220-to this\r\n220 server",
        "220-Welcome\r\n150 users on line\r\n 220 is our number\r\n220 ready",
        "120 ready in 1 minute\r\n220 ready",
        "220-caf\u{e9}\r\n220 ready",
        "220 \u{1b}[2J",
    ] {
        let server = FtpServer::start()
            .fault("banner", Fault::Reply(greeting))
            .holding("a", b"x");
        once(&server).run(["exists", "a"]).is_silent(0);
    }
}

#[test]
fn an_extra_reply_is_not_taken_for_another_commands() {
    // SIZE would take the second line for its reply.
    let server = FtpServer::start().fault(
        "STOR",
        Fault::FinalReply("226 done\r\n213 5\r\n226 done again"),
    );
    let content = bytes(300 * KIB, 1);
    once(&server)
        .file("a", &content)
        .run(["put", "a"])
        .succeeds();
    assert!(server.file("a") == Some(content));
    assert_eq!(server.files(), ["a"]);
    assert_eq!(
        server.commands("PASS").len(),
        2,
        "a session out of step is not used again"
    );
}

#[test]
fn the_size_decides_whatever_the_final_reply_says() {
    for (reply, code) in [
        ("250 fine", 0),
        ("226-in two\r\n226 lines", 0),
        // All bytes arrived, but the server reports a broken connection, as some do with TLS 1.3.
        ("426 connection closed", 0),
        ("150 still at it", 0),
        ("451 local error", 7),
        ("552 quota exceeded", 12),
        ("550 refused after all", 4),
    ] {
        let server = FtpServer::start().fault("STOR", Fault::FinalReply(reply));
        let content = bytes(100 * KIB, 2);
        let outcome = once(&server).file("a", &content).run(["put", "a"]);
        assert_eq!(outcome.code, Some(code), "{reply}: {outcome:?}");
        let expected = if code == 0 { vec!["a"] } else { vec![] };
        assert_eq!(server.files(), expected, "{reply}");
        assert_eq!(server.commands("STOR").len(), 1, "{reply}");
    }
}

#[test]
fn a_lost_reply_to_a_rename_is_resolved_by_the_sizes() {
    let server = FtpServer::start().fault("RNTO", Fault::DropFinalReply);
    once(&server).file("a", "new").run(["put", "a"]).succeeds();
    assert_eq!(server.file("a").as_deref(), Some(&b"new"[..]));
    assert_eq!(server.commands("STOR").len(), 1);
    // The connection is closed before the rename: the second session renames.
    let server = FtpServer::start().fault("RNTO", Fault::CloseControl);
    once(&server).file("a", "new").run(["put", "a"]).succeeds();
    assert_eq!(server.files(), ["a"]);
    assert_eq!(
        (server.commands("STOR").len(), server.commands("RNTO").len()),
        (1, 2)
    );
}

#[test]
fn a_rename_that_was_reported_but_did_not_happen_is_an_error() {
    let server = FtpServer::start().fault("RNTO", Fault::Reply("250 renamed"));
    once(&server)
        .file("a", "new")
        .run(["put", "a"])
        .fails_with(6, "after the rename, the server has");
    assert!(server.files().is_empty(), "{:?}", server.files());
}

#[test]
fn the_old_blob_stays_if_the_server_does_not_rename_over_it() {
    let server = FtpServer::start()
        .holding("a", b"old")
        .fault("RNTO", Fault::AlwaysReply("553 file exists"));
    let outcome = once(&server).file("a", "new").run(["put", "a"]);
    outcome.fails_with(12, "does not rename over the old blob");
    assert_eq!(server.file("a").as_deref(), Some(&b"old"[..]));
    assert_eq!(server.files(), ["a"]);
}

#[test]
fn a_directory_is_not_a_blob_and_is_not_replaced() {
    let server = FtpServer::start().holding("keep", b"x");
    once(&server)
        .file("a", "x")
        .run(["put", "a", "d/a"])
        .succeeds();
    let server = server.fault("RNTO", Fault::AlwaysReply("550 is a directory"));
    let sandbox = once(&server).file("d", "x");
    sandbox.run(["exists", "d"]).is_silent(1);
    sandbox
        .run(["put", "d"])
        .fails_with(12, "the target is a directory");
    assert_eq!(server.files(), ["d/a", "keep"]);
}

#[test]
fn any_reply_to_mkd_of_an_existing_directory_is_accepted() {
    for reply in [
        "550 exists",
        "521 exists",
        "257 again",
        "502 no MKD",
        "200 ok",
    ] {
        // Another client creates the directory between CWD and MKD.
        let server = FtpServer::start();
        once(&server)
            .file("a", "x")
            .run(["put", "a", "d/first"])
            .succeeds();
        let server = server
            .fault("CWD", Fault::Reply("550 not yet"))
            .fault("CWD", Fault::Reply("550 not yet"))
            .fault("MKD", Fault::Reply(reply));
        once(&server)
            .file("a", "x")
            .run(["put", "a", "d/second"])
            .succeeds();
        assert_eq!(server.files(), ["d/first", "d/second"], "{reply}");
    }
}

#[test]
fn the_error_of_mkd_contains_the_servers_reply() {
    let server = FtpServer::start().fault("MKD", Fault::AlwaysReply("550 permission denied"));
    once(&server)
        .file("a", "x")
        .run(["put", "a", "d/a"])
        .fails_with(
            4,
            "cannot create the directory `/data/d`: 550 permission denied",
        );
    assert!(server.commands("STOR").is_empty());
}

#[test]
fn a_hidden_name_is_found_or_confirmed_absent() {
    let server = FtpServer::without_commands(&["MLST", "MLSD"])
        .holding(".env", b"x")
        .holding("b", b"y");
    let sandbox = once(&server);
    sandbox.run(["exists", ".env"]).is_silent(0);
    sandbox.run(["exists", ".other"]).is_silent(1);
}

#[test]
fn a_listed_name_without_a_size_is_cannot_tell() {
    let server = |missing: &[&'static str]| {
        FtpServer::without_commands(missing)
            .holding("a", b"x")
            .fault("SIZE", Fault::AlwaysReply("550 permission denied"))
    };
    once(&server(&["MLST", "MLSD", "LIST"]))
        .run(["exists", "a"])
        .fails_with(4, "cannot tell");
    // LIST has the size.
    once(&server(&["MLST", "MLSD"]))
        .run(["exists", "a"])
        .is_silent(0);
}

#[test]
fn a_temporary_reply_for_a_missing_blob_is_not_retried() {
    for code in ["450 no such file", "551 no such file", "501 no such file"] {
        let server = FtpServer::start()
            .fault("MLST", Fault::AlwaysReply(code))
            .fault("SIZE", Fault::AlwaysReply(code));
        // With the default retries.
        let sandbox = Sandbox::new().envs(&server.variables());
        sandbox.run(["exists", "nope"]).is_silent(1);
        assert_eq!(server.commands("MLST").len(), 1, "{code}");
    }
}

#[test]
fn an_empty_directory_that_is_reported_missing_is_empty() {
    for reply in ["450 no files found", "550 no files found"] {
        let server = FtpServer::start()
            .fault("MLSD", Fault::AlwaysReply(reply))
            .fault("NLST", Fault::AlwaysReply(reply));
        once(&server).run(["exists", "nope"]).is_silent(1);
    }
}

#[test]
fn epsv_with_an_unreachable_port_falls_back_to_pasv_once() {
    // Port 1 of the loopback is closed.
    for reply in [
        "229 entering extended passive mode (|||1|)",
        "500 EPSV not understood",
        "522 network protocol not supported",
        "229 what",
    ] {
        let server = FtpServer::start().fault("EPSV", Fault::AlwaysReply(reply));
        let sandbox = once(&server).file("a", "x").file("b", "y");
        sandbox
            .run(["put", "--jobs", "1", "a", "b", "d/"])
            .succeeds();
        assert_eq!(server.commands("EPSV").len(), 1, "{reply}");
        assert_eq!(server.files(), ["d/a", "d/b"], "{reply}");
    }
}

#[test]
fn a_server_without_passive_mode_is_a_clear_error() {
    let server = FtpServer::without_commands(&["EPSV", "PASV"]);
    once(&server)
        .file("a", "x")
        .run(["put", "a"])
        .fails_with(12, "the server refuses passive mode: 502");
    let server = FtpServer::start()
        .fault("EPSV", Fault::AlwaysReply("229 (|||1|)"))
        .fault("PASV", Fault::AlwaysReply("227 (127,0,0,1,0,1)"));
    once(&server)
        .file("a", "x")
        .run(["put", "a"])
        .fails_with(7, "connect to the server's data port");
    let server = FtpServer::start().fault("PORT", Fault::AlwaysReply("500 illegal PORT command"));
    let outcome = once(&server)
        .file("a", "x")
        .run(["put", "a", "--ftp-mode", "active"]);
    outcome.fails_with(12, "500 illegal PORT command");
    assert!(outcome.stderr.contains("passive"), "{outcome:?}");
}

#[test]
fn a_refused_rest_receives_the_first_bytes_again() {
    let content = bytes(MIB, 4);
    let server = FtpServer::start()
        .holding("a", &content)
        .fault("RETR", Fault::AbortAfter(400_000))
        .fault("REST", Fault::AlwaysReply("502 no REST"));
    let sandbox = Sandbox::new().envs(&server.variables());
    sandbox.run(["get", "a"]).succeeds();
    assert!(sandbox.read("a") == content);
}

#[test]
fn an_ignored_rest_never_mixes_bytes() {
    let content = bytes(MIB, 4);
    let server = FtpServer::start()
        .holding("a", &content)
        .fault("RETR", Fault::AbortAfter(400_000))
        .fault("REST", Fault::AlwaysReply("350 sure"));
    // The mixture is detected, discarded and fetched again; bytes already written to stdout cannot be.
    let sandbox = Sandbox::new().envs(&server.variables()).file("a", "old");
    sandbox.run(["get", "a"]).succeeds();
    assert!(sandbox.read("a") == content);
    let server = server.fault("RETR", Fault::AbortAfter(400_000));
    let outcome = sandbox.run(["get", "a", "-"]);
    assert_eq!(outcome.code, Some(6), "{}", outcome.stderr);
    assert!(content.starts_with(&outcome.stdout[..400_000]));
    assert!(
        outcome.stderr.contains("more bytes than it announced"),
        "{}",
        outcome.stderr
    );
    sandbox.nothing_left_behind();
    drop(server);
}

#[test]
fn a_blob_that_changes_between_attempts_is_not_mixed() {
    let content = bytes(MIB, 4);
    let server = FtpServer::start().holding("a", &content);
    // The two replies have different times.
    let changing = |server: FtpServer| {
        server.fault("RETR", Fault::AbortAfter(400_000)).fault(
            "MLST",
            Fault::Reply("250-x\r\n type=file;size=1048576;modify=20260101000000; a\r\n250 x"),
        )
    };
    let server = changing(server);
    let sandbox = Sandbox::new().envs(&server.variables());
    sandbox.run(["get", "a"]).succeeds();
    assert!(sandbox.read("a") == content);
    assert!(
        server.commands("REST").is_empty(),
        "nothing of the other blob is filled up"
    );
    let server = changing(server);
    let outcome = sandbox.run(["get", "a", "-"]);
    assert_eq!(
        (outcome.code, outcome.stdout.len()),
        (Some(6), 400_000),
        "{}",
        outcome.stderr
    );
    assert!(
        outcome
            .stderr
            .contains("the blob changed while it was read"),
        "{}",
        outcome.stderr
    );
    drop(server);
    sandbox.nothing_left_behind();
}

#[test]
fn more_bytes_than_the_announced_size_are_an_error() {
    let server = FtpServer::start()
        .holding("a", b"hello")
        .fault("RETR", Fault::SendExtraBytes)
        .fault("RETR", Fault::SendExtraBytes);
    let sandbox = once(&server);
    sandbox
        .run(["get", "a"])
        .fails_with(6, "more bytes than it announced");
    assert!(!sandbox.exists("a"));
}

#[test]
fn a_complete_download_succeeds_without_a_good_final_reply() {
    for fault in [
        Fault::DropFinalReply,
        Fault::FinalReply("426 connection closed"),
        Fault::FinalReply("250 ok"),
    ] {
        let content = bytes(300 * KIB, 6);
        let server = FtpServer::start()
            .holding("a", &content)
            .fault("RETR", fault);
        once(&server).run(["get", "a", "-"]).prints(&content);
    }
}

#[test]
fn stalled_transfers_time_out_and_leave_nothing() {
    // The default timeout is 60 s, and several steps may take that long.
    let limit = Duration::from_secs(55);
    let server = FtpServer::start()
        .holding("b", &bytes(MIB, 1))
        .fault("STOR", Fault::FreezeAfter(1000))
        .fault("RETR", Fault::FreezeAfter(1000));
    let sandbox = once(&server)
        .env("BLOBCTL_TIMEOUT", "2s")
        .file("a", bytes(32 * MIB, 1));
    let put = sandbox.run(["put", "a"]);
    assert_eq!(put.code, Some(7), "{put:?}");
    assert!(put.elapsed < limit, "{put:?}");
    let get = sandbox.run(["get", "b"]);
    get.fails_with(7, "timed out");
    assert!(get.elapsed < limit, "{get:?}");
    assert_eq!(server.files(), ["b"]);
    assert!(!sandbox.exists("b"));
    sandbox.nothing_left_behind();
}

#[test]
fn a_server_that_stops_replying_times_out() {
    // Long enough for the preceding commands, even on a loaded machine.
    std::thread::scope(|scope| {
        for verb in ["USER", "PASS", "TYPE", "FEAT", "MLST"] {
            scope.spawn(move || {
                let server = FtpServer::start().fault(verb, Fault::NeverReply);
                let outcome = once(&server)
                    .env("BLOBCTL_TIMEOUT", "5s")
                    .run(["exists", "a"]);
                outcome.fails_with(7, &format!("no reply to {verb}: timed out"));
            });
        }
    });
}

#[test]
fn refused_binary_mode_is_an_error() {
    let server = FtpServer::start().fault("TYPE", Fault::AlwaysReply("504 text only"));
    once(&server)
        .file("a", "x")
        .run(["put", "a"])
        .fails_with(12, "the server refuses binary transfers: 504 text only");
    assert!(server.commands("STOR").is_empty());
}

#[test]
fn too_many_logins_are_temporary_and_a_wrong_password_is_not() {
    let crowded = "530 the maximum number of clients is already connected";
    for (reply, code) in [
        (crowded, 7),
        ("421 too many connections from you", 7),
        ("530 login incorrect", 4),
        ("332 account wanted", 4),
        ("430 wrong", 4),
    ] {
        let server = FtpServer::start().fault("PASS", Fault::AlwaysReply(reply));
        once(&server).run(["exists", "a"]).fails_with(code, reply);
        assert_eq!(server.commands("PASS").len(), 1, "{reply}");
    }
}

#[test]
fn many_blobs_with_a_wrong_password_cause_one_login() {
    let server = FtpServer::start().fault("PASS", Fault::AlwaysReply("530 login incorrect"));
    let keys = ["a", "b", "c", "d", "e", "f"];
    let outcome = once(&server).run(["exists", "--jobs", "4"].iter().chain(&keys));
    assert_eq!(outcome.code, Some(4), "{outcome:?}");
    assert_eq!(server.commands("PASS").len(), 1);
}

#[test]
fn a_session_closed_between_two_blobs_is_replaced_silently() {
    for fault in [Fault::CloseControl, Fault::Reply("421 idle for too long")] {
        // The second EPSV is the first command for the second blob, whose directory is cached by then.
        let server = FtpServer::start()
            .fault("EPSV", Fault::Skip)
            .fault("EPSV", fault);
        once(&server)
            .file("a", "x")
            .file("b", "y")
            .run(["put", "--jobs", "1", "a", "b", "d/"])
            .succeeds();
        assert_eq!(server.files(), ["d/a", "d/b"], "{fault:?}");
        assert_eq!(server.commands("PASS").len(), 2, "{fault:?}");
    }
}

/// Some servers without MLST report a size for directories, and delete empty ones by DELE.
#[test]
fn a_directory_with_any_size_is_not_a_blob() {
    let server = FtpServer::without_commands(&["MLST", "MLSD"])
        .holding("tree/sub/f", b"x")
        .holding("tree/g", b"y")
        .fault("SIZE", Fault::SizeOfDirectories(4096));
    let sandbox = once(&server);
    for command in ["exists", "stat", "rm"] {
        let outcome = sandbox.run([command, "tree/sub"]);
        assert_eq!(outcome.code, Some(1), "{outcome:?}");
    }
    sandbox
        .run(["get", "tree/sub", "x"])
        .fails_with(1, "no such blob");
    sandbox.run(["ls", "tree/"]).prints(b"tree/g\ntree/sub/f\n");
    assert_eq!(server.commands("DELE"), Vec::<String>::new());
}

/// Apache FtpServer takes the last segment for a pattern and describes its directory.
#[test]
fn a_description_of_another_name_is_not_believed() {
    let server = FtpServer::start()
        .holding("d/a[1].txt", b"x")
        .fault("MLST", Fault::TakesPatterns);
    let sandbox = once(&server);
    sandbox.run(["exists", "d/a[1].txt"]).is_silent(0);
    sandbox.run(["get", "d/a[1].txt", "-"]).prints(b"x");
    sandbox.run(["exists", "d/a[2].txt"]).is_silent(1);
    sandbox.run(["rm", "d/a[1].txt"]).succeeds();
    assert_eq!(server.files(), Vec::<String>::new());
}

/// ftp-srv sends its default text for an empty file.
#[test]
fn a_size_without_a_number_is_no_information() {
    let server = FtpServer::without_commands(&["MLST", "MLSD"])
        .holding("empty", b"")
        .fault("SIZE", Fault::AlwaysReply("213 File status"));
    let sandbox = once(&server);
    sandbox.run(["exists", "empty"]).is_silent(0);
    sandbox.run(["get", "empty", "-"]).prints(b"");
}

#[test]
fn the_temporary_file_decides_whether_a_refused_rename_happened() {
    // It did, and the reply says that it did not.
    let server = FtpServer::start()
        .holding("a", b"old")
        .fault("RNTO", Fault::FinalReply("451 local error"));
    once(&server).file("a", "new").run(["put", "a"]).succeeds();
    assert_eq!(server.file("a").as_deref(), Some(&b"new"[..]));
    // It did not, and the target has the same size: another writer's blob.
    for (reply, code) in [("553 cannot rename", 12), ("451 local error", 7)] {
        let server = FtpServer::start()
            .holding("a", b"old")
            .fault("RNTO", Fault::AlwaysReply(reply));
        let outcome = once(&server).file("a", "new").run(["put", "a"]);
        outcome.fails_with(code, reply);
        assert_eq!(server.files(), ["a"], "{outcome:?}");
        assert_eq!(server.file("a").as_deref(), Some(&b"old"[..]));
    }
}

#[test]
fn nothing_is_deleted_first_on_a_server_that_renames_nothing() {
    let server = FtpServer::start()
        .holding("a", b"old")
        .fault("RNFR", Fault::AlwaysReply("350 go on"))
        .fault("RNTO", Fault::AlwaysReply("553 cannot rename"));
    let outcome = once(&server)
        .file("a", "new")
        .run(["put", "a", "--ftp-replace", "delete-first"]);
    outcome.fails_with(12, "refuses to rename");
    assert!(
        outcome.stderr.contains("--ftp-upload direct"),
        "{outcome:?}"
    );
    assert_eq!(server.commands("DELE a"), Vec::<String>::new());
    assert_eq!(server.file("a").as_deref(), Some(&b"old"[..]));
    assert_eq!(server.files(), ["a"]);
}

#[test]
fn a_server_that_forbids_the_usual_temporary_names_has_other_ones() {
    let server = FtpServer::start()
        .holding("a", b"old")
        .fault("STOR", Fault::ForbidsDotNames);
    let sandbox = once(&server).file("a", "new");
    let outcome = sandbox.run(["put", "a"]);
    outcome.fails_with(4, "553 file name not allowed");
    assert!(
        outcome.stderr.contains("--ftp-temporary-name"),
        "{outcome:?}"
    );
    sandbox
        .run(["put", "a", "--ftp-temporary-name", "up-{random}.tmp"])
        .succeeds();
    assert_eq!(server.file("a").as_deref(), Some(&b"new"[..]));
    let renamed = server.commands("RNFR");
    let name = renamed[0].strip_prefix("RNFR /data/up-");
    let digits = name.and_then(|name| name.strip_suffix(".tmp"));
    assert_eq!(digits.map(str::len), Some(16), "{renamed:?}");
    for (pattern, why) in [("x.tmp", "{random}"), ("a/{random}", "directory")] {
        sandbox
            .run(["put", "a", "--ftp-temporary-name", pattern])
            .fails_with(2, why);
    }
}

#[test]
fn temporary_files_of_any_pattern_are_hidden_and_collected() {
    let server = FtpServer::start()
        .holding("up-00000000deadbeef.tmp", b"rest")
        .holding("up-report.tmp", b"a blob");
    let sandbox = once(&server).env("BLOBCTL_FTP_TEMPORARY_NAME", "up-{random}.tmp");
    sandbox.run(["ls"]).prints(b"up-report.tmp\n");
    let outcome = sandbox.run(["gc", "--delete", "--older-than", "1s"]);
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    assert_eq!(server.files(), ["up-report.tmp"]);
}

#[test]
fn a_direct_upload_needs_no_rename_and_leaves_no_part() {
    let server = FtpServer::without_commands(&["RNFR", "RNTO"]).holding("a", b"old");
    let direct = |server: &FtpServer| {
        once(server)
            .env("BLOBCTL_FTP_UPLOAD", "direct")
            .file("a", bytes(300 * KIB, 1))
    };
    direct(&server).run(["put", "a"]).succeeds();
    assert_eq!(server.file("a"), Some(bytes(300 * KIB, 1)));
    assert_eq!(server.commands("STOR"), ["STOR /data/a"]);
    // A transfer that breaks leaves no blob, and says so.
    let server = FtpServer::start()
        .holding("a", b"old")
        .fault("STOR", Fault::AbortAfter(1000));
    let outcome = direct(&server).run(["put", "a"]);
    assert_eq!(outcome.code, Some(7), "{outcome:?}");
    assert!(
        outcome.stderr.contains("the old one is gone"),
        "{outcome:?}"
    );
    assert_eq!(server.files(), Vec::<String>::new());
    // A refusal leaves the old one.
    let server = FtpServer::start()
        .holding("a", b"old")
        .fault("STOR", Fault::AlwaysReply("550 denied"));
    let outcome = direct(&server).run(["put", "a"]);
    outcome.fails_with(4, "550 denied");
    assert_eq!(server.file("a").as_deref(), Some(&b"old"[..]));
}

#[test]
fn a_missing_base_directory_is_a_config_error_whatever_the_reply_to_stor_is() {
    for reply in [
        "550 no such directory",
        "551 Error on output file",
        "553 could not create file",
        "426 Connection closed; transfer aborted",
    ] {
        let server = FtpServer::start().fault("STOR", Fault::AlwaysReply(reply));
        let sandbox = once(&server)
            .env("BLOBCTL_FTP_BASE_DIR", "/nowhere")
            .file("a", "x");
        sandbox
            .run(["put", "a"])
            .fails_with(3, "does not exist on the server");
        // Where the base directory is there, the reply counts.
        let outcome = once(&server).file("a", "x").run(["put", "a"]);
        assert!(matches!(outcome.code, Some(4 | 7)), "{outcome:?}");
    }
}
