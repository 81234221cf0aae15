//! The local end of connections: the source address, and the ports for active mode.

use std::io;
use std::net::{IpAddr, SocketAddr, TcpListener, TcpStream};
use std::str::FromStr;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::net::{AddressFamily, SocketFlags, SocketType, sockopt};

/// A range of ports, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ports {
    first: u16,
    last: u16,
}

impl FromStr for Ports {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let port = |text: &str| text.trim().parse().ok().filter(|port| *port > 0);
        let (first, last) = text.split_once('-').unwrap_or((text, text));
        match (port(first), port(last)) {
            (Some(first), Some(last)) if first <= last => Ok(Self { first, last }),
            _ => Err(format!(
                "invalid port range `{text}`: expected something like 50000-50099, within 1 to 65535"
            )),
        }
    }
}

impl std::fmt::Display for Ports {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}-{}", self.first, self.last)
    }
}

impl Ports {
    /// All ports of the range in order, starting after `latest`.
    fn starting_after(self, latest: u16) -> impl Iterator<Item = u16> {
        let start = match latest {
            port if (self.first..self.last).contains(&port) => port + 1,
            _ => self.first,
        };
        (start..=self.last).chain(self.first..start)
    }
}

/// Parses a numeric address that a connection can be bound to.
pub fn parse_address(text: &str) -> Result<IpAddr, String> {
    let address = text.parse::<IpAddr>().ok();
    address
        .filter(|address| !address.is_unspecified() && !address.is_multicast())
        .ok_or_else(|| format!("invalid address `{text}`: expected an IP address of this machine"))
}

/// Listens on `here`, on any port or on the first free one of `ports` after `latest`: a server may be unable to connect to
/// the same port again at once. `None` if no port is free.
pub fn listen(here: IpAddr, ports: Option<Ports>, latest: u16) -> io::Result<Option<TcpListener>> {
    let Some(ports) = ports else {
        return TcpListener::bind((here, 0)).map(Some);
    };
    for port in ports.starting_after(latest) {
        match TcpListener::bind((here, port)) {
            Err(error) if error.kind() == io::ErrorKind::AddrInUse => {}
            other => return other.map(Some),
        }
    }
    Ok(None)
}

/// Connects within `wait`, bound to the address `here` if there is one.
pub fn connect(here: Option<IpAddr>, there: SocketAddr, wait: Duration) -> io::Result<TcpStream> {
    let Some(here) = here else {
        return TcpStream::connect_timeout(&there, wait);
    };
    let family = if here.is_ipv4() {
        AddressFamily::INET
    } else {
        AddressFamily::INET6
    };
    let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
    let socket = rustix::net::socket_with(family, SocketType::STREAM, flags, None)?;
    rustix::net::bind(&socket, &SocketAddr::new(here, 0))?;
    match rustix::net::connect(&socket, &there) {
        Ok(()) => {}
        Err(Errno::INPROGRESS) => {
            await_event(&mut [PollFd::new(&socket, PollFlags::OUT)], wait)?;
            sockopt::socket_error(&socket)??;
        }
        Err(error) => return Err(error.into()),
    }
    let socket = TcpStream::from(socket);
    socket.set_nonblocking(false)?;
    Ok(socket)
}

/// Waits for one of the events; fails with `TimedOut` after `wait`.
pub fn await_event(watched: &mut [PollFd<'_>], wait: Duration) -> io::Result<()> {
    let end = Instant::now() + wait;
    loop {
        let left = end.saturating_duration_since(Instant::now());
        match poll(watched, Timespec::try_from(left).ok().as_ref()) {
            Ok(0) => return Err(io::ErrorKind::TimedOut.into()),
            Ok(_) => return Ok(()),
            Err(Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn port_ranges_are_validated() {
        let range = |first, last| Ok(Ports { first, last });
        assert_eq!("50000-50099".parse(), range(50000, 50099));
        assert_eq!("1 - 65535".parse(), range(1, 65535));
        assert_eq!("2121".parse(), range(2121, 2121));
        for text in ["", "-", "0-5", "9-8", "1-65536", "a-b", "1-2-3", "5-"] {
            assert!(text.parse::<Ports>().is_err(), "{text}");
        }
    }

    #[test]
    fn every_port_of_a_range_is_tried_once_starting_after_the_latest() {
        let ports: Ports = "65533-65535".parse().unwrap();
        let all = |latest| ports.starting_after(latest).collect::<Vec<u16>>();
        assert_eq!(all(0), [65533, 65534, 65535]);
        assert_eq!(all(65533), [65534, 65535, 65533]);
        assert_eq!(all(65534), [65535, 65533, 65534]);
        assert_eq!(all(65535), [65533, 65534, 65535]);
        let wide: Ports = "1-65535".parse().unwrap();
        assert_eq!(wide.starting_after(7).count(), 65535);
    }

    #[test]
    fn addresses_are_numeric_and_can_be_bound_to() {
        assert!(parse_address("127.0.0.1").is_ok());
        assert!(parse_address("::1").is_ok());
        for text in ["", "0.0.0.0", "::", "224.0.0.1", "localhost", "1.2.3"] {
            assert!(parse_address(text).is_err(), "{text}");
        }
    }
}
