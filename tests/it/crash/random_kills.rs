//! SIGKILL at random times, on every backend. `BLOBCTL_TEST_KILLS` is the number per backend.

use std::time::{Duration, Instant};

use super::scenarios::{SCENARIOS, Scenario};
use super::{Expected, check_repeated, contents, in_parallel};
use crate::support::ftp::FtpServer;
use crate::support::s3::S3Server;
use crate::support::stores::Store;
use crate::support::{KIB, MIB, Sandbox, bytes, finish};

fn kills() -> u64 {
    let count = std::env::var("BLOBCTL_TEST_KILLS");
    count.map_or(12, |count| count.parse().unwrap())
}

/// Kills the command after a random part of `whole`. The state is checked wherever that hits.
fn kill(sandbox: &Sandbox, arguments: &[&str], whole: Duration, round: u64) {
    let random = u64::from_le_bytes(bytes(8, round + 1).try_into().unwrap());
    let share = u32::try_from(random % 1000).unwrap();
    let mut child = sandbox.command(arguments).spawn().unwrap();
    std::thread::sleep(whole * share / 1000);
    child.kill().unwrap();
    finish(child);
}

impl Expected {
    /// The same, and the time that it took.
    fn of_untraced(scenario: &Scenario) -> (Self, Duration) {
        let sandbox = (scenario.prepare)();
        let before = contents(&sandbox);
        let begin = Instant::now();
        let outcome = sandbox.run(scenario.arguments);
        assert_eq!(outcome.code, Some(0), "{outcome:?}");
        let expected = Self {
            before,
            after: contents(&sandbox),
            calls: Vec::new(),
        };
        (expected, begin.elapsed())
    }
}

#[test]
fn a_directory_survives_random_kills() {
    let expected: Vec<_> = SCENARIOS.iter().map(Expected::of_untraced).collect();
    let rounds: Vec<u64> = (0..kills()).collect();
    in_parallel(&rounds, |round| {
        let which = usize::try_from(*round).unwrap() % SCENARIOS.len();
        let (scenario, (expected, whole)) = (&SCENARIOS[which], &expected[which]);
        let sandbox = (scenario.prepare)();
        kill(&sandbox, scenario.arguments, *whole, *round);
        let context = format!("{} killed at random {round}", scenario.name);
        expected.check_old_or_new(&contents(&sandbox), &context);
        check_repeated(scenario, expected, &sandbox, &context);
    });
}

/// Puts and gets small and large blobs over another one, each killed and repeated.
fn survives(store: &dyn Store) {
    let sandbox = store.sandbox().env("BLOBCTL_RESUME", "auto");
    let mut whole = Duration::from_millis(200);
    for round in 0..kills() {
        // Of their own keys: the test server keeps the checksum of a small object that a multipart upload replaces.
        let (key, size) = match round % 4 {
            3 => ("large", 18 * MIB),
            _ => ("small", 200 * KIB),
        };
        let old = store.look(&sandbox, key);
        std::fs::write(sandbox.work().join("out"), old.as_deref().unwrap_or(b"out")).unwrap();
        let old_file = sandbox.read("out");
        let new = bytes(size, 1000 + round);
        sandbox.write("new", &new);
        kill(&sandbox, &["put", "new", key], whole, round);
        let found = store.look(&sandbox, key);
        assert!(
            found == old || found.as_ref() == Some(&new),
            "{} put {round}: {:?} bytes",
            store.name(),
            found.map(|found| found.len())
        );
        let begin = Instant::now();
        let again = sandbox.run(["put", "new", key]);
        assert_eq!(again.code, Some(0), "{again:?}");
        assert!(store.look(&sandbox, key).as_ref() == Some(&new));
        kill(&sandbox, &["get", key, "out"], whole, round + 7);
        let found = sandbox.read("out");
        assert!(
            found == old_file || found == new,
            "{} get {round}: {} bytes",
            store.name(),
            found.len()
        );
        let again = sandbox.run(["get", key, "out"]);
        assert_eq!(again.code, Some(0), "{round} {again:?}");
        assert!(sandbox.read("out") == new);
        sandbox.nothing_left_behind();
        whole = begin.elapsed() / 2;
    }
    assert_eq!(
        crate::support::files(&sandbox.home().join(".local/state/blobctl/resume")).len(),
        0
    );
}

#[test]
fn an_ftp_server_survives_random_kills() {
    let server = FtpServer::start();
    survives(&server);
    // Of a killed upload that is too small for a journal the partial file can stay.
    let is_large = |name: &String| server.file(name).is_some_and(|file| file.len() > 200 * KIB);
    let large: Vec<_> = server.files().into_iter().filter(is_large).collect();
    assert_eq!(large, ["large"], "{:#?}", server.files());
}

#[test]
fn an_s3_server_survives_random_kills() {
    survives(&S3Server::start());
}
