//! The sockets and TLS of the HTTP client, below ureq's pool, on its `unversioned` interface.
//!
//! Differences from ureq's own:
//!
//! * a request's head and the first bytes of its body leave in one write, TLS records are gathered;
//! * a response that arrives during the body is read instead of lost as a broken pipe;
//! * acknowledgements are not delayed (servers with Nagle's algorithm on would wait 40 ms for each);
//! * the run's [`Cancel`] can shut them down;
//! * a failed write poisons the connection, since TLS would continue in the middle of a record.

pub mod buffers;
pub mod connect;
pub mod socket;
pub mod socks5;
pub mod tls;
pub mod tunnel;

use std::cell::Cell;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use ureq::Agent;
use ureq::config::Config;
use ureq::unversioned::resolver::DefaultResolver;
use ureq::unversioned::transport::Connector;

use self::connect::SocketConnector;
use self::tls::{TlsConfigs, TlsConnector};
use self::tunnel::TunnelConnector;
use super::resolver::CachingResolver;
use crate::cancel::Cancel;

thread_local! {
    /// Set if the server responded to this thread's request before its body was sent.
    static ANSWERED: Cell<bool> = const { Cell::new(false) };
    /// Set if this thread's request made a new connection.
    static CONNECTED: Cell<bool> = const { Cell::new(false) };
}

/// Counts the calls of [`retire_connections`].
static GENERATION: AtomicU64 = AtomicU64::new(0);

/// Retires all pooled connections: later requests make new ones.
pub fn retire_connections() {
    GENERATION.fetch_add(1, Ordering::Relaxed);
}

/// Resets the state of this thread's previous request.
pub fn begin_request() {
    ANSWERED.set(false);
    CONNECTED.set(false);
}

/// True if this thread's request reused a pooled connection.
pub fn was_reused() -> bool {
    !CONNECTED.get()
}

/// True if the response came early, so that the rest of the body is not sent.
pub fn answered_early() -> bool {
    ANSWERED.get()
}

/// The content of an agent's connections. A connection cannot know it: one to a proxy looks plain and may become a
/// tunnel for TLS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Traffic {
    /// Requests and responses in the clear.
    Plain,
    /// Records of TLS.
    Tls,
}

/// The `User-Agent` of all requests.
pub const USER_AGENT: &str = concat!("blobctl/", env!("CARGO_PKG_VERSION"));

/// An agent for one endpoint over these sockets. `direct` is the same configuration without the proxy.
pub fn agent(config: Config, direct: Config, configs: TlsConfigs, cancel: &Arc<Cancel>) -> Agent {
    let traffic = match (&configs.endpoint, &configs.proxy) {
        (None, None) => Traffic::Plain,
        _ => Traffic::Tls,
    };
    let connector = ()
        .chain(TunnelConnector { direct })
        .chain(SocketConnector {
            traffic,
            cancel: Arc::clone(cancel),
        })
        .chain(TlsConnector { configs });
    Agent::with_parts(
        config,
        connector,
        CachingResolver::<DefaultResolver>::default(),
    )
}
