//! `ls`: each line names its blob again, in the notation of the argument; and the options for people and for pipes.

use std::process::Command;

use crate::support::ftp::{BASE, FtpServer, PASSWORD, USER};
use crate::support::http::{Script, ScriptedServer, answer, s3_error};
use crate::support::s3::{ACCESS_KEY, S3Server, SECRET_KEY, against, on, variables};
use crate::support::signature::verify;
use crate::support::stores::on_every_store;
use crate::support::terminal::Terminal;
use crate::support::{Outcome, Sandbox, finish};

/// Keys that every store can hold, and that a shell or a command line may read as something else.
const KEYS: [&str; 12] = [
    "-",
    "--json",
    "-dash",
    " lead",
    "a b",
    "a:b",
    "d/e:f",
    "pct%41+",
    "s3:x",
    "trail ",
    "x\u{200e}y",
    "ümläut",
];

/// The lines of a successful run that says nothing on stderr.
#[track_caller]
fn lines(outcome: &Outcome, end: char) -> Vec<String> {
    assert_eq!(
        (outcome.code, outcome.stderr.as_str()),
        (Some(0), ""),
        "{outcome:?}"
    );
    let text = String::from_utf8(outcome.stdout.clone()).unwrap();
    text.split_terminator(end).map(str::to_owned).collect()
}

/// Runs a pipeline in which `blobctl` is the program.
fn pipeline(sandbox: &Sandbox, script: &str) -> Outcome {
    let mut shell: Command = sandbox.shell(script, [] as [&str; 0]);
    // The shell and xargs find the program by its name.
    let program = std::path::Path::new(env!("CARGO_BIN_EXE_blobctl"));
    let path = format!(
        "{}:/usr/bin:/bin",
        program.parent().unwrap().to_str().unwrap()
    );
    finish(shell.env("PATH", path).spawn().unwrap())
}

fn store_all(sandbox: &Sandbox, keys: &[&str], address: impl Fn(&str) -> String) {
    for key in keys {
        sandbox
            .pipe(["put", "--", "-", &address(key)], key.as_bytes())
            .succeeds();
    }
}

#[test]
fn every_line_names_its_blob_again() {
    on_every_store(|store| {
        let sandbox = store.sandbox();
        store_all(&sandbox, &KEYS, |key| store.url(&sandbox, key));
        let listed = lines(&sandbox.run(["ls"]), '\n');
        assert_eq!(listed.len(), KEYS.len(), "{listed:?}");
        for line in &listed {
            // Without `--`: no line looks like an option.
            let outcome = sandbox.run(["get", line, "-"]);
            assert_eq!(outcome.code, Some(0), "{line}: {outcome:?}");
            let key = String::from_utf8(outcome.stdout).unwrap();
            assert!(KEYS.contains(&key.as_str()), "{line}: {key}");
        }
        let plain: Vec<&String> = listed.iter().filter(|line| !line.contains("://")).collect();
        assert_eq!(
            plain,
            [
                " lead",
                "a b",
                "d/e:f",
                "pct%41+",
                "trail ",
                "x\u{200e}y",
                "ümläut"
            ],
            "only keys that would be read as something else are full addresses"
        );
        assert!(listed.contains(&store.url(&sandbox, "a:b")), "{listed:?}");
        assert!(listed.contains(&store.url(&sandbox, "-")), "{listed:?}");
    });
}

#[test]
fn a_listing_goes_through_xargs() {
    on_every_store(|store| {
        for script in [
            "blobctl ls | tr '\\n' '\\0' | xargs -0 blobctl get -t out/",
            "blobctl ls -0 | xargs -0 blobctl get -t out/",
            "blobctl ls --null --summary 2>summary | xargs -0 blobctl get -t out/",
        ] {
            let sandbox = store.sandbox();
            store_all(&sandbox, &KEYS, |key| store.url(&sandbox, key));
            std::fs::create_dir(sandbox.work().join("out")).unwrap();
            pipeline(&sandbox, script).succeeds();
            for key in KEYS {
                let name = key.rsplit('/').next().unwrap();
                assert_eq!(sandbox.read(&format!("out/{name}")), key.as_bytes());
            }
        }
    });
}

#[test]
fn each_notation_is_kept() {
    let (s3, ftp) = (S3Server::start(), FtpServer::start());
    let sandbox = on(&s3)
        .env("BLOBCTL_FTP_PASSWORD", PASSWORD)
        .file("root/f/a:b", "x");
    let (work, port) = (sandbox.work(), ftp.address.port());
    let (work, endpoint) = (work.display(), s3.endpoint());
    let sandbox = sandbox.config(&format!(
        "[remotes.dir]\nbackend = \"fs\"\nroot = \"{work}/root\"\nprefix = \"f/\"\n\
         [remotes.bucket]\nbackend = \"s3\"\nbucket = \"lab\"\nprefix = \"p/\"\nendpoint_url = \"{endpoint}\"\n\
         [remotes.server]\nbackend = \"ftp\"\nhost = \"127.0.0.1\"\nport = {port}\nusername = \"{USER}\"\nbase_dir = \"{BASE}\"\n"
    ));
    let ftp_address = format!("ftp://{USER}@127.0.0.1:{port}");
    store_all(&sandbox, &["a:b", "-"], |key| format!("bucket:{key}"));
    store_all(&sandbox, &["a:b", "-"], |key| format!("server:{key}"));
    for (argument, expected) in [
        ("s3://lab", "s3://lab/p/-\ns3://lab/p/a:b\n".to_owned()),
        ("S3://lab/p/", "s3://lab/p/-\ns3://lab/p/a:b\n".to_owned()),
        ("bucket:", "bucket:-\nbucket:a:b\n".to_owned()),
        ("bucket:a", "bucket:a:b\n".to_owned()),
        ("p/", "p/-\np/a:b\n".to_owned()),
        ("dir:", "dir:a:b\n".to_owned()),
        (
            &format!("file://{work}/root"),
            format!("file://{work}/root/f/a:b\n"),
        ),
        ("server:", "server:-\nserver:a:b\n".to_owned()),
        (
            &format!("{ftp_address}/{BASE}/a"),
            format!("{ftp_address}/{BASE}/a:b\n"),
        ),
    ] {
        let outcome = sandbox.run(["ls", argument]);
        outcome.prints(expected.as_bytes());
        for line in lines(&outcome, '\n') {
            sandbox.run(["exists", &line]).is_silent(0);
        }
    }
    // On a remote, the short form is `REMOTE:` and not the address, which does not name the service.
    sandbox
        .run(["ls", "--remote", "bucket"])
        .prints(b"bucket:-\nbucket:a:b\n");
}

#[test]
fn a_key_that_is_the_prefix_of_its_remote_has_its_full_address() {
    let document = b"<ListBucketResult><Contents><Key>p/</Key><Size>0</Size></Contents>\
                     <Contents><Key>p//x</Key><Size>1</Size></Contents></ListBucketResult>";
    let scripted = ScriptedServer::start([answer(200, &[], document)]);
    let sandbox = Sandbox::new().envs(&variables(&scripted.endpoint())[3..]);
    let sandbox = sandbox.config(&format!(
        "[remotes.r]\nbackend = \"s3\"\nbucket = \"lab\"\nprefix = \"p/\"\nendpoint_url = \"{}\"\n",
        scripted.endpoint()
    ));
    sandbox.run(["ls", "r:"]).prints(b"s3://lab/p/\nr:/x\n");
}

#[test]
fn a_terminal_gets_escaped_text_and_a_pipe_the_bytes() {
    let sandbox = Sandbox::new();
    std::fs::create_dir_all(sandbox.default_root()).unwrap();
    let key = "a\u{1b}[2J\u{200e}\tb";
    sandbox.pipe(["put", "-", key], b"x").succeeds();
    sandbox.run(["ls"]).prints(format!("{key}\n").as_bytes());
    sandbox
        .run(["ls", "-0"])
        .prints(format!("{key}\0").as_bytes());
    for arguments in [&["ls"][..], &["ls", "-0"], &["ls", "-l"]] {
        let (terminal, far) = Terminal::open();
        let mut command = sandbox.command(arguments);
        let mut child = command.stdout(far).spawn().unwrap();
        drop(command);
        assert!(child.wait().unwrap().success());
        let shown = terminal.rest();
        assert!(shown.contains("a\\u{1b}[2J\\u{200e}\\tb"), "{shown:?}");
        assert!(!shown.contains(['\u{1b}', '\u{200e}', '\t']), "{shown:?}");
    }
    let json = sandbox.run(["ls", "--json"]).json();
    assert_eq!(json[0]["key"], key);
}

#[test]
fn nul_does_not_go_with_json() {
    Sandbox::new()
        .run(["ls", "-0", "--json"])
        .fails_with(2, "cannot be combined");
}

#[test]
fn d_stops_at_the_next_slash() {
    on_every_store(|store| {
        let sandbox = store.sandbox();
        for (key, size) in [("a", 3), ("d/b", 5), ("d/e/c", 7), ("d-1", 11)] {
            sandbox
                .pipe(["put", "-", key], &vec![b'x'; size])
                .succeeds();
        }
        sandbox.run(["ls", "-d"]).prints(b"a\nd-1\nd/\n");
        sandbox.run(["ls", "--directory", "d"]).prints(b"d-1\nd/\n");
        sandbox.run(["ls", "-d", "d/"]).prints(b"d/b\nd/e/\n");
        sandbox.run(["ls", "-d", "d/e/"]).prints(b"d/e/c\n");
        let url = store.url(&sandbox, "d/");
        sandbox
            .run(["ls", "-d", &url])
            .prints(format!("{url}b\n{url}e/\n").as_bytes());
        let json = sandbox
            .run(["ls", "-d", "d/", "--json", "--summary"])
            .json();
        assert_eq!(json.len(), 3, "{json:?}");
        assert_eq!(
            (&json[0]["bytes"], &json[0]["prefix"]),
            (&5.into(), &().into())
        );
        assert_eq!(
            (&json[1]["key"], &json[1]["prefix"]),
            (&"d/e/".into(), &true.into())
        );
        assert_eq!(json[1]["url"], format!("{url}e/"));
        assert!(json[1].get("bytes").is_none(), "{}", json[1]);
        assert_eq!(
            json[2],
            serde_json::json!({"v": 1, "op": "summary", "command": "ls", "ok": true, "code": 0, "blobs": 1, "bytes": 5, "prefixes": 1})
        );
    });
}

#[test]
fn sizes_times_and_totals() {
    on_every_store(|store| {
        let sandbox = store.sandbox();
        sandbox.pipe(["put", "-", "a"], &[b'x'; 1536]).succeeds();
        sandbox.pipe(["put", "-", "d/b"], b"x").succeeds();
        let exact = lines(&sandbox.run(["ls", "-l"]), '\n');
        let human = lines(&sandbox.run(["ls", "-l", "--human"]), '\n');
        let short = lines(&sandbox.run(["ls", "-ld"]), '\n');
        let columns = |line: &String| {
            line.split_whitespace()
                .map(str::to_owned)
                .collect::<Vec<_>>()
        };
        let [size, time, key] = &columns(&exact[0])[..] else {
            panic!("{exact:?}");
        };
        assert_eq!((size.as_str(), key.as_str()), ("1536", "a"));
        assert!(time.ends_with('Z') && time.len() == 20, "{exact:?}");
        assert_eq!(columns(&human[0]), ["1.5", "KiB", time, "a"]);
        assert_eq!(columns(&human[1])[..2], ["1", "B"]);
        assert_eq!(columns(&short[1]), ["-", "-", "d/"]);
        for (arguments, line) in [
            (&["ls", "--summary"][..], "blobctl: 2 blobs, 1537 bytes\n"),
            (
                &["ls", "--summary", "--human"],
                "blobctl: 2 blobs, 1.5 KiB\n",
            ),
            (&["ls", "--summary", "d/"], "blobctl: 1 blob, 1 byte\n"),
            (
                &["ls", "--summary", "-d"],
                "blobctl: 1 blob, 1536 bytes, 1 prefix\n",
            ),
            (&["ls", "--summary", "nope/"], "blobctl: 0 blobs, 0 bytes\n"),
            (&["ls", "--summary", "-q"], ""),
        ] {
            let outcome = sandbox.run(arguments);
            assert_eq!((outcome.code, outcome.stderr.as_str()), (Some(0), line));
            let text = String::from_utf8_lossy(&outcome.stdout).into_owned();
            assert!(!text.contains("blob"), "{text}");
        }
    });
}

#[test]
fn a_failed_listing_has_no_summary() {
    let more = b"<ListBucketResult><IsTruncated>true</IsTruncated><NextContinuationToken>t</NextContinuationToken>\
                 <Contents><Key>a</Key><Size>1</Size></Contents></ListBucketResult>";
    let denied = s3_error(403, "AccessDenied");
    let server = ScriptedServer::start([answer(200, &[], more), denied]);
    let outcome = against(&server).run(["ls", "--summary", "--json"]);
    assert_eq!(outcome.code, Some(4), "{outcome:?}");
    let ops: Vec<_> = outcome.json().iter().map(|one| one["op"].clone()).collect();
    assert_eq!(ops, ["ls", "ls"], "{outcome:?}");
    assert!(!outcome.stderr.contains("1 blob"), "{outcome:?}");
}

#[test]
fn the_buckets_of_a_service_are_listed() {
    let server = S3Server::start();
    // The server lists its buckets in any order.
    std::fs::remove_dir(server.root().join("forbidden")).unwrap();
    // An empty variable is unset: no bucket is configured.
    let sandbox = on(&server).env("BLOBCTL_S3_BUCKET", "");
    sandbox.run(["ls", "s3://"]).prints(b"s3://lab\n");
    sandbox.run(["ls", "S3://", "-0"]).prints(b"s3://lab\0");
    let requests = server.requests();
    assert_eq!(requests.len(), 2, "{requests:?}");
    assert_eq!(requests[0].uri, "/?max-buckets=1000");
    let long = lines(&sandbox.run(["ls", "s3://", "-l"]), '\n');
    let columns: Vec<&str> = long[0].split_whitespace().collect();
    assert_eq!((columns[0], columns[2]), ("-", "s3://lab"), "{long:?}");
    assert!(columns[1].ends_with('Z'), "{long:?}");
    let json = sandbox.run(["ls", "s3://", "--json", "--summary"]).json();
    assert_eq!(
        (&json[0]["url"], &json[0]["bucket"]),
        (&"s3://lab".into(), &"lab".into())
    );
    assert!(
        json[0]["created"].as_str().unwrap().ends_with('Z'),
        "{json:?}"
    );
    assert_eq!(
        json[1],
        serde_json::json!({"v": 1, "op": "summary", "command": "ls", "ok": true, "code": 0, "buckets": 1})
    );
    // Each line is an address that `ls` takes.
    sandbox.pipe(["put", "-", "s3://lab/k"], b"x").succeeds();
    sandbox.run(["ls", "s3://lab"]).prints(b"s3://lab/k\n");
    sandbox.run(["ls", "s3://nope"]).fails_with(3, "nope");
    sandbox.run(["ls", "s3://lab/nope/"]).prints(b"");
}

#[test]
fn only_ls_takes_the_address_of_a_service() {
    let sandbox = Sandbox::new().file("a", "x");
    for arguments in [
        &["get", "s3://", "x"][..],
        &["rm", "s3://"],
        &["put", "a", "s3://"],
        &["exists", "s3://"],
    ] {
        sandbox.run(arguments).fails_with(2, "names no bucket");
    }
    sandbox
        .run(["ls", "s3:///k"])
        .fails_with(2, "names no bucket");
}

fn buckets(names: &[&str], token: &str) -> Script {
    let names = names.join("</Name></Bucket><Bucket><Name>");
    let text = format!(
        "<?xml version=\"1.0\"?><ListAllMyBucketsResult><Buckets><Bucket><Name>{names}</Name></Bucket></Buckets>\
         <ContinuationToken>{token}</ContinuationToken></ListAllMyBucketsResult>"
    );
    answer(200, &[], text.as_bytes())
}

#[test]
fn buckets_come_in_pages_and_requests_are_signed() {
    let server = ScriptedServer::start([buckets(&["a", "b"], "t/1+"), buckets(&["c"], "")]);
    let sandbox = against(&server);
    sandbox
        .run(["ls", "s3://"])
        .prints(b"s3://a\ns3://b\ns3://c\n");
    let seen = server.seen();
    let targets: Vec<&str> = seen.iter().map(|seen| seen.target.as_str()).collect();
    assert_eq!(
        targets,
        [
            "/?max-buckets=1000",
            "/?continuation-token=t%2F1%2B&max-buckets=1000"
        ]
    );
    for request in &seen {
        verify(request, ACCESS_KEY, SECRET_KEY);
    }
    // A service that rejects the parameter is asked without it.
    for status in [400, 501] {
        let refusal = s3_error(status, "NotImplemented");
        let server = ScriptedServer::start([refusal, buckets(&["a"], "")]);
        against(&server).run(["ls", "s3://"]).prints(b"s3://a\n");
        assert_eq!(server.seen()[1].target, "/");
    }
    let server = ScriptedServer::start([buckets(&["a"], "same")]);
    let outcome = against(&server).run(["ls", "s3://"]);
    assert_eq!(outcome.code, Some(12), "{outcome:?}");
    assert!(outcome.stderr.contains("repeats itself"), "{outcome:?}");
}

#[test]
fn a_service_that_refuses_to_list_its_buckets_is_denied() {
    for (status, code, exit) in [(403, "AccessDenied", 4), (501, "NotImplemented", 12)] {
        let server = ScriptedServer::start([s3_error(status, code)]);
        against(&server)
            .run(["ls", "s3://"])
            .fails_with(exit, "cannot list `s3://`");
    }
    // What answers is not S3.
    let server = ScriptedServer::start([answer(200, &[], b"<html></html>")]);
    against(&server)
        .run(["ls", "s3://"])
        .fails_with(12, "invalid list of buckets");
}

#[test]
fn filters_select_by_path_below_the_prefix_and_by_size() {
    on_every_store(|store| {
        let sandbox = store.sandbox().file("a", "x").file("b", "xxxx");
        for (file, key) in [
            ("a", "d/a.txt"),
            ("b", "d/b.txt"),
            ("a", "d/e/c.log"),
            ("b", "f"),
        ] {
            sandbox.run(["put", file, key]).succeeds();
        }
        let lists = |arguments: &[&str], lines: &[u8]| {
            sandbox.run(["ls"].iter().chain(arguments)).prints(lines);
        };
        lists(&["--include", "*.txt"], b"d/a.txt\nd/b.txt\n");
        lists(&["d/", "--exclude", "e/"], b"d/a.txt\nd/b.txt\n");
        lists(&["--min-size", "2"], b"d/b.txt\nf\n");
        lists(&["--max-size", "2", "--exclude", "*.log"], b"d/a.txt\n");
        // The times of the scripted FTP server are those of another day.
        if store.name() != "ftp" {
            lists(&["--older-than", "1h"], b"");
            lists(&["--newer-than", "1h", "d/e/"], b"d/e/c.log\n");
        }
        sandbox
            .run(["ls", "--include", "[a"])
            .fails_with(2, "invalid pattern");
    });
}
