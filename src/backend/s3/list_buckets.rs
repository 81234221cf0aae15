//! ListBuckets, page by page.
//! Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListBuckets.html>

use super::bucket::S3;
use super::client::{Request, RequestPurpose, Resource};
use super::list::{PAGE_LIMIT, timestamp};
use super::list_xml;
use super::pagination::Cursor;
use crate::aws::xml::Element;
use crate::error::{Error, Kind, Result};
use crate::store::buckets::{Bucket, BucketPage};
use crate::store::list::PageToken;

/// The number of buckets of a page. AWS rejects requests without it for accounts that may have more than 10,000 buckets. Other
/// services ignore or reject it and return all buckets at once.
const BUCKETS_PER_PAGE: (&str, &str) = ("max-buckets", "1000");

impl S3 {
    /// One page; see [`crate::store::buckets::BucketLister`].
    pub(super) fn bucket_page(&self, page: Option<&PageToken>) -> Result<BucketPage> {
        let cursor = match page {
            None => Some(Cursor::FirstPageV2),
            Some(PageToken::Text(name)) => Cursor::parse(name),
            Some(PageToken::Tree(_)) => None,
        };
        let cursor = cursor.ok_or_else(|| Error::new(Kind::Usage, "invalid page token"))?;
        let text = match cursor.value() {
            Some(token) => {
                self.bucket_document(&[BUCKETS_PER_PAGE, ("continuation-token", token)])?
            }
            None => match self.bucket_document(&[BUCKETS_PER_PAGE]) {
                Err(error) if matches!(error.answer().http, Some(400 | 501)) => {
                    self.bucket_document(&[])?
                }
                result => result?,
            },
        };
        let listing = list_xml::parse_buckets(&text)
            .ok_or_else(|| Error::new(Kind::Remote, "invalid list of buckets"))?;
        let next = cursor.next(&listing, None, |text| text.as_bytes().to_vec())?;
        Ok(BucketPage {
            buckets: listing.contents.iter().map(bucket).collect::<Result<_>>()?,
            next: next.map(|next| PageToken::Text(next.name())),
        })
    }

    fn bucket_document(&self, query: &[(&str, &str)]) -> Result<String> {
        let mut request = Request::new("GET", Resource::Service);
        for (name, value) in query {
            request.push_query(name, *value);
        }
        self.client
            .send(&request, &[200], RequestPurpose::Work)?
            .text(&self.client, PAGE_LIMIT)
    }
}

fn bucket(entry: &Element) -> Result<Bucket> {
    let name = entry.child("Name").filter(|name| !name.is_empty());
    let name =
        name.ok_or_else(|| Error::new(Kind::Remote, "the list has a bucket without a name"))?;
    Ok(Bucket {
        name: name.to_owned(),
        created: entry.child("CreationDate").and_then(timestamp),
    })
}
