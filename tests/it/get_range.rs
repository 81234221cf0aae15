//! `get --range`: some bytes of one blob.

use crate::support::Sandbox;
use crate::support::http::{Fault, FaultProxy, ScriptedServer, answer};
use crate::support::s3::{S3Server, against, behind};
use crate::support::stores::on_every_store;
use crate::support::{MIB, bytes};

#[test]
fn a_range_is_the_same_bytes_on_every_store() {
    let content = bytes(3 * MIB, 11);
    let size = content.len();
    let cases = [
        ("0-0", 0..1),
        ("0-9", 0..10),
        ("1000-1999", 1000..2000),
        ("0-9223372036854775807", 0..size),
        ("0-18446744073709551615", 0..size),
        ("3145727-", size - 1..size),
        ("1048576-99999999", MIB..size),
        ("-5", size - 5..size),
        ("-99999999", 0..size),
        ("0-", 0..size),
    ];
    on_every_store(|store| {
        let sandbox = store.sandbox().file("in", &content);
        sandbox.run(["put", "in", "k"]).succeeds();
        for (range, expected) in &cases {
            let expected = &content[expected.clone()];
            sandbox
                .run(["get", "--range", range, "k", "-"])
                .prints(expected);
            sandbox
                .run(["get", "--range", range, "k", "out"])
                .succeeds();
            assert!(sandbox.read("out") == expected, "{range}");
        }
        sandbox.nothing_left_behind();
    });
}

#[test]
fn the_result_names_the_range_and_is_verified_by_length() {
    on_every_store(|store| {
        let sandbox = store.sandbox().file("in", "0123456789");
        sandbox.run(["put", "in", "k"]).succeeds();
        let outcome = sandbox.run(["get", "k", "out", "--range=2-4", "--json"]);
        let json = outcome.json().pop().unwrap();
        assert_eq!(json["range"], "2-4");
        assert_eq!(json["bytes"], 3);
        assert_eq!(json["verified"], "length");
        let outcome = sandbox.run(["get", "k", "out", "--range=-2", "-v"]);
        let expected = "to `out`, bytes 8-9 of 10, in ";
        assert!(outcome.stderr.contains(expected), "{outcome:?}");
    });
}

#[test]
fn a_range_outside_of_the_blob_is_a_usage_error_and_changes_nothing() {
    on_every_store(|store| {
        let sandbox = store.sandbox().file("in", "0123456789").file("out", "old");
        sandbox.run(["put", "in", "k"]).succeeds();
        sandbox.pipe(["put", "-", "empty"], b"").succeeds();
        for (key, range) in [
            ("k", "10-"),
            ("k", "11-20"),
            ("empty", "0-"),
            ("empty", "0-9"),
        ] {
            sandbox
                .run(["get", key, "out", "--range", range])
                .fails_with(2, "after the end of the blob");
        }
        assert_eq!(sandbox.read("out"), b"old");
        // The last bytes of nothing are nothing, as in HTTP.
        sandbox
            .run(["get", "empty", "-", "--range", "-3"])
            .succeeds();
        sandbox
            .run(["get", "none", "-", "--range", "0-3"])
            .fails_with(1, "no such blob");
        sandbox
            .run(["get", "none", "-", "--range", "-3"])
            .fails_with(1, "no such blob");
    });
}

#[test]
fn a_range_is_of_one_blob_and_cannot_be_combined_with_what_needs_all_bytes() {
    let sandbox = Sandbox::new().file("list", "a\n");
    for range in ["", "5", "9-5", "-0", "a-b", "1-2,4-5"] {
        sandbox
            .run(["get", "k", &format!("--range={range}")])
            .fails_with(2, "--range");
    }
    let range = ["--range", "0-9"];
    for arguments in [
        &["get", "k", "l", "."][..],
        &["get", "-r", "k", "."],
        &["get", "k", "out", "--resume", "auto"],
        &["get", "k", "out", "--require-verified"],
        &["get", "k", "out", "--expect-size", "10"],
        &["get", ".", "--files-from", "list"],
    ] {
        let outcome = sandbox.run(arguments.iter().chain(&range));
        assert_eq!(outcome.code, Some(2), "{outcome:?}");
    }
}

#[test]
fn s3_sends_only_the_range_in_one_request() {
    let headers = [("etag", "\"x\""), ("content-range", "bytes 0-3/10")];
    let server = ScriptedServer::start([answer(206, &headers, b"0123")]);
    let sandbox = against(&server);
    sandbox
        .run(["get", "k", "-", "--range", "0-3"])
        .prints(b"0123");
    let seen = server.seen();
    assert_eq!(seen.len(), 1);
    assert_eq!(seen[0].header("range"), Some("bytes=0-3"));
}

#[test]
fn a_broken_range_is_resumed_where_it_broke() {
    let server = S3Server::start();
    let content = bytes(3 * MIB, 5);
    let sandbox = Sandbox::new()
        .envs(&server.variables())
        .file("in", &content);
    sandbox.run(["put", "in", "k"]).succeeds();
    let proxy = FaultProxy::start(server.address, [Fault::CutDown(MIB as u64)]);
    let broken = behind(&proxy);
    let outcome = broken.run(["get", "k", "-", "--range", "100-2999999"]);
    assert!(outcome.stdout == content[100..3_000_000], "{outcome:?}");
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    let last = server.requests().pop().unwrap();
    let range = last.header("range").unwrap().to_owned();
    assert!(
        range.ends_with("-2999999") && range != "bytes=100-2999999",
        "{range}"
    );
}

#[test]
fn a_service_that_ignores_ranges_still_gets_the_range_right() {
    let server = ScriptedServer::start([answer(200, &[("etag", "\"x\"")], b"0123456789")]);
    against(&server)
        .run(["get", "k", "-", "--range", "2-4"])
        .prints(b"234");
}

#[test]
fn a_range_is_requested_with_numbers_that_servers_can_read() {
    let headers = [
        ("etag", "\"49f68a5c8493ec2c0bf489821c21fc3b\""),
        ("content-range", "bytes 0-1/2"),
    ];
    let server = ScriptedServer::start([answer(206, &headers, b"hi")]);
    against(&server)
        .run(["get", "k", "-", "--range", "0-18446744073709551615"])
        .prints(b"hi");
    let range = server.seen()[0].header("range").map(str::to_owned);
    assert_eq!(range.as_deref(), Some("bytes=0-9223372036854775806"));
}
