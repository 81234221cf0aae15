//! A command of the user's that prints a secret: run to its end, within limits of time and length.

use std::fs::File;
use std::io::Read;
use std::os::fd::OwnedFd;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};

use crate::cancel::Cancel;
use crate::error::{Error, Kind, Result, describe, printable};

/// How long a command may take: it may ask a vault, but a cron job must not hang.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// No secret is longer, in bytes.
const LONGEST: usize = 64 << 10;

/// Where the command's complaints go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stderr {
    /// To the user, as they come.
    Shown,
    /// The first line becomes part of the error.
    Quoted,
}

/// Runs a command with nothing on its stdin and returns its stdout. `name` stands in errors, which never tell what it
/// printed there.
///
/// It gets a process group of its own, which is killed when the time is over or the run is stopped.
pub fn output(
    command: &mut Command,
    name: &str,
    stderr: Stderr,
    patience: Duration,
    cancel: &Cancel,
) -> Result<String> {
    let failed = |why: &str| Error::new(Kind::Config, format!("{name} {why}"));
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(match stderr {
            Stderr::Shown => Stdio::inherit(),
            Stderr::Quoted => Stdio::piped(),
        })
        .process_group(0)
        .spawn()
        .map_err(|error| failed(&format!("could not be started: {}", describe(&error))))?;
    let mut stdout = Pipe::new(child.stdout.take());
    let mut complaint = Pipe::new(child.stderr.take());
    let mut running = RunningChild {
        child,
        failed: &failed,
    };
    let status = running.finish(&mut [&mut stdout, &mut complaint], patience, cancel)?;
    if !status.success() {
        let complaint = String::from_utf8_lossy(&complaint.text);
        let first = complaint.lines().find(|line| !line.trim().is_empty());
        let said = first.map_or(String::new(), |line| format!(": {}", printable(line)));
        return Err(failed(&format!("failed ({status}){said}")));
    }
    if stdout.text.len() > LONGEST {
        return Err(failed("printed more than 64 KiB"));
    }
    String::from_utf8(stdout.text).map_err(|_| failed("printed no UTF-8"))
}

/// One of the child's outputs and what came of it.
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

    /// Takes what there is; what is too long is read and forgotten.
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

/// A child that does not outlive us.
struct RunningChild<'a> {
    child: Child,
    failed: &'a dyn Fn(&str) -> Error,
}

impl RunningChild<'_> {
    /// Reads until the child has ended and all that it wrote is here; others may still hold its outputs open.
    fn finish(
        &mut self,
        pipes: &mut [&mut Pipe],
        patience: Duration,
        cancel: &Cancel,
    ) -> Result<ExitStatus> {
        let deadline = Instant::now() + patience;
        loop {
            let ended = self
                .child
                .try_wait()
                .map_err(|error| self.broken("waited for", &error))?;
            // Short steps, so that a signal is heard meanwhile.
            let wait = match ended {
                Some(_) => Duration::ZERO,
                None => Duration::from_millis(100),
            };
            let ready = self.ready(pipes, wait, cancel)?;
            match ended {
                Some(status) if ready.is_empty() => return Ok(status),
                None if Instant::now() > deadline => return Err(self.too_slow(patience)),
                _ => {}
            }
            for index in ready {
                pipes[index]
                    .take()
                    .map_err(|error| self.broken("read", &error))?;
            }
        }
    }

    /// The pipes that have bytes or their end.
    fn ready(&self, pipes: &[&mut Pipe], wait: Duration, cancel: &Cancel) -> Result<Vec<usize>> {
        cancel.check()?;
        let open: Vec<(usize, &File)> = pipes
            .iter()
            .enumerate()
            .filter_map(|(index, pipe)| Some((index, pipe.file.as_ref()?)))
            .collect();
        if open.is_empty() {
            // The end of the child mostly follows that of its outputs at once.
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

    fn too_slow(&self, patience: Duration) -> Error {
        let limit = crate::units::format_duration(patience);
        (self.failed)(&format!("did not end within {limit}"))
    }

    fn broken(&self, what: &str, error: &std::io::Error) -> Error {
        (self.failed)(&format!("could not be {what}: {}", describe(error)))
    }
}

impl Drop for RunningChild<'_> {
    fn drop(&mut self) {
        if let Ok(Some(_)) = self.child.try_wait() {
            return;
        }
        if let Some(group) = i32::try_from(self.child.id())
            .ok()
            .and_then(rustix::process::Pid::from_raw)
        {
            // It may have ended in this moment: then there is nothing to kill.
            let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
        }
        let _ = self.child.wait();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str, patience: Duration) -> Result<String> {
        let mut command = Command::new("/bin/sh");
        command.args(["-c", script]);
        let cancel = Cancel::new();
        output(
            &mut command,
            "the command",
            Stderr::Quoted,
            patience,
            &cancel,
        )
    }

    #[test]
    fn stdout_comes_back_whole_and_stderr_is_left_out() {
        assert_eq!(
            shell("echo a; echo b >&2; echo c", PATIENCE).unwrap(),
            "a\nc\n"
        );
        let long = shell("head -c 65536 /dev/zero | tr '\\0' x", PATIENCE).unwrap();
        assert_eq!(long.len(), 65536);
    }

    #[test]
    fn the_first_complaint_is_told_and_what_was_printed_is_not() {
        let error = shell(
            "echo hunter2; echo >&2; echo no >&2; echo more >&2; exit 3",
            PATIENCE,
        );
        assert_eq!(
            error.unwrap_err().to_string(),
            "the command failed (exit status: 3): no"
        );
    }

    #[test]
    fn a_flood_of_output_is_an_error_and_no_memory() {
        let error = shell("head -c 65537 /dev/zero", PATIENCE).unwrap_err();
        assert_eq!(error.to_string(), "the command printed more than 64 KiB");
        assert!(shell("head -c 1000000 /dev/zero >&2; echo k", PATIENCE).is_ok());
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
    fn who_leaves_a_child_with_its_outputs_behind_is_not_waited_for() {
        let begin = Instant::now();
        let patience = Duration::from_secs(300);
        assert_eq!(shell("sleep 120 & echo k", patience).unwrap(), "k\n");
        assert!(begin.elapsed() < Duration::from_secs(120));
    }
}
