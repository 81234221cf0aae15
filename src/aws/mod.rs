//! What all AWS services share: signatures, regions, XML and credentials.

pub mod credentials;
pub mod region;
pub mod sigv4;
pub mod xml;
