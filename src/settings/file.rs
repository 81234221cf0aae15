//! The config file: TOML without unknown keys, with the line of each value for messages.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use toml::de::{DeTable, DeValue};

use super::environment::Environment;
use super::schema;
use super::schema::{BACKENDS, SettingKind};
use crate::cli::vocabulary::nearest;
use crate::error::{Error, Kind as ErrorKind, Result, describe, printable};
use crate::secret::{LARGEST_CONFIG, read_bounded};

/// The parsed file.
#[derive(Debug, Clone, Default)]
pub struct ConfigFile {
    /// Its path.
    pub path: PathBuf,
    sections: BTreeMap<String, BTreeMap<String, Value>>,
    /// `true` if it contains a secret and is readable by others.
    pub exposed: bool,
}

/// A value and its line.
#[derive(Debug, Clone)]
pub struct Value {
    /// As it would be written in an environment variable.
    pub text: String,
    /// Counted from 1.
    pub line: usize,
}

impl ConfigFile {
    /// Reads the named file, or else the first of the usual files that exists, or none.
    pub fn load(named: Option<&Path>, environment: &Environment) -> Result<Option<Self>> {
        match find(named, environment)? {
            Some((path, text)) => Self::parse(&path, &text).map(Some),
            None => Ok(None),
        }
    }

    /// As [`ConfigFile::load`], but skips what is wrong in the file and returns the errors about it.
    pub fn load_valid_part(
        named: Option<&Path>,
        environment: &Environment,
    ) -> (Option<Self>, Vec<Error>) {
        match find(named, environment) {
            Ok(Some((path, text))) => {
                let (file, errors) = parse(&path, &text);
                (Some(file), errors)
            }
            Ok(None) => (None, Vec::new()),
            Err(error) => (None, vec![error]),
        }
    }

    /// Parses `text`, the content of `path`.
    pub fn parse(path: &Path, text: &str) -> Result<Self> {
        let (file, errors) = parse(path, text);
        errors.into_iter().next().map_or(Ok(file), Err)
    }

    /// A value of a section: `""`, `defaults`, `s3`, `ftp`, `fs` or `remotes.NAME`.
    pub fn get(&self, section: &str, key: &str) -> Option<&Value> {
        self.sections.get(section)?.get(key)
    }

    /// The kind of backend of a remote; `None` if there is no remote of that name.
    pub fn remote(&self, name: &str) -> Option<&str> {
        self.get(&format!("remotes.{name}"), "backend")
            .map(|value| value.text.as_str())
    }

    /// The keys of a section, with their values.
    pub fn section(&self, section: &str) -> impl Iterator<Item = (&str, &Value)> {
        let entries = self.sections.get(section).into_iter().flatten();
        entries.map(|(key, value)| (key.as_str(), value))
    }

    /// The names of all remotes.
    pub fn remotes(&self) -> impl Iterator<Item = &str> {
        self.sections
            .keys()
            .filter_map(|section| section.strip_prefix("remotes."))
    }

    /// `FILE:LINE [SECTION]`, for lists of values.
    pub fn position(&self, section: &str, value: &Value) -> String {
        let place = format!("{}:{}", self.path.display(), value.line);
        match section {
            "" => place,
            section => format!("{place} [{}]", printable(section)),
        }
    }

    /// `file, line N`, for messages about a value.
    pub fn place(&self, value: &Value) -> String {
        format!("{}, line {}", self.path.display(), value.line)
    }
}

/// The places of the config file if none is named, in the order of the search.
pub fn usual_paths(environment: &Environment) -> Vec<PathBuf> {
    let usual = environment.xdg("XDG_CONFIG_HOME", ".config", "blobctl/config.toml");
    usual
        .into_iter()
        .chain([PathBuf::from("/etc/blobctl/config.toml")])
        .collect()
}

/// Returns the path and the content of the config file in use, if there is one.
pub fn find(named: Option<&Path>, environment: &Environment) -> Result<Option<(PathBuf, String)>> {
    let named = named
        .map(Path::to_path_buf)
        .or_else(|| environment.path("BLOBCTL_CONFIG"));
    if let Some(path) = named {
        return match read(&path)? {
            Some(text) => Ok(Some((path, text))),
            None => Err(Error::new(
                ErrorKind::Config,
                format!("the config file `{}` does not exist", path.display()),
            )),
        };
    }
    for path in usual_paths(environment) {
        if let Some(text) = read(&path)? {
            return Ok(Some((path, text)));
        }
    }
    Ok(None)
}

/// Parses the content of `path`. What is wrong is skipped, and an error says what it was.
fn parse(path: &Path, text: &str) -> (ConfigFile, Vec<Error>) {
    let mut parser = ConfigParser {
        path,
        text,
        file: ConfigFile {
            path: path.to_path_buf(),
            ..ConfigFile::default()
        },
        secret: false,
        errors: Vec::new(),
    };
    match DeTable::parse(text) {
        Ok(table) => parser.top(table.get_ref()),
        Err(error) => {
            let at = error.span().map_or(0, |span| span.start);
            let error = parser.at(at, error.message());
            parser.errors.push(error);
        }
    }
    let ConfigParser {
        mut file,
        secret,
        errors,
        ..
    } = parser;
    file.exposed = secret && readable_by_others(path);
    (file, errors)
}

fn read(path: &Path) -> Result<Option<String>> {
    use std::io::ErrorKind as Io;
    let bytes = match read_bounded(path, LARGEST_CONFIG) {
        Ok(bytes) => bytes,
        Err(error) if matches!(error.kind(), Io::NotFound | Io::NotADirectory) => return Ok(None),
        Err(error) => {
            let text = format!("the config file `{}`: {}", path.display(), describe(&error));
            return Err(Error::new(ErrorKind::Config, text));
        }
    };
    match String::from_utf8(bytes) {
        Ok(text) => Ok(Some(text)),
        Err(error) => {
            let line = line_of(error.as_bytes(), error.utf8_error().valid_up_to());
            Err(Error::new(
                ErrorKind::Config,
                format!("{}, line {line}: not UTF-8 text", path.display()),
            ))
        }
    }
}

/// The line, counted from 1, of the byte at `offset`.
fn line_of(text: &[u8], offset: usize) -> usize {
    text[..offset.min(text.len())]
        .split(|byte| *byte == b'\n')
        .count()
}

/// Returns whether others may read the file, or change it. A pipe or a device keeps no secret.
pub(super) fn readable_by_others(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(path)
        .is_ok_and(|found| found.is_file() && found.permissions().mode() & 0o077 != 0)
}

struct ConfigParser<'a> {
    path: &'a Path,
    text: &'a str,
    file: ConfigFile,
    secret: bool,
    /// The mistakes found so far.
    errors: Vec<Error>,
}

impl ConfigParser<'_> {
    fn line(&self, offset: usize) -> usize {
        line_of(self.text.as_bytes(), offset)
    }

    /// An error about the line of the byte at `offset`.
    fn at(&self, offset: usize, what: &str) -> Error {
        Error::new(
            ErrorKind::Config,
            format!(
                "{}, line {}: {}",
                self.path.display(),
                self.line(offset),
                printable(what)
            ),
        )
    }

    fn collect(&mut self, result: Result<()>) {
        self.errors.extend(result.err());
    }

    fn top(&mut self, table: &DeTable<'_>) {
        for (name, value) in table {
            let result = self.top_entry(name.get_ref(), name.span().start, value.get_ref());
            self.collect(result);
        }
    }

    fn top_entry(&mut self, name: &str, at: usize, value: &DeValue<'_>) -> Result<()> {
        match (name, value) {
            ("remotes", DeValue::Table(remotes)) => self.remotes(remotes),
            (section, DeValue::Table(entries))
                if section == "defaults" || BACKENDS.contains(&section) =>
            {
                self.section(section, section, entries);
            }
            ("remotes" | "defaults" | "s3" | "ftp" | "fs", other) => {
                let text = format!("`{name}` must be a section, not a {}", type_name(other));
                return Err(self.at(at, &text));
            }
            (key, DeValue::Table(_)) => {
                let known = BACKENDS.iter().copied().chain(["defaults", "remotes"]);
                return Err(self.unknown(at, "section", key, &known.collect::<Vec<_>>()));
            }
            (key, other) => return self.entry("", "", key, at, other, &schema::keys_of("")),
        }
        Ok(())
    }

    fn remotes(&mut self, remotes: &DeTable<'_>) {
        for (name, value) in remotes {
            let result = self.remote(name.get_ref(), name.span().start, value.get_ref());
            self.collect(result);
        }
    }

    fn remote(&mut self, remote: &str, at: usize, value: &DeValue<'_>) -> Result<()> {
        let DeValue::Table(entries) = value else {
            return Err(self.at(at, &format!("`remotes.{remote}` must be a section")));
        };
        if !is_remote_name(remote) {
            return Err(self.at(
                at,
                &format!("invalid remote name `{remote}`: it contains `:`, `/` or a control character, or is empty"),
            ));
        }
        let backend = entries
            .iter()
            .find(|(key, _)| key.get_ref() == "backend")
            .map(|(_, value)| value);
        let Some(backend) = backend else {
            return Err(self.at(
                at,
                &format!("[remotes.{remote}] has no `backend` (s3, ftp or fs)"),
            ));
        };
        let Some(kind) = backend
            .get_ref()
            .as_str()
            .and_then(|text| BACKENDS.into_iter().find(|kind| *kind == text))
        else {
            return Err(self.at(
                backend.span().start,
                "`backend` must be \"s3\", \"ftp\" or \"fs\"",
            ));
        };
        self.section(&format!("remotes.{remote}"), kind, entries);
        Ok(())
    }

    /// Adds the entries of a section, which has the keys of the section `like`.
    fn section(&mut self, section: &str, like: &str, entries: &DeTable<'_>) {
        let mut known = schema::keys_of(like);
        if like != "defaults" {
            known.extend(schema::keys_of("defaults"));
        }
        if section != like {
            known.push("backend");
        }
        // A section without entries still exists: a remote can take all settings from its backend's section.
        self.file.sections.entry(section.to_owned()).or_default();
        for (key, value) in entries {
            let at = key.span().start;
            let result = self.entry(section, like, key.get_ref(), at, value.get_ref(), &known);
            self.collect(result);
        }
    }

    fn entry(
        &mut self,
        section: &str,
        like: &str,
        key: &str,
        at: usize,
        value: &DeValue<'_>,
        known: &[&'static str],
    ) -> Result<()> {
        if !known.contains(&key) {
            return Err(self.unknown(at, "key", key, known));
        }
        let setting = schema::find_in(like, key).or_else(|| schema::find("", key));
        let kind = setting.map_or(SettingKind::Text, |setting| setting.kind);
        self.secret |= matches!(kind, SettingKind::Secret);
        let text = match (kind, value) {
            (SettingKind::Flag, DeValue::Boolean(flag)) => flag.to_string(),
            (
                SettingKind::Number(_)
                | SettingKind::Jobs
                | SettingKind::Size(_)
                | SettingKind::Duration(_),
                DeValue::Integer(number),
            ) => number.to_string(),
            (kind, DeValue::String(text))
                if !matches!(kind, SettingKind::Flag | SettingKind::Number(_)) =>
            {
                text.clone().into_owned()
            }
            (_, other) => {
                let text = format!(
                    "`{key}` must be {}, not a {}",
                    expected(kind),
                    type_name(other)
                );
                return Err(self.at(at, &text));
            }
        };
        kind.check(&text)
            .map_err(|what| self.at(at, &format!("`{key}`: {what}")))?;
        let value = Value {
            text,
            line: self.line(at),
        };
        self.file
            .sections
            .entry(section.to_owned())
            .or_default()
            .insert(key.to_owned(), value);
        Ok(())
    }

    fn unknown(&self, at: usize, what: &str, name: &str, known: &[&str]) -> Error {
        let near = nearest(name, known.iter().copied());
        let error = self.at(at, &format!("unknown {what} `{name}`"));
        match near {
            Some(near) => error.with_hint(format!("did you mean `{near}`?")),
            None => error.with_hint(format!("known here: {}", known.join(", "))),
        }
    }
}

/// Returns whether a remote can have this name.
pub fn is_remote_name(name: &str) -> bool {
    !name.is_empty() && !name.contains([':', '/']) && !name.chars().any(char::is_control)
}

fn expected(kind: SettingKind) -> &'static str {
    match kind {
        SettingKind::Flag => "true or false",
        SettingKind::Number(_) => "a number",
        SettingKind::Jobs => "a number or \"auto\"",
        SettingKind::Duration(_) => "a duration like \"15m\"",
        SettingKind::Size(_) => "a size like \"16MiB\"",
        SettingKind::Text
        | SettingKind::Path
        | SettingKind::Secret
        | SettingKind::Choice(_)
        | SettingKind::Ports
        | SettingKind::Pattern
        | SettingKind::Address => "a string",
    }
}

fn type_name(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "string",
        DeValue::Integer(_) | DeValue::Float(_) => "number",
        DeValue::Boolean(_) => "boolean",
        DeValue::Datetime(_) => "date",
        DeValue::Array(_) => "list",
        DeValue::Table(_) => "section",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<ConfigFile> {
        ConfigFile::parse(Path::new("/c.toml"), text)
    }

    fn refusal(text: &str) -> String {
        let error = parse(text).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config);
        format!("{error} | {}", error.hint().unwrap_or(""))
    }

    #[test]
    fn values_keep_their_lines() {
        let file = parse("backend = \"s3\"\n\n[s3]\nbucket = \"lab\"\n[remotes.a]\nbackend = \"ftp\"\nport = 2121\n").unwrap();
        let value = |section, key| file.get(section, key).map(|v| (v.text.as_str(), v.line));
        assert_eq!(value("", "backend"), Some(("s3", 1)));
        assert_eq!(value("s3", "bucket"), Some(("lab", 4)));
        assert_eq!(value("remotes.a", "port"), Some(("2121", 7)));
        assert_eq!(file.remote("a"), Some("ftp"));
        assert_eq!(file.remotes().collect::<Vec<_>>(), ["a"]);
    }

    #[test]
    fn errors_name_file_line_key_and_the_nearest_key() {
        for (text, wanted) in [
            (
                "[s3]\nbuket = \"x\"\n",
                "/c.toml, line 2: unknown key `buket` | did you mean `bucket`?",
            ),
            (
                "[s33]\n",
                "/c.toml, line 1: unknown section `s33` | did you mean `s3`?",
            ),
            (
                "bakend = \"s3\"\n",
                "/c.toml, line 1: unknown key `bakend` | did you mean `backend`?",
            ),
            (
                "[ftp]\nport = \"21\"\n",
                "/c.toml, line 2: `port` must be a number, not a string | ",
            ),
            (
                "[s3]\nbucket = 7\n",
                "/c.toml, line 2: `bucket` must be a string, not a number | ",
            ),
            (
                "[defaults]\nretry_for = 1.5\n",
                "/c.toml, line 2: `retry_for` must be a duration like \"15m\", not a number | ",
            ),
            (
                "[remotes.x]\nbucket = \"b\"\n",
                "/c.toml, line 1: [remotes.x] has no `backend` (s3, ftp or fs) | ",
            ),
            (
                "[remotes.x]\nbackend = \"s3\"\nhost = \"h\"\n",
                "/c.toml, line 3: unknown key `host` | ",
            ),
            (
                "s3 = 1\n",
                "/c.toml, line 1: `s3` must be a section, not a number | ",
            ),
        ] {
            assert!(
                refusal(text).starts_with(wanted),
                "{}\n{wanted}",
                refusal(text)
            );
        }
    }

    #[test]
    fn invalid_toml_is_rejected_without_showing_the_line() {
        let shown = refusal("[s3]\nsecret_access_key = hunter2\n");
        assert!(
            shown.starts_with("/c.toml, line 2: ") && !shown.contains("hunter2"),
            "{shown}"
        );
    }
}
