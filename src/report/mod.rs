//! Results and errors as lines, JSON objects and exit codes. The only file that prints them.

mod json;
pub mod outcome;
mod usage;

use std::fmt::Display;
use std::io::{BufWriter, Stdout, Write as _};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, SystemTime};

pub use self::json::Json;
use self::outcome::{Outcome, Subject};
pub use self::usage::usage;
use crate::digest::Verified;
use crate::error::{CommandEnd, Error, Kind};
use crate::events::{Event, Observer};
use crate::exit::{Exit, Signal};
use crate::io::standard_streams::check_stdout;
use crate::terminal::{Terminal, Verbosity};
use crate::units::format_bytes;

/// The form of results.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Nothing, or a line on stderr with `-v`.
    Human,
    /// One JSON object per blob on stdout.
    Json,
    /// The same on stderr, because stdout carries the blob.
    JsonOnStderr,
}

/// The results of a run so far.
#[derive(Debug, Default, Clone)]
struct Tally {
    /// Each exit code once.
    exits: Vec<Exit>,
    succeeded: u64,
    /// Of these, the transfers that were not necessary.
    unchanged: u64,
    /// Of these, the removals of `sync`.
    removed: u64,
    failed: u64,
    /// Blobs that the filters did not select.
    unselected: u64,
    /// Blobs that were not tried after a failure of the whole store.
    not_tried: u64,
    /// Bytes of the blobs that were written.
    bytes: u64,
}

/// The users that a remark is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    /// All, unless `-q` is given.
    Everybody,
    /// Those at a terminal, and with `-v`.
    Terminal,
}

/// Collects the results of a run.
pub struct Report {
    op: &'static str,
    terminal: Arc<Terminal>,
    format: Format,
    tally: Mutex<Tally>,
    stdout: Mutex<BufWriter<Stdout>>,
    /// The first error of a write to stdout.
    broken: OnceLock<Error>,
}

impl Report {
    /// A report without results. `op` is the name of the command.
    pub fn new(op: &'static str, terminal: Arc<Terminal>, format: Format) -> Self {
        Self {
            op,
            terminal,
            format,
            tally: Mutex::default(),
            stdout: Mutex::new(BufWriter::new(std::io::stdout())),
            broken: OnceLock::new(),
        }
    }

    /// Reports the outcome of one blob.
    pub fn success(&self, subject: &Subject, outcome: &Outcome) {
        if outcome.exists == Some(false) {
            return self.absent(subject, outcome);
        }
        self.listed(subject, outcome);
        self.flush_quietly();
        self.tally().unchanged += u64::from(outcome.unchanged_by.is_some());
        self.tally().removed += u64::from(outcome.removed);
        self.tally().bytes += outcome
            .bytes
            .filter(|_| outcome.changed == Some(true))
            .unwrap_or(0);
        self.add_exit(Exit::Ok);
    }

    /// Prints one of many blobs of a listing.
    pub fn listed(&self, subject: &Subject, outcome: &Outcome) {
        self.print_line(&outcome.line);
        if !self.is_json() {
            return self.write(&outcome.text);
        }
        let mut json = self.json(subject, Exit::Ok);
        json.bool("exists", outcome.exists);
        json.bool("prefix", outcome.prefix);
        json.text("bucket", outcome.bucket.as_deref());
        json.text("created", outcome.created.map(timestamp).as_deref());
        json.number("bytes", outcome.bytes);
        json.text("modified", outcome.modified.map(timestamp).as_deref());
        json.text("content_type", outcome.content_type.as_deref());
        if let Some(digest) = outcome.digest {
            json.text(digest.algorithm().name(), Some(&digest.hex()));
        }
        json.seconds(
            "seconds",
            outcome.elapsed.map(|elapsed| elapsed.as_secs_f64()),
        );
        json.text("etag", outcome.etag.as_deref());
        let kept = &outcome.headers;
        json.text("version_id", kept.version_id.as_deref());
        json.text("content_encoding", kept.content_encoding.as_deref());
        json.text("content_disposition", kept.content_disposition.as_deref());
        json.text("content_language", kept.content_language.as_deref());
        json.text("cache_control", kept.cache_control.as_deref());
        json.text("expires", kept.expires.as_deref());
        json.text("storage_class", kept.storage_class.as_deref());
        json.text("encryption", kept.encryption.as_deref());
        json.text("kms_key_id", kept.kms_key_id.as_deref());
        json.object("metadata", &kept.metadata);
        json.text("range", outcome.range.as_deref());
        json.text("verified", outcome.verified.map(Verified::name));
        json.number("attempts", outcome.attempts.map(u64::from));
        json.bool("changed", outcome.changed);
        json.text("unchanged_by", outcome.unchanged_by);
        let is_removed = outcome.removed && outcome.planned.is_none();
        json.bool("removed", is_removed.then_some(true));
        json.text("planned", outcome.planned);
        json.bool("atomic", outcome.atomic);
        self.emit(&json);
    }

    /// Prints the summary of a successful run: a line on stderr, or an object with these numbers.
    pub fn summary(&self, line: &str, numbers: &[(&'static str, u64)]) {
        if !self.is_json() && self.terminal.verbosity() > Verbosity::Quiet {
            self.terminal.line(&format!("blobctl: {line}"));
        }
        let mut json = Json::summary(self.op, Exit::Ok);
        for (name, number) in numbers {
            json.number(name, Some(*number));
        }
        self.emit(&json);
    }

    /// Reports that a blob does not exist. This is an answer of `exists`, and no error line is printed.
    fn absent(&self, subject: &Subject, outcome: &Outcome) {
        self.print_line(&outcome.line);
        if !self.is_json() {
            self.write(&outcome.text);
        }
        let mut json = self.json(subject, Exit::NotFound);
        json.bool("exists", Some(false));
        json.text("error", Some(Exit::NotFound.name()));
        let reason = outcome.unsuitable.as_deref();
        json.text("message", Some(reason.unwrap_or("no such blob")));
        json.number("attempts", outcome.attempts.map(u64::from));
        self.emit(&json);
        self.flush_quietly();
        self.add_exit(Exit::NotFound);
    }

    /// Reports that a blob, or (without a subject) the whole command, failed.
    pub fn failure(&self, subject: Option<&Subject>, error: &anyhow::Error) {
        let cause = Error::recover(error.as_ref());
        let exit = cause.as_ref().map_or(Exit::Bug, Error::exit);
        // The reader of stdout closed it, and needs no message about that.
        if exit != Exit::Signal(Signal::Pipe) {
            let hint = cause.as_ref().and_then(Error::hint);
            let hint = hint.map_or_else(String::new, |hint| format!("\nhint: {hint}"));
            // In one call, because other workers print their failures at the same time.
            self.error_line(&format!("blobctl: {error:#}{hint}"));
        }
        self.failure_object(subject, error);
    }

    /// The same without a line on stderr, because an earlier one names the cause.
    pub fn repeated_failure(&self, subject: &Subject, error: &anyhow::Error) {
        self.failure_object(Some(subject), error);
    }

    /// Prints the object of a failure, and counts it.
    fn failure_object(&self, subject: Option<&Subject>, error: &anyhow::Error) {
        let cause = Error::recover(error.as_ref());
        let exit = cause.as_ref().map_or(Exit::Bug, Error::exit);
        let mut json = match subject {
            Some(subject) => self.json(subject, exit),
            None => Json::without_subject(self.op, exit),
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
            json.text("hint", cause.hint());
            json.number("attempts", cause.attempts().map(u64::from));
            let answer = cause.answer();
            json.number("http", answer.http.map(u64::from));
            json.number("ftp", answer.ftp.map(u64::from));
            json.text("s3", answer.s3.as_deref());
            json.text("request_id", answer.request_id.as_deref());
            match cause.command() {
                Some(CommandEnd::Exited(status)) => {
                    json.number("command_exit", u64::try_from(*status).ok());
                }
                Some(CommandEnd::Killed(signal)) => json.text("command_signal", Some(signal)),
                None => {}
            }
        }
        self.emit(&json);
        self.flush_quietly();
        self.add_exit(exit);
    }

    /// Prints a row of a table: `text` for people, `json` with `--json`. It does not count as a result.
    pub fn row(&self, text: &str, json: &Json) {
        match self.is_json() {
            true => self.emit(json),
            false => self.write(text),
        }
    }

    /// Prints a warning.
    pub fn warn(&self, text: &str) {
        self.terminal.notify(&Event::Warning(text));
    }

    /// Prints a line with `-v`.
    pub fn verbose(&self, text: &str) {
        self.print_line(text);
    }

    /// The different exit codes of all results so far. A result that could not be written takes precedence over all of them.
    pub fn exits(&self) -> Vec<Exit> {
        if let Err(error) = self.check_stdout() {
            if error.kind() == Kind::Local {
                self.terminal.line(&format!("blobctl: {error}"));
            }
            return vec![error.exit()];
        }
        self.tally().exits.clone()
    }

    /// Says how many blobs failed by the failure of their whole store, `repeated`, or were therefore not tried.
    pub fn failed_with_store(&self, repeated: u64, not_tried: u64) {
        let count = repeated + not_tried;
        self.error_line(&format!("blobctl: … and {count} more for the same reason"));
        self.tally().not_tried += not_tried;
    }

    /// Says how many blobs failed for a reason after those that were reported.
    pub fn further_failures(&self, count: u64, reason: impl Display) {
        self.error_line(&format!("blobctl: … and {count} more: {reason}"));
    }

    /// Counts what the filters did not select, and says so if nothing else happened.
    pub fn unselected(&self, count: u64, audience: Audience) {
        self.tally().unselected += count;
        if self.succeeded() > 0 || self.failed() > 0 {
            return;
        }
        let text = format!("blobctl: nothing was selected: {count} filtered out");
        match audience {
            Audience::Everybody if self.terminal.verbosity() > Verbosity::Quiet => {
                self.terminal.line(&text);
            }
            Audience::Everybody => {}
            Audience::Terminal => self.terminal.summary(&text),
        }
    }

    /// The number of successes so far.
    pub fn succeeded(&self) -> u64 {
        self.tally().succeeded
    }

    /// The number of failures so far.
    pub fn failed(&self) -> u64 {
        self.tally().failed
    }

    /// The second line of the summary of a run that was interrupted.
    fn how_to_continue(&self) -> &'static str {
        match self.op {
            "put" | "get" | "cp" => "\nhint: the same command with --if-changed transfers the rest",
            _ => "\nhint: the same command continues",
        }
    }

    /// Prints the summary of a batch: on a terminal, with `-v`, and as the last JSON object. `verb` is in the past tense.
    pub fn batch_summary(&self, verb: &str, elapsed: Duration, exit: Exit) {
        let tally = self.tally().clone();
        let Tally {
            succeeded,
            unchanged,
            removed,
            failed,
            unselected,
            not_tried,
            bytes,
            exits: _,
        } = tally;
        let skipped = match unchanged {
            0 => String::new(),
            unchanged => format!(", {unchanged} unchanged"),
        };
        let removals = match removed {
            0 => String::new(),
            removed => format!(", {removed} removed"),
        };
        let done = succeeded - unchanged - removed;
        let failures = match failed {
            0 => String::new(),
            failed => format!(", {failed} failed"),
        };
        let amount = match bytes {
            0 => String::new(),
            bytes => format!(", {}", format_bytes(bytes)),
        };
        let seconds = elapsed.as_secs_f64();
        let (stopped, hint) = match exit {
            Exit::Signal(_) => ("interrupted: ", self.how_to_continue()),
            _ => ("", ""),
        };
        self.terminal.summary(&format!(
            "blobctl: {stopped}{done} {verb}{skipped}{removals}{failures}{amount} in {seconds:.1} s{hint}"
        ));
        let mut json = Json::summary(self.op, exit);
        json.number("succeeded", Some(succeeded));
        json.number("unchanged", Some(unchanged));
        json.number("removed", Some(removed).filter(|removed| *removed > 0));
        json.number("failed", Some(failed));
        json.number("not_tried", Some(not_tried).filter(|count| *count > 0));
        json.number("not_selected", Some(unselected).filter(|count| *count > 0));
        json.number("bytes", Some(bytes));
        json.seconds("seconds", Some(seconds));
        self.emit(&json);
        self.flush_quietly();
    }

    fn tally(&self) -> std::sync::MutexGuard<'_, Tally> {
        self.tally.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn add_exit(&self, exit: Exit) {
        let mut tally = self.tally();
        match exit {
            Exit::Ok => tally.succeeded += 1,
            _ => tally.failed += 1,
        }
        if !tally.exits.contains(&exit) {
            tally.exits.push(exit);
        }
    }

    fn json(&self, subject: &Subject, exit: Exit) -> Json {
        Json::about(self.op, subject, exit)
    }

    /// Returns whether results are JSON objects.
    pub fn is_json(&self) -> bool {
        self.format != Format::Human
    }

    /// Prints an error on stderr, unless `-q` is given and the error is in an object.
    fn error_line(&self, text: &str) {
        if !(self.is_json() && self.terminal.verbosity() == Verbosity::Quiet) {
            self.terminal.line(text);
        }
    }

    /// Prints the line of `-v`.
    fn print_line(&self, line: &str) {
        if self.terminal.verbosity() >= Verbosity::Verbose && !line.is_empty() {
            self.terminal.line(&format!("blobctl: {line}"));
        }
    }

    /// Returns the first error of a write to stdout, which ends the run.
    pub fn check_stdout(&self) -> Result<(), Error> {
        self.broken.get().cloned().map_or(Ok(()), Err)
    }

    /// Flushes stdout.
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

    fn emit(&self, json: &Json) {
        match self.format {
            Format::Human => {}
            Format::JsonOnStderr => self.terminal.line(&json.finish()),
            Format::Json => self.write(&(json.finish() + "\n")),
        }
    }
}

/// Prints the only output of a command that reads no settings, like `--help`; returns its exit code.
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
        let hint = error.hint();
        let hint = hint.map_or(String::new(), |hint| format!("hint: {hint}\n"));
        // A stderr that is closed cannot be helped.
        let _ = write!(std::io::stderr(), "blobctl: {error}\n{hint}");
    }
    error.exit()
}

/// The error of a write to stdout. A reader that closed it ends the run as SIGPIPE would; a full disk is an error.
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
