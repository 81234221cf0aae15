//! The table of settings: its bounds and words hold wherever a value comes from, paths may be any bytes, and secret files
//! are all read alike.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

use blobctl::settings::schema::{self, SETTINGS, Setting, SettingKind};

use crate::support::ftp::{BASE, FtpServer, PASSWORD, USER};
use crate::support::http::{ScriptedServer, answer};
use crate::support::{Outcome, Sandbox, finish, write_private};

/// Values that a setting must not have.
fn wrong_values(kind: SettingKind) -> &'static [&'static str] {
    match kind {
        SettingKind::Text | SettingKind::Path | SettingKind::Secret => &[],
        SettingKind::Flag => &["maybe"],
        SettingKind::Number(numbers) if numbers.most == u16::MAX => &["0", "65536", "x"],
        SettingKind::Number(_) => &["0", "5000", "65537", "-1"],
        SettingKind::Jobs => &["0", "257", "-1", "many", "Auto"],
        SettingKind::Duration(_) => &[
            "soon",
            "1e30",
            "18446744073709551615s",
            "99999999999999h",
            "3651d",
        ],
        SettingKind::Size(sizes) if sizes.least == 1 => &["0", "-1", "much"],
        SettingKind::Size(_) => &["1MiB", "much"],
        SettingKind::Choice(_) => &["nonsense", ""],
        SettingKind::Ports => &["5-1", "x"],
        SettingKind::Pattern => &["x.tmp", "d/{random}"],
        SettingKind::Address => &["0.0.0.0", "x"],
    }
}

/// The same value in TOML.
fn toml(setting: &Setting, value: &str) -> String {
    let bare = match setting.kind {
        SettingKind::Number(_) => value.parse::<i64>().is_ok(),
        _ => false,
    };
    let key = setting.key;
    match bare {
        true => format!("{key} = {value}\n"),
        false => format!("{key} = \"{value}\"\n"),
    }
}

#[test]
fn a_wrong_value_is_refused_in_a_variable_a_section_and_a_remote_also_of_a_store_that_is_not_used()
{
    let mut checked = 0;
    for setting in SETTINGS {
        for value in wrong_values(setting.kind) {
            let variable = schema::variable(setting);
            if !value.is_empty() {
                let outcome = Sandbox::new().env(&variable, value).run(["exists", "k"]);
                outcome.fails_with(3, &format!("{variable}: `{}`: ", setting.key));
            }
            // A flag or a number of another type is refused as such.
            let line = toml(setting, value);
            let (head, at) = match setting.section {
                "" => (String::new(), 1),
                section => (format!("[{section}]\n"), 2),
            };
            let outcome = Sandbox::new()
                .config(&format!("{head}{line}"))
                .run(["exists", "k"]);
            outcome.fails_with(3, &format!("config.toml, line {at}: `{}`", setting.key));
            let backend = match setting.section {
                "" => continue,
                "defaults" => "ftp",
                section => section,
            };
            let text = format!("[remotes.unused]\nbackend = \"{backend}\"\n{line}");
            let outcome = Sandbox::new().config(&text).run(["exists", "k"]);
            outcome.fails_with(3, &format!("config.toml, line 3: `{}`", setting.key));
            checked += 1;
        }
    }
    assert!(checked > 40, "{checked}");
}

#[test]
fn a_wrong_value_of_an_option_is_a_usage_error() {
    let sandbox = Sandbox::new();
    let mut checked = 0;
    for setting in SETTINGS {
        let Some(option) = setting
            .option
            .split(", ")
            .last()
            .filter(|text| !text.is_empty())
        else {
            continue;
        };
        for value in wrong_values(setting.kind) {
            // Flags take no value, FTP's checksums are fewer than the option's, and --resume is an option of put and get.
            let is_flag = matches!(setting.kind, SettingKind::Flag);
            if is_flag || setting.section == "ftp" && setting.key == "checksum" {
                continue;
            }
            let argument = format!("{option}={value}");
            let outcome = sandbox.run(["get", "k", "-", &argument]);
            outcome.fails_with(2, &format!("`{option}`"));
            let names_value = outcome.stderr.contains(&format!("`{value}`"));
            assert!(names_value || value.is_empty(), "{outcome:?}");
            checked += 1;
        }
    }
    assert!(checked > 20, "{checked}");
}

#[test]
fn a_wrong_value_of_any_option_is_named_with_its_option_and_the_expected_form() {
    let sandbox = Sandbox::new().file("a", "x");
    let cases: &[(&[&str], &str, &str, &str)] = &[
        (&["presign", "k"], "--expires", "8d", "from 1s to 7d"),
        (&["presign", "k"], "--expires", "0", "from 1s to 7d"),
        (&["presign", "k"], "--method", "post", "one of: get, put"),
        (
            &["put", "a"],
            "--limit-rate",
            "x",
            "bytes per second, like 10M",
        ),
        (&["put", "a"], "--limit-rate", "0", "a rate from 1 up"),
        (&["put", "a"], "--expect-size", "1k", "a number of bytes"),
        (&["put", "a"], "--expect-size", "+1", "a number of bytes"),
        (&["put", "a"], "--expect-sha256", "ab", "64 hex digits"),
        (&["put", "a"], "--expires", "soon", "a time like"),
        (&["put", "a"], "--metadata", "x", "NAME=VALUE"),
        (&["put", "a"], "--content-type", "ü", "printable ASCII"),
        (
            &["put", "a"],
            "--resume",
            "maybe",
            "one of: auto, run, never",
        ),
        (&["get", "k"], "--range", "b-a", "expected A-B"),
        (&["get", "k"], "--mode", "999", "three octal digits"),
        (&["get", "k"], "--wait", "soon", "something like 90s"),
        (&["ls"], "--include", "[", "invalid pattern"),
        (&["ls"], "--exclude", "{a", "invalid pattern"),
        (&["ls"], "--newer-than", "soon", "a duration like 7d"),
        (&["ls"], "--older-than", "7", "7d for days"),
        (&["ls"], "--min-size", "big", "something like 16MiB"),
        (&["ls"], "--shard", "9/3", "expected I/N"),
        (&["gc"], "--older-than", "2026-01-31", "something like 90s"),
    ];
    for (command, option, value, form) in cases {
        let argument = format!("{option}={value}");
        let outcome = sandbox.run(command.iter().chain([&argument.as_str()]));
        outcome.fails_with(2, option);
        assert!(
            outcome.stderr.contains(&format!("`{value}`")),
            "{outcome:?}"
        );
        assert!(outcome.stderr.contains(form), "{form}\n{outcome:?}");
    }
}

#[test]
fn right_values_are_taken_in_every_spelling() {
    let sandbox = Sandbox::new();
    for option in [
        "--retry-for=90s",
        "--retry-for=5m",
        "--retry-for=5min",
        "--retry-for=2h30m",
        "--retry-for=5",
        "--retry-for=0",
        "--timeout=250ms",
        "--deadline=3650d",
        "--connect-timeout=3650d",
        "--part-size=16MiB",
        "--part-size=16M",
        "--part-size=16MB",
        "--part-size=5242880",
        "--jobs=256",
        "--parts=64",
        "--limit-rate=1",
        "--limit-rate=10M",
    ] {
        sandbox.run(["exists", "k", option]).is_silent(1);
    }
    sandbox
        .run(["exists", "k", "--timeout", "0"])
        .fails_with(2, "`--timeout`: `0` is not a duration from 1ms to 3650d");
    for (name, value) in [
        ("BLOBCTL_TIMEOUT", "0"),
        ("BLOBCTL_CONNECT_TIMEOUT", "0s"),
        ("BLOBCTL_DEADLINE", "0"),
    ] {
        let outcome = Sandbox::new().env(name, value).run(["exists", "k"]);
        outcome.fails_with(3, "is not a duration from 1ms to 3650d");
    }
    let config = "[defaults]\nretry_for = 15\ntimeout = \"1h\"\npart_size = 5242880\nparts = 64\n\
                  [ftp]\nchecksum = \"sha1\"\n[s3]\nchecksum = \"crc32c\"\n";
    Sandbox::new()
        .config(config)
        .run(["exists", "k"])
        .is_silent(1);
    let crc = "[ftp]\nchecksum = \"crc32c\"\n";
    Sandbox::new().config(crc).run(["exists", "k"]).fails_with(
        3,
        "line 2: `checksum`: `crc32c` is not one of auto, crc32, sha256, sha1, md5, none",
    );
}

#[test]
fn overlong_durations_are_errors_and_never_panics() {
    let server = FtpServer::start();
    let sandbox = Sandbox::new().envs(&server.variables());
    for value in [
        "18446744073709551615s",
        "18446744073709551615",
        "99999999999999h",
        "1e30",
        "3651d",
        "213503982334602d",
    ] {
        for option in [
            "--deadline",
            "--connect-timeout",
            "--timeout",
            "--retry-for",
        ] {
            let arguments = ["exists", "k", option, value, "--ftp-bind", "127.0.0.1"];
            sandbox.run(arguments).fails_with(2, option);
        }
        sandbox
            .run(["presign", "k", "--expires", value])
            .fails_with(2, "--expires");
    }
    // The longest ones work.
    let longest = [
        "exists",
        "k",
        "--deadline",
        "3650d",
        "--connect-timeout",
        "3650d",
        "--timeout",
        "3650d",
        "--retry-for",
        "3650d",
        "--ftp-bind",
        "127.0.0.1",
    ];
    sandbox.run(longest).is_silent(1);
}

/// Runs with a variable that is not text.
fn with_bytes(sandbox: &Sandbox, name: &str, bytes: &[u8], arguments: &[&str]) -> Outcome {
    let mut command = sandbox.command(arguments);
    finish(command.env(name, OsStr::from_bytes(bytes)).spawn().unwrap())
}

#[test]
fn a_path_may_be_any_bytes_and_everything_else_is_text() {
    let sandbox = Sandbox::new().file("a", "x");
    let root = sandbox.work().join(OsStr::from_bytes(b"caf\xe9"));
    std::fs::create_dir(&root).unwrap();
    std::fs::write(root.join("a"), "x").unwrap();
    let bytes = root.as_os_str().as_bytes();
    with_bytes(&sandbox, "BLOBCTL_FS_ROOT", bytes, &["exists", "a"]).is_silent(0);
    with_bytes(&sandbox, "BLOBCTL_FS_ROOT", bytes, &["put", "a", "b"]).is_silent(0);
    assert!(root.join("b").exists());
    std::fs::write(root.join("c.toml"), "[fs]\nroot = \"/nonexistent\"\n").unwrap();
    let config = root.join("c.toml");
    let bytes = config.as_os_str().as_bytes();
    with_bytes(&sandbox, "BLOBCTL_CONFIG", bytes, &["exists", "a"]).fails_with(3, "/nonexistent");
    for setting in SETTINGS {
        if !matches!(setting.kind, SettingKind::Path) {
            let name = schema::variable(setting);
            with_bytes(&sandbox, &name, b"caf\xe9", &["exists", "a"])
                .fails(3, &format!("blobctl: {name} is not UTF-8 text"));
        }
    }
    for name in [
        "AWS_REGION",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_PROFILE",
        "https_proxy",
    ] {
        with_bytes(&sandbox, name, b"caf\xe9", &["exists", "a"])
            .fails(3, &format!("blobctl: {name} is not UTF-8 text"));
    }
    // Other variables are not checked.
    with_bytes(&sandbox, "LS_COLORS", b"caf\xe9", &["exists", "nothing"]).is_silent(1);
}

/// A store that says yes to everything, and a sandbox that uses it without credentials.
fn s3() -> (ScriptedServer, Sandbox) {
    let server = ScriptedServer::start([answer(200, &[("etag", "\"x\"")], b"x")]);
    let sandbox = Sandbox::new()
        .env("BLOBCTL_BACKEND", "s3")
        .env("BLOBCTL_S3_BUCKET", "lab")
        .env("BLOBCTL_S3_ENDPOINT_URL", &server.endpoint())
        .env("BLOBCTL_S3_REGION", "eu-west-1");
    (server, sandbox)
}

fn at_home(sandbox: &Sandbox, name: &str, content: &str) {
    write_private(&sandbox.home().join(name), content);
}

#[test]
fn every_path_setting_expands_the_home_directory() {
    let (_server, sandbox) = s3();
    at_home(&sandbox, "sk", "secret\n");
    let sandbox = sandbox
        .env("BLOBCTL_S3_ACCESS_KEY_ID", "AKID")
        .env("BLOBCTL_S3_SECRET_ACCESS_KEY_FILE", "~/sk");
    sandbox.run(["get", "k", "-"]).prints(b"x");
    let text = "[s3]\naccess_key_id = \"AKID\"\nsecret_access_key_file = \"~/sk\"\n";
    let (_server, sandbox) = s3();
    at_home(&sandbox, "sk", "secret\n");
    sandbox.config(text).run(["get", "k", "-"]).prints(b"x");

    let (_server, sandbox) = s3();
    at_home(
        &sandbox,
        "c",
        "[default]\naws_access_key_id = A\naws_secret_access_key = s\n",
    );
    let sandbox = sandbox.env("AWS_SHARED_CREDENTIALS_FILE", "~/c");
    sandbox.run(["get", "k", "-"]).prints(b"x");
    let (_server, sandbox) = s3();
    at_home(
        &sandbox,
        "c",
        "[default]\naws_access_key_id = A\naws_secret_access_key = s\n",
    );
    let sandbox = sandbox.env("AWS_CONFIG_FILE", "~/c");
    sandbox.run(["get", "k", "-"]).prints(b"x");

    // A file that is missing is named with the directory.
    let missing = |sandbox: Sandbox, arguments: &[&str]| {
        let wanted = sandbox.home().join("missing").display().to_string();
        let all = ["exists", "k", "--retry-for", "0"];
        let outcome = sandbox.run(all.iter().chain(arguments));
        outcome.fails_with(3, &wanted);
    };
    let keys = |sandbox: Sandbox| {
        sandbox
            .env("AWS_ACCESS_KEY_ID", "A")
            .env("AWS_SECRET_ACCESS_KEY", "s")
    };
    missing(
        keys(s3().1).env("BLOBCTL_S3_SSE_C_KEY_FILE", "~/missing"),
        &[],
    );
    missing(keys(s3().1), &["--sse-c-key-file=~/missing"]);
    let https =
        |sandbox: Sandbox| keys(sandbox).env("BLOBCTL_S3_ENDPOINT_URL", "https://127.0.0.1:1");
    for name in ["BLOBCTL_S3_CA_BUNDLE", "AWS_CA_BUNDLE", "SSL_CERT_FILE"] {
        missing(https(s3().1).env(name, "~/missing"), &[]);
    }
    missing(
        s3().1
            .env("AWS_WEB_IDENTITY_TOKEN_FILE", "~/missing")
            .env("AWS_ROLE_ARN", "arn:aws:iam::123456789012:role/R"),
        &[],
    );
    missing(
        s3().1
            .env("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://127.0.0.1:1/x")
            .env("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", "~/missing"),
        &[],
    );
    let (_server, sandbox) = s3();
    at_home(
        &sandbox,
        "c",
        "[default]\nrole_arn = arn:aws:iam::123456789012:role/R\nweb_identity_token_file = ~/missing\n",
    );
    missing(sandbox.env("AWS_CONFIG_FILE", "~/c"), &[]);
    let ftp = [
        "-b",
        "ftp",
        "--host",
        "127.0.0.1",
        "--port",
        "1",
        "--user",
        "ops",
    ];
    missing(
        Sandbox::new().env("BLOBCTL_FTP_PASSWORD_FILE", "~/missing"),
        &ftp,
    );
    missing(Sandbox::new().env("BLOBCTL_FS_ROOT", "~/missing"), &[]);
    missing(Sandbox::new(), &["--root=~/missing"]);
    missing(Sandbox::new().config("[fs]\nroot = \"~/missing\"\n"), &[]);
    missing(Sandbox::new().env("BLOBCTL_CONFIG", "~/missing"), &[]);
}

/// The five places that read a file with a secret, each reading this one.
fn secret_files(path: &str) -> Vec<(&'static str, Sandbox, Vec<&'static str>)> {
    let s3 = || s3().1;
    let ftp = vec![
        "-b",
        "ftp",
        "--host",
        "127.0.0.1",
        "--port",
        "1",
        "--user",
        "ops",
    ];
    vec![
        (
            "secret_access_key_file",
            s3().env("BLOBCTL_S3_ACCESS_KEY_ID", "AKID")
                .env("BLOBCTL_S3_SECRET_ACCESS_KEY_FILE", path),
            vec![],
        ),
        (
            "password_file",
            Sandbox::new().env("BLOBCTL_FTP_PASSWORD_FILE", path),
            ftp,
        ),
        (
            "web identity",
            s3().env("AWS_WEB_IDENTITY_TOKEN_FILE", path)
                .env("AWS_ROLE_ARN", "arn:aws:iam::123456789012:role/R"),
            vec![],
        ),
        (
            "container",
            s3().env("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://127.0.0.1:1/x")
                .env("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", path),
            vec![],
        ),
        (
            "sse_c_key_file",
            s3().env("AWS_ACCESS_KEY_ID", "A")
                .env("AWS_SECRET_ACCESS_KEY", "s")
                .env("BLOBCTL_S3_SSE_C_KEY_FILE", path),
            vec![],
        ),
    ]
}

#[test]
fn all_secret_files_are_read_alike() {
    for (what, sandbox, arguments) in secret_files("/dev/zero") {
        let all = ["exists", "k", "--retry-for", "0"];
        let outcome = sandbox.run(all.iter().chain(&arguments));
        assert!(
            outcome.stderr.contains("larger than 64 KiB"),
            "{what}: {outcome:?}"
        );
        assert_eq!(outcome.code, Some(3), "{what}");
    }
    for content in ["", "\n", "\r\nhunter2\n"] {
        for (what, sandbox, arguments) in secret_files("secret") {
            let all = ["exists", "k", "--retry-for", "0"];
            let outcome = sandbox
                .secret("secret", content)
                .run(all.iter().chain(&arguments));
            let wanted = match what {
                "sse_c_key_file" => "invalid key",
                _ => "its first line is empty",
            };
            assert!(outcome.stderr.contains(wanted), "{what}: {outcome:?}");
            assert_eq!(outcome.code, Some(3), "{what}");
            assert!(!outcome.stderr.contains("hunter2"), "{what}: {outcome:?}");
        }
    }
    // The first line is the secret, without its line end.
    let server = FtpServer::start();
    let sandbox = Sandbox::new()
        .envs(&server.variables())
        .env("BLOBCTL_FTP_PASSWORD", "")
        .env("BLOBCTL_FTP_PASSWORD_FILE", "secret")
        .secret("secret", format!("{PASSWORD}\r\nsecond\n"));
    sandbox.run(["exists", "k"]).is_silent(1);
    assert_eq!(server.commands("USER"), [format!("USER {USER}")]);
    assert_eq!(server.files(), Vec::<String>::new(), "{BASE}");
}
