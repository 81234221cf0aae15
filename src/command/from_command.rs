//! `blobctl put KEY --from-command -- CMD ARGS...`: uploads the output of a command, if the command succeeds.

use std::ffi::OsString;
use std::process::Command;
use std::sync::Arc;

use anyhow::Context as _;

use super::blob::Blob;
use super::job::upload::{NewUpload, with_media_type};
use super::put::{not_resumable, store_target};
use super::put_options::{expectation, put_options, reject_unsupported_options};
use super::run::PUT;
use super::session::Session;
use crate::cancel::Cancel;
use crate::cli::{Put, ResumeChoice};
use crate::error::{Error, Kind, Result, printable};
use crate::exit::Exit;
use crate::io::interruptible::StopReading;
use crate::io::producer::Producer;
use crate::report::outcome::{Outcome, Subject};
use crate::settings::Target;
use crate::store::types::PutOptions;
use crate::transfer::source::{Expectation, Source};

/// The form of the command line.
const USAGE: &str = "blobctl put KEY --from-command -- CMD ARGS...";

/// The upload of one command's output.
struct CommandJob {
    blob: Blob,
    options: PutOptions,
    expectation: Expectation,
    program: OsString,
    arguments: Vec<OsString>,
}

impl AsRef<Subject> for CommandJob {
    fn as_ref(&self) -> &Subject {
        &self.blob.subject
    }
}

/// Runs the command and stores its stdout.
pub fn run(session: &mut Session, arguments: &Put) -> Result<Exit> {
    let Some((program, words)) = arguments.command.split_first() else {
        return Err(usage("--from-command needs a command after `--`"));
    };
    let target = destination(session, arguments)?;
    session.check_flags(std::iter::once(&target.store))?;
    let (options, expectation) = (put_options(arguments)?, expectation(arguments)?);
    if matches!(
        arguments.resume,
        Some(ResumeChoice::Auto | ResumeChoice::Run)
    ) {
        return Err(not_resumable("the output of a command"));
    }
    session.resume = session.settings.resume(arguments.resume)?;
    let root = session.root(&target)?;
    let capabilities = *root.engine.store.capabilities();
    reject_unsupported_options(arguments, target.store.kind(), capabilities)?;
    session.note_destination(&target, &root);
    let blob = session.blob(&target)?;
    let job = CommandJob {
        options: with_media_type(&options, &blob.key),
        blob,
        expectation,
        program: program.clone(),
        arguments: words.to_vec(),
    };
    let cancel = Arc::clone(&session.cancel);
    session.for_each(vec![job], move |job| {
        let (program, url) = (job.shown(), job.blob.subject.url.shown());
        job.upload(&cancel)
            .with_context(|| format!("cannot upload the output of {program} to {url}"))
    })?;
    Ok(session.exit())
}

/// The key, which is the only argument before `--`.
fn destination(session: &Session, arguments: &Put) -> Result<Target> {
    let key = match arguments.paths.as_slice() {
        [] => return Err(usage("--from-command needs a key before `--`")),
        [key] if key.is_empty() => return Err(Error::new(Kind::Usage, "the key is empty")),
        [key] => key,
        _ => return Err(usage("--from-command takes a key and no other source")),
    };
    let target = store_target(session, key)?;
    if target.key.ends_with('/') {
        let error = Error::new(Kind::Usage, "the output of a command has no name");
        return Err(error.with_hint("end the key with one instead of `/`"));
    }
    Ok(target)
}

fn usage(text: &str) -> Error {
    Error::new(Kind::Usage, text).with_hint(USAGE)
}

impl CommandJob {
    /// The program in a message. Its arguments are not shown, because they may contain secrets.
    fn shown(&self) -> String {
        format!("`{}`", printable(&self.program.to_string_lossy()))
    }

    fn upload(&self, cancel: &Arc<Cancel>) -> Result<Outcome> {
        let from = format!("from {}", self.shown());
        let mut command = Command::new(&self.program);
        command.args(&self.arguments);
        let mut running = None;
        let upload = NewUpload {
            to: &self.blob,
            options: self.options.clone(),
            expectation: &self.expectation,
            route: format!("{from} to {}", self.blob.subject.url.shown()),
            verb: PUT.past,
        };
        let result = upload.run(|| {
            let stop = StopReading::new(cancel);
            let (producer, output) = Producer::spawn(&mut command, &stop)?;
            running = Some(producer);
            Ok(Source::stream(output, &stop))
        });
        // After the clean-up of a failed upload, which has to begin at once.
        if let Some(producer) = running {
            producer.end();
        }
        result
    }
}
