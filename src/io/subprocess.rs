//! Runs a command of the user that prints a secret, within limits of time and output.

use std::fs::File;
use std::io::Read;
use std::os::fd::OwnedFd;
use std::process::{Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};

use super::child_process::{ChildProcess, ProcessGroup};
use crate::cancel::Cancel;
use crate::error::{Error, Kind, Result, describe, printable};

/// The time limit of a command. It is long enough to query a vault, and short enough for a cron job.
pub const TIME_LIMIT: Duration = Duration::from_secs(30);

/// The longest secret, in bytes.
const LONGEST: usize = 64 << 10;

/// The treatment of the command's stderr.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stderr {
    /// It is inherited, so that the user sees it.
    Shown,
    /// The first line becomes part of the error.
    Quoted,
}

/// Runs a command with an empty stdin and returns its stdout. `name` is the subject of errors, which never contain its
/// stdout.
///
/// The command runs in its own process group, which is killed after the time limit or if the run is stopped.
pub fn output(
    command: &mut Command,
    name: &str,
    stderr: Stderr,
    time_limit: Duration,
    cancel: &Cancel,
) -> Result<String> {
    let failed = |why: &str| Error::new(Kind::Config, format!("{name} {why}"));
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(match stderr {
            Stderr::Shown => Stdio::inherit(),
            Stderr::Quoted => Stdio::piped(),
        });
    let mut child = ChildProcess::spawn(command, ProcessGroup::Own)
        .map_err(|error| failed(&format!("could not be started: {}", describe(&error))))?;
    let mut stdout = Pipe::new(child.take_stdout());
    let mut errors = Pipe::new(child.take_stderr());
    let mut running = RunningChild {
        child,
        failed: &failed,
    };
    let status = running.finish(&mut [&mut stdout, &mut errors], time_limit, cancel)?;
    if !status.success() {
        let errors = String::from_utf8_lossy(&errors.text);
        let first = errors.lines().find(|line| !line.trim().is_empty());
        let quoted = first.map_or(String::new(), |line| format!(": {}", printable(line)));
        return Err(failed(&format!("failed ({status}){quoted}")));
    }
    if stdout.text.len() > LONGEST {
        return Err(failed("printed more than 64 KiB"));
    }
    String::from_utf8(stdout.text).map_err(|_| failed("printed text that is not UTF-8"))
}

/// An output of the child and the text read from it.
struct Pipe {
    file: Option<File>,
    text: Vec<u8>,
}

impl Pipe {
    fn new(pipe: Option<impl Into<OwnedFd>>) -> Self {
        Self {
            file: pipe.map(|pipe| File::from(pipe.into())),
            text: Vec::new(),
        }
    }

    /// Reads the available bytes. Bytes beyond the limit are read and discarded.
    fn take(&mut self) -> std::io::Result<()> {
        let Some(file) = &mut self.file else {
            return Ok(());
        };
        let mut chunk = [0; 4096];
        let len = file.read(&mut chunk)?;
        if len == 0 {
            self.file = None;
        } else if self.text.len() <= LONGEST {
            self.text.extend_from_slice(&chunk[..len]);
        }
        Ok(())
    }
}

/// The child, and the subject of errors about it.
struct RunningChild<'a> {
    child: ChildProcess,
    failed: &'a dyn Fn(&str) -> Error,
}

impl RunningChild<'_> {
    /// Reads until the child has ended and all of its output is read. Its own children may still hold the pipes open.
    fn finish(
        &mut self,
        pipes: &mut [&mut Pipe],
        time_limit: Duration,
        cancel: &Cancel,
    ) -> Result<ExitStatus> {
        let deadline = Instant::now() + time_limit;
        loop {
            let ended = self
                .child
                .try_wait()
                .map_err(|error| self.broken("waited for", &error))?;
            // Short steps, so that a signal is noticed.
            let wait = match ended {
                Some(_) => Duration::ZERO,
                None => Duration::from_millis(100),
            };
            let ready = self.ready(pipes, wait, cancel)?;
            match ended {
                Some(status) if ready.is_empty() => return Ok(status),
                None if Instant::now() > deadline => return Err(self.too_slow(time_limit)),
                _ => {}
            }
            for index in ready {
                pipes[index]
                    .take()
                    .map_err(|error| self.broken("read", &error))?;
            }
        }
    }

    /// Returns the pipes that have bytes or are at their end.
    fn ready(&self, pipes: &[&mut Pipe], wait: Duration, cancel: &Cancel) -> Result<Vec<usize>> {
        cancel.check()?;
        let open: Vec<(usize, &File)> = pipes
            .iter()
            .enumerate()
            .filter_map(|(index, pipe)| Some((index, pipe.file.as_ref()?)))
            .collect();
        if open.is_empty() {
            // The child usually ends immediately after its outputs.
            cancel.sleep(wait.min(Duration::from_millis(2)))?;
            return Ok(Vec::new());
        }
        let mut polled: Vec<PollFd<'_>> = open
            .iter()
            .map(|(_, file)| PollFd::new(*file, PollFlags::IN))
            .collect();
        match poll(&mut polled, Timespec::try_from(wait).ok().as_ref()) {
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            Err(errno) => return Err(self.broken("read", &errno.into())),
        }
        let is_ready = polled.iter().map(|one| !one.revents().is_empty());
        Ok(open
            .iter()
            .zip(is_ready)
            .filter(|(_, ready)| *ready)
            .map(|((index, _), _)| *index)
            .collect())
    }

    fn too_slow(&self, time_limit: Duration) -> Error {
        let limit = crate::units::format_duration(time_limit);
        (self.failed)(&format!("did not end within {limit}"))
    }

    fn broken(&self, what: &str, error: &std::io::Error) -> Error {
        (self.failed)(&format!("could not be {what}: {}", describe(error)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str, time_limit: Duration) -> Result<String> {
        let mut command = Command::new("/bin/sh");
        command.args(["-c", script]);
        let cancel = Cancel::new();
        output(
            &mut command,
            "the command",
            Stderr::Quoted,
            time_limit,
            &cancel,
        )
    }

    #[test]
    fn stdout_is_returned_completely_without_stderr() {
        assert_eq!(
            shell("echo a; echo b >&2; echo c", TIME_LIMIT).unwrap(),
            "a\nc\n"
        );
        let long = shell("head -c 65536 /dev/zero | tr '\\0' x", TIME_LIMIT).unwrap();
        assert_eq!(long.len(), 65536);
    }

    #[test]
    fn the_first_line_of_stderr_is_quoted_and_stdout_is_not() {
        let error = shell(
            "echo hunter2; echo >&2; echo no >&2; echo more >&2; exit 3",
            TIME_LIMIT,
        );
        assert_eq!(
            error.unwrap_err().to_string(),
            "the command failed (exit status: 3): no"
        );
    }

    #[test]
    fn too_much_output_is_an_error() {
        let error = shell("head -c 65537 /dev/zero", TIME_LIMIT).unwrap_err();
        assert_eq!(error.to_string(), "the command printed more than 64 KiB");
        assert!(shell("head -c 1000000 /dev/zero >&2; echo k", TIME_LIMIT).is_ok());
    }

    #[test]
    fn a_slow_command_is_killed() {
        let begin = Instant::now();
        let error = shell("sleep 777 & sleep 777", Duration::from_millis(300)).unwrap_err();
        assert_eq!(error.kind(), Kind::Config);
        assert!(error.to_string().contains("did not end within"), "{error}");
        assert!(begin.elapsed() < Duration::from_secs(300));
    }

    #[test]
    fn a_background_process_that_holds_the_pipes_is_not_waited_for() {
        let begin = Instant::now();
        let time_limit = Duration::from_secs(300);
        assert_eq!(shell("sleep 120 & echo k", time_limit).unwrap(), "k\n");
        assert!(begin.elapsed() < Duration::from_secs(120));
    }
}
