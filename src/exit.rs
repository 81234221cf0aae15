//! The exit codes: one table for all commands and all backends.
//!
//! Code 1 means only "the blob does not exist", so that a script can distinguish absence from failure.

use std::fmt;

/// The result of a run, as the shell sees it. The README prints this table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Done; `exists`: yes.
    Ok,
    /// The blob does not exist; `exists`: no.
    NotFound,
    /// Bad command line.
    Usage,
    /// Bad or missing setting, no credentials, no such bucket, unknown remote.
    Config,
    /// Access denied, bad certificate; `exists`: unknown.
    Denied,
    /// A condition on the destination was not met.
    Precondition,
    /// Digest or length differ, the blob changed while it was transferred, or the command that produces it failed.
    Integrity,
    /// Network failure, timeout or overload, after all retries.
    Temporary,
    /// The local disk or a local file.
    Local,
    /// Another run holds the lock.
    Locked,
    /// Nothing had to be done, and the caller asked for this exit code in that case.
    Unchanged,
    /// Several blobs: some failed, or failed for different reasons.
    Partial,
    /// Unexpected answer from the store.
    Remote,
    /// A panic.
    Bug,
    /// Stopped by a signal, after cleaning up.
    Signal(Signal),
}

/// The signals that end a run after clean-up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signal {
    /// SIGHUP: the terminal was closed.
    Hangup,
    /// SIGINT: Ctrl-C.
    Interrupt,
    /// SIGPIPE: the reader of stdout closed it.
    Pipe,
    /// SIGTERM: a service manager stops us.
    Terminate,
}

impl Signal {
    /// The number of the signal, which is the same on every Unix.
    pub fn number(self) -> u8 {
        match self {
            Self::Hangup => 1,
            Self::Interrupt => 2,
            Self::Pipe => 13,
            Self::Terminate => 15,
        }
    }

    /// The inverse of [`Signal::number`].
    pub fn from_number(number: u8) -> Option<Self> {
        [Self::Hangup, Self::Interrupt, Self::Pipe, Self::Terminate]
            .into_iter()
            .find(|signal| signal.number() == number)
    }
}

impl fmt::Display for Signal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Hangup => "SIGHUP",
            Self::Interrupt => "SIGINT",
            Self::Pipe => "SIGPIPE",
            Self::Terminate => "SIGTERM",
        })
    }
}

impl Exit {
    /// The exit code.
    pub fn code(self) -> u8 {
        match self {
            Self::Ok => 0,
            Self::NotFound => 1,
            Self::Usage => 2,
            Self::Config => 3,
            Self::Denied => 4,
            Self::Precondition => 5,
            Self::Integrity => 6,
            Self::Temporary => 7,
            Self::Local => 8,
            Self::Locked => 9,
            Self::Unchanged => 10,
            Self::Partial => 11,
            Self::Remote => 12,
            Self::Bug => 101,
            Self::Signal(signal) => 128 + signal.number(),
        }
    }

    /// The name in the table and in the field `error` of `--json`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::NotFound => "not_found",
            Self::Usage => "usage",
            Self::Config => "config",
            Self::Denied => "denied",
            Self::Precondition => "precondition",
            Self::Integrity => "integrity",
            Self::Temporary => "temporary",
            Self::Local => "local",
            Self::Locked => "locked",
            Self::Unchanged => "unchanged",
            Self::Partial => "partial",
            Self::Remote => "remote",
            Self::Bug => "bug",
            Self::Signal(_) => "interrupted",
        }
    }

    /// Merges the codes of many blobs: the common code if all are equal, [`Exit::Partial`] otherwise.
    ///
    /// A signal takes precedence, because it is the reason why the other blobs were not tried.
    pub fn merge(all: &[Exit]) -> Exit {
        if let Some(stopped) = all.iter().find(|exit| matches!(exit, Exit::Signal(_))) {
            return *stopped;
        }
        match all {
            [] => Exit::Ok,
            [first, rest @ ..] if rest.iter().all(|exit| exit == first) => *first,
            _ => Exit::Partial,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_reason_keeps_its_code_and_mixed_ones_are_partial() {
        assert_eq!(Exit::merge(&[]), Exit::Ok);
        assert_eq!(
            Exit::merge(&[Exit::NotFound, Exit::NotFound]),
            Exit::NotFound
        );
        assert_eq!(Exit::merge(&[Exit::Ok, Exit::NotFound]), Exit::Partial);
        assert_eq!(Exit::merge(&[Exit::Denied, Exit::NotFound]), Exit::Partial);
        let stopped = Exit::Signal(Signal::Interrupt);
        assert_eq!(Exit::merge(&[Exit::Ok, stopped]).code(), 130);
    }

    #[test]
    fn signals_have_the_exit_codes_of_the_shell() {
        let codes = [
            Signal::Hangup,
            Signal::Interrupt,
            Signal::Pipe,
            Signal::Terminate,
        ]
        .map(|signal| Exit::Signal(signal).code());
        assert_eq!(codes, [129, 130, 141, 143]);
        assert_eq!(Signal::from_number(15), Some(Signal::Terminate));
        assert_eq!(Signal::from_number(9), None);
    }
}
