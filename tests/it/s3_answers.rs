//! Answers that are not S3's, or not what they should be.

use crate::support::http::{Script, ScriptedServer, Then, answer};
use crate::support::s3::against;

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
        .fails_with(12, "has no Content-Length");
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
    assert!(outcome.elapsed < crate::support::HANG, "{outcome:?}");
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
