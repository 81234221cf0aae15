//! `blobctl config`: the file in use, every value with its origin, the check, and the import from other tools.

use crate::support::ftp::{self, FtpServer};
use crate::support::s3::{ACCESS_KEY, S3Server, SECRET_KEY};
use crate::support::{Sandbox, write_private};

/// rclone's obscured form of "correct horse", made with openssl: AES-256-CTR with the counter `aaaaaaaaaaaaaaaa`.
const OBSCURED: &str = "YWFhYWFhYWFhYWFhYWFhYWAaHBE0HYDIcfoReRk";

fn file(sandbox: &Sandbox) -> String {
    let path = sandbox.home().join(".config/blobctl/config.toml");
    path.to_str().unwrap().to_owned()
}

fn in_home(sandbox: &Sandbox, name: &str, text: &str) {
    write_private(&sandbox.home().join(name), text);
}

/// The line of a setting, its words separated by one space.
#[track_caller]
fn line(stdout: &[u8], section: &str, key: &str) -> String {
    let text = String::from_utf8(stdout.to_vec()).unwrap();
    let mut current = "";
    for line in text.lines() {
        match line
            .strip_prefix('[')
            .and_then(|line| line.strip_suffix(']'))
        {
            Some(name) => current = name,
            None if current == section && line.split(' ').next() == Some(key) => {
                return line.split_whitespace().collect::<Vec<_>>().join(" ");
            }
            None => {}
        }
    }
    panic!("[{section}] {key} is not shown\n{text}");
}

#[test]
fn the_path_is_that_of_the_file_in_use_even_if_it_is_broken() {
    let sandbox = Sandbox::new().config("[s3\nnonsense");
    sandbox
        .run(["config", "path"])
        .prints(format!("{}\n", file(&sandbox)).as_bytes());
    sandbox.write("other.toml", "[s33]\n");
    sandbox
        .run(["config", "path", "--config", "other.toml"])
        .prints(b"other.toml\n");
    let sandbox = sandbox.env("BLOBCTL_CONFIG", "other.toml");
    sandbox.run(["config", "path"]).prints(b"other.toml\n");
}

#[test]
fn without_a_file_the_path_is_an_error_that_names_the_places() {
    let sandbox = Sandbox::new();
    let outcome = sandbox.run(["config", "path"]);
    outcome.fails_with(3, "no config file was found");
    assert!(outcome.stderr.contains(&file(&sandbox)), "{outcome:?}");
    assert!(
        outcome.stderr.contains("/etc/blobctl/config.toml"),
        "{outcome:?}"
    );
    sandbox
        .run(["config", "path", "--config", "missing.toml"])
        .fails_with(3, "`missing.toml` does not exist");
}

#[test]
fn each_value_is_shown_with_the_source_that_wins() {
    let sandbox = Sandbox::new()
        .config("[defaults]\njobs = 3\nretry_for = \"5m\"\n[s3]\nbucket = \"of-file\"\nregion = \"eu-west-1\"\n")
        .env("BLOBCTL_S3_REGION", "eu-north-1")
        .env("AWS_ENDPOINT_URL", "http://127.0.0.1:9");
    let outcome = sandbox.run(["config", "show", "--retry-for", "90s", "--insecure"]);
    assert_eq!(
        (outcome.code, outcome.stderr.as_str()),
        (Some(0), ""),
        "{outcome:?}"
    );
    let shown = |section, key| line(&outcome.stdout, section, key);
    let file = file(&sandbox);
    assert_eq!(
        shown("defaults", "jobs"),
        format!("jobs 3 {file}:2 [defaults]")
    );
    assert_eq!(shown("defaults", "retry_for"), "retry_for 90s --retry-for");
    assert_eq!(shown("defaults", "parts"), "parts 4 built-in");
    assert_eq!(
        shown("s3", "bucket"),
        format!("bucket of-file {file}:5 [s3]")
    );
    assert_eq!(shown("s3", "region"), "region eu-north-1 BLOBCTL_S3_REGION");
    assert_eq!(
        shown("s3", "endpoint_url"),
        "endpoint_url http://127.0.0.1:9 AWS_ENDPOINT_URL"
    );
    assert_eq!(shown("s3", "insecure"), "insecure true --insecure");
    assert_eq!(shown("ftp", "host"), "host - built-in");
}

#[test]
fn every_setting_of_the_table_is_shown_and_every_option_is_an_origin() {
    use blobctl::settings::schema::{SETTINGS, SettingKind};
    let sandbox = Sandbox::new();
    for setting in SETTINGS {
        let option = setting.option.rsplit(", ").next().unwrap();
        // --resume is an option of put and get.
        if option.is_empty() || option == "--resume" {
            let outcome = sandbox.run(["config", "show"]);
            assert!(line(&outcome.stdout, setting.section, setting.key).ends_with("built-in"));
            continue;
        }
        let value = match setting.kind {
            SettingKind::Flag => None,
            SettingKind::Number(_) | SettingKind::Jobs => Some("7".to_owned()),
            SettingKind::Duration(_) => Some("1500ms".to_owned()),
            SettingKind::Size(_) => Some("6291456".to_owned()),
            SettingKind::Choice(words) => words().pop(),
            SettingKind::Ports => Some("50000-50009".to_owned()),
            SettingKind::Pattern => Some("up-{random}.tmp".to_owned()),
            SettingKind::Address => Some("127.0.0.1".to_owned()),
            SettingKind::Text | SettingKind::Path | SettingKind::Secret => Some("value".to_owned()),
        };
        let mut arguments = vec!["config".to_owned(), "show".to_owned(), option.to_owned()];
        arguments.extend(value.clone());
        let outcome = sandbox.run(&arguments);
        let expected = format!(
            "{} {} {option}",
            setting.key,
            value.as_deref().unwrap_or("true")
        );
        assert_eq!(
            line(&outcome.stdout, setting.section, setting.key),
            expected
        );
    }
}

#[test]
fn secrets_are_masked_and_their_length_is_not_shown() {
    let sandbox = Sandbox::new()
        .config(
            "[s3]\naccess_key_id = \"AKIAIOSFODNN7EXAMPLE\"\nsecret_access_key = \"hunter2\"\nsession_token = \"a-much-longer-secret\"\n\
             endpoint_url = \"http://me:hunter2@h:9\"\n[remotes.f]\nbackend = \"ftp\"\nhost = \"h\"\nusername = \"u\"\npassword = \"hunter2\"\n",
        )
        .env("BLOBCTL_FTP_PASSWORD", "hunter2");
    for arguments in [
        &["config", "show"][..],
        &["config", "show", "--json"],
        &["config", "show", "f:"],
        &["config", "show", "s3://b/k"],
    ] {
        let outcome = sandbox.run(arguments);
        let all = format!(
            "{}{}",
            String::from_utf8_lossy(&outcome.stdout),
            outcome.stderr
        );
        assert!(
            !all.contains("hunter2") && !all.contains("longer"),
            "{outcome:?}"
        );
        assert!(!all.contains("AKIAIOSFODNN7"), "{outcome:?}");
    }
    let outcome = sandbox.run(["config", "show"]);
    for (section, key) in [
        ("s3", "secret_access_key"),
        ("s3", "session_token"),
        ("remotes.f", "password"),
    ] {
        assert!(line(&outcome.stdout, section, key).starts_with(&format!("{key} **** ")));
    }
    assert_eq!(
        line(&outcome.stdout, "ftp", "password"),
        "password **** BLOBCTL_FTP_PASSWORD"
    );
}

#[test]
fn of_one_store_the_settings_that_a_run_would_use_are_shown() {
    let sandbox = Sandbox::new()
        .config(
            "[defaults]\ntimeout = \"5s\"\n[s3]\nbucket = \"general\"\naccess_key_id = \"AKIAGENERAL\"\nsecret_access_key = \"s\"\nsession_token = \"t\"\n\
             [remotes.b]\nbackend = \"s3\"\nbucket = \"own\"\ntimeout = \"9s\"\naccess_key_id = \"AKIAREMOTE\"\nsecret_access_key = \"s\"\n",
        );
    let outcome = sandbox.run(["config", "show", "b:x"]);
    let shown = |key| line(&outcome.stdout, "remotes.b", key);
    let file = file(&sandbox);
    assert_eq!(
        line(&outcome.stdout, "defaults", "timeout"),
        format!("timeout 9s {file}:11 [remotes.b]")
    );
    assert_eq!(shown("bucket"), format!("bucket own {file}:10 [remotes.b]"));
    assert!(shown("access_key_id").contains("…MOTE"), "{outcome:?}");
    // A login is of one level: the token of [s3] is not sent.
    assert_eq!(shown("session_token"), "session_token - built-in");
    let outcome = sandbox.run(["config", "show", "s3://named/x"]);
    assert_eq!(
        line(&outcome.stdout, "s3", "bucket"),
        "bucket named the address"
    );
    sandbox
        .run(["config", "show", "c:x"])
        .fails_with(3, "unknown remote `c`");
}

#[test]
fn an_ftp_login_is_shown_only_for_its_own_server() {
    let sandbox = Sandbox::new()
        .config("[ftp]\nhost = \"a.example\"\nusername = \"ops\"\npassword = \"hunter2\"\n");
    let outcome = sandbox.run(["config", "show", "ftp://a.example/x"]);
    assert!(line(&outcome.stdout, "ftp", "password").starts_with("password **** "));
    let outcome = sandbox.run(["config", "show", "ftp://b.example/x"]);
    assert_eq!(
        line(&outcome.stdout, "ftp", "username"),
        "username anonymous built-in"
    );
    assert_eq!(
        line(&outcome.stdout, "ftp", "password"),
        "password - built-in"
    );
    in_home(
        &sandbox,
        ".netrc",
        "machine b.example login n password hunter2\n",
    );
    let outcome = sandbox.run(["config", "show", "ftp://b.example/x"]);
    assert_eq!(line(&outcome.stdout, "ftp", "username"), "username n netrc");
    assert_eq!(
        line(&outcome.stdout, "ftp", "password"),
        "password **** netrc"
    );
}

#[test]
fn json_has_an_object_per_setting() {
    let sandbox = Sandbox::new().config("[fs]\nroot = \"/srv\"\n");
    let rows = sandbox.run(["config", "show", "--json"]).json();
    let row = rows.iter().find(|row| row["setting"] == "root").unwrap();
    assert_eq!(row["section"], "fs");
    assert_eq!(row["value"], "/srv");
    assert_eq!(row["origin"], format!("{}:2 [fs]", file(&sandbox)));
    let row = rows.iter().find(|row| row["setting"] == "host").unwrap();
    assert!(row.get("value").is_none(), "{row}");
}

#[test]
fn what_is_valid_is_shown_next_to_what_is_not() {
    let sandbox = Sandbox::new()
        .config("[s3]\nbuket = \"x\"\nregion = \"eu-west-1\"\n[ftp]\nport = 70000\nhost = \"h\"\n")
        .env("BLOBCTL_JOBS", "many");
    let outcome = sandbox.run(["config", "show"]);
    assert_eq!(outcome.code, Some(3), "{outcome:?}");
    assert!(line(&outcome.stdout, "s3", "region").starts_with("region eu-west-1 "));
    assert!(line(&outcome.stdout, "ftp", "host").starts_with("host h "));
    assert!(line(&outcome.stdout, "ftp", "port").ends_with("built-in"));
    for part in [
        "line 2: unknown key `buket`",
        "line 5: `port`",
        "BLOBCTL_JOBS: `jobs`",
    ] {
        assert!(outcome.stderr.contains(part), "{part}\n{outcome:?}");
    }
}

#[test]
fn a_valid_configuration_passes_the_check_without_a_word() {
    Sandbox::new().run(["config", "check"]).succeeds();
    let sandbox = Sandbox::new()
        .config("[remotes.a]\nbackend = \"s3\"\n[remotes.b]\nbackend = \"fs\"\nroot = \"/srv\"\n");
    sandbox.run(["config", "check"]).succeeds();
    let outcome = sandbox.run(["config", "check", "-v"]);
    assert_eq!(
        outcome.stderr,
        format!("blobctl: {}: no mistakes\n", file(&sandbox))
    );
    assert_eq!(
        sandbox.run(["config", "check", "--json"]).json()[0]["path"],
        file(&sandbox)
    );
}

#[test]
fn the_check_names_every_mistake_with_file_line_and_key() {
    let sandbox = Sandbox::new()
        .config("[s3]\nbuket = \"x\"\n\n[defaults]\njobs = 0\n")
        .env("BLOBCTL_RETRY_FOR", "soon");
    let outcome = sandbox.run(["config", "check"]);
    assert_eq!(outcome.code, Some(3), "{outcome:?}");
    let file = file(&sandbox);
    for part in [
        format!("{file}, line 2: unknown key `buket`"),
        format!("{file}, line 5: `jobs`: `0` is neither `auto` nor a number from 1 to 256"),
        "BLOBCTL_RETRY_FOR: `retry_for`: invalid duration `soon`".to_owned(),
    ] {
        assert!(outcome.stderr.contains(&part), "{part}\n{outcome:?}");
    }
}

#[test]
fn a_store_that_cannot_be_used_fails_the_check() {
    for (text, part) in [
        ("remote = \"nowhere\"\n", "unknown remote `nowhere`"),
        (
            "[remotes.x]\nbackend = \"ftp\"\n",
            "config.toml:2 [remotes.x]: `host` is not set",
        ),
        (
            "[remotes.x]\nbackend = \"s3\"\nbucket = \"b\"\naccess_key_id = \"A\"\n",
            "`access_key_id` is set without `secret_access_key`",
        ),
        (
            "[remotes.x]\nbackend = \"s3\"\nbucket = \"b\"\nprofile = \"gone\"\n",
            "config.toml:2 [remotes.x]: unknown profile `gone`",
        ),
    ] {
        Sandbox::new()
            .config(text)
            .run(["config", "check"])
            .fails_with(3, part);
    }
}

#[test]
fn a_password_in_the_environment_does_not_fail_the_check_of_two_remotes() {
    let text = "[remotes.a]\nbackend = \"ftp\"\nhost = \"a\"\nusername = \"u\"\n[remotes.b]\nbackend = \"ftp\"\nhost = \"b\"\nusername = \"u\"\n";
    let sandbox = Sandbox::new().config(text).env("BLOBCTL_FTP_PASSWORD", "x");
    sandbox.run(["config", "check"]).succeeds();
}

/// Imports, and returns the sandbox with the output as its config file.
#[track_caller]
fn imported(sandbox: Sandbox, arguments: &[&str]) -> (Sandbox, String) {
    let outcome = sandbox.run([&["config", "import"], arguments].concat());
    assert_eq!(
        (outcome.code, outcome.stderr.as_str()),
        (Some(0), ""),
        "{outcome:?}"
    );
    let text = String::from_utf8(outcome.stdout).unwrap();
    let sandbox = sandbox.config(&text);
    sandbox.run(["config", "check"]).succeeds();
    (sandbox, text)
}

/// Stores and fetches a blob by way of a remote.
#[track_caller]
fn works(sandbox: &Sandbox, options: &[&str], remote: &str) {
    sandbox.write("a", "hello");
    let key = format!("{remote}:k");
    sandbox
        .run([options, &["put", "a", &key]].concat())
        .succeeds();
    sandbox
        .run([options, &["get", &key, "-"]].concat())
        .prints(b"hello");
}

#[test]
fn remotes_of_rclone_work_after_the_import_with_and_without_the_secrets() {
    let (s3, ftp) = (S3Server::start(), FtpServer::start());
    let conf = format!(
        "[lab]\ntype = s3\nprovider = Other\naccess_key_id = {ACCESS_KEY}\nsecret_access_key = {SECRET_KEY}\nendpoint = {}\n\
         force_path_style = true\nacl = private\n\n[drop box]\ntype = ftp\nhost = 127.0.0.1\nport = {}\nuser = {}\npass = {OBSCURED}\n\n[d]\ntype = drive\n",
        s3.endpoint(),
        ftp.address.port(),
        ftp::USER
    );
    for reveal in [false, true] {
        let sandbox = Sandbox::new();
        in_home(&sandbox, ".config/rclone/rclone.conf", &conf);
        let arguments: &[&str] = if reveal {
            &["rclone", "--reveal"]
        } else {
            &["rclone"]
        };
        let (sandbox, text) = imported(sandbox, arguments);
        assert_eq!(text.contains(SECRET_KEY), reveal, "{text}");
        assert_eq!(text.contains(ftp::PASSWORD), reveal, "{text}");
        assert!(!text.contains(OBSCURED), "{text}");
        assert!(text.contains("# not imported: acl"), "{text}");
        assert!(
            text.contains("# skipped [d]: blobctl has no store of the type `drive`"),
            "{text}"
        );
        works(&sandbox, &["--bucket", "lab"], "lab");
        works(&sandbox, &["--base-dir", ftp::BASE], "drop box");
    }
}

#[test]
fn a_file_that_is_named_is_referred_to_and_stdin_cannot_be() {
    let s3 = S3Server::start();
    let conf = format!(
        "[default]\naccess_key = {ACCESS_KEY}\nsecret_key = {SECRET_KEY}\nhost_base = {}\nhost_bucket = {}\nuse_https = False\n\
         ssl_client_cert_file = /c.pem\nssl_client_key_file = /k.pem\n",
        s3.address, s3.address
    );
    let sandbox = Sandbox::new().file("it's mine.cfg", &conf);
    let (sandbox, text) = imported(sandbox, &["s3cmd", "--from", "it's mine.cfg"]);
    let certificate = "client_cert = \"/c.pem\"\nclient_key = \"/k.pem\"\n";
    assert!(text.contains(certificate), "{text}");
    assert!(!text.contains(SECRET_KEY), "{text}");
    works(&sandbox, &["--bucket", "lab"], "s3cmd");
    let outcome = sandbox.pipe(
        ["config", "import", "s3cmd", "--from", "-"],
        conf.as_bytes(),
    );
    let text = String::from_utf8(outcome.stdout).unwrap();
    assert!(
        text.contains("# The secret is missing") && !text.contains(SECRET_KEY),
        "{text}"
    );
    let outcome = sandbox.pipe(
        ["config", "import", "s3cmd", "--from", "-", "--reveal"],
        conf.as_bytes(),
    );
    let text = String::from_utf8(outcome.stdout).unwrap();
    let sandbox = sandbox.config(&text);
    works(&sandbox, &["--bucket", "lab"], "s3cmd");
}

#[test]
fn aliases_of_mc_and_profiles_of_aws_work_after_the_import() {
    let s3 = S3Server::start();
    let json = format!(
        "{{\"version\":\"10\",\"aliases\":{{\"lab\":{{\"url\":\"{}\",\"accessKey\":\"{ACCESS_KEY}\",\"secretKey\":\"{SECRET_KEY}\",\"api\":\"S3v4\",\"path\":\"auto\"}},\
         \"play\":{{\"url\":\"https://play.example\",\"accessKey\":\"\",\"secretKey\":\"\",\"api\":\"S3v4\",\"path\":\"on\"}}}}}}",
        s3.endpoint()
    );
    let sandbox = Sandbox::new();
    in_home(&sandbox, ".mc/config.json", &json);
    let (sandbox, text) = imported(sandbox, &["mc"]);
    assert!(!text.contains(SECRET_KEY), "{text}");
    assert!(
        text.contains("addressing = \"path\"\nno_sign_request = true\n"),
        "{text}"
    );
    works(&sandbox, &["--bucket", "lab"], "lab");

    let sandbox = Sandbox::new();
    let keys =
        format!("[work]\naws_access_key_id = {ACCESS_KEY}\naws_secret_access_key = {SECRET_KEY}\n");
    in_home(&sandbox, ".aws/credentials", &keys);
    in_home(
        &sandbox,
        ".aws/config",
        &format!(
            "[profile work]\nendpoint_url = {}\n[profile a:b]\nregion = eu-west-1\n",
            s3.endpoint()
        ),
    );
    for arguments in [&["aws"][..], &["aws", "--reveal"]] {
        let sandbox = Sandbox::new();
        in_home(&sandbox, ".aws/credentials", &keys);
        in_home(
            &sandbox,
            ".aws/config",
            &format!(
                "[profile work]\nendpoint_url = {}\n[profile a:b]\nregion = eu-west-1\n",
                s3.endpoint()
            ),
        );
        let (sandbox, text) = imported(sandbox, arguments);
        assert_eq!(text.contains(SECRET_KEY), arguments.len() == 2, "{text}");
        assert!(
            text.contains("[remotes.a-b]\nbackend = \"s3\"\nprofile = \"a:b\"\n"),
            "{text}"
        );
        works(&sandbox, &["--bucket", "lab"], "work");
    }
}

#[test]
fn an_import_from_aws_without_its_files_names_both() {
    let sandbox = Sandbox::new();
    let home = sandbox.home().display().to_string();
    let none = format!("there is neither {home}/.aws/config nor {home}/.aws/credentials");
    sandbox
        .run(["config", "import", "aws"])
        .fails_with(3, &none);
    // One of them is enough.
    in_home(
        &sandbox,
        ".aws/config",
        "[profile lab]\nregion = eu-west-1\n",
    );
    let outcome = sandbox.run(["config", "import", "aws"]);
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    assert!(String::from_utf8_lossy(&outcome.stdout).contains("[remotes.lab]"));
}

#[test]
fn one_secret_is_printed_only_if_it_is_revealed() {
    let sandbox = Sandbox::new();
    in_home(
        &sandbox,
        ".config/rclone/rclone.conf",
        &format!(
            "[f]\ntype = ftp\nhost = h\nuser = u\npass = {OBSCURED}\n[g]\ntype = ftp\nhost = h\nuser = u\npass = hunter2\n"
        ),
    );
    sandbox
        .run(["config", "import", "rclone", "--secret", "f", "--reveal"])
        .prints(format!("{}\n", ftp::PASSWORD).as_bytes());
    let outcome = sandbox.run(["config", "import", "rclone", "--secret", "f"]);
    outcome.fails_with(2, "--reveal");
    let outcome = sandbox.run(["config", "import", "rclone", "--secret", "g", "--reveal"]);
    outcome.fails_with(3, "`g` has a password that rclone did not obscure");
    assert!(!outcome.stderr.contains("hunter2"));
    sandbox
        .run(["config", "import", "rclone", "--secret", "x", "--reveal"])
        .fails_with(3, "`x` does not exist");
}

#[test]
fn a_file_of_another_kind_is_rejected_without_its_text() {
    for (tool, text, part) in [
        ("rclone", "hunter2\n", "line 1: not a file of rclone"),
        (
            "rclone",
            "# Encrypted rclone configuration File\n\nRCLONE_ENCRYPT_V0:\nAAAA\n",
            "the file is encrypted",
        ),
        (
            "s3cmd",
            "[default]\nhunter2\n",
            "line 2: not a file of s3cmd",
        ),
        ("mc", "{\"hunter2\"", "line 1: invalid JSON"),
        ("mc", "{}", "no aliases"),
    ] {
        let sandbox = Sandbox::new().file("f", text);
        let outcome = sandbox.run(["config", "import", tool, "--from", "f"]);
        outcome.fails_with(3, part);
        assert!(!outcome.stderr.contains("hunter2"), "{outcome:?}");
    }
    Sandbox::new()
        .run(["config", "import", "mc"])
        .fails_with(3, ".mc/config.json: no such file or directory");
    Sandbox::new()
        .file("f", "")
        .run(["config", "import", "aws", "--from", "f"])
        .fails_with(2, "the AWS CLI has two");
}

#[test]
fn logins_in_urls_and_hosts_are_neither_imported_nor_shown() {
    for (tool, text) in [
        (
            "mc",
            r#"{"aliases":{"a":{"url":"http://u:hunter2@h:9000","accessKey":"","secretKey":""}}}"#,
        ),
        ("rclone", "[a]\ntype = s3\nendpoint = u:hunter2@h:9000\n"),
        ("rclone", "[a]\ntype = ftp\nhost = u:hunter2@h\n"),
    ] {
        for reveal in [&[][..], &["--reveal"]] {
            let from = [tool, "--from", "f"];
            let (_, text) = imported(Sandbox::new().file("f", text), &[&from, reveal].concat());
            assert!(!text.contains("hunter2"), "{text}");
            assert!(text.contains("was left out"), "{text}");
        }
    }
    let url = "http://u:hunter2@h:9000";
    let sandbox = Sandbox::new().config(&format!(
        "[s3]\nendpoint_url = \"{url}\"\n[ftp]\nhost = \"u:hunter2@h\"\n\
         [remotes.a]\nbackend = \"s3\"\nendpoint_url = \"u:hunter/2@h\"\nbucket = \"b\"\n\
         [remotes.f]\nbackend = \"ftp\"\nhost = \"u:hunter2@h\"\n"
    ));
    for (arguments, code) in [
        (&["config", "show"][..], 0),
        (&["config", "show", "--json"], 0),
        (&["config", "show", "f:"], 0),
        (&["ls", "f:"], 3),
        (&["ls", "a:"], 3),
        (&["ls", "s3://b/"], 3),
        (&["ls", "-b", "ftp"], 3),
    ] {
        let outcome = sandbox.run(arguments);
        assert_eq!(outcome.code, Some(code), "{outcome:?}");
        let all = format!("{outcome:?}");
        assert!(!all.contains("hunter"), "{outcome:?}");
    }
    let shown = sandbox.run(["config", "show"]).stdout;
    assert!(line(&shown, "s3", "endpoint_url").contains("http://****@h:9000"));
    assert!(line(&shown, "ftp", "host").contains("****@h"));
}
