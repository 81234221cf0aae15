//! A control connection after the login: commands and their replies.
//!
//! A reply is read only after a command was sent. After one reply too many or too few, replies can no longer be matched
//! with commands, so the session is marked broken and never used again.

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
use super::tls::{Connector, Versions, refused_certificate};
use crate::cancel::Watch;
use crate::digest::Algorithm;
use crate::error::{Error, Kind, Result, printable};
use crate::events::Event;
use crate::secret::Secret;

/// The synchronization of commands and replies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SessionState {
    /// Every reply read so far belongs to its command.
    InSync,
    /// The next reply may belong to another command.
    Broken,
}

/// An FTP session.
pub struct FtpSession {
    pub(super) control: Control,
    /// Opens TLS on data connections; `None` without TLS.
    pub(super) connector: Option<Connector>,
    pub(super) server: Arc<Server>,
    pub(super) limits: Limits,
    /// The directory that keys are relative to: absolute, without a trailing `/`.
    base: String,
    pub(super) state: SessionState,
    utf8: OptsUtf8,
    /// The number of data connections so far.
    pub(super) transfers: u32,
    /// The latest command that needs a data connection was sent, and no refusal of it was read.
    pub(super) transfer_requested: bool,
    /// The algorithm that was selected with `OPTS HASH`.
    pub(super) hash: Option<Algorithm>,
    _watch: Option<Watch>,
}

/// The progress of `OPTS UTF8 ON`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum OptsUtf8 {
    NotSent,
    Sent,
}

impl FtpSession {
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
            state: SessionState::InSync,
            utf8: OptsUtf8::NotSent,
            transfers: 0,
            transfer_requested: false,
            hash: None,
            _watch: watch,
        }
    }

    /// The directory that keys are relative to: absolute, without a trailing `/`.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// The server.
    pub fn server(&self) -> &Arc<Server> {
        &self.server
    }

    /// The commands that the server supports.
    pub fn features(&self) -> Features {
        // FEAT was sent at the first login. Without a reply, every feature is possible.
        let unknown = Features {
            mlst: true,
            mdtm: false,
            mfmt: false,
            utf8: true,
            hash_commands: HashCommands::default(),
        };
        self.server.facts().features.unwrap_or(unknown)
    }

    /// Returns true if the session must not be used again.
    pub fn is_broken(&self) -> bool {
        self.state == SessionState::Broken
    }

    /// Returns true if nothing has arrived unasked: neither a reply nor the end of the connection.
    pub fn is_quiet(&self) -> bool {
        self.control.is_quiet()
    }

    /// Sends QUIT without waiting for the reply, which many servers omit.
    pub fn quit(self) {
        if self.server.config.tls == Tls::None {
            // The connection is closed in any case.
            let _ = self.control.socket().write_all(b"QUIT\r\n");
        }
    }

    /// Determines the directory that keys are relative to: `base_dir` is below the login directory unless it begins with `/`.
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
                .error(Kind::Remote, "no login directory in the reply to PWD")
                .with_hint("set `base_dir` to a path that begins with `/`")
        })?;
        self.server.facts().home = Some(home.clone());
        Ok(home)
    }

    /// Switches the server to UTF-8 before the first name that is not ASCII. Servers that refuse this mostly use UTF-8
    /// anyway.
    pub fn announce_utf8(&mut self, path: &str) -> Result<()> {
        let needed = !path.is_ascii() && self.server.config.encoding == Encoding::Utf8;
        if needed && self.utf8 == OptsUtf8::NotSent && self.features().utf8 {
            self.ask("OPTS UTF8 ON")?;
            self.utf8 = OptsUtf8::Sent;
        }
        Ok(())
    }

    /// Sends a command and reads its reply. A refusal is not an error; only a broken session is.
    pub fn ask(&mut self, command: &str) -> Result<Reply> {
        self.trace(">", command);
        self.exchange(command, verb(command), self.limits.idle)
    }

    /// As [`FtpSession::ask`], for a command that makes the server read or write a whole file.
    pub fn ask_patiently(&mut self, command: &str) -> Result<Reply> {
        self.trace(">", command);
        self.exchange(command, verb(command), self.limits.completion)
    }

    /// As [`FtpSession::ask`], with an argument that is not traced.
    pub fn ask_secret(&mut self, verb: &str, secret: &Secret) -> Result<Reply> {
        self.trace(">", &format!("{verb} ***"));
        let line = format!("{verb} {}", secret.expose());
        self.exchange(&line, verb, self.limits.idle)
    }

    fn exchange(&mut self, command: &str, verb: &str, wait: Duration) -> Result<Reply> {
        if self.control.has_unread() {
            let reply = self.control.reply();
            let reply = self.accept_reply(reply, "an unsolicited reply")?;
            self.state = SessionState::Broken;
            return Err(reply.error(Kind::Disconnected, "unsolicited reply"));
        }
        self.wait_at_most(wait)?;
        let sent = self.control.send(command).map_err(ReplyError::Lost);
        let reply = sent.and_then(|()| self.control.reply());
        self.accept_reply(reply, &format!("no reply to {verb}"))
    }

    /// Returns the reply unless it ends the session; `missing` describes the error if no reply arrived.
    pub(super) fn accept_reply(
        &mut self,
        reply: Result<Reply, ReplyError>,
        missing: &str,
    ) -> Result<Reply> {
        let reply = match reply {
            Ok(reply) => reply,
            Err(ReplyError::Lost(error)) => {
                self.state = SessionState::Broken;
                return Err(lost_connection(missing, &error));
            }
            Err(ReplyError::Malformed(text)) => {
                let text = format!("invalid FTP reply: {}", printable(&text));
                return Err(self.protocol_error(&text));
            }
        };
        self.trace("<", &reply.shown());
        if reply.code == 421 {
            self.state = SessionState::Broken;
            return Err(reply.refusal());
        }
        Ok(reply)
    }

    fn protocol_error(&mut self, text: &str) -> Error {
        self.state = SessionState::Broken;
        Error::new(Kind::Remote, text)
    }

    /// The error for a refused transfer. TLS 1.3 tickets work once, and uploads bring no new ones. A session that has used
    /// them up is marked broken, and the retry opens a new one; without that reason the refusal is permanent.
    pub fn refused(&mut self, reply: &Reply) -> Error {
        let newest = self.server.facts().versions == Versions::Newest;
        if reply.demands_tls_on_data() && newest && self.transfers > 1 {
            self.state = SessionState::Broken;
            return reply.error(
                Kind::Disconnected,
                "no TLS session tickets left on this connection",
            );
        }
        reply.refusal()
    }

    /// The error for a reply that does not fit its command, and so may belong to another one.
    pub fn unexpected_reply(&mut self, reply: &Reply) -> Error {
        self.state = SessionState::Broken;
        reply.error(Kind::Remote, "unexpected reply")
    }

    pub(super) fn wait_at_most(&mut self, wait: Duration) -> Result<()> {
        let result = self.control.wait_at_most(self.limits.within(wait));
        result.map_err(|error| {
            self.state = SessionState::Broken;
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

/// The error of a control connection that ended. `missing` names the reply that did not arrive. With TLS 1.3 the server
/// judges the client's certificate after the handshake.
pub fn lost_connection(missing: &str, error: &io::Error) -> Error {
    if let Some(refused) = refused_certificate(error) {
        return refused;
    }
    match error.kind() {
        // Replaces the TLS library's wording.
        io::ErrorKind::UnexpectedEof => {
            let text = format!("{missing}: the server closed the connection");
            Error::new(Kind::Disconnected, text)
        }
        _ => Error::disconnected(missing, error),
    }
}
