//! A scripted FTP server: threads, sockets and a tree in memory. It logs every command, and does what a fault says
//! instead of what a good server would do.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{IpAddr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use blobctl::backend::ftp::socket::connect;
use blobctl::digest::{Algorithm, Hasher};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{
    HandshakeKind, ServerConfig, ServerConnection, StreamOwned, SupportedProtocolVersion,
};

pub const USER: &str = "ops";
pub const PASSWORD: &str = "correct horse";
/// Where keys are, as the server sees them.
pub const BASE: &str = "/data";

/// What happens at the next command of a verb, once.
#[derive(Debug, Clone, Copy)]
pub enum Fault {
    /// Nothing unusual this time: the next fault of the verb is for the time after.
    Behaves,
    /// This line is the answer, and nothing is done.
    Says(&'static str),
    /// The same at every command of the verb.
    AlwaysSays(&'static str),
    /// The control connection ends without an answer.
    HangsUp,
    /// The transfer ends after so many bytes, and with it the control connection.
    Breaks(usize),
    /// The transfer ends after so many bytes, and the server says that all is well.
    Lies(usize),
    /// Everything is done, and the final reply never comes: the connection ends.
    Forgets,
    /// Everything is done, and the final reply comes late.
    IsLate(Duration),
    /// Nothing is done and nothing is said.
    Stalls,
    /// The transfer stops after so many bytes, and nothing more happens.
    Freezes(usize),
    /// The data connection is opened and stays so, nothing is read, and this is the final reply.
    Declines(&'static str),
    /// Everything is done, and this is the final reply.
    Concludes(&'static str),
    /// More is sent than the size that was told.
    Overflows,
    /// Data ends without the farewell of TLS.
    IsRude,
    /// RNTO says no if there is a file of that name, at every command.
    NeverReplaces,
    /// The offset that REST named is forgotten, and the old bytes stay where they are.
    IgnoresRest,
    /// What is appended has zeros in it.
    Garbles,
    /// PASV and EPSV are answered in these words at every command, with the numbers in place of `%`.
    Phrases(&'static str),
    /// A listing is this text.
    Lists(&'static str),
    /// Somebody else connects to the client's port before the server does.
    IsOvertaken,
    /// Somebody else connects to the client's port, and the server never does.
    IsReplaced,
}

/// How a server is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protection {
    None,
    /// From AUTH TLS on; no login before.
    Explicit,
    /// From the first byte.
    Implicit,
}

/// Which data connections a protected server takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DataSessions {
    Any,
    /// Only those that resume a TLS session, as vsftpd and proftpd want it.
    Resumed,
}

/// The server. It stops when it is dropped.
pub struct FtpServer {
    pub address: SocketAddr,
    /// The certificate in PEM form: what `--ca-bundle` needs. Empty without TLS.
    pub certificate: String,
    state: Arc<State>,
}

struct State {
    files: Mutex<BTreeMap<String, Vec<u8>>>,
    directories: Mutex<BTreeSet<String>>,
    log: Mutex<Vec<String>>,
    faults: Mutex<Vec<(String, Fault)>>,
    /// Verbs that the server does not know.
    lacks: Vec<&'static str>,
    /// Further lines of FEAT.
    offers: Vec<&'static str>,
    protection: Protection,
    data_sessions: DataSessions,
    tls: Option<Arc<ServerConfig>>,
    /// Where connections came from, control and data.
    peers: Mutex<Vec<IpAddr>>,
    /// What somebody else was sent who connected to the client's port.
    stolen: Mutex<Vec<u8>>,
    /// What made a thread of the server panic.
    panics: Mutex<Vec<String>>,
    stop: AtomicBool,
}

impl FtpServer {
    pub fn start() -> Self {
        Self::lacking(&[])
    }

    /// A server that answers 502 to these verbs.
    pub fn lacking(verbs: &[&'static str]) -> Self {
        Self::launch((verbs, &[]), Protection::None, DataSessions::Any, None)
    }

    /// A server with these further lines of FEAT: the digests that it computes.
    pub fn offering(lines: &[&'static str]) -> Self {
        Self::launch((&[], lines), Protection::None, DataSessions::Any, None)
    }

    /// A server with a certificate for 127.0.0.1 that nobody knows.
    pub fn protected(
        protection: Protection,
        data_sessions: DataSessions,
        version: &'static SupportedProtocolVersion,
    ) -> Self {
        let made = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(made.signing_key.serialize_der()));
        let config = server_config(version, made.cert.der().clone(), key);
        let mut server = Self::launch(
            (&[], &[]),
            protection,
            data_sessions,
            Some(Arc::new(config)),
        );
        server.certificate = made.cert.pem();
        server
    }

    fn launch(
        (lacks, offers): (&[&'static str], &[&'static str]),
        protection: Protection,
        data_sessions: DataSessions,
        tls: Option<Arc<ServerConfig>>,
    ) -> Self {
        Self::listen("127.0.0.1", lacks, offers, protection, data_sessions, tls)
    }

    /// A server that is reached by IPv6 alone, which has no PASV and no PORT there.
    pub fn on_ipv6() -> Self {
        let lacks = &["PASV", "PORT"];
        Self::listen(
            "[::1]",
            lacks,
            &[],
            Protection::None,
            DataSessions::Any,
            None,
        )
    }

    fn listen(
        host: &str,
        lacks: &[&'static str],
        offers: &[&'static str],
        protection: Protection,
        data_sessions: DataSessions,
        tls: Option<Arc<ServerConfig>>,
    ) -> Self {
        let listener = TcpListener::bind(format!("{host}:0")).unwrap();
        let address = listener.local_addr().unwrap();
        let state = Arc::new(State {
            files: Mutex::default(),
            directories: Mutex::new(BTreeSet::from(["/".to_owned(), BASE.to_owned()])),
            log: Mutex::default(),
            faults: Mutex::default(),
            lacks: lacks.to_vec(),
            offers: offers.to_vec(),
            protection,
            data_sessions,
            tls,
            peers: Mutex::default(),
            stolen: Mutex::default(),
            panics: Mutex::default(),
            stop: AtomicBool::new(false),
        });
        let shared = Arc::clone(&state);
        std::thread::spawn(move || {
            for control in listener.incoming().flatten() {
                if shared.stop.load(Ordering::SeqCst) {
                    return;
                }
                let state = Arc::clone(&shared);
                std::thread::spawn(move || state.serve(control));
            }
        });
        Self {
            address,
            certificate: String::new(),
            state,
        }
    }

    /// Puts a blob there, past the protocol.
    pub fn holding(self, key: &str, content: &[u8]) -> Self {
        let mut files = self.state.files.lock().unwrap();
        files.insert(format!("{BASE}/{key}"), content.to_vec());
        drop(files);
        self
    }

    /// Does this at the next command of that verb. `banner` is the greeting.
    pub fn fault(self, verb: &str, fault: Fault) -> Self {
        self.state
            .faults
            .lock()
            .unwrap()
            .push((verb.to_owned(), fault));
        self
    }

    /// What makes blobctl use it for plain keys.
    pub fn variables(&self) -> Vec<(&'static str, String)> {
        vec![
            ("BLOBCTL_BACKEND", "ftp".to_owned()),
            ("BLOBCTL_FTP_HOST", self.address.ip().to_string()),
            ("BLOBCTL_FTP_PORT", self.address.port().to_string()),
            ("BLOBCTL_FTP_USERNAME", USER.to_owned()),
            ("BLOBCTL_FTP_PASSWORD", PASSWORD.to_owned()),
            ("BLOBCTL_FTP_BASE_DIR", BASE.to_owned()),
            (
                "BLOBCTL_FTP_TLS",
                match self.state.protection {
                    Protection::None => "none",
                    Protection::Explicit => "explicit",
                    Protection::Implicit => "implicit",
                }
                .to_owned(),
            ),
        ]
    }

    /// The bytes of a key, past the protocol.
    pub fn file(&self, key: &str) -> Option<Vec<u8>> {
        self.state
            .files
            .lock()
            .unwrap()
            .get(&format!("{BASE}/{key}"))
            .cloned()
    }

    /// All files, without the base directory.
    pub fn files(&self) -> Vec<String> {
        self.state
            .files
            .lock()
            .unwrap()
            .keys()
            .map(|path| {
                path.trim_start_matches(BASE)
                    .trim_start_matches('/')
                    .to_owned()
            })
            .collect()
    }

    /// The commands so far, passwords included.
    pub fn log(&self) -> Vec<String> {
        self.state.log.lock().unwrap().clone()
    }

    /// The addresses that connections came from, control and passive data.
    pub fn peers(&self) -> Vec<IpAddr> {
        self.state.peers.lock().unwrap().clone()
    }

    /// What somebody else was sent who connected to the client's port.
    pub fn stolen(&self) -> Vec<u8> {
        self.state.stolen.lock().unwrap().clone()
    }

    /// The commands of one verb.
    pub fn commands(&self, verb: &str) -> Vec<String> {
        self.log()
            .into_iter()
            .filter(|line| line.split(' ').next() == Some(verb))
            .collect()
    }
}

impl Drop for FtpServer {
    fn drop(&mut self) {
        self.state.stop.store(true, Ordering::SeqCst);
        // Wakes the listener, which then sees that it shall stop.
        let _ = TcpStream::connect(self.address);
        let panics = std::mem::take(&mut *self.state.panics.lock().unwrap());
        if !std::thread::panicking() {
            assert_eq!(panics, Vec::<String>::new(), "the server panicked");
        }
    }
}

impl State {
    fn offers(&self, verb: &str) -> bool {
        let mut words = self.offers.iter().map(|line| line.split(' ').next());
        words.any(|word| word == Some(verb))
    }

    /// Serves one client. A panic is kept, since nobody joins this thread.
    fn serve(self: Arc<Self>, control: TcpStream) {
        let state = Arc::clone(&self);
        let served = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            if let Some(session) = Session::new(control, state) {
                session.serve();
            }
        }));
        if let Err(panic) = served {
            let text = panic
                .downcast_ref::<String>()
                .cloned()
                .or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
            self.panics.lock().unwrap().push(text.unwrap_or_default());
        }
    }
}

fn server_config(
    version: &'static SupportedProtocolVersion,
    certificate: CertificateDer<'static>,
    key: PrivateKeyDer<'static>,
) -> ServerConfig {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(&[version])
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .unwrap()
}

/// A connection, protected or not.
enum Wire {
    Plain(TcpStream),
    Tls(Box<StreamOwned<ServerConnection, TcpStream>>),
}

impl Wire {
    /// Protected from now on; `None` if the client does not go along.
    fn protect(socket: TcpStream, config: &Arc<ServerConfig>) -> Option<Self> {
        let mut tls = StreamOwned::new(ServerConnection::new(Arc::clone(config)).unwrap(), socket);
        while tls.conn.is_handshaking() {
            tls.conn.complete_io(&mut tls.sock).ok()?;
        }
        Some(Self::Tls(Box::new(tls)))
    }

    fn socket(&self) -> &TcpStream {
        match self {
            Self::Plain(socket) => socket,
            Self::Tls(tls) => &tls.sock,
        }
    }

    fn is_resumed(&self) -> bool {
        match self {
            Self::Plain(_) => false,
            Self::Tls(tls) => tls.conn.handshake_kind() == Some(HandshakeKind::Resumed),
        }
    }

    /// Says good-bye, where TLS wants it, before the socket is closed.
    fn close(self, fault: Option<Fault>) {
        let rude = matches!(fault, Some(Fault::IsRude | Fault::Breaks(_)));
        if let (Self::Tls(mut tls), false) = (self, rude) {
            tls.conn.send_close_notify();
            // The client may be gone.
            let _ = tls.flush();
        }
    }
}

impl Read for Wire {
    fn read(&mut self, buf: &mut [u8]) -> std::io::Result<usize> {
        match self {
            Self::Plain(socket) => socket.read(buf),
            Self::Tls(tls) => tls.read(buf),
        }
    }
}

impl Write for Wire {
    fn write(&mut self, buf: &[u8]) -> std::io::Result<usize> {
        match self {
            Self::Plain(socket) => socket.write(buf),
            Self::Tls(tls) => tls.write(buf),
        }
    }

    fn flush(&mut self) -> std::io::Result<()> {
        match self {
            Self::Plain(socket) => socket.flush(),
            Self::Tls(tls) => tls.flush(),
        }
    }
}

/// How a command ended.
enum Next {
    Go,
    End,
}

/// Whether what is done is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Voice {
    Speaks,
    IsMute,
}

struct Session {
    control: BufReader<Wire>,
    state: Arc<State>,
    user: String,
    logged_in: bool,
    binary: bool,
    /// PROT P was said.
    private: bool,
    voice: Voice,
    passive: Option<TcpListener>,
    active: Option<SocketAddr>,
    offset: usize,
    /// Data connections that nobody reads, open as long as the session.
    unread: Vec<Wire>,
    from: Option<String>,
    cwd: String,
    /// What HASH computes.
    hash: String,
}

impl Session {
    fn new(socket: TcpStream, state: Arc<State>) -> Option<Self> {
        socket.set_nodelay(true).unwrap();
        // A client that is gone already has no address.
        let peer = socket.peer_addr().ok()?.ip();
        state.peers.lock().unwrap().push(peer);
        let control = match (&state.tls, state.protection) {
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
            voice: Voice::Speaks,
            passive: None,
            active: None,
            offset: 0,
            unread: Vec::new(),
            from: None,
            cwd: "/".to_owned(),
            hash: "SHA-1".to_owned(),
        })
    }

    fn say(&mut self, line: &str) -> Next {
        if self.voice == Voice::IsMute {
            return Next::End;
        }
        let wire = self.control.get_mut();
        let said = wire
            .write_all(format!("{line}\r\n").as_bytes())
            .and_then(|()| wire.flush());
        match said {
            Ok(()) => Next::Go,
            Err(_) => Next::End,
        }
    }

    /// Waits until the client gives up.
    fn stall(&mut self) -> Next {
        let _ = std::io::copy(&mut self.control, &mut std::io::sink());
        Next::End
    }

    fn serve(mut self) {
        let greeting = match self.take_fault("banner") {
            Some(Fault::Says(line) | Fault::AlwaysSays(line)) => line,
            Some(Fault::Stalls) => {
                self.stall();
                return;
            }
            Some(Fault::IsLate(wait)) => {
                std::thread::sleep(wait);
                "220 ready"
            }
            _ => "220 ready",
        };
        if let Next::End = self.say(greeting) {
            return;
        }
        loop {
            let mut line = Vec::new();
            match self.control.read_until(b'\n', &mut line) {
                Ok(0) | Err(_) => return,
                Ok(_) => {}
            }
            // Latin-1 holds any byte.
            let text = String::from_utf8(line).unwrap_or_else(|error| {
                error
                    .as_bytes()
                    .iter()
                    .map(|byte| char::from(*byte))
                    .collect()
            });
            let line = text.trim_end_matches(['\r', '\n']).to_owned();
            self.state.log.lock().unwrap().push(line.clone());
            let (verb, argument) = line.split_once(' ').unwrap_or((&line, ""));
            let fault = self.take_fault(verb);
            let next = match fault {
                Some(Fault::Says(reply) | Fault::AlwaysSays(reply)) => self.say(reply),
                Some(Fault::HangsUp) => Next::End,
                Some(Fault::Stalls) => self.stall(),
                Some(Fault::Forgets) if !matches!(verb, "STOR" | "RETR") => {
                    self.voice = Voice::IsMute;
                    self.execute(verb, argument, None)
                }
                Some(Fault::IsLate(wait)) if !matches!(verb, "STOR" | "RETR") => {
                    std::thread::sleep(wait);
                    self.execute(verb, argument, None)
                }
                fault => self.execute(verb, argument, fault),
            };
            if let Next::End = next {
                let _ = self.control.get_ref().socket().shutdown(Shutdown::Both);
                return;
            }
        }
    }

    /// AUTH TLS: what was read ahead is forgotten.
    fn protect(&mut self) -> Next {
        let Some(config) = self.state.tls.clone() else {
            return self.say("502 command not implemented");
        };
        self.say("234 go on");
        let socket = self.control.get_ref().socket().try_clone().unwrap();
        match Wire::protect(socket, &config) {
            Some(wire) => self.control = BufReader::new(wire),
            None => return Next::End,
        }
        Next::Go
    }

    fn take_fault(&self, verb: &str) -> Option<Fault> {
        let mut faults = self.state.faults.lock().unwrap();
        let at = faults.iter().position(|(known, _)| known == verb)?;
        let fault = faults[at].1;
        if !matches!(
            fault,
            Fault::AlwaysSays(_) | Fault::NeverReplaces | Fault::Phrases(_)
        ) {
            faults.remove(at);
        }
        Some(fault)
    }

    fn path(&self, argument: &str) -> String {
        if argument.starts_with('/') {
            argument.to_owned()
        } else {
            format!("{}/{argument}", self.cwd.trim_end_matches('/'))
        }
    }

    fn execute(&mut self, verb: &str, argument: &str, fault: Option<Fault>) -> Next {
        if self.state.lacks.contains(&verb) {
            return self.say("502 command not implemented");
        }
        let before_login = matches!(
            verb,
            "USER" | "PASS" | "FEAT" | "QUIT" | "SYST" | "OPTS" | "AUTH" | "PBSZ" | "PROT"
        );
        let clear = matches!(self.control.get_ref(), Wire::Plain(_));
        if matches!(verb, "USER" | "PASS") && clear && self.state.protection != Protection::None {
            return self.say("530 sessions must use encryption");
        }
        if !self.logged_in && !before_login {
            return self.say("530 please log in");
        }
        match verb {
            "AUTH" => self.protect(),
            "PBSZ" if !clear => self.say("200 PBSZ=0"),
            "PROT" if !clear => {
                self.private = argument == "P";
                self.say("200 protection set")
            }
            "USER" => {
                argument.clone_into(&mut self.user);
                self.say("331 password, please")
            }
            "PASS" if self.user == USER && argument == PASSWORD => {
                self.logged_in = true;
                self.say(match fault {
                    Some(Fault::Concludes(reply)) => reply,
                    _ => "230 welcome",
                })
            }
            "PASS" => self.say("530 login incorrect"),
            "SYST" => self.say("215 UNIX Type: L8"),
            "FEAT" => {
                let all = [
                    "SIZE",
                    "MDTM",
                    "REST STREAM",
                    "MLST type*;size*;modify*;",
                    "UTF8",
                    "EPSV",
                ];
                let known = all
                    .iter()
                    .filter(|line| !self.state.lacks.iter().any(|verb| line.starts_with(verb)));
                let known = known.chain(self.state.offers.iter());
                let lines = known.fold("211-Features:\r\n".to_owned(), |text, line| {
                    text + " " + line + "\r\n"
                });
                self.say(&format!("{lines}211 End"))
            }
            "OPTS" => {
                if let Some(name) = argument.strip_prefix("HASH ") {
                    name.clone_into(&mut self.hash);
                }
                self.say("200 ok")
            }
            "TYPE" => {
                self.binary = argument == "I";
                self.say("200 type set")
            }
            "PWD" => self.say("257 \"/\" is the current directory"),
            "CWD" => {
                let path = self.path(argument);
                if self.state.directories.lock().unwrap().contains(&path) {
                    self.cwd = path;
                    self.say("250 ok")
                } else {
                    self.say("550 failed to change directory")
                }
            }
            "MKD" => {
                let path = self.path(argument);
                let parent = path
                    .rsplit_once('/')
                    .map_or(
                        "/",
                        |(parent, _)| if parent.is_empty() { "/" } else { parent },
                    )
                    .to_owned();
                let mut directories = self.state.directories.lock().unwrap();
                let made = directories.contains(&parent) && directories.insert(path);
                drop(directories);
                self.say(if made {
                    "257 created"
                } else {
                    "550 create directory operation failed"
                })
            }
            "PASV" | "EPSV" => {
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
                    // An address that must be ignored.
                    let numbers = format!("10,0,0,1,{},{}", port >> 8, port & 255);
                    ("227 entering passive mode (%)", numbers)
                };
                let words = match fault {
                    Some(Fault::Phrases(words)) => words,
                    _ => words,
                };
                self.say(&words.replace('%', &numbers))
            }
            "PORT" => {
                let numbers: Vec<u16> = argument
                    .split(',')
                    .filter_map(|text| text.parse().ok())
                    .collect();
                let ip: Vec<u8> = numbers[..4]
                    .iter()
                    .map(|n| u8::try_from(*n).unwrap())
                    .collect();
                let ip: [u8; 4] = ip.try_into().unwrap();
                self.active = Some(SocketAddr::from((ip, numbers[4] << 8 | numbers[5])));
                self.say("200 ok")
            }
            "EPRT" => {
                let parts: Vec<&str> = argument.split('|').collect();
                let address = parts[2].parse::<std::net::IpAddr>().unwrap();
                assert_eq!(parts[1], if address.is_ipv6() { "2" } else { "1" });
                self.active = Some(SocketAddr::new(address, parts[3].parse().unwrap()));
                self.say("200 ok")
            }
            "REST" => {
                self.offset = argument.parse().unwrap();
                self.say("350 restarting there")
            }
            "SIZE" => {
                let path = self.path(argument);
                let len = self.state.files.lock().unwrap().get(&path).map(Vec::len);
                match len {
                    Some(len) if self.binary => self.say(&format!("213 {len}")),
                    _ => self.say("550 could not get file size"),
                }
            }
            "MDTM" => {
                let path = self.path(argument);
                let known = self.state.files.lock().unwrap().contains_key(&path);
                self.say(if known {
                    "213 20261124120000"
                } else {
                    "550 could not get file modification time"
                })
            }
            "MLST" => {
                let path = self.path(argument);
                let facts = self.facts(&path);
                match facts {
                    Some(facts) => self.say(&format!("250-Listing\r\n {facts} {path}\r\n250 End")),
                    None => self.say("550 no such file or directory"),
                }
            }
            "MLSD" | "NLST" | "LIST" => self.list(verb, argument, fault),
            "DELE" => {
                let gone = self
                    .state
                    .files
                    .lock()
                    .unwrap()
                    .remove(&self.path(argument))
                    .is_some();
                self.say(if gone {
                    "250 deleted"
                } else {
                    "550 delete operation failed"
                })
            }
            "RNFR" => {
                let path = self.path(argument);
                let known = self.state.files.lock().unwrap().contains_key(&path);
                self.from = known.then_some(path);
                self.say(if known {
                    "350 ready for RNTO"
                } else {
                    "550 no such file"
                })
            }
            "RNTO" => {
                let to = self.path(argument);
                // rename(2) refuses it on every server.
                if self.state.directories.lock().unwrap().contains(&to) {
                    return self.say("550 is a directory");
                }
                let mut files = self.state.files.lock().unwrap();
                if let (Some(Fault::NeverReplaces), true) = (fault, files.contains_key(&to)) {
                    drop(files);
                    return self.say("553 file exists");
                }
                let moved = self
                    .from
                    .take()
                    .and_then(|from| files.remove(&from))
                    .map(|content| files.insert(to, content))
                    .is_some();
                drop(files);
                self.say(if moved {
                    "250 renamed"
                } else {
                    "503 RNFR first"
                })
            }
            "STOR" => self.store(argument, fault),
            "APPE" => {
                let path = self.path(argument);
                self.offset = self
                    .state
                    .files
                    .lock()
                    .unwrap()
                    .get(&path)
                    .map_or(0, Vec::len);
                self.store(argument, fault)
            }
            "XSHA256" | "XSHA1" | "XMD5" | "XCRC" | "MD5" | "HASH" if self.state.offers(verb) => {
                let path = self.path(argument);
                let content = self.state.files.lock().unwrap().get(&path).cloned();
                let Some(content) = content else {
                    return self.say("550 no such file");
                };
                let hex = self.digest(verb, &content);
                self.say(&match verb {
                    "HASH" => format!(
                        "213 {} 0-{} {hex} {argument}",
                        self.hash,
                        content.len().saturating_sub(1)
                    ),
                    "MD5" => format!("251 {argument} {}", hex.to_uppercase()),
                    _ => format!("250 {}", hex.to_uppercase()),
                })
            }
            "RETR" => self.retrieve(argument, fault),
            "QUIT" => {
                self.say("221 goodbye");
                Next::End
            }
            "NOOP" => self.say("200 ok"),
            _ => self.say("502 command not implemented"),
        }
    }

    fn digest(&self, verb: &str, content: &[u8]) -> String {
        let algorithm = match (verb, self.hash.as_str()) {
            ("XSHA256", _) | ("HASH", "SHA-256") => Algorithm::Sha256,
            ("XSHA1", _) | ("HASH", "SHA-1") => Algorithm::Sha1,
            ("XCRC", _) | ("HASH", "CRC32") => Algorithm::Crc32,
            _ => Algorithm::Md5,
        };
        Hasher::digest(algorithm, content).hex()
    }

    fn facts(&self, path: &str) -> Option<String> {
        if self.state.directories.lock().unwrap().contains(path) {
            return Some("type=dir;modify=20261124120000;".to_owned());
        }
        let files = self.state.files.lock().unwrap();
        files
            .get(path)
            .map(|content| format!("type=file;size={};modify=20261124120000;", content.len()))
    }

    /// The names right below a directory.
    fn names(&self, directory: &str) -> BTreeSet<String> {
        let prefix = format!("{}/", directory.trim_end_matches('/'));
        let files = self.state.files.lock().unwrap();
        let directories = self.state.directories.lock().unwrap();
        let all = files.keys().chain(directories.iter());
        all.filter_map(|path| path.strip_prefix(&prefix))
            .filter(|name| !name.is_empty() && !name.contains('/'))
            .map(str::to_owned)
            .collect()
    }

    /// The data connection, after 150 was said; or the reply that ends the transfer.
    fn data(&mut self) -> Result<Wire, &'static str> {
        const NONE: &str = "425 cannot open data connection";
        let socket = match (self.active.take(), self.passive.take()) {
            (Some(address), _) => {
                TcpStream::connect_timeout(&address, Duration::from_secs(5)).map_err(|_| NONE)?
            }
            (None, Some(listener)) => {
                let (socket, from) = listener.accept().map_err(|_| NONE)?;
                self.state.peers.lock().unwrap().push(from.ip());
                socket
            }
            (None, None) => return Err(NONE),
        };
        let Some(config) = self.state.tls.clone() else {
            return Ok(Wire::Plain(socket));
        };
        let wire = Wire::protect(socket, &config).ok_or(NONE)?;
        if self.state.data_sessions == DataSessions::Resumed && !wire.is_resumed() {
            return Err("522 SSL connection failed: session reuse required");
        }
        Ok(wire)
    }

    /// Whether data may flow in the clear, or is protected.
    fn refuses_data(&self) -> bool {
        self.state.tls.is_some() && !self.private
    }

    /// Somebody with another address waits for what the server shall get.
    fn overtake(&self) {
        let (there, state) = (self.active.unwrap(), Arc::clone(&self.state));
        let here = Some(IpAddr::from([127, 0, 0, 9]));
        let mut stranger = connect(here, there, Duration::from_secs(5)).unwrap();
        std::thread::spawn(move || {
            let mut stolen = Vec::new();
            let _ = stranger.read_to_end(&mut stolen);
            state.stolen.lock().unwrap().extend(stolen);
        });
    }

    fn list(&mut self, verb: &str, argument: &str, fault: Option<Fault>) -> Next {
        let directory = self.path(argument);
        let known = self.state.directories.lock().unwrap().contains(&directory);
        if !known {
            self.passive = None;
            return self.say("550 no such directory");
        }
        let mut text = String::new();
        for name in self.names(&directory) {
            let path = format!("{}/{name}", directory.trim_end_matches('/'));
            // Hidden names are left out, as many servers do.
            let hidden = name.starts_with('.');
            let len = self.state.files.lock().unwrap().get(&path).map(Vec::len);
            if verb == "NLST" {
                if !hidden {
                    text.push_str(&format!("{name}\r\n"));
                }
            } else if verb == "LIST" {
                let mode = if len.is_some() {
                    "-rw-r--r--"
                } else {
                    "drwxr-xr-x"
                };
                let len = len.unwrap_or(4096);
                if !hidden {
                    text.push_str(&format!(
                        "{mode} 1 ftp ftp {len:>12} Mar 14 09:12 {name}\r\n"
                    ));
                }
            } else {
                text.push_str(&format!("{} {name}\r\n", self.facts(&path).unwrap()));
            }
        }
        if let Some(Fault::Lists(other)) = fault {
            other.clone_into(&mut text);
        }
        if self.refuses_data() {
            return self.say("522 protection required");
        }
        self.say("150 here it comes");
        match self.data() {
            Ok(mut data) => {
                let _ = data.write_all(text.as_bytes());
                data.close(None);
            }
            Err(reply) => return self.say(reply),
        }
        self.say("226 done")
    }

    fn finish(&mut self, fault: Option<Fault>) -> Next {
        match fault {
            Some(Fault::Breaks(_) | Fault::Forgets) => return Next::End,
            Some(Fault::IsLate(wait)) => std::thread::sleep(wait),
            Some(Fault::Freezes(_)) => return self.stall(),
            Some(Fault::Concludes(reply)) => return self.say(reply),
            _ => {}
        }
        self.say("226 transfer complete")
    }

    fn store(&mut self, argument: &str, fault: Option<Fault>) -> Next {
        let path = self.path(argument);
        let parent = path
            .rsplit_once('/')
            .map_or("/", |(parent, _)| parent)
            .to_owned();
        if !self.state.directories.lock().unwrap().contains(&parent) {
            return self.say("553 could not create file");
        }
        if self.refuses_data() {
            return self.say("522 protection required");
        }
        let offset = std::mem::take(&mut self.offset);
        if let Some(Fault::IsOvertaken | Fault::IsReplaced) = fault {
            self.overtake();
        }
        self.say("150 send it");
        if let Some(Fault::IsReplaced) = fault {
            return self.stall();
        }
        let mut data = match self.data() {
            Ok(data) => data,
            Err(reply) => return self.say(reply),
        };
        if let Some(Fault::Declines(reply)) = fault {
            self.unread.push(data);
            return self.say(reply);
        }
        // The name is there from the first byte on; whoever deletes it meanwhile deletes what is still to come.
        self.state
            .files
            .lock()
            .unwrap()
            .entry(path.clone())
            .or_default()
            .truncate(match fault {
                Some(Fault::IgnoresRest) => 0,
                _ => offset,
            });
        let mut received = Vec::new();
        match fault {
            Some(Fault::Breaks(bytes) | Fault::Freezes(bytes)) => {
                let _ = (&mut data).take(bytes as u64).read_to_end(&mut received);
            }
            _ => {
                let _ = data.read_to_end(&mut received);
            }
        }
        if let Some(Fault::Lies(bytes)) = fault {
            received.truncate(bytes);
        }
        if let (Some(Fault::Garbles), true) = (fault, received.len() > 10) {
            received[..10].fill(0);
        }
        if !self.binary {
            // What a server does that takes text for text.
            received = String::from_utf8_lossy(&received)
                .replace('\n', "\r\n")
                .into_bytes();
        }
        let mut files = self.state.files.lock().unwrap();
        if let Some(file) = files.get_mut(&path) {
            file.extend(received);
        }
        drop(files);
        if let Some(Fault::Freezes(_)) = fault {
            // The data connection stays open, and nobody reads.
            return self.finish(fault);
        }
        data.close(fault);
        self.finish(fault)
    }

    fn retrieve(&mut self, argument: &str, fault: Option<Fault>) -> Next {
        let content = self
            .state
            .files
            .lock()
            .unwrap()
            .get(&self.path(argument))
            .cloned();
        let offset = std::mem::take(&mut self.offset);
        let Some(content) = content else {
            self.passive = None;
            return self.say("550 failed to open file");
        };
        if self.refuses_data() {
            return self.say("522 protection required");
        }
        let rest = &content[offset.min(content.len())..];
        self.say("150 here it comes");
        let mut data = match self.data() {
            Ok(data) => data,
            Err(reply) => return self.say(reply),
        };
        let send = match fault {
            Some(Fault::Breaks(bytes) | Fault::Lies(bytes) | Fault::Freezes(bytes)) => {
                &rest[..bytes.min(rest.len())]
            }
            _ => rest,
        };
        let _ = data.write_all(send);
        if let Some(Fault::Overflows) = fault {
            let _ = data.write_all(b"and more");
        }
        if let Some(Fault::Freezes(_)) = fault {
            // The data connection stays open, and nothing comes.
            let _ = data.flush();
            return self.finish(fault);
        }
        data.close(fault);
        self.finish(fault)
    }
}
