//! Outputs whose bytes cannot be rewound.

use std::fs::File;
use std::io;
use std::io::Write;

use crate::cancel::Cancel;
use crate::error::{Error, Result};
use crate::exit::Signal;
use crate::io::payload::CHUNK;
use crate::transfer::destination::Callback;

/// A stream, a caller, or nothing.
#[derive(Clone, Copy)]
pub(super) enum Outlet<'a> {
    File(&'a File),
    Callback(&'a Callback),
    Discard,
}

impl Outlet<'_> {
    pub(super) fn take(self, bytes: &[u8], cancel: &Cancel) -> Result<()> {
        for piece in bytes.chunks(CHUNK) {
            cancel.check()?;
            match self {
                Self::File(mut file) => file.write_all(piece).map_err(|error| unwritten(&error))?,
                Self::Callback(callback) => callback(piece)?,
                Self::Discard => return Ok(()),
            }
        }
        Ok(())
    }
}

/// A reader of our stdout that went away is not an error of ours: the run ends as `SIGPIPE` would end it.
fn unwritten(error: &io::Error) -> Error {
    match error.kind() {
        io::ErrorKind::BrokenPipe => Error::interrupted(Signal::Pipe),
        _ => Error::local("write the output", error),
    }
}
