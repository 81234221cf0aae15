//! The aliases of the MinIO client. Source: <https://min.io/docs/minio/linux/reference/minio-mc.html>.

use serde_json::Value;

use super::Import;
use super::remote::ForeignRemote;
use crate::error::{Error, Kind, Result};

/// Parses config.json.
pub(super) fn parse(text: &str, shown: &str) -> Result<Import> {
    let wrong = |what: String| Error::new(Kind::Config, format!("{shown}{what}"));
    let document: Value = serde_json::from_str(text)
        .map_err(|error| wrong(format!(", line {}: invalid JSON", error.line())))?;
    // Version 9 and older have `hosts`.
    let aliases = document
        .get("aliases")
        .or_else(|| document.get("hosts"))
        .and_then(Value::as_object)
        .ok_or_else(|| wrong(": no aliases, so it is not a file of mc".to_owned()))?;
    Ok(Import {
        remotes: aliases
            .iter()
            .map(|(name, alias)| remote(name, alias))
            .collect(),
        skipped: Vec::new(),
    })
}

fn remote(name: &str, alias: &Value) -> ForeignRemote {
    let get = |key: &str| alias.get(key).and_then(Value::as_str).unwrap_or_default();
    let mut remote = ForeignRemote::new(name, "s3");
    remote.endpoint(get("url"));
    match (get("path"), get("lookup")) {
        ("on", _) | (_, "path") => remote.text("addressing", "path"),
        ("off", _) | (_, "dns") => remote.text("addressing", "virtual"),
        _ => {}
    }
    remote.keys(get("accessKey"), get("secretKey"), get("sessionToken"));
    if get("api").eq_ignore_ascii_case("S3v2") {
        let note = "signatures of version 2 are not supported";
        remote.notes.push(note.to_owned());
    }
    remote
}
