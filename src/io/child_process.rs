//! A child process that does not outlive its owner.

use std::io;
use std::os::unix::process::CommandExt;
use std::process::{Child, ChildStderr, ChildStdout, Command, ExitStatus};

use rustix::process::{Pid, Signal, kill_process, kill_process_group};

/// The process group of a child.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProcessGroup {
    /// A new one, so that signals reach the children of the child as well.
    Own,
    /// Ours, so that the child may use the terminal and receives the signals of its keys.
    Shared,
}

/// The receiver of signals: a child, or the group that it leads.
///
/// Only valid until the child is reaped: afterwards the number may belong to another process.
#[derive(Debug, Clone, Copy)]
pub struct SignalTarget {
    pid: Pid,
    group: ProcessGroup,
}

impl SignalTarget {
    /// Sends a signal. A process that has just ended does not receive it.
    pub fn send(self, signal: Signal) {
        let _ = match self.group {
            ProcessGroup::Own => kill_process_group(self.pid, signal),
            ProcessGroup::Shared => kill_process(self.pid, signal),
        };
    }

    /// The process ID of the child.
    pub fn pid(self) -> Pid {
        self.pid
    }

    /// Returns whether the child's own group has other processes that have not ended. The child may have ended, but not
    /// been reaped.
    pub fn has_others(self) -> bool {
        if self.group == ProcessGroup::Shared {
            return false;
        }
        let Ok(processes) = std::fs::read_dir("/proc") else {
            return false;
        };
        let mut numbers = processes.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
        let (own, group) = (self.pid.to_string(), self.pid.as_raw_pid());
        numbers.any(|number| {
            let is_other = number != own && number.bytes().all(|byte| byte.is_ascii_digit());
            let stat = || std::fs::read_to_string(format!("/proc/{number}/stat")).ok();
            is_other && stat().is_some_and(|stat| runs_in_group(&stat, group))
        })
    }

    /// The process group of the child.
    pub fn group(self) -> ProcessGroup {
        self.group
    }
}

/// A child process that is killed when this is dropped, with its group if it has its own.
#[derive(Debug)]
pub struct ChildProcess {
    child: Child,
    target: SignalTarget,
}

impl ChildProcess {
    /// Starts a command.
    pub fn spawn(command: &mut Command, group: ProcessGroup) -> io::Result<Self> {
        if group == ProcessGroup::Own {
            command.process_group(0);
        }
        let child = command.spawn()?;
        let pid = Pid::from_child(&child);
        Ok(Self {
            child,
            target: SignalTarget { pid, group },
        })
    }

    /// The receiver of signals to the child.
    pub fn target(&self) -> SignalTarget {
        self.target
    }

    /// The near end of the pipe from stdout, once.
    pub fn take_stdout(&mut self) -> Option<ChildStdout> {
        self.child.stdout.take()
    }

    /// The near end of the pipe from stderr, once.
    pub fn take_stderr(&mut self) -> Option<ChildStderr> {
        self.child.stderr.take()
    }

    /// The exit status, if the child has ended. It is reaped by this.
    pub fn try_wait(&mut self) -> io::Result<Option<ExitStatus>> {
        self.child.try_wait()
    }

    /// Waits for the end of the child and reaps it.
    pub fn wait(&mut self) -> io::Result<ExitStatus> {
        self.child.wait()
    }
}

impl Drop for ChildProcess {
    fn drop(&mut self) {
        if let Ok(Some(_)) = self.child.try_wait() {
            return;
        }
        self.target.send(Signal::KILL);
        let _ = self.child.wait();
    }
}

/// Compares field 5 (pgrp) of proc_pid_stat(5) with `group`. Field 2, the name in parentheses, may contain anything; field 3
/// is the state.
fn runs_in_group(stat: &str, group: i32) -> bool {
    let fields = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
    let fields: Vec<&str> = fields.split_ascii_whitespace().take(3).collect();
    matches!(fields[..], [state, _, found] if !matches!(state, "Z" | "X") && found.parse() == Ok(group))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_of_a_group_is_found_unless_it_has_ended() {
        for (stat, expected) in [
            ("7 (sleep) S 1 42 6 0", true),
            ("7 (a) Z 1 9 b) R 1 42 6 0", true),
            ("7 (sleep) Z 1 42 6 0", false),
            ("7 (sleep) S 42 7 6 0", false),
            ("7 (sleep) S", false),
            ("", false),
        ] {
            assert_eq!(runs_in_group(stat, 42), expected, "{stat}");
        }
    }
}
