//! The greeting: the only reply of a server that answers nothing.

use std::io::{self, Read};
use std::net::TcpStream;

use rustix::net::RecvFlags;

/// A greeting is shorter, in bytes.
const LONGEST_GREETING: usize = 64 << 10;

/// Reads the greeting as RFC 959 has it (a reply ends at the line with its own code and a blank), except the last line.
pub fn skip_to_last_line(mut socket: &TcpStream) -> io::Result<()> {
    let mut opening: Option<[u8; 3]> = None;
    let mut total = 0;
    loop {
        let mut start = [0; 4];
        let flags = RecvFlags::PEEK | RecvFlags::WAITALL;
        let (_, n) = rustix::net::recv(socket, &mut start, flags)?;
        if n < 4 {
            // Too short for a reply, or the end: the crate finds the words for it.
            return Ok(());
        }
        let code = [start[0], start[1], start[2]];
        let ends = start[3] == b' ' && opening.is_none_or(|first| first == code);
        if ends && &code != b"120" {
            return Ok(());
        }
        if opening.is_none() && start[3] != b'-' && !ends {
            return Ok(());
        }
        opening = if ends { None } else { opening.or(Some(code)) };
        let mut byte = [0];
        while byte[0] != b'\n' {
            if socket.read(&mut byte)? == 0 {
                return Ok(());
            }
            total += 1;
            if total > LONGEST_GREETING {
                return Err(io::Error::new(
                    io::ErrorKind::InvalidData,
                    "the greeting does not end",
                ));
            }
        }
    }
}
