//! docs/json.md describes exactly what `--json` prints: every field of every line is in its table with its type, and every
//! field of the tables is printed by at least one run.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, SystemTime};

use serde_json::{Map, Value};

use crate::gc::interrupted_upload;
use crate::support::ftp::{Fault, FtpServer};
use crate::support::http::{ScriptedServer, answer, s3_error};
use crate::support::s3::{HELLO_MD5, S3Server, against, on};
use crate::support::services::head;
use crate::support::stores::Store as _;
use crate::support::{Outcome, Sandbox};
use crate::trees::page;

const DOCUMENT: &str = include_str!("../../docs/json.md");

/// One row of a table.
struct Field {
    kind: String,
    is_always: bool,
}

/// The tables by their headings, and what has been printed so far.
struct Reference {
    tables: BTreeMap<String, BTreeMap<String, Field>>,
    seen: BTreeSet<(String, String)>,
}

impl Reference {
    fn read() -> Self {
        let mut tables: BTreeMap<String, BTreeMap<String, Field>> = BTreeMap::new();
        for section in DOCUMENT.split("\n## ").skip(1) {
            let (heading, text) = section.split_once('\n').unwrap();
            let table = tables.entry(heading.to_owned()).or_default();
            for row in text.lines().filter(|line| line.starts_with("| `")) {
                let cells: Vec<&str> = row.split('|').map(str::trim).collect();
                let [_, name, kind, present, ..] = cells[..] else {
                    panic!("{row}");
                };
                let field = Field {
                    kind: kind.to_owned(),
                    is_always: present == "always",
                };
                let earlier = table.insert(name.trim_matches('`').to_owned(), field);
                assert!(earlier.is_none(), "{name} is in the table twice: {heading}");
            }
        }
        Self {
            tables,
            seen: BTreeSet::new(),
        }
    }

    /// Compares the lines of a run with the tables. The run ends with this code.
    #[track_caller]
    fn check(&mut self, code: i32, outcome: &Outcome) {
        assert_eq!(outcome.code, Some(code), "{outcome:?}");
        let lines = outcome.json();
        assert!(!lines.is_empty(), "{outcome:?}");
        for line in &lines {
            self.check_line(line.as_object().unwrap());
        }
    }

    #[track_caller]
    fn check_line(&mut self, line: &Map<String, Value>) {
        let headings = headings(line);
        for (name, value) in line {
            let heading = headings
                .iter()
                .find(|heading| self.tables[**heading].contains_key(name));
            let Some(heading) = heading else {
                panic!("{name} is in none of the tables {headings:?}: {line:?}");
            };
            let kind = &self.tables[*heading][name].kind;
            assert!(
                has_type(value, kind),
                "{name} is not of type {kind}: {line:?}"
            );
            self.seen.insert(((*heading).to_owned(), name.clone()));
        }
        for heading in headings {
            for (name, field) in &self.tables[heading] {
                let is_missing = field.is_always && !line.contains_key(name);
                assert!(
                    !is_missing,
                    "{name} is always in the lines of {heading}: {line:?}"
                );
            }
        }
    }

    /// Fails if a field of the document was never printed.
    fn check_completeness(&self) {
        let documented = self.tables.iter().flat_map(|(heading, table)| {
            let field = move |name: &String| (heading.clone(), name.clone());
            table.keys().map(field)
        });
        let missing: Vec<_> = documented
            .filter(|field| !self.seen.contains(field))
            .collect();
        assert_eq!(missing, [], "documented, and printed by none of the runs");
    }
}

/// The headings of the tables that describe a line.
fn headings(line: &Map<String, Value>) -> Vec<&'static str> {
    let of_command = match line["op"].as_str().unwrap() {
        "summary" => "Summaries",
        "doctor" => "doctor",
        _ if line["ok"] == false => "Failures",
        "put" | "get" | "cp" | "mv" | "sync" => "put, get, cp, mv, sync",
        "exists" => "exists",
        "stat" => "stat",
        "ls" => "ls",
        "rm" => "rm",
        "presign" => "presign",
        "gc" => "gc",
        "config" => "config",
        other => panic!("no table for {other}"),
    };
    let is_about_a_blob = match of_command {
        "Summaries" | "doctor" | "config" => false,
        "Failures" => line.contains_key("key"),
        _ => true,
    };
    match is_about_a_blob {
        true => vec!["Every line", "Every line about a blob", of_command],
        false => vec!["Every line", of_command],
    }
}

fn has_type(value: &Value, kind: &str) -> bool {
    match kind {
        "integer" => value.is_u64(),
        "number" => value.is_f64(),
        "boolean" => value.is_boolean(),
        "string" => value.is_string(),
        "time" => value.as_str().is_some_and(is_time),
        "hex" => value.as_str().is_some_and(|text| {
            let is_hex = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
            !text.is_empty() && text.bytes().all(is_hex)
        }),
        "object" => value
            .as_object()
            .is_some_and(|object| object.values().all(Value::is_string)),
        other => panic!("`{other}` is not one of the types"),
    }
}

/// `2026-11-24T12:00:00Z`
fn is_time(text: &str) -> bool {
    let form = "0000-00-00T00:00:00Z";
    text.len() == form.len()
        && text
            .bytes()
            .zip(form.bytes())
            .all(|(byte, form)| match form {
                b'0' => byte.is_ascii_digit(),
                _ => byte == form,
            })
}

#[test]
fn every_line_is_as_documented_and_every_field_is_printed() {
    let mut reference = Reference::read();
    transfers(&mut reference);
    versions(&mut reference);
    trees(&mut reference);
    answers(&mut reference);
    properties(&mut reference);
    listings(&mut reference);
    removals(&mut reference);
    leftovers(&mut reference);
    diagnoses(&mut reference);
    settings(&mut reference);
    failures(&mut reference);
    reference.check_completeness();
}

fn transfers(reference: &mut Reference) {
    let server = S3Server::start();
    let sandbox = on(&server).file("a", "hello");
    let mut run = |arguments: &[&str]| {
        let outcome = sandbox.run(arguments.iter().chain(&["--json"]));
        reference.check(0, &outcome);
    };
    run(&["put", "a", "k", "--if-absent"]);
    run(&["put", "a", "k", "--if-changed"]);
    run(&["put", "a", "k", "--dry-run"]);
    run(&["get", "k", "b"]);
    run(&["get", "k", "b", "--range", "0-1"]);
    run(&["cp", "k", "l"]);
    run(&["cp", "./a", "m"]);
    run(&["mv", "l", "n"]);
    run(&["presign", "k"]);
    let made = [
        "put",
        "made",
        "--json",
        "--from-command",
        "--",
        "echo",
        "hello",
    ];
    reference.check(0, &sandbox.run(made));
    // On stderr, because stdout carries the blob.
    let outcome = sandbox.run(["get", "k", "-", "--json"]);
    assert_eq!(outcome.stdout, b"hello", "{outcome:?}");
    let line: Value = serde_json::from_str(outcome.stderr.trim_end()).unwrap();
    reference.check_line(line.as_object().unwrap());
}

fn versions(reference: &mut Reference) {
    let version = ("x-amz-version-id", "v1");
    let server = ScriptedServer::start([
        answer(200, &[HELLO_MD5[0], version], b""),
        answer(200, &[HELLO_MD5[0], version], b"hello"),
        head(200, &[HELLO_MD5[0], version], 5),
    ]);
    let sandbox = against(&server).file("a", "hello");
    reference.check(0, &sandbox.run(["put", "a", "k", "--json"]));
    reference.check(0, &sandbox.run(["get", "k", "b", "--json"]));
    reference.check(0, &sandbox.run(["exists", "k", "--json"]));
}

fn trees(reference: &mut Reference) {
    let server = S3Server::start();
    let sandbox = on(&server).file("d/a", "1").file("d/b", "2");
    for arguments in [
        &["put", "-r", "d/.", "p/"][..],
        &["get", "-r", "p/.", "e"],
        &["sync", "./d", "p/"],
    ] {
        reference.check(0, &sandbox.run(arguments.iter().chain(&["--json"])));
    }
    std::fs::remove_file(sandbox.work().join("d/a")).unwrap();
    for arguments in [
        &["sync", "--delete", "-n", "./d", "p/"][..],
        &["sync", "--delete", "./d", "p/"],
    ] {
        reference.check(0, &sandbox.run(arguments.iter().chain(&["--json"])));
    }
    // A failure of the whole store, and what was not tried because of it.
    let sandbox = on(&server).file("d/a", "1").file("d/b", "2");
    let nowhere = [
        "put",
        "-r",
        "d",
        "s3://no-such-bucket/p",
        "--jobs",
        "1",
        "--json",
    ];
    reference.check(3, &sandbox.run(nowhere));
}

fn answers(reference: &mut Reference) {
    let server = S3Server::start();
    let sandbox = on(&server).file("a", "hello");
    sandbox.run(["put", "a"]).succeeds();
    reference.check(0, &sandbox.run(["exists", "a", "--json"]));
    reference.check(1, &sandbox.run(["exists", "a", "b", "--json"]));
    let large = ["exists", "a", "--min-size", "1K", "--json"];
    reference.check(1, &sandbox.run(large));
}

fn properties(reference: &mut Reference) {
    let all = [
        HELLO_MD5[0],
        ("last-modified", "Tue, 24 Nov 2026 12:00:00 GMT"),
        ("content-type", "text/plain"),
        ("x-amz-version-id", "v1"),
        ("content-encoding", "gzip"),
        ("content-disposition", "inline"),
        ("content-language", "de"),
        ("cache-control", "no-cache"),
        ("expires", "Sat, 31 Jan 2026 12:00:00 GMT"),
        ("x-amz-storage-class", "STANDARD_IA"),
        ("x-amz-server-side-encryption", "aws:kms"),
        ("x-amz-server-side-encryption-aws-kms-key-id", "arn:k"),
        ("x-amz-meta-owner", "me"),
    ];
    let checksums = [
        (
            "x-amz-checksum-sha256",
            "LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=",
        ),
        ("x-amz-checksum-crc64nvme", "M3eFcAZSQlc="),
        ("x-amz-checksum-crc32c", "mnG7TA=="),
        ("x-amz-checksum-crc32", "NhCmhg=="),
        ("x-amz-checksum-sha1", "qvTGHdzF6KLavt4PO0gs2a6pQ00="),
    ];
    let mut heads = vec![head(200, &all, 5), head(200, &HELLO_MD5, 5)];
    heads.extend(checksums.map(|checksum| head(200, &[HELLO_MD5[0], checksum], 5)));
    let count = heads.len();
    let server = ScriptedServer::start(heads);
    let sandbox = against(&server);
    for _ in 0..count {
        reference.check(0, &sandbox.run(["stat", "a", "--json"]));
    }
}

fn listings(reference: &mut Reference) {
    let server = S3Server::start();
    let sandbox = on(&server).file("a", "hello");
    sandbox.run(["put", "a", "k"]).succeeds();
    sandbox.run(["put", "a", "d/k"]).succeeds();
    for arguments in [&["ls", "-d"][..], &["ls"], &["ls", "s3://"]] {
        let outcome = sandbox.run(arguments.iter().chain(&["--summary", "--json"]));
        reference.check(0, &outcome);
    }
    // The other server lists no ETags.
    let server = ScriptedServer::start([page(&["k"], None)]);
    reference.check(0, &against(&server).run(["ls", "--json"]));
}

fn removals(reference: &mut Reference) {
    let sandbox = Sandbox::new().file("a", "hello");
    sandbox.run(["put", "a"]).succeeds();
    for arguments in [&["rm", "-n", "a"][..], &["rm", "a"]] {
        reference.check(0, &sandbox.run(arguments.iter().chain(&["--json"])));
    }
    reference.check(1, &sandbox.run(["rm", "a", "--json"]));
    sandbox.run(["put", "a", "d/a"]).succeeds();
    let nothing = ["rm", "-r", "d", "--exclude", "*", "--json"];
    reference.check(0, &sandbox.run(nothing));
}

fn leftovers(reference: &mut Reference) {
    let (_server, sandbox) = interrupted_upload();
    reference.check(0, &sandbox.run(["gc", "--json"]));
    let sandbox = Sandbox::new().file("s/.blobctl-0123456789abcdef.part", "x");
    let file = std::fs::File::open(sandbox.work().join("s/.blobctl-0123456789abcdef.part"));
    let days = Duration::from_secs(200_000);
    file.unwrap()
        .set_modified(SystemTime::now() - days)
        .unwrap();
    let store = format!("file://{}/s/", sandbox.work().display());
    reference.check(0, &sandbox.run(["gc", &store, "--json"]));
    reference.check(0, &sandbox.run(["gc", "--delete", &store, "--json"]));
}

fn diagnoses(reference: &mut Reference) {
    let server = S3Server::start();
    reference.check(0, &on(&server).run(["doctor", "--write", "--json"]));
    let server = FtpServer::start();
    reference.check(0, &server.sandbox().run(["doctor", "--write", "--json"]));
    let wrong = server.sandbox().env("BLOBCTL_FTP_PASSWORD", "wrong");
    reference.check(4, &wrong.run(["doctor", "--json"]));
}

fn settings(reference: &mut Reference) {
    let sandbox = Sandbox::new().config("[defaults]\nretry_for = \"1m\"\n");
    for arguments in [["config", "path"], ["config", "show"], ["config", "check"]] {
        reference.check(0, &sandbox.run(arguments.iter().chain(&["--json"])));
    }
    reference.check(0, &Sandbox::new().run(["config", "check", "--json"]));
    reference.check(3, &Sandbox::new().run(["config", "path", "--json"]));
    let sandbox = Sandbox::new().config("[defaults]\nretry_four = 1\n[s3]\nx = 2\n");
    reference.check(3, &sandbox.run(["config", "check", "--json"]));
    reference.check(3, &sandbox.run(["ls", "--json"]));
    let outcome = sandbox.run(["config", "import", "aws", "--json"]);
    assert!(outcome.stderr.contains("omit --json"), "{outcome:?}");
    reference.check(2, &outcome);
}

fn failures(reference: &mut Reference) {
    let refused = s3_error(403, "AccessDenied");
    let id = answer(
        404,
        &[("x-amz-request-id", "R1")],
        b"<Error><Code>NoSuchKey</Code><Message>gone</Message></Error>",
    );
    let server = ScriptedServer::start([refused, id]);
    let sandbox = against(&server).file("a", "hello");
    reference.check(4, &sandbox.run(["put", "a", "--json"]));
    let outcome = sandbox.run(["get", "nope", "-t", ".", "--json"]);
    reference.check(1, &outcome);
    let told = &outcome.json()[0];
    assert_eq!(
        (
            &told["error"],
            &told["attempts"],
            &told["http"],
            &told["s3"],
            &told["request_id"]
        ),
        (
            &"not_found".into(),
            &1.into(),
            &404.into(),
            &"NoSuchKey".into(),
            &"R1".into()
        ),
        "{outcome:?}"
    );
    let server = FtpServer::start().fault("STOR", Fault::AlwaysReply("553 no"));
    let sandbox = server.sandbox().file("a", "hello");
    reference.check(4, &sandbox.run(["put", "a", "--json"]));
    let sandbox = Sandbox::new();
    for command in ["exit 3", "kill -KILL $$"] {
        let put = [
            "put",
            "k",
            "--json",
            "--from-command",
            "--",
            "sh",
            "-c",
            command,
        ];
        reference.check(6, &sandbox.run(put));
    }
    // A directory that cannot be read, among the sources of a batch, is not a blob.
    let sandbox = Sandbox::new();
    reference.check(8, &sandbox.run(["put", "-r", "nothing", "p/", "--json"]));
    // A command line that cannot be parsed.
    let outcome = sandbox.run(["put", "--json", "--nonsense"]);
    outcome.fails_with(2, "unknown option");
}

#[test]
fn with_quiet_an_error_is_in_its_object_only() {
    let sandbox = Sandbox::new().file("a", "hello");
    for arguments in [
        &["get", "nope", "x"][..],
        &["get", "nope", "-"],
        &["rm", "nope", "none"],
        &["put", "-r", "nope", "p/"],
        &["config", "path"],
        &["ls", "nope:"],
    ] {
        let loud = sandbox.run(arguments.iter().chain(&["--json"]));
        let quiet = sandbox.run(arguments.iter().chain(&["--json", "-q"]));
        assert_eq!(quiet.code, loud.code, "{quiet:?}");
        assert!(loud.stderr.contains("blobctl: "), "{loud:?}");
        assert!(!quiet.stderr.contains("blobctl: "), "{quiet:?}");
        let stderr = quiet.stderr.lines().filter(|line| line.starts_with('{'));
        let lines = quiet.json().len() + stderr.count();
        assert!(lines > 0, "{quiet:?}");
        // Without an object, the error is on stderr.
        let plain = sandbox.run(arguments.iter().chain(&["-q"]));
        assert!(plain.stderr.starts_with("blobctl: "), "{plain:?}");
    }
}
