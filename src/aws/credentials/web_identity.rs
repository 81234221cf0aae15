//! A role for a token that the platform writes to a file: Kubernetes service accounts, CI systems.
//!
//! Source: <https://docs.aws.amazon.com/sdkref/latest/guide/feature-assume-role-credentials.html>

use std::path::Path;

use super::environment::incomplete;
use super::sts::AssumeRole;
use super::{CredentialLookup, Credentials};
use crate::error::{Error, Kind, Result, printable};
use crate::secret::Secret;

/// The credentials of the role that the environment names, if it names one.
pub fn from_variables(lookup: &CredentialLookup<'_>) -> Result<Option<Credentials>> {
    let variables = &lookup.environment.web_identity;
    match (&variables.token_file, &variables.role_arn) {
        (None, _) => Ok(None),
        (Some(_), None) => Err(incomplete(
            "the environment has AWS_WEB_IDENTITY_TOKEN_FILE without AWS_ROLE_ARN",
        )),
        (Some(token_file), Some(role_arn)) => {
            let request = AssumeRole {
                role_arn,
                session_name: variables.session_name.as_deref(),
                duration: None,
                origin: "the web identity (AWS_WEB_IDENTITY_TOKEN_FILE)".to_owned(),
            };
            assume(lookup, &request, token_file).map(Some)
        }
    }
}

/// Assumes a role with the token in a file. The file is read each time, because the platform replaces the token before
/// it expires.
pub fn assume(
    lookup: &CredentialLookup<'_>,
    request: &AssumeRole<'_>,
    token_file: &Path,
) -> Result<Credentials> {
    let token = token(token_file)?;
    request.with_web_identity(lookup, &token)
}

fn token(path: &Path) -> Result<Secret> {
    let wrong = |what: &str| {
        let shown = printable(&path.to_string_lossy());
        Error::new(
            Kind::Config,
            format!("the web identity token file `{shown}`: {what}"),
        )
    };
    Secret::read_first_line(path).map_err(|what| wrong(&what))
}
