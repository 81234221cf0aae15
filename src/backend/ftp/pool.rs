//! The sessions that wait for their next blob. A login costs more than a small transfer, so none is thrown away that is
//! in step with the server.

use std::sync::{Arc, Mutex};

use super::login_gate::LoginGate;
use super::server::{Server, lock};
use super::session::Session;
use crate::error::{Error, Kind, Result};
use crate::key::Key;

/// Idle sessions of one server. There are never more than operations at once.
pub struct Pool {
    gate: LoginGate,
    idle: Mutex<Vec<Session>>,
}

impl Pool {
    /// No session yet.
    pub fn new(server: Server) -> Self {
        Self {
            gate: LoginGate::new(server),
            idle: Mutex::default(),
        }
    }

    /// The server.
    pub fn server(&self) -> &Arc<Server> {
        self.gate.server()
    }

    /// Opens a session that removes leftovers, even after the run was cancelled.
    pub fn open_to_clean_up(&self) -> Result<Session> {
        self.gate.open_to_clean_up()
    }

    /// The key as a path below the base directory, if the server can be told of it.
    pub fn path<'k>(&self, key: &'k Key) -> Result<&'k str> {
        let path = key.as_relative_path()?;
        self.server().config.encoding.check(path)?;
        Ok(path)
    }

    /// A session that waits and is in step, unless the run was asked to stop.
    pub fn idle(&self) -> Option<Lease<'_>> {
        self.server().context.cancel.check().ok()?;
        let session = lock(&self.idle).pop().filter(Session::is_quiet)?;
        Some(Lease {
            pool: self,
            session: Some(session),
            origin: Origin::Idle,
        })
    }

    /// A session for one operation: an idle one, or a new one.
    pub fn lease(&self) -> Result<Lease<'_>> {
        self.server().context.cancel.check()?;
        let idle = lock(&self.idle).pop().filter(Session::is_quiet);
        let origin = if idle.is_some() {
            Origin::Idle
        } else {
            Origin::New
        };
        let session = match idle {
            Some(session) => session,
            None => self.gate.open()?,
        };
        Ok(Lease {
            pool: self,
            session: Some(session),
            origin,
        })
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        lock(&self.idle).drain(..).for_each(Session::quit);
    }
}

/// A session that goes back to the idle ones when dropped, provided that it is in step with the server.
pub struct Lease<'a> {
    pool: &'a Pool,
    session: Option<Session>,
    origin: Origin,
}

/// Whether a session may have died while nobody used it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Origin {
    Idle,
    New,
}

impl Lease<'_> {
    /// The server.
    pub fn server(&self) -> &Arc<Server> {
        self.pool.server()
    }

    /// The pool that it belongs to.
    pub fn pool(&self) -> &Pool {
        self.pool
    }

    /// The session.
    pub fn session(&mut self) -> Result<&mut Session> {
        // It is missing only after a replacement failed, whose error has ended the operation.
        self.session
            .as_mut()
            .ok_or_else(|| Error::new(Kind::Disconnected, "the connection is gone"))
    }

    /// Does the first work of an operation. A session that died while it was idle is replaced once, silently, so `work`
    /// must be harmless to do twice.
    pub fn begin<T>(&mut self, work: impl Fn(&mut Session) -> Result<T>) -> Result<T> {
        if self.is_dead() {
            self.renew()?;
        }
        match work(self.session()?) {
            Err(_) if self.origin == Origin::Idle && self.is_dead() => {
                self.renew()?;
                work(self.session()?)
            }
            result => result,
        }
    }

    /// Asks something that can be asked twice: a session that is out of step, before or after it, is replaced once.
    pub fn ask<T>(&mut self, question: impl Fn(&mut Session) -> Result<T>) -> Result<T> {
        if !self.is_dead() {
            let result = question(self.session()?);
            if result.is_ok() || !self.is_dead() {
                return result;
            }
        }
        self.renew()?;
        question(self.session()?)
    }

    /// Whether the session is of no use any more.
    pub fn is_dead(&self) -> bool {
        self.session.as_ref().is_none_or(Session::is_broken)
    }

    fn renew(&mut self) -> Result<()> {
        self.pool.server().context.cancel.check()?;
        // Closed first: servers count connections.
        self.session = None;
        self.session = Some(self.pool.gate.open()?);
        self.origin = Origin::New;
        Ok(())
    }
}

impl Drop for Lease<'_> {
    fn drop(&mut self) {
        if let Some(session) = self.session.take().filter(|session| !session.is_broken()) {
            lock(&self.pool.idle).push(session);
        }
    }
}
