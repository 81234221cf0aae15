//! Addresses: remotes, schemes and keys, and that nothing is stored in a place that the address does not name.

use crate::support::ftp::FtpServer;
use crate::support::s3::S3Server;
use crate::support::terminal::Terminal;
use crate::support::{Sandbox, files};

const CONFIG: &str = "[remotes.backup]\nbackend = \"fs\"\nroot = \"/nonexistent\"\n";

#[test]
fn an_unknown_remote_is_an_error_of_every_command_and_nothing_is_stored() {
    for config in [None, Some(CONFIG)] {
        for backend in [&[][..], &["-b", "fs"]] {
            let sandbox = Sandbox::new().file("a", "x");
            let sandbox = match config {
                Some(config) => sandbox.config(config),
                None => sandbox,
            };
            let verbs: [&[&str]; 9] = [
                &["put", "a", "bakcup:nightly"],
                &["put", "-t", "bakcup:nightly/", "a"],
                &["get", "bakcup:nightly", "-"],
                &["exists", "bakcup:nightly"],
                &["stat", "bakcup:nightly"],
                &["ls", "bakcup:"],
                &["rm", "-f", "bakcup:nightly"],
                &["cp", "bakcup:nightly", "b"],
                &["presign", "bakcup:nightly"],
            ];
            for verb in verbs {
                let outcome = sandbox.run(verb.iter().chain(backend));
                outcome.fails_with(3, "unknown remote `bakcup`");
                let near = outcome.stderr.contains("did you mean `backup:`?");
                assert_eq!(near, config.is_some(), "{outcome:?}");
            }
            assert!(!sandbox.default_root().exists());
        }
    }
    // A name that is far from all others is not suggested.
    let outcome = Sandbox::new().config(CONFIG).run(["exists", "zebra:x"]);
    outcome.fails_with(3, "unknown remote `zebra`");
    assert!(!outcome.stderr.contains("did you mean"), "{outcome:?}");
}

#[test]
fn the_hint_about_an_unknown_remote_names_the_file_that_has_remotes() {
    let sandbox = Sandbox::new().config(CONFIG);
    let path = sandbox.home().join(".config/blobctl/config.toml");
    let place = format!(
        "remotes are the sections [remotes.NAME] of {}",
        path.display()
    );
    for (arguments, hint) in [
        (
            &["ls", "bakcup:"][..],
            format!("did you mean `backup:`? {place}"),
        ),
        (
            &["ls", "--remote", "bakcup"],
            format!("did you mean `backup`? {place}"),
        ),
        (
            &["ls", "--remote", "zebra"],
            format!("{place}, which has backup"),
        ),
        (
            &["ls", "zebra:"],
            format!("{place}, which has backup; for a key"),
        ),
    ] {
        let outcome = sandbox.run(arguments);
        outcome.fails_with(3, &format!("\nhint: {hint}"));
    }
    let sandbox = Sandbox::new().config("backend = \"fs\"\n");
    sandbox
        .run(["ls", "zebra:"])
        .fails_with(3, "config.toml, which has none; ");
    Sandbox::new().run(["ls", "zebra:"]).fails_with(
        3,
        "hint: no config file was found: remotes are its sections [remotes.NAME]; ",
    );
}

#[test]
fn the_hint_is_an_address_that_stores_a_key_with_a_colon() {
    let typed = |outcome: crate::support::Outcome| {
        outcome.fails_with(3, "contains a colon, use ");
        let hint = outcome.stderr.lines().last().unwrap().to_owned();
        hint.split("contains a colon, use ")
            .nth(1)
            .unwrap()
            .to_owned()
    };
    // The default store.
    let sandbox = Sandbox::new().file("a", "x");
    let address = typed(sandbox.run(["put", "a", "12:30/report"]));
    let root = sandbox.default_root();
    assert_eq!(address, format!("file://{}/12:30/report", root.display()));
    sandbox.run(["put", "a", &address]).succeeds();
    assert!(root.join("12:30/report").exists());
    sandbox.run(["exists", &address]).succeeds();
    // A key without a colon in its first segment is a plain key.
    sandbox.run(["put", "a", "dir/12:30"]).succeeds();
    assert!(root.join("dir/12:30").exists());

    // A root and a prefix.
    let sandbox = Sandbox::new()
        .file("a", "x")
        .file("root/keep", "")
        .env("BLOBCTL_FS_PREFIX", "deep/");
    let address = typed(sandbox.run(["put", "a", "x:y", "-b", "fs", "--root", "root"]));
    sandbox.run(["put", "a", &address]).succeeds();
    assert!(sandbox.exists("root/deep/x:y"));

    // A bucket.
    let server = S3Server::start();
    let sandbox = Sandbox::new().file("a", "x").envs(&server.variables());
    let address = typed(sandbox.run(["put", "a", "x:y"]));
    assert_eq!(address, "s3://lab/x:y");
    sandbox.run(["put", "a", &address]).succeeds();
    assert!(server.bucket().join("x:y").exists());

    // An FTP server.
    let server = FtpServer::start();
    let sandbox = Sandbox::new().file("a", "x").envs(&server.variables());
    let address = typed(sandbox.run(["put", "a", "x:y"]));
    let port = server.address.port();
    assert_eq!(address, format!("ftp://ops@127.0.0.1:{port}//data/x:y"));
    sandbox.run(["put", "a", &address]).succeeds();
    assert_eq!(server.file("x:y").as_deref(), Some(&b"x"[..]));

    // FTP servers that are only named; nothing is connected.
    let sandbox = Sandbox::new().file("a", "x");
    for (options, wanted) in [
        (&["--host", "h.invalid"][..], "ftp://h.invalid/x:y"),
        (
            &[
                "--host",
                "::1",
                "--port",
                "2121",
                "--user",
                "ops",
                "--base-dir",
                "/in",
            ],
            "ftp://ops@[::1]:2121//in/x:y",
        ),
        (
            &[
                "--host",
                "h.invalid",
                "--ftp-tls",
                "explicit",
                "--base-dir",
                "in",
            ],
            "ftpes://h.invalid/in/x:y",
        ),
    ] {
        let arguments = ["put", "a", "x:y", "-b", "ftp"];
        let outcome = sandbox.run(arguments.iter().chain(options));
        assert_eq!(typed(outcome), wanted);
    }

    // A remote.
    let config = "remote = \"here\"\n[remotes.here]\nbackend = \"fs\"\nroot = \"root\"\n";
    let sandbox = Sandbox::new()
        .file("a", "x")
        .file("root/keep", "")
        .config(config);
    let address = typed(sandbox.run(["put", "a", "x:y"]));
    assert_eq!(address, "here:x:y");
    sandbox.run(["put", "a", &address]).succeeds();
    assert!(sandbox.exists("root/x:y"));
}

#[test]
fn wrong_schemes_are_usage_errors_that_name_the_right_ones() {
    let sandbox = Sandbox::new().file("a", "x");
    for (address, wanted) in [
        ("s3:/lab/x", "the address `s3:` has too few slashes"),
        ("S3:lab", "the address `S3:` has too few slashes"),
        ("ftp:h/x", "the address `ftp:` has too few slashes"),
        ("ftps:/h/x", "the address `ftps:` has too few slashes"),
        ("file:/srv/x", "the address `file:` has too few slashes"),
        ("gs://lab/x", "unknown scheme `gs`"),
        ("sftp://h/x", "unknown scheme `sftp`"),
        ("http://h/x", "unknown scheme `http`"),
    ] {
        for arguments in [
            &["put", "a", address][..],
            &["exists", address],
            &["ls", address],
            &["rm", "-f", address, "-b", "fs"],
        ] {
            let outcome = sandbox.run(arguments);
            outcome.fails_with(2, wanted);
            let schemes = "the schemes are s3, ftp, ftpes, ftps, file";
            assert!(outcome.stderr.contains(schemes), "{outcome:?}");
        }
    }
    let outcome = sandbox.run(["exists", "ftp:ops:hunter2@h/x"]);
    outcome.fails_with(2, "too few slashes");
    assert!(!outcome.stderr.contains("hunter2"), "{outcome:?}");
    assert!(!sandbox.default_root().exists());
}

#[test]
fn schemes_are_case_insensitive_and_a_remote_may_be_called_like_one() {
    let server = S3Server::start();
    let sandbox = Sandbox::new().file("a", "x").envs(&server.variables());
    sandbox.run(["put", "a", "S3://lab/x"]).succeeds();
    sandbox.run(["exists", "s3://lab/x"]).succeeds();
    let path = sandbox.work().join("b").display().to_string();
    sandbox
        .run(["put", "a", &format!("FILE://{path}")])
        .succeeds();
    assert!(sandbox.exists("b"));

    let config = "[remotes.s3]\nbackend = \"fs\"\nroot = \"root\"\n";
    let sandbox = Sandbox::new()
        .file("a", "x")
        .file("root/keep", "")
        .config(config);
    sandbox.run(["put", "a", "s3:x"]).succeeds();
    assert!(sandbox.exists("root/x"));
}

#[test]
fn an_address_without_a_key_says_so() {
    let sandbox = Sandbox::new()
        .file("a", "x")
        .env("AWS_ACCESS_KEY_ID", "a")
        .env("AWS_SECRET_ACCESS_KEY", "b")
        .config("[remotes.backup]\nbackend = \"fs\"\nroot = \".\"\n");
    let verbs: [&[&str]; 6] = [
        &["get", "s3://lab"],
        &["exists", "s3://lab"],
        &["stat", "s3://lab/"],
        &["rm", "-f", "s3://lab"],
        &["cp", "s3://lab", "backup:x"],
        &["presign", "s3://lab"],
    ];
    for verb in verbs {
        sandbox
            .run(verb)
            .fails(2, "blobctl: a key is missing: `s3://lab` is a bucket");
    }
    sandbox
        .run(["exists", "backup:"])
        .fails(2, "blobctl: a key is missing: `backup:` is a remote");
    sandbox.run(["exists", "ftp://h.invalid"]).fails(
        2,
        "blobctl: a path is missing: `ftp://h.invalid` is a server",
    );
    sandbox
        .run(["put", "a", "ftpes://ops@[::1]:2121"])
        .fails_with(2, "a path is missing: `ftpes://ops@[::1]:2121` is a server");
    let outcome = sandbox.run(["doctor", "s3://"]);
    outcome.fails_with(2, "names no bucket");
    assert!(
        outcome.stderr.contains("`blobctl ls s3://` lists"),
        "{outcome:?}"
    );
    sandbox
        .run(["exists", ""])
        .fails_with(2, "the key is empty");
}

#[test]
fn a_bucket_or_server_without_a_slash_is_no_destination_of_a_file() {
    let server = S3Server::start();
    let sandbox = Sandbox::new()
        .envs(&server.variables())
        .file("d/a", "x")
        .file("b", "y");
    for (arguments, text) in [
        (
            &["put", "d/a", "s3://lab"][..],
            "blobctl: a key is missing: `s3://lab` is a bucket\nhint: write s3://lab/ or s3://lab/a",
        ),
        (
            &["put", "-", "S3://lab"],
            "blobctl: a key is missing: `s3://lab` is a bucket\nhint: write S3://lab/ or S3://lab/KEY",
        ),
        (
            &["put", "d/a", "b", "s3://lab"],
            "blobctl: a key is missing: `s3://lab` is a bucket\nhint: write s3://lab/ or s3://lab/a",
        ),
        (
            &["put", "b", "ftp://u@h.invalid"],
            "blobctl: a path is missing: `ftp://u@h.invalid` is a server\nhint: write ftp://u@h.invalid/ or ftp://u@h.invalid/b",
        ),
        (
            &["cp", "s3://lab/d/k", "s3://lab"],
            "blobctl: a key is missing: `s3://lab` is a bucket\nhint: write s3://lab/ or s3://lab/k",
        ),
    ] {
        sandbox.run(arguments).fails(2, text);
    }
    assert_eq!(server.requests().len(), 0);
    sandbox.run(["put", "d/a", "s3://lab/"]).succeeds();
    sandbox.run(["put", "-t", "s3://lab", "b"]).succeeds();
    sandbox.run(["put", "-r", "d", "s3://lab"]).succeeds();
    sandbox.run(["ls"]).prints(b"a\nb\nd/a\n");
}

#[test]
fn put_and_get_point_to_cp_when_both_ends_are_stores() {
    let sandbox = Sandbox::new()
        .file("a", "x")
        .config("[remotes.backup]\nbackend = \"fs\"\nroot = \".\"\n");
    sandbox.run(["put", "s3://lab/x", "backup:y"]).fails_with(
        2,
        "hint: cp copies between stores: blobctl cp s3://lab/x KEY",
    );
    sandbox
        .run(["get", "s3://lab/x", "backup:y"])
        .fails_with(2, "hint: cp copies between stores: blobctl cp KEY backup:y");
    // A file of that name is a file.
    let sandbox = sandbox.file("backup:z", "y");
    sandbox.run(["put", "backup:z", "backup:w"]).succeeds();
    assert_eq!(sandbox.read("w"), b"y");
}

/// The lines on a terminal, without cursor movements.
fn shown(sandbox: &Sandbox, arguments: &[&str]) -> String {
    let (terminal, far) = Terminal::open();
    let mut command = sandbox.command(arguments);
    let mut child = command.stderr(far).spawn().unwrap();
    // The command holds the far end open.
    drop(command);
    let shown = terminal.rest();
    assert_eq!(child.wait().unwrap().code(), Some(0), "{shown}");
    shown
}

#[test]
fn a_terminal_shows_where_the_default_store_keeps_a_blob() {
    let sandbox = Sandbox::new()
        .file("a", "x")
        .file("b", "y")
        .env("TERM", "dumb");
    let root = sandbox.default_root().display().to_string();
    let one = shown(&sandbox, &["put", "a", "dir/a"]);
    assert_eq!(
        one.matches("stored in the default store").count(),
        1,
        "{one}"
    );
    assert!(one.contains(&format!("file://{root}/dir/a ")), "{one}");
    let copied = shown(&sandbox, &["cp", "dir/a", "dir/c"]);
    assert!(
        copied.contains(&format!("file://{root}/dir/c ")),
        "{copied}"
    );
    let several = shown(&sandbox, &["put", "a", "b", "dir/"]);
    assert_eq!(several.matches('\n').count(), 1, "{several}");
    assert!(
        several.contains(&format!("file://{root}/dir/ ")),
        "{several}"
    );
    // No line is printed if the store was selected, with --quiet, for a command that only reads, or without a terminal.
    for arguments in [
        &["put", "a", "-q"][..],
        &["put", "a", "-b", "fs"],
        &["put", "a", "other", "--root", "."],
        &["exists", "dir/a"],
        &["get", "dir/a", "again"],
        &["put", "a", &format!("file://{root}/a")],
    ] {
        let text = shown(&sandbox, arguments);
        assert!(!text.contains("default store"), "{arguments:?}: {text}");
    }
    sandbox.run(["put", "a"]).succeeds();
    assert!(!files(&sandbox.default_root()).is_empty());
    for (name, value) in [("BLOBCTL_BACKEND", "fs"), ("BLOBCTL_FS_ROOT", ".")] {
        let sandbox = Sandbox::new()
            .file("a", "x")
            .env("TERM", "dumb")
            .env(name, value);
        assert_eq!(shown(&sandbox, &["put", "a", "b"]), "", "{name}");
    }
    let sandbox = Sandbox::new()
        .file("a", "x")
        .env("TERM", "dumb")
        .config("backend = \"fs\"\n");
    assert_eq!(shown(&sandbox, &["put", "a", "b"]), "");
}

#[test]
fn a_host_that_cannot_be_one_is_a_usage_error() {
    let sandbox = Sandbox::new();
    for address in [
        "ftp://[::1/x",
        "ftp://h?x/y",
        "ftp://h#x/y",
        "ftp://a b/y",
        "ftp://::1/y",
    ] {
        sandbox
            .run(["exists", address])
            .fails_with(2, "has an invalid host");
    }
}
