//! The recipes of docs/cookbook.md work as they are printed: bash runs their code blocks with the built binary on PATH, and
//! systemd units, crontabs and manifests are run by their command lines and variables.

use std::collections::BTreeMap;
use std::fs::Permissions;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, SystemTime};

use rustix::fs::{FlockOperation, flock};

use crate::support::ftp::{BASE, FtpServer, PASSWORD, USER};
use crate::support::s3::{ACCESS_KEY, S3Server, SECRET_KEY};
use crate::support::users::skip;
use crate::support::{Outcome, Sandbox, files, finish, wait_until};

const COOKBOOK: &str = include_str!("../../docs/cookbook.md");

/// The headings of all recipes, each with a test below.
const RECIPES: [&str; 14] = [
    "Nightly dump",
    "Retention",
    "Waiting for a partner's file",
    "Mirror from S3 to FTP",
    "Web site",
    "Atomic deploy",
    "Backup of a tree",
    "Presigned link",
    "systemd timer",
    "Cron with flock",
    "Kubernetes job",
    "GNU parallel",
    "Slurm array",
    "Indexed Kubernetes job",
];

/// The code blocks below a heading.
#[track_caller]
fn blocks(heading: &str) -> Vec<&'static str> {
    assert!(RECIPES.contains(&heading));
    let start = format!("\n## {heading}\n");
    let (_, section) = COOKBOOK.split_once(&start).expect("no such recipe");
    let section = section.split("\n## ").next().unwrap();
    let blocks = section.split("```").skip(1).step_by(2);
    blocks
        .map(|block| block.split_once('\n').unwrap().1)
        .collect()
}

/// The only code block below a heading.
#[track_caller]
fn block(heading: &str) -> &'static str {
    let blocks = blocks(heading);
    assert_eq!(blocks.len(), 1, "{heading}");
    blocks[0]
}

/// A machine with the remotes of the cookbook: `backup` and `web` on an S3 server, `partner` and `mirror` on an FTP server.
struct Kitchen {
    s3: S3Server,
    ftp: FtpServer,
    sandbox: Sandbox,
}

const BUCKETS: [&str; 2] = ["backup", "web"];

/// The config file with the remotes of the cookbook.
fn config(s3: &S3Server, ftp: &FtpServer) -> String {
    let on_s3 = BUCKETS.map(|name| {
        let endpoint = s3.endpoint();
        format!(
            "[remotes.{name}]\nbackend = \"s3\"\nbucket = \"{name}\"\nendpoint_url = \"{endpoint}\"\n"
        )
    });
    let on_ftp = ["partner", "mirror"].map(|name| {
        let (host, port) = (ftp.address.ip(), ftp.address.port());
        format!(
            "[remotes.{name}]\nbackend = \"ftp\"\nhost = \"{host}\"\nport = {port}\n\
             username = \"{USER}\"\npassword = \"{PASSWORD}\"\nbase_dir = \"{BASE}\"\n"
        )
    });
    on_s3.concat() + &on_ftp.concat()
}

impl Kitchen {
    fn new() -> Self {
        Self::with(FtpServer::start())
    }

    fn with(ftp: FtpServer) -> Self {
        let s3 = S3Server::start();
        for bucket in BUCKETS {
            std::fs::create_dir(s3.root().join(bucket)).unwrap();
        }
        let config = config(&s3, &ftp);
        let sandbox = Sandbox::new()
            .env("AWS_ACCESS_KEY_ID", ACCESS_KEY)
            .env("AWS_SECRET_ACCESS_KEY", SECRET_KEY)
            .config(&config);
        std::fs::create_dir(sandbox.home().join("bin")).unwrap();
        let link = sandbox.home().join("bin/blobctl");
        std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_blobctl"), link).unwrap();
        Self { s3, ftp, sandbox }
    }

    /// Puts a script on PATH.
    fn tool(&self, name: &str, script: &str) {
        let path = self.sandbox.home().join("bin").join(name);
        std::fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
        std::fs::set_permissions(&path, Permissions::from_mode(0o755)).unwrap();
    }

    /// Starts a program with the environment of the sandbox, and the binary on PATH.
    fn start(&self, program: &[&str], variables: &[(&str, &str)]) -> Child {
        let plain = self.sandbox.command(["--version"]);
        let variable = |(name, value)| Option::zip(Some(name), value);
        let bin = self.sandbox.home().join("bin");
        let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap());
        Command::new(program[0])
            .args(&program[1..])
            .current_dir(self.sandbox.work())
            .env_clear()
            .envs(plain.get_envs().filter_map(variable))
            .env("PATH", path)
            .envs(variables.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap()
    }

    fn run(&self, program: &[&str], variables: &[(&str, &str)]) -> Outcome {
        let shown = format!("{program:?} {variables:?}");
        let outcome = finish(self.start(program, variables));
        Outcome { shown, ..outcome }
    }

    fn bash(&self, script: &str) -> Outcome {
        self.run(&["bash", "-c", script], &[])
    }

    /// The bytes of a blob on the S3 server, read past blobctl.
    fn stored(&self, bucket: &str, key: &str) -> Option<Vec<u8>> {
        std::fs::read(self.s3.root().join(bucket).join(key)).ok()
    }

    /// The keys of a bucket.
    fn keys(&self, bucket: &str) -> Vec<String> {
        let root = self.s3.root().join(bucket);
        let key = |path: PathBuf| {
            path.strip_prefix(&root)
                .unwrap()
                .to_str()
                .unwrap()
                .to_owned()
        };
        files(&root).into_iter().map(key).collect()
    }

    /// Stores a blob on the S3 server, past blobctl.
    fn keep(&self, bucket: &str, key: &str, content: &str) -> PathBuf {
        let path = self.s3.root().join(bucket).join(key);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, content).unwrap();
        path
    }
}

fn today() -> String {
    let output = Command::new("date").arg("+%F").output().unwrap();
    String::from_utf8(output.stdout)
        .unwrap()
        .trim_end()
        .to_owned()
}

#[test]
fn every_recipe_has_a_test_and_exit_codes() {
    let headings: Vec<&str> = COOKBOOK
        .lines()
        .filter_map(|line| line.strip_prefix("## "))
        .collect();
    assert_eq!(headings, RECIPES);
    let source = include_str!("cookbook.rs");
    for heading in RECIPES {
        let used = source.matches(&format!("(\"{heading}\")")).count();
        assert!(used > 0, "{heading} has no test");
        let (_, section) = COOKBOOK.split_once(&format!("\n## {heading}\n")).unwrap();
        let section = section.split("\n## ").next().unwrap();
        assert!(section.contains("Exit codes: "), "{heading}");
    }
}

#[test]
fn the_config_file_of_the_cookbook_is_valid() {
    let (_, config) = COOKBOOK.split_once("```toml\n").unwrap();
    let (config, _) = config.split_once("```").unwrap();
    for name in ["backup", "web", "partner", "mirror"] {
        assert!(config.contains(&format!("[remotes.{name}]\n")), "{name}");
    }
    // The files with the passwords are on another machine.
    let config = config.replace("/etc/blobctl/", "~/");
    let sandbox = Sandbox::new().config(&config);
    for name in ["partner", "mirror"] {
        let path = sandbox.home().join(format!("{name}.password"));
        crate::support::write_private(&path, "x");
    }
    sandbox.run(["config", "check"]).succeeds();
}

#[test]
fn a_dump_is_stored_under_its_date_and_only_if_it_succeeds() {
    let kitchen = Kitchen::new();
    let recipe = block("Nightly dump");
    kitchen.tool("pg_dump", "printf 'dump of %s' \"$2\"");
    let before = today();
    let outcome = kitchen.bash(recipe);
    // Around midnight it may be either day.
    let names = [before, today()].map(|day| format!("db/app-{day}.dump"));
    outcome.succeeds();
    let keys = kitchen.keys("backup");
    assert!(keys.len() == 1 && names.contains(&keys[0]), "{keys:?}");
    assert_eq!(kitchen.stored("backup", &keys[0]).unwrap(), b"dump of app");
    for failure in ["printf half; exit 1", "exit 0"] {
        kitchen.tool("pg_dump", failure);
        assert_eq!(kitchen.bash(recipe).code, Some(6), "{failure}");
        assert_eq!(kitchen.stored("backup", &keys[0]).unwrap(), b"dump of app");
    }
}

#[test]
fn old_dumps_are_shown_and_then_removed() {
    let kitchen = Kitchen::new();
    let recipe = block("Retention");
    for (key, days) in [("db/old", 31), ("db/young", 29), ("other/old", 99)] {
        let file = std::fs::File::open(kitchen.keep("backup", key, "x")).unwrap();
        let age = Duration::from_secs(days * 86_400);
        file.set_modified(SystemTime::now() - age).unwrap();
    }
    let (shows, removes) = recipe.split_once('\n').unwrap();
    kitchen
        .bash(shows)
        .prints(b"would remove s3://backup/db/old\n");
    assert_eq!(kitchen.keys("backup").len(), 3);
    kitchen.bash(removes).succeeds();
    assert_eq!(kitchen.keys("backup"), ["db/young", "other/old"]);
    // Nothing is left to remove, and then nothing at all.
    kitchen.bash(recipe).succeeds();
    std::fs::remove_dir_all(kitchen.s3.root().join("backup/db")).unwrap();
    kitchen.bash(recipe).succeeds();
}

#[test]
fn a_file_is_fetched_when_its_marker_has_come() {
    let kitchen = Kitchen::new();
    let recipe = block("Waiting for a partner's file");
    assert!(recipe.contains("day=$(date +%F)") && recipe.contains("--poll 1m"));
    let recipe = recipe
        .replace("$(date +%F)", "2026-01-31")
        .replace("--poll 1m", "--poll 50ms");
    let child = kitchen.start(&["bash", "-c", &recipe], &[]);
    let looks = || {
        kitchen
            .ftp
            .log()
            .iter()
            .filter(|line| line.contains("2026-01-31.done"))
            .count()
    };
    wait_until("the second look", || looks() > 1);
    kitchen
        .sandbox
        .pipe(["put", "-", "partner:in/2026-01-31.csv"], b"1;2")
        .succeeds();
    kitchen
        .sandbox
        .pipe(["put", "-", "partner:in/2026-01-31.done"], b"")
        .succeeds();
    finish(child).succeeds();
    assert_eq!(kitchen.sandbox.read("in/2026-01-31.csv"), b"1;2");
    // A refused login ends the wait at once, although nothing came.
    let recipe = recipe.replace("2026-01-31", "2026-02-01");
    let refused = [
        ("BLOBCTL_FTP_PASSWORD", "wrong"),
        ("BLOBCTL_FTP_USERNAME", "x"),
    ];
    let outcome = kitchen.run(&["bash", "-c", &recipe.replace("6h", "50ms")], &[]);
    assert_eq!(outcome.code, Some(1), "{outcome:?}");
    let outcome = kitchen.run(&["bash", "-c", &recipe], &refused);
    assert_eq!(outcome.code, Some(4), "{outcome:?}");
}

#[test]
fn a_mirror_becomes_equal_and_sends_nothing_twice() {
    let kitchen = Kitchen::with(FtpServer::start().holding("site/gone.html", b"gone"));
    let recipe = block("Mirror from S3 to FTP");
    kitchen.keep("backup", "site/index.html", "index");
    let style = kitchen.keep("backup", "site/css/style.css", "style");
    kitchen.bash(recipe).succeeds();
    assert_eq!(
        kitchen.ftp.files(),
        ["site/css/style.css", "site/index.html"]
    );
    assert_eq!(kitchen.ftp.file("site/css/style.css").unwrap(), b"style");
    let sent = kitchen.ftp.commands("STOR").len();
    std::fs::remove_file(style).unwrap();
    kitchen.bash(recipe).succeeds();
    assert_eq!(kitchen.ftp.files(), ["site/index.html"]);
    assert_eq!(kitchen.ftp.commands("STOR").len(), sent);
}

#[test]
fn pages_and_assets_get_their_own_cache_control() {
    let kitchen = Kitchen::new();
    for name in ["site/index.html", "site/sub/page.html", "site/app.js"] {
        kitchen.sandbox.write(name, name);
    }
    for old in ["old.html", "old.js"] {
        kitchen.keep("web", old, "old");
    }
    kitchen.bash(block("Web site")).succeeds();
    assert_eq!(
        kitchen.keys("web"),
        ["app.js", "index.html", "sub/page.html"]
    );
    let puts: Vec<(String, String)> = kitchen
        .s3
        .requests()
        .iter()
        .filter(|request| request.method == "PUT")
        .map(|request| {
            let rule = request.header("cache-control").unwrap().to_owned();
            (request.uri.clone(), rule)
        })
        .collect();
    // The assets precede the pages.
    assert_eq!(puts.len(), 3, "{puts:?}");
    assert_eq!(puts[0].0.split('?').next(), Some("/web/app.js"));
    assert_eq!(puts[0].1, "public, max-age=31536000, immutable");
    assert!(
        puts[1..].iter().all(|(_, rule)| rule == "no-cache"),
        "{puts:?}"
    );
}

#[test]
fn a_deploy_is_seen_whole_or_not_at_all() {
    let kitchen = Kitchen::new();
    let recipes = blocks("Atomic deploy");
    let [upload, install] = recipes[..] else {
        panic!("{recipes:?}");
    };
    let deploy = |content: &str| {
        kitchen.sandbox.write("build/index.html", content);
        kitchen.bash(upload)
    };
    deploy("one").succeeds();
    kitchen.bash(install).succeeds();
    assert_eq!(kitchen.sandbox.read("live/index.html"), b"one");
    deploy("two").succeeds();
    assert_eq!(kitchen.sandbox.read("live/index.html"), b"one");
    kitchen.bash(install).succeeds();
    assert_eq!(kitchen.sandbox.read("live/index.html"), b"two");
    assert_eq!(files(&kitchen.sandbox.work().join("releases")).len(), 2);
    // An upload that fails in part does not become the current release.
    let current = kitchen.stored("web", "current");
    std::os::unix::fs::symlink("nothing", kitchen.sandbox.work().join("build/broken")).unwrap();
    assert_eq!(deploy("three").code, Some(11));
    assert_eq!(kitchen.stored("web", "current"), current);
    kitchen.bash(install).succeeds();
    assert_eq!(kitchen.sandbox.read("live/index.html"), b"two");
}

#[test]
fn a_tree_is_backed_up_and_restored_with_its_times() {
    let kitchen = Kitchen::new();
    let recipes = blocks("Backup of a tree");
    let [backup, restore] = recipes[..] else {
        panic!("{recipes:?}");
    };
    for name in ["a", "sub/b", "sub/c.tmp", "cache/d"] {
        kitchen.sandbox.write(&format!("data/{name}"), name);
    }
    let time = SystemTime::UNIX_EPOCH + Duration::from_secs(1_600_000_000);
    let file = std::fs::File::open(kitchen.sandbox.work().join("data/sub/b")).unwrap();
    file.set_modified(time).unwrap();
    kitchen.bash(backup).succeeds();
    assert_eq!(kitchen.keys("backup"), ["data/a", "data/sub/b"]);
    // What was removed from the tree stays in the backup.
    std::fs::remove_file(kitchen.sandbox.work().join("data/a")).unwrap();
    kitchen.bash(backup).succeeds();
    kitchen.bash(restore).succeeds();
    assert_eq!(kitchen.sandbox.read("restored/a"), b"a");
    let restored = kitchen.sandbox.work().join("restored/sub/b");
    assert_eq!(restored.metadata().unwrap().modified().unwrap(), time);
}

#[test]
fn a_link_downloads_without_a_login() {
    let kitchen = Kitchen::new();
    kitchen.keep("backup", "reports/q3.pdf", "report");
    let outcome = kitchen.bash(block("Presigned link"));
    let text = String::from_utf8(outcome.stdout.clone()).unwrap();
    let links: Vec<&str> = text.lines().collect();
    assert_eq!((outcome.code, links.len()), (Some(0), 2), "{outcome:?}");
    let target = |link: &str| {
        link.strip_prefix(&kitchen.s3.endpoint())
            .unwrap()
            .to_owned()
    };
    let send = |request: String| {
        let mut stream = TcpStream::connect(kitchen.s3.address).unwrap();
        let head = format!("host: {}\r\nconnection: close\r\n", kitchen.s3.address);
        let (line, body) = request.split_once('\n').unwrap();
        write!(
            stream,
            "{line} HTTP/1.1\r\n{head}content-length: {}\r\n\r\n{body}",
            body.len()
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    };
    let answer = send(format!("GET {}\n", target(links[0])));
    assert!(
        answer.starts_with("HTTP/1.1 200") && answer.ends_with("\r\n\r\nreport"),
        "{answer}"
    );
    let answer = send(format!("PUT {}\nupload", target(links[1])));
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert_eq!(kitchen.stored("backup", "inbox/q4.pdf").unwrap(), b"upload");
}

/// The values of a unit file, by their names.
fn unit(text: &str) -> BTreeMap<&str, &str> {
    text.lines()
        .filter_map(|line| line.split_once('='))
        .collect()
}

#[test]
fn a_unit_succeeds_with_the_codes_that_it_names() {
    let kitchen = Kitchen::new();
    let recipes = blocks("systemd timer");
    let [service, timer] = recipes[..] else {
        panic!("{recipes:?}");
    };
    assert!(unit(timer).contains_key("OnCalendar"));
    let service = unit(service);
    let allowed: Vec<i32> = service["SuccessExitStatus"]
        .split(' ')
        .map(|code| code.parse().unwrap())
        .collect();
    assert_eq!(allowed, [1, 5]);
    let command = service["ExecStart"]
        .strip_prefix("/usr/local/bin/")
        .unwrap();
    let command: Vec<&str> = command.split(' ').collect();
    assert_eq!(command[0], "blobctl");
    let command: Vec<&str> = [&[env!("CARGO_BIN_EXE_blobctl")], &command[1..]].concat();
    let variable = service["Environment"].split_once('=').unwrap();
    let run = |variables: &[(&str, &str)]| {
        let all: Vec<(&str, &str)> = [variable].iter().chain(variables).copied().collect();
        kitchen.run(&command, &all).code
    };
    assert_eq!(run(&[]), Some(1));
    kitchen
        .sandbox
        .pipe(["put", "-", "partner:out/orders.csv"], b"orders")
        .succeeds();
    assert_eq!(run(&[]), Some(0));
    assert_eq!(kitchen.sandbox.read("orders.csv"), b"orders");
    assert_eq!(run(&[]), Some(5));
    // A failure is none of them.
    std::fs::remove_file(kitchen.sandbox.work().join("orders.csv")).unwrap();
    assert_eq!(
        run(&[
            ("BLOBCTL_FTP_PASSWORD", "wrong"),
            ("BLOBCTL_FTP_USERNAME", "x")
        ]),
        Some(4)
    );
}

#[test]
fn a_cron_job_skips_its_turn_while_the_last_one_is_busy() {
    let kitchen = Kitchen::new();
    let line = block("Cron with flock")
        .lines()
        .find(|line| line.starts_with("17 "))
        .unwrap();
    // Five fields, then the command. A `%` would end it.
    let command: Vec<&str> = line.splitn(6, ' ').collect();
    let command = ["/bin/sh", "-c", command[5]];
    assert!(!command[2].contains('%'));
    kitchen.sandbox.write("data/a", "a");
    let lock = std::fs::File::create(kitchen.sandbox.work().join(".backup.lock")).unwrap();
    flock(&lock, FlockOperation::LockExclusive).unwrap();
    kitchen.run(&command, &[]).succeeds();
    assert_eq!(kitchen.keys("backup"), Vec::<String>::new());
    drop(lock);
    kitchen.run(&command, &[]).succeeds();
    assert_eq!(kitchen.keys("backup"), ["data/a"]);
    // The code of blobctl, and one message for the mail.
    let outcome = kitchen.run(&command, &[("AWS_SECRET_ACCESS_KEY", "wrong")]);
    assert_eq!(outcome.code, Some(4), "{outcome:?}");
    assert!(
        outcome.stderr.starts_with("blobctl: cannot "),
        "{outcome:?}"
    );
}

/// The command of a manifest.
fn manifest_command(manifest: &str) -> Vec<String> {
    let line = manifest
        .lines()
        .find_map(|line| line.trim().strip_prefix("command: "));
    serde_json::from_str(line.unwrap()).unwrap()
}

/// The variables of a manifest. The secrets and the address are those of the test server.
fn manifest_variables(manifest: &str, endpoint: &str) -> Vec<(String, String)> {
    let lines = manifest
        .lines()
        .filter_map(|line| line.trim().strip_prefix("- {name: "));
    let variables = lines.filter_map(|line| line.strip_suffix('}')?.split_once(", value"));
    variables
        .map(|(name, value)| {
            let value = match value.trim_start_matches(": ").trim_matches('"') {
                "https://s3.example.com" => endpoint,
                secret if secret.ends_with("key: id}}") => ACCESS_KEY,
                secret if secret.ends_with("key: secret}}") => SECRET_KEY,
                value => value,
            };
            (name.to_owned(), value.to_owned())
        })
        .collect()
}

impl Kitchen {
    /// Runs the command of a manifest with its variables and no others.
    fn pod(&self, manifest: &str, more: &[(&str, &str)]) -> Outcome {
        let command = manifest_command(manifest);
        let command: Vec<&str> = command.iter().map(String::as_str).collect();
        let variables = manifest_variables(manifest, &self.s3.endpoint());
        let names: Vec<&str> = variables.iter().map(|(name, _)| name.as_str()).collect();
        for name in ["AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"] {
            assert!(names.contains(&name), "{names:?}");
        }
        let variables = variables
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()));
        let home = [("HOME", "/nonexistent")];
        let all: Vec<(&str, &str)> = variables.chain(home).chain(more.iter().copied()).collect();
        self.run(&command, &all)
    }
}

#[test]
fn a_job_needs_variables_only_and_its_policy_names_final_failures() {
    let kitchen = Kitchen::new();
    let manifest = block("Kubernetes job");
    std::fs::create_dir(kitchen.s3.root().join("acme-results")).unwrap();
    let (_, values) = manifest.split_once("values: [").unwrap();
    let (values, _) = values.split_once(']').unwrap();
    let mut is_final: Vec<i32> = values
        .split(", ")
        .map(|code| code.parse().unwrap())
        .collect();
    // Another pod helps after these.
    for code in [0, 7, 11] {
        assert!(!is_final.contains(&code));
    }
    is_final.retain(|code| ![2, 3, 4, 6, 8, 12, 101].contains(code));
    assert_eq!(is_final, [0_i32; 0]);
    assert_eq!(kitchen.pod(manifest, &[]).code, Some(8));
    kitchen.sandbox.write("results/a", "a");
    kitchen.sandbox.write("results/sub/b", "b");
    kitchen.pod(manifest, &[]).succeeds();
    assert_eq!(kitchen.keys("acme-results"), ["run-7/a", "run-7/sub/b"]);
    let outcome = kitchen.pod(manifest, &[("AWS_SECRET_ACCESS_KEY", "wrong")]);
    assert_eq!(outcome.code, Some(4), "{outcome:?}");
    // Another pod sends only what is missing.
    std::fs::remove_file(kitchen.s3.root().join("acme-results/run-7/a")).unwrap();
    kitchen.s3.requests();
    kitchen.pod(manifest, &[]).succeeds();
    let requests = kitchen.s3.requests();
    let puts = requests.iter().filter(|request| request.method == "PUT");
    assert_eq!(puts.count(), 1, "{requests:?}");
}

#[test]
fn files_are_compressed_in_parallel() {
    let recipes = blocks("GNU parallel");
    let [parallel, xargs] = recipes[..] else {
        panic!("{recipes:?}");
    };
    let check = |recipe: &str| {
        let kitchen = Kitchen::new();
        for name in ["a", "b c", "d"] {
            kitchen.sandbox.write(&format!("logs/{name}.log"), name);
        }
        kitchen.bash(recipe).succeeds();
        let keys = ["logs/a.log.gz", "logs/b c.log.gz", "logs/d.log.gz"];
        assert_eq!(kitchen.keys("backup"), keys);
        kitchen
            .sandbox
            .run(["get", "backup:logs/b c.log.gz", "x.gz"])
            .succeeds();
        kitchen.bash("gzip -dc x.gz").prints(b"b c");
        // gzip fails, so nothing is stored.
        std::fs::create_dir(kitchen.sandbox.work().join("logs/e.log")).unwrap();
        let outcome = kitchen.bash(recipe);
        assert_ne!(outcome.code, Some(0), "{outcome:?}");
        assert_eq!(kitchen.keys("backup"), keys);
        outcome.code
    };
    assert_eq!(check(xargs), Some(123));
    let version = Command::new("parallel").arg("--version").output();
    if version.is_ok_and(|output| output.stdout.starts_with(b"GNU parallel")) {
        assert_eq!(check(parallel), Some(1));
    } else {
        // The same command line, as parallel would run it for each file.
        let reason = "GNU parallel is not installed; xargs(1) runs its command";
        skip("parallel -j 4 …", reason);
        let command = parallel.trim_end().strip_prefix("parallel -j 4 ").unwrap();
        let (command, files) = command.split_once(" ::: ").unwrap();
        let command = command
            .replace("{/}", "\"${1##*/}\"")
            .replace("{}", "\"$1\"");
        check(&format!(
            "printf '%s\\0' {files} | xargs -0 -P 4 -I {{}} sh -c '{command}' sh {{}}"
        ));
    }
}

/// Fails unless each key was read in exactly one of the runs, and every run had some.
#[track_caller]
fn assert_shared(shares: &[Vec<String>], keys: usize) {
    let all: Vec<&String> = shares.iter().flatten().collect();
    let different: std::collections::BTreeSet<&String> = all.iter().copied().collect();
    assert_eq!((all.len(), different.len()), (keys, keys), "{shares:?}");
    assert!(shares.iter().all(|share| !share.is_empty()), "{shares:?}");
}

const KEYS: usize = 60;

#[test]
fn the_tasks_of_an_array_share_the_keys() {
    let kitchen = Kitchen::new();
    let recipe = block("Slurm array");
    assert!(recipe.contains("#SBATCH --array=1-4\n"));
    for number in 0..KEYS {
        kitchen.keep("backup", &format!("images/{number}.jpg"), "x");
    }
    let shares = ["1", "2", "3", "4"].map(|task| {
        kitchen.s3.requests();
        let variables = [
            ("SLURM_ARRAY_TASK_ID", task),
            ("SLURM_ARRAY_TASK_COUNT", "4"),
        ];
        kitchen.run(&["bash", "-c", recipe], &variables).succeeds();
        let requests = kitchen.s3.requests().into_iter();
        let blobs =
            requests.filter(|request| request.method == "GET" && request.uri.contains(".jpg"));
        blobs.map(|request| request.uri).collect::<Vec<_>>()
    });
    assert_shared(&shares, KEYS);
    assert_eq!(files(&kitchen.sandbox.work().join("images")).len(), KEYS);
}

#[test]
fn the_pods_of_an_indexed_job_share_the_keys() {
    let kitchen = Kitchen::new();
    let manifest = block("Indexed Kubernetes job");
    for line in [
        "completionMode: Indexed",
        "completions: 4",
        "parallelism: 4",
    ] {
        assert!(manifest.contains(&format!("  {line}\n")), "{line}");
    }
    std::fs::create_dir(kitchen.s3.root().join("acme-lake")).unwrap();
    for number in 0..KEYS {
        kitchen.keep("acme-raw", &format!("day-1/{number}"), "x");
    }
    // The manifest is about AWS.
    let endpoint = kitchen.s3.endpoint();
    let shares = ["0", "1", "2", "3"].map(|index| {
        kitchen.s3.requests();
        let variables = [
            ("JOB_COMPLETION_INDEX", index),
            ("BLOBCTL_S3_ENDPOINT_URL", &endpoint),
        ];
        kitchen.pod(manifest, &variables).succeeds();
        let requests = kitchen.s3.requests().into_iter();
        let copies = requests.filter(|request| request.header("x-amz-copy-source").is_some());
        copies.map(|request| request.uri).collect::<Vec<_>>()
    });
    assert_shared(&shares, KEYS);
    assert_eq!(kitchen.keys("acme-lake").len(), KEYS);
}
