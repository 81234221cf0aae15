//! The commands that are disturbed, and the files they begin with.

use std::time::{Duration, SystemTime};

use crate::support::{MIB, Sandbox, bytes};

pub struct Scenario {
    pub name: &'static str,
    pub arguments: &'static [&'static str],
    pub prepare: fn() -> Sandbox,
    /// Its calls are few enough to let each fail in many ways.
    pub is_small: bool,
}

pub const SCENARIOS: [Scenario; 8] = [
    Scenario {
        name: "get",
        arguments: &["get", "k", "out"],
        prepare: || with_blob(2 * MIB),
        is_small: true,
    },
    Scenario {
        name: "get --resume auto",
        arguments: &["get", "k", "out", "--resume", "auto"],
        prepare: || with_blob(17 * MIB),
        is_small: false,
    },
    Scenario {
        name: "put",
        arguments: &["put", "new", "d/e/k"],
        prepare: || {
            let sandbox = empty();
            sandbox.write("new", bytes(2 * MIB, 3));
            sandbox.write("store/other", "theirs");
            sandbox
        },
        is_small: true,
    },
    Scenario {
        name: "put over an old blob",
        arguments: &["put", "new", "k"],
        prepare: || with_blob(100_000).file("new", bytes(100_000, 3)),
        is_small: true,
    },
    Scenario {
        name: "sync --delete",
        arguments: &["sync", "--delete", "./d", "p"],
        prepare: || {
            let sandbox = empty();
            for number in 0..16 {
                sandbox.write(&format!("d/{number}/f"), bytes(3000, 100 + number));
            }
            for number in 0..7 {
                // Of another size, so that they differ whatever their times are.
                sandbox.write(&format!("store/p/{number}/f"), bytes(2000, 200 + number));
                sandbox.write(&format!("store/p/extra{number}"), bytes(10, 300 + number));
            }
            sandbox.write("store/q", "theirs");
            sandbox
        },
        is_small: false,
    },
    Scenario {
        name: "mv",
        arguments: &["mv", "k", "moved/k"],
        prepare: || with_blob(100_000),
        is_small: true,
    },
    Scenario {
        name: "mv -r",
        arguments: &["mv", "-r", "./d/.", "p"],
        prepare: || {
            let sandbox = empty();
            for number in 0..16 {
                sandbox.write(&format!("d/f{number}"), bytes(3000, 400 + number));
            }
            sandbox.write("store/q", "theirs");
            sandbox
        },
        is_small: false,
    },
    Scenario {
        name: "gc",
        arguments: &["gc", "--delete"],
        prepare: || {
            let sandbox = with_blob(100_000);
            for number in 0..10 {
                let name = format!("store/.blobctl-{number:016x}.part");
                sandbox.write(&name, bytes(100, number));
                let file = std::fs::File::open(sandbox.work().join(&name)).unwrap();
                let old = SystemTime::now() - Duration::from_secs(200_000);
                file.set_modified(old).unwrap();
            }
            sandbox.write("store/.blobctl-00000000000000ff.part", "young");
            sandbox.write("store/.blobctl-notes", "theirs");
            sandbox
        },
        is_small: true,
    },
];

fn empty() -> Sandbox {
    let sandbox = Sandbox::new().env("BLOBCTL_BACKEND", "fs");
    let root = sandbox.work().join("store");
    std::fs::create_dir(&root).unwrap();
    sandbox.env("BLOBCTL_FS_ROOT", &root.to_string_lossy())
}

/// A blob `k`, an older file `out`, and files that are not blobctl's.
fn with_blob(size: usize) -> Sandbox {
    let sandbox = empty();
    sandbox.write("store/k", bytes(size, 1));
    sandbox.write("out", bytes(4000, 2));
    sandbox.write("theirs", "theirs");
    sandbox.write("store/.blobctl-lookalike.part", "theirs");
    sandbox
}
