//! Blobs that others uploaded in parts and without a checksum: their ETag is what can be compared.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod support;

use md5::{Digest, Md5};
use support::http::{Script, ScriptedServer, answer};
use support::s3::variables;
use support::{MIB, Sandbox, bytes};

const PART: usize = 6 * MIB;
const SIZE: usize = 10 * MIB;

fn etag(content: &[u8]) -> String {
    let mut all = Md5::new();
    for part in content.chunks(PART) {
        all.update(Md5::digest(part));
    }
    format!("{}-2", blobctl::digest::hex(&all.finalize()))
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
