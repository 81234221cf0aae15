//! The identity of a store and of a blob in it: it is compared, and it names journals. Not for display.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;

/// The identity of a store. Settings that reach the same store have equal ids.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum StoreId {
    /// The file system of this machine.
    Fs,
    /// A login on an FTP server. With or without TLS the files are the same.
    Ftp {
        /// In lower case.
        host: String,
        port: u16,
        username: String,
    },
    /// A bucket of an S3 service.
    S3 {
        /// Host, port and base path of the service, without the bucket.
        endpoint: String,
        bucket: String,
    },
}

/// A blob: its store, and its whole name there.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct BlobId {
    store: StoreId,
    name: OsString,
}

impl BlobId {
    /// `name` is the blob's whole name in the store, with the root or base directory that a setting puts before the key.
    pub fn new(store: StoreId, name: impl Into<OsString>) -> Self {
        Self {
            store,
            name: name.into(),
        }
    }

    /// The directory that contains the blob, as the beginning of the names of all blobs in it.
    #[must_use]
    pub fn directory(&self) -> Self {
        let name = self.name.as_bytes();
        let end = name
            .iter()
            .rposition(|byte| *byte == b'/')
            .map_or(0, |at| at + 1);
        Self::new(self.store.clone(), OsStr::from_bytes(&name[..end]))
    }

    /// Returns whether the blob is a file of this machine.
    pub fn is_file(&self) -> bool {
        self.store == StoreId::Fs
    }

    /// Returns whether the blob is an object of an S3 service.
    pub fn is_s3(&self) -> bool {
        matches!(self.store, StoreId::S3 { .. })
    }

    /// Returns whether both blobs are in the same store.
    pub fn is_in_store_of(&self, other: &Self) -> bool {
        self.store == other.store
    }

    /// Returns whether the names of all blobs below `other` begin with the name of this one, in the same store.
    pub fn contains(&self, other: &Self) -> bool {
        let (name, other_name) = (self.name.as_bytes(), other.name.as_bytes());
        self.store == other.store && other_name.starts_with(name)
    }

    /// The id of the blob's store as a list of byte strings, as in [`BlobId::words`].
    pub fn store_words(&self) -> Vec<Vec<u8>> {
        let mut words = self.words();
        words.pop();
        words
    }

    /// The id as a list of byte strings, for a digest of it. Different ids have different lists, now and in later versions:
    /// the names of journals are made of them.
    pub fn words(&self) -> Vec<Vec<u8>> {
        let text = |text: &str| text.as_bytes().to_vec();
        let mut words = match &self.store {
            StoreId::Fs => vec![text("fs")],
            StoreId::Ftp {
                host,
                port,
                username,
            } => vec![
                text("ftp"),
                text(host),
                text(&port.to_string()),
                text(username),
            ],
            StoreId::S3 { endpoint, bucket } => vec![text("s3"), text(endpoint), text(bucket)],
        };
        words.push(self.name.as_bytes().to_vec());
        words
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ftp(host: &str, port: u16, username: &str, name: &str) -> BlobId {
        let store = StoreId::Ftp {
            host: host.to_owned(),
            port,
            username: username.to_owned(),
        };
        BlobId::new(store, name)
    }

    fn s3(endpoint: &str, bucket: &str, name: &str) -> BlobId {
        let store = StoreId::S3 {
            endpoint: endpoint.to_owned(),
            bucket: bucket.to_owned(),
        };
        BlobId::new(store, name)
    }

    #[test]
    fn whatever_differs_makes_another_blob_and_other_words() {
        let long = "k".repeat(1000);
        let ids = [
            BlobId::new(StoreId::Fs, "/a"),
            BlobId::new(StoreId::Fs, "/a "),
            ftp("h", 21, "u", "/a"),
            ftp("i", 21, "u", "/a"),
            ftp("h", 22, "u", "/a"),
            ftp("h", 21, "v", "/a"),
            ftp("h", 21, "u", "a"),
            s3("h", "b", "a"),
            s3("h:1", "b", "a"),
            s3("h", "c", "a"),
            s3("h", "b", &format!("{long}a")),
            s3("h", "b", &format!("{long}b")),
        ];
        for (index, one) in ids.iter().enumerate() {
            for (other_index, other) in ids.iter().enumerate() {
                assert_eq!(one == other, index == other_index, "{one:?} {other:?}");
                assert_eq!(
                    one.words() == other.words(),
                    index == other_index,
                    "{one:?} {other:?}"
                );
            }
        }
    }

    #[test]
    fn the_words_are_a_file_format_and_stay_as_they_are() {
        let words = |id: BlobId| -> Vec<String> {
            let words = id.words().into_iter();
            words.map(|word| String::from_utf8(word).unwrap()).collect()
        };
        assert_eq!(words(BlobId::new(StoreId::Fs, "/r/k")), ["fs", "/r/k"]);
        assert_eq!(
            words(ftp("h", 21, "u", "b/k")),
            ["ftp", "h", "21", "u", "b/k"]
        );
        assert_eq!(words(s3("h:9000", "b", "k ")), ["s3", "h:9000", "b", "k "]);
    }
}
