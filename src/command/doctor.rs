//! `blobctl doctor`: the settings of a store, the way to it step by step, and what it supports.

use std::ffi::OsStr;
use std::fs::File;
use std::io::Write as _;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rustix::fs::MemfdFlags;

use super::config;
use super::session::{OpenStore, Session};
use crate::cancel::Cancel;
use crate::cli::Doctor;
use crate::error::{Error, Kind, Result, printable_whole};
use crate::events::Meter;
use crate::exit::Exit;
use crate::io::payload::{Flow, Payload};
use crate::io::temp_name::temporary_name;
use crate::key::Key;
use crate::report::{Json, Report};
use crate::settings::show::SettingOrigin;
use crate::store::Store;
use crate::store::diagnostics::{Diagnostics, Step, StepOutcome, Stopped, passed, step, warning};
use crate::store::types::{Condition, GetOptions, PutOptions};

/// The bytes of the scratch blob.
const SCRATCH_SIZE: usize = 64 << 10;

/// Checks one store.
pub fn run(session: &mut Session, arguments: &Doctor) -> Result<Exit> {
    let typed = arguments.address.as_deref().unwrap_or(OsStr::new(""));
    let target = session
        .target(typed)?
        .ok_or_else(|| Error::new(Kind::Usage, "`-` is not a store"))?;
    session.check_flags(std::iter::once(&target.store))?;
    let mut list = session.settings.show_store(&target.store);
    list.retain(|setting| setting.origin != SettingOrigin::BuiltIn);
    config::print(&session.report, "doctor", &list);
    let doctor = StepProgress::new(Arc::clone(&session.report));
    let opened = step(&mut |step| doctor.report(&step), "settings", || {
        let path = session.settings.file_path();
        let detail = path.map_or("no config file".to_owned(), |path| {
            printable_whole(&path.to_string_lossy())
        });
        passed(session.open(&target.store)?, detail)
    });
    if let Ok(OpenStore { engine, prefix }) = opened {
        let directory = target
            .key
            .rsplit_once('/')
            .map_or("", |(directory, _)| directory);
        let slash = if directory.is_empty() { "" } else { "/" };
        let key = Key::new(format!("{prefix}{directory}{slash}{}", temporary_name()))?;
        let examination = Examination {
            store: Arc::clone(&engine.store),
            cancel: Arc::clone(&session.cancel),
            key,
            progress: doctor.clone(),
        };
        let does_write = arguments.write;
        session.run_one(move || examination.run(does_write))?;
    }
    session.report.flush()?;
    session.cancel.check()?;
    Ok(doctor.exit())
}

/// Prints steps and remembers the first failure.
#[derive(Clone)]
struct StepProgress {
    report: Arc<Report>,
    failed: Arc<Mutex<Option<Exit>>>,
}

impl StepProgress {
    fn new(report: Arc<Report>) -> Self {
        Self {
            report,
            failed: Arc::default(),
        }
    }

    fn exit(&self) -> Exit {
        let failed = self.failed.lock().unwrap_or_else(PoisonError::into_inner);
        failed.unwrap_or(Exit::Ok)
    }

    fn report(&self, step: &Step) {
        self.print(step);
        let exit = step.outcome.exit();
        if exit != Exit::Ok {
            let mut failed = self.failed.lock().unwrap_or_else(PoisonError::into_inner);
            failed.get_or_insert(exit);
        }
    }

    fn print(&self, step: &Step) {
        let (outcome, exit) = (&step.outcome, step.outcome.exit());
        let (word, detail) = (outcome.word(), outcome.detail());
        let hint = outcome.hint().or(match outcome {
            StepOutcome::Failed(_) => Some(advice(step.name)),
            _ => None,
        });
        let took = match outcome {
            StepOutcome::Skipped(_) => String::new(),
            _ => format!(" ({})", milliseconds(step.elapsed)),
        };
        let hint_line = hint.map(|hint| format!("     hint: {}\n", printable_whole(hint)));
        let text = format!(
            "{word:4} {:12} {}{took}\n{}",
            step.name,
            printable_whole(&detail),
            hint_line.unwrap_or_default()
        );
        let mut json = Json::without_subject("doctor", exit);
        json.text("step", Some(step.name));
        json.text("status", Some(word));
        json.text("detail", Some(&detail));
        json.number("microseconds", u64::try_from(step.elapsed.as_micros()).ok());
        json.text("error", Some(exit.name()).filter(|_| exit != Exit::Ok));
        json.text("hint", hint);
        self.report.row(&text, &json);
    }

    fn feature(&self, name: &str, value: &str) {
        let mut json = Json::without_subject("doctor", Exit::Ok);
        json.text("feature", Some(name));
        json.text("value", Some(value));
        let text = format!("     {name:12} {}\n", printable_whole(value));
        self.report.row(&text, &json);
    }
}

/// The advice for a failed step whose error has none.
fn advice(step: &str) -> &'static str {
    match step {
        "settings" | "endpoint" | "addressing" => {
            "config show lists the settings with their origins"
        }
        "tls" => "compare the port and the kind of TLS with the server's",
        "greeting" => "check the port, and whether the server expects TLS (--ftp-tls)",
        "credentials" => "config show lists the settings; -v prints the sources that were tried",
        "clock" | "head" => {
            "check the bucket or directory, the credentials, and the permission to read"
        }
        "login" => "check the user name and the password",
        "features" | "directory" => "set `base_dir` to a directory that this login can enter",
        "passive" | "data" => "a firewall may block data connections; try --ftp-mode active",
        "put" | "overwrite" | "remove" => {
            "check the permission to write and to remove; -vv prints each request"
        }
        "root" | "beneath" | "space" | "writable" => "check the directory and its permissions",
        _ => "-vv prints each request and its answer",
    }
}

/// `0.03 ms`, `1.2 ms` or `12 ms`.
fn milliseconds(elapsed: Duration) -> String {
    match elapsed.as_secs_f64() * 1000.0 {
        least if least < 1.0 => format!("{least:.2} ms"),
        few if few < 10.0 => format!("{few:.1} ms"),
        many => format!("{many:.0} ms"),
    }
}

/// The examination of one store.
struct Examination {
    store: Arc<dyn Store>,
    cancel: Arc<Cancel>,
    /// The scratch blob.
    key: Key,
    progress: StepProgress,
}

impl Examination {
    fn run(&self, does_write: bool) -> Result<()> {
        let Some(diagnostics) = self.store.diagnostics() else {
            return Ok(());
        };
        let mut report = |step| self.progress.report(&step);
        let mut features = Vec::new();
        let reached = diagnostics.check_access(&self.key, &mut report);
        self.cancel.check()?;
        if reached.is_err() {
            return Ok(());
        }
        if does_write {
            let scratch = Scratch {
                examination: self,
                diagnostics,
                bytes: scratch_bytes(),
            };
            features.extend(scratch.run());
            self.cancel.check()?;
        }
        features.extend(diagnostics.features());
        self.print_features(features);
        Ok(())
    }

    /// Prints what the store supports; what was tested precedes what is known.
    fn print_features(&self, mut features: Vec<(&'static str, String)>) {
        let store = &self.store;
        let has = |yes: bool, text: &str| if yes { text } else { "no" }.to_owned();
        features.push((
            "range",
            has(
                store.capabilities().ranges,
                "parts of a blob are downloaded in parallel",
            ),
        ));
        if store.multipart().is_none() {
            features.push(("multipart", "no".to_owned()));
        }
        features.push((
            "resume",
            has(
                store.resumable().is_some() || store.multipart().is_some(),
                "uploads can be resumed",
            ),
        ));
        if store.server_side_copy().is_none() {
            features.push(("copy", "through this machine".to_owned()));
        }
        features.push(("presign", has(store.signer().is_some(), "yes")));
        let mut names = std::collections::HashSet::new();
        features.retain(|(name, _)| names.insert(*name));
        for (name, value) in features {
            self.progress.feature(name, &value);
        }
    }
}

/// The steps that write.
struct Scratch<'a> {
    examination: &'a Examination,
    diagnostics: &'a dyn Diagnostics,
    bytes: Vec<u8>,
}

impl Scratch<'_> {
    /// Takes all steps, and removes the scratch blob whatever happened. Returns what they showed of the store.
    fn run(&self) -> Vec<(&'static str, String)> {
        let mut features = Vec::new();
        let mut report = |step| self.examination.progress.report(&step);
        let tested = self.test(&mut report, &mut features);
        let removed = match tested {
            Ok(()) => step(&mut report, "remove", || self.remove()),
            Err(Stopped) => Err(Stopped),
        };
        if removed.is_err()
            && let Err(error) = self.diagnostics.remove_scratch(self.key())
        {
            let shown = self.store().url(self.key().as_str()).shown();
            let progress = &self.examination.progress;
            progress
                .report
                .warn(&format!("{shown} may remain: {error}"));
        }
        features
    }

    fn key(&self) -> &Key {
        &self.examination.key
    }

    fn store(&self) -> &dyn Store {
        &*self.examination.store
    }

    fn test(
        &self,
        report: &mut dyn FnMut(Step),
        features: &mut Vec<(&'static str, String)>,
    ) -> Result<(), Stopped> {
        let verified = step(report, "put", || {
            let stored = self.put(Condition::None)?;
            let verified = stored.verified.name();
            passed(
                verified,
                format!("{} bytes, verified by {verified}", stored.bytes),
            )
        })?;
        features.push(("checksum", format!("{verified}, tested")));
        step(report, "overwrite", || {
            self.put(Condition::None)?;
            passed((), "an existing blob is replaced")
        })?;
        let condition = step(report, "condition", || self.check_condition())?;
        features.push(("conditions", condition.to_owned()));
        step(report, "get", || self.check_get(0, None))?;
        let end = self.store().capabilities().ranges.then_some(3000);
        step(report, "range", || self.check_get(1000, end))?;
        self.diagnostics.check_scratch(self.key(), report);
        Ok(())
    }

    fn put(&self, condition: Condition) -> Result<crate::store::types::PutResult> {
        let cancel = &self.examination.cancel;
        let payload = payload(&self.bytes, cancel)?;
        let options = PutOptions {
            condition,
            ..PutOptions::default()
        };
        self.store().put(self.key(), &payload, &options)
    }

    /// A put with --if-absent must be refused now.
    fn check_condition(&self) -> Result<(&'static str, StepOutcome)> {
        match self.put(Condition::Absent) {
            Err(error) if error.kind() == Kind::Precondition => {
                passed("--if-absent is obeyed, tested", "--if-absent is obeyed")
            }
            Ok(_) => warning(
                "--if-absent is ignored, tested",
                "--if-absent is ignored",
                "two writers can overwrite each other's blobs; do not rely on --if-absent here",
            ),
            Err(error) => Err(error),
        }
    }

    /// Downloads a range and compares it.
    fn check_get(&self, start: usize, end: Option<usize>) -> Result<((), StepOutcome)> {
        let options = GetOptions {
            offset: start as u64,
            end: end.map(|end| end as u64),
            ..GetOptions::default()
        };
        let mut download = self.store().get(self.key(), &options)?;
        let mut read = Vec::new();
        let mut room = [0; 16 << 10];
        loop {
            match download.read(&mut room)? {
                0 => break,
                n => read.extend_from_slice(&room[..n]),
            }
            if read.len() > self.bytes.len() {
                break;
            }
        }
        if read != self.bytes[start..end.unwrap_or(self.bytes.len())] {
            let text = format!(
                "{} bytes came, and they are not those that were stored",
                read.len()
            );
            return Err(Error::new(Kind::Integrity, text));
        }
        download.finish()?;
        passed((), format!("{} bytes, as stored", read.len()))
    }

    fn remove(&self) -> Result<((), StepOutcome)> {
        self.store().delete(self.key())?;
        match self.store().head(self.key())? {
            None => passed((), "the scratch blob is gone"),
            Some(_) => Err(Error::new(
                Kind::Remote,
                "the blob is still there after its removal",
            )),
        }
    }
}

/// Bytes in which every position can be told from the others.
fn scratch_bytes() -> Vec<u8> {
    let numbers = 0..u32::try_from(SCRATCH_SIZE / 4).unwrap_or(0);
    numbers.flat_map(u32::to_be_bytes).collect()
}

/// The bytes as a payload that can be sent again.
fn payload(bytes: &[u8], cancel: &Arc<Cancel>) -> Result<Payload> {
    let failed = |error: std::io::Error| Error::local("create a file in memory", &error);
    let file = rustix::fs::memfd_create("blobctl-doctor", MemfdFlags::CLOEXEC);
    let mut file = File::from(file.map_err(|errno| failed(errno.into()))?);
    file.write_all(bytes).map_err(failed)?;
    let len = bytes.len() as u64;
    Ok(Payload::file(
        Arc::new(file),
        0,
        len,
        Flow::unlimited(&Meter::new(), cancel),
    ))
}
