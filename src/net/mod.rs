//! What HTTP and FTP connections share.

pub mod timeouts;
pub mod tls_roots;
