//! Files in the repository that follow from the program: completions, man pages, the example config, the tables of settings
//! and exit codes. `BLOBCTL_BLESS=1 cargo test --test it generated` rewrites the generated ones.

mod man;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use blobctl::cli;
use blobctl::cli::manual::EXIT_CODES;
use blobctl::command::completions::script;
use blobctl::exit::{Exit, Signal};
use blobctl::settings::file::ConfigFile;
use blobctl::settings::schema::{self, SETTINGS};
use clap_complete::Shell;

fn root(below: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(below)
}

fn read(below: &str) -> String {
    std::fs::read_to_string(root(below)).unwrap_or_else(|error| panic!("{below}: {error}"))
}

/// Compares a committed file with the output of the program, or rewrites it.
fn same(below: &str, made: &[u8]) {
    if std::env::var_os("BLOBCTL_BLESS").is_some() {
        std::fs::write(root(below), made).unwrap();
    }
    let kept = std::fs::read(root(below)).unwrap_or_default();
    assert!(
        kept == made,
        "{below} is out of date; BLOBCTL_BLESS=1 cargo test --test it generated rewrites it"
    );
}

#[test]
fn completions_are_the_output_of_the_program() {
    for (shell, file, name) in [
        (Shell::Bash, "blobctl.bash", "bash"),
        (Shell::Zsh, "_blobctl", "zsh"),
        (Shell::Fish, "blobctl.fish", "fish"),
        (Shell::PowerShell, "_blobctl.ps1", "powershell"),
        (Shell::Elvish, "blobctl.elv", "elvish"),
    ] {
        same(&format!("completions/{file}"), &script(shell));
        let printed = std::process::Command::new(env!("CARGO_BIN_EXE_blobctl"))
            .args(["completions", name])
            .output()
            .unwrap();
        assert_eq!(printed.status.code(), Some(0));
        assert!(
            printed.stdout == script(shell) && printed.stderr.is_empty(),
            "{name}"
        );
    }
}

#[test]
fn every_option_is_in_every_completion_script() {
    let mut command = cli::command();
    command.build();
    for file in [
        "blobctl.bash",
        "_blobctl",
        "blobctl.fish",
        "_blobctl.ps1",
        "blobctl.elv",
    ] {
        let script = read(&format!("completions/{file}"));
        for option in command
            .get_subcommands()
            .flat_map(clap::Command::get_opts)
            .filter_map(clap::Arg::get_long)
        {
            assert!(script.contains(option), "{file} lacks --{option}");
        }
    }
}

/// `#key = value` is a setting that is commented out; `# text` is prose.
fn uncommented(example: &str) -> String {
    let is_setting = |line: &str| {
        line.strip_prefix('#').is_some_and(|rest| {
            rest.starts_with(|letter: char| letter.is_ascii_lowercase() || letter == '[')
        })
    };
    example
        .lines()
        .map(|line| if is_setting(line) { &line[1..] } else { line })
        .fold(String::new(), |text, line| text + line + "\n")
}

#[test]
fn the_example_config_is_valid_as_it_is_and_with_every_key_set() {
    let example = read("config.example.toml");
    ConfigFile::parse(Path::new("config.example.toml"), &example).unwrap();
    let full = uncommented(&example);
    let file = ConfigFile::parse(Path::new("config.example.toml"), &full)
        .unwrap_or_else(|error| panic!("{error}\n{full}"));
    for setting in SETTINGS {
        assert!(
            file.get(setting.section, setting.key).is_some(),
            "[{}] {} is not in the example",
            setting.section,
            setting.key
        );
    }
    assert_eq!(file.remote("backup"), Some("s3"));
}

/// The comment and the value of each key of the example, by section and key. Quotation marks are left out.
fn explained(example: &str) -> BTreeMap<(String, String), (String, String)> {
    let (mut section, mut comment) = (String::new(), String::new());
    let mut found = BTreeMap::new();
    for line in example.lines() {
        let line = line.replace(['"', '`'], "");
        if let Some(name) = line.strip_prefix('[') {
            name.trim_end_matches(']').clone_into(&mut section);
        } else if let Some(text) = line.strip_prefix("# ") {
            comment = format!("{comment} {text}");
        } else if let Some((key, value)) = line
            .strip_prefix('#')
            .and_then(|line| line.split_once(" = "))
        {
            let entry = (std::mem::take(&mut comment), value.to_owned());
            found.insert((section.clone(), key.to_owned()), entry);
        } else {
            comment.clear();
        }
    }
    found
}

#[test]
fn the_example_config_has_the_built_in_values_of_the_table() {
    let explained = explained(&read("config.example.toml"));
    for setting in SETTINGS
        .iter()
        .filter(|setting| !setting.default.is_empty())
    {
        let name = (setting.section.to_owned(), setting.key.to_owned());
        let (comment, value) = &explained[&name];
        let expected = setting.default.replace('`', "");
        let is_stated = match comment.split_once("Built-in: ") {
            Some((_, stated)) => stated
                .strip_prefix(&expected)
                .is_some_and(|rest| rest.starts_with(['.', ',', ';'])),
            None => *value == expected,
        };
        assert!(is_stated, "{name:?}: not `{expected}`: {comment} | {value}");
    }
}

#[test]
fn the_example_config_is_read_by_the_program() {
    let home = tempfile::tempdir().unwrap();
    let run = |config: &Path| {
        std::process::Command::new(env!("CARGO_BIN_EXE_blobctl"))
            .env_clear()
            .env("HOME", home.path())
            .args(["exists", "nothing", "--config"])
            .arg(config)
            .output()
            .unwrap()
    };
    let answer = run(&root("config.example.toml"));
    assert_eq!(
        (answer.status.code(), answer.stderr.as_slice()),
        (Some(1), &b""[..])
    );
}

#[test]
fn the_readme_documents_every_exit_code() {
    let readme = read("README.md");
    let signals = [
        Signal::Hangup,
        Signal::Interrupt,
        Signal::Pipe,
        Signal::Terminate,
    ]
    .map(Exit::Signal);
    let exits = [
        Exit::Ok,
        Exit::NotFound,
        Exit::Usage,
        Exit::Config,
        Exit::Denied,
        Exit::Precondition,
        Exit::Integrity,
        Exit::Temporary,
        Exit::Local,
        Exit::Locked,
        Exit::Unchanged,
        Exit::Partial,
        Exit::Remote,
        Exit::Bug,
    ];
    for exit in exits {
        let row = format!("| {} | {} |", exit.code(), exit.name());
        assert!(
            readme.contains(&row),
            "the README's exit codes lack the row {row}"
        );
        let is_reserved = matches!(exit, Exit::Locked | Exit::Unchanged);
        let code = exit.code().to_string();
        let is_in_manual = EXIT_CODES.iter().any(|(known, ..)| *known == code);
        assert!(
            is_in_manual != is_reserved,
            "the manual's exit codes: {code}"
        );
    }
    for exit in signals {
        let code = exit.code().to_string();
        assert!(readme.contains(&code));
        assert!(
            EXIT_CODES
                .iter()
                .any(|(known, ..)| known.split('/').any(|one| one == code))
        );
    }
}

#[test]
fn the_table_of_settings_is_made_from_the_table_in_the_program() {
    const BEGIN: &str = "<!-- settings -->\n";
    const END: &str = "<!-- end of settings -->\n";
    let code = |text: &str| match text {
        "" => String::new(),
        text => format!("`{text}`"),
    };
    let mut table =
        "| section | key | values | option | variable | built-in |\n|---|---|---|---|---|---|\n"
            .to_owned();
    for setting in SETTINGS {
        let section = match (setting.section, setting.key) {
            ("", _) => String::new(),
            ("defaults", "deadline" | "resume" | "jobs" | "limit_rate" | "progress") => {
                "`[defaults]`".to_owned()
            }
            ("defaults", _) => "any".to_owned(),
            (section, _) => format!("`[{section}]`"),
        };
        let variables: Vec<String> = std::iter::once(schema::variable(setting))
            .chain(setting.aliases.iter().map(|name| (*name).to_owned()))
            .map(|name| code(&name))
            .collect();
        let options: Vec<String> = setting.option.split(", ").map(code).collect();
        let row = [
            section,
            code(setting.key),
            setting.kind.values(),
            options.join(", "),
            variables.join(", "),
            setting.default.to_owned(),
        ];
        table = table + "| " + &row.join(" | ") + " |\n";
    }
    let page = read("docs/settings.md");
    let (before, rest) = page.split_once(BEGIN).unwrap();
    let (_, after) = rest.split_once(END).unwrap();
    same(
        "docs/settings.md",
        format!("{before}{BEGIN}{table}{END}{after}").as_bytes(),
    );
}

#[test]
fn every_option_of_the_help_is_documented_by_a_sentence() {
    let mut command = cli::command();
    command.build();
    for argument in command
        .get_subcommands()
        .flat_map(clap::Command::get_arguments)
    {
        assert!(
            argument.get_help().is_some(),
            "{} has no help",
            argument.get_id()
        );
        // The names of shells need no explanation, and those of commands have theirs elsewhere.
        let values = argument.get_possible_values();
        let is_explained = |value: &clap::builder::PossibleValue| value.get_help().is_some();
        assert!(
            ["shell", "words"].contains(&argument.get_id().as_str())
                || !argument.get_action().takes_values()
                || values.iter().all(is_explained),
            "a value of {} has no help",
            argument.get_id()
        );
    }
}

/// `module: `test`` in a document, as in SECURITY.md, names a test of that module.
#[test]
fn the_tests_that_documents_name_exist() {
    for page in [
        "SECURITY.md",
        "docs/FTP_IMPLEMENTATION_DESIGN.md",
        "docs/S3_IMPLEMENTATION_DESIGN.md",
    ] {
        let text = read(page);
        let mut named = 0;
        for row in text.lines().filter(|line| line.starts_with('|')) {
            let mut module = String::new();
            for (index, piece) in row.split('`').enumerate() {
                if index % 2 == 0 {
                    if let Some(word) = piece.trim_end().strip_suffix(':') {
                        module = word.split([' ', '|']).next_back().unwrap().to_owned();
                    } else if piece.trim() != "," {
                        module.clear();
                    }
                    continue;
                }
                let file = format!("tests/it/{module}.rs");
                if module.is_empty() || !root(&file).exists() {
                    continue;
                }
                named += 1;
                assert!(
                    read(&file).contains(&format!("fn {piece}(")),
                    "{page} names `{piece}`, which is not in {file}"
                );
            }
        }
        assert!(page.contains("S3") || named > 10, "{page}: {named} tests");
    }
}
