//! A SOCKS 5 proxy, and TLS in front of another proxy.

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use super::client_ca::Clients;

/// A proxy that runs `serve` for each connection until it is dropped.
struct Acceptor {
    address: SocketAddr,
    stop: Arc<AtomicBool>,
}

impl Acceptor {
    fn start(serve: impl Fn(TcpStream) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let stop = Arc::new(AtomicBool::new(false));
        let (stopped, serve) = (Arc::clone(&stop), Arc::new(serve));
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                if stopped.load(Ordering::SeqCst) {
                    return;
                }
                let serve = Arc::clone(&serve);
                std::thread::spawn(move || serve(client));
            }
        });
        Self { address, stop }
    }
}

impl Drop for Acceptor {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        let _ = TcpStream::connect(self.address);
    }
}

/// A SOCKS 5 proxy (RFC 1928) that connects to one target, whichever host is requested.
pub struct SocksProxy {
    acceptor: Acceptor,
    asked: Arc<Mutex<Vec<String>>>,
}

impl SocksProxy {
    /// With a login, clients must have it (RFC 1929).
    pub fn start(target: SocketAddr, login: Option<(&'static str, &'static str)>) -> Self {
        let asked = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&asked);
        let acceptor = Acceptor::start(move |client| {
            if let Some(host) = socks_handshake(&client, login) {
                log.lock().unwrap().push(host);
                relay(&client, &TcpStream::connect(target).unwrap());
            }
        });
        Self { acceptor, asked }
    }

    pub fn address(&self) -> SocketAddr {
        self.acceptor.address
    }

    /// The requested hosts: `name s3.test:443`.
    pub fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

/// The requested host; `None` if the client is refused.
fn socks_handshake(client: &TcpStream, login: Option<(&str, &str)>) -> Option<String> {
    let (mut reader, mut writer) = (client, client);
    let mut bytes = |length: usize| {
        let mut bytes = vec![0; length];
        reader.read_exact(&mut bytes).ok()?;
        Some(bytes)
    };
    let head = bytes(2)?;
    let methods = bytes(usize::from(head[1]))?;
    let method = if login.is_some() { 2 } else { 0 };
    if !methods.contains(&method) {
        writer.write_all(&[5, 0xff]).ok()?;
        return None;
    }
    writer.write_all(&[5, method]).ok()?;
    if let Some((user, password)) = login {
        bytes(1)?;
        let mut part = || {
            let length = bytes(1)?[0];
            bytes(usize::from(length))
        };
        let given = (part()?, part()?);
        let fits = given == (user.into(), password.into());
        writer.write_all(&[1, u8::from(!fits)]).ok()?;
        if !fits {
            return None;
        }
    }
    let request = bytes(4)?;
    assert_eq!(request[..3], [5, 1, 0]);
    let host = match request[3] {
        1 => {
            let ip: [u8; 4] = bytes(4)?.try_into().unwrap();
            format!("address {}", std::net::Ipv4Addr::from(ip))
        }
        3 => {
            let length = bytes(1)?[0];
            let name = bytes(usize::from(length))?;
            format!("name {}", String::from_utf8(name).unwrap())
        }
        kind => panic!("the kind of address {kind}"),
    };
    let port = bytes(2)?;
    writer.write_all(&[5, 0, 0, 1, 0, 0, 0, 0, 0, 0]).ok()?;
    Some(format!("{host}:{}", u16::from_be_bytes([port[0], port[1]])))
}

fn relay(client: &TcpStream, server: &TcpStream) {
    let (mut from_client, mut to_client, mut from_server, mut to_server) =
        (client, client, server, server);
    std::thread::scope(|scope| {
        scope.spawn(move || {
            let _ = std::io::copy(&mut from_client, &mut to_server);
            let _ = server.shutdown(Shutdown::Write);
        });
        let _ = std::io::copy(&mut from_server, &mut to_client);
        let _ = client.shutdown(Shutdown::Write);
    });
}

/// TLS in front of a proxy, with a self-signed certificate for 127.0.0.1.
pub struct TlsFront {
    acceptor: Acceptor,
    pub certificate: String,
    presented: Arc<Mutex<usize>>,
}

impl TlsFront {
    pub fn start(proxy: SocketAddr, clients: &Clients) -> Self {
        let made = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(made.signing_key.serialize_der()));
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_client_cert_verifier(clients.verifier())
            .with_single_cert(vec![made.cert.der().clone()], key)
            .unwrap();
        let config = Arc::new(config);
        let presented = Arc::new(Mutex::new(0));
        let count = Arc::clone(&presented);
        let acceptor = Acceptor::start(move |client| {
            let connection = ServerConnection::new(Arc::clone(&config)).unwrap();
            let mut tls = StreamOwned::new(connection, client);
            while tls.conn.is_handshaking() {
                if tls.conn.complete_io(&mut tls.sock).is_err() {
                    return;
                }
            }
            *count.lock().unwrap() += usize::from(tls.conn.peer_certificates().is_some());
            terminate(tls, &TcpStream::connect(proxy).unwrap());
        });
        Self {
            acceptor,
            certificate: made.cert.pem(),
            presented,
        }
    }

    pub fn address(&self) -> SocketAddr {
        self.acceptor.address
    }

    /// The number of clients that presented a certificate.
    pub fn presented(&self) -> usize {
        *self.presented.lock().unwrap()
    }
}

/// Relays in both directions, in turns, until one side is closed.
fn terminate(mut tls: StreamOwned<ServerConnection, TcpStream>, mut proxy: &TcpStream) {
    let turn = Some(Duration::from_millis(1));
    tls.sock.set_read_timeout(turn).unwrap();
    proxy.set_read_timeout(turn).unwrap();
    let mut buffer = vec![0; 64 << 10];
    while pass(&mut tls, &mut proxy, &mut buffer) && pass(&mut proxy, &mut tls, &mut buffer) {}
}

/// Passes what has arrived; false at the end.
fn pass(from: &mut impl Read, to: &mut impl Write, buffer: &mut [u8]) -> bool {
    match from.read(buffer) {
        Ok(0) => false,
        Ok(length) => to
            .write_all(&buffer[..length])
            .and_then(|()| to.flush())
            .is_ok(),
        Err(error) => matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut),
    }
}
