//! The profiles of the AWS CLI. blobctl reads the AWS files itself, so that a remote only names its profile.

use std::path::PathBuf;

use super::Import;
use super::remote::{ForeignRemote, ForeignSecret};
use crate::aws::credentials::AwsEnvironment;
use crate::aws::credentials::shared_files::{SharedFiles, property};
use crate::error::{Error, Kind, Result, printable};
use crate::secret::Secret;
use crate::settings::environment::Environment;

/// Reads both files.
pub(super) fn read(environment: &Environment) -> Result<Import> {
    let path = |variable: &str, usual: &str| -> Option<PathBuf> {
        environment
            .path(variable)
            .or_else(|| environment.home(usual))
    };
    let config = path("AWS_CONFIG_FILE", ".aws/config");
    let credentials = path("AWS_SHARED_CREDENTIALS_FILE", ".aws/credentials");
    check_one_exists([&config, &credentials])?;
    let files = SharedFiles::read(&AwsEnvironment {
        config_file: config,
        credentials_file: credentials,
        ..AwsEnvironment::default()
    })?;
    let mut import = Import::default();
    for name in files.names() {
        let Some(profile) = files.profile(&name)? else {
            continue;
        };
        let mut remote = ForeignRemote::new(&name, "s3");
        let get = |key: &str| property(&profile, key).unwrap_or_default();
        let (id, secret) = (get("aws_access_key_id"), get("aws_secret_access_key"));
        if !id.is_empty() && !secret.is_empty() {
            remote.secret = Some(ForeignSecret::Keys {
                id: id.to_owned(),
                secret_access_key: Secret::new(secret),
                session_token: property(&profile, "aws_session_token").map(Secret::new),
            });
        }
        remote.text("region", get("region"));
        remote.endpoint(get("endpoint_url"));
        import.remotes.push(remote);
    }
    Ok(import)
}

/// Rejects the import if neither file exists: it would be empty.
fn check_one_exists(files: [&Option<PathBuf>; 2]) -> Result<()> {
    let files: Vec<&PathBuf> = files.into_iter().flatten().collect();
    if files.iter().any(|path| path.exists()) {
        return Ok(());
    }
    let shown = files.iter().map(|path| printable(&path.to_string_lossy()));
    let text = match shown.collect::<Vec<_>>().join(" nor ") {
        none if none.is_empty() => "HOME is not set".to_owned(),
        paths => format!("there is neither {paths}"),
    };
    Err(Error::new(Kind::Config, text)
        .with_hint("AWS_CONFIG_FILE and AWS_SHARED_CREDENTIALS_FILE name other files"))
}
