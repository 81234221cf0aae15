//! The first request of a download, whose bytes arrive in order.

use super::Receiver;
use super::output::{Output, StreamOutput};
use crate::digest::Hasher;
use crate::error::Result;
use crate::io::payload::CHUNK;
use crate::store::download::Download;
use crate::store::types::{ChecksumRequest, GetOptions, ObjectMeta};
use crate::transfer::checksum::Sum;
use crate::transfer::destination::Verification;
use crate::transfer::hash_thread::HashThread;
use crate::transfer::plan;
use crate::transfer::resume::ResumePolicy;
use crate::transfer::resume::download::RANGE_CHECKSUM;

/// The end of a successful attempt at the first request.
enum Received {
    /// At the end of the download.
    Everything,
    /// After as many parts as one connection should bring.
    Enough,
}

impl Receiver<'_> {
    /// One attempt at the first request, which resumes where the previous attempt broke.
    pub(super) fn fetch_front(&mut self) -> Result<()> {
        let (engine, in_parts) = (self.engine, self.has_ranges());
        if matches!(engine.resume, ResumePolicy::Never) && !in_parts && self.received > 0 {
            self.restart();
        }
        let part = engine.parts.size;
        let next_part = (self.received / part)
            .saturating_add(1)
            .saturating_mul(part);
        let is_first = self.received == 0;
        let options = GetOptions {
            offset: self.received,
            end: (in_parts && !is_first).then_some(next_part),
            if_unchanged: self.info.as_ref().filter(|_| !is_first),
            checksum: match self.options.verification {
                Verification::Length => ChecksumRequest::IfFree,
                Verification::Strongest | Verification::Digest => ChecksumRequest::Compute,
            },
        };
        let mut download = engine.get(self.key, &options)?;
        self.options.expected.check_size(download.info().size)?;
        self.begin(download.info())?;
        let stop = if in_parts && is_first {
            next_part
        } else {
            u64::MAX
        };
        match self.receive(&mut download, stop)? {
            Received::Everything => download.finish(),
            // Dropping the download closes the connection.
            Received::Enough => Ok(()),
        }
    }

    /// Discards the received bytes, because the user wants nothing to be resumed.
    fn restart(&mut self) {
        let Output::File(output) = &mut self.output else {
            // The bytes of a stream cannot be rewound.
            return;
        };
        output.discard();
        self.meter.rewind(self.received);
        self.received = 0;
        self.hasher = None;
        self.hash_thread = None;
    }

    /// Prepares for the first byte of the blob, in each attempt that starts there.
    fn begin(&mut self, info: &ObjectMeta) -> Result<()> {
        if self.received > 0 {
            return Ok(());
        }
        let digest = info
            .digest
            .filter(|_| self.options.verification != Verification::Length);
        self.hasher = digest.map(|digest| Sum::new(digest.algorithm()));
        self.info = Some(info.clone());
        self.meter.set_size(info.size);
        match &mut self.output {
            Output::File(output) => {
                let file = output.create(info.size, &self.engine.cancel)?;
                if let Some(unfinished) = &mut self.unfinished {
                    if unfinished.begin(info, &file.identity()?) {
                        file.keep_on_exit();
                        output.unrecorded = Some(Box::new(Hasher::new(RANGE_CHECKSUM)));
                    } else {
                        self.unfinished = None;
                    }
                }
                self.start_hash_thread(info.size);
                Ok(())
            }
            Output::Stream(_) => self.sum_parts_in_order(info),
        }
    }

    /// Reads the download up to its end or up to `stop`. If the hash thread has no time for more connections at `stop`, one
    /// part more is read before it is asked again.
    fn receive(&mut self, download: &mut Download<'_>, mut stop: u64) -> Result<Received> {
        let size = download.info().size;
        let mut chunk = match self.output {
            Output::File(_) => Vec::new(),
            Output::Stream(_) => vec![0; CHUNK],
        };
        loop {
            if self.received == stop {
                if stop < size && !self.is_hash_thread_busy() {
                    return Ok(Received::Enough);
                }
                stop = stop.saturating_add(self.engine.parts.size);
            }
            let most = usize::try_from(stop - self.received).unwrap_or(usize::MAX);
            let len = match self.output {
                Output::File(_) => self.receive_into_block(download, most)?,
                Output::Stream(output) => {
                    let len = download.read(&mut chunk[..most.min(CHUNK)])?;
                    self.pass_on(output, &chunk[..len])?;
                    len
                }
            };
            if len == 0 {
                return Ok(Received::Everything);
            }
        }
    }

    fn is_hash_thread_busy(&mut self) -> bool {
        self.hash_thread
            .as_mut()
            .is_some_and(HashThread::has_enough_to_do)
    }

    /// Reads up to `most` bytes into the block, which is written when it is full; returns their number.
    fn receive_into_block(&mut self, download: &mut Download<'_>, most: usize) -> Result<usize> {
        let Output::File(output) = &mut self.output else {
            return Ok(0);
        };
        let bytes = output.read(download, most, &self.engine.cancel)?;
        let len = bytes.len();
        if let (Some(hasher), None) = (&mut self.hasher, &self.hash_thread) {
            hasher.update(bytes);
        }
        self.received += len as u64;
        self.meter.add(len as u64);
        if output.is_full() {
            self.write_block()?;
        }
        Ok(len)
    }

    /// Passes the next bytes to a stream.
    pub(super) fn pass_on(&mut self, output: StreamOutput<'_>, bytes: &[u8]) -> Result<()> {
        output.write(bytes, &self.engine.cancel)?;
        if let Some(hasher) = &mut self.hasher {
            hasher.update(bytes);
        }
        if let Some(sha256) = &mut self.sha256 {
            sha256.update(bytes);
        }
        self.received += bytes.len() as u64;
        self.meter.add(bytes.len() as u64);
        Ok(())
    }

    /// Writes the bytes that are only in memory to the file.
    pub(super) fn write_block(&mut self) -> Result<()> {
        if let Output::File(output) = &mut self.output {
            output.write_block(self.received, self.hash_thread.as_mut())?;
        }
        if self.received - self.recorded >= plan::PART {
            self.record_front();
        }
        Ok(())
    }
}
