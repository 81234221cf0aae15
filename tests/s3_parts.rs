//! How blobs are cut into parts: their size, how many at once, and what a stream takes in memory.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod support;

use std::fs::File;
use std::sync::atomic::Ordering;

use support::http::{Fault, FaultProxy, ScriptedServer, answer, s3_error};
use support::s3::{Logged, S3Server, variables};
use support::{MIB, Sandbox, bytes};

fn on(server: &S3Server) -> Sandbox {
    Sandbox::new().envs(&server.variables())
}

/// The sizes of the bodies of all PUTs, largest first, in MiB.
fn bodies(requests: &[Logged]) -> Vec<usize> {
    let puts = requests.iter().filter(|request| request.method == "PUT");
    let mut sizes: Vec<usize> = puts
        .map(|request| request.header("content-length").unwrap().parse().unwrap())
        .collect();
    sizes.sort_unstable_by(|a, b| b.cmp(a));
    sizes.into_iter().map(|size| size / MIB).collect()
}

#[test]
fn the_part_size_holds_for_files_streams_and_downloads() {
    let server = S3Server::start();
    let content = bytes(20 * MIB, 1);
    let sandbox = on(&server)
        .file("a", &content)
        .env("BLOBCTL_PART_SIZE", "6MiB");
    sandbox.run(["put", "a"]).succeeds();
    assert_eq!(bodies(&server.requests()), [6, 6, 6, 2]);
    sandbox.pipe(["put", "-", "s"], &content).succeeds();
    assert_eq!(bodies(&server.requests()), [6, 6, 6, 2]);
    for name in ["a", "s"] {
        server.requests();
        sandbox.run(["get", name, "back"]).succeeds();
        assert!(sandbox.read("back") == content);
        let ranges = server.requests();
        let ranges = ranges.iter().filter(|request| request.method == "GET");
        assert_eq!(ranges.count(), 4, "ranges of 6 MiB");
    }
    sandbox.run(["put", "a", "--part-size", "20M"]).succeeds();
    assert_eq!(bodies(&server.requests()), [20], "what fits is one request");
}

#[test]
fn parts_at_once_are_no_more_than_was_said() {
    let server = S3Server::start();
    let content = bytes(40 * MIB, 2);
    for parts in [1, 3] {
        let text = parts.to_string();
        let proxy = FaultProxy::start(server.address, []);
        let sandbox = Sandbox::new()
            .envs(&variables(&proxy.endpoint()))
            .env("BLOBCTL_PARTS", &text)
            .env("BLOBCTL_PART_SIZE", "5M")
            .file("a", &content);
        let connections = |arguments: &[&str], input: Option<&[u8]>| {
            let before = proxy.connections.load(Ordering::SeqCst);
            match input {
                Some(input) => sandbox.pipe(arguments, input).succeeds(),
                None => sandbox.run(arguments).succeeds(),
            }
            proxy.connections.load(Ordering::SeqCst) - before
        };
        assert!(connections(&["put", "a"], None) <= parts);
        assert!(connections(&["put", "-", "s"], Some(&content)) <= parts);
        // The first answer is left after its part, and its connection with it.
        assert!(connections(&["get", "s", "back"], None) <= parts + 1);
        assert!(sandbox.read("back") == content);
    }
}

#[test]
fn sizes_that_s3_does_not_take_are_refused_before_anything_is_sent() {
    let sandbox = Sandbox::new().file("a", "x");
    for (option, value, what) in [
        ("--part-size", "4MiB", "S3 takes no part below 5 MiB"),
        ("--part-size", "6G", "S3 takes no part above 5 GiB"),
        (
            "--part-size",
            "16MB",
            "`16MB` is no size: write it like 16MiB",
        ),
        ("--max-memory", "1M", "one part takes 5 MiB"),
        ("--parts", "0", "`0` is no number from 1 to 64"),
        ("--parts", "65", "`65` is no number from 1 to 64"),
    ] {
        let outcome = sandbox.run(["put", "a", option, value]);
        assert_eq!(outcome.code, Some(2), "{outcome:?}");
        assert!(outcome.stderr.contains(what), "{outcome:?}");
    }
    for (key, value, what) in [
        ("part_size", "1048576", "S3 takes no part below 5 MiB"),
        ("max_memory", "\"lots\"", "`lots` is no size"),
        ("parts", "100", "`100` is no number from 1 to 64"),
    ] {
        let sandbox = Sandbox::new()
            .file("a", "x")
            .config(&format!("[defaults]\n{key} = {value}\n"));
        sandbox.run(["put", "a"]).fails_with(3, what);
    }
}

#[test]
fn a_remote_may_have_a_part_size_of_its_own() {
    let server = S3Server::start();
    let sandbox = on(&server).file("a", bytes(12 * MIB, 3)).config(
        "[defaults]\npart_size = 6291456\n[remotes.r]\nbackend = \"s3\"\npart_size = \"5MiB\"\n",
    );
    sandbox.run(["put", "a"]).succeeds();
    assert_eq!(bodies(&server.requests()), [6, 6]);
    sandbox.run(["put", "a", "r:a"]).succeeds();
    assert_eq!(bodies(&server.requests()), [5, 5, 2]);
}

/// Begins any upload and refuses its parts.
fn refusing() -> ScriptedServer {
    let begun = answer(
        200,
        &[],
        b"<InitiateMultipartUploadResult><UploadId>u</UploadId></InitiateMultipartUploadResult>",
    );
    ScriptedServer::start([begun, s3_error(403, "AccessDenied")])
}

#[test]
fn a_part_size_that_ten_thousand_parts_do_not_fill_is_raised_and_said() {
    let server = refusing();
    let sandbox = Sandbox::new().envs(&variables(&server.endpoint()));
    let file = File::create(sandbox.work().join("sparse")).unwrap();
    file.set_len(58 << 30).unwrap();
    let outcome = sandbox.run(["put", "sparse", "--part-size", "5M", "--parts", "1", "-v"]);
    assert_eq!(outcome.code, Some(4), "{outcome:?}");
    assert!(
        outcome
            .stderr
            .contains("parts of 6.0 MiB instead of 5.0 MiB: there would be more than 10,000"),
        "{outcome:?}"
    );
    let seen = server.seen();
    let part = seen.iter().find(|seen| seen.method == "PUT").unwrap();
    assert_eq!(part.body.len(), 6 * MIB);
}

#[test]
fn max_memory_limits_the_parts_of_a_stream_and_says_how_long_it_may_be() {
    let server = S3Server::start();
    let proxy = FaultProxy::start(server.address, []);
    let content = bytes(17 * MIB, 4);
    let sandbox = Sandbox::new().envs(&variables(&proxy.endpoint()));
    let outcome = sandbox.pipe(["put", "-", "s", "--max-memory", "6M", "-v"], &content);
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    let note = "with parts of 6.0 MiB and more, the input may have 58.5 GiB";
    assert!(outcome.stderr.contains(note), "{outcome:?}");
    assert_eq!(bodies(&server.requests()), [6, 6, 5]);
    assert_eq!(
        proxy.connections.load(Ordering::SeqCst),
        1,
        "one part at a time is all that there is memory for"
    );
    assert!(std::fs::read(server.bucket().join("s")).unwrap() == content);
}

#[test]
fn a_service_that_wants_equal_parts_gets_them_and_the_limit_is_said() {
    let server = ScriptedServer::start([s3_error(403, "AccessDenied")]);
    let sandbox = Sandbox::new()
        .envs(&variables("http://0123abcd.r2.cloudflarestorage.com"))
        .env("BLOBCTL_RETRY_FOR", "0")
        .env("http_proxy", &server.endpoint());
    let outcome = sandbox.pipe(["put", "-", "s", "-v"], &bytes(17 * MIB, 5));
    let note = "the input may have 156 GiB";
    assert!(outcome.stderr.contains(note), "{outcome:?}");
    let server = refusing();
    let sandbox = Sandbox::new().envs(&variables(&server.endpoint()));
    let outcome = sandbox.pipe(["put", "-", "s", "-v"], &bytes(17 * MIB, 5));
    assert_eq!(outcome.code, Some(4), "{outcome:?}");
    assert!(
        !outcome.stderr.contains("the input may have"),
        "{outcome:?}"
    );
}

#[test]
fn an_upload_that_was_cut_otherwise_begins_anew() {
    let server = S3Server::start();
    let short = std::iter::repeat_n(Fault::CutUp(1 << 20), 10);
    let faults = [Fault::CutUp(30 << 20)].into_iter().chain(short);
    let proxy = FaultProxy::start(server.address, faults);
    let content = bytes(40 * MIB, 6);
    let sandbox = Sandbox::new()
        .envs(&variables(&proxy.endpoint()))
        .env("BLOBCTL_RESUME", "auto")
        .env("BLOBCTL_RETRY_FOR", "0")
        .env("BLOBCTL_PARTS", "1")
        .file("a", &content);
    let first = sandbox.run(["put", "a", "--part-size", "8M"]);
    assert_eq!(first.code, Some(7), "{first:?}");
    proxy.heal();
    // Part 2 of the first run has as many bytes as part 2 of this one, and others.
    sandbox.run(["put", "a", "--part-size", "32M"]).succeeds();
    assert!(std::fs::read(server.bucket().join("a")).unwrap() == content);
    assert_eq!(
        server.unfinished_uploads(),
        Vec::<std::path::PathBuf>::new()
    );
}

#[test]
fn a_download_goes_on_with_ranges_of_another_size() {
    let server = S3Server::start();
    let content = bytes(40 * MIB, 7);
    std::fs::write(server.bucket().join("a"), &content).unwrap();
    let proxy = FaultProxy::start(
        server.address,
        [Fault::CutDown(6 << 20), Fault::CutDown(11 << 20)],
    );
    let sandbox = Sandbox::new()
        .envs(&variables(&proxy.endpoint()))
        .env("BLOBCTL_RESUME", "auto")
        .env("BLOBCTL_RETRY_FOR", "0")
        .env("BLOBCTL_PARTS", "1");
    let first = sandbox.run(["get", "a", "--part-size", "5M"]);
    assert_eq!(first.code, Some(7), "{first:?}");
    let second = sandbox.run(["get", "a", "--part-size", "8M", "-v"]);
    assert_eq!(second.code, Some(0), "{second:?}");
    assert!(
        second
            .stderr
            .contains("going on with an unfinished download"),
        "{second:?}"
    );
    assert!(sandbox.read("a") == content);
}
