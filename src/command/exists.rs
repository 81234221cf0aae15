//! `blobctl exists`: exit code 0 if all blobs exist, 1 if some do not, any other code if that is unknown.

use std::ffi::OsString;
use std::time::SystemTime;

use anyhow::Context as _;

use super::blob::Blob;
use super::session::Session;
use crate::cli::{Exists, PrintKeys};
use crate::error::{Error, Kind, Result, printable_whole};
use crate::exit::Exit;
use crate::report::outcome::{Outcome, Subject};
use crate::report::timestamp;
use crate::store::types::{ObjectHeaders, ObjectMeta};
use crate::transfer::retry::Done;
use crate::transfer::wait::{Wait, look_until};

/// Looks up every key.
pub fn run(session: &mut Session, arguments: &Exists) -> Result<Exit> {
    if arguments.print.is_some() && session.report.is_json() {
        let text = "--print prints keys and --json prints objects: give one of them";
        return Err(Error::new(Kind::Usage, text));
    }
    session.select_version(arguments.version_id.as_ref(), arguments.keys.len())?;
    let blobs = session.blobs(&arguments.keys)?;
    let look_ups = blobs.into_iter().zip(&arguments.keys);
    let is_terminal = session.settings.environment().stdout_is_terminal;
    let look_ups: Vec<LookUp> = look_ups
        .map(|(blob, typed)| LookUp::new(blob, typed, is_terminal))
        .collect();
    let conditions = ExistsConditions {
        min_size: arguments.min_size,
        newer_than: arguments
            .newer_than
            .map(|bound| bound.instant(SystemTime::now())),
    };
    let (wait, print) = (
        Session::wait(&arguments.wait, &arguments.keys)?,
        arguments.print,
    );
    session.for_each(look_ups, move |look_up| {
        let url = look_up.blob.subject.url.shown();
        let outcome = look_up.run(conditions, wait, print);
        outcome.with_context(|| format!("cannot tell whether {url} exists"))
    })?;
    Ok(verdict(session))
}

/// A blob to look up.
struct LookUp {
    blob: Blob,
    /// The argument, as `--print` prints it.
    printed: String,
}

impl AsRef<Subject> for LookUp {
    fn as_ref(&self) -> &Subject {
        &self.blob.subject
    }
}

/// The conditions under which a blob counts as present.
#[derive(Debug, Clone, Copy)]
struct ExistsConditions {
    min_size: Option<u64>,
    newer_than: Option<SystemTime>,
}

/// The answer of the store.
enum ExistsAnswer {
    Present(ObjectMeta),
    /// The blob is there, but does not meet the conditions, for this reason.
    Unsuitable(String),
    Absent,
}

impl ExistsConditions {
    fn judge(self, found: Option<ObjectMeta>) -> Result<ExistsAnswer> {
        let Some(info) = found else {
            return Ok(ExistsAnswer::Absent);
        };
        if let Some(least) = self.min_size.filter(|least| info.size < *least) {
            let text = format!("it has {} bytes, less than {least}", info.size);
            return Ok(ExistsAnswer::Unsuitable(text));
        }
        let Some(newer_than) = self.newer_than else {
            return Ok(ExistsAnswer::Present(info));
        };
        match info.modified {
            Some(modified) if modified <= newer_than => Ok(ExistsAnswer::Unsuitable(format!(
                "it was modified at {}, not after {}",
                timestamp(modified),
                timestamp(newer_than)
            ))),
            Some(_) => Ok(ExistsAnswer::Present(info)),
            None => Err(Error::new(
                Kind::Remote,
                "the store does not report the time of its modification",
            )
            .with_hint("leave --newer-than out")),
        }
    }
}

impl LookUp {
    /// A terminal obeys control characters, and programs that read a pipe need them.
    fn new(blob: Blob, typed: &OsString, is_terminal: bool) -> Self {
        let typed = typed.to_string_lossy();
        let printed = match is_terminal {
            true => printable_whole(&typed),
            false => typed.into_owned(),
        };
        Self { blob, printed }
    }

    fn run(
        &self,
        conditions: ExistsConditions,
        wait: Option<Wait>,
        print: Option<PrintKeys>,
    ) -> Result<Outcome> {
        let Blob { engine, key, .. } = &self.blob;
        let look = || {
            engine
                .store
                .head(key)
                .and_then(|found| conditions.judge(found))
        };
        let is_present = |answer: &ExistsAnswer| matches!(answer, ExistsAnswer::Present(_));
        let answer = look_until(engine, wait, look, is_present)?;
        let is_present = is_present(&answer.value);
        let is_printed = match print {
            Some(PrintKeys::Present) => is_present,
            Some(PrintKeys::Missing) => !is_present,
            None => false,
        };
        Ok(Outcome {
            text: match is_printed {
                true => format!("{}\n", self.printed),
                false => String::new(),
            },
            ..self.outcome(answer)
        })
    }

    fn outcome(&self, answer: Done<ExistsAnswer>) -> Outcome {
        let url = self.blob.subject.url.shown();
        let absent = |line: String, unsuitable| Outcome {
            line,
            attempts: Some(answer.attempts),
            exists: Some(false),
            unsuitable,
            ..Outcome::default()
        };
        let info = match answer.value {
            ExistsAnswer::Present(info) => info,
            ExistsAnswer::Absent => return absent(format!("{url} does not exist"), None),
            ExistsAnswer::Unsuitable(reason) => {
                return absent(format!("{url} counts as absent: {reason}"), Some(reason));
            }
        };
        Outcome {
            line: format!("{url} exists, {} bytes", info.size),
            bytes: Some(info.size),
            etag: info.etag,
            headers: ObjectHeaders {
                version_id: info.headers.version_id,
                ..ObjectHeaders::default()
            },
            attempts: Some(answer.attempts),
            exists: Some(true),
            ..Outcome::default()
        }
    }
}

/// The exit code of all answers. An unknown answer takes precedence over an absent blob, so that 1 is only returned if it is
/// certain.
fn verdict(session: &Session) -> Exit {
    if let Err(error) = session.cancel.check() {
        return error.exit();
    }
    let exits = session.report.exits();
    let unknown: Vec<Exit> = exits
        .iter()
        .copied()
        .filter(|exit| !matches!(exit, Exit::Ok | Exit::NotFound))
        .collect();
    match unknown.is_empty() {
        false => Exit::merge(&unknown),
        true if exits.contains(&Exit::NotFound) => Exit::NotFound,
        true => Exit::Ok,
    }
}
