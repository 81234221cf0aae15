//! Active mode: we listen, and the server connects to us (PORT, EPRT).

use std::io;
use std::net::{IpAddr, SocketAddr, TcpListener, TcpStream};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags};

use super::reply::Reply;
use super::session::{Session, State};
use super::socket;
use super::socket::Ports;
use crate::error::{Error, Kind, Result};

/// How long it takes at most to notice that the run shall stop.
const CANCEL_CHECK_INTERVAL: Duration = Duration::from_millis(200);

/// A port that waits for the server.
pub struct Listener(TcpListener);

impl Session {
    /// Opens a port and tells the server of it.
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
            _ => Err(does_not_connect_back(&reply)),
        }
    }

    /// The connection of the server, and of nobody else, within the time for connecting.
    pub(super) fn accept(&mut self, listener: &Listener) -> Result<TcpStream> {
        let accepted = self.wait_for_server(&listener.0);
        if accepted.is_err() {
            self.state = State::Broken;
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
                return Err(Error::new(Kind::Disconnected, text)
                    .hint("with a firewall or NAT in between, use `mode = \"passive\"`"));
            }
            match listener.accept() {
                Ok((socket, from)) if from.ip().to_canonical() == server.to_canonical() => {
                    socket.set_nonblocking(false).map_err(failed)?;
                    return Ok(socket);
                }
                Ok((_, from)) => {
                    self.trace("!", &format!("{} is not the server: refused", from.ip()));
                    continue;
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(failed(error)),
            }
            if self.control.refuses() {
                let reply = self.control.reply();
                let reply = self.accept_reply(reply, "no answer to the transfer")?;
                return Err(does_not_connect_back(&reply));
            }
            let somebody = PollFd::new(listener, PollFlags::IN);
            match socket::await_event(&mut [somebody], left.min(CANCEL_CHECK_INTERVAL)) {
                Err(error) if error.kind() != io::ErrorKind::TimedOut => return Err(failed(error)),
                _ => {}
            }
        }
    }
}

fn no_free_port(ports: Option<Ports>) -> Error {
    let ports = ports.map_or_else(|| "all".to_owned(), |ports| ports.to_string());
    let text = format!("no local port of {ports} is free for the server to connect to");
    Error::new(Kind::Disconnected, text)
        .hint("widen `active_ports` (--ftp-active-ports): each of --jobs needs one")
}

/// The refusal to connect to us, or the failure to.
pub(super) fn does_not_connect_back(reply: &Reply) -> Error {
    reply
        .error(Kind::Remote, "the server does not connect back")
        .hint("use `mode = \"passive\"` (--ftp-mode passive)")
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
