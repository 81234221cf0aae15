//! HTTP over ureq: the only module that knows it.

pub mod agent;
pub mod endpoint;
pub mod error;
pub mod percent;
pub mod proxy;
pub mod resolver;
pub mod tls;
pub mod transport;
