//! The paths of one upload: the directory, the temporary file and the target.

use super::session::FtpSession;

/// The paths of one upload, all absolute.
pub struct UploadPaths {
    pub directory: String,
    pub target: String,
    pub temporary: String,
}

impl UploadPaths {
    pub(super) fn new(session: &FtpSession, path: &str, temporary: &str) -> Self {
        let target = format!("{}/{path}", session.base());
        // The base is absolute, so the target always contains a slash.
        let directory = target.rsplit_once('/').map_or("", |(parent, _)| parent);
        Self {
            temporary: format!("{directory}/{temporary}"),
            directory: directory.to_owned(),
            target,
        }
    }
}
