//! From a store into a file, whole or not at all, or into a stream.

use std::ops::Range;

use super::Engine;
use super::destination::{Destination, DownloadOptions, Verification};
use super::receiver::{Compared, RangeReceiver, ReceivedRange, Receiver};
use super::wait::look_until;
use crate::digest::{Digest, Verified};
use crate::error::{Error, Kind, Result};
use crate::events::{Event, Meter};
use crate::key::Key;
use crate::store::types::ObjectMeta;

/// The result of a download.
#[derive(Debug)]
pub struct Downloaded {
    /// The blob.
    pub info: ObjectMeta,
    /// The bytes that were downloaded, if not all of them.
    pub range: Option<Range<u64>>,
    /// The means by which the bytes were verified.
    pub verified: Verified,
    /// Requests, counted from 1.
    pub attempts: u32,
}

/// Downloads the blob; `meter` counts its bytes.
pub fn download(
    engine: &Engine,
    key: &Key,
    destination: &Destination,
    options: DownloadOptions,
    meter: &Meter,
) -> Result<Downloaded> {
    wait_for_blob(engine, key, options)?;
    if let Some(range) = options.range {
        let receiver = RangeReceiver::new(engine, key, range, destination, meter);
        let ReceivedRange {
            info,
            range,
            attempts,
        } = receiver.run(options)?;
        return Ok(Downloaded {
            info,
            range: Some(range),
            verified: Verified::Length,
            attempts,
        });
    }
    let mut transfers = Transfers {
        engine,
        key,
        options,
        meter,
        attempts: 0,
        unmatched_digest: None,
    };
    let (receiver, verified) = transfers.run(destination)?;
    if options.verification == Verification::Digest && verified == Verified::Length {
        return Err(Error::new(
            Kind::Integrity,
            "the store has no digest of it that could be compared",
        )
        .with_hint("leave --require-verified out to accept the length as proof"));
    }
    let info = receiver.commit(options)?;
    Ok(Downloaded {
        info,
        range: None,
        verified,
        attempts: transfers.attempts,
    })
}

/// Waits until the blob exists, if the user wants that.
pub fn wait_for_blob(engine: &Engine, key: &Key, options: DownloadOptions) -> Result<()> {
    if options.wait.is_none() {
        return Ok(());
    }
    let found = look_until(
        engine,
        options.wait,
        || engine.store.head(key),
        Option::is_some,
    )?;
    found.value.map(drop).ok_or_else(Error::not_found)
}

/// The transfers of one download: a second one follows if the bytes of the first do not match.
struct Transfers<'a> {
    engine: &'a Engine,
    key: &'a Key,
    options: DownloadOptions,
    meter: &'a Meter,
    /// Requests so far. Those of a failed transfer count as one.
    attempts: u32,
    /// The digest of a transfer that did not match the ETag.
    unmatched_digest: Option<Digest>,
}

impl<'a> Transfers<'a> {
    fn run(&mut self, destination: &'a Destination) -> Result<(Receiver<'a>, Verified)> {
        let can_be_undone = matches!(destination, Destination::File(_));
        match self.transfer(destination) {
            // Damage in transit and a blob that was replaced meanwhile are repaired by a second transfer. If that fails, too,
            // the stored blob is damaged.
            Err(error)
                if can_be_undone && error.kind() == Kind::Integrity && !error.is_permanent() =>
            {
                let text = format!("{error}: the download starts again from the beginning");
                self.engine.observer.notify(&Event::Note(&text));
                self.meter.rewind(self.meter.get());
                self.transfer(destination)
            }
            // The bytes of a stream cannot be rewound. A second transfer shows whether they were damaged, or the ETag is not
            // a checksum.
            Err(error) if self.unmatched_digest.is_some() => {
                self.meter.rewind(self.meter.get());
                match self.transfer(&Destination::Discard) {
                    Ok((receiver, Verified::Length)) => Ok((receiver, Verified::Length)),
                    Err(second) if matches!(second.kind(), Kind::Interrupted(_)) => Err(second),
                    _ => Err(error),
                }
            }
            result => result,
        }
    }

    /// Downloads the blob from its beginning, and compares its checksum.
    fn transfer(&mut self, destination: &'a Destination) -> Result<(Receiver<'a>, Verified)> {
        let mut receiver =
            Receiver::new(self.engine, self.key, destination, self.options, self.meter);
        receiver.resume_unfinished()?;
        let fetched = receiver.fetch();
        self.attempts += fetched.as_ref().map_or(1, |attempts| *attempts);
        if let Err(error) = fetched {
            return Err(receiver.keep_or_discard(error));
        }
        let verified = self.judge(receiver.compare())?;
        let verified = receiver.check_sha256(verified)?;
        Ok((receiver, verified))
    }

    fn judge(&mut self, compared: Compared) -> Result<Verified> {
        match compared {
            Compared::Same(verified) => Ok(verified),
            Compared::Doubtful(digest) if self.unmatched_digest.replace(digest) == Some(digest) => {
                let text = format!(
                    "the ETag of `{}` is not made of its parts' MD5s: only its length was compared",
                    self.key.shown()
                );
                self.engine.observer.notify(&Event::Warning(&text));
                Ok(Verified::Length)
            }
            Compared::Different | Compared::Doubtful(_) => {
                let text =
                    "the bytes that came do not match the digest that the store has for them";
                Err(Error::new(Kind::Integrity, text)
                    .with_hint("try again; if it stays so, the blob itself is damaged"))
            }
        }
    }
}
