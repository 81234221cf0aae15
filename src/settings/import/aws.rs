//! The profiles of the AWS CLI. blobctl reads the AWS files itself, so that a remote only names its profile.

use std::path::PathBuf;

use super::Import;
use super::remote::{ForeignRemote, ForeignSecret};
use crate::aws::credentials::AwsEnvironment;
use crate::aws::credentials::shared_files::{SharedFiles, property};
use crate::error::Result;
use crate::secret::Secret;
use crate::settings::environment::Environment;

/// Reads both files.
pub(super) fn read(environment: &Environment) -> Result<Import> {
    let path = |variable: &str, usual: &str| -> Option<PathBuf> {
        environment
            .path(variable)
            .or_else(|| environment.home(usual))
    };
    let files = SharedFiles::read(&AwsEnvironment {
        config_file: path("AWS_CONFIG_FILE", ".aws/config"),
        credentials_file: path("AWS_SHARED_CREDENTIALS_FILE", ".aws/credentials"),
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
