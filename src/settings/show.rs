//! Every setting with its value and its origin, for `config show` and `doctor`.

use super::schema::{BACKENDS, SETTINGS, Setting, SettingKind, find_in};
use super::scope::{SettingLevel, SettingScope};
use super::{Settings, StoreRef, options};
use crate::aws::credentials::masked_id;
use crate::cli::BackendKind;

/// A setting as it is shown. Secrets are masked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShownSetting {
    /// `""`, `defaults`, `s3`, `ftp`, `fs` or `remotes.NAME`.
    pub section: String,
    /// The key.
    pub key: &'static str,
    /// The value as it would be written in a variable; `None` if the setting has none.
    pub value: Option<String>,
    /// The source of the value.
    pub origin: SettingOrigin,
}

/// The source of a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SettingOrigin {
    /// An option, such as `--bucket`.
    Option(String),
    /// The address on the command line.
    Address,
    /// An environment variable.
    Variable(String),
    /// The config file: `FILE:LINE [SECTION]`.
    File(String),
    /// The selected profile of the AWS files.
    Profile,
    /// netrc.
    Netrc,
    /// The built-in value, or none.
    BuiltIn,
}

impl std::fmt::Display for SettingOrigin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Option(text) | Self::Variable(text) | Self::File(text) => f.write_str(text),
            Self::Address => f.write_str("the address"),
            Self::Profile => f.write_str("the AWS profile"),
            Self::Netrc => f.write_str("netrc"),
            Self::BuiltIn => f.write_str("built-in"),
        }
    }
}

/// A value before it is masked.
type Found = (String, SettingOrigin);

impl Settings {
    /// The settings of all sections: of a run without an address, and what each remote sets.
    pub fn show_all(&self) -> Vec<ShownSetting> {
        let mut shown: Vec<ShownSetting> = Vec::new();
        for section in ["", "defaults"].into_iter().chain(BACKENDS) {
            let scope = SettingScope {
                settings: self,
                section,
                remote: None,
            };
            let own = SETTINGS.iter().filter(|setting| setting.section == section);
            shown.extend(own.map(|setting| self.show(&scope, setting, section, None)));
            if BACKENDS.contains(&section) {
                shown.extend(self.show_overridden(&scope, section));
            }
        }
        for name in self.remote_names() {
            let section = format!("remotes.{name}");
            shown.extend(self.show_section(&section));
        }
        shown
    }

    /// The settings that apply to one store.
    pub fn show_store(&self, store: &StoreRef) -> Vec<ShownSetting> {
        let scope = self.scope(store);
        let section = scope.remote.clone().unwrap_or(scope.section.to_owned());
        let general = SETTINGS
            .iter()
            .filter(|setting| setting.section == "defaults");
        let mut shown: Vec<ShownSetting> = general
            .map(|setting| self.show(&scope, setting, "defaults", None))
            .collect();
        let own = SETTINGS
            .iter()
            .filter(|setting| setting.section == scope.section);
        shown.extend(own.map(|setting| self.show(&scope, setting, &section, Some(store))));
        self.bind_login(&scope, store, &mut shown);
        shown
    }

    /// The keys of `[defaults]` that a backend's section sets for itself.
    fn show_overridden(&self, scope: &SettingScope<'_>, section: &str) -> Vec<ShownSetting> {
        let general = SETTINGS.iter().filter(|setting| {
            let own = SettingLevel::Section(section);
            setting.section == "defaults" && scope.at(own, setting.key).is_some()
        });
        general
            .map(|setting| self.show(scope, setting, section, None))
            .collect()
    }

    /// The entries of a remote's section, as they are written.
    fn show_section(&self, section: &str) -> Vec<ShownSetting> {
        let Some(file) = &self.file else {
            return Vec::new();
        };
        let like = file.get(section, "backend").map(|value| value.text.clone());
        let like = like.unwrap_or_default();
        let entries = file.section(section).filter_map(|(key, value)| {
            let setting = match key {
                "backend" => find_in("", "backend"),
                key => find_in(&like, key),
            }?;
            let origin = SettingOrigin::File(file.position(section, value));
            Some(shown(setting, section, Some((value.text.clone(), origin))))
        });
        entries.collect()
    }

    fn show(
        &self,
        scope: &SettingScope<'_>,
        setting: &'static Setting,
        section: &str,
        store: Option<&StoreRef>,
    ) -> ShownSetting {
        let found = store
            .and_then(|store| address_value(store, setting.key))
            .or_else(|| self.option_value(setting))
            .or_else(|| self.found_value(scope, setting))
            .or_else(|| self.profile_value(scope, setting.key));
        shown(setting, section, found)
    }

    fn option_value(&self, setting: &Setting) -> Option<Found> {
        let text = options::text(&self.flags, setting.key)?;
        let option = setting.option.rsplit(", ").next()?;
        (!option.is_empty()).then(|| (text, SettingOrigin::Option(option.to_owned())))
    }

    fn found_value(&self, scope: &SettingScope<'_>, setting: &Setting) -> Option<Found> {
        scope.levels().into_iter().find_map(|level| {
            let found = scope.at(level, setting.key)?;
            let origin = match level {
                SettingLevel::Environment => SettingOrigin::Variable(found.origin),
                SettingLevel::Section(section) => {
                    let file = self.file.as_ref()?;
                    let value = file.get(section, setting.key)?;
                    SettingOrigin::File(file.position(section, value))
                }
            };
            Some((found.text, origin))
        })
    }

    fn profile_value(&self, scope: &SettingScope<'_>, key: &str) -> Option<Found> {
        let value = self.of_profile(scope, key)?;
        Some((value, SettingOrigin::Profile))
    }

    /// Replaces the login settings by those that a run uses: a login is taken from one level, and belongs to one server.
    fn bind_login(&self, scope: &SettingScope<'_>, store: &StoreRef, shown: &mut [ShownSetting]) {
        match store.kind() {
            BackendKind::S3 => {
                let level = self.login_level(scope);
                for setting in shown.iter_mut().filter(|setting| is_s3_login(setting.key)) {
                    if level.is_none_or(|level| scope.at(level, setting.key).is_none()) {
                        setting.unset();
                    }
                }
            }
            BackendKind::Ftp => self.bind_ftp_login(scope, store, shown),
            BackendKind::Fs => {}
        }
    }

    fn bind_ftp_login(
        &self,
        scope: &SettingScope<'_>,
        store: &StoreRef,
        shown: &mut [ShownSetting],
    ) {
        let Ok(login) = self.ftp_login_of(scope, store) else {
            return;
        };
        for setting in shown {
            match setting.key {
                "username" if setting.value.as_deref() != Some(&login.username) => {
                    setting.value = Some(login.username.clone());
                    setting.origin = match login.is_from_netrc {
                        true => SettingOrigin::Netrc,
                        false => SettingOrigin::BuiltIn,
                    };
                }
                "password" if login.is_from_netrc => {
                    setting.value = Some(MASK.to_owned());
                    setting.origin = SettingOrigin::Netrc;
                }
                "password" | "password_file" | "password_command" => {
                    let found = scope.found(setting.key);
                    if found.is_none_or(|found| found.origin != login.origin) {
                        setting.unset();
                    }
                }
                _ => {}
            }
        }
    }
}

impl ShownSetting {
    fn unset(&mut self) {
        self.value = None;
        self.origin = SettingOrigin::BuiltIn;
    }
}

/// Stands for a secret of any length.
const MASK: &str = "****";

fn is_s3_login(key: &str) -> bool {
    super::s3::LOGIN_KEYS.contains(&key)
}

fn shown(setting: &Setting, section: &str, found: Option<Found>) -> ShownSetting {
    let built_in = || {
        let value = Some(setting.default).filter(|text| !text.is_empty());
        (value.map(str::to_owned), SettingOrigin::BuiltIn)
    };
    let (value, origin) = found.map_or_else(built_in, |(text, origin)| {
        (Some(masked(setting, &text)), origin)
    });
    ShownSetting {
        section: section.to_owned(),
        key: setting.key,
        value,
        origin,
    }
}

/// The value without secrets. Half an access key id is enough to recognise it.
fn masked(setting: &Setting, text: &str) -> String {
    match (setting.kind, setting.key) {
        (SettingKind::Secret, _) => MASK.to_owned(),
        (_, "access_key_id") => masked_id(text),
        (_, "host" | "endpoint_url") => without_userinfo("", text),
        _ => match text.split_once("://") {
            Some((scheme, rest)) => without_userinfo(&format!("{scheme}://"), rest),
            None => text.to_owned(),
        },
    }
}

/// Masks the user name and the password of a URL after its scheme. An `@` in the path follows a login too if a `:` precedes
/// it: the password may hold a `/`.
fn without_userinfo(start: &str, rest: &str) -> String {
    if let (true, Some((scheme, rest))) = (start.is_empty(), rest.split_once("://")) {
        return without_userinfo(&format!("{scheme}://"), rest);
    }
    match rest.rsplit_once('@') {
        Some((login, host)) if login.contains(':') || !login.contains('/') => {
            format!("{start}{MASK}@{host}")
        }
        _ => format!("{start}{rest}"),
    }
}

/// A setting that the address contains.
fn address_value(store: &StoreRef, key: &str) -> Option<Found> {
    let text = match (store, key) {
        (StoreRef::S3 { bucket }, "bucket") => bucket.clone(),
        (StoreRef::Ftp { host, .. }, "host") => host.clone(),
        (StoreRef::Ftp { port, .. }, "port") => port.as_ref()?.to_string(),
        (StoreRef::Ftp { user, .. }, "username") => user.clone()?,
        (StoreRef::Ftp { base_dir, .. }, "base_dir") => (*base_dir).to_owned(),
        (StoreRef::Root, "root") => "/".to_owned(),
        (StoreRef::S3 { .. } | StoreRef::Ftp { .. } | StoreRef::Root, "prefix") => String::new(),
        _ => return None,
    };
    Some((text, SettingOrigin::Address))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_shown_without_its_login() {
        for (text, expected) in [
            ("http://u:p@h:1/x", "http://****@h:1/x"),
            ("http://u:p@@h", "http://****@h"),
            ("http://u:p/w@h", "http://****@h"),
            ("http://h/a@b", "http://h/a@b"),
            ("u:p@h", "****@h"),
            ("plain.host", "plain.host"),
        ] {
            assert_eq!(without_userinfo("", text), expected);
        }
    }
}
