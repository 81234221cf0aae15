//! Traps of HTTP clients, each with a server that sets it.
//!
//! Some are shown elsewhere: in `s3`, an early 403, a kept connection that ends, silence before and within an answer, an
//! answer without a length; in `tls`, an early 403. That a host is looked up once cannot be seen from outside without
//! the rights of root, so that `backend/s3/transport/resolver.rs` tests the cache itself.

use std::io::{BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::support::http::{Script, ScriptedServer, Then, answer, read_head, s3_error};
use crate::support::s3::variables;
use crate::support::services::Named;
use crate::support::tls::{TlsStore, Tunnel, Uploads};
use crate::support::{HANG, MIB, Outcome, Sandbox, bytes, finish};

const HELLO: (&str, &str) = ("etag", "\"5d41402abc4b2a76b9719d911017c592\"");

fn at(address: SocketAddr) -> Sandbox {
    Sandbox::new()
        .envs(&variables(&format!("http://{address}")))
        .env("BLOBCTL_RETRY_FOR", "0")
}

/// Serves one connection with `serve`.
fn one_connection(
    serve: impl FnOnce(TcpStream) + Send + 'static,
) -> (SocketAddr, std::thread::JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let thread = std::thread::spawn(move || serve(listener.accept().unwrap().0));
    (address, thread)
}

#[test]
fn a_file_that_becomes_shorter_while_it_is_sent_ends_the_upload() {
    let (there, path) = std::sync::mpsc::channel::<std::path::PathBuf>();
    let (address, server) = one_connection(move |stream| {
        let mut reader = BufReader::new(stream);
        let seen = read_head(&mut reader).unwrap();
        let announced: usize = seen.header("content-length").unwrap().parse().unwrap();
        std::fs::OpenOptions::new()
            .write(true)
            .open(path.recv().unwrap())
            .unwrap()
            .set_len(1000)
            .unwrap();
        let mut body = Vec::new();
        let _ = reader.read_to_end(&mut body);
        assert!(body.len() < announced, "nothing is made up");
    });
    let sandbox = at(address).file("a", bytes(15 * MIB, 1));
    there.send(sandbox.work().join("a")).unwrap();
    let outcome = sandbox.run(["put", "a", "--timeout", "10m"]);
    outcome.fails_with(6, "the source became shorter while it was read");
    assert!(outcome.elapsed < HANG, "{outcome:?}");
    server.join().unwrap();
}

#[test]
fn what_a_server_says_before_it_hangs_up_on_a_large_body_is_heard() {
    for (refusal, exit, text) in [
        (s3_error(403, "AccessDenied"), 4, "AccessDenied"),
        (answer(307, &[], b""), 3, "the bucket is elsewhere"),
        (s3_error(503, "SlowDown"), 7, "SlowDown"),
        (s3_error(400, "EntityTooLarge"), 12, "EntityTooLarge"),
    ] {
        let server = ScriptedServer::start([refusal.early().then(Then::Close)]);
        let sandbox = at(server.address).file("big", bytes(15 * MIB, 3));
        sandbox.run(["put", "big"]).fails_with(exit, text);
        assert_eq!(server.seen().len(), 1);
    }
}

#[test]
fn a_kept_connection_that_died_costs_no_attempt_of_a_put() {
    let stored = answer(200, &[HELLO], b"");
    let hangs_up = Script {
        read_body: true,
        answer: Vec::new(),
        then: Then::Close,
    };
    let server = ScriptedServer::start([stored.clone(), hangs_up, stored]);
    let sandbox = at(server.address).file("a", "hello").file("b", "hello");
    let outcome = sandbox.run(["put", "a", "b", "p/", "--jobs", "1", "--json"]);
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    for line in outcome.json() {
        assert_eq!(line["attempts"], 1, "{outcome:?}");
    }
    let seen = server.seen();
    assert_eq!(seen.len(), 3);
    assert_eq!(seen[2].body, b"hello", "the whole body once more");
}

#[test]
fn a_body_that_nobody_takes_is_given_up_after_the_timeout_also_under_tls() {
    let put = ["put", "big", "--timeout", "1s", "--retry-for", "0"];
    let content = bytes(15 * MIB, 4);
    let tls = TlsStore::with(&["127.0.0.1"], &rustls::version::TLS13, Uploads::NeverRead);
    let sandbox = Sandbox::new()
        .envs(&variables(&tls.endpoint()))
        .file("ca.pem", &tls.certificate)
        .env("AWS_CA_BUNDLE", "ca.pem")
        .file("big", &content);
    let outcome = sandbox.run(put);
    outcome.fails_with(7, "did not move a byte for 1 s");
    // The usual limit is 60 s.
    assert!(outcome.elapsed < Duration::from_secs(30), "{outcome:?}");
    let (done, wait) = std::sync::mpsc::channel::<()>();
    let (address, server) = one_connection(move |stream| {
        let _ = wait.recv();
        drop(stream);
    });
    let outcome = at(address).file("big", &content).run(put);
    drop(done);
    outcome.fails_with(7, "did not move a byte for 1 s");
    // The usual limit is 60 s.
    assert!(outcome.elapsed < Duration::from_secs(30), "{outcome:?}");
    server.join().unwrap();
}

#[test]
fn the_endpoints_scheme_chooses_the_proxy() {
    let server = ScriptedServer::start([answer(200, &[HELLO], b"")]);
    let elsewhere = "cannot resolve s3.invalid: ";
    for (endpoint, variable, is_used) in [
        ("http://s3.invalid", "http_proxy", true),
        ("http://s3.invalid", "all_proxy", true),
        ("http://s3.invalid", "ALL_PROXY", true),
        ("http://s3.invalid", "https_proxy", false),
        ("http://s3.invalid", "HTTPS_PROXY", false),
        // A CGI program's caller can set it.
        ("http://s3.invalid", "HTTP_PROXY", false),
        ("https://s3.invalid", "http_proxy", false),
    ] {
        let tunnel = Tunnel::start(server.address);
        let sandbox = Sandbox::new()
            .envs(&variables(endpoint))
            .env("BLOBCTL_RETRY_FOR", "0")
            .env(variable, &format!("http://{}", tunnel.address))
            .file("a", "hello");
        let outcome = sandbox.run(["put", "a"]);
        match is_used {
            true => outcome.succeeds(),
            false => outcome.fails_with(7, elsewhere),
        }
        assert_eq!(tunnel.asked().len(), usize::from(is_used), "{variable}");
    }
}

#[test]
fn hosts_that_are_excepted_from_the_proxy_are_reached_directly() {
    let server = ScriptedServer::start([answer(200, &[HELLO], b"")]);
    for (no_proxy, is_used) in [
        ("*", false),
        ("s3.invalid", false),
        ("invalid", false),
        (".invalid", false),
        ("example.com, S3.INVALID", false),
        ("s3.invalid:80", false),
        ("s3.invalid:81", true),
        ("3.invalid", true),
        ("", true),
    ] {
        let tunnel = Tunnel::start(server.address);
        let sandbox = Sandbox::new()
            .envs(&variables("http://s3.invalid"))
            .env("BLOBCTL_RETRY_FOR", "0")
            .env("http_proxy", &format!("http://{}", tunnel.address))
            .env("no_proxy", no_proxy)
            .file("a", "hello");
        let outcome = sandbox.run(["put", "a"]);
        let code = if is_used { 0 } else { 7 };
        assert_eq!(outcome.code, Some(code), "{no_proxy}: {outcome:?}");
        assert_eq!(tunnel.asked().len(), usize::from(is_used), "{no_proxy}");
    }
}

/// A run through this proxy, which is attempted once.
fn through(proxy: &str) -> Outcome {
    let outcome = Sandbox::new()
        .envs(&variables("http://s3.invalid"))
        .env("BLOBCTL_RETRY_FOR", "0")
        .env("http_proxy", proxy)
        .run(["exists", "a", "--connect-timeout", "2s"]);
    assert!(!outcome.stderr.contains("hunter2"), "{outcome:?}");
    outcome
}

#[test]
fn a_proxy_that_refuses_is_named_and_its_password_is_not() {
    for (login, status, code, part, hint) in [
        (
            "user:hunter2@",
            "407 Proxy Authentication Required",
            4,
            "refuses to connect to s3.invalid with this login (407)",
            "hint: check the user name and password in the proxy's URL",
        ),
        (
            "",
            "407 Proxy Authentication Required",
            4,
            "refuses to connect to s3.invalid without a login (407)",
            "hint: put the user name and password into the proxy's URL",
        ),
        (
            "user:hunter2@",
            "403 Forbidden",
            4,
            "refuses to connect to s3.invalid (403)",
            "",
        ),
        (
            "user:hunter2@",
            "503 Service Unavailable",
            7,
            "refuses to connect to s3.invalid (503)",
            "",
        ),
    ] {
        let (address, server) = one_connection(move |mut stream| {
            let mut reader = BufReader::new(stream.try_clone().unwrap());
            let seen = read_head(&mut reader).unwrap();
            assert_eq!(seen.target, "s3.invalid:80");
            // The base64 of `user:hunter2`.
            let expected = (!login.is_empty()).then_some("Basic dXNlcjpodW50ZXIy");
            assert_eq!(seen.header("proxy-authorization"), expected);
            let answer = format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\n\r\n");
            stream.write_all(answer.as_bytes()).unwrap();
        });
        let outcome = through(&format!("http://{login}{address}"));
        server.join().unwrap();
        outcome.fails_with(code, &format!("the proxy http://{address} {part}"));
        assert!(outcome.stderr.contains(hint), "{outcome:?}");
    }
}

#[test]
fn a_proxy_that_cannot_be_reached_is_named_instead_of_the_endpoint() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    through(&format!("http://user:hunter2@{address}")).fails_with(
        7,
        &format!("cannot connect to the proxy http://{address}: connection refused"),
    );
    through("http://user:hunter2@proxy.invalid:3128").fails_with(
        7,
        "cannot connect to the proxy http://proxy.invalid:3128: cannot resolve proxy.invalid: ",
    );
    for (answer, code, part) in [
        (&b"SSH-2.0-x\r\n\r\n"[..], 12, "does not speak HTTP"),
        (b"", 7, "the connection to the proxy"),
    ] {
        let (address, server) = one_connection(move |mut stream| {
            let mut reader = BufReader::new(stream.try_clone().unwrap());
            read_head(&mut reader).unwrap();
            stream.write_all(answer).unwrap();
        });
        let outcome = through(&format!("http://{address}"));
        server.join().unwrap();
        outcome.fails_with(code, part);
        assert!(
            outcome
                .stderr
                .contains(&format!("the proxy http://{address}")),
            "{outcome:?}"
        );
    }
}

#[test]
fn a_silent_proxy_and_one_with_an_untrusted_certificate_are_named() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    through(&format!("http://{address}")).fails_with(
        7,
        &format!("cannot connect to the proxy http://{address}: no answer within 2 s"),
    );
    drop(listener);
    let tls = TlsStore::start(&["127.0.0.1"]);
    let address = tls.address;
    through(&format!("https://user:hunter2@{address}")).fails_with(
        4,
        &format!(
            "the certificate of the proxy https://{address} is not valid: its issuer is not trusted"
        ),
    );
    assert_eq!(tls.seen().len(), 0);
}

#[test]
fn an_invalid_proxy_url_is_a_setting_that_is_wrong() {
    let encode = "hint: percent-encode the user name and password";
    let form = "hint: write it like http://proxy.example.com:3128";
    for (url, hint) in [
        ("garbage:", form),
        ("http://", form),
        ("http://proxy.invalid:port", form),
        ("http://pro xy.invalid", form),
        ("http://user:hunter2@x@127.0.0.1:1", encode),
        ("http://user:hunter2%zz@127.0.0.1:1", encode),
        ("http://user:hunter2%@127.0.0.1:1", encode),
        ("http://user:hunter2/x@127.0.0.1:1", encode),
        ("http://user:hunter2#x@127.0.0.1:1", encode),
        ("http://user:22?x@127.0.0.1:1", encode),
    ] {
        let outcome = through(url);
        outcome.fails_with(3, "the http proxy of the environment is not a proxy URL");
        assert!(outcome.stderr.contains(hint), "{url}: {outcome:?}");
    }
}

#[test]
fn an_encoded_login_reaches_the_proxy_decoded() {
    let (address, proxy) = one_connection(move |stream| {
        let mut reader = BufReader::new(stream.try_clone().unwrap());
        let seen = read_head(&mut reader).unwrap();
        // The base64 of `user:p@:/%`.
        assert_eq!(
            seen.header("proxy-authorization"),
            Some("Basic dXNlcjpwQDovJQ==")
        );
    });
    let outcome = through(&format!("http://user:p%40%3A%2F%25@{address}"));
    proxy.join().unwrap();
    assert_eq!(outcome.code, Some(7), "{outcome:?}");
}

#[test]
fn nobody_is_asked_whether_a_body_may_come() {
    let service = Named::at("http://s3.invalid", [answer(200, &[HELLO], b"hello")]);
    let sandbox = service.sandbox().file("big", bytes(15 * MIB, 5));
    for arguments in [
        &["put", "a"][..],
        &["put", "big"],
        &["get", "k", "-"],
        &["rm", "k"],
    ] {
        sandbox.run(arguments);
    }
    let requests = service.requests();
    assert!(requests.len() >= 5);
    for request in requests {
        assert_eq!(request.header("expect"), None, "{}", request.method);
        assert_eq!(request.header("transfer-encoding"), None);
    }
}

/// A server that leaves Nagle's algorithm on waits for the acknowledgement of the head before it sends the body: each time at
/// least 40 ms, if acknowledgements are delayed (TCP_DELACK_MIN of Linux; 10 ms are one tick of its slowest clock). The first
/// ones of a connection are always quick.
#[test]
fn acknowledgements_are_not_delayed() {
    const BLOBS: usize = 100;
    const FIRST: usize = 30;
    const DELAYED: Duration = Duration::from_millis(30);
    let quick_ones = || {
        let (found, quick) = std::sync::mpsc::channel();
        let (address, server) = one_connection(move |stream| {
            let mut reader = BufReader::new(stream.try_clone().unwrap());
            let mut quick = 0;
            let mut answered = None;
            for number in 0.. {
                if read_head(&mut reader).is_none() {
                    break;
                }
                let gap = answered.map(|at: Instant| at.elapsed());
                if number > FIRST && gap.is_some_and(|gap| gap < DELAYED) {
                    quick += 1;
                }
                let head = format!(
                    "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n{}: {}\r\n\r\n",
                    HELLO.0, HELLO.1
                );
                answered = Some(Instant::now());
                (&stream).write_all(head.as_bytes()).unwrap();
                (&stream).write_all(b"hello").unwrap();
            }
            found.send(quick).unwrap();
        });
        let names: Vec<String> = (0..BLOBS).map(|number| format!("k{number}")).collect();
        let sandbox = at(address);
        std::fs::create_dir(sandbox.work().join("d")).unwrap();
        let arguments = ["get", "--jobs", "1"]
            .into_iter()
            .chain(names.iter().map(String::as_str))
            .chain(["d/"]);
        let outcome = finish(sandbox.command(arguments).spawn().unwrap());
        assert_eq!(outcome.code, Some(0), "{outcome:?}");
        server.join().unwrap();
        quick.recv().unwrap()
    };
    // A busy machine is slow for other reasons, but not each time.
    let mut quick = 0;
    assert!((0..20).any(|_| {
        quick += quick_ones();
        quick >= 10
    }));
}

/// A server that answers each connection with `answer`, given the request.
fn answering(answer: impl Fn(&str, &mut TcpStream) + Send + Sync + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let answer = Arc::new(answer);
    std::thread::spawn(move || {
        for mut client in listener.incoming().flatten() {
            let answer = Arc::clone(&answer);
            std::thread::spawn(move || {
                let mut request = vec![0; 64 << 10];
                let len = client.read(&mut request).unwrap_or(0);
                answer(&String::from_utf8_lossy(&request[..len]), &mut client);
            });
        }
    });
    endpoint
}

/// Sends `piece` again and again until the client hangs up.
fn drip(client: &mut TcpStream, piece: &[u8]) {
    while client.write_all(piece).is_ok() {
        std::thread::sleep(Duration::from_millis(100));
    }
}

#[test]
fn a_response_head_has_a_limit_of_its_own() {
    let heads: [fn(&str, &mut TcpStream); 2] = [
        |_, client| {
            let _ = client.write_all(b"HTTP/1.1 200 OK\r\nx-a: ");
            drip(client, b"a");
        },
        |_, client| drip(client, b"HTTP/1.1 102 Processing\r\n\r\n"),
    ];
    for head in heads {
        let endpoint = answering(head);
        let outcome = Sandbox::new().envs(&variables(&endpoint)).run([
            "exists",
            "k",
            "--timeout",
            "1s",
            "--retry-for",
            "0",
        ]);
        outcome.fails_with(7, "did not send a whole response head within 5 s");
    }
}

#[test]
fn one_byte_per_connection_does_not_restart_the_retry_budget() {
    const SIZE: usize = 1 << 20;
    let endpoint = answering(|request, client| {
        let from = request
            .lines()
            .find_map(|line| {
                line.to_lowercase()
                    .strip_prefix("range: bytes=")
                    .map(str::to_owned)
            })
            .and_then(|range| range.split('-').next().map(str::to_owned))
            .map_or(0, |from| from.parse::<usize>().unwrap());
        let status = if from == 0 {
            "200 OK"
        } else {
            "206 Partial Content"
        };
        let _ = write!(
            client,
            "HTTP/1.1 {status}\r\nETag: \"a\"\r\nLast-Modified: Wed, 21 Oct 2015 07:28:00 GMT\r\n\
             x-amz-request-id: 1\r\nContent-Length: {}\r\nContent-Range: bytes {from}-{}/{SIZE}\r\n\r\na",
            SIZE - from,
            SIZE - 1,
        );
    });
    let outcome =
        Sandbox::new()
            .envs(&variables(&endpoint))
            .run(["get", "k", "out", "--retry-for", "2s"]);
    assert_eq!(outcome.code, Some(7), "{outcome:?}");
}
