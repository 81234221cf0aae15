//! Buffers of a connection.

use std::sync::atomic::{AtomicBool, Ordering};

use ureq::unversioned::transport::Buffers;

/// The size of a buffer before any piece has filled it: enough for a response head, and for a request head with a small body.
const FIRST_SIZE: usize = 32 << 10;

/// Input and output buffers of a connection, allocated at first use. A buffer that turns out to be small grows: many
/// connections that carry small blobs need little memory, and one that carries a large blob needs few system calls.
pub(super) struct SocketBuffers {
    input: Vec<u8>,
    start: usize,
    end: usize,
    pub(super) output: Vec<u8>,
    /// Bytes of `output` that wait to be sent.
    pub(super) held: usize,
    input_size: usize,
    output_size: usize,
    /// The last piece filled the input, or there is none yet.
    is_input_small: bool,
    /// A request did not fit into the output, or there is none yet.
    is_output_small: bool,
    /// Writes of the current request before its end.
    early_writes: usize,
    progress: bool,
    /// Set once ureq has seen the newest input: it needs more before it can continue.
    seen: AtomicBool,
}

impl SocketBuffers {
    pub(super) fn new(input_size: usize, output_size: usize) -> Self {
        Self {
            input: Vec::new(),
            start: 0,
            end: 0,
            output: Vec::new(),
            held: 0,
            input_size,
            output_size,
            is_input_small: true,
            is_output_small: true,
            early_writes: 0,
            progress: false,
            seen: AtomicBool::new(true),
        }
    }

    /// Notes that output is sent although more of the same request follows.
    pub(super) fn note_early_write(&mut self) {
        self.early_writes += 1;
        self.is_output_small |= self.early_writes > 1;
    }

    /// Notes that a request has been sent.
    pub(super) fn note_response(&mut self) {
        self.early_writes = 0;
    }

    fn prepare(&mut self) {
        if std::mem::take(&mut self.is_input_small) {
            grow(&mut self.input, self.input_size);
        }
        // Bytes that wait to be sent stay where they are.
        if std::mem::take(&mut self.is_output_small) {
            grow(&mut self.output, self.output_size);
        }
        if self.start == self.end {
            (self.start, self.end) = (0, 0);
        } else if self.end == self.input.len() && self.start > 0 {
            self.input.copy_within(self.start..self.end, 0);
            (self.start, self.end) = (0, self.end - self.start);
        }
    }
}

/// Enlarges a buffer. The allocator returns zeroed memory that takes no space until it is written.
fn grow(buffer: &mut Vec<u8>, most: usize) {
    let size = grown(buffer.len(), most);
    if buffer.is_empty() {
        *buffer = vec![0; size];
    } else {
        buffer.resize(size, 0);
    }
}

/// The next size of a buffer.
fn grown(size: usize, most: usize) -> usize {
    match size {
        0 => FIRST_SIZE.min(most),
        size => size.saturating_mul(4).min(most),
    }
}

impl Buffers for SocketBuffers {
    fn output(&mut self) -> &mut [u8] {
        self.prepare();
        &mut self.output[self.held..]
    }

    fn input(&self) -> &[u8] {
        &self.input[self.start..self.end]
    }

    fn input_append_buf(&mut self) -> &mut [u8] {
        self.prepare();
        &mut self.input[self.end..]
    }

    fn input_appended(&mut self, amount: usize) {
        self.end += amount;
        self.is_input_small |= self.end == self.input.len();
        *self.seen.get_mut() = amount == 0;
    }

    fn input_consume(&mut self, amount: usize) {
        self.progress = amount > 0;
        self.start += amount;
    }

    fn tmp_and_output(&mut self) -> (&mut [u8], &mut [u8]) {
        self.prepare();
        (&mut self.input[self.end..], &mut self.output[self.held..])
    }

    fn can_use_input(&self) -> bool {
        self.start < self.end && (self.progress || !self.seen.swap(true, Ordering::Relaxed))
    }
}
