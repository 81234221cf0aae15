//! Time limits of a session.

use std::time::{Duration, Instant};

/// How long a session may wait for what.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// To connect, TLS included.
    pub connect: Duration,
    /// For an answer or a byte of data.
    pub idle: Duration,
    /// For the reply that ends a transfer: servers flush the file before.
    pub completion: Duration,
    /// Nothing is waited for beyond this moment.
    pub deadline: Option<Instant>,
}

impl Limits {
    /// `wait`, or what is left of the time.
    pub fn within(&self, wait: Duration) -> Duration {
        let left = self
            .deadline
            .map(|end| end.saturating_duration_since(Instant::now()));
        wait.min(left.unwrap_or(wait)).max(Duration::from_millis(1))
    }
}

/// What a session is opened for.
#[derive(Debug, Clone, Copy)]
pub enum Purpose {
    /// Storage operations, which a stop interrupts.
    Work,
    /// Removing what a failed operation left, until this moment, even after a stop.
    CleanUp(Instant),
}
