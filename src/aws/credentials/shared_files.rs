//! The shared files `~/.aws/config` and `~/.aws/credentials`, read and merged.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::profile_parser::{FileKind, ParsedFile, SectionKind, SyntaxError};
use super::{AwsEnvironment, profile_parser};
use crate::error::{Error, Kind, Result, describe, printable};
use crate::secret::{LARGEST_CONFIG, read_bounded};

/// The properties of one profile. Keys are lower-case.
pub type Profile = BTreeMap<String, String>;

/// The properties that belong to one login.
const LOGIN_PROPERTIES: [&str; 4] = [
    "aws_access_key_id",
    "aws_secret_access_key",
    "aws_session_token",
    "aws_security_token",
];

/// Both files.
pub struct SharedFiles {
    config: SharedFile,
    credentials: SharedFile,
}

/// One file.
#[derive(Default)]
struct SharedFile {
    /// Escaped.
    shown: String,
    parsed: ParsedFile,
}

/// The selected profile of this run.
pub struct SelectedProfile {
    /// Both files, for further profiles.
    pub files: SharedFiles,
    /// Its name: the requested one, or `default`.
    pub name: String,
    /// Its properties.
    pub profile: Profile,
}

/// The requested profile, which must exist, or else `default`.
pub fn selected_profile(environment: &AwsEnvironment) -> Result<Option<SelectedProfile>> {
    let asked = environment.requested_profile();
    let name = asked.unwrap_or("default");
    let files = SharedFiles::read(environment)?;
    match files.profile(name)? {
        Some(profile) => Ok(Some(SelectedProfile {
            files,
            name: name.to_owned(),
            profile,
        })),
        None if asked.is_some() => Err(files.unknown_profile(name)),
        None => Ok(None),
    }
}

impl SharedFiles {
    /// Reads both files; a missing one has no profiles.
    ///
    /// # Errors
    /// A file cannot be read, or has a line that may concern any profile.
    pub fn read(environment: &AwsEnvironment) -> Result<Self> {
        let credentials = environment.credentials_file.as_deref();
        Ok(Self {
            config: SharedFile::read(environment.config_file.as_deref(), FileKind::Config)?,
            credentials: SharedFile::read(credentials, FileKind::Credentials)?,
        })
    }

    /// A profile with the properties of both files; the credentials file takes precedence. If it has any property of a
    /// login, those of the config file are ignored, so that two logins never mix.
    ///
    /// # Errors
    /// The profile has a line that cannot be understood.
    pub fn profile(&self, name: &str) -> Result<Option<Profile>> {
        let config = self.config.section(SectionKind::Profile, name)?;
        let credentials = self.credentials.section(SectionKind::Profile, name)?;
        let mut profile = match (config, credentials) {
            (None, None) => return Ok(None),
            (config, _) => config.cloned().unwrap_or_default(),
        };
        let credentials = credentials.cloned().unwrap_or_default();
        if LOGIN_PROPERTIES
            .iter()
            .any(|key| property(&credentials, key).is_some())
        {
            profile.retain(|key, _| !LOGIN_PROPERTIES.contains(&key.as_str()));
        }
        profile.extend(credentials);
        Ok(Some(profile))
    }

    /// A section of the config file that is not a profile.
    pub fn section(&self, kind: SectionKind, name: &str) -> Result<Option<&Profile>> {
        self.config.section(kind, name)
    }

    /// The names of the profiles in either file.
    pub fn names(&self) -> BTreeSet<String> {
        let names = [&self.config, &self.credentials].map(|file| file.parsed.profiles.keys());
        names.into_iter().flatten().cloned().collect()
    }

    /// Warnings about lines of other sections than the profile of this run.
    pub fn warnings(&self, selected: &str) -> Vec<String> {
        let files = [&self.config, &self.credentials].into_iter();
        files.flat_map(|file| file.warnings(selected)).collect()
    }

    /// The error about a profile that is in neither file.
    pub fn unknown_profile(&self, name: &str) -> Error {
        let known: Vec<String> = self.names().iter().map(|name| printable(name)).collect();
        let known = if known.is_empty() {
            "none".to_owned()
        } else {
            known.join(", ")
        };
        let what = format!("unknown profile `{}`", printable(name));
        Error::new(Kind::Config, what).with_hint(format!("profiles in the AWS files: {known}"))
    }
}

/// A property, unless it is missing or empty.
pub fn property<'a>(profile: &'a Profile, key: &str) -> Option<&'a str> {
    profile
        .get(key)
        .map(String::as_str)
        .filter(|value| !value.is_empty())
}

impl SharedFile {
    /// Reads a file; a missing file has no sections.
    fn read(path: Option<&Path>, kind: FileKind) -> Result<Self> {
        let Some(path) = path else {
            return Ok(Self::default());
        };
        let shown = printable(&path.to_string_lossy());
        let wrong = |what: &str| Error::new(Kind::Config, format!("{shown}: {what}"));
        let bytes = match read_bounded(path, LARGEST_CONFIG) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Vec::new(),
            Err(error) => return Err(wrong(&describe(&error))),
        };
        let text = String::from_utf8(bytes).map_err(|_| wrong("not UTF-8 text"))?;
        let file = Self {
            parsed: profile_parser::parse(&text, kind),
            shown,
        };
        let mistakes = &file.parsed.mistakes;
        match mistakes.iter().find(|mistake| mistake.section.is_none()) {
            Some(mistake) => Err(Error::new(Kind::Config, file.describe(mistake))),
            None => Ok(file),
        }
    }

    fn section(&self, kind: SectionKind, name: &str) -> Result<Option<&Profile>> {
        let is_its = |mistake: &&SyntaxError| {
            let section = mistake.section.as_ref();
            section.is_some_and(|(of, its)| *of == kind && its == name)
        };
        match self.parsed.mistakes.iter().find(is_its) {
            Some(mistake) => Err(Error::new(Kind::Config, self.describe(mistake))),
            None => Ok(self.parsed.sections(kind).get(name)),
        }
    }

    fn warnings(&self, selected: &str) -> impl Iterator<Item = String> {
        let mistakes = self.parsed.mistakes.iter();
        let others = mistakes.filter(move |mistake| {
            let section = mistake.section.as_ref();
            section.is_none_or(|(kind, name)| *kind != SectionKind::Profile || name != selected)
        });
        others.map(|mistake| {
            let name = mistake.section.as_ref().map_or("", |(_, name)| name);
            format!(
                "{}; `{}` in that file cannot be used",
                self.describe(mistake),
                printable(name)
            )
        })
    }

    fn describe(&self, mistake: &SyntaxError) -> String {
        format!("{}: line {}: {}", self.shown, mistake.line, mistake.what)
    }
}
