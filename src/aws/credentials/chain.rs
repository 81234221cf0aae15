//! The order in which credential sources are tried.

use super::environment::from_variables;
use super::{
    Credentials, Environment, Search, Source, Surroundings, ecs, imds, process, profile,
    shared_files, web_identity,
};
use crate::error::{Error, Kind, Result};

/// The credentials to sign with, fetched anew; `None` = requests are not signed.
pub fn find(source: &Source, around: &Surroundings<'_>) -> Result<Option<Credentials>> {
    match source {
        Source::Anonymous => Ok(None),
        Source::Explicit(credentials) => Ok(Some(credentials.clone())),
        Source::Process { command, place } => {
            process::run(command, place, around.http.cancel()).map(Some)
        }
        Source::Chain(environment) => Search {
            environment,
            around,
        }
        .run()
        .map(Some),
    }
}

impl Search<'_> {
    /// The first source that has credentials.
    fn run(&self) -> Result<Credentials> {
        if self.environment.profile_flag.is_none()
            && let Some(found) = from_variables(self.environment)?
        {
            return Ok(found);
        }
        if let Some(found) = profile::from_chosen_profile(self)? {
            return Ok(found);
        }
        if let Some(found) = web_identity::from_variables(self)? {
            return Ok(found);
        }
        if let Some(found) = ecs::ask(self)? {
            return Ok(found);
        }
        if let Some(found) = imds::ask_if_any(self)? {
            return Ok(found);
        }
        Err(Error::new(Kind::Config, "no credentials were found").with_hint(
            "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, a profile in ~/.aws/credentials, or the keys in the config file; --no-sign-request does without",
        ))
    }
}

/// The region that the chosen profile names.
pub fn profile_region(environment: &Environment) -> Result<Option<String>> {
    Ok(shared_files::chosen(environment)?.and_then(|mut chosen| chosen.profile.remove("region")))
}

/// The endpoint that the chosen profile names.
pub fn profile_endpoint_url(environment: &Environment) -> Result<Option<String>> {
    Ok(shared_files::chosen(environment)?
        .and_then(|mut chosen| chosen.profile.remove("endpoint_url")))
}
