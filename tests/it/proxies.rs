//! SOCKS 5 and https proxies, through the built binary. `http_traps` has the failures of HTTP proxies.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener};

use crate::support::client_ca::{ClientCa, Clients};
use crate::support::proxies::{SocksProxy, TlsFront};
use crate::support::s3::{S3Server, variables};
use crate::support::tls::{TlsStore, Tunnel};
use crate::support::{MIB, Outcome, Sandbox, bytes, write_private};

#[test]
fn a_socks_proxy_passes_large_bodies_and_resolves_the_name_if_asked_to() {
    let server = TlsStore::start(&["s3.test"]);
    let proxy = SocksProxy::start(server.address, None);
    let content = bytes(5 * MIB, 3);
    let sandbox = Sandbox::new()
        .envs(&variables("https://s3.test"))
        .env("all_proxy", &format!("socks5h://{}", proxy.address()))
        .env("BLOBCTL_RETRY_FOR", "0")
        .file("ca.pem", &server.certificate)
        .env("AWS_CA_BUNDLE", "ca.pem")
        .file("a", &content);
    sandbox.run(["put", "a"]).succeeds();
    sandbox.run(["get", "a", "-"]).prints(&content);
    assert_eq!(proxy.asked(), ["name s3.test:443"; 2]);
}

#[test]
fn a_socks_proxy_gets_an_address_that_is_resolved_here_or_was_given() {
    let server = S3Server::start();
    let proxy = SocksProxy::start(server.address, None);
    for (scheme, endpoint) in [
        ("socks5", "http://192.0.2.7:9000"),
        ("socks5h", "http://192.0.2.7:9000"),
    ] {
        Sandbox::new()
            .envs(&variables(endpoint))
            .env("http_proxy", &format!("{scheme}://{}", proxy.address()))
            .env("BLOBCTL_RETRY_FOR", "0")
            .run(["exists", "a"])
            .is_silent(1);
    }
    let asked = proxy.asked();
    assert!(!asked.is_empty());
    assert!(
        asked.iter().all(|host| host == "address 192.0.2.7:9000"),
        "{asked:?}"
    );
}

/// A run through this proxy, which is attempted once.
fn through(proxy: &str) -> Outcome {
    reach("http://s3.invalid", proxy)
}

fn reach(endpoint: &str, proxy: &str) -> Outcome {
    let outcome = Sandbox::new()
        .envs(&variables(endpoint))
        .env("BLOBCTL_RETRY_FOR", "0")
        .env("http_proxy", proxy)
        .run(["exists", "a"]);
    assert!(!outcome.stderr.contains("hunter2"), "{outcome:?}");
    outcome
}

#[test]
fn the_login_of_a_socks_proxy_is_that_of_its_url() {
    let server = S3Server::start();
    let proxy = SocksProxy::start(server.address, Some(("me", "hunter2@")));
    let address = proxy.address();
    let url = format!("socks5h://me:hunter2%40@{address}");
    reach("http://192.0.2.7", &url).is_silent(1);
    let outcome = through(&format!("socks5h://me:wrong@{address}"));
    outcome.fails_with(
        4,
        &format!("the proxy socks5h://{address} rejects this login"),
    );
    let outcome = through(&format!("socks5h://{address}"));
    outcome.fails_with(
        4,
        &format!("the proxy socks5h://{address} requires a login"),
    );
    let hint = "hint: put the user name and password into the proxy's URL";
    assert!(outcome.stderr.contains(hint), "{outcome:?}");
}

/// A proxy that sends these answers to one client.
fn answering(answers: Vec<&'static [u8]>) -> (SocketAddr, std::thread::JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let thread = std::thread::spawn(move || {
        let (mut client, _) = listener.accept().unwrap();
        for answer in answers {
            let length = client.read(&mut [0; 1000]).unwrap();
            assert!(length > 0);
            client.write_all(answer).unwrap();
        }
        let _ = client.shutdown(std::net::Shutdown::Write);
        let _ = std::io::copy(&mut client, &mut std::io::sink());
    });
    (address, thread)
}

#[test]
fn a_socks_proxy_that_fails_is_named_with_its_reason() {
    const HELLO: &[u8] = b"\x05\x00";
    for (answers, code, part) in [
        (
            vec![HELLO, b"\x05\x02\0\x01\0\0\0\0\0\0"],
            4,
            "cannot connect to s3.invalid: not allowed by its rules",
        ),
        (
            vec![HELLO, b"\x05\x04\0\x01\0\0\0\0\0\0"],
            7,
            "cannot connect to s3.invalid: host unreachable",
        ),
        (
            vec![HELLO, b"\x05\x07\0\x01\0\0\0\0\0\0"],
            12,
            "cannot connect to s3.invalid: it does not support CONNECT",
        ),
        (
            vec![b"HTTP/1.1 400 Bad Request\r\n\r\n"],
            12,
            "does not speak SOCKS 5",
        ),
        (vec![HELLO, b"\x05\0\0"], 7, "the connection to the proxy"),
    ] {
        let (address, server) = answering(answers);
        let outcome = through(&format!("socks5h://user:hunter2@{address}"));
        server.join().unwrap();
        outcome.fails_with(code, part);
        let name = format!("the proxy socks5h://{address}");
        assert!(outcome.stderr.contains(&name), "{outcome:?}");
    }
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    through(&format!("socks5h://{address}")).fails_with(
        7,
        &format!("cannot connect to the proxy socks5h://{address}: connection refused"),
    );
    through("socks5h://proxy.invalid").fails_with(
        7,
        "cannot connect to the proxy socks5h://proxy.invalid:1080: cannot resolve proxy.invalid: ",
    );
    through("socks4://127.0.0.1:1").fails_with(3, "is a SOCKS 4 proxy, which blobctl cannot use");
}

#[test]
fn an_https_proxy_makes_a_tunnel_and_does_not_get_the_client_certificate() {
    let ca = ClientCa::new("CA");
    let identity = ca.issue();
    let server = TlsStore::with_clients(&rustls::version::TLS13, &ca.required());
    let tunnel = Tunnel::start(server.address);
    let front = TlsFront::start(tunnel.address, &ca.requested());
    let content = bytes(5 * MIB, 3);
    let sandbox = Sandbox::new()
        .envs(&variables("https://s3.test"))
        .env("https_proxy", &format!("https://{}", front.address()))
        .env("BLOBCTL_RETRY_FOR", "0")
        .env("AWS_CA_BUNDLE", "ca.pem")
        .file(
            "ca.pem",
            format!("{}{}", server.certificate, front.certificate),
        )
        .file("a", &content);
    write_private(
        &sandbox.work().join("cert.pem"),
        &format!("{}{}", identity.certificate, identity.key),
    );
    let certificate = ["--client-cert", "cert.pem"];
    let run = |command: &[&str]| sandbox.run([command, &certificate].concat());
    run(&["put", "a"]).succeeds();
    run(&["get", "a", "-"]).prints(&content);
    assert_eq!(tunnel.asked(), ["CONNECT s3.test:443"; 2]);
    assert_eq!((front.presented(), server.presented()), (0, 2));
}

#[test]
fn plain_http_passes_an_https_proxy() {
    let server = S3Server::start();
    let tunnel = Tunnel::start(server.address);
    let front = TlsFront::start(tunnel.address, &Clients::Any);
    Sandbox::new()
        .envs(&variables("http://192.0.2.7"))
        .env("http_proxy", &format!("https://{}", front.address()))
        .env("BLOBCTL_RETRY_FOR", "0")
        .env("AWS_CA_BUNDLE", "ca.pem")
        .file("ca.pem", &front.certificate)
        .run(["exists", "a"])
        .is_silent(1);
    assert_eq!(tunnel.asked(), ["CONNECT 192.0.2.7:80"]);
}
