//! The sources of a batch: files, directories, blobs and prefixes, one after the other while the transfers run.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use super::blob::{Blob, BlobRoot, pattern_hint};
use super::session::Session;
use crate::cancel::Cancel;
use crate::cli::selection::{Batch, Filters, TimeBound};
use crate::error::{Error, Kind, Result, printable};
use crate::events::{Event, Observer};
use crate::io::local_tree;
use crate::io::local_tree::{DirectoryLinks, LocalTree};
use crate::report::outcome::Subject;
use crate::report::{Audience, Report};
use crate::store::list::{ListDepth, ListEntry, TimeRequest};
use crate::store::types::ObjectMeta;
use crate::transfer::list::Listing;
use crate::transfer::select::{Candidate, Effect, Selection};

/// The maximum length of a path in `--files-from`, in bytes.
const MAX_PATH: u64 = 64 << 10;

/// The most empty lines in a row of a `--files-from`: more are not a list, but a device like `/dev/zero`.
const MOST_EMPTY_LINES: u64 = 1_000_000;

/// A source of a batch.
pub enum BatchSource {
    /// A file.
    File {
        /// From the working directory.
        path: PathBuf,
        /// Its name in the destination.
        name: String,
    },
    /// stdin, which has no name.
    Stdin,
    /// The files below a directory.
    Directory {
        /// From the working directory.
        path: PathBuf,
        /// Its path in the destination: empty, or ends in `/`.
        below: String,
    },
    /// A blob.
    Blob {
        /// The blob.
        blob: Blob,
        /// Its name in the destination.
        name: String,
    },
    /// The blobs below a prefix.
    Prefix {
        /// The prefix: empty, or ends in `/`.
        root: BlobRoot,
        /// Its path in the destination: empty, or ends in `/`.
        below: String,
    },
}

impl BatchSource {
    /// Its name in the destination; empty if it has none. That of a directory ends in `/`.
    pub fn name(&self) -> &str {
        match self {
            Self::File { name, .. } | Self::Blob { name, .. } => name,
            Self::Directory { below, .. } | Self::Prefix { below, .. } => below,
            Self::Stdin => "",
        }
    }

    /// Returns whether it stands for all that is below it.
    pub fn is_tree(&self) -> bool {
        matches!(self, Self::Directory { .. } | Self::Prefix { .. })
    }

    /// Returns whether its contents go directly into the destination.
    pub fn is_merged(&self) -> bool {
        matches!(self, Self::Directory { below, .. } | Self::Prefix { below, .. } if below.is_empty())
    }
}

/// The path of a directory in the destination: `NAME/`, or nothing.
pub fn below_of(name: Option<&str>) -> String {
    name.map_or_else(String::new, |name| format!("{name}/"))
}

/// The name of a local file as a segment of a key.
pub fn utf8_name<'a>(name: &'a OsStr, path: &Path) -> Result<&'a str> {
    local_tree::segment(name, path)
}

/// A file or blob that a batch found.
pub struct Found {
    /// The file or blob.
    pub source: FoundSource,
    /// Its path in the destination. Ends in `/` for a folder marker.
    pub path: String,
    /// The link to a directory below which a listing found the blob: the blob may be elsewhere as well.
    pub link: Option<Arc<str>>,
}

impl Found {
    /// Returns whether it is a blob without content whose key ends in `/`: it stands for a directory.
    pub fn is_folder_marker(&self) -> bool {
        let is_empty = matches!(&self.source, FoundSource::Blob(_, Some(info)) if info.size == 0);
        is_empty && self.path.ends_with('/')
    }

    /// The source, for messages.
    pub fn shown(&self) -> String {
        match &self.source {
            FoundSource::File(path) => format!("`{}`", printable(&path.to_string_lossy())),
            FoundSource::Stdin => "stdin".to_owned(),
            FoundSource::Blob(blob, _) => blob.subject.url.shown(),
        }
    }
}

/// The source of one transfer.
pub enum FoundSource {
    /// A file, from the working directory.
    File(PathBuf),
    /// stdin.
    Stdin,
    /// A blob, with its metadata if a listing contained them.
    Blob(Blob, Option<ObjectMeta>),
}

/// The treatment of a prefix without blobs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum EmptyPrefix {
    /// It stands for the blob that it names without its `/`. If that does not exist either, this is a failure.
    Blob,
    /// The same, but it is not a failure.
    BlobOrNothing,
    /// It stands for nothing.
    Nothing,
}

/// The treatment of blobs that a listing found below a link to a directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum LinkedBlobs {
    /// They are found as all others.
    Find,
    /// They are left out: the command removes what it finds.
    LeaveOut,
}

/// The rules and the surroundings of the search for the sources of a batch.
#[derive(Clone)]
pub struct Search {
    report: Arc<Report>,
    observer: Arc<dyn Observer>,
    selection: Arc<Selection>,
    links: DirectoryLinks,
    linked_blobs: LinkedBlobs,
    /// The link that was reported last.
    last_link: Arc<Mutex<Option<Arc<str>>>>,
    /// The treatment of a prefix without blobs.
    empty_prefix: EmptyPrefix,
    /// Set by the first entry that could not be listed.
    failed: Arc<AtomicBool>,
    /// The number of files and blobs that were not selected; `None` if they are not the user's concern.
    unselected: Option<Arc<AtomicU64>>,
    /// `--files-from` and `--null`.
    list: Option<(PathBuf, bool)>,
    /// Ends the search.
    cancel: Arc<Cancel>,
}

impl Search {
    /// The search that the options describe.
    pub fn new(session: &Session, filters: &Filters, batch: &Batch) -> Result<Self> {
        Ok(Self {
            report: Arc::clone(&session.report),
            observer: session.terminal.clone(),
            selection: Arc::new(selection(filters)?),
            links: DirectoryLinks::Skip,
            linked_blobs: LinkedBlobs::Find,
            last_link: Arc::default(),
            empty_prefix: EmptyPrefix::Blob,
            failed: Arc::default(),
            unselected: Some(Arc::default()),
            list: batch.files_from.clone().map(|path| (path, batch.null)),
            cancel: Arc::clone(&session.cancel),
        })
    }

    /// The same with another treatment of links to directories.
    #[must_use]
    pub fn with_links(self, links: DirectoryLinks) -> Self {
        Self { links, ..self }
    }

    /// The same for a command that removes what it finds.
    #[must_use]
    pub fn for_removal(self) -> Self {
        Self {
            linked_blobs: LinkedBlobs::LeaveOut,
            ..self
        }
    }

    /// The same; a prefix without blobs is not a failure if `ignores` is true.
    #[must_use]
    pub fn ignoring_absence(self, ignores: bool) -> Self {
        let empty_prefix = match ignores {
            true => EmptyPrefix::BlobOrNothing,
            false => EmptyPrefix::Blob,
        };
        Self {
            empty_prefix,
            ..self
        }
    }

    /// The same for a comparison of listings: a prefix stands only for what is below it, there may be nothing, and times are
    /// needed.
    #[must_use]
    pub fn for_comparison(self) -> Self {
        Self {
            empty_prefix: EmptyPrefix::Nothing,
            ..self
        }
    }

    /// The same without the conditions on sizes and times, for a destination: they are about the source.
    #[must_use]
    pub fn by_path(&self) -> Self {
        Self {
            selection: Arc::new(self.selection.by_path()),
            unselected: None,
            ..self.clone()
        }
    }

    /// Returns whether sizes or times decide what is selected.
    pub fn needs_metadata(&self) -> bool {
        self.selection.needs_metadata()
    }

    /// Returns whether anything could not be listed so far.
    pub fn has_failed(&self) -> bool {
        self.failed.load(Ordering::Relaxed)
    }

    /// Returns whether `--files-from` names the paths below the source.
    pub fn has_list(&self) -> bool {
        self.list.is_some()
    }

    /// Returns whether the search for the source reads no list and no directory before its first result.
    pub fn is_immediate(&self, source: &BatchSource) -> bool {
        !self.has_list() && !matches!(source, BatchSource::Directory { .. })
    }

    /// The files and blobs of a source that are selected. A failure is reported as one among the others and ends a listing.
    pub fn find(&self, source: BatchSource) -> Result<Box<dyn Iterator<Item = Found> + Send>> {
        Ok(match (source, &self.list) {
            (BatchSource::Directory { path, below }, Some(list)) => {
                Box::new(self.listed_files(list, path, below)?)
            }
            (BatchSource::Prefix { root, below }, Some(list)) => {
                Box::new(self.listed_blobs(list, root, below)?)
            }
            (BatchSource::Directory { path, below }, None) => {
                Box::new(self.directory(&path, below))
            }
            (BatchSource::Prefix { root, below }, None) => Box::new(self.prefix(root, below)),
            (BatchSource::File { path, name }, _) => {
                Box::new(self.select_file(path, &name, String::new()).into_iter())
            }
            (BatchSource::Blob { blob, name }, _) => {
                Box::new(self.select_blob(blob, &name, "").into_iter())
            }
            (BatchSource::Stdin, _) => Box::new(std::iter::once(Found {
                source: FoundSource::Stdin,
                path: String::new(),
                link: None,
            })),
        })
    }

    /// Reports at the end of a run that nothing was selected, if that is the result.
    pub fn explain(&self, session: &Session) {
        let count = self.unselected.as_ref();
        let count = count.map_or(0, |count| count.load(Ordering::Relaxed));
        if count == 0 || session.cancel.check().is_err() {
            return;
        }
        // Sizes, times and shares may well select nothing, in a cron job for example.
        let audience = match self.selection.is_by_pattern() {
            true => Audience::Everybody,
            false => Audience::Terminal,
        };
        self.report.unselected(count, audience);
    }

    /// Counts what is not selected, and names it with `-v`.
    fn note_unselected(&self, shown: impl FnOnce() -> String) {
        let Some(count) = &self.unselected else {
            return;
        };
        count.fetch_add(1, Ordering::Relaxed);
        if self.observer.verbosity() > 0 {
            let text = format!("not selected: {}", shown());
            self.observer.notify(&Event::Note(&text));
        }
    }

    fn failed(&self, error: Error) {
        self.failed_about(None, error);
    }

    /// Reports a failure of one blob.
    fn failed_about(&self, subject: Option<&Subject>, error: Error) {
        self.failed.store(true, Ordering::Relaxed);
        self.report.failure(subject, &error.into());
    }

    fn skipped(&self, path: &Path, reason: &str) {
        let text = format!("skipped `{}`: {reason}", printable(&path.to_string_lossy()));
        self.observer.notify(&Event::Warning(&text));
    }

    fn directory(&self, path: &Path, below: String) -> impl Iterator<Item = Found> + use<> {
        let (search, cancel) = (self.clone(), Arc::clone(&self.cancel));
        let found = LocalTree::new(path, self.links);
        let found = found.take_while(move |_| cancel.check().is_ok());
        found.filter_map(move |found| match found {
            local_tree::LocalStep::File { path, relative } => {
                search.select_file(path, &relative, below.clone())
            }
            local_tree::LocalStep::Skipped { path, reason } => {
                search.skipped(&path, reason);
                None
            }
            local_tree::LocalStep::Failed(error) => {
                search.failed(error);
                None
            }
        })
    }

    /// A file, if it is selected. `relative` is its path below the source, and `below` that of the source in the destination.
    fn select_file(&self, path: PathBuf, relative: &str, below: String) -> Option<Found> {
        let mut is_selected = self.selection.selects_path(relative);
        if is_selected
            && self.selection.needs_metadata()
            // A file that cannot be examined is a failure of its transfer.
            && let Ok(metadata) = std::fs::metadata(&path)
        {
            is_selected = self.selection.selects(&Candidate {
                path: relative,
                size: metadata.len(),
                modified: metadata.modified().ok(),
            });
        }
        if !is_selected {
            self.note_unselected(|| format!("`{}`", printable(&path.to_string_lossy())));
            return None;
        }
        Some(Found {
            source: FoundSource::File(path),
            path: below + relative,
            link: None,
        })
    }

    /// A blob that was named, if it is selected.
    fn select_blob(&self, blob: Blob, relative: &str, below: &str) -> Option<Found> {
        let mut info = None;
        let mut is_selected = self.selection.selects_path(relative);
        if is_selected && self.selection.needs_metadata() {
            // A blob that cannot be described is a failure of its transfer.
            info = super::job::copy::describe(&blob).ok();
            is_selected = info.as_ref().is_none_or(|info| {
                self.selection.selects(&Candidate {
                    path: relative,
                    size: info.size,
                    modified: info.modified,
                })
            });
        }
        if !is_selected {
            self.note_unselected(|| blob.subject.url.shown());
            return None;
        }
        Some(Found {
            source: FoundSource::Blob(blob, info),
            path: format!("{below}{relative}"),
            link: None,
        })
    }

    /// The blobs below a prefix. If there are none, [`EmptyPrefix`] decides, except for a whole store.
    fn prefix(&self, root: BlobRoot, below: String) -> impl Iterator<Item = Found> + use<> {
        let is_compared = self.empty_prefix == EmptyPrefix::Nothing;
        let times = match self.selection.needs_times() || is_compared {
            true => TimeRequest::Always,
            false => TimeRequest::IfFree,
        };
        let (search, mut is_empty) = (self.clone(), true);
        let mut listing = Listing::new(&root.engine, root.prefix(), ListDepth::All, times);
        std::iter::from_fn(move || {
            loop {
                let next = listing.next();
                if listing.is_incomplete() {
                    // The store warned about it.
                    search.failed.store(true, Ordering::Relaxed);
                }
                let found = match next {
                    Some(Ok(entry)) => {
                        is_empty = false;
                        search.select_entry(&root, entry, &below)
                    }
                    Some(Err(error)) => {
                        is_empty = false;
                        search.cannot_list(&root, error);
                        None
                    }
                    None if std::mem::take(&mut is_empty) => {
                        return search.alone(&root, &below);
                    }
                    None => return None,
                };
                if found.is_some() {
                    return found;
                }
            }
        })
    }

    /// An entry of a listing, if it is selected.
    fn select_entry(&self, root: &BlobRoot, entry: ListEntry, below: &str) -> Option<Found> {
        let prefix = root.prefix();
        let relative = entry.key.strip_prefix(&prefix).unwrap_or_default();
        let candidate = Candidate {
            path: relative,
            size: entry.info.size,
            modified: entry.info.modified,
        };
        // The prefix itself, as a folder marker, has no name below the destination.
        if relative.is_empty() {
            return None;
        }
        if !self.selection.selects(&candidate) {
            self.note_unselected(|| root.engine.store.url(&entry.key).shown());
            return None;
        }
        if let (LinkedBlobs::LeaveOut, Some(link)) = (self.linked_blobs, &entry.link) {
            self.left_out(root, link);
            return None;
        }
        Some(Found {
            path: format!("{below}{relative}"),
            source: FoundSource::Blob(self.blob(root, relative)?, Some(entry.info)),
            link: entry.link,
        })
    }

    /// The blob below a prefix. A key that no blob can have is a failure.
    fn blob(&self, root: &BlobRoot, relative: &str) -> Option<Blob> {
        let blob = root.blob(relative);
        blob.map_err(|error| self.failed_about(Some(&root.subject(relative)), error))
            .ok()
    }

    /// Reports a link to a directory on a server whose blobs are not removed, once.
    pub fn left_out(&self, root: &BlobRoot, link: &Arc<str>) {
        let mut last = self
            .last_link
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if last.replace(Arc::clone(link)).as_ref() != Some(link) {
            let shown = root.engine.store.url(link).shown();
            let text = format!(
                "left out {shown}, a link to a directory: nothing is removed through links"
            );
            self.observer.notify(&Event::Warning(&text));
        }
    }

    /// The blob that a prefix without blobs names without its `/`.
    fn alone(&self, root: &BlobRoot, below: &str) -> Option<Found> {
        let key = root.key.strip_suffix('/')?;
        if self.empty_prefix == EmptyPrefix::Nothing {
            return None;
        }
        let named = BlobRoot {
            key: String::new(),
            ..root.clone()
        };
        let found = named
            .blob(key)
            .and_then(|blob| super::job::copy::describe(&blob).map(|info| (blob, info)));
        match found {
            Ok((blob, _)) => {
                let name = blob.key.base_name().unwrap_or_default().to_owned();
                let below = below.strip_suffix(&format!("{name}/")).unwrap_or(below);
                self.select_blob(blob, &name, below)
            }
            Err(error)
                if error.kind() == Kind::NotFound
                    && self.empty_prefix == EmptyPrefix::BlobOrNothing =>
            {
                None
            }
            Err(error) if error.kind() == Kind::NotFound => {
                self.cannot_find(&named, key, error);
                None
            }
            Err(error) => {
                self.cannot_list(root, error);
                None
            }
        }
    }

    /// Reports that neither a blob of this name nor blobs below it exist.
    fn cannot_find(&self, store: &BlobRoot, key: &str, error: Error) {
        let named = store.join(key);
        let attempted = format!("cannot find {}", named.shown());
        let mut error = error.map_text(|text| format!("{text}, and none below it"));
        if let Some(hint) = pattern_hint(&*named.engine.store, &named.prefix()) {
            error = error.with_hint(hint);
        }
        self.failed.store(true, Ordering::Relaxed);
        self.report
            .failure(None, &anyhow::Error::from(error).context(attempted));
    }

    fn cannot_list(&self, root: &BlobRoot, error: Error) {
        let attempted = format!("cannot list {}", root.shown());
        self.failed.store(true, Ordering::Relaxed);
        self.report
            .failure(None, &anyhow::Error::from(error).context(attempted));
    }

    /// The lines of a list, until the run is stopped.
    fn lines(
        &self,
        list: &(PathBuf, bool),
    ) -> Result<impl Iterator<Item = Result<String>> + use<>> {
        let cancel = Arc::clone(&self.cancel);
        let lines = PathList::open(&list.0, list.1)?;
        Ok(lines.take_while(move |_| cancel.check().is_ok()))
    }

    fn listed_files(
        &self,
        list: &(PathBuf, bool),
        path: PathBuf,
        below: String,
    ) -> Result<impl Iterator<Item = Found> + use<>> {
        let search = self.clone();
        Ok(self.lines(list)?.filter_map(move |line| {
            let found = line.and_then(|line| {
                let relative = below_source(&line)?;
                Ok(search.select_file(path.join(relative), relative, below.clone()))
            });
            found.unwrap_or_else(|error| {
                search.failed(error);
                None
            })
        }))
    }

    fn listed_blobs(
        &self,
        list: &(PathBuf, bool),
        root: BlobRoot,
        below: String,
    ) -> Result<impl Iterator<Item = Found> + use<>> {
        let search = self.clone();
        Ok(self.lines(list)?.filter_map(move |line| {
            let relative = line.map_err(|error| search.failed(error)).ok()?;
            let blob = search.blob(&root, &relative)?;
            search.select_blob(blob, &relative, &below)
        }))
    }
}

/// The path of a file below a directory, as `--files-from` names it. find(1) puts `./` before it.
fn below_source(line: &str) -> Result<&str> {
    let relative = line.trim_start_matches("./");
    if relative.starts_with('/') || relative.split('/').any(|segment| segment == "..") {
        let text = format!(
            "`{}` in the list is not a path below the source",
            printable(line)
        );
        return Err(Error::new(Kind::Usage, text)
            .with_hint("the paths of --files-from are relative to the source, without `..`"));
    }
    Ok(relative)
}

/// The conditions that the options describe.
pub fn selection(filters: &Filters) -> Result<Selection> {
    let now = SystemTime::now();
    let instant = |bound: Option<TimeBound>| bound.map(|bound| bound.instant(now));
    let mut selection = Selection::default();
    selection.newer_than = instant(filters.newer_than);
    selection.older_than = instant(filters.older_than);
    selection.min_size = filters.min_size;
    selection.max_size = filters.max_size;
    selection.shard = filters.shard.map(|shard| (shard.index, shard.count));
    for pattern in &filters.patterns.0 {
        let effect = match pattern.includes {
            true => Effect::Include,
            false => Effect::Exclude,
        };
        selection.add(effect, &pattern.glob)?;
    }
    let contradiction = |text: &str| Err(Error::new(Kind::Usage, text));
    match (selection.min_size, selection.max_size) {
        (Some(least), Some(most)) if least > most => {
            return contradiction("--min-size is greater than --max-size: nothing can be selected");
        }
        _ => {}
    }
    match (selection.newer_than, selection.older_than) {
        (Some(newer), Some(older)) if newer >= older => {
            contradiction("--newer-than is later than --older-than: nothing can be selected")
        }
        _ => Ok(selection),
    }
}

/// The paths of `--files-from`.
pub struct PathList {
    reader: BufReader<Box<dyn Read + Send>>,
    /// The file, for messages.
    shown: String,
    /// NUL or line feed.
    end: u8,
    line: u64,
    is_over: bool,
}

impl PathList {
    /// Opens a list; `-` is stdin.
    pub fn open(path: &Path, null: bool) -> Result<Self> {
        let shown = printable(&path.to_string_lossy());
        let reader: Box<dyn Read + Send> = match path.to_str() {
            Some("-") => Box::new(std::io::stdin()),
            _ => Box::new(File::open(path).map_err(|error| {
                Error::local(format_args!("cannot open the list `{shown}`"), &error)
            })?),
        };
        Ok(Self {
            reader: BufReader::new(reader),
            shown,
            end: if null { 0 } else { b'\n' },
            line: 0,
            is_over: false,
        })
    }

    /// The next path; `None` at the end of the list. Empty lines are skipped. After an error the list cannot be read further,
    /// unless the error is that of one line alone.
    fn read(&mut self) -> Result<Option<Result<String>>> {
        let last_path = self.line;
        loop {
            let mut bytes = Vec::new();
            let read = self
                .reader
                .by_ref()
                .take(MAX_PATH)
                .read_until(self.end, &mut bytes);
            let read = read.map_err(|error| {
                Error::local(
                    format_args!("cannot read the list `{}`", self.shown),
                    &error,
                )
            })?;
            if read == 0 {
                return Ok(None);
            }
            self.line += 1;
            if bytes.last() == Some(&self.end) {
                bytes.pop();
            } else if read as u64 == MAX_PATH {
                return Err(self.invalid("is too long"));
            }
            if self.end == b'\n' && bytes.last() == Some(&b'\r') {
                return Err(self.invalid("ends in CR LF").with_hint(
                    "convert the list (tr -d '\\r'); for names that end in CR, use -0",
                ));
            }
            if !bytes.is_empty() {
                let text = String::from_utf8(bytes);
                return Ok(Some(text.map_err(|_| self.invalid("is not UTF-8 text"))));
            }
            if self.line - last_path > MOST_EMPTY_LINES {
                let text = format!(
                    "the list `{}` has more than {MOST_EMPTY_LINES} empty lines in a row",
                    self.shown
                );
                return Err(Error::new(Kind::Usage, text));
            }
        }
    }

    fn invalid(&self, what: &str) -> Error {
        let text = format!("line {} of the list `{}` {what}", self.line, self.shown);
        Error::new(Kind::Usage, text)
    }
}

impl Iterator for PathList {
    type Item = Result<String>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.is_over {
            return None;
        }
        let next = self.read().transpose();
        self.is_over = !matches!(next, Some(Ok(_)));
        next.map(|line| line.and_then(|line| line))
    }
}
