//! What goes with a blob that is put, and what it has to be.

use crate::backend::s3::check_metadata;
use crate::cli::{BackendKind, Put};
use crate::digest::{Digest, decode_hex};
use crate::error::{Error, Kind, Result, printable};
use crate::settings::Target;
use crate::store::types::{Attributes, Condition};
use crate::transfer::source::Expectation;

/// What is to go with every blob of this command.
pub fn attributes(arguments: &Put) -> Result<Attributes> {
    let condition = match (arguments.if_absent, &arguments.if_match) {
        (true, _) => Condition::Absent,
        (_, Some(etag)) => Condition::Etag(
            header_text("--if-match", etag)?
                .trim_matches('"')
                .to_owned(),
        ),
        _ => Condition::None,
    };
    let text = |option: &str, value: &Option<String>| {
        value
            .as_ref()
            .map(|value| header_text(option, value))
            .transpose()
    };
    Ok(Attributes {
        condition,
        content_type: text("--content-type", &arguments.content_type)?,
        content_encoding: text("--content-encoding", &arguments.content_encoding)?,
        content_disposition: text("--content-disposition", &arguments.content_disposition)?,
        cache_control: text("--cache-control", &arguments.cache_control)?,
        metadata: pairs("--metadata", &arguments.metadata)?,
        tags: pairs("--tag", &arguments.tag)?,
        storage_class: text("--storage-class", &arguments.storage_class)?,
        encryption: text("--sse", &arguments.sse)?,
        kms_key_id: text("--sse-kms-key-id", &arguments.sse_kms_key_id)?,
        acl: text("--acl", &arguments.acl)?,
    })
}

/// Text that becomes a header as it is.
fn header_text(option: &str, value: &str) -> Result<String> {
    if value.is_empty() || !value.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
        let text = format!(
            "`{option}` cannot be `{}`: a header holds printable ASCII",
            printable(value)
        );
        return Err(Error::new(Kind::Usage, text));
    }
    Ok(value.to_owned())
}

fn pairs(option: &str, texts: &[String]) -> Result<Vec<(String, String)>> {
    let pair = |text: &String| {
        let wrong = || {
            Error::new(
                Kind::Usage,
                format!(
                    "`{option}` needs NAME=VALUE, and `{}` is none",
                    printable(text)
                ),
            )
        };
        let (name, value) = text.split_once('=').ok_or_else(wrong)?;
        if option == "--metadata" {
            check_metadata(name, value)?;
        }
        Ok((name.to_owned(), value.to_owned()))
    };
    texts.iter().map(pair).collect()
}

/// What the source has to be.
pub fn expectation(arguments: &Put) -> Result<Expectation> {
    let sha256 = match &arguments.expect_sha256 {
        None => None,
        Some(text) => {
            let mut bytes = [0; 32];
            if !decode_hex(text, &mut bytes) {
                return Err(Error::new(
                    Kind::Usage,
                    "`--expect-sha256` needs 64 hex digits",
                ));
            }
            Some(Digest::Sha256(bytes))
        }
    };
    Ok(Expectation {
        size: arguments.expect_size,
        sha256,
        not_empty: arguments.fail_if_empty,
    })
}

/// Refuses options that a store would silently ignore.
pub fn refuse_unkept<'a>(
    arguments: &Put,
    targets: impl IntoIterator<Item = &'a Target>,
) -> Result<()> {
    let only_s3 = [
        (arguments.if_match.is_some(), "--if-match"),
        (arguments.content_encoding.is_some(), "--content-encoding"),
        (
            arguments.content_disposition.is_some(),
            "--content-disposition",
        ),
        (arguments.cache_control.is_some(), "--cache-control"),
        (!arguments.metadata.is_empty(), "--metadata"),
        (!arguments.tag.is_empty(), "--tag"),
        (arguments.storage_class.is_some(), "--storage-class"),
        (arguments.sse.is_some(), "--sse"),
        (arguments.acl.is_some(), "--acl"),
    ];
    let elsewhere = targets
        .into_iter()
        .find(|target| target.place.kind() != BackendKind::S3);
    match (only_s3.iter().find(|(given, _)| *given), elsewhere) {
        (Some((_, option)), Some(target)) => {
            let text = format!(
                "{option} is kept by S3 alone, and this is {}",
                target.place.kind().name()
            );
            Err(Error::new(Kind::Usage, text))
        }
        _ => Ok(()),
    }
}
