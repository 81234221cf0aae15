//! S3 through the built binary: what goes over the wire for each operation.

use crate::support::http::{Script, ScriptedServer, answer, s3_error};
use crate::support::s3::{BUCKET, S3Server, against, on};
use crate::support::{MIB, bytes};

#[test]
fn a_small_put_get_and_exists_are_one_request_each() {
    let server = S3Server::start();
    let sandbox = on(&server).file("a.txt", "hello");
    sandbox.run(["put", "a.txt", "d/a.txt"]).succeeds();
    let put = server.requests();
    sandbox.run(["exists", "d/a.txt"]).succeeds();
    let exists = server.requests();
    sandbox.run(["get", "d/a.txt", "-"]).prints(b"hello");
    let get = server.requests();
    let shape = |requests: &[crate::support::s3::Logged]| {
        requests
            .iter()
            .map(|r| format!("{} {}", r.method, r.uri))
            .collect::<Vec<_>>()
    };
    assert_eq!(shape(&put), ["PUT /lab/d/a.txt"]);
    assert_eq!(shape(&exists), ["HEAD /lab/d/a.txt"]);
    assert_eq!(shape(&get), ["GET /lab/d/a.txt"]);
    assert_eq!(put[0].header("content-length"), Some("5"));
    // CRC-64/NVME of "hello".
    assert_eq!(
        put[0].header("x-amz-checksum-crc64nvme"),
        Some("M3eFcAZSQlc=")
    );
    assert_eq!(put[0].header("content-md5"), None);
    assert_eq!(put[0].header("content-type"), Some("text/plain"));
    assert_eq!(
        put[0].header("x-amz-content-sha256"),
        Some("2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824")
    );
    for request in [&put[0], &exists[0], &get[0]] {
        assert_eq!(request.header("transfer-encoding"), None);
        assert_eq!(request.header("expect"), None);
        assert_eq!(request.header("accept-encoding"), None);
    }
}

#[test]
fn an_empty_blob_is_sent_with_a_length_of_0() {
    let server = S3Server::start();
    let sandbox = on(&server).file("empty", "");
    sandbox.run(["put", "empty"]).succeeds();
    assert_eq!(server.requests()[0].header("content-length"), Some("0"));
    sandbox.run(["get", "empty", "back"]).succeeds();
    assert_eq!(sandbox.read("back"), b"");
}

#[test]
fn a_missing_blob_is_1_and_nothing_is_written() {
    let server = S3Server::start();
    let sandbox = on(&server);
    sandbox.run(["exists", "nope"]).is_silent(1);
    sandbox.run(["get", "nope", "x"]).fails(
        1,
        "blobctl: cannot download s3://lab/nope to `x`: no such blob: NoSuchKey",
    );
    assert!(!sandbox.exists("x"));
    sandbox.nothing_left_behind();
}

#[test]
fn only_the_first_absence_costs_a_second_request() {
    let server = S3Server::start();
    on(&server)
        .run(["exists", "n1", "n2", "n3", "n4", "--jobs", "1"])
        .is_silent(1);
    let requests = server.requests();
    assert_eq!(
        requests
            .iter()
            .filter(|request| request.method == "HEAD")
            .count(),
        4
    );
    assert_eq!(
        requests
            .iter()
            .filter(|request| request.method == "GET")
            .count(),
        1
    );
}

#[test]
fn a_missing_bucket_is_never_no() {
    let server = S3Server::start();
    let sandbox = on(&server).file("a", "x");
    for arguments in [
        ["exists", "a", "--bucket", "nobody"],
        ["put", "a", "--bucket", "nobody"],
        ["get", "a", "--bucket", "nobody"],
    ] {
        sandbox
            .run(arguments)
            .fails_with(3, "the bucket does not exist: NoSuchBucket");
    }
}

#[test]
fn refusal_is_cannot_tell() {
    let server = S3Server::start();
    let sandbox = on(&server).file("a", "x");
    sandbox
        .run(["exists", "a", "--bucket", "forbidden"])
        .fails_with(
            4,
            "cannot tell whether s3://forbidden/a exists: access denied",
        );
    sandbox
        .run(["put", "a", "--bucket", "forbidden"])
        .fails_with(4, "access denied: AccessDenied");
    sandbox
        .run(["get", "a", "b", "--bucket", "forbidden"])
        .fails_with(4, "access denied: AccessDenied");
    sandbox.nothing_left_behind();
}

#[test]
fn exists_says_why_it_cannot_tell() {
    let server = S3Server::start();
    let hint = "hint: the blob may be missing: without permission to list the bucket";
    on(&server)
        .run(["exists", "a", "--bucket", "forbidden"])
        .fails_with(4, hint);
    let outcome = on(&server)
        .env("AWS_SECRET_ACCESS_KEY", "another")
        .run(["exists", "a"]);
    outcome.fails_with(4, "access denied: SignatureDoesNotMatch");
    assert!(!outcome.stderr.contains(hint), "{outcome:?}");
    for (status, code, exit, text) in [
        (
            400,
            "ExpiredToken",
            4,
            "hint: the session token has expired",
        ),
        (
            400,
            "AuthorizationHeaderMalformed",
            3,
            "the bucket is elsewhere",
        ),
        (403, "RequestTimeTooSkewed", 4, "hint: this machine's clock"),
    ] {
        let server = ScriptedServer::start([answer(status, &[], b""), s3_error(status, code)]);
        against(&server).run(["exists", "a"]).fails_with(exit, text);
        assert_eq!(server.seen().len(), 2);
    }
}

#[test]
fn what_http_cannot_carry_is_refused_before_anything_is_sent() {
    let server = ScriptedServer::start([answer(200, &[("etag", "\"x\"")], b"")]);
    let sandbox = against(&server).file("a", "x");
    sandbox
        .run(["put", "a", "--content-type", "text\r\nx-evil: 1"])
        .fails_with(
            2,
            "invalid value `text\\r\\nx-evil: 1` of `--content-type`: expected printable ASCII",
        );
    let outcome = against(&server)
        .file("a", "x")
        .env("AWS_ACCESS_KEY_ID", "hunter2\n")
        .run(["put", "a"]);
    outcome.fails_with(
        3,
        "the access key id holds a character that HTTP cannot carry",
    );
    assert!(!outcome.stderr.contains("hunter2"), "{outcome:?}");
    assert_eq!(server.seen().len(), 0);
}

#[test]
fn who_may_only_write_can_put_where_the_etag_tells_nothing() {
    let opaque = answer(200, &[("etag", "\"opaque\"")], b"");
    let server =
        ScriptedServer::start([opaque, answer(403, &[], b""), s3_error(403, "AccessDenied")]);
    let sandbox = against(&server).file("a", "hello");
    let outcome = sandbox.run(["put", "a", "--json"]);
    assert_eq!(outcome.json()[0]["verified"], "length", "{outcome:?}");
}

#[test]
fn the_buckets_address_overrides_the_configured_bucket() {
    let server = S3Server::start();
    let sandbox = on(&server)
        .env("BLOBCTL_S3_BUCKET", "elsewhere")
        .file("a", "x");
    sandbox
        .run(["put", "a", &format!("s3://{BUCKET}/x/")])
        .succeeds();
    sandbox
        .run(["get", &format!("s3://{BUCKET}/x/a"), "-"])
        .prints(b"x");
}

#[test]
fn a_key_of_1024_bytes_travels_whole() {
    let server = ScriptedServer::start([answer(
        200,
        &[("etag", "\"5d41402abc4b2a76b9719d911017c592\"")],
        b"hello",
    )]);
    let key = "ü/".repeat(341) + "x";
    assert_eq!(key.len(), 1024);
    against(&server).run(["get", &key, "-"]).prints(b"hello");
    assert_eq!(
        server.seen()[0].target,
        format!("/lab/{}x", "%C3%BC/".repeat(341))
    );
}

#[test]
fn a_copy_within_one_service_moves_no_bytes() {
    let server = S3Server::start();
    std::fs::create_dir(server.root().join("other")).unwrap();
    let content = bytes(3 * MIB, 31);
    let sandbox = on(&server).file("a", &content);
    sandbox
        .run(["put", "a", "d/a b", "--content-type", "text/x-probe"])
        .succeeds();
    server.requests();
    sandbox.run(["cp", "d/a b", "s3://other/copy"]).succeeds();
    let requests = server.requests();
    let shape: Vec<String> = requests
        .iter()
        .map(|request| format!("{} {}", request.method, request.uri))
        .collect();
    assert_eq!(shape, ["HEAD /lab/d/a%20b", "PUT /other/copy"]);
    assert_eq!(
        requests[1].header("x-amz-copy-source"),
        Some("/lab/d/a%20b")
    );
    assert!(requests[1].header("x-amz-copy-source-if-match").is_some());
    assert_eq!(requests[1].header("content-length"), Some("0"));
    assert!(std::fs::read(server.root().join("other/copy")).unwrap() == content);
    sandbox
        .run(["cp", "nope", "x"])
        .fails_with(1, "no such blob");
}

#[test]
fn a_copy_that_fails_with_200_is_a_failure() {
    let head = answer(200, &[("etag", "\"x\"")], b"hello");
    let head = Script {
        answer: head.answer[..head.answer.len() - 5].to_vec(),
        ..head
    };
    let late = answer(
        200,
        &[],
        b"\n <?xml version=\"1.0\"?><Error><Code>InternalError</Code><Message>m</Message></Error>",
    );
    let server = ScriptedServer::start([head, late]);
    against(&server)
        .run(["cp", "a", "b"])
        .fails_with(7, "InternalError");
}
