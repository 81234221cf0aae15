//! Errors, classified by the reaction that they call for.
//!
//! An [`Error`] describes one event. The command layer adds, once, the attempted operation and the address. There is no
//! `From<io::Error>` on purpose: the same `io::Error` can come from the local disk or from a socket, and only the caller
//! can tell which.

use std::time::Duration;
use std::{fmt, io};

use rustix::io::Errno;

use crate::exit::{Exit, Signal};

/// The result of every function below the command layer.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// The reaction that an error calls for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The blob does not exist.
    NotFound,
    /// The command line is wrong.
    Usage,
    /// A setting is invalid or missing, or names something that does not exist, like a bucket.
    Config,
    /// The store or the file system denies access, or the certificate of the peer is not valid.
    Denied,
    /// A condition on the destination does not hold.
    Precondition,
    /// The bytes do not match the checksum or length, or changed while they were read.
    Integrity,
    /// The store asks the client to retry later, possibly after a given time.
    Busy { after: Option<Duration> },
    /// The connection failed, broke, or made no progress.
    Disconnected,
    /// A failure of the local disk or of a local file.
    Local,
    /// A signal stopped the run.
    Interrupted(Signal),
    /// The store rejected the request, or its answer is unexpected.
    Remote,
}

/// The response of a server, as it was sent: decisions are made on these fields, never on the text of an [`Error`].
///
/// Nothing in it is escaped or shortened. The code that prints a field escapes it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Answer {
    /// HTTP status.
    pub http: Option<u16>,
    /// FTP reply code.
    pub ftp: Option<u16>,
    /// S3 error code, such as `NoSuchKey`.
    pub s3: Option<String>,
    /// The message of an S3 error document.
    pub message: Option<String>,
    /// The header, argument or other detail that an S3 error document names.
    pub detail: Option<String>,
    /// `x-amz-request-id`, for the support of the service.
    pub request_id: Option<String>,
}

/// The end of a command that did not succeed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CommandEnd {
    /// With this status.
    Exited(i32),
    /// By this signal, such as `SIGKILL`.
    Killed(String),
}

/// The number of retries of a failed attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Retries {
    /// As many as the kind of the error allows.
    ByKind,
    /// None, because the input of the attempt is consumed, or every attempt has the same result.
    None,
    /// One, without a pause and whatever `--retry-for` is.
    One,
}

/// A failure: its kind, one sentence without the full stop, at most one hint, and the response of the server.
#[derive(Debug, Clone)]
pub struct Error(Box<Inner>);

#[derive(Debug, Clone)]
struct Inner {
    kind: Kind,
    text: String,
    hint: Option<String>,
    answer: Answer,
    command: Option<CommandEnd>,
    attempts: Option<u32>,
    retries: Retries,
    scope: Scope,
    local_cause: Option<LocalCause>,
}

/// A local cause that makes many blobs of a batch fail: it is reported once, with the number of the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LocalCause {
    /// The disk or the quota is full.
    Full,
    /// The file system is mounted read-only.
    ReadOnly,
    /// A symbolic link leads out of the directory of the batch.
    LinkOut,
    /// A signal or the deadline stopped the run.
    Stopped,
}

impl LocalCause {
    /// The cause of a failed system call, if it is one.
    fn of(error: &io::Error) -> Option<Self> {
        match Errno::from_io_error(error)? {
            Errno::NOSPC | Errno::DQUOT => Some(Self::Full),
            Errno::ROFS => Some(Self::ReadOnly),
            _ => None,
        }
    }
}

impl fmt::Display for LocalCause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Full => "no space left",
            Self::ReadOnly => "read-only file system",
            Self::LinkOut => "behind a symbolic link that leads out",
            Self::Stopped => "stopped, too",
        })
    }
}

/// The subject of an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scope {
    /// One blob, as far as is known.
    Blob,
    /// The store: every blob of it would fail in the same way.
    Store,
}

impl Error {
    /// `text` describes the event in lower case, without a full stop and without the attempted operation.
    pub fn new(kind: Kind, text: impl Into<String>) -> Self {
        Self(Box::new(Inner {
            kind,
            text: text.into(),
            hint: None,
            answer: Answer::default(),
            command: None,
            attempts: None,
            retries: Retries::ByKind,
            scope: match kind {
                Kind::Config => Scope::Store,
                _ => Scope::Blob,
            },
            local_cause: None,
        }))
    }

    /// The blob does not exist.
    pub fn not_found() -> Self {
        Self::new(Kind::NotFound, "no such blob")
    }

    /// The requested range begins after the end of the blob.
    pub fn out_of_range(first: u64) -> Self {
        let text = format!("the range begins at byte {first}, after the end of the blob");
        Self::new(Kind::Usage, text)
    }

    /// The destination exists, and the caller asked not to overwrite it.
    pub fn already_exists() -> Self {
        Self::new(Kind::Precondition, "already exists")
    }

    /// A failure of the local disk or of a local file. `doing` names the step and the path, as in "write `/tmp/x`".
    pub fn local(doing: impl fmt::Display, error: &io::Error) -> Self {
        let failure = Self::new(Kind::Local, format!("{doing}: {}", describe(error)));
        match LocalCause::of(error) {
            Some(cause) => failure.with_local_cause(cause),
            None => failure,
        }
    }

    /// A failure of the network. `doing` names the step, as in "connect to 127.0.0.1:9000".
    pub fn disconnected(doing: impl fmt::Display, error: &io::Error) -> Self {
        Self::new(Kind::Disconnected, format!("{doing}: {}", describe(error)))
    }

    /// A signal stopped the run.
    pub fn interrupted(signal: Signal) -> Self {
        Self::new(Kind::Interrupted(signal), format!("stopped by {signal}"))
            .with_local_cause(LocalCause::Stopped)
    }

    /// The command that produces the source failed.
    pub fn command_failed(end: CommandEnd) -> Self {
        let text = match &end {
            CommandEnd::Exited(status) => format!("the command exited with status {status}"),
            CommandEnd::Killed(signal) => format!("the command was killed by {signal}"),
        };
        let mut error = Self::new(Kind::Integrity, text).with_hint("nothing was stored");
        error.0.command = Some(end);
        error
    }

    /// Adds the advice to the user: one clause, lower case.
    #[must_use]
    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.0.hint = Some(hint.into());
        self
    }

    /// The same error with another text.
    #[must_use]
    pub fn map_text(mut self, change: impl FnOnce(&str) -> String) -> Self {
        self.0.text = change(&self.0.text);
        self
    }

    /// Adds the response of the server.
    #[must_use]
    pub fn answered(mut self, answer: Answer) -> Self {
        self.0.answer = answer;
        self
    }

    /// Adds the number of attempts, counted from 1, of which the last one failed with this. An inner count stays.
    #[must_use]
    pub fn after_attempts(mut self, attempts: u32) -> Self {
        self.0.attempts.get_or_insert(attempts);
        self
    }

    /// Makes the error one of the whole store: its other blobs need not be tried.
    #[must_use]
    pub fn of_store(mut self) -> Self {
        self.0.scope = Scope::Store;
        self
    }

    /// Returns whether every blob of the store would fail in the same way.
    pub fn is_of_store(&self) -> bool {
        self.0.scope == Scope::Store
    }

    /// Adds the local cause that other blobs of a batch may share.
    #[must_use]
    pub fn with_local_cause(mut self, cause: LocalCause) -> Self {
        self.0.local_cause = Some(cause);
        self
    }

    /// The local cause that other blobs of a batch may share.
    pub fn local_cause(&self) -> Option<LocalCause> {
        self.0.local_cause
    }

    /// Excludes retries, although the kind of the error allows them: another attempt cannot have another result.
    #[must_use]
    pub fn permanent(mut self) -> Self {
        self.0.retries = Retries::None;
        self
    }

    /// Allows exactly one retry: bytes that were damaged in transit may arrive intact.
    #[must_use]
    pub fn worth_one_repetition(mut self) -> Self {
        self.0.retries = Retries::One;
        self
    }

    /// The reaction that this error calls for.
    pub fn kind(&self) -> Kind {
        self.0.kind
    }

    /// The advice to the user, if there is one.
    pub fn hint(&self) -> Option<&str> {
        self.0.hint.as_deref()
    }

    /// The response of the server. All fields are empty if no server was involved.
    pub fn answer(&self) -> &Answer {
        &self.0.answer
    }

    /// The number of attempts, if a request to a store failed.
    pub fn attempts(&self) -> Option<u32> {
        self.0.attempts
    }

    /// The end of the command that produces the source, if that is the failure.
    pub fn command(&self) -> Option<&CommandEnd> {
        self.0.command.as_ref()
    }

    /// Returns whether the same attempt may succeed later.
    pub fn is_transient(&self) -> bool {
        matches!(self.0.kind, Kind::Busy { .. } | Kind::Disconnected)
            && self.0.retries == Retries::ByKind
    }

    /// Returns whether retries are excluded.
    pub fn is_permanent(&self) -> bool {
        self.0.retries == Retries::None
    }

    /// Returns whether exactly one retry is allowed.
    pub fn is_worth_one_repetition(&self) -> bool {
        self.0.retries == Retries::One
    }

    /// The exit code of a command that fails with this.
    pub fn exit(&self) -> Exit {
        match self.0.kind {
            Kind::NotFound => Exit::NotFound,
            Kind::Usage => Exit::Usage,
            Kind::Config => Exit::Config,
            Kind::Denied => Exit::Denied,
            Kind::Precondition => Exit::Precondition,
            Kind::Integrity => Exit::Integrity,
            Kind::Busy { .. } | Kind::Disconnected => Exit::Temporary,
            Kind::Local => Exit::Local,
            Kind::Interrupted(signal) => Exit::Signal(signal),
            Kind::Remote => Exit::Remote,
        }
    }

    /// Wraps the error so that it can pass through `io::Read` or `io::Write`; [`Error::recover`] unwraps it.
    ///
    /// The kind is always `Other`: `io::copy` would retry `ErrorKind::Interrupted` forever.
    pub fn into_io(self) -> io::Error {
        io::Error::other(self)
    }

    /// Finds the error that [`Error::into_io`] wrapped, at any depth of wrapping by other libraries.
    pub fn recover(error: &(dyn std::error::Error + 'static)) -> Option<Self> {
        let mut next = Some(error);
        while let Some(error) = next {
            if let Some(ours) = error.downcast_ref::<Self>() {
                return Some(ours.clone());
            }
            // `io::Error::source` skips the wrapped error itself, so that is examined first.
            next = match error
                .downcast_ref::<io::Error>()
                .and_then(io::Error::get_ref)
            {
                Some(inner) => Some(inner),
                None => error.source(),
            };
        }
        None
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.text)
    }
}

impl std::error::Error for Error {}

/// Formats an `io::Error` with the text of the C library, in lower case and without "(os error 28)".
pub fn describe(error: &io::Error) -> String {
    if matches!(
        error.kind(),
        io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut
    ) {
        return "timed out".to_owned();
    }
    let mut text = error.to_string();
    if let Some(at) = text.find(" (os error ") {
        text.truncate(at);
    }
    in_lower_case(&text)
}

fn in_lower_case(text: &str) -> String {
    let mut characters = text.chars();
    match characters.next() {
        Some(first) => first.to_lowercase().chain(characters).collect(),
        None => "unknown error".to_owned(),
    }
}

/// Formats the failure of a name lookup: the reason of the system, such as "name or service not known".
pub fn describe_lookup(error: &io::Error) -> String {
    // The standard library's prefix for the text of gai_strerror(3).
    let text = describe(error);
    let reason = text.strip_prefix("failed to lookup address information: ");
    in_lower_case(reason.unwrap_or(&text))
}

/// Prepares foreign text for one line of a terminal: control characters and marks that reorder text are escaped, and the text
/// is cut at 300 characters.
pub fn printable(text: &str) -> String {
    escape(text.trim(), 300)
}

/// Escapes text like [`printable`] but does not cut it, for results.
pub fn printable_whole(text: &str) -> String {
    escape(text, usize::MAX)
}

fn escape(text: &str, limit: usize) -> String {
    let mut out = String::with_capacity(text.len().min(limit));
    for (count, character) in text.chars().enumerate() {
        if count == limit {
            out.push('…');
            break;
        }
        if is_unprintable(character) {
            out.extend(character.escape_default());
        } else {
            out.push(character);
        }
    }
    out
}

/// Returns whether a terminal obeys the character instead of showing it.
pub fn is_unprintable(character: char) -> bool {
    character.is_control() || is_bidi(character)
}

/// Returns whether the character makes a terminal reorder text (Unicode TR 9).
fn is_bidi(character: char) -> bool {
    matches!(character, '\u{061c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// A file system error: `Denied` if access is denied, otherwise `Local`.
pub fn access(errno: Errno, doing: impl std::fmt::Display) -> Error {
    let error: io::Error = errno.into();
    match errno {
        Errno::ACCESS | Errno::PERM => {
            Error::new(Kind::Denied, format!("{doing}: {}", describe(&error)))
        }
        _ => Error::local(doing, &error),
    }
}

/// The error about a blob that was overwritten during its download.
pub(super) fn changed() -> Error {
    Error::new(Kind::Integrity, "the blob changed while it was downloaded")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_recovered_from_io() {
        let wrapped = io::Error::other(Error::not_found().into_io());
        assert_eq!(
            Error::recover(&wrapped).map(|e| e.kind()),
            Some(Kind::NotFound)
        );
        assert!(Error::recover(&io::Error::other("foreign")).is_none());
    }

    #[test]
    fn server_text_cannot_control_the_terminal() {
        assert_eq!(printable("a\u{1b}[2Jb\r\n"), "a\\u{1b}[2Jb");
        assert_eq!(printable("x\u{202e}y"), "x\\u{202e}y");
        assert_eq!(printable(&"ü".repeat(400)).chars().count(), 301);
    }

    #[test]
    fn io_errors_are_in_lower_case_without_their_number() {
        let full = io::Error::from_raw_os_error(28);
        assert_eq!(
            Error::local("write `x`", &full).to_string(),
            "write `x`: no space left on device"
        );
    }
}
