//! Credentials from the output of a command: `credential_process` of a profile or of the settings.
//!
//! The command is split into words here and started without a shell, so nothing in it is expanded.
//! Source: <https://docs.aws.amazon.com/sdkref/latest/guide/feature-process-credentials.html>

use std::process::Command;

use super::{Credentials, json};
use crate::cancel::Cancel;
use crate::error::{Error, Kind, Result};
use crate::io::subprocess;
use crate::io::subprocess::Stderr;

/// Runs `command`. `place` says where it is configured, such as "the profile `x`".
pub fn run(command: &str, place: &str, cancel: &Cancel) -> Result<Credentials> {
    let name = format!("the `credential_process` of {place}");
    let wrong = |what: &str| Error::new(Kind::Config, format!("{name} {what}"));
    let words = words(command).ok_or_else(|| wrong("has a quote that is not closed"))?;
    let (program, arguments) = words.split_first().ok_or_else(|| wrong("is empty"))?;
    let mut command = Command::new(program);
    command.args(arguments);
    let text = subprocess::output(
        &mut command,
        &name,
        Stderr::Quoted,
        subprocess::TIME_LIMIT,
        cancel,
    )?;
    let credentials = json::object(&text)
        .and_then(|object| json::credentials(&object, json::Dialect::Command, &name))
        .map_err(|flaw| wrong(&format!("printed something that {flaw}")))?;
    if credentials.has_expired() {
        return Err(wrong("printed credentials that have expired"));
    }
    Ok(credentials)
}

/// Splits a command line into words at white space. `'…'` is literal; a backslash escapes `"` and `\` in `"…"`, and any
/// character outside quotes. `None` if a quote is open at the end.
fn words(line: &str) -> Option<Vec<String>> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut letters = line.chars();
    while let Some(letter) = letters.next() {
        match letter {
            letter if letter.is_whitespace() => words.extend(word.take()),
            '\'' => loop {
                let word = word.get_or_insert_default();
                match letters.next()? {
                    '\'' => break,
                    letter => word.push(letter),
                }
            },
            '"' => quoted(&mut letters, word.get_or_insert_default())?,
            '\\' => word.get_or_insert_default().push(letters.next()?),
            letter => word.get_or_insert_default().push(letter),
        }
    }
    words.extend(word);
    Some(words)
}

fn quoted(letters: &mut std::str::Chars<'_>, word: &mut String) -> Option<()> {
    loop {
        match letters.next()? {
            '"' => return Some(()),
            '\\' => match letters.next()? {
                escaped @ ('"' | '\\') => word.push(escaped),
                other => word.extend(['\\', other]),
            },
            letter => word.push(letter),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_split_as_a_shell_would_without_expanding_anything() {
        for (line, expected) in [
            ("", vec![]),
            (" a  b\tc ", vec!["a", "b", "c"]),
            ("\"/a b/c\" --x='y z' ''", vec!["/a b/c", "--x=y z", ""]),
            (r#"a\ b "c\"d\\e\f" '\'"#, vec!["a b", r#"c"d\e\f"#, r"\"]),
            (
                "a $HOME `id` ; b | c > d # e",
                vec!["a", "$HOME", "`id`", ";", "b", "|", "c", ">", "d", "#", "e"],
            ),
        ] {
            assert_eq!(words(line).unwrap(), expected, "{line}");
        }
        for line in ["a 'b", "a \"b", "a \"b\\", "a\\"] {
            assert_eq!(words(line), None, "{line}");
        }
    }
}
