//! One client's session: reads commands, applies faults, and handles each verb in a function of its own.

use std::io::{BufRead, BufReader, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;

use super::fault::Fault;
use super::tls::{Protection, Wire};
use super::{Closed, PASSWORD, State, USER};
use crate::support::checksums::Checksum;

const UNKNOWN_COMMAND: &str = "502 command not implemented";

/// The state of the session after a command.
pub(super) enum Next {
    Continue,
    Close,
}

/// Replies of the current command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Replies {
    Sent,
    /// Replaced by the end of the connection.
    Dropped,
}

pub(super) struct Session {
    pub control: BufReader<Wire>,
    pub state: Arc<State>,
    user: String,
    logged_in: bool,
    /// TYPE I was sent.
    pub binary: bool,
    /// PROT P was sent.
    pub private: bool,
    replies: Replies,
    pub passive: Option<TcpListener>,
    pub active: Option<SocketAddr>,
    /// The offset of REST.
    pub offset: usize,
    /// Data connections that stay open and unread until the session ends.
    pub unread: Vec<Wire>,
    /// The path of RNFR.
    rename_from: Option<String>,
    cwd: String,
    /// The algorithm that HASH uses.
    hash: String,
}

impl Session {
    pub fn new(socket: TcpStream, state: Arc<State>) -> Option<Self> {
        socket.set_nodelay(true).unwrap();
        // A client that has disconnected already has no address.
        let peer = socket.peer_addr().ok()?.ip();
        state.peers.lock().unwrap().push(peer);
        let control = match (&state.options.tls, state.options.protection) {
            (Some(config), Protection::Implicit) => Wire::protect(socket, config)?,
            _ => Wire::Plain(socket),
        };
        Some(Self {
            control: BufReader::new(control),
            state,
            user: String::new(),
            logged_in: false,
            binary: false,
            private: false,
            replies: Replies::Sent,
            passive: None,
            active: None,
            offset: 0,
            unread: Vec::new(),
            rename_from: None,
            cwd: "/".to_owned(),
            hash: "SHA-1".to_owned(),
        })
    }

    pub fn reply(&mut self, line: &str) -> Next {
        if self.replies == Replies::Dropped {
            return Next::Close;
        }
        let wire = self.control.get_mut();
        let sent = wire
            .write_all(format!("{line}\r\n").as_bytes())
            .and_then(|()| wire.flush());
        match sent {
            Ok(()) => Next::Continue,
            Err(_) => Next::Close,
        }
    }

    fn reply_either(&mut self, success: bool, positive: &str, negative: &str) -> Next {
        self.reply(if success { positive } else { negative })
    }

    /// Sends nothing more, and waits until the client disconnects.
    pub fn stall(&mut self) -> Next {
        let _ = std::io::copy(&mut self.control, &mut std::io::sink());
        Next::Close
    }

    pub fn serve(mut self) {
        if let Next::Close = self.greet() {
            return;
        }
        while let Some(line) = self.read_command() {
            self.state.log.lock().unwrap().push(line.clone());
            let (verb, argument) = line.split_once(' ').unwrap_or((&line, ""));
            if let Next::Close = self.handle(verb, argument) {
                let _ = self.control.get_ref().socket().shutdown(Shutdown::Both);
                return;
            }
        }
    }

    fn greet(&mut self) -> Next {
        let greeting = match self.state.take_fault("banner") {
            Some(Fault::Reply(line) | Fault::AlwaysReply(line)) => line,
            Some(Fault::NeverReply) => return self.stall(),
            Some(Fault::DelayFinalReply(wait)) => {
                std::thread::sleep(wait);
                "220 ready"
            }
            _ => "220 ready",
        };
        self.reply(greeting)
    }

    /// The next line, in Latin-1 (which can represent any byte) if it is not UTF-8.
    fn read_command(&mut self) -> Option<String> {
        let mut line = Vec::new();
        self.control
            .read_until(b'\n', &mut line)
            .ok()
            .filter(|len| *len > 0)?;
        let text = String::from_utf8(line)
            .unwrap_or_else(|error| error.as_bytes().iter().copied().map(char::from).collect());
        Some(text.trim_end_matches(['\r', '\n']).to_owned())
    }

    fn handle(&mut self, verb: &str, argument: &str) -> Next {
        let is_transfer = matches!(verb, "STOR" | "RETR");
        match self.state.take_fault(verb) {
            Some(Fault::Reply(reply) | Fault::AlwaysReply(reply)) => self.reply(reply),
            Some(Fault::CloseControl) => Next::Close,
            Some(Fault::NeverReply) => self.stall(),
            Some(Fault::DropFinalReply) if !is_transfer => {
                self.replies = Replies::Dropped;
                self.execute(verb, argument, None)
            }
            Some(Fault::DelayFinalReply(wait)) if !is_transfer => {
                std::thread::sleep(wait);
                self.execute(verb, argument, None)
            }
            fault => self.execute(verb, argument, fault),
        }
    }

    fn execute(&mut self, verb: &str, argument: &str, fault: Option<Fault>) -> Next {
        if let Some(refusal) = self.refusal(verb) {
            return self.reply(refusal);
        }
        let is_plain = self.is_plain();
        match verb {
            "AUTH" => self.auth_tls(),
            "PBSZ" if !is_plain => self.reply("200 PBSZ=0"),
            "PROT" if !is_plain => {
                self.private = argument == "P";
                self.reply("200 protection set")
            }
            "USER" => {
                argument.clone_into(&mut self.user);
                self.reply("331 password, please")
            }
            "PASS" => self.pass(argument, fault),
            "SYST" => self.reply("215 UNIX Type: L8"),
            "FEAT" => self.feat(),
            "OPTS" => {
                if let Some(name) = argument.strip_prefix("HASH ") {
                    name.clone_into(&mut self.hash);
                }
                self.reply("200 ok")
            }
            "TYPE" => {
                self.binary = argument == "I";
                self.reply("200 type set")
            }
            "PWD" => self.reply("257 \"/\" is the current directory"),
            "CWD" => self.cwd(argument),
            "MKD" => self.mkd(argument),
            "PASV" | "EPSV" => self.listen_passively(verb, fault),
            "PORT" => self.port(argument),
            "EPRT" => self.eprt(argument),
            "REST" => {
                self.offset = argument.parse().unwrap();
                self.reply("350 restarting there")
            }
            "SIZE" => self.size(argument, fault),
            "MDTM" => self.mdtm(argument),
            "MFMT" => self.mfmt(argument),
            "MLST" => self.mlst(argument, fault),
            "MLSD" | "NLST" | "LIST" => self.list(verb, argument, fault),
            "DELE" => self.dele(argument),
            "RNFR" => self.rnfr(argument),
            "RNTO" => self.rnto(argument, fault),
            "STOR" => self.store(argument, fault),
            "APPE" => self.append(argument, fault),
            "RETR" => self.retrieve(argument, fault),
            "XSHA256" | "XSHA1" | "XMD5" | "XCRC" | "MD5" | "HASH" if self.state.offers(verb) => {
                self.checksum(verb, argument)
            }
            "QUIT" => {
                self.reply("221 goodbye");
                Next::Close
            }
            "NOOP" => self.reply("200 ok"),
            _ => self.reply(UNKNOWN_COMMAND),
        }
    }

    /// The reply to a command that is missing, or not allowed before the login or before TLS.
    fn refusal(&self, verb: &str) -> Option<&'static str> {
        let before_login = matches!(
            verb,
            "USER" | "PASS" | "FEAT" | "QUIT" | "SYST" | "OPTS" | "AUTH" | "PBSZ" | "PROT"
        );
        let needs_tls = self.state.options.protection != Protection::None && self.is_plain();
        if self.state.options.missing.contains(&verb) {
            Some(UNKNOWN_COMMAND)
        } else if matches!(verb, "USER" | "PASS") && needs_tls {
            Some("530 sessions must use encryption")
        } else if !self.logged_in && !before_login {
            Some("530 please log in")
        } else {
            None
        }
    }

    fn is_plain(&self) -> bool {
        matches!(self.control.get_ref(), Wire::Plain(_))
    }

    /// Resolves an argument against the current directory, and the links in it.
    pub fn path(&self, argument: &str) -> String {
        let path = match argument.starts_with('/') {
            true => argument.to_owned(),
            false => format!("{}/{argument}", self.cwd),
        };
        let segments = path.split('/').filter(|name| !matches!(*name, "" | "."));
        let path: Vec<&str> = segments.collect();
        self.state.resolve(&format!("/{}", path.join("/")))
    }

    /// Bytes that were read ahead in the clear are discarded.
    fn auth_tls(&mut self) -> Next {
        let Some(config) = self.state.options.tls.clone() else {
            return self.reply(UNKNOWN_COMMAND);
        };
        self.reply("234 go on");
        let socket = self.control.get_ref().socket().try_clone().unwrap();
        match Wire::protect(socket, &config) {
            Some(wire) => self.control = BufReader::new(wire),
            None => return Next::Close,
        }
        Next::Continue
    }

    fn pass(&mut self, argument: &str, fault: Option<Fault>) -> Next {
        if self.user != USER || argument != PASSWORD {
            return self.reply("530 login incorrect");
        }
        self.logged_in = true;
        self.reply(match fault {
            Some(Fault::FinalReply(reply)) => reply,
            _ => "230 welcome",
        })
    }

    fn feat(&mut self) -> Next {
        let all = [
            "SIZE",
            "MDTM",
            "MFMT",
            "REST STREAM",
            "MLST type*;size*;modify*;",
            "UTF8",
            "EPSV",
        ];
        let options = &self.state.options;
        let is_missing = |line: &str| options.missing.iter().any(|verb| line.starts_with(verb));
        let mut text = "211-Features:\r\n".to_owned();
        for line in all.iter().filter(|line| !is_missing(line)) {
            text.push_str(&format!(" {line}\r\n"));
        }
        for line in &options.features {
            text.push_str(&format!(" {line}\r\n"));
        }
        self.reply(&format!("{text}211 End"))
    }

    fn cwd(&mut self, argument: &str) -> Next {
        let path = self.path(argument);
        let is_closed = self.state.closed(&path) == Some(Closed::Refused);
        let exists = self.state.has_directory(&path) && !is_closed;
        if exists {
            self.cwd = path;
        }
        self.reply_either(exists, "250 ok", "550 failed to change directory")
    }

    fn mkd(&mut self, argument: &str) -> Next {
        let path = self.path(argument);
        let parent = match path.rsplit_once('/') {
            None | Some(("", _)) => "/".to_owned(),
            Some((parent, _)) => parent.to_owned(),
        };
        let mut directories = self.state.directories.lock().unwrap();
        let made = directories.contains(&parent) && directories.insert(path);
        drop(directories);
        self.reply_either(made, "257 created", "550 create directory operation failed")
    }

    fn size(&mut self, argument: &str, fault: Option<Fault>) -> Next {
        let path = self.path(argument);
        if let (Some(Fault::SizeOfDirectories(size)), true) =
            (fault, self.state.has_directory(&path))
        {
            return self.reply(&format!("213 {size}"));
        }
        match self.state.size(&path) {
            Some(size) if self.binary => self.reply(&format!("213 {size}")),
            _ => self.reply("550 could not get file size"),
        }
    }

    fn mdtm(&mut self, argument: &str) -> Next {
        let path = self.path(argument);
        let time = format!("213 {}", self.state.time(&path));
        let refusal = "550 could not get file modification time";
        self.reply_either(self.state.has_file(&path), &time, refusal)
    }

    fn mfmt(&mut self, argument: &str) -> Next {
        let (time, path) = argument.split_once(' ').unwrap();
        let path = self.path(path);
        if !self.state.has_file(&path) {
            return self.reply("550 no such file");
        }
        let reply = format!("213 Modify={time}; {path}");
        let mut times = self.state.times.lock().unwrap();
        times.insert(path, time.to_owned());
        drop(times);
        self.reply(&reply)
    }

    fn mlst(&mut self, argument: &str, fault: Option<Fault>) -> Next {
        let mut path = self.path(argument);
        if let (Some(Fault::TakesPatterns), Some((directory, name))) =
            (fault, path.clone().rsplit_once('/'))
            && name.contains('[')
        {
            directory.clone_into(&mut path);
        }
        match self.state.facts(&path) {
            Some(facts) => self.reply(&format!("250-Listing\r\n {facts} {path}\r\n250 End")),
            None => self.reply("550 no such file or directory"),
        }
    }

    fn dele(&mut self, argument: &str) -> Next {
        let path = self.path(argument);
        let deleted = self.state.files.lock().unwrap().remove(&path).is_some();
        self.reply_either(deleted, "250 deleted", "550 delete operation failed")
    }

    fn rnfr(&mut self, argument: &str) -> Next {
        let path = self.path(argument);
        let exists = self.state.has_file(&path);
        self.rename_from = exists.then_some(path);
        self.reply_either(exists, "350 ready for RNTO", "550 no such file")
    }

    fn rnto(&mut self, argument: &str, fault: Option<Fault>) -> Next {
        let to = self.path(argument);
        // rename(2) refuses this on every server.
        if self.state.has_directory(&to) {
            return self.reply("550 is a directory");
        }
        if let (Some(Fault::NeverOverwrite), true) = (fault, self.state.has_file(&to)) {
            return self.reply("553 file exists");
        }
        let from = self.rename_from.take();
        let mut times = self.state.times.lock().unwrap();
        let time = from.as_ref().and_then(|from| times.remove(from));
        times.remove(&to);
        times.extend(time.map(|time| (to.clone(), time)));
        drop(times);
        let mut files = self.state.files.lock().unwrap();
        let moved = from
            .and_then(|from| files.remove(&from))
            .map(|content| files.insert(to, content))
            .is_some();
        drop(files);
        if let Some(Fault::FinalReply(reply)) = fault {
            return self.reply(reply);
        }
        self.reply_either(moved, "250 renamed", "503 RNFR first")
    }

    fn checksum(&mut self, verb: &str, argument: &str) -> Next {
        let Some(content) = self.state.content(&self.path(argument)) else {
            return self.reply("550 no such file");
        };
        let algorithm = match (verb, self.hash.as_str()) {
            ("XSHA256", _) | ("HASH", "SHA-256") => Checksum::Sha256,
            ("XSHA1", _) | ("HASH", "SHA-1") => Checksum::Sha1,
            ("XCRC", _) | ("HASH", "CRC32") => Checksum::Crc32,
            _ => Checksum::Md5,
        };
        let hex = algorithm.hex(&content);
        let last = content.len().saturating_sub(1);
        self.reply(&match verb {
            "HASH" => format!("213 {} 0-{last} {hex} {argument}", self.hash),
            "MD5" => format!("251 {argument} {}", hex.to_uppercase()),
            _ => format!("250 {}", hex.to_uppercase()),
        })
    }
}
