//! Tunnels through an HTTP proxy (CONNECT; RFC 9110, section 9.3.6) or a SOCKS 5 proxy.
//!
//! ureq's own connector reports every failure as one of the endpoint, and the status of a refusal only as text.

use std::fmt;
use std::io::{Read, Write};
use std::net::SocketAddr;

use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::transport::{
    Buffers, ConnectionDetails, Connector, Either, NextTimeout, Transport, TransportAdapter,
};
use ureq::{Error, Proxy, ProxyProtocol};

use super::USER_AGENT;
use super::socks5::{self, SocksProblem, SocksTarget};
use crate::digest::base64;
use crate::error::printable;

/// The longest head of a response to CONNECT, in bytes.
const LONGEST_HEAD: usize = 16 << 10;

/// A failure on the way to the proxy, or of the proxy.
#[derive(Debug)]
pub struct ProxyError {
    /// The URL of the proxy, without user name and password; escaped.
    pub proxy: String,
    /// The presence of a user name or password in the setting.
    pub login: ProxyLogin,
    /// The failure.
    pub problem: ProxyProblem,
}

/// The login in a proxy's URL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProxyLogin {
    /// It is sent to the proxy.
    Given,
    /// There is none.
    Missing,
}

/// The kinds of failures.
#[derive(Debug)]
pub enum ProxyProblem {
    /// No connection to the proxy, or it broke.
    Unreachable(Error),
    /// The proxy answered CONNECT with this status.
    Refused(u16),
    /// The response is not HTTP.
    NotHttp,
    /// A SOCKS proxy did not connect.
    Socks(SocksProblem),
}

impl fmt::Display for ProxyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the proxy {} failed", self.proxy)
    }
}

impl std::error::Error for ProxyError {}

/// Opens tunnels if the agent has a proxy.
#[derive(Debug)]
pub(super) struct TunnelConnector {
    /// The agent's configuration without the proxy, for the connection to the proxy itself.
    pub(super) direct: Config,
}

impl<In: Transport> Connector<In> for TunnelConnector {
    type Out = Either<In, Box<dyn Transport>>;

    fn connect(
        &self,
        details: &ConnectionDetails,
        chained: Option<In>,
    ) -> Result<Option<Self::Out>, Error> {
        if let Some(transport) = chained {
            return Ok(Some(Either::A(transport)));
        }
        let Some(proxy) = details.config.proxy() else {
            return Ok(None);
        };
        match self.open(details, proxy) {
            Ok(tunnel) => Ok(Some(Either::B(tunnel))),
            Err(problem) => Err(Error::Io(std::io::Error::other(ProxyError {
                proxy: shown(proxy),
                login: match (proxy.username(), proxy.password()) {
                    (None, None) => ProxyLogin::Missing,
                    _ => ProxyLogin::Given,
                },
                problem,
            }))),
        }
    }
}

impl TunnelConnector {
    fn open(
        &self,
        details: &ConnectionDetails,
        proxy: &Proxy,
    ) -> Result<Box<dyn Transport>, ProxyProblem> {
        let transport = self.connect_to_proxy(details, proxy);
        let mut stream = TransportAdapter::new(
            transport.map_err(ProxyProblem::Unreachable)?,
            details.current_time.clone(),
        );
        stream.set_timeout(details.timeout);
        match proxy.protocol() {
            ProxyProtocol::Http | ProxyProtocol::Https => {
                open_http(&mut stream, details.uri, proxy)?;
            }
            _ => open_socks(&mut stream, details, proxy)?,
        }
        Ok(Tunnel(stream.into_inner()).boxed())
    }

    fn connect_to_proxy(
        &self,
        details: &ConnectionDetails,
        proxy: &Proxy,
    ) -> Result<Box<dyn Transport>, Error> {
        let addrs = details
            .resolver
            .resolve(proxy.uri(), &self.direct, details.timeout)?;
        (details.run_connector)(&ConnectionDetails {
            uri: proxy.uri(),
            addrs,
            config: &self.direct,
            request_level: details.request_level,
            resolver: details.resolver,
            now: details.now,
            timeout: details.timeout,
            current_time: details.current_time.clone(),
            run_connector: details.run_connector.clone(),
            register_shutdown: details.register_shutdown.clone(),
        })
    }
}

fn broken(error: std::io::Error) -> ProxyProblem {
    ProxyProblem::Unreachable(Error::from(error))
}

fn open_http(
    stream: &mut (impl Read + Write),
    target: &Uri,
    proxy: &Proxy,
) -> Result<(), ProxyProblem> {
    stream
        .write_all(request(target, proxy).as_bytes())
        .map_err(broken)?;
    let head = read_head(stream).map_err(broken)?;
    match status(&head) {
        Some(200..=299) => Ok(()),
        Some(status) => Err(ProxyProblem::Refused(status)),
        None => Err(ProxyProblem::NotHttp),
    }
}

fn open_socks(
    stream: &mut (impl Read + Write),
    details: &ConnectionDetails,
    proxy: &Proxy,
) -> Result<(), ProxyProblem> {
    let login = match (proxy.username(), proxy.password()) {
        (None, None) => None,
        (user, password) => Some((user.unwrap_or(""), password.unwrap_or(""))),
    };
    let (host, port) = host_and_port(details.uri);
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    // `socks5` resolves the name here, `socks5h` leaves it to the proxy.
    let target = match (details.addrs.first(), bare.parse()) {
        (Some(address), _) => SocksTarget::Address(*address),
        (None, Ok(ip)) => SocksTarget::Address(SocketAddr::new(ip, port)),
        (None, Err(_)) => SocksTarget::Name(host.to_owned(), port),
    };
    socks5::connect(stream, &target, login).map_err(|problem| match problem {
        SocksProblem::Broken(error) => broken(error),
        problem => ProxyProblem::Socks(problem),
    })
}

/// The proxy's URL without user name and password.
fn shown(proxy: &Proxy) -> String {
    let scheme = match proxy.protocol() {
        ProxyProtocol::Https => "https",
        ProxyProtocol::Socks5 => "socks5",
        ProxyProtocol::Socks5h => "socks5h",
        _ => "http",
    };
    printable(&format!("{scheme}://{}:{}", proxy.host(), proxy.port()))
}

/// The CONNECT request for the host and port of `target`.
fn request(target: &Uri, proxy: &Proxy) -> String {
    let (host, port) = host_and_port(target);
    let login = match (proxy.username(), proxy.password()) {
        (None, None) => String::new(),
        (user, password) => {
            let login = format!("{}:{}", user.unwrap_or(""), password.unwrap_or(""));
            let login = base64(login.as_bytes());
            format!("Proxy-Authorization: Basic {login}\r\n")
        }
    };
    format!(
        "CONNECT {host}:{port} HTTP/1.1\r\nHost: {host}:{port}\r\nUser-Agent: {USER_AGENT}\r\nProxy-Connection: Keep-Alive\r\n{login}\r\n"
    )
}

fn host_and_port(target: &Uri) -> (&str, u16) {
    let default_port = match target.scheme_str() {
        Some("http") => 80,
        _ => 443,
    };
    let port = target.port_u16().unwrap_or(default_port);
    (target.host().unwrap_or(""), port)
}

/// Reads the head of the response, and nothing of what follows it. A head that is too long or breaks off is returned as far
/// as it came.
fn read_head(stream: &mut impl Read) -> std::io::Result<Vec<u8>> {
    let mut head = Vec::new();
    let mut byte = [0];
    while head.len() < LONGEST_HEAD && !head.ends_with(b"\r\n\r\n") {
        if stream.read(&mut byte)? == 0 {
            if head.is_empty() {
                return Err(std::io::ErrorKind::UnexpectedEof.into());
            }
            break;
        }
        head.push(byte[0]);
    }
    Ok(head)
}

/// The status of a whole head: `HTTP/1.1 200 Connection established`.
fn status(head: &[u8]) -> Option<u16> {
    let line = head.strip_suffix(b"\r\n\r\n")?.split(|byte| *byte == b'\r');
    let line = std::str::from_utf8(line.take(1).next()?).ok()?;
    let mut words = line.split(' ');
    words
        .next()
        .filter(|version| version.starts_with("HTTP/1."))?;
    let status = words.next().filter(|digits| digits.len() == 3)?;
    status.parse().ok().filter(|status| *status >= 100)
}

/// A connection to the target. TLS to the proxy is not TLS to the target.
#[derive(Debug)]
struct Tunnel(Box<dyn Transport>);

impl Transport for Tunnel {
    fn buffers(&mut self) -> &mut dyn Buffers {
        self.0.buffers()
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), Error> {
        self.0.transmit_output(amount, timeout)
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, Error> {
        self.0.await_input(timeout)
    }

    fn is_open(&mut self) -> bool {
        self.0.is_open()
    }

    fn is_tls(&self) -> bool {
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_status_is_that_of_a_whole_head() {
        for (head, expected) in [
            ("HTTP/1.1 200 Connection established\r\n\r\n", Some(200)),
            (
                "HTTP/1.0 407 x\r\nProxy-Authenticate: Basic\r\n\r\n",
                Some(407),
            ),
            ("HTTP/1.1 200\r\n\r\n", Some(200)),
            ("HTTP/1.1 200 OK\r\n", None),
            ("HTTP/2 200\r\n\r\n", None),
            ("HTTP/1.1 2000 x\r\n\r\n", None),
            ("HTTP/1.1 020 x\r\n\r\n", None),
            ("SSH-2.0-x\r\n\r\n", None),
            ("\r\n\r\n", None),
            ("", None),
        ] {
            assert_eq!(status(head.as_bytes()), expected, "{head}");
        }
    }
}
