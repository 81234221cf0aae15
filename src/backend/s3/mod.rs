//! Blobs as the objects of a bucket, over HTTP.
//!
//! One file per operation of the API. [`client`] signs and sends a single request, [`error`] classifies its response.

mod attributes;
pub mod bucket;
mod checksum;
mod checksum_cache;
pub mod checksum_policy;
mod client;
mod config;
mod copy;
mod delete_many;
mod diagnostics;
pub mod encoded_word;
pub mod encryption;
pub mod error;
mod etag;
mod get;
mod head;
mod leftovers;
mod list;
mod list_buckets;
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
