//! Signatures, regions, XML and credentials: common to all AWS services.

pub mod credentials;
pub mod region;
pub mod sigv4;
pub mod xml;
