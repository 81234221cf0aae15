//! A control or data connection, in the clear or protected by TLS.

use std::io;
use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::Duration;

use ftp::TlsStream;

use super::tls::Protected;

/// The time to wait until the server closes the data connection of an upload.
const CLOSE_WAIT: Duration = Duration::from_secs(1);

/// A connection.
#[derive(Debug)]
pub enum Wire {
    /// In the clear.
    Plain(TcpStream),
    /// Protected by TLS, which sends close_notify when dropped.
    Tls(Box<Protected>),
}

impl Wire {
    /// The underlying socket.
    pub fn socket(&self) -> &TcpStream {
        match self {
            Self::Plain(socket) => socket,
            Self::Tls(tls) => tls.get_ref(),
        }
    }

    /// The TLS connection; `None` in the clear.
    pub fn tls(&mut self) -> Option<&rustls::ClientConnection> {
        match self {
            Self::Plain(_) => None,
            Self::Tls(tls) => Some(&tls.mut_ref().conn),
        }
    }

    /// Closes a connection that was only read.
    pub fn close(self) {
        drop(self);
    }

    /// Closes a connection that was written to. Under TLS there may be unread bytes such as TLS 1.3 tickets: closing the
    /// socket would then reset the connection before the last bytes have arrived.
    pub fn close_written(self) {
        let copy = match &self {
            Self::Plain(_) => None,
            Self::Tls(tls) => tls.get_ref().try_clone().ok(),
        };
        drop(self);
        if let Some(socket) = copy {
            drain(&socket);
        }
    }
}

/// Best effort: the final reply and SIZE show whether all bytes have arrived.
fn drain(mut socket: &TcpStream) {
    let ready = socket.shutdown(Shutdown::Write).is_ok()
        && socket.set_read_timeout(Some(CLOSE_WAIT)).is_ok();
    let mut room = [0; 1024];
    let mut reads_left = 16;
    while ready && reads_left > 0 && matches!(socket.read(&mut room), Ok(n) if n > 0) {
        reads_left -= 1;
    }
}

impl Read for Wire {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(socket) => socket.read(buf),
            Self::Tls(tls) => tls.mut_ref().read(buf),
        }
    }
}

impl Write for Wire {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        match self {
            Self::Plain(socket) => socket.write(buf),
            Self::Tls(tls) => tls.mut_ref().write(buf),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Plain(socket) => socket.flush(),
            Self::Tls(tls) => tls.mut_ref().flush(),
        }
    }
}
