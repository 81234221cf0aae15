//! rclone's remotes of the types `s3` and `ftp`. Sources: <https://rclone.org/s3/>, <https://rclone.org/ftp/>.

use super::ini::IniSection;
use super::remote::{ForeignRemote, ForeignSecret, ImportedValue};
use super::{Import, ini};
use crate::error::{Error, Kind, Result, printable};
use crate::secret::Secret;

/// The first line of an encrypted file that is not a comment.
const ENCRYPTED: &str = "RCLONE_ENCRYPT_V";

/// Parses rclone.conf.
pub(super) fn parse(text: &str, shown: &str) -> Result<Import> {
    if text.lines().any(|line| line.starts_with(ENCRYPTED)) {
        let error = Error::new(Kind::Config, format!("{shown}: the file is encrypted"));
        return Err(error.with_hint(
            "let rclone decrypt it: rclone config show | blobctl config import rclone --from - --reveal",
        ));
    }
    let sections = ini::parse(text).map_err(|line| {
        Error::new(
            Kind::Config,
            format!("{shown}, line {line}: not a file of rclone"),
        )
    })?;
    let mut import = Import::default();
    for section in &sections {
        match section.get("type") {
            "s3" => import.remotes.push(s3(section)),
            "ftp" => import.remotes.push(ftp(section)),
            other => import.skipped.push(format!(
                "[{}]: blobctl has no store of the type `{}`",
                printable(&section.name),
                printable(other)
            )),
        }
    }
    Ok(import)
}

fn s3(section: &IniSection) -> ForeignRemote {
    let mut remote = ForeignRemote::new(&section.name, "s3");
    remote.endpoint(section.get("endpoint"));
    remote.text("region", section.get("region"));
    if section.is_true("force_path_style") {
        remote.text("addressing", "path");
    } else if section.is_false("force_path_style") {
        remote.text("addressing", "virtual");
    }
    if section.is_true("requester_pays") {
        remote.flag("request_payer");
    }
    let keys = ["access_key_id", "secret_access_key", "session_token"].map(|key| section.get(key));
    if keys[0].is_empty() && section.is_true("env_auth") {
        remote.text("profile", section.get("profile"));
    } else {
        remote.keys(keys[0], keys[1], keys[2]);
    }
    if section.is_true("v2_auth") {
        let note = "signatures of version 2 are not supported";
        remote.notes.push(note.to_owned());
    }
    remote.note_others(
        section,
        &[
            "type",
            "provider",
            "endpoint",
            "region",
            "force_path_style",
            "requester_pays",
            "access_key_id",
            "secret_access_key",
            "session_token",
            "env_auth",
            "profile",
            "v2_auth",
            "location_constraint",
            "no_check_bucket",
        ],
    );
    remote
}

fn ftp(section: &IniSection) -> ForeignRemote {
    let mut remote = ForeignRemote::new(&section.name, "ftp");
    remote.host(section.get("host"));
    match section.get("port").parse() {
        Ok(port) if port > 0 => remote.entries.push(("port", ImportedValue::Number(port))),
        _ => {}
    }
    remote.text("username", section.get("user"));
    if section.is_true("tls") {
        remote.text("tls", "implicit");
    } else if section.is_true("explicit_tls") {
        remote.text("tls", "explicit");
    }
    if section.is_true("no_check_certificate") {
        remote.flag("insecure");
    }
    let password = section.get("pass");
    if section.get("user").is_empty() {
        let note = "rclone logs in as the user of this machine: set `username`";
        remote.notes.push(note.to_owned());
    } else if !password.is_empty() {
        remote.secret = Some(ForeignSecret::Obscured(Secret::new(password)));
    }
    remote.note_others(
        section,
        &[
            "type",
            "host",
            "port",
            "user",
            "pass",
            "tls",
            "explicit_tls",
            "no_check_certificate",
        ],
    );
    remote
}

impl ForeignRemote {
    /// Names the settings that blobctl does not have.
    fn note_others(&mut self, section: &IniSection, known: &[&str]) {
        let others = section.others(known);
        if !others.is_empty() {
            self.notes
                .push(format!("not imported: {}", printable(&others.join(", "))));
        }
    }
}
