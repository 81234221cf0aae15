//! A second user of this machine. Only root can be somebody else, so that such tests are skipped for others.

use std::io::Write;
use std::path::Path;

use rustix::fs::{Gid, Uid};
use rustix::process::geteuid;
use rustix::thread::{set_thread_groups, set_thread_res_gid, set_thread_res_uid};

/// The user `nobody` of most systems.
pub const OTHER: u32 = 65534;

/// Returns whether we can act as another user; says that the test is skipped otherwise.
pub fn can_be_another_user(test: &str) -> bool {
    let root = geteuid().is_root();
    if !root {
        skip(test, "only root can act as another user");
    }
    root
}

/// Says that a test is skipped, also where the output of tests is captured.
pub fn skip(test: &str, reason: &str) {
    let mut stderr = std::io::stderr();
    writeln!(stderr, "SKIPPED {test}: {reason}").unwrap();
}

/// Runs `work` as the other user, on a thread of its own.
pub fn as_another_user<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    std::thread::scope(|scope| {
        let thread = scope.spawn(|| {
            let (user, group) = (Uid::from_raw(OTHER), Gid::from_raw(OTHER));
            set_thread_groups(&[]).unwrap();
            set_thread_res_gid(group, group, group).unwrap();
            set_thread_res_uid(user, user, user).unwrap();
            work()
        });
        thread.join().unwrap()
    })
}

/// Gives a file, or a link itself, to the other user.
pub fn give_away(path: &Path) {
    std::os::unix::fs::lchown(path, Some(OTHER), Some(OTHER)).unwrap();
}
