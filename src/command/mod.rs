//! The verbs: engine calls plus what the user is told.

mod attributes;
pub mod completions;
pub mod cp;
pub mod exists;
pub mod get;
pub mod ls;
pub mod presign;
pub mod put;
pub mod rm;
pub mod session;
pub mod stat;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Instant;

use self::session::Session;
use crate::cancel::Cancel;
use crate::cli::{Cli, Command};
use crate::error::Result;
use crate::events::{Event, Observer};
use crate::exit::Exit;
use crate::io::standard_streams::check_stdout;
use crate::report::{Format, Report};
use crate::settings::Settings;
use crate::settings::environment::Environment;
use crate::terminal::{Terminal, Verbosity};
use crate::transfer::resume::ResumePolicy;

/// Runs what was typed and returns how it ended.
pub fn run(cli: &Cli) -> Exit {
    let op = match &cli.command {
        Command::Put(_) => "put",
        Command::Get(_) => "get",
        Command::Exists(_) => "exists",
        Command::Stat(_) => "stat",
        Command::Ls(_) => "ls",
        Command::Rm(_) => "rm",
        Command::Cp(_) => "cp",
        Command::Presign(_) => "presign",
        Command::Completions(arguments) => return completions::run(arguments),
    };
    let environment = Environment::capture();
    let verbosity = match (cli.global.quiet, cli.global.verbose) {
        (true, _) => Verbosity::Quiet,
        (_, 0) => Verbosity::Normal,
        (_, 1) => Verbosity::Verbose,
        _ => Verbosity::Trace,
    };
    let format = match (cli.global.json, &cli.command) {
        (false, _) => Format::Human,
        (true, Command::Get(get)) if get::goes_to_stdout(get) => Format::JsonOnStderr,
        (true, _) => Format::Json,
    };
    let interactive = environment.terminal;
    let (settings, progress) = match check_output(cli).and_then(|()| {
        let settings = Settings::load(cli.global.clone(), environment)?;
        let progress = settings.progress()?;
        Ok((settings, progress))
    }) {
        Ok(loaded) => loaded,
        Err(error) => {
            let terminal = Arc::new(Terminal::new(
                crate::cli::Progress::None,
                verbosity,
                interactive,
            ));
            Report::new(terminal, format).failure(None, op, &error.clone().into());
            return error.exit();
        }
    };
    let terminal = Arc::new(Terminal::new(progress, verbosity, interactive));
    let report = Arc::new(Report::new(Arc::clone(&terminal), format));
    for warning in settings.warnings() {
        terminal.notify(&Event::Warning(&warning));
    }
    let mut session = Session {
        settings,
        terminal,
        report,
        cancel: Cancel::new(),
        engines: HashMap::new(),
        deadline: None,
        resume: ResumePolicy::default(),
        version: None,
        in_default_store: None,
    };
    match session.settings.deadline() {
        Ok(deadline) => session.deadline = deadline.map(|limit| Instant::now() + limit),
        Err(error) => {
            session.report.failure(None, op, &error.clone().into());
            return error.exit();
        }
    }
    let result = match &cli.command {
        Command::Put(arguments) => put::run(&mut session, arguments),
        Command::Get(arguments) => get::run(&mut session, arguments),
        Command::Exists(arguments) => exists::run(&mut session, arguments),
        Command::Stat(arguments) => stat::run(&mut session, arguments),
        Command::Ls(arguments) => ls::run(&mut session, arguments),
        Command::Rm(arguments) => rm::run(&mut session, arguments),
        Command::Cp(arguments) => cp::run(&mut session, arguments),
        Command::Presign(arguments) => presign::run(&mut session, arguments),
        Command::Completions(_) => Ok(Exit::Ok),
    };
    session.terminal.finish();
    session.note_default_store();
    result.unwrap_or_else(|error| {
        session.report.failure(None, op, &error.clone().into());
        error.exit()
    })
}

/// Fails where there is no stdout for a command that only asks something. What a command does, it does without one: its
/// exit code tells the result, and `/dev/null` may have been put there on purpose in a way that looks like a closed stdout.
fn check_output(cli: &Cli) -> Result<()> {
    let is_a_question = match &cli.command {
        Command::Ls(_) | Command::Stat(_) | Command::Presign(_) | Command::Completions(_) => true,
        Command::Exists(_) => cli.global.json,
        Command::Get(arguments) => get::goes_to_stdout(arguments),
        Command::Put(_) | Command::Rm(_) | Command::Cp(_) => false,
    };
    if is_a_question {
        check_stdout()
    } else {
        Ok(())
    }
}
