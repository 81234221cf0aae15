//! Opens sessions, and decides once whether the login works.

use std::sync::{Arc, Mutex};
use std::time::Instant;

use super::limits::Purpose;
use super::password;
use super::server::{CLEANUP_BUDGET, CLEANUP_BUDGET_AFTER_STOP, Server, lock};
use super::session::Session;
use crate::error::{Error, Kind, Result};
use crate::secret::Secret;

/// The first login decides for all: a wrong password sent again and again locks the account.
enum Login {
    Untried,
    /// The password was read.
    Unproven(Secret),
    Works(Secret),
    Refused(Error),
}

/// Opens the sessions of one server, and keeps what the first login proved.
pub struct LoginGate {
    server: Arc<Server>,
    login: Mutex<Login>,
}

impl LoginGate {
    /// Nothing is connected before the first operation.
    pub fn new(server: Server) -> Self {
        Self {
            server: Arc::new(server),
            login: Mutex::new(Login::Untried),
        }
    }

    /// The server.
    pub fn server(&self) -> &Arc<Server> {
        &self.server
    }

    /// A session that can remove leftovers now.
    pub fn open_to_clean_up(&self) -> Result<Session> {
        let stopped = self.server.context.cancel.check().is_err();
        let budget = if stopped {
            CLEANUP_BUDGET_AFTER_STOP
        } else {
            CLEANUP_BUDGET
        };
        let password = match &*lock(&self.login) {
            Login::Works(password) => password.clone(),
            Login::Refused(error) => return Err(error.clone()),
            Login::Untried | Login::Unproven(_) => {
                return Err(Error::new(Kind::Disconnected, "no login worked"));
            }
        };
        Session::open(
            &self.server,
            &password,
            Purpose::CleanUp(Instant::now() + budget),
        )
    }

    /// Sessions are opened side by side once the first login worked; until then one after the other.
    pub fn open(&self) -> Result<Session> {
        let mut login = lock(&self.login);
        let (password, works) = match &*login {
            Login::Refused(error) => return Err(error.clone()),
            Login::Works(password) => (password.clone(), true),
            Login::Unproven(password) => (password.clone(), false),
            Login::Untried => {
                self.server.check_settings()?;
                self.server.warn_if_unverified();
                let password =
                    password::read(&self.server.config.password, &self.server.context.cancel)?;
                *login = Login::Unproven(password.clone());
                (password, false)
            }
        };
        let opened = if works {
            drop(login);
            let opened = Session::open(&self.server, &password, Purpose::Work);
            login = lock(&self.login);
            opened
        } else {
            Session::open(&self.server, &password, Purpose::Work)
        };
        match &opened {
            Ok(_) => *login = Login::Works(password),
            Err(error) if error.kind() == Kind::Denied => *login = Login::Refused(error.clone()),
            Err(_) => {}
        }
        opened
    }
}
