//! HTTP over ureq. Only this folder names the crate; other modules use what it re-exports here.

pub mod agent;
pub mod endpoint;
pub mod error;
pub mod percent;
pub mod proxy;
pub mod resolver;
pub mod tls;
pub mod transport;

pub use ureq::http::{HeaderMap, Request, Response};
pub use ureq::{Agent, Body as ResponseBody, Error as TransportError, SendBody};
