//! The settings of other tools as a config file of blobctl.
//!
//! Secrets are not copied unless the user asks for it: the output refers to the other tool's file, which blobctl reads
//! again when it needs the secret (`config import TOOL --reveal --secret NAME`).

mod aws;
mod ini;
mod mc;
mod obscure;
mod rclone;
mod remote;
mod render;
mod s3cmd;

use std::io::Read;
use std::path::{Path, PathBuf};

use self::remote::{ForeignRemote, ForeignSecret};
use super::environment::Environment;
use crate::cli::{ConfigImport, ImportTool};
use crate::error::{Error, Kind, Result, describe, printable};

/// The largest file of another tool, in bytes.
const LIMIT: u64 = 4 << 20;

/// The content of a tool's file.
#[derive(Debug, Default)]
pub struct Import {
    /// The remotes that blobctl can use.
    remotes: Vec<ForeignRemote>,
    /// One line for each that it cannot use.
    skipped: Vec<String>,
}

/// Returns the text of the import: a config file, or one secret.
///
/// # Errors
/// The tool's file is missing, unreadable or not in its format.
pub fn run(arguments: &ConfigImport, environment: &Environment) -> Result<String> {
    let source = ImportSource::find(arguments, environment)?;
    let import = match arguments.tool {
        ImportTool::Aws => aws::read(environment)?,
        tool => parse(tool, &source.text()?, &source.shown())?,
    };
    match &arguments.secret {
        Some(name) => secret(&import, name, &source),
        None => render::file(&import, arguments, &source),
    }
}

/// Parses the content of a tool's file, which is called `shown` in errors.
///
/// # Errors
/// The text is not in the tool's format. The error does not contain any of it.
pub fn parse(tool: ImportTool, text: &str, shown: &str) -> Result<Import> {
    match tool {
        ImportTool::Aws => Err(two_files()),
        ImportTool::Rclone => rclone::parse(text, shown),
        ImportTool::S3cmd => s3cmd::parse(text, shown),
        ImportTool::Mc => mc::parse(text, shown),
    }
}

fn two_files() -> Error {
    let text = "--from names one file, but the AWS CLI has two";
    Error::new(Kind::Usage, text).with_hint("set AWS_CONFIG_FILE and AWS_SHARED_CREDENTIALS_FILE")
}

/// The file to import.
pub(super) struct ImportSource {
    /// `None` is stdin.
    path: Option<PathBuf>,
    /// The user named it, so that a later run has to be told too.
    is_named: bool,
}

impl ImportSource {
    fn find(arguments: &ConfigImport, environment: &Environment) -> Result<Self> {
        let Some(from) = &arguments.from else {
            return Ok(Self {
                path: Some(usual_path(arguments.tool, environment)?),
                is_named: false,
            });
        };
        if arguments.tool == ImportTool::Aws {
            return Err(two_files());
        }
        if from == Path::new("-") {
            return Ok(Self {
                path: None,
                is_named: true,
            });
        }
        let path = environment.expand(from);
        let path = std::path::absolute(&path).unwrap_or(path);
        Ok(Self {
            path: Some(path),
            is_named: true,
        })
    }

    fn shown(&self) -> String {
        match &self.path {
            Some(path) => printable(&path.to_string_lossy()),
            None => "stdin".to_owned(),
        }
    }

    fn text(&self) -> Result<String> {
        let failed = |what: &str| Error::new(Kind::Config, format!("{}: {what}", self.shown()));
        let file: Box<dyn Read> = match &self.path {
            None => Box::new(std::io::stdin()),
            Some(path) => Box::new(std::fs::File::open(path).map_err(|error| {
                failed(&describe(&error)).with_hint("--from names another file, or - for stdin")
            })?),
        };
        let mut bytes = Vec::new();
        file.take(LIMIT + 1)
            .read_to_end(&mut bytes)
            .map_err(|error| failed(&describe(&error)))?;
        if bytes.len() as u64 > LIMIT {
            return Err(failed("larger than 4 MiB"));
        }
        String::from_utf8(bytes).map_err(|_| failed("not UTF-8 text"))
    }
}

/// The file that the tool itself reads.
fn usual_path(tool: ImportTool, environment: &Environment) -> Result<PathBuf> {
    let candidates = match tool {
        ImportTool::Aws => vec![
            environment
                .path("AWS_CONFIG_FILE")
                .or_else(|| environment.home(".aws/config")),
        ],
        ImportTool::Rclone => match environment.path("RCLONE_CONFIG") {
            Some(path) => vec![Some(path)],
            None => vec![
                environment.xdg("XDG_CONFIG_HOME", ".config", "rclone/rclone.conf"),
                environment.home(".rclone.conf"),
            ],
        },
        ImportTool::S3cmd => vec![
            environment
                .path("S3CMD_CONFIG")
                .or_else(|| environment.home(".s3cfg")),
        ],
        ImportTool::Mc => vec![
            environment
                .path("MC_CONFIG_DIR")
                .map(|directory| directory.join("config.json"))
                .or_else(|| environment.home(".mc/config.json")),
        ],
    };
    let candidates: Vec<PathBuf> = candidates.into_iter().flatten().collect();
    let there = candidates.iter().find(|path| path.exists());
    there.or(candidates.first()).cloned().ok_or_else(|| {
        Error::new(Kind::Config, "HOME is not set").with_hint("name the file with --from")
    })
}

/// The secret of one remote in the form that `password_command` or `credential_process` expects.
fn secret(import: &Import, name: &str, source: &ImportSource) -> Result<String> {
    let wrong = |what: &str| {
        let text = format!("{}: `{}` {what}", source.shown(), printable(name));
        Error::new(Kind::Config, text)
    };
    let remote = import
        .remotes
        .iter()
        .find(|remote| remote.name == name)
        .ok_or_else(|| wrong("does not exist"))?;
    let secret = remote
        .secret
        .as_ref()
        .ok_or_else(|| wrong("has no secret"))?;
    match secret.reveal().map_err(wrong)? {
        ForeignSecret::Keys {
            id,
            secret_access_key,
            session_token,
        } => {
            let mut object = serde_json::Map::new();
            let mut add = |name: &str, value: serde_json::Value| object.insert(name.into(), value);
            add("Version", 1.into());
            add("AccessKeyId", id.into());
            add("SecretAccessKey", secret_access_key.expose().into());
            if let Some(token) = &session_token {
                add("SessionToken", token.expose().into());
            }
            Ok(format!("{}\n", serde_json::Value::Object(object)))
        }
        ForeignSecret::Password(password) => Ok(format!("{}\n", password.expose())),
        ForeignSecret::Obscured(_) => Err(wrong("has no secret")),
    }
}
