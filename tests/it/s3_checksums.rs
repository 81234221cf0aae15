//! Each value of `--checksum`, with one request and with parts, through the built binary.

use crate::support::checksums::Checksum;
use crate::support::http::{ScriptedServer, answer};
use crate::support::s3::variables;
use crate::support::tls::{TlsStore, Uploads};
use crate::support::{MIB, Sandbox, bytes};

const PART: usize = 16 * MIB;

/// Name of the option, of the header, and the type that an upload is to have.
const KINDS: [(&str, Checksum, Option<&str>); 5] = [
    ("crc64nvme", Checksum::Crc64Nvme, Some("FULL_OBJECT")),
    ("crc32c", Checksum::Crc32c, Some("FULL_OBJECT")),
    ("crc32", Checksum::Crc32, Some("FULL_OBJECT")),
    ("sha256", Checksum::Sha256, None),
    ("sha1", Checksum::Sha1, None),
];

fn sum(algorithm: Checksum, content: &[u8]) -> String {
    algorithm.base64(content)
}

fn trusting(server: &TlsStore) -> Sandbox {
    Sandbox::new()
        .envs(&variables(&server.endpoint()))
        .file("ca.pem", &server.certificate)
        .env("AWS_CA_BUNDLE", "ca.pem")
}

fn store() -> TlsStore {
    TlsStore::with(&["127.0.0.1"], &rustls::version::TLS13, Uploads::Encrypted)
}

#[test]
fn one_request_carries_the_checksum_and_the_echo_is_the_proof() {
    let server = store();
    let sandbox = trusting(&server).file("a", "hello");
    for (index, (name, algorithm, _)) in KINDS.into_iter().enumerate() {
        let outcome = sandbox.run(["put", "a", "--json", "--checksum", name]);
        assert_eq!(outcome.json()[0]["verified"], name, "{outcome:?}");
        let request = &server.seen()[index];
        let header = format!("x-amz-checksum-{name}");
        assert_eq!(request.header(&header), Some(&*sum(algorithm, b"hello")));
        assert_eq!(request.header("content-md5"), None);
    }
}

#[test]
fn an_upload_in_parts_names_its_checksum_at_each_step() {
    let content = bytes(PART + 5, 3);
    for (name, algorithm, kind) in KINDS {
        let server = store();
        let sandbox = trusting(&server).file("big", &content);
        let outcome = sandbox.run(["put", "big", "--json", "--checksum", name]);
        assert_eq!(outcome.code, Some(0), "{outcome:?}");
        assert_eq!(outcome.json()[0]["verified"], name, "{outcome:?}");
        let seen = server.seen();
        let service_name = name.to_uppercase();
        assert_eq!(
            seen[0].header("x-amz-checksum-algorithm"),
            Some(&*service_name)
        );
        assert_eq!(seen[0].header("x-amz-checksum-type"), kind);
        let header = format!("x-amz-checksum-{name}");
        let sums = [&content[..PART], &content[PART..]].map(|part| sum(algorithm, part));
        for (number, sum) in (1..).zip(&sums) {
            let part = format!("partNumber={number}&");
            let request = seen
                .iter()
                .find(|seen| seen.target.contains(&part))
                .unwrap();
            assert_eq!(request.header(&header), Some(&**sum));
        }
        let complete = seen.last().unwrap();
        let document = String::from_utf8(complete.body.clone()).unwrap();
        for sum in &sums {
            let element = format!("<Checksum{service_name}>{sum}</Checksum{service_name}>");
            assert!(
                document.contains(&element),
                "{element} is missing in {document}"
            );
        }
        let whole = kind.map(|_| sum(algorithm, &content));
        assert_eq!(complete.header(&header), whole.as_deref());
        assert_eq!(complete.header("x-amz-checksum-type"), kind);
    }
}

#[test]
fn without_a_checksum_parts_carry_an_md5_or_nothing() {
    let content = bytes(PART + 5, 3);
    for (name, has_md5) in [("md5", true), ("none", false)] {
        let server = store();
        let sandbox = trusting(&server).file("big", &content);
        let outcome = sandbox.run(["put", "big", "--json", "--checksum", name]);
        // The ETags of this store are no MD5s.
        assert_eq!(outcome.json()[0]["verified"], "length", "{outcome:?}");
        for request in server.seen() {
            let named = |(name, _): &(String, String)| name.starts_with("x-amz-checksum-");
            let asks = request.method == "HEAD";
            assert!(asks || !request.headers.iter().any(named), "{request:?}");
            let is_part = request.method == "PUT";
            assert_eq!(request.header("content-md5").is_some(), is_part && has_md5);
        }
    }
}

#[test]
fn a_large_blob_is_compared_with_its_sha1_in_order() {
    let content = bytes(2 * PART + 7, 9);
    let right = sum(Checksum::Sha1, &content);
    // The first response has the checksum of the whole; the rest comes as one range.
    for (told, code) in [(right.clone(), 0), (sum(Checksum::Sha1, b""), 6)] {
        let whole = answer(
            200,
            &[("etag", "\"x\""), ("x-amz-checksum-sha1", &*told)],
            &content,
        );
        let server = ScriptedServer::start([whole]);
        let outcome = Sandbox::new()
            .envs(&variables(&server.endpoint()))
            .run(["get", "a", "b", "--json"]);
        assert_eq!(outcome.code, Some(code), "{outcome:?}");
        if told == right {
            assert_eq!(outcome.json()[0]["verified"], "sha1", "{outcome:?}");
        }
    }
}

#[test]
fn a_stored_sha1_is_compared_unless_it_is_composed() {
    // Of "hello".
    let whole = "qvTGHdzF6KLavt4PO0gs2a6pQ00=";
    for (told, code, verified) in [
        (whole.to_owned(), 0, "sha1"),
        (whole.replace('q', "r"), 6, ""),
        (format!("{whole}-2"), 0, "length"),
    ] {
        let headers = [("etag", "\"x-2\""), ("x-amz-checksum-sha1", &*told)];
        let server = ScriptedServer::start([answer(200, &headers, b"hello")]);
        let outcome = Sandbox::new()
            .envs(&variables(&server.endpoint()))
            .run(["get", "a", "b", "--json"]);
        assert_eq!(outcome.code, Some(code), "{outcome:?}");
        if code == 0 {
            assert_eq!(outcome.json()[0]["verified"], verified, "{outcome:?}");
        }
    }
}
