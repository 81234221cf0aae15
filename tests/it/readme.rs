//! The commands of README.md work as described.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use crate::support::Sandbox;

const README: &str = include_str!("../../README.md");

/// The block of shell that begins with this line.
fn block(first_line: &str) -> &'static str {
    let start = README.find(first_line).expect("README.md has no such line");
    let (block, _) = README[start..].split_once("```").unwrap();
    block
}

/// Runs a command of README.md with this script in place of `pg_dump`, and returns the exit code.
fn run(sandbox: &Sandbox, command: &str, pg_dump: &str) -> Option<i32> {
    for (name, script) in [("pg_dump", pg_dump), ("zstd", "exec cat")] {
        let path = format!("bin/{name}");
        sandbox.write(&path, format!("#!/bin/sh\n{script}\n"));
        let mode = Permissions::from_mode(0o755);
        std::fs::set_permissions(sandbox.work().join(path), mode).unwrap();
    }
    let plain = sandbox.command(["--version"]);
    let output = Command::new("bash")
        .args(["-c", &format!("blobctl() {{ \"$0\" \"$@\"; }}\n{command}")])
        .arg(plain.get_program())
        .current_dir(sandbox.work())
        .env("HOME", sandbox.home())
        .env("PATH", "bin:/usr/local/bin:/usr/bin:/bin")
        .output()
        .unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(
        stderr.is_empty() || stderr.contains("the command exited with status 3"),
        "{stderr}"
    );
    output.status.code()
}

#[test]
fn the_commands_that_store_a_dump_keep_the_old_blob_when_pg_dump_fails() {
    let config = "[remotes.backup]\nbackend = \"fs\"\nroot = \"store\"\n";
    for (first_line, blob) in [
        (
            "blobctl put backup:app.dump --from-command",
            "store/app.dump",
        ),
        (
            "blobctl put backup:app.dump.zst --from-command",
            "store/app.dump.zst",
        ),
    ] {
        let sandbox = Sandbox::new().config(config).file(blob, "old");
        let command = block(first_line);
        assert_eq!(run(&sandbox, command, "printf half; exit 3"), Some(6));
        assert_eq!(sandbox.read(blob), b"old");
        assert_eq!(run(&sandbox, command, "printf 'whole %s' \"$*\""), Some(0));
        assert_eq!(sandbox.read(blob), b"whole app");
    }
}

#[test]
fn the_example_config_has_the_remote_of_the_examples() {
    let remote = block("[remotes.backup]").trim_end();
    let example = include_str!("../../config.example.toml");
    let commented: Vec<String> = remote.lines().map(|line| format!("#{line}")).collect();
    assert!(example.contains(&commented.join("\n")), "{remote}");
    let sandbox = Sandbox::new().config(remote);
    sandbox.run(["config", "check"]).succeeds();
    let shown = sandbox.run(["config", "show", "backup:"]);
    assert!(
        String::from_utf8_lossy(&shown.stdout).contains("acme-backup"),
        "{shown:?}"
    );
}

#[test]
fn no_example_pipes_into_a_put() {
    let piped: Vec<&str> = README
        .lines()
        .filter(|line| line.contains("| blobctl put -"))
        .collect();
    assert_eq!(piped, Vec::<&str>::new());
}

#[test]
fn the_commands_about_trees_do_what_they_say() {
    let config = "[remotes.backup]\nbackend = \"fs\"\nroot = \"store\"\n";
    let sandbox = Sandbox::new()
        .config(config)
        .file("store/site/gone.html", "gone")
        .file("site/index.html", "index")
        .file("site/old.html", "old")
        .file("site/sub/draft.tmp", "draft");
    let commands = block("blobctl sync ./site backup:site ");
    assert_eq!(run(&sandbox, &format!("set -e\n{commands}"), ""), Some(0));
    assert!(!sandbox.exists("store/site/gone.html"));
    assert_eq!(sandbox.read("restored/sub/draft.tmp"), b"draft");
    assert_eq!(sandbox.read("store/copies/site/index.html"), b"index");
    assert!(!sandbox.exists("store/copies/site/sub"));
    assert!(!sandbox.exists("store/site/old.html"));
    assert_eq!(sandbox.read("store/attic/old.html"), b"old");
}
