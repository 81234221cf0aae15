//! The parts of the manual that clap's definitions do not have: usage lines, examples, addresses, exit codes, files.
//!
//! Help texts and man pages are made from them. They are read only when help is printed.

/// The manual of a command.
#[derive(Debug)]
pub struct ManualPage {
    /// The words after `blobctl`, like `config show`; empty for the program itself.
    pub command: &'static str,
    /// The usage lines, without `blobctl` and the words of the command.
    pub usage: &'static [&'static str],
    /// The examples, the most frequent use first.
    pub examples: &'static [Example],
}

/// A command line, and its purpose.
#[derive(Debug)]
pub struct Example {
    /// The effect, as an imperative sentence without a full stop.
    pub purpose: &'static str,
    /// A line for a shell.
    pub line: &'static str,
}

const fn example(purpose: &'static str, line: &'static str) -> Example {
    Example { purpose, line }
}

const fn page(
    command: &'static str,
    usage: &'static [&'static str],
    examples: &'static [Example],
) -> ManualPage {
    ManualPage {
        command,
        usage,
        examples,
    }
}

/// The manual of each command, in the order of the list of commands.
pub const PAGES: &[ManualPage] = &[
    page(
        "",
        &["COMMAND [OPTIONS] ARGUMENTS...", "help [COMMAND]"],
        &[
            example(
                "Upload a file",
                "blobctl put app.dump s3://acme-backup/db/app.dump",
            ),
            example(
                "Download it into the current directory",
                "blobctl get s3://acme-backup/db/app.dump",
            ),
            example(
                "Act on the absence of a blob, and not on a failure to look",
                "blobctl exists s3://acme-backup/db/app.dump; [ $? -eq 1 ] && echo missing",
            ),
            example(
                "Make a prefix equal to a directory",
                "blobctl sync --delete ./site s3://www.example.com/",
            ),
        ],
    ),
    page(
        "put",
        &[
            "[OPTIONS] SRC... KEY",
            "[OPTIONS] SRC",
            "[OPTIONS] -t PREFIX SRC...",
            "[OPTIONS] KEY --from-command -- CMD ARGS...",
        ],
        &[
            example(
                "Upload a file below a prefix, under its own name",
                "blobctl put app.dump s3://acme-backup/db/",
            ),
            example(
                "Store a dump only if pg_dump succeeds",
                "blobctl put s3://acme-backup/db/app.dump --from-command -- pg_dump -Fc app",
            ),
            example(
                "Upload what is new or changed below a directory",
                "blobctl put -r --if-changed --exclude '*.tmp' data/. s3://acme-backup/data/",
            ),
            example(
                "Upload stdin, and keep a blob that exists",
                "tar -cz src | blobctl put --if-absent - s3://acme-backup/src.tar.gz",
            ),
        ],
    ),
    page(
        "get",
        &[
            "[OPTIONS] KEY... DEST",
            "[OPTIONS] KEY",
            "[OPTIONS] -t DIR KEY...",
        ],
        &[
            example(
                "Download a blob to a file",
                "blobctl get s3://acme-backup/db/app.dump /tmp/app.dump",
            ),
            example(
                "Download everything below a prefix into a directory",
                "blobctl get -r s3://acme-backup/data/. restored/",
            ),
            example(
                "Unpack an archive without a temporary file",
                "blobctl get s3://acme-backup/src.tar.gz - | tar -xz",
            ),
            example(
                "Wait up to an hour for a blob, then download it",
                "blobctl get --wait=1h ftp://ops@ftp.example.com/in/report.csv",
            ),
        ],
    ),
    page(
        "exists",
        &["[OPTIONS] KEY..."],
        &[
            example(
                "Distinguish yes (0), no (1) and unknown (any other code)",
                "blobctl exists s3://acme-backup/db/app.dump; echo $?",
            ),
            example(
                "Print which of several blobs are missing",
                "blobctl exists --print missing backup:db/a.dump backup:db/b.dump",
            ),
            example(
                "Check that last night's dump is there and not empty",
                "blobctl exists --newer-than 24h --min-size 1M s3://acme-backup/db/app.dump",
            ),
        ],
    ),
    page(
        "stat",
        &["[OPTIONS] KEY..."],
        &[
            example(
                "Print the properties of a blob",
                "blobctl stat s3://acme-backup/db/app.dump",
            ),
            example(
                "Print the size alone, in a script",
                "blobctl stat --json s3://acme-backup/db/app.dump | jq .bytes",
            ),
        ],
    ),
    page(
        "ls",
        &["[OPTIONS] [PREFIX]"],
        &[
            example(
                "List a prefix with sizes and times",
                "blobctl ls -l --human s3://acme-backup/db/",
            ),
            example(
                "List one level, like the entries of a directory",
                "blobctl ls -d s3://acme-backup/",
            ),
            example("List the buckets", "blobctl ls s3://"),
            example(
                "Remove the blobs that a listing names",
                "blobctl ls -0 --older-than 30d backup:tmp/ | xargs -0 -r blobctl rm",
            ),
        ],
    ),
    page(
        "rm",
        &["[OPTIONS] KEY..."],
        &[
            example(
                "Remove a blob; it may be missing already",
                "blobctl rm -f s3://acme-backup/db/old.dump",
            ),
            example(
                "Show what would be removed below a prefix",
                "blobctl rm -r -n --older-than 30d s3://acme-backup/db/",
            ),
            example(
                "Remove it",
                "blobctl rm -r --older-than 30d s3://acme-backup/db/",
            ),
        ],
    ),
    page(
        "cp",
        &["[OPTIONS] FROM... TO", "[OPTIONS] -t TO FROM..."],
        &[
            example(
                "Copy a blob within a service, without a download",
                "blobctl cp s3://acme-backup/db/app.dump s3://acme-archive/2026/",
            ),
            example(
                "Copy everything below a prefix to another store",
                "blobctl cp -r backup:site/. mirror:site/",
            ),
            example(
                "Upload a local file: its path begins with ./, ../ or /",
                "blobctl cp ./app.dump s3://acme-backup/db/",
            ),
        ],
    ),
    page(
        "mv",
        &["[OPTIONS] FROM... TO", "[OPTIONS] -t TO FROM..."],
        &[
            example(
                "Rename a blob",
                "blobctl mv backup:db/app.dump backup:db/app.old",
            ),
            example(
                "Upload logs, and remove each once it is stored and verified",
                "blobctl mv -r --older-than 1d /var/log/app/. backup:logs/",
            ),
        ],
    ),
    page(
        "sync",
        &["[OPTIONS] FROM TO"],
        &[
            example(
                "Show what a synchronisation would do",
                "blobctl sync -n --delete ./site s3://www.example.com/",
            ),
            example(
                "Make a prefix equal to a directory",
                "blobctl sync --delete ./site s3://www.example.com/",
            ),
            example(
                "Copy what is new on an FTP server to S3",
                "blobctl sync --include '*.csv' ftp://ops@ftp.example.com/out/ backup:in/",
            ),
        ],
    ),
    page(
        "presign",
        &["[OPTIONS] KEY"],
        &[
            example(
                "Print a link for a download that works for a day",
                "blobctl presign --expires 24h s3://acme-backup/report.pdf",
            ),
            example(
                "Let a machine without credentials upload one file",
                "curl -T a.pdf \"$(blobctl presign --method put s3://acme-backup/a.pdf)\"",
            ),
        ],
    ),
    page(
        "doctor",
        &["[OPTIONS] [ADDRESS]"],
        &[
            example("Check the default store", "blobctl doctor"),
            example(
                "Check a remote, and also store and remove a scratch blob",
                "blobctl doctor --write backup:",
            ),
        ],
    ),
    page(
        "gc",
        &["[OPTIONS] [PREFIX]"],
        &[
            example(
                "List unfinished uploads and temporary files of a bucket",
                "blobctl gc s3://acme-backup/",
            ),
            example(
                "Remove those that are older than a week",
                "blobctl gc --delete --older-than 7d s3://acme-backup/",
            ),
        ],
    ),
    page(
        "config",
        &["COMMAND [OPTIONS]"],
        &[
            example("Print which config file is read", "blobctl config path"),
            example(
                "Print the settings of a remote, and where each comes from",
                "blobctl config show backup:",
            ),
        ],
    ),
    page(
        "config path",
        &["[OPTIONS]"],
        &[
            example("Print which config file is read", "blobctl config path"),
            example("Edit it", "${EDITOR:-vi} \"$(blobctl config path)\""),
        ],
    ),
    page(
        "config show",
        &["[OPTIONS] [ADDRESS]"],
        &[
            example(
                "Print all settings, and where each comes from",
                "blobctl config show",
            ),
            example(
                "Print the settings that apply to one bucket",
                "blobctl config show s3://acme-backup/",
            ),
        ],
    ),
    page(
        "config check",
        &["[OPTIONS]"],
        &[
            example(
                "Check the config file and the environment",
                "blobctl config check",
            ),
            example(
                "Check a file before it is installed",
                "blobctl config check --config ./config.toml",
            ),
        ],
    ),
    page(
        "config import",
        &["[OPTIONS] TOOL"],
        &[
            example(
                "Print rclone's remotes as sections of the config file",
                "blobctl config import rclone",
            ),
            example(
                "Print the profiles of the AWS CLI in the same way",
                "blobctl config import aws",
            ),
        ],
    ),
    page(
        "completions",
        &["SHELL"],
        &[
            example(
                "Install the completion for bash",
                "blobctl completions bash >~/.local/share/bash-completion/completions/blobctl",
            ),
            example(
                "Install the completion for fish",
                "blobctl completions fish >~/.config/fish/completions/blobctl.fish",
            ),
        ],
    ),
    page(
        "help",
        &["[COMMAND]", "options"],
        &[
            example("Explain a command", "blobctl help put"),
            example("List the options of all commands", "blobctl help options"),
        ],
    ),
];

/// The manual of the command of these words.
pub fn page_of(command: &str) -> Option<&'static ManualPage> {
    PAGES.iter().find(|page| page.command == command)
}

/// The forms of an address, and their meanings.
pub const ADDRESSES: &[(&str, &str)] = &[
    ("KEY", "On the selected remote or backend"),
    ("REMOTE:KEY", "On a remote of the config file"),
    ("s3://BUCKET/KEY", "In a bucket of the configured service"),
    (
        "ftp://[USER@]HOST[:PORT]/PATH",
        "On an FTP server, relative to the login directory; //PATH is absolute",
    ),
    ("ftpes://…", "The same with explicit TLS (AUTH TLS)"),
    ("ftps://…", "The same with implicit TLS"),
    ("file:///PATH", "A file of this machine"),
    ("-", "stdin or stdout"),
];

/// The exit codes: code, short name and meaning.
pub const EXIT_CODES: &[(&str, &str, &str)] = &[
    ("0", "ok or yes", "Done; exists: all blobs exist"),
    (
        "1",
        "no such blob",
        "The blob does not exist; exists: at least one blob does not exist",
    ),
    ("2", "usage", "Bad command line"),
    (
        "3",
        "config",
        "Bad or missing setting, no credentials, no such bucket, unknown remote",
    ),
    (
        "4",
        "denied",
        "Access denied, login refused or bad TLS certificate",
    ),
    (
        "5",
        "precondition",
        "A condition on the destination is not met (--if-absent, --if-match, --no-clobber)",
    ),
    (
        "6",
        "integrity",
        "Checksum or length mismatch, the source changed during the transfer, or the command of --from-command failed",
    ),
    (
        "7",
        "temporary",
        "Network failure, timeout or overload, after all retries; --deadline has passed. Trying again later can help",
    ),
    (
        "8",
        "local file or disk",
        "Local disk full, unreadable source, unwritable destination",
    ),
    (
        "11",
        "some failed",
        "Several blobs: some failed, or all failed for different reasons",
    ),
    (
        "12",
        "unexpected answer",
        "Unexpected answer from the store, or a refusal that has no code of its own",
    ),
    ("101", "bug", "A panic; please report it"),
    (
        "129/130/141/143",
        "signal",
        "Stopped by SIGHUP, SIGINT, SIGPIPE or SIGTERM, after cleaning up",
    ),
];

/// The files that are read or written, and their meanings.
pub const FILES: &[(&str, &str)] = &[
    (
        "~/.config/blobctl/config.toml",
        "Config file, see blobctl-config(5). --config FILE or BLOBCTL_CONFIG names another one; $XDG_CONFIG_HOME replaces ~/.config",
    ),
    (
        "/etc/blobctl/config.toml",
        "Config file of the machine, read if the user has none",
    ),
    (
        "~/.local/share/blobctl/blobs",
        "Blobs of the fs backend, unless --root names another directory",
    ),
    (
        "~/.local/state/blobctl",
        "State of unfinished transfers, and the abilities of S3 services",
    ),
    (
        "~/.aws/config, ~/.aws/credentials, ~/.netrc",
        "Credentials, where the config file and the environment have none",
    ),
];

/// The variables that are read in addition to those of the settings, and their meanings.
pub const VARIABLES: &[(&str, &str)] = &[
    (
        "BLOBCTL_CONFIG",
        "Config file to read instead of the first one found",
    ),
    (
        "AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, AWS_PROFILE",
        "Credentials, as the AWS CLI reads them; so are the other AWS_ variables of the AWS CLI for roles, containers and files",
    ),
    ("NETRC", "File to read instead of ~/.netrc"),
    (
        "http_proxy, https_proxy, all_proxy, no_proxy",
        "Proxies for S3 and for credential services",
    ),
    (
        "SSL_CERT_FILE",
        "CA certificates to trust instead of those of the system",
    ),
    (
        "XDG_CONFIG_HOME, XDG_DATA_HOME, XDG_STATE_HOME",
        "Directories to use instead of ~/.config, ~/.local/share and ~/.local/state",
    ),
    ("TERM", "dumb: no progress bar is drawn"),
];

/// The options for help, which clap defines, and their meanings.
pub const HELP_OPTIONS: &[(&str, &str)] = &[
    ("-h", "Print the options of a command"),
    ("--help", "Print everything about a command, with examples"),
    ("-V, --version", "Print the version (only before a command)"),
];

#[cfg(test)]
mod tests {
    use std::ffi::OsString;

    use super::super::{Cli, command};
    use super::*;

    /// The calls of blobctl in a line for a shell, as words.
    fn calls(line: &str) -> Vec<Vec<OsString>> {
        let mut calls = Vec::new();
        for (begin, _) in line.match_indices("blobctl ") {
            let call = &line[begin..];
            let mut words = vec![String::new()];
            let mut quote = None;
            for character in call.chars() {
                match (quote, character) {
                    (None, '|' | ';' | '&' | '>' | '<' | ')') => break,
                    (None, ' ') => words.push(String::new()),
                    (None, '\'' | '"') => quote = Some(character),
                    (Some(open), _) if open == character => quote = None,
                    _ => words.last_mut().unwrap().push(character),
                }
            }
            words.retain(|word| !word.is_empty());
            if line[..begin].contains("xargs") {
                words.push("KEY".to_owned());
            }
            calls.push(words.into_iter().map(OsString::from).collect());
        }
        calls
    }

    #[test]
    fn every_example_is_a_valid_command_line_of_its_command() {
        for page in PAGES {
            assert!((2..=4).contains(&page.examples.len()), "{}", page.command);
            for Example { purpose, line } in page.examples {
                assert!(purpose.len() <= 76 && line.len() <= 76, "too wide: {line}");
                let calls = calls(line);
                let own = calls.iter().any(|call| {
                    let words: Vec<_> = call.iter().map(|word| word.to_str().unwrap()).collect();
                    words[1..].join(" ").starts_with(page.command)
                });
                assert!(own, "`{line}` does not call `{}`", page.command);
                for call in calls {
                    let parsed = Cli::parse(&call);
                    // `blobctl help` ends in a request for help.
                    let is_help = matches!(parsed, Err(super::super::Stop::Help(_)));
                    assert!(
                        parsed.is_ok() || page.command == "help" && is_help,
                        "{line}: {parsed:?}"
                    );
                }
            }
        }
    }

    #[test]
    fn every_command_has_a_page_and_every_page_a_command() {
        let mut names = vec![String::new()];
        for command in command().get_subcommands() {
            names.push(command.get_name().to_owned());
            let below = command.get_subcommands();
            names.extend(below.map(|below| format!("{} {}", command.get_name(), below.get_name())));
        }
        let pages: Vec<&str> = PAGES.iter().map(|page| page.command).collect();
        assert_eq!(pages, names);
    }
}
