//! Parser of listing pages, which are long, and of lists of buckets.

use quick_xml::Reader;
use quick_xml::events::Event;

use crate::aws::xml::{DEPTH_LIMIT, Element, entity};

/// The fields of a page of ListObjectsV2, ListObjects or ListBuckets that the program uses.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct ListPage {
    /// One element per key or bucket, with its fields by name: `Key`, `Size`, `LastModified`, `ETag`.
    pub contents: Vec<Element>,
    /// The common prefixes of a listing with a delimiter.
    pub prefixes: Vec<String>,
    /// True if keys are percent-encoded (`EncodingType` is `url`).
    pub encoded: bool,
    /// True if another page follows.
    pub truncated: bool,
    /// The `NextContinuationToken` of ListObjectsV2, or the `ContinuationToken` of ListBuckets.
    pub token: Option<String>,
    /// The `NextMarker` of ListObjects, which a service may omit.
    pub next_marker: Option<String>,
    /// The `NextKeyMarker` of ListMultipartUploads.
    pub next_key_marker: Option<String>,
    /// The `NextUploadIdMarker` of ListMultipartUploads.
    pub next_upload_id_marker: Option<String>,
    /// True if the page has a `Marker`, as ListObjects has.
    pub has_marker: bool,
}

impl ListPage {
    /// True if the page is one of ListObjects.
    pub fn is_v1(&self) -> bool {
        self.has_marker || self.next_marker.is_some()
    }
}

/// Parses a listing of any size; `None` if the text is not one. The limits of [`crate::aws::xml::parse`] apply.
pub fn parse_listing(text: &str) -> Option<ListPage> {
    let mut page = ListPage::default();
    read_document(text, "ListBucketResult", |piece| {
        match piece {
            XmlPiece::Start([_, "Contents"]) => page.contents.push(empty("Contents")),
            XmlPiece::End([_, "Contents", field], text) => add_field(&mut page, field, text)?,
            XmlPiece::End([_, "CommonPrefixes", "Prefix"], text) => {
                page.prefixes.push(text.to_owned());
            }
            XmlPiece::End([_, "IsTruncated"], text) => page.truncated = text.trim() == "true",
            XmlPiece::End([_, "NextContinuationToken"], text) => page.token = Some(text.to_owned()),
            XmlPiece::End([_, "NextMarker"], text) => page.next_marker = Some(text.to_owned()),
            XmlPiece::Empty([_, "Marker"]) | XmlPiece::End([_, "Marker"], _) => {
                page.has_marker = true;
            }
            XmlPiece::End([_, "EncodingType"], text) => page.encoded = text.trim() == "url",
            _ => {}
        }
        Some(())
    })?;
    Some(page)
}

/// Parses a page of ListBuckets as [`parse_listing`] does one of keys. Each bucket is an element of
/// [`ListPage::contents`] with the fields `Name` and `CreationDate`.
pub fn parse_buckets(text: &str) -> Option<ListPage> {
    let mut page = ListPage::default();
    read_document(text, "ListAllMyBucketsResult", |piece| {
        match piece {
            XmlPiece::Start([_, "Buckets", "Bucket"]) => page.contents.push(empty("Bucket")),
            XmlPiece::End([_, "Buckets", "Bucket", field], text) => {
                add_field(&mut page, field, text)?;
            }
            XmlPiece::End([_, "ContinuationToken"], token) if !token.is_empty() => {
                page.token = Some(token.to_owned());
                page.truncated = true;
            }
            _ => {}
        }
        Some(())
    })?;
    Some(page)
}

/// Parses a page of ListMultipartUploads. Each upload is an element of [`ListPage::contents`] with the fields `Key`,
/// `UploadId` and `Initiated`.
pub fn parse_uploads(text: &str) -> Option<ListPage> {
    let mut page = ListPage::default();
    read_document(text, "ListMultipartUploadsResult", |piece| {
        match piece {
            XmlPiece::Start([_, "Upload"]) => page.contents.push(empty("Upload")),
            XmlPiece::End([_, "Upload", field], text) => add_field(&mut page, field, text)?,
            XmlPiece::End([_, "IsTruncated"], text) => page.truncated = text.trim() == "true",
            XmlPiece::End([_, "NextKeyMarker"], text) => {
                page.next_key_marker = Some(text.to_owned());
            }
            XmlPiece::End([_, "NextUploadIdMarker"], text) => {
                page.next_upload_id_marker = Some(text.to_owned());
            }
            XmlPiece::End([_, "EncodingType"], text) => page.encoded = text.trim() == "url",
            _ => {}
        }
        Some(())
    })?;
    Some(page)
}

/// Parses the answer to DeleteObjects: the keys that were deleted.
pub fn parse_deleted(text: &str) -> Option<Vec<String>> {
    let mut keys = Vec::new();
    read_document(text, "DeleteResult", |piece| {
        if let XmlPiece::End([_, "Deleted", "Key"], text) = piece {
            keys.push(text.to_owned());
        }
        Some(())
    })?;
    Some(keys)
}

/// A piece of a document: the names of the open elements from the root on, and the text before an end tag.
enum XmlPiece<'a> {
    Start(&'a [&'a str]),
    Empty(&'a [&'a str]),
    End(&'a [&'a str], &'a str),
}

fn empty(name: &str) -> Element {
    Element {
        name: name.to_owned(),
        children: Vec::new(),
    }
}

fn add_field(page: &mut ListPage, name: &str, text: &str) -> Option<()> {
    let entry = page.contents.last_mut()?;
    entry.children.push((name.to_owned(), text.to_owned()));
    Some(())
}

/// Passes the pieces of a document to `see` up to the end of its root; `None` if the root has another name, the document is
/// malformed, or `see` returned `None`.
fn read_document(
    text: &str,
    root: &str,
    mut see: impl FnMut(XmlPiece<'_>) -> Option<()>,
) -> Option<()> {
    let mut reader = Reader::from_str(text.trim_start_matches('\u{feff}').trim_start());
    let mut path: Vec<String> = Vec::new();
    let mut piece = String::new();
    loop {
        match reader.read_event().ok()? {
            Event::Start(start) => {
                path.push(start.local_name().as_ref().to_owned());
                if path.len() > DEPTH_LIMIT || path[0] != root {
                    return None;
                }
                see(XmlPiece::Start(&names(&path)))?;
                piece.clear();
            }
            Event::Empty(element) => {
                path.push(element.local_name().as_ref().to_owned());
                if path.len() == 1 {
                    return (path[0] == root).then_some(());
                }
                see(XmlPiece::Empty(&names(&path)))?;
                path.pop();
            }
            Event::Text(text) => piece.push_str(&text.xml10_content()),
            Event::CData(text) => piece.push_str(&text.xml10_content()),
            Event::GeneralRef(reference) => piece.push(entity(&reference)?),
            Event::End(_) => {
                see(XmlPiece::End(&names(&path), &piece))?;
                piece.clear();
                path.pop()?;
                if path.is_empty() {
                    return Some(());
                }
            }
            Event::DocType(_) | Event::Eof => return None,
            _ => {}
        }
    }
}

fn names(path: &[String]) -> Vec<&str> {
    path.iter().map(String::as_str).collect()
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
    fn buckets_are_read_with_their_times_and_the_next_page() {
        let text = "<ListAllMyBucketsResult xmlns=\"u\"><Owner><ID>x</ID><DisplayName>o</DisplayName></Owner><Buckets>\
                    <Bucket><Name>a</Name><CreationDate>2026-01-02T03:04:05.000Z</CreationDate></Bucket>\
                    <Bucket><Name>b</Name></Bucket></Buckets><ContinuationToken>t+/</ContinuationToken></ListAllMyBucketsResult>";
        let page = parse_buckets(text).unwrap();
        let names: Vec<_> = page.contents.iter().map(|one| one.child("Name")).collect();
        assert_eq!(names, [Some("a"), Some("b")]);
        assert_eq!(
            page.contents[0].child("CreationDate"),
            Some("2026-01-02T03:04:05.000Z")
        );
        assert_eq!((page.truncated, page.token.as_deref()), (true, Some("t+/")));
        for text in [
            "<ListAllMyBucketsResult/>",
            "<ListAllMyBucketsResult><Buckets/></ListAllMyBucketsResult>",
        ] {
            let page = parse_buckets(text).unwrap();
            assert!(page.contents.is_empty() && !page.truncated, "{text}");
        }
        assert_eq!(parse_buckets("<ListBucketResult></ListBucketResult>"), None);
        assert_eq!(parse_buckets("<ListAllMyBucketsResult><Buckets>"), None);
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
}
