//! The shared files `~/.aws/config` and `~/.aws/credentials`, read and merged.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::profile_parser::{FileKind, Profiles};
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
    config: Profiles,
    credentials: Profiles,
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
    let asked = environment
        .profile_flag
        .as_ref()
        .or(environment.profile.as_ref());
    let name = asked.map_or("default", String::as_str);
    let files = SharedFiles::read(environment)?;
    match files.profile(name) {
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
    pub fn read(environment: &AwsEnvironment) -> Result<Self> {
        Ok(Self {
            config: read(environment.config_file.as_deref(), FileKind::Config)?,
            credentials: read(
                environment.credentials_file.as_deref(),
                FileKind::Credentials,
            )?,
        })
    }

    /// A profile with the properties of both files; the credentials file takes precedence. If it has any property of a
    /// login, those of the config file are ignored, so that two logins never mix.
    pub fn profile(&self, name: &str) -> Option<Profile> {
        let (config, credentials) = (self.config.get(name), self.credentials.get(name));
        let mut profile = match (config, credentials) {
            (None, None) => return None,
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
        Some(profile)
    }

    /// The names of the profiles in either file.
    pub fn names(&self) -> BTreeSet<String> {
        let names = self.config.keys().chain(self.credentials.keys());
        names.cloned().collect()
    }

    /// The error about a profile that is in neither file.
    pub fn unknown_profile(&self, name: &str) -> Error {
        let known: Vec<String> = self
            .config
            .keys()
            .chain(self.credentials.keys())
            .map(|name| printable(name))
            .collect();
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

/// Reads a file; a missing file has no profiles.
fn read(path: Option<&Path>, kind: FileKind) -> Result<Profiles> {
    let Some(path) = path else {
        return Ok(Profiles::new());
    };
    let wrong = |what: &str| Error::new(Kind::Config, format!("{}: {what}", path.display()));
    let bytes = match read_bounded(path, LARGEST_CONFIG) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Profiles::new()),
        Err(error) => return Err(wrong(&describe(&error))),
    };
    let text = String::from_utf8(bytes).map_err(|_| wrong("not UTF-8 text"))?;
    profile_parser::parse(&text, kind)
        .map_err(|mistake| wrong(&format!("line {}: {}", mistake.line, mistake.what)))
}
