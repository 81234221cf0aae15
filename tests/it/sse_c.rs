//! SSE-C: blobs that the service encrypts with the user's key, through the built binary, over TLS.

use crate::support::checksums::hex;
use crate::support::http::Seen;
use crate::support::s3::variables;
use crate::support::tls::{TlsStore, Uploads};
use crate::support::{KIB, MIB, Sandbox, bytes};

/// 32 bytes, and what goes over the wire for them.
const KEY: &[u8; 32] = b"an SSE-C key of exactly 32 bytes";
const KEY_SENT: &str = "YW4gU1NFLUMga2V5IG9mIGV4YWN0bHkgMzIgYnl0ZXM=";
const OTHER_KEY: &[u8; 32] = b"one more SSE-C key, 32 bytes too";

const ALGORITHM: &str = "x-amz-server-side-encryption-customer-algorithm";
const KEY_HEADER: &str = "x-amz-server-side-encryption-customer-key";
const KEY_MD5: &str = "x-amz-server-side-encryption-customer-key-md5";

fn server(uploads: Uploads) -> TlsStore {
    TlsStore::with(&["127.0.0.1"], &rustls::version::TLS13, uploads)
}

fn trusting(server: &TlsStore) -> Sandbox {
    Sandbox::new()
        .envs(&variables(&server.endpoint()))
        .file("ca.pem", &server.certificate)
        .env("AWS_CA_BUNDLE", "ca.pem")
        .secret("key", KEY)
        .secret("other", OTHER_KEY)
}

fn with_key(server: &TlsStore) -> Sandbox {
    trusting(server).env("BLOBCTL_S3_SSE_C_KEY_FILE", "key")
}

fn shape(seen: &Seen) -> String {
    let own_key = seen.header(KEY_HEADER).is_some();
    let target = seen.target.trim_start_matches("/lab/");
    format!("{} {target} {own_key}", seen.method)
}

#[test]
fn the_key_goes_with_every_request_about_the_bytes() {
    let server = server(Uploads::Encrypted);
    let sandbox = with_key(&server).file("a", "hello");
    sandbox.run(["put", "a"]).succeeds();
    sandbox.run(["get", "a", "b"]).succeeds();
    sandbox.run(["exists", "a"]).is_silent(0);
    assert_eq!(sandbox.read("b"), b"hello");
    let seen = server.seen();
    let shapes: Vec<String> = seen.iter().map(shape).collect();
    assert_eq!(shapes, ["PUT a true", "GET a true", "HEAD a true"]);
    for request in &seen {
        assert_eq!(request.header(ALGORITHM), Some("AES256"));
        assert_eq!(request.header(KEY_HEADER), Some(KEY_SENT));
        // openssl md5 of the 32 bytes.
        assert_eq!(request.header(KEY_MD5), Some("tep++ZDhtM8WIAE+rrpM0g=="));
        let signed = request.header("authorization").unwrap();
        assert!(signed.contains(&format!("{ALGORITHM};{KEY_HEADER};{KEY_MD5}")));
    }
}

#[test]
fn an_etag_that_is_no_md5_is_no_proof_and_no_failure() {
    let server = server(Uploads::Encrypted);
    let sandbox = with_key(&server).file("a", "hello");
    for (arguments, verified) in [
        (&["put", "a", "--json"][..], "crc64nvme"),
        (&["put", "a", "--json", "--checksum", "md5"], "length"),
        (&["get", "a", "b", "--json"], "length"),
    ] {
        let outcome = sandbox.run(arguments);
        assert_eq!(outcome.code, Some(0), "{outcome:?}");
        assert_eq!(outcome.json()[0]["verified"], verified, "{outcome:?}");
    }
}

#[test]
fn a_large_blob_has_the_key_on_its_beginning_its_parts_and_its_end() {
    let server = server(Uploads::Encrypted);
    let content = bytes(17 * MIB, 5);
    let sandbox = with_key(&server).file("big", &content);
    sandbox.run(["put", "big"]).succeeds();
    let mut shapes: Vec<String> = server.seen().iter().map(shape).collect();
    shapes.sort();
    assert_eq!(
        shapes,
        [
            "POST big?uploadId=u true",
            "POST big?uploads= true",
            "PUT big?partNumber=1&uploadId=u true",
            "PUT big?partNumber=2&uploadId=u true",
        ]
    );
    sandbox.run(["get", "big", "back"]).succeeds();
    assert!(sandbox.read("back") == content);
}

#[test]
fn a_copy_reads_with_the_key_of_its_source_and_writes_with_that_of_its_destination() {
    let server = server(Uploads::Encrypted);
    let sandbox = trusting(&server).file("a", "hello").config(
        "[remotes.from]\nbackend = \"s3\"\nsse_c_key_file = \"key\"\n\
         [remotes.to]\nbackend = \"s3\"\nsse_c_key_file = \"other\"\n",
    );
    sandbox.run(["put", "a", "from:a"]).succeeds();
    sandbox.run(["cp", "from:a", "to:b"]).succeeds();
    sandbox.run(["get", "to:b", "-"]).prints(b"hello");
    let seen = server.seen();
    let copy = seen
        .iter()
        .find(|seen| seen.header("x-amz-copy-source").is_some())
        .unwrap();
    let source = "x-amz-copy-source-server-side-encryption-customer-key";
    assert_eq!(copy.header(source), Some(KEY_SENT));
    assert!(copy.header(KEY_HEADER).is_some_and(|key| key != KEY_SENT));
}

#[test]
fn the_key_is_taken_as_bytes_base64_or_hex_and_as_nothing_else() {
    let server = server(Uploads::Encrypted);
    let hex = hex(KEY).to_uppercase();
    let sandbox = trusting(&server)
        .file("a", "hello")
        .secret("base64", format!("{KEY_SENT}\n"))
        .secret("hex", hex)
        .secret("short", &KEY[1..])
        .secret("medium", bytes(KIB, 1))
        .secret("long", bytes(MIB, 1));
    for form in ["key", "base64", "hex"] {
        sandbox
            .run(["put", "a", "--sse-c-key-file", form])
            .succeeds();
    }
    let seen = server.seen();
    assert!(
        seen.iter()
            .all(|seen| seen.header(KEY_HEADER) == Some(KEY_SENT))
    );
    for (wrong, what) in [
        ("short", "invalid key: expected 32 bytes"),
        ("medium", "invalid key: expected 32 bytes"),
        ("long", "larger than 64 KiB"),
        ("nowhere", "no such file"),
    ] {
        let outcome = sandbox.run(["put", "a", "--sse-c-key-file", wrong]);
        outcome.fails_with(3, what);
        assert!(
            !outcome.stderr.contains("SSE-C key of exactly"),
            "{outcome:?}"
        );
    }
    assert_eq!(server.seen().len(), 3);
}

#[test]
fn the_key_is_not_shown() {
    let server = server(Uploads::Encrypted);
    let sandbox = with_key(&server).file("a", "hello");
    for arguments in [
        ["put", "a", "-vv", "--json"],
        ["stat", "a", "-vv", "--json"],
        ["stat", "nope", "-vv", "--json"],
    ] {
        let outcome = sandbox.run(arguments);
        let shown = format!(
            "{}{}",
            outcome.stderr,
            String::from_utf8_lossy(&outcome.stdout)
        );
        assert!(
            shown.contains(&format!("{KEY_HEADER}: (secret)")),
            "{outcome:?}"
        );
        for secret in [KEY_SENT, "tep++ZDhtM8WIAE+rrpM0g==", "exactly 32"] {
            assert!(!shown.contains(secret), "{outcome:?}");
        }
    }
}

#[test]
fn the_key_never_travels_over_http() {
    let plain = crate::support::s3::S3Server::start();
    let sandbox = Sandbox::new()
        .envs(&plain.variables())
        .file("a", "hello")
        .secret("key", KEY)
        .env("BLOBCTL_S3_SSE_C_KEY_FILE", "key");
    for arguments in [
        &["put", "a"][..],
        &["get", "a", "b"],
        &["exists", "a"],
        &["presign", "a"],
    ] {
        let outcome = sandbox.run(arguments);
        outcome.fails_with(3, "the SSE-C key must not travel over http");
        assert!(
            outcome.stderr.contains("hint: use an https endpoint"),
            "{outcome:?}"
        );
    }
    assert!(plain.requests().is_empty());
}

#[test]
fn a_redirect_takes_the_key_nowhere() {
    let other = server(Uploads::Encrypted);
    let first = server(Uploads::Redirected(other.address));
    let sandbox = with_key(&first).file("a", "hello").file(
        "ca.pem",
        format!("{}{}", first.certificate, other.certificate),
    );
    sandbox
        .run(["put", "a"])
        .fails_with(3, "the bucket is elsewhere");
    sandbox
        .run(["get", "a", "b"])
        .fails_with(3, "the bucket is elsewhere");
    assert_eq!((other.connections(), first.seen().len()), (0, 2));
}

#[test]
fn encryption_by_two_keys_is_refused_before_anything_is_sent() {
    let server = server(Uploads::Encrypted);
    let sandbox = with_key(&server).file("a", "hello");
    sandbox
        .run(["put", "a", "--sse", "AES256"])
        .fails_with(2, "--sse and an SSE-C key cannot go together");
    sandbox
        .run(["presign", "a"])
        .fails_with(2, "a presigned URL cannot carry the SSE-C key");
    assert_eq!(server.seen().len(), 0);
}

#[test]
fn a_store_that_does_not_encrypt_is_told_of() {
    let server = server(Uploads::Stored);
    let sandbox = with_key(&server).file("a", "hello");
    let outcome = sandbox.run(["put", "a"]);
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    assert!(
        outcome
            .stderr
            .contains("s3://lab/a: the store did not confirm the SSE-C key"),
        "{outcome:?}"
    );
}

#[test]
fn a_blob_of_another_key_is_explained() {
    let server = server(Uploads::Encrypted);
    let sandbox = trusting(&server).file("a", "hello");
    sandbox
        .run(["put", "a", "--sse-c-key-file", "key"])
        .succeeds();
    for arguments in [["exists", "a"], ["get", "a"]] {
        sandbox.run(arguments).fails_with(
            12,
            "hint: it is encrypted with SSE-C: pass the key with --sse-c-key-file",
        );
    }
}
