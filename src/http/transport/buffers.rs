//! Buffers of a connection.

use std::sync::atomic::{AtomicBool, Ordering};

use ureq::unversioned::transport::Buffers;

/// Input and output buffers of a connection, allocated at first use and zeroed by the system, so that pages which small
/// requests never touch cost nothing.
pub(super) struct SocketBuffers {
    input: Vec<u8>,
    start: usize,
    end: usize,
    pub(super) output: Vec<u8>,
    /// Bytes of `output` that wait to be sent.
    pub(super) held: usize,
    input_size: usize,
    output_size: usize,
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
            progress: false,
            seen: AtomicBool::new(true),
        }
    }

    fn prepare(&mut self) {
        if self.input.is_empty() {
            self.input = vec![0; self.input_size];
            self.output = vec![0; self.output_size];
        }
        if self.start == self.end {
            (self.start, self.end) = (0, 0);
        } else if self.end == self.input.len() && self.start > 0 {
            self.input.copy_within(self.start..self.end, 0);
            (self.start, self.end) = (0, self.end - self.start);
        }
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
