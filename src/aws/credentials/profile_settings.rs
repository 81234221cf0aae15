//! The settings of the selected profile: the region, endpoints and what is nested in `s3`.
//!
//! Sources: <https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html>,
//! <https://docs.aws.amazon.com/cli/latest/topic/s3-config.html>

use super::AwsEnvironment;
use super::profile_parser::{SectionKind, nested};
use super::shared_files::{SelectedProfile, property, selected_profile};
use crate::error::{Error, Kind, Result, printable};

/// The services of AWS that blobctl calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AwsService {
    S3,
    Sts,
    Sso,
    SsoOidc,
}

impl AwsService {
    /// The key in a section `services`.
    fn key(self) -> &'static str {
        match self {
            Self::S3 => "s3",
            Self::Sts => "sts",
            Self::Sso => "sso",
            Self::SsoOidc => "sso_oidc",
        }
    }
}

/// The variables of endpoints, in addition to those of S3.
#[derive(Debug, Clone, Default)]
pub struct EndpointVariables {
    /// `AWS_IGNORE_CONFIGURED_ENDPOINT_URLS`.
    pub ignore: Option<bool>,
    /// `AWS_ENDPOINT_URL`.
    pub any: Option<String>,
    /// `AWS_ENDPOINT_URL_STS`.
    pub sts: Option<String>,
    /// `AWS_ENDPOINT_URL_SSO`.
    pub sso: Option<String>,
    /// `AWS_ENDPOINT_URL_SSO_OIDC`.
    pub sso_oidc: Option<String>,
}

impl EndpointVariables {
    fn of(&self, service: AwsService) -> Option<&String> {
        match service {
            AwsService::S3 => None,
            AwsService::Sts => self.sts.as_ref(),
            AwsService::Sso => self.sso.as_ref(),
            AwsService::SsoOidc => self.sso_oidc.as_ref(),
        }
    }
}

/// The endpoint of a service other than S3, from the variables or the selected profile; `None` = AWS's own.
pub fn service_endpoint(
    environment: &AwsEnvironment,
    service: AwsService,
) -> Result<Option<String>> {
    let selected = selected_profile(environment)?;
    let variables = &environment.endpoints;
    let ignored = match (variables.ignore, &selected) {
        (Some(ignore), _) => ignore,
        (None, Some(selected)) => selected.ignores_endpoints(),
        (None, None) => false,
    };
    if ignored {
        return Ok(None);
    }
    if let Some(url) = variables.of(service).or(variables.any.as_ref()) {
        return Ok(Some(url.clone()));
    }
    match selected {
        Some(selected) => selected.endpoint(service),
        None => Ok(None),
    }
}

impl SelectedProfile {
    /// A setting of the profile.
    pub fn setting(&self, key: &str) -> Option<&str> {
        property(&self.profile, key)
    }

    /// A setting that is nested in `s3`.
    pub fn s3_setting(&self, key: &str) -> Option<&str> {
        nested(self.setting("s3")?, key).filter(|value| !value.is_empty())
    }

    /// True if the variables and the profile's own endpoints do not count.
    pub fn ignores_endpoints(&self) -> bool {
        self.setting("ignore_configured_endpoint_urls")
            .is_some_and(is_true)
    }

    /// The endpoint of a service: that of the section `services`, or else that of the profile.
    pub fn endpoint(&self, service: AwsService) -> Result<Option<String>> {
        if self.ignores_endpoints() {
            return Ok(None);
        }
        let own = match self.setting("services") {
            None => None,
            Some(name) => {
                let section = self.files.section(SectionKind::Services, name)?;
                let section = section.ok_or_else(|| self.unknown_section("services", name))?;
                property(section, service.key())
                    .and_then(|value| nested(value, "endpoint_url"))
                    .filter(|url| !url.is_empty())
            }
        };
        let url = own.or_else(|| self.setting("endpoint_url"));
        Ok(url.map(str::to_owned))
    }

    /// The error about an invalid setting.
    pub fn invalid(&self, key: &str, problem: &str) -> Error {
        let (name, problem) = (printable(&self.name), printable(problem));
        let text = format!("the profile `{name}`: `{key}`: {problem}");
        Error::new(Kind::Config, text)
    }

    /// The error about a section that the profile names and the config file does not have.
    pub fn unknown_section(&self, kind: &str, name: &str) -> Error {
        unknown_section(&self.name, kind, name)
    }
}

/// The error about a section that a profile names and the config file does not have.
pub fn unknown_section(profile: &str, kind: &str, name: &str) -> Error {
    let (profile, name) = (printable(profile), printable(name));
    let text = format!(
        "the profile `{profile}` names the section [{kind} {name}], which is not in the AWS config file"
    );
    Error::new(Kind::Config, text)
}

/// Returns whether a flag of the AWS tools is set.
pub fn is_true(text: &str) -> bool {
    text.trim().eq_ignore_ascii_case("true")
}
