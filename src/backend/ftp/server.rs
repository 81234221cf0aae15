//! One server: what all sessions on it share, and what the first of them finds out for the others.

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use super::config::{Config, Tls};
use super::feat::Features;
use super::tls::{Trust, Versions};
use crate::error::{Error, Kind, Result};
use crate::events::Event;
use crate::store::Context;

/// What cleaning up after a stop may take: less than the grace that workers get.
pub const CLEANUP_BUDGET_AFTER_STOP: Duration = Duration::from_millis(1500);

/// What cleaning up after any other failure may take.
pub const CLEANUP_BUDGET: Duration = Duration::from_secs(10);

/// Where to connect, as whom, and what is known about the other side.
pub struct Server {
    pub config: Config,
    pub context: Context,
    facts: Mutex<Facts>,
    trust: OnceLock<Trust>,
    warned: AtomicBool,
}

/// What one session found out and others need not ask again.
#[derive(Debug, Default, Clone)]
pub struct Facts {
    pub features: Option<Features>,
    /// The login directory.
    pub home: Option<String>,
    pub passive: Passive,
    /// The latest port that was opened for the server.
    pub latest_port: u16,
    pub versions: Versions,
    /// Directories that are there.
    pub directories: HashSet<String>,
}

/// Which command opens a passive data connection.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub enum Passive {
    /// EPSV, which knows IPv6 and tells no address.
    #[default]
    Extended,
    /// PASV, for servers and firewalls that refuse EPSV.
    Plain,
}

impl Server {
    /// Nothing is connected before the first operation.
    pub fn new(config: Config, context: Context) -> Self {
        Self {
            config,
            context,
            facts: Mutex::default(),
            trust: OnceLock::new(),
            warned: AtomicBool::new(false),
        }
    }

    /// What is known by now.
    pub fn facts(&self) -> MutexGuard<'_, Facts> {
        lock(&self.facts)
    }

    /// The certificates to trust; read once.
    pub fn trust(&self) -> Result<Trust> {
        if let Some(trust) = self.trust.get() {
            return Ok(trust.clone());
        }
        let trust = if self.config.insecure {
            Trust::Anybody
        } else {
            Trust::load(&self.config.roots)?
        };
        Ok(self.trust.get_or_init(|| trust).clone())
    }

    /// A line end in a name would be a second command for the server.
    pub(super) fn check_settings(&self) -> Result<()> {
        let config = &self.config;
        for (name, value) in [
            ("host", &config.host),
            ("username", &config.username),
            ("base_dir", &config.base_dir),
        ] {
            if value.chars().any(char::is_control) {
                let text = format!("`{name}` holds a control character, which FTP cannot send");
                return Err(Error::new(Kind::Config, text));
            }
            config
                .encoding
                .check(value)
                .map_err(|error| Error::new(Kind::Config, format!("`{name}`: {error}")))?;
        }
        Ok(())
    }

    pub(super) fn warn_if_unverified(&self) {
        if self.config.insecure && self.config.tls != Tls::None {
            self.warn("the server's certificate is not checked: anybody in between can read and change everything");
        }
    }

    /// Whether nobody was warned of the plain connection yet.
    pub fn first_warning(&self) -> bool {
        !self.warned.swap(true, Ordering::Relaxed)
    }

    /// Tells the user something that is no failure.
    pub fn warn(&self, text: &str) {
        self.context.observer.notify(&Event::Warning(text));
    }
}

pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
