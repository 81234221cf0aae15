//! `--limit-rate`: all workers together, both directions, every store.

use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

use crate::support::stores::on_every_store;
use crate::support::{HANG, MIB, SOON, Sandbox, bytes, finish, handles, wait_until};

/// The least time of a transfer.
fn least(bytes: usize, rate: usize) -> Duration {
    let number = |count: usize| u32::try_from(count).unwrap();
    Duration::from_secs(number(bytes).into()) / number(rate) * 95 / 100
}

#[test]
fn a_transfer_takes_the_time_that_the_rate_asks_for() {
    on_every_store(|store| {
        let content = bytes(1_500_000, 7);
        let sandbox = store.sandbox().file("in", &content);
        let limit = ["--limit-rate", "1000000"];
        let put = sandbox.run(["put", "in", "k"].iter().chain(&limit));
        put.succeeds();
        let get = sandbox.run(["get", "k", "out"].iter().chain(&limit));
        get.succeeds();
        assert!(sandbox.read("out") == content);
        let stdout = sandbox.run(["get", "k", "-"].iter().chain(&limit));
        stdout.prints(&content);
        for outcome in [put, get, stdout] {
            assert!(
                outcome.elapsed >= least(1_500_000, 1_000_000),
                "{outcome:?}"
            );
        }
    });
}

#[test]
fn all_workers_share_the_rate() {
    on_every_store(|store| {
        let sandbox = store.sandbox();
        for number in 0..8 {
            sandbox.write(&format!("d/{number}"), bytes(150_000, number));
        }
        let limit = ["--limit-rate", "800000", "--jobs", "8"];
        let put = sandbox.run(["put", "-r", "d", "d/"].iter().chain(&limit));
        put.succeeds();
        let get = sandbox.run(["get", "-r", "d", "out"].iter().chain(&limit));
        get.succeeds();
        for outcome in [put, get] {
            assert!(outcome.elapsed >= least(1_200_000, 800_000), "{outcome:?}");
        }
    });
}

#[test]
fn the_parts_of_a_blob_share_the_rate() {
    let server = crate::support::s3::S3Server::start();
    let sandbox = Sandbox::new().envs(&server.variables());
    let content = bytes(12 * MIB, 3);
    let rate = [
        "--limit-rate",
        "8MiB",
        "--part-size",
        "5MiB",
        "--parts",
        "4",
    ];
    let sandbox = sandbox.file("in", &content);
    let put = sandbox.run(["put", "in", "k"].iter().chain(&rate));
    put.succeeds();
    let piped = sandbox.pipe(["put", "-", "p"].iter().chain(&rate), &content);
    piped.succeeds();
    let get = sandbox.run(["get", "k", "out"].iter().chain(&rate));
    get.succeeds();
    assert!(sandbox.read("out") == content);
    for outcome in [put, piped, get] {
        assert!(outcome.elapsed >= least(12 * MIB, 8 * MIB), "{outcome:?}");
    }
}

#[test]
fn a_limit_is_not_a_lack_of_progress() {
    on_every_store(|store| {
        let content = bytes(60_000, 5);
        let sandbox = store.sandbox().file("in", &content);
        let limit = ["--limit-rate", "20K", "--timeout", "1s", "--retry-for", "0"];
        sandbox
            .run(["put", "in", "k"].iter().chain(&limit))
            .succeeds();
        sandbox
            .run(["get", "k", "out"].iter().chain(&limit))
            .succeeds();
        assert!(sandbox.read("out") == content);
    });
}

#[test]
fn a_signal_ends_the_wait_for_the_rate() {
    on_every_store(|store| {
        let sandbox = store.sandbox().file("in", bytes(MIB, 1));
        let put = sandbox.command(["put", "in", "k", "--limit-rate", "1"]);
        let child = { put }.spawn().unwrap();
        wait_until("no handler", || handles(child.id(), Signal::TERM));
        let begin = std::time::Instant::now();
        kill_process(Pid::from_child(&child), Signal::TERM).unwrap();
        let outcome = finish(child);
        assert_eq!(outcome.code, Some(143), "{outcome:?}");
        assert!(begin.elapsed() < SOON, "{outcome:?}");
        assert_eq!(store.look(&sandbox, "k"), None);
        store.is_clean(&sandbox);
    });
}

#[test]
fn the_setting_is_the_same_as_the_option_and_0_is_an_error() {
    let sandbox = Sandbox::new().file("in", bytes(500_000, 1));
    sandbox
        .run(["put", "in", "--limit-rate", "0"])
        .fails_with(2, "`0` is not a rate from 1 up");
    let limited = sandbox.config("[defaults]\nlimit_rate = \"500000\"\n");
    let outcome = limited.run(["put", "in"]);
    outcome.succeeds();
    assert!(outcome.elapsed >= least(500_000, 500_000), "{outcome:?}");
    let begin = std::time::Instant::now();
    limited.run(["put", "in", "--limit-rate", "1G"]).succeeds();
    assert!(begin.elapsed() < HANG);
    limited
        .config("[defaults]\nlimit_rate = 0\n")
        .run(["put", "in"])
        .fails_with(3, "`limit_rate`");
}
