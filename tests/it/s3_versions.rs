//! Versions of objects, and their metadata, through the built binary.

use crate::support::http::{Script, ScriptedServer, answer, s3_error};
use crate::support::s3::{ACCESS_KEY, S3Server, SECRET_KEY, variables};
use crate::support::services::head;
use crate::support::signature::verify;
use crate::support::{MIB, Sandbox, bytes};

fn against(server: &ScriptedServer) -> Sandbox {
    Sandbox::new()
        .envs(&variables(&server.endpoint()))
        .env("BLOBCTL_RETRY_FOR", "0")
}

/// `METHOD target` of each request.
fn shapes(server: &ScriptedServer) -> Vec<String> {
    let seen = server.seen();
    seen.iter()
        .map(|seen| format!("{} {}", seen.method, seen.target))
        .collect()
}

const ETAG: (&str, &str) = ("etag", "\"5d41402abc4b2a76b9719d911017c592\"");

#[test]
fn a_version_is_asked_for_and_named() {
    let found = answer(200, &[ETAG, ("x-amz-version-id", "v/1")], b"hello");
    let head = answer(200, &[ETAG, ("x-amz-version-id", "v/1")], b"");
    let gone = answer(204, &[("x-amz-version-id", "v/1")], b"");
    let server =
        ScriptedServer::start([found, head.clone(), head.clone(), head.clone(), head, gone]);
    let sandbox = against(&server);
    let version = ["--version-id", "v/1", "--json"];
    for arguments in [&["get", "a", "b"][..], &["stat", "a"], &["exists", "a"]] {
        let outcome = sandbox.run(arguments.iter().chain(&version));
        assert_eq!(outcome.code, Some(0), "{outcome:?}");
        assert_eq!(outcome.json()[0]["version_id"], "v/1", "{outcome:?}");
    }
    sandbox.run(["rm", "a", "--version-id", "v/1"]).succeeds();
    assert_eq!(
        shapes(&server),
        [
            "GET /lab/a?versionId=v%2F1",
            "HEAD /lab/a?versionId=v%2F1",
            "HEAD /lab/a?versionId=v%2F1",
            "HEAD /lab/a?versionId=v%2F1",
            "HEAD /lab/a?versionId=v%2F1",
            "DELETE /lab/a?versionId=v%2F1",
        ]
    );
}

#[test]
fn every_range_of_a_large_blob_is_of_the_same_version() {
    let content = bytes(40 * MIB, 8);
    let of = |status, range: &str, from: usize, to: usize| {
        let (etag, version) = (("etag", "\"1\""), ("x-amz-version-id", "v1"));
        let range = ("content-range", range);
        let headers = if status == 200 {
            &[etag, version][..]
        } else {
            &[etag, version, range]
        };
        answer(status, headers, &content[from * MIB..to * MIB])
    };
    let server = ScriptedServer::start([
        of(200, "", 0, 40),
        of(206, "bytes 16777216-33554431/41943040", 16, 32),
        of(206, "bytes 33554432-41943039/41943040", 32, 40),
    ]);
    let sandbox = against(&server);
    let get = ["get", "big", "back", "--version-id", "v1", "--parts", "1"];
    sandbox.run(get).succeeds();
    assert!(sandbox.read("back") == content);
    assert_eq!(shapes(&server), ["GET /lab/big?versionId=v1"; 3]);
}

#[test]
fn a_store_that_knows_no_versions_is_not_believed() {
    // Without any version, and with another one.
    for headers in [&[ETAG][..], &[ETAG, ("x-amz-version-id", "v2")]] {
        let newest = || answer(200, headers, b"hello");
        let head = || answer(200, headers, b"");
        let run = |answers: Vec<_>, arguments: &[&str]| {
            let server = ScriptedServer::start(answers);
            let sandbox = against(&server);
            let outcome = sandbox.run(arguments.iter().chain(&["--version-id", "v1"]));
            outcome.fails_with(12, "the store answered with ");
            assert!(!sandbox.exists("b"));
            assert!(
                shapes(&server)
                    .iter()
                    .all(|shape| !shape.starts_with("DELETE"))
            );
        };
        run(vec![newest()], &["get", "a", "b"]);
        run(vec![head()], &["stat", "a"]);
        run(vec![head()], &["exists", "a"]);
        run(vec![head()], &["rm", "a"]);
        run(vec![head()], &["rm", "a", "--force"]);
    }
    // Objects from before versioning have this version id, which the response may omit.
    let server = ScriptedServer::start([answer(200, &[ETAG], b"hello")]);
    against(&server)
        .run(["get", "a", "b", "--version-id", "null"])
        .succeeds();
}

#[test]
fn a_delete_marker_is_no_blob() {
    let marker = [("x-amz-delete-marker", "true"), ("x-amz-version-id", "v2")];
    // The newest version: 404. The version itself: 405.
    for (status, code) in [(404, "NoSuchKey"), (405, "MethodNotAllowed")] {
        let body = format!("<Error><Code>{code}</Code></Error>");
        let get = answer(status, &marker, body.as_bytes());
        let head = answer(status, &marker, b"");
        let server = ScriptedServer::start([head, get]);
        against(&server)
            .run(["exists", "a", "--version-id", "v2"])
            .is_silent(1);
        let server = ScriptedServer::start([answer(status, &marker, body.as_bytes())]);
        let outcome = against(&server).run(["get", "a", "b", "--version-id", "v2"]);
        outcome.fails_with(
            1,
            "no such blob: it was removed, and this is its delete marker",
        );
    }
    // Without the marker a 405 proves nothing about the blob.
    let server = ScriptedServer::start([s3_error(405, "MethodNotAllowed")]);
    against(&server)
        .run(["get", "a", "b"])
        .fails_with(12, "MethodNotAllowed");
}

#[test]
fn a_put_names_the_version_that_it_made() {
    let server = ScriptedServer::start([answer(200, &[ETAG, ("x-amz-version-id", "v1")], b"")]);
    let outcome = against(&server)
        .file("a", "hello")
        .run(["put", "a", "--json"]);
    assert_eq!(outcome.json()[0]["version_id"], "v1", "{outcome:?}");
    let begun = answer(
        200,
        &[],
        b"<InitiateMultipartUploadResult><UploadId>u</UploadId></InitiateMultipartUploadResult>",
    );
    let part = answer(200, &[ETAG], b"");
    let done = answer(
        200,
        &[("x-amz-version-id", "v2")],
        b"<CompleteMultipartUploadResult><ETag>\"x-2\"</ETag></CompleteMultipartUploadResult>",
    );
    let size = (17 * MIB).to_string();
    let head = format!("HTTP/1.1 200 OK\r\netag: \"x-2\"\r\ncontent-length: {size}\r\n\r\n");
    let head = crate::support::http::Script {
        read_body: true,
        answer: head.into_bytes(),
        then: crate::support::http::Then::Keep,
    };
    let server = ScriptedServer::start([begun, part.clone(), part, done, head]);
    let outcome = against(&server).file("big", bytes(17 * MIB, 1)).run([
        "put",
        "big",
        "--json",
        "--checksum",
        "none",
    ]);
    assert_eq!(outcome.json()[0]["version_id"], "v2", "{outcome:?}");
    assert_eq!(outcome.json()[0]["verified"], "length", "{outcome:?}");
}

#[test]
fn a_version_is_of_one_blob_in_s3() {
    let server = ScriptedServer::start([answer(200, &[ETAG], b"")]);
    let sandbox = against(&server);
    for (arguments, what) in [
        (
            &["exists", "a", "b", "--version-id", "v"][..],
            "several blobs were given",
        ),
        (
            &["rm", "-r", "a", "--version-id", "v"],
            "cannot be combined",
        ),
        (
            &["rm", "--files-from", "list", "a", "--version-id", "v"],
            "cannot be combined",
        ),
        (
            &["get", "-r", "a", "d", "--version-id", "v"],
            "cannot be combined",
        ),
        (
            &["get", "--files-from", "list", "a", "d", "--version-id", "v"],
            "cannot be combined",
        ),
        (
            &["rm", "a", "b", "--version-id", "v"],
            "several blobs were given",
        ),
        (
            &["stat", "a", "--version-id", ""],
            "the version ID is empty",
        ),
        (
            &["stat", "file:///a", "--version-id", "v"],
            "--version-id is supported by S3 only",
        ),
        (
            &["presign", "a", "--method", "put", "--version-id", "v"],
            "an upload creates a new version",
        ),
    ] {
        sandbox.run(arguments).fails_with(2, what);
    }
    assert_eq!(server.seen().len(), 0);
    let url = sandbox.run(["presign", "a", "--version-id", "v 1"]);
    let url = String::from_utf8(url.stdout).unwrap();
    assert!(url.contains("&versionId=v%201"), "{url}");
}

#[test]
fn stat_tells_what_goes_with_a_blob() {
    let server = ScriptedServer::start([answer(
        200,
        &[
            ETAG,
            ("x-amz-version-id", "v1"),
            ("x-amz-storage-class", "STANDARD_IA"),
            ("content-encoding", "gzip"),
            ("content-disposition", "attachment; filename=\"a\""),
            ("cache-control", "max-age=60"),
            ("content-language", "de-CH"),
            ("expires", "Sat, 31 Jan 2026 12:00:00 GMT"),
            ("x-amz-server-side-encryption", "aws:kms"),
            ("x-amz-server-side-encryption-aws-kms-key-id", "arn:k"),
            (
                "x-amz-meta-owner",
                "=?UTF-8?Q?J=C3=BCrgen?= =?UTF-8?B?IMOE?=",
            ),
            ("x-amz-meta-ok", "x \"y\""),
        ],
        b"",
    )]);
    let sandbox = against(&server);
    let outcome = sandbox.run(["stat", "a", "--json"]);
    let told = &outcome.json()[0];
    for (name, value) in [
        ("version_id", "v1"),
        ("storage_class", "STANDARD_IA"),
        ("content_encoding", "gzip"),
        ("content_disposition", "attachment; filename=\"a\""),
        ("cache_control", "max-age=60"),
        ("content_language", "de-CH"),
        ("expires", "Sat, 31 Jan 2026 12:00:00 GMT"),
        ("encryption", "aws:kms"),
        ("kms_key_id", "arn:k"),
    ] {
        assert_eq!(told[name], value, "{outcome:?}");
    }
    // A metadata name like one of blobctl's own fields stays separate.
    assert_eq!(told["ok"], true);
    assert_eq!(told["metadata"]["ok"], "x \"y\"");
    assert_eq!(told["metadata"]["owner"], "Jürgen Ä");
    // An object encrypted with KMS has no MD5 in its ETag.
    assert!(told["md5"].is_null(), "{outcome:?}");
    let outcome = sandbox.run(["stat", "a"]);
    let text = String::from_utf8(outcome.stdout).unwrap();
    for line in [
        "  version-id: v1\n",
        "  storage-class: STANDARD_IA\n",
        "  content-encoding: gzip\n",
        "  content-language: de-CH\n",
        "  cache-control: max-age=60\n",
        "  expires: Sat, 31 Jan 2026 12:00:00 GMT\n",
        "  encryption: aws:kms\n",
        "  metadata owner: Jürgen Ä\n",
    ] {
        assert!(text.contains(line), "{line:?} is missing in {text}");
    }
}

#[test]
fn encryption_that_is_not_confirmed_is_told_of() {
    let sse = |kind| ("x-amz-server-side-encryption", kind);
    for (wanted, answered, warning) in [
        ("AES256", Some("AES256"), None),
        ("aws:kms", Some("aws:kms"), None),
        (
            "AES256",
            None,
            Some("s3://lab/a: the store did not confirm encryption with `AES256`"),
        ),
        (
            "aws:kms",
            Some("AES256"),
            Some("s3://lab/a: the store encrypted the blob with `AES256` instead of `aws:kms`"),
        ),
    ] {
        let mut headers = vec![ETAG, ("x-amz-checksum-crc64nvme", "M3eFcAZSQlc=")];
        headers.extend(answered.map(sse));
        let server = ScriptedServer::start([answer(200, &headers, b"")]);
        let outcome = against(&server)
            .file("a", "hello")
            .run(["put", "a", "--sse", wanted]);
        assert_eq!(outcome.code, Some(0), "{outcome:?}");
        match warning {
            None => assert_eq!(outcome.stderr, "", "{outcome:?}"),
            Some(text) => assert!(outcome.stderr.contains(text), "{outcome:?}"),
        }
    }
}

#[test]
fn a_look_before_a_put_has_no_headers_of_its_encryption() {
    let kms = [
        ETAG,
        ("x-amz-server-side-encryption", "aws:kms"),
        ("x-amz-checksum-crc64nvme", "M3eFcAZSQlc="),
    ];
    let gone = answer(404, &[], b"");
    let server = ScriptedServer::start([gone, s3_error(404, "NoSuchKey"), answer(200, &kms, b"")]);
    against(&server)
        .file("a", "hello")
        .run([
            "put",
            "a",
            "--if-absent",
            "--sse",
            "aws:kms",
            "--sse-kms-key-id",
            "k",
        ])
        .succeeds();
    let seen = server.seen();
    let with: Vec<(&str, bool)> = seen
        .iter()
        .map(|seen| {
            let sse = seen
                .headers
                .iter()
                .any(|(name, _)| name.contains("server-side-encryption"));
            (seen.method.as_str(), sse)
        })
        .collect();
    assert_eq!(with, [("HEAD", false), ("GET", false), ("PUT", true)]);
}

#[test]
fn a_copy_keeps_metadata_within_a_service_and_between_two() {
    let (here, there) = (S3Server::start(), S3Server::start());
    let remote = |name: &str, server: &S3Server| {
        let endpoint = server.endpoint();
        format!(
            "[remotes.{name}]\nbackend = \"s3\"\nbucket = \"lab\"\nendpoint_url = \"{endpoint}\"\n"
        )
    };
    let sandbox = Sandbox::new()
        .env("AWS_ACCESS_KEY_ID", crate::support::s3::ACCESS_KEY)
        .env("AWS_SECRET_ACCESS_KEY", crate::support::s3::SECRET_KEY)
        .file("a", "hello")
        .config(&(remote("here", &here) + &remote("there", &there)));
    sandbox
        .run([
            "put",
            "a",
            "here:a",
            "--metadata",
            "name=Größe",
            "--content-encoding",
            "gzip",
            "--cache-control",
            "max-age=60",
            "--content-language",
            "de",
            "--expires",
            "2026-01-31",
        ])
        .succeeds();
    // A content type of its own makes the service replace everything else too.
    for (to, server) in [("here:b", &here), ("there:b", &there)] {
        sandbox
            .run(["cp", "here:a", to, "--content-type", "text/x-probe"])
            .succeeds();
        let requests = server.requests();
        let put = requests.iter().rfind(|request| request.method == "PUT");
        for (name, value) in [
            ("x-amz-meta-name", "=?UTF-8?B?R3LDtsOfZQ==?="),
            ("content-encoding", "gzip"),
            ("cache-control", "max-age=60"),
            ("content-language", "de"),
            ("expires", "Sat, 31 Jan 2026 00:00:00 GMT"),
        ] {
            assert_eq!(put.unwrap().header(name), Some(value), "{to}");
        }
    }
}

/// A response of a server that has the version `v/1` of a blob.
fn version(body: &[u8]) -> Script {
    answer(200, &[ETAG, ("x-amz-version-id", "v/1")], body)
}

/// The HEAD of that version.
fn version_head() -> Script {
    head(200, &[ETAG, ("x-amz-version-id", "v/1")], 5)
}

fn copied() -> Script {
    let document =
        b"<CopyObjectResult><ETag>\"5d41402abc4b2a76b9719d911017c592\"</ETag></CopyObjectResult>";
    answer(200, &[("x-amz-version-id", "v/3")], document)
}

#[test]
fn the_service_copies_the_version_that_is_asked_for() {
    // Also onto its own blob, whose newest version it becomes again.
    for (to, target) in [
        ("b", "/lab/b"),
        ("a", "/lab/a"),
        ("s3://other/b", "/other/b"),
    ] {
        let server = ScriptedServer::start([version_head(), copied()]);
        let outcome = against(&server).run(["cp", "--from-version", "v/1", "a", to, "--json"]);
        assert_eq!(outcome.code, Some(0), "{outcome:?}");
        assert_eq!(outcome.json()[0]["version_id"], "v/3", "{outcome:?}");
        assert_eq!(outcome.json()[0]["verified"], "md5", "{outcome:?}");
        let put = format!("PUT {target}");
        assert_eq!(
            shapes(&server),
            ["HEAD /lab/a?versionId=v%2F1", put.as_str()]
        );
        let seen = server.seen();
        for request in &seen {
            verify(request, ACCESS_KEY, SECRET_KEY);
        }
        let source = seen[1].header("x-amz-copy-source");
        assert_eq!(source, Some("/lab/a?versionId=v%2F1"));
    }
}

#[test]
fn a_bucket_that_is_read_in_a_version_and_written_warns_once() {
    let server = ScriptedServer::start([version_head(), copied()]);
    let copy = ["cp", "--from-version", "v/1", "a", "b", "--insecure"];
    let outcome = against(&server).run(copy);
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    assert_eq!(outcome.stderr.lines().count(), 1, "{outcome:?}");
    assert!(
        outcome.stderr.contains("certificates are not checked"),
        "{outcome:?}"
    );
}

#[test]
fn a_version_is_copied_through_this_machine() {
    let (old, new) = (
        ScriptedServer::start([
            version_head(),
            version(b"hello"),
            version(b"hello"),
            version(b"hello"),
        ]),
        S3Server::start(),
    );
    let remote = |name: &str, endpoint: String| {
        format!(
            "[remotes.{name}]\nbackend = \"s3\"\nbucket = \"lab\"\nendpoint_url = \"{endpoint}\"\n"
        )
    };
    let sandbox = Sandbox::new()
        .env("AWS_ACCESS_KEY_ID", ACCESS_KEY)
        .env("AWS_SECRET_ACCESS_KEY", SECRET_KEY)
        .config(&(remote("old", old.endpoint()) + &remote("new", new.endpoint())));
    let version = ["--from-version", "v/1"];
    let run = |paths: [&str; 2]| sandbox.run(["cp"].iter().chain(&version).chain(&paths));
    run(["old:a", "new:b"]).succeeds();
    run(["old:a", "./c"]).succeeds();
    run(["old:a", "-"]).prints(b"hello");
    assert_eq!(std::fs::read(new.bucket().join("b")).unwrap(), b"hello");
    assert_eq!(sandbox.read("c"), b"hello");
    let get = "GET /lab/a?versionId=v%2F1";
    assert_eq!(shapes(&old), ["HEAD /lab/a?versionId=v%2F1", get, get, get]);
    // The request to the destination names no version.
    let requests = new.requests();
    assert!(
        !requests
            .iter()
            .any(|request| request.uri.contains("versionId")),
        "{requests:?}"
    );
}

#[test]
fn a_copy_of_a_version_that_the_store_does_not_have_stores_nothing() {
    // The newest blob in place of the version.
    let server = ScriptedServer::start([head(200, &[ETAG], 5)]);
    let outcome = against(&server).run(["cp", "--from-version", "v/1", "a", "b"]);
    outcome.fails_with(12, "the store answered with the newest blob");
    let server = ScriptedServer::start([head(404, &[], 0), s3_error(404, "NoSuchVersion")]);
    let outcome = against(&server).run(["cp", "--from-version", "v/1", "a", "./b"]);
    assert_ne!(outcome.code, Some(0), "{outcome:?}");
    assert!(
        shapes(&server)
            .iter()
            .all(|shape| !shape.starts_with("PUT"))
    );
}

#[test]
fn a_copy_has_one_source_with_versions() {
    let server = ScriptedServer::start([]);
    let sandbox = against(&server).file("x", "hello").file("list", "a");
    for (arguments, text) in [
        (&["cp", "-r", "a", "b"][..], "`--recursive`"),
        (&["cp", "--files-from", "list", "a", "b"], "`--files-from`"),
        (&["cp", "a", "b", "c/"], "several blobs were given"),
        (&["cp", "./x", "b"], "FROM is on this machine"),
        (&["cp", "-", "b"], "FROM is on this machine"),
        (
            &["cp", "file:///a", "b"],
            "--from-version is supported by S3 only",
        ),
        (
            &["cp", "ftp://127.0.0.1/a", "b"],
            "--from-version is supported by S3 only",
        ),
        (&["mv", "a", "b"], "unknown option `--from-version`"),
    ] {
        let outcome = sandbox.run(arguments.iter().chain(&["--from-version", "v"]));
        outcome.fails_with(2, text);
    }
    sandbox
        .run(["cp", "--from-version", "", "a", "b"])
        .fails_with(2, "the version ID is empty");
    // Without a version a blob is still not copied onto itself.
    sandbox
        .run(["cp", "a", "a"])
        .fails_with(2, "would be copied onto itself");
    assert_eq!(server.seen().len(), 0);
}
