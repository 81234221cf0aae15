//! The contract of all stores, through the built binary, over a directory, an S3 server that verifies signatures, and an FTP
//! server.

use std::io::Write;
use std::process::Stdio;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::support::stores::{Store, on_every_store};
use crate::support::{KIB, MIB, bytes, finish};

/// Stores, fetches and compares a file of this size, from a file and a pipe, to a file and stdout.
fn round_trip(store: &dyn Store, size: usize) {
    let content = bytes(size, size as u64 + 1);
    let sandbox = store.sandbox().file("in", &content);
    sandbox.run(["put", "in", "d/blob"]).succeeds();
    assert!(store.look(&sandbox, "d/blob") == Some(content.clone()));
    sandbox.run(["exists", "d/blob"]).succeeds();
    sandbox.run(["get", "d/blob", "out"]).succeeds();
    assert!(sandbox.read("out") == content);
    sandbox.run(["get", "d/blob", "-"]).prints(&content);
    sandbox.pipe(["put", "-", "piped"], &content).succeeds();
    assert!(store.look(&sandbox, "piped") == Some(content));
    sandbox.nothing_left_behind();
    store.is_clean(&sandbox);
}

#[test]
fn blobs_of_every_size_come_back_as_they_were() {
    on_every_store(|store| {
        for size in [0, 1, 64 * KIB + 1, 5 * MIB - 1, 5 * MIB] {
            round_trip(store, size);
        }
    });
}

#[test]
fn a_blob_of_64_mib_round_trips() {
    on_every_store(|store| round_trip(store, 64 * MIB));
}

#[test]
fn stdin_from_a_file_is_stored_from_its_current_offset() {
    on_every_store(|store| {
        let sandbox = store.sandbox().file("in", "0123456789");
        let mut file = std::fs::File::open(sandbox.work().join("in")).unwrap();
        std::io::Read::read_exact(&mut file, &mut [0; 4]).unwrap();
        let mut command = sandbox.command(["put", "-", "rest"]);
        finish(command.stdin(Stdio::from(file)).spawn().unwrap()).succeeds();
        assert_eq!(
            store.look(&sandbox, "rest").as_deref(),
            Some(&b"456789"[..])
        );
    });
}

#[test]
fn unusual_keys_are_kept_verbatim() {
    let long = format!(
        "{}/{}",
        vec!["s".repeat(200); 5].join("/"),
        "t".repeat(1024 - 5 * 201)
    );
    assert_eq!(long.len(), 1024);
    let keys = [
        "with blank",
        "plus+plus",
        "pct%41%2F",
        "q?x=1&y",
        "hash#tag",
        "quote'\"`",
        "ümläut/日本.txt",
        "-dash",
        "*glob*[x]?",
        "a\\b",
        "dir/semi;colon:@=,$",
        "{b}^|~!()",
        ".hidden",
        "dot.",
        " lead",
        "<a&b>",
        "😀",
        &long,
    ];
    on_every_store(|store| {
        let sandbox = store.sandbox();
        // The S3 server's store makes a file name of each whole key and fails at 255 bytes; tests/s3.rs has the long key.
        let keys: Vec<&str> = keys
            .into_iter()
            .filter(|key| store.keeps_paths() || key.len() < 200)
            .collect();
        for (index, key) in keys.iter().enumerate() {
            let content = format!("content {index}");
            sandbox
                .pipe(["put", "--", "-", key], content.as_bytes())
                .succeeds();
            sandbox.run(["exists", "--", key]).succeeds();
            sandbox
                .run(["get", "--", key, "-"])
                .prints(content.as_bytes());
        }
        // No two keys were mapped to the same blob.
        for (index, key) in keys.iter().enumerate() {
            sandbox
                .run(["get", "--", key, "-"])
                .prints(format!("content {index}").as_bytes());
        }
    });
}

#[test]
fn keys_that_a_file_system_would_change_are_rejected() {
    on_every_store(|store| {
        let sandbox = store.sandbox().file("in", "x");
        if store.keeps_paths() {
            for key in ["a//b", "/a", "../up", "a/../b", "./a", "a/."] {
                sandbox
                    .run(["put", "in", key])
                    .fails_with(2, "a file system cannot represent");
                sandbox
                    .run(["exists", key])
                    .fails_with(2, "a file system cannot represent");
            }
        } else {
            sandbox.run(["put", "in", "a//b"]).succeeds();
            sandbox.run(["get", "a//b", "-"]).prints(b"x");
        }
        sandbox.nothing_left_behind();
    });
}

#[test]
fn a_second_put_replaces_the_first() {
    on_every_store(|store| {
        let sandbox = store
            .sandbox()
            .file("one", bytes(70_000, 1))
            .file("two", "2");
        sandbox.run(["put", "one", "k"]).succeeds();
        sandbox.run(["put", "two", "k"]).succeeds();
        sandbox.run(["get", "k", "-"]).prints(b"2");
    });
}

#[test]
fn many_blobs_go_in_one_command() {
    on_every_store(|store| {
        let names: Vec<String> = (0..40).map(|n| format!("f{n}")).collect();
        let sandbox = store.sandbox();
        for (index, name) in names.iter().enumerate() {
            sandbox.write(name, bytes(1000 + index, index as u64));
        }
        let put: Vec<&str> = ["put"]
            .into_iter()
            .chain(names.iter().map(String::as_str))
            .chain(["many/"])
            .collect();
        sandbox.run(put).succeeds();
        std::fs::create_dir(sandbox.work().join("back")).unwrap();
        let keys: Vec<String> = names.iter().map(|name| format!("many/{name}")).collect();
        let get: Vec<&str> = ["get", "-t", "back"]
            .into_iter()
            .chain(keys.iter().map(String::as_str))
            .collect();
        sandbox.run(get).succeeds();
        for name in &names {
            assert!(
                sandbox.read(name) == sandbox.read(&format!("back/{name}")),
                "{name}"
            );
        }
        let exists: Vec<&str> = ["exists"]
            .into_iter()
            .chain(keys.iter().map(String::as_str))
            .collect();
        sandbox.run(exists).succeeds();
    });
}

#[test]
fn exists_distinguishes_all_some_and_none() {
    on_every_store(|store| {
        let sandbox = store.sandbox().file("a", "1").file("b", "2");
        sandbox.run(["put", "a", "b", "d/"]).succeeds();
        sandbox.run(["exists", "d/a", "d/b"]).succeeds();
        sandbox.run(["exists", "d/a", "d/nope", "d/b"]).is_silent(1);
        sandbox.run(["exists", "nope"]).is_silent(1);
        sandbox.run(["exists", "no/such/directory"]).is_silent(1);
        // A directory is not a blob. (The S3 server's store answers 500 about its own directories.)
        if store.keeps_paths() {
            sandbox.run(["exists", "d"]).is_silent(1);
        }
        let (a, nope) = (store.url(&sandbox, "d/a"), store.url(&sandbox, "nope"));
        let outcome = sandbox.run(["exists", "d/a", "nope", "--jobs", "1", "-v", "--json"]);
        assert_eq!(outcome.code, Some(1));
        assert!(
            outcome
                .stderr
                .contains(&format!("blobctl: {a} exists, 1 bytes\n")),
            "{outcome:?}"
        );
        assert!(
            outcome
                .stderr
                .contains(&format!("blobctl: {nope} does not exist\n")),
            "{outcome:?}"
        );
        let json = outcome.json();
        assert_eq!(
            (&json[0]["exists"], &json[0]["ok"], &json[0]["code"]),
            (&true.into(), &true.into(), &0.into())
        );
        assert_eq!(
            (&json[1]["exists"], &json[1]["ok"], &json[1]["code"]),
            (&false.into(), &false.into(), &1.into())
        );
    });
}

#[test]
fn a_missing_blob_is_exit_1_and_leaves_the_old_file() {
    on_every_store(|store| {
        let sandbox = store.sandbox().file("x", "old");
        let url = store.url(&sandbox, "nope");
        let outcome = sandbox.run(["get", "nope", "x"]);
        outcome.fails_with(
            1,
            &format!("blobctl: cannot download {url} to `x`: no such blob"),
        );
        assert_eq!(sandbox.read("x"), b"old");
        sandbox.nothing_left_behind();
    });
}

#[test]
fn some_missing_blobs_are_partial_and_the_others_are_fetched() {
    on_every_store(|store| {
        let sandbox = store.sandbox().file("a", "1");
        sandbox.run(["put", "a"]).succeeds();
        std::fs::create_dir(sandbox.work().join("to")).unwrap();
        let outcome = sandbox.run(["get", "a", "nope", "to"]);
        assert_eq!(outcome.code, Some(11), "{outcome:?}");
        assert_eq!(sandbox.read("to/a"), b"1");
        let outcome = sandbox.run(["get", "nope", "nope2", "to"]);
        assert_eq!(
            (outcome.code, outcome.stderr.lines().count()),
            (Some(1), 2),
            "{outcome:?}"
        );
    });
}

#[test]
fn json_reports_each_result() {
    on_every_store(|store| {
        let sandbox = store.sandbox().file("a", "hello");
        let url = store.url(&sandbox, "d/a");
        let outcome = sandbox.run(["put", "a", "d/", "--json"]);
        let json = &outcome.json()[0];
        let expected: [(&str, serde_json::Value); 10] = [
            ("v", 1.into()),
            ("op", "put".into()),
            ("key", "d/a".into()),
            ("url", url.as_str().into()),
            ("ok", true.into()),
            ("code", 0.into()),
            ("bytes", 5.into()),
            ("verified", store.proof().into()),
            ("attempts", 1.into()),
            ("changed", true.into()),
        ];
        for (field, value) in &expected {
            assert_eq!(&json[*field], value, "{field} in {json}");
        }
        assert!(json["seconds"].is_f64(), "{json}");
        let outcome = sandbox.run(["get", "d/a", "b", "--json"]);
        let json = &outcome.json()[0];
        assert_eq!(
            (&json["op"], &json["bytes"], &json["verified"]),
            (&"get".into(), &5.into(), &store.proof().into()),
            "{json}"
        );
        let outcome = sandbox.run(["get", "nope", "c", "--json"]);
        let json = &outcome.json()[0];
        assert_eq!(
            (&json["ok"], &json["code"], &json["error"]),
            (&false.into(), &1.into(), &"not_found".into()),
            "{json}"
        );
        assert!(
            outcome.stderr.starts_with("blobctl: cannot download "),
            "{outcome:?}"
        );
        // stdout has the blob, so the JSON object is printed on stderr.
        let outcome = sandbox.run(["get", "d/a", "-", "--json"]);
        assert_eq!(outcome.stdout, b"hello");
        let json: serde_json::Value = serde_json::from_str(&outcome.stderr).unwrap();
        assert_eq!((&json["op"], &json["ok"]), (&"get".into(), &true.into()));
    });
}

#[test]
fn v_prints_one_line_per_blob_and_q_nothing() {
    on_every_store(|store| {
        let sandbox = store.sandbox().file("a", "hello");
        let url = store.url(&sandbox, "a");
        let outcome = sandbox.run(["put", "a", "-v"]);
        let line = format!("blobctl: stored 5 B `a` to {url} in ");
        assert!(
            outcome
                .stderr
                .lines()
                .any(|l| l.starts_with(&line)
                    && l.ends_with(&format!("verified by {}", store.proof()))),
            "{outcome:?}"
        );
        sandbox.run(["get", "a", "b", "-q"]).succeeds();
        sandbox
            .run(["get", "nope", "c", "-q"])
            .fails_with(1, "no such blob");
    });
}

#[test]
fn without_a_terminal_progress_is_only_printed_as_lines() {
    on_every_store(|store| {
        let sandbox = store.sandbox().file("a", bytes(MIB, 1));
        for progress in ["auto", "none"] {
            sandbox.run(["put", "a", "--progress", progress]).succeeds();
        }
        let lines = sandbox.run(["put", "a", "--progress", "lines"]);
        assert_eq!(lines.code, Some(0), "{lines:?}");
        // The first of the other lines comes after 10 s.
        assert!(
            lines.stderr.contains("blobctl: 1 file, 1.0 MiB in "),
            "{lines:?}"
        );
    });
}

#[test]
fn a_source_that_changes_during_the_put_fails_and_the_old_blob_stays() {
    on_every_store(|store| {
        let sandbox = store.sandbox().file("a", "old");
        sandbox.write("big", bytes(48 * MIB, 5));
        let path = sandbox.work().join("big");
        let put = || {
            let stop = AtomicBool::new(false);
            std::thread::scope(|scope| {
                scope.spawn(|| {
                    let mut file = std::fs::File::options().append(true).open(&path).unwrap();
                    while !stop.load(Ordering::SeqCst) {
                        file.write_all(b"x").unwrap();
                        std::thread::yield_now();
                    }
                });
                let outcome = sandbox.run(["put", "big", "k"]);
                stop.store(true, Ordering::SeqCst);
                outcome
            })
        };
        // On a loaded machine the put may finish between two changes of the source.
        let mut tries = (0..10).map(|_| {
            sandbox.run(["put", "a", "k"]).succeeds();
            put()
        });
        tries
            .find(|outcome| outcome.code != Some(0))
            .unwrap()
            .fails_with(6, "the source changed while it was read");
        assert_eq!(store.look(&sandbox, "k").as_deref(), Some(&b"old"[..]));
        store.is_clean(&sandbox);
    });
}

#[test]
fn a_listing_has_every_key_once_and_only_those_of_its_prefix() {
    on_every_store(|store| {
        let sandbox = store.sandbox();
        let keys = ["a", "b c", "d/e", "d/f", "d2/g", "ü/日本"];
        for (index, key) in keys.iter().enumerate() {
            sandbox.pipe(["put", "-", key], &bytes(index, 1)).succeeds();
        }
        let list = |arguments: &[&str]| {
            let outcome = sandbox.run(arguments);
            assert_eq!(
                (outcome.code, outcome.stderr.as_str()),
                (Some(0), ""),
                "{outcome:?}"
            );
            String::from_utf8(outcome.stdout)
                .unwrap()
                .lines()
                .map(str::to_owned)
                .collect::<Vec<_>>()
        };
        assert_eq!(list(&["ls"]), keys);
        assert_eq!(list(&["ls", "d"]), ["d/e", "d/f", "d2/g"]);
        assert_eq!(list(&["ls", "d/"]), ["d/e", "d/f"]);
        assert_eq!(list(&["ls", "d/e"]), ["d/e"]);
        assert_eq!(list(&["ls", "nope/"]), Vec::<String>::new());
        let long = list(&["ls", "-l", "d/f"]);
        assert!(
            long[0].trim_start().starts_with("3  20") && long[0].ends_with("Z  d/f"),
            "{long:?}"
        );
        let outcome = sandbox.run(["ls", "d/", "--json"]);
        let json = outcome.json();
        assert_eq!(
            (json.len(), &json[1]["key"], &json[1]["bytes"]),
            (2, &"d/f".into(), &3.into()),
            "{outcome:?}"
        );
    });
}

#[test]
fn stat_reports_size_and_time() {
    on_every_store(|store| {
        let sandbox = store.sandbox();
        sandbox.pipe(["put", "-", "k.txt"], b"hello").succeeds();
        let outcome = sandbox.run(["stat", "k.txt"]);
        let text = String::from_utf8(outcome.stdout.clone()).unwrap();
        assert!(
            text.starts_with(&format!(
                "{}\n  size: 5\n  modified: 20",
                store.url(&sandbox, "k.txt")
            )),
            "{outcome:?}"
        );
        let json = &sandbox.run(["stat", "k.txt", "--json"]).json()[0];
        assert_eq!(
            (&json["bytes"], &json["ok"]),
            (&5.into(), &true.into()),
            "{json}"
        );
        sandbox.run(["stat", "nope"]).fails_with(1, "no such blob");
    });
}

#[test]
fn rm_removes_and_a_missing_blob_is_exit_1_unless_forced() {
    on_every_store(|store| {
        let sandbox = store.sandbox();
        sandbox.pipe(["put", "-", "d/k"], b"x").succeeds();
        sandbox.pipe(["put", "-", "d/l"], b"y").succeeds();
        sandbox.run(["rm", "d/k"]).succeeds();
        assert_eq!(store.look(&sandbox, "d/k"), None);
        assert_eq!(store.look(&sandbox, "d/l").as_deref(), Some(&b"y"[..]));
        sandbox.run(["rm", "d/k"]).fails_with(
            1,
            &format!("cannot remove {}: no such blob", store.url(&sandbox, "d/k")),
        );
        sandbox.run(["rm", "--force", "d/k"]).succeeds();
        let outcome = sandbox.run(["rm", "d/k", "d/l"]);
        assert_eq!(outcome.code, Some(11), "{outcome:?}");
        assert_eq!(store.look(&sandbox, "d/l"), None);
    });
}

#[test]
fn cp_copies_a_blob_to_any_other_store() {
    on_every_store(|store| {
        let content = bytes(3 * MIB, 4);
        let sandbox = store
            .sandbox()
            .config("[remotes.other]\nbackend = \"fs\"\nroot = \"/\"\n")
            .file("in", &content);
        let there = |name: &str| format!("file://{}/{name}", sandbox.work().display());
        sandbox.run(["put", "in", "k"]).succeeds();
        sandbox.run(["cp", "k", &there("copy")]).succeeds();
        assert!(sandbox.read("copy") == content);
        sandbox.run(["cp", &there("copy"), "back/"]).succeeds();
        assert!(store.look(&sandbox, "back/copy") == Some(content.clone()));
        sandbox.run(["cp", "k", "l"]).succeeds();
        assert!(store.look(&sandbox, "l") == Some(content));
        sandbox
            .run(["cp", "nope", &there("x")])
            .fails_with(1, "no such blob");
        assert!(!sandbox.exists("x"));
        sandbox
            .run(["cp", "k", "k"])
            .fails_with(2, "would be copied onto itself");
        sandbox.nothing_left_behind();
        store.is_clean(&sandbox);
    });
}

#[test]
fn if_absent_never_replaces() {
    on_every_store(|store| {
        let sandbox = store
            .sandbox()
            .file("one", "1")
            .file("two", bytes(20 * MIB, 2));
        let outcome = sandbox.run(["put", "one", "k", "--if-absent", "--json"]);
        assert_eq!(
            (outcome.code, outcome.json()[0]["atomic"].is_boolean()),
            (Some(0), true),
            "{outcome:?}"
        );
        sandbox
            .run(["put", "two", "k", "--if-absent"])
            .fails_with(5, "already exists");
        sandbox
            .pipe(["put", "-", "k", "--if-absent"], b"3")
            .fails_with(5, "already exists");
        assert_eq!(store.look(&sandbox, "k").as_deref(), Some(&b"1"[..]));
        sandbox.nothing_left_behind();
        store.is_clean(&sandbox);
    });
}

#[test]
fn a_source_with_an_unexpected_size_or_checksum_is_not_stored() {
    const SHA256_OF_HELLO: &str =
        "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";
    on_every_store(|store| {
        let sandbox = store
            .sandbox()
            .file("a", "hello")
            .file("b", "jello")
            .file("none", "");
        sandbox
            .run([
                "put",
                "a",
                "k",
                "--expect-sha256",
                SHA256_OF_HELLO,
                "--expect-size",
                "5",
                "--fail-if-empty",
            ])
            .succeeds();
        sandbox
            .pipe(
                [
                    "put",
                    "-",
                    "k2",
                    "--expect-sha256",
                    SHA256_OF_HELLO,
                    "--expect-size",
                    "5",
                ],
                b"hello",
            )
            .succeeds();
        sandbox
            .run(["put", "b", "k", "--expect-sha256", SHA256_OF_HELLO])
            .fails_with(6, "the source has the SHA-256");
        sandbox
            .run(["put", "a", "k", "--expect-size", "6"])
            .fails_with(6, "the source has 5 bytes instead of 6");
        sandbox
            .run(["put", "none", "k", "--fail-if-empty"])
            .fails_with(6, "the source is empty");
        sandbox
            .pipe(
                ["put", "-", "k", "--expect-sha256", SHA256_OF_HELLO],
                b"jello",
            )
            .fails_with(6, "the source has the SHA-256");
        sandbox
            .pipe(["put", "-", "k", "--expect-size", "6"], &bytes(17 * MIB, 1))
            .fails_with(6, "instead of 6");
        sandbox
            .pipe(["put", "-", "k", "--fail-if-empty"], b"")
            .fails_with(6, "the source is empty");
        assert_eq!(store.look(&sandbox, "k").as_deref(), Some(&b"hello"[..]));
        sandbox.nothing_left_behind();
        store.is_clean(&sandbox);
    });
}

#[test]
fn no_clobber_leaves_the_old_file_alone() {
    on_every_store(|store| {
        let sandbox = store.sandbox().file("old", "old");
        sandbox.pipe(["put", "-", "k"], b"new").succeeds();
        sandbox
            .run(["get", "k", "old", "--no-clobber"])
            .fails_with(5, "already exists");
        assert_eq!(sandbox.read("old"), b"old");
        sandbox
            .run(["get", "k", "fresh", "--no-clobber"])
            .succeeds();
        assert_eq!(sandbox.read("fresh"), b"new");
    });
}

#[test]
fn require_verified_needs_more_than_a_length() {
    on_every_store(|store| {
        let sandbox = store.sandbox();
        sandbox.pipe(["put", "-", "k"], b"x").succeeds();
        let outcome = sandbox.run(["get", "k", "b", "--require-verified"]);
        if store.proof() == "length" {
            outcome.fails_with(6, "no digest of it that could be compared");
            assert!(!sandbox.exists("b"));
        } else {
            outcome.succeeds();
        }
        let outcome = sandbox.run(["get", "k", "c", "--verify", "length", "--json"]);
        assert_eq!(outcome.json()[0]["verified"], "length");
    });
}

#[test]
fn a_directory_is_not_a_blob() {
    on_every_store(|store| {
        if store.keeps_paths() {
            let sandbox = store.sandbox().file("a", "1");
            sandbox.run(["put", "a", "d/a"]).succeeds();
            sandbox
                .run(["get", "d", "out"])
                .fails_with(1, "no such blob");
            let outcome = sandbox.run(["put", "a", "d"]);
            assert!(
                matches!(outcome.code, Some(4 | 8 | 12))
                    && outcome.stderr.starts_with("blobctl: cannot upload `a` to "),
                "{outcome:?}"
            );
            sandbox.run(["get", "d/a", "-"]).prints(b"1");
            assert!(!sandbox.exists("out"));
            sandbox.nothing_left_behind();
            store.is_clean(&sandbox);
        }
    });
}

#[test]
fn one_bad_source_of_many_does_not_stop_the_others() {
    on_every_store(|store| {
        let sandbox = store.sandbox().file("a", "1").file("b", "2");
        let outcome = sandbox.run(["put", "a", "nofile", "b", "d/"]);
        assert_eq!(outcome.code, Some(11), "{outcome:?}");
        let wanted = format!(
            "blobctl: cannot upload `nofile` to {}: no such file or directory\n",
            store.url(&sandbox, "d/nofile")
        );
        assert_eq!(outcome.stderr, wanted);
        assert_eq!(store.look(&sandbox, "d/a").as_deref(), Some(&b"1"[..]));
        assert_eq!(store.look(&sandbox, "d/b").as_deref(), Some(&b"2"[..]));
        assert_eq!(store.look(&sandbox, "d/nofile"), None);
        store.is_clean(&sandbox);
    });
}
