//! Output that has nowhere to go.

use std::process::{Command, Output, Stdio};

use crate::support::{Sandbox, finish, s3};

const QUESTIONS: [&[&str]; 16] = [
    &["get", "k", "-"],
    &["get", "k", "/dev/stdout"],
    &["ls"],
    &["ls", "--json"],
    &["stat", "k"],
    &["exists", "k", "--json"],
    &["put", "-n", "a"],
    &["rm", "-n", "k"],
    &["cp", "-n", "k", "l", "-b", "fs"],
    &["sync", "-n", "./", "s/", "-b", "fs"],
    &["put", "a", "b", "--json"],
    &["get", "k", "out", "--json"],
    &["completions", "bash"],
    &["--help"],
    &["put", "--help"],
    &["--version"],
];

fn holding() -> Sandbox {
    let sandbox = Sandbox::new().file("a", "new");
    sandbox.pipe(["put", "-", "k"], b"old").succeeds();
    sandbox
}

/// Runs with a redirection of stdout, in the words of a shell.
fn redirected(sandbox: &Sandbox, redirection: &str, arguments: &[&str]) -> Output {
    let script = format!("exec \"$@\" {redirection}");
    let mut command = sandbox.shell(&script, arguments);
    command.output().unwrap()
}

#[test]
fn a_query_with_a_closed_stdout_is_exit_8() {
    let sandbox = holding();
    for arguments in QUESTIONS {
        let output = redirected(&sandbox, ">&-", arguments);
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(8), "{arguments:?} {stderr}");
        assert!(
            stderr.starts_with("blobctl: stdout is closed\nhint: "),
            "{stderr}"
        );
        let output = redirected(&sandbox, ">/dev/null", arguments);
        assert_eq!(output.status.code(), Some(0), "{arguments:?}");
    }
    let server = s3::S3Server::start();
    let presigning = s3::on(&server);
    let output = redirected(&presigning, ">&-", &["presign", "k"]);
    assert_eq!(output.status.code(), Some(8));
    assert_eq!(
        redirected(&presigning, ">/dev/null", &["presign", "k"])
            .status
            .code(),
        Some(0)
    );
}

#[test]
fn a_command_without_output_needs_no_stdout() {
    // As shells close it, and as Python's DEVNULL opens it.
    for redirection in [">&-", "1<>/dev/null"] {
        let sandbox = holding();
        for arguments in [
            &["put", "a"][..],
            &["put", "a", "b"],
            &["exists", "a"],
            &["get", "a", "out"],
            &["get", "a", "/dev/null"],
            &["cp", "a", "c", "-b", "fs"],
            &["rm", "k"],
        ] {
            let output = redirected(&sandbox, redirection, arguments);
            let stderr = String::from_utf8(output.stderr).unwrap();
            assert_eq!(
                (output.status.code(), stderr.as_str()),
                (Some(0), ""),
                "{arguments:?}"
            );
        }
        sandbox.run(["ls"]).prints(b"a\nb\nc\n");
        assert_eq!(sandbox.read("out"), b"new");
    }
}

#[test]
fn help_and_completions_into_a_full_disk_or_a_closed_pipe_fail() {
    let sandbox = Sandbox::new();
    for arguments in [
        &["--help"][..],
        &["put", "-h"],
        &["--version"],
        &["completions", "zsh"],
    ] {
        let output = redirected(&sandbox, ">/dev/full", arguments);
        assert_eq!(output.status.code(), Some(8), "{arguments:?}");
        assert_eq!(
            String::from_utf8(output.stderr).unwrap(),
            "blobctl: cannot write to stdout: no space left on device\n"
        );
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let mut command = sandbox.command(arguments);
        let output = command.stdout(writer).output().unwrap();
        assert_eq!(
            (output.status.code(), output.stderr),
            (Some(141), Vec::new()),
            "{arguments:?}"
        );
    }
}

#[test]
fn a_caller_that_discards_stdout_can_put() {
    let sandbox = holding();
    let null = || {
        let mut options = std::fs::File::options();
        options.read(true).write(true).open("/dev/null").unwrap()
    };
    let run = |mut command: Command| {
        let status = command.stdout(null()).stderr(Stdio::null()).status();
        status.unwrap().code()
    };
    assert_eq!(run(sandbox.command(["put", "a"])), Some(0));
    assert_eq!(run(sandbox.command(["exists", "a"])), Some(0));
    assert_eq!(run(sandbox.command(["exists", "missing"])), Some(1));
    finish(sandbox.command(["get", "a", "/dev/null"]).spawn().unwrap()).succeeds();
}
