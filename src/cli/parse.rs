//! The command line of this process, parsed with the definitions of the one command that it names.
//!
//! clap copies each of the options of all commands into every command, which is most of the time that a short run takes. So
//! the first attempt defines only the command whose name occurs first; whatever it does not accept (errors, a
//! misleading value) is parsed again with all definitions, and that result counts.

use std::borrow::Cow;
use std::ffi::{OsStr, OsString};

use clap::error::ErrorKind;
use clap::{Args, CommandFactory, FromArgMatches};

use super::help::HelpRequest;
use super::{
    Cli, Command, Completions, Config, CopyArguments, Cp, Doctor, Exists, Gc, Get, Global, Help,
    Ls, OPTIONS_TOPIC, Presign, Put, Rm, Stat, Sync,
};

/// A command line that does not run a command.
#[derive(Debug)]
pub enum Stop {
    /// Help was asked for.
    Help(HelpRequest),
    /// The version was asked for: the line to print.
    Version(String),
    /// The command line is invalid.
    Usage(clap::Error),
}

impl Cli {
    /// Parses the command line of this process.
    pub fn parse_arguments() -> Result<Self, Stop> {
        Self::parse(&std::env::args_os().collect::<Vec<_>>())
    }

    /// Parses a command line that begins with the name of the program.
    pub(super) fn parse(arguments: &[OsString]) -> Result<Self, Stop> {
        let arguments = &with_human(arguments)[..];
        let mut cli = match parse_with_one_command(arguments) {
            Some(result) => result?,
            None => parse_with_all_commands(arguments)?,
        };
        match &mut cli.command {
            // Here, as everywhere else, `--` only ends the options.
            Command::Put(put) if !put.from_command => put.paths.append(&mut put.command),
            Command::Help(help) => return Err(explain_words(&help.words)),
            _ => {}
        }
        Ok(cli)
    }
}

/// The arguments, in which `ls -lh` has become `ls -l --human`: the habit of ls(1). A `-h` that stands alone asks for help.
fn with_human(arguments: &[OsString]) -> Cow<'_, [OsString]> {
    let mut words = arguments.iter().skip(1);
    let is_ls = words
        .find(|word| one_command_name(word).is_some())
        .is_some_and(|word| word == "ls");
    let options = arguments.iter().take_while(|word| *word != "--");
    let cluster = |word: &OsString| {
        let flags = word.to_str()?.strip_prefix('-')?;
        let is_cluster = flags.len() > 1 && flags.chars().all(|flag| LS_FLAGS.contains(flag));
        (is_cluster && flags.contains('h')).then(|| flags.replace('h', ""))
    };
    if !is_ls || !options.clone().any(|word| cluster(word).is_some()) {
        return Cow::Borrowed(arguments);
    }
    let replaced = options.clone().flat_map(|word| match cluster(word) {
        Some(rest) if rest.is_empty() => vec![OsString::from("--human")],
        Some(rest) => vec![format!("-{rest}").into(), OsString::from("--human")],
        None => vec![word.clone()],
    });
    let rest = arguments.iter().skip(options.clone().count()).cloned();
    Cow::Owned(replaced.chain(rest).collect())
}

/// Parses with the definitions of a single command; `None` if only all definitions give the right result.
fn parse_with_one_command(arguments: &[OsString]) -> Option<Result<Cli, Stop>> {
    let program = program_with_one_command(arguments);
    match program.try_get_matches_from(arguments) {
        Ok(matches) => Cli::from_arg_matches(&matches).ok().map(Ok),
        Err(error) if error.kind() == ErrorKind::DisplayVersion => Some(Err(stop(error))),
        Err(error) if error.kind() == ErrorKind::DisplayHelp => {
            let program = with_help_marks(program_with_one_command(arguments), "");
            Some(Err(stop(program.try_get_matches_from(arguments).err()?)))
        }
        Err(_) => None,
    }
}

/// The options of all commands, and the definitions of the command whose name occurs first.
fn program_with_one_command(arguments: &[OsString]) -> clap::Command {
    let program = clap::Command::new("blobctl")
        .version(env!("CARGO_PKG_VERSION"))
        .disable_help_subcommand(true);
    let command = arguments.iter().skip(1).find_map(|word| one_command(word));
    Global::augment_args(program).subcommands(command)
}

/// Parses with the definitions of all commands.
fn parse_with_all_commands(arguments: &[OsString]) -> Result<Cli, Stop> {
    let program = with_help_marks(Cli::command(), "");
    let matches = program.try_get_matches_from(arguments);
    let cli = matches.and_then(|matches| Cli::from_arg_matches(&matches));
    cli.map_err(stop)
}

/// The reason that an error of clap stands for. Help comes from definitions with marks.
fn stop(error: clap::Error) -> Stop {
    match error.kind() {
        ErrorKind::DisplayHelp => Stop::Help(help_request(&error.render().to_string())),
        ErrorKind::DisplayVersion => Stop::Version(error.render().to_string()),
        _ => Stop::Usage(error),
    }
}

/// The mark of `--help`; `-h` has none.
const LONG: &str = "--help";

/// Replaces the help of a command, and of those below it, by a mark: the command's words, after [`LONG`] for `--help`. The
/// text of one of them is rendered later.
fn with_help_marks(command: clap::Command, words: &str) -> clap::Command {
    command
        .help_template("{before-help}")
        .before_help(words.to_owned())
        .before_long_help(format!("{LONG} {words}"))
        .mut_subcommands(|below| {
            let words = format!("{words} {}", below.get_name());
            with_help_marks(below, words.trim_start())
        })
}

/// The request that a mark stands for.
fn help_request(mark: &str) -> HelpRequest {
    match mark.strip_prefix(LONG) {
        Some(words) => HelpRequest::Long(words.trim().to_owned()),
        None => HelpRequest::Short(mark.trim().to_owned()),
    }
}

/// The answer to `blobctl help WORDS`.
fn explain_words(words: &[String]) -> Stop {
    if words == [OPTIONS_TOPIC] {
        return Stop::Help(HelpRequest::CommonOptions);
    }
    let program = std::iter::once("blobctl");
    let words = words.iter().map(String::as_str);
    let line = program.chain(words).chain(["--help"]);
    match Cli::parse(&line.map(OsString::from).collect::<Vec<_>>()) {
        Err(stop) => stop,
        // A word like `--` made an argument of the option.
        Ok(_) => Stop::Help(HelpRequest::Long(String::new())),
    }
}

/// The definitions of the command of this name.
fn one_command(name: &OsStr) -> Option<clap::Command> {
    let (name, options) = one_command_name(name)?;
    Some(options(clap::Command::new(*name)))
}

fn one_command_name(name: &OsStr) -> Option<&'static (&'static str, AddOptions)> {
    COMMANDS.iter().find(|(known, _)| name == *known)
}

/// The flags of ls(1) and ours that occur in one word.
const LS_FLAGS: &str = "ld0hqv";

/// Adds the options of a command.
type AddOptions = fn(clap::Command) -> clap::Command;

const COMMANDS: [(&str, AddOptions); 15] = [
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
    ("help", Help::augment_args),
];

#[cfg(test)]
mod tests {
    use std::ffi::{OsStr, OsString};

    use super::{Stop, one_command, parse_with_all_commands, parse_with_one_command, with_human};

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
    fn human_sizes_are_asked_for_as_with_ls() {
        for (line, same) in [
            ("blobctl ls -lh x", "blobctl ls -l --human x"),
            ("blobctl -q ls -hl", "blobctl -q ls -l --human"),
            ("blobctl ls -h", "blobctl ls -h"),
            ("blobctl ls -- -lh", "blobctl ls -- -lh"),
            ("blobctl put -h", "blobctl put -h"),
            ("blobctl get -lh ls", "blobctl get -lh ls"),
        ] {
            assert_eq!(*with_human(&words(line)), words(same), "{line}");
        }
    }

    #[test]
    fn one_command_is_enough_for_a_valid_command_line() {
        for line in [
            "blobctl put a b",
            "blobctl --json --remote lab ls x",
            "blobctl config check",
            "blobctl mv -r a b --progress none",
            "blobctl help put",
            "blobctl --remote put -h",
            "blobctl config show --help",
            "blobctl --version",
        ] {
            assert!(parse_with_one_command(&words(line)).is_some(), "{line}");
        }
    }

    #[test]
    fn one_command_finds_the_same_request_for_help_as_all_commands() {
        for line in [
            "blobctl -h",
            "blobctl --help",
            "blobctl put -rh",
            "blobctl --remote put -h",
            "blobctl --json config show --help",
            "blobctl config -h show",
            "blobctl ls x -h --help",
            "blobctl help --help",
        ] {
            let one = parse_with_one_command(&words(line)).unwrap().unwrap_err();
            let all = parse_with_all_commands(&words(line)).unwrap_err();
            let (Stop::Help(one), Stop::Help(all)) = (one, all) else {
                panic!("{line}");
            };
            assert_eq!(one, all, "{line}");
        }
        assert!(parse_with_one_command(&words("blobctl --remote get ls -h")).is_none());
    }

    #[test]
    fn errors_and_misleading_values_are_left_to_all_definitions() {
        for line in [
            "blobctl",
            "blobctl pt a",
            "blobctl put --nothing",
            "blobctl --remote get ls x",
        ] {
            assert!(parse_with_one_command(&words(line)).is_none(), "{line}");
        }
    }
}
