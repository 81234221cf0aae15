//! The permissions of a file: private before it is finished, then those that the umask and the old file allow.

use std::ffi::OsStr;
use std::fs::{File, Permissions, metadata, set_permissions};
use std::mem::MaybeUninit;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Sender, channel};
use std::time::{Duration, Instant};

use rustix::fs::inotify::{self, CreateFlags, WatchFlags};

use crate::support::ftp::{self, FtpServer, PASSWORD};
use crate::support::http::{Fault, FaultProxy, ScriptedServer, Then, answer};
use crate::support::s3::{ACCESS_KEY, S3Server, SECRET_KEY, variables};
use crate::support::users::{as_another_user, can_be_another_user, give_away, skip};
use crate::support::{MIB, Sandbox, bytes, finish, leftovers, wait_until, write_private};

/// Downloads that another user spies on.
const RUNS: usize = 400;

fn mode(path: &Path) -> u32 {
    metadata(path).unwrap().mode() & 0o7777
}

/// Waits until a temporary file is below the directory.
fn temporary_file(dir: &Path) -> PathBuf {
    let begin = Instant::now();
    loop {
        if let Some(found) = leftovers(dir).pop() {
            return found;
        }
        assert!(begin.elapsed() < Duration::from_secs(30));
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// Runs with a umask.
fn run(sandbox: &Sandbox, umask: u32, arguments: &[&str]) {
    let script = format!("umask {umask:04o}; exec \"$@\"");
    finish(sandbox.shell(&script, arguments).spawn().unwrap()).succeeds();
}

const CASES: [(u32, Option<u32>, u32); 11] = [
    (0o022, None, 0o644),
    (0o077, None, 0o600),
    (0o000, None, 0o666),
    (0o022, Some(0o600), 0o600),
    (0o000, Some(0o640), 0o640),
    (0o022, Some(0o755), 0o755),
    (0o022, Some(0o444), 0o444),
    (0o022, Some(0o666), 0o666),
    (0o077, Some(0o644), 0o644),
    (0o022, Some(0o4755), 0o755),
    (0o022, Some(0o2755), 0o755),
];

#[test]
fn a_finished_file_keeps_the_mode_of_the_old_one() {
    for (umask, old, expected) in CASES {
        let sandbox = Sandbox::new().file("a", "new");
        let place = |path: &Path| {
            if let Some(mode) = old {
                std::fs::write(path, "old").unwrap();
                set_permissions(path, Permissions::from_mode(mode)).unwrap();
            }
        };
        let blob = sandbox.default_root().join("a");
        std::fs::create_dir_all(sandbox.default_root()).unwrap();
        place(&blob);
        run(&sandbox, umask, &["put", "a"]);
        assert_eq!(mode(&blob), expected, "put: umask {umask:o}, old {old:?}");
        let file = sandbox.work().join("out");
        place(&file);
        set_permissions(&blob, Permissions::from_mode(0o600)).unwrap();
        run(&sandbox, umask, &["get", "a", "out"]);
        assert_eq!(mode(&file), expected, "get: umask {umask:o}, old {old:?}");
        assert_eq!(sandbox.read("out"), b"new");
    }
}

#[test]
fn a_temporary_file_is_private_whatever_the_umask_and_the_old_mode_are() {
    let content = bytes(MIB, 1);
    let half = answer(200, &[("etag", "\"x\"")], &content).cut(MIB / 2);
    let server = ScriptedServer::start([half.then(Then::Stall)]);
    let sandbox = Sandbox::new()
        .envs(&variables(&server.endpoint()))
        .file("out", "old");
    let out = sandbox.work().join("out");
    set_permissions(&out, Permissions::from_mode(0o666)).unwrap();
    let script = "umask 0; exec \"$@\"";
    let mut child = sandbox.shell(script, ["get", "k", "out"]).spawn().unwrap();
    let unfinished = temporary_file(&sandbox.work());
    assert_eq!(mode(&unfinished), 0o600);
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!((mode(&out), sandbox.read("out")), (0o666, b"old".to_vec()));

    let sandbox = Sandbox::new();
    let mut put = sandbox.shell(script, ["put", "-", "k"]);
    let mut child = put.stdin(std::process::Stdio::piped()).spawn().unwrap();
    let unfinished = temporary_file(&sandbox.home());
    assert_eq!(mode(&unfinished), 0o600);
    drop(child.stdin.take());
    finish(child).succeeds();
    assert_eq!(mode(&sandbox.default_root().join("k")), 0o666);
}

#[test]
fn a_partial_file_kept_for_another_run_stays_private() {
    let content = bytes(40 * MIB, 5);
    let server = S3Server::start();
    let stored = Sandbox::new().envs(&server.variables()).file("a", &content);
    stored.run(["put", "a"]).succeeds();
    let proxy = FaultProxy::start(
        server.address,
        std::iter::once(Fault::CutDown(24 << 20))
            .chain(std::iter::repeat_n(Fault::CutDown(1 << 20), 40)),
    );
    let sandbox = Sandbox::new()
        .envs(&variables(&proxy.endpoint()))
        .env("BLOBCTL_RESUME", "auto")
        .env("BLOBCTL_RETRY_FOR", "0");
    sandbox.run(["get", "a"]).fails_with(7, "cannot download");
    let kept = leftovers(&sandbox.work()).remove(0);
    assert_eq!(mode(&kept), 0o600);
    // As an older version left it.
    set_permissions(&kept, Permissions::from_mode(0o644)).unwrap();
    let file = File::open(&kept).unwrap();
    let child = sandbox.command(["get", "a"]).spawn().unwrap();
    let outcome = finish(child);
    assert_eq!(outcome.code, Some(7), "{outcome:?}");
    assert_eq!(file.metadata().unwrap().mode() & 0o777, 0o600);
    proxy.heal();
    run(&sandbox, 0o022, &["get", "a"]);
    assert_eq!(mode(&sandbox.work().join("a")), 0o644);
    assert!(sandbox.read("a") == content);
}

/// Opens every temporary file that appears in the directory until the file `stop` does; returns how many could be opened,
/// and how many appeared.
fn spy(dir: &Path, watching: &Sender<()>) -> (usize, usize) {
    let watch = inotify::init(CreateFlags::CLOEXEC).unwrap();
    inotify::add_watch(&watch, dir, WatchFlags::CREATE | WatchFlags::MOVED_TO).unwrap();
    watching.send(()).unwrap();
    let mut buffer = [MaybeUninit::uninit(); 4096];
    let mut events = inotify::Reader::new(&watch, &mut buffer);
    let (mut opened, mut appeared) = (0, 0);
    loop {
        let event = events.next().unwrap();
        let Some(name) = event.file_name().map(std::ffi::CStr::to_bytes) else {
            continue;
        };
        if name == b"stop" {
            return (opened, appeared);
        }
        if name.starts_with(b".blobctl-") {
            appeared += 1;
            let path = dir.join(OsStr::from_bytes(name));
            opened += usize::from(File::open(&path).is_ok());
        }
    }
}

#[test]
fn another_user_cannot_read_a_private_download() {
    if !can_be_another_user("another_user_cannot_read_a_private_download") {
        return;
    }
    let sandbox = Sandbox::new().file("a", "secret").file("key.pem", "");
    sandbox.open_to_all();
    let work = sandbox.work();
    set_permissions(work.join("key.pem"), Permissions::from_mode(0o600)).unwrap();
    sandbox.run(["put", "a"]).succeeds();
    let found = std::thread::scope(|scope| {
        let (watching, watched) = channel();
        let work = &work;
        let spy = scope.spawn(move || as_another_user(|| spy(work, &watching)));
        watched.recv().unwrap();
        for _ in 0..RUNS {
            run(&sandbox, 0o022, &["get", "a", "key.pem"]);
        }
        sandbox.write("stop", "");
        spy.join().unwrap()
    });
    assert_eq!(found, (0, RUNS));
    assert_eq!(mode(&work.join("key.pem")), 0o600);
}

#[test]
fn the_mode_of_another_users_file_is_not_copied() {
    if !can_be_another_user("the_mode_of_another_users_file_is_not_copied") {
        return;
    }
    let sandbox = Sandbox::new().file("a", "secret");
    sandbox.open_to_all();
    sandbox.run(["put", "a"]).succeeds();
    let shared = sandbox.work().join("shared");
    std::fs::create_dir(&shared).unwrap();
    set_permissions(&shared, Permissions::from_mode(0o1777)).unwrap();
    for (umask, old, expected) in [
        (0o077, 0o666, 0o600),
        (0o022, 0o666, 0o644),
        (0o022, 0o600, 0o600),
        (0o022, 0o777, 0o644),
        (0o022, 0o000, 0o600),
    ] {
        let dump = shared.join("dump.sql");
        std::fs::write(&dump, "theirs").unwrap();
        set_permissions(&dump, Permissions::from_mode(old)).unwrap();
        give_away(&dump);
        run(&sandbox, umask, &["get", "a", "shared/dump.sql"]);
        let found = metadata(&dump).unwrap();
        assert_eq!((found.mode() & 0o7777, found.uid()), (expected, 0));
        std::fs::remove_file(&dump).unwrap();
    }
    // A file of ours in another group: its permissions were not meant for our group, nor for all.
    let file = sandbox.work().join("grouped");
    std::fs::write(&file, "old").unwrap();
    std::os::unix::fs::chown(&file, None, Some(65534)).unwrap();
    set_permissions(&file, Permissions::from_mode(0o640)).unwrap();
    run(&sandbox, 0o022, &["get", "a", "grouped"]);
    assert_eq!(mode(&file), 0o600);
}

/// The attribute that `setfacl -d -m u::rwx,g::---,o::---` sets: version 2, then tag, permissions and an unused id of each entry.
const PRIVATE_DEFAULT_ACL: [u8; 28] = [
    2, 0, 0, 0, 1, 0, 7, 0, 255, 255, 255, 255, 4, 0, 0, 0, 255, 255, 255, 255, 32, 0, 0, 0, 255,
    255, 255, 255,
];

#[test]
fn a_default_acl_of_the_directory_takes_the_place_of_the_umask() {
    let sandbox = Sandbox::new().file("a", "x");
    run(&sandbox, 0o022, &["put", "a"]);
    let private = sandbox.work().join("private");
    std::fs::create_dir(&private).unwrap();
    let name = "system.posix_acl_default";
    let flags = rustix::fs::XattrFlags::empty();
    if let Err(error) = rustix::fs::setxattr(&private, name, &PRIVATE_DEFAULT_ACL, flags) {
        skip(
            "a_default_acl_of_the_directory_takes_the_place_of_the_umask",
            &format!("no ACLs on this file system: {error}"),
        );
        return;
    }
    let root = private.to_str().unwrap();
    run(&sandbox, 0o022, &["get", "a", "private/out"]);
    run(&sandbox, 0o022, &["--root", root, "put", "a", "blob"]);
    assert_eq!(mode(&private.join("out")), 0o600);
    assert_eq!(mode(&private.join("blob")), 0o600);
}

/// One entry of an ACL: tag, permissions, id.
fn acl(entries: &[(u16, u16, u32)]) -> Vec<u8> {
    let mut value = 2_u32.to_le_bytes().to_vec();
    for (tag, permissions, id) in entries {
        value.extend(tag.to_le_bytes());
        value.extend(permissions.to_le_bytes());
        value.extend(id.to_le_bytes());
    }
    value
}

const ACCESS: &str = "system.posix_acl_access";

/// `u::rw-,u:1234:rw-,g::---,m::rw-,o::---`: the mode is 0660, and the group has nothing.
fn for_one_colleague() -> Vec<u8> {
    let nobody = u32::MAX;
    acl(&[
        (0x01, 6, nobody),
        (0x02, 6, 1234),
        (0x04, 0, nobody),
        (0x10, 6, nobody),
        (0x20, 0, nobody),
    ])
}

fn set_acl(path: &Path, name: &str) -> rustix::io::Result<()> {
    let flags = rustix::fs::XattrFlags::empty();
    rustix::fs::setxattr(path, name, &for_one_colleague(), flags)
}

fn access_acl(path: &Path) -> Option<Vec<u8>> {
    let mut value = [0; 1024];
    let len = rustix::fs::getxattr(path, ACCESS, &mut value).ok()?;
    Some(value[..len].to_vec())
}

#[test]
fn the_mask_of_an_acl_never_becomes_the_permissions_of_the_group() {
    let sandbox = Sandbox::new().file("a", "new").file("out", "old");
    let out = sandbox.work().join("out");
    if let Err(error) = set_acl(&out, ACCESS) {
        skip(
            "the_mask_of_an_acl_never_becomes_the_permissions_of_the_group",
            &format!("no ACLs on this file system: {error}"),
        );
        return;
    }
    assert_eq!(mode(&out), 0o660);
    run(&sandbox, 0o022, &["put", "a"]);
    run(&sandbox, 0o022, &["get", "a", "out"]);
    assert_eq!(sandbox.read("out"), b"new");
    assert_eq!(
        (mode(&out), access_acl(&out)),
        (0o660, Some(for_one_colleague()))
    );
    // The same in the directory of a store.
    let blob = sandbox.default_root().join("a");
    set_acl(&blob, ACCESS).unwrap();
    run(&sandbox, 0o022, &["put", "a"]);
    assert_eq!(access_acl(&blob), Some(for_one_colleague()));
}

#[test]
fn an_acl_of_the_directory_is_not_added_to_a_file_without_one() {
    let sandbox = Sandbox::new().file("a", "new").file("d/out", "old");
    let out = sandbox.work().join("d/out");
    set_permissions(&out, Permissions::from_mode(0o660)).unwrap();
    if let Err(error) = set_acl(&sandbox.work().join("d"), "system.posix_acl_default") {
        skip(
            "an_acl_of_the_directory_is_not_added_to_a_file_without_one",
            &format!("no ACLs on this file system: {error}"),
        );
        return;
    }
    run(&sandbox, 0o022, &["put", "a"]);
    run(&sandbox, 0o022, &["get", "a", "d/out"]);
    assert_eq!((mode(&out), access_acl(&out)), (0o660, None));
    // A new file gets it.
    run(&sandbox, 0o022, &["get", "a", "d/fresh"]);
    let fresh = sandbox.work().join("d/fresh");
    assert_eq!(access_acl(&fresh), Some(for_one_colleague()));
}

#[test]
fn only_the_owner_keeps_permissions_if_an_acl_is_for_another_group_or_user() {
    let name = "only_the_owner_keeps_permissions_if_an_acl_is_for_another_group_or_user";
    if !can_be_another_user(name) {
        return;
    }
    let sandbox = Sandbox::new().file("a", "new").file("out", "old");
    sandbox.open_to_all();
    run(&sandbox, 0o022, &["put", "a"]);
    let out = sandbox.work().join("out");
    for owner in [None, Some(65534)] {
        sandbox.write("out", "old");
        std::os::unix::fs::chown(&out, owner, Some(65534)).unwrap();
        if let Err(error) = set_acl(&out, ACCESS) {
            skip(name, &format!("no ACLs on this file system: {error}"));
            return;
        }
        run(&sandbox, 0o022, &["get", "a", "out"]);
        assert_eq!((mode(&out), access_acl(&out)), (0o600, None));
        assert_eq!(sandbox.read("out"), b"new");
    }
}

/// A file with a secret that others can read is named, wherever the secret comes from; the command works.
#[test]
fn a_secret_that_others_can_read_is_a_warning() {
    let ftp = FtpServer::start().holding("k", b"x");
    let with_password = || {
        Sandbox::new()
            .envs(&ftp.variables())
            .env("BLOBCTL_FTP_PASSWORD", "")
            .env("BLOBCTL_FTP_PASSWORD_FILE", "pw")
    };
    let s3 = S3Server::start();
    let with_profile = |mode: u32| {
        let sandbox = Sandbox::new()
            .envs(&s3.variables())
            .env("AWS_ACCESS_KEY_ID", "")
            .env("AWS_SECRET_ACCESS_KEY", "");
        let path = sandbox.home().join(".aws/credentials");
        let keys = format!(
            "[default]\naws_access_key_id = {ACCESS_KEY}\naws_secret_access_key = {SECRET_KEY}\n"
        );
        write_private(&path, &keys);
        set_permissions(path, Permissions::from_mode(mode)).unwrap();
        sandbox
    };
    for (sandbox, code) in [
        (with_password().file("pw", PASSWORD), 0),
        (with_profile(0o644), 1),
    ] {
        let outcome = sandbox.run(["exists", "k"]);
        assert_eq!(outcome.code, Some(code), "{outcome:?}");
        assert!(
            outcome
                .stderr
                .contains("contains a secret and is readable by others: chmod 600"),
            "{outcome:?}"
        );
    }
    with_password()
        .secret("pw", PASSWORD)
        .run(["exists", "k"])
        .is_silent(0);
    with_profile(0o600).run(["exists", "k"]).is_silent(1);
}

/// A core file would contain the password.
#[test]
fn a_run_with_secrets_leaves_no_core_file() {
    let server = FtpServer::start()
        .fault("RETR", ftp::Fault::NeverReply)
        .holding("k", b"x");
    let sandbox = Sandbox::new().envs(&server.variables());
    let raised = "ulimit -S -c $(ulimit -H -c); exec \"$@\"";
    let mut child = sandbox.shell(raised, ["get", "k", "out"]).spawn().unwrap();
    wait_until("the transfer", || !server.commands("RETR").is_empty());
    let limits = std::fs::read_to_string(format!("/proc/{}/limits", child.id())).unwrap();
    child.kill().unwrap();
    finish(child);
    let core = limits
        .lines()
        .find_map(|line| line.strip_prefix("Max core file size"))
        .unwrap();
    assert_eq!(core.split_whitespace().next(), Some("0"), "{limits}");
}
