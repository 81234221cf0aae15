//! `blobctl presign`: a URL for one blob. Nothing is sent to the store.

use super::session::Session;
use crate::cli::{Presign, PresignMethod};
use crate::error::{Error, Kind, Result};
use crate::exit::Exit;
use crate::report::outcome::Outcome;
use crate::store::signer::Method;
use crate::transfer::workers;
use crate::url::Url;

const OP: &str = "presign";

/// Prints the URL on stdout.
pub fn run(session: &mut Session, arguments: &Presign) -> Result<Exit> {
    let target = session
        .target(&arguments.key)?
        .ok_or_else(|| Error::new(Kind::Usage, "`-` is no blob"))?;
    session.check_flags(std::iter::once(&target.place))?;
    if arguments.version_id.is_some() && arguments.method == PresignMethod::Put {
        return Err(
            Error::new(Kind::Usage, "an upload makes a version of its own")
                .hint("leave --version-id out"),
        );
    }
    session.take_version(arguments.version_id.as_ref(), 1)?;
    let mut blob = session.blob(OP, &target)?;
    let method = match arguments.method {
        PresignMethod::Get => Method::Get,
        PresignMethod::Put => Method::Put,
    };
    let (engine, key, expires) = (blob.engine.clone(), blob.key.clone(), arguments.expires);
    // Credentials may have to be fetched first.
    let url = workers::run_one(&session.cancel, session.deadline, move || {
        let signer = engine
            .store
            .signer()
            .ok_or_else(|| Error::new(Kind::Usage, "only S3 has presigned URLs"))?;
        signer.presign(&key, method, expires)
    })?;
    session.report.print(&format!("{url}\n"));
    blob.subject.url = Url::new(url);
    session.report.success(&blob.subject, &Outcome::default());
    session.report.flush()?;
    Ok(session.exit())
}
