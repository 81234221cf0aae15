//! Keys with control characters: each store holds those that it can represent; messages and terminals show them escaped.

use crate::support::ftp::FtpServer;
use crate::support::http::{ScriptedServer, answer};
use crate::support::s3::{ACCESS_KEY, S3Server, SECRET_KEY, against, on};
use crate::support::signature::verify;
use crate::support::stores::{Directory, Store, on_every_store};
use crate::support::{MIB, bytes};

/// Keys that S3 stores: LF, CR, TAB, ESC, DEL and a C1 control, in front, in the middle and at the end.
const KEYS: [&str; 7] = [
    "line\nfeed",
    "return\r",
    "\ttab",
    "esc\u{1b}[2J",
    "del\u{7f}\u{1}",
    "next\u{85}line",
    "\n",
];

/// Every command on one key of a store.
fn all_commands(store: &dyn Store, key: &str) {
    let sandbox = store.sandbox().file("a", "x");
    let (url, copy) = (store.url(&sandbox, key), format!("copy/{key}"));
    sandbox.run(["put", "a", key]).succeeds();
    assert_eq!(
        store.look(&sandbox, key).as_deref(),
        Some(&b"x"[..]),
        "{key:?}"
    );
    sandbox.run(["exists", key]).is_silent(0);
    sandbox.run(["get", key, "-"]).prints(b"x");
    sandbox.run(["get", &url, "out"]).succeeds();
    let stat = sandbox.run(["stat", key]);
    assert_eq!(stat.code, Some(0), "{stat:?}");
    let text = String::from_utf8(stat.stdout).unwrap();
    assert!(text.contains("  size: 1\n"), "{text:?}");
    assert!(
        !text.replace('\n', "").contains(char::is_control),
        "{text:?}"
    );
    let json = sandbox.run(["stat", key, "--json"]).json();
    assert_eq!(
        (&json[0]["key"], &json[0]["url"]),
        (&key.into(), &url.into())
    );
    sandbox.run(["cp", key, &copy]).succeeds();
    assert_eq!(store.look(&sandbox, &copy).as_deref(), Some(&b"x"[..]));
    sandbox.run(["rm", &copy]).succeeds();
    assert_eq!(store.look(&sandbox, &copy), None);
    let gone = sandbox.run(["get", &copy, "out"]);
    gone.fails_with(1, "no such blob");
    let shown = gone.stderr.trim_end().to_owned();
    assert!(!shown.contains(char::is_control), "{shown:?}");
}

#[test]
fn every_command_takes_them_on_s3_and_on_disk() {
    for key in KEYS {
        all_commands(&S3Server::start(), key);
        all_commands(&Directory, key);
    }
}

#[test]
fn ftp_takes_those_that_do_not_end_a_command() {
    for key in ["\ttab", "esc\u{1b}[2J", "del\u{7f}\u{1}", "next\u{85}line"] {
        all_commands(&FtpServer::start(), key);
    }
    let server = FtpServer::start();
    let sandbox = server.sandbox().file("a", "x");
    for (key, shown) in [("x\r\nDELE y", "\\r"), ("a\nb", "\\n"), ("\n", "\\n")] {
        let part = format!("contains `{shown}`, which FTP cannot represent");
        for arguments in [
            &["put", "a", key][..],
            &["get", key, "out"],
            &["exists", key],
            &["stat", key],
            &["rm", key],
            &["cp", key, "b"],
            &["ls", key],
        ] {
            sandbox.run(arguments).fails_with(2, &part);
        }
    }
    assert!(server.log().is_empty(), "{:?}", server.log());
}

/// The server's document is XML 1.0, which can carry LF and TAB, but not ESC.
#[test]
fn a_pipe_gets_the_bytes_and_json_the_whole_key() {
    on_every_store(|store| {
        let keys: &[&str] = match store.name() {
            "ftp" => &["\ttab", "next\u{85}line"],
            _ => &["\ttab", "line\nfeed", "next\u{85}line"],
        };
        let sandbox = store.sandbox().file("a", "x");
        for key in keys {
            sandbox.run(["put", "a", key]).succeeds();
        }
        let mut sorted = keys.to_vec();
        sorted.sort_unstable();
        let expected = sorted.join("\0") + "\0";
        sandbox.run(["ls", "-0"]).prints(expected.as_bytes());
        sandbox
            .run(["ls"])
            .prints(expected.replace('\0', "\n").as_bytes());
        let outcome = sandbox.run(["ls", "--json"]);
        let json = outcome.json();
        let listed: Vec<&str> = json
            .iter()
            .map(|one| one["key"].as_str().unwrap())
            .collect();
        assert_eq!(listed, sorted);
        for (one, key) in json.iter().zip(&sorted) {
            assert_eq!(one["url"], store.url(&sandbox, key));
        }
        sandbox
            .run(["ls", keys[0]])
            .prints(format!("{}\n", keys[0]).as_bytes());
    });
}

/// All that XML cannot carry comes percent-encoded, because the request asks for it; and the prefix is sent so.
#[test]
fn a_listing_of_s3_is_percent_encoded() {
    let document = b"<ListBucketResult><EncodingType>url</EncodingType>\
        <Contents><Key>esc%1B%5B2J</Key><Size>1</Size></Contents>\
        <Contents><Key>line%0Afeed</Key><Size>1</Size></Contents>\
        <Contents><Key>return%0D</Key><Size>1</Size></Contents>\
        <Contents><Key>x%7F%01%C2%85+%2B</Key><Size>1</Size></Contents></ListBucketResult>";
    let server = ScriptedServer::start([answer(200, &[], document)]);
    let sandbox = against(&server);
    sandbox
        .run(["ls", "-0"])
        .prints("esc\u{1b}[2J\0line\nfeed\0return\r\0x\u{7f}\u{1}\u{85} +\0".as_bytes());
    sandbox
        .run(["ls", "x\u{7f}\u{1}", "-0"])
        .prints("x\u{7f}\u{1}\u{85} +\0".as_bytes());
    let seen = server.seen();
    assert_eq!(
        seen[1].target,
        "/lab?encoding-type=url&list-type=2&prefix=x%7F%01"
    );
    for request in &seen {
        verify(request, ACCESS_KEY, SECRET_KEY);
    }
}

#[test]
fn they_are_signed_as_they_are_sent() {
    let key = "a\n\t\u{1b}\u{7f}\u{85}\r ";
    let path = "/lab/a%0A%09%1B%7F%C2%85%0D%20";
    let etag = [("etag", "\"9dd4e461268c8034f5c8564e155c67a6\"")];
    let server = ScriptedServer::start([answer(200, &etag, b"x")]);
    let sandbox = against(&server).file("a", "x");
    for arguments in [
        &["put", "a", key][..],
        &["get", key, "out"],
        &["rm", "--force", key],
    ] {
        sandbox.run(arguments).succeeds();
    }
    let copy_result = answer(
        200,
        &[],
        b"<CopyObjectResult><ETag>9dd4e461268c8034f5c8564e155c67a6</ETag></CopyObjectResult>",
    );
    let head = answer(
        200,
        &[("etag", "\"9dd4e461268c8034f5c8564e155c67a6\"")],
        b"",
    );
    let copying = ScriptedServer::start([head, copy_result]);
    sandbox
        .run(["cp", key, "b", "--endpoint-url", &copying.endpoint()])
        .succeeds();
    let (seen, copy_requests) = (server.seen(), copying.seen());
    assert!(
        seen.len() >= 3 && copy_requests.len() >= 2,
        "{seen:?} {copy_requests:?}"
    );
    for request in &seen {
        assert_eq!(request.target.split('?').next(), Some(path), "{request:?}");
    }
    let source = copy_requests
        .iter()
        .find_map(|one| one.header("x-amz-copy-source"));
    assert_eq!(source, Some(path));
    for request in seen.iter().chain(&copy_requests) {
        verify(request, ACCESS_KEY, SECRET_KEY);
    }
}

#[test]
fn a_presigned_url_is_accepted() {
    let server = S3Server::start();
    let sandbox = on(&server);
    for key in KEYS {
        sandbox.pipe(["put", "-", key], key.as_bytes()).succeeds();
        let url = sandbox.run(["presign", key]);
        let url = String::from_utf8(url.stdout).unwrap();
        let (status, body) = fetch(url.trim_end());
        assert_eq!((status, body.as_slice()), (200, key.as_bytes()), "{url}");
    }
}

/// GET without any code of blobctl.
fn fetch(url: &str) -> (u16, Vec<u8>) {
    use std::io::{Read, Write};
    let (authority, path) = url
        .strip_prefix("http://")
        .unwrap()
        .split_once('/')
        .unwrap();
    let mut socket = std::net::TcpStream::connect(authority).unwrap();
    write!(
        socket,
        "GET /{path} HTTP/1.1\r\nhost: {authority}\r\nconnection: close\r\n\r\n"
    )
    .unwrap();
    let mut answer = Vec::new();
    socket.read_to_end(&mut answer).unwrap();
    let end = answer
        .windows(4)
        .position(|four| four == b"\r\n\r\n")
        .unwrap();
    let head = String::from_utf8_lossy(&answer[..end]).into_owned();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    (status, answer[end + 4..].to_vec())
}

#[test]
fn a_directory_with_them_is_stored() {
    let server = S3Server::start();
    let sandbox = on(&server).file("d/a\nb", "1").file("d/c\u{1b}", "2");
    sandbox.run(["put", "-r", "d", "p/"]).succeeds();
    sandbox.run(["get", "p/d/a\nb", "-"]).prints(b"1");
    sandbox.run(["get", "p/d/c\u{1b}", "-"]).prints(b"2");
    // A base name with a control character is a file name like any other.
    sandbox.run(["get", "p/d/a\nb"]).succeeds();
    assert_eq!(sandbox.read("a\nb"), b"1");
}

/// The responses to uploads in parts repeat the key in XML.
#[test]
fn they_are_uploaded_in_parts() {
    let server = S3Server::start();
    let content = bytes(6 * MIB, 1);
    let sandbox = on(&server).file("a", &content);
    for key in KEYS {
        sandbox
            .run(["put", "a", key, "--part-size", "5MiB"])
            .succeeds();
        assert!(std::fs::read(server.bucket().join(key)).unwrap() == content);
    }
    let requests = server.requests();
    let begun = requests.iter().filter(|one| one.uri.ends_with("?uploads="));
    assert_eq!(begun.count(), KEYS.len(), "{requests:?}");
}
