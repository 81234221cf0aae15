//! `get -r`: the blobs of a prefix become files, and nothing leaves the destination, whatever the keys are.

use std::fs::{create_dir, create_dir_all};
use std::io::{BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::symlink;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::support::http::{Script, ScriptedServer, answer, read_head};
use crate::support::s3::{HELLO_MD5, S3Server, against, on};
use crate::support::stores::on_every_store;
use crate::support::{HANG, Outcome, Sandbox, files};

/// A page of S3's listing with these keys, whose blobs have the bytes `hello`.
pub fn page(keys: &[&str], next: Option<&str>) -> Script {
    let entries = keys.iter().map(|key| {
        let size = if key.ends_with('/') { 0 } else { 5 };
        format!(
            "<Contents><Key>{key}</Key><Size>{size}</Size><LastModified>2026-11-24T12:00:00.000Z</LastModified>\
             <ETag>&quot;5d41402abc4b2a76b9719d911017c592&quot;</ETag></Contents>"
        )
    });
    let more = next.map_or_else(
        || "<IsTruncated>false</IsTruncated>".to_owned(),
        |token| {
            format!("<IsTruncated>true</IsTruncated><NextContinuationToken>{token}</NextContinuationToken>")
        },
    );
    let body = format!(
        "<ListBucketResult>{}{more}</ListBucketResult>",
        entries.collect::<String>()
    );
    answer(200, &[], body.as_bytes())
}

fn hello() -> Script {
    answer(200, &HELLO_MD5, b"hello")
}

/// The paths of all files in the working directory.
pub fn local_files(sandbox: &Sandbox) -> Vec<String> {
    let work = sandbox.work();
    let relative = |path: std::path::PathBuf| {
        let path = path.strip_prefix(&work).unwrap();
        path.to_str().unwrap().to_owned()
    };
    files(&work).into_iter().map(relative).collect()
}

/// Ended with this code, and each of these texts is in a line of its own on stderr, and there are no other lines but hints.
#[track_caller]
pub fn reports(outcome: &Outcome, code: i32, texts: &[&str]) {
    assert_eq!(outcome.code, Some(code), "{outcome:?}");
    let lines: Vec<&str> = outcome
        .stderr
        .lines()
        .filter(|line| !line.starts_with("hint: "))
        .collect();
    assert_eq!(lines.len(), texts.len(), "{outcome:?}");
    for text in texts {
        assert!(
            lines.iter().any(|line| line.contains(text)),
            "`{text}` is missing\n{outcome:?}"
        );
    }
}

#[test]
fn a_tree_comes_back_as_it_was_stored() {
    on_every_store(|store| {
        let sandbox = store
            .sandbox()
            .file("d/a", "1")
            .file("d/sub/b", "2")
            .file("d/sub/deep/c", "3");
        sandbox.run(["put", "-r", "d", "p/"]).succeeds();
        // As cp -r: below the name of the source if the destination exists, else below another name.
        create_dir(sandbox.work().join("exists")).unwrap();
        sandbox.run(["get", "-r", "p/d", "exists"]).succeeds();
        sandbox.run(["get", "-r", "p/d", "new"]).succeeds();
        sandbox.run(["get", "-r", "p/d", "slash/"]).succeeds();
        sandbox.run(["get", "-r", "p/d/.", "exists"]).succeeds();
        for place in ["exists/d", "new", "slash/d", "exists"] {
            assert_eq!(sandbox.read(&format!("{place}/a")), b"1");
            assert_eq!(sandbox.read(&format!("{place}/sub/b")), b"2");
            assert_eq!(sandbox.read(&format!("{place}/sub/deep/c")), b"3");
        }
        // Existing files are replaced whole.
        sandbox.write("new/a", "a longer content than before");
        sandbox.run(["get", "-r", "p/d", "new2"]).succeeds();
        sandbox.run(["get", "-r", "p/d/.", "new"]).succeeds();
        assert_eq!(sandbox.read("new/a"), b"1");
        sandbox.nothing_left_behind();
    });
}

#[test]
fn a_prefix_without_blobs_is_not_there() {
    on_every_store(|store| {
        let sandbox = store.sandbox().file("a", "1");
        sandbox.run(["put", "a"]).succeeds();
        let outcome = sandbox.run(["get", "-r", "nothing", "new"]);
        outcome.fails_with(1, "cannot find");
        assert!(!sandbox.exists("new"), "{outcome:?}");
        // A blob is a tree of its own.
        sandbox.run(["get", "-r", "a", "new/"]).succeeds();
        assert_eq!(sandbox.read("new/a"), b"1");
    });
}

#[test]
fn nothing_leaves_the_destination() {
    let keys = [
        "p/../../evil",
        "p/../evil",
        "p//etc/evil",
        "p/a//b",
        "p/a/./b",
        "p/a/..",
        "p/out/evil",
        "p/final",
        "p/good",
    ];
    let mut answers = vec![page(&keys, None)];
    answers.push(hello());
    let server = ScriptedServer::start(answers);
    let sandbox = against(&server).file("outside/kept", "old");
    let d = sandbox.work().join("d");
    create_dir(&d).unwrap();
    symlink("../outside", d.join("out")).unwrap();
    symlink("../outside/kept", d.join("final")).unwrap();
    let outcome = sandbox.run(["get", "-r", "p/.", "d"]);
    reports(
        &outcome,
        11,
        &[
            "p/../../evil: `../../evil` has the segment `..`, which a file cannot have in its name",
            "p/../evil: `../evil` has the segment `..`",
            "p//etc/evil: `/etc/evil` has an empty segment",
            "p/a//b: `a//b` has an empty segment",
            "p/a/./b: `a/./b` has the segment `.`",
            "p/a/..: `a/..` has the segment `..`",
            "to `d/out/evil`: `d/out` leads out of the destination by a symbolic link",
        ],
    );
    assert_eq!(
        local_files(&sandbox),
        ["d/final", "d/good", "d/out", "outside/kept"]
    );
    // The link itself was replaced, not the file that it led to.
    assert_eq!(sandbox.read("outside/kept"), b"old");
    assert_eq!(sandbox.read("d/final"), b"hello");
    assert!(!d.join("final").is_symlink());
    // Only what can be written was requested.
    assert_eq!(server.seen().len(), 3, "{:?}", server.seen());
}

#[test]
fn a_comparison_does_not_leave_the_destination_either() {
    let keys = ["p/../outside", "p/out/kept", "p/final"];
    let server = ScriptedServer::start([page(&keys, None), hello()]);
    let sandbox = against(&server)
        .file("outside", "hello")
        .file("elsewhere/kept", "hello");
    let d = sandbox.work().join("d");
    create_dir(&d).unwrap();
    symlink("../elsewhere", d.join("out")).unwrap();
    symlink("../outside", d.join("final")).unwrap();
    let outcome = sandbox.run(["get", "-r", "--if-changed", "p/.", "d"]);
    reports(
        &outcome,
        11,
        &["has the segment `..`", "leads out of the destination"],
    );
    assert!(!d.join("final").is_symlink());
}

#[test]
fn keys_that_a_file_system_cannot_hold_are_reported() {
    let long = format!("p/{}", "n".repeat(300));
    let keys = [&long, "p/line\nfeed", "p/x", "p/z"];
    let server = ScriptedServer::start([page(&keys, None), hello()]);
    let sandbox = against(&server);
    create_dir_all(sandbox.work().join("d/x")).unwrap();
    let outcome = sandbox.run(["get", "-r", "p/.", "d"]);
    reports(
        &outcome,
        11,
        &["file name too long", "`d/x` is a directory"],
    );
    assert_eq!(local_files(&sandbox), ["d/line\nfeed", "d/z"]);
    sandbox.nothing_left_behind();
}

#[test]
fn a_blob_and_a_directory_of_the_same_name_cannot_both_be_files() {
    let server = ScriptedServer::start([page(&["p/a", "p/a/b", "p/c"], None), hello()]);
    let sandbox = against(&server);
    let outcome = sandbox.run(["get", "-r", "p/.", "d", "--jobs", "1"]);
    reports(
        &outcome,
        11,
        &["to `d/a/b`: a part of `d/a` is a file, not a directory"],
    );
    assert_eq!(local_files(&sandbox), ["d/a", "d/c"]);
    assert_eq!(sandbox.read("d/a"), b"hello");
    // The other way around.
    let sandbox = against(&server).file("d/a/b", "kept");
    let server = ScriptedServer::start([page(&["p/a", "p/c"], None), hello()]);
    let sandbox = sandbox.envs(&crate::support::s3::variables(&server.endpoint()));
    let outcome = sandbox.run(["get", "-r", "p/.", "d"]);
    reports(&outcome, 11, &["`d/a` is a directory"]);
    assert_eq!(sandbox.read("d/a/b"), b"kept");
    sandbox.nothing_left_behind();
}

#[test]
fn a_file_in_the_place_of_the_destination_is_one_failure() {
    on_every_store(|store| {
        let sandbox = store.sandbox().file("d/a", "1").file("d/b", "2");
        sandbox.run(["put", "-r", "d", "p/"]).succeeds();
        for arguments in [
            ["get", "-r", "p/d", "./d/a"],
            ["cp", "-r", "p/d", "./d/a"],
            ["sync", "--delete", "p/d", "./d/a"],
        ] {
            sandbox
                .run(arguments)
                .fails_with(8, "`./d/a` is not a directory");
        }
        assert_eq!(sandbox.read("d/a"), b"1");
    });
}

#[test]
fn folder_markers_become_directories() {
    let keys = ["p/", "p/empty/", "p/full/", "p/full/a"];
    let server = ScriptedServer::start([page(&keys, None), hello()]);
    let sandbox = against(&server);
    sandbox.run(["get", "-r", "p", "d"]).succeeds();
    assert!(sandbox.work().join("d/empty").is_dir());
    assert_eq!(local_files(&sandbox), ["d/full/a"]);
}

/// A store whose listing has two pages. The second one is refused, but not before the first blob is requested.
fn patient_listing() -> (String, Arc<AtomicBool>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let requested = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&requested);
    let response = |status: &str, headers: &str, body: &str| {
        format!(
            "HTTP/1.1 {status}\r\n{headers}content-length: {}\r\n\r\n{body}",
            body.len()
        )
    };
    let serve = move |stream: TcpStream, requested: &AtomicBool| {
        let mut reader = BufReader::new(stream.try_clone().unwrap());
        while let Some(seen) = read_head(&mut reader) {
            let text = if seen.target.contains("continuation-token") {
                let begin = Instant::now();
                while !requested.load(Ordering::SeqCst) && begin.elapsed() < HANG {
                    std::thread::sleep(Duration::from_millis(5));
                }
                response(
                    "403 Forbidden",
                    "",
                    "<Error><Code>AccessDenied</Code></Error>",
                )
            } else if seen.target.contains("list-type=2") {
                let page = "<ListBucketResult><Contents><Key>p/a</Key><Size>5</Size></Contents>\
                    <IsTruncated>true</IsTruncated><NextContinuationToken>t</NextContinuationToken></ListBucketResult>";
                response("200 OK", "", page)
            } else {
                requested.store(true, Ordering::SeqCst);
                response(
                    "200 OK",
                    "etag: \"5d41402abc4b2a76b9719d911017c592\"\r\n",
                    "hello",
                )
            };
            if (&stream).write_all(text.as_bytes()).is_err() {
                return;
            }
        }
    };
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let (requested, serve) = (Arc::clone(&requested), serve);
            std::thread::spawn(move || serve(stream, &requested));
        }
    });
    (endpoint, flag)
}

#[test]
fn the_first_blob_moves_before_the_last_one_is_listed() {
    let (endpoint, requested) = patient_listing();
    let sandbox = Sandbox::new().envs(&crate::support::s3::variables(&endpoint));
    let outcome = sandbox.run(["get", "-r", "p", "d", "--jobs", "1"]);
    // The second page is an error: what the first one named is there all the same.
    reports(&outcome, 11, &["cannot list "]);
    assert_eq!(sandbox.read("d/a"), b"hello");
    assert!(requested.load(Ordering::SeqCst));
}

#[test]
fn the_summary_is_the_last_json_object() {
    on_every_store(|store| {
        let sandbox = store.sandbox().file("d/a", "1").file("d/b", "22");
        let outcome = sandbox.run(["put", "-r", "d", "p/", "--json"]);
        let json = outcome.json();
        assert_eq!(json.len(), 3, "{outcome:?}");
        assert_eq!(json[2]["op"], "summary");
        assert_eq!(
            (&json[2]["succeeded"], &json[2]["bytes"]),
            (&2.into(), &3.into())
        );
        for arguments in [&["get", "-r", "p/d", "e"][..], &["rm", "-r", "p/d"]] {
            let outcome = sandbox.run(arguments.iter().chain(&["--json"]));
            let last = outcome.json().pop().unwrap();
            assert_eq!(
                (
                    &last["op"],
                    &last["code"],
                    &last["succeeded"],
                    &last["failed"]
                ),
                (&"summary".into(), &0.into(), &2.into(), &0.into()),
                "{outcome:?}"
            );
        }
        let outcome = sandbox.run(["put", "-r", "d", "p/", "-v"]);
        let last = outcome.stderr.lines().last().unwrap();
        assert!(last.contains("2 stored, 3 B in "), "{outcome:?}");
    });
}

#[test]
fn a_dry_run_changes_nothing() {
    on_every_store(|store| {
        let sandbox = store
            .sandbox()
            .file("d/a", "1")
            .file("d/b", "2")
            .file("other/c", "3");
        let url = |key: &str| store.url(&sandbox, key);
        let outcome = sandbox.run(["put", "-r", "-n", "d", "p/", "--jobs", "1"]);
        outcome.prints(
            format!(
                "would upload `d/a` to {}\nwould upload `d/b` to {}\n",
                url("p/d/a"),
                url("p/d/b")
            )
            .as_bytes(),
        );
        assert_eq!(store.look(&sandbox, "p/d/a"), None);
        sandbox.run(["put", "-r", "d", "p/"]).succeeds();
        let would = |arguments: &[&str], lines: &[String]| {
            let outcome = sandbox.run(arguments.iter().chain(&["--dry-run", "--jobs", "1"]));
            let lines: Vec<String> = lines.iter().map(|line| format!("would {line}")).collect();
            outcome.prints((lines.join("\n") + "\n").as_bytes());
        };
        let (a, b) = (url("p/d/a"), url("p/d/b"));
        would(
            &["get", "-r", "p/d", "new"],
            &[
                format!("download {a} to `new/a`"),
                format!("download {b} to `new/b`"),
            ],
        );
        assert!(!sandbox.exists("new"));
        would(
            &["cp", "-r", "p/d", "q/"],
            &[
                format!("copy {a} to {}", url("q/d/a")),
                format!("copy {b} to {}", url("q/d/b")),
            ],
        );
        would(
            &["mv", "p/d/a", "q/"],
            &[format!("move {a} to {}", url("q/a"))],
        );
        would(
            &["sync", "--delete", "./other", "p/d"],
            &[
                format!("copy `./other/c` to {}", url("p/d/c")),
                format!("remove {a}"),
                format!("remove {b}"),
            ],
        );
        would(
            &["rm", "-r", "p"],
            &[format!("remove {a}"), format!("remove {b}")],
        );
        assert_eq!(store.look(&sandbox, "p/d/a").as_deref(), Some(&b"1"[..]));
        assert_eq!(store.look(&sandbox, "p/d/b").as_deref(), Some(&b"2"[..]));
        assert_eq!(store.look(&sandbox, "p/d/c"), None);
        assert_eq!(store.look(&sandbox, "q/d/a"), None);
        sandbox.nothing_left_behind();
    });
}

#[test]
fn a_whole_store_is_fetched_by_its_address() {
    let server = S3Server::start();
    let sandbox = on(&server).file("d/a", "1").file("d/b/c", "2");
    sandbox.run(["put", "-r", "d/.", "s3://lab"]).succeeds();
    sandbox.run(["get", "-r", "s3://lab", "all"]).succeeds();
    assert_eq!(sandbox.read("all/a"), b"1");
    assert_eq!(sandbox.read("all/b/c"), b"2");
    sandbox
        .run(["get", "s3://lab", "all"])
        .fails_with(2, "key is missing");
}

#[test]
fn sources_with_one_destination_are_rejected_before_anything_moves() {
    on_every_store(|store| {
        let sandbox = store.sandbox().file("one/x/a", "1").file("two/x/a", "2");
        sandbox.run(["put", "-r", "one", "two", "p/"]).succeeds();
        let outcome = sandbox.run(["get", "-r", "p/one/x", "p/two/x", "new"]);
        outcome.fails_with(2, "two sources have the same destination `x`");
        let outcome = sandbox.run(["put", "-r", "one/x", "two/x", "q/"]);
        outcome.fails_with(2, "two sources have the same destination `x`");
        assert!(!sandbox.exists("new"));
        assert_eq!(store.look(&sandbox, "q/x/a"), None);
    });
}

#[test]
fn a_key_that_cannot_be_used_is_in_the_json_of_its_failure() {
    let keys = ["p/..", "p//abs", "p/a//b", "p/x%00y"];
    let body = keys.map(|key| format!("<Contents><Key>{key}</Key><Size>5</Size></Contents>"));
    let body = format!(
        "<ListBucketResult><EncodingType>url</EncodingType><IsTruncated>false</IsTruncated>{}</ListBucketResult>",
        body.concat()
    );
    let server = ScriptedServer::start([answer(200, &[], body.as_bytes())]);
    let sandbox = against(&server).file("list", "x\0y\n");
    let failed = |arguments: &[&str]| {
        let outcome = sandbox.run(arguments);
        let lines = outcome.json().into_iter();
        let lines = lines.filter(|line| line["op"] != "summary");
        let subject = |line: serde_json::Value| {
            assert_eq!(line["ok"], false, "{outcome:?}");
            let text = |name: &str| line[name].as_str().unwrap_or("none").to_owned();
            (text("key"), text("url"))
        };
        let mut subjects: Vec<_> = lines.map(subject).collect();
        subjects.sort();
        subjects
    };
    let of = |url: &str, keys: &[&str]| -> Vec<(String, String)> {
        let subject = |key: &&str| ((*key).to_owned(), format!("{url}{key}"));
        keys.iter().map(subject).collect()
    };
    let in_bucket = of("s3://lab/", &["p/..", "p//abs", "p/a//b", "p/x\0y"]);
    let sorted = |mut subjects: Vec<(String, String)>| {
        subjects.sort();
        subjects
    };
    assert_eq!(
        failed(&["get", "-r", "--json", "p/.", "d"]),
        sorted(in_bucket)
    );
    let listed = ["--json", "--files-from", "list"];
    assert_eq!(
        failed(&[&["get"], &listed[..], &["p/", "d"]].concat()),
        of("s3://lab/", &["p/x\0y"])
    );
    assert_eq!(
        failed(&[&["put"], &listed[..], &[".", "q/"]].concat()),
        of("s3://lab/", &["q/x\0y"])
    );
    // Of a copy the destination is the subject.
    let root = sandbox.work().join("store");
    let to = format!("file://{}/", root.display());
    assert_eq!(
        failed(&["cp", "-r", "--json", "p/.", &to]).len(),
        keys.len()
    );
    assert!(!sandbox.exists("d") && !sandbox.exists("store"));
}
