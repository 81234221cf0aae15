//! Which names a bucket and a region can have.

use std::net::IpAddr;

use super::Scheme;
use crate::error::{Error, Kind, Result, printable};

pub(super) fn is_host_label(bucket: &str, scheme: Scheme) -> bool {
    let bytes = bucket.as_bytes();
    let good = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let inner = |byte: &u8| good(byte) || *byte == b'-' || *byte == b'.' && scheme == Scheme::Http;
    (3..=63).contains(&bytes.len())
        && bytes.iter().all(inner)
        && bytes.first().is_some_and(good)
        && bytes.last().is_some_and(good)
        && !bucket.contains("..")
        && bucket.parse::<IpAddr>().is_err()
}

/// Refuses bucket names that no service has and that would change the address. (Rules differ by service; older AWS names
/// have upper case and `_`.)
pub fn check_bucket(bucket: &str) -> Result<()> {
    let known = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_');
    if !bucket.is_empty()
        && bucket.len() <= 255
        && bucket.bytes().all(known)
        && !matches!(bucket, "." | "..")
    {
        return Ok(());
    }
    Err(Error::new(
        Kind::Config,
        format!("`{}` is no bucket name", printable(bucket)),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bucket_names_cannot_change_the_address() {
        for bad in ["", "a/b", "a?b", "..", "a b", "ü"] {
            assert!(check_bucket(bad).is_err(), "{bad}");
        }
        assert!(check_bucket("Old_Name.x-1").is_ok());
    }
}
