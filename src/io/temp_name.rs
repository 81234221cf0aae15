//! Names of temporary files, local and on FTP servers.

use std::ffi::OsStr;

use super::random::random_u64;
use crate::digest::{Algorithm, Hasher};

/// The beginning of all names of temporary files. Listings skip such names.
pub const TEMPORARY_PREFIX: &str = ".blobctl-";

/// Returns a new name for a temporary file: `.blobctl-`, 16 hex digits, `.part`.
pub fn temporary_name() -> String {
    format!("{TEMPORARY_PREFIX}{:016x}.part", random_u64())
}

/// Returns the temporary name that belongs to the finished file `name`: the same in each run, so that a later run finds what
/// a killed one has left.
pub fn temporary_name_of(name: &OsStr) -> String {
    let mut hasher = Hasher::new(Algorithm::Sha256);
    hasher.update(name.as_encoded_bytes());
    format!("{TEMPORARY_PREFIX}{}.part", &hasher.finish().hex()[..16])
}

/// Returns whether `name` has the form of [`temporary_name`]. No other file is opened or removed because a journal names
/// it.
pub fn is_temporary_name(name: &str) -> bool {
    let middle = name
        .strip_prefix(TEMPORARY_PREFIX)
        .and_then(|rest| rest.strip_suffix(".part"));
    middle.is_some_and(|hex| hex.len() == 16 && hex.bytes().all(|byte| byte.is_ascii_hexdigit()))
}
