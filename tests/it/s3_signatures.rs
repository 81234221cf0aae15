//! The credentials, region and time of a signature, and the address of a request.

use crate::support::http::{ScriptedServer, answer};
use crate::support::s3::{S3Server, against, on};
use crate::support::{MIB, Sandbox, bytes};

#[test]
fn a_signature_that_does_not_match_names_what_differs() {
    let refusal = |request: &str| {
        let body = format!(
            "<Error><Code>SignatureDoesNotMatch</Code><Message>no</Message><StringToSign>AWS4-HMAC-SHA256</StringToSign><CanonicalRequest>{request}</CanonicalRequest></Error>"
        );
        answer(403, &[("content-type", "application/xml")], body.as_bytes())
    };
    let server = ScriptedServer::start([refusal("GET\n/inner/lab/a&amp;b\n\nhost:inner")]);
    let outcome = against(&server).run(["get", "a&b", "-"]);
    outcome.fails_with(
        4,
        "hint: the service signed the path `/inner/lab/a&b`, we signed `/lab/a%26b`: something in between",
    );
    let server =
        ScriptedServer::start([answer(403, &[], b""), refusal("GET\n/lab/a\n\nhost:inner")]);
    let outcome = against(&server).run(["exists", "a"]);
    outcome.fails_with(
        4,
        "hint: the service signed the header `host:inner`, we signed `host:127.0.0.1:",
    );
}

#[test]
fn the_canonical_request_is_shown_when_the_signature_is_refused() {
    let server = S3Server::start();
    let outcome = on(&server)
        .env("AWS_SECRET_ACCESS_KEY", "another")
        .env("AWS_SESSION_TOKEN", "hunter2")
        .file("a", "hello")
        .run(["put", "a", "a b", "-vv"]);
    assert_eq!(outcome.code, Some(4), "{outcome:?}");
    for line in [
        "> PUT http://",
        "> authorization: (secret)",
        "> x-amz-security-token: (secret)",
        "< 403",
        "| PUT",
        "| /lab/a%20b",
        "| x-amz-security-token:(secret)",
        "| content-type;host;x-amz-checksum-crc64nvme;x-amz-content-sha256;x-amz-date;x-amz-security-token",
        "| 2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824",
    ] {
        let found = outcome.stderr.lines().any(|shown| shown.starts_with(line));
        assert!(found, "`{line}` is missing\n{outcome:?}");
    }
    assert!(!outcome.stderr.contains("hunter2"), "{outcome:?}");
}

#[test]
fn a_wrong_secret_is_refused_by_the_server_and_never_shown() {
    let server = S3Server::start();
    let sandbox = on(&server)
        .env("AWS_SECRET_ACCESS_KEY", "hunter2hunter2")
        .file("a", "x");
    for arguments in [
        &["put", "a", "-vv"][..],
        &["exists", "a", "-vv"],
        &["get", "a", "b", "-vv"],
    ] {
        let outcome = sandbox.run(arguments);
        assert_eq!(outcome.code, Some(4), "{outcome:?}");
        assert!(!outcome.stderr.contains("hunter2"), "{outcome:?}");
    }
    sandbox
        .run(["put", "a"])
        .fails_with(4, "access denied: SignatureDoesNotMatch");
    assert_eq!(
        crate::support::files(&server.bucket()),
        Vec::<std::path::PathBuf>::new()
    );
}

#[test]
fn an_unknown_access_key_is_refused() {
    let server = S3Server::start();
    let sandbox = on(&server)
        .env("AWS_ACCESS_KEY_ID", "AKIAUNKNOWN")
        .file("a", "x");
    sandbox.run(["put", "a"]).fails_with(4, "access denied");
}

#[test]
fn unsigned_requests_carry_no_authorization() {
    let server = ScriptedServer::start([answer(
        200,
        &[("etag", "\"5d41402abc4b2a76b9719d911017c592\"")],
        b"hello",
    )]);
    against(&server)
        .run(["get", "a", "-", "--no-sign-request"])
        .prints(b"hello");
    assert_eq!(server.seen()[0].header("authorization"), None);
}

#[test]
fn the_session_token_is_sent_and_signed() {
    let server = ScriptedServer::start([answer(
        200,
        &[("etag", "\"5d41402abc4b2a76b9719d911017c592\"")],
        b"hello",
    )]);
    let sandbox = against(&server)
        .env("AWS_SESSION_TOKEN", "tokentoken")
        .env("AWS_REGION", "eu-west-1");
    sandbox.run(["get", "a", "-"]).prints(b"hello");
    let request = &server.seen()[0];
    assert_eq!(request.header("x-amz-security-token"), Some("tokentoken"));
    let authorization = request.header("authorization").unwrap();
    assert!(
        authorization
            .contains("SignedHeaders=host;x-amz-checksum-mode;x-amz-content-sha256;x-amz-date;x-amz-security-token"),
        "{authorization}"
    );
    assert!(
        authorization.contains("/eu-west-1/s3/aws4_request"),
        "{authorization}"
    );
}

#[test]
fn virtual_hosted_style_signs_the_buckets_host() {
    let server = ScriptedServer::start([answer(
        200,
        &[("etag", "\"5d41402abc4b2a76b9719d911017c592\"")],
        b"hello",
    )]);
    let endpoint = format!("http://localhost:{}", server.address.port());
    // `lab.localhost` is this machine (RFC 6761), also if the system's resolver does not know it.
    let sandbox = against(&server).env("BLOBCTL_S3_ENDPOINT_URL", &endpoint);
    sandbox
        .run(["get", "a", "-", "--addressing", "virtual"])
        .prints(b"hello");
    let request = &server.seen()[0];
    assert_eq!(
        request.header("host"),
        Some(format!("lab.localhost:{}", server.address.port()).as_str())
    );
    assert_eq!(request.target, "/a");
}

#[test]
fn an_ipv6_endpoint_works() {
    let server = S3Server::bind("[::1]:0");
    let sandbox = on(&server).file("a", "x");
    sandbox.run(["put", "a"]).succeeds();
    sandbox.run(["get", "a", "-"]).prints(b"x");
}

#[test]
fn presigned_urls_work_without_credentials() {
    let server = S3Server::start();
    let sandbox = on(&server).file("a", "hello");
    sandbox.run(["put", "a", "d/a b+c"]).succeeds();
    let url = String::from_utf8(sandbox.run(["presign", "d/a b+c"]).stdout).unwrap();
    assert_eq!(fetch("GET", url.trim(), b""), (200, b"hello".to_vec()));
    let url = String::from_utf8(
        sandbox
            .run(["presign", "new", "--method", "put", "--expires", "1h"])
            .stdout,
    )
    .unwrap();
    assert_eq!(fetch("PUT", url.trim(), b"by url").0, 200);
    sandbox.run(["get", "new", "-"]).prints(b"by url");
    let tampered = url.trim().replace("/new?", "/other?");
    assert_eq!(fetch("PUT", &tampered, b"x").0, 403);
    sandbox
        .run(["presign", "x", "--expires", "8d"])
        .fails_with(2, "is not a duration from 1s to 7d");
    Sandbox::new()
        .run(["presign", "x"])
        .fails_with(2, "only S3 has presigned URLs");
    // Nothing was sent for it.
    server.requests();
    sandbox.run(["presign", "x", "-q"]);
    assert!(server.requests().is_empty());
}

/// A plain HTTP request, as curl would send it.
fn fetch(method: &str, url: &str, body: &[u8]) -> (u16, Vec<u8>) {
    use std::io::{Read, Write};
    let (host, target) = url
        .strip_prefix("http://")
        .unwrap()
        .split_once('/')
        .unwrap();
    let mut stream = std::net::TcpStream::connect(host).unwrap();
    write!(stream, "{method} /{target} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\ncontent-length: {}\r\n\r\n", body.len()).unwrap();
    stream.write_all(body).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    let end = answer
        .windows(4)
        .position(|four| four == b"\r\n\r\n")
        .unwrap();
    let status = std::str::from_utf8(&answer[9..12])
        .unwrap()
        .parse()
        .unwrap();
    (status, answer[end + 4..].to_vec())
}

#[test]
fn another_region_is_signed_for_once_and_remembered() {
    let malformed = answer(400, &[], b"<Error><Code>AuthorizationHeaderMalformed</Code><Message>m</Message><Region>garage</Region></Error>");
    let good = answer(200, &[("etag", "\"x\"")], b"hello");
    let server = ScriptedServer::start([malformed.clone(), good]);
    let sandbox = against(&server);
    std::fs::create_dir(sandbox.work().join("d")).unwrap();
    let outcome = sandbox.run(["get", "a", "b", "d", "--jobs", "1", "-v"]);
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    assert!(
        outcome
            .stderr
            .contains("the bucket is in the region `garage`"),
        "{outcome:?}"
    );
    let regions: Vec<String> = server
        .seen()
        .iter()
        .map(|request| {
            request
                .header("authorization")
                .unwrap()
                .split('/')
                .nth(2)
                .unwrap()
                .to_owned()
        })
        .collect();
    assert_eq!(regions, ["us-east-1", "garage", "garage"]);
    // A repeated correction is not applied again.
    let server = ScriptedServer::start([malformed]);
    let sandbox = against(&server).file("a", "x");
    sandbox
        .run(["put", "a"])
        .fails_with(3, "AuthorizationHeaderMalformed");
    assert_eq!(server.seen().len(), 2);
}

#[test]
fn a_wrong_clock_is_corrected_once_with_a_warning() {
    let skewed = answer(403, &[], b"<Error><Code>RequestTimeTooSkewed</Code><Message>m</Message><ServerTime>2031-05-06T07:08:09Z</ServerTime></Error>");
    let server =
        ScriptedServer::start([skewed.clone(), answer(200, &[("etag", "\"x\"")], b"hello")]);
    let outcome = against(&server).run(["get", "a", "b"]);
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    assert!(
        outcome
            .stderr
            .starts_with("blobctl: warning: this machine's clock is ")
            && outcome.stderr.lines().count() == 1,
        "{outcome:?}"
    );
    assert!(
        server.seen()[1]
            .header("x-amz-date")
            .unwrap()
            .starts_with("20310506T0708")
    );
    let server = ScriptedServer::start([skewed]);
    let outcome = against(&server).run(["get", "a", "b", "-q"]);
    outcome.fails_with(4, "RequestTimeTooSkewed");
    assert_eq!(server.seen().len(), 2);
}

#[test]
fn who_pays_says_so_on_every_request() {
    let server = S3Server::start();
    let sandbox = on(&server)
        .file("a", "hello")
        .file("big", bytes(17 * MIB, 4))
        .env("BLOBCTL_S3_REQUEST_PAYER", "true");
    for arguments in [
        &["put", "a"][..],
        &["put", "big"],
        &["get", "big", "back"],
        &["cp", "a", "b"],
        &["exists", "b"],
        &["rm", "b"],
    ] {
        sandbox.run(arguments).succeeds();
    }
    sandbox.run(["exists", "b"]).is_silent(1);
    sandbox.run(["ls"]).prints(b"a\nbig\n");
    let url = sandbox.run(["presign", "a"]);
    let url = String::from_utf8(url.stdout).unwrap();
    assert!(url.contains("x-amz-request-payer=requester"), "{url}");
    let seen = server.requests();
    assert!(seen.len() > 12, "{seen:?}");
    for request in seen {
        assert_eq!(
            request.header("x-amz-request-payer"),
            Some("requester"),
            "{request:?}"
        );
        let signed = request.header("authorization").unwrap();
        assert!(signed.contains("x-amz-request-payer"), "{signed}");
    }
}

#[test]
fn proxies_of_the_environment_are_never_used_for_this_machine() {
    let server = S3Server::start();
    let sandbox = on(&server)
        .env("http_proxy", "http://127.0.0.1:1")
        .env("ALL_PROXY", "http://127.0.0.1:1")
        .file("a", "x");
    sandbox.run(["put", "a"]).succeeds();
}
