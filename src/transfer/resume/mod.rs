//! Interrupted transfers, and how the next run of the same command resumes them.
//!
//! A transfer that can be resumed keeps a [`journal`] in the state directory: a description of the transfer, then a line per
//! completed part. [`multipart`], [`partial_file`] and [`download`] define the lines and check that they still hold.

pub mod download;
pub mod journal;
pub mod multipart;
pub mod partial_file;

use std::path::Path;
use std::sync::Arc;

use self::journal::Journal;
use super::Engine;
use crate::digest::{Algorithm, Digest, Hasher, decode_hex};
use crate::error::{Error, Kind};
use crate::events::{Event, Observer};
use crate::exit::Exit;
use crate::key::Key;

/// The unfinished transfers to resume.
#[derive(Debug, Clone, Default)]
pub enum ResumePolicy {
    /// None: after a failure, a blob that is not transferred in parts starts again from its beginning.
    Never,
    /// Those of earlier attempts of the same run.
    #[default]
    Run,
    /// Also those of earlier runs of the same command; `None` if there is no state directory.
    Auto(Option<Arc<Path>>),
}

/// Returns whether the progress is worth keeping for another run. A permanent failure would occur again.
fn is_worth_keeping(error: &Error) -> bool {
    matches!(
        error.exit(),
        Exit::Temporary | Exit::Denied | Exit::Signal(_)
    )
}

impl Engine {
    /// Opens the journal of a transfer in one direction, if transfers are to be resumed and no other run has it open. `local`
    /// identifies the local file.
    fn journal(&self, direction: &str, key: &Key, local: &[&str]) -> Option<Journal> {
        let ResumePolicy::Auto(directory) = &self.resume else {
            return None;
        };
        let opened = match directory {
            Some(directory) => {
                let (blob, terms) = (self.store.id(key), self.store.resume_terms());
                let groups = [
                    vec![direction.as_bytes().to_vec()],
                    blob.words(),
                    terms.into_iter().map(String::into_bytes).collect(),
                    local.iter().map(|word| word.as_bytes().to_vec()).collect(),
                ];
                Journal::open(directory, &name(&groups))
            }
            None => Err(Error::new(
                Kind::Config,
                "neither XDG_STATE_HOME nor HOME is set",
            )),
        };
        match opened {
            Ok(Some(journal)) => {
                if journal.is_of_another_version {
                    let text = "the journal of the interrupted transfer is of another version of blobctl: the transfer starts again from the beginning";
                    self.observer.notify(&Event::Warning(text));
                }
                Some(journal)
            }
            Ok(None) => {
                let text =
                    "another run of the same command is active: this one cannot be resumed later";
                self.observer.notify(&Event::Warning(text));
                None
            }
            Err(error) => {
                cannot_be_resumed(&*self.observer, &error);
                None
            }
        }
    }
}

impl Engine {
    /// The line that says to which blob a journal of an upload belongs, for the search for leftovers. Journals of earlier
    /// versions do not have it.
    fn owner_line(&self, key: &Key) -> String {
        let shown = self.store.url(key.as_str()).shown();
        format!(
            "of {} {} {shown}",
            self.store_digest(key),
            self.blob_digest(key)
        )
    }

    /// Identifies the store in [`Engine::owner_line`]. `key` is any key.
    pub fn store_digest(&self, key: &Key) -> String {
        digest(&[self.store.id(key).store_words()])
    }

    /// Identifies a blob in [`Engine::owner_line`].
    pub fn blob_digest(&self, key: &Key) -> String {
        digest(&[self.store.id(key).words()])
    }
}

/// Says that the upload of an earlier run is of no use.
pub(super) fn upload_starts_again(observer: &dyn Observer) {
    let text = "the source or an option was changed since the interrupted upload: the upload starts again from the beginning";
    observer.notify(&Event::Note(text));
}

/// Warns that a transfer has no journal, which is not a failure.
pub(super) fn cannot_be_resumed(observer: &dyn Observer, error: &Error) {
    let text = format!("this transfer cannot be resumed later: {error}");
    observer.notify(&Event::Warning(&text));
}

/// The file name for these groups of words: 32 hex digits, different for different groups.
fn name(groups: &[Vec<Vec<u8>>]) -> String {
    let mut name = digest(groups);
    name.truncate(32);
    name
}

/// The SHA-256 of groups of words, in hex: a file format. The number of words or bytes before each group and each word
/// distinguishes `a`, `bc` from `ab`, `c`.
fn digest(groups: &[Vec<Vec<u8>>]) -> String {
    let mut hasher = Hasher::new(Algorithm::Sha256);
    for words in groups {
        hasher.update(&(words.len() as u64).to_be_bytes());
        for word in words {
            hasher.update(&(word.len() as u64).to_be_bytes());
            hasher.update(word);
        }
    }
    hasher.finish().hex()
}

/// Parses `sha256:` and its hex digits.
fn read_digest(text: &str) -> Option<Digest> {
    let (algorithm, hex) = text.split_once(':')?;
    let algorithm = Algorithm::ALL
        .into_iter()
        .find(|known| known.name() == algorithm)?;
    let mut bytes = vec![0; hex.len() / 2];
    if !decode_hex(hex, &mut bytes) {
        return None;
    }
    Digest::from_bytes(algorithm, &bytes)
}

/// Adds the hint that the progress is kept.
fn kept(error: Error) -> Error {
    if error.hint().is_some() {
        return error;
    }
    error.with_hint("the progress is kept: run the same command again to resume")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn different_words_have_different_names() {
        let name = |groups: &[&[&str]]| {
            let words =
                |group: &&[&str]| group.iter().map(|word| word.as_bytes().to_vec()).collect();
            name(&groups.iter().map(words).collect::<Vec<_>>())
        };
        assert_ne!(name(&[&["a", "bc"]]), name(&[&["ab", "c"]]));
        assert_ne!(name(&[&["a"], &["b", "c"]]), name(&[&["a", "b"], &["c"]]));
        assert_eq!(name(&[&["a", "bc"]]).len(), 32);
        assert_eq!(name(&[&["a", "bc"]]), name(&[&["a", "bc"]]));
        // Written into the state directory: another value would orphan the journals that are there.
        assert_eq!(
            name(&[&["put"], &["fs", "/a"]]),
            "e729fc04966c192a0383d97651f73d84"
        );
    }
}
