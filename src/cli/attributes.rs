//! The attributes of blobs that put, cp and mv write.

use clap::Args;
use time::OffsetDateTime;

use crate::units::parse_instant;

/// The attributes of blobs, which S3 stores. cp and mv keep those of the source where none are given.
#[derive(Debug, Clone, Default, Args)]
pub struct AttributeOptions {
    /// Content-Type to store [default: by the extension of the key, or that of the source]
    #[arg(long, value_name = "TYPE", help_heading = "Object metadata (S3)")]
    pub content_type: Option<String>,
    /// Content-Encoding to store; the bytes are not changed
    #[arg(long, value_name = "CODING", help_heading = "Object metadata (S3)")]
    pub content_encoding: Option<String>,
    /// Content-Disposition to store
    #[arg(long, value_name = "TEXT", help_heading = "Object metadata (S3)")]
    pub content_disposition: Option<String>,
    /// Content-Language to store, like en or de-CH
    #[arg(long, value_name = "LANGUAGE", help_heading = "Object metadata (S3)")]
    pub content_language: Option<String>,
    /// Cache-Control to store
    #[arg(long, value_name = "TEXT", help_heading = "Object metadata (S3)")]
    pub cache_control: Option<String>,
    /// Expires to store: RFC 3339 or an HTTP date; nothing is removed then
    #[arg(long, value_name = "TIME", value_parser = parse_instant, help_heading = "Object metadata (S3)")]
    pub expires: Option<OffsetDateTime>,
    /// User-defined metadata; can be repeated
    #[arg(long, value_name = "NAME=VALUE", help_heading = "Object metadata (S3)")]
    pub metadata: Vec<String>,
    /// Tag; can be repeated
    #[arg(long, value_name = "NAME=VALUE", help_heading = "Object metadata (S3)")]
    pub tag: Vec<String>,
    /// Storage class, like STANDARD_IA
    #[arg(long, value_name = "CLASS", help_heading = "Object metadata (S3)")]
    pub storage_class: Option<String>,
    /// Server-side encryption: AES256 or aws:kms
    #[arg(long, value_name = "KIND", help_heading = "Object metadata (S3)")]
    pub sse: Option<String>,
    /// KMS key for --sse aws:kms
    #[arg(
        long,
        value_name = "ID",
        help_heading = "Object metadata (S3)",
        requires = "sse"
    )]
    pub sse_kms_key_id: Option<String>,
    /// Canned ACL, like bucket-owner-full-control
    #[arg(long, value_name = "ACL", help_heading = "Object metadata (S3)")]
    pub acl: Option<String>,
}
