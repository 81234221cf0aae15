//! Downloads that end before their last byte: the connection is closed at once and never used again.
//!
//! Each server holds its next response back until the client has closed the connection, so that a run that keeps it open or
//! reads on cannot succeed.

use std::io::{BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};

use crate::support::ftp::{CLOSED, Fault, FtpServer};
use crate::support::http::{Seen, answer, read_head};
use crate::support::s3::variables;
use crate::support::{MIB, Sandbox, bytes, finish};

/// The requests of one connection, and its end.
struct Connection {
    ranges: Vec<String>,
    is_closed: bool,
}

fn range(request: &Seen) -> String {
    request.header("range").unwrap_or("all").to_owned()
}

/// Sends the first `len` bytes of the whole blob, and waits until the client closes the connection.
fn send_beginning(socket: &TcpStream, content: &[u8], len: usize) -> Connection {
    let mut reader = BufReader::new(socket);
    let request = read_head(&mut reader).unwrap();
    let response = answer(200, &[("etag", "\"abc\"")], content).answer;
    let missing = content.len() - len;
    let sent = &response[..response.len() - missing];
    // The client may close the connection before it has read everything.
    let _ = (&mut &*socket).write_all(sent);
    Connection {
        ranges: vec![range(&request)],
        is_closed: matches!(reader.read(&mut [0]), Ok(0) | Err(_)),
    }
}

/// Answers requests for ranges until the client closes the connection.
fn send_ranges(socket: &TcpStream, content: &[u8]) -> Connection {
    let mut reader = BufReader::new(socket);
    let mut ranges = Vec::new();
    while let Some(request) = read_head(&mut reader) {
        let range = range(&request);
        let (first, last) = range
            .strip_prefix("bytes=")
            .and_then(|range| range.split_once('-'))
            .unwrap();
        let (first, last): (usize, usize) = (first.parse().unwrap(), last.parse().unwrap());
        let header = format!("bytes {first}-{last}/{}", content.len());
        let headers = [("etag", "\"abc\""), ("content-range", header.as_str())];
        let response = answer(206, &headers, &content[first..=last]).answer;
        (&mut &*socket).write_all(&response).unwrap();
        ranges.push(range);
    }
    Connection {
        ranges,
        is_closed: true,
    }
}

#[test]
fn s3_gives_up_the_connection_of_a_response_that_it_does_not_read_to_the_end() {
    let content = bytes(12 * MIB, 1);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let blob = content.clone();
    let server = std::thread::spawn(move || {
        let (first, _) = listener.accept().unwrap();
        let first = send_beginning(&first, &blob, 6 * MIB);
        let (second, _) = listener.accept().unwrap();
        (first, send_ranges(&second, &blob))
    });
    let sandbox = Sandbox::new()
        .envs(&variables(&endpoint))
        .env("BLOBCTL_RETRY_FOR", "0");
    let get = ["get", "a", "out", "--parts", "1", "--part-size", "5MiB"];
    sandbox.run(get).succeeds();
    assert!(sandbox.read("out") == content);
    let (first, second) = server.join().unwrap();
    assert!(first.is_closed);
    assert_eq!(first.ranges, ["all"]);
    assert_eq!(
        second.ranges,
        ["bytes=5242880-10485759", "bytes=10485760-12582911"]
    );
}

#[test]
fn ftp_gives_up_both_connections_of_a_transfer_that_fails_locally() {
    let server = FtpServer::start()
        .fault("RETR", Fault::AwaitClose(4 * MIB))
        .holding("a", &bytes(8 * MIB, 2))
        .holding("b", b"small");
    let sandbox = Sandbox::new().envs(&server.variables());
    // Writes beyond 1 MiB fail.
    let script = "trap '' XFSZ; ulimit -f 2048; exec \"$@\"";
    let get = ["get", "--jobs", "1", "-t", ".", "a", "b"];
    let outcome = finish(sandbox.shell(script, get).spawn().unwrap());
    outcome.fails_with(11, "file too large");
    assert_eq!(sandbox.read("b"), b"small");
    assert!(!sandbox.exists("a"));
    sandbox.nothing_left_behind();
    assert_eq!(server.commands(CLOSED).len(), 1, "{:?}", server.log());
    assert_eq!(server.commands("PASS").len(), 2);
}
