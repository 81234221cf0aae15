//! `put KEY --from-command -- CMD ARGS...`: the output of a command is stored, if the command succeeds.

use std::cell::RefCell;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use crate::support::ftp::{Fault, FtpServer};
use crate::support::http::{ScriptedServer, answer, s3_error};
use crate::support::stores::{Store, on_every_store};
use crate::support::terminal::Terminal;
use crate::support::{HANG, MIB, Outcome, SOON, Sandbox, bytes, finish, wait_until};

/// The command line that stores the output of a shell script under the key `k`.
fn put(script: &str) -> [&str; 7] {
    ["put", "k", "--from-command", "--", "/bin/sh", "-c", script]
}

/// A sandbox in which `k` is stored already.
fn with_old_blob(store: &dyn Store) -> Sandbox {
    let sandbox = store.sandbox().file("old", "old");
    sandbox.run(["put", "old", "k"]).succeeds();
    sandbox
}

/// Asserts that the old blob is there and nothing else.
#[track_caller]
fn old_blob_is_kept(store: &dyn Store, sandbox: &Sandbox) {
    assert_eq!(
        store.look(sandbox, "k").as_deref(),
        Some(&b"old"[..]),
        "{}",
        store.name()
    );
    sandbox.nothing_left_behind();
    store.is_clean(sandbox);
}

/// Returns whether the process is alive whose ID a script has written to this file. A zombie is not, nor is a script that
/// was ended before it could write.
fn is_alive(sandbox: &Sandbox, name: &str) -> bool {
    let Ok(text) = fs::read_to_string(sandbox.work().join(name)) else {
        return false;
    };
    let pid = text.trim();
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let state = stat.rsplit_once(')').map(|(_, rest)| rest.trim_start());
    state.is_some_and(|state| !state.starts_with(['Z', 'X']))
}

/// Starts the put of a script that creates the file `ready`, and waits for the file.
fn start(
    sandbox: &Sandbox,
    arguments: impl IntoIterator<Item = impl AsRef<std::ffi::OsStr>>,
) -> Child {
    let child = sandbox.command(arguments).spawn().unwrap();
    wait_until("the command never got ready", || sandbox.exists("ready"));
    child
}

#[test]
fn the_output_of_a_command_is_stored() {
    on_every_store(|store| {
        let big = bytes(20 * MIB + 7, 3);
        let sandbox = with_old_blob(store).file("big", &big);
        let outcome = sandbox.run(["put", "k", "-v", "--from-command", "--", "/bin/cat", "big"]);
        assert_eq!(outcome.code, Some(0), "{outcome:?}");
        let line = format!(
            "blobctl: stored 20.0 MiB from `/bin/cat` to {}",
            store.url(&sandbox, "k")
        );
        assert!(outcome.stderr.contains(&line), "{outcome:?}");
        assert!(store.look(&sandbox, "k") == Some(big), "{}", store.name());
        let outcome = sandbox.run([
            "put",
            "j",
            "--json",
            "--from-command",
            "--",
            "/bin/echo",
            "x",
        ]);
        let json = &outcome.json()[0];
        assert_eq!(
            (&json["ok"], &json["bytes"], &json["key"]),
            (&true.into(), &2.into(), &"j".into()),
            "{outcome:?}"
        );
        assert_eq!(outcome.stderr, "");
    });
}

#[test]
fn the_command_is_run_without_a_shell_and_with_our_stdin() {
    let sandbox = Sandbox::new();
    sandbox
        .run([
            "put",
            "k",
            "--from-command",
            "--",
            "/bin/echo",
            "$HOME",
            "*",
            "a  b",
            "--json",
        ])
        .succeeds();
    sandbox
        .run(["get", "k", "-"])
        .prints(b"$HOME * a  b --json\n");
    sandbox
        .pipe(["put", "--from-command", "k", "--", "/bin/cat"], b"typed")
        .succeeds();
    sandbox.run(["get", "k", "-"]).prints(b"typed");
    let outcome = sandbox.run(put("echo seen >&2"));
    assert_eq!((outcome.code, outcome.stderr.as_str()), (Some(0), "seen\n"));
}

/// Sizes around the part size too: there, the end of the output is found by a read of its own.
#[test]
fn nothing_is_stored_when_the_command_fails() {
    on_every_store(|store| {
        let sandbox = with_old_blob(store)
            .env("BLOBCTL_PART_SIZE", "5MiB")
            .file("big", bytes(20 * MIB, 4));
        for size in [0, 1, 5 * MIB, 10 * MIB, 12 * MIB, 20 * MIB] {
            let outcome = sandbox.run(put(&format!("head -c {size} big; exit 3")));
            let url = store.url(&sandbox, "k");
            outcome.fails(
                6,
                &format!(
                    "blobctl: cannot upload the output of `/bin/sh` to {url}: the command exited with status 3\nhint: nothing was stored\n"
                ),
            );
            old_blob_is_kept(store, &sandbox);
        }
    });
}

#[test]
fn a_command_that_a_signal_kills_has_failed() {
    on_every_store(|store| {
        let sandbox = with_old_blob(store).file("big", bytes(20 * MIB, 4));
        for (signal, size) in [("KILL", 20 * MIB), ("SEGV", 1), ("TERM", 0)] {
            let outcome = sandbox.run(put(&format!("head -c {size} big; kill -{signal} $$")));
            outcome.fails_with(6, &format!("the command was killed by SIG{signal}"));
            old_blob_is_kept(store, &sandbox);
        }
    });
}

#[test]
fn json_names_the_status_or_the_signal() {
    on_every_store(|store| {
        let sandbox = store.sandbox();
        let json = |script| {
            let outcome = sandbox.run(["--json"].iter().chain(&put(script)));
            assert_eq!(outcome.code, Some(6), "{outcome:?}");
            outcome.json().remove(0)
        };
        let exited = json("exit 3");
        assert_eq!(exited["command_exit"], 3);
        assert_eq!(exited["message"], "the command exited with status 3");
        assert_eq!(exited["error"], "integrity");
        assert!(exited.get("command_signal").is_none());
        let killed = json("kill -KILL $$");
        assert_eq!(killed["command_signal"], "SIGKILL");
        assert_eq!(killed["message"], "the command was killed by SIGKILL");
        assert!(killed.get("command_exit").is_none());
        assert_eq!(store.look(&sandbox, "k"), None);
    });
}

/// Starts a command that closes its stdout after this many bytes, and ends with this status when `go` is written to.
fn ends_after_its_stdout(sandbox: &Sandbox, size: usize, status: u8) -> Child {
    let script =
        format!("mkfifo go; head -c {size} big; exec >&-; : >ready; read line <go; exit {status}");
    start(sandbox, put(&script))
}

#[test]
fn the_exit_status_is_awaited_after_the_end_of_stdout() {
    on_every_store(|store| {
        for size in [1, 10 * MIB, 20 * MIB] {
            for status in [0, 1] {
                let sandbox = with_old_blob(store)
                    .env("BLOBCTL_PART_SIZE", "5MiB")
                    .file("big", bytes(20 * MIB, 4));
                let mut child = ends_after_its_stdout(&sandbox, size, status);
                assert_eq!(store.look(&sandbox, "k").as_deref(), Some(&b"old"[..]));
                assert!(child.try_wait().unwrap().is_none(), "{}", store.name());
                sandbox.write("go", "\n");
                let outcome = finish(child);
                if status == 0 {
                    outcome.succeeds();
                    let stored = store.look(&sandbox, "k").unwrap();
                    assert!(stored == bytes(20 * MIB, 4)[..size], "{}", store.name());
                } else {
                    outcome.fails_with(6, "the command exited with status 1");
                    old_blob_is_kept(store, &sandbox);
                }
            }
        }
    });
}

#[test]
fn a_child_of_the_command_that_keeps_stdout_open_is_read_to_its_end() {
    on_every_store(|store| {
        for status in [0, 4] {
            let sandbox = with_old_blob(store);
            // The command ends at once; its child, which waits for `go`, holds the pipe.
            let script = format!(
                "mkfifo go; echo early; {{ read line <go; echo late; }} & : >ready; exit {status}"
            );
            let child = start(&sandbox, put(&script));
            sandbox.write("go", "\n");
            let outcome = finish(child);
            if status == 0 {
                outcome.succeeds();
                let stored = store.look(&sandbox, "k");
                assert_eq!(stored.as_deref(), Some(&b"early\nlate\n"[..]));
            } else {
                outcome.fails_with(6, "the command exited with status 4");
                old_blob_is_kept(store, &sandbox);
            }
        }
    });
}

#[test]
fn the_conditions_on_the_source_apply_to_the_output() {
    const SHA256: &str = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";
    on_every_store(|store| {
        let sandbox = with_old_blob(store);
        sandbox.run(put("exit 0")).succeeds();
        assert_eq!(store.look(&sandbox, "k").as_deref(), Some(&b""[..]));
        sandbox.run(["put", "old", "k"]).succeeds();
        for (option, script, text) in [
            ("--fail-if-empty", "exit 0", "the source is empty"),
            (
                "--fail-if-empty",
                "exit 3",
                "the command exited with status 3",
            ),
            (
                "--expect-size=6",
                "printf hello",
                "the source has 5 bytes instead of 6",
            ),
            (
                &format!("--expect-sha256={SHA256}"),
                "printf hallo",
                "the source has the SHA-256",
            ),
        ] {
            let mut arguments = put(script).to_vec();
            arguments.insert(2, option);
            sandbox.run(&arguments).fails_with(6, text);
            old_blob_is_kept(store, &sandbox);
        }
        let mut arguments = put("printf hello").to_vec();
        let sha256 = format!("--expect-sha256={SHA256}");
        arguments.splice(
            2..2,
            [sha256.as_str(), "--expect-size=5", "--fail-if-empty"],
        );
        sandbox.run(&arguments).succeeds();
        assert_eq!(store.look(&sandbox, "k").as_deref(), Some(&b"hello"[..]));
    });
}

#[test]
fn a_command_that_cannot_be_run_is_a_local_failure() {
    on_every_store(|store| {
        let sandbox = with_old_blob(store).file("plain", "text");
        let run = |program| sandbox.run(["put", "k", "--from-command", "--", program, "arg"]);
        run("no-such-program")
            .fails_with(8, "cannot run `no-such-program`: no such file or directory");
        fs::set_permissions(
            sandbox.work().join("plain"),
            fs::Permissions::from_mode(0o644),
        )
        .unwrap();
        run("./plain").fails_with(8, "cannot run `./plain`: permission denied");
        run("").fails_with(8, "cannot run ``: no such file or directory");
        old_blob_is_kept(store, &sandbox);
    });
}

#[test]
fn the_command_line_is_checked_before_anything_is_run() {
    let sandbox = Sandbox::new().file("a", "x");
    let touch = ["--", "/bin/touch", "ran"];
    let hint = "hint: blobctl put KEY --from-command -- CMD ARGS...";
    for (arguments, text) in [
        (
            &["k", "--from-command"][..],
            "--from-command needs a command after `--`",
        ),
        (
            &["k", "--from-command", "--"],
            "--from-command needs a command after `--`",
        ),
        (
            &["k", "--from-command", "/bin/touch", "ran"],
            "--from-command needs a command after `--`",
        ),
    ] {
        let outcome = sandbox.run(["put"].iter().chain(arguments));
        outcome.fails(2, &format!("blobctl: {text}\n{hint}\n"));
    }
    for (arguments, text) in [
        (
            &["--from-command"][..],
            "--from-command needs a key before `--`",
        ),
        (
            &["a", "k", "--from-command"],
            "--from-command takes a key and no other source",
        ),
        (
            &["-", "k", "--from-command"],
            "--from-command takes a key and no other source",
        ),
        (
            &["dir/", "--from-command"],
            "the output of a command has no name",
        ),
        (&["-", "--from-command"], "`-` is not a key"),
        (&["", "--from-command"], "the key is empty"),
        (
            &["k", "--from-command", "-r"],
            "`--from-command` and `--recursive` cannot be combined",
        ),
        (
            &["-t", "p/", "--from-command"],
            "`--target` and `--from-command` cannot be combined",
        ),
    ] {
        let outcome = sandbox.run(["put"].iter().chain(arguments).chain(&touch));
        assert!(!sandbox.exists("ran"), "{arguments:?}");
        outcome.fails_with(2, text);
    }
    // Without the option, `--` ends the options only.
    sandbox.run(["put", "--", "a", "-k"]).succeeds();
    sandbox.run(["get", "--", "-k", "-"]).prints(b"x");
    sandbox.run(["put", "--"]).fails_with(2, "missing argument");
}

#[test]
fn the_arguments_of_the_command_are_not_shown() {
    let sandbox = Sandbox::new();
    for options in [&["--json", "-vv"][..], &["-vv"]] {
        for script in ["exit 3", "exit 0"] {
            let arguments = put(script);
            let outcome = sandbox.run(options.iter().chain(&arguments).chain(&["hunter2"]));
            let all = format!(
                "{}{}",
                outcome.stderr,
                String::from_utf8_lossy(&outcome.stdout)
            );
            assert!(
                all.contains("/bin/sh") || options[0] == "--json",
                "{outcome:?}"
            );
            assert!(
                !all.contains("hunter2") && !all.contains(script),
                "{outcome:?}"
            );
        }
    }
}

/// A script that notes each signal in `got`, and ends with 0 a moment after the first one.
fn notes_signals(size: usize) -> String {
    let traps = ["HUP", "INT", "TERM"]
        .map(|name| format!("trap 'echo {name} >>got' {name}; "))
        .concat();
    // A signal ends the wait for a writer of `go`, which the shell would report on stderr, and the trap runs at once.
    format!(
        "exec 2>/dev/null; {traps}mkfifo go; echo $$ >pid; head -c {size} /dev/zero; : >ready; \
         while ! [ -e got ]; do read line <go; done; sleep 0.2; exit 0"
    )
}

/// The signals that such a script has noted. A script that needs too long to end gets another one.
fn noted(sandbox: &Sandbox) -> Vec<String> {
    let text = String::from_utf8(sandbox.read("got")).unwrap();
    text.lines().map(str::to_owned).collect()
}

/// Waits for a child whose outputs are not read; returns its exit code.
#[track_caller]
fn code(child: Child) -> Option<i32> {
    let (child, status) = (RefCell::new(child), RefCell::new(None));
    wait_until("the run never ended", || {
        *status.borrow_mut() = child.borrow_mut().try_wait().unwrap();
        status.borrow().is_some()
    });
    status.into_inner().and_then(|status| status.code())
}

#[test]
fn signals_are_passed_on_and_nothing_remains() {
    on_every_store(|store| {
        for (signal, name, code) in [
            (Signal::INT, "INT", 130),
            (Signal::TERM, "TERM", 143),
            (Signal::HUP, "HUP", 129),
        ] {
            let sandbox = with_old_blob(store);
            let child = start(&sandbox, put(&notes_signals(20 * MIB)));
            let sent = Instant::now();
            kill_process(Pid::from_child(&child), signal).unwrap();
            let outcome = finish(child);
            outcome.fails_with(code, &format!("stopped by SIG{name}"));
            assert!(sent.elapsed() < SOON, "{:?}", sent.elapsed());
            assert_eq!(noted(&sandbox)[0], name);
            assert!(!is_alive(&sandbox, "pid"));
            old_blob_is_kept(store, &sandbox);
        }
    });
}

#[test]
fn the_deadline_ends_the_command() {
    on_every_store(|store| {
        let sandbox = with_old_blob(store);
        let script = notes_signals(20 * MIB);
        // A loaded machine may need more time until the command notes signals.
        for deadline in ["2s", "10s", "60s", "300s"] {
            let outcome = sandbox.run(["--deadline", deadline].iter().chain(&put(&script)));
            outcome.fails_with(7, "the deadline has passed");
            if sandbox.exists("ready") {
                break;
            }
        }
        assert_eq!(noted(&sandbox)[0], "TERM");
        assert!(!is_alive(&sandbox, "pid"));
        old_blob_is_kept(store, &sandbox);
    });
}

#[test]
fn a_command_that_ignores_signals_is_killed_with_its_children() {
    on_every_store(|store| {
        let sandbox = with_old_blob(store);
        let script =
            "trap '' INT TERM; echo $$ >pid; sleep 1000 & echo $! >child; echo x; : >ready; wait";
        let child = start(&sandbox, put(script));
        let sent = Instant::now();
        kill_process(Pid::from_child(&child), Signal::TERM).unwrap();
        finish(child).fails_with(143, "stopped by SIGTERM");
        assert!(sent.elapsed() < SOON, "{:?}", sent.elapsed());
        assert!(!is_alive(&sandbox, "pid"));
        wait_until("the child of the command lives on", || {
            !is_alive(&sandbox, "child")
        });
        old_blob_is_kept(store, &sandbox);
    });
}

#[test]
fn a_second_ctrl_c_kills_the_command() {
    let sandbox = Sandbox::new();
    let script = "trap '' INT TERM; echo $$ >pid; sleep 1000 & echo $! >child; : >ready; wait";
    let mut child = start(&sandbox, put(script));
    // Signals within a tenth of a second count as one.
    while child.try_wait().unwrap().is_none() {
        kill_process(Pid::from_child(&child), Signal::INT).unwrap();
        std::thread::sleep(Duration::from_millis(150));
    }
    assert_eq!(finish(child).code, Some(130));
    for process in ["pid", "child"] {
        wait_until("the command lives on", || !is_alive(&sandbox, process));
    }
}

/// Runs a command that prints 17 MiB and is silent then, against a store that fails.
fn fails_under_a_silent_command(sandbox: &Sandbox, key: &str) -> Outcome {
    let script = "echo $$ >pid; head -c 17825792 /dev/zero; exec sleep 1000";
    let mut arguments = put(script);
    arguments[1] = key;
    let outcome = sandbox.run(arguments);
    assert!(!is_alive(sandbox, "pid"), "{outcome:?}");
    assert!(outcome.elapsed < HANG, "{outcome:?}");
    outcome
}

#[test]
fn a_failed_upload_ends_the_command() {
    let sandbox = Sandbox::new().file("a", "x");
    sandbox.run(["put", "a", "k"]).succeeds();
    fails_under_a_silent_command(&sandbox, "k/below").fails_with(8, "not a directory");
    sandbox.nothing_left_behind();

    let server = FtpServer::start().fault("STOR", Fault::AlwaysReply("553 no"));
    let sandbox = Sandbox::new().envs(&server.variables());
    fails_under_a_silent_command(&sandbox, "k").fails_with(4, "553");
    assert_eq!(server.files(), Vec::<String>::new());

    // The parts are sent while the next one is awaited from the command.
    let begun =
        "<InitiateMultipartUploadResult><UploadId>u1</UploadId></InitiateMultipartUploadResult>";
    let server = ScriptedServer::start([
        answer(200, &[], begun.as_bytes()),
        s3_error(403, "AccessDenied"),
        answer(204, &[], b""),
    ]);
    let sandbox = crate::support::s3::against(&server);
    fails_under_a_silent_command(&sandbox, "k").fails_with(4, "AccessDenied");
    let methods: Vec<String> = server.seen().into_iter().map(|seen| seen.method).collect();
    assert_eq!(methods[..3], ["POST", "PUT", "DELETE"]);
}

#[test]
fn a_command_outlives_a_killed_run_only_until_its_next_write() {
    let sandbox = Sandbox::new();
    let script = "echo $$ >pid; : >ready; exec yes";
    let mut child = start(&sandbox, put(script));
    child.kill().unwrap();
    child.wait().unwrap();
    wait_until("the command writes on", || !is_alive(&sandbox, "pid"));
}

/// The kernel discards the exit status of the children of a program that ignores SIGCHLD.
#[test]
fn the_exit_status_is_known_even_if_we_inherit_an_ignored_sigchld() {
    on_every_store(|store| {
        let sandbox = with_old_blob(store);
        // bash makes its programs ignore the signal, dash does not.
        let ignoring = "exec bash -c 'trap \"\" CHLD; exec \"$@\"' bash \"$@\"";
        let run = |script| finish(sandbox.shell(ignoring, put(script)).spawn().unwrap());
        run("echo half; exit 3").fails_with(6, "the command exited with status 3");
        old_blob_is_kept(store, &sandbox);
        run("echo whole").succeeds();
        assert_eq!(store.look(&sandbox, "k").as_deref(), Some(&b"whole\n"[..]));
    });
}

/// Starts a put in the foreground of a new terminal.
fn on_a_terminal(sandbox: &Sandbox, script: &str) -> (Child, Terminal) {
    let (terminal, far) = Terminal::open();
    let plain = sandbox.command(put(script));
    let mut command = std::process::Command::new("setsid");
    command
        .args([
            "--ctty",
            env!("CARGO_BIN_EXE_blobctl"),
            "--progress",
            "none",
        ])
        .args(plain.get_args())
        .current_dir(sandbox.work());
    command.env_clear().envs(
        plain
            .get_envs()
            .filter_map(|(name, value)| Some((name, value?))),
    );
    let child = command
        .stdin(far)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    (child, terminal)
}

#[test]
fn a_command_in_the_foreground_may_ask_on_the_terminal() {
    on_every_store(|store| {
        let sandbox = store.sandbox();
        let script = "printf 'Password: ' >/dev/tty; read answer </dev/tty; echo \"$answer\"";
        let (child, mut terminal) = on_a_terminal(&sandbox, script);
        terminal.wait_for("Password: ");
        terminal.type_text("sesame\n");
        assert_eq!(code(child), Some(0), "{}", store.name());
        let stored = store.look(&sandbox, "k");
        assert_eq!(stored.as_deref(), Some(&b"sesame\n"[..]));
    });
}

#[test]
fn ctrl_c_reaches_the_command_once() {
    on_every_store(|store| {
        let sandbox = with_old_blob(store);
        let (child, mut terminal) = on_a_terminal(&sandbox, &notes_signals(MIB));
        wait_until("the command never got ready", || sandbox.exists("ready"));
        terminal.type_text("\u{3}");
        assert_eq!(code(child), Some(130), "{}", store.name());
        let noted = noted(&sandbox);
        assert_eq!(noted[0], "INT");
        assert!(noted[1..].iter().all(|name| name != "INT"), "{noted:?}");
        assert!(!is_alive(&sandbox, "pid"));
        old_blob_is_kept(store, &sandbox);
    });
}

#[test]
fn a_child_that_ignores_ctrl_c_is_ended_although_the_command_has_ended() {
    let sandbox = Sandbox::new();
    // A shell lets its background jobs ignore SIGINT; this one ignores SIGTERM, too.
    for (index, traps) in ["", "trap '' TERM; "].into_iter().enumerate() {
        let script = format!(
            "echo $$ >pid; (trap '' INT; {traps}exec /bin/sh -c 'echo $$ >child; : >ready; exec sleep 1000') & wait"
        );
        let _ = fs::remove_file(sandbox.work().join("ready"));
        let child = start(&sandbox, put(&script));
        let sent = Instant::now();
        kill_process(Pid::from_child(&child), Signal::INT).unwrap();
        finish(child).fails_with(130, "stopped by SIGINT");
        assert!(sent.elapsed() < SOON, "{index}: {:?}", sent.elapsed());
        assert!(!is_alive(&sandbox, "pid"));
        wait_until("the child of the command lives on", || {
            !is_alive(&sandbox, "child")
        });
    }
}
