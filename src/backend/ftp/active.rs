//! Active mode: blobctl listens, and the server connects to it (PORT, EPRT).

use std::io;
use std::net::{IpAddr, SocketAddr, TcpListener, TcpStream};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags};

use super::reply::Reply;
use super::session::{FtpSession, SessionState};
use super::socket;
use super::socket::Ports;
use crate::error::{Error, Kind, Result};

/// The maximum delay before a cancellation is noticed.
const CANCEL_CHECK_INTERVAL: Duration = Duration::from_millis(200);

/// A port that the server is to connect to.
pub struct Listener(TcpListener);

impl FtpSession {
    /// Opens a port and announces it to the server.
    pub(super) fn listen(&mut self) -> Result<Listener> {
        let failed = |error: io::Error| Error::local("listen for the server", &error);
        let here = self.control.socket().local_addr().map_err(failed)?.ip();
        let ports = self.server.config.active_ports;
        let latest = self.server.facts().latest_port;
        let listener = socket::listen(here, ports, latest).map_err(failed)?;
        let listener = listener.ok_or_else(|| no_free_port(ports))?;
        listener.set_nonblocking(true).map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        self.server.facts().latest_port = address.port();
        let reply = self.ask(&command(address))?;
        match reply.code {
            200..=299 => Ok(Listener(listener)),
            400..=424 | 426..=499 => Err(reply.refusal()),
            _ => Err(connect_back_refused(&reply)),
        }
    }

    /// Accepts the server's connection within the connect timeout; connections from other addresses are refused.
    pub(super) fn accept(&mut self, listener: &Listener) -> Result<TcpStream> {
        let accepted = self.wait_for_server(&listener.0);
        if accepted.is_err() {
            self.state = SessionState::Broken;
        }
        accepted
    }

    fn wait_for_server(&mut self, listener: &TcpListener) -> Result<TcpStream> {
        let failed = |error: io::Error| Error::disconnected("wait for the server", &error);
        let server = self.control.socket().peer_addr().map_err(failed)?.ip();
        let end = Instant::now() + self.limits.within(self.limits.connect);
        loop {
            self.server.context.cancel.check()?;
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                let text = "the server did not connect back in time";
                return Err(Error::new(Kind::Disconnected, text).with_hint(
                    "behind a firewall or NAT, use `mode = \"passive\"` (--ftp-mode passive)",
                ));
            }
            match listener.accept() {
                Ok((socket, from)) if from.ip().to_canonical() == server.to_canonical() => {
                    socket.set_nonblocking(false).map_err(failed)?;
                    return Ok(socket);
                }
                Ok((_, from)) => {
                    self.trace(
                        "!",
                        &format!(
                            "refused a connection from {}, which is not the server",
                            from.ip()
                        ),
                    );
                    continue;
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(failed(error)),
            }
            if self.control.has_pending_refusal() {
                let reply = self.control.reply();
                let reply = self.accept_reply(reply, "no final reply for the transfer")?;
                return Err(connect_back_refused(&reply));
            }
            let connection = PollFd::new(listener, PollFlags::IN);
            match socket::await_event(&mut [connection], left.min(CANCEL_CHECK_INTERVAL)) {
                Err(error) if error.kind() != io::ErrorKind::TimedOut => return Err(failed(error)),
                _ => {}
            }
        }
    }
}

fn no_free_port(ports: Option<Ports>) -> Error {
    let ports = ports.map_or_else(|| "all".to_owned(), |ports| ports.to_string());
    let text = format!("no free local port in {ports} for the data connection");
    Error::new(Kind::Disconnected, text)
        .with_hint("widen `active_ports` (--ftp-active-ports): each of --jobs needs a port")
}

/// The error for a server that refuses or fails to connect to us.
pub(super) fn connect_back_refused(reply: &Reply) -> Error {
    reply
        .error(Kind::Remote, "the server does not connect back")
        .with_hint("use `mode = \"passive\"` (--ftp-mode passive)")
}

/// PORT for IPv4 (RFC 959), EPRT for IPv6 (RFC 2428).
fn command(address: SocketAddr) -> String {
    let port = address.port();
    match address.ip().to_canonical() {
        IpAddr::V4(ip) => {
            let [a, b, c, d] = ip.octets();
            format!("PORT {a},{b},{c},{d},{},{}", port >> 8, port & 255)
        }
        IpAddr::V6(ip) => format!("EPRT |2|{ip}|{port}|"),
    }
}
