//! What is said before the first command: protection, user, password, binary mode, features, directory.

use std::sync::Arc;

use super::config::Tls;
use super::feat::Features;
use super::reply::Reply;
use super::session::Session;
use crate::error::{Error, Kind, Result};
use crate::secret::Secret;

impl Session {
    /// Logs in and finds out what all commands need to know.
    pub(super) fn logged_in(mut self, password: &Secret) -> Result<Self> {
        let server = Arc::clone(self.server());
        if server.config.tls != Tls::None {
            // Some servers leave the data connection in the clear without these, others refuse it.
            for command in ["PBSZ 0", "PROT P"] {
                let reply = self.ask(command)?;
                if !reply.is_done() {
                    return Err(reply.error(
                        Kind::Denied,
                        "the server refuses to protect the data connection",
                    ));
                }
            }
        }
        let user = self.ask(&format!("USER {}", server.config.username))?;
        let login = match user.code {
            331 => self.ask_secret("PASS", password)?,
            _ => user,
        };
        if !login.is_done() {
            return Err(refused_login(&login, server.config.tls));
        }
        // Until this is accepted, servers and SIZE treat everything as text.
        let binary = self.ask("TYPE I")?;
        if !binary.is_done() {
            return Err(binary.error(Kind::Remote, "the server refuses binary transfers"));
        }
        let features = server.facts().features;
        if features.is_none() {
            let features = Features::parse(&self.ask("FEAT")?);
            server.facts().features = Some(features);
        }
        self.find_base()?;
        Ok(self)
    }
}

fn refused_login(reply: &Reply, tls: Tls) -> Error {
    let crowded = [
        "connections",
        "clients",
        "too many",
        "maximum",
        "already connected",
    ];
    match reply.code {
        332 => reply.error(
            Kind::Denied,
            "the server wants an account besides the login",
        ),
        530 if reply.mentions(&crowded) => reply.error(
            Kind::Busy { after: None },
            "the server has too many connections",
        ),
        400..=429 | 431..=499 => reply.refusal(),
        _ => {
            let error = reply.error(Kind::Denied, "the login was refused");
            let wants_tls = tls == Tls::None && reply.mentions(&["tls", "ssl", "encrypt", "secur"]);
            if wants_tls {
                error.with_hint("set `tls = \"explicit\"` (--ftp-tls explicit)")
            } else {
                error.with_hint("check `username` and the password")
            }
        }
    }
}
