//! Credentials from environment variables.

use super::{AwsEnvironment, Credentials};
use crate::error::{Error, Kind, Result};

pub fn from_variables(environment: &AwsEnvironment) -> Result<Option<Credentials>> {
    match (&environment.access_key_id, &environment.secret_access_key) {
        (None, None) => Ok(None),
        (Some(id), Some(secret)) => Ok(Some(Credentials {
            access_key_id: id.clone(),
            secret_access_key: secret.clone(),
            session_token: environment.session_token.clone(),
            expires: None,
            origin: "the environment (AWS_ACCESS_KEY_ID)".to_owned(),
        })),
        (Some(_), None) => Err(incomplete(
            "the environment has AWS_ACCESS_KEY_ID without AWS_SECRET_ACCESS_KEY",
        )),
        (None, Some(_)) => Err(incomplete(
            "the environment has AWS_SECRET_ACCESS_KEY without AWS_ACCESS_KEY_ID",
        )),
    }
}

pub fn incomplete(what: &str) -> Error {
    Error::new(Kind::Config, what).with_hint("set both or neither")
}
