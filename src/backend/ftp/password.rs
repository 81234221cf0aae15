//! The password of a login, read when the first connection needs it.

use std::io::Read;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};

use super::Password;
use crate::error::{Error, Kind, Result, describe, printable};
use crate::progress::Cancel;
use crate::secret::Secret;

/// How long a command may take: it may ask a vault, but a cron job must not hang.
const PATIENCE: Duration = Duration::from_secs(30);
/// No password is longer, in bytes.
const LONGEST: u64 = 64 << 10;

/// The password as one line. Its text is in no error.
pub fn read(source: &Password, cancel: &Cancel) -> Result<Secret> {
    let text = match source {
        Password::Text(secret) => secret.expose().to_owned(),
        Password::Anonymous => "anonymous@".to_owned(),
        Password::File(path) => first_line(&from_file(path)?),
        Password::Command(command) => first_line(&from_command(command, cancel)?),
    };
    if text.contains(['\r', '\n', '\0']) {
        return Err(Error::new(
            Kind::Config,
            "the password holds a line end or a NUL, which FTP cannot send",
        ));
    }
    Ok(Secret::new(text))
}

fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().to_owned()
}

fn from_file(path: &Path) -> Result<String> {
    let failed = |why: &str| {
        Error::new(
            Kind::Config,
            format!(
                "the password file `{}`: {why}",
                printable(&path.to_string_lossy())
            ),
        )
    };
    let file = std::fs::File::open(path).map_err(|error| failed(&describe(&error)))?;
    let mut text = String::new();
    file.take(LONGEST)
        .read_to_string(&mut text)
        .map_err(|error| failed(&describe(&error)))?;
    if first_line(&text).is_empty() {
        return Err(failed("its first line is empty"));
    }
    Ok(text)
}

fn failed(why: &str) -> Error {
    Error::new(Kind::Config, format!("the password command {why}"))
}

fn from_command(command: &str, cancel: &Cancel) -> Result<String> {
    let child = Command::new("/bin/sh")
        .args(["-c", command])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        // A group of its own, so that what the shell started ends with it.
        .process_group(0)
        .spawn()
        .map_err(|error| failed(&format!("could not be started: {}", describe(&error))))?;
    let mut child = Running(child);
    let deadline = Instant::now() + PATIENCE;
    let output = child.output(deadline, cancel)?;
    let status = child.status(deadline, cancel)?;
    if !status.success() {
        return Err(failed(&format!("failed ({status})")));
    }
    let text = String::from_utf8(output).map_err(|_| failed("printed no UTF-8"))?;
    if first_line(&text).is_empty() {
        return Err(failed("printed nothing"));
    }
    Ok(text)
}

/// A child that does not outlive us.
struct Running(Child);

impl Running {
    fn output(&mut self, deadline: Instant, cancel: &Cancel) -> Result<Vec<u8>> {
        let mut output = Vec::new();
        let Some(mut pipe) = self.0.stdout.take() else {
            return Ok(output);
        };
        let mut chunk = [0; 4096];
        loop {
            wait(&pipe, deadline, cancel)?;
            let n = pipe
                .read(&mut chunk)
                .map_err(|error| failed(&format!("cannot be read: {}", describe(&error))))?;
            if n == 0 || output.len() as u64 > LONGEST {
                return Ok(output);
            }
            output.extend_from_slice(&chunk[..n]);
        }
    }

    /// Its end mostly follows its output at once.
    fn status(&mut self, deadline: Instant, cancel: &Cancel) -> Result<ExitStatus> {
        loop {
            match self.0.try_wait() {
                Ok(Some(status)) => return Ok(status),
                Ok(None) if Instant::now() > deadline => return Err(too_slow()),
                Ok(None) => cancel.sleep(Duration::from_millis(2))?,
                Err(error) => {
                    let why = format!("could not be waited for: {}", describe(&error));
                    return Err(failed(&why));
                }
            }
        }
    }
}

fn too_slow() -> Error {
    failed("did not end within 30 seconds")
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Ok(Some(_)) = self.0.try_wait() {
            return;
        }
        if let Some(group) = i32::try_from(self.0.id())
            .ok()
            .and_then(rustix::process::Pid::from_raw)
        {
            // It may have ended in this moment: then there is nothing to kill.
            let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
        }
        let _ = self.0.wait();
    }
}

/// Waits for output in short steps, so that a signal is heard meanwhile.
fn wait(pipe: &ChildStdout, deadline: Instant, cancel: &Cancel) -> Result<()> {
    const STEP: Timespec = Timespec {
        tv_sec: 0,
        tv_nsec: 100_000_000,
    };
    loop {
        cancel.check()?;
        match poll(&mut [PollFd::new(pipe, PollFlags::IN)], Some(&STEP)) {
            Ok(0) | Err(rustix::io::Errno::INTR) if Instant::now() > deadline => {
                return Err(too_slow());
            }
            Ok(0) | Err(rustix::io::Errno::INTR) => {}
            Ok(_) => return Ok(()),
            Err(errno) => {
                return Err(failed(&format!(
                    "cannot be read: {}",
                    describe(&errno.into())
                )));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(source: Password) -> Result<String> {
        read(&source, &Cancel::new()).map(|secret| secret.expose().to_owned())
    }

    #[test]
    fn the_first_line_of_a_file_or_command_is_the_password() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("pw");
        std::fs::write(&path, "se cret \r\nsecond").unwrap();
        assert_eq!(of(Password::File(path)).unwrap(), "se cret ");
        let command = Password::Command("echo hunter2; echo more".to_owned());
        assert_eq!(of(command).unwrap(), "hunter2");
    }

    #[test]
    fn what_yields_no_password_is_a_config_error() {
        let dir = tempfile::tempdir().unwrap();
        for source in [
            Password::File(dir.path().join("missing")),
            Password::Command("exit 3".to_owned()),
            Password::Command("true".to_owned()),
            Password::Text(Secret::new("a\r\nDELE x")),
        ] {
            assert_eq!(
                of(source.clone()).unwrap_err().kind(),
                Kind::Config,
                "{source:?}"
            );
        }
    }

    #[test]
    fn a_failed_command_does_not_tell_what_it_printed() {
        let error = of(Password::Command("echo hunter2; exit 1".to_owned())).unwrap_err();
        assert!(!error.to_string().contains("hunter2"), "{error}");
    }
}
