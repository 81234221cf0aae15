//! `blobctl presign`: a presigned URL for one blob. No request is sent to the store.

use super::session::{Session, not_a_blob};
use crate::cli::{Presign, PresignMethod};
use crate::error::{Error, Kind, Result};
use crate::exit::Exit;
use crate::report::outcome::Outcome;
use crate::store::signer::Method;
use crate::url::Url;

/// Prints the URL on stdout.
pub fn run(session: &mut Session, arguments: &Presign) -> Result<Exit> {
    let target = session.target(&arguments.key)?.ok_or_else(not_a_blob)?;
    session.check_flags(std::iter::once(&target.store))?;
    if arguments.version_id.is_some() && arguments.method == PresignMethod::Put {
        let text = "an upload creates a new version, so --version-id cannot select one";
        return Err(Error::new(Kind::Usage, text).with_hint("omit --version-id"));
    }
    session.select_version(arguments.version_id.as_ref(), 1)?;
    let mut blob = session.blob(&target)?;
    let method = match arguments.method {
        PresignMethod::Get => Method::Get,
        PresignMethod::Put => Method::Put,
    };
    let (engine, key, expires) = (blob.engine.clone(), blob.key.clone(), arguments.expires);
    // On a worker, because credentials may have to be fetched first.
    let url = session.run_one(move || {
        let signer = engine
            .store
            .signer()
            .ok_or_else(|| Error::new(Kind::Usage, "only S3 has presigned URLs"))?;
        signer.presign(&key, method, expires)
    })?;
    let outcome = Outcome {
        text: format!("{url}\n"),
        ..Outcome::default()
    };
    blob.subject.url = Url::new(url);
    session.report.success(&blob.subject, &outcome);
    session.report.flush()?;
    Ok(session.exit())
}
