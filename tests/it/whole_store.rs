//! Failures that concern the whole store: they end a batch, and are reported once.

use crate::support::Sandbox;
use crate::support::ftp::FtpServer;
use crate::support::http::{ScriptedServer, answer};
use crate::support::s3::against;

const FILES: usize = 40;

fn with_files(sandbox: Sandbox) -> Sandbox {
    for number in 0..FILES {
        sandbox.write(&format!("d/{number}"), "x");
    }
    sandbox
}

#[test]
fn a_missing_bucket_is_reported_once_with_the_number_of_blobs() {
    let missing = "<Error><Code>NoSuchBucket</Code><Message>none</Message></Error>";
    for (status, code, body, text) in [
        (404, 3, missing, "the bucket does not exist"),
        (
            403,
            4,
            "<Error><Code>InvalidAccessKeyId</Code></Error>",
            "unknown access key",
        ),
    ] {
        let server = ScriptedServer::start([answer(status, &[], body.as_bytes())]);
        let sandbox = with_files(against(&server));
        let outcome = sandbox.run(["put", "-r", "d", "p/", "--jobs", "4"]);
        assert_eq!(outcome.code, Some(code), "{outcome:?}");
        assert_eq!(outcome.stderr.matches(text).count(), 1, "{outcome:?}");
        assert_eq!(
            outcome.stderr.matches("cannot upload").count(),
            1,
            "{outcome:?}"
        );
        assert!(
            outcome.stderr.contains("… and 39 more for the same reason"),
            "{outcome:?}"
        );
        // Those that were under way at the time of the first failure.
        assert!(server.seen().len() <= 8, "{:?}", server.seen().len());
    }
}

#[test]
fn a_refused_login_ends_a_batch_of_ftp() {
    let server = FtpServer::start();
    let sandbox =
        with_files(Sandbox::new().envs(&server.variables())).env("BLOBCTL_FTP_PASSWORD", "wrong");
    let outcome = sandbox.run(["put", "-r", "d", "p/"]);
    assert_eq!(outcome.code, Some(4), "{outcome:?}");
    assert_eq!(
        outcome.stderr.matches("login refused").count(),
        1,
        "{outcome:?}"
    );
    assert!(
        outcome.stderr.contains("… and 39 more for the same reason"),
        "{outcome:?}"
    );
}

#[test]
fn a_blob_that_is_refused_does_not_end_the_batch() {
    let denied = "<Error><Code>AccessDenied</Code></Error>";
    let server = ScriptedServer::start([answer(403, &[], denied.as_bytes())]);
    let sandbox = with_files(against(&server));
    let outcome = sandbox.run(["put", "-r", "d", "p/"]);
    assert_eq!(outcome.code, Some(4), "{outcome:?}");
    assert_eq!(
        outcome.stderr.matches("cannot upload").count(),
        FILES,
        "{outcome:?}"
    );
}
