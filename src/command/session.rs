//! The session that every command runs in: settings, terminal, report, and the stores that are open.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::batch_stop::{BatchStop, Repetition, StoppableJobs};
use super::blob::{Blob, BlobRoot};
use super::job::Task;
use super::put_options::check_s3_only;
use crate::backend;
use crate::cancel::Cancel;
use crate::cli::bounds::JobCount;
use crate::cli::{BackendKind, Cli, Command, Get, Progress, WaitOptions};
use crate::error::{Error, Kind, Result, printable};
use crate::events::{Event, Observer};
use crate::exit::Exit;
use crate::io::rate_limit::RateLimit;
use crate::io::standard_streams::{check_stdout, is_stdout};
use crate::report::outcome::{Outcome, Subject};
use crate::report::{Format, Report};
use crate::secret::forbid_core_dumps;
use crate::settings::environment::Environment;
use crate::settings::notation::Notation;
use crate::settings::{Settings, StoreRef, Target};
use crate::store::Context;
use crate::terminal::{Terminal, Verbosity};
use crate::transfer::ahead::Ahead;
use crate::transfer::gate::{Gate, Weight};
use crate::transfer::resume::ResumePolicy;
use crate::transfer::wait::Wait;
use crate::transfer::{Engine, workers};
use crate::units::parse_duration;

/// Tasks that are found ahead of the transfers: a page of most stores, and little memory.
const AHEAD: usize = 1000;

/// The state of one run.
pub struct Session {
    /// All settings.
    pub settings: Settings,
    /// stderr.
    pub terminal: Arc<Terminal>,
    /// Collects and prints the results.
    pub report: Arc<Report>,
    /// Set by a signal or the deadline.
    pub cancel: Arc<Cancel>,
    /// `--limit-rate`.
    rate_limit: RateLimit,
    /// The end of `--deadline`.
    pub deadline: Option<Instant>,
    /// The unfinished transfers that may be resumed.
    pub resume: ResumePolicy,
    /// After a failure no further job is begun.
    pub fail_fast: bool,
    /// The jobs that are left after a failure of the whole store can be counted without asking it.
    pub counts_rest: bool,
    /// The jobs are found by a search, which may run ahead of the transfers.
    pub searches: bool,
    /// Admits transfers.
    gate: Arc<Gate>,
    /// The open stores, each for the newest versions or for one version.
    stores: HashMap<(StoreRef, Option<String>), OpenStore>,
    /// The version to which the stores that are opened next are limited.
    version: Option<String>,
    /// The option that selects a version.
    version_option: &'static str,
    /// The destination in the default store, if no option or setting chose that.
    in_default_store: Option<String>,
}

/// A store that is open.
#[derive(Clone)]
pub struct OpenStore {
    /// Transfers blobs from and to the store.
    pub engine: Arc<Engine>,
    /// Prepended to every key that is typed.
    pub prefix: String,
}

impl Session {
    /// Reads all settings and opens nothing yet.
    pub fn start(cli: &Cli) -> Result<Self> {
        check_output(cli)?;
        let environment = Environment::capture();
        let interactive = environment.terminal;
        let settings = Settings::load(cli.global.clone(), environment)?;
        let deadline = settings.deadline()?.map(|limit| Instant::now() + limit);
        let cancel = Cancel::new();
        let limit = settings.limit_rate()?;
        let rate_limit = limit.map(|rate| RateLimit::new(rate, &cancel));
        let gate = match settings.jobs()? {
            JobCount::Auto => Gate::adaptive(),
            JobCount::Fixed(jobs) => Gate::fixed(jobs.into()),
        };
        let terminal = Terminal::new(settings.progress()?, verbosity(cli), interactive);
        let terminal = Arc::new(terminal);
        let few_files = few_files(settings.jobs()?, &gate);
        for warning in settings.warnings().into_iter().chain(few_files) {
            terminal.notify(&Event::Warning(&warning));
        }
        let report = Report::new(cli.command.name(), Arc::clone(&terminal), format(cli));
        Ok(Self {
            settings,
            terminal,
            report: Arc::new(report),
            cancel,
            rate_limit: rate_limit.unwrap_or_default(),
            deadline,
            resume: ResumePolicy::default(),
            fail_fast: false,
            counts_rest: true,
            searches: false,
            gate: Arc::new(gate),
            stores: HashMap::new(),
            version: None,
            version_option: "--version-id",
            in_default_store: None,
        })
    }

    /// Does `work` for every job, as many at a time as `--jobs` allows, and reports each outcome.
    ///
    /// The error of a job carries, as its context, what was attempted.
    pub fn for_each<J>(
        &self,
        jobs: impl IntoIterator<Item = J, IntoIter: Send + 'static>,
        work: impl Fn(&J) -> anyhow::Result<Outcome> + Send + Sync + 'static,
    ) -> Result<()>
    where
        J: AsRef<Subject> + 'static,
    {
        let weight = |_: &J| Weight::REQUEST;
        self.for_each_group(jobs, weight, move |job, done| {
            done(job.as_ref(), work(&job));
        })
    }

    /// As [`Session::for_each`], for transfers.
    pub fn for_each_task(
        &self,
        tasks: impl IntoIterator<Item = Task, IntoIter: Send + 'static>,
        work: impl Fn(&Task) -> anyhow::Result<Outcome> + Send + Sync + 'static,
    ) -> Result<()> {
        let observer = Arc::clone(&self.terminal);
        let counts = observer.counts_ahead();
        let tasks = self.find_ahead(self.counted(tasks.into_iter()))?;
        self.for_each_group(tasks, Task::weight, move |task, done| {
            let bytes = task.size().filter(|_| counts);
            done(task.as_ref(), work(&task));
            observer.notify(&Event::Done { bytes });
        })
    }

    /// The same tasks, each of which is counted when it is found.
    fn counted<I>(&self, tasks: I) -> impl Iterator<Item = Task> + Send + use<I>
    where
        I: Iterator<Item = Task> + Send + 'static,
    {
        let observer = Arc::clone(&self.terminal);
        let counts = observer.counts_ahead();
        tasks
            .inspect(move |task| {
                if counts {
                    let bytes = task.size();
                    observer.notify(&Event::Found { blobs: 1, bytes });
                }
            })
            .chain(self.end_of_search())
    }

    /// An empty end of a search, which tells the terminal that all blobs were found.
    pub fn end_of_search<T>(&self) -> impl Iterator<Item = T> + Send + use<T> {
        let terminal = Arc::clone(&self.terminal);
        std::iter::from_fn(move || {
            terminal.notify(&Event::FoundAll);
            None
        })
    }

    /// The same tasks, found while others run if a search finds them. The search of a store with logins would need a login
    /// more, which the server may refuse.
    fn find_ahead<I>(&self, tasks: I) -> Result<Box<dyn Iterator<Item = Task> + Send>>
    where
        I: Iterator<Item = Task> + Send + 'static,
    {
        let mut stores = self.stores.values();
        let needs_login = stores.any(|open| open.engine.store.capabilities().needs_login);
        Ok(match self.searches && !needs_login {
            true => Box::new(Ahead::start(tasks, AHEAD)?),
            false => Box::new(tasks),
        })
    }

    /// As [`Session::for_each`], for jobs that are about several blobs: `work` passes the result of each blob to its second
    /// argument. `weight` is the share of the line that a job takes.
    pub fn for_each_group<J: 'static>(
        &self,
        jobs: impl IntoIterator<Item = J, IntoIter: Send + 'static>,
        weight: impl Fn(&J) -> Weight + Send + Sync + 'static,
        work: impl Fn(J, &dyn Fn(&Subject, anyhow::Result<Outcome>)) + Send + Sync + 'static,
    ) -> Result<()> {
        // Blobs of another store may be fine.
        let has_one_store = self.stores.len() == 1;
        let verbosity = self.terminal.verbosity();
        let stop = Arc::new(BatchStop::new(self.fail_fast, has_one_store, verbosity));
        // What could not become a job has failed, too.
        let (fail_fast, results) = (self.fail_fast, Arc::clone(&self.report));
        let is_begun = move |_: &J| !fail_fast || results.failed() == 0;
        let jobs = StoppableJobs {
            jobs: jobs.into_iter().take_while(is_begun),
            stop: Arc::clone(&stop),
            counts_rest: self.counts_rest,
        };
        let (report, failures) = (Arc::clone(&self.report), Arc::clone(&stop));
        let done = move |subject: &Subject, result: anyhow::Result<Outcome>| match result {
            Ok(outcome) => report.success(subject, &outcome),
            Err(error) => match failures.note(&error) {
                Repetition::New => report.failure(Some(subject), &error),
                Repetition::Repeated => report.repeated_failure(subject, &error),
            },
        };
        let (gate, cancel) = (Arc::clone(&self.gate), Arc::clone(&self.cancel));
        let work = move |job: J| {
            let _admission = gate.enter(weight(&job), &cancel);
            work(job, &done);
        };
        workers::run(jobs, self.gate.most(), &self.cancel, self.deadline, work)?;
        stop.explain(&self.report);
        self.report_stop();
        Ok(())
    }

    /// Reports that the run was stopped, unless the failure of a job says so.
    fn report_stop(&self) {
        if let Err(error) = self.cancel.check()
            && !self.report.exits().contains(&error.exit())
        {
            self.report.failure(None, &error.into());
        }
    }

    /// Does `work` on one worker, under the run's signals and deadline.
    pub fn run_one<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T> + Send + 'static,
    ) -> Result<T> {
        workers::run_one(&self.cancel, self.deadline, work)
    }

    /// The wait that the options ask for. It begins now, for all blobs of the command.
    ///
    /// # Errors
    /// One of the other `arguments` is a duration, which was meant as the limit of the wait.
    pub fn wait(options: &WaitOptions, arguments: &[std::ffi::OsString]) -> Result<Option<Wait>> {
        const POLL: Duration = Duration::from_secs(5);
        let is_duration =
            |text: &&str| text.ends_with(char::is_alphabetic) && parse_duration(text).is_ok();
        let mut texts = arguments.iter().filter_map(|argument| argument.to_str());
        match (options.wait, texts.find(is_duration)) {
            (Some(None), Some(limit)) => Err(Error::new(
                Kind::Usage,
                format!("`{limit}` after --wait would be taken for a key or a file"),
            )
            .with_hint(format!(
                "write --wait={limit}; for a key of that name, use its address"
            ))),
            (wait, _) => Ok(wait.map(|limit| Wait {
                until: limit.map(|limit| Instant::now() + limit),
                poll: options.poll.unwrap_or(POLL),
            })),
        }
    }

    /// Takes the bars away, reports an error of the command as a whole, and returns the exit code.
    pub fn finish(&self, result: Result<Exit>) -> Exit {
        self.terminal.finish();
        self.note_default_store();
        result.unwrap_or_else(|error| {
            let exit = error.exit();
            self.report.failure(None, &error.into());
            exit
        })
    }

    /// The place in its store that a target names.
    pub fn root(&mut self, target: &Target) -> Result<BlobRoot> {
        let OpenStore { engine, prefix } = self.open(&target.store)?;
        Ok(BlobRoot {
            engine,
            store_prefix: prefix,
            key: target.key.clone(),
        })
    }

    /// The blob that a target names.
    pub fn blob(&mut self, target: &Target) -> Result<Blob> {
        let root = self.root(target)?;
        match target.key.is_empty() {
            true => Err(target.store.without_key()),
            false => root.blob(""),
        }
    }

    /// Rejects the address of a blob where a local path is expected.
    pub fn check_local(&self, path: &std::ffi::OsStr, expected: &str, copy: &str) -> Result<()> {
        if !self.settings.is_store_address(path) {
            return Ok(());
        }
        let shown = printable(&path.to_string_lossy());
        let text = format!("`{shown}` is the address of a blob in a store, but {expected}");
        Err(Error::new(Kind::Usage, text).with_hint(format!(
            "cp copies between stores: blobctl cp {}",
            copy.replace("{}", &shown)
        )))
    }

    /// Remembers that blobs are stored below `root`, in case its store was not asked for.
    pub fn note_destination(&mut self, target: &Target, root: &BlobRoot) {
        if self.settings.is_unasked_default(&target.store) {
            self.in_default_store = Some(root.shown());
        }
    }

    /// Prints a line on a terminal if blobs were stored in the default store without being asked to: the user may have meant
    /// another store.
    fn note_default_store(&self) {
        let Some(url) = &self.in_default_store else {
            return;
        };
        let is_shown = self.settings.environment().is_terminal
            && self.terminal.verbosity() == Verbosity::Normal;
        if self.report.succeeded() > 0 && is_shown {
            self.terminal.line(&format!(
                "blobctl: stored in the default store, {url} (select another one with -b, --remote or an address)"
            ));
        }
    }

    /// The target of an address; `None` for `-`, which is stdin or stdout.
    pub fn target(&self, text: &std::ffi::OsStr) -> Result<Option<Target>> {
        self.settings.target(utf8(text)?)
    }

    /// The same with the notation of the address.
    pub fn target_with_notation(
        &self,
        text: &std::ffi::OsStr,
    ) -> Result<Option<(Target, Notation)>> {
        self.settings.target_with_notation(utf8(text)?)
    }

    /// The blobs that addresses name, none of which may be `-`.
    pub fn blobs(&mut self, addresses: &[std::ffi::OsString]) -> Result<Vec<Blob>> {
        let mut targets = Vec::new();
        for text in addresses {
            let target = self.target(text)?;
            targets.push(target.ok_or_else(not_a_blob)?);
        }
        self.check_flags(targets.iter().map(|target| &target.store))?;
        targets.iter().map(|target| self.blob(target)).collect()
    }

    /// Selects the version that `--version-id` names, which is one of one blob. To be called before the store is opened.
    pub fn select_version(&mut self, version: Option<&String>, blobs: usize) -> Result<()> {
        self.select_version_by("--version-id", version, blobs)
    }

    /// The same for another option.
    pub fn select_version_by(
        &mut self,
        option: &'static str,
        version: Option<&String>,
        blobs: usize,
    ) -> Result<()> {
        self.version_option = option;
        match version {
            Some(_) if blobs != 1 => Err(Error::new(
                Kind::Usage,
                format!("{option} selects a version of one blob, but several blobs were given"),
            )),
            Some(version) if version.is_empty() => {
                Err(Error::new(Kind::Usage, "the version ID is empty"))
            }
            version => {
                self.version = version.cloned();
                Ok(())
            }
        }
    }

    /// Rejects options that apply to none of the stores in use.
    pub fn check_flags<'a>(&self, stores: impl Iterator<Item = &'a StoreRef>) -> Result<()> {
        let kinds: Vec<BackendKind> = stores.map(StoreRef::kind).collect();
        self.settings.check_flags(&kinds)
    }

    /// Opens a store, once per session.
    pub fn open(&mut self, store: &StoreRef) -> Result<OpenStore> {
        let id = (store.clone(), self.version.clone());
        if let Some(open) = self.stores.get(&id) {
            return Ok(open.clone());
        }
        let mut settings = self.settings.store(store)?;
        match (&mut settings.config, &self.version) {
            (_, None) => {}
            (backend::Config::S3(config), version) => config.version.clone_from(version),
            _ => check_s3_only(true, self.version_option, store.kind())?,
        }
        let observer: Arc<dyn Observer> = self.terminal.clone();
        for warning in self.settings.late_warnings() {
            observer.notify(&Event::Warning(&warning));
        }
        // A store may be open already for another version.
        let is_new = !self.stores.keys().any(|(open, _)| open == store);
        if is_new && is_insecure(&settings.config) {
            observer.notify(&Event::Warning(INSECURE));
        }
        let context = Context {
            cancel: Arc::clone(&self.cancel),
            observer: Arc::clone(&observer),
            timeouts: settings.timeouts,
            workers: self.gate.most().saturating_mul(settings.parts.concurrency),
        };
        if !matches!(settings.config, backend::Config::Fs(_)) {
            forbid_core_dumps();
        }
        let required_checksum = settings.config.required_checksum();
        let opened = backend::open(settings.config, context);
        let engine = Engine::new(opened, settings.retry_for, &self.cancel, observer)
            .with_gate(Arc::clone(&self.gate))
            .with_resume(self.resume.clone())
            .with_parts(settings.parts)
            .with_rate_limit(self.rate_limit.clone())
            .with_required_checksum(required_checksum);
        let open = OpenStore {
            engine: Arc::new(engine),
            prefix: settings.prefix,
        };
        self.stores.insert(id, open.clone());
        Ok(open)
    }

    /// The exit code of the run: that of the signal that stopped it, or the one that its results merge to.
    pub fn exit(&self) -> Exit {
        match self.cancel.check() {
            Err(error) => error.exit(),
            Ok(()) => Exit::merge(&self.report.exits()),
        }
    }
}

const INSECURE: &str =
    "certificates are not checked (--insecure): anybody in between can read and change everything";

/// The warning that the limit of open files permits fewer transfers than `--jobs` asks for.
fn few_files(jobs: JobCount, gate: &Gate) -> Option<String> {
    match jobs {
        JobCount::Fixed(jobs) if gate.most() < jobs.into() => Some(format!(
            "--jobs {jobs} is capped at {}, because the limit of open files (ulimit -n) permits no more",
            gate.most()
        )),
        _ => None,
    }
}

/// Returns whether TLS connections to the store are made without a check of certificates.
fn is_insecure(config: &backend::Config) -> bool {
    match config {
        backend::Config::S3(config) => config.insecure,
        backend::Config::Ftp(config) => config.insecure && config.tls != backend::ftp::Tls::None,
        backend::Config::Fs(_) => false,
    }
}

/// An address as text. One that is not UTF-8 is a usage error.
fn utf8(text: &std::ffi::OsStr) -> Result<&str> {
    text.to_str().ok_or_else(|| {
        let shown = printable(&text.to_string_lossy());
        Error::new(Kind::Usage, format!("the key `{shown}` is not UTF-8 text"))
    })
}

/// The error about `-` in place of a blob.
pub fn not_a_blob() -> Error {
    Error::new(Kind::Usage, "`-` is not a blob")
}

/// Reports the error that [`Session::start`] returned; returns its exit code.
pub fn report_failed_start(cli: &Cli, error: Error) -> Exit {
    let exit = error.exit();
    early_report(cli).failure(None, &error.into());
    exit
}

/// The report of a command that runs without a session.
pub fn early_report(cli: &Cli) -> Report {
    let terminal = Arc::new(Terminal::new(Progress::None, verbosity(cli), false));
    Report::new(cli.command.name(), terminal, format(cli))
}

fn verbosity(cli: &Cli) -> Verbosity {
    match (cli.global.quiet, cli.global.verbose) {
        (true, _) => Verbosity::Quiet,
        (_, 0) => Verbosity::Normal,
        (_, 1) => Verbosity::Verbose,
        _ => Verbosity::Trace,
    }
}

fn format(cli: &Cli) -> Format {
    match (cli.global.json, &cli.command) {
        (false, _) => Format::Human,
        (true, Command::Get(get)) if goes_to_stdout(get) => Format::JsonOnStderr,
        (true, Command::Cp(cp)) if cp.copy.paths.last().is_some_and(|to| to == "-") => {
            Format::JsonOnStderr
        }
        (true, _) => Format::Json,
    }
}

/// Returns whether stdout carries a blob: the destination is `-`, or leads to our stdout as `/dev/stdout` does.
fn goes_to_stdout(arguments: &Get) -> bool {
    match (&arguments.target, arguments.paths.as_slice()) {
        (None, [_, to]) => to == "-" || is_stdout(Path::new(to)),
        _ => false,
    }
}

/// Fails if stdout is closed and something is to be printed there. A command that only changes something runs without
/// stdout: its exit code reports the result, and a `/dev/null` that was opened on purpose can look like a closed stdout.
pub fn check_output(cli: &Cli) -> Result<()> {
    let prints = match &cli.command {
        Command::Ls(_)
        | Command::Stat(_)
        | Command::Presign(_)
        | Command::Doctor(_)
        | Command::Config(_)
        | Command::Completions(_)
        | Command::Help(_) => true,
        Command::Gc(arguments) => !arguments.delete,
        Command::Exists(arguments) => arguments.print.is_some(),
        Command::Get(arguments) => goes_to_stdout(arguments) || arguments.batch.run.dry_run,
        Command::Put(arguments) => arguments.batch.run.dry_run,
        Command::Rm(arguments) => arguments.batch.run.dry_run,
        Command::Cp(arguments) => arguments.copy.batch.run.dry_run,
        Command::Mv(arguments) => arguments.batch.run.dry_run,
        Command::Sync(arguments) => arguments.run.dry_run,
    };
    if prints || cli.global.json {
        check_stdout()
    } else {
        Ok(())
    }
}
