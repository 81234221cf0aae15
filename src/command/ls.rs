//! `blobctl ls`: the keys that begin with a prefix.

use std::ffi::OsStr;
use std::sync::Arc;

use super::session::{OpenStore, Session};
use crate::cli::Ls;
use crate::error::{Error, Kind, Result, printable_whole};
use crate::exit::Exit;
use crate::report::outcome::{Outcome, Subject};
use crate::report::timestamp;
use crate::store::list::{ListEntry, TimeRequest};
use crate::transfer::Engine;
use crate::transfer::list::Listing;

/// Prints every key that begins with the prefix, in the form in which it can be typed.
pub fn run(session: &mut Session, arguments: &Ls) -> Result<Exit> {
    let typed = arguments.prefix.as_deref().unwrap_or(OsStr::new(""));
    let target = session
        .target(typed)?
        .ok_or_else(|| Error::new(Kind::Usage, "`-` is not a prefix"))?;
    session.check_flags(std::iter::once(&target.store))?;
    let OpenStore {
        engine,
        prefix: store_prefix,
    } = session.open(&target.store)?;
    let prefix = format!("{store_prefix}{}", target.key);
    if prefix.chars().any(char::is_control) {
        let text = "the prefix contains a control character";
        return Err(Error::new(Kind::Usage, text));
    }
    let report = Arc::clone(&session.report);
    let rows = Rows {
        engine: engine.clone(),
        store_prefix,
        long: arguments.long,
    };
    let result = session.run_one(move || {
        let times = match rows.long || report.is_json() {
            true => TimeRequest::Always,
            false => TimeRequest::IfFree,
        };
        for listed in Listing::new(&engine, prefix).with_times(times) {
            let (subject, outcome) = rows.row(listed?);
            report.listed(&subject, &outcome);
            report.check_stdout()?;
        }
        Ok(())
    });
    session.report.flush()?;
    let Err(error) = result else {
        return Ok(Exit::Ok);
    };
    let exit = error.exit();
    let place = printable_whole(&typed.to_string_lossy());
    let attempted = match place.is_empty() {
        true => "cannot list the store".to_owned(),
        false => format!("cannot list `{place}`"),
    };
    let error = anyhow::Error::from(error).context(attempted);
    session.report.failure(None, &error);
    Ok(exit)
}

/// Turns listed blobs into rows.
struct Rows {
    engine: Engine,
    /// Removed from keys, because it is not typed.
    store_prefix: String,
    long: bool,
}

impl Rows {
    fn row(&self, listed: ListEntry) -> (Subject, Outcome) {
        let key = listed.key.strip_prefix(&self.store_prefix);
        let key = key.unwrap_or(&listed.key).to_owned();
        let info = listed.info;
        // Escaped, so that a key with a line end in it cannot look like two keys.
        let shown = printable_whole(&key);
        let text = match self.long {
            false => format!("{shown}\n"),
            true => format!(
                "{:>14}  {:20}  {shown}\n",
                info.size,
                info.modified.map_or_else(|| "-".to_owned(), timestamp)
            ),
        };
        let subject = Subject {
            key,
            url: self.engine.store.url(&listed.key),
        };
        let outcome = Outcome {
            text,
            bytes: Some(info.size),
            modified: info.modified,
            etag: info.etag,
            ..Outcome::default()
        };
        (subject, outcome)
    }
}
