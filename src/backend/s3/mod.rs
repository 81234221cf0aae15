//! Blobs as the objects of a bucket, over HTTP.
//!
//! Operations in S3's words stand here; one request is the business of [`client`], its signature of [`sign`], what an
//! answer means of [`answers`].

mod attributes;
pub mod bucket;
mod checksum;
mod checksum_cache;
pub mod checksum_policy;
mod client;
mod config;
mod copy;
pub mod encoded_word;
pub mod encryption;
pub mod error;
mod etag;
mod get;
mod head;
mod list;
pub mod list_xml;
pub mod location;
mod multipart;
mod multipart_etag;
mod pagination;
mod providers;
mod redact;
mod response_headers;
mod sse_c;
pub mod store;

pub use self::attributes::check_metadata;
pub use self::config::{Addressing, Checksum, PayloadSigning, S3Config};
pub use self::sse_c::CustomerKey;
