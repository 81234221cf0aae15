//! The last step of an upload: renames the temporary file to the blob's name, replacing the old blob if there is one.

use super::config::Replace;
use super::paths::UploadPaths;
use super::pool::Lease;
use super::reply::{Class, Reply};
use super::session::FtpSession;
use super::stat::Lookup;
use crate::error::{Error, Kind, Result, printable};
use crate::io::temp_name::{TEMPORARY_PREFIX, temporary_name};

/// The failure to rename a complete upload.
pub struct Unpublished {
    pub error: Error,
    pub leftover: UploadLeftover,
}

/// The fate of the temporary file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UploadLeftover {
    /// It can be removed.
    Remove,
    /// It is the only copy: the old blob was deleted to make room for it.
    Keep,
}

impl From<Error> for Unpublished {
    fn from(error: Error) -> Self {
        Self {
            error,
            leftover: UploadLeftover::Remove,
        }
    }
}

/// The result of a rename to the target.
enum Renamed {
    Done,
    /// The server does not rename over the old blob.
    TargetExists(Reply),
}

/// Renames the upload to its target. If the reply is lost, the sizes of both files show whether the rename happened.
pub fn publish(lease: &mut Lease<'_>, paths: &UploadPaths, bytes: u64) -> Result<(), Unpublished> {
    if paths.is_direct() {
        return Ok(());
    }
    let session = lease.session()?;
    let renamed = match rename(session, paths, bytes) {
        Err(error) if session.is_broken() => recover_lost_reply(lease, paths, bytes, error)?,
        result => result?,
    };
    let Renamed::TargetExists(reply) = renamed else {
        return Ok(());
    };
    if lease.session()?.server().config.replace == Replace::Auto {
        let text = "the server does not rename over the old blob, which is unchanged";
        return Err(reply
            .error(Kind::Remote, text)
            .with_hint("--ftp-replace delete-first renames the old blob first; for a moment, readers find no blob")
            .into());
    }
    replace(lease, paths, bytes)
}

fn recover_lost_reply(
    lease: &mut Lease<'_>,
    paths: &UploadPaths,
    bytes: u64,
    error: Error,
) -> Result<Renamed> {
    if lease.ask(|session| session.size_of(&paths.temporary))? == Some(bytes) {
        return rename(lease.session()?, paths, bytes);
    }
    if lease.ask(|session| session.size_of(&paths.target))? == Some(bytes) {
        return Ok(Renamed::Done);
    }
    Err(error)
}

fn rename(session: &mut FtpSession, paths: &UploadPaths, bytes: u64) -> Result<Renamed> {
    let reply = match session.move_file(&paths.temporary, &paths.target)? {
        Moved::Done => return Ok(Renamed::Done),
        Moved::RnfrRefused(reply) => return Err(rename_refused(&reply)),
        Moved::RntoRefused(reply) => reply,
    };
    // Some servers rename and report a failure. The temporary file decides: an old blob can have the same size.
    if session.size_of(&paths.temporary)?.is_none() {
        return match session.size_of(&paths.target)? {
            Some(size) if size == bytes => Ok(Renamed::Done),
            _ => Err(reply.refusal()),
        };
    }
    if reply.is_temporary() && session.server().config.replace == Replace::Auto {
        return Err(reply.refusal());
    }
    match session.look_up(&paths.target)? {
        Lookup::Blob(_) => Ok(Renamed::TargetExists(reply)),
        Lookup::Directory => Err(reply.error(Kind::Remote, "the target is a directory")),
        Lookup::Absent if reply.class() == Class::Command => Err(rename_refused(&reply)),
        Lookup::Absent => Err(reply.refusal()),
    }
}

/// Renames the old blob to a backup, renames the upload to the target, then deletes the backup. If the second step fails,
/// the first one is undone. Both blobs exist under some name until the last step.
fn replace(lease: &mut Lease<'_>, paths: &UploadPaths, bytes: u64) -> Result<(), Unpublished> {
    let unique = temporary_name();
    let unique = unique.trim_start_matches(TEMPORARY_PREFIX);
    let backup = format!("{}/{TEMPORARY_PREFIX}old-{unique}", paths.directory);
    match lease.session()?.move_file(&paths.target, &backup) {
        Ok(Moved::Done) => {}
        Ok(Moved::RnfrRefused(_) | Moved::RntoRefused(_)) => {
            return delete_first(lease, paths, bytes);
        }
        Err(error) => {
            restore_backup(lease, &backup, paths);
            return Err(error.into());
        }
    }
    let moved = rename_into_place(lease, paths, bytes);
    if let Err(error) = moved {
        restore_backup(lease, &backup, paths);
        return Err(error.into());
    }
    // The new blob is published: a backup that remains only takes up space.
    let deleted = lease.session().and_then(|session| session.remove(&backup));
    if let Err(error) = deleted {
        warn(
            lease,
            &format!(
                "the blob was replaced, but the old one could not be deleted; it remains on the server as `{}`: {error}",
                printable(&backup)
            ),
        );
    }
    Ok(())
}

/// For servers that do not rename the old blob either. Once it is deleted, the temporary file is the only copy; so a
/// rename of the temporary file to another free name has to succeed first, and is undone.
fn delete_first(lease: &mut Lease<'_>, paths: &UploadPaths, bytes: u64) -> Result<(), Unpublished> {
    try_rename(lease, paths)?;
    let keep = |error: Error| {
        Unpublished {
        error: error.with_hint(format!(
            "the old blob is deleted; the new one is complete on the server as `{}`: rename it, or upload it again",
            printable(&paths.temporary)
        )),
        leftover: UploadLeftover::Keep,
    }
    };
    let reply = match lease.session()?.ask(&format!("DELE {}", paths.target)) {
        Ok(reply) if reply.is_done() => None,
        Ok(reply) => Some(reply),
        // The old blob may be gone, so the new one must stay.
        Err(error) => return Err(keep(error)),
    };
    if let Some(reply) = reply {
        let refused = match reply.is_temporary() {
            true => reply.refusal(),
            false => reply.error(Kind::Denied, "cannot delete the old blob"),
        };
        return Err(refused.into());
    }
    rename_into_place(lease, paths, bytes).map_err(keep)
}

/// Renames the temporary file to another name and back, to see whether the server renames at all.
fn try_rename(lease: &mut Lease<'_>, paths: &UploadPaths) -> Result<()> {
    let other = format!(
        "{}/{}",
        paths.directory,
        lease
            .server()
            .config
            .temporary_name
            .apply(&temporary_name())
    );
    let session = lease.session()?;
    for (from, to) in [(&paths.temporary, &other), (&other, &paths.temporary)] {
        match session.move_file(from, to)? {
            Moved::Done => {}
            Moved::RnfrRefused(reply) | Moved::RntoRefused(reply) => {
                return Err(rename_refused(&reply).with_hint(
                    "the old blob is unchanged; --ftp-upload direct stores without a rename",
                ));
            }
        }
    }
    Ok(())
}

/// Renames the upload to the target, which does not exist any more, and verifies the size.
fn rename_into_place(lease: &mut Lease<'_>, paths: &UploadPaths, bytes: u64) -> Result<()> {
    let moved = lease
        .session()
        .and_then(|session| session.move_file(&paths.temporary, &paths.target));
    let error = match moved {
        Ok(Moved::Done) => None,
        Ok(Moved::RnfrRefused(reply) | Moved::RntoRefused(reply)) => {
            Some(reply.refusal().permanent())
        }
        Err(error) => Some(error),
    };
    // The size of the target proves nothing while the temporary file is there: it may be another writer's.
    if let Some(error) = &error
        && lease
            .ask(|session| session.size_of(&paths.temporary))?
            .is_some()
    {
        return Err(error.clone());
    }
    match lease.ask(|session| session.size_of(&paths.target)) {
        Ok(Some(size)) if size == bytes => Ok(()),
        _ => Err(error.unwrap_or_else(|| {
            Error::new(
                Kind::Integrity,
                "the server reported a rename that did not happen",
            )
        })),
    }
}

/// Renames the backup to the target, over a new session if this one is broken.
fn restore_backup(lease: &mut Lease<'_>, backup: &str, paths: &UploadPaths) {
    let restore = |session: &mut FtpSession| match session.move_file(backup, &paths.target)? {
        Moved::Done => Ok(()),
        // The target was never renamed, or it is back already.
        Moved::RnfrRefused(_) if session.size_of(&paths.target)?.is_some() => Ok(()),
        Moved::RnfrRefused(reply) | Moved::RntoRefused(reply) => Err(reply.refusal()),
    };
    let restored = match lease.session() {
        Ok(session) if !session.is_broken() => restore(session),
        _ => Err(Error::new(Kind::Disconnected, "the connection is closed")),
    };
    let restored = restored.or_else(|_| lease.pool().clean_up(restore));
    if let Err(error) = restored {
        warn(
            lease,
            &format!(
                "the old blob could not be renamed back; it is on the server as `{}`: {error}",
                printable(backup)
            ),
        );
    }
}

fn warn(lease: &Lease<'_>, text: &str) {
    lease.server().warn(text);
}

fn rename_refused(reply: &Reply) -> Error {
    let refused = match reply.is_temporary() {
        true => reply.refusal(),
        false => reply.error(Kind::Remote, "the server refuses to rename"),
    };
    refused.with_hint("if it forbids renames, --ftp-upload direct stores without one")
}

/// The replies to RNFR and RNTO.
enum Moved {
    Done,
    RnfrRefused(Reply),
    RntoRefused(Reply),
}

impl FtpSession {
    fn move_file(&mut self, from: &str, to: &str) -> Result<Moved> {
        let reply = self.ask(&format!("RNFR {from}"))?;
        if reply.code != 350 {
            return Ok(Moved::RnfrRefused(reply));
        }
        let reply = self.ask(&format!("RNTO {to}"))?;
        match reply.code {
            200..=299 => Ok(Moved::Done),
            400.. => Ok(Moved::RntoRefused(reply)),
            _ => Err(self.unexpected_reply(&reply)),
        }
    }
}
