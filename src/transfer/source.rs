//! The source of an upload: a file or a stream, and its expected size and checksum.

use std::fs::File;
use std::io;
use std::io::Read;
use std::os::unix::fs::FileExt;
use std::sync::Arc;

use crate::cancel::Cancel;
use crate::digest::{Algorithm, Digest, Hasher};
use crate::error::{Error, Kind, Result};
use crate::events::Meter;
use crate::io::interruptible::{InterruptibleReader, StopReading};
use crate::io::payload::{Flow, Payload};

/// The bytes to upload.
pub enum Source {
    /// A regular file.
    File(FileRange),
    /// Anything else; it is read once.
    Stream {
        /// The bytes.
        reader: Box<dyn Read + Send>,
        /// Ends a read that waits.
        stop: StopReading,
    },
}

/// A range of a regular file. It can be read again when an attempt fails.
#[derive(Debug, Clone)]
pub struct FileRange {
    /// The file.
    pub file: Arc<File>,
    /// The first byte.
    pub offset: u64,
    /// Bytes.
    pub len: u64,
}

impl FileRange {
    /// The range as a payload.
    pub fn payload(&self, flow: Flow) -> Payload {
        Payload::file(Arc::clone(&self.file), self.offset, self.len, flow)
    }

    /// `len` bytes of the range, from its byte `offset` on.
    #[must_use]
    pub fn part(&self, offset: u64, len: u64) -> Self {
        Self {
            file: Arc::clone(&self.file),
            offset: self.offset + offset,
            len,
        }
    }
}

impl Source {
    /// A file whose bytes can be read again becomes [`Source::File`], any other a stream that `cancel` can interrupt.
    pub fn open(file: File, name: &str, cancel: &Arc<Cancel>) -> Result<Self> {
        let failed = |error: &io::Error| Error::local(format_args!("examine `{name}`"), error);
        let metadata = file.metadata().map_err(|error| failed(&error))?;
        if metadata.is_dir() {
            return Err(Error::new(Kind::Usage, format!("`{name}` is a directory"))
                .with_hint("add --recursive (-r) to put the files in it"));
        }
        // Files of /proc and similar file systems report a size of 0 and have content.
        if !metadata.is_file()
            || metadata.len() == 0 && file.read_at(&mut [0], 0).is_ok_and(|n| n > 0)
        {
            let stop = StopReading::new(cancel);
            let reader = InterruptibleReader::new(file, &stop);
            return Ok(Self::stream(reader, &stop));
        }
        // The parent process may have read a part of stdin.
        let offset = rustix::fs::tell(&file).map_err(|errno| failed(&errno.into()))?;
        let len = metadata.len().saturating_sub(offset);
        Ok(Self::File(FileRange {
            file: Arc::new(file),
            offset,
            len,
        }))
    }

    /// A stream that is read once. `stop` ends a read that waits.
    pub fn stream(reader: impl Read + Send + 'static, stop: &StopReading) -> Self {
        Self::Stream {
            reader: Box::new(reader),
            stop: stop.clone(),
        }
    }

    /// The same source, with a check of its size and checksum. A file fails before anything is sent, a stream at its end,
    /// before anything becomes visible.
    pub fn expecting(self, expectation: &Expectation) -> Result<Self> {
        if *expectation == Expectation::default() {
            return Ok(self);
        }
        match self {
            Self::File(range) => {
                let payload = range.payload(Flow::unlimited(&Meter::new(), &Cancel::new()));
                let sha256 = match expectation.sha256 {
                    Some(_) => payload.digests(&[Algorithm::Sha256])?.pop(),
                    None => None,
                };
                expectation.check(range.len, sha256)?;
                Ok(Self::File(range))
            }
            Self::Stream { reader, stop } => {
                let checked = Checked {
                    reader,
                    expectation: expectation.clone(),
                    len: 0,
                    hasher: expectation.sha256.map(|_| Hasher::new(Algorithm::Sha256)),
                };
                Ok(Self::stream(checked, &stop))
            }
        }
    }

    /// The number of bytes, if it is known before they are read.
    pub fn size(&self) -> Option<u64> {
        match self {
            Self::File(range) => Some(range.len),
            Self::Stream { .. } => None,
        }
    }
}

/// The size and checksum that the caller expects of the source.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Expectation {
    /// Bytes.
    pub size: Option<u64>,
    /// SHA-256 of everything.
    pub sha256: Option<Digest>,
    /// An empty source is a failure.
    pub not_empty: bool,
}

impl Expectation {
    fn check(&self, len: u64, sha256: Option<Digest>) -> Result<()> {
        let wrong =
            |text: String| Err(Error::new(Kind::Integrity, text).with_hint("nothing was stored"));
        match self.size {
            Some(size) if size != len => {
                return wrong(format!("the source has {len} bytes instead of {size}"));
            }
            _ if self.not_empty && len == 0 => return wrong("the source is empty".to_owned()),
            _ => {}
        }
        match (self.sha256, sha256) {
            (Some(wanted), Some(found)) if wanted != found => {
                wrong(format!("the source has the SHA-256 {}", found.hex()))
            }
            _ => Ok(()),
        }
    }
}

/// A stream that is checked when it ends.
struct Checked {
    reader: Box<dyn Read + Send>,
    expectation: Expectation,
    len: u64,
    hasher: Option<Hasher>,
}

impl Read for Checked {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let len = self.reader.read(buf)?;
        if len == 0 && !buf.is_empty() {
            let sha256 = self.hasher.take().map(Hasher::finish);
            self.expectation
                .check(self.len, sha256)
                .map_err(Error::into_io)?;
        }
        if let Some(hasher) = &mut self.hasher {
            hasher.update(&buf[..len]);
        }
        self.len += len as u64;
        Ok(len)
    }
}
