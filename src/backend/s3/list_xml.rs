//! Parser of listing pages, which are long.

use quick_xml::Reader;
use quick_xml::events::Event;

use crate::aws::xml::{DEPTH_LIMIT, Element, entity};

/// The fields of a page of ListObjectsV2 or ListObjects that the program uses.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct ListPage {
    /// One element per key, with its fields by name: `Key`, `Size`, `LastModified`, `ETag`.
    pub contents: Vec<Element>,
    /// The common prefixes of a listing with a delimiter.
    pub prefixes: Vec<String>,
    /// True if keys are percent-encoded (`EncodingType` is `url`).
    pub encoded: bool,
    /// True if another page follows.
    pub truncated: bool,
    /// The `NextContinuationToken` of ListObjectsV2.
    pub token: Option<String>,
    /// The `NextMarker` of ListObjects, which a service may omit.
    pub next_marker: Option<String>,
    /// True if the page has a `Marker`, as ListObjects has.
    pub has_marker: bool,
    /// The `NextKeyMarker` of ListMultipartUploads.
    pub next_key_marker: Option<String>,
    /// The `NextUploadIdMarker` of ListMultipartUploads.
    pub next_upload_id_marker: Option<String>,
}

impl ListPage {
    /// True if the page is one of ListObjects.
    pub fn is_v1(&self) -> bool {
        self.has_marker || self.next_marker.is_some()
    }
}

/// Parses a listing of any size; `None` if the text is not one. The limits of [`crate::aws::xml::parse`] apply.
pub fn parse_listing(text: &str) -> Option<ListPage> {
    parse_page(text, "ListBucketResult", "Contents")
}

/// Parses a page of ListMultipartUploads; its uploads are the contents: `Key`, `UploadId`, `Initiated`.
pub fn parse_uploads(text: &str) -> Option<ListPage> {
    parse_page(text, "ListMultipartUploadsResult", "Upload")
}

/// Parses a page with this root element, which has an element `item` for each entry.
fn parse_page(text: &str, root: &str, item: &str) -> Option<ListPage> {
    let mut reader = Reader::from_str(text.trim_start_matches('\u{feff}').trim_start());
    let mut page = ListPage::default();
    let mut path: Vec<String> = Vec::new();
    let mut piece = String::new();
    loop {
        match reader.read_event().ok()? {
            Event::Start(start) => {
                path.push(start.local_name().as_ref().to_owned());
                let names: Vec<&str> = path.iter().map(String::as_str).collect();
                match names.as_slice() {
                    [found] if *found != root => return None,
                    [_, found] if *found == item => page.contents.push(Element {
                        name: item.to_owned(),
                        children: Vec::new(),
                    }),
                    names if names.len() > DEPTH_LIMIT => return None,
                    _ => {}
                }
                piece.clear();
            }
            Event::Empty(empty) => {
                page.has_marker |= path.len() == 1 && empty.local_name().as_ref() == "Marker";
            }
            Event::Text(text) => piece.push_str(&text.xml10_content()),
            Event::CData(text) => piece.push_str(&text.xml10_content()),
            Event::GeneralRef(reference) => piece.push(entity(&reference)?),
            Event::End(_) => {
                let names: Vec<&str> = path.iter().map(String::as_str).collect();
                match names.as_slice() {
                    [_, found, field] if *found == item => page
                        .contents
                        .last_mut()?
                        .children
                        .push(((*field).to_owned(), piece.clone())),
                    [_, "CommonPrefixes", "Prefix"] => page.prefixes.push(piece.clone()),
                    [_, "IsTruncated"] => page.truncated = piece.trim() == "true",
                    [_, "NextContinuationToken"] => page.token = Some(piece.clone()),
                    [_, "NextMarker"] => page.next_marker = Some(piece.clone()),
                    [_, "Marker"] => page.has_marker = true,
                    [_, "NextKeyMarker"] => page.next_key_marker = Some(piece.clone()),
                    [_, "NextUploadIdMarker"] => page.next_upload_id_marker = Some(piece.clone()),
                    [_, "EncodingType"] => page.encoded = piece.trim() == "url",
                    _ => {}
                }
                piece.clear();
                path.pop()?;
                if path.is_empty() {
                    return Some(page);
                }
            }
            Event::DocType(_) | Event::Eof => return None,
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_listing_is_read_with_its_keys_and_its_next_page() {
        let text = "<?xml version=\"1.0\"?><ListBucketResult xmlns=\"u\"><IsTruncated>true</IsTruncated><EncodingType>url</EncodingType>\
                    <Contents><Key>a%20&amp;b</Key><Size>5</Size><Owner><ID>x</ID></Owner></Contents><Contents><Key>c</Key></Contents>\
                    <NextContinuationToken>t</NextContinuationToken><CommonPrefixes><Prefix>p</Prefix></CommonPrefixes></ListBucketResult>";
        let page = parse_listing(text).unwrap();
        assert_eq!(
            (page.token.as_deref(), page.encoded, page.contents.len()),
            (Some("t"), true, 2)
        );
        assert_eq!(
            (
                page.contents[0].child("Key"),
                page.contents[0].child("Size")
            ),
            (Some("a%20&b"), Some("5"))
        );
        assert_eq!(page.prefixes, ["p"]);
        assert!(page.truncated && !page.is_v1());
        assert_eq!(parse_listing("<Error><Code>A</Code></Error>"), None);
        assert_eq!(parse_listing("<ListBucketResult><Contents>"), None);
    }

    #[test]
    fn unfinished_uploads_are_read_with_their_markers() {
        let text = "<ListMultipartUploadsResult><IsTruncated>true</IsTruncated><NextKeyMarker>k</NextKeyMarker><NextUploadIdMarker>i</NextUploadIdMarker>\
                    <Upload><Key>k</Key><UploadId>i</UploadId><Initiator><ID>x</ID></Initiator><Initiated>2026-01-02T03:04:05Z</Initiated></Upload></ListMultipartUploadsResult>";
        let page = parse_uploads(text).unwrap();
        let upload = &page.contents[0];
        let fields = ["Key", "UploadId", "Initiated"].map(|name| upload.child(name));
        assert_eq!(fields, [Some("k"), Some("i"), Some("2026-01-02T03:04:05Z")]);
        assert_eq!(
            (
                page.truncated,
                page.next_key_marker.as_deref(),
                page.next_upload_id_marker.as_deref()
            ),
            (true, Some("k"), Some("i"))
        );
        assert_eq!(parse_uploads("<ListBucketResult></ListBucketResult>"), None);
    }

    #[test]
    fn the_older_form_of_a_listing_is_told_by_its_marker() {
        for (inside, is_v1, next) in [
            ("<Marker/>", true, None),
            ("<Marker></Marker>", true, None),
            (
                "<Marker>a</Marker><NextMarker>b</NextMarker>",
                true,
                Some("b"),
            ),
            ("<NextMarker>b&amp;</NextMarker>", true, Some("b&")),
            (
                "<Contents><Marker/><NextMarker>b</NextMarker></Contents>",
                false,
                None,
            ),
            ("<KeyCount>0</KeyCount>", false, None),
        ] {
            let text = format!("<ListBucketResult>{inside}</ListBucketResult>");
            let page = parse_listing(&text).unwrap();
            assert_eq!(
                (page.is_v1(), page.next_marker.as_deref()),
                (is_v1, next),
                "{inside}"
            );
        }
    }
}
