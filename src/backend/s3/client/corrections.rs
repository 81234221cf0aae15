//! What a service says about how it wants to be asked: in which region, and at what time.

use std::sync::PoisonError;

use time::OffsetDateTime;

use super::Client;
use crate::backend::s3::error::Correction;
use crate::error::Answer;
use crate::events::Event;

impl Client {
    /// Takes a correction over; false if nothing about it is new, so that nothing would change.
    pub(super) fn learn(&self, correction: Correction) -> bool {
        let mut learnt = self.learnt.lock().unwrap_or_else(PoisonError::into_inner);
        match correction {
            Correction::Region(region) => {
                if learnt.region.as_ref() == Some(&region) {
                    // Another worker was told the same meanwhile.
                    return true;
                }
                if learnt.region.is_some() {
                    return false;
                }
                if let Some(moved) = self.endpoint.get().and_then(|now| now.in_region(&region)) {
                    let _ = self.moved.set(moved);
                }
                let text = format!(
                    "the bucket is in the region `{region}`: setting `region` saves a request"
                );
                learnt.region = Some(region);
                drop(learnt);
                self.note(&text);
                true
            }
            Correction::Clock(_) if learnt.skew.is_some() => true,
            Correction::Clock(seconds) => {
                learnt.skew = Some(seconds);
                drop(learnt);
                let minutes = seconds.abs() / 60;
                let side = if seconds > 0 { "behind" } else { "ahead of" };
                let text = format!(
                    "this machine's clock is {minutes} minutes {side} the service's, whose time is used now"
                );
                self.context.observer.notify(&Event::Warning(&text));
                true
            }
        }
    }

    /// The time to sign with: ours, or the service's if it has told us that ours is wrong.
    pub(super) fn now(&self) -> OffsetDateTime {
        let skew = self
            .learnt
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .skew
            .unwrap_or(0);
        let now = OffsetDateTime::now_utc();
        now.checked_add(time::Duration::seconds(skew))
            .unwrap_or(now)
    }

    /// The region that the host names, if the service refuses another one without saying which it wants.
    pub(super) fn own_region(
        &self,
        answer: &Answer,
        says_nothing: bool,
        region: &str,
    ) -> Option<Correction> {
        let is_meant = says_nothing || answer.s3.as_deref() == Some("AuthorizationHeaderMalformed");
        let own = self.endpoint.get()?.own_region()?;
        (answer.http == Some(400) && is_meant && own != region)
            .then(|| Correction::Region(own.to_owned()))
    }

    /// The region that requests are signed for.
    pub(super) fn region(&self) -> String {
        let learnt = self.learnt.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(region) = &learnt.region {
            return region.clone();
        }
        drop(learnt);
        match (&self.config.region, self.endpoint.get()) {
            (Some(region), _) => region.clone(),
            (None, Some(endpoint)) => endpoint.default_region(),
            (None, None) => "us-east-1".to_owned(),
        }
    }
}
