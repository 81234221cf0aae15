//! The process's surroundings, captured once as a value, so that everything below reads no globals.

use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
use std::io::IsTerminal;
use std::path::{Path, PathBuf};

/// Environment variables and terminals.
#[derive(Debug, Clone, Default)]
pub struct Environment {
    variables: HashMap<String, OsString>,
    /// Whether stderr is a terminal.
    pub is_terminal: bool,
    /// Whether stderr is a terminal that understands cursor movements.
    pub terminal: bool,
}

impl Environment {
    /// The real one. Variables whose name is not UTF-8 are left out: no setting has such a name.
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
        }
    }

    /// One with exactly these variables and no terminal.
    pub fn of<'a>(variables: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let variables = variables
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value.into()))
            .collect();
        Self {
            variables,
            is_terminal: false,
            terminal: false,
        }
    }

    /// A variable's bytes, unless it is unset or empty.
    pub fn raw(&self, name: &str) -> Option<&OsStr> {
        self.variables
            .get(name)
            .map(OsString::as_os_str)
            .filter(|value| !value.is_empty())
    }

    /// A variable's text, unless it is unset, empty or not UTF-8; [`super::Settings::load`] refuses the last case for every
    /// variable that is read as text.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.raw(name)?.to_str()
    }

    /// Whether a variable of the AWS tools is switched off by another one.
    pub fn ignores(&self, name: &str) -> bool {
        name.starts_with("AWS_ENDPOINT_URL")
            && self
                .get("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS")
                .is_some_and(|text| text.eq_ignore_ascii_case("true"))
    }

    /// A variable as a path: any bytes, and `~/` is the home directory.
    pub fn path(&self, name: &str) -> Option<PathBuf> {
        self.raw(name).map(|path| self.expand(Path::new(path)))
    }

    /// A path setting: `~/` means the home directory, since no shell expands it in a file.
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

    /// A file below an XDG base directory, which must be absolute to count (XDG Base Directory Specification).
    pub fn xdg(&self, variable: &str, fallback: &str, below: &str) -> Option<PathBuf> {
        let base = self.raw(variable).map(PathBuf::from);
        match base.filter(|path| path.is_absolute()) {
            Some(base) => Some(base.join(below)),
            None => Some(self.home(fallback)?.join(below)),
        }
    }

    /// A file below blobctl's state directory; `None` if there is no place for one.
    pub fn state(&self, below: &str) -> Option<PathBuf> {
        let below = format!("blobctl/{below}");
        self.xdg("XDG_STATE_HOME", ".local/state", &below)
    }

    /// The names of all variables, to find misspelt ones.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.variables.keys().map(String::as_str)
    }
}
