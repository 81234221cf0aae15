//! From one store into another, without a file in between.

use std::io::{self, Read};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use super::upload::{Source, upload};
use super::{Engine, retry};
use crate::backend::{Asked, Attributes, BlobInfo, From, Sink, Stored};
use crate::digest::Hasher;
use crate::error::{Error, Kind, Result};
use crate::key::Key;
use crate::payload::CHUNK;
use crate::progress::Meter;

/// Chunks that may wait between the two sides.
const QUEUE: usize = 8;

/// A piece of the blob, or its proven end. A channel that closes without an end is a failure, never the blob's end.
enum Piece {
    Bytes(Vec<u8>),
    End,
    Failed(Error),
}

/// Copies a blob; counts in `meter`. The destination sees nothing before the source's last byte has been compared with
/// the digest that the source has.
pub fn copy(
    from: &Engine,
    key: &Key,
    to: &Engine,
    new_key: &Key,
    attributes: &Attributes,
    meter: &Meter,
) -> Result<retry::Done<Stored>> {
    let (send, receive) = sync_channel(QUEUE);
    std::thread::scope(|scope| {
        let reader = scope.spawn(move || fetch(from, key, &send));
        let source = Source::Stream(Box::new(Pieces {
            receive,
            rest: Vec::new(),
            at: 0,
            ended: false,
        }));
        let stored = upload(to, new_key, source, attributes, meter);
        // The reader stops when nobody takes its pieces any more. Why it failed matters more than that the writer did.
        match (reader.join(), stored) {
            (Ok(Err(error)), Err(_)) if error.kind() != Kind::Local => Err(error),
            (_, stored) => stored,
        }
    })
}

fn fetch(engine: &Engine, key: &Key, send: &SyncSender<Piece>) -> Result<()> {
    let mut sink = Sender {
        send,
        room: vec![0; CHUNK],
        sent: 0,
        info: None,
        hasher: None,
    };
    let result = fetch_all(engine, key, &mut sink);
    let last = match &result {
        Ok(()) => Piece::End,
        Err(error) => Piece::Failed(error.clone().settled()),
    };
    // Nobody may be left who wants to know.
    let _ = send.send(last);
    result
}

fn fetch_all(engine: &Engine, key: &Key, sink: &mut Sender<'_>) -> Result<()> {
    let progress = Meter::new();
    let attempt = || {
        let from = From {
            offset: sink.sent,
            end: None,
            unchanged: sink.info.clone().filter(|_| sink.sent > 0),
            digest: Asked::Yes,
        };
        let result = engine.backend.get(key, &from, sink);
        progress.add(sink.sent.saturating_sub(progress.get()));
        result
    };
    let info = retry::run(engine, attempt, || progress.get())?.value;
    let computed = sink.hasher.take().map(Hasher::finish);
    if sink.sent != info.size || computed.is_some() && computed != info.digest {
        return Err(Error::new(
            Kind::Integrity,
            "the bytes that came do not match what the source has",
        ));
    }
    Ok(())
}

struct Sender<'a> {
    send: &'a SyncSender<Piece>,
    room: Vec<u8>,
    sent: u64,
    info: Option<BlobInfo>,
    hasher: Option<Hasher>,
}

impl Sink for Sender<'_> {
    fn begin(&mut self, info: &BlobInfo) -> Result<()> {
        if self.sent == 0 {
            self.hasher = info.digest.map(|digest| Hasher::new(digest.algorithm()));
            self.info = Some(info.clone());
        }
        Ok(())
    }

    fn room(&mut self) -> &mut [u8] {
        &mut self.room
    }

    fn filled(&mut self, len: usize) -> Result<()> {
        let piece = self.room[..len].to_vec();
        if let Some(hasher) = &mut self.hasher {
            hasher.update(&piece);
        }
        self.sent += len as u64;
        let gone = |_| Error::new(Kind::Local, "the destination takes no more");
        self.send.send(Piece::Bytes(piece)).map_err(gone)
    }
}

/// The other side, as a stream.
struct Pieces {
    receive: Receiver<Piece>,
    rest: Vec<u8>,
    at: usize,
    ended: bool,
}

impl Read for Pieces {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        while self.at == self.rest.len() && !self.ended {
            match self.receive.recv() {
                Ok(Piece::Bytes(bytes)) => (self.rest, self.at) = (bytes, 0),
                Ok(Piece::End) => self.ended = true,
                Ok(Piece::Failed(error)) => return Err(error.into_io()),
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
