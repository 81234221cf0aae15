//! From one store into another, without a temporary file.

use std::io;
use std::io::Read;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use super::destination::{Destination, DownloadOptions, Verification};
use super::download::download;
use super::plan::PartRules;
use super::put::NewBlob;
use super::source::Source;
use super::upload::upload;
use super::{Engine, retry};
use crate::error::{Error, Kind, Result};
use crate::events::Meter;
use crate::io::atomic_file::Overwrite;
use crate::io::interruptible::StopReading;
use crate::key::Key;
use crate::store::types::PutResult;

/// Chunks that may wait between the two sides.
const QUEUE: usize = 8;

/// A piece of the blob, or its proven end. A channel that closes without an end is a failure, never the blob's end.
enum Message {
    Bytes(Vec<u8>),
    End,
    Failed(Error),
}

/// Copies a blob. Nothing becomes visible at the destination before the bytes have been verified by the checksum of the
/// source.
pub fn copy(from: &Engine, key: &Key, to: &NewBlob<'_>) -> Result<retry::Done<PutResult>> {
    let (send, receive) = sync_channel(QUEUE);
    std::thread::scope(|scope| {
        let reader = scope.spawn(move || fetch(from, key, &send));
        let pieces = Pieces {
            receive,
            rest: Vec::new(),
            at: 0,
            ended: false,
        };
        // A read waits for the download only, which has its own timeouts.
        let source = Source::stream(pieces, &StopReading::new(&to.engine.cancel));
        let stored = upload(to, source);
        // The reader stops with a local error when the channel is closed. Any other error of the reader is the cause of the
        // writer's.
        match (reader.join(), stored) {
            (Ok(Err(error)), Err(_)) if error.kind() != Kind::Local => Err(error),
            (_, stored) => stored,
        }
    })
}

/// Downloads and verifies the blob, and sends its bytes and then [`Message::End`], or [`Message::Failed`].
fn fetch(engine: &Engine, key: &Key, send: &SyncSender<Message>) -> Result<()> {
    // The upload has parts in memory, too.
    let parts = PartRules {
        max_memory: Some(engine.parts.memory() / 2),
        ..engine.parts
    };
    let pieces = send.clone();
    let destination = Destination::Callback(Box::new(move |bytes| {
        let gone = |_| Error::new(Kind::Local, "the destination takes no more");
        pieces.send(Message::Bytes(bytes.to_vec())).map_err(gone)
    }));
    let options = DownloadOptions {
        replace: Overwrite::Allow,
        verification: Verification::Strongest,
        ..DownloadOptions::default()
    };
    let engine = engine.clone().with_parts(parts);
    let result = download(&engine, key, &destination, options, &Meter::new()).map(drop);
    let last = match &result {
        Ok(()) => Message::End,
        Err(error) => Message::Failed(error.clone().permanent()),
    };
    // The writer may have given up.
    let _ = send.send(last);
    result
}

/// The received pieces as a stream.
struct Pieces {
    receive: Receiver<Message>,
    rest: Vec<u8>,
    at: usize,
    ended: bool,
}

impl Read for Pieces {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        while self.at == self.rest.len() && !self.ended {
            match self.receive.recv() {
                Ok(Message::Bytes(bytes)) => (self.rest, self.at) = (bytes, 0),
                Ok(Message::End) => self.ended = true,
                Ok(Message::Failed(error)) => return Err(error.into_io()),
                Err(_) => {
                    return Err(
                        Error::new(Kind::Integrity, "the source ended without its end").into_io(),
                    );
                }
            }
        }
        let len = buf.len().min(self.rest.len() - self.at);
        buf[..len].copy_from_slice(&self.rest[self.at..self.at + len]);
        self.at += len;
        Ok(len)
    }
}
