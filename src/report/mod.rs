//! What the user is told of each blob: a line, a JSON object, an exit code. The only file that prints errors and
//! results.

mod json;
pub mod outcome;
mod usage;

use std::io::{BufWriter, Stdout, Write as _};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, SystemTime};

use self::json::Json;
use self::outcome::{Outcome, Subject};
pub use self::usage::usage;
use crate::digest::Verified;
use crate::error::{Error, Kind};
use crate::exit::{Exit, Signal};
use crate::io::standard_streams::check_stdout;
use crate::terminal::{Terminal, Verbosity};
use crate::units::format_bytes;

/// How results are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Nothing, or a line on stderr with `-v`.
    Human,
    /// One JSON object a blob on stdout.
    Json,
    /// The same on stderr, because stdout carries the blob.
    JsonOnStderr,
}

/// Collects the results of a run.
pub struct Report {
    terminal: Arc<Terminal>,
    format: Format,
    exits: Mutex<Vec<Exit>>,
    stdout: Mutex<BufWriter<Stdout>>,
    /// Why nothing more can be written on stdout, once that is so.
    broken: OnceLock<Error>,
}

impl Report {
    /// Nothing happened yet.
    pub fn new(terminal: Arc<Terminal>, format: Format) -> Self {
        Self {
            terminal,
            format,
            exits: Mutex::new(Vec::new()),
            stdout: Mutex::new(BufWriter::new(std::io::stdout())),
            broken: OnceLock::new(),
        }
    }

    /// A blob is done.
    pub fn success(&self, subject: &Subject, outcome: &Outcome) {
        self.listed(subject, outcome);
        self.flush_quietly();
        self.remember(Exit::Ok);
    }

    /// One blob of many that a listing tells.
    pub fn listed(&self, subject: &Subject, outcome: &Outcome) {
        if self.terminal.verbosity() >= Verbosity::Verbose && !outcome.line.is_empty() {
            self.terminal.line(&format!("blobctl: {}", outcome.line));
        }
        let mut json = Json::about(subject, Exit::Ok);
        json.bool("exists", outcome.exists);
        json.number("bytes", outcome.bytes);
        json.text("modified", outcome.modified.map(timestamp).as_deref());
        json.text("content_type", outcome.content_type.as_deref());
        if let Some(digest) = outcome.digest {
            json.text(digest.algorithm().name(), Some(&digest.hex()));
        }
        if let Some(elapsed) = outcome.elapsed {
            json.raw("seconds", &format!("{:.3}", elapsed.as_secs_f64()));
        }
        json.text("etag", outcome.etag.as_deref());
        let kept = &outcome.headers;
        json.text("version_id", kept.version_id.as_deref());
        json.text("content_encoding", kept.content_encoding.as_deref());
        json.text("content_disposition", kept.content_disposition.as_deref());
        json.text("cache_control", kept.cache_control.as_deref());
        json.text("storage_class", kept.storage_class.as_deref());
        json.text("encryption", kept.encryption.as_deref());
        json.text("kms_key_id", kept.kms_key_id.as_deref());
        json.object("metadata", &kept.metadata);
        json.text("verified", outcome.verified.map(Verified::name));
        json.number("attempts", outcome.attempts.map(u64::from));
        json.bool("changed", outcome.changed);
        json.bool("atomic", outcome.atomic);
        self.emit(json);
    }

    /// `exists` found that a blob is not there: an answer, not an error.
    pub fn absent(&self, subject: &Subject) {
        if self.terminal.verbosity() >= Verbosity::Verbose {
            self.terminal
                .line(&format!("blobctl: {} does not exist", subject.url.shown()));
        }
        let mut json = Json::about(subject, Exit::NotFound);
        json.bool("exists", Some(false));
        json.text("error", Some(Exit::NotFound.name()));
        json.text("message", Some("no such blob"));
        self.emit(json);
        self.flush_quietly();
        self.remember(Exit::NotFound);
    }

    /// A blob, or (without a subject) the whole command, failed.
    pub fn failure(&self, subject: Option<&Subject>, op: &'static str, error: &anyhow::Error) {
        let cause = Error::recover(error.as_ref());
        let exit = cause.as_ref().map_or(Exit::Bug, Error::exit);
        // The reader of our stdout went away: it does not want to hear of it.
        if exit != Exit::Signal(Signal::Pipe) {
            self.terminal.line(&format!("blobctl: {error:#}"));
            if let Some(hint) = cause.as_ref().and_then(Error::the_hint) {
                self.terminal.line(&format!("hint: {hint}"));
            }
        }
        let mut json = match subject {
            Some(subject) => Json::about(subject, exit),
            None => Json::without_subject(op, exit),
        };
        json.text("error", Some(exit.name()));
        json.text(
            "message",
            Some(
                &cause
                    .as_ref()
                    .map_or_else(|| format!("{error:#}"), ToString::to_string),
            ),
        );
        if let Some(cause) = &cause {
            json.text("hint", cause.the_hint());
            let answer = cause.answer();
            json.number("http", answer.http.map(u64::from));
            json.number("ftp", answer.ftp.map(u64::from));
            json.text("s3", answer.s3.as_deref());
            json.text("request_id", answer.request_id.as_deref());
        }
        self.emit(json);
        self.flush_quietly();
        self.remember(exit);
    }

    /// The exit codes of all results so far; results that could not be told outweigh what they were.
    pub fn exits(&self) -> Vec<Exit> {
        if let Err(error) = self.check_stdout() {
            if error.kind() == Kind::Local {
                self.terminal.line(&format!("blobctl: {error}"));
            }
            return vec![error.exit()];
        }
        self.exits
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    fn remember(&self, exit: Exit) {
        self.exits
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(exit);
    }

    /// Prints a result on stdout, unless JSON is printed there instead.
    pub fn print(&self, text: &str) {
        if self.format == Format::Human {
            self.write(text);
        }
    }

    /// Whether results are JSON objects.
    pub fn is_json(&self) -> bool {
        self.format != Format::Human
    }

    /// The error to stop with, once stdout takes nothing more.
    pub fn check_stdout(&self) -> Result<(), Error> {
        self.broken.get().cloned().map_or(Ok(()), Err)
    }

    /// Sends what was printed on its way.
    pub fn flush(&self) -> Result<(), Error> {
        self.flush_quietly();
        self.check_stdout()
    }

    fn flush_quietly(&self) {
        let result = self.stdout().flush();
        self.note(result);
    }

    fn write(&self, text: &str) {
        let result = self.stdout().write_all(text.as_bytes());
        self.note(result);
    }

    fn note(&self, result: std::io::Result<()>) {
        if let Err(error) = result {
            self.broken.get_or_init(|| unwritten(&error));
        }
    }

    fn stdout(&self) -> std::sync::MutexGuard<'_, BufWriter<Stdout>> {
        self.stdout.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn emit(&self, json: Json) {
        match self.format {
            Format::Human => {}
            Format::JsonOnStderr => self.terminal.line(&json.finish()),
            Format::Json => self.write(&(json.finish() + "\n")),
        }
    }
}

/// Prints the only output of a command that reads no settings, like `--help`; returns how that ended.
pub fn print_alone(text: &[u8]) -> Exit {
    let print = || {
        let mut stdout = std::io::stdout().lock();
        stdout.write_all(text).and_then(|()| stdout.flush())
    };
    let result = check_stdout().and_then(|()| print().map_err(|error| unwritten(&error)));
    result.map_or_else(|error| complain(&error), |()| Exit::Ok)
}

/// Prints the error of a command that reads no settings; returns its exit code.
pub fn complain(error: &Error) -> Exit {
    if error.exit() != Exit::Signal(Signal::Pipe) {
        let hint = error.the_hint();
        let hint = hint.map_or(String::new(), |hint| format!("hint: {hint}\n"));
        // Nothing can be done about a stderr that is gone.
        let _ = write!(std::io::stderr(), "blobctl: {error}\n{hint}");
    }
    error.exit()
}

/// A reader that went away is no error of ours; a full disk is.
fn unwritten(error: &std::io::Error) -> Error {
    match error.kind() {
        std::io::ErrorKind::BrokenPipe => Error::interrupted(Signal::Pipe),
        _ => Error::local("cannot write to stdout", error),
    }
}

/// RFC 3339 in UTC, to the second: `2026-11-24T12:00:00Z`.
pub fn timestamp(time: SystemTime) -> String {
    let time = time::OffsetDateTime::from(time).to_offset(time::UtcOffset::UTC);
    format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z",
        time.year(),
        u8::from(time.month()),
        time.day(),
        time.hour(),
        time.minute(),
        time.second()
    )
}

/// `uploaded 5.0 MiB to s3://… (md5)`: the line of `-v`.
pub fn transfer_line(
    verb: &str,
    bytes: u64,
    place: &str,
    elapsed: Duration,
    verified: Verified,
) -> String {
    format!(
        "{verb} {} {place} in {:.1} s, verified by {}",
        format_bytes(bytes),
        elapsed.as_secs_f64(),
        verified.name()
    )
}
