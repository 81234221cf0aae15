//! Looks up a setting on all levels that can have it.
//!
//! Below the options: environment > remote's section > backend's section > `[defaults]`.

use std::path::{Path, PathBuf};

use clap::ValueEnum;

use super::{Settings, schema};
use crate::error::{Error, Kind, Result, printable};

/// The levels that are searched for the settings of one store.
pub struct SettingScope<'a> {
    /// All sources.
    pub settings: &'a Settings,
    /// The backend's section.
    pub section: &'static str,
    /// `remotes.NAME`.
    pub remote: Option<String>,
}

/// A level below the options.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SettingLevel<'a> {
    /// The environment.
    Environment,
    /// A section of the config file.
    Section(&'a str),
}

impl SettingLevel<'_> {
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
pub struct SettingValue {
    /// As written. Bytes that are not UTF-8, which only a path may contain, are replaced.
    pub text: String,
    /// The same as a path, byte for byte, with `~/` expanded.
    pub path: PathBuf,
    /// A variable's name, or file and line.
    pub origin: String,
}

impl SettingValue {
    /// Parses the value; the error names its origin.
    pub fn parse<T>(&self, key: &str, parse: impl Fn(&str) -> Result<T, String>) -> Result<T> {
        parse(&self.text).map_err(|problem| invalid(&self.origin, key, &problem))
    }
}

/// The error about an invalid value.
pub fn invalid(origin: &str, key: &str, problem: &str) -> Error {
    Error::new(
        Kind::Config,
        format!("{origin}: `{key}`: {}", printable(problem)),
    )
}

impl SettingScope<'_> {
    /// The levels, the highest first.
    pub fn levels(&self) -> Vec<SettingLevel<'_>> {
        std::iter::once(SettingLevel::Environment)
            .chain(self.remote.as_deref().map(SettingLevel::Section))
            .chain([
                SettingLevel::Section(self.section),
                SettingLevel::Section("defaults"),
            ])
            .collect()
    }

    /// A setting on one level.
    pub fn at(&self, level: SettingLevel<'_>, key: &str) -> Option<SettingValue> {
        match level {
            SettingLevel::Environment => self.in_environment(key),
            SettingLevel::Section(section) => self.in_file(section, key),
        }
    }

    /// The first of the keys that a level has, and its value; the highest level first.
    pub fn first<'k>(&self, keys: &[&'k str]) -> Option<(&'k str, SettingValue)> {
        self.levels().into_iter().find_map(|level| {
            keys.iter()
                .find_map(|key| Some((*key, self.at(level, key)?)))
        })
    }

    /// The value of a setting below the options.
    pub fn found(&self, key: &str) -> Option<SettingValue> {
        self.levels()
            .into_iter()
            .find_map(|level| self.at(level, key))
    }

    fn in_environment(&self, key: &str) -> Option<SettingValue> {
        let environment = &self.settings.environment;
        let setting = schema::find_in(self.section, key)?;
        let own = schema::variable(setting);
        std::iter::once(own.as_str())
            .chain(setting.aliases.iter().copied())
            .filter(|name| !self.ignores(name))
            .find_map(|name| {
                Some(SettingValue {
                    text: environment.raw(name)?.to_string_lossy().into_owned(),
                    path: environment.path(name)?,
                    origin: name.to_owned(),
                })
            })
    }

    /// Returns whether this variable of the AWS tools is disabled. The question is only asked if the variable is set.
    fn ignores(&self, name: &str) -> bool {
        name.starts_with("AWS_ENDPOINT_URL")
            && self.settings.environment.raw(name).is_some()
            && self.settings.ignores_aws_endpoints(self)
    }

    fn in_file(&self, section: &str, key: &str) -> Option<SettingValue> {
        let file = self.settings.file.as_ref()?;
        let value = file.get(section, key)?;
        Some(SettingValue {
            text: value.text.clone(),
            path: self.settings.environment.expand(Path::new(&value.text)),
            origin: file.place(value),
        })
    }

    /// The option, or else the value of [`SettingScope::found`].
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

    /// The error about a missing setting that is required.
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
            format!("`{key}` is not set for the {} backend", self.section),
        )
        .with_hint(hint)
    }
}

/// Parses a value of an option that takes one of a few words.
pub fn choice<T: ValueEnum>(text: &str) -> Result<T, String> {
    T::from_str(text, false)
        .map_err(|_| format!("`{text}` is not one of {}", schema::words::<T>().join(", ")))
}
