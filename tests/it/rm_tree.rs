//! `rm -r`: one request for many keys where the store has one, and nothing that was not named.

use crate::support::Sandbox;
use crate::support::http::{Script, ScriptedServer, answer};
use crate::support::s3::{S3Server, against};
use crate::support::stores::on_every_store;

#[test]
fn the_blobs_below_a_prefix_are_removed_and_no_others() {
    on_every_store(|store| {
        let sandbox = store.sandbox().file("a", "x");
        for key in ["d/a", "d/e/b", "d/ä &<>\"'", "d2/a", "e"] {
            sandbox.run(["put", "a", key]).succeeds();
        }
        let planned = sandbox.run(["rm", "-r", "-n", "d"]);
        assert_eq!(planned.code, Some(0), "{planned:?}");
        let lines = String::from_utf8_lossy(&planned.stdout).lines().count();
        assert_eq!(lines, 3, "{planned:?}");
        sandbox.run(["rm", "-r", "d"]).succeeds();
        let left = b"d2/a\ne\n";
        sandbox.run(["ls"]).prints(left);
        sandbox
            .run(["rm", "-r", "nope"])
            .fails_with(1, "no such blob");
        sandbox.run(["rm", "-r", "-f", "nope"]).succeeds();
        sandbox.run(["rm", "-r", ""]).fails_with(2, "add --all");
        sandbox.run(["ls"]).prints(left);
        sandbox.run(["rm", "-r", "--all", ""]).succeeds();
        sandbox.run(["ls"]).prints(b"");
    });
}

#[test]
fn many_keys_are_one_request() {
    let server = S3Server::start();
    let sandbox = Sandbox::new().envs(&server.variables());
    for number in 0..20 {
        sandbox.write(&format!("d/{number}"), "x");
    }
    sandbox.run(["put", "-r", "d", "p/"]).succeeds();
    server.requests();
    sandbox.run(["rm", "-r", "p"]).succeeds();
    // The listing and the removal.
    let requests = server.requests();
    assert_eq!(requests.len(), 2, "{requests:?}");
    sandbox.run(["ls"]).prints(b"");
}

/// A listing of these keys.
fn listing(keys: &[&str]) -> Script {
    let contents: Vec<String> = keys
        .iter()
        .map(|key| format!("<Contents><Key>{key}</Key><Size>1</Size></Contents>"))
        .collect();
    let contents = contents.concat();
    let text = format!(
        "<ListBucketResult><EncodingType>url</EncodingType>{contents}<IsTruncated>false</IsTruncated></ListBucketResult>"
    );
    answer(200, &[], text.as_bytes())
}

#[test]
fn a_service_without_the_request_is_asked_blob_by_blob() {
    for status in [400, 405, 501] {
        let server = ScriptedServer::start([
            listing(&["a", "b"]),
            answer(status, &[], b""),
            answer(204, &[], b""),
            answer(204, &[], b""),
        ]);
        against(&server).run(["rm", "-r", "--all", ""]).succeeds();
        let seen = server.seen();
        let methods: Vec<&str> = seen.iter().map(|one| one.method.as_str()).collect();
        assert_eq!(methods, ["GET", "POST", "DELETE", "DELETE"], "{status}");
    }
}

#[test]
fn a_key_that_the_answer_does_not_confirm_is_removed_by_itself() {
    let answered = "<DeleteResult><Deleted><Key>a</Key></Deleted><Error><Key>b</Key><Code>InternalError</Code></Error></DeleteResult>";
    let denied = "<Error><Code>AccessDenied</Code></Error>";
    let server = ScriptedServer::start([
        listing(&["a", "b", "c"]),
        answer(200, &[], answered.as_bytes()),
        answer(204, &[], b""),
        answer(403, &[], denied.as_bytes()),
    ]);
    let outcome = against(&server).run(["rm", "-r", "--all", ""]);
    assert_eq!(outcome.code, Some(11), "{outcome:?}");
    assert!(
        outcome.stderr.contains("cannot remove s3://lab/c"),
        "{outcome:?}"
    );
    let seen = server.seen();
    let targets: Vec<&str> = seen.iter().map(|one| one.target.as_str()).collect();
    assert_eq!(targets[1..], ["/lab?delete=", "/lab/b", "/lab/c"]);
}
