//! `--resume auto`: the state that a failed or killed run leaves, and how the next run resumes.

use std::path::PathBuf;

use crate::support::ftp::FtpServer;
use crate::support::http::{Fault, FaultProxy, ScriptedServer, answer, s3_error};
use crate::support::s3::{S3Server, variables};
use crate::support::{MIB, Outcome, Sandbox, bytes, files, finish, leftovers, wait_until};
use rustix::process::{Pid, Signal, kill_process};

const SIZE: usize = 100 * MIB;

/// Closes every connection in the middle of its second part, and later ones at once.
fn failing(fault: fn(u64) -> Fault) -> impl Iterator<Item = Fault> {
    let short = std::iter::repeat_n(fault(1 << 20), 40);
    [fault(24 << 20), fault(20 << 20), fault(20 << 20)]
        .into_iter()
        .chain(short)
}

/// A sandbox without retries and with `--resume auto`.
fn behind(proxy: &FaultProxy) -> Sandbox {
    Sandbox::new()
        .envs(&variables(&proxy.endpoint()))
        .env("BLOBCTL_RESUME", "auto")
        .env("BLOBCTL_RETRY_FOR", "0")
}

fn journals(sandbox: &Sandbox) -> Vec<PathBuf> {
    files(&sandbox.home().join(".local/state/blobctl/resume"))
}

/// The number of journal lines that begin with `word`.
fn lines(sandbox: &Sandbox, word: &str) -> usize {
    let texts = journals(sandbox)
        .into_iter()
        .map(|path| std::fs::read_to_string(path).unwrap_or_default());
    texts
        .map(|text| text.lines().filter(|line| line.starts_with(word)).count())
        .sum()
}

/// Sends `signal` once `lines` lines of the journal begin with `word`.
fn stop_at(
    sandbox: &Sandbox,
    arguments: &[&str],
    signal: Signal,
    word: &str,
    count: usize,
) -> Outcome {
    let child = sandbox.command(arguments).spawn().unwrap();
    wait_until(word, || lines(sandbox, word) >= count);
    kill_process(Pid::from_child(&child), signal).unwrap();
    finish(child)
}

/// The part numbers that were sent.
fn parts(server: &S3Server) -> Vec<String> {
    let requests = server.requests();
    let puts = requests.iter().filter(|request| request.method == "PUT");
    let number = |uri: &str| {
        let (_, rest) = uri.split_once("partNumber=")?;
        Some(rest.split('&').next()?.to_owned())
    };
    puts.filter_map(|request| number(&request.uri)).collect()
}

#[test]
fn a_put_that_failed_temporarily_resumes_with_the_missing_parts() {
    let server = S3Server::start();
    let proxy = FaultProxy::start(server.address, failing(Fault::CutUp));
    let content = bytes(SIZE, 1);
    let sandbox = behind(&proxy).file("a", &content);
    let first = sandbox.run(["put", "a"]);
    first.fails_with(
        7,
        "hint: the progress is kept: run the same command again to resume",
    );
    proxy.heal();
    let sent = lines(&sandbox, "part ");
    assert!(sent >= 1, "{sent}");
    assert!(!server.unfinished_uploads().is_empty());
    assert!(!server.bucket().join("a").exists());
    server.requests();

    let second = sandbox.run(["put", "a", "-v"]);
    assert_eq!(second.code, Some(0), "{second:?}");
    assert!(second.stderr.contains("resuming upload at"), "{second:?}");
    assert_eq!(parts(&server).len(), 7 - sent);
    assert!(std::fs::read(server.bucket().join("a")).unwrap() == content);
    assert_eq!(server.unfinished_uploads(), Vec::<PathBuf>::new());
    assert_eq!(journals(&sandbox), Vec::<PathBuf>::new());
}

#[test]
fn a_killed_put_resumes_with_the_missing_parts() {
    let server = S3Server::start();
    let proxy = FaultProxy::start(server.address, [Fault::StallUp(8 << 20)]);
    let content = bytes(SIZE, 2);
    let sandbox = behind(&proxy).file("a", &content);
    stop_at(&sandbox, &["put", "a"], Signal::KILL, "part ", 3);
    let sent = lines(&sandbox, "part ");
    server.requests();
    sandbox.run(["put", "a"]).succeeds();
    assert_eq!(parts(&server).len(), 7 - sent);
    assert!(std::fs::read(server.bucket().join("a")).unwrap() == content);
    assert_eq!(server.unfinished_uploads(), Vec::<PathBuf>::new());
    assert_eq!(journals(&sandbox), Vec::<PathBuf>::new());
}

#[test]
fn a_signal_keeps_progress_only_with_resume_auto() {
    for (resume, kept) in [("auto", true), ("run", false), ("never", false)] {
        let server = S3Server::start();
        let proxy = FaultProxy::start(server.address, [Fault::StallUp(8 << 20)]);
        let sandbox = behind(&proxy).file("a", bytes(SIZE, 2));
        let arguments = ["put", "a", "--resume", resume];
        let outcome = if kept {
            stop_at(&sandbox, &arguments, Signal::INT, "part ", 2)
        } else {
            let child = sandbox.command(arguments).spawn().unwrap();
            wait_until("the third file of the upload", || {
                server.unfinished_uploads().len() >= 3
            });
            kill_process(Pid::from_child(&child), Signal::INT).unwrap();
            finish(child)
        };
        assert_eq!(outcome.code, Some(130), "{resume} {outcome:?}");
        assert_eq!(!server.unfinished_uploads().is_empty(), kept, "{resume}");
        assert_eq!(!journals(&sandbox).is_empty(), kept, "{resume}");
    }
}

#[test]
fn a_changed_source_is_sent_again_and_the_old_parts_are_removed() {
    let server = S3Server::start();
    let proxy = FaultProxy::start(server.address, failing(Fault::CutUp));
    let sandbox = behind(&proxy).file("a", bytes(SIZE, 3));
    sandbox.run(["put", "a"]).fails_with(7, "cannot upload");
    proxy.heal();
    let content = bytes(SIZE, 4);
    let mut file = std::fs::OpenOptions::new()
        .write(true)
        .open(sandbox.work().join("a"))
        .unwrap();
    std::io::Write::write_all(&mut file, &content).unwrap();
    server.requests();
    sandbox.run(["put", "a"]).succeeds();
    assert_eq!(parts(&server).len(), 7);
    assert!(std::fs::read(server.bucket().join("a")).unwrap() == content);
    assert_eq!(server.unfinished_uploads(), Vec::<PathBuf>::new());
}

#[test]
fn parts_of_another_size_are_not_reused() {
    let server = S3Server::start();
    let proxy = FaultProxy::start(server.address, [Fault::StallUp(80 << 20)]);
    // With parts of 15 and of 30 MiB, the fourth parts have the same size and different bytes.
    let content = bytes(105 * MIB, 4);
    let sandbox = behind(&proxy).file("a", &content).env("BLOBCTL_PARTS", "1");
    let put = ["put", "a", "--part-size", "15MiB"];
    stop_at(&sandbox, &put, Signal::KILL, "part 4 ", 1);
    server.requests();
    sandbox.run(["put", "a", "--part-size", "30MiB"]).succeeds();
    assert_eq!(parts(&server), ["1", "2", "3", "4"]);
    assert!(std::fs::read(server.bucket().join("a")).unwrap() == content);
    assert_eq!(server.unfinished_uploads(), Vec::<PathBuf>::new());
}

#[test]
fn an_upload_unknown_to_the_store_starts_again() {
    let began = |id: &str| {
        let text = format!(
            "<InitiateMultipartUploadResult><UploadId>{id}</UploadId></InitiateMultipartUploadResult>"
        );
        answer(200, &[], text.as_bytes())
    };
    let part = answer(200, &[("etag", "\"opaque\"")], b"");
    let whole = answer(
        200,
        &[],
        b"<CompleteMultipartUploadResult><ETag>\"opaque-2\"</ETag></CompleteMultipartUploadResult>",
    );
    let server = ScriptedServer::start([
        began("old"),
        part.clone(),
        s3_error(503, "ServiceUnavailable"),
        s3_error(404, "NoSuchUpload"),
        began("new"),
        part.clone(),
        part,
        whole,
        // The response to HEAD has the length of the body only.
        answer(200, &[("etag", "\"opaque-2\"")], &vec![0; 20 * MIB]).cut(20 * MIB),
    ]);
    let sandbox = Sandbox::new()
        .envs(&variables(&server.endpoint()))
        .env("BLOBCTL_RESUME", "auto")
        .env("BLOBCTL_RETRY_FOR", "0")
        .file("a", bytes(20 * MIB, 5));
    sandbox
        .run(["put", "a", "--checksum", "none"])
        .fails_with(7, "hint: the progress is kept");
    sandbox.run(["put", "a", "--checksum", "none"]).succeeds();
    let seen: Vec<String> = server
        .seen()
        .iter()
        .map(|request| format!("{} {}", request.method, request.target))
        .collect();
    assert_eq!(seen[3].split('=').next_back(), Some("old"), "{seen:?}");
    assert!(
        !seen.iter().any(|line| line.starts_with("DELETE")),
        "{seen:?}"
    );
    assert_eq!(seen[7], "POST /lab/a?uploadId=new", "{seen:?}");
    assert_eq!(journals(&sandbox), Vec::<PathBuf>::new());
}

#[test]
fn a_concurrent_identical_put_uses_its_own_upload() {
    let server = S3Server::start();
    let proxy = FaultProxy::start(server.address, [Fault::StallUp(8 << 20)]);
    let content = bytes(SIZE, 6);
    let sandbox = behind(&proxy).file("a", &content);
    let first = sandbox.command(["put", "a"]).spawn().unwrap();
    wait_until("the second part", || lines(&sandbox, "part ") >= 2);
    let second = sandbox.run(["put", "a"]);
    assert_eq!(second.code, Some(0), "{second:?}");
    assert!(
        second
            .stderr
            .contains("another run of the same command is active"),
        "{second:?}"
    );
    assert!(std::fs::read(server.bucket().join("a")).unwrap() == content);
    kill_process(Pid::from_child(&first), Signal::TERM).unwrap();
    assert_eq!(finish(first).code, Some(143));
}

#[test]
fn an_unwritable_state_directory_causes_a_warning() {
    let server = S3Server::start();
    let proxy = FaultProxy::start(server.address, []);
    let sandbox = behind(&proxy)
        .file("a", bytes(20 * MIB, 7))
        .file("state", "a file");
    let state = sandbox.work().join("state");
    let sandbox = sandbox.env("XDG_STATE_HOME", state.to_str().unwrap());
    let outcome = sandbox.run(["put", "a"]);
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    assert!(
        outcome
            .stderr
            .contains("this transfer cannot be resumed later: "),
        "{outcome:?}"
    );
}

/// The requested ranges, sorted.
fn ranges(server: &S3Server) -> Vec<String> {
    let mut ranges: Vec<String> = server
        .requests()
        .iter()
        .filter(|request| request.method == "GET")
        .map(|request| request.header("range").unwrap_or("all").to_owned())
        .collect();
    ranges.sort();
    ranges
}

fn stored(content: &[u8]) -> S3Server {
    let server = S3Server::start();
    let sandbox = Sandbox::new().envs(&server.variables()).file("a", content);
    sandbox.run(["put", "a"]).succeeds();
    server.requests();
    server
}

#[test]
fn a_get_that_failed_temporarily_resumes_with_the_missing_parts() {
    let content = bytes(SIZE, 8);
    let server = stored(&content);
    let proxy = FaultProxy::start(server.address, failing(Fault::CutDown));
    let sandbox = behind(&proxy).file("a", "old");
    let first = sandbox.run(["get", "a"]);
    first.fails_with(
        7,
        "hint: the progress is kept: run the same command again to resume",
    );
    assert_eq!(sandbox.read("a"), b"old");
    assert_eq!(leftovers(&sandbox.work()).len(), 1);
    proxy.heal();
    let there = lines(&sandbox, "filled ");
    assert!(there >= 1, "{there}");
    server.requests();

    let second = sandbox.run(["get", "a", "--json"]);
    assert_eq!(second.code, Some(0), "{second:?}");
    assert_eq!(second.json()[0]["bytes"], SIZE);
    assert!(sandbox.read("a") == content);
    assert_eq!(ranges(&server).len(), 7 - there);
    sandbox.nothing_left_behind();
    assert_eq!(journals(&sandbox), Vec::<PathBuf>::new());
}

#[test]
fn a_killed_get_resumes_with_the_missing_parts() {
    let content = bytes(SIZE, 9);
    let server = stored(&content);
    let proxy = FaultProxy::start(server.address, [Fault::StallDown(20 << 20)]);
    let sandbox = behind(&proxy);
    stop_at(&sandbox, &["get", "a"], Signal::KILL, "filled ", 3);
    let there = lines(&sandbox, "filled ");
    server.requests();
    let second = sandbox.run(["get", "a", "--json"]);
    assert_eq!(second.code, Some(0), "{second:?}");
    assert!(sandbox.read("a") == content);
    assert_eq!(ranges(&server).len(), 7 - there);
    sandbox.nothing_left_behind();
}

#[test]
fn a_replaced_blob_is_fetched_again_from_the_start() {
    let server = stored(&bytes(SIZE, 10));
    let proxy = FaultProxy::start(server.address, failing(Fault::CutDown));
    let sandbox = behind(&proxy);
    sandbox.run(["get", "a"]).fails_with(7, "cannot download");
    proxy.heal();
    let content = bytes(SIZE, 11);
    let other = Sandbox::new().envs(&server.variables()).file("a", &content);
    other.run(["put", "a"]).succeeds();
    sandbox.run(["get", "a"]).succeeds();
    assert!(sandbox.read("a") == content);
    sandbox.nothing_left_behind();
}

#[test]
fn a_link_in_place_of_the_partial_file_is_not_followed() {
    let content = bytes(SIZE, 13);
    let server = stored(&content);
    let proxy = FaultProxy::start(server.address, failing(Fault::CutDown));
    let sandbox = behind(&proxy).file("victim", "precious");
    sandbox.run(["get", "a"]).fails_with(7, "cannot download");
    proxy.heal();
    let left = leftovers(&sandbox.work()).remove(0);
    std::fs::remove_file(&left).unwrap();
    std::os::unix::fs::symlink("victim", &left).unwrap();
    sandbox.run(["get", "a"]).succeeds();
    assert!(sandbox.read("a") == content);
    assert_eq!(sandbox.read("victim"), b"precious");
}

/// A get over FTP whose first run breaks after 20 of 40 MiB, from a server without checksums, and its kept file.
fn half_a_get(content: &[u8]) -> (FtpServer, Sandbox, PathBuf) {
    let server = FtpServer::start()
        .holding("a", content)
        .fault("RETR", crate::support::ftp::Fault::AbortAfter(20 * MIB));
    let sandbox = Sandbox::new()
        .envs(&server.variables())
        .env("BLOBCTL_RESUME", "auto")
        .env("BLOBCTL_RETRY_FOR", "0");
    sandbox
        .run(["get", "a"])
        .fails_with(7, "hint: the progress is kept");
    let kept = leftovers(&sandbox.work()).remove(0);
    (server, sandbox, kept)
}

#[test]
fn a_kept_file_that_was_changed_or_cut_is_not_trusted() {
    let content = bytes(40 * MIB, 19);
    let changes: [fn(&std::fs::File); 3] = [
        |file| file.set_len(1 << 20).unwrap(),
        |file| std::os::unix::fs::FileExt::write_all_at(file, b"?", 7 << 20).unwrap(),
        |file| std::os::unix::fs::FileExt::write_all_at(file, b"?", (20 << 20) - 1).unwrap(),
    ];
    for change in changes {
        let (server, sandbox, kept) = half_a_get(&content);
        change(&std::fs::OpenOptions::new().write(true).open(kept).unwrap());
        let second = sandbox.run(["get", "a"]);
        assert_eq!(second.code, Some(0), "{second:?}");
        assert!(sandbox.read("a") == content);
        let warning = "the file of the interrupted download was changed since: the download starts again from the beginning";
        assert!(second.stderr.contains(warning), "{second:?}");
        assert_eq!(server.commands("REST"), Vec::<String>::new());
        sandbox.nothing_left_behind();
        assert_eq!(journals(&sandbox), Vec::<PathBuf>::new());
    }
}

#[test]
fn a_journal_of_another_version_is_replaced_with_a_warning() {
    let content = bytes(40 * MIB, 20);
    let (server, sandbox, _) = half_a_get(&content);
    let journal = journals(&sandbox).remove(0);
    let text = std::fs::read_to_string(&journal).unwrap();
    std::fs::write(
        &journal,
        text.replacen("blobctl-resume 2", "blobctl-resume 9", 1),
    )
    .unwrap();
    let second = sandbox.run(["get", "a"]);
    assert_eq!(second.code, Some(0), "{second:?}");
    assert!(
        second.stderr.contains("is of another version of blobctl"),
        "{second:?}"
    );
    assert!(sandbox.read("a") == content);
    assert_eq!(server.commands("REST"), Vec::<String>::new());
    sandbox.nothing_left_behind();
    assert_eq!(journals(&sandbox), Vec::<PathBuf>::new());
}

#[test]
fn two_identical_gets_at_once_do_not_disturb_each_other() {
    let content = bytes(SIZE, 21);
    let server = stored(&content);
    for resume in ["auto", "run"] {
        let proxy = FaultProxy::start(server.address, [Fault::StallDown(8 << 20)]);
        let sandbox = behind(&proxy);
        let arguments = ["get", "a", "--resume", resume];
        let first = sandbox.command(arguments).spawn().unwrap();
        wait_until("the file of the first run", || {
            leftovers(&sandbox.work()).len() == 1
        });
        let second = sandbox.run(arguments);
        assert_eq!(second.code, Some(0), "{second:?}");
        assert!(sandbox.read("a") == content);
        // The second run has not taken the file of the first one for abandoned.
        assert_eq!(leftovers(&sandbox.work()).len(), 1);
        kill_process(Pid::from_child(&first), Signal::KILL).unwrap();
        finish(first);
        sandbox.run(arguments);
        assert!(sandbox.read("a") == content);
        sandbox.nothing_left_behind();
    }
}

#[test]
fn a_killed_get_over_ftp_resumes_where_it_was() {
    let content = bytes(40 * MIB, 22);
    let server = FtpServer::start()
        .holding("a", &content)
        .fault("RETR", crate::support::ftp::Fault::FreezeAfter(20 * MIB));
    let sandbox = Sandbox::new()
        .envs(&server.variables())
        .env("BLOBCTL_RESUME", "auto");
    stop_at(&sandbox, &["get", "a"], Signal::KILL, "filled ", 1);
    sandbox.run(["get", "a"]).succeeds();
    assert!(sandbox.read("a") == content);
    let rest = server.commands("REST");
    let offset = rest[0]
        .strip_prefix("REST ")
        .unwrap()
        .parse::<usize>()
        .unwrap();
    assert!(
        rest.len() == 1 && (16 * MIB..=20 * MIB).contains(&offset),
        "{rest:?}"
    );
    sandbox.nothing_left_behind();
    assert_eq!(journals(&sandbox), Vec::<PathBuf>::new());
}

#[test]
fn a_killed_put_over_ftp_resumes_where_it_was() {
    let content = bytes(40 * MIB, 23);
    let server =
        FtpServer::start().fault("STOR", crate::support::ftp::Fault::FreezeAfter(20 * MIB));
    let sandbox = Sandbox::new()
        .envs(&server.variables())
        .env("BLOBCTL_RESUME", "auto")
        .file("a", &content);
    let child = sandbox.command(["put", "a"]).spawn().unwrap();
    let stored = || {
        let files = server.files();
        files
            .first()
            .and_then(|name| server.file(name))
            .map_or(0, |file| file.len())
    };
    wait_until("half of the upload", || stored() >= 20 * MIB);
    kill_process(Pid::from_child(&child), Signal::KILL).unwrap();
    finish(child);
    sandbox.run(["put", "a"]).succeeds();
    assert!(server.file("a").as_deref() == Some(&content[..]));
    assert_eq!(server.files(), ["a"]);
    let rest = server.commands("REST");
    assert!(rest.contains(&format!("REST {}", 20 * MIB)), "{rest:?}");
    assert_eq!(journals(&sandbox), Vec::<PathBuf>::new());
}

#[test]
fn a_get_over_ftp_resumes_at_its_offset() {
    let content = bytes(40 * MIB, 14);
    let (server, sandbox, _) = half_a_get(&content);
    sandbox.run(["get", "a"]).succeeds();
    assert!(sandbox.read("a") == content);
    assert_eq!(server.commands("REST"), [format!("REST {}", 20 * MIB)]);
    sandbox.nothing_left_behind();
    assert_eq!(journals(&sandbox), Vec::<PathBuf>::new());
}

#[test]
fn without_resume_a_get_over_ftp_starts_again_within_a_run() {
    let content = bytes(4 * MIB, 15);
    let server = FtpServer::start()
        .holding("a", &content)
        .fault("RETR", crate::support::ftp::Fault::AbortAfter(2 * MIB));
    let sandbox = Sandbox::new().envs(&server.variables());
    sandbox.run(["get", "a", "--resume", "never"]).succeeds();
    assert!(sandbox.read("a") == content);
    assert_eq!(server.commands("REST"), Vec::<String>::new());
    assert_eq!(server.commands("RETR").len(), 2);
    sandbox.nothing_left_behind();
}

#[test]
fn a_put_over_ftp_resumes_at_its_offset() {
    let content = bytes(8 * MIB, 16);
    let server = FtpServer::start().fault("STOR", crate::support::ftp::Fault::AbortAfter(5 * MIB));
    let sandbox = Sandbox::new()
        .envs(&server.variables())
        .env("BLOBCTL_RESUME", "auto")
        .env("BLOBCTL_RETRY_FOR", "0")
        .file("a", &content);
    sandbox
        .run(["put", "a"])
        .fails_with(7, "hint: the progress is kept");
    assert_eq!(server.files().len(), 1);
    assert_eq!(server.file("a"), None);
    sandbox.run(["put", "a"]).succeeds();
    assert!(server.file("a").as_deref() == Some(&content[..]));
    assert_eq!(server.files().len(), 1);
    assert!(
        server
            .commands("REST")
            .contains(&format!("REST {}", 5 * MIB)),
        "{:?}",
        server.log()
    );
    assert_eq!(journals(&sandbox), Vec::<PathBuf>::new());
}

#[test]
fn a_partial_file_of_a_changed_source_is_removed_from_the_ftp_server() {
    let server = FtpServer::start().fault("STOR", crate::support::ftp::Fault::AbortAfter(5 * MIB));
    let sandbox = Sandbox::new()
        .envs(&server.variables())
        .env("BLOBCTL_RESUME", "auto")
        .env("BLOBCTL_RETRY_FOR", "0")
        .file("a", bytes(8 * MIB, 17));
    sandbox.run(["put", "a"]).fails_with(7, "cannot upload");
    let content = bytes(8 * MIB, 18);
    let path = sandbox.work().join("a");
    let mut file = std::fs::OpenOptions::new().write(true).open(path).unwrap();
    std::io::Write::write_all(&mut file, &content).unwrap();
    sandbox.run(["put", "a"]).succeeds();
    assert!(server.file("a").as_deref() == Some(&content[..]));
    assert_eq!(server.files().len(), 1, "{:?}", server.files());
}

#[test]
fn resume_is_refused_for_streams_only_if_the_option_asks_for_it() {
    let sandbox = Sandbox::new().file("a", "x");
    let command = ["put", "k", "--from-command"];
    for choice in ["auto", "run"] {
        sandbox
            .pipe(["put", "-", "k", "--resume", choice], b"x")
            .fails_with(2, "--resume does not apply to stdin: a stream");
        let tail = ["--resume", choice, "--", "echo"];
        sandbox
            .run(command.iter().chain(&tail))
            .fails_with(2, "--resume does not apply to the output of a command");
    }
    assert!(!sandbox.default_root().exists());
    sandbox
        .pipe(["put", "-", "k", "--resume", "never"], b"x")
        .succeeds();
    sandbox
        .run(["get", "k", "-", "--resume", "auto"])
        .fails_with(2, "--resume auto does not apply to stdout");
    sandbox
        .run(["get", "k", "-", "--resume", "run"])
        .prints(b"x");
    // stdin is a file here, which can be read again.
    let mut command = sandbox.shell("\"$@\" <a", ["put", "-", "k", "--resume", "auto"]);
    finish(command.spawn().unwrap()).succeeds();
    // A setting is about whatever it can apply to.
    let sandbox = sandbox.env("BLOBCTL_RESUME", "auto");
    sandbox.pipe(["put", "-", "k"], b"y").succeeds();
    sandbox.run(["get", "k", "-"]).prints(b"y");
}
