//! One setting from all the levels that may have it.
//!
//! Below the options: environment > remote's section > backend's section > `[defaults]`.

use std::path::{Path, PathBuf};

use clap::ValueEnum;

use super::{Settings, schema};
use crate::error::{Error, Kind, Result, printable};

/// Where the settings of one store are looked for.
pub struct Scope<'a> {
    /// All sources.
    pub settings: &'a Settings,
    /// The backend's section.
    pub section: &'static str,
    /// `remotes.NAME`.
    pub remote: Option<String>,
}

/// A level below the options.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level<'a> {
    /// The environment.
    Environment,
    /// A section of the config file.
    Section(&'a str),
}

impl Level<'_> {
    /// The level, for messages.
    pub fn name(self) -> String {
        match self {
            Self::Environment => "the environment".to_owned(),
            Self::Section(name) => format!("[{}]", printable(name)),
        }
    }
}

/// A setting's value and where it came from.
#[derive(Debug, Clone)]
pub struct Found {
    /// As written; replacement characters where it is not UTF-8, which only a path may be.
    pub text: String,
    /// The same as a path, byte for byte, with `~/` expanded.
    pub path: PathBuf,
    /// A variable's name, or file and line.
    pub origin: String,
}

impl Found {
    /// The value, or an error that names where it stands.
    pub fn parse<T>(&self, key: &str, parse: impl Fn(&str) -> Result<T, String>) -> Result<T> {
        parse(&self.text).map_err(|what| invalid(&self.origin, key, &what))
    }
}

/// The error about a value.
pub fn invalid(origin: &str, key: &str, what: &str) -> Error {
    Error::new(
        Kind::Config,
        format!("{origin}: `{key}`: {}", printable(what)),
    )
}

impl Scope<'_> {
    /// The levels, the highest first.
    pub fn levels(&self) -> Vec<Level<'_>> {
        std::iter::once(Level::Environment)
            .chain(self.remote.as_deref().map(Level::Section))
            .chain([Level::Section(self.section), Level::Section("defaults")])
            .collect()
    }

    /// A setting on one level.
    pub fn at(&self, level: Level<'_>, key: &str) -> Option<Found> {
        match level {
            Level::Environment => self.in_environment(key),
            Level::Section(section) => self.in_file(section, key),
        }
    }

    /// The first level that has one of the keys, and which one.
    pub fn first<'k>(&self, keys: &[&'k str]) -> Option<(&'k str, Found)> {
        self.levels().into_iter().find_map(|level| {
            keys.iter()
                .find_map(|key| Some((*key, self.at(level, key)?)))
        })
    }

    /// The setting below the options.
    pub fn found(&self, key: &str) -> Option<Found> {
        self.levels()
            .into_iter()
            .find_map(|level| self.at(level, key))
    }

    fn in_environment(&self, key: &str) -> Option<Found> {
        let environment = &self.settings.environment;
        let setting = schema::find_in(self.section, key)?;
        let own = schema::variable(setting);
        std::iter::once(own.as_str())
            .chain(setting.aliases.iter().copied())
            .filter(|name| !environment.ignores(name))
            .find_map(|name| {
                Some(Found {
                    text: environment.raw(name)?.to_string_lossy().into_owned(),
                    path: environment.path(name)?,
                    origin: name.to_owned(),
                })
            })
    }

    fn in_file(&self, section: &str, key: &str) -> Option<Found> {
        let file = self.settings.file.as_ref()?;
        let value = file.get(section, key)?;
        Some(Found {
            text: value.text.clone(),
            path: self.settings.environment.expand(Path::new(&value.text)),
            origin: file.place(value),
        })
    }

    /// The option, or else what [`Scope::found`] finds.
    pub fn value<T>(
        &self,
        key: &str,
        option: Option<T>,
        parse: impl Fn(&str) -> Result<T, String>,
    ) -> Result<Option<T>> {
        match option {
            Some(option) => Ok(Some(option)),
            None => self
                .found(key)
                .map(|found| found.parse(key, parse))
                .transpose(),
        }
    }

    /// A text, which cannot be invalid.
    pub fn text(&self, key: &str, option: Option<&String>) -> Option<String> {
        option
            .cloned()
            .or_else(|| self.found(key).map(|found| found.text))
    }

    /// A path, which cannot be invalid either.
    pub fn path(&self, key: &str, option: Option<&PathBuf>) -> Option<PathBuf> {
        match option {
            Some(option) => Some(self.settings.environment.expand(option)),
            None => self.found(key).map(|found| found.path),
        }
    }

    /// The error about a setting that the run cannot do without.
    pub fn missing(&self, key: &str) -> Error {
        let section = self.remote.as_deref().unwrap_or(self.section);
        let mut hint = format!("set `{key}` in [{section}] of the config file");
        if let Some(setting) = schema::find(self.section, key) {
            hint = format!(
                "{hint}, {}, or {}",
                schema::variable(setting),
                setting.option
            );
        }
        Error::new(
            Kind::Config,
            format!("no `{key}` is set for the {} backend", self.section),
        )
        .with_hint(hint)
    }
}

/// One of an option's values.
pub fn choice<T: ValueEnum>(text: &str) -> Result<T, String> {
    T::from_str(text, false)
        .map_err(|_| format!("`{text}` is none of {}", schema::words::<T>().join(", ")))
}
