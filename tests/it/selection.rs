//! The selection of a batch: lists of paths, patterns, times, sizes and shares, the same for every command.

use std::time::{Duration, SystemTime};

use crate::support::Sandbox;
use crate::support::stores::on_every_store;
use crate::trees::{local_files, reports};

/// The keys on the store, by `ls`.
fn listed(sandbox: &Sandbox, prefix: &str) -> Vec<String> {
    let output = sandbox.run(["ls", prefix]);
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().map(str::to_owned).collect()
}

fn set_age(sandbox: &Sandbox, name: &str, age: Duration) {
    let file = std::fs::File::open(sandbox.work().join(name)).unwrap();
    file.set_modified(SystemTime::now() - age).unwrap();
}

#[test]
fn a_list_names_files_and_keys() {
    on_every_store(|store| {
        let sandbox = store
            .sandbox()
            .file("d/a", "1")
            .file("d/sub/b", "2")
            .file("d/c", "3")
            // Empty lines, the form of find(1), and no line end at the end.
            .file("list", "\n./a\n\nsub/b");
        sandbox
            .run(["put", "--files-from", "list", "d", "p/"])
            .succeeds();
        assert_eq!(listed(&sandbox, "p/"), ["p/a", "p/sub/b"]);
        sandbox
            .pipe(["get", "--files-from", "-", "p", "new"], b"sub/b\n")
            .succeeds();
        assert_eq!(sandbox.read("new/sub/b"), b"2");
        assert!(!sandbox.exists("new/a"));
        sandbox
            .pipe(["cp", "-0", "--files-from", "-", "p/", "q/"], b"a\0sub/b")
            .succeeds();
        assert_eq!(listed(&sandbox, "q/"), ["q/a", "q/sub/b"]);
        sandbox
            .pipe(["rm", "--files-from", "-", "q/"], b"a\n")
            .succeeds();
        assert_eq!(listed(&sandbox, "q/"), ["q/sub/b"]);
    });
}

#[test]
fn a_list_that_is_not_one_is_reported() {
    on_every_store(|store| {
        let sandbox = store
            .sandbox()
            .file("d/a", "1")
            .file("d/z", "2")
            .file("secret", "3");
        let put = |list: &[u8]| sandbox.pipe(["put", "--files-from", "-", "d", "p/"], list);
        let outcome = put(b"a\r\nz\r\n");
        outcome.fails_with(2, "line 1 of the list `-` ends in CR LF");
        let outcome = put(b"a\n\xff\nz\n");
        reports(&outcome, 11, &["line 2 of the list `-` is not UTF-8 text"]);
        let absolute = sandbox.work().join("secret");
        let lines = format!("../secret\n{}\nmissing\nz\n", absolute.display());
        let outcome = put(lines.as_bytes());
        reports(
            &outcome,
            11,
            &[
                "`../secret` in the list is not a path below the source",
                "secret` in the list is not a path below the source",
                "cannot upload `d/missing` to ",
            ],
        );
        assert_eq!(listed(&sandbox, "p/"), ["p/a", "p/z"]);
        sandbox
            .run(["put", "--files-from", "absent", "d", "p/"])
            .fails_with(8, "blobctl: cannot open the list `absent`: no such file");
        let outcome = sandbox.pipe(
            ["get", "--files-from", "-", "p", "new"],
            b"../../a\na\nnope\n",
        );
        assert_eq!(outcome.code, Some(11), "{outcome:?}");
        assert_eq!(sandbox.read("new/a"), b"1");
        assert_eq!(outcome.stderr.lines().count(), 2, "{outcome:?}");
        sandbox
            .run(["put", "-0", "d/a", "p/"])
            .fails_with(2, "--files-from");
    });
}

#[test]
fn a_list_without_an_end_of_empty_lines_is_not_a_list() {
    let sandbox = Sandbox::new().file("d/a", "1");
    sandbox
        .run(["put", "-0", "--files-from", "/dev/zero", "d", "p/"])
        .fails_with(
            2,
            "the list `/dev/zero` has more than 1000000 empty lines in a row",
        );
    // Some empty lines do not matter.
    let list = format!("{0}a\n{0}", "\n".repeat(600_000));
    sandbox
        .pipe(["put", "--files-from", "-", "d", "p/"], list.as_bytes())
        .succeeds();
    assert_eq!(listed(&sandbox, "p/"), ["p/a"]);
}

#[test]
fn patterns_sizes_and_times_select_for_every_command() {
    on_every_store(|store| {
        let sandbox = store
            .sandbox()
            .file("d/a.txt", "1")
            .file("d/b.tmp", "22")
            .file("d/sub/c.txt", "333")
            .file("d/sub/keep.tmp", "4444");
        sandbox
            .run([
                "put",
                "-r",
                "--exclude",
                "*.tmp",
                "--include",
                "keep.tmp",
                "d/.",
                "p/",
            ])
            .succeeds();
        assert_eq!(
            listed(&sandbox, "p/"),
            ["p/a.txt", "p/sub/c.txt", "p/sub/keep.tmp"]
        );
        sandbox
            .run([
                "get",
                "-r",
                "--include",
                "sub/**",
                "--max-size",
                "3",
                "p/.",
                "g",
            ])
            .succeeds();
        sandbox
            .run([
                "cp",
                "-r",
                "--min-size",
                "3",
                "--max-size",
                "3",
                "p/.",
                "q/",
            ])
            .succeeds();
        assert_eq!(listed(&sandbox, "q/"), ["q/sub/c.txt"]);
        sandbox
            .run(["rm", "-r", "--exclude", "sub/", "p"])
            .succeeds();
        assert_eq!(listed(&sandbox, "p/"), ["p/sub/c.txt", "p/sub/keep.tmp"]);
        sandbox
            .run(["sync", "--include", "*.tmp", "./d", "r"])
            .succeeds();
        assert_eq!(listed(&sandbox, "r/"), ["r/b.tmp", "r/sub/keep.tmp"]);
        set_age(&sandbox, "d/a.txt", Duration::from_secs(7200));
        sandbox
            .run(["put", "-r", "--older-than", "1h", "d/.", "old/"])
            .succeeds();
        assert_eq!(listed(&sandbox, "old/"), ["old/a.txt"]);
        sandbox
            .run(["put", "-r", "--newer-than", "1h", "d/.", "new/"])
            .succeeds();
        assert_eq!(
            listed(&sandbox, "new/"),
            ["new/b.tmp", "new/sub/c.txt", "new/sub/keep.tmp"]
        );
        let files = local_files(&sandbox);
        let fetched: Vec<_> = files.iter().filter(|name| name.starts_with("g/")).collect();
        assert_eq!(fetched, ["g/sub/c.txt"]);
    });
}

#[test]
fn the_shares_are_the_whole() {
    on_every_store(|store| {
        let sandbox = store.sandbox();
        for number in 0..20 {
            sandbox.write(&format!("d/{number}"), "x");
        }
        let mut counts = Vec::new();
        for share in ["1/3", "2/3", "3/3"] {
            let before = listed(&sandbox, "p/").len();
            sandbox
                .run(["put", "-r", "--shard", share, "d/.", "p/"])
                .succeeds();
            counts.push(listed(&sandbox, "p/").len() - before);
        }
        assert_eq!(counts.iter().sum::<usize>(), 20, "{counts:?}");
        assert!(counts.iter().all(|count| *count > 0), "{counts:?}");
    });
}

#[test]
fn contradictions_are_usage_errors() {
    let sandbox = Sandbox::new().file("d/a", "1");
    for (arguments, text) in [
        (
            &["put", "-r", "--include", "[a", "d", "p/"][..],
            "invalid pattern `[a`",
        ),
        (
            &["put", "-r", "--min-size", "2", "--max-size", "1", "d", "p/"],
            "--min-size is greater than --max-size",
        ),
        (
            &[
                "put",
                "-r",
                "--newer-than",
                "1h",
                "--older-than",
                "2h",
                "d",
                "p/",
            ],
            // From 2 hours to 1 hour ago is possible, the other way around is not.
            "--newer-than is later than --older-than",
        ),
        (
            &["put", "-r", "--older-than", "9999-01-01", "d", "p/"],
            "is in the future",
        ),
        (
            &["put", "-r", "--newer-than", "yesterday", "d", "p/"],
            "invalid time `yesterday`",
        ),
        (&["put", "-r", "--shard", "4/3", "d", "p/"], "invalid share"),
        (&["put", "-r", "--exclude", "", "d", "p/"], "is empty"),
        (
            &["put", "--files-from", "list", "d", "d", "p/"],
            "relative to one source",
        ),
        (&["put", "-r", "-", "p/k"], "stdin is one blob"),
        (
            &["put", "-r", "-", "--files-from", "-", "p/k"],
            "stdin is one blob",
        ),
        (
            &["put", "--files-from", "-", "-", "p/"],
            "stdin is one blob",
        ),
        (&["cp", "-r", "-", "p/k"], "stdin is one blob"),
        (&["put", "--checksum-only", "d/a", "p/"], "--if-changed"),
        (&["sync", "--all", "./d", "p/"], "--delete"),
        (
            &["sync", "--delete", "--min-size", "1", "./d", "p/"],
            "--delete cannot be combined with filters by size or time",
        ),
        (
            &["mv", "--if-changed", "./d/a", "p/"],
            "mv has no --if-changed",
        ),
    ] {
        sandbox.pipe(arguments, b"d/a").fails_with(2, text);
    }
    assert!(!sandbox.default_root().exists());
}

#[test]
fn fail_fast_begins_nothing_more() {
    on_every_store(|store| {
        let sandbox = store.sandbox().file("d/b", "1").file("d/c", "2");
        std::os::unix::fs::symlink("nowhere", sandbox.work().join("d/a")).unwrap();
        let outcome = sandbox.run(["put", "-r", "--fail-fast", "--jobs", "1", "d/.", "p/"]);
        outcome.fails_with(8, "cannot upload `d/a`");
        assert_eq!(listed(&sandbox, "p/"), Vec::<String>::new());
    });
}
