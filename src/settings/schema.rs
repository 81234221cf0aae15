//! Every setting there is: the one table that the config file, the environment and the documentation follow.

/// A key of a section of the config file, and with it the variable `BLOBCTL_<SECTION>_<KEY>`.
#[derive(Debug)]
pub struct Setting {
    /// `""` for the top of the file, `defaults`, `s3`, `ftp` or `fs`.
    pub section: &'static str,
    /// The key.
    pub key: &'static str,
    /// What may stand behind it.
    pub kind: Kind,
}

/// What may stand behind a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A string.
    Text,
    /// A string that nobody may see.
    Secret,
    /// `true` or `false`.
    Flag,
    /// A whole number from 1 to the given one.
    Number(u16),
    /// A string like `15m`.
    Duration,
    /// A string like `16MiB`, or a number of bytes.
    Size,
    /// One of these strings.
    Choice(&'static [&'static str]),
}

const fn text(section: &'static str, key: &'static str) -> Setting {
    Setting {
        section,
        key,
        kind: Kind::Text,
    }
}

const fn of(section: &'static str, key: &'static str, kind: Kind) -> Setting {
    Setting { section, key, kind }
}

/// The sections that hold a backend's settings. A remote takes the keys of its backend's section.
pub const BACKENDS: [&str; 3] = ["s3", "ftp", "fs"];

/// All settings, in the order of the documentation.
pub const SETTINGS: &[Setting] = &[
    of("", "backend", Kind::Choice(&BACKENDS)),
    text("", "remote"),
    of("defaults", "retry_for", Kind::Duration),
    of("defaults", "timeout", Kind::Duration),
    of("defaults", "connect_timeout", Kind::Duration),
    of("defaults", "deadline", Kind::Duration),
    of("defaults", "jobs", Kind::Number(256)),
    of("defaults", "parts", Kind::Number(64)),
    of("defaults", "part_size", Kind::Size),
    of("defaults", "max_memory", Kind::Size),
    of(
        "defaults",
        "progress",
        Kind::Choice(&["auto", "bar", "lines", "none"]),
    ),
    of(
        "defaults",
        "resume",
        Kind::Choice(&["auto", "run", "never"]),
    ),
    text("s3", "endpoint_url"),
    text("s3", "bucket"),
    text("s3", "prefix"),
    text("s3", "region"),
    of("s3", "access_key_id", Kind::Text),
    of("s3", "secret_access_key", Kind::Secret),
    text("s3", "secret_access_key_file"),
    of("s3", "session_token", Kind::Secret),
    text("s3", "credential_process"),
    text("s3", "profile"),
    of(
        "s3",
        "addressing",
        Kind::Choice(&["auto", "path", "virtual"]),
    ),
    of(
        "s3",
        "checksum",
        Kind::Choice(&[
            "auto",
            "crc64nvme",
            "crc32c",
            "crc32",
            "sha256",
            "sha1",
            "md5",
            "none",
        ]),
    ),
    of(
        "s3",
        "payload_signing",
        Kind::Choice(&["auto", "signed", "unsigned"]),
    ),
    text("s3", "sse_c_key_file"),
    of("s3", "request_payer", Kind::Flag),
    of("s3", "no_sign_request", Kind::Flag),
    text("s3", "ca_bundle"),
    of("s3", "insecure", Kind::Flag),
    text("ftp", "host"),
    of("ftp", "port", Kind::Number(u16::MAX)),
    text("ftp", "username"),
    of("ftp", "password", Kind::Secret),
    text("ftp", "password_file"),
    text("ftp", "password_command"),
    text("ftp", "base_dir"),
    text("ftp", "prefix"),
    of("ftp", "mode", Kind::Choice(&["passive", "active"])),
    text("ftp", "active_ports"),
    text("ftp", "bind_address"),
    of(
        "ftp",
        "tls",
        Kind::Choice(&["none", "explicit", "implicit"]),
    ),
    of("ftp", "replace", Kind::Choice(&["auto", "delete-first"])),
    of("ftp", "encoding", Kind::Choice(&["utf-8", "latin-1"])),
    of(
        "ftp",
        "checksum",
        Kind::Choice(&["auto", "sha256", "md5", "crc32", "none"]),
    ),
    text("ftp", "ca_bundle"),
    of("ftp", "insecure", Kind::Flag),
    text("fs", "root"),
    text("fs", "prefix"),
];

/// The setting of that name in that section.
pub fn find(section: &str, key: &str) -> Option<&'static Setting> {
    SETTINGS
        .iter()
        .find(|setting| setting.section == section && setting.key == key)
}

/// The keys that a section of the file may have. `[remotes.NAME]` has `backend` and its backend's keys; backend
/// sections and remotes may override what `[defaults]` says about time.
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

/// The known name that looks most like `text`, if any looks like it (optimal string alignment distance of at
/// most a third of its length).
pub fn nearest<'a>(text: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let limit = 1 + text.chars().count() / 3;
    known
        .into_iter()
        .map(|name| (distance(text, name), name))
        .filter(|(far, _)| *far <= limit)
        .min()
        .map(|(_, name)| name)
}

fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().take(64).collect(), b.chars().collect());
    let mut rows = vec![(0..=b.len()).collect::<Vec<usize>>()];
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let change = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut best = change.min(rows[i - 1][j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(rows[i - 2][j - 2] + 1);
            }
            row.push(best);
        }
        rows.push(row);
    }
    rows[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn misspelt_names_find_their_neighbour() {
        let s3 = keys_of("s3");
        assert_eq!(
            nearest("endpoint_ur", s3.iter().copied()),
            Some("endpoint_url")
        );
        assert_eq!(nearest("buket", s3.iter().copied()), Some("bucket"));
        assert_eq!(nearest("regoin", s3.iter().copied()), Some("region"));
        assert_eq!(nearest("zzzzzz", s3.iter().copied()), None);
    }

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
