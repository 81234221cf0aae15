//! `cp` and `mv`: between stores, between this machine and a store, and through pipes.

use crate::support::ftp::{Fault, FtpServer};
use crate::support::s3::{S3Server, on};
use crate::support::stores::{Store, on_every_store};
use crate::support::{Sandbox, finish};
use crate::trees::{local_files, reports};

/// A sandbox that reaches three stores, and the address of a directory on each of them.
fn three_stores() -> (Sandbox, S3Server, FtpServer, [String; 3]) {
    let (s3, ftp) = (S3Server::start(), FtpServer::start());
    let sandbox = Sandbox::new().envs(&ftp.variables()).envs(&s3.variables());
    let places = [
        format!("file://{}/store", sandbox.work().display()),
        s3.url(&sandbox, "p"),
        ftp.url(&sandbox, "p"),
    ];
    (sandbox, s3, ftp, places)
}

#[test]
fn copies_go_from_anywhere_to_anywhere() {
    let (sandbox, s3, ftp, places) = three_stores();
    for name in ["d/a", "d/sub/b"] {
        sandbox.write(name, name);
    }
    for (index, place) in places.iter().enumerate() {
        sandbox
            .run(["cp", "-r", "./d", &format!("{place}/up/")])
            .succeeds();
        let down = format!("./down{index}/");
        sandbox
            .run(["cp", "-r", &format!("{place}/up/d"), &down])
            .succeeds();
        assert_eq!(sandbox.read(&format!("down{index}/d/sub/b")), b"d/sub/b");
        for other in &places {
            let to = format!("{other}/from{index}/");
            sandbox
                .run(["cp", "-r", &format!("{place}/up/d"), &to])
                .succeeds();
            sandbox
                .run(["cp", &format!("{place}/up/d/a"), &format!("{to}one")])
                .succeeds();
            sandbox
                .run(["mv", &format!("{to}one"), &format!("{to}sub/")])
                .succeeds();
            sandbox
                .run(["get", &format!("{to}sub/one"), "-"])
                .prints(b"d/a");
            assert_eq!(sandbox.run(["exists", &format!("{to}one")]).code, Some(1));
            sandbox
                .run(["get", &format!("{to}d/sub/b"), "-"])
                .prints(b"d/sub/b");
        }
    }
    s3.is_clean(&sandbox);
    ftp.is_clean(&sandbox);
    sandbox.nothing_left_behind();
}

#[test]
fn within_s3_the_service_copies() {
    let server = S3Server::start();
    let sandbox = on(&server).file("d/a", "1").file("d/b", "2");
    sandbox
        .run(["put", "-r", "--metadata", "owner=me", "d", "p/"])
        .succeeds();
    server.requests();
    sandbox.run(["cp", "-r", "p/d", "q/"]).succeeds();
    let requests = server.requests();
    let copies = requests
        .iter()
        .filter(|request| request.header("x-amz-copy-source").is_some());
    assert_eq!(copies.count(), 2, "{requests:?}");
    assert!(
        !requests
            .iter()
            .any(|request| request.method == "GET" && !request.uri.contains("list-type")),
        "{requests:?}"
    );
    let outcome = sandbox.run(["stat", "--json", "q/d/a"]);
    assert_eq!(outcome.json()[0]["metadata"]["owner"], "me", "{outcome:?}");
}

#[test]
fn pipes_are_sources_and_destinations() {
    on_every_store(|store| {
        let sandbox = store.sandbox().file("local", "x");
        let url = store.url(&sandbox, "piped");
        sandbox
            .pipe(["cp", "-", &url], b"through a pipe")
            .succeeds();
        sandbox.run(["cp", &url, "-"]).prints(b"through a pipe");
        let outcome = sandbox.run(["cp", &url, "-", "--json"]);
        assert_eq!(outcome.stdout, b"through a pipe", "{outcome:?}");
        assert!(outcome.stderr.starts_with('{'), "{outcome:?}");
        let directory = store.url(&sandbox, "");
        sandbox
            .pipe(["cp", "-", &directory], b"x")
            .fails_with(2, "stdin has no name");
        sandbox
            .run(["cp", &url, &url, "-"])
            .fails_with(2, "several blobs cannot go to stdout");
        sandbox
            .run(["cp", "-r", &directory, "-"])
            .fails_with(2, "several blobs cannot go to stdout");
        sandbox
            .run(["cp", "-", "-"])
            .fails_with(2, "no argument names a store");
        sandbox
            .pipe(["mv", "-", &url], b"x")
            .fails_with(2, "stdin cannot be moved");
        assert_eq!(
            store.look(&sandbox, "piped").as_deref(),
            Some(&b"through a pipe"[..])
        );
        sandbox
            .run(["cp", &store.url(&sandbox, "nothing"), "-"])
            .fails_with(1, "no such blob");
    });
}

#[test]
fn destinations_are_those_of_cp() {
    on_every_store(|store| {
        let sandbox = store.sandbox().file("d/x/1", "one").file("d/2", "two");
        let url = |key: &str| store.url(&sandbox, key);
        sandbox.run(["cp", "./d/2", &url("named")]).succeeds();
        sandbox.run(["cp", "./d/2", &url("dir/")]).succeeds();
        sandbox
            .run(["cp", "./d/2", "./d/x/1", &url("both/")])
            .succeeds();
        sandbox
            .run(["cp", "./d/2", "./d/x/1", &url("both")])
            .fails_with(2, "several sources need a destination that ends in `/`");
        sandbox
            .run(["cp", "-t", &url("target"), "./d/2"])
            .succeeds();
        for key in ["named", "dir/2", "both/2", "both/1", "target/2"] {
            assert!(store.look(&sandbox, key).is_some(), "{key}");
        }
        sandbox.run(["cp", "-r", "./d", &url("tree")]).succeeds();
        sandbox.run(["cp", "-r", "./d", &url("tree/")]).succeeds();
        assert!(store.look(&sandbox, "tree/x/1").is_some());
        assert!(store.look(&sandbox, "tree/d/x/1").is_some());
        // Down: into a directory that exists, under a name that does not, and below one that has to be made.
        std::fs::create_dir(sandbox.work().join("here")).unwrap();
        sandbox.run(["cp", &url("named"), "./here"]).succeeds();
        sandbox.run(["cp", &url("named"), "./new"]).succeeds();
        sandbox
            .run(["cp", "--mkdir", &url("named"), "./a/b/"])
            .succeeds();
        sandbox
            .run(["cp", &url("named"), "./c/"])
            .fails_with(8, "the directory `./c/` does not exist");
        sandbox
            .run(["cp", &url("named"), "./c/d"])
            .fails_with(8, "c");
        sandbox
            .run(["cp", "-r", &url("tree/x"), "./here"])
            .succeeds();
        sandbox
            .run(["cp", "-r", &url("tree/x"), "./there"])
            .succeeds();
        for name in ["here/named", "new", "a/b/named", "here/x/1", "there/1"] {
            assert!(sandbox.exists(name), "{name}");
        }
        assert!(!sandbox.exists("c"));
        sandbox
            .run(["cp", "./d", &url("no")])
            .fails_with(2, "`./d` is a directory");
    });
}

#[test]
fn a_local_file_is_not_taken_for_a_key() {
    let sandbox = Sandbox::new().file("a.bin", "1");
    for arguments in [
        ["cp", "a.bin", "b.bin"],
        ["mv", "a.bin", "b.bin"],
        ["sync", "a.bin", "x"],
    ] {
        let outcome = sandbox.run(arguments);
        outcome.fails_with(2, "hint: for the local file, write ./a.bin");
    }
    sandbox
        .run(["cp", "./a.bin", "./b.bin"])
        .fails_with(2, "no argument names a store");
    // A variable that is not set.
    for arguments in [
        &["cp", "", "s3://lab/x"][..],
        &["cp", "s3://lab/x", ""],
        &["sync", "", "s3://lab/x"],
        &["sync", "--delete", "s3://lab/x", ""],
        &["mv", "-r", "", "./d"],
    ] {
        sandbox.run(arguments).fails_with(2, "an argument is empty");
    }
    sandbox
        .run(["get", "-r", "", "./d"])
        .fails_with(2, "the key is empty");
    sandbox
        .run(["cp", "./a.bin"])
        .fails_with(2, "missing argument: TO");
    // The store was chosen.
    sandbox.run(["put", "a.bin"]).succeeds();
    sandbox.run(["cp", "-b", "fs", "a.bin", "b.bin"]).succeeds();
    sandbox.run(["put", "s3://lab/x", "key"]).fails_with(
        2,
        "hint: cp copies between stores: blobctl cp s3://lab/x KEY",
    );
    sandbox.run(["get", "key", "s3://lab/x"]).fails_with(
        2,
        "hint: cp copies between stores: blobctl cp KEY s3://lab/x",
    );
    assert_eq!(local_files(&sandbox), ["a.bin"]);
}

#[test]
fn a_move_says_by_which_proof_it_removed_the_source() {
    on_every_store(|store| {
        let sandbox = store.sandbox().file("d/a", "1").file("d/sub/b", "2");
        let url = store.url(&sandbox, "p/");
        let outcome = sandbox.run(["mv", "./d/a", &url, "--json"]);
        let json = outcome.json();
        assert_eq!(json[0]["op"], "mv", "{outcome:?}");
        assert_eq!(json[0]["verified"], store.proof(), "{outcome:?}");
        assert!(!sandbox.exists("d/a"));
        let outcome = sandbox.run(["mv", "-v", &store.url(&sandbox, "p/a"), "./back"]);
        assert!(outcome.stderr.contains("blobctl: moved "), "{outcome:?}");
        assert_eq!(sandbox.read("back"), b"1");
        assert_eq!(store.look(&sandbox, "p/a"), None);
        // The directories stay.
        sandbox.run(["mv", "-r", "./d", &url]).succeeds();
        assert!(sandbox.work().join("d/sub").is_dir());
        assert_eq!(local_files(&sandbox), ["back"]);
        assert_eq!(
            store.look(&sandbox, "p/d/sub/b").as_deref(),
            Some(&b"2"[..])
        );
        sandbox
            .run(["mv", "-r", &store.url(&sandbox, "p/d"), "./d2"])
            .succeeds();
        assert_eq!(sandbox.read("d2/sub/b"), b"2");
        assert_eq!(store.look(&sandbox, "p/d/sub/b"), None);
    });
}

#[test]
fn a_source_whose_copy_fails_stays() {
    let server = FtpServer::start().fault("STOR", Fault::AlwaysReply("552 disk full"));
    let sandbox = server
        .sandbox()
        .env("BLOBCTL_RETRY_FOR", "0")
        .file("d/a", "1");
    let outcome = sandbox.run(["mv", "-r", "./d", &server.url(&sandbox, "p/")]);
    assert_ne!(outcome.code, Some(0), "{outcome:?}");
    assert_eq!(sandbox.read("d/a"), b"1");
    let server = FtpServer::start().holding("k", b"1");
    let sandbox = server.sandbox();
    let outcome = sandbox.run(["mv", &server.url(&sandbox, "k"), "./no/such/directory"]);
    outcome.fails_with(8, "cannot download");
    assert_eq!(server.file("k").as_deref(), Some(&b"1"[..]));
}

#[test]
fn a_source_that_changes_during_its_copy_stays() {
    // The file grows when the server asks for it: the upload is slow, so the change falls into it.
    let server = FtpServer::start().fault(
        "STOR",
        Fault::DelayFinalReply(std::time::Duration::from_millis(500)),
    );
    let sandbox = server.sandbox().file("a", "before");
    let child = sandbox
        .command(["mv", "./a", &server.url(&sandbox, "k")])
        .spawn()
        .unwrap();
    crate::support::wait_until("the upload", || !server.commands("STOR").is_empty());
    crate::support::wait_until("the end of the upload", || {
        server.files().iter().any(|path| path.contains(".blobctl-"))
    });
    sandbox.write("a", "after the copy");
    let outcome = finish(child);
    reports(&outcome, 6, &["the source changed"]);
    assert_eq!(sandbox.read("a"), b"after the copy");
}

#[test]
fn a_move_needs_a_file_that_keeps_the_blob() {
    on_every_store(|store| {
        let sandbox = store.sandbox().file("a", "1");
        sandbox.run(["put", "a", "k"]).succeeds();
        let url = store.url(&sandbox, "k");
        for to in ["-", "/dev/null", "/dev/stdout"] {
            let outcome = sandbox.run(["mv", &url, to]);
            outcome.fails_with(2, "the destination of a move must be a file");
        }
        assert_eq!(store.look(&sandbox, "k").as_deref(), Some(&b"1"[..]));
    });
}

#[test]
fn a_copy_onto_itself_is_rejected() {
    on_every_store(|store| {
        let sandbox = store.sandbox().file("a", "1");
        sandbox.run(["put", "a", "k"]).succeeds();
        let url = store.url(&sandbox, "k");
        for command in ["cp", "mv"] {
            sandbox
                .run([command, &url, &url])
                .fails_with(2, "would be copied onto itself");
        }
        assert_eq!(store.look(&sandbox, "k").as_deref(), Some(&b"1"[..]));
    });
    // A file that is the blob.
    let sandbox = Sandbox::new().file("store/k", "1");
    let url = format!("file://{}/store/k", sandbox.work().display());
    for arguments in [["mv", "./store/k", &url], ["mv", &url, "./store/k"]] {
        let outcome = sandbox.run(arguments);
        outcome.fails_with(2, "would be copied onto itself");
        assert_eq!(sandbox.read("store/k"), b"1");
    }
}

#[test]
fn a_missing_source_is_one_failure_among_successes() {
    on_every_store(|store| {
        let sandbox = store.sandbox().file("a", "1");
        sandbox.run(["put", "a", "k"]).succeeds();
        let url = |key: &str| store.url(&sandbox, key);
        let outcome = sandbox.run(["cp", &url("k"), &url("missing"), &url("to/")]);
        reports(&outcome, 11, &["cannot copy "]);
        assert!(store.look(&sandbox, "to/k").is_some());
        let outcome = sandbox.run(["mv", &url("missing"), "./here"]);
        outcome.fails_with(1, "no such blob");
    });
}
