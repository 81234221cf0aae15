//! Blobs and prefixes as they are typed.

use std::sync::Arc;

use crate::error::{Result, printable};
use crate::key::Key;
use crate::report::outcome::Subject;
use crate::store::Store;
use crate::store::identity::BlobId;
use crate::store::types::ObjectMeta;
use crate::transfer::Engine;
use crate::transfer::compare::Side;

/// A blob: the engine of its store, and its key there.
#[derive(Clone)]
pub struct Blob {
    /// The store.
    pub engine: Arc<Engine>,
    /// The key in the store, prefix included.
    pub key: Key,
    /// Key as typed, and full address.
    pub subject: Subject,
}

impl Blob {
    /// The identity by which blobs are compared. Shown text is never compared.
    pub fn id(&self) -> BlobId {
        self.engine.store.id(&self.key)
    }

    /// The blob as a side of a comparison.
    pub fn side<'a>(&'a self, info: &'a ObjectMeta) -> Side<'a> {
        Side::Blob {
            engine: &self.engine,
            key: &self.key,
            info,
        }
    }
}

impl AsRef<Subject> for Blob {
    fn as_ref(&self) -> &Subject {
        &self.subject
    }
}

/// A place in a store below which a batch reads or writes blobs.
#[derive(Clone)]
pub struct BlobRoot {
    /// The store.
    pub engine: Arc<Engine>,
    /// Prepended by the store's settings to every key that is typed.
    pub store_prefix: String,
    /// The prefix as typed; empty, or the beginning of keys.
    pub key: String,
}

impl BlobRoot {
    /// The blob whose key as typed is the prefix followed by `rest`.
    pub fn blob(&self, rest: &str) -> Result<Blob> {
        Ok(Blob {
            engine: Arc::clone(&self.engine),
            key: Key::new(format!("{}{rest}", self.prefix()))?,
            subject: self.subject(rest),
        })
    }

    /// The same as a subject, also for a key that no blob can have.
    pub fn subject(&self, rest: &str) -> Subject {
        Subject {
            url: self.engine.store.url(&format!("{}{rest}", self.prefix())),
            key: format!("{}{rest}", self.key),
        }
    }

    /// The beginning of the keys in the store.
    pub fn prefix(&self) -> String {
        format!("{}{}", self.store_prefix, self.key)
    }

    /// The same with more of the prefix.
    #[must_use]
    pub fn join(&self, rest: &str) -> Self {
        Self {
            key: format!("{}{rest}", self.key),
            ..self.clone()
        }
    }

    /// The same as a directory: its prefix is empty or ends in `/`.
    #[must_use]
    pub fn directory(&self) -> Self {
        match self.key.is_empty() || self.key.ends_with('/') {
            true => self.clone(),
            false => self.join("/"),
        }
    }

    /// The address of the prefix, for messages.
    pub fn shown(&self) -> String {
        self.engine.store.url(&self.prefix()).shown()
    }
}

/// The options that select what a key with wildcards looks like; `None` if the key has none.
pub fn pattern_hint(store: &dyn Store, key: &str) -> Option<String> {
    let is_wildcard = |(at, letter): &(usize, char)| match letter {
        '*' | '?' => true,
        '[' => key[*at..].contains(']'),
        _ => false,
    };
    let (wildcard, _) = key.char_indices().find(is_wildcard)?;
    let directory = key[..wildcard].rfind('/').map_or(0, |slash| slash + 1);
    let (prefix, pattern) = (&key[..directory], &key[directory..]);
    let quoted = printable(&pattern.replace('\'', "'\\''"));
    let place = store.url(prefix).shown();
    Some(format!(
        "keys are not patterns: name {place} and add -r --include '{quoted}'"
    ))
}
