//! Time limits of a connection.

use std::time::Duration;

/// How long nothing may happen.
#[derive(Debug, Clone, Copy)]
pub struct Timeouts {
    /// To make a connection, with TLS.
    pub connect: Duration,
    /// Without a single byte moving in either direction.
    pub idle: Duration,
}
