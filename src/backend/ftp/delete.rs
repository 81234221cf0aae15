//! Removal.

use super::pool::SessionPool;
use super::stat::Lookup;
use crate::error::{Error, Kind, Result};
use crate::key::Key;

/// Deletes a file. A missing file is `NotFound`, confirmed as for `exists`.
pub fn delete(pool: &SessionPool, key: &Key) -> Result<()> {
    let path = pool.path(key)?;
    let mut lease = pool.lease()?;
    let found = lease.begin(|session| session.look_up(&format!("{}/{path}", session.base())))?;
    if !matches!(found, Lookup::Blob(_)) {
        return Err(Error::not_found());
    }
    let session = lease.session()?;
    let reply = session.ask(&format!("DELE {}/{path}", session.base()))?;
    match reply.code {
        200..=299 => Ok(()),
        400..=499 => Err(reply.error(Kind::Busy { after: None }, "cannot delete it")),
        _ => Err(reply.error(Kind::Denied, "cannot delete it")),
    }
}
