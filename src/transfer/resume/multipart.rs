//! The journal of a multipart upload.

use std::fs::File;
use std::os::unix::fs::MetadataExt;

use super::journal::Journal;
use crate::digest::{Digest, decode_hex};
use crate::error::{Error, Result};
use crate::key::Key;
use crate::store::multipart::{Part, UploadId};
use crate::store::types::{Attributes, Condition};
use crate::transfer::Engine;

/// An upload from a file that another run may finish.
#[derive(Debug)]
pub struct UnfinishedMultipart {
    journal: Journal,
    /// What must be as it was: the source, how it is cut (parts of another cut may have the number and the size of one of
    /// ours and other bytes), and what goes with the blob.
    terms: String,
    /// The line that names the blob.
    owner: String,
    found: Option<(UploadId, Vec<Part>)>,
    outdated: Option<UploadId>,
}

impl UnfinishedMultipart {
    /// Looks for what an earlier run of the same upload left; `None` if uploads are not to be resumed.
    pub fn look(
        engine: &Engine,
        key: &Key,
        blob: (&File, u64, u64),
        part_size: u64,
        attributes: &Attributes,
    ) -> Option<Self> {
        let (source, rest) = (source(blob.0)?, terms(blob, attributes)?);
        let terms = format!("{part_size} {rest}");
        let journal = engine.journal("put", key, &[&source])?;
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
            owner: engine.owner_line(key),
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

    /// An upload of what the source was before; it is of no use any more.
    pub fn outdated(&mut self) -> Option<UploadId> {
        self.outdated.take()
    }

    /// Remembers an upload that has no parts yet.
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

    /// Remembers a part that the store has confirmed. One that is not remembered is sent again.
    pub fn done(&self, part: &Part) {
        if is_word(&part.etag) {
            let _ = self.journal.add(&format!("part {}", write_part(part)));
        }
    }

    /// Leaves it for another run, if `error` is one that may pass; says whether.
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

/// Which file it is.
pub(super) fn source(file: &File) -> Option<String> {
    let metadata = file.metadata().ok()?;
    Some(format!("{} {}", metadata.dev(), metadata.ino()))
}

/// The conditions for resuming: the file's content, as far as its times and length tell, and the blob's attributes.
pub(super) fn terms(
    (file, offset, len): (&File, u64, u64),
    attributes: &Attributes,
) -> Option<String> {
    let metadata = file.metadata().ok()?;
    Some(format!(
        "{offset} {len} {}.{:09} {}.{:09} {}",
        metadata.mtime(),
        metadata.mtime_nsec(),
        metadata.ctime(),
        metadata.ctime_nsec(),
        crate::transfer::resume::digest(&attribute_words(attributes))
    ))
}

/// The attributes as words: a file format, of which each attribute is a group. One that is missing has no word.
fn attribute_words(attributes: &Attributes) -> Vec<Vec<Vec<u8>>> {
    let Attributes {
        condition,
        content_type,
        content_encoding,
        content_disposition,
        cache_control,
        metadata,
        tags,
        storage_class,
        encryption,
        kms_key_id,
        acl,
    } = attributes;
    let one = |word: &Option<String>| word.iter().map(|word| word.clone().into_bytes()).collect();
    let pairs = |pairs: &[(String, String)]| {
        let words = pairs.iter().flat_map(|(name, value)| [name, value]);
        words.map(|word| word.clone().into_bytes()).collect()
    };
    let condition = match condition {
        Condition::None => Vec::new(),
        Condition::Absent => vec![b"absent".to_vec()],
        Condition::Etag(etag) => vec![b"etag".to_vec(), etag.clone().into_bytes()],
    };
    vec![
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
    ]
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

/// `-` is none; what is no digest makes the whole line worthless.
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
    fn each_attribute_makes_other_terms() {
        let text = || Some("x".to_owned());
        let pair = || vec![("x".to_owned(), "y".to_owned())];
        let of = |change: &dyn Fn(&mut Attributes)| {
            let mut attributes = Attributes::default();
            change(&mut attributes);
            crate::transfer::resume::digest(&attribute_words(&attributes))
        };
        let changes: [&dyn Fn(&mut Attributes); 13] = [
            &|_| {},
            &|of| of.condition = Condition::Absent,
            &|of| of.condition = Condition::Etag("x".to_owned()),
            &|of| of.content_type = text(),
            &|of| of.content_encoding = text(),
            &|of| of.content_disposition = text(),
            &|of| of.cache_control = text(),
            &|of| of.metadata = pair(),
            &|of| of.tags = pair(),
            &|of| of.storage_class = text(),
            &|of| of.encryption = text(),
            &|of| of.kms_key_id = text(),
            &|of| of.acl = text(),
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
