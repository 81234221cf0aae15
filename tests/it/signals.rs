//! Repeated signals, and signals to commands that only query: every run stops cleanly.

use std::io::Read;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use crate::support::ftp::FtpServer;
use crate::support::http::{Fault, FaultProxy, ScriptedServer, answer};
use crate::support::s3::{S3Server, variables};
use crate::support::{MIB, Outcome, SOON, Sandbox, bytes, finish, handles};

/// Waits until a condition holds; fails the test after a long time.
fn wait_until(what: &str, ready: impl Fn() -> bool) {
    let begin = Instant::now();
    while !ready() {
        assert!(begin.elapsed() < Duration::from_secs(30), "{what}");
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// Sends a signal twice, as a shell and the kernel do when a terminal is closed.
fn stop_twice(child: &Child, signal: Signal, apart: Duration) {
    let pid = Pid::from_child(child);
    kill_process(pid, signal).unwrap();
    std::thread::sleep(apart);
    // It may have ended already.
    let _ = kill_process(pid, signal);
}

const PAIRS: [(Signal, i32, Duration); 3] = [
    (Signal::HUP, 129, Duration::from_micros(500)),
    (Signal::TERM, 143, Duration::from_micros(500)),
    (Signal::INT, 130, Duration::from_millis(4)),
];

/// Two SIGINT further apart than this are two Ctrl-C, the second of which ends the run at once.
const SAME_CTRL_C: Duration = Duration::from_millis(100);

/// Repeats `attempt` until it has counted four times. An attempt does not count if the machine was so slow that the program
/// saw the two signals as two Ctrl-C, or had no time to clean up.
fn four_times(attempt: impl Fn() -> bool) {
    let counted = (0..80).filter(|_| attempt()).take(4).count();
    assert_eq!(counted, 4, "the machine never sent two signals in time");
}

/// Sends the signals in the middle of a put, which waits for more of stdin. Returns whether they were one event for the
/// program.
#[must_use]
fn stopped_put(sandbox: &Sandbox, pair: (Signal, i32, Duration), begun: impl Fn() -> bool) -> bool {
    let (signal, code, apart) = pair;
    let mut child = sandbox
        .command(["put", "-", "k"])
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    std::io::Write::write_all(&mut stdin, &bytes(40 * MIB, 9)).unwrap();
    wait_until("the upload never began", begun);
    let sent = Instant::now();
    stop_twice(&child, signal, apart);
    let outcome = finish(child);
    drop(stdin);
    let is_late = sent.elapsed() > SAME_CTRL_C;
    assert_eq!(
        (outcome.code, outcome.signal),
        (Some(code), None),
        "{outcome:?}"
    );
    assert!(outcome.stderr.contains("stopped by SIG"), "{outcome:?}");
    let was_cut_short = outcome.stderr.contains("did not finish in time");
    // The time to clean up may be over on a slow machine, too.
    !(was_cut_short && is_late)
}

#[test]
fn a_repeated_signal_leaves_no_parts_in_a_bucket() {
    let server = S3Server::start();
    for pair in PAIRS {
        four_times(|| {
            // Responses are slow, so that the second signal arrives during the clean-up.
            let slow = std::iter::repeat_n(Fault::Slow(2000), 1000);
            let proxy = FaultProxy::start(server.address, slow);
            let sandbox = Sandbox::new().envs(&variables(&proxy.endpoint()));
            let counted = stopped_put(&sandbox, pair, || !server.unfinished_uploads().is_empty());
            if counted {
                assert_eq!(
                    server.unfinished_uploads(),
                    Vec::<std::path::PathBuf>::new(),
                    "{pair:?}"
                );
            }
            counted
        });
    }
}

#[test]
fn a_repeated_signal_leaves_no_file_on_an_ftp_server() {
    for pair in PAIRS {
        four_times(|| {
            let server = FtpServer::start();
            let sandbox = Sandbox::new().envs(&server.variables());
            let counted = stopped_put(&sandbox, pair, || !server.commands("STOR").is_empty());
            let left = server.files();
            assert!(!counted || left.is_empty(), "{pair:?} {left:?}");
            counted
        });
    }
}

#[test]
fn a_repeated_signal_leaves_no_file_in_a_directory() {
    for pair in PAIRS {
        four_times(|| {
            let sandbox = Sandbox::new();
            let begun = || !crate::support::leftovers(&sandbox.home()).is_empty();
            let counted = stopped_put(&sandbox, pair, begun);
            if counted {
                sandbox.nothing_left_behind();
            }
            counted
        });
    }
}

/// A store that is always busy.
fn busy() -> (ScriptedServer, Sandbox) {
    let server = ScriptedServer::start([answer(503, &[], b"")]);
    let sandbox = Sandbox::new()
        .envs(&variables(&server.endpoint()))
        .env("BLOBCTL_RETRY_FOR", "5m")
        .file("a", "x");
    (server, sandbox)
}

const COMMANDS: [&[&str]; 7] = [
    &["ls"],
    &["exists", "k"],
    &["stat", "k"],
    &["rm", "k"],
    &["get", "k", "out"],
    &["put", "a"],
    &["cp", "k", "l"],
];

/// Asserts that the run exited by itself with this code and message.
fn stopped(outcome: &Outcome, code: i32, text: &str) {
    assert_eq!(
        (outcome.code, outcome.signal),
        (Some(code), None),
        "{outcome:?}"
    );
    assert!(outcome.stderr.contains(text), "{outcome:?}");
}

#[test]
fn every_command_stops_cleanly_on_a_signal() {
    for arguments in COMMANDS {
        let (server, sandbox) = busy();
        let child = sandbox.command(arguments).spawn().unwrap();
        wait_until("nothing was asked", || !server.seen().is_empty());
        kill_process(Pid::from_child(&child), Signal::TERM).unwrap();
        stopped(&finish(child), 143, "stopped by SIGTERM");
    }
}

#[test]
fn every_command_ends_at_the_deadline() {
    for arguments in COMMANDS {
        let (_server, sandbox) = busy();
        let outcome = sandbox.run(arguments.iter().chain(&["--deadline", "1s"]));
        stopped(&outcome, 7, "the deadline has passed");
        assert!(outcome.elapsed >= Duration::from_millis(900), "{outcome:?}");
        assert!(outcome.elapsed < Duration::from_secs(20), "{outcome:?}");
    }
}

#[test]
fn a_slow_listing_ends_at_the_deadline() {
    let server = S3Server::start();
    let sandbox = Sandbox::new().envs(&server.variables()).file("a", "x");
    for number in 0..20 {
        let key = format!("k{number}");
        sandbox.run(["put", "a", &key]).succeeds();
    }
    // Some 4,000 bytes at 50 a second.
    let proxy = FaultProxy::start(server.address, std::iter::repeat_n(Fault::Slow(50), 100));
    let slow = Sandbox::new().envs(&variables(&proxy.endpoint()));
    let outcome = slow.run(["ls", "--deadline", "1s"]);
    stopped(&outcome, 7, "the deadline has passed");
    assert!(outcome.elapsed < Duration::from_secs(20), "{outcome:?}");
    let child = slow.command(["ls"]).spawn().unwrap();
    let pid = child.id();
    wait_until("no handler", || handles(pid, Signal::TERM));
    kill_process(Pid::from_child(&child), Signal::TERM).unwrap();
    stopped(&finish(child), 143, "stopped by SIGTERM");
}

#[test]
fn presign_stops_while_it_waits_for_credentials() {
    let sandbox = Sandbox::new()
        .env("BLOBCTL_BACKEND", "s3")
        .env("BLOBCTL_S3_BUCKET", "b")
        .env("BLOBCTL_S3_CREDENTIAL_PROCESS", "/bin/sleep 25");
    let outcome = sandbox.run(["presign", "k", "--deadline", "1s"]);
    stopped(&outcome, 7, "the deadline has passed");
    assert!(outcome.elapsed < Duration::from_secs(20), "{outcome:?}");
    let child = sandbox.command(["presign", "k"]).spawn().unwrap();
    let pid = child.id();
    wait_until("no handler", || handles(pid, Signal::INT));
    kill_process(Pid::from_child(&child), Signal::INT).unwrap();
    stopped(&finish(child), 130, "stopped by SIGINT");
}

#[test]
fn the_clean_up_is_retried_on_a_busy_store() {
    let begun =
        "<InitiateMultipartUploadResult><UploadId>u1</UploadId></InitiateMultipartUploadResult>";
    let server = ScriptedServer::start([
        answer(200, &[], begun.as_bytes()),
        answer(400, &[], b""),
        answer(500, &[], b""),
        answer(503, &[], b""),
        answer(204, &[], b""),
    ]);
    let sandbox = Sandbox::new()
        .envs(&variables(&server.endpoint()))
        .file("a", bytes(20 * MIB, 1));
    let outcome = sandbox.run(["put", "a", "--parts", "1"]);
    outcome.fails_with(12, "cannot upload `a` to s3://lab/a");
    let methods: Vec<String> = server.seen().into_iter().map(|seen| seen.method).collect();
    assert_eq!(methods[..5], ["POST", "PUT", "DELETE", "DELETE", "DELETE"]);
}

#[test]
fn a_worker_that_is_blocked_is_waited_for_until_the_time_to_clean_up_is_over() {
    let sandbox = Sandbox::new().file("a", bytes(MIB, 1));
    sandbox.run(["put", "a"]).succeeds();
    let mut child = sandbox.command(["get", "a", "-"]).spawn().unwrap();
    // After the first byte, the worker is blocked: the pipe is smaller than its first write.
    let mut stdout = child.stdout.take().unwrap();
    stdout.read_exact(&mut [0]).unwrap();
    let begin = Instant::now();
    stop_twice(&child, Signal::TERM, Duration::from_millis(200));
    let status = child.wait().unwrap();
    let elapsed = begin.elapsed();
    let mut stderr = String::new();
    let mut pipe = child.stderr.take().unwrap();
    pipe.read_to_string(&mut stderr).unwrap();
    assert_eq!(status.code(), Some(143), "{stderr}");
    assert!(
        stderr.contains("the clean-up did not finish in time"),
        "{stderr}"
    );
    // A repeated SIGTERM does not shorten the 1.8 seconds.
    assert!(elapsed > Duration::from_millis(1700), "{elapsed:?}");
    assert!(elapsed < SOON, "{elapsed:?}");
}

#[test]
fn the_search_for_sources_ends_at_the_deadline() {
    let sandbox = Sandbox::new().file("d/a", "x");
    let fifo = sandbox.work().join("list");
    rustix::fs::mknodat(
        rustix::fs::CWD,
        &fifo,
        rustix::fs::FileType::Fifo,
        rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR,
        0,
    )
    .unwrap();
    let put = ["put", "d", "-t", "p/", "--files-from", "list"];
    let put = put.iter().chain(&["--exclude", "*", "--deadline", "1s"]);
    // A list that does not open.
    let outcome = sandbox.run(put.clone());
    stopped(&outcome, 7, "the deadline has passed");
    assert!(outcome.elapsed < SOON, "{outcome:?}");
    // A list without an end, of which nothing is selected.
    let writer = std::thread::spawn(move || {
        let mut list = std::fs::File::options().write(true).open(fifo).unwrap();
        while std::io::Write::write_all(&mut list, &b"a\n".repeat(1000)).is_ok() {}
    });
    let outcome = sandbox.run(put);
    writer.join().unwrap();
    stopped(&outcome, 7, "the deadline has passed");
    assert!(!outcome.stderr.contains("did not finish"), "{outcome:?}");
}

#[test]
fn a_password_command_ends_at_the_deadline() {
    let server = FtpServer::start();
    let sandbox = Sandbox::new()
        .envs(&server.variables())
        .env("BLOBCTL_FTP_PASSWORD", "")
        .env("BLOBCTL_FTP_PASSWORD_COMMAND", "sleep 25");
    let outcome = sandbox.run(["exists", "k", "--deadline", "1s"]);
    stopped(&outcome, 7, "the deadline has passed");
    assert!(outcome.elapsed < SOON, "{outcome:?}");
}
