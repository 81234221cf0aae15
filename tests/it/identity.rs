//! A blob's identity is its store and its complete key, not their printed form; and a printed URL can be used as an address.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use md5::{Digest, Md5};

use crate::support::ftp::{BASE, FtpServer, PASSWORD, USER};
use crate::support::http::{Fault, FaultProxy, Seen, read_head};
use crate::support::s3::{ACCESS_KEY, S3Server, SECRET_KEY, variables};
use crate::support::stores::{Directory, Store};
use crate::support::{MIB, Outcome, Sandbox, bytes, files};

type Blobs = Arc<Mutex<BTreeMap<String, Vec<u8>>>>;

/// An S3 service in memory that takes keys of any length, which the real server of the other tests cannot: its store makes a
/// file name of each key.
struct LongKeys {
    address: SocketAddr,
    /// By path, decoded: `/BUCKET/KEY`.
    blobs: Blobs,
    stop: Arc<AtomicBool>,
}

impl LongKeys {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (blobs, stop) = (Blobs::default(), Arc::new(AtomicBool::new(false)));
        let (shared, stopped) = (Arc::clone(&blobs), Arc::clone(&stop));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if stopped.load(Ordering::SeqCst) {
                    return;
                }
                let blobs = Arc::clone(&shared);
                std::thread::spawn(move || serve(&stream, &blobs));
            }
        });
        Self {
            address,
            blobs,
            stop,
        }
    }

    fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }
}

impl Drop for LongKeys {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        // Wakes the listener, so that it sees the flag.
        let _ = TcpStream::connect(self.address);
    }
}

fn serve(stream: &TcpStream, blobs: &Blobs) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    while let Some(mut seen) = read_head(&mut reader) {
        let len = seen
            .header("content-length")
            .map_or(0, |len| len.parse().unwrap());
        reader
            .by_ref()
            .take(len)
            .read_to_end(&mut seen.body)
            .unwrap();
        let (status, headers, body) = reply(&seen, &mut blobs.lock().unwrap());
        let len = format!("content-length: {}", headers.1.unwrap_or(body.len()));
        let head = format!("HTTP/1.1 {status} x\r\n{}{len}\r\n\r\n", headers.0);
        let mut stream = stream;
        if stream
            .write_all(&[head.as_bytes(), &body].concat())
            .is_err()
        {
            return;
        }
    }
}

/// Status, header lines with a length that differs from the body's, and body.
fn reply(
    seen: &Seen,
    blobs: &mut BTreeMap<String, Vec<u8>>,
) -> (u16, (String, Option<usize>), Vec<u8>) {
    let none = || (String::new(), None);
    let etag = |blob: &[u8]| hex("", &Md5::digest(blob));
    let (path, query) = seen.target.split_once('?').unwrap_or((&seen.target, ""));
    let path = decoded(path);
    if query.contains("list-type=2") {
        let prefix = query
            .split('&')
            .find_map(|pair| pair.strip_prefix("prefix="))
            .map_or(String::new(), decoded);
        let keys = blobs.iter().filter_map(|(known, blob)| {
            let key = known.strip_prefix(&format!("{path}/"))?;
            key.starts_with(&prefix).then(|| {
                let key = hex("%", key.as_bytes());
                format!(
                    "<Contents><Key>{key}</Key><Size>{}</Size></Contents>",
                    blob.len()
                )
            })
        });
        let keys: String = keys.collect();
        let document =
            format!("<ListBucketResult><EncodingType>url</EncodingType>{keys}</ListBucketResult>");
        return (200, none(), document.into_bytes());
    }
    if let Some(source) = seen.header("x-amz-copy-source") {
        let blob = blobs[&decoded(source)].clone();
        let document = format!(
            "<CopyObjectResult><ETag>{}</ETag></CopyObjectResult>",
            etag(&blob)
        );
        blobs.insert(path, blob);
        return (200, none(), document.into_bytes());
    }
    match seen.method.as_str() {
        "PUT" => {
            let headers = format!("etag: \"{}\"\r\n", etag(&seen.body));
            blobs.insert(path, seen.body.clone());
            return (200, (headers, None), Vec::new());
        }
        "DELETE" => {
            blobs.remove(&path);
            return (204, none(), Vec::new());
        }
        _ => {}
    }
    let is_head = seen.method == "HEAD";
    match blobs.get(&path) {
        Some(blob) => {
            let headers = format!("etag: \"{}\"\r\n", etag(blob));
            let body = if is_head { Vec::new() } else { blob.clone() };
            (200, (headers, Some(blob.len())), body)
        }
        None if is_head => (404, none(), Vec::new()),
        None => {
            let document = "<Error><Code>NoSuchKey</Code><Message>no</Message></Error>";
            (404, none(), document.into())
        }
    }
}

/// Each byte as two hex digits after `mark`.
fn hex(mark: &str, bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{mark}{byte:02x}").unwrap();
        text
    })
}

fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'%' => {
                let digits = [rest.next().unwrap(), rest.next().unwrap()];
                u8::from_str_radix(std::str::from_utf8(&digits).unwrap(), 16).unwrap()
            }
            other => other,
        });
    }
    String::from_utf8(bytes).unwrap()
}

impl Store for LongKeys {
    fn name(&self) -> &'static str {
        "s3"
    }
    fn sandbox(&self) -> Sandbox {
        Sandbox::new().envs(&variables(&self.endpoint()))
    }
    fn url(&self, _: &Sandbox, key: &str) -> String {
        format!("s3://lab/{key}")
    }
    fn look(&self, _: &Sandbox, key: &str) -> Option<Vec<u8>> {
        self.blobs
            .lock()
            .unwrap()
            .get(&format!("/lab/{key}"))
            .cloned()
    }
    fn keeps_paths(&self) -> bool {
        false
    }
    fn is_clean(&self, _: &Sandbox) {}
    fn proof(&self) -> &'static str {
        "md5"
    }
}

/// Runs one test on a directory, an S3 service and an FTP server, a fresh one each.
fn on_each(test: impl Fn(&dyn Store)) {
    test(&Directory);
    test(&LongKeys::start());
    test(&FtpServer::start());
}

/// 452 characters, so that what follows is beyond the place where messages are cut.
fn deep() -> String {
    vec!["d".repeat(150); 3].join("/")
}

#[track_caller]
fn url(outcome: &Outcome) -> String {
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    let [line] = &outcome.json()[..] else {
        panic!("not one object: {outcome:?}");
    };
    line["url"].as_str().unwrap().to_owned()
}

#[test]
fn long_siblings_are_different_blobs() {
    on_each(|store| {
        let sandbox = store.sandbox().file("a", "one").file("b", "two");
        let deep = deep();
        let put = sandbox.run(["--json", "put", "-t", &format!("{deep}/"), "a", "b"]);
        assert_eq!(put.code, Some(0), "{}: {put:?}", store.name());
        let look = |name: &str| store.look(&sandbox, &format!("{deep}/{name}"));
        assert_eq!(look("a").as_deref(), Some(&b"one"[..]), "{}", store.name());
        assert_eq!(look("b").as_deref(), Some(&b"two"[..]), "{}", store.name());
        let mut urls: Vec<String> = put
            .json()
            .iter()
            .map(|line| line["url"].as_str().unwrap().to_owned())
            .collect();
        urls.sort();
        let expected = ["a", "b"].map(|name| store.url(&sandbox, &format!("{deep}/{name}")));
        assert_eq!(urls, expected);
        sandbox
            .run(["cp", &format!("{deep}/a"), &format!("{deep}/c")])
            .succeeds();
        assert_eq!(look("c").as_deref(), Some(&b"one"[..]), "{}", store.name());
        sandbox
            .run(["get", "-t", ".", &format!("{deep}/a"), &format!("{deep}/b")])
            .succeeds();
        // Two sources for one destination are refused as before.
        sandbox.write("x/a", "three");
        sandbox
            .run(["put", "-t", &format!("{deep}/"), "a", "x/a"])
            .fails_with(2, "two sources have the same destination");
        sandbox
            .run(["cp", &format!("{deep}/a"), &format!("{deep}/a")])
            .fails_with(2, "would be copied onto itself");
    });
}

#[test]
fn a_trailing_space_makes_another_blob() {
    on_each(|store| {
        let sandbox = store.sandbox().file("a", "one").file("b", "two");
        let put = sandbox.run(["put", "a", "k ", "--json"]);
        assert_eq!(url(&put), store.url(&sandbox, "k "), "{}", store.name());
        assert_eq!(store.look(&sandbox, "k "), Some(b"one".to_vec()));
        sandbox.run(["cp", "k ", "k"]).succeeds();
        sandbox.run(["put", "b", "k "]).succeeds();
        assert_eq!(store.look(&sandbox, "k"), Some(b"one".to_vec()));
        assert_eq!(store.look(&sandbox, "k "), Some(b"two".to_vec()));
        sandbox
            .run(["cp", "k ", "k "])
            .fails_with(2, "k  would be copied onto itself");
    });
}

#[test]
fn every_command_prints_a_complete_url_that_can_be_reused() {
    on_each(|store| {
        let keys = [
            format!("{}/k", deep()),
            "k ".to_owned(),
            " k".to_owned(),
            "a%20b?c#d".to_owned(),
            "ü/\u{202e}x".to_owned(),
        ];
        for key in keys {
            let sandbox = store.sandbox().file("a", "x");
            let whole = store.url(&sandbox, &key);
            let (copy, whole_copy) = (format!("{key}2"), format!("{whole}2"));
            for (arguments, expected) in [
                (vec!["put", "a", &key], &whole),
                (vec!["get", &key, "back"], &whole),
                (vec!["stat", &key], &whole),
                (vec!["exists", &key], &whole),
                (vec!["ls", &key], &whole),
                (vec!["cp", &key, &copy], &whole_copy),
                (vec!["rm", &copy], &whole_copy),
            ] {
                let outcome = sandbox.run(["--json"].iter().chain(&arguments));
                assert_eq!(&url(&outcome), expected, "{arguments:?}");
                // Marks that reorder text are never printed as they are.
                let text = String::from_utf8(outcome.stdout.clone()).unwrap();
                assert!(!text.contains('\u{202e}'), "{text:?}");
            }
            for failed in [
                vec!["get", &copy, "back"],
                vec!["stat", &copy],
                vec!["rm", &copy],
            ] {
                let outcome = sandbox.run(["--json"].iter().chain(&failed));
                assert_eq!(outcome.code, Some(1), "{outcome:?}");
                assert_eq!(outcome.json()[0]["url"], *whole_copy, "{outcome:?}");
            }
            sandbox.run(["get", &whole, "-"]).prints(b"x");
            sandbox.run(["exists", &whole]).is_silent(0);
            sandbox.run(["put", "a", &whole_copy]).succeeds();
            assert_eq!(store.look(&sandbox, &copy), Some(b"x".to_vec()));
            // It is the same blob, by whichever name.
            sandbox
                .run(["cp", &key, &whole])
                .fails_with(2, "would be copied onto itself");
        }
    });
}

#[test]
fn a_listing_has_complete_urls_in_json() {
    let service = LongKeys::start();
    let odd = "line\nfeed \u{85}\u{202e}\"\\";
    service
        .blobs
        .lock()
        .unwrap()
        .insert(format!("/lab/{odd}"), b"x".to_vec());
    let sandbox = service.sandbox();
    let outcome = sandbox.run(["ls", "--json"]);
    assert_eq!(url(&outcome), format!("s3://lab/{odd}"));
    assert_eq!(outcome.json()[0]["key"], odd);
    let text = String::from_utf8(outcome.stdout).unwrap();
    assert_eq!(text.lines().count(), 1, "{text:?}");
    assert!(
        text.contains(r#""url":"s3://lab/line\u000afeed \u0085\u202e\"\\""#),
        "{text:?}"
    );
}

/// Remotes with a prefix, a root or a base directory: what they add is part of the address.
#[test]
fn the_url_of_a_blob_on_a_remote_can_be_reused() {
    let (s3, ftp) = (LongKeys::start(), FtpServer::start());
    let sandbox = Sandbox::new()
        .file("a", "x")
        .envs(&variables(&s3.endpoint()));
    let work = sandbox.work().canonicalize().unwrap();
    std::fs::create_dir_all(work.join("other/root")).unwrap();
    std::os::unix::fs::symlink(work.join("other/root"), work.join("link")).unwrap();
    let shown = work.display();
    let port = ftp.address.port();
    let login = format!("host = \"127.0.0.1\"\nport = {port}\nusername = \"{USER}\"\n");
    let sandbox = sandbox
        .env("BLOBCTL_FTP_PASSWORD", PASSWORD)
        .config(&format!(
            "[remotes.plain]\nbackend = \"fs\"\nroot = \"{shown}/other/root\"\n\
         [remotes.up]\nbackend = \"fs\"\nroot = \"{shown}/other/../other/root/\"\n\
         [remotes.link]\nbackend = \"fs\"\nroot = \"{shown}/link\"\n\
         [remotes.deep]\nbackend = \"fs\"\nroot = \"{shown}/other\"\nprefix = \"root/\"\n\
         [remotes.bucket]\nbackend = \"s3\"\nbucket = \"lab\"\nprefix = \"root/\"\n\
         [remotes.absolute]\nbackend = \"ftp\"\n{login}base_dir = \"{BASE}\"\n\
         [remotes.slash]\nbackend = \"ftp\"\n{login}base_dir = \"{BASE}/\"\n\
         [remotes.root]\nbackend = \"ftp\"\n{login}base_dir = \"/\"\nprefix = \"data/\"\n\
         [remotes.relative]\nbackend = \"ftp\"\n{login}base_dir = \"data\"\n\
         [remotes.login]\nbackend = \"ftp\"\n{login}prefix = \"data/\"\n"
        ));
    let ftp_url = format!("ftp://{USER}@127.0.0.1:{port}");
    for (remote, expected) in [
        ("plain", format!("file://{shown}/other/root/d/k")),
        ("up", format!("file://{shown}/other/root/d/k")),
        ("link", format!("file://{shown}/link/d/k")),
        ("deep", format!("file://{shown}/other/root/d/k")),
        ("bucket", "s3://lab/root/d/k".to_owned()),
        ("absolute", format!("{ftp_url}/{BASE}/d/k")),
        ("slash", format!("{ftp_url}/{BASE}/d/k")),
        ("root", format!("{ftp_url}//data/d/k")),
        ("relative", format!("{ftp_url}/data/d/k")),
        ("login", format!("{ftp_url}/data/d/k")),
    ] {
        let key = format!("{remote}:d/k");
        sandbox.write("a", remote);
        let put = sandbox.run(["put", "a", &key, "--json"]);
        assert_eq!(url(&put), expected, "{remote}");
        let list = sandbox.run(["ls", &key, "--json"]);
        assert_eq!(url(&list), expected, "{remote}");
        sandbox
            .run(["get", &expected, "-"])
            .prints(remote.as_bytes());
        sandbox
            .run(["cp", &key, &expected])
            .fails_with(2, "would be copied onto itself");
        sandbox.run(["rm", &expected]).succeeds();
        sandbox.run(["exists", &key]).is_silent(1);
    }
    // One directory by two names, and one login by two base directories.
    sandbox.run(["put", "a", "plain:d/k"]).succeeds();
    sandbox
        .run(["cp", "plain:d/k", "link:d/k"])
        .fails_with(2, "would be copied onto itself");
    sandbox
        .run(["cp", "root:d/k", "absolute:d/k"])
        .fails_with(2, "would be copied onto itself");
}

#[test]
fn equal_bucket_names_on_two_services_are_two_stores() {
    let (one, two) = (LongKeys::start(), LongKeys::start());
    let sandbox = Sandbox::new()
        .file("a", "x")
        .env("AWS_ACCESS_KEY_ID", ACCESS_KEY)
        .env("AWS_SECRET_ACCESS_KEY", SECRET_KEY)
        .config(&format!(
            "[remotes.one]\nbackend = \"s3\"\nbucket = \"lab\"\nendpoint_url = \"{}\"\n\
             [remotes.two]\nbackend = \"s3\"\nbucket = \"lab\"\nendpoint_url = \"{}\"\n",
            one.endpoint(),
            two.endpoint()
        ));
    sandbox.run(["put", "a", "one:k"]).succeeds();
    sandbox.run(["cp", "one:k", "two:k"]).succeeds();
    assert_eq!(two.look(&sandbox, "k").as_deref(), Some(&b"x"[..]));
    sandbox
        .run(["cp", "two:k", "two:k"])
        .fails_with(2, "s3://lab/k would be copied onto itself");
}

/// The journals of unfinished transfers.
fn journals(sandbox: &Sandbox) -> Vec<PathBuf> {
    files(&sandbox.home().join(".local/state/blobctl/resume"))
}

#[test]
fn a_journal_of_an_older_version_is_not_read() {
    let server = S3Server::start();
    let content = bytes(40 * MIB, 1);
    // The connection ends in the middle of the second part, and later ones at once.
    let faults = std::iter::once(Fault::CutUp(24 << 20));
    let faults = faults.chain(std::iter::repeat_n(Fault::CutUp(1 << 20), 40));
    let proxy = FaultProxy::start(server.address, faults);
    let sandbox = Sandbox::new()
        .envs(&variables(&proxy.endpoint()))
        .env("BLOBCTL_RESUME", "auto")
        .env("BLOBCTL_RETRY_FOR", "0")
        .file("a", &content);
    let first = sandbox.run(["put", "a", "--parts", "1"]);
    assert_eq!(first.code, Some(7), "{first:?}");
    proxy.heal();
    let [path] = &journals(&sandbox)[..] else {
        panic!("{:?}", journals(&sandbox));
    };
    let text = std::fs::read_to_string(path).unwrap();
    assert!(text.starts_with("blobctl-resume 2\n"), "{text}");
    assert!(text.contains("\npart 1 "), "{text}");
    let mut old = text.replace("blobctl-resume 2\n", "blobctl-resume 1\n");
    // What it says of the upload is as wrong as it can be.
    old = old.replace("upload ", "upload x");
    std::fs::write(path, old).unwrap();
    let second = sandbox.run(["put", "a", "-v"]);
    assert_eq!(second.code, Some(0), "{second:?}");
    assert!(!second.stderr.contains("going on with"), "{second:?}");
    assert!(std::fs::read(server.bucket().join("a")).unwrap() == content);
    assert_eq!(journals(&sandbox), Vec::<PathBuf>::new());
}

#[test]
fn long_siblings_have_separate_journals() {
    let names = |keys: [&str; 2]| {
        let server = FtpServer::start();
        let sandbox = Sandbox::new()
            .envs(&server.variables())
            .env("BLOBCTL_RESUME", "auto")
            .env("BLOBCTL_RETRY_FOR", "0")
            .file("a", bytes(4 * MIB, 1));
        let mut server = server;
        for key in keys {
            server = server.fault("STOR", crate::support::ftp::Fault::AbortAfter(1_000_000));
            let outcome = sandbox.run(["put", "a", key]);
            assert_eq!(outcome.code, Some(7), "{outcome:?}");
        }
        journals(&sandbox).len()
    };
    let (one, two) = (format!("{}/a", deep()), format!("{}/b", deep()));
    assert_eq!(names([&one, &two]), 2);
    assert_eq!(names(["k", "k "]), 2);
    assert_eq!(names(["k", "k"]), 1);
}
