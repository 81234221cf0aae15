//! One setting from all the levels that may have it, and the parsers of what stands there.
//!
//! Below the flags: environment > remote's section > backend's section > `[defaults]`.

use std::time::Duration;

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

/// A setting's text and where it came from.
#[derive(Debug, Clone)]
pub struct Found {
    /// As written.
    pub text: String,
    /// A variable's name, or file and line.
    pub origin: String,
}

impl Found {
    /// The value, or an error that names where it stands.
    pub fn parse<T>(&self, key: &str, parse: impl Fn(&str) -> Result<T, String>) -> Result<T> {
        parse(&self.text).map_err(|what| {
            Error::new(
                Kind::Config,
                format!("{}: `{key}`: {}", self.origin, printable(&what)),
            )
        })
    }
}

impl Scope<'_> {
    /// The first level that has one of the keys, and which one.
    pub fn first<'k>(&self, keys: &[&'k str]) -> Option<(&'k str, Found)> {
        let environment = || {
            keys.iter()
                .find_map(|key| Some((*key, self.in_environment(key, &[])?)))
        };
        let file = |section: &str| {
            keys.iter()
                .find_map(|key| Some((*key, self.in_file(section, key)?)))
        };
        environment()
            .or_else(|| file(self.remote.as_deref()?))
            .or_else(|| file(self.section))
            .or_else(|| file("defaults"))
    }

    /// The setting below the flags: environment (`aliases` are other tools' names for it), remote, section, defaults.
    pub fn text(&self, key: &str, aliases: &[&str]) -> Option<Found> {
        self.in_environment(key, aliases)
            .or_else(|| self.in_file(self.remote.as_deref()?, key))
            .or_else(|| self.in_file(self.section, key))
            .or_else(|| self.in_file("defaults", key))
    }

    /// The environment's level alone.
    pub fn in_environment(&self, key: &str, aliases: &[&str]) -> Option<Found> {
        let setting = schema::find(self.section, key).or_else(|| schema::find("defaults", key))?;
        let own = schema::variable(setting);
        std::iter::once(own.as_str())
            .chain(aliases.iter().copied())
            .find_map(|name| {
                let text = self.settings.environment.get(name)?.to_owned();
                Some(Found {
                    text,
                    origin: name.to_owned(),
                })
            })
    }

    fn in_file(&self, section: &str, key: &str) -> Option<Found> {
        let file = self.settings.file.as_ref()?;
        let value = file.get(section, key)?;
        Some(Found {
            text: value.text.clone(),
            origin: file.place(value),
        })
    }

    /// The flag, or else what [`Scope::text`] finds.
    pub fn value<T>(
        &self,
        key: &str,
        flag: Option<T>,
        parse: impl Fn(&str) -> Result<T, String>,
    ) -> Result<Option<T>> {
        self.value_or(key, flag, &[], parse)
    }

    /// The same with other tools' names for the variable.
    pub fn value_or<T>(
        &self,
        key: &str,
        flag: Option<T>,
        aliases: &[&str],
        parse: impl Fn(&str) -> Result<T, String>,
    ) -> Result<Option<T>> {
        match flag {
            Some(flag) => Ok(Some(flag)),
            None => self
                .text(key, aliases)
                .map(|found| found.parse(key, parse))
                .transpose(),
        }
    }

    /// The error about a setting that the run cannot do without.
    pub fn missing(&self, key: &str, option: &str) -> Error {
        let section = self.remote.as_deref().unwrap_or(self.section);
        let variable = schema::find(self.section, key)
            .map(schema::variable)
            .unwrap_or_default();
        Error::new(
            Kind::Config,
            format!("no `{key}` is set for the {} backend", self.section),
        )
        .hint(format!(
            "set `{key}` in [{section}] of the config file, {variable}, or {option}"
        ))
    }
}

/// Any text.
#[expect(
    clippy::unnecessary_wraps,
    reason = "a parser among parsers that can fail"
)]
pub fn text(text: &str) -> Result<String, String> {
    Ok(text.to_owned())
}

/// `true` or `false`, in the spellings of environment variables too.
pub fn boolean(text: &str) -> Result<bool, String> {
    match text {
        "true" | "1" | "yes" => Ok(true),
        "false" | "0" | "no" => Ok(false),
        _ => Err(format!("`{text}` is neither true nor false")),
    }
}

/// A number from 1 to 65535.
pub fn number(text: &str) -> Result<u16, String> {
    text.parse()
        .ok()
        .filter(|number| *number > 0)
        .ok_or_else(|| format!("`{text}` is no number from 1 to 65535"))
}

/// One of an option's values.
pub fn choice<T: ValueEnum>(text: &str) -> Result<T, String> {
    T::from_str(text, false).map_err(|_| {
        let names: Vec<String> = T::value_variants()
            .iter()
            .filter_map(|value| Some(value.to_possible_value()?.get_name().to_owned()))
            .collect();
        format!("`{text}` is none of {}", names.join(", "))
    })
}

/// A time-out of 0 would mean that nothing can ever succeed.
pub fn positive(key: &str, duration: Duration) -> Result<Duration> {
    if duration.is_zero() {
        Err(Error::new(
            Kind::Config,
            format!("`{key}` must be longer than 0"),
        ))
    } else {
        Ok(duration)
    }
}
