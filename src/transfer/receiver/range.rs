//! The download of a range of a blob. Its bytes are requested over one connection, and only their number can be verified:
//! stores have checksums of whole blobs.

use std::ops::Range;

use super::commit_file;
use super::output::{Output, StreamOutput};
use crate::error::{Error, Result};
use crate::events::Meter;
use crate::io::payload::CHUNK;
use crate::key::Key;
use crate::store::download::Download;
use crate::store::types::{ChecksumRequest, GetOptions, ObjectMeta};
use crate::transfer::byte_range::ByteRange;
use crate::transfer::destination::{Destination, DownloadOptions};
use crate::transfer::plan::cut_short;
use crate::transfer::{Engine, retry};

/// One download of a range.
pub(in crate::transfer) struct RangeReceiver<'a> {
    engine: &'a Engine,
    key: &'a Key,
    range: ByteRange,
    output: Output<'a>,
    meter: &'a Meter,
    /// The blob as the first answer described it, and the place of the range in it.
    found: Option<(ObjectMeta, Range<u64>)>,
    received: u64,
}

/// The range that was downloaded.
pub(in crate::transfer) struct ReceivedRange {
    /// The whole blob.
    pub info: ObjectMeta,
    /// Its bytes that were downloaded.
    pub range: Range<u64>,
    /// Requests, counted from 1.
    pub attempts: u32,
}

impl<'a> RangeReceiver<'a> {
    /// A download that has not begun.
    pub(in crate::transfer) fn new(
        engine: &'a Engine,
        key: &'a Key,
        range: ByteRange,
        destination: &'a Destination,
        meter: &'a Meter,
    ) -> Self {
        Self {
            engine,
            key,
            range,
            output: Output::new(destination),
            meter,
            found: None,
            received: 0,
        }
    }

    /// Downloads the range and gives the file its name.
    pub(in crate::transfer) fn run(mut self, options: DownloadOptions) -> Result<ReceivedRange> {
        let (engine, meter) = (self.engine, self.meter);
        if let ByteRange::Last(_) = self.range {
            // The first byte depends on the size.
            let look = || engine.store.head(self.key)?.ok_or_else(Error::not_found);
            let info = retry::run(engine, look, || 0)?.value;
            self.begin(&info)?;
        }
        let attempts = retry::run(engine, || self.fetch(), || meter.get())?.attempts;
        let received = self.received;
        let (info, range) = self.found.unwrap_or_default();
        if let Output::File(mut output) = self.output {
            output.write_block(received, None)?;
            if let Some(file) = output.file {
                commit_file(file, received, &info, options)?;
            }
        }
        Ok(ReceivedRange {
            info,
            range,
            attempts,
        })
    }

    /// One attempt, which resumes where the previous one broke.
    fn fetch(&mut self) -> Result<()> {
        let (first, end) = match (&self.found, self.range) {
            (Some((_, range)), _) => (range.start + self.received, Some(range.end)),
            (None, ByteRange::From { first, last }) => {
                (first, last.map(|last| last.saturating_add(1)))
            }
            (None, ByteRange::Last(_)) => (0, None),
        };
        if end.is_some_and(|end| end <= first) {
            return Ok(());
        }
        let has_ranges = self.engine.store.capabilities().ranges;
        let found = self.found.clone();
        let options = GetOptions {
            offset: first,
            end: end.filter(|_| has_ranges),
            if_unchanged: found.as_ref().map(|(info, _)| info),
            checksum: ChecksumRequest::IfFree,
        };
        let mut download = self.engine.get(self.key, &options)?;
        let range = self.begin(&download.info().clone())?;
        let len = range.end - range.start;
        self.receive(&mut download, len)?;
        match self.received == len && range.end < download.info().size && !has_ranges {
            // Dropping the download closes the connection.
            true => Ok(()),
            false => download.finish(),
        }?;
        match self.received == len {
            true => Ok(()),
            false => Err(cut_short(self.received, len)),
        }
    }

    /// Finds the place of the range, and creates the file, once the blob is known.
    fn begin(&mut self, info: &ObjectMeta) -> Result<Range<u64>> {
        if let Some((_, range)) = &self.found {
            return Ok(range.clone());
        }
        let range = self.range.resolve(info.size)?;
        self.meter.set_size(range.end - range.start);
        if let Output::File(output) = &mut self.output {
            output.create(range.end - range.start, &self.engine.cancel)?;
        }
        self.found = Some((info.clone(), range.clone()));
        Ok(range)
    }

    /// Reads up to byte `len` of the range, or to the end of the download.
    fn receive(&mut self, download: &mut Download<'_>, len: u64) -> Result<()> {
        let mut chunk = Vec::new();
        while self.received < len {
            let most = usize::try_from(len - self.received).unwrap_or(usize::MAX);
            let read = match &mut self.output {
                Output::File(output) => {
                    let read = output.read(download, most, &self.engine.cancel)?.len();
                    self.received += read as u64;
                    if output.is_full() {
                        output.write_block(self.received, None)?;
                    }
                    read
                }
                Output::Stream(output) => {
                    let output: StreamOutput<'_> = *output;
                    chunk.resize(most.min(CHUNK), 0);
                    let read = download.read(&mut chunk)?;
                    output.write(&chunk[..read], &self.engine.cancel)?;
                    self.received += read as u64;
                    read
                }
            };
            if read == 0 {
                break;
            }
            self.meter.add(read as u64);
        }
        Ok(())
    }
}
