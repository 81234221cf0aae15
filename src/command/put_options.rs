//! The options of `blobctl put` as values: the attributes of the blob, and the conditions on source and destination.

use crate::backend::s3::check_metadata;
use crate::cli::attributes::AttributeOptions;
use crate::cli::{BackendKind, Put};
use crate::digest::{Digest, decode_hex};
use crate::error::{Error, Kind, Result, printable};
use crate::store::Capabilities;
use crate::store::types::{Attributes, Condition, PutOptions};
use crate::transfer::source::Expectation;
use crate::units::http_date;

/// The options of every blob of this command.
pub fn put_options(arguments: &Put) -> Result<PutOptions> {
    Ok(PutOptions {
        condition: condition(arguments)?,
        attributes: attributes(&arguments.attributes)?,
        modified: None,
    })
}

fn condition(arguments: &Put) -> Result<Condition> {
    match (arguments.if_absent, &arguments.if_match) {
        (true, _) => Ok(Condition::Absent),
        (_, Some(etag)) => {
            let etag = header_text("--if-match", etag)?;
            Ok(Condition::Etag(etag.trim_matches('"').to_owned()))
        }
        _ => Ok(Condition::None),
    }
}

/// The attributes that the options set.
pub fn attributes(arguments: &AttributeOptions) -> Result<Attributes> {
    let text = |option: &str, value: &Option<String>| {
        value
            .as_ref()
            .map(|value| header_text(option, value))
            .transpose()
    };
    Ok(Attributes {
        content_type: text("--content-type", &arguments.content_type)?,
        content_encoding: text("--content-encoding", &arguments.content_encoding)?,
        content_disposition: text("--content-disposition", &arguments.content_disposition)?,
        content_language: text("--content-language", &arguments.content_language)?,
        cache_control: text("--cache-control", &arguments.cache_control)?,
        expires: arguments.expires.map(http_date),
        metadata: pairs("--metadata", &arguments.metadata)?,
        tags: pairs("--tag", &arguments.tag)?,
        storage_class: text("--storage-class", &arguments.storage_class)?,
        encryption: text("--sse", &arguments.sse)?,
        kms_key_id: text("--sse-kms-key-id", &arguments.sse_kms_key_id)?,
        acl: text("--acl", &arguments.acl)?,
    })
}

/// Checks text that becomes the value of a header.
fn header_text(option: &str, value: &str) -> Result<String> {
    if value.is_empty() || !value.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
        let text = format!(
            "invalid value `{}` of `{option}`: expected printable ASCII",
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
                    "invalid value `{}` of `{option}`: expected NAME=VALUE",
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

/// The conditions on the source.
pub fn expectation(arguments: &Put) -> Result<Expectation> {
    Ok(Expectation {
        size: arguments.expect_size,
        sha256: expected_sha256(arguments.expect_sha256.as_deref())?,
        not_empty: arguments.fail_if_empty,
    })
}

/// The value of `--expect-sha256`.
pub fn expected_sha256(text: Option<&str>) -> Result<Option<Digest>> {
    let Some(text) = text else {
        return Ok(None);
    };
    let mut bytes = [0; 32];
    match decode_hex(text, &mut bytes) {
        true => Ok(Some(Digest::Sha256(bytes))),
        false => Err(Error::new(
            Kind::Usage,
            format!(
                "invalid value `{}` of `--expect-sha256`: expected 64 hex digits",
                printable(text)
            ),
        )),
    }
}

/// Rejects options that the store would ignore.
pub fn reject_unsupported_options(
    arguments: &Put,
    kind: BackendKind,
    capabilities: Capabilities,
) -> Result<()> {
    let if_match = arguments.if_match.is_some() && !capabilities.etag_conditions;
    check_s3_only(if_match, "--if-match", kind)?;
    reject_unsupported_attributes(&arguments.attributes, kind, capabilities)
}

/// Rejects attributes that the store would ignore.
pub fn reject_unsupported_attributes(
    arguments: &AttributeOptions,
    kind: BackendKind,
    capabilities: Capabilities,
) -> Result<()> {
    match attribute_option(arguments) {
        Some(option) => check_s3_only(!capabilities.attributes, option, kind),
        None => Ok(()),
    }
}

/// Rejects an option that only S3 supports if it is `used` with another kind of store.
pub fn check_s3_only(used: bool, option: &str, kind: BackendKind) -> Result<()> {
    if !used || kind == BackendKind::S3 {
        return Ok(());
    }
    let text = format!(
        "{option} is supported by S3 only, and this store is {}",
        kind.name()
    );
    Err(Error::new(Kind::Usage, text).with_hint(format!("omit {option}")))
}

/// The first option that sets an attribute.
fn attribute_option(arguments: &AttributeOptions) -> Option<&'static str> {
    let options = [
        (arguments.content_type.is_some(), "--content-type"),
        (arguments.content_encoding.is_some(), "--content-encoding"),
        (
            arguments.content_disposition.is_some(),
            "--content-disposition",
        ),
        (arguments.content_language.is_some(), "--content-language"),
        (arguments.cache_control.is_some(), "--cache-control"),
        (arguments.expires.is_some(), "--expires"),
        (!arguments.metadata.is_empty(), "--metadata"),
        (!arguments.tag.is_empty(), "--tag"),
        (arguments.storage_class.is_some(), "--storage-class"),
        (arguments.sse.is_some(), "--sse"),
        (arguments.sse_kms_key_id.is_some(), "--sse-kms-key-id"),
        (arguments.acl.is_some(), "--acl"),
    ];
    let given = options.into_iter().find(|(given, _)| *given);
    given.map(|(_, option)| option)
}
