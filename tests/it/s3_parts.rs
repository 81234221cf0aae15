//! Large blobs: up in parts, down in ranges.

use crate::support::http::{Fault, FaultProxy, ScriptedServer, Then, answer, s3_error};
use crate::support::s3::{S3Server, against, behind, on, variables};
use crate::support::{MIB, Sandbox, bytes, peak_memory};

#[test]
fn a_large_file_goes_in_parts_and_an_interrupted_one_is_aborted() {
    let server = S3Server::start();
    let content = bytes(40 * MIB + 7, 4);
    let sandbox = on(&server).file("big", &content);
    let outcome = sandbox.run(["put", "big", "--json"]);
    assert_eq!(
        (outcome.code, &outcome.json()[0]["bytes"]),
        (Some(0), &(40 * MIB + 7).into()),
        "{outcome:?}"
    );
    let requests = server.requests();
    assert_eq!(
        requests
            .iter()
            .filter(|request| request.uri.contains("partNumber="))
            .count(),
        3
    );
    assert!(std::fs::read(server.bucket().join("big")).unwrap() == content);
    sandbox.run(["get", "big", "back"]).succeeds();
    assert!(sandbox.read("back") == content);
}

#[test]
fn a_failed_part_aborts_the_upload() {
    let began = answer(
        200,
        &[],
        b"<InitiateMultipartUploadResult><UploadId>u+1</UploadId></InitiateMultipartUploadResult>",
    );
    let server = ScriptedServer::start([began, s3_error(403, "AccessDenied")]);
    let sandbox = against(&server).file("big", bytes(20 * MIB, 5));
    let outcome = sandbox.run(["put", "big"]);
    assert_eq!(outcome.code, Some(4), "{outcome:?}");
    let seen = server.seen();
    let last = seen.last().unwrap();
    assert_eq!(
        (last.method.as_str(), last.target.as_str()),
        ("DELETE", "/lab/big?uploadId=u%2B1")
    );
}

#[test]
fn a_complete_that_fails_with_200_is_a_failure() {
    let began = answer(
        200,
        &[],
        b"<InitiateMultipartUploadResult><UploadId>u</UploadId></InitiateMultipartUploadResult>",
    );
    let part = answer(200, &[("etag", "\"opaque\"")], b"");
    let late = answer(
        200,
        &[],
        b"  \n<?xml version=\"1.0\"?><Error><Code>InternalError</Code><Message>m</Message></Error>",
    );
    let aborted = answer(204, &[], b"");
    let server = ScriptedServer::start([began, part.clone(), part, late, aborted]);
    let sandbox = against(&server).file("big", bytes(20 * MIB, 5));
    sandbox.run(["put", "big"]).fails_with(7, "InternalError");
}

#[test]
fn a_stream_of_unknown_size_goes_in_parts() {
    let server = S3Server::start();
    let content = bytes(33 * MIB, 6);
    let sandbox = on(&server);
    sandbox.pipe(["put", "-", "stream"], &content).succeeds();
    assert!(std::fs::read(server.bucket().join("stream")).unwrap() == content);
    sandbox.pipe(["put", "-", "short"], b"short").succeeds();
    sandbox.pipe(["put", "-", "none"], b"").succeeds();
    sandbox.run(["get", "short", "-"]).prints(b"short");
    sandbox.run(["get", "none", "-"]).prints(b"");
}

#[test]
fn a_blob_that_changes_during_a_get_is_not_mixed() {
    let etag = |etag: &'static str| [("etag", etag)];
    let first = answer(200, &etag("\"one\""), b"aaaaaaaaaa")
        .cut(5)
        .then(Then::Close);
    let changed = s3_error(412, "PreconditionFailed");
    let second = answer(200, &etag("\"two\""), b"bbbbbb");
    let all = [first.clone(), changed.clone(), second, first, changed];
    let server = ScriptedServer::start(all);
    let sandbox = Sandbox::new().envs(&variables(&server.endpoint()));
    sandbox.run(["get", "a"]).succeeds();
    assert_eq!(server.seen()[1].header("if-match"), Some("\"one\""));
    assert_eq!(server.seen()[1].header("range"), Some("bytes=5-16777215"));
    assert_eq!(sandbox.read("a"), b"bbbbbb");
    // Bytes on stdout cannot be taken back.
    let outcome = sandbox.run(["get", "a", "-"]);
    assert_eq!(
        (outcome.code, &outcome.stdout[..]),
        (Some(6), &b"aaaaa"[..]),
        "{outcome:?}"
    );
    assert!(
        outcome
            .stderr
            .contains("the blob changed while it was downloaded"),
        "{outcome:?}"
    );
    sandbox.nothing_left_behind();
}

#[test]
fn a_server_that_ignores_the_range_is_understood() {
    let etag = [("etag", "\"92eb5ffee6ae2fec3ad71c777531578f\"")];
    let full = answer(200, &etag, b"b");
    let first = answer(
        200,
        &[("etag", "\"e80b5017098950fc58aad83c8c14978e\"")],
        b"abcdef",
    )
    .cut(3)
    .then(Then::Close);
    let second = answer(
        200,
        &[("etag", "\"e80b5017098950fc58aad83c8c14978e\"")],
        b"abcdef",
    );
    let server = ScriptedServer::start([first, second, full]);
    let sandbox = Sandbox::new().envs(&variables(&server.endpoint()));
    sandbox.run(["get", "a"]).succeeds();
    assert_eq!(sandbox.read("a"), b"abcdef");
}

/// The GETs of one download, of which the first asks for the whole and the others for ranges of the same blob.
fn gets(server: &S3Server) -> usize {
    // Without a checksum of the whole, the part size is requested after the first response.
    let mut requests = server.requests();
    assert_eq!(requests[0].method, "GET", "no HEAD before it");
    requests.retain(|request| !request.uri.contains("partNumber=1"));
    for (index, request) in requests.iter().enumerate() {
        assert_eq!(request.method, "GET");
        assert_eq!(request.header("range").is_some(), index > 0);
        assert_eq!(request.header("if-match").is_some(), index > 0);
    }
    requests.len()
}

#[test]
fn a_large_blob_comes_in_ranges_of_the_same_blob() {
    let server = S3Server::start();
    let content = bytes(50 * MIB + 3, 11);
    let sandbox = on(&server).file("big", &content);
    sandbox.run(["put", "big"]).succeeds();
    server.requests();
    sandbox.run(["get", "big", "back"]).succeeds();
    assert!(sandbox.read("back") == content);
    assert_eq!(gets(&server), 4);
    sandbox.nothing_left_behind();
}

/// A digest that needs the bytes in order is what a fast line waits for; ranges would come no sooner. Which line is fast
/// depends on the machine: the decision is tested where it is made, and here that both of its outcomes bring the blob.
#[test]
fn a_blob_with_an_md5_is_verified_over_a_fast_line_and_a_slow_one() {
    let server = S3Server::start();
    let content = bytes(50 * MIB + 3, 13);
    // As one object, so that the server knows its MD5.
    std::fs::write(server.bucket().join("plain"), &content).unwrap();
    let slow = FaultProxy::start(server.address, [Fault::Slow(40_000_000); 8]);
    for sandbox in [behind(&slow), on(&server)] {
        let outcome = sandbox.run(["get", "plain", "back", "--json"]);
        assert_eq!(outcome.json()[0]["verified"], "md5", "{outcome:?}");
        assert!(sandbox.read("back") == content);
        sandbox.nothing_left_behind();
        assert!((1..=4).contains(&gets(&server)));
    }
}

#[test]
fn a_range_that_breaks_is_repeated_alone() {
    let server = S3Server::start();
    let content = bytes(40 * MIB, 12);
    std::fs::write(server.bucket().join("k"), &content).unwrap();
    let proxy = FaultProxy::start(
        server.address,
        [
            Fault::CutDown(20_000_000),
            Fault::CutDown(3_000_000),
            Fault::CutDown(5_000_000),
        ],
    );
    let sandbox = behind(&proxy);
    let outcome = sandbox.run(["get", "k", "--json"]);
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    assert!(sandbox.read("k") == content);
    sandbox.nothing_left_behind();
}

/// The release build stays below 16 MiB; this one is larger by its code.
#[test]
fn memory_is_bounded_whatever_the_blobs_size() {
    let server = S3Server::start();
    let sandbox = on(&server).file("big", bytes(64 * MIB, 8));
    for arguments in [["put", "big", "k"], ["get", "k", "back"]] {
        let mut child = sandbox.command(arguments).spawn().unwrap();
        let mut peak = 0;
        while child.try_wait().unwrap().is_none() {
            peak = peak.max(peak_memory(child.id()));
        }
        assert!(child.wait().unwrap().success());
        assert!(
            peak > 0 && peak < 32 * 1024,
            "{arguments:?} used {peak} KiB"
        );
    }
}
