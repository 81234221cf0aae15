//! The sockets under the HTTP client: ureq's TLS and pool stand on them, on its `unversioned` interface.
//!
//! What they do better than ureq's own:
//!
//! * a request's head and the first bytes of its body leave in one write, TLS records are gathered;
//! * an answer that comes while the body is still being sent is heard instead of lost as a broken pipe;
//! * acknowledgements are not delayed (servers with Nagle's algorithm on would wait 40 ms for each);
//! * the run's [`Cancel`] can shut them down;
//! * a failed write poisons the connection, since TLS would go on in the middle of a record.

use std::cell::Cell;
use std::fmt;
use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::net::RecvFlags;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{
    Buffers, ConnectProxyConnector, ConnectionDetails, Connector, Either, NextTimeout,
    RustlsConnector, Transport,
};
use ureq::{Agent, Error, Timeout};

use crate::progress::{Cancel, Watch};

thread_local! {
    /// Whether the server has answered this thread's request before its body was sent.
    static ANSWERED: Cell<bool> = const { Cell::new(false) };
    /// Whether this thread's request made a connection of its own.
    static CONNECTED: Cell<bool> = const { Cell::new(false) };
}

/// How often kept connections were given up.
static GENERATION: AtomicU64 = AtomicU64::new(0);

/// Gives up all connections that are there now: requests from here on make new ones.
pub fn retire_connections() {
    GENERATION.fetch_add(1, Ordering::Relaxed);
}

/// Forgets an earlier request of this thread.
pub fn begin_request() {
    ANSWERED.set(false);
    CONNECTED.set(false);
}

/// Whether this thread's request went out on a connection that an earlier one had made.
pub fn was_reused() -> bool {
    !CONNECTED.get()
}

/// Whether the rest of the body need not be read any more, because the answer is there and nothing more is sent.
pub fn answered_early() -> bool {
    ANSWERED.get()
}

/// What travels over the sockets of an agent. It cannot be told from a connection itself: one to a proxy looks plain,
/// and may become a tunnel for TLS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Traffic {
    /// Requests and answers as they are.
    Plain,
    /// Records of TLS.
    Tls,
}

/// An agent over sockets of ours, for one endpoint.
pub fn agent(config: ureq::config::Config, traffic: Traffic, cancel: &Arc<Cancel>) -> Agent {
    let connector = ()
        .chain(ConnectProxyConnector::default())
        .chain(SocketConnector {
            traffic,
            cancel: Arc::clone(cancel),
        })
        .chain(RustlsConnector::default());
    Agent::with_parts(
        config,
        connector,
        CachingResolver::<DefaultResolver>::default(),
    )
}

/// Makes plain TCP connections.
#[derive(Debug)]
struct SocketConnector {
    traffic: Traffic,
    cancel: Arc<Cancel>,
}

impl<In: Transport> Connector<In> for SocketConnector {
    type Out = Either<In, Socket>;

    fn connect(
        &self,
        details: &ConnectionDetails,
        chained: Option<In>,
    ) -> Result<Option<Self::Out>, Error> {
        if let Some(through_proxy) = chained {
            return Ok(Some(Either::A(through_proxy)));
        }
        CONNECTED.set(true);
        let stream = self.dial(details)?;
        stream.set_nodelay(true)?;
        let watch = self.cancel.watch(&stream)?;
        let config = details.config;
        let buffers = SocketBuffers::new(config.input_buffer_size(), config.output_buffer_size());
        Ok(Some(Either::B(Socket {
            stream,
            buffers,
            traffic: self.traffic,
            sending_body: false,
            state: State::Usable,
            generation: GENERATION.load(Ordering::Relaxed),
            read_timeout: None,
            write_timeout: None,
            _watch: watch,
        })))
    }
}

impl SocketConnector {
    /// Tries the addresses in their order; each gets half of the time that is left, the last one all of it.
    fn dial(&self, details: &ConnectionDetails) -> Result<TcpStream, Error> {
        let until = limit(&details.timeout).map(|limit| Instant::now() + limit);
        let mut last = Error::HostNotFound;
        let count = details.addrs.len();
        for (index, address) in details.addrs.iter().enumerate() {
            self.cancel
                .check()
                .map_err(|error| Error::Io(error.into_io()))?;
            let left = until.map(|until| until.saturating_duration_since(Instant::now()));
            let share = left.map(|left| if index + 1 == count { left } else { left / 2 });
            match connect(address, share) {
                Ok(stream) => return Ok(stream),
                Err(error) => last = error,
            }
        }
        Err(last)
    }
}

fn connect(address: &SocketAddr, limit: Option<Duration>) -> Result<TcpStream, Error> {
    let stream = match limit {
        // Zero means "for ever" to the system.
        Some(limit) => TcpStream::connect_timeout(address, limit.max(Duration::from_millis(1))),
        None => TcpStream::connect(address),
    };
    stream.map_err(|error| told_apart(error, Timeout::Connect))
}

fn limit(timeout: &NextTimeout) -> Option<Duration> {
    timeout.not_zero().map(|limit| *limit)
}

/// A time-out of the system as ureq's own.
fn told_apart(error: io::Error, reason: Timeout) -> Error {
    match error.kind() {
        io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut => Error::Timeout(reason),
        _ => Error::Io(error),
    }
}

/// Whether more can be sent on a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Usable,
    /// The answer came early: nothing more is sent, and nobody uses the connection again.
    Answered,
    /// A write failed in the middle; with what, if it was a time-out.
    Broken(Option<Timeout>),
}

/// One TCP connection.
struct Socket {
    stream: TcpStream,
    buffers: SocketBuffers,
    traffic: Traffic,
    /// Whether bytes of a request are on their way and its answer is not awaited yet.
    sending_body: bool,
    state: State,
    /// When it was made, in terms of [`GENERATION`].
    generation: u64,
    read_timeout: Option<Duration>,
    write_timeout: Option<Duration>,
    _watch: Watch,
}

impl fmt::Debug for Socket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Socket")
            .field("peer", &self.stream.peer_addr().ok())
            .finish_non_exhaustive()
    }
}

impl Socket {
    /// What a call after a failed write gets.
    fn check(&self) -> Result<(), Error> {
        match self.state {
            State::Broken(Some(timeout)) => Err(Error::Timeout(timeout)),
            State::Broken(None) => Err(Error::Io(io::ErrorKind::BrokenPipe.into())),
            State::Usable | State::Answered => Ok(()),
        }
    }

    /// Whether what stands in the output buffer should wait for company: a head for its body, a TLS record for others.
    /// Whatever waits goes out before the next wait for input.
    fn should_hold(&self, added: usize) -> bool {
        const RECORD: usize = 20 << 10;
        let held = self.buffers.held;
        if self.traffic == Traffic::Tls {
            return held + RECORD <= self.buffers.output.len();
        }
        let only_a_head = held == added
            && !self.sending_body
            && self.buffers.output[..held].ends_with(b"\r\n\r\n");
        only_a_head && held + RECORD <= self.buffers.output.len()
    }

    fn flush(&mut self, timeout: &NextTimeout) -> Result<(), Error> {
        let len = std::mem::take(&mut self.buffers.held);
        if len == 0 || self.state == State::Answered {
            return Ok(());
        }
        let timeout = timeout.for_write();
        if limit(&timeout) != self.write_timeout {
            self.write_timeout = limit(&timeout);
            self.stream.set_write_timeout(self.write_timeout)?;
        }
        // With TLS an early byte may be a session ticket and mean nothing.
        let can_tell = self.traffic == Traffic::Plain;
        if self.sending_body && can_tell && self.answer_is_there(&timeout)? {
            self.stop_sending();
            return Ok(());
        }
        let written = (&self.stream).write_all(&self.buffers.output[..len]);
        self.wrote(written, timeout.reason)
    }

    fn wrote(&mut self, written: io::Result<()>, reason: Timeout) -> Result<(), Error> {
        match written {
            Ok(()) => Ok(()),
            // The server hung up on the body; mostly it has said why.
            Err(error)
                if self.sending_body
                    && matches!(
                        error.kind(),
                        io::ErrorKind::BrokenPipe | io::ErrorKind::ConnectionReset
                    ) =>
            {
                self.stop_sending();
                Ok(())
            }
            Err(error) => {
                let error = told_apart(error, reason);
                self.state = State::Broken(match error {
                    Error::Timeout(timeout) => Some(timeout),
                    _ => None,
                });
                Err(error)
            }
        }
    }

    fn stop_sending(&mut self) {
        self.state = State::Answered;
        ANSWERED.set(true);
    }

    /// Waits until the socket takes or has bytes; true if it has some, or its end.
    fn answer_is_there(&self, timeout: &NextTimeout) -> Result<bool, Error> {
        let wait = limit(timeout).and_then(|limit| Timespec::try_from(limit).ok());
        let mut polled = [PollFd::new(&self.stream, PollFlags::IN | PollFlags::OUT)];
        loop {
            match poll(&mut polled, wait.as_ref()) {
                Ok(0) => return Err(Error::Timeout(timeout.reason)),
                Ok(_) => {
                    let news = PollFlags::IN | PollFlags::ERR | PollFlags::HUP;
                    return Ok(polled[0].revents().intersects(news));
                }
                Err(rustix::io::Errno::INTR) => {}
                Err(errno) => return Err(Error::Io(errno.into())),
            }
        }
    }
}

impl Transport for Socket {
    fn buffers(&mut self) -> &mut dyn Buffers {
        &mut self.buffers
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), Error> {
        self.check()?;
        self.buffers.held += amount;
        if self.state == State::Answered {
            self.buffers.held = 0;
            return Ok(());
        }
        if self.should_hold(amount) {
            return Ok(());
        }
        let result = self.flush(&timeout);
        self.sending_body = true;
        result
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, Error> {
        self.check()?;
        self.flush(&timeout)?;
        self.sending_body = false;
        let timeout = timeout.for_read();
        if limit(&timeout) != self.read_timeout {
            self.read_timeout = limit(&timeout);
            self.stream.set_read_timeout(self.read_timeout)?;
        }
        let room = self.buffers.input_append_buf();
        let len = loop {
            match (&self.stream).read(room) {
                Ok(len) => break len,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(told_apart(error, timeout.reason)),
            }
        };
        // A hint that the system may ignore; it lasts until the next delay, so it is given each time.
        #[cfg(target_os = "linux")]
        let _ = rustix::net::sockopt::set_tcp_quickack(&self.stream, true);
        self.buffers.input_appended(len);
        Ok(len > 0)
    }

    fn is_open(&mut self) -> bool {
        let peek = RecvFlags::PEEK | RecvFlags::DONTWAIT;
        let nothing_to_read = matches!(
            rustix::net::recv(&self.stream, &mut [0u8; 1], peek),
            Err(rustix::io::Errno::AGAIN)
        );
        let is_current = self.generation == GENERATION.load(Ordering::Relaxed);
        self.state == State::Usable && is_current && nothing_to_read
    }
}

/// Input and output memory of a connection. It is allocated when first used, zeroed by the system, so that pages which
/// small requests never touch cost nothing.
struct SocketBuffers {
    input: Vec<u8>,
    start: usize,
    end: usize,
    output: Vec<u8>,
    /// Bytes of `output` that wait to be sent.
    held: usize,
    input_size: usize,
    output_size: usize,
    progress: bool,
    /// Whether ureq has looked at the newest input: then it needs more before it can do anything with it.
    seen: AtomicBool,
}

impl SocketBuffers {
    fn new(input_size: usize, output_size: usize) -> Self {
        Self {
            input: Vec::new(),
            start: 0,
            end: 0,
            output: Vec::new(),
            held: 0,
            input_size,
            output_size,
            progress: false,
            seen: AtomicBool::new(true),
        }
    }

    fn prepare(&mut self) {
        if self.input.is_empty() {
            self.input = vec![0; self.input_size];
            self.output = vec![0; self.output_size];
        }
        if self.start == self.end {
            (self.start, self.end) = (0, 0);
        } else if self.end == self.input.len() && self.start > 0 {
            self.input.copy_within(self.start..self.end, 0);
            (self.start, self.end) = (0, self.end - self.start);
        }
    }
}

impl Buffers for SocketBuffers {
    fn output(&mut self) -> &mut [u8] {
        self.prepare();
        &mut self.output[self.held..]
    }

    fn input(&self) -> &[u8] {
        &self.input[self.start..self.end]
    }

    fn input_append_buf(&mut self) -> &mut [u8] {
        self.prepare();
        &mut self.input[self.end..]
    }

    fn input_appended(&mut self, amount: usize) {
        self.end += amount;
        *self.seen.get_mut() = amount == 0;
    }

    fn input_consume(&mut self, amount: usize) {
        self.progress = amount > 0;
        self.start += amount;
    }

    fn tmp_and_output(&mut self) -> (&mut [u8], &mut [u8]) {
        self.prepare();
        (&mut self.input[self.end..], &mut self.output[self.held..])
    }

    fn can_use_input(&self) -> bool {
        self.start < self.end && (self.progress || !self.seen.swap(true, Ordering::Relaxed))
    }
}

/// Looks each host up once a minute at most: ureq asks for every request, even when it then takes a pooled connection.
#[derive(Default)]
struct CachingResolver<R = DefaultResolver> {
    system: R,
    known: Mutex<Vec<(String, Instant, ResolvedSocketAddrs)>>,
}

impl<R> fmt::Debug for CachingResolver<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CachingResolver")
    }
}

impl<R: Resolver> Resolver for CachingResolver<R> {
    fn resolve(
        &self,
        uri: &ureq::http::Uri,
        config: &ureq::config::Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, Error> {
        const LIFETIME: Duration = Duration::from_secs(60);
        let name = format!(
            "{}://{}",
            uri.scheme_str().unwrap_or(""),
            uri.authority().map_or("", |a| a.as_str())
        );
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.retain(|(_, at, _)| at.elapsed() < LIFETIME);
        if let Some((_, _, addresses)) = known.iter().find(|(host, _, _)| *host == name) {
            return Ok(copy(self, addresses));
        }
        // The lock is held meanwhile, so that many workers ask once.
        let addresses = self.system.resolve(uri, config, timeout)?;
        known.push((name, Instant::now(), copy(self, &addresses)));
        Ok(addresses)
    }
}

fn copy<R: Resolver>(
    resolver: &CachingResolver<R>,
    addresses: &ResolvedSocketAddrs,
) -> ResolvedSocketAddrs {
    let mut copy = resolver.empty();
    for address in addresses {
        copy.push(*address);
    }
    copy
}

#[cfg(test)]
mod tests {
    use super::*;
    use ureq::unversioned::transport::time::Duration as Limit;

    /// Knows every host and counts how often it is asked.
    #[derive(Debug, Default)]
    struct Counting(AtomicU64);

    impl Resolver for Counting {
        fn resolve(
            &self,
            _: &ureq::http::Uri,
            _: &ureq::config::Config,
            _: NextTimeout,
        ) -> Result<ResolvedSocketAddrs, Error> {
            self.0.fetch_add(1, Ordering::Relaxed);
            let mut found = self.empty();
            found.push(SocketAddr::from(([127, 0, 0, 1], 9000)));
            Ok(found)
        }
    }

    #[test]
    fn a_host_is_looked_up_once_whatever_is_asked_of_it_and_by_how_many() {
        let resolver = CachingResolver::<Counting>::default();
        let config = Agent::config_builder().build();
        let ask = |uri: &'static str| {
            let timeout = NextTimeout {
                after: Limit::NotHappening,
                reason: Timeout::Resolve,
                per_read: None,
                per_write: None,
            };
            let uri = ureq::http::Uri::from_static(uri);
            resolver.resolve(&uri, &config, timeout).unwrap().len()
        };
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| assert_eq!(ask("http://s3.test/lab/a"), 1));
            }
        });
        assert_eq!(ask("http://s3.test/lab/b?uploads="), 1);
        assert_eq!(resolver.system.0.load(Ordering::Relaxed), 1);
        ask("http://other.test/");
        assert_eq!(resolver.system.0.load(Ordering::Relaxed), 2);
    }
}
