//! `blobctl config`: the config file in use, every setting with its origin, the validity of all of them, and the settings of
//! other tools. These commands work with a broken config file, as far as possible.

use std::ffi::OsStr;
use std::path::Path;

use super::session::{check_output, early_report};
use crate::cli::{Cli, Config, ConfigCommand, ConfigImport, ConfigShow};
use crate::error::{Error, Kind, Result, printable_whole};
use crate::exit::Exit;
use crate::report::{Json, Report};
use crate::settings::environment::Environment;
use crate::settings::show::ShownSetting;
use crate::settings::{Settings, file, import};

/// Runs a command of `blobctl config`.
pub fn run(cli: &Cli, arguments: &Config) -> Exit {
    let report = early_report(cli);
    let result = check_output(cli).and_then(|()| {
        let environment = Environment::capture();
        match &arguments.command {
            ConfigCommand::Path => path(cli, &report, &environment),
            ConfigCommand::Show(arguments) => show(cli, &report, environment, arguments),
            ConfigCommand::Check => {
                check(cli, &report, environment);
                Ok(())
            }
            ConfigCommand::Import(arguments) => import(&report, &environment, arguments),
        }
    });
    if let Err(error) = result.and_then(|()| report.flush()) {
        report.failure(None, &error.into());
    }
    // Several mistakes are one exit code: a broken configuration.
    let exits = report.exits();
    let failed = exits.into_iter().find(|exit| *exit != Exit::Ok);
    failed.unwrap_or(Exit::Ok)
}

/// Prints the settings of another tool. They are a file in TOML, which may contain secrets with `--reveal`.
fn import(report: &Report, environment: &Environment, arguments: &ConfigImport) -> Result<()> {
    if report.is_json() {
        let text = "config import prints a config file, and --json prints objects";
        return Err(Error::new(Kind::Usage, text).with_hint("omit --json"));
    }
    let text = import::run(arguments, environment)?;
    report.row(&text, &Json::without_subject("config", Exit::Ok));
    Ok(())
}

/// Prints the path of the file in use. Its content does not matter.
fn path(cli: &Cli, report: &Report, environment: &Environment) -> Result<()> {
    let named = cli.global.config.as_deref();
    let named = named.map(|path| environment.expand(path));
    let found = file::find(named.as_deref(), environment)?;
    let Some((path, _)) = found else {
        let searched = file::usual_paths(environment);
        let searched: Vec<String> = searched.iter().map(|path| shown(path)).collect();
        let text = format!("no config file was found: {}", searched.join(", "));
        return Err(Error::new(Kind::Config, text).with_hint(
            "create the first of them, or name a file with --config or BLOBCTL_CONFIG",
        ));
    };
    let mut json = Json::without_subject("config", Exit::Ok);
    json.text("path", Some(&path.to_string_lossy()));
    report.row(&format!("{}\n", shown(&path)), &json);
    Ok(())
}

fn shown(path: &Path) -> String {
    printable_whole(&path.to_string_lossy())
}

/// Prints the settings, then what is wrong in the file and the environment.
fn show(
    cli: &Cli,
    report: &Report,
    environment: Environment,
    arguments: &ConfigShow,
) -> Result<()> {
    let (settings, errors) = Settings::load_valid_part(cli.global.clone(), environment);
    let list = match &arguments.address {
        None => settings.show_all(),
        Some(address) => settings.show_store(&store_of(&settings, address)?),
    };
    print(report, "config", &list);
    for error in errors {
        report.failure(None, &error.into());
    }
    Ok(())
}

fn store_of(settings: &Settings, address: &OsStr) -> Result<crate::settings::StoreRef> {
    let unusable = || Error::new(Kind::Usage, "the address is not one of a store");
    let target = settings.target(address.to_str().ok_or_else(unusable)?)?;
    Ok(target.ok_or_else(unusable)?.store)
}

/// Prints a table with a line per setting, below a line per section.
pub fn print(report: &Report, op: &str, list: &[ShownSetting]) {
    let width = |text: fn(&ShownSetting) -> usize| list.iter().map(text).max().unwrap_or(0);
    let keys = width(|setting| setting.key.len());
    let values = width(|setting| value(setting).chars().count()).min(40);
    let mut section = "";
    for setting in list {
        let mut text = String::new();
        if setting.section != section {
            section = &setting.section;
            text = format!("[{}]\n", printable_whole(section));
        }
        let line = format!(
            "{:keys$}  {:values$}  {}",
            setting.key,
            value(setting),
            printable_whole(&setting.origin.to_string())
        );
        text.push_str(line.trim_end());
        text.push('\n');
        let mut json = Json::without_subject(op, Exit::Ok);
        json.text("section", Some(&setting.section));
        json.text("setting", Some(setting.key));
        json.text("value", setting.value.as_deref());
        json.text("origin", Some(&setting.origin.to_string()));
        report.row(&text, &json);
    }
}

fn value(setting: &ShownSetting) -> String {
    match setting.value.as_deref() {
        None => "-".to_owned(),
        Some("") => "\"\"".to_owned(),
        Some(text) => printable_whole(text),
    }
}

/// Reports everything that is wrong in the file and the environment.
fn check(cli: &Cli, report: &Report, environment: Environment) {
    let (settings, mut errors) = Settings::load_valid_part(cli.global.clone(), environment);
    if errors.is_empty() {
        errors = settings.check_stores();
    }
    for warning in settings.warnings() {
        report.warn(&warning);
    }
    if errors.is_empty() {
        let path = settings.file_path();
        let mut json = Json::without_subject("config", Exit::Ok);
        json.text("path", path.map(Path::to_string_lossy).as_deref());
        report.row("", &json);
        let of = path.map_or("no config file".to_owned(), shown);
        report.verbose(&format!("{of}: no mistakes"));
    }
    for error in errors {
        report.failure(None, &error.into());
    }
}
