//! Whole trees on FTP: what a damaged listing or a link on the server must not make a command remove.

use crate::support::Sandbox;
use crate::support::ftp::{Fault, FtpServer, ListedLink};
use crate::support::stores::Store;

/// A run that repeats nothing.
fn once(server: &FtpServer) -> Sandbox {
    server.sandbox().env("BLOBCTL_RETRY_FOR", "0")
}

#[test]
fn a_listing_that_was_cut_off_is_never_complete() {
    let whole = "type=file;size=1;modify=20261124120000; a\r\n";
    for (missing, verb, cut) in [
        (&[][..], "MLSD", "type=file;si"),
        (&[], "MLSD", "type=file;size=1; b"),
        (
            &["MLST", "MLSD"],
            "LIST",
            "-rw-r--r-- 1 ftp ftp 1 Mar 14 09:12 b",
        ),
        (&["MLST", "MLSD"], "LIST", "-rw-r--r-- 1 f"),
    ] {
        let start = match verb {
            "MLSD" => whole,
            _ => "-rw-r--r-- 1 ftp ftp 1 Mar 14 09:12 a\r\n",
        };
        let text: &'static str = format!("{start}{cut}").leak();
        let server = FtpServer::without_commands(missing)
            .holding("d/a", b"1")
            .holding("d/b", b"2")
            .fault(verb, Fault::Listing(text));
        let sandbox = once(&server).file("e/a", "1").file("e/b", "2");
        let outcome = sandbox.run(["sync", "--delete", "d", "./e"]);
        assert_eq!(outcome.code, Some(12), "{outcome:?}");
        assert!(
            outcome.stderr.contains("the listing was cut off"),
            "{outcome:?}"
        );
        assert_eq!(sandbox.read("e/b"), b"2");
    }
}

#[test]
fn a_line_of_mlsd_without_a_name_makes_a_listing_incomplete() {
    let whole = "type=file;size=1;modify=20261124120000; a\r\n";
    let nameless = "type=file;size=1;\r\n";
    for (text, code, part) in [
        (
            format!("{whole}{nameless}"),
            12,
            "its last line has no name",
        ),
        (
            format!("{nameless}{whole}"),
            0,
            "nothing is removed from `./e`: not everything was listed",
        ),
    ] {
        let server = FtpServer::start()
            .holding("d/a", b"1")
            .fault("MLSD", Fault::Listing(text.leak()));
        let sandbox = once(&server).file("e/b", "2");
        let outcome = sandbox.run(["sync", "--delete", "d", "./e"]);
        assert_eq!(outcome.code, Some(code), "{outcome:?}");
        assert!(outcome.stderr.contains(part), "{outcome:?}");
        assert_eq!(sandbox.read("e/b"), b"2");
    }
}

/// A server with a directory `d` and a link `t/link` to it.
fn with_link(missing: &[&'static str]) -> FtpServer {
    FtpServer::without_commands(missing)
        .holding("d/k", b"1")
        .holding("t/own", b"2")
        .linking("t/link", "d", ListedLink::AsLink)
}

const LEFT_OUT: &str = "/t/link/, a link to a directory: nothing is removed through links";

#[test]
fn nothing_is_removed_through_a_link_to_a_directory() {
    for missing in [&[][..], &["MLST", "MLSD"]] {
        let server = with_link(missing);
        let sandbox = once(&server).file("own", "2");
        sandbox.run(["ls", "t"]).prints(b"t/link/k\nt/own\n");
        let outcome = sandbox.run(["rm", "-r", "-n", "t"]);
        assert!(outcome.stderr.contains(LEFT_OUT), "{outcome:?}");
        assert!(
            !outcome.stdout.windows(4).any(|part| part == b"link"),
            "{outcome:?}"
        );
        let outcome = sandbox.run(["rm", "-r", "t"]);
        assert_eq!(outcome.code, Some(0), "{outcome:?}");
        assert!(outcome.stderr.contains(LEFT_OUT), "{outcome:?}");
        assert_eq!(server.files(), ["d/k"]);
        // What is named is removed.
        sandbox.run(["rm", "-r", "t/link/"]).succeeds();
        assert_eq!(server.files(), Vec::<String>::new());
    }
}

#[test]
fn neither_sync_nor_mv_removes_through_a_link_to_a_directory() {
    let server = with_link(&[]);
    let sandbox = once(&server).file("e/new", "3");
    let outcome = sandbox.run(["sync", "--delete", "./e", "t"]);
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    assert!(outcome.stderr.contains(LEFT_OUT), "{outcome:?}");
    assert_eq!(server.files(), ["d/k", "t/new"]);
    let outcome = sandbox.run(["mv", "-r", &server.url(&sandbox, "t"), "./here"]);
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    assert!(outcome.stderr.contains(LEFT_OUT), "{outcome:?}");
    assert_eq!(server.files(), ["d/k"]);
    assert!(!sandbox.exists("here/link"));
}
