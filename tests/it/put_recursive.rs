//! `put -r`, and several sources: an entry that cannot be stored is reported, and the others are stored.

use std::ffi::OsStr;
use std::fs::{Permissions, create_dir, set_permissions};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::net::UnixListener;
use std::process::Command;

use crate::support::stores::on_every_store;
use crate::support::users::{OTHER, skip};
use crate::support::{Outcome, Sandbox, finish};

/// The keys on the store, by `ls`.
fn listed(sandbox: &Sandbox) -> Vec<String> {
    let output = sandbox.run(["ls"]);
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().map(str::to_owned).collect()
}

/// Ended with this code, and said these lines: each must hold its text.
#[track_caller]
fn says(outcome: &Outcome, code: i32, lines: &[&str]) {
    assert_eq!(outcome.code, Some(code), "{outcome:?}");
    let said: Vec<&str> = outcome.stderr.lines().collect();
    assert_eq!(said.len(), lines.len(), "{outcome:?}");
    for line in lines {
        assert!(
            said.iter().any(|said| said.contains(line)),
            "`{line}` is missing\n{outcome:?}"
        );
    }
}

#[test]
fn entries_that_are_not_files_are_skipped_with_a_warning() {
    on_every_store(|store| {
        let sandbox = store
            .sandbox()
            .file("d/a", "1")
            .file("d/real/f", "2")
            .file("e/g", "3");
        let d = sandbox.work().join("d");
        symlink("real", d.join("to_dir")).unwrap();
        symlink("../e/g", d.join("to_file")).unwrap();
        assert!(
            Command::new("mkfifo")
                .arg(d.join("fifo"))
                .status()
                .unwrap()
                .success()
        );
        symlink("fifo", d.join("to_fifo")).unwrap();
        let _socket = UnixListener::bind(d.join("socket")).unwrap();
        let outcome = sandbox.run(["put", "-r", "d", "p/"]);
        says(
            &outcome,
            0,
            &[
                "warning: skipped `d/to_dir`: it is a symbolic link to a directory",
                "warning: skipped `d/fifo`: it is a FIFO",
                "warning: skipped `d/to_fifo`: it is a FIFO",
                "warning: skipped `d/socket`: it is a socket",
            ],
        );
        assert_eq!(listed(&sandbox), ["p/d/a", "p/d/real/f", "p/d/to_file"]);
        assert_eq!(
            store.look(&sandbox, "p/d/to_file").as_deref(),
            Some(&b"3"[..])
        );
    });
}

#[test]
fn an_unreadable_entry_is_a_failure_among_successes() {
    on_every_store(|store| {
        let sandbox = store.sandbox().file("d/a", "1").file("d/z/f", "2");
        let d = sandbox.work().join("d");
        symlink("nowhere", d.join("dangling")).unwrap();
        symlink("loop", d.join("loop")).unwrap();
        let outcome = sandbox.run(["put", "-r", "d", "p/"]);
        says(
            &outcome,
            11,
            &[
                "cannot upload `d/dangling` to ",
                "cannot upload `d/loop` to ",
            ],
        );
        assert_eq!(listed(&sandbox), ["p/d/a", "p/d/z/f"]);
        // Nothing but such failures: their code.
        sandbox.write("only/x", "");
        std::fs::remove_file(sandbox.work().join("only/x")).unwrap();
        symlink("nowhere", sandbox.work().join("only/dangling")).unwrap();
        sandbox
            .run(["put", "-r", "only", "p/"])
            .fails_with(8, "no such file or directory");
        sandbox
            .run(["put", "-r", "nothing/.", "k/"])
            .fails_with(8, "cannot read `nothing/.`: no such file or directory");
    });
}

#[test]
fn a_directory_or_file_that_is_closed_to_us_is_a_failure_among_successes() {
    use std::os::unix::process::CommandExt;
    let sandbox = Sandbox::new()
        .file("d/a", "1")
        .file("d/closed/f", "2")
        .file("d/secret", "3")
        .file("d/z", "4");
    sandbox.open_to_all();
    let root = rustix::process::geteuid().is_root();
    for (name, mode) in [("d/closed", 0o000), ("d/secret", 0o000)] {
        set_permissions(sandbox.work().join(name), Permissions::from_mode(mode)).unwrap();
    }
    let store = sandbox.work().join("store");
    create_dir(&store).unwrap();
    set_permissions(&store, Permissions::from_mode(0o777)).unwrap();
    let mut command = sandbox.command(["put", "-r", "d", "p/", "--root", "store"]);
    if root {
        // Nothing is closed to root.
        if std::fs::metadata(env!("CARGO_BIN_EXE_blobctl")).is_err() || !is_open_to_all() {
            let test = "a_directory_or_file_that_is_closed_to_us_is_a_failure_among_successes";
            skip(test, "another user cannot run the program where it is");
            return;
        }
        command.uid(OTHER).gid(OTHER);
    }
    let outcome = finish(command.spawn().unwrap());
    says(
        &outcome,
        11,
        &[
            "cannot read the directory `d/closed`: permission denied",
            "cannot upload `d/secret` to ",
        ],
    );
    for (key, content) in [("a", "1"), ("z", "4")] {
        assert_eq!(
            std::fs::read(store.join("p/d").join(key)).unwrap(),
            content.as_bytes()
        );
    }
    set_permissions(
        sandbox.work().join("d/closed"),
        Permissions::from_mode(0o755),
    )
    .unwrap();
}

/// Returns whether all users can enter every parent directory of the program.
fn is_open_to_all() -> bool {
    let program = std::path::Path::new(env!("CARGO_BIN_EXE_blobctl"));
    program.ancestors().all(|path| {
        std::fs::metadata(path).is_ok_and(|found| found.permissions().mode() & 0o001 != 0)
    })
}

#[test]
fn a_name_that_cannot_be_a_key_does_not_stop_the_rest() {
    let sandbox = Sandbox::new().file("d/a", "1").file("d/z", "2");
    let odd = OsStr::from_bytes(b"odd\xff");
    let d = sandbox.work().join("d");
    std::fs::write(d.join(odd), "").unwrap();
    create_dir(d.join(OsStr::from_bytes(b"dir\xff"))).unwrap();
    let outcome = sandbox.run(["put", "-r", "d/.", "p/", "--json"]);
    assert_eq!(outcome.code, Some(11), "{outcome:?}");
    assert_eq!(
        outcome
            .stderr
            .matches("is not UTF-8 text and cannot be a key")
            .count(),
        2,
        "{outcome:?}"
    );
    let failed = outcome
        .json()
        .into_iter()
        .filter(|line| line["ok"] == false);
    assert_eq!(
        failed.clone().filter(|line| line["code"] == 2).count(),
        2,
        "{outcome:?}"
    );
    // The last line is the summary.
    assert_eq!((failed.count(), outcome.json().len()), (3, 5));
    assert_eq!(listed(&sandbox), ["p/a", "p/z"]);
    // The same for sources that were typed.
    let mut command = sandbox.command(["put", "d/a"]);
    command
        .arg(d.join(odd))
        .args(["d/missing", "d/z", "d", "q/"]);
    let outcome = finish(command.spawn().unwrap());
    says(
        &outcome,
        11,
        &[
            "is not UTF-8 text and cannot be a key",
            "cannot upload `d/missing` to ",
            "`d` is a directory",
            "hint: add --recursive (-r)",
        ],
    );
    assert_eq!(listed(&sandbox), ["p/a", "p/z", "q/a", "q/z"]);
}

#[test]
fn a_name_that_the_store_cannot_hold_does_not_stop_the_rest() {
    // FTP commands are lines.
    let server = crate::support::ftp::FtpServer::start();
    let sandbox = Sandbox::new()
        .envs(&server.variables())
        .file("d/a", "1")
        .file("d/b\nc", "2")
        .file("d/z", "3");
    let outcome = sandbox.run(["put", "-r", "d", "p/"]);
    says(&outcome, 11, &["b\\nc"]);
    assert_eq!(listed(&sandbox), ["p/d/a", "p/d/z"]);
    let outcome = sandbox.run(["put", "d/a", "d/b\nc", "d/z", "q/"]);
    says(&outcome, 11, &["b\\nc"]);
    assert_eq!(listed(&sandbox), ["p/d/a", "p/d/z", "q/a", "q/z"]);
    let outcome = sandbox.run(["put", "d/b\nc", "q/"]);
    outcome.fails_with(2, "b\\nc");
}

#[test]
fn an_empty_directory_is_not_a_failure_with_any_option() {
    on_every_store(|store| {
        let sandbox = store.sandbox();
        create_dir(sandbox.work().join("empty")).unwrap();
        let option: &[&str] = match store.name() {
            "s3" => &["--region", "us-east-1", "--storage-class", "STANDARD"],
            "ftp" => &["--ftp-mode", "passive"],
            _ => &["--root", "."],
        };
        let arguments = ["put", "-r", "empty", "p/"];
        sandbox.run(arguments.iter().chain(option)).succeeds();
        // One that fits no store in use is still refused.
        let other: &[&str] = if store.name() == "fs" {
            &["--region", "r"]
        } else {
            &["--root", "."]
        };
        sandbox
            .run(arguments.iter().chain(other))
            .fails_with(2, "is an option of the");
    });
}

#[test]
fn a_deep_tree_is_stored_and_listed() {
    const DEPTH: usize = 400;
    let sandbox = Sandbox::new();
    let deep = "d/".repeat(DEPTH);
    sandbox.write(&format!("{deep}file"), "deep");
    sandbox.run(["put", "-r", "d", "p/"]).succeeds();
    assert_eq!(listed(&sandbox), [format!("p/{deep}file")]);
}
