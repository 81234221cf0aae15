//! Connections that cannot be made, break or stall, and services that ask to come back later.

use crate::support::http::{Fault, FaultProxy, Script, ScriptedServer, Then, answer, s3_error};
use crate::support::s3::{HELLO_MD5, NO_RETRY, S3Server, against, behind, on, variables};
use crate::support::{HANG, MIB, SOON, Sandbox, bytes, finish, wait_until};

#[test]
fn a_host_that_nobody_knows_is_named_whole() {
    Sandbox::new()
        .envs(&variables("http://s3.invalid"))
        .env("BLOBCTL_RETRY_FOR", "0")
        .run(["exists", "a", "--addressing", "virtual"])
        .fails_with(7, "cannot resolve lab.s3.invalid: ");
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
    // The usual limit is 60 s.
    assert!(outcome.elapsed.as_secs() < 30, "{outcome:?}");
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
        assert!(outcome.elapsed < HANG, "{outcome:?}");
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
        // After the first connections broke, the server does not respond for three seconds.
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
    wait_until("the temporary file", || {
        !crate::support::leftovers(&sandbox.work()).is_empty()
    });
    let sent = std::time::Instant::now();
    kill_process(Pid::from_child(&child), Signal::INT).unwrap();
    finish(child).fails_with(130, "cannot download s3://lab/a to `a`: stopped by SIGINT");
    assert!(sent.elapsed() < SOON);
    assert_eq!(sandbox.read("a"), b"old");
    sandbox.nothing_left_behind();
}
