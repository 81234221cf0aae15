//! Idle sessions. A login takes longer than a small transfer, so every session that is in sync is reused.

use std::sync::{Arc, Mutex};

use super::login_gate::LoginGate;
use super::server::{Server, lock};
use super::session::FtpSession;
use crate::error::{Error, Kind, Result};
use crate::key::Key;

/// The idle sessions of one server, never more than concurrent operations.
pub struct SessionPool {
    gate: LoginGate,
    idle: Mutex<Vec<FtpSession>>,
}

impl SessionPool {
    /// Creates an empty pool.
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

    /// Does `work`, which must be repeatable, over a new session, even after a cancellation.
    pub fn clean_up<T>(&self, work: impl Fn(&mut FtpSession) -> Result<T>) -> Result<T> {
        self.gate.clean_up(work)
    }

    /// The key as a path below the base directory, if the server's encoding can represent it.
    pub fn path<'k>(&self, key: &'k Key) -> Result<&'k str> {
        let path = key.as_relative_path()?;
        self.server().config.encoding.check(path)?;
        Ok(path)
    }

    /// Takes an idle session that is in sync, unless the run was cancelled.
    pub fn idle(&self) -> Option<Lease<'_>> {
        self.server().context.cancel.check().ok()?;
        let session = lock(&self.idle).pop().filter(FtpSession::is_quiet)?;
        Some(Lease {
            pool: self,
            session: Some(session),
            origin: Origin::Idle,
        })
    }

    /// Takes an idle session or opens a new one.
    pub fn lease(&self) -> Result<Lease<'_>> {
        self.server().context.cancel.check()?;
        let idle = lock(&self.idle).pop().filter(FtpSession::is_quiet);
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

impl Drop for SessionPool {
    fn drop(&mut self) {
        lock(&self.idle).drain(..).for_each(FtpSession::quit);
    }
}

/// A session that returns to the pool when dropped, unless it is broken.
pub struct Lease<'a> {
    pool: &'a SessionPool,
    session: Option<FtpSession>,
    origin: Origin,
}

/// The origin of a leased session: an idle one may have been closed by the server.
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

    /// The session's pool.
    pub fn pool(&self) -> &SessionPool {
        self.pool
    }

    /// The session.
    pub fn session(&mut self) -> Result<&mut FtpSession> {
        // It is only missing after `renew` failed, whose error has ended the operation.
        self.session
            .as_mut()
            .ok_or_else(|| Error::new(Kind::Disconnected, "the connection is closed"))
    }

    /// Performs the first work of an operation. A session that was closed while idle is replaced once, silently, so `work`
    /// must be repeatable.
    pub fn begin<T>(&mut self, work: impl Fn(&mut FtpSession) -> Result<T>) -> Result<T> {
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

    /// Sends commands that can be repeated: a session that is broken, before or after them, is replaced once.
    pub fn ask<T>(&mut self, commands: impl Fn(&mut FtpSession) -> Result<T>) -> Result<T> {
        if !self.is_dead() {
            let result = commands(self.session()?);
            if result.is_ok() || !self.is_dead() {
                return result;
            }
        }
        self.renew()?;
        commands(self.session()?)
    }

    /// Returns true if the session cannot be used any more.
    pub fn is_dead(&self) -> bool {
        self.session.as_ref().is_none_or(FtpSession::is_broken)
    }

    fn renew(&mut self) -> Result<()> {
        self.pool.server().context.cancel.check()?;
        // Closed first, because servers limit the number of connections.
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
