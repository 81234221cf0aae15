//! Logins go together and only to their own host: whatever the levels of settings say, a secret of one section never reaches
//! the server of another one.

use std::collections::BTreeMap;

use blobctl::aws::credentials::CredentialSource;
use blobctl::backend::ftp::config::Password;
use blobctl::backend::ftp::config::Tls;
use blobctl::backend::{Config, ftp};
use blobctl::cli::Global;
use blobctl::settings::Settings;
use blobctl::settings::environment::Environment;

use crate::support::ftp::{BASE, DataSessions, FtpServer, PASSWORD, Protection, USER};
use crate::support::http::{ScriptedServer, answer};
use crate::support::{Outcome, Sandbox, write_private};

/// A small generator of numbers that are the same at each run (Marsaglia 2003).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap() % sides
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.roll(from.len())]
    }
}

/// The settings of one level, by key.
type Level = BTreeMap<&'static str, String>;

fn get<'a>(level: &'a Level, key: &str) -> Option<&'a str> {
    level.get(key).map(String::as_str)
}

/// A section of the config file.
fn section(head: &str, level: &Level) -> String {
    let mut text = format!("{head}\n");
    for (key, value) in level {
        let line = match *key {
            "port" => format!("{key} = {value}\n"),
            _ => format!("{key} = \"{value}\"\n"),
        };
        text += &line;
    }
    text
}

/// The variables of a level.
fn variables(section: &str, level: &Level) -> Vec<(String, String)> {
    level
        .iter()
        .map(|(key, value)| {
            (
                format!("BLOBCTL_{section}_{}", key.to_uppercase()),
                value.clone(),
            )
        })
        .collect()
}

const HOSTS: [&str; 3] = ["a.invalid", "b.invalid", "c.invalid"];
const PORTS: [&str; 3] = ["21", "990", "2121"];

/// A level of FTP settings whose secret names the level.
fn ftp_level(dice: &mut Dice, name: &str) -> Level {
    let mut level = Level::new();
    if dice.roll(3) > 0 {
        level.insert("host", dice.pick(&HOSTS).to_owned());
    }
    if dice.roll(3) == 0 {
        level.insert("port", dice.pick(&PORTS).to_owned());
    }
    if dice.roll(3) == 0 {
        level.insert(
            "tls",
            dice.pick(&["none", "explicit", "implicit"]).to_owned(),
        );
    }
    if dice.roll(2) == 0 {
        level.insert("username", dice.pick(&["ops", "bob"]).to_owned());
    }
    if dice.roll(2) == 0 {
        level.insert("password", format!("secret of {name}"));
    }
    level
}

/// The value that levels name, the highest first.
fn highest<'a>(levels: &[&'a Level], key: &str) -> Option<&'a str> {
    levels.iter().find_map(|level| get(level, key))
}

/// The result of a generated configuration: `None` if it is rejected.
fn resolve(
    config: &str,
    environment: &[(String, String)],
    flags: Global,
    address: &str,
) -> Option<Config> {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("config.toml");
    std::fs::write(&path, config).unwrap();
    let environment = environment
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()));
    let flags = Global {
        config: Some(path),
        ..flags
    };
    let settings = Settings::load(flags, Environment::of(environment)).unwrap();
    let target = settings.target(address).unwrap().unwrap();
    settings.store(&target.store).ok().map(|store| store.config)
}

/// Fails if the login of a configuration is not one of the levels that name its server.
fn check_ftp(config: &ftp::Config, levels: &[(&str, &[&Level])], story: &str) -> bool {
    let Password::Text(secret) = &config.password else {
        return false;
    };
    let owner = secret.expose().strip_prefix("secret of ").unwrap();
    let (_, levels) = levels.iter().find(|(name, _)| *name == owner).unwrap();
    let own = levels[0];
    if let Some(host) = highest(levels, "host")
        && (owner != "environment" || get(own, "host").is_some())
    {
        assert_eq!(config.host, host, "{story}");
        let port = levels.iter().find_map(|level| {
            let is_ours = get(level, "host").is_none_or(|other| other == host);
            get(level, "port").filter(|_| is_ours)
        });
        let tls = highest(levels, "tls").unwrap_or("none");
        let usual = if tls == "implicit" { "990" } else { "21" };
        assert_eq!(config.port.to_string(), port.unwrap_or(usual), "{story}");
        assert!(tls == "none" || config.tls != Tls::None, "{story}");
    } else {
        assert_eq!(
            owner, "environment",
            "a section without a host has no home\n{story}"
        );
        let demands = get(own, "tls").is_some_and(|tls| tls != "none");
        assert!(!demands || config.tls != Tls::None, "{story}");
    }
    if let Some(user) = get(own, "username") {
        assert_eq!(config.username, user, "{story}");
    }
    true
}

#[test]
fn no_ftp_login_leaves_its_server_in_any_of_many_configurations() {
    let dice = &mut Dice(0x9e37_79b9_7f4a_7c15);
    let (mut sent, mut refused) = (0, 0);
    for _ in 0..3000 {
        let environment = match dice.roll(2) {
            0 => ftp_level(dice, "environment"),
            _ => Level::new(),
        };
        let (remote, below) = (ftp_level(dice, "remote"), ftp_level(dice, "section"));
        let mut flags = Global::default();
        if dice.roll(4) == 0 {
            flags.host = Some(dice.pick(&HOSTS).to_owned());
        }
        if dice.roll(4) == 0 {
            flags.port = dice.pick(&PORTS).parse().ok();
        }
        if dice.roll(4) == 0 {
            flags.user = Some(dice.pick(&["ops", "bob"]).to_owned());
        }
        if dice.roll(4) == 0 {
            flags.ftp_tls = Some(dice.pick(&[Tls::None, Tls::Explicit]));
        }
        let host = dice.pick(&HOSTS);
        let port = dice.pick(&["", ":21", ":990", ":2121"]);
        let user = dice.pick(&["", "ops@", "bob@"]);
        let scheme = dice.pick(&["ftp", "ftpes", "ftps"]);
        let address = match dice.roll(3) {
            0 => "key".to_owned(),
            1 => "far:key".to_owned(),
            _ => format!("{scheme}://{user}{host}{port}/key"),
        };
        let text = format!(
            "backend = \"ftp\"\n{}{}",
            section("[ftp]", &below),
            section("[remotes.far]\nbackend = \"ftp\"", &remote)
        );
        let story = format!("{address} {flags:?}\n{environment:?}\n{text}");
        let is_remote = address.starts_with("far:");
        let of_environment: &[&Level] = match is_remote {
            true => &[&environment, &remote, &below],
            false => &[&environment, &below],
        };
        let levels = [
            ("environment", of_environment),
            ("remote", &[&remote, &below]),
            ("section", &[&below]),
        ];
        match resolve(&text, &variables("FTP", &environment), flags, &address) {
            Some(Config::Ftp(config)) => {
                assert!(is_remote || !format!("{config:?}").contains("secret of remote"));
                sent += usize::from(check_ftp(&config, &levels, &story));
            }
            Some(other) => panic!("{other:?}"),
            None => refused += 1,
        }
    }
    assert!(
        sent > 300 && refused > 100,
        "{sent} sent, {refused} refused"
    );
}

/// A level of S3 settings whose keys name the level.
fn s3_level(dice: &mut Dice, name: &str) -> Level {
    let mut level = Level::new();
    if dice.roll(2) == 0 {
        let endpoint = format!("http://{}", dice.pick(&HOSTS));
        level.insert("endpoint_url", endpoint);
    }
    for (key, value) in [
        ("access_key_id", format!("ID {name}")),
        ("secret_access_key", format!("SECRET {name}")),
        ("session_token", format!("TOKEN {name}")),
    ] {
        if dice.roll(2) == 0 {
            level.insert(key, value);
        }
    }
    level
}

#[test]
fn keys_of_s3_stay_together_and_a_token_at_its_service_in_any_of_many_configurations() {
    let dice = &mut Dice(0x2545_f491_4f6c_dd1d);
    let (mut signed, mut with_token) = (0, 0);
    for _ in 0..3000 {
        let environment = match dice.roll(2) {
            0 => s3_level(dice, "environment"),
            _ => Level::new(),
        };
        let (remote, below) = (s3_level(dice, "remote"), s3_level(dice, "section"));
        let mut flags = Global::default();
        if dice.roll(4) == 0 {
            flags.endpoint_url = Some(format!("http://{}", dice.pick(&HOSTS)));
        }
        let text = format!(
            "backend = \"s3\"\n[s3]\nbucket = \"lab\"\n{}{}",
            section("", &below),
            section("[remotes.far]\nbackend = \"s3\"", &remote)
        );
        let address = dice.pick(&["key", "far:key"]);
        let story = format!("{address} {flags:?}\n{environment:?}\n{text}");
        let asked = flags.endpoint_url.clone();
        let resolved = resolve(&text, &variables("S3", &environment), flags, address);
        let Some(Config::S3(config)) = resolved else {
            continue;
        };
        let CredentialSource::Explicit(keys) = &config.credentials else {
            continue;
        };
        signed += 1;
        let owner = keys.access_key_id.strip_prefix("ID ").unwrap();
        assert_eq!(
            keys.secret_access_key.expose(),
            format!("SECRET {owner}"),
            "{story}"
        );
        let levels: &[&Level] = match (owner, address) {
            ("environment", "key") => &[&environment, &below],
            ("environment", _) => &[&environment, &remote, &below],
            ("remote", _) => &[&remote, &below],
            _ => &[&below],
        };
        let token = keys
            .session_token
            .as_ref()
            .map(|token| token.expose().to_owned());
        assert_eq!(token.as_deref(), get(levels[0], "session_token"), "{story}");
        if token.is_some() {
            with_token += 1;
            let is_for_the_run =
                owner == "environment" && get(&environment, "endpoint_url").is_none();
            let home = highest(levels, "endpoint_url").map(str::to_owned);
            let is_named_for_the_run =
                home.is_none() && (asked.is_some() || get(&environment, "endpoint_url").is_some());
            assert!(
                is_for_the_run || is_named_for_the_run || config.endpoint == home,
                "{story}"
            );
            assert!(asked.is_none() || config.endpoint == asked, "{story}");
        }
    }
    assert!(
        signed > 300 && with_token > 50,
        "{signed} signed, {with_token} with a token"
    );
}

/// The passwords that a server was sent.
fn passwords(server: &FtpServer) -> Vec<String> {
    server
        .commands("PASS")
        .iter()
        .map(|line| line.trim_start_matches("PASS ").to_owned())
        .collect()
}

#[test]
fn no_password_reaches_the_server_of_another_section() {
    let (one, two) = (FtpServer::start(), FtpServer::start());
    let ports = [one.address.port(), two.address.port()];
    let dice = &mut Dice(0x6a09_e667_f3bc_c908);
    for _ in 0..40 {
        // The section is the first server's, the remote the second's; the environment's password is for the server that the
        // environment names, or for the run's only one.
        let mut config = format!(
            "backend = \"ftp\"\n[ftp]\nhost = \"127.0.0.1\"\nport = {}\nusername = \"ops\"\npassword = \"pw-one\"\n\
             [remotes.two]\nbackend = \"ftp\"\nhost = \"127.0.0.1\"\nport = {}\n",
            ports[0], ports[1]
        );
        config += dice.pick(&[
            "",
            "username = \"ops\"\n",
            "username = \"anonymous\"\n",
            "username = \"ops\"\npassword = \"pw-two\"\n",
            "username = \"bob\"\npassword = \"pw-two\"\n",
        ]);
        let mut sandbox = Sandbox::new().config(&config);
        let named = dice.roll(4);
        if named < 2 {
            sandbox = sandbox
                .env("BLOBCTL_FTP_HOST", "127.0.0.1")
                .env("BLOBCTL_FTP_PORT", &ports[named].to_string())
                .env("BLOBCTL_FTP_USERNAME", "ops")
                .env("BLOBCTL_FTP_PASSWORD", ["pw-env-one", "pw-env-two"][named]);
        }
        let port = dice.pick(&ports).to_string();
        let (first, second) = (
            format!("ftp://127.0.0.1:{}/x", ports[0]),
            format!("ftp://ops@127.0.0.1:{}/x", ports[1]),
        );
        let arguments: &[&str] = match dice.roll(6) {
            0 => &["exists", "x"],
            1 => &["exists", "two:x"],
            2 => &["exists", &first],
            3 => &["exists", &second],
            4 => &["cp", "x", "two:y"],
            _ => &["exists", "x", "--host", "127.0.0.1", "--port", &port],
        };
        sandbox.run(arguments.iter().chain(&["--retry-for", "0"]));
    }
    // The password of an anonymous login is not a secret.
    let own = |server: &FtpServer, names: &[&str]| {
        let sent = passwords(server);
        for password in &sent {
            assert!(
                password == "anonymous@" || names.contains(&password.as_str()),
                "{password} was sent to the server of {names:?}"
            );
        }
        names
            .iter()
            .all(|name| sent.iter().any(|sent| sent == name))
    };
    assert!(own(&one, &["pw-one", "pw-env-one"]));
    assert!(own(&two, &["pw-two", "pw-env-two"]));
}

#[test]
fn a_section_without_a_login_of_its_own_does_not_send_that_of_another_host() {
    let server = FtpServer::start();
    let port = server.address.port();
    for user in ["", "username = \"anonymous\"\n", "username = \"ops\"\n"] {
        let sandbox = Sandbox::new().config(&format!(
            "[ftp]\nhost = \"internal.invalid\"\nusername = \"ops\"\npassword = \"hunter2\"\n\
             [remotes.pub]\nbackend = \"ftp\"\nhost = \"127.0.0.1\"\nport = {port}\n{user}"
        ));
        let outcome = sandbox.run(["get", "pub:x", "-", "--retry-for", "0"]);
        if user.contains("ops") {
            outcome.fails_with(3, "no password for `ops` on 127.0.0.1");
            assert!(
                outcome
                    .stderr
                    .contains("the login of [ftp] is for internal.invalid:21 only"),
                "{outcome:?}"
            );
        }
        let port = port.to_string();
        let other = ["-b", "ftp", "--host", "127.0.0.1", "--port", &port];
        sandbox.run(["get", "x", "-", "--retry-for", "0"].iter().chain(&other));
        // Another port of the same machine is another server.
        let sandbox = Sandbox::new()
            .config("[ftp]\nhost = \"127.0.0.1\"\nusername = \"ops\"\npassword = \"hunter2\"\n");
        let other = ["-b", "ftp", "--port", &port];
        sandbox.run(["get", "x", "-", "--retry-for", "0"].iter().chain(&other));
    }
    assert!(!server.log().is_empty());
    assert!(
        !server.log().join("\n").contains("hunter2"),
        "{:?}",
        server.log()
    );
    assert!(
        server
            .commands("USER")
            .iter()
            .all(|line| line == "USER anonymous")
    );
}

/// A server with TLS, and a sandbox whose `[ftp]` section has its login and requires TLS.
fn demanding_tls(server: &FtpServer) -> Sandbox {
    Sandbox::new().file("ca.pem", &server.certificate).config(&format!(
        "[ftp]\nhost = \"127.0.0.1\"\nport = {}\ntls = \"explicit\"\nusername = \"{USER}\"\npassword = \"{PASSWORD}\"\n\
         base_dir = \"{BASE}\"\nca_bundle = \"ca.pem\"\n",
        server.address.port()
    ))
}

#[test]
fn an_address_of_the_sections_server_keeps_the_tls_that_the_section_demands() {
    let server = FtpServer::with_tls(
        Protection::Explicit,
        DataSessions::Any,
        &rustls::version::TLS13,
    )
    .holding("x", b"hello");
    let sandbox = demanding_tls(&server);
    let port = server.address.port();
    sandbox
        .run(["get", &format!("ftp://127.0.0.1:{port}/{BASE}/x"), "-"])
        .prints(b"hello");
    let log = server.log();
    let at = |verb: &str| log.iter().position(|line| line.starts_with(verb));
    assert!(at("AUTH").unwrap() < at("USER").unwrap(), "{log:?}");
    // An option that asks for no TLS does not get the login.
    let before = server.commands("USER").len();
    let plain = ["get", "x", "-", "-b", "ftp", "--ftp-tls", "none"];
    let outcome = sandbox.run(plain);
    outcome.fails_with(3, "this login is sent with TLS only");
    assert_eq!(server.commands("USER").len(), before);
    assert!(!outcome.stderr.contains(PASSWORD), "{outcome:?}");
    // On another port of that host the section's login is not sent at all.
    let other = FtpServer::start().holding("x", b"public");
    let port = other.address.port();
    sandbox.run([
        "get",
        &format!("ftp://127.0.0.1:{port}/{BASE}/x"),
        "-",
        "--retry-for",
        "0",
    ]);
    assert_eq!(other.commands("USER"), ["USER anonymous"]);
}

#[test]
fn a_server_of_implicit_tls_is_not_spoken_to_without() {
    let sandbox = Sandbox::new().config(
        "[ftp]\nhost = \"127.0.0.1\"\ntls = \"implicit\"\nusername = \"ops\"\npassword = \"hunter2\"\n",
    );
    sandbox
        .run(["exists", "ftp://127.0.0.1:990/x"])
        .fails_with(3, "hint: use ftps:// instead of ftp://");
}

#[test]
fn the_environments_password_is_for_one_login_of_the_run() {
    let (one, two) = (
        FtpServer::start().holding("x", b"hello"),
        FtpServer::start(),
    );
    let at = |server: &FtpServer, user: &str, key: &str| {
        format!(
            "ftp://{user}@127.0.0.1:{}/{BASE}/{key}",
            server.address.port()
        )
    };
    let sandbox = Sandbox::new()
        .file("f", "hello")
        .env("BLOBCTL_FTP_PASSWORD", PASSWORD);
    sandbox.run(["put", "f", &at(&one, USER, "f")]).succeeds();
    assert_eq!(one.file("f").as_deref(), Some(&b"hello"[..]));
    // One login may be named twice.
    sandbox
        .run(["cp", &at(&one, USER, "f"), &at(&one, USER, "g")])
        .succeeds();
    // The log itself may still lack the QUIT of the last run.
    let before = one.commands("USER").len();
    for (from, to) in [
        (at(&one, USER, "x"), at(&two, "bob", "y")),
        (at(&one, USER, "x"), at(&two, USER, "y")),
        (at(&one, USER, "x"), at(&one, "bob", "y")),
    ] {
        let outcome: Outcome = sandbox.run(["cp", &from, &to]);
        outcome.fails_with(
            3,
            "BLOBCTL_FTP_PASSWORD is the password of one login, but this run has two",
        );
        assert!(!outcome.stderr.contains(PASSWORD), "{outcome:?}");
    }
    assert_eq!(
        one.commands("USER").len(),
        before,
        "nothing is sent before that is known"
    );
    assert_eq!(two.log(), Vec::<String>::new());
    // If the environment names its host, other hosts have their own logins.
    let sandbox = sandbox
        .env("BLOBCTL_FTP_HOST", "127.0.0.1")
        .env("BLOBCTL_FTP_PORT", &one.address.port().to_string());
    let outcome = sandbox.run(["cp", &at(&one, USER, "x"), &at(&two, USER, "y")]);
    outcome.fails_with(3, "no password for `ops` on 127.0.0.1");
    let netrc = format!("machine 127.0.0.1 login {USER} password \"{PASSWORD}\"\n");
    let sandbox = sandbox.netrc(&netrc);
    sandbox
        .run(["cp", &at(&one, USER, "x"), &at(&two, USER, "y")])
        .succeeds();
    assert_eq!(two.file("y").as_deref(), Some(&b"hello"[..]));
}

#[test]
fn a_password_in_netrc_may_begin_with_a_number_sign_and_may_not_be_missing() {
    let server = FtpServer::start();
    let address = format!("ftp://127.0.0.1:{}/x", server.address.port());
    let with = |netrc: &str| {
        let sandbox = Sandbox::new().netrc(netrc);
        sandbox.run(["exists", &address, "--retry-for", "0"])
    };
    with(
        "machine 127.0.0.1 login alice password #pw1\nmachine bank.invalid login bob password bankpw\n",
    );
    assert_eq!(server.commands("USER"), ["USER alice"]);
    assert_eq!(passwords(&server), ["#pw1"]);
    let outcome = with(
        "machine 127.0.0.1 login alice password\nmachine bank.invalid login bob password bankpw\n",
    );
    outcome.fails_with(3, ".netrc, line 2: `password` has the keyword `machine`");
    assert!(!outcome.stderr.contains("bankpw"), "{outcome:?}");
    assert_eq!(passwords(&server), ["#pw1"]);
    with("machine 127.0.0.1 login alice password \"machine\"\n");
    assert_eq!(passwords(&server), ["#pw1", "machine"]);
}

/// The key id of a request's signature, and its session token.
fn signed_by(server: &ScriptedServer) -> Vec<(String, Option<String>)> {
    let login = |seen: &crate::support::http::Seen| {
        let credential = seen.header("authorization")?.split("Credential=").nth(1)?;
        let id = credential.split('/').next()?.to_owned();
        Some((id, seen.header("x-amz-security-token").map(str::to_owned)))
    };
    server.seen().iter().filter_map(login).collect()
}

#[test]
fn a_session_token_goes_with_its_own_keys_to_its_own_service() {
    let start = || ScriptedServer::start([answer(200, &[("etag", "\"x\"")], b"x")]);
    let (one, two) = (start(), start());
    let section = format!(
        "[s3]\nbucket = \"lab\"\nendpoint_url = \"{}\"\naccess_key_id = \"AKIDONE\"\nsecret_access_key = \"s\"\n\
         session_token = \"TOKENONE\"\n[remotes.two]\nbackend = \"s3\"\nendpoint_url = \"{}\"\n",
        one.endpoint(),
        two.endpoint()
    );
    let with = |keys: &str| Sandbox::new().config(&format!("{section}{keys}"));
    let keys = "access_key_id = \"AKIDTWO\"\nsecret_access_key = \"t\"\n";
    with(keys).run(["get", "two:x", "-"]).prints(b"x");
    with(&format!("{keys}session_token = \"TOKENTWO\"\n"))
        .run(["get", "two:x", "-"])
        .prints(b"x");
    with(keys).run(["get", "s3://lab/x", "-"]).prints(b"x");
    let token = |token: &str| Some(token.to_owned());
    assert_eq!(
        signed_by(&two),
        [
            ("AKIDTWO".to_owned(), None),
            ("AKIDTWO".to_owned(), token("TOKENTWO"))
        ]
    );
    assert_eq!(signed_by(&one), [("AKIDONE".to_owned(), token("TOKENONE"))]);
    // Without keys of its own the remote would be sent the section's token.
    let outcome = with("").run(["get", "two:x", "-"]);
    outcome.fails_with(3, "the `session_token` of [s3] is for ");
    assert!(!outcome.stderr.contains("TOKENONE"), "{outcome:?}");
    let other = ["--endpoint-url", &two.endpoint()];
    with("")
        .run(["get", "s3://lab/x", "-"].iter().chain(&other))
        .fails_with(3, "the `session_token` of [s3] is for ");
    // Halves are not completed from another level.
    with("access_key_id = \"AKIDTWO\"\n")
        .run(["get", "two:x", "-"])
        .fails_with(3, "`access_key_id` is set without `secret_access_key`");
    with("session_token = \"TOKENTWO\"\n")
        .run(["get", "two:x", "-"])
        .fails_with(3, "`session_token` is set without `access_key_id`");
    with(keys)
        .env("BLOBCTL_S3_SESSION_TOKEN", "TOKENENV")
        .run(["get", "two:x", "-"])
        .fails_with(
            3,
            "BLOBCTL_S3_SESSION_TOKEN: `session_token` is set without `access_key_id`",
        );
    assert_eq!((signed_by(&one).len(), signed_by(&two).len()), (1, 2));
    // The environment's keys come without the section's token.
    with("")
        .env("BLOBCTL_S3_ACCESS_KEY_ID", "AKIDENV")
        .env("BLOBCTL_S3_SECRET_ACCESS_KEY", "u")
        .run(["get", "s3://lab/x", "-"])
        .prints(b"x");
    assert_eq!(signed_by(&one).last(), Some(&("AKIDENV".to_owned(), None)));
}

#[test]
fn the_keys_of_a_profile_come_from_one_of_the_two_files() {
    let server = ScriptedServer::start([answer(200, &[("etag", "\"x\"")], b"x")]);
    let with = |credentials: &str, config: &str| {
        let sandbox = Sandbox::new()
            .env("AWS_ENDPOINT_URL", &server.endpoint())
            .env("AWS_REGION", "eu-west-1");
        let dir = sandbox.home().join(".aws");
        std::fs::create_dir(&dir).unwrap();
        write_private(&dir.join("credentials"), credentials);
        write_private(&dir.join("config"), config);
        sandbox.run(["get", "s3://lab/x", "-"])
    };
    let old = "[default]\naws_access_key_id = OLD\naws_secret_access_key = o\naws_session_token = OLDTOKEN\n";
    with(
        "[default]\naws_access_key_id = NEW\naws_secret_access_key = s\n",
        old,
    )
    .prints(b"x");
    assert_eq!(signed_by(&server), [("NEW".to_owned(), None)]);
    with("[default]\naws_access_key_id = NEW\n", old).fails_with(
        3,
        "the profile `default` has aws_access_key_id without aws_secret_access_key",
    );
    with("", old).prints(b"x");
    let token = Some("OLDTOKEN".to_owned());
    assert_eq!(signed_by(&server).last(), Some(&("OLD".to_owned(), token)));
    // The older name of the token counts where the new one is missing.
    for (more, token) in [("", "OLDER"), ("aws_session_token = NEWER\n", "NEWER")] {
        let keys = "[default]\naws_access_key_id = K\naws_secret_access_key = s\naws_security_token = OLDER\n";
        with(&format!("{keys}{more}"), "").prints(b"x");
        let expected = ("K".to_owned(), Some(token.to_owned()));
        assert_eq!(signed_by(&server).last(), Some(&expected));
    }
}

/// `tls` of a level without a host is a demand for every server.
#[test]
fn a_demand_for_tls_that_names_no_host_holds_for_every_address() {
    let server = FtpServer::start();
    let url = format!("ftp://127.0.0.1:{}/x", server.address.port());
    let sandbox = Sandbox::new()
        .file("netrc", "machine 127.0.0.1 login nb password NPW\n")
        .env("NETRC", "netrc")
        .env("BLOBCTL_RETRY_FOR", "0")
        .env("BLOBCTL_FTP_TLS", "explicit");
    let refused = sandbox.run(["exists", &url]);
    assert_ne!(refused.code, Some(0), "{refused:?}");
    assert_eq!(server.commands("AUTH").len(), 1, "{refused:?}");
    assert!(server.commands("USER").is_empty(), "{refused:?}");
    assert!(server.commands("PASS").is_empty(), "{refused:?}");
}
