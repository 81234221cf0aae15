//! Bytes that were damaged on their way up: the store reports it by its error code, the same request is sent once more,
//! and the run concludes nothing about the store.

use std::path::PathBuf;

use crate::support::http::{Script, ScriptedServer, answer, s3_error};
use crate::support::s3::{HELLO_CRC, HELLO_MD5, against, variables};
use crate::support::{MIB, Sandbox, bytes, files};

const CRC: &str = "x-amz-checksum-crc64nvme";

/// The words of AWS for bytes that do not match `algorithm`.
fn damaged(code: &str, algorithm: &str) -> Script {
    let message = format!("The {algorithm} you specified did not match the calculated checksum.");
    let body = format!("<Error><Code>{code}</Code><Message>{message}</Message></Error>");
    answer(400, &[], body.as_bytes())
}

/// A store that compares the checksum of `hello` and repeats it.
fn stored() -> Script {
    answer(200, &[HELLO_MD5[0], (CRC, HELLO_CRC)], b"")
}

const CODES: [&str; 5] = [
    "BadDigest",
    "XAmzContentSHA256Mismatch",
    "XAmzContentChecksumMismatch",
    "InvalidDigest",
    "IncompleteBody",
];

#[test]
fn a_damaged_body_is_sent_again_as_it_was_and_teaches_nothing() {
    for code in CODES {
        for words in ["CRC64NVME", CRC] {
            let server = ScriptedServer::start([damaged(code, words), stored()]);
            let sandbox = Sandbox::new()
                .envs(&variables(&server.endpoint()))
                .file("a", "hello")
                .file("b", "hello");
            let outcome = sandbox.run(["-v", "--json", "--jobs", "1", "put", "-t", "p/", "a", "b"]);
            assert_eq!(outcome.code, Some(0), "{outcome:?}");
            let proofs: Vec<_> = server
                .seen()
                .iter()
                .map(|seen| {
                    let header = |name| seen.header(name).map(str::to_owned);
                    (
                        format!("{} {}", seen.method, seen.target),
                        header(CRC),
                        header("content-md5"),
                    )
                })
                .collect();
            let expected = ["PUT /lab/p/a", "PUT /lab/p/a", "PUT /lab/p/b"]
                .map(|line| (line.to_owned(), Some(HELLO_CRC.to_owned()), None));
            assert_eq!(proofs, expected, "{code}");
            let lines = outcome.json();
            for (line, attempts) in lines.iter().zip([2, 1]) {
                assert_eq!(line["verified"], "crc64nvme", "{outcome:?}");
                assert_eq!(line["attempts"], attempts, "{outcome:?}");
            }
            assert!(
                !outcome.stderr.contains("does not support CRC-64/NVME"),
                "{outcome:?}"
            );
            let shown = format!("attempt 1 failed: the bytes were changed on their way: {code}");
            assert!(outcome.stderr.contains(&shown), "{outcome:?}");
            assert_eq!(files(&sandbox.home()), Vec::<PathBuf>::new(), "{code}");
        }
    }
}

#[test]
fn bytes_that_are_damaged_twice_are_an_integrity_failure_whatever_the_budget() {
    for retry_for in ["0", "1h"] {
        for code in CODES {
            let server = ScriptedServer::start([damaged(code, "CRC64NVME")]);
            let sandbox = against(&server)
                .env("BLOBCTL_RETRY_FOR", retry_for)
                .file("a", "hello");
            sandbox
                .run(["put", "a"])
                .fails_with(6, "the bytes were changed on their way");
            let seen = server.seen();
            assert_eq!(seen.len(), 2, "{code}");
            assert!(
                seen.iter()
                    .all(|seen| seen.header(CRC) == Some(HELLO_CRC) && seen.body == b"hello")
            );
            assert_eq!(files(&sandbox.home()), Vec::<PathBuf>::new(), "{code}");
        }
    }
}

#[test]
fn a_checksum_that_was_asked_for_by_name_is_sent_again_too() {
    for (kind, header, value) in [
        ("crc32c", "x-amz-checksum-crc32c", "mnG7TA=="),
        ("md5", "content-md5", "XUFAKrxLKna5cZ2REBfFkg=="),
    ] {
        let echo = answer(200, &[HELLO_MD5[0], (header, value)], b"");
        let server = ScriptedServer::start([damaged("BadDigest", kind), echo]);
        let outcome =
            against(&server)
                .file("a", "hello")
                .run(["put", "a", "--json", "--checksum", kind]);
        assert_eq!(outcome.json()[0]["verified"], kind, "{outcome:?}");
        let seen = server.seen();
        assert_eq!(seen.len(), 2);
        assert!(seen.iter().all(|seen| seen.header(header) == Some(value)));
    }
}

#[test]
fn a_damaged_part_is_sent_again_as_it_was() {
    let began = answer(
        200,
        &[],
        b"<InitiateMultipartUploadResult><UploadId>u</UploadId></InitiateMultipartUploadResult>",
    );
    let refused = s3_error(403, "AccessDenied");
    let server = ScriptedServer::start([began, damaged("BadDigest", "CRC64NVME"), refused]);
    let sandbox = against(&server).file("big", bytes(20 * MIB, 5));
    let outcome = sandbox.run(["put", "big", "--parts", "1"]);
    assert_eq!(outcome.code, Some(4), "{outcome:?}");
    let seen = server.seen();
    let [_, first, second, ..] = &seen[..] else {
        panic!("{} requests", seen.len());
    };
    assert_eq!(first.target, "/lab/big?partNumber=1&uploadId=u");
    assert_eq!(second.target, first.target);
    assert!(first.header(CRC).is_some());
    assert_eq!(second.header(CRC), first.header(CRC));
    assert!(second.body == first.body);
    assert_eq!(files(&sandbox.home()), Vec::<PathBuf>::new());
}

/// Decisions search the service's message alone: the same words in a key, which error messages contain, decide nothing.
#[test]
fn words_in_our_own_messages_decide_nothing() {
    let refused = s3_error(400, "InvalidArgument");
    let server = ScriptedServer::start([refused]);
    let sandbox = against(&server).file("x-amz-checksum", "hello");
    let outcome = sandbox.run(["put", "x-amz-checksum", "if-none-match/x-amz-checksum"]);
    outcome.fails_with(12, "the store refused: InvalidArgument");
    assert_eq!(server.seen().len(), 1);
}
