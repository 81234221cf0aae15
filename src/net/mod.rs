//! Timeouts, TLS settings and probes, common to HTTP and FTP connections.

pub mod certificate;
pub mod client_certificate;
pub mod probe;
pub mod timeouts;
pub mod tls_client;
pub mod tls_error;
pub mod tls_roots;
