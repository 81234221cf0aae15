//! ListMultipartUploads, and the scratch blobs of interrupted runs.
//! Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListMultipartUploads.html>

use super::bucket::S3;
use super::client::{Body, Request, RequestPurpose, Resource, ResponseTimeout};
use super::list::{KeyEncoding, PAGE_LIMIT, timestamp};
use super::list_xml;
use super::list_xml::ListPage;
use crate::aws::xml::Element;
use crate::error::{Error, Kind, Result};
use crate::io::temp_name::{TEMPORARY_PREFIX, is_temporary_name};
use crate::store::leftovers::{Leftovers, UnfinishedUpload, UploadPage};
use crate::store::list::{ListOptions, Page, PageToken};
use crate::store::multipart::UploadId;

impl Leftovers for S3 {
    /// Only those right below the prefix, which one request finds: doctor alone makes them.
    fn temporary_files(&self, prefix: &str, page: Option<&PageToken>) -> Result<Page> {
        let start = format!("{prefix}{TEMPORARY_PREFIX}");
        let mut page = self.list_page(&ListOptions::all(&start), page)?;
        page.entries.retain(|entry| {
            let name = entry.key.strip_prefix(prefix);
            name.is_some_and(is_temporary_name)
        });
        Ok(page)
    }

    fn unfinished_uploads(
        &self,
        prefix: &str,
        page: Option<&PageToken>,
    ) -> Result<Option<UploadPage>> {
        let marker = match page {
            None => None,
            Some(PageToken::Text(text)) => Some(UploadMarker::parse(text)?),
            Some(PageToken::Tree(_)) => return Err(invalid_token()),
        };
        match self.upload_page(prefix, marker.as_ref()) {
            Ok(page) => Ok(Some(page)),
            // A service without this request, such as an older Google Cloud Storage.
            Err(error) if page.is_none() && matches!(error.answer().http, Some(405 | 501)) => {
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }
}

impl S3 {
    fn upload_page(&self, prefix: &str, marker: Option<&UploadMarker>) -> Result<UploadPage> {
        let mut query = vec![("uploads", ""), ("encoding-type", "url")];
        if !prefix.is_empty() {
            query.push(("prefix", prefix));
        }
        if let Some(marker) = marker {
            query.push(("key-marker", &marker.key));
            query.push(("upload-id-marker", &marker.id));
        }
        let owned = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
        let request = Request {
            method: "GET",
            resource: Resource::Bucket,
            query: query.into_iter().map(owned).collect(),
            headers: Vec::new(),
            body: Body::None,
            response_timeout: ResponseTimeout::Idle,
        };
        let answer = self.client.send(&request, &[200], RequestPurpose::Work)?;
        let text = answer.text(&self.client, PAGE_LIMIT)?;
        let page = list_xml::parse_uploads(&text)
            .ok_or_else(|| Error::new(Kind::Remote, "invalid list of uploads"))?;
        let encoding = KeyEncoding::of(&page);
        let next = next_marker(&page, encoding, marker)?;
        let uploads = page
            .contents
            .iter()
            .filter_map(|entry| upload(entry, encoding));
        Ok(UploadPage {
            // A server may ignore the prefix.
            uploads: uploads
                .filter(|upload| upload.key.starts_with(prefix))
                .collect(),
            next: next.map(|next| PageToken::Text(next.text())),
        })
    }
}

fn upload(entry: &Element, encoding: KeyEncoding) -> Option<UnfinishedUpload> {
    Some(UnfinishedUpload {
        key: encoding.decode_key(entry.child("Key")?),
        id: UploadId(entry.child("UploadId")?.to_owned()),
        initiated: entry.child("Initiated").and_then(timestamp),
    })
}

/// The position after a page: a key, and an upload of it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct UploadMarker {
    key: String,
    id: String,
    /// The number of pages about this key.
    pages: u32,
}

impl UploadMarker {
    /// The most pages of one key, of 1,000 uploads each. The names of uploads have no order, so that only their number shows
    /// that a list goes round in a circle.
    const MOST_PAGES: u32 = 1000;

    fn text(&self) -> String {
        format!("{} {}\n{}", self.pages, self.id, self.key)
    }

    fn parse(text: &str) -> Result<Self> {
        let parse = || {
            let (head, key) = text.split_once('\n')?;
            let (pages, id) = head.split_once(' ')?;
            Some(Self {
                key: key.to_owned(),
                id: id.to_owned(),
                pages: pages.parse().ok()?,
            })
        };
        parse().ok_or_else(invalid_token)
    }
}

fn invalid_token() -> Error {
    Error::new(Kind::Usage, "invalid page token")
}

/// The marker of the next page; `None` after the last one. Keys are in ascending order.
fn next_marker(
    page: &ListPage,
    encoding: KeyEncoding,
    before: Option<&UploadMarker>,
) -> Result<Option<UploadMarker>> {
    if !page.truncated {
        return Ok(None);
    }
    let wrong = |what: &str| Error::new(Kind::Remote, format!("the list of uploads {what}"));
    let key = page
        .next_key_marker
        .as_deref()
        .filter(|key| !key.is_empty());
    let key = encoding.decode_key(key.ok_or_else(|| wrong("is truncated and names no next page"))?);
    let id = page.next_upload_id_marker.clone().unwrap_or_default();
    let pages = match before {
        Some(before) if before.key.as_bytes() > key.as_bytes() => {
            return Err(wrong("does not end"));
        }
        Some(before) if before.key == key => before.pages + 1,
        _ => 1,
    };
    let is_same = before.is_some_and(|before| before.key == key && before.id == id);
    if is_same || pages > UploadMarker::MOST_PAGES || id.contains('\n') {
        return Err(wrong("does not end"));
    }
    Ok(Some(UploadMarker { key, id, pages }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(key: &str, id: &str) -> ListPage {
        ListPage {
            truncated: true,
            next_key_marker: Some(key.to_owned()),
            next_upload_id_marker: Some(id.to_owned()),
            ..ListPage::default()
        }
    }

    #[test]
    fn a_list_that_does_not_move_forward_is_an_error() {
        let next = |page: &ListPage, before: Option<&UploadMarker>| {
            next_marker(page, KeyEncoding::of(page), before)
        };
        let first = next(&page("k", "1"), None).unwrap().unwrap();
        assert_eq!(UploadMarker::parse(&first.text()).unwrap(), first);
        let second = next(&page("k", "2"), Some(&first)).unwrap().unwrap();
        assert_eq!(second.pages, 2);
        assert!(next(&page("l", "1"), Some(&second)).unwrap().is_some());
        assert!(next(&page("k", "2"), Some(&second)).is_err());
        assert!(next(&page("j", "3"), Some(&second)).is_err());
        assert!(next(&page("", "3"), Some(&second)).is_err());
        assert_eq!(next(&ListPage::default(), Some(&second)).unwrap(), None);
        let late = UploadMarker {
            pages: UploadMarker::MOST_PAGES,
            ..second
        };
        assert!(next(&page("k", "9"), Some(&late)).is_err());
    }
}
