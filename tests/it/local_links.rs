//! Destinations that are links, streams and descriptors, and the links of other users.

use std::fs::{File, Permissions, read_link, set_permissions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::process::{Command, Stdio};

use crate::support::users::{can_be_another_user, give_away};
use crate::support::{Sandbox, finish};

fn holding() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.pipe(["put", "-", "k"], b"new").succeeds();
    sandbox
}

fn fifo(sandbox: &Sandbox, name: &str) {
    let path = sandbox.work().join(name);
    let made = Command::new("mkfifo").arg(path).status().unwrap();
    assert!(made.success());
}

#[test]
fn a_link_is_followed_and_its_target_replaced() {
    let sandbox = holding().file("d/target", "old").file("other", "other");
    let work = sandbox.work();
    std::fs::hard_link(work.join("d/target"), work.join("same")).unwrap();
    for (target, link) in [
        ("d/target".to_owned(), "relative"),
        (work.join("d/target").display().to_string(), "absolute"),
        ("d/../d/./target".to_owned(), "roundabout"),
        ("relative".to_owned(), "chain"),
        ("nodir/../relative".to_owned(), "through_nothing"),
    ] {
        sandbox.write("d/target", "old");
        symlink(&target, work.join(link)).unwrap();
        let outcome = sandbox.run(["get", "k", link]);
        assert_eq!(
            read_link(work.join(link)).unwrap(),
            std::path::Path::new(&target)
        );
        if link == "through_nothing" {
            outcome.fails_with(8, "links to a directory that does not exist");
            assert_eq!(sandbox.read("d/target"), b"old");
        } else {
            outcome.succeeds();
            assert_eq!(sandbox.read("d/target"), b"new", "{link}");
        }
    }
    // Replaced, not written into.
    assert_eq!(sandbox.read("same"), b"old");
    // The directory may be a link, too.
    symlink("d", work.join("dir")).unwrap();
    sandbox.run(["get", "k", "dir/"]).succeeds();
    sandbox.run(["get", "k", "dir/named"]).succeeds();
    sandbox.run(["get", "k", "-t", "dir"]).succeeds();
    assert_eq!(
        (sandbox.read("d/k"), sandbox.read("d/named")),
        (b"new".to_vec(), b"new".to_vec())
    );
    assert!(work.join("dir").is_symlink());
    sandbox.nothing_left_behind();
}

#[test]
fn a_dangling_link_creates_its_target_and_a_loop_fails() {
    let sandbox = holding().file("d/x", "");
    let work = sandbox.work();
    symlink("d/made", work.join("dangling")).unwrap();
    sandbox.run(["get", "k", "dangling"]).succeeds();
    assert_eq!(sandbox.read("d/made"), b"new");
    assert!(work.join("dangling").is_symlink());
    symlink("d/kept", work.join("kept")).unwrap();
    sandbox
        .run(["get", "k", "kept", "--no-clobber"])
        .fails_with(5, "already exists");
    symlink("two", work.join("one")).unwrap();
    symlink("one", work.join("two")).unwrap();
    sandbox
        .run(["get", "k", "one"])
        .fails_with(8, "too many levels of symbolic links");
    symlink("d/", work.join("slash")).unwrap();
    sandbox.run(["get", "k", "slash"]).succeeds();
    assert_eq!(sandbox.read("d/k"), b"new");
    symlink("d/x/", work.join("file_as_dir")).unwrap();
    let outcome = sandbox.run(["get", "k", "file_as_dir"]);
    outcome.fails_with(8, "not a directory");
    sandbox.nothing_left_behind();
}

/// A file that already has text, open at its end.
fn begun(sandbox: &Sandbox) -> File {
    let path = sandbox.work().join("out");
    let mut file = File::options()
        .read(true)
        .write(true)
        .create(true)
        .truncate(true)
        .open(path)
        .unwrap();
    file.write_all(b"head ").unwrap();
    file
}

#[test]
fn a_path_to_stdout_is_written_at_the_offset_of_stdout() {
    let sandbox = holding();
    let link = sandbox.work().join("stdout");
    symlink("/proc/self/fd/1", &link).unwrap();
    for path in [
        "stdout",
        "/dev/stdout",
        "/dev/fd/1",
        "/proc/self/fd/1",
        "/proc/thread-self/fd/1",
    ] {
        let mut out = begun(&sandbox);
        let mut command = sandbox.command(["get", "k", path]);
        command.stdout(out.try_clone().unwrap());
        let output = command.output().unwrap();
        assert_eq!(
            (output.status.code(), output.stderr),
            (Some(0), Vec::new()),
            "{path}"
        );
        // The position is shared, so that more can follow.
        out.write_all(b" tail").unwrap();
        let mut text = String::new();
        out.seek(SeekFrom::Start(0)).unwrap();
        out.read_to_string(&mut text).unwrap();
        assert_eq!(text, "head new tail", "{path}");
        sandbox.run(["get", "k", path]).prints(b"new");
    }
    assert_eq!(
        read_link(&link).unwrap(),
        std::path::Path::new("/proc/self/fd/1")
    );
    // stdout carries the blob and nothing else.
    let outcome = sandbox.run(["get", "k", "/dev/stdout", "--json"]);
    assert_eq!(
        (outcome.code, outcome.stdout.as_slice()),
        (Some(0), &b"new"[..])
    );
    assert!(
        outcome.stderr.starts_with("{\"v\":1,\"op\":\"get\""),
        "{outcome:?}"
    );
    let mut child = sandbox
        .command(["get", "k", "/dev/stderr"])
        .spawn()
        .unwrap();
    let mut text = String::new();
    child
        .stderr
        .take()
        .unwrap()
        .read_to_string(&mut text)
        .unwrap();
    assert_eq!(
        (child.wait().unwrap().code(), text.as_str()),
        (Some(0), "new")
    );
}

#[test]
fn only_an_inherited_descriptor_is_written_at_its_offset() {
    let sandbox = holding();
    let script = "exec 7>out; printf 'head ' >&7; \"$@\" && printf ' tail' >&7";
    finish(
        sandbox
            .shell(script, ["get", "k", "/dev/fd/7"])
            .spawn()
            .unwrap(),
    )
    .succeeds();
    assert_eq!(sandbox.read("out"), b"head new tail");
    // Neither one that is closed nor one that the program opened for itself.
    for number in 3..30 {
        let path = format!("/dev/fd/{number}");
        let outcome = sandbox.run(["get", "k", &path]);
        assert_eq!(outcome.code, Some(8), "{outcome:?}");
    }
    sandbox
        .run(["get", "k", "/proc/nothing"])
        .fails_with(8, "open `/proc/nothing`");
}

#[test]
fn a_fifo_is_written_through() {
    let sandbox = holding();
    fifo(&sandbox, "pipe");
    symlink("pipe", sandbox.work().join("link")).unwrap();
    for name in ["pipe", "link"] {
        let child = sandbox.command(["get", "k", name]).spawn().unwrap();
        assert_eq!(std::fs::read(sandbox.work().join("pipe")).unwrap(), b"new");
        finish(child).succeeds();
    }
}

/// A directory like /tmp.
fn shared(sandbox: &Sandbox) -> std::path::PathBuf {
    sandbox.open_to_all();
    let shared = sandbox.work().join("shared");
    std::fs::create_dir(&shared).unwrap();
    set_permissions(&shared, Permissions::from_mode(0o1777)).unwrap();
    shared
}

#[test]
fn our_own_link_in_a_shared_directory_is_followed() {
    let sandbox = holding().file("d/target", "old");
    let shared = shared(&sandbox);
    symlink("../d/target", shared.join("link")).unwrap();
    sandbox.run(["get", "k", "shared/link"]).succeeds();
    assert_eq!(sandbox.read("d/target"), b"new");
}

#[test]
fn a_link_planted_by_another_user_is_never_followed() {
    if !can_be_another_user("a_link_planted_by_another_user_is_never_followed") {
        return;
    }
    let sandbox = holding().file("ours/victim", "precious");
    let shared = shared(&sandbox);
    fifo(&sandbox, "shared/fifo");
    give_away(&shared.join("fifo"));
    for (target, name) in [
        ("../ours/victim", "link"),
        ("../ours/made", "dangling"),
        ("/dev/stdout", "stdout"),
        ("../ours", "dir"),
    ] {
        symlink(target, shared.join(name)).unwrap();
        give_away(&shared.join(name));
    }
    // Links of ours that lead through theirs, from another directory.
    symlink("shared/link", sandbox.work().join("via")).unwrap();
    symlink("shared/dir/victim", sandbox.work().join("via_dir")).unwrap();
    let everything = || {
        let mut names: Vec<_> = crate::support::files(&sandbox.work());
        names.sort();
        names
    };
    let before = everything();
    for path in [
        "shared/link",
        "shared/dangling",
        "shared/stdout",
        "shared/dir/victim",
        "shared/dir/made",
        "shared/dir/",
        "via",
        "via_dir",
        "shared/fifo",
    ] {
        let mut command = sandbox.command(["get", "k", path]);
        command.stdin(Stdio::null());
        let outcome = finish(command.spawn().unwrap());
        outcome.fails_with(
            8,
            "of another user (uid 65534) in a directory that everyone can write to",
        );
    }
    // Trees, and directories that are created.
    std::fs::create_dir(sandbox.work().join("tree")).unwrap();
    sandbox.write("tree/made", "new");
    sandbox.run(["put", "-r", "tree/.", "t/"]).succeeds();
    let before: Vec<_> = std::iter::once(sandbox.work().join("tree/made"))
        .chain(before)
        .collect();
    for command in [
        &["get", "-r", "t/.", "shared/dir"][..],
        &["get", "-r", "t/.", "shared/dir/"],
        &["get", "-r", "t", "shared/dir/new"],
        &["cp", "-r", "t/.", "./shared/dir"],
        &["sync", "t/", "./shared/dir"],
        &["sync", "--delete", "t/", "./shared/dir"],
        &["get", "--mkdir", "k", "shared/dir/new/k"],
        &["get", "--mkdir", "-t", "shared/dir/new", "k"],
        &["cp", "--mkdir", "k", "./shared/dir/new/k"],
    ] {
        let outcome = sandbox.run(command);
        assert!(
            matches!(outcome.code, Some(8 | 11)),
            "{command:?}: {outcome:?}"
        );
        assert!(
            outcome.stderr.contains("of another user (uid 65534)"),
            "{command:?}: {outcome:?}"
        );
    }
    let mut now = everything();
    now.sort();
    let mut expected = before;
    expected.sort();
    assert_eq!(now, expected);
    assert!(!sandbox.work().join("ours/new").exists());
    assert_eq!(sandbox.read("ours/victim"), b"precious");
    // The kernel's rule, to its end: links of the directory's owner count, and only sticky directories are shared.
    give_away(&shared);
    sandbox.run(["get", "k", "shared/link"]).succeeds();
    assert_eq!(sandbox.read("ours/victim"), b"new");
}

#[test]
fn a_descriptor_that_is_closed_is_8() {
    let sandbox = holding();
    for (redirection, path) in [
        ("<&-", "/dev/fd/0"),
        ("<&-", "/dev/stdin"),
        ("2>&-", "/dev/fd/2"),
        ("2>&-", "/dev/stderr"),
        (">&-", "/dev/fd/1"),
    ] {
        let script = format!("exec \"$@\" {redirection}");
        let child = sandbox.shell(&script, ["get", "k", path]).spawn();
        let outcome = finish(child.unwrap());
        assert_eq!(outcome.code, Some(8), "{path}: {outcome:?}");
        let silent = path.ends_with('2') || path.ends_with("stderr");
        assert_eq!(outcome.stderr.is_empty(), silent, "{path}: {outcome:?}");
    }
    // An open one is written.
    let script = "exec \"$@\" 0<>out";
    let child = sandbox.shell(script, ["get", "k", "/dev/fd/0"]).spawn();
    finish(child.unwrap()).succeeds();
    assert_eq!(sandbox.read("out"), b"new");
}
