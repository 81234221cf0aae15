//! The server under test, a sandbox that talks to it, and the comparison of what a test finds with what is expected.
//!
//! The server is named by the environment, as its script prints it: `INTEROP_SERVER`, the `BLOBCTL_…` settings that reach it,
//! `INTEROP_SCRIPT` (to stop and start it, where that is possible), `INTEROP_FILES` (the directory of its blobs, where they
//! are plain files) and `INTEROP_RESULTS` (a file that results are appended to).

use std::fmt;
use std::fs::OpenOptions;
use std::io::Write as _;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::PathBuf;
use std::process::Command;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::expectations::{self, Expected};
use crate::support::{Outcome, Sandbox, files};

/// The finding of a test, unless everything is as promised.
#[derive(Debug)]
pub enum Deviation {
    /// The program failed, and said so.
    Refused(String),
    /// It ended well, but not as promised; or it failed in another way than promised.
    Differs(String),
    /// The server cannot be stopped by us.
    NotRun(String),
}

impl fmt::Display for Deviation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(how) => write!(f, "was refused: {how}"),
            Self::Differs(how) => write!(f, "differs: {how}"),
            Self::NotRun(why) => write!(f, "was not run: {why}"),
        }
    }
}

pub type Verdict<T = ()> = Result<T, Deviation>;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protocol {
    S3,
    Ftp,
}

pub struct Lab {
    pub server: String,
    pub protocol: Protocol,
    pub sandbox: Sandbox,
    /// The directory on the server that holds the blobs as files.
    pub files: Option<PathBuf>,
    variables: Vec<(String, String)>,
    prefix: String,
    script: Option<String>,
}

/// Tests stop the server, so that there is one at a time.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// Runs a feature's test and fails unless it finds what is expected of this server.
pub fn check(feature: &str, test: impl FnOnce(&Lab) -> Verdict) {
    let _guard = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let lab = Lab::new();
    let protocol = match lab.protocol {
        Protocol::S3 => "s3",
        Protocol::Ftp => "ftp",
    };
    let expected = expectations::of(&lab.server, protocol, feature);
    let verdict = catch_unwind(AssertUnwindSafe(|| {
        test(&lab).and_then(|()| lab.nothing_left_behind())
    }));
    lab.clean_up();
    let verdict = verdict.unwrap_or_else(|panic| {
        record(feature, "failed", "the test panicked");
        resume_unwind(panic)
    });
    judge(feature, expected, &verdict).unwrap_or_else(|problem| {
        record(feature, "failed", &problem);
        panic!("{}: {feature}: {problem}", lab.server);
    });
}

fn judge(feature: &str, expected: Expected, verdict: &Verdict) -> Result<(), String> {
    match (expected, verdict) {
        (Expected::Works, Ok(())) => record(feature, "works", ""),
        (Expected::Refused(why), Err(Deviation::Refused(_))) => record(feature, "refused", why),
        (Expected::Differs(why), Err(Deviation::Differs(_)))
        | (Expected::Races(why), Ok(()) | Err(Deviation::Refused(_))) => {
            record(feature, "differs", why);
        }
        (_, Err(Deviation::NotRun(why))) => {
            let said = format!("NOT RUN: {feature}: {why}\n");
            std::io::stderr().write_all(said.as_bytes()).unwrap();
            record(feature, "not run", why);
        }
        (expected, Ok(())) => return Err(format!("unexpected success: {expected:?}")),
        (expected, Err(found)) => return Err(format!("expected {expected:?}, but it {found}")),
    }
    Ok(())
}

/// One line: feature, result, reason.
fn record(feature: &str, result: &str, reason: &str) {
    let Ok(path) = std::env::var("INTEROP_RESULTS") else {
        return;
    };
    let reason = reason.replace(['\n', '\t'], " ");
    let mut file = OpenOptions::new()
        .create(true)
        .append(true)
        .open(path)
        .unwrap();
    writeln!(file, "{feature}\t{result}\t{reason}").unwrap();
}

impl Lab {
    fn new() -> Self {
        let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        let server = variable("INTEROP_SERVER").expect(
            "no server is named: eval \"$(tests/servers/NAME env)\", or see docs/TESTING_S3.md",
        );
        let variables: Vec<_> = std::env::vars()
            .filter(|(name, _)| {
                ["BLOBCTL_BACKEND", "BLOBCTL_S3_", "BLOBCTL_FTP_"]
                    .iter()
                    .any(|start| name.starts_with(start))
            })
            .collect();
        let protocol = match variable("BLOBCTL_BACKEND").as_deref() {
            Some("s3") => Protocol::S3,
            Some("ftp") => Protocol::Ftp,
            other => panic!("BLOBCTL_BACKEND must be s3 or ftp, not {other:?}"),
        };
        // The name of the test's directory on the server; short, since some servers have a limit of 255 for a whole key.
        let nanoseconds = std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .unwrap()
            .as_nanos();
        Self {
            server,
            protocol,
            sandbox: sandbox(&variables),
            files: variable("INTEROP_FILES").map(PathBuf::from),
            variables,
            prefix: format!("interop-{nanoseconds:x}/"),
            script: variable("INTEROP_SCRIPT"),
        }
    }

    /// A key of this test.
    pub fn key(&self, name: &str) -> String {
        format!("{}{name}", self.prefix)
    }

    /// A sandbox for which one setting is different.
    pub fn with(&self, name: &str, value: &str) -> Sandbox {
        sandbox(&self.variables).env(name, value)
    }

    /// The beginning of all keys of this test.
    pub fn prefix(&self) -> &str {
        &self.prefix
    }

    pub fn setting(&self, name: &str) -> &str {
        self.variables
            .iter()
            .find(|(known, _)| known == name)
            .map_or("", |(_, value)| value)
    }

    /// Runs the program, which has to succeed without a word on stderr.
    pub fn run(&self, arguments: &[&str]) -> Verdict<Outcome> {
        succeeded(self.sandbox.run(arguments))
    }

    /// Stores bytes by way of a file.
    pub fn store(&self, content: &[u8], key: &str) -> Verdict {
        self.sandbox.write("source", content);
        self.run(&["put", "source", key]).map(drop)
    }

    /// Fetches a blob into a file and compares it.
    pub fn fetch_and_compare(&self, key: &str, content: &[u8]) -> Verdict {
        drop(std::fs::remove_file(self.sandbox.work().join("fetched")));
        self.run(&["get", key, "fetched"])?;
        same(&self.sandbox.read("fetched"), content, key)
    }

    /// The means to stop and start the server; `NotRun` if there is none.
    pub fn switch(&self) -> Verdict<Switch> {
        let script = self.script.clone().ok_or_else(|| {
            Deviation::NotRun("there is no INTEROP_SCRIPT that could stop this server".to_owned())
        })?;
        Ok(Switch { script })
    }

    /// All keys of this test.
    fn keys(&self) -> Verdict<Vec<String>> {
        let listed = self.run(&["ls", &self.prefix, "--json"])?;
        Ok(listed
            .json()
            .iter()
            .filter_map(|line| line["key"].as_str().map(str::to_owned))
            .collect())
    }

    /// Removes the test's blobs; then the server must be as it was, without half-done uploads.
    fn nothing_left_behind(&self) -> Verdict {
        if let Some(keys) = self.unfinished_uploads()
            && !keys.is_empty()
        {
            return Err(Deviation::Differs(format!("unfinished uploads: {keys:?}")));
        }
        if let Some(dir) = &self.files {
            let left: Vec<_> = files(dir)
                .into_iter()
                .filter(|path| path.to_string_lossy().contains("/.blobctl-"))
                .collect();
            if !left.is_empty() {
                return Err(Deviation::Differs(format!("temporary files: {left:?}")));
            }
        }
        Ok(())
    }

    /// Removes what the test made, whatever became of it.
    fn clean_up(&self) {
        if let Ok(keys) = self.keys() {
            for some in keys.chunks(200) {
                let arguments = ["rm", "-f"]
                    .into_iter()
                    .chain(some.iter().map(String::as_str));
                drop(self.sandbox.run(arguments));
            }
        }
    }
}

/// Stops and starts the server by its script.
pub struct Switch {
    script: String,
}

impl Switch {
    pub fn down(&self) {
        self.turn("down");
    }

    pub fn up(&self) {
        self.turn("up");
    }

    fn turn(&self, direction: &str) {
        let outcome = Command::new(&self.script).arg(direction).output().unwrap();
        let said = String::from_utf8_lossy(&outcome.stderr);
        assert!(
            outcome.status.success(),
            "{} {direction}: {said}",
            self.script
        );
    }
}

fn sandbox(variables: &[(String, String)]) -> Sandbox {
    variables
        .iter()
        .fold(Sandbox::new(), |sandbox, (name, value)| {
            sandbox.env(name, value)
        })
        .env("BLOBCTL_RETRY_FOR", "10s")
}

/// Ended with 0 and without a word on stderr.
pub fn succeeded(outcome: Outcome) -> Verdict<Outcome> {
    match (outcome.code, outcome.stderr.as_str()) {
        (Some(0), "") => Ok(outcome),
        (Some(0), warning) => Err(Deviation::Differs(warning.to_owned())),
        _ => Err(Deviation::Refused(brief(&outcome))),
    }
}

/// Ended with this code; another one deviates.
pub fn ended(outcome: &Outcome, code: i32) -> Verdict {
    if outcome.code == Some(code) {
        return Ok(());
    }
    Err(Deviation::Differs(format!(
        "not {code}: {}",
        brief(outcome)
    )))
}

/// Without the command's environment, in which there are credentials.
fn brief(outcome: &Outcome) -> String {
    format!("code {:?}, {}", outcome.code, outcome.stderr.trim_end())
}

/// The same bytes, without printing them.
pub fn same(found: &[u8], expected: &[u8], what: &str) -> Verdict {
    if found == expected {
        return Ok(());
    }
    let at = found
        .iter()
        .zip(expected)
        .take_while(|(a, b)| a == b)
        .count();
    Err(Deviation::Differs(format!(
        "{what}: {} bytes instead of {}, different from byte {at}",
        found.len(),
        expected.len()
    )))
}

/// Waits until the condition holds, at most 30 seconds.
pub fn wait_until(what: &str, condition: impl Fn() -> bool) {
    let begin = Instant::now();
    while !condition() {
        assert!(
            begin.elapsed() < Duration::from_secs(30),
            "waited 30 s for {what}"
        );
        std::thread::sleep(Duration::from_millis(1));
    }
}
