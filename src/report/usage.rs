//! Usage errors.

use clap::error::{ContextKind, ContextValue, ErrorKind};

use crate::cli::vocabulary::{hint_for_command, nearest};
use crate::error::{Error, Kind, printable};

/// Shortens the error of clap, which is a paragraph, to one line and at most one hint.
pub fn usage(error: &clap::Error) -> Error {
    let get = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => Some(text.clone()),
        Some(ContextValue::Strings(texts)) => Some(texts.join(" ")),
        _ => None,
    };
    let argument = plain(&get(ContextKind::InvalidArg).unwrap_or_default());
    let name = argument.split(['=', ' ']).next().unwrap_or("");
    // Of an optional value, `--wait[=DURATION]`.
    let name = printable(name.strip_suffix('[').unwrap_or(name));
    let new = |text: String| Error::new(Kind::Usage, text);
    let help = "`blobctl --help` lists commands and options";
    match error.kind() {
        ErrorKind::UnknownArgument if is_secret(&name) => new(format!("unknown option `{name}`"))
            .with_hint("secrets are not accepted on the command line, where other users can see them: use the config file or the environment"),
        ErrorKind::UnknownArgument => {
            let near = get(ContextKind::SuggestedArg);
            // clap also suggests options that only share a word.
            let near = near.filter(|near| nearest(&name, [near.as_str()]).is_some());
            let near = near.map(|near| format!("did you mean `{near}`?"));
            let what = if name.starts_with('-') { "unknown option" } else { "unexpected argument" };
            new(format!("{what} `{name}`")).with_hint(near.unwrap_or_else(|| help.to_owned()))
        }
        ErrorKind::InvalidSubcommand => {
            let near = get(ContextKind::SuggestedSubcommand).map(|near| format!("did you mean `{}`?", near.split(' ').next().unwrap_or("")));
            let word = get(ContextKind::InvalidSubcommand).unwrap_or_default();
            let hint = hint_for_command(&word).map(str::to_owned).or(near);
            new(format!("unknown command `{}`", printable(&word))).with_hint(hint.unwrap_or_else(|| help.to_owned()))
        }
        ErrorKind::MissingSubcommand | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            new("missing command".to_owned()).with_hint("`blobctl --help` lists the commands")
        }
        ErrorKind::MissingRequiredArgument => new(format!("missing argument: {}", printable(&argument))).with_hint("run the command with --help to see its arguments"),
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => {
            let value = printable(&get(ContextKind::InvalidValue).unwrap_or_default());
            let valid = get(ContextKind::ValidValue).filter(|valid| !valid.is_empty());
            let valid = valid.map(|valid| format!("one of: {}", valid.replace(' ', ", ")));
            match (value.is_empty(), std::error::Error::source(error)) {
                (true, _) => new(format!("`{name}` needs a value")).with_hint(valid.unwrap_or_else(|| help.to_owned())),
                (false, Some(cause)) => new(format!("`{name}`: {}", printable(&cause.to_string()))),
                (false, None) => new(format!("invalid value `{value}` of `{name}`")).with_hint(valid.unwrap_or_else(|| help.to_owned())),
            }
        }
        ErrorKind::ArgumentConflict => {
            let other = plain(&get(ContextKind::PriorArg).unwrap_or_default());
            let other = printable(other.split(['=', ' ']).next().unwrap_or(""));
            if other == name {
                new(format!("`{name}` is given twice"))
            } else {
                new(format!("`{name}` and `{other}` cannot be combined"))
            }
        }
        ErrorKind::InvalidUtf8 => new("an argument is not UTF-8 text".to_owned()),
        _ => {
            let text = error.to_string();
            let line = text.lines().next().unwrap_or("").trim_start_matches("error: ");
            new(printable(line)).with_hint(help)
        }
    }
}

/// The name of an argument without clap's notation: `<SRC... KEY>...` is `SRC... KEY`, and `--verbose...` is `--verbose`.
fn plain(argument: &str) -> String {
    let argument = argument.replace(">...", ">").replace(['<', '>'], "");
    match argument.strip_suffix("...") {
        Some(option) if option.starts_with('-') => option.to_owned(),
        _ => argument,
    }
}

fn is_secret(name: &str) -> bool {
    ["secret", "password", "passwd", "token", "access-key"]
        .iter()
        .any(|word| name.contains(word))
}
