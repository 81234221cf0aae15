//! The man pages, made from the definitions that `--help` is made from, and from the table of settings.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::process::{Command, Stdio};

use blobctl::cli;
use blobctl::cli::help::{
    HelpLength, Topic, common_topics, find, help, own_topics, spelling, usage_lines, values,
};
use blobctl::cli::manual::{
    ADDRESSES, EXIT_CODES, FILES, HELP_OPTIONS, ManualPage, PAGES, VARIABLES,
};
use blobctl::settings::file::ConfigFile;
use blobctl::settings::schema::{self, SETTINGS, Setting};

use super::{explained, read, root, same};

/// A page in the language of man(7).
struct Man(String);

impl Man {
    fn new(name: &str, section: u8) -> Self {
        let version = env!("CARGO_PKG_VERSION");
        let title = escape(&name.to_uppercase());
        Self(format!(
            ".\\\" Made by the test `generated`; do not edit.\n.TH {title} {section} \"\" \"blobctl {version}\" \"\"\n.nh\n.ad l\n"
        ))
    }

    fn section(&mut self, name: &str) {
        writeln!(self.0, ".SH \"{}\"", escape(name)).unwrap();
    }

    fn subsection(&mut self, name: &str) {
        writeln!(self.0, ".SS \"{}\"", escape(name)).unwrap();
    }

    /// One paragraph per line.
    fn paragraphs(&mut self, text: &str) {
        for line in text.lines().filter(|line| !line.is_empty()) {
            writeln!(self.0, ".PP\n{}", escape(line)).unwrap();
        }
    }

    /// A name in bold, and its description: one paragraph per line.
    fn entry(&mut self, name: &str, text: &str) {
        writeln!(self.0, ".TP\n\\fB{}\\fR", escape(name)).unwrap();
        for (index, line) in text.lines().enumerate() {
            let gap = if index == 0 { "" } else { ".sp\n" };
            writeln!(self.0, "{gap}{}", escape(line)).unwrap();
        }
    }

    /// Lines that are neither filled nor hyphenated.
    fn verbatim(&mut self, text: &str) {
        self.0.push_str(".PP\n.RS 4\n.nf\n");
        for line in text.lines() {
            writeln!(self.0, "{}", escape(line)).unwrap();
        }
        self.0.push_str(".fi\n.RE\n");
    }

    fn topic(&mut self, topic: &Topic) {
        for argument in &topic.options {
            self.entry(&spelling(argument), &help(argument, HelpLength::Full));
            let values: Vec<_> = values(argument).collect();
            for (name, text) in &values {
                let text = if text.is_empty() {
                    String::new()
                } else {
                    format!(": {}", escape(text))
                };
                writeln!(
                    self.0,
                    ".RS\n.IP \\(bu 2\n\\fB{}\\fR{text}\n.RE",
                    escape(name)
                )
                .unwrap();
            }
        }
    }

    fn files(&mut self, files: &[(&str, &str)]) {
        self.section("FILES");
        for (path, text) in files {
            self.entry(path, &format!("{text}."));
        }
    }

    fn see_also(&mut self, pages: impl Iterator<Item = String>) {
        self.section("SEE ALSO");
        let pages: Vec<String> = pages.collect();
        let line: Vec<String> = pages
            .iter()
            .map(|page| {
                let (name, section) = page.split_once('(').unwrap();
                format!("\\fB{}\\fR({section}", escape(name))
            })
            .collect();
        writeln!(self.0, ".PP\n{}", line.join(",\n")).unwrap();
    }
}

/// Text without a meaning for roff; ASCII, so that every device has the characters.
fn escape(text: &str) -> String {
    let mut escaped = String::new();
    for character in text.trim().chars() {
        match character {
            '\\' => escaped.push_str("\\e"),
            '-' => escaped.push_str("\\-"),
            '~' => escaped.push_str("\\(ti"),
            '^' => escaped.push_str("\\(ha"),
            '`' => escaped.push_str("\\(ga"),
            '\'' => escaped.push_str("\\(aq"),
            '"' => escaped.push_str("\\(dq"),
            '…' => escaped.push_str("..."),
            other => {
                assert!(other.is_ascii(), "{other} in {text}");
                escaped.push(other);
            }
        }
    }
    match escaped.starts_with('.') {
        true => format!("\\&{escaped}"),
        false => escaped,
    }
}

/// `blobctl-config-show` for `config show`.
fn page_name(command: &str) -> String {
    match command {
        "" => "blobctl".to_owned(),
        words => format!("blobctl-{}", words.replace(' ', "-")),
    }
}

fn synopsis(man: &mut Man, page: &ManualPage) {
    man.section("SYNOPSIS");
    for (index, line) in usage_lines(page).enumerate() {
        let words = 1 + page.command.split_whitespace().count();
        let name: Vec<&str> = line.split(' ').take(words).collect();
        let name = name.join(" ");
        let rest = line.strip_prefix(&name).unwrap();
        let gap = if index == 0 { "" } else { ".br\n" };
        writeln!(man.0, "{gap}\\fB{}\\fR {}", escape(&name), escape(rest)).unwrap();
    }
}

fn description(man: &mut Man, command: &clap::Command, page: &ManualPage, topics: &[Topic]) {
    man.section("DESCRIPTION");
    let long = command.get_long_about().map(ToString::to_string);
    // The first paragraph is in NAME.
    let more = long.as_deref().and_then(|text| text.split_once("\n\n"));
    man.paragraphs(more.map_or("", |(_, more)| more));
    for topic in topics.iter().filter(|topic| topic.name == "Arguments") {
        man.topic(topic);
    }
    if page.command.is_empty() {
        man.paragraphs("blobctl works with blobs in S3 buckets, on FTP servers and below local directories. A blob has a key; an address names a store and a key. A transfer appears whole or not at all, and is verified.\nEach command has a page of its own.");
    } else {
        man.paragraphs("Addresses and the options of all commands are in blobctl(1).");
    }
}

fn commands(man: &mut Man, command: &clap::Command, page: &ManualPage) {
    if command.has_subcommands() {
        man.section("COMMANDS");
    }
    for below in command.get_subcommands() {
        let words = format!("{} {}", page.command, below.get_name());
        let about = below.get_about().unwrap().to_string();
        man.entry(&format!("{}(1)", page_name(words.trim())), &about);
    }
}

fn options(man: &mut Man, program: &clap::Command, page: &ManualPage, topics: &[Topic]) {
    let own: Vec<&Topic> = topics
        .iter()
        .filter(|topic| topic.name != "Arguments")
        .collect();
    if !own.is_empty() {
        man.section("OPTIONS");
    }
    for topic in own {
        if topic.name != "Options" {
            man.subsection(topic.name);
        }
        man.topic(topic);
    }
    if !page.command.is_empty() {
        return;
    }
    man.section("COMMON OPTIONS");
    man.paragraphs("Every command accepts these options, before or after its name.");
    for topic in common_topics(program) {
        man.subsection(topic.name);
        man.topic(&topic);
    }
    man.subsection("Help");
    for (option, text) in HELP_OPTIONS {
        man.entry(option, text);
    }
    man.section("ADDRESSES");
    for (form, text) in ADDRESSES {
        man.entry(form, text);
    }
}

fn environment(man: &mut Man, page: &ManualPage) {
    man.section("ENVIRONMENT");
    if !page.command.is_empty() {
        man.paragraphs("Most settings have a variable, BLOBCTL_<SECTION>_<KEY>: see blobctl(1) and blobctl-config(5).");
        return;
    }
    for (names, text) in VARIABLES {
        man.entry(names, &format!("{text}."));
    }
    let variables: Vec<String> = SETTINGS.iter().map(schema::variable).collect();
    man.paragraphs(&format!(
        "Each setting has a variable, which blobctl-config(5) explains. An option takes precedence over it, and it over the config file. An empty variable counts as unset. They are {}.",
        variables.join(", ")
    ));
}

/// The page of a command, in section 1.
fn command_page(program: &clap::Command, page: &ManualPage) -> String {
    let command = find(program, page.command);
    let name = page_name(page.command);
    let topics = own_topics(command);
    let mut man = Man::new(&name, 1);
    man.section("NAME");
    let about = command.get_about().unwrap().to_string();
    writeln!(man.0, "{} \\- {}", escape(&name), escape(&about)).unwrap();
    synopsis(&mut man, page);
    description(&mut man, command, page, &topics);
    commands(&mut man, command, page);
    options(&mut man, program, page, &topics);
    man.section("EXIT STATUS");
    for (code, _, text) in EXIT_CODES {
        man.entry(code, &format!("{text}."));
    }
    environment(&mut man, page);
    let count = if page.command.is_empty() {
        FILES.len()
    } else {
        1
    };
    man.files(&FILES[..count]);
    man.section("EXAMPLES");
    for example in page.examples {
        man.paragraphs(&format!("{}:", example.purpose));
        man.verbatim(example.line);
    }
    man.see_also(related(page));
    man.0
}

/// The pages next to the one of a command.
fn related(page: &ManualPage) -> impl Iterator<Item = String> {
    let is_near = |other: &&ManualPage| match page.command {
        "" => !other.command.contains(' '),
        words => words.split(' ').next() == other.command.split(' ').next(),
    };
    let own = page.command;
    let near = PAGES.iter().filter(is_near).map(|other| other.command);
    let near = std::iter::once("")
        .chain(near)
        .filter(move |other| *other != own);
    let unique: BTreeSet<String> = near
        .map(|words| format!("{}(1)", page_name(words)))
        .collect();
    unique.into_iter().chain(["blobctl-config(5)".to_owned()])
}

/// A config file for the man page.
const EXAMPLE: &str = "\
[defaults]
retry_for = \"15m\"

[remotes.backup]
backend = \"s3\"
bucket = \"acme-backup\"
region = \"eu-central-1\"

[remotes.partner]
backend = \"ftp\"
host = \"ftp.example.com\"
username = \"acme\"
password_file = \"/etc/blobctl/partner.password\"
tls = \"explicit\"
";

fn setting_entry(man: &mut Man, setting: &Setting, text: &str) {
    let mut about = text.trim().to_owned();
    if !about.ends_with('.') {
        about.push('.');
    }
    if !setting.default.is_empty() && !text.contains("Built-in: ") {
        write!(about, " Built-in: {}.", setting.default.replace('`', "")).unwrap();
    }
    let mut also = vec![schema::variable(setting)];
    also.extend(setting.aliases.iter().map(|name| (*name).to_owned()));
    if !setting.option.is_empty() {
        also.insert(0, setting.option.to_owned());
    }
    let values = setting.kind.values().replace('`', "");
    let also = also.join(", ");
    man.entry(
        setting.key,
        &format!("{about}\nValues: {values}. Also: {also}"),
    );
}

/// blobctl-config(5).
fn config_page() -> String {
    let example = read("config.example.toml");
    let comments = explained(&example);
    let mut man = Man::new("blobctl-config", 5);
    man.section("NAME");
    writeln!(man.0, "blobctl\\-config \\- config file of blobctl").unwrap();
    man.section("DESCRIPTION");
    man.paragraphs(
        "The config file is in TOML. It is optional: every setting has a built-in value, an option or a variable.\n\
         The first file found is read, alone: that of --config, that of BLOBCTL_CONFIG, ~/.config/blobctl/config.toml, /etc/blobctl/config.toml.\n\
         Precedence: option, environment, [remotes.NAME], the backend's section ([s3], [ftp] or [fs]), [defaults], built-in value.\n\
         A section [remotes.NAME] has a key backend and any keys of that backend's section. The address NAME:KEY selects it.\n\
         Durations are written like 90s, 5m, 2h30m; a bare number is seconds. Sizes are written like 16MiB, 16M, 16MB.\n\
         An unknown key, a wrong type or a value out of range is an error (exit code 3) that names file, line and key. blobctl config check looks for them.",
    );
    for (section, heading) in [
        ("", "Top of the file"),
        ("defaults", "[defaults]"),
        ("s3", "[s3]"),
        ("ftp", "[ftp]"),
        ("fs", "[fs]"),
    ] {
        man.section(heading);
        for setting in SETTINGS.iter().filter(|setting| setting.section == section) {
            let name = (section.to_owned(), setting.key.to_owned());
            let text = match comments[&name].0.trim() {
                "" => option_help(setting)
                    .unwrap_or_else(|| panic!("{name:?} needs a comment in config.example.toml")),
                comment => comment.to_owned(),
            };
            setting_entry(&mut man, setting, &text);
        }
    }
    man.files(&FILES[..2]);
    man.section("EXAMPLES");
    man.verbatim(EXAMPLE);
    man.see_also(
        ["blobctl(1)", "blobctl-config(1)", "blobctl-config-check(1)"]
            .map(str::to_owned)
            .into_iter(),
    );
    man.0
}

/// The description of a setting's option.
fn option_help(setting: &Setting) -> Option<String> {
    let program = cli::command();
    let long = setting.option.rsplit("--").next()?;
    let option = program
        .get_arguments()
        .find(|one| one.get_long() == Some(long))?;
    Some(help(option, HelpLength::FirstLine))
}

/// All pages, by file name.
fn pages() -> Vec<(String, String)> {
    let program = cli::command();
    let page = |page: &ManualPage| {
        (
            format!("{}.1", page_name(page.command)),
            command_page(&program, page),
        )
    };
    let mut pages: Vec<(String, String)> = PAGES.iter().map(page).collect();
    pages.push(("blobctl-config.5".to_owned(), config_page()));
    pages
}

#[test]
fn man_pages_are_made_from_the_definitions() {
    let pages = pages();
    for (file, text) in &pages {
        same(&format!("completions/{file}"), text.as_bytes());
    }
    for entry in std::fs::read_dir(root("completions")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let is_page = name.ends_with(".1") || name.ends_with(".5");
        assert!(
            !is_page || pages.iter().any(|(file, _)| *file == name),
            "{name} is not generated"
        );
    }
}

#[test]
fn every_man_page_has_the_usual_sections_and_only_the_first_the_common_options() {
    for (file, text) in pages().iter().filter(|(file, _)| file.ends_with(".1")) {
        for section in [
            "NAME",
            "SYNOPSIS",
            "DESCRIPTION",
            "EXIT STATUS",
            "ENVIRONMENT",
            "FILES",
            "EXAMPLES",
            "SEE ALSO",
        ] {
            assert!(
                text.contains(&format!(".SH \"{section}\"\n")),
                "{file} lacks {section}"
            );
        }
        let has_common = text.contains("\\-\\-retry\\-for DURATION");
        assert_eq!(has_common, file == "blobctl.1", "{file}");
    }
}

#[test]
fn the_config_file_of_the_man_page_is_valid() {
    let file = ConfigFile::parse(std::path::Path::new("man"), EXAMPLE).unwrap();
    assert_eq!(file.remote("backup"), Some("s3"));
    assert_eq!(file.remote("partner"), Some("ftp"));
}

/// The manual of one of these programs: `man -l`, or else groff.
#[test]
fn man_pages_are_formatted_without_warnings() {
    let mut formatters = ["man", "groff"].into_iter().filter(|program| {
        let mut version = Command::new(program);
        version
            .arg("--version")
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        version.status().is_ok_and(|status| status.success())
    });
    let Some(formatter) = formatters.next() else {
        return; // .ci/run says so
    };
    let arguments: &[&str] = match formatter {
        "man" => &["-l", "--warnings"],
        _ => &["-man", "-ww", "-Tascii", "-z"],
    };
    for (file, _) in pages() {
        let output = Command::new(formatter)
            .args(arguments)
            .arg(root(&format!("completions/{file}")))
            .env("MANWIDTH", "80")
            .env("LC_ALL", "C.UTF-8")
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(
            output.status.success() && stderr.is_empty(),
            "{file}: {stderr}"
        );
    }
}
