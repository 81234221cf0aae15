//! The memory of a run does not depend on the size of the blob.

use std::fs::File;
use std::process::{Command, Stdio};

use crate::support::stores::on_every_store;
use crate::support::{MIB, bytes, peak_memory};

/// Runs the command and returns its peak memory, in KiB.
fn peak(command: &mut Command) -> usize {
    let mut child = command
        .stdout(Stdio::null())
        .stderr(Stdio::inherit())
        .spawn()
        .unwrap();
    let mut peak = 0;
    let status = loop {
        peak = peak.max(peak_memory(child.id()));
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
    };
    assert!(status.success(), "{command:?}");
    peak
}

#[test]
fn memory_does_not_grow_with_the_blob() {
    on_every_store(|store| {
        let sandbox = store
            .sandbox()
            .file("small", "x")
            .file("big", bytes(160 * MIB, 8));
        let file = || File::open(sandbox.work().join("big")).unwrap();
        let from_pipe = || {
            let mut cat = Command::new("cat")
                .stdin(file())
                .stdout(Stdio::piped())
                .spawn()
                .unwrap();
            let pipe = cat.stdout.take().unwrap();
            (cat, pipe)
        };
        let base = peak(&mut sandbox.command(["put", "small", "small"]));
        let put = peak(&mut sandbox.command(["put", "big", "k"]));
        let (mut cat, pipe) = from_pipe();
        let stream = peak(sandbox.command(["put", "-", "s"]).stdin(pipe));
        cat.wait().unwrap();
        let get = peak(&mut sandbox.command(["get", "k", "back"]));
        let out = peak(&mut sandbox.command(["get", "k", "-"]));
        // S3 wants the length of a part before its bytes: what goes through a stream is kept in memory, four
        // parts of 16 MiB at a time, and so are parts that come before their turn.
        let parts = if store.keeps_paths() {
            0
        } else {
            4 * 16 * 1024
        };
        for (what, used, limit) in [
            ("put", put, 32 * 1024),
            ("put -", stream, 32 * 1024 + parts),
            ("get", get, 32 * 1024),
            ("get -", out, 32 * 1024 + parts),
        ] {
            assert!(
                used > 0 && used < limit,
                "{what} on {} used {used} KiB, a small blob {base} KiB",
                store.name()
            );
        }
    });
}
