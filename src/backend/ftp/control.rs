//! The control connection: lines out, replies in.
//!
//! A reply of several lines ends at the line that begins with its own code and a blank, and at no other one (RFC 959,
//! section 4.2): the lines between may begin with any three digits.

use std::io;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use rustix::net::RecvFlags;

use super::encoding::Encoding;
use super::reply::Reply;
use super::stream::Wire;

/// No line of a reply is longer, in bytes.
const MAX_LINE: usize = 64 << 10;

/// No reply is longer, in bytes.
const MAX_REPLY: usize = 256 << 10;

/// How long the rest of a reply is waited for after a line that another kind of server would end it with (glFTPd ends
/// 553 with 150): whoever has more to say says it at once.
const CONTINUATION_WAIT: Duration = Duration::from_secs(5);

/// Why there is no reply.
#[derive(Debug)]
pub enum ReplyError {
    /// The connection ended or stood still.
    Lost(io::Error),
    /// What came is none.
    Garbage(String),
}

/// A control connection.
#[derive(Debug)]
pub struct Control {
    wire: Wire,
    encoding: Encoding,
    /// What was read and belongs to no reply yet.
    ahead: Vec<u8>,
    wait: Duration,
}

impl Control {
    /// Nothing was said yet; `wait` is how long the socket waits for bytes.
    pub fn new(wire: Wire, encoding: Encoding, wait: Duration) -> Self {
        Self {
            wire,
            encoding,
            ahead: Vec::new(),
            wait,
        }
    }

    /// Protected from now on. What came in the clear after the last reply is forgotten: behind TLS it would be taken for
    /// the server's word (CVE-2011-0411).
    pub fn protect<E>(self, protect: impl FnOnce(TcpStream) -> Result<Wire, E>) -> Result<Self, E> {
        let wire = match self.wire {
            Wire::Plain(socket) => protect(socket)?,
            protected @ Wire::Tls(_) => protected,
        };
        Ok(Self::new(wire, self.encoding, self.wait))
    }

    /// The socket.
    pub fn socket(&self) -> &TcpStream {
        self.wire.socket()
    }

    /// Changes how long the socket waits for bytes.
    pub fn wait_at_most(&mut self, wait: Duration) -> io::Result<()> {
        self.wait = wait;
        self.socket().set_read_timeout(Some(wait))
    }

    /// Whether the server has said nothing unasked: neither a farewell nor the end of the connection.
    pub fn is_quiet(&self) -> bool {
        let flags = RecvFlags::PEEK | RecvFlags::DONTWAIT;
        let pending = rustix::net::recv(self.socket(), &mut [0; 1], flags);
        self.ahead.is_empty() && matches!(pending, Err(rustix::io::Errno::AGAIN))
    }

    /// Whether something was read that no command asked for.
    pub fn has_more(&self) -> bool {
        !self.ahead.is_empty()
    }

    /// Whether the server begins to say no, which is left to be read. Behind TLS nobody can tell.
    pub fn refuses(&self) -> bool {
        let Wire::Plain(socket) = &self.wire else {
            return false;
        };
        let flags = RecvFlags::PEEK | RecvFlags::DONTWAIT;
        let mut first = [b' '];
        let peeked = rustix::net::recv(socket, &mut first, flags);
        let code = self.ahead.first().copied().or(match peeked {
            Ok((_, 1)) => Some(first[0]),
            _ => None,
        });
        matches!(code, Some(b'4' | b'5'))
    }

    /// Sends a command. A line end in it would be a second command, so it is refused.
    pub fn send(&mut self, command: &str) -> io::Result<()> {
        let mut line = Vec::with_capacity(command.len() + 2);
        for byte in self.encoding.encode(command)? {
            if matches!(byte, b'\r' | b'\n' | 0) {
                let text = "a command cannot hold a line end";
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
        // Empty lines before a reply say nothing, and are counted.
        while line.trim_ascii().is_empty() && text.len() < MAX_LINE {
            text.extend(&line);
            line = self.line()?;
        }
        text = line.trim_ascii_start().to_vec();
        let Some(code) = code_of(&text) else {
            return Err(self.garbage(&text));
        };
        let mut end = text.get(3) != Some(&b'-');
        while !end {
            let foreign = code_of(&line).is_some_and(|other| other != code);
            line = if foreign && is_last(&line) {
                match self.line_at_once() {
                    Err(ReplyError::Lost(error)) if is_timeout(&error) => {
                        return Err(self.garbage(&text));
                    }
                    other => other?,
                }
            } else {
                self.line()?
            };
            if text.len() + line.len() > MAX_REPLY {
                return Err(ReplyError::Garbage("a reply that does not end".to_owned()));
            }
            end = code_of(&line) == Some(code) && is_last(&line);
            text.extend(&line);
        }
        Reply::read(&self.encoding.decode(&text)).ok_or_else(|| self.garbage(&text))
    }

    fn garbage(&self, text: &[u8]) -> ReplyError {
        ReplyError::Garbage(self.encoding.decode(text).into_owned())
    }

    fn line_at_once(&mut self) -> Result<Vec<u8>, ReplyError> {
        let usual = self.wait;
        let changed = self.wait_at_most(usual.min(CONTINUATION_WAIT));
        let line = changed.map_err(ReplyError::Lost).and_then(|()| self.line());
        self.wait_at_most(usual).map_err(ReplyError::Lost)?;
        line
    }

    /// The next line with its end.
    fn line(&mut self) -> Result<Vec<u8>, ReplyError> {
        let mut seen = 0;
        loop {
            if let Some(at) = self.ahead[seen..].iter().position(|byte| *byte == b'\n') {
                return Ok(self.ahead.drain(..=seen + at).collect());
            }
            seen = self.ahead.len();
            if seen > MAX_LINE {
                return Err(ReplyError::Garbage("a line that does not end".to_owned()));
            }
            let mut room = [0; 4096];
            match self.wire.read(&mut room) {
                Ok(0) => return Err(ReplyError::Lost(io::ErrorKind::UnexpectedEof.into())),
                Ok(n) => self.ahead.extend(&room[..n]),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(ReplyError::Lost(error)),
            }
        }
    }
}

/// The three digits that a line begins with.
fn code_of(line: &[u8]) -> Option<[u8; 3]> {
    let code: [u8; 3] = line.get(..3)?.try_into().ok()?;
    let ends = line.get(3).is_none_or(|byte| b" -\r\n".contains(byte));
    (ends && code.iter().all(u8::is_ascii_digit)).then_some(code)
}

/// Whether no other line follows, if the code is the reply's own one.
fn is_last(line: &[u8]) -> bool {
    line.get(3) != Some(&b'-')
}

fn is_timeout(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut
    )
}
