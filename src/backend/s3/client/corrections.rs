//! Corrections that a response asks for: another region, or another time.

use std::sync::PoisonError;

use time::OffsetDateTime;

use super::Client;
use crate::backend::s3::error::Correction;
use crate::error::Answer;
use crate::events::Event;

impl Client {
    /// Applies a correction. False if it is not new, so that another attempt would fail the same way.
    pub(super) fn apply(&self, correction: Correction) -> bool {
        let mut corrections = self
            .corrections
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        match correction {
            Correction::Region(region) => {
                if corrections.region.as_ref() == Some(&region) {
                    // Another worker applied the same correction in the meantime.
                    return true;
                }
                if corrections.region.is_some() {
                    return false;
                }
                if let Some(redirected_endpoint) =
                    self.endpoint.get().and_then(|now| now.in_region(&region))
                {
                    let _ = self.redirected_endpoint.set(redirected_endpoint);
                }
                let text = format!(
                    "the bucket is in the region `{region}`: setting `region` saves a request"
                );
                corrections.region = Some(region);
                drop(corrections);
                self.note(&text);
                true
            }
            Correction::Clock(_) if corrections.skew.is_some() => true,
            Correction::Clock(seconds) => {
                corrections.skew = Some(seconds);
                drop(corrections);
                let minutes = seconds.abs() / 60;
                let side = if seconds > 0 { "behind" } else { "ahead of" };
                let text = format!(
                    "this machine's clock is {minutes} minutes {side} the service's; signing with the service's time"
                );
                self.context.observer.notify(&Event::Warning(&text));
                true
            }
        }
    }

    /// The time to sign with: this machine's, or the service's if the two differ too much.
    pub(super) fn now(&self) -> OffsetDateTime {
        let skew = self
            .corrections
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .skew
            .unwrap_or(0);
        let now = OffsetDateTime::now_utc();
        now.checked_add(time::Duration::seconds(skew))
            .unwrap_or(now)
    }

    /// The region that the host names, if the service rejects the configured one without naming the right one.
    pub(super) fn region_from_host(
        &self,
        answer: &Answer,
        says_nothing: bool,
        region: &str,
    ) -> Option<Correction> {
        let is_meant = says_nothing || answer.s3.as_deref() == Some("AuthorizationHeaderMalformed");
        let own = self.endpoint.get()?.region_from_host()?;
        (answer.http == Some(400) && is_meant && own != region)
            .then(|| Correction::Region(own.to_owned()))
    }

    /// The region that requests are signed for.
    pub(super) fn region(&self) -> String {
        let corrections = self
            .corrections
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(region) = &corrections.region {
            return region.clone();
        }
        drop(corrections);
        match (&self.config.region, self.endpoint.get()) {
            (Some(region), _) => region.clone(),
            (None, Some(endpoint)) => endpoint.default_region(),
            (None, None) => "us-east-1".to_owned(),
        }
    }
}
