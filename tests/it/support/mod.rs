//! The language of the tests: a sandbox with a home of its own, the built binary, and what came of a run.
//!
//! Whatever a test does not mention must be empty: a stray warning on stderr fails it.
#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::needless_pass_by_value,
    clippy::format_push_string,
    clippy::large_stack_arrays,
    clippy::match_same_arms,
    clippy::print_stderr,
    clippy::too_many_lines,
    reason = "each test crate uses its part, and a test that cannot go on fails"
)]

pub mod checksums;
pub mod client_ca;
mod dispositions;
pub mod ftp;
pub mod http;
pub mod proxies;
pub mod s3;
pub mod services;
pub mod signature;
pub mod stores;
pub mod terminal;
pub mod tls;
pub mod tracer;
pub mod users;

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

pub const KIB: usize = 1 << 10;
pub const MIB: usize = 1 << 20;

/// The longest wait of a test for something that is certain to happen: only a program that hangs takes so long, whatever else the
/// machine does.
pub const HANG: Duration = Duration::from_secs(300);

/// The bound of a run that was told to stop. The program promises less than 2 seconds on an idle machine; how long a loaded
/// one takes, nothing promises.
pub const SOON: Duration = Duration::from_secs(10);

/// Waits until `ready` says so; fails after [`HANG`].
#[track_caller]
pub fn wait_until(what: &str, ready: impl Fn() -> bool) {
    let begin = Instant::now();
    while !ready() {
        assert!(begin.elapsed() < HANG, "{what} never happened");
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// Bytes that look random and are the same each time.
pub fn bytes(len: usize, seed: u64) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut out = Vec::with_capacity(len + 8);
    while out.len() < len {
        // Xorshift64 (Marsaglia 2003).
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        out.extend_from_slice(&state.to_le_bytes());
    }
    out.truncate(len);
    out
}

/// A directory to run in, with a home directory beside it.
pub struct Sandbox {
    dir: TempDir,
    variables: BTreeMap<String, String>,
}

impl Sandbox {
    pub fn new() -> Self {
        dispositions::catch_ignored_signals();
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join("home")).unwrap();
        fs::create_dir(dir.path().join("work")).unwrap();
        Self {
            dir,
            // Nobody leaves this machine to look for an instance's role.
            variables: BTreeMap::from([(
                "AWS_EC2_METADATA_DISABLED".to_owned(),
                "true".to_owned(),
            )]),
        }
    }

    /// The directory that the binary runs in.
    pub fn work(&self) -> PathBuf {
        self.dir.path().join("work")
    }

    pub fn home(&self) -> PathBuf {
        self.dir.path().join("home")
    }

    /// The root of the fs backend where nothing is configured.
    pub fn default_root(&self) -> PathBuf {
        self.home().join(".local/share/blobctl/blobs")
    }

    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.variables.insert(name.to_owned(), value.to_owned());
        self
    }

    /// Several variables, as a server gives them.
    pub fn envs(mut self, variables: &[(&str, String)]) -> Self {
        self.variables.extend(
            variables
                .iter()
                .map(|(name, value)| ((*name).to_owned(), value.clone())),
        );
        self
    }

    /// A file in the working directory.
    pub fn file(self, name: &str, content: impl AsRef<[u8]>) -> Self {
        self.write(name, content);
        self
    }

    /// The same, readable by its owner only.
    pub fn secret(self, name: &str, content: impl AsRef<[u8]>) -> Self {
        use std::os::unix::fs::PermissionsExt;
        self.write(name, content);
        let path = self.work().join(name);
        fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
        self
    }

    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        let path = self.work().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    /// The config file that is found without being named; readable by its owner only.
    pub fn config(self, text: &str) -> Self {
        write_private(&self.home().join(".config/blobctl/config.toml"), text);
        self
    }

    /// `~/.netrc`, readable by its owner only.
    pub fn netrc(self, text: &str) -> Self {
        write_private(&self.home().join(".netrc"), text);
        self
    }

    pub fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.work().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    pub fn exists(&self, name: &str) -> bool {
        self.work().join(name).symlink_metadata().is_ok()
    }

    /// The binary, ready to be run with these arguments.
    pub fn command<I, S>(&self, arguments: I) -> Command
    where
        I: IntoIterator<Item = S>,
        S: AsRef<OsStr>,
    {
        let mut command = Command::new(env!("CARGO_BIN_EXE_blobctl"));
        command
            .args(arguments)
            .current_dir(self.work())
            .env_clear()
            .env("HOME", self.home())
            .envs(&self.variables);
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// The same by way of a shell script, in which `"$@"` is the program with its arguments: for umask and redirections.
    pub fn shell<I, S>(&self, script: &str, arguments: I) -> Command
    where
        I: IntoIterator<Item = S>,
        S: AsRef<OsStr>,
    {
        let mut command = Command::new("/bin/sh");
        command
            .args(["-c", script, "sh", env!("CARGO_BIN_EXE_blobctl")])
            .args(arguments)
            .current_dir(self.work())
            .env_clear()
            .env("HOME", self.home())
            .envs(&self.variables);
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// Lets other users enter the working directory.
    pub fn open_to_all(&self) {
        use std::os::unix::fs::PermissionsExt;
        for path in [self.dir.path(), &self.work()] {
            fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
        }
    }

    #[track_caller]
    pub fn run<I, S>(&self, arguments: I) -> Outcome
    where
        I: IntoIterator<Item = S>,
        S: AsRef<OsStr>,
    {
        self.run_with_stdin(arguments, None)
    }

    /// Runs with these bytes coming through a pipe.
    #[track_caller]
    pub fn pipe<I, S>(&self, arguments: I, input: &[u8]) -> Outcome
    where
        I: IntoIterator<Item = S>,
        S: AsRef<OsStr>,
    {
        self.run_with_stdin(arguments, Some(input))
    }

    #[track_caller]
    fn run_with_stdin<I, S>(&self, arguments: I, input: Option<&[u8]>) -> Outcome
    where
        I: IntoIterator<Item = S>,
        S: AsRef<OsStr>,
    {
        let mut command = self.command(arguments);
        if input.is_some() {
            command.stdin(Stdio::piped());
        }
        let shown = format!("{command:?}");
        let mut child = command.spawn().unwrap();
        let stdin = child.stdin.take();
        let outcome = std::thread::scope(|scope| {
            if let (Some(mut stdin), Some(input)) = (stdin, input) {
                // The program may end before it has read everything.
                scope.spawn(move || drop(stdin.write_all(input)));
            }
            finish(child)
        });
        Outcome { shown, ..outcome }
    }

    /// Fails if a temporary file of ours is anywhere in the sandbox.
    #[track_caller]
    pub fn nothing_left_behind(&self) {
        assert_eq!(leftovers(self.dir.path()), Vec::<PathBuf>::new());
    }
}

/// Writes a file that only its owner can read.
pub fn write_private(path: &Path, text: &str) {
    use std::os::unix::fs::PermissionsExt;
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
}

/// Our temporary files below a directory.
pub fn leftovers(dir: &Path) -> Vec<PathBuf> {
    files(dir)
        .into_iter()
        .filter(|path| {
            path.file_name()
                .is_some_and(|name| name.to_string_lossy().starts_with(".blobctl-"))
        })
        .collect()
}

/// All files below a directory.
pub fn files(dir: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).into_iter().flatten().flatten() {
        let path = entry.path();
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            found.extend(files(&path));
        } else {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// The most memory that a process has used so far, in KiB (proc_pid_status(5)); 0 once it has ended.
pub fn peak_memory(pid: u32) -> usize {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .unwrap_or("0 kB");
    line.trim().trim_end_matches(" kB").parse().unwrap_or(0)
}

/// Returns whether the process has a handler for the signal: then its workers run.
pub fn handles(pid: u32, signal: rustix::process::Signal) -> bool {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigCgt:"));
    let mask = mask
        .and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok())
        .unwrap_or(0);
    mask & (1 << (signal.as_raw() - 1)) != 0
}

/// Waits for a child that runs already, reading both its outputs.
pub fn finish(mut child: Child) -> Outcome {
    let mut stdout = child.stdout.take().unwrap();
    let mut stderr = child.stderr.take().unwrap();
    let begin = Instant::now();
    let (mut out, mut err) = (Vec::new(), Vec::new());
    std::thread::scope(|scope| {
        scope.spawn(|| stdout.read_to_end(&mut out).unwrap());
        scope.spawn(|| stderr.read_to_end(&mut err).unwrap());
    });

    let status = child.wait().unwrap();
    Outcome {
        shown: String::new(),
        code: status.code(),
        signal: std::os::unix::process::ExitStatusExt::signal(&status),
        stdout: out,
        stderr: String::from_utf8(err).unwrap(),
        elapsed: begin.elapsed(),
    }
}

/// The result of a run.
pub struct Outcome {
    pub shown: String,
    pub code: Option<i32>,
    pub signal: Option<i32>,
    pub stdout: Vec<u8>,
    pub stderr: String,
    pub elapsed: Duration,
}

impl Outcome {
    /// Ended with 0 and said nothing.
    #[track_caller]
    pub fn succeeds(&self) {
        self.ends(0, "", "");
    }

    /// Ended with 0 and wrote exactly these bytes on stdout, nothing on stderr.
    #[track_caller]
    pub fn prints(&self, stdout: &[u8]) {
        assert!(self.stdout == stdout, "{self:?}");
        assert_eq!((self.code, self.stderr.as_str()), (Some(0), ""), "{self:?}");
    }

    /// Ended with this code and said nothing.
    #[track_caller]
    pub fn is_silent(&self, code: i32) {
        self.ends(code, "", "");
    }

    /// Failed with this code, said exactly these lines on stderr, and nothing on stdout.
    #[track_caller]
    pub fn fails(&self, code: i32, stderr: &str) {
        self.ends(code, "", stderr);
    }

    /// Failed with this code and said one line that begins with "blobctl: " and holds `part`, and at most one hint.
    #[track_caller]
    pub fn fails_with(&self, code: i32, part: &str) {
        assert_eq!(self.code, Some(code), "{self:?}");
        assert!(self.stdout.is_empty(), "{self:?}");
        let lines: Vec<&str> = self.stderr.lines().collect();
        let one_line = match lines.as_slice() {
            [line] => line.starts_with("blobctl: "),
            [line, hint] => line.starts_with("blobctl: ") && hint.starts_with("hint: "),
            _ => false,
        };
        assert!(one_line, "not one line and at most one hint\n{self:?}");
        assert!(self.stderr.contains(part), "`{part}` is missing\n{self:?}");
    }

    #[track_caller]
    fn ends(&self, code: i32, stdout: &str, stderr: &str) {
        let found = (
            self.code,
            String::from_utf8_lossy(&self.stdout),
            self.stderr.trim_end(),
        );
        assert_eq!(
            found,
            (Some(code), stdout.into(), stderr.trim_end()),
            "{}",
            self.shown
        );
    }

    /// The JSON objects on stdout, one a line.
    #[track_caller]
    pub fn json(&self) -> Vec<serde_json::Value> {
        let text = String::from_utf8(self.stdout.clone()).unwrap();
        text.lines()
            .map(|line| {
                serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"))
            })
            .collect()
    }
}

impl std::fmt::Debug for Outcome {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let shown = String::from_utf8_lossy(&self.stdout[..self.stdout.len().min(2000)]);
        writeln!(
            f,
            "{}\ncode {:?}, signal {:?}, {:?}",
            self.shown, self.code, self.signal, self.elapsed
        )?;
        write!(
            f,
            "stdout ({} bytes): {shown}\nstderr: {}",
            self.stdout.len(),
            self.stderr
        )
    }
}
