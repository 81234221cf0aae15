//! The table of all settings, which options, environment variables, the config file and the documentation follow.
//!
//! The bounds and words of this table apply to every source of a value: clap's parsers, [`SettingKind::check`] and the table
//! in the documentation are made from it.

use clap::ValueEnum;

use crate::backend::ftp::socket::parse_address;
use crate::backend::ftp::temporary::TemporaryPattern;
use crate::backend::ftp::{Digests, Encoding, Mode, Ports, Replace, Tls, UploadFile};
use crate::backend::s3::{Addressing, PayloadSigning};
use crate::cli::bounds::{
    Durations, JOBS, LIMIT_RATE, MAX_MEMORY, Numbers, PART_SIZE, PARTS, PORT, RETRY_FOR, Sizes,
    TIMEOUT, parse_jobs,
};
use crate::cli::{BackendKind, ChecksumKind, Progress, ResumeChoice};
use crate::digest::Algorithm;
use crate::units::parse_flag;

/// A setting: a key of a section of the config file, its variable and its option.
#[derive(Debug, Clone, Copy)]
pub struct Setting {
    /// `""` for the top of the file, `defaults`, `s3`, `ftp` or `fs`.
    pub section: &'static str,
    /// The key.
    pub key: &'static str,
    /// The accepted values.
    pub kind: SettingKind,
    /// The option, as the documentation shows it; empty if there is none.
    pub option: &'static str,
    /// Variables of other tools that are read if the setting's own is not set.
    pub aliases: &'static [&'static str],
    /// The built-in value, as the documentation shows it; empty if there is none.
    pub default: &'static str,
}

/// The values that a setting accepts.
#[derive(Debug, Clone, Copy)]
pub enum SettingKind {
    /// A string.
    Text,
    /// A path: any bytes, and `~/` is the home directory.
    Path,
    /// A string that is never shown.
    Secret,
    /// `true` or `false`.
    Flag,
    /// A whole number.
    Number(Numbers),
    /// `auto` or a whole number.
    Jobs,
    /// A string like `15m`, or a number of seconds.
    Duration(Durations),
    /// A string like `16MiB`, or a number of bytes.
    Size(Sizes),
    /// One of these words.
    Choice(fn() -> Vec<String>),
    /// Ports, like `50000-50099`.
    Ports,
    /// A file name with `{random}`.
    Pattern,
    /// An IP address of this machine.
    Address,
}

impl SettingKind {
    /// Checks a value; the error says what was expected.
    pub fn check(self, text: &str) -> Result<(), String> {
        match self {
            Self::Text | Self::Path | Self::Secret => Ok(()),
            Self::Flag => parse_flag(text).map(drop),
            Self::Number(numbers) => numbers.parse(text).map(drop),
            Self::Jobs => parse_jobs(text).map(drop),
            Self::Duration(durations) => durations.parse(text).map(drop),
            Self::Size(sizes) => sizes.parse(text).map(drop),
            Self::Choice(words) => one_of(text, &words()),
            Self::Ports => text.parse::<Ports>().map(drop),
            Self::Pattern => text.parse::<TemporaryPattern>().map(drop),
            Self::Address => parse_address(text).map(drop),
        }
    }

    /// The values, for the documentation.
    pub fn values(self) -> String {
        match self {
            Self::Text | Self::Secret => "text".to_owned(),
            Self::Path => "path".to_owned(),
            Self::Flag => "`true`, `false`".to_owned(),
            Self::Number(numbers) => numbers.to_string(),
            Self::Jobs => format!("`auto`, {JOBS}"),
            Self::Duration(durations) => durations.to_string(),
            Self::Size(sizes) => sizes.to_string(),
            Self::Choice(words) => {
                let words: Vec<String> = words().iter().map(|word| format!("`{word}`")).collect();
                words.join(", ")
            }
            Self::Ports => "ports".to_owned(),
            Self::Pattern => "a name with {random}".to_owned(),
            Self::Address => "IP address".to_owned(),
        }
    }
}

/// The words of an option: the one definition of a choice.
pub fn words<T: ValueEnum>() -> Vec<String> {
    T::value_variants()
        .iter()
        .filter_map(|value| Some(value.to_possible_value()?.get_name().to_owned()))
        .collect()
}

/// The checksums that FTP servers compute.
fn ftp_checksums() -> Vec<String> {
    ChecksumKind::value_variants()
        .iter()
        .filter(|kind| ftp_digests(**kind).is_some())
        .filter_map(|value| Some(value.to_possible_value()?.get_name().to_owned()))
        .collect()
}

fn one_of(text: &str, words: &[String]) -> Result<(), String> {
    if words.iter().any(|word| word == text) {
        Ok(())
    } else {
        Err(format!("`{text}` is not one of {}", words.join(", ")))
    }
}

const fn setting(
    section: &'static str,
    key: &'static str,
    kind: SettingKind,
    option: &'static str,
    default: &'static str,
) -> Setting {
    Setting {
        section,
        key,
        kind,
        option,
        aliases: &[],
        default,
    }
}

const fn also(setting: Setting, aliases: &'static [&'static str]) -> Setting {
    Setting { aliases, ..setting }
}

/// The sections that hold a backend's settings. A remote takes the keys of its backend's section.
pub const BACKENDS: [&str; 3] = ["s3", "ftp", "fs"];

/// All settings, in the order of the documentation.
pub const SETTINGS: &[Setting] = {
    use SettingKind::{
        Address, Choice, Duration, Flag, Jobs, Number, Path, Pattern, Ports, Secret, Size, Text,
    };
    &[
        setting(
            "",
            "backend",
            Choice(words::<BackendKind>),
            "-b, --backend",
            "fs",
        ),
        setting("", "remote", Text, "--remote", ""),
        setting(
            "defaults",
            "retry_for",
            Duration(RETRY_FOR),
            "--retry-for",
            "2m",
        ),
        setting("defaults", "timeout", Duration(TIMEOUT), "--timeout", "60s"),
        setting(
            "defaults",
            "connect_timeout",
            Duration(TIMEOUT),
            "--connect-timeout",
            "10s",
        ),
        setting(
            "defaults",
            "deadline",
            Duration(TIMEOUT),
            "--deadline",
            "never",
        ),
        setting("defaults", "jobs", Jobs, "--jobs", "auto"),
        setting("defaults", "parts", Number(PARTS), "--parts", "4"),
        setting(
            "defaults",
            "part_size",
            Size(PART_SIZE),
            "--part-size",
            "16MiB",
        ),
        setting(
            "defaults",
            "max_memory",
            Size(MAX_MEMORY),
            "--max-memory",
            "as much as a stream's parts take",
        ),
        setting(
            "defaults",
            "limit_rate",
            Size(LIMIT_RATE),
            "--limit-rate",
            "none",
        ),
        setting(
            "defaults",
            "progress",
            Choice(words::<Progress>),
            "--progress",
            "auto",
        ),
        setting(
            "defaults",
            "resume",
            Choice(words::<ResumeChoice>),
            "--resume",
            "run",
        ),
        also(
            setting(
                "s3",
                "endpoint_url",
                Text,
                "--endpoint-url",
                "AWS in `region`",
            ),
            &["AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"],
        ),
        setting("s3", "bucket", Text, "--bucket", ""),
        setting("s3", "prefix", Text, "", ""),
        also(
            setting(
                "s3",
                "region",
                Text,
                "--region",
                "the region in the endpoint's host name, or us-east-1",
            ),
            &["AWS_REGION", "AWS_DEFAULT_REGION"],
        ),
        setting("s3", "access_key_id", Text, "", ""),
        setting("s3", "secret_access_key", Secret, "", ""),
        setting("s3", "secret_access_key_file", Path, "", ""),
        setting("s3", "session_token", Secret, "", ""),
        setting("s3", "credential_process", Text, "", ""),
        setting("s3", "profile", Text, "--profile", "default"),
        setting(
            "s3",
            "addressing",
            Choice(words::<Addressing>),
            "--addressing",
            "auto",
        ),
        setting(
            "s3",
            "checksum",
            Choice(words::<ChecksumKind>),
            "--checksum",
            "auto",
        ),
        setting(
            "s3",
            "payload_signing",
            Choice(words::<PayloadSigning>),
            "--payload-signing",
            "auto",
        ),
        setting("s3", "sse_c_key_file", Path, "--sse-c-key-file", ""),
        setting("s3", "request_payer", Flag, "--request-payer", "false"),
        setting("s3", "no_sign_request", Flag, "--no-sign-request", "false"),
        also(
            setting("s3", "ca_bundle", Path, "--ca-bundle", ""),
            &["AWS_CA_BUNDLE"],
        ),
        setting("s3", "client_cert", Path, "--client-cert", ""),
        setting("s3", "client_key", Path, "--client-key", ""),
        setting("s3", "insecure", Flag, "--insecure", "false"),
        setting("ftp", "host", Text, "--host", ""),
        setting(
            "ftp",
            "port",
            Number(PORT),
            "--port",
            "21, or 990 with implicit TLS",
        ),
        setting("ftp", "username", Text, "--user", "~/.netrc, or anonymous"),
        setting("ftp", "password", Secret, "", "~/.netrc"),
        setting("ftp", "password_file", Path, "", ""),
        setting("ftp", "password_command", Text, "", ""),
        setting("ftp", "base_dir", Text, "--base-dir", "the login directory"),
        setting("ftp", "prefix", Text, "", ""),
        setting(
            "ftp",
            "mode",
            Choice(words::<Mode>),
            "--ftp-mode",
            "passive",
        ),
        setting("ftp", "active_ports", Ports, "--ftp-active-ports", "any"),
        setting(
            "ftp",
            "bind_address",
            Address,
            "--ftp-bind",
            "the system's choice",
        ),
        setting("ftp", "tls", Choice(words::<Tls>), "--ftp-tls", "none"),
        setting(
            "ftp",
            "replace",
            Choice(words::<Replace>),
            "--ftp-replace",
            "auto",
        ),
        setting(
            "ftp",
            "upload",
            Choice(words::<UploadFile>),
            "--ftp-upload",
            "temporary",
        ),
        setting(
            "ftp",
            "temporary_name",
            Pattern,
            "--ftp-temporary-name",
            ".blobctl-{random}.part",
        ),
        setting(
            "ftp",
            "encoding",
            Choice(words::<Encoding>),
            "--ftp-encoding",
            "utf-8",
        ),
        setting(
            "ftp",
            "checksum",
            Choice(ftp_checksums),
            "--checksum",
            "auto",
        ),
        setting("ftp", "ca_bundle", Path, "--ca-bundle", ""),
        setting("ftp", "client_cert", Path, "--client-cert", ""),
        setting("ftp", "client_key", Path, "--client-key", ""),
        setting("ftp", "insecure", Flag, "--insecure", "false"),
        setting("fs", "root", Path, "--root", "~/.local/share/blobctl/blobs"),
        setting("fs", "prefix", Text, "", ""),
    ]
};

/// The setting of that name in that section.
pub fn find(section: &str, key: &str) -> Option<&'static Setting> {
    SETTINGS
        .iter()
        .find(|setting| setting.section == section && setting.key == key)
}

/// The setting of a key in a section. Sections and remotes can also have the keys of `[defaults]`.
pub fn find_in(section: &str, key: &str) -> Option<&'static Setting> {
    find(section, key).or_else(|| find("defaults", key))
}

/// The keys of a section of the file. `[remotes.NAME]` also has `backend`, and backend sections and remotes can override the
/// keys of `[defaults]`.
pub fn keys_of(section: &str) -> Vec<&'static str> {
    SETTINGS
        .iter()
        .filter(|setting| setting.section == section)
        .map(|setting| setting.key)
        .collect()
}

/// The environment variable of a setting.
pub fn variable(setting: &Setting) -> String {
    match setting.section {
        "" | "defaults" => format!("BLOBCTL_{}", setting.key.to_uppercase()),
        section => format!(
            "BLOBCTL_{}_{}",
            section.to_uppercase(),
            setting.key.to_uppercase()
        ),
    }
}

/// The digests to request from an FTP server for a kind of checksum; `None` if FTP servers do not support it.
pub fn ftp_digests(kind: ChecksumKind) -> Option<Digests> {
    match kind {
        ChecksumKind::Auto => Some(Digests::Auto),
        ChecksumKind::Sha256 => Some(Digests::Only(Algorithm::Sha256)),
        ChecksumKind::Sha1 => Some(Digests::Only(Algorithm::Sha1)),
        ChecksumKind::Md5 => Some(Digests::Only(Algorithm::Md5)),
        ChecksumKind::Crc32 => Some(Digests::Only(Algorithm::Crc32)),
        ChecksumKind::None => Some(Digests::None),
        ChecksumKind::Crc64nvme | ChecksumKind::Crc32c => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_are_named_after_section_and_key() {
        assert_eq!(
            find("s3", "bucket").map(variable).as_deref(),
            Some("BLOBCTL_S3_BUCKET")
        );
        assert_eq!(
            find("defaults", "retry_for").map(variable).as_deref(),
            Some("BLOBCTL_RETRY_FOR")
        );
        assert_eq!(
            find("", "backend").map(variable).as_deref(),
            Some("BLOBCTL_BACKEND")
        );
    }
}
