//! `blobctl cp`: a blob from one store into another.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use super::session::{Blob, Session};
use crate::cli::Cp;
use crate::error::{Error, Kind, Result};
use crate::events::{Event, Meter};
use crate::exit::Exit;
use crate::report::outcome::Outcome;
use crate::report::{Report, transfer_line};
use crate::store::copy::CopySource;
use crate::store::types::{Attributes, ObjectHeaders, ObjectMeta, PutResult};
use crate::transfer::copy::copy;
use crate::transfer::retry::Done;
use crate::transfer::{retry, workers};

const OP: &str = "cp";

/// Copies FROM to TO.
pub fn run(session: &mut Session, arguments: &Cp) -> Result<Exit> {
    let no_blob = || {
        Error::new(Kind::Usage, "`-` is no blob").hint("put and get read stdin and write stdout")
    };
    let from = session.target(&arguments.from)?.ok_or_else(no_blob)?;
    let mut to = session.target(&arguments.to)?.ok_or_else(no_blob)?;
    session.check_flags([&from.place, &to.place].into_iter())?;
    let source = session.blob(OP, &from)?;
    if to.key.is_empty() || to.key.ends_with('/') {
        let name = source.key.base_name().ok_or_else(|| {
            Error::new(
                Kind::Usage,
                format!("the key `{}` has no base name", source.key.shown()),
            )
        })?;
        to.key.push_str(name);
    }
    let destination = session.destination(OP, &to)?;
    if source.id() == destination.id() {
        return Err(Error::new(
            Kind::Usage,
            format!("{} would be copied onto itself", source.subject.url.shown()),
        ));
    }
    let report = Arc::clone(&session.report);
    let content_type = Mutex::new(arguments.content_type.clone());
    workers::run(
        vec![(source, destination)],
        1,
        &session.cancel,
        session.deadline,
        move |(from, to)| {
            let content_type = content_type
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .take();
            transfer(&from, &to, content_type, &report);
        },
    )?;
    Ok(session.exit())
}

fn transfer(from: &Blob, to: &Blob, content_type: Option<String>, report: &Report) {
    let begin = Instant::now();
    let meter = Meter::new();
    let result = describe(from).and_then(|info| {
        to.engine.observer.notify(&Event::Started {
            name: &to.subject.key,
            total: Some(info.size),
            meter: &meter,
        });
        let attributes = Attributes {
            content_type: content_type.or_else(|| info.content_type.clone()),
            content_encoding: info.headers.content_encoding.clone(),
            content_disposition: info.headers.content_disposition.clone(),
            cache_control: info.headers.cache_control.clone(),
            metadata: info.headers.metadata.clone(),
            ..Attributes::default()
        };
        match within(from, to, &info, &attributes) {
            Some(Err(error)) if error.answer().http == Some(501) => {
                through_here(from, to, &attributes, &meter)
            }
            Some(result) => result.inspect(|_| meter.add(info.size)),
            None => through_here(from, to, &attributes, &meter),
        }
    });
    to.engine.observer.notify(&Event::Ended { meter: &meter });
    match result {
        Ok(done) => {
            let (elapsed, stored) = (begin.elapsed(), done.value);
            let place = format!("{} to {}", from.subject.url.shown(), to.subject.url.shown());
            let outcome = Outcome {
                line: transfer_line("copied", stored.bytes, &place, elapsed, stored.verified),
                bytes: Some(stored.bytes),
                elapsed: Some(elapsed),
                etag: stored.etag,
                headers: ObjectHeaders {
                    version_id: stored.version_id,
                    ..ObjectHeaders::default()
                },
                verified: Some(stored.verified),
                attempts: Some(done.attempts),
                changed: Some(true),
                ..Outcome::default()
            };
            report.success(&to.subject, &outcome);
        }
        Err(error) => {
            let what = format!(
                "cannot copy {} to {}",
                from.subject.url.shown(),
                to.subject.url.shown()
            );
            report.failure(
                Some(&to.subject),
                OP,
                &anyhow::Error::from(error).context(what),
            );
        }
    }
}

/// The service's own copy, if both blobs are on the same service.
fn within(
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
        // It knows no such copy: nothing was made.
        Err(error) if error.answer().http == Some(501) => None,
        result => Some(result),
    }
}

/// Every byte goes through this machine.
fn through_here(
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

/// The source's size and type are known before the destination is touched.
fn describe(from: &Blob) -> Result<ObjectMeta> {
    let look = || {
        from.engine
            .store
            .head(&from.key)?
            .ok_or_else(Error::not_found)
    };
    retry::run(&from.engine, look, || 0).map(|done| done.value)
}
