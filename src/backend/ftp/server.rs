//! One server: what all sessions on it share, and what the first of them finds out for the others.

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use super::features::Features;
use super::session::Session;
use super::tls::{Trust, Versions};
use super::{Config, Tls, password};
use crate::error::{Error, Kind, Result};
use crate::events::Event;
use crate::secret::Secret;
use crate::store::Context;

/// What cleaning up after a stop may take: less than the grace that workers get.
const BUDGET_WHEN_STOPPED: Duration = Duration::from_millis(1500);

/// What cleaning up after any other failure may take.
const BUDGET_OTHERWISE: Duration = Duration::from_secs(10);

/// Where to connect, as whom, and what is known about the other side.
pub struct Server {
    pub config: Config,
    pub context: Context,
    facts: Mutex<Facts>,
    login: Mutex<Login>,
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

/// The first login decides for all: a wrong password sent again and again locks the account.
enum Login {
    Untried,
    /// The password was read.
    Unproven(Secret),
    Works(Secret),
    Refused(Error),
}

/// What a session is opened for.
#[derive(Debug, Clone, Copy)]
pub enum Purpose {
    /// Storage operations, which a stop interrupts.
    Work,
    /// Removing what a failed operation left, until this moment, even after a stop.
    CleanUp(Instant),
}

impl Server {
    /// Nothing is connected before the first operation.
    pub fn new(config: Config, context: Context) -> Self {
        Self {
            config,
            context,
            facts: Mutex::default(),
            login: Mutex::new(Login::Untried),
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

    /// A session that can remove leftovers now.
    pub fn open_to_clean_up(self: &Arc<Self>) -> Result<Session> {
        let stopped = self.context.cancel.check().is_err();
        let budget = if stopped {
            BUDGET_WHEN_STOPPED
        } else {
            BUDGET_OTHERWISE
        };
        let password = match &*lock(&self.login) {
            Login::Works(password) => password.clone(),
            Login::Refused(error) => return Err(error.clone()),
            Login::Untried | Login::Unproven(_) => {
                return Err(Error::new(Kind::Disconnected, "no login worked"));
            }
        };
        Session::open(self, &password, Purpose::CleanUp(Instant::now() + budget))
    }

    /// Sessions are opened side by side once the first login worked; until then one after the other.
    pub fn open(self: &Arc<Self>) -> Result<Session> {
        let mut login = lock(&self.login);
        let (password, works) = match &*login {
            Login::Refused(error) => return Err(error.clone()),
            Login::Works(password) => (password.clone(), true),
            Login::Unproven(password) => (password.clone(), false),
            Login::Untried => {
                self.check_settings()?;
                self.warn_if_unverified();
                let password = password::read(&self.config.password, &self.context.cancel)?;
                *login = Login::Unproven(password.clone());
                (password, false)
            }
        };
        let opened = if works {
            drop(login);
            let opened = Session::open(self, &password, Purpose::Work);
            login = lock(&self.login);
            opened
        } else {
            Session::open(self, &password, Purpose::Work)
        };
        match &opened {
            Ok(_) => *login = Login::Works(password),
            Err(error) if error.kind() == Kind::Denied => *login = Login::Refused(error.clone()),
            Err(_) => {}
        }
        opened
    }

    /// A line end in a name would be a second command for the server.
    fn check_settings(&self) -> Result<()> {
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

    fn warn_if_unverified(&self) {
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
