//! `mv` of a blob onto itself under another address: the only copy stays.

use crate::ftp_libunftp::LibUnftp;
use crate::support::Sandbox;
use crate::support::ftp::{BASE, FtpServer, ListedLink, PASSWORD, USER};
use crate::support::http::FaultProxy;
use crate::support::s3::{ACCESS_KEY, BUCKET, S3Server, SECRET_KEY};
use crate::support::stores::Store;

const SAME: &str = "source and destination are the same blob under two addresses";
const CHANGED: &str = "the source changed after it was copied";

/// A sandbox with two remotes, `one` and `two`, for one FTP server with two names.
fn two_names(server: &FtpServer) -> Sandbox {
    let port = server.address.port();
    let remote = |name: &str, host: &str, base: &str| {
        format!(
            "[remotes.{name}]\nbackend = \"ftp\"\nhost = \"{host}\"\nport = {port}\n\
             username = \"{USER}\"\npassword = \"{PASSWORD}\"\nbase_dir = \"{base}\"\n"
        )
    };
    let one = remote("one", "127.0.0.1", BASE);
    let two = remote("two", "localhost", BASE);
    let odd = remote("odd", "127.0.0.1", &format!("/.{BASE}//"));
    Sandbox::new().config(&format!("{one}{two}{odd}"))
}

#[test]
fn an_ftp_server_with_two_names_keeps_the_blob() {
    for times in [&[][..], &["-p"]] {
        let server = FtpServer::start().holding("d/k", b"1");
        let sandbox = two_names(&server);
        let command = [&["mv"], times, &["one:d/k", "two:d/k"]].concat();
        sandbox.run(command).fails_with(2, SAME);
        let command = [&["mv", "-r"], times, &["one:d", "two:d"]].concat();
        sandbox.run(command).fails_with(2, SAME);
        assert_eq!(server.files(), ["d/k"]);
        assert_eq!(server.file("d/k").as_deref(), Some(&b"1"[..]));
        sandbox.run(["mv", "one:d/k", "two:e/k"]).succeeds();
        sandbox.run(["mv", "one:e/k", "two:e/K"]).succeeds();
        assert_eq!(server.files(), ["e/K"]);
    }
}

#[test]
fn a_server_that_ignores_case_keeps_the_blob() {
    let server = FtpServer::ignoring_case().holding("d/k", b"1");
    let sandbox = two_names(&server);
    for to in ["one:d/K", "two:d/K", "one:D/k"] {
        sandbox.run(["mv", "-p", "one:d/k", to]).fails_with(2, SAME);
        assert_eq!(server.files(), ["d/k"]);
    }
    sandbox.run(["mv", "one:d/k", "one:d/other"]).succeeds();
    assert_eq!(server.files(), ["d/other"]);
}

#[test]
fn two_spellings_of_an_ftp_path_are_one_blob() {
    let server = FtpServer::start().holding("d/k", b"1");
    let sandbox = two_names(&server);
    for command in ["cp", "mv"] {
        let outcome = sandbox.run([command, "one:d/k", "odd:d/k"]);
        outcome.fails_with(2, "would be copied onto itself");
    }
    // One is absolute, the other one relative to the login directory, which is the root.
    let sandbox = Sandbox::new().env("BLOBCTL_FTP_PASSWORD", PASSWORD);
    let (port, relative) = (server.address.port(), BASE.trim_start_matches('/'));
    let url = |path: &str| format!("ftp://{USER}@127.0.0.1:{port}/{path}/d/k");
    let outcome = sandbox.run(["mv", &url(relative), &url(BASE)]);
    outcome.fails_with(2, SAME);
    assert_eq!(server.files(), ["d/k"]);
}

#[test]
fn a_directory_of_an_ftp_server_with_a_link_to_it_keeps_the_blob() {
    for listed in [ListedLink::AsLink, ListedLink::AsDirectory] {
        let server = FtpServer::start()
            .holding("d/k", b"1")
            .linking("link", "d", listed);
        let sandbox = two_names(&server);
        for [from, to] in [["one:d/k", "one:link/k"], ["one:link/k", "one:d/k"]] {
            sandbox.run(["mv", "-p", from, to]).fails_with(2, SAME);
        }
        assert_eq!(server.files(), ["d/k"]);
    }
}

#[test]
fn a_directory_that_an_ftp_server_serves_keeps_the_blob() {
    let server = LibUnftp::start();
    let sandbox = server.sandbox();
    let path = server.root.path().join("d/k");
    std::fs::create_dir(server.root.path().join("d")).unwrap();
    std::fs::write(&path, "1").unwrap();
    let local = path.to_str().unwrap();
    let file = format!("file://{local}");
    let url = format!("ftp://ops@127.0.0.1:{}/d/k", server.address.port());
    for to in [local, &file] {
        sandbox.run(["mv", "-p", &url, to]).fails_with(2, SAME);
    }
    // A link at the destination is followed.
    std::os::unix::fs::symlink(local, sandbox.work().join("link")).unwrap();
    let outcome = sandbox.run(["mv", &url, "./link"]);
    outcome.fails_with(2, SAME);
    sandbox.run(["mv", "-p", &file, &url]).fails_with(2, SAME);
    let outcome = sandbox.run(["mv", local, &url]);
    outcome.fails_with(6, CHANGED);
    assert_eq!(std::fs::read(&path).unwrap(), b"1");
    let files = crate::support::files(server.root.path());
    assert_eq!(files, std::slice::from_ref(&path));
    sandbox.run(["mv", &url, "./elsewhere"]).succeeds();
    assert!(!path.exists());
}

/// A sandbox with two remotes, `one` and `two`, for one S3 service with two ports.
fn two_ports(server: &S3Server, proxy: &FaultProxy) -> Sandbox {
    let remote = |name: &str, endpoint: &str| {
        format!(
            "[remotes.{name}]\nbackend = \"s3\"\nendpoint_url = \"{endpoint}\"\nbucket = \"{BUCKET}\"\n\
             access_key_id = \"{ACCESS_KEY}\"\nsecret_access_key = \"{SECRET_KEY}\"\n"
        )
    };
    let (one, two) = (server.endpoint(), proxy.endpoint());
    Sandbox::new()
        .file("k", "1")
        .config(&[remote("one", &one), remote("two", &two)].concat())
}

#[test]
fn an_s3_service_with_two_ports_keeps_the_blob() {
    let server = S3Server::start();
    let proxy = FaultProxy::start(server.address, []);
    let sandbox = two_ports(&server, &proxy);
    let path = server.bucket().join("k");
    // The source may have been written in the second of its copy.
    sandbox.run(["put", "k", "one:k"]).succeeds();
    let outcome = sandbox.run(["mv", "one:k", "two:k"]);
    outcome.fails_with(6, CHANGED);
    // A service that reports the time that the put keeps would report it for the copy as well.
    sandbox.run(["put", "-p", "k", "one:k"]).succeeds();
    let time = sandbox.work().join("k").metadata().unwrap().modified();
    let stored = std::fs::File::options().append(true).open(&path).unwrap();
    stored.set_modified(time.unwrap()).unwrap();
    sandbox.run(["mv", "one:k", "two:k"]).fails_with(2, SAME);
    assert_eq!(std::fs::read(&path).unwrap(), b"1");
    server.is_clean(&sandbox);
    sandbox.run(["mv", "one:k", "two:other"]).succeeds();
    assert!(!path.exists());
    assert!(server.bucket().join("other").exists());
}

#[test]
fn a_directory_that_an_s3_service_serves_keeps_the_blob() {
    let server = S3Server::start();
    let sandbox = crate::support::s3::on(&server).file("k", "1");
    sandbox.run(["put", "k", "k"]).succeeds();
    let path = server.bucket().join("k");
    let (local, key) = (path.to_str().unwrap(), format!("s3://{BUCKET}/k"));
    let file = format!("file://{local}");
    for to in [local, &file] {
        sandbox.run(["mv", "-p", &key, to]).fails_with(2, SAME);
    }
    sandbox.run(["mv", "-p", &file, &key]).fails_with(2, SAME);
    let outcome = sandbox.run(["mv", "-p", local, &key]);
    outcome.fails_with(6, CHANGED);
    assert_eq!(std::fs::read(&path).unwrap(), b"1");
}
