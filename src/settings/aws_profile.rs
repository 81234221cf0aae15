//! The settings of a profile of the AWS files, for stores whose keys do not come from our own settings.

use super::Settings;
use super::options::word;
use super::scope::{SettingScope, choice};
use crate::aws::credentials::AwsEnvironment;
use crate::aws::credentials::profile_settings::{AwsService, is_true};
use crate::aws::credentials::shared_files::{SelectedProfile, selected_profile};
use crate::backend::s3::{Addressing, PayloadSigning};
use crate::error::{Error, Kind, Result, printable};

/// The settings of a profile of the AWS files.
#[derive(Default)]
pub(super) struct ProfileSettings {
    pub(super) region: Option<String>,
    pub(super) endpoint_url: Option<String>,
    pub(super) addressing: Option<Addressing>,
    pub(super) payload_signing: Option<PayloadSigning>,
    pub(super) endpoint_kind: Option<EndpointKind>,
}

/// A kind of AWS's endpoints that blobctl does not choose by itself.
pub(super) struct EndpointKind {
    /// The setting that demands it.
    origin: String,
    /// The host of such an endpoint.
    host: &'static str,
}

/// For each kind: its variable, its setting in a profile (in the nested `s3` section if it has no variable), and its host.
/// Source: <https://docs.aws.amazon.com/sdkref/latest/guide/feature-endpoints.html>
const ENDPOINT_KINDS: [(Option<&str>, &str, &str); 4] = [
    (
        Some("AWS_USE_FIPS_ENDPOINT"),
        "use_fips_endpoint",
        "s3-fips.REGION.amazonaws.com",
    ),
    (
        Some("AWS_USE_DUALSTACK_ENDPOINT"),
        "use_dualstack_endpoint",
        DUAL_STACK,
    ),
    (None, "use_dualstack_endpoint", DUAL_STACK),
    (
        None,
        "use_accelerate_endpoint",
        "s3-accelerate.amazonaws.com",
    ),
];

const DUAL_STACK: &str = "s3.dualstack.REGION.amazonaws.com";

/// The variable that disables the endpoints of the other AWS variables and of the AWS files.
pub(super) const IGNORE_ENDPOINTS: &str = "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS";

impl Settings {
    /// A setting of the selected profile, if a run would use it.
    pub(super) fn of_profile(&self, scope: &SettingScope<'_>, key: &str) -> Option<String> {
        if scope.section != "s3" || self.login_level(scope).is_some() {
            return None;
        }
        let aws = self.aws_environment(scope.text("profile", None));
        let profile = self.profile_settings(&aws).ok()?;
        match key {
            "region" => profile.region,
            "endpoint_url" => profile.endpoint_url,
            "addressing" => profile.addressing.and_then(word),
            "payload_signing" => profile.payload_signing.and_then(word),
            _ => None,
        }
    }

    /// Returns whether the endpoints of the AWS variables and files are not used for this store: by a variable, or by the
    /// profile.
    pub(super) fn ignores_aws_endpoints(&self, scope: &SettingScope<'_>) -> bool {
        if let Some(ignore) = self.environment.get(IGNORE_ENDPOINTS) {
            return is_true(ignore);
        }
        if scope.section != "s3" || self.login_level(scope).is_some() {
            return false;
        }
        let aws = self.aws_environment(scope.text("profile", None));
        // An error of the files is reported when the store is opened.
        let selected = selected_profile(&aws).ok().flatten();
        selected.is_some_and(|selected| selected.ignores_endpoints())
    }

    /// The settings of the selected profile.
    pub(super) fn profile_settings(&self, aws: &AwsEnvironment) -> Result<ProfileSettings> {
        let Some(selected) = selected_profile(aws)? else {
            return Ok(ProfileSettings::default());
        };
        for warning in selected.files.warnings(&selected.name) {
            self.late_warnings.add(warning);
        }
        if selected.setting("aws_secret_access_key").is_some() {
            let credentials = aws.credentials_file.as_ref().filter(|path| path.exists());
            if let Some(path) = credentials.or(aws.config_file.as_ref()) {
                self.check_privacy(path);
            }
        }
        let endpoint_url = match aws.endpoints.ignore {
            Some(true) => None,
            _ => selected.endpoint(AwsService::S3)?,
        };
        let addressing = selected.s3_setting("addressing_style");
        let signing = selected.s3_setting("payload_signing_enabled");
        Ok(ProfileSettings {
            region: selected.setting("region").map(str::to_owned),
            endpoint_url,
            addressing: addressing
                .map(|text| {
                    choice(text).map_err(|what| selected.invalid("addressing_style", &what))
                })
                .transpose()?,
            payload_signing: signing
                .filter(|text| is_true(text))
                .map(|_| PayloadSigning::Signed),
            endpoint_kind: self.endpoint_kind(&selected),
        })
    }

    /// The first kind of endpoint that the profile demands and no variable disables.
    fn endpoint_kind(&self, selected: &SelectedProfile) -> Option<EndpointKind> {
        let demanded = ENDPOINT_KINDS
            .iter()
            .find(|(variable, key, _)| match variable {
                Some(variable) => {
                    let is_set = selected.setting(key).is_some_and(is_true);
                    is_set && self.environment.get(variable).is_none()
                }
                None => selected.s3_setting(key).is_some_and(is_true),
            });
        demanded.map(|(_, key, host)| EndpointKind {
            origin: format!("`{key}` of the profile `{}`", printable(&selected.name)),
            host,
        })
    }

    /// Rejects a demand for a kind of endpoint, unless the endpoint is named: the ordinary one is not what was asked for.
    pub(super) fn check_endpoint_kind(&self, of_profile: Option<&EndpointKind>) -> Result<()> {
        let of_variable = ENDPOINT_KINDS.iter().find_map(|(variable, _, host)| {
            let variable = (*variable)?;
            let is_set = self.environment.get(variable).is_some_and(is_true);
            is_set.then(|| EndpointKind {
                origin: variable.to_owned(),
                host,
            })
        });
        let Some(EndpointKind { origin, host }) = of_variable.as_ref().or(of_profile) else {
            return Ok(());
        };
        let text = format!("{origin} demands an endpoint that blobctl does not choose by itself");
        Err(Error::new(Kind::Config, text).with_hint(format!(
            "name it: --endpoint-url https://{host} (`endpoint_url`), and the region"
        )))
    }
}
