//! DeleteObjects.
//! Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html>

use std::collections::HashSet;
use std::fmt::Write as _;
use std::sync::atomic::Ordering;

use super::bucket::S3;
use super::client::{Body, Request, RequestPurpose, Resource, ResponseTimeout};
use super::list_xml;
use crate::digest::{Algorithm, Hasher, base64};
use crate::error::{Error, Kind, Result};
use crate::key::Key;
use crate::store::delete_many::DeleteMany;

/// The maximum length of an answer in bytes: 1,000 keys of at most 1 KiB each, escaped, and their errors.
const ANSWER_LIMIT: u64 = 16 << 20;

impl DeleteMany for S3 {
    /// XML 1.0 has no control characters, and parsers change line ends and white space.
    fn can_delete(&self, key: &Key) -> bool {
        let is_text = |character: char| {
            !character.is_control() && !matches!(character, '\u{fffe}' | '\u{ffff}')
        };
        let is_trimmed = key.as_str().trim() == key.as_str();
        self.client.version_id().is_none() && is_trimmed && key.as_str().chars().all(is_text)
    }

    fn delete_many(&self, keys: &[&Key]) -> Result<Option<Vec<bool>>> {
        if self.lacks_delete_objects.load(Ordering::Relaxed) {
            return Ok(None);
        }
        let document = document(keys);
        let md5 = Hasher::digest(Algorithm::Md5, document.as_bytes());
        let mut request = Request::new("POST", Resource::Bucket);
        request.push_query("delete", "");
        request.push_header("content-type", "application/xml");
        request.push_header("content-md5", base64(md5.bytes()));
        request.body = Body::Bytes(document.as_bytes());
        request.response_timeout = ResponseTimeout::Extended;
        let answer = match self.client.send(&request, &[200], RequestPurpose::Work) {
            Err(error) if is_unsupported(&error) => {
                self.lacks_delete_objects.store(true, Ordering::Relaxed);
                self.client
                    .note("the store does not support DeleteObjects: deleting blob by blob");
                return Ok(None);
            }
            result => result?,
        };
        let text = answer.text(&self.client, ANSWER_LIMIT)?;
        let deleted = list_xml::parse_deleted(&text).ok_or_else(|| {
            Error::new(Kind::Remote, "invalid answer to the removal of many blobs")
        })?;
        let deleted: HashSet<String> = deleted.into_iter().collect();
        let confirmed = keys.iter().map(|key| deleted.contains(key.as_str()));
        Ok(Some(confirmed.collect()))
    }
}

/// Services that do not know the request take it for another one, or name it as missing.
fn is_unsupported(error: &Error) -> bool {
    matches!(error.answer().http, Some(400 | 405 | 411 | 501))
}

/// The body of the request. Its answer names every deleted key.
fn document(keys: &[&Key]) -> String {
    let mut text = String::from("<Delete xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">");
    for key in keys {
        let key = quick_xml::escape::escape(key.as_str());
        // Writing into a String cannot fail.
        let _ = write!(text, "<Object><Key>{key}</Key></Object>");
    }
    text.push_str("</Delete>");
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_escaped_in_the_document() {
        let keys = ["a", "b&<c>\"'"].map(|key| Key::new(key).unwrap());
        assert_eq!(
            document(&[&keys[0], &keys[1]]),
            "<Delete xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Object><Key>a</Key></Object>\
             <Object><Key>b&amp;&lt;c&gt;&quot;&apos;</Key></Object></Delete>"
        );
    }
}
