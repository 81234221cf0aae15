//! `blobctl ls`: the keys below a prefix.

use std::ffi::OsStr;
use std::sync::Arc;

use super::session::Session;
use crate::cli::Ls;
use crate::error::{Error, Kind, Result, printable_whole};
use crate::exit::Exit;
use crate::report::outcome::{Outcome, Subject};
use crate::report::timestamp;
use crate::store::types::ListEntry;
use crate::transfer::list::list;
use crate::transfer::workers;

const OP: &str = "ls";

/// Prints every key that begins with the prefix, as it would be typed.
pub fn run(session: &mut Session, arguments: &Ls) -> Result<Exit> {
    let typed = arguments.prefix.as_deref().unwrap_or(OsStr::new(""));
    let target = session
        .target(typed)?
        .ok_or_else(|| Error::new(Kind::Usage, "`-` is no prefix"))?;
    session.check_flags(std::iter::once(&target.place))?;
    let (engine, before) = session.engine(&target.place)?;
    let prefix = format!("{before}{}", target.key);
    if prefix.chars().any(char::is_control) {
        return Err(Error::new(
            Kind::Usage,
            "the prefix holds a control character",
        ));
    }
    let report = Arc::clone(&session.report);
    let long = arguments.long;
    let listed_engine = engine.clone();
    let mut line = move |listed: ListEntry| {
        let key = listed.key.strip_prefix(&before).unwrap_or(&listed.key);
        // Whoever reads the list line by line must not be fooled by a key that holds one.
        let shown = printable_whole(key);
        let text = match long {
            false => format!("{shown}\n"),
            true => format!(
                "{:>14}  {:20}  {shown}\n",
                listed.info.size,
                listed
                    .info
                    .modified
                    .map_or_else(|| "-".to_owned(), timestamp)
            ),
        };
        report.print(&text);
        if report.is_json() {
            let subject = Subject {
                op: OP,
                key: key.to_owned(),
                url: engine.store.url(&listed.key),
            };
            let outcome = Outcome {
                bytes: Some(listed.info.size),
                modified: listed.info.modified,
                etag: listed.info.etag,
                ..Outcome::default()
            };
            report.listed(&subject, &outcome);
        }
        report.check_stdout()
    };
    let result = workers::run_one(&session.cancel, session.deadline, move || {
        list(&listed_engine, &prefix, &mut line)
    });
    session.report.flush()?;
    match result {
        Ok(()) => Ok(Exit::Ok),
        Err(error) => {
            let place = printable_whole(&typed.to_string_lossy());
            let what = if place.is_empty() {
                "cannot list the store".to_owned()
            } else {
                format!("cannot list `{place}`")
            };
            let exit = error.exit();
            session
                .report
                .failure(None, OP, &anyhow::Error::from(error).context(what));
            Ok(exit)
        }
    }
}
