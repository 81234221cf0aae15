//! GET: the bytes of a blob, from anywhere to anywhere, of one and the same blob.

use std::io::Read;

use super::bucket::S3;
use super::client::{RequestPurpose, S3Response};
use super::response_headers::{check_version, info, is_weak, length};
use crate::error::{Error, Kind, Result, changed};
use crate::io::payload::CHUNK;
use crate::key::Key;
use crate::store::Sink;
use crate::store::types::{BlobInfo, From};

impl S3 {
    /// See [`crate::store::Backend::get`].
    pub(super) fn fetch(&self, key: &Key, from: &From, sink: &mut dyn Sink) -> Result<BlobInfo> {
        let mut request = self.object_request("GET", key);
        if from.offset > 0 {
            // A first request asks for the whole, whose answer alone has the whole's checksum; it is left when enough came.
            let last = from
                .end
                .map_or(String::new(), |end| end.saturating_sub(1).to_string());
            request
                .headers
                .push(("range".to_owned(), format!("bytes={}-{last}", from.offset)));
        } else if self.client.supports_checksum_mode() {
            request
                .headers
                .push(("x-amz-checksum-mode".to_owned(), "ENABLED".to_owned()));
        }
        let earlier = from.unchanged.as_ref();
        if let Some(etag) = earlier.and_then(|info| info.etag.as_ref())
            && !is_weak(etag)
        {
            request
                .headers
                .push(("if-match".to_owned(), format!("\"{etag}\"")));
        }
        let mut answer = self
            .client
            .send(&request, &[200, 206, 416], RequestPurpose::Work)
            .map_err(|error| match error.kind() {
                Kind::Precondition if earlier.is_some() => changed(),
                _ => error,
            })?;
        if answer.status() == 416 {
            return nothing_left(from);
        }
        check_version(&answer, self.client.version_id())?;
        let (start, size) = extent(&answer)?;
        let info = info(&answer, size)?;
        if earlier.is_some_and(|earlier| earlier.etag != info.etag || earlier.size != info.size) {
            return Err(changed());
        }
        let skip = from.offset.checked_sub(start).ok_or_else(|| {
            Error::new(
                Kind::Remote,
                format!(
                    "the store sent bytes from {start} on instead of from {}",
                    from.offset
                ),
            )
        })?;
        sink.begin(&info)?;
        let end = from.end.unwrap_or(size).min(size);
        let wanted = end.saturating_sub(from.offset);
        let more = length(&answer)?.saturating_sub(end.saturating_sub(start));
        self.push(&mut answer, skip, (wanted, more), sink)?;
        Ok(info)
    }

    /// Passes `left` bytes of the body on, after leaving out `skip` of them, and then as many of the `more` that follow as
    /// are wanted.
    fn push(
        &self,
        answer: &mut S3Response,
        mut skip: u64,
        (mut left, mut more): (u64, u64),
        sink: &mut dyn Sink,
    ) -> Result<()> {
        let mut body = answer.reader();
        let mut unwanted = if skip > 0 { vec![0; CHUNK] } else { Vec::new() };
        while skip > 0 {
            let want = unwanted.len().min(usize::try_from(skip).unwrap_or(CHUNK));
            match body
                .read(&mut unwanted[..want])
                .map_err(|error| self.client.body_error(&error))?
            {
                0 => return Err(ended_early(skip + left)),
                len => skip -= len as u64,
            }
        }
        loop {
            if left == 0 {
                left = if more > 0 {
                    sink.further().min(more)
                } else {
                    0
                };
                more -= left;
            }
            if left == 0 {
                break;
            }
            let room = sink.room();
            let want = room.len().min(usize::try_from(left).unwrap_or(usize::MAX));
            match body
                .read(&mut room[..want])
                .map_err(|error| self.client.body_error(&error))?
            {
                0 => return Err(ended_early(left)),
                len => {
                    sink.filled(len)?;
                    left -= len as u64;
                }
            }
        }
        if more > 0 {
            // Whoever wanted no more than this gives the connection up.
            return Ok(());
        }
        // The end is read too: only then is the connection free for the next request.
        match body
            .read(&mut [0; 1])
            .map_err(|error| self.client.body_error(&error))?
        {
            0 => Ok(()),
            _ => Err(Error::new(
                Kind::Integrity,
                "the store sent more bytes than it announced",
            )),
        }
    }
}

fn ended_early(missing: u64) -> Error {
    Error::new(
        Kind::Disconnected,
        format!("the connection ended {missing} bytes early"),
    )
}

/// The store has no bytes from `from.offset` on: all have come already, or it is another blob now.
fn nothing_left(from: &From) -> Result<BlobInfo> {
    match &from.unchanged {
        Some(earlier) if earlier.size == from.offset => Ok(earlier.clone()),
        Some(_) => Err(changed()),
        None => Err(Error::new(
            Kind::Remote,
            format!("the blob has no bytes from {} on", from.offset),
        )),
    }
}

/// First byte and size of the whole blob. Some servers answer 200 to a range and have the range right all the same.
fn extent(answer: &S3Response) -> Result<(u64, u64)> {
    let length = length(answer)?;
    match (answer.status(), answer.header("content-range")) {
        (200, None) => Ok((0, length)),
        (_, Some(range)) => content_range(range)
            .filter(|(start, end, size)| {
                end.checked_sub(*start) == length.checked_sub(1) && end < size
            })
            .map(|(start, _, size)| (start, size))
            .ok_or_else(|| {
                Error::new(
                    Kind::Remote,
                    format!(
                        "the answer's range `{}` makes no sense",
                        crate::error::printable(range)
                    ),
                )
            }),
        (_, None) => Err(Error::new(
            Kind::Remote,
            "the answer to a range does not say which one it is",
        )),
    }
}

/// `bytes 5-9/20`: first byte, last byte, size.
fn content_range(text: &str) -> Option<(u64, u64, u64)> {
    let (range, size) = text.trim().strip_prefix("bytes ")?.split_once('/')?;
    let (start, end) = range.split_once('-')?;
    Some((
        start.trim().parse().ok()?,
        end.trim().parse().ok()?,
        size.trim().parse().ok()?,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::types::Asked;

    #[test]
    fn a_blob_that_came_whole_is_not_missed() {
        let from = |offset, size: Option<u64>| From {
            offset,
            end: None,
            unchanged: size.map(|size| BlobInfo {
                size,
                ..BlobInfo::default()
            }),
            digest: Asked::No,
        };
        assert_eq!(nothing_left(&from(5, Some(5))).unwrap().size, 5);
        let error = |offset, size| nothing_left(&from(offset, size)).unwrap_err().kind();
        assert_eq!(error(5, Some(9)), Kind::Integrity);
        assert_eq!(error(5, None), Kind::Remote);
    }

    #[test]
    fn ranges_are_understood_or_refused() {
        assert_eq!(content_range("bytes 5-9/20"), Some((5, 9, 20)));
        for text in [
            "",
            "bytes */0",
            "bytes 5-9/*",
            "items 0-1/2",
            "bytes -1-2/3",
            "bytes 1-99999999999999999999/3",
        ] {
            assert_eq!(content_range(text), None, "{text}");
        }
    }
}
