//! The rows of `blobctl ls`, and their total.

use super::session::Session;
use crate::cli::Ls;
use crate::error::printable_whole;
use crate::report::outcome::{Outcome, Subject};
use crate::report::{Report, timestamp};
use crate::settings::notation::Notation;
use crate::store::buckets::Bucket;
use crate::store::list::{ListEntry, ListedKind};
use crate::transfer::Engine;
use crate::units::format_bytes;
use crate::url::Url;

/// Turns listed blobs and buckets into rows.
pub struct Rows {
    columns: Columns,
    /// The character after each row.
    end: char,
    /// A terminal obeys control characters, and programs that read a pipe need them.
    is_terminal: bool,
}

/// The columns in addition to the address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Columns {
    None,
    /// Size in bytes, and time.
    Exact,
    /// Size with a unit, and time.
    Human,
}

impl Rows {
    /// Rows in the form that the options select.
    pub fn new(session: &Session, arguments: &Ls) -> Self {
        Self {
            columns: match (arguments.long, arguments.human) {
                (false, _) => Columns::None,
                (true, false) => Columns::Exact,
                (true, true) => Columns::Human,
            },
            end: if arguments.null { '\0' } else { '\n' },
            is_terminal: session.settings.environment().stdout_is_terminal,
        }
    }

    /// The row of a blob or common prefix. `store_prefix` is removed from its key, because it is not typed.
    pub fn of_entry(
        &self,
        engine: &Engine,
        store_prefix: &str,
        notation: &Notation,
        listed: ListEntry,
    ) -> (Subject, Outcome) {
        let key = listed.key.strip_prefix(store_prefix);
        let subject = Subject {
            key: key.unwrap_or(&listed.key).to_owned(),
            url: engine.store.url(&listed.key),
        };
        let address = notation.address_of(&subject.key, &subject.url);
        let info = listed.info;
        let is_blob = listed.kind == ListedKind::Blob;
        let size = is_blob.then_some(info.size);
        let time = info.modified.map(timestamp);
        let outcome = Outcome {
            text: self.text(size, time, &address),
            bytes: size,
            modified: info.modified,
            etag: info.etag,
            prefix: (!is_blob).then_some(true),
            ..Outcome::default()
        };
        (subject, outcome)
    }

    /// The row of a bucket.
    pub fn of_bucket(&self, bucket: Bucket) -> (Subject, Outcome) {
        let address = format!("s3://{}", bucket.name);
        let outcome = Outcome {
            text: self.text(None, bucket.created.map(timestamp), &address),
            bucket: Some(bucket.name),
            created: bucket.created,
            ..Outcome::default()
        };
        let subject = Subject {
            key: String::new(),
            url: Url::new(address),
        };
        (subject, outcome)
    }

    fn text(&self, size: Option<u64>, time: Option<String>, address: &str) -> String {
        let shown = match self.is_terminal {
            true => printable_whole(address),
            false => address.to_owned(),
        };
        let end = self.end;
        let none = || "-".to_owned();
        let time = time.unwrap_or_else(none);
        match self.columns {
            Columns::None => format!("{shown}{end}"),
            Columns::Exact => {
                let size = size.map_or_else(none, |size| size.to_string());
                format!("{size:>14}  {time:20}  {shown}{end}")
            }
            Columns::Human => {
                let size = size.map_or_else(none, format_bytes);
                format!("{size:>9}  {time:20}  {shown}{end}")
            }
        }
    }
}

/// The rows of a listing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Listed {
    /// Blobs and common prefixes.
    Keys,
    /// Buckets.
    Buckets,
}

/// The numbers of rows, and the size of the blobs among them.
#[derive(Debug)]
pub struct Totals {
    listed: Listed,
    rows: u64,
    /// The number of rows that are common prefixes.
    prefixes: u64,
    bytes: u64,
}

impl Totals {
    /// The totals before the first row.
    pub fn of(listed: Listed) -> Self {
        Self {
            listed,
            rows: 0,
            prefixes: 0,
            bytes: 0,
        }
    }

    /// Adds a row.
    pub fn add(&mut self, outcome: &Outcome) {
        self.rows += 1;
        self.prefixes += u64::from(outcome.prefix == Some(true));
        self.bytes = self.bytes.saturating_add(outcome.bytes.unwrap_or(0));
    }

    /// Prints the summary.
    pub fn report(&self, report: &Report, arguments: &Ls) {
        if self.listed == Listed::Buckets {
            let line = count(self.rows, "bucket", "buckets");
            return report.summary(&line, &[("buckets", self.rows)]);
        }
        let size = match arguments.human {
            true => format_bytes(self.bytes),
            false => count(self.bytes, "byte", "bytes"),
        };
        let blobs = self.rows - self.prefixes;
        let mut line = format!("{}, {size}", count(blobs, "blob", "blobs"));
        let mut numbers = vec![("blobs", blobs), ("bytes", self.bytes)];
        if arguments.directory {
            line = format!("{line}, {}", count(self.prefixes, "prefix", "prefixes"));
            numbers.push(("prefixes", self.prefixes));
        }
        report.summary(&line, &numbers);
    }
}

fn count(number: u64, one: &str, several: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { several })
}
