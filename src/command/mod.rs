//! The commands: each turns its arguments into engine calls and outcomes.

mod absence;
mod batch;
mod batch_stop;
pub mod blob;
pub mod completions;
pub mod config;
pub mod cp;
pub mod doctor;
pub mod exists;
mod from_command;
pub mod gc;
pub mod get;
pub mod help;
mod job;
pub mod ls;
mod ls_rows;
mod merge;
mod overlap;
mod prefix;
pub mod presign;
pub mod put;
mod put_options;
pub mod rm;
mod run;
pub mod session;
pub mod stat;
pub mod sync;
mod target;

use self::session::Session;
use crate::cli::{Cli, Command};
use crate::error::Result;
use crate::exit::Exit;

/// Runs the command. An error is about the command as a whole: failures of single blobs are reported as they occur and
/// decide the exit code.
pub fn dispatch(session: &mut Session, cli: &Cli) -> Result<Exit> {
    match &cli.command {
        Command::Put(arguments) if arguments.from_command => from_command::run(session, arguments),
        Command::Put(arguments) => put::run(session, arguments),
        Command::Get(arguments) => get::run(session, arguments),
        Command::Exists(arguments) => exists::run(session, arguments),
        Command::Stat(arguments) => stat::run(session, arguments),
        Command::Ls(arguments) => ls::run(session, arguments),
        Command::Rm(arguments) => rm::run(session, arguments),
        Command::Cp(arguments) => cp::run(session, arguments),
        Command::Sync(arguments) => sync::run(session, arguments),
        Command::Mv(arguments) => cp::run_move(session, arguments),
        Command::Presign(arguments) => presign::run(session, arguments),
        Command::Doctor(arguments) => doctor::run(session, arguments),
        Command::Gc(arguments) => gc::run(session, arguments),
        Command::Completions(_) | Command::Config(_) | Command::Help(_) => {
            unreachable!("main runs them without a session")
        }
    }
}
