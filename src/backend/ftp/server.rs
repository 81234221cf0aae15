//! One server: its settings, and the facts that its sessions share.

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use super::config::{Config, Password};
use super::feat::Features;
use super::tls::Versions;
use crate::error::{Error, Kind, Result};
use crate::events::Event;
use crate::net::tls_client::{CertificateCheck, TlsParameters};
use crate::secret::{Secret, SecretMask};
use crate::store::Context;

/// The time for cleaning up after a cancellation: less than the workers' grace period.
pub const CLEANUP_BUDGET_AFTER_STOP: Duration = Duration::from_millis(1500);

/// The time for cleaning up after any other failure.
pub const CLEANUP_BUDGET: Duration = Duration::from_secs(10);

/// The pause before another attempt to clean up.
pub const CLEANUP_PAUSE: Duration = Duration::from_millis(50);

/// The settings of a server, and what is known about it.
pub struct Server {
    pub config: Config,
    pub context: Context,
    facts: Mutex<Facts>,
    tls: OnceLock<TlsParameters>,
    secrets: OnceLock<SecretMask>,
    warned: AtomicBool,
}

/// Facts that one session queried and others reuse.
#[derive(Debug, Default, Clone)]
pub struct Facts {
    pub features: Option<Features>,
    /// The login directory.
    pub home: Option<String>,
    pub passive: Passive,
    /// The port that was last opened for the server in active mode.
    pub latest_port: u16,
    pub versions: Versions,
    /// LIST takes `-a` for a part of the name.
    pub lacks_list_all: bool,
    /// A listing contained names that cannot be keys.
    pub left_out_names: bool,
    /// The user was warned that the server does not keep times of modification.
    pub warned_of_times: bool,
    /// Directories that exist.
    pub directories: HashSet<String>,
}

/// The command that opens a passive data connection.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub enum Passive {
    /// EPSV, which supports IPv6 and has no address in its reply.
    #[default]
    Extended,
    /// PASV, for servers and firewalls that refuse EPSV.
    Plain,
}

impl Server {
    /// Creates a server without connecting to it.
    pub fn new(config: Config, context: Context) -> Self {
        Self {
            config,
            context,
            facts: Mutex::default(),
            tls: OnceLock::new(),
            secrets: OnceLock::new(),
            warned: AtomicBool::new(false),
        }
    }

    /// The facts known so far.
    pub fn facts(&self) -> MutexGuard<'_, Facts> {
        lock(&self.facts)
    }

    /// Hides the password in the server's replies from now on. The password of an anonymous login is public.
    pub fn hide(&self, password: &Secret) {
        if !matches!(self.config.password, Password::Anonymous) {
            self.secrets
                .get_or_init(|| SecretMask::new([password.expose()]));
        }
    }

    /// The secrets that the server may repeat.
    pub fn secrets(&self) -> SecretMask {
        self.secrets.get().cloned().unwrap_or_default()
    }

    /// The settings of TLS; certificates are read once.
    pub fn tls(&self) -> Result<TlsParameters> {
        if let Some(tls) = self.tls.get() {
            return Ok(tls.clone());
        }
        let check = if self.config.insecure {
            CertificateCheck::Disabled
        } else {
            CertificateCheck::load(&self.config.roots)?
        };
        let tls = TlsParameters {
            check,
            client_certificate: self.config.client_certificate.clone(),
        };
        Ok(self.tls.get_or_init(|| tls).clone())
    }

    /// Rejects settings that FTP cannot send: a line end would start a second command.
    pub(super) fn check_settings(&self) -> Result<()> {
        let config = &self.config;
        for (name, value) in [
            ("host", &config.host),
            ("username", &config.username),
            ("base_dir", &config.base_dir),
        ] {
            if value.chars().any(char::is_control) {
                let text = format!("`{name}` contains a control character, which FTP cannot send");
                return Err(Error::new(Kind::Config, text));
            }
            config
                .encoding
                .check(value)
                .map_err(|error| Error::new(Kind::Config, format!("`{name}`: {error}")))?;
        }
        Ok(())
    }

    /// Returns true at the first call, so that the warning of a cleartext password is printed once.
    pub fn first_warning(&self) -> bool {
        !self.warned.swap(true, Ordering::Relaxed)
    }

    /// Reports a warning to the user.
    pub fn warn(&self, text: &str) {
        self.context.observer.notify(&Event::Warning(text));
    }
}

pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
