//! TLS before an S3 server that has none: a key of SSE-C travels over nothing else.

use std::io::{BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use crate::support::http::{Seen, read_head};

/// Passes requests on, each over a connection of its own.
pub struct TlsFront {
    pub address: SocketAddr,
    /// In PEM form.
    pub certificate: String,
    stop: Arc<AtomicBool>,
}

impl TlsFront {
    /// `server` is a host and a port.
    pub fn start(server: &str) -> Self {
        let made = rcgen::generate_simple_self_signed(vec!["127.0.0.1".to_owned()]).unwrap();
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(made.signing_key.serialize_der()));
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![made.cert.der().clone()], key)
            .unwrap();
        let config = Arc::new(config);
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let stop = Arc::new(AtomicBool::new(false));
        let (stopped, server) = (Arc::clone(&stop), server.to_owned());
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if stopped.load(Ordering::SeqCst) {
                    return;
                }
                let (config, server) = (Arc::clone(&config), server.clone());
                // A connection that ends early is the program's business.
                std::thread::spawn(move || drop(pass(stream, config, &server)));
            }
        });
        Self {
            address,
            certificate: made.cert.pem(),
            stop,
        }
    }
}

impl Drop for TlsFront {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        // Wakes the listener, which then sees that it shall stop.
        drop(TcpStream::connect(self.address));
    }
}

fn pass(stream: TcpStream, config: Arc<ServerConfig>, server: &str) -> std::io::Result<()> {
    let connection = ServerConnection::new(config).map_err(std::io::Error::other)?;
    let mut client = BufReader::new(StreamOwned::new(connection, stream));
    let Some(request) = read_head(&mut client) else {
        return Ok(());
    };
    let length = request.header("content-length").unwrap_or("0").parse();
    let mut upstream = TcpStream::connect(server)?;
    upstream.write_all(head(&request).as_bytes())?;
    let mut body = client.by_ref().take(length.map_err(std::io::Error::other)?);
    std::io::copy(&mut body, &mut upstream)?;
    let client = client.get_mut();
    std::io::copy(&mut upstream, client)?;
    client.conn.send_close_notify();
    client.flush()
}

/// As it came, `host` included, which is signed; but the answer shall end with the connection.
fn head(request: &Seen) -> String {
    let kept = request
        .headers
        .iter()
        .filter(|(name, _)| name != "connection")
        .map(|(name, value)| format!("{name}: {value}\r\n"));
    format!(
        "{} {} HTTP/1.1\r\n{}connection: close\r\n\r\n",
        request.method,
        request.target,
        kept.collect::<String>()
    )
}
