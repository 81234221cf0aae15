//! Failures with one cause: those that concern the whole store end a batch, and those of this machine do not. Both are
//! reported once.

use std::os::unix::fs::symlink;

use crate::support::ftp::FtpServer;
use crate::support::http::{ScriptedServer, answer};
use crate::support::s3::against;
use crate::support::{Outcome, Sandbox};

const FILES: usize = 40;

fn with_files(sandbox: Sandbox) -> Sandbox {
    for number in 0..FILES {
        sandbox.write(&format!("d/{number}"), "x");
    }
    sandbox
}

#[test]
fn a_missing_bucket_is_reported_once_with_the_number_of_blobs() {
    let missing = "<Error><Code>NoSuchBucket</Code><Message>none</Message></Error>";
    for (status, code, body, text) in [
        (404, 3, missing, "the bucket does not exist"),
        (
            403,
            4,
            "<Error><Code>InvalidAccessKeyId</Code></Error>",
            "unknown access key",
        ),
    ] {
        let server = ScriptedServer::start([answer(status, &[], body.as_bytes())]);
        let sandbox = with_files(against(&server));
        let outcome = sandbox.run(["put", "-r", "d", "p/", "--jobs", "4"]);
        assert_eq!(outcome.code, Some(code), "{outcome:?}");
        assert_eq!(outcome.stderr.matches(text).count(), 1, "{outcome:?}");
        assert_eq!(
            outcome.stderr.matches("cannot upload").count(),
            1,
            "{outcome:?}"
        );
        assert!(
            outcome.stderr.contains("… and 39 more for the same reason"),
            "{outcome:?}"
        );
        // Those that were under way at the time of the first failure.
        assert!(server.seen().len() <= 8, "{:?}", server.seen().len());
    }
}

#[test]
fn a_refused_login_ends_a_batch_of_ftp() {
    let server = FtpServer::start();
    let sandbox =
        with_files(Sandbox::new().envs(&server.variables())).env("BLOBCTL_FTP_PASSWORD", "wrong");
    let outcome = sandbox.run(["put", "-r", "d", "p/"]);
    assert_eq!(outcome.code, Some(4), "{outcome:?}");
    assert_eq!(
        outcome.stderr.matches("login refused").count(),
        1,
        "{outcome:?}"
    );
    assert!(
        outcome.stderr.contains("… and 39 more for the same reason"),
        "{outcome:?}"
    );
}

#[test]
fn a_blob_that_is_refused_does_not_end_the_batch() {
    let denied = "<Error><Code>AccessDenied</Code></Error>";
    let server = ScriptedServer::start([answer(403, &[], denied.as_bytes())]);
    let sandbox = with_files(against(&server));
    let lines = |outcome: &Outcome| outcome.stderr.matches("cannot upload").count();
    let outcome = sandbox.run(["put", "-r", "d", "p/"]);
    assert_eq!(outcome.code, Some(4), "{outcome:?}");
    assert_eq!(lines(&outcome), 5, "{outcome:?}");
    let last = outcome.stderr.lines().last().unwrap();
    assert!(
        last.starts_with("blobctl: … and 35 more: access denied"),
        "{last}"
    );
    // All of them, for those who ask.
    let outcome = sandbox.run(["put", "-r", "d", "p/", "-v"]);
    assert_eq!(lines(&outcome), FILES, "{outcome:?}");
    let outcome = sandbox.run(["put", "-r", "d", "p/", "--json", "-q"]);
    let objects = outcome.json();
    let blobs = objects.iter().filter(|object| object["op"] == "put");
    assert_eq!(blobs.count(), FILES, "{outcome:?}");
}

#[test]
fn each_blob_that_was_tried_has_its_object_and_the_others_a_number() {
    let missing = "<Error><Code>NoSuchBucket</Code></Error>";
    let server = ScriptedServer::start([answer(404, &[], missing.as_bytes())]);
    let sandbox = with_files(against(&server));
    let outcome = sandbox.run(["put", "-r", "d", "p/", "--json"]);
    let objects = outcome.json();
    let (summaries, blobs): (Vec<_>, Vec<_>) =
        objects.iter().partition(|object| object["op"] == "summary");
    assert!(
        blobs.iter().all(|object| object["code"] == 3),
        "{outcome:?}"
    );
    assert_eq!(blobs.len(), server.seen().len(), "{outcome:?}");
    assert_eq!(summaries.len(), 1, "{outcome:?}");
    let not_tried = summaries[0]["not_tried"].as_u64().unwrap_or_default();
    assert_eq!(blobs.len() as u64 + not_tried, FILES as u64, "{outcome:?}");
}

/// One line about the first blob, and one with the number of the others.
#[track_caller]
fn says_once(outcome: &Outcome, text: &str, others: &str) {
    let lines: Vec<&str> = outcome.stderr.lines().collect();
    assert_eq!(lines.len(), 2, "{outcome:?}");
    assert!(lines[0].contains(text), "{outcome:?}");
    assert_eq!(lines[1], format!("blobctl: … and {others}"), "{outcome:?}");
}

#[test]
fn a_full_disk_is_reported_once_and_every_blob_has_its_object() {
    let sandbox = with_files(Sandbox::new());
    sandbox.run(["put", "-r", "d", "p/"]).succeeds();
    sandbox.write("full/empty", "");
    let names: Vec<String> = (0..FILES).map(|number| number.to_string()).collect();
    for name in &names {
        symlink("/dev/full", sandbox.work().join("full").join(name)).unwrap();
    }
    let keys = names.iter().map(|name| format!("p/d/{name}"));
    let keys: Vec<String> = keys.chain(["full".to_owned()]).collect();
    let outcome = sandbox.run([&["get".to_owned()], &keys[..]].concat());
    assert_eq!(outcome.code, Some(8), "{outcome:?}");
    says_once(&outcome, "no space left", "39 more: no space left");
    let outcome = sandbox.run([&["get".to_owned(), "--json".to_owned()], &keys[..]].concat());
    assert_eq!(outcome.json().len(), FILES, "{outcome:?}");
    assert!(
        outcome.json().iter().all(|line| line["code"] == 8),
        "{outcome:?}"
    );
    says_once(&outcome, "no space left", "39 more: no space left");
    let outcome = sandbox.run(
        [
            &["get".to_owned(), "--json".to_owned(), "-q".to_owned()],
            &keys[..],
        ]
        .concat(),
    );
    assert_eq!(outcome.stderr, "", "{outcome:?}");
}

#[test]
fn a_link_out_of_the_destination_is_reported_once_and_does_not_end_the_batch() {
    let sandbox = with_files(Sandbox::new()).file("z", "1");
    std::fs::create_dir_all(sandbox.work().join("outside")).unwrap();
    sandbox.run(["put", "-r", "d", "p/"]).succeeds();
    sandbox.run(["put", "z", "p/"]).succeeds();
    std::fs::create_dir(sandbox.work().join("new")).unwrap();
    symlink("../outside", sandbox.work().join("new/d")).unwrap();
    let outcome = sandbox.run(["get", "-r", "p/.", "new"]);
    assert_eq!(outcome.code, Some(11), "{outcome:?}");
    says_once(
        &outcome,
        "leads out of the destination by a symbolic link",
        "39 more: behind a symbolic link that leads out",
    );
    assert_eq!(sandbox.read("new/z"), b"1");
    let outside = std::fs::read_dir(sandbox.work().join("outside"));
    assert_eq!(outside.unwrap().count(), 0);
}
