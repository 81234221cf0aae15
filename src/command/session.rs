//! What every command works with: settings, terminal, report, and the stores that are open.

use std::collections::{HashMap, HashSet};
use std::hash::Hash;
use std::sync::Arc;
use std::time::Instant;

use crate::backend;
use crate::cancel::Cancel;
use crate::cli::BackendKind;
use crate::error::{Error, Kind, Result, printable};
use crate::events::{Event, Observer};
use crate::exit::Exit;
use crate::key::Key;
use crate::report::Report;
use crate::report::outcome::Subject;
use crate::settings::{Place, Settings, Target};
use crate::store::Context;
use crate::store::identity::BlobId;
use crate::terminal::{Terminal, Verbosity};
use crate::transfer::Engine;
use crate::transfer::resume::ResumePolicy;

/// Everything that a verb works with.
pub struct Session {
    /// All settings.
    pub settings: Settings,
    /// stderr.
    pub terminal: Arc<Terminal>,
    /// Where results go.
    pub report: Arc<Report>,
    /// The wish to stop.
    pub cancel: Arc<Cancel>,
    pub(super) engines: HashMap<Place, (Engine, String)>,
    /// When the whole command has to be over.
    pub deadline: Option<Instant>,
    /// What may be gone on with.
    pub resume: ResumePolicy,
    /// The version of the one blob that is meant, instead of the newest.
    pub(super) version: Option<String>,
    /// The first destination in the default store, where no option or setting chose it, and how many there are.
    pub(super) in_default_store: Option<(String, usize)>,
}

/// A blob: which engine reaches it, and under which key.
#[derive(Clone)]
pub struct Blob {
    /// The store.
    pub engine: Engine,
    /// The key in the store, prefix included.
    pub key: Key,
    /// Key as typed, and full address.
    pub subject: Subject,
}

impl Blob {
    /// Its identity: blobs are compared by this, never by what is shown.
    pub fn id(&self) -> BlobId {
        self.engine.store.id(&self.key)
    }
}

impl Session {
    /// The blob that a target means.
    pub fn blob(&mut self, op: &'static str, target: &Target) -> Result<Blob> {
        let (engine, prefix) = self.engine(&target.place)?;
        if target.key.is_empty() {
            return Err(target.place.without_key());
        }
        let key = Key::new(format!("{prefix}{}", target.key))?;
        let subject = Subject {
            op,
            key: target.key.clone(),
            url: engine.store.url(key.as_str()),
        };
        Ok(Blob {
            engine,
            key,
            subject,
        })
    }

    /// Refuses a store's address where a local path is expected.
    pub fn check_local(&self, path: &std::ffi::OsStr, what: &str, copy: &str) -> Result<()> {
        if !self.settings.is_store_address(path) {
            return Ok(());
        }
        let shown = printable(&path.to_string_lossy());
        let text = format!("`{shown}` is the address of a blob in a store, and {what}");
        Err(Error::new(Kind::Usage, text).hint(format!(
            "cp copies between stores: blobctl cp {}",
            copy.replace("{}", &shown)
        )))
    }

    /// The blob that a target means, as the destination of a put or cp.
    pub fn destination(&mut self, op: &'static str, target: &Target) -> Result<Blob> {
        let blob = self.blob(op, target)?;
        if self.settings.is_unasked_default(&target.place) {
            let first = blob.subject.url.shown();
            let (_, count) = self.in_default_store.get_or_insert((first, 0));
            *count += 1;
        }
        Ok(blob)
    }

    /// Says on a terminal where blobs were stored that nobody told where to go: whoever meant another store must see it.
    pub(super) fn note_default_store(&self) {
        let Some((first, count)) = &self.in_default_store else {
            return;
        };
        let stored = self.report.exits();
        let stored = stored.iter().filter(|exit| **exit == Exit::Ok).count();
        let is_shown = self.settings.environment().is_terminal
            && self.terminal.verbosity() == Verbosity::Normal;
        if stored == 0 || !is_shown {
            return;
        }
        let place = if *count == 1 {
            first.clone()
        } else {
            let root = self.settings.default_root().unwrap_or_default();
            format!("file://{}", printable(&root.to_string_lossy()))
        };
        self.terminal.line(&format!(
            "blobctl: stored in the default store, {place} (-b, --remote or an address names another)"
        ));
    }

    /// The target of an address that must not be stdin or stdout.
    pub fn target(&self, text: &std::ffi::OsStr) -> Result<Option<Target>> {
        let text = text.to_str().ok_or_else(|| {
            let shown = printable(&text.to_string_lossy());
            Error::new(Kind::Usage, format!("the key `{shown}` is not UTF-8 text"))
        })?;
        self.settings.target(text)
    }

    /// The blobs that addresses mean, none of which may be stdin.
    pub fn blobs(
        &mut self,
        op: &'static str,
        addresses: &[std::ffi::OsString],
    ) -> Result<Vec<Blob>> {
        let mut targets = Vec::new();
        for text in addresses {
            let target = self.target(text)?;
            targets.push(target.ok_or_else(|| Error::new(Kind::Usage, "`-` is no blob"))?);
        }
        self.check_flags(targets.iter().map(|target| &target.place))?;
        targets.iter().map(|target| self.blob(op, target)).collect()
    }

    /// Takes `--version-id`, which can name a version of one blob only. Before the store is opened.
    pub fn take_version(&mut self, version: Option<&String>, blobs: usize) -> Result<()> {
        match version {
            Some(_) if blobs != 1 => Err(Error::new(
                Kind::Usage,
                "--version-id names a version of one blob, and these are several",
            )),
            Some(version) if version.is_empty() => {
                Err(Error::new(Kind::Usage, "the version id is empty"))
            }
            version => {
                self.version = version.cloned();
                Ok(())
            }
        }
    }

    /// Refuses options that fit none of the stores in use.
    pub fn check_flags<'a>(&self, places: impl Iterator<Item = &'a Place>) -> Result<()> {
        let kinds: Vec<BackendKind> = places.map(Place::kind).collect();
        self.settings.check_flags(&kinds)
    }

    /// Opens a store once; the text stands before every key.
    pub fn engine(&mut self, place: &Place) -> Result<(Engine, String)> {
        if let Some(opened) = self.engines.get(place) {
            return Ok(opened.clone());
        }
        let mut store = self.settings.store(place)?;
        match (&mut store.config, &self.version) {
            (_, None) => {}
            (backend::Config::S3(config), version) => config.version.clone_from(version),
            _ => {
                let kind = place.kind().name();
                let text = format!("only S3 has versions of blobs, and this is {kind}");
                return Err(Error::new(Kind::Usage, text).hint("leave --version-id out"));
            }
        }
        let observer: Arc<dyn Observer> = self.terminal.clone();
        let context = Context {
            cancel: Arc::clone(&self.cancel),
            observer: Arc::clone(&observer),
            timeouts: store.timeouts,
            workers: self
                .settings
                .jobs()?
                .saturating_mul(store.parts.concurrency),
        };
        let insecure = match &store.config {
            backend::Config::S3(config) => config.insecure,
            backend::Config::Ftp(config) => {
                config.insecure && config.tls != backend::ftp::Tls::None
            }
            backend::Config::Fs(_) => false,
        };
        if insecure {
            observer.notify(&Event::Warning("certificates are not checked (--insecure): anybody in between can read and change everything"));
        }
        let required_checksum = store.config.required_checksum();
        let opened = backend::open(store.config, context);
        let engine = Engine::new(opened, store.retry_for, &self.cancel, observer)
            .with_resume(self.resume.clone())
            .with_required_checksum(required_checksum)
            .with_parts(store.parts);
        self.engines
            .insert(place.clone(), (engine.clone(), store.prefix.clone()));
        Ok((engine, store.prefix))
    }

    /// How the run ended: by signal, or as its results say.
    pub fn exit(&self) -> Exit {
        match self.cancel.check() {
            Err(error) => error.exit(),
            Ok(()) => Exit::merge(&self.report.exits()),
        }
    }
}

/// Refuses two sources for one destination: the one that ends first would be lost without a word.
///
/// Each destination comes with its text for the message, by which nothing is compared.
pub fn refuse_twins<T: Eq + Hash>(destinations: impl Iterator<Item = (T, String)>) -> Result<()> {
    let mut seen = HashSet::new();
    for (destination, shown) in destinations {
        if !seen.insert(destination) {
            let text = format!("two sources would both become `{shown}`");
            return Err(Error::new(Kind::Usage, text)
                .hint("give them different destinations, in commands of their own"));
        }
    }
    Ok(())
}
