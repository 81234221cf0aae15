//! An S3 server with TLS and blobs in memory, without signature checks (`s3` has them). And a proxy with CONNECT.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned, SupportedProtocolVersion};

use super::checksums::Checksum;
use super::client_ca::Clients;
use super::http::{Seen, read_head};

/// The handling of PUT.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Uploads {
    /// Stores the blob.
    Stored,
    /// Stores the blob or part under its SSE-C key, if it has one. Echoes checksums, and computes those of multipart uploads.
    Encrypted,
    /// Redirects to the same path on another server.
    Redirected(SocketAddr),
    /// Replies 403 before the body and closes the connection.
    RefusedEarly,
    /// Neither reads the body nor responds.
    NeverRead,
}

/// An HTTPS server with a self-signed certificate.
pub struct TlsStore {
    pub address: SocketAddr,
    /// The certificate in PEM form, as `--ca-bundle` takes it.
    pub certificate: String,
    state: Arc<State>,
}

#[derive(Default)]
struct State {
    blobs: Mutex<HashMap<String, Vec<u8>>>,
    seen: Mutex<Vec<Seen>>,
    connections: Mutex<usize>,
    /// The number of clients that presented a certificate.
    presented: Mutex<usize>,
    stop: AtomicBool,
}

impl TlsStore {
    /// With TLS 1.3 and a certificate for these names.
    pub fn start(names: &[&str]) -> Self {
        Self::with(names, &rustls::version::TLS13, Uploads::Stored)
    }

    pub fn with(
        names: &[&str],
        version: &'static SupportedProtocolVersion,
        uploads: Uploads,
    ) -> Self {
        Self::certified(&parameters(names), version, uploads, &Clients::Any)
    }

    /// With a certificate that says that it is a CA's.
    pub fn with_the_certificate_of_a_ca() -> Self {
        let mut parameters = parameters(&["127.0.0.1"]);
        parameters.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        Self::with_certificate(&parameters)
    }

    /// With a self-signed certificate of these parameters.
    pub fn with_certificate(parameters: &rcgen::CertificateParams) -> Self {
        let version = &rustls::version::TLS13;
        Self::certified(parameters, version, Uploads::Stored, &Clients::Any)
    }

    /// With these clients.
    pub fn with_clients(version: &'static SupportedProtocolVersion, clients: &Clients) -> Self {
        let parameters = parameters(&["127.0.0.1", "s3.test"]);
        Self::certified(&parameters, version, Uploads::Stored, clients)
    }

    /// With a certificate that an issuer has signed.
    pub fn issued(
        parameters: &rcgen::CertificateParams,
        issuer: &rcgen::Issuer<'_, rcgen::KeyPair>,
    ) -> Self {
        let key = rcgen::KeyPair::generate().unwrap();
        let cert = parameters.signed_by(&key, issuer).unwrap();
        let version = &rustls::version::TLS13;
        Self::listen(&cert, &key, version, Uploads::Stored, &Clients::Any)
    }

    fn certified(
        parameters: &rcgen::CertificateParams,
        version: &'static SupportedProtocolVersion,
        uploads: Uploads,
        clients: &Clients,
    ) -> Self {
        let signing_key = rcgen::KeyPair::generate().unwrap();
        let cert = parameters.self_signed(&signing_key).unwrap();
        Self::listen(&cert, &signing_key, version, uploads, clients)
    }

    fn listen(
        cert: &rcgen::Certificate,
        signing_key: &rcgen::KeyPair,
        version: &'static SupportedProtocolVersion,
        uploads: Uploads,
        clients: &Clients,
    ) -> Self {
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(signing_key.serialize_der()));
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_protocol_versions(&[version])
            .unwrap()
            .with_client_cert_verifier(clients.verifier())
            .with_single_cert(vec![cert.der().clone()], key)
            .unwrap();
        let config = Arc::new(config);
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let state = Arc::new(State::default());
        let shared = Arc::clone(&state);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if shared.stop.load(Ordering::SeqCst) {
                    return;
                }
                *shared.connections.lock().unwrap() += 1;
                let (config, state) = (Arc::clone(&config), Arc::clone(&shared));
                std::thread::spawn(move || serve(stream, config, &state, uploads));
            }
        });
        Self {
            address,
            certificate: cert.pem(),
            state,
        }
    }

    pub fn endpoint(&self) -> String {
        format!("https://{}", self.address)
    }

    pub fn seen(&self) -> Vec<Seen> {
        self.state.seen.lock().unwrap().clone()
    }

    /// The number of clients that presented a certificate.
    pub fn presented(&self) -> usize {
        *self.state.presented.lock().unwrap()
    }

    pub fn connections(&self) -> usize {
        *self.state.connections.lock().unwrap()
    }
}

/// Those of a self-signed certificate.
pub fn parameters(names: &[&str]) -> rcgen::CertificateParams {
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    rcgen::CertificateParams::new(names).unwrap()
}

impl Drop for TlsStore {
    fn drop(&mut self) {
        self.state.stop.store(true, Ordering::SeqCst);
        // Wakes the listener, so that it sees the flag.
        let _ = TcpStream::connect(self.address);
    }
}

fn serve(stream: TcpStream, config: Arc<ServerConfig>, state: &State, uploads: Uploads) {
    stream.set_nodelay(true).unwrap();
    let socket = stream.try_clone().unwrap();
    let tls = StreamOwned::new(ServerConnection::new(config).unwrap(), stream);
    let mut reader = BufReader::new(tls);
    if !handshake(reader.get_mut(), state) {
        // Closing the socket with unread bytes could overtake the alert.
        let _ = socket.shutdown(Shutdown::Write);
        let _ = std::io::copy(&mut (&socket).take(1 << 20), &mut std::io::sink());
        return;
    }
    while let Some(mut seen) = read_head(&mut reader) {
        if seen.method == "PUT" && uploads == Uploads::NeverRead {
            while !state.stop.load(Ordering::SeqCst) {
                std::thread::park_timeout(std::time::Duration::from_millis(20));
            }
            return;
        }
        let refused = seen.method == "PUT" && uploads == Uploads::RefusedEarly;
        let len = seen
            .header("content-length")
            .and_then(|text| text.parse().ok())
            .filter(|_| !refused)
            .unwrap_or(0);
        if reader
            .by_ref()
            .take(len)
            .read_to_end(&mut seen.body)
            .is_err()
        {
            return;
        }
        let answer = match refused {
            true => no("403 Forbidden", "AccessDenied", &seen.method),
            false if let Uploads::Redirected(other) = uploads => {
                let head =
                    "HTTP/1.1 307 Temporary Redirect\r\ncontent-length: 0\r\nlocation: https:";
                format!("{head}//{other}{}\r\n\r\n", seen.target).into_bytes()
            }
            false if uploads == Uploads::Encrypted => {
                encrypted(&seen, &mut state.blobs.lock().unwrap())
            }
            false => answer(&seen, &mut state.blobs.lock().unwrap()),
        };
        state.seen.lock().unwrap().push(seen);
        let tls = reader.get_mut();
        if tls.write_all(&answer).and_then(|()| tls.flush()).is_err() {
            return;
        }
        if refused {
            tls.conn.send_close_notify();
            let _ = tls.flush();
            let _ = socket.shutdown(Shutdown::Write);
            // A reset could overtake the response, so a limited amount of the body is read.
            let _ = std::io::copy(&mut (&socket).take(1 << 20), &mut std::io::sink());
            return;
        }
    }
}

/// Performs the handshake; false if it fails.
fn handshake(tls: &mut StreamOwned<ServerConnection, TcpStream>, state: &State) -> bool {
    while tls.conn.is_handshaking() {
        if tls.conn.complete_io(&mut tls.sock).is_err() {
            return false;
        }
    }
    if tls.conn.peer_certificates().is_some() {
        *state.presented.lock().unwrap() += 1;
    }
    true
}

fn answer(seen: &Seen, blobs: &mut HashMap<String, Vec<u8>>) -> Vec<u8> {
    if seen.method == "PUT" {
        blobs.insert(seen.target.clone(), seen.body.clone());
    }
    let Some(blob) = blobs.get(&seen.target) else {
        return no("404 Not Found", "NoSuchKey", &seen.method);
    };
    let etag = Checksum::Md5.hex(blob);
    let len = if seen.method == "PUT" { 0 } else { blob.len() };
    let mut bytes = format!("HTTP/1.1 200 OK\r\netag: \"{etag}\"\r\ncontent-length: {len}\r\n\r\n")
        .into_bytes();
    if seen.method == "GET" {
        bytes.extend_from_slice(blob);
    }
    bytes
}

/// Behaves like S3 with SSE-C: a blob stored with a key can only be read or copied with the same key, and its ETag is not
/// an MD5.
fn encrypted(seen: &Seen, blobs: &mut HashMap<String, Vec<u8>>) -> Vec<u8> {
    let owned = |name: &str| seen.header(name).unwrap_or("").to_owned();
    let key = owned("x-amz-server-side-encryption-customer-key");
    let echo = match key.is_empty() {
        true => String::new(),
        false => format!(
            "x-amz-server-side-encryption-customer-algorithm: AES256\r\nx-amz-server-side-encryption-customer-key-md5: {}\r\n",
            owned("x-amz-server-side-encryption-customer-key-md5")
        ),
    };
    let yes = |etag: &str, len: usize, body: &[u8]| {
        let sums = seen
            .headers
            .iter()
            .filter(|(name, _)| name.starts_with("x-amz-checksum-") && !name.ends_with("-mode"));
        let sums: Vec<String> = sums
            .map(|(name, value)| format!("{name}: {value}\r\n"))
            .collect();
        let crc = sums.concat();
        let head = format!(
            "HTTP/1.1 200 OK\r\n{echo}{crc}etag: \"{etag}\"\r\ncontent-length: {len}\r\n\r\n"
        );
        [head.as_bytes(), body].concat()
    };
    let document = |text: String| yes("d", text.len(), text.as_bytes());
    let etag = match key.is_empty() {
        true => Checksum::Md5.hex(&seen.body),
        false => "0".repeat(32),
    };
    let etag = etag.as_str();
    let (path, query) = seen.target.split_once('?').unwrap_or((&seen.target, ""));
    let other_key = || {
        let said = "The object was stored using a form of Server Side Encryption.";
        refusal("400 Bad Request", "InvalidRequest", said, &seen.method)
    };
    let named = |path: &str, key: &str| format!("{path} {key}");
    match (seen.method.as_str(), query) {
        ("POST", "uploads=") => {
            let wanted = ["x-amz-checksum-algorithm", "x-amz-checksum-type"].map(owned);
            blobs.insert("checksum".to_owned(), wanted.join(" ").into_bytes());
            document(
                "<InitiateMultipartUploadResult><UploadId>u</UploadId></InitiateMultipartUploadResult>"
                    .to_owned(),
            )
        }
        ("POST", _) => {
            let parts = (1..10).map_while(|number| {
                blobs.remove(&named(
                    &format!("{path}?partNumber={number}&uploadId=u"),
                    &key,
                ))
            });
            let parts: Vec<Vec<u8>> = parts.collect();
            let wanted = String::from_utf8(blobs.remove("checksum").unwrap()).unwrap();
            let sum = checksum_element(&wanted, &parts);
            blobs.insert(named(path, &key), parts.concat());
            document(format!(
                "<CompleteMultipartUploadResult><ETag>{etag}-2</ETag>{sum}</CompleteMultipartUploadResult>"
            ))
        }
        ("PUT", _) => {
            let source = owned("x-amz-copy-source");
            if source.is_empty() {
                blobs.insert(named(&seen.target, &key), seen.body.clone());
                return yes(etag, 0, b"");
            }
            let its_key = owned("x-amz-copy-source-server-side-encryption-customer-key");
            let Some(blob) = blobs.get(&named(&source, &its_key)).cloned() else {
                return other_key();
            };
            blobs.insert(named(path, &key), blob);
            document(format!(
                "<CopyObjectResult><ETag>{etag}</ETag></CopyObjectResult>"
            ))
        }
        (method, _) => match blobs.get(&named(path, &key)) {
            Some(blob) if method == "GET" => yes(etag, blob.len(), blob),
            Some(blob) => yes(etag, blob.len(), b""),
            None => other_key(),
        },
    }
}

/// The checksum of a multipart upload as requested, like `CRC32 FULL_OBJECT`; without a type, that of the parts' checksums.
fn checksum_element(wanted: &str, parts: &[Vec<u8>]) -> String {
    let (name, kind) = wanted.split_once(' ').unwrap();
    let Some(checksum) = Checksum::named(name) else {
        return String::new();
    };
    let value = match kind {
        "FULL_OBJECT" => checksum.base64(&parts.concat()),
        _ => {
            let all: Vec<u8> = parts.iter().flat_map(|part| checksum.bytes(part)).collect();
            format!("{}-{}", checksum.base64(&all), parts.len())
        }
    };
    format!("<Checksum{name}>{value}</Checksum{name}>")
}

fn no(status: &str, code: &str, method: &str) -> Vec<u8> {
    refusal(status, code, "said so", method)
}

fn refusal(status: &str, code: &str, said: &str, method: &str) -> Vec<u8> {
    let body = format!("<Error><Code>{code}</Code><Message>{said}</Message></Error>");
    let head = format!(
        "HTTP/1.1 {status}\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    match method {
        "HEAD" => head.into_bytes(),
        _ => format!("{head}{body}").into_bytes(),
    }
}

/// An HTTP proxy that connects every tunnel to `target`, whichever host is requested.
pub struct Tunnel {
    pub address: SocketAddr,
    asked: Arc<Mutex<Vec<String>>>,
    stop: Arc<AtomicBool>,
}

impl Tunnel {
    pub fn start(target: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let stop = Arc::new(AtomicBool::new(false));
        let (log, stopped) = (Arc::clone(&asked), Arc::clone(&stop));
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                if stopped.load(Ordering::SeqCst) {
                    return;
                }
                let log = Arc::clone(&log);
                std::thread::spawn(move || tunnel(&client, target, &log));
            }
        });
        Self {
            address,
            asked,
            stop,
        }
    }

    /// The requests for tunnels: `CONNECT s3.test:443`.
    pub fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

impl Drop for Tunnel {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        let _ = TcpStream::connect(self.address);
    }
}

fn tunnel(client: &TcpStream, target: SocketAddr, log: &Mutex<Vec<String>>) {
    client.set_nodelay(true).unwrap();
    let mut reader = BufReader::new(client.try_clone().unwrap());
    let Some(seen) = read_head(&mut reader) else {
        return;
    };
    log.lock()
        .unwrap()
        .push(format!("{} {}", seen.method, seen.target));
    let server = TcpStream::connect(target).unwrap();
    server.set_nodelay(true).unwrap();
    let mut to_client: &TcpStream = client;
    to_client
        .write_all(b"HTTP/1.1 200 Connection established\r\n\r\n")
        .unwrap();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let _ = (&server).write_all(reader.buffer());
            let buffered = reader.buffer().len();
            reader.consume(buffered);
            let _ = std::io::copy(&mut reader, &mut &server);
            let _ = server.shutdown(Shutdown::Write);
        });
        let _ = std::io::copy(&mut &server, &mut to_client);
        let _ = client.shutdown(Shutdown::Write);
    });
}
