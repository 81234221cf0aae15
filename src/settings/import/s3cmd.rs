//! s3cmd's `.s3cfg`: its section `[default]`, and others that users add. Source: <https://s3tools.org/kb/item14.htm>.

use super::ini::Section;
use super::remote::ForeignRemote;
use super::{Import, ini};
use crate::error::{Error, Kind, Result};

/// AWS's own host, for which blobctl needs no endpoint.
const AWS: &str = "s3.amazonaws.com";

/// Parses .s3cfg.
pub(super) fn parse(text: &str, shown: &str) -> Result<Import> {
    let sections = ini::parse(text).map_err(|line| {
        Error::new(
            Kind::Config,
            format!("{shown}, line {line}: not a file of s3cmd"),
        )
    })?;
    Ok(Import {
        remotes: sections.iter().map(remote).collect(),
        skipped: Vec::new(),
    })
}

fn remote(section: &Section) -> ForeignRemote {
    let name = match section.name.as_str() {
        "default" => "s3cmd",
        name => name,
    };
    let mut remote = ForeignRemote::new(name, "s3");
    let get = |key: &str| section.get(key).trim_matches('"');
    let host = get("host_base");
    if !host.is_empty() && host != AWS {
        let scheme = match section.is_false("use_https") {
            true => "http",
            false => "https",
        };
        remote.endpoint(&format!("{scheme}://{host}"));
        let style = match get("host_bucket").contains("%(bucket)") {
            true => "virtual",
            false => "path",
        };
        remote.text("addressing", style);
    }
    match get("bucket_location") {
        "US" | "" => {}
        "EU" => remote.text("region", "eu-west-1"),
        region => remote.text("region", region),
    }
    remote.text("ca_bundle", get("ca_certs_file"));
    remote.text("client_cert", get("ssl_client_cert_file"));
    remote.text("client_key", get("ssl_client_key_file"));
    if section.is_false("check_ssl_certificate") {
        remote.flag("insecure");
    }
    // Without keys s3cmd uses the environment and the instance's role, as blobctl does.
    if !get("access_key").is_empty() {
        remote.keys(get("access_key"), get("secret_key"), get("access_token"));
    }
    if section.is_true("signature_v2") {
        let note = "signatures of version 2 are not supported";
        remote.notes.push(note.to_owned());
    }
    remote
}
