//! A disk of 1 MiB: a tmpfs in a mount namespace of its own, which ends with the test.

use crate::support::tracer;
use crate::support::{MIB, Sandbox, bytes};

/// Mounts the disk with an old file on it, runs the program, lists the disk, and compares the old file.
const ON_DISK: &str = r#"mount -t tmpfs -o size=1m none disk || exit 99
    echo old > disk/k
    "$@"; code=$?
    ls -A disk; cat disk/k; exit $code"#;

#[test]
fn a_full_disk_ends_the_run_and_leaves_the_old_file_alone() {
    let large = bytes(3 * MIB, 1);
    for arguments in [
        ["get", "large", "disk/k", "--root", "store"],
        ["put", "store/large", "k", "--root", "disk"],
    ] {
        let sandbox = Sandbox::new()
            .env("BLOBCTL_BACKEND", "fs")
            .file("store/large", &large);
        std::fs::create_dir(sandbox.work().join("disk")).unwrap();
        let script = format!("exec unshare -m /bin/sh -c '{ON_DISK}' sh \"$@\"");
        let child = sandbox.shell(&script, arguments).spawn().unwrap();
        let outcome = crate::support::finish(child);
        if matches!(outcome.code, Some(1 | 99 | 126 | 127)) {
            tracer::say_not_run(&format!("no tmpfs can be mounted: {}", outcome.stderr));
            return;
        }
        let stderr: Vec<&str> = outcome.stderr.lines().collect();
        assert_eq!(outcome.code, Some(8), "{outcome:?}");
        assert_eq!(outcome.stdout, b"k\nold\n", "{outcome:?}");
        assert!(
            stderr.len() == 2
                && stderr[0].ends_with("no space left on device")
                && stderr[1] == "hint: free some space there and run the same command again",
            "{outcome:?}"
        );
    }
}
