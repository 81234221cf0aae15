//! `blobctl sync`: copies what differs, and removes what is not there any more.

use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Seek, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use anyhow::Context as _;

use super::batch::{BatchSource, Found, FoundSource, Search};
use super::blob::{Blob, BlobRoot};
use super::cp::{Place, place};
use super::get::check_not_a_file;
use super::job::{Check, KnownDestination, Task, planned};
use super::merge::{Merge, OutOfOrder, Pair};
use super::overlap::{directory_id, prefix_id};
use super::prefix::check_directory;
use super::put_options::{attributes, reject_unsupported_attributes};
use super::rm::{Missing, next_group, plan_group, remove_group};
use super::run::{COPY, REMOVE};
use super::session::Session;
use super::target::{BatchTarget, JobOptions};
use crate::cli::Sync;
use crate::cli::selection::Batch;
use crate::error::{Error, Kind, Result, printable};
use crate::events::{Event, Observer};
use crate::exit::Exit;
use crate::io::beneath::LocalDirectory;
use crate::io::local_tree::DirectoryLinks;
use crate::io::unnamed_file::unnamed_file;
use crate::report::Report;
use crate::report::outcome::{Outcome, Subject};
use crate::store::identity::BlobId;
use crate::store::types::{Condition, PutOptions};
use crate::transfer::compare::TimeTrust;
use crate::transfer::destination::DownloadOptions;
use crate::transfer::gate::Weight;
use crate::transfer::source::Expectation;
use crate::url::Url;

/// Copies what differs from FROM to TO.
pub fn run(session: &mut Session, arguments: &Sync) -> Result<Exit> {
    let (from_place, to_place) = places(session, arguments)?;
    session.check_flags(
        [&from_place, &to_place]
            .into_iter()
            .filter_map(Place::store),
    )?;
    if let Place::Store(target) = &from_place {
        check_directory(&target.store, &target.key)?;
    }
    session.resume = session.settings.resume(None)?;
    let (from, to) = (
        SyncSide::open(session, &from_place)?,
        SyncSide::open(session, &to_place)?,
    );
    from.reject_overlap(&to)?;
    if let (SyncSide::Prefix(root), Some(store)) = (&to, to_place.store()) {
        let capabilities = *root.engine.store.capabilities();
        reject_unsupported_attributes(&arguments.attributes, store.kind(), capabilities)?;
    }
    let sync = SyncRun::new(session, arguments, from, to)?;
    session.fail_fast = arguments.run.fail_fast;
    session.counts_rest = false;
    session.searches = true;
    let begin = Instant::now();
    sync.transfer(session)?;
    if session.cancel.check().is_ok() {
        sync.delete(session)?;
    }
    let exit = session.exit();
    if !arguments.run.dry_run {
        session
            .report
            .batch_summary(COPY.past, begin.elapsed(), exit);
    }
    Ok(exit)
}

fn places<'a>(session: &Session, arguments: &'a Sync) -> Result<(Place<'a>, Place<'a>)> {
    let (from, to) = (
        place(session, &arguments.from)?,
        place(session, &arguments.to)?,
    );
    let has_store = [&from, &to].iter().any(|place| place.store().is_some());
    match (&from, &to) {
        (Place::Stdio, _) | (_, Place::Stdio) => Err(Error::new(
            Kind::Usage,
            "`-` is not a directory: sync needs a prefix or a local directory on both sides",
        )),
        _ if !has_store => Err(Error::new(Kind::Usage, "no argument names a store")
            .with_hint("rsync(1) synchronises local directories")),
        _ => Ok((from, to)),
    }
}

/// One side of the synchronisation.
#[derive(Clone)]
enum SyncSide {
    /// A local directory.
    Directory(PathBuf),
    /// A prefix, which is empty or ends in `/`.
    Prefix(BlobRoot),
}

impl SyncSide {
    fn open(session: &mut Session, place: &Place<'_>) -> Result<Self> {
        Ok(match place {
            Place::Local(path) => Self::Directory(Path::new(path).components().collect()),
            Place::Store(target) => {
                let root = session.root(target)?.directory();
                Self::Prefix(root)
            }
            Place::Stdio => Self::Directory(PathBuf::new()),
        })
    }

    fn source(&self) -> BatchSource {
        match self {
            Self::Directory(path) => BatchSource::Directory {
                path: path.clone(),
                below: String::new(),
            },
            Self::Prefix(root) => BatchSource::Prefix {
                root: root.clone(),
                below: String::new(),
            },
        }
    }

    fn target(&self) -> BatchTarget {
        match self {
            Self::Directory(path) => BatchTarget::Tree(Arc::new(LocalDirectory::new(path.clone()))),
            Self::Prefix(root) => BatchTarget::Prefix(root.clone()),
        }
    }

    fn shown(&self) -> String {
        match self {
            Self::Directory(path) => format!("`{}`", printable(&path.to_string_lossy())),
            Self::Prefix(root) => root.shown(),
        }
    }

    fn id(&self) -> Result<BlobId> {
        match self {
            Self::Prefix(root) => prefix_id(root),
            Self::Directory(path) => Ok(directory_id(path)),
        }
    }

    /// Rejects two sides of which one contains the other: the copies would be copied again.
    fn reject_overlap(&self, other: &Self) -> Result<()> {
        let (one, two) = (self.id()?, other.id()?);
        if !one.contains(&two) && !two.contains(&one) {
            return Ok(());
        }
        let text = match one == two {
            true => format!("{} and {} are the same", self.shown(), other.shown()),
            false => format!("{} and {} overlap", self.shown(), other.shown()),
        };
        Err(Error::new(Kind::Usage, text).with_hint("choose a destination outside of the source"))
    }
}

/// One run.
struct SyncRun {
    from: SyncSide,
    to: SyncSide,
    search: Search,
    options: JobOptions,
    trust: TimeTrust,
    dry_run: bool,
    all: bool,
    /// The paths that only the destination has; `None` without `--delete`.
    extra: Option<Arc<Mutex<ExtraPaths>>>,
    state: Arc<ListingState>,
}

/// Facts about the listings of both sides.
#[derive(Debug, Default)]
struct ListingState {
    /// The source has at least one blob or file.
    has_source: AtomicBool,
    /// Both sides were listed to their ends.
    is_complete: AtomicBool,
    /// A listing is not in the byte order of its paths.
    is_out_of_order: AtomicBool,
}

impl SyncRun {
    fn new(session: &Session, arguments: &Sync, from: SyncSide, to: SyncSide) -> Result<Self> {
        if let SyncSide::Directory(path) = &from
            && !path.is_dir()
        {
            let text = format!("{} is not a directory", from.shown());
            return Err(Error::new(Kind::Local, text));
        }
        if let SyncSide::Directory(path) = &to {
            check_not_a_file(path)?;
        }
        let links = match arguments.follow_links {
            true => DirectoryLinks::Follow,
            false => DirectoryLinks::Skip,
        };
        let search = Search::new(session, &arguments.filters, &Batch::default())?
            .with_links(links)
            .for_comparison();
        if arguments.delete && search.needs_metadata() {
            return Err(Error::new(
                Kind::Usage,
                "--delete cannot be combined with filters by size or time",
            )
            .with_hint("they select what is copied, and would make everything else look removed"));
        }
        Ok(Self {
            from,
            to,
            search,
            options: JobOptions {
                put: PutOptions {
                    condition: Condition::None,
                    attributes: attributes(&arguments.attributes)?,
                    modified: None,
                },
                get: DownloadOptions {
                    keeps_time: true,
                    ..DownloadOptions::default()
                },
                keeps_time: true,
                reads_version: false,
                expectation: Expectation::default(),
                cancel: Arc::clone(&session.cancel),
            },
            trust: match arguments.checksum_only {
                true => TimeTrust::ChecksumOnly,
                false => TimeTrust::Trusted,
            },
            dry_run: arguments.run.dry_run,
            all: arguments.all,
            extra: match arguments.delete {
                true => Some(Arc::new(Mutex::new(ExtraPaths::create()?))),
                false => None,
            },
            state: Arc::default(),
        })
    }

    /// Copies what is new or differs, while both sides are being listed. A store that does not list in order is listed again
    /// and sorted in memory.
    fn transfer(&self, session: &Session) -> Result<()> {
        self.transfer_in(session, Sorting::ByTheStore)?;
        if self.state.is_out_of_order.load(Ordering::Relaxed) && session.cancel.check().is_ok() {
            session.terminal.notify(&Event::Warning(
                "a listing is not in order: all of it is read and sorted in memory first",
            ));
            if let Some(extra) = &self.extra {
                lock(extra).clear()?;
            }
            session.terminal.notify(&Event::SearchRestarted);
            self.transfer_in(session, Sorting::InMemory)?;
        }
        Ok(())
    }

    fn transfer_in(&self, session: &Session, sorting: Sorting) -> Result<()> {
        let from = self.search.find(self.from.source())?;
        let to: Box<dyn Iterator<Item = Found> + Send> = match &self.to {
            // It is created when the first file is written.
            SyncSide::Directory(path) if !path.exists() => Box::new(std::iter::empty()),
            side => self.search.by_path().find(side.source())?,
        };
        let (from, to) = (sorting.apply(from), sorting.apply(to));
        let tasks = SyncTasks {
            pairs: Merge::new(from, to),
            target: self.to.target(),
            options: self.options.clone(),
            trust: self.trust,
            extra: self.extra.clone(),
            state: Arc::clone(&self.state),
            search: self.search.clone(),
            report: Arc::clone(&session.report),
        };
        let dry_run = self.dry_run;
        session.for_each_task(tasks, move |task| match dry_run {
            true => task.plan(COPY.present),
            false => task.run(COPY.past),
        })
    }

    /// Removes what only the destination has.
    fn delete(&self, session: &Session) -> Result<()> {
        let Some(extra) = &self.extra else {
            return Ok(());
        };
        let mut extra = lock(extra);
        if !self.state.is_complete.load(Ordering::Relaxed) {
            let text = format!(
                "nothing is removed from {}: not everything was listed",
                self.to.shown()
            );
            // The failure that stopped the listing was reported, and decides the exit code.
            session.terminal.notify(&Event::Warning(&text));
            return Ok(());
        }
        if extra.count == 0 {
            return Ok(());
        }
        if !self.state.has_source.load(Ordering::Relaxed) && !self.all {
            let text = format!(
                "{} is empty: this would remove everything ({}) from {}",
                self.from.shown(),
                extra.count,
                self.to.shown()
            );
            return Err(Error::new(Kind::Usage, text).with_hint("add --all if you mean it"));
        }
        let paths = extra.read()?;
        match &self.to {
            SyncSide::Prefix(root) => self.delete_blobs(session, root, paths),
            SyncSide::Directory(path) => self.delete_files(session, path, paths),
        }
    }

    fn delete_blobs(
        &self,
        session: &Session,
        root: &BlobRoot,
        paths: impl Iterator<Item = String> + Send + 'static,
    ) -> Result<()> {
        let (root, dry_run) = (root.clone(), self.dry_run);
        let blobs = paths.filter_map(move |path| root.blob(&path).ok());
        let mut blobs = blobs.peekable();
        let groups = std::iter::from_fn(move || next_group(&mut blobs, Missing::Ignore));
        let weight = |_: &Vec<Blob>| Weight::REMOVAL;
        session.for_each_group(groups, weight, move |group, done| {
            let done = |subject: &Subject, result: anyhow::Result<Outcome>| {
                done(subject, result.map(removed));
            };
            match dry_run {
                true => plan_group(&group, &done),
                false => remove_group(&group, Missing::Ignore, &done),
            }
        })
    }

    fn delete_files(
        &self,
        session: &Session,
        directory: &Path,
        paths: impl Iterator<Item = String> + Send + 'static,
    ) -> Result<()> {
        let whole = std::path::absolute(directory).unwrap_or_else(|_| directory.to_path_buf());
        let directory = Arc::new(LocalDirectory::new(directory.to_path_buf()));
        let files = paths.map(move |path| ExtraFile {
            subject: Subject {
                url: Url::new(format!("file://{}", whole.join(&path).to_string_lossy())),
                key: path,
            },
            directory: Arc::clone(&directory),
        });
        let dry_run = self.dry_run;
        session.for_each(files, move |file| match dry_run {
            true => Ok(removed(planned(REMOVE.present, &file.subject.url.shown()))),
            false => file.remove().map(removed),
        })
    }
}

/// The same outcome, counted as a removal.
fn removed(outcome: Outcome) -> Outcome {
    Outcome {
        removed: true,
        ..outcome
    }
}

/// The order of a listing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sorting {
    /// The store lists in the byte order of keys, as S3 does.
    ByTheStore,
    /// The whole listing is read and sorted.
    InMemory,
}

impl Sorting {
    fn apply(
        self,
        found: Box<dyn Iterator<Item = Found> + Send>,
    ) -> Box<dyn Iterator<Item = Found> + Send> {
        match self {
            Self::ByTheStore => found,
            Self::InMemory => {
                let mut all: Vec<Found> = found.collect();
                all.sort_by(|one, other| one.path.cmp(&other.path));
                all.dedup_by(|one, other| one.path == other.path);
                Box::new(all.into_iter())
            }
        }
    }
}

type FoundIterator = Box<dyn Iterator<Item = Found> + Send>;

/// The transfers that two listings call for.
struct SyncTasks {
    pairs: Merge<FoundIterator, FoundIterator>,
    target: BatchTarget,
    options: JobOptions,
    trust: TimeTrust,
    /// Receives the paths that only the destination has; `None` without `--delete`.
    extra: Option<Arc<Mutex<ExtraPaths>>>,
    state: Arc<ListingState>,
    search: Search,
    report: Arc<Report>,
}

impl SyncTasks {
    /// The task of a path; `None` if there is nothing to do or it is a failure, which is reported.
    fn task(&self, pair: Pair) -> Option<Task> {
        let (found, known) = match pair {
            Pair::Extra(found) => {
                self.add_extra(&found);
                return None;
            }
            Pair::New(found) => (found, KnownDestination::Absent),
            Pair::Both(found, other) => (found, known(other)),
        };
        self.state.has_source.store(true, Ordering::Relaxed);
        let (shown, subject) = (found.shown(), self.target.subject(&found));
        match self.target.job(found, &self.options) {
            Ok(job) => Some(Task {
                job: job?,
                check: Check::Unchanged(self.trust, known),
            }),
            Err(error) => {
                let error = anyhow::Error::from(error).context(format!("cannot copy {shown}"));
                self.report.failure(subject.as_ref(), &error);
                None
            }
        }
    }
}

impl SyncTasks {
    fn add_extra(&self, found: &Found) {
        let Some(extra) = &self.extra else { return };
        match (&found.link, &self.target) {
            (Some(link), BatchTarget::Prefix(root)) => self.search.left_out(root, link),
            _ => lock(extra).push(&found.path),
        }
    }
}

impl Iterator for SyncTasks {
    type Item = Task;

    fn next(&mut self) -> Option<Task> {
        loop {
            match self.pairs.next() {
                Some(Ok(pair)) => {
                    if let Some(task) = self.task(pair) {
                        return Some(task);
                    }
                }
                Some(Err(OutOfOrder)) => {
                    self.state.is_out_of_order.store(true, Ordering::Relaxed);
                    return None;
                }
                None => {
                    let is_complete = !self.search.has_failed();
                    self.state.is_complete.store(is_complete, Ordering::Relaxed);
                    return None;
                }
            }
        }
    }
}

/// Converts an entry of the listing of the destination.
fn known(found: Found) -> KnownDestination {
    match found.source {
        FoundSource::Blob(_, Some(info)) => KnownDestination::Present(info),
        _ => KnownDestination::Unknown,
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The paths that only the destination has, in a file without a name: there may be millions.
struct ExtraPaths {
    writer: BufWriter<File>,
    count: u64,
    /// The first error of a write.
    failed: Option<Error>,
}

impl ExtraPaths {
    fn create() -> Result<Self> {
        let file = unnamed_file(&std::env::temp_dir())?;
        Ok(Self {
            writer: BufWriter::new(file),
            count: 0,
            failed: None,
        })
    }

    fn push(&mut self, path: &str) {
        self.count += 1;
        let written = self
            .writer
            .write_all(path.as_bytes())
            .and_then(|()| self.writer.write_all(&[0]));
        if let Err(error) = written {
            let failed = Error::local("cannot write the list of what is to be removed", &error);
            self.failed.get_or_insert(failed);
        }
    }

    fn clear(&mut self) -> Result<()> {
        *self = Self::create()?;
        Ok(())
    }

    /// The paths so far.
    fn read(&mut self) -> Result<impl Iterator<Item = String> + Send + use<>> {
        let failed = |error: &std::io::Error| {
            Error::local("cannot read the list of what is to be removed", error)
        };
        if let Some(error) = self.failed.take() {
            return Err(error);
        }
        self.writer.flush().map_err(|error| failed(&error))?;
        let file = self.writer.get_ref().try_clone();
        let mut file = file.map_err(|error| failed(&error))?;
        file.rewind().map_err(|error| failed(&error))?;
        let lines = BufReader::new(file).split(0);
        // What cannot be read is not removed.
        Ok(lines.map_while(|path| String::from_utf8(path.ok()?).ok()))
    }
}

/// A file that is removed from the destination.
struct ExtraFile {
    /// The key is the path below the directory.
    subject: Subject,
    directory: Arc<LocalDirectory>,
}

impl AsRef<Subject> for ExtraFile {
    fn as_ref(&self) -> &Subject {
        &self.subject
    }
}

impl ExtraFile {
    fn remove(&self) -> anyhow::Result<Outcome> {
        let shown = self.subject.url.shown();
        self.directory
            .remove(&self.subject.key)
            .with_context(|| format!("cannot remove {shown}"))?;
        Ok(Outcome {
            line: format!("removed {shown}"),
            changed: Some(true),
            ..Outcome::default()
        })
    }
}
