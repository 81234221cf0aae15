//! The commands of README.md work as described.

use std::process::Command;

use crate::support::Sandbox;

const README: &str = include_str!("../../README.md");

/// The block of shell that begins with this line.
fn block(first_line: &str) -> &'static str {
    let start = README.find(first_line).expect("README.md has no such line");
    let (block, _) = README[start..].split_once("```").unwrap();
    block
}

#[test]
fn the_recipe_for_stdin_keeps_the_old_blob_when_the_producer_fails() {
    let recipe = block("pg_dump app | blobctl put - backup:app.dump.new");
    let config = "[remotes.backup]\nbackend = \"fs\"\nroot = \"store\"\n";
    let sandbox = Sandbox::new().config(config).file("store/app.dump", "old");
    let run = |producer: &str| {
        let script =
            format!("pg_dump() {{ {producer}; }}; blobctl() {{ \"$0\" \"$@\"; }}\n{recipe}");
        let plain = sandbox.command(["--version"]);
        let mut command = Command::new("bash");
        command.args(["-c", &script]).arg(plain.get_program());
        command
            .current_dir(sandbox.work())
            .env("HOME", sandbox.home());
        let output = command.output().unwrap();
        assert_eq!(String::from_utf8_lossy(&output.stderr), "");
        output.status.code()
    };
    assert_eq!(run("printf half; return 3"), Some(1));
    assert_eq!(sandbox.read("store/app.dump"), b"old");
    assert!(!sandbox.exists("store/app.dump.new"));
    assert_eq!(run("printf whole"), Some(0));
    assert_eq!(sandbox.read("store/app.dump"), b"whole");
    assert!(!sandbox.exists("store/app.dump.new"));
}

#[test]
fn no_example_pipes_into_the_key_of_a_good_blob() {
    let piped: Vec<&str> = README
        .lines()
        .filter(|line| line.contains("| blobctl put -"))
        .collect();
    assert_eq!(piped, ["pg_dump app | blobctl put - backup:app.dump.new"]);
}
