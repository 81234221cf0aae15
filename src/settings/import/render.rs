//! The text of the imported config file.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::remote::{ForeignRemote, ForeignSecret, ImportedValue};
use super::{Import, ImportSource};
use crate::cli::{ConfigImport, ImportTool};
use crate::error::{Error, Kind, Result, printable};
use crate::settings::file::is_remote_name;

/// The config file of an import.
pub(super) fn file(
    import: &Import,
    arguments: &ConfigImport,
    source: &ImportSource,
) -> Result<String> {
    let mut text = format!(
        "# Imported from {}: {}\n# Usual place: ~/.config/blobctl/config.toml (chmod 600)\n",
        arguments.tool.name(),
        source.shown()
    );
    let mut names = BTreeSet::new();
    for remote in &import.remotes {
        let name = section_name(&unique(&mut names, &remote.name));
        // Writing to a String cannot fail.
        let _ = writeln!(text, "\n[remotes.{name}]\nbackend = \"{}\"", remote.backend);
        for note in &remote.notes {
            let _ = writeln!(text, "# {note}");
        }
        text.push_str(&settings(remote, arguments, source)?);
    }
    for skipped in &import.skipped {
        let _ = writeln!(text, "\n# skipped {skipped}");
    }
    Ok(text)
}

/// The lines of a remote's settings.
fn settings(
    remote: &ForeignRemote,
    arguments: &ConfigImport,
    source: &ImportSource,
) -> Result<String> {
    let mut lines = String::new();
    // The profile has region and endpoint, too.
    if arguments.tool == ImportTool::Aws && !(arguments.reveal && remote.secret.is_some()) {
        lines = line("profile", &remote.name);
    } else {
        for (key, value) in &remote.entries {
            let value = match value {
                ImportedValue::Text(text) => quoted(text),
                ImportedValue::Number(number) => number.to_string(),
                ImportedValue::True => "true".to_owned(),
            };
            // Writing to a String cannot fail.
            let _ = writeln!(lines, "{key} = {value}");
        }
        if let Some(secret) = &remote.secret {
            lines += &secret_lines(remote, secret, arguments, source)?;
        }
    }
    if remote.backend == "s3" {
        lines += "# The other tool takes the bucket from the path: set it here, or give --bucket.\n#bucket = \"NAME\"\n";
    }
    Ok(lines)
}

/// The secret of a remote, or a reference to it.
fn secret_lines(
    remote: &ForeignRemote,
    secret: &ForeignSecret,
    arguments: &ConfigImport,
    source: &ImportSource,
) -> Result<String> {
    if arguments.reveal {
        let revealed = secret.reveal().map_err(|what| {
            let text = format!("{}: `{}` {what}", source.shown(), printable(&remote.name));
            Error::new(Kind::Config, text)
        })?;
        return Ok(in_clear(&revealed));
    }
    let key = match secret {
        ForeignSecret::Keys { .. } => "credential_process",
        ForeignSecret::Password(_) | ForeignSecret::Obscured(_) => "password_command",
    };
    Ok(match reference(remote, arguments, source) {
        Some(command) => line(key, &command),
        None => {
            "# The secret is missing: stdin cannot be read again; --reveal copies it.\n".to_owned()
        }
    })
}

fn in_clear(secret: &ForeignSecret) -> String {
    match secret {
        ForeignSecret::Keys {
            id,
            secret_access_key,
            session_token,
        } => {
            let token = session_token.as_ref();
            let token = token.map(|token| line("session_token", token.expose()));
            line("access_key_id", id)
                + &line("secret_access_key", secret_access_key.expose())
                + &token.unwrap_or_default()
        }
        ForeignSecret::Password(password) => line("password", password.expose()),
        ForeignSecret::Obscured(_) => String::new(),
    }
}

fn line(key: &str, text: &str) -> String {
    format!("{key} = {}\n", quoted(text))
}

/// The name of a remote in the head of its section.
fn section_name(name: &str) -> String {
    let is_bare = |character: char| character.is_ascii_alphanumeric() || "-_".contains(character);
    match name.chars().all(is_bare) {
        true => name.to_owned(),
        false => quoted(name),
    }
}

/// The command line that prints the secret; `None` if the tool's settings do not come from a file.
fn reference(
    remote: &ForeignRemote,
    arguments: &ConfigImport,
    source: &ImportSource,
) -> Option<String> {
    // A cron job may not have the program in its PATH.
    let program = std::env::current_exe().ok();
    let program = program.as_ref().and_then(|path| path.to_str());
    let mut words = vec![
        program.unwrap_or("blobctl").to_owned(),
        "config".to_owned(),
        "import".to_owned(),
        arguments.tool.name().to_owned(),
        "--reveal".to_owned(),
        format!("--secret={}", remote.name),
    ];
    let path = source.path.as_ref()?;
    if source.is_named {
        words.push(format!("--from={}", path.to_str()?));
    }
    let words: Vec<String> = words.iter().map(|word| shell_word(word)).collect();
    Some(words.join(" "))
}

/// A word for a shell, and for the words of `credential_process`, which follow the same rules.
fn shell_word(word: &str) -> String {
    let is_plain =
        |character: char| character.is_ascii_alphanumeric() || "-_./=:+,@".contains(character);
    match word.chars().all(is_plain) {
        true => word.to_owned(),
        false => format!("'{}'", word.replace('\'', "'\\''")),
    }
}

/// A name that blobctl takes for a remote, and that no other remote has.
fn unique(names: &mut BTreeSet<String>, name: &str) -> String {
    let mut candidate: String = name
        .chars()
        .map(|letter| match letter {
            ':' | '/' => '-',
            letter if letter.is_control() => '-',
            letter => letter,
        })
        .collect();
    if !is_remote_name(&candidate) {
        "unnamed".clone_into(&mut candidate);
    }
    while !names.insert(candidate.clone()) {
        candidate.push_str("-2");
    }
    candidate
}

/// A basic string of TOML. Source: <https://toml.io/en/v1.0.0#string>.
fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for character in text.chars() {
        match character {
            '"' | '\\' => out.extend(['\\', character]),
            control if control.is_control() => {
                // Writing to a String cannot fail.
                let _ = write!(out, "\\u{:04X}", u32::from(control));
            }
            other => out.push(other),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_valid() {
        let mut names = BTreeSet::new();
        let found = ["a", "a:b", "a/b", "", "a b"].map(|name| unique(&mut names, name));
        assert_eq!(found, ["a", "a-b", "a-b-2", "unnamed", "a b"]);
    }

    #[test]
    fn strings_are_read_back_as_they_were() {
        for text in ["", "a\"b\\c", "tab\there", "\u{7f}\u{1}ü'"] {
            let document = format!("[s3]\nbucket = {}\n", quoted(text));
            let path = std::path::Path::new("x");
            let file = crate::settings::file::ConfigFile::parse(path, &document).unwrap();
            let value = file.get("s3", "bucket").map(|value| value.text.as_str());
            assert_eq!(value, Some(text));
        }
    }
}
