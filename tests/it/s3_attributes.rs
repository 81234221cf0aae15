//! Attributes of objects, and preconditions of a put.

use crate::support::Sandbox;
use crate::support::http::{ScriptedServer, answer, s3_error};
use crate::support::s3::{HELLO_MD5, S3Server, against, on};

#[test]
fn attributes_travel_as_signed_headers() {
    let mut headers = HELLO_MD5.to_vec();
    headers.push(("x-amz-server-side-encryption", "aws:kms"));
    headers.push(("x-amz-checksum-crc64nvme", "M3eFcAZSQlc="));
    let server = ScriptedServer::start([answer(200, &headers, b"")]);
    let sandbox = against(&server).file("a", "hello");
    sandbox
        .run([
            "put",
            "a",
            "--content-type",
            "text/x-probe",
            "--content-encoding",
            "gzip",
            "--content-disposition",
            "attachment",
            "--cache-control",
            "max-age=7",
            "--content-language",
            "de-CH",
            "--expires",
            "2026-01-31T14:00:00+02:00",
            "--metadata",
            "Owner=ü",
            "--metadata",
            "n=1 2",
            "--tag",
            "a=b c",
            "--storage-class",
            "STANDARD_IA",
            "--sse",
            "aws:kms",
            "--sse-kms-key-id",
            "key/1",
            "--acl",
            "private",
        ])
        .succeeds();
    let request = &server.seen()[0];
    let signed = request.header("authorization").unwrap().to_owned();
    for (name, value) in [
        ("content-type", "text/x-probe"),
        ("content-encoding", "gzip"),
        ("content-disposition", "attachment"),
        ("cache-control", "max-age=7"),
        ("content-language", "de-CH"),
        ("expires", "Sat, 31 Jan 2026 12:00:00 GMT"),
        ("x-amz-meta-owner", "=?UTF-8?B?w7w=?="),
        ("x-amz-meta-n", "1 2"),
        ("x-amz-tagging", "a=b%20c"),
        ("x-amz-storage-class", "STANDARD_IA"),
        ("x-amz-server-side-encryption", "aws:kms"),
        ("x-amz-server-side-encryption-aws-kms-key-id", "key/1"),
        ("x-amz-acl", "private"),
    ] {
        assert_eq!(request.header(name), Some(value), "{name}");
        assert!(signed.contains(name), "{name} is not signed: {signed}");
    }
    for bad in [
        ["--metadata", "novalue"],
        ["--metadata", "a b=c"],
        ["--metadata", "a=b\r\nx: y"],
        ["--acl", "x\ny"],
        ["--content-type", ""],
    ] {
        assert_eq!(
            sandbox.run(["put", "a"].iter().chain(&bad)).code,
            Some(2),
            "{bad:?}"
        );
    }
}

#[test]
fn an_attribute_that_the_store_cannot_keep_is_a_usage_error() {
    let sandbox = Sandbox::new().file("a", "x");
    for (given, option) in [
        (&["--content-type=text/plain"][..], "--content-type"),
        (&["--content-encoding=gzip"], "--content-encoding"),
        (&["--content-disposition=inline"], "--content-disposition"),
        (&["--cache-control=no-store"], "--cache-control"),
        (&["--content-language=en"], "--content-language"),
        (&["--expires=2026-01-31"], "--expires"),
        (&["--metadata=a=b"], "--metadata"),
        (&["--tag=a=b"], "--tag"),
        (&["--storage-class=GLACIER"], "--storage-class"),
        (&["--sse=aws:kms", "--sse-kms-key-id=x"], "--sse"),
        (&["--acl=private"], "--acl"),
        (&["--if-match=x"], "--if-match"),
    ] {
        for (to, kind) in [("k", "fs"), ("ftp://127.0.0.1:1/k", "ftp")] {
            let text = format!("{option} is supported by S3 only, and this store is {kind}");
            sandbox
                .run(["put", "a", to].iter().chain(given))
                .fails_with(2, &text);
        }
    }
    sandbox.run(["put", "a"]).succeeds();
    let text = "--content-type is supported by S3 only, and this store is fs";
    sandbox
        .run(["cp", "-b", "fs", "a", "b", "--content-type", "text/plain"])
        .fails_with(2, text);
    sandbox.run(["ls"]).prints(b"a\n");
}

#[test]
fn attributes_come_back_from_a_real_server() {
    let server = S3Server::start();
    let sandbox = on(&server).file("a", "hello");
    sandbox
        .run([
            "put",
            "a",
            "--content-type",
            "text/x-probe",
            "--metadata",
            "k=v",
        ])
        .succeeds();
    assert_eq!(
        sandbox.run(["stat", "a", "--json"]).json()[0]["content_type"],
        "text/x-probe"
    );
}

#[test]
fn conditions_are_sent_and_their_failures_told_apart() {
    let missing = || answer(404, &[], b"");
    let no_key = || s3_error(404, "NoSuchKey");
    // The precheck finds nothing, then the service keeps the condition.
    let server = ScriptedServer::start([missing(), no_key(), s3_error(412, "PreconditionFailed")]);
    against(&server)
        .file("a", "hello")
        .run(["put", "a", "--if-absent"])
        .fails_with(5, "PreconditionFailed");
    assert_eq!(server.seen()[2].header("if-none-match"), Some("*"));
    // It does not know the condition: nothing is promised.
    let server = ScriptedServer::start([missing(), no_key(), answer(501, &[], b"<Error><Code>NotImplemented</Code><Message>If-None-Match is not implemented</Message></Error>")]);
    against(&server)
        .file("a", "hello")
        .run(["put", "a", "--if-absent"])
        .fails_with(5, "the service does not support conditions");
    // The response is a success, and this service is not known to have checked the precondition.
    let server = ScriptedServer::start([missing(), no_key(), answer(200, &HELLO_MD5, b"")]);
    let outcome = against(&server)
        .file("a", "hello")
        .run(["put", "a", "--if-absent", "--json"]);
    assert_eq!(
        (outcome.code, &outcome.json()[0]["atomic"]),
        (Some(0), &false.into()),
        "{outcome:?}"
    );
    let seen = |etag| answer(200, &[("etag", etag)], b"");
    let server = ScriptedServer::start([seen("\"abc\""), s3_error(412, "PreconditionFailed")]);
    against(&server)
        .file("a", "hello")
        .run(["put", "a", "--if-match", "\"abc\""])
        .fails_with(5, "PreconditionFailed");
    assert_eq!(server.seen()[1].header("if-match"), Some("\"abc\""));
    // A service that ignores the precondition would overwrite the change of another client.
    let server = ScriptedServer::start([seen("\"xyz\"")]);
    against(&server)
        .file("a", "hello")
        .run(["put", "a", "--if-match", "\"abc\""])
        .fails_with(5, "ETag mismatch: it is now xyz");
    assert_eq!(server.seen().len(), 1);
}
