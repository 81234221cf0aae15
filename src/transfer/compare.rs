//! The comparison of a source and a destination: is a transfer needed?

use std::fs::File;
use std::path::Path;
use std::time::{Duration, SystemTime};

use super::{Engine, retry};
use crate::digest::{Algorithm, Digest, Hasher};
use crate::error::{Error, Result, printable};
use crate::io::page_buffer::PageBuffer;
use crate::key::Key;
use crate::store::types::ObjectMeta;

/// The most bytes per read of a file.
const BLOCK: u64 = 128 << 10;

/// One side of a comparison.
#[derive(Clone, Copy)]
pub enum Side<'a> {
    /// A file of this machine.
    File {
        /// Its path.
        path: &'a Path,
        /// Bytes.
        size: u64,
        /// The time of the last modification.
        modified: Option<SystemTime>,
    },
    /// A blob.
    Blob {
        /// The engine of its store.
        engine: &'a Engine,
        /// Its key.
        key: &'a Key,
        /// Its metadata, perhaps only those of a listing.
        info: &'a ObjectMeta,
    },
}

/// The means by which two sides were found to be equal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proof {
    /// A checksum.
    Checksum(Algorithm),
    /// The time of the last modification, with the size.
    Time,
    /// Both are directories.
    Directory,
}

impl Proof {
    /// The name in results.
    pub fn name(self) -> &'static str {
        match self {
            Self::Checksum(algorithm) => algorithm.name(),
            Self::Time => "size and time",
            Self::Directory => "directory",
        }
    }
}

/// The trust in equal sizes and times.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimeTrust {
    /// Equal sizes and times mean equal content, if no checksum can be compared.
    Trusted,
    /// Only a checksum proves that the content is equal.
    ChecksumOnly,
}

/// Returns the proof that both sides have the same content; `None` if they differ or nothing proves it.
pub fn unchanged(
    source: Side<'_>,
    destination: Side<'_>,
    trust: TimeTrust,
) -> Result<Option<Proof>> {
    if source.size() != destination.size() {
        return Ok(None);
    }
    if let Some(algorithm) = same_checksum(source, destination)? {
        return Ok(Some(Proof::Checksum(algorithm)));
    }
    // A listing has only the ETag, which need not be an MD5: the metadata of the blob may tell more.
    let (source_info, destination_info) = (source.describe()?, destination.describe()?);
    let source = source.with(source_info.as_ref());
    let destination = destination.with(destination_info.as_ref());
    if source.size() != destination.size() {
        return Ok(None);
    }
    if let Some(algorithm) = same_checksum(source, destination)? {
        return Ok(Some(Proof::Checksum(algorithm)));
    }
    if source.has_checksum_of(destination) {
        return Ok(None);
    }
    let is_same =
        trust == TimeTrust::Trusted && is_same_time(source.modified(), destination.modified());
    Ok(is_same.then_some(Proof::Time))
}

/// The algorithm of a checksum that both sides have in common and that is equal.
fn same_checksum(source: Side<'_>, destination: Side<'_>) -> Result<Option<Algorithm>> {
    let (one, other) = match (source.digest(), destination.digest()) {
        (Some(one), Some(other)) => (one, other),
        (Some(one), None) => match destination.compute(one.algorithm())? {
            Some(other) => (one, other),
            None => return Ok(None),
        },
        (None, Some(other)) => match source.compute(other.algorithm())? {
            Some(one) => (one, other),
            None => return Ok(None),
        },
        (None, None) => return Ok(None),
    };
    Ok((one == other).then_some(one.algorithm()))
}

/// Returns whether two times are equal, as far as the coarser of the two tells: FTP and HTTP have whole seconds.
fn is_same_time(one: Option<SystemTime>, other: Option<SystemTime>) -> bool {
    let (Some(one), Some(other)) = (one, other) else {
        return false;
    };
    let is_whole = |time: SystemTime| {
        let since = time.duration_since(SystemTime::UNIX_EPOCH);
        since.is_ok_and(|since| since.subsec_nanos() == 0)
    };
    let difference = match one.duration_since(other) {
        Ok(difference) => difference,
        Err(error) => error.duration(),
    };
    difference.is_zero()
        || (is_whole(one) || is_whole(other)) && difference < Duration::from_secs(1)
}

impl<'a> Side<'a> {
    fn size(self) -> u64 {
        match self {
            Self::File { size, .. } => size,
            Self::Blob { info, .. } => info.size,
        }
    }

    fn modified(self) -> Option<SystemTime> {
        match self {
            Self::File { modified, .. } => modified,
            Self::Blob { info, .. } => info.content_modified(),
        }
    }

    /// The checksum that the store reports.
    fn digest(self) -> Option<Digest> {
        match self {
            Self::File { .. } => None,
            Self::Blob { info, .. } => info.digest,
        }
    }

    /// Returns whether both sides could be compared by a checksum.
    fn has_checksum_of(self, other: Self) -> bool {
        match (self, other) {
            (Self::File { .. }, Self::File { .. }) => false,
            (Self::File { .. }, blob) | (blob, Self::File { .. }) => blob.digest().is_some(),
            (one, other) => {
                let algorithm = |side: Self| side.digest().map(|digest| digest.algorithm());
                algorithm(one).is_some() && algorithm(one) == algorithm(other)
            }
        }
    }

    /// The checksum of a file; `None` for a blob, which would have to be downloaded.
    fn compute(self, algorithm: Algorithm) -> Result<Option<Digest>> {
        match self {
            Self::File { path, .. } => hash_file(path, algorithm).map(Some),
            Self::Blob { .. } => Ok(None),
        }
    }

    /// The metadata of a blob, if those that are known are only those of a listing.
    fn describe(self) -> Result<Option<ObjectMeta>> {
        match self {
            Self::Blob { engine, key, info }
                if info.content_type.is_none() && engine.store.capabilities().attributes =>
            {
                let described = retry::run(engine, || engine.store.head(key), || 0)?;
                Ok(described.value)
            }
            _ => Ok(None),
        }
    }

    fn with(self, described: Option<&'a ObjectMeta>) -> Self {
        match (self, described) {
            (Self::Blob { engine, key, .. }, Some(info)) => Self::Blob { engine, key, info },
            (side, _) => side,
        }
    }
}

fn hash_file(path: &Path, algorithm: Algorithm) -> Result<Digest> {
    use std::io::Read;
    let failed = |error: &std::io::Error| {
        Error::local(
            format_args!("read `{}`", printable(&path.to_string_lossy())),
            error,
        )
    };
    let mut file = File::open(path).map_err(|error| failed(&error))?;
    let size = file.metadata().map_err(|error| failed(&error))?.len();
    // One byte more than a small file has, so that its end is found by the first read.
    let size = usize::try_from((size + 1).min(BLOCK)).unwrap_or(1);
    let (mut hasher, mut block) = (Hasher::new(algorithm), PageBuffer::new(size));
    loop {
        match file.read(&mut block).map_err(|error| failed(&error))? {
            0 => return Ok(hasher.finish()),
            len => hasher.update(&block[..len]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_compared_as_far_as_the_coarser_one_tells() {
        let at = |millis| Some(SystemTime::UNIX_EPOCH + Duration::from_millis(millis));
        for (one, other, same) in [
            (at(5000), at(5000), true),
            (at(5000), at(5999), true),
            (at(5999), at(5000), true),
            (at(5001), at(5002), false),
            (at(5000), at(6000), false),
            (None, at(5000), false),
            (None, None, false),
        ] {
            assert_eq!(is_same_time(one, other), same, "{one:?} {other:?}");
        }
    }
}
