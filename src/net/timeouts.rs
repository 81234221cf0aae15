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
