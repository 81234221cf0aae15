//! The sockets under the HTTP client: ureq's TLS and pool stand on them, on its `unversioned` interface.
//!
//! What they do better than ureq's own:
//!
//! * a request's head and the first bytes of its body leave in one write, TLS records are gathered;
//! * an answer that comes while the body is still being sent is heard instead of lost as a broken pipe;
//! * acknowledgements are not delayed (servers with Nagle's algorithm on would wait 40 ms for each);
//! * the run's [`Cancel`] can shut them down;
//! * a failed write poisons the connection, since TLS would go on in the middle of a record.

pub mod buffers;
pub mod connect;
pub mod socket;

use std::cell::Cell;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use ureq::Agent;
use ureq::unversioned::resolver::DefaultResolver;
use ureq::unversioned::transport::{ConnectProxyConnector, Connector, RustlsConnector};

use self::connect::SocketConnector;
use super::resolver::CachingResolver;
use crate::cancel::Cancel;

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
