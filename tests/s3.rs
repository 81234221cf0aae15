//! S3 through the built binary: what goes over the wire, and what becomes of every fault.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod support;

use support::http::{Fault, FaultProxy, Script, ScriptedServer, Then, answer, s3_error};
use support::s3::{BUCKET, S3Server, variables};
use support::{MIB, Sandbox, bytes, finish, peak_memory};

fn on(server: &S3Server) -> Sandbox {
    Sandbox::new().envs(&server.variables())
}

fn against(server: &ScriptedServer) -> Sandbox {
    Sandbox::new()
        .envs(&variables(&server.endpoint()))
        .env("BLOBCTL_RETRY_FOR", "0")
}

fn behind(proxy: &FaultProxy) -> Sandbox {
    Sandbox::new().envs(&variables(&proxy.endpoint()))
}

const NO_RETRY: [&str; 2] = ["--retry-for", "0"];

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
    let shape = |requests: &[support::s3::Logged]| {
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
fn exists_says_why_it_cannot_tell() {
    let server = S3Server::start();
    let hint = "hint: the blob may be missing all the same";
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
fn what_http_cannot_carry_is_refused_before_anything_is_sent() {
    let server = ScriptedServer::start([answer(200, &[("etag", "\"x\"")], b"")]);
    let sandbox = against(&server).file("a", "x");
    sandbox
        .run(["put", "a", "--content-type", "text\r\nx-evil: 1"])
        .fails_with(
            2,
            "`--content-type` cannot be `text\\r\\nx-evil: 1`: a header holds printable ASCII",
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
fn a_host_that_nobody_knows_is_named_whole() {
    Sandbox::new()
        .envs(&variables("http://s3.invalid"))
        .env("BLOBCTL_RETRY_FOR", "0")
        .run(["exists", "a", "--addressing", "virtual"])
        .fails_with(7, "find the host lab.s3.invalid: ");
}

#[test]
fn a_kept_connection_that_ends_costs_no_attempt() {
    let found = answer(200, &[("etag", "\"x\"")], b"");
    let hangs_up = Script {
        read_body: true,
        answer: Vec::new(),
        then: Then::Close,
    };
    let server = ScriptedServer::start([found.clone(), hangs_up.clone(), found.clone()]);
    against(&server)
        .run(["exists", "--jobs", "1", "a", "b"])
        .is_silent(0);
    assert_eq!(server.seen().len(), 3);
    // A fresh one that does the same is a failure like any other.
    let server = ScriptedServer::start([hangs_up, found]);
    against(&server)
        .run(["exists", "a"])
        .fails_with(7, "the connection to ");
    assert_eq!(server.seen().len(), 1);
}

#[test]
fn a_full_disk_during_a_get_is_no_network_error() {
    let server = ScriptedServer::start([answer(200, &[("etag", "\"x\"")], &bytes(MIB, 1))]);
    against(&server)
        .run(["get", "a", "/dev/full"])
        .fails_with(8, "no space left on device");
    assert_eq!(server.seen().len(), 1);
}

#[test]
fn a_page_of_another_server_is_never_no() {
    let page = answer(
        404,
        &[("content-type", "text/html")],
        b"<html>not here</html>",
    );
    let server = ScriptedServer::start([answer(404, &[], b""), page.clone()]);
    against(&server)
        .run(["exists", "a"])
        .fails_with(12, "the answer (HTTP 404) is not S3's");
    let server = ScriptedServer::start([page]);
    against(&server)
        .run(["get", "a", "b"])
        .fails_with(12, "the answer (HTTP 404) is not S3's");
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
        support::files(&server.bucket()),
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
    // `lab.localhost` is this machine itself for the system's resolver (RFC 6761), or the test says what it could not do.
    let sandbox = against(&server).env("BLOBCTL_S3_ENDPOINT_URL", &endpoint);
    let outcome = sandbox.run(["get", "a", "-", "--addressing", "virtual"]);
    assert!(
        !outcome.stderr.contains("find the host"),
        "this system does not resolve lab.localhost: {outcome:?}"
    );
    outcome.prints(b"hello");
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
fn a_server_that_is_down_is_temporary() {
    let free = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let sandbox = Sandbox::new()
        .envs(&variables(&format!("http://{free}")))
        .file("a", "x");
    for verb in [&["put", "a"][..], &["get", "a"], &["exists", "a"]] {
        sandbox
            .run(verb.iter().chain(&NO_RETRY))
            .fails_with(7, &format!("connect to {free}: connection refused"));
    }
    let outcome = sandbox.run(["exists", "a", "--retry-for", "400ms", "-v"]);
    assert!(
        outcome.stderr.contains("attempt 1 failed")
            && outcome.stderr.contains("hint: gave up after"),
        "{outcome:?}"
    );
}

#[test]
fn a_put_that_is_cut_half_way_is_repeated_and_whole() {
    let server = S3Server::start();
    let content = bytes(5 * MIB, 1);
    let proxy = FaultProxy::start(server.address, [Fault::CutUp(2_000_000), Fault::CutUp(10)]);
    let sandbox = behind(&proxy).file("a", &content);
    let outcome = sandbox.run(["put", "a", "--json"]);
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    assert_eq!(outcome.json()[0]["attempts"], 3);
    assert!(std::fs::read(server.bucket().join("a")).unwrap() == content);
}

#[test]
fn a_put_that_is_cut_for_good_leaves_the_old_blob() {
    let server = S3Server::start();
    on(&server).file("a", "old").run(["put", "a"]).succeeds();
    let proxy = FaultProxy::start(server.address, [Fault::CutUp(2_000_000)]);
    let sandbox = behind(&proxy).file("a", bytes(5 * MIB, 1));
    sandbox
        .run(["put", "a", "--retry-for", "0"])
        .fails_with(7, "cannot upload `a` to s3://lab/a: ");
    assert_eq!(std::fs::read(server.bucket().join("a")).unwrap(), b"old");
}

#[test]
fn a_get_that_is_cut_half_way_goes_on_where_it_broke() {
    let server = S3Server::start();
    let content = bytes(5 * MIB, 2);
    on(&server).file("a", &content).run(["put", "a"]).succeeds();
    server.requests();
    let proxy = FaultProxy::start(
        server.address,
        [Fault::CutDown(2_000_000), Fault::CutDown(1_000_000)],
    );
    let sandbox = behind(&proxy);
    let outcome = sandbox.run(["get", "a", "--json"]);
    assert_eq!(
        (outcome.code, &outcome.json()[0]["verified"]),
        (Some(0), &"crc64nvme".into()),
        "{outcome:?}"
    );
    assert!(sandbox.read("a") == content);
    let ranges: Vec<bool> = server
        .requests()
        .iter()
        .map(|request| request.header("range").is_some() && request.header("if-match").is_some())
        .collect();
    assert_eq!(ranges, [false, true, true]);
    sandbox.nothing_left_behind();
}

#[test]
fn a_get_that_is_cut_for_good_leaves_the_old_file() {
    let server = S3Server::start();
    on(&server)
        .file("a", bytes(5 * MIB, 2))
        .run(["put", "a"])
        .succeeds();
    let proxy = FaultProxy::start(server.address, [Fault::CutDown(2_000_000)]);
    let sandbox = behind(&proxy).file("a", "old");
    sandbox
        .run(["get", "a", "--retry-for", "0"])
        .fails_with(7, "cannot download s3://lab/a to `a`: ");
    assert_eq!(sandbox.read("a"), b"old");
    sandbox.nothing_left_behind();
}

#[test]
fn busy_answers_are_repeated_and_counted() {
    let good = answer(
        200,
        &[("etag", "\"5d41402abc4b2a76b9719d911017c592\"")],
        b"hello",
    );
    let busy = answer(
        503,
        &[("x-amz-retry-after", "20")],
        b"<Error><Code>SlowDown</Code></Error>",
    );
    let server = ScriptedServer::start([busy.clone(), busy, good]);
    let sandbox = Sandbox::new().envs(&variables(&server.endpoint()));
    let outcome = sandbox.run(["get", "a", "--json"]);
    assert_eq!(
        (outcome.code, &outcome.json()[0]["attempts"]),
        (Some(0), &3.into()),
        "{outcome:?}"
    );
    assert_eq!(sandbox.read("a"), b"hello");
}

#[test]
fn a_wait_that_is_longer_than_the_budget_is_not_begun() {
    let server = ScriptedServer::start([answer(503, &[("retry-after", "3600")], b"")]);
    let sandbox = Sandbox::new().envs(&variables(&server.endpoint()));
    sandbox
        .run(["get", "a"])
        .fails_with(7, "the store is not able to answer: HTTP 503");
    assert_eq!(server.seen().len(), 1);
}

#[test]
fn final_answers_are_asked_for_once() {
    for (status, code, exit) in [
        (403, "AccessDenied", 4),
        (400, "InvalidRequest", 12),
        (501, "NotImplemented", 12),
        (400, "ExpiredToken", 4),
    ] {
        let server = ScriptedServer::start([s3_error(status, code)]);
        let sandbox = Sandbox::new()
            .envs(&variables(&server.endpoint()))
            .file("a", "x");
        let outcome = sandbox.run(["put", "a", "--json"]);
        let json = &outcome.json()[0];
        assert_eq!(
            (outcome.code, &json["s3"], &json["http"]),
            (Some(exit), &code.into(), &status.into()),
            "{outcome:?}"
        );
        assert_eq!(json["request_id"], "4442587FB7D0A2F9");
        assert_eq!(server.seen().len(), 1, "{code}");
    }
}

#[test]
fn an_early_refusal_during_a_large_body_is_heard() {
    let server = ScriptedServer::start([s3_error(403, "AccessDenied").early().then(Then::Close)]);
    let sandbox = against(&server).file("big", bytes(14 * MIB, 3));
    sandbox
        .run(["put", "big"])
        .fails_with(4, "access denied: AccessDenied");
}

#[test]
fn a_stalled_server_is_given_up_after_the_timeout() {
    let server = ScriptedServer::start([Script {
        read_body: true,
        answer: Vec::new(),
        then: Then::Stall,
    }]);
    let outcome = against(&server).run(["get", "a", "--timeout", "300ms"]);
    outcome.fails_with(7, "did not move a byte for 300 ms");
    assert!(outcome.elapsed.as_secs() < 5, "{outcome:?}");
}

#[test]
fn a_body_that_stalls_is_given_up_after_the_timeout() {
    let server = ScriptedServer::start([answer(200, &[("etag", "\"x\"")], b"hello world")
        .cut(5)
        .then(Then::Stall)]);
    let sandbox = against(&server);
    sandbox
        .run(["get", "a", "--timeout", "300ms"])
        .fails_with(7, "did not move a byte for 300 ms");
    assert!(!sandbox.exists("a"));
    sandbox.nothing_left_behind();
}

#[test]
fn a_truncated_body_is_temporary_and_no_file() {
    let server = ScriptedServer::start([answer(200, &[("etag", "\"x\"")], b"hello world")
        .cut(5)
        .then(Then::Close)]);
    let sandbox = against(&server);
    sandbox
        .run(["get", "a"])
        .fails_with(7, "cannot download s3://lab/a to `a`: ");
    assert!(!sandbox.exists("a"));
    sandbox.nothing_left_behind();
}

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
        .fails_with(6, "its ETag is another MD5");
}

#[test]
fn an_answer_without_an_etag_is_not_s3s() {
    let server = ScriptedServer::start([answer(
        200,
        &[("content-type", "text/html")],
        b"<html>Please log in</html>",
    )]);
    let sandbox = against(&server).file("a", "x");
    sandbox.run(["put", "a", "k"]).fails_with(12, "has no ETag");
    sandbox.run(["get", "k", "b"]).fails_with(12, "has no ETag");
    sandbox.run(["exists", "k"]).fails_with(12, "has no ETag");
    assert!(!sandbox.exists("b"));
}

#[test]
fn a_get_without_a_length_is_refused() {
    let script = Script {
        read_body: true,
        answer: b"HTTP/1.1 200 OK\r\netag: \"x\"\r\n\r\nhello".to_vec(),
        then: Then::Close,
    };
    let sandbox_server = ScriptedServer::start([script]);
    against(&sandbox_server)
        .run(["get", "a"])
        .fails_with(12, "does not say how long it is");
}

#[test]
fn hostile_error_bodies_cost_nothing_and_print_nothing() {
    let bomb = "<!DOCTYPE x [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\">]><Error><Code>&b;</Code></Error>";
    let escapes =
        "<Error><Code>Access\u{1b}[2JDenied</Code><Message>\u{1b}]0;owned\u{7}</Message></Error>";
    for (body, part) in [
        (bomb, "access denied: HTTP 403"),
        (escapes, "access denied: "),
    ] {
        let server = ScriptedServer::start([answer(403, &[], body.as_bytes())]);
        let outcome = against(&server).run(["get", "a"]);
        outcome.fails_with(4, part);
        assert!(!outcome.stderr.contains('\u{1b}'), "{outcome:?}");
    }
}

#[test]
fn an_endless_error_body_is_cut() {
    let head = b"HTTP/1.1 403 Forbidden\r\ncontent-length: 99999999999\r\n\r\n".to_vec();
    let server = ScriptedServer::start([Script {
        read_body: true,
        answer: head,
        then: Then::Flood,
    }]);
    let outcome = against(&server).run(["get", "a"]);
    outcome.fails_with(4, "access denied: HTTP 403");
    assert!(outcome.elapsed.as_secs() < 10, "{outcome:?}");
}

#[test]
fn redirects_are_never_followed() {
    let elsewhere = ScriptedServer::start([answer(200, &[("etag", "\"x\"")], b"stolen")]);
    let location = format!("{}/lab/a", elsewhere.endpoint());
    let server = ScriptedServer::start([answer(
        307,
        &[
            ("location", &location),
            ("x-amz-bucket-region", "eu-west-1"),
        ],
        b"",
    )]);
    let outcome = against(&server).run(["get", "a"]);
    outcome.fails_with(3, "the bucket is elsewhere");
    // It is asked once more, in the region that it named, and at the same place.
    let regions: Vec<bool> = server
        .seen()
        .iter()
        .map(|request| {
            request
                .header("authorization")
                .unwrap()
                .contains("/eu-west-1/")
        })
        .collect();
    assert_eq!(regions, [false, true]);
    assert!(elsewhere.seen().is_empty());
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
    // What went to stdout cannot be taken back.
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
fn proxies_of_the_environment_are_never_used_for_this_machine() {
    let server = S3Server::start();
    let sandbox = on(&server)
        .env("http_proxy", "http://127.0.0.1:1")
        .env("ALL_PROXY", "http://127.0.0.1:1")
        .file("a", "x");
    sandbox.run(["put", "a"]).succeeds();
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
fn a_signal_in_the_middle_of_a_get_leaves_the_old_file() {
    use rustix::process::{Pid, Signal, kill_process};
    let server = S3Server::start();
    on(&server)
        .file("a", bytes(5 * MIB, 2))
        .run(["put", "a"])
        .succeeds();
    let proxy = FaultProxy::start(server.address, [Fault::StallDown(2_000_000)]);
    let sandbox = behind(&proxy).file("a", "old");
    let child = sandbox.command(["get", "a"]).spawn().unwrap();
    // The temporary file is there once bytes have come.
    while support::leftovers(&sandbox.work()).is_empty() {
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    let sent = std::time::Instant::now();
    kill_process(Pid::from_child(&child), Signal::INT).unwrap();
    finish(child).fails_with(130, "cannot download s3://lab/a to `a`: stopped by SIGINT");
    assert!(sent.elapsed().as_secs() < 2);
    assert_eq!(sandbox.read("a"), b"old");
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
        .fails_with(2, "1 second to 7 days");
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
fn a_listing_goes_over_pages_and_stops_if_it_repeats_itself() {
    let page = |keys: &[&str], next: Option<&str>| {
        let contents = keys.iter().fold(String::new(), |text, key| {
            text + "<Contents><Key>" + key + "</Key><Size>1</Size></Contents>"
        });
        let next = next.map_or("<IsTruncated>false</IsTruncated>".to_owned(), |token| format!("<IsTruncated>true</IsTruncated><NextContinuationToken>{token}</NextContinuationToken>"));
        answer(200, &[], format!("<ListBucketResult><EncodingType>url</EncodingType>{contents}{next}</ListBucketResult>").as_bytes())
    };
    let server =
        ScriptedServer::start([page(&["a+b", "c%2Bd"], Some("t/1+")), page(&["%0Ae"], None)]);
    against(&server).run(["ls"]).prints(b"a b\nc+d\n\\ne\n");
    assert_eq!(
        server.seen()[1].target,
        "/lab?continuation-token=t%2F1%2B&encoding-type=url&list-type=2"
    );
    let server = ScriptedServer::start([page(&["a"], Some("same"))]);
    let outcome = against(&server).run(["ls"]);
    assert_eq!(
        (outcome.code, outcome.stdout.as_slice()),
        (Some(12), &b"a\na\n"[..]),
        "{outcome:?}"
    );
    // Keys that were not asked for are left out.
    let server = ScriptedServer::start([page(&["p/a", "../evil"], None)]);
    against(&server).run(["ls", "p/"]).prints(b"p/a\n");
}

const HELLO_MD5: [(&str, &str); 1] = [("etag", "\"5d41402abc4b2a76b9719d911017c592\"")];
const HELLO_CRC: &str = "M3eFcAZSQlc=";

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
    // What was learnt holds for the rest of the run.
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
        // Who asked for it is told.
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
        .fails_with(6, "its checksum is another one");
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
    // One that was composed from the parts' says nothing about the whole.
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

#[test]
fn a_large_blob_comes_in_ranges_of_the_same_blob() {
    let server = S3Server::start();
    let content = bytes(50 * MIB + 3, 11);
    let sandbox = on(&server).file("big", &content);
    // As one object, so that the server knows its MD5; as parts, it knows a CRC at most.
    std::fs::write(server.bucket().join("plain"), &content).unwrap();
    sandbox.run(["put", "big"]).succeeds();
    for key in ["plain", "big"] {
        server.requests();
        let outcome = sandbox.run(["get", key, "back", "--json"]);
        assert_eq!(outcome.code, Some(0), "{outcome:?}");
        assert!(sandbox.read("back") == content);
        // Without a checksum of the whole, the size of the uploaded parts is asked for behind the first request.
        let mut requests = server.requests();
        assert_eq!(requests[0].method, "GET", "no HEAD before it");
        requests.retain(|request| !request.uri.contains("partNumber=1"));
        assert!(
            requests.iter().all(|request| request.method == "GET"),
            "no HEAD before it"
        );
        assert_eq!(requests.len(), 4);
        let ranged = requests.iter().filter(|request| {
            request.header("range").is_some() && request.header("if-match").is_some()
        });
        assert_eq!(ranged.count(), 3);
    }
    sandbox.nothing_left_behind();
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
    Sandbox::new()
        .file("a", "x")
        .run(["put", "a", "--acl", "private"])
        .fails_with(2, "--acl is kept by S3 alone, and this is fs");
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
        .fails_with(5, "the service keeps no conditions");
    // It says yes: whether it tested the condition is not known of this service.
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
    // A service that ignores the condition would replace what somebody else has changed.
    let server = ScriptedServer::start([seen("\"xyz\"")]);
    against(&server)
        .file("a", "hello")
        .run(["put", "a", "--if-match", "\"abc\""])
        .fails_with(5, "it was changed: its ETag is xyz now");
    assert_eq!(server.seen().len(), 1);
}

#[test]
fn ones_own_lost_write_is_not_taken_for_somebody_elses() {
    let missing = answer(404, &[], b"");
    let lost = Script {
        read_body: true,
        answer: Vec::new(),
        then: Then::Close,
    };
    let ours = answer(200, &HELLO_MD5, b"hello");
    let head = Script {
        answer: ours.answer[..ours.answer.len() - 5].to_vec(),
        ..ours
    };
    let server = ScriptedServer::start([missing, s3_error(404, "NoSuchKey"), lost, head]);
    let sandbox = Sandbox::new()
        .envs(&variables(&server.endpoint()))
        .file("a", "hello");
    let outcome = sandbox.run(["put", "a", "--if-absent", "--json"]);
    assert_eq!(
        (outcome.code, &outcome.json()[0]["verified"]),
        (Some(0), &"md5".into()),
        "{outcome:?}"
    );
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
    // A service that says the same again is not asked for ever.
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
fn a_deadline_ends_the_whole_command_as_temporary() {
    let server = ScriptedServer::start([answer(503, &[], b"")]);
    for verb in [
        &["put", "a"][..],
        &["get", "a", "b"],
        &["exists", "a"],
        &["rm", "a"],
    ] {
        let sandbox = Sandbox::new()
            .envs(&variables(&server.endpoint()))
            .file("a", "x");
        let outcome = sandbox.run(
            verb.iter()
                .chain(&["--deadline", "400ms", "--retry-for", "1h"]),
        );
        outcome.fails_with(7, "the deadline has passed");
        assert!(outcome.elapsed.as_millis() < 2500, "{outcome:?}");
        sandbox.nothing_left_behind();
    }
    let stalled = ScriptedServer::start([answer(200, &[("etag", "\"x\"")], b"hello world")
        .cut(5)
        .then(Then::Stall)]);
    let sandbox = Sandbox::new().envs(&variables(&stalled.endpoint()));
    sandbox
        .run(["get", "a", "--deadline", "300ms"])
        .fails_with(7, "the deadline has passed");
    sandbox.nothing_left_behind();
}

#[test]
fn one_worker_that_is_asked_for_mercy_slows_all_of_them() {
    let busy = answer(
        503,
        &[("x-amz-retry-after", "600")],
        b"<Error><Code>SlowDown</Code></Error>",
    );
    let server = ScriptedServer::start([busy, answer(200, &HELLO_MD5, b"")]);
    let sandbox = Sandbox::new().envs(&variables(&server.endpoint()));
    let names: Vec<String> = (0..20).map(|n| format!("f{n}")).collect();
    for name in &names {
        sandbox.write(name, "hello");
    }
    let outcome = sandbox.run(
        ["put", "--jobs", "2"]
            .into_iter()
            .chain(names.iter().map(String::as_str))
            .chain(["p/"]),
    );
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    assert!(outcome.elapsed.as_millis() >= 600, "{outcome:?}");
    assert_eq!(server.seen().len(), 21);
}

/// The server goes away in the middle of a transfer and comes back: both directions wait for it.
#[test]
fn an_outage_in_the_middle_is_survived() {
    let server = S3Server::start();
    let content = bytes(64 * MIB, 21);
    std::fs::write(server.bucket().join("down"), &content).unwrap();
    for arguments in [["put", "big", "up"], ["get", "down", "back"]] {
        // After the first connections broke, nobody answers for three seconds.
        let proxy = FaultProxy::start(
            server.address,
            [Fault::CutUp(9_000_000), Fault::CutDown(20_000_000)],
        );
        let sandbox = behind(&proxy).file("big", &content);
        let outage = proxy.outage_after(2, std::time::Duration::from_secs(3));
        let outcome = sandbox.run(arguments);
        outage.join().unwrap();
        outcome.succeeds();
        let there = if arguments[0] == "put" {
            std::fs::read(server.bucket().join("up")).unwrap()
        } else {
            sandbox.read("back")
        };
        assert!(there == content);
        sandbox.nothing_left_behind();
    }
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
