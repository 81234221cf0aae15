//! Blobs that others uploaded in parts and without a checksum: their ETag is what can be compared.

use crate::support::checksums::{Checksum, hex};
use crate::support::http::{Script, ScriptedServer, Then, answer};
use crate::support::s3::variables;
use crate::support::services::Named;
use crate::support::{MIB, Sandbox, bytes};
use md5::{Digest, Md5};

const PART: usize = 6 * MIB;
const SIZE: usize = 10 * MIB;

fn etag(content: &[u8]) -> String {
    let mut all = Md5::new();
    for part in content.chunks(PART) {
        all.update(Md5::digest(part));
    }
    format!("{}-2", hex(&all.finalize()))
}

/// The blob, as the answer to a request for its beginning.
fn whole(content: &[u8], etag: &str) -> Script {
    let range = format!("bytes 0-{}/{}", content.len() - 1, content.len());
    let etag = format!("\"{etag}\"");
    answer(206, &[("etag", &etag), ("content-range", &range)], content)
}

/// The answer to a HEAD for the first part.
fn first_part(etag: &str) -> Script {
    let etag = format!("\"{etag}\"");
    let headers = [("etag", etag.as_str()), ("x-amz-mp-parts-count", "2")];
    answer(206, &headers, &vec![0; PART]).cut(PART)
}

fn against(answers: impl IntoIterator<Item = Script>) -> (ScriptedServer, Sandbox) {
    let server = ScriptedServer::start(answers);
    let sandbox = Sandbox::new().envs(&variables(&server.endpoint()));
    (server, sandbox)
}

#[test]
fn an_etag_of_parts_proves_the_blob_for_one_request_more() {
    let content = bytes(SIZE, 1);
    let tag = etag(&content);
    let (server, sandbox) = against([whole(&content, &tag), first_part(&tag)]);
    let outcome = sandbox.run(["get", "a", "--json", "--require-verified"]);
    assert_eq!(
        outcome.json()[0]["verified"],
        "etag-multipart",
        "{outcome:?}"
    );
    assert!(sandbox.read("a") == content);
    let seen = server.seen();
    assert_eq!(seen[1].method, "HEAD");
    assert_eq!(seen[1].target, "/lab/a?partNumber=1");
    assert_eq!(
        seen[1].header("if-match"),
        Some(format!("\"{tag}\"").as_str())
    );
}

#[test]
fn who_wants_no_digest_pays_for_none() {
    let content = bytes(SIZE, 2);
    let (server, sandbox) = against([whole(&content, &etag(&content))]);
    sandbox.run(["get", "a", "--verify", "length"]).succeeds();
    assert_eq!(server.seen().len(), 1);
}

#[test]
fn bytes_that_were_damaged_on_the_way_are_fetched_again() {
    let content = bytes(SIZE, 3);
    let tag = etag(&content);
    let mut damaged = content.clone();
    damaged[7 * MIB] ^= 1;
    let (_server, sandbox) = against([
        whole(&damaged, &tag),
        first_part(&tag),
        whole(&content, &tag),
        first_part(&tag),
    ]);
    let outcome = sandbox.run(["get", "a", "--json"]);
    assert_eq!(
        outcome.json()[0]["verified"],
        "etag-multipart",
        "{outcome:?}"
    );
    assert!(sandbox.read("a") == content);
}

#[test]
fn bytes_that_come_differently_each_time_are_a_failure() {
    let content = bytes(SIZE, 4);
    let tag = etag(&content);
    let (mut one, mut other) = (content.clone(), content.clone());
    one[0] ^= 1;
    other[SIZE - 1] ^= 1;
    let (_server, sandbox) = against([
        whole(&one, &tag),
        first_part(&tag),
        whole(&other, &tag),
        first_part(&tag),
    ]);
    let sandbox = sandbox.file("a", "old");
    sandbox
        .run(["get", "a"])
        .fails_with(6, "do not match the digest that the store has");
    assert_eq!(sandbox.read("a"), b"old");
    sandbox.nothing_left_behind();
}

#[test]
fn an_etag_of_another_make_is_told_from_damage_and_said() {
    let content = bytes(SIZE, 5);
    let tag = etag(b"something else");
    let (_server, sandbox) = against([
        whole(&content, &tag),
        first_part(&tag),
        whole(&content, &tag),
        first_part(&tag),
    ]);
    let outcome = sandbox.run(["get", "a", "--json"]);
    assert_eq!(outcome.json()[0]["verified"], "length", "{outcome:?}");
    assert!(
        outcome.stderr.contains(
            "the ETag of `a` is not made of its parts' MD5s: only its length was compared"
        ),
        "{outcome:?}"
    );
}

#[test]
fn a_store_that_knows_no_part_numbers_is_taken_at_its_length() {
    let content = bytes(SIZE, 6);
    let tag = etag(&content);
    let quoted = format!("\"{tag}\"");
    let head = answer(200, &[("etag", &quoted)], &content).cut(SIZE);
    let (_server, sandbox) = against([whole(&content, &tag), head]);
    let outcome = sandbox.run(["get", "a", "--json"]);
    assert_eq!(outcome.json()[0]["verified"], "length", "{outcome:?}");
    assert!(sandbox.read("a") == content);
}

/// The whole blob, as the answer to a request for all of it.
fn at_once(content: &[u8], etag: &str) -> Script {
    answer(200, &[("etag", &format!("\"{etag}\""))], content)
}

#[test]
fn bytes_that_go_to_stdout_are_compared_part_by_part() {
    let content = bytes(SIZE, 11);
    let tag = etag(&content);
    let (server, sandbox) = against([at_once(&content, &tag), first_part(&tag)]);
    let outcome = sandbox.run(["get", "a", "-", "--json", "--require-verified"]);
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    assert!(outcome.stdout == content);
    assert!(
        outcome.stderr.contains("\"verified\":\"etag-multipart\""),
        "{}",
        outcome.stderr
    );
    let seen = server.seen();
    assert_eq!((seen.len(), &*seen[1].method), (2, "HEAD"));
    assert_eq!(seen[1].target, "/lab/a?partNumber=1");
}

/// The blob from a byte on, as the answer to a request for that range.
fn rest(content: &[u8], etag: &str, from: usize) -> Script {
    let range = format!("bytes {from}-{}/{SIZE}", SIZE - 1);
    let etag = format!("\"{etag}\"");
    let headers = [("etag", etag.as_str()), ("content-range", &range)];
    answer(206, &headers, &content[from..])
}

#[test]
fn a_stream_that_comes_in_ranges_is_compared_in_its_order() {
    let content = bytes(SIZE, 17);
    let tag = etag(&content);
    let (server, sandbox) = against([
        at_once(&content, &tag),
        first_part(&tag),
        rest(&content, &tag, 5 * MIB),
    ]);
    let get = [
        "get",
        "a",
        "-",
        "--json",
        "--parts",
        "1",
        "--part-size",
        "5MiB",
    ];
    let outcome = sandbox.run(get);
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    assert!(outcome.stdout == content);
    assert!(
        outcome.stderr.contains("\"verified\":\"etag-multipart\""),
        "{}",
        outcome.stderr
    );
    assert_eq!(
        server.seen()[2].header("range"),
        Some("bytes=5242880-10485759")
    );
}

#[test]
fn a_stream_that_breaks_goes_on_in_the_middle_of_a_part() {
    let content = bytes(SIZE, 12);
    let tag = etag(&content);
    let cut = 4 * MIB + 5;
    let (server, sandbox) = against([
        at_once(&content, &tag).cut(cut).then(Then::Close),
        first_part(&tag),
        rest(&content, &tag, SIZE - cut),
    ]);
    let outcome = sandbox.run(["get", "a", "-", "--json"]);
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    assert!(outcome.stdout == content);
    assert!(
        outcome.stderr.contains("\"verified\":\"etag-multipart\""),
        "{}",
        outcome.stderr
    );
    assert_eq!(server.seen().len(), 3);
}

#[test]
fn damage_in_a_stream_is_a_failure_although_the_bytes_are_out() {
    let content = bytes(SIZE, 13);
    let tag = etag(&content);
    let mut damaged = content.clone();
    damaged[SIZE - 1] ^= 1;
    let (server, sandbox) = against([
        at_once(&damaged, &tag),
        first_part(&tag),
        // The second time, for the digest alone, it is right.
        at_once(&content, &tag),
        first_part(&tag),
    ]);
    let outcome = sandbox.run(["get", "a", "-"]);
    assert_eq!(outcome.code, Some(6), "{}", outcome.stderr);
    assert!(outcome.stdout == damaged);
    assert!(
        outcome
            .stderr
            .contains("do not match the digest that the store has"),
        "{}",
        outcome.stderr
    );
    assert_eq!(server.seen().len(), 4);
}

#[test]
fn an_etag_of_another_make_is_told_from_damage_in_a_stream_too() {
    let content = bytes(SIZE, 14);
    let tag = etag(b"something else");
    let (_server, sandbox) = against([
        at_once(&content, &tag),
        first_part(&tag),
        at_once(&content, &tag),
        first_part(&tag),
    ]);
    let outcome = sandbox.run(["get", "a", "-", "--json"]);
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    assert!(outcome.stdout == content);
    for word in [
        "\"verified\":\"length\"",
        "is not made of its parts' MD5s: only its length was compared",
    ] {
        assert!(outcome.stderr.contains(word), "{}", outcome.stderr);
    }
}

#[test]
fn a_stream_that_is_proven_otherwise_asks_for_no_parts() {
    let content = bytes(MIB, 15);
    let tag = etag(&content);
    let quoted = format!("\"{tag}\"");
    let sum = Checksum::Crc64Nvme.base64(&content);
    let with_checksum = answer(
        200,
        &[("etag", &quoted), ("x-amz-checksum-crc64nvme", &sum)],
        &content,
    );
    for (script, arguments, verified) in [
        (with_checksum, &["get", "a", "-", "--json"][..], "crc64nvme"),
        (
            at_once(&content, &tag),
            &["get", "a", "-", "--json", "--verify", "length"],
            "length",
        ),
        (
            at_once(&content, "opaque"),
            &["get", "a", "-", "--json"],
            "length",
        ),
    ] {
        let (server, sandbox) = against([script]);
        let outcome = sandbox.run(arguments);
        assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
        let word = format!("\"verified\":\"{verified}\"");
        assert!(outcome.stderr.contains(&word), "{}", outcome.stderr);
        assert_eq!(server.seen().len(), 1);
    }
}

#[test]
fn a_service_whose_etags_are_known_is_not_asked_for_a_stream_twice() {
    let content = bytes(SIZE, 16);
    let tag = etag(b"something else");
    let aws = Named::at(
        "http://s3.us-east-1.amazonaws.com",
        [at_once(&content, &tag), first_part(&tag)],
    );
    let outcome = aws.sandbox().run(["get", "a", "-"]);
    assert_eq!(outcome.code, Some(6), "{}", outcome.stderr);
    assert!(outcome.stdout == content);
    assert_eq!(aws.requests().len(), 2);
}

#[test]
fn a_blob_that_is_copied_elsewhere_is_compared_too() {
    let content = bytes(SIZE, 18);
    let tag = etag(&content);
    let mut damaged = content.clone();
    damaged[SIZE - 1] ^= 1;
    let described = || {
        let quoted = format!("\"{tag}\"");
        answer(200, &[("etag", &quoted)], &content).cut(0)
    };
    let elsewhere = |sandbox: &Sandbox| format!("file://{}/copy", sandbox.work().display());

    let (server, sandbox) = against([described(), at_once(&content, &tag), first_part(&tag)]);
    sandbox.run(["cp", "a", &elsewhere(&sandbox)]).succeeds();
    assert!(sandbox.read("copy") == content);
    assert_eq!(server.seen()[2].target, "/lab/a?partNumber=1");

    let (_server, sandbox) = against([
        described(),
        at_once(&damaged, &tag),
        first_part(&tag),
        at_once(&content, &tag),
        first_part(&tag),
    ]);
    let sandbox = sandbox.file("copy", "old");
    sandbox
        .run(["cp", "a", &elsewhere(&sandbox)])
        .fails_with(6, "do not match the digest that the store has");
    assert_eq!(sandbox.read("copy"), b"old");
    sandbox.nothing_left_behind();
}
