//! The prefixes of commands that list a store: `ls`, `gc` and `sync`.

use std::ffi::OsStr;
use std::io::ErrorKind;
use std::path::{Component, Path};

use crate::backend::fs::absolute;
use crate::cli::BackendKind;
use crate::error::{Error, Kind, Result, describe, printable};
use crate::settings::address::is_local_path;
use crate::settings::{StoreRef, Target};

/// Rejects a prefix below which the store can have no key, although the user expects some.
///
/// # Errors
/// `typed` is a path of this machine, which is not a key of `fs` or `ftp`; or it is a `file://` address in a directory that
/// does not exist.
pub fn check_prefix(typed: &OsStr, target: &Target) -> Result<()> {
    if is_local_path(typed) && target.store.kind() != BackendKind::S3 {
        return Err(not_a_prefix(typed));
    }
    let directory = target.key.rsplit_once('/').map_or("", |(path, _)| path);
    check_directory(&target.store, directory)
}

/// Rejects a missing directory of a `file://` address: its disk may not be mounted, as that of a configured root. Other stores
/// have no directories without blobs.
pub fn check_directory(store: &StoreRef, directory: &str) -> Result<()> {
    if *store != StoreRef::Root {
        return Ok(());
    }
    let path = format!("/{}", directory.trim_end_matches('/'));
    let error = match std::fs::metadata(&path) {
        Ok(metadata) if metadata.is_dir() => return Ok(()),
        Ok(_) => ErrorKind::NotADirectory.into(),
        Err(error) => error,
    };
    match error.kind() {
        ErrorKind::NotFound | ErrorKind::NotADirectory => {
            let text = format!("the directory `{}`: {}", printable(&path), describe(&error));
            Err(Error::new(Kind::Config, text).with_hint("create it, or mount its disk"))
        }
        // The listing says what it cannot read.
        _ => Ok(()),
    }
}

fn not_a_prefix(typed: &OsStr) -> Error {
    let shown = printable(&typed.to_string_lossy());
    let text = format!("`{shown}` is a path of this machine, not a prefix of the store");
    let address = address_of(Path::new(typed));
    let address = address.unwrap_or_else(|| "its address, like file:///PATH".to_owned());
    Error::new(Kind::Usage, text).with_hint(format!("for that path, use {}", printable(&address)))
}

/// The `file://` address of a path of this machine; `None` if it cannot be typed.
fn address_of(path: &Path) -> Option<String> {
    let whole = absolute(path);
    let is_typed = |part: Component<'_>| !matches!(part, Component::ParentDir);
    let text = whole
        .to_str()
        .filter(|_| whole.components().all(is_typed))?;
    let slash = match whole.is_dir() && !text.ends_with('/') {
        true => "/",
        false => "",
    };
    Some(format!("file://{text}{slash}"))
}
