//! The order in which credential sources are tried.

use super::environment::from_variables;
use super::{
    CredentialLookup, CredentialSource, Credentials, LookupContext, ecs, imds, process, profile,
    web_identity,
};
use crate::error::{Error, Kind, Result};

/// Fetches the credentials to sign with; `None` = requests are not signed.
pub fn load(source: &CredentialSource, context: &LookupContext<'_>) -> Result<Option<Credentials>> {
    match source {
        CredentialSource::Anonymous => Ok(None),
        CredentialSource::Explicit(credentials) => Ok(Some(credentials.clone())),
        CredentialSource::Process { command, place } => {
            process::run(command, place, context.http.cancel()).map(Some)
        }
        CredentialSource::Chain(environment) => CredentialLookup {
            environment,
            context,
        }
        .run()
        .map(Some),
    }
}

impl CredentialLookup<'_> {
    /// The first source that has credentials.
    fn run(&self) -> Result<Credentials> {
        if self.environment.profile_flag.is_none()
            && let Some(found) = from_variables(self.environment)?
        {
            return Ok(found);
        }
        if let Some(found) = profile::from_selected_profile(self)? {
            return Ok(found);
        }
        if let Some(found) = web_identity::from_variables(self)? {
            return Ok(found);
        }
        if let Some(found) = ecs::credentials(self)? {
            return Ok(found);
        }
        if let Some(found) = imds::credentials_if_available(self)? {
            return Ok(found);
        }
        Err(Error::new(Kind::Config, "no credentials were found").with_hint(
            "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, a profile in ~/.aws/credentials, or the keys in the config file; --no-sign-request does without",
        ))
    }
}
