//! Names of temporary files, local and on FTP servers.

/// Whether `name` is one of [`temporary_name`]: nothing else is opened or removed on the word of a file.
pub fn is_temporary_name(name: &str) -> bool {
    let middle = name
        .strip_prefix(TEMPORARY_PREFIX)
        .and_then(|rest| rest.strip_suffix(".part"));
    middle.is_some_and(|hex| hex.len() == 16 && hex.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

/// How the names of unfinished files begin; listings leave them out.
pub const TEMPORARY_PREFIX: &str = ".blobctl-";

/// A name for an unfinished file, unique and recognisable: `.blobctl-` + 16 hex digits + `.part`.
pub fn temporary_name() -> String {
    use std::hash::{BuildHasher, Hasher};
    // The keys of a `RandomState` are the operating system's randomness, without a package for it.
    let random = std::hash::RandomState::new().build_hasher().finish();
    format!("{TEMPORARY_PREFIX}{random:016x}.part")
}
