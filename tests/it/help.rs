//! `-h`, `--help` and `blobctl help`: what they contain, and that it fits.

use blobctl::cli;
use blobctl::cli::manual::PAGES;

use crate::support::Sandbox;
use crate::support::terminal::Terminal;

fn text(sandbox: &Sandbox, command: &str, options: &[&str]) -> String {
    let words = command.split_whitespace().chain(options.iter().copied());
    let outcome = sandbox.run(words);
    assert_eq!(
        (outcome.code, outcome.stderr.as_str()),
        (Some(0), ""),
        "{outcome:?}"
    );
    String::from_utf8(outcome.stdout).unwrap()
}

#[track_caller]
fn fits(text: &str, columns: usize) {
    for line in text.lines() {
        assert!(line.chars().count() <= columns, "{line}");
    }
}

#[test]
fn the_short_help_of_every_command_fits_on_a_screen() {
    let sandbox = Sandbox::new();
    for page in PAGES {
        let help = text(&sandbox, page.command, &["-h"]);
        fits(&help, 80);
        let lines = help.lines().count();
        assert!(lines <= 45, "{}: {lines} lines", page.command);
        assert!(
            help.contains("\nCommon options: blobctl help options\n"),
            "{help}"
        );
    }
}

#[test]
fn the_short_help_has_every_own_option_and_no_common_one() {
    let sandbox = Sandbox::new();
    for command in cli::command().get_subcommands() {
        let help = text(&sandbox, command.get_name(), &["-h"]);
        for option in command.get_opts().filter_map(clap::Arg::get_long) {
            assert!(help.contains(&format!("--{option}")), "--{option}: {help}");
        }
        assert!(!help.contains("--retry-for"), "{help}");
    }
}

#[test]
fn the_long_help_has_examples_first_then_every_option() {
    let sandbox = Sandbox::new();
    let program = cli::command();
    let common: Vec<_> = program.get_opts().filter_map(clap::Arg::get_long).collect();
    for command in program.get_subcommands() {
        let name = command.get_name();
        let help = text(&sandbox, name, &["--help"]);
        fits(&help, 80);
        let place = |text: &str| help.find(text).unwrap_or_else(|| panic!("{name}: {text}"));
        let examples = place("\nExamples:\n");
        let first_common = place("\nCommon options, which");
        for option in command.get_opts() {
            let place = place(&format!("--{}", option.get_long().unwrap()));
            assert!(place < first_common, "{name}: {option}");
        }
        for option in &common {
            place(&format!("--{option}"));
        }
        assert!(
            examples < first_common && !help[..examples].contains("  -"),
            "{help}"
        );
    }
}

#[test]
fn the_common_options_are_a_topic_of_help() {
    let sandbox = Sandbox::new();
    let options = text(&sandbox, "help options", &[]);
    fits(&options, 80);
    for option in cli::command().get_opts() {
        let long = option.get_long().unwrap();
        assert!(options.contains(&format!("--{long}")), "--{long}");
    }
    for topic in ["Which store:", "S3:", "FTP:", "Reliability:", "Output:"] {
        assert!(options.contains(&format!("\n{topic}\n")), "{topic}");
    }
    assert!(text(&sandbox, "put --help", &[]).ends_with(&options));
}

#[test]
fn help_with_a_command_is_its_long_help() {
    let sandbox = Sandbox::new();
    for command in ["", "put", "config", "config show", "help"] {
        let help = text(&sandbox, &format!("help {command}"), &[]);
        assert_eq!(help, text(&sandbox, command, &["--help"]), "{command}");
    }
    let root = text(&sandbox, "", &["--help"]);
    assert_eq!(text(&sandbox, "help -- put --", &[]), root);
}

#[test]
fn help_for_an_unknown_command_is_a_usage_error() {
    let sandbox = Sandbox::new();
    for (words, part, hint) in [
        (
            &["help", "exsts"][..],
            "unknown command `exsts`",
            "did you mean `exists`?",
        ),
        (
            &["help", "cat"],
            "unknown command `cat`",
            "`get KEY -` writes a blob to stdout",
        ),
        (
            &["help", "config", "shw"],
            "unknown command `shw`",
            "did you mean `show`?",
        ),
    ] {
        let outcome = sandbox.run(words);
        outcome.fails_with(2, part);
        assert!(outcome.stderr.contains(hint), "{outcome:?}");
    }
}

/// The option decides, wherever it is and whatever it follows.
#[test]
fn the_first_help_option_counts() {
    let sandbox = Sandbox::new();
    let short = text(&sandbox, "ls", &["-h"]);
    let long = text(&sandbox, "ls", &["--help"]);
    for (words, expected) in [
        (&["ls", "-l", "-h"][..], &short),
        (&["--remote", "put", "ls", "-h", "--help"], &short),
        (&["ls", "x", "--json", "--help", "--frob"], &long),
    ] {
        assert_eq!(text(&sandbox, "", words), *expected, "{words:?}");
    }
    assert_eq!(
        text(&sandbox, "", &["--remote", "put", "-h"]),
        text(&sandbox, "", &["-h"])
    );
}

#[test]
fn help_is_wrapped_at_the_width_of_the_terminal_and_at_most_100_columns() {
    let sandbox = Sandbox::new();
    let longest = |columns: u16| {
        let (terminal, far) = Terminal::open_with(columns);
        let mut command = sandbox.command(["help", "options"]);
        let mut child = command.stdout(far).spawn().unwrap();
        drop(command);
        let shown = terminal.rest();
        assert!(child.wait().unwrap().success());
        let widths = shown.lines().map(|line| line.trim_end().chars().count());
        widths.max().unwrap()
    };
    for (columns, range) in [
        (10, 30..=40),
        (60, 50..=60),
        (100, 90..=100),
        (200, 90..=100),
        (0, 70..=80),
    ] {
        let longest = longest(columns);
        assert!(range.contains(&longest), "{longest} at {columns} columns");
    }
}
