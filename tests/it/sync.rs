//! `sync`: it copies what differs, once, and removes only what both listings prove to be extra.

use std::time::{Duration, SystemTime};

use crate::support::Sandbox;
use crate::support::ftp::{Closed, Fault, FtpServer};
use crate::support::http::{ScriptedServer, answer, s3_error};
use crate::support::s3::{HELLO_MD5, S3Server, against};
use crate::support::services::head;
use crate::support::stores::{Store, on_every_store};
use crate::trees::{local_files, page, reports};

/// A sandbox with three files in `d`, the last one in a directory; their times are in the past.
fn with_files(store: &dyn Store) -> Sandbox {
    let sandbox = store
        .sandbox()
        .file("d/a", "1")
        .file("d/b", "22")
        .file("d/sub/c", "333");
    for name in ["d/a", "d/b", "d/sub/c"] {
        set_time(&sandbox, name, 1_700_000_000);
    }
    sandbox
}

fn set_time(sandbox: &Sandbox, name: &str, seconds: u64) {
    let file = std::fs::File::open(sandbox.work().join(name)).unwrap();
    let time = SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
    file.set_modified(time).unwrap();
}

#[test]
fn what_differs_is_copied_and_only_that() {
    on_every_store(|store| {
        let sandbox = with_files(store);
        sandbox.run(["sync", "./d", "p"]).succeeds();
        assert_eq!(
            store.look(&sandbox, "p/sub/c").as_deref(),
            Some(&b"333"[..])
        );
        // Back, into a directory that is created.
        sandbox.run(["sync", "p", "./e"]).succeeds();
        assert_eq!(sandbox.read("e/sub/c"), b"333");
        for arguments in [
            ["sync", "./d", "p"],
            ["sync", "p", "./e"],
            ["sync", "p", "./d"],
        ] {
            let outcome = sandbox.run(arguments.iter().chain(&["--json"]));
            let json = outcome.json();
            assert_eq!(outcome.code, Some(0), "{outcome:?}");
            assert_eq!(json.len(), 4, "{outcome:?}");
            for line in &json[..3] {
                assert_eq!(line["changed"], false, "{outcome:?}");
                assert!(line["unchanged_by"].is_string(), "{outcome:?}");
            }
            assert_eq!(
                (&json[3]["op"], &json[3]["unchanged"]),
                (&"summary".into(), &3.into())
            );
        }
        // The same size, another content and time.
        sandbox.write("d/b", "33");
        let outcome = sandbox.run(["sync", "./d", "p", "--json"]);
        let changed = outcome
            .json()
            .into_iter()
            .filter(|line| line["changed"] == true);
        let keys: Vec<_> = changed.map(|line| line["key"].clone()).collect();
        assert_eq!(keys, ["p/b"], "{outcome:?}");
        assert_eq!(store.look(&sandbox, "p/b").as_deref(), Some(&b"33"[..]));
        store.is_clean(&sandbox);
        sandbox.nothing_left_behind();
    });
}

#[test]
fn a_second_sync_of_unchanged_files_makes_only_list_requests() {
    // The ETag in the listing is the MD5 of the file.
    let server = ScriptedServer::start([page(&["p/a", "p/sub/b"], None)]);
    let sandbox = against(&server)
        .file("d/a", "hello")
        .file("d/sub/b", "hello");
    for (arguments, requests) in [
        (["sync", "./d", "s3://lab/p"], 1),
        (["sync", "s3://lab/p", "./d"], 2),
    ] {
        let outcome = sandbox.run(arguments.iter().chain(&["--json"]));
        let json = outcome.json();
        assert_eq!(json[0]["unchanged_by"], "md5", "{outcome:?}");
        assert_eq!(json[2]["unchanged"], 2, "{outcome:?}");
        let seen = server.seen();
        assert_eq!(seen.len(), requests, "{seen:?}");
        assert!(
            seen.iter()
                .all(|request| request.target.contains("list-type=2")),
            "{seen:?}"
        );
    }
    // FTP: no transfer, and no question about a single file.
    let server = FtpServer::start();
    let sandbox = with_files(&server);
    sandbox.run(["sync", "./d", "p"]).succeeds();
    let first = server.log().len();
    sandbox.run(["sync", "./d", "p"]).succeeds();
    let log = &server.log()[first..];
    for verb in ["STOR", "RETR", "MLST", "SIZE", "MDTM", "MFMT"] {
        assert!(!log.iter().any(|line| line.starts_with(verb)), "{log:?}");
    }
}

#[test]
fn s3_removes_many_blobs_with_one_request() {
    let server = S3Server::start();
    let sandbox = with_files(&server);
    sandbox.run(["put", "-r", "d", "p/"]).succeeds();
    server.requests();
    std::fs::remove_dir_all(sandbox.work().join("d/sub")).unwrap();
    sandbox.run(["sync", "--delete", "./d", "p"]).succeeds();
    let removals = server.requests().into_iter();
    let removals: Vec<_> = removals
        .filter(|request| matches!(request.method.as_str(), "DELETE" | "POST"))
        .collect();
    assert_eq!(removals.len(), 1, "{removals:?}");
    assert_eq!(sandbox.run(["ls"]).stdout, b"p/a\np/b\n");
}

#[test]
fn times_that_a_listing_does_not_have_are_asked_for() {
    let server = FtpServer::without_commands(&["MLSD", "MLST"]);
    let sandbox = with_files(&server);
    sandbox.run(["sync", "./d", "p"]).succeeds();
    assert_eq!(server.commands("STOR").len(), 3);
    sandbox.run(["sync", "./d", "p"]).succeeds();
    assert_eq!(server.commands("STOR").len(), 3, "{:?}", server.log());
    assert_eq!(server.commands("MDTM").len(), 3, "{:?}", server.log());
}

#[test]
fn delete_removes_what_only_the_destination_has() {
    on_every_store(|store| {
        let sandbox = with_files(store);
        sandbox.run(["sync", "./d", "p"]).succeeds();
        sandbox.run(["put", "d/a", "p/sub/extra"]).succeeds();
        sandbox.run(["put", "d/a", "p/zz/deep/extra"]).succeeds();
        sandbox.run(["put", "d/a", "prefix-of-another"]).succeeds();
        let outcome = sandbox.run(["sync", "--delete", "./d", "p", "-v"]);
        assert_eq!(outcome.code, Some(0), "{outcome:?}");
        assert_eq!(
            outcome.stderr.matches("blobctl: removed ").count(),
            2,
            "{outcome:?}"
        );
        assert!(
            outcome
                .stderr
                .contains("0 copied, 3 unchanged, 2 removed in "),
            "{outcome:?}"
        );
        assert_eq!(store.look(&sandbox, "p/sub/extra"), None);
        assert_eq!(store.look(&sandbox, "p/zz/deep/extra"), None);
        assert!(store.look(&sandbox, "p/sub/c").is_some());
        assert!(store.look(&sandbox, "prefix-of-another").is_some());
        // The other direction removes files, and the directories that they leave empty.
        sandbox.write("e/a", "old");
        sandbox.write("e/x/y/z", "extra");
        sandbox.run(["sync", "--delete", "p", "./e"]).succeeds();
        let mut expected = vec!["d/a", "d/b", "d/sub/c", "e/a", "e/b", "e/sub/c"];
        expected.sort_unstable();
        assert_eq!(local_files(&sandbox), expected);
        assert!(!sandbox.exists("e/x"));
        // What is excluded is neither copied nor removed.
        sandbox.write("e/log", "kept");
        sandbox
            .run(["sync", "--delete", "--exclude", "log", "p", "./e"])
            .succeeds();
        assert_eq!(sandbox.read("e/log"), b"kept");
    });
}

#[test]
fn an_empty_source_removes_nothing_without_all() {
    on_every_store(|store| {
        let sandbox = with_files(store);
        sandbox.run(["sync", "./d", "p"]).succeeds();
        std::fs::create_dir(sandbox.work().join("empty")).unwrap();
        sandbox
            .run(["sync", "--delete", "./empty", "p"])
            .fails_with(
                2,
                "`./empty` is empty: this would remove everything (3) from ",
            );
        sandbox
            .run(["sync", "--delete", "nothing", "./d"])
            .fails_with(2, "is empty: this would remove everything (3) from `./d`");
        assert!(store.look(&sandbox, "p/sub/c").is_some());
        assert_eq!(local_files(&sandbox).len(), 3);
        sandbox
            .run(["sync", "--delete", "--all", "./empty", "p"])
            .succeeds();
        assert!(store.look(&sandbox, "p/sub/c").is_none());
        sandbox
            .run(["sync", "./missing", "p"])
            .fails_with(8, "`./missing` is not a directory");
    });
}

#[test]
fn a_blob_that_is_named_like_the_prefix_is_another_one() {
    on_every_store(|store| {
        let sandbox = store.sandbox().file("d/a", "1");
        sandbox.run(["put", "d/a", "p"]).succeeds();
        sandbox.run(["sync", "p", "./e"]).succeeds();
        assert!(!sandbox.exists("e"));
        assert!(store.look(&sandbox, "p").is_some());
    });
    // Nothing asks for it.
    let server = ScriptedServer::start([page(&[], None)]);
    let sandbox = against(&server);
    sandbox.run(["sync", "s3://lab/p", "./e"]).succeeds();
    assert_eq!(server.seen().len(), 1, "{:?}", server.seen());
}

#[test]
fn a_listing_that_fails_in_the_middle_removes_nothing() {
    let keep = [page(&["p/a"], Some("more")), s3_error(403, "AccessDenied")];
    let server = ScriptedServer::start(keep);
    let sandbox = against(&server)
        .file("d/a", "hello")
        .file("d/b", "kept")
        .file("d/z", "kept");
    let outcome = sandbox.run(["sync", "--delete", "s3://lab/p", "./d", "--jobs", "1"]);
    reports(
        &outcome,
        11,
        &[
            "cannot list s3://lab/p/: ",
            "warning: nothing is removed from `./d`: not everything was listed",
        ],
    );
    assert_eq!(local_files(&sandbox), ["d/a", "d/b", "d/z"]);
    // The destination's listing.
    let server = ScriptedServer::start([
        page(&["p/a", "p/extra"], Some("more")),
        s3_error(403, "AccessDenied"),
    ]);
    let sandbox = against(&server).file("d/a", "hello");
    let outcome = sandbox.run(["sync", "--delete", "./d", "s3://lab/p", "--jobs", "1"]);
    reports(
        &outcome,
        11,
        &["cannot list s3://lab/p/: ", "nothing is removed"],
    );
    let seen = server.seen();
    assert!(
        seen.iter().all(|request| request.method == "GET"),
        "{seen:?}"
    );
    // Nothing but the failure: its code.
    let server = ScriptedServer::start([s3_error(403, "AccessDenied")]);
    let sandbox = against(&server).file("d/a", "hello");
    let outcome = sandbox.run(["sync", "--delete", "s3://lab/p", "./d"]);
    reports(
        &outcome,
        4,
        &["cannot list s3://lab/p/: ", "nothing is removed"],
    );
    let last = sandbox.run(["sync", "--delete", "s3://lab/p", "./d", "--json"]);
    let last = last.json().pop().unwrap();
    assert_eq!((&last["op"], &last["code"]), (&"summary".into(), &4.into()));
    assert_eq!(local_files(&sandbox), ["d/a"]);
}

#[test]
fn a_directory_that_the_server_hides_removes_nothing() {
    for how in [
        Closed::Refused,
        Closed::Empty,
        Closed::Unlisted("550 permission denied"),
        Closed::Unlisted("450 secret: busy"),
    ] {
        let server = FtpServer::start()
            .holding("p/a", b"1")
            .holding("p/secret/b", b"2")
            .holding("p/z", b"3")
            .closing("p/secret", how);
        let sandbox = server
            .sandbox()
            .env("BLOBCTL_RETRY_FOR", "0")
            .file("d/a", "1")
            .file("d/secret/b", "2")
            .file("d/zz", "4");
        let outcome = sandbox.run(["sync", "--delete", "p", "./d"]);
        assert_ne!(outcome.code, Some(0), "{how:?} {outcome:?}");
        assert!(
            outcome.stderr.contains("cannot list "),
            "{how:?} {outcome:?}"
        );
        assert!(outcome.stderr.contains("p/secret"), "{how:?} {outcome:?}");
        assert!(
            outcome.stderr.contains("nothing is removed from `./d`"),
            "{how:?} {outcome:?}"
        );
        assert_eq!(sandbox.read("d/secret/b"), b"2", "{how:?}");
        assert_eq!(sandbox.read("d/zz"), b"4", "{how:?}");
        // As a destination.
        let outcome = sandbox.run(["sync", "--delete", "./d", "p"]);
        assert_ne!(outcome.code, Some(0), "{how:?} {outcome:?}");
        assert!(server.file("p/z").is_some(), "{how:?} {outcome:?}");
    }
}

#[test]
fn a_name_that_a_listing_leaves_out_removes_nothing() {
    let server = FtpServer::start().holding("p/a", b"1").fault(
        "MLSD",
        Fault::ListingBytes(b"type=file;size=1; a\r\ntype=file;size=1; caf\xe9\r\n"),
    );
    let sandbox = server
        .sandbox()
        .file("d/a", "2")
        .file("d/caf\u{e9}", "kept");
    let outcome = sandbox.run(["sync", "--delete", "p", "./d"]);
    reports(
        &outcome,
        0,
        &[
            "skipped 1 names that are not UTF-8",
            "nothing is removed from `./d`",
        ],
    );
    assert_eq!(sandbox.read("d/caf\u{e9}"), b"kept");
    assert_eq!(sandbox.read("d/a"), b"1");
}

#[test]
fn a_local_directory_that_cannot_be_read_removes_nothing() {
    let sandbox = Sandbox::new().file("d/a", "1");
    sandbox.run(["put", "d/a", "p/kept"]).succeeds();
    // Not even root reads a name that is no text.
    let odd = std::os::unix::ffi::OsStrExt::from_bytes(&b"odd\xff"[..]);
    let odd: &std::ffi::OsStr = odd;
    std::fs::write(sandbox.work().join("d").join(odd), "").unwrap();
    let outcome = sandbox.run(["sync", "--delete", "./d", "p"]);
    reports(
        &outcome,
        11,
        &["is not UTF-8 text", "nothing is removed from "],
    );
    assert_eq!(sandbox.run(["exists", "p/kept"]).code, Some(0));
}

#[test]
fn a_listing_without_order_is_sorted() {
    let unordered = page(&["p/b", "p/a", "p/c", "p/a"], None);
    let hello = answer(200, &HELLO_MD5, b"hello");
    let server = ScriptedServer::start([
        unordered.clone(),
        hello.clone(),
        unordered.clone(),
        hello.clone(),
    ]);
    let sandbox = against(&server).file("d/c", "hello").file("d/z", "extra");
    let outcome = sandbox.run(["sync", "--delete", "s3://lab/p", "./d", "--jobs", "1"]);
    reports(&outcome, 0, &["a listing is not in order"]);
    assert_eq!(local_files(&sandbox), ["d/a", "d/b", "d/c"]);
    // The destination: nothing is taken for extra that the source has.
    let server = ScriptedServer::start([unordered.clone(), unordered]);
    let sandbox = against(&server)
        .file("d/a", "hello")
        .file("d/b", "hello")
        .file("d/c", "hello");
    let outcome = sandbox.run(["sync", "--delete", "./d", "s3://lab/p", "--jobs", "1", "-v"]);
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    let seen = server.seen();
    assert!(
        seen.iter()
            .all(|request| request.method == "GET" || request.method == "HEAD"),
        "{seen:?}"
    );
    assert!(!outcome.stderr.contains("removed"), "{outcome:?}");
}

#[test]
fn one_side_in_the_other_is_rejected() {
    on_every_store(|store| {
        let sandbox = with_files(store);
        sandbox.run(["put", "-r", "d/.", "p/"]).succeeds();
        for (from, to, text) in [
            ("p", "p", "are the same"),
            ("p", "p/", "are the same"),
            ("p", "p/q", "overlap"),
            ("p/q", "p", "overlap"),
        ] {
            sandbox.run(["sync", from, to]).fails_with(2, text);
            sandbox
                .run(["sync", "--delete", from, to])
                .fails_with(2, text);
        }
        sandbox
            .run(["cp", "-r", "p/", "p/q/"])
            .fails_with(2, "would be copied into itself");
        sandbox
            .run(["mv", "-r", "p/.", "p/"])
            .fails_with(2, "would be copied onto itself");
        sandbox
            .run(["sync", "./d", "./e"])
            .fails_with(2, "no argument names a store");
        assert!(store.look(&sandbox, "p/a").is_some());
        assert_eq!(store.look(&sandbox, "p/q/a"), None);
    });
    // The same directory by two names.
    let sandbox = with_files(&crate::support::stores::Directory);
    let d = format!("file://{}/d", sandbox.work().display());
    std::os::unix::fs::symlink("d", sandbox.work().join("link")).unwrap();
    for (from, to) in [
        ("./d", d.as_str()),
        ("./link", d.as_str()),
        (d.as_str(), "./d/new/sub"),
        (d.as_str(), "./link/new"),
    ] {
        let outcome = sandbox.run(["sync", from, to]);
        assert_eq!(outcome.code, Some(2), "{from} {to} {outcome:?}");
    }
    let outcome = sandbox.run(["put", "-r", ".", "p/", "--root", "d"]);
    outcome.fails_with(2, "would be copied into itself");
}

#[test]
fn folder_markers_are_not_copied_again_and_again() {
    let keys = ["p/", "p/empty/", "p/full/", "p/full/a"];
    let server = ScriptedServer::start([
        page(&keys, None),
        answer(200, &HELLO_MD5, b"hello"),
        page(&keys, None),
    ]);
    let sandbox = against(&server);
    let sync = ["sync", "s3://lab/p", "./d", "--jobs", "1", "-v"];
    let outcome = sandbox.run(sync);
    assert!(outcome.stderr.contains("3 copied"), "{outcome:?}");
    let outcome = sandbox.run(sync);
    assert!(
        outcome.stderr.contains("0 copied, 3 unchanged"),
        "{outcome:?}"
    );
    // A store of files has no place for them.
    let server = ScriptedServer::start([
        page(&keys, None),
        head(200, &HELLO_MD5, 5),
        answer(200, &HELLO_MD5, b"hello"),
    ]);
    let sandbox = against(&server);
    let to = format!("file://{}/store", sandbox.work().display());
    sandbox
        .run(["sync", "s3://lab/p", &to, "--jobs", "1"])
        .succeeds();
    assert_eq!(local_files(&sandbox), ["store/full/a"]);
}

#[test]
fn ftp_keeps_times_if_it_can() {
    let server = FtpServer::start();
    let sandbox = server.sandbox().file("a", "1");
    set_time(&sandbox, "a", 1_700_000_000);
    sandbox.run(["put", "-p", "a", "k"]).succeeds();
    // On the temporary file, before anybody sees the blob.
    let log = server.log();
    let verb = |verb: &str| log.iter().position(|line| line.starts_with(verb)).unwrap();
    assert!(
        verb("MFMT 20231114221320 /data/.blobctl-") < verb("RNTO"),
        "{log:?}"
    );
    sandbox.run(["get", "-p", "k", "b"]).succeeds();
    let time = std::fs::metadata(sandbox.work().join("b"))
        .unwrap()
        .modified()
        .unwrap();
    assert_eq!(
        time,
        SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000)
    );
    sandbox.run(["put", "a", "without"]).succeeds();
    assert_eq!(server.commands("MFMT").len(), 1);
    // One warning, however many files.
    let server = FtpServer::without_commands(&["MFMT"]);
    let sandbox = server.sandbox().file("d/a", "1").file("d/b", "2");
    let outcome = sandbox.run(["put", "-r", "-p", "d", "p/"]);
    reports(
        &outcome,
        0,
        &["the server does not keep times of modification (no MFMT)"],
    );
    assert_eq!(server.file("p/d/b").as_deref(), Some(&b"2"[..]));
}

#[test]
fn times_are_kept_on_demand() {
    on_every_store(|store| {
        let sandbox = with_files(store);
        sandbox.run(["put", "-p", "d/a", "k"]).succeeds();
        sandbox.run(["cp", "-p", "k", "copy"]).succeeds();
        sandbox.run(["get", "-p", "copy", "back"]).succeeds();
        let time = |name: &str| {
            let metadata = std::fs::metadata(sandbox.work().join(name)).unwrap();
            metadata.modified().unwrap()
        };
        assert_eq!(time("back"), time("d/a"), "{}", store.name());
        sandbox.run(["get", "copy", "now"]).succeeds();
        assert_ne!(time("now"), time("d/a"));
    });
}

#[test]
fn if_changed_skips_what_is_equal() {
    on_every_store(|store| {
        let sandbox = with_files(store);
        sandbox.run(["put", "-p", "-r", "d", "p/"]).succeeds();
        let unchanged = |arguments: &[&str]| {
            let outcome = sandbox.run(arguments.iter().chain(&["--json"]));
            assert_eq!(outcome.code, Some(0), "{outcome:?}");
            let json = outcome.json();
            json.last().unwrap()["unchanged"].as_u64().unwrap()
        };
        assert_eq!(unchanged(&["put", "-r", "--if-changed", "d", "p/"]), 3);
        sandbox.run(["get", "-p", "-r", "p/d", "e"]).succeeds();
        assert_eq!(unchanged(&["get", "-r", "--if-changed", "p/d/.", "e"]), 3);
        sandbox.run(["cp", "-p", "-r", "p/d", "q/"]).succeeds();
        assert_eq!(unchanged(&["cp", "-r", "--if-changed", "p/d", "q/"]), 3);
        // Without a checksum, equal times prove nothing to --checksum-only.
        let proven = match store.name() {
            "s3" => 3,
            _ => 0,
        };
        let arguments = ["put", "-r", "--if-changed", "--checksum-only", "d", "p/"];
        assert_eq!(unchanged(&arguments), proven);
    });
}
