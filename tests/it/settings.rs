//! The sources of settings, their precedence, and the messages about invalid ones.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use crate::support::ftp::{BASE, FtpServer, PASSWORD, USER};
use crate::support::http::{ScriptedServer, answer};
use crate::support::s3::{ACCESS_KEY, S3Server, SECRET_KEY};
use crate::support::{Sandbox, write_private};

/// A sandbox in whose work directory the directories `r1` to `r6` are roots; the file found in one of them tells which
/// level won.
fn with_roots() -> Sandbox {
    let sandbox = Sandbox::new().file("a", "x");
    for n in 1..=6 {
        fs::create_dir(sandbox.work().join(format!("r{n}"))).unwrap();
    }
    sandbox
}

#[test]
fn each_level_beats_the_ones_below() {
    let config = |sandbox: &Sandbox| {
        let root = |n: u8| sandbox.work().join(format!("r{n}")).display().to_string();
        format!(
            "remote = \"one\"\n[remotes.one]\nbackend = \"fs\"\nroot = \"{}\"\n[remotes.bare]\nbackend = \"fs\"\n[fs]\nroot = \"{}\"\n",
            root(3),
            root(4)
        )
    };
    let won = |sandbox: &Sandbox| {
        (1..=6)
            .filter(|n| sandbox.exists(&format!("r{n}/a")))
            .collect::<Vec<u8>>()
    };

    let sandbox = with_roots();
    let text = config(&sandbox);
    let root = |n: u8| sandbox.work().join(format!("r{n}")).display().to_string();
    let (r1, r2) = (root(1), root(2));
    let sandbox = sandbox.config(&text).env("BLOBCTL_FS_ROOT", &r2);
    sandbox.run(["put", "a", "--root", &r1]).succeeds();
    assert_eq!(won(&sandbox), [1], "an option beats everything");
    sandbox.run(["put", "a"]).succeeds();
    assert_eq!(won(&sandbox), [1, 2], "the environment beats the file");

    let sandbox = with_roots();
    let text = config(&sandbox);
    let sandbox = sandbox.config(&text);
    sandbox.run(["put", "a"]).succeeds();
    assert_eq!(won(&sandbox), [3], "a remote's section beats its backend's");
    sandbox.run(["put", "a", "--remote", "bare"]).succeeds();
    assert_eq!(
        won(&sandbox),
        [3, 4],
        "what a remote leaves out comes from its backend's section"
    );
    sandbox.run(["put", "a", "--backend", "fs"]).succeeds();
    sandbox.run(["put", "a", "bare:b"]).succeeds();
    assert!(sandbox.exists("r4/b"));
}

#[test]
fn time_settings_are_looked_for_in_section_and_defaults() {
    // No server listens on the address; `retry_for` decides the number of attempts.
    let free = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let s3 = format!(
        "[s3]\nendpoint_url = \"http://{free}\"\nbucket = \"lab\"\naccess_key_id = \"a\"\nsecret_access_key = \"b\"\n"
    );
    let attempts = |config: &str, arguments: &[&str]| {
        let sandbox = Sandbox::new().config(config);
        let outcome = sandbox.run(["exists", "k", "-b", "s3", "-v"].iter().chain(arguments));
        assert_eq!(outcome.code, Some(7), "{outcome:?}");
        outcome.stderr.matches("attempt ").count()
    };
    assert_eq!(
        attempts(&format!("[defaults]\nretry_for = \"0\"\n{s3}"), &[]),
        0
    );
    assert!(
        attempts(
            &format!("[defaults]\nretry_for = \"0\"\n{s3}retry_for = \"200ms\"\n"),
            &[]
        ) > 0
    );
    assert_eq!(
        attempts(&format!("{s3}retry_for = \"1h\"\n"), &["--retry-for", "0"]),
        0
    );
}

#[test]
fn empty_variables_count_as_unset() {
    let sandbox = Sandbox::new()
        .file("a", "x")
        .env("BLOBCTL_FS_ROOT", "")
        .env("BLOBCTL_BACKEND", "")
        .env("BLOBCTL_CONFIG", "");
    sandbox.run(["put", "a"]).succeeds();
    assert!(sandbox.default_root().join("a").exists());
}

#[test]
fn the_first_config_file_is_read_alone() {
    let sandbox = Sandbox::new()
        .config("[fs]\nroot = \"/nonexistent-usual\"\n")
        .file("own.toml", "[fs]\nroot = \"/nonexistent-own\"\n")
        .file("env.toml", "[fs]\nroot = \"/nonexistent-env\"\n");
    sandbox
        .run(["exists", "k"])
        .fails_with(3, "/nonexistent-usual");
    sandbox
        .run(["exists", "k", "--config", "own.toml"])
        .fails_with(3, "/nonexistent-own");
    let sandbox = sandbox.env("BLOBCTL_CONFIG", "env.toml");
    sandbox
        .run(["exists", "k"])
        .fails_with(3, "/nonexistent-env");
    sandbox
        .run(["exists", "k", "--config", "own.toml"])
        .fails_with(3, "/nonexistent-own");
    let xdg = sandbox.work().join("xdg");
    fs::create_dir_all(xdg.join("blobctl")).unwrap();
    fs::write(
        xdg.join("blobctl/config.toml"),
        "[fs]\nroot = \"/nonexistent-xdg\"\n",
    )
    .unwrap();
    let sandbox = sandbox
        .env("BLOBCTL_CONFIG", "")
        .env("XDG_CONFIG_HOME", xdg.to_str().unwrap());
    sandbox
        .run(["exists", "k"])
        .fails_with(3, "/nonexistent-xdg");
}

#[test]
fn a_wrong_config_is_one_line_with_its_place_and_3() {
    for (text, wanted) in [
        (
            "[s3]\nbuket = \"x\"\n",
            "line 2: unknown key `buket`\nhint: did you mean `bucket`?",
        ),
        (
            "[s3]\nbucket = 7\n",
            "line 2: `bucket` must be a string, not a number",
        ),
        (
            "backend = \"s4\"\n",
            "line 1: `backend`: `s4` is not one of s3, ftp, fs",
        ),
        ("remote = \"nope\"\n", "unknown remote `nope`"),
        ("this is no toml\n", "line 1: "),
        ("[remotes.x]\nbackend = \"fs\"\n[remotes.x]\n", "line 3: "),
        (
            "[defaults]\njobs = 0\n",
            "line 2: `jobs`: `0` is neither `auto` nor a number from 1 to 256",
        ),
        (
            "[defaults]\nretry_for = \"soon\"\n",
            "line 2: `retry_for`: invalid duration `soon`",
        ),
        (
            "[defaults]\nprogress = \"loud\"\n",
            "line 2: `progress`: `loud` is not one of auto, bar, lines, none",
        ),
    ] {
        let sandbox = Sandbox::new().config(text).file("a", "x");
        let outcome = sandbox.run(["put", "a", "b"]);
        outcome.fails_with(3, wanted);
        assert!(!sandbox.default_root().exists());
    }
    let sandbox = Sandbox::new();
    sandbox
        .run(["exists", "k", "--config", "nowhere.toml"])
        .fails_with(3, "the config file `nowhere.toml` does not exist");
    let sandbox = Sandbox::new().file("c.toml", [0xff, 0xfe]);
    sandbox
        .run(["exists", "k", "--config", "c.toml"])
        .fails_with(3, "c.toml, line 1: not UTF-8 text");
    sandbox
        .run(["exists", "k", "--config", "."])
        .fails_with(3, "the config file `.`: is a directory");
}

#[test]
fn a_secret_in_a_broken_line_is_not_shown() {
    let sandbox = Sandbox::new().config("[s3]\nsecret_access_key = hunter2\n");
    let outcome = sandbox.run(["exists", "k"]);
    outcome.fails_with(3, "line 2");
    assert!(!outcome.stderr.contains("hunter2"), "{outcome:?}");
}

#[test]
fn missing_values_say_where_to_set_them() {
    let sandbox = Sandbox::new();
    let outcome = sandbox.run(["exists", "k", "-b", "s3"]);
    outcome.fails(3, "blobctl: `bucket` is not set for the s3 backend\nhint: set `bucket` in [s3] of the config file, BLOBCTL_S3_BUCKET, or --bucket");
    sandbox
        .run(["exists", "k", "-b", "ftp"])
        .fails_with(3, "`host` is not set for the ftp backend");
    sandbox
        .run([
            "exists",
            "k",
            "-b",
            "ftp",
            "--host",
            "127.0.0.1",
            "--user",
            "u",
        ])
        .fails_with(3, "no password for `u` on 127.0.0.1");
    sandbox
        .run(["exists", "k", "-b", "s3", "--bucket", "b"])
        .fails_with(3, "no credentials were found");
    sandbox
        .run(["exists", "x:k", "--remote", "x"])
        .fails_with(3, "unknown remote `x`");
}

#[test]
fn wrong_values_name_their_origin() {
    let sandbox = Sandbox::new().env("BLOBCTL_FTP_PORT", "abc");
    sandbox
        .run(["exists", "k", "-b", "ftp", "--host", "h"])
        .fails_with(
            3,
            "BLOBCTL_FTP_PORT: `port`: `abc` is not a number from 1 to 65535",
        );
    let sandbox = Sandbox::new().env("BLOBCTL_RETRY_FOR", "soon");
    sandbox
        .run(["exists", "k"])
        .fails_with(3, "BLOBCTL_RETRY_FOR: `retry_for`: invalid duration `soon`");
    let sandbox = Sandbox::new();
    sandbox
        .run([
            "exists",
            "k",
            "-b",
            "s3",
            "--endpoint-url",
            "nonsense",
            "--bucket",
            "b",
            "--no-sign-request",
            "--retry-for",
            "0",
        ])
        .fails_with(
            3,
            "the endpoint `nonsense` is not an http:// or https:// URL",
        );
    sandbox
        .run([
            "exists",
            "k",
            "-b",
            "s3",
            "--bucket",
            "b/c",
            "--no-sign-request",
            "--retry-for",
            "0",
        ])
        .fails_with(3, "`b/c` is not a valid bucket name");
    sandbox
        .run([
            "exists",
            "k",
            "-b",
            "s3",
            "--bucket",
            "b",
            "--region",
            "x/y",
            "--no-sign-request",
            "--retry-for",
            "0",
        ])
        .fails_with(3, "`x/y` is not a valid region name");
}

#[test]
fn a_config_with_a_secret_that_others_may_read_is_warned_of() {
    let sandbox =
        Sandbox::new().config("[s3]\naccess_key_id = \"a\"\nsecret_access_key = \"hunter2\"\n");
    let path = sandbox.home().join(".config/blobctl/config.toml");
    sandbox.run(["exists", "k"]).is_silent(1);
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    let outcome = sandbox.run(["exists", "k"]);
    assert_eq!(outcome.code, Some(1));
    assert!(
        outcome.stderr.starts_with("blobctl: warning: `") && outcome.stderr.contains("chmod 600"),
        "{outcome:?}"
    );
    assert!(!outcome.stderr.contains("hunter2"));
    sandbox.run(["exists", "k", "-q"]).is_silent(1);
}

#[test]
fn a_netrc_that_others_may_read_is_warned_of_if_its_password_is_used() {
    let server = FtpServer::start();
    let address = |name: &str| format!("ftp://127.0.0.1:{}/{BASE}/{name}", server.address.port());
    let entry = format!("machine 127.0.0.1 login {USER} password \"{PASSWORD}\"\n");
    let sandbox = Sandbox::new().netrc(&entry).file("a", "x");
    let netrc = sandbox.home().join(".netrc");
    sandbox.run(["put", "a", &address("k")]).succeeds();
    fs::set_permissions(&netrc, fs::Permissions::from_mode(0o640)).unwrap();
    let shown = netrc.display();
    let outcome = sandbox.run(["cp", &address("k"), &address("c")]);
    assert_eq!(
        (outcome.code, outcome.stderr),
        (
            Some(0),
            format!(
                "blobctl: warning: `{shown}` contains a secret and is readable by others: chmod 600 {shown}\n"
            )
        )
    );
    sandbox.run(["exists", &address("k"), "-q"]).succeeds();
    // Neither another login nor another store reads a password of it.
    let own = sandbox
        .env("BLOBCTL_FTP_USERNAME", USER)
        .env("BLOBCTL_FTP_PASSWORD", PASSWORD);
    own.run(["exists", &address("k")]).succeeds();
    own.run(["put", "a"]).succeeds();
}

#[test]
fn a_file_of_logins_without_an_end_is_3() {
    let server = FtpServer::start();
    let address = format!("ftp://127.0.0.1:{}/k", server.address.port());
    Sandbox::new()
        .env("NETRC", "/dev/zero")
        .run(["exists", &address])
        .fails(3, "blobctl: `/dev/zero`: larger than 1 MiB");
    assert!(server.commands("USER").is_empty());
    for variable in ["AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"] {
        Sandbox::new()
            .env(variable, "/dev/zero")
            .run(["exists", "s3://lab/k"])
            .fails_with(3, "/dev/zero: larger than 1 MiB");
    }
    Sandbox::new()
        .run(["exists", "k", "--config", "/dev/zero"])
        .fails_with(3, "`/dev/zero`: larger than 1 MiB");
    // A file with many profiles is not small.
    let profiles = "[profile account]\nregion = eu-west-1\n".repeat(2000);
    assert!(profiles.len() > 64 << 10);
    let sandbox = aws(Sandbox::new(), "", &profiles);
    let outcome = sandbox.run(["exists", "s3://lab/k", "--profile", "nowhere"]);
    outcome.fails_with(3, "unknown profile `nowhere`");
}

#[test]
fn a_misspelt_variable_is_warned_of() {
    let outcome = Sandbox::new()
        .env("BLOBCTL_S3_BUKET", "x")
        .run(["exists", "k"]);
    outcome.fails(1, "blobctl: warning: ignored the unknown environment variable BLOBCTL_S3_BUKET; did you mean BLOBCTL_S3_BUCKET?");
}

fn unsigned_as_told(server: &S3Server) -> Sandbox {
    Sandbox::new()
        .env("BLOBCTL_BACKEND", "s3")
        .env("BLOBCTL_S3_ENDPOINT_URL", &server.endpoint())
        .env("BLOBCTL_S3_BUCKET", "lab")
        .env("BLOBCTL_RETRY_FOR", "0")
        .file("a", "x")
}

/// The files that the AWS tools keep.
fn aws(sandbox: Sandbox, credentials: &str, config: &str) -> Sandbox {
    let dir = sandbox.home().join(".aws");
    write_private(&dir.join("credentials"), credentials);
    write_private(&dir.join("config"), config);
    sandbox
}

#[test]
fn credentials_come_from_the_first_source_that_has_them() {
    let server = S3Server::start();
    let good = format!("aws_access_key_id = {ACCESS_KEY}\naws_secret_access_key = {SECRET_KEY}\n");
    let bad = "aws_access_key_id = AKIAWRONG\naws_secret_access_key = wrong\n";
    let name_of_source = |sandbox: &Sandbox, arguments: &[&str]| {
        let outcome = sandbox.run(["put", "a", "-v"].iter().chain(arguments));
        let line = outcome
            .stderr
            .lines()
            .find(|line| line.contains("credentials: "))
            .unwrap_or("")
            .to_owned();
        (outcome.code, line)
    };
    let sandbox = aws(
        unsigned_as_told(&server),
        &format!("[default]\n{bad}[work]\n{good}"),
        "",
    );
    assert_eq!(
        name_of_source(&sandbox, &[]).0,
        Some(4),
        "the default profile is used"
    );
    let (code, line) = name_of_source(&sandbox, &["--profile", "work"]);
    assert_eq!(
        (code, line.as_str()),
        (
            Some(0),
            "blobctl: credentials: the profile `work`, access key …MPLE"
        )
    );
    let sandbox = sandbox.env("AWS_PROFILE", "work");
    assert_eq!(name_of_source(&sandbox, &[]).0, Some(0));
    let sandbox = sandbox
        .env("AWS_ACCESS_KEY_ID", "AKIAWRONG")
        .env("AWS_SECRET_ACCESS_KEY", "wrong");
    assert_eq!(
        name_of_source(&sandbox, &[]).0,
        Some(4),
        "variables beat the profile that a variable names"
    );
    assert_eq!(
        name_of_source(&sandbox, &["--profile", "work"]).0,
        Some(0),
        "an option beats variables"
    );
    let sandbox = sandbox
        .env("BLOBCTL_S3_ACCESS_KEY_ID", ACCESS_KEY)
        .env("BLOBCTL_S3_SECRET_ACCESS_KEY", SECRET_KEY);
    assert_eq!(
        name_of_source(&sandbox, &[]).0,
        Some(0),
        "our own settings beat AWS's variables"
    );

    let sandbox = aws(
        unsigned_as_told(&server),
        "",
        &format!("[profile work]\n{good}"),
    );
    assert_eq!(
        name_of_source(&sandbox, &["--profile", "work"]).0,
        Some(0),
        "the config file may hold keys too"
    );
    let secret = sandbox.work().join("secret");
    write_private(&secret, &format!("{SECRET_KEY}\n"));
    let sandbox = sandbox.env("BLOBCTL_S3_ACCESS_KEY_ID", ACCESS_KEY).env(
        "BLOBCTL_S3_SECRET_ACCESS_KEY_FILE",
        secret.to_str().unwrap(),
    );
    assert_eq!(name_of_source(&sandbox, &[]).0, Some(0));
}

#[test]
fn half_credentials_are_an_error_and_never_skipped() {
    let server = S3Server::start();
    let good = format!(
        "[default]\naws_access_key_id = {ACCESS_KEY}\naws_secret_access_key = {SECRET_KEY}\n"
    );
    let base = || aws(unsigned_as_told(&server), &good, "");
    base()
        .env("AWS_ACCESS_KEY_ID", "AKIA")
        .run(["put", "a"])
        .fails_with(3, "AWS_ACCESS_KEY_ID without AWS_SECRET_ACCESS_KEY");
    base()
        .env("AWS_SECRET_ACCESS_KEY", "s")
        .run(["put", "a"])
        .fails_with(3, "AWS_SECRET_ACCESS_KEY without AWS_ACCESS_KEY_ID");
    base()
        .env("BLOBCTL_S3_ACCESS_KEY_ID", "AKIA")
        .run(["put", "a"])
        .fails_with(3, "`access_key_id` is set without `secret_access_key`");
    base()
        .env("BLOBCTL_S3_SECRET_ACCESS_KEY", "s")
        .run(["put", "a"])
        .fails_with(3, "`secret_access_key` is set without `access_key_id`");
    aws(
        unsigned_as_told(&server),
        "[default]\naws_access_key_id = A\n",
        "",
    )
    .run(["put", "a"])
    .fails_with(
        3,
        "the profile `default` has aws_access_key_id without aws_secret_access_key",
    );
    base()
        .run(["put", "a", "--profile", "nope"])
        .fails_with(3, "unknown profile `nope`");
    aws(unsigned_as_told(&server), "[default\n", "")
        .run(["put", "a"])
        .fails_with(3, "line 1: a section without its closing bracket");
    assert!(server.requests().is_empty());
}

#[test]
fn region_and_endpoint_come_from_aws_names_and_profiles() {
    let server = ScriptedServer::start([answer(200, &[("etag", "\"x\"")], b"x")]);
    let good =
        format!("[work]\naws_access_key_id = {ACCESS_KEY}\naws_secret_access_key = {SECRET_KEY}\n");
    let config = format!(
        "[profile work]\nregion = eu-north-1\nendpoint_url = {}\n",
        server.endpoint()
    );
    let sandbox = aws(
        Sandbox::new()
            .env("BLOBCTL_BACKEND", "s3")
            .env("BLOBCTL_S3_BUCKET", "lab"),
        &good,
        &config,
    );
    let region = || {
        let seen = server.seen();
        let authorization = seen
            .last()
            .unwrap()
            .header("authorization")
            .unwrap()
            .to_owned();
        authorization.split('/').nth(2).unwrap().to_owned()
    };
    sandbox
        .run(["get", "k", "-", "--profile", "work"])
        .prints(b"x");
    assert_eq!(region(), "eu-north-1");
    let sandbox = sandbox
        .env("AWS_DEFAULT_REGION", "eu-west-2")
        .env("AWS_PROFILE", "work");
    sandbox.run(["get", "k", "-"]).prints(b"x");
    assert_eq!(region(), "eu-west-2");
    let sandbox = sandbox.env("AWS_REGION", "eu-west-3");
    sandbox.run(["get", "k", "-"]).prints(b"x");
    assert_eq!(region(), "eu-west-3");
    sandbox
        .run(["get", "k", "-", "--region", "eu-west-4"])
        .prints(b"x");
    assert_eq!(region(), "eu-west-4");
    let sandbox = sandbox
        .env("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:1")
        .env("AWS_ENDPOINT_URL", "http://127.0.0.1:2");
    sandbox
        .run(["get", "k", "-", "--retry-for", "0"])
        .fails_with(7, "connect to 127.0.0.1:1");
    sandbox
        .run(["get", "k", "-", "--endpoint-url", &server.endpoint()])
        .prints(b"x");
}

#[test]
fn the_sections_login_is_not_sent_to_another_host() {
    let sandbox = Sandbox::new()
        .config("[ftp]\nhost = \"ftp.example.com\"\nusername = \"ops\"\npassword = \"hunter2\"\n");
    // Without a password of its own the run stops before it connects anywhere.
    let outcome = sandbox.run(["exists", "ftp://ops@127.0.0.1:1/x", "--retry-for", "0"]);
    outcome.fails_with(3, "no password for `ops` on 127.0.0.1");
    let sandbox = sandbox.env("BLOBCTL_FTP_PASSWORD", "for-this-run");
    sandbox
        .run(["exists", "ftp://ops@127.0.0.1:1/x", "--retry-for", "0"])
        .fails_with(7, "127.0.0.1:1");
}

#[test]
fn netrc_has_the_last_word_about_ftp_logins() {
    let sandbox = Sandbox::new().netrc("machine 127.0.0.1 login ops password hunter2\n");
    let outcome = sandbox.run(["exists", "ftp://ops@127.0.0.1:1/x", "--retry-for", "0"]);
    outcome.fails_with(7, "127.0.0.1:1");
    let outcome = sandbox.run(["exists", "ftp://other@127.0.0.1:1/x", "--retry-for", "0"]);
    outcome.fails_with(3, "no password for `other`");
    let own = sandbox.work().join("netrc");
    write_private(&own, "machine 127.0.0.1 login other password x\n");
    sandbox
        .env("NETRC", own.to_str().unwrap())
        .run(["exists", "ftp://other@127.0.0.1:1/x", "--retry-for", "0"])
        .fails_with(7, "127.0.0.1:1");
}

/// The bucket and the region of the last request: `/BUCKET/KEY`, and the scope of the signature.
fn last_place(server: &ScriptedServer) -> (String, String) {
    let seen = server.seen();
    let last = seen.last().unwrap();
    let bucket = last.target.split('/').nth(1).unwrap().to_owned();
    let scope = last.header("authorization").unwrap();
    (bucket, scope.split('/').nth(2).unwrap().to_owned())
}

#[test]
fn the_levels_are_the_same_for_s3_and_aws_names_come_after_ours() {
    let server = ScriptedServer::start([answer(200, &[("etag", "\"x\"")], b"x")]);
    let endpoint = server.endpoint();
    let config = format!(
        "[remotes.one]\nbackend = \"s3\"\nbucket = \"remote\"\nregion = \"xx-remote-1\"\n\
         [s3]\nendpoint_url = \"{endpoint}\"\nbucket = \"section\"\nregion = \"xx-section-1\"\n\
         access_key_id = \"a\"\nsecret_access_key = \"b\"\n"
    );
    let place = |sandbox: &Sandbox, arguments: &[&str]| {
        sandbox
            .run(["get", "k", "-"].iter().chain(arguments))
            .prints(b"x");
        let (bucket, region) = last_place(&server);
        format!("{bucket} {region}")
    };
    let sandbox = Sandbox::new().config(&config);
    assert_eq!(place(&sandbox, &["-b", "s3"]), "section xx-section-1");
    assert_eq!(place(&sandbox, &["--remote", "one"]), "remote xx-remote-1");
    let sandbox = sandbox.env("AWS_DEFAULT_REGION", "xx-default-1");
    assert_eq!(place(&sandbox, &["--remote", "one"]), "remote xx-default-1");
    let sandbox = sandbox.env("AWS_REGION", "xx-aws-1");
    assert_eq!(place(&sandbox, &["--remote", "one"]), "remote xx-aws-1");
    let sandbox = sandbox
        .env("BLOBCTL_S3_REGION", "xx-ours-1")
        .env("BLOBCTL_S3_BUCKET", "ours");
    assert_eq!(place(&sandbox, &["--remote", "one"]), "ours xx-ours-1");
    let flags = [
        "--remote",
        "one",
        "--bucket",
        "flag",
        "--region",
        "xx-flag-1",
    ];
    assert_eq!(place(&sandbox, &flags), "flag xx-flag-1");

    let bare = format!(
        "[s3]\nendpoint_url = \"{endpoint}\"\nbucket = \"section\"\naccess_key_id = \"a\"\nsecret_access_key = \"b\"\n"
    );
    let sandbox = Sandbox::new().config(&bare);
    assert_eq!(place(&sandbox, &["-b", "s3"]), "section us-east-1");
}

#[test]
fn our_endpoint_comes_before_that_of_aws() {
    let server = ScriptedServer::start([answer(200, &[("etag", "\"x\"")], b"x")]);
    let other = ScriptedServer::start([answer(200, &[("etag", "\"y\"")], b"y")]);
    let third = ScriptedServer::start([answer(200, &[("etag", "\"z\"")], b"z")]);
    let sandbox = Sandbox::new()
        .env("BLOBCTL_BACKEND", "s3")
        .env("BLOBCTL_S3_BUCKET", "lab")
        .env("AWS_ACCESS_KEY_ID", ACCESS_KEY)
        .env("AWS_SECRET_ACCESS_KEY", SECRET_KEY)
        .env("AWS_ENDPOINT_URL", &third.endpoint());
    sandbox.run(["get", "k", "-"]).prints(b"z");
    let sandbox = sandbox.env("AWS_ENDPOINT_URL_S3", &other.endpoint());
    sandbox.run(["get", "k", "-"]).prints(b"y");
    let sandbox = sandbox.env("BLOBCTL_S3_ENDPOINT_URL", &server.endpoint());
    sandbox.run(["get", "k", "-"]).prints(b"x");
}

#[test]
fn an_ftp_password_comes_from_wherever_it_was_put() {
    let server = FtpServer::start();
    let port = server.address.port();
    let section = format!(
        "backend = \"ftp\"\n[ftp]\nhost = \"127.0.0.1\"\nport = {port}\nusername = \"{USER}\"\nbase_dir = \"{BASE}\"\n"
    );
    let with = |line: &str| Sandbox::new().config(&format!("{section}{line}\n"));
    let stores = |sandbox: &Sandbox, key: &str| {
        sandbox.pipe(["put", "-", key], key.as_bytes()).succeeds();
        assert_eq!(server.file(key).as_deref(), Some(key.as_bytes()));
    };
    stores(&with(&format!("password = \"{PASSWORD}\"")), "text");
    let sandbox = with("password_file = \"pw\"").secret("pw", format!("{PASSWORD}\nsecond line\n"));
    stores(&sandbox, "file");
    stores(
        &with(&format!("password_command = \"/bin/echo '{PASSWORD}'\"")),
        "command",
    );
    stores(&with("").env("BLOBCTL_FTP_PASSWORD", PASSWORD), "variable");
    let entry = format!("machine 127.0.0.1 login {USER} password \"{PASSWORD}\"\n");
    stores(&with("").netrc(&entry), "netrc");
    let sandbox = with("password = \"wrong\"").env("BLOBCTL_FTP_PASSWORD", PASSWORD);
    stores(&sandbox, "variable beats section");

    with("password_file = \"nowhere\"")
        .run(["exists", "k"])
        .fails_with(3, "nowhere");
    let failing = with("password_command = \"/bin/echo hunter2; /bin/false\"");
    let outcome = failing.run(["exists", "k"]);
    outcome.fails_with(3, "the password command failed");
    assert!(!outcome.stderr.contains("hunter2"), "{outcome:?}");
}
