//! A connection to the server, for commands or for data, protected or not.

use std::io;
use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::Duration;

use ftp::TlsStream;

use super::tls::Protected;

/// How long the server's end of an upload's data connection is waited for.
const FAREWELL: Duration = Duration::from_secs(1);

/// A connection.
#[derive(Debug)]
pub enum Wire {
    /// In the clear.
    Plain(TcpStream),
    /// Behind TLS, which says good-bye when it is dropped.
    Tls(Box<Protected>),
}

impl Wire {
    /// The socket below.
    pub fn socket(&self) -> &TcpStream {
        match self {
            Self::Plain(socket) => socket,
            Self::Tls(tls) => tls.get_ref(),
        }
    }

    /// Closes what was read only.
    pub fn close(self) {
        drop(self);
    }

    /// Closes what was written to. Behind TLS the server may have sent something that nobody read, such as tickets of
    /// TLS 1.3: closing the socket on it would reset the connection before the last bytes have arrived.
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

/// Best effort: whether all bytes have arrived is for the final reply and SIZE to say.
fn drain(mut socket: &TcpStream) {
    let ready =
        socket.shutdown(Shutdown::Write).is_ok() && socket.set_read_timeout(Some(FAREWELL)).is_ok();
    let mut room = [0; 1024];
    let mut most = 16;
    while ready && most > 0 && matches!(socket.read(&mut room), Ok(n) if n > 0) {
        most -= 1;
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
