//! The login: protection of data connections, user, password, binary mode, features, base directory.

use std::sync::Arc;

use super::config::{Config, Password, Tls};
use super::feat::Features;
use super::reply::Reply;
use super::session::FtpSession;
use crate::error::{Error, Kind, Result};
use crate::secret::Secret;

impl FtpSession {
    /// Logs in and queries the features and the base directory.
    pub(super) fn logged_in(mut self, password: &Secret) -> Result<Self> {
        let server = Arc::clone(self.server());
        if server.config.tls != Tls::None {
            // Without these, some servers leave data connections in the clear, and others refuse them.
            for command in ["PBSZ 0", "PROT P"] {
                let reply = self.ask(command)?;
                if !reply.is_done() {
                    return Err(
                        reply.error(Kind::Denied, "the server refuses TLS on data connections")
                    );
                }
            }
        }
        let user = self.ask(&format!("USER {}", server.config.username))?;
        let login = match user.code {
            331 => self.ask_secret("PASS", password)?,
            _ => user,
        };
        if !login.is_done() {
            return Err(refused_login(&login, &server.config));
        }
        // In text mode, servers convert line ends, and SIZE fails or counts them.
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

fn refused_login(reply: &Reply, config: &Config) -> Error {
    let too_many = [
        "connections",
        "clients",
        "too many",
        "maximum",
        "already connected",
    ];
    match reply.code {
        332 => reply.error(
            Kind::Denied,
            "the server demands ACCT, which blobctl does not support",
        ),
        530 if reply.mentions(&too_many) => reply.error(
            Kind::Busy { after: None },
            "too many connections to the server",
        ),
        400..=429 | 431..=499 => reply.refusal(),
        _ => {
            let error = reply.error(Kind::Denied, "login refused").of_store();
            let wants_tls =
                config.tls == Tls::None && reply.mentions(&["tls", "ssl", "encrypt", "secur"]);
            error.with_hint(match config.password {
                _ if wants_tls => "set `tls = \"explicit\"` (--ftp-tls explicit)",
                Password::Anonymous => {
                    "this was an anonymous login: set a user name (`username`, --user) and its password"
                }
                _ => "check `username` and the password",
            })
        }
    }
}
