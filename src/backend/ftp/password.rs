//! Reads the password when the first connection needs it.

use std::path::Path;
use std::process::Command;

use super::config::Password;
use crate::cancel::Cancel;
use crate::error::{Error, Kind, Result, printable};
use crate::io::subprocess;
use crate::io::subprocess::Stderr;
use crate::secret::Secret;

/// Reads the password, a single line. Errors never contain it.
pub fn read(source: &Password, cancel: &Cancel) -> Result<Secret> {
    let secret = match source {
        Password::Text(secret) => secret.clone(),
        Password::Anonymous => Secret::new("anonymous@"),
        Password::File(path) => from_file(path)?,
        Password::Command(command) => from_command(command, cancel)?,
    };
    if secret.expose().contains(['\r', '\n', '\0']) {
        return Err(Error::new(
            Kind::Config,
            "the password contains a line end or a NUL, which FTP cannot send",
        ));
    }
    Ok(secret)
}

fn from_file(path: &Path) -> Result<Secret> {
    Secret::read_first_line(path).map_err(|why| {
        let shown = printable(&path.to_string_lossy());
        Error::new(Kind::Config, format!("the password file `{shown}`: {why}"))
    })
}

fn from_command(command: &str, cancel: &Cancel) -> Result<Secret> {
    let mut shell = Command::new("/bin/sh");
    shell.args(["-c", command]);
    let name = "the password command";
    let text = subprocess::output(
        &mut shell,
        name,
        Stderr::Shown,
        subprocess::TIME_LIMIT,
        cancel,
    )?;
    match text.lines().next() {
        None | Some("") => Err(Error::new(Kind::Config, format!("{name} printed nothing"))),
        Some(line) => Ok(Secret::new(line)),
    }
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
    fn a_source_without_a_valid_password_is_a_config_error() {
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
    fn the_error_of_a_failed_command_does_not_contain_its_output() {
        let error = of(Password::Command("echo hunter2; exit 1".to_owned())).unwrap_err();
        assert!(!error.to_string().contains("hunter2"), "{error}");
    }
}
