//! Trees of the fs store that are deeper than the longest path of a system call: what cannot be opened is named, and never
//! taken for absent.

use std::fs::File;
use std::io::Write;
use std::os::fd::OwnedFd;

use rustix::fs::{Mode, OFlags, mkdirat, openat};

use crate::support::Sandbox;

/// A directory name of 200 bytes: 30 of them are longer than a path can be.
fn name() -> String {
    "d".repeat(200)
}

/// A store with the blobs `a` and `z`, and between them one that no path reaches.
fn with_a_deep_blob() -> Sandbox {
    let sandbox = Sandbox::new().env("BLOBCTL_FS_ROOT", "store");
    sandbox.write("store/t/a", "1");
    sandbox.write("store/t/z", "2");
    let mut directory: OwnedFd = File::open(sandbox.work().join("store/t")).unwrap().into();
    for _ in 0..30 {
        mkdirat(&directory, name(), Mode::RWXU).unwrap();
        let flags = OFlags::RDONLY | OFlags::DIRECTORY;
        directory = openat(&directory, name(), flags, Mode::empty()).unwrap();
    }
    let flags = OFlags::WRONLY | OFlags::CREATE;
    let file = openat(&directory, "f", flags, Mode::RUSR).unwrap();
    File::from(file).write_all(b"deep").unwrap();
    sandbox
}

const TOO_LONG: &str = "its path is longer than 4095 bytes";

#[test]
fn a_tree_that_no_path_reaches_is_named_by_a_listing() {
    let sandbox = with_a_deep_blob();
    let outcome = sandbox.run(["ls", "t/"]);
    assert_eq!(outcome.code, Some(8), "{outcome:?}");
    assert_eq!(outcome.stdout, b"t/a\n", "{outcome:?}");
    assert_eq!(outcome.stderr.matches(TOO_LONG).count(), 1, "{outcome:?}");
    // Above it nothing is missing.
    sandbox
        .run(["ls", "-d", "t/"])
        .prints(format!("t/a\nt/{}/\nt/z\n", name()).as_bytes());
}

#[test]
fn a_tree_that_no_path_reaches_is_a_failure_of_every_batch() {
    let sandbox = with_a_deep_blob();
    for (arguments, code) in [
        (&["get", "-r", "t", "new"][..], 11),
        (&["cp", "-r", "t", "other/"], 11),
        (&["rm", "-r", "-n", "t"], 11),
        (&["get", "-r", &format!("t/{}", name()), "deep"], 8),
        (&["mv", "-r", &format!("t/{}", name()), "moved/"], 8),
        (&["rm", "-r", &format!("t/{}", name())], 8),
    ] {
        let outcome = sandbox.run(arguments);
        assert_eq!(outcome.code, Some(code), "{outcome:?}");
        assert_eq!(outcome.stderr.matches(TOO_LONG).count(), 1, "{outcome:?}");
    }
    assert_eq!(sandbox.read("store/t/a"), b"1");
    assert_eq!(sandbox.read("new/a"), b"1");
    assert!(sandbox.exists(&format!("store/t/{0}/{0}", name())));
}

#[test]
fn a_key_that_no_path_reaches_is_not_absent() {
    let sandbox = with_a_deep_blob();
    let key = format!("t/{}/f", [name().as_str(); 30].join("/"));
    for command in ["exists", "stat", "rm"] {
        sandbox.run([command, &key]).fails_with(8, TOO_LONG);
    }
    // A name that no file can have is.
    assert_eq!(sandbox.run(["exists", &"n".repeat(256)]).code, Some(1));
    assert_eq!(sandbox.run(["exists", &"n".repeat(5000)]).code, Some(1));
}
