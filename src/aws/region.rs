//! Names of AWS regions, and the endpoints of services in them.

use crate::error::{Error, Kind, Result, printable};

/// AWS's endpoint of a service in a region.
pub fn regional_endpoint(service: &str, region: &str) -> Result<String> {
    check_region(region)?;
    let suffix = if region.starts_with("cn-") { ".cn" } else { "" };
    Ok(format!("https://{service}.{region}.amazonaws.com{suffix}"))
}

/// Checks a region's name. Names come from the network too and become part of host names.
pub fn check_region(region: &str) -> Result<()> {
    let bytes = region.as_bytes();
    let good = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let inner = |byte: &u8| good(byte) || *byte == b'-';
    let fits = (1..=63).contains(&bytes.len());
    if fits
        && bytes.iter().all(inner)
        && bytes.first().is_some_and(good)
        && bytes.last().is_some_and(good)
    {
        return Ok(());
    }
    Err(Error::new(
        Kind::Config,
        format!("`{}` is not a valid region name", printable(region)),
    ))
}
