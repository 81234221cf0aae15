//! `blobctl cp`: copies a blob from one store to another.

use std::time::Instant;

use anyhow::Context as _;

use super::attributes::check_s3_only;
use super::session::{Blob, Session, not_a_blob};
use crate::cli::Cp;
use crate::error::{Error, Kind, Result};
use crate::events::{Event, Meter};
use crate::exit::Exit;
use crate::report::outcome::{Outcome, Subject, Transferred};
use crate::settings::Target;
use crate::store::copy::CopySource;
use crate::store::types::{Attributes, ObjectMeta, PutResult};
use crate::transfer::copy::copy;
use crate::transfer::retry;
use crate::transfer::retry::Done;

struct CopyJob {
    from: Blob,
    to: Blob,
    content_type: Option<String>,
}

impl AsRef<Subject> for CopyJob {
    fn as_ref(&self) -> &Subject {
        &self.to.subject
    }
}

/// Copies FROM to TO.
pub fn run(session: &mut Session, arguments: &Cp) -> Result<Exit> {
    let stdio = || not_a_blob().with_hint("put and get read stdin and write stdout");
    let source = session.target(&arguments.from)?.ok_or_else(stdio)?;
    let destination = session.target(&arguments.to)?.ok_or_else(stdio)?;
    destination.check_key(&arguments.to, &arguments.from)?;
    session.check_flags([&source.store, &destination.store].into_iter())?;
    let has_type = arguments.content_type.is_some();
    check_s3_only(has_type, "--content-type", destination.store.kind())?;
    let from = session.blob(&source)?;
    let to = session.destination(&with_base_name(destination, &from)?)?;
    if from.id() == to.id() {
        let url = from.subject.url.shown();
        let text = format!("{url} would be copied onto itself");
        return Err(Error::new(Kind::Usage, text));
    }
    let content_type = arguments.content_type.clone();
    let job = CopyJob {
        from,
        to,
        content_type,
    };
    session.for_each(vec![job], |job| {
        let (from, to) = (job.from.subject.url.shown(), job.to.subject.url.shown());
        transfer(job).with_context(|| format!("cannot copy {from} to {to}"))
    })?;
    Ok(session.exit())
}

/// A key that is empty or ends in `/` gets the base name of the source.
fn with_base_name(mut destination: Target, from: &Blob) -> Result<Target> {
    if destination.key.is_empty() || destination.key.ends_with('/') {
        let name = from.key.base_name().ok_or_else(|| {
            let text = format!("the key `{}` has no base name", from.key.shown());
            Error::new(Kind::Usage, text)
        })?;
        destination.key.push_str(name);
    }
    Ok(destination)
}

fn transfer(job: &CopyJob) -> Result<Outcome> {
    let CopyJob { from, to, .. } = job;
    let begin = Instant::now();
    let meter = Meter::new();
    let result = describe(from).and_then(|info| copy_described(job, &info, &meter));
    to.engine.observer.notify(&Event::Ended { meter: &meter });
    let done = result?;
    let stored = done.value;
    Ok(Transferred {
        verb: "copied",
        route: format!("{} to {}", from.subject.url.shown(), to.subject.url.shown()),
        bytes: stored.bytes,
        elapsed: begin.elapsed(),
        etag: stored.etag,
        version_id: stored.version_id,
        verified: stored.verified,
        attempts: done.attempts,
    }
    .into_outcome())
}

fn copy_described(job: &CopyJob, info: &ObjectMeta, meter: &Meter) -> Result<Done<PutResult>> {
    let CopyJob { from, to, .. } = job;
    to.engine.observer.notify(&Event::Started {
        name: &to.subject.key,
        total: Some(info.size),
        meter,
    });
    let content_type = job.content_type.clone();
    let attributes = Attributes {
        content_type: content_type.or_else(|| info.content_type.clone()),
        content_encoding: info.headers.content_encoding.clone(),
        content_disposition: info.headers.content_disposition.clone(),
        cache_control: info.headers.cache_control.clone(),
        metadata: info.headers.metadata.clone(),
        ..Attributes::default()
    };
    match server_side_copy(from, to, info, &attributes) {
        Some(result) => result.inspect(|_| meter.add(info.size)),
        None => streaming_copy(from, to, &attributes, meter),
    }
}

/// Lets the service copy the blob; `None` if the blobs are on different services or the service has no such operation.
fn server_side_copy(
    from: &Blob,
    to: &Blob,
    info: &ObjectMeta,
    attributes: &Attributes,
) -> Option<Result<Done<PutResult>>> {
    let endpoint = from.engine.store.server_side_copy()?.endpoint()?;
    let copier = to.engine.store.server_side_copy()?;
    if copier.endpoint()?.identity != endpoint.identity {
        return None;
    }
    let source = CopySource {
        endpoint: &endpoint,
        key: &from.key,
        info,
    };
    let copy = || copier.copy(&source, &to.key, attributes);
    match retry::run(&to.engine, copy, || 0) {
        // Not implemented: nothing was stored.
        Err(error) if error.answer().http == Some(501) => None,
        result => Some(result),
    }
}

/// Downloads the blob and uploads it at the same time.
fn streaming_copy(
    from: &Blob,
    to: &Blob,
    attributes: &Attributes,
    meter: &Meter,
) -> Result<Done<PutResult>> {
    copy(
        &from.engine,
        &from.key,
        &to.engine,
        &to.key,
        attributes,
        meter,
    )
}

/// Returns the properties of the source, before the destination is opened.
fn describe(from: &Blob) -> Result<ObjectMeta> {
    let look_up = || {
        from.engine
            .store
            .head(&from.key)?
            .ok_or_else(Error::not_found)
    };
    retry::run(&from.engine, look_up, || 0).map(|done| done.value)
}
