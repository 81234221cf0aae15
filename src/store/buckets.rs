//! Services that divide their blobs into buckets.

use std::time::SystemTime;

use super::list::PageToken;
use crate::error::Result;

/// A store whose service lists its buckets.
pub trait BucketLister: Send + Sync {
    /// Returns one page of the buckets that belong to the caller's account, under the rules of
    /// [`Store::list`](super::Store::list).
    fn list_buckets(&self, page: Option<&PageToken>) -> Result<BucketPage>;
}

/// A bucket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bucket {
    /// Its name.
    pub name: String,
    /// The time of its creation, if the service reports it.
    pub created: Option<SystemTime>,
}

/// A page of buckets.
#[derive(Debug, Clone, Default)]
pub struct BucketPage {
    /// In the order of the service.
    pub buckets: Vec<Bucket>,
    /// The token of the next page; `None` after the last one.
    pub next: Option<PageToken>,
}
