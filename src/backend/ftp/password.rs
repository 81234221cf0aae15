//! The password of a login, read when the first connection needs it.

use std::io::Read;
use std::path::Path;
use std::process::Command;

use super::Password;
use crate::child::{self, Stderr};
use crate::error::{Error, Kind, Result, describe, printable};
use crate::progress::Cancel;
use crate::secret::Secret;

/// No password is longer, in bytes.
const LONGEST: u64 = 64 << 10;

/// The password as one line. Its text is in no error.
pub fn read(source: &Password, cancel: &Cancel) -> Result<Secret> {
    let text = match source {
        Password::Text(secret) => secret.expose().to_owned(),
        Password::Anonymous => "anonymous@".to_owned(),
        Password::File(path) => first_line(&from_file(path)?),
        Password::Command(command) => first_line(&from_command(command, cancel)?),
    };
    if text.contains(['\r', '\n', '\0']) {
        return Err(Error::new(
            Kind::Config,
            "the password holds a line end or a NUL, which FTP cannot send",
        ));
    }
    Ok(Secret::new(text))
}

fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().to_owned()
}

fn from_file(path: &Path) -> Result<String> {
    let failed = |why: &str| {
        Error::new(
            Kind::Config,
            format!(
                "the password file `{}`: {why}",
                printable(&path.to_string_lossy())
            ),
        )
    };
    let file = std::fs::File::open(path).map_err(|error| failed(&describe(&error)))?;
    let mut text = String::new();
    file.take(LONGEST)
        .read_to_string(&mut text)
        .map_err(|error| failed(&describe(&error)))?;
    if first_line(&text).is_empty() {
        return Err(failed("its first line is empty"));
    }
    Ok(text)
}

fn from_command(command: &str, cancel: &Cancel) -> Result<String> {
    let mut shell = Command::new("/bin/sh");
    shell.args(["-c", command]);
    let name = "the password command";
    let text = child::output(&mut shell, name, Stderr::Shown, child::PATIENCE, cancel)?;
    if first_line(&text).is_empty() {
        return Err(Error::new(Kind::Config, format!("{name} printed nothing")));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(source: Password) -> Result<String> {
        read(&source, &Cancel::new()).map(|secret| secret.expose().to_owned())
    }

    #[test]
    fn the_first_line_of_a_file_or_command_is_the_password() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("pw");
        std::fs::write(&path, "se cret \r\nsecond").unwrap();
        assert_eq!(of(Password::File(path)).unwrap(), "se cret ");
        let command = Password::Command("echo hunter2; echo more".to_owned());
        assert_eq!(of(command).unwrap(), "hunter2");
    }

    #[test]
    fn what_yields_no_password_is_a_config_error() {
        let dir = tempfile::tempdir().unwrap();
        for source in [
            Password::File(dir.path().join("missing")),
            Password::Command("exit 3".to_owned()),
            Password::Command("true".to_owned()),
            Password::Text(Secret::new("a\r\nDELE x")),
        ] {
            assert_eq!(
                of(source.clone()).unwrap_err().kind(),
                Kind::Config,
                "{source:?}"
            );
        }
    }

    #[test]
    fn a_failed_command_does_not_tell_what_it_printed() {
        let error = of(Password::Command("echo hunter2; exit 1".to_owned())).unwrap_err();
        assert!(!error.to_string().contains("hunter2"), "{error}");
    }
}
