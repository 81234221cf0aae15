//! Opens sessions; the first login decides for all of them.

use std::sync::{Arc, Mutex};
use std::time::Instant;

use super::limits::SessionPurpose;
use super::password;
use super::server::{CLEANUP_BUDGET, CLEANUP_BUDGET_AFTER_STOP, CLEANUP_PAUSE, Server, lock};
use super::session::FtpSession;
use crate::error::{Error, Kind, Result};
use crate::secret::Secret;

/// The result of the first login. A rejected password is never sent again, because that could lock the account.
enum LoginState {
    Untried,
    /// The password was read, and no login has succeeded yet.
    PasswordRead(Secret),
    Accepted(Secret),
    Refused(Error),
}

/// Opens the sessions of one server, and remembers the result of the first login.
pub struct LoginGate {
    server: Arc<Server>,
    login: Mutex<LoginState>,
}

impl LoginGate {
    /// Connects only when the first session is opened.
    pub fn new(server: Server) -> Self {
        Self {
            server: Arc::new(server),
            login: Mutex::new(LoginState::Untried),
        }
    }

    /// The server.
    pub fn server(&self) -> &Arc<Server> {
        &self.server
    }

    /// Does `work`, which must be repeatable, over a new session, with a time limit and even after a cancellation. A server
    /// may refuse the session at first, because it has not noticed yet that the old ones are closed.
    pub fn clean_up<T>(&self, work: impl Fn(&mut FtpSession) -> Result<T>) -> Result<T> {
        let stopped = self.server.context.cancel.check().is_err();
        let budget = if stopped {
            CLEANUP_BUDGET_AFTER_STOP
        } else {
            CLEANUP_BUDGET
        };
        let begin = Instant::now();
        loop {
            let result = self.clean_up_once(begin + budget, &work);
            let is_late = begin.elapsed() + CLEANUP_PAUSE > CLEANUP_BUDGET_AFTER_STOP;
            match result {
                Err(error) if error.is_transient() && !is_late => {
                    std::thread::sleep(CLEANUP_PAUSE);
                }
                result => return result,
            }
        }
    }

    fn clean_up_once<T>(
        &self,
        deadline: Instant,
        work: impl Fn(&mut FtpSession) -> Result<T>,
    ) -> Result<T> {
        let password = match &*lock(&self.login) {
            LoginState::Accepted(password) => password.clone(),
            LoginState::Refused(error) => return Err(error.clone()),
            LoginState::Untried | LoginState::PasswordRead(_) => {
                let error = Error::new(Kind::Disconnected, "no login has succeeded");
                return Err(error.permanent());
            }
        };
        let purpose = SessionPurpose::CleanUp(deadline);
        let mut session = FtpSession::open(&self.server, &password, purpose)?;
        let done = work(&mut session);
        session.quit();
        done
    }

    /// Opens a session: in parallel once a login has succeeded, one after the other until then.
    pub fn open(&self) -> Result<FtpSession> {
        let mut login = lock(&self.login);
        let (password, accepted) = match &*login {
            LoginState::Refused(error) => return Err(error.clone()),
            LoginState::Accepted(password) => (password.clone(), true),
            LoginState::PasswordRead(password) => (password.clone(), false),
            LoginState::Untried => {
                self.server.check_settings()?;
                let password =
                    password::read(&self.server.config.password, &self.server.context.cancel)?;
                self.server.hide(&password);
                *login = LoginState::PasswordRead(password.clone());
                (password, false)
            }
        };
        let opened = if accepted {
            drop(login);
            let opened = FtpSession::open(&self.server, &password, SessionPurpose::Work);
            login = lock(&self.login);
            opened
        } else {
            FtpSession::open(&self.server, &password, SessionPurpose::Work)
        };
        match &opened {
            Ok(_) => *login = LoginState::Accepted(password),
            Err(error) if error.kind() == Kind::Denied => {
                *login = LoginState::Refused(error.clone());
            }
            Err(_) => {}
        }
        opened
    }
}
