//! The transfer engine: it decides about retries, parts, concurrency and verification.
//!
//! It knows only the contract of [`crate::store`], never a particular store.

pub mod ahead;
pub mod byte_range;
pub mod checksum;
pub mod compare;
pub mod copy;
pub mod destination;
pub mod download;
pub mod gate;
mod hash_thread;
pub mod leftovers;
pub mod list;
pub mod multipart;
pub mod multipart_md5;
pub mod parallel_file;
pub mod parallel_stream;
pub mod plan;
pub mod put;
mod receiver;
pub mod resume;
pub mod retry;
pub mod select;
pub mod source;
pub mod stream;
pub mod upload;
pub mod wait;
pub mod workers;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use self::gate::Gate;
use self::plan::PartRules;
use self::resume::ResumePolicy;
use crate::cancel::Cancel;
use crate::digest::Algorithm;
use crate::error::Result;
use crate::events::Observer;
use crate::io::rate_limit::RateLimit;
use crate::key::Key;
use crate::store::Store;
use crate::store::download::Download;
use crate::store::types::GetOptions;

/// The store of a transfer and the rules for retries, parts and resuming. All transfers of one store share it.
#[derive(Clone)]
pub struct Engine {
    /// The store.
    pub store: Arc<dyn Store>,
    /// Temporary failures are retried for this long, counted again from each attempt that got further.
    pub retry_for: Duration,
    /// Stops the run.
    pub cancel: Arc<Cancel>,
    /// The unfinished transfers to resume.
    pub resume: ResumePolicy,
    /// The sizes and the concurrency of parts.
    pub parts: PartRules,
    /// The checksum by which uploads have to be verified, if the user chose one.
    pub required_checksum: Option<Algorithm>,
    /// The limit of all transfers of the run.
    pub rate_limit: RateLimit,
    /// Receives the events.
    pub observer: Arc<dyn Observer>,
    /// Admits transfers; lowered when the store does not keep up.
    pub gate: Arc<Gate>,
    /// A `Busy` response to one worker pauses all workers until this instant.
    not_before: Arc<Mutex<Option<Instant>>>,
    /// The user has been warned that the store does not verify blobs by the required checksum.
    warned_unverified: Arc<AtomicBool>,
}

impl Engine {
    /// An engine with the default rules.
    pub fn new(
        store: Arc<dyn Store>,
        retry_for: Duration,
        cancel: &Arc<Cancel>,
        observer: Arc<dyn Observer>,
    ) -> Self {
        Self {
            store,
            retry_for,
            resume: ResumePolicy::default(),
            parts: PartRules::default(),
            required_checksum: None,
            rate_limit: RateLimit::default(),
            cancel: Arc::clone(cancel),
            observer,
            gate: Arc::new(Gate::adaptive()),
            not_before: Arc::default(),
            warned_unverified: Arc::default(),
        }
    }

    /// The same with another choice of transfers to resume.
    #[must_use]
    pub fn with_resume(self, resume: ResumePolicy) -> Self {
        Self { resume, ..self }
    }

    /// The same with the gate of the run.
    #[must_use]
    pub fn with_gate(self, gate: Arc<Gate>) -> Self {
        Self { gate, ..self }
    }

    /// The same with other rules for parts.
    #[must_use]
    pub fn with_parts(self, parts: PartRules) -> Self {
        Self { parts, ..self }
    }

    /// The same with a checksum by which uploads have to be verified, if the user chose one.
    #[must_use]
    pub fn with_required_checksum(self, required_checksum: Option<Algorithm>) -> Self {
        Self {
            required_checksum,
            ..self
        }
    }

    /// The same with a limit of its rate.
    #[must_use]
    pub fn with_rate_limit(self, rate_limit: RateLimit) -> Self {
        Self { rate_limit, ..self }
    }

    /// Begins a download.
    fn get(&self, key: &Key, options: &GetOptions<'_>) -> Result<Download<'_>> {
        let download = self.store.get(key, options)?;
        Ok(download.with_limit(&self.rate_limit))
    }

    /// Returns true once: one warning is enough for a store that verifies no blob by the required checksum.
    fn is_first_unverified(&self) -> bool {
        !self.warned_unverified.swap(true, Ordering::Relaxed)
    }

    /// Keeps all workers from beginning another attempt for `wait`.
    fn back_off_all(&self, wait: Duration) {
        let until = Instant::now() + wait;
        let mut not_before = self
            .not_before
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        *not_before = Some(not_before.map_or(until, |earlier| earlier.max(until)));
    }

    /// Waits until workers may begin attempts again.
    fn wait_for_back_off(&self) -> Result<()> {
        let until = *self
            .not_before
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        match until.map(|until| until.saturating_duration_since(Instant::now())) {
            Some(left) if !left.is_zero() => self.cancel.sleep(left),
            _ => self.cancel.check(),
        }
    }
}
