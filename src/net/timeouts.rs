//! Time limits of a connection.

use std::time::Duration;

/// Limits of a connection without progress.
#[derive(Debug, Clone, Copy)]
pub struct Timeouts {
    /// To connect, TLS handshake included.
    pub connect: Duration,
    /// Without a byte moved in either direction.
    pub idle: Duration,
}

/// The time for a whole response head, as a multiple of the time without progress.
const HEAD: u32 = 5;

impl Timeouts {
    /// The time for a whole response head, with the interim responses before it: a head that arrives byte by byte, or interim
    /// responses without end, are a timeout.
    pub fn head(&self) -> Duration {
        self.idle.saturating_mul(HEAD)
    }
}
