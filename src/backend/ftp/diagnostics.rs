//! The access to a server, step by step.

use rustls::HandshakeKind;
use std::io::Read;
use std::net::SocketAddr;

use super::Ftp;
use super::config::{Mode, Password, Tls};
use super::data::{Completion, Opened, ReplyWait};
use super::directory::or_root;
use super::hash::HashCommands;
use super::limits::SessionPurpose;
use super::passive;
use super::put::discard;
use super::session::FtpSession;
use super::socket;
use crate::error::{Result, printable};
use crate::key::Key;
use crate::net::probe;
use crate::store::Store;
use crate::store::diagnostics::{Diagnostics, Step, StepOutcome, Stopped, passed, step, warning};
use crate::store::resumable::PartialUpload;

impl Diagnostics for Ftp {
    fn check_access(&self, absent: &Key, report: &mut dyn FnMut(Step)) -> Result<(), Stopped> {
        self.check_network(report)?;
        let mut lease = step(report, "login", || {
            let lease = self.pool.lease()?;
            passed(lease, self.describe_login())
        })?;
        step(report, "features", || {
            let features = describe_features(lease.session()?);
            passed((), features)
        })?;
        step(report, "directory", || {
            let session = lease.session()?;
            let base = session.base().to_owned();
            match session.can_enter(&base)? {
                true => passed((), printable(or_root(&base))),
                false => Err(session.missing_base_error()),
            }
        })?;
        if self.pool.server().config.mode == Mode::Passive {
            step(report, "passive", || check_passive(lease.session()?))?;
        }
        step(report, "data", || check_data(lease.session()?))?;
        drop(lease);
        step(report, "head", || match self.head(absent)? {
            None => passed((), "an absent file is reported as absent"),
            Some(_) => passed((), "the server answers"),
        })
    }

    fn check_scratch(&self, scratch: &Key, report: &mut dyn FnMut(Step)) {
        // A server that hides names with a dot works, apart from gc.
        let _ = step(report, "dot-names", || {
            let mut lease = self.pool.lease()?;
            let path = format!("/{}", scratch.as_str());
            let (directory, name) = path.rsplit_once('/').unwrap_or(("", &path));
            let session = lease.session()?;
            let directory = format!("{}{directory}", session.base());
            let entries = session.entries(&directory)?.unwrap_or_default();
            match entries.iter().any(|entry| entry.name == name) {
                true => passed((), "names that begin with a dot are listed"),
                false => warning(
                    (),
                    "names that begin with a dot are not listed",
                    "gc cannot find temporary files on this server; remove them by other means",
                ),
            }
        });
    }

    fn features(&self) -> Vec<(&'static str, String)> {
        let rename = "the upload is renamed when it is complete and verified";
        let condition = "blobctl looks first: FTP has no conditional requests";
        vec![
            ("atomic", rename.to_owned()),
            ("conditions", condition.to_owned()),
        ]
    }

    fn remove_scratch(&self, scratch: &Key) -> Result<()> {
        let name = scratch.base_name().unwrap_or_default().to_owned();
        discard(
            &self.pool,
            scratch,
            &PartialUpload::from_previous_run(name, []),
        );
        Ok(())
    }
}

impl Ftp {
    /// Name, connection, greeting and TLS, over connections of their own.
    fn check_network(&self, report: &mut dyn FnMut(Step)) -> Result<(), Stopped> {
        let server = self.pool.server();
        let (config, context) = (&server.config, &server.context);
        let addresses = step(report, "resolve", || {
            let found = probe::resolve(&config.host, config.port)?;
            let shown: Vec<String> = found.iter().map(|found| found.ip().to_string()).collect();
            let detail = format!("{} is {}", printable(&config.host), shown.join(", "));
            passed(found, detail)
        })?;
        step(report, "connect", || {
            let wait = context.timeouts.connect;
            let dial = |address: &SocketAddr| socket::connect(config.bind_address, *address, wait);
            let socket = probe::connect(&addresses, &context.cancel, dial)?;
            let address = socket.peer_addr();
            passed(
                (),
                address.map_or_else(|_| String::new(), |address| address.to_string()),
            )
        })?;
        let name = match config.tls {
            Tls::None => "greeting",
            Tls::Explicit | Tls::Implicit => "tls",
        };
        step(report, name, || {
            let mut session = FtpSession::connect(server, SessionPurpose::Work)?;
            let detail = describe_tls(&mut session);
            session.quit();
            passed((), detail)
        })
    }

    fn describe_login(&self) -> String {
        let config = &self.pool.server().config;
        let source = match &config.password {
            Password::Text(_) => "a password of the settings or netrc",
            Password::Anonymous => "no password",
            Password::File(_) => "the password of `password_file`",
            Password::Command(_) => "the password of `password_command`",
        };
        format!("as {} with {source}", printable(&config.username))
    }
}

fn describe_tls(session: &mut FtpSession) -> String {
    let Some(tls) = session.control.tls() else {
        return "the server speaks FTP, without TLS".to_owned();
    };
    let version = tls.protocol_version().map_or("TLS", probe::version_name);
    let certificate = tls.peer_certificates().and_then(|chain| chain.first());
    let issued = probe::issued(certificate.map(AsRef::as_ref));
    format!("{version}{issued}")
}

fn describe_features(session: &FtpSession) -> String {
    let features = session.features();
    let HashCommands {
        sha256,
        sha1,
        md5,
        crc32,
    } = features.hash_commands;
    let names = [
        (features.mlst, "MLST"),
        (features.mdtm, "MDTM"),
        (features.utf8, "UTF8"),
        (sha256.is_some(), "SHA-256"),
        (sha1.is_some(), "SHA-1"),
        (md5.is_some(), "MD5"),
        (crc32.is_some(), "CRC-32"),
    ];
    let (has, lacks): (Vec<_>, Vec<_>) = names.into_iter().partition(|(has, _)| *has);
    let list = |names: Vec<(bool, &str)>| {
        let names: Vec<&str> = names.into_iter().map(|(_, name)| name).collect();
        if names.is_empty() {
            "none".to_owned()
        } else {
            names.join(" ")
        }
    };
    format!("{} (not: {})", list(has), list(lacks))
}

/// Compares the address that PASV names with the server's. blobctl ignores it; other clients may not.
fn check_passive(session: &mut FtpSession) -> Result<((), StepOutcome)> {
    let reply = session.ask("PASV")?;
    let peer = session.control.socket().peer_addr().ok();
    let named = match reply.code {
        227 => passive::named_address(&reply.text()),
        _ => return passed((), "the server has EPSV only"),
    };
    match (named, peer) {
        (Some(named), Some(peer)) if peer.ip() != named => warning(
            (),
            format!("PASV names {named}, but the server is {}", peer.ip()),
            "blobctl connects to the server itself; set the server's external address for other clients",
        ),
        (Some(named), _) => passed((), format!("PASV names {named}, the server itself")),
        (None, _) => warning(
            (),
            "the reply to PASV has no address",
            "blobctl uses EPSV, or the port alone",
        ),
    }
}

/// Opens a data connection for the listing of the base directory, and reads it to its end.
fn check_data(session: &mut FtpSession) -> Result<((), StepOutcome)> {
    let base = or_root(session.base()).to_owned();
    let mut transfer = match session.open_data(&format!("NLST {base}"), 0)? {
        Opened::Ready(transfer) => transfer,
        Opened::Refused(reply) if reply.means_empty_directory() => {
            return passed(
                (),
                "the directory is empty, so no data connection was opened",
            );
        }
        Opened::Refused(reply) => return Err(session.refused(&reply)),
    };
    let (peer, handshake) = transfer.ends();
    let mut room = [0; 4096];
    let mut read = 0;
    while let Ok(n @ 1..) = transfer.read(&mut room) {
        read += n;
        if read > LONGEST_LISTING {
            session.cut(transfer);
            return passed((), describe_data(peer, handshake));
        }
    }
    match session.finish(transfer, ReplyWait::Full) {
        Completion::Unknown(error) => return Err(error),
        Completion::Refused(reply) if !reply.means_empty_directory() => {
            return Err(session.refused(&reply));
        }
        Completion::Confirmed | Completion::Refused(_) => {}
    }
    match handshake {
        Some(HandshakeKind::Full | HandshakeKind::FullWithHelloRetryRequest) => warning(
            (),
            describe_data(peer, handshake),
            "the server does not resume TLS sessions; one that demands it would refuse transfers",
        ),
        Some(HandshakeKind::Resumed) | None => passed((), describe_data(peer, handshake)),
    }
}

/// The bytes of a listing that are read before its data connection is cut.
const LONGEST_LISTING: usize = 16 << 20;

fn describe_data(peer: Option<SocketAddr>, handshake: Option<HandshakeKind>) -> String {
    let peer = peer.map_or_else(|| "unknown".to_owned(), |peer| peer.to_string());
    let tls = match handshake {
        None => "without TLS",
        Some(HandshakeKind::Resumed) => "TLS session of the control connection resumed",
        Some(_) => "TLS session not resumed",
    };
    format!("{peer}, {tls}")
}
