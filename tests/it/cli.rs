//! The command line: usage errors with their messages, and the rules of cp(1) for sources and destinations.

use std::os::unix::fs::{PermissionsExt, symlink};

use crate::support::s3::S3Server;
use crate::support::{Sandbox, files};

/// Nothing was stored, and nothing appeared in the working directory.
#[track_caller]
fn nothing_written(sandbox: &Sandbox, before: &[std::path::PathBuf]) {
    assert_eq!(files(&sandbox.work()), before);
    assert!(!sandbox.default_root().exists());
}

#[test]
fn bad_command_lines_are_one_line_and_2() {
    let sandbox = Sandbox::new()
        .file("a", "x")
        .file("dir/b", "y")
        .file("c", "z");
    let before = files(&sandbox.work());
    let cases: &[(&[&str], &str)] = &[
        (&[], "missing command"),
        (&["frobnicate"], "unknown command `frobnicate`"),
        (&["pt", "a"], "unknown command `pt`"),
        (&["put", "a", "--frob"], "unknown option `--frob`"),
        (
            &["put", "a", "--backend", "s4"],
            "invalid value `s4` of `--backend`",
        ),
        (
            &["put", "a", "--retry-for", "soon"],
            "invalid duration `soon`",
        ),
        (
            &["put", "a", "--jobs", "0"],
            "`0` is neither `auto` nor a number from 1 to 256",
        ),
        (
            &["put", "a", "--jobs", "many"],
            "`many` is neither `auto` nor a number from 1 to 256",
        ),
        (&["put", "dir", "k"], "`dir` is a directory"),
        (&["put", "a", ""], "the key is empty"),
        (&["put", "", "k"], "the source is empty"),
        (&["exists", ""], "the key is empty"),
        (&["get", "", "x"], "the key is empty"),
        (&["get", "k", ""], "the destination is empty"),
        (&["put", "-"], "stdin has no name"),
        (&["put", "-", "p/"], "stdin has no name"),
        (&["put", "a", "-"], "`-` is not a key"),
        (&["get", "-", "x"], "`-` is not a blob"),
        (&["exists", "-"], "`-` is not a blob"),
        (
            &["put", "a", "c", "k"],
            "several sources need a destination that ends in `/`",
        ),
        (
            &["get", "k1", "k2", "-"],
            "several blobs cannot go to stdout",
        ),
        (&["get", "k/"], "has no base name"),
        (
            &["put", "a", "--bucket", "b"],
            "--bucket is an option of the s3 backend, but this store is fs",
        ),
        (
            &["put", "a", "--host", "h"],
            "--host is an option of the ftp backend, but this store is fs",
        ),
        (
            &["put", "a", "-b", "s3", "--bucket", "b", "--root", "."],
            "--root is an option of the fs backend, but this store is s3",
        ),
        (
            &["put", "a", "ftp://u:hunter2@h/x"],
            "an address must not contain a password",
        ),
        (&["put", "a", "s3:///x"], "names no bucket"),
        (&["put", "a", "ftp://h:0/x"], "port"),
        (&["put", "a", "file://x/y"], "absolute path"),
        (
            &["put", "a", "--secret-access-key", "hunter2"],
            "unknown option `--secret-access-key`",
        ),
        (
            &["put", "a", "--secret-access-key=hunter2"],
            "unknown option `--secret-access-key`",
        ),
        (
            &["put", "a", "--password=hunter2"],
            "unknown option `--password`",
        ),
    ];
    for (arguments, part) in cases {
        let outcome = sandbox.run(*arguments);
        outcome.fails_with(2, part);
        assert!(!outcome.stderr.contains("hunter2"), "{outcome:?}");
    }
    nothing_written(&sandbox, &before);
}

#[test]
fn usage_errors_name_arguments_without_the_notation_of_the_usage_line() {
    let cases: &[(&[&str], &str)] = &[
        (&["put"], "missing argument: SRC... KEY\n"),
        (&["get"], "missing argument: KEY... DEST\n"),
        (&["exists"], "missing argument: KEY\n"),
        (&["cp"], "missing argument: FROM... TO\n"),
        (
            &["put", "a", "-q", "-v"],
            "`--quiet` and `--verbose` cannot be combined\n",
        ),
        (
            &["put", "a", "--if-absent", "--if-match", "x"],
            "`--if-absent` and `--if-match` cannot be combined\n",
        ),
        (
            &["put", "a", "--json", "--json"],
            "`--json` is given twice\n",
        ),
    ];
    for (arguments, part) in cases {
        Sandbox::new().run(*arguments).fails_with(2, part);
    }
}

#[test]
fn usage_errors_have_a_hint() {
    let sandbox = Sandbox::new().file("dir/b", "y").file("a", "x");
    for (arguments, hint) in [
        (
            &["put", "dir", "k"][..],
            "hint: add --recursive (-r) to put the files in it",
        ),
        (&["exsts", "k"], "hint: did you mean `exists`?"),
        (
            &["put", "a", "--buckt", "b"],
            "hint: did you mean `--bucket`?",
        ),
        (
            &["put", "a", "--secret-key", "x"],
            "hint: secrets are not accepted on the command line",
        ),
        (&["put", "-"], "hint: add a key: blobctl put - KEY"),
        (&["get", "k", "no/such/x"], "hint: mkdir -p no/such"),
    ] {
        let outcome = sandbox.run(arguments);
        assert!(
            outcome
                .stderr
                .lines()
                .nth(1)
                .is_some_and(|line| line.starts_with(hint)),
            "{outcome:?}"
        );
    }
}

#[test]
fn local_trouble_is_8_and_writes_nothing() {
    let sandbox = Sandbox::new().file("a", "x").file("secret", "y");
    sandbox
        .run(["put", "nofile", "k"])
        .fails_with(8, "cannot upload `nofile` to file://");
    sandbox.run(["put", "a", "k"]).succeeds();
    sandbox
        .run(["get", "k", "nodir/x"])
        .fails_with(8, "the directory `nodir` does not exist");
    sandbox
        .run(["get", "k", "nodir/"])
        .fails_with(8, "the directory `nodir/` does not exist");
    sandbox
        .run(["get", "k", "-t", "nodir"])
        .fails_with(8, "the directory `nodir` does not exist");
    sandbox.run(["get", "k", "a/x"]).fails_with(8, "`a/x`");
    sandbox
        .run(["get", "k", "k", "a"])
        .fails_with(8, "`a` is not a directory");
    assert_eq!(files(&sandbox.work()).len(), 2);
    sandbox.nothing_left_behind();
}

/// Root can read and write everything, so these tests give the files to the user `nobody` and run as `nobody`.
#[test]
fn unreadable_sources_and_unwritable_destinations_are_8() {
    let sandbox = Sandbox::new().file("secret", "y").file("a", "x");
    sandbox.run(["put", "a", "k"]).succeeds();
    let set = |path: std::path::PathBuf, mode| {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    };
    std::fs::create_dir(sandbox.work().join("closed")).unwrap();
    set(sandbox.work().join("secret"), 0o000);
    set(sandbox.work().join("closed"), 0o555);
    let root = rustix::process::getuid().is_root();
    let run = |arguments: &[&str]| {
        if !root {
            return sandbox.run(arguments);
        }
        // All parent directories of the sandbox are made accessible, then the program runs as `nobody`.
        set(sandbox.work().parent().unwrap().to_path_buf(), 0o755);
        let command = sandbox.command(arguments);
        let binary = sandbox.work().join("../blobctl");
        if !binary.exists() {
            // By a process of its own: a descriptor that is open for writing here could be inherited by the child of another
            // test, and the copy could not be executed (ETXTBSY).
            let copied = std::process::Command::new("cp")
                .arg(env!("CARGO_BIN_EXE_blobctl"))
                .arg(&binary)
                .status();
            assert!(copied.unwrap().success());
        }
        let mut copied = std::process::Command::new(binary);
        copied
            .args(command.get_args())
            .current_dir(sandbox.work())
            .env_clear();
        copied.envs(
            command
                .get_envs()
                .filter_map(|(name, value)| Some((name, value?))),
        );
        copied
            .stdin(std::process::Stdio::null())
            .stdout(std::process::Stdio::piped())
            .stderr(std::process::Stdio::piped());
        std::os::unix::process::CommandExt::uid(&mut copied, 65534);
        crate::support::finish(copied.spawn().unwrap())
    };
    run(&["put", "secret", "k2"]).fails_with(8, "permission denied");
    let outcome = run(&["get", "k", "closed/x"]);
    assert!(outcome.stderr.contains("permission denied"), "{outcome:?}");
    assert_eq!(outcome.code, Some(8), "{outcome:?}");
}

#[test]
fn help_and_version_are_on_stdout() {
    let sandbox = Sandbox::new();
    for arguments in [&["--help"][..], &["-h"], &["put", "--help"], &["get", "-h"]] {
        let outcome = sandbox.run(arguments);
        assert_eq!(
            (outcome.code, outcome.stderr.as_str()),
            (Some(0), ""),
            "{outcome:?}"
        );
        assert!(
            String::from_utf8_lossy(&outcome.stdout).contains("Usage"),
            "{outcome:?}"
        );
    }
    let outcome = sandbox.run(["--version"]);
    assert_eq!(
        outcome.stdout,
        format!("blobctl {}\n", env!("CARGO_PKG_VERSION")).as_bytes()
    );
}

#[test]
fn the_help_has_the_exit_codes_and_addresses() {
    let help = String::from_utf8(Sandbox::new().run(["--help"]).stdout).unwrap();
    for part in [
        "1                The blob does not exist",
        "7                Network failure",
        "s3://BUCKET/KEY",
        "ftpes://",
        "file:///PATH",
        "REMOTE:KEY",
    ] {
        assert!(help.contains(part), "{part}\n{help}");
    }
}

#[test]
fn the_help_explains_columns_times_and_the_sizes_of_ls() {
    let help = |command: &str, option: &str| {
        String::from_utf8(Sandbox::new().run([command, option]).stdout).unwrap()
    };
    let columns = "kind of leftover (file, upload or journal), its age, its size";
    assert!(help("gc", "--help").contains(columns));
    for command in ["ls", "rm", "get", "put", "cp", "sync"] {
        let text = help(command, "--help");
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(
            text.contains("7d (before now), 2026-01-31 (UTC), or RFC 3339"),
            "{text}"
        );
        assert!(text.contains("on S3 the time of the upload"), "{text}");
    }
}

#[test]
fn ls_lh_prints_sizes_with_units() {
    let sandbox = Sandbox::new();
    sandbox.write("a", [0; 2048]);
    sandbox.run(["put", "a", "k"]).succeeds();
    let human = sandbox.run(["ls", "-l", "--human"]).stdout;
    assert!(String::from_utf8_lossy(&human).contains("2.0 KiB"));
    for words in [
        &["ls", "-lh"][..],
        &["ls", "-hl"],
        &["-q", "ls", "-lh", "k"],
    ] {
        assert_eq!(sandbox.run(words).stdout, human, "{words:?}");
    }
}

fn stored(sandbox: &Sandbox) -> Vec<String> {
    let root = sandbox.default_root();
    files(&root)
        .iter()
        .map(|path| {
            path.strip_prefix(&root)
                .unwrap()
                .to_str()
                .unwrap()
                .to_owned()
        })
        .collect()
}

#[test]
fn puts_go_where_cp_would_put_them() {
    let cases: &[(&[&str], &[&str])] = &[
        (&["put", "a"], &["a"]),
        (&["put", "d/b"], &["b"]),
        (&["put", "a", "k"], &["k"]),
        (&["put", "a", "p/"], &["p/a"]),
        (&["put", "d/b", "p/q/"], &["p/q/b"]),
        (&["put", "a", "c", "p/"], &["p/a", "p/c"]),
        (&["put", "-t", "p/", "a", "c"], &["p/a", "p/c"]),
        (&["put", "-t", "p", "a", "c"], &["p/a", "p/c"]),
        (&["put", "a", "c", "--target", "p/"], &["p/a", "p/c"]),
        (&["put", "-r", "d", "p/"], &["p/d/b", "p/d/e/f"]),
        (&["put", "-r", "d", "p"], &["p/b", "p/e/f"]),
        (&["put", "-r", "d"], &["d/b", "d/e/f"]),
        (
            &["put", "-r", ".", "p/"],
            &["p/a", "p/c", "p/d/b", "p/d/e/f"],
        ),
        (&["put", "-r", "d/.", "p/"], &["p/b", "p/e/f"]),
        (&["put", "-r", "d/e/..", "p/"], &["p/b", "p/e/f"]),
        (&["put", "-r", "d/", "p/"], &["p/d/b", "p/d/e/f"]),
        (&["put", "-r", "a", "d", "p/"], &["p/a", "p/d/b", "p/d/e/f"]),
        (&["put", "--", "a", "-k"], &["-k"]),
    ];
    for (arguments, keys) in cases {
        let sandbox = Sandbox::new()
            .file("a", "1")
            .file("c", "2")
            .file("d/b", "3")
            .file("d/e/f", "4");
        sandbox.run(*arguments).succeeds();
        assert_eq!(stored(&sandbox), *keys, "{arguments:?}");
    }
}

#[test]
fn gets_go_where_cp_would_put_them() {
    let cases: &[(&[&str], &[&str])] = &[
        (&["get", "p/a"], &["a"]),
        (&["get", "p/a", "x"], &["x"]),
        (&["get", "p/a", "dir"], &["dir/a"]),
        (&["get", "p/a", "dir/"], &["dir/a"]),
        (&["get", "p/a", "dir/x"], &["dir/x"]),
        (&["get", "p/a", "p/c", "dir"], &["dir/a", "dir/c"]),
        (&["get", "-t", "dir", "p/a", "p/c"], &["dir/a", "dir/c"]),
        (&["get", "p/a", "p/c", "."], &["a", "c"]),
    ];
    for (arguments, names) in cases {
        let sandbox = Sandbox::new();
        std::fs::create_dir(sandbox.work().join("dir")).unwrap();
        sandbox.pipe(["put", "-", "p/a"], b"1").succeeds();
        sandbox.pipe(["put", "-", "p/c"], b"2").succeeds();
        sandbox.run(*arguments).succeeds();
        let found: Vec<String> = files(&sandbox.work())
            .iter()
            .map(|path| {
                path.strip_prefix(sandbox.work())
                    .unwrap()
                    .to_str()
                    .unwrap()
                    .to_owned()
            })
            .collect();
        assert_eq!(found, *names, "{arguments:?}");
    }
}

#[test]
fn a_hostile_base_name_never_leaves_the_destination() {
    let server = S3Server::start();
    let sandbox = Sandbox::new().envs(&server.variables());
    std::fs::create_dir(sandbox.work().join("dir")).unwrap();
    for key in ["x/..", "..", "x/."] {
        sandbox
            .run(["get", key, "dir"])
            .fails_with(2, "has no base name for a file");
    }
}

#[test]
fn addresses_reach_every_kind_of_store() {
    let server = S3Server::start();
    let sandbox = Sandbox::new().file("a", "x").envs(&server.variables()).env("BLOBCTL_BACKEND", "fs").config(
        "[remotes.buck]\nbackend = \"s3\"\nbucket = \"lab\"\nprefix = \"deep/\"\n[remotes.dir]\nbackend = \"fs\"\nroot = \"/tmp\"\n",
    );
    sandbox.run(["put", "a", "s3://lab/one"]).succeeds();
    assert_eq!(std::fs::read(server.bucket().join("one")).unwrap(), b"x");
    sandbox.run(["put", "a", "buck:two"]).succeeds();
    assert_eq!(
        std::fs::read(server.bucket().join("deep/two")).unwrap(),
        b"x"
    );
    sandbox.run(["put", "a", "buck:"]).succeeds();
    sandbox.run(["get", "buck:a", "-"]).prints(b"x");
    sandbox
        .run(["put", "a", "--remote", "buck", "three"])
        .succeeds();
    sandbox
        .run(["exists", "buck:three", "s3://lab/deep/three"])
        .succeeds();
    // A colon that follows no remote's name is an error; the full address stores such a key.
    sandbox
        .run(["put", "a", "other:four"])
        .fails_with(3, "unknown remote `other`");
    assert_eq!(stored(&sandbox), Vec::<String>::new());
    let root = sandbox.default_root();
    std::fs::create_dir_all(&root).unwrap();
    sandbox
        .run(["put", "a", &format!("file://{}/other:four", root.display())])
        .succeeds();
    assert_eq!(stored(&sandbox), ["other:four"]);
    let path = sandbox.work().join("by-file");
    sandbox
        .run(["put", "a", &format!("file://{}", path.display())])
        .succeeds();
    assert_eq!(sandbox.read("by-file"), b"x");
    sandbox
        .run(["get", &format!("file://{}", path.display()), "-"])
        .prints(b"x");
    sandbox
        .run([
            "exists",
            &format!("file://{}/nope", sandbox.work().display()),
        ])
        .is_silent(1);
}

#[test]
fn special_files_are_written_through() {
    let sandbox = Sandbox::new();
    sandbox.pipe(["put", "-", "k"], b"hello").succeeds();
    sandbox.run(["get", "k", "/dev/null"]).succeeds();
    assert!(std::fs::metadata("/dev/null").unwrap().permissions().mode() != 0);
    sandbox.run(["get", "k", "/dev/stdout"]).prints(b"hello");
}

#[test]
fn a_file_that_exists_keeps_its_mode_and_a_link_is_followed() {
    let sandbox = Sandbox::new().file("old", "old").file("target", "target");
    sandbox.pipe(["put", "-", "k"], b"new").succeeds();
    std::fs::set_permissions(
        sandbox.work().join("old"),
        std::fs::Permissions::from_mode(0o600),
    )
    .unwrap();
    sandbox.run(["get", "k", "old"]).succeeds();
    assert_eq!(
        std::fs::metadata(sandbox.work().join("old"))
            .unwrap()
            .permissions()
            .mode()
            & 0o777,
        0o600
    );
    symlink("target", sandbox.work().join("link")).unwrap();
    sandbox.run(["get", "k", "link"]).succeeds();
    assert_eq!(
        (sandbox.read("target"), sandbox.read("link")),
        (b"new".to_vec(), b"new".to_vec())
    );
    assert!(sandbox.work().join("link").is_symlink());
}

#[test]
fn neither_keys_nor_links_lead_out_of_the_root() {
    let sandbox = Sandbox::new().file("a", "x").file("outside/secret", "s");
    sandbox.run(["put", "a", "in/a"]).succeeds();
    let root = sandbox.default_root();
    symlink(sandbox.work().join("outside"), root.join("out")).unwrap();
    // Five directories above the root are the directories of the sandbox.
    let up = format!("{}work/outside", "../".repeat(5));
    symlink(up, root.join("up")).unwrap();
    symlink("in", root.join("inside")).unwrap();
    for key in ["out/secret", "up/secret"] {
        sandbox
            .run(["exists", key])
            .fails_with(4, "leads out of the root directory");
        sandbox
            .run(["get", key, "b"])
            .fails_with(4, "leads out of the root directory");
        sandbox
            .run(["put", "a", key])
            .fails_with(4, "leads out of the root directory");
    }
    // A link that stays inside is fine.
    sandbox.run(["get", "inside/a", "-"]).prints(b"x");
    assert_eq!(sandbox.read("outside/secret"), b"s");
    // A link in the blob's own place is replaced, not followed.
    symlink(sandbox.work().join("outside/secret"), root.join("blob")).unwrap();
    sandbox.run(["put", "a", "blob"]).succeeds();
    assert_eq!(sandbox.read("outside/secret"), b"s");
    sandbox.run(["get", "blob", "-"]).prints(b"x");
}

#[test]
fn a_configured_root_that_is_not_there_is_never_an_empty_store() {
    let sandbox = Sandbox::new().file("a", "x");
    for arguments in [&["exists", "k"][..], &["put", "a"], &["get", "k", "b"]] {
        sandbox
            .run(arguments.iter().chain(&["--root", "/nonexistent/blobs"]))
            .fails_with(
                3,
                "the root directory `/nonexistent/blobs`: no such file or directory",
            );
    }
    sandbox.run(["exists", "k"]).is_silent(1);
}

#[test]
fn special_files_are_not_blobs() {
    let sandbox = Sandbox::new();
    sandbox.pipe(["put", "-", "k"], b"x").succeeds();
    let fifo = sandbox.default_root().join("fifo");
    assert!(
        std::process::Command::new("mkfifo")
            .arg(&fifo)
            .status()
            .unwrap()
            .success()
    );
    sandbox.run(["exists", "fifo"]).is_silent(1);
    sandbox
        .run(["get", "fifo", "x"])
        .fails_with(1, "no such blob");
}

#[test]
fn a_full_disk_is_8_and_leaves_nothing() {
    // Every write to /dev/full fails with "no space left", which must be reported.
    let sandbox = Sandbox::new();
    sandbox.pipe(["put", "-", "k"], b"hello").succeeds();
    sandbox
        .run(["get", "k", "/dev/full"])
        .fails_with(8, "no space left on device");
}

#[test]
fn a_file_address_follows_the_systems_own_links() {
    let sandbox = Sandbox::new().file("real/a", "x");
    symlink(sandbox.work().join("real"), sandbox.work().join("link")).unwrap();
    let address = |name: &str| format!("file://{}/link/{name}", sandbox.work().display());
    sandbox.run(["get", &address("a"), "-"]).prints(b"x");
    sandbox.run(["put", "real/a", &address("b")]).succeeds();
    assert_eq!(sandbox.read("real/b"), b"x");
}

#[test]
fn names_that_are_not_text_are_rejected_or_need_a_key() {
    use std::os::unix::ffi::OsStrExt;
    let odd = std::ffi::OsStr::from_bytes(b"odd\xff");
    let sandbox = Sandbox::new().file("a", "x");
    std::fs::write(sandbox.work().join(odd), "y").unwrap();
    let arguments = |words: &[&'static str]| -> Vec<std::ffi::OsString> {
        let odd = || odd.to_owned();
        words
            .iter()
            .map(|word| {
                if *word == "ODD" {
                    odd()
                } else {
                    (*word).into()
                }
            })
            .collect()
    };
    for (words, part) in [
        (
            &["put", "a", "ODD"][..],
            "the key `odd\u{fffd}` is not UTF-8 text",
        ),
        (
            &["get", "ODD", "b"],
            "the key `odd\u{fffd}` is not UTF-8 text",
        ),
        (
            &["exists", "ODD"],
            "the key `odd\u{fffd}` is not UTF-8 text",
        ),
        (&["put", "ODD"], "is not UTF-8 text and cannot be a key"),
        (
            &["put", "ODD", "p/"],
            "is not UTF-8 text and cannot be a key",
        ),
    ] {
        sandbox.run(arguments(words)).fails_with(2, part);
    }
    nothing_written(&sandbox, &files(&sandbox.work()));
    // Among others it is one failure.
    let outcome = sandbox.run(["put", "-r", ".", "p/"]);
    assert_eq!(
        (outcome.code, outcome.stderr.lines().count()),
        (Some(11), 1)
    );
    sandbox.run(["get", "p/a", "-"]).prints(b"x");
    sandbox.run(arguments(&["put", "ODD", "k"])).succeeds();
    sandbox.run(["get", "k", "-"]).prints(b"y");
    // It may be the name of a file.
    sandbox.run(["put", "a", "new"]).succeeds();
    sandbox.run(arguments(&["get", "new", "ODD"])).succeeds();
    assert_eq!(std::fs::read(sandbox.work().join(odd)).unwrap(), b"x");
    sandbox.nothing_left_behind();
}

#[test]
fn two_sources_for_one_destination_are_refused_before_anything_is_done() {
    let sandbox = Sandbox::new().file("a", "1").file("d/a", "2");
    let before = files(&sandbox.work());
    for arguments in [
        &["put", "a", "d/a", "p/"][..],
        &["put", "-t", "p/", "a", "a"],
        &["put", "-r", "a", "d/.", "p/"],
        &["get", "a", "d/a", "."],
        &["get", "-t", ".", "a", "a"],
    ] {
        sandbox
            .run(arguments)
            .fails_with(2, "two sources have the same destination");
    }
    nothing_written(&sandbox, &before);
}

#[test]
fn a_failure_before_any_blob_is_a_json_object_too() {
    let sandbox = Sandbox::new().file("a", "1");
    let outcome = sandbox.run(["put", "a", "", "--json"]);
    assert_eq!(outcome.code, Some(2), "{outcome:?}");
    let json = &outcome.json()[0];
    let expected: [(&str, serde_json::Value); 5] = [
        ("op", "put".into()),
        ("ok", false.into()),
        ("code", 2.into()),
        ("error", "usage".into()),
        ("message", "the key is empty".into()),
    ];
    for (field, value) in &expected {
        assert_eq!(&json[*field], value, "{field} in {json}");
    }
    assert_eq!(outcome.stderr, "blobctl: the key is empty\n");
}

#[test]
fn a_full_disk_under_stdout_is_8() {
    let sandbox = Sandbox::new();
    sandbox.pipe(["put", "-", "k"], b"hello").succeeds();
    let full = || {
        std::fs::File::options()
            .write(true)
            .open("/dev/full")
            .unwrap()
    };
    let run = |arguments: &[&str]| {
        let mut command = sandbox.command(arguments);
        let output = command.stdout(full()).output().unwrap();
        (
            output.status.code(),
            String::from_utf8(output.stderr).unwrap(),
        )
    };
    let (code, stderr) = run(&["get", "k", "-"]);
    assert_eq!(code, Some(8), "{stderr}");
    assert!(stderr.contains("no space left on device"), "{stderr}");
    for arguments in [&["exists", "k", "--json"][..], &["ls"], &["stat", "k"]] {
        let (code, stderr) = run(arguments);
        assert_eq!(code, Some(8), "{arguments:?} {stderr}");
        assert_eq!(
            stderr,
            "blobctl: cannot write to stdout: no space left on device\n"
        );
    }
}

#[test]
fn a_closed_stdin_is_not_an_empty_blob() {
    let sandbox = Sandbox::new();
    sandbox.pipe(["put", "-", "k"], b"old").succeeds();
    let run = |redirection: &str| {
        let line = format!("\"$0\" put - k {redirection}");
        let program = sandbox.command(["--version"]);
        let mut command = std::process::Command::new("/bin/sh");
        command.env_clear();
        command.args(["-c", &line]).arg(program.get_program());
        for (name, value) in program.get_envs() {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        if let Some(directory) = program.get_current_dir() {
            command.current_dir(directory);
        }
        command.output().unwrap()
    };
    let output = run("<&-");
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("stdin is closed"), "{said}");
    assert_eq!(sandbox.run(["get", "k", "-"]).stdout, b"old");
    assert_eq!(run("</dev/null").status.code(), Some(0));
    assert_eq!(sandbox.run(["get", "k", "-"]).stdout, b"");
}

#[test]
fn an_invalid_value_is_named_with_its_option() {
    let sandbox = Sandbox::new();
    sandbox
        .run(["exists", "k", "--wait=1e30"])
        .fails_with(2, "blobctl: `--wait`: ");
    let outcome = sandbox.run(["put", "--files-from", "", "d", "p/"]);
    outcome.fails(
        2,
        "blobctl: `--files-from` needs a value\nhint: `blobctl --help` lists commands and options\n",
    );
}
