//! The expectations of `get` about a blob, and the permissions that it gives to files.

use std::os::unix::fs::MetadataExt;
use std::path::Path;

use crate::support::s3::S3Server;
use crate::support::stores::on_every_store;
use crate::support::{MIB, Sandbox, bytes};

/// SHA-256 of "hello".
const HELLO: &str = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";
const OTHER: &str = "0cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";

fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).unwrap().mode() & 0o7777
}

#[test]
fn a_blob_that_is_not_the_expected_one_does_not_appear() {
    on_every_store(|store| {
        let sandbox = store.sandbox().file("in", "hello").file("old", "old");
        sandbox.run(["put", "in", "k"]).succeeds();
        for expected in [["--expect-size", "6"], ["--expect-sha256", OTHER]] {
            for to in ["new", "old"] {
                sandbox
                    .run(["get", "k", to].iter().chain(&expected))
                    .fails_with(6, "the blob has ");
            }
        }
        assert_eq!(sandbox.read("old"), b"old");
        assert!(!sandbox.exists("new"));
        sandbox.nothing_left_behind();
        let right = ["--expect-size", "5", "--expect-sha256", HELLO];
        sandbox
            .run(["get", "k", "new"].iter().chain(&right))
            .succeeds();
        sandbox
            .run(["get", "k", "-"].iter().chain(&right))
            .prints(b"hello");
        let outcome = sandbox.run(["get", "k", "new", "--json"].iter().chain(&right));
        assert_eq!(outcome.json()[0]["verified"], "sha256");
    });
}

#[test]
fn the_bytes_of_a_stream_come_before_the_error() {
    on_every_store(|store| {
        let sandbox = store.sandbox().file("in", "hello");
        sandbox.run(["put", "in", "k"]).succeeds();
        let outcome = sandbox.run(["get", "k", "-", "--expect-sha256", OTHER]);
        assert_eq!(
            (outcome.code, &outcome.stdout[..]),
            (Some(6), &b"hello"[..])
        );
        assert!(outcome.stderr.contains(HELLO), "{outcome:?}");
        // The size is known before the first byte.
        sandbox
            .run(["get", "k", "-", "--expect-size", "4"])
            .fails_with(6, "the blob has 5 bytes instead of 4");
    });
}

#[test]
fn the_parts_of_a_large_blob_are_one_sha256() {
    let server = S3Server::start();
    let content = bytes(17 * MIB, 4);
    let sandbox = Sandbox::new()
        .envs(&server.variables())
        .file("in", &content);
    let parts = ["--part-size", "5MiB"];
    sandbox
        .run(["put", "in", "k"].iter().chain(&parts))
        .succeeds();
    let sum = std::process::Command::new("sha256sum");
    let sum = { sum }.arg(sandbox.work().join("in")).output().unwrap();
    let right = String::from_utf8(sum.stdout).unwrap()[..64].to_owned();
    let get = |to: &str, sha256: &str| {
        let expected = ["get", "k", to, "--expect-sha256", sha256];
        sandbox.run(expected.iter().chain(&parts))
    };
    get("out", &right).succeeds();
    assert!(sandbox.read("out") == content);
    get("-", &right).prints(&content);
    get("other", OTHER).fails_with(6, &right);
    assert!(!sandbox.exists("other"));
}

#[test]
fn what_is_expected_is_of_one_blob() {
    let sandbox = Sandbox::new();
    for option in [["--expect-size", "5"], ["--expect-sha256", HELLO]] {
        for keys in [&["get", "k", "l", "."][..], &["get", "-r", "k", "."]] {
            sandbox
                .run(keys.iter().chain(&option))
                .fails_with(2, "is about one blob");
        }
    }
    sandbox
        .run(["get", "k", "out", "--expect-sha256", "12"])
        .fails_with(2, "expected 64 hex digits");
}

#[test]
fn the_mode_is_that_of_every_file() {
    on_every_store(|store| {
        let sandbox = store
            .sandbox()
            .file("d/a", "x")
            .file("d/b", "y")
            .file("old", "z");
        sandbox.run(["put", "-r", "d", "d/"]).succeeds();
        sandbox
            .run(["get", "d/d/a", "one", "--mode", "604"])
            .succeeds();
        sandbox
            .run(["get", "d/d/a", "old", "--mode", "0400"])
            .succeeds();
        sandbox
            .run(["get", "d/d/a", "range", "--mode", "440", "--range", "0-0"])
            .succeeds();
        sandbox
            .run(["get", "-r", "d/d", "tree", "--mode", "600"])
            .succeeds();
        for (name, expected) in [
            ("one", 0o604),
            ("old", 0o400),
            ("range", 0o440),
            ("tree/a", 0o600),
            ("tree/b", 0o600),
        ] {
            assert_eq!(mode(&sandbox.work().join(name)), expected, "{name}");
        }
    });
}

#[test]
fn a_stream_has_no_mode() {
    let sandbox = Sandbox::new().file("in", "x");
    sandbox.run(["put", "in", "k"]).succeeds();
    for to in ["-", "/dev/null"] {
        sandbox
            .run(["get", "k", to, "--mode", "600"])
            .fails_with(2, "--mode sets the permissions of files");
    }
    for mode in ["", "8", "648", "1777", "4755", "u+x", "00600"] {
        sandbox
            .run(["get", "k", "out", &format!("--mode={mode}")])
            .fails_with(2, "--mode");
    }
}
