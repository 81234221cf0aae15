//! The control connection: sends commands, reads replies.
//!
//! A multi-line reply ends at the line that begins with the reply's own code and a space (RFC 959, section 4.2). The lines
//! in between may begin with any three digits.

use std::io;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use rustix::net::RecvFlags;

use super::encoding::Encoding;
use super::reply::Reply;
use super::stream::Wire;
use crate::secret::SecretMask;

/// The maximum length of a line in a reply, in bytes.
const MAX_LINE: usize = 64 << 10;

/// The maximum length of a reply, in bytes.
const MAX_REPLY: usize = 256 << 10;

/// The time to wait for the next line after a line that may be the last one, although it has another code than the reply
/// (glFTPd ends 553 with 150). Servers send all lines of a reply at once.
const CONTINUATION_WAIT: Duration = Duration::from_secs(5);

/// The reason why no reply could be read.
#[derive(Debug)]
pub enum ReplyError {
    /// The connection was closed or timed out.
    Lost(io::Error),
    /// The text is not an FTP reply.
    Malformed(String),
}

/// A control connection.
#[derive(Debug)]
pub struct Control {
    wire: Wire,
    encoding: Encoding,
    /// Bytes that were read and belong to no reply yet.
    buffer: Vec<u8>,
    wait: Duration,
    /// The secrets that the server may repeat.
    mask: SecretMask,
}

impl Control {
    /// Wraps a new connection; `wait` is the socket's read timeout.
    pub fn new(wire: Wire, encoding: Encoding, wait: Duration) -> Self {
        Self {
            wire,
            encoding,
            buffer: Vec::new(),
            wait,
            mask: SecretMask::default(),
        }
    }

    /// The same, hiding these secrets where replies are shown.
    #[must_use]
    pub fn with_mask(self, mask: SecretMask) -> Self {
        Self { mask, ..self }
    }

    /// Starts TLS. Bytes that arrived in the clear after the last reply are discarded, because they would be taken for
    /// protected ones (CVE-2011-0411).
    pub fn protect<E>(self, protect: impl FnOnce(TcpStream) -> Result<Wire, E>) -> Result<Self, E> {
        let wire = match self.wire {
            Wire::Plain(socket) => protect(socket)?,
            protected @ Wire::Tls(_) => protected,
        };
        Ok(Self::new(wire, self.encoding, self.wait).with_mask(self.mask))
    }

    /// The socket.
    pub fn socket(&self) -> &TcpStream {
        self.wire.socket()
    }

    /// The TLS connection; `None` in the clear.
    pub fn tls(&mut self) -> Option<&rustls::ClientConnection> {
        self.wire.tls()
    }

    /// Sets the socket's read timeout.
    pub fn wait_at_most(&mut self, wait: Duration) -> io::Result<()> {
        self.wait = wait;
        self.socket().set_read_timeout(Some(wait))
    }

    /// Returns true if nothing has arrived unasked: neither a reply nor the end of the connection.
    pub fn is_quiet(&self) -> bool {
        let flags = RecvFlags::PEEK | RecvFlags::DONTWAIT;
        let pending = rustix::net::recv(self.socket(), &mut [0; 1], flags);
        self.buffer.is_empty() && matches!(pending, Err(rustix::io::Errno::AGAIN))
    }

    /// Returns true if bytes were read that belong to no reply yet.
    pub fn has_unread(&self) -> bool {
        !self.buffer.is_empty()
    }

    /// Returns true if the next reply is a refusal, without reading it. Always false under TLS.
    pub fn has_pending_refusal(&self) -> bool {
        let Wire::Plain(socket) = &self.wire else {
            return false;
        };
        let flags = RecvFlags::PEEK | RecvFlags::DONTWAIT;
        let mut first = [b' '];
        let peeked = rustix::net::recv(socket, &mut first, flags);
        let code = self.buffer.first().copied().or(match peeked {
            Ok((_, 1)) => Some(first[0]),
            _ => None,
        });
        matches!(code, Some(b'4' | b'5'))
    }

    /// Sends a command. Line ends in it are rejected, because they would start a second command.
    pub fn send(&mut self, command: &str) -> io::Result<()> {
        let mut line = Vec::with_capacity(command.len() + 2);
        for byte in self.encoding.encode(command)? {
            if matches!(byte, b'\r' | b'\n' | 0) {
                let text = "a command must not contain a line end";
                return Err(io::Error::new(io::ErrorKind::InvalidInput, text));
            }
            line.push(byte);
            // Telnet's escape character (RFC 959, section 3.1.1.5.1).
            if byte == 0xff {
                line.push(byte);
            }
        }
        line.extend(b"\r\n");
        self.wire.write_all(&line)?;
        self.wire.flush()
    }

    /// Reads one reply.
    pub fn reply(&mut self) -> Result<Reply, ReplyError> {
        let mut text = Vec::new();
        let mut line = self.line()?;
        // Empty lines before a reply are skipped, and count towards its length.
        while line.trim_ascii().is_empty() && text.len() < MAX_LINE {
            text.extend(&line);
            line = self.line()?;
        }
        text = line.trim_ascii_start().to_vec();
        let Some(code) = code_of(&text) else {
            return Err(self.malformed(&text));
        };
        let mut end = text.get(3) != Some(&b'-');
        while !end {
            let has_other_code = code_of(&line).is_some_and(|other| other != code);
            line = if has_other_code && is_last(&line) {
                match self.line_within_continuation_wait() {
                    Err(ReplyError::Lost(error)) if is_timeout(&error) => {
                        return Err(self.malformed(&text));
                    }
                    other => other?,
                }
            } else {
                self.line()?
            };
            if text.len() + line.len() > MAX_REPLY {
                return Err(ReplyError::Malformed("a reply that is too long".to_owned()));
            }
            end = code_of(&line) == Some(code) && is_last(&line);
            text.extend(&line);
        }
        let reply = Reply::read(&self.encoding.decode(&text));
        let mut reply = reply.ok_or_else(|| self.malformed(&text))?;
        reply.mask = self.mask.clone();
        Ok(reply)
    }

    fn malformed(&self, text: &[u8]) -> ReplyError {
        ReplyError::Malformed(self.mask.apply(&self.encoding.decode(text)))
    }

    fn line_within_continuation_wait(&mut self) -> Result<Vec<u8>, ReplyError> {
        let usual = self.wait;
        let changed = self.wait_at_most(usual.min(CONTINUATION_WAIT));
        let line = changed.map_err(ReplyError::Lost).and_then(|()| self.line());
        self.wait_at_most(usual).map_err(ReplyError::Lost)?;
        line
    }

    /// The next line, with its line end.
    fn line(&mut self) -> Result<Vec<u8>, ReplyError> {
        let mut seen = 0;
        loop {
            if let Some(at) = self.buffer[seen..].iter().position(|byte| *byte == b'\n') {
                return Ok(self.buffer.drain(..=seen + at).collect());
            }
            seen = self.buffer.len();
            if seen > MAX_LINE {
                return Err(ReplyError::Malformed("a line that is too long".to_owned()));
            }
            let mut room = [0; 4096];
            match self.wire.read(&mut room) {
                Ok(0) => return Err(ReplyError::Lost(io::ErrorKind::UnexpectedEof.into())),
                Ok(n) => self.buffer.extend(&room[..n]),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(ReplyError::Lost(error)),
            }
        }
    }
}

/// The three digits at the beginning of a line.
fn code_of(line: &[u8]) -> Option<[u8; 3]> {
    let code: [u8; 3] = line.get(..3)?.try_into().ok()?;
    let ends = line.get(3).is_none_or(|byte| b" -\r\n".contains(byte));
    (ends && code.iter().all(u8::is_ascii_digit)).then_some(code)
}

/// Returns true if this line ends a reply, provided that it has the reply's code.
fn is_last(line: &[u8]) -> bool {
    line.get(3) != Some(&b'-')
}

fn is_timeout(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut
    )
}
