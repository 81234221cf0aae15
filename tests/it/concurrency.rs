//! Several processes on one store: every blob is a complete copy of one of the sources.

use std::io::Write;
use std::process::{Child, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};

use crate::support::stores::on_every_store;
use crate::support::{MIB, bytes, finish};

#[test]
fn concurrent_puts_of_one_key_leave_one_of_them_whole() {
    on_every_store(|store| {
        let sandbox = store.sandbox();
        let contents: Vec<Vec<u8>> = (0..6).map(|n| bytes(300_000 + n, n as u64)).collect();
        for (index, content) in contents.iter().enumerate() {
            sandbox.write(&format!("f{index}"), content);
        }
        let children: Vec<Child> = (0..6)
            .map(|n| {
                sandbox
                    .command(["put", &format!("f{n}"), "same"])
                    .spawn()
                    .unwrap()
            })
            .collect();
        for child in children {
            finish(child).succeeds();
        }
        let found = store.look(&sandbox, "same").unwrap();
        assert!(
            contents.contains(&found),
            "the blob is none of those that were put: {} bytes",
            found.len()
        );
        store.is_clean(&sandbox);
    });
}

#[test]
fn concurrent_puts_of_many_keys_all_arrive() {
    on_every_store(|store| {
        let sandbox = store.sandbox();
        for n in 0..4 {
            for m in 0..5 {
                sandbox.write(
                    &format!("f{n}.{m}"),
                    bytes(100_000 + n * 10 + m, (n * 10 + m) as u64),
                );
            }
        }
        let children: Vec<Child> = (0..4)
            .map(|n| {
                let names = (0..5).map(|m| format!("f{n}.{m}"));
                let arguments = ["put".to_owned(), "-t".to_owned(), "shared/dir/".to_owned()];
                sandbox
                    .command(arguments.into_iter().chain(names))
                    .spawn()
                    .unwrap()
            })
            .collect();
        for child in children {
            finish(child).succeeds();
        }
        for n in 0..4 {
            for m in 0..5 {
                let name = format!("f{n}.{m}");
                let found = store.look(&sandbox, &format!("shared/dir/{name}"));
                assert!(
                    found == Some(sandbox.read(&name)),
                    "{name} on {}",
                    store.name()
                );
            }
        }
        store.is_clean(&sandbox);
    });
}

#[test]
fn a_reader_gets_the_old_blob_until_the_new_one_is_complete() {
    on_every_store(|store| {
        let sandbox = store.sandbox();
        // Both are streams of several parts: the S3 server's store goes on telling the checksum of a blob that came in one
        // piece after another has replaced it in parts.
        let (old, new) = (bytes(18 * MIB, 6), bytes(18 * MIB, 7));
        sandbox.pipe(["put", "-", "k"], &old).succeeds();
        let mut child = sandbox
            .command(["put", "-", "k"])
            .stdin(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdin = child.stdin.take().unwrap();
        // More than a pipe and one part hold, so that bytes have left the program when this returns.
        stdin.write_all(&new[..17 * MIB]).unwrap();
        sandbox.run(["get", "k", "-"]).prints(&old);
        stdin.write_all(&new[17 * MIB..]).unwrap();
        sandbox.run(["get", "k", "-"]).prints(&old);
        drop(stdin);
        finish(child).succeeds();
        sandbox.run(["get", "k", "-"]).prints(&new);
    });
}

#[test]
fn readers_among_writers_never_see_a_mixture() {
    on_every_store(|store| {
        // The S3 server's store writes a blob and its ETag one after the other: readers may find them apart.
        if !store.keeps_paths() {
            return;
        }
        let sandbox = store.sandbox();
        let contents: Vec<Vec<u8>> = (0..2).map(|n| bytes(700_000 + n, n as u64)).collect();
        for (index, content) in contents.iter().enumerate() {
            sandbox.write(&format!("f{index}"), content);
        }
        sandbox.run(["put", "f0", "k"]).succeeds();
        let done = AtomicBool::new(false);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                for n in 0..10 {
                    sandbox.run(["put", &format!("f{}", n % 2), "k"]).succeeds();
                }
                done.store(true, Ordering::SeqCst);
            });
            let mut whole = 0;
            while !done.load(Ordering::SeqCst) || whole == 0 {
                let outcome = sandbox.run(["get", "k", "out"]);
                // FTP measures and fetches in two steps: a blob that is replaced in between is noticed, never mixed.
                if outcome.code == Some(6) && store.name() == "ftp" {
                    outcome.fails_with(6, "the server ");
                    continue;
                }
                outcome.succeeds();
                let found = sandbox.read("out");
                assert!(
                    contents.contains(&found),
                    "{}: {} bytes",
                    store.name(),
                    found.len()
                );
                whole += 1;
            }
        });
        store.is_clean(&sandbox);
    });
}

#[test]
fn transfers_stay_within_the_limit_of_open_files() {
    on_every_store(|store| {
        let sandbox = store.sandbox();
        for number in 0..100 {
            sandbox.write(&format!("d/{number}"), "x");
        }
        let limited = |limit: u32, arguments: &[&str]| {
            let script = format!("ulimit -n {limit}; exec \"$@\"");
            finish(sandbox.shell(&script, arguments).spawn().unwrap())
        };
        limited(32, &["put", "-r", "d", "p/"]).succeeds();
        limited(32, &["get", "-r", "p/d", "new"]).succeeds();
        assert_eq!(sandbox.read("new/99"), b"x");
        let capped = limited(64, &["get", "-r", "p/d", "again", "--jobs", "50"]);
        assert_eq!(capped.code, Some(0), "{capped:?}");
        assert_eq!(
            capped.stderr,
            "blobctl: warning: --jobs 50 is capped at 6, because the limit of open files (ulimit -n) permits no more\n"
        );
        limited(31, &["get", "-r", "p/d", "none"]).fails(
            8,
            "blobctl: the limit of 31 open files is too low\nhint: raise it: ulimit -n 32, or more\n",
        );
        assert!(!sandbox.exists("none"));
    });
}
