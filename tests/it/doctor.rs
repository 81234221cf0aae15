//! `blobctl doctor`: each step of an access to a store, what the store supports, and the code of the first failure.

use serde_json::Value;

use crate::support::ftp::{DataSessions, Fault, FtpServer, Protection};
use crate::support::http::{ScriptedServer, answer, s3_error};
use crate::support::s3::{BUCKET, S3Server, variables};
use crate::support::stores::on_every_store;
use crate::support::tls::TlsStore;
use crate::support::{Outcome, Sandbox, finish, wait_until};
use rustix::process::{Pid, Signal, kill_process};

/// The rows about steps, in order.
fn steps(outcome: &Outcome) -> Vec<Value> {
    let rows = outcome.json().into_iter();
    rows.filter(|row| row.get("step").is_some()).collect()
}

/// `step status` of each step.
fn statuses(outcome: &Outcome) -> Vec<String> {
    let word = |row: &Value, name: &str| row[name].as_str().unwrap().to_owned();
    steps(outcome)
        .iter()
        .map(|row| format!("{} {}", word(row, "step"), word(row, "status")))
        .collect()
}

#[track_caller]
fn step(outcome: &Outcome, name: &str) -> Value {
    let found = steps(outcome).into_iter().find(|row| row["step"] == name);
    found.unwrap_or_else(|| panic!("no step {name}\n{outcome:?}"))
}

#[track_caller]
fn feature(outcome: &Outcome, name: &str) -> String {
    let rows = outcome.json();
    let row = rows.iter().find(|row| row["feature"] == name);
    row.unwrap_or_else(|| panic!("no feature {name}\n{outcome:?}"))["value"]
        .as_str()
        .unwrap()
        .to_owned()
}

#[test]
fn a_store_that_works_passes_every_step_and_keeps_nothing() {
    on_every_store(|store| {
        let sandbox = store.sandbox().file("a", "x");
        sandbox.run(["put", "a", "d/a"]).succeeds();
        for arguments in [
            &["doctor", "d/", "--write", "--json"][..],
            &["doctor", "--write", "--json"],
        ] {
            let outcome = sandbox.run(arguments);
            assert_eq!(
                (outcome.code, outcome.stderr.as_str()),
                (Some(0), ""),
                "{outcome:?}"
            );
            let all = statuses(&outcome);
            assert!(all.iter().all(|step| !step.ends_with(" fail")), "{all:?}");
            for name in [
                "put ok",
                "overwrite ok",
                "condition ok",
                "get ok",
                "range ok",
                "remove ok",
            ] {
                assert!(all.contains(&name.to_owned()), "{name} {all:?}");
            }
            assert_eq!(
                feature(&outcome, "checksum"),
                format!("{}, tested", store.proof())
            );
        }
        store.is_clean(&sandbox);
        sandbox.run(["ls"]).prints(b"d/a\n");
        sandbox.nothing_left_behind();
    });
}

#[test]
fn without_write_nothing_is_stored() {
    let server = S3Server::start();
    let sandbox = Sandbox::new().envs(&server.variables());
    let outcome = sandbox.run(["doctor", "--json"]);
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    assert_eq!(
        statuses(&outcome),
        [
            "settings ok",
            "endpoint ok",
            "resolve ok",
            "connect ok",
            "tls skip",
            "credentials ok",
            "clock ok",
            "addressing ok",
            "head ok",
            "list ok"
        ]
    );
    let methods: Vec<String> = server
        .requests()
        .into_iter()
        .map(|seen| seen.method)
        .collect();
    assert!(
        methods
            .iter()
            .all(|method| method == "HEAD" || method == "GET"),
        "{methods:?}"
    );
    let addressing = step(&outcome, "addressing");
    assert_eq!(
        addressing["detail"],
        format!(
            "path-style (automatic), {}/{BUCKET}, region us-east-1",
            server.endpoint()
        )
    );
    assert!(
        step(&outcome, "credentials")["detail"]
            .as_str()
            .unwrap()
            .contains("…MPLE")
    );
}

#[test]
fn people_read_a_line_per_step_with_its_time_and_the_settings_with_their_origin() {
    let server = S3Server::start();
    let outcome = Sandbox::new().envs(&server.variables()).run(["doctor"]);
    let text = String::from_utf8(outcome.stdout.clone()).unwrap();
    let line = |begin: &str| {
        text.lines()
            .find(|line| line.starts_with(begin))
            .unwrap_or_default()
            .to_owned()
    };
    assert!(line("bucket ").ends_with("BLOBCTL_S3_BUCKET"), "{text}");
    assert!(
        line("ok   resolve").contains("127.0.0.1 is 127.0.0.1 (")
            && line("ok   resolve").ends_with(" ms)"),
        "{text}"
    );
    assert!(line("skip tls").ends_with("the endpoint is http"), "{text}");
    assert!(line("     presign").ends_with("yes"), "{text}");
}

#[test]
fn the_first_failure_ends_the_steps_and_is_the_exit_code() {
    let server = S3Server::start();
    let on = |name: &str, value: &str| {
        Sandbox::new()
            .envs(&server.variables())
            .env(name, value)
            .run(["doctor", "--write", "--json"])
    };
    for (outcome, code, last) in [
        (
            on("BLOBCTL_S3_ENDPOINT_URL", "http://127.0.0.1:1"),
            7,
            "connect fail",
        ),
        (
            on(
                "BLOBCTL_S3_ENDPOINT_URL",
                &format!("https://{}", server.address),
            ),
            3,
            "tls fail",
        ),
        (on("BLOBCTL_S3_BUCKET", "absent"), 3, "head fail"),
        (on("BLOBCTL_S3_BUCKET", "forbidden"), 4, "head fail"),
        (on("AWS_SECRET_ACCESS_KEY", "wrong"), 4, "head fail"),
        (on("AWS_ACCESS_KEY_ID", ""), 3, "credentials fail"),
        (on("BLOBCTL_S3_BUCKET", ""), 3, "settings fail"),
    ] {
        assert_eq!(
            (outcome.code, outcome.stderr.as_str()),
            (Some(code), ""),
            "{outcome:?}"
        );
        assert_eq!(
            statuses(&outcome).last().map(String::as_str),
            Some(last),
            "{outcome:?}"
        );
        let row = steps(&outcome).pop().unwrap();
        assert_eq!(
            (row["ok"].as_bool(), row["code"].as_i64()),
            (Some(false), Some(code.into()))
        );
        assert!(!row["detail"].as_str().unwrap().is_empty());
        assert!(!row["hint"].as_str().unwrap().is_empty());
    }
    assert!(server.requests().iter().all(|seen| seen.method != "PUT"));
}

#[test]
fn the_certificate_is_named_with_its_issuer_and_its_end() {
    let server = TlsStore::start(&["127.0.0.1"]);
    let sandbox = Sandbox::new()
        .envs(&variables(&server.endpoint()))
        .file("ca.pem", &server.certificate);
    let outcome = sandbox.run(["doctor", "--json", "--ca-bundle", "ca.pem"]);
    let tls = step(&outcome, "tls");
    let detail = tls["detail"].as_str().unwrap();
    assert!(
        detail.starts_with("TLS 1.3, issued by rcgen self signed cert, valid until "),
        "{detail}"
    );
    let outcome = sandbox.run(["doctor", "--json"]);
    assert_eq!(outcome.code, Some(4), "{outcome:?}");
    let tls = step(&outcome, "tls");
    assert!(
        tls["detail"]
            .as_str()
            .unwrap()
            .contains("its issuer is not trusted"),
        "{tls}"
    );
    assert!(
        tls["hint"].as_str().unwrap().contains("--ca-bundle"),
        "{tls}"
    );
}

#[test]
fn a_clock_that_is_off_is_a_warning_with_its_distance() {
    let absent = || {
        answer(
            404,
            &[
                ("date", "Tue, 01 Jan 2002 00:00:00 GMT"),
                ("x-amz-request-id", "r"),
            ],
            b"",
        )
    };
    let server = ScriptedServer::start([absent(), absent(), s3_error(404, "NoSuchKey")]);
    let sandbox = Sandbox::new().envs(&variables(&server.endpoint()));
    let outcome = sandbox.run(["doctor", "--json"]);
    let clock = step(&outcome, "clock");
    assert_eq!(clock["status"], "warn", "{outcome:?}");
    let detail = clock["detail"].as_str().unwrap();
    assert!(
        detail.starts_with("this machine's clock is ")
            && detail.ends_with(" ahead of the service's"),
        "{detail}"
    );
    assert!(clock["hint"].as_str().unwrap().contains("NTP"), "{clock}");
}

#[test]
fn a_refused_listing_does_not_end_the_diagnosis() {
    let ok = answer(200, &[("etag", "\"e\""), ("x-amz-request-id", "r")], b"");
    let server = ScriptedServer::start([ok.clone(), ok, s3_error(403, "AccessDenied")]);
    let sandbox = Sandbox::new().envs(&variables(&server.endpoint()));
    let outcome = sandbox.run(["doctor", "--json"]);
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    assert_eq!(step(&outcome, "list")["status"], "warn");
    assert_eq!(feature(&outcome, "presign"), "yes");
}

#[test]
fn a_put_that_is_refused_is_the_failure_and_the_scratch_blob_is_removed_anyway() {
    let server = FtpServer::start().fault("RNTO", Fault::AlwaysReply("553 no"));
    let sandbox = Sandbox::new().envs(&server.variables());
    let outcome = sandbox.run(["doctor", "--write", "--json"]);
    assert_eq!(outcome.code, Some(4), "{outcome:?}");
    assert_eq!(
        statuses(&outcome).last().map(String::as_str),
        Some("put fail")
    );
    assert!(
        server
            .files()
            .iter()
            .all(|path| !path.contains(".blobctl-")),
        "{:?}",
        server.files()
    );
    // The second put is refused, and the first one had stored the blob.
    let server = FtpServer::start().fault("RNTO", Fault::NeverOverwrite);
    let sandbox = Sandbox::new().envs(&server.variables());
    let outcome = sandbox.run(["doctor", "--write", "--json"]);
    assert_eq!(
        statuses(&outcome).last().map(String::as_str),
        Some("overwrite fail"),
        "{outcome:?}"
    );
    assert_ne!(outcome.code, Some(0));
    assert!(
        server
            .files()
            .iter()
            .all(|path| !path.contains(".blobctl-")),
        "{:?}",
        server.files()
    );
}

#[test]
fn an_ftp_server_is_checked_down_to_its_data_connections() {
    let here = Fault::Reply("227 Entering Passive Mode (127,0,0,1,4,5)");
    let server = FtpServer::start().holding("a", b"x").fault("PASV", here);
    let outcome = Sandbox::new()
        .envs(&server.variables())
        .run(["doctor", "--write", "--json"]);
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    assert_eq!(
        statuses(&outcome)[..9],
        [
            "settings ok",
            "resolve ok",
            "connect ok",
            "greeting ok",
            "login ok",
            "features ok",
            "directory ok",
            "passive ok",
            "data ok"
        ]
    );
    assert_eq!(step(&outcome, "dot-names")["status"], "ok", "{outcome:?}");
    assert!(
        step(&outcome, "features")["detail"]
            .as_str()
            .unwrap()
            .contains("MLST")
    );
    assert!(
        step(&outcome, "data")["detail"]
            .as_str()
            .unwrap()
            .ends_with("without TLS")
    );
    assert_eq!(step(&outcome, "range")["status"], "ok", "{outcome:?}");
    assert_eq!(feature(&outcome, "range"), "no");
    // One password for all of it.
    assert_eq!(server.commands("PASS").len(), 1);
}

#[test]
fn a_passive_address_that_is_not_the_servers_is_a_warning() {
    let server = FtpServer::start().fault(
        "PASV",
        Fault::Reply("227 Entering Passive Mode (10,1,2,3,4,5)"),
    );
    let outcome = Sandbox::new()
        .envs(&server.variables())
        .run(["doctor", "--json"]);
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    let passive = step(&outcome, "passive");
    assert_eq!(passive["status"], "warn", "{outcome:?}");
    assert_eq!(
        passive["detail"],
        "PASV names 10.1.2.3, but the server is 127.0.0.1"
    );
}

#[test]
fn the_reuse_of_a_tls_session_is_shown() {
    let server = FtpServer::with_tls(
        Protection::Explicit,
        DataSessions::Resumed,
        &rustls::version::TLS12,
    )
    .holding("a", b"x");
    let sandbox = Sandbox::new()
        .envs(&server.variables())
        .file("ca.pem", &server.certificate)
        .env("BLOBCTL_FTP_CA_BUNDLE", "ca.pem");
    let outcome = sandbox.run(["doctor", "--write", "--json"]);
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    assert!(
        step(&outcome, "tls")["detail"]
            .as_str()
            .unwrap()
            .starts_with("TLS 1.2, issued by ")
    );
    let data = step(&outcome, "data");
    assert!(
        data["detail"]
            .as_str()
            .unwrap()
            .ends_with("TLS session of the control connection resumed"),
        "{data}"
    );
}

#[test]
fn a_wrong_password_ends_at_the_login_and_is_sent_once() {
    let server = FtpServer::start();
    let sandbox = Sandbox::new()
        .envs(&server.variables())
        .env("BLOBCTL_FTP_PASSWORD", "hunter2");
    let outcome = sandbox.run(["doctor", "--json"]);
    assert_eq!(outcome.code, Some(4), "{outcome:?}");
    assert_eq!(
        statuses(&outcome).last().map(String::as_str),
        Some("login fail")
    );
    assert_eq!(server.commands("PASS").len(), 1);
    assert!(!String::from_utf8_lossy(&outcome.stdout).contains("hunter2"));
}

#[test]
fn a_directory_that_is_missing_fails_at_its_root() {
    let outcome = Sandbox::new().run(["doctor", "-b", "fs", "--root", "nowhere", "--json"]);
    assert_eq!(outcome.code, Some(3), "{outcome:?}");
    assert_eq!(statuses(&outcome), ["settings ok", "root fail"]);
    assert!(
        step(&outcome, "root")["hint"]
            .as_str()
            .unwrap()
            .contains("mount its disk")
    );
}

#[test]
fn an_interrupted_diagnosis_removes_its_scratch_blob() {
    let server = FtpServer::start().fault("RETR", Fault::NeverReply);
    let sandbox = Sandbox::new().envs(&server.variables());
    let child = sandbox.command(["doctor", "--write"]).spawn().unwrap();
    wait_until("the download", || !server.commands("RETR").is_empty());
    assert!(server.files().iter().any(|path| path.contains(".blobctl-")));
    let pid = Pid::from_child(&child);
    kill_process(pid, Signal::INT).unwrap();
    let outcome = finish(child);
    assert_eq!(outcome.code, Some(130), "{outcome:?}");
    assert!(
        server
            .files()
            .iter()
            .all(|path| !path.contains(".blobctl-")),
        "{:?}",
        server.files()
    );
}
