//! Hints: what a command that found nothing was probably meant to be.

use crate::support::http::{ScriptedServer, s3_error};
use crate::support::s3::{S3Server, against, on};
use crate::support::stores::on_every_store;
use crate::support::terminal::Terminal;
use crate::support::{Outcome, Sandbox};
use crate::trees::page;

const BELOW: &str = "hint: blobs exist below it: add --recursive (-r)";

/// The second line on stderr.
fn hint(outcome: &Outcome) -> &str {
    outcome.stderr.lines().nth(1).unwrap_or_default()
}

#[test]
fn a_path_of_this_machine_is_not_a_prefix() {
    let sandbox = Sandbox::new().file("d/a", "x");
    let work = sandbox.work().display().to_string();
    let parent = sandbox.work().parent().unwrap().display().to_string();
    // A path that leads out of the working directory and back.
    let back = format!("../{}/d/", sandbox.work().file_name().unwrap().display());
    for (typed, address) in [
        ("./d", format!("file://{work}/d/")),
        (".", format!("file://{work}/")),
        ("..", format!("file://{parent}/")),
        (back.as_str(), format!("file://{work}/d/")),
        ("./d/a", format!("file://{work}/d/a")),
        ("/no/such", "file:///no/such".to_owned()),
        ("../no/such", "its address, like file:///PATH".to_owned()),
    ] {
        for command in ["ls", "gc"] {
            let text = format!(
                "blobctl: `{typed}` is a path of this machine, not a prefix of the store\nhint: for that path, use {address}"
            );
            sandbox.run([command, typed]).fails(2, &text);
            let ftp = [command, typed, "-b", "ftp", "--host", "h.invalid"];
            sandbox.run(ftp).fails(2, &text);
        }
    }
    let address = format!("file://{work}/d/");
    sandbox
        .run(["ls", &address])
        .prints(format!("{address}a\n").as_bytes());
}

#[test]
fn on_s3_every_text_is_the_beginning_of_a_key() {
    let server = S3Server::start();
    let sandbox = on(&server);
    for prefix in ["./d", "..", "/d"] {
        sandbox.run(["ls", prefix]).succeeds();
    }
    assert_eq!(server.requests().len(), 3);
}

#[test]
fn a_key_with_a_slash_at_its_beginning_is_named_in_full() {
    let sandbox = Sandbox::new()
        .file("root/a", "x")
        .config("[remotes.r]\nbackend = \"fs\"\nroot = \"root\"\n");
    for prefix in ["r:/abs", "r:/"] {
        sandbox
            .run(["ls", prefix])
            .fails_with(2, "begins with `/`, which a file system cannot represent");
    }
}

#[test]
fn a_missing_directory_of_a_file_address_is_not_an_empty_listing() {
    let sandbox = Sandbox::new().file("d/a", "x");
    let missing = format!("file://{}/missing/", sandbox.work().display());
    for arguments in [
        &["ls", &missing][..],
        &["gc", &missing],
        &["sync", &missing, "copy"],
        &["ls", &format!("{missing}a")],
    ] {
        let outcome = sandbox.run(arguments);
        outcome.fails_with(3, "/missing`: no such file or directory");
        assert_eq!(hint(&outcome), "hint: create it, or mount its disk");
    }
    // A prefix in a directory that exists may have no blobs.
    sandbox
        .run(["ls", missing.trim_end_matches('/')])
        .succeeds();
    let file = format!("file://{}/d/a/", sandbox.work().display());
    sandbox
        .run(["ls", &file])
        .fails_with(3, "/d/a`: not a directory");
}

#[test]
fn blobs_below_a_key_are_mentioned_if_the_key_itself_does_not_exist() {
    on_every_store(|store| {
        if !store.keeps_paths() {
            // The server under test keeps blobs as files, and confuses `d` with a directory.
            return;
        }
        let sandbox = store.sandbox().file("a", "x");
        sandbox.run(["put", "a", "d/a"]).succeeds();
        for (arguments, code) in [
            (&["get", "d", "new"][..], 1),
            (&["get", "d/", "new"], 2),
            (&["get", "d/", "."], 2),
            (&["rm", "d"], 1),
            (&["rm", "d/"], 2),
            (&["cp", "d", "./new"], 1),
            (&["mv", "d", "./new"], 1),
        ] {
            let outcome = sandbox.run(arguments);
            outcome.fails_with(code, "cannot ");
            assert_eq!(hint(&outcome), BELOW, "{outcome:?}");
        }
        assert!(!sandbox.exists("new"));
        assert_eq!(store.look(&sandbox, "d/a").as_deref(), Some(&b"x"[..]));
        // No hint without blobs below it, or without a whole pattern.
        for key in ["other", "o[ther"] {
            let outcome = sandbox.run(["get", key, "new"]);
            outcome.fails_with(1, "no such blob");
            assert_eq!(hint(&outcome), "", "{outcome:?}");
        }
    });
}

#[test]
fn blobs_below_a_key_of_s3_are_mentioned_too() {
    let absent = || s3_error(404, "NoSuchKey");
    for (key, destination, code, script) in [
        ("d/", "new", 1, vec![absent(), page(&["d/", "d/a"], None)]),
        // A folder marker that exists would be stored under no name.
        ("d/", ".", 2, vec![page(&["d/", "d/a"], None)]),
    ] {
        let server = ScriptedServer::start(script);
        let sandbox = against(&server);
        let outcome = sandbox.run(["get", key, destination]);
        outcome.fails_with(code, "cannot download s3://lab/d");
        assert_eq!(hint(&outcome), BELOW, "{outcome:?}");
        assert!(!sandbox.exists("new"));
    }
    // A refused list, or one with nothing but the marker, gives no hint, and the error is the same.
    for list in [s3_error(403, "AccessDenied"), page(&["d/"], None)] {
        let server = ScriptedServer::start([absent(), list]);
        let outcome = against(&server).run(["get", "d/", "new"]);
        outcome.fails_with(1, "no such blob");
        assert_eq!(hint(&outcome), "", "{outcome:?}");
    }
}

#[test]
fn a_list_request_for_a_hint_is_made_for_a_person_only() {
    let absent = || s3_error(404, "NoSuchKey");
    let server = ScriptedServer::start([absent(), page(&["d/a"], None)]);
    let sandbox = against(&server);
    let outcome = sandbox.run(["get", "d", "new"]);
    outcome.fails_with(1, "no such blob");
    assert_eq!((hint(&outcome), server.seen().len()), ("", 1));

    let server = ScriptedServer::start([absent(), page(&["d/a"], None)]);
    let (terminal, far) = Terminal::open();
    let sandbox = against(&server);
    let mut command = sandbox.command(["get", "d", "new"]);
    let mut child = command.stderr(far).spawn().unwrap();
    // The command holds the far end open.
    drop(command);
    let shown = terminal.rest();
    assert_eq!(child.wait().unwrap().code(), Some(1), "{shown}");
    assert!(shown.contains(BELOW), "{shown}");

    // Of several keys, none is looked for.
    let server = S3Server::start();
    let sandbox = on(&server);
    assert_eq!(sandbox.run(["get", "a/", "b/", "."]).code, Some(2));
    let lists = server.requests();
    assert!(!lists.iter().any(|one| one.uri.contains("list-type=2")));
}

#[test]
fn a_pattern_in_place_of_a_key_leads_to_include() {
    on_every_store(|store| {
        let sandbox = store.sandbox().file("a", "x");
        for key in ["d/a.txt", "d/b.bin"] {
            sandbox.run(["put", "a", key]).succeeds();
        }
        let place = store.url(&sandbox, "d/");
        let expected =
            format!("hint: keys are not patterns: name {place} and add -r --include '*.txt'");
        for arguments in [
            &["get", "d/*.txt", "."][..],
            &["rm", "d/*.txt"],
            &["rm", "-r", "d/*.txt"],
            &["cp", "d/*.txt", "./new"],
        ] {
            let outcome = sandbox.run(arguments);
            outcome.fails_with(1, "no such blob");
            assert_eq!(hint(&outcome), expected, "{outcome:?}");
        }
        sandbox
            .run(["get", "-r", "--include", "*.txt", &place, "new"])
            .succeeds();
        assert_eq!(sandbox.read("new/a.txt"), b"x");
        assert!(!sandbox.exists("new/b.bin"));
    });
}

#[test]
fn filters_that_select_nothing_are_reported() {
    const NOTHING: &str = "blobctl: nothing was selected: 2 filtered out";
    on_every_store(|store| {
        let sandbox = store.sandbox().file("d/a", "1").file("d/b", "22");
        sandbox.run(["put", "-r", "d", "p/"]).succeeds();
        for arguments in [
            &["put", "-r", "d", "q/"][..],
            &["get", "-r", "p", "new"],
            &["rm", "-r", "p"],
            &["rm", "-r", "-n", "p"],
            &["cp", "-r", "p", "q/"],
        ] {
            let with = |options: &[&str]| sandbox.run(arguments.iter().chain(options));
            with(&["--include", "*.txt"]).fails(0, NOTHING);
            with(&["--include", "*.txt", "-q"]).succeeds();
            // Cron jobs find nothing to do on most days.
            with(&["--older-than", "1999-01-01"]).succeeds();
            with(&["--min-size", "1M"]).succeeds();
            let verbose = with(&["--min-size", "1M", "-v"]);
            assert_eq!(verbose.code, Some(0), "{verbose:?}");
            assert!(verbose.stderr.contains(NOTHING), "{verbose:?}");
            let named = |line: &&str| line.starts_with("blobctl: not selected: ");
            assert_eq!(verbose.stderr.lines().filter(named).count(), 2);
        }
        assert_eq!(sandbox.run(["ls"]).stdout, b"p/d/a\np/d/b\n");
        // Something was selected.
        sandbox.run(["rm", "-r", "p", "--include", "a"]).succeeds();
        assert_eq!(sandbox.run(["ls"]).stdout, b"p/d/b\n");
    });
}

#[test]
fn the_summary_of_json_counts_what_is_not_selected() {
    let sandbox = Sandbox::new().file("d/a", "1").file("d/b", "22");
    let outcome = sandbox.run(["put", "-r", "d", "p/", "--min-size", "2", "--json"]);
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    let summary = outcome.json().pop().unwrap();
    assert_eq!(
        (&summary["succeeded"], &summary["not_selected"]),
        (&1.into(), &1.into())
    );
}

#[test]
fn what_is_missing_is_named_without_a_slash() {
    on_every_store(|store| {
        let sandbox = store.sandbox().file("a", "x");
        sandbox.run(["put", "a"]).succeeds();
        let url = store.url(&sandbox, "nothing");
        sandbox.run(["rm", "-r", "nothing"]).fails(
            1,
            &format!("blobctl: cannot find {url}: no such blob, and none below it"),
        );
    });
}

#[test]
fn paths_in_messages_have_no_dot_segment() {
    let sandbox = Sandbox::new().file("site/sub/x", "1");
    let outcome = sandbox.run(["put", "-r", "-v", "site/.", "p/"]);
    assert!(
        outcome.stderr.contains("stored 1 B `site/sub/x` to"),
        "{outcome:?}"
    );
    let outcome = sandbox.run(["sync", "-v", "./site/.", "q/"]);
    assert!(outcome.stderr.contains("`./site/sub/x` to"), "{outcome:?}");
}

#[test]
fn commands_of_other_tools_lead_to_ours() {
    let sandbox = Sandbox::new();
    for (word, ours) in [
        ("cat", "`get KEY -`"),
        ("copy", "`cp`"),
        ("delete", "`rm`"),
        ("download", "`get`"),
        ("du", "`ls --summary"),
        ("head", "`get --range"),
        ("list", "`ls`"),
        ("mb", "neither creates nor removes buckets"),
        ("mkdir", "a key may contain /"),
        ("move", "`mv`"),
        ("touch", "`put - KEY </dev/null`"),
        ("upload", "`put`"),
    ] {
        let outcome = sandbox.run([word, "x"]);
        outcome.fails_with(2, &format!("unknown command `{word}`"));
        assert!(hint(&outcome).contains(ours), "{outcome:?}");
    }
    // What the hint about touch says works.
    sandbox.pipe(["put", "-", "empty"], b"").succeeds();
}

#[test]
fn an_option_is_suggested_only_if_it_is_close_to_what_was_typed() {
    let sandbox = Sandbox::new();
    for (typed, near) in [
        ("--size-only", None),
        ("--checksum-onyl", Some("--checksum-only")),
        ("--dryrun", Some("--dry-run")),
        ("--delet", Some("--delete")),
    ] {
        let outcome = sandbox.run(["sync", "./a", "b", typed]);
        outcome.fails_with(2, &format!("unknown option `{typed}`"));
        match near {
            Some(near) => assert_eq!(hint(&outcome), format!("hint: did you mean `{near}`?")),
            None => assert!(!outcome.stderr.contains("did you mean"), "{outcome:?}"),
        }
    }
}
