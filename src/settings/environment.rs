//! The process's surroundings, captured once as a value, so that everything below reads no globals.

use std::collections::HashMap;
use std::io::IsTerminal;
use std::path::PathBuf;

/// Environment variables and terminals.
#[derive(Debug, Clone, Default)]
pub struct Environment {
    variables: HashMap<String, String>,
    /// Whether stderr is a terminal that understands cursor movements.
    pub terminal: bool,
}

impl Environment {
    /// The real one. Variables that are not UTF-8 are left out, empty ones count as unset.
    pub fn capture() -> Self {
        let variables: HashMap<String, String> = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect();
        let terminal = std::io::stderr().is_terminal()
            && variables.get("TERM").is_none_or(|term| term != "dumb");
        Self {
            variables,
            terminal,
        }
    }

    /// One with exactly these variables and no terminal.
    pub fn of<const N: usize>(variables: [(&str, &str); N]) -> Self {
        let variables = variables
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        Self {
            variables,
            terminal: false,
        }
    }

    /// A variable's value, unless it is unset or empty.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.variables
            .get(name)
            .map(String::as_str)
            .filter(|value| !value.is_empty())
    }

    /// A variable as a path.
    pub fn path(&self, name: &str) -> Option<PathBuf> {
        self.get(name).map(PathBuf::from)
    }

    /// A file below the home directory.
    pub fn home(&self, below: &str) -> Option<PathBuf> {
        Some(self.path("HOME")?.join(below))
    }

    /// A file below an XDG base directory, which must be absolute to count (XDG Base Directory Specification).
    pub fn xdg(&self, variable: &str, fallback: &str, below: &str) -> Option<PathBuf> {
        match self.path(variable).filter(|path| path.is_absolute()) {
            Some(base) => Some(base.join(below)),
            None => Some(self.home(fallback)?.join(below)),
        }
    }

    /// A file below blobctl's state directory; `None` if there is no place for one.
    pub fn state(&self, below: &str) -> Option<PathBuf> {
        let below = format!("blobctl/{below}");
        self.xdg("XDG_STATE_HOME", ".local/state", &below)
    }

    /// Names of all variables, for finding misspelt ones.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.variables.keys().map(String::as_str)
    }
}
