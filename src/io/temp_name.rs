//! Names of temporary files, local and on FTP servers.

use std::ffi::OsStr;
use std::hash::{DefaultHasher, Hasher as _};
use std::os::unix::ffi::OsStrExt;

use super::random::random_u64;

/// The beginning of all names of temporary files. Listings skip such names.
pub const TEMPORARY_PREFIX: &str = ".blobctl-";

/// Returns a new name for a temporary file: `.blobctl-`, 16 hex digits, `.part`.
pub fn temporary_name() -> String {
    format!("{TEMPORARY_PREFIX}{:016x}.part", random_u64())
}

/// Returns the usual name of the temporary file for a destination in the same directory, in the form of [`temporary_name`].
pub fn temporary_name_of(destination: &OsStr) -> String {
    let mut hasher = DefaultHasher::new();
    hasher.write(destination.as_bytes());
    format!("{TEMPORARY_PREFIX}{:016x}.part", hasher.finish())
}

/// Returns whether `name` has the form of [`temporary_name`]. No other file is opened or removed because a journal names
/// it.
pub fn is_temporary_name(name: &str) -> bool {
    let middle = name
        .strip_prefix(TEMPORARY_PREFIX)
        .and_then(|rest| rest.strip_suffix(".part"));
    middle.is_some_and(|hex| hex.len() == 16 && hex.bytes().all(|byte| byte.is_ascii_hexdigit()))
}
