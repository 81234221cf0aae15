//! The interop suite: what blobctl promises, through the built binary, against a real server.
//!
//! `cargo test` does not run it. It needs a server, named by the environment: `tests/servers/run NAME` does it all, and
//! `eval "$(tests/servers/NAME env)"; cargo test --test interop` runs it against a server that is up.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod expectations;
mod https;
mod lab;
mod labels;
mod requests;
#[path = "../it/support/mod.rs"]
mod support;

use std::io::{Read, Write};
use std::time::Duration;

use lab::{Deviation, Lab, Protocol, Verdict, check, ended, same, succeeded, wait_until};
use support::{KIB, MIB, bytes, finish, leftovers};

/// The sizes around S3's smallest part and around blobctl's own part.
const SIZES: [usize; 5] = [0, 1, 5 * MIB - 1, 5 * MIB, 64 * MIB];

#[test]
fn files_of_all_sizes_come_back_the_same() {
    check("files of all sizes", |lab| {
        for size in SIZES {
            let (key, content) = (lab.key(&format!("file-{size}")), bytes(size, 1));
            lab.store(&content, &key)?;
            lab.fetch_and_compare(&key, &content)?;
        }
        Ok(())
    });
}

#[test]
fn streams_of_all_sizes_come_back_the_same() {
    check("streams of all sizes", |lab| {
        for size in SIZES {
            let (key, content) = (lab.key(&format!("stream-{size}")), bytes(size, 2));
            succeeded(lab.sandbox.pipe(["put", "-", &key], &content))?;
            same(&lab.run(&["get", &key, "-"])?.stdout, &content, &key)?;
        }
        Ok(())
    });
}

#[test]
fn a_gibibyte_comes_back_the_same() {
    check("a blob of 1 GiB", |lab| {
        if std::env::var("BLOBCTL_INTEROP_LARGE").is_ok_and(|value| value == "0") {
            return Err(Deviation::NotRun("BLOBCTL_INTEROP_LARGE is 0".to_owned()));
        }
        let (key, content) = (lab.key("large"), bytes(1024 * MIB, 7));
        lab.store(&content, &key)?;
        lab.fetch_and_compare(&key, &content)
    });
}

#[test]
fn a_blob_that_is_replaced_is_the_new_one() {
    check("replacing a blob", |lab| {
        let key = lab.key("replaced");
        for content in [bytes(200 * KIB, 3), bytes(100 * KIB, 4), bytes(0, 5)] {
            lab.store(&content, &key)?;
            lab.fetch_and_compare(&key, &content)?;
        }
        Ok(())
    });
}

#[test]
fn exists_answers_yes_and_no() {
    check("exists", |lab| {
        let key = lab.key("here");
        lab.store(b"x", &key)?;
        lab.run(&["exists", &key])?;
        for absent in ["absent", "absent/deeper/down", "her"] {
            ended(&lab.sandbox.run(["exists", &lab.key(absent)]), 1)?;
        }
        ended(&lab.sandbox.run(["exists", &key, &lab.key("absent")]), 1)
    });
}

#[test]
fn getting_a_missing_blob_is_1_and_writes_nothing() {
    check("getting what is not there", |lab| {
        let outcome = lab.sandbox.run(["get", &lab.key("absent"), "fetched"]);
        ended(&outcome, 1)?;
        assert!(!lab.sandbox.exists("fetched"));
        lab.sandbox.nothing_left_behind();
        Ok(())
    });
}

#[test]
fn stat_tells_size_and_time() {
    check("stat", |lab| {
        let key = lab.key("described");
        lab.store(&bytes(12_345, 6), &key)?;
        let told = lab.run(&["stat", "--json", &key])?.json().remove(0);
        if told["bytes"] != 12_345 || !told["modified"].is_string() {
            return Err(Deviation::Differs(format!("{told}")));
        }
        ended(&lab.sandbox.run(["stat", &lab.key("absent")]), 1)
    });
}

#[test]
fn the_etag_of_a_small_blob_is_its_md5() {
    check("the ETag is the MD5", |lab| {
        let key = lab.key("hello");
        lab.store(b"hello", &key)?;
        let told = lab.run(&["stat", "--json", &key])?.json().remove(0);
        match told["etag"].as_str() {
            Some(etag) if etag.trim_matches('"') == "5d41402abc4b2a76b9719d911017c592" => Ok(()),
            etag => Err(Deviation::Differs(format!("{etag:?}"))),
        }
    });
}

#[test]
fn ls_names_what_was_stored_and_rm_removes_it() {
    check("ls and rm", |lab| {
        let mut keys: Vec<_> = ["a", "b/1", "b/2", "b/c/3"]
            .map(|name| lab.key(name))
            .into();
        for key in &keys {
            lab.store(key.as_bytes(), key)?;
        }
        let listed = lab.run(&["ls", &lab.key("")])?;
        let mut found: Vec<_> = std::str::from_utf8(&listed.stdout)
            .unwrap()
            .lines()
            .collect();
        found.sort_unstable();
        keys.sort_unstable();
        if found != keys {
            return Err(Deviation::Differs(format!("listed {found:?}")));
        }
        lab.run(&["rm", &keys[0], &keys[1]])?;
        ended(&lab.sandbox.run(["exists", &keys[0]]), 1)?;
        lab.fetch_and_compare(&keys[2], keys[2].as_bytes())?;
        ended(&lab.sandbox.run(["rm", &keys[0]]), 1)?;
        lab.run(&["rm", "-f", &keys[0]]).map(drop)
    });
}

/// A listing of more than one page.
#[test]
fn ls_names_more_than_a_thousand_blobs() {
    check("listing 1,100 blobs", |lab| {
        for number in 0..1100 {
            lab.sandbox.write(&format!("many/{number:04}"), b"x");
        }
        let at_once = ["put", "-r", "many", &lab.key(""), "--jobs", "16"];
        lab.run(&at_once)?;
        let listed = lab.run(&["ls", &lab.key("many/")])?;
        let found = String::from_utf8_lossy(&listed.stdout).lines().count();
        if found != 1100 {
            return Err(Deviation::Differs(format!("listed {found} of 1,100")));
        }
        Ok(())
    });
}

/// Stores one blob under each key, and asks for and fetches each.
fn keys_hold_their_blobs(lab: &Lab, names: &[&str]) -> Verdict {
    let keys: Vec<_> = names.iter().map(|name| lab.key(name)).collect();
    for key in &keys {
        lab.store(key.as_bytes(), key)?;
    }
    for key in &keys {
        lab.run(&["exists", key])?;
        lab.fetch_and_compare(key, key.as_bytes())?;
    }
    Ok(())
}

#[test]
fn keys_may_have_spaces_signs_and_letters_of_all_alphabets() {
    check("odd keys", |lab| {
        keys_hold_their_blobs(
            lab,
            &[
                "two words",
                "a+b%20c%2Fd&e=f?g#h",
                "~!'()*;:@$,[]{}|^`<>\"",
                "-rf",
                "...",
                "Zürich/日本語/🦀",
            ],
        )
    });
}

#[test]
fn keys_may_begin_and_end_with_spaces() {
    check("keys with spaces at their ends", |lab| {
        keys_hold_their_blobs(lab, &[" leading", "trailing "])
    });
}

#[test]
fn keys_may_have_a_backslash() {
    check("keys with a backslash", |lab| {
        keys_hold_their_blobs(lab, &["back\\slash"])
    });
}

#[test]
fn composed_and_decomposed_letters_are_different_keys() {
    check("keys that differ in Unicode form", |lab| {
        keys_hold_their_blobs(lab, &["caf\u{e9}", "cafe\u{301}"])
    });
}

#[test]
fn a_key_may_be_the_start_of_another_one() {
    check("a key below a key", |lab| {
        keys_hold_their_blobs(lab, &["a", "a/b"])
    });
}

#[test]
fn double_slashes_are_kept() {
    check("keys with double slashes", |lab| {
        keys_hold_their_blobs(lab, &["a//b", "a/b"])
    });
}

#[test]
fn dots_are_not_directories() {
    check("keys with . and .. segments", |lab| {
        keys_hold_their_blobs(lab, &["a/../b", "a/./b", "b"])
    });
}

#[test]
fn a_segment_may_have_255_bytes() {
    check("segments of 255 bytes", |lab| {
        // Room for the temporary name that FTP needs is the program's business.
        keys_hold_their_blobs(lab, &[&"s".repeat(255)])
    });
}

#[test]
fn a_key_may_have_1000_bytes() {
    check("keys of 1,000 bytes", |lab| {
        let segment = format!("{}/", "k".repeat(99));
        let key = segment.repeat(10);
        // What the test's own prefix takes is part of the 1,000.
        let length = 1000 - lab.key("").len();
        keys_hold_their_blobs(lab, &[&key[..length]])
    });
}

/// One job at a time: on FTP all of them go through one session, where a data connection has to resume its TLS session
/// again and again.
#[test]
fn ten_blobs_go_through_one_session() {
    check("ten blobs one after the other", |lab| {
        several_blobs(lab, &["--jobs", "1"])
    });
}

#[test]
fn ten_blobs_go_at_once() {
    check("ten blobs at once", |lab| {
        several_blobs(lab, &["--jobs", "8"])
    });
}

fn several_blobs(lab: &Lab, jobs: &[&str]) -> Verdict {
    let names: Vec<_> = (0..10).map(|number| format!("several/{number}")).collect();
    let content = |number: usize| bytes(number * 70 * KIB, 10 + number as u64);
    for (number, name) in names.iter().enumerate() {
        lab.sandbox.write(name, content(number));
    }
    let prefix = lab.key("");
    let mut put = vec!["put", "-t", &prefix];
    put.extend(names.iter().map(String::as_str));
    put.extend(jobs);
    lab.run(&put)?;
    std::fs::create_dir(lab.sandbox.work().join("back")).unwrap();
    let keys: Vec<_> = (0..10).map(|number| lab.key(&number.to_string())).collect();
    let mut get = vec!["get", "-t", "back"];
    get.extend(keys.iter().map(String::as_str));
    get.extend(jobs);
    lab.run(&get)?;
    (0..10).try_for_each(|number| {
        let name = format!("back/{number}");
        same(&lab.sandbox.read(&name), &content(number), &name)
    })
}

#[test]
fn of_concurrent_writers_one_wins_whole() {
    check("concurrent writers of one key", |lab| {
        let key = lab.key("contested");
        let contents: Vec<_> = (0..6)
            .map(|writer| bytes(3 * MIB + writer, 100 + writer as u64))
            .collect();
        let mut children = Vec::new();
        for (writer, content) in contents.iter().enumerate() {
            let name = format!("writer-{writer}");
            lab.sandbox.write(&name, content);
            children.push(lab.sandbox.command(["put", &name, &key]).spawn().unwrap());
        }
        let outcomes: Vec<_> = children.into_iter().map(finish).collect();
        for outcome in outcomes {
            succeeded(outcome)?;
        }
        let found = lab.run(&["get", &key, "-"])?.stdout;
        if !contents.contains(&found) {
            let length = found.len();
            return Err(Deviation::Differs(format!("{length} bytes of no writer")));
        }
        Ok(())
    });
}

#[test]
fn if_absent_does_not_replace() {
    check("put --if-absent", |lab| {
        let key = lab.key("once");
        lab.sandbox.write("first", "first");
        lab.sandbox.write("second", "second");
        lab.run(&["put", "--if-absent", "first", &key])?;
        let again = lab.sandbox.run(["put", "--if-absent", "second", &key]);
        ended(&again, 5)?;
        lab.fetch_and_compare(&key, b"first")
    });
}

#[test]
fn if_match_replaces_only_what_was_seen() {
    check("put --if-match", |lab| {
        let key = lab.key("seen");
        lab.store(b"first", &key)?;
        let told = lab.run(&["stat", "--json", &key])?.json().remove(0);
        let etag = told["etag"].as_str().unwrap_or("none").to_owned();
        lab.sandbox.write("second", "second");
        lab.run(&["put", "--if-match", &etag, "second", &key])?;
        let stale = lab
            .sandbox
            .run(["put", "--if-match", &etag, "source", &key]);
        ended(&stale, 5)?;
        lab.fetch_and_compare(&key, b"second")
    });
}

#[test]
fn a_copy_has_the_bytes_of_its_source() {
    check("cp within the server", |lab| {
        let (from, to) = (lab.key("original"), lab.key("below/copy of it"));
        let content = bytes(20 * MIB, 20);
        lab.store(&content, &from)?;
        lab.run(&["cp", &from, &to])?;
        lab.fetch_and_compare(&to, &content)
    });
}

#[test]
fn presigned_urls_let_others_get_and_put() {
    check("presigned URLs", |lab| {
        let key = lab.key("for others & all");
        let url = presigned(lab, "put", &key)?;
        ureq::put(url).send(&b"from outside"[..]).map_err(refused)?;
        lab.fetch_and_compare(&key, b"from outside")?;
        let url = presigned(lab, "get", &key)?;
        let found = ureq::get(&url)
            .call()
            .map_err(refused)?
            .body_mut()
            .read_to_vec();
        same(&found.unwrap(), b"from outside", "through the URL")?;
        let forged = url.replace("for%20others", "for%20nobody");
        assert_ne!(forged, url);
        match ureq::get(&forged).call() {
            Err(ureq::Error::StatusCode(400..=403)) => Ok(()),
            other => Err(Deviation::Differs(format!("a forged URL: {other:?}"))),
        }
    });
}

fn presigned(lab: &Lab, method: &str, key: &str) -> Verdict<String> {
    let printed = lab.run(&["presign", "--method", method, key])?.stdout;
    Ok(String::from_utf8(printed).unwrap().trim_end().to_owned())
}

#[expect(clippy::needless_pass_by_value, reason = "for map_err")]
fn refused(error: ureq::Error) -> Deviation {
    Deviation::Differs(error.to_string())
}

/// Seen through a presigned URL, since stat does not show all of it: what it does show is `labels`' business.
#[test]
fn headers_and_metadata_go_with_the_blob() {
    check("headers and metadata", |lab| {
        let key = lab.key("labelled.bin");
        lab.sandbox.write("source", "x");
        let mut put = vec!["put", "source", &key, "--content-type", "text/x-test"];
        put.extend(["--metadata", "colour=light blue", "--metadata", "size=12"]);
        put.extend(["--cache-control", "max-age=60"]);
        put.extend(["--content-encoding", "x-none"]);
        put.extend(["--content-disposition", "attachment; filename=\"a b\""]);
        lab.run(&put)?;
        let answer = ureq::get(presigned(lab, "get", &key)?)
            .call()
            .map_err(refused)?;
        let headers = answer.headers();
        for (name, expected) in [
            ("content-type", "text/x-test"),
            ("x-amz-meta-colour", "light blue"),
            ("x-amz-meta-size", "12"),
            ("cache-control", "max-age=60"),
            ("content-disposition", "attachment; filename=\"a b\""),
            ("content-encoding", "x-none"),
        ] {
            let found = headers.get(name).and_then(|value| value.to_str().ok());
            if found != Some(expected) {
                return Err(Deviation::Differs(format!("{name}: {found:?}")));
            }
        }
        Ok(())
    });
}

#[test]
fn wrong_credentials_are_denied_and_never_no() {
    check("wrong credentials", |lab| {
        let key = lab.key("secret");
        lab.store(b"x", &key)?;
        let stranger = match lab.protocol {
            Protocol::S3 => lab.with(
                "BLOBCTL_S3_SECRET_ACCESS_KEY",
                &"0123456789abcdef".repeat(4),
            ),
            Protocol::Ftp => lab.with("BLOBCTL_FTP_PASSWORD", "wrong"),
        };
        stranger.write("source", "y");
        for arguments in [
            vec!["exists", &key],
            vec!["exists", &lab.key("absent")],
            vec!["get", &key, "fetched"],
            vec!["put", "source", &key],
        ] {
            ended(&stranger.run(arguments), 4)?;
        }
        lab.fetch_and_compare(&key, b"x")
    });
}

#[test]
fn a_missing_bucket_or_base_dir_is_no_missing_blob() {
    check("a missing bucket or base_dir", |lab| {
        // A name that nobody else has.
        let name = lab.key("").trim_end_matches('/').to_owned();
        let lost = match lab.protocol {
            Protocol::S3 => lab.with("BLOBCTL_S3_BUCKET", &name),
            Protocol::Ftp => lab.with("BLOBCTL_FTP_BASE_DIR", &format!("/{name}")),
        };
        lost.write("source", "y");
        for arguments in [
            ["exists", "a"].as_slice(),
            &["get", "a", "fetched"],
            &["put", "source", "a"],
        ] {
            ended(&lost.run(arguments), 3)?;
        }
        Ok(())
    });
}

#[test]
fn a_stopped_server_is_temporary_and_never_no() {
    check("a stopped server", |lab| {
        let key = lab.key("unreachable");
        let server = lab.switch()?;
        server.down();
        let outcome = lab.sandbox.run(["exists", &key, "--retry-for", "0"]);
        server.up();
        ended(&outcome, 7)
    });
}

#[test]
fn an_upload_waits_for_a_server_that_is_down() {
    check("an upload while the server is down", |lab| {
        let (key, content) = (lab.key("patient"), bytes(300 * KIB, 30));
        let server = lab.switch()?;
        lab.sandbox.write("source", &content);
        server.down();
        let mut put = lab
            .sandbox
            .command(["put", "source", &key, "--retry-for", "90s"]);
        let child = put.spawn().unwrap();
        std::thread::sleep(Duration::from_secs(2));
        server.up();
        succeeded(finish(child))?;
        lab.fetch_and_compare(&key, &content)
    });
}

/// A stream of which a part has been stored when the server goes; on FTP, a file of which some bytes have been.
#[test]
fn an_upload_survives_a_restart_of_the_server() {
    check("a restart in the middle of an upload", |lab| {
        let (key, content) = (lab.key("survivor"), bytes(96 * MIB, 31));
        match lab.protocol {
            Protocol::S3 => restart_during_stream(lab, &key, &content)?,
            Protocol::Ftp => restart_during_file(lab, &key, &content)?,
        }
        lab.fetch_and_compare(&key, &content)
    });
}

fn restart_during_stream(lab: &Lab, key: &str, content: &[u8]) -> Verdict {
    let server = lab.switch()?;
    let mut put = lab.sandbox.command(["put", "-", key, "--retry-for", "90s"]);
    let mut child = put.stdin(std::process::Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let (first, rest) = content.split_at(40 * MIB);
    stdin.write_all(first).unwrap();
    // The two whole parts of it are on their way or there.
    std::thread::sleep(Duration::from_millis(500));
    server.down();
    std::thread::scope(|scope| {
        // The program does not read more than it has room for.
        scope.spawn(move || drop(stdin.write_all(rest)));
        std::thread::sleep(Duration::from_secs(1));
        server.up();
        succeeded(finish(child)).map(drop)
    })
}

fn restart_during_file(lab: &Lab, key: &str, content: &[u8]) -> Verdict {
    use rustix::process::{Pid, Signal, kill_process};
    let Some(dir) = &lab.files else {
        return Err(Deviation::NotRun("INTEROP_FILES is not set".to_owned()));
    };
    let server = lab.switch()?;
    lab.sandbox.write("source", content);
    let mut put = lab
        .sandbox
        .command(["put", "source", key, "--retry-for", "90s"]);
    let child = put.spawn().unwrap();
    let pid = Pid::from_child(&child);
    // The program is held while the server goes, so that it cannot have been done before.
    wait_until("the temporary file", || {
        leftovers(dir)
            .iter()
            .any(|path| path.metadata().is_ok_and(|it| it.len() > 0))
    });
    kill_process(pid, Signal::STOP).unwrap();
    server.down();
    server.up();
    kill_process(pid, Signal::CONT).unwrap();
    succeeded(finish(child)).map(drop)
}

/// The reader of the download is slow enough for the server to go in the middle.
#[test]
fn a_download_survives_a_restart_of_the_server() {
    check("a restart in the middle of a download", |lab| {
        let server = lab.switch()?;
        let (key, content) = (lab.key("survivor"), bytes(192 * MIB, 32));
        lab.store(&content, &key)?;
        let mut get = lab
            .sandbox
            .command(["get", &key, "-", "--retry-for", "90s"]);
        let mut child = get.spawn().unwrap();
        let mut begun = vec![0; MIB];
        child
            .stdout
            .as_mut()
            .unwrap()
            .read_exact(&mut begun)
            .unwrap();
        server.down();
        server.up();
        let outcome = succeeded(finish(child))?;
        same(&[begun, outcome.stdout].concat(), &content, &key)
    });
}

/// The journals of transfers that can be resumed.
fn journals(lab: &Lab) -> String {
    let state = lab.sandbox.home().join(".local/state/blobctl/resume");
    let texts = support::files(&state)
        .into_iter()
        .map(|path| std::fs::read_to_string(path).unwrap_or_default());
    texts.collect()
}

/// Kills a run in the middle, which is when `middle` says so. A machine may be too quick for that now and then.
fn killed_in_the_middle(lab: &Lab, arguments: &[&str], middle: impl Fn() -> bool) -> Verdict {
    use rustix::process::{Pid, Signal, kill_process};
    for _ in 0..10 {
        let mut child = lab.sandbox.command(arguments).spawn().unwrap();
        let pid = Pid::from_child(&child);
        while !middle() && child.try_wait().unwrap().is_none() {
            std::thread::sleep(Duration::from_micros(200));
        }
        // A child that has ended is still ours until it is waited for.
        kill_process(pid, Signal::KILL).unwrap();
        if finish(child).code.is_none() {
            return Ok(());
        }
    }
    Err(Deviation::NotRun(
        "the transfer was over before it could be killed, ten times".to_owned(),
    ))
}

#[test]
fn an_upload_that_was_killed_is_gone_on_with() {
    check("resuming a killed upload", |lab| {
        let (key, content) = (lab.key("resumed"), bytes(160 * MIB, 34));
        lab.sandbox.write("source", &content);
        let put = ["put", "source", &key, "--resume", "auto", "-v"];
        killed_in_the_middle(lab, &put, || match (&lab.files, lab.protocol) {
            (Some(dir), Protocol::Ftp) => leftovers(dir)
                .iter()
                .any(|path| path.metadata().is_ok_and(|it| it.len() > 0)),
            (None, Protocol::Ftp) => journals(lab).contains("\ndraft "),
            (_, Protocol::S3) => journals(lab).contains("\npart "),
        })?;
        let outcome = lab.sandbox.run(put);
        ended(&outcome, 0)?;
        if lab.protocol == Protocol::S3 {
            said(&outcome, "resuming upload at")?;
        }
        assert_eq!(journals(lab), "");
        lab.fetch_and_compare(&key, &content)
    });
}

#[test]
fn a_download_that_was_killed_is_gone_on_with() {
    check("resuming a killed download", |lab| {
        let (key, content) = (lab.key("resumed"), bytes(160 * MIB, 35));
        lab.store(&content, &key)?;
        let get = ["get", &key, "fetched", "--resume", "auto", "-v"];
        killed_in_the_middle(lab, &get, || journals(lab).contains("\nfilled "))?;
        let outcome = lab.sandbox.run(get);
        ended(&outcome, 0)?;
        said(&outcome, "resuming download at")?;
        lab.sandbox.nothing_left_behind();
        assert_eq!(journals(lab), "");
        same(&lab.sandbox.read("fetched"), &content, &key)
    });
}

fn said(outcome: &support::Outcome, text: &str) -> Verdict {
    match outcome.stderr.contains(text) {
        true => Ok(()),
        false => Err(Deviation::Differs(format!("not said: {text}"))),
    }
}

#[test]
fn an_interrupted_upload_leaves_nothing() {
    check("an interrupted upload", |lab| {
        use rustix::process::{Pid, Signal, kill_process};
        let key = lab.key("interrupted");
        let mut put = lab.sandbox.command(["put", "-", &key]);
        let mut child = put.stdin(std::process::Stdio::piped()).spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        stdin.write_all(&bytes(40 * MIB, 33)).unwrap();
        kill_process(Pid::from_child(&child), Signal::INT).unwrap();
        let outcome = finish(child);
        drop(stdin);
        ended(&outcome, 130)?;
        ended(&lab.sandbox.run(["exists", &key]), 1)
    });
}

#[test]
fn unfinished_uploads_are_told() {
    check("listing unfinished uploads", |lab| {
        match lab.unfinished_uploads() {
            Some(_) => Ok(()),
            None => Err(Deviation::Refused("no list".to_owned())),
        }
    });
}
