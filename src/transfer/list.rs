//! A whole listing, page by page, in constant memory.

use super::{Engine, retry};
use crate::error::{Error, Result};
use crate::store::types::ListEntry;

/// Passes every blob whose key begins with `prefix` to `each` once, also if a page has to be requested again.
pub fn list(
    engine: &Engine,
    prefix: &str,
    each: &mut dyn FnMut(ListEntry) -> Result<()>,
) -> Result<()> {
    let mut page: Option<String> = None;
    loop {
        let mut told = 0u64;
        let attempt = || {
            let mut seen = 0u64;
            engine.store.list(prefix, page.as_deref(), &mut |listed| {
                engine.cancel.check()?;
                seen += 1;
                if seen <= told {
                    // An earlier attempt at this page came that far.
                    return Ok(());
                }
                told += 1;
                // An error of the receiver is permanent.
                each(listed).map_err(Error::permanent)
            })
        };
        match retry::run(engine, attempt, || 0)?.value {
            Some(next) => page = Some(next),
            None => return Ok(()),
        }
    }
}
