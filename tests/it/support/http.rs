//! A scripted HTTP server, and a TCP proxy that injects faults.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// The handling of one request.
#[derive(Debug, Clone)]
pub struct Script {
    /// Read the body before the response is sent.
    pub read_body: bool,
    /// The raw response; nothing is sent if it is empty.
    pub answer: Vec<u8>,
    /// The action after the response.
    pub then: Then,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Then {
    /// Wait for the next request on the same connection.
    Keep,
    /// Close the connection.
    Close,
    /// Send nothing more and wait until the client disconnects.
    Stall,
    /// Send spaces until the client disconnects.
    Flood,
}

/// A response with a body, Content-Length and these headers.
pub fn answer(status: u16, headers: &[(&str, &str)], body: &[u8]) -> Script {
    let mut text = format!(
        "HTTP/1.1 {status} Status\r\ncontent-length: {}\r\n",
        body.len()
    );
    for (name, value) in headers {
        text.push_str(&format!("{name}: {value}\r\n"));
    }
    text.push_str("\r\n");
    let mut bytes = text.into_bytes();
    bytes.extend_from_slice(body);
    Script {
        read_body: true,
        answer: bytes,
        then: Then::Keep,
    }
}

/// An S3 error document.
pub fn s3_error(status: u16, code: &str) -> Script {
    let body = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>{code}</Code><Message>said so</Message><RequestId>4442587FB7D0A2F9</RequestId></Error>"
    );
    answer(
        status,
        &[("content-type", "application/xml")],
        body.as_bytes(),
    )
}

impl Script {
    pub fn then(mut self, then: Then) -> Self {
        self.then = then;
        self
    }

    /// Sends the response before the body is read.
    pub fn early(mut self) -> Self {
        self.read_body = false;
        self
    }

    /// Omits the last bytes of the response.
    pub fn cut(mut self, missing: usize) -> Self {
        self.answer
            .truncate(self.answer.len().saturating_sub(missing));
        self
    }
}

/// A request as it arrived.
#[derive(Debug, Clone, Default)]
pub struct Seen {
    pub method: String,
    pub target: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Seen {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }
}

/// An HTTP server that sends its responses in order and repeats the last one.
pub struct ScriptedServer {
    pub address: SocketAddr,
    seen: Arc<Mutex<Vec<Seen>>>,
    stop: Arc<AtomicBool>,
}

impl ScriptedServer {
    pub fn start(answers: impl IntoIterator<Item = Script>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let stop = Arc::new(AtomicBool::new(false));
        let queue: Arc<Mutex<VecDeque<Script>>> =
            Arc::new(Mutex::new(answers.into_iter().collect()));
        let (log, stopped) = (Arc::clone(&seen), Arc::clone(&stop));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if stopped.load(Ordering::SeqCst) {
                    return;
                }
                let (queue, log) = (Arc::clone(&queue), Arc::clone(&log));
                std::thread::spawn(move || serve(stream, &queue, &log));
            }
        });
        Self {
            address,
            seen,
            stop,
        }
    }

    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    pub fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }
}

impl Drop for ScriptedServer {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        // Wakes the listener, so that it sees the flag.
        let _ = TcpStream::connect(self.address);
    }
}

fn serve(stream: TcpStream, queue: &Mutex<VecDeque<Script>>, log: &Mutex<Vec<Seen>>) {
    stream.set_nodelay(true).unwrap();
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    while let Some(mut seen) = read_head(&mut reader) {
        let script = {
            let mut queue = queue.lock().unwrap();
            if queue.len() > 1 {
                queue.pop_front().unwrap()
            } else {
                queue.front().cloned().unwrap()
            }
        };
        if script.read_body {
            let len = seen
                .header("content-length")
                .and_then(|text| text.parse().ok())
                .unwrap_or(0);
            let mut body = Vec::new();
            if reader.by_ref().take(len).read_to_end(&mut body).is_err() {
                return;
            }
            seen.body = body;
        }
        log.lock().unwrap().push(seen);
        if (&stream).write_all(&script.answer).is_err() {
            return;
        }
        match script.then {
            Then::Keep => {}
            Then::Close => {
                let _ = stream.shutdown(Shutdown::Both);
                return;
            }
            Then::Stall => {
                let _ = std::io::copy(&mut reader, &mut std::io::sink());
                return;
            }
            Then::Flood => {
                while (&stream).write_all(&[b' '; 65536]).is_ok() {}
                return;
            }
        }
    }
}

/// The head of the next request; `None` at the end of the connection.
pub fn read_head(reader: &mut impl BufRead) -> Option<Seen> {
    let mut line = String::new();
    reader.read_line(&mut line).ok().filter(|len| *len > 0)?;
    let mut words = line.split_whitespace();
    let mut seen = Seen {
        method: words.next()?.to_owned(),
        target: words.next()?.to_owned(),
        ..Seen::default()
    };
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok().filter(|len| *len > 0)?;
        let Some((name, value)) = line.trim_end().split_once(':') else {
            return Some(seen);
        };
        seen.headers
            .push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
}

/// The fault of one connection.
#[derive(Debug, Clone, Copy)]
pub enum Fault {
    /// Forwards everything.
    None,
    /// Closes the connection after so many bytes from the client.
    CutUp(u64),
    /// Closes the connection after so many bytes from the server.
    CutDown(u64),
    /// Forwards so many bytes from the server, and then nothing.
    StallDown(u64),
    /// Forwards so many bytes from the client, and then nothing.
    StallUp(u64),
    /// Forwards so many bytes per second from the server.
    Slow(u64),
}

/// A proxy in front of a real server. Its faults apply to the connections in order; later connections are forwarded.
pub struct FaultProxy {
    pub address: SocketAddr,
    pub connections: Arc<AtomicU64>,
    stop: Arc<AtomicBool>,
    /// While this is set, connections are closed at once.
    outage: Arc<AtomicBool>,
    faults: Arc<Mutex<VecDeque<Fault>>>,
}

impl FaultProxy {
    pub fn start(upstream: SocketAddr, faults: impl IntoIterator<Item = Fault>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let stop = Arc::new(AtomicBool::new(false));
        let outage = Arc::new(AtomicBool::new(false));
        let closed = Arc::clone(&outage);
        let connections = Arc::new(AtomicU64::new(0));
        let faults: Arc<Mutex<VecDeque<Fault>>> =
            Arc::new(Mutex::new(faults.into_iter().collect()));
        let queue = Arc::clone(&faults);
        let (stopped, counted) = (Arc::clone(&stop), Arc::clone(&connections));
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                if stopped.load(Ordering::SeqCst) {
                    return;
                }
                counted.fetch_add(1, Ordering::SeqCst);
                if closed.load(Ordering::SeqCst) {
                    continue;
                }
                let fault = queue.lock().unwrap().pop_front().unwrap_or(Fault::None);
                std::thread::spawn(move || pass(client, upstream, fault));
            }
        });
        Self {
            address,
            connections,
            stop,
            outage,
            faults,
        }
    }

    /// Removes the remaining faults.
    pub fn heal(&self) {
        self.faults.lock().unwrap().clear();
    }

    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// After so many connections, closes every new one at once for this time.
    pub fn outage_after(&self, connections: u64, time: Duration) -> std::thread::JoinHandle<()> {
        let (counted, outage) = (Arc::clone(&self.connections), Arc::clone(&self.outage));
        std::thread::spawn(move || {
            let begin = Instant::now();
            while counted.load(Ordering::SeqCst) < connections && begin.elapsed() < super::HANG {
                std::thread::sleep(Duration::from_millis(2));
            }
            outage.store(true, Ordering::SeqCst);
            std::thread::sleep(time);
            outage.store(false, Ordering::SeqCst);
        })
    }
}

impl Drop for FaultProxy {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        let _ = TcpStream::connect(self.address);
    }
}

fn pass(client: TcpStream, upstream: SocketAddr, fault: Fault) {
    let server = TcpStream::connect(upstream).unwrap();
    client.set_nodelay(true).unwrap();
    server.set_nodelay(true).unwrap();
    let (up, down) = match fault {
        Fault::None | Fault::Slow(_) => (u64::MAX, u64::MAX),
        Fault::CutUp(bytes) | Fault::StallUp(bytes) => (bytes, u64::MAX),
        Fault::CutDown(bytes) | Fault::StallDown(bytes) => (u64::MAX, bytes),
    };
    let end = |result: bool| {
        if result {
            let _ = client.shutdown(Shutdown::Both);
            let _ = server.shutdown(Shutdown::Both);
        }
    };
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let cut = pump(&client, &server, up, None);
            if cut && matches!(fault, Fault::StallUp(_)) {
                // Until the client disconnects: then its last bytes can be read.
                while client.peek(&mut [0]).is_ok_and(|len| len > 0) && alive(&client) {
                    std::thread::sleep(Duration::from_millis(20));
                }
            }
            end(true);
        });
        scope.spawn(|| {
            let pace = match fault {
                Fault::Slow(per_second) => Some(per_second),
                _ => None,
            };
            let cut = pump(&server, &client, down, pace);
            if cut && matches!(fault, Fault::StallDown(_)) {
                // Until the client times out; the other pump watches its side.
                while client.peek(&mut [0]).is_ok_and(|len| len > 0) {
                    std::thread::sleep(Duration::from_millis(20));
                }
            } else {
                end(true);
            }
        });
    });
}

/// Returns true if the socket has no error.
fn alive(socket: &TcpStream) -> bool {
    socket.take_error().is_ok_and(|error| error.is_none())
}

/// Copies until the end or the limit, at most so many bytes per second; returns true if it reached the limit.
fn pump(mut from: &TcpStream, mut to: &TcpStream, limit: u64, pace: Option<u64>) -> bool {
    let begin = Instant::now();
    let mut left = limit;
    let mut chunk = [0; 16384];
    // At a low rate, even a small response arrives in pieces.
    let most = pace.map_or(chunk.len() as u64, |per_second| (per_second / 10).max(1));
    while left > 0 {
        let want = chunk
            .len()
            .min(usize::try_from(left.min(most)).unwrap_or(usize::MAX));
        match from.read(&mut chunk[..want]) {
            Ok(0) | Err(_) => return false,
            Ok(len) => {
                if to.write_all(&chunk[..len]).is_err() {
                    return false;
                }
                left -= len as u64;
                if let Some(per_second) = pace {
                    let due = Duration::from_millis((limit - left) * 1000 / per_second);
                    std::thread::sleep(due.saturating_sub(begin.elapsed()));
                }
            }
        }
    }
    true
}
