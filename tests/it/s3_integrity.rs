//! Bytes that are other ones than were sent or stored, and how that is noticed.

use crate::support::http::{ScriptedServer, answer};
use crate::support::s3::{HELLO_CRC, HELLO_MD5, S3Server, against, on};

#[test]
fn bytes_that_do_not_match_the_etag_are_an_integrity_failure() {
    let server = ScriptedServer::start([answer(
        200,
        &[("etag", "\"00000000000000000000000000000000\"")],
        b"hello",
    )]);
    let sandbox = against(&server).file("a", "old");
    sandbox
        .run(["get", "a"])
        .fails_with(6, "do not match the digest");
    assert_eq!(sandbox.read("a"), b"old");
    assert_eq!(server.seen().len(), 2, "one fresh transfer is tried");
    sandbox.nothing_left_behind();
}

#[test]
fn damage_on_the_way_is_repaired_by_one_fresh_transfer() {
    let etag = [("etag", "\"5d41402abc4b2a76b9719d911017c592\"")];
    let server =
        ScriptedServer::start([answer(200, &etag, b"jello"), answer(200, &etag, b"hello")]);
    let sandbox = against(&server);
    sandbox.run(["get", "a"]).succeeds();
    assert_eq!(sandbox.read("a"), b"hello");
}

#[test]
fn a_store_that_has_other_bytes_is_an_integrity_failure() {
    let server = ScriptedServer::start([answer(
        200,
        &[("etag", "\"00000000000000000000000000000000\"")],
        b"",
    )]);
    against(&server)
        .file("a", "hello")
        .run(["put", "a"])
        .fails_with(6, "MD5 mismatch: the store has different bytes");
}

#[test]
fn a_store_that_ignores_the_checksum_header_is_held_to_its_etag() {
    let server = ScriptedServer::start([answer(200, &HELLO_MD5, b"")]);
    let sandbox = against(&server).file("a", "hello").file("b", "hello");
    let outcome = sandbox.run(["put", "a", "b", "p/", "--json", "--jobs", "1"]);
    assert_eq!(outcome.json()[0]["verified"], "md5", "{outcome:?}");
    let seen = server.seen();
    assert_eq!(
        (
            seen[0].header("x-amz-checksum-crc64nvme"),
            seen[0].header("content-md5")
        ),
        (Some(HELLO_CRC), None)
    );
    // The result of the negotiation holds for the rest of the run.
    assert_eq!(
        (
            seen[1].header("x-amz-checksum-crc64nvme"),
            seen[1].header("content-md5")
        ),
        (None, Some("XUFAKrxLKna5cZ2REBfFkg=="))
    );
}

#[test]
fn a_store_that_refuses_the_checksum_header_is_asked_once_more_without() {
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
        let body = format!("<Error><Code>{code}</Code><Message>{message}</Message></Error>");
        let server = ScriptedServer::start([
            answer(status, &[], body.as_bytes()),
            answer(200, &HELLO_MD5, b""),
        ]);
        let outcome = against(&server)
            .file("a", "hello")
            .run(["put", "a", "--json"]);
        assert_eq!(
            (outcome.code, &outcome.json()[0]["verified"]),
            (Some(0), &"md5".into()),
            "{outcome:?}"
        );
        assert_eq!(
            server.seen()[1].header("content-md5"),
            Some("XUFAKrxLKna5cZ2REBfFkg==")
        );
        // A run that selected the algorithm gets a warning.
        let server = ScriptedServer::start([answer(status, &[], body.as_bytes())]);
        let sandbox = against(&server).file("a", "hello");
        sandbox
            .run(["put", "a", "--checksum", "crc64nvme"])
            .fails_with(12, "x-amz-checksum-crc64nvme");
        assert_eq!(server.seen().len(), 1);
    }
}

#[test]
fn a_checksum_that_comes_back_changed_is_an_integrity_failure() {
    let server = ScriptedServer::start([answer(
        200,
        &[HELLO_MD5[0], ("x-amz-checksum-crc64nvme", "AAAAAAAAAAA=")],
        b"",
    )]);
    against(&server)
        .file("a", "hello")
        .run(["put", "a"])
        .fails_with(6, "checksum mismatch: the store has different bytes");
}

#[test]
fn each_checksum_is_sent_as_it_was_asked_for() {
    for (kind, header, value) in [
        ("crc64nvme", "x-amz-checksum-crc64nvme", HELLO_CRC),
        ("crc32c", "x-amz-checksum-crc32c", "mnG7TA=="),
        ("crc32", "x-amz-checksum-crc32", "NhCmhg=="),
        (
            "sha256",
            "x-amz-checksum-sha256",
            "LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=",
        ),
        ("md5", "content-md5", "XUFAKrxLKna5cZ2REBfFkg=="),
    ] {
        let server = S3Server::start();
        let sandbox = on(&server).file("a", "hello");
        let outcome = sandbox.run(["put", "a", "--checksum", kind, "--json"]);
        assert_eq!(
            (outcome.code, &outcome.json()[0]["verified"]),
            (Some(0), &kind.into()),
            "{outcome:?}"
        );
        assert_eq!(server.requests()[0].header(header), Some(value));
        let outcome = sandbox.run(["get", "a", "b", "--json"]);
        assert_eq!(outcome.json()[0]["verified"], kind, "{outcome:?}");
    }
    let server = S3Server::start();
    let sandbox = on(&server).file("a", "hello");
    let outcome = sandbox.run([
        "put",
        "a",
        "--checksum",
        "none",
        "--payload-signing",
        "unsigned",
        "--json",
    ]);
    assert_eq!(outcome.json()[0]["verified"], "length", "{outcome:?}");
    assert_eq!(
        server.requests()[0].header("x-amz-content-sha256"),
        Some("UNSIGNED-PAYLOAD")
    );
}

#[test]
fn a_checksum_that_was_asked_for_and_ignored_is_told_once() {
    let warning = "s3://lab/p/a: the store did not confirm the sha256 that `checksum` requires";
    let server = ScriptedServer::start([answer(200, &HELLO_MD5, b"")]);
    let sandbox = against(&server).file("a", "hello").file("b", "hello");
    let outcome = sandbox.run([
        "put",
        "a",
        "b",
        "p/",
        "--checksum",
        "sha256",
        "--json",
        "--jobs",
        "1",
    ]);
    assert_eq!(outcome.json()[0]["verified"], "md5", "{outcome:?}");
    assert!(outcome.stderr.contains(warning), "{outcome:?}");
    assert!(
        outcome.stderr.contains("verified by md5 instead"),
        "{outcome:?}"
    );
    assert_eq!(
        outcome.stderr.matches("did not confirm").count(),
        1,
        "{outcome:?}"
    );

    for kind in ["auto", "md5"] {
        let outcome = sandbox.run(["put", "a", "--checksum", kind]);
        outcome.succeeds();
        assert!(!outcome.stderr.contains("confirm"), "{outcome:?}");
    }
}

#[test]
fn the_stores_checksum_is_compared_on_the_way_down() {
    let good = answer(
        200,
        &[
            ("etag", "\"opaque\""),
            ("x-amz-checksum-crc64nvme", HELLO_CRC),
            ("x-amz-checksum-type", "FULL_OBJECT"),
        ],
        b"hello",
    );
    let server = ScriptedServer::start([good]);
    let outcome = against(&server).run(["get", "a", "--json"]);
    assert_eq!(
        (outcome.code, &outcome.json()[0]["verified"]),
        (Some(0), &"crc64nvme".into()),
        "{outcome:?}"
    );
    let bad = answer(
        200,
        &[
            ("etag", "\"opaque\""),
            ("x-amz-checksum-crc64nvme", "AAAAAAAAAAA="),
        ],
        b"hello",
    );
    let server = ScriptedServer::start([bad]);
    against(&server)
        .run(["get", "a"])
        .fails_with(6, "do not match the digest");
    // A composite checksum proves nothing about the whole.
    for (value, kind) in [
        ("AAAAAAAAAAA=-3", "COMPOSITE"),
        ("AAAAAAAAAAA=", "COMPOSITE"),
        ("nonsense", "FULL_OBJECT"),
    ] {
        let composed = answer(
            200,
            &[
                ("etag", "\"opaque\""),
                ("x-amz-checksum-crc64nvme", value),
                ("x-amz-checksum-type", kind),
            ],
            b"hello",
        );
        let server = ScriptedServer::start([composed]);
        let outcome = against(&server).run(["get", "a", "--json"]);
        assert_eq!(outcome.json()[0]["verified"], "length", "{outcome:?}");
    }
}
