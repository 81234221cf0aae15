//! The command line of this process, parsed with the definitions of the one command that it names.
//!
//! clap copies each of the options of all commands into every command, which is most of the time that a short run takes. So
//! the first attempt defines only the command whose name occurs first; whatever it does not accept (errors, help, a
//! misleading value) is parsed again with all definitions, and that result counts.

use std::ffi::{OsStr, OsString};

use clap::error::ErrorKind;
use clap::{Args, FromArgMatches, Parser};

use super::{
    Cli, Command, Completions, Config, CopyArguments, Cp, Doctor, Exists, Gc, Get, Global, Ls,
    Presign, Put, Rm, Stat, Sync,
};

impl Cli {
    /// Parses the command line of this process.
    pub fn parse_arguments() -> Result<Self, clap::Error> {
        Self::parse(std::env::args_os().collect())
    }

    /// Parses a command line that begins with the name of the program.
    fn parse(arguments: Vec<OsString>) -> Result<Self, clap::Error> {
        let mut cli = match parse_with_one_command(&arguments) {
            Some(result) => result?,
            None => Self::try_parse_from(arguments)?,
        };
        if let Command::Put(put) = &mut cli.command
            && !put.from_command
        {
            // Here, as everywhere else, `--` only ends the options.
            put.paths.append(&mut put.command);
        }
        Ok(cli)
    }
}

/// Parses with the definitions of a single command; `None` if only all definitions give the right result.
fn parse_with_one_command(arguments: &[OsString]) -> Option<Result<Cli, clap::Error>> {
    let program = clap::Command::new("blobctl").version(env!("CARGO_PKG_VERSION"));
    let program = Global::augment_args(program);
    let command = arguments.iter().skip(1).find_map(|word| one_command(word));
    match program.subcommands(command).try_get_matches_from(arguments) {
        Ok(matches) => Cli::from_arg_matches(&matches).ok().map(Ok),
        Err(error) if error.kind() == ErrorKind::DisplayVersion => Some(Err(error)),
        Err(_) => None,
    }
}

/// The definitions of the command of this name.
fn one_command(name: &OsStr) -> Option<clap::Command> {
    let (name, options) = COMMANDS.iter().find(|(known, _)| name == *known)?;
    Some(options(clap::Command::new(*name)))
}

/// Adds the options of a command.
type AddOptions = fn(clap::Command) -> clap::Command;

const COMMANDS: [(&str, AddOptions); 14] = [
    ("put", Put::augment_args),
    ("get", Get::augment_args),
    ("exists", Exists::augment_args),
    ("stat", Stat::augment_args),
    ("ls", Ls::augment_args),
    ("rm", Rm::augment_args),
    ("cp", Cp::augment_args),
    ("mv", CopyArguments::augment_args),
    ("sync", Sync::augment_args),
    ("presign", Presign::augment_args),
    ("doctor", Doctor::augment_args),
    ("gc", Gc::augment_args),
    ("config", Config::augment_args),
    ("completions", Completions::augment_args),
];

#[cfg(test)]
mod tests {
    use std::ffi::{OsStr, OsString};

    use super::{one_command, parse_with_one_command};

    fn words(line: &str) -> Vec<OsString> {
        line.split(' ').map(OsString::from).collect()
    }

    #[test]
    fn each_command_alone_has_the_options_that_it_has_among_all() {
        for command in super::super::command().get_subcommands() {
            let alone = one_command(OsStr::new(command.get_name())).unwrap();
            let definitions = |command: &clap::Command| -> Vec<String> {
                let arguments = command.get_arguments();
                arguments.map(|one| format!("{one:?}")).collect()
            };
            for (alone, among) in definitions(&alone).iter().zip(definitions(command)) {
                assert_eq!(*alone, among, "{}", command.get_name());
            }
            assert_eq!(definitions(&alone).len(), definitions(command).len());
        }
    }

    #[test]
    fn one_command_is_enough_for_a_valid_command_line() {
        for line in [
            "blobctl put a b",
            "blobctl --json --remote lab ls x",
            "blobctl config check",
            "blobctl mv -r a b --progress none",
            "blobctl --version",
        ] {
            assert!(parse_with_one_command(&words(line)).is_some(), "{line}");
        }
    }

    #[test]
    fn help_errors_and_misleading_values_are_left_to_all_definitions() {
        for line in [
            "blobctl",
            "blobctl help put",
            "blobctl put --help",
            "blobctl pt a",
            "blobctl put --nothing",
            "blobctl --remote get ls x",
        ] {
            assert!(parse_with_one_command(&words(line)).is_none(), "{line}");
        }
    }
}
