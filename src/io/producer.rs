//! A command whose stdout is the source of an upload. Its output ends successfully only if the command does.
//!
//! The command inherits stdin, stderr and the environment. Its exit status is checked after the end of its stdout, so that
//! children that it leaves behind with an open stdout are read to their end, as by a shell's pipe. The output of a command
//! that failed ends with an error, which keeps every store from publishing the blob.
//!
//! Signals and the deadline are passed on at once. A command that is still running after a failed upload finds its stdout
//! closed; after [`PATIENCE`] it gets SIGTERM, and after [`LAST_PATIENCE`] SIGKILL. So do its children, in the group that it
//! leads, also if the command itself has ended. If blobctl itself is killed, the command
//! gets SIGPIPE with its next write: a signal of the kernel for that event (PR_SET_PDEATHSIG) needs `unsafe`.

use std::fs::File;
use std::io;
use std::io::Read;
use std::os::fd::OwnedFd;
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{PidfdFlags, Signal, pidfd_open};

use super::child_process::{ChildProcess, ProcessGroup, SignalTarget};
use super::interruptible::{InterruptibleReader, StopReading};
use crate::cancel::Watch;
use crate::error::{CommandEnd, Error, Result, printable};
use crate::exit;

/// The time in which the command should end by itself, counted from the request to stop.
const PATIENCE: Duration = Duration::from_millis(500);

/// The time after which it is killed. It has to fit into the 1.8 seconds that workers have after a signal.
const LAST_PATIENCE: Duration = Duration::from_millis(1200);

/// The time in which a signal that the terminal sent to the command and to us arrives here.
const SAME_SIGNAL: Duration = Duration::from_millis(100);

/// The pause between two looks at the command's process group.
const LOOK_AGAIN: Duration = Duration::from_millis(20);

/// A running command.
pub struct Producer {
    running: Mutex<Running>,
    /// The time of the request to stop.
    stopped: Arc<OnceLock<Instant>>,
}

struct Running {
    /// Send signals to the process. Empty once it is reaped, and dropped before it.
    watches: Vec<Watch>,
    process: ChildProcess,
    /// Readable when the process has ended, which does not reap it.
    pidfd: OwnedFd,
}

impl Producer {
    /// Starts a command and returns it with its output. The caller ends it with [`Producer::end`] after the upload.
    pub fn spawn(command: &mut Command, stop: &StopReading) -> Result<(Arc<Self>, ProducerOutput)> {
        let group = match is_in_foreground() {
            true => ProcessGroup::Shared,
            false => ProcessGroup::Own,
        };
        command
            .stdin(Stdio::inherit())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit());
        let mut process = ChildProcess::spawn(command, group).map_err(|error| {
            let program = printable(&command.get_program().to_string_lossy());
            Error::local(format_args!("cannot run `{program}`"), &error)
        })?;
        let failed = |error: &io::Error| Error::local("watch the command", error);
        let target = process.target();
        let pidfd =
            pidfd_open(target.pid(), PidfdFlags::empty()).map_err(|errno| failed(&errno.into()))?;
        let stdout = process
            .take_stdout()
            .map(|pipe| File::from(OwnedFd::from(pipe)));
        let stdout = stdout.ok_or_else(|| failed(&io::ErrorKind::BrokenPipe.into()))?;
        let stopped = Arc::new(OnceLock::new());
        let watches = vec![
            pass_signals_on(target, stop, &stopped),
            stop.cancel().on_exit(move || target.send(Signal::KILL)),
        ];
        let producer = Arc::new(Self {
            running: Mutex::new(Running {
                watches,
                process,
                pidfd,
            }),
            stopped,
        });
        let output = ProducerOutput {
            producer: Arc::clone(&producer),
            stop: stop.clone(),
            state: OutputState::Open(InterruptibleReader::new(stdout, stop)),
        };
        Ok((producer, output))
    }

    /// Ends the command if it is still running, because its output is no longer needed.
    pub fn end(&self) {
        let mut running = self.lock();
        if running.watches.is_empty() {
            return;
        }
        let begin = *self.stopped.get_or_init(Instant::now);
        for (signal, after) in [(Signal::TERM, PATIENCE), (Signal::KILL, LAST_PATIENCE)] {
            if running.group_ends_before(begin + after) {
                break;
            }
            running.process.target().send(signal);
        }
        // The status does not matter: the upload has failed.
        let _ = running.reap();
    }

    /// Waits for the end of the command, and fails if it was not a success.
    fn finish(&self, stop: &StopReading) -> Result<()> {
        let mut running = self.lock();
        stop.wait_readable(&running.pidfd)?;
        let group = running.process.target().group();
        let status = running
            .reap()
            .map_err(|error| Error::local("cannot get the exit status of the command", &error))?;
        if status.success() && group == ProcessGroup::Own {
            return Ok(());
        }
        // The signal that ended the command may have been sent to us as well.
        stop.cancel().sleep(SAME_SIGNAL)?;
        match status.success() {
            true => Ok(()),
            false => Err(Error::command_failed(end_of(status))),
        }
    }

    /// A panic does not leave the process in an inconsistent state.
    fn lock(&self) -> MutexGuard<'_, Running> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Running {
    /// Returns whether the command ends before this time.
    fn ends_before(&self, time: Instant) -> bool {
        loop {
            let left = time.saturating_duration_since(Instant::now());
            let timeout = Timespec::try_from(left).ok();
            match poll(
                &mut [PollFd::new(&self.pidfd, PollFlags::IN)],
                timeout.as_ref(),
            ) {
                Ok(0) => return false,
                Err(rustix::io::Errno::INTR) => {}
                result => return result.is_ok(),
            }
        }
    }

    /// Returns whether the command, and with it the group that it leads, ends before this time. Its children may ignore
    /// the signal that ended the command.
    fn group_ends_before(&self, time: Instant) -> bool {
        if !self.ends_before(time) {
            return false;
        }
        while self.process.target().has_others() {
            if Instant::now() >= time {
                return false;
            }
            std::thread::sleep(LOOK_AGAIN);
        }
        true
    }

    /// Waits for the command, after which no signal may be sent to it.
    fn reap(&mut self) -> io::Result<ExitStatus> {
        self.watches.clear();
        self.process.wait()
    }
}

/// Sends the command the signal that stops the run, or SIGTERM at the deadline.
fn pass_signals_on(
    target: SignalTarget,
    stop: &StopReading,
    stopped: &Arc<OnceLock<Instant>>,
) -> Watch {
    let stopped = Arc::clone(stopped);
    stop.cancel().on_cancel(move |signal| {
        stopped.get_or_init(Instant::now);
        // The terminal has sent SIGINT to the command as well, and for many programs a second one means to skip the clean-up.
        if signal != Some(exit::Signal::Interrupt) || target.group() == ProcessGroup::Own {
            let number = signal.unwrap_or(exit::Signal::Terminate).number();
            target.send(Signal::from_named_raw(number.into()).unwrap_or(Signal::TERM));
        }
    })
}

/// The stdout of a command.
pub struct ProducerOutput {
    producer: Arc<Producer>,
    stop: StopReading,
    state: OutputState,
}

enum OutputState {
    Open(InterruptibleReader),
    /// The pipe is at its end and closed.
    Ended(Result<()>),
}

impl Read for ProducerOutput {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        if let OutputState::Open(pipe) = &mut self.state {
            let len = pipe.read(buf)?;
            if len > 0 || buf.is_empty() {
                return Ok(len);
            }
            self.state = OutputState::Ended(self.producer.finish(&self.stop));
        }
        match &self.state {
            OutputState::Ended(Err(error)) => Err(error.clone().into_io()),
            _ => Ok(0),
        }
    }
}

fn end_of(status: ExitStatus) -> CommandEnd {
    match (status.code(), status.signal()) {
        (Some(code), _) => CommandEnd::Exited(code),
        (None, signal) => CommandEnd::Killed(signal_name(signal.unwrap_or(0))),
    }
}

/// The names of the signals from 1 on (signal(7): x86, ARM and most others).
const SIGNAL_NAMES: [&str; 31] = [
    "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2",
    "PIPE", "ALRM", "TERM", "STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG",
    "XCPU", "XFSZ", "VTALRM", "PROF", "WINCH", "IO", "PWR", "SYS",
];

fn signal_name(number: i32) -> String {
    let index = usize::try_from(number).ok().and_then(|n| n.checked_sub(1));
    match index.and_then(|index| SIGNAL_NAMES.get(index)) {
        Some(name) => format!("SIG{name}"),
        None => format!("signal {number}"),
    }
}

/// Returns whether our process group is the one in the foreground of a terminal. Only such a group may read from the
/// terminal, as a command that asks for a password does, and receives the signals of its keys.
fn is_in_foreground() -> bool {
    // If that cannot be known, the command has to be able to use the terminal.
    std::fs::read_to_string("/proc/self/stat").map_or(true, |stat| is_foreground_group(&stat))
}

/// Compares the fields 5 (pgrp) and 8 (tpgid) of proc_pid_stat(5). Field 2, the name in parentheses, may contain anything.
fn is_foreground_group(stat: &str) -> bool {
    let fields = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
    let mut fields = fields.split_ascii_whitespace().skip(2);
    let (group, foreground) = (fields.next(), fields.nth(2));
    group.is_some() && group == foreground
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_foreground_is_read_from_the_fields_after_the_name() {
        for (stat, expected) in [
            ("7 (blobctl) S 6 7 6 34816 7 4194304 1", true),
            ("7 (a ) S 1 2 3 4 5) S 6 7 6 34816 7 4194304 1", true),
            ("7 (blobctl) S 6 7 6 34816 6 4194304 1", false),
            ("7 (blobctl) S 6 7 7 0 -1 4194304 1", false),
            ("7 (blobctl) S 6", false),
            ("", false),
        ] {
            assert_eq!(is_foreground_group(stat), expected, "{stat}");
        }
    }

    #[test]
    fn signals_have_their_names() {
        for (number, name) in [
            (1, "SIGHUP"),
            (9, "SIGKILL"),
            (13, "SIGPIPE"),
            (15, "SIGTERM"),
            (31, "SIGSYS"),
            (32, "signal 32"),
            (0, "signal 0"),
        ] {
            assert_eq!(signal_name(number), name);
        }
    }
}
