//! Data connections: how they are opened, and the commands that transfer over them.

use std::io::{Read, Write};
use std::net::{IpAddr, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use rustix::net::{AddressFamily, SocketType};

use super::fault::Fault;
use super::session::{Next, Session};
use super::tls::{DataSessions, Wire};
use super::{CLOSED, Closed, ListedLink};

const NOT_PROTECTED: &str = "522 protection required";

impl Session {
    pub(super) fn listen_passively(&mut self, verb: &str, fault: Option<Fault>) -> Next {
        let here = self.control.get_ref().socket().local_addr().unwrap().ip();
        let listener = TcpListener::bind((here, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        self.passive = Some(listener);
        let (words, numbers) = if verb == "EPSV" {
            (
                "229 entering extended passive mode (%)",
                format!("|||{port}|"),
            )
        } else {
            // The client must ignore this address.
            let numbers = format!("10,0,0,1,{},{}", port >> 8, port & 255);
            ("227 entering passive mode (%)", numbers)
        };
        let words = match fault {
            Some(Fault::PassiveReply(words)) => words,
            _ => words,
        };
        self.reply(&words.replace('%', &numbers))
    }

    pub(super) fn port(&mut self, argument: &str) -> Next {
        let numbers: Vec<u8> = argument
            .split(',')
            .map(|text| text.parse().unwrap())
            .collect();
        let [a, b, c, d, high, low] = numbers[..] else {
            panic!("PORT has six numbers: {argument}");
        };
        let port = u16::from_be_bytes([high, low]);
        self.active = Some(SocketAddr::from(([a, b, c, d], port)));
        self.reply("200 ok")
    }

    pub(super) fn eprt(&mut self, argument: &str) -> Next {
        let parts: Vec<&str> = argument.split('|').collect();
        let address = parts[2].parse::<IpAddr>().unwrap();
        assert_eq!(parts[1], if address.is_ipv6() { "2" } else { "1" });
        self.active = Some(SocketAddr::new(address, parts[3].parse().unwrap()));
        self.reply("200 ok")
    }

    /// Opens the data connection; an error is the reply that ends the transfer.
    fn open_data(&mut self) -> Result<Wire, &'static str> {
        const FAILED: &str = "425 cannot open data connection";
        let socket = match (self.active.take(), self.passive.take()) {
            (Some(address), _) => {
                TcpStream::connect_timeout(&address, Duration::from_secs(5)).map_err(|_| FAILED)?
            }
            (None, Some(listener)) => {
                let (socket, from) = listener.accept().map_err(|_| FAILED)?;
                self.state.peers.lock().unwrap().push(from.ip());
                socket
            }
            (None, None) => return Err(FAILED),
        };
        let options = &self.state.options;
        let Some(config) = &options.tls else {
            return Ok(Wire::Plain(socket));
        };
        let wire = Wire::protect(socket, config).ok_or(FAILED)?;
        if options.data_sessions == DataSessions::Resumed && !wire.is_resumed() {
            return Err("522 SSL connection failed: session reuse required");
        }
        Ok(wire)
    }

    /// Returns true if the server demands TLS on data connections and the client has not sent PROT P.
    fn lacks_protection(&self) -> bool {
        self.state.options.tls.is_some() && !self.private
    }

    /// Connects to the client's port from another address and records the bytes that arrive there.
    fn connect_stranger(&self) {
        let (client, state) = (self.active.unwrap(), Arc::clone(&self.state));
        let stranger = SocketAddr::from(([127, 0, 0, 9], 0));
        let socket = rustix::net::socket(AddressFamily::INET, SocketType::STREAM, None).unwrap();
        rustix::net::bind(&socket, &stranger).unwrap();
        rustix::net::connect(&socket, &client).unwrap();
        let mut socket = TcpStream::from(socket);
        std::thread::spawn(move || {
            let mut leaked = Vec::new();
            let _ = socket.read_to_end(&mut leaked);
            state.leaked.lock().unwrap().extend(leaked);
        });
    }

    pub(super) fn list(&mut self, verb: &str, argument: &str, fault: Option<Fault>) -> Next {
        let (hidden, argument) = match argument.strip_prefix("-a ") {
            Some(directory) if verb == "LIST" => (true, directory),
            _ => (false, argument),
        };
        let directory = self.path(argument);
        if !self.state.has_directory(&directory) {
            self.passive = None;
            return self.reply("550 no such directory");
        }
        if self.lacks_protection() {
            return self.reply(NOT_PROTECTED);
        }
        let closed = self.state.closed(&directory);
        match closed {
            Some(Closed::Refused) => return self.reply("550 permission denied"),
            Some(Closed::Unlisted(reply)) => return self.reply(reply),
            Some(Closed::Empty) | None => {}
        }
        let text = match fault {
            _ if closed.is_some() => Vec::new(),
            Some(Fault::Listing(text)) => text.into(),
            Some(Fault::ListingBytes(bytes)) => bytes.to_vec(),
            _ => self.listing(verb, &directory, hidden).into_bytes(),
        };
        self.reply("150 here it comes");
        match self.open_data() {
            Ok(mut data) => {
                let _ = data.write_all(&text);
                data.close(None);
            }
            Err(reply) => return self.reply(reply),
        }
        self.reply(match closed {
            Some(_) => "226 Transfer done (but failed to open directory).",
            None => "226 done",
        })
    }

    /// The text of a listing. NLST and LIST omit hidden names, as many servers do, unless LIST has the option `-a`.
    fn listing(&self, verb: &str, directory: &str, with_hidden: bool) -> String {
        let mut text = String::new();
        for name in self.state.names(directory) {
            let path = format!("{}/{name}", directory.trim_end_matches('/'));
            let hidden = name.starts_with('.') && !with_hidden;
            match verb {
                "MLSD" => {
                    let facts = self.state.facts(&path).unwrap();
                    text.push_str(&format!("{facts} {name}\r\n"));
                }
                _ if hidden => {}
                "NLST" => text.push_str(&format!("{name}\r\n")),
                _ => {
                    let known = self.state.links.lock().unwrap().get(&path).cloned();
                    let link = known.filter(|known| known.listed == ListedLink::AsLink);
                    let (mode, len) = match self.state.size(&path) {
                        _ if link.is_some() => ("lrwxrwxrwx", 1),
                        Some(len) => ("-rw-r--r--", len),
                        None => ("drwxr-xr-x", 4096),
                    };
                    let arrow = link.map_or(String::new(), |link| format!(" -> {}", link.target));
                    let date = "Mar 14 09:12";
                    text.push_str(&format!(
                        "{mode} 1 ftp ftp {len:>12} {date} {name}{arrow}\r\n"
                    ));
                }
            }
        }
        text
    }

    /// Waits until the client has closed both connections, and logs that. A client that sends another command instead is
    /// disconnected.
    fn await_close(&mut self, mut data: Wire) -> Next {
        // Unread bytes make the client's end a reset.
        let _ = data.read(&mut [0]);
        if matches!(self.control.read(&mut [0]), Ok(0) | Err(_)) {
            self.state.log.lock().unwrap().push(CLOSED.to_owned());
        }
        self.state.awaits_close.store(false, Ordering::SeqCst);
        Next::Close
    }

    /// Sends the final reply of a transfer, as the fault demands.
    fn finish(&mut self, fault: Option<Fault>) -> Next {
        match fault {
            Some(Fault::AbortAfter(_) | Fault::DropFinalReply) => return Next::Close,
            Some(Fault::DelayFinalReply(wait)) => std::thread::sleep(wait),
            Some(Fault::FreezeAfter(_)) => return self.stall(),
            Some(Fault::FinalReply(reply)) => return self.reply(reply),
            _ => {}
        }
        self.reply("226 transfer complete")
    }

    pub(super) fn append(&mut self, argument: &str, fault: Option<Fault>) -> Next {
        self.offset = self.state.size(&self.path(argument)).unwrap_or(0);
        self.store(argument, fault)
    }

    pub(super) fn store(&mut self, argument: &str, fault: Option<Fault>) -> Next {
        let path = self.path(argument);
        let parent = path.rsplit_once('/').map_or("/", |(parent, _)| parent);
        if !self.state.has_directory(parent) {
            return self.reply("553 could not create file");
        }
        if let (Some(Fault::ForbidsDotNames), true) = (fault, path.contains("/.")) {
            return self.reply("553 file name not allowed");
        }
        if self.lacks_protection() {
            return self.reply(NOT_PROTECTED);
        }
        let offset = std::mem::take(&mut self.offset);
        if let Some(Fault::StrangerConnectsFirst | Fault::OnlyStrangerConnects) = fault {
            self.connect_stranger();
        }
        // As on real servers, the name exists before the first reply.
        self.state
            .files
            .lock()
            .unwrap()
            .entry(path.clone())
            .or_default();
        if let Some(Fault::CreateAndStall) = fault {
            return self.stall();
        }
        self.reply("150 send it");
        if let Some(Fault::OnlyStrangerConnects) = fault {
            return self.stall();
        }
        let data = match self.open_data() {
            Ok(data) => data,
            Err(reply) => return self.reply(reply),
        };
        if let Some(Fault::RefuseUnread(reply)) = fault {
            self.unread.push(data);
            return self.reply(reply);
        }
        self.receive(data, &path, offset, fault)
    }

    /// Receives the bytes of a file from `offset` on.
    fn receive(&mut self, mut data: Wire, path: &str, offset: usize, fault: Option<Fault>) -> Next {
        let kept = match fault {
            Some(Fault::IgnoreRest) => 0,
            _ => offset,
        };
        // Deleting the name meanwhile discards the bytes that are still to come.
        if let Some(file) = self.state.files.lock().unwrap().get_mut(path) {
            file.truncate(kept);
        }
        let limit = match fault {
            Some(Fault::AbortAfter(bytes) | Fault::FreezeAfter(bytes)) => bytes as u64,
            _ => u64::MAX,
        };
        let mut received = Vec::new();
        let _ = (&mut data).take(limit).read_to_end(&mut received);
        let stored = self.damage(received, fault);
        if let Some(file) = self.state.files.lock().unwrap().get_mut(path) {
            file.extend(stored);
        }
        if let Some(Fault::FreezeAfter(_)) = fault {
            // The data connection stays open and unread.
            return self.finish(fault);
        }
        data.close(fault);
        self.finish(fault)
    }

    /// The bytes that the server stores for those that it received.
    fn damage(&self, mut bytes: Vec<u8>, fault: Option<Fault>) -> Vec<u8> {
        match fault {
            Some(Fault::TruncateWith226(len)) => bytes.truncate(len),
            Some(Fault::CorruptAppend) if bytes.len() > 10 => bytes[..10].fill(0),
            _ => {}
        }
        if self.binary {
            return bytes;
        }
        // The conversion of servers in text mode.
        String::from_utf8_lossy(&bytes)
            .replace('\n', "\r\n")
            .into_bytes()
    }

    pub(super) fn retrieve(&mut self, argument: &str, fault: Option<Fault>) -> Next {
        let offset = std::mem::take(&mut self.offset);
        let Some(content) = self.state.content(&self.path(argument)) else {
            self.passive = None;
            return self.reply("550 failed to open file");
        };
        if self.lacks_protection() {
            return self.reply(NOT_PROTECTED);
        }
        self.reply("150 here it comes");
        let mut data = match self.open_data() {
            Ok(data) => data,
            Err(reply) => return self.reply(reply),
        };
        let rest = &content[offset.min(content.len())..];
        let limit = match fault {
            Some(
                Fault::AbortAfter(bytes)
                | Fault::TruncateWith226(bytes)
                | Fault::FreezeAfter(bytes)
                | Fault::AwaitClose(bytes),
            ) => bytes,
            _ => usize::MAX,
        };
        if let Some(Fault::AwaitClose(_)) = fault {
            self.state.awaits_close.store(true, Ordering::SeqCst);
        }
        let _ = data.write_all(&rest[..limit.min(rest.len())]);
        if let Some(Fault::AwaitClose(_)) = fault {
            return self.await_close(data);
        }
        if let Some(Fault::SendExtraBytes) = fault {
            let _ = data.write_all(b"and more");
        }
        if let Some(Fault::FreezeAfter(_)) = fault {
            // The data connection stays open without further bytes.
            let _ = data.flush();
            return self.finish(fault);
        }
        data.close(fault);
        self.finish(fault)
    }
}
