//! `--wait`, and the conditions and the printed keys of `exists`.

use std::time::{Duration, Instant};

use crate::support::http::{ScriptedServer, answer};
use crate::support::s3::against;
use crate::support::stores::on_every_store;
use crate::support::{HANG, SOON, Sandbox, finish};

#[test]
fn get_and_exists_wait_until_the_blob_is_there() {
    on_every_store(|store| {
        let sandbox = store.sandbox().file("in", "x");
        let get = ["get", "k", "out", "--wait", "--poll=100ms"];
        let get = sandbox.command(get).spawn().unwrap();
        let exists = ["exists", "k", "--wait=5m", "--poll=100ms", "-v"];
        let mut exists = sandbox.command(exists).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(500));
        assert!(exists.try_wait().unwrap().is_none(), "it did not wait");
        sandbox.run(["put", "in", "k"]).succeeds();
        finish(get).succeeds();
        let exists = finish(exists);
        assert_eq!(exists.code, Some(0), "{exists:?}");
        let note = "waiting for the blob: looking again every 100 ms";
        assert_eq!(exists.stderr.matches(note).count(), 1, "{exists:?}");
        assert_eq!(sandbox.read("out"), b"x");
    });
}

#[test]
fn a_wait_that_is_over_is_not_found() {
    on_every_store(|store| {
        let sandbox = store.sandbox();
        let wait = ["--wait=700ms", "--poll", "100ms"];
        let exists = sandbox.run(["exists", "k"].iter().chain(&wait));
        exists.is_silent(1);
        let get = sandbox.run(["get", "k", "out"].iter().chain(&wait));
        get.fails_with(1, "no such blob");
        for outcome in [exists, get] {
            assert!(outcome.elapsed >= Duration::from_millis(700), "{outcome:?}");
            assert!(outcome.elapsed < SOON, "{outcome:?}");
        }
    });
}

#[test]
fn a_wait_without_a_value_ends_at_the_deadline() {
    let sandbox = Sandbox::new();
    for arguments in [&["exists", "k"][..], &["get", "k", "out"]] {
        let wait = ["--wait", "--deadline", "1s"];
        let outcome = sandbox.run(arguments.iter().chain(&wait));
        assert_eq!(outcome.code, Some(7), "{outcome:?}");
        assert!(
            outcome.stderr.contains("the deadline has passed"),
            "{outcome:?}"
        );
    }
}

#[test]
fn a_permanent_error_ends_the_wait_and_a_temporary_one_does_not() {
    let found = [("etag", "\"x\""), ("content-length", "1")];
    let server = ScriptedServer::start([
        answer(404, &[], b""),
        answer(503, &[], b""),
        answer(200, &found, b"x"),
    ]);
    let begin = Instant::now();
    let wait = ["exists", "k", "--wait", "--poll=10ms", "--retry-for=1m"];
    against(&server).run(wait).succeeds();
    assert!(begin.elapsed() < HANG);
    let server = ScriptedServer::start([answer(404, &[], b""), answer(403, &[], b"")]);
    let outcome = against(&server).run(wait);
    outcome.fails_with(4, "cannot tell whether");
}

#[test]
fn a_blob_that_is_too_small_or_too_old_counts_as_absent() {
    on_every_store(|store| {
        let sandbox = store.sandbox().file("in", "0123456789");
        sandbox.run(["put", "in", "k"]).succeeds();
        sandbox.run(["exists", "k", "--min-size", "10"]).succeeds();
        sandbox
            .run(["exists", "k", "--min-size", "11"])
            .is_silent(1);
        // The test server's times are always the same ones.
        if store.name() != "ftp" {
            sandbox
                .run(["exists", "k", "--newer-than", "1d"])
                .succeeds();
        }
        sandbox
            .run(["exists", "k", "--newer-than", "2020-01-01"])
            .succeeds();
        let outcome = sandbox.run(["exists", "k", "--min-size=11", "--json"]);
        let json = outcome.json().pop().unwrap();
        assert_eq!((outcome.code, &json["exists"]), (Some(1), &false.into()));
        assert_eq!(json["message"], "it has 10 bytes, less than 11");
    });
}

#[test]
fn a_blob_that_is_older_than_the_limit_counts_as_absent() {
    let sandbox = Sandbox::new().file("in", "x");
    sandbox.run(["put", "in", "k"]).succeeds();
    let blob = std::fs::File::options();
    let blob = { blob }
        .write(true)
        .open(sandbox.default_root().join("k"))
        .unwrap();
    blob.set_modified(std::time::SystemTime::UNIX_EPOCH)
        .unwrap();
    sandbox
        .run(["exists", "k", "--newer-than", "1d"])
        .is_silent(1);
    sandbox
        .run(["exists", "k", "--newer-than", "1970-01-01T00:00:00Z"])
        .is_silent(1);
    // It waits for a newer one.
    let wait = ["exists", "k", "--newer-than=1d", "--wait", "--poll=50ms"];
    let child = sandbox.command(wait).spawn().unwrap();
    sandbox.run(["put", "in", "k"]).succeeds();
    finish(child).succeeds();
}

#[test]
fn the_keys_that_are_present_or_missing_are_printed_as_they_were_typed() {
    on_every_store(|store| {
        let sandbox = store.sandbox().file("in", "x");
        sandbox.run(["put", "in", "a"]).succeeds();
        sandbox.run(["put", "in", "b"]).succeeds();
        let url = store.url(&sandbox, "b");
        let print = |which: &str| {
            let outcome = sandbox.run(["exists", "--jobs=1", "a", "none", &url, "--print", which]);
            assert_eq!(
                (outcome.code, outcome.stderr.as_str()),
                (Some(1), ""),
                "{outcome:?}"
            );
            String::from_utf8(outcome.stdout).unwrap()
        };
        assert_eq!(print("present"), format!("a\n{url}\n"));
        assert_eq!(print("missing"), "none\n");
        let printed = sandbox.run(["exists", "a\tb", "--print", "missing"]);
        assert_eq!(printed.stdout, b"a\tb\n", "{printed:?}");
        let both = sandbox.run(["exists", "a", "--print", "missing", "--json"]);
        assert_eq!(both.code, Some(2), "{both:?}");
    });
}

#[test]
fn a_wait_needs_names_and_a_poll_needs_a_wait() {
    let sandbox = Sandbox::new();
    for arguments in [
        &["get", "-r", "k", ".", "--wait"][..],
        &["get", "k", ".", "--poll", "1s"],
        &["exists", "k", "--poll", "1s"],
        &["exists", "k", "--wait=soon"],
        &["exists", "k", "--wait", "--poll=0"],
    ] {
        let outcome = sandbox.run(arguments);
        assert_eq!(outcome.code, Some(2), "{outcome:?}");
    }
}

#[test]
fn a_limit_without_an_equals_sign_is_not_taken_for_a_key() {
    let sandbox = Sandbox::new();
    for arguments in [
        &["get", "k", "--wait", "3s"][..],
        &["exists", "k", "--wait", "3s"],
        &["get", "k", "f", "--wait", "1h30m"],
    ] {
        sandbox.run(arguments).fails_with(2, "write --wait=");
    }
    sandbox.run(["exists", "3s"]).is_silent(1);
    sandbox
        .run(["rm", "-r", "d", "--older-than", "7"])
        .fails_with(2, "write 7d for days");
}
