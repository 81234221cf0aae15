//! From a store into a file, whole or not at all, or into a stream.

use super::Engine;
use super::destination::{Destination, DownloadOptions, Verification};
use super::sink::{Compared, Receiver};
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
    /// The means by which the bytes were verified.
    pub verified: Verified,
    /// Requests, counted from 1.
    pub attempts: u32,
}

/// Fetches the blob; counts in `meter`.
pub fn download(
    engine: &Engine,
    key: &Key,
    destination: &Destination,
    options: DownloadOptions,
    meter: &Meter,
) -> Result<Downloaded> {
    let (mut attempts, mut unmatched_digest) = (0, None);
    let mut transfer_to = |destination, unmatched_digest: &mut Option<Digest>| {
        let tally = (&mut attempts, unmatched_digest);
        transfer(engine, key, destination, options, meter, tally)
    };
    let can_be_undone = matches!(destination, Destination::File(_));
    let (receiver, verified) = match transfer_to(destination, &mut unmatched_digest) {
        // Damage on the way, and a blob that was replaced meanwhile, are repaired by one fresh transfer; what is wrong a
        // second time is the store's own.
        Err(error) if can_be_undone && error.kind() == Kind::Integrity => {
            meter.rewind(meter.get());
            transfer_to(destination, &mut unmatched_digest)?
        }
        // Bytes of a stream cannot be rewound. A second download shows whether they were damaged or the ETag means
        // something else.
        Err(error) if unmatched_digest.is_some() => {
            meter.rewind(meter.get());
            match transfer_to(&Destination::Discard, &mut unmatched_digest) {
                Ok((receiver, Verified::Length)) => (receiver, Verified::Length),
                Err(second) if matches!(second.kind(), Kind::Interrupted(_)) => return Err(second),
                _ => return Err(error),
            }
        }
        result => result?,
    };
    if options.verification == Verification::Digest && verified == Verified::Length {
        return Err(Error::new(
            Kind::Integrity,
            "the store has no digest of it that could be compared",
        )
        .with_hint("leave --require-verified out to accept the length as proof"));
    }
    let info = receiver.commit(options.replace)?;
    Ok(Downloaded {
        info,
        verified,
        attempts,
    })
}

/// Fetches the blob from its beginning and compares; counts its requests in `attempts`, those of a failure as one, and
/// leaves in `unmatched_digest` a digest that did not match.
fn transfer<'a>(
    engine: &'a Engine,
    key: &'a Key,
    destination: &'a Destination,
    options: DownloadOptions,
    meter: &'a Meter,
    (attempts, unmatched_digest): (&mut u32, &mut Option<Digest>),
) -> Result<(Receiver<'a>, Verified)> {
    let mut receiver = Receiver::new((engine, key), destination, meter);
    receiver.verification = options.verification;
    receiver.look_for_unfinished(engine, key)?;
    let fetched = receiver.fetch(engine, key);
    *attempts += fetched.as_ref().map_or(1, |attempts| *attempts);
    if let Err(error) = fetched {
        return Err(receiver.keep_or_discard(error));
    }
    match receiver.compare() {
        Compared::Same(verified) => Ok((receiver, verified)),
        Compared::Doubtful(digest) if unmatched_digest.replace(digest) == Some(digest) => {
            let text = format!(
                "the ETag of `{}` is not made of its parts' MD5s: only its length was compared",
                key.shown()
            );
            engine.observer.notify(&Event::Warning(&text));
            Ok((receiver, Verified::Length))
        }
        Compared::Different | Compared::Doubtful(_) => {
            let text = "the bytes that came do not match the digest that the store has for them";
            Err(Error::new(Kind::Integrity, text)
                .with_hint("try again; if it stays so, the blob itself is damaged"))
        }
    }
}
