//! The limit on the size of files (`ulimit -f`): SIGXFSZ must not end the process before it has cleaned up.

use crate::support::stores::{Directory, Store, on_every_store};
use crate::support::{MIB, Sandbox, bytes, finish};

/// The most that a file may have: 4096 blocks of 512 bytes.
const LIMITED: &str = "ulimit -f 4096; exec \"$@\"";

#[test]
fn a_download_at_the_limit_is_a_local_failure_and_leaves_nothing() {
    on_every_store(|store| {
        let sandbox = store.sandbox().file("big", bytes(20 * MIB, 1));
        sandbox.run(["put", "big", "k"]).succeeds();
        std::fs::remove_file(sandbox.work().join("big")).unwrap();
        let shell = sandbox.shell(LIMITED, ["get", "k", "out"]).spawn();
        let outcome = finish(shell.unwrap());
        outcome.fails_with(8, "write `out`: file too large");
        outcome.fails_with(8, "hint: ulimit -f");
        assert_eq!(std::fs::read_dir(sandbox.work()).unwrap().count(), 0);
        let redirected = format!("{LIMITED} >out");
        let shell = sandbox.shell(&redirected, ["get", "k", "-"]).spawn();
        finish(shell.unwrap()).fails_with(8, "file too large");
        sandbox.nothing_left_behind();
    });
}

#[test]
fn an_upload_to_a_directory_at_the_limit_is_a_local_failure() {
    let sandbox = Sandbox::new().file("big", bytes(20 * MIB, 1));
    let shell = sandbox.shell(LIMITED, ["put", "big", "k"]).spawn();
    finish(shell.unwrap()).fails_with(8, "file too large");
    assert_eq!(Directory.look(&sandbox, "k"), None);
    Directory.is_clean(&sandbox);
}
