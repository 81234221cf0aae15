//! One upload: stored under a temporary name in the blob's directory, verified by its size, then renamed.
//!
//! The end of the data connection is the end of the file in FTP, so the server cannot distinguish a broken upload from a
//! complete one. Only the size shows that all bytes arrived, and only the rename makes the blob visible.

use std::time::SystemTime;

use time::OffsetDateTime;

use super::config::UploadFile;
use super::data::{Opened, Transfer};
use super::paths::UploadPaths;
use super::pool::{Lease, SessionPool};
use super::publish::{UploadLeftover, publish};
use super::reply::Class;
use super::send::{Sent, compare_checksum, describe_size, send, verify_resumed, verify_size};
use super::session::FtpSession;
use super::stat::Lookup;
use crate::digest::{Hasher, Verified};
use crate::error::{Error, Kind, Result, printable};
use crate::io::payload::Payload;
use crate::key::Key;
use crate::store::resumable::PartialUpload;
use crate::store::types::{Condition, PutOptions, PutResult};

/// Stores the payload under `key`. FTP has no conditional requests, so [`Condition::Absent`] is checked before the upload
/// and again before the rename.
pub fn put(
    pool: &SessionPool,
    key: &Key,
    payload: &Payload,
    options: &PutOptions,
) -> Result<PutResult> {
    let draft = PartialUpload::new();
    let stored = FtpUpload::begin(pool, key, payload, options, &draft).and_then(|mut upload| {
        let uploaded = upload.send_all()?;
        upload.finalize(&uploaded)
    });
    if stored.is_err() {
        discard(pool, key, &draft);
    }
    stored
}

/// As [`put`], but resumes the temporary file of `draft` if it has one.
pub fn resume(
    pool: &SessionPool,
    key: &Key,
    payload: &Payload,
    options: &PutOptions,
    draft: &PartialUpload,
) -> Result<PutResult> {
    let Some(total) = payload.size() else {
        return Err(Error::new(Kind::Local, "a stream cannot be resumed"));
    };
    let mut upload = FtpUpload::begin(pool, key, payload, options, draft)?;
    let kept = if draft.is_begun() {
        upload.resumable_bytes(total)?
    } else {
        0
    };
    if kept > 0 {
        if let Some(uploaded) = upload.send_rest(kept)? {
            return upload.finalize(&uploaded);
        }
        // The server does not resume uploads, or combined the two halves wrongly.
        pool.server().context.cancel.check()?;
    }
    let uploaded = upload.send_all()?;
    upload.finalize(&uploaded)
}

/// One upload in progress.
struct FtpUpload<'a> {
    lease: Lease<'a>,
    paths: UploadPaths,
    payload: &'a Payload,
    options: &'a PutOptions,
    draft: &'a PartialUpload,
}

/// A complete and verified temporary file.
struct Uploaded {
    bytes: u64,
    verified: Verified,
}

impl<'a> FtpUpload<'a> {
    /// Prepares an upload up to the data connection. All commands can be repeated.
    fn begin(
        pool: &'a SessionPool,
        key: &Key,
        payload: &'a Payload,
        options: &'a PutOptions,
        draft: &'a PartialUpload,
    ) -> Result<Self> {
        let path = pool.path(key)?;
        if let Condition::Etag(_) = &options.condition {
            return Err(Error::new(
                Kind::Precondition,
                "FTP has no ETags, so --if-match is not possible",
            ));
        }
        let mut lease = pool.lease()?;
        let paths = lease.begin(|session| {
            let paths = UploadPaths::new(session, path, draft.name());
            if options.condition == Condition::Absent {
                session.check_absent(&paths.target)?;
            }
            session.announce_utf8(path)?;
            session.make_directories(&paths.directory)?;
            Ok(paths)
        })?;
        Ok(Self {
            lease,
            paths,
            payload,
            options,
            draft,
        })
    }

    /// The number of bytes of an earlier attempt that can be kept.
    fn resumable_bytes(&mut self, total: u64) -> Result<u64> {
        let (temporary, payload) = (&self.paths.temporary, self.payload);
        self.lease
            .ask(|session| session.resumable_bytes(temporary, payload, total))
    }

    /// Uploads the whole payload and verifies it.
    fn send_all(&mut self) -> Result<Uploaded> {
        let (lease, paths) = (&mut self.lease, &self.paths);
        let store = |session: &mut FtpSession| {
            session.store(&paths.temporary).inspect_err(|_| {
                // The server may have created the file, although its reply or the data connection is missing.
                // A refusal of the blob's own name has not touched the old blob.
                if session.transfer_requested && !paths.is_direct() {
                    self.draft.add_possible_file();
                }
            })
        };
        let transfer = lease.begin(|session| match store(session) {
            // The directory existed earlier in this run and was removed.
            Err(error)
                if error.kind() == Kind::Denied && !session.can_enter(&paths.directory)? =>
            {
                session.make_directories(&paths.directory)?;
                store(session)
            }
            stored => stored,
        })?;
        self.draft.begin();
        let session = lease.session()?;
        let hasher = session.algorithm().map(Hasher::new);
        let sent = match send(session, transfer, self.payload, 0, hasher) {
            // Some servers report a missing directory only after the data.
            Err(error) if Class::of_error(&error).is_some_and(may_lack_directory) => {
                lease.ask(FtpSession::recheck_directories)?;
                return Err(error);
            }
            sent => sent?,
        };
        verify_size(lease, &paths.temporary, &sent)?;
        let verified = compare_checksum(lease, &paths.temporary, self.payload, &sent)?;
        Ok(Uploaded {
            bytes: sent.bytes,
            verified,
        })
    }

    /// Uploads what follows the first `kept` bytes and verifies the whole file. Returns `None` if the server does not resume
    /// uploads, or if the file differs.
    fn send_rest(&mut self, kept: u64) -> Result<Option<Uploaded>> {
        let sent = if self.payload.size() == Some(kept) {
            self.payload.reader_from(kept)?;
            Sent::complete(kept, None)
        } else {
            self.draft.add_resume_offset(kept);
            let Some(transfer) = self.open_at(kept)? else {
                return Ok(None);
            };
            match send(self.lease.session()?, transfer, self.payload, kept, None) {
                // Some servers refuse to resume only after the first bytes. A full disk (452, 552) is another matter.
                Err(error)
                    if matches!(
                        Class::of_error(&error),
                        Some(Class::Path | Class::ServerError | Class::Command | Class::Position)
                    ) =>
                {
                    return Ok(None);
                }
                sent => sent?,
            }
        };
        let (temporary, offsets) = (&self.paths.temporary, self.draft.resume_offsets());
        let verified = verify_resumed(&mut self.lease, temporary, self.payload, &sent, &offsets)?;
        Ok(verified.map(|verified| Uploaded {
            bytes: sent.bytes,
            verified,
        }))
    }

    /// Opens a transfer that continues the temporary file at `offset`, by STOR, else by APPE; `None` if both are refused.
    fn open_at(&mut self, offset: u64) -> Result<Option<Transfer>> {
        let temporary = &self.paths.temporary;
        self.lease.ask(|session| {
            let stor = session.open_data(&format!("STOR {temporary}"), offset)?;
            if let Opened::Ready(transfer) = stor {
                return Ok(Some(transfer));
            }
            // The bytes must be appended directly after those that were compared.
            if session.ask(&format!("SIZE {temporary}"))?.size() != Some(offset) {
                return Ok(None);
            }
            Ok(match session.open_data(&format!("APPE {temporary}"), 0)? {
                Opened::Ready(transfer) => Some(transfer),
                Opened::Refused(_) => None,
            })
        })
    }

    /// Publishes a verified upload under the blob's name.
    fn finalize(&mut self, uploaded: &Uploaded) -> Result<PutResult> {
        let (lease, paths) = (&mut self.lease, &self.paths);
        // A comparison may have closed the session.
        lease.begin(|_| Ok(()))?;
        if self.options.condition == Condition::Absent {
            lease.ask(|session| session.check_absent(&paths.target))?;
        }
        if let Some(modified) = self.options.modified {
            lease.ask(|session| session.set_modified(&paths.temporary, modified))?;
        }
        publish(lease, paths, uploaded.bytes).map_err(|failed| {
            if failed.leftover == UploadLeftover::Keep {
                self.draft.keep();
                return failed.error.permanent();
            }
            failed.error
        })?;
        // Some servers change names, or report a rename that did not happen.
        let found = lease.ask(|session| session.size_of(&paths.target))?;
        if found != Some(uploaded.bytes) && !was_replaced(lease, paths, found)? {
            let text = format!(
                "after the rename, {} under the blob's name",
                describe_size(found)
            );
            return Err(Error::new(Kind::Integrity, text)
                .with_hint("the server may have stored it under another name; try a simpler key"));
        }
        Ok(PutResult {
            bytes: uploaded.bytes,
            etag: None,
            verified: uploaded.verified,
            // Another client may create the blob between the last check and the rename.
            atomic: (self.options.condition == Condition::Absent).then_some(false),
            version_id: None,
        })
    }
}

/// Returns true if another upload of the same key replaced ours at once: our temporary file is gone, so our blob was
/// complete under its name before the present one.
fn was_replaced(lease: &mut Lease<'_>, paths: &UploadPaths, found: Option<u64>) -> Result<bool> {
    let temporary = lease.ask(|session| session.size_of(&paths.temporary))?;
    Ok(found.is_some() && temporary.is_none())
}

impl FtpSession {
    fn check_absent(&mut self, target: &str) -> Result<()> {
        match self.look_up(target)? {
            Lookup::Absent => Ok(()),
            Lookup::Blob(_) | Lookup::Directory => Err(Error::already_exists()),
        }
    }

    /// Sets the time of the last modification of a file, if the server can.
    fn set_modified(&mut self, path: &str, modified: SystemTime) -> Result<()> {
        let is_set = self.features().mfmt
            && self
                .ask(&format!("MFMT {} {path}", time_value(modified)))?
                .is_done();
        let warned = &mut self.server().facts().warned_of_times;
        if !is_set && !std::mem::replace(warned, true) {
            self.server().warn(
                "the server does not keep times of modification (no MFMT): blobs get the time of their upload",
            );
        }
        Ok(())
    }

    fn store(&mut self, temporary: &str) -> Result<Transfer> {
        let reply = match self.open_data(&format!("STOR {temporary}"), 0)? {
            Opened::Ready(transfer) => return Ok(transfer),
            Opened::Refused(reply) => reply,
        };
        if may_lack_directory(reply.class()) {
            self.recheck_directories()?;
        }
        let refused = self.refused(&reply);
        Err(match reply.code {
            // Name not allowed (RFC 959), or a form of argument that is not supported.
            501 | 504 | 553 => refused.with_hint(
                "the server may forbid the name of the temporary file: try --ftp-temporary-name 'upload-{random}.tmp' or --ftp-upload direct",
            ),
            _ => refused,
        })
    }

    /// Called after a refusal that may concern a directory: the base directory must exist, and the cached directories may be
    /// outdated.
    fn recheck_directories(&mut self) -> Result<()> {
        let base = self.base().to_owned();
        if !self.can_enter(&base)? {
            return Err(self.missing_base_error());
        }
        self.server().facts().directories.clear();
        Ok(())
    }
}

/// Returns whether servers use this class of replies to STOR for a directory that is missing: some report it as an error of
/// the data connection (426).
fn may_lack_directory(class: Class) -> bool {
    matches!(class, Class::Path | Class::DataConnection)
}

/// A time in UTC as RFC 3659, section 2.3, writes it, to the second.
fn time_value(time: SystemTime) -> String {
    let time = OffsetDateTime::from(time);
    format!(
        "{:04}{:02}{:02}{:02}{:02}{:02}",
        time.year(),
        u8::from(time.month()),
        time.day(),
        time.hour(),
        time.minute(),
        time.second()
    )
}

/// Removes the temporary file of a failed upload. After a cancellation, this needs a new session and time is short.
pub fn discard(pool: &SessionPool, key: &Key, draft: &PartialUpload) {
    if !draft.is_begun() {
        return;
    }
    let Ok(path) = pool.path(key) else { return };
    let remove = |session: &mut FtpSession| {
        let paths = UploadPaths::new(session, path, draft.name());
        session.remove(&paths.temporary)
    };
    if pool.server().config.upload == UploadFile::Direct {
        pool.server().warn(&format!(
            "the incomplete blob `{}` is removed, and the old one is gone: that is how --ftp-upload direct works",
            printable(path)
        ));
    }
    let idle = pool
        .idle()
        .map(|mut lease| lease.session().and_then(remove));
    let removed = match idle {
        Some(Ok(())) => Ok(()),
        Some(Err(_)) | None => pool.clean_up(remove),
    };
    if let Err(error) = removed {
        pool.server().warn(&format!(
            "the temporary file `{}` may remain on the server next to `{}`: {error}",
            printable(&pool.server().config.temporary_name.apply(draft.name())),
            printable(path)
        ));
    }
}

impl FtpSession {
    /// Deletes a temporary file. A missing file is not an error.
    pub(super) fn remove(&mut self, path: &str) -> Result<()> {
        let reply = self.ask(&format!("DELE {path}"))?;
        if reply.is_done() {
            return Ok(());
        }
        let size = self.ask(&format!("SIZE {path}"))?;
        if size.size().is_some() {
            return Err(reply.refusal());
        }
        Ok(())
    }
}
