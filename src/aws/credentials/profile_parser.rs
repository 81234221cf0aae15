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

/// The properties of each section of one kind, by its name. Keys are lower-case.
pub type Sections = BTreeMap<String, BTreeMap<String, String>>;

/// The sections of a file, and its mistakes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ParsedFile {
    /// The profiles.
    pub profiles: Sections,
    /// `[services NAME]`.
    pub services: Sections,
    /// `[sso-session NAME]`.
    pub sso_sessions: Sections,
    /// The lines that cannot be understood. Each one spoils its section only.
    pub mistakes: Vec<SyntaxError>,
}

/// The kinds of sections.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SectionKind {
    Profile,
    Services,
    SsoSession,
}

/// A syntax error. It does not contain the line, which may hold a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyntaxError {
    /// Counted from 1.
    pub line: usize,
    /// The error.
    pub what: &'static str,
    /// The section of the line; `None` if any section may be meant.
    pub section: Option<(SectionKind, String)>,
}

impl ParsedFile {
    /// The sections of a kind.
    pub fn sections(&self, kind: SectionKind) -> &Sections {
        match kind {
            SectionKind::Profile => &self.profiles,
            SectionKind::Services => &self.services,
            SectionKind::SsoSession => &self.sso_sessions,
        }
    }

    fn sections_mut(&mut self, kind: SectionKind) -> &mut Sections {
        match kind {
            SectionKind::Profile => &mut self.profiles,
            SectionKind::Services => &mut self.services,
            SectionKind::SsoSession => &mut self.sso_sessions,
        }
    }
}

/// Reads a file's text.
pub fn parse(text: &str, kind: FileKind) -> ParsedFile {
    let mut parser = ProfileParser {
        kind,
        file: ParsedFile::default(),
        section: Section::None,
        key: None,
        prefixed_default: false,
    };
    for (index, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
        if let Err(what) = parser.line(line) {
            let section = match &parser.section {
                Section::Known(kind, name) => Some((*kind, name.clone())),
                Section::None | Section::Ignored => None,
            };
            parser.file.mistakes.push(SyntaxError {
                line: index + 1,
                what,
                section,
            });
        }
    }
    parser.file
}

enum Section {
    None,
    /// A section of another kind or without a name; its lines are ignored.
    Ignored,
    Known(SectionKind, String),
}

struct ProfileParser {
    kind: FileKind,
    file: ParsedFile,
    section: Section,
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
            return self.indented(line.trim());
        }
        match line.strip_prefix('[') {
            Some(rest) => self.section(rest),
            None => self.property(line),
        }
    }

    fn section(&mut self, rest: &str) -> Result<(), &'static str> {
        self.key = None;
        self.section = Section::None;
        let (name, after) = rest
            .split_once(']')
            .ok_or("a section without its closing bracket")?;
        if !after.trim().is_empty() && !after.trim_start().starts_with(['#', ';']) {
            return Err("text after a section's bracket");
        }
        let name = name.trim();
        let unquoted = |name: &str| name.trim().trim_matches('"').to_owned();
        let found = match (self.kind, name.split_once([' ', '\t'])) {
            (FileKind::Credentials, _) => Some((SectionKind::Profile, name.to_owned())),
            (FileKind::Config, Some(("profile", name))) => {
                Some((SectionKind::Profile, unquoted(name)))
            }
            (FileKind::Config, Some(("services", name))) => {
                Some((SectionKind::Services, unquoted(name)))
            }
            (FileKind::Config, Some(("sso-session", name))) => {
                Some((SectionKind::SsoSession, unquoted(name)))
            }
            (FileKind::Config, None) if name == "default" => {
                Some((SectionKind::Profile, name.to_owned()))
            }
            (FileKind::Config, _) => None,
        };
        let is_prefixed = name != "default";
        self.section = match found.filter(|(_, name)| !name.is_empty()) {
            Some((SectionKind::Profile, name)) => self.begin_profile(name, is_prefixed),
            Some((kind, name)) => Section::Known(kind, name),
            None => Section::Ignored,
        };
        if let Section::Known(kind, name) = &self.section {
            self.file
                .sections_mut(*kind)
                .entry(name.clone())
                .or_default();
        }
        Ok(())
    }

    /// Begins a profile. `[profile default]` replaces `[default]` in the config file.
    fn begin_profile(&mut self, name: String, is_prefixed: bool) -> Section {
        if name == "default" && self.kind == FileKind::Config {
            if !is_prefixed && self.prefixed_default {
                return Section::Ignored;
            }
            if is_prefixed && !self.prefixed_default {
                self.prefixed_default = true;
                self.file.profiles.remove(&name);
            }
        }
        Section::Known(SectionKind::Profile, name)
    }

    fn property(&mut self, line: &str) -> Result<(), &'static str> {
        let (kind, name) = match &self.section {
            Section::None => return Err("a property outside of any section"),
            Section::Ignored => return Ok(()),
            Section::Known(kind, name) => (*kind, name.clone()),
        };
        let (key, value) = line
            // The AWS CLI accepts a colon, too.
            .split_once(['=', ':'])
            .ok_or("a line that is neither a section nor `key = value`")?;
        let key = key.trim().to_ascii_lowercase();
        if key.is_empty() {
            return Err("a value without a key");
        }
        let value = without_comment(value.trim()).trim_end().to_owned();
        let section = self.file.sections_mut(kind).entry(name).or_default();
        section.insert(key.clone(), value);
        self.key = Some(key);
        Ok(())
    }

    /// Further lines of a value, or nested `key = value` lines: kept as lines. The AWS CLI also accepts an indented property
    /// directly below its section.
    fn indented(&mut self, line: &str) -> Result<(), &'static str> {
        let (Section::Known(kind, name), Some(key)) = (&self.section, &self.key) else {
            return self.property(line);
        };
        let section = self.file.sections_mut(*kind).get_mut(name);
        if let Some(value) = section.and_then(|section| section.get_mut(key)) {
            value.push('\n');
            value.push_str(line);
        }
        Ok(())
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
        let file = parse(text, kind);
        assert_eq!(file.mistakes, []);
        file.profiles.get(profile)?.get(key).cloned()
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
    fn sections_of_services_and_of_sessions_are_read() {
        let text = "[services a]\ns3 =\n  endpoint_url = http://h\n[sso-session a b]\nsso_region = r\n[plugins]\nx\n";
        let file = parse(text, FileKind::Config);
        assert_eq!(
            nested(&file.services["a"]["s3"], "endpoint_url"),
            Some("http://h")
        );
        assert_eq!(file.sso_sessions["a b"]["sso_region"], "r");
        assert_eq!((file.profiles.len(), file.mistakes), (0, vec![]));
    }

    #[test]
    fn a_colon_and_an_indented_first_property_are_read_as_the_aws_cli_reads_them() {
        let text = "[x]\n  a = 1\nb: 2\nc = d:e\n";
        for (key, value) in [("a", "1"), ("b", "2"), ("c", "d:e")] {
            assert_eq!(
                get(text, FileKind::Credentials, "x", key).as_deref(),
                Some(value)
            );
        }
    }

    #[test]
    fn broken_lines_are_named_by_number_and_section() {
        for (text, line, section) in [
            ("a = 1\n", 1, None),
            ("[x\n", 1, None),
            ("[y]\n[x\n", 2, None),
            ("[x]\nhunter2\n[y]\n", 2, Some("x")),
            ("[x]\n= v\n", 2, Some("x")),
            ("[x]\n  y\n", 2, Some("x")),
            ("[x] y\n", 1, None),
        ] {
            let mistakes = parse(text, FileKind::Credentials).mistakes;
            let found = mistakes[0].section.as_ref().map(|(_, name)| name.as_str());
            assert_eq!((mistakes[0].line, found), (line, section), "{text:?}");
        }
    }
}
