//! Timeouts and TLS roots, common to HTTP and FTP connections.

pub mod timeouts;
pub mod tls_roots;
