//! The state of all transfers of a run, and the rows that show it.

use std::time::{Duration, Instant};

use super::rate::Rate;
use super::row::Row;
use crate::error::printable;
use crate::events::{Event, Meter};

/// RunningTransfer transfers that have a row of their own.
const ROWS: usize = 8;

/// The state of the transfers of a run.
pub struct ProgressState {
    begin: Instant,
    running: Vec<RunningTransfer>,
    /// The row of each place: a transfer keeps its place.
    places: Vec<Option<Meter>>,
    begun: u64,
    /// Blobs whose treatment has ended, and their bytes, moved or not.
    done: Amount,
    /// Blobs that were found so far.
    found: Amount,
    /// No more blobs will be found.
    is_found_all: bool,
    /// Bytes that were moved by transfers that have ended.
    moved: u64,
    rate: Rate,
    retry: Option<Retry>,
}

/// Blobs and their bytes.
#[derive(Debug, Clone, Copy, Default)]
struct Amount {
    blobs: u64,
    /// `None` if the size of a blob is unknown.
    bytes: Option<u64>,
}

struct RunningTransfer {
    name: String,
    meter: Meter,
    begin: Instant,
    rate: Rate,
    last_step: &'static str,
}

/// The newest failure that is going to be retried.
struct Retry {
    text: String,
    at: Instant,
}

impl ProgressState {
    pub fn new(now: Instant) -> Self {
        Self {
            begin: now,
            running: Vec::new(),
            places: Vec::new(),
            begun: 0,
            done: Amount::of(0),
            found: Amount::of(0),
            is_found_all: false,
            moved: 0,
            rate: Rate::default(),
            retry: None,
        }
    }

    /// Notes an event that happens at `now`.
    pub fn note(&mut self, event: &Event<'_>, now: Instant) {
        match event {
            Event::Started {
                name,
                total,
                meter,
                last_step,
            } => {
                if let Some(size) = total {
                    meter.set_size(*size);
                }
                self.begun += 1;
                self.running.push(RunningTransfer {
                    name: printable(name),
                    meter: (*meter).clone(),
                    begin: now,
                    rate: Rate::default(),
                    last_step,
                });
            }
            Event::Ended { meter } => self.end(meter),
            Event::Found { blobs, bytes } => self.found.add(*blobs, *bytes),
            Event::FoundAll => self.is_found_all = true,
            Event::SearchRestarted => {
                (self.found, self.done) = (Amount::of(0), Amount::of(0));
                self.is_found_all = false;
            }
            Event::Done { bytes } => self.done.add(1, *bytes),
            Event::Retrying {
                error,
                attempt,
                wait,
            } => {
                self.retry = Some(Retry {
                    text: format!("attempt {attempt} failed: {error}"),
                    at: now + *wait,
                });
            }
            Event::Warning(_) | Event::Note(_) | Event::Trace(_) => {}
        }
    }

    fn end(&mut self, meter: &Meter) {
        if let Some(at) = self.running.iter().position(|one| one.meter.is_same(meter)) {
            self.running.remove(at);
            self.moved += meter.get();
        }
        for place in &mut self.places {
            if place.as_ref().is_some_and(|shown| shown.is_same(meter)) {
                *place = None;
            }
        }
    }

    /// The rows of the bar at `now`: running transfers, each in its place, then a failure that is retried, then the total.
    /// `height` bounds their number.
    pub fn rows(&mut self, now: Instant, height: usize) -> Vec<Line> {
        self.fill_places(height.saturating_sub(3).clamp(1, ROWS));
        let running = &mut self.running;
        let mut lines: Vec<Line> = self
            .places
            .iter()
            .map(|place| {
                let shown = place.as_ref();
                let shown =
                    shown.and_then(|meter| running.iter_mut().find(|one| one.meter.is_same(meter)));
                shown.map_or(Line::Empty, |one| Line::Row(one.row(now)))
            })
            .collect();
        self.retry = self.retry.take().filter(|retry| retry.at > now);
        if let Some(retry) = &self.retry {
            let seconds = (retry.at - now).as_secs_f64().ceil();
            lines.push(Line::Text(format!(
                "{}; retrying in {seconds} s",
                retry.text
            )));
        }
        if self.has_total() {
            lines.push(Line::Row(self.total(now)));
        }
        lines
    }

    /// The row of everything, for a log; `None` if nothing has begun.
    pub fn summary(&mut self, now: Instant) -> Option<Row> {
        if self.has_total() {
            return Some(self.total(now));
        }
        self.running.first_mut().map(|one| one.row(now))
    }

    /// The last line of a log: blobs, bytes and the average rate; `None` if nothing has begun.
    pub fn result(&self, now: Instant) -> Option<(u64, u64, Duration)> {
        (self.begun > 0).then(|| (self.begun, self.moved, now - self.begin))
    }

    fn has_total(&self) -> bool {
        self.begun > 1 || self.found.blobs > 1
    }

    fn fill_places(&mut self, rows: usize) {
        let places = &mut self.places;
        places.truncate(rows);
        for one in &self.running {
            let is_shown = |place: &Option<Meter>| {
                place
                    .as_ref()
                    .is_some_and(|shown| shown.is_same(&one.meter))
            };
            if places.iter().any(is_shown) {
                continue;
            }
            let meter = Some(one.meter.clone());
            match places.iter().position(Option::is_none) {
                Some(free) => places[free] = meter,
                None if places.len() < rows => places.push(meter),
                None => return,
            }
        }
    }

    fn total(&mut self, now: Instant) -> Row {
        let running: u64 = self.running.iter().map(|one| one.meter.get()).sum();
        self.rate.note(now - self.begin, self.moved + running);
        let is_known = self.found.blobs > 0;
        let done = self
            .done
            .bytes
            .map_or(self.moved, |bytes| bytes.max(self.moved))
            + running;
        let size = self.found.bytes.filter(|_| is_known);
        let missing = size.map(|size| size.saturating_sub(done));
        Row {
            name: self.files(),
            done,
            size,
            is_size_least: !self.is_found_all,
            rate: self.rate.per_second(),
            left: missing
                .filter(|_| self.is_found_all)
                .and_then(|missing| self.rate.time_left(missing)),
            state: None,
        }
    }

    fn files(&self) -> String {
        let (done, found) = (self.done.blobs, self.found.blobs);
        match (found, self.is_found_all) {
            (0, _) => format!("total {done} files"),
            (_, true) => format!("total {done}/{found} files"),
            (_, false) => format!("total {done} of at least {found} files"),
        }
    }
}

/// One line of the bar.
#[derive(Debug)]
pub enum Line {
    /// The progress of a transfer or of all.
    Row(Row),
    /// A message.
    Text(String),
    /// The place of a transfer that has ended.
    Empty,
}

impl Amount {
    fn of(blobs: u64) -> Self {
        Self {
            blobs,
            bytes: Some(0),
        }
    }

    fn add(&mut self, blobs: u64, bytes: Option<u64>) {
        self.blobs += blobs;
        self.bytes = self
            .bytes
            .zip(bytes)
            .map(|(all, more)| all.saturating_add(more));
    }
}

impl RunningTransfer {
    fn row(&mut self, now: Instant) -> Row {
        let (done, size) = (self.meter.get(), self.meter.size());
        self.rate.note(now - self.begin, done);
        let is_moved = size.is_some_and(|size| done >= size);
        Row {
            name: self.name.clone(),
            done,
            size,
            is_size_least: false,
            rate: self.rate.per_second(),
            left: size.and_then(|size| self.rate.time_left(size.saturating_sub(done))),
            state: is_moved.then_some(self.last_step),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn total(state: &mut ProgressState) -> String {
        let row = state.summary(Instant::now()).unwrap();
        for width in [40, 80, 89, 120] {
            assert_eq!(row.fitted(width).trim_end(), row.name, "only the number");
        }
        row.for_log()
    }

    #[test]
    fn a_removal_shows_numbers_of_blobs_alone() {
        let mut state = ProgressState::new(Instant::now());
        let note = |state: &mut ProgressState, event: &Event<'_>| {
            state.note(event, Instant::now());
        };
        let found = |blobs| Event::Found { blobs, bytes: None };
        note(&mut state, &found(250));
        note(&mut state, &found(250));
        note(&mut state, &Event::Done { bytes: None });
        assert_eq!(total(&mut state), "total 1 of at least 500 files");
        note(&mut state, &Event::FoundAll);
        assert_eq!(total(&mut state), "total 1/500 files");
    }

    #[test]
    fn a_search_that_begins_again_counts_from_zero() {
        let mut state = ProgressState::new(Instant::now());
        for event in [
            Event::Found {
                blobs: 3,
                bytes: Some(30),
            },
            Event::Done { bytes: Some(10) },
            Event::SearchRestarted,
            Event::Found {
                blobs: 3,
                bytes: Some(30),
            },
            Event::FoundAll,
        ] {
            state.note(&event, Instant::now());
        }
        let row = state.summary(Instant::now()).unwrap();
        assert_eq!((row.name.as_str(), row.size), ("total 0/3 files", Some(30)));
    }
}
