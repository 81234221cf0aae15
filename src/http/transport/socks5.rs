//! The client side of SOCKS 5: CONNECT, without a login or with user name and password (RFC 1928, RFC 1929).
//!
//! The connector of ureq reports every failure as one of the endpoint, and connects by sockets of its own.

use std::io;
use std::io::{Read, Write};
use std::net::{IpAddr, SocketAddr};

const VERSION: u8 = 5;
const NO_LOGIN: u8 = 0;
const PASSWORD: u8 = 2;
const CONNECT: u8 = 1;
const IPV4: u8 = 1;
const DOMAIN: u8 = 3;
const IPV6: u8 = 4;

/// The server that the proxy connects to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SocksTarget {
    /// An address, resolved here.
    Address(SocketAddr),
    /// A name, which the proxy resolves.
    Name(String, u16),
}

/// The failures of the proxy.
#[derive(Debug)]
pub enum SocksProblem {
    /// The connection broke.
    Broken(io::Error),
    /// The answer is not SOCKS 5.
    WrongProtocol,
    /// A login is required.
    LoginMissing,
    /// The login is wrong, or has an empty or too long part.
    LoginRejected,
    /// The proxy did not connect; the field REP of the reply.
    Refused(u8),
}

impl From<io::Error> for SocksProblem {
    fn from(error: io::Error) -> Self {
        Self::Broken(error)
    }
}

impl SocksProblem {
    /// The reason of a refusal. Source: RFC 1928, section 6.
    pub fn reason(reply: u8) -> &'static str {
        match reply {
            1 => "general failure",
            2 => "not allowed by its rules",
            3 => "network unreachable",
            4 => "host unreachable",
            5 => "connection refused",
            6 => "no answer in time",
            7 => "it does not support CONNECT",
            8 => "it does not support this kind of address",
            _ => "unknown reason",
        }
    }
}

/// Asks the proxy to connect. Afterwards the stream is one to the target.
pub fn connect(
    stream: &mut (impl Read + Write),
    target: &SocksTarget,
    login: Option<(&str, &str)>,
) -> Result<(), SocksProblem> {
    let methods: &[u8] = match login {
        Some(_) => &[VERSION, 2, NO_LOGIN, PASSWORD],
        None => &[VERSION, 1, NO_LOGIN],
    };
    stream.write_all(methods)?;
    match (read(stream)?, login) {
        ([VERSION, NO_LOGIN], _) => {}
        ([VERSION, PASSWORD], Some((user, password))) => log_in(stream, user, password)?,
        ([VERSION, 0xff], None) => return Err(SocksProblem::LoginMissing),
        ([VERSION, 0xff], Some(_)) => return Err(SocksProblem::LoginRejected),
        _ => return Err(SocksProblem::WrongProtocol),
    }
    stream.write_all(&request(target).ok_or(SocksProblem::Refused(8))?)?;
    read_reply(stream)
}

fn log_in(
    stream: &mut (impl Read + Write),
    user: &str,
    password: &str,
) -> Result<(), SocksProblem> {
    let mut message = vec![1];
    for part in [user, password] {
        let length = u8::try_from(part.len()).map_err(|_| SocksProblem::LoginRejected)?;
        message.push(length);
        message.extend_from_slice(part.as_bytes());
    }
    stream.write_all(&message)?;
    match read(stream)? {
        [_, 0] => Ok(()),
        [..] => Err(SocksProblem::LoginRejected),
    }
}

/// The request to connect; `None` if the name is too long for it.
fn request(target: &SocksTarget) -> Option<Vec<u8>> {
    let mut message = vec![VERSION, CONNECT, 0];
    let port = match target {
        SocksTarget::Address(address) => {
            match address.ip() {
                IpAddr::V4(ip) => {
                    message.push(IPV4);
                    message.extend_from_slice(&ip.octets());
                }
                IpAddr::V6(ip) => {
                    message.push(IPV6);
                    message.extend_from_slice(&ip.octets());
                }
            }
            address.port()
        }
        SocksTarget::Name(name, port) => {
            message.extend_from_slice(&[DOMAIN, u8::try_from(name.len()).ok()?]);
            message.extend_from_slice(name.as_bytes());
            *port
        }
    };
    message.extend_from_slice(&port.to_be_bytes());
    Some(message)
}

/// Reads the reply, and nothing of what follows it.
fn read_reply(stream: &mut impl Read) -> Result<(), SocksProblem> {
    let [version, reply, _, kind] = read(stream)?;
    if version != VERSION {
        return Err(SocksProblem::WrongProtocol);
    }
    if reply != 0 {
        return Err(SocksProblem::Refused(reply));
    }
    let length = match kind {
        IPV4 => 4,
        IPV6 => 16,
        DOMAIN => usize::from(read::<1>(stream)?[0]),
        _ => return Err(SocksProblem::WrongProtocol),
    };
    // The address and the port from which the proxy connects.
    let mut bound = [0; 255 + 2];
    stream.read_exact(&mut bound[..length + 2])?;
    Ok(())
}

fn read<const LENGTH: usize>(stream: &mut impl Read) -> io::Result<[u8; LENGTH]> {
    let mut bytes = [0; LENGTH];
    stream.read_exact(&mut bytes)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A proxy with these answers, and what was sent to it.
    struct Scripted<'a> {
        answers: &'a [u8],
        sent: Vec<u8>,
    }

    impl Read for Scripted<'_> {
        fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
            self.answers.read(buf)
        }
    }

    impl Write for Scripted<'_> {
        fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
            self.sent.write(buf)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn name() -> SocksTarget {
        SocksTarget::Name("s3.test".to_owned(), 443)
    }

    fn outcome(answers: &[u8], login: Option<(&str, &str)>) -> String {
        let mut proxy = Scripted {
            answers,
            sent: Vec::new(),
        };
        match connect(&mut proxy, &name(), login) {
            Ok(()) => format!("ok, {} left", proxy.answers.len()),
            Err(SocksProblem::Broken(error)) => error.kind().to_string(),
            Err(problem) => format!("{problem:?}"),
        }
    }

    #[test]
    fn the_messages_are_those_of_the_standards() {
        let mut proxy = Scripted {
            answers: &[5, 2, 1, 0, 5, 0, 0, 3, 1, b'p', 0, 1],
            sent: Vec::new(),
        };
        connect(&mut proxy, &name(), Some(("me", "pw"))).unwrap();
        let expected = b"\x05\x02\x00\x02\x01\x02me\x02pw\x05\x01\x00\x03\x07s3.test\x01\xbb";
        assert_eq!(proxy.sent, expected);
        let address = SocksTarget::Address("192.0.2.7:80".parse().unwrap());
        assert_eq!(
            request(&address).unwrap(),
            [5, 1, 0, 1, 192, 0, 2, 7, 0, 80]
        );
        let address = SocksTarget::Address("[::1]:80".parse().unwrap());
        assert_eq!(request(&address).unwrap().len(), 22);
        assert_eq!(request(&SocksTarget::Name("x".repeat(256), 1)), None);
    }

    #[test]
    fn nothing_of_the_target_is_read() {
        let ipv4 = [5, 0, 5, 0, 0, 1, 0, 0, 0, 0, 0, 0, b'H', b'i'];
        assert_eq!(outcome(&ipv4, None), "ok, 2 left");
        let mut ipv6 = vec![5, 0, 5, 0, 0, 4];
        ipv6.extend_from_slice(&[0; 19]);
        assert_eq!(outcome(&ipv6, None), "ok, 1 left");
    }

    #[test]
    fn each_refusal_and_each_cut_is_an_error() {
        for (answers, login, expected) in [
            (&[5, 0xff][..], None, "LoginMissing"),
            (&[5, 0xff], Some(("a", "b")), "LoginRejected"),
            (&[5, 2, 1, 1], Some(("a", "b")), "LoginRejected"),
            (&[5, 2], None, "WrongProtocol"),
            (&[4, 0], None, "WrongProtocol"),
            (b"HTTP/1.1 400", None, "WrongProtocol"),
            (&[5, 0, 5, 2, 0, 1], None, "Refused(2)"),
            (&[5, 0, 5, 0, 0, 9, 0, 0], None, "WrongProtocol"),
            (&[5, 0, 4, 0, 0, 1], None, "WrongProtocol"),
            (&[5, 0, 5, 0], None, "unexpected end of file"),
            (&[5, 0, 5, 0, 0, 3, 200, 1], None, "unexpected end of file"),
            (&[], None, "unexpected end of file"),
        ] {
            assert_eq!(outcome(answers, login), expected, "{answers:?}");
        }
        let long = "x".repeat(256);
        assert_eq!(outcome(&[5, 2, 1, 0], Some((&long, ""))), "LoginRejected");
    }
}
