//! Texts of FTP servers, over sockets: replies in every form, the passive port in any wording, and the listings of LIST.

use crate::support::ftp::{Fault, FtpServer};
use crate::support::{KIB, Sandbox, bytes};

/// A sandbox without retries, so that a fault is reported.
fn once(server: &FtpServer) -> Sandbox {
    Sandbox::new()
        .envs(&server.variables())
        .env("BLOBCTL_RETRY_FOR", "0")
}

#[test]
fn a_reply_ends_only_at_a_line_with_its_own_code() {
    let features =
        "211-Features:\r\n500 of them\r\n MLST type*;size*;\r\n 211 is no end\r\n211 End";
    let described =
        "250-Listing\r\n150 lines\r\n type=file;size=7; /data/a\r\n250-so far\r\n\r\n250 End";
    let stored =
        "226-Done\r\n150 users on line\r\n  250 of 300 MB used\r\n426-and so on\r\n226 thanks";
    let server = FtpServer::start()
        .holding("a", b"content")
        .fault(
            "PASS",
            Fault::FinalReply("230-Hello\r\n150 users\r\n230-\r\n230 done"),
        )
        .fault("FEAT", Fault::Reply(features))
        .fault("MLST", Fault::Reply(described))
        .fault("STOR", Fault::FinalReply(stored));
    let sandbox = once(&server).file("b", bytes(100 * KIB, 1));
    let stat = sandbox.run(["stat", "a"]);
    assert_eq!(stat.code, Some(0), "{stat:?}");
    assert!(
        String::from_utf8_lossy(&stat.stdout).contains('7'),
        "{stat:?}"
    );
    sandbox.run(["put", "b"]).succeeds();
    assert_eq!(server.files(), ["a", "b"]);
    assert_eq!(server.commands("PASS").len(), 2, "one session for each run");
}

#[test]
fn spaces_and_empty_lines_before_a_reply_are_skipped() {
    let server = FtpServer::start()
        .holding("a", b"x")
        .fault("FEAT", Fault::Reply("\r\n  502 no FEAT"))
        .fault(
            "MLST",
            Fault::Reply("   250-x\r\n type=file;size=1; a\r\n 250 no\r\n250 x"),
        );
    once(&server).run(["exists", "a"]).is_silent(0);
    assert_eq!(server.commands("PASS").len(), 1);
}

#[test]
fn a_reply_that_ends_with_another_code_closes_the_session() {
    // More lines may follow, and would be taken for other replies.
    let server = FtpServer::start()
        .holding("a", b"x")
        .fault("CWD", Fault::AlwaysReply("553-No\r\n150 such thing"));
    once(&server)
        .env("BLOBCTL_TIMEOUT", "10s")
        .file("b", "y")
        .run(["put", "b", "d/b"])
        .fails_with(12, "invalid FTP reply: 553-No");
    assert!(server.commands("MKD").is_empty(), "{:?}", server.log());
}

#[test]
fn invalid_and_endless_replies_are_errors() {
    let long: &'static str = Box::leak(format!("220 {}", "x".repeat(70_000)).into_boxed_str());
    let many: &'static str =
        Box::leak(format!("220-\r\n{}", " line\r\n".repeat(40_000)).into_boxed_str());
    for (greeting, text) in [
        ("SSH-2.0-OpenSSH_9.2", "does not speak FTP"),
        ("2200 ready", "does not speak FTP"),
        ("22", "does not speak FTP"),
        (long, "does not speak FTP"),
        (many, "does not speak FTP"),
    ] {
        let server = FtpServer::start().fault("banner", Fault::Reply(greeting));
        let start = &greeting[..greeting.len().min(20)];
        let outcome = once(&server).run(["exists", "a"]);
        assert_eq!(outcome.code, Some(12), "{start}: {outcome:?}");
        outcome.fails_with(12, text);
        assert!(server.log().is_empty());
    }
}

#[test]
fn a_421_that_arrives_together_with_a_reply_is_noticed() {
    let server = FtpServer::start().fault("STOR", Fault::FinalReply("226 done\r\n421 good-bye"));
    once(&server)
        .file("a", "x")
        .file("b", "y")
        .run(["put", "a", "b", "d/", "--jobs", "1"])
        .succeeds();
    assert_eq!(server.files(), ["d/a", "d/b"]);
    assert_eq!(server.commands("PASS").len(), 2);
    assert_eq!(server.commands("STOR").len(), 2);
}

#[test]
fn a_server_that_is_never_ready_is_a_temporary_failure() {
    let delays: &'static str = Box::leak("120 in a minute\r\n".repeat(20).into_boxed_str());
    let server = FtpServer::start().fault("banner", Fault::Reply(delays));
    once(&server)
        .run(["exists", "a"])
        .fails_with(7, "the server is not ready");
}

#[test]
fn the_passive_port_is_found_in_any_wording() {
    for words in [
        "227 Entering Passive Mode %",
        "227 Entering Passive Mode (%).",
        "227 =%",
        "227 [%] is where 1 server waits",
        "227-150 users\r\n150 of them\r\n 226 more\r\n227 Entering Passive Mode (%)",
    ] {
        let server =
            FtpServer::without_commands(&["EPSV"]).fault("PASV", Fault::PassiveReply(words));
        let content = bytes(100 * KIB, 3);
        let sandbox = once(&server).file("a", &content);
        sandbox.run(["put", "a"]).succeeds();
        sandbox.run(["get", "a", "-"]).prints(&content);
        assert_eq!(server.commands("PASS").len(), 2, "{words}");
    }
    let server =
        FtpServer::without_commands(&["PASV"]).fault("EPSV", Fault::PassiveReply("229 go to %"));
    once(&server).file("a", "x").run(["put", "a"]).succeeds();
}

#[test]
fn a_passive_reply_without_a_valid_port_is_an_error() {
    for reply in [
        "227 entering passive mode (10,0,0,1,300,4)",
        "227 entering passive mode",
        "227 (1,2,3)",
        "227 (10,0,0,1,0,0)",
        "227 (10,0,0,1,4,5) (10,0,0,1,4,6)",
    ] {
        let server =
            FtpServer::without_commands(&["EPSV"]).fault("PASV", Fault::AlwaysReply(reply));
        once(&server)
            .file("a", "x")
            .run(["put", "a"])
            .fails_with(12, "no port in the reply to PASV: 227");
        assert!(server.files().is_empty());
    }
}

/// A server without MLSD and NLST.
fn list_only_server() -> FtpServer {
    FtpServer::without_commands(&["MLST", "MLSD", "NLST", "SIZE", "MDTM"])
}

#[test]
fn a_server_with_list_only_is_supported() {
    let server = list_only_server().holding("a b", b"hello");
    once(&server).run(["ls"]).prints(b"a b\n");
    once(&server).run(["exists", "a b"]).is_silent(0);
    once(&server).run(["exists", "nope"]).is_silent(1);
    // A name that listings may hide is not absent.
    once(&server)
        .run(["exists", ".nope"])
        .fails_with(12, "supports neither MLST nor SIZE");
}

#[test]
fn directories_of_list_are_walked() {
    let server = FtpServer::without_commands(&["MLST", "MLSD", "NLST"]);
    let sandbox = once(&server).file("a", "hello");
    for key in ["d/e f/a", "d/b", "top"] {
        sandbox.run(["put", "a", key]).succeeds();
    }
    sandbox.run(["ls"]).prints(b"d/b\nd/e f/a\ntop\n");
    sandbox.run(["ls", "d/e"]).prints(b"d/e f/a\n");
    sandbox.run(["exists", "d/e f/a"]).is_silent(0);
    sandbox.run(["exists", "d/e f"]).is_silent(1);
    assert!(
        server
            .commands("LIST")
            .contains(&"LIST -a /data/d/e f".to_owned()),
        "{:?}",
        server.log()
    );
}

#[test]
fn list_is_parsed_in_the_windows_format() {
    let listing = "03-14-26  09:12AM       <DIR>          d\r\n03-14-26  09:12AM    12 a b.txt\r\n";
    let server = FtpServer::without_commands(&["MLST", "MLSD", "NLST"]);
    let sandbox = once(&server).file("a", "x");
    sandbox.run(["put", "a", "d/x"]).succeeds();
    let server = server.fault("LIST", Fault::Listing(listing));
    let listed = once(&server).run(["ls", "-l"]);
    assert_eq!(listed.code, Some(0), "{listed:?}");
    let text = String::from_utf8_lossy(&listed.stdout).into_owned();
    for part in ["12", "a b.txt", "d/x"] {
        assert!(text.contains(part), "{text}");
    }
    drop(server);
}

#[test]
fn unparsed_lines_of_list_cause_a_warning_and_confirm_no_absence() {
    let listing = "total 2\r\n-rw-r--r-- 1 a b 5 Jan 1 00:00 known\r\nhieroglyphs\r\nand more\r\n";
    let server = list_only_server()
        .fault("LIST", Fault::Listing(listing))
        .fault("LIST", Fault::Listing(listing))
        .fault("LIST", Fault::Listing(listing));
    let listed = once(&server).run(["ls"]);
    assert_eq!(listed.code, Some(0), "{listed:?}");
    assert_eq!(listed.stdout, b"known\n");
    assert!(
        listed
            .stderr
            .contains("skipped 2 lines in an unknown format in the listing of `/data`"),
        "{listed:?}"
    );
    once(&server).run(["exists", "known"]).is_silent(0);
    // The name may be in one of the unparsed lines.
    once(&server)
        .run(["exists", "other"])
        .fails_with(12, "supports neither MLST nor SIZE");
}

#[test]
fn a_server_without_any_listing_is_cannot_tell() {
    let server =
        FtpServer::without_commands(&["MLST", "MLSD", "NLST", "LIST", "SIZE"]).holding("a", b"x");
    let sandbox = once(&server);
    let told = sandbox.run(["exists", "a"]);
    assert!(matches!(told.code, Some(4 | 12)), "{told:?}");
    let listed = sandbox.run(["ls"]);
    assert!(matches!(listed.code, Some(4 | 12)), "{listed:?}");
}
