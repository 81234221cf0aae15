//! The journal of a multipart upload.

use std::os::unix::fs::MetadataExt;

use super::journal::Journal;
use crate::digest::{Digest, decode_hex};
use crate::error::{Error, Result};
use crate::store::multipart::{Part, UploadId};
use crate::store::types::{Attributes, Condition, PutOptions};
use crate::transfer::put::NewBlob;
use crate::transfer::source::FileRange;

/// An upload from a file that another run may finish.
#[derive(Debug)]
pub struct UnfinishedMultipart {
    journal: Journal,
    /// The conditions for resuming: the state of the source, the part size (parts of another split may have equal numbers and
    /// sizes, and other bytes) and the options of the put.
    terms: String,
    /// The line that names the blob.
    owner: String,
    found: Option<(UploadId, Vec<Part>)>,
    outdated: Option<UploadId>,
}

impl UnfinishedMultipart {
    /// Finds the upload of an earlier run; `None` if uploads are not to be resumed.
    pub fn look(blob: &NewBlob<'_>, range: &FileRange, part_size: u64) -> Option<Self> {
        let (source, rest) = (source(range)?, terms(range, blob.options)?);
        let terms = format!("{part_size} {rest}");
        let journal = blob.engine.journal("put", blob.key, &[&source])?;
        let same = begun_for(&journal, &terms);
        let (mut upload, mut parts) = (None, Vec::new());
        for line in journal.lines() {
            match line.split_once(' ') {
                Some(("upload", id)) => upload = Some(UploadId(id.to_owned())),
                Some(("part", part)) => parts.extend(read_part(part)),
                _ => {}
            }
        }
        let (found, outdated) = match upload {
            Some(upload) if same => (Some((upload, parts)), None),
            outdated => (None, outdated),
        };
        Some(Self {
            journal,
            terms,
            owner: blob.engine.owner_line(blob.key),
            found,
            outdated,
        })
    }

    /// Returns whether there is an upload to resume.
    pub fn has_found(&self) -> bool {
        self.found.is_some()
    }

    /// The upload to resume, and its parts so far; returned once.
    pub fn found(&mut self) -> Option<(UploadId, Vec<Part>)> {
        self.found.take()
    }

    /// The upload of an earlier state of the source, which cannot be resumed; returned once.
    pub fn outdated(&mut self) -> Option<UploadId> {
        self.outdated.take()
    }

    /// Begins the journal of an upload without parts.
    pub fn begin(&mut self, upload: &UploadId) -> Result<()> {
        if !is_word(&upload.0) {
            return Err(Error::new(
                crate::error::Kind::Remote,
                "the name of the unfinished upload is not printable",
            ));
        }
        let header = format!(
            "terms {}\n{}\nupload {}\n",
            self.terms, self.owner, upload.0
        );
        self.journal.begin(&header)
    }

    /// Records a part that the store has confirmed. If this fails, another run sends the part again.
    pub fn done(&self, part: &Part) {
        if is_word(&part.etag) {
            let _ = self.journal.add(&format!("part {}", write_part(part)));
        }
    }

    /// Keeps the upload for another run if `error` is temporary; returns whether it did.
    pub fn keep_after(&mut self, error: &Error) -> bool {
        let kept = crate::transfer::resume::is_worth_keeping(error);
        if kept {
            self.journal.keep();
        }
        kept
    }

    /// The error of an upload that was kept.
    pub fn explain(error: Error) -> Error {
        crate::transfer::resume::kept(error)
    }
}

/// The identity of the file: its device and inode.
pub(super) fn source(range: &FileRange) -> Option<String> {
    let metadata = range.file.metadata().ok()?;
    Some(format!("{} {}", metadata.dev(), metadata.ino()))
}

/// The conditions for resuming: the times and the range of the file, which stand for its content, and the options of the
/// put.
pub(super) fn terms(range: &FileRange, options: &PutOptions) -> Option<String> {
    let FileRange { file, offset, len } = range;
    let metadata = file.metadata().ok()?;
    Some(format!(
        "{offset} {len} {}.{:09} {}.{:09} {}",
        metadata.mtime(),
        metadata.mtime_nsec(),
        metadata.ctime(),
        metadata.ctime_nsec(),
        crate::transfer::resume::digest(&option_words(options))
    ))
}

/// The options as words: a file format. Each option is a group, which is empty if the option is missing.
fn option_words(options: &PutOptions) -> Vec<Vec<Vec<u8>>> {
    let Attributes {
        content_type,
        content_encoding,
        content_disposition,
        content_language,
        cache_control,
        expires,
        metadata,
        tags,
        storage_class,
        encryption,
        kms_key_id,
        acl,
    } = &options.attributes;
    let one = |word: &Option<String>| word.iter().map(|word| word.clone().into_bytes()).collect();
    let pairs = |pairs: &[(String, String)]| {
        let words = pairs.iter().flat_map(|(name, value)| [name, value]);
        words.map(|word| word.clone().into_bytes()).collect()
    };
    let condition = match &options.condition {
        Condition::None => Vec::new(),
        Condition::Absent => vec![b"absent".to_vec()],
        Condition::Etag(etag) => vec![b"etag".to_vec(), etag.clone().into_bytes()],
    };
    let mut words = vec![
        condition,
        one(content_type),
        one(content_encoding),
        one(content_disposition),
        one(cache_control),
        pairs(metadata),
        pairs(tags),
        one(storage_class),
        one(encryption),
        one(kms_key_id),
        one(acl),
    ];
    // Added later: journals of uploads without them keep their terms.
    if content_language.is_some() || expires.is_some() {
        words.extend([one(content_language), one(expires)]);
    }
    words
}

/// Returns whether the journal belongs to an upload with these terms.
pub(super) fn begun_for(journal: &Journal, terms: &str) -> bool {
    journal
        .lines()
        .any(|line| line.strip_prefix("terms ") == Some(terms))
}

/// Returns whether a text of the store can be one word of a line.
fn is_word(text: &str) -> bool {
    (1..=2048).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
}

fn write_part(part: &Part) -> String {
    let hex = |digest: Option<Digest>| digest.map_or("-".to_owned(), |digest| digest.hex());
    let Part {
        number,
        size,
        etag,
        md5,
        checksum,
    } = part;
    let checksum = checksum.map_or("-".to_owned(), |digest| {
        format!("{}:{}", digest.algorithm().name(), digest.hex())
    });
    format!("{number} {size} {etag} {} {checksum}", hex(*md5))
}

fn read_part(text: &str) -> Option<Part> {
    let mut words = text.split(' ');
    let (number, size) = (words.next()?.parse().ok()?, words.next()?.parse().ok()?);
    let etag = words.next().filter(|etag| is_word(etag))?.to_owned();
    let (md5, checksum) = (words.next()?, words.next()?);
    Some(Part {
        number,
        size,
        etag,
        md5: read_digest(md5, Digest::Md5)?,
        checksum: match checksum {
            "-" => None,
            named => Some(crate::transfer::resume::read_digest(named)?),
        },
    })
}

/// `-` stands for a missing digest; text that is not a digest makes the whole line invalid.
#[expect(
    clippy::option_option,
    reason = "no digest and a wrong digest are different things"
)]
fn read_digest<const N: usize>(text: &str, make: fn([u8; N]) -> Digest) -> Option<Option<Digest>> {
    let mut bytes = [0; N];
    match text {
        "-" => Some(None),
        _ => decode_hex(text, &mut bytes).then(|| Some(make(bytes))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_read_as_they_were_written() {
        let part = Part {
            number: 7,
            size: 16 << 20,
            etag: "\"abc-1\"".to_owned(),
            md5: Some(Digest::Md5([7; 16])),
            checksum: None,
        };
        assert_eq!(read_part(&write_part(&part)), Some(part.clone()));
        let part = Part {
            md5: None,
            checksum: Some(Digest::Crc64Nvme([9; 8])),
            ..part
        };
        assert_eq!(read_part(&write_part(&part)), Some(part.clone()));
        let part = Part {
            checksum: Some(Digest::Sha1([9; 20])),
            ..part
        };
        assert_eq!(read_part(&write_part(&part)), Some(part));
    }

    #[test]
    fn each_option_makes_other_terms() {
        let text = || Some("x".to_owned());
        let pair = || vec![("x".to_owned(), "y".to_owned())];
        let of = |change: &dyn Fn(&mut PutOptions)| {
            let mut options = PutOptions::default();
            change(&mut options);
            crate::transfer::resume::digest(&option_words(&options))
        };
        let changes: [&dyn Fn(&mut PutOptions); 15] = [
            &|_| {},
            &|of| of.condition = Condition::Absent,
            &|of| of.condition = Condition::Etag("x".to_owned()),
            &|of| of.attributes.content_type = text(),
            &|of| of.attributes.content_encoding = text(),
            &|of| of.attributes.content_disposition = text(),
            &|of| of.attributes.cache_control = text(),
            &|of| of.attributes.metadata = pair(),
            &|of| of.attributes.tags = pair(),
            &|of| of.attributes.storage_class = text(),
            &|of| of.attributes.encryption = text(),
            &|of| of.attributes.kms_key_id = text(),
            &|of| of.attributes.acl = text(),
            &|of| of.attributes.content_language = text(),
            &|of| of.attributes.expires = text(),
        ];
        let digests: std::collections::HashSet<String> =
            changes.iter().map(|change| of(*change)).collect();
        assert_eq!(digests.len(), changes.len());
        // Written into journals: another value would make those that are there useless.
        assert_eq!(
            of(&|_| {}),
            "10eef285deef7a4b7c82b22aa53589b7833df29de3814649c772bbd5c832f365"
        );
    }

    #[test]
    fn a_line_with_anything_wrong_is_no_part() {
        for line in [
            "",
            "1",
            "1 2 e",
            "1 2 e - 00",
            "70000 1 e - -",
            "1 -1 e - -",
            "1 2 e zz -",
            "1 2 e - 0909090909090909",
            "1 2 e - sha1:0909090909090909",
        ] {
            assert_eq!(read_part(line), None, "{line}");
        }
    }
}
