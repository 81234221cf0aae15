//! The checksum cache: the findings of one run about a service, and their use by the next.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use crate::support::http::{Script, ScriptedServer, Seen, answer};
use crate::support::s3::variables;
use crate::support::{Sandbox, files};

const CRC: &str = "x-amz-checksum-crc64nvme";
const ETAG: (&str, &str) = ("etag", "\"5d41402abc4b2a76b9719d911017c592\"");
/// A day, in seconds.
const DAY: u64 = 86_400;

/// A store that ignores the checksum header.
fn ignoring() -> Script {
    answer(200, &[ETAG], b"")
}

/// A store that verifies the header and returns it.
fn echoing() -> Script {
    answer(200, &[ETAG, (CRC, "M3eFcAZSQlc=")], b"")
}

fn refusal(status: u16, code: &str, message: &str) -> Script {
    let body = format!("<Error><Code>{code}</Code><Message>{message}</Message></Error>");
    answer(status, &[], body.as_bytes())
}

fn against(answers: impl IntoIterator<Item = Script>) -> (ScriptedServer, Sandbox) {
    let server = ScriptedServer::start(answers);
    let sandbox = Sandbox::new()
        .envs(&variables(&server.endpoint()))
        .file("a", "hello");
    (server, sandbox)
}

fn memory(sandbox: &Sandbox) -> PathBuf {
    sandbox.home().join(".local/state/blobctl/s3-services")
}

/// The checksums that the requests carried.
fn proofs(server: &ScriptedServer) -> Vec<&'static str> {
    let proof = |seen: &Seen| match (seen.header(CRC), seen.header("content-md5")) {
        (Some(_), None) => "crc",
        (None, Some(_)) => "md5",
        _ => "neither, or both",
    };
    server.seen().iter().map(proof).collect()
}

/// The content of the file, with earlier times.
fn aged(text: &str, seconds: u64) -> String {
    let line = |line: &str| match line.split_once(' ') {
        Some((since, rest)) if since.parse::<u64>().is_ok() => {
            format!("{} {rest}\n", since.parse::<u64>().unwrap() - seconds)
        }
        _ => format!("{line}\n"),
    };
    text.lines().map(line).collect()
}

#[test]
fn a_header_that_was_ignored_is_not_sent_by_the_next_run() {
    let (server, sandbox) = against([ignoring()]);
    sandbox.run(["put", "a"]).succeeds();
    let second = sandbox.run(["put", "a", "--json"]);
    assert_eq!(second.json()[0]["verified"], "md5", "{second:?}");
    assert_eq!(proofs(&server), ["crc", "md5"]);
    let told = sandbox.run(["put", "a", "-v"]);
    assert!(
        told.stderr.contains("an earlier run found"),
        "{}",
        told.stderr
    );
}

#[test]
fn a_header_that_was_refused_by_name_is_not_sent_by_the_next_run() {
    for (status, code, message) in [
        (
            400,
            "InvalidArgument",
            "Unsupported header 'x-amz-checksum-crc64nvme' received for this API call.",
        ),
        (
            501,
            "NotImplemented",
            "Header 'x-amz-checksum-crc64nvme' with value 'x' not implemented",
        ),
    ] {
        let (server, sandbox) = against([refusal(status, code, message), ignoring()]);
        sandbox.run(["put", "a"]).succeeds();
        sandbox.run(["put", "a"]).succeeds();
        assert_eq!(proofs(&server), ["crc", "md5", "md5"]);
    }
}

#[test]
fn what_is_remembered_is_private_and_names_nothing() {
    let (server, sandbox) = against([ignoring()]);
    sandbox.run(["put", "a"]).succeeds();
    let path = memory(&sandbox);
    let mode = |path: &std::path::Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&path), 0o600);
    assert_eq!(mode(path.parent().unwrap()), 0o700);
    let text = fs::read_to_string(&path).unwrap();
    for secret in [
        &*server.address.port().to_string(),
        "127.0.0.1",
        "lab",
        crate::support::s3::ACCESS_KEY,
    ] {
        assert!(
            !text.split([' ', '\n']).any(|word| word == secret),
            "{text}"
        );
    }
    assert_eq!(files(path.parent().unwrap()), [path]);
}

#[test]
fn after_seven_days_the_service_is_asked_again() {
    let (server, sandbox) = against([ignoring()]);
    sandbox.run(["put", "a"]).succeeds();
    let path = memory(&sandbox);
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, aged(&text, 6 * DAY)).unwrap();
    sandbox.run(["put", "a"]).succeeds();
    fs::write(&path, aged(&text, 7 * DAY + 1)).unwrap();
    sandbox.run(["put", "a"]).succeeds();
    sandbox.run(["put", "a"]).succeeds();
    assert_eq!(proofs(&server), ["crc", "md5", "crc", "md5"]);
}

#[test]
fn who_names_the_checksum_gets_it_whatever_is_remembered() {
    let (server, sandbox) = against([ignoring()]);
    sandbox.run(["put", "a"]).succeeds();
    let outcome = sandbox.run(["put", "a", "--checksum", "crc64nvme"]);
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    assert_eq!(proofs(&server), ["crc", "crc"]);
}

#[test]
fn what_was_asked_for_by_name_teaches_nothing() {
    let (_server, sandbox) = against([ignoring()]);
    for kind in ["crc64nvme", "crc32", "sha256"] {
        let outcome = sandbox.run(["put", "a", "--checksum", kind]);
        assert_eq!(outcome.code, Some(0), "{outcome:?}");
    }
    assert_eq!(files(&sandbox.home()), Vec::<PathBuf>::new());
}

#[test]
fn another_service_is_asked_for_itself() {
    let (_first, sandbox) = against([ignoring()]);
    sandbox.run(["put", "a"]).succeeds();
    let second = ScriptedServer::start([ignoring()]);
    let sandbox = sandbox.envs(&variables(&second.endpoint()));
    sandbox.run(["put", "a"]).succeeds();
    assert_eq!(proofs(&second), ["crc"]);
    let text = fs::read_to_string(memory(&sandbox)).unwrap();
    assert_eq!(text.lines().count(), 3, "{text}");
}

#[test]
fn where_the_store_answers_with_the_checksum_nothing_is_written() {
    let (server, sandbox) = against([echoing()]);
    sandbox.run(["put", "a"]).succeeds();
    sandbox.run(["put", "a"]).succeeds();
    assert_eq!(proofs(&server), ["crc", "crc"]);
    assert_eq!(files(&sandbox.home()), Vec::<PathBuf>::new());
}

#[test]
fn an_odd_blob_does_not_judge_the_store() {
    // SeaweedFS stores a key that ends in `/` as a directory, and its answer has no checksum.
    let md5_of_nothing = [("etag", "\"d41d8cd98f00b204e9800998ecf8427e\"")];
    let empty = answer(200, &md5_of_nothing, b"");
    let source = ScriptedServer::start([answer(200, &[ETAG], b"hello")]);
    let server = ScriptedServer::start([ignoring(), empty, echoing()]);
    let remote = |name: &str, server: &ScriptedServer| {
        format!(
            "[remotes.{name}]\nbackend = \"s3\"\nbucket = \"lab\"\naddressing = \"path\"\nendpoint_url = \"{}\"\n\
             access_key_id = \"a\"\nsecret_access_key = \"b\"\n",
            server.endpoint()
        )
    };
    let sandbox = Sandbox::new()
        .file("a", "hello")
        .file("empty", "")
        .config(&(remote("src", &source) + &remote("dst", &server)));
    for arguments in [
        &["cp", "src:k/", "dst:k/"][..],
        &["put", "empty", "dst:e"],
        &["put", "a", "dst:a"],
    ] {
        sandbox.run(arguments).succeeds();
    }
    assert_eq!(proofs(&server), ["crc"; 3]);
    assert!(!memory(&sandbox).exists());
}

#[test]
fn a_failure_teaches_nothing() {
    let damaged = refusal(
        400,
        "BadDigest",
        "The x-amz-checksum-crc64nvme you specified did not match",
    );
    let other = answer(
        200,
        &[("etag", "\"00000000000000000000000000000000\"")],
        b"",
    );
    let unknown = refusal(400, "InvalidArgument", "x-amz-checksum-crc64nvme");
    let forbidden = refusal(403, "AccessDenied", "no");
    for (answers, code) in [
        // Damage on the way, repaired by the same request once more.
        (vec![damaged.clone(), echoing()], 0),
        (vec![damaged], 6),
        // Ignored, and then stored as something else.
        (vec![other], 6),
        // Refused by name, and refused without it.
        (vec![unknown, forbidden], 4),
        // Refused without a word.
        (vec![answer(501, &[], b""), ignoring()], 0),
    ] {
        let (_server, sandbox) = against(answers);
        let outcome = sandbox.run(["put", "a"]);
        assert_eq!(outcome.code, Some(code), "{outcome:?}");
        assert_eq!(files(&sandbox.home()), Vec::<PathBuf>::new());
    }
}

#[test]
fn a_damaged_memory_is_no_memory_and_is_replaced() {
    let (server, sandbox) = against([ignoring()]);
    sandbox.run(["put", "a"]).succeeds();
    let path = memory(&sandbox);
    let good = fs::read_to_string(&path).unwrap();
    let damaged = [
        Vec::new(),
        b"\xff\xfe\0\0".to_vec(),
        good.replace("services 1", "services 9").into_bytes(),
        good.as_bytes()[..good.len() / 2].to_vec(),
        vec![b'\n'; 1 << 20],
    ];
    for content in &damaged {
        fs::write(&path, content).unwrap();
        sandbox.run(["put", "a"]).succeeds();
        let text = fs::read_to_string(&path).unwrap();
        assert_eq!(text.lines().count(), 2, "{text}");
    }
    assert_eq!(proofs(&server), ["crc"; 6]);
}

#[test]
fn a_memory_that_cannot_be_is_no_hindrance() {
    let (server, sandbox) = against([ignoring()]);
    // A file where the directory should be.
    fs::write(sandbox.home().join(".local"), "").unwrap();
    sandbox.run(["put", "a"]).succeeds();
    let told = sandbox.run(["put", "a", "-v"]);
    assert_eq!(told.code, Some(0), "{told:?}");
    assert!(
        told.stderr.contains("cannot cache this for later runs"),
        "{told:?}"
    );
    // A directory where the file should be.
    fs::remove_file(sandbox.home().join(".local")).unwrap();
    fs::create_dir_all(memory(&sandbox)).unwrap();
    sandbox.run(["put", "a"]).succeeds();
    fs::remove_dir(memory(&sandbox)).unwrap();
    // A read does not wait for the other end of a FIFO.
    rustix::fs::mknodat(
        rustix::fs::CWD,
        memory(&sandbox),
        rustix::fs::FileType::Fifo,
        rustix::fs::Mode::from_raw_mode(0o600),
        0,
    )
    .unwrap();
    sandbox.run(["put", "a"]).succeeds();
    assert_eq!(proofs(&server), ["crc"; 4]);
}

#[test]
fn without_a_home_nothing_is_remembered() {
    let (server, sandbox) = against([ignoring()]);
    for _ in 0..2 {
        let child = sandbox.command(["put", "a"]).env_remove("HOME").spawn();
        crate::support::finish(child.unwrap()).succeeds();
    }
    assert_eq!(proofs(&server), ["crc", "crc"]);
}

#[test]
fn the_state_directory_is_where_it_is_said_to_be() {
    let (server, sandbox) = against([ignoring()]);
    let state = sandbox.work().join("state");
    let sandbox = sandbox.env("XDG_STATE_HOME", state.to_str().unwrap());
    sandbox.run(["put", "a"]).succeeds();
    sandbox.run(["put", "a"]).succeeds();
    assert_eq!(proofs(&server), ["crc", "md5"]);
    assert_eq!(files(&state), [state.join("blobctl/s3-services")]);
    assert_eq!(files(&sandbox.home()), Vec::<PathBuf>::new());
}

#[test]
fn many_runs_at_once_leave_one_whole_memory() {
    let (_server, sandbox) = against([ignoring()]);
    let run = || sandbox.command(["put", "a"]).spawn().unwrap();
    let children: Vec<_> = (0..8).map(|_| run()).collect();
    for child in children {
        crate::support::finish(child).succeeds();
    }
    let path = memory(&sandbox);
    let text = fs::read_to_string(&path).unwrap();
    assert_eq!(text.lines().count(), 2, "{text}");
    assert_eq!(files(path.parent().unwrap()), [path]);
}

#[test]
fn commands_that_need_no_proof_do_not_look_for_one() {
    let (_server, sandbox) = against([ignoring(), answer(200, &[ETAG], b"hello")]);
    sandbox.run(["put", "a"]).succeeds();
    for arguments in [
        &["get", "a", "b", "-v"][..],
        &["exists", "a", "-v"],
        &["stat", "a", "-v"],
        &["put", "a", "-v", "--checksum", "md5"],
    ] {
        let outcome = sandbox.run(arguments);
        assert_eq!(outcome.code, Some(0), "{outcome:?}");
        assert!(!outcome.stderr.contains("earlier run"), "{outcome:?}");
    }
}
