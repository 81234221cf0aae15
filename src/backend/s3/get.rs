//! GET: the bytes of a blob, from any offset to any other, all of one version.

use std::io::Read;

use super::bucket::S3;
use super::client::{Client, Request, RequestPurpose, S3Response};
use super::etag::is_weak;
use super::response_headers::{check_version, info, length};
use crate::error::{Error, Kind, Result, changed};
use crate::io::payload::CHUNK;
use crate::key::Key;
use crate::store::download::{Download, DownloadBody};
use crate::store::types::{GetOptions, ObjectMeta};

/// The last byte that a request may name: servers read it into a signed number, and reject larger ones.
const LAST_BYTE: u64 = i64::MAX as u64 - 1;

impl S3 {
    /// See [`crate::store::Store::get`].
    pub(super) fn download(&self, key: &Key, options: &GetOptions<'_>) -> Result<Download<'_>> {
        let answer = self
            .client
            .send(
                &self.get_request(key, options),
                &[200, 206, 416],
                RequestPurpose::Work,
            )
            .map_err(|error| match error.kind() {
                Kind::Precondition if options.if_unchanged.is_some() => changed(),
                _ => error,
            })?;
        if answer.status() == 416 {
            return nothing_left(options).map(Download::empty);
        }
        check_version(&answer, self.client.version_id())?;
        let (start, size) = extent(&answer)?;
        let info = info(&answer, size)?;
        if options
            .if_unchanged
            .is_some_and(|earlier| earlier.etag != info.etag || earlier.size != info.size)
        {
            return Err(changed());
        }
        let skip = options.offset.checked_sub(start).ok_or_else(|| {
            Error::new(
                Kind::Remote,
                format!(
                    "the store sent bytes from {start} on instead of from {}",
                    options.offset
                ),
            )
        })?;
        let end = options.end.unwrap_or(size).min(size);
        let announced = length(&answer)?;
        let body = GetBody {
            client: &self.client,
            skip,
            left: end.saturating_sub(options.offset),
            unwanted: announced.saturating_sub(end.saturating_sub(start)),
            reader: answer.into_reader(),
        };
        Ok(Download::new(info, body))
    }

    fn get_request<'k>(&self, key: &'k Key, options: &GetOptions<'_>) -> Request<'k> {
        let mut request = self.object_request("GET", key);
        let mut header = |name: &str, value| request.headers.push((name.to_owned(), value));
        if options.offset > 0 || options.end.is_some() {
            let last = options.end.map_or(String::new(), |end| {
                end.saturating_sub(1).min(LAST_BYTE).to_string()
            });
            header("range", format!("bytes={}-{last}", options.offset));
        } else if self.client.supports_checksum_mode() {
            // Only the answer to a request for the whole blob has the whole blob's checksum.
            header("x-amz-checksum-mode", "ENABLED".to_owned());
        }
        let etag = options.if_unchanged.and_then(|info| info.etag.as_ref());
        if let Some(etag) = etag.filter(|etag| !is_weak(etag)) {
            header("if-match", format!("\"{etag}\""));
        }
        request
    }
}

/// The body of a response, all lengths in bytes.
struct GetBody<'a, R> {
    client: &'a Client,
    reader: R,
    /// Before the requested range, because the service ignored the header `Range`.
    skip: u64,
    /// In the requested range.
    left: u64,
    /// After the requested range, for the same reason.
    unwanted: u64,
}

impl<R: Read> GetBody<'_, R> {
    fn read_some(&mut self, buf: &mut [u8]) -> Result<usize> {
        match self.reader.read(buf) {
            Ok(0) => Err(ended_early(self.skip + self.left)),
            Ok(len) => Ok(len),
            Err(error) => Err(self.client.body_error(&error)),
        }
    }

    fn skip_to_range(&mut self) -> Result<()> {
        let mut unwanted = vec![0; CHUNK];
        while self.skip > 0 {
            let want = CHUNK.min(usize::try_from(self.skip).unwrap_or(CHUNK));
            self.skip -= self.read_some(&mut unwanted[..want])? as u64;
        }
        Ok(())
    }
}

impl<R: Read> DownloadBody for GetBody<'_, R> {
    fn read(&mut self, buf: &mut [u8]) -> Result<usize> {
        if self.skip > 0 {
            self.skip_to_range()?;
        }
        let want = buf
            .len()
            .min(usize::try_from(self.left).unwrap_or(usize::MAX));
        if want == 0 {
            return Ok(0);
        }
        let len = self.read_some(&mut buf[..want])?;
        self.left -= len as u64;
        Ok(len)
    }

    fn finish(mut self: Box<Self>) -> Result<()> {
        if self.left > 0 {
            return Err(ended_early(self.left));
        }
        if self.unwanted > 0 {
            // Reading what follows costs more than another connection.
            return Ok(());
        }
        // The connection is free for the next request only after the end has been read.
        match self.reader.read(&mut [0; 1]) {
            Ok(0) => Ok(()),
            Ok(_) => Err(Error::new(
                Kind::Integrity,
                "the store sent more bytes than it announced",
            )),
            Err(error) => Err(self.client.body_error(&error)),
        }
    }
}

fn ended_early(missing: u64) -> Error {
    Error::new(
        Kind::Disconnected,
        format!("the connection ended {missing} bytes early"),
    )
}

/// The store has no bytes at the offset: either all have been downloaded already, or the blob has changed.
fn nothing_left(options: &GetOptions<'_>) -> Result<ObjectMeta> {
    match options.if_unchanged {
        Some(earlier) if earlier.size == options.offset => Ok(earlier.clone()),
        Some(_) => Err(changed()),
        None => Err(Error::out_of_range(options.offset)),
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

    #[test]
    fn a_blob_that_came_whole_is_not_missed() {
        let found = |offset, size: Option<u64>| {
            let earlier = size.map(|size| ObjectMeta {
                size,
                ..ObjectMeta::default()
            });
            nothing_left(&GetOptions {
                offset,
                if_unchanged: earlier.as_ref(),
                ..GetOptions::default()
            })
        };
        assert_eq!(found(5, Some(5)).unwrap().size, 5);
        let error = |offset, size| found(offset, size).unwrap_err().kind();
        assert_eq!(error(5, Some(9)), Kind::Integrity);
        assert_eq!(error(5, None), Kind::Usage);
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
