//! What an interrupted transfer left, and how the next run of the same command goes on with it.
//!
//! A transfer that may be resumed keeps a [`journal`] in the state directory: what it began, then a line for each
//! thing that is done. [`put`] and [`get`] say what is in it, and when it is still true.

pub mod draft;
pub mod get;
mod journal;
pub mod put;

use std::path::Path;
use std::sync::Arc;

use self::journal::Journal;
use super::Engine;
use crate::digest::{Algorithm, Digest, Hasher, decode_hex};
use crate::error::{Error, Kind};
use crate::exit::Exit;
use crate::progress::{Event, Observer};

/// What may be gone on with.
#[derive(Debug, Clone, Default)]
pub enum Resume {
    /// Nothing: a fault in the middle of a blob that is not sent in parts begins it anew.
    Never,
    /// What earlier attempts of the same run left.
    #[default]
    Run,
    /// That, and what earlier runs of the same command left; `None` if there is no directory to remember it in.
    Auto(Option<Arc<Path>>),
}

/// Whether what was done is worth keeping for another run. What failed for good would fail again.
fn is_worth_keeping(error: &Error) -> bool {
    matches!(
        error.exit(),
        Exit::Temporary | Exit::Denied | Exit::Signal(_)
    )
}

impl Engine {
    /// The journal of the transfer that these words name, if transfers are to be resumed and nobody else is at it.
    fn journal(&self, words: &[&str]) -> Option<Journal> {
        let Resume::Auto(directory) = &self.resume else {
            return None;
        };
        let opened = match directory {
            Some(directory) => Journal::open(directory, &name(words)),
            None => Err(Error::new(
                Kind::Config,
                "neither XDG_STATE_HOME nor HOME is set",
            )),
        };
        match opened {
            Ok(Some(journal)) => Some(journal),
            Ok(None) => {
                let text = "another run of the same command is at work: this one keeps nothing for a resume";
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

/// What cannot be remembered is transferred all the same.
pub(super) fn cannot_be_resumed(observer: &dyn Observer, error: &Error) {
    let text = format!("this transfer cannot be resumed later: {error}");
    observer.notify(&Event::Warning(&text));
}

/// A file name that stands for these words alone: 32 hex digits.
fn name(words: &[&str]) -> String {
    let mut hasher = Hasher::new(Algorithm::Sha256);
    for word in words {
        // The length keeps `a`, `bc` apart from `ab`, `c`.
        hasher.update(&(word.len() as u64).to_be_bytes());
        hasher.update(word.as_bytes());
    }
    let mut name = hasher.finish().hex();
    name.truncate(32);
    name
}

/// `sha256:` and its hex.
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

/// The same error, with the word that what was done so far is kept.
fn kept(error: Error) -> Error {
    if error.the_hint().is_some() {
        return error;
    }
    error.hint("what was done is kept: the same command goes on where this one stopped")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn different_words_have_different_names() {
        assert_ne!(name(&["a", "bc"]), name(&["ab", "c"]));
        assert_eq!(name(&["a", "bc"]).len(), 32);
        assert_eq!(name(&["a", "bc"]), name(&["a", "bc"]));
    }
}
