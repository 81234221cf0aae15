//! A stream into a store that needs the size of each request in advance: it is cut into parts, and each part stays in memory
//! until the store has confirmed it.

use std::io::Read;
use std::sync::{Arc, Mutex};

use super::multipart::{MultipartUpload, lock, upload_vanished};
use super::plan::PartSchedule;
use super::put::NewBlob;
use super::{plan, put, retry};
use crate::error::{Error, Kind, Result};
use crate::events::Event;
use crate::io::block_pool::{BlockPool, PooledBuffer};
use crate::io::interruptible::StopReading;
use crate::io::payload::{Payload, source_error};
use crate::store::multipart::MultipartStore;
use crate::store::types::PutResult;
use crate::units::format_bytes;

/// The limit of a stream is reported if it is below this: 5 TiB, the size of the largest object of S3.
const USUAL_LIMIT: u64 = 5 << 40;

/// Stores the bytes of `reader`: with one request if they fit one part, otherwise in parts.
pub fn upload_stream(
    blob: &NewBlob<'_>,
    multipart: &dyn MultipartStore,
    reader: Box<dyn Read + Send>,
    stop: StopReading,
) -> Result<retry::Done<PutResult>> {
    let engine = blob.engine;
    let mut stream = Stream {
        reader,
        schedule: engine.parts.stream_schedule(multipart.part_sizes()),
        pool: BlockPool::new(engine.parts.memory()),
        number: 0,
        ended: false,
    };
    let first = stream.read()?;
    if stream.ended {
        let payload = Payload::pooled(first, blob.flow());
        return put::put(blob, &payload);
    }
    let limit = stream.schedule.total();
    if limit < USUAL_LIMIT {
        let text = format!(
            "with parts of at least {}, the input is limited to {}",
            format_bytes(stream.schedule.size_of(1)),
            format_bytes(limit)
        );
        engine.observer.notify(&Event::Note(&text));
    }
    let upload = MultipartUpload::begin(blob, multipart, None)?.with_source(stop);
    let source = Mutex::new((Some(first), stream));
    let next = || {
        let (first, stream) = &mut *lock(&source);
        let part = match first.take() {
            Some(first) => stream.counted(first),
            None => stream.next()?,
        };
        Some(part.map(|(number, bytes)| (number, Payload::pooled(bytes, blob.flow()))))
    };
    upload.run(next).map_err(upload_vanished)
}

/// The input, cut into parts.
struct Stream {
    reader: Box<dyn Read + Send>,
    schedule: PartSchedule,
    pool: Arc<BlockPool>,
    /// The latest part.
    number: u16,
    ended: bool,
}

impl Stream {
    /// The next part; `None` at the end, or after a failure.
    fn next(&mut self) -> Option<Result<(u16, PooledBuffer)>> {
        if self.ended {
            return None;
        }
        match self.read() {
            Ok(bytes) if bytes.is_empty() => None,
            Ok(bytes) => Some(self.counted(bytes)),
            Err(error) => {
                self.ended = true;
                Some(Err(error))
            }
        }
    }

    /// The bytes of the next part; waits until there is memory for them.
    fn read(&mut self) -> Result<PooledBuffer> {
        let number = u64::from(self.number) + 1;
        // One byte after the last part shows that the stream is too long.
        let size = match number > plan::MOST_PARTS {
            true => 1,
            false => self.schedule.size_of(number),
        };
        let mut bytes = self.pool.take(size);
        bytes
            .fill(&mut *self.reader)
            .map_err(|error| source_error(&error))?;
        self.ended = bytes.len() < size;
        Ok(bytes)
    }

    fn counted(&mut self, bytes: PooledBuffer) -> Result<(u16, PooledBuffer)> {
        if u64::from(self.number) == plan::MOST_PARTS {
            self.ended = true;
            let text = format!(
                "the input is longer than 10,000 parts can be here: {}",
                format_bytes(self.schedule.total())
            );
            return Err(Error::new(Kind::Usage, text).with_hint(
                "larger parts (--part-size, --max-memory) hold more; or store it in a file first",
            ));
        }
        self.number += 1;
        Ok((self.number, bytes))
    }
}
