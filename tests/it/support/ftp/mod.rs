//! A scripted FTP server: threads, sockets and a tree in memory. It logs every command, and a [`Fault`] makes it deviate
//! from a good server.

mod data;
mod fault;
mod session;
mod tls;

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, SupportedProtocolVersion};

pub use self::fault::Fault;
use self::session::Session;
pub use self::tls::{DataSessions, Protection};
use super::client_ca::Clients;

pub const USER: &str = "ops";
pub const PASSWORD: &str = "correct horse";
/// The base directory of the keys on the server.
pub const BASE: &str = "/data";

/// A running server. It stops when dropped.
pub struct FtpServer {
    pub address: SocketAddr,
    /// The certificate in PEM form, as `--ca-bundle` takes it. Empty without TLS.
    pub certificate: String,
    state: Arc<State>,
}

/// The properties of a server that do not change while it runs.
struct Options {
    host: &'static str,
    /// Verbs that are answered with 502.
    missing: Vec<&'static str>,
    /// Paths that differ in case only are one.
    ignores_case: bool,
    /// Additional lines of FEAT.
    features: Vec<&'static str>,
    protection: Protection,
    data_sessions: DataSessions,
    tls: Option<Arc<ServerConfig>>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            host: "127.0.0.1",
            missing: Vec::new(),
            ignores_case: false,
            features: Vec::new(),
            protection: Protection::None,
            data_sessions: DataSessions::Any,
            tls: None,
        }
    }
}

struct State {
    options: Options,
    files: Mutex<BTreeMap<String, Vec<u8>>>,
    directories: Mutex<BTreeSet<String>>,
    /// The directories that the login must not read.
    closed: Mutex<BTreeMap<String, Closed>>,
    /// Links to directories, by their paths.
    links: Mutex<BTreeMap<String, Link>>,
    /// The times that MFMT set.
    times: Mutex<BTreeMap<String, String>>,
    log: Mutex<Vec<String>>,
    faults: Mutex<Vec<(String, Fault)>>,
    /// The source addresses of control and passive data connections.
    peers: Mutex<Vec<IpAddr>>,
    /// The bytes that a stranger received on the client's port.
    leaked: Mutex<Vec<u8>>,
    /// The messages of panics in the server's threads.
    panics: Mutex<Vec<String>>,
    /// A session waits for its client to close both connections.
    awaits_close: AtomicBool,
    stop: AtomicBool,
}

/// The treatment of a directory that the login must not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Closed {
    /// It can be neither entered nor listed.
    Refused,
    /// It can be entered, and its listing is empty, as with vsftpd.
    Empty,
    /// It can be entered, and its listing is refused with this reply.
    Unlisted(&'static str),
}

/// A link to a directory.
#[derive(Debug, Clone)]
struct Link {
    target: String,
    listed: ListedLink,
}

/// The type of a link in listings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListedLink {
    /// A link.
    AsLink,
    /// A directory, as by servers that follow links in their listings.
    AsDirectory,
}

/// The line of the log for a client that closed both connections of a transfer.
pub const CLOSED: &str = "(closed)";

impl FtpServer {
    pub fn start() -> Self {
        Self::listen(Options::default())
    }

    /// A server that answers 502 to these verbs.
    pub fn without_commands(verbs: &[&'static str]) -> Self {
        Self::listen(Options {
            missing: verbs.to_vec(),
            ..Options::default()
        })
    }

    /// A server to which the names `a` and `A` are one.
    pub fn ignoring_case() -> Self {
        Self::listen(Options {
            ignores_case: true,
            ..Options::default()
        })
    }

    /// A server with these additional lines of FEAT, which name the checksums that it computes.
    pub fn with_features(lines: &[&'static str]) -> Self {
        Self::listen(Options {
            features: lines.to_vec(),
            ..Options::default()
        })
    }

    /// A server with a self-signed certificate for 127.0.0.1.
    pub fn with_tls(
        protection: Protection,
        data_sessions: DataSessions,
        version: &'static SupportedProtocolVersion,
    ) -> Self {
        Self::with_clients(protection, data_sessions, version, &Clients::Any)
    }

    /// The same, with these clients.
    pub fn with_clients(
        protection: Protection,
        data_sessions: DataSessions,
        version: &'static SupportedProtocolVersion,
        clients: &Clients,
    ) -> Self {
        let made = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(made.signing_key.serialize_der()));
        let config = tls::server_config(version, made.cert.der().clone(), key, clients);
        let mut server = Self::listen(Options {
            protection,
            data_sessions,
            tls: Some(Arc::new(config)),
            ..Options::default()
        });
        server.certificate = made.cert.pem();
        server
    }

    /// A server that is only reachable by IPv6, where PASV and PORT do not exist.
    pub fn on_ipv6() -> Self {
        Self::listen(Options {
            host: "[::1]",
            missing: vec!["PASV", "PORT"],
            ..Options::default()
        })
    }

    fn listen(options: Options) -> Self {
        let listener = TcpListener::bind(format!("{}:0", options.host)).unwrap();
        let address = listener.local_addr().unwrap();
        let state = Arc::new(State {
            options,
            files: Mutex::default(),
            directories: Mutex::new(BTreeSet::from(["/".to_owned(), BASE.to_owned()])),
            closed: Mutex::default(),
            links: Mutex::default(),
            times: Mutex::default(),
            log: Mutex::default(),
            faults: Mutex::default(),
            peers: Mutex::default(),
            leaked: Mutex::default(),
            panics: Mutex::default(),
            awaits_close: AtomicBool::new(false),
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

    /// Adds a file directly, without the protocol, and the directories above it.
    pub fn holding(self, key: &str, content: &[u8]) -> Self {
        let mut files = self.state.files.lock().unwrap();
        files.insert(format!("{BASE}/{key}"), content.to_vec());
        drop(files);
        let mut directories = self.state.directories.lock().unwrap();
        for (at, _) in key.match_indices('/').filter(|(at, _)| *at > 0) {
            directories.insert(format!("{BASE}/{}", &key[..at]));
        }
        drop(directories);
        self
    }

    /// Adds a link to a directory.
    pub fn linking(self, link: &str, target: &str, listed: ListedLink) -> Self {
        let target = format!("{BASE}/{target}");
        let mut links = self.state.links.lock().unwrap();
        links.insert(format!("{BASE}/{link}"), Link { target, listed });
        drop(links);
        self
    }

    /// Closes a directory to the login.
    pub fn closing(self, directory: &str, how: Closed) -> Self {
        let mut closed = self.state.closed.lock().unwrap();
        closed.insert(format!("{BASE}/{directory}"), how);
        drop(closed);
        self
    }

    /// Injects a fault at the next command of that verb. `banner` is the greeting.
    pub fn fault(self, verb: &str, fault: Fault) -> Self {
        let mut faults = self.state.faults.lock().unwrap();
        faults.push((verb.to_owned(), fault));
        drop(faults);
        self
    }

    /// The environment that makes blobctl use this server for plain keys.
    pub fn variables(&self) -> Vec<(&'static str, String)> {
        let tls = match self.state.options.protection {
            Protection::None => "none",
            Protection::Explicit => "explicit",
            Protection::Implicit => "implicit",
        };
        vec![
            ("BLOBCTL_BACKEND", "ftp".to_owned()),
            ("BLOBCTL_FTP_HOST", self.address.ip().to_string()),
            ("BLOBCTL_FTP_PORT", self.address.port().to_string()),
            ("BLOBCTL_FTP_USERNAME", USER.to_owned()),
            ("BLOBCTL_FTP_PASSWORD", PASSWORD.to_owned()),
            ("BLOBCTL_FTP_BASE_DIR", BASE.to_owned()),
            ("BLOBCTL_FTP_TLS", tls.to_owned()),
        ]
    }

    /// Reads a file directly, without the protocol.
    pub fn file(&self, key: &str) -> Option<Vec<u8>> {
        let files = self.state.files.lock().unwrap();
        files.get(&format!("{BASE}/{key}")).cloned()
    }

    /// The paths of all files, without the base directory.
    pub fn files(&self) -> Vec<String> {
        let files = self.state.files.lock().unwrap();
        let below_base = |path: &String| {
            let path = path.trim_start_matches(BASE);
            path.trim_start_matches('/').to_owned()
        };
        files.keys().map(below_base).collect()
    }

    /// The commands received so far, passwords included.
    pub fn log(&self) -> Vec<String> {
        self.state.log.lock().unwrap().clone()
    }

    /// The source addresses of control and passive data connections.
    pub fn peers(&self) -> Vec<IpAddr> {
        self.state.peers.lock().unwrap().clone()
    }

    /// The bytes that a stranger received on the client's port.
    pub fn leaked(&self) -> Vec<u8> {
        self.state.leaked.lock().unwrap().clone()
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
        // Wakes the listener, so that it sees the flag.
        let _ = TcpStream::connect(self.address);
        let panics = std::mem::take(&mut *self.state.panics.lock().unwrap());
        if !std::thread::panicking() {
            assert_eq!(panics, Vec::<String>::new(), "the server panicked");
        }
    }
}

impl State {
    /// Returns true if FEAT offers the verb.
    fn offers(&self, verb: &str) -> bool {
        let mut words = self
            .options
            .features
            .iter()
            .map(|line| line.split(' ').next());
        words.any(|word| word == Some(verb))
    }

    /// The path with the links in it resolved.
    fn resolve(&self, path: &str) -> String {
        if self.options.ignores_case {
            return path.to_lowercase();
        }
        let links = self.links.lock().unwrap();
        let leads = links.iter().find_map(|(link, to)| {
            let rest = path.strip_prefix(link)?;
            (rest.is_empty() || rest.starts_with('/')).then(|| format!("{}{rest}", to.target))
        });
        leads.unwrap_or_else(|| path.to_owned())
    }

    fn has_directory(&self, path: &str) -> bool {
        self.directories.lock().unwrap().contains(path)
    }

    fn closed(&self, path: &str) -> Option<Closed> {
        self.closed.lock().unwrap().get(path).copied()
    }

    fn has_file(&self, path: &str) -> bool {
        self.files.lock().unwrap().contains_key(path)
    }

    fn content(&self, path: &str) -> Option<Vec<u8>> {
        self.files.lock().unwrap().get(path).cloned()
    }

    fn size(&self, path: &str) -> Option<usize> {
        self.files.lock().unwrap().get(path).map(Vec::len)
    }

    /// The facts of MLST and MLSD about a path that exists.
    fn facts(&self, path: &str) -> Option<String> {
        match self.links.lock().unwrap().get(path) {
            Some(link) if link.listed == ListedLink::AsLink => {
                let time = "modify=20261124120000;";
                return Some(format!("type=OS.unix=slink:{};{time}", link.target));
            }
            Some(_) => return Some("type=dir;modify=20261124120000;".to_owned()),
            None => {}
        }
        if self.has_directory(path) {
            return Some("type=dir;modify=20261124120000;".to_owned());
        }
        let time = self.time(path);
        self.size(path)
            .map(|size| format!("type=file;size={size};modify={time};"))
    }

    /// The time of the last modification of a file.
    fn time(&self, path: &str) -> String {
        let times = self.times.lock().unwrap();
        times
            .get(path)
            .map_or_else(|| "20261124120000".to_owned(), Clone::clone)
    }

    /// The names directly below a directory.
    fn names(&self, directory: &str) -> BTreeSet<String> {
        let prefix = format!("{}/", directory.trim_end_matches('/'));
        let files = self.files.lock().unwrap();
        let directories = self.directories.lock().unwrap();
        let links = self.links.lock().unwrap();
        let all = files.keys().chain(directories.iter()).chain(links.keys());
        all.filter_map(|path| path.strip_prefix(&prefix))
            .filter(|name| !name.is_empty() && !name.contains('/'))
            .map(str::to_owned)
            .collect()
    }

    /// The fault for this command, which is then used up unless it is permanent.
    fn take_fault(&self, verb: &str) -> Option<Fault> {
        let mut faults = self.faults.lock().unwrap();
        let at = faults.iter().position(|(known, _)| known == verb)?;
        let fault = faults[at].1;
        if !fault.is_permanent() {
            faults.remove(at);
        }
        Some(fault)
    }

    /// Serves one client. A panic is recorded, because this thread is never joined.
    fn serve(self: Arc<Self>, control: TcpStream) {
        let state = Arc::clone(&self);
        let served = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            super::wait_until("an end of the abandoned transfer", || {
                !self.awaits_close.load(Ordering::SeqCst)
            });
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
