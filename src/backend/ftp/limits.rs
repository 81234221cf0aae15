//! Time limits of a session.

use std::time::{Duration, Instant};

/// The timeouts of a session.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// For connecting, including TLS.
    pub connect: Duration,
    /// For a reply or a byte of data.
    pub idle: Duration,
    /// For the final reply of a transfer, before which servers flush the file.
    pub completion: Duration,
    /// The instant at which all waits end.
    pub deadline: Option<Instant>,
}

impl Limits {
    /// Returns `wait`, capped at the time left until the deadline.
    pub fn within(&self, wait: Duration) -> Duration {
        let left = self
            .deadline
            .map(|end| end.saturating_duration_since(Instant::now()));
        wait.min(left.unwrap_or(wait)).max(Duration::from_millis(1))
    }
}

/// The purpose of a session.
#[derive(Debug, Clone, Copy)]
pub enum SessionPurpose {
    /// Storage operations, which a cancellation interrupts.
    Work,
    /// Removing temporary files until this instant, even after a cancellation.
    CleanUp(Instant),
}
