//! The texts of `-h`, `--help` and `blobctl help`, made from clap's definitions and the [manual](super::manual).
//!
//! clap's own help neither wraps lines nor separates the options of a command from those of all commands.

use clap::builder::StyledStr;
use clap::{Arg, Command};

use super::layout::Layout;
use super::manual::{ADDRESSES, EXIT_CODES, HELP_OPTIONS, ManualPage, PAGES, page_of};

/// The help that was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HelpRequest {
    /// `-h`: the options of a command, to fit on a screen. The words after `blobctl`, none for the program itself.
    Short(String),
    /// `--help`: everything about a command.
    Long(String),
    /// The options of all commands.
    CommonOptions,
}

/// The topics of which `-h` lists the options without descriptions, because many commands have them.
const LISTED_TOPICS: [&str; 2] = ["Selection", "Object metadata (S3)"];

impl HelpRequest {
    /// The text, in lines of at most this width. Examples are not wrapped, because they are there to be copied.
    pub fn render(&self, columns: usize) -> String {
        let program = super::command();
        let mut layout = Layout::new(columns);
        match self {
            Self::CommonOptions => common_options(&mut layout, &program),
            Self::Short(words) | Self::Long(words) => {
                // A test finds the page of every command.
                let page = page_of(words).unwrap_or(&PAGES[0]);
                let command = find(&program, page.command);
                match self {
                    Self::Long(_) => long(&mut layout, &program, command, page),
                    _ => short(&mut layout, command, page),
                }
            }
        }
        layout.finish()
    }
}

/// The definitions of the command of these words; those of the last known command if one is unknown.
pub fn find<'a>(program: &'a Command, words: &str) -> &'a Command {
    let words = words.split_whitespace();
    words.fold(program, |command, word| {
        command.find_subcommand(word).unwrap_or(command)
    })
}

/// The usage lines of a command.
pub fn usage_lines(page: &ManualPage) -> impl Iterator<Item = String> {
    let name = match page.command {
        "" => "blobctl".to_owned(),
        words => format!("blobctl {words}"),
    };
    page.usage.iter().map(move |form| format!("{name} {form}"))
}

/// The purpose and the usage of a command.
fn begin(layout: &mut Layout, about: Option<&StyledStr>, page: &ManualPage) {
    layout.paragraphs(0, &about.map(ToString::to_string).unwrap_or_default());
    layout.gap();
    for (index, line) in usage_lines(page).enumerate() {
        let label = if index == 0 { "Usage:" } else { "      " };
        layout.line(0, &format!("{label} {line}"));
    }
}

/// The rest of `-h`.
fn short(layout: &mut Layout, command: &Command, page: &ManualPage) {
    begin(layout, command.get_about(), page);
    subcommands(layout, command);
    for topic in own_topics(command) {
        layout.gap();
        layout.line(0, &format!("{}:", topic.name));
        if LISTED_TOPICS.contains(&topic.name) {
            let one_unit = |one: &&Arg| spelling(one).replacen(", ", "|", 1);
            let units: Vec<String> = topic.options.iter().map(one_unit).collect();
            layout.list(2, units.iter().map(String::as_str));
        } else {
            layout.table(&topic.short_rows());
        }
    }
    layout.gap();
    if page.command.is_empty() {
        addresses_and_exit_codes(layout);
        layout.gap();
        layout.line(0, "Options of a command: blobctl COMMAND -h");
    }
    layout.line(0, "Common options: blobctl help options");
    let details = match page.command {
        "" => "blobctl --help, blobctl COMMAND --help".to_owned(),
        words => format!("blobctl {words} --help"),
    };
    layout.line(0, &format!("Examples and details: {details}"));
}

/// The addresses and exit codes in few lines.
fn addresses_and_exit_codes(layout: &mut Layout) {
    layout.line(0, "Addresses:");
    layout.list(2, ADDRESSES.iter().map(|(form, _)| *form));
    layout.gap();
    layout.line(0, "Exit codes:");
    let codes: Vec<String> = EXIT_CODES
        .iter()
        .map(|(code, name, _)| format!("{code} {name}"))
        .collect();
    layout.list(2, codes.iter().map(String::as_str));
}

/// The rest of `--help`.
fn long(layout: &mut Layout, program: &Command, command: &Command, page: &ManualPage) {
    let about = command.get_long_about().or_else(|| command.get_about());
    begin(layout, about, page);
    layout.gap();
    layout.line(0, "Examples:");
    for example in page.examples {
        layout.paragraphs(2, &format!("{}:", example.purpose));
        layout.line(4, example.line);
    }
    subcommands(layout, command);
    for topic in own_topics(command) {
        topic.explain(layout);
    }
    if page.command.is_empty() {
        layout.gap();
        layout.line(0, "Addresses:");
        layout.table(&rows(ADDRESSES));
        layout.gap();
        layout.line(0, "Exit codes:");
        let codes: Vec<_> = EXIT_CODES
            .iter()
            .map(|(code, _, text)| (*code, *text))
            .collect();
        layout.table(&rows(&codes));
    }
    layout.gap();
    common_options(layout, program);
}

fn rows(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    let row = |(name, text): &(&str, &str)| ((*name).to_owned(), (*text).to_owned());
    pairs.iter().map(row).collect()
}

/// The options of all commands, by topic.
fn common_options(layout: &mut Layout, program: &Command) {
    layout.paragraphs(0, "Common options, which every command accepts, before or after its name. Most have a setting in the config file and a variable, see man 5 blobctl-config.");
    for topic in common_topics(program) {
        topic.explain(layout);
    }
    layout.gap();
    layout.line(0, "Help:");
    layout.table(&rows(HELP_OPTIONS));
}

/// The arguments that only this command has, by topic.
pub fn own_topics(command: &Command) -> Vec<Topic<'_>> {
    Topic::all(command.get_arguments().filter(|one| !one.is_global_set()))
}

/// The options of all commands, by topic.
pub fn common_topics(program: &Command) -> Vec<Topic<'_>> {
    Topic::all(program.get_arguments().filter(|one| one.is_global_set()))
}

fn subcommands(layout: &mut Layout, command: &Command) {
    if !command.has_subcommands() {
        return;
    }
    layout.gap();
    layout.line(0, "Commands:");
    let rows: Vec<(String, String)> = command
        .get_subcommands()
        .map(|one| {
            let about = one.get_about().map(ToString::to_string);
            (one.get_name().to_owned(), about.unwrap_or_default())
        })
        .collect();
    layout.table(&rows);
}

/// Arguments under one heading.
#[derive(Debug)]
pub struct Topic<'a> {
    /// The heading.
    pub name: &'a str,
    /// The arguments, in the order of their definition.
    pub options: Vec<&'a Arg>,
}

impl<'a> Topic<'a> {
    /// The topics, in the order in which the arguments name them: positional arguments, options without a heading, others.
    fn all(arguments: impl Iterator<Item = &'a Arg>) -> Vec<Self> {
        let mut topics = vec![Topic::new("Arguments"), Topic::new("Options")];
        for argument in arguments {
            let name = match argument.get_help_heading() {
                _ if argument.is_positional() => "Arguments",
                heading => heading.unwrap_or("Options"),
            };
            match topics.iter_mut().find(|topic| topic.name == name) {
                Some(topic) => topic.options.push(argument),
                None => topics.push(Topic {
                    name,
                    options: vec![argument],
                }),
            }
        }
        topics.retain(|topic| !topic.options.is_empty());
        topics
    }

    fn new(name: &'a str) -> Self {
        let options = Vec::new();
        Self { name, options }
    }

    fn short_rows(&self) -> Vec<(String, String)> {
        let has_short = self.options.iter().any(|one| one.get_short().is_some());
        let row = |argument: &&Arg| {
            let mut name = spelling(argument);
            if has_short && argument.get_short().is_none() {
                name.insert_str(0, "    ");
            }
            let values = values(argument).map(|(name, _)| name).collect::<Vec<_>>();
            let mut text = help(argument, HelpLength::FirstLine);
            if !values.is_empty() {
                text = format!("{text} [{}]", values.join(", "));
            }
            (name, text)
        };
        self.options.iter().map(row).collect()
    }

    fn explain(&self, layout: &mut Layout) {
        layout.gap();
        layout.line(0, &format!("{}:", self.name));
        for argument in &self.options {
            layout.line(2, &spelling(argument));
            layout.paragraphs(6, &help(argument, HelpLength::Full));
            for (name, text) in values(argument) {
                let text = if text.is_empty() {
                    name
                } else {
                    format!("{name}: {text}")
                };
                layout.paragraphs(8, &text);
            }
        }
    }
}

/// The part of a description that is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HelpLength {
    /// The first line.
    FirstLine,
    /// All paragraphs.
    Full,
}

/// An argument as it is typed: `-t, --target PREFIX`, `--wait[=DURATION]`, `SRC... KEY`.
pub fn spelling(argument: &Arg) -> String {
    let value = match argument.get_value_names() {
        Some(names) => names.join(" "),
        None => argument.get_id().as_str().to_uppercase(),
    };
    let names = [
        argument.get_short().map(|short| format!("-{short}")),
        argument.get_long().map(|long| format!("--{long}")),
    ];
    let names = names.into_iter().flatten().collect::<Vec<_>>().join(", ");
    let takes_value = argument.get_action().takes_values();
    match (argument.is_positional(), takes_value) {
        (true, _) => value,
        (false, false) => names,
        (false, true) if argument.is_require_equals_set() => format!("{names}[={value}]"),
        (false, true) => format!("{names} {value}"),
    }
}

/// The description of an argument, with its built-in value; paragraphs are lines.
pub fn help(argument: &Arg, length: HelpLength) -> String {
    let long = argument
        .get_long_help()
        .filter(|_| length == HelpLength::Full);
    let text = long.or_else(|| argument.get_help());
    let text = text.map(ToString::to_string).unwrap_or_default();
    let text = text.replace("\n\n", "\n");
    let defaults = argument.get_default_values();
    let defaults: Vec<_> = defaults.iter().map(|one| one.to_string_lossy()).collect();
    if defaults.is_empty() || !argument.get_action().takes_values() {
        return text;
    }
    let (first, rest) = text.split_at(text.find('\n').unwrap_or(text.len()));
    format!("{first} [default: {}]{rest}", defaults.join(","))
}

/// The words that an argument accepts, with their descriptions.
pub fn values(argument: &Arg) -> impl Iterator<Item = (String, String)> {
    let is_hidden = argument.is_hide_possible_values_set() || !argument.get_action().takes_values();
    let values = if is_hidden {
        Vec::new()
    } else {
        argument.get_possible_values()
    };
    values
        .into_iter()
        .filter(|value| !value.is_hide_set())
        .map(|value| {
            let text = value.get_help().map(ToString::to_string);
            (value.get_name().to_owned(), text.unwrap_or_default())
        })
}
