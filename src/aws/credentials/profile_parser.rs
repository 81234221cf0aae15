//! Parser of `~/.aws/credentials` and `~/.aws/config`.
//!
//! A line in column 1 begins a section (`[…]`) or a property (`key = value`); an indented line continues the value. `#`
//! and `;` begin a comment at the start of a line, and after white space in a value.
//! Source: <https://docs.aws.amazon.com/sdkref/latest/guide/file-format.html>

use std::collections::BTreeMap;

/// The kind of file; the two name their sections differently.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileKind {
    /// `[default]`, `[profile NAME]`, and sections of other kinds.
    Config,
    /// `[NAME]`.
    Credentials,
}

/// The properties of each profile. Keys are lower-case.
pub type Profiles = BTreeMap<String, BTreeMap<String, String>>;

/// A syntax error. It does not contain the line, which may hold a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyntaxError {
    /// Counted from 1.
    pub line: usize,
    /// The error.
    pub what: &'static str,
}

/// Reads a file's text.
pub fn parse(text: &str, kind: FileKind) -> Result<Profiles, SyntaxError> {
    let mut parser = ProfileParser {
        kind,
        profiles: Profiles::new(),
        section: ProfileSection::None,
        key: None,
        prefixed_default: false,
    };
    for (index, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
        parser.line(line).map_err(|what| SyntaxError {
            line: index + 1,
            what,
        })?;
    }
    Ok(parser.profiles)
}

enum ProfileSection {
    None,
    /// A section of another kind or without a name; its properties are ignored.
    Ignored,
    Profile(String),
}

struct ProfileParser {
    kind: FileKind,
    profiles: Profiles,
    section: ProfileSection,
    /// The property that an indented line continues.
    key: Option<String>,
    /// Set by `[profile default]`, which takes precedence over `[default]`.
    prefixed_default: bool,
}

impl ProfileParser {
    fn line(&mut self, line: &str) -> Result<(), &'static str> {
        if line.trim().is_empty() || line.trim_start().starts_with(['#', ';']) {
            return Ok(());
        }
        if line.starts_with([' ', '\t']) {
            return self.continuation(line.trim());
        }
        match line.strip_prefix('[') {
            Some(rest) => self.section(rest),
            None => self.property(line),
        }
    }

    fn section(&mut self, rest: &str) -> Result<(), &'static str> {
        let (name, after) = rest
            .split_once(']')
            .ok_or("a section without its closing bracket")?;
        if !after.trim().is_empty() && !after.trim_start().starts_with(['#', ';']) {
            return Err("text after a section's bracket");
        }
        self.key = None;
        let name = name.trim();
        let (profile, prefixed) = match (self.kind, name.split_once([' ', '\t'])) {
            (FileKind::Credentials, _) => (Some(name), false),
            (FileKind::Config, Some(("profile", name))) => {
                (Some(name.trim().trim_matches('"')), true)
            }
            (FileKind::Config, None) if name == "default" => (Some(name), false),
            (FileKind::Config, _) => (None, false),
        };
        self.section = match profile.filter(|name| !name.is_empty()) {
            None => ProfileSection::Ignored,
            Some("default")
                if self.kind == FileKind::Config && !prefixed && self.prefixed_default =>
            {
                ProfileSection::Ignored
            }
            Some(name) => {
                if name == "default" && prefixed && !self.prefixed_default {
                    self.prefixed_default = true;
                    self.profiles.remove(name);
                }
                self.profiles.entry(name.to_owned()).or_default();
                ProfileSection::Profile(name.to_owned())
            }
        };
        Ok(())
    }

    fn property(&mut self, line: &str) -> Result<(), &'static str> {
        let (key, value) = line
            .split_once('=')
            .ok_or("a line that is neither a section nor `key = value`")?;
        let key = key.trim().to_ascii_lowercase();
        if key.is_empty() {
            return Err("a value without a key");
        }
        let value = without_comment(value.trim()).trim_end().to_owned();
        match &self.section {
            ProfileSection::None => Err("a property before the first section"),
            ProfileSection::Ignored => Ok(()),
            ProfileSection::Profile(name) => {
                self.profiles
                    .entry(name.clone())
                    .or_default()
                    .insert(key.clone(), value);
                self.key = Some(key);
                Ok(())
            }
        }
    }

    /// Further lines of a value, or nested `key = value` lines: kept as lines.
    fn continuation(&mut self, line: &str) -> Result<(), &'static str> {
        match (&self.section, &self.key) {
            (ProfileSection::Ignored, _) => Ok(()),
            (ProfileSection::Profile(name), Some(key)) => {
                if let Some(value) = self
                    .profiles
                    .get_mut(name)
                    .and_then(|profile| profile.get_mut(key))
                {
                    value.push('\n');
                    value.push_str(line);
                }
                Ok(())
            }
            _ => Err("an indented line that continues nothing"),
        }
    }
}

fn without_comment(value: &str) -> &str {
    let begins = |pair: &[u8]| matches!(pair, [b' ' | b'\t', b'#' | b';']);
    match value.as_bytes().windows(2).position(begins) {
        Some(at) => &value[..at],
        None => value,
    }
}

/// A property nested in a value: `addressing_style` in the value of `s3`.
pub fn nested<'a>(value: &'a str, key: &str) -> Option<&'a str> {
    value
        .lines()
        .filter_map(|line| line.split_once('='))
        .find(|(name, _)| name.trim().eq_ignore_ascii_case(key))
        .map(|(_, value)| value.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn get(text: &str, kind: FileKind, profile: &str, key: &str) -> Option<String> {
        parse(text, kind).unwrap().get(profile)?.get(key).cloned()
    }

    #[test]
    fn sections_are_named_as_each_file_names_them() {
        let config = "[default]\nregion = a\n[profile x]\nregion=b\n[profile \"y z\"]\nregion = c\n[x]\nregion = no\n[sso-session x]\nregion = no\n";
        assert_eq!(
            get(config, FileKind::Config, "default", "region").as_deref(),
            Some("a")
        );
        assert_eq!(
            get(config, FileKind::Config, "x", "region").as_deref(),
            Some("b")
        );
        assert_eq!(
            get(config, FileKind::Config, "y z", "region").as_deref(),
            Some("c")
        );
        let credentials = "[x]\naws_access_key_id = K\n";
        assert_eq!(
            get(credentials, FileKind::Credentials, "x", "aws_access_key_id").as_deref(),
            Some("K")
        );
    }

    #[test]
    fn the_prefixed_default_beats_the_bare_one_in_either_order() {
        for text in [
            "[default]\nk = a\n[profile default]\nk = b\n",
            "[profile default]\nk = b\n[default]\nk = a\n",
        ] {
            assert_eq!(
                get(text, FileKind::Config, "default", "k").as_deref(),
                Some("b")
            );
        }
    }

    #[test]
    fn comments_blanks_and_line_ends_do_not_matter() {
        let text = "\u{feff}# c\r\n; c\r\n[ x ] ; c\r\n  \r\nbefore = 1\r\n  # c\r\nKEY\t=  v#1 # c\r\nb = \r\nempty=\r\n";
        assert_eq!(
            get(text, FileKind::Credentials, "x", "key").as_deref(),
            Some("v#1")
        );
        assert_eq!(
            get(text, FileKind::Credentials, "x", "before").as_deref(),
            Some("1")
        );
        assert_eq!(
            get(text, FileKind::Credentials, "x", "empty").as_deref(),
            Some("")
        );
    }

    #[test]
    fn sections_merge_and_values_continue() {
        let text =
            "[x]\na = 1\nb = 1\n[y]\n[x]\nb = 2\ns3 =\n  addressing_style = path\n  max = 3\n";
        assert_eq!(
            get(text, FileKind::Credentials, "x", "a").as_deref(),
            Some("1")
        );
        assert_eq!(
            get(text, FileKind::Credentials, "x", "b").as_deref(),
            Some("2")
        );
        let s3 = get(text, FileKind::Credentials, "x", "s3").unwrap();
        assert_eq!(nested(&s3, "addressing_style"), Some("path"));
        assert_eq!(nested(&s3, "none"), None);
    }

    #[test]
    fn broken_lines_are_named_by_number() {
        for (text, line) in [
            ("a = 1\n", 1),
            ("[x\n", 1),
            ("[x]\nhunter2\n", 2),
            ("[x]\n= v\n", 2),
            ("[x]\n  y\n", 2),
            ("[x] y\n", 1),
        ] {
            assert_eq!(
                parse(text, FileKind::Credentials).unwrap_err().line,
                line,
                "{text:?}"
            );
        }
    }
}
