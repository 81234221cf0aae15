//! The progress display on a terminal, and its absence elsewhere.

use std::io::{Read, Write};
use std::process::{Child, ChildStdin, Stdio};

use crate::support::http::{ScriptedServer, answer};
use crate::support::terminal::Terminal;
use crate::support::{HANG, MIB, Sandbox, bytes, finish};

/// Starts a put of stdin, which waits for more input, with stderr on a terminal.
fn put_on_terminal(sandbox: &Sandbox, arguments: &[&str]) -> (Child, ChildStdin, Terminal) {
    let (terminal, far) = Terminal::open();
    let mut command = sandbox.command(["put", "-", "dir/blob"].iter().chain(arguments));
    let mut child = command.stdin(Stdio::piped()).stderr(far).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(&bytes(MIB, 1)).unwrap();
    (child, stdin, terminal)
}

/// Ends the child and returns what it wrote on stdout.
fn end(mut child: Child, stdin: ChildStdin) -> String {
    drop(stdin);
    let mut stdout = String::new();
    child
        .stdout
        .take()
        .unwrap()
        .read_to_string(&mut stdout)
        .unwrap();
    assert!(child.wait().unwrap().success());
    stdout
}

#[test]
fn a_long_transfer_draws_a_bar_and_clears_it() {
    let sandbox = Sandbox::new()
        .env("TERM", "xterm")
        .env("BLOBCTL_BACKEND", "fs");
    let (child, stdin, mut terminal) = put_on_terminal(&sandbox, &[]);
    terminal.wait_for("1.0 MiB");
    terminal.wait_for("/s");
    assert_eq!(end(child, stdin), "", "stdout is for data");
    let shown = terminal.rest();
    // The last control sequence clears the line (ECMA-48, EL).
    assert!(
        shown.trim_end_matches('\r').ends_with("\u{1b}[2K"),
        "{shown:?}"
    );
}

#[test]
fn the_bar_of_a_file_has_a_total() {
    // The server never reads the body, so the transfer stalls until it is stopped.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let sandbox = Sandbox::new()
        .envs(&crate::support::s3::variables(&endpoint))
        .env("TERM", "xterm")
        .file("blob", bytes(12 * MIB, 1));
    let (mut terminal, far) = Terminal::open();
    let child = sandbox
        .command(["put", "blob"])
        .stderr(far)
        .spawn()
        .unwrap();
    terminal.wait_for("of 12.0 MiB");
    rustix::process::kill_process(
        rustix::process::Pid::from_child(&child),
        rustix::process::Signal::INT,
    )
    .unwrap();
    let code = { child }.wait().unwrap().code();
    assert_eq!(code, Some(130));
    let shown = terminal.rest();
    assert!(
        shown.contains("blobctl: cannot upload `blob` to s3://lab/blob: stopped by SIGINT"),
        "{shown:?}"
    );
    drop(listener);
}

#[test]
fn several_transfers_have_a_total() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let sandbox = Sandbox::new()
        .envs(&crate::support::s3::variables(&endpoint))
        .env("TERM", "xterm")
        .file("one", bytes(12 * MIB, 1))
        .file("two", bytes(12 * MIB, 2));
    let (mut terminal, far) = Terminal::open();
    let mut command = sandbox.command(["put", "one", "two", "d/"]);
    let mut child = command.stderr(far).spawn().unwrap();
    for part in ["one", "two", "total"] {
        terminal.wait_for(part);
    }
    child.kill().unwrap();
    child.wait().unwrap();
    drop(listener);
}

#[test]
fn no_bar_is_drawn_without_a_terminal_or_if_disabled() {
    let with = |term| {
        Sandbox::new()
            .env("TERM", term)
            .env("BLOBCTL_BACKEND", "fs")
    };
    let (sandbox, dumb) = (with("xterm"), with("dumb"));
    // stderr is a pipe.
    let mut piped = sandbox.command(["put", "-", "piped"]);
    let mut piped = piped.stdin(Stdio::piped()).spawn().unwrap();
    let mut into_piped = piped.stdin.take().unwrap();
    into_piped.write_all(&bytes(MIB, 1)).unwrap();
    // stderr is a terminal, but the bar is disabled or cannot be drawn.
    let still = [
        put_on_terminal(&sandbox, &["--progress", "none"]),
        put_on_terminal(&sandbox, &["--quiet"]),
        put_on_terminal(&dumb, &[]),
    ];
    // A run with a bar starts last: once its bar is visible, the others would have drawn theirs.
    let (child, stdin, mut terminal) = put_on_terminal(&sandbox, &[]);
    terminal.wait_for("1.0 MiB");
    end(child, stdin);
    drop(into_piped);
    finish(piped).succeeds();
    for (child, stdin, terminal) in still {
        assert_eq!(end(child, stdin), "");
        assert_eq!(terminal.rest(), "");
    }
}

#[test]
fn progress_lines_are_printed_periodically_if_enabled() {
    let sandbox = Sandbox::new();
    let mut command = sandbox.command(["put", "-", "k", "--progress", "lines"]);
    let mut child = command.stdin(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(&bytes(MIB, 1)).unwrap();
    // The first line is printed after ten seconds.
    let (seen, wait) = std::sync::mpsc::channel::<()>();
    let hold = std::thread::spawn(move || {
        let _ = wait.recv_timeout(HANG);
        drop(stdin);
    });
    let mut line = String::new();
    let mut stderr = std::io::BufReader::new(child.stderr.take().unwrap());
    std::io::BufRead::read_line(&mut stderr, &mut line).unwrap();
    assert!(
        line.starts_with("blobctl: k: 1.0 MiB, ") && line.ends_with("/s\n"),
        "{line:?}"
    );
    seen.send(()).unwrap();
    hold.join().unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success() && output.stdout.is_empty());
}

#[test]
fn a_retry_is_a_row_of_the_bar_while_it_is_waited_for() {
    let busy = answer(503, &[("retry-after", "3")], b"");
    let server = ScriptedServer::start([busy, answer(200, &[("etag", "\"x\"")], b"x")]);
    let sandbox = Sandbox::new()
        .envs(&crate::support::s3::variables(&server.endpoint()))
        .env("TERM", "xterm");
    let (mut terminal, far) = Terminal::open();
    let mut command = sandbox.command(["get", "k", "-"]);
    let child = command.stderr(far).spawn().unwrap();
    drop(command);
    terminal.wait_for("attempt 1 failed: ");
    terminal.wait_for("retrying in ");
    assert!(child.wait_with_output().unwrap().status.success());
    let shown = terminal.rest();
    assert!(
        shown.trim_end_matches('\r').ends_with("\u{1b}[2K"),
        "{shown:?}"
    );
}

#[test]
fn a_batch_has_a_total_below_its_rows() {
    let sandbox = Sandbox::new()
        .env("TERM", "xterm")
        .env("BLOBCTL_BACKEND", "fs")
        .file("d/a", bytes(2 * MIB, 1))
        .file("d/b", bytes(2 * MIB, 2));
    let (mut terminal, far) = Terminal::open();
    let mut command = sandbox.command(["put", "-r", "d", "--limit-rate", "1M"]);
    let child = command.stderr(far).spawn().unwrap();
    drop(command);
    terminal.wait_for("d/a");
    terminal.wait_for("total 0/2 files");
    terminal.wait_for("of 4.0 MiB");
    terminal.wait_for("left");
    assert!(child.wait_with_output().unwrap().status.success());
    terminal.wait_for("2 stored, 4.0 MiB");
}

#[test]
fn a_bar_in_a_pipe_becomes_lines_and_says_so() {
    let sandbox = Sandbox::new()
        .env("BLOBCTL_BACKEND", "fs")
        .file("a", "hello");
    let outcome = sandbox.run(["put", "a", "--progress", "bar"]);
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    assert!(
        outcome.stderr.contains("stderr is not a terminal"),
        "{outcome:?}"
    );
    assert!(
        outcome.stderr.contains("blobctl: 1 file, 5 B in "),
        "{outcome:?}"
    );
    assert!(!outcome.stderr.contains('\u{1b}'), "{outcome:?}");
}

#[test]
fn a_retry_is_reported_on_a_terminal_only() {
    let busy = |seconds| {
        let busy = answer(503, &[("retry-after", seconds)], b"");
        ScriptedServer::start([busy, answer(200, &[("etag", "\"x\"")], b"x")])
    };
    let server = busy("0");
    let sandbox = Sandbox::new()
        .envs(&crate::support::s3::variables(&server.endpoint()))
        .env("TERM", "xterm");
    let (mut terminal, far) = Terminal::open();
    let mut command = sandbox.command(["get", "k", "-", "--progress", "none"]);
    let child = command.stderr(far).spawn().unwrap();
    drop(command);
    terminal.wait_for("blobctl: attempt 1 failed: ");
    assert!(child.wait_with_output().unwrap().status.success());
    let server = busy("0");
    Sandbox::new()
        .envs(&crate::support::s3::variables(&server.endpoint()))
        .run(["get", "k", "-"])
        .prints(b"x");
}
