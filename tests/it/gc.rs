//! `blobctl gc`: leftovers of interrupted runs are found and removed; whatever only looks like them stays.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, SystemTime};

use crate::support::http::{ScriptedServer, answer, s3_error};
use crate::support::s3::{S3Server, variables};
use crate::support::{MIB, Sandbox, bytes, files, finish, leftovers, wait_until};
use rustix::fs::{FlockOperation, flock};

const OURS: &str = ".blobctl-0123456789abcdef.part";
const DAY: Duration = Duration::from_secs(86_400);

/// Sets the time of the last change to this long ago.
fn age(path: &Path, age: Duration) {
    let file = std::fs::File::open(path).unwrap();
    file.set_modified(SystemTime::now() - age).unwrap();
}

fn state(sandbox: &Sandbox) -> PathBuf {
    sandbox.home().join(".local/state/blobctl/resume")
}

/// A journal of two days ago.
fn journal(sandbox: &Sandbox, name: &str, lines: &str) -> PathBuf {
    std::fs::create_dir_all(state(sandbox)).unwrap();
    let path = state(sandbox).join(name);
    std::fs::write(&path, format!("blobctl-resume 2\n{lines}")).unwrap();
    age(&path, 2 * DAY);
    path
}

fn name(digit: char) -> String {
    digit.to_string().repeat(32)
}

#[test]
fn only_old_files_with_exactly_our_names_are_removed() {
    let sandbox = Sandbox::new();
    let lookalikes = [
        ".blobctl-0123456789abcdef.part.bak",
        ".blobctl-0123456789abcde.part",
        ".blobctl-0123456789abcdeg.part",
        ".blobctl-.part",
        ".blobctl-0123456789abcdef",
        "blobctl-0123456789abcdef.part",
        "x.blobctl-0123456789abcdef.part",
        ".blobctl-notes.txt",
        "d/.blobctl-0123456789abcdee.part/blob",
    ];
    for lookalike in lookalikes {
        sandbox.write(lookalike, "theirs");
        age(&sandbox.work().join(lookalike), 2 * DAY);
    }
    for old in [OURS, "d/e/.blobctl-00000000000000ff.part"] {
        sandbox.write(old, "ours");
        age(&sandbox.work().join(old), 2 * DAY);
    }
    sandbox.write("d/.blobctl-1111111111111111.part", "young");
    let link = sandbox.work().join(".blobctl-2222222222222222.part");
    std::os::unix::fs::symlink("blob", link).unwrap();
    let before = files(&sandbox.work());
    let root = ["-b", "fs", "--root", "."];

    let outcome = sandbox.run([&["gc"], &root[..]].concat());
    assert_eq!(
        (outcome.code, outcome.stderr.as_str()),
        (Some(0), ""),
        "{outcome:?}"
    );
    let text = String::from_utf8(outcome.stdout).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 2, "{text}");
    assert!(
        lines[0].starts_with("file ")
            && lines[0].contains("48 h")
            && lines[0].ends_with(&format!("/{OURS}")),
        "{text}"
    );
    assert_eq!(files(&sandbox.work()), before);

    sandbox
        .run([&["gc", "--delete"], &root[..]].concat())
        .succeeds();
    let mut after = before.clone();
    after.retain(|path| !path.ends_with(OURS) && !path.ends_with(".blobctl-00000000000000ff.part"));
    assert_eq!(files(&sandbox.work()), after);
    assert_eq!(after.len(), before.len() - 2);
    sandbox.run([&["gc"], &root[..]].concat()).succeeds();
}

#[test]
fn a_prefix_and_an_age_narrow_the_search() {
    let sandbox = Sandbox::new();
    for (path, days) in [
        ("a/.blobctl-00000000000000aa.part", 3),
        ("b/.blobctl-00000000000000bb.part", 9),
    ] {
        sandbox.write(path, "x");
        age(&sandbox.work().join(path), days * DAY);
    }
    let found = |arguments: &[&str]| {
        let all = [&["gc", "-b", "fs", "--root", ".", "--json"], arguments].concat();
        let rows = sandbox.run(all).json().into_iter();
        rows.map(|row| row["key"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(found(&["a/"]), ["a/.blobctl-00000000000000aa.part"]);
    assert_eq!(
        found(&["--older-than", "7d"]),
        ["b/.blobctl-00000000000000bb.part"]
    );
    assert_eq!(found(&["--older-than", "10d"]), Vec::<String>::new());
    assert_eq!(found(&[]).len(), 2);
    let address = format!("file://{}/", sandbox.work().display());
    let rows = sandbox.run(["gc", &address, "--json"]).json();
    assert_eq!(rows.len(), 2);
    assert_eq!(
        (&rows[0]["kind"], &rows[0]["changed"]),
        (&"file".into(), &false.into())
    );
}

#[test]
fn the_file_of_a_killed_put_is_found_and_removed() {
    let sandbox = Sandbox::new();
    let mut command = sandbox.command(["put", "-", "k"]);
    let mut child = command.stdin(Stdio::piped()).spawn().unwrap();
    wait_until("the temporary file", || {
        !leftovers(&sandbox.home()).is_empty()
    });
    child.kill().unwrap();
    finish(child);
    assert_eq!(leftovers(&sandbox.home()).len(), 1);
    // A minute ago at most.
    sandbox.run(["gc", "--delete"]).succeeds();
    assert_eq!(leftovers(&sandbox.home()).len(), 1);
    let outcome = sandbox.run(["gc", "--delete", "-v", "--older-than", "0"]);
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    assert!(
        outcome.stderr.starts_with("blobctl: removed file file:///"),
        "{outcome:?}"
    );
    sandbox.nothing_left_behind();
}

#[test]
fn what_cannot_be_removed_is_a_failure_and_the_others_are_removed() {
    let entry = |key: &str| {
        format!(
            "<Contents><Key>{key}</Key><Size>1</Size><LastModified>{OLD}</LastModified></Contents>"
        )
    };
    let page = format!(
        "<ListBucketResult><IsTruncated>false</IsTruncated>{}{}</ListBucketResult>",
        entry(".blobctl-00000000000000aa.part"),
        entry(".blobctl-00000000000000bb.part")
    );
    let server = ScriptedServer::start([
        answer(200, &[], page.as_bytes()),
        s3_error(403, "AccessDenied"),
        answer(204, &[], b""),
        answer(200, &[], &uploads(&[], "")),
    ]);
    let sandbox = Sandbox::new().envs(&variables(&server.endpoint()));
    let outcome = sandbox.run(["gc", "--delete"]);
    outcome.fails_with(4, "cannot remove s3://lab/.blobctl-00000000000000aa.part");
    let deleted = server
        .seen()
        .into_iter()
        .filter(|seen| seen.method == "DELETE");
    assert_eq!(deleted.count(), 2);
}

#[test]
fn stale_journals_are_removed_and_those_in_use_stay() {
    let sandbox = Sandbox::new();
    let stale = [
        journal(
            &sandbox,
            &name('1'),
            "terms x\ndraft .blobctl-00000000000000aa.part\n",
        ),
        journal(
            &sandbox,
            &name('2'),
            "blob 1 - - -\nfile .blobctl-00000000000000bb.part 1 2\n",
        ),
        journal(
            &sandbox,
            &name('3'),
            "terms x\nupload of-a-version-without-owner\n",
        ),
    ];
    let kept = [
        // The only proof that this upload in another store is ours.
        journal(
            &sandbox,
            &name('4'),
            "terms x\nof aa bb s3://other/k\nupload u\n",
        ),
        journal(&sandbox, &name('5'), "terms x\n"),
        journal(&sandbox, &name('6'), "terms x\n"),
        journal(&sandbox, "notes", ""),
        journal(&sandbox, &format!("{}0", name('7')), ""),
    ];
    let young = std::fs::File::open(&kept[1]).unwrap();
    young.set_modified(SystemTime::now()).unwrap();
    let locked = std::fs::File::open(&kept[2]).unwrap();
    flock(&locked, FlockOperation::LockExclusive).unwrap();
    let rows = sandbox.run(["gc", "--json"]).json();
    let found: Vec<&str> = rows
        .iter()
        .map(|row| row["key"].as_str().unwrap())
        .collect();
    let expected: Vec<&str> = stale.iter().map(|path| path.to_str().unwrap()).collect();
    assert_eq!(found, expected);
    assert!(rows.iter().all(|row| row["kind"] == "journal"));
    assert_eq!(files(&state(&sandbox)).len(), 8);
    sandbox.run(["gc", "--delete"]).succeeds();
    let mut left = kept.to_vec();
    left.sort();
    assert_eq!(files(&state(&sandbox)), left);
}

#[test]
fn a_file_that_a_journal_in_use_mentions_stays() {
    let sandbox = Sandbox::new().file(OURS, "x");
    age(&sandbox.work().join(OURS), 2 * DAY);
    let path = journal(&sandbox, &name('1'), &format!("terms x\ndraft {OURS}\n"));
    let locked = std::fs::File::open(&path).unwrap();
    flock(&locked, FlockOperation::LockExclusive).unwrap();
    let delete = ["gc", "--delete", "-b", "fs", "--root", "."];
    sandbox.run(delete).succeeds();
    assert!(sandbox.exists(OURS) && path.exists());
    drop(locked);
    sandbox.run(delete).succeeds();
    assert!(!sandbox.exists(OURS) && !path.exists());
}

/// The page of ListMultipartUploads.
fn uploads(list: &[(&str, &str, &str)], more: &str) -> Vec<u8> {
    let upload = |(key, id, initiated): &(&str, &str, &str)| {
        format!(
            "<Upload><Key>{key}</Key><UploadId>{id}</UploadId><Initiated>{initiated}</Initiated></Upload>"
        )
    };
    let uploads: Vec<String> = list.iter().map(upload).collect();
    let uploads = uploads.concat();
    format!("<ListMultipartUploadsResult>{more}{uploads}</ListMultipartUploadsResult>").into_bytes()
}

const OLD: &str = "2020-01-02T03:04:05.000Z";

/// Leaves a journal of an upload `ours` of the key `a` behind, two days ago; then the server gives these answers.
fn interrupted(answers: Vec<crate::support::http::Script>) -> (ScriptedServer, Sandbox) {
    let began =
        b"<InitiateMultipartUploadResult><UploadId>ours</UploadId></InitiateMultipartUploadResult>";
    let refused = s3_error(403, "AccessDenied");
    let put = [answer(200, &[], began), refused];
    let server = ScriptedServer::start(put.into_iter().chain(answers));
    let sandbox = Sandbox::new()
        .envs(&variables(&server.endpoint()))
        .env("BLOBCTL_RETRY_FOR", "0")
        .file("a", bytes(12 * MIB, 1));
    let put = [
        "put",
        "a",
        "--resume",
        "auto",
        "--parts",
        "1",
        "--part-size",
        "8MiB",
        "--checksum",
        "none",
    ];
    sandbox.run(put).fails_with(4, "the progress is kept");
    let journals = files(&state(&sandbox));
    assert_eq!(journals.len(), 1);
    age(&journals[0], 2 * DAY);
    (server, sandbox)
}

/// A server with an unfinished upload of two days ago, whose journal is in the sandbox; it answers one `gc` without `--delete`.
pub fn interrupted_upload() -> (ScriptedServer, Sandbox) {
    let page = uploads(&[("a", "ours", OLD)], "");
    interrupted(vec![no_scratch(), answer(200, &[], &page)])
}

/// The requests after those of the interrupted put.
fn later(server: &ScriptedServer) -> Vec<String> {
    let seen = server.seen();
    let later = seen.iter().skip(2);
    later
        .map(|seen| format!("{} {}", seen.method, seen.target))
        .collect()
}

fn no_scratch() -> crate::support::http::Script {
    answer(
        200,
        &[],
        b"<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>",
    )
}

#[test]
fn our_upload_is_aborted_and_those_of_others_stay() {
    let list = [
        // The same key, the same id with another key, and neither.
        ("a", "theirs", OLD),
        ("a", "ours", OLD),
        ("b", "ours", OLD),
        ("c", "other", OLD),
    ];
    let gone = || s3_error(404, "NoSuchUpload");
    let (server, sandbox) = interrupted(vec![
        no_scratch(),
        answer(200, &[], &uploads(&list, "")),
        no_scratch(),
        answer(200, &[], &uploads(&list, "")),
        answer(204, &[], b""),
        gone(),
    ]);
    let rows = sandbox.run(["gc", "--json"]).json();
    assert_eq!(rows.len(), 1, "{rows:?}");
    assert_eq!(
        (
            &rows[0]["kind"],
            &rows[0]["key"],
            &rows[0]["upload_id"],
            &rows[0]["changed"]
        ),
        (&"upload".into(), &"a".into(), &"ours".into(), &false.into())
    );
    assert_eq!(files(&state(&sandbox)).len(), 1);
    let outcome = sandbox.run(["gc", "--delete", "-v"]);
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    assert!(
        outcome.stderr.contains("removed upload s3://lab/a\n"),
        "{outcome:?}"
    );
    assert!(
        outcome.stderr.contains("left 3 unfinished uploads alone"),
        "{outcome:?}"
    );
    let deleted: Vec<String> = later(&server)
        .into_iter()
        .filter(|line| line.starts_with("DELETE"))
        .collect();
    assert_eq!(
        deleted,
        ["DELETE /lab/a?uploadId=ours", "DELETE /lab/a?uploadId=ours"]
    );
    assert_eq!(files(&state(&sandbox)), Vec::<PathBuf>::new());
}

#[test]
fn a_young_upload_and_its_journal_stay() {
    let now = blobctl::report::timestamp(SystemTime::now());
    let (server, sandbox) = interrupted(vec![
        no_scratch(),
        answer(200, &[], &uploads(&[("a", "ours", &now)], "")),
    ]);
    sandbox.run(["gc", "--delete"]).succeeds();
    assert!(
        later(&server).iter().all(|line| line.starts_with("GET")),
        "{:?}",
        later(&server)
    );
    assert_eq!(files(&state(&sandbox)).len(), 1);
}

#[test]
fn the_journal_of_an_upload_that_has_ended_is_removed_if_the_whole_store_was_searched() {
    let none = || answer(200, &[], &uploads(&[("z", "theirs", OLD)], ""));
    let (_server, sandbox) = interrupted(vec![no_scratch(), none(), no_scratch(), none()]);
    sandbox.run(["gc", "z", "--delete"]).succeeds();
    assert_eq!(files(&state(&sandbox)).len(), 1);
    sandbox.run(["gc", "--delete"]).succeeds();
    assert_eq!(files(&state(&sandbox)), Vec::<PathBuf>::new());
}

#[test]
fn every_page_of_uploads_is_read_and_a_circle_ends() {
    let more = |key: &str| {
        format!(
            "<IsTruncated>true</IsTruncated><NextKeyMarker>{key}</NextKeyMarker><NextUploadIdMarker>m</NextUploadIdMarker>"
        )
    };
    let first = uploads(&[("0", "theirs", OLD)], &more("0"));
    let (server, sandbox) = interrupted(vec![
        no_scratch(),
        answer(200, &[], &first),
        answer(200, &[], &uploads(&[("a", "ours", OLD)], "")),
        no_scratch(),
        answer(200, &[], &first),
    ]);
    assert_eq!(sandbox.run(["gc", "--json"]).json().len(), 1);
    let last = later(&server).pop().unwrap();
    assert!(
        last.contains("key-marker=0&") && last.contains("upload-id-marker=m"),
        "{last}"
    );
    sandbox
        .run(["gc"])
        .fails_with(12, "the list of uploads does not end");
    assert_eq!(files(&state(&sandbox)).len(), 1);
}

#[test]
fn a_failed_list_removes_nothing() {
    let (_server, sandbox) = interrupted(vec![no_scratch(), s3_error(403, "AccessDenied")]);
    sandbox
        .run(["gc", "--delete"])
        .fails_with(4, "cannot search for leftovers");
    assert_eq!(files(&state(&sandbox)).len(), 1);
}

#[test]
fn a_service_that_cannot_list_uploads_is_named_and_its_scratch_blobs_are_found() {
    let server = S3Server::start();
    let sandbox = Sandbox::new().envs(&server.variables());
    std::fs::create_dir_all(server.bucket().join("d")).unwrap();
    let theirs = [
        "d/.blobctl-0123456789abcdef.part",
        ".blobctl-0123456789abcdef.part.txt",
    ];
    for name in [OURS, theirs[0], theirs[1]] {
        std::fs::write(server.bucket().join(name), "x").unwrap();
        age(&server.bucket().join(name), 2 * DAY);
    }
    let outcome = sandbox.run(["gc", "--delete"]);
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    assert!(
        outcome
            .stderr
            .contains("the store cannot list unfinished uploads"),
        "{outcome:?}"
    );
    assert!(!server.bucket().join(OURS).exists());
    assert!(
        theirs
            .iter()
            .all(|name| server.bucket().join(name).exists())
    );
}
