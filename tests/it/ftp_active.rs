//! Active mode, in which the server connects to blobctl: the announced address and port, the accepted connections, the
//! timeout. And the bind address in passive mode.

use std::net::{IpAddr, TcpListener};

use crate::support::ftp::{Fault, FtpServer};
use crate::support::{HANG, KIB, Sandbox, bytes};

/// A sandbox in active mode without retries, so that a fault is reported.
fn active(server: &FtpServer) -> Sandbox {
    Sandbox::new()
        .envs(&server.variables())
        .env("BLOBCTL_RETRY_FOR", "0")
        .env("BLOBCTL_FTP_MODE", "active")
}

/// A free port, followed by several others.
fn free_port() -> u16 {
    loop {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        if port < 65000 {
            return port;
        }
    }
}

/// The address and port of each PORT command.
fn announced(server: &FtpServer) -> Vec<(String, u16)> {
    let commands = server.commands("PORT");
    let read = |line: &String| {
        let numbers: Vec<&str> = line[5..].split(',').collect();
        let part = |at: usize| numbers[at].parse::<u16>().unwrap();
        (numbers[..4].join("."), part(4) << 8 | part(5))
    };
    commands.iter().map(read).collect()
}

#[test]
fn active_mode_uses_the_ports_of_the_range_in_turn() {
    let server = FtpServer::start();
    let first = free_port();
    let range = format!("{first}-{}", first + 20);
    let content = bytes(100 * KIB, 1);
    let sandbox = active(&server).env("BLOBCTL_FTP_ACTIVE_PORTS", &range);
    for name in ["a", "b", "c"] {
        sandbox.write(name, &content);
    }
    sandbox
        .run(["put", "a", "b", "c", "d/", "--jobs", "1"])
        .succeeds();
    sandbox.run(["get", "d/c", "-"]).prints(&content);
    let told = announced(&server);
    assert!(
        told.iter()
            .all(|(ip, port)| ip == "127.0.0.1" && (first..=first + 20).contains(port)),
        "{range}: {told:?}"
    );
    assert!(told[0].1 < told[1].1 && told[1].1 < told[2].1, "{told:?}");
    assert!(server.commands("EPSV").is_empty());
}

#[test]
fn a_port_in_use_is_skipped() {
    let taken = loop {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        if listener.local_addr().unwrap().port() < 65000 {
            break listener;
        }
    };
    let first = taken.local_addr().unwrap().port();
    let server = FtpServer::start();
    let range = format!("{first}-{}", first + 20);
    active(&server)
        .file("a", "x")
        .run(["put", "a", "--ftp-active-ports", &range])
        .succeeds();
    let told = announced(&server);
    assert!(
        (first + 1..=first + 20).contains(&told[0].1),
        "{range}: {told:?}"
    );
}

#[test]
fn the_error_names_a_range_without_a_free_port() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let server = FtpServer::start();
    let outcome =
        active(&server)
            .file("a", "x")
            .run(["put", "a", "--ftp-active-ports", &port.to_string()]);
    outcome.fails_with(7, &format!("no free local port in {port}-{port} "));
    assert!(outcome.stderr.contains("--ftp-active-ports"), "{outcome:?}");
    assert!(server.commands("PORT").is_empty());
    assert!(server.commands("STOR").is_empty());
}

#[test]
fn all_connections_use_the_bind_address() {
    let here: IpAddr = "127.0.0.2".parse().unwrap();
    let server = FtpServer::start();
    let content = bytes(100 * KIB, 2);
    let sandbox = active(&server).file("a", &content);
    sandbox
        .run(["put", "a", "--ftp-bind", "127.0.0.2"])
        .succeeds();
    let told = announced(&server);
    assert_eq!(told[0].0, "127.0.0.2");
    assert_eq!(server.peers(), [here], "control alone");
    let passive = sandbox
        .env("BLOBCTL_FTP_MODE", "passive")
        .env("BLOBCTL_FTP_BIND_ADDRESS", "127.0.0.2");
    passive.run(["get", "a", "-"]).prints(&content);
    assert_eq!(server.peers(), [here, here, here], "two controls, one data");
}

#[test]
fn active_mode_works_over_ipv6() {
    let server = FtpServer::on_ipv6();
    let first = free_port();
    let range = format!("{first}-{}", first + 20);
    let content = bytes(100 * KIB, 2);
    let sandbox = active(&server)
        .env("BLOBCTL_FTP_BIND_ADDRESS", "::1")
        .env("BLOBCTL_FTP_ACTIVE_PORTS", &range)
        .file("a", &content);
    sandbox.run(["put", "a"]).succeeds();
    sandbox
        .run(["get", "a", "-", "--ftp-mode", "passive"])
        .prints(&content);
    let commands = server.commands("EPRT");
    let port: u16 = commands[0]
        .strip_prefix("EPRT |2|::1|")
        .and_then(|rest| rest.strip_suffix('|')?.parse().ok())
        .unwrap();
    assert!((first..=first + 20).contains(&port), "{range}: {port}");
}

#[test]
fn connections_from_other_addresses_are_refused() {
    let server = FtpServer::start().fault("STOR", Fault::StrangerConnectsFirst);
    let content = bytes(100 * KIB, 3);
    let outcome = active(&server).file("a", &content).run(["put", "a"]);
    outcome.succeeds();
    assert!(server.file("a") == Some(content.clone()));
    assert!(server.leaked().is_empty());
    let server = FtpServer::start().fault("STOR", Fault::OnlyStrangerConnects);
    let outcome = active(&server)
        .env("BLOBCTL_CONNECT_TIMEOUT", "500ms")
        .file("a", &content)
        .run(["put", "a"]);
    outcome.fails_with(7, "the server did not connect back in time");
    assert!(outcome.elapsed < HANG, "{outcome:?}");
    assert!(server.leaked().is_empty());
    assert!(server.files().is_empty());
}

#[test]
fn a_refusal_to_connect_back_ends_the_wait() {
    let server =
        FtpServer::start().fault("STOR", Fault::AlwaysReply("150 go\r\n425 cannot connect"));
    let outcome = active(&server)
        .env("BLOBCTL_CONNECT_TIMEOUT", "10m")
        .file("a", "x")
        .run(["put", "a"]);
    outcome.fails_with(12, "the server does not connect back: 425 cannot connect");
    assert!(outcome.stderr.contains("--ftp-mode passive"), "{outcome:?}");
    assert!(outcome.elapsed < HANG, "{outcome:?}");
}

#[test]
fn invalid_addresses_and_ports_are_rejected() {
    let server = FtpServer::start();
    let sandbox = active(&server).file("a", "x");
    for (option, value) in [
        ("--ftp-active-ports", "9-8"),
        ("--ftp-active-ports", "0"),
        ("--ftp-active-ports", "1-70000"),
        ("--ftp-bind", "0.0.0.0"),
        ("--ftp-bind", "localhost"),
    ] {
        let outcome = sandbox.run(["put", "a", option, value]);
        assert_eq!(outcome.code, Some(2), "{option} {value}: {outcome:?}");
    }
    for (variable, value, text) in [
        ("BLOBCTL_FTP_ACTIVE_PORTS", "9-8", "`active_ports`"),
        ("BLOBCTL_FTP_BIND_ADDRESS", "::", "`bind_address`"),
        // A reserved address (RFC 5737).
        ("BLOBCTL_FTP_BIND_ADDRESS", "192.0.2.1", "cannot bind to"),
        (
            "BLOBCTL_FTP_BIND_ADDRESS",
            "::1",
            "no address of the same family",
        ),
    ] {
        active(&server)
            .file("a", "x")
            .env(variable, value)
            .run(["put", "a"])
            .fails_with(3, text);
    }
    Sandbox::new()
        .file("a", "x")
        .run(["put", "a", "--ftp-bind", "127.0.0.1"])
        .fails_with(2, "--ftp-bind is an option of the ftp backend");
    assert!(server.log().is_empty());
}
