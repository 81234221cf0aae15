//! Paths on the server.

use super::config::UploadFile;
use super::session::FtpSession;

/// The paths of one upload, all absolute.
pub struct UploadPaths {
    pub directory: String,
    pub target: String,
    /// The file that receives the bytes.
    pub temporary: String,
}

impl UploadPaths {
    pub(super) fn new(session: &FtpSession, path: &str, temporary: &str) -> Self {
        let target = format!("{}/{path}", session.base());
        // The base is absolute, so the target always contains a slash.
        let directory = target.rsplit_once('/').map_or("", |(parent, _)| parent);
        let config = &session.server().config;
        let temporary = match config.upload {
            UploadFile::Temporary => {
                format!("{directory}/{}", config.temporary_name.apply(temporary))
            }
            UploadFile::Direct => target.clone(),
        };
        Self {
            temporary,
            directory: directory.to_owned(),
            target,
        }
    }

    /// Returns whether the bytes go to the blob's own name.
    pub fn is_direct(&self) -> bool {
        self.temporary == self.target
    }
}

/// The path without the empty segments and the segments `.` that a base directory may have. A leading slash stays.
pub fn collapsed(path: &str) -> String {
    let root = if path.starts_with('/') { "/" } else { "" };
    let segments = path.split('/').filter(|name| !matches!(*name, "" | "."));
    let segments: Vec<&str> = segments.collect();
    format!("{root}{}", segments.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_a_path_become_one() {
        for (path, expected) in [
            ("/data/d/k", "/data/d/k"),
            ("//data/./d///k", "/data/d/k"),
            ("data/../k", "data/../k"),
            ("./k", "k"),
            ("k", "k"),
        ] {
            assert_eq!(collapsed(path), expected, "{path}");
        }
    }
}
