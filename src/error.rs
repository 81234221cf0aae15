//! What went wrong, named by what can be done about it.
//!
//! An [`Error`] says one thing: what happened. What was attempted, and where, is added once by the command
//! (floor 4). There is no `From<io::Error>` on purpose: the same `io::Error` is our disk or their socket, and
//! each place says which.

use std::time::Duration;
use std::{fmt, io};

use rustix::io::Errno;

use crate::exit::{Exit, Signal};

/// The result of everything below the command floor.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// The reaction that an error calls for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The blob is not there.
    NotFound,
    /// The command line is wrong.
    Usage,
    /// A setting is wrong or missing, or names something that does not exist, like a bucket.
    Config,
    /// The store or the file system refuses access, or the peer cannot prove who it is.
    Denied,
    /// A condition on the destination does not hold.
    Precondition,
    /// The bytes are not what they should be, or changed while they were read.
    Integrity,
    /// The store asks to come back later, possibly after a stated time.
    Busy { after: Option<Duration> },
    /// The connection could not be made, broke, or made no progress.
    Disconnected,
    /// The local disk or a local file.
    Local,
    /// A signal asked us to stop.
    Interrupted(Signal),
    /// The store understood and said no, or said something that cannot be understood.
    Remote,
}

/// The response of a server, as it was sent: decisions are made on these fields, never on the text of an [`Error`].
///
/// Nothing in it is escaped or shortened. Whoever prints a field escapes it.
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
    /// `x-amz-request-id`, which the service's support asks for.
    pub request_id: Option<String>,
}

/// How often an attempt that failed may be made again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Repeat {
    /// As often as the kind of the error allows.
    ByKind,
    /// Never: its input is used up.
    Never,
    /// Once, at once, whatever the budget of time.
    Once,
}

/// One failure: its kind, one sentence without the full stop, at most one hint, and the server's answer.
#[derive(Debug, Clone)]
pub struct Error(Box<Inner>);

#[derive(Debug, Clone)]
struct Inner {
    kind: Kind,
    text: String,
    hint: Option<String>,
    answer: Answer,
    repeat: Repeat,
}

impl Error {
    /// `text` says what happened, in lower case, without a full stop and without what was attempted.
    pub fn new(kind: Kind, text: impl Into<String>) -> Self {
        Self(Box::new(Inner {
            kind,
            text: text.into(),
            hint: None,
            answer: Answer::default(),
            repeat: Repeat::ByKind,
        }))
    }

    /// The blob is not there.
    pub fn not_found() -> Self {
        Self::new(Kind::NotFound, "no such blob")
    }

    /// The destination exists, and the caller asked not to overwrite it.
    pub fn already_exists() -> Self {
        Self::new(Kind::Precondition, "it exists already")
    }

    /// A file or disk of ours: `doing` names the step and the path, as in "write `/tmp/x`".
    pub fn local(doing: impl fmt::Display, error: &io::Error) -> Self {
        Self::new(Kind::Local, format!("{doing}: {}", describe(error)))
    }

    /// The network: `doing` names the step, as in "connect to 127.0.0.1:9000".
    pub fn disconnected(doing: impl fmt::Display, error: &io::Error) -> Self {
        Self::new(Kind::Disconnected, format!("{doing}: {}", describe(error)))
    }

    /// A signal asked us to stop.
    pub fn interrupted(signal: Signal) -> Self {
        Self::new(Kind::Interrupted(signal), format!("stopped by {signal}"))
    }

    /// Adds what the user can do about it: one clause, lower case.
    #[must_use]
    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.0.hint = Some(hint.into());
        self
    }

    /// Adds what the server said.
    #[must_use]
    pub fn answered(mut self, answer: Answer) -> Self {
        self.0.answer = answer;
        self
    }

    /// Says that the attempt must not be repeated, although its kind may pass: its input is used up.
    #[must_use]
    pub fn permanent(mut self) -> Self {
        self.0.repeat = Repeat::Never;
        self
    }

    /// Allows exactly one repetition of the attempt, as it was: bytes that were damaged on their way may arrive whole.
    #[must_use]
    pub fn worth_one_repetition(mut self) -> Self {
        self.0.repeat = Repeat::Once;
        self
    }

    /// The reaction that this error calls for.
    pub fn kind(&self) -> Kind {
        self.0.kind
    }

    /// What the user can do, if anybody knows.
    pub fn hint(&self) -> Option<&str> {
        self.0.hint.as_deref()
    }

    /// What the server said; all fields empty where no server was involved.
    pub fn answer(&self) -> &Answer {
        &self.0.answer
    }

    /// Whether the same attempt may succeed later.
    pub fn is_transient(&self) -> bool {
        matches!(self.0.kind, Kind::Busy { .. } | Kind::Disconnected)
            && self.0.repeat == Repeat::ByKind
    }

    /// Whether the same attempt is worth exactly one repetition.
    pub fn is_worth_one_repetition(&self) -> bool {
        self.0.repeat == Repeat::Once
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

    /// Lets the error travel through an `io::Read` or `io::Write` of ours; [`Error::recover`] gets it back.
    ///
    /// The kind is `Other` always: `ErrorKind::Interrupted` would be retried for ever by `io::copy`.
    pub fn into_io(self) -> io::Error {
        io::Error::other(self)
    }

    /// The error that [`Error::into_io`] wrapped, however deep other libraries wrapped it again.
    pub fn recover(error: &(dyn std::error::Error + 'static)) -> Option<Self> {
        let mut next = Some(error);
        while let Some(error) = next {
            if let Some(ours) = error.downcast_ref::<Self>() {
                return Some(ours.clone());
            }
            // `io::Error::source` skips the wrapped error itself, so it is looked at first.
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

/// An `io::Error` in the words of the C library, lower case and without "(os error 28)".
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
    let mut letters = text.chars();
    match letters.next() {
        Some(first) => first.to_lowercase().chain(letters).collect(),
        None => "unknown error".to_owned(),
    }
}

/// Text that somebody else wrote, fit for one line of a terminal: control characters and marks that reorder
/// text are escaped, and what is longer than 300 characters is cut.
pub fn printable(text: &str) -> String {
    escape(text.trim(), 300)
}

/// The same without a cut, for what is printed as a result.
pub fn printable_whole(text: &str) -> String {
    escape(text, usize::MAX)
}

fn escape(text: &str, limit: usize) -> String {
    let mut out = String::with_capacity(text.len().min(limit));
    for (count, letter) in text.chars().enumerate() {
        if count == limit {
            out.push('…');
            break;
        }
        if is_unprintable(letter) {
            out.extend(letter.escape_default());
        } else {
            out.push(letter);
        }
    }
    out
}

/// Whether a terminal would obey the character instead of showing it.
pub fn is_unprintable(letter: char) -> bool {
    letter.is_control() || is_bidi(letter)
}

/// The marks that make a terminal show text in another order than it is stored (Unicode TR 9).
fn is_bidi(letter: char) -> bool {
    matches!(letter, '\u{061c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// A file system error: refusal is `Denied`, everything else `Local`.
pub fn access(errno: Errno, doing: impl std::fmt::Display) -> Error {
    let error: io::Error = errno.into();
    match errno {
        Errno::ACCESS | Errno::PERM => {
            Error::new(Kind::Denied, format!("{doing}: {}", describe(&error)))
        }
        _ => Error::local(doing, &error),
    }
}

pub(super) fn changed() -> Error {
    Error::new(Kind::Integrity, "the blob changed while it was downloaded")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_comes_back_out_of_io() {
        let wrapped = io::Error::other(Error::not_found().into_io());
        assert_eq!(
            Error::recover(&wrapped).map(|e| e.kind()),
            Some(Kind::NotFound)
        );
        assert!(Error::recover(&io::Error::other("somebody else's")).is_none());
    }

    #[test]
    fn server_text_cannot_drive_the_terminal() {
        assert_eq!(printable("a\u{1b}[2Jb\r\n"), "a\\u{1b}[2Jb");
        assert_eq!(printable("x\u{202e}y"), "x\\u{202e}y");
        assert_eq!(printable(&"ü".repeat(400)).chars().count(), 301);
    }

    #[test]
    fn io_errors_are_said_in_lower_case_without_their_number() {
        let full = io::Error::from_raw_os_error(28);
        assert_eq!(
            Error::local("write `x`", &full).to_string(),
            "write `x`: no space left on device"
        );
    }
}
