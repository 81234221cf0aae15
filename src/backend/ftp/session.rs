//! One control connection that is logged in: commands, their replies, and the data connections that they open.
//!
//! A reply is read only after a command was sent, so a connection with a reply too many or too few is out of step for
//! good: it is marked broken and never used again.

use std::io;
use std::io::Write;
use std::sync::Arc;
use std::time::Duration;

use super::Encoding;
use super::config::Tls;
use super::control::{Control, ReplyError};
use super::feat::Features;
use super::hash::HashCommands;
use super::limits::Limits;
use super::reply::Reply;
use super::server::Server;
use super::tls::{Connector, Versions};
use crate::cancel::Watch;
use crate::digest::Algorithm;
use crate::error::{Error, Kind, Result, printable};
use crate::events::Event;
use crate::secret::Secret;

/// Whether both sides agree on which reply belongs to which command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    InStep,
    Broken,
}

/// A session.
pub struct Session {
    pub(super) control: Control,
    /// Protects data connections, where the control connection is protected.
    pub(super) connector: Option<Connector>,
    pub(super) server: Arc<Server>,
    pub(super) limits: Limits,
    /// The directory of the keys: absolute, without a `/` at its end.
    base: String,
    pub(super) state: State,
    utf8: Utf8,
    /// Data connections so far.
    pub(super) transfers: u32,
    /// What HASH computes, if we chose it.
    pub(super) hash: Option<Algorithm>,
    _watch: Option<Watch>,
}

/// Whether the server was told that names are UTF-8.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Utf8 {
    Unsaid,
    Said,
}

impl Session {
    pub(super) fn new(
        control: Control,
        connector: Option<Connector>,
        server: Arc<Server>,
        limits: Limits,
        watch: Option<Watch>,
    ) -> Self {
        Self {
            control,
            connector,
            server,
            limits,
            base: String::new(),
            state: State::InStep,
            utf8: Utf8::Unsaid,
            transfers: 0,
            hash: None,
            _watch: watch,
        }
    }

    /// The directory of the keys: absolute, without a `/` at its end.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// The server.
    pub fn server(&self) -> &Arc<Server> {
        &self.server
    }

    /// What the server can do.
    pub fn features(&self) -> Features {
        // FEAT was asked at the first login; without an answer nothing is ruled out.
        let unknown = Features {
            mlst: true,
            mdtm: false,
            utf8: true,
            sums: HashCommands::default(),
        };
        self.server.facts().features.unwrap_or(unknown)
    }

    /// Whether it must not be used any more.
    pub fn is_broken(&self) -> bool {
        self.state == State::Broken
    }

    /// Whether the server has said nothing unasked: neither a farewell nor the end of the connection.
    pub fn is_quiet(&self) -> bool {
        self.control.is_quiet()
    }

    /// Says good-bye without waiting for the answer; many servers give none.
    pub fn quit(self) {
        if self.server.config.tls == Tls::None {
            // The connection ends in any case.
            let _ = self.control.socket().write_all(b"QUIT\r\n");
        }
    }

    /// Finds the directory that keys are relative to: `base_dir` is below the login directory unless it begins with `/`.
    pub(super) fn find_base(&mut self) -> Result<()> {
        let base = self.server.config.base_dir.clone();
        let base = if base.starts_with('/') {
            base
        } else {
            format!("{}/{base}", self.home()?.trim_end_matches('/'))
        };
        base.trim_end_matches('/').clone_into(&mut self.base);
        Ok(())
    }

    fn home(&mut self) -> Result<String> {
        if let Some(home) = self.server.facts().home.clone() {
            return Ok(home);
        }
        let reply = self.ask("PWD")?;
        let home = reply.directory().ok_or_else(|| {
            reply
                .error(Kind::Remote, "the server does not tell the login directory")
                .hint("set `base_dir` to a path that begins with `/`")
        })?;
        self.server.facts().home = Some(home.clone());
        Ok(home)
    }

    /// Tells the server that names are UTF-8, the first time that one is not plain ASCII. Servers that refuse this
    /// mostly use UTF-8 anyway.
    pub fn announce_utf8(&mut self, path: &str) -> Result<()> {
        let matters = !path.is_ascii() && self.server.config.encoding == Encoding::Utf8;
        if matters && self.utf8 == Utf8::Unsaid && self.features().utf8 {
            self.ask("OPTS UTF8 ON")?;
            self.utf8 = Utf8::Said;
        }
        Ok(())
    }

    /// Sends one command and reads its reply. Only what leaves the session broken is an error; no is an answer.
    pub fn ask(&mut self, command: &str) -> Result<Reply> {
        self.trace(">", command);
        self.exchange(command, verb(command), self.limits.idle)
    }

    /// As [`Session::ask`], for a command that reads or writes a whole file on the server's side.
    pub fn ask_patiently(&mut self, command: &str) -> Result<Reply> {
        self.trace(">", command);
        self.exchange(command, verb(command), self.limits.completion)
    }

    /// As [`Session::ask`], with an argument that nobody may see.
    pub fn ask_secret(&mut self, verb: &str, secret: &Secret) -> Result<Reply> {
        self.trace(">", &format!("{verb} ***"));
        let line = format!("{verb} {}", secret.expose());
        self.exchange(&line, verb, self.limits.idle)
    }

    fn exchange(&mut self, command: &str, verb: &str, wait: Duration) -> Result<Reply> {
        if self.control.has_more() {
            let unasked = self.control.reply();
            let unasked = self.accept_reply(unasked, "something that was not asked")?;
            self.state = State::Broken;
            let text = "the server said something that was not asked";
            return Err(unasked.error(Kind::Disconnected, text));
        }
        self.wait_at_most(wait)?;
        let sent = self.control.send(command).map_err(ReplyError::Lost);
        let reply = sent.and_then(|()| self.control.reply());
        self.accept_reply(reply, &format!("no answer to {verb}"))
    }

    /// The reply, unless it ends the session; `missing` says which one is missing if there is none.
    pub(super) fn accept_reply(
        &mut self,
        reply: Result<Reply, ReplyError>,
        missing: &str,
    ) -> Result<Reply> {
        let reply = match reply {
            Ok(reply) => reply,
            Err(ReplyError::Lost(error)) => {
                self.state = State::Broken;
                return Err(Error::disconnected(missing, &describe_eof(error)));
            }
            Err(ReplyError::Garbage(text)) => {
                let text = format!("not a reply in FTP's form: {}", printable(&text));
                return Err(self.protocol_error(&text));
            }
        };
        self.trace("<", &reply.shown());
        if reply.code == 421 {
            self.state = State::Broken;
            return Err(reply.refusal());
        }
        Ok(reply)
    }

    fn protocol_error(&mut self, text: &str) -> Error {
        self.state = State::Broken;
        Error::new(Kind::Remote, text)
    }

    /// The error for a transfer that was refused. Tickets of TLS 1.3 work once, and uploads bring no new ones: a session
    /// that has spent them is given up, since the next one has new ones. One that has not is refused for good.
    pub fn refused(&mut self, reply: &Reply) -> Error {
        let newest = self.server.facts().versions == Versions::Newest;
        if reply.wants_protection() && newest && self.transfers > 1 {
            self.state = State::Broken;
            return reply.error(
                Kind::Disconnected,
                "the TLS session of this connection is used up",
            );
        }
        reply.refusal()
    }

    /// The error for a reply that does not fit its command: whose it is, nobody knows.
    pub fn unexpected_reply(&mut self, reply: &Reply) -> Error {
        self.state = State::Broken;
        reply.error(Kind::Remote, "unexpected answer")
    }

    pub(super) fn wait_at_most(&mut self, wait: Duration) -> Result<()> {
        let result = self.control.wait_at_most(self.limits.within(wait));
        result.map_err(|error| {
            self.state = State::Broken;
            Error::disconnected("the control connection", &error)
        })
    }

    pub(super) fn trace(&self, direction: &str, text: &str) {
        let observer = &self.server.context.observer;
        if observer.verbosity() >= 2 {
            observer.notify(&Event::Trace(&format!(
                "ftp {direction} {}",
                printable(text)
            )));
        }
    }
}

pub(super) fn verb(command: &str) -> &str {
    command.split(' ').next().unwrap_or(command)
}

/// The end of a connection in plain words, whatever the TLS library says about it.
pub fn describe_eof(error: io::Error) -> io::Error {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => {
            io::Error::new(error.kind(), "the server closed the connection")
        }
        _ => error,
    }
}
