//! The environment of the process, captured once as a value, so that no other code reads globals.

use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
use std::io::IsTerminal;
use std::path::{Path, PathBuf};

/// Environment variables, and the properties of stdout and stderr.
#[derive(Debug, Clone, Default)]
pub struct Environment {
    variables: HashMap<String, OsString>,
    /// `true` if stderr is a terminal.
    pub is_terminal: bool,
    /// `true` if stderr is a terminal that supports cursor movements.
    pub terminal: bool,
    /// `true` if stdout is a terminal.
    pub stdout_is_terminal: bool,
}

impl Environment {
    /// Captures the environment. Variables whose name is not UTF-8 are skipped: no setting has such a name.
    pub fn capture() -> Self {
        let variables: HashMap<String, OsString> = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value)))
            .collect();
        let is_terminal = std::io::stderr().is_terminal();
        let terminal = is_terminal && variables.get("TERM").is_none_or(|term| term != "dumb");
        Self {
            variables,
            is_terminal,
            terminal,
            stdout_is_terminal: std::io::stdout().is_terminal(),
        }
    }

    /// An environment with exactly these variables and without a terminal.
    pub fn of<'a>(variables: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let variables = variables
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value.into()))
            .collect();
        Self {
            variables,
            is_terminal: false,
            terminal: false,
            stdout_is_terminal: false,
        }
    }

    /// The bytes of a variable; `None` if it is unset or empty.
    pub fn raw(&self, name: &str) -> Option<&OsStr> {
        self.variables
            .get(name)
            .map(OsString::as_os_str)
            .filter(|value| !value.is_empty())
    }

    /// The text of a variable; `None` if it is unset, empty or not UTF-8. [`super::Settings::load`] rejects the last case for
    /// every variable that is read as text.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.raw(name)?.to_str()
    }

    /// A variable as a path: any bytes, with `~/` expanded.
    pub fn path(&self, name: &str) -> Option<PathBuf> {
        self.raw(name).map(|path| self.expand(Path::new(path)))
    }

    /// Expands `~/` in a path setting to the home directory, because no shell does so in a file.
    pub fn expand(&self, path: &Path) -> PathBuf {
        path.strip_prefix("~")
            .ok()
            .and_then(|below| Some(PathBuf::from(self.raw("HOME")?).join(below)))
            .unwrap_or_else(|| path.to_path_buf())
    }

    /// A file below the home directory.
    pub fn home(&self, below: &str) -> Option<PathBuf> {
        Some(PathBuf::from(self.raw("HOME")?).join(below))
    }

    /// A file below an XDG base directory, which is ignored unless it is absolute (XDG Base Directory Specification).
    pub fn xdg(&self, variable: &str, fallback: &str, below: &str) -> Option<PathBuf> {
        let base = self.raw(variable).map(PathBuf::from);
        match base.filter(|path| path.is_absolute()) {
            Some(base) => Some(base.join(below)),
            None => Some(self.home(fallback)?.join(below)),
        }
    }

    /// A file below blobctl's state directory; `None` if neither HOME nor XDG_STATE_HOME is set.
    pub fn state(&self, below: &str) -> Option<PathBuf> {
        let below = format!("blobctl/{below}");
        self.xdg("XDG_STATE_HOME", ".local/state", &below)
    }

    /// The names of all variables, to find typos.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.variables.keys().map(String::as_str)
    }
}
