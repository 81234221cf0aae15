//! Servers that repeat the secrets of a request in their replies.

use crate::support::Outcome;
use crate::support::ftp::{Fault, FtpServer, PASSWORD};
use crate::support::http::{ScriptedServer, answer};
use crate::support::s3::{SECRET_KEY, against};
use crate::support::stores::Store;

/// A session token, and its form in a URL.
const TOKEN: &str = "token/of+session==";
const TOKEN_IN_URL: &str = "token%2Fof%2Bsession%3D%3D";

#[track_caller]
fn hides(outcome: &Outcome, secrets: &[&str], marker: &str) {
    let all = format!(
        "{}{}",
        String::from_utf8_lossy(&outcome.stdout),
        outcome.stderr
    );
    for secret in secrets {
        assert!(!all.contains(secret), "{secret} is shown\n{outcome:?}");
    }
    assert!(all.contains(marker), "{outcome:?}");
}

const RUNS: [&[&str]; 4] = [
    &["get", "k", "out"],
    &["get", "k", "out", "-vv"],
    &["get", "k", "out", "--json"],
    &["doctor"],
];

#[test]
fn an_ftp_password_in_a_reply_is_hidden() {
    let refusals = [
        ("PASS", "530 Login incorrect: correct horse is wrong"),
        ("TYPE", "550-correct horse\r\n550 is wrong"),
        ("RETR", "550 for correct horse there is nothing"),
    ];
    for (verb, reply) in refusals {
        for run in RUNS {
            let server = FtpServer::start()
                .holding("k", b"1")
                .fault(verb, Fault::AlwaysReply(reply));
            let sandbox = server.sandbox().env("BLOBCTL_RETRY_FOR", "0");
            let outcome = sandbox.run(run);
            if verb == "RETR" && run == ["doctor"] {
                continue;
            }
            assert_ne!(outcome.code, Some(0), "{outcome:?}");
            hides(&outcome, &[PASSWORD], "(secret)");
        }
    }
}

#[test]
fn the_secrets_of_an_s3_request_in_an_error_document_are_hidden() {
    let message = format!(
        "key {SECRET_KEY} token {TOKEN} url ?t={TOKEN_IN_URL} header Signature=00ff11ee, end"
    );
    let body = format!(
        "<Error><Code>InvalidToken</Code><Message>{message}</Message><Details>{TOKEN}</Details>\
         <RequestId>{TOKEN}</RequestId></Error>"
    );
    let secrets = [SECRET_KEY, TOKEN, TOKEN_IN_URL, "00ff11ee"];
    for run in RUNS {
        let headers = [("x-amz-request-id", TOKEN), ("x-echo", SECRET_KEY)];
        let script = answer(403, &headers, body.as_bytes());
        let server = ScriptedServer::start(std::iter::repeat_n(script, 20));
        let sandbox = against(&server).env("AWS_SESSION_TOKEN", TOKEN);
        let outcome = sandbox.run(run);
        assert_ne!(outcome.code, Some(0), "{outcome:?}");
        hides(
            &outcome,
            &secrets,
            "key (secret) token (secret) url ?t=(secret)",
        );
    }
}

#[test]
fn the_secrets_in_the_late_error_of_a_copy_are_hidden() {
    let body = format!("<Error><Code>AccessDenied</Code><Message>{SECRET_KEY}</Message></Error>");
    let head = answer(
        200,
        &[
            ("etag", "\"5d41402abc4b2a76b9719d911017c592\""),
            ("last-modified", "Tue, 24 Nov 2026 12:00:00 GMT"),
        ],
        b"",
    );
    let server = ScriptedServer::start([head, answer(200, &[], body.as_bytes())]);
    let outcome = against(&server).run(["cp", "s3://lab/a", "s3://lab/b"]);
    assert_eq!(outcome.code, Some(7), "{outcome:?}");
    hides(&outcome, &[SECRET_KEY], "(secret)");
}
