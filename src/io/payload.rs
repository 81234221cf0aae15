//! The bytes of one request on their way to a store.
//!
//! A payload can be read again from its start, so that an attempt can be hashed, signed and sent, and repeated
//! with the very same bytes. Only a [`Payload::stream`] is read once.

use std::fs::File;
use std::io;
use std::io::Read;
use std::os::unix::fs::{FileExt, MetadataExt};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use super::block_pool::{PooledBuffer, PooledReader};
use super::rate_limit::RateLimit;
use crate::cancel::Cancel;
use crate::digest::{Algorithm, Digest, Hasher};
use crate::error::{Error, Kind, Result};
use crate::events::Meter;

/// Bytes per read where no other buffer decides: fits a CPU's second-level cache.
pub const CHUNK: usize = 256 << 10;

/// A body: a slice of a file, bytes in memory, or a stream of unknown length.
pub struct Payload {
    source: Bytes,
    flow: Flow,
    /// The bytes that the latest reader has added to the meter.
    counted: AtomicU64,
}

/// The way of bytes to a store.
#[derive(Debug, Clone)]
pub struct Flow {
    /// Counts the bytes that are sent.
    pub meter: Meter,
    /// Stops the run.
    pub cancel: Arc<Cancel>,
    /// The limit of the run.
    pub limit: RateLimit,
}

enum Bytes {
    File {
        file: Arc<File>,
        offset: u64,
        len: u64,
        stamp: Option<Stamp>,
    },
    Pooled(PooledBuffer),
    Stream(Mutex<Option<Box<dyn Read + Send>>>),
}

impl Flow {
    /// A flow without a limit.
    pub fn unlimited(meter: &Meter, cancel: &Arc<Cancel>) -> Self {
        Self {
            meter: meter.clone(),
            cancel: Arc::clone(cancel),
            limit: RateLimit::default(),
        }
    }
}

impl Payload {
    /// `len` bytes of `file` from `offset` on, read with positioned reads. If the file is written to until the last
    /// byte is read, that read fails, so that no mixture of two states is ever complete.
    pub fn file(file: Arc<File>, offset: u64, len: u64, flow: Flow) -> Self {
        let stamp = stamp(&file);
        Self::new(
            Bytes::File {
                file,
                offset,
                len,
                stamp,
            },
            flow,
        )
    }

    /// Bytes in memory.
    pub fn pooled(bytes: PooledBuffer, flow: Flow) -> Self {
        Self::new(Bytes::Pooled(bytes), flow)
    }

    /// The bytes of `reader` up to its end; they can be read only once.
    pub fn stream(reader: Box<dyn Read + Send>, flow: Flow) -> Self {
        Self::new(Bytes::Stream(Mutex::new(Some(reader))), flow)
    }

    fn new(source: Bytes, flow: Flow) -> Self {
        Self {
            source,
            flow,
            counted: AtomicU64::new(0),
        }
    }

    /// The number of bytes; `None` for a stream.
    pub fn size(&self) -> Option<u64> {
        match &self.source {
            Bytes::File { len, .. } => Some(*len),
            Bytes::Pooled(bytes) => Some(bytes.len()),
            Bytes::Stream(_) => None,
        }
    }

    /// Returns whether a failed attempt can be retried: true unless this is a stream of which a part has been read.
    pub fn can_be_read(&self) -> bool {
        match &self.source {
            Bytes::Stream(reader) => reader
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .is_some(),
            _ => true,
        }
    }

    /// Reads the payload from its start, counting in the meter. What an earlier reader counted is taken back.
    ///
    /// The reader yields exactly [`Payload::size`] bytes: a file that became shorter is an error, never a short
    /// body, and what was appended to it meanwhile is not sent.
    pub fn reader(&self) -> Result<Reader<'_>> {
        self.reader_from(0)
    }

    /// As [`Payload::reader`], without the first `start` bytes, which count as read. Not for streams, except from 0.
    pub fn reader_from(&self, start: u64) -> Result<Reader<'_>> {
        let meter = &self.flow.meter;
        meter.rewind(self.counted.swap(start, Ordering::Relaxed));
        meter.add(start);
        self.open(Some(self), start)
    }

    /// The bytes from `start` on, as many as `buf` holds, which the meter does not see. Not for streams.
    pub fn copy_out(&self, start: u64, buf: &mut [u8]) -> Result<()> {
        let mut reader = self.open(None, start)?;
        reader.read_exact(buf).map_err(|error| source_error(&error))
    }

    /// The digests of the payload, computed in one pass that the meter does not see. Not for streams.
    pub fn digests(&self, algorithms: &[Algorithm]) -> Result<Vec<Digest>> {
        let mut hashers: Vec<Hasher> = algorithms.iter().map(|one| Hasher::new(*one)).collect();
        if let Bytes::Pooled(bytes) = &self.source {
            for chunk in bytes.chunks() {
                for hasher in &mut hashers {
                    hasher.update(chunk);
                }
            }
        } else {
            let mut reader = self.open(None, 0)?;
            let mut chunk = vec![
                0;
                CHUNK
                    .min(usize::try_from(self.size().unwrap_or(0)).unwrap_or(CHUNK))
                    .max(1)
            ];
            loop {
                let n = reader
                    .read(&mut chunk)
                    .map_err(|error| source_error(&error))?;
                if n == 0 {
                    break;
                }
                for hasher in &mut hashers {
                    hasher.update(&chunk[..n]);
                }
            }
        }
        Ok(hashers.into_iter().map(Hasher::finish).collect())
    }

    fn open<'a>(&'a self, counter: Option<&'a Payload>, start: u64) -> Result<Reader<'a>> {
        let short = || Error::new(Kind::Local, "the input does not reach this far");
        let from = match &self.source {
            Bytes::File {
                file,
                offset,
                len,
                stamp,
            } => Pass::File {
                stamp: stamp.as_ref(),
                file,
                at: *offset + start,
                left: len.checked_sub(start).ok_or_else(short)?,
            },
            Bytes::Pooled(bytes) => Pass::Pooled(bytes.reader_from(start).ok_or_else(short)?),
            Bytes::Stream(_) if start > 0 => return Err(short()),
            Bytes::Stream(reader) => {
                match reader.lock().unwrap_or_else(PoisonError::into_inner).take() {
                    Some(reader) => Pass::Stream(reader),
                    None => return Err(Error::new(Kind::Local, "the input can be read only once")),
                }
            }
        };
        Ok(Reader {
            from,
            counter,
            cancel: &self.flow.cancel,
        })
    }
}

/// The metadata that changes when a file is written to: length, seconds and nanoseconds of the last modification.
type Stamp = (u64, i64, i64);

fn stamp(file: &File) -> Option<Stamp> {
    file.metadata()
        .ok()
        .map(|metadata| (metadata.len(), metadata.mtime(), metadata.mtime_nsec()))
}

impl std::fmt::Debug for Payload {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Payload")
            .field("size", &self.size())
            .finish_non_exhaustive()
    }
}

/// One pass over a payload. Errors carry our own [`Error`]; see [`source_error`].
pub struct Reader<'a> {
    from: Pass<'a>,
    counter: Option<&'a Payload>,
    cancel: &'a Cancel,
}

enum Pass<'a> {
    File {
        file: &'a File,
        at: u64,
        left: u64,
        stamp: Option<&'a Stamp>,
    },
    Pooled(PooledReader<'a>),
    Stream(Box<dyn Read + Send>),
}

impl Read for Reader<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        self.cancel.check().map_err(Error::into_io)?;
        let most = self
            .counter
            .map_or(buf.len(), |payload| payload.flow.limit.piece(buf.len()));
        let buf = &mut buf[..most];
        let n = match &mut self.from {
            Pass::File { left: 0, .. } => 0,
            Pass::File {
                file,
                at,
                left,
                stamp,
            } => {
                let want = buf.len().min(usize::try_from(*left).unwrap_or(usize::MAX));
                let n = retry_interrupted(|| file.read_at(&mut buf[..want], *at))
                    .map_err(read_failed)?;
                if n == 0 && want > 0 {
                    let text = format!(
                        "the source became shorter while it was read: {left} bytes are missing"
                    );
                    return Err(Error::new(Kind::Integrity, text).into_io());
                }
                *at += n as u64;
                *left -= n as u64;
                if *left == 0
                    && stamp.is_some_and(|before| self::stamp(file).as_ref() != Some(before))
                {
                    return Err(Error::new(
                        Kind::Integrity,
                        "the source changed while it was read",
                    )
                    .into_io());
                }
                n
            }
            Pass::Pooled(bytes) => bytes.read(buf)?,
            Pass::Stream(reader) => retry_interrupted(|| reader.read(buf)).map_err(read_failed)?,
        };
        if let Some(payload) = self.counter {
            payload.flow.limit.wait_for(n).map_err(Error::into_io)?;
            payload.flow.meter.add(n as u64);
            payload.counted.fetch_add(n as u64, Ordering::Relaxed);
        }
        Ok(n)
    }
}

/// The error that a [`Reader`] failed with, taken out of its `io::Error`.
pub fn source_error(error: &io::Error) -> Error {
    Error::recover(error).unwrap_or_else(|| Error::local("read the source", error))
}

fn read_failed(error: io::Error) -> io::Error {
    match Error::recover(&error) {
        Some(_) => error,
        None => Error::local("read the source", &error).into_io(),
    }
}

fn retry_interrupted(mut read: impl FnMut() -> io::Result<usize>) -> io::Result<usize> {
    loop {
        match read() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            result => return result,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::io::page_buffer::PageBuffer;
    use std::io::Write;

    fn file_of(content: &[u8]) -> Arc<File> {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(content).unwrap();
        Arc::new(file)
    }

    fn flow(meter: &Meter) -> Flow {
        Flow::unlimited(meter, &Cancel::new())
    }

    #[test]
    fn a_slice_of_a_file_is_exact_and_can_be_read_again() {
        let meter = Meter::new();
        let payload = Payload::file(file_of(b"0123456789"), 2, 5, flow(&meter));
        for _ in 0..2 {
            let mut text = String::new();
            payload.reader().unwrap().read_to_string(&mut text).unwrap();
            assert_eq!(text, "23456");
            assert_eq!(meter.get(), 5);
        }
        assert_eq!(
            payload.digests(&[Algorithm::Md5]).unwrap(),
            [Hasher::digest(Algorithm::Md5, b"23456")]
        );
        assert_eq!(meter.get(), 5, "hashing is not progress");
    }

    #[test]
    fn a_file_that_became_shorter_is_an_integrity_error() {
        let payload = Payload::file(file_of(b"0123"), 0, 9, flow(&Meter::new()));
        let error = payload
            .reader()
            .unwrap()
            .read_to_end(&mut Vec::new())
            .unwrap_err();
        assert_eq!(source_error(&error).kind(), Kind::Integrity);
    }

    #[test]
    fn a_file_that_was_written_to_meanwhile_is_an_integrity_error() {
        let file = file_of(b"0123");
        let payload = Payload::file(Arc::clone(&file), 0, 4, flow(&Meter::new()));
        (&*file).write_all(b"4").unwrap();
        let error = payload
            .reader()
            .unwrap()
            .read_to_end(&mut Vec::new())
            .unwrap_err();
        assert_eq!(source_error(&error).kind(), Kind::Integrity);
    }

    #[test]
    fn a_stream_is_read_once() {
        let payload = Payload::stream(Box::new(&b"abc"[..]), flow(&Meter::new()));
        assert!(payload.can_be_read());
        let mut bytes = Vec::new();
        payload.reader().unwrap().read_to_end(&mut bytes).unwrap();
        assert_eq!(bytes, b"abc");
        assert!(!payload.can_be_read());
        assert!(payload.reader().is_err());
    }

    #[test]
    fn page_buffers_are_aligned() {
        let buffer = PageBuffer::new(10_000);
        assert_eq!(buffer.as_ptr() as usize % 4096, 0);
        assert_eq!(buffer.len(), 10_000);
    }
}
